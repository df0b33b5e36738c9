//! ConvRFM: settings, rounds, levels, the driver of a whole run, and the predictor of each round.

pub mod conv_rfm;
#[cfg_attr(target_arch = "wasm32", allow(dead_code))]
mod landmarks;
pub mod level;
pub mod predictor;
pub mod recovery;
pub mod ridge_grid;
pub mod round;
pub mod settings;
pub mod state;

pub use conv_rfm::ConvRfm;
pub use level::Level;
pub use predictor::{Predictor, Predictors};
pub use recovery::Recovery;
pub use round::{FinishedStage, Round, RunPlan};
pub use settings::{AgopSamples, FilterSource, Ridge, Settings};
pub use state::RunState;
