//! `cargo xtask bench`: seconds per stage of the native engine on MNIST, for a few numbers of images.

use std::io::Cursor;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::json;
use zip::ZipArchive;

use crate::shell;

/// The columns of the results' array `seconds`.
const STAGES: [&str; 4] = ["kernel", "kernel_test", "solve", "agop"];
/// The settings of every measured fit; the number of training images comes on top. Two rounds are the fixed kernel, its
/// AGOP and the second kernel: every stage at least once.
const SETTINGS: &str =
    "mnist --patch 3 --depth 3 --ridge 1e-5 --rounds 2 --agop-samples 64 --test 400 --seed 0";

/// What `cargo xtask bench` accepts.
#[derive(Args)]
pub struct Arguments {
    /// Numbers of training images
    #[arg(long, value_delimiter = ',', default_values_t = [100, 200, 400, 800])]
    train: Vec<usize>,
    /// Fits per number; the fastest counts, because other programs only ever slow one down
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
}

/// Seconds per stage, summed over the rounds, and the accuracy of the last round in percent.
#[derive(Clone, Copy)]
struct Measured {
    seconds: [f64; 4],
    accuracy: f64,
}

impl Measured {
    fn total(&self) -> f64 {
        self.seconds.iter().sum()
    }
}

/// Measures, prints a table, and writes `bench/native.json`.
pub fn run(arguments: &Arguments) -> Result<()> {
    shell::run(shell::cargo().args(["build", "--release"]))?;
    println!("\nfit {SETTINGS}: seconds, best of {}", arguments.repeat);
    println!(
        "{:>6}{:>10}{:>13}{:>10}{:>10}{:>10}{:>11}",
        "train", "kernel", "kernel_test", "solve", "agop", "total", "accuracy"
    );
    let mut rows = Vec::new();
    for &train in &arguments.train {
        let mut best = fit(train)?;
        for _ in 1..arguments.repeat {
            let next = fit(train)?;
            best = if next.total() < best.total() { next } else { best };
        }
        let [kernel, kernel_test, solve, agop] = best.seconds;
        let (total, accuracy) = (best.total(), best.accuracy);
        println!(
            "{train:>6}{kernel:>10.4}{kernel_test:>13.4}{solve:>10.4}{agop:>10.4}{total:>10.4}{accuracy:>10.2}%"
        );
        rows.push(json!({ "train": train, "seconds": stages(best.seconds), "accuracy": accuracy }));
    }
    let report = json!({
        "command": format!("cargo xtask bench --repeat {}", arguments.repeat),
        "fit": SETTINGS,
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

fn stages(seconds: [f64; 4]) -> serde_json::Value {
    STAGES
        .into_iter()
        .zip(seconds)
        .map(|(stage, seconds)| (stage.to_owned(), json!((seconds * 1e6).round() / 1e6)))
        .collect()
}

fn fit(train: usize) -> Result<Measured> {
    let out = shell::root().join("target/bench.npz");
    let mut fit = shell::cargo();
    fit.args(["run", "--quiet", "--release", "--", "fit"]).args(SETTINGS.split(' '));
    fit.arg("--train").arg(train.to_string()).arg("--out").arg(&out);
    let output = fit.output().map_err(|error| shell::not_started(&fit, error))?;
    ensure!(output.status.success(), "the fit failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    read_results(&out).with_context(|| out.display().to_string())
}

fn read_results(path: &Path) -> Result<Measured> {
    let mut archive = ZipArchive::new(Cursor::new(shell::read(path)?))?;
    let mut array = |name: &str| -> Result<Vec<f64>> {
        let entry = archive.by_name(&format!("{name}.npy"))?;
        Ok(npyz::NpyFile::new(entry)?.into_vec()?)
    };
    let mut seconds = [0.0_f64; 4];
    for round in array("seconds")?.chunks(STAGES.len()) {
        seconds.iter_mut().zip(round).for_each(|(sum, value)| *sum += value);
    }
    let accuracy = *array("accuracy")?.last().context("the results hold no round")?;
    ensure!(
        seconds.iter().all(|value| value.is_finite()) && accuracy.is_finite(),
        "found NaN where a number was expected"
    );
    Ok(Measured { seconds, accuracy })
}

/// The processor's name where the system tells it as text.
fn processor() -> Option<String> {
    let linux = std::fs::read_to_string("/proc/cpuinfo").ok();
    let linux = linux.and_then(|text| {
        text.lines().find_map(|line| Some(line.strip_prefix("model name")?.split_once(": ")?.1.to_owned()))
    });
    linux.or_else(|| shell::ask(shell::command("sysctl").args(["-n", "machdep.cpu.brand_string"])))
}
