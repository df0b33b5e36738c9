//! The report as an SVG chart: accuracy over rounds, or over noise, with one standard deviation to either side.

use super::summary::{Method, Report};
use convrfm::{Error, Result};
use plotters::coord::Shift;
use plotters::prelude::*;

/// Pixels.
const SIZE: (u32, u32) = (720, 440);
const FONT: &str = "sans-serif";

/// One line of a chart.
pub struct Line {
    pub name: String,
    /// `(x, mean, deviation)`; deviation 0 draws no bar.
    pub points: Vec<(f64, f64, f64)>,
    /// Colour and mark, by number.
    pub style: usize,
    /// The paper's: a thin line with hollow marks.
    pub published: bool,
}

/// What stands around the lines.
pub struct Frame {
    pub title: String,
    pub x: String,
    pub y: String,
    /// Whether x grows by factors of two.
    pub doubling: bool,
    /// Where the lines' names cover none of them.
    pub legend: SeriesLabelPosition,
    /// The least span of y.
    pub range: (f64, f64),
}

/// The chart of an experiment.
///
/// # Errors
/// When nothing can be drawn.
pub fn experiment(report: &Report) -> Result<String> {
    let swept = report.points.len() > 1;
    let title =
        format!("{} (n = {}, {} seeds)", report.title, report.parts.train, report.points[0].runs.len());
    let lines = if swept { over_noise(report) } else { over_rounds(report) };
    let frame = Frame {
        title,
        x: if swept { "noise, sigma" } else { "round (0: the fixed kernel)" }.into(),
        y: "test images classified rightly, %".into(),
        doubling: swept,
        // Accuracy falls with noise and rises with rounds.
        legend: if swept { SeriesLabelPosition::UpperRight } else { SeriesLabelPosition::LowerRight },
        range: (f64::INFINITY, f64::NEG_INFINITY),
    };
    draw(&frame, &lines)
}

fn over_noise(report: &Report) -> Vec<Line> {
    let mut lines = Vec::new();
    for (style, method) in Method::ALL.into_iter().enumerate() {
        let mean = |published: bool| {
            let point = move |p: &super::summary::Point| {
                let mean = p.methods.iter().find(|m| m.method == method)?;
                let x = f64::from(p.sigma?);
                if published {
                    mean.published.map(|v| (x, v, 0.0))
                } else {
                    Some((x, mean.test.mean, mean.test.deviation))
                }
            };
            report.points.iter().filter_map(point).collect::<Vec<_>>()
        };
        lines.push(Line { name: method.name().into(), points: mean(false), style, published: false });
        lines.push(Line {
            name: format!("{}, published", method.name()),
            points: mean(true),
            style,
            published: true,
        });
    }
    lines
}

fn over_rounds(report: &Report) -> Vec<Line> {
    let mut lines = Vec::new();
    let rounds = &report.points[0].rounds;
    for level in 0..report.settings.levels {
        let style = level + 1;
        let of_level = rounds.iter().filter(|r| r.level == level);
        let name = match level {
            0 => "ConvRFM".to_string(),
            level => format!("Deep ConvRFM, level {level}"),
        };
        let points = of_level.clone().map(|r| (r.round as f64, r.test.mean, r.test.deviation)).collect();
        lines.push(Line { name: name.clone(), points, style, published: false });
        let points = of_level.filter_map(|r| Some((r.round as f64, r.published?, 0.0))).collect();
        lines.push(Line { name: format!("{name}, published"), points, style, published: true });
    }
    lines
}

/// Draws lines of at least one point in all.
///
/// # Errors
/// When there is no point, or the chart cannot be drawn.
pub fn draw(frame: &Frame, lines: &[Line]) -> Result<String> {
    let lines: Vec<&Line> = lines.iter().filter(|line| !line.points.is_empty()).collect();
    let points = || lines.iter().flat_map(|line| line.points.iter());
    if points().next().is_none() {
        return Err(Error::invalid("chart", "no point", "at least one"));
    }
    let x_of = |x: f64| if frame.doubling { x.log2() } else { x };
    let bounds = |values: &mut dyn Iterator<Item = f64>, first: (f64, f64)| {
        values.fold(first, |(low, high), v| (low.min(v), high.max(v)))
    };
    let (left, right) = bounds(&mut points().map(|p| x_of(p.0)), (f64::INFINITY, f64::NEG_INFINITY));
    let (low, high) = bounds(&mut points().flat_map(|p| [p.1 - p.2, p.1 + p.2]), frame.range);
    let (side, above) = (0.06 * (right - left).max(1.0), 0.08 * (high - low).max(1e-3));
    let mut svg = String::new();
    let cause = |e: String| Error::invalid("chart", e, "one that can be drawn");
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let ranges = (left - side..right + side, low - above..high + above);
        plot(&area, frame, &lines, ranges).map_err(|e| cause(e.to_string()))?;
        area.present().map_err(|e| cause(e.to_string()))?;
    }
    // A name for who does not see it.
    Ok(svg.replacen('>', &format!(" role=\"img\">\n<title>{}</title>", escaped(&frame.title)), 1))
}

