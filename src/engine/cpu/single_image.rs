//! The predictor of one round for one image at a time, on the calling thread, without K(train, train).

use super::job::Update;
use super::panel::Panel;
use super::problem::CpuProblem;
use crate::error::Result;
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use std::ops::Range;

/// The training images under a round's patch transform, and that round's coefficients once they are known. Uses no pool and no
/// other thread: an answer takes a few milliseconds, and the pool may be computing the next round.
///
/// ```
/// use convrfm::{Images, Matrix, PatchGeometry, Shape, engine::cpu::SingleImagePredictor};
/// let shape = Shape { channels: 1, height: 1, width: 1 };
/// let train = Images::new(shape, vec![2.0, 3.0])?;
/// let mut predictor = SingleImagePredictor::new(PatchGeometry::new(shape, 1, 1)?, &train, None)?;
/// // One pixel, one layer: K(x, x') = 2 x x'.
/// assert_eq!(predictor.kernel_row(&[1.0]), [4.0, 6.0]);
/// predictor.set_alpha(&Matrix::from_row_slice(2, 1, &[1.0, 0.5]))?;
/// // f(x) = 2 x (2 + 1.5), and its slope.
/// assert_eq!(predictor.gradient(&[1.0], 0..1), [7.0]);
/// # Ok::<(), convrfm::Error>(())
/// ```
pub struct SingleImagePredictor(CpuProblem);

impl SingleImagePredictor {
    /// Transforms the patches of the training images by `root` and holds those that fit into the memory for panels.
    ///
    /// # Errors
    /// When `root` is not `d x d`.
    pub fn new(
        geometry: PatchGeometry,
        train: &Images,
        root: Option<&Matrix>,
    ) -> Result<SingleImagePredictor> {
        let mut problem = CpuProblem::new(geometry, train.clone());
        problem.change(&Update::Transform, root.map_or(Vec::new(), |root| root.as_slice().to_vec()))?;
        problem.change(&Update::MakePanels { panels: problem.cached_panels() }, Vec::new())?;
        Ok(SingleImagePredictor(problem))
    }

    /// Takes the coefficients over the scale of K, `n x k`.
    ///
    /// # Errors
    /// When there is not one row per training image.
    pub fn set_alpha(&mut self, alpha: &Matrix) -> Result<()> {
        self.0.change(&Update::Alpha { outputs: alpha.ncols() }, alpha.transpose().as_slice().to_vec())
    }

    /// Patch size, depth and map sizes.
    pub fn geometry(&self) -> PatchGeometry {
        self.0.geometry()
    }

    /// The training images.
    pub fn train(&self) -> &Images {
        self.0.train()
    }

    /// The root `W` of the patch transform, `d x d`; none for the identity.
    pub fn root(&self) -> Option<&Matrix> {
        self.0.root()
    }

    /// K(x, train), `n` values, unscaled. `image` has the geometry's shape.
    pub fn kernel_row(&self, image: &[f32]) -> Vec<f32> {
        self.0.kernel_row(image)
    }

    /// `K(x, x)` of an image, unscaled. `image` has the geometry's shape.
    pub fn self_kernel(&self, image: &[f32]) -> f32 {
        self.0.self_kernel(image)
    }

    /// `K(x, x)` of every training image, unscaled.
    pub fn self_kernels(&self) -> Vec<f32> {
        self.0.self_kernels()
    }

    /// `d f_o / d z_p`: the gradients of the neighbouring `outputs` with respect to the transformed patches `z_p = W u_p` of an
    /// image, indexed (position, output, feature). After [`set_alpha`](SingleImagePredictor::set_alpha).
    pub fn gradient(&self, image: &[f32], outputs: Range<usize>) -> Vec<f32> {
        let (features, d) = (self.0.features(), self.geometry().patch_len());
        let gradient = self.0.gradient(image, outputs);
        if features == d {
            return gradient;
        }
        // The features that a low rank leaves out are 0 for every patch, and nothing depends on them.
        let blank = vec![0.0; d - features];
        gradient.chunks_exact(features).flat_map(|g| g.iter().chain(&blank)).copied().collect()
    }

    /// Bytes of the transformed patches and norms of the training images that are held in memory.
    pub fn bytes(&self) -> u64 {
        self.0.cached_panels() as u64 * Panel::bytes(self.0.geometry(), self.0.features())
    }
}
