//! `convrfm reproduce`: the paper's experiments over several seeds, as a table, a JSON file and an SVG chart.

mod chart;
mod edges;
mod experiment;
mod summary;
mod table;

use crate::data::{Data, Loaded};
use crate::{fit, results};
use convrfm::Ridge;
use convrfm::data::Source;
use convrfm::{ConvRfm, Error, NoMonitor, Result, RunPlan, Split};
use convrfm::{Engine, engine};
use experiment::{Choice, Experiment};
use std::path::{Path, PathBuf};
use std::time::Instant;
use summary::{Parts, Point, Report, Run};

#[derive(clap::Args)]
pub struct Reproduce {
    /// star, noisy-mnist, local-signal, mnist, fashion-mnist, cifar-10 or svhn; or edges, which compares the filters that
    /// one layer learns from dead leaves (or from FILES) with templates.
    experiment: String,
    /// The images, where not the built-in sample: files or folders as `fit` reads them.
    files: Vec<String>,
    /// Seeds of images and filters, from --first-seed up [star and local-signal: 10; others: 3].
    #[arg(long)]
    seeds: Option<u64>,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// Training images [as published, or what --minutes allow].
    #[arg(long)]
    train: Option<usize>,
    /// Test images [one for each training image, 1,000 at least].
    #[arg(long)]
    test: Option<usize>,
    /// Noise levels of noisy-mnist and local-signal [0.25,0.5,1,2,4].
    #[arg(long, value_delimiter = ',', allow_hyphen_values = true)]
    sigma: Vec<f32>,
    /// Ridge [as published]; several (1e-3,0.1) or `grid`: validation images choose in each round.
    #[arg(long, allow_hyphen_values = true)]
    ridge: Option<String>,
    /// Rounds; round 0 is the fixed kernel [as published].
    #[arg(long)]
    rounds: Option<usize>,
    /// Patch size q of edges; the experiments' are fixed.
    #[arg(long, default_value_t = 5)]
    patch: usize,
    /// Levels of Deep ConvRFM; 1 leaves it out [2; star and local-signal 1, their kernels having one layer].
    #[arg(long)]
    levels: Option<usize>,
    /// Filters between two levels.
    #[arg(long, default_value_t = 16)]
    width: usize,
    /// Put convolved images through a ReLU.
    #[arg(long)]
    relu: bool,
    /// Without --train: the largest size whose runs take about so many minutes in all.
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// cpu, gpu, auto or naive, as of `fit`.
    #[arg(long, default_value = "cpu")]
    engine: String,
    /// Folder for NAME.json and NAME.svg.
    #[arg(long, default_value = ".")]
    out: PathBuf,
}

impl Reproduce {
    /// The ridge that was asked for, else the experiment's.
    fn ridge(&self, usual: f64) -> Result<Ridge> {
        self.ridge.as_deref().map_or(Ok(usual.into()), str::parse)
    }

    pub fn run(&self) -> Result<()> {
        if self.experiment == "edges" {
            return edges::run(self);
        }
        let experiment = Experiment::named(&self.experiment)?;
        let seeds = self.checked_seeds(experiment)?;
        let sigmas = self.sigmas(experiment)?;
        let [json, svg] = self.outputs(experiment.name())?;
        let choice = Choice {
            ridge: self.ridge(experiment.ridge)?,
            rounds: self.rounds.unwrap_or(experiment.rounds),
            levels: self.levels.unwrap_or(experiment.levels),
            width: self.width,
            relu: self.relu,
        };
        let batch = Batch { command: self, experiment, choice };
        let runs = sigmas.len() as f64 * seeds as f64;
        let (train, scaled_down) = batch.size(sigmas[0], runs)?;
        let mut report = batch.head(train, sigmas[0], scaled_down)?;
        print!("{}", table::head(&report));
        let start = Instant::now();
        for &sigma in &sigmas {
            let runs =
                (0..seeds).map(|i| batch.run(train, sigma, self.first_seed + i)).collect::<Result<_>>()?;
            report.points.push(Point::new(sigma, runs, experiment.published)?);
        }
        report.seconds = start.elapsed().as_secs_f64();
        println!("\n{}\n{} runs in {:.0} s", table::tables(&report), runs, report.seconds);
        let text = serde_json::to_string_pretty(&report).map_err(|e| Error::invalid("report", e, "JSON"))?;
        write(&json, &(text + "\n"))?;
        write(&svg, &chart::experiment(&report)?)
    }

    fn checked_seeds(&self, experiment: &Experiment) -> Result<u64> {
        let seeds = self.seeds.unwrap_or(experiment.seeds);
        match (seeds, self.first_seed.checked_add(seeds)) {
            (0, _) => Err(Error::invalid("seeds", 0, "at least 1")),
            (_, None) => {
                Err(Error::invalid("first-seed", self.first_seed, "one that leaves room for the others"))
            }
            _ => Ok(seeds),
        }
    }

    /// The noise levels to run; one none where there is no noise to set.
    fn sigmas(&self, experiment: &Experiment) -> Result<Vec<Option<f32>>> {
        let sigmas = if self.sigma.is_empty() { experiment.sigmas } else { &self.sigma[..] };
        if experiment.sigmas.is_empty() {
            let found = self.sigma.first().map_or(Ok(()), |&sigma| {
                Err(Error::invalid(
                    "sigma",
                    sigma,
                    format!("none: {} has no noise to set", experiment.name()),
                ))
            });
            return found.map(|()| vec![None]);
        }
        // The chart's axis is a logarithm.
        match sigmas.iter().find(|s| !(**s > 0.0 && s.is_finite())) {
            Some(sigma) => Err(Error::invalid("sigma", sigma, "finite numbers above 0")),
            None => Ok(sigmas.iter().map(|&sigma| Some(sigma)).collect()),
        }
    }

