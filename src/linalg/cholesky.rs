//! A blocked Cholesky factorisation in single precision, in place: matrix products do nearly all of it.
//!
//! Right-looking, [`STEP`] columns at a time: their diagonal block is factored, the rows below it are solved for, and
//! products update the columns that are left. Block and rows are halved until [`BASE`] columns are left, so that there,
//! too, products do the work. Jobs are ranges of rows or columns whose bounds depend on n alone, so the factor does not
//! depend on the number of threads.

use crate::linalg::gemm::{View, gemm};
use crate::linalg::parallel::{for_each, for_each_chunk, threads};
use crate::linalg::cholesky::NonPositivePivot;
use crate::error::Result;
use crate::linalg::Matrix;
use crate::math::StageProgress;

/// Columns that are factored before products update the rest: the depth at which `matrixmultiply` packs a factor once.
const STEP: usize = 256;
/// Columns, and rows below the block, of one job.
const JOB: usize = 128;
/// Columns that are factored or solved for without products.
const BASE: usize = 32;
/// Rows that are solved for together, in registers.
const STRIP: usize = 32;
/// Multiply-adds between two beats: 3 ms of a native core, 20 ms of a browser's.
const BEAT: usize = 1 << 27;

/// Factors the symmetric matrix whose lower triangle lies in `a`, `n x n` with columns one after the other: that triangle
/// becomes L of `A = L L^T`, the one above it stays. The outer error is a cancellation.
pub async fn factor(a: &mut [f32], n: usize, progress: &StageProgress<'_>) -> Result<Result<(), NonPositivePivot>> {
    for start in (0..n).step_by(STEP) {
        let width = STEP.min(n - start);
        let end = start + width;
        let (left, right) = a.split_at_mut(end * n);
        let panel = &mut left[start * n..];
        if let Err(index) = factor_block(&mut panel[start..], n, width) {
            return Ok(Err(NonPositivePivot { index: start + index }));
        }
        solve_below(panel, n, start, width);
        let panel = &*panel;
        let jobs = (BEAT / (width * (n - end).max(1))).div_ceil(JOB).max(2 * threads());
        for (group, columns) in right.chunks_mut(jobs * JOB * n).enumerate() {
            let done = group * jobs * JOB;
            for_each_chunk(columns, JOB * n, |job, columns| {
                let first = end + done + job * JOB;
                let (height, count) = (n - first, columns.len() / n);
                let below = View::columns(&panel[first..], height, width, n);
                lower_product(below, below.top(count).transposed(), &mut columns[first..], n);
            });
            let (before, after) = (share(start, n), share(end, n));
            let part = (done as f64 / (n - end) as f64).min(1.0);
            progress.checkpoint(before + (after - before) * part).await?;
        }
    }
    Ok(Ok(()))
}

/// Share of the `n^3 / 6` multiply-adds that is done when `columns` are factored.
fn share(columns: usize, n: usize) -> f64 {
    let left = (n - columns) as f64 / n as f64;
    1.0 - left * left * left
}

/// Factors the lower triangle of a `size x size` block, columns `stride` apart. The error is the index of the pivot.
fn factor_block(a: &mut [f32], stride: usize, size: usize) -> Result<(), usize> {
    if size <= BASE {
        return factor_base(a, stride, size);
    }
    let half = halved(size);
    factor_block(a, stride, half)?;
    let (left, right) = a.split_at_mut(half * stride);
    let mut rows = Rows::new(half..size);
    rows.solve(left, stride, 0, half);
    rows.put(left, stride);
    let below = View::columns(&left[half..], size - half, half, stride);
    lower_product(below, below.transposed(), &mut right[half..], stride);
    factor_block(&mut right[half..], stride, size - half).map_err(|index| half + index)
}

/// About half, in whole [`BASE`]s.
fn halved(size: usize) -> usize {
    (size / 2).next_multiple_of(BASE)
}

