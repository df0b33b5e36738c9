//! Every engine against the float64 reference, over every golden file.
//!
//! Tolerances: kernel 1e-4 of its maximum, predictions 2e-3 of theirs, AGOP 2e-3 in Frobenius norm, accuracy equal.
//! Both sides run the whole fit, so the error of every round enters the next.

mod common;

use common::{Golden, engines, frobenius_relative, golden_files, max_relative};
use convrfm::engine::Engine;
use convrfm::{Geometry, Pulse, features::Features, features::Transform, rfm};
use std::sync::Arc;

struct Errors {
    kernel: f64,
    kernel_test: f64,
    predictions: f64,
    agop: f64,
}

/// Runs a whole fit on `engine` and returns the worst error of each quantity over the rounds.
async fn compare(engine: &mut dyn Engine, golden: &Golden) -> Errors {
    let pulse = Pulse::unwatched();
    let s = &golden.settings;
    let geometry = Geometry::new(golden.train.images.shape(), s.patch, s.depth).unwrap();
    engine.load(geometry, Arc::new(golden.train.images.clone())).await.unwrap();
    let mut worst = Errors { kernel: 0.0, kernel_test: 0.0, predictions: 0.0, agop: 0.0 };
    let mut transform = Transform::Identity;
    for round in 0..s.rounds {
        let scale = engine.kernel(&transform, &pulse).await.unwrap();
        let expected = golden.kernel_scale[round];
        assert!((f64::from(scale) - expected).abs() <= 1e-4 * expected, "scale {scale}, expected {expected}");
        worst.kernel = worst.kernel.max(max_relative(&engine.gram().await.unwrap(), &golden.kernel[round]));
        let rows = engine.rows(&golden.test.images, &pulse).await.unwrap();
        worst.kernel_test = worst.kernel_test.max(max_relative(&rows, &golden.kernel_test[round]));
        engine.solve(&golden.train.one_hot(), s.ridge, &pulse).await.unwrap();
        let predictions = engine.predict(&golden.test.images, &pulse).await.unwrap();
        worst.predictions = worst.predictions.max(max_relative(&predictions, &golden.predictions[round]));
        let accuracy = rfm::accuracy(&predictions, &golden.test.labels).unwrap();
        assert!((accuracy - golden.accuracy[round]).abs() < 1e-9, "accuracy {accuracy} in round {round}");
        if round + 1 < s.rounds {
            let agop = engine.agop(s.agop_samples.count(golden.train.len()), &pulse).await.unwrap();
            worst.agop = worst.agop.max(frobenius_relative(&agop, &golden.agop[round]));
            transform = Features::new(&agop).unwrap().transform();
        }
    }
    worst
}

#[test]
fn every_engine_reproduces_every_golden_file() {
    for path in golden_files() {
        let golden = Golden::read(&path);
        for (name, engine) in engines() {
            let e = pollster::block_on(compare(engine().as_mut(), &golden));
            println!(
                "{:24} {name:10} kernel {:.1e}  test kernel {:.1e}  predictions {:.1e}  AGOP {:.1e}",
                golden.name, e.kernel, e.kernel_test, e.predictions, e.agop
            );
            let within = e.kernel <= 1e-4 && e.kernel_test <= 1e-4 && e.predictions <= 2e-3 && e.agop <= 2e-3;
            assert!(within, "{} on {name} leaves the golden tolerances", golden.name);
        }
    }
}
