//! How much a run has to compute: for its plan and its progress, and to hold its time against a machine's peak.

use crate::images::PatchGeometry;
use crate::math::Stage;

/// The size of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemSize {
    /// Images, patches, layers.
    pub geometry: PatchGeometry,
    /// Training images n.
    pub train: usize,
    /// Classes k.
    pub classes: usize,
    /// Training images in the AGOP.
    pub samples: usize,
    /// Validation and test images.
    pub held_out: usize,
    /// Ridges that are tried on the kernel of each round.
    pub ridges: usize,
    /// Of the held-out images those that choose among several ridges, 0 of one: they meet the training images in
    /// [`Stage::Solve`], once for all ridges.
    pub choosing: usize,
}

/// What an engine says of a run before it starts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnginePlan {
    /// Bytes the engine holds when it holds most.
    pub bytes: u64,
    /// Multiply-adds a second, as [`ProblemSize::work`] counts them: measured on this machine, or none so far.
    pub rate: Option<f64>,
}

/// Multiply-adds of matrix products that take as long as one of the maps.
const PRODUCT: f64 = 2.0;
/// The two passes of a pair's gradient maps take as long as so many entries of K: three to four on one core natively.
const BOTH_PASSES: f64 = 3.0;

impl ProblemSize {
    /// Work of a stage of one round: about as many of the multiply-adds that [`multiply_adds`] counts. On a CPU it
    /// foretells the stages' shares of a round's time to within a factor of two.
    ///
    /// ```
    /// use convrfm::{PatchGeometry, Shape, Stage};
    /// use convrfm::engine::ProblemSize;
    /// let geometry = PatchGeometry::new(Shape { channels: 1, height: 28, width: 28 }, 3, 3)?;
    /// let run = ProblemSize { geometry, train: 1000, classes: 10, samples: 20, held_out: 500, ridges: 1, choosing: 0 };
    /// // Each held-out image meets every training image; of the training images each pair is met once.
    /// assert!((run.work(Stage::Predict) / run.work(Stage::Kernel) - 1.0).abs() < 0.01);
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    ///
    /// A convolution between two levels is not part of a round: 0.
    pub fn work(&self, stage: Stage) -> f64 {
        let [n, k, samples, choosing, others] =
            [self.train, self.classes, self.samples, self.choosing, self.held_out - self.choosing]
                .map(|count| count as f64);
        let (d, positions) = (self.geometry.patch_len() as f64, self.geometry.positions(0) as f64);
        let (entry, transform) = (multiply_adds(self.geometry), positions * d * d / 2.0 / PRODUCT);
        match stage {
            Stage::Kernel => n * (n + 1.0) / 2.0 * entry + n * transform,
            Stage::Solve => self.solving_work() + choosing * (n * entry + transform),
            Stage::Predict => others * (n * entry + transform),
            // Not a round's: `ConvRfm` counts it.
            Stage::Convolve => 0.0,
            Stage::Agop => {
                let gradients = n * (BOTH_PASSES * entry + k * d * positions);
                samples * (gradients + k * positions * d * d / 2.0 / PRODUCT)
            }
        }
    }

    /// Work of the ridge regressions of a round, in the same unit.
    pub fn solving_work(&self) -> f64 {
        let n = self.train as f64;
        self.ridges as f64 * n * n * n / 6.0 / PRODUCT
    }

    /// Bytes held while one of several ridges is chosen: what every ridge solved for, the kernel's rows of the images that
    /// choose, and these once more in double precision.
    pub fn choosing_bytes(&self) -> u64 {
        if self.choosing == 0 {
            return 0;
        }
        let value = size_of::<f32>() as u64;
        let [train, choosing, ridges, classes] =
            [self.train, self.choosing, self.ridges, self.classes].map(|count| count as u64);
        train * (choosing * (value + size_of::<f64>() as u64) + ridges * classes * value)
    }

    /// Work of convolving every image with `width` filters, in the same unit.
    pub fn convolution_work(&self, width: usize) -> f64 {
        let values = (self.train + self.held_out) * self.geometry.positions(0) * width;
        values as f64 * self.geometry.patch_len() as f64 / PRODUCT
    }

    /// Bytes of all images.
    pub fn image_bytes(&self) -> u64 {
        (self.train + self.held_out) as u64 * (self.geometry.shape().len() * size_of::<f32>()) as u64
    }
}

/// Operations of the maps at one position of one layer, as `kernel::pair` writes them and the CPU engine computes them:
/// r = sqrt(N N') 2, rho = S / r clamped 3, acos 10 (a polynomial of degree 7, a root), sin theta 3, k0 and k1 4, and the
/// two products that S and T leave as, 2.
const MAPS: usize = 24;

/// Multiply-adds of one entry of K: `P_0 d` of inner products, 24 for the maps of each position of each layer, and for
/// each position of the layers after the first `4 (q - 1)` additions of box sums (S and T, across and down) and one more.
///
/// A unit is what takes one slot of a multiply-add unit: a fused multiply-add, or an addition, product, division, root,
/// comparison by itself. Divisions and roots take several slots on real machines, and a single operation uses half of
/// what a multiply-add does, so this is a count of needed work, and the share of the peak that follows from it a lower
/// bound of how busy the machine is.
///
/// ```
/// use convrfm::{PatchGeometry, Shape};
/// use convrfm::engine::multiply_adds;
/// let mnist = PatchGeometry::new(Shape { channels: 1, height: 28, width: 28 }, 3, 2)?;
/// assert_eq!(multiply_adds(mnist), (676 * 9 + 24 * (676 + 576) + 9 * 576) as f64);
/// # Ok::<(), convrfm::Error>(())
/// ```
pub fn multiply_adds(geometry: PatchGeometry) -> f64 {
    multiply_adds_of(geometry, geometry.patch_len())
}

/// [`multiply_adds`] of transformed patches of `features` values, fewer than `d` where M has a low rank.
pub(super) fn multiply_adds_of(geometry: PatchGeometry, features: usize) -> f64 {
    let first = geometry.positions(0);
    let layers = geometry.position_layers();
    let sums = 4 * (geometry.patch() - 1) + 1;
    (first * features + MAPS * layers + sums * (layers - first)) as f64
}
