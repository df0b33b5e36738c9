//! Sorting.

/// Indices of `values` in descending order of the values; equal values keep their order. One function for the whole crate, because
/// the code of each sort takes 10 kB of the page's WebAssembly.
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
