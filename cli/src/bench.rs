//! `convrfm bench`: the seconds of each stage of one round on noisy MNIST, or on its images convolved with filters, as one line
//! of JSON. `cargo xtask bench` runs it over engines, threads and sizes and makes a table.

use crate::data::{MNIST_PACK, noisy_frame, read_npz};
use crate::engine::EngineName;
use crate::output::say;

use convrfm::engine::multiply_adds;
use convrfm::{AgopSamples, ConvRfm, Dataset, Error, NoMonitor, Result, Settings, Split};
use serde_json::json;

#[derive(clap::Args)]
pub struct Bench {
    /// Engine.
    #[arg(long, default_value = "cpu")]
    engine: EngineName,
    /// Threads of the CPU engine [default: one per core].
    #[arg(long)]
    threads: Option<usize>,
    /// Training images. Above 2,000, the size of the pack, digits are repeated with other noise.
    #[arg(long, default_value_t = 500)]
    train: usize,
    /// Test images.
    #[arg(long, default_value_t = 500)]
    test: usize,
    /// Patch size q.
    #[arg(long, default_value_t = Settings::default().patch)]
    patch: usize,
    /// Kernel depth L.
    #[arg(long, default_value_t = Settings::default().depth)]
    depth: usize,
    /// Training images in the AGOP: a number or `all`.
    #[arg(long, default_value_t = AgopSamples::First(20))]
    agop_samples: AgopSamples,
    /// Measure the second level instead of the first, on images convolved with this many filters.
    #[arg(long)]
    width: Option<usize>,
}

impl Bench {
    pub fn run(&self) -> Result<()> {
        if let Some(threads) = self.threads {
            let refused =
                |e| Error::invalid("threads", threads, format!("a number of threads that can start ({e})"));
            rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().map_err(refused)?;
        }
        let pack = read_npz(MNIST_PACK)?;
        let part = |data: &Dataset, count: usize, seed| {
            let repeated: Vec<usize> = (0..count).map(|i| i % data.len()).collect();
            noisy_frame(&data.select(&repeated), 1.0, seed)
        };
        let train = part(&pack.train, self.train, 0)?;
        let data = Split { validation: train.select(&[]), test: part(&pack.test, self.test, 1)?, train };
        let mut settings = Settings::default();
        settings.patch = self.patch;
        settings.depth = self.depth;
        settings.rounds = 3;
        settings.agop_samples = self.agop_samples;
        if let Some(width) = self.width {
            settings.levels = 2;
            settings.width = width;
            // Without a ReLU the patches of level 1 have a low rank, which makes the measured round faster.
            settings.relu = true;
        }
        let levels = settings.levels;
        let mut run = ConvRfm::new(settings, data, self.engine.open()?.0)?;
        // Round 0 warms up. Round 1, which transforms the patches, is measured; predictions are its last stage.
        let is_measured = |run: &ConvRfm| {
            let round = run.levels().get(levels - 1).and_then(|level| level.rounds().get(1));
            round.is_some_and(|round| round.test_predictions.is_some())
        };
        while !is_measured(&run) && pollster::block_on(run.advance(&NoMonitor))?.is_some() {}
        let level = run.current_level();
        let [kernel_s, predict_s, solve_s, agop_s] = level.rounds()[1].seconds;
        let geometry = level.geometry();
        let row = json!({
            "engine": run.engine().describe(),
            "train": self.train,
            "held_out": self.test,
            "samples": self.agop_samples.count(self.train),
            "kernel_s": kernel_s,
            "predict_s": predict_s,
            "solve_s": solve_s,
            "agop_s": agop_s,
            "position_layers_per_pair": geometry.position_layers(),
            "multiply_adds_per_pair": multiply_adds(geometry),
        });
        say!("{row}");
        Ok(())
    }
}
