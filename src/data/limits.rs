//! Every limit on data. The error that a limit causes states it.

use crate::error::{Error, Result};
use crate::images::Shape;
use crate::linalg::memory;

/// Most bytes of pixels in one part of a data set, as stored: 1 GiB, 22 times MNIST.
pub const PIXEL_BYTES: u64 = 1 << 30;
/// Most values in one array.
pub const VALUES: u64 = 1 << 30;
/// Most classes. One-hot targets of 10,000 classes for 1,000 images take 40 MB.
pub const CLASSES: usize = 10_000;
/// Most files opened together, and most members of an archive.
pub const FILES: usize = 200_000;
/// Most bytes that the members of an archive may unpack to in total, where they cannot be streamed.
pub const UNPACKED_BYTES: u64 = 1 << 30;
/// Most bytes of one encoded picture.
pub const PICTURE_BYTES: u64 = 64 << 20;
/// Most pixels per side of an encoded picture.
pub const PICTURE_SIDE: u32 = 16_384;
/// Most pixels of an encoded picture.
pub const PICTURE_PIXELS: u64 = 100_000_000;
/// The longest side that pictures can be resized to.
pub const SIDE: usize = 256;
/// Longest header of a NumPy array; NumPy writes 128 bytes.
pub const NPY_HEADER: u64 = 1 << 14;
/// Longest header of a `.safetensors` file. That of ResNet-152, with 932 arrays, has 0.1 MB.
pub const SAFETENSORS_HEADER: u64 = 4 << 20;
/// Most bytes that one byte of a deflate stream can unpack to (RFC 1951: 258 bytes from 2 bits).
pub const DEFLATE_RATIO: u64 = 1032;
/// Most points of a drawing: 40 seconds of a pointer that reports 120 positions per second.
pub const STROKE_POINTS: usize = 5_000;

/// Zeros for `count` images of `shape` in single precision. `copies` is the number of times that the caller holds all of
/// them in memory at once.
///
/// # Errors
/// [`Error::TooLarge`], before anything is allocated, when the copies do not fit in the available memory.
pub(super) fn zeroed_images(count: usize, shape: Shape, copies: u64) -> Result<Vec<f32>> {
    let each = (4 * copies).saturating_mul(shape.len() as u64).max(1);
    let needed = each.saturating_mul(count as u64);
    let available = memory::available();
    if needed > available {
        let largest = (available / each) as usize;
        return Err(Error::TooLarge { what: "the images", needed, available, largest });
    }
    let len = count * shape.len();
    let mut pixels = Vec::new();
    pixels.try_reserve_exact(len).map_err(|_| out_of_memory("images", needed))?;
    pixels.resize(len, 0.0);
    Ok(pixels)
}

/// The allocator refused `bytes` bytes for `field`.
pub(super) fn out_of_memory(field: &str, bytes: u64) -> Error {
    Error::invalid(field, format!("{bytes} bytes"), "an amount that fits in memory")
}
