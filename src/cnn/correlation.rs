//! How similar two matrices are.

use crate::linalg::eigen;
use nalgebra::DMatrix;

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
    /// Compares `a` with `b` and with the symmetric root of `b`.
    pub(super) fn of(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Correlation {
        // Roots of tiny numbers are larger numbers: the root is taken of a matrix of about 1.
        let root = root(b);
        Correlation {
            pearson: pearson(a, b),
            pearson_root: pearson(a, &root),
            cosine: cosine(a, b),
            cosine_root: cosine(a, &root),
        }
    }

    /// The four numbers in this order: Pearson, Pearson with the root, cosine, cosine with the root.
    pub fn values(self) -> [Option<f64>; 4] {
        [self.pearson, self.pearson_root, self.cosine, self.cosine_root]
    }
}

/// Pearson correlation of the entries; none where a matrix is constant.
pub(crate) fn pearson(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Option<f64> {
    let centred = |m: &DMatrix<f64>| m.add_scalar(-m.mean());
    let constant = |m: &DMatrix<f64>| m.iter().all(|v| *v == m[0]);
    if a.is_empty() || constant(a) || constant(b) { None } else { cosine(&centred(a), &centred(b)) }
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

    #[test]
    fn proportional_matrices_and_undefined_similarities() {
        let x = DMatrix::from_fn(4, 6, |i, j| ((i * 7 + j * 5) % 11) as f64 - 4.0);
        let square = &x * x.transpose();
        let near_one = |v: Option<f64>| v.is_some_and(|v| (v - 1.0).abs() < 1e-9);
        let same = Correlation::of(&square, &(&square * 1e-250));
        assert!(near_one(same.pearson) && near_one(same.cosine) && !near_one(same.pearson_root), "{same:?}");
        // The root of A^2 is A.
        let of_root = Correlation::of(&square, &(&square * &square));
        assert!(near_one(of_root.pearson_root) && near_one(of_root.cosine_root), "{of_root:?}");
        let zero = DMatrix::zeros(4, 4);
        assert_eq!(Correlation::of(&square, &zero).values(), [None; 4]);
        let one = DMatrix::from_element(1, 1, 2.0);
        let single = Correlation::of(&one, &one);
        assert_eq!((single.pearson, single.cosine), (None, Some(1.0)));
    }
}
