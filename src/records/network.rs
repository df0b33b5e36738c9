//! A convolutional network that is trained on the images of a run, and its ansatz.

use super::arrays::Floats;
use super::run::Quantity;
use crate::cnn::{Baselines, Correlation, CovarianceView};
use serde::{Deserialize, Serialize};

/// Settings of a network and its training.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NetworkSettings {
    /// Layers of convolution and ReLU.
    pub layers: usize,
    /// Filters per layer.
    pub width: usize,
    /// q, in pixels.
    pub patch: usize,
    /// Passes over the training images.
    pub epochs: usize,
    /// Images per step.
    pub batch: usize,
    /// Standard deviation of the first weights.
    #[cfg_attr(test, ts(type = "number | \"he\""))]
    pub init: Quantity<f64>,
    /// Added to the gradient of every weight, times the weight.
    pub weight_decay: f64,
    /// Training images in the AGOP.
    pub agop_samples: usize,
    /// Random filters of a baseline, first weights and batches.
    pub seed: f64,
}

/// A network that can be trained.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct NetworkPlan {
    /// Numbers that training changes.
    pub parameters: usize,
}

/// A network after an epoch; epoch 0 is before training.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EpochReport {
    pub epoch: usize,
    /// Whether no epoch is left.
    pub finished: bool,
    /// Mean loss over the training images in this epoch; null before training.
    pub loss: Option<f64>,
    /// Percent on the training images in this epoch; null before training.
    pub train_accuracy: Option<f64>,
    pub validation_accuracy: Option<f64>,
    pub test_accuracy: Option<f64>,
    /// Of computing, the ansatz not included.
    pub seconds: f64,
    pub layers: Vec<LayerCorrelations>,
    /// The epoch with the best accuracy on the validation images so far, the first of equals.
    pub best: Option<usize>,
}

/// How similar NFM and AGOP of a layer are, and what that has to be compared with.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LayerCorrelations {
    pub correlation: Correlation,
    pub baselines: Baselines,
}

/// A layer after an epoch.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct LayerAnsatzReport {
    pub epoch: usize,
    pub layer: usize,
    /// Channels of the input; d = channels q^2.
    pub channels: usize,
    /// q.
    pub patch: usize,
    pub nfm: CovarianceReport,
    /// Null where no answer depends on the layer.
    pub agop: Option<CovarianceReport>,
}

/// A covariance over patches and its leading eigenvectors.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CovarianceReport {
    /// Over its trace: its first rows and columns.
    pub matrix: Floats,
    /// Eigenvectors, (count, c, q, q), unit norm.
    pub filters: Floats,
    /// Their eigenvalues as shares of the trace.
    pub shares: Floats,
}

impl From<CovarianceView> for CovarianceReport {
    fn from(view: CovarianceView) -> Self {
        CovarianceReport {
            // Symmetric: its columns are its rows.
            matrix: view.corner.as_slice().to_vec().into(),
            filters: view.filters.as_slice().to_vec().into(),
            shares: view.shares.iter().map(|&share| share as f32).collect::<Vec<_>>().into(),
        }
    }
}
