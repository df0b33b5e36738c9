//! `convrfm reproduce`: the paper's experiments over several seeds, as a table, a JSON file and an SVG chart.

mod chart;
mod cnfa;
mod cnn;
mod edge_origin;
mod edges;
mod experiment;
mod summary;
mod table;

use crate::data::{Changes, Data, Source};
use crate::engine::EngineName;
use crate::fit::describe;
use crate::output::{self, say};
use cnn::Cnn;
use convrfm::{
    AgopSamples, ConvRfm, Error, FilterSource, Initialization, NoMonitor, Result, Ridge, RunPlan, Sizes,
    Split,
};
use experiment::{Choice, Experiment};
use std::path::{Path, PathBuf};
use std::time::Instant;
use summary::{Method, Parts, Point, Report, Run};

#[derive(clap::Args)]
pub struct Reproduce {
    /// star, noisy-mnist, local-signal, mnist, fashion-mnist, cifar-10 or svhn; or edges, which compares filters learned from
    /// dead leaves (or from FILES) with edges, bars and spots; or edge-origin, which compares filters from true labels, from
    /// shuffled labels and from no labels, on dead leaves, blurred dead leaves, a hidden star and square (and FILES); or cnfa, which compares the filters of convolutional networks with
    /// their AGOP, on mnist (or on FILES, or on another sample by its name; images of three channels are normalised with the mean
    /// and standard deviation of CIFAR-10).
    experiment: String,
    /// Files or folders to read the images from, as for `fit`, instead of the built-in sample; or the name of another sample.
    files: Vec<String>,
    /// Number of seeds, from --first-seed up [default: star and local-signal 10, cnfa 5, others 3]
    #[arg(long)]
    seeds: Option<u64>,
    /// The first seed of images and filters.
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// Training images [default: as published, or fewer if --minutes is too short]
    #[arg(long)]
    train: Option<usize>,
    /// Test images [default: as many as training images, at least 1,000]
    #[arg(long)]
    test: Option<usize>,
    /// Standard deviations of the noise in noisy-mnist and local-signal [default: 0.25,0.5,1,2,4]
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    sigma: Vec<f32>,
    #[command(flatten)]
    control: Control,
    /// Ridge: a number; or several numbers (1e-3,0.1) or `grid`, from which the validation images choose in each round
    /// [default: as published]
    #[arg(long, allow_hyphen_values = true)]
    ridge: Option<Ridge>,
    /// Rounds per level; round 0 is the fixed kernel [default: as published]
    #[arg(long)]
    rounds: Option<usize>,
    /// Patch size q [default: as published, edges 5]; not for cnfa
    #[arg(long)]
    patch: Option<usize>,
    /// Kernel depth L [default: as published, edges 1]
    #[arg(long)]
    depth: Option<usize>,
    /// Training images in the AGOP: a number or `all` [default: 20 as published, local-signal all, edges 200]
    #[arg(long)]
    agop_samples: Option<AgopSamples>,
    /// Levels of Deep ConvRFM; 1 omits it [default: star and local-signal 1, others 2]
    #[arg(long)]
    levels: Option<usize>,
    /// Filters between two levels.
    #[arg(long, default_value_t = 16)]
    width: usize,
    /// Apply a ReLU to convolved images.
    #[arg(long)]
    relu: bool,
    /// Average convolved images over windows of this many rows and columns, after the ReLU.
    #[arg(long, default_value_t = 1)]
    pooling: usize,
    /// Distribution of the filters between levels: learned (covariance M) or isotropic (the identity, for comparison).
    #[arg(long, default_value_t = FilterSource::Learned)]
    filters: FilterSource,
    /// Leave out the CNN, a convolutional network that learns from the same images; validation images choose its epoch. It has
    /// as many layers and as large patches as the kernel, zeros around the image, and a linear output.
    #[arg(long)]
    no_cnn: bool,
    /// Filters per layer of the CNN [default: 64]. cnfa accepts several; its first two tables describe the first [default: 16,4,32]
    #[arg(long, value_delimiter = ',')]
    cnn_width: Vec<usize>,
    /// Layers of the networks of cnfa [default: 3]. In experiments the CNN has as many as the kernel
    #[arg(long)]
    cnn_layers: Option<usize>,
    /// First weights of the CNN: a standard deviation, or `he` [default: 0.005, as published]. cnfa accepts several
    /// [default: 0.005,0.02,he]
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    init: Vec<Initialization>,
    /// Epochs of the CNN [default: 40, more for fewer than 1,000 images]
    #[arg(long)]
    epochs: Option<usize>,
    /// Training loss at which the networks of cnfa end before their last epoch, as 1e-5 in the paper
    #[arg(long, allow_hyphen_values = true)]
    stop_loss: Option<f64>,
    /// Time for all runs without the CNN. Without --train, the largest training set whose runs need less time is used.
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Engine.
    #[arg(long, default_value = "cpu")]
    engine: EngineName,
    /// Folder for NAME.json and NAME.svg.
    #[arg(long, default_value = ".")]
    out: PathBuf,
}

