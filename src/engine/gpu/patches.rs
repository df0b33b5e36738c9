//! Transformed patches of images and the roots of their norms, in chunks of as many images as the tiling allows.

use super::queue::{Buffer, CommandQueue, Dispatch};
use super::shader::{Constants, Shader, named};
use super::tiling::{GpuTiling, LONG, LONG_VECTORS, VECTORS, geometry_constants};
use crate::error::Result;
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use crate::math::feature_matrix::rank_of_root;

/// Transformed patches have a multiple of this many features. Shaders are compiled for a number of features, and the ranks of the
/// rounds of a level differ by a few.
const FEATURE_STEP: usize = 8;

/// Transformed patches of consecutive images.
pub struct Chunk {
    /// `z` as (image, feature, position).
    pub patches: Buffer,
    /// `sqrt N` as (image, layer, position).
    pub roots: Buffer,
    /// Index of the first image in its set.
    pub first: usize,
    /// Images that are complete; 0 when the chunk is free.
    pub count: usize,
}

/// Transforms images by the transform of the current round, and stores chunks of the training images.
pub struct Patches {
    geometry: PatchGeometry,
    /// Values of a transformed patch: the rank of `W` as a multiple of [`FEATURE_STEP`], or the patch dimension.
    features: usize,
    constants: Constants,
    /// `W` transposed, rows padded to whole threads; none for the identity.
    root: Option<Buffer>,
    pixels: Buffer,
    /// Images of a chunk.
    chunk: usize,
    /// Chunks that may be stored.
    capacity: usize,
    chunks: Vec<Chunk>,
}

impl Patches {
    pub async fn new(queue: &CommandQueue, geometry: PatchGeometry, tiling: &GpuTiling) -> Result<Patches> {
        let len = geometry.shape().len();
        let images = (queue.device.limits.binding.min(16 << 20) / 4) as usize / len;
        let images = images.clamp(1, tiling.chunk.max(tiling.batch));
        Ok(Patches {
            geometry,
            features: geometry.patch_len(),
            constants: Constants::new(),
            root: None,
            pixels: queue.allocate(images * len, "pixels").await?,
            chunk: tiling.chunk,
            capacity: tiling.chunks,
            chunks: Vec::new(),
        })
    }

