//! Data sets: generated from a seed, or read from files.
//!
//! [`read()`] takes files of any supported format. It returns a [`Collection`], or [`Pictures`] that the caller decodes and
//! passes to a [`Gatherer`]. [`Collection::split`] draws training, validation and test images by seed. One file of this room
//! reads one format; [`limits`] has every limit.

mod cifar;
mod collection;
mod dead_leaves;
#[cfg(feature = "pictures")]
mod decode;
mod drawing;
mod format;
mod frame;
mod gather;
mod idx;
mod input;
pub mod limits;
mod mat;
mod npy;
mod npz;
mod numbers;
#[cfg(feature = "parquet")]
mod parquet;
mod paths;
mod picture_header;
mod pictures;
mod published;
mod read;
mod safetensors;
mod source;
mod stream;
mod synthetic;

pub use collection::{Collection, LabelledImages, Pixels};
pub use dead_leaves::{dead_leaves, dead_leaves_pool};
#[cfg(feature = "pictures")]
pub use decode::photographs;
pub use drawing::{Drawing, digit, draw};
pub use frame::{framed, noisy_frame};
pub use gather::{Gatherer, photograph};
#[cfg(target_arch = "wasm32")]
pub(crate) use input::seek_target;
pub use input::{Input, ReadSeek};
pub use npz::{read_array, read_npz, read_tensors};
pub use pictures::{Part, Picture, Pictures};
pub use read::{Content, read};
pub use safetensors::read_safetensors;
pub use source::Source;
pub use synthetic::{SQUARE, STAR, Stamp, hidden_square, local_signal, star, star_pool};
