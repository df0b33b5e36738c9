//! The rounds as a state machine: stages in order, cancel, pause, another engine in mid-run, progress, the kept round.

mod common;

use common::{engines, frobenius_relative, max_relative, noise_split};
use convrfm::Ridge;
use convrfm::rfm::ridge_grid;
use convrfm::{AgopSamples, Error, Matrix, Monitor, NoMonitor, Progress, Rfm, Settings, Shape, Split, data};
use convrfm::{Cpu, Engine, Naive};
use convrfm::{Round, Stage};
use pollster::block_on;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

const STAGES: [Stage; 4] = [Stage::Kernel, Stage::Solve, Stage::Predict, Stage::Agop];

fn settings(rounds: usize) -> Settings {
    Settings { patch: 3, depth: 2, ridge: 1e-2.into(), rounds, agop_samples: AgopSamples::First(10) }
}

fn small() -> Split {
    noise_split(Shape { channels: 2, height: 7, width: 8 }, [20, 9, 11], 3, 5)
}

fn cpu() -> Box<dyn Engine> {
    Box::new(Cpu::default())
}

/// Half a second of computing in many steps, on one core: the reference engine reports after every image, as often as
/// anybody can read. Half as much had made too few reports on a machine with nothing else to do.
fn slow() -> Rfm {
    slow_with(1e-2.into())
}

fn slow_with(ridge: Ridge) -> Rfm {
    let data = noise_split(Shape { channels: 1, height: 13, width: 13 }, [160, 45, 45], 2, 1);
    let settings = Settings { ridge, agop_samples: AgopSamples::First(60), ..settings(2) };
    Rfm::new(settings, data, Box::new(Naive::<f64>::default())).unwrap()
}

fn advance(rfm: &mut Rfm, stages: usize) {
    for _ in 0..stages {
        block_on(rfm.advance(&NoMonitor)).unwrap();
    }
}

fn finish(rfm: &mut Rfm) {
    while block_on(rfm.advance(&NoMonitor)).unwrap().is_some() {}
}

/// What a round found, without the times it took.
type Findings<'a> =
    (f32, Option<&'a Matrix>, Option<&'a Matrix>, Option<&'a Matrix>, Option<f64>, Option<f64>);

fn findings(round: &Round) -> Findings<'_> {
    let accuracies = (round.validation_accuracy, round.test_accuracy);
    (
        round.scale,
        round.validation.as_ref(),
        round.test.as_ref(),
        round.agop.as_ref(),
        accuracies.0,
        accuracies.1,
    )
}

/// Keeps every report and says no from number `stop` on.
struct Recorder {
    reports: RefCell<Vec<Progress>>,
    stop: usize,
}

impl Recorder {
    fn until(stop: usize) -> Recorder {
        Recorder { reports: RefCell::default(), stop }
    }
}

impl Monitor for Recorder {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        self.reports.borrow_mut().push(progress);
        Box::pin(std::future::ready(self.reports.borrow().len() <= self.stop))
    }
}

#[test]
fn stages_run_in_order_and_the_last_round_has_no_agop() {
    for (name, engine) in engines() {
        let mut rfm = Rfm::new(settings(3), small(), engine()).unwrap();
        let expected: Vec<(usize, Stage)> =
            (0..3).flat_map(|round| STAGES.map(|stage| (round, stage))).take(11).collect();
        for (round, stage) in expected {
            assert_eq!(
                (rfm.round(), rfm.next_stage(), rfm.finished()),
                (round, Some(stage), false),
                "{name}"
            );
            let finished = block_on(rfm.advance(&NoMonitor)).unwrap().unwrap();
            assert_eq!((finished.round, finished.stage), (round, stage), "{name}");
            assert!(finished.seconds >= 0.0);
            assert_eq!(rfm.features().is_some(), (round > 0 || stage == Stage::Agop), "{name}: features");
        }
        assert!(rfm.finished() && rfm.next_stage().is_none() && rfm.rounds().len() == 3);
        assert_eq!(block_on(rfm.advance(&NoMonitor)), Ok(None), "{name}: nothing is left");
        for (i, round) in rfm.rounds().iter().enumerate() {
            assert_eq!(round.agop.is_some(), i < 2, "{name}");
            assert!(round.scale > 0.0 && round.test.is_some() && round.validation.is_some());
            assert!(
                round.ridge == 1e-2 && round.retries == 0 && round.residual < 1e-4,
                "{name}: {:.1e}",
                round.residual
            );
        }
        // The transform has an effect: rounds differ.
        assert_ne!(rfm.rounds()[0].test, rfm.rounds()[1].test, "{name}");
    }
}

