//! `convrfm reproduce cnfa`: how similar NFM and AGOP of the paper's small networks are, over seeds, epochs, widths and first
//! weights, beside everything that the correlation has to be compared with.

use super::chart::{self, Layout, Line};
use super::cnn::{Cnn, test_accuracy};
use super::summary::Parts;
use super::{Control, Outputs, Reproduce, table};
use crate::data::Source;
use crate::output::say;
use convrfm::math::metrics::Spread;
use convrfm::{
    Correlation, Error, Initialization, LayerAnsatz, NoMonitor, Probes, Result, Sizes, Split, Training,
};
use plotters::prelude::SeriesLabelPosition;
use std::time::Instant;

const LAYERS: usize = 3;
const PATCH: usize = 3;
const EPOCHS: usize = 40;
/// Epochs after which the correlations are measured, beside the last.
const MEASURED: [usize; 11] = [0, 1, 2, 5, 10, 20, 40, 80, 160, 320, 640];
/// Mean and standard deviation of the channels of CIFAR-10, by which the paper normalises images of three channels.
const CIFAR: [[f64; 3]; 2] = [[0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010]];
/// Training images in the AGOP.
const AGOP_SAMPLES: usize = 100;
const SEEDS: u64 = 5;
/// Seeds of every network but the first.
const GRID_SEEDS: u64 = 2;
const WIDTHS: [usize; 3] = [16, 4, 32];
const INITS: [Initialization; 3] =
    [Initialization::Gaussian(0.005), Initialization::Gaussian(0.02), Initialization::He];

/// Pearson correlations of an NFM with an AGOP and with its root; none where a matrix is constant.
#[derive(Debug, Clone, Copy, serde::Serialize)]
struct Pearson {
    agop: Option<f64>,
    root: Option<f64>,
}

impl From<Correlation> for Pearson {
    fn from(of: Correlation) -> Pearson {
        Pearson { agop: of.pearson, root: of.pearson_root }
    }
}

/// A layer after some epoch.
#[derive(Debug, serde::Serialize)]
struct Layer {
    name: String,
    /// Filters on which no logit depends.
    dead: usize,
    correlation: Pearson,
}

/// A network after some epoch.
#[derive(Debug, serde::Serialize)]
struct Measured {
    epoch: usize,
    /// Mean training loss during the epoch.
    loss: Option<f64>,
    /// Percent of test images.
    test: f64,
    layers: Vec<Layer>,
}

/// What the correlation of a trained layer has to be compared with, beside the untrained layer.
#[derive(Debug, serde::Serialize)]
struct Baselines {
    initial_nfm: Option<f64>,
    random_filters: Pearson,
    centred: Pearson,
}

#[derive(Debug, serde::Serialize)]
struct Run {
    seed: u64,
    /// Epoch 0 is the untrained network.
    measured: Vec<Measured>,
    /// After the last epoch, for each layer.
    baselines: Vec<Baselines>,
    seconds: f64,
}

/// A network over several seeds.
#[derive(Debug, serde::Serialize)]
struct Net {
    #[serde(flatten)]
    cnn: Cnn,
    /// The last epoch.
    test: Spread,
    runs: Vec<Run>,
}

#[derive(Debug, serde::Serialize)]
struct Report {
    experiment: &'static str,
    data: Vec<String>,
    #[serde(flatten)]
    control: Control,
    images: String,
    classes: usize,
    parts: Parts,
    agop_samples: usize,
    /// Mean and standard deviation by which images of three channels are normalised.
    normalised: Option<[[f64; 3]; 2]>,
    /// Training loss at which a network ends before its last epoch.
    stop_loss: Option<f64>,
    engine: String,
    /// The first is the one of the table of baselines and of the chart.
    networks: Vec<Net>,
    seconds: f64,
}

