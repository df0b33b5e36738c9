//! The feature matrix M: its root as the next round's patch transform, its eigenvectors as filters, filtered images.

use crate::error::{Error, Result};
use crate::images::PatchGeometry;
use crate::linalg::Matrix;
use crate::linalg::eigen;
use crate::linalg::gemm::{View, gemm};
use crate::linalg::parallel::for_each;
use crate::linalg::sort::descending;
use nalgebra::{DMatrix, DVector};

/// Columns of a product that one thread computes at a time.
const STRIP_COLUMNS: usize = 64;

/// A feature matrix M (`d x d`), its eigendecomposition in double precision, and the root `W` of `M / trace M`.
///
/// The kernel and the AGOP depend on patches only through inner products of `W u`, so every root `W` with
/// `W^T W = M / trace M` gives the same predictor as the symmetric `R = sqrt(M) / |sqrt(M)|_F`. This is the upper triangular one:
/// half the multiply-adds, and as accurate, because `|W u|^2` is a sum of squares.
///
/// ```
/// use convrfm::{FeatureMatrix, Matrix};
/// let m = FeatureMatrix::new(Matrix::from_row_slice(2, 2, &[2.0, 1.0, 1.0, 2.0]))?;
/// // Eigenvalues 3 and 1, as shares of the trace.
/// assert!((m.eigenvalue_shares()[0] - 0.75).abs() < 1e-6);
/// let v = m.filter(0);
/// assert!((v[0] - v[1]).abs() < 1e-6);
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FeatureMatrix {
    matrix: Matrix,
    /// Eigenvalues over their sum, negative rounding errors set to 0: `d` of them, largest first.
    shares: Vec<f64>,
    /// Unit eigenvectors as columns, in the order of the shares; the entry of largest size is positive. Where M has a low rank
    /// r only the first r; all other shares are 0.
    vectors: DMatrix<f64>,
    root: Matrix,
}

impl FeatureMatrix {
    /// Decomposes `m` (`d x d`, symmetric up to rounding).
    ///
    /// # Errors
    /// When an entry is not finite, or the trace is not positive: a predictor that depends on no patch has no features.
    pub fn new(m: Matrix) -> Result<Self> {
        if !m.iter().all(|v| v.is_finite()) {
            return Err(Error::NotFinite { quantity: "feature matrix", remedy: "raise the ridge" });
        }
        let wide = m.map(f64::from);
        let (values, vectors) = eigen::symmetric((&wide + wide.transpose()) * 0.5);
        let order = descending(&values);
        let mut clipped: Vec<f64> = order.iter().map(|&i| values[i].max(0.0)).collect();
        clipped.resize(m.nrows(), 0.0);
        let total: f64 = clipped.iter().sum();
        if !(total > 0.0 && total.is_finite()) {
            return Err(Error::invalid(
                "feature matrix",
                format!("trace {total}"),
                "a positive trace: the prediction depends on no patch (one class, or blank images)",
            ));
        }
        let shares: Vec<f64> = clipped.iter().map(|v| v / total).collect();
        let mut vectors = vectors.select_columns(&order);
        vectors.column_iter_mut().for_each(eigen::orient);
        // The R factor of the QR decomposition of the symmetric root.
        let scaled = DMatrix::from_fn(vectors.ncols(), m.nrows(), |i, j| shares[i].sqrt() * vectors[(j, i)]);
        let root = eigen::triangular(scaled).resize_vertically(m.nrows(), 0.0).map(|v| v as f32);
        Ok(FeatureMatrix { matrix: m, shares, vectors, root })
    }

    /// M as it was computed, `d x d`.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// The upper triangular `W` (`d x d`) with `W^T W = M / trace M`. Where M has a low rank its last rows are 0; engines leave
    /// them out, which saves most of the inner products of long patches.
    pub fn root(&self) -> &Matrix {
        &self.root
    }

