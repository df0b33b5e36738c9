//! A small run with a known result, which guards against drivers that compute wrongly.
//!
//! One round of two layers with a transform that is not the identity, on 6 + 2 images of 2x5x6 in 3 classes; then kernel rows of
//! patches that are long enough for inner.wgsl. The expected numbers are those of the float64 reference engine; a unit test
//! compares them with it.

use super::tiling::LONG;
use crate::engine::Engine;
use crate::error;
use crate::images::{Images, PatchGeometry, Shape};
use crate::linalg::Matrix;
use crate::math::StageProgress;

const SHAPE: Shape = Shape { channels: 2, height: 5, width: 6 };
const TRAIN: usize = 6;
const TEST: usize = 2;
const CLASSES: usize = 3;
const RIDGE: f64 = 1e-2;
/// The tolerances of the golden tests, relative to the largest number.
const KERNEL_TOLERANCE: f64 = 1e-4;
const FIT_TOLERANCE: f64 = 2e-3;

const EXPECTED_SCALE: f64 = 9.626201629638672;
/// `TEST x CLASSES`, by rows.
const EXPECTED_PREDICTIONS: [f64; TEST * CLASSES] =
    [0.2995187, -0.033386193, 0.68564934, 0.51724505, -0.05535988, 0.46118075];
/// The first row of the AGOP.
const EXPECTED_AGOP: [f64; 8] =
    [0.15392907, 0.1381772, 0.10841985, 0.087406226, 0.07365486, 0.063856624, 0.05771788, 0.051389206];

/// Images with patches of 80 values; a transform of rank [`LONG`] leaves that many.
const LONG_SHAPE: Shape = Shape { channels: 20, height: 3, width: 3 };
/// K of two such images with three, by rows.
const EXPECTED_LONG: [f64; 6] = [2.0461807, 2.0181663, 2.013638, 2.1116498, 2.065664, 2.0474973];

/// Runs the test on `engine`; the error is the first number that is wrong. With `fail` the first expected number is off by 1 %.
pub async fn run(engine: &mut dyn Engine, fail: bool) -> Result<(), String> {
    let (scale, predictions, agop) = round(engine).await.map_err(|e| e.to_string())?;
    let expected_scale = if fail { 1.01 * EXPECTED_SCALE } else { EXPECTED_SCALE };
    check("kernel", &[scale], &[expected_scale], KERNEL_TOLERANCE)?;
    check("prediction", &predictions, &EXPECTED_PREDICTIONS, FIT_TOLERANCE)?;
    check("AGOP", &agop, &EXPECTED_AGOP, FIT_TOLERANCE)?;
    let rows = long_rows(engine).await.map_err(|e| e.to_string())?;
    check("kernel of long patches", &rows, &EXPECTED_LONG, KERNEL_TOLERANCE)
}

/// The scale of K, the predictions by rows, and the first row of the AGOP.
async fn round(engine: &mut dyn Engine) -> error::Result<(f64, Vec<f64>, Vec<f64>)> {
    let geometry = PatchGeometry::new(SHAPE, 2, 2)?;
    let progress = StageProgress::unmonitored();
    let d = geometry.patch_len();
    engine.load(geometry, &Images::patternless(SHAPE, TRAIN, 1)?).await?;
    let scale = engine.kernel(Some(&root(d, d)), &progress).await?;
    let targets = Matrix::from_fn(TRAIN, CLASSES, |i, o| if i % CLASSES == o { 1.0 } else { 0.0 });
    let solution = engine.solve(&targets, &[RIDGE], &progress).await?.remove(0);
    engine.set_alpha(&solution.alpha).await?;
    let predictions = engine.predict(&Images::patternless(SHAPE, TEST, 500)?, &progress).await?;
    let agop = engine.agop(TRAIN, &progress).await?;
    Ok((f64::from(scale), by_rows(&predictions), agop.row(0).iter().map(|&v| f64::from(v)).collect()))
}

/// Kernel rows of long patches.
async fn long_rows(engine: &mut dyn Engine) -> error::Result<Vec<f64>> {
    let (geometry, progress) = (PatchGeometry::new(LONG_SHAPE, 2, 1)?, StageProgress::unmonitored());
    engine.load(geometry, &Images::patternless(LONG_SHAPE, 3, 1)?).await?;
    engine.kernel(Some(&root(geometry.patch_len(), LONG)), &progress).await?;
    Ok(by_rows(&engine.kernel_rows(&Images::patternless(LONG_SHAPE, 2, 500)?, &progress).await?))
}

/// Upper triangular, and 0 from row `rank` on.
fn root(d: usize, rank: usize) -> Matrix {
    let weight = |i, j| if i <= j && i < rank { 1.0 / (2 + i + j) as f32 } else { 0.0 };
    Matrix::from_fn(d, d, weight)
}

fn by_rows(matrix: &Matrix) -> Vec<f64> {
    matrix.transpose().iter().map(|&v| f64::from(v)).collect()
}

fn check(what: &str, computed: &[f64], expected: &[f64], tolerance: f64) -> Result<(), String> {
    let largest = expected.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    for (computed, expected) in computed.iter().zip(expected) {
        let error = (computed - expected).abs();
        if error.is_nan() || error > tolerance * largest {
            return Err(format!("{what}: found {computed:.6}, expected {expected:.6}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Naive;

    #[test]
    fn the_expected_numbers_are_those_of_the_reference() {
        let mut naive = Naive::<f64>::default();
        let (scale, predictions, agop) = pollster::block_on(round(&mut naive)).unwrap();
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-5 * EXPECTED_SCALE.max(1e-3);
        assert!(close(scale, EXPECTED_SCALE));
        assert!(predictions.iter().zip(EXPECTED_PREDICTIONS).all(|(&a, b)| close(a, b)));
        assert!(agop.iter().zip(EXPECTED_AGOP).all(|(&a, b)| close(a, b)));
        let rows = pollster::block_on(long_rows(&mut naive)).unwrap();
        assert!(rows.iter().zip(EXPECTED_LONG).all(|(&a, b)| (a - b).abs() <= 1e-5 * a), "{rows:?}");
    }
}
