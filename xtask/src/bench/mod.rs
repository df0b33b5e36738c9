//! `cargo xtask bench`: measures the speed of this machine and saves the results in `bench/`.

mod card;
mod cholesky;
mod errors;
mod jax;
mod native;
mod page;
mod speed;

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::shell;

/// Options of `cargo xtask bench`.
#[derive(Args, Clone)]
pub struct Arguments {
    /// Numbers of training images; the number of held-out images is the same
    #[arg(long, value_delimiter = ',', default_values_t = [500, 1000])]
    train: Vec<usize>,
    /// Number of training images on a software adapter, which is about 100 times slower
    #[arg(long, default_value_t = 100)]
    software: usize,
    /// Runs per row; the fastest is reported, because other programs can only slow a run down
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Skip the page in Chromium
    #[arg(long)]
    native: bool,
    /// Also measure an earlier version: the folder of its checkout, in which its node packages are installed and its program and its page are built
    #[arg(long, value_name = "FOLDER")]
    before: Option<PathBuf>,
    /// Also time neural-tangents on JAX with this Python; CONVRFM_SHARED must name the folder with bench/reference_jax.py
    #[arg(long, value_name = "PYTHON")]
    jax: Option<PathBuf>,
    /// Numbers of training images for --jax
    #[arg(long, value_delimiter = ',', default_values_t = [200, 500])]
    jax_train: Vec<usize>,
    /// Also write the table into README.md
    #[arg(long)]
    readme: bool,
    /// Instead of the stages: compare the Cholesky factorisation with nalgebra and faer
    #[arg(long)]
    cholesky: bool,
    /// Instead of the stages: everything that is worth knowing of a graphics card, in five minutes
    #[arg(long, conflicts_with_all = ["cholesky", "errors"])]
    card: bool,
    /// Instead of the stages: errors of single precision by patch size, depth and round
    #[arg(long, conflicts_with = "cholesky")]
    errors: bool,
    /// Instead of the stages: waiting times on the page and Lighthouse scores
    #[arg(long, conflicts_with_all = ["cholesky", "errors", "card"])]
    audit: bool,
}

/// Measures, prints a table, and saves it.
pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.cholesky {
        return cholesky::run(arguments.repeat);
    }
    if arguments.card {
        return card::run(arguments);
    }
    if arguments.errors {
        return errors::run();
    }
    if arguments.audit {
        page::build()?;
        let rows = lines(&mut page::script("bench/audit.js"), |row| println!("{row}"))?;
        return save("audit", "cargo xtask bench --audit", &json!({}), &rows);
    }
    speed::run(arguments)
}

/// Writes the results and a description of this machine to `bench/NAME.json`.
fn save(name: &str, command: &str, settings: &Value, results: &[Value]) -> Result<()> {
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

/// Runs a program that prints lines of JSON and returns them; calls `each` with every line as it arrives. The standard
/// error, where graphics drivers print messages, is shown only when the program fails.
fn lines(command: &mut Command, mut each: impl FnMut(&Value)) -> Result<Vec<Value>> {
    let line = shell::describe(command);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| shell::not_started(command, error))?;
    let mut stderr = child.stderr.take().context("no pipe")?;
    let messages = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stderr.read_to_end(&mut bytes).map(|_| String::from_utf8_lossy(&bytes).trim().to_owned())
    });
    let mut rows = Vec::new();
    for line in BufReader::new(child.stdout.take().context("no pipe")?).lines() {
        let line = line?;
        if line.starts_with('{') {
            let row = serde_json::from_str(&line).with_context(|| line.clone())?;
            each(&row);
            rows.push(row);
        }
    }
    let messages = messages.join().ok().and_then(Result::ok).unwrap_or_default();
    ensure!(child.wait()?.success(), "`{line}` failed: {messages}");
    ensure!(!rows.is_empty(), "`{line}` printed no results");
    Ok(rows)
}

/// Runs a program that prints one line of JSON.
fn line(command: &mut Command) -> Result<Value> {
    lines(command, |_| {})?.pop().context("no row")
}

/// A number in a row; NaN when it is missing.
fn number(row: &Value, name: &str) -> f64 {
    row[name].as_f64().unwrap_or(f64::NAN)
}

/// A text in a row; empty when it is missing.
fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The name of the processor on Linux and macOS.
fn processor() -> Option<String> {
    let linux = std::fs::read_to_string("/proc/cpuinfo").ok();
    let linux = linux.and_then(|text| {
        text.lines().find_map(|line| Some(line.strip_prefix("model name")?.split_once(": ")?.1.to_owned()))
    });
    linux.or_else(|| shell::ask(shell::command("sysctl").args(["-n", "machdep.cpu.brand_string"])))
}
