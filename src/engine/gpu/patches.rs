//! Transformed patches and root norms of images on the device, as many as the plan allows at a time.

use super::plan::{GpuTiling, LONG, LONG_VECTORS, VECTORS, geometry_constants};
use super::shader::{Constants, Shader};
use super::work::{Call, Memory, Work};
use crate::error::Result;
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use crate::math::feature_matrix::rank_of_root;

/// Transformed patches of consecutive images.
pub(super) struct Chunk {
    /// `z` as (image, feature, position).
    pub(super) patches: Memory,
    /// `sqrt N` as (image, layer, position).
    pub(super) roots: Memory,
    /// Index of the first image in its set.
    pub(super) first: usize,
    pub(super) count: usize,
}

/// Transformed patches are a multiple of so many values long: shaders are compiled for a length, and the ranks of a
/// level's rounds differ by a few.
const FEATURES: usize = 8;

/// Transforms images under the current round's transform, and keeps the training images' chunks.
pub(super) struct Patches {
    geometry: PatchGeometry,
    /// Values of a transformed patch: the rank of `W` as a multiple of [`FEATURES`], or the patch dimension.
    features: usize,
    constants: Constants,
    /// `W` transposed, rows padded to whole threads; none for the identity.
    root: Option<Memory>,
    pixels: Memory,
    chunk: usize,
    capacity: usize,
    kept: Vec<Chunk>,
}

impl Patches {
    pub(super) async fn new(work: &Work, geometry: PatchGeometry, plan: &GpuTiling) -> Result<Patches> {
        let shape = geometry.shape();
        let most = (work.device.limits.binding.min(16 << 20) / 4) as usize / shape.len();
        let pixels = work.allocate(shape.len() * most.clamp(1, plan.chunk.max(plan.batch)), "pixels").await?;
        let (chunk, capacity) = (plan.chunk, plan.chunks_kept);
        let (features, constants) = (geometry.patch_len(), Constants::new());
        Ok(Patches { geometry, features, constants, root: None, pixels, chunk, capacity, kept: Vec::new() })
    }

    /// Begins a round: what was transformed before is void.
    pub(super) async fn set(&mut self, work: &Work, root: Option<&Matrix>) -> Result<()> {
        let (g, d) = (self.geometry, self.geometry.patch_len());
        self.features = root.map_or(d, |root| rank_of_root(root).next_multiple_of(FEATURES).min(d));
        let vectors = if self.features < LONG { VECTORS } else { LONG_VECTORS };
        let padded = self.features.next_multiple_of(4 * vectors);
        self.root = match root {
            None => None,
            Some(root) => {
                let mut values = vec![0.0; d * padded];
                for (g, row) in values.chunks_exact_mut(padded).enumerate() {
                    for (f, value) in row.iter_mut().enumerate().take(self.features.min(g + 1)) {
                        *value = root[(f, g)];
                    }
                }
                Some(work.upload(&values, "patch transform").await?)
            }
        };
        self.constants = geometry_constants(g, self.features);
        let shape = g.shape();
        for (name, value) in [
            ("WIDTH", shape.width),
            ("PLANE", shape.width * shape.height),
            ("PIXELS", shape.len()),
            ("COLS", g.grid(0).1),
            ("PATCH", d),
            ("PADDED", padded),
            ("VECTORS", vectors),
            ("IDENTITY", self.root.is_none().into()),
        ] {
            self.constants.insert(name.into(), value);
        }
        self.kept.iter_mut().for_each(|chunk| chunk.count = 0);
        Ok(())
    }

    /// Values of a transformed patch in this round.
    pub(super) fn features(&self) -> usize {
        self.features
    }

    /// The chunks of `n` images: first image and count.
    pub(super) fn chunks(&self, n: usize) -> Vec<(usize, usize)> {
        (0..n).step_by(self.chunk).map(|first| (first, self.chunk.min(n - first))).collect()
    }

    /// Makes sure that the chunks starting at images `i` and `j` are there, and returns them.
    pub(super) async fn pair(
        &mut self,
        work: &mut Work,
        images: &Images,
        i: usize,
        j: usize,
    ) -> Result<(&Chunk, &Chunk)> {
        let here = self.ensure(work, images, i, j).await?;
        let there = self.ensure(work, images, j, i).await?;
        Ok((&self.kept[here], &self.kept[there]))
    }

