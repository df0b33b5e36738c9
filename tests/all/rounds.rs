//! The rounds of a run as a state machine: order of stages, cancelling, dropping and pausing a stage, another engine in mid-run,
//! progress, and the choice of the best round.

use crate::common;

use common::{
    Recorder, assert_same_run, assert_taken_over, bits, cpu, drop_stage, engines, finish, finished,
    noise_split, settings,
};
use convrfm::data::star;
use convrfm::{
    AgopSamples, ConvRfm, Engine, Error, Monitor, Naive, NoMonitor, Progress, Ridge, Round, Settings, Shape,
    Sizes, Split, Stage,
};
use pollster::block_on;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

fn small_settings(rounds: usize) -> Settings {
    settings(3, 2, 1e-2, rounds, AgopSamples::First(10))
}

fn small_data() -> Split {
    noise_split(Shape { channels: 2, height: 7, width: 8 }, [20, 9, 11], 3, 5)
}

fn small(rounds: usize, engine: Box<dyn Engine>) -> ConvRfm {
    ConvRfm::new(small_settings(rounds), small_data(), engine).unwrap()
}

fn rounds(run: &ConvRfm) -> &[Round] {
    run.levels()[0].rounds()
}

/// About half a second on one core. The reference engine has a checkpoint after each image; a run of half the size made too few
/// reports on an idle machine, because two reports are 30 ms apart.
fn slow(ridge: impl Into<Ridge>) -> ConvRfm {
    let data = noise_split(Shape { channels: 1, height: 13, width: 13 }, [160, 45, 45], 2, 1);
    let settings = settings(3, 2, ridge, 2, AgopSamples::First(60));
    ConvRfm::new(settings, data, Box::new(Naive::<f64>::default())).unwrap()
}

fn advance(run: &mut ConvRfm, stages: usize) {
    for _ in 0..stages {
        block_on(run.advance(&NoMonitor)).unwrap();
    }
}

/// A run can move to another thread.
#[test]
fn a_run_is_send() {
    fn is_send<T: Send>(_: &T) {}
    let run = small(1, cpu());
    is_send(&run);
    let moved = std::thread::spawn(move || {
        let mut run = run;
        finish(&mut run);
        run
    });
    assert!(moved.join().unwrap().finished());
}

#[test]
fn stages_run_in_order_and_the_last_round_has_no_agop() {
    for (name, engine) in engines() {
        let mut run = small(3, engine());
        let stages = (0..3).flat_map(|round| Stage::ROUND.map(|stage| (round, stage)));
        let expected = stages.filter(|&stage| stage != (2, Stage::Agop));
        for (round, stage) in expected {
            let level = run.current_level();
            assert_eq!(
                (level.round(), run.next_stage(), run.finished()),
                (round, Some(stage), false),
                "{name}"
            );
            let done = block_on(run.advance(&NoMonitor)).unwrap().unwrap();
            assert_eq!((done.round, done.stage), (round, stage), "{name}");
            assert!(done.seconds >= 0.0);
            let has_m = run.current_level().latest_feature_matrix().is_some();
            assert_eq!(has_m, round > 0 || matches!(stage, Stage::Agop | Stage::Predict), "{name}: M");
        }
        assert!(run.finished() && run.next_stage().is_none() && rounds(&run).len() == 3);
        assert_eq!(block_on(run.advance(&NoMonitor)), Ok(None), "{name}: no stage is left");
        for (i, round) in rounds(&run).iter().enumerate() {
            assert_eq!(round.agop.is_some(), i < 2, "{name}");
            assert!(
                round.scale > 0.0
                    && round.test_predictions.is_some()
                    && round.validation_predictions.is_some()
            );
            assert!((round.ridge, round.retries) == (1e-2, 0), "{name}");
            assert!(round.residual < 1e-4, "{name}: {:.1e}", round.residual);
        }
        // The patch transform has an effect.
        assert_ne!(rounds(&run)[0].test_predictions, rounds(&run)[1].test_predictions, "{name}");
    }
}

