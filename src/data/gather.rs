//! Decoded pictures of any size, resized to one square size: the same code for the page and for the command line.

use super::collection::{Collection, Labelled};
use super::limits;
use super::pictures::Part;
use crate::error::{Error, Result};
use crate::images::{Images, Shape};

/// Gathers decoded pictures into a data set. Each picture is blended with white by its opacity, cropped to its central
/// square, and resized: area averages to shrink it, bilinear interpolation to enlarge it.
///
/// ```
/// use convrfm::data::{Gatherer, Part};
/// let mut gatherer = Gatherer::new(vec!["red".into(), "blue".into()], 2, true)?;
/// gatherer.add(0, Part::Train, 1, 1, &[255, 0, 0, 255])?;
/// gatherer.add(1, Part::Train, 1, 1, &[0, 0, 255, 255])?;
/// let set = gatherer.finish("two colours")?;
/// assert_eq!((set.train.len(), set.train.shape().len()), (2, 12));
/// # Ok::<(), convrfm::Error>(())
/// ```
pub struct Gatherer {
    classes: Vec<String>,
    shape: Shape,
    train: Labelled,
    test: Labelled,
    /// Width and height of the first picture.
    size: Option<(usize, usize)>,
    /// Whether the pictures differ in size.
    mixed: bool,
    /// Whether all pictures are square.
    square: bool,
}

impl Gatherer {
    /// An empty set of `side` x `side` images in colour or grey (0.299 R + 0.587 G + 0.114 B).
    ///
    /// # Errors
    /// When the side is 0 or above [`limits::SIDE`], or the classes are fewer than 2 or more than [`limits::CLASSES`].
    pub fn new(classes: Vec<String>, side: usize, colour: bool) -> Result<Gatherer> {
        check_side(side)?;
        if classes.len() < 2 || classes.len() > limits::CLASSES {
            return Err(Error::invalid("classes", classes.len(), format!("2 to {}", limits::CLASSES)));
        }
        let shape = Shape { channels: if colour { 3 } else { 1 }, height: side, width: side };
        let empty = || (Vec::new(), Vec::new());
        Ok(Gatherer { classes, shape, train: empty(), test: empty(), size: None, mixed: false, square: true })
    }

    /// Adds a picture of `width` x `height` pixels of four bytes: red, green, blue, opacity.
    ///
    /// # Errors
    /// When the label has no class, `rgba` has not four bytes per pixel, or the set exceeds [`limits::PIXEL_BYTES`].
    pub fn add(&mut self, label: usize, part: Part, width: usize, height: usize, rgba: &[u8]) -> Result<()> {
        if label >= self.classes.len() {
            let expected = format!("a class from 0 to {}", self.classes.len() - 1);
            return Err(Error::invalid("label", label, expected));
        }
        check_pixels(width, height, rgba)?;
        let total = (self.train.0.len() + self.test.0.len() + self.shape.len()) as u64;
        if total > limits::PIXEL_BYTES {
            let expected = format!("at most {} bytes of pixels; choose a smaller side", limits::PIXEL_BYTES);
            return Err(Error::invalid("pictures", format!("{total} bytes"), expected));
        }
        self.mixed |= *self.size.get_or_insert((width, height)) != (width, height);
        self.square &= width == height;
        let (pixels, labels) = match part {
            Part::Train => &mut self.train,
            Part::Test => &mut self.test,
        };
        append(pixels, self.shape, width, height, rgba);
        labels.push(label as u16);
        Ok(())
    }

    /// Number of pictures gathered so far.
    pub fn len(&self) -> usize {
        self.train.1.len() + self.test.1.len()
    }

    /// Whether there is no picture.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The data set.
    ///
    /// # Errors
    /// When fewer than two classes have pictures, or there are fewer pictures than classes.
    pub fn finish(self, name: impl Into<String>) -> Result<Collection> {
        let size = match self.size {
            _ if self.mixed => Some("several sizes".to_string()),
            Some((width, height)) if (width, height) != (self.shape.width, self.shape.height) => {
                Some(format!("{width} x {height} pixels"))
            }
            _ => None,
        };
        let side = self.shape.height;
        let mut set = Collection::of_bytes(self.shape, self.train, self.test, self.classes, name.into())?;
        let cropped = if self.square { "" } else { " cropped to their central square and" };
        set.notes
            .extend(size.map(|size| format!("Pictures of {size} were{cropped} resized to {side} x {side}.")));
        Ok(set)
    }
}

