//! How well a learned filter agrees with the edge, bar and centre-surround templates of vision, and how well chance does.
//!
//! ```text
//! plane        the leading right singular vector of the filter as a c x q^2 matrix: the picture that the best mixture of the
//!              channels shows (grey, red against green, ...)
//! templates    with u along an angle and v across it, from the middle of the patch, G = exp(-(u^2 + v^2) / 2 s^2):
//!              edge              u G                        first derivative of a Gaussian: a Sobel filter
//!              bar               (u^2 / s^2 - 1) G          second derivative
//!              centre-surround   (2 - (u^2 + v^2) / s^2) G  Laplacian of a Gaussian
//! correlation  absolute, of plane and template without their means: between 0 and 1, because an eigenvector has no sign
//! ```
//!
//! With a dozen angles and three widths every filter agrees with some template, more so for smaller patches. A correlation therefore
//! has to be compared with that of random filters, [`Templates::chance`].

use crate::error::{Error, Result};
use crate::linalg::{eigen, sort::descending};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// Angles over half a turn; the other half differs by sign only.
const ANGLES: usize = 12;
/// Widths s of the Gaussian, as fractions of the patch size.
const WIDTHS: [f64; 3] = [0.15, 0.22, 0.33];

/// A kind of filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Bright on one side, dark on the other.
    Edge,
    /// A bright line, dark on both sides.
    Bar,
    /// A bright spot with a dark surround.
    CentreSurround,
}

impl std::fmt::Display for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Family::Edge => "edge",
            Family::Bar => "bar",
            Family::CentreSurround => "centre-surround",
        })
    }
}

/// The picture of a filter: see [the module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// Unit vector of `q^2` weights, row by row.
    pub weights: Vec<f64>,
    /// Weight of each channel, a unit vector.
    pub channels: Vec<f64>,
    /// Share of the filter's energy that the picture holds; 1 for grey images.
    pub share: f64,
    /// Share of the picture's energy that is its mean; 1 for a constant picture.
    pub constant: f64,
}

impl Plane {
    /// The picture of a filter of `channels` x q x q values.
    ///
    /// ```
    /// use convrfm::report::templates::Plane;
    /// // Red rises to the right, green falls, blue does nothing.
    /// let plane = Plane::of(&[-1.0, 1.0, -1.0, 1.0, 1.0, -1.0, 1.0, -1.0, 0.0, 0.0, 0.0, 0.0], 3)?;
    /// assert!((plane.share - 1.0).abs() < 1e-12 && plane.constant < 1e-12);
    /// assert!((plane.channels[0] + plane.channels[1]).abs() < 1e-12);
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the filter does not consist of `channels` squares, is zero, or holds a value that is not finite.
    pub fn of(filter: &[f32], channels: usize) -> Result<Plane> {
        let pixels = side(filter.len(), channels).map(|q| q * q);
        let Some(pixels) = pixels else {
            let expected = format!("{channels} squares of weights");
            return Err(Error::invalid("filter", format!("{} weights", filter.len()), expected));
        };
        let energy: f64 = filter.iter().map(|&v| f64::from(v).powi(2)).sum();
        if !(energy > 0.0 && energy.is_finite()) {
            return Err(Error::invalid("filter", format!("energy {energy}"), "a finite one above 0"));
        }
        let at = |c: usize, p: usize| f64::from(filter[c * pixels + p]);
        // The left singular vectors are the eigenvectors of the few inner products of channels: an SVD would be 20 kB of the page.
        let products =
            DMatrix::from_fn(channels, channels, |a, b| (0..pixels).map(|p| at(a, p) * at(b, p)).sum());
        let (values, vectors) = eigen::symmetric(products);
        let best = descending(&values)[0];
        let channels: Vec<f64> = vectors.column(best).iter().copied().collect();
        let picture =
            |p: usize| channels.iter().enumerate().map(|(c, weight)| weight * at(c, p)).sum::<f64>();
        let mut weights: Vec<f64> = (0..pixels).map(picture).collect();
        let length = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
        weights.iter_mut().for_each(|w| *w /= length);
        let mean = weights.iter().sum::<f64>() / pixels as f64;
        Ok(Plane {
            constant: (mean * mean * pixels as f64).min(1.0),
            channels,
            share: length * length / energy,
            weights,
        })
    }
}

/// The side q of a filter of `channels` squares.
fn side(len: usize, channels: usize) -> Option<usize> {
    let pixels = (channels > 0 && len > 0 && len.is_multiple_of(channels)).then(|| len / channels)?;
    let q = pixels.isqrt();
    (q * q == pixels).then_some(q)
}

