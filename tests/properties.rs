//! What must hold for any images, on every engine.

mod common;

use common::{engines, frobenius_relative, labelled, max_relative, noise};
use convrfm::datasets::Sizes;
use convrfm::engine::{Engine, Naive, Solution};
use convrfm::features::Transform;
use convrfm::{Features, Geometry, Images, Matrix, Pulse, Shape, kernel};
use nalgebra::{DMatrix, SymmetricEigen};
use pollster::block_on;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence};
use std::sync::Arc;

fn cases(count: u32) -> Config {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proptest-regressions/properties.txt");
    Config {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..Config::with_cases(count)
    }
}

/// Images of any shape, patch size and depth. The patch dimension is at least 4: with one feature every cosine is 1 or
/// -1, where the NTK's slope is infinite, and with two or three it often comes close enough to spoil differences.
fn geometry() -> impl Strategy<Value = Geometry> {
    (1..=4_usize, 1..=5_usize, 1..=3_usize, 1..=3_usize, 1..=3_usize)
        .prop_filter("patch dimension", |(c, q, ..)| (4..=64).contains(&(c * q * q)))
        .prop_map(|(channels, patch, depth, rows, cols)| {
            let lost = depth * (patch - 1);
            Geometry::new(Shape { channels, height: lost + rows, width: lost + cols }, patch, depth).unwrap()
        })
}

/// One round on one engine.
struct Fit {
    engine: Box<dyn Engine>,
    gram: Matrix,
    solution: Solution,
}

fn fit(
    mut engine: Box<dyn Engine>,
    geometry: Geometry,
    train: &Images,
    targets: &Matrix,
    transform: &Transform,
) -> Fit {
    block_on(async {
        let pulse = Pulse::unwatched();
        engine.load(geometry, Arc::new(train.clone())).await.unwrap();
        engine.kernel(transform, &pulse).await.unwrap();
        let gram = engine.gram().await.unwrap();
        // A ridge that single precision bears: what is compared is the kernel, not the condition of the system.
        let solution = engine.solve(targets, 1e-2, &pulse).await.unwrap();
        Fit { engine, gram, solution }
    })
}

impl Fit {
    fn predict(&mut self, images: &Images) -> Matrix {
        block_on(self.engine.predict(images, &Pulse::unwatched())).unwrap()
    }

    fn rows(&mut self, images: &Images) -> Matrix {
        block_on(self.engine.rows(images, &Pulse::unwatched())).unwrap()
    }

    fn agop(&mut self, samples: usize) -> Matrix {
        block_on(self.engine.agop(samples, &Pulse::unwatched())).unwrap()
    }
}

/// Smallest eigenvalue over the largest absolute one.
fn smallest_eigenvalue(m: &Matrix) -> f64 {
    let eigen = SymmetricEigen::new(m.map(f64::from)).eigenvalues;
    eigen.min() / eigen.amax()
}

fn scaled(images: &Images, by: f32) -> Images {
    Images::new(images.shape(), images.as_slice().iter().map(|v| v * by).collect()).unwrap()
}

