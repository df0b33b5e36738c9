//! Entries of K and gradient maps for the image pairs of two chunks.

use super::patches::Chunk;
use super::queue::{Buffer, CommandQueue, Dispatch};
use super::shader::{Constants, Shader, named};
use super::tiling::{GpuTiling, LONG, Pass, Tiles, geometry_constants, squarest};
use crate::engine::cost::multiply_adds_of;
use crate::error::Result;
use crate::images::PatchGeometry;
use crate::math::StageProgress;
use std::ops::Range;

/// Pairs of a thread of inner.wgsl, rows x columns of K.
const INNER_BLOCK: (usize, usize) = (8, 4);
/// Threads of a workgroup of inner.wgsl, and how many of them have neighbouring positions.
const INNER_THREADS: usize = 128;
const INNER_POSITIONS: usize = 32;
/// Workgroups in one dimension of a dispatch.
const MAX_WORKGROUPS: usize = 65_535;

/// The shaders that compute image pairs, for a geometry and the number of features of a round.
pub struct Pairs {
    geometry: PatchGeometry,
    tiles: Tiles,
    kernel: Constants,
    tape: Constants,
    gradient: Constants,
    /// For a round of long patches the shader of the inner products, and its multiply-adds for one pair.
    inner: Option<(Constants, f64)>,
    /// Inner products of long patches as (pair, position); none for a geometry without.
    inner_products: Option<Buffer>,
    /// Multiply-adds of one pair without those of inner.wgsl.
    maps_cost: f64,
}

/// A rectangle of image pairs: rows are images of `i`, columns of `j`.
struct Block<'a> {
    i: &'a Chunk,
    j: &'a Chunk,
    rows: Range<usize>,
    columns: Range<usize>,
}

/// Where a block of K is written: entry (i, j) of the two chunks to value `first + i stride + j`, modulo 2^32.
pub struct Target<'a> {
    pub buffer: &'a Buffer,
    pub first: usize,
    pub stride: usize,
    /// Only pairs whose first image does not come after the second.
    pub symmetric: bool,
}

impl Pairs {
    pub async fn new(queue: &CommandQueue, geometry: PatchGeometry, tiling: &GpuTiling) -> Result<Pairs> {
        let mut pairs = Pairs {
            geometry,
            tiles: tiling.tiles,
            kernel: Constants::new(),
            tape: Constants::new(),
            gradient: Constants::new(),
            inner: None,
            inner_products: None,
            maps_cost: 0.0,
        };
        if tiling.inner_pairs > 0 {
            let values = tiling.inner_pairs * geometry.positions(0);
            pairs.inner_products = Some(queue.allocate(values, "inner products").await?);
        }
        Ok(pairs)
    }

    /// Starts a round whose transformed patches have `features` values.
    pub fn start_round(&mut self, features: usize) {
        let g = self.geometry;
        self.kernel = self.tiles.constants(g, features, Pass::Kernel);
        self.tape = self.tiles.constants(g, features, Pass::Tape);
        self.gradient = self.tiles.constants(g, features, Pass::Gradient);
        let long = features >= LONG;
        self.inner = long.then(|| (inner_constants(g, features), (g.positions(0) * features) as f64));
        self.maps_cost = multiply_adds_of(g, features) - self.inner.as_ref().map_or(0.0, |(_, cost)| *cost);
    }

    /// Multiply-adds of one pair in this round.
    pub fn cost(&self) -> f64 {
        self.inner.as_ref().map_or(0.0, |(_, cost)| *cost) + self.maps_cost
    }

    /// Pairs that one dispatch may have: long patches are limited by the buffer of inner products.
    pub fn max_pairs(&self) -> usize {
        match (&self.inner, &self.inner_products) {
            (Some(_), Some(buffer)) => buffer.bytes() as usize / (4 * self.geometry.positions(0)),
            _ => usize::MAX,
        }
    }