/// One template of a patch size.
#[derive(Debug, Clone)]
struct Template {
    family: Family,
    degrees: f64,
    width: f64,
    /// `q^2` weights of mean 0 and length 1.
    weights: Vec<f64>,
}

/// The template that agrees best with a filter.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Match {
    /// Its kind.
    pub family: Family,
    /// Direction across the edge or bar in degrees, from 0 (an upright edge) to 180, clockwise; 0 for a spot.
    pub degrees: f64,
    /// Standard deviation of its Gaussian, in pixels.
    pub width: f64,
    /// Absolute correlation, 0 to 1; 0 for a constant filter.
    pub correlation: f64,
}

/// All templates of a patch size.
///
/// ```
/// use convrfm::report::templates::{Family, Plane, Templates};
/// let templates = Templates::new(3)?;
/// let sobel = Plane::of(&[-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0], 1)?;
/// let best = templates.best(&sobel);
/// assert_eq!((best.family, best.degrees), (Family::Edge, 0.0));
/// assert!(best.correlation > 0.95);
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Templates {
    patch: usize,
    all: Vec<Template>,
}

impl Templates {
    /// Those of `patch` x `patch` weights.
    ///
    /// # Errors
    /// When the patch is smaller than 3, where an edge cannot be distinguished from a bar.
    pub fn new(patch: usize) -> Result<Templates> {
        if patch < 3 {
            return Err(Error::invalid("patch", patch, "at least 3, to tell an edge from a bar"));
        }
        let mut all = Vec::new();
        for width in WIDTHS.map(|share| share * patch as f64) {
            for family in [Family::Edge, Family::Bar, Family::CentreSurround] {
                let angles = if family == Family::CentreSurround { 1 } else { ANGLES };
                for angle in 0..angles {
                    let degrees = 180.0 * angle as f64 / angles as f64;
                    let mut weights = draw(patch, family, degrees.to_radians(), width);
                    if normalise(&mut weights) {
                        all.push(Template { family, degrees, width, weights });
                    }
                }
            }
        }
        Ok(Templates { patch, all })
    }

    /// The best match of any family.
    ///
    /// # Panics
    /// When the plane has another size than the templates.
    pub fn best(&self, plane: &Plane) -> Match {
        let matches = [Family::Edge, Family::Bar, Family::CentreSurround].map(|f| self.best_of(plane, f));
        matches
            .into_iter()
            .reduce(|a, b| if b.correlation > a.correlation { b } else { a })
            .expect("three families")
    }

    /// The best match among the templates of one family.
    ///
    /// # Panics
    /// When the plane has another size than the templates.
    pub fn best_of(&self, plane: &Plane, family: Family) -> Match {
        assert_eq!(plane.weights.len(), self.patch * self.patch, "a plane of another size");
        let mut weights = plane.weights.clone();
        let varies = normalise(&mut weights);
        let mut best = Match { family, degrees: 0.0, width: 0.0, correlation: 0.0 };
        for template in self.all.iter().filter(|t| t.family == family) {
            let product: f64 = template.weights.iter().zip(&weights).map(|(a, b)| a * b).sum();
            let correlation = if varies { product.abs().min(1.0) } else { 0.0 };
            if correlation > best.correlation || best.width == 0.0 {
                best = Match { family, degrees: template.degrees, width: template.width, correlation };
            }
        }
        best
    }

    /// Correlations of the best matches of `count` random filters with `channels` channels, sorted. Their weights are independent
    /// normal numbers, so every direction is equally likely, as for one vector of a random orthonormal basis.
    ///
    /// # Errors
    /// When there is no channel.
    pub fn chance(&self, channels: usize, count: usize, seed: u64) -> Result<Vec<f64>> {
        let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
        let d = channels * self.patch * self.patch;
        let mut found = Vec::with_capacity(count);
        for _ in 0..count {
            let filter: Vec<f32> = (0..d).map(|_| StandardNormal.sample(&mut rng)).collect();
            found.push(self.best(&Plane::of(&filter, channels)?).correlation);
        }
        found.sort_by(f64::total_cmp);
        Ok(found)
    }
}

