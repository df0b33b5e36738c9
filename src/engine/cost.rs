//! The work of a run, for plans, progress and rates.

use crate::images::PatchGeometry;
use crate::math::Stage;
use crate::math::nystrom::BLOCK_ROWS;

/// The size of the rounds of one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemSize {
    /// Image shape, patch size, depth.
    pub geometry: PatchGeometry,
    /// Training images n that the engine holds: all of them, or the landmarks of an approximation.
    pub train: usize,
    /// Training images that are no landmarks; 0 without an approximation. Their kernel rows are computed in [`Stage::Solve`].
    pub streamed: usize,
    /// Classes k.
    pub classes: usize,
    /// Training images that the AGOP averages over.
    pub agop_samples: usize,
    /// Validation and test images.
    pub held_out: usize,
    /// Ridges tried in each round.
    pub ridges: usize,
    /// Held-out images that decide between several ridges; 0 with one ridge. Their kernel rows are computed once for all ridges, in
    /// [`Stage::Solve`].
    pub ridge_images: usize,
}

/// What an engine predicts for a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnginePlan {
    /// Bytes that the engine holds at its peak.
    pub bytes: u64,
    /// Multiply-adds per second as [`ProblemSize::work`] counts them, measured on this device; none before a measurement.
    pub rate: Option<f64>,
}

/// Multiply-adds of a matrix product that take as long as one multiply-add of the maps.
const PRODUCT_SPEED: f64 = 2.0;
/// Entries of K that take as long as the gradient maps of one pair: three to four on one native core.
const GRADIENT_COST: f64 = 3.0;

impl ProblemSize {
    /// Work of a stage of one round, in multiply-adds as [`multiply_adds`] counts them; 0 for the convolution, which belongs to no
    /// round. On a CPU it predicts the share of each stage in the time of a round to within a factor of two.
    pub fn work(&self, stage: Stage) -> f64 {
        let predicted = self.held_out - self.ridge_images;
        let [n, k, samples, ridge_images, predicted] =
            [self.train, self.classes, self.agop_samples, self.ridge_images, predicted]
                .map(|count| count as f64);
        let (d, positions) = (self.geometry.patch_len() as f64, self.geometry.positions(0) as f64);
        let (entry, transform) = (multiply_adds(self.geometry), positions * d * d / 2.0 / PRODUCT_SPEED);
        match stage {
            Stage::Kernel => n * (n + 1.0) / 2.0 * entry + n * transform,
            Stage::Solve => {
                self.streaming_work() + self.solving_work() + ridge_images * (n * entry + transform)
            }
            Stage::Predict => predicted * (n * entry + transform),
            Stage::Convolve | Stage::Train => 0.0,
            Stage::Agop => {
                let gradients = n * (GRADIENT_COST * entry + k * d * positions);
                samples * (gradients + k * positions * d * d / 2.0 / PRODUCT_SPEED)
            }
        }
    }

    /// Work of `rounds` rounds; the last has no AGOP.
    pub fn rounds_work(&self, rounds: usize) -> f64 {
        let each: f64 =
            [Stage::Kernel, Stage::Solve, Stage::Predict].map(|stage| self.work(stage)).iter().sum();
        rounds as f64 * each + (rounds as f64 - 1.0) * self.work(Stage::Agop)
    }

    /// Work of the training images that are no landmarks: their kernel rows, and `3 n^2 / 2` multiply-adds in double precision each.
    pub fn streaming_work(&self) -> f64 {
        let [n, d, positions] =
            [self.train, self.geometry.patch_len(), self.geometry.positions(0)].map(|count| count as f64);
        let row = n * multiply_adds(self.geometry) + positions * d * d / 2.0 / PRODUCT_SPEED;
        self.streamed as f64 * (row + 1.5 * n * n)
    }

    /// Work of the ridge regressions of a round.
    pub fn solving_work(&self) -> f64 {
        let n = self.train as f64;
        // Of an approximation n^3 / 2 in double precision.
        let each = if self.streamed > 0 { 0.5 } else { 1.0 / 6.0 / PRODUCT_SPEED };
        self.ridges as f64 * n * n * n * each
    }

