//! The training images on the device, their kernel matrix, and kernel rows of other images.

use super::cholesky::KernelMatrix;
use super::pairs::{Pairs, Target};
use super::patches::Patches;
use super::product::{Part, Product, View};
use super::queue::{Buffer, CommandQueue};
use super::tiling::GpuTiling;
use crate::engine::checked_scale;
use crate::engine::cost::ProblemSize;
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use crate::math::StageProgress;

/// Classes and held-out images that `load` plans for, because it does not know them. They bound scratch memory only.
const CLASSES: usize = 10;
const HELD_OUT: usize = 1000;

/// Everything that the stages of a round share. A field that a stage computes is none while the stage runs, so that a dropped
/// stage leaves no half of a result.
pub struct GpuProblem {
    pub geometry: PatchGeometry,
    pub train: Images,
    pub tiling: GpuTiling,
    pub pairs: Pairs,
    pub patches: Patches,
    pub kernel: KernelMatrix,
    /// The root W of the round; none for the identity.
    pub root: Option<Matrix>,
    /// `max |K|`, once it is known.
    pub scale: Option<f32>,
    /// Whether K is complete, and not that of an earlier round.
    holds_kernel: bool,
    pub alpha: Option<Alpha>,
}

/// Coefficients on the device, row-major.
pub struct Alpha {
    pub buffer: Buffer,
    pub outputs: usize,
}

impl GpuProblem {
    pub async fn new(
        queue: &mut CommandQueue,
        geometry: PatchGeometry,
        train: &Images,
    ) -> Result<GpuProblem> {
        let n = train.count();
        let size = ProblemSize {
            geometry,
            train: n,
            streamed: 0,
            classes: CLASSES,
            agop_samples: n,
            held_out: HELD_OUT,
            ridges: 1,
            ridge_images: 0,
        };
        let tiling = GpuTiling::new(size, &queue.device.limits)?;
        queue.begin("load", 1.0).await?;
        Ok(GpuProblem {
            geometry,
            train: train.clone(),
            kernel: KernelMatrix::new(queue, n, &tiling).await?,
            patches: Patches::new(queue, geometry, &tiling).await?,
            pairs: Pairs::new(queue, geometry, &tiling).await?,
            tiling,
            root: None,
            scale: None,
            holds_kernel: false,
            alpha: None,
        })
    }

    /// `max |K|`, when K is complete.
    pub fn scale(&self) -> Result<f32> {
        self.scale.ok_or(Error::out_of_order("gpu", "kernel"))
    }

    /// Starts a round with the root `root`, computes K, and returns its scale.
    pub async fn compute_kernel(
        &mut self,
        queue: &mut CommandQueue,
        root: Option<&Matrix>,
        progress: &StageProgress<'_>,
    ) -> Result<f32> {
        self.start_round(queue, root).await?;
        let n = self.train.count();
        queue.begin("kernel", (n * (n + 1)) as f64 / 2.0 * self.pairs.cost()).await?;
        let ranges = self.patches.ranges(n);
        for &(i_first, i_count) in &ranges {
            for &(j_first, _) in ranges.iter().filter(|(first, _)| *first >= i_first) {
                let (i, j) = self.patches.pair(queue, &self.train, i_first, j_first).await?;
                for slab in &self.kernel.slabs {
                    let from = slab.first.max(i_first);
                    let to = (slab.first + slab.rows).min(i_first + i_count);
                    if from >= to {
                        continue;
                    }
                    let stride = self.kernel.padded;
                    let first = (i_first * stride).wrapping_sub(slab.first * stride).wrapping_add(j_first);
                    let target = Target { buffer: &slab.buffer, first, stride, symmetric: true };
                    let rows = from - i_first..to - i_first;
                    self.pairs.kernel(queue, (i, rows), j, target, progress).await?;
                }
            }
        }
        let diagonal = self.kernel.copy_diagonal(queue).await?;
        let largest = diagonal.iter().copied().fold(0.0, f32::max);
        let scale = checked_scale(largest, diagonal.iter().all(|v| v.is_finite()))?;
        (self.scale, self.holds_kernel) = (Some(scale), true);
        Ok(scale)
    }

