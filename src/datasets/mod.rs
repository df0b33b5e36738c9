//! Data sets: made from a seed, or read from files.
//!
//! [`read()`] takes any files and answers with a [`Collection`], or with [`Pictures`] that somebody has to decode and
//! [gather](Gatherer). [`Collection::split`] draws training, validation and test images by seed. One format is one file of
//! this folder; every limit is in [`limits`].

mod arrays;
mod cifar;
mod collection;
mod dead_leaves;
#[cfg(feature = "cli")]
mod decode;
mod disk;
mod frame;
mod gather;
mod header;
mod idx;
mod input;
mod kind;
pub mod known;
pub mod limits;
mod made;
mod mat;
mod npy;
mod npz;
#[cfg(feature = "cli")]
mod parquet;
mod pictures;
mod read;
mod source;
mod tar;

pub use collection::{Collection, Pixels, Pool};
pub use dead_leaves::{dead_leaves, dead_leaves_pool};
pub use frame::{framed, noisy_frame};
pub use gather::Gatherer;
pub use input::{Input, ReadSeek};
pub use known::Known;
pub use made::{local_signal, star, star_pool};
pub use npz::{Arrays, read_array, read_npz};
pub use pictures::{Part, Picture, Pictures};
pub use read::{Found, read};
pub use source::Source;

pub use crate::dataset::Sizes;
use crate::{Dataset, Error, Result, rfm::Split};
use rand_distr::Normal;

/// Draws a split from files that bring their own test part: training and validation images come from the first, test
/// images from the second. All three are stratified and drawn by seed.
///
/// # Errors
/// When a part is too small for the sizes.
pub fn draw(train: &Dataset, test: &Dataset, sizes: Sizes, seed: u64) -> Result<Split> {
    let (first, rest) = train.draw(sizes.train, seed, "train")?;
    let (validation, _) = rest.draw(sizes.validation, seed, "validation")?;
    let (test, _) = test.draw(sizes.test, seed, "test")?;
    Ok(Split { train: first, validation, test })
}

fn checked_sigma(sigma: f32) -> Result<f32> {
    if sigma >= 0.0 && sigma.is_finite() {
        Ok(sigma)
    } else {
        Err(Error::invalid("sigma", sigma, "a finite number, 0 or above"))
    }
}

fn normal(deviation: f32) -> Result<Normal<f32>> {
    Normal::new(0.0, deviation).map_err(|e| Error::invalid("noise", deviation, e))
}
