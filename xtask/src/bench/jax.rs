//! The published procedure beside ours: neural-tangents on JAX, timed by `reference_jax.py` in the neighbour folder
//! `../shared/bench`.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{line, number, text};
use crate::shell;

/// Stages that the published procedure has, too.
const STAGES: [(&str, &str); 3] = [("kernel_s", "kernel"), ("solve_s", "solve"), ("agop_s", "AGOP")];

/// Times it for every n; prints how much longer it takes than the native row with as many images, which is in `rows`, and
/// adds rows with its times and the ratios.
pub fn compare(python: &Path, sizes: &[usize], rows: &mut Vec<Value>) -> Result<()> {
    let script = shell::root().join("../shared/bench/reference_jax.py");
    ensure!(script.is_file(), "the measurement with JAX needs {}", script.display());
    println!(
        "\nneural-tangents on JAX (CPU) beside the native CPU engine with all threads, seconds: JAX / ours = ratio"
    );
    for &n in sizes {
        let mut run = shell::command(python);
        let theirs = line(run.arg(&script).arg(n.to_string()))?;
        let is_ours = |row: &&Value| {
            text(row, "place") == "native" && text(row, "engine").starts_with("cpu") && row["train"] == n
        };
        // The row with all threads comes after the one with one.
        let ours = rows.iter().rev().find(is_ours).with_context(|| format!("no native row for n = {n}"))?;
        let mut row = json!({ "place": "JAX", "engine": "neural-tangents, CPU", "train": n });
        row["samples"] = theirs["samples"].clone();
        print!("n = {n:<6}");
        for (name, heading) in STAGES {
            let (theirs, ours) = (number(&theirs, name), number(ours, name));
            ensure!(theirs.is_finite() && ours.is_finite(), "no {name} for n = {n}");
            print!("  {heading} {theirs:.3} / {ours:.4} = {:.0}", theirs / ours);
            row[name] = theirs.into();
            row["ratio"][name] = (theirs / ours).into();
        }
        println!();
        rows.push(row);
    }
    Ok(())
}
