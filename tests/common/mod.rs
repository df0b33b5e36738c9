//! Shared by the integration tests: engines, runs, monitors, golden files, and archives that may be malformed. The checks of engines
//! are in `convrfm-suites`, because a browser runs them too.

#![allow(dead_code, unused_imports)] // Each test file is a crate of its own and uses a part of this.

pub use convrfm_suites::data::{
    frobenius_relative, labelled, marked, max_relative, noise, noise_split, settings,
};
pub use convrfm_suites::golden::{Golden, Npz};

use convrfm::{
    ConvRfm, Cpu, Engine, Level, Matrix, Monitor, NoMonitor, Progress, Round, Settings, Split, Stage,
};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// All engines. Without an adapter opening "gpu" panics: a GPU test that did not run must not count as passed.
pub fn engines() -> [(&'static str, impl Fn() -> Box<dyn Engine>); convrfm_suites::ENGINES.len()] {
    convrfm_suites::ENGINES.map(|name| {
        let open =
            move || pollster::block_on(convrfm_suites::open(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        (name, open)
    })
}

/// The CPU engine.
pub fn cpu() -> Box<dyn Engine> {
    Box::new(Cpu::default())
}

/// Runs all stages that are left.
pub fn finish(run: &mut ConvRfm) {
    while pollster::block_on(run.advance(&NoMonitor)).unwrap().is_some() {}
}

/// A finished run.
pub fn finished(settings: Settings, data: Split, engine: Box<dyn Engine>) -> ConvRfm {
    let mut run = ConvRfm::new(settings, data, engine).unwrap();
    finish(&mut run);
    run
}

/// The bits of all results of a round, without its times.
pub fn bits(round: &Round) -> (Vec<Option<u64>>, Vec<Option<Vec<u32>>>) {
    let numbers = [
        Some(f64::from(round.scale)),
        Some(round.ridge),
        Some(round.retries as f64),
        Some(round.residual),
        round.trace_residual,
        round.validation_accuracy,
        round.test_accuracy,
        round.validation_error,
        round.test_error,
    ];
    let matrices = [
        round.alpha.as_deref(),
        round.validation_predictions.as_ref(),
        round.test_predictions.as_ref(),
        round.agop.as_ref().map(|m| m.matrix()),
    ];
    let of_matrix = |m: &Matrix| m.iter().map(|v| v.to_bits()).collect();
    (numbers.map(|v| v.map(f64::to_bits)).to_vec(), matrices.map(|m| m.map(of_matrix)).to_vec())
}

/// Asserts that two levels have the same images and the same results, bit for bit.
pub fn assert_same_level(actual: &Level, expected: &Level, what: &str) {
    assert_eq!(actual.rounds().len(), expected.rounds().len(), "{what}");
    for (i, (a, b)) in actual.rounds().iter().zip(expected.rounds()).enumerate() {
        assert!(bits(a) == bits(b), "{what}: round {i} differs");
    }
    assert!(actual.data().train == expected.data().train, "{what}: other images");
}

/// Asserts that a level that another engine took over has the results of one engine: bit for bit in its first `done` rounds, and
/// within the tolerances of engines in the others.
pub fn assert_taken_over(actual: &Level, expected: &Level, done: usize, what: &str) {
    for (i, (a, b)) in actual.rounds().iter().zip(expected.rounds()).enumerate() {
        let what = format!("{what}, round {i}");
        assert!(i >= done || bits(a) == bits(b), "{what} had been finished");
        let error = max_relative(a.test_predictions.as_ref().unwrap(), b.test_predictions.as_ref().unwrap());
        assert!(error < 2e-3, "{what}: {error:.1e}");
        if let (Some(a), Some(b)) = (&a.agop, &b.agop) {
            assert!(frobenius_relative(a.matrix(), b.matrix()) < 2e-3, "{what}: AGOP");
        }
    }
}

/// Asserts that two runs have the same results, bit for bit.
pub fn assert_same_run(actual: &ConvRfm, expected: &ConvRfm, what: &str) {
    assert_eq!(actual.levels().len(), expected.levels().len(), "{what}");
    for (l, (a, b)) in actual.levels().iter().zip(expected.levels()).enumerate() {
        assert_same_level(a, b, &format!("{what}, level {l}"));
        assert!(actual.filter_bank(l) == expected.filter_bank(l), "{what}: filters {l} differ");
    }
}

/// Records every report. Cancels at report number `cancel_at`, from 0, and at all later ones.
pub struct Recorder {
    pub reports: RefCell<Vec<Progress>>,
    cancel_at: usize,
}

impl Recorder {
    pub fn new(cancel_at: usize) -> Recorder {
        Recorder { reports: RefCell::default(), cancel_at }
    }
}

impl Monitor for Recorder {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        self.reports.borrow_mut().push(progress);
        Box::pin(std::future::ready(self.reports.borrow().len() <= self.cancel_at))
    }
}

/// Leaves one report of a stage without an answer, and answers all others.
struct Unanswered {
    stage: Stage,
    report: usize,
    count: Cell<usize>,
}

impl Monitor for Unanswered {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        if progress.stage == self.stage && self.count.replace(self.count.get() + 1) == self.report {
            return Box::pin(std::future::pending());
        }
        Box::pin(std::future::ready(true))
    }
}

/// Polls a stage until the monitor does not answer, and drops its future. False when the stage ended before.
pub fn drop_stage(run: &mut ConvRfm, stage: Stage, report: usize) -> bool {
    let monitor = Unanswered { stage, report, count: Cell::new(0) };
    let mut context = Context::from_waker(Waker::noop());
    let mut future = pin!(run.advance(&monitor));
    // A pending future stays pending: nobody wakes it.
    (0..5).all(|_| match future.as_mut().poll(&mut context) {
        Poll::Pending => true,
        Poll::Ready(done) => {
            done.unwrap();
            false
        }
    })
}

/// The golden files of this repository. When the environment variable `CONVRFM_SHARED` is set, also those in its folder `golden`.
pub fn golden_files() -> Vec<PathBuf> {
    let mut files = npz_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden"));
    if let Some(shared) = std::env::var_os("CONVRFM_SHARED") {
        files.extend(npz_files(&Path::new(&shared).join("golden")));
    }
    files
}

/// The golden files of networks. When the environment variable `CONVRFM_SHARED` is set, also those in its folder `golden-cnfa`.
pub fn npz_files_of_networks() -> Vec<PathBuf> {
    let mut files = npz_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/cnfa"));
    if let Some(shared) = std::env::var_os("CONVRFM_SHARED") {
        files.extend(npz_files(&Path::new(&shared).join("golden-cnfa")));
    }
    files
}

fn npz_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|e| e == "npz")).collect();
    assert!(!files.is_empty(), "no .npz file in {}", folder.display());
    files.sort();
    files
}

/// The bytes of a `.npy` array with this header, which need not fit `payload`.
pub fn npy(descr: &str, fortran: bool, shape: &str, payload: &[u8]) -> Vec<u8> {
    let fortran = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}");
    let length = (header.len() + 11).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((length as u16).to_le_bytes());
    bytes.extend(format!("{header:<width$}\n", width = length - 1).bytes());
    bytes.extend(payload);
    bytes
}

/// The bytes of an `.npz` archive of arrays made by [`npy`].
pub fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        zip.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
