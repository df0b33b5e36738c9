//! Runs of several levels: the order of stages, each level as ConvRFM on convolved images, interruptions, plans and results.

use crate::common;

use common::{
    Recorder, assert_same_level, assert_same_run, assert_taken_over, bits, cpu, engines, finish, finished,
    noise_split, settings,
};
use convrfm::data::{dead_leaves, star};
use convrfm::{
    AgopSamples, ConvRfm, Error, FilterBank, FilterSource, Level, Monitor, Naive, NoMonitor, Predictor,
    Progress, Results, Settings, Shape, Sizes, Split, Stage,
};
use pollster::block_on;
use std::cell::RefCell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};

const SHAPE: Shape = Shape { channels: 2, height: 7, width: 8 };

fn levels(levels: usize) -> Settings {
    let mut settings = settings(3, 3, 1e-2, 2, AgopSamples::First(10));
    (settings.levels, settings.width, settings.seed) = (levels, 4, 5);
    settings
}

fn small() -> Split {
    noise_split(SHAPE, [20, 9, 11], 3, 5)
}

fn start(settings: Settings) -> ConvRfm {
    ConvRfm::new(settings, small(), cpu()).unwrap()
}

fn advance(run: &mut ConvRfm, stages: usize) {
    for _ in 0..stages {
        block_on(run.advance(&NoMonitor)).unwrap();
    }
}

#[test]
fn the_first_level_does_not_depend_on_the_number_of_levels() {
    let (mut one, mut three) = (start(levels(1)), start(levels(3)));
    loop {
        // A small run reports once before each stage.
        let recorders = [Recorder::new(usize::MAX), Recorder::new(usize::MAX)];
        let Some(done) = block_on(one.advance(&recorders[0])).unwrap() else { break };
        let other = block_on(three.advance(&recorders[1])).unwrap().unwrap();
        assert_eq!((done.level, done.round, done.stage), (0, other.round, other.stage));
        let [a, b] = recorders.map(|r| r.reports.into_inner()[0]);
        assert_eq!((a.level, a.round, a.stage, a.done), (b.level, b.round, b.stage, b.done));
        assert!(a.share == 0.0 && b.share == 0.0 || a.share > b.share, "{a:?} {b:?}");
    }
    assert_same_level(&one.levels()[0], &three.levels()[0], "level 0");
    assert!(one.finished() && one.filter_bank(0).is_none() && three.next_stage() == Some(Stage::Convolve));
    assert_eq!(one.best(), one.levels()[0].best_round().map(|round| (0, round)));
}

#[test]
fn levels_run_in_order_with_a_convolution_between_them() {
    let mut run = start(levels(3));
    let mut stages = Vec::new();
    while let Some(done) = block_on(run.advance(&NoMonitor)).unwrap() {
        assert!(done.seconds >= 0.0);
        stages.push((done.level, done.round, done.stage));
    }
    use Stage::{Agop, Convolve, Kernel, Predict, Solve};
    let rounds = |l| {
        [
            (l, 0, Kernel),
            (l, 0, Solve),
            (l, 0, Agop),
            (l, 0, Predict),
            (l, 1, Kernel),
            (l, 1, Solve),
            (l, 1, Predict),
        ]
    };
    let expected: Vec<_> = rounds(0)
        .into_iter()
        .chain([(0, 1, Convolve)])
        .chain(rounds(1))
        .chain([(1, 1, Convolve)])
        .chain(rounds(2))
        .collect();
    assert_eq!(stages, expected);
    assert!(run.finished() && run.levels().len() == 3);
    for (l, level) in run.levels().iter().enumerate() {
        let geometry = level.geometry();
        let shape = Shape { channels: if l == 0 { 2 } else { 4 }, height: 7 - 2 * l, width: 8 - 2 * l };
        assert_eq!((geometry.depth(), geometry.shape()), (3 - l, shape));
        assert_eq!(run.convolution_seconds(l).is_some(), l < 2);
    }
}

