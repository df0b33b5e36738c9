//! The CPU engine with a pool of helpers that share no memory with it: the same bits whoever does a job, in whatever order,
//! and whoever stops doing any.

mod common;

use common::noise_split;
use convrfm::Cpu;
use convrfm::engine::cpu::{Done, Job, Pool, PoolWorker, Update, install};
use convrfm::{AgopSamples, Error, Matrix, Monitor, NoMonitor, Progress, Rfm, Settings, Shape};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// What becomes of a helper after so many jobs.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// It ends, and the pool hears of it.
    Dies(usize),
    /// It goes on hearing and says nothing more.
    FallsSilent(usize),
    Works,
}

enum Message {
    Learn(Update, Vec<f32>),
    Do(u64, Job),
}

/// Threads that hear and answer by channels alone, as the Workers of a page do.
struct Helpers {
    lines: RefCell<Vec<Option<Sender<Message>>>>,
    answers: Receiver<Done>,
    deaths: Receiver<usize>,
    handed: Cell<usize>,
}

impl Helpers {
    fn hire(fates: &[Fate]) -> Rc<Helpers> {
        let ((answer, answers), (death, deaths)) = (channel(), channel());
        let line = |(member, fate): (usize, &Fate)| {
            let (line, heard) = channel();
            let (fate, answer, death) = (*fate, answer.clone(), death.clone());
            std::thread::spawn(move || work(member, fate, &heard, &answer, &death));
            Some(line)
        };
        let lines = RefCell::new(fates.iter().enumerate().map(line).collect());
        Rc::new(Helpers { lines, answers, deaths, handed: Cell::new(0) })
    }
}

fn work(member: usize, fate: Fate, heard: &Receiver<Message>, answer: &Sender<Done>, death: &Sender<usize>) {
    let (mut replica, mut jobs) = (PoolWorker::default(), 0);
    for message in heard {
        match message {
            Message::Learn(update, values) => replica.learn(&update, values).unwrap(),
            Message::Do(number, job) => {
                jobs += 1;
                if matches!(fate, Fate::Dies(after) if jobs > after) {
                    death.send(member).unwrap();
                    let _ = answer.send(Done::Gone);
                    return;
                }
                if matches!(fate, Fate::FallsSilent(after) if jobs > after) {
                    continue;
                }
                // Members of unlike speed, so that answers come in another order than the jobs; and none so fast that a
                // stage is over before its first report.
                std::thread::sleep(Duration::from_millis(10 + member as u64));
                let values = replica.perform(&job).unwrap();
                let _ = answer.send(Done::Job { member, number, values });
            }
        }
    }
}

impl Pool for Helpers {
    fn members(&self) -> Vec<usize> {
        self.deaths.try_iter().for_each(|member| self.lines.borrow_mut()[member] = None);
        let lines = self.lines.borrow();
        lines.iter().enumerate().filter_map(|(member, line)| line.as_ref().map(|_| member)).collect()
    }

    fn tell(&self, update: &Update, values: &[f32]) {
        for line in self.lines.borrow().iter().flatten() {
            let _ = line.send(Message::Learn(update.clone(), values.to_vec()));
        }
    }

    fn hand(&self, member: usize, number: u64, job: &Job) {
        self.handed.set(self.handed.get() + 1);
        if let Some(line) = &self.lines.borrow()[member] {
            let _ = line.send(Message::Do(number, job.clone()));
        }
    }

    fn next<'a>(&'a self) -> Pin<Box<dyn Future<Output = Option<Done>> + 'a>> {
        Box::pin(async {
            match self.answers.recv_timeout(Duration::from_millis(10)) {
                Ok(done) => Some(done),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => panic!("the answering end is held by the threads"),
            }
        })
    }
}

/// Two rounds on 150 images, with panels that are made by jobs and sent (d = 147 is too long to make everywhere) or made
/// by everyone (d = 9).
fn run(patch: usize, channels: usize) -> Rfm {
    let shape = Shape { channels, height: 12, width: 11 };
    let data = noise_split(shape, [150, 5, 40], 3, 7);
    let settings =
        Settings { patch, depth: 1, ridge: 1e-2.into(), rounds: 3, agop_samples: AgopSamples::First(30) };
    Rfm::new(settings, data, Box::new(Cpu::default())).unwrap()
}

fn finish(rfm: &mut Rfm) -> Vec<Matrix> {
    while !rfm.finished() {
        pollster::block_on(rfm.advance(&NoMonitor)).unwrap();
    }
    let rounds = rfm.rounds().iter();
    rounds.flat_map(|round| [round.test.clone(), round.agop.clone()]).flatten().collect()
}

#[test]
fn whoever_does_the_jobs_the_results_are_the_same_bits() {
    for (patch, channels) in [(3, 1), (7, 3)] {
        let alone = finish(&mut run(patch, channels));
        assert_eq!(alone.len(), 5);
        let cases = [
            &[Fate::Works][..],
            &[Fate::Works; 3],
            &[Fate::Works, Fate::Dies(4)],
            &[Fate::Dies(0), Fate::Dies(9), Fate::Works],
            &[Fate::Dies(1), Fate::Dies(3)],
            &[Fate::FallsSilent(5), Fate::Works],
            &[Fate::FallsSilent(0), Fate::Works],
            &[Fate::FallsSilent(3), Fate::Dies(6)],
        ];
        // A pool is its thread's own, so all can go side by side: they mostly wait, for members that say nothing.
        std::thread::scope(|scope| {
            for fates in cases {
                let alone = &alone;
                scope.spawn(move || {
                    let helpers = Helpers::hire(fates);
                    install(helpers.clone());
                    let mut rfm = run(patch, channels);
                    assert!(rfm.engine().describe().contains("worker"), "{}", rfm.engine().describe());
                    assert!(finish(&mut rfm) == *alone, "a result depends on who computed it");
                    assert!(helpers.handed.get() > fates.len());
                });
            }
        });
    }
}

/// Cancels at the first report of a stage that is past its beginning.
struct Impatient(Cell<bool>);

impl Monitor for Impatient {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        let stop = progress.done > 0.0 && !self.0.replace(true);
        Box::pin(std::future::ready(!stop))
    }
}

/// Answers to a stage that was cancelled arrive during the one that begins anew. Numbers tell them apart.
#[test]
fn answers_that_come_too_late_are_not_taken_for_others() {
    let alone = finish(&mut run(3, 1));
    install(Helpers::hire(&[Fate::Works; 2]));
    let mut rfm = run(3, 1);
    let monitor = Impatient(Cell::new(false));
    let stopped = loop {
        match pollster::block_on(rfm.advance(&monitor)) {
            Ok(stage) => assert!(stage.is_some(), "the run was over before it could be cancelled"),
            Err(error) => break error,
        }
    };
    assert_eq!(stopped, Error::Cancelled);
    assert!(finish(&mut rfm) == alone);
}