/// Changes to images and labels, which every report names.
#[derive(Debug, Clone, clap::Args, serde::Serialize)]
struct Control {
    #[command(flatten)]
    #[serde(flatten)]
    changes: Changes,
    /// Shuffle the labels of the training images: a control that has nothing to learn.
    #[arg(long)]
    #[serde(rename = "shuffled_labels")]
    shuffle_labels: bool,
}

impl Reproduce {
    pub fn run(&self) -> Result<()> {
        if self.experiment == "edges" {
            self.refuse_levels()?;
            return edges::run(self);
        }
        if self.experiment == "edge-origin" {
            self.refuse_levels()?;
            return edge_origin::run(self);
        }
        if self.experiment == "cnfa" {
            self.refuse_levels()?;
            let options = [
                ("patch", self.patch.is_some()),
                ("depth", self.depth.is_some()),
                ("agop-samples", self.agop_samples.is_some()),
            ];
            refuse(&options, "cnfa")?;
            return cnfa::run(self);
        }
        if let Some(loss) = self.stop_loss {
            return Err(Error::invalid("stop-loss", loss, "none, except for cnfa"));
        }
        if let Some(layers) = self.cnn_layers {
            return Err(Error::invalid("cnn-layers", layers, "none, except for cnfa"));
        }
        let experiment = Experiment::named(&self.experiment)?;
        let seeds = self.checked_seeds(experiment.seeds)?;
        let sigmas = self.sigmas(experiment)?;
        let outputs = Outputs::new(&self.out, experiment.name())?;
        let depth = self.depth.unwrap_or(experiment.depth);
        let choice = Choice {
            patch: self.patch.unwrap_or(experiment.patch),
            depth,
            agop_samples: self.agop_samples.unwrap_or(experiment.agop_samples),
            ridge: self.ridge.clone().unwrap_or(experiment.ridge.into()),
            rounds: self.rounds.unwrap_or(experiment.rounds),
            levels: self.levels.unwrap_or(experiment.levels.min(depth)),
            width: self.width,
            relu: self.relu,
            pooling: self.pooling,
            filters: self.filters,
            cnn: None,
        };
        let mut batch = Batch { command: self, experiment, choice };
        let runs = sigmas.len() as f64 * seeds as f64;
        let (first, scaled_down) = batch.plan(sigmas[0], runs)?;
        say!("{}", experiment.title);
        describe(experiment.name(), &first);
        scaled_down.iter().for_each(|difference| say!("scaled down: {difference}"));
        let mut report = batch.report(&first, scaled_down);
        let train = report.parts.train;
        drop(first);
        batch.choice.cnn = self.cnn(&batch.choice, train)?;
        report.settings = batch.choice.clone();
        let start = Instant::now();
        for &sigma in &sigmas {
            let runs =
                (0..seeds).map(|i| batch.run(train, sigma, self.first_seed + i)).collect::<Result<_>>()?;
            report.points.push(Point::new(sigma, runs, experiment.published)?);
        }
        report.seconds = start.elapsed().as_secs_f64();
        say!("\n{}\n{} runs in {:.0} s", table::results(&report), runs, report.seconds);
        outputs.write(&report, &chart::experiment(&report)?)
    }

    /// Refuses options of experiments in one that has no levels.
    fn refuse_levels(&self) -> Result<()> {
        let options = [
            ("levels", self.levels.is_some()),
            ("rounds", self.rounds.is_some()),
            ("relu", self.relu),
            ("pooling", self.pooling != 1),
            ("filters", self.filters != FilterSource::Learned),
        ];
        refuse(&options, &self.experiment)
    }

