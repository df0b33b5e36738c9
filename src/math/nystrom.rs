//! Ridge regression with R landmarks Z among the n training images, after Nyström.
//!
//! ```text
//! K_ZZ / s + jitter I = L L^T        A = K_nZ / s  L^-T       n x R
//! G = A^T A    b = A^T y             (G + lambda I) z = b     alpha = L^-T z    R x k
//! ```
//!
//! `f(x) = K(x, Z) / s . alpha` solves the ridge regression whose kernel matrix is `K_nZ K_ZZ^-1 K_Zn` instead of `K`; with R = n
//! both are the same. Rows of A are added in blocks, so no matrix has more than `R x R` entries. All is in double precision, because
//! the condition number of `G + lambda I` is up to `n / lambda`.
//!
//! The jitter adds `lambda jitter |alpha|^2` to the penalty `lambda |f|^2`. It starts at `2 eps sqrt(R)` with the precision `eps`
//! of the engines' numbers (1.2e-7): the norm of a symmetric matrix of independent errors of that size. A smaller one would leave
//! L with columns of rounding errors.
//!
//! What the landmarks miss is measured on the other training images: `|A_i|^2` is what they represent of `K(x_i, x_i) / s`.

use super::progress::StageProgress;
use super::ridge::{Attempt, Solution, solve_ridges};
use crate::error::{Error, Result};
use crate::linalg::Matrix;
use crate::linalg::cholesky::NonPositivePivot;
use crate::linalg::parallel::for_each_chunk;
use nalgebra::{Cholesky, DMatrix, DMatrixView, DMatrixViewMut};

/// Kernel rows to add at a time: enough for fast products, and small beside `R x R`.
pub const BLOCK_ROWS: usize = 256;
/// Columns that are factored between two reports.
const BLOCK_COLUMNS: usize = 128;
/// Columns of a product that one thread takes at a time.
const TASK_COLUMNS: usize = 64;
/// How often the jitter is raised tenfold before the kernel matrix is refused.
const RAISES: usize = 4;

/// A ridge regression with landmarks.
///
/// ```
/// use convrfm::Matrix;
/// use convrfm::math::{StageProgress, nystrom::Nystrom};
/// let progress = StageProgress::unmonitored();
/// // The linear kernel of the numbers 1 (the landmark), 2 and 3, which one landmark represents exactly.
/// let (kernel, targets) = (Matrix::from_element(1, 1, 1.0), Matrix::from_element(1, 1, 2.0));
/// let mut problem = pollster::block_on(Nystrom::new(&kernel, 1.0, &targets, &progress))?;
/// let rows = Matrix::from_column_slice(2, 1, &[2.0, 3.0]);
/// problem.add(&rows, 4.0 + 9.0, &Matrix::from_column_slice(2, 1, &[4.0, 6.0]));
/// assert!(problem.trace_residual() < 1e-6);
/// // y = 2 x, so f(1) = alpha = 2 sum x^2 / (sum x^2 + lambda).
/// let solutions = pollster::block_on(problem.solve(&[1.0], &progress))?;
/// assert!((solutions[0].alpha[0] - 28.0 / 15.0).abs() < 1e-5);
/// # Ok::<(), convrfm::Error>(())
/// ```
pub struct Nystrom {
    scale: f64,
    /// `L^-T`, `R x R`, upper triangular.
    inverse: DMatrix<f64>,
    /// The upper triangle of G.
    gram: DMatrix<f64>,
    /// b, `R x k`.
    moments: DMatrix<f64>,
    /// Sums over the images that are no landmarks: of `|A_i|^2`, and of `K(x_i, x_i) / s`.
    represented: f64,
    trace: f64,
}

