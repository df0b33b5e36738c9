//! Image stacks, labelled data sets and splits, and the geometry of patches.

mod dataset;
mod geometry;
mod stack;

pub(crate) use dataset::stratified_order;
pub use dataset::{Dataset, Sizes, Split};
pub use geometry::PatchGeometry;
pub use stack::{Images, Shape};
pub(crate) use stack::{check_finite, check_shape, check_window, means};