/// Every level again as a run of its own, and the convolved images again by their definition in double precision.
#[test]
fn a_level_is_convrfm_on_the_convolved_images_of_the_one_before() {
    for relu in [false, true] {
        let mut settings = levels(3);
        settings.relu = relu;
        let run = finished(settings, small(), cpu());
        for (l, level) in run.levels().iter().enumerate() {
            let settings = settings_of_level(l);
            let alone = finished(settings, level.data().clone(), cpu());
            assert_same_level(level, &alone.levels()[0], &format!("level {l}"));
            let predictor = Predictor::new(level, 1).unwrap();
            let row = predictor.kernel_row(level.data().test.images.image(0)).unwrap().unwrap();
            let f = predictor.predict(&row).unwrap();
            let expected = level.rounds()[1].test_predictions.as_ref().unwrap();
            assert!((f[0] - expected[(0, 0)]).abs() < 1e-4);
        }
        for l in 0..2 {
            let (here, next) = (run.levels()[l].data(), run.levels()[l + 1].data());
            let bank = run.filter_bank(l).unwrap();
            for (here, next) in
                [(&here.train, &next.train), (&here.validation, &next.validation), (&here.test, &next.test)]
            {
                assert_eq!((&next.labels, &next.classes), (&here.labels, &here.classes));
                let shape = here.images.shape();
                let (h, w) = (shape.height - 2, shape.width - 2);
                for i in 0..here.len() {
                    let pixels = here.images.image(i);
                    for (at, actual) in next.images.image(i).iter().enumerate() {
                        let (filter, p) = (bank.filter(at / (h * w)), at % (h * w));
                        let product = |j: usize| {
                            let (row, column) = (p / w + j / 3 % 3, p % w + j % 3);
                            let pixel = pixels[(j / 9 * shape.height + row) * shape.width + column];
                            f64::from(filter[j]) * f64::from(pixel)
                        };
                        let sum: f64 = (0..filter.len()).map(product).sum();
                        let expected = if relu { sum.max(0.0) } else { sum };
                        assert!(
                            (f64::from(*actual) - expected).abs() < 1e-5,
                            "{actual}, expected {expected}"
                        );
                    }
                }
            }
        }
    }
}

/// Pooling makes the images of each level smaller; every level is still ConvRFM on them.
#[test]
fn levels_with_pooling_are_convrfm_on_smaller_images() {
    let mut settings = levels(3);
    (settings.relu, settings.pooling) = (true, 2);
    let data = dead_leaves(Sizes { train: 14, validation: 8, test: 9 }, 2).unwrap();
    let run = finished(settings, data, cpu());
    for (level, (l, side)) in run.levels().iter().zip([(0, 32), (1, 15), (2, 6)]) {
        let shape = level.geometry().shape();
        assert_eq!((shape.height, shape.width, level.geometry().depth()), (side, side, 3 - l));
        let alone = finished(settings_of_level(l), level.data().clone(), cpu());
        assert_same_level(level, &alone.levels()[0], &format!("level {l}"));
    }
}

#[test]
fn pooling_that_leaves_no_image_for_a_level_is_refused() {
    let mut settings = levels(3);
    for pooling in [0, 3, usize::MAX] {
        settings.pooling = pooling;
        let error = ConvRfm::new(settings.clone(), small(), cpu()).err().unwrap().to_string();
        let expected = "1 to 1, which leaves the last level images for its kernel";
        assert_eq!(error, format!("pooling: found {pooling}, expected {expected}"));
    }
    settings.levels = 1;
    assert!(ConvRfm::new(settings, small(), cpu()).is_ok(), "a run of one level has no pooling");
}

/// A run of one level with the kernel depth of level `l`.
fn settings_of_level(l: usize) -> Settings {
    let mut settings = levels(1);
    settings.depth -= l;
    settings
}

