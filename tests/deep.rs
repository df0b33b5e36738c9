//! Levels: one is ConvRFM itself, each is ConvRFM on the images that the one before made, and whatever happens on the way
//! the end is the same.

mod common;

use common::{engines, frobenius_relative, max_relative, noise_split};
use convrfm::FilterBank;
use convrfm::PatchTransform;
use convrfm::Round;
use convrfm::{
    AgopSamples, ConvRfm, Error, Level, Matrix, Monitor, NoMonitor, Predictor, Progress, Results, Rfm,
    Settings, Shape, Split, Stage, data,
};
use convrfm::{Cpu, Engine, Naive};
use convrfm::{FilterSource, rfm};
use pollster::block_on;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;

const SHAPE: Shape = Shape { channels: 2, height: 7, width: 8 };

fn settings(levels: usize) -> deep::Settings {
    let machine =
        Settings { patch: 3, depth: 3, ridge: 1e-2.into(), rounds: 2, agop_samples: AgopSamples::First(10) };
    deep::Settings { levels, width: 4, seed: 5, ..deep::Settings::one_level(machine) }
}

fn small() -> Split {
    noise_split(SHAPE, [20, 9, 11], 3, 5)
}

fn cpu() -> Box<dyn Engine> {
    Box::new(Cpu::default())
}

fn start(settings: deep::Settings) -> ConvRfm {
    ConvRfm::new(settings, small(), cpu()).unwrap()
}

fn finish(deep: &mut ConvRfm) {
    while block_on(deep.advance(&NoMonitor)).unwrap().is_some() {}
}

fn finished(settings: deep::Settings) -> ConvRfm {
    let mut deep = start(settings);
    finish(&mut deep);
    deep
}

/// What a round found, without the times it took.
fn findings(round: &Round) -> (f32, f64, [Option<&Matrix>; 3], Option<f64>, Option<f64>) {
    let matrices = [&round.validation, &round.test, &round.agop].map(Option::as_ref);
    (round.scale, round.residual, matrices, round.validation_accuracy, round.test_accuracy)
}

fn assert_equal(found: &Level, expected: &Level, what: &str) {
    assert_eq!(found.rounds().len(), expected.rounds().len(), "{what}");
    for (i, (a, b)) in found.rounds().iter().zip(expected.rounds()).enumerate() {
        assert!(findings(a) == findings(b), "{what}: round {i} differs");
    }
    assert!(found.data().train == expected.data().train, "{what}: other images");
}

