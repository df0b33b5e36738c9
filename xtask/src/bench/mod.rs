//! `cargo xtask bench`: how fast everything is on this machine. What was measured is kept under `bench/`.

mod audit;
mod cholesky;
mod jax;
mod native;
mod page;
mod speed;
mod sweep;

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::shell;

/// What `cargo xtask bench` accepts.
#[derive(Args, Clone)]
pub struct Arguments {
    /// Numbers of training images; as many held-out images
    #[arg(long, value_delimiter = ',', default_values_t = [500, 1000])]
    train: Vec<usize>,
    /// The same for a software adapter, which takes minutes where others take seconds
    #[arg(long, default_value_t = 100)]
    software: usize,
    /// Runs per row; the fastest counts, because other programs only ever slow one down
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Leave out the page in Chromium
    #[arg(long)]
    native: bool,
    /// Time the published procedure too, with this Python, which has JAX and neural-tangents
    #[arg(long, value_name = "PYTHON")]
    jax: Option<PathBuf>,
    /// Numbers of training images of that
    #[arg(long, value_delimiter = ',', default_values_t = [200, 500])]
    jax_train: Vec<usize>,
    /// Write the table into README.md, too
    #[arg(long)]
    readme: bool,
    /// In place of the table: the GPU's kernel stage with every shape of tiles
    #[arg(long, conflicts_with = "cholesky")]
    sweep: bool,
    /// In place of the table: the Cholesky factorisation beside nalgebra's and faer's
    #[arg(long)]
    cholesky: bool,
    /// In place of the table: what a reader of the page waits for, and Lighthouse's scores
    #[arg(long, conflicts_with_all = ["cholesky", "sweep"])]
    audit: bool,
}

/// Measures, prints a table, and writes the file of that table.
pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.sweep {
        return sweep::run();
    }
    if arguments.cholesky {
        return cholesky::run(arguments.repeat);
    }
    if arguments.audit {
        return audit::run();
    }
    speed::run(arguments)
}

/// Keeps what was measured, and where, in `bench/NAME.json`.
fn keep(name: &str, command: &str, settings: &Value, results: &[Value]) -> Result<()> {
    let report = json!({
        "command": command,
        "settings": settings,
        "processor": processor(),
        "cores": cores(),
        "compiler": shell::ask(shell::command("rustc").arg("--version")),
        "results": results,
    });
    let path = shell::root().join("bench").join(name).with_extension("json");
    shell::write(&path, format!("{report:#}\n").as_bytes())?;
    println!("wrote bench/{name}.json");
    Ok(())
}

/// Runs a program that prints lines of JSON, and returns these; calls `each` as they come. What it says otherwise is
/// only shown when it fails: graphics drivers talk.
fn lines(command: &mut Command, mut each: impl FnMut(&Value)) -> Result<Vec<Value>> {
    let line = shell::describe(command);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| shell::not_started(command, error))?;
    let mut stderr = child.stderr.take().context("the output was piped")?;
    let said = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stderr.read_to_end(&mut bytes).map(|_| String::from_utf8_lossy(&bytes).trim().to_owned())
    });
    let mut rows = Vec::new();
    for line in BufReader::new(child.stdout.take().context("the output was piped")?).lines() {
        let line = line?;
        if line.starts_with('{') {
            let row = serde_json::from_str(&line).with_context(|| line.clone())?;
            each(&row);
            rows.push(row);
        }
    }
    let said = said.join().ok().and_then(Result::ok).unwrap_or_default();
    ensure!(child.wait()?.success(), "`{line}` failed: {said}");
    ensure!(!rows.is_empty(), "`{line}` measured nothing");
    Ok(rows)
}

/// Runs a program that prints one line of JSON.
fn line(command: &mut Command) -> Result<Value> {
    lines(command, |_| {})?.pop().context("no row")
}

/// A number of a measurement; NaN when it is missing.
fn number(row: &Value, name: &str) -> f64 {
    row[name].as_f64().unwrap_or(f64::NAN)
}

/// A text of a measurement; empty when it is missing.
fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The processor's name where the system tells it as text.
fn processor() -> Option<String> {
    let linux = std::fs::read_to_string("/proc/cpuinfo").ok();
    let linux = linux.and_then(|text| {
        text.lines().find_map(|line| Some(line.strip_prefix("model name")?.split_once(": ")?.1.to_owned()))
    });
    linux.or_else(|| shell::ask(shell::command("sysctl").args(["-n", "machdep.cpu.brand_string"])))
}
