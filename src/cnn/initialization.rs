//! Random weights, and the small networks of the paper.

use super::network::Network;
use crate::error::{Error, Result};
use crate::images::Shape;
use crate::linalg::tensor::Tensor;
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;
use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// The most layers of [`Network::vanilla`].
pub const MAX_LAYERS: usize = 64;
/// The most filters per layer of [`Network::vanilla`].
pub const MAX_WIDTH: usize = 1024;

/// The distribution of a network's first weights. `FromStr` parses what `Display` prints: `he` or a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initialization {
    /// `N(0, 2 / fan-in)`, and `N(0, 1 / fan-in)` for the last layer, which has no ReLU behind it.
    He,
    /// `N(0, s^2)` in every layer with this standard deviation. The paper uses 5e-3: the smaller, the more features are learned.
    Gaussian(f64),
}

impl Display for Initialization {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        match self {
            Initialization::He => f.write_str("he"),
            Initialization::Gaussian(deviation) => write!(f, "{deviation}"),
        }
    }
}

impl FromStr for Initialization {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "he" {
            return Ok(Initialization::He);
        }
        let deviation = text.parse().ok().filter(|deviation| *deviation > 0.0 && *deviation <= 10.0);
        let expected = "`he`, or a standard deviation above 0, at most 10";
        deviation.map(Initialization::Gaussian).ok_or_else(|| Error::invalid("init", text, expected))
    }
}

impl Initialization {
    /// An array with this distribution.
    fn draw(self, shape: &[usize], last: bool, rng: &mut Pcg64Mcg) -> Tensor {
        let fan_in: usize = shape[1..].iter().product();
        let deviation = match self {
            Initialization::He => (if last { 1.0 } else { 2.0_f64 } / fan_in as f64).sqrt(),
            Initialization::Gaussian(deviation) => deviation,
        };
        let mut normal = || -> f64 { StandardNormal.sample(rng) };
        let values = (0..shape.iter().product()).map(|_| (normal() * deviation) as f32).collect();
        Tensor { shape: shape.to_vec(), values }
    }
}

impl Network {
    /// The small network of the paper for images of `shape`: `layers` times (convolution with `width` filters of `patch x patch`,
    /// zeros around the image so that maps keep their size, ReLU), flatten, linear with `classes` outputs; no biases. The same
    /// seed gives the same weights.
    ///
    /// # Errors
    /// When a number is 0 or too large: `layers` above 64, `width` above 1024, `patch` above the smaller side of the images.
    pub fn vanilla(
        shape: Shape,
        layers: usize,
        width: usize,
        patch: usize,
        classes: usize,
        initialization: Initialization,
        seed: u64,
    ) -> Result<Network> {
        let side = shape.height.min(shape.width);
        for (name, found, most) in [
            ("layers", layers, MAX_LAYERS),
            ("width", width, MAX_WIDTH),
            ("patch", patch, side),
            ("classes", classes, usize::MAX),
        ] {
            if found == 0 || found > most {
                let most = if most == usize::MAX { "at least 1".into() } else { format!("1 to {most}") };
                return Err(Error::invalid(name, found, most));
            }
        }
        // Equal zeros on both sides where the patch has a middle.
        let padding = if patch % 2 == 1 { (patch / 2).to_string() } else { "same".into() };
        let mut steps: Vec<String> =
            (0..layers).flat_map(|layer| [format!("conv conv{layer} 1 {padding}"), "relu".into()]).collect();
        steps.extend(["flatten".into(), "linear out".into()]);
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let network = Network::new(&steps.join("; "), |name| {
            Some(if name == "out" {
                let inputs = width.checked_mul(shape.height * shape.width)?;
                initialization.draw(&[classes, inputs], true, &mut rng)
            } else {
                let channels = if name == "conv0" { shape.channels } else { width };
                initialization.draw(&[width, channels, patch, patch], false, &mut rng)
            })
        })?;
        network.check(shape)?;
        Ok(network)
    }
}
