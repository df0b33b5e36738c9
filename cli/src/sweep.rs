//! `convrfm sweep`: the GPU's kernel stage with every shape of pair blocks, a line of JSON for each. The plan's choice is
//! the first of a geometry.

use convrfm::engine::ProblemSize;
use convrfm::engine::gpu::{Blocks, Options, SelfTest, plan};
use convrfm::{Engine, Gpu};
use convrfm::{Error, Images, PatchGeometry, PatchTransform, Result, Shape};
use convrfm::math::StageProgress;
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

/// Seconds that the plan's choice takes for as many images as are used.
const LONG_ENOUGH: f64 = 0.15;
/// Images at first, and at most.
const TRAIN: (usize, usize) = (48, 8192);
/// Runs of which the fastest counts.
const REPEAT: usize = 3;

/// Images of a name, patch size q, depth L.
const GEOMETRIES: [(&str, Shape, usize, usize); 5] = [
    ("MNIST q3 L3", Shape { channels: 1, height: 28, width: 28 }, 3, 3),
    ("noisy MNIST q3 L3", Shape { channels: 1, height: 42, width: 42 }, 3, 3),
    ("star q11 L1", Shape { channels: 3, height: 32, width: 32 }, 11, 1),
    ("CIFAR q3 L3", Shape { channels: 3, height: 32, width: 32 }, 3, 3),
    ("64 filters q3 L2", Shape { channels: 64, height: 26, width: 26 }, 3, 2),
];

/// Times every shape.
#[derive(clap::Args)]
pub struct Sweep {
    /// Only an adapter whose name contains this.
    #[arg(long)]
    adapter: Option<String>,
    /// Only geometries whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
}

impl Sweep {
    pub fn run(&self) -> Result<()> {
        for (name, shape, patch, depth) in GEOMETRIES.into_iter().filter(|g| g.0.contains(&self.only)) {
            self.geometry(name, PatchGeometry::new(shape, patch, depth)?)?;
        }
        Ok(())
    }

    fn geometry(&self, name: &str, geometry: PatchGeometry) -> Result<()> {
        let gpu = self.open(None)?;
        let limits = gpu.limits();
        let train = TRAIN.0;
        let problem =
            Problem { geometry, train, classes: 10, samples: 20, held_out: 0, ridges: 1, choosing: 0 };
        let tiles = plan(problem, &limits, None)?.tiles;
        let chosen = Blocks { block: tiles.block, groups: tiles.groups };
        let mut train = TRAIN.0;
        while train < TRAIN.1 && time(&mut self.open(None)?, geometry, train, 1)?.1 < LONG_ENOUGH {
            train *= 2;
        }
        let others = Blocks::candidates(geometry, &limits)?.into_iter().filter(|blocks| *blocks != chosen);
        for blocks in std::iter::once(chosen).chain(others) {
            let (first_s, kernel_s) = time(&mut self.open(Some(blocks))?, geometry, train, REPEAT)?;
            let pairs = (train * (train + 1)) as f64 / 2.0;
            let row = json!({
                "adapter": gpu.describe(),
                "geometry": name,
                "train": train,
                "block": format!("{}x{}", blocks.block.0, blocks.block.1),
                "groups": format!("{}x{}", blocks.groups.0, blocks.groups.1),
                "chosen": blocks == chosen,
                "first_s": first_s,
                "kernel_s": kernel_s,
                "kernel_position_layers_per_s": pairs * geometry.position_layers() as f64 / kernel_s,
            });
            println!("{row}");
        }
        Ok(())
    }

    fn open(&self, blocks: Option<Blocks>) -> Result<Gpu> {
        let options = Options {
            adapter: self.adapter.clone(),
            blocks,
            self_test: SelfTest::Skip,
            ..Options::default()
        };
        pollster::block_on(Gpu::open(options))
            .map_err(|cause| Error::invalid("adapter", cause, "a graphics device"))
    }
}

/// Seconds of the first kernel stage, which compiles the shader, and of the fastest of `repeat` further ones.
fn time(gpu: &mut Gpu, geometry: PatchGeometry, train: usize, repeat: usize) -> Result<(f64, f64)> {
    // The arithmetic does not depend on the values, except that no patch is blank.
    let images = Arc::new(Images::patternless(geometry.shape(), train, 0)?);
    pollster::block_on(async {
        gpu.load(geometry, images).await?;
        let mut seconds = Vec::new();
        for _ in 0..=repeat {
            let start = Instant::now();
            gpu.kernel(&PatchTransform::Identity, &StageProgress::unmonitored()).await?;
            seconds.push(start.elapsed().as_secs_f64());
        }
        Ok((seconds[0], seconds[1..].iter().copied().fold(f64::INFINITY, f64::min)))
    })
}
