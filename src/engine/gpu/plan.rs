//! What a run will need on a device, before anything is allocated: tile sizes, bytes, dispatches, seconds.

use super::shader::Constants;
use crate::engine::cost::ProblemSize;
use crate::error::{Error, Result};
use crate::images::PatchGeometry;
use crate::linalg::memory;
use crate::math::Stage;

/// Rows and columns of a block of the Cholesky factorisation; sizes of K are padded to its multiples.
pub(super) const BLOCK: usize = 64;
/// FeatureMatrix of a patch whose products are summed apart, in straight code.
const UNROLL: usize = 8;
/// Patches of so many features are multiplied by inner.wgsl, and transformed more features at a time: with shorter ones
/// the maps take longer than the products do.
pub(super) const LONG: usize = 64;
/// Vectors of four features that a thread of transform.wgsl computes of long patches, and of others.
pub(super) const LONG_VECTORS: usize = 8;
pub(super) const VECTORS: usize = 2;
/// Device memory planned for when the caller sets none.
const MEMORY: u64 = 2 << 30;
/// Multiply-adds of the kernel a second before anything was measured: an integrated laptop GPU's order.
const TYPICAL_RATE: f64 = 1.5e11;

/// The limits of a device that a plan depends on.
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
    /// What every WebGPU device has.
    pub const MINIMUM: Limits =
        Limits { binding: 128 << 20, workgroup: 16 << 10, threads: 256, memory: MEMORY };

    /// Threads of a workgroup of which each takes `bytes` of its memory.
    fn most(&self, bytes: usize) -> usize {
        self.threads.min(self.workgroup / bytes)
    }

    pub(super) fn of(limits: &wgpu::Limits, binding: Option<u64>, memory: Option<u64>) -> Limits {
        let largest = limits.max_storage_buffer_binding_size;
        // Indices are 32-bit and sizes a multiple of 4.
        let own = largest.min(limits.max_buffer_size).min(1 << 32) & !3;
        Limits {
            binding: binding.map_or(own, |b| b.min(own)),
            workgroup: limits.max_compute_workgroup_storage_size as usize,
            threads: (limits.max_compute_invocations_per_workgroup as usize).min(256),
            memory: memory.unwrap_or(MEMORY),
        }
    }
}

/// Image pairs of a thread and of a workgroup, rows x columns of K.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks {
    /// Image pairs of one thread.
    pub block: (usize, usize),
    /// Such blocks of one workgroup.
    pub groups: (usize, usize),
}

/// `count` as rows x columns, as square as it goes without more than `count`.
pub(super) fn squarest(count: usize) -> (usize, usize) {
    let across = (1..=count).rev().find(|a| a * a <= count).unwrap_or(1);
    (count / across, across)
}

/// Workgroup memory of a thread of the kernel shader: two slots of (S, T) per layer boundary and pair.
fn forward_bytes(g: PatchGeometry, pairs: usize) -> usize {
    (16 * (g.depth() - 1)).max(8) * pairs
}

/// Pair blocks and column tiles of the kernel and gradient shaders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tiles {
    /// Threads along a row of the maps: the whole row when it fits.
    pub columns: usize,
    /// Columns that neighbouring column tiles share: `(L - 1)(q - 1)`.
    pub halo: usize,
    /// Image pairs of one thread, rows x columns of K.
    pub block: (usize, usize),
    /// Pair blocks of one workgroup.
    pub groups: (usize, usize),
    /// Pairs of one workgroup of the gradient shader.
    pub gradient_groups: usize,
}

impl Tiles {
    /// Images along the rows and columns of K that one workgroup covers.
    pub fn images(&self) -> (usize, usize) {
        (self.block.0 * self.groups.0, self.block.1 * self.groups.1)
    }

