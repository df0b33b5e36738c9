//! Windows of one channel: the largest value, or the mean.

use crate::images::Shape;

/// Windows over the channels of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Windows {
    /// Channels, rows and columns of the input.
    pub input: Shape,
    /// Channels, rows and columns of the output.
    pub output: Shape,
    /// Rows and columns of a window.
    pub size: [usize; 2],
    /// Positions between two windows.
    pub stride: usize,
    /// Rows above and columns left of the image that belong to windows.
    pub padding: usize,
}

impl Windows {
    /// Calls `f(output, window)` with the index of each output and the indices of the pixels of its window that are inside.
    fn for_each(&self, mut f: impl FnMut(usize, &mut dyn Iterator<Item = usize>)) {
        let Shape { channels, height, width } = self.input;
        let inside = |at: usize, size: usize, side: usize| {
            let start = at * self.stride;
            start.saturating_sub(self.padding)..(start + size).saturating_sub(self.padding).min(side)
        };
        let mut output = 0;
        for channel in 0..channels {
            for y in 0..self.output.height {
                let rows = inside(y, self.size[0], height);
                for x in 0..self.output.width {
                    let columns = inside(x, self.size[1], width);
                    let pixels =
                        |row| columns.clone().map(move |column| (channel * height + row) * width + column);
                    f(output, &mut rows.clone().flat_map(pixels));
                    output += 1;
                }
            }
        }
    }

    /// The largest value of each window.
    pub fn largest(&self, input: &[f32], output: &mut [f32]) {
        self.for_each(|at, window| output[at] = window.map(|i| input[i]).fold(f32::NEG_INFINITY, f32::max));
    }

    /// Adds the gradient to the first of the largest values of each window.
    pub fn add_gradient_of_largest(
        &self,
        input: &[f32],
        output: &[f32],
        delta: &[f32],
        gradient: &mut [f32],
    ) {
        self.for_each(|at, window| {
            for i in window {
                if input[i] == output[at] {
                    gradient[i] += delta[at];
                    break;
                }
            }
        });
    }

    /// The mean of each window; there is no padding.
    pub fn mean(&self, input: &[f32], output: &mut [f32]) {
        let count = (self.size[0] * self.size[1]) as f64;
        self.for_each(|at, window| {
            output[at] = (window.map(|i| f64::from(input[i])).sum::<f64>() / count) as f32
        });
    }

    /// Adds the gradient to every value of each window.
    pub fn add_gradient_of_mean(&self, delta: &[f32], gradient: &mut [f32]) {
        let count = (self.size[0] * self.size[1]) as f32;
        self.for_each(|at, window| window.for_each(|i| gradient[i] += delta[at] / count));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_cut_at_the_border() {
        let shape = |height, width| Shape { channels: 1, height, width };
        let windows =
            Windows { input: shape(2, 3), output: shape(2, 2), size: [2, 2], stride: 2, padding: 1 };
        let input = [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0];
        let mut output = [f32::NAN; 4];
        windows.largest(&input, &mut output);
        assert_eq!(output, [-1.0, -2.0, -4.0, -5.0], "padding does not count as 0");
        let mut gradient = [0.0; 6];
        windows.add_gradient_of_largest(&input, &output, &[1.0, 2.0, 3.0, 4.0], &mut gradient);
        assert_eq!(gradient, [1.0, 2.0, 0.0, 3.0, 4.0, 0.0]);
        let all = Windows { input: shape(2, 3), output: shape(1, 1), size: [2, 3], stride: 1, padding: 0 };
        let mut mean = [0.0];
        all.mean(&input, &mut mean);
        assert_eq!(mean, [-3.5]);
        let mut gradient = [0.0; 6];
        all.add_gradient_of_mean(&[6.0], &mut gradient);
        assert_eq!(gradient, [1.0; 6]);
    }
}
