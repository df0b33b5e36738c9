//! Deep ConvRFM with fixed filters against the float64 reference, whose results `tests/golden/make.py` has stored. Both sides
//! convolve the images of each level themselves.

use crate::Verdict;
use crate::golden::{self, Golden, Npz};
use crate::round::Errors;
use convrfm::math::StageProgress;
use convrfm::{Dataset, Engine, FilterBank, Matrix};

/// Runs the rounds of every level. Returns the largest errors of each level.
///
/// # Errors
/// When an error exceeds the golden tolerances in a level, or an accuracy differs.
pub async fn check(engine: &mut dyn Engine, bytes: Vec<u8>) -> Verdict<Vec<Errors>> {
    let mut npz = Npz::new(bytes);
    let [classes, levels, patch] = ["classes", "levels", "patch"].map(|name| npz.scalar(name) as usize);
    let relu = npz.scalar("relu") != 0.0;
    let pooling = npz.scalar("pooling") as usize;
    let mut parts = ["train", "test"].map(|part| npz.dataset(part, classes));
    let mut errors = Vec::new();
    for level in 0..levels {
        let [train, test] = parts.clone();
        let mut golden = Golden::with_images(&mut npz, &format!("_{level}"), train, test);
        golden.settings.depth -= level;
        errors.push(golden::check(engine, &golden).await.map_err(|e| format!("level {level}: {e}"))?);
        if level + 1 < levels {
            let channels = golden.train.images.shape().channels;
            let bank = FilterBank::new(channels, patch, filters(&mut npz, level))?;
            for part in &mut parts {
                let images =
                    bank.convolve(&part.images, relu, pooling, &StageProgress::unmonitored()).await?;
                *part = Dataset::new(images, part.labels.clone(), part.classes.clone())?;
            }
        }
    }
    Ok(errors)
}

/// The filters after `level`, `width x d`.
fn filters(npz: &mut Npz, level: usize) -> Matrix {
    let (shape, values) = npz.array(&format!("filters_{level}"));
    Matrix::from_row_iterator(shape[0], shape[1], values.iter().map(|&v| v as f32))
}