    fn new(g: PatchGeometry, limits: &Limits, wanted: Option<Blocks>) -> Result<Tiles> {
        let width = g.grid(0).1;
        let halo = (g.depth() - 1) * (g.patch() - 1);
        let between = g.depth() - 1;
        let forward = |pairs: usize| forward_bytes(g, pairs);
        // Bytes a thread: two slots of the gradient's three values, padded to four.
        let backward = 2 * g.depth() * 16;
        let most = |bytes: usize| limits.most(bytes);
        let columns = width.min(most(forward(1))).min(most(backward));
        if columns < width && columns <= 2 * halo {
            return Err(Error::invalid(
                "depth",
                g.depth(),
                format!("a depth that loses less than {} columns on this graphics device", columns / 2),
            ));
        }
        // Deeper kernels keep more of a pair in registers, so fewer pairs a thread.
        let held = 2 * (g.patch() - 1) * between;
        let usual = match held {
            0..=12 => (2, 2),
            13..=24 => (2, 1),
            _ => (1, 1),
        };
        let smaller = [usual, (2, 2), (2, 1), (1, 1)];
        let fits = |b: &(usize, usize)| {
            b.0 * b.1 <= usual.0 * usual.1 && most(forward(b.0 * b.1)) >= columns.max(64)
        };
        let block = smaller.into_iter().find(fits).unwrap_or((1, 1));
        let groups = squarest((most(forward(block.0 * block.1)) / columns).max(1));
        let Blocks { block, groups } = wanted.unwrap_or(Blocks { block, groups });
        let (pairs, count) = (block.0 * block.1, groups.0 * groups.1);
        if pairs * count == 0 || count * columns > most(forward(pairs)) {
            let found = format!("{block:?} pairs in {groups:?} groups");
            return Err(Error::invalid("blocks", found, "what fits the graphics device's workgroups"));
        }
        Ok(Tiles { columns, halo, block, groups, gradient_groups: most(backward) / columns })
    }

    /// Column tiles that a row takes.
    fn column_tiles(&self, width: usize) -> usize {
        if self.columns >= width { 1 } else { (width - self.halo).div_ceil(self.columns - self.halo) }
    }
}

/// What the shaders that work on pairs compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Entries of K.
    Kernel,
    /// The inputs of every layer.
    Tape,
    /// The maps of the gradient, from those.
    Gradient,
}

/// Tile sizes, memory and work of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct GpuTiling {
    /// Bytes on the device when most is allocated.
    pub bytes: u64,
    /// Dispatches of a round.
    pub dispatches: u64,
    /// Seconds of a round, at the rate given.
    pub seconds: f64,
    /// Pair blocks of the shaders.
    pub tiles: Tiles,
    /// Matrix size padded to whole blocks.
    pub padded: usize,
    /// Rows of K in one buffer.
    pub slab: usize,
    /// Training images whose transformed patches lie in one buffer, and such buffers kept at a time.
    pub chunk: usize,
    /// See `chunk`.
    pub chunks_kept: usize,
    /// Held-out images predicted at a time.
    pub batch: usize,
    /// Image pairs whose layer inputs are kept at a time for the reverse pass.
    pub tape: usize,
    /// Image pairs whose inner products are kept at a time where patches are long; else 0.
    pub inner: usize,
    /// AgopSamples whose output gradients are gathered at a time.
    pub sample_block: usize,
    /// Parts into which the sum of outer products is split.
    pub slices: usize,
}

/// Plans a run. `rate` is the device's measured speed in multiply-adds of the kernel a second.
///
/// # Errors
/// [`Error::TooLarge`] with the largest training set that fits; [`Error::Invalid`] when a workgroup cannot hold a row.
///
/// ```
/// use convrfm::engine::ProblemSize;
/// use convrfm::engine::gpu::{Limits, plan};
/// use convrfm::{PatchGeometry, Shape};
/// let geometry = PatchGeometry::new(Shape { channels: 1, height: 28, width: 28 }, 3, 3)?;
/// let (train, held_out) = (10_000, 10_000);
/// let problem = ProblemSize { geometry, train, classes: 10, agop_samples: 20, held_out, ridges: 1, ridge_images: 0 };
/// let plan = plan(problem, &Limits::MINIMUM, None)?;
/// assert!(plan.bytes <= 2 << 30);
/// # Ok::<(), convrfm::Error>(())
/// ```
pub fn plan(problem: ProblemSize, limits: &Limits, rate: Option<f64>) -> Result<GpuTiling> {
    plan_with(problem, limits, rate, None)
}

