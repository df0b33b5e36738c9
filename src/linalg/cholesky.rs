//! A blocked Cholesky factorisation in single precision, in place: matrix products do nearly all of the work.
//!
//! Right-looking, `STEP_COLUMNS` (256) columns at a time: factor their diagonal block, solve for the rows below it, and update the
//! remaining columns by products. Blocks and rows are halved down to `BASE_COLUMNS` (32) columns, so that products do the work
//! there too. The ranges of rows or columns of each thread depend on `n` alone, so the factor does not depend on the number of
//! threads.

use super::Matrix;
use super::gemm::{View, gemm};
use super::parallel::{for_each, for_each_chunk, threads};
use std::ops::Range;

/// Columns that are factored before products update the rest: the depth at which `matrixmultiply` packs a factor once.
const STEP_COLUMNS: usize = 256;
/// Columns, and rows below the block, that one thread takes at a time.
const TASK_COLUMNS: usize = 128;
/// Columns that are factored or solved for without products.
const BASE_COLUMNS: usize = 32;
/// Rows that are solved for together, in registers.
const STRIP_ROWS: usize = 32;
/// Multiply-adds between two returns to the caller: 3 ms of a native core, 20 ms of a browser's.
const STEP_WORK: usize = 1 << 27;

/// A factorisation that stopped: the pivot with this index, from 0, was not positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("pivot {index} is not positive")]
pub struct NonPositivePivot {
    /// Index of the pivot, from 0.
    pub index: usize,
}

/// A factorisation `A = L L^T` in progress.
///
/// ```
/// use convrfm::linalg::cholesky::Cholesky;
/// let mut a = [4.0, 2.0, 0.0, 2.0];
/// let mut factorisation = Cholesky::new(&mut a, 2);
/// while factorisation.step()?.is_some() {}
/// assert_eq!(a, [2.0, 1.0, 0.0, 1.0]);
/// # Ok::<(), convrfm::linalg::cholesky::NonPositivePivot>(())
/// ```
pub struct Cholesky<'a> {
    a: &'a mut [f32],
    n: usize,
    /// First column of the current panel.
    start: usize,
    /// Columns to the right of the panel that are updated; none when the panel itself is not factored yet.
    updated: Option<usize>,
}

impl<'a> Cholesky<'a> {
    /// Starts to factor the symmetric `n x n` matrix whose lower triangle is in `a`, column after column. That triangle becomes
    /// L; the strict upper triangle is neither read nor written.
    pub fn new(a: &'a mut [f32], n: usize) -> Self {
        Cholesky { a, n, start: 0, updated: None }
    }

    /// Does a few milliseconds of work and returns the share of all work that is done, 0 to 1; `None` when the matrix was
    /// factored before the call.
    ///
    /// # Errors
    /// When a pivot is not positive, or NaN: the matrix is not positive definite in single precision.
    pub fn step(&mut self) -> Result<Option<f64>, NonPositivePivot> {
        let (n, start) = (self.n, self.start);
        if start >= n {
            return Ok(None);
        }
        let width = STEP_COLUMNS.min(n - start);
        let end = start + width;
        let (left, right) = self.a.split_at_mut(end * n);
        let panel = &mut left[start * n..];
        let updated = match self.updated {
            Some(updated) => updated,
            None => {
                factor_block(&mut panel[start..], n, width)
                    .map_err(|index| NonPositivePivot { index: start + index })?;
                solve_below(panel, n, start, width);
                0
            }
        };
        let panel = &*panel;
        let tasks = (STEP_WORK / (width * (n - end).max(1))).div_ceil(TASK_COLUMNS).max(2 * threads());
        let last = right.len().min((updated + tasks * TASK_COLUMNS) * n);
        for_each_chunk(&mut right[updated * n..last], TASK_COLUMNS * n, |task, columns| {
            let first = end + updated + task * TASK_COLUMNS;
            let (height, count) = (n - first, columns.len() / n);
            let below = View::columns(&panel[first..], height, width, n);
            lower_product(below, below.top(count).transposed(), &mut columns[first..], n);
        });
        let updated = last / n;
        let part = if end == n { 1.0 } else { updated as f64 / (n - end) as f64 };
        let (before, after) = (share(start, n), share(end, n));
        if end + updated == n {
            (self.start, self.updated) = (end, None);
        } else {
            self.updated = Some(updated);
        }
        Ok(Some(before + (after - before) * part))
    }
}

