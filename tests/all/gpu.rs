//! Cases that only the GPU engine can get wrong: sizes that no tile divides, buffers that do not hold the matrix, lost devices. Results
//! are compared with the float64 reference within the golden tolerances. Without an adapter every test fails.

use crate::common;

use common::{assert_same_run, drop_stage, finish, finished, marked, max_relative, settings};
use convrfm::engine::gpu::{OpenError, Options, SelfTest};
use convrfm::math::StageProgress;
use convrfm::{
    AgopSamples, ConvRfm, Cpu, Engine, Error, Gpu, Matrix, Monitor, NoMonitor, PatchGeometry, Progress,
    Settings, Shape, Split, Stage,
};
use convrfm_suites::parity;
use pollster::block_on;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;

fn open(options: Options) -> Gpu {
    block_on(convrfm_suites::open_gpu(options)).expect("a graphics adapter")
}

fn gpu() -> Box<dyn Engine> {
    Box::new(open(Options::default()))
}

fn check_all(engine: &mut dyn Engine, cases: &[parity::Case]) {
    println!("{}", engine.describe());
    for case in cases {
        println!("{}", block_on(parity::check(engine, case)).unwrap());
    }
}

#[test]
fn odd_sizes_agree_with_the_reference() {
    check_all(&mut open(Options::default()), &parity::odd_sizes());
    check_all(&mut Cpu::default(), &parity::odd_sizes());
}

#[test]
fn rounds_of_all_ranks_agree_with_the_reference_on_images_loaded_once() {
    for engine in [&mut open(Options::default()) as &mut dyn Engine, &mut Cpu::default()] {
        println!("{}", engine.describe());
        println!("{}", block_on(parity::ranks(engine)).unwrap().join("\n"));
    }
}

#[test]
fn a_matrix_and_patches_larger_than_a_binding_are_split() {
    let (options, cases) = parity::split_buffers();
    check_all(&mut open(options), &cases);
}

#[test]
fn the_minimum_limits_of_webgpu_are_enough() {
    let (options, cases) = parity::minimum_limits();
    let mut gpu = open(options);
    assert_eq!((gpu.limits().workgroup, gpu.limits().threads), (16 << 10, 256));
    check_all(&mut gpu, &cases);
}

#[test]
fn a_problem_that_does_not_fit_is_refused_before_it_is_allocated() {
    let mut gpu = open(Options { memory: Some(40 << 20), ..Options::default() });
    let shape = Shape { channels: 1, height: 6, width: 6 };
    let geometry = PatchGeometry::new(shape, 3, 2).unwrap();
    let before = gpu.memory();
    let images = marked(shape, 5000, 2, 1).images;
    let refused = block_on(gpu.load(geometry, &images)).unwrap_err();
    assert!(matches!(refused, Error::TooLarge { largest, .. } if largest > 1000), "{refused}");
    assert_eq!(gpu.memory(), before);
}

#[test]
fn an_indefinite_matrix_is_reported_with_its_pivot() {
    // Equal images and a negligible ridge: the pivot of every image but the first is 0 up to rounding.
    let shape = Shape { channels: 1, height: 3, width: 3 };
    let one = marked(shape, 1, 1, 1).images;
    let geometry = PatchGeometry::new(shape, 3, 1).unwrap();
    let images = one.select(&[0; 70]);
    let mut gpu = open(Options::default());
    let progress = StageProgress::unmonitored();
    block_on(async {
        gpu.load(geometry, &images).await.unwrap();
        gpu.kernel(None, &progress).await.unwrap();
        let targets = Matrix::from_fn(70, 1, |i, _| (i % 2) as f32);
        match gpu.solve(&targets, &[1e-20], &progress).await {
            Err(Error::NotPositiveDefinite { pivot, n: 70, .. }) => {
                assert!((1..70).contains(&pivot), "{pivot}")
            }
            other => panic!("{other:?}"),
        }
        // The same matrix with a ridge that suffices after retries, at a condition number near 1 / eps.
        let solution = gpu.solve(&targets, &[1e-7], &progress).await.unwrap().remove(0);
        let (retries, residual) = (solution.retries, solution.residual);
        assert!(retries > 0 && residual < 0.1, "{retries} {residual:.1e}");
    });
}

fn problem() -> (Settings, Split) {
    let shape = Shape { channels: 1, height: 6, width: 6 };
    let part = |count, seed| marked(shape, count, 2, seed);
    let data = Split { train: part(20, 1), validation: part(6, 2), test: part(6, 3) };
    (settings(3, 2, 1e-2, 2, AgopSamples::First(5)), data)
}

fn test_predictions(run: &ConvRfm) -> Vec<&Matrix> {
    run.levels()[0].rounds().iter().filter_map(|round| round.test_predictions.as_ref()).collect()
}

/// Destroys the device at the first report of one stage of one round.
struct DestroyDevice<F> {
    round: usize,
    stage: Stage,
    destroy: F,
    done: Cell<bool>,
}

impl<F: Fn()> Monitor for DestroyDevice<F> {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        if progress.round == self.round && progress.stage == self.stage && !self.done.replace(true) {
            (self.destroy)();
        }
        Box::pin(std::future::ready(true))
    }
}