pub fn run(command: &Reproduce) -> Result<()> {
    let start = Instant::now();
    let outputs = Outputs::new(&command.out, "cnfa")?;
    let seeds = command.checked_seeds(SEEDS)?;
    let or = |given: &[usize]| if given.is_empty() { WIDTHS.to_vec() } else { given.to_vec() };
    let widths = or(&command.cnn_width);
    let inits = if command.init.is_empty() { INITS.to_vec() } else { command.init.clone() };
    // Every width with the first initialization, then every other initialization with the first width.
    let first = widths.iter().map(|&width| (width, inits[0]));
    let grid = first.chain(inits[1..].iter().map(|&init| (widths[0], init)));
    let epochs = command.epochs.unwrap_or(EPOCHS);
    let layers = command.cnn_layers.unwrap_or(LAYERS);
    if let Some(loss) = command.stop_loss.filter(|loss| !(*loss > 0.0 && loss.is_finite())) {
        return Err(Error::invalid("stop-loss", loss, "a finite number above 0"));
    }
    let cnns = grid.map(|(width, init)| Cnn { layers, width, patch: PATCH, init, epochs });
    let sizes =
        Sizes { train: command.train.unwrap_or(1000), validation: 0, test: command.test.unwrap_or(1000) };
    let load = |seed| normalised(command.data(Source::Mnist, sizes, None, seed)?);
    let split = load(command.first_seed)?;
    let mut report = Report {
        experiment: "cnfa",
        data: command.file_names().unwrap_or_else(|| vec![Source::Mnist.provenance().to_string()]),
        control: command.control.clone(),
        images: split.train.images.shape().to_string(),
        classes: split.train.classes.len(),
        parts: Parts { train: split.train.len(), validation: 0, test: split.test.len() },
        agop_samples: AGOP_SAMPLES.min(split.train.len()),
        normalised: (split.train.images.shape().channels == 3).then_some(CIFAR),
        stop_loss: command.stop_loss,
        engine: String::new(),
        networks: Vec::new(),
        seconds: 0.0,
    };
    for (index, cnn) in cnns.enumerate() {
        let seeds = if index == 0 { seeds } else { seeds.min(GRID_SEEDS) };
        let mut runs = Vec::new();
        for seed in (0..seeds).map(|i| command.first_seed + i) {
            let split = load(seed)?;
            let training = cnn.training(&split, seed)?;
            report.engine = training.describe();
            let run = Run::new(training, &split, command.stop_loss, seed)?;
            let last = run.last();
            let correlations: Vec<String> =
                last.layers.iter().map(|layer| crate::cnfa::number(layer.correlation.agop)).collect();
            say!(
                "{} filters, init {}, seed {seed}: test {:.1} %, Pearson {} ({:.1} s)",
                cnn.width,
                cnn.init,
                last.test,
                correlations.join(", "),
                run.seconds
            );
            runs.push(run);
        }
        let test: Vec<f64> = runs.iter().map(|run| run.last().test).collect();
        report.networks.push(Net { cnn, test: Spread::of(&test)?, runs });
    }
    report.seconds = start.elapsed().as_secs_f64();
    say!("\n{}\n{:.0} s", text(&report), report.seconds);
    outputs.write(&report, &chart(&report)?)
}

/// The images as the paper gives them to its networks.
fn normalised(mut split: Split) -> Result<Split> {
    if split.train.images.shape().channels == 3 {
        let [mean, deviation] = CIFAR;
        for part in [&mut split.train, &mut split.validation, &mut split.test] {
            part.images = part.images.normalised(mean, deviation)?;
        }
    }
    Ok(split)
}

fn layer(of: &LayerAnsatz) -> Layer {
    let dead = of.covariance().diagonal().iter().filter(|variance| **variance == 0.0).count();
    Layer { name: of.name().into(), dead, correlation: of.correlation().into() }
}

impl Run {
    /// Trains to the end and measures on the way.
    fn new(mut training: Training, split: &Split, stop_loss: Option<f64>, seed: u64) -> Result<Run> {
        let start = Instant::now();
        let epochs = training.settings().epochs;
        let (mut ansatzes, mut measured) = (Vec::new(), Vec::new());
        for epoch in 0..=epochs {
            let loss = training.epochs().last().map(|epoch| epoch.loss);
            let end = epoch == epochs || loss.zip(stop_loss).is_some_and(|(loss, stop)| loss <= stop);
            if MEASURED.contains(&epoch) || end {
                let after = pollster::block_on(training.ansatz(AGOP_SAMPLES, Probes::AllLogits, &NoMonitor))?;
                let test = test_accuracy(training.network(), &split.test)?;
                let layers = after.layers().iter().map(layer).collect();
                measured.push(Measured { epoch, loss, test, layers });
                ansatzes.push(after);
            }
            if end {
                break;
            }
            pollster::block_on(training.advance(&NoMonitor))?;
        }
        // Epoch 0 is among the measured ones.
        let (before, after) = (&ansatzes[0], &ansatzes[ansatzes.len() - 1]);
        let baselines = after.baselines(before, seed)?.into_iter().map(|of| Baselines {
            initial_nfm: of.initial_nfm,
            random_filters: of.random_weights.into(),
            centred: of.centred.into(),
        });
        let baselines = baselines.collect();
        Ok(Run { seed, measured, baselines, seconds: start.elapsed().as_secs_f64() })
    }

    fn last(&self) -> &Measured {
        self.measured.last().expect("the last epoch is measured")
    }
}

impl Net {
    /// Mean and deviation of the runs that have a value.
    fn spread(&self, of: impl Fn(&Run) -> Option<f64>) -> Option<Spread> {
        Spread::of(&self.runs.iter().filter_map(of).collect::<Vec<_>>()).ok()
    }

    fn names(&self) -> impl Iterator<Item = (usize, &str)> {
        self.runs[0].last().layers.iter().map(|layer| layer.name.as_str()).enumerate()
    }

    /// Epochs that every run has measured; their last one may differ.
    fn rows(&self) -> usize {
        self.runs.iter().map(|run| run.measured.len()).min().unwrap_or(0)
    }