/// Share of the `n^3 / 6` multiply-adds that is done when `columns` are factored.
fn share(columns: usize, n: usize) -> f64 {
    let left = (n - columns) as f64 / n as f64;
    1.0 - left * left * left
}

/// Factors the lower triangle of a `size x size` block whose columns begin `stride` values apart. The error is the index of the
/// pivot.
fn factor_block(a: &mut [f32], stride: usize, size: usize) -> Result<(), usize> {
    if size <= BASE_COLUMNS {
        return factor_base(a, stride, size);
    }
    let half = halved(size);
    factor_block(a, stride, half)?;
    let (left, right) = a.split_at_mut(half * stride);
    let mut rows = Rows::new(half..size);
    rows.solve(left, stride, 0, half);
    rows.write_back(left, stride);
    let below = View::columns(&left[half..], size - half, half, stride);
    lower_product(below, below.transposed(), &mut right[half..], stride);
    factor_block(&mut right[half..], stride, size - half).map_err(|index| half + index)
}

/// About half of `size`: a multiple of [`BASE_COLUMNS`].
fn halved(size: usize) -> usize {
    (size / 2).next_multiple_of(BASE_COLUMNS)
}

/// [`factor_block`] column by column.
fn factor_base(a: &mut [f32], stride: usize, size: usize) -> Result<(), usize> {
    super::simd::vectorized(
        #[inline(always)]
        || {
            for j in 0..size {
                let (left, column) = a.split_at_mut(j * stride);
                let column = &mut column[j..size];
                for k in 0..j {
                    let done = &left[k * stride + j..k * stride + size];
                    let factor = done[0];
                    column.iter_mut().zip(done).for_each(|(x, l)| *x -= l * factor);
                }
                let pivot = column[0];
                if pivot.is_nan() || pivot <= 0.0 {
                    return Err(j);
                }
                let root = pivot.sqrt();
                column[0] = root;
                column[1..].iter_mut().for_each(|x| *x /= root);
            }
            Ok(())
        },
    )
}

/// Solves for the rows below the factored block. `panel` holds `width` whole columns of the matrix; the block begins in row `start`.
fn solve_below(panel: &mut [f32], n: usize, start: usize, width: usize) {
    let below = start + width..n;
    let mut rows: Vec<Rows> = below
        .clone()
        .step_by(TASK_COLUMNS)
        .map(|first| Rows::new(first..(first + TASK_COLUMNS).min(n)))
        .collect();
    {
        let panel = &*panel;
        for_each(&mut rows, |rows| rows.solve(panel, n, start, width));
    }
    rows.iter().for_each(|rows| rows.write_back(panel, n));
}

/// Some rows of a panel, copied so that they are contiguous: X of `X L^T = A`.
struct Rows {
    range: Range<usize>,
    /// By columns, each filled up with zeros to a multiple of [`STRIP_ROWS`].
    x: Vec<f32>,
    height: usize,
}

impl Rows {
    fn new(range: Range<usize>) -> Rows {
        let height = range.len().next_multiple_of(STRIP_ROWS);
        Rows { range, x: Vec::new(), height }
    }

    /// Copies the rows of a panel in which the block begins in row `start`, and solves.
    fn solve(&mut self, panel: &[f32], stride: usize, start: usize, width: usize) {
        self.x = vec![0.0; self.height * width];
        for (x, column) in self.x.chunks_exact_mut(self.height).zip(panel.chunks(stride)) {
            x[..self.range.len()].copy_from_slice(&column[self.range.clone()]);
        }
        solve(&panel[start..], stride, width, &mut self.x, self.height);
    }