/// Each stage of a small run reports once, before it starts.
#[test]
fn a_run_cancelled_in_any_stage_ends_the_same() {
    let undisturbed = finished(levels(3), small(), cpu());
    for report in 0..23 {
        let mut run = start(levels(3));
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
        assert_eq!(run.levels().len() - 1, last.level, "report {report}");
        let again = if last.stage == Stage::Convolve { Stage::Convolve } else { Stage::Kernel };
        assert_eq!(run.next_stage(), Some(again), "report {report}");
        for (l, level) in run.levels()[..last.level].iter().enumerate() {
            assert_same_level(
                level,
                &undisturbed.levels()[l],
                &format!("report {report}: finished level {l}"),
            );
        }
        finish(&mut run);
        assert_same_run(&run, &undisturbed, &format!("cancelled at report {report}"));
    }
}

/// Records the reports of a convolution. At number `at`, from 0, it cancels or never answers.
struct InConvolution {
    at: usize,
    answer: bool,
    reports: RefCell<Vec<Progress>>,
}

impl Monitor for InConvolution {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        if progress.stage == Stage::Convolve {
            self.reports.borrow_mut().push(progress);
        }
        let go_on = self.reports.borrow().len() <= self.at;
        if go_on || self.answer {
            Box::pin(std::future::ready(go_on))
        } else {
            Box::pin(std::future::pending())
        }
    }
}

#[test]
fn a_convolution_can_be_cancelled_or_dropped_while_it_computes() {
    let data = noise_split(Shape { channels: 3, height: 40, width: 40 }, [120, 0, 60], 2, 1);
    let mut settings = settings(5, 2, 1e-2, 1, AgopSamples::First(1));
    (settings.levels, settings.width) = (2, 256);
    let mut run = ConvRfm::new(settings, data, cpu()).unwrap();
    advance(&mut run, 3);
    let before: Vec<_> = run.levels()[0].rounds().iter().map(bits).collect();
    let mut convolved = Vec::new();
    // At the first report nothing is computed, at the second a part.
    for (at, answer) in [(1, true), (0, false), (1, false)] {
        let monitor = InConvolution { at, answer, reports: RefCell::default() };
        if answer {
            assert_eq!(block_on(run.advance(&monitor)), Err(Error::Cancelled));
        } else {
            let mut context = Context::from_waker(Waker::noop());
            assert!(pin!(run.advance(&monitor)).poll(&mut context).is_pending());
        }
        let last = monitor.reports.borrow()[at];
        assert!((last.done > 0.0) == (at > 0) && last.done < 1.0 && last.level == 0, "{last:?}");
        assert!(run.levels().len() == 1 && run.filter_bank(0).is_none());
        assert_eq!(run.next_stage(), Some(Stage::Convolve));
        assert!(run.levels()[0].rounds().iter().map(bits).eq(before.iter().cloned()));
    }
    let done = block_on(run.advance(&NoMonitor)).unwrap().unwrap();
    assert_eq!((done.level, done.stage), (0, Stage::Convolve));
    assert_eq!(run.current_level().geometry().shape().channels, 256);
    let expected = run.filter_bank(0).unwrap();
    let progress = convrfm::math::StageProgress::unmonitored();
    for part in [&run.levels()[0].data().train, &run.levels()[0].data().test] {
        convolved.push(block_on(expected.convolve(&part.images, false, 1, &progress)).unwrap());
    }
    let data = run.current_level().data();
    assert!(data.train.images == convolved[0] && data.test.images == convolved[1]);
}

#[test]
fn another_engine_can_take_over_in_any_level() {
    let undisturbed = finished(levels(2), small(), cpu());
    for (name, engine) in engines() {
        // After 7 stages the first level is finished, after 8 its images are convolved, after 12 a round of the second is finished.
        for stages in [0, 5, 7, 8, 12, 15] {
            let mut run = start(levels(2));
            advance(&mut run, stages);
            let before: Vec<usize> = run.levels().iter().map(Level::round).collect();
            run.replace_engine(engine());
            finish(&mut run);
            for (l, (a, b)) in run.levels().iter().zip(undisturbed.levels()).enumerate() {
                let done = before.get(l).map_or(0, |round| if l + 1 < before.len() { 2 } else { *round });
                assert_taken_over(a, b, done, &format!("{name} after {stages} stages, level {l}"));
            }
        }
    }
}

