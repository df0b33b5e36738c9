//! Matrix products of strided views: a safe interface to the `matrixmultiply` crate.
//!
//! nalgebra uses the same crate, but only for products without a transposed factor.

/// A matrix in a slice, with entry (i, j) at `i * row_stride + j * col_stride`.
#[derive(Clone, Copy)]
pub struct View<'a> {
    data: &'a [f32],
    rows: usize,
    cols: usize,
    strides: (usize, usize),
}

impl<'a> View<'a> {
    /// A `rows x cols` matrix stored by columns, which begin `stride` values apart.
    pub fn columns(data: &'a [f32], rows: usize, cols: usize, stride: usize) -> Self {
        View { data, rows, cols, strides: (1, stride) }
    }

    /// The transpose.
    pub fn transposed(self) -> Self {
        View { rows: self.cols, cols: self.rows, strides: (self.strides.1, self.strides.0), ..self }
    }

    /// The first `rows` rows.
    pub fn top(self, rows: usize) -> Self {
        View { rows, ..self }
    }

    /// The rows from `row` on.
    pub fn below(self, row: usize) -> Self {
        View { data: &self.data[row * self.strides.0..], rows: self.rows - row, ..self }
    }

    /// The first `cols` columns.
    pub fn left(self, cols: usize) -> Self {
        View { cols, ..self }
    }

    /// The columns from `col` on.
    pub fn right(self, col: usize) -> Self {
        self.transposed().below(col).transposed()
    }

    /// Number of rows.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn cols(self) -> usize {
        self.cols
    }

    /// Number of values from the first entry to the last.
    fn span(&self) -> usize {
        span(self.rows, self.cols, self.strides)
    }
}

fn span(rows: usize, cols: usize, strides: (usize, usize)) -> usize {
    if rows == 0 || cols == 0 { 0 } else { (rows - 1) * strides.0 + (cols - 1) * strides.1 + 1 }
}

/// `C <- beta C + alpha A B`. C is stored by columns, which begin `stride` values apart.
///
/// # Panics
/// When A does not have as many columns as B has rows, or a matrix reaches beyond its slice.
pub fn gemm(alpha: f32, a: View, b: View, beta: f32, c: &mut [f32], stride: usize) {
    let (m, k, n) = (a.rows, a.cols, b.cols);
    assert_eq!(k, b.rows, "inner extents of a matrix product");
    assert!(a.span() <= a.data.len() && b.span() <= b.data.len(), "a factor reaches beyond its slice");
    assert!(
        span(m, n, (1, stride)) <= c.len() && (stride >= m || n <= 1),
        "the product reaches beyond its slice"
    );
    let signed = |(r, c): (usize, usize)| (r as isize, c as isize);
    let ((ra, ca), (rb, cb)) = (signed(a.strides), signed(b.strides));
    // SAFETY: sgemm reads the entries of A and B at the given strides and within the given extents; by the assertions above the
    // last one is inside its slice. It writes C at i + j * stride, inside `c` by the third assertion. Different entries of C do
    // not overlap, because stride >= m, and C does not overlap a factor, because `c` is borrowed exclusively.
    unsafe {
        matrixmultiply::sgemm(
            m,
            k,
            n,
            alpha,
            a.data.as_ptr(),
            ra,
            ca,
            b.data.as_ptr(),
            rb,
            cb,
            beta,
            c.as_mut_ptr(),
            1,
            stride as isize,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{View, gemm};
    use nalgebra::DMatrix;

    #[test]
    fn strided_and_transposed_products() {
        let a = DMatrix::from_fn(5, 7, |i, j| (i * 7 + j) as f32 - 11.0);
        let b = DMatrix::from_fn(5, 3, |i, j| (i + 4 * j) as f32 - 3.0);
        let mut c = DMatrix::from_element(9, 3, 1.0);
        gemm(
            2.0,
            View::columns(a.as_slice(), 5, 7, 5).transposed(),
            View::columns(b.as_slice(), 5, 3, 5),
            -1.0,
            c.as_mut_slice(),
            9,
        );
        let expected = a.transpose() * &b * 2.0;
        for j in 0..3 {
            for i in 0..9 {
                assert_eq!(c[(i, j)], if i < 7 { expected[(i, j)] - 1.0 } else { 1.0 });
            }
        }
    }

    #[test]
    #[should_panic(expected = "beyond its slice")]
    fn a_view_too_large_is_refused() {
        let mut c = [0.0; 4];
        gemm(1.0, View::columns(&[0.0; 3], 2, 2, 2), View::columns(&[0.0; 4], 2, 2, 2), 0.0, &mut c, 2);
    }
}