    /// Position in `kept` of the chunk starting at `first`; the one starting at `other` is not thrown out for it.
    async fn ensure(
        &mut self,
        work: &mut Work,
        images: &Images,
        first: usize,
        other: usize,
    ) -> Result<usize> {
        if let Some(at) = self.kept.iter().position(|chunk| chunk.count > 0 && chunk.first == first) {
            return Ok(at);
        }
        let free = self.kept.iter().position(|chunk| chunk.count == 0);
        let at = match free {
            Some(at) => at,
            None if self.kept.len() < self.capacity => {
                let chunk = self.empty(work, self.chunk.min(images.count())).await?;
                self.kept.push(chunk);
                self.kept.len() - 1
            }
            None => self.kept.iter().position(|chunk| chunk.first != other).unwrap_or(0),
        };
        let count = self.chunk.min(images.count() - first);
        // Pending dispatches may still read what is overwritten; and until it is done, the chunk is nobody's.
        work.flush().await?;
        self.kept[at].count = 0;
        self.fill(work, images, first, count, &self.kept[at]).await?;
        (self.kept[at].first, self.kept[at].count) = (first, count);
        Ok(at)
    }

    /// Room for `count` images.
    pub(super) async fn empty(&self, work: &Work, count: usize) -> Result<Chunk> {
        let g = self.geometry;
        let patches = work.allocate(count * g.patch_len() * g.positions(0), "transformed patches").await?;
        let roots = work.allocate(count * g.position_layers(), "patch norms").await?;
        Ok(Chunk { patches, roots, first: 0, count: 0 })
    }

    /// Transforms images `first .. first + count` into `chunk`.
    pub(super) async fn fill(
        &self,
        work: &mut Work,
        images: &Images,
        first: usize,
        count: usize,
        chunk: &Chunk,
    ) -> Result<()> {
        let g = self.geometry;
        let len = g.shape().len();
        let (d, features, positions) = (g.patch_len(), self.features, g.positions(0));
        let at_once = (self.pixels.bytes() as usize / 4 / len).min(65_535);
        // W is a triangle whose lower rows a low rank leaves out.
        let inner = if self.root.is_some() { (d - features / 2) as f64 } else { 1.0 };
        let cost = (positions * features) as f64 * (inner + 2.0)
            + (g.position_layers() * g.patch() * g.patch()) as f64;
        let mut done = 0;
        while done < count {
            let now = work.share((count - done).min(at_once), cost);
            work.write(&self.pixels, 0, &images.as_slice()[(first + done) * len..(first + done + now) * len]);
            let mut buffers = vec![(1, &self.pixels), (2, &chunk.patches)];
            buffers.extend(self.root.as_ref().map(|root| (3, root)));
            work.dispatch(Call {
                stage: Shader::Transform,
                entry: "main",
                constants: &self.constants,
                params: &[0, done as u32],
                buffers: &buffers,
                groups: [positions.div_ceil(64), features.div_ceil(4 * self.constants["VECTORS"]), now],
                cost: now as f64 * cost,
            })?;
            self.norms(work, chunk, done, now)?;
            // The pixels are overwritten next.
            work.flush().await?;
            done += now;
        }
        Ok(())
    }

    fn norms(&self, work: &mut Work, chunk: &Chunk, first: usize, count: usize) -> Result<()> {
        let g = self.geometry;
        let mut constants = self.constants.clone();
        let mut step = |step: usize, params: [usize; 6]| {
            constants.insert("STEP".into(), step);
            let params = params.map(|v| v as u32);
            let mut buffers = vec![(1, &chunk.roots)];
            if step == 0 {
                buffers.push((2, &chunk.patches));
            }
            work.dispatch(Call {
                stage: Shader::Norms,
                entry: "main",
                constants: &constants,
                params: &params,
                buffers: &buffers,
                groups: [params[5].div_ceil(64) as usize, count, 1],
                cost: 0.0,
            })
        };
        step(0, [first, 0, 0, 0, 0, g.positions(0)])?;
        let mut base = 0;
        for layer in 1..g.depth() {
            let below = base + g.positions(layer - 1);
            step(1, [first, base, g.grid(layer - 1).1, below, g.grid(layer).1, g.positions(layer)])?;
            base = below;
        }
        step(2, [first, 0, 0, 0, 0, g.position_layers()])
    }
}
