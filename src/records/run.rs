//! A run: its settings, its plan, its stages and its engine.

use crate::math::Stage;
use serde::{Deserialize, Serialize};

/// Settings of a run.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RunSettings {
    /// q, in pixels.
    pub patch: usize,
    /// L, layers of the kernel.
    pub depth: usize,
    /// lambda, relative to the largest kernel value; of a grid the validation images choose in each round.
    #[cfg_attr(test, ts(type = "number | \"grid\""))]
    pub ridge: Quantity<f64>,
    /// Rounds; round 0 is the fixed kernel.
    pub rounds: usize,
    /// Training images in the AGOP.
    #[cfg_attr(test, ts(type = "number | \"all\""))]
    pub agop_samples: Quantity<usize>,
    /// 1 to L. Level l has a kernel of depth L - l.
    pub levels: usize,
    /// Filters drawn between two levels.
    pub width: usize,
    /// Whether convolved images go through a ReLU.
    pub relu: bool,
    /// Side of the windows over which they are averaged; 1 for none.
    pub pooling: usize,
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
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Plan {
    pub bytes: f64,
    /// Of computing, when the engine's speed is known before it runs.
    pub seconds: Option<f64>,
    pub engine: String,
}

/// One finished stage.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StageReport {
    pub level: usize,
    pub round: usize,
    pub stage: Stage,
    pub seconds: f64,
    /// Whether no stage is left in the run.
    pub finished: bool,
    /// The largest kernel value on the training images.
    pub scale: f32,
    /// After `solve`: the ridge that was used.
    pub ridge: Option<f64>,
    /// After `solve`: how often a larger ridge had to be tried.
    pub retries: Option<usize>,
    /// After `solve`: the relative residual.
    pub residual: Option<f64>,
    /// After `predict`.
    pub accuracy: Option<Accuracy>,
    /// The best round so far, chosen on validation.
    pub best: Option<usize>,
    /// After `agop`: M has changed.
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
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Accuracy {
    pub validation: Option<f64>,
    pub test: Option<f64>,
    pub validation_error: Option<f64>,
    pub test_error: Option<f64>,
}

/// The engine in use.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EngineReport {
    #[cfg_attr(test, ts(type = "\"cpu\" | \"gpu\""))]
    pub engine: &'static str,
    /// One line: name, adapter, kind.
    pub description: String,
    /// Why it was chosen.
    pub reason: String,
}