#[test]
fn progress_never_decreases_from_level_to_level() {
    let data = noise_split(Shape { channels: 1, height: 11, width: 11 }, [50, 10, 10], 2, 1);
    let mut settings = settings(3, 2, 1e-2, 2, AgopSamples::First(20));
    (settings.levels, settings.width) = (2, 6);
    let mut run = ConvRfm::new(settings, data, Box::new(Naive::<f64>::default())).unwrap();
    let recorder = Recorder::new(usize::MAX);
    while block_on(run.advance(&recorder)).unwrap().is_some() {}
    let reports = recorder.reports.into_inner();
    for pair in reports.windows(2) {
        let [a, b] = pair else { unreachable!("windows of two") };
        assert!(b.share >= a.share - 1e-12, "from {a:?} to {b:?}");
        assert!((b.level, b.round) >= (a.level, a.round), "from {a:?} to {b:?}");
        assert!((0.0..=1.0 + 1e-12).contains(&b.share), "{b:?}");
    }
    let first = reports.iter().find(|r| r.level == 1).unwrap();
    assert!(reports[0].share == 0.0 && first.share > 0.1 && first.share < 0.9, "{first:?}");
    assert!(reports.iter().any(|r| r.stage == Stage::Convolve && r.level == 0));
    assert!(reports.last().unwrap().share > 0.8);
}

/// Two levels on star images; `flipped` exchanges the validation labels, so that another round is the best.
fn star_run(filters: FilterSource, flipped: bool) -> ConvRfm {
    let mut data = star(Sizes { train: 30, validation: 40, test: 4 }, 5).unwrap();
    if flipped {
        data.validation.labels.iter_mut().for_each(|label| *label = 1 - *label);
    }
    let mut settings = settings(5, 2, 1e-3, 2, AgopSamples::First(10));
    (settings.levels, settings.width, settings.filters, settings.seed) = (2, 3, filters, 8);
    finished(settings, data, cpu())
}

/// The best round is chosen on validation. When it is round 0, whose kernel has no M, filters are isotropic.
#[test]
fn filters_are_drawn_from_the_m_of_the_best_round() {
    let draw = |level: &Level, round: Option<usize>| {
        let m = round.and_then(|round| level.feature_matrix(round));
        FilterBank::draw(m.map(|m| m.root()), level.geometry(), 3, 8, 0).unwrap()
    };
    let mut best = Vec::new();
    for flipped in [false, true] {
        let run = star_run(FilterSource::Learned, flipped);
        let level = &run.levels()[0];
        let round = level.best_round().unwrap();
        assert_eq!(level.feature_matrix(round).is_none(), round == 0);
        assert!(run.filter_bank(0).unwrap() == &draw(level, Some(round)), "round {round}");
        best.push(round);
    }
    best.sort_unstable();
    assert_eq!(best, [0, 1], "flipping the labels did not change the best round");
    let run = star_run(FilterSource::Isotropic, false);
    assert!(run.filter_bank(0).unwrap() == &draw(&run.levels()[0], None));
}

#[test]
fn the_best_level_is_chosen_on_validation() {
    let run = finished(levels(3), small(), cpu());
    let accuracy = |level: &Level| level.rounds()[level.best_round().unwrap()].validation_accuracy.unwrap();
    let accuracies: Vec<f64> = run.levels().iter().map(accuracy).collect();
    let top = accuracies.iter().copied().fold(f64::MIN, f64::max);
    let level = accuracies.iter().position(|a| *a == top).unwrap();
    assert_eq!(run.best(), run.levels()[level].best_round().map(|round| (level, round)), "{accuracies:?}");
    // Without validation images it is the last level with predictions.
    let mut data = small();
    data.validation = data.validation.select(&[]);
    let mut run = ConvRfm::new(levels(2), data, cpu()).unwrap();
    assert_eq!(run.best(), None);
    for expected in [None, None, None, Some((0, 0)), Some((0, 0)), Some((0, 0)), Some((0, 1))] {
        advance(&mut run, 1);
        assert_eq!(run.best(), expected);
    }
    finish(&mut run);
    assert_eq!(run.best(), Some((1, 1)));
}

