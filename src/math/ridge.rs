//! Ridge regression: a Cholesky factorisation in place, with retries and iterative refinement.
//!
//! `(K / s + lambda I) alpha = y`. The lower triangle of K's storage becomes the factor; the upper one keeps K, so that a
//! failed factorisation can be tried again with a larger ridge and the residual can be measured, with no second matrix.

use crate::math::Solution;
use crate::linalg::gemm::{View, gemm};
use crate::linalg::parallel::for_each_chunk;
use crate::error::{Error, Result};
use crate::linalg::{Matrix, cholesky};
use crate::math::StageProgress;

/// Unknowns that a triangular solve finds before a matrix product updates the rest.
const BLOCK: usize = 64;
/// How often the ridge is raised tenfold before giving up, on every engine.
pub(crate) const RETRIES: usize = 4;
/// Residual above which a step of refinement is worth its `n^2 k` multiply-adds.
const REFINE_ABOVE: f64 = 1e-6;

/// A factorisation that stopped: the pivot with this index was not positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NonPositivePivot {
    /// Zero-based.
    pub index: usize,
}

/// A symmetric system in one `n x n` array.
pub struct RidgeSystem {
    /// Lower triangle with diagonal: the factor L. Above: K.
    storage: Matrix,
    diagonal: Vec<f32>,
    scale: f32,
}

impl RidgeSystem {
    /// Takes a symmetric kernel matrix and its scale `s`.
    pub fn new(kernel: Matrix, scale: f32) -> Self {
        RidgeSystem { diagonal: kernel.diagonal().iter().copied().collect(), storage: kernel, scale }
    }

    /// Solves for every column of `targets`, `n x k`. On failure the ridge is raised tenfold, up to four times.
    ///
    /// # Errors
    /// [`Error::NotPositiveDefinite`] with the pivot when that does not help; [`Error::Cancelled`].
    pub async fn solve(&mut self, targets: &Matrix, ridge: f64, progress: &StageProgress<'_>) -> Result<Solution> {
        let mut used = ridge;
        let mut retries = 0;
        while let Err(pivot) = self.factor(used, progress).await? {
            if retries == RETRIES {
                let n = self.storage.nrows();
                return Err(Error::NotPositiveDefinite { pivot: pivot.index, n, ridge: used });
            }
            retries += 1;
            used *= 10.0;
        }
        let mut alpha = targets.clone();
        self.back_substitute(&mut alpha);
        let (mut rest, mut residual) = self.residual(targets, &alpha, used);
        for _ in 0..2 {
            if residual <= REFINE_ABOVE {
                break;
            }
            self.back_substitute(&mut rest);
            let refined = &alpha + rest;
            let (next_rest, next) = self.residual(targets, &refined, used);
            rest = next_rest;
            // Written so that a NaN ends the refinement too.
            if next >= residual || next.is_nan() {
                break;
            }
            (alpha, residual) = (refined, next);
        }
        if !alpha.iter().all(|v| v.is_finite()) {
            return Err(Error::NotFinite { quantity: "alpha", remedy: "raise the ridge" });
        }
        Ok(Solution { alpha, ridge: used, retries, residual })
    }

    /// K again, whole.
    pub fn into_kernel(mut self) -> Matrix {
        self.storage.fill_lower_triangle_with_upper_triangle();
        self.storage.set_diagonal(&nalgebra::DVector::from_vec(self.diagonal));
        self.storage
    }

    /// Factors `K / s + ridge I = L L^T` in place. The outer error is a cancellation;
    /// after the inner one another ridge can be tried. [`solve`](RidgeSystem::solve) does both.
    pub async fn factor(&mut self, ridge: f64, progress: &StageProgress<'_>) -> Result<Result<(), NonPositivePivot>> {
        let n = self.storage.nrows();
        self.restore(ridge);
        cholesky::factor(self.storage.as_mut_slice(), n, progress).await
    }