proptest! {
    #![proptest_config(cases(20))]

    /// Two rounds, the second one under a transform. The M of a few images is all but flat, which turns every cosine
    /// into 1 or -1, where k0 in single precision is right to 1e-4 only; a share of the identity keeps it from that.
    #[test]
    fn engines_agree_with_the_double_precision_reference(g in geometry(), n in 1..=20_usize, k in 1..=3_usize, seed: u32) {
        let (train, test) = (labelled(noise(g.shape(), n, seed.into()), k), noise(g.shape(), 3, u64::from(seed) + 1));
        let (targets, samples) = (train.one_hot(), n.div_ceil(2));
        let mut transform = Transform::Identity;
        for round in 0..2 {
            let mut oracle = fit(Box::new(Naive::<f64>::default()), g, &train.images, &targets, &transform);
            let (predictions, rows, agop) = (oracle.predict(&test), oracle.rows(&test), oracle.agop(samples));
            for (name, engine) in engines() {
                let mut found = fit(engine(), g, &train.images, &targets, &transform);
                let errors = [
                    max_relative(&found.gram, &oracle.gram) / 1e-4,
                    max_relative(&found.rows(&test), &rows) / 1e-4,
                    max_relative(&found.predict(&test), &predictions) / 2e-3,
                    frobenius_relative(&found.agop(samples), &agop) / 2e-3,
                ];
                prop_assert!(errors.iter().all(|e| *e <= 1.0), "{name}, round {round}, {g:?}: {errors:?} of the tolerances");
            }
            let round_matrix = &agop + Matrix::identity(agop.nrows(), agop.ncols()) * (agop.trace() / agop.nrows() as f32);
            transform = Features::new(&round_matrix).unwrap().transform();
        }
    }

    #[test]
    fn the_kernel_is_symmetric_and_positive_semi_definite(g in geometry(), n in 2..=20_usize, seed: u32) {
        let train = labelled(noise(g.shape(), n, seed.into()), 2);
        for (name, engine) in engines() {
            let mut fit = fit(engine(), g, &train.images, &train.one_hot(), &Transform::Identity);
            // The square block is mirrored; asked for as rows, each half is computed for itself.
            let rows = fit.rows(&train.images);
            prop_assert!(max_relative(&rows, &fit.gram) < 1e-5, "{name}: rows and square block differ");
            prop_assert!(max_relative(&rows.transpose(), &rows) < 1e-5, "{name}: not symmetric");
            let smallest = smallest_eigenvalue(&fit.gram);
            prop_assert!(smallest >= -1e-5, "{name}: eigenvalue {smallest:.1e} of the largest");
        }
    }

    #[test]
    fn the_agop_is_symmetric_and_positive_semi_definite(g in geometry(), n in 1..=18_usize, seed: u32) {
        let train = labelled(noise(g.shape(), n, seed.into()), 3);
        for (name, engine) in engines() {
            let m = fit(engine(), g, &train.images, &train.one_hot(), &Transform::Identity).agop(n);
            prop_assert!(max_relative(&m.transpose(), &m) < 1e-6, "{name}: not symmetric");
            let smallest = smallest_eigenvalue(&m);
            prop_assert!(smallest >= -1e-5, "{name}: eigenvalue {smallest:.1e} of the largest");
        }
    }

    /// Every patch is a variable of its own: neighbours overlap in an image, but not here.
    #[test]
    fn the_closed_form_gradient_is_that_of_finite_differences(g in geometry(), seed: u32) {
        let (d, positions) = (g.patch_len(), g.positions(0));
        let patches = noise(Shape { channels: 1, height: positions, width: d }, 2, seed.into());
        let [first, second] = [0, 1].map(|i| patches.image(i).iter().map(|&v| f64::from(v)).collect::<Vec<_>>());
        let found = kernel::pair_gradient(g, &first, &second);
        prop_assert_eq!(found.kernel, kernel::pair(g, &first, &second));
        let gradient: Vec<f64> =
            (0..positions * d).map(|i| found.a[i / d] * first[i] + found.b[i / d] * second[i]).collect();
        let largest = gradient.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        // Thirty of the coordinates, spread over positions and features.
        for i in (0..positions * d).step_by((positions * d).div_ceil(30) | 1) {
            let at = |step: f64| {
                let mut moved = second.clone();
                moved[i] += step;
                kernel::pair(g, &first, &moved)
            };
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            let error = (difference - gradient[i]).abs() / largest;
            prop_assert!(error < 1e-5, "{g:?}, coordinate {i}: {} and {difference}, error {error:.1e}", gradient[i]);
        }
    }

    #[test]
    fn permuting_the_training_images_permutes_alpha(g in geometry(), n in 2..=20_usize, seed: u32, shuffle: u64) {
        let train = labelled(noise(g.shape(), n, seed.into()), 2);
        let test = noise(g.shape(), 3, u64::from(seed) + 1);
        // `draw` shuffles; the pixels say where each image went.
        let permuted = train.draw(n, shuffle, "train").unwrap().0;
        let origin: Vec<usize> = (0..n)
            .map(|i| (0..n).find(|&j| train.images.image(j) == permuted.images.image(i)).unwrap())
            .collect();
        for (name, engine) in engines() {
            let mut before = fit(engine(), g, &train.images, &train.one_hot(), &Transform::Identity);
            let mut after = fit(engine(), g, &permuted.images, &permuted.one_hot(), &Transform::Identity);
            let alpha = before.solution.alpha.select_rows(&origin);
            prop_assert!(max_relative(&after.solution.alpha, &alpha) < 1e-3, "{name}: alpha");
            prop_assert!(max_relative(&after.predict(&test), &before.predict(&test)) < 1e-3, "{name}: predictions");
            prop_assert!(frobenius_relative(&after.agop(n), &before.agop(n)) < 1e-3, "{name}: AGOP");
        }
    }

    /// K is homogeneous of degree 1 in either image. The machine divides K by its maximum, so f does not change, its
    /// gradient is divided by the constant, and M by the constant's square.
    #[test]
    fn scaling_the_images_scales_the_kernel_by_the_square(g in geometry(), by in 0.1..10.0_f32, seed: u32) {
        let train = labelled(noise(g.shape(), 7, seed.into()), 2);
        let test = noise(g.shape(), 3, u64::from(seed) + 1);
        for (name, engine) in engines() {
            let mut one = fit(engine(), g, &train.images, &train.one_hot(), &Transform::Identity);
            let mut other = fit(engine(), g, &scaled(&train.images, by), &train.one_hot(), &Transform::Identity);
            prop_assert!(max_relative(&other.gram, &(&one.gram * (by * by))) < 1e-4, "{name}: kernel");
            let predictions = one.predict(&test);
            prop_assert!(max_relative(&other.predict(&scaled(&test, by)), &predictions) < 1e-3, "{name}: predictions");
            prop_assert!(frobenius_relative(&(other.agop(7) * (by * by)), &one.agop(7)) < 1e-3, "{name}: AGOP");
        }
    }

    /// Blank patches add nothing, so what is drawn on a blank ground may move, the same way in every image. All of it has
    /// to stay L (q - 1) pixels from the border, where every window that touches it is a valid one.
    #[test]
    fn moving_the_content_of_all_images_together_changes_nothing(
        patch in 2..=3_usize, depth in 1..=3_usize, down in 0..=2_usize, right in 0..=3_usize, seed: u32,
    ) {
        let content = Shape { channels: 2, height: 4, width: 3 };
        let margin = depth * (patch - 1);
        let ground = Shape { channels: 2, height: content.height + 2 * margin + 2, width: content.width + 2 * margin + 3 };
        let g = Geometry::new(ground, patch, depth).unwrap();
        let place = |images: &Images, down: usize, right: usize| {
            let mut pixels = vec![0.0; images.count() * ground.len()];
            for (i, row) in images.as_slice().chunks_exact(content.width).enumerate() {
                let (plane, r) = (i / content.height, i % content.height);
                let at = (plane * ground.height + margin + down + r) * ground.width + margin + right;
                pixels[at..at + content.width].copy_from_slice(row);
            }
            Images::new(ground, pixels).unwrap()
        };
        let (train, test) = (labelled(noise(content, 6, seed.into()), 2), noise(content, 3, u64::from(seed) + 1));
        for (name, engine) in engines() {
            let mut here = fit(engine(), g, &place(&train.images, 0, 0), &train.one_hot(), &Transform::Identity);
            let mut there = fit(engine(), g, &place(&train.images, down, right), &train.one_hot(), &Transform::Identity);
            prop_assert!(max_relative(&there.gram, &here.gram) < 1e-6, "{name}: kernel");
            let (before, after) = (here.predict(&place(&test, 0, 0)), there.predict(&place(&test, down, right)));
            prop_assert!(max_relative(&after, &before) < 1e-4, "{name}: predictions");
            prop_assert!(frobenius_relative(&there.agop(6), &here.agop(6)) < 1e-4, "{name}: AGOP");
        }
    }
}

