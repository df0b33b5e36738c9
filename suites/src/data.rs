//! Made-up images, and how far two matrices are apart.

use convrfm::{Dataset, Images, Matrix, Shape, Split};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// Images of standard normal noise, the same for the same seed.
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

/// A split of three parts that share nothing but their shape.
pub fn noise_split(shape: Shape, [train, validation, test]: [usize; 3], classes: usize, seed: u64) -> Split {
    let part = |count, stream| labelled(noise(shape, count, 3 * seed + stream), classes);
    Split { train: part(train, 0), validation: part(validation, 1), test: part(test, 2) }
}

/// Images in [0, 1) with a pixel of each made brighter by 2, which pixel depending on its class.
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

/// Largest deviation over the largest reference value. NaN anywhere gives NaN, which no tolerance accepts.
pub fn max_relative(found: &Matrix, expected: &Matrix) -> f64 {
    assert_eq!(found.shape(), expected.shape());
    // Not f32::max, which forgets a NaN at the next number.
    let larger = |worst: f32, v: &f32| if worst.is_nan() || v.abs() <= worst { worst } else { v.abs() };
    let worst = (found - expected).iter().fold(0.0, larger);
    f64::from(worst) / f64::from(expected.amax())
}

/// Frobenius norm of the deviation over that of the reference.
pub fn frobenius_relative(found: &Matrix, expected: &Matrix) -> f64 {
    assert_eq!(found.shape(), expected.shape());
    f64::from((found - expected).norm()) / f64::from(expected.norm())
}
