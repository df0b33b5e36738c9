//! Noisy frames around the images of any set.

use super::{checked_sigma, normal};
use crate::error::Result;
use crate::images::{Dataset, Images, Shape, Split};
use rand::{RngExt, SeedableRng};
use rand_distr::Distribution;
use rand_pcg::Pcg64Mcg;

/// The noisy frame of the experiments: each image at a uniformly random place of a frame half as large again, of noise
/// N(0, (0.5 sqrt sigma)^2); the image's box replaces the noise. A 28 x 28 digit gets a 42 x 42 frame.
///
/// # Errors
/// When sigma is negative or not finite.
pub fn noisy_frame(data: &Dataset, sigma: f32, seed: u64) -> Result<Dataset> {
    let inner = data.images.shape();
    let shape = around(inner);
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let noise = normal(0.5 * checked_sigma(sigma)?.sqrt())?;
    let mut framed = Vec::with_capacity(data.len() * shape.len());
    for index in 0..data.len() {
        let start = framed.len();
        framed.extend((0..shape.len()).map(|_| noise.sample(&mut rng)));
        // The published frames never touch the last row and column: offsets 0 to 13 of 0 to 14.
        let top = rng.random_range(0..(inner.height / 2).max(1) as u32) as usize;
        let left = rng.random_range(0..(inner.width / 2).max(1) as u32) as usize;
        put(data.images.image(index), inner, (top, left), &mut framed[start..], shape);
    }
    Dataset::new(Images::new(shape, framed)?, data.labels.clone(), data.classes.clone())
}

/// The frame of an image.
fn around(inner: Shape) -> Shape {
    Shape { height: inner.height + inner.height / 2, width: inner.width + inner.width / 2, ..inner }
}

/// Copies an image into a larger one.
fn put(image: &[f32], inner: Shape, (top, left): (usize, usize), framed: &mut [f32], outer: Shape) {
    for (i, row) in image.chunks_exact(inner.width).enumerate() {
        let (channel, r) = (i / inner.height, i % inner.height);
        let at = (channel * outer.height + top + r) * outer.width + left;
        framed[at..at + inner.width].copy_from_slice(row);
    }
}

/// Images in frames as [`noisy_frame`] makes them, but in the middle.
///
/// # Errors
/// When sigma is negative or not finite.
pub fn framed_in_the_middle(images: &Images, sigma: f32, seed: u64) -> Result<Images> {
    let (inner, mut rng) = (images.shape(), Pcg64Mcg::seed_from_u64(seed));
    let (outer, noise) = (around(inner), normal(0.5 * checked_sigma(sigma)?.sqrt())?);
    let mut framed: Vec<f32> = (0..images.count() * outer.len()).map(|_| noise.sample(&mut rng)).collect();
    let corner = ((outer.height - inner.height) / 2, (outer.width - inner.width) / 2);
    for (index, framed) in framed.chunks_exact_mut(outer.len()).enumerate() {
        put(images.image(index), inner, corner, framed, outer);
    }
    Images::new(outer, framed)
}

/// Puts every part of a split into [`noisy_frame`]s.
///
/// # Errors
/// As [`noisy_frame`].
pub fn framed(split: &Split, sigma: f32, seed: u64) -> Result<Split> {
    // One stream of noise per part, or the same image index would get the same noise in each.
    let part = |data, stream: u64| noisy_frame(data, sigma, seed.wrapping_mul(3).wrapping_add(stream));
    Ok(Split {
        train: part(&split.train, 0)?,
        validation: part(&split.validation, 1)?,
        test: part(&split.test, 2)?,
    })
}
