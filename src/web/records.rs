//! The records that cross between the crate and the page.

use crate::data::Picture;
use crate::math::Stage;
use serde::{Deserialize, Serialize};

/// What data set to make or read.
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
    /// Images passed over because an earlier part has the same.
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
    pub pictures: &'a [Picture],
    pub classes: &'a [String],
    pub suggested_side: usize,
    pub suggested_colour: bool,
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

/// Percent classified rightly, and mean squared errors.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Accuracy {
    pub validation: Option<f64>,
    pub test: Option<f64>,
    pub validation_error: Option<f64>,
    pub test_error: Option<f64>,
}
