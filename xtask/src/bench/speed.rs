//! The table of speeds: one round on noisy MNIST, by engine, place and number of images.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{Arguments, cores, jax, native, number, page, save, text};
use crate::shell;

/// The seconds in a row: name and heading.
const STAGES: [(&str, &str); 4] =
    [("kernel_s", "kernel"), ("predict_s", "predict"), ("solve_s", "solve"), ("agop_s", "AGOP")];

/// Positions of one image pair, summed over the layers.
const LAYERS: &str = "position_layers_per_pair";
/// Part of the description of an adapter that runs on the processor.
pub const SOFTWARE: &str = ", software";

/// Ends the places of an earlier version, which the README does not show.
const BEFORE: &str = ", before";

/// The lines before and after the table in the README.
const MARKS: [&str; 2] = ["<!-- written by `cargo xtask bench --readme` -->\n", "<!-- end -->\n"];

/// An engine in a place; `measure` times one round with n images.
struct Kind<'a> {
    place: &'static str,
    gpu: bool,
    measure: Box<dyn Fn(usize) -> Result<Value> + 'a>,
}

/// Measures, prints and saves the table.
pub fn run(arguments: &Arguments) -> Result<()> {
    // Fails before the measurements, which take minutes.
    let jax = arguments
        .jax
        .as_deref()
        .map(|python| Ok::<_, anyhow::Error>((python, jax::script()?)))
        .transpose()?;
    let before = arguments.before.as_deref().map(std::path::absolute).transpose()?;
    for path in before.iter().flat_map(|folder| [native::program(folder), folder.join("dist/index.html")]) {
        ensure!(path.is_file(), "{} does not exist; has the earlier version been built?", path.display());
    }
    let (program, root) = (native::build()?, shell::root());
    let earlier = before.as_deref().map(native::program);
    let mut kinds = Vec::new();
    if cores() > 1 {
        kinds.push(Kind::native("native", &program, "cpu", Some(1)));
    }
    if let Some(earlier) = &earlier {
        kinds.push(Kind::native("native, before", earlier, "cpu", None));
    }
    kinds.extend(["cpu", "gpu"].map(|engine| Kind::native("native", &program, engine, None)));
    if !arguments.native {
        page::build()?;
        if let Some(folder) = &before {
            kinds.push(Kind::page("page, before", folder, "cpu"));
        }
        kinds.extend(["cpu", "gpu"].map(|engine| Kind::page("page", &root, engine)));
    }
    println!("\nnoisy MNIST 42x42, q = 3, L = 3, AGOP over 20 images, as many held-out as training images");
    println!(
        "seconds of the fastest of {} runs; a software adapter runs once, on few images",
        arguments.repeat
    );
    println!(
        "kernel: 10^9 position-layers/s; Cholesky: GFLOP/s, n^3 / 3 operations over the seconds of the whole solve"
    );
    println!("ratio: seconds of all stages in the first row with the same n, divided by those of this row");
    print_heading();
    let mut rows: Vec<Value> = Vec::new();
    for kind in &kinds {
        kind.measure(arguments, &mut rows)?;
    }
    if let Some((python, script)) = jax {
        let missing = arguments.jax_train.iter().filter(|n| !arguments.train.contains(n));
        let sizes = Arguments { train: missing.copied().collect(), ..arguments.clone() };
        for kind in kinds.iter().filter(|kind| !kind.gpu) {
            kind.measure(&sizes, &mut rows)?;
        }
        jax::compare(python, &script, &arguments.jax_train, &mut rows)?;
    }
    let settings = json!({ "data": "noisy-mnist", "patch": 3, "depth": 3 });
    save("speed", "cargo xtask bench", &settings, &rows)?;
    if arguments.readme {
        let path = shell::root().join("README.md");
        let text = String::from_utf8(shell::read(&path)?).context("README.md is not UTF-8")?;
        shell::write(&path, with_table(&text, &rows)?.as_bytes())?;
        println!("wrote README.md");
    }
    Ok(())
}

