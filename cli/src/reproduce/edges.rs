//! `convrfm reproduce edges`: whether the leading eigenvectors of M are edge detectors, compared with those of the patch
//! covariance and with random filters.

use super::chart::{self, Layout, Line};
use super::{Control, Outputs, Reproduce, table};
use crate::data::Source;
use crate::fit::describe;
use crate::output::say;
use convrfm::math::metrics::Spread;
use convrfm::math::patch_covariance;
use convrfm::report::filter_matches::{FilterMatch, Matcher};
use convrfm::{AgopSamples, ConvRfm, Error, FeatureMatrix, NoMonitor, Result, Settings, Sizes};
use plotters::prelude::SeriesLabelPosition;
use std::time::Instant;

/// Eigenvectors in the report.
pub(super) const LEADING: usize = 8;
/// The ridge without `--ridge`: of 1e-3, 0.1, 1 and 10 the one whose filters match templates best. On dead leaves 1e-3 predicts
/// better, but its M is nearly flat.
pub(super) const RIDGE: f64 = 0.1;

/// One eigenvector.
#[derive(Debug, serde::Serialize)]
pub(super) struct Row {
    index: usize,
    /// Eigenvalue as a share of the trace.
    eigenvalue: f64,
    #[serde(flatten)]
    pub(super) found: FilterMatch,
}

#[derive(Debug, serde::Serialize)]
struct Report {
    experiment: &'static str,
    data: String,
    seed: u64,
    train: usize,
    #[serde(flatten)]
    control: Control,
    images: String,
    patch: usize,
    depth: usize,
    ridge: f64,
    agop_samples: usize,
    engine: String,
    /// Of the fixed kernel, and after one update.
    test_accuracy: Vec<f64>,
    feature_matrix: Vec<Row>,
    patch_covariance: Vec<Row>,
    /// Correlations of random filters with their best templates.
    random: Spread,
    /// Their 95th percentile.
    random_95: f64,
    seconds: f64,
}

/// Fits two rounds with one layer and compares the filters with templates.
pub fn run(command: &Reproduce) -> Result<()> {
    let start = Instant::now();
    let outputs = Outputs::new(&command.out, "edges")?;
    let patch = command.patch.unwrap_or(5);
    let sizes =
        Sizes { train: command.train.unwrap_or(1000), validation: 0, test: command.test.unwrap_or(500) };
    let name = command.file_names().map_or(Source::DeadLeaves.name().into(), |names| names[0].clone());
    let split = command.data(Source::DeadLeaves, sizes, None, command.first_seed)?;
    let mut settings = Settings::default();
    settings.patch = patch;
    settings.depth = command.depth.unwrap_or(1);
    settings.ridge = command.ridge.clone().unwrap_or(RIDGE.into());
    settings.rounds = 2;
    settings.agop_samples = command.agop_samples.unwrap_or(AgopSamples::First(200));
    let mut run = ConvRfm::new(settings.clone(), split, command.engine.open()?.0)?;
    describe(&name, &run);
    while pollster::block_on(run.advance(&NoMonitor))?.is_some() {}
    let level = run.current_level();
    let images = level.train();
    let channels = images.shape().channels;
    let no_matrix = || Error::invalid("run", "no feature matrix", "one after round 0");
    let learned = level.latest_feature_matrix().ok_or_else(no_matrix)?;
    let matcher = Matcher::new(patch, channels, command.first_seed)?;
    let rows = |m: &FeatureMatrix| rows(m, &matcher);
    let report = Report {
        experiment: "edges",
        data: name,
        seed: command.first_seed,
        train: images.count(),
        control: command.control.clone(),
        images: images.shape().to_string(),
        patch: settings.patch,
        depth: settings.depth,
        ridge: level.rounds()[0].ridge,
        agop_samples: settings.agop_samples.count(images.count()),
        engine: run.engine().describe(),
        test_accuracy: level.rounds().iter().filter_map(|r| r.test_accuracy).collect(),
        feature_matrix: rows(learned)?,
        patch_covariance: rows(&patch_covariance(images, level.geometry(), images.count())?)?,
        random: Spread::of(matcher.random())?,
        random_95: matcher.random_95(),
        seconds: start.elapsed().as_secs_f64(),
    };
    say!("{}", text(&report));
    outputs.write(&report, &chart(&report)?)
}

pub(super) fn rows(m: &FeatureMatrix, matcher: &Matcher) -> Result<Vec<Row>> {
    let found = matcher.leading(m, LEADING)?;
    let row = |(index, found)| Row { index, eigenvalue: m.eigenvalue_shares()[index], found };
    Ok(found.into_iter().enumerate().map(row).collect())
}

fn text(report: &Report) -> String {
    let accuracy: Vec<String> = report.test_accuracy.iter().map(|a| format!("{a:.1} %")).collect();
    let mut text = format!("test accuracy {}\n", accuracy.join(" -> "));
    for (name, rows) in
        [("feature matrix M", &report.feature_matrix), ("patch covariance", &report.patch_covariance)]
    {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        let row = |row: &Row| {
            let matched = [
                row.found.best.family.to_string(),
                format!("{:.0}°", row.found.best.degrees),
                format!("{:.2}", row.found.best.correlation),
                percent(row.found.chance),
            ];
            let constant = ["constant".to_string(), String::new(), String::new(), String::new()];
            let shares = [row.eigenvalue, row.found.plane, row.found.constant].map(percent);
            let matched = if row.found.is_constant() { constant } else { matched };
            [row.index.to_string()].into_iter().chain(shares).chain(matched).collect()
        };
        let head = [
            name,
            "of trace",
            "in one mixture",
            "in the mean",
            "best template",
            "angle",
            "correlation",
            "by chance",
        ];
        text += &format!("\n{}", table::markdown(&head, &rows.iter().map(row).collect::<Vec<_>>()));
    }
    let Spread { mean, deviation, .. } = report.random;
    text + &format!(
        "\nrandom filters: correlation {mean:.2} ± {deviation:.2}, 95 of 100 below {:.2}\n{:.0} s",
        report.random_95, report.seconds
    )
}

fn chart(report: &Report) -> Result<String> {
    let line = |name: &str, style, points| Line { name: name.into(), points, style, published: false };
    let matches = |rows: &[Row]| {
        let matched = rows.iter().filter(|row| !row.found.is_constant());
        matched.map(|row| (row.index as f64, row.found.best.correlation, 0.0)).collect()
    };
    let random = |index: usize| (index as f64, report.random.mean, report.random.deviation);
    let layout = Layout {
        title: format!("Do the filters match edges, bars or spots? ({}, q = {})", report.data, report.patch),
        x: "eigenvector, from the largest eigenvalue down".into(),
        y: "correlation with the best template".into(),
        logarithmic: false,
        legend: SeriesLabelPosition::LowerRight,
        range: (0.0, 1.0),
    };
    let lines = [
        line("random filters", 0, (0..report.feature_matrix.len()).map(random).collect()),
        line("feature matrix M", 1, matches(&report.feature_matrix)),
        line("patch covariance", 2, matches(&report.patch_covariance)),
    ];
    chart::draw(&layout, &lines)
}
