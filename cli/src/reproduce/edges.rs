//! `convrfm reproduce edges`: whether the leading eigenvectors of M are edge detectors, beside those of the covariance of
//! patches and beside random filters.

use super::chart::{self, Frame, Line};
use super::{Reproduce, table, write};
use crate::data::{Data, Loaded};
use crate::{fit, results};
use convrfm::Sizes;
use convrfm::math::metrics::Spread;
use convrfm::report::templates::{Match, Plane, Templates};
use convrfm::{AgopSamples, Error, FeatureMatrix, Matrix, NoMonitor, Result, Rfm, Settings, Split};
use plotters::prelude::SeriesLabelPosition;
use std::time::Instant;

/// Eigenvectors that are looked at.
const LEADING: usize = 8;
/// Without `--ridge`: of four, the one whose filters match templates best. On dead leaves a hundredth of it predicts better,
/// with a nearly flat M.
const RIDGE: f64 = 0.1;
/// Pictures with more of their energy in the mean are called constant; what is left varies by rounding or by chance.
const MOSTLY_CONSTANT: f64 = 0.5;
/// Random filters.
const RANDOM: usize = 2000;

/// One eigenvector.
#[derive(Debug, serde::Serialize)]
struct Row {
    index: usize,
    /// Its eigenvalue over the trace.
    eigenvalue: f64,
    /// Share of its picture's energy that is the mean.
    constant: f64,
    /// Share of its energy that one mixture of the channels shows.
    plane: f64,
    channels: Vec<f64>,
    #[serde(flatten)]
    best: Match,
    /// Share of random filters that agree with a template at least as well.
    chance: f64,
}

impl Row {
    /// The filter is the same nearly everywhere, and what its rest resembles says nothing.
    fn is_constant(&self) -> bool {
        self.constant > MOSTLY_CONSTANT
    }
}

#[derive(Debug, serde::Serialize)]
struct Report {
    experiment: &'static str,
    data: String,
    seed: u64,
    train: usize,
    images: String,
    patch: usize,
    depth: usize,
    ridge: f64,
    agop_samples: usize,
    engine: String,
    /// Of the fixed kernel and of the round that sees patches through M.
    test_accuracy: Vec<f64>,
    feature_matrix: Vec<Row>,
    patch_covariance: Vec<Row>,
    /// Correlations of random filters: mean, deviation, and what 95 of 100 stay below.
    random: Spread,
    random_95: f64,
    seconds: f64,
}

/// Fits two rounds with one layer and compares what they learned.
pub fn run(command: &Reproduce) -> Result<()> {
    let start = Instant::now();
    let (train, patch, depth) = (command.train.unwrap_or(1000), command.patch, 1);
    std::fs::create_dir_all(&command.out).map_err(|e| results::unwritable(&command.out, e))?;
    let paths = ["json", "svg"].map(|kind| command.out.join(format!("edges.{kind}")));
    paths.iter().try_for_each(|path| results::check_writable(path))?;
    let templates = Templates::new(patch)?;
    let input =
        if command.files.is_empty() { vec!["dead-leaves".to_string()] } else { command.files.clone() };
    let sizes = Sizes { train, validation: 0, test: command.test.unwrap_or(500) };
    let data = Data::of(input, sizes, 1.0, None, command.first_seed);
    let Loaded { split, .. } = data.load().map_err(|e| match e {
        Error::Unreadable { .. } => e,
        other => other.in_file(data.name()),
    })?;
    let settings = Settings {
        patch,
        depth,
        ridge: command.ridge(RIDGE)?,
        rounds: 2,
        agop_samples: AgopSamples::First(200),
    };
    let shape = split.train.images.shape();
    let covariance = covariance(&split, patch, depth)?;
    let mut rfm = Rfm::new(settings.clone(), split, fit::engine(&command.engine)?)?;
    while pollster::block_on(rfm.advance(&NoMonitor))?.is_some() {}
    let learned = rfm.features().ok_or_else(|| Error::invalid("run", "no M", "one"))?;
    let chance = templates.chance(shape.channels, RANDOM, command.first_seed)?;
    let rows = |features: &FeatureMatrix| rows(features, shape.channels, &templates, &chance);
    let report = Report {
        experiment: "edges",
        data: command.files.first().map_or("dead-leaves".into(), |file| super::file_name(file)),
        seed: command.first_seed,
        train,
        images: shape.to_string(),
        patch,
        depth,
        ridge: rfm.rounds()[0].ridge,
        agop_samples: settings.agop_samples.count(train),
        engine: rfm.engine().describe(),
        test_accuracy: rfm.rounds().iter().filter_map(|r| r.test_accuracy).collect(),
        feature_matrix: rows(learned)?,
        patch_covariance: rows(&covariance)?,
        random: Spread::of(&chance)?,
        random_95: chance[chance.len() * 95 / 100],
        seconds: start.elapsed().as_secs_f64(),
    };
    print!("{}", text(&report));
    let json = serde_json::to_string_pretty(&report).map_err(|e| Error::invalid("report", e, "JSON"))?;
    write(&paths[0], &(json + "\n"))?;
    write(&paths[1], &picture(&report)?)
}