    /// Starts a round with the transform `root`. The chunks of the round before become free.
    pub async fn start_round(&mut self, queue: &CommandQueue, root: Option<&Matrix>) -> Result<()> {
        self.chunks.iter_mut().for_each(|chunk| chunk.count = 0);
        let (geometry, d) = (self.geometry, self.geometry.patch_len());
        self.features = root.map_or(d, |root| rank_of_root(root).next_multiple_of(FEATURE_STEP).min(d));
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
                Some(queue.upload(&values, "patch transform").await?)
            }
        };
        let shape = geometry.shape();
        self.constants = geometry_constants(geometry, self.features);
        self.constants.extend(named([
            ("WIDTH", shape.width),
            ("PLANE", shape.width * shape.height),
            ("PIXELS", shape.len()),
            ("COLS", geometry.grid(0).1),
            ("PATCH", d),
            ("PADDED", padded),
            ("VECTORS", vectors),
            ("IDENTITY", self.root.is_none().into()),
        ]));
        Ok(())
    }

    /// Values of a transformed patch in this round.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The chunks of `n` images: first image and count.
    pub fn ranges(&self, n: usize) -> Vec<(usize, usize)> {
        (0..n).step_by(self.chunk).map(|first| (first, self.chunk.min(n - first))).collect()
    }

    /// The chunks that start at images `i` and `j`. Transforms the images of those that are not stored.
    pub async fn pair(
        &mut self,
        queue: &mut CommandQueue,
        images: &Images,
        i: usize,
        j: usize,
    ) -> Result<(&Chunk, &Chunk)> {
        let i_index = self.stored(queue, images, i, j).await?;
        let j_index = self.stored(queue, images, j, i).await?;
        Ok((&self.chunks[i_index], &self.chunks[j_index]))
    }

    /// Index of the chunk that starts at image `first`. It may replace any other chunk than the one that starts at `other`.
    async fn stored(
        &mut self,
        queue: &mut CommandQueue,
        images: &Images,
        first: usize,
        other: usize,
    ) -> Result<usize> {
        let position = |wanted: &dyn Fn(&Chunk) -> bool| self.chunks.iter().position(wanted);
        if let Some(index) = position(&|chunk| chunk.count > 0 && chunk.first == first) {
            return Ok(index);
        }
        let index = match position(&|chunk| chunk.count == 0) {
            Some(index) => index,
            None if self.chunks.len() < self.capacity => {
                let chunk = self.allocate(queue, self.chunk.min(images.count())).await?;
                self.chunks.push(chunk);
                self.chunks.len() - 1
            }
            None => position(&|chunk| chunk.first != other).unwrap_or(0),
        };
        // Pending dispatches may still read what is overwritten.
        queue.submit().await?;
        // Until the images are transformed, which may be cancelled, the chunk is free.
        self.chunks[index].count = 0;
        let count = self.chunk.min(images.count() - first);
        self.transform(queue, images, first, count, &self.chunks[index]).await?;
        (self.chunks[index].first, self.chunks[index].count) = (first, count);
        Ok(index)
    }

    /// A free chunk for `count` images.
    pub async fn allocate(&self, queue: &CommandQueue, count: usize) -> Result<Chunk> {
        let g = self.geometry;
        let patches = queue.allocate(count * g.patch_len() * g.positions(0), "transformed patches").await?;
        let roots = queue.allocate(count * g.position_layers(), "patch norms").await?;
        Ok(Chunk { patches, roots, first: 0, count: 0 })
    }

    /// Transforms images `first .. first + count` into `chunk`.
    pub async fn transform(
        &self,
        queue: &mut CommandQueue,
        images: &Images,
        first: usize,
        count: usize,
        chunk: &Chunk,
    ) -> Result<()> {
        let g = self.geometry;
        let len = g.shape().len();
        let (d, features, positions) = (g.patch_len(), self.features, g.positions(0));
        let at_once = (self.pixels.bytes() as usize / 4 / len).min(65_535);
        // W is a triangle; a low rank leaves out its last rows.
        let inner = if self.root.is_some() { (d - features / 2) as f64 } else { 1.0 };
        let cost = (positions * features) as f64 * (inner + 2.0)
            + (g.position_layers() * g.patch() * g.patch()) as f64;
        let mut done = 0;
        while done < count {
            let now = queue.fitting((count - done).min(at_once), cost);
            queue.write(&self.pixels, &images.as_slice()[(first + done) * len..(first + done + now) * len]);
            let mut buffers = vec![(1, &self.pixels), (2, &chunk.patches)];
            buffers.extend(self.root.as_ref().map(|root| (3, root)));
            queue.dispatch(Dispatch {
                shader: Shader::Transform,
                entry: "main",
                constants: &self.constants,
                params: &[0, done as u32],
                buffers: &buffers,
                workgroups: [positions.div_ceil(64), features.div_ceil(4 * self.constants["VECTORS"]), now],
                cost: now as f64 * cost,
            })?;
            self.norms(queue, chunk, done, now)?;
            // The pixels are overwritten next.
            queue.submit().await?;
            done += now;
        }
        Ok(())
    }

    /// The roots of the norms of `count` images from image `first` of the chunk on.
    fn norms(&self, queue: &mut CommandQueue, chunk: &Chunk, first: usize, count: usize) -> Result<()> {
        let g = self.geometry;
        let mut constants = self.constants.clone();
        let mut step = |step: usize, params: [usize; 6]| {
            constants.insert("STEP".into(), step);
            let mut buffers = vec![(1, &chunk.roots)];
            if step == 0 {
                buffers.push((2, &chunk.patches));
            }
            queue.dispatch(Dispatch {
                shader: Shader::Norms,
                entry: "main",
                constants: &constants,
                params: &params.map(|v| v as u32),
                buffers: &buffers,
                workgroups: [params[5].div_ceil(64), count, 1],
                cost: 0.0,
            })
        };
        step(0, [first, 0, 0, 0, 0, g.positions(0)])?;
        let mut base = 0;
        for layer in 1..g.depth() {
            let next = base + g.positions(layer - 1);
            step(1, [first, base, g.grid(layer - 1).1, next, g.grid(layer).1, g.positions(layer)])?;
            base = next;
        }
        step(2, [first, 0, 0, 0, 0, g.position_layers()])
    }
}