proptest! {
    #![proptest_config(cases(32))]

    /// Also of matrices whose rank is less than their size.
    #[test]
    fn the_transform_is_an_upper_triangular_root(d in 1..=30_usize, rank in 1..=40_usize, seed: u32) {
        let factor = noise(Shape { channels: 1, height: d, width: rank }, 1, seed.into());
        let factor = Matrix::from_row_slice(d, rank, factor.as_slice());
        let m = &factor * factor.transpose();
        let (features, expected) = (Features::new(&m).unwrap(), &m / m.trace());
        let Transform::Root(w) = features.transform() else { panic!("a feature matrix gives a root") };
        prop_assert!(frobenius_relative(&(w.transpose() * &w), &expected) < 1e-5);
        prop_assert!(w == w.upper_triangle());
        prop_assert!(frobenius_relative(&features.matrix(), &expected) < 1e-5);
        let spectrum = features.spectrum();
        prop_assert!(spectrum.iter().all(|v| *v >= 0.0) && spectrum.is_sorted_by(|a, b| a >= b));
        prop_assert!((spectrum.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        let v = DMatrix::from_fn(d, d, |i, j| features.filter(j)[i]);
        prop_assert!((v.transpose() * &v - Matrix::identity(d, d)).amax() < 1e-5, "the filters are not orthonormal");
        // |sqrt(M) u| by its definition, at the only position of an image of one patch.
        let image: Vec<f32> = (0..d).map(|i| (i as f32 * 0.7).sin() + 0.1).collect();
        let pixel = Geometry::new(Shape { channels: d, height: 1, width: 1 }, 1, 1).unwrap();
        let u = nalgebra::DVector::from_vec(image.clone());
        let strength = (u.transpose() * &expected * &u)[0].max(0.0).sqrt();
        prop_assert!((features.strength(pixel, &image)[0] - strength).abs() < 1e-3 * u.norm());
    }

    #[test]
    fn splits_are_disjoint_balanced_and_repeatable(
        classes in 1..=10_usize, each in 6..=12_usize, shares in [0.1..0.4_f64, 0.0..0.3, 0.0..0.3], seed: u64,
    ) {
        let total = classes * each;
        let shape = Shape { channels: 1, height: 1, width: 1 };
        // Image i is the number i.
        let pool = labelled(Images::new(shape, (0..total).map(|i| i as f32).collect()).unwrap(), classes);
        let [train, validation, test] = shares.map(|s| (s * total as f64) as usize);
        let sizes = Sizes { train, validation, test };
        let split = pool.split(sizes, seed).unwrap();
        let parts = [&split.train, &split.validation, &split.test];
        prop_assert_eq!(parts.map(|p| p.len()), [train, validation, test]);
        let mut seen: Vec<f32> = parts.iter().flat_map(|p| p.images.as_slice()).copied().collect();
        seen.sort_by(f32::total_cmp);
        prop_assert!(seen.is_sorted_by(|a, b| a < b), "an image is in two parts");
        for (part, uneven) in parts.iter().zip([1, 2, 2]) {
            let numbers = part.images.as_slice().iter().map(|&v| v as usize);
            prop_assert!(numbers.zip(&part.labels).all(|(i, label)| i % classes == *label), "a label was exchanged");
            let counts = part.counts();
            prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= uneven, "counts {counts:?}");
        }
        prop_assert!(pool.split(sizes, seed).unwrap().train == split.train, "the same seed gives the same split");
        // Some other seed gives another order of the whole pool.
        let whole = |seed| pool.draw(total, seed, "train").unwrap().0;
        prop_assert!((1..4).any(|other| whole(seed.wrapping_add(other)) != whole(seed)), "the seed has no effect");
        let too_many = Sizes { test: total - train - validation + 1, ..sizes };
        prop_assert!(pool.split(too_many, seed).is_err());
    }
}
