//! What the feature matrix M says: its spectrum, its eigenvectors as filters, the patch transform, filtered images.

use crate::linalg::eigen;
use crate::linalg::gemm::{View, gemm};
use crate::linalg::sort::descending;
use crate::linalg::parallel::for_each;
use crate::error::{Error, Result};
use crate::images::PatchGeometry;
use crate::linalg::Matrix;
use nalgebra::{DMatrix, DVector};

/// Columns of a product that one thread makes at a time.
const STRIP: usize = 64;

/// The patch transform of a round: the identity, or a matrix `W` (`d x d`) with `W^T W = M / trace M`.
///
/// The kernel and the AGOP see patches only through the inner products of `W u`, so every square root of `M / trace M`
/// gives the same machine as SPEC's symmetric `R = sqrt(M) / |sqrt(M)|_F`. We take the upper triangular one: half the
/// work, and as accurate, because `|W u|^2` is a sum of squares.
#[derive(Debug, Clone, PartialEq)]
pub enum PatchTransform {
    /// Round 0: patches as they are.
    Identity,
    /// Upper triangular root, `d x d`. Where M has a low rank its last rows are 0, and the engines leave them out: they are
    /// spared most of the inner products of long patches.
    Root(Matrix),
}

impl PatchTransform {
    /// The root as a matrix, or `None` for the identity.
    pub fn root(&self) -> Option<&Matrix> {
        match self {
            PatchTransform::Identity => None,
            PatchTransform::Root(root) => Some(root),
        }
    }

    /// Rows of `root` up to the last that is not 0, at least one: what `W u` has to offer.
    pub(crate) fn rank(root: &Matrix) -> usize {
        let last = root.column_iter().filter_map(|column| column.iter().rposition(|v| *v != 0.0)).max();
        last.map_or(1, |last| last + 1)
    }

    /// The chain rule through `z = W u`: `W^T S W` (`d x d`) of a symmetric `S`, given for as many rows of `W` as it has.
    /// In strips of columns, on all cores: for long patches this is the work of thousands of kernel entries.
    pub(crate) fn chain_rule(root: &Matrix, s: &DMatrix<f64>) -> DMatrix<f64> {
        let d = root.ncols();
        let root = root.rows(0, s.nrows()).map(f64::from);
        let transposed = root.transpose();
        let mut product = DMatrix::zeros(d, d);
        let mut strips: Vec<_> =
            product.as_mut_slice().chunks_mut(d * STRIP).zip((0..).step_by(STRIP)).collect();
        for_each(&mut strips, |(strip, first)| {
            let half = s * root.columns(*first, strip.len() / d).into_owned();
            strip.copy_from_slice((&transposed * half).as_slice());
        });
        product
    }
}

/// Eigendecomposition of a feature matrix M, in double precision, largest eigenvalue first.
///
/// ```
/// use convrfm::{FeatureMatrix, Matrix};
/// let m = Matrix::from_row_slice(2, 2, &[2.0, 1.0, 1.0, 2.0]);
/// let f = FeatureMatrix::new(&m)?;
/// // Eigenvalues 3 and 1, as shares of the trace.
/// assert!((f.spectrum()[0] - 0.75).abs() < 1e-6 && (f.spectrum()[1] - 0.25).abs() < 1e-6);
/// let v = f.filter(0);
/// assert!((v[0] - v[1]).abs() < 1e-6);
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FeatureMatrix {
    /// Eigenvalues over their sum, negative rounding clipped to 0: `d` of them.
    shares: Vec<f64>,
    /// Unit eigenvectors as columns; the entry of largest size is positive. Where M has a low rank r, only the first r, and
    /// all other shares are 0.
    vectors: DMatrix<f64>,
}