    /// Enters a round whose K was computed earlier and has the scale `scale`.
    pub async fn resume(
        &mut self,
        queue: &mut CommandQueue,
        root: Option<&Matrix>,
        scale: f32,
    ) -> Result<()> {
        self.start_round(queue, root).await?;
        self.scale = Some(scale);
        Ok(())
    }

    async fn start_round(&mut self, queue: &mut CommandQueue, root: Option<&Matrix>) -> Result<()> {
        (self.scale, self.holds_kernel, self.alpha) = (None, false, None);
        check_range(&self.train, self.geometry)?;
        self.root = root.cloned();
        self.patches.start_round(queue, root).await?;
        self.pairs.start_round(self.patches.features());
        Ok(())
    }

    /// The scale of K, if K is here.
    pub fn kernel_scale(&self) -> Result<f32> {
        if self.holds_kernel { self.scale() } else { Err(Error::out_of_order("gpu", "kernel")) }
    }

    /// `K(x, train) / s . alpha` for every image with `predict`, else K(x, train).
    pub async fn held_out(
        &mut self,
        queue: &mut CommandQueue,
        images: &Images,
        predict: bool,
        progress: &StageProgress<'_>,
    ) -> Result<Matrix> {
        let scale = self.scale()?;
        let alpha = match &self.alpha {
            Some(alpha) if predict => Some(alpha),
            None if predict => return Err(Error::out_of_order("gpu", "set_alpha")),
            _ => None,
        };
        check_range(images, self.geometry)?;
        let (n, m) = (self.train.count(), images.count());
        let columns = alpha.map_or(n, |alpha| alpha.outputs);
        let mut result = Matrix::zeros(m, columns);
        queue.begin("kernel", (m * n) as f64 * self.pairs.cost()).await?;
        if m == 0 {
            return Ok(result);
        }
        let batch = self.tiling.batch.min(m);
        let mut chunk = self.patches.allocate(queue, batch).await?;
        let rows = queue.allocate(batch * n, "rows of the kernel").await?;
        let outputs = match alpha {
            Some(alpha) => Some((alpha, queue.allocate(batch * columns, "predictions").await?)),
            None => None,
        };
        for first in (0..m).step_by(batch) {
            let count = batch.min(m - first);
            self.patches.transform(queue, images, first, count, &chunk).await?;
            (chunk.first, chunk.count) = (first, count);
            for (j_first, _) in self.patches.ranges(n) {
                let (j, _) = self.patches.pair(queue, &self.train, j_first, j_first).await?;
                let target = Target { buffer: &rows, first: j_first, stride: n, symmetric: false };
                self.pairs.kernel(queue, (&chunk, 0..count), j, target, progress).await?;
            }
            let mut computed = &rows;
            if let Some((alpha, outputs)) = &outputs {
                let view = |buffer, row| View { buffer, first: 0, row, column: 1 };
                let product = Product {
                    c: view(outputs, columns),
                    a: view(&rows, n),
                    b: view(&alpha.buffer, columns),
                    size: [count, columns, n],
                    alpha: 1.0 / scale,
                    beta: 0.0,
                    part: Part::All,
                };
                product.run(queue, progress).await?;
                computed = outputs;
            }
            let values = queue.read(computed, 0, count * columns).await?;
            result.rows_mut(first, count).copy_from(&Matrix::from_row_slice(count, columns, &values));
        }
        Ok(result)
    }
}

/// WGSL lets a shader assume that no value overflows, so this is checked beforehand: `|W|_F = 1`, and each layer sums up to `q^2`
/// norms.
fn check_range(images: &Images, g: PatchGeometry) -> Result<()> {
    let (low, high) = images.range();
    let largest = f64::from(high.max(-low));
    let window = (g.patch() * g.patch()) as f64;
    let bound = largest * largest * g.patch_len() as f64 * window.powi(g.depth() as i32 - 1);
    if bound < 1e36 {
        return Ok(());
    }
    Err(Error::NotFinite { quantity: "kernel matrix", remedy: "scale the images to about [0, 1]" })
}
