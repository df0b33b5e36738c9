//! Images drawn by the user: a digit, normalised like those of MNIST, or a star in noise.

use super::frame::centred_frame;
use super::limits::STROKE_POINTS;
use super::source::Source;
use super::synthetic::star_at;
use crate::error::{Error, Result};
use crate::images::{Images, Shape};

/// What the user draws.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawing {
    /// Strokes of a round pen.
    Digit {
        /// Points (x, y) of each stroke in any unit; y points down. A stroke of one point is a dot.
        strokes: Vec<Vec<[f32; 2]>>,
        /// The pen's radius, in the same unit.
        pen: f32,
    },
    /// The star of the `star` data set.
    Star {
        /// Row of its upper left corner.
        row: usize,
        /// Column of its upper left corner.
        column: usize,
    },
}

/// A drawing as an image of a data set: a digit for `mnist`, in a noisy frame if `frame` is set; a digit in the centre of a
/// noisy frame for `noisy-mnist`; a star in noise for `star`. The noise differs from that of all images generated from the
/// same seed.
///
/// # Errors
/// When the drawing has no ink, too many points or coordinates that are not finite, the star lies outside the image, or the
/// data set has no such images.
pub fn draw(source: Source, drawing: &Drawing, frame: bool, sigma: f32, seed: u64) -> Result<Images> {
    // Selects a random stream of its own.
    let seed = seed ^ u64::from_be_bytes(*b"drawings");
    match (source, drawing) {
        (Source::Mnist | Source::NoisyMnist, Drawing::Digit { strokes, pen }) => {
            let digit = digit(strokes, *pen)?;
            if frame || source == Source::NoisyMnist { centred_frame(&digit, sigma, seed) } else { Ok(digit) }
        }
        (Source::Star, Drawing::Star { row, column }) => star_at(*row, *column, seed),
        (Source::Star, _) => Err(Error::invalid("drawing", "a digit", "a star")),
        (Source::Mnist | Source::NoisyMnist, _) => Err(Error::invalid("drawing", "a star", "a digit")),
        _ => Err(Error::invalid("data set", source.name(), "mnist, noisy-mnist or star")),
    }
}

/// Pixels per side of the image.
const FIELD: usize = 28;
/// The longer side of the ink, in pixels.
const BOX: f64 = 20.0;
/// Samples per pixel along either axis, for anti-aliasing.
const FINE: usize = 4;
/// Samples per side of the image.
const SAMPLES: usize = FIELD * FINE;
/// Most corrections of the scale. A new scale moves the centre of mass a little, because thin lines keep their width.
const TRIES: usize = 10;
/// Smallest radius of the pen, in pixels: a thinner line would fall between the samples.
const THINNEST: f64 = 0.5;

/// Strokes as a 28 x 28 image, normalised like MNIST: the ink's bounding box is scaled into 20 x 20 pixels at its aspect
/// ratio, anti-aliased, and its centre of mass is moved to the centre of the image. If that would move ink out of the image,
/// the ink is scaled down further. Ink is 1, paper 0.
///
/// ```
/// use convrfm::data::digit;
/// // An upright stroke becomes 20 pixels high and 2 wide.
/// let one = digit(&[vec![[50.0, 10.0], [50.0, 100.0]]], 5.0)?;
/// let row = |r: usize| one.image(0)[28 * r..28 * (r + 1)].iter().sum::<f32>();
/// assert!((row(14) - 2.0).abs() < 1e-3 && row(3) == 0.0 && row(24) == 0.0);
/// # Ok::<(), convrfm::Error>(())
/// ```
///
/// # Errors
/// When there is no point or more than [`STROKE_POINTS`], a coordinate is not finite, or the radius of the pen is not
/// positive.
pub fn digit(strokes: &[Vec<[f32; 2]>], pen: f32) -> Result<Images> {
    check(strokes, pen)?;
    let pen = f64::from(pen);
    let points = || strokes.iter().flatten().map(|p| p.map(f64::from));
    let (low, high) = points().fold(([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]), |(low, high), p| {
        ([0, 1].map(|i| low[i].min(p[i] - pen)), [0, 1].map(|i| high[i].max(p[i] + pen)))
    });
    let extent = [high[0] - low[0], high[1] - low[1]];
    let placed = |scale: f64, shift: [f64; 2]| {
        let point = |p: &[f32; 2]| [0, 1].map(|i| (f64::from(p[i]) - low[i]) * scale + shift[i]);
        let strokes = strokes.iter().map(|stroke| stroke.iter().map(point).collect()).collect();
        Ink { strokes, radius: (pen * scale).max(THINNEST) }
    };
    let (middle, corner) = (FIELD as f64 / 2.0, (FIELD as f64 - BOX) / 2.0);
    let largest = BOX / extent[0].max(extent[1]);
    let (mut scale, mut centre) = (largest, [0.0; 2]);
    for _ in 0..TRIES {
        let ink = placed(scale, [corner; 2]);
        centre = centre_of_mass(&ink.samples()).map(|c| c - corner);
        // A line of the smallest width reaches further than a scaled line would.
        let beyond = ink.radius - pen * scale;
        let farthest = [0, 1].map(|i| centre[i].max(extent[i] * scale - centre[i]) + beyond);
        let fits = middle / farthest[0].max(farthest[1]);
        if (fits - 1.0).abs() < 0.005 || (fits > 1.0 && scale == largest) {
            break;
        }
        scale = (scale * fits).min(largest);
    }
    let samples = placed(scale, centre.map(|c| middle - c)).samples();
    let shape = Shape { channels: 1, height: FIELD, width: FIELD };
    Images::new(shape, pixels(&samples))
}