impl<'a> Kind<'a> {
    /// `engine` of a program.
    fn native(place: &'static str, program: &'a Path, engine: &'static str, threads: Option<usize>) -> Self {
        let measure = move |n| native::measure(program, engine, threads, n, &[]);
        Kind { place, gpu: engine == "gpu", measure: Box::new(measure) }
    }

    /// `engine` of the page in the checkout `folder`.
    fn page(place: &'static str, folder: &'a Path, engine: &'static str) -> Self {
        Kind { place, gpu: engine == "gpu", measure: Box::new(move |n| page::measure(folder, engine, n)) }
    }

    /// Appends the rows of this kind. A software adapter takes minutes where others take seconds, so it gets one row with few
    /// images, measured once.
    fn measure(&self, arguments: &Arguments, rows: &mut Vec<Value>) -> Result<()> {
        let mut add = |runs: u32, mut row: Value| {
            row["place"] = self.place.into();
            row["runs"] = runs.into();
            add_rates(&mut row, rows);
            print(&row);
            rows.push(row);
        };
        if self.gpu {
            match (self.measure)(arguments.software) {
                Ok(row) if text(&row, "engine").contains(SOFTWARE) => {
                    add(1, row);
                    return Ok(());
                }
                Ok(_) => {}
                // A machine without an adapter has a table of the other rows.
                Err(error) => {
                    println!("{:<7}{error:#}", self.place);
                    return Ok(());
                }
            }
        }
        for &n in &arguments.train {
            add(arguments.repeat, fastest(arguments.repeat, || (self.measure)(n))?);
        }
        Ok(())
    }
}

/// Seconds of all stages; NaN when one is missing.
fn total(row: &Value) -> f64 {
    STAGES.iter().map(|(name, _)| number(row, name)).sum()
}

/// The run with the fewest seconds.
fn fastest(repeat: u32, measure: impl Fn() -> Result<Value>) -> Result<Value> {
    let mut best = measure()?;
    for _ in 1..repeat {
        let next = measure()?;
        best = if total(&next) < total(&best) { next } else { best };
    }
    ensure!(total(&best).is_finite(), "the seconds of a stage are missing in {best}");
    Ok(best)
}

/// Adds the rates and the ratio to the first of `rows` with the same n. The page does not report the position-layers of a
/// pair; they are those of the first row, which has the same settings.
pub fn add_rates(row: &mut Value, rows: &[Value]) {
    if let (true, Some(first)) = (row[LAYERS].is_null(), rows.first()) {
        row[LAYERS] = first[LAYERS].clone();
    }
    let n = number(row, "train");
    let (pairs, held_out) = (n * (n + 1.0) / 2.0, n * number(row, "held_out"));
    row["kernel_position_layers_per_s"] = (pairs / number(row, "kernel_s") * number(row, LAYERS)).into();
    row["predict_position_layers_per_s"] = (held_out / number(row, "predict_s") * number(row, LAYERS)).into();
    row["cholesky_gflops"] = (n * n * n / 3.0 / number(row, "solve_s") / 1e9).into();
    let first = rows.iter().find(|first| first["train"] == row["train"]).map_or(total(row), total);
    row["ratio"] = (first / total(row)).into();
}

pub fn print_heading() {
    print!("{:<16}{:<50}{:>6}", "place", "engine", "n");
    STAGES.iter().for_each(|(_, heading)| print!("{heading:>9}"));
    println!("{:>14}{:>10}{:>7}", "kernel Gpl/s", "Cholesky", "ratio");
}

pub fn print(row: &Value) {
    print!("{:<16}{:<50}{:>6}", text(row, "place"), text(row, "engine"), number(row, "train"));
    STAGES.iter().for_each(|(name, _)| print!("{:>9.4}", number(row, name)));
    let rate = number(row, "kernel_position_layers_per_s") / 1e9;
    println!("{rate:>14.3}{:>10.1}{:>7.2}", number(row, "cholesky_gflops"), number(row, "ratio"));
}

