//! A stack of images of one shape, in single precision.

use crate::error::{Error, Result};
use std::sync::Arc;

/// Channels, height and width of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Shape {
    /// Colour channels (1 grey, 3 colour) or filter responses.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Shape {
    /// Values in one image; `usize::MAX` when there are more.
    pub fn len(self) -> usize {
        self.channels.saturating_mul(self.height).saturating_mul(self.width)
    }

    /// Whether an image of this shape holds no value.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}x{}x{}", self.channels, self.height, self.width)
    }
}

/// `n` images of one [`Shape`], row-major as (image, channel, row, column); every value is finite.
/// A clone shares the values.
///
/// ```
/// use convrfm::{Images, Shape};
/// let shape = Shape { channels: 1, height: 2, width: 3 };
/// let images = Images::new(shape, vec![0.5; 12])?;
/// assert_eq!(images.count(), 2);
/// assert!(Images::new(shape, vec![f32::NAN; 12]).is_err());
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    shape: Shape,
    data: Arc<Vec<f32>>,
}

impl Images {
    /// Takes pixel data.
    ///
    /// # Errors
    /// When an extent is zero, the length is no multiple of the shape's, or a value is NaN or infinite.
    pub fn new(shape: Shape, data: Vec<f32>) -> Result<Self> {
        check_shape(shape, data.len())?;
        check_finite(shape, &data)?;
        Ok(Images { shape, data: Arc::new(data) })
    }

    /// `count` images of values in [0, 1) without pattern, by multiplication in a prime field: for measuring and
    /// self-tests, where nothing is to be read or drawn.
    ///
    /// ```
    /// use convrfm::{Images, Shape};
    /// let images = Images::patternless(Shape { channels: 1, height: 1, width: 2 }, 1, 1)?;
    /// assert_eq!(images.as_slice(), [856.0 / 1009.0, 703.0 / 1009.0]);
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    ///
    /// # Errors
    /// When an extent of the shape is zero.
    pub fn patternless(shape: Shape, count: usize, seed: u64) -> Result<Self> {
        let value = |i: u64| ((i + seed) * 7919 % 1009) as f32 / 1009.0;
        Images::new(shape, (0..(count * shape.len()) as u64).map(value).collect())
    }

    /// The shape of every image.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How many images there are.
    pub fn count(&self) -> usize {
        self.data.len() / self.shape.len()
    }

    /// Pixels of image `index`, as (channel, row, column).
    pub fn image(&self, index: usize) -> &[f32] {
        let len = self.shape.len();
        &self.data[index * len..(index + 1) * len]
    }

    /// All pixels, image after image.
    pub fn as_slice(&self) -> &[f32] {
        &self.data
    }

    /// The images at `indices`, in that order.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Images {
        let mut data = Vec::with_capacity(indices.len() * self.shape.len());
        indices.iter().for_each(|&i| data.extend_from_slice(self.image(i)));
        Images { shape: self.shape, data: Arc::new(data) }
    }

    /// RGB images with `(value - mean) / deviation` of each channel, in double precision before it is rounded.
    ///
    /// # Errors
    /// When the images have not three channels, or a value is not finite afterwards.
    pub fn normalised(&self, mean: [f64; 3], deviation: [f64; 3]) -> Result<Images> {
        if self.shape.channels != 3 {
            return Err(Error::invalid("images", self.shape, "3 channels"));
        }
        let plane = self.shape.height * self.shape.width;
        let value = |(at, v): (usize, &f32)| {
            let channel = at / plane % 3;
            ((f64::from(*v) - mean[channel]) / deviation[channel]) as f32
        };
        Images::new(self.shape, self.data.iter().enumerate().map(value).collect())
    }

    /// The images with the mean of every window of `side x side` values in place of the window; rows and columns that are left over
    /// at the end are dropped. `field` names the side in errors.
    ///
    /// ```
    /// use convrfm::{Images, Shape};
    /// let shape = Shape { channels: 1, height: 2, width: 5 };
    /// let image = vec![1.0, 2.0, 3.0, 4.0, 9.0, 5.0, 6.0, 7.0, 8.0, 9.0];
    /// assert_eq!(Images::new(shape, image)?.averaged("side", 2)?.as_slice(), [3.5, 5.5]);
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the images are smaller than a window, or `side` is 0.
    pub fn averaged(&self, field: &str, side: usize) -> Result<Images> {
        let Shape { channels, height, width } = self.shape;
        check_window(field, side, height, width)?;
        let shape = Shape { channels, height: height / side, width: width / side };
        Images::new(shape, means(&self.data, (height, width), side))
    }

    /// The images after a Gaussian blur with standard deviation `sigma` in pixels. At the sides of an image the weights of the
    /// pixels that exist are scaled to a sum of 1.
    ///
    /// # Errors
    /// When sigma is not a finite number above 0.
    pub fn blurred(&self, sigma: f64) -> Result<Images> {
        if !(sigma > 0.0 && sigma.is_finite()) {
            return Err(Error::invalid("blur", sigma, "a finite number above 0"));
        }
        let Shape { height, width, .. } = self.shape;
        let mut data = self.data.to_vec();
        // Rows and columns one after the other: a Gaussian of two variables is a product.
        for map in data.chunks_exact_mut(height * width) {
            map.chunks_exact_mut(width).for_each(|row| blur(row, 1, sigma));
            (0..width).for_each(|column| blur(&mut map[column..], width, sigma));
        }
        Images::new(self.shape, data)
    }

    /// Whether these are the same values in memory, as those of a clone are.
    pub(crate) fn shares_memory_with(&self, other: &Images) -> bool {
        Arc::ptr_eq(&self.data, &other.data)
    }

    /// Smallest and largest pixel value; (0, 0) when there is no image.
    pub fn range(&self) -> (f32, f32) {
        self.data
            .iter()
            .copied()
            .map(|v| (v, v))
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
            .unwrap_or_default()
    }
}

