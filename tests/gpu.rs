//! What only the GPU engine can get wrong: sizes that no tile divides, buffers that do not hold the matrix, devices that
//! are lost. Everything is compared with the float64 reference within the golden tolerances. Without an adapter every
//! test fails.

#![cfg(feature = "gpu")]

mod common;

use common::{marked, max_relative};
use convrfm::engine::gpu::{OpenError, Options, SelfTest};
use convrfm::math::StageProgress;
use convrfm::{
    AgopSamples, Error, Matrix, Monitor, NoMonitor, PatchGeometry, PatchTransform, Progress, Rfm, Settings,
    Shape, Split, Stage,
};
use convrfm::{Cpu, Engine, Gpu};
use convrfm_suites::parity;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

fn open(options: Options) -> Gpu {
    pollster::block_on(convrfm_suites::open_gpu(options)).expect("a graphics adapter")
}

fn every(engine: &mut dyn Engine, cases: &[parity::Case]) {
    println!("{}", engine.describe());
    for case in cases {
        println!("{}", pollster::block_on(parity::check(engine, case)).unwrap());
    }
}

#[test]
fn odd_sizes_agree_with_the_reference() {
    every(&mut open(Options::default()), &parity::odd_sizes());
    every(&mut Cpu::default(), &parity::odd_sizes());
}

#[test]
fn rounds_of_all_ranks_agree_with_the_reference_on_images_loaded_once() {
    for engine in [&mut open(Options::default()) as &mut dyn Engine, &mut Cpu::default()] {
        println!("{}", engine.describe());
        println!("{}", pollster::block_on(parity::ranks(engine)).unwrap().join("\n"));
    }
}

#[test]
fn a_matrix_and_patches_larger_than_a_binding_are_split() {
    let (options, cases) = parity::split_buffers();
    every(&mut open(options), &cases);
}

#[test]
fn the_smallest_limits_of_webgpu_are_enough() {
    let (options, cases) = parity::minimum_limits();
    let mut gpu = open(options);
    assert_eq!((gpu.limits().workgroup, gpu.limits().threads), (16 << 10, 256));
    every(&mut gpu, &cases);
}

#[test]
fn what_does_not_fit_is_refused_before_it_is_allocated() {
    let mut gpu = open(Options { memory: Some(40 << 20), ..Options::default() });
    let shape = Shape { channels: 1, height: 6, width: 6 };
    let geometry = PatchGeometry::new(shape, 3, 2).unwrap();
    let before = gpu.memory();
    let images = Arc::new(marked(shape, 5000, 2, 1).images);
    let refused = pollster::block_on(gpu.load(geometry, images)).unwrap_err();
    assert!(matches!(refused, Error::TooLarge { largest, .. } if largest > 1000), "{refused}");
    assert_eq!(gpu.memory(), before);
}

#[test]
fn an_indefinite_matrix_is_reported_with_its_pivot() {
    // Two equal images and no ridge to speak of: the pivot of the second is 0 up to rounding.
    let shape = Shape { channels: 1, height: 3, width: 3 };
    let one = marked(shape, 1, 1, 1).images;
    let geometry = PatchGeometry::new(shape, 3, 1).unwrap();
    let images = Arc::new(one.select(&[0; 70]));
    let mut gpu = open(Options::default());
    let progress = StageProgress::unmonitored();
    pollster::block_on(async {
        gpu.load(geometry, images).await.unwrap();
        gpu.kernel(&PatchTransform::Identity, &progress).await.unwrap();
        let targets = Matrix::from_fn(70, 1, |i, _| (i % 2) as f32);
        match gpu.solve(&targets, 1e-20, &progress).await {
            Err(Error::NotPositiveDefinite { pivot, n: 70, .. }) => {
                assert!((1..70).contains(&pivot), "{pivot}")
            }
            other => panic!("{other:?}"),
        }
        // The same matrix with a ridge that is enough after retries, at a condition number near 1 / eps.
        let solution = gpu.solve(&targets, 1e-7, &progress).await.unwrap();
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
    let part = |count, seed| marked(shape, count, 2, seed);
    let data = Split { train: part(20, 1), validation: part(6, 2), test: part(6, 3) };
    (
        Settings { patch: 3, depth: 2, ridge: 1e-2.into(), rounds: 2, agop_samples: AgopSamples::First(5) },
        data,
    )
}

fn finish(rfm: &mut Rfm) -> Vec<Matrix> {
    while !rfm.finished() {
        pollster::block_on(rfm.advance(&NoMonitor)).unwrap();
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
        assert!(
            matches!(&failure, Error::Engine { engine: "gpu", cause } if cause.starts_with("the graphics device was lost (")),
            "{failure}"
        );
        assert_eq!(rfm.round(), round, "a finished round was lost");
        // The first loss goes on with a fresh device, a second one on the CPU.
        rfm.replace_engine(Box::new(open(Options::default())));
        pollster::block_on(rfm.advance(&NoMonitor)).unwrap();
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
            pollster::block_on(run.advance(&NoMonitor)).unwrap();
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
    let (train, test) = (marked(shape, 8, 2, 1), marked(shape, 3, 2, 2));
    let geometry = PatchGeometry::new(shape, 3, 1).unwrap();
    let progress = StageProgress::unmonitored();
    let mut after = Vec::new();
    for _ in 0..200 {
        pollster::block_on(async {
            gpu.load(geometry, Arc::new(train.images.clone())).await.unwrap();
            gpu.kernel(&PatchTransform::Identity, &progress).await.unwrap();
            gpu.solve(&train.one_hot(), 1e-2, &progress).await.unwrap();
            gpu.predict(&test.images, &progress).await.unwrap();
            gpu.agop(3, &progress).await.unwrap();
        });
        after.push(gpu.memory());
    }
    println!("longest submission {:.3} s", gpu.longest_submission());
    assert!(after.iter().all(|memory| *memory == after[0]), "{:?} became {:?}", after[0], after[199]);
}

#[test]
fn stages_out_of_order_are_errors() {
    let mut gpu = open(Options::default());
    let progress = StageProgress::unmonitored();
    let refused = pollster::block_on(gpu.kernel(&PatchTransform::Identity, &progress)).unwrap_err();
    assert!(matches!(refused, Error::Engine { engine: "gpu", .. }));
}
