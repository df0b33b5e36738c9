//! `convrfm fit`.

use crate::results;
use convrfm::datasets::{Sizes, Source, read_npz};
use convrfm::engine::{self, Cpu, Engine, Gpu, Naive, gpu};
use convrfm::{Error, Monitor, Plan, Progress, Recovery, Result, Rfm, Samples, Settings, Split, Stage};
use indicatif::{ProgressBar, ProgressStyle};
use std::{future::Future, path::PathBuf, pin::Pin};

/// The MNIST sample pack, the same file that lies beside the page.
pub const PACK: &[u8] = include_bytes!("../../../www/data/mnist.npz");

#[derive(clap::Args)]
pub struct Fit {
    /// An .npz file with x_train (n,c,h,w), y_train, x_test, y_test; or star, mnist, noisy-mnist, local-signal.
    input: String,
    /// Patch size q.
    #[arg(long, default_value_t = 3)]
    patch: usize,
    /// Kernel depth L.
    #[arg(long, default_value_t = 3)]
    depth: usize,
    /// Ridge, relative to the largest kernel value.
    #[arg(long, default_value_t = 1e-5, allow_hyphen_values = true)]
    ridge: f64,
    /// Rounds; round 0 is the fixed kernel.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Training images in the AGOP: a number or `all`.
    #[arg(long, default_value = "64")]
    agop_samples: String,
    /// cpu; gpu (Vulkan, Metal or DirectX 12); auto (gpu on real graphics hardware, else cpu); or naive (the slow
    /// double-precision reference).
    #[arg(long, default_value = "cpu")]
    engine: String,
    /// Training images [built-in sets: 300, star and local-signal 50; files: all].
    #[arg(long)]
    train: Option<usize>,
    /// Validation images, by which the kept round is chosen [built-in sets: 100; files: 0, else taken from x_train].
    #[arg(long)]
    validation: Option<usize>,
    /// Test images [built-in sets: 400; files: all].
    #[arg(long)]
    test: Option<usize>,
    /// Seed of the data and of the split.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Noise level of noisy-mnist and local-signal.
    #[arg(long, default_value_t = 1.0, allow_hyphen_values = true)]
    sigma: f32,
    /// Where to write the results (.npz).
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Fit {
    pub fn run(&self) -> Result<()> {
        self.fit().map_err(|e| match e {
            Error::Unreadable { .. } => e,
            other => other.in_file(&self.input),
        })
    }

    fn fit(&self) -> Result<()> {
        let settings = Settings {
            patch: self.patch,
            depth: self.depth,
            ridge: self.ridge,
            rounds: self.rounds,
            agop_samples: self.agop_samples.parse::<Samples>()?,
        };
        let engine = engine(&self.engine)?;
        let data = self.data()?;
        let mut rfm = Rfm::new(settings, data, engine)?;
        if let Some(out) = &self.out {
            results::check_writable(out)?;
        }
        self.announce(&mut rfm);
        let bar = Bar::new();
        let mut recovery = Recovery::new(self.engine == "auto");
        while let Some(stage) = pollster::block_on(recovery.advance(&mut rfm, &bar, open_gpu))? {
            if let Some(notice) = recovery.take_notice() {
                bar.0.suspend(|| println!("{notice}"));
            }
            if stage.stage == Stage::Solve {
                let round = &rfm.rounds()[stage.round];
                if round.retries > 0 {
                    let (round, ridge) = (stage.round, round.ridge);
                    bar.0.suspend(|| {
                        println!("round {round}: K is not positive definite; ridge raised to {ridge:.0e}")
                    });
                }
            }
        }
        bar.0.finish_and_clear();
        print_table(&rfm);
        if let Some(out) = &self.out {
            results::write(out, &rfm)?;
            println!("wrote {}", out.display());
        }
        Ok(())
    }

    fn data(&self) -> Result<Split> {
        if let Ok(source) = self.input.parse::<Source>() {
            let train = if source.pack().is_some() { 300 } else { 50 };
            let sizes = Sizes {
                train: self.train.unwrap_or(train),
                validation: self.validation.unwrap_or(100),
                test: self.test.unwrap_or(400),
            };
            return Ok(source.load(sizes, self.sigma, self.seed, Some(PACK))?.0);
        }
        let bytes = std::fs::read(&self.input).map_err(|e| Error::Unreadable {
            file: self.input.clone(),
            cause: format!(
                "{e}; expected an .npz file or one of {}",
                Source::ALL.map(Source::name).join(", ")
            ),
        })?;
        let arrays = read_npz(&bytes)?;
        // Without a request for fewer images the file is taken as it is, in its order.
        let (train, validation) = match (self.train, self.validation) {
            (None, None) => {
                let none = arrays.train.select(&[]);
                (arrays.train, none)
            }
            (train, validation) => {
                let (validation, rest) =
                    arrays.train.draw(validation.unwrap_or(0), self.seed, "validation")?;
                let count = train.unwrap_or(rest.len());
                (rest.draw(count, self.seed, "train")?.0, validation)
            }
        };
        let test = match self.test {
            Some(count) => arrays.test.draw(count, self.seed, "test")?.0,
            None => arrays.test,
        };
        Ok(Split { train, validation, test })
    }

    fn announce(&self, rfm: &mut Rfm) {
        let plan = rfm.plan();
        let (data, geometry) = (rfm.data(), rfm.geometry());
        println!(
            "{}: {} training, {} validation, {} test images of {}, {} classes",
            self.input,
            data.train.len(),
            data.validation.len(),
            data.test.len(),
            geometry.shape(),
            data.train.classes.len()
        );
        println!(
            "patch {}, depth {}, ridge {:e}, {} rounds, AGOP over {} images, engine {}",
            self.patch,
            self.depth,
            self.ridge,
            self.rounds,
            rfm.settings().agop_samples.count(data.train.len()),
            rfm.engine().describe()
        );
        match plan {
            Ok(Plan { bytes, seconds: None }) => println!("plan: {:.0} MB", bytes as f64 / 1e6),
            Ok(Plan { bytes, seconds: Some(seconds) }) => {
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
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Bar {
        let bar = ProgressBar::new(1000);
        let style = ProgressStyle::with_template("{bar:30} {percent:>3}%  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Bar(bar)
    }
}

impl Monitor for Bar {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        let stage = match progress.stage {
            Stage::Kernel => "kernel",
            Stage::Solve => "ridge regression",
            Stage::Predict => "predictions",
            Stage::Agop => "AGOP",
        };
        let left = progress.seconds_left.map(|s| format!(", {s:.0} s left")).unwrap_or_default();
        self.0.set_position((progress.share * 1000.0) as u64);
        self.0.set_message(format!("round {}: {stage}{left}", progress.round));
        Box::pin(std::future::ready(true))
    }
}

fn print_table(rfm: &Rfm) {
    let percent = |v: Option<f64>| v.map_or("-".to_string(), |v| format!("{v:.2} %"));
    println!("\nround  validation      test     ridge   kernel  predict    solve     AGOP  seconds");
    for (i, round) in rfm.rounds().iter().enumerate() {
        let [kernel, predict, solve, agop] = round.seconds;
        println!(
            "{i:>5}  {:>10}  {:>8}  {:>8}  {kernel:>7.3}  {predict:>7.3}  {solve:>7.3}  {agop:>7.3}  {:>7.3}",
            percent(round.validation_accuracy),
            percent(round.test_accuracy),
            format!("{:.0e}", round.ridge),
            kernel + predict + solve + agop
        );
    }
    if let Some(kept) = rfm.kept_round() {
        let round = &rfm.rounds()[kept];
        let how = match round.validation_accuracy {
            Some(_) => "chosen on validation",
            None => "the last; no validation images to choose by",
        };
        println!("kept: round {kept} ({how}), test {}", percent(round.test_accuracy));
    }
}
