//! The records that cross between the crate and the page.

use super::js::{Floats, Indices, or_null};
use crate::data::Part;
use crate::math::Stage;
use serde::{Deserialize, Serialize};

/// An image in a round; `output` is the class whose prediction is asked about.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Place {
    pub round: usize,
    pub split: String,
    pub index: usize,
    pub output: usize,
}

/// Which data set to load.
#[derive(Deserialize)]
pub struct DataSpec {
    pub name: String,
    pub train: usize,
    pub validation: usize,
    pub test: usize,
    /// A JavaScript number: whole numbers up to 2^53.
    pub seed: f64,
    pub sigma: f32,
    /// Whether to put the images into noisy frames.
    #[serde(default)]
    pub frame: bool,
}

/// What was made or read.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DataSummary {
    pub name: String,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub classes: usize,
    pub class_names: Vec<String>,
    pub train: usize,
    pub validation: usize,
    pub test: usize,
    pub counts_per_class: Counts,
    pub range: (f32, f32),
    pub source: String,
    pub licence: String,
    /// Images skipped as copies of an image in an earlier part.
    pub duplicates: usize,
    /// What was done on reading, a sentence each.
    pub notes: Vec<String>,
}

/// What files turned out to be.
#[derive(Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Opened<'a> {
    Collection { about: About },
    Pictures(PicturesFound<'a>),
}

/// Encoded pictures, to be decoded by the page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PicturesFound<'a> {
    pub pictures: Vec<PictureEntry<'a>>,
    pub classes: &'a [String],
    pub suggested_side: usize,
    pub suggested_colour: bool,
}

/// One encoded picture; `split` is null when its folders name no part.
#[derive(Serialize)]
pub struct PictureEntry<'a> {
    pub path: &'a str,
    pub class: &'a str,
    #[serde(serialize_with = "or_null")]
    pub split: Option<Part>,
}

/// A data set that was opened or gathered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    pub name: String,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub class_names: Vec<String>,
    pub train: usize,
    pub test: usize,
    pub counts: PartCounts,
    pub range: (f32, f32),
    pub source: String,
    pub licence: String,
    pub notes: Vec<String>,
}

/// Images per class in each part of what was read.
#[derive(Serialize)]
pub struct PartCounts {
    pub train: Vec<usize>,
    pub test: Vec<usize>,
}

/// A set of decoded pictures to be gathered.
#[derive(Deserialize)]
pub struct GatherSpec {
    pub classes: Vec<String>,
    pub side: usize,
    pub colour: bool,
    pub name: String,
    pub source: String,
    pub licence: String,
}

/// Images per class in each part.
#[derive(Serialize)]
pub struct Counts {
    pub train: Vec<usize>,
    pub validation: Vec<usize>,
    pub test: Vec<usize>,
}

/// Settings of a run.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunSettings {
    pub patch: usize,
    pub depth: usize,
    pub ridge: Quantity<f64>,
    pub rounds: usize,
    pub agop_samples: Quantity<usize>,
    pub levels: usize,
    pub width: usize,
    pub relu: bool,
}

/// A number, or a word such as `all` or `grid`. Written out it is what the command line takes.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Quantity<T> {
    Number(T),
    Word(String),
}

impl<T: std::fmt::Display> std::fmt::Display for Quantity<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Quantity::Number(number) => number.fmt(f),
            Quantity::Word(word) => f.write_str(word),
        }
    }
}

/// What a run will take.
#[derive(Serialize)]
pub struct Plan {
    pub bytes: f64,
    /// Of computing, when the engine's speed is known before it runs.
    pub seconds: Option<f64>,
    pub engine: String,
}

/// One finished stage.
#[derive(Serialize)]
pub struct StageReport {
    pub level: usize,
    pub round: usize,
    pub stage: Stage,
    pub seconds: f64,
    pub finished: bool,
    pub scale: f32,
    pub ridge: Option<f64>,
    pub retries: Option<usize>,
    pub residual: Option<f64>,
    pub accuracy: Option<Accuracy>,
    pub best: Option<usize>,
    pub features: bool,
    /// Description of the engine that ran the stage.
    pub engine: String,
    /// Position-layers a second, of a kernel stage.
    pub rate: Option<f64>,
    /// What happened when an engine failed and the run went on with another.
    pub notice: Option<String>,
}

/// Percent classified correctly, and mean squared errors.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Accuracy {
    pub validation: Option<f64>,
    pub test: Option<f64>,
    pub validation_error: Option<f64>,
    pub test_error: Option<f64>,
}

/// An image in a round; null for what the round has not computed yet.
#[derive(Serialize)]
pub struct Inspection {
    pub label: i32,
    pub pixels: Floats,
    /// The image as the round weighs it.
    pub seen: Floats,
    #[serde(serialize_with = "or_null")]
    pub kernel: Option<KernelRow>,
    /// The prediction, one value per class.
    pub answer: Floats,
    /// alpha of the output, one value per training image.
    pub weights: Floats,
    /// Norm of the gradient at every position.
    pub gradient: Floats,
}

/// `K(x, train) / s`.
#[derive(Serialize)]
pub struct KernelRow {
    pub values: Floats,
    /// Indices from the largest value to the smallest.
    pub order: Indices,
}

/// One patch of an image, as the round weighs it, its gradient, and the same patch of a training image.
#[derive(Serialize)]
pub struct PatchInspection {
    pub patch: Floats,
    pub seen: Floats,
    pub nearest: Floats,
    pub gradient: Floats,
}

/// The drawn image and the prediction of every round that has coefficients.
#[derive(Serialize)]
pub struct ProbeReport {
    pub pixels: Floats,
    pub answers: Vec<Floats>,
    pub seconds: f64,
}

/// A confusion matrix, `k x k` with true classes as rows, and the predicted class of each image.
#[derive(Serialize)]
pub struct ConfusionReport {
    pub confusion: Indices,
    pub answers: Indices,
}

/// Images that are wrong before and correct after, and the reverse.
#[derive(Serialize)]
pub struct ChangedReport {
    pub gained: Indices,
    pub lost: Indices,
}

/// What a level has learned in its best round, and what follows from it.
#[derive(Serialize)]
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
