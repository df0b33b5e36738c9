//! Errors of single precision: runs of the CPU engine and of the reference in double precision on the same digits, each with its own
//! M. Prints a line of JSON for each patch size and depth; `cargo xtask bench --errors` makes the table.

use clap::Parser;
use convrfm::{AgopSamples, ConvRfm, Cpu, Engine, Naive, NoMonitor, Settings, Split};
use convrfm_suites::data::{frobenius_relative, max_relative};
use convrfm_suites::golden::Npz;
use serde_json::json;

/// Digits, whose border is blank.
const MNIST: &[u8] = include_bytes!("../www/data/mnist.npz");
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
    let mut digits =
        |part: &str, count: usize| pack.dataset(part, 10).select(&(0..count).collect::<Vec<_>>());
    let (train, test) = (digits("train", arguments.train), digits("test", 20));
    let data = Split { validation: test.select(&[]), train, test };
    for (patch, depth) in CASES {
        let mut settings = Settings::default();
        (settings.patch, settings.depth, settings.rounds) = (patch, depth, arguments.updates + 1);
        settings.agop_samples = AgopSamples::First(20);
        let run = |engine: Box<dyn Engine>| -> convrfm::Result<ConvRfm> {
            let mut run = ConvRfm::new(settings.clone(), data.clone(), engine)?;
            while pollster::block_on(run.advance(&NoMonitor))?.is_some() {}
            Ok(run)
        };
        let (single, double) = (run(Box::<Cpu>::default())?, run(Box::<Naive<f64>>::default())?);
        let rounds = || single.levels()[0].rounds().iter().zip(double.levels()[0].rounds());
        let scale: Vec<f32> = rounds().map(|(a, b)| (a.scale / b.scale - 1.0).abs()).collect();
        let m: Vec<f64> = rounds()
            .filter_map(|(a, b)| Some((a.agop.as_ref()?.matrix(), b.agop.as_ref()?.matrix())))
            .map(|(a, b)| frobenius_relative(a, b))
            .collect();
        let predictions: Vec<f64> = rounds()
            .filter_map(|(a, b)| Some((a.test_predictions.as_ref()?, b.test_predictions.as_ref()?)))
            .map(|(a, b)| max_relative(a, b))
            .collect();
        println!(
            "{}",
            json!({ "patch": patch, "depth": depth, "train": arguments.train, "scale": scale, "agop": m, "predictions": predictions })
        );
    }
    Ok(())
}
