//! Deep ConvRFM with fixed filters against what the float64 reference found on images that it convolved itself, as
//! `tests/golden/make.py` wrote it down. The crate convolves its own, level after level.

use crate::Verdict;
use crate::golden::{self, Golden, Npz};
use crate::round::Errors;
use convrfm::Engine;
use convrfm::FilterBank;
use convrfm::math::StageProgress;
use convrfm::{Dataset, Matrix};

/// Runs every level's fit and gives the worst error of each.
///
/// # Errors
/// When an error leaves the golden tolerances in a level, or an accuracy is another one.
pub async fn check(engine: &mut dyn Engine, bytes: Vec<u8>) -> Verdict<Vec<Errors>> {
    let mut npz = Npz::new(bytes);
    let [classes, levels, patch] = ["classes", "levels", "patch"].map(|name| npz.scalar(name) as usize);
    let relu = npz.scalar("relu") != 0.0;
    let mut parts = ["train", "test"].map(|part| npz.dataset(part, classes));
    let mut errors = Vec::new();
    for level in 0..levels {
        let [train, test] = parts.clone();
        let mut golden = Golden::found(&mut npz, &format!("_{level}"), train, test);
        golden.settings.depth -= level;
        let found = golden::check(engine, &golden).await.map_err(|e| format!("level {level}: {e}"))?;
        errors.push(found);
        if level + 1 < levels {
            let channels = golden.train.images.shape().channels;
            let bank = FilterBank::new(channels, patch, filters(&mut npz, level))?;
            for part in &mut parts {
                let images = bank.convolve(&part.images, relu, &StageProgress::unmonitored()).await?;
                *part = Dataset::new(images, part.labels.clone(), part.classes.clone())?;
            }
        }
    }
    Ok(errors)
}

/// The filters that follow `level`, `width x d`.
fn filters(npz: &mut Npz, level: usize) -> Matrix {
    let (shape, values) = npz.array(&format!("filters_{level}"));
    Matrix::from_row_iterator(shape[0], shape[1], values.iter().map(|&v| v as f32))
}
