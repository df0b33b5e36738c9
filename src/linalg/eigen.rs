//! Eigenvectors of a positive semidefinite matrix and its triangular root, in double precision.
//!
//! ```text
//! rank r << d     M = B^T B by Cholesky with diagonal pivoting (d r^2), then the eigenvectors of B B^T (r^3)
//! otherwise       Householder tridiagonalisation and implicit QR (about 9 d^3)
//! ```
//!
//! The feature matrix of long patches often has a low rank. For example, the outputs of w filters of 3 x 3 pixels on a colour image
//! are linear in the pixels. A 3 x 3 patch of these outputs has 9 w values but depends on 5 x 5 x 3 = 75 pixels, so the rank of M is
//! at most 75, whatever w is.

use nalgebra::{DMatrix, DVectorViewMut, SymmetricEigen};

/// Matrices below this order are not tried for a low rank: it would save too little.
const MIN_LOW_RANK_ORDER: usize = 64;

/// Remainders of diagonal entries up to this share of the largest entry count as 0: two units of rounding of single precision,
/// in which M is given.
const NEGLIGIBLE: f64 = 2.4e-7;

/// Order from which faer is faster than nalgebra.
#[cfg(feature = "faer")]
const MIN_FAER_ORDER: usize = 640;

/// Eigenvalues of a symmetric positive semidefinite matrix (`d x d`), in no particular order, and unit eigenvectors as columns
/// (`d x r`). The `d - r` eigenvalues that are left out are 0 up to 2.4e-7 of the largest diagonal entry.
pub fn symmetric(m: DMatrix<f64>) -> (Vec<f64>, DMatrix<f64>) {
    let d = m.nrows();
    if d >= MIN_LOW_RANK_ORDER
        && let Some(root) = low_rank(&m, d * 3 / 4)
    {
        // M = B^T B and B B^T have the same eigenvalues other than 0; B^T maps eigenvectors of B B^T to eigenvectors of M.
        let (values, vectors) = full(&root * root.transpose());
        let mut vectors = root.transpose() * vectors;
        vectors.column_iter_mut().for_each(|mut v| {
            v.normalize_mut();
        });
        return (values, vectors);
    }
    full(m)
}

fn full(m: DMatrix<f64>) -> (Vec<f64>, DMatrix<f64>) {
    #[cfg(feature = "faer")]
    if m.nrows() >= MIN_FAER_ORDER
        && let Some(decomposition) = large::symmetric(&m)
    {
        return decomposition;
    }
    let eigen = SymmetricEigen::new(m);
    (eigen.eigenvalues.as_slice().to_vec(), eigen.eigenvectors)
}

/// `B` (`r x d`) with `B^T B = M` up to [`NEGLIGIBLE`], or none when it has more than `max_rank` rows. Cholesky, in which the largest
/// remaining diagonal entry is the next pivot, so that no step divides by a rounding error.
fn low_rank(m: &DMatrix<f64>, max_rank: usize) -> Option<DMatrix<f64>> {
    let d = m.nrows();
    // The diagonal of M - B^T B.
    let mut remaining: Vec<f64> = m.diagonal().iter().copied().collect();
    let negligible = NEGLIGIBLE * remaining.iter().copied().fold(0.0, f64::max);
    // B^T.
    let mut columns = DMatrix::<f64>::zeros(d, max_rank);
    for r in 0..=max_rank {
        let pivot = (0..d).max_by(|&a, &b| remaining[a].total_cmp(&remaining[b]))?;
        if remaining[pivot] <= negligible {
            return Some(columns.columns(0, r.max(1)).transpose());
        }
        if r == max_rank {
            break;
        }
        let (done, next) = columns.as_mut_slice().split_at_mut(r * d);
        let next = &mut next[..d];
        next.copy_from_slice(m.column(pivot).as_slice());
        for column in done.chunks_exact(d) {
            next.iter_mut().zip(column).for_each(|(next, done)| *next -= column[pivot] * done);
        }
        let root = remaining[pivot].sqrt();
        for (remaining, v) in remaining.iter_mut().zip(next) {
            *v /= root;
            *remaining -= *v * *v;
        }
        // A rounding error must not make it a pivot again.
        remaining[pivot] = 0.0;
    }
    None
}

/// Gives an eigenvector the sign that makes its entry of largest size positive.
pub fn orient(mut vector: DVectorViewMut<f64>) {
    let largest = vector.iter().copied().reduce(|a, b| if b.abs() > a.abs() { b } else { a });
    if largest.is_some_and(|v| v < 0.0) {
        vector.neg_mut();
    }
}

