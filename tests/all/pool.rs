//! The CPU engine with workers that share no memory with it. Results are the same bits whichever worker runs a job, in whatever order,
//! and whichever worker stops; stages may be dropped at any await, and engines may share the workers.

use crate::common;

use common::{assert_same_level, assert_same_run, cpu, finish, finished, noise_split, settings};
use convrfm::engine::cpu::{CpuProblem, Job, Update};
use convrfm::engine::pool::{PoolEvent, PoolWorker, WorkerPool};
use convrfm::{AgopSamples, ConvRfm, Cpu, Error, Monitor, NoMonitor, Progress, Settings, Shape, Split};
use convrfm_suites::properties::geometries;
use pollster::block_on;
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// How a worker fails.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Works,
    /// It ends after some jobs, and the pool is told.
    Ends(usize),
    /// After some jobs it receives messages but answers none.
    FallsSilent(usize),
}

/// A message to a worker; the first number is the problem's.
enum Message {
    Update(u64, Update, Vec<f32>),
    Job(u64, u64, Job),
}

/// Worker threads that receive and answer by channels alone, as the workers of a page do. A clone shares the threads.
#[derive(Clone)]
struct Workers(Arc<Shared>);

struct Shared {
    senders: Mutex<Vec<Option<Sender<Message>>>>,
    /// Events with their problem's number; none when a worker has ended, which concerns all.
    events: Mutex<Receiver<(Option<u64>, PoolEvent)>>,
    ended: Mutex<Receiver<usize>>,
    /// Events that another problem's engine has received.
    waiting: Mutex<BTreeMap<u64, VecDeque<PoolEvent>>>,
    assigned: AtomicUsize,
}

impl Workers {
    fn start(fates: &[Fate]) -> Workers {
        let ((to_events, events), (to_ended, ended)) = (channel(), channel());
        let start = |(worker, fate): (usize, &Fate)| {
            let (sender, messages) = channel();
            let (fate, events, ended) = (*fate, to_events.clone(), to_ended.clone());
            std::thread::spawn(move || work(worker, fate, &messages, &events, &ended));
            Some(sender)
        };
        Workers(Arc::new(Shared {
            senders: Mutex::new(fates.iter().enumerate().map(start).collect()),
            events: Mutex::new(events),
            ended: Mutex::new(ended),
            waiting: Mutex::default(),
            assigned: AtomicUsize::new(0),
        }))
    }

    fn engine(&self) -> Box<Cpu> {
        Box::new(Cpu::with_pool(Box::new(self.clone())))
    }
}

fn work(
    worker: usize,
    fate: Fate,
    messages: &Receiver<Message>,
    events: &Sender<(Option<u64>, PoolEvent)>,
    ended: &Sender<usize>,
) {
    let (mut problems, mut jobs) = (PoolWorker::<CpuProblem>::default(), 0);
    for message in messages {
        match message {
            Message::Update(problem, update, values) => problems.apply(problem, &update, values).unwrap(),
            Message::Job(problem, number, job) => {
                jobs += 1;
                match fate {
                    Fate::Ends(after) if jobs > after => {
                        let _ = ended.send(worker);
                        let _ = events.send((None, PoolEvent::WorkerGone));
                        return;
                    }
                    Fate::FallsSilent(after) if jobs > after => continue,
                    // Workers of unequal speed answer in another order than the jobs were assigned. None is so fast that a stage
                    // ends before its first report.
                    _ => std::thread::sleep(Duration::from_millis(10 + worker as u64)),
                }
                let values = problems.run(problem, &job).unwrap();
                let _ = events.send((Some(problem), PoolEvent::JobDone { worker, number, values }));
            }
        }
    }
}

impl WorkerPool<CpuProblem> for Workers {
    fn workers(&self) -> Vec<usize> {
        let mut senders = self.0.senders.lock().unwrap();
        self.0.ended.lock().unwrap().try_iter().for_each(|worker| senders[worker] = None);
        (0..senders.len()).filter(|&worker| senders[worker].is_some()).collect()
    }

