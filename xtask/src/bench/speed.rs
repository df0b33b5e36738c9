//! The table of speeds: one round on noisy MNIST, by engine, place and number of images.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::{Arguments, cores, jax, keep, native, number, page, text};

/// Times of a row: name and heading.
pub const STAGES: [(&str, &str); 4] =
    [("kernel_s", "kernel"), ("predict_s", "predict"), ("solve_s", "solve"), ("agop_s", "AGOP")];

const PEAK: &str = "peak_multiply_adds_per_s";
const LAYERS: &str = "position_layers_per_pair";
const MULTIPLY_ADDS: &str = "multiply_adds_per_pair";
/// What the description of an adapter contains that is a program on the processor.
const SOFTWARE: &str = ", software";

/// One kind of row: measures n images.
struct Kind<'a> {
    place: &'static str,
    gpu: bool,
    measure: Box<dyn Fn(usize) -> Result<Value> + 'a>,
}

/// Measures, prints and keeps the table.
pub fn run(arguments: &Arguments) -> Result<()> {
    let program = native::build()?;
    let site = if arguments.native { None } else { Some(page::Site::build()?) };
    println!("\nnoisy MNIST 42x42, q = 3, L = 3, AGOP over 20 images, as many held-out as training images");
    println!("seconds, best of {}; the share is that of the peak, both in multiply-adds", arguments.repeat);
    print!("{:<7}{:<50}{:>6}", "where", "engine", "n");
    STAGES.iter().for_each(|(_, heading)| print!("{heading:>9}"));
    println!("{:>13}{:>14}{:>7}{:>10}", "kernel Gpl/s", "peak Gmadd/s", "share", "Cholesky");
    let native = |engine: &'static str, threads: Option<usize>| {
        let program: &PathBuf = &program;
        Box::new(move |n| native::measure(program, engine, threads, n)) as Box<dyn Fn(usize) -> Result<Value>>
    };
    let mut kinds = vec![Kind { place: "native", gpu: false, measure: native("cpu", None) }];
    if cores() > 1 {
        kinds.insert(0, Kind { place: "native", gpu: false, measure: native("cpu", Some(1)) });
    }
    kinds.push(Kind { place: "native", gpu: true, measure: native("gpu", None) });
    if let Some(site) = &site {
        kinds.push(Kind { place: "page", gpu: false, measure: Box::new(|n| site.measure("cpu", n)) });
        kinds.push(Kind { place: "page", gpu: true, measure: Box::new(|n| site.measure("gpu", n)) });
    }
    let mut rows: Vec<Value> = Vec::new();
    for kind in &kinds {
        kind.rows(arguments, &mut rows)?;
    }
    if let Some(python) = &arguments.jax {
        let ours = |n| best(arguments.repeat, || native::measure(&program, "cpu", None, n));
        jax::compare(python, &arguments.jax_train, ours, &mut rows)?;
    }
    let settings = json!({ "data": "noisy-mnist", "patch": 3, "depth": 3, "best_of": arguments.repeat });
    keep("speed", "cargo xtask bench", &settings, &rows)
}

impl Kind<'_> {
    /// Measures and prints the rows of this kind. A graphics device that is none gets one row of few images, for which it
    /// takes as long as the others for many.
    fn rows(&self, arguments: &Arguments, rows: &mut Vec<Value>) -> Result<()> {
        let mut sizes = arguments.train.clone();
        if self.gpu {
            match (self.measure)(arguments.software) {
                Ok(row) if text(&row, "engine").contains(SOFTWARE) => sizes = vec![arguments.software],
                Ok(_) => {}
                // A machine without any adapter still has a table.
                Err(error) => {
                    println!("{:<7}{error:#}", self.place);
                    return Ok(());
                }
            }
        }
        for n in sizes {
            let mut row = best(arguments.repeat, || (self.measure)(n))?;
            row["place"] = self.place.into();
            rate(&mut row, rows.first());
            print(&row);
            rows.push(row);
        }
        Ok(())
    }
}

/// The run of least seconds in all, with the best peak of all runs.
fn best(repeat: u32, measure: impl Fn() -> Result<Value>) -> Result<Value> {
    let total = |row: &Value| STAGES.iter().map(|(name, _)| number(row, name)).sum::<f64>();
    let mut best = measure()?;
    for _ in 1..repeat {
        let next = measure()?;
        let peak = number(&best, PEAK).max(number(&next, PEAK));
        best = if total(&next) < total(&best) { next } else { best };
        best[PEAK] = peak.into();
    }
    ensure!(total(&best).is_finite(), "a time is missing in {best}");
    Ok(best)
}

/// Adds the rates that follow from the times. What a pair costs is counted by the engine's crate alone: where a row does
/// not say, as in the page, it is that of the native row `counted`, whose settings are the same.
fn rate(row: &mut Value, counted: Option<&Value>) {
    for name in [LAYERS, MULTIPLY_ADDS] {
        if let (true, Some(counted)) = (row[name].is_null(), counted) {
            row[name] = counted[name].clone();
        }
    }
    let n = number(row, "train");
    let (pairs, held_out) = (n * (n + 1.0) / 2.0, n * number(row, "held_out"));
    let pairs_per_s = pairs / number(row, "kernel_s");
    row["kernel_position_layers_per_s"] = (pairs_per_s * number(row, LAYERS)).into();
    row["predict_position_layers_per_s"] = (held_out / number(row, "predict_s") * number(row, LAYERS)).into();
    row["kernel_share_of_peak"] = (pairs_per_s * number(row, MULTIPLY_ADDS) / number(row, PEAK)).into();
    row["cholesky_gflops"] = (n * n * n / 3.0 / number(row, "solve_s") / 1e9).into();
}

fn print(row: &Value) {
    print!("{:<7}{:<50}{:>6}", text(row, "place"), text(row, "engine"), number(row, "train"));
    STAGES.iter().for_each(|(name, _)| print!("{:>9.4}", number(row, name)));
    let (rate, peak) = (number(row, "kernel_position_layers_per_s"), number(row, PEAK));
    let (share, cholesky) = (number(row, "kernel_share_of_peak"), number(row, "cholesky_gflops"));
    println!("{:>13.3}{:>14.1}{:>6.1}%{cholesky:>10.1}", rate / 1e9, peak / 1e9, 100.0 * share);
}