/// Blurs every `stride`-th value with a Gaussian whose deviation counts such values.
fn blur(values: &mut [f32], stride: usize, sigma: f64) {
    let line: Vec<f64> = values.iter().step_by(stride).map(|&v| f64::from(v)).collect();
    for (at, value) in values.iter_mut().step_by(stride).enumerate() {
        let weight = |from: usize| (-0.5 * ((at as f64 - from as f64) / sigma).powi(2)).exp();
        let (mut sum, mut total) = (0.0, 0.0);
        for (from, v) in line.iter().enumerate() {
            sum += weight(from) * v;
            total += weight(from);
        }
        *value = (sum / total) as f32;
    }
}

/// The means of maps of `height x width` values over windows of `side x side`.
pub(crate) fn means(maps: &[f32], (height, width): (usize, usize), side: usize) -> Vec<f32> {
    let (rows, columns) = (height / side, width / side);
    let share = 1.0 / (side * side) as f32;
    let mut pooled = Vec::with_capacity(maps.len() / (height * width) * rows * columns);
    for map in maps.chunks_exact(height * width) {
        for (y, x) in (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x))) {
            let window = (0..side).map(|row| &map[(y * side + row) * width + x * side..][..side]);
            pooled.push(share * window.flatten().sum::<f32>());
        }
    }
    pooled
}

/// Fails when windows of `side x side` do not fit maps of `height x width`.
pub(crate) fn check_window(field: &str, side: usize, height: usize, width: usize) -> Result<()> {
    let largest = height.min(width);
    if side == 0 || side > largest {
        let expected = format!("1 to {largest}, for images of {height} x {width}");
        return Err(Error::invalid(field, side, expected));
    }
    Ok(())
}

/// Whether `values` values are a whole number of images of `shape`.
pub(crate) fn check_shape(shape: Shape, values: usize) -> Result<()> {
    if shape.is_empty() {
        return Err(Error::invalid("image shape", shape, "at least one channel, row and column"));
    }
    if !values.is_multiple_of(shape.len()) {
        let expected = format!("a multiple of {}, the size of a {shape} image", shape.len());
        return Err(Error::invalid("pixel values", values, expected));
    }
    Ok(())
}

/// Whether every value is a finite number.
pub(crate) fn check_finite(shape: Shape, data: &[f32]) -> Result<()> {
    match data.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(at) => {
            let field = format!("pixel {} of image {}", at % shape.len(), at / shape.len());
            Err(Error::invalid(field, data[at], "a finite number"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blur_spreads_a_point_and_keeps_a_constant() {
        let shape = Shape { channels: 1, height: 9, width: 11 };
        let mut point = vec![0.0; shape.len()];
        point[4 * 11 + 5] = 1.0;
        let blurred = Images::new(shape, point).unwrap().blurred(1.0).unwrap();
        let at = |row: usize, column: usize| f64::from(blurred.as_slice()[row * 11 + column]);
        // Neighbours have exp(-1/2) of the middle, along rows as along columns.
        for (row, column, squares) in [(4, 6, 1.0), (5, 5, 1.0), (5, 6, 2.0), (4, 3, 4.0)] {
            assert!(
                (at(row, column) / at(4, 5) - (-0.5_f64 * squares).exp()).abs() < 1e-3,
                "{row}, {column}"
            );
        }
        let constant = Images::new(shape, vec![0.3; shape.len()]).unwrap().blurred(2.5).unwrap();
        assert!(constant.as_slice().iter().all(|v| (v - 0.3).abs() < 1e-6), "also at the sides");
        assert!(constant.blurred(0.0).is_err() && constant.blurred(f64::NAN).is_err());
    }
}
