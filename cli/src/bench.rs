//! `convrfm bench`: seconds per stage of one round on noisy MNIST, or on its images convolved with filters, and the
//! hardware's peak, as one line of JSON.
//! `cargo xtask bench` runs it over engines, threads and sizes and makes the table.

use crate::data::PACK;
use crate::fit::engine;
use convrfm::data::{noisy_frame, read_npz};
use convrfm::engine::multiply_adds;
use convrfm::{AgopSamples, ConvRfm, Dataset, Error, NoMonitor, Result, Settings, Split, rfm};
use serde_json::json;

/// Times one round and the AGOP after it.
#[derive(clap::Args)]
pub struct Bench {
    /// Engine, as fit takes it.
    #[arg(long, default_value = "cpu")]
    engine: String,
    /// Threads of the CPU engine [default: one for each core].
    #[arg(long)]
    threads: Option<usize>,
    /// Training images; digits beyond the pack's 2,000 come again in other noise.
    #[arg(long, default_value_t = 500)]
    train: usize,
    /// Test images.
    #[arg(long, default_value_t = 500)]
    test: usize,
    /// Patch size q.
    #[arg(long, default_value_t = 3)]
    patch: usize,
    /// Kernel depth L.
    #[arg(long, default_value_t = 3)]
    depth: usize,
    /// Images in the AGOP.
    #[arg(long, default_value = "20")]
    agop_samples: String,
    /// Time the second level in place of the first, on images convolved with so many filters.
    #[arg(long)]
    width: Option<usize>,
}

impl Bench {
    pub fn run(&self) -> Result<()> {
        if let Some(threads) = self.threads {
            let refused =
                |e| Error::invalid("threads", threads, format!("a number of threads to start ({e})"));
            rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().map_err(refused)?;
        }
        let mut engine = engine(&self.engine)?;
        // Before the run: a processor that was idle is not throttled yet, so the fraction errs on the low side.
        let peak = pollster::block_on(engine.peak())?;
        let pack = read_npz(PACK)?;
        let part = |data: &Dataset, count: usize, seed| {
            let again: Vec<usize> = (0..count).map(|i| i % data.len()).collect();
            noisy_frame(&data.select(&again), 1.0, seed)
        };
        let train = part(&pack.train, self.train, 0)?;
        let data = Split { validation: train.select(&[]), test: part(&pack.test, self.test, 1)?, train };
        let samples: AgopSamples = self.agop_samples.parse()?;
        let machine = Settings {
            patch: self.patch,
            depth: self.depth,
            ridge: 1e-5.into(),
            rounds: 2,
            agop_samples: samples,
        };
        let one = deep::Settings::one_level(machine);
        let settings = match self.width {
            // Without the ReLU patches would lie in a space of few dimensions, and the round that is timed find it.
            Some(width) => deep::Settings { levels: 2, width, relu: true, ..one },
            None => one,
        };
        let mut run = ConvRfm::new(settings, data, engine)?;
        // Round 0 warms up; round 1, which sees transformed patches, is the one that is timed. The AGOP ends round 0.
        while !run.finished() {
            pollster::block_on(run.advance(&NoMonitor))?;
        }
        let level = &run.levels()[usize::from(self.width.is_some())];
        let [kernel_s, predict_s, solve_s, _] = level.rounds()[1].seconds;
        let geometry = level.geometry();
        let row = json!({
            "engine": run.engine().describe(),
            "train": self.train,
            "held_out": self.test,
            "samples": samples.count(self.train),
            "kernel_s": kernel_s,
            "predict_s": predict_s,
            "solve_s": solve_s,
            "agop_s": level.rounds()[0].seconds[3],
            "position_layers_per_pair": geometry.position_layers(),
            "multiply_adds_per_pair": multiply_adds(geometry),
            "peak_multiply_adds_per_s": peak,
        });
        println!("{row}");
        Ok(())
    }
}