    /// Where the results go; fails before hours of work rather than after.
    fn outputs(&self, name: &str) -> Result<[PathBuf; 2]> {
        std::fs::create_dir_all(&self.out).map_err(|e| results::unwritable(&self.out, e))?;
        let paths = ["json", "svg"].map(|kind| self.out.join(format!("{name}.{kind}")));
        paths.iter().try_for_each(|path| results::check_writable(path))?;
        Ok(paths)
    }
}

/// What all runs of a call have in common.
struct Batch<'a> {
    command: &'a Reproduce,
    experiment: &'static Experiment,
    choice: Choice,
}

impl Batch<'_> {
    fn load(&self, train: usize, sigma: Option<f32>, seed: u64) -> Result<Split> {
        let sizes = self.experiment.parts(train, self.command.test);
        let files = &self.command.files;
        let noisy = self.experiment.source == Source::NoisyMnist;
        let input = if files.is_empty() { vec![self.experiment.name().to_string()] } else { files.clone() };
        let frame = sigma.filter(|_| noisy && !files.is_empty());
        let data = Data::of(input, sizes, sigma.unwrap_or(1.0), frame, seed);
        let Loaded { split, .. } = data.load().map_err(|e| match e {
            Error::Unreadable { .. } => e,
            other => other.in_file(data.name()),
        })?;
        Ok(split)
    }

    fn deep(&self, train: usize, sigma: Option<f32>, seed: u64) -> Result<ConvRfm> {
        let split = self.load(train, sigma, seed)?;
        ConvRfm::new(self.experiment.settings(&self.choice, seed), split, self.engine()?)
    }

    fn engine(&self) -> Result<Box<dyn Engine>> {
        match self.command.engine.as_str() {
            // The report says which it is; not every run has to.
            "auto" => Ok(pollster::block_on(engine::auto()).engine),
            name => fit::engine(name),
        }
    }

    /// Training images, and what is to be said where there are fewer than published: the largest size of which there
    /// are images and, by the engine's own forecast, time for `runs` runs.
    fn size(&self, sigma: Option<f32>, runs: f64) -> Result<(usize, Vec<String>)> {
        let full = self.experiment.full_size();
        if let Some(train) = self.command.train {
            let asked = format!("{train} training images in place of {full}, as asked");
            return Ok((train, if train < full { vec![asked] } else { Vec::new() }));
        }
        let mut said = Vec::new();
        for (i, &train) in self.experiment.sizes.iter().enumerate() {
            let last = i + 1 == self.experiment.sizes.len();
            let reason = match self.deep(train, sigma, self.command.first_seed) {
                Err(e @ Error::Invalid { .. }) if !last => e.to_string(),
                Err(e) => return Err(e),
                Ok(mut deep) => match deep.plan() {
                    Ok(RunPlan { seconds: Some(seconds), .. })
                        if seconds * runs > self.command.minutes * 60.0 =>
                    {
                        format!(
                            "{runs} runs of {seconds:.0} s are more than {} minutes",
                            self.command.minutes
                        )
                    }
                    Ok(_) => return Ok((train, said)),
                    Err(e) => e.to_string(),
                },
            };
            if last {
                // The smallest size is run in any case.
                return Ok((train, said));
            }
            said.push(format!("not {train} training images: {reason}"));
        }
        Err(Error::invalid("sizes", 0, "at least 1"))
    }

    fn head(&self, train: usize, sigma: Option<f32>, scaled_down: Vec<String>) -> Result<Report> {
        let (e, deep) = (self.experiment, self.deep(train, sigma, self.command.first_seed)?);
        let data = deep.current().data();
        let parts =
            Parts { train: data.train.len(), validation: data.validation.len(), test: data.test.len() };
        let data_names = if self.command.files.is_empty() {
            vec![e.source.provenance().to_string()]
        } else {
            self.command.files.iter().map(|file| file_name(file)).collect()
        };
        Ok(Report {
            experiment: e.name(),
            title: e.title,
            data: data_names,
            images: deep.current().geometry().shape().to_string(),
            classes: data.train.classes.len(),
            patch: e.patch,
            depth: e.depth,
            agop_samples: e.agop_samples.count(parts.train),
            parts,
            settings: self.choice.clone(),
            engine: deep.engine().describe(),
            scaled_down,
            published_train: e.published.map(|p| p.train),
            points: Vec::new(),
            seconds: 0.0,
        })
    }

    fn run(&self, train: usize, sigma: Option<f32>, seed: u64) -> Result<Run> {
        let start = Instant::now();
        let mut deep = self.deep(train, sigma, seed)?;
        while pollster::block_on(deep.advance(&NoMonitor))?.is_some() {}
        let run = Run::of(&deep, seed, start.elapsed().as_secs_f64())?;
        let place = sigma.map_or(String::new(), |s| format!("sigma {s}, "));
        let methods: Vec<String> = summary::Method::ALL
            .iter()
            .filter_map(|&m| Some(format!("{} {:.2} %", m.name(), run.test(m)?)))
            .collect();
        println!("{place}seed {seed}: {} ({:.1} s)", methods.join(", "), run.seconds);
        Ok(run)
    }
}

/// The file's name alone: where it lies is nobody's business.
fn file_name(file: &str) -> String {
    Path::new(file).file_name().map_or(file.to_string(), |name| name.to_string_lossy().into_owned())
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|e| results::unwritable(path, e))?;
    println!("wrote {}", path.display());
    Ok(())
}
