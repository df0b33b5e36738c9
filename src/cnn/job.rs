//! Jobs of a network, for threads and for the workers of a page: gradients of a part of a batch, logits, and the covariance of
//! gradients.
//!
//! The values of a job depend on the problem and the job alone, so results are the same for any number of threads or workers.

use super::covariance::{Probes, covariance_values};
use super::loss::Loss;
use super::network::Network;
use super::pass::Pass;
use super::plan::Plan;
use crate::engine::pool::{Problem, Scheduler, not_loaded};
use crate::error::{Error, Result};
use crate::images::{Images, Shape};
use crate::linalg::tensor::Tensor;
use crate::math::metrics::class_of;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::ops::Range;

/// Numbers that a gradient job returns before the gradient: the loss and the number of images that were correct.
pub(super) const BEFORE_GRADIENT: usize = 2;

/// A part of a step of training, of an evaluation, or of the ansatz.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkJob {
    /// The sum of the gradients of the losses of some images of part 0.
    Gradient {
        /// Indices of the images.
        images: Vec<u32>,
        /// The loss.
        loss: Loss,
    },
    /// Logits of images.
    Logits {
        /// Which stack of images.
        part: usize,
        /// Their indices.
        images: Range<usize>,
    },
    /// Logits of images of part 0, and sums of `D D^T` over them, where `D` has the gradients to the pre-activations of a layer.
    Covariance {
        /// Indices of the images.
        images: Range<usize>,
        /// What the gradients are of.
        probes: Probes,
    },
}

/// A change of a problem; its values travel beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkUpdate {
    /// A new problem. The values are all parameters.
    Load {
        /// The steps, as text.
        steps: String,
        /// The shape of each array of parameters.
        shapes: Vec<Vec<usize>>,
        /// Channels, height and width of the images.
        shape: [usize; 3],
    },
    /// The values are the images of a part; parts come in order.
    Images {
        /// Which part.
        part: usize,
        /// The label of each image, or none.
        labels: Vec<usize>,
    },
    /// The values are all parameters.
    Parameters,
    /// Nobody needs the problem any more.
    Unload,
}

/// A network on stacks of labelled images of one shape.
pub struct NetworkProblem {
    network: Network,
    plan: Plan,
    shape: Shape,
    parts: Vec<(Images, Vec<usize>)>,
}

impl NetworkProblem {
    /// A network, for images of `shape`.
    ///
    /// # Errors
    /// When the network does not fit the images.
    pub fn new(network: Network, shape: Shape) -> Result<NetworkProblem> {
        let plan = network.plan(shape)?;
        Ok(NetworkProblem { network, plan, shape, parts: Vec::new() })
    }

    /// Loads this problem into every worker.
    pub fn send_to(&self, scheduler: &Scheduler<NetworkProblem>) {
        let Shape { channels, height, width } = self.shape;
        let shapes = self.network.parameters().map(|(parameter, _)| parameter.shape.clone()).collect();
        let load =
            NetworkUpdate::Load { steps: self.network.steps(), shapes, shape: [channels, height, width] };
        scheduler.send(&load, self.network.values());
        for (part, (images, labels)) in self.parts.iter().enumerate() {
            scheduler.send(&NetworkUpdate::Images { part, labels: labels.clone() }, images.as_slice());
        }
    }

    /// Adds a stack of images.
    ///
    /// # Errors
    /// When they have another shape, there are labels but not one per image, or a label has no output.
    pub fn add_images(&mut self, images: Images, labels: Vec<usize>) -> Result<()> {
        if images.shape() != self.shape {
            return Err(Error::invalid("image shape", images.shape(), self.shape));
        }
        let outputs = self.outputs();
        if !labels.is_empty() && labels.len() != images.count() {
            return Err(Error::invalid("labels", labels.len(), format!("{}, one per image", images.count())));
        }
        if let Some(label) = labels.iter().find(|label| **label >= outputs) {
            return Err(Error::invalid("label", label, format!("below {outputs}, the number of logits")));
        }
        self.parts.push((images, labels));
        Ok(())
    }

