//! `convrfm bench`: seconds per stage of one round on noisy MNIST, as one line of JSON. `cargo xtask bench` runs it over
//! engines and sizes and makes the table.

use crate::fit::{PACK, engine};
use convrfm::datasets::{noisy_frame, read_npz};
use convrfm::{Dataset, Result, Rfm, Samples, Settings, Split, Unwatched};

/// Times one round and the AGOP after it.
#[derive(clap::Args)]
pub struct Bench {
    /// Engine, as fit takes it.
    #[arg(long, default_value = "cpu")]
    engine: String,
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
}

impl Bench {
    pub fn run(&self) -> Result<()> {
        let pack = read_npz(PACK)?;
        let part = |data: &Dataset, count: usize, seed| {
            let again: Vec<usize> = (0..count).map(|i| i % data.len()).collect();
            noisy_frame(&data.select(&again), 1.0, seed)
        };
        let train = part(&pack.train, self.train, 0)?;
        let data = Split { validation: train.select(&[]), test: part(&pack.test, self.test, 1)?, train };
        let samples: Samples = self.agop_samples.parse()?;
        let settings =
            Settings { patch: self.patch, depth: self.depth, ridge: 1e-5, rounds: 2, agop_samples: samples };
        let mut rfm = Rfm::new(settings, data, engine(&self.engine)?)?;
        // Round 0 warms up; round 1, which sees transformed patches, is the one that is timed. The AGOP ends round 0.
        while !rfm.finished() {
            pollster::block_on(rfm.advance(&Unwatched))?;
        }
        let [kernel, predict, solve, _] = rfm.rounds()[1].seconds;
        let agop = rfm.rounds()[0].seconds[3];
        let n = self.train as f64;
        let layers = rfm.geometry().position_layers() as f64;
        println!(
            "{{\"engine\":\"{}\",\"n\":{},\"test\":{},\"samples\":{},\"kernel_s\":{kernel:.4},\"predict_s\":{predict:.4},\
             \"solve_s\":{solve:.4},\"agop_s\":{agop:.4},\"kernel_position_layers_per_s\":{:.4e},\
             \"predict_position_layers_per_s\":{:.4e},\"cholesky_gflops\":{:.2}}}",
            rfm.engine().describe(),
            self.train,
            self.test,
            samples.count(self.train),
            n * (n + 1.0) / 2.0 * layers / kernel,
            n * self.test as f64 * layers / predict,
            n * n * n / 3.0 / solve / 1e9,
        );
        Ok(())
    }
}