fn assert_same_run(found: &ConvRfm, expected: &ConvRfm, what: &str) {
    assert_eq!(found.levels().len(), expected.levels().len(), "{what}");
    for (l, (a, b)) in found.levels().iter().zip(expected.levels()).enumerate() {
        assert_equal(a, b, &format!("{what}, level {l}"));
        assert!(found.filters(l) == expected.filters(l), "{what}: filters {l} differ");
    }
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
fn one_level_is_convrfm_bit_for_bit() {
    let mut deep = start(settings(1));
    let mut rfm = Rfm::new(settings(1).machine, small(), cpu()).unwrap();
    assert_eq!(deep.plan().unwrap().bytes, rfm.plan().unwrap().bytes);
    let recorders = [Recorder::until(usize::MAX), Recorder::until(usize::MAX)];
    loop {
        assert_eq!(deep.next_stage(), rfm.next_stage());
        let found = block_on(deep.advance(&recorders[0])).unwrap();
        let expected = block_on(rfm.advance(&recorders[1])).unwrap();
        assert_eq!(found.map(|f| (f.level, f.round, f.stage)), expected.map(|f| (0, f.round, f.stage)));
        if found.is_none() {
            break;
        }
    }
    assert_equal(deep.current(), &rfm, "one level");
    assert!(deep.finished() && deep.filters(0).is_none() && deep.kept() == rfm.best_round().map(|r| (0, r)));
    // A small run asks once before each stage.
    let places = recorders.map(|r| {
        r.reports.into_inner().into_iter().map(|p| (p.level, p.round, p.stage, p.share)).collect::<Vec<_>>()
    });
    assert_eq!(places[0], places[1]);
}

#[test]
fn levels_run_in_order_with_a_convolution_between_them() {
    let mut deep = start(settings(3));
    let mut found = Vec::new();
    while let Some(done) = block_on(deep.advance(&NoMonitor)).unwrap() {
        assert!(done.seconds >= 0.0);
        found.push((done.level, done.round, done.stage));
    }
    use Stage::{Agop, Convolve, Kernel, Predict, Solve};
    let rounds = |l| {
        [
            (l, 0, Kernel),
            (l, 0, Solve),
            (l, 0, Predict),
            (l, 0, Agop),
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
    assert_eq!(found, expected);
    assert!(deep.finished() && deep.level(3).is_none());
    for (l, level) in deep.levels().iter().enumerate() {
        let geometry = level.geometry();
        let shape = Shape { channels: if l == 0 { 2 } else { 4 }, height: 7 - 2 * l, width: 8 - 2 * l };
        assert_eq!((geometry.depth(), geometry.shape()), (3 - l, shape));
        assert_eq!(settings(3).geometry(SHAPE, l).unwrap(), geometry);
        assert_eq!(deep.convolution_seconds(l).is_some(), l < 2);
    }
}

/// Every level again by itself: a run of its own on images convolved here, by the definition and in double precision.
#[test]
fn a_level_is_convrfm_on_the_images_of_the_one_before() {
    for relu in [false, true] {
        let deep = finished(deep::Settings { relu, ..settings(3) });
        for (l, level) in deep.levels().iter().enumerate() {
            let mut alone = Rfm::new(settings(3).level(l), level.data().clone(), cpu()).unwrap();
            while block_on(alone.advance(&NoMonitor)).unwrap().is_some() {}
            assert_equal(level, &alone, &format!("level {l}"));
            // It can be asked about its images as any run.
            let predictor = Predictor::of(level, 1).unwrap();
            let row = predictor.row(level.data().test.images.image(0)).unwrap().unwrap();
            let (answer, expected) =
                (predictor.answer(&row).unwrap(), level.rounds()[1].test.as_ref().unwrap());
            assert!((answer[0] - expected[(0, 0)]).abs() < 1e-4);
        }
        for l in 0..2 {
            let (here, next) = (deep.levels()[l].data(), deep.levels()[l + 1].data());
            let bank = deep.filters(l).unwrap();
            for (here, next) in
                [(&here.train, &next.train), (&here.validation, &next.validation), (&here.test, &next.test)]
            {
                assert_eq!((&next.labels, &next.classes), (&here.labels, &here.classes));
                let shape = here.images.shape();
                let (h, w) = (shape.height - 2, shape.width - 2);
                for i in 0..here.len() {
                    let pixels = here.images.image(i);
                    for (at, found) in next.images.image(i).iter().enumerate() {
                        let (filter, p) = (bank.filter(at / (h * w)), at % (h * w));
                        let product = |j: usize| {
                            let (row, column) = (p / w + j / 3 % 3, p % w + j % 3);
                            let pixel = pixels[(j / 9 * shape.height + row) * shape.width + column];
                            f64::from(filter[j]) * f64::from(pixel)
                        };
                        let sum: f64 = (0..filter.len()).map(product).sum();
                        let expected = if relu { sum.max(0.0) } else { sum };
                        assert!((f64::from(*found) - expected).abs() < 1e-5, "{found}, expected {expected}");
                    }
                }
            }
        }
    }
}

/// Every stage of a small run asks once, before it starts.
#[test]
fn a_run_that_is_cancelled_anywhere_ends_the_same() {
    let uninterrupted = finished(settings(3));
    for stop in 0..23 {
        let mut deep = start(settings(3));
        let recorder = Recorder::until(stop);
        let error = loop {
            match block_on(deep.advance(&recorder)) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the run ended before report {stop}"),
                Err(error) => break error,
            }
        };
        assert_eq!(error, Error::Cancelled);
        let last = *recorder.reports.borrow().last().unwrap();
        assert_eq!(deep.levels().len() - 1, last.level, "report {stop}");
        let again = if last.stage == Stage::Convolve { Stage::Convolve } else { Stage::Kernel };
        assert_eq!(deep.next_stage(), Some(again), "report {stop}");
        for (l, level) in deep.levels()[..last.level].iter().enumerate() {
            assert_equal(level, &uninterrupted.levels()[l], &format!("report {stop}: a level that was done"));
        }
        finish(&mut deep);
        assert_same_run(&deep, &uninterrupted, &format!("report {stop}"));
    }
}

/// Says no to report number `at` of the convolution.
struct InConvolution {
    at: usize,
    reports: RefCell<Vec<Progress>>,
}

impl Monitor for InConvolution {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        if progress.stage == Stage::Convolve {
            self.reports.borrow_mut().push(progress);
        }
        Box::pin(std::future::ready(self.reports.borrow().len() < self.at))
    }
}

#[test]
fn a_convolution_can_be_cancelled_while_it_computes() {
    let data = noise_split(Shape { channels: 3, height: 40, width: 40 }, [120, 0, 60], 2, 1);
    let machine =
        Settings { patch: 5, depth: 2, ridge: 1e-2.into(), rounds: 1, agop_samples: AgopSamples::First(1) };
    let settings = deep::Settings { levels: 2, width: 256, ..deep::Settings::one_level(machine) };
    let mut deep = ConvRfm::new(settings, data, cpu()).unwrap();
    for _ in 0..3 {
        block_on(deep.advance(&NoMonitor)).unwrap();
    }
    let monitor = InConvolution { at: 2, reports: RefCell::default() };
    assert_eq!(block_on(deep.advance(&monitor)), Err(Error::Cancelled));
    let stopped = monitor.reports.borrow()[1];
    assert!(stopped.done > 0.0 && stopped.done < 1.0 && stopped.level == 0, "{stopped:?}");
    assert!(deep.levels().len() == 1 && deep.filters(0).is_none());
    assert_eq!(deep.next_stage(), Some(Stage::Convolve));
    let done = block_on(deep.advance(&NoMonitor)).unwrap().unwrap();
    assert_eq!((done.level, done.stage), (0, Stage::Convolve));
    assert_eq!(deep.current().geometry().shape().channels, 256);
}

#[test]
fn another_engine_can_take_over_in_any_level() {
    let alone = finished(settings(2));
    for (name, engine) in engines() {
        // After 7 stages the first level is done; after 8 its images are convolved; after 12 a round of the second is.
        for stages in [0, 5, 7, 8, 12, 15] {
            let mut deep = start(settings(2));
            for _ in 0..stages {
                block_on(deep.advance(&NoMonitor)).unwrap();
            }
            let before: Vec<usize> = deep.levels().iter().map(Level::round).collect();
            deep.replace_engine(engine());
            finish(&mut deep);
            for (l, (a, b)) in deep.levels().iter().zip(alone.levels()).enumerate() {
                let done = before.get(l).map_or(0, |round| if l + 1 < before.len() { 2 } else { *round });
                for (i, (a, b)) in a.rounds().iter().zip(b.rounds()).enumerate() {
                    let what = format!("{name} after {stages} stages: level {l}, round {i}");
                    assert!(i >= done || findings(a) == findings(b), "{what} was done before");
                    let error = max_relative(a.test.as_ref().unwrap(), b.test.as_ref().unwrap());
                    assert!(error < 2e-3, "{what}: {error:.1e}");
                    if let (Some(a), Some(b)) = (&a.agop, &b.agop) {
                        assert!(frobenius_relative(a, b) < 2e-3, "{what}: AGOP");
                    }
                }
            }
        }
    }
}

#[test]
fn progress_never_goes_back_from_level_to_level() {
    let data = noise_split(Shape { channels: 1, height: 11, width: 11 }, [50, 10, 10], 2, 1);
    let machine =
        Settings { patch: 3, depth: 2, ridge: 1e-2.into(), rounds: 2, agop_samples: AgopSamples::First(20) };
    let settings = deep::Settings { levels: 2, width: 6, ..deep::Settings::one_level(machine) };
    let mut deep = ConvRfm::new(settings, data, Box::new(Naive::<f64>::default())).unwrap();
    let recorder = Recorder::until(usize::MAX);
    while block_on(deep.advance(&recorder)).unwrap().is_some() {}
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

/// A run whose validation labels say what they will.
fn star(filters: FilterSource, upside_down: bool) -> ConvRfm {
    let mut data = datasets::star(datasets::Sizes { train: 30, validation: 40, test: 4 }, 5).unwrap();
    if upside_down {
        data.validation.labels.iter_mut().for_each(|label| *label = 1 - *label);
    }
    let machine =
        Settings { patch: 5, depth: 2, ridge: 1e-3.into(), rounds: 2, agop_samples: AgopSamples::First(10) };
    let settings =
        deep::Settings { levels: 2, width: 3, filters, seed: 8, ..deep::Settings::one_level(machine) };
    let mut deep = ConvRfm::new(settings, data, cpu()).unwrap();
    finish(&mut deep);
    deep
}

/// Of the round that validation chooses; of the fixed kernel, which has no M, from the identity.
#[test]
fn filters_are_drawn_from_the_m_of_the_kept_round() {
    let mut kept = Vec::new();
    for upside_down in [false, true] {
        let deep = star(FilterSource::Learned, upside_down);
        let level = &deep.levels()[0];
        let round = level.best_round().unwrap();
        let transform = level.transform(round).unwrap();
        assert_eq!(*transform == PatchTransform::Identity, round == 0);
        let expected = FilterBank::draw(transform, level.geometry(), 3, 8, 0).unwrap();
        assert!(deep.filters(0).unwrap() == &expected, "round {round}");
        kept.push(round);
    }
    kept.sort_unstable();
    assert_eq!(kept, [0, 1], "the two cases are the same one");
    let deep = star(FilterSource::Isotropic, false);
    let level = &deep.levels()[0];
    let expected = FilterBank::draw(&PatchTransform::Identity, level.geometry(), 3, 8, 0).unwrap();
    assert!(deep.filters(0).unwrap() == &expected);
}

#[test]
fn the_kept_level_is_chosen_on_validation() {
    let deep = finished(settings(3));
    let accuracies: Vec<f64> = deep
        .levels()
        .iter()
        .map(|level| level.rounds()[level.best_round().unwrap()].validation_accuracy.unwrap())
        .collect();
    let top = accuracies.iter().copied().fold(f64::MIN, f64::max);
    let level = accuracies.iter().position(|a| *a == top).unwrap();
    assert_eq!(deep.kept(), deep.levels()[level].best_round().map(|round| (level, round)), "{accuracies:?}");
    // Without validation images the last that has predicted.
    let mut data = small();
    data.validation = data.validation.select(&[]);
    let mut deep = ConvRfm::new(settings(2), data, cpu()).unwrap();
    assert_eq!(deep.kept(), None);
    for expected in [None, None, Some((0, 0)), Some((0, 0)), Some((0, 0)), Some((0, 0)), Some((0, 1))] {
        block_on(deep.advance(&NoMonitor)).unwrap();
        assert_eq!(deep.kept(), expected);
    }
    finish(&mut deep);
    assert_eq!(deep.kept(), Some((1, 1)));
}

/// Plans hold every level's images, and the engine's share of the largest level.
#[test]
fn a_plan_holds_the_images_of_every_level() {
    let images = |deep: &ConvRfm, l: usize| {
        let shape = deep.settings().geometry(SHAPE, l).unwrap().shape();
        (40 * shape.len() * 4) as u64
    };
    let mut one = start(settings(1));
    let mut three = start(deep::Settings { width: 1, ..settings(3) });
    let alone = one.plan().unwrap().bytes - images(&one, 0);
    let held: u64 = (0..3).map(|l| images(&three, l)).sum();
    // One channel in place of two and smaller maps: the first level needs most.
    assert_eq!(three.plan().unwrap().bytes, alone + held);
    let mut wide = start(deep::Settings { width: 256, ..settings(3) });
    assert!(wide.plan().unwrap().bytes > images(&wide, 1) + images(&wide, 2));
}

#[test]
fn settings_that_cannot_be_used_are_refused_by_name() {
    type Change = fn(&mut deep::Settings);
    let refused: [(&str, Change); 6] = [
        ("levels: found 0, expected 1 to 3, the kernel depth, of which each level takes one layer", |s| {
            s.levels = 0
        }),
        ("levels: found 4, expected 1 to 3, the kernel depth, of which each level takes one layer", |s| {
            s.levels = 4
        }),
        ("width: found 0, expected 1 to 256 filters", |s| s.width = 0),
        ("width: found 257, expected 1 to 256 filters", |s| s.width = 257),
        ("depth: found 4, expected at most 3: each layer of patch size 3 shrinks a 2x7x8 image by 2", |s| {
            s.machine.depth = 4;
        }),
        ("ridge: found 0, expected a finite number above 0", |s| s.machine.ridge = 0.0.into()),
    ];
    for (expected, change) in refused {
        let mut settings = settings(3);
        change(&mut settings);
        let found = ConvRfm::new(settings, small(), cpu()).err().map(|e| e.to_string());
        assert_eq!(found.as_deref(), Some(expected));
    }
    let refused = "random".parse::<FilterSource>().unwrap_err().to_string();
    assert_eq!(refused, "filters: found random, expected learned or isotropic");
}

/// What was stopped in a level has numbers of the rounds there are, and NaN where there are none.
#[test]
#[cfg(feature = "cli")]
fn results_of_several_levels_have_an_array_for_each() {
    let mut deep = start(settings(3));
    // Two levels and a round of the last.
    for _ in 0..19 {
        block_on(deep.advance(&NoMonitor)).unwrap();
    }
    let results = Results::of(&deep).unwrap();
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
        ("agop_2", &[0, 36, 36]),
        ("filters_0", &[4, 18]),
        ("filters_1", &[4, 36]),
    ];
    for (name, shape) in expected {
        let (found, values) = npz.array(name);
        assert_eq!(found, shape, "{name}");
        let mut flat = Vec::new();
        flatten(&json[name], &mut flat);
        assert!(
            flat.iter().zip(&values).all(|(a, b)| a == b || a.is_nan() && b.is_nan()),
            "{name}: {flat:?}"
        );
        assert_eq!(flat.len(), values.len(), "{name}");
    }
    assert_eq!(
        json["agop_0"][0][3][5],
        serde_json::json!(deep.levels()[0].rounds()[0].agop.as_ref().unwrap()[(3, 5)])
    );
    assert_eq!(json["filters_1"][2][30], serde_json::json!(deep.filters(1).unwrap().weights()[(2, 30)]));
    let accuracy = npz.array("accuracy").1;
    assert_eq!(
        accuracy[..5],
        [0, 1, 2]
            .map(|l| deep.levels()[l].rounds())
            .iter()
            .flat_map(|r| r.iter())
            .filter_map(|r| r.test_accuracy)
            .collect::<Vec<_>>()[..]
    );
    assert!(accuracy[5].is_nan() && json["accuracy"][2][1].is_null());
    assert_eq!(
        (&json["levels"], &json["width"], &json["relu"], &json["seed"]),
        (&3.into(), &4.into(), &0.into(), &5.into())
    );
    assert_eq!(
        (&json["filter_source"], &json["kept_level"]),
        (&"learned".into(), &deep.kept().unwrap().0.into())
    );
    assert!(json.get("agop").is_none() && json.get("filters_2").is_none());
}

#[cfg(feature = "cli")]
fn flatten(value: &serde_json::Value, into: &mut Vec<f64>) {
    match value.as_array() {
        Some(values) => values.iter().for_each(|value| flatten(value, into)),
        None => into.push(value.as_f64().unwrap_or(f64::NAN)),
    }
}
