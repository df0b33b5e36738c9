//! Blocks of K, and gradient maps, for images of two chunks.

use super::patches::Chunk;
use super::plan::{GpuTiling, LONG, Pass, Tiles, geometry_constants, squarest};
use super::shader::{Constants, Shader};
use super::work::{Call, Memory, Work};
use crate::engine::cost::multiply_adds_of;
use crate::error::Result;
use crate::images::PatchGeometry;
use crate::math::StageProgress;
use std::ops::Range;

/// Pairs of a thread of inner.wgsl, rows x columns of K.
const INNER: (usize, usize) = (8, 4);
/// Threads of a workgroup of it, and those of them that stand side by side along the positions.
const INNER_THREADS: usize = 128;
const INNER_ACROSS: usize = 32;

/// The shaders that work on image pairs.
pub(super) struct Pairs {
    geometry: PatchGeometry,
    tiles: Tiles,
    shaders: Shaders,
    /// Where inner products of long patches are kept for the maps, as (pair, position); none for a geometry without.
    inner: Option<Memory>,
}

/// What these shaders are compiled for: one geometry and one length of transformed patches.
struct Shaders {
    kernel: Constants,
    tape: Constants,
    gradient: Constants,
    /// Of the inner products, if patches are long enough for a shader of their own.
    inner: Option<Constants>,
    /// Multiply-adds of a pair's inner products, where they have that shader, and of the rest.
    inner_cost: f64,
    cost: f64,
}

/// A rectangle of image pairs: rows are images of `i`, columns of `j`.
struct Block<'a> {
    i: &'a Chunk,
    j: &'a Chunk,
    rows: Range<usize>,
    columns: Range<usize>,
}

/// Where a block of K goes: entry (i, j) of the two chunks to value `first + i stride + j`, wrapping around.
pub(super) struct Target<'a> {
    pub(super) memory: &'a Memory,
    pub(super) first: usize,
    pub(super) stride: usize,
    /// Only pairs whose first image does not come after the second.
    pub(super) symmetric: bool,
}

impl Pairs {
    pub(super) async fn new(work: &Work, geometry: PatchGeometry, plan: &GpuTiling) -> Result<Pairs> {
        let inner = match plan.inner {
            0 => None,
            pairs => Some(work.allocate(pairs * geometry.positions(0), "inner products").await?),
        };
        let shaders = Shaders::new(geometry, plan.tiles, geometry.patch_len());
        Ok(Pairs { geometry, tiles: plan.tiles, shaders, inner })
    }

    /// Begins a round, whose transformed patches have `features` values.
    pub(super) fn set(&mut self, features: usize) {
        self.shaders = Shaders::new(self.geometry, self.tiles, features);
    }

    /// Multiply-adds of one pair in this round.
    pub(super) fn cost(&self) -> f64 {
        self.shaders.inner_cost + self.shaders.cost
    }

    /// The shader of this round's inner products and where they go, if patches are long.
    fn inner(&self) -> Option<(&Constants, &Memory)> {
        self.shaders.inner.as_ref().zip(self.inner.as_ref())
    }

    /// Pairs that a dispatch may have.
    pub(super) fn most(&self) -> usize {
        let pair = 4 * self.geometry.positions(0);
        self.inner().map_or(usize::MAX, |(_, memory)| memory.bytes() as usize / pair)
    }

    /// Inner products of the block's pairs, if patches are long, and then the maps of its entries: K or the inputs of
    /// every layer, into `to`.
    fn forward(
        &self,
        work: &mut Work,
        block: &Block<'_>,
        constants: &Constants,
        to: &Target<'_>,
    ) -> Result<()> {
        let Block { i, j, rows, columns } = block;
        let places = [rows.start, rows.end, columns.start, columns.end, i.first, j.first];
        let mut params: Vec<u32> = places.iter().map(|&v| v as u32).collect();
        params.push(to.symmetric.into());
        let pairs = (rows.len() * columns.len()) as f64;
        let mut buffers = vec![(1, &i.patches), (2, &j.patches)];
        if let Some((constants, inner)) = self.inner() {
            buffers.push((3, inner));
            let [across, down_j, down_i] = ["ACROSS", "TILE_J", "TILE_I"].map(|name| constants[name]);
            work.dispatch(Call {
                stage: Shader::Inner,
                entry: "main",
                constants,
                params: &params,
                buffers: &buffers,
                groups: [
                    self.geometry.positions(0).div_ceil(across),
                    columns.len().div_ceil(down_j),
                    rows.len().div_ceil(down_i),
                ],
                cost: pairs * self.shaders.inner_cost,
            })?;
            buffers = vec![(1, inner)];
        }
        params.extend([to.first as u32, to.stride as u32]);
        buffers.extend([(3, &i.roots), (4, &j.roots), (5, to.memory)]);
        let (tile_i, tile_j) = self.tiles.images();
        work.dispatch(Call {
            stage: Shader::Kernel,
            entry: "main",
            constants,
            params: &params,
            buffers: &buffers,
            groups: [columns.len().div_ceil(tile_j), rows.len().div_ceil(tile_i), 1],
            cost: pairs * self.shaders.cost,
        })
    }