fn draw(patch: usize, family: Family, angle: f64, width: f64) -> Vec<f64> {
    let middle = (patch as f64 - 1.0) / 2.0;
    let (sin, cos) = angle.sin_cos();
    let weight = |at: usize| {
        let (x, y) = ((at % patch) as f64 - middle, (at / patch) as f64 - middle);
        let u = (x * cos + y * sin) / width;
        let r = (x * x + y * y) / (width * width);
        let shape = match family {
            Family::Edge => u,
            Family::Bar => u * u - 1.0,
            Family::CentreSurround => 2.0 - r,
        };
        shape * (-r / 2.0).exp()
    };
    (0..patch * patch).map(weight).collect()
}

/// Subtracts the mean and scales to length 1; false when the filter is constant.
fn normalise(weights: &mut [f64]) -> bool {
    let mean = weights.iter().sum::<f64>() / weights.len() as f64;
    weights.iter_mut().for_each(|w| *w -= mean);
    let length = weights.iter().map(|w| w * w).sum::<f64>().sqrt();
    // Far above the rounding error of a constant filter in single precision, far below any filter that varies.
    let varies = length > 1e-6;
    weights.iter_mut().for_each(|w| *w /= if varies { length } else { 1.0 });
    varies
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(filter: &[f32], channels: usize) -> Match {
        let q = side(filter.len(), channels).unwrap();
        Templates::new(q).unwrap().best(&Plane::of(filter, channels).unwrap())
    }

    #[test]
    fn sobel_filters_are_edges_of_their_angle() {
        let right = [-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0];
        let down = [-1.0, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 1.0];
        let diagonal = [-2.0, -1.0, 0.0, -1.0, 0.0, 1.0, 0.0, 1.0, 2.0];
        for (filter, degrees) in [(right, 0.0), (down, 90.0), (diagonal, 45.0)] {
            let found = best(&filter, 1);
            assert_eq!((found.family, found.degrees), (Family::Edge, degrees), "{found:?}");
            assert!(found.correlation > 0.95, "{found:?}");
            let opposite = best(&filter.map(|v| 3.0 - v), 1);
            assert!((found.correlation - opposite.correlation).abs() < 1e-6, "sign, mean: {opposite:?}");
        }
    }

    #[test]
    fn a_laplacian_is_a_spot_and_a_line_a_bar() {
        let laplacian = [-1.0, -1.0, -1.0, -1.0, 8.0, -1.0, -1.0, -1.0, -1.0];
        let found = best(&laplacian, 1);
        assert_eq!(found.family, Family::CentreSurround);
        assert!(found.correlation > 0.9, "{found:?}");
        let line: Vec<f32> = (0..25).map(|at| if at / 5 == 2 { 4.0 } else { -1.0 }).collect();
        let found = best(&line, 1);
        assert_eq!((found.family, found.degrees), (Family::Bar, 90.0));
        assert!(found.correlation > 0.75, "cut off at the patch's side: {found:?}");
    }

    #[test]
    fn colour_is_a_mixture_of_channels() {
        let sobel = [-1.0_f32, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0];
        let filter: Vec<f32> = [0.5, -1.0, 0.25].iter().flat_map(|&c| sobel.map(|w| c * w)).collect();
        let plane = Plane::of(&filter, 3).unwrap();
        assert!((plane.share - 1.0).abs() < 1e-9);
        assert!((plane.channels[1] / plane.channels[0] + 2.0).abs() < 1e-6, "{:?}", plane.channels);
        let found = best(&filter, 3);
        assert_eq!((found.family, found.degrees), (Family::Edge, 0.0));
    }

    #[test]
    fn noise_agrees_with_nothing_much_and_a_constant_with_nothing() {
        let templates = Templates::new(7).unwrap();
        let chance = templates.chance(3, 500, 1).unwrap();
        assert!(chance.windows(2).all(|w| w[0] <= w[1]) && chance.len() == 500);
        assert!(chance[475] < 0.6, "95 of 100 random filters stay below {}", chance[475]);
        let constant = Plane::of(&[0.1; 49], 1).unwrap();
        assert!((constant.constant - 1.0).abs() < 1e-9);
        assert_eq!(templates.best(&constant).correlation, 0.0);
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for (filter, channels) in [(vec![1.0; 8], 1), (vec![1.0; 9], 2), (vec![1.0; 9], 0), (Vec::new(), 1)] {
            let message = Plane::of(&filter, channels).unwrap_err().to_string();
            assert!(message.contains("squares"), "{message}");
        }
        assert!(Plane::of(&[0.0; 9], 1).unwrap_err().to_string().contains("energy"));
        assert!(Plane::of(&[f32::NAN; 9], 1).is_err());
        assert!(Templates::new(2).unwrap_err().to_string().contains("at least 3"));
    }
}