    /// Patch dimension d.
    pub fn dimension(&self) -> usize {
        self.shares.len()
    }

    /// Number of eigenvectors: the rank of M where it is low, else `d`.
    pub fn rank(&self) -> usize {
        self.vectors.ncols()
    }

    /// Eigenvalues of M as shares of its trace, largest first; `d` of them.
    pub fn eigenvalue_shares(&self) -> &[f64] {
        &self.shares
    }

    /// Eigenvector `index` in patch order (channel, row, column), of unit length: a learned filter. All zeros beyond the rank of
    /// M, where any filter would do.
    pub fn filter(&self, index: usize) -> Vec<f32> {
        if index >= self.rank() {
            return vec![0.0; self.dimension()];
        }
        self.vectors.column(index).iter().map(|&v| v as f32).collect()
    }

    /// `|sqrt(M / trace M) u_p|` at every position (`h_0 x w_0`): the weight of each patch in the next kernel. By one matrix
    /// product in single precision: the page filters a gallery after each round, and in double precision that took longer than
    /// the round.
    pub fn patch_norms(&self, geometry: PatchGeometry, image: &[f32]) -> Vec<f32> {
        let (d, rank, positions) = (self.dimension(), self.rank(), geometry.positions(0));
        let root = |r: usize, f: usize| (self.shares[r].sqrt() * self.vectors[(f, r)]) as f32;
        let root = Matrix::from_fn(rank, d, root);
        let patches = geometry.patches(image);
        let mut projections = vec![0.0; positions * rank];
        let patches = View::columns(&patches, d, positions, d).transposed();
        let root = View::columns(root.as_slice(), rank, d, rank).transposed();
        gemm(1.0, patches, root, 0.0, &mut projections, positions);
        let mut squares = vec![0.0; positions];
        for projection in projections.chunks_exact(positions) {
            squares.iter_mut().zip(projection).for_each(|(square, v)| *square += v * v);
        }
        squares.into_iter().map(f32::sqrt).collect()
    }

    /// Response `v^T u_p` of filter `index` at every position (`h_0 x w_0`).
    pub fn response(&self, geometry: PatchGeometry, image: &[f32], index: usize) -> Vec<f32> {
        if index >= self.rank() {
            return vec![0.0; geometry.positions(0)];
        }
        let patches = geometry.patches(image).into_iter().map(f64::from);
        let patches = DMatrix::from_iterator(self.dimension(), geometry.positions(0), patches);
        (self.vectors.column(index).transpose() * patches).iter().map(|&v| v as f32).collect()
    }

    /// `v_r . u` of one patch (`d` values) for every eigenvector, in the order of the shares.
    ///
    /// # Panics
    /// When `patch` does not have `d` values.
    pub fn project(&self, patch: &[f32]) -> DVector<f64> {
        let patch = DVector::from_iterator(self.dimension(), patch.iter().map(|&v| f64::from(v)));
        self.vectors.tr_mul(&patch)
    }

    /// `sqrt(M / trace M) u` of one patch with the symmetric root: the patch as the next kernel weighs it, again a picture (`d`
    /// values in patch order).
    ///
    /// # Panics
    /// When `patch` does not have `d` values.
    pub fn transform_patch(&self, patch: &[f32]) -> Vec<f32> {
        let mut projections = self.project(patch);
        projections.iter_mut().zip(&self.shares).for_each(|(v, share)| *v *= share.sqrt());
        (&self.vectors * projections).iter().map(|&v| v as f32).collect()
    }

    /// Row `index` of the symmetric root `sqrt(M / trace M)`, `d` values.
    pub fn symmetric_root_row(&self, index: usize) -> Vec<f32> {
        let scaled = (0..self.rank()).map(|r| self.vectors[(index, r)] * self.shares[r].sqrt());
        let scaled = DVector::from_iterator(self.rank(), scaled);
        (&self.vectors * scaled).iter().map(|&v| v as f32).collect()
    }
}

