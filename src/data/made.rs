//! Sets of the experiments that are made from a seed: the hidden star, and local signal adaptivity.

use super::{Sizes, checked_sigma, normal};
use crate::error::{Error, Result};
use crate::images::{Dataset, Images, Shape, Split};
use rand::{RngExt, SeedableRng};
use rand_distr::Distribution;
use rand_pcg::Pcg64Mcg;

/// The star of the experiments: a solid five-pointed star in an 11 x 11 stamp, `#` is star.
const STAR: [&[u8; 11]; 11] = [
    b"...........",
    b"...........",
    b".....#.....",
    b"....###....",
    b"..#######..",
    b"...#####...",
    b"....###....",
    b"...#####...",
    b"...##.##...",
    b"...........",
    b"...........",
];

const STAR_SHAPE: Shape = Shape { channels: 3, height: 32, width: 32 };

/// Draws the star into an image, its stamp's upper left corner at (`top`, `left`).
fn stamp(image: &mut [f32], top: usize, left: usize) {
    for (r, row) in STAR.iter().enumerate() {
        for c in (0..11).filter(|&c| row[c] == b'#') {
            for channel in 0..2 {
                image[(channel * 32 + top + r) * 32 + left + c] = 1.0;
            }
        }
    }
}

/// One image as those of [`star_pool`] that have a star, which lies where it is wanted.
///
/// # Errors
/// When it would lie outside the image.
pub fn star_at(row: usize, column: usize, seed: u64) -> Result<Images> {
    let last = STAR_SHAPE.height - STAR.len();
    for (name, found) in [("row of the star", row), ("column of the star", column)] {
        if found > last {
            return Err(Error::invalid(name, found, format!("0 to {last}")));
        }
    }
    let (mut rng, noise) = (Pcg64Mcg::seed_from_u64(seed), normal(0.3)?);
    let mut image: Vec<f32> = (0..STAR_SHAPE.len()).map(|_| noise.sample(&mut rng)).collect();
    stamp(&mut image, row, column);
    Images::new(STAR_SHAPE, image)
}

/// `count` images of 3 x 32 x 32 noise N(0, 0.3^2), every other one with a star somewhere: value 1 in the first two
/// channels of its pixels, at a uniformly random place. Class 1 has the star.
///
/// # Errors
/// Never for a valid count; the signature is that of every source.
pub fn star_pool(count: usize, seed: u64) -> Result<Dataset> {
    let shape = STAR_SHAPE;
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let noise = normal(0.3)?;
    let mut data = Vec::with_capacity(count * shape.len());
    for index in 0..count {
        let start = data.len();
        data.extend((0..shape.len()).map(|_| noise.sample(&mut rng)));
        let (top, left) =
            (rng.random_range(0..=32_u32 - 11) as usize, rng.random_range(0..=32_u32 - 11) as usize);
        if index % 2 == 1 {
            stamp(&mut data[start..], top, left);
        }
    }
    let labels = (0..count).map(|i| i % 2).collect();
    Dataset::new(Images::new(shape, data)?, labels, vec!["noise only".into(), "hidden star".into()])
}

/// [`star_pool`], split.
///
/// # Errors
/// Never for sizes that fit in memory.
pub fn star(sizes: Sizes, seed: u64) -> Result<Split> {
    // Even, so that the split can hold as many images of either class as it wants.
    star_pool(sizes.total().next_multiple_of(2), seed)?.split(sizes, seed)
}

/// Local signal adaptivity (Karp, Winston, Li, Singh 2021): 1 x 16 x 32 "images" whose 16 rows are N(0, sigma / 32 I),
/// but for one random row that is `y / sqrt 32` throughout, `y` = -1 or 1 being the class.
///
/// # Errors
/// When sigma is negative or not finite.
pub fn local_signal(sizes: Sizes, sigma: f32, seed: u64) -> Result<Split> {
    let shape = Shape { channels: 1, height: 16, width: 32 };
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let noise = normal((checked_sigma(sigma)? / 32.0).sqrt())?;
    let count = sizes.total().next_multiple_of(2);
    let mut data = Vec::with_capacity(count * shape.len());
    for index in 0..count {
        let start = data.len();
        data.extend((0..shape.len()).map(|_| noise.sample(&mut rng)));
        let row = start + rng.random_range(0..16_u32) as usize * 32;
        let signal = if index % 2 == 1 { 1.0 } else { -1.0 } / 32.0_f32.sqrt();
        data[row..row + 32].fill(signal);
    }
    let labels = (0..count).map(|i| i % 2).collect();
    let classes = vec!["negative row".into(), "positive row".into()];
    Dataset::new(Images::new(shape, data)?, labels, classes)?.split(sizes, seed)
}
