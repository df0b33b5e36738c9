//! The report as an SVG chart: accuracy over rounds, or over the noise, with error bars of one standard deviation.

use super::summary::{Method, Point, Report};
use convrfm::{Error, Result};
use plotters::coord::Shift;
use plotters::prelude::*;

/// Width and height in pixels.
const SIZE: (u32, u32) = (720, 440);
const FONT: &str = "sans-serif";
const COLOURS: [RGBColor; 4] =
    [RGBColor(90, 90, 90), RGBColor(200, 80, 0), RGBColor(0, 90, 170), RGBColor(30, 120, 60)];
/// The style of the CNN.
const CNN_STYLE: usize = 3;

/// One line of a chart.
pub struct Line {
    pub name: String,
    /// `(x, mean, deviation)`. A deviation of 0 has no error bar.
    pub points: Vec<(f64, f64, f64)>,
    /// Index of the colour and the mark.
    pub style: usize,
    /// Published lines are thin and have hollow marks.
    pub published: bool,
}

/// Everything in a chart but the lines.
pub struct Layout {
    pub title: String,
    pub x: String,
    pub y: String,
    /// Whether the x axis is logarithmic.
    pub logarithmic: bool,
    /// A place for the legend where it covers no line.
    pub legend: SeriesLabelPosition,
    /// A range that the y axis covers at least.
    pub range: (f64, f64),
}

/// Smallest and largest of no numbers.
const EMPTY: (f64, f64) = (f64::INFINITY, f64::NEG_INFINITY);

/// The chart of an experiment.
///
/// # Errors
/// When the chart cannot be drawn.
pub fn experiment(report: &Report) -> Result<String> {
    let swept = report.points.len() > 1;
    let seeds = report.points[0].runs.len();
    let layout = Layout {
        title: format!("{} (n = {}, {seeds} seeds)", report.title, report.parts.train),
        x: if swept { "noise, sigma" } else { "round (0: the fixed kernel)" }.into(),
        y: "test accuracy, %".into(),
        logarithmic: swept,
        // Accuracy falls with noise and rises with rounds.
        legend: if swept { SeriesLabelPosition::UpperRight } else { SeriesLabelPosition::LowerRight },
        range: EMPTY,
    };
    draw(&layout, &if swept { over_noise(report) } else { over_rounds(report) })
}

/// A line of our results and one of the published results. A point is `(x, mean, deviation, published)`.
fn lines(name: &str, style: usize, points: &[(f64, f64, f64, Option<f64>)]) -> [Line; 2] {
    let ours = points.iter().map(|&(x, mean, deviation, _)| (x, mean, deviation)).collect();
    let paper = points.iter().filter_map(|&(x, _, _, published)| Some((x, published?, 0.0))).collect();
    [
        Line { name: name.into(), points: ours, style, published: false },
        Line { name: format!("{name}, published"), points: paper, style, published: true },
    ]
}

fn over_noise(report: &Report) -> Vec<Line> {
    let line = |(style, method): (usize, Method)| {
        let at = |point: &Point| {
            let mean = point.methods.iter().find(|mean| mean.method == method)?;
            Some((f64::from(point.sigma?), mean.test.mean, mean.test.deviation, mean.published))
        };
        lines(method.name(), style, &report.points.iter().filter_map(at).collect::<Vec<_>>())
    };
    Method::ALL.into_iter().enumerate().flat_map(line).collect()
}

fn over_rounds(report: &Report) -> Vec<Line> {
    let line = |level: usize| {
        let name = if level == 0 { "ConvRFM".into() } else { format!("Deep ConvRFM, level {level}") };
        let rounds = report.points[0].rounds.iter().filter(|round| round.level == level);
        let points = rounds.map(|r| (r.round as f64, r.test.mean, r.test.deviation, r.published));
        lines(&name, (level + 1) % CNN_STYLE, &points.collect::<Vec<_>>())
    };
    let mut all: Vec<Line> = (0..report.settings.levels).flat_map(line).collect();
    // The CNN has no rounds: a level line.
    if let Some(cnn) = report.points[0].methods.iter().find(|mean| mean.method == Method::Cnn) {
        let last = report.settings.rounds.saturating_sub(1) as f64;
        let points = [0.0, last].map(|x| (x, cnn.test.mean, cnn.test.deviation, None));
        all.extend(lines(Method::Cnn.name(), CNN_STYLE, &points));
    }
    all
}

/// Draws the lines that have points.
///
/// # Errors
/// When no line has a point, or the chart cannot be drawn.
pub fn draw(layout: &Layout, lines: &[Line]) -> Result<String> {
    if lines.iter().all(|line| line.points.is_empty()) {
        return Err(Error::invalid("chart", "no point", "at least one"));
    }
    let mut svg = String::new();
    let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
    plot(&area, layout, lines).map_err(|e| Error::invalid("chart", e, "a chart that can be drawn"))?;
    drop(area);
    // The title names the picture for screen readers.
    let title = layout.title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Ok(svg.replacen('>', &format!(" role=\"img\">\n<title>{title}</title>"), 1))
}