/// Each stage of a small run reports once, before it starts, so report k belongs to the k-th stage.
#[test]
fn a_cancelled_round_starts_again_and_ends_the_same() {
    let undisturbed = finished(small_settings(3), small_data(), cpu());
    for report in 0..11 {
        let mut run = small(3, cpu());
        let recorder = Recorder::new(report);
        let error = loop {
            match block_on(run.advance(&recorder)) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the run ended before report {report}"),
                Err(error) => break error,
            }
        };
        assert_eq!(error, Error::Cancelled);
        let last = *recorder.reports.borrow().last().unwrap();
        assert_eq!(
            (run.current_level().round(), run.next_stage()),
            (last.round, Some(Stage::Kernel)),
            "{report}"
        );
        for (i, (a, b)) in rounds(&run).iter().zip(rounds(&undisturbed)).take(last.round).enumerate() {
            assert!(bits(a) == bits(b), "report {report}: round {i} changed");
        }
        let dropped = bits(&rounds(&run)[last.round]) == bits(&Round::default());
        assert!(dropped, "report {report}: results of the cancelled round are still there");
        finish(&mut run);
        assert_same_run(&run, &undisturbed, &format!("cancelled at report {report}"));
    }
}

/// A run that goes on with more rounds begins with the AGOP of its last round, whose accuracies the user has read.
#[test]
fn cancelling_the_agop_of_an_extended_run_keeps_predictions_and_accuracies() {
    let undisturbed = finished(small_settings(3), small_data(), cpu());
    for last in 0..2 {
        let mut run = finished(small_settings(last + 1), small_data(), cpu());
        let shown = bits(&rounds(&run)[last]);
        let best = run.current_level().best_round();
        run.extend(3).unwrap();
        assert_eq!(run.next_stage(), Some(Stage::Agop));
        assert_eq!(block_on(run.advance(&Recorder::new(0))), Err(Error::Cancelled));
        assert!(bits(&rounds(&run)[last]) == shown, "round {last}");
        assert_eq!((run.current_level().best_round(), run.next_stage()), (best, Some(Stage::Kernel)));
        // Neither does cancelling the repeated round remove them: in its ridge regression, or in its predictions, which come after the
        // AGOP now. M goes with the round, and what is left can be restored.
        for stages in [1, 3] {
            advance(&mut run, stages);
            assert_eq!(block_on(run.advance(&Recorder::new(0))), Err(Error::Cancelled));
            assert_eq!(run.current_level().best_round(), best);
            assert!(rounds(&run)[last].agop.is_none(), "{stages} stages");
            let mut other = small(3, cpu());
            block_on(other.restore(run.state(), &NoMonitor)).unwrap();
        }
        assert_eq!(rounds(&run)[last].test_accuracy, rounds(&undisturbed)[last].test_accuracy);
        finish(&mut run);
        assert_same_run(&run, &undisturbed, &format!("cancelled in the AGOP of round {last}"));
    }
}

#[test]
fn a_stage_can_be_cancelled_while_it_computes() {
    let mut run = slow(1e-2);
    // The AGOP takes longest.
    advance(&mut run, 2);
    let recorder = Recorder::new(1);
    assert_eq!(block_on(run.advance(&recorder)), Err(Error::Cancelled));
    let last = recorder.reports.borrow()[1];
    assert!(last.stage == Stage::Agop && last.done > 0.0 && last.done < 1.0, "{last:?}");
    assert_eq!((run.current_level().round(), run.next_stage()), (0, Some(Stage::Kernel)));
    assert!(run.current_level().latest_feature_matrix().is_none());
    finish(&mut run);
    let mut undisturbed = slow(1e-2);
    finish(&mut undisturbed);
    assert_same_run(&run, &undisturbed, "cancelled in the AGOP");
}

/// With an engine whose stages await nothing but the monitor. `tests/all/pool.rs` drops stages at every await of a pool.
#[test]
fn dropping_the_future_of_any_stage_costs_its_round_only() {
    let undisturbed = finished(small_settings(3), small_data(), cpu());
    for stages in 0..11 {
        let mut run = small(3, cpu());
        advance(&mut run, stages);
        let (round, stage) = (run.current_level().round(), run.next_stage().unwrap());
        assert!(drop_stage(&mut run, stage, 0));
        for (i, (a, b)) in rounds(&run).iter().zip(rounds(&undisturbed)).take(round).enumerate() {
            assert!(bits(a) == bits(b), "round {i} changed when {stage:?} of round {round} was dropped");
        }
        // The round starts again with its kernel, whichever stage was dropped.
        let done = block_on(run.advance(&NoMonitor)).unwrap().unwrap();
        assert_eq!((done.round, done.stage), (round, Stage::Kernel));
        finish(&mut run);
        assert_same_run(&run, &undisturbed, &format!("dropped in {stage:?} of round {round}"));
    }
}

