//! The covariance `Kd` of the gradients to a layer's pre-activations: one backward pass per logit or probe serves every layer.

use super::pass::Pass;
use super::plan::{Layer, Plan};
use super::products::add_inner_products;
use crate::error::{Error, Result};
use crate::images::Images;
use crate::math::filter_bank::stream;
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The most random combinations of logits per image.
const MAX_PROBES: usize = 10_000;

/// The functions of the network whose gradients enter the AGOP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Probes {
    /// Every logit: one backward pass each.
    AllLogits,
    /// Sums of all logits with random signs v, because `sum over o g_o g_o^T = E (J^T v)(J^T v)^T`: for many logits.
    RandomSigns {
        /// Combinations per image.
        count: usize,
        /// Seed of the signs.
        seed: u64,
    },
}

/// Logits of images, indexed (image, output); then for each layer a power of 2, and the entries of the sum over images,
/// positions and logits of `delta delta^T` divided by it. The power keeps tiny gradients within single precision.
pub(super) fn covariance_values(
    plan: &Plan,
    parameters: &[f32],
    stack: &Images,
    images: Range<usize>,
    probes: Probes,
) -> Vec<f32> {
    let mut pass = Pass::new(plan, parameters);
    let (mut sums, mut values) = (zero_covariances(plan), Vec::new());
    for image in images {
        values.extend_from_slice(pass.forward(stack.image(image)));
        for direction in probes.directions(plan.outputs(), image) {
            pass.backward(&direction, None);
            for (layer, sum) in plan.layers.iter().zip(&mut sums) {
                add_outer_products(layer, pass.gradient(layer.operation), probes.weight(), sum);
            }
        }
    }
    for sum in sums {
        let largest = sum.amax();
        let power = if largest > 0.0 { largest.log2().ceil().clamp(-1000.0, 1000.0) } else { 0.0 };
        values.push(power as f32);
        values.extend(sum.iter().map(|v| (v * (-power).exp2()) as f32));
    }
    values
}

/// A sum for each layer.
pub(super) fn zero_covariances(plan: &Plan) -> Vec<DMatrix<f64>> {
    plan.layers.iter().map(|layer| DMatrix::zeros(filters(layer), filters(layer))).collect()
}

/// The sums of all jobs, from the part of their values behind the logits.
pub(super) fn add_covariances(mut values: &[f32], sums: &mut [DMatrix<f64>]) {
    for sum in sums {
        let Some((power, rest)) = values.split_first() else { return };
        let Some((entries, rest)) = rest.split_at_checked(sum.len()) else { return };
        let factor = f64::from(*power).exp2();
        sum.iter_mut().zip(entries).for_each(|(sum, v)| *sum += f64::from(*v) * factor);
        values = rest;
    }
}

pub(super) fn filters(layer: &Layer) -> usize {
    layer.sizes.output.channels
}

/// Adds `weight * delta delta^T` to `sum`; `delta` is filters x positions, by rows.
fn add_outer_products(layer: &Layer, delta: &[f32], weight: f64, sum: &mut DMatrix<f64>) {
    let (k, p) = (filters(layer), layer.sizes.positions());
    let largest = delta.iter().fold(0.0_f32, |largest, v| largest.max(v.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return;
    }
    // Squares of gradients below 1e-19 vanish in single precision.
    let scaled: Vec<f32> = delta.iter().map(|v| v / largest).collect();
    let mut products = vec![0.0; k * k];
    add_inner_products(&scaled, &scaled, p, &mut products);
    let factor = weight * f64::from(largest).powi(2);
    sum.iter_mut().zip(products).for_each(|(sum, v)| *sum += f64::from(v) * factor);
}

impl Probes {
    /// These probes as jobs carry them: numbers of 2^53 and more do not cross to the workers of a page.
    ///
    /// # Errors
    /// For 0 or more than 10,000 combinations.
    pub(super) fn checked(self) -> Result<Probes> {
        match self {
            Probes::AllLogits => Ok(self),
            Probes::RandomSigns { count, seed } if (1..=MAX_PROBES).contains(&count) => {
                Ok(Probes::RandomSigns { count, seed: seed % (1 << 53) })
            }
            Probes::RandomSigns { count, .. } => {
                Err(Error::invalid("probes", count, format!("1 to {MAX_PROBES}")))
            }
        }
    }

    /// The combinations of logits whose gradients are taken at an image.
    fn directions(self, outputs: usize, image: usize) -> Vec<Vec<f32>> {
        match self {
            Probes::AllLogits => (0..outputs)
                .map(|output| {
                    let mut direction = vec![0.0; outputs];
                    direction[output] = 1.0;
                    direction
                })
                .collect(),
            Probes::RandomSigns { count, seed } => {
                // Each image has a stream of its own, so that the order of the images does not matter.
                let mut rng = Pcg64Mcg::seed_from_u64(stream(seed, image));
                let mut sign = || if rng.random::<bool>() { 1.0 } else { -1.0 };
                (0..count).map(|_| (0..outputs).map(|_| sign()).collect()).collect()
            }
        }
    }

    /// What each direction counts.
    fn weight(self) -> f64 {
        match self {
            Probes::AllLogits => 1.0,
            Probes::RandomSigns { count, .. } => 1.0 / count as f64,
        }
    }
}