type Failure = Box<dyn std::error::Error>;

fn plot(area: &DrawingArea<SVGBackend, Shift>, layout: &Layout, lines: &[Line]) -> Result<(), Failure> {
    let x_of = |x: f64| if layout.logarithmic { x.log2() } else { x };
    let points = || lines.iter().flat_map(|line| &line.points);
    let bounds = |values: &mut dyn Iterator<Item = f64>, first: (f64, f64)| {
        values.fold(first, |(low, high), v| (low.min(v), high.max(v)))
    };
    let (left, right) = bounds(&mut points().map(|p| x_of(p.0)), EMPTY);
    let (low, high) = bounds(&mut points().flat_map(|p| [p.1 - p.2, p.1 + p.2]), layout.range);
    let (margin_x, margin_y) = (0.06 * (right - left).max(1.0), 0.08 * (high - low).max(1e-3));
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(area)
        .caption(&layout.title, (FONT, 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d(left - margin_x..right + margin_x, low - margin_y..high + margin_y)?;
    let label = |x: &f64| {
        if layout.logarithmic {
            format!("{}", (x.exp2() * 1000.0).round() / 1000.0)
        } else {
            format!("{x:.0}")
        }
    };
    let ticks = lines.iter().map(|line| line.points.len()).max().unwrap_or(1);
    chart
        .configure_mesh()
        .x_desc(&layout.x)
        .y_desc(&layout.y)
        .x_labels(ticks.min(12) + 1)
        .x_label_formatter(&label)
        .light_line_style(WHITE)
        .bold_line_style(BLACK.mix(0.1))
        .label_style((FONT, 13))
        .draw()?;
    for line in lines.iter().filter(|line| !line.points.is_empty()) {
        let style = line.style % COLOURS.len();
        let (colour, published) = (COLOURS[style], line.published);
        let path: Vec<(f64, f64)> = line.points.iter().map(|p| (x_of(p.0), p.1)).collect();
        let stroke = colour.stroke_width(if published { 1 } else { 2 });
        chart.draw_series(LineSeries::new(path.iter().copied(), stroke))?;
        macro_rules! marks {
            ($mark:ident, $size:literal, $fill:expr) => {
                chart
                    .draw_series(path.iter().map(|&at| $mark::new(at, $size, $fill)))?
                    .label(&line.name)
                    .legend(move |(x, y)| $mark::new((x + 10, y), $size, $fill))
            };
        }
        // Lines differ in shape as well as in colour. Published results have hollow circles.
        match style {
            _ if published => marks!(Circle, 5, colour),
            0 => marks!(Circle, 4, colour.filled()),
            1 => marks!(TriangleMarker, 6, colour.filled()),
            CNN_STYLE => marks!(TriangleMarker, 6, colour),
            _ => marks!(Cross, 5, colour.filled()),
        };
        let bars = line.points.iter().filter(|p| p.2 > 0.0);
        chart.draw_series(
            bars.map(|p| ErrorBar::new_vertical(x_of(p.0), p.1 - p.2, p.1, p.1 + p.2, colour.filled(), 8)),
        )?;
    }
    chart
        .configure_series_labels()
        .position(layout.legend.clone())
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.2))
        .label_font((FONT, 13))
        .draw()?;
    Ok(area.present()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(logarithmic: bool) -> Layout {
        let (x, y) = ("x".to_string(), "y".to_string());
        let legend = SeriesLabelPosition::UpperRight;
        Layout { title: "a < b & c".into(), x, y, logarithmic, legend, range: EMPTY }
    }

    #[test]
    fn a_chart_has_its_title_its_lines_and_their_names() {
        let line = |name: &str, mean, published| Line {
            name: name.into(),
            points: vec![(0.5, mean, 1.0), (4.0, mean + 3.0, 0.0)],
            style: 0,
            published,
        };
        let lines = [line("first", 50.0, false), line("paper", 52.0, true), line("second", 60.0, false)];
        let svg = draw(&layout(true), &lines).unwrap();
        assert!(svg.contains("<title>a &lt; b &amp; c</title>") && svg.trim_end().ends_with("</svg>"));
        assert!(svg.matches("<polyline").count() >= 3, "{svg}");
        assert!(["first", "paper", "second"].iter().all(|name| svg.contains(name)));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn one_point_is_enough_and_no_point_is_an_error() {
        let line = Line { name: "one".into(), points: vec![(0.0, 50.0, 0.0)], style: 0, published: false };
        assert!(draw(&layout(false), &[line]).unwrap().contains("<circle"));
        assert!(draw(&layout(false), &[]).is_err());
    }
}
