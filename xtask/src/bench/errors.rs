//! Errors of single precision by patch size, depth and round. The package in `bench/` measures.

use anyhow::Result;
use serde_json::{Value, json};

use super::{lines, number, save};
use crate::shell;

/// Measures, prints and saves the table.
pub fn run() -> Result<()> {
    println!("digits, 40 training images: the CPU engine against the reference in double precision");
    println!("relative errors after the last update, and the largest of all rounds");
    println!(
        "{:>5}{:>7}{:>12}{:>12}{:>14}{:>14}",
        "patch", "depth", "scale of K", "M", "predictions", "M, largest"
    );
    let mut cargo = shell::cargo();
    cargo.args(["run", "--release", "--quiet", "--package", "convrfm-bench"]);
    cargo.args(["--features", "errors", "--bin", "errors"]);
    let rows = lines(&mut cargo, |row| {
        let of = |name: &str| -> Vec<f64> {
            row[name].as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
        };
        let last = |name: &str| of(name).last().copied().unwrap_or(f64::NAN);
        let largest = of("agop").into_iter().fold(0.0, f64::max);
        println!(
            "{:>5}{:>7}{:>12.1e}{:>12.1e}{:>14.1e}{largest:>14.1e}",
            number(row, "patch"),
            number(row, "depth"),
            last("scale"),
            last("agop"),
            last("predictions"),
        );
    })?;
    save("errors", "cargo xtask bench --errors", &json!({ "data": "mnist" }), &rows)
}