/// Every stage of a small run asks once, before it starts; so number k of the reports is one in every stage in turn.
#[test]
fn a_cancelled_round_starts_anew_and_ends_the_same() {
    let mut uninterrupted = Rfm::new(settings(3), small(), cpu()).unwrap();
    finish(&mut uninterrupted);
    for stop in 0..11 {
        let mut rfm = Rfm::new(settings(3), small(), cpu()).unwrap();
        let recorder = Recorder::until(stop);
        let error = loop {
            match block_on(rfm.advance(&recorder)) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the run ended before report {stop}"),
                Err(error) => break error,
            }
        };
        assert_eq!(error, Error::Cancelled);
        let round = recorder.reports.borrow().last().unwrap().round;
        assert_eq!((rfm.round(), rfm.next_stage()), (round, Some(Stage::Kernel)), "report {stop}");
        for i in 0..round {
            assert_eq!(
                findings(&rfm.rounds()[i]),
                findings(&uninterrupted.rounds()[i]),
                "report {stop}: round {i} changed"
            );
        }
        assert_eq!(
            findings(&rfm.rounds()[round]),
            findings(&Round::default()),
            "report {stop}: the round was not dropped"
        );
        finish(&mut rfm);
        assert_eq!(rfm.rounds().len(), 3);
        for (i, (a, b)) in rfm.rounds().iter().zip(uninterrupted.rounds()).enumerate() {
            assert_eq!(
                findings(a),
                findings(b),
                "report {stop}: round {i} differs from an uninterrupted run"
            );
        }
    }
}

#[test]
fn a_stage_can_be_cancelled_while_it_computes() {
    let mut rfm = slow();
    block_on(async {
        // Far enough to be in the AGOP, which takes longest.
        for _ in 0..3 {
            rfm.advance(&NoMonitor).await.unwrap();
        }
        let recorder = Recorder::until(1);
        assert_eq!(rfm.advance(&recorder).await, Err(Error::Cancelled));
        let stopped = recorder.reports.borrow()[1];
        assert!(stopped.stage == Stage::Agop && stopped.done > 0.0 && stopped.done < 1.0, "{stopped:?}");
        assert_eq!((rfm.round(), rfm.next_stage()), (0, Some(Stage::Kernel)));
        assert!(rfm.features().is_none());
    });
    finish(&mut rfm);
    let mut uninterrupted = slow();
    finish(&mut uninterrupted);
    for (a, b) in rfm.rounds().iter().zip(uninterrupted.rounds()) {
        assert_eq!(findings(a), findings(b));
    }
}

