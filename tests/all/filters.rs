//! Filters between two levels: drawn from N(0, M / trace M), the same on every machine, and images convolved with them.

use crate::common;

use common::noise;
use convrfm::math::StageProgress;
use convrfm::math::filter_bank::MAX_FILTERS;
use convrfm::{Error, FeatureMatrix, FilterBank, Images, Matrix, PatchGeometry, Shape};
use pollster::block_on;

const SHAPE: Shape = Shape { channels: 1, height: 6, width: 5 };

fn geometry() -> PatchGeometry {
    PatchGeometry::new(SHAPE, 3, 1).unwrap()
}

/// M of a given rank, 9 x 9, divided by its trace.
fn matrix(rank: usize) -> Matrix {
    let factor =
        Matrix::from_fn(9, rank, |i, j| ((i * 7 + j * 5 + 3) % 11) as f32 - 4.0 + (i == j) as u8 as f32);
    let m = &factor * factor.transpose();
    &m / m.trace()
}

/// 391 x 256 filters are more than 100,000.
const SEEDS: u64 = 391;

/// The means of w and w w^T over all filters, and their number.
fn moments(root: Option<&Matrix>) -> ([f64; 9], nalgebra::DMatrix<f64>, f64) {
    let mut mean = [0.0; 9];
    let mut second = nalgebra::DMatrix::zeros(9, 9);
    for seed in 0..SEEDS {
        let bank = FilterBank::draw(root, geometry(), MAX_FILTERS, seed, (seed % 3) as usize).unwrap();
        for filter in bank.weights().row_iter() {
            let filter: Vec<f64> = filter.iter().map(|&w| f64::from(w)).collect();
            for i in 0..9 {
                mean[i] += filter[i];
                for j in 0..9 {
                    second[(i, j)] += filter[i] * filter[j];
                }
            }
        }
    }
    let count = SEEDS as f64 * MAX_FILTERS as f64;
    (mean.map(|v| v / count), second / count, count)
}

/// Asserts that means and covariances are within five standard errors of 0 and M.
fn assert_covariance(root: Option<&Matrix>, m: &Matrix) {
    let (mean, second, count) = moments(root);
    assert!(count >= 1e5);
    for i in 0..9 {
        let own = f64::from(m[(i, i)]);
        assert!(mean[i].abs() < 5.0 * (own / count).sqrt() + 1e-9, "mean {i}: {}", mean[i]);
        for j in 0..9 {
            let (expected, other) = (f64::from(m[(i, j)]), f64::from(m[(j, j)]));
            let deviation = ((own * other + expected * expected) / count).sqrt();
            let error = (second[(i, j)] - expected).abs();
            assert!(error < 5.0 * deviation, "entry {i}, {j}: {error:.1e}, standard error {deviation:.1e}");
        }
    }
}

#[test]
fn a_hundred_thousand_filters_have_the_covariance_m() {
    let m = matrix(9);
    assert_covariance(Some(FeatureMatrix::new(m.clone()).unwrap().root()), &m);
    assert_covariance(None, &(Matrix::identity(9, 9) / 9.0));
}

/// Filters are orthogonal to the null space of M.
#[test]
fn filters_of_a_low_rank_m_stay_in_its_range() {
    let m = matrix(3);
    let features = FeatureMatrix::new(m.clone()).unwrap();
    let shares = features.eigenvalue_shares();
    assert!(shares[3] < 1e-6 && shares[2] > 1e-3, "{shares:?}");
    let root = Some(features.root());
    assert_covariance(root, &m);
    let bank = FilterBank::draw(root, geometry(), MAX_FILTERS, 1, 0).unwrap();
    for direction in 3..9 {
        let null = features.filter(direction);
        for filter in 0..bank.width() {
            let along: f32 = bank.filter(filter).iter().zip(&null).map(|(w, v)| w * v).sum();
            assert!(along.abs() < 2e-3, "filter {filter}: {along} along direction {direction}");
        }
    }
}

