//! One image, one patch or one level of a run.

use super::arrays::{Floats, Indices};
use serde::{Deserialize, Serialize};

/// The split that holds the one image that the user drew.
pub const PROBE: &str = "probe";

/// An image in a round; `output` is the class whose prediction is asked about.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Place {
    pub round: usize,
    #[cfg_attr(test, ts(type = "Split"))]
    pub split: String,
    pub index: usize,
    pub output: usize,
}

/// An image in a round; null for what the round has not computed yet.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Inspection {
    /// -1 of the image that the user drew.
    pub label: i32,
    /// (c, H, W).
    pub pixels: Floats,
    /// (c, H, W): `sqrt(M / trace M) u_p` at the centre pixel of every patch, 0 in the margin. In round 0 the image itself.
    pub seen: Floats,
    pub kernel: Option<KernelRow>,
    /// The prediction, one value per class.
    pub answer: Option<Floats>,
    /// alpha of the output, one value per training image.
    pub weights: Option<Floats>,
    /// Norm of the gradient at every position, (H - q + 1, W - q + 1).
    pub gradient: Option<Floats>,
}

/// The kernel of an image x with every training image x'.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KernelRow {
    /// `K(x, x') / s`.
    pub values: Floats,
    /// `K(x, x') / sqrt(K(x, x) K(x', x'))`.
    pub similarity: Floats,
    /// Training images from the most similar to the least.
    pub order: Indices,
}

/// One patch of an image, (c, q, q).
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PatchInspection {
    /// `u_p`.
    pub patch: Floats,
    /// `sqrt(M / trace M) u_p`.
    pub seen: Floats,
    /// The same patch of a training image.
    pub nearest: Floats,
    /// `d f / d u_p`; null before the ridge regression.
    pub gradient: Option<Floats>,
}

/// The drawn image and the prediction of every round that has coefficients.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProbeReport {
    pub pixels: Floats,
    pub answers: Vec<Floats>,
    /// Of computing.
    pub seconds: f64,
}

/// A confusion matrix, `k x k` with true classes as rows, and the predicted class of each image.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ConfusionReport {
    pub confusion: Indices,
    pub answers: Indices,
}

/// Images that are wrong before and correct after, and the reverse.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChangedReport {
    pub gained: Indices,
    pub lost: Indices,
}

/// What a level has learned in its best round, and what follows from it.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LevelReport {
    pub level: usize,
    pub round: usize,
    /// Side of the receptive fields in pixels.
    pub side: usize,
    /// Eigenvalues as shares of the trace.
    pub shares: Floats,
    /// The leading eigenvectors as filters over the pixels of the first level, `filters x c x side x side`.
    pub fields: Floats,
    /// For each filter the training images with the strongest response, `filters x places x c x side x side`.
    pub strongest: Floats,
    /// Those responses.
    pub responses: Floats,
    pub rows: usize,
    pub columns: usize,
    /// An image convolved with filters from `N(0, M / trace M)`, `drawn x rows x columns`.
    pub learned: Floats,
    /// The same image and random numbers with filters from `N(0, I / d)`.
    pub isotropic: Floats,
}
