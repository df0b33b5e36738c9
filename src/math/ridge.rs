//! Ridge regression by a Cholesky factorisation in place, with larger ridges on failure and iterative refinement.
//!
//! ```text
//! (K / s + lambda I) alpha = y        residual = |y - (K / s + lambda I) alpha|_F / |y|_F
//! ```
//!
//! The lower triangle of K's storage becomes the factor while the upper one keeps K. A failed factorisation can therefore be
//! repeated with a larger ridge, and the residual can be computed, without a second matrix.

use super::progress::StageProgress;
use crate::error::{Error, Result};
use crate::linalg::Matrix;
use crate::linalg::cholesky::{Cholesky, NonPositivePivot};
use crate::linalg::gemm::{View, gemm};
use crate::linalg::parallel::for_each_chunk;

/// Unknowns that a triangular solve finds before a matrix product updates the rest.
const BLOCK: usize = 64;
/// How often a ridge is raised tenfold before it is given up.
const RETRIES: usize = 4;
/// Residual from which the factor is worthless: alpha explains less than half of the targets.
const WORTHLESS_RESIDUAL: f64 = 0.5;
/// The largest ridge. Above it, `K / s + lambda I` leaves single precision after a few retries.
const LARGEST_RIDGE: f64 = 1e30;
/// Residual above which a step of refinement is worth its `n^2 k` multiply-adds.
const REFINE_ABOVE: f64 = 1e-6;

/// The result of ridge regression with one ridge.
#[derive(Debug, Clone)]
pub struct Solution {
    /// Coefficients, `n x k`: `f(x) = K(x, train) / s . alpha`.
    pub alpha: Matrix,
    /// The ridge that was used: the requested one, or a larger one after retries.
    pub ridge: f64,
    /// How often the ridge was raised tenfold.
    pub retries: usize,
    /// `|y - (K / s + ridge) alpha|_F / |y|_F`, with sums in double precision.
    pub residual: f64,
}

/// Checks that a ridge is above 0 and in the range of single precision.
///
/// # Errors
/// [`Error::Invalid`].
pub fn check_ridge(ridge: f64) -> Result<()> {
    if ridge > 0.0 && ridge <= LARGEST_RIDGE {
        return Ok(());
    }
    // With `Display`, 1e39 would have forty digits.
    Err(Error::invalid("ridge", format!("{ridge:?}"), "a number above 0 and at most 1e30"))
}

/// One attempt to solve with one ridge.
pub enum Attempt {
    /// Coefficients and their relative residual.
    Solved(Matrix, f64),
    /// `K / s + ridge I` is not positive definite in single precision.
    NotPositiveDefinite(NonPositivePivot),
}

/// Solves for each of `ridges` by `attempt`, on any engine: a ridge that is too small for `n` images, or leaves a residual of 0.5
/// or more, is raised tenfold up to four times. A ridge for which even that fails is left out.
///
/// # Errors
/// [`Error::Invalid`] for a ridge that [`check_ridge`] refuses; the last failure, when no ridge has a solution; whatever else
/// `attempt` returns.
pub async fn solve_ridges(
    n: usize,
    ridges: &[f64],
    progress: &StageProgress<'_>,
    mut attempt: impl AsyncFnMut(f64) -> Result<Attempt>,
) -> Result<Vec<Solution>> {
    let mut solutions = Vec::with_capacity(ridges.len());
    let mut failure = Error::invalid("ridges", "none", "at least one");
    for (step, &requested) in ridges.iter().enumerate() {
        check_ridge(requested)?;
        progress.enter_step(step, ridges.len());
        let (mut ridge, mut retries) = (requested, 0);
        loop {
            let pivot = match attempt(ridge).await? {
                Attempt::Solved(alpha, _) if !alpha.iter().all(|v| v.is_finite()) => {
                    failure = Error::NotFinite { quantity: "alpha", remedy: "raise the ridge" };
                    break;
                }
                Attempt::Solved(alpha, residual) if residual < WORTHLESS_RESIDUAL => {
                    solutions.push(Solution { alpha, ridge, retries, residual });
                    break;
                }
                // All pivots were positive, of a matrix that is indefinite up to rounding: name the last one.
                Attempt::Solved(..) => n.saturating_sub(1),
                Attempt::NotPositiveDefinite(pivot) => pivot.index,
            };
            if retries == RETRIES {
                failure = Error::NotPositiveDefinite { pivot, n, ridge };
                break;
            }
            retries += 1;
            ridge *= 10.0;
        }
    }
    if solutions.is_empty() { Err(failure) } else { Ok(solutions) }
}

/// A kernel matrix and its factorisation in one `n x n` array.
pub struct RidgeSystem {
    /// Lower triangle with diagonal: the factor L. Above: K.
    storage: Matrix,
    diagonal: Vec<f32>,
    scale: f32,
}

impl RidgeSystem {
    /// Takes a symmetric kernel matrix K and its scale `s`.
    pub fn new(kernel: Matrix, scale: f32) -> Self {
        RidgeSystem { diagonal: kernel.diagonal().iter().copied().collect(), storage: kernel, scale }
    }

    /// The scale `s`.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// A copy of K, `n x n`, unscaled.
    pub fn kernel(&self) -> Matrix {
        let mut kernel = self.storage.clone();
        kernel.fill_lower_triangle_with_upper_triangle();
        kernel.set_diagonal(&nalgebra::DVector::from_column_slice(&self.diagonal));
        kernel
    }

