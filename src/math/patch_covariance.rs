//! The covariance of the patches of images: the filters that follow from the images alone.

use super::feature_matrix::FeatureMatrix;
use crate::error::Result;
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use crate::linalg::gemm::{View, gemm};

/// The covariance of all patches of the first `count` images. It depends on no label, and its eigenvectors are the principal
/// components of the patches.
///
/// # Errors
/// When all patches are equal.
pub fn patch_covariance(images: &Images, geometry: PatchGeometry, count: usize) -> Result<FeatureMatrix> {
    let (d, positions) = (geometry.patch_len(), geometry.positions(0));
    let (mut sum, mut mean) = (vec![0.0; d * d], vec![0.0; d]);
    let mut products = Matrix::zeros(d, d);
    let count = count.min(images.count());
    for index in 0..count {
        let patches = geometry.patches(images.image(index));
        let columns = View::columns(&patches, d, positions, d);
        // Fast products of one image in single precision, summed over the images in double precision.
        gemm(1.0, columns, columns.transposed(), 0.0, products.as_mut_slice(), d);
        sum.iter_mut().zip(products.iter()).for_each(|(sum, &product)| *sum += f64::from(product));
        for patch in patches.chunks_exact(d) {
            mean.iter_mut().zip(patch).for_each(|(mean, &v)| *mean += f64::from(v));
        }
    }
    let total = (count * positions) as f64;
    let covariance = |i: usize, j: usize| sum[i * d + j] / total - mean[i] / total * mean[j] / total;
    FeatureMatrix::new(Matrix::from_fn(d, d, |i, j| covariance(i, j) as f32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::Shape;

    #[test]
    fn it_is_the_covariance_from_the_definition() {
        let shape = Shape { channels: 2, height: 5, width: 4 };
        let values: Vec<f32> = (0..3 * shape.len()).map(|i| (i as f32 * 1.7).sin() + 3.0).collect();
        let images = Images::new(shape, values).unwrap();
        let geometry = PatchGeometry::new(shape, 2, 1).unwrap();
        let found = patch_covariance(&images, geometry, 2).unwrap();
        let patches: Vec<f32> = (0..2).flat_map(|i| geometry.patches(images.image(i))).collect();
        let d = geometry.patch_len();
        let count = (patches.len() / d) as f64;
        let column = |i: usize| patches.chunks_exact(d).map(move |patch| f64::from(patch[i]));
        let mean = |i: usize| column(i).sum::<f64>() / count;
        for i in 0..d {
            for j in 0..d {
                let (a, b) = (mean(i), mean(j));
                let expected = column(i).zip(column(j)).map(|(x, y)| (x - a) * (y - b)).sum::<f64>() / count;
                assert!((f64::from(found.matrix()[(i, j)]) - expected).abs() < 1e-5, "{i}, {j}");
            }
        }
        let all = patch_covariance(&images, geometry, 99).unwrap();
        assert!(all.matrix() != found.matrix(), "the third image counts");
    }

    #[test]
    fn equal_patches_have_none() {
        let shape = Shape { channels: 1, height: 4, width: 4 };
        let images = Images::new(shape, vec![0.0; 16]).unwrap();
        let geometry = PatchGeometry::new(shape, 2, 1).unwrap();
        assert!(patch_covariance(&images, geometry, 1).is_err());
    }
}