impl Nystrom {
    /// Takes `K_ZZ` (`R x R`, unscaled), its scale `s` and the targets of the landmarks (`R x k`).
    ///
    /// # Errors
    /// [`Error::NotPositiveDefinite`] when `K_ZZ` is not positive definite even with a jitter of 10,000 times its first value;
    /// [`Error::Cancelled`].
    pub async fn new(
        kernel: &Matrix,
        scale: f32,
        targets: &Matrix,
        progress: &StageProgress<'_>,
    ) -> Result<Nystrom> {
        let (rank, scale) = (kernel.nrows(), f64::from(scale));
        let kernel = kernel.map(|v| f64::from(v) / scale);
        let mut jitter = 2.0 * f64::from(f32::EPSILON) * (rank as f64).sqrt();
        let mut raises = 0;
        let inverse = loop {
            match inverse_factor(&kernel, jitter, progress).await? {
                Ok(inverse) => break inverse,
                Err(NonPositivePivot { index: pivot }) if raises == RAISES => {
                    return Err(Error::NotPositiveDefinite { pivot, n: rank, ridge: jitter });
                }
                Err(_) => (raises, jitter) = (raises + 1, 10.0 * jitter),
            }
        };
        let (gram, moments) = (DMatrix::zeros(rank, rank), DMatrix::zeros(rank, targets.ncols()));
        let mut problem = Nystrom { scale, inverse, gram, moments, represented: 0.0, trace: 0.0 };
        for start in (0..rank).step_by(BLOCK_ROWS) {
            let count = BLOCK_ROWS.min(rank - start);
            problem.add_scaled(kernel.rows(start, count), targets.rows(start, count));
            progress.checkpoint(1.0).await?;
        }
        Ok(problem)
    }

    /// Adds other training images: their kernel rows `K(x, Z)` (`m x R`, unscaled), the sum of their `K(x, x)` and their targets
    /// (`m x k`).
    pub fn add(&mut self, rows: &Matrix, trace: f64, targets: &Matrix) {
        let scaled = rows.map(|v| f64::from(v) / self.scale);
        self.represented += self.add_scaled(scaled.as_view(), targets.as_view());
        self.trace += trace / self.scale;
    }

    /// Adds the images' rows of A to G and b, and returns their squared norm.
    fn add_scaled(&mut self, rows: DMatrixView<f64>, targets: DMatrixView<f32>) -> f64 {
        let rank = self.inverse.nrows();
        let a = times_upper(&rows, &self.inverse.as_view());
        let transposed = a.transpose();
        for_each_chunk(self.gram.as_mut_slice(), TASK_COLUMNS * rank, |task, columns| {
            let (first, width) = (task * TASK_COLUMNS, columns.len() / rank);
            let end = first + width;
            let mut columns = DMatrixViewMut::from_slice(columns, rank, width);
            columns.rows_mut(0, end).gemm(1.0, &transposed.rows(0, end), &a.columns(first, width), 1.0);
        });
        self.moments.gemm(1.0, &transposed, &targets.map(f64::from), 1.0);
        a.norm_squared()
    }

    /// The share of the trace of K over the images that are no landmarks that the landmarks do not represent,
    /// `1 - sum |A_i|^2 / sum K(x_i, x_i) / s`; 0 when all are landmarks. Each term is the squared distance of an image from the
    /// span of the landmarks in the kernel's feature space.
    pub fn trace_residual(&self) -> f64 {
        if self.trace > 0.0 { (1.0 - self.represented / self.trace).max(0.0) } else { 0.0 }
    }

    /// Solves for each of `ridges`, with retries as in [`solve_ridges`]. The residual is that of the normal equations,
    /// `|b - (G + lambda I) z|_F / |b|_F`.
    ///
    /// # Errors
    /// [`Error::NotPositiveDefinite`] when no ridge has a solution; [`Error::Cancelled`].
    pub async fn solve(&mut self, ridges: &[f64], progress: &StageProgress<'_>) -> Result<Vec<Solution>> {
        self.gram.fill_lower_triangle_with_upper_triangle();
        let Nystrom { gram, moments, inverse, .. } = &*self;
        solve_ridges(gram.nrows(), ridges, progress, async |ridge| {
            let factor = match inverse_factor(gram, ridge, progress).await? {
                Ok(factor) => factor,
                Err(pivot) => return Ok(Attempt::NotPositiveDefinite(pivot)),
            };
            let solve = |right: &DMatrix<f64>| &factor * factor.tr_mul(right);
            let rest = |z: &DMatrix<f64>| moments - gram * z - z * ridge;
            let mut z = solve(moments);
            // One step of refinement.
            z += solve(&rest(&z));
            let residual = rest(&z).norm() / moments.norm().max(f64::MIN_POSITIVE);
            Ok(Attempt::Solved((inverse * z).map(|v| v as f32), residual))
        })
        .await
    }
}