/// A plan counts the images of all levels, and the engine's memory for the largest level.
#[test]
fn a_plan_counts_the_images_of_every_level() {
    let image_bytes = |l: usize, width: usize| {
        let channels = if l == 0 { 2 } else { width };
        (40 * channels * (7 - 2 * l) * (8 - 2 * l) * 4) as u64
    };
    let bytes = |count: usize, width: usize| {
        let mut settings = levels(count);
        settings.width = width;
        start(settings).plan().unwrap().bytes
    };
    // One channel instead of two and smaller maps: the first level needs most.
    let engine = bytes(1, 1) - image_bytes(0, 1);
    assert_eq!(bytes(3, 1), engine + (0..3).map(|l| image_bytes(l, 1)).sum::<u64>());
    assert!(bytes(3, 256) > image_bytes(1, 256) + image_bytes(2, 256));
}

#[test]
fn unusable_settings_are_refused_by_name() {
    type Change = fn(&mut Settings);
    let refused: [(&str, Change); 5] = [
        ("levels: found 0, expected 1 to 3, because each level takes one layer of the kernel", |s| {
            s.levels = 0
        }),
        ("levels: found 4, expected 1 to 3, because each level takes one layer of the kernel", |s| {
            s.levels = 4
        }),
        ("width: found 0, expected 1 to 256 filters", |s| s.width = 0),
        ("width: found 257, expected 1 to 256 filters", |s| s.width = 257),
        ("depth: found 4, expected at most 3: each layer of patch size 3 shrinks a 2x7x8 image by 2", |s| {
            s.depth = 4;
        }),
    ];
    for (expected, change) in refused {
        let mut settings = levels(3);
        change(&mut settings);
        let error = ConvRfm::new(settings, small(), cpu()).err().map(|e| e.to_string());
        assert_eq!(error.as_deref(), Some(expected));
    }
    let refused = "random".parse::<FilterSource>().unwrap_err().to_string();
    assert_eq!(refused, "filters: found random, expected learned or isotropic");
}

/// Results of a run that is stopped within a level have NaN for the rounds that are missing there.
#[test]
fn results_of_several_levels_have_an_array_for_each() {
    let mut run = start(levels(3));
    // Two levels and a round of the third.
    advance(&mut run, 20);
    let results = Results::of(&run).unwrap();
    let mut npz = common::Npz::new(results.npz().unwrap());
    let json = serde_json::to_value(&results).unwrap();
    let expected: [(&str, &[usize]); 12] = [
        ("accuracy", &[3, 2]),
        ("kernel_scale", &[3, 2]),
        ("seconds", &[3, 2, 4]),
        ("kept_round", &[3]),
        ("channels", &[3]),
        ("convolution_seconds", &[2]),
        ("predictions_0", &[2, 11, 3]),
        ("predictions_2", &[1, 11, 3]),
        ("agop_0", &[1, 18, 18]),
        ("agop_2", &[1, 36, 36]),
        ("filters_0", &[4, 18]),
        ("filters_1", &[4, 36]),
    ];
    for (name, expected) in expected {
        let (shape, values) = npz.array(name);
        assert_eq!(shape, expected, "{name}");
        let mut flat = Vec::new();
        flatten(&json[name], &mut flat);
        let equal = flat.iter().zip(&values).all(|(a, b)| a == b || a.is_nan() && b.is_nan());
        assert!(equal && flat.len() == values.len(), "{name}: {flat:?}");
    }
    let m = run.levels()[0].rounds()[0].agop.as_ref().unwrap();
    assert_eq!(json["agop_0"][0][3][5], serde_json::json!(m.matrix()[(3, 5)]));
    let filters = run.filter_bank(1).unwrap();
    assert_eq!(json["filters_1"][2][30], serde_json::json!(filters.weights()[(2, 30)]));
    let accuracy = npz.array("accuracy").1;
    let rounds = run.levels().iter().flat_map(Level::rounds);
    assert_eq!(accuracy[..5], rounds.filter_map(|round| round.test_accuracy).collect::<Vec<_>>()[..]);
    assert!(accuracy[5].is_nan() && json["accuracy"][2][1].is_null());
    let numbers =
        ["levels", "width", "relu", "seed", "kept_level"].map(|name| json[name].as_u64().unwrap() as usize);
    assert_eq!(numbers, [3, 4, 0, 5, run.best().unwrap().0]);
    assert_eq!(json["filter_source"], "learned");
    assert!(json.get("agop").is_none() && json.get("filters_2").is_none());
}

