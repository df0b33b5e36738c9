//! Frames of noise around the images of any set.

use super::limits::zeroed_images;
use super::synthetic::gaussian;
use crate::error::Result;
use crate::images::{Dataset, Images, Shape, Split};
use rand::{RngExt, SeedableRng};
use rand_distr::Distribution;
use rand_pcg::Pcg64Mcg;

/// Puts each image at a uniformly random position into a frame 1.5 times as high and wide, filled with noise
/// N(0, 0.25 sigma). A 28 x 28 digit gets a 42 x 42 frame.
///
/// # Errors
/// When sigma is negative or not finite, or the framed images do not fit in memory.
pub fn noisy_frame(data: &Dataset, sigma: f32, seed: u64) -> Result<Dataset> {
    let Shape { height, width, .. } = data.images.shape();
    // The published frames leave the last row and column free: offsets 0 to 13, although 14 would fit.
    let images = frame(&data.images, sigma, seed, |rng| {
        let top = rng.random_range(0..(height / 2).max(1) as u32) as usize;
        (top, rng.random_range(0..(width / 2).max(1) as u32) as usize)
    })?;
    Dataset::new(images, data.labels.clone(), data.classes.clone())
}

/// Puts each image into the centre of a frame of noise as in [`noisy_frame`].
///
/// # Errors
/// As [`noisy_frame`].
pub fn centred_frame(images: &Images, sigma: f32, seed: u64) -> Result<Images> {
    let Shape { height, width, .. } = images.shape();
    frame(images, sigma, seed, |_| (height / 2 / 2, width / 2 / 2))
}

/// Puts every part of a split into [`noisy_frame`]s.
///
/// # Errors
/// As [`noisy_frame`].
pub fn framed(split: &Split, sigma: f32, seed: u64) -> Result<Split> {
    // One stream of noise per part. With the same stream, images of the same index would get the same noise.
    let part = |data, stream: u64| noisy_frame(data, sigma, seed.wrapping_mul(3).wrapping_add(stream));
    Ok(Split {
        train: part(&split.train, 0)?,
        validation: part(&split.validation, 1)?,
        test: part(&split.test, 2)?,
    })
}

/// Frames each image; `corner` gives the row and column of its upper left corner.
fn frame(
    images: &Images,
    sigma: f32,
    seed: u64,
    mut corner: impl FnMut(&mut Pcg64Mcg) -> (usize, usize),
) -> Result<Images> {
    let inner = images.shape();
    let outer =
        Shape { height: inner.height + inner.height / 2, width: inner.width + inner.width / 2, ..inner };
    let noise = gaussian(sigma, 0.5 * sigma.sqrt())?;
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut pixels = zeroed_images(images.count(), outer, 1)?;
    for (index, framed) in pixels.chunks_exact_mut(outer.len()).enumerate() {
        framed.fill_with(|| noise.sample(&mut rng));
        let (top, left) = corner(&mut rng);
        for (i, row) in images.image(index).chunks_exact(inner.width).enumerate() {
            let at = (i / inner.height * outer.height + top + i % inner.height) * outer.width + left;
            framed[at..at + inner.width].copy_from_slice(row);
        }
    }
    Images::new(outer, pixels)
}
