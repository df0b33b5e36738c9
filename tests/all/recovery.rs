//! A run survives its engine: a device lost in any stage, once or twice, costs its round only. Other errors are returned.

use crate::common;

use common::{cpu, finished, settings};
use convrfm::data::star;
use convrfm::engine::{EnginePlan, ProblemSize, Task};
use convrfm::math::{Solution, StageProgress};
use convrfm::rfm::Recovery;
use convrfm::{
    AgopSamples, ConvRfm, Cpu, Engine, Error, Images, Matrix, Monitor, Naive, NoMonitor, PatchGeometry,
    Progress, Settings, Sizes,
};
use pollster::block_on;
use std::future::Future;
use std::pin::Pin;

/// The reference engine. Its call number `fail_at`, from 1, of kernel, solve, predict or AGOP fails with `error`.
struct Failing {
    engine: Naive<f32>,
    calls: usize,
    fail_at: usize,
    error: Error,
}

impl Failing {
    /// The inner engine, or the error as a task.
    fn call<'a, T: 'a>(&'a mut self, stage: impl FnOnce(&'a mut Naive<f32>) -> Task<'a, T>) -> Task<'a, T> {
        self.calls += 1;
        if self.calls == self.fail_at {
            let error = self.error.clone();
            return Box::pin(async { Err(error) });
        }
        stage(&mut self.engine)
    }
}

impl Engine for Failing {
    fn name(&self) -> &'static str {
        "failing"
    }
    fn plan(&mut self, size: &ProblemSize) -> Result<EnginePlan, Error> {
        self.engine.plan(size)
    }
    fn load<'a>(&'a mut self, geometry: PatchGeometry, train: &'a Images) -> Task<'a, ()> {
        self.engine.load(geometry, train)
    }
    fn kernel<'a>(&'a mut self, root: Option<&'a Matrix>, progress: &'a StageProgress) -> Task<'a, f32> {
        self.call(move |engine| engine.kernel(root, progress))
    }
    fn resume<'a>(
        &'a mut self,
        root: Option<&'a Matrix>,
        scale: f32,
        progress: &'a StageProgress,
    ) -> Task<'a, ()> {
        self.engine.resume(root, scale, progress)
    }
    fn kernel_matrix<'a>(&'a mut self) -> Task<'a, Matrix> {
        self.engine.kernel_matrix()
    }
    fn solve<'a>(
        &'a mut self,
        targets: &'a Matrix,
        ridges: &'a [f64],
        progress: &'a StageProgress,
    ) -> Task<'a, Vec<Solution>> {
        self.call(move |engine| engine.solve(targets, ridges, progress))
    }
    fn set_alpha<'a>(&'a mut self, alpha: &'a Matrix) -> Task<'a, ()> {
        self.engine.set_alpha(alpha)
    }
    fn predict<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        self.call(move |engine| engine.predict(images, progress))
    }
    fn kernel_rows<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        self.engine.kernel_rows(images, progress)
    }
    fn agop<'a>(&'a mut self, samples: usize, progress: &'a StageProgress) -> Task<'a, Matrix> {
        self.call(move |engine| engine.agop(samples, progress))
    }
}

fn failing_with(fail_at: usize, error: Error) -> Box<dyn Engine> {
    Box::new(Failing { engine: Naive::default(), calls: 0, fail_at, error })
}

fn losing_device(fail_at: usize) -> Box<dyn Engine> {
    failing_with(fail_at, Error::Engine { engine: "failing", cause: "device lost".into() })
}

const NEVER: usize = usize::MAX;

fn start(settings: Settings, engine: Box<dyn Engine>) -> ConvRfm {
    let data = star(Sizes { train: 10, validation: 4, test: 6 }, 3).unwrap();
    ConvRfm::new(settings, data, engine).unwrap()
}

fn one_level() -> Settings {
    settings(2, 1, 1e-2, 3, AgopSamples::First(3))
}

fn two_levels() -> Settings {
    let mut settings = settings(2, 2, 1e-2, 2, AgopSamples::First(3));
    (settings.levels, settings.width) = (2, 3);
    settings
}

