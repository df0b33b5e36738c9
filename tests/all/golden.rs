//! Every engine against the float64 reference, over every golden file.
//!
//! Tolerances: kernel 1e-4 of its maximum, predictions 2e-3 of theirs, AGOP 2e-3 in Frobenius norm, equal accuracy. Both sides run all
//! rounds, so the error of each round enters the next.

use crate::common;

use common::{Golden, engines, golden_files};

const ALL_ROUNDS: usize = usize::MAX;

fn reproduces_every_golden_file(engine: usize, rounds: usize) {
    let (name, open) = &engines()[engine];
    let mut engine = open();
    for path in golden_files() {
        let file = path.file_stem().unwrap().to_string_lossy();
        let mut golden = Golden::read(std::fs::read(&path).unwrap());
        golden.truncate(rounds);
        let errors = pollster::block_on(convrfm_suites::golden::check(engine.as_mut(), &golden));
        let errors = errors.unwrap_or_else(|e| panic!("{file} on {name}: {e}"));
        println!("{name:10} {file:24} {errors}");
    }
}

#[test]
fn double_precision_reproduces_every_golden_file() {
    reproduces_every_golden_file(0, ALL_ROUNDS);
}

#[test]
fn single_precision_reproduces_every_golden_file() {
    reproduces_every_golden_file(1, ALL_ROUNDS);
}

#[test]
fn the_cpu_reproduces_every_golden_file() {
    reproduces_every_golden_file(2, ALL_ROUNDS);
}

/// Two rounds: the second uses the AGOP of the first. A software driver takes 75 s for all rounds.
#[test]
fn the_gpu_reproduces_every_golden_file() {
    reproduces_every_golden_file(3, 2);
}

/// Three levels each, with and without ReLU; the patch dimensions are 27, 45, 45 and 8, 72, 72.
fn reproduces_every_level(engine: usize) {
    let (name, open) = &engines()[engine];
    let mut engine = open();
    for file in ["colour_q3_L3", "relu_q2_L3", "pooled_q2_L3"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/deep");
        let bytes = std::fs::read(folder.join(file).with_extension("npz")).unwrap();
        let errors = pollster::block_on(convrfm_suites::deep::check(engine.as_mut(), bytes));
        let errors = errors.unwrap_or_else(|e| panic!("{file} on {name}: {e}"));
        assert_eq!(errors.len(), 3);
        for (level, errors) in errors.iter().enumerate() {
            println!("{name:10} {file:16} level {level} {errors}");
        }
    }
}

#[test]
fn double_precision_reproduces_every_level() {
    reproduces_every_level(0);
}

#[test]
fn single_precision_reproduces_every_level() {
    reproduces_every_level(1);
}

#[test]
fn the_cpu_reproduces_every_level() {
    reproduces_every_level(2);
}

#[test]
fn the_gpu_reproduces_every_level() {
    reproduces_every_level(3);
}