    /// The images of one run: the user's files, else the built-in set. Files are put into frames of noise where the built-in
    /// set has such frames.
    fn data(&self, built_in: Source, sizes: Sizes, sigma: Option<f32>, seed: u64) -> Result<Split> {
        let own = !self.files.is_empty();
        let input = if own { self.files.clone() } else { vec![built_in.name().to_string()] };
        let mut changes = self.control.changes.clone();
        changes.frame = sigma.filter(|_| own && built_in == Source::NoisyMnist).or(changes.frame);
        let mut split = Data::new(input, sizes, sigma.unwrap_or(1.0), changes, seed).load()?.split;
        if self.control.shuffle_labels {
            split.train = split.train.with_shuffled_labels(seed);
        }
        Ok(split)
    }

    /// Names of the user's files without their folders, which a published report should not show.
    fn file_names(&self) -> Option<Vec<String>> {
        let name = |file: &String| {
            Path::new(file).file_name().map_or(file.clone(), |name| name.to_string_lossy().into_owned())
        };
        (!self.files.is_empty()).then(|| self.files.iter().map(name).collect())
    }

    fn checked_seeds(&self, default: u64) -> Result<u64> {
        let seeds = self.seeds.unwrap_or(default);
        if seeds == 0 {
            return Err(Error::invalid("seeds", 0, "at least 1"));
        }
        if self.first_seed.checked_add(seeds).is_none() {
            let expected = format!("at most {}", u64::MAX - seeds);
            return Err(Error::invalid("first-seed", self.first_seed, expected));
        }
        Ok(seeds)
    }

    /// The network beside the kernels of an experiment with `train` training images.
    fn cnn(&self, choice: &Choice, train: usize) -> Result<Option<Cnn>> {
        for (name, found) in [("cnn-width", self.cnn_width.len()), ("init", self.init.len())] {
            if found > 1 {
                return Err(Error::invalid(name, format!("{found} values"), "one, except for cnfa"));
            }
        }
        let cnn = Cnn {
            layers: choice.depth,
            width: self.cnn_width.first().copied().unwrap_or(64),
            patch: choice.patch,
            init: self.init.first().copied().unwrap_or(Initialization::Gaussian(0.005)),
            epochs: self.epochs.unwrap_or(Cnn::epochs_for(train)),
        };
        Ok((!self.no_cnn).then_some(cnn))
    }

    /// The standard deviations of the noise; a single `None` for images without noise.
    fn sigmas(&self, experiment: &Experiment) -> Result<Vec<Option<f32>>> {
        if experiment.sigmas.is_empty() {
            return match self.sigma.first() {
                Some(sigma) => {
                    let expected = format!("none, because {} has no noise", experiment.name());
                    Err(Error::invalid("sigma", sigma, expected))
                }
                None => Ok(vec![None]),
            };
        }
        if let Some(frame) = self.control.changes.frame {
            let expected = "none, because --sigma is the noise of this experiment";
            return Err(Error::invalid("frame", frame, expected));
        }
        let sigmas = if self.sigma.is_empty() { experiment.sigmas } else { &self.sigma[..] };
        // The axis of the chart is logarithmic.
        match sigmas.iter().find(|s| !(**s > 0.0 && s.is_finite())) {
            Some(sigma) => Err(Error::invalid("sigma", sigma, "finite numbers above 0")),
            None => Ok(sigmas.iter().map(|&sigma| Some(sigma)).collect()),
        }
    }
}

/// Fails with the first of `options` that was given.
fn refuse(options: &[(&str, bool)], experiment: &str) -> Result<()> {
    match options.iter().find(|(_, given)| *given) {
        Some((option, _)) => {
            Err(Error::invalid(option, "a value", format!("none, because {experiment} has no such setting")))
        }
        None => Ok(()),
    }
}

/// The JSON file and the SVG chart of an experiment.
struct Outputs {
    json: PathBuf,
    svg: PathBuf,
}

impl Outputs {
    /// Makes the folder. Fails here if the files cannot be written, not after hours of computing.
    fn new(folder: &Path, name: &str) -> Result<Outputs> {
        std::fs::create_dir_all(folder).map_err(|e| output::unwritable(folder, e))?;
        let [json, svg] = ["json", "svg"].map(|kind| folder.join(format!("{name}.{kind}")));
        output::check_writable(&json)?;
        output::check_writable(&svg)?;
        Ok(Outputs { json, svg })
    }

