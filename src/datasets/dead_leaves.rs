//! Dead leaves: opaque shapes of power-law sizes that cover each other, the simplest model of what cameras see (Lee,
//! Mumford, Huang 2001, *Occlusion models for natural images*).

use super::Sizes;
use crate::{Dataset, Images, Result, Shape, rfm::Split};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::f32::consts::TAU;

const SIDE: usize = 32;
/// Samples per pixel along either axis, or edges would be staircases.
const FINE: usize = 2;
/// Smallest and largest radius, in pixels. Smaller leaves would be noise; a larger one is mostly out of sight.
const RADIUS: (f32, f32) = (1.5, 16.0);
/// No leaf reaches further than this many of its radii: the corners of the bar.
const REACH: f32 = 1.83;

/// Shapes of leaves, each a class. A leaf of radius r has the area of a disc of radius r, so that size tells nothing.
const CLASSES: [(&str, fn(f32, f32) -> bool); 4] = [
    ("disc", |u, v| u * u + v * v <= 1.0),
    // Half a side: sqrt(pi) / 2.
    ("square", |u, v| u.abs().max(v.abs()) <= 0.886_227),
    // Distance of the sides from the centre: half the circumradius, sqrt(4 pi / (3 sqrt 3)) / 2.
    ("triangle", |u, v| (-v).max(0.5 * v + 0.866_025_4 * u.abs()) <= 0.777_537),
    // Half the long side: sqrt(pi); the short one is a quarter of it.
    ("bar", |u, v| u.abs() <= 1.772_454 && v.abs() <= 0.443_113),
];

/// `count` images of 3 x 32 x 32, every pixel in [0, 1]: leaves of random colour, place and direction, with radii of
/// density `p(r) ~ r^-3`, which makes the images look the same at every scale. Classes take turns: disc, square, triangle,
/// bar.
///
/// ```
/// let pool = convrfm::datasets::dead_leaves_pool(8, 1)?;
/// assert_eq!(pool.counts(), [2, 2, 2, 2]);
/// # Ok::<(), convrfm::Error>(())
/// ```
///
/// # Errors
/// Never for a count that fits in memory.
pub fn dead_leaves_pool(count: usize, seed: u64) -> Result<Dataset> {
    let shape = Shape { channels: 3, height: SIDE, width: SIDE };
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut data = Vec::with_capacity(count * shape.len());
    for index in 0..count {
        image(CLASSES[index % CLASSES.len()].1, &mut rng, &mut data);
    }
    let labels = (0..count).map(|i| i % CLASSES.len()).collect();
    Dataset::new(Images::new(shape, data)?, labels, CLASSES.map(|(name, _)| name.into()).to_vec())
}

/// [`dead_leaves_pool`], split.
///
/// # Errors
/// Never for sizes that fit in memory.
pub fn dead_leaves(sizes: Sizes, seed: u64) -> Result<Split> {
    dead_leaves_pool(sizes.total().next_multiple_of(CLASSES.len()), seed)?.split(sizes, seed)
}

/// Appends one image. Leaves come from the front to the back until nothing shines through, which is the stationary state
/// of leaves that fall for ever.
fn image(inside: fn(f32, f32) -> bool, rng: &mut Pcg64Mcg, data: &mut Vec<f32>) {
    const GRID: usize = SIDE * FINE;
    let mut fine: Vec<Option<[f32; 3]>> = vec![None; GRID * GRID];
    let mut bare = fine.len();
    let margin = RADIUS.1 * REACH;
    let (low, high) = (RADIUS.0.powi(-2), RADIUS.1.powi(-2));
    while bare > 0 {
        let radius = (low - rng.random::<f32>() * (low - high)).powf(-0.5);
        let mut place = || rng.random::<f32>() * (SIDE as f32 + 2.0 * margin) - margin;
        let (x, y) = (place(), place());
        let (sin, cos) = (TAU * rng.random::<f32>()).sin_cos();
        let colour = [rng.random(), rng.random(), rng.random()];
        let step = 1.0 / FINE as f32;
        let range = |centre: f32| {
            let reach = radius * REACH;
            let first = ((centre - reach) / step).floor().max(0.0) as usize;
            first..(((centre + reach) / step).ceil().max(0.0) as usize).min(GRID)
        };
        for row in range(y) {
            for column in range(x) {
                let sample = &mut fine[row * GRID + column];
                let (dx, dy) = ((column as f32 + 0.5) * step - x, (row as f32 + 0.5) * step - y);
                let (u, v) = ((cos * dx + sin * dy) / radius, (cos * dy - sin * dx) / radius);
                if sample.is_none() && inside(u, v) {
                    *sample = Some(colour);
                    bare -= 1;
                }
            }
        }
    }
    for channel in 0..3 {
        for (row, column) in (0..SIDE * SIDE).map(|at| (at / SIDE, at % SIDE)) {
            let samples =
                (0..FINE * FINE).map(|at| fine[(row * FINE + at / FINE) * GRID + column * FINE + at % FINE]);
            let sum: f32 = samples.flatten().map(|colour| colour[channel]).sum();
            data.push(sum / (FINE * FINE) as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_has_the_area_of_its_disc_and_stays_within_reach() {
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
