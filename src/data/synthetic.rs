//! Data sets generated from a seed: the hidden star and the local signal.

use super::limits::zeroed_images;
use crate::error::{Error, Result};
use crate::images::{Dataset, Images, Shape, Sizes, Split};
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, Normal};
use rand_pcg::Pcg64Mcg;

/// A shape in an 11 x 11 stamp, which is hidden in noise. `#` is shape.
pub type Stamp = [&'static [u8; 11]; 11];

/// The star of the experiments: solid and five-pointed.
pub const STAR: Stamp = [
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
/// A square in the star's place, for comparison: 25 pixels instead of 28.
pub const SQUARE: Stamp = [
    b"...........",
    b"...........",
    b"...........",
    b"...#####...",
    b"...#####...",
    b"...#####...",
    b"...#####...",
    b"...#####...",
    b"...........",
    b"...........",
    b"...........",
];
const STAR_SHAPE: Shape = Shape { channels: 3, height: 32, width: 32 };
const STAR_NOISE: f32 = 0.3;
/// Largest row and column of the stamp's upper left corner.
const STAR_LAST: usize = 32 - STAR.len();

/// Sets the pixels of a shape to 1 in the first two channels, with the stamp's upper left corner at (`top`, `left`).
fn stamp(shape: &Stamp, image: &mut [f32], top: usize, left: usize) {
    for (r, row) in shape.iter().enumerate() {
        for c in (0..row.len()).filter(|&c| row[c] == b'#') {
            for channel in 0..2 {
                image[(channel * 32 + top + r) * 32 + left + c] = 1.0;
            }
        }
    }
}

/// One image like those of [`star_pool`] with a star, at a given position.
///
/// # Errors
/// When the star would lie outside the image.
pub(super) fn star_at(row: usize, column: usize, seed: u64) -> Result<Images> {
    for (name, value) in [("row of the star", row), ("column of the star", column)] {
        if value > STAR_LAST {
            return Err(Error::invalid(name, value, format!("0 to {STAR_LAST}")));
        }
    }
    let (mut rng, noise) = (Pcg64Mcg::seed_from_u64(seed), gaussian(STAR_NOISE, STAR_NOISE)?);
    let mut image: Vec<f32> = (0..STAR_SHAPE.len()).map(|_| noise.sample(&mut rng)).collect();
    stamp(&STAR, &mut image, row, column);
    Images::new(STAR_SHAPE, image)
}

/// `count` images of 3 x 32 x 32 noise N(0, 0.3²). Every second one, class 1, has a star at a uniformly random position:
/// value 1 in the first two channels of its pixels.
///
/// # Errors
/// When the images do not fit in memory.
pub fn star_pool(count: usize, seed: u64) -> Result<Dataset> {
    hidden_pool(&STAR, "hidden star", count, seed)
}

/// [`star_pool`] with any shape in the star's place.
fn hidden_pool(shape: &Stamp, name: &str, count: usize, seed: u64) -> Result<Dataset> {
    let noise = gaussian(STAR_NOISE, STAR_NOISE)?;
    generate(count, STAR_SHAPE, &["noise only", name], seed, |class, rng, image| {
        image.fill_with(|| noise.sample(rng));
        let mut corner = || rng.random_range(0..=STAR_LAST as u32) as usize;
        let (top, left) = (corner(), corner());
        if class == 1 {
            stamp(shape, image, top, left);
        }
    })
}

/// A hidden star: images of 3 x 32 x 32 noise N(0, 0.3^2); every second image (class 1) has a five-pointed star of value 1 in its
/// first two channels at a random place. Split by seed, stratified by class.
///
/// # Errors
/// When the images do not fit in memory.
pub fn star(sizes: Sizes, seed: u64) -> Result<Split> {
    star_pool(balanced_count(sizes, 2), seed)?.split(sizes, seed)
}

/// [`star`] with a square in the star's place.
///
/// # Errors
/// When the images do not fit in memory.
pub fn hidden_square(sizes: Sizes, seed: u64) -> Result<Split> {
    hidden_pool(&SQUARE, "hidden square", balanced_count(sizes, 2), seed)?.split(sizes, seed)
}

/// Local signal adaptivity (Karp, Winston, Li, Singh 2021): 1 x 16 x 32 images with rows N(0, sigma / 32 I), except one
/// random row that is `y / sqrt 32` throughout, where `y` is -1 for class 0 and 1 for class 1.
///
/// # Errors
/// When sigma is negative or not finite, or the images do not fit in memory.
pub fn local_signal(sizes: Sizes, sigma: f32, seed: u64) -> Result<Split> {
    let shape = Shape { channels: 1, height: 16, width: 32 };
    let noise = gaussian(sigma, (sigma / 32.0).sqrt())?;
    let classes = ["negative row", "positive row"];
    let pool = generate(balanced_count(sizes, 2), shape, &classes, seed, |class, rng, image| {
        image.fill_with(|| noise.sample(rng));
        let row = rng.random_range(0..16_u32) as usize * 32;
        let signal = if class == 1 { 1.0 } else { -1.0 } / 32.0_f32.sqrt();
        image[row..row + 32].fill(signal);
    })?;
    pool.split(sizes, seed)
}

/// `count` images of class 0, 1, ..., 0, 1, ..., which `image` fills one after the other from one random stream.
///
/// # Errors
/// When the images do not fit in memory.
pub(super) fn generate(
    count: usize,
    shape: Shape,
    classes: &[&str],
    seed: u64,
    mut image: impl FnMut(usize, &mut Pcg64Mcg, &mut [f32]),
) -> Result<Dataset> {
    // Two copies: a split copies the images that it draws.
    let mut pixels = zeroed_images(count, shape, 2)?;
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let labels: Vec<usize> = (0..count).map(|index| index % classes.len()).collect();
    for (pixels, &class) in pixels.chunks_exact_mut(shape.len()).zip(&labels) {
        image(class, &mut rng, pixels);
    }
    Dataset::new(Images::new(shape, pixels)?, labels, classes.iter().map(|&name| name.into()).collect())
}

/// Images to generate for a split: a multiple of the number of classes, so that every part can be balanced.
pub(super) fn balanced_count(sizes: Sizes, classes: usize) -> usize {
    sizes.total().checked_next_multiple_of(classes).unwrap_or(usize::MAX)
}

/// The normal distribution with mean 0 and a deviation computed from the noise level `sigma`.
pub(super) fn gaussian(sigma: f32, deviation: f32) -> Result<Normal<f32>> {
    // The deviation is NaN or infinite exactly when sigma is not usable.
    Normal::new(0.0, deviation).map_err(|_| Error::invalid("sigma", sigma, "a finite number, 0 or above"))
}