    /// Writes the rows back to the panel.
    fn write_back(&self, panel: &mut [f32], stride: usize) {
        for (x, column) in self.x.chunks_exact(self.height).zip(panel.chunks_mut(stride)) {
            column[self.range.clone()].copy_from_slice(&x[..self.range.len()]);
        }
    }
}

/// `X <- X L^-T` for X (`height x width`) and L, the lower triangle of a block whose columns begin `stride` values apart.
fn solve(l: &[f32], stride: usize, width: usize, x: &mut [f32], height: usize) {
    if width <= BASE_COLUMNS {
        return solve_base(l, stride, width, x, height);
    }
    let half = halved(width);
    let (left, right) = x.split_at_mut(half * height);
    solve(l, stride, half, left, height);
    let known = View::columns(left, height, half, height);
    let factor = View::columns(&l[half..], width - half, half, stride).transposed();
    gemm(-1.0, known, factor, 1.0, right, height);
    solve(&l[half * stride + half..], stride, width - half, right, height);
}

/// [`solve`] column by column, a strip of rows at a time.
fn solve_base(l: &[f32], stride: usize, width: usize, x: &mut [f32], height: usize) {
    super::simd::vectorized(
        #[inline(always)]
        || {
            for first in (0..height).step_by(STRIP_ROWS) {
                for j in 0..width {
                    let mut sum = [0.0_f32; STRIP_ROWS];
                    sum.copy_from_slice(&x[j * height + first..][..STRIP_ROWS]);
                    for k in 0..j {
                        let factor = l[k * stride + j];
                        let known = &x[k * height + first..][..STRIP_ROWS];
                        for r in 0..STRIP_ROWS {
                            sum[r] -= factor * known[r];
                        }
                    }
                    let pivot = l[j * stride + j];
                    let solved = &mut x[j * height + first..][..STRIP_ROWS];
                    for r in 0..STRIP_ROWS {
                        solved[r] = sum[r] / pivot;
                    }
                }
            }
        },
    )
}

/// `C <- C - A B` for the entries of C (`A.rows x B.cols`) on and below its diagonal; those above do not change.
fn lower_product(a: View, b: View, c: &mut [f32], stride: usize) {
    let (rows, cols) = (a.rows(), b.cols());
    if cols > BASE_COLUMNS {
        let half = halved(cols);
        let (left, right) = c.split_at_mut(half * stride);
        lower_product(a.top(cols), b.left(half), left, stride);
        lower_product(a.top(cols).below(half), b.right(half), &mut right[half..], stride);
    } else {
        let mut corner = Matrix::zeros(cols, cols);
        gemm(1.0, a.top(cols), b, 0.0, corner.as_mut_slice(), cols);
        for j in 0..cols {
            for i in j..cols {
                c[j * stride + i] -= corner[(i, j)];
            }
        }
    }
    if rows > cols {
        gemm(-1.0, a.below(cols), b, 1.0, &mut c[cols..], stride);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value above the diagonal, which nothing may read or write.
    const FOREIGN: f32 = 1e30;

    fn factored(n: usize, threads: usize) -> Matrix {
        let entry = |i: usize, j: usize| (-0.02 * (i - j) as f32).exp() + if i == j { 0.1 } else { 0.0 };
        let mut a = Matrix::from_fn(n, n, |i, j| if i >= j { entry(i, j) } else { FOREIGN });
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut factorisation = Cholesky::new(a.as_mut_slice(), n);
            while factorisation.step().unwrap().is_some() {}
        });
        let lower = a.lower_triangle();
        let expected = Matrix::from_fn(n, n, |i, j| entry(i.max(j), i.min(j)));
        let error = (&lower * lower.transpose() - expected).amax();
        assert!(error < 1e-5, "n = {n}: {error:.1e}");
        assert!((0..n).all(|j| (0..j).all(|i| a[(i, j)] == FOREIGN)), "n = {n}: the upper triangle changed");
        lower
    }

    #[test]
    fn the_factor_is_right_and_the_same_for_any_number_of_threads() {
        for n in [1, 40, 256, 300, 900] {
            let one = factored(n, 1);
            assert!([2, 5].iter().all(|&threads| factored(n, threads) == one), "n = {n}");
        }
    }
}
