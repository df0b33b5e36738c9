//! Convolution as patches times weights, and its gradients.
//!
//! Matrices of one group, by rows: patches `U` (d x positions), weights `W` (filters x d), with `d = channels q q` in patch order
//! (channel, row, column).
//!
//! ```text
//! forward              Z  = W U
//! to the weights       dW = D U^T       D = d loss / d Z
//! to the patches       dU = W^T D
//! ```

use super::products::{Factors, add_inner_products, multiply};
use crate::images::Shape;
use std::ops::Range;

/// A convolution of images of one shape: sizes, stride, padding and groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Convolution {
    /// Channels, rows and columns of the input.
    pub input: Shape,
    /// Channels, rows and columns of the output.
    pub output: Shape,
    /// Side of a patch.
    pub size: usize,
    /// Positions between two patches.
    pub stride: usize,
    /// Rows of zeros above and columns of zeros on the left. Those below and on the right follow from the output's shape.
    pub before: [usize; 2],
    /// Groups of channels that are convolved separately.
    pub groups: usize,
}

/// A row of positions for one value of the patches.
struct Run {
    /// Where its values start in the patches.
    start: usize,
    /// The positions whose value is a pixel; the others have padding.
    pixels: Range<usize>,
    /// Index of the first of these pixels; the others follow at the stride.
    from: usize,
}

impl Convolution {
    /// Values of a patch of one group.
    pub fn patch_len(&self) -> usize {
        self.input.channels / self.groups * self.size * self.size
    }

    /// Positions of the output.
    pub fn positions(&self) -> usize {
        self.output.height * self.output.width
    }

    /// Values of the scratch memory that the functions below need.
    pub fn scratch_len(&self) -> usize {
        if self.patches_are_pixels() { 0 } else { self.patch_len() * self.positions() }
    }

    /// Whether the patches of a group are its channels: 1 x 1 without stride and padding.
    fn patches_are_pixels(&self) -> bool {
        self.size == 1 && self.stride == 1 && self.before == [0, 0]
    }

    /// Every row of positions of every value of a group's patches.
    fn for_each_run(&self, mut f: impl FnMut(Run)) {
        let Shape { height, width, .. } = self.input;
        let (q, columns) = (self.size, self.output.width);
        let [above, left] = self.before;
        let valid = |offset: usize, before: usize, side: usize, count: usize| {
            let first = before.saturating_sub(offset).div_ceil(self.stride).min(count);
            let end = (side + before).saturating_sub(offset).div_ceil(self.stride).min(count);
            first..end.max(first)
        };
        let mut start = 0;
        for at in 0..self.patch_len() {
            let (channel, i, j) = (at / (q * q), at / q % q, at % q);
            let (rows, pixels) =
                (valid(i, above, height, self.output.height), valid(j, left, width, columns));
            for y in 0..self.output.height {
                let inside = rows.contains(&y) && !pixels.is_empty();
                let pixels = if inside { pixels.clone() } else { 0..0 };
                let from = if inside {
                    let (row, column) = (y * self.stride + i - above, pixels.start * self.stride + j - left);
                    (channel * height + row) * width + column
                } else {
                    0
                };
                f(Run { start, pixels, from });
                start += columns;
            }
        }
    }

    /// The patches of a group with these channels, by rows (d x positions).
    fn patches<'a>(&self, channels: &'a [f32], scratch: &'a mut [f32]) -> &'a [f32] {
        if self.patches_are_pixels() {
            return channels;
        }
        let columns = self.output.width;
        let scratch = &mut scratch[..self.scratch_len()];
        self.for_each_run(|Run { start, pixels, from }| {
            let row = &mut scratch[start..start + columns];
            row[..pixels.start].fill(0.0);
            row[pixels.end..].fill(0.0);
            let row = &mut row[pixels];
            if self.stride == 1 {
                row.copy_from_slice(&channels[from..from + row.len()]);
            } else {
                row.iter_mut()
                    .zip(channels[from..].iter().step_by(self.stride))
                    .for_each(|(v, pixel)| *v = *pixel);
            }
        });
        scratch
    }

    /// The channels of each group in the input, and its filters in weights and output.
    fn groups(&self) -> impl Iterator<Item = Group> + use<> {
        let (channels, filters) = (self.input.len() / self.groups, self.output.channels / self.groups);
        let (d, p) = (self.patch_len(), self.positions());
        (0..self.groups).map(move |group| Group {
            input: group * channels..(group + 1) * channels,
            weights: group * filters * d..(group + 1) * filters * d,
            output: group * filters * p..(group + 1) * filters * p,
            filters,
        })
    }

    /// The output: `filters x positions`, by rows.
    pub fn forward(
        &self,
        weights: &[f32],
        bias: Option<&[f32]>,
        input: &[f32],
        scratch: &mut [f32],
        output: &mut [f32],
    ) {
        let (d, p) = (self.patch_len(), self.positions());
        for group in self.groups() {
            let patches = self.patches(&input[group.input], scratch);
            let weights =
                Factors { data: &weights[group.weights], rows: group.filters, cols: d, strides: (d, 1) };
            multiply(weights, patches, p, false, &mut output[group.output]);
        }
        for (row, bias) in output.chunks_exact_mut(p).zip(bias.unwrap_or_default()) {
            row.iter_mut().for_each(|v| *v += bias);
        }
    }

