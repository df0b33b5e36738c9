//! A round's kernel machine on the calling thread: what it makes of one image, without computing K(train, train).

use super::job::{Update, CpuProblem};
use super::panel::Panel;
use crate::math::PatchTransform;
use crate::error::Result;
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use std::ops::Range;
use std::sync::Arc;

/// The training images under a round's patch transform and, once they are known, that round's coefficients. Asks no pool
/// and no other thread: an answer takes a few milliseconds, and the scheduler may be at work on the next round.
///
/// ```
/// use convrfm::{Images, Matrix, PatchGeometry, PatchTransform, Shape};
/// use convrfm::engine::cpu::SingleImagePredictor;
/// let shape = Shape { channels: 1, height: 1, width: 1 };
/// let train = Images::new(shape, vec![2.0, 3.0])?;
/// let mut machine = SingleImagePredictor::new(PatchGeometry::new(shape, 1, 1)?, train.into(), &PatchTransform::Identity)?;
/// // One pixel, one layer: K(x, x') = 2 x x'.
/// assert_eq!(machine.row(&[1.0]), [4.0, 6.0]);
/// machine.learn(&Matrix::from_row_slice(2, 1, &[1.0, 0.5]))?;
/// // f(x) = 2 x (2 + 1.5), and its slope.
/// assert_eq!(machine.gradient(&[1.0], 0..1), [7.0]);
/// # Ok::<(), convrfm::Error>(())
/// ```
pub struct SingleImagePredictor(CpuProblem);

impl SingleImagePredictor {
    /// Transforms the training images and keeps as many as fit into the engine's memory for them.
    ///
    /// # Errors
    /// Never for a transform of the geometry's patch dimension.
    pub fn new(geometry: PatchGeometry, train: Arc<Images>, transform: &PatchTransform) -> Result<SingleImagePredictor> {
        let mut problem = CpuProblem::new(geometry, train);
        problem
            .learn(&Update::Transform, transform.root().map_or(Vec::new(), |root| root.as_slice().to_vec()))?;
        problem.learn(&Update::Keep { panels: problem.kept() }, Vec::new())?;
        Ok(SingleImagePredictor(problem))
    }

    /// Takes the coefficients over the scale of K, `n x k`, in the place of earlier ones.
    ///
    /// # Errors
    /// Never for as many rows as there are training images.
    pub fn learn(&mut self, alpha: &Matrix) -> Result<()> {
        self.0.learn(&Update::Alpha { outputs: alpha.ncols() }, alpha.transpose().as_slice().to_vec())
    }

    /// Patch size, depth and maps.
    pub fn geometry(&self) -> PatchGeometry {
        self.0.geometry()
    }

    /// The training images.
    pub fn train(&self) -> &Arc<Images> {
        self.0.train()
    }

    /// The root `W` of the patch transform, `d x d`; none for the identity.
    pub fn root(&self) -> Option<&Matrix> {
        self.0.root()
    }

    /// K(x, train), `n` values, unscaled. `image` has the geometry's shape.
    pub fn row(&self, image: &[f32]) -> Vec<f32> {
        self.0.row(image)
    }

    /// `d f_o / d z_p`, the gradients of the neighbouring `outputs` with respect to the transformed patches `z_p = W u_p` of
    /// an image: indexed (position, output, feature). [`learn`](SingleImagePredictor::learn) comes first.
    pub fn gradient(&self, image: &[f32], outputs: Range<usize>) -> Vec<f32> {
        let (features, d) = (self.0.features(), self.geometry().patch_len());
        let gradient = self.0.gradient(image, outputs);
        if features == d {
            return gradient;
        }
        // What a low rank leaves out of `z` is 0 for every patch, and nothing depends on it.
        let blank = vec![0.0; d - features];
        gradient.chunks_exact(features).flat_map(|g| g.iter().chain(&blank)).copied().collect()
    }

    /// Bytes of the training images that are kept transformed.
    pub fn bytes(&self) -> usize {
        self.0.kept() * Panel::bytes(self.0.geometry(), self.0.features())
    }
}