#[test]
fn a_device_lost_in_any_stage_costs_no_finished_round() {
    let (settings, data) = problem();
    let undisturbed = finished(settings.clone(), data.clone(), gpu());
    let stages =
        [(1, Stage::Kernel), (1, Stage::Solve), (1, Stage::Predict), (0, Stage::Agop), (0, Stage::Kernel)];
    for (round, stage) in stages {
        let gpu = open(Options::default());
        let monitor = DestroyDevice { round, stage, destroy: gpu.device_killer(), done: Cell::new(false) };
        let mut run = ConvRfm::new(settings.clone(), data.clone(), Box::new(gpu)).unwrap();
        let failure = loop {
            match block_on(run.advance(&monitor)) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the loss in {stage:?} of round {round} was not reported"),
                Err(error) => break error,
            }
        };
        assert!(
            matches!(&failure, Error::Engine { engine: "gpu", cause } if cause.starts_with("the graphics device was lost (")),
            "{failure}"
        );
        assert_eq!(run.current_level().round(), round, "a finished round was lost");
        // After the first loss on a fresh device, after a second one on the CPU.
        run.replace_engine(Box::new(open(Options::default())));
        block_on(run.advance(&NoMonitor)).unwrap();
        run.replace_engine(Box::new(Cpu::default()));
        finish(&mut run);
        for (actual, expected) in test_predictions(&run).into_iter().zip(test_predictions(&undisturbed)) {
            assert!(max_relative(actual, expected) < 2e-3, "after a loss in {stage:?} of round {round}");
        }
    }
}

/// The device may work on after the future is dropped: what it has not finished must not reach the repeated round. The second report
/// comes 30 ms into a stage, which on hardware may be over by then.
#[test]
fn a_stage_whose_future_is_dropped_costs_its_round_only() {
    let (settings, data) = problem();
    let undisturbed = finished(settings.clone(), data.clone(), gpu());
    for stage in Stage::ROUND {
        for report in [0, 1] {
            let mut run = ConvRfm::new(settings.clone(), data.clone(), gpu()).unwrap();
            while run.next_stage() != Some(stage) {
                block_on(run.advance(&NoMonitor)).unwrap();
            }
            let dropped = drop_stage(&mut run, stage, report);
            assert!(dropped || report == 1);
            finish(&mut run);
            assert_same_run(&run, &undisturbed, &format!("dropped at report {report} of {stage:?}"));
        }
    }
}

#[test]
fn a_failed_self_test_and_a_missing_adapter_have_errors_of_their_own() {
    let fails = Options { self_test: SelfTest::Fail, ..Options::default() };
    let refused = block_on(Gpu::open(fails)).err().unwrap();
    assert!(matches!(&refused, OpenError::SelfTest { cause, .. } if cause.contains("kernel")), "{refused}");
    let absent = Options { adapter: Some("no such adapter".into()), ..Options::default() };
    let refused = block_on(Gpu::open(absent)).err().unwrap();
    assert!(matches!(refused, OpenError::NoAdapter(_)), "{refused}");
}

#[test]
fn a_software_adapter_is_refused_with_a_reason() {
    let software = open(Options::default()).is_software();
    match block_on(Gpu::open_hardware(Options::default())) {
        Ok(gpu) => assert!(!software, "{}", gpu.describe()),
        Err(reason) => assert!(software && reason.contains("no graphics hardware"), "{reason}"),
    }
    let fails = Options { self_test: SelfTest::Fail, ..Options::default() };
    let reason = block_on(Gpu::open_hardware(fails)).err().unwrap();
    assert!(reason.contains("self-test"), "{reason}");
}

#[test]
fn two_interleaved_runs_do_not_disturb_each_other() {
    let (settings, data) = problem();
    let alone = finished(settings.clone(), data.clone(), gpu());
    let mut runs = [(); 2].map(|()| ConvRfm::new(settings.clone(), data.clone(), gpu()).unwrap());
    while runs.iter().any(|run| !run.finished()) {
        for run in &mut runs {
            block_on(run.advance(&NoMonitor)).unwrap();
        }
    }
    for run in &runs {
        assert_same_run(run, &alone, "interleaved with another run");
    }
}

#[test]
fn two_hundred_rounds_leave_no_buffer_behind() {
    let mut gpu = open(Options::default());
    let shape = Shape { channels: 1, height: 4, width: 4 };
    let (train, test) = (marked(shape, 8, 2, 1), marked(shape, 3, 2, 2));
    let geometry = PatchGeometry::new(shape, 3, 1).unwrap();
    let progress = StageProgress::unmonitored();
    let mut memory = Vec::new();
    for _ in 0..200 {
        block_on(async {
            gpu.load(geometry, &train.images).await.unwrap();
            gpu.kernel(None, &progress).await.unwrap();
            let solutions = gpu.solve(&train.one_hot(), &[1e-2], &progress).await.unwrap();
            gpu.set_alpha(&solutions[0].alpha).await.unwrap();
            gpu.predict(&test.images, &progress).await.unwrap();
            gpu.agop(3, &progress).await.unwrap();
        });
        memory.push(gpu.memory());
    }
    println!("longest submission {:.3} s", gpu.longest_submission());
    assert!(memory.iter().all(|m| *m == memory[0]), "{:?} became {:?}", memory[0], memory[199]);
}