    /// Adds the gradients to the weights and to the bias of `delta`, the gradient to the output.
    pub fn add_weight_gradient(
        &self,
        input: &[f32],
        delta: &[f32],
        scratch: &mut [f32],
        weights: &mut [f32],
        bias: Option<&mut [f32]>,
    ) {
        let p = self.positions();
        for group in self.groups() {
            let patches = self.patches(&input[group.input], scratch);
            add_inner_products(&delta[group.output], patches, p, &mut weights[group.weights]);
        }
        for (row, bias) in delta.chunks_exact(p).zip(bias.unwrap_or_default()) {
            *bias += row.iter().map(|v| f64::from(*v)).sum::<f64>() as f32;
        }
    }

    /// Adds the gradient to the input.
    pub fn add_input_gradient(&self, weights: &[f32], delta: &[f32], scratch: &mut [f32], input: &mut [f32]) {
        let (d, p) = (self.patch_len(), self.positions());
        for group in self.groups() {
            let weights =
                Factors { data: &weights[group.weights], rows: d, cols: group.filters, strides: (1, d) };
            let delta = &delta[group.output];
            let channels = &mut input[group.input];
            if self.patches_are_pixels() {
                multiply(weights, delta, p, true, channels);
                continue;
            }
            let patches = &mut scratch[..self.scratch_len()];
            multiply(weights, delta, p, false, patches);
            self.for_each_run(|Run { start, pixels, from }| {
                let row = &patches[start + pixels.start..start + pixels.end];
                if self.stride == 1 {
                    channels[from..from + row.len()].iter_mut().zip(row).for_each(|(pixel, v)| *pixel += v);
                } else {
                    channels[from..]
                        .iter_mut()
                        .step_by(self.stride)
                        .zip(row)
                        .for_each(|(pixel, v)| *pixel += v);
                }
            });
        }
    }
}

/// Where a group lies in the input, the weights and the output.
struct Group {
    input: Range<usize>,
    weights: Range<usize>,
    output: Range<usize>,
    filters: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, one product at a time.
    fn definition(c: &Convolution, weights: &[f32], input: &[f32]) -> Vec<f32> {
        let (q, [above, left]) = (c.size, c.before);
        let (channels, filters) = (c.input.channels / c.groups, c.output.channels / c.groups);
        let mut output = Vec::new();
        for filter in 0..c.output.channels {
            for (y, x) in (0..c.output.height).flat_map(|y| (0..c.output.width).map(move |x| (y, x))) {
                let mut sum = 0.0;
                for at in 0..c.patch_len() {
                    let channel = filter / filters * channels + at / (q * q);
                    let (row, column) = (y * c.stride + at / q % q, x * c.stride + at % q);
                    let inside = (above..above + c.input.height).contains(&row)
                        && (left..left + c.input.width).contains(&column);
                    if inside {
                        let pixel = (channel * c.input.height + row - above) * c.input.width + column - left;
                        sum += weights[filter * c.patch_len() + at] * input[pixel];
                    }
                }
                output.push(sum);
            }
        }
        output
    }

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|i| ((i + seed) * 7919 % 31) as f32 - 15.0).collect()
    }

    /// Small whole numbers, whose sums are exact: forward equals the definition, and both gradients are its transposes.
    #[test]
    fn strides_paddings_and_groups() {
        let shape = |channels, height, width| Shape { channels, height, width };
        for (input, output, size, stride, before, groups) in [
            (shape(2, 5, 6), shape(3, 3, 4), 3, 1, [0, 0], 1),
            (shape(2, 5, 6), shape(3, 5, 6), 3, 1, [1, 1], 1),
            (shape(1, 7, 7), shape(2, 4, 4), 3, 2, [1, 1], 1),
            // TensorFlow's `same` of an even side: nothing above and left, one row below, one column right.
            (shape(1, 6, 6), shape(2, 3, 3), 3, 2, [0, 0], 1),
            (shape(4, 4, 4), shape(4, 4, 4), 3, 1, [1, 1], 4),
            (shape(4, 4, 4), shape(6, 2, 2), 2, 2, [0, 0], 2),
            (shape(3, 3, 3), shape(2, 3, 3), 1, 1, [0, 0], 1),
            (shape(3, 4, 4), shape(2, 2, 2), 1, 2, [0, 0], 1),
            (shape(1, 3, 3), shape(1, 3, 3), 7, 1, [3, 3], 1),
            (shape(1, 1, 1), shape(1, 3, 3), 1, 1, [1, 1], 1),
        ] {
            let c = Convolution { input, output, size, stride, before, groups };
            let (weights, pixels) = (numbers(output.channels * c.patch_len(), 1), numbers(input.len(), 2));
            let delta = numbers(output.len(), 3);
            let mut scratch = vec![f32::NAN; c.scratch_len()];
            let mut z = vec![f32::NAN; output.len()];
            c.forward(&weights, None, &pixels, &mut scratch, &mut z);
            assert_eq!(z, definition(&c, &weights, &pixels), "{c:?}");
            // <delta, conv(w, x)> is linear in w and in x: its gradients are those sums.
            let inner = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let (mut to_weights, mut to_input) = (vec![0.0; weights.len()], vec![0.0; pixels.len()]);
            c.add_weight_gradient(&pixels, &delta, &mut scratch, &mut to_weights, None);
            c.add_input_gradient(&weights, &delta, &mut scratch, &mut to_input);
            let other_weights = numbers(weights.len(), 4);
            assert_eq!(
                inner(&to_weights, &other_weights),
                inner(&delta, &definition(&c, &other_weights, &pixels))
            );
            let other_pixels = numbers(pixels.len(), 5);
            assert_eq!(
                inner(&to_input, &other_pixels),
                inner(&delta, &definition(&c, &weights, &other_pixels))
            );
        }
    }
}