    /// Replaces all parameters.
    ///
    /// # Errors
    /// When there are more or fewer of them, or one is not finite.
    pub fn set_parameters(&mut self, values: Vec<f32>) -> Result<()> {
        self.network.set_values(values)
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network on images of the shape.
    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The shape of the images.
    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// Number of logits.
    pub fn outputs(&self) -> usize {
        self.plan.outputs()
    }

    /// The images of a part.
    pub fn images(&self, part: usize) -> Option<&Images> {
        self.parts.get(part).map(|(images, _)| images)
    }

    /// The network of a [`NetworkUpdate::Load`].
    fn load(
        steps: &str,
        shapes: &[Vec<usize>],
        [channels, height, width]: [usize; 3],
        values: &[f32],
    ) -> Result<Self> {
        let mut shapes: VecDeque<&Vec<usize>> = shapes.iter().collect();
        let mut left = values;
        let network = Network::new(steps, |_| {
            let shape = shapes.pop_front()?.clone();
            let length = shape.iter().try_fold(1_usize, |n, &extent| n.checked_mul(extent))?;
            let (values, rest) = left.split_at_checked(length)?;
            left = rest;
            Some(Tensor { shape, values: values.to_vec() })
        })?;
        NetworkProblem::new(network, Shape { channels, height, width })
    }

    /// The sum of the losses of some images, how many are correct, and the sum of their gradients to all parameters.
    fn gradient(&self, images: &[u32], loss: Loss) -> Vec<f32> {
        let mut values = vec![0.0; self.network.values().len() + BEFORE_GRADIENT];
        let Some((stack, labels)) = self.parts.first() else { return values };
        let mut pass = Pass::new(&self.plan, self.network.values());
        let mut to_logits = vec![0.0; self.plan.outputs()];
        let (mut total, mut correct, count) = (0.0, 0, stack.count());
        for image in images.iter().map(|&image| image as usize).filter(|image| *image < count) {
            let logits = pass.forward(stack.image(image));
            let label = labels.get(image).copied().unwrap_or_default();
            total += loss.of(logits, label, &mut to_logits);
            correct += usize::from(class_of(logits) == label);
            pass.backward(&to_logits, Some(&mut values[BEFORE_GRADIENT..]));
        }
        (values[0], values[1]) = (total as f32, correct as f32);
        values
    }

    fn logits(&self, part: usize, images: Range<usize>) -> Vec<f32> {
        let Some(stack) = self.images(part) else { return Vec::new() };
        let mut pass = Pass::new(&self.plan, self.network.values());
        images.flat_map(|image| pass.forward(stack.image(image)).to_vec()).collect()
    }
}

/// Bytes of some images.
pub(super) fn image_bytes(shape: Shape, count: usize) -> u64 {
    (count as u64).saturating_mul((shape.len() * size_of::<f32>()) as u64)
}

impl Problem for NetworkProblem {
    type Job = NetworkJob;
    type Update = NetworkUpdate;
    const UNLOAD: NetworkUpdate = NetworkUpdate::Unload;

    fn apply(problem: &mut Option<Self>, update: &NetworkUpdate, values: Vec<f32>) -> Result<()> {
        match update {
            NetworkUpdate::Load { steps, shapes, shape } => {
                *problem = Some(NetworkProblem::load(steps, shapes, *shape, &values)?);
            }
            NetworkUpdate::Unload => *problem = None,
            NetworkUpdate::Images { part, labels } => {
                let problem = problem.as_mut().ok_or_else(not_loaded)?;
                if *part != problem.parts.len() {
                    return Err(Error::invalid("part of the images", part, problem.parts.len()));
                }
                problem.add_images(Images::new(problem.shape, values)?, labels.clone())?;
            }
            NetworkUpdate::Parameters => {
                problem.as_mut().ok_or_else(not_loaded)?.set_parameters(values)?;
            }
        }
        Ok(())
    }

    /// The values of a job.
    ///
    /// | job | values |
    /// |---|---|
    /// | [`NetworkJob::Gradient`] | the sum of the losses, the number of images whose largest logit is their label, and the sum of the gradients to all parameters |
    /// | [`NetworkJob::Logits`] | logits, indexed (image, output) |
    /// | [`NetworkJob::Covariance`] | logits, then for each layer a power of 2 and the entries of `D D^T` divided by it |
    fn run(&self, job: &NetworkJob) -> Vec<f32> {
        match job {
            NetworkJob::Gradient { images, loss } => self.gradient(images, *loss),
            NetworkJob::Logits { part, images } => self.logits(*part, images.clone()),
            NetworkJob::Covariance { images, probes } => match self.images(0) {
                Some(stack) => {
                    covariance_values(&self.plan, self.network.values(), stack, images.clone(), *probes)
                }
                None => Vec::new(),
            },
        }
    }
}