fn flatten(value: &serde_json::Value, into: &mut Vec<f64>) {
    match value.as_array() {
        Some(values) => values.iter().for_each(|value| flatten(value, into)),
        None => into.push(value.as_f64().unwrap_or(f64::NAN)),
    }
}

/// A run was interrupted after every stage, and its state taken by another process: nothing is lost, to the bit.
#[test]
fn a_restored_run_has_the_results_of_one_that_was_not_interrupted() {
    let mut settings = levels(2);
    (settings.relu, settings.pooling, settings.ridge) = (true, 2, "1e-3,1e-1".parse().unwrap());
    settings.filters = FilterSource::Isotropic;
    let data = || noise_split(Shape { channels: 1, height: 12, width: 13 }, [20, 9, 11], 3, 5);
    for (name, engine) in engines() {
        let start = || ConvRfm::new(settings.clone(), data(), engine()).unwrap();
        let mut undisturbed = start();
        finish(&mut undisturbed);
        let mut interrupted = start();
        for stage in 0.. {
            let state = interrupted.state();
            // Engines that compute as slowly as these restore a round before its predictions, before its AGOP, and at level 1.
            let tried = if name == "cpu" { 2 } else { usize::from([2, 3, 10].contains(&stage)) };
            // A new run takes the state, and one that has come further goes back to it.
            for further in [false, true].into_iter().take(tried) {
                let mut run = start();
                if further {
                    advance(&mut run, 13);
                }
                let what = format!(
                    "{name}, {:?}, from a run that had come further: {further}",
                    interrupted.next_stage()
                );
                block_on(run.restore(state.clone(), &NoMonitor)).unwrap();
                // K is not stored: a run that stopped before its ridge regression computes it again. Everything else stays.
                let next = interrupted.next_stage();
                assert_eq!(
                    run.next_stage(),
                    if next == Some(Stage::Solve) { Some(Stage::Kernel) } else { next },
                    "{what}"
                );
                if next != Some(Stage::Solve) {
                    assert_eq!(run.state(), state, "{what}");
                }
                finish(&mut run);
                if name == "cpu" {
                    assert_same_run(&run, &undisturbed, &what);
                }
                for (level, expected) in run.levels().iter().zip(undisturbed.levels()) {
                    // The reference goes on with alpha in single precision.
                    assert_taken_over(level, expected, 0, &what);
                }
            }
            if block_on(interrupted.advance(&NoMonitor)).unwrap().is_none() {
                break;
            }
        }
    }
}

#[test]
fn the_state_of_another_run_is_refused_with_what_differs() {
    let mut run = start(levels(2));
    advance(&mut run, 9);
    let state = run.state();
    let mut other = levels(2);
    other.rounds += 1;
    let of = |settings, data, engine| ConvRfm::new(settings, data, engine).unwrap();
    // The same values as images of another shape are other images.
    let turned = noise_split(Shape { height: 8, width: 7, ..SHAPE }, [20, 9, 11], 3, 5);
    for (mut run, what) in [
        (of(other, small(), cpu()), "settings Settings {"),
        (of(levels(2), turned, cpu()), "images 20 + 9 + 11 of 2x7x8, "),
        (of(levels(2), small(), Box::<Naive<f64>>::default()), "engine cpu, expected engine naive"),
    ] {
        let error = block_on(run.restore(state.clone(), &NoMonitor)).unwrap_err().to_string();
        assert!(error.starts_with(&format!("state: found that of {what}")), "{error}");
    }
}