    fn write(&self, report: &impl serde::Serialize, chart: &str) -> Result<()> {
        let json = serde_json::to_string_pretty(report).map_err(|e| output::unwritable(&self.json, e))?;
        output::write(&self.json, json + "\n")?;
        output::write(&self.svg, chart)
    }
}

/// All runs of a call.
struct Batch<'a> {
    command: &'a Reproduce,
    experiment: &'static Experiment,
    choice: Choice,
}

impl Batch<'_> {
    /// A run that has not started.
    fn new_run(&self, train: usize, sigma: Option<f32>, seed: u64) -> Result<ConvRfm> {
        let sizes = self.experiment.sizes(train, self.command.test);
        let data = self.command.data(self.experiment.source, sizes, sigma, seed)?;
        ConvRfm::new(self.experiment.settings(&self.choice, seed), data, self.command.engine.open()?.0)
    }

    /// Chooses the number of training images: --train, else the largest size for which there are enough images and, according
    /// to the engine's plan, enough time for `runs` runs. Returns the first run, not yet started, and the differences to the
    /// published size.
    fn plan(&self, sigma: Option<f32>, runs: f64) -> Result<(ConvRfm, Vec<String>)> {
        let (seed, minutes) = (self.command.first_seed, self.command.minutes);
        let full = self.experiment.full_size();
        if let Some(train) = self.command.train {
            let requested = format!("{train} training images instead of {full}, as requested");
            let scaled_down = if train < full { vec![requested] } else { Vec::new() };
            return Ok((self.new_run(train, sigma, seed)?, scaled_down));
        }
        let (&smallest, larger) = self.experiment.train.split_last().expect("an experiment has a size");
        let mut scaled_down = Vec::new();
        for &train in larger {
            let planned = self.new_run(train, sigma, seed).and_then(|mut run| Ok((run.plan()?, run)));
            let reason = match planned {
                Ok((RunPlan { seconds: Some(seconds), .. }, _)) if seconds * runs > minutes * 60.0 => {
                    format!("{runs} runs of {seconds:.0} s need more than {minutes} minutes")
                }
                Ok((_, run)) => return Ok((run, scaled_down)),
                Err(error) => error.to_string(),
            };
            scaled_down.push(format!("not {train} training images: {reason}"));
        }
        // The smallest size is used in any case.
        Ok((self.new_run(smallest, sigma, seed)?, scaled_down))
    }

    /// A report without results.
    fn report(&self, run: &ConvRfm, scaled_down: Vec<String>) -> Report {
        let (experiment, level) = (self.experiment, run.current_level());
        let data = level.data();
        let built_in = || vec![experiment.source.provenance().to_string()];
        Report {
            experiment: experiment.name(),
            title: experiment.title,
            data: self.command.file_names().unwrap_or_else(built_in),
            images: level.geometry().shape().to_string(),
            classes: data.train.classes.len(),
            parts: Parts {
                train: data.train.len(),
                validation: data.validation.len(),
                test: data.test.len(),
            },
            settings: self.choice.clone(),
            control: self.command.control.clone(),
            engine: run.engine().describe(),
            scaled_down,
            published_train: experiment.published.map(|p| p.train),
            points: Vec::new(),
            seconds: 0.0,
        }
    }

    fn run(&self, train: usize, sigma: Option<f32>, seed: u64) -> Result<Run> {
        let start = Instant::now();
        let mut run = self.new_run(train, sigma, seed)?;
        while pollster::block_on(run.advance(&NoMonitor))?.is_some() {}
        let seconds = start.elapsed().as_secs_f64();
        let cnn = self.choice.cnn.as_ref().map(|cnn| cnn.run(run.levels()[0].data(), seed)).transpose()?;
        let run = Run::new(&run, cnn, seed, seconds)?;
        let sigma = sigma.map_or(String::new(), |s| format!("sigma {s}, "));
        let accuracy = |method: Method| Some(format!("{} {:.2} %", method.name(), run.test(method)?));
        let accuracies: Vec<String> = Method::ALL.into_iter().filter_map(accuracy).collect();
        say!("{sigma}seed {seed}: {} ({:.1} s)", accuracies.join(", "), run.seconds);
        Ok(run)
    }
}
