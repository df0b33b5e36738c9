//! Compares the Cholesky factorisation with those of other libraries and with the matrix product of this machine. The
//! package in `bench/` measures.

use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};

use super::{cores, lines, number, save, text};
use crate::shell;

/// WebAssembly outside of a browser: the same instructions, and the program can print.
const WASM: &str = "wasm32-wasip1";

/// Measures, prints and saves the table.
pub fn run(repeat: u32) -> Result<()> {
    println!(
        "GFLOP/s: n^3 / 3 operations for a factorisation, 2 n^3 for a product; the fastest of at least {repeat} runs"
    );
    println!("{:<30}{:>9}{:>9}{:>7}{:>12}{:>10}", "operation", "target", "threads", "n", "ms", "GFLOP/s");
    let repeat = repeat.to_string();
    let mut rows = Vec::new();
    for threads in if cores() > 1 { vec![1, cores()] } else { vec![1] } {
        let mut cargo = shell::cargo();
        cargo.args(["run", "--release", "--quiet", "--package", "convrfm-bench", "--features", "threads"]);
        cargo.args(["--bin", "cholesky"]);
        cargo.args(["--", "--threads", &threads.to_string(), "--repeat", &repeat]);
        rows.extend(measure(&mut cargo, "native")?);
    }
    let folder = shell::root().join("target/wasi");
    let mut cargo = shell::cargo();
    cargo.args(["build", "--release", "--quiet", "--package", "convrfm-bench", "--features", "faer"]);
    cargo.args(["--target", WASM, "--target-dir"]).arg(&folder);
    cargo.env("RUSTFLAGS", "-C target-feature=+simd128");
    if shell::run(&mut cargo).is_err() {
        println!("Skipped WebAssembly, which needs `rustup target add {WASM}`.");
    } else {
        let program = folder.join(WASM).join("release/cholesky.wasm");
        // One process per size: Node 20 crashes when it exits after a long run.
        for n in ["500", "1000", "2000"] {
            let mut node = shell::command("node");
            node.arg("--no-warnings").arg(shell::root().join("bench/wasi.js")).arg(&program);
            rows.extend(measure(node.args(["--repeat", &repeat, "--n", n]), "wasm")?);
        }
    }
    save("cholesky", "cargo xtask bench --cholesky", &json!({ "precision": "float32" }), &rows)
}

fn measure(program: &mut Command, target: &str) -> Result<Vec<Value>> {
    let mut rows = lines(program, |row| {
        println!(
            "{:<30}{target:>9}{:>9}{:>7}{:>12.2}{:>10.1}",
            text(row, "operation"),
            number(row, "threads"),
            number(row, "n"),
            1e3 * number(row, "seconds"),
            number(row, "gflops"),
        );
    })?;
    rows.iter_mut().for_each(|row| row["target"] = target.into());
    Ok(rows)
}
