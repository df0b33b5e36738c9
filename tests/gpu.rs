//! What only the GPU engine can get wrong: sizes that no tile divides, buffers that do not hold the matrix, devices that
//! are lost. Everything is compared with the float64 reference within the golden tolerances. Without an adapter every
//! test fails.

#![cfg(feature = "gpu")]

mod common;

use common::{frobenius_relative, max_relative};
use convrfm::engine::gpu::{OpenError, Options, SelfTest};
use convrfm::engine::{Cpu, Engine, Gpu, Naive};
use convrfm::{
    Dataset, Error, Geometry, Images, Matrix, Monitor, Progress, Pulse, Rfm, Samples, Settings, Shape, Split,
    Unwatched, features::Features, features::Transform, rfm::Stage,
};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

fn open(options: Options) -> Gpu {
    pollster::block_on(Gpu::open(Options { self_test: SelfTest::Skip, ..options }))
        .expect("a graphics adapter")
}

/// `count` images with a class-dependent mark, and their labels; the same for the same arguments.
fn dataset(shape: Shape, count: usize, classes: usize, seed: u64) -> Dataset {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let mut pixels: Vec<f32> = (0..count * shape.len()).map(|_| next()).collect();
    let labels: Vec<usize> = (0..count).map(|i| i % classes).collect();
    for (i, label) in labels.iter().enumerate() {
        pixels[i * shape.len() + label % shape.len()] += 2.0;
    }
    let names = (0..classes).map(|c| c.to_string()).collect();
    Dataset::new(Images::new(shape, pixels).unwrap(), labels, names).unwrap()
}

struct Case {
    shape: (usize, usize, usize),
    patch: usize,
    depth: usize,
    train: usize,
    test: usize,
    classes: usize,
}

/// Two rounds on both engines; the second round's transform is the reference's, so that errors do not add up.
fn compare(gpu: &mut dyn Engine, case: &Case) {
    let (channels, height, width) = case.shape;
    let shape = Shape { channels, height, width };
    let train = dataset(shape, case.train, case.classes, 1);
    let test = dataset(shape, case.test, case.classes, 2);
    let geometry = Geometry::new(shape, case.patch, case.depth).unwrap();
    let name = format!("{shape} q={} L={} n={} k={}", case.patch, case.depth, case.train, case.classes);
    let pulse = Pulse::unwatched();
    pollster::block_on(async {
        let mut naive = Naive::<f64>::default();
        let images = Arc::new(train.images.clone());
        naive.load(geometry, images.clone()).await.unwrap();
        gpu.load(geometry, images).await.unwrap();
        let mut transform = Transform::Identity;
        for round in 0..2 {
            let expected = naive.kernel(&transform, &pulse).await.unwrap();
            let scale = gpu.kernel(&transform, &pulse).await.unwrap();
            assert!(
                (scale - expected).abs() <= 1e-4 * expected,
                "{name}: scale {scale}, expected {expected}"
            );
            let e = max_relative(&gpu.gram().await.unwrap(), &naive.gram().await.unwrap());
            assert!(e <= 1e-4, "{name}: kernel {e:.1e} in round {round}");
            let e = max_relative(
                &gpu.rows(&test.images, &pulse).await.unwrap(),
                &naive.rows(&test.images, &pulse).await.unwrap(),
            );
            assert!(e <= 1e-4, "{name}: test kernel {e:.1e} in round {round}");
            naive.solve(&train.one_hot(), 1e-2, &pulse).await.unwrap();
            let solution = gpu.solve(&train.one_hot(), 1e-2, &pulse).await.unwrap();
            assert!(solution.residual < 1e-4 && solution.retries == 0, "{name}: {:.1e}", solution.residual);
            let e = max_relative(
                &gpu.predict(&test.images, &pulse).await.unwrap(),
                &naive.predict(&test.images, &pulse).await.unwrap(),
            );
            assert!(e <= 2e-3, "{name}: predictions {e:.1e} in round {round}");
            let samples = case.train.min(5);
            let expected = naive.agop(samples, &pulse).await.unwrap();
            let e = frobenius_relative(&gpu.agop(samples, &pulse).await.unwrap(), &expected);
            assert!(e <= 2e-3, "{name}: AGOP {e:.1e} in round {round}");
            transform = Features::new(&expected).unwrap().transform();
        }
    });
}

