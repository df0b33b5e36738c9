//! How the engine divides a run on a device: tile sizes, chunks of images, and the bytes that they take. Allocates nothing.

use super::shader::{Constants, named};
use crate::engine::cost::ProblemSize;
use crate::error::{Error, Result};
use crate::images::PatchGeometry;
use crate::linalg::memory;
use crate::math::ntk::{SHORT_PATCH, is_short};

/// Rows and columns of a block of the Cholesky factorisation; sizes of K are padded to its multiples.
pub const BLOCK: usize = 64;
/// Features of a patch whose products are summed apart, without a loop.
const UNROLL: usize = 8;
/// Patches of at least this many features are multiplied by inner.wgsl, and transformed more features at a time. For shorter ones
/// the maps take longer than the products.
pub const LONG: usize = 64;
// The shader that compares short patches reads them, which the one for long patches does not.
const _: () = assert!(SHORT_PATCH < LONG);
/// Vectors of four features that a thread of transform.wgsl computes, of long patches and of others.
pub const LONG_VECTORS: usize = 8;
pub const VECTORS: usize = 2;
/// Device memory to stay within when the caller sets none.
const MEMORY: u64 = 2 << 30;

/// The limits of a device that a tiling depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest storage binding, and so largest buffer, in bytes.
    pub binding: u64,
    /// Workgroup memory, in bytes.
    pub workgroup: usize,
    /// Threads in a workgroup.
    pub threads: usize,
    /// Device memory to stay within, in bytes.
    pub memory: u64,
}

impl Limits {
    /// The limits of every WebGPU device.
    pub const MINIMUM: Limits =
        Limits { binding: 128 << 20, workgroup: 16 << 10, threads: 256, memory: MEMORY };

    /// The limits of a device, with a smaller binding and another amount of memory if given.
    pub fn new(limits: &wgpu::Limits, binding: Option<u64>, memory: Option<u64>) -> Limits {
        // Indices are 32-bit and sizes a multiple of 4.
        let largest = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size).min(1 << 32) & !3;
        Limits {
            binding: binding.map_or(largest, |b| b.min(largest)),
            workgroup: limits.max_compute_workgroup_storage_size as usize,
            threads: (limits.max_compute_invocations_per_workgroup as usize).min(256),
            memory: memory.unwrap_or(MEMORY),
        }
    }
}

/// `count` as rows x columns, as square as possible without exceeding `count`.
pub fn squarest(count: usize) -> (usize, usize) {
    let columns = (1..=count).rev().find(|a| a * a <= count).unwrap_or(1);
    (count / columns, columns)
}

/// Threads and image pairs of a workgroup of the kernel and gradient shaders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tiles {
    /// Threads along a row of the maps: the whole row when it fits.
    pub columns: usize,
    /// Columns that neighbouring column tiles share: `(L - 1)(q - 1)`.
    pub halo: usize,
    /// Image pairs of one thread, rows x columns of K.
    pub block: (usize, usize),
    /// Such blocks in one workgroup.
    pub groups: (usize, usize),
    /// Pairs of one workgroup of the gradient shader.
    pub gradient_groups: usize,
}

impl Tiles {
    /// Images along the rows and columns of K that one workgroup covers.
    pub fn images(&self) -> (usize, usize) {
        (self.block.0 * self.groups.0, self.block.1 * self.groups.1)
    }