    /// A run at one of the rows.
    fn at<'a>(&self, run: &'a Run, row: usize) -> &'a Measured {
        if row + 1 == self.rows() { run.last() } else { &run.measured[row] }
    }

    /// Cells with the correlations of every layer after an epoch, with the AGOP and then with its root.
    fn correlations(&self, at: usize) -> Vec<String> {
        let of = |get: fn(Pearson) -> Option<f64>| {
            self.names()
                .map(|(layer, _)| cell(self.spread(|run| get(self.at(run, at).layers[layer].correlation))))
                .collect::<Vec<_>>()
        };
        [of(|pearson| pearson.agop), of(|pearson| pearson.root)].concat()
    }
}

/// Mean and deviation with three decimals.
fn cell(of: Option<Spread>) -> String {
    of.map_or("-".into(), |Spread { mean, deviation }| format!("{mean:.3} ± {deviation:.3}"))
}

/// Three tables: all baselines, every measured epoch, every network.
fn text(report: &Report) -> String {
    let main = &report.networks[0];
    let baseline = |(layer, name): (usize, &str)| {
        let pair = |get: &dyn Fn(&Run) -> Pearson| {
            [cell(main.spread(|run| get(run).agop)), cell(main.spread(|run| get(run).root))]
        };
        let [trained, root] = pair(&|run| run.last().layers[layer].correlation);
        let [untrained, untrained_root] = pair(&|run| run.measured[0].layers[layer].correlation);
        let [random, random_root] = pair(&|run| run.baselines[layer].random_filters);
        let [centred, centred_root] = pair(&|run| run.baselines[layer].centred);
        let initial = cell(main.spread(|run| run.baselines[layer].initial_nfm));
        let dead = main.spread(|run| Some(run.last().layers[layer].dead as f64));
        let dead = dead.map_or(String::new(), |dead| format!("{:.1} of {}", dead.mean, main.cnn.width));
        let cells =
            [trained, root, untrained, untrained_root, initial, random, random_root, centred, centred_root];
        [name.to_string()].into_iter().chain(cells).chain([dead]).collect()
    };
    let head = [
        "layer",
        "trained",
        "root",
        "untrained",
        "root",
        "initial NFM",
        "random filters",
        "root",
        "centred",
        "root",
        "dead filters",
    ];
    let baselines = table::markdown(&head, &main.names().map(baseline).collect::<Vec<_>>());
    let roots = main.names().map(|(_, name)| format!("{name}, root"));
    let layers: Vec<String> = main.names().map(|(_, name)| name.to_string()).chain(roots).collect();
    let with = |first: &[&'static str]| -> Vec<&str> {
        first.iter().copied().chain(layers.iter().map(String::as_str)).collect()
    };
    let percent =
        |of: Option<Spread>| of.map_or(String::new(), |of| format!("{:.1} ± {:.1}", of.mean, of.deviation));
    let epoch = |at: usize| {
        let loss = main
            .spread(|run| main.at(run, at).loss)
            .map_or(String::new(), |loss| format!("{:.1e}", loss.mean));
        let test = percent(main.spread(|run| Some(main.at(run, at).test)));
        let epochs: Vec<usize> = main.runs.iter().map(|run| main.at(run, at).epoch).collect();
        let same = epochs.iter().all(|epoch| *epoch == epochs[0]);
        let epoch = if same { epochs[0].to_string() } else { "last".into() };
        [epoch, loss, test].into_iter().chain(main.correlations(at)).collect()
    };
    let epochs: Vec<_> = (0..main.rows()).map(epoch).collect();
    let epochs = table::markdown(&with(&["epoch", "loss", "test, %"]), &epochs);
    let network = |net: &Net| {
        let cnn = [net.cnn.width.to_string(), net.cnn.init.to_string(), net.runs.len().to_string()];
        let correlations = net.correlations(net.rows() - 1);
        cnn.into_iter().chain([percent(Some(net.test))]).chain(correlations).collect()
    };
    let networks: Vec<_> = report.networks.iter().map(network).collect();
    let networks = table::markdown(&with(&["filters", "first weights", "seeds", "test, %"]), &networks);
    format!("{baselines}\n{epochs}\n{networks}")
}

/// Correlation over epochs, one line for each layer.
fn chart(report: &Report) -> Result<String> {
    let main = &report.networks[0];
    let line = |(layer, name): (usize, &str)| {
        let point = |at: usize| {
            let of = main.spread(|run| main.at(run, at).layers[layer].correlation.agop)?;
            let epochs = main.runs.iter().map(|run| main.at(run, at).epoch as f64).sum::<f64>();
            Some((epochs / main.runs.len() as f64, of.mean, of.deviation))
        };
        let points = (0..main.rows()).filter_map(point).collect();
        Line { name: name.into(), points, style: layer, published: false }
    };
    let layout = Layout {
        title: format!("NFM and AGOP (n = {}, {} seeds)", report.parts.train, main.runs.len()),
        x: "epochs (0: untrained)".into(),
        y: "Pearson correlation".into(),
        logarithmic: false,
        legend: SeriesLabelPosition::LowerRight,
        range: (0.0, 1.0),
    };
    chart::draw(&layout, &main.names().map(line).collect::<Vec<_>>())
}