/// The README with the table of `rows` between its two marks.
fn with_table(readme: &str, rows: &[Value]) -> Result<String> {
    let missing = || format!("README.md has no lines {}", MARKS.concat().trim());
    let (before, rest) = readme.split_once(MARKS[0]).with_context(missing)?;
    let (_, after) = rest.split_once(MARKS[1]).with_context(missing)?;
    Ok([before, MARKS[0], &markdown(rows), MARKS[1], after].concat())
}

/// The table in Markdown; the cell of a missing value is empty.
fn markdown(rows: &[Value]) -> String {
    let mut table = String::from(
        "\n| place | engine | n | kernel, s | predictions, s | ridge regression, s | AGOP, s \
         | kernel, position-layers/s |\n|---|---|---|---|---|---|---|---|\n",
    );
    let or_empty = |value: f64, text: String| if value.is_nan() { String::new() } else { text };
    for row in rows.iter().filter(|row| !text(row, "place").ends_with(BEFORE)) {
        let seconds = STAGES.map(|(name, _)| {
            let value = number(row, name);
            or_empty(value, if value < 0.1 { format!("{value:.4}") } else { format!("{value:.2}") })
        });
        let rate = number(row, "kernel_position_layers_per_s");
        let rate = or_empty(
            rate,
            if rate < 1e8 { format!("{:.0} M", rate / 1e6) } else { format!("{:.2} G", rate / 1e9) },
        );
        let (place, engine, n) = (text(row, "place"), text(row, "engine"), number(row, "train"));
        table += &format!("| {place} | {engine} | {n} | {} | {rate} |\n", seconds.join(" | "));
    }
    table + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_ratio_follow_from_the_seconds_and_earlier_rows() {
        let other = json!({ "train": 2, "kernel_s": 9.0, "predict_s": 9.0, "solve_s": 9.0, "agop_s": 9.0, LAYERS: 10.0 });
        let first = json!({ "train": 3, "kernel_s": 5.0, "predict_s": 4.0, "solve_s": 1.0, "agop_s": 2.0 });
        let mut row = json!({ "train": 3, "held_out": 3, "kernel_s": 2.0, "predict_s": 1.0, "solve_s": 0.5, "agop_s": 0.5 });
        add_rates(&mut row, &[other, first]);
        assert_eq!(row["kernel_position_layers_per_s"], 6.0 * 10.0 / 2.0);
        assert_eq!(row["predict_position_layers_per_s"], 90.0);
        assert_eq!(row["ratio"], 3.0);
        assert!((number(&row, "cholesky_gflops") - 18e-9).abs() < 1e-20);
    }

    #[test]
    fn the_fastest_run_counts() {
        let runs = std::cell::Cell::new(0);
        let measure = || {
            runs.set(runs.get() + 1);
            let seconds = [2.0, 1.0, 3.0][runs.get() - 1];
            Ok(json!({ "kernel_s": seconds, "predict_s": 0, "solve_s": 0, "agop_s": 0 }))
        };
        assert_eq!(number(&fastest(3, measure).unwrap(), "kernel_s"), 1.0);
        assert!(
            fastest(1, || Ok(json!({ "kernel_s": 1.0 }))).is_err(),
            "a row without all seconds was accepted"
        );
    }

    #[test]
    fn only_the_table_of_the_readme_is_written() {
        let [begin, end] = MARKS;
        let readme = format!("a\n{begin}old\n{end}b\n");
        let row = json!({ "place": "JAX", "engine": "e", "train": 200, "kernel_s": 9.5 });
        let readme = with_table(&readme, &[row]).unwrap();
        assert!(
            readme.starts_with(&format!("a\n{begin}\n| place |"))
                && readme.ends_with(&format!("\n\n{end}b\n"))
        );
        assert!(
            readme.contains("| JAX | e | 200 | 9.50 |  |  |  |  |\n") && !readme.contains("old"),
            "{readme}"
        );
        assert!(with_table("no marks", &[]).is_err());
    }
}
