//! The report as Markdown tables, which a terminal shows as well as a page.

use super::summary::{Point, Report};
use convrfm::math::metrics::Spread;
use std::fmt::Write;

/// What was run, on what, and what is smaller than published.
pub fn head(report: &Report) -> String {
    let Report { parts, settings, .. } = report;
    let deep = match settings.levels {
        1 => String::new(),
        levels => format!(", {levels} levels of {} filters", settings.width),
    };
    let mut text = format!(
        "{}: {}\n{} training, {} validation, {} test images of {}, {} classes\n\
         patch {}, depth {}, ridge {}, {} rounds, AGOP over {} images{deep}, engine {}\n",
        report.experiment,
        report.title,
        parts.train,
        parts.validation,
        parts.test,
        report.images,
        report.classes,
        report.patch,
        report.depth,
        settings.ridge,
        settings.rounds,
        report.agop_samples,
        report.engine
    );
    for line in &report.scaled_down {
        text += &format!("scaled down: {line}\n");
    }
    text
}

/// Methods side by side, then every round.
pub fn tables(report: &Report) -> String {
    let swept = report.points.iter().any(|p| p.sigma.is_some());
    let mut rows = Vec::new();
    for point in &report.points {
        for mean in &point.methods {
            let gain =
                if mean.method == super::summary::Method::Fixed { String::new() } else { signed(mean.gain) };
            rows.push([
                sigma(point),
                mean.method.name().to_string(),
                spread(mean.test),
                gain,
                published(mean.published),
            ]);
        }
    }
    let paper =
        report.published_train.map_or("published".to_string(), |train| format!("published, n = {train}"));
    let mut text = table(["sigma", "method", "test, %", "over the fixed kernel", &paper], &rows, swept);
    let mut rows = Vec::new();
    for point in &report.points {
        for mean in &point.rounds {
            rows.push([
                sigma(point),
                mean.level.to_string(),
                mean.round.to_string(),
                spread(mean.test),
                published(mean.published),
            ]);
        }
    }
    text.push('\n');
    text += &table(["sigma", "level", "round", "test, %", &paper], &rows, swept);
    text
}

/// Mean and standard deviation.
pub fn spread(of: Spread) -> String {
    format!("{:.1} ± {:.1}", of.mean, of.deviation)
}

fn signed(of: Spread) -> String {
    format!("{:+.1} ± {:.1}", of.mean, of.deviation)
}

fn sigma(point: &Point) -> String {
    point.sigma.map_or(String::new(), |s| s.to_string())
}

fn published(value: Option<f64>) -> String {
    value.map_or(String::new(), |v| format!("{v:.2}"))
}

/// A Markdown table; without its first column unless `first`.
pub fn table<const N: usize>(head: [&str; N], rows: &[[String; N]], first: bool) -> String {
    let from = usize::from(!first);
    let width = |c: usize| {
        rows.iter().map(|row| row[c].chars().count()).chain([head[c].chars().count(), 3]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    let mut line = |cells: &dyn Fn(usize) -> String| {
        for (c, &width) in widths.iter().enumerate().skip(from) {
            let _ = write!(text, "| {:<width$} ", cells(c));
        }
        text += "|\n";
    };
    line(&|c| head[c].to_string());
    line(&|c| "-".repeat(widths[c]));
    rows.iter().for_each(|row| line(&|c| row[c].clone()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_the_first_can_be_left_out() {
        let rows = [["1".to_string(), "5.0 ± 1.0".to_string()]];
        assert_eq!(
            table(["sigma", "b"], &rows, true),
            "| sigma | b         |\n| ----- | --------- |\n| 1     | 5.0 ± 1.0 |\n"
        );
        assert_eq!(table(["sigma", "b"], &rows, false), "| b         |\n| --------- |\n| 5.0 ± 1.0 |\n");
    }
}