#[test]
fn odd_sizes_agree_with_the_reference() {
    let mut gpu = open(Options::default());
    println!("{}", gpu.describe());
    for (shape, patch, depth, train, test, classes) in [
        ((1, 1, 1), 1, 1, 1, 1, 1),
        ((1, 4, 4), 2, 2, 1, 3, 1),
        ((3, 9, 5), 3, 2, 67, 5, 2),
        ((1, 5, 13), 3, 2, 13, 3, 3),
        ((2, 6, 7), 1, 3, 9, 2, 2),
        ((1, 9, 10), 2, 5, 10, 3, 2),
        ((1, 12, 12), 4, 3, 11, 2, 2),
        ((2, 9, 9), 5, 2, 9, 3, 2),
        ((1, 12, 13), 11, 1, 8, 2, 2),
        ((64, 4, 5), 3, 1, 7, 2, 2),
        ((64, 5, 4), 1, 2, 6, 2, 2),
        ((1, 5, 5), 3, 1, 130, 4, 100),
        ((1, 3, 300), 2, 2, 5, 2, 2),
    ] {
        compare(&mut gpu, &Case { shape, patch, depth, train, test, classes });
    }
}

#[test]
fn a_matrix_and_patches_larger_than_a_binding_are_split() {
    // 200 images pad to 256 x 256 values: 64 rows take 64 KiB, so K takes four buffers and the patches several.
    let mut gpu = open(Options { binding: Some(65_536), ..Options::default() });
    compare(&mut gpu, &Case { shape: (1, 6, 6), patch: 3, depth: 2, train: 200, test: 40, classes: 3 });
}

#[test]
fn the_smallest_limits_of_webgpu_are_enough() {
    let mut gpu = open(Options { minimum_limits: true, ..Options::default() });
    assert_eq!((gpu.limits().workgroup, gpu.limits().threads), (16 << 10, 256));
    for (shape, patch, depth) in [((1, 8, 42), 3, 3), ((1, 12, 12), 2, 6), ((3, 12, 12), 11, 1)] {
        compare(&mut gpu, &Case { shape, patch, depth, train: 9, test: 3, classes: 2 });
    }
}

#[test]
fn what_does_not_fit_is_refused_before_it_is_allocated() {
    let mut gpu = open(Options { memory: Some(40 << 20), ..Options::default() });
    let shape = Shape { channels: 1, height: 6, width: 6 };
    let geometry = Geometry::new(shape, 3, 2).unwrap();
    let before = gpu.memory();
    let images = Arc::new(dataset(shape, 5000, 2, 1).images);
    let refused = pollster::block_on(gpu.load(geometry, images)).unwrap_err();
    assert!(matches!(refused, Error::TooLarge { largest, .. } if largest > 1000), "{refused}");
    assert_eq!(gpu.memory(), before);
}

#[test]
fn an_indefinite_matrix_is_reported_with_its_pivot() {
    // Two equal images and no ridge to speak of: the pivot of the second is 0 up to rounding.
    let shape = Shape { channels: 1, height: 3, width: 3 };
    let one = dataset(shape, 1, 1, 1).images;
    let geometry = Geometry::new(shape, 3, 1).unwrap();
    let images = Arc::new(one.select(&[0; 70]));
    let mut gpu = open(Options::default());
    let pulse = Pulse::unwatched();
    pollster::block_on(async {
        gpu.load(geometry, images).await.unwrap();
        gpu.kernel(&Transform::Identity, &pulse).await.unwrap();
        let targets = Matrix::from_fn(70, 1, |i, _| (i % 2) as f32);
        match gpu.solve(&targets, 1e-20, &pulse).await {
            Err(Error::NotPositiveDefinite { pivot, n: 70, .. }) => {
                assert!((1..70).contains(&pivot), "{pivot}")
            }
            other => panic!("{other:?}"),
        }
        // The same matrix with a ridge that is enough after retries, at a condition number near 1 / eps.
        let solution = gpu.solve(&targets, 1e-7, &pulse).await.unwrap();
        assert!(
            solution.retries > 0 && solution.residual < 0.1,
            "{} {:.1e}",
            solution.retries,
            solution.residual
        );
    });
}

fn split() -> (Settings, Split) {
    let shape = Shape { channels: 1, height: 6, width: 6 };
    let part = |count, seed| dataset(shape, count, 2, seed);
    let data = Split { train: part(20, 1), validation: part(6, 2), test: part(6, 3) };
    (Settings { patch: 3, depth: 2, ridge: 1e-2, rounds: 2, agop_samples: Samples::First(5) }, data)
}

fn finish(rfm: &mut Rfm) -> Vec<Matrix> {
    while !rfm.finished() {
        pollster::block_on(rfm.advance(&Unwatched)).unwrap();
    }
    rfm.rounds().iter().filter_map(|round| round.test.clone()).collect()
}

/// Destroys the device at the first report of a stage of a round.
struct Killer<F> {
    round: usize,
    stage: Stage,
    kill: F,
    done: Cell<bool>,
}

impl<F: Fn()> Monitor for Killer<F> {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        if progress.round == self.round && progress.stage == self.stage && !self.done.replace(true) {
            (self.kill)();
        }
        Box::pin(std::future::ready(true))
    }
}