/// [`factor_block`] column by column.
fn factor_base(a: &mut [f32], stride: usize, size: usize) -> Result<(), usize> {
    crate::linalg::simd::vectorized(
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
                // Written so that a NaN fails too.
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

/// Solves for the rows below the block that was factored: `panel` holds `width` whole columns of the matrix, the block
/// begins in row `start`.
fn solve_below(panel: &mut [f32], n: usize, start: usize, width: usize) {
    let below = start + width..n;
    let mut rows: Vec<Rows> =
        below.clone().step_by(JOB).map(|first| Rows::new(first..(first + JOB).min(n))).collect();
    {
        let panel = &*panel;
        for_each(&mut rows, |rows| rows.solve(panel, n, start, width));
    }
    rows.iter().for_each(|rows| rows.put(panel, n));
}

/// Some rows of a panel, copied so that they lie together: X of `X L^T = A`.
struct Rows {
    range: std::ops::Range<usize>,
    /// Column by column, each filled up with zeros to whole strips.
    x: Vec<f32>,
    height: usize,
}

impl Rows {
    fn new(range: std::ops::Range<usize>) -> Rows {
        let height = range.len().next_multiple_of(STRIP);
        Rows { range, x: Vec::new(), height }
    }

    /// Takes the rows out of a panel in which the block begins at row `start`, and solves.
    fn solve(&mut self, panel: &[f32], stride: usize, start: usize, width: usize) {
        self.x = vec![0.0; self.height * width];
        for (x, column) in self.x.chunks_exact_mut(self.height).zip(panel.chunks(stride)) {
            x[..self.range.len()].copy_from_slice(&column[self.range.clone()]);
        }
        solve(&panel[start..], stride, width, &mut self.x, self.height);
    }

    /// Puts them back.
    fn put(&self, panel: &mut [f32], stride: usize) {
        for (x, column) in self.x.chunks_exact(self.height).zip(panel.chunks_mut(stride)) {
            column[self.range.clone()].copy_from_slice(&x[..self.range.len()]);
        }
    }
}

/// `X <- X L^-T`, X being `height x width`, L the lower triangle of a block with columns `stride` apart.
fn solve(l: &[f32], stride: usize, width: usize, x: &mut [f32], height: usize) {
    if width <= BASE {
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
    crate::linalg::simd::vectorized(
        #[inline(always)]
        || {
            for first in (0..height).step_by(STRIP) {
                for j in 0..width {
                    let mut sum = [0.0_f32; STRIP];
                    sum.copy_from_slice(&x[j * height + first..][..STRIP]);
                    for k in 0..j {
                        let factor = l[k * stride + j];
                        let known = &x[k * height + first..][..STRIP];
                        for r in 0..STRIP {
                            sum[r] -= factor * known[r];
                        }
                    }
                    let pivot = l[j * stride + j];
                    let found = &mut x[j * height + first..][..STRIP];
                    for r in 0..STRIP {
                        found[r] = sum[r] / pivot;
                    }
                }
            }
        },
    )
}

/// `C <- C - A B` for the part of C on and below its diagonal; the triangle above row `j` of column `j` stays. C is
/// `A.rows x B.cols`, its first block square.
fn lower_product(a: View, b: View, c: &mut [f32], stride: usize) {
    let (rows, cols) = (a.rows(), b.cols());
    if cols > BASE {
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

    /// Values outside the lower triangle that nothing may read or write.
    const FOREIGN: f32 = 1e30;

    fn factored(n: usize, threads: usize) -> Matrix {
        let entry = |i: usize, j: usize| (-0.02 * (i - j) as f32).exp() + if i == j { 0.1 } else { 0.0 };
        let mut a = Matrix::from_fn(n, n, |i, j| if i >= j { entry(i, j) } else { FOREIGN });
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found =
            pool.install(|| pollster::block_on(factor(a.as_mut_slice(), n, &StageProgress::unmonitored())).unwrap());
        found.unwrap();
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
