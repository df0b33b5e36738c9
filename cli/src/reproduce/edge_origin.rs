//! `convrfm reproduce edge-origin`: what the filters get from the images, and what from the labels. The same images are learned
//! with true labels, with shuffled labels, and with none (the covariance of their patches).

use super::chart::{self, Layout, Line};
use super::edges::{self, LEADING, RIDGE, Row};
use super::{Outputs, Reproduce, refuse, table};
use crate::data::Source;
use crate::output::say;
use convrfm::data::{SQUARE, STAR, Stamp, dead_leaves, hidden_square, star};
use convrfm::math::{metrics::Spread, patch_covariance};
use convrfm::report::filter_matches::Matcher;
use convrfm::{
    AgopSamples, ConvRfm, Error, FeatureMatrix, Images, NoMonitor, Result, Settings, Sizes, Split,
};
use plotters::prelude::SeriesLabelPosition;
use std::time::Instant;

/// Seeds without `--seeds`.
const SEEDS: u64 = 5;
/// Standard deviation of the blur, as a share of the patch size: the darker half of a soft edge fills a patch.
const BLUR: f64 = 0.5;
/// Test images without `--test`.
const TEST: usize = 200;
/// Largest shift at which a filter is compared with a hidden shape: the empty margin of its stamp.
const SHIFT: isize = 2;

/// Images, and how they are learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
enum World {
    DeadLeaves,
    BlurredLeaves,
    /// The user's files.
    Files,
    Star,
    Square,
}

impl World {
    fn name(self) -> &'static str {
        match self {
            World::DeadLeaves => "dead leaves",
            World::BlurredLeaves => "blurred dead leaves",
            World::Files => "files",
            World::Star => "hidden star",
            World::Square => "hidden square",
        }
    }

    fn has_shape(self) -> bool {
        matches!(self, World::Star | World::Square)
    }

    /// Those of `reproduce edges` and of `reproduce star`.
    fn settings(self) -> Settings {
        let mut settings = Settings::default();
        (settings.depth, settings.rounds) = (1, 2);
        let (patch, ridge, agop) = if self.has_shape() { (11, 1e-3, 20) } else { (5, RIDGE, 200) };
        (settings.patch, settings.ridge) = (patch, ridge.into());
        settings.agop_samples = AgopSamples::First(agop);
        settings
    }

    fn split(self, command: &Reproduce, seed: u64) -> Result<Split> {
        let train = command.train.unwrap_or(if self.has_shape() { 50 } else { 1000 });
        let sizes = Sizes { train, validation: 0, test: command.test.unwrap_or(TEST) };
        match self {
            World::DeadLeaves => dead_leaves(sizes, seed),
            World::BlurredLeaves => {
                let mut split = dead_leaves(sizes, seed)?;
                let sigma = BLUR * self.settings().patch as f64;
                for part in [&mut split.train, &mut split.test] {
                    part.images = part.images.blurred(sigma)?;
                }
                Ok(split)
            }
            World::Files => command.data(Source::DeadLeaves, sizes, None, seed),
            World::Star => star(sizes, seed),
            World::Square => hidden_square(sizes, seed),
        }
    }
}

/// What the filters were learned with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
enum Labels {
    /// The covariance of the patches.
    None,
    Shuffled,
    True,
}

impl Labels {
    const ALL: [Labels; 3] = [Labels::None, Labels::Shuffled, Labels::True];

    fn name(self) -> &'static str {
        match self {
            Labels::None => "none",
            Labels::Shuffled => "shuffled",
            Labels::True => "true",
        }
    }
}

/// The filters of one seed.
#[derive(Debug, serde::Serialize)]
struct Run {
    seed: u64,
    /// Filters that match an edge or a bar better than 95 of 100 random filters.
    edges: usize,
    /// Filters that are not constant.
    varying: usize,
    /// Mean correlation of the filters that are not constant with their best templates; null where all are.
    correlation: Option<f64>,
    /// Place of the first constant filter, from 1; null where none is.
    first_constant: Option<usize>,
    /// After one update.
    test_accuracy: Option<f64>,
    /// Of the first filter with a hidden shape.
    shapes: Option<Shapes>,
    filters: Vec<Row>,
}

/// Correlations with the two shapes, each at its best shift.
#[derive(Debug, Clone, Copy, serde::Serialize)]
struct Shapes {
    star: f64,
    square: f64,
}

/// The runs of some images with some labels, and their means.
#[derive(Debug, serde::Serialize)]
struct Group {
    images: World,
    labels: Labels,
    edges: Spread,
    correlation: Option<Spread>,
    test_accuracy: Option<Spread>,
    star: Option<Spread>,
    square: Option<Spread>,
    runs: Vec<Run>,
}

/// How some images were learned.
#[derive(Debug, serde::Serialize)]
struct Setup {
    images: World,
    train: usize,
    test: usize,
    patch: usize,
    ridge: String,
    agop_samples: usize,
    blur: Option<f64>,
    /// Percent of test images that a guess gets right.
    guess: f64,
    /// 95 of 100 random filters stay below this correlation.
    random_95: f64,
}

