//! The results of one round, and what `advance` and `plan` report.

use crate::images::Split;
use crate::linalg::Matrix;
use crate::math::metrics::{accuracy, mean_squared_error};
use crate::math::{FeatureMatrix, Stage};
use std::sync::Arc;

/// The results of one round, as far as it has come.
#[derive(Debug, Clone, Default)]
pub struct Round {
    /// `s = max |K(train, train)|`; 0 before the kernel stage.
    pub scale: f32,
    /// The ridge that was used.
    pub ridge: f64,
    /// How often the ridge was raised tenfold.
    pub retries: usize,
    /// Relative residual of the ridge regression; with landmarks, of its normal equations.
    pub residual: f64,
    /// With landmarks Z, the share of the trace of K over the other training images that the landmarks do not represent, 0 to 1:
    /// `1 - tr(K_nZ K_ZZ^-1 K_Zn) / tr K`.
    pub trace_residual: Option<f64>,
    /// Coefficients of the ridge regression, `n x k`: `f(x) = K(x, train) / s . alpha`; with R landmarks `R x k`.
    pub alpha: Option<Arc<Matrix>>,
    /// Predictions on the validation images, `v x k`.
    pub validation_predictions: Option<Matrix>,
    /// Predictions on the test images, `m x k`.
    pub test_predictions: Option<Matrix>,
    /// Percent of validation images classified correctly; none when there are no validation images.
    pub validation_accuracy: Option<f64>,
    /// Percent of test images classified correctly.
    pub test_accuracy: Option<f64>,
    /// Mean squared error on the validation images against one-hot labels, over images and outputs.
    pub validation_error: Option<f64>,
    /// Mean squared error on the test images.
    pub test_error: Option<f64>,
    /// M, the AGOP of this round's predictor. Its root is the next round's patch transform.
    pub agop: Option<Arc<FeatureMatrix>>,
    /// Computing seconds: kernel, predictions, ridge regression, AGOP.
    pub seconds: [f64; 4],
}

impl Round {
    /// Takes the predictions on the validation and the test images of `data`, and their accuracies and errors.
    pub(super) fn set_predictions(&mut self, data: &Split, validation: Matrix, test: Matrix) {
        self.validation_accuracy = accuracy(&validation, &data.validation.labels);
        self.test_accuracy = accuracy(&test, &data.test.labels);
        self.validation_error = mean_squared_error(&validation, &data.validation.labels);
        self.test_error = mean_squared_error(&test, &data.test.labels);
        self.validation_predictions = Some(validation);
        self.test_predictions = Some(test);
    }
}

/// One finished stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FinishedStage {
    /// Its level, from 0.
    pub level: usize,
    /// Its round; for a convolution the last round of the level before it.
    pub round: usize,
    /// Which stage.
    pub stage: Stage,
    /// Computing seconds, without pauses.
    pub seconds: f64,
}

/// What a run will need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunPlan {
    /// Bytes at the peak.
    pub bytes: u64,
    /// Computing seconds; none when the engine's speed is not known before it runs.
    pub seconds: Option<f64>,
}
