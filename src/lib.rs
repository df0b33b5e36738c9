//! Convolutional Recursive Feature Machines: a kernel machine that learns filters without backpropagation.
//!
//! Solve ridge regression with a convolutional NTK, take the average gradient outer product (AGOP) M over image
//! patches, transform the patches by a root of M, repeat (Beaglehole, Radhakrishnan, Pandit, Belkin,
//! [arXiv:2309.00570](https://arxiv.org/abs/2309.00570)). [`Rfm`] is the loop, [`ConvRfm`] runs it on
//! several levels; [`engine`] holds the interchangeable
//! ways to compute a round; [`kernel`] is the mathematics, written to be read.

pub mod archive;
mod cholesky;
pub mod dataset;
pub mod datasets;
pub mod deep;
mod eigen;
pub mod engine;
mod error;
pub mod explain;
pub mod features;
pub mod filters;
mod gemm;
pub mod grid;
mod images;
pub mod kernel;
mod level;
mod order;
pub mod outcome;
mod parallel;
pub mod patches;
pub mod predictor;
pub mod progress;
pub mod receptive;
mod recovery;
mod results;
pub mod rfm;
pub mod ridge;
mod simd;
pub mod templates;
// The page always has both engines.
#[cfg(all(target_arch = "wasm32", feature = "gpu"))]
mod web;

pub use dataset::Dataset;
pub use deep::ConvRfm;
pub use error::{Error, Result};
pub use features::FeatureMatrix;
pub use images::{Images, Shape};
pub use level::Level;
pub use patches::PatchGeometry;
pub use predictor::Predictor;
pub use progress::{Monitor, Progress, StageProgress, NoMonitor};
pub use recovery::Recovery;
pub use results::Results;
pub use rfm::{Plan, Rfm, AgopSamples, Settings, Split, Stage};

/// A dense matrix in single precision.
pub type Matrix = nalgebra::DMatrix<f32>;

/// The README's example, compiled with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
