//! `convrfm fit`.

use crate::data::{Data, Loaded};
use crate::results;
use convrfm::engine::gpu;
use convrfm::rfm::Recovery;
use convrfm::{AgopSamples, ConvRfm, Error, Level, Monitor, Progress, Result, RunPlan, Settings, Stage, rfm};
use convrfm::{Cpu, Engine, Gpu, Naive, engine};
use indicatif::{ProgressBar, ProgressStyle};
use std::{future::Future, path::PathBuf, pin::Pin};

#[derive(clap::Args)]
pub struct Fit {
    #[command(flatten)]
    data: Data,
    /// Patch size q.
    #[arg(long, default_value_t = 3)]
    patch: usize,
    /// Kernel depth L.
    #[arg(long, default_value_t = 3)]
    depth: usize,
    /// Ridge, relative to the largest kernel value: a number; several (1e-5,1e-3,0.1) or `grid`, seven from 1e-6 to 1, of
    /// which the validation images choose in each round.
    #[arg(long, default_value = "1e-5", allow_hyphen_values = true)]
    ridge: String,
    /// Rounds; round 0 is the fixed kernel.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Training images in the AGOP: a number or `all`.
    #[arg(long, default_value = "64")]
    agop_samples: String,
    /// Levels of Deep ConvRFM, 1 to L: each learns from the images before it, convolved with filters drawn from its M.
    #[arg(long, default_value_t = 1)]
    levels: usize,
    /// Filters drawn between two levels.
    #[arg(long, default_value_t = 64)]
    width: usize,
    /// Put convolved images through a ReLU.
    #[arg(long)]
    relu: bool,
    /// What those filters are drawn from: learned (M), or isotropic (the identity, for comparison).
    #[arg(long, default_value = "learned")]
    filters: String,
    /// cpu; gpu (Vulkan, Metal or DirectX 12); auto (gpu on real graphics hardware, else cpu); or naive (the slow
    /// double-precision reference).
    #[arg(long, default_value = "cpu")]
    engine: String,
    /// Where to write the results (.npz).
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Fit {
    pub fn run(&self) -> Result<()> {
        self.fit().map_err(|e| match e {
            Error::Unreadable { .. } => e,
            other => other.in_file(self.data.name()),
        })
    }

    fn fit(&self) -> Result<()> {
        let settings = Settings {
            patch: self.patch,
            depth: self.depth,
            ridge: self.ridge.parse()?,
            rounds: self.rounds,
            agop_samples: self.agop_samples.parse::<AgopSamples>()?,
        };
        let settings = deep::Settings {
            machine: settings,
            levels: self.levels,
            width: self.width,
            relu: self.relu,
            filters: self.filters.parse()?,
            seed: self.data.seed,
        };
        let engine = engine(&self.engine)?;
        let Loaded { split, notes } = self.data.load()?;
        let mut run = ConvRfm::new(settings, split, engine)?;
        if let Some(out) = &self.out {
            results::check_writable(out)?;
        }
        self.announce(&mut run);
        notes.iter().for_each(|note| println!("{note}"));
        let bar = Bar::new(self.levels);
        let mut recovery = Recovery::new(self.engine == "auto");
        while let Some(stage) = pollster::block_on(recovery.advance(&mut run, &bar, open_gpu))? {
            if let Some(notice) = recovery.take_notice() {
                bar.bar.suspend(|| println!("{notice}"));
            }
            if stage.stage == Stage::Solve {
                let round = &run.levels()[stage.level].rounds()[stage.round];
                if round.retries > 0 {
                    let (place, ridge) = (bar.place(stage.level, stage.round), round.ridge);
                    bar.bar.suspend(|| {
                        println!("{place}: K is not positive definite; ridge raised to {ridge:.0e}")
                    });
                }
            }
        }
        bar.bar.finish_and_clear();
        print_tables(&run);
        if let Some(out) = &self.out {
            results::write(out, &run)?;
            println!("wrote {}", out.display());
        }
        Ok(())
    }

    fn announce(&self, run: &mut ConvRfm) {
        let plan = run.plan();
        let (data, geometry) = (run.current().data(), run.current().geometry());
        println!(
            "{}: {} training, {} validation, {} test images of {}, {} classes",
            self.data.name(),
            data.train.len(),
            data.validation.len(),
            data.test.len(),
            geometry.shape(),
            data.train.classes.len()
        );
        println!(
            "patch {}, depth {}, ridge {}, {} rounds, AGOP over {} images, engine {}",
            self.patch,
            self.depth,
            run.settings().machine.ridge,
            self.rounds,
            run.settings().machine.agop_samples.count(data.train.len()),
            run.engine().describe()
        );
        if self.levels > 1 {
            let relu = if self.relu { " and ReLU" } else { "" };
            println!("{} levels, {} {} filters between them{relu}", self.levels, self.width, self.filters);
        }
        match plan {
            Ok(RunPlan { bytes, seconds: None }) => println!("plan: {:.0} MB", bytes as f64 / 1e6),
            Ok(RunPlan { bytes, seconds: Some(seconds) }) => {
                println!("plan: {:.0} MB and about {seconds:.1} s", bytes as f64 / 1e6);
            }
            // The engine will refuse it, or the CPU take it over.
            Err(error) => println!("plan: {error}"),
        }
    }
}

/// The engine of that name.
pub fn engine(name: &str) -> Result<Box<dyn Engine>> {
    match name {
        "cpu" => Ok(Box::new(Cpu::default())),
        "gpu" => pollster::block_on(open_gpu())
            .map_err(|cause| Error::invalid("engine", cause, "a graphics device")),
        "auto" => {
            let choice = pollster::block_on(engine::auto());
            println!("engine {}: {}", choice.engine.describe(), choice.reason);
            Ok(choice.engine)
        }
        "naive" => Ok(Box::new(Naive::<f64>::default())),
        other => Err(Error::invalid("engine", other, "cpu, gpu, auto or naive")),
    }
}

async fn open_gpu() -> Result<Box<dyn Engine>, String> {
    let gpu = Gpu::open(gpu::Options::default()).await;
    gpu.map(|gpu| Box::new(gpu) as Box<dyn Engine>).map_err(|e| e.to_string())
}

/// A progress bar, which indicatif shows on a terminal only.
struct Bar {
    bar: ProgressBar,
    levels: usize,
}

impl Bar {
    fn new(levels: usize) -> Bar {
        let bar = ProgressBar::new(1000);
        let style = ProgressStyle::with_template("{bar:30} {percent:>3}%  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Bar { bar, levels }
    }

    /// "round 1", or "level 0, round 1" where there are several.
    fn place(&self, level: usize, round: usize) -> String {
        if self.levels > 1 { format!("level {level}, round {round}") } else { format!("round {round}") }
    }
}

impl Monitor for Bar {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        let stage = match progress.stage {
            Stage::Kernel => "kernel",
            Stage::Solve => "ridge regression",
            Stage::Predict => "predictions",
            Stage::Agop => "AGOP",
            Stage::Convolve => "convolution",
        };
        let left = progress.seconds_left.map(|s| format!(", {s:.0} s left")).unwrap_or_default();
        self.bar.set_position((progress.share * 1000.0) as u64);
        self.bar.set_message(format!("{}: {stage}{left}", self.place(progress.level, progress.round)));
        Box::pin(std::future::ready(true))
    }
}

/// A table for each level, and the round that is kept.
fn print_tables(run: &ConvRfm) {
    let several = run.levels().len() > 1;
    for (l, level) in run.levels().iter().enumerate() {
        println!();
        if several {
            let geometry = level.geometry();
            println!("level {l}: images of {}, depth {}", geometry.shape(), geometry.depth());
        }
        print_rounds(level);
        if let Some(seconds) = run.convolution_seconds(l) {
            println!("convolution with {} filters: {seconds:.3} s", run.settings().width);
        }
    }
    if let Some((l, kept)) = run.kept() {
        let round = &run.levels()[l].rounds()[kept];
        let how = match round.validation_accuracy {
            Some(_) => "chosen on validation",
            None => "the last; no validation images to choose by",
        };
        let place = if several { format!("level {l}, round {kept}") } else { format!("round {kept}") };
        println!("kept: {place} ({how}), test {}", percent(round.test_accuracy));
    }
}

fn print_rounds(level: &Level) {
    println!("round  validation      test     ridge   kernel  predict    solve     AGOP  seconds");
    for (i, round) in level.rounds().iter().enumerate() {
        let [kernel, predict, solve, agop] = round.seconds;
        println!(
            "{i:>5}  {:>10}  {:>8}  {:>8}  {kernel:>7.3}  {predict:>7.3}  {solve:>7.3}  {agop:>7.3}  {:>7.3}",
            percent(round.validation_accuracy),
            percent(round.test_accuracy),
            format!("{:.0e}", round.ridge),
            kernel + predict + solve + agop
        );
    }
}

fn percent(value: Option<f64>) -> String {
    value.map_or("-".to_string(), |v| format!("{v:.2} %"))
}
