//! A run survives its engine: a device lost in any stage, once or twice, costs the round and nothing else.

use convrfm::PatchTransform;
use convrfm::engine::{EnginePlan, ProblemSize, Task};
use convrfm::math::Solution;
use convrfm::math::StageProgress;
use convrfm::rfm::Recovery;
use convrfm::{AgopSamples, ConvRfm, Error, Images, Matrix, NoMonitor, PatchGeometry, Settings, data, rfm};
use convrfm::{Cpu, Engine, Naive};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The reference engine, losing its device when `calls` has counted down.
struct Failing {
    engine: Naive<f32>,
    calls: Arc<AtomicUsize>,
}

impl Failing {
    fn call(&self) -> Result<(), Error> {
        match self.calls.fetch_sub(1, Ordering::Relaxed) {
            1 => Err(Error::Engine { engine: "failing", cause: "device lost".into() }),
            _ => Ok(()),
        }
    }
}

impl Engine for Failing {
    fn name(&self) -> &'static str {
        "failing"
    }
    fn plan(&mut self, problem: &Problem) -> Result<EnginePlan, Error> {
        self.engine.plan(problem)
    }
    fn load<'a>(&'a mut self, geometry: PatchGeometry, train: Arc<Images>) -> Task<'a, ()> {
        self.engine.load(geometry, train)
    }
    fn kernel<'a>(&'a mut self, transform: &'a PatchTransform, progress: &'a StageProgress) -> Task<'a, f32> {
        match self.call() {
            Ok(()) => self.engine.kernel(transform, progress),
            Err(e) => Box::pin(async { Err(e) }),
        }
    }
    fn gram<'a>(&'a mut self) -> Task<'a, Matrix> {
        self.engine.kernel_matrix()
    }
    fn solve<'a>(
        &'a mut self,
        targets: &'a Matrix,
        ridge: f64,
        progress: &'a StageProgress,
    ) -> Task<'a, Solution> {
        match self.call() {
            Ok(()) => self.engine.solve(targets, ridge, progress),
            Err(e) => Box::pin(async { Err(e) }),
        }
    }
    fn set_alpha<'a>(&'a mut self, solution: &'a Solution) -> Task<'a, ()> {
        self.engine.set_alpha(solution)
    }
    fn predict<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        match self.call() {
            Ok(()) => self.engine.predict(images, progress),
            Err(e) => Box::pin(async { Err(e) }),
        }
    }
    fn kernel_rows<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        self.engine.rows(images, progress)
    }
    fn agop<'a>(&'a mut self, samples: usize, progress: &'a StageProgress) -> Task<'a, Matrix> {
        match self.call() {
            Ok(()) => self.engine.agop(samples, progress),
            Err(e) => Box::pin(async { Err(e) }),
        }
    }
}

fn run_on(engine: Box<dyn Engine>) -> ConvRfm {
    let data = datasets::star(datasets::Sizes { train: 10, validation: 4, test: 6 }, 3).unwrap();
    let settings =
        Settings { patch: 2, depth: 1, ridge: 1e-2.into(), rounds: 3, agop_samples: AgopSamples::First(3) };
    ConvRfm::new(deep::Settings::one_level(settings), data, engine).unwrap()
}

fn failing(calls: usize) -> (Box<dyn Engine>, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(calls));
    (Box::new(Failing { engine: Naive::default(), calls: calls.clone() }), calls)
}

/// Runs to the end; the engine fails at its `first` call, and a reopened one at its `second`. Returns the notices.
fn finish(first: usize, second: usize) -> (ConvRfm, Vec<String>) {
    let mut run = run_on(failing(first).0);
    let mut recovery = Recovery::new(false);
    let mut notices = Vec::new();
    while !run.finished() {
        let reopen = async || Ok(failing(second).0);
        pollster::block_on(recovery.advance(&mut run, &NoMonitor, reopen)).unwrap();
        notices.extend(recovery.take_notice());
    }
    (run, notices)
}

