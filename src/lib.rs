//! Convolutional Recursive Feature Machines (ConvRFM): a kernel machine that learns convolutional filters without
//! backpropagation.
//!
//! One round solves ridge regression with a convolutional neural tangent kernel, takes the average gradient outer product
//! (AGOP) M of the predictor over image patches, and transforms all patches by a root of M for the next round. The
//! eigenvectors of M are the learned filters (Beaglehole, Radhakrishnan, Pandit, Belkin,
//! [arXiv:2309.00570](https://arxiv.org/abs/2309.00570)). With several levels this is Deep ConvRFM: after each level, filters
//! drawn from M are convolved with all images.
//!
//! ```
//! use convrfm::{AgopSamples, ConvRfm, Cpu, Dataset, Images, NoMonitor, Settings, Shape, Split};
//!
//! // Two classes of 6 x 6 noise; images of class 1 have a bright 2 x 2 square.
//! let shape = Shape { channels: 1, height: 6, width: 6 };
//! let part = |count: usize, offset: usize| -> convrfm::Result<Dataset> {
//!     let mut pixels: Vec<f32> = (0..count * 36).map(|i| ((i + offset) * 7919 % 1009) as f32 / 1009.0).collect();
//!     for i in (1..count).step_by(2) {
//!         [14, 15, 20, 21].map(|at| pixels[i * 36 + at] += 1.0);
//!     }
//!     let labels = (0..count).map(|i| i % 2).collect();
//!     Dataset::new(Images::new(shape, pixels)?, labels, vec!["noise".into(), "square".into()])
//! };
//! let data = Split { train: part(20, 0)?, validation: part(10, 5_000)?, test: part(10, 9_000)? };
//!
//! let mut settings = Settings::default();
//! settings.patch = 2;
//! settings.depth = 1;
//! settings.ridge = 1e-3.into();
//! settings.rounds = 2;
//! settings.agop_samples = AgopSamples::All;
//!
//! let mut run = ConvRfm::new(settings, data, Box::new(Cpu::default()))?;
//! while let Some(stage) = pollster::block_on(run.advance(&NoMonitor))? {
//!     println!("round {}: {} in {:.3} s", stage.round, stage.stage, stage.seconds);
//! }
//! let level = &run.levels()[0];
//! let filters = level.latest_feature_matrix().expect("round 0 has computed M");
//! println!("strongest 2 x 2 filter: {:?}", filters.filter(0));
//! assert_eq!(level.rounds().len(), 2);
//! # Ok::<(), convrfm::Error>(())
//! ```
//!
//! # Features
//!
//! All are off by default; the CPU engine needs none. The readers of data files are not public yet: `pictures` and `parquet` serve
//! the command line.
//!
//! | feature | adds |
//! |---|---|
//! | `gpu` | the WebGPU engine (`Gpu`) by wgpu: Vulkan, Metal, DirectX 12, and WebGPU in browsers |
//! | `faer` | eigenvectors of feature matrices of 640 rows and more by the faer library, several times faster |
//! | `pictures` | decoding PNG, JPEG and WebP natively |
//! | `parquet` | reading Parquet files natively |
//! | `internals` | opens the modules of the crate to the other packages of this workspace; no stability is promised |
//!
//! # What is not here
//!
//! Charts, PNG files, data files and the command line are in the package `convrfm-cli`. There is no pooling, no padding and no automatic
//! differentiation: the kernel has valid convolutions and a flatten read-out, and its gradient is in closed form.

// Parts of the crate are used by the page, the command line or the test suites alone; the lints work with `internals`.
#![cfg_attr(not(feature = "internals"), allow(dead_code, unused_imports))]

#[cfg(not(feature = "internals"))]
mod cnn;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod cnn;
#[cfg(not(feature = "internals"))]
mod data;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod data;
#[cfg(not(feature = "internals"))]
mod engine;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod engine;
mod error;
#[cfg(not(feature = "internals"))]
mod images;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod images;
#[cfg(not(feature = "internals"))]
mod linalg;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod linalg;
#[cfg(not(feature = "internals"))]
mod math;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod math;
#[cfg(not(feature = "internals"))]
mod records;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod records;
#[cfg(not(feature = "internals"))]
mod report;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod report;
#[cfg(not(feature = "internals"))]
mod rfm;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod rfm;
// The page always has both engines.
#[cfg(all(target_arch = "wasm32", feature = "gpu"))]
mod web;

pub use cnn::{
    Ansatz, Architecture, Baselines, Correlation, CovarianceView, Epoch, Initialization, LayerAnsatz, Loss,
    Network, Optimizer, Parameter, Probes, Responses, Training, TrainingSettings,
};
pub use data::{read_safetensors, read_tensors, star};
#[cfg(feature = "gpu")]
pub use engine::gpu::{Gpu, OpenError as GpuOpenError, Options as GpuOptions};
pub use engine::{Cpu, Engine, Naive};
pub use error::{Error, Result};
pub use images::{Dataset, Images, PatchGeometry, Shape, Sizes, Split};
pub use linalg::Matrix;
pub use linalg::tensor::{NamedTensors, Tensor};
pub use math::{FeatureMatrix, FilterBank, Monitor, NoMonitor, Progress, Stage};
pub use report::{DataOrigin, Results, ansatz_npz, network_npz};
pub use rfm::{
    AgopSamples, ConvRfm, FilterSource, FinishedStage, Level, Predictor, Ridge, Round, RunPlan, RunState,
    Settings,
};

/// The README's example, which runs with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
