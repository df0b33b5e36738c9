//! A small fit whose result is known: guards against drivers that compute wrongly.
//!
//! One round with two layers and a transform that is not the identity, on 6 + 2 images of 2x5x6 in 3 classes; then the
//! kernel of patches long enough for a shader of their own. The stored numbers are the float64 reference engine's; a unit
//! test compares them with it.

use super::plan::LONG;
use super::{Gpu, Options};
use crate::engine::Engine;
use crate::images::{Images, PatchGeometry, Shape};
use crate::linalg::Matrix;
use crate::math::StageProgress;

/// Whether the engine tries itself when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SelfTest {
    /// It does.
    #[default]
    Run,
    /// It does not: for tests that open many.
    Skip,
    /// It finds a wrong number, for tests of what follows.
    Fail,
}

const SHAPE: Shape = Shape { channels: 2, height: 5, width: 6 };
const TRAIN: usize = 6;
const TEST: usize = 2;
const CLASSES: usize = 3;
const RIDGE: f64 = 1e-2;
/// The golden tolerances.
const KERNEL: f64 = 1e-4;
const FIT: f64 = 2e-3;

/// The scale of K, predictions (`TEST x CLASSES` by rows) and the first row of the AGOP.
struct Expected {
    scale: f64,
    predictions: [f64; TEST * CLASSES],
    agop: [f64; 8],
}

const EXPECTED: Expected = Expected {
    scale: 9.626201629638672,
    predictions: [0.2995187, -0.033386193, 0.68564934, 0.51724505, -0.05535988, 0.46118075],
    agop: [0.15392907, 0.1381772, 0.10841985, 0.087406226, 0.07365486, 0.063856624, 0.05771788, 0.051389206],
};

/// Images whose patches have 80 values, of which a transform leaves [`LONG`].
const LONG_SHAPE: Shape = Shape { channels: 20, height: 3, width: 3 };

/// K of two such images with three, by rows.
const EXPECTED_LONG: [f64; 6] = [2.0461807, 2.0181663, 2.013638, 2.1116498, 2.065664, 2.0474973];

fn geometry() -> crate::error::Result<PatchGeometry> {
    PatchGeometry::new(SHAPE, 2, 2)
}

fn images(count: usize, seed: u64) -> crate::error::Result<Images> {
    Images::patternless(SHAPE, count, seed)
}

/// Upper triangular, and 0 from row `rank` on.
fn root(d: usize, rank: usize) -> Matrix {
    let weight = |i, j| if i <= j && i < rank { 1.0 / (2 + i + j) as f32 } else { 0.0 };
    Matrix::from_fn(d, d, weight)
}

async fn long(engine: &mut dyn Engine) -> crate::error::Result<Vec<f64>> {
    let (geometry, progress) = (PatchGeometry::new(LONG_SHAPE, 2, 1)?, StageProgress::unmonitored());
    engine.load(geometry, &Images::patternless(LONG_SHAPE, 3, 1)?).await?;
    engine.kernel(Some(&root(geometry.patch_len(), LONG)), &progress).await?;
    Ok(by_rows(&engine.kernel_rows(&Images::patternless(LONG_SHAPE, 2, 500)?, &progress).await?))
}

fn by_rows(matrix: &Matrix) -> Vec<f64> {
    matrix.transpose().iter().map(|&v| f64::from(v)).collect()
}

async fn fit(engine: &mut dyn Engine) -> crate::error::Result<(f64, Matrix, Matrix)> {
    let geometry = geometry()?;
    let progress = StageProgress::unmonitored();
    let d = geometry.patch_len();
    engine.load(geometry, &images(TRAIN, 1)?).await?;
    let scale = engine.kernel(Some(&root(d, d)), &progress).await?;
    let targets = Matrix::from_fn(TRAIN, CLASSES, |i, o| if i % CLASSES == o { 1.0 } else { 0.0 });
    let solution = engine.solve(&targets, &[RIDGE], &progress).await?.remove(0);
    engine.set_alpha(&solution.alpha).await?;
    let predictions = engine.predict(&images(TEST, 500)?, &progress).await?;
    Ok((f64::from(scale), predictions, engine.agop(TRAIN, &progress).await?))
}

/// Runs the fit on `gpu`; the error says which number is wrong.
pub(super) async fn run(gpu: &mut Gpu, options: &Options) -> Result<(), String> {
    if options.self_test == SelfTest::Skip {
        return Ok(());
    }
    let (scale, predictions, agop) = fit(gpu).await.map_err(|e| e.to_string())?;
    let wanted = if options.self_test == SelfTest::Fail { 1.01 * EXPECTED.scale } else { EXPECTED.scale };
    check("kernel", &[scale], &[wanted], KERNEL)?;
    check("prediction", &by_rows(&predictions), &EXPECTED.predictions, FIT)?;
    let row: Vec<f64> = agop.row(0).iter().map(|&v| f64::from(v)).collect();
    check("AGOP", &row, &EXPECTED.agop, FIT)?;
    let rows = long(gpu).await.map_err(|e| e.to_string())?;
    check("kernel of long patches", &rows, &EXPECTED_LONG, KERNEL)
}

fn check(what: &str, found: &[f64], expected: &[f64], tolerance: f64) -> Result<(), String> {
    let largest = expected.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let error = (found - expected).abs();
        if error.is_nan() || error > tolerance * largest {
            return Err(format!("{what}: found {found:.6}, expected {expected:.6}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_passes() {
        let started = std::time::Instant::now();
        let gpu = pollster::block_on(Gpu::open(Options::default())).unwrap();
        println!("{} {:?}", gpu.describe(), started.elapsed());
        let fails = Options { self_test: SelfTest::Fail, ..Options::default() };
        let refused = pollster::block_on(Gpu::open(fails)).err().unwrap();
        assert!(matches!(refused, crate::engine::gpu::OpenError::SelfTest { .. }), "{refused}");
    }

    #[test]
    fn stored_numbers_are_the_references() {
        let mut naive = crate::engine::Naive::<f64>::default();
        let (scale, predictions, agop) = pollster::block_on(fit(&mut naive)).unwrap();
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-5 * EXPECTED.scale.max(1e-3);
        assert!(close(scale, EXPECTED.scale));
        assert!(by_rows(&predictions).iter().zip(EXPECTED.predictions).all(|(&a, b)| close(a, b)));
        assert!(agop.row(0).iter().zip(EXPECTED.agop).all(|(&a, b)| close(f64::from(a), b)));
        let rows = pollster::block_on(long(&mut naive)).unwrap();
        assert!(rows.iter().zip(EXPECTED_LONG).all(|(&a, b)| (a - b).abs() <= 1e-5 * a), "{rows:?}");
    }
}