#[derive(Debug, serde::Serialize)]
struct Report {
    experiment: &'static str,
    files: Option<Vec<String>>,
    seeds: Vec<u64>,
    leading: usize,
    setups: Vec<Setup>,
    groups: Vec<Group>,
    seconds: f64,
}

pub fn run(command: &Reproduce) -> Result<()> {
    let start = Instant::now();
    let options = [
        ("patch", command.patch.is_some()),
        ("depth", command.depth.is_some()),
        ("ridge", command.ridge.is_some()),
        ("agop-samples", command.agop_samples.is_some()),
        ("shuffle-labels", command.control.shuffle_labels),
    ];
    refuse(&options, "edge-origin")?;
    let outputs = Outputs::new(&command.out, "edge-origin")?;
    let seeds = command.checked_seeds(SEEDS)?;
    let seeds: Vec<u64> = (command.first_seed..command.first_seed + seeds).collect();
    let mut worlds = vec![World::DeadLeaves, World::BlurredLeaves, World::Star, World::Square];
    if !command.files.is_empty() {
        worlds.insert(2, World::Files);
    }
    let (mut setups, mut groups) = (Vec::new(), Vec::new());
    for world in worlds {
        let (setup, matcher) = setup(command, world)?;
        setups.push(setup);
        for labels in Labels::ALL {
            let runs = seeds.iter().map(|&seed| one(command, world, labels, &matcher, seed));
            groups.push(group(world, labels, runs.collect::<Result<_>>()?)?);
            say!("{}", line(groups.last().expect("one was pushed")).join(", "));
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let files = command.file_names();
    let report =
        Report { experiment: "edge-origin", files, seeds, leading: LEADING, setups, groups, seconds };
    say!("\n{}", text(&report));
    outputs.write(&report, &chart(&report)?)
}

fn setup(command: &Reproduce, images: World) -> Result<(Setup, Matcher)> {
    let (settings, split) = (images.settings(), images.split(command, command.first_seed)?);
    let train = &split.train;
    let matcher = Matcher::new(settings.patch, train.images.shape().channels, 0)?;
    let setup = Setup {
        images,
        train: train.len(),
        test: split.test.len(),
        patch: settings.patch,
        ridge: settings.ridge.to_string(),
        agop_samples: settings.agop_samples.count(train.len()),
        blur: (images == World::BlurredLeaves).then_some(BLUR * settings.patch as f64),
        guess: 100.0 / train.classes.len() as f64,
        random_95: matcher.random_95(),
    };
    Ok((setup, matcher))
}

fn one(command: &Reproduce, world: World, labels: Labels, matcher: &Matcher, seed: u64) -> Result<Run> {
    let mut split = world.split(command, seed)?;
    if labels == Labels::Shuffled {
        split.train = split.train.with_shuffled_labels(seed);
    }
    let images: Images = split.train.images.clone();
    let mut run = ConvRfm::new(world.settings(), split, command.engine.open()?.0)?;
    if labels == Labels::None {
        let m = patch_covariance(&images, run.current_level().geometry(), images.count())?;
        return found(world, &m, matcher, seed, None);
    }
    while pollster::block_on(run.advance(&NoMonitor))?.is_some() {}
    let level = run.current_level();
    let no_matrix = || Error::invalid("run", "no feature matrix", "one after round 0");
    let m = level.latest_feature_matrix().ok_or_else(no_matrix)?;
    found(world, m, matcher, seed, level.rounds().last().and_then(|round| round.test_accuracy))
}

fn found(
    world: World,
    m: &FeatureMatrix,
    matcher: &Matcher,
    seed: u64,
    test_accuracy: Option<f64>,
) -> Result<Run> {
    let filters = edges::rows(m, matcher)?;
    let varying: Vec<f64> =
        filters.iter().filter(|row| !row.found.is_constant()).map(|row| row.found.best.correlation).collect();
    let first = m.filter(0);
    let shapes = Shapes { star: agreement(&first, &STAR), square: agreement(&first, &SQUARE) };
    Ok(Run {
        seed,
        edges: filters.iter().filter(|row| row.found.is_edge_or_bar()).count(),
        varying: varying.len(),
        correlation: (!varying.is_empty()).then(|| varying.iter().sum::<f64>() / varying.len() as f64),
        first_constant: filters.iter().position(|row| row.found.is_constant()).map(|at| at + 1),
        test_accuracy,
        shapes: world.has_shape().then_some(shapes),
        filters,
    })
}

/// The absolute correlation of a filter of three 11 x 11 channels with a shape in the first two, at its best shift. Means are
/// subtracted from each channel.
fn agreement(filter: &[f32], stamp: &Stamp) -> f64 {
    let side = stamp.len();
    let pixels = side * side;
    if filter.len() != 3 * pixels {
        return 0.0;
    }
    let centred = |values: &mut dyn Iterator<Item = f64>| {
        let values: Vec<f64> = values.collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.into_iter().map(move |v| v - mean).collect::<Vec<_>>()
    };
    let length = |v: &[f64]| v.iter().map(|v| v * v).sum::<f64>().sqrt();
    let channels = filter.chunks_exact(pixels);
    let weights: Vec<f64> = channels.flat_map(|c| centred(&mut c.iter().map(|&v| f64::from(v)))).collect();
    let at = |row: isize, column: isize| {
        let place = |v: isize| usize::try_from(v).ok().filter(|v| *v < side);
        place(row).zip(place(column)).is_some_and(|(row, column)| stamp[row][column] == b'#')
    };
    let shifts = (-SHIFT..=SHIFT).flat_map(|down| (-SHIFT..=SHIFT).map(move |right| (down, right)));
    let correlation = |(down, right): (isize, isize)| {
        let shape = (0..pixels as isize).map(|i| (i / side as isize - down, i % side as isize - right));
        let plane = centred(&mut shape.map(|(row, column)| f64::from(u8::from(at(row, column)))));
        let picture = [plane.clone(), plane, vec![0.0; pixels]].concat();
        let product: f64 = picture.iter().zip(&weights).map(|(a, b)| a * b).sum();
        product.abs() / (length(&picture) * length(&weights))
    };
    shifts.map(correlation).fold(0.0, f64::max)
}

fn group(images: World, labels: Labels, runs: Vec<Run>) -> Result<Group> {
    let all = |value: &dyn Fn(&Run) -> Option<f64>| {
        let values: Option<Vec<f64>> = runs.iter().map(value).collect();
        values.map(|values| Spread::of(&values)).transpose()
    };
    Ok(Group {
        images,
        labels,
        edges: Spread::of(&runs.iter().map(|run| run.edges as f64).collect::<Vec<_>>())?,
        correlation: all(&|run| run.correlation)?,
        test_accuracy: all(&|run| run.test_accuracy)?,
        star: all(&|run| run.shapes.map(|shapes| shapes.star))?,
        square: all(&|run| run.shapes.map(|shapes| shapes.square))?,
        runs,
    })
}

fn line(group: &Group) -> Vec<String> {
    let of = |spread: Option<Spread>, digits: usize| {
        spread.map_or(String::new(), |s| format!("{:.digits$} ± {:.digits$}", s.mean, s.deviation))
    };
    vec![
        group.images.name().into(),
        group.labels.name().into(),
        of(Some(group.edges), 1),
        of(group.correlation, 2),
        of(group.star, 2),
        of(group.square, 2),
        of(group.test_accuracy, 1),
    ]
}

fn text(report: &Report) -> String {
    let head =
        ["images", "labels", "edges or bars of 8", "correlation", "with a star", "with a square", "test, %"];
    let rows: Vec<_> = report.groups.iter().map(line).collect();
    format!("{}{:.0} s", table::markdown(&head, &rows), report.seconds)
}

/// Correlation of each leading filter with its best template, on the images with edges.
fn chart(report: &Report) -> Result<String> {
    let line = |(style, group): (usize, &Group)| {
        let at = |index: usize| {
            let of = |run: &Run| run.filters.get(index).map(|row| row.found.best.correlation);
            let values: Vec<f64> = group.runs.iter().filter_map(of).collect();
            Spread::of(&values).ok().map(|s| (index as f64 + 1.0, s.mean, s.deviation))
        };
        let name = format!("labels: {}", group.labels.name());
        Line { name, points: (0..LEADING).filter_map(at).collect(), style, published: false }
    };
    let leaves = report.groups.iter().filter(|group| group.images == World::DeadLeaves);
    let layout = Layout {
        title: format!("Filters of dead leaves and templates ({} seeds)", report.seeds.len()),
        x: "eigenvector, from the largest eigenvalue down".into(),
        y: "correlation with the best template".into(),
        logarithmic: false,
        legend: SeriesLabelPosition::LowerRight,
        range: (0.0, 1.0),
    };
    chart::draw(&layout, &leaves.enumerate().map(line).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_agrees_with_itself_also_where_it_is_shifted() {
        let plane = |stamp: &Stamp, shift: usize| -> Vec<f32> {
            let mut all = vec![0.0; 121];
            for (at, _) in stamp.iter().flat_map(|row| row.iter()).enumerate().filter(|(_, v)| **v == b'#') {
                all[at + shift] = -2.0;
            }
            all
        };
        for (stamp, other) in [(STAR, SQUARE), (SQUARE, STAR)] {
            for shift in [0, 1, 12] {
                let of = |stamp| [plane(stamp, shift), plane(stamp, shift), vec![0.5; 121]].concat();
                assert!((agreement(&of(&stamp), &stamp) - 1.0).abs() < 1e-6, "{shift}");
                assert!(agreement(&of(&stamp), &other) < 0.85, "{}", agreement(&of(&stamp), &other));
            }
        }
    }
}
