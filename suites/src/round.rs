//! One round on one engine, and how far it is from what it should be.

use crate::Verdict;
use crate::data::{frobenius_relative, max_relative};
use convrfm::Engine;
use convrfm::PatchTransform;
use convrfm::math::Solution;
use convrfm::math::StageProgress;
use convrfm::{Dataset, Images, Matrix, PatchGeometry};
use std::fmt::{Display, Formatter};
use std::sync::Arc;

/// What a round is run on.
pub struct Problem {
    /// Shape of the images, patch size and depth.
    pub geometry: PatchGeometry,
    /// Training images and labels.
    pub train: Dataset,
    /// Images to predict.
    pub test: Images,
    /// Ridge, relative to the scale of K.
    pub ridge: f64,
    /// Images that the AGOP is averaged over; 0 for a round without one.
    pub samples: usize,
}

/// What a round finds.
pub struct Round {
    /// `max |K|`.
    pub scale: f64,
    /// K(train, train).
    pub gram: Matrix,
    /// K(test, train).
    pub rows: Matrix,
    /// f(test).
    pub predictions: Matrix,
    /// M, except in a round without one.
    pub agop: Option<Matrix>,
}

impl Problem {
    /// Loads the training images and runs one round.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn run(
        &self,
        engine: &mut dyn Engine,
        transform: &PatchTransform,
    ) -> Verdict<(Round, Solution)> {
        self.load(engine).await?;
        self.round(engine, transform).await
    }

    /// Hands the training images to the engine.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn load(&self, engine: &mut dyn Engine) -> Verdict<()> {
        Ok(engine.load(self.geometry, Arc::new(self.train.images.clone())).await?)
    }

    /// Runs one round on the images that are loaded.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn round(
        &self,
        engine: &mut dyn Engine,
        transform: &PatchTransform,
    ) -> Verdict<(Round, Solution)> {
        let progress = StageProgress::unmonitored();
        let scale = f64::from(engine.kernel(transform, &progress).await?);
        let (gram, rows) = (engine.kernel_matrix().await?, engine.kernel_rows(&self.test, &progress).await?);
        let solution = engine.solve(&self.train.one_hot(), self.ridge, &progress).await?;
        let predictions = engine.predict(&self.test, &progress).await?;
        let agop = match self.samples {
            0 => None,
            samples => Some(engine.agop(samples, &progress).await?),
        };
        Ok((Round { scale, gram, rows, predictions, agop }, solution))
    }
}

/// The worst deviations from the float64 reference.
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
    /// Enters the deviations of another round.
    pub fn add(&mut self, found: &Round, expected: &Round) {
        // NaN stays: f64::max would forget it.
        let worse = |worst: &mut f64, error: f64| {
            if !(error <= *worst || worst.is_nan()) {
                *worst = error;
            }
        };
        worse(&mut self.scale, (found.scale - expected.scale).abs() / expected.scale);
        worse(&mut self.kernel, max_relative(&found.gram, &expected.gram));
        worse(&mut self.rows, max_relative(&found.rows, &expected.rows));
        worse(&mut self.predictions, max_relative(&found.predictions, &expected.predictions));
        if let (Some(found), Some(expected)) = (&found.agop, &expected.agop) {
            worse(&mut self.agop, frobenius_relative(found, expected));
        }
    }

    /// The golden tolerances: scale and kernel 1e-4 of their maximum, predictions 2e-3 of theirs, AGOP 2e-3 in Frobenius
    /// norm.
    ///
    /// # Errors
    /// When one is exceeded, or is not a number.
    pub fn verdict(self) -> Verdict<Errors> {
        let Errors { scale, kernel, rows, predictions, agop } = self;
        let within = [scale, kernel, rows].iter().all(|e| *e <= 1e-4);
        if within && predictions <= 2e-3 && agop <= 2e-3 {
            return Ok(self);
        }
        Err(format!("leaves the golden tolerances: {self}").into())
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
