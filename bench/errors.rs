//! Errors of single precision: runs of the CPU engine and of the reference in double precision on the same digits, each with its own
//! M. Prints a line of JSON for each patch size and depth; `cargo xtask bench --errors` makes the table.

use clap::Parser;
use convrfm::{AgopSamples, ConvRfm, Cpu, Dataset, Engine, Images, Naive, NoMonitor, Settings, Shape, Split};
use convrfm_suites::golden::Npz;
use serde_json::json;

const MNIST: &[u8] = include_bytes!("../www/data/mnist.npz");
/// Digits 28 pixels wide, whose border is blank.
const SHAPE: Shape = Shape { channels: 1, height: 28, width: 28 };
/// Patch sizes and depths.
const CASES: [(usize, usize); 16] = [
    (2, 1),
    (2, 2),
    (2, 3),
    (2, 6),
    (2, 12),
    (3, 1),
    (3, 2),
    (3, 3),
    (3, 6),
    (3, 12),
    (5, 1),
    (5, 3),
    (5, 6),
    (7, 2),
    (7, 4),
    (11, 2),
];

#[derive(Parser)]
struct Arguments {
    /// Training images
    #[arg(long, default_value_t = 40)]
    train: usize,
    /// Updates of M
    #[arg(long, default_value_t = 3)]
    updates: usize,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let mut pack = Npz::new(MNIST.to_vec());
    for (patch, depth) in CASES {
        let mut settings = Settings::default();
        (settings.patch, settings.depth, settings.rounds) = (patch, depth, arguments.updates + 1);
        settings.agop_samples = AgopSamples::First(20);
        let data = Split {
            train: digits(&mut pack, "train", arguments.train)?,
            validation: digits(&mut pack, "test", 0)?,
            test: digits(&mut pack, "test", 20)?,
        };
        let run = |engine: Box<dyn Engine>| -> convrfm::Result<ConvRfm> {
            let mut run = ConvRfm::new(settings.clone(), data.clone(), engine)?;
            while pollster::block_on(run.advance(&NoMonitor))?.is_some() {}
            Ok(run)
        };
        let (single, double) = (run(Box::new(Cpu::default()))?, run(Box::new(Naive::<f64>::default()))?);
        let rounds = || single.levels()[0].rounds().iter().zip(double.levels()[0].rounds());
        let scale: Vec<f32> = rounds().map(|(a, b)| (a.scale / b.scale - 1.0).abs()).collect();
        let m: Vec<f32> = rounds()
            .filter_map(|(a, b)| Some((a.agop.as_ref()?.matrix(), b.agop.as_ref()?.matrix())))
            .map(|(a, b)| (a - b).norm() / b.norm())
            .collect();
        let predictions: Vec<f32> = rounds()
            .filter_map(|(a, b)| Some((a.test_predictions.as_ref()?, b.test_predictions.as_ref()?)))
            .map(|(a, b)| (a - b).amax() / b.amax())
            .collect();
        println!(
            "{}",
            json!({ "patch": patch, "depth": depth, "train": arguments.train, "scale": scale, "agop": m, "predictions": predictions })
        );
    }
    Ok(())
}

/// The first `count` digits of a part of the pack.
fn digits(pack: &mut Npz, part: &str, count: usize) -> convrfm::Result<Dataset> {
    let (_, pixels) = pack.array(&format!("x_{part}"));
    let (_, labels) = pack.array(&format!("y_{part}"));
    let pixels = pixels[..count * SHAPE.len()].iter().map(|v| (v / 255.0) as f32).collect();
    let labels = labels[..count].iter().map(|&label| label as usize).collect();
    Dataset::new(Images::new(SHAPE, pixels)?, labels, (0..10).map(|class| class.to_string()).collect())
}
