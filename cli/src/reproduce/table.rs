//! The report as Markdown tables, which are readable on a terminal too.

use super::summary::{Method, Report};
use convrfm::math::metrics::Spread;

/// A table of the methods and a table of all rounds. Both have a column sigma if the images have noise.
pub fn results(report: &Report) -> String {
    let published = |value: Option<f64>| value.map_or(String::new(), |v| format!("{v:.2}"));
    let (mut methods, mut rounds) = (Vec::new(), Vec::new());
    for point in &report.points {
        let sigma = point.sigma.map(|sigma| sigma.to_string());
        let row = |cells: [String; 5]| sigma.clone().into_iter().chain(cells).collect::<Vec<_>>();
        for mean in &point.methods {
            let difference = |of: Spread, own: Method| {
                if mean.method == own {
                    return String::new();
                }
                let (difference, seeds) = (format!("{:+.1}", of.mean), point.runs.len());
                if seeds == 1 {
                    return difference;
                }
                format!("{difference} ± {:.1} ({:.1})", of.deviation, of.deviation / (seeds as f64).sqrt())
            };
            methods.push(row([
                mean.method.name().into(),
                spread(mean.test),
                difference(mean.gain, Method::Fixed),
                difference(mean.over_convrfm, Method::ConvRfm),
                published(mean.published),
            ]));
        }
        for mean in &point.rounds {
            let (level, round) = (mean.level.to_string(), mean.round.to_string());
            let rank = mean.effective_rank.map_or(String::new(), |rank| format!("{rank:.1}"));
            rounds.push(row([level, round, spread(mean.test), rank, published(mean.published)]));
        }
    }
    let paper =
        report.published_train.map_or("published".to_string(), |train| format!("published, n = {train}"));
    let swept = report.points.iter().any(|point| point.sigma.is_some());
    let table = |columns: [&str; 4], rows: &[Vec<String>]| {
        let head = swept.then_some("sigma").into_iter().chain(columns).chain([&paper[..]]);
        markdown(&head.collect::<Vec<_>>(), rows)
    };
    let methods =
        table(["method", "test, %", "over the fixed kernel (standard error)", "over ConvRFM"], &methods);
    format!("{methods}\n{}", table(["level", "round", "test, %", "effective rank of M"], &rounds))
}

/// Mean and standard deviation.
fn spread(of: Spread) -> String {
    format!("{:.1} ± {:.1}", of.mean, of.deviation)
}

/// A Markdown table with aligned columns.
pub fn markdown(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut lines: Vec<Vec<String>> = vec![head.iter().map(|cell| cell.to_string()).collect()];
    lines.extend_from_slice(rows);
    let width = |c: usize| lines.iter().map(|line| line[c].chars().count()).fold(3, usize::max);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    lines.insert(1, widths.iter().map(|&width| "-".repeat(width)).collect());
    let mut text = String::new();
    for line in &lines {
        line.iter().zip(&widths).for_each(|(cell, &width)| text += &format!("| {cell:<width$} "));
        text += "|\n";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let rows = [vec!["1".to_string(), "5.0 ± 1.0".to_string()]];
        assert_eq!(
            markdown(&["sigma", "b"], &rows),
            "| sigma | b         |\n| ----- | --------- |\n| 1     | 5.0 ± 1.0 |\n"
        );
    }
}