#[test]
fn the_same_seed_and_level_draw_the_same_filters() {
    let features = FeatureMatrix::new(matrix(9)).unwrap();
    let draw =
        |seed, level, width| FilterBank::draw(Some(features.root()), geometry(), width, seed, level).unwrap();
    assert_eq!(draw(3, 1, 8), draw(3, 1, 8));
    assert_ne!(draw(3, 1, 8), draw(4, 1, 8));
    assert_ne!(draw(3, 1, 8), draw(3, 2, 8));
    // A wider bank begins with the filters of a narrower one.
    assert_eq!(draw(3, 1, 8).weights().rows(0, 5), draw(3, 1, 5).weights().rows(0, 5));
    // The same on every machine: numbers of the generator, each rounded once.
    let pinned = FilterBank::draw(None, geometry(), 1, 0, 0).unwrap();
    let bits: Vec<u32> = pinned.filter(0)[..3].iter().map(|w| w.to_bits()).collect();
    assert_eq!(bits, [1_041_125_607, 3_169_780_737, 3_172_977_046]);
}

/// Responses by their definition, sums over channel, row and column, in double precision.
fn responses(bank: &FilterBank, shape: Shape, q: usize, image: &[f32]) -> Vec<f64> {
    let (h, w) = (shape.height - q + 1, shape.width - q + 1);
    let mut values = Vec::new();
    for filter in 0..bank.width() {
        let weights = bank.filter(filter);
        for p in 0..h * w {
            let at = |i: usize| {
                let (channel, a, b) = (i / (q * q), i / q % q, i % q);
                let pixel = (channel * shape.height + p / w + a) * shape.width + p % w + b;
                f64::from(weights[i]) * f64::from(image[pixel])
            };
            values.push((0..weights.len()).map(at).sum());
        }
    }
    values
}

#[test]
fn convolved_images_equal_the_definition() {
    for (channels, q, width) in [(1, 3, 4), (3, 2, 7), (5, 1, 1), (64, 3, 33)] {
        let shape = Shape { channels, height: 6, width: 5 };
        let images = noise(shape, 5, 2);
        let geometry = PatchGeometry::new(shape, q, 1).unwrap();
        let bank = FilterBank::draw(None, geometry, width, 9, 0).unwrap();
        let expected: Vec<f64> = (0..5).flat_map(|i| responses(&bank, shape, q, images.image(i))).collect();
        for (relu, pooling) in [(false, 1), (true, 1), (false, 2), (true, 3)] {
            if pooling > 6 - q {
                continue;
            }
            let progress = StageProgress::unmonitored();
            let result = block_on(bank.convolve(&images, relu, pooling, &progress)).unwrap();
            let (rows, columns) = ((7 - q) / pooling, (6 - q) / pooling);
            let convolved = Shape { channels: width, height: rows, width: columns };
            assert_eq!((result.count(), result.shape()), (5, convolved));
            assert_eq!(bank.shape(shape, pooling).unwrap(), convolved);
            for (at, actual) in result.as_slice().iter().enumerate() {
                let (map, row, column) = (at / (rows * columns), at / columns % rows, at % columns);
                let response = |y: usize, x: usize| {
                    let value =
                        expected[(map * (7 - q) + row * pooling + y) * (6 - q) + column * pooling + x];
                    if relu { value.max(0.0) } else { value }
                };
                let window = (0..pooling * pooling).map(|i| response(i / pooling, i % pooling));
                let mean = window.sum::<f64>() / (pooling * pooling) as f64;
                assert!((f64::from(*actual) - mean).abs() < 1e-5, "{actual}, expected {mean}");
            }
            for i in 0..5 {
                let one = bank.apply(shape, images.image(i), relu, pooling).unwrap();
                assert_eq!(one, result.image(i), "one image");
            }
        }
    }
}