/// `L^-T` of `a + shift I = L L^T`, upper triangular, or the first block of columns whose pivots are not all positive. All of the
/// work is products, `n^3 / 2` multiply-adds.
async fn inverse_factor(
    a: &DMatrix<f64>,
    shift: f64,
    progress: &StageProgress<'_>,
) -> Result<std::result::Result<DMatrix<f64>, NonPositivePivot>> {
    let n = a.nrows();
    let mut inverse = DMatrix::zeros(n, n);
    for start in (0..n).step_by(BLOCK_COLUMNS) {
        let width = BLOCK_COLUMNS.min(n - start);
        let known = inverse.view((0, 0), (start, start));
        // The rows of L to the left of the diagonal block, and what remains of that block without them.
        let left = times_upper(&a.view((start, 0), (width, start)), &known);
        let above = left.transpose();
        let mut corner = a.view((start, start), (width, width)) - &left * &above;
        (0..width).for_each(|i| corner[(i, i)] += shift);
        let Some(factor) = Cholesky::new(corner) else {
            return Ok(Err(NonPositivePivot { index: start }));
        };
        let mut corner = DMatrix::identity(width, width);
        factor.l_dirty().tr_solve_lower_triangular_mut(&mut corner);
        let column = product(&known, &(above * -&corner));
        inverse.view_mut((0, start), (start, width)).copy_from(&column);
        inverse.view_mut((start, start), (width, width)).copy_from(&corner);
        progress.checkpoint(((start + width) as f64 / n as f64).powi(3)).await?;
    }
    Ok(Ok(inverse))
}

/// `a b` on all cores.
fn product(a: &DMatrixView<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    by_columns(a.nrows(), b.ncols(), |first, mut columns| {
        columns.gemm(1.0, a, &b.columns(first, columns.ncols()), 0.0);
    })
}

/// `a u` on all cores for an upper triangular `u`.
fn times_upper(a: &DMatrixView<f64>, u: &DMatrixView<f64>) -> DMatrix<f64> {
    by_columns(a.nrows(), u.ncols(), |first, mut columns| {
        let end = first + columns.ncols();
        columns.gemm(1.0, &a.columns(0, end), &u.view((0, first), (end, columns.ncols())), 0.0);
    })
}

