//! `cargo xtask bench`: seconds per stage of one round on noisy MNIST, by engine and number of images, as the command
//! `convrfm bench` measures them.

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::shell;

/// Columns of the table: name in the measurement, heading, digits.
const COLUMNS: [(&str, &str); 4] =
    [("kernel_s", "kernel"), ("predict_s", "predict"), ("solve_s", "solve"), ("agop_s", "AGOP")];

/// What `cargo xtask bench` accepts.
#[derive(Args)]
pub struct Arguments {
    /// Numbers of training images; as many test images
    #[arg(long, value_delimiter = ',', default_values_t = [250, 500, 1000])]
    train: Vec<usize>,
    /// Engines
    #[arg(long, value_delimiter = ',', default_value = "cpu")]
    engine: Vec<String>,
    /// Runs per row; the fastest counts, because other programs only ever slow one down
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
}

/// Measures, prints a table, and writes `bench/native.json`.
pub fn run(arguments: &Arguments) -> Result<()> {
    shell::run(shell::cargo().args(["build", "--release"]))?;
    println!("\nnoisy MNIST 42x42, q = 3, L = 3, AGOP over 20 images: seconds, best of {}", arguments.repeat);
    print!("{:<20}{:>6}", "engine", "n");
    COLUMNS.iter().for_each(|(_, heading)| print!("{heading:>10}"));
    println!("{:>28}{:>18}", "kernel, position-layers/s", "Cholesky, GFLOP/s");
    let mut rows = Vec::new();
    for engine in &arguments.engine {
        for &train in &arguments.train {
            let row = best(engine, train, arguments.repeat)?;
            print!("{:<20}{train:>6}", row["engine"].as_str().unwrap_or(engine));
            COLUMNS.iter().for_each(|(name, _)| print!("{:>10.4}", number(&row, name)));
            let (rate, cholesky) =
                (number(&row, "kernel_position_layers_per_s"), number(&row, "cholesky_gflops"));
            println!("{:>26.3} G{cholesky:>18.1}", rate / 1e9);
            rows.push(row);
        }
    }
    let report = json!({
        "command": "cargo xtask bench",
        "processor": processor(),
        "threads": std::thread::available_parallelism().map_or(1, usize::from),
        "compiler": shell::ask(shell::command("rustc").arg("--version")),
        "results": rows,
    });
    let path = shell::root().join("bench/native.json");
    shell::write(&path, format!("{report:#}\n").as_bytes())?;
    println!("wrote {}", path.display());
    Ok(())
}

/// The run of least seconds in all.
fn best(engine: &str, train: usize, repeat: u32) -> Result<Value> {
    let total = |row: &Value| COLUMNS.iter().map(|(name, _)| number(row, name)).sum::<f64>();
    let mut best = measure(engine, train)?;
    for _ in 1..repeat {
        let next = measure(engine, train)?;
        best = if total(&next) < total(&best) { next } else { best };
    }
    Ok(best)
}

fn measure(engine: &str, train: usize) -> Result<Value> {
    let count = train.to_string();
    let mut bench = shell::cargo();
    bench.args([
        "run",
        "--quiet",
        "--release",
        "--",
        "bench",
        "--engine",
        engine,
        "--train",
        &count,
        "--test",
        &count,
    ]);
    let output = bench.output().map_err(|error| shell::not_started(&bench, error))?;
    ensure!(output.status.success(), "the run failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().context("convrfm bench printed nothing")?;
    let row: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
    ensure!(COLUMNS.iter().all(|(name, _)| number(&row, name).is_finite()), "a time is missing in {line}");
    Ok(row)
}

/// A number of a measurement; NaN when it is missing.
fn number(row: &Value, name: &str) -> f64 {
    row[name].as_f64().unwrap_or(f64::NAN)
}

/// The processor's name where the system tells it as text.
fn processor() -> Option<String> {
    let linux = std::fs::read_to_string("/proc/cpuinfo").ok();
    let linux = linux.and_then(|text| {
        text.lines().find_map(|line| Some(line.strip_prefix("model name")?.split_once(": ")?.1.to_owned()))
    });
    linux.or_else(|| shell::ask(shell::command("sysctl").args(["-n", "machdep.cpu.brand_string"])))
}
