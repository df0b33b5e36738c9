//! Decoded pictures of any size, brought to one square size: the same code for the page and for the command line.

use super::collection::Labelled;
use super::pictures::Part;
use super::{Collection, limits};
use crate::error::{Error, Result};
use crate::images::Shape;

/// Collects decoded pictures into a data set. Each is cut to the largest square in its middle, laid on white where it is
/// transparent, then averaged down over areas, or enlarged with straight lines between the centres of pixels.
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
    /// Sizes seen: the first, and whether there were others.
    size: Option<(usize, usize)>,
    mixed: bool,
    square: bool,
}

impl Gatherer {
    /// An empty set of `side` x `side` pictures in colour or grey (0.299 R + 0.587 G + 0.114 B).
    ///
    /// # Errors
    /// When the side is zero or beyond the limit, or there are fewer than two classes.
    pub fn new(classes: Vec<String>, side: usize, colour: bool) -> Result<Gatherer> {
        if side == 0 || side > limits::SIDE {
            return Err(Error::invalid("side", side, format!("1 to {}", limits::SIDE)));
        }
        if classes.len() < 2 || classes.len() > limits::CLASSES {
            return Err(Error::invalid("classes", classes.len(), format!("2 to {}", limits::CLASSES)));
        }
        let shape = Shape { channels: if colour { 3 } else { 1 }, height: side, width: side };
        let empty = || (Vec::new(), Vec::new());
        Ok(Gatherer { classes, shape, train: empty(), test: empty(), size: None, mixed: false, square: true })
    }

    /// Adds a picture of `width` x `height` pixels, four bytes each: red, green, blue, opacity.
    ///
    /// # Errors
    /// When the label has no class, there are not four bytes per pixel, or the set has become too large.
    pub fn add(&mut self, label: usize, part: Part, width: usize, height: usize, rgba: &[u8]) -> Result<()> {
        if label >= self.classes.len() {
            let expected = format!("a class from 0 to {}", self.classes.len() - 1);
            return Err(Error::invalid("label", label, expected));
        }
        let bytes = width.checked_mul(height).and_then(|n| n.checked_mul(4));
        if bytes != Some(rgba.len()) || rgba.is_empty() {
            let expected = format!("4 for each of {width} x {height} pixels");
            return Err(Error::invalid("picture", format!("{} bytes", rgba.len()), expected));
        }
        let held = (self.train.0.len() + self.test.0.len() + self.shape.len()) as u64;
        if held > limits::PIXEL_BYTES {
            let expected = format!("at most {} bytes of pixels; choose a smaller side", limits::PIXEL_BYTES);
            return Err(Error::invalid("pictures", format!("{held} bytes"), expected));
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

    /// Pictures gathered so far.
    pub fn len(&self) -> usize {
        self.train.1.len() + self.test.1.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The data set.
    ///
    /// # Errors
    /// When fewer than two classes have pictures, or there are fewer pictures than classes.
    pub fn finish(self, name: impl Into<String>) -> Result<Collection> {
        let side = self.shape.height;
        let name = name.into();
        let mut set = Collection::of_bytes(self.shape, self.train, self.test, self.classes, name)?;
        let cut = if self.square { "" } else { " cut to the square in their middle and" };
        if self.mixed {
            set.notes.push(format!("Pictures of several sizes were{cut} brought to {side} x {side} pixels."));
        } else if let Some((width, height)) = self.size.filter(|&size| size != (side, side)) {
            set.notes
                .push(format!("Pictures of {width} x {height} pixels were{cut} brought to {side} x {side}."));
        }
        Ok(set)
    }
}

/// Where an output pixel's value comes from along one axis: the first input pixel, and the weights from there on.
type Taps = Vec<(usize, Vec<f32>)>;

/// Weights for `from` pixels, of which the middle `square` are used, brought to `to`.
fn taps(from: usize, square: usize, to: usize) -> Taps {
    let offset = (from - square) / 2;
    let ratio = square as f64 / to as f64;
    let along = |out: usize| -> (usize, Vec<f32>) {
        if ratio > 1.0 {
            // Areas: each input pixel counts by how much of it lies below the output pixel.
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

/// Appends the picture as (channel, row, column) to `pixels`.
fn append(pixels: &mut Vec<u8>, shape: Shape, width: usize, height: usize, rgba: &[u8]) {
    let square = width.min(height);
    let (across, down) = (taps(width, square, shape.width), taps(height, square, shape.height));
    let plane = shape.height * shape.width;
    let start = pixels.len();
    pixels.resize(start + shape.len(), 0);
    // One row of sums at a time: all colours of the output row.
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