type Ranges = (std::ops::Range<f64>, std::ops::Range<f64>);
type Failure = Box<dyn std::error::Error>;

fn plot(
    area: &DrawingArea<SVGBackend, Shift>,
    frame: &Frame,
    lines: &[&Line],
    (x, y): Ranges,
) -> std::result::Result<(), Failure> {
    let fail = |e: &dyn std::fmt::Display| e.to_string();
    area.fill(&WHITE).map_err(|e| fail(&e))?;
    let mut chart = ChartBuilder::on(area)
        .caption(&frame.title, (FONT, 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d(x, y)?;
    let label = |x: &f64| {
        if frame.doubling { format!("{}", (x.exp2() * 1000.0).round() / 1000.0) } else { format!("{x:.0}") }
    };
    let ticks = lines.iter().map(|line| line.points.len()).max().unwrap_or(1);
    chart
        .configure_mesh()
        .x_desc(&frame.x)
        .y_desc(&frame.y)
        .x_labels(ticks.min(12) + 1)
        .x_label_formatter(&label)
        .light_line_style(WHITE)
        .bold_line_style(BLACK.mix(0.1))
        .label_style((FONT, 13))
        .draw()?;
    // Told apart by shape as well as by colour; a published line has its method's colour.
    for line in lines {
        let colour = [RGBColor(90, 90, 90), RGBColor(200, 80, 0), RGBColor(0, 90, 170)][line.style % 3];
        let at = |p: &(f64, f64, f64)| if frame.doubling { p.0.log2() } else { p.0 };
        let path: Vec<(f64, f64)> = line.points.iter().map(|p| (at(p), p.1)).collect();
        let stroke = ShapeStyle::from(&colour).stroke_width(if line.published { 1 } else { 2 });
        let mark = if line.published { ShapeStyle::from(&colour) } else { colour.filled() };
        chart.draw_series(LineSeries::new(path.clone(), stroke))?;
        let places = path.into_iter();
        let series = match (line.published, line.style % 3) {
            (true, _) => chart
                .draw_series(places.map(|at| Circle::new(at, 5, mark)))?
                .legend(move |(x, y)| Circle::new((x + 10, y), 5, mark)),
            (_, 0) => chart
                .draw_series(places.map(|at| Circle::new(at, 4, mark)))?
                .legend(move |(x, y)| Circle::new((x + 10, y), 4, mark)),
            (_, 1) => chart
                .draw_series(places.map(|at| TriangleMarker::new(at, 6, mark)))?
                .legend(move |(x, y)| TriangleMarker::new((x + 10, y), 6, mark)),
            _ => chart
                .draw_series(places.map(|at| Cross::new(at, 5, mark)))?
                .legend(move |(x, y)| Cross::new((x + 10, y), 5, mark)),
        };
        series.label(&line.name);
        chart.draw_series(
            line.points
                .iter()
                .filter(|p| p.2 > 0.0)
                .map(|p| ErrorBar::new_vertical(at(p), p.1 - p.2, p.1, p.1 + p.2, colour.filled(), 8)),
        )?;
    }
    chart
        .configure_series_labels()
        .position(frame.legend.clone())
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.2))
        .label_font((FONT, 13))
        .draw()?;
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(doubling: bool) -> Frame {
        let (x, y) = ("x".to_string(), "y".to_string());
        let legend = SeriesLabelPosition::UpperRight;
        Frame { title: "a < b & c".into(), x, y, doubling, legend, range: (f64::INFINITY, f64::NEG_INFINITY) }
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
        let svg = draw(&frame(true), &lines).unwrap();
        assert!(svg.contains("<title>a &lt; b &amp; c</title>") && svg.trim_end().ends_with("</svg>"));
        assert!(svg.matches("<polyline").count() >= 3, "{svg}");
        assert!(["first", "paper", "second"].iter().all(|name| svg.contains(name)));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn one_point_is_a_chart_and_none_is_an_error() {
        let line = Line { name: "one".into(), points: vec![(0.0, 50.0, 0.0)], style: 0, published: false };
        assert!(draw(&frame(false), &[line]).unwrap().contains("<circle"));
        assert!(draw(&frame(false), &[]).is_err());
    }
}