#[test]
fn another_engine_can_take_over_in_mid_run() {
    let mut alone = Rfm::new(settings(3), small(), cpu()).unwrap();
    finish(&mut alone);
    for (name, engine) in engines() {
        // After 5 stages the second round has its kernel, which the new engine has to compute anew.
        for stages in [0, 2, 4, 5, 7, 11] {
            let mut rfm = Rfm::new(settings(3), small(), cpu()).unwrap();
            advance(&mut rfm, stages);
            let round = rfm.round();
            rfm.replace_engine(engine());
            let next = if stages == 11 { None } else { Some(Stage::Kernel) };
            assert_eq!((rfm.round(), rfm.next_stage()), (round, next), "{name} after {stages} stages");
            finish(&mut rfm);
            for (i, (a, b)) in rfm.rounds().iter().zip(alone.rounds()).enumerate() {
                if i < round {
                    assert_eq!(
                        findings(a),
                        findings(b),
                        "{name} after {stages} stages: round {i} was done before"
                    );
                }
                let predictions = max_relative(a.test.as_ref().unwrap(), b.test.as_ref().unwrap());
                assert!(predictions < 2e-3, "{name} after {stages} stages, round {i}: {predictions:.1e}");
                if let (Some(a), Some(b)) = (&a.agop, &b.agop) {
                    assert!(frobenius_relative(a, b) < 2e-3, "{name} after {stages} stages, round {i}: AGOP");
                }
            }
        }
    }
}

/// Answers the first report when `open` says so.
struct Gate {
    open: Cell<bool>,
    asked: Cell<usize>,
}

impl Monitor for Gate {
    fn report<'a>(&'a self, _: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        self.asked.set(self.asked.get() + 1);
        Box::pin(poll_fn(|_| if self.open.get() { Poll::Ready(true) } else { Poll::Pending }))
    }
}

#[test]
fn a_pause_is_an_answer_that_comes_later_and_does_not_count_as_computing() {
    let mut rfm = Rfm::new(settings(1), small(), cpu()).unwrap();
    let gate = Gate { open: Cell::new(false), asked: Cell::new(0) };
    let mut context = Context::from_waker(Waker::noop());
    let pause = Duration::from_secs(2);
    let finished = {
        let mut stage = pin!(rfm.advance(&gate));
        let start = Instant::now();
        for _ in 0..3 {
            assert!(stage.as_mut().poll(&mut context).is_pending());
            assert_eq!(gate.asked.get(), 1, "a pending report is not made again");
        }
        std::thread::sleep(pause.saturating_sub(start.elapsed()));
        gate.open.set(true);
        match stage.as_mut().poll(&mut context) {
            Poll::Ready(done) => done.unwrap().unwrap(),
            Poll::Pending => panic!("the gate is open"),
        }
    };
    assert_eq!(finished.stage, Stage::Kernel);
    assert!(finished.seconds < 0.5 * pause.as_secs_f64(), "{} s include the pause", finished.seconds);
    assert_eq!(rfm.rounds()[0].seconds[0], finished.seconds);
}

