//! The ridge that the validation images choose, from one kernel.
//!
//! K(train, train) and K(validation, train) do not depend on the ridge. Each ridge costs one Cholesky factorisation of
//! `K / s + ridge I` (`n^3 / 6` multiply-adds, nearly all of them matrix products) and one product of the kernel rows with alpha.
//! A single reduction of K to a tridiagonal matrix would take `2 n^3 / 3` multiply-adds, half of them products with a vector.
//! For 1,000 images we measured 0.10 s for seven ridges and 0.05 s for such a reduction by a good library. In a round of seconds
//! neither matters, and every engine has the factorisation, with retries and refinement.

use crate::linalg::Matrix;
use crate::math::Solution;
use crate::math::metrics::{accuracy, mean_squared_error};

/// The validation result of one ridge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trial {
    /// Percent of the images classified correctly.
    pub accuracy: f64,
    /// Mean squared error against one-hot labels, over images and outputs.
    pub error: f64,
}

/// `rows / scale . alpha` (`v x k`), summed in double precision; `rows` is K(x, train) of `v` images, unscaled.
pub fn predictions(rows: &Matrix, scale: f32, alpha: &Matrix) -> Matrix {
    let product = rows.map(f64::from) * (alpha.map(f64::from) / f64::from(scale));
    product.map(|v| v as f32)
}

/// The result of each solution on images with these labels; empty when there is no image.
pub fn trials(rows: &Matrix, scale: f32, solutions: &[Solution], labels: &[usize]) -> Vec<Trial> {
    let trial = |solution: &Solution| {
        let predicted = predictions(rows, scale, &solution.alpha);
        let (accuracy, error) = (accuracy(&predicted, labels)?, mean_squared_error(&predicted, labels)?);
        Some(Trial { accuracy, error })
    };
    solutions.iter().filter_map(trial).collect()
}

/// Index of the trial with the highest accuracy; of equals the one with the smallest error, of those the first. A trial whose
/// error is not finite never wins. None without a trial.
///
/// ```
/// use convrfm::rfm::ridge_grid::{Trial, best};
/// let trial = |accuracy, error| Trial { accuracy, error };
/// assert_eq!(best(&[trial(60.0, 0.2), trial(70.0, 0.3), trial(70.0, 0.1)]), Some(2));
/// assert_eq!(best(&[trial(70.0, f64::NAN), trial(60.0, 0.3)]), Some(1));
/// assert_eq!(best(&[]), None);
/// ```
pub fn best(trials: &[Trial]) -> Option<usize> {
    let better =
        |a: &Trial, b: &Trial| a.accuracy > b.accuracy || (a.accuracy == b.accuracy && a.error < b.error);
    (0..trials.len())
        .filter(|&index| trials[index].error.is_finite())
        .reduce(|best, index| if better(&trials[index], &trials[best]) { index } else { best })
}
