//! The published procedure beside ours: neural-tangents on JAX, timed by `reference_jax.py` in the neighbour folder
//! `../shared/bench`.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{lines, number};
use crate::shell;

/// Stages that the published procedure has, too.
const STAGES: [(&str, &str); 3] = [("kernel_s", "kernel"), ("solve_s", "solve"), ("agop_s", "AGOP")];

/// Times both for every n; prints and adds rows with their times and the ratios.
pub fn compare(
    python: &Path,
    sizes: &[usize],
    ours: impl Fn(usize) -> Result<Value>,
    rows: &mut Vec<Value>,
) -> Result<()> {
    let script = shell::root().join("../shared/bench/reference_jax.py");
    ensure!(script.is_file(), "the measurement with JAX needs {}", script.display());
    println!("\nJAX (neural-tangents, CPU) beside the CPU engine, seconds: JAX / ours = ratio");
    for &n in sizes {
        let mut run = shell::command(python);
        let theirs = lines(run.arg(&script).arg(n.to_string()))?.pop().context("no row")?;
        let ours = ours(n)?;
        let mut row = json!({ "place": "jax", "engine": "neural-tangents on JAX, CPU", "train": n });
        print!("n = {n:<6}");
        for (name, heading) in STAGES {
            let (theirs, ours) = (number(&theirs, name), number(&ours, name));
            ensure!(theirs.is_finite() && ours.is_finite(), "no {name} for n = {n}");
            print!("  {heading} {theirs:.3} / {ours:.4} = {:.0}", theirs / ours);
            row[name] = theirs.into();
            row["ratio"][name] = (theirs / ours).into();
        }
        println!();
        row["samples"] = theirs["samples"].clone();
        rows.push(row);
    }
    Ok(())
}
