//! The landmarks of a level: the training images that carry its predictors where [`Settings::rank`]
//! is set. The engine holds them alone; kernel rows of the other training images pass through the ridge regression in blocks.

use super::settings::Settings;
use crate::engine::Engine;
use crate::error::Result;
use crate::images::{Dataset, Images, PatchGeometry};
use crate::linalg::{Matrix, parallel};
use crate::math::nystrom::{BLOCK_ROWS, Nystrom};
use crate::math::{StageProgress, ntk};

/// The landmarks of a training set, and its other images.
pub(super) struct Landmarks {
    images: Images,
    chosen: Vec<usize>,
    others: Vec<usize>,
}

/// The ridge regression of one round.
pub(super) struct Regression<'a> {
    pub geometry: PatchGeometry,
    /// The patch transform; none for the identity.
    pub root: Option<&'a Matrix>,
    /// The scale of the landmarks' kernel.
    pub scale: f32,
    /// All training images.
    pub train: &'a Images,
    /// Their targets, `n x k`.
    pub targets: &'a Matrix,
}

impl Landmarks {
    /// The first images of each class, `rank` in proportion to the classes. A training set is usually in an order that mixes the
    /// classes, and these are its first images then; in a file that is sorted by class, the first images have one class.
    pub fn of(settings: &Settings, train: &Dataset) -> Option<Landmarks> {
        let (chosen, others) = train.first_of_classes(settings.rank?);
        Some(Landmarks { images: train.images.select(&chosen), chosen, others })
    }

    /// The landmarks, in the order of the training images.
    pub fn images(&self) -> &Images {
        &self.images
    }

    /// Collects the equations of a ridge regression whose landmarks' kernel the engine has computed.
    pub async fn collect(
        &self,
        engine: &mut dyn Engine,
        regression: Regression<'_>,
        progress: &StageProgress<'_>,
    ) -> Result<Nystrom> {
        let Regression { geometry, root, scale, train, targets } = regression;
        let blocks = self.others.chunks(BLOCK_ROWS);
        let steps = 1 + blocks.len();
        progress.enter_step(0, steps);
        let kernel = engine.kernel_matrix().await?;
        let mut problem = Nystrom::new(&kernel, scale, &targets.select_rows(&self.chosen), progress).await?;
        drop(kernel);
        for (step, block) in blocks.enumerate() {
            progress.enter_step(1 + step, steps);
            let images = train.select(block);
            let rows = engine.kernel_rows(&images, progress).await?;
            let own = |i| self_kernel(geometry, root, images.image(i));
            let trace = parallel::map(0..block.len(), own).iter().sum();
            problem.add(&rows, trace, &targets.select_rows(block));
        }
        Ok(problem)
    }
}

/// K(x, x) of an image under the patch transform `root`.
fn self_kernel(geometry: PatchGeometry, root: Option<&Matrix>, image: &[f32]) -> f64 {
    let mut patches = Matrix::from_vec(geometry.patch_len(), geometry.positions(0), geometry.patches(image));
    if let Some(root) = root {
        patches = root * patches;
    }
    ntk::diagonal(geometry, patches.map(f64::from).as_slice())
}