/// The second report comes 30 ms into a stage, when the reference engine has computed a part of it.
#[test]
fn dropping_a_stage_that_has_computed_a_part_costs_its_round_only() {
    let mut undisturbed = slow(1e-2);
    finish(&mut undisturbed);
    for (stages, stage) in Stage::ROUND.into_iter().enumerate() {
        let mut run = slow(1e-2);
        advance(&mut run, stages);
        let dropped = drop_stage(&mut run, stage, 1);
        // Only the AGOP is sure to take so long on any machine.
        assert!(dropped || stage != Stage::Agop);
        finish(&mut run);
        assert_same_run(&run, &undisturbed, &format!("dropped in {stage:?}"));
    }
}

#[test]
fn another_engine_can_take_over_in_mid_run() {
    let undisturbed = finished(small_settings(3), small_data(), cpu());
    for (name, engine) in engines() {
        // After 5 stages the second round has its kernel, which the new engine has to compute again.
        for stages in [0, 2, 4, 5, 7, 11] {
            let mut run = small(3, cpu());
            advance(&mut run, stages);
            let round = run.current_level().round();
            run.replace_engine(engine());
            let next = if stages == 11 { None } else { Some(Stage::Kernel) };
            assert_eq!(
                (run.current_level().round(), run.next_stage()),
                (round, next),
                "{name}, {stages} stages"
            );
            finish(&mut run);
            let what = format!("{name} after {stages} stages");
            assert_taken_over(&run.levels()[0], &undisturbed.levels()[0], round, &what);
        }
    }
}

/// An extended run is the one that was planned with those rounds, bit for bit: extended before it starts, in the middle of a round,
/// after its end, and after its end on another engine, which has to compute the last kernel again.
#[test]
fn an_extended_run_equals_one_planned_with_those_rounds() {
    for (name, engine) in engines() {
        let planned = finished(small_settings(3), small_data(), engine());
        // Two rounds have 7 stages.
        for (stages, replaced) in [(0, false), (5, false), (7, false), (7, true)] {
            let mut run = small(2, engine());
            advance(&mut run, stages);
            assert_eq!(run.finished(), stages == 7);
            if replaced {
                run.replace_engine(engine());
            }
            run.extend(3).unwrap();
            assert!(run.settings().rounds == 3 && !run.finished());
            finish(&mut run);
            assert_same_run(&run, &planned, &format!("{name} after {stages} stages, {replaced}"));
        }
        let mut run = small(2, engine());
        finish(&mut run);
        run.extend(2).unwrap();
        assert!(run.finished(), "no round was added");
    }
}

#[test]
fn fewer_rounds_and_several_levels_cannot_be_extended() {
    let mut run = small(3, cpu());
    let sentence = |run: &mut ConvRfm, rounds| run.extend(rounds).map_err(|e| e.to_string());
    assert_eq!(sentence(&mut run, 2), Err("rounds: found 2, expected at least 3, as planned".into()));
    let mut settings = small_settings(2);
    (settings.levels, settings.width) = (2, 3);
    let mut deep = ConvRfm::new(settings, small_data(), cpu()).unwrap();
    let expected = "levels: found 2, expected one level, to add rounds to a run";
    assert_eq!(sentence(&mut deep, 3), Err(expected.into()));
    assert_eq!((run.settings().rounds, deep.settings().rounds), (3, 2));
}

/// Answers reports once `open` is set.
struct Gate {
    open: Cell<bool>,
    reports: Cell<usize>,
}

impl Monitor for Gate {
    fn report<'a>(&'a self, _: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        self.reports.set(self.reports.get() + 1);
        Box::pin(poll_fn(|_| if self.open.get() { Poll::Ready(true) } else { Poll::Pending }))
    }
}

