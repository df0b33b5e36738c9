//! One round on one engine, and its deviation from the expected results.

use crate::Verdict;
use crate::data::{frobenius_relative, max_relative};
use convrfm::math::{Solution, StageProgress};
use convrfm::{Dataset, Engine, Images, Matrix, PatchGeometry};
use std::fmt::{Display, Formatter};

/// The input of a round.
pub struct Problem {
    /// Shape of the images, patch size and depth.
    pub geometry: PatchGeometry,
    /// Training images and labels.
    pub train: Dataset,
    /// Images to predict.
    pub test: Images,
    /// Ridge, relative to the scale of K.
    pub ridge: f64,
    /// Images in the AGOP; 0 for a round without one.
    pub samples: usize,
}

/// The results of a round.
pub struct Round {
    /// `max |K|`.
    pub scale: f64,
    /// K(train, train), `n x n`.
    pub kernel: Matrix,
    /// K(test, train), `m x n`.
    pub rows: Matrix,
    /// f(test), `m x k`.
    pub predictions: Matrix,
    /// M, `d x d`; none in a round without an AGOP.
    pub agop: Option<Matrix>,
}

impl Problem {
    /// Loads the training images and runs one round.
    ///
    /// # Errors
    /// The engine's error.
    pub async fn run(&self, engine: &mut dyn Engine, root: Option<&Matrix>) -> Verdict<(Round, Solution)> {
        self.load(engine).await?;
        self.round(engine, root).await
    }

    /// Loads the training images.
    ///
    /// # Errors
    /// The engine's error.
    pub async fn load(&self, engine: &mut dyn Engine) -> Verdict<()> {
        Ok(engine.load(self.geometry, &self.train.images).await?)
    }

    /// Runs one round on the loaded images.
    ///
    /// # Errors
    /// The engine's error.
    pub async fn round(&self, engine: &mut dyn Engine, root: Option<&Matrix>) -> Verdict<(Round, Solution)> {
        let progress = StageProgress::unmonitored();
        let scale = f64::from(engine.kernel(root, &progress).await?);
        let kernel = engine.kernel_matrix().await?;
        let rows = engine.kernel_rows(&self.test, &progress).await?;
        let mut solutions = engine.solve(&self.train.one_hot(), &[self.ridge], &progress).await?;
        let solution = solutions.pop().ok_or("no solution for the only ridge")?;
        engine.set_alpha(&solution.alpha).await?;
        let predictions = engine.predict(&self.test, &progress).await?;
        let agop = match self.samples {
            0 => None,
            samples => Some(engine.agop(samples, &progress).await?),
        };
        Ok((Round { scale, kernel, rows, predictions, agop }, solution))
    }
}

/// The largest deviations from the float64 reference.
#[derive(Debug, Clone, Copy, Default)]
pub struct Errors {
    /// Of the scale, relative.
    pub scale: f64,
    /// Of K(train, train), relative to its maximum.
    pub kernel: f64,
    /// Of K(test, train), relative to its maximum.
    pub rows: f64,
    /// Of f(test), relative to its maximum.
    pub predictions: f64,
    /// Of M, in Frobenius norm.
    pub agop: f64,
}

impl Errors {
    /// Includes the deviations of another round.
    pub fn add(&mut self, actual: &Round, expected: &Round) {
        // f64::max would replace a NaN by the next number.
        let worse = |worst: &mut f64, error: f64| {
            if !(error <= *worst || worst.is_nan()) {
                *worst = error;
            }
        };
        worse(&mut self.scale, (actual.scale - expected.scale).abs() / expected.scale);
        worse(&mut self.kernel, max_relative(&actual.kernel, &expected.kernel));
        worse(&mut self.rows, max_relative(&actual.rows, &expected.rows));
        worse(&mut self.predictions, max_relative(&actual.predictions, &expected.predictions));
        if let (Some(actual), Some(expected)) = (&actual.agop, &expected.agop) {
            worse(&mut self.agop, frobenius_relative(actual, expected));
        }
    }

    /// The golden tolerances: scale and kernel 1e-4 of their maximum, predictions 2e-3 of theirs, AGOP 2e-3 in Frobenius norm.
    ///
    /// # Errors
    /// When one is exceeded or is NaN.
    pub fn verdict(self) -> Verdict<Errors> {
        let Errors { scale, kernel, rows, predictions, agop } = self;
        let within = [scale, kernel, rows].iter().all(|e| *e <= 1e-4);
        if within && predictions <= 2e-3 && agop <= 2e-3 {
            return Ok(self);
        }
        Err(format!("outside the golden tolerances: {self}").into())
    }
}

impl Display for Errors {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Errors { scale, kernel, rows, predictions, agop } = self;
        write!(
            f,
            "scale {scale:.1e}  kernel {kernel:.1e}  test kernel {rows:.1e}  predictions {predictions:.1e}  AGOP {agop:.1e}"
        )
    }
}