    fn send(&self, problem: u64, update: &Update, values: &[f32]) {
        for sender in self.0.senders.lock().unwrap().iter().flatten() {
            let _ = sender.send(Message::Update(problem, update.clone(), values.to_vec()));
        }
    }

    fn assign(&self, worker: usize, problem: u64, number: u64, job: &Job) {
        self.0.assigned.fetch_add(1, Relaxed);
        if let Some(sender) = &self.0.senders.lock().unwrap()[worker] {
            let _ = sender.send(Message::Job(problem, number, job.clone()));
        }
    }

    fn next<'a>(&'a self, problem: u64) -> Pin<Box<dyn Future<Output = Option<PoolEvent>> + 'a>> {
        Box::pin(async move {
            if let Some(event) =
                self.0.waiting.lock().unwrap().get_mut(&problem).and_then(VecDeque::pop_front)
            {
                return Some(event);
            }
            let (of, event) = self.0.events.lock().unwrap().recv_timeout(Duration::from_millis(10)).ok()?;
            match of {
                Some(other) if other != problem => {
                    self.0.waiting.lock().unwrap().entry(other).or_default().push_back(event);
                    None
                }
                _ => Some(event),
            }
        })
    }
}

/// Three rounds on 150 images. Panels of d = 147 are made by jobs and sent, panels of d = 9 are made by every worker.
fn problem(patch: usize, channels: usize) -> (Settings, Split) {
    let shape = Shape { channels, height: 12, width: 11 };
    (settings(patch, 1, 1e-2, 3, AgopSamples::First(30)), noise_split(shape, [150, 5, 40], 3, 7))
}

fn on_threads(patch: usize, channels: usize) -> ConvRfm {
    let (settings, data) = problem(patch, channels);
    finished(settings, data, cpu())
}

fn on_workers(patch: usize, channels: usize, workers: &Workers) -> ConvRfm {
    let (settings, data) = problem(patch, channels);
    ConvRfm::new(settings, data, workers.engine()).unwrap()
}

/// All cases run side by side, because those with silent workers wait several seconds for them.
#[test]
fn results_are_the_same_bits_whichever_workers_run_the_jobs() {
    use Fate::{Ends, FallsSilent, Works};
    let fates = [
        &[Works][..],
        &[Works; 3],
        &[Works, Ends(4)],
        &[Ends(0), Ends(9), Works],
        &[Ends(1), Ends(3)],
        &[FallsSilent(5), Works],
        &[FallsSilent(0), Works],
        &[FallsSilent(3), Ends(6)],
    ];
    let problems = [(3, 1), (7, 3)].map(|(patch, channels)| (patch, channels, on_threads(patch, channels)));
    std::thread::scope(|scope| {
        for (patch, channels, expected) in &problems {
            let expected = &expected.levels()[0];
            for fates in fates {
                scope.spawn(move || {
                    let workers = Workers::start(fates);
                    let mut run = on_workers(*patch, *channels, &workers);
                    assert!(run.engine().describe().contains("worker"), "{}", run.engine().describe());
                    finish(&mut run);
                    assert_same_level(&run.levels()[0], expected, &format!("q = {patch}, workers {fates:?}"));
                    assert!(workers.0.assigned.load(Relaxed) > fates.len());
                });
            }
        }
    });
}

/// Cancels once, at the first report of a stage that has computed a part.
struct CancelOnce(Cell<bool>);

impl Monitor for CancelOnce {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        let cancel = progress.done > 0.0 && !self.0.replace(true);
        Box::pin(std::future::ready(!cancel))
    }
}

/// Answers to a cancelled stage arrive while the round runs again. Job numbers distinguish them.
#[test]
fn late_answers_to_a_cancelled_stage_are_ignored() {
    let expected = on_threads(3, 1);
    let mut run = on_workers(3, 1, &Workers::start(&[Fate::Works; 2]));
    let monitor = CancelOnce(Cell::new(false));
    let error = loop {
        match block_on(run.advance(&monitor)) {
            Ok(stage) => assert!(stage.is_some(), "the run ended before it could be cancelled"),
            Err(error) => break error,
        }
    };
    assert_eq!(error, Error::Cancelled);
    finish(&mut run);
    assert_same_run(&run, &expected, "after a cancelled stage");
}