/// The plan with other blocks than the usual ones.
pub(super) fn plan_with(
    problem: ProblemSize,
    limits: &Limits,
    rate: Option<f64>,
    blocks: Option<Blocks>,
) -> Result<GpuTiling> {
    let tiles = Tiles::new(problem.geometry, limits, blocks)?;
    let fitting = |train: usize| sized(ProblemSize { train, ..problem }, limits, tiles, rate);
    let planned = fitting(problem.train);
    let needed = match planned {
        Ok(plan) if plan.bytes <= limits.memory => return Ok(plan),
        Ok(plan) => plan.bytes,
        Err(needed) => needed,
    };
    let fits = |train| fitting(train).is_ok_and(|plan| plan.bytes <= limits.memory);
    let largest = memory::largest_that_fits(problem.train, fits);
    Err(Error::TooLarge { what: "the graphics device", needed, available: limits.memory, largest })
}

/// The plan, whether or not it fits the memory; the bytes needed where a single row or image exceeds a binding.
fn sized(problem: ProblemSize, limits: &Limits, tiles: Tiles, rate: Option<f64>) -> Result<GpuTiling, u64> {
    let g = problem.geometry;
    let (n, k, d) = (problem.train.max(1), problem.classes.max(1), g.patch_len());
    let (positions, total) = (g.positions(0), g.position_layers());
    let padded = n.div_ceil(BLOCK) * BLOCK;
    let binding = limits.binding;
    let row = 4 * padded as u64;
    let patches = 4 * (d * positions) as u64;
    let gradient = patches * k as u64;
    let tape = 8 * total as u64;
    let (tile_i, tile_j) = tiles.images();
    let tile = if d < LONG { 0 } else { 4 * (tile_i * tile_j * positions) as u64 };
    let root = 4 * (d * d.next_multiple_of(4 * LONG_VECTORS)) as u64;
    let largest = [row * BLOCK as u64, patches, 4 * total as u64, gradient, tape, root, tile];
    if let Some(&over) = largest.iter().find(|&&bytes| bytes > binding) {
        return Err(over.max(limits.memory + 1));
    }
    let blocks = (binding / (row * BLOCK as u64)) as usize;
    let slab = (blocks * BLOCK).min(padded);
    // K; the panel and the inverses; its diagonal; two sides of a solve, its residual, alpha.
    let algebra = row * padded as u64 + 2 * row * BLOCK as u64 + row + 4 * row * k as u64;
    let image = patches.max(4 * total as u64);
    let image_bytes = patches + 4 * total as u64;
    let pixels = 4 * g.shape().len() as u64;
    let most = (binding / image) as usize;
    // First all transformed patches at once; then, two buffers of them at a time, ever smaller.
    let mut choice = None;
    for (chunk, scratch) in
        [(usize::MAX, 128 << 20), (usize::MAX, 32 << 20), (512, 32 << 20), (128, 8 << 20), (32, 8 << 20)]
    {
        let all = chunk == usize::MAX;
        let chunk = chunk.min(most).min(n).max(1);
        let chunks_kept = if all { n.div_ceil(chunk) } else { n.div_ceil(chunk).min(2) };
        let scratch = u64::min(scratch, binding);
        let batch = (scratch / 2 / row.max(image)).clamp(1, problem.held_out.max(1) as u64) as usize;
        let pairs = (scratch / tape).clamp(1, n as u64 * problem.agop_samples.max(1) as u64) as usize;
        let inner =
            if d < LONG { 0 } else { u64::max(scratch.min(4 * (n as u64).pow(2) * positions as u64), tile) };
        let sample_block =
            (scratch / 2 / gradient).clamp(1, problem.agop_samples.clamp(1, 32) as u64) as usize;
        let slices = (scratch / 4 / (4 * (d * d) as u64)).clamp(1, 64) as usize;
        let kept = image_bytes * (chunk * chunks_kept + 2 * batch) as u64;
        let reverse = tape * pairs as u64 + gradient * sample_block as u64 + 4 * (slices * d * d) as u64;
        // A round's transform is uploaded before the one before it goes.
        let upload = u64::min(binding.min(16 << 20), pixels * chunk.max(batch) as u64).max(pixels) + 2 * root;
        let held_out = (row + 4 * k as u64) * batch as u64;
        let bytes = algebra + kept + upload + inner + held_out.max(reverse);
        let inner = (inner / (4 * positions) as u64) as usize;
        choice = Some((bytes, chunk, chunks_kept, batch, pairs, inner, sample_block, slices));
        if bytes <= limits.memory {
            break;
        }
    }
    let Some((bytes, chunk, chunks_kept, batch, tape, inner, sample_block, slices)) = choice else {
        return Err(row);
    };
    let samples = problem.agop_samples;
    let steps = (padded / BLOCK) as u64;
    let slabs = padded.div_ceil(slab) as u64;
    let chunks = n.div_ceil(chunk) as u64;
    let (forward, taped) = if d < LONG { (1, tape) } else { (2, tape.min(inner)) };
    let work: f64 = Stage::ROUND.iter().map(|stage| problem.work(*stage)).sum();
    let seconds = work / rate.unwrap_or(TYPICAL_RATE);
    let submissions = (seconds / 0.05).ceil() as u64;
    let dispatches = steps * (10 + 4 * slabs)
        + forward * chunks * chunks
        + problem.held_out.div_ceil(batch) as u64 * (2 + forward * chunks)
        + (2 + forward) * (n * samples).div_ceil(taped) as u64
        + submissions;
    Ok(GpuTiling {
        bytes,
        dispatches,
        seconds,
        tiles,
        padded,
        slab,
        chunk,
        chunks_kept,
        batch,
        tape,
        inner,
        sample_block,
        slices,
    })
}

