//! How weights follow their gradients.

use super::parameters::Parameter;
use crate::error::{Error, Result};
use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// Adam's decay rates of the two moments, and what is added to the root of the second: the values of its paper and of PyTorch.
const BETA: [f64; 2] = [0.9, 0.999];
const EPSILON: f64 = 1e-8;

/// An optimizer. `FromStr` parses what `Display` prints: `sgd` or `adam`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Optimizer {
    /// Stochastic gradient descent with momentum: `v <- momentum v + g`, `w <- w - rate v`.
    Sgd,
    /// Adam (Kingma, Ba, arXiv:1412.6980) with the decay rates 0.9 and 0.999 and epsilon 1e-8.
    #[default]
    Adam,
}

impl Optimizer {
    /// Both optimizers.
    pub const ALL: [Optimizer; 2] = [Optimizer::Sgd, Optimizer::Adam];
}

impl Display for Optimizer {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        f.pad(match self {
            Optimizer::Sgd => "sgd",
            Optimizer::Adam => "adam",
        })
    }
}

impl FromStr for Optimizer {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let found = Optimizer::ALL.into_iter().find(|optimizer| optimizer.to_string() == text);
        found.ok_or_else(|| Error::invalid("optimizer", text, "sgd or adam"))
    }
}

/// An optimizer between two steps.
pub(super) struct OptimizerState {
    pub optimizer: Optimizer,
    pub rate: f64,
    pub momentum: f64,
    /// `decay w` is added to the gradient of every weight `w`.
    pub decay: f64,
    /// Momentum, or Adam's first moments.
    first: Vec<f32>,
    /// Adam's second moments.
    second: Vec<f32>,
    steps: u64,
}

impl OptimizerState {
    pub fn new(optimizer: Optimizer, rate: f64, momentum: f64, decay: f64, parameters: usize) -> Self {
        let second = if optimizer == Optimizer::Adam { vec![0.0; parameters] } else { Vec::new() };
        OptimizerState { optimizer, rate, momentum, decay, first: vec![0.0; parameters], second, steps: 0 }
    }

    /// The values after a step along `gradient`. Arrays that are not trained stay as they are.
    pub fn step<'p>(
        &mut self,
        table: impl Iterator<Item = &'p Parameter>,
        values: &[f32],
        gradient: &[f64],
    ) -> Vec<f32> {
        let mut next = values.to_vec();
        self.steps += 1;
        let correction = BETA.map(|beta| 1.0 - beta.powf(self.steps as f64));
        for i in table.filter(|parameter| parameter.trained).flat_map(|parameter| parameter.range.clone()) {
            let value = f64::from(values[i]);
            let gradient = gradient[i] + self.decay * value;
            let change = match self.optimizer {
                Optimizer::Sgd => {
                    let velocity = self.momentum * f64::from(self.first[i]) + gradient;
                    self.first[i] = velocity as f32;
                    velocity
                }
                Optimizer::Adam => {
                    let first = BETA[0] * f64::from(self.first[i]) + (1.0 - BETA[0]) * gradient;
                    let second = BETA[1] * f64::from(self.second[i]) + (1.0 - BETA[1]) * gradient * gradient;
                    (self.first[i], self.second[i]) = (first as f32, second as f32);
                    first / correction[0] / ((second / correction[1]).sqrt() + EPSILON)
                }
            };
            next[i] = (value - self.rate * change) as f32;
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> [Parameter; 2] {
        let of = |name: &str, trained, range| Parameter { name: name.into(), shape: vec![1], trained, range };
        [of("w", true, 0..1), of("n.mean", false, 1..2)]
    }

    #[test]
    fn momentum_and_weight_decay() {
        let mut state = OptimizerState::new(Optimizer::Sgd, 0.5, 0.5, 0.25, 2);
        // g = 1 + 0.25 * 4 = 2, w = 4 - 0.5 * 2; then g = 1 + 0.75 and v = 1 + 1.75.
        let once = state.step(parameters().iter(), &[4.0, 7.0], &[1.0, 1.0]);
        assert_eq!(once, [3.0, 7.0]);
        assert_eq!(state.step(parameters().iter(), &once, &[1.0, 1.0]), [3.0 - 0.5 * 2.75, 7.0]);
    }

    #[test]
    fn the_first_step_of_adam_is_the_rate() {
        let mut state = OptimizerState::new(Optimizer::Adam, 0.5, 0.0, 0.0, 2);
        let once = state.step(parameters().iter(), &[4.0, 7.0], &[-1e-3, 1.0]);
        assert!((once[0] - 4.5).abs() < 1e-4 && once[1] == 7.0, "{once:?}");
        assert!("adamw".parse::<Optimizer>().is_err() && "sgd".parse() == Ok(Optimizer::Sgd));
    }
}