    /// Solves for every column of `targets`, `n x k`, with each of `ridges`; see [`solve_ridges`].
    ///
    /// # Errors
    /// [`Error::NotPositiveDefinite`] when no ridge has a solution; [`Error::Cancelled`].
    pub async fn solve(
        &mut self,
        targets: &Matrix,
        ridges: &[f64],
        progress: &StageProgress<'_>,
    ) -> Result<Vec<Solution>> {
        let n = self.storage.nrows();
        solve_ridges(n, ridges, progress, async |ridge| {
            self.write_system(ridge);
            let mut factorisation = Cholesky::new(self.storage.as_mut_slice(), n);
            loop {
                match factorisation.step() {
                    Ok(Some(done)) => progress.checkpoint(done).await?,
                    Ok(None) => break,
                    Err(pivot) => return Ok(Attempt::NotPositiveDefinite(pivot)),
                }
            }
            let (alpha, residual) = self.refined(targets, ridge);
            Ok(Attempt::Solved(alpha, residual))
        })
        .await
    }

    /// Solves with the present factor, and refines twice at most, as long as that lowers the residual.
    fn refined(&self, targets: &Matrix, ridge: f64) -> (Matrix, f64) {
        let mut alpha = targets.clone();
        self.back_substitute(&mut alpha);
        let (mut rest, mut residual) = self.residual(targets, &alpha, ridge);
        for _ in 0..2 {
            if residual <= REFINE_ABOVE {
                break;
            }
            self.back_substitute(&mut rest);
            let refined = &alpha + rest;
            let (next_rest, next) = self.residual(targets, &refined, ridge);
            rest = next_rest;
            // A NaN ends the refinement too.
            if next >= residual || next.is_nan() {
                break;
            }
            (alpha, residual) = (refined, next);
        }
        (alpha, residual)
    }

    /// Writes `K / s + ridge I` into the lower triangle.
    fn write_system(&mut self, ridge: f64) {
        let n = self.storage.nrows();
        let (scale, storage) = (self.scale, &mut self.storage);
        for j in 0..n {
            storage[(j, j)] = (f64::from(self.diagonal[j] / scale) + ridge) as f32;
        }
        // Tile by tile, because one of the two triangles is read across its columns.
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
                        product[j] += column_and_row(above, &a[..j], &mut product[..j], a[j]);
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

/// `p <- p + f k` and returns `<k, a>`: a column of a symmetric matrix is also a row, so one read serves both.
#[inline(always)]
fn column_and_row(k: &[f32], a: &[f64], p: &mut [f64], f: f64) -> f64 {
    /// Independent sums, for the vector unit.
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
        let mut system = RidgeSystem::new(k.clone(), k.amax());
        pollster::block_on(system.solve(y, &[ridge], &StageProgress::unmonitored()))
            .map(|mut all| all.remove(0))
    }

    #[test]
    fn solves_sizes_around_the_block() {
        for n in [1, 2, 31, 32, 33, 65, 130, 255, 256, 257, 300, 520] {
            let (k, y) = (kernel(n, n.min(40)), Matrix::from_fn(n, 3, |i, j| ((i + 5 * j) % 7) as f32 - 3.0));
            let solution = solve(&k, &y, 1e-2).unwrap();
            let system = k.map(f64::from) / f64::from(k.amax()) + nalgebra::DMatrix::identity(n, n) * 1e-2;
            let rest = system * solution.alpha.map(f64::from) - y.map(f64::from);
            let error = rest.norm() / f64::from(y.norm());
            assert!(error < 1e-5 && solution.retries == 0, "n = {n}: {error:.1e}");
            let reported = solution.residual;
            assert!((reported - error).abs() < 1e-9, "n = {n}: reported {reported:.1e}, is {error:.1e}");
        }
    }

    #[test]
    fn one_system_solves_for_every_ridge_and_keeps_the_kernel() {
        let n = 300;
        let (k, y) = (kernel(n, 40), Matrix::from_fn(n, 3, |i, j| ((i + 5 * j) % 7) as f32 - 3.0));
        let mut system = RidgeSystem::new(k.clone(), k.amax());
        // 1e-9 is too small to be factored as it is.
        let ridges = [1e-1, 1e-9, 1e-3, 1e-1];
        let all = pollster::block_on(system.solve(&y, &ridges, &StageProgress::unmonitored())).unwrap();
        for (together, ridge) in all.iter().zip(ridges) {
            let alone = solve(&k, &y, ridge).unwrap();
            assert_eq!((&together.alpha, together.ridge), (&alone.alpha, alone.ridge));
        }
        let copy = system.kernel();
        assert_eq!(copy.upper_triangle(), k.upper_triangle());
        assert_eq!(copy.transpose(), copy);
    }

    /// A kernel of rank 2 with a ridge below single precision cannot be factored; the ridge is raised until it can.
    #[test]
    fn a_ridge_that_is_too_small_is_raised() {
        let (k, y) = (kernel(100, 2), Matrix::from_element(100, 1, 1.0));
        let solution = solve(&k, &y, 1e-9).unwrap();
        let raised = (solution.ridge / 1e-9 - 10_f64.powi(solution.retries as i32)).abs();
        assert!(solution.retries > 0 && raised < 1e-3);
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

    #[test]
    fn a_residual_of_half_or_more_is_no_solution() {
        let attempts = std::cell::Cell::new(0);
        let solutions =
            pollster::block_on(solve_ridges(3, &[1e-3], &StageProgress::unmonitored(), async |_| {
                attempts.set(attempts.get() + 1);
                Ok(Attempt::Solved(Matrix::zeros(3, 1), if attempts.get() < 3 { 0.5 } else { 0.49 }))
            }));
        assert_eq!(solutions.unwrap()[0].retries, 2);
    }
}