/// Runs all stages. The engine fails at call `first`, its replacement at call `second`. Returns the notices.
fn recover(settings: Settings, first: usize, second: usize) -> (ConvRfm, Vec<String>) {
    let mut run = start(settings, losing_device(first));
    let mut recovery = Recovery::new(false);
    let mut notices = Vec::new();
    while !run.finished() {
        let reopen = async || Ok(losing_device(second));
        block_on(recovery.advance(&mut run, &NoMonitor, reopen, Cpu::default)).unwrap();
        notices.extend(recovery.take_notice());
    }
    (run, notices)
}

fn undisturbed(settings: Settings) -> ConvRfm {
    finished(settings, star(Sizes { train: 10, validation: 4, test: 6 }, 3).unwrap(), cpu())
}

#[test]
fn a_device_lost_in_any_stage_costs_its_round_only() {
    let expected = undisturbed(one_level());
    // A round calls kernel, solve, predict twice, and AGOP: three rounds make fourteen calls.
    for call in 1..=14 {
        let (run, notices) = recover(one_level(), call, NEVER);
        let notice = format!("Round {} starts again on a fresh device", (call - 1) / 5);
        assert!(notices.len() == 1 && notices[0].contains(&notice), "call {call}: {notices:?}");
        assert_eq!(run.engine().name(), "failing");
        let rounds = run.levels()[0].rounds().iter().zip(expected.levels()[0].rounds());
        for (round, (a, b)) in rounds.enumerate() {
            let (a, b) = (a.test_predictions.as_ref().unwrap(), b.test_predictions.as_ref().unwrap());
            let error = (a - b).amax() / b.amax();
            assert!(error < 2e-3, "failure at call {call}, round {round}: {error:.1e}");
        }
    }
}

#[test]
fn the_second_loss_continues_on_the_cpu() {
    let (run, notices) = recover(one_level(), 3, 4);
    assert_eq!((notices.len(), run.engine().name()), (2, "cpu"));
    assert!(notices[1].contains("on the CPU (it failed twice)"), "{}", notices[1]);
}

/// Asserts that recovery returns this error of the first kernel stage and neither repeats the round nor changes the engine.
fn assert_returned(error: Error, monitor: &dyn Monitor) {
    let mut run = start(one_level(), failing_with(1, error.clone()));
    let mut recovery = Recovery::new(false);
    let reopen = async || -> Result<Box<dyn Engine>, String> { panic!("reopened after {error:?}") };
    let cpu = || -> Cpu { panic!("changed to the CPU after {error:?}") };
    let returned = block_on(recovery.advance(&mut run, monitor, reopen, cpu)).unwrap_err();
    assert_eq!((returned, run.engine().name()), (error.clone(), "failing"));
    assert_eq!(recovery.take_notice(), None);
}

#[test]
fn an_error_that_is_not_the_devices_is_returned() {
    // A call out of order is an error of the program: another device would fail likewise, and the notice would be wrong.
    assert_returned(Error::OutOfOrder { engine: "failing", needs: "load" }, &NoMonitor);
    assert_returned(Error::invalid("kernel matrix", "zero everywhere", "other images"), &NoMonitor);
    struct Cancel;
    impl Monitor for Cancel {
        fn report<'a>(&'a self, _: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
            Box::pin(std::future::ready(false))
        }
    }
    assert_returned(Error::Cancelled, &Cancel);
}

#[test]
fn a_loss_in_a_later_level_keeps_the_earlier_ones() {
    let expected = undisturbed(two_levels());
    // A level makes nine calls: five in its first round, four in its last.
    for call in 1..=18 {
        let (run, notices) = recover(two_levels(), call, NEVER);
        let (level, round) = ((call - 1) / 9, (call - 1) % 9 / 5);
        let notice = format!("Round {round} of level {level} starts again on a fresh device");
        assert!(notices.len() == 1 && notices[0].contains(&notice), "{notices:?}, expected {notice}");
        for (l, level) in run.levels().iter().enumerate() {
            let images = |run: &ConvRfm| run.levels()[l].data().test.images.as_slice().to_vec();
            let (actual, expected) = (images(&run), images(&expected));
            assert!(
                actual.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-3),
                "failure at call {call}"
            );
            assert!(level.rounds().iter().all(|round| round.test_predictions.is_some()));
        }
    }
}
