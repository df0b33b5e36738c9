//! Compares the native CPU engine with the published procedure: neural-tangents on JAX.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{line, number, text};
use crate::shell;

/// Stages that the published procedure has too: name and heading.
const STAGES: [(&str, &str); 3] = [("kernel_s", "kernel"), ("solve_s", "solve"), ("agop_s", "AGOP")];

/// The script that times JAX. The environment variable `CONVRFM_SHARED` names the folder that contains it.
pub fn script() -> Result<PathBuf> {
    let shared = std::env::var_os("CONVRFM_SHARED").context(
        "--jax needs the environment variable CONVRFM_SHARED: the folder with bench/reference_jax.py",
    )?;
    let script = PathBuf::from(shared).join("bench/reference_jax.py");
    ensure!(
        script.is_file(),
        "{} does not exist; does CONVRFM_SHARED name the right folder?",
        script.display()
    );
    Ok(script)
}

/// Times JAX for every n and prints the ratio of its seconds to those of each CPU row with the same n. Appends a row with the seconds
/// and, by place, the ratios.
pub fn compare(python: &Path, script: &Path, sizes: &[usize], rows: &mut Vec<Value>) -> Result<()> {
    println!(
        "\nneural-tangents on JAX (CPU), and the CPU engine with all threads, seconds: JAX / ours = ratio"
    );
    for &n in sizes {
        let jax = line(shell::command(python).arg(script).arg(n.to_string()))?;
        // The row with all threads comes after the row with one thread.
        let of_place: BTreeMap<&str, &Value> = rows
            .iter()
            .filter(|row| text(row, "engine").starts_with("cpu") && row["train"] == n)
            .map(|row| (text(row, "place"), row))
            .collect();
        ensure!(of_place.contains_key("native"), "no native row for n = {n}");
        let mut row = json!({ "place": "JAX", "engine": "neural-tangents, CPU", "train": n });
        row["samples"] = jax["samples"].clone();
        for (place, ours) in of_place {
            print!("n = {n:<6}{place:<16}");
            for (name, heading) in STAGES {
                let (jax, ours) = (number(&jax, name), number(ours, name));
                ensure!(jax.is_finite() && ours.is_finite(), "no {name} for n = {n}, {place}");
                print!("  {heading} {jax:.3} / {ours:.4} = {:.0}", jax / ours);
                row[name] = jax.into();
                row["ratio"][place][name] = (jax / ours).into();
            }
            println!();
        }
        rows.push(row);
    }
    Ok(())
}