#[test]
fn a_device_lost_in_any_stage_costs_no_finished_round() {
    let (settings, data) = split();
    let mut undisturbed =
        Rfm::new(settings.clone(), data.clone(), Box::new(open(Options::default()))).unwrap();
    let expected = finish(&mut undisturbed);
    for (round, stage) in
        [(1, Stage::Kernel), (1, Stage::Solve), (1, Stage::Predict), (0, Stage::Agop), (0, Stage::Kernel)]
    {
        let gpu = open(Options::default());
        let monitor = Killer { round, stage, kill: gpu.device_killer(), done: Cell::new(false) };
        let mut rfm = Rfm::new(settings.clone(), data.clone(), Box::new(gpu)).unwrap();
        let failure = loop {
            match pollster::block_on(rfm.advance(&monitor)) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the loss in {stage:?} of round {round} went unnoticed"),
                Err(error) => break error,
            }
        };
        assert!(matches!(failure, Error::Engine { engine: "gpu", .. }), "{failure}");
        assert_eq!(rfm.round(), round, "a finished round was lost");
        // The first loss goes on with a fresh device, a second one on the CPU.
        rfm.replace_engine(Box::new(open(Options::default())));
        pollster::block_on(rfm.advance(&Unwatched)).unwrap();
        rfm.replace_engine(Box::new(Cpu::default()));
        let found = finish(&mut rfm);
        for (found, expected) in found.iter().zip(&expected) {
            assert!(max_relative(found, expected) < 2e-3, "after a loss in {stage:?} of round {round}");
        }
    }
}

#[test]
fn a_failed_self_test_and_a_missing_adapter_have_names() {
    let fails = Options { self_test: SelfTest::Fail, ..Options::default() };
    let refused = pollster::block_on(Gpu::open(fails)).err().unwrap();
    assert!(matches!(&refused, OpenError::SelfTest { cause, .. } if cause.contains("kernel")), "{refused}");
    let absent = Options { adapter: Some("no such adapter".into()), ..Options::default() };
    let refused = pollster::block_on(Gpu::open(absent)).err().unwrap();
    assert!(matches!(refused, OpenError::NoAdapter(_)), "{refused}");
}

#[test]
fn auto_takes_hardware_only_and_says_why() {
    let choice = pollster::block_on(convrfm::engine::auto());
    let software = open(Options::default()).is_software();
    assert_eq!(choice.engine.name(), if software { "cpu" } else { "gpu" }, "{}", choice.reason);
    assert!(!choice.reason.is_empty());
    let fails = Options { self_test: SelfTest::Fail, ..Options::default() };
    let choice = convrfm::engine::choose(pollster::block_on(Gpu::open(fails)));
    assert!(choice.engine.name() == "cpu" && choice.reason.contains("self-test"), "{}", choice.reason);
}

#[test]
fn two_runs_at_once_do_not_disturb_each_other() {
    let (settings, data) = split();
    let mut alone = Rfm::new(settings.clone(), data.clone(), Box::new(open(Options::default()))).unwrap();
    let expected = finish(&mut alone);
    let mut runs: Vec<Rfm> = (0..2)
        .map(|_| Rfm::new(settings.clone(), data.clone(), Box::new(open(Options::default()))).unwrap())
        .collect();
    while runs.iter().any(|run| !run.finished()) {
        for run in &mut runs {
            pollster::block_on(run.advance(&Unwatched)).unwrap();
        }
    }
    for run in &runs {
        let found: Vec<Matrix> = run.rounds().iter().filter_map(|round| round.test.clone()).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn two_hundred_fits_leave_no_buffer_behind() {
    let mut gpu = open(Options::default());
    let shape = Shape { channels: 1, height: 4, width: 4 };
    let (train, test) = (dataset(shape, 8, 2, 1), dataset(shape, 3, 2, 2));
    let geometry = Geometry::new(shape, 3, 1).unwrap();
    let pulse = Pulse::unwatched();
    let mut after = Vec::new();
    for _ in 0..200 {
        pollster::block_on(async {
            gpu.load(geometry, Arc::new(train.images.clone())).await.unwrap();
            gpu.kernel(&Transform::Identity, &pulse).await.unwrap();
            gpu.solve(&train.one_hot(), 1e-2, &pulse).await.unwrap();
            gpu.predict(&test.images, &pulse).await.unwrap();
            gpu.agop(3, &pulse).await.unwrap();
        });
        after.push(gpu.memory());
    }
    println!("longest submission {:.3} s", gpu.longest_submission());
    assert!(after.iter().all(|memory| *memory == after[0]), "{:?} became {:?}", after[0], after[199]);
}

#[test]
fn stages_out_of_order_are_errors() {
    let mut gpu = open(Options::default());
    let pulse = Pulse::unwatched();
    let refused = pollster::block_on(gpu.kernel(&Transform::Identity, &pulse)).unwrap_err();
    assert!(matches!(refused, Error::Engine { engine: "gpu", .. }));
}
