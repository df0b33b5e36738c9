//! The table of speeds: one round on noisy MNIST, by engine, place and number of images.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{Arguments, cores, jax, keep, native, number, page, text};
use crate::shell;

/// Times of a row: name and heading.
pub const STAGES: [(&str, &str); 4] =
    [("kernel_s", "kernel"), ("predict_s", "predict"), ("solve_s", "solve"), ("agop_s", "AGOP")];

const PEAK: &str = "peak_multiply_adds_per_s";
const LAYERS: &str = "position_layers_per_pair";
const MULTIPLY_ADDS: &str = "multiply_adds_per_pair";
/// What the description of an adapter contains that is a program on the processor.
const SOFTWARE: &str = ", software";

/// What stands before and after the table in the README.
const MARKS: [&str; 2] = ["<!-- written by `cargo xtask bench --readme` -->\n", "<!-- end -->\n"];

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
    println!(
        "seconds, best of {}; share: the kernel's multiply-adds of the measured peak's",
        arguments.repeat
    );
    println!(
        "Cholesky: GFLOP/s, n^3 / 3 over the seconds of the whole solve, residual and refinement included"
    );
    println!("(a software adapter runs on the processor: few images, once)");
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
        let missing = arguments.jax_train.iter().filter(|n| !arguments.train.contains(n));
        let sizes = Arguments { train: missing.copied().collect(), ..arguments.clone() };
        Kind { place: "native", gpu: false, measure: native("cpu", None) }.rows(&sizes, &mut rows)?;
        jax::compare(python, &arguments.jax_train, &mut rows)?;
    }
    let settings = json!({ "data": "noisy-mnist", "patch": 3, "depth": 3 });
    keep("speed", "cargo xtask bench", &settings, &rows)?;
    if arguments.readme {
        let path = shell::root().join("README.md");
        let text = String::from_utf8(shell::read(&path)?).context("README.md is no text")?;
        shell::write(&path, with_table(&text, &rows)?.as_bytes())?;
        println!("wrote README.md");
    }
    Ok(())
}

impl Kind<'_> {
    /// Measures and prints the rows of this kind. A software adapter takes minutes where others take seconds: it gets one
    /// row of few images, measured once.
    fn rows(&self, arguments: &Arguments, rows: &mut Vec<Value>) -> Result<()> {
        let mut measured = Vec::new();
        if self.gpu {
            match (self.measure)(arguments.software) {
                Ok(row) if text(&row, "engine").contains(SOFTWARE) => measured.push((1, row)),
                Ok(_) => {}
                // A machine without any adapter still has a table.
                Err(error) => {
                    println!("{:<7}{error:#}", self.place);
                    return Ok(());
                }
            }
        }
        let sizes = if measured.is_empty() { arguments.train.as_slice() } else { &[] };
        let full =
            sizes.iter().map(|&n| Ok((arguments.repeat, best(arguments.repeat, || (self.measure)(n))?)));
        for row in measured.into_iter().map(anyhow::Ok).chain(full) {
            let (runs, mut row) = row?;
            row["place"] = self.place.into();
            row["runs"] = runs.into();
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

/// The README with the table of `rows` between its two marks.
fn with_table(readme: &str, rows: &[Value]) -> Result<String> {
    let lost = || format!("README.md has lost its line {}", MARKS.concat().trim());
    let (before, rest) = readme.split_once(MARKS[0]).with_context(lost)?;
    let (_, after) = rest.split_once(MARKS[1]).with_context(lost)?;
    Ok([before, MARKS[0], &markdown(rows), MARKS[1], after].concat())
}

/// The table as Markdown; what a row does not have stays empty.
fn markdown(rows: &[Value]) -> String {
    let mut table = String::from(
        "\n| where | engine | n | kernel, s | predictions, s | ridge regression, s | AGOP, s \
         | kernel, position-layers/s | share of the peak |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    let or_empty = |value: f64, text: String| if value.is_nan() { String::new() } else { text };
    for row in rows {
        let seconds = STAGES.map(|(name, _)| {
            let value = number(row, name);
            or_empty(value, if value < 0.1 { format!("{value:.4}") } else { format!("{value:.2}") })
        });
        let (rate, share) =
            (number(row, "kernel_position_layers_per_s"), number(row, "kernel_share_of_peak"));
        let rate = or_empty(
            rate,
            if rate < 1e8 { format!("{:.0} M", rate / 1e6) } else { format!("{:.2} G", rate / 1e9) },
        );
        let share = or_empty(share, format!("{:.0} %", 100.0 * share));
        let (place, engine, n) = (text(row, "place"), text(row, "engine"), number(row, "train"));
        table += &format!("| {place} | {engine} | {n} | {} | {rate} | {share} |\n", seconds.join(" | "));
    }
    table + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_follow_from_the_times_and_what_the_native_row_counted() {
        let counted = json!({ LAYERS: 10.0, MULTIPLY_ADDS: 100.0 });
        let mut row = json!({ "train": 3, "held_out": 3, "kernel_s": 2.0, "predict_s": 1.0, "solve_s": 9e-9, PEAK: 600.0 });
        rate(&mut row, Some(&counted));
        assert_eq!(row["kernel_position_layers_per_s"], 6.0 * 10.0 / 2.0);
        assert_eq!(row["predict_position_layers_per_s"], 90.0);
        assert_eq!(row["kernel_share_of_peak"], 6.0 * 100.0 / 2.0 / 600.0);
        assert!((number(&row, "cholesky_gflops") - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_fastest_run_counts_with_the_best_peak() {
        let runs = std::cell::Cell::new(0);
        let measure = || {
            runs.set(runs.get() + 1);
            let seconds = [2.0, 1.0, 3.0][runs.get() - 1];
            Ok(
                json!({ "kernel_s": seconds, "predict_s": 0, "solve_s": 0, "agop_s": 0, PEAK: 10.0 * seconds }),
            )
        };
        let row = best(3, measure).unwrap();
        assert_eq!((number(&row, "kernel_s"), number(&row, PEAK)), (1.0, 30.0));
        assert!(best(1, || Ok(json!({ "kernel_s": 1.0 }))).is_err(), "a row without all times was taken");
    }

    #[test]
    fn only_the_table_of_the_readme_is_written() {
        let [begin, end] = MARKS;
        let readme = format!("a\n{begin}old\n{end}b\n");
        let row = json!({ "place": "jax", "engine": "e", "train": 200, "kernel_s": 9.5, "kernel_share_of_peak": 0.256 });
        let found = with_table(&readme, &[row]).unwrap();
        assert!(
            found.starts_with(&format!("a\n{begin}\n| where |")) && found.ends_with(&format!("\n\n{end}b\n"))
        );
        assert!(
            found.contains("| jax | e | 200 | 9.50 |  |  |  |  | 26 % |\n") && !found.contains("old"),
            "{found}"
        );
        assert!(with_table("no marks", &[]).is_err());
    }
}
