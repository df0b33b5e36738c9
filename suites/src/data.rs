//! Synthetic images, settings, and distances between two matrices.

use convrfm::{AgopSamples, Dataset, Images, Matrix, Ridge, Settings, Shape, Split};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// Settings of one level; the arguments are q, L, lambda, the number of rounds and the images in the AGOP.
pub fn settings(
    patch: usize,
    depth: usize,
    ridge: impl Into<Ridge>,
    rounds: usize,
    agop_samples: AgopSamples,
) -> Settings {
    let mut settings = Settings::default();
    (settings.patch, settings.depth, settings.rounds) = (patch, depth, rounds);
    (settings.ridge, settings.agop_samples) = (ridge.into(), agop_samples);
    settings
}

/// Images of standard normal noise. The same seed gives the same images.
pub fn noise(shape: Shape, count: usize, seed: u64) -> Images {
    let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
    let pixels = (0..count * shape.len()).map(|_| StandardNormal.sample(&mut rng)).collect();
    Images::new(shape, pixels).unwrap()
}

/// Images with labels 0, 1, ..., `classes - 1`, 0, 1, ...
pub fn labelled(images: Images, classes: usize) -> Dataset {
    let labels = (0..images.count()).map(|i| i % classes).collect();
    Dataset::new(images, labels, (0..classes).map(|c| c.to_string()).collect()).unwrap()
}

/// Three parts of independent noise.
pub fn noise_split(shape: Shape, [train, validation, test]: [usize; 3], classes: usize, seed: u64) -> Split {
    let part = |count, stream| labelled(noise(shape, count, 3 * seed + stream), classes);
    Split { train: part(train, 0), validation: part(validation, 1), test: part(test, 2) }
}

/// Images in [0, 1). One pixel of each image, chosen by its class, is brighter by 2.
pub fn marked(shape: Shape, count: usize, classes: usize, seed: u64) -> Dataset {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let mut pixels: Vec<f32> = (0..count * shape.len()).map(|_| next()).collect();
    for i in 0..count {
        pixels[i * shape.len() + i % classes % shape.len()] += 2.0;
    }
    labelled(Images::new(shape, pixels).unwrap(), classes)
}

/// Largest deviation divided by the largest reference value. A NaN anywhere gives NaN, which no tolerance accepts.
pub fn max_relative(actual: &Matrix, expected: &Matrix) -> f64 {
    assert_eq!(actual.shape(), expected.shape());
    // Not f32::max, which forgets a NaN at the next number.
    let larger = |worst: f32, v: &f32| if worst.is_nan() || v.abs() <= worst { worst } else { v.abs() };
    let worst = (actual - expected).iter().fold(0.0, larger);
    f64::from(worst) / f64::from(expected.amax())
}

/// Frobenius norm of the deviation divided by the norm of the reference.
pub fn frobenius_relative(actual: &Matrix, expected: &Matrix) -> f64 {
    assert_eq!(actual.shape(), expected.shape());
    f64::from((actual - expected).norm()) / f64::from(expected.norm())
}
