//! Data sets: made from a seed, or read from files.
//!
//! [`read()`] takes any files and answers with a [`Collection`], or with [`Pictures`] that somebody has to decode and
//! [gather](Gatherer). [`Collection::split`] draws training, validation and test images by seed. One format is one file of
//! this folder; every limit is in [`limits`].

mod arrays;
mod cifar;
mod collection;
mod dead_leaves;
#[cfg(feature = "pictures")]
mod decode;
mod disk;
mod drawn;
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
mod npy_header;
mod npz;
#[cfg(feature = "parquet")]
mod parquet;
mod pictures;
mod read;
mod source;
mod tar;

pub use collection::{Collection, Pixels, Pool};
pub use dead_leaves::{dead_leaves, dead_leaves_pool};
pub use drawn::{Drawing, digit, draw};
pub use frame::{framed, framed_in_the_middle, noisy_frame};
pub use gather::Gatherer;
#[cfg(target_arch = "wasm32")]
pub(crate) use input::sought;
pub use input::{Input, ReadSeek};
pub use known::Known;
pub use made::{local_signal, star, star_pool};
pub use npz::{Arrays, read_array, read_npz};
pub use pictures::{Part, Picture, Pictures};
pub use read::{Found, read};
pub use source::Source;

use crate::error::{Error, Result};
pub use crate::images::Sizes;
use rand_distr::Normal;

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