/// The eigenvectors of the second moments of all training patches: what the images hold, whatever is asked of them.
fn covariance(split: &Split, patch: usize, depth: usize) -> Result<FeatureMatrix> {
    let images = &split.train.images;
    let geometry = convrfm::PatchGeometry::new(images.shape(), patch, depth)?;
    let d = images.shape().channels * patch * patch;
    let mut sum = nalgebra::DMatrix::<f64>::zeros(d, d);
    let (mut mean, mut count) = (nalgebra::DVector::<f64>::zeros(d), 0.0);
    for index in 0..images.count() {
        let patches = geometry.patches(images.image(index));
        let columns =
            nalgebra::DMatrix::from_iterator(d, patches.len() / d, patches.iter().map(|&v| f64::from(v)));
        sum.gemm(1.0, &columns, &columns.transpose(), 1.0);
        mean += columns.column_sum();
        count += columns.ncols() as f64;
    }
    mean /= count;
    let centred = sum / count - &mean * mean.transpose();
    FeatureMatrix::new(&Matrix::from_fn(d, d, |i, j| centred[(i, j)] as f32))
}

fn rows(
    features: &FeatureMatrix,
    channels: usize,
    templates: &Templates,
    chance: &[f64],
) -> Result<Vec<Row>> {
    let row = |index: usize| {
        let plane = Plane::of(&features.filter(index), channels)?;
        let best = templates.best(&plane);
        let below = chance.partition_point(|c| *c < best.correlation);
        Ok(Row {
            index,
            eigenvalue: features.shares()[index],
            constant: plane.constant,
            plane: plane.share,
            channels: plane.channels,
            best,
            chance: (chance.len() - below) as f64 / chance.len() as f64,
        })
    };
    (0..LEADING.min(features.len())).map(row).collect()
}

fn text(report: &Report) -> String {
    let mut text = format!(
        "{}: {} training images of {}, patch {}, depth {}, ridge {:e}, AGOP over {}, engine {}\n\
         test accuracy {}\n",
        report.data,
        report.train,
        report.images,
        report.patch,
        report.depth,
        report.ridge,
        report.agop_samples,
        report.engine,
        report.test_accuracy.iter().map(|a| format!("{a:.1} %")).collect::<Vec<_>>().join(" -> ")
    );
    for (name, rows) in
        [("feature matrix M", &report.feature_matrix), ("patch covariance", &report.patch_covariance)]
    {
        let cells: Vec<[String; 8]> = rows
            .iter()
            .map(|row| {
                let matched = [
                    row.best.family.to_string(),
                    format!("{:.0}°", row.best.degrees),
                    format!("{:.2}", row.best.correlation),
                    format!("{:.1} %", 100.0 * row.chance),
                ];
                let constant = ["constant".to_string(), String::new(), String::new(), String::new()];
                let [family, angle, correlation, chance] = if row.is_constant() { constant } else { matched };
                [
                    row.index.to_string(),
                    format!("{:.1} %", 100.0 * row.eigenvalue),
                    format!("{:.0} %", 100.0 * row.plane),
                    format!("{:.0} %", 100.0 * row.constant),
                    family,
                    angle,
                    correlation,
                    chance,
                ]
            })
            .collect();
        let head = [
            name,
            "of trace",
            "one picture",
            "constant",
            "best template",
            "angle",
            "correlation",
            "by chance",
        ];
        text += &format!("\n{}", table::table(head, &cells, true));
    }
    text + &format!(
        "\nrandom filters: correlation {:.2} ± {:.2}, 95 of 100 below {:.2}\n{:.0} s\n",
        report.random.mean, report.random.deviation, report.random_95, report.seconds
    )
}

fn picture(report: &Report) -> Result<String> {
    let point = |row: &Row| (row.index as f64, row.best.correlation, 0.0);
    let line = |name: &str, rows: &[Row], style| Line {
        name: name.into(),
        points: rows.iter().filter(|row| !row.is_constant()).map(point).collect(),
        style,
        published: false,
    };
    let chance = |index: usize| (index as f64, report.random.mean, report.random.deviation);
    let random = Line {
        name: "random filters".into(),
        points: (0..report.feature_matrix.len()).map(chance).collect(),
        style: 0,
        published: false,
    };
    let frame = Frame {
        title: format!("Do the filters match edges, bars or spots? ({}, q = {})", report.data, report.patch),
        x: "eigenvector, the largest eigenvalue first".into(),
        y: "correlation with the best template".into(),
        doubling: false,
        legend: SeriesLabelPosition::LowerRight,
        range: (0.0, 1.0),
    };
    let (m, covariance) = (&report.feature_matrix, &report.patch_covariance);
    chart::draw(&frame, &[random, line("feature matrix M", m, 1), line("patch covariance", covariance, 2)])
}
