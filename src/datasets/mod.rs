//! Data sets: made from a seed, or read from files.

mod npz;
mod source;

pub use npz::{Arrays, read_array, read_npz};
pub use source::Source;

pub use crate::dataset::Sizes;
use crate::{Dataset, Error, Images, Result, Shape, rfm::Split};
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Normal};
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

/// The noisy frame of the experiments: each image at a uniformly random place of a frame half as large again, of noise
/// N(0, (0.5 sqrt sigma)^2); the image's box replaces the noise. A 28 x 28 digit gets a 42 x 42 frame.
///
/// # Errors
/// When sigma is negative or not finite.
pub fn noisy_frame(data: &Dataset, sigma: f32, seed: u64) -> Result<Dataset> {
    let inner = data.images.shape();
    let shape =
        Shape { height: inner.height + inner.height / 2, width: inner.width + inner.width / 2, ..inner };
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let noise = normal(0.5 * checked_sigma(sigma)?.sqrt())?;
    let mut framed = Vec::with_capacity(data.len() * shape.len());
    for index in 0..data.len() {
        let start = framed.len();
        framed.extend((0..shape.len()).map(|_| noise.sample(&mut rng)));
        // The published frames never touch the last row and column: offsets 0 to 13 of 0 to 14.
        let top = rng.random_range(0..(inner.height / 2).max(1) as u32) as usize;
        let left = rng.random_range(0..(inner.width / 2).max(1) as u32) as usize;
        for (i, row) in data.images.image(index).chunks_exact(inner.width).enumerate() {
            let (channel, r) = (i / inner.height, i % inner.height);
            let at = start + (channel * shape.height + top + r) * shape.width + left;
            framed[at..at + inner.width].copy_from_slice(row);
        }
    }
    Dataset::new(Images::new(shape, framed)?, data.labels.clone(), data.classes.clone())
}

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
