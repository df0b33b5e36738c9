//! Rows of the native program.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use super::line;
use crate::shell;

/// Builds the program and says where it is.
pub fn build() -> Result<PathBuf> {
    shell::run(shell::cargo().args(["build", "--release"]))?;
    Ok(shell::root().join("target/release").join(format!("convrfm{}", std::env::consts::EXE_SUFFIX)))
}

/// One round of `train` images on `engine`, as `convrfm bench` times it.
pub fn measure(program: &Path, engine: &str, threads: Option<usize>, train: usize) -> Result<Value> {
    let count = train.to_string();
    let mut bench = shell::command(program);
    bench.args(["bench", "--engine", engine, "--train", &count, "--test", &count]);
    if let Some(threads) = threads {
        bench.args(["--threads", &threads.to_string()]);
    }
    line(&mut bench)
}
