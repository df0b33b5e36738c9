//! The Cholesky factorisation beside other libraries' and beside the machine's matrix product, as the crate in `bench/`
//! times it.

use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};

use super::{cores, keep, lines, number, text};
use crate::shell;

/// WebAssembly outside a browser: the same instructions, and a program can print.
const WASM: &str = "wasm32-wasip1";

/// Measures, prints and keeps the table.
pub fn run(repeat: u32) -> Result<()> {
    println!("GFLOP/s (n^3 / 3 for a factorisation, 2 n^3 for a product), best of {repeat} or more");
    println!("{:<30}{:>9}{:>9}{:>7}{:>12}{:>10}", "what", "on", "threads", "n", "ms", "GFLOP/s");
    let repeat = repeat.to_string();
    let mut rows = Vec::new();
    for threads in if cores() > 1 { vec![1, cores()] } else { vec![1] } {
        let mut cargo = shell::cargo();
        cargo.args(["run", "--release", "--quiet", "--package", "convrfm-bench", "--features", "threads"]);
        cargo.args(["--", "--threads", &threads.to_string(), "--repeat", &repeat]);
        rows.extend(measure(&mut cargo, "native")?);
    }
    let folder = shell::root().join("target/wasi");
    let mut cargo = shell::cargo();
    cargo.args(["build", "--release", "--quiet", "--package", "convrfm-bench", "--features", "faer"]);
    cargo.args(["--target", WASM, "--target-dir"]).arg(&folder);
    cargo.env("RUSTFLAGS", "-C target-feature=+simd128");
    if shell::run(&mut cargo).is_err() {
        println!("WebAssembly is left out: this needs `rustup target add {WASM}`.");
    } else {
        let program = folder.join(WASM).join("release/cholesky.wasm");
        // A process for each size: Node 20 crashes at its exit after a program that took long.
        for n in ["500", "1000", "2000"] {
            let mut node = shell::command("node");
            node.arg("--no-warnings").arg(shell::root().join("bench/wasi.js")).arg(&program);
            rows.extend(measure(node.args(["--repeat", &repeat, "--n", n]), "wasm")?);
        }
    }
    keep("cholesky", "cargo xtask bench --cholesky", &json!({ "precision": "float32" }), &rows)
}

fn measure(program: &mut Command, on: &str) -> Result<Vec<Value>> {
    let mut rows = lines(program, |row| {
        println!(
            "{:<30}{on:>9}{:>9}{:>7}{:>12.2}{:>10.1}",
            text(row, "what"),
            number(row, "threads"),
            number(row, "n"),
            1e3 * number(row, "seconds"),
            number(row, "gflops"),
        );
    })?;
    rows.iter_mut().for_each(|row| row["on"] = on.into());
    Ok(rows)
}