    /// Work of convolving every image with `width` filters.
    pub fn convolution_work(&self, width: usize) -> f64 {
        let images = (self.train + self.streamed + self.held_out) as f64;
        let values = images * self.geometry.positions(0) as f64 * width as f64;
        values * self.geometry.patch_len() as f64 / PRODUCT_SPEED
    }

    /// Bytes of the choice between several ridges: alpha for every ridge, and the kernel rows of [`ridge_images`] images in single and
    /// double precision.
    ///
    /// [`ridge_images`]: ProblemSize::ridge_images
    pub fn ridge_bytes(&self) -> u64 {
        if self.ridge_images == 0 {
            return 0;
        }
        let [train, images, ridges, classes] =
            [self.train, self.ridge_images, self.ridges, self.classes].map(|count| count as u64);
        let row =
            images.saturating_mul(4 + 8).saturating_add(ridges.saturating_mul(classes).saturating_mul(4));
        train.saturating_mul(row)
    }

    /// Bytes of the ridge regression with `train` landmarks: a copy of their images and of K in single precision, three `R x R` matrices in
    /// double precision, one block of kernel rows with three copies in double precision, and alpha for every ridge.
    pub fn nystrom_bytes(&self) -> u64 {
        let [rank, block, classes, ridges] =
            [self.train, BLOCK_ROWS, self.classes, self.ridges].map(|count| count as u64);
        let each = rank.saturating_mul(4 + 3 * 8).saturating_add(block * (4 + 3 * 8));
        let alphas = classes.saturating_mul(4 * 8 + 4 * ridges);
        let image = 4 * self.geometry.shape().len() as u64;
        rank.saturating_mul(each.saturating_add(alphas).saturating_add(image))
    }

    /// Bytes of all images.
    pub fn image_bytes(&self) -> u64 {
        let counts = [self.train, self.streamed, self.held_out];
        let images = counts.into_iter().fold(0_u64, |sum, count| sum.saturating_add(count as u64));
        images.saturating_mul(4 * self.geometry.shape().len() as u64)
    }
}

/// Operations of the maps at one position of one layer, as in [`crate::math::ntk::pair`] and in the CPU engine: r = sqrt(N N') 2,
/// rho = S / r clamped 3, acos 10 (a polynomial of degree 7 and a root), sin theta 3, k0 and k1 4, the products with S and T 2.
const MAP_OPERATIONS: usize = 24;

/// Multiply-adds of one entry of K: `P_0 d` for the inner products, 24 for the maps at each position of each layer, and
/// `4 (q - 1) + 1` additions at each position of the layers after the first for the box sums (S and T, horizontal and vertical).
///
/// A single addition, product, division, root or comparison counts as one multiply-add. Divisions and roots take a processor longer,
/// so rates in this unit are a lower bound of its utilisation.
///
/// ```
/// use convrfm::{PatchGeometry, Shape, engine::multiply_adds};
/// let mnist = PatchGeometry::new(Shape { channels: 1, height: 28, width: 28 }, 3, 2)?;
/// assert_eq!(multiply_adds(mnist), (676 * 9 + 24 * (676 + 576) + 9 * 576) as f64);
/// # Ok::<(), convrfm::Error>(())
/// ```
pub fn multiply_adds(geometry: PatchGeometry) -> f64 {
    multiply_adds_of(geometry, geometry.patch_len())
}

/// [`multiply_adds`] for transformed patches of `features` values: fewer than `d` where M has a low rank.
pub(super) fn multiply_adds_of(geometry: PatchGeometry, features: usize) -> f64 {
    let first = geometry.positions(0);
    let layers = geometry.position_layers();
    let sums = 4 * (geometry.patch() - 1) + 1;
    (first * features + MAP_OPERATIONS * layers + sums * (layers - first)) as f64
}
