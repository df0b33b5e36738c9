//! Products of small matrices by rows, with lanes along the rows: the arithmetic of a convolution.
//!
//! `gemm` has vectors for every processor but not for WebAssembly: 3.5 billion multiply-adds per second there, these functions 9.5.

use crate::linalg::simd::{Vector, on_widest};
use pulp::{Simd, WithSimd};

/// Rows of a block of the result.
const ROWS: usize = 4;
/// Registers of a row of a block: eight sums in all, which hide the latency of a multiply-add, and leave registers for the factors.
const PARTS: usize = 2;

/// A matrix of factors: entry (r, i) of `rows x cols` is `data[r * strides.0 + i * strides.1]`.
#[derive(Clone, Copy)]
pub(super) struct Factors<'a> {
    pub data: &'a [f32],
    pub rows: usize,
    pub cols: usize,
    pub strides: (usize, usize),
}

/// `C <- A B`, or `C <- C + A B` if `add`. `B` (`A.cols x length`) and `C` (`A.rows x length`) are stored by rows.
///
/// # Panics
/// When a matrix is smaller than its extents.
pub(super) fn multiply(a: Factors, b: &[f32], length: usize, add: bool, c: &mut [f32]) {
    on_widest(Multiply { a, b, length, add, c });
}

/// `C <- C + A B^T`. All are stored by rows: `A` (`rows x length`), `B` (`cols x length`), `C` (`rows x cols`).
///
/// # Panics
/// When a matrix is smaller than its extents.
pub(super) fn add_inner_products(a: &[f32], b: &[f32], length: usize, c: &mut [f32]) {
    on_widest(AddInnerProducts { a, b, length, c });
}

struct Multiply<'a> {
    a: Factors<'a>,
    b: &'a [f32],
    length: usize,
    add: bool,
    c: &'a mut [f32],
}

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Multiply { a, b, length, add, c } = self;
        let lanes = S::F32_LANES;
        let (b, c) = (&b[..a.cols * length], &mut c[..a.rows * length]);
        // The factors of each block of rows in the order of their use. Rows that do not exist have zeros.
        let mut factors = vec![[0.0; ROWS]; a.cols];
        for first in (0..a.rows).step_by(ROWS) {
            let rows = ROWS.min(a.rows - first);
            for (i, factors) in factors.iter_mut().enumerate() {
                *factors = std::array::from_fn(|r| {
                    if r < rows { a.data[(first + r) * a.strides.0 + i * a.strides.1] } else { 0.0 }
                });
            }
            let c = &mut c[first * length..(first + rows) * length];
            let mut at = 0;
            while at + PARTS * lanes <= length {
                block::<S, PARTS>(simd, &factors, b, length, at, add, c);
                at += PARTS * lanes;
            }
            while at + lanes <= length {
                block::<S, 1>(simd, &factors, b, length, at, add, c);
                at += lanes;
            }
            for at in at..length {
                let mut sums = [0.0; ROWS];
                for (factors, row) in factors.iter().zip(b.chunks_exact(length)) {
                    sums.iter_mut().zip(factors).for_each(|(sum, factor)| *sum += factor * row[at]);
                }
                for (row, sum) in c.chunks_exact_mut(length).zip(sums) {
                    row[at] = if add { row[at] + sum } else { sum };
                }
            }
        }
    }
}

/// Columns `at..at + N * lanes` of a block of rows of C.
#[inline(always)]
fn block<S: Simd, const N: usize>(
    simd: S,
    factors: &[[f32; ROWS]],
    b: &[f32],
    length: usize,
    at: usize,
    add: bool,
    c: &mut [f32],
) {
    let width = N * S::F32_LANES;
    let mut sums = [[Vector::splat(simd, 0.0); N]; ROWS];
    for (factors, row) in factors.iter().zip(b.chunks_exact(length)) {
        let row = &row[at..at + width];
        let values: [_; N] = std::array::from_fn(|part| Vector::load(simd, row, part));
        for (sums, factor) in sums.iter_mut().zip(factors) {
            let factor = Vector::splat(simd, *factor);
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum = value.multiply_add(factor, *sum));
        }
    }
    for (row, sums) in c.chunks_exact_mut(length).zip(sums) {
        let row = &mut row[at..at + width];
        for (part, sum) in sums.into_iter().enumerate() {
            let sum = if add { Vector::load(simd, row, part) + sum } else { sum };
            sum.store(row, part);
        }
    }
}

