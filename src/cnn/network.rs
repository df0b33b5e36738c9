//! A convolutional network: its steps and its parameters.

use super::parameters::{Parameter, Parameters};
use super::pass::Pass;
use super::plan::Plan;
use super::steps::{self, Step};
use crate::error::{Error, Result};
use crate::images::{Images, Shape};
use crate::linalg::tensor::Tensor;
use crate::linalg::{Matrix, parallel};

/// Images that one thread takes at a time.
const IMAGES_PER_JOB: usize = 8;

/// A convolutional network in evaluation mode: a list of steps and the weights that they name.
///
/// The steps are a text, such as `conv conv0 1 1; relu; flatten; linear out`:
///
/// | step | computes |
/// |---|---|
/// | `conv NAME STRIDE PADDING [bias] [groups=G]` | convolution with `NAME` (filters, channels / G, q, q); PADDING: zeros on each side, or `same` as in TensorFlow |
/// | `relu`, `relu6` | `max(x, 0)`, `min(max(x, 0), 6)` |
/// | `bn NAME [EPSILON]` | batch normalisation with `NAME.mean`, `.var`, `.gain`, `.bias`; EPSILON is 1e-5 if not given |
/// | `maxpool SIZE STRIDE PADDING`, `avgpool SIZE STRIDE`, `globalavg` | the largest value or the mean of each window; the mean of each channel |
/// | `save TAG` ... `add TAG` | a residual connection |
/// | `save TAG` ... `add TAG CONV BN STRIDE` | one with a projection: a 1 x 1 convolution and batch normalisation |
/// | `flatten` | one vector, in the order (channel, row, column) |
/// | `linear NAME [bias]` | a product with `NAME` (outputs, inputs) |
///
/// A `bias` is an array `NAME.b`, one number per filter or output. Outputs are logits: there is no softmax. Sums are in single
/// precision.
///
/// ```
/// use convrfm::{Images, Initialization, Network, Shape};
/// let shape = Shape { channels: 1, height: 8, width: 8 };
/// // Two layers of five 3 x 3 filters, four classes.
/// let network = Network::vanilla(shape, 2, 5, 3, 4, Initialization::He, 1)?;
/// assert_eq!(network.steps(), "conv conv0 1 1; relu; conv conv1 1 1; relu; flatten; linear out");
/// assert_eq!(network.parameter("conv1").unwrap().0.shape, [5, 5, 3, 3]);
/// let logits = network.logits(&Images::new(shape, vec![0.5; 3 * 64])?)?;
/// assert_eq!(logits.shape(), (3, 4));
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    steps: Vec<Step>,
    parameters: Parameters,
}

impl Network {
    /// A network of these steps; `tensor` returns the array of a name.
    ///
    /// # Errors
    /// When a step is malformed, two steps have the same name, or an array is missing, has another number of axes or a value that
    /// is not finite. Extents are checked against images by [`check`](Network::check).
    pub fn new(steps: &str, tensor: impl FnMut(&str) -> Option<Tensor>) -> Result<Network> {
        let steps = steps::parse(steps)?;
        let parameters = Parameters::new(&steps, tensor)?;
        Ok(Network { steps, parameters })
    }

    /// A network of the arrays `weights.NAME` of a file.
    pub(super) fn with_parameters(steps: Vec<Step>, parameters: Parameters) -> Network {
        Network { steps, parameters }
    }

    /// The steps as text.
    pub fn steps(&self) -> String {
        steps::text(&self.steps)
    }

    /// Name, shape and values of every array, in the order of the steps.
    pub fn parameters(&self) -> impl Iterator<Item = (&Parameter, &[f32])> {
        self.parameters.table().iter().map(|parameter| (parameter, &self.values()[parameter.range.clone()]))
    }

    /// The array called `name`.
    pub fn parameter(&self, name: &str) -> Option<(&Parameter, &[f32])> {
        let parameter = self.parameters.get(name)?;
        Some((parameter, &self.values()[parameter.range.clone()]))
    }

    /// Number of logits for images of `shape`.
    ///
    /// # Errors
    /// When the network does not fit images of this shape: other channels, a filter larger than its map, or an array whose
    /// extents do not fit the step before. The error names the array or the step.
    pub fn check(&self, shape: Shape) -> Result<usize> {
        Ok(self.plan(shape)?.outputs())
    }

    /// The logits of every image, `m x outputs`.
    ///
    /// # Errors
    /// As [`check`](Network::check); [`Error::NotFinite`] when a logit leaves single precision.
    pub fn logits(&self, images: &Images) -> Result<Matrix> {
        let plan = self.plan(images.shape())?;
        let (count, outputs) = (images.count(), plan.outputs());
        let jobs = parallel::map(0..count.div_ceil(IMAGES_PER_JOB), |job| {
            let mut pass = Pass::new(&plan, self.values());
            let first = job * IMAGES_PER_JOB;
            let job = first..(first + IMAGES_PER_JOB).min(count);
            job.flat_map(|image| pass.forward(images.image(image)).to_vec()).collect::<Vec<f32>>()
        });
        let logits = Matrix::from_row_iterator(count, outputs, jobs.into_iter().flatten());
        check_logits(logits.as_slice())?;
        Ok(logits)
    }

    pub(super) fn plan(&self, shape: Shape) -> Result<Plan> {
        Plan::new(&self.steps, &self.parameters, shape)
    }

    /// All parameters as one vector.
    pub(super) fn values(&self) -> &[f32] {
        self.parameters.values()
    }

    /// Replaces all parameters.
    pub(super) fn set_values(&mut self, values: Vec<f32>) -> Result<()> {
        self.parameters.set_values(values)
    }
}

/// Logits are finite, or an error.
pub(super) fn check_logits(logits: &[f32]) -> Result<()> {
    if logits.iter().all(|v| v.is_finite()) {
        return Ok(());
    }
    Err(Error::NotFinite {
        quantity: "logits",
        remedy: "scale the images to about [0, 1], or use smaller weights",
    })
}