    fn new(g: PatchGeometry, limits: &Limits) -> Result<Tiles> {
        let width = g.grid(0).1;
        let lost = g.patch() - 1;
        let boundaries = g.depth() - 1;
        let halo = boundaries * lost;
        // Threads that fit into a workgroup: the kernel shader has two slots of (S, T) for each layer boundary and pair, the
        // gradient shader two slots of three values, padded to four, for each layer.
        let threads = |bytes: usize| limits.threads.min(limits.workgroup / bytes);
        let kernel_threads = |pairs: usize| threads(boundaries.saturating_mul(16 * pairs).max(8 * pairs));
        let gradient_threads = threads(g.depth().saturating_mul(2 * 16));
        let columns = width.min(kernel_threads(1)).min(gradient_threads);
        if columns < width && columns <= 2 * halo {
            let expected = format!(
                "fewer layers: {} layers of patch size {} need {} columns at a time, this graphics device has {columns}",
                g.depth(),
                g.patch(),
                2 * halo + 1
            );
            return Err(Error::invalid("depth", g.depth(), expected));
        }
        // Deeper kernels need more registers for each pair, so a thread has fewer pairs.
        let usual = match 2 * lost * boundaries {
            0..=12 => (2, 2),
            13..=24 => (2, 1),
            _ => (1, 1),
        };
        let fits = |b: &(usize, usize)| {
            b.0 * b.1 <= usual.0 * usual.1 && kernel_threads(b.0 * b.1) >= columns.max(64)
        };
        let block = [usual, (2, 2), (2, 1), (1, 1)].into_iter().find(fits).unwrap_or((1, 1));
        let groups = squarest((kernel_threads(block.0 * block.1) / columns).max(1));
        Ok(Tiles { columns, halo, block, groups, gradient_groups: gradient_threads / columns })
    }

    /// Column tiles of a row.
    fn column_tiles(&self, width: usize) -> usize {
        if self.columns >= width { 1 } else { (width - self.halo).div_ceil(self.columns - self.halo) }
    }

    /// Constants of kernel.wgsl and gradient.wgsl.
    pub fn constants(&self, g: PatchGeometry, features: usize, pass: Pass) -> Constants {
        let groups = match pass {
            Pass::Gradient => self.gradient_groups,
            Pass::Kernel | Pass::Tape => self.groups.0 * self.groups.1,
        };
        let threads = groups * self.columns;
        let pairs = self.block.0 * self.block.1;
        let step = self.columns - self.halo;
        let mut constants = geometry_constants(g, features);
        constants.extend(named([
            ("COLUMNS", self.columns),
            ("HALO", self.halo),
            ("LEFT_END", (self.column_tiles(g.grid(0).1) - 1) * step + 1),
            ("STEPS", g.grid(0).0 + g.depth() - 1),
            ("THREADS", threads),
            ("GROUPS", groups),
            ("GJ", self.groups.1),
            ("BI", self.block.0),
            ("BJ", self.block.1),
            ("TILE_I", self.images().0),
            ("TILE_J", self.images().1),
            ("PAIRS", pairs),
            ("ROWS", (2 * (g.depth() - 1)).max(1) * pairs * threads),
            ("TAPE", (pass == Pass::Tape).into()),
            ("INNER", (features >= LONG).into()),
            ("NEARBY", is_short(features).into()),
        ]));
        // The inner products depend on the number of features. Without them one shader serves all ranks of short patches, and one those
        // of others.
        if features >= LONG || pass == Pass::Gradient {
            constants.retain(|name, _| !["D", "TAIL"].contains(&name.as_str()));
        }
        constants
    }
}

/// What a shader computes for image pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Entries of K.
    Kernel,
    /// The inputs of every layer.
    Tape,
    /// The gradient maps, from the inputs.
    Gradient,
}

/// Tile sizes and memory of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct GpuTiling {
    /// Bytes on the device at the peak.
    pub bytes: u64,
    /// Tiles of the shaders that work on image pairs.
    pub tiles: Tiles,
    /// Rows of K, padded to whole blocks.
    pub padded: usize,
    /// Rows of K in one buffer.
    pub slab_rows: usize,
    /// Training images whose transformed patches are in one buffer, a chunk.
    pub chunk: usize,
    /// Chunks that are stored at a time.
    pub chunks: usize,
    /// Held-out images that are predicted at a time.
    pub batch: usize,
    /// Image pairs whose layer inputs are stored at a time for the reverse pass.
    pub tape_pairs: usize,
    /// Image pairs whose inner products are stored at a time where patches are long; else 0.
    pub inner_pairs: usize,
    /// Samples whose output gradients are stored at a time.
    pub sample_block: usize,
    /// Partial sums of the outer products.
    pub slices: usize,
}