    /// K of images `rows` of chunk `i` with all of chunk `j`.
    pub(super) async fn kernel(
        &self,
        work: &mut Work,
        (i, rows): (&Chunk, Range<usize>),
        j: &Chunk,
        to: Target<'_>,
        progress: &StageProgress<'_>,
    ) -> Result<()> {
        let (tile_i, tile_j) = self.tiles.images();
        let tile_cost = (tile_i * tile_j) as f64 * self.cost();
        let most = (self.most() / (tile_i * tile_j)).max(1);
        let mut row = rows.start;
        while row < rows.end {
            let mut column = if to.symmetric { (i.first + row).saturating_sub(j.first) } else { 0 };
            if column >= j.count {
                break;
            }
            let across = (j.count - column).div_ceil(tile_j);
            let down = work.share((rows.end - row).div_ceil(tile_i), across as f64 * tile_cost);
            let down = down.min(most / across).max(1);
            let end = (row + down * tile_i).min(rows.end);
            while column < j.count {
                // A row of tiles may be too long for one submission; several are not cut.
                let left = (j.count - column).div_ceil(tile_j);
                let width = if down == 1 { work.share(left, tile_cost).min(most) } else { left };
                let column_end = (column + width * tile_j).min(j.count);
                let block = Block { i, j, rows: row..end, columns: column..column_end };
                self.forward(work, &block, &self.shaders.kernel, &to)?;
                work.breathe(progress).await?;
                column = column_end;
            }
            row = end;
        }
        Ok(())
    }

    /// Gradient maps (A, B) of images `rows` of chunk `i` with images `samples` of chunk `j`, into the start of `tape`
    /// as (image, sample, position).
    pub(super) fn gradient(
        &self,
        work: &mut Work,
        (i, rows): (&Chunk, Range<usize>),
        (j, samples): (&Chunk, Range<usize>),
        tape: &Memory,
    ) -> Result<()> {
        let pairs = rows.len() * samples.len();
        let to = Target { memory: tape, first: 0, stride: 0, symmetric: false };
        let block = Block { i, j, rows: rows.clone(), columns: samples.clone() };
        self.forward(work, &block, &self.shaders.tape, &to)?;
        let groups = pairs.div_ceil(self.tiles.gradient_groups);
        // A dimension of a dispatch ends at 65,535.
        for first in (0..groups).step_by(65_535) {
            work.dispatch(Call {
                stage: Shader::Gradient,
                entry: "main",
                constants: &self.shaders.gradient,
                params: &[
                    rows.start as u32,
                    samples.start as u32,
                    samples.len() as u32,
                    pairs as u32,
                    (first * self.tiles.gradient_groups) as u32,
                ],
                buffers: &[(1, &i.roots), (2, &j.roots), (3, tape)],
                groups: [(groups - first).min(65_535), 1, 1],
                cost: 2.0 * self.cost() * pairs as f64,
            })?;
        }
        Ok(())
    }
}

impl Shaders {
    fn new(g: PatchGeometry, tiles: Tiles, features: usize) -> Shaders {
        let long = features >= LONG;
        let inner_cost = if long { (g.positions(0) * features) as f64 } else { 0.0 };
        Shaders {
            kernel: tiles.constants(g, features, Pass::Kernel),
            tape: tiles.constants(g, features, Pass::Tape),
            gradient: tiles.constants(g, features, Pass::Gradient),
            inner: long.then(|| inner_constants(g, features)),
            inner_cost,
            cost: multiply_adds_of(g, features) - inner_cost,
        }
    }
}

/// Constants of inner.wgsl. Few positions leave the threads to more pairs.
fn inner_constants(g: PatchGeometry, features: usize) -> Constants {
    let mut constants = geometry_constants(g, features);
    let across = g.positions(0).next_power_of_two().min(INNER_ACROSS);
    let (columns, rows) = squarest(INNER_THREADS / across);
    for (name, value) in [
        ("BI", INNER.0),
        ("BJ", INNER.1),
        ("GI", rows),
        ("GJ", columns),
        ("TILE_I", INNER.0 * rows),
        ("TILE_J", INNER.1 * columns),
        ("ACROSS", across),
    ] {
        constants.insert(name.into(), value);
    }
    constants
}