#[test]
fn a_pause_is_a_late_answer_and_does_not_count_as_computing() {
    let mut run = small(1, cpu());
    let gate = Gate { open: Cell::new(false), reports: Cell::new(0) };
    let mut context = Context::from_waker(Waker::noop());
    let pause = Duration::from_millis(200);
    let start = Instant::now();
    let done = {
        let mut stage = pin!(run.advance(&gate));
        for _ in 0..3 {
            assert!(stage.as_mut().poll(&mut context).is_pending());
            assert_eq!(gate.reports.get(), 1, "a pending report must not be made again");
        }
        std::thread::sleep(pause);
        gate.open.set(true);
        match stage.as_mut().poll(&mut context) {
            Poll::Ready(done) => done.unwrap().unwrap(),
            Poll::Pending => panic!("the gate is open"),
        }
    };
    assert_eq!(done.stage, Stage::Kernel);
    // Holds on a machine of any speed: computing and the pause were one after the other.
    let counted = done.seconds + pause.as_secs_f64();
    assert!(counted <= start.elapsed().as_secs_f64(), "{} s include the pause", done.seconds);
    assert_eq!(rounds(&run)[0].seconds[0], done.seconds);
}

#[test]
fn progress_never_decreases_and_reaches_the_end() {
    for ridge in [1e-2.into(), Ridge::Grid(Ridge::GRID.to_vec())] {
        check_progress(slow(ridge));
    }
}

fn check_progress(mut run: ConvRfm) {
    let recorder = Recorder::new(usize::MAX);
    while block_on(run.advance(&recorder)).unwrap().is_some() {}
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
    assert!(left.len() > 3, "{} reports had the time left", left.len());
    assert!(left.iter().all(|s| s.is_finite() && *s >= 0.0));
    let spent: f64 = rounds(&run).iter().flat_map(|r| r.seconds).sum();
    assert!(*left.last().unwrap() < spent, "{} s left after {spent} s", left.last().unwrap());
}