struct AddInnerProducts<'a> {
    a: &'a [f32],
    b: &'a [f32],
    length: usize,
    c: &'a mut [f32],
}

impl WithSimd for AddInnerProducts<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let AddInnerProducts { a, b, length, c } = self;
        let (rows, cols) = (a.len() / length, b.len() / length);
        assert_eq!(c.len(), rows * cols, "the result of inner products");
        // A row that does not exist is the last one again; its products are not used.
        for row in (0..rows).step_by(ROWS) {
            let of = |r: usize| (row + r).min(rows - 1) * length;
            let a = std::array::from_fn::<_, ROWS, _>(|r| &a[of(r)..of(r) + length]);
            for col in (0..cols).step_by(PARTS) {
                let of = |s: usize| (col + s).min(cols - 1) * length;
                let b = std::array::from_fn::<_, PARTS, _>(|s| &b[of(s)..of(s) + length]);
                let products = inner_products(simd, a, b);
                for (r, products) in products.iter().enumerate().take(rows - row) {
                    for (s, product) in products.iter().enumerate().take(cols - col) {
                        c[(row + r) * cols + col + s] += product;
                    }
                }
            }
        }
    }
}

/// Inner products of every row of `a` with every row of `b`, all of the same length.
#[inline(always)]
fn inner_products<S: Simd>(simd: S, a: [&[f32]; ROWS], b: [&[f32]; PARTS]) -> [[f32; PARTS]; ROWS] {
    let length = a[0].len();
    let whole = length / S::F32_LANES;
    let heads = a.map(|row| S::as_simd_f32s(row).0);
    let others = b.map(|row| S::as_simd_f32s(row).0);
    let mut sums = [[simd.splat_f32s(0.0); PARTS]; ROWS];
    for at in 0..whole {
        let others: [_; PARTS] = std::array::from_fn(|s| others[s][at]);
        for (sums, head) in sums.iter_mut().zip(heads) {
            let head = head[at];
            sums.iter_mut()
                .zip(others)
                .for_each(|(sum, other)| *sum = simd.mul_add_e_f32s(head, other, *sum));
        }
    }
    std::array::from_fn(|r| {
        std::array::from_fn(|s| {
            let rest = (whole * S::F32_LANES..length).map(|at| a[r][at] * b[s][at]).sum::<f32>();
            simd.reduce_sum_f32s(sums[r][s]) + rest
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small whole numbers, whose sums are exact, for all extents around those of a block.
    #[test]
    fn products_of_all_extents() {
        let numbers = |count: usize, step: usize| -> Vec<f32> {
            (0..count).map(|i| (i * step % 13) as f32 - 6.0).collect()
        };
        for (rows, cols, length) in [(1, 1, 1), (3, 2, 7), (4, 3, 16), (5, 9, 35), (10, 1, 100), (8, 5, 33)] {
            let (a, b) = (numbers(rows * cols, 7), numbers(cols * length, 5));
            let start = numbers(rows * length, 3);
            for (add, strides) in [(false, (cols, 1)), (true, (1, rows))] {
                let mut c = if add { start.clone() } else { vec![f32::NAN; start.len()] };
                multiply(Factors { data: &a, rows, cols, strides }, &b, length, add, &mut c);
                for (at, value) in c.iter().enumerate() {
                    let (r, p) = (at / length, at % length);
                    let entry = |i: usize| a[r * strides.0 + i * strides.1] * b[i * length + p];
                    let before = if add { start[at] } else { 0.0 };
                    assert_eq!(*value, before + (0..cols).map(entry).sum::<f32>());
                }
            }
            let mut c = numbers(rows * cols, 2);
            let left = numbers(rows * length, 11);
            let expected: Vec<f32> = (0..rows * cols)
                .map(|at| {
                    let (r, s) = (at / cols, at % cols);
                    c[at] + (0..length).map(|p| left[r * length + p] * b[s * length + p]).sum::<f32>()
                })
                .collect();
            add_inner_products(&left, &b, length, &mut c);
            assert_eq!(c, expected, "{rows} x {cols} x {length}");
        }
    }
}
