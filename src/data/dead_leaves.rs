//! Dead leaves: opaque shapes of power-law sizes that cover each other, the simplest model of natural images (Lee, Mumford,
//! Huang 2001, *Occlusion models for natural images*).

use super::synthetic::{balanced_count, generate};
use crate::error::Result;
use crate::images::{Dataset, Shape, Sizes, Split};
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use std::ops::Range;

const SIDE: usize = 32;
/// Samples per pixel along either axis, for anti-aliasing.
const FINE: usize = 2;
/// Samples along either axis: as many as a `u64` has bits.
const GRID: usize = SIDE * FINE;
/// Smallest and largest radius, in pixels. Smaller leaves would be noise; a larger one is mostly outside the image.
const RADIUS: (f32, f32) = (2.0, 16.0);
/// Weight of a leaf's own tint against its grey value. The channels of photographs are almost equal.
const TINT: f32 = 0.2;
/// Largest distance of a point of a leaf from its centre, in radii: the sharp corners of the triangle.
const REACH: f32 = 1.87;

/// Whether a point is within a leaf of radius 1 at the origin.
type Leaf = fn(f32, f32) -> bool;

/// Shapes of leaves, one per class. A leaf of radius r has the area of a disc of radius r, so the classes differ only in the
/// directions of their edges. Triangles and bars have their own covariance of the slopes along rows and columns; discs and
/// squares share theirs and are the hard pair.
const CLASSES: [(&str, Leaf); 4] = [
    ("disc", |u, v| u * u + v * v <= 1.0),
    // Half a side: sqrt(pi) / 2.
    ("square", |u, v| u.abs().max(v.abs()) <= 0.886_227),
    // The right angle is at the top left; a third of a leg is sqrt(2 pi) / 3.
    ("triangle", |u, v| u.min(v) >= -0.835_543 && u + v <= 0.835_543),
    // Upright, four times as high as wide: half the height is sqrt(pi).
    ("bar", |u, v| u.abs() <= 0.443_113 && v.abs() <= 1.772_454),
];

/// `count` images of 3 x 32 x 32 with pixels in [0, 1]: leaves of random colour and position with radii of density
/// `p(r) ~ r^-3`, which makes the images scale invariant. Classes alternate: disc, square, triangle, bar.
///
/// ```
/// let pool = convrfm::data::dead_leaves_pool(8, 1)?;
/// assert_eq!(pool.counts(), [2, 2, 2, 2]);
/// # Ok::<(), convrfm::Error>(())
/// ```
///
/// # Errors
/// When the images do not fit in memory.
pub fn dead_leaves_pool(count: usize, seed: u64) -> Result<Dataset> {
    let shape = Shape { channels: 3, height: SIDE, width: SIDE };
    generate(count, shape, &CLASSES.map(|(name, _)| name), seed, |class, rng, image| {
        draw(CLASSES[class].1, rng, image);
    })
}

/// [`dead_leaves_pool`], split.
///
/// # Errors
/// When the images do not fit in memory.
pub fn dead_leaves(sizes: Sizes, seed: u64) -> Result<Split> {
    dead_leaves_pool(balanced_count(sizes, CLASSES.len()), seed)?.split(sizes, seed)
}

/// Draws leaves from front to back until every sample is covered. This samples the stationary state of leaves that fall
/// forever.
fn draw(inside: Leaf, rng: &mut Pcg64Mcg, image: &mut [f32]) {
    let mut samples = vec![[0.0_f32; 3]; GRID * GRID];
    // The samples that no leaf covers yet, a bit each: most of what a leaf reaches is covered, and is skipped at no cost.
    let mut open = [u64::MAX; GRID];
    let margin = RADIUS.1 * REACH;
    let (low, high) = (RADIUS.0.powi(-2), RADIUS.1.powi(-2));
    while open.iter().any(|row| *row > 0) {
        let radius = (low - rng.random::<f32>() * (low - high)).powf(-0.5);
        let mut position = || rng.random::<f32>() * (SIDE as f32 + 2.0 * margin) - margin;
        let (x, y) = (position(), position());
        let light: f32 = rng.random();
        let tint = [rng.random::<f32>(), rng.random(), rng.random()];
        let colour = tint.map(|tint| (1.0 - TINT) * light + TINT * tint);
        let step = 1.0 / FINE as f32;
        let range = |centre: f32| {
            let reach = radius * REACH;
            let first = ((centre - reach) / step).floor().max(0.0) as usize;
            first..(((centre + reach) / step).ceil().max(0.0) as usize).min(GRID)
        };
        let columns = range(x);
        for row in range(y) {
            let v = ((row as f32 + 0.5) * step - y) / radius;
            let mut left = open[row] & bits(&columns);
            while left > 0 {
                let column = left.trailing_zeros() as usize;
                left &= left - 1;
                let u = ((column as f32 + 0.5) * step - x) / radius;
                if inside(u, v) {
                    samples[row * GRID + column] = colour;
                    open[row] &= !(1 << column);
                }
            }
        }
    }
    for (at, pixel) in image.iter_mut().enumerate() {
        let (channel, row, column) = (at / (SIDE * SIDE), at / SIDE % SIDE, at % SIDE);
        let sample = |i: usize| samples[(row * FINE + i / FINE) * GRID + column * FINE + i % FINE];
        let sum: f32 = (0..FINE * FINE).map(sample).map(|colour| colour[channel]).sum();
        *pixel = sum / (FINE * FINE) as f32;
    }
}

/// A row with the bits of these columns, none where the range is empty.
fn bits(columns: &Range<usize>) -> u64 {
    if columns.is_empty() { 0 } else { u64::MAX << columns.start & u64::MAX >> (GRID - columns.end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_covered_and_have_the_edges_of_their_class() {
        let pool = dead_leaves_pool(200, 3).unwrap();
        assert_eq!(pool.images.range(), (pool.images.range().0.max(0.0), pool.images.range().1.min(1.0)));
        assert!(pool.images == dead_leaves_pool(200, 3).unwrap().images, "the same seed");
        assert!(pool.images != dead_leaves_pool(200, 4).unwrap().images, "another seed");
        // Upright bars have steeper slopes along rows than along columns; the other shapes have no preferred direction.
        let mut slopes = [[0.0_f64; 2]; 4];
        for index in 0..pool.len() {
            let plane = &pool.images.image(index)[..SIDE * SIDE];
            for at in (0..SIDE * (SIDE - 1)).filter(|at| at % SIDE + 1 < SIDE) {
                let [along, across] = &mut slopes[pool.labels[index]];
                *along += f64::from(plane[at + 1] - plane[at]).powi(2);
                *across += f64::from(plane[at + SIDE] - plane[at]).powi(2);
            }
        }
        let ratio = slopes.map(|[along, across]| along / across);
        assert!(ratio[3] > 1.8 && ratio[..3].iter().all(|r| (0.85..1.18).contains(r)), "{ratio:?}");
    }

    #[test]
    fn every_leaf_has_the_area_of_a_disc_and_stays_within_reach() {
        let steps = 1000;
        let place = |i: usize| (i as f32 + 0.5) / steps as f32 * 4.0 - 2.0;
        for (name, inside) in CLASSES {
            let mut area = 0.0;
            for (u, v) in (0..steps * steps).map(|at| (place(at / steps), place(at % steps))) {
                if inside(u, v) {
                    area += (4.0 / steps as f32).powi(2);
                    assert!(u.hypot(v) <= REACH, "{name}");
                }
            }
            assert!((area - std::f32::consts::PI).abs() < 0.02, "{name}: {area}");
        }
    }
}