impl GpuTiling {
    /// The tiling of a run that fits the device.
    ///
    /// # Errors
    /// [`Error::TooLarge`] with the largest training set that fits; [`Error::Invalid`] when a workgroup cannot hold a row.
    pub fn new(size: ProblemSize, limits: &Limits) -> Result<GpuTiling> {
        let tiles = Tiles::new(size.geometry, limits)?;
        let fit = |train: usize| fit(ProblemSize { train, ..size }, limits, tiles);
        fit(size.train).map_err(|needed| Error::TooLarge {
            what: "the graphics device",
            needed,
            available: limits.memory,
            largest: memory::largest_that_fits(size.train, |train| fit(train).is_ok()),
        })
    }
}

/// The tiling with the largest chunks and batches that fit, or the bytes that are needed.
fn fit(size: ProblemSize, limits: &Limits, tiles: Tiles) -> Result<GpuTiling, u64> {
    let (g, Limits { binding, memory, .. }) = (size.geometry, *limits);
    let [n, k, samples, held_out] =
        [size.train, size.classes, size.agop_samples, size.held_out].map(|count| count.max(1) as u64);
    let [d, positions, total, block] =
        [g.patch_len(), g.positions(0), g.position_layers(), BLOCK].map(|v| v as u64);
    let pixels = product([4, g.shape().len() as u64]);
    let padded = round_up(n, block);
    let row = product([4, padded]);
    let panel = product([row, block]);
    let coefficients = product([row, k]);
    let patches = product([4, d, positions]);
    let norms = product([4, total]);
    let gradient = product([patches, k]);
    let tape = product([8, total]);
    let root = product([4, d, round_up(d, 4 * LONG_VECTORS as u64)]);
    let long = d >= LONG as u64;
    let (tile_i, tile_j) = tiles.images();
    let tile = if long { product([4, tile_i as u64, tile_j as u64, positions]) } else { 0 };
    // A row of K, or the values of an image, that exceeds a binding cannot be divided.
    let largest =
        [panel, coefficients, patches, norms, gradient, tape, root, tile].into_iter().fold(0, u64::max);
    if largest > binding {
        return Err(largest.max(memory.saturating_add(1)));
    }
    let slab_rows = (binding / panel * block).min(padded);
    // K; the panel and the inverses; the diagonal; two sides of a solve, its residual, alpha.
    let algebra = sum([product([row, padded]), product([2, panel]), row, product([4, coefficients])]);
    let mut needed = 0;
    // First the transformed patches of all images at once; then two chunks of them at a time, ever smaller.
    for (chunk, scratch) in
        [(u64::MAX, 128 << 20), (u64::MAX, 32 << 20), (512, 32 << 20), (128, 8 << 20), (32, 8 << 20)]
    {
        let all = chunk == u64::MAX;
        let chunk = chunk.min(binding / patches.max(norms)).min(n).max(1);
        let chunks = if all { n.div_ceil(chunk) } else { n.div_ceil(chunk).min(2) };
        let scratch = u64::min(scratch, binding);
        let batch = (scratch / 2 / row.max(patches).max(norms)).clamp(1, held_out);
        let tape_pairs = (scratch / tape).clamp(1, product([n, samples]));
        let inner = if long { scratch.min(product([4, n, n, positions])).max(tile) } else { 0 };
        let sample_block = (scratch / 2 / gradient).clamp(1, samples.min(32));
        let slices = (scratch / 4 / product([4, d, d])).clamp(1, 64);
        let images = product([sum([patches, norms]), sum([product([chunk, chunks]), 2 * batch])]);
        let reverse =
            sum([product([tape, tape_pairs]), product([gradient, sample_block]), product([4, slices, d, d])]);
        // The transform of a round is uploaded before that of the round before is freed.
        let upload = product([pixels, chunk.max(batch)]).min(binding).min(16 << 20).max(pixels);
        let predictions = product([sum([row, product([4, k])]), batch]);
        needed = sum([algebra, images, upload, product([2, root]), inner, predictions.max(reverse)]);
        if needed <= memory {
            let inner_pairs = inner / product([4, positions]);
            let counts =
                [padded, slab_rows, chunk, chunks, batch, tape_pairs, inner_pairs, sample_block, slices];
            let [padded, slab_rows, chunk, chunks, batch, tape_pairs, inner_pairs, sample_block, slices] =
                counts.map(|count| count as usize);
            return Ok(GpuTiling {
                bytes: needed,
                tiles,
                padded,
                slab_rows,
                chunk,
                chunks,
                batch,
                tape_pairs,
                inner_pairs,
                sample_block,
                slices,
            });
        }
    }
    Err(needed)
}