/// A pool of one worker on the calling thread. It runs a job when the engine asks for the next event, and that future is pending
/// once, so that a test can drop a stage at each await.
struct Stepwise {
    worker: Mutex<PoolWorker<CpuProblem>>,
    jobs: Mutex<VecDeque<(u64, u64, Job)>>,
}

impl WorkerPool<CpuProblem> for Stepwise {
    fn workers(&self) -> Vec<usize> {
        vec![0]
    }

    fn send(&self, problem: u64, update: &Update, values: &[f32]) {
        self.worker.lock().unwrap().apply(problem, update, values.to_vec()).unwrap();
    }

    fn assign(&self, _: usize, problem: u64, number: u64, job: &Job) {
        self.jobs.lock().unwrap().push_back((problem, number, job.clone()));
    }

    fn next<'a>(&'a self, _: u64) -> Pin<Box<dyn Future<Output = Option<PoolEvent>> + 'a>> {
        let mut polled = false;
        Box::pin(std::future::poll_fn(move |context| {
            if !std::mem::replace(&mut polled, true) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let job = self.jobs.lock().unwrap().pop_front();
            Poll::Ready(job.map(|(problem, number, job)| {
                let values = self.worker.lock().unwrap().run(problem, &job).unwrap();
                PoolEvent::JobDone { worker: 0, number, values }
            }))
        }))
    }
}

/// Polls a run until its future has been pending `pending` times, and drops it there. False when the run ended before.
fn drop_at(run: &mut ConvRfm, mut pending: usize) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    while !run.finished() {
        let mut stage = pin!(run.advance(&NoMonitor));
        while stage.as_mut().poll(&mut context).map(Result::unwrap).is_pending() {
            if pending == 0 {
                return true;
            }
            pending -= 1;
        }
    }
    false
}

/// The jobs that were assigned to the dropped stage are answered during the next one.
#[test]
fn dropping_a_stage_at_any_await_costs_its_round_only() {
    let data = || noise_split(Shape { channels: 1, height: 7, width: 6 }, [37, 5, 20], 3, 4);
    let settings = settings(3, 2, 1e-2, 2, AgopSamples::First(9));
    let expected = finished(settings.clone(), data(), cpu());
    let mut drops = 0;
    loop {
        let pool = Stepwise { worker: Mutex::default(), jobs: Mutex::default() };
        let mut run =
            ConvRfm::new(settings.clone(), data(), Box::new(Cpu::with_pool(Box::new(pool)))).unwrap();
        if !drop_at(&mut run, drops) {
            break;
        }
        let (round, before) = (run.current_level().round(), run.next_stage());
        block_on(run.advance(&NoMonitor)).unwrap();
        assert_eq!(run.current_level().round(), round, "await {drops}, in {before:?}");
        finish(&mut run);
        assert_same_run(&run, &expected, &format!("dropped at await {drops}, in {before:?}"));
        drops += 1;
    }
    // Each round has several jobs in each stage but the solve, which uses no worker.
    assert!(drops > 20, "{drops} awaits");
}

#[test]
fn two_engines_share_the_workers() {
    let expected = [on_threads(3, 1), on_threads(7, 3)];
    let workers = Workers::start(&[Fate::Works; 2]);
    let start = || [on_workers(3, 1, &workers), on_workers(7, 3, &workers)];
    // Stage by stage in turn, on one thread.
    let mut runs = start();
    while runs.iter().any(|run| !run.finished()) {
        for run in &mut runs {
            block_on(run.advance(&NoMonitor)).unwrap();
        }
    }
    runs.iter().zip(&expected).for_each(|(run, expected)| assert_same_run(run, expected, "in turn"));
    // At the same time, on two threads.
    let mut runs = start();
    std::thread::scope(|scope| {
        for run in &mut runs {
            scope.spawn(move || finish(run));
        }
    });
    runs.iter().zip(&expected).for_each(|(run, expected)| assert_same_run(run, expected, "at the same time"));
}