    /// Writes the scaled, regularised matrix into the lower triangle.
    fn restore(&mut self, ridge: f64) {
        let n = self.storage.nrows();
        let (scale, storage) = (self.scale, &mut self.storage);
        for j in 0..n {
            storage[(j, j)] = (f64::from(self.diagonal[j] / scale) + ridge) as f32;
        }
        // Tile by tile: one of the two triangles is read against the grain.
        for (bi, bj) in (0..n).step_by(BLOCK).flat_map(|bi| (0..=bi).step_by(BLOCK).map(move |bj| (bi, bj))) {
            for j in bj..(bj + BLOCK).min(n) {
                for i in bi.max(j + 1)..(bi + BLOCK).min(n) {
                    storage[(i, j)] = storage[(j, i)] / scale;
                }
            }
        }
    }

    /// `x <- (L L^T)^-1 x`, in blocks.
    fn back_substitute(&self, x: &mut Matrix) {
        let (n, k) = x.shape();
        let l = self.storage.as_slice();
        let starts: Vec<usize> = (0..n).step_by(BLOCK).collect();
        for &start in &starts {
            let width = BLOCK.min(n - start);
            let end = start + width;
            for column in x.as_mut_slice().chunks_exact_mut(n) {
                for j in start..end {
                    column[j] /= l[j * n + j];
                    let pivot = column[j];
                    column[j + 1..end]
                        .iter_mut()
                        .zip(&l[j * n + j + 1..j * n + end])
                        .for_each(|(x, l)| *x -= l * pivot);
                }
            }
            if end < n {
                let solved = x.rows(start, width).into_owned();
                let factor = View::columns(&l[start * n + end..], n - end, width, n);
                let solved = View::columns(solved.as_slice(), width, k, width);
                gemm(-1.0, factor, solved, 1.0, &mut x.as_mut_slice()[end..], n);
            }
        }
        for &start in starts.iter().rev() {
            let width = BLOCK.min(n - start);
            let end = start + width;
            if end < n {
                let solved = x.rows(end, n - end).into_owned();
                let factor = View::columns(&l[start * n + end..], n - end, width, n).transposed();
                let solved = View::columns(solved.as_slice(), n - end, k, n - end);
                gemm(-1.0, factor, solved, 1.0, &mut x.as_mut_slice()[start..], n);
            }
            for column in x.as_mut_slice().chunks_exact_mut(n) {
                for j in (start..end).rev() {
                    let known: f32 = l[j * n + j + 1..j * n + end]
                        .iter()
                        .zip(&column[j + 1..end])
                        .map(|(l, x)| l * x)
                        .sum();
                    column[j] = (column[j] - known) / l[j * n + j];
                }
            }
        }
    }

    /// `y - (K / s + ridge I) alpha` and its norm relative to y's, with sums in double precision.
    fn residual(&self, targets: &Matrix, alpha: &Matrix, ridge: f64) -> (Matrix, f64) {
        let (n, k) = alpha.shape();
        let scale = f64::from(self.scale);
        let mut rest = Matrix::zeros(n, k);
        for_each_chunk(rest.as_mut_slice(), n, |o, rest| {
            let a: Vec<f64> = alpha.column(o).iter().map(|&v| f64::from(v)).collect();
            let mut product: Vec<f64> = (0..n).map(|j| f64::from(self.diagonal[j]) * a[j]).collect();
            crate::linalg::simd::vectorized(
                #[inline(always)]
                || {
                    for j in 0..n {
                        let above = &self.storage.as_slice()[j * n..j * n + j];
                        product[j] += both_ways(above, &a[..j], &mut product[..j], a[j]);
                    }
                },
            );
            for (i, rest) in rest.iter_mut().enumerate() {
                *rest = (f64::from(targets[(i, o)]) - product[i] / scale - ridge * a[i]) as f32;
            }
        });
        let norm = |m: &Matrix| m.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt();
        let relative = norm(&rest) / norm(targets).max(f64::MIN_POSITIVE);
        (rest, relative)
    }
}