impl FeatureMatrix {
    /// Decomposes `m` (`d x d`, symmetric up to rounding).
    ///
    /// # Errors
    /// When an entry is not finite or the trace is not positive: a machine whose prediction does not depend on any
    /// patch has no features.
    pub fn new(m: &Matrix) -> Result<Self> {
        if !m.iter().all(|v| v.is_finite()) {
            return Err(Error::NotFinite { quantity: "feature matrix", remedy: "raise the ridge" });
        }
        let m = m.map(f64::from);
        let (values, vectors) = eigen::symmetric((&m + m.transpose()) * 0.5);
        let order = descending(&values);
        let mut clipped: Vec<f64> = order.iter().map(|&i| values[i].max(0.0)).collect();
        clipped.resize(m.nrows(), 0.0);
        let total: f64 = clipped.iter().sum();
        if !(total > 0.0 && total.is_finite()) {
            return Err(Error::invalid(
                "feature matrix",
                format!("trace {total}"),
                "a positive one: the prediction depends on no patch (one class, or blank images)",
            ));
        }
        let mut vectors = vectors.select_columns(&order);
        for mut v in vectors.column_iter_mut() {
            let largest = v.iter().copied().reduce(|a, b| if b.abs() > a.abs() { b } else { a });
            if largest.is_some_and(|x| x < 0.0) {
                v.neg_mut();
            }
        }
        Ok(FeatureMatrix { shares: clipped.iter().map(|v| v / total).collect(), vectors })
    }

    /// Patch dimension d.
    pub fn len(&self) -> usize {
        self.shares.len()
    }

    /// Whether there is no feature (never true of a decomposed matrix).
    pub fn is_empty(&self) -> bool {
        self.shares.is_empty()
    }

    /// How many eigenvectors there are: the rank of M where that is low, else `d`.
    fn known(&self) -> usize {
        self.vectors.ncols()
    }

    /// `M / trace M`, rebuilt from the decomposition.
    pub fn matrix(&self) -> Matrix {
        let weighted =
            DMatrix::from_fn(self.len(), self.known(), |i, j| self.vectors[(i, j)] * self.shares[j]);
        (weighted * self.vectors.transpose()).map(|v| v as f32)
    }

    /// Eigenvalues of M as shares of its trace, largest first.
    pub fn spectrum(&self) -> Vec<f32> {
        self.shares.iter().map(|&v| v as f32).collect()
    }

    /// Eigenvector `index` in patch order (channel, row, column): the filter that was learned, of unit length; 0 for
    /// an eigenvalue of 0 where M has a low rank, because any filter would do.
    pub fn filter(&self, index: usize) -> Vec<f32> {
        if index >= self.known() {
            return vec![0.0; self.len()];
        }
        self.vectors.column(index).iter().map(|&v| v as f32).collect()
    }

    /// The upper triangular `W` with `W^T W = M / trace M`: the R factor of the QR decomposition of the symmetric root.
    pub fn transform(&self) -> PatchTransform {
        let scaled =
            DMatrix::from_fn(self.known(), self.len(), |i, j| self.shares[i].sqrt() * self.vectors[(j, i)]);
        let root = eigen::triangular(scaled);
        PatchTransform::Root(root.resize_vertically(self.len(), 0.0).map(|v| v as f32))
    }

    /// `|sqrt(M / trace M) u_p|` at every position: the image as the next kernel weighs it (`h_0 x w_0`). By one matrix
    /// product in single precision: a gallery of images is looked at after each round, and in double precision that took longer
    /// than the round.
    pub fn strength(&self, geometry: PatchGeometry, image: &[f32]) -> Vec<f32> {
        let (d, known, positions) = (self.len(), self.known(), geometry.positions(0));
        let root = |r: usize, f: usize| (self.shares[r].sqrt() * self.vectors[(f, r)]) as f32;
        let root = Matrix::from_fn(known, d, root);
        let patches = geometry.patches(image);
        let mut responses = vec![0.0; positions * known];
        let patches = View::columns(&patches, d, positions, d).transposed();
        let root = View::columns(root.as_slice(), known, d, known).transposed();
        gemm(1.0, patches, root, 0.0, &mut responses, positions);
        let mut energies = vec![0.0; positions];
        for response in responses.chunks_exact(positions) {
            energies.iter_mut().zip(response).for_each(|(energy, r)| *energy += r * r);
        }
        energies.into_iter().map(f32::sqrt).collect()
    }

