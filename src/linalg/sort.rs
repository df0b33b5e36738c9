//! Values by size.

/// Indices of `values` from the largest on, equals in their order. One function for all, because the code of every sort is
/// 10 kB of the page's WebAssembly.
///
/// ```text
/// descending(&[1.0, 3.0, 2.0, 3.0]) = [1, 3, 2, 0]
/// ```
pub fn descending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    order
}

#[cfg(test)]
mod tests {
    use super::descending;

    #[test]
    fn the_largest_comes_first_and_equals_keep_their_order() {
        assert_eq!(descending(&[1.0, 3.0, -2.0, 3.0]), [1, 3, 0, 2]);
        assert_eq!(descending(&[]), [0; 0]);
    }
}