#[test]
fn two_engines_share_the_threads_of_the_process() {
    let expected = [on_threads(3, 1), on_threads(7, 3)];
    let mut runs = [(3, 1), (7, 3)].map(|(patch, channels)| {
        let (settings, data) = problem(patch, channels);
        ConvRfm::new(settings, data, cpu()).unwrap()
    });
    while runs.iter().any(|run| !run.finished()) {
        for run in &mut runs {
            block_on(run.advance(&NoMonitor)).unwrap();
        }
    }
    runs.iter().zip(&expected).for_each(|(run, expected)| assert_same_run(run, expected, "in turn"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// Values of a wrong length are refused, and the problem stays usable.
    #[test]
    fn messages_of_any_length_are_applied_or_refused(
        geometry in geometries(), n in 1..20_usize, kind in 0..6_usize, random in 0..3000_usize, exact: bool,
    ) {
        let (d, shape) = (geometry.patch_len(), geometry.shape());
        let extents = [shape.channels, shape.height, shape.width];
        let load = Update::Load { shape: extents, patch: geometry.patch(), depth: geometry.depth() };
        // Panels hold sixteen images each.
        let panels = n.div_ceil(16) * 16 * geometry.positions(0) * d;
        let images = random % 4 * shape.len();
        let (update, fitting) = [
            (Update::Transform, random % 2 * d * d),
            (Update::Alpha { outputs: 3 }, 3 * n),
            (Update::Alpha { outputs: usize::MAX }, n),
            (Update::TestImages, images),
            (Update::Panels, panels),
            (load.clone(), images),
        ][kind].clone();
        // A random length hardly ever fits.
        let length = if exact { fitting } else { random };
        let fits = match update {
            Update::Transform => length == 0 || length == d * d,
            Update::Alpha { outputs } => n.checked_mul(outputs) == Some(length),
            Update::Panels => length == panels,
            _ => length.is_multiple_of(shape.len()),
        };
        let mut worker = PoolWorker::<CpuProblem>::default();
        worker.apply(1, &load, vec![0.5; n * shape.len()]).unwrap();
        let tile = Job::Tiles(0..1, 0..1);
        let before = worker.run(1, &tile).unwrap();
        let outcome = worker.apply(1, &update, vec![0.25; length]);
        prop_assert_eq!(outcome.is_ok(), fits, "{:?} with {} values, n = {}: {:?}", update, length, n, outcome);
        if !fits {
            prop_assert!(matches!(outcome, Err(Error::Invalid { .. })), "{:?}", outcome);
            prop_assert_eq!(worker.run(1, &tile).unwrap(), before);
        }
        let other = worker.apply(2, &Update::TestImages, Vec::new());
        let refused = matches!(other, Err(Error::Invalid { .. }));
        prop_assert!(refused, "an update of a problem that was not loaded");
        worker.apply(1, &Update::Unload, Vec::new()).unwrap();
        prop_assert!(worker.run(1, &tile).is_none());
    }
}

#[test]
fn a_load_message_without_a_geometry_is_refused() {
    let cases =
        [([0, 4, 4], 2, 1), ([1, 4, 4], 0, 1), ([1, 4, 4], 2, 0), ([1, 4, 4], 5, 1), ([1, 4, 4], 2, 4)];
    let huge = ([usize::MAX, 4, 4], 2, 1);
    for (shape, patch, depth) in cases.into_iter().chain([huge]) {
        let load = Update::Load { shape, patch, depth };
        let outcome = PoolWorker::<CpuProblem>::default().apply(1, &load, Vec::new());
        assert!(matches!(outcome, Err(Error::Invalid { .. })), "{load:?}: {outcome:?}");
    }
}