/// The upper triangular factor R (`min(r, d) x d`) of the QR decomposition of an `r x d` matrix A: `R^T R = A^T A`.
pub fn triangular(a: DMatrix<f64>) -> DMatrix<f64> {
    #[cfg(feature = "faer")]
    if a.nrows() >= MIN_FAER_ORDER {
        return large::triangular(&a);
    }
    a.qr().r()
}

/// Large matrices by faer, which works on blocks and on all cores. It is too large for the page.
#[cfg(feature = "faer")]
mod large {
    use faer::{MatRef, Side};
    use nalgebra::DMatrix;

    fn view(m: &DMatrix<f64>) -> MatRef<'_, f64> {
        MatRef::from_column_major_slice(m.as_slice(), m.nrows(), m.ncols())
    }

    /// None when the iteration does not converge; for finite values it does.
    pub fn symmetric(m: &DMatrix<f64>) -> Option<(Vec<f64>, DMatrix<f64>)> {
        let eigen = view(m).self_adjoint_eigen(Side::Lower).ok()?;
        let (values, vectors) = (eigen.S(), eigen.U());
        let d = m.nrows();
        Some(((0..d).map(|i| values[i]).collect(), DMatrix::from_fn(d, d, |i, j| vectors[(i, j)])))
    }

    pub fn triangular(a: &DMatrix<f64>) -> DMatrix<f64> {
        let qr = view(a).qr();
        let r = qr.thin_R();
        DMatrix::from_fn(r.nrows(), r.ncols(), |i, j| if i <= j { r[(i, j)] } else { 0.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    /// A semidefinite matrix of rank `rank` with eigenvalues over four orders of magnitude, rounded to single precision.
    fn semidefinite(d: usize, rank: usize) -> DMatrix<f64> {
        let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(3);
        let mut x = DMatrix::from_fn(d, rank, |_, _| rng.random::<f64>() - 0.5);
        for (j, mut column) in x.column_iter_mut().enumerate() {
            column *= 10_f64.powf(-2.0 * j as f64 / rank as f64);
        }
        (&x * x.transpose()).map(|v| f64::from(v as f32))
    }

    fn rebuilt(values: &[f64], vectors: &DMatrix<f64>) -> DMatrix<f64> {
        let scaled = DMatrix::from_fn(vectors.nrows(), values.len(), |i, j| vectors[(i, j)] * values[j]);
        scaled * vectors.transpose()
    }

    #[test]
    fn eigenvectors_of_low_and_full_ranks() {
        for (d, rank) in [(64, 1), (144, 75), (300, 40), (144, 144)] {
            let m = semidefinite(d, rank);
            let (values, vectors) = symmetric(m.clone());
            // Rounding to single precision adds eigenvectors with eigenvalues near the limit.
            assert!(values.len() == d || values.len() <= rank + 8, "{d} {rank}: {}", values.len());
            let error = (rebuilt(&values, &vectors) - &m).norm() / m.norm();
            let orthonormal =
                (vectors.tr_mul(&vectors) - DMatrix::identity(values.len(), values.len())).amax();
            println!("d {d} rank {rank}: {} eigenvalues, error {error:.1e}, {orthonormal:.1e}", values.len());
            assert!(error < 3e-7 && orthonormal < 1e-9, "{d} {rank}: {error:.1e} {orthonormal:.1e}");
            assert_eq!(values.len() < d, rank <= d * 3 / 4);
        }
    }

    #[test]
    fn a_zero_matrix_has_one_eigenvalue_of_zero() {
        assert_eq!(symmetric(DMatrix::zeros(70, 70)).0, [0.0]);
    }

    #[test]
    fn the_triangular_factor_of_a_wide_matrix_is_a_root() {
        let a = semidefinite(70, 30).rows(0, 30).into_owned();
        let root = triangular(a.clone());
        assert_eq!(root.shape(), (30, 70));
        assert!((0..30).all(|i| (0..i).all(|j| root[(i, j)] == 0.0)));
        assert!((root.tr_mul(&root) - a.tr_mul(&a)).norm() < 1e-12 * a.norm().powi(2));
    }

    #[cfg(feature = "faer")]
    #[test]
    fn faer_decomposes_and_factors() {
        let m = semidefinite(60, 60);
        let (values, vectors) = large::symmetric(&m).unwrap();
        assert!((rebuilt(&values, &vectors) - &m).norm() < 1e-13 * m.norm());
        let root = large::triangular(&m);
        assert!((root.tr_mul(&root) - m.tr_mul(&m)).norm() < 1e-13 * m.norm().powi(2));
        assert!((0..60).all(|i| (0..i).all(|j| root[(i, j)] == 0.0)));
    }
}
