//! The ridge chosen on validation images, from one kernel.
//!
//! K(train, train) and K(validation, train) do not depend on the ridge. For each ridge of a grid there is a Cholesky
//! factorisation of K / s + ridge I, `n^3 / 6` multiply-adds that are nearly all matrix products, and a product of the kept
//! rows with alpha. Reducing K to a tridiagonal matrix once takes `2 n^3 / 3`, half of it products with a vector. Measured
//! for 1,000 images, seven ridges take 0.10 s and such a reduction by a good library 0.05 s; of a round of seconds neither is
//! much, and the factorisations are those that every engine has, with their retries and their refinement.
//!
//! ```
//! use convrfm::{Cpu, Engine};
//! use convrfm::{PatchGeometry, PatchTransform, data};
//! use convrfm::math::StageProgress;
//! use convrfm::rfm::ridge_grid;
//! # pollster::block_on(async {
//! let data = datasets::star(datasets::Sizes { train: 20, validation: 10, test: 10 }, 1)?;
//! let (train, validation) = (&data.train, &data.validation);
//! let (mut engine, progress) = (Cpu::default(), StageProgress::unmonitored());
//! engine.load(PatchGeometry::new(train.images.shape(), 3, 1)?, train.images.clone().into()).await?;
//! let scale = engine.kernel(&PatchTransform::Identity, &progress).await?;
//! let solutions = engine.solve_grid(&train.one_hot(), &grid::RIDGES, &progress).await?;
//! let rows = engine.kernel_rows(&validation.images, &progress).await?;
//! let trials = grid::trials(&rows, scale, &solutions, &validation.labels);
//! let best = grid::best(&trials).unwrap();
//! // From here on the engine predicts with that one.
//! engine.set_alpha(&solutions[best]).await?;
//! # Ok::<(), convrfm::Error>(()) }).unwrap();
//! ```

use crate::math::Solution;
use crate::math::metrics::mean_squared_error;
use crate::math::metrics::accuracy;
use crate::error::{Error, Result};
use crate::linalg::Matrix;

/// The ridges that are tried when nobody says which.
pub const RIDGES: [f64; 7] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0];

/// The ridge lambda, on the kernel scaled to maximum 1.
///
/// ```
/// use convrfm::Ridge;
/// use convrfm::rfm::ridge_grid::RIDGES;
/// assert_eq!("1e-3".parse(), Ok(Ridge::Fixed(1e-3)));
/// assert_eq!("1e-4,0.01".parse(), Ok(Ridge::Grid(vec![1e-4, 1e-2])));
/// assert_eq!("grid".parse(), Ok(Ridge::Grid(RIDGES.to_vec())));
/// assert_eq!(Ridge::from(1e-5).to_string(), "1e-5");
/// ```
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub enum Ridge {
    /// This one.
    Fixed(f64),
    /// In each round the one of these that does best on the validation images, by [`best`].
    Grid(Vec<f64>),
}

impl Ridge {
    /// All that are tried.
    pub fn values(&self) -> &[f64] {
        match self {
            Ridge::Fixed(ridge) => std::slice::from_ref(ridge),
            Ridge::Grid(ridges) => ridges,
        }
    }

    /// Checks it against the number of validation images.
    ///
    /// # Errors
    /// When a value is not above 0 and finite, or there is nothing to choose from or by.
    pub fn check(&self, validation: usize) -> Result<()> {
        if let Some(wrong) = self.values().iter().find(|&&v| !(v > 0.0 && v.is_finite())) {
            return Err(Error::invalid("ridge", wrong, "a finite number above 0"));
        }
        match self {
            Ridge::Grid(ridges) if ridges.is_empty() => {
                Err(Error::invalid("ridge", "no value", "at least one"))
            }
            Ridge::Grid(_) if validation == 0 => {
                let expected = "one value, where no validation image can choose";
                Err(Error::invalid("ridge", format!("{} values", self.values().len()), expected))
            }
            _ => Ok(()),
        }
    }
}

impl From<f64> for Ridge {
    fn from(ridge: f64) -> Ridge {
        Ridge::Fixed(ridge)
    }
}

impl std::fmt::Display for Ridge {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Ridge::Fixed(ridge) => write!(f, "{ridge:e}"),
            Ridge::Grid(ridges) => {
                f.write_str("the best on validation of ")?;
                let each: Vec<String> = ridges.iter().map(|ridge| format!("{ridge:e}")).collect();
                f.write_str(&each.join(", "))
            }
        }
    }
}

impl std::str::FromStr for Ridge {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "grid" {
            return Ok(Ridge::Grid(RIDGES.to_vec()));
        }
        let number = |text: &str| {
            let expected = "a number, several with commas between them, or grid";
            text.trim().parse::<f64>().map_err(|_| Error::invalid("ridge", text, expected))
        };
        match text.split_once(',') {
            None => number(text).map(Ridge::Fixed),
            Some(_) => text.split(',').map(number).collect::<Result<Vec<f64>>>().map(Ridge::Grid),
        }
    }
}

/// What a ridge came to on the validation images.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trial {
    /// The ridge that was used: the one asked for, or a larger one after retries.
    pub ridge: f64,
    /// Percent of the images classified rightly.
    pub accuracy: f64,
    /// Mean squared error against one-hot labels, over images and outputs.
    pub error: f64,
}

/// Predictions `rows / scale . alpha` (`v x k`), summed in double precision. `rows` is K(x, train) of `v` images, unscaled.
pub fn predictions(rows: &Matrix, scale: f32, alpha: &Matrix) -> Matrix {
    let product = rows.map(f64::from) * (alpha.map(f64::from) / f64::from(scale));
    product.map(|v| v as f32)
}

/// Tries each solution on images with these labels; nothing when there is no image.
pub fn trials(rows: &Matrix, scale: f32, solutions: &[Solution], labels: &[usize]) -> Vec<Trial> {
    let trial = |solution: &Solution| {
        let found = predictions(rows, scale, &solution.alpha);
        let (accuracy, error) = (accuracy(&found, labels)?, mean_squared_error(&found, labels)?);
        Some(Trial { ridge: solution.ridge, accuracy, error })
    };
    solutions.iter().filter_map(trial).collect()
}

/// The trial with the highest accuracy; of equals that with the smallest error, of those the first. None without a trial.
///
/// ```
/// use convrfm::rfm::ridge_grid::{Trial, best};
/// let trial = |ridge, accuracy, error| Trial { ridge, accuracy, error };
/// assert_eq!(best(&[trial(1e-3, 60.0, 0.2), trial(1e-2, 70.0, 0.3), trial(1e-1, 70.0, 0.1)]), Some(2));
/// assert_eq!(best(&[]), None);
/// ```
pub fn best(trials: &[Trial]) -> Option<usize> {
    let better =
        |a: &Trial, b: &Trial| a.accuracy > b.accuracy || (a.accuracy == b.accuracy && a.error < b.error);
    (0..trials.len()).reduce(|best, here| if better(&trials[here], &trials[best]) { here } else { best })
}