fn assert_same(run: &ConvRfm, reference: &ConvRfm, what: &str) {
    for (round, (a, b)) in run.current().rounds().iter().zip(reference.current().rounds()).enumerate() {
        let (a, b) = (a.test.as_ref().unwrap(), b.test.as_ref().unwrap());
        let error = (a - b).amax() / b.amax();
        assert!(error < 2e-3, "{what}, round {round}: {error:.1e}");
    }
}

const NEVER: usize = 1_000_000;

#[test]
fn a_failure_in_any_stage_costs_its_round_only() {
    let mut reference = run_on(Box::new(Cpu::default()));
    while !reference.finished() {
        pollster::block_on(reference.advance(&NoMonitor)).unwrap();
    }
    // A round calls kernel, solve, predict twice, AGOP: three rounds are fourteen calls.
    for call in 1..=14 {
        let (run, notices) = finish(call, NEVER);
        assert_eq!(notices.len(), 1, "failure at call {call}");
        assert!(
            notices[0].contains(&format!("Round {} starts again on a fresh device", (call - 1) / 5)),
            "{}",
            notices[0]
        );
        assert_eq!(run.engine().name(), "failing");
        assert_same(&run, &reference, &format!("failure at call {call}"));
    }
}

#[test]
fn the_second_failure_goes_to_the_cpu() {
    let (run, notices) = finish(3, 4);
    assert_eq!((notices.len(), run.engine().name()), (2, "cpu"));
    assert!(notices[1].contains("on the CPU (it failed twice)"), "{}", notices[1]);
}

#[test]
fn an_error_of_the_data_is_not_retried() {
    let mut run = run_on(failing(NEVER).0);
    struct No;
    impl convrfm::Monitor for No {
        fn report<'a>(
            &'a self,
            _: convrfm::Progress,
        ) -> std::pin::Pin<Box<dyn std::future::Future<Output = bool> + 'a>> {
            Box::pin(std::future::ready(false))
        }
    }
    let reopen = async || Err("not asked for".to_string());
    let error = pollster::block_on(Recovery::new(true).advance(&mut run, &No, reopen)).unwrap_err();
    assert_eq!(error, Error::Cancelled);
}

fn two_levels_on(engine: Box<dyn Engine>) -> ConvRfm {
    let data = datasets::star(datasets::Sizes { train: 10, validation: 4, test: 6 }, 3).unwrap();
    let machine =
        Settings { patch: 2, depth: 2, ridge: 1e-2.into(), rounds: 2, agop_samples: AgopSamples::First(3) };
    let settings = deep::Settings { levels: 2, width: 3, ..deep::Settings::one_level(machine) };
    ConvRfm::new(settings, data, engine).unwrap()
}

/// Two levels of two rounds: whatever is lost, and wherever, the images of the second are the same to within rounding.
#[test]
fn a_failure_in_a_later_level_keeps_the_earlier_ones() {
    let mut reference = two_levels_on(Box::new(Cpu::default()));
    while !reference.finished() {
        pollster::block_on(reference.advance(&NoMonitor)).unwrap();
    }
    // A level calls nine times: five in its first round, four in its last.
    for call in 1..=18 {
        let mut run = two_levels_on(failing(call).0);
        let mut recovery = Recovery::new(false);
        let mut notices = Vec::new();
        while !run.finished() {
            let reopen = async || Ok(failing(NEVER).0);
            pollster::block_on(recovery.advance(&mut run, &NoMonitor, reopen)).unwrap();
            notices.extend(recovery.take_notice());
        }
        let (level, round) = ((call - 1) / 9, (call - 1) % 9 / 5);
        let said = format!("Round {round} of level {level} starts again on a fresh device");
        assert!(notices.len() == 1 && notices[0].contains(&said), "{notices:?}, expected {said}");
        for (l, level) in run.levels().iter().enumerate() {
            let images = |of: &ConvRfm| of.levels()[l].data().test.images.as_slice().to_vec();
            let (found, expected) = (images(&run), images(&reference));
            assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-3), "failure at call {call}");
            assert!(level.rounds().iter().all(|round| round.test.is_some()));
        }
    }
}
