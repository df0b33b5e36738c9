//! Eigenvectors and the triangular root of a positive semidefinite matrix, in double precision, whatever its size.
//!
//! ```text
//! rank r << d     M = B^T B by Cholesky with diagonal pivoting (d r^2), then the eigenvectors of B B^T (r^3)
//! otherwise       Householder and implicit QR (about 9 d^3)
//! ```
//!
//! The feature matrix of long patches often has a low rank: the outputs of w filters of 3 x 3 pixels of a colour image are
//! linear in those pixels, so patches of 3 x 3 x w values depend on 75 pixels, whatever w is, and the rank of their M is 75.

use nalgebra::{DMatrix, SymmetricEigen};

/// Below this size a low rank saves nothing worth having.
const SMALL: usize = 64;

/// What is left of a diagonal entry, relative to the largest one, that counts as 0: two units of rounding of single
/// precision, in which M is handed over.
const NEGLIGIBLE: f64 = 2.4e-7;

/// Order from which the native library for large matrices is faster.
#[cfg(feature = "faer")]
const LARGE: usize = 640;

/// Eigenvalues of a symmetric positive semidefinite matrix, in no order, with unit eigenvectors as columns, `d x r`.
/// Eigenvalues that are not given are 0 up to 2.4e-7 of the largest diagonal entry.
pub fn symmetric(m: DMatrix<f64>) -> (Vec<f64>, DMatrix<f64>) {
    let d = m.nrows();
    if d >= SMALL
        && let Some(root) = low_rank(&m, d * 3 / 4)
    {
        // M = B^T B and B B^T share their eigenvalues; B^T maps the eigenvectors of the second to those of the first.
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
    if m.nrows() >= LARGE
        && let Some(found) = large::symmetric(&m)
    {
        return found;
    }
    let eigen = SymmetricEigen::new(m);
    (eigen.eigenvalues.as_slice().to_vec(), eigen.eigenvectors)
}

/// `B` (`r x d`) with `B^T B = M` up to [`NEGLIGIBLE`], unless more than `most` rows are needed: Cholesky, the largest
/// diagonal entry that is left being the next pivot, so that no step divides by what is only rounding.
fn low_rank(m: &DMatrix<f64>, most: usize) -> Option<DMatrix<f64>> {
    let d = m.nrows();
    let mut left: Vec<f64> = m.diagonal().iter().copied().collect();
    let negligible = NEGLIGIBLE * left.iter().copied().fold(0.0, f64::max);
    // Rows of B as columns.
    let mut rows = DMatrix::<f64>::zeros(d, most);
    for r in 0..=most {
        let pivot = (0..d).max_by(|&a, &b| left[a].total_cmp(&left[b]))?;
        if left[pivot] <= negligible {
            return Some(rows.columns(0, r.max(1)).transpose());
        }
        if r == most {
            break;
        }
        let (known, next) = rows.as_mut_slice().split_at_mut(r * d);
        let next = &mut next[..d];
        next.copy_from_slice(m.column(pivot).as_slice());
        for row in known.chunks_exact(d) {
            next.iter_mut().zip(row).for_each(|(v, known)| *v -= row[pivot] * known);
        }
        let root = left[pivot].sqrt();
        for (left, v) in left.iter_mut().zip(next) {
            *v /= root;
            *left -= *v * *v;
        }
        // What rounding leaves of it must not make it a pivot again.
        left[pivot] = 0.0;
    }
    None
}

/// The upper triangular factor R (`min(r, d) x d`) of the QR decomposition of an `r x d` matrix A: `R^T R = A^T A`.
pub fn triangular(a: DMatrix<f64>) -> DMatrix<f64> {
    #[cfg(feature = "faer")]
    if a.nrows() >= LARGE {
        return large::triangular(&a);
    }
    a.qr().r()
}

/// Natively, large matrices by a library that works on blocks of them, on all cores. The page does without its size.
#[cfg(feature = "faer")]
mod large {
    use faer::{MatRef, Side};
    use nalgebra::DMatrix;

    fn view(m: &DMatrix<f64>) -> MatRef<'_, f64> {
        MatRef::from_column_major_slice(m.as_slice(), m.nrows(), m.ncols())
    }

    /// None when the iteration does not converge, which it does for finite values.
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
    fn a_low_rank_is_found_and_its_eigenvectors_are_right() {
        for (d, rank) in [(64, 1), (144, 75), (300, 40), (144, 144)] {
            let m = semidefinite(d, rank);
            let (values, vectors) = symmetric(m.clone());
            // Rounding to single precision may add directions, each of them below the limit.
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
    fn nothing_but_blanks_has_one_eigenvalue_of_zero() {
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
    fn the_library_for_large_matrices_finds_the_same() {
        let m = semidefinite(60, 60);
        let (values, vectors) = large::symmetric(&m).unwrap();
        assert!((rebuilt(&values, &vectors) - &m).norm() < 1e-13 * m.norm());
        let root = large::triangular(&m);
        assert!((root.tr_mul(&root) - m.tr_mul(&m)).norm() < 1e-13 * m.norm().powi(2));
        assert!((0..60).all(|i| (0..i).all(|j| root[(i, j)] == 0.0)));
    }
}