    /// For long patches the inner products of the block's pairs, then the maps: writes K or the inputs of every layer.
    fn forward(
        &self,
        queue: &mut CommandQueue,
        block: &Block<'_>,
        constants: &Constants,
        target: &Target<'_>,
    ) -> Result<()> {
        let Block { i, j, rows, columns } = block;
        let places = [rows.start, rows.end, columns.start, columns.end, i.first, j.first];
        let mut params: Vec<u32> = places.iter().map(|&v| v as u32).collect();
        params.push(target.symmetric.into());
        let pairs = (rows.len() * columns.len()) as f64;
        let mut buffers = vec![(1, &i.patches), (2, &j.patches)];
        if let (Some((constants, cost)), Some(inner_products)) = (&self.inner, &self.inner_products) {
            buffers.push((3, inner_products));
            queue.dispatch(Dispatch {
                shader: Shader::Inner,
                entry: "main",
                constants,
                params: &params,
                buffers: &buffers,
                workgroups: [
                    self.geometry.positions(0).div_ceil(constants["ACROSS"]),
                    columns.len().div_ceil(constants["BJ"] * constants["GJ"]),
                    rows.len().div_ceil(constants["BI"] * constants["GI"]),
                ],
                cost: pairs * cost,
            })?;
            buffers = vec![(1, inner_products)];
        }
        params.extend([target.first as u32, target.stride as u32]);
        buffers.extend([(3, &i.roots), (4, &j.roots), (5, target.buffer)]);
        let (tile_i, tile_j) = self.tiles.images();
        queue.dispatch(Dispatch {
            shader: Shader::Kernel,
            entry: "main",
            constants,
            params: &params,
            buffers: &buffers,
            workgroups: [columns.len().div_ceil(tile_j), rows.len().div_ceil(tile_i), 1],
            cost: pairs * self.maps_cost,
        })
    }

    /// K of images `rows` of chunk `i` with all of chunk `j`.
    pub async fn kernel(
        &self,
        queue: &mut CommandQueue,
        (i, rows): (&Chunk, Range<usize>),
        j: &Chunk,
        target: Target<'_>,
        progress: &StageProgress<'_>,
    ) -> Result<()> {
        let (tile_i, tile_j) = self.tiles.images();
        let tile_cost = (tile_i * tile_j) as f64 * self.cost();
        let max_tiles = (self.max_pairs() / (tile_i * tile_j)).max(1);
        let mut row = rows.start;
        while row < rows.end {
            let mut column = if target.symmetric { (i.first + row).saturating_sub(j.first) } else { 0 };
            if column >= j.count {
                break;
            }
            let across = (j.count - column).div_ceil(tile_j);
            let down = queue.fitting((rows.end - row).div_ceil(tile_i), across as f64 * tile_cost);
            let down = down.min(max_tiles / across).max(1);
            let end = (row + down * tile_i).min(rows.end);
            while column < j.count {
                // A single row of tiles may be too long for one submission and is cut; several rows fit.
                let left = (j.count - column).div_ceil(tile_j);
                let width = if down == 1 { queue.fitting(left, tile_cost).min(max_tiles) } else { left };
                let column_end = (column + width * tile_j).min(j.count);
                let block = Block { i, j, rows: row..end, columns: column..column_end };
                self.forward(queue, &block, &self.kernel, &target)?;
                queue.submit_if_full(progress).await?;
                column = column_end;
            }
            row = end;
        }
        Ok(())
    }

    /// Gradient maps (A, B) of images `rows` of chunk `i` with images `samples` of chunk `j`, at the start of `tape` as (image,
    /// sample, position).
    pub fn gradient(
        &self,
        queue: &mut CommandQueue,
        (i, rows): (&Chunk, Range<usize>),
        (j, samples): (&Chunk, Range<usize>),
        tape: &Buffer,
    ) -> Result<()> {
        let pairs = rows.len() * samples.len();
        let target = Target { buffer: tape, first: 0, stride: 0, symmetric: false };
        let block = Block { i, j, rows: rows.clone(), columns: samples.clone() };
        self.forward(queue, &block, &self.tape, &target)?;
        let workgroups = pairs.div_ceil(self.tiles.gradient_groups);
        for first in (0..workgroups).step_by(MAX_WORKGROUPS) {
            let first_pair = first * self.tiles.gradient_groups;
            queue.dispatch(Dispatch {
                shader: Shader::Gradient,
                entry: "main",
                constants: &self.gradient,
                params: &[rows.start, samples.start, samples.len(), pairs, first_pair].map(|v| v as u32),
                buffers: &[(1, &i.roots), (2, &j.roots), (3, tape)],
                workgroups: [(workgroups - first).min(MAX_WORKGROUPS), 1, 1],
                cost: 2.0 * self.cost() * pairs as f64,
            })?;
        }
        Ok(())
    }
}

/// Constants of inner.wgsl. With few positions a workgroup has more pairs.
fn inner_constants(g: PatchGeometry, features: usize) -> Constants {
    let across = g.positions(0).next_power_of_two().min(INNER_POSITIONS);
    let (columns, rows) = squarest(INNER_THREADS / across);
    let mut constants = geometry_constants(g, features);
    constants.extend(named([
        ("BI", INNER_BLOCK.0),
        ("BJ", INNER_BLOCK.1),
        ("GI", rows),
        ("GJ", columns),
        ("ACROSS", across),
    ]));
    constants
}
