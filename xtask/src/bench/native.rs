//! Measurements of the program `convrfm`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use super::line;
use crate::shell;

/// Builds the program and returns its path.
pub fn build() -> Result<PathBuf> {
    shell::run(shell::cargo().args(["build", "--release", "-p", "convrfm-cli"]))?;
    Ok(program(&shell::root()))
}

/// The program in the checkout `folder`.
pub fn program(folder: &Path) -> PathBuf {
    folder.join("target/release").join(format!("convrfm{}", std::env::consts::EXE_SUFFIX))
}

/// One round with `train` images on `engine`; without `threads`, on all cores. `more` are further arguments of `convrfm bench`.
pub fn measure(
    program: &Path,
    engine: &str,
    threads: Option<usize>,
    train: usize,
    more: &[&str],
) -> Result<Value> {
    let count = train.to_string();
    let mut bench = shell::command(program);
    bench.args(["bench", "--engine", engine, "--train", &count, "--test", &count]).args(more);
    if let Some(threads) = threads {
        bench.args(["--threads", &threads.to_string()]);
    }
    line(&mut bench)
}