/// A pause need not end in the same stage: whoever holds the run may drop the pending future and go on later.
#[test]
fn a_dropped_stage_leaves_a_run_that_can_be_restarted() {
    let mut rfm = Rfm::new(settings(2), small(), cpu()).unwrap();
    let gate = Gate { open: Cell::new(false), asked: Cell::new(0) };
    advance(&mut rfm, 5);
    assert!(pin!(rfm.advance(&gate)).as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    finish(&mut rfm);
    let mut uninterrupted = Rfm::new(settings(2), small(), cpu()).unwrap();
    finish(&mut uninterrupted);
    assert_eq!(findings(&rfm.rounds()[1]), findings(&uninterrupted.rounds()[1]));
}

#[test]
fn progress_never_goes_back_and_reaches_the_end() {
    for ridge in [1e-2.into(), Ridge::Grid(grid::RIDGES.to_vec())] {
        check_progress(slow_with(ridge));
    }
}

fn check_progress(mut rfm: Rfm) {
    let recorder = Recorder::until(usize::MAX);
    while block_on(rfm.advance(&recorder)).unwrap().is_some() {}
    let reports = recorder.reports.into_inner();
    assert!(reports.len() > 12, "{} reports", reports.len());
    for pair in reports.windows(2) {
        let [a, b] = pair else { unreachable!("windows of two") };
        assert!(b.share >= a.share - 1e-12, "from {a:?} to {b:?}");
        assert!((a.round, a.stage) != (b.round, b.stage) || b.done >= a.done, "from {a:?} to {b:?}");
        assert!((0.0..=1.0).contains(&b.done) && (0.0..=1.0 + 1e-12).contains(&b.share), "{b:?}");
    }
    assert!(reports[0].share == 0.0 && reports[0].seconds_left.is_none(), "{:?}", reports[0]);
    let last = reports.last().unwrap();
    assert!(last.share > 0.8, "the last report is {last:?}");
    let left: Vec<f64> = reports.iter().filter_map(|r| r.seconds_left).collect();
    assert!(left.len() > 3, "the time left was said {} times", left.len());
    assert!(left.iter().all(|s| s.is_finite() && *s >= 0.0));
    let spent: f64 = rfm.rounds().iter().flat_map(|r| r.seconds).sum();
    assert!(*left.last().unwrap() < spent, "{} s left after {spent} s", left.last().unwrap());
}

/// Three rounds whose validation and test accuracies differ, by labels that the fit does not see.
fn accuracies(change: impl Fn(&mut Split)) -> (Vec<(f64, f64)>, Option<usize>) {
    let mut data = datasets::star(datasets::Sizes { train: 30, validation: 40, test: 40 }, 5).unwrap();
    change(&mut data);
    let settings =
        Settings { patch: 5, depth: 1, ridge: 1e-3.into(), rounds: 3, agop_samples: AgopSamples::First(10) };
    let mut rfm = Rfm::new(settings, data, cpu()).unwrap();
    finish(&mut rfm);
    let percent = |v: Option<f64>| v.unwrap_or(f64::NAN);
    let found =
        rfm.rounds().iter().map(|r| (percent(r.validation_accuracy), percent(r.test_accuracy))).collect();
    (found, rfm.best_round())
}

fn first_largest(values: impl Iterator<Item = f64>) -> usize {
    let values: Vec<f64> = values.collect();
    let largest = values.iter().copied().fold(f64::MIN, f64::max);
    values.iter().position(|v| *v == largest).unwrap()
}

fn flip(labels: &mut [usize]) {
    labels.iter_mut().for_each(|label| *label = 1 - *label);
}

#[test]
fn the_kept_round_is_chosen_on_validation_and_never_on_test() {
    let (found, kept) = accuracies(|_| {});
    let best = first_largest(found.iter().map(|a| a.0));
    assert!(best == 1 && kept == Some(best), "{found:?}, kept {kept:?}");
    // Upside down, the test part would choose another round; it has no say.
    let (flipped, kept) = accuracies(|data| flip(&mut data.test.labels));
    assert_ne!(first_largest(flipped.iter().map(|a| a.1)), best, "{flipped:?} does not tell the two apart");
    assert_eq!(kept, Some(best), "{flipped:?}");
    // The validation part has.
    let (flipped, kept) = accuracies(|data| flip(&mut data.validation.labels));
    let best = first_largest(flipped.iter().map(|a| a.0));
    assert!(kept == Some(best) && best == 0, "{flipped:?}, kept {kept:?}");
    // Without it the last round is kept, whatever the test part says.
    for upside_down in [false, true] {
        let (_, kept) = accuracies(|data| {
            data.validation = data.validation.select(&[]);
            if upside_down {
                flip(&mut data.test.labels);
            }
        });
        assert_eq!(kept, Some(2));
    }
}

#[test]
fn no_round_is_kept_before_one_has_predicted() {
    let mut rfm = Rfm::new(settings(2), small(), cpu()).unwrap();
    for kept in [None, None, None, Some(0), Some(0), Some(0)] {
        assert_eq!(rfm.best_round(), kept);
        block_on(rfm.advance(&NoMonitor)).unwrap();
    }
}

#[test]
fn settings_that_cannot_be_used_are_refused_by_name() {
    type Change = fn(&mut Settings, &mut Split);
    let refused: [(&str, Change); 13] = [
        ("patch", |s, _| s.patch = 0),
        ("patch", |s, _| s.patch = 8),
        ("depth", |s, _| s.depth = 0),
        ("depth", |s, _| s.depth = 4),
        ("depth", |s, _| s.depth = usize::MAX),
        ("ridge", |s, _| s.ridge = 0.0.into()),
        ("ridge", |s, _| s.ridge = Ridge::Fixed(-1.0)),
        ("ridge", |s, _| s.ridge = f64::NAN.into()),
        ("ridge", |s, _| s.ridge = f64::INFINITY.into()),
        ("rounds", |s, _| s.rounds = 0),
        ("agop-samples", |s, _| s.agop_samples = AgopSamples::First(0)),
        ("training images", |_, d| d.train = d.train.select(&[])),
        ("test images", |_, d| {
            d.test = noise_split(Shape { channels: 2, height: 7, width: 7 }, [1, 1, 2], 1, 0).test
        }),
    ];
    for (field, change) in refused {
        let (mut settings, mut data) = (settings(2), small());
        change(&mut settings, &mut data);
        match Rfm::new(settings.clone(), data, cpu()).err() {
            Some(Error::Invalid { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{field}: {other:?} for {settings:?}"),
        }
    }
}

/// The ridge that validation chooses is the one that would have been chosen by running each; test images have no say.
#[test]
fn a_grid_of_ridges_finds_what_its_best_ridge_finds_alone() {
    let data = datasets::star(datasets::Sizes { train: 24, validation: 30, test: 20 }, 3).unwrap();
    let settings =
        |ridge: Ridge| Settings { patch: 5, depth: 1, ridge, rounds: 2, agop_samples: AgopSamples::First(6) };
    let ridges = [1e-5, 1e-3, 1e-1, 10.0];
    let run = |ridge: Ridge| {
        let mut rfm = Rfm::new(settings(ridge), data.clone(), Box::new(Cpu::default())).unwrap();
        while pollster::block_on(rfm.advance(&NoMonitor)).unwrap().is_some() {}
        rfm
    };
    let chosen = run(Ridge::Grid(ridges.to_vec()));
    let alone: Vec<Rfm> = ridges.iter().map(|&ridge| run(ridge.into())).collect();
    let of = |rfm: &Rfm| {
        let round = &rfm.rounds()[0];
        (round.validation_accuracy.unwrap(), -round.validation_error.unwrap())
    };
    let best = alone.iter().max_by(|a, b| of(a).partial_cmp(&of(b)).unwrap()).unwrap();
    assert!(alone.iter().any(|rfm| of(rfm).0 < of(best).0), "the ridge makes no difference here");
    let (found, expected) = (&chosen.rounds()[0], &best.rounds()[0]);
    assert_eq!((found.ridge, found.retries), (expected.ridge, 0));
    assert_eq!(found.test, expected.test, "predictions of the same coefficients, to the bit");
    assert_eq!(found.validation_accuracy, expected.validation_accuracy);
    // Counted: a factorisation for every ridge, and the validation images once, where the ridge is chosen.
    let [work, of_one] = [&chosen, &alone[0]].map(|rfm| {
        let problem = rfm.problem();
        [Stage::Solve, Stage::Predict].map(|stage| problem.work(stage)).iter().sum::<f64>()
    });
    let more = 3.0 * alone[0].problem().work(Stage::Solve);
    assert!((work - of_one - more).abs() < 1e-9 * work, "{work} against {of_one} and {more}");
    assert!(chosen.problem().work(Stage::Predict) < 0.5 * alone[0].problem().work(Stage::Predict));
    // Later rounds choose anew, and one that would be refused alone is passed over.
    assert!(ridges.contains(&chosen.rounds()[1].ridge));
    let data = datasets::star(datasets::Sizes { train: 24, validation: 0, test: 20 }, 3).unwrap();
    let error = settings(Ridge::Grid(ridges.to_vec())).check(&data).unwrap_err().to_string();
    assert_eq!(error, "ridge: found 4 values, expected one value, where no validation image can choose");
}
