//! The mathematics of one round: the kernel of a pair, ridge regression, the feature matrix M, filters drawn from it, metrics.

pub mod feature_matrix;
pub mod filter_bank;
pub mod metrics;
pub mod ntk;
pub mod nystrom;
pub mod patch_covariance;
pub mod progress;
pub mod ridge;

pub use feature_matrix::FeatureMatrix;
pub use filter_bank::FilterBank;
pub use patch_covariance::patch_covariance;
pub use progress::{Monitor, NoMonitor, Progress, Stage, StageProgress};
pub use ridge::{RidgeSystem, Solution};