/// `value` as a multiple of `step`; `u64::MAX` instead of an overflow.
fn round_up(value: u64, step: u64) -> u64 {
    product([value.div_ceil(step), step])
}

/// Saturates at `u64::MAX`.
fn product<const N: usize>(factors: [u64; N]) -> u64 {
    factors.into_iter().fold(1, u64::saturating_mul)
}

/// Saturates at `u64::MAX`.
fn sum<const N: usize>(terms: [u64; N]) -> u64 {
    terms.into_iter().fold(0, u64::saturating_add)
}

/// Constants that all shaders share, for transformed patches of `features` values.
pub fn geometry_constants(g: PatchGeometry, features: usize) -> Constants {
    let mut constants: Constants = named([
        ("Q", g.patch()),
        ("C", g.shape().channels),
        ("D", features),
        ("UNROLL", UNROLL),
        ("TAIL", features % UNROLL),
        ("LAYERS", g.depth()),
        ("POSITIONS", g.positions(0)),
        ("TOTAL", g.position_layers()),
        ("P_LAST", g.positions(g.depth() - 1)),
    ])
    .collect();
    let mut base = 0;
    for l in 0..g.depth() {
        let (h, w) = g.grid(l);
        let of_layer = [("H", h), ("W", w), ("P", h * w), ("BASE", base), ("DELAY", l * g.patch())];
        constants.extend(of_layer.map(|(name, value)| (format!("{name}_{l}"), value)));
        base += h * w;
    }
    constants
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::Shape;

    fn size(side: usize, channels: usize, patch: usize, depth: usize, train: usize) -> ProblemSize {
        let geometry =
            PatchGeometry::new(Shape { channels, height: side, width: side }, patch, depth).unwrap();
        ProblemSize {
            geometry,
            train,
            streamed: 0,
            classes: 10,
            agop_samples: 20,
            held_out: 1000,
            ridges: 1,
            ridge_images: 0,
        }
    }

    #[test]
    fn ten_thousand_mnist_images_fit_two_gigabytes_of_a_minimal_device() {
        let tiling = GpuTiling::new(size(28, 1, 3, 3, 10_000), &Limits::MINIMUM).unwrap();
        assert!(tiling.bytes <= 2 << 30, "{tiling:?}");
        let slab_bytes = tiling.slab_rows * tiling.padded * 4;
        assert!(slab_bytes <= 128 << 20 && tiling.slab_rows < tiling.padded);
        assert!(tiling.slab_rows.is_multiple_of(BLOCK));
    }

    #[test]
    fn a_run_that_does_not_fit_names_the_largest_that_does() {
        let limits = Limits { memory: 300 << 20, ..Limits::MINIMUM };
        let with = |train| GpuTiling::new(size(28, 1, 3, 3, train), &limits);
        let Error::TooLarge { needed, available, largest, .. } = with(20_000).unwrap_err() else { panic!() };
        assert!(needed > available && largest > 1000, "{largest}");
        assert!(with(largest).is_ok() && with(largest + 1).is_err());
    }

    #[test]
    fn no_size_overflows() {
        let (small, all) = (size(28, 1, 3, 3, 100), usize::MAX);
        let mut limits = Limits::MINIMUM;
        for memory in [limits.memory, u64::MAX] {
            limits.memory = memory;
            let large = [ProblemSize { train: all, ..small }, ProblemSize { classes: all, ..small }];
            for size in large {
                let error = GpuTiling::new(size, &limits).unwrap_err();
                assert!(matches!(error, Error::TooLarge { needed: u64::MAX, .. }), "{error}");
            }
            let large =
                ProblemSize { agop_samples: all, held_out: all, ridges: all, ridge_images: all, ..small };
            assert!(GpuTiling::new(large, &limits).unwrap().bytes <= 2 << 30);
        }
        assert!(GpuTiling::new(size(8, 1, 1, all, 100), &limits).is_err());
    }

    #[test]
    fn coefficients_that_exceed_a_binding_are_refused() {
        let many = |classes| ProblemSize { classes, ..size(6, 1, 3, 1, 20_000) };
        assert!(GpuTiling::new(many(1000), &Limits::MINIMUM).is_ok());
        let error = GpuTiling::new(many(2000), &Limits::MINIMUM).unwrap_err();
        assert!(matches!(error, Error::TooLarge { largest: 15_000..20_000, .. }), "{error}");
    }

    #[test]
    fn tiles_stay_within_the_smallest_limits() {
        for (side, patch, depth) in
            [(42, 3, 3), (28, 1, 2), (32, 11, 1), (32, 5, 5), (5, 5, 1), (300, 3, 3), (3, 2, 2)]
        {
            let g = size(side, 1, patch, depth, 10).geometry;
            let tiles = Tiles::new(g, &Limits::MINIMUM).unwrap();
            let groups = tiles.groups.0 * tiles.groups.1;
            assert!(groups * tiles.columns <= 256 && tiles.gradient_groups * tiles.columns <= 256);
            let constants = tiles.constants(g, g.patch_len(), Pass::Kernel);
            assert!(constants["ROWS"] * 8 <= 16 << 10, "{side} {patch} {depth}: {constants:?}");
            assert!(2 * depth * 16 * tiles.gradient_groups * tiles.columns <= 16 << 10);
        }
    }

    #[test]
    fn patches_that_do_not_fit_are_stored_two_chunks_at_a_time() {
        let tiling = GpuTiling::new(size(32, 64, 3, 1, 4000), &Limits::MINIMUM).unwrap();
        assert!(tiling.chunks * tiling.chunk < 4000 && tiling.bytes <= 2 << 30, "{tiling:?}");
    }

    #[test]
    fn only_long_patches_have_their_inner_products_stored_in_one_binding() {
        for (channels, n, memory) in
            [(1, 1000, 2 << 30), (16, 3, 2 << 30), (16, 4000, 2 << 30), (16, 900, 60 << 20)]
        {
            let size = size(16, channels, 3, 2, n);
            let tiling = GpuTiling::new(size, &Limits { memory, ..Limits::MINIMUM }).unwrap();
            assert_eq!(tiling.inner_pairs > 0, size.geometry.patch_len() >= LONG, "{tiling:?}");
            let bytes = (4 * tiling.inner_pairs * size.geometry.positions(0)) as u64;
            let (rows, columns) = tiling.tiles.images();
            assert!(bytes <= 128 << 20 && bytes < tiling.bytes && tiling.bytes <= memory, "{tiling:?}");
            assert!(tiling.inner_pairs == 0 || tiling.inner_pairs >= rows * columns, "{tiling:?}");
        }
    }

    #[test]
    fn rounds_of_long_patches_share_the_shaders_of_the_maps() {
        let g = size(16, 16, 3, 2, 10).geometry;
        let tiles = Tiles::new(g, &Limits::MINIMUM).unwrap();
        for pass in [Pass::Kernel, Pass::Tape, Pass::Gradient] {
            assert_eq!(tiles.constants(g, 144, pass), tiles.constants(g, 72, pass));
        }
        assert_ne!(tiles.constants(g, 144, Pass::Kernel), tiles.constants(g, 32, Pass::Kernel));
        let gradient = |features| tiles.constants(g, features, Pass::Gradient);
        assert_eq!(gradient(16), gradient(8));
        assert_ne!(gradient(16), gradient(24), "short patches have a smaller limit for the slope");
    }
}
