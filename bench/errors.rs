//! Errors of single precision: runs of the fast engines and of the reference in double precision on the same images, each with its own
//! M. Prints a line of JSON for each kind of images, patch size and depth; `cargo xtask bench --errors` makes the table.

use clap::Parser;
use convrfm::data::dead_leaves;
use convrfm::{AgopSamples, ConvRfm, Cpu, Engine, Naive, NoMonitor, Settings, Sizes, Split};
use convrfm_suites::data::{frobenius_relative, max_relative};
use convrfm_suites::golden::Npz;
use serde_json::{Value, json};

/// Digits, whose border is blank.
const MNIST: &[u8] = include_bytes!("../www/data/mnist.npz");
/// Patch sizes and depths for digits.
const DIGITS: [(usize, usize); 16] = [
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
/// Patch sizes and depths for dead leaves, which have areas of one colour.
const LEAVES: [(usize, usize); 5] = [(2, 2), (3, 1), (3, 3), (5, 1), (5, 3)];
const TEST_IMAGES: usize = 20;

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
    let Arguments { train, updates } = Arguments::parse();
    let mut pack = Npz::new(MNIST.to_vec());
    let mut part = |part: &str, count: usize| pack.dataset(part, 10).select(&(0..count).collect::<Vec<_>>());
    let digits =
        Split { train: part("train", train), validation: part("test", 0), test: part("test", TEST_IMAGES) };
    let leaves = dead_leaves(Sizes { train, validation: 0, test: TEST_IMAGES }, 1)?;
    for (name, data, cases) in [("digits", &digits, &DIGITS[..]), ("dead leaves", &leaves, &LEAVES)] {
        for &(patch, depth) in cases {
            let mut settings = Settings::default();
            (settings.patch, settings.depth, settings.rounds) = (patch, depth, updates + 1);
            settings.agop_samples = AgopSamples::First(20);
            let run = |engine: Box<dyn Engine>| -> convrfm::Result<ConvRfm> {
                let mut run = ConvRfm::new(settings.clone(), data.clone(), engine)?;
                while pollster::block_on(run.advance(&NoMonitor))?.is_some() {}
                Ok(run)
            };
            let double = run(Box::<Naive<f64>>::default())?;
            let cpu = errors(&run(Box::<Cpu>::default())?, &double)?;
            let gpu = match pollster::block_on(convrfm_suites::open("gpu")) {
                Ok(engine) => errors(&run(engine)?, &double)?,
                Err(error) => json!({ "engine": error.to_string() }),
            };
            println!(
                "{}",
                json!({ "data": name, "patch": patch, "depth": depth, "train": train, "cpu": cpu, "gpu": gpu })
            );
        }
    }
    Ok(())
}

/// Relative errors of K's scale, M and the predictions in each round.
fn errors(single: &ConvRfm, double: &ConvRfm) -> Result<Value, String> {
    let rounds = || single.levels()[0].rounds().iter().zip(double.levels()[0].rounds());
    let engine = single.engine().describe();
    let scale: Vec<f64> = rounds().map(|(a, b)| f64::from(a.scale / b.scale - 1.0).abs()).collect();
    let m: Vec<f64> = rounds()
        .filter_map(|(a, b)| Some((a.agop.as_ref()?.matrix(), b.agop.as_ref()?.matrix())))
        .map(|(a, b)| frobenius_relative(a, b))
        .collect();
    let predictions: Vec<f64> = rounds()
        .filter_map(|(a, b)| Some((a.test_predictions.as_ref()?, b.test_predictions.as_ref()?)))
        .map(|(a, b)| max_relative(a, b))
        .collect();
    // JSON has no NaN.
    if let Some(error) = [&scale, &m, &predictions].into_iter().flatten().find(|error| !error.is_finite()) {
        return Err(format!("{engine}: a relative error is {error}"));
    }
    Ok(json!({ "engine": engine, "scale": scale, "agop": m, "predictions": predictions }))
}