/// Number of rows of `root` up to the last one that is not 0, at least 1: the length of `W u` that engines compute.
pub(crate) fn rank_of_root(root: &Matrix) -> usize {
    let last = root.column_iter().filter_map(|column| column.iter().rposition(|v| *v != 0.0)).max();
    last.map_or(1, |last| last + 1)
}

/// The chain rule through `z = W u`: `W^T S W` (`d x d`) of a symmetric `S` with as many rows as `W u` has values. In strips of
/// columns on all cores: for long patches this is the work of thousands of kernel entries.
pub(crate) fn chain_rule(root: &Matrix, s: &DMatrix<f64>) -> DMatrix<f64> {
    let d = root.ncols();
    let root = root.rows(0, s.nrows()).map(f64::from);
    let transposed = root.transpose();
    let mut product = DMatrix::zeros(d, d);
    let mut strips: Vec<_> =
        product.as_mut_slice().chunks_mut(d * STRIP_COLUMNS).zip((0..).step_by(STRIP_COLUMNS)).collect();
    for_each(&mut strips, |(strip, first)| {
        let half = s * root.columns(*first, strip.len() / d).into_owned();
        strip.copy_from_slice((&transposed * half).as_slice());
    });
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    /// M of patches that depend on `rank` numbers.
    fn low_rank(d: usize, rank: usize) -> Matrix {
        let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(3);
        let x = Matrix::from_fn(d, rank, |_, _| rng.random::<f32>() - 0.5);
        &x * x.transpose()
    }

    #[test]
    fn a_low_rank_is_told_from_a_full_one_and_neither_loses_anything() {
        for (d, rank) in [(27, 9), (144, 75), (144, 144), (576, 75)] {
            let m = low_rank(d, rank);
            let expected = m.map(f64::from) / f64::from(m.trace());
            let features = FeatureMatrix::new(m.clone()).unwrap();
            assert_eq!((features.dimension(), features.eigenvalue_shares().len()), (d, d));
            let root = features.root();
            assert_eq!(root.shape(), (d, d));
            assert!((0..d).all(|j| (j + 1..d).all(|i| root[(i, j)] == 0.0)));
            let found = rank_of_root(root);
            assert!(found >= rank && (d < 64 || found <= rank + 8), "d {d} rank {rank}: {found}");
            let wide = root.map(f64::from);
            let error = (wide.tr_mul(&wide) - &expected).norm() / expected.norm();
            println!("d {d} rank {rank}: root {error:.1e}");
            assert!(error < 2e-6, "{d} {rank}: {error:.1e}");
            // The symmetric root twice is M, and a row of it is what `transform_patch` takes inner products with.
            let unit: Vec<f32> = (0..d).map(|i| if i == 5 { 1.0 } else { 0.0 }).collect();
            let once = features.transform_patch(&unit);
            assert!(once.iter().zip(features.symmetric_root_row(5)).all(|(a, b)| (a - b).abs() < 1e-6));
            let twice = features.transform_patch(&once);
            let error = (0..d).map(|i| (f64::from(twice[i]) - expected[(i, 5)]).abs()).fold(0.0, f64::max);
            assert!(error < 1e-6 * expected.amax(), "{error:.1e}");
        }
    }

    #[test]
    fn the_chain_rule_is_two_products() {
        for (d, rank) in [(5, 5), (70, 70), (144, 75)] {
            let root = Matrix::from_fn(d, d, |i, j| {
                if i <= j && i < rank { ((i * 7 + j * 3) % 11) as f32 - 5.0 } else { 0.0 }
            });
            let s = DMatrix::from_fn(rank, rank, |i, j| ((i * j + i + j) % 13) as f64 - 6.0);
            let wide = root.rows(0, rank).map(f64::from);
            assert_eq!(chain_rule(&root, &s), wide.transpose() * s * wide);
        }
    }
}
