//! Data sets: which one to load, what was made or read, and what the user opened or drew.

use crate::data::Part;
use serde::{Deserialize, Serialize};

/// Which data set to load: a built-in set or `opened`, and how to draw it.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DataSpec {
    pub name: String,
    pub train: usize,
    pub validation: usize,
    pub test: usize,
    /// Seed of every random draw; whole numbers up to 2^53.
    pub seed: f64,
    /// Standard deviation of the noise, where there is noise.
    pub sigma: f32,
    /// Whether to put the images into noisy frames.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "bool"))]
    pub frame: bool,
}

/// What was made or read.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
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
    /// Smallest and largest pixel value.
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
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Opened<'a> {
    Collection { about: About },
    Pictures(PicturesFound<'a>),
}

/// Encoded pictures, to be decoded by the page.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PicturesFound<'a> {
    pub pictures: Vec<PictureEntry<'a>>,
    pub classes: &'a [String],
    pub suggested_side: usize,
    pub suggested_colour: bool,
}

/// One encoded picture; `split` is null when its folders name no part.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PictureEntry<'a> {
    pub path: &'a str,
    pub class: &'a str,
    pub split: Option<Part>,
}

/// A data set that was opened or gathered.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct About {
    pub name: String,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub class_names: Vec<String>,
    pub train: usize,
    /// 0 where the files make no difference.
    pub test: usize,
    pub counts: PartCounts,
    pub range: (f32, f32),
    pub source: String,
    pub licence: String,
    pub notes: Vec<String>,
}

/// Images per class in each part of what was read.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PartCounts {
    pub train: Vec<usize>,
    pub test: Vec<usize>,
}

/// A set of decoded pictures to be gathered.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
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
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Counts {
    pub train: Vec<usize>,
    pub validation: Vec<usize>,
    pub test: Vec<usize>,
}

/// What the user draws: a digit's strokes as x, y, x, y, ... with y downwards and the pen's radius in the same unit, or the place of
/// a star's upper left corner. Not an enum with a tag: reading one would take typed arrays for objects.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(
    test,
    ts(
        type = r#"{ way: "digit", strokes: Float32Array[], pen: number } | { way: "star", row: number, column: number }"#
    )
)]
pub struct Drawing {
    pub way: String,
    #[serde(default)]
    pub strokes: Vec<Vec<f32>>,
    #[serde(default)]
    pub pen: f32,
    #[serde(default)]
    pub row: usize,
    #[serde(default)]
    pub column: usize,
}
