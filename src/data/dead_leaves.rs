//! Dead leaves: opaque shapes of power-law sizes that cover each other, the simplest model of what cameras see (Lee,
//! Mumford, Huang 2001, *Occlusion models for natural images*).

use super::Sizes;
use crate::error::Result;
use crate::images::{Dataset, Images, Shape, Split};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

const SIDE: usize = 32;
/// AgopSamples per pixel along either axis, or edges would be staircases.
const FINE: usize = 2;
/// Smallest and largest radius, in pixels. Smaller leaves would be noise; a larger one is mostly out of sight.
const RADIUS: (f32, f32) = (2.0, 16.0);
/// Share of a leaf's own tint in its colour. The channels of photographs are nearly one.
const TINT: f32 = 0.2;
/// No leaf reaches further than this many of its radii: the sharp corners of the triangle.
const REACH: f32 = 1.87;

/// Whether a place is within a leaf of radius 1 at the origin.
type Leaf = fn(f32, f32) -> bool;

/// Shapes of leaves, each a class. A leaf of radius r has the area of a disc of radius r, so that size tells nothing: what
/// tells is the direction of edges. Triangle and bar differ from the others in how the slopes along rows and columns vary
/// together; disc and square do not, which makes them the hard pair.
const CLASSES: [(&str, Leaf); 4] = [
    ("disc", |u, v| u * u + v * v <= 1.0),
    // Half a side: sqrt(pi) / 2.
    ("square", |u, v| u.abs().max(v.abs()) <= 0.886_227),
    // A right angle at the top left, and a third of a leg, sqrt(2 pi) / 3.
    ("triangle", |u, v| u.min(v) >= -0.835_543 && u + v <= 0.835_543),
    // Upright; half the long side: sqrt(pi); the short one is a quarter of it.
    ("bar", |u, v| u.abs() <= 0.443_113 && v.abs() <= 1.772_454),
];

/// `count` images of 3 x 32 x 32, every pixel in [0, 1]: leaves of random colour and place, with radii of density
/// `p(r) ~ r^-3`, which makes the images look the same at every scale. Classes take turns: disc, square, triangle, bar.
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
fn image(inside: Leaf, rng: &mut Pcg64Mcg, data: &mut Vec<f32>) {
    const GRID: usize = SIDE * FINE;
    let mut fine: Vec<Option<[f32; 3]>> = vec![None; GRID * GRID];
    let mut bare = fine.len();
    let margin = RADIUS.1 * REACH;
    let (low, high) = (RADIUS.0.powi(-2), RADIUS.1.powi(-2));
    while bare > 0 {
        let radius = (low - rng.random::<f32>() * (low - high)).powf(-0.5);
        let mut place = || rng.random::<f32>() * (SIDE as f32 + 2.0 * margin) - margin;
        let (x, y) = (place(), place());
        let light: f32 = rng.random();
        let tint = [rng.random::<f32>(), rng.random(), rng.random()];
        let colour = tint.map(|tint| (1.0 - TINT) * light + TINT * tint);
        let step = 1.0 / FINE as f32;
        let range = |centre: f32| {
            let reach = radius * REACH;
            let first = ((centre - reach) / step).floor().max(0.0) as usize;
            first..(((centre + reach) / step).ceil().max(0.0) as usize).min(GRID)
        };
        for row in range(y) {
            for column in range(x) {
                let sample = &mut fine[row * GRID + column];
                let u = ((column as f32 + 0.5) * step - x) / radius;
                let v = ((row as f32 + 0.5) * step - y) / radius;
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
    fn images_are_covered_colours_with_edges_of_their_class() {
        let pool = dead_leaves_pool(200, 3).unwrap();
        assert_eq!(pool.images.range(), (pool.images.range().0.max(0.0), pool.images.range().1.min(1.0)));
        assert!(pool.images == dead_leaves_pool(200, 3).unwrap().images, "the same seed");
        assert!(pool.images != dead_leaves_pool(200, 4).unwrap().images, "another seed");
        // Upright bars have steeper slopes along rows than along columns; the other shapes have no direction.
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