fn check(strokes: &[Vec<[f32; 2]>], pen: f32) -> Result<()> {
    let points = strokes.iter().map(Vec::len).sum::<usize>();
    if points == 0 || points > STROKE_POINTS {
        return Err(Error::invalid("points of the drawing", points, format!("1 to {STROKE_POINTS}")));
    }
    if let Some(value) = strokes.iter().flatten().flatten().find(|v| !v.is_finite()) {
        return Err(Error::invalid("coordinate of the drawing", value, "a finite number"));
    }
    if !(pen > 0.0 && pen.is_finite()) {
        return Err(Error::invalid("pen of the drawing", pen, "a finite radius above 0"));
    }
    Ok(())
}

/// Strokes in pixels of the image.
struct Ink {
    strokes: Vec<Vec<[f64; 2]>>,
    radius: f64,
}

impl Ink {
    /// The covered share of each sample's square, row by row, from the distance of its centre to the nearest stroke: exact
    /// for a straight edge along the samples.
    fn samples(&self) -> Vec<f64> {
        let mut covered = vec![0.0; SAMPLES * SAMPLES];
        let size = 1.0 / FINE as f64;
        let reach = self.radius + size;
        // The samples within reach of an interval.
        let near = |a: f64, b: f64| {
            let first = ((a.min(b) - reach) / size).floor().clamp(0.0, SAMPLES as f64);
            let last = ((a.max(b) + reach) / size).ceil().clamp(0.0, SAMPLES as f64);
            first as usize..last as usize
        };
        for stroke in &self.strokes {
            let dots = stroke.iter().take(1).map(|&dot| (dot, dot));
            for (a, b) in dots.chain(stroke.windows(2).map(|ends| (ends[0], ends[1]))) {
                for row in near(a[1], b[1]) {
                    for column in near(a[0], b[0]) {
                        let middle = [column, row].map(|i| (i as f64 + 0.5) * size);
                        let inside = (self.radius - distance(middle, a, b)) / size + 0.5;
                        let sample = &mut covered[row * SAMPLES + column];
                        *sample = f64::max(*sample, inside.clamp(0.0, 1.0));
                    }
                }
            }
        }
        covered
    }
}

/// Distance of the point `p` from the segment between `a` and `b`.
fn distance(p: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (ab, ap) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
    let squared = ab[0] * ab[0] + ab[1] * ab[1];
    let along = if squared > 0.0 { (ap[0] * ab[0] + ap[1] * ab[1]) / squared } else { 0.0 };
    let along = along.clamp(0.0, 1.0);
    (ap[0] - along * ab[0]).hypot(ap[1] - along * ab[1])
}

/// Centre of mass (x, y) in pixels.
fn centre_of_mass(samples: &[f64]) -> [f64; 2] {
    let mut sums = [0.0; 3];
    for (i, ink) in samples.iter().enumerate() {
        let [x, y] = [i % SAMPLES, i / SAMPLES].map(|i| (i as f64 + 0.5) / FINE as f64);
        [ink * x, ink * y, *ink].iter().zip(&mut sums).for_each(|(v, sum)| *sum += v);
    }
    [sums[0] / sums[2], sums[1] / sums[2]]
}

/// The mean of the samples of each pixel.
fn pixels(samples: &[f64]) -> Vec<f32> {
    let sample = |pixel: usize, i: usize| {
        let (row, column) = (pixel / FIELD * FINE + i / FINE, pixel % FIELD * FINE + i % FINE);
        samples[row * SAMPLES + column]
    };
    let mean = |pixel: usize| (0..FINE * FINE).map(|i| sample(pixel, i)).sum::<f64>() / (FINE * FINE) as f64;
    (0..FIELD * FIELD).map(|pixel| mean(pixel) as f32).collect()
}
