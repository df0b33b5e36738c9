//! How similar two matrices `W^T S W` are, and their leading eigenvectors, without the matrices: a layer of VGG has 512 filters of
//! 4,608 values, and its NFM and AGOP 21 million entries each.
//!
//! ```text
//! W^T = Q X,  1 = Q s                                    QR decomposition of d x (k + 1)
//! W^T S W = Q (X S X^T) Q^T                              the same eigenvalues, inner products and roots in k + 1 dimensions
//! sum of all entries of W^T S W = s^T (X S X^T) s        for the Pearson correlation
//! ```

use crate::linalg::Matrix;
use crate::linalg::eigen;
use crate::linalg::sort::descending;
use nalgebra::{DMatrix, DVector};

/// Share of a matrix that rounding leaves when its mean is taken away from entries that are all equal.
const CONSTANT: f64 = 1e-12;

/// Eigenvalues up to this share of the trace are rounding errors.
const NEGLIGIBLE: f64 = 1e-14;

/// Similarity of two symmetric positive semidefinite matrices A and B, each 1 for proportional ones. None where it is not
/// defined: for the Pearson correlation where all entries of a matrix are equal, for the cosine where they are 0.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Correlation {
    /// Pearson correlation of the entries of A and B.
    pub pearson: Option<f64>,
    /// Pearson correlation of the entries of A and of the root of B.
    pub pearson_root: Option<f64>,
    /// Cosine of A and B, nothing centred.
    pub cosine: Option<f64>,
    /// Cosine of A and the root of B.
    pub cosine_root: Option<f64>,
}

impl Correlation {
    /// Compares `W^T W` with `W^T S W` and with its symmetric root; `weights` W is `k x d`, `s` is `k x k`.
    pub(super) fn of(weights: &Matrix, s: &DMatrix<f64>) -> Correlation {
        let (basis, filters) = Basis::of(&[weights]);
        let filters = &filters[0];
        let transposed = filters.transpose();
        let (a, b) = (filters * &transposed, filters * s * &transposed);
        // Roots of tiny numbers are larger numbers: the root is taken of a matrix of about 1.
        let root = root(&b);
        Correlation {
            pearson: basis.pearson(&a, &b),
            pearson_root: basis.pearson(&a, &root),
            cosine: cosine(&a, &b),
            cosine_root: cosine(&a, &root),
        }
    }

    /// The four numbers in this order: Pearson, Pearson with the root, cosine, cosine with the root.
    pub fn values(self) -> [Option<f64>; 4] {
        [self.pearson, self.pearson_root, self.cosine, self.cosine_root]
    }
}

/// Pearson correlation of the entries of `A^T A` and `B^T B`.
pub(super) fn pearson_of_grams(a: &Matrix, b: &Matrix) -> Option<f64> {
    let (basis, filters) = Basis::of(&[a, b]);
    let gram = |x: &DMatrix<f64>| x * x.transpose();
    basis.pearson(&gram(&filters[0]), &gram(&filters[1]))
}

