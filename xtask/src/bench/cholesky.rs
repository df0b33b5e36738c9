//! The Cholesky factorisation beside other libraries' and beside the machine's matrix product, as the crate in `bench/`
//! times it.

use anyhow::Result;
use serde_json::json;

use super::{cores, keep, lines, number, text};
use crate::shell;

/// Measures, prints and keeps the table.
pub fn run(repeat: u32) -> Result<()> {
    println!("GFLOP/s (n^3 / 3 for a factorisation, 2 n^3 for a product), best of {repeat} or more");
    println!("{:<30}{:>9}{:>7}{:>12}{:>10}", "what", "threads", "n", "ms", "GFLOP/s");
    let mut rows = Vec::new();
    for threads in if cores() > 1 { vec![1, cores()] } else { vec![1] } {
        let mut cargo = shell::cargo();
        cargo.args(["run", "--release", "--quiet", "--package", "convrfm-bench", "--features", "faer", "--"]);
        cargo.args(["--threads", &threads.to_string(), "--repeat", &repeat.to_string()]);
        rows.extend(lines(&mut cargo, |row| {
            println!(
                "{:<30}{threads:>9}{:>7}{:>12.2}{:>10.1}",
                text(row, "what"),
                number(row, "n"),
                1e3 * number(row, "seconds"),
                number(row, "gflops"),
            );
        })?);
    }
    keep("cholesky", "cargo xtask bench --cholesky", &json!({ "precision": "float32" }), &rows)
}