/// `p <- p + f k` and `<k, a>`: a column of a symmetric matrix is a row, too.
#[inline(always)]
fn both_ways(k: &[f32], a: &[f64], p: &mut [f64], f: f64) -> f64 {
    /// Sums side by side, for the vector unit.
    const SUMS: usize = 8;
    let mut sums = [0.0; SUMS];
    let (k, k_rest) = k.as_chunks::<SUMS>();
    let (a, a_rest) = a.as_chunks::<SUMS>();
    let (p, p_rest) = p.as_chunks_mut::<SUMS>();
    for ((k, a), p) in k.iter().zip(a).zip(p) {
        for l in 0..SUMS {
            let k = f64::from(k[l]);
            p[l] += k * f;
            sums[l] += k * a[l];
        }
    }
    let mut sum = sums.iter().sum();
    for ((k, a), p) in k_rest.iter().zip(a_rest).zip(p_rest) {
        let k = f64::from(*k);
        *p += k * f;
        sum += k * a;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernel(n: usize, rank: usize) -> Matrix {
        let x = Matrix::from_fn(n, rank, |i, j| ((i * 31 + j * 17 + i * j) as f32 * 0.37 + 1.0).sin());
        &x * x.transpose()
    }

    fn solve(k: &Matrix, y: &Matrix, ridge: f64) -> Result<Solution> {
        let scale = k.amax();
        pollster::block_on(RidgeSystem::new(k.clone(), scale).solve(y, ridge, &StageProgress::unmonitored()))
    }

    #[test]
    fn solves_sizes_around_the_block() {
        for n in [1, 2, 31, 32, 33, 65, 130, 255, 256, 257, 300, 520] {
            let (k, y) = (kernel(n, n.min(40)), Matrix::from_fn(n, 3, |i, j| ((i + 5 * j) % 7) as f32 - 3.0));
            let found = solve(&k, &y, 1e-2).unwrap();
            let system = k.map(f64::from) / f64::from(k.amax()) + nalgebra::DMatrix::identity(n, n) * 1e-2;
            let error = (system * found.alpha.map(f64::from) - y.map(f64::from)).norm() / f64::from(y.norm());
            assert!(error < 1e-5 && found.retries == 0, "n = {n}: {error:.1e}");
            assert!(
                (found.residual - error).abs() < 1e-9,
                "n = {n}: reported {:.1e}, is {error:.1e}",
                found.residual
            );
        }
    }

    #[test]
    fn one_system_solves_for_ridge_after_ridge_and_gives_the_kernel_back() {
        let (n, progress) = (300, StageProgress::unmonitored());
        let (k, y) = (kernel(n, 40), Matrix::from_fn(n, 3, |i, j| ((i + 5 * j) % 7) as f32 - 3.0));
        let mut system = RidgeSystem::new(k.clone(), k.amax());
        // One of them too small to be factored as it is.
        for ridge in [1e-1, 1e-9, 1e-3, 1e-1] {
            let found = pollster::block_on(system.solve(&y, ridge, &progress)).unwrap();
            let alone = solve(&k, &y, ridge).unwrap();
            assert_eq!((found.alpha, found.ridge), (alone.alpha, alone.ridge));
        }
        let given_back = system.into_kernel();
        let upper = |m: &Matrix| m.upper_triangle();
        assert_eq!(upper(&given_back), upper(&k));
        assert_eq!(given_back.transpose(), given_back);
    }

    /// A kernel of rank 2 with a ridge below single precision cannot be factored; the ridge is raised until it can.
    #[test]
    fn raises_the_ridge_and_says_so() {
        let (k, y) = (kernel(100, 2), Matrix::from_element(100, 1, 1.0));
        let found = solve(&k, &y, 1e-9).unwrap();
        assert!(found.retries > 0 && (found.ridge / 1e-9 - 10_f64.powi(found.retries as i32)).abs() < 1e-3);
    }

    #[test]
    fn an_indefinite_matrix_is_refused_with_its_pivot() {
        for (n, bad) in [(70, 66), (300, 5), (300, 200), (300, 299)] {
            let mut k = Matrix::identity(n, n);
            k[(bad, bad)] = -1.0;
            let error = solve(&k, &Matrix::zeros(n, 1), 1e-6).unwrap_err();
            let Error::NotPositiveDefinite { pivot, n: size, .. } = error else { panic!("{error}") };
            assert_eq!((pivot, size), (bad, n));
        }
    }
}