/// Pearson correlation of the entries of two `d x d` matrices; none where one is constant.
pub(super) fn pearson(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Option<f64> {
    let ones = DVector::from_element(a.nrows(), 1.0);
    Basis { ones, dimension: a.nrows() }.pearson(a, b)
}

/// The `count` eigenvectors of `W^T S W` with the largest eigenvalues, as columns of unit length whose entry of largest size is
/// positive (all 0 beyond the rank), and their eigenvalues as shares of the trace. None where the trace is 0.
pub(super) fn leading_eigenvectors(
    weights: &Matrix,
    s: &DMatrix<f64>,
    count: usize,
) -> Option<(Matrix, Vec<f64>)> {
    let (_, filters) = Basis::of(&[weights]);
    let to_filters = s * filters[0].transpose();
    let reduced = &filters[0] * &to_filters;
    let trace = reduced.trace();
    if !(trace > 0.0 && trace.is_finite()) {
        return None;
    }
    let (values, vectors) = eigen::symmetric(reduced / trace);
    let count = count.min(weights.ncols());
    let order: Vec<usize> = descending(&values).into_iter().filter(|&i| values[i] > NEGLIGIBLE).collect();
    let order = &order[..count.min(order.len())];
    // Q z is along W^T S W Q z = W^T (S X^T z).
    let mut found = weights.transpose().map(f64::from) * to_filters * vectors.select_columns(order);
    found.column_iter_mut().for_each(|mut column| {
        column.normalize_mut();
        eigen::orient(column);
    });
    let mut columns: Vec<f32> = found.iter().map(|&v| v as f32).collect();
    columns.resize(weights.ncols() * count, 0.0);
    let mut shares: Vec<f64> = order.iter().map(|&i| values[i]).collect();
    shares.resize(count, 0.0);
    Some((Matrix::from_vec(weights.ncols(), count, columns), shares))
}

/// An orthonormal basis of the span of some vectors of `dimension` values and of the vector of ones.
struct Basis {
    /// Coordinates of the vector of ones.
    ones: DVector<f64>,
    dimension: usize,
}

impl Basis {
    /// The basis for the rows of each matrix, and their coordinates as columns.
    fn of(rows: &[&Matrix]) -> (Basis, Vec<DMatrix<f64>>) {
        let dimension = rows[0].ncols();
        let mut vectors: Vec<f64> = Vec::new();
        for m in rows {
            vectors.extend(m.transpose().iter().map(|&v| f64::from(v)));
        }
        vectors.resize(vectors.len() + dimension, 1.0);
        let vectors = DMatrix::from_vec(dimension, vectors.len() / dimension, vectors);
        // Where there are as many vectors as values, the vectors are their own coordinates.
        let coordinates = if vectors.ncols() < dimension { eigen::triangular(vectors) } else { vectors };
        let mut next = 0;
        let mut take = |count: usize| {
            next += count;
            coordinates.columns(next - count, count).into_owned()
        };
        let filters = rows.iter().map(|m| take(m.nrows())).collect();
        let ones = DVector::from_column_slice(take(1).as_slice());
        (Basis { ones, dimension }, filters)
    }

    /// Pearson correlation of the entries of two matrices in this basis; none where one is constant.
    fn pearson(&self, a: &DMatrix<f64>, b: &DMatrix<f64>) -> Option<f64> {
        let centred = |m: &DMatrix<f64>| {
            let mean = (m * &self.ones).dot(&self.ones) / (self.dimension as f64).powi(2);
            let centred = m - &self.ones * self.ones.transpose() * mean;
            (centred.amax() > CONSTANT * m.amax()).then_some(centred)
        };
        cosine(&centred(a)?, &centred(b)?)
    }
}

fn cosine(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Option<f64> {
    // Over the largest entries, so that no square leaves the range of numbers.
    let unit = |m: &DMatrix<f64>| {
        let largest = m.amax();
        (largest > 0.0 && largest.is_finite()).then(|| {
            let m = m / largest;
            let norm = m.norm();
            m / norm
        })
    };
    Some(unit(a)?.dot(&unit(b)?).clamp(-1.0, 1.0))
}

/// The symmetric root of a positive semidefinite matrix, up to a factor.
fn root(m: &DMatrix<f64>) -> DMatrix<f64> {
    let largest = m.amax();
    if largest == 0.0 || !largest.is_finite() {
        return DMatrix::zeros(m.nrows(), m.ncols());
    }
    let (values, vectors) = eigen::symmetric(m / largest);
    let scaled = DMatrix::from_fn(vectors.nrows(), vectors.ncols(), |i, j| {
        vectors[(i, j)] * values[j].max(0.0).sqrt().sqrt()
    });
    &scaled * scaled.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::FeatureMatrix;
    use crate::math::feature_matrix::chain_rule;
    use rand::{RngExt, SeedableRng};

    fn random(rows: usize, columns: usize, seed: u64) -> Matrix {
        let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
        // Not centred, so that the mean of the entries counts.
        Matrix::from_fn(rows, columns, |_, _| rng.random::<f32>() - 0.3)
    }

    /// The four numbers by the matrices themselves.
    fn by_entries(a: &DMatrix<f64>, b: &DMatrix<f64>) -> [Option<f64>; 4] {
        let root = root(b);
        [pearson(a, b), pearson(a, &root), cosine(a, b), cosine(a, &root)]
    }

    #[test]
    fn the_small_matrices_have_the_similarities_of_the_large_ones() {
        for (k, d, scale) in [(5, 144, 1.0), (16, 144, 1e-5), (20, 20, 1.0), (32, 27, 1.0), (64, 9, 1e-3)] {
            let weights = random(k, d, 1) * scale;
            let x = random(k, k, 2).map(f64::from);
            let s = &x * x.transpose();
            let nfm = chain_rule(&weights, &DMatrix::identity(k, k));
            let agop = chain_rule(&weights, &s);
            let expected = by_entries(&nfm, &agop);
            for (found, expected) in Correlation::of(&weights, &s).values().into_iter().zip(expected) {
                let (found, expected) = (found.unwrap(), expected.unwrap());
                assert!((found - expected).abs() < 1e-6, "{k} x {d}: {found} {expected}");
            }
            let other = random(k, d, 3);
            let expected = pearson(&nfm, &chain_rule(&other, &DMatrix::identity(k, k))).unwrap();
            assert!((pearson_of_grams(&weights, &other).unwrap() - expected).abs() < 1e-9);

            let features = FeatureMatrix::new((&agop / agop.trace()).map(|v| v as f32)).unwrap();
            let (filters, shares) = leading_eigenvectors(&weights, &s, 3).unwrap();
            for (i, share) in shares.iter().enumerate() {
                assert!((share - features.eigenvalue_shares()[i]).abs() < 1e-6, "{share}");
                let expected = features.filter(i);
                let cosine: f32 = filters.column(i).iter().zip(&expected).map(|(a, b)| a * b).sum();
                assert!(cosine > 0.9999, "{k} x {d}, eigenvector {i}: {cosine}");
            }
        }
    }

    #[test]
    fn proportional_matrices_and_undefined_similarities() {
        let weights = random(4, 6, 1);
        let near_one = |v: Option<f64>| v.is_some_and(|v| (v - 1.0).abs() < 1e-9);
        let same = Correlation::of(&weights, &(DMatrix::identity(4, 4) * 1e-250));
        assert!(near_one(same.pearson) && near_one(same.cosine) && !near_one(same.pearson_root), "{same:?}");
        // W^T (W W^T) W is the square of W^T W.
        let wide = weights.map(f64::from);
        let of_root = Correlation::of(&weights, &(&wide * wide.transpose()));
        assert!(near_one(of_root.pearson_root) && near_one(of_root.cosine_root), "{of_root:?}");
        let zero = DMatrix::zeros(4, 4);
        assert_eq!(Correlation::of(&weights, &zero).values(), [None; 4]);
        assert!(leading_eigenvectors(&weights, &zero, 2).is_none());
        let (filters, shares) = leading_eigenvectors(&weights, &DMatrix::identity(4, 4), 6).unwrap();
        assert!(filters.columns(4, 2).amax() == 0.0 && shares[4..] == [0.0, 0.0] && shares[3] > 0.0);
        // Filters whose values are all equal: so are the entries of their covariance.
        for (k, d) in [(1, 1), (2, 9), (2, 2)] {
            let flat = Correlation::of(&Matrix::from_element(k, d, 0.3), &DMatrix::identity(k, k));
            assert!(flat.pearson.is_none() && near_one(flat.cosine), "{k} x {d}: {flat:?}");
        }
    }
}