/// The validation and test accuracies of three rounds, and the best round. `change` may exchange held-out labels, which the ridge
/// regression does not use.
fn accuracies(change: impl Fn(&mut Split)) -> (Vec<(f64, f64)>, Option<usize>) {
    let mut data = star(Sizes { train: 30, validation: 40, test: 40 }, 5).unwrap();
    change(&mut data);
    let run = finished(settings(5, 1, 1e-3, 3, AgopSamples::First(10)), data, cpu());
    let percent = |v: Option<f64>| v.unwrap_or(f64::NAN);
    let of_round = |r: &Round| (percent(r.validation_accuracy), percent(r.test_accuracy));
    (rounds(&run).iter().map(of_round).collect(), run.levels()[0].best_round())
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
fn the_best_round_is_chosen_on_validation_and_never_on_test_images() {
    let (percent, chosen) = accuracies(|_| {});
    let best = first_largest(percent.iter().map(|a| a.0));
    assert!(best == 1 && chosen == Some(best), "{percent:?}, chosen {chosen:?}");
    // With flipped labels the test images would choose another round.
    let (flipped, chosen) = accuracies(|data| flip(&mut data.test.labels));
    assert_ne!(
        first_largest(flipped.iter().map(|a| a.1)),
        best,
        "{flipped:?} does not distinguish the rounds"
    );
    assert_eq!(chosen, Some(best), "{flipped:?}");
    // With flipped labels the validation images do choose another round.
    let (flipped, chosen) = accuracies(|data| flip(&mut data.validation.labels));
    let best = first_largest(flipped.iter().map(|a| a.0));
    assert!(chosen == Some(best) && best == 0, "{flipped:?}, chosen {chosen:?}");
    // Without validation images it is the last round, whatever the test accuracies are.
    for flipped in [false, true] {
        let (_, chosen) = accuracies(|data| {
            data.validation = data.validation.select(&[]);
            if flipped {
                flip(&mut data.test.labels);
            }
        });
        assert_eq!(chosen, Some(2));
    }
}

#[test]
fn there_is_no_best_round_before_the_first_predictions() {
    let mut run = small(2, cpu());
    for best in [None, None, None, None, Some(0), Some(0)] {
        assert_eq!(run.current_level().best_round(), best);
        advance(&mut run, 1);
    }
}

#[test]
fn unusable_settings_are_refused_by_name() {
    type Change = fn(&mut Settings, &mut Split);
    let refused: [(&str, Change); 14] = [
        ("patch", |s, _| s.patch = 0),
        ("patch", |s, _| s.patch = 8),
        ("depth", |s, _| s.depth = 0),
        ("depth", |s, _| s.depth = 4),
        ("depth", |s, _| s.depth = usize::MAX),
        ("ridge", |s, _| s.ridge = 0.0.into()),
        ("ridge", |s, _| s.ridge = Ridge::Fixed(-1.0)),
        ("ridge", |s, _| s.ridge = f64::NAN.into()),
        ("ridge", |s, _| s.ridge = f64::INFINITY.into()),
        ("ridge", |s, _| s.ridge = 1e39.into()),
        ("rounds", |s, _| s.rounds = 0),
        ("agop-samples", |s, _| s.agop_samples = AgopSamples::First(0)),
        ("training images", |_, d| d.train = d.train.select(&[])),
        ("test images", |_, d| {
            d.test = noise_split(Shape { channels: 2, height: 7, width: 7 }, [1, 1, 2], 1, 0).test
        }),
    ];
    for (field, change) in refused {
        let (mut settings, mut data) = (small_settings(2), small_data());
        change(&mut settings, &mut data);
        match ConvRfm::new(settings.clone(), data, cpu()).err() {
            Some(Error::Invalid { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{field}: {other:?} for {settings:?}"),
        }
    }
}

/// Validation chooses the ridge that would be best if each were run alone; test images have no influence.
#[test]
fn a_grid_of_ridges_gives_the_results_of_its_best_ridge() {
    let data = star(Sizes { train: 24, validation: 30, test: 20 }, 3).unwrap();
    let with = |ridge: Ridge| settings(5, 1, ridge, 2, AgopSamples::First(6));
    let ridges = [1e-5, 1e-3, 1e-1, 10.0];
    let run = |ridge: Ridge| finished(with(ridge), data.clone(), cpu());
    let chosen = run(Ridge::Grid(ridges.to_vec()));
    let alone: Vec<ConvRfm> = ridges.iter().map(|&ridge| run(ridge.into())).collect();
    let validation = |run: &ConvRfm| {
        let round = &rounds(run)[0];
        (round.validation_accuracy.unwrap(), -round.validation_error.unwrap())
    };
    let best = alone.iter().max_by(|a, b| validation(a).partial_cmp(&validation(b)).unwrap()).unwrap();
    assert!(
        alone.iter().any(|run| validation(run).0 < validation(best).0),
        "all ridges are equally good here"
    );
    let (actual, expected) = (&rounds(&chosen)[0], &rounds(best)[0]);
    assert_eq!((actual.ridge, actual.retries), (expected.ridge, 0));
    assert_eq!(actual.test_predictions, expected.test_predictions, "the same coefficients, bit for bit");
    assert_eq!(actual.validation_accuracy, expected.validation_accuracy);
    // Counted work: one factorisation per ridge, and kernel rows of the validation images once, where the ridge is chosen.
    let size = |run: &ConvRfm| run.levels()[0].size();
    let [work, work_of_one] = [&chosen, &alone[0]]
        .map(|run| [Stage::Solve, Stage::Predict].map(|stage| size(run).work(stage)).iter().sum::<f64>());
    let more = 3.0 * size(&alone[0]).work(Stage::Solve);
    assert!((work - work_of_one - more).abs() < 1e-9 * work, "{work} against {work_of_one} and {more}");
    assert!(size(&chosen).work(Stage::Predict) < 0.5 * size(&alone[0]).work(Stage::Predict));
    // Each round chooses for itself.
    assert!(ridges.contains(&rounds(&chosen)[1].ridge));
    let data = star(Sizes { train: 24, validation: 0, test: 20 }, 3).unwrap();
    let error = with(Ridge::Grid(ridges.to_vec())).check(&data).unwrap_err().to_string();
    assert_eq!(error, "ridge: found 4 values, expected one value, because there are no validation images");
}
