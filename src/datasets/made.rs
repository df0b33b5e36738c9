//! Sets of the experiments that are made from a seed: the hidden star, and local signal adaptivity.

use super::{Sizes, checked_sigma, normal};
use crate::{Dataset, Images, Result, Shape, rfm::Split};
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

/// `count` images of 3 x 32 x 32 noise N(0, 0.3^2), every other one with a star somewhere: value 1 in the first two
/// channels of its pixels, at a uniformly random place. Class 1 has the star.
///
/// # Errors
/// Never for a valid count; the signature is that of every source.
pub fn star_pool(count: usize, seed: u64) -> Result<Dataset> {
    let shape = Shape { channels: 3, height: 32, width: 32 };
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let noise = normal(0.3)?;
    let mut data = Vec::with_capacity(count * shape.len());
    for index in 0..count {
        let start = data.len();
        data.extend((0..shape.len()).map(|_| noise.sample(&mut rng)));
        let (top, left) =
            (rng.random_range(0..=32_u32 - 11) as usize, rng.random_range(0..=32_u32 - 11) as usize);
        if index % 2 == 1 {
            let solid = STAR
                .iter()
                .enumerate()
                .flat_map(|(r, row)| (0..11).filter(|&c| row[c] == b'#').map(move |c| (r, c)));
            for (r, c) in solid {
                for channel in 0..2 {
                    data[start + (channel * 32 + top + r) * 32 + left + c] = 1.0;
                }
            }
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