/// A decoded picture of any size as an RGB image of `side` x `side` pixels with values from 0 to 1, as a [`Gatherer`] crops and
/// resizes it.
///
/// ```
/// use convrfm::data::photograph;
/// // The central pixel of three.
/// let image = photograph(3, 1, &[0, 0, 0, 255, 255, 51, 0, 255, 0, 0, 0, 255], 1)?;
/// assert_eq!(image.image(0), [1.0, 0.2, 0.0]);
/// # Ok::<(), convrfm::Error>(())
/// ```
///
/// # Errors
/// When the side is 0 or above [`limits::SIDE`], or `rgba` has not four bytes per pixel.
pub fn photograph(width: usize, height: usize, rgba: &[u8], side: usize) -> Result<Images> {
    check_side(side)?;
    check_pixels(width, height, rgba)?;
    let shape = Shape { channels: 3, height: side, width: side };
    let mut bytes = Vec::with_capacity(shape.len());
    append(&mut bytes, shape, width, height, rgba);
    Images::new(shape, bytes.into_iter().map(|byte| f32::from(byte) / 255.0).collect())
}

fn check_side(side: usize) -> Result<()> {
    if side == 0 || side > limits::SIDE {
        return Err(Error::invalid("side", side, format!("1 to {}", limits::SIDE)));
    }
    Ok(())
}

/// Four bytes for each pixel.
fn check_pixels(width: usize, height: usize, rgba: &[u8]) -> Result<()> {
    let bytes = width.checked_mul(height).and_then(|n| n.checked_mul(4));
    if bytes != Some(rgba.len()) || rgba.is_empty() {
        let expected = format!("4 bytes for each of {width} x {height} pixels");
        return Err(Error::invalid("picture", format!("{} bytes", rgba.len()), expected));
    }
    Ok(())
}

/// Weights that resize the central `square` of `from` pixels to `to` pixels along one axis. For every output pixel: the first
/// input pixel, and the weights from there on.
fn taps(from: usize, square: usize, to: usize) -> Vec<(usize, Vec<f32>)> {
    let offset = (from - square) / 2;
    let ratio = square as f64 / to as f64;
    let along = |out: usize| -> (usize, Vec<f32>) {
        if ratio > 1.0 {
            // The weight of an input pixel is the share of the output pixel that it covers.
            let (start, end) = (out as f64 * ratio, (out + 1) as f64 * ratio);
            let (first, last) = (start as usize, (end.ceil() as usize).min(square));
            let part = |i: usize| (end.min((i + 1) as f64) - start.max(i as f64)).max(0.0) / ratio;
            (offset + first, (first..last).map(|i| part(i) as f32).collect())
        } else {
            let centre = ((out as f64 + 0.5) * ratio - 0.5).clamp(0.0, (square - 1) as f64);
            let first = centre as usize;
            let share = (centre - first as f64) as f32;
            let weights = if share > 0.0 { vec![1.0 - share, share] } else { vec![1.0] };
            (offset + first, weights)
        }
    };
    (0..to).map(along).collect()
}

/// Appends the resized picture as (channel, row, column) to `pixels`.
pub(super) fn append(pixels: &mut Vec<u8>, shape: Shape, width: usize, height: usize, rgba: &[u8]) {
    let square = width.min(height);
    let (across, down) = (taps(width, square, shape.width), taps(height, square, shape.height));
    let plane = shape.height * shape.width;
    let start = pixels.len();
    pixels.resize(start + shape.len(), 0);
    // Red, green and blue of one output row.
    let mut row = vec![[0.0_f32; 3]; shape.width];
    for (y, (top, weights)) in down.iter().enumerate() {
        row.fill([0.0; 3]);
        for (r, down) in weights.iter().enumerate() {
            let line = &rgba[(top + r) * width * 4..][..width * 4];
            for (sum, (left, weights)) in row.iter_mut().zip(&across) {
                for (pixel, across) in line[left * 4..].as_chunks::<4>().0.iter().zip(weights) {
                    let opacity = f32::from(pixel[3]) / 255.0;
                    for (sum, &value) in sum.iter_mut().zip(pixel) {
                        *sum += down * across * (f32::from(value) * opacity + 255.0 * (1.0 - opacity));
                    }
                }
            }
        }
        for (x, [r, g, b]) in row.iter().enumerate() {
            let at = start + y * shape.width + x;
            if shape.channels == 1 {
                pixels[at] = (0.299 * r + 0.587 * g + 0.114 * b).round() as u8;
            } else {
                [r, g, b].iter().enumerate().for_each(|(c, v)| pixels[at + c * plane] = v.round() as u8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one_and_stay_within() {
        for from in [1_usize, 2, 3, 7, 28, 33, 64, 500] {
            for to in [1, 2, 3, 28, 32, 64] {
                for square in [from, from.div_ceil(2)] {
                    for (first, weights) in taps(from, square, to) {
                        assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{from} {square} {to}");
                        assert!(first + weights.len() <= from, "{from} {square} {to}");
                    }
                }
            }
        }
    }
}
