//! What the feature matrix M says: its spectrum, its eigenvectors as filters, the patch transform, filtered images.

use crate::order::descending;
use crate::{Error, Geometry, Matrix, Result};
use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// The patch transform of a round: the identity, or a matrix `W` (`d x d`) with `W^T W = M / trace M`.
///
/// The kernel and the AGOP see patches only through the inner products of `W u`, so every square root of `M / trace M`
/// gives the same machine as SPEC's symmetric `R = sqrt(M) / |sqrt(M)|_F`. We take the upper triangular one: half the
/// work, and as accurate, because `|W u|^2` is a sum of squares.
#[derive(Debug, Clone, PartialEq)]
pub enum Transform {
    /// Round 0: patches as they are.
    Identity,
    /// Upper triangular root, `d x d`.
    Root(Matrix),
}

impl Transform {
    /// The root as a matrix, or `None` for the identity.
    pub fn root(&self) -> Option<&Matrix> {
        match self {
            Transform::Identity => None,
            Transform::Root(root) => Some(root),
        }
    }
}

/// Eigendecomposition of a feature matrix M, in double precision, largest eigenvalue first.
///
/// ```
/// use convrfm::{Matrix, features::Features};
/// let m = Matrix::from_row_slice(2, 2, &[2.0, 1.0, 1.0, 2.0]);
/// let f = Features::new(&m)?;
/// // Eigenvalues 3 and 1, as shares of the trace.
/// assert!((f.spectrum()[0] - 0.75).abs() < 1e-6 && (f.spectrum()[1] - 0.25).abs() < 1e-6);
/// let v = f.filter(0);
/// assert!((v[0] - v[1]).abs() < 1e-6);
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Features {
    /// Eigenvalues over their sum, negative rounding clipped to 0.
    shares: Vec<f64>,
    /// Unit eigenvectors as columns; the entry of largest size is positive.
    vectors: DMatrix<f64>,
}

impl Features {
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
        let eigen = SymmetricEigen::new((&m + m.transpose()) * 0.5);
        let order = descending(eigen.eigenvalues.as_slice());
        let clipped: Vec<f64> = order.iter().map(|&i| eigen.eigenvalues[i].max(0.0)).collect();
        let total: f64 = clipped.iter().sum();
        if !(total > 0.0 && total.is_finite()) {
            return Err(Error::invalid(
                "feature matrix",
                format!("trace {total}"),
                "a positive one: the prediction depends on no patch (one class, or blank images)",
            ));
        }
        let mut vectors = eigen.eigenvectors.select_columns(&order);
        for mut v in vectors.column_iter_mut() {
            let largest = v.iter().copied().reduce(|a, b| if b.abs() > a.abs() { b } else { a });
            if largest.is_some_and(|x| x < 0.0) {
                v.neg_mut();
            }
        }
        Ok(Features { shares: clipped.iter().map(|v| v / total).collect(), vectors })
    }

    /// Patch dimension d.
    pub fn len(&self) -> usize {
        self.shares.len()
    }

    /// Whether there is no feature (never true of a decomposed matrix).
    pub fn is_empty(&self) -> bool {
        self.shares.is_empty()
    }

    /// `M / trace M`, rebuilt from the decomposition.
    pub fn matrix(&self) -> Matrix {
        let weighted = DMatrix::from_fn(self.len(), self.len(), |i, j| self.vectors[(i, j)] * self.shares[j]);
        (weighted * self.vectors.transpose()).map(|v| v as f32)
    }

    /// Eigenvalues of M as shares of its trace, largest first.
    pub fn spectrum(&self) -> Vec<f32> {
        self.shares.iter().map(|&v| v as f32).collect()
    }

    /// Eigenvector `index` in patch order (channel, row, column): the filter that was learned, of unit length.
    pub fn filter(&self, index: usize) -> Vec<f32> {
        self.vectors.column(index).iter().map(|&v| v as f32).collect()
    }

    /// The upper triangular `W` with `W^T W = M / trace M`: the R factor of the QR decomposition of the symmetric root.
    pub fn transform(&self) -> Transform {
        let scaled =
            DMatrix::from_fn(self.len(), self.len(), |i, j| self.shares[i].sqrt() * self.vectors[(j, i)]);
        Transform::Root(scaled.qr().r().map(|v| v as f32))
    }

    /// `|sqrt(M / trace M) u_p|` at every position: the image as the next kernel weighs it (`h_0 x w_0`).
    pub fn strength(&self, geometry: Geometry, image: &[f32]) -> Vec<f32> {
        let responses = self.vectors.transpose() * self.patch_columns(geometry, image);
        let energy = |r: nalgebra::DVectorView<f64>| {
            r.iter().zip(&self.shares).map(|(r, share)| share * r * r).sum::<f64>()
        };
        responses.column_iter().map(|r| energy(r).sqrt() as f32).collect()
    }

    /// Signed response `v^T u_p` of filter `index` at every position (`h_0 x w_0`). `|v v^T u_p| = |v^T u_p|`.
    pub fn response(&self, geometry: Geometry, image: &[f32], index: usize) -> Vec<f32> {
        let patches = self.patch_columns(geometry, image);
        (self.vectors.column(index).transpose() * patches).iter().map(|&v| v as f32).collect()
    }

    /// Eigenvalues of M as shares of its trace, largest first, as precise as they were found.
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// `v_r . u` of one patch `u` (`d` values) for every eigenvector, in the order of [`shares`](Features::shares).
    ///
    /// # Panics
    /// When `patch` has another length than [`len`](Features::len).
    pub fn responses(&self, patch: &[f32]) -> DVector<f64> {
        self.vectors.tr_mul(&DVector::from_iterator(self.len(), patch.iter().map(|&v| f64::from(v))))
    }

    /// `sqrt(M / trace M) u` of one patch `u`, with the symmetric root: the patch as the next kernel weighs it, still a
    /// picture (`d` values in patch order).
    ///
    /// # Panics
    /// When `patch` has another length than [`len`](Features::len).
    pub fn seen(&self, patch: &[f32]) -> Vec<f32> {
        let mut responses = self.responses(patch);
        responses.iter_mut().zip(&self.shares).for_each(|(r, share)| *r *= share.sqrt());
        (&self.vectors * responses).iter().map(|&v| v as f32).collect()
    }

    /// Row `feature` of the symmetric root `sqrt(M / trace M)`, `d` values.
    pub fn root_row(&self, feature: usize) -> Vec<f32> {
        let scaled = (0..self.len()).map(|r| self.vectors[(feature, r)] * self.shares[r].sqrt());
        let scaled = DVector::from_iterator(self.len(), scaled);
        (&self.vectors * scaled).iter().map(|&v| v as f32).collect()
    }

    fn patch_columns(&self, geometry: Geometry, image: &[f32]) -> DMatrix<f64> {
        let patches = geometry.patches(image);
        DMatrix::from_iterator(self.len(), geometry.positions(0), patches.iter().map(|&v| f64::from(v)))
    }
}