/// Constants that all stages share, of a geometry and of transformed patches of `features` values.
pub(super) fn geometry_constants(g: PatchGeometry, features: usize) -> Constants {
    let mut constants = Constants::new();
    let mut set = |name: &str, value: usize| constants.insert(name.to_string(), value);
    set("Q", g.patch());
    set("C", g.shape().channels);
    set("D", features);
    set("UNROLL", UNROLL);
    set("TAIL", features % UNROLL);
    set("LAYERS", g.depth());
    set("POSITIONS", g.positions(0));
    set("TOTAL", g.position_layers());
    set("P_LAST", g.positions(g.depth() - 1));
    let mut base = 0;
    for l in 0..g.depth() {
        let (h, w) = g.grid(l);
        set(&format!("H_{l}"), h);
        set(&format!("W_{l}"), w);
        set(&format!("P_{l}"), h * w);
        set(&format!("BASE_{l}"), base);
        set(&format!("DELAY_{l}"), l * g.patch());
        base += h * w;
    }
    constants
}

impl Tiles {
    /// Constants of the shaders that work on pairs, all but inner.wgsl's.
    pub(super) fn constants(&self, g: PatchGeometry, features: usize, pass: Pass) -> Constants {
        let mut constants = geometry_constants(g, features);
        let mut set = |name: &str, value: usize| constants.insert(name.to_string(), value);
        let groups = match pass {
            Pass::Gradient => self.gradient_groups,
            Pass::Kernel | Pass::Tape => self.groups.0 * self.groups.1,
        };
        let threads = groups * self.columns;
        let pairs = self.block.0 * self.block.1;
        set("COLUMNS", self.columns);
        set("HALO", self.halo);
        let step = self.columns - self.halo;
        set("LEFT_END", (self.column_tiles(g.grid(0).1) - 1) * step + 1);
        set("STEPS", g.grid(0).0 + g.depth() - 1);
        set("THREADS", threads);
        set("GROUPS", groups);
        set("GJ", self.groups.1);
        set("BI", self.block.0);
        set("BJ", self.block.1);
        set("TILE_I", self.images().0);
        set("TILE_J", self.images().1);
        set("PAIRS", pairs);
        set("ROWS", (2 * (g.depth() - 1)).max(1) * pairs * threads);
        set("TAPE", (pass == Pass::Tape).into());
        set("INNER", (features >= LONG).into());
        // Nothing but inner products asks how many features there are: one shader serves rounds of all lengths.
        if features >= LONG || pass == Pass::Gradient {
            constants.retain(|name, _| !["D", "TAIL"].contains(&name.as_str()));
        }
        constants
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::Shape;

    fn problem(side: usize, channels: usize, patch: usize, depth: usize, train: usize) -> ProblemSize {
        let geometry =
            PatchGeometry::new(Shape { channels, height: side, width: side }, patch, depth).unwrap();
        ProblemSize {
            geometry,
            train,
            classes: 10,
            agop_samples: 20,
            held_out: 1000,
            ridges: 1,
            ridge_images: 0,
        }
    }

    #[test]
    fn ten_thousand_mnist_images_fit_two_gigabytes_of_a_minimal_device() {
        let plan = plan(problem(28, 1, 3, 3, 10_000), &Limits::MINIMUM, None).unwrap();
        assert!(plan.bytes <= 2 << 30, "{plan:?}");
        assert!(plan.slab * plan.padded * 4 <= 128 << 20 && plan.slab < plan.padded);
        assert!(plan.slab.is_multiple_of(BLOCK));
    }

    #[test]
    fn what_does_not_fit_names_the_largest_that_does() {
        let limits = Limits { memory: 300 << 20, ..Limits::MINIMUM };
        let refused = plan(problem(28, 1, 3, 3, 20_000), &limits, None).unwrap_err();
        let Error::TooLarge { needed, available, largest, .. } = refused else { panic!("{refused}") };
        assert!(needed > available && largest > 1000, "{largest}");
        assert!(plan(problem(28, 1, 3, 3, largest), &limits, None).is_ok());
        assert!(plan(problem(28, 1, 3, 3, largest + 1), &limits, None).is_err());
    }

    #[test]
    fn tiles_stay_within_the_smallest_limits() {
        for (side, patch, depth) in
            [(42, 3, 3), (28, 1, 2), (32, 11, 1), (32, 5, 5), (5, 5, 1), (300, 3, 3), (3, 2, 2)]
        {
            let g = problem(side, 1, patch, depth, 10).geometry;
            let tiles = Tiles::new(g, &Limits::MINIMUM, None).unwrap();
            let groups = tiles.groups.0 * tiles.groups.1;
            assert!(groups * tiles.columns <= 256 && tiles.gradient_groups * tiles.columns <= 256);
            let constants = tiles.constants(g, g.patch_len(), Pass::Kernel);
            assert!(constants["ROWS"] * 8 <= 16 << 10, "{side} {patch} {depth}: {constants:?}");
            assert!(2 * depth * 16 * tiles.gradient_groups * tiles.columns <= 16 << 10);
        }
    }

    #[test]
    fn patches_that_do_not_fit_are_transformed_tile_by_tile() {
        let plan = plan(problem(32, 64, 3, 1, 4000), &Limits::MINIMUM, None).unwrap();
        assert!(plan.chunks_kept * plan.chunk < 4000 && plan.bytes <= 2 << 30, "{plan:?}");
    }

    #[test]
    fn only_long_patches_have_their_inner_products_kept_in_one_binding() {
        for (channels, n, memory) in
            [(1, 1000, 2 << 30), (16, 3, 2 << 30), (16, 4000, 2 << 30), (16, 900, 60 << 20)]
        {
            let problem = problem(16, channels, 3, 2, n);
            let plan = plan(problem, &Limits { memory, ..Limits::MINIMUM }, None).unwrap();
            assert_eq!(plan.inner > 0, problem.geometry.patch_len() >= LONG, "{plan:?}");
            let bytes = (4 * plan.inner * problem.geometry.positions(0)) as u64;
            let (rows, columns) = plan.tiles.images();
            assert!(bytes <= 128 << 20 && bytes < plan.bytes && plan.bytes <= memory, "{plan:?}");
            assert!(plan.inner == 0 || plan.inner >= rows * columns, "{plan:?}");
        }
    }

    #[test]
    fn rounds_of_long_patches_share_the_shaders_of_the_maps() {
        let g = problem(16, 16, 3, 2, 10).geometry;
        let tiles = Tiles::new(g, &Limits::MINIMUM, None).unwrap();
        for pass in [Pass::Kernel, Pass::Tape, Pass::Gradient] {
            assert_eq!(tiles.constants(g, 144, pass), tiles.constants(g, 72, pass));
        }
        assert_ne!(tiles.constants(g, 144, Pass::Kernel), tiles.constants(g, 32, Pass::Kernel));
    }
}
