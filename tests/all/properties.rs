//! Properties for any images: of every engine (`convrfm_suites::properties`), the kernel's gradient, the feature matrix, and splits.

use crate::common;

use common::{engines, frobenius_relative, labelled, noise};
use convrfm::math::ntk;
use convrfm::{FeatureMatrix, Images, Matrix, PatchGeometry, Shape, Sizes};
use convrfm_suites::properties::{self, geometries};
use nalgebra::DMatrix;
use pollster::block_on;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use std::cell::RefCell;

fn cases(count: u32) -> Config {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proptest-regressions/properties.txt");
    Config {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..Config::with_cases(count)
    }
}

/// One engine for all cases, because it keeps its compiled shaders.
fn every_property_holds(engine: usize, count: u32) {
    let (name, open) = &engines()[engine];
    let engine = RefCell::new(open());
    let outcome = TestRunner::new(cases(count)).run(&properties::cases(), |case| {
        let verdict = block_on(properties::check(engine.borrow_mut().as_mut(), &case));
        verdict.map_err(|e| TestCaseError::fail(e.to_string()))
    });
    outcome.unwrap_or_else(|e| panic!("{name}: {e}"));
}

#[test]
fn every_property_holds_in_double_precision() {
    every_property_holds(0, 20);
}

#[test]
fn every_property_holds_in_single_precision() {
    every_property_holds(1, 20);
}

#[test]
fn every_property_holds_on_the_cpu() {
    every_property_holds(2, 20);
}

/// Each case is another geometry, whose shaders take a software driver 3 s to compile.
#[test]
fn every_property_holds_on_the_gpu() {
    every_property_holds(3, 6);
}

proptest! {
    #![proptest_config(cases(20))]

    /// The patches are independent variables here, although neighbours overlap in an image.
    #[test]
    fn the_closed_form_gradient_equals_finite_differences(g in geometries(), seed: u32) {
        let (d, positions) = (g.patch_len(), g.positions(0));
        let patches = noise(Shape { channels: 1, height: positions, width: d }, 2, seed.into());
        let [first, second] = [0, 1].map(|i| patches.image(i).iter().map(|&v| f64::from(v)).collect::<Vec<_>>());
        let pair = ntk::pair_gradient(g, &first, &second);
        prop_assert_eq!(pair.kernel, ntk::pair(g, &first, &second));
        let gradient: Vec<f64> =
            (0..positions * d).map(|i| pair.a[i / d] * first[i] + pair.b[i / d] * second[i]).collect();
        let largest = gradient.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        // About thirty coordinates, spread over positions and features.
        for i in (0..positions * d).step_by((positions * d).div_ceil(30) | 1) {
            let at = |step: f64| {
                let mut moved = second.clone();
                moved[i] += step;
                ntk::pair(g, &first, &moved)
            };
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            let error = (difference - gradient[i]).abs() / largest;
            prop_assert!(error < 1e-5, "{g:?}, coordinate {i}: {} and {difference}, error {error:.1e}", gradient[i]);
        }
    }
}

proptest! {
    #![proptest_config(cases(32))]

    /// Also for matrices of low rank.
    #[test]
    fn a_feature_matrix_has_an_upper_triangular_root_and_orthonormal_filters(d in 1..=30_usize, rank in 1..=40_usize, seed: u32) {
        let factor = noise(Shape { channels: 1, height: d, width: rank }, 1, seed.into());
        let factor = Matrix::from_row_slice(d, rank, factor.as_slice());
        let m = &factor * factor.transpose();
        let (features, expected) = (FeatureMatrix::new(m.clone()).unwrap(), &m / m.trace());
        let w = features.root();
        prop_assert!(frobenius_relative(&(w.transpose() * w), &expected) < 1e-5);
        prop_assert!(*w == w.upper_triangle());
        let shares = features.eigenvalue_shares();
        prop_assert!(shares.iter().all(|v| *v >= 0.0) && shares.is_sorted_by(|a, b| a >= b));
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-5);
        let v = DMatrix::from_fn(d, d, |i, j| features.filter(j)[i]);
        prop_assert!((v.transpose() * &v - Matrix::identity(d, d)).amax() < 1e-5, "the filters are not orthonormal");
        let shares = DMatrix::from_fn(d, d, |i, j| if i == j { shares[i] as f32 } else { 0.0 });
        prop_assert!(frobenius_relative(&(&v * shares * v.transpose()), &expected) < 1e-5);
        // |sqrt(M / trace M) u| by its definition, at the only position of an image of one patch.
        let image: Vec<f32> = (0..d).map(|i| (i as f32 * 0.7).sin() + 0.1).collect();
        let pixel = PatchGeometry::new(Shape { channels: d, height: 1, width: 1 }, 1, 1).unwrap();
        let u = nalgebra::DVector::from_vec(image.clone());
        let norm = (u.transpose() * &expected * &u)[0].max(0.0).sqrt();
        prop_assert!((features.patch_norms(pixel, &image)[0] - norm).abs() < 1e-3 * u.norm());
    }

    #[test]
    fn splits_are_disjoint_balanced_and_repeatable(
        classes in 1..=10_usize, each in 6..=12_usize, shares in [0.1..0.4_f64, 0.0..0.3, 0.0..0.3], seed: u64,
    ) {
        let total = classes * each;
        let shape = Shape { channels: 1, height: 1, width: 1 };
        // The only pixel of image i is i.
        let pool = labelled(Images::new(shape, (0..total).map(|i| i as f32).collect()).unwrap(), classes);
        let [train, validation, test] = shares.map(|s| (s * total as f64) as usize);
        let sizes = Sizes { train, validation, test };
        let split = pool.split(sizes, seed).unwrap();
        let parts = [&split.train, &split.validation, &split.test];
        prop_assert_eq!(parts.map(|p| p.len()), [train, validation, test]);
        let mut images: Vec<f32> = parts.iter().flat_map(|p| p.images.as_slice()).copied().collect();
        images.sort_by(f32::total_cmp);
        prop_assert!(images.is_sorted_by(|a, b| a < b), "an image is in two parts");
        for (part, uneven) in parts.iter().zip([1, 2, 2]) {
            let numbers = part.images.as_slice().iter().map(|&v| v as usize);
            prop_assert!(numbers.zip(&part.labels).all(|(i, label)| i % classes == *label), "a label belongs to another image");
            let counts = part.counts();
            prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= uneven, "counts {counts:?}");
        }
        prop_assert!(pool.split(sizes, seed).unwrap().train == split.train, "the same seed gave another split");
        // At least one of three other seeds gives another order.
        let whole = |seed| pool.draw(total, seed, "train").unwrap().0;
        prop_assert!((1..4).any(|other| whole(seed.wrapping_add(other)) != whole(seed)), "the seed has no effect");
        let too_many = Sizes { test: total - train - validation + 1, ..sizes };
        prop_assert!(pool.split(too_many, seed).is_err());
    }
}