/// A matrix whose columns `fill` writes, from a column on.
fn by_columns(
    rows: usize,
    columns: usize,
    fill: impl Fn(usize, DMatrixViewMut<f64>) + Sync + Send,
) -> DMatrix<f64> {
    let mut out = DMatrix::zeros(rows, columns);
    for_each_chunk(out.as_mut_slice(), TASK_COLUMNS * rows.max(1), |task, chunk| {
        let width = chunk.len() / rows;
        fill(task * TASK_COLUMNS, DMatrixViewMut::from_slice(chunk, rows, width));
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `exp(-distance)` of points on a line, with targets of two outputs.
    fn problem(n: usize) -> (DMatrix<f64>, DMatrix<f64>) {
        let at = |i: usize| ((i * 7919) % 1009) as f64 / 1009.0;
        let kernel = DMatrix::from_fn(n, n, |i, j| 3.0 * (-(at(i) - at(j)).abs()).exp());
        (kernel, DMatrix::from_fn(n, 2, |i, o| ((i + 5 * o) % 7) as f64 - 3.0))
    }

    /// The problem with the first `rank` points as landmarks, the others added in blocks of `block`.
    fn added(kernel: &DMatrix<f64>, targets: &DMatrix<f64>, rank: usize, block: usize) -> Nystrom {
        let (n, single) = (kernel.nrows(), |v| v as f32);
        let (corner, y) = (kernel.view((0, 0), (rank, rank)).map(single), targets.map(single));
        let (of_landmarks, progress) = (y.rows(0, rank).into_owned(), StageProgress::unmonitored());
        let mut problem = pollster::block_on(Nystrom::new(&corner, 3.0, &of_landmarks, &progress)).unwrap();
        for start in (rank..n).step_by(block) {
            let count = block.min(n - start);
            let rows = kernel.view((start, 0), (count, rank)).map(single);
            problem.add(&rows, 3.0 * count as f64, &y.rows(start, count).into_owned());
        }
        problem
    }

    fn solve(problem: &mut Nystrom, ridges: &[f64]) -> Vec<Solution> {
        pollster::block_on(problem.solve(ridges, &StageProgress::unmonitored())).unwrap()
    }

    /// Against the dense formulas: `Q = K_nZ K_ZZ^-1 K_Zn / s`, `f = Q (Q + lambda I)^-1 y`. Ranks lie around the blocks.
    #[test]
    fn the_solution_is_that_of_the_approximated_kernel() {
        let n = 330;
        let (kernel, targets) = problem(n);
        for rank in [1, 2, 63, 64, 127, 128, 129, 257, 330] {
            let mut problem = added(&kernel, &targets, rank, 100);
            let columns = kernel.columns(0, rank).into_owned();
            let corner = columns.rows(0, rank).into_owned();
            let q = &columns * corner.try_inverse().unwrap() * columns.transpose() / 3.0;
            let rest = 1.0 - q.view((rank, rank), (n - rank, n - rank)).trace() / (n - rank).max(1) as f64;
            let expected = if rank == n { 0.0 } else { rest };
            assert!((problem.trace_residual() - expected).abs() < 1e-5, "rank {rank}: {expected:.2e}");
            let ridges = [1e-4, 1e-1];
            for (solution, ridge) in solve(&mut problem, &ridges).iter().zip(ridges) {
                let system = &q + DMatrix::identity(n, n) * ridge;
                let expected = &q * system.try_inverse().unwrap() * &targets;
                let actual = &columns * solution.alpha.map(f64::from) / 3.0;
                let error = (actual - &expected).amax() / expected.amax();
                // Rounding K to single precision errs by 6e-8, which the ridge divides. The jitter, 1e-6, moves the share of f along
                // eigenvectors of K_ZZ whose eigenvalue is 1e-3 or less.
                assert!(error < 1e-7 / ridge + 2e-4, "rank {rank}, ridge {ridge}: {error:.1e}");
                assert!(solution.ridge == ridge && solution.residual < 1e-9, "{}", solution.residual);
            }
        }
    }

    #[test]
    fn blocks_change_rounding_alone_and_more_landmarks_miss_less() {
        let (kernel, targets) = problem(300);
        let [one, other] = [1, 77].map(|block| solve(&mut added(&kernel, &targets, 50, block), &[1e-2]));
        let difference = (&one[0].alpha - &other[0].alpha).amax() / one[0].alpha.amax();
        assert!(difference < 1e-5, "{difference:.1e}");
        let missed = [2, 10, 50, 250].map(|rank| added(&kernel, &targets, rank, 100).trace_residual());
        assert!(missed.is_sorted_by(|a, b| a > b) && missed[3] > 0.0, "{missed:?}");
    }

    /// Landmarks that are copies leave a kernel matrix of rank 1, which rounding makes indefinite.
    #[test]
    fn copies_among_landmarks_do_no_harm() {
        let (kernel, targets) = problem(40);
        let first = |i: usize| if i < 30 { 0 } else { i };
        let copied = DMatrix::from_fn(40, 40, |i, j| kernel[(first(i), first(j))]);
        let mut problem = added(&copied, &targets, 30, 10);
        let solution = &solve(&mut problem, &[1e-3])[0];
        let q = copied.columns(0, 1) * copied.columns(0, 1).transpose() / 9.0;
        let expected = &q * (&q + DMatrix::identity(40, 40) * 1e-3).try_inverse().unwrap() * targets;
        let actual = copied.columns(0, 30) * solution.alpha.map(f64::from) / 3.0;
        assert!((actual - &expected).amax() < 1e-4 * expected.amax());
    }

    #[test]
    fn an_indefinite_kernel_matrix_is_refused_with_its_block() {
        let mut kernel = Matrix::identity(200, 200);
        kernel[(150, 150)] = -1.0;
        let targets = Matrix::zeros(200, 1);
        let refused = pollster::block_on(Nystrom::new(&kernel, 1.0, &targets, &StageProgress::unmonitored()));
        let error = refused.err().unwrap();
        assert!(matches!(error, Error::NotPositiveDefinite { pivot: 128, n: 200, .. }), "{error}");
    }
}