#[test]
fn the_mean_square_of_a_response_is_u_m_u_over_the_trace() {
    let features = FeatureMatrix::new(matrix(9)).unwrap();
    let image = noise(SHAPE, 1, 4);
    let mut squares = [0.0_f64; 12];
    for seed in 0..100 {
        let bank = FilterBank::draw(Some(features.root()), geometry(), MAX_FILTERS, seed, 0).unwrap();
        let values = bank.apply(SHAPE, image.image(0), false, 1).unwrap();
        for (i, v) in values.iter().enumerate() {
            squares[i % 12] += f64::from(v * v) / 25_600.0;
        }
    }
    for (square, norm) in squares.iter().zip(features.patch_norms(geometry(), image.image(0))) {
        let expected = f64::from(norm * norm);
        assert!((square / expected - 1.0).abs() < 0.06, "{square}, expected {expected}");
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let shape = Shape { channels: 3, height: 12, width: 11 };
    let images = noise(shape, 40, 1);
    let geometry = PatchGeometry::new(shape, 3, 1).unwrap();
    let bank = FilterBank::draw(None, geometry, 20, 5, 0).unwrap();
    let convolved = [1, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| block_on(bank.convolve(&images, false, 1, &StageProgress::unmonitored()))).unwrap()
    });
    assert!(convolved[0] == convolved[1]);
}

/// Scaling by a power of two scales the result exactly, unless a sum overflows single precision.
#[test]
fn convolution_is_homogeneous_and_refuses_overflow() {
    let (small, large) = (2.0_f32.powi(-40), 2.0_f32.powi(30));
    let image = noise(SHAPE, 1, 6);
    let bank = FilterBank::draw(None, geometry(), 6, 5, 0).unwrap();
    let convolve = |factor: f32| {
        let scaled = image.as_slice().iter().map(|v| v * factor).collect();
        block_on(bank.convolve(&Images::new(SHAPE, scaled).unwrap(), true, 1, &StageProgress::unmonitored()))
    };
    let plain = convolve(1.0).unwrap();
    for factor in [small, large] {
        let scaled = convolve(factor).unwrap();
        assert!(scaled.as_slice().iter().zip(plain.as_slice()).all(|(a, b)| *a == b * factor), "{factor}");
    }
    let huge = Matrix::from_element(2, 9, 1e38);
    let huge = FilterBank::new(1, 3, huge).unwrap();
    let ten = Images::new(SHAPE, vec![10.0; 30]).unwrap();
    let error = block_on(huge.convolve(&ten, false, 1, &StageProgress::unmonitored())).unwrap_err();
    assert_eq!(
        error.to_string(),
        "convolved images: found a value that is not finite; scale the images to about [0, 1]"
    );
}

#[test]
fn unusable_filters_are_refused_by_name() {
    let refused = |bank: Result<FilterBank, Error>, expected: &str| {
        assert_eq!(bank.unwrap_err().to_string(), expected);
    };
    let draw = |width| FilterBank::draw(None, geometry(), width, 0, 0);
    refused(draw(0), "width: found 0, expected 1 to 256 filters");
    refused(draw(257), "width: found 257, expected 1 to 256 filters");
    let drawn = FilterBank::draw(Some(&Matrix::identity(8, 8)), geometry(), 4, 0, 0);
    refused(drawn, "patch transform: found 8 x 8, expected 9 x 9, the patch dimension");
    let of = |weights| FilterBank::new(2, 3, weights);
    refused(of(Matrix::zeros(4, 9)), "filter weights: found 9, expected 18, 2 channels of 3 x 3");
    refused(of(Matrix::zeros(0, 18)), "width: found 0, expected 1 to 256 filters");
    refused(of(Matrix::from_element(4, 18, f32::NAN)), "filter weights: found NaN, expected finite numbers");
    let bank = of(Matrix::zeros(4, 18)).unwrap();
    let apply = |channels, height| {
        let shape = Shape { channels, height, width: 5 };
        bank.apply(shape, &[0.0; 50], false, 1).unwrap_err().to_string()
    };
    assert_eq!(apply(1, 10), "channels: found 1, expected 2, as the filters");
    assert_eq!(apply(2, 2), "patch: found 3, expected 1 to 2, the smaller side of the images");
    assert_eq!(apply(2, 6), "pixel values: found 50, expected 60, the size of a 2x6x5 image");
    let shape = Shape { channels: 2, height: 5, width: 6 };
    for pooling in [0, 4] {
        let error = bank.apply(shape, &[0.0; 60], false, pooling).unwrap_err().to_string();
        assert_eq!(error, format!("pooling: found {pooling}, expected 1 to 3, for images of 3 x 4"));
    }
}
