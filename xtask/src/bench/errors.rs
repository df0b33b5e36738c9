//! Errors of single precision by patch size, depth and round. The package in `bench/` measures.

use anyhow::Result;
use serde_json::{Value, json};

use super::{lines, number, save};
use crate::shell;

/// Measures, prints and saves the table.
pub fn run() -> Result<()> {
    println!("each engine against the reference in double precision: largest relative errors of all rounds");
    println!(
        "{:<12}{:>6}{:>7}{:>13}{:>9}{:>13}{:>12}{:>9}{:>13}",
        "images", "patch", "layers", "CPU: scale", "M", "predictions", "GPU: scale", "M", "predictions"
    );
    let mut cargo = shell::cargo();
    cargo.args(["run", "--release", "--quiet", "--package", "convrfm-bench"]);
    cargo.args(["--features", "errors", "--bin", "errors"]);
    let rows = lines(&mut cargo, |row| {
        let largest = |engine: &str, name: &str| {
            let rounds = row[engine][name].as_array()?.iter().filter_map(Value::as_f64);
            Some(format!("{:.1e}", rounds.fold(0.0, f64::max)))
        };
        let of = |engine, name| largest(engine, name).unwrap_or_else(|| "-".into());
        println!(
            "{:<12}{:>6}{:>7}{:>13}{:>9}{:>13}{:>12}{:>9}{:>13}",
            row["data"].as_str().unwrap_or_default(),
            number(row, "patch"),
            number(row, "depth"),
            of("cpu", "scale"),
            of("cpu", "agop"),
            of("cpu", "predictions"),
            of("gpu", "scale"),
            of("gpu", "agop"),
            of("gpu", "predictions"),
        );
    })?;
    save("errors", "cargo xtask bench --errors", &json!({}), &rows)
}