    /// Signed response `v^T u_p` of filter `index` at every position (`h_0 x w_0`). `|v v^T u_p| = |v^T u_p|`.
    pub fn response(&self, geometry: PatchGeometry, image: &[f32], index: usize) -> Vec<f32> {
        let patches = self.patch_columns(geometry, image);
        if index >= self.known() {
            return vec![0.0; patches.ncols()];
        }
        (self.vectors.column(index).transpose() * patches).iter().map(|&v| v as f32).collect()
    }

    /// Eigenvalues of M as shares of its trace, largest first, as precise as they were found.
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// `v_r . u` of one patch `u` (`d` values) for every eigenvector, in the order of [`shares`](FeatureMatrix::shares); those
    /// of a low rank's eigenvalues of 0 are left out.
    ///
    /// # Panics
    /// When `patch` has another length than [`len`](FeatureMatrix::len).
    pub fn responses(&self, patch: &[f32]) -> DVector<f64> {
        self.vectors.tr_mul(&DVector::from_iterator(self.len(), patch.iter().map(|&v| f64::from(v))))
    }

    /// `sqrt(M / trace M) u` of one patch `u`, with the symmetric root: the patch as the next kernel weighs it, still a
    /// picture (`d` values in patch order).
    ///
    /// # Panics
    /// When `patch` has another length than [`len`](FeatureMatrix::len).
    pub fn seen(&self, patch: &[f32]) -> Vec<f32> {
        let mut responses = self.responses(patch);
        responses.iter_mut().zip(&self.shares).for_each(|(r, share)| *r *= share.sqrt());
        (&self.vectors * responses).iter().map(|&v| v as f32).collect()
    }

    /// Row `feature` of the symmetric root `sqrt(M / trace M)`, `d` values.
    pub fn root_row(&self, feature: usize) -> Vec<f32> {
        let scaled = (0..self.known()).map(|r| self.vectors[(feature, r)] * self.shares[r].sqrt());
        let scaled = DVector::from_iterator(self.known(), scaled);
        (&self.vectors * scaled).iter().map(|&v| v as f32).collect()
    }

    fn patch_columns(&self, geometry: PatchGeometry, image: &[f32]) -> DMatrix<f64> {
        let patches = geometry.patches(image);
        DMatrix::from_iterator(self.len(), geometry.positions(0), patches.iter().map(|&v| f64::from(v)))
    }
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
            let features = FeatureMatrix::new(&m).unwrap();
            assert_eq!((features.len(), features.spectrum().len()), (d, d));
            let transform = features.transform();
            let root = transform.root().unwrap();
            assert_eq!(root.shape(), (d, d));
            assert!((0..d).all(|j| (j + 1..d).all(|i| root[(i, j)] == 0.0)));
            let found = PatchTransform::rank(root);
            assert!(found >= rank && (d < 64 || found <= rank + 8), "d {d} rank {rank}: {found}");
            let wide = root.map(f64::from);
            let errors = [wide.tr_mul(&wide), features.matrix().map(f64::from)]
                .map(|found| (found - &expected).norm() / expected.norm());
            println!("d {d} rank {rank}: root {:.1e}, matrix {:.1e}", errors[0], errors[1]);
            assert!(errors.iter().all(|e| *e < 2e-6), "{d} {rank}: {errors:?}");
            // The symmetric root twice is M, and a row of it is what `seen` takes inner products with.
            let unit: Vec<f32> = (0..d).map(|i| if i == 5 { 1.0 } else { 0.0 }).collect();
            let once = features.seen(&unit);
            assert!(once.iter().zip(features.root_row(5)).all(|(a, b)| (a - b).abs() < 1e-6));
            let twice = features.seen(&once);
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
            assert_eq!(PatchTransform::chain_rule(&root, &s), wide.transpose() * s * wide);
        }
    }
}
