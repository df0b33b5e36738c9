//! Losses, and their gradients to the logits.

use crate::error::{Error, Result};
use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// What training makes small. `FromStr` parses what `Display` prints: `cross-entropy` or `squared-error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Loss {
    /// `-log softmax(logits)[label]`.
    #[default]
    CrossEntropy,
    /// `sum over outputs (logit - one-hot)^2 / 2`.
    SquaredError,
}

impl Loss {
    /// Both losses.
    pub const ALL: [Loss; 2] = [Loss::CrossEntropy, Loss::SquaredError];

    /// The loss of one image, and its gradient to the logits, written to `gradient`. In double precision.
    pub(super) fn of(self, logits: &[f32], label: usize, gradient: &mut [f32]) -> f64 {
        let target = |output: usize| f64::from(u8::from(output == label));
        match self {
            Loss::CrossEntropy => {
                // Relative to the largest logit, so that no exponential overflows.
                let largest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
                let total: f64 = logits.iter().map(|v| (f64::from(*v) - largest).exp()).sum();
                for (output, (g, v)) in gradient.iter_mut().zip(logits).enumerate() {
                    *g = ((f64::from(*v) - largest).exp() / total - target(output)) as f32;
                }
                total.ln() + largest - f64::from(logits[label])
            }
            Loss::SquaredError => {
                let mut sum = 0.0;
                for (output, (g, v)) in gradient.iter_mut().zip(logits).enumerate() {
                    let deviation = f64::from(*v) - target(output);
                    sum += deviation * deviation / 2.0;
                    *g = deviation as f32;
                }
                sum
            }
        }
    }
}

impl Display for Loss {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        f.pad(match self {
            Loss::CrossEntropy => "cross-entropy",
            Loss::SquaredError => "squared-error",
        })
    }
}

impl FromStr for Loss {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Loss::ALL.into_iter().find(|loss| loss.to_string() == text);
        found.ok_or_else(|| Error::invalid("loss", text, "cross-entropy or squared-error"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_differences_of_losses() {
        let logits = [0.5_f32, -1.25, 2.0, 80.0];
        for loss in Loss::ALL {
            let (mut gradient, mut unused) = ([0.0; 4], [0.0; 4]);
            loss.of(&logits, 2, &mut gradient);
            for output in 0..4 {
                let moved = |by: f32| {
                    let mut moved = logits;
                    moved[output] += by;
                    moved
                };
                let difference =
                    loss.of(&moved(0.0078125), 2, &mut unused) - loss.of(&moved(-0.0078125), 2, &mut unused);
                let slope = difference / 0.015625;
                assert!((slope - f64::from(gradient[output])).abs() < 1e-4, "{loss}: {slope} {gradient:?}");
            }
            assert_eq!(loss.to_string().parse(), Ok(loss));
        }
        assert!("hinge".parse::<Loss>().is_err());
    }

    #[test]
    fn large_logits_have_a_finite_loss() {
        let mut gradient = [0.0; 2];
        assert_eq!(Loss::CrossEntropy.of(&[1e30, -1e30], 0, &mut gradient), 0.0);
        assert!(Loss::CrossEntropy.of(&[1e30, -1e30], 1, &mut gradient).is_finite());
        assert_eq!(gradient, [1.0, -1.0]);
    }
}
