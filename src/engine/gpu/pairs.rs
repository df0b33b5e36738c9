//! Blocks of K, and gradient maps, for images of two chunks.

use super::patches::Chunk;
use super::plan::Tiles;
use super::shader::{Constants, Stage};
use super::work::{Call, Memory, Work};
use crate::engine::multiply_adds;
use crate::{Geometry, Pulse, Result};
use std::ops::Range;

/// The shaders that work on image pairs, for one geometry.
pub(super) struct Pairs {
    tiles: Tiles,
    kernel: Constants,
    tape: Constants,
    gradient: Constants,
    /// Multiply-adds of one pair.
    pub(super) cost: f64,
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
    pub(super) fn new(geometry: Geometry, tiles: Tiles) -> Pairs {
        Pairs {
            tiles,
            kernel: tiles.constants(geometry, false, false),
            tape: tiles.constants(geometry, true, false),
            gradient: tiles.constants(geometry, true, true),
            cost: multiply_adds(geometry),
        }
    }

    /// K of images `rows` of chunk `i` with all of chunk `j`.
    pub(super) async fn kernel(
        &self,
        work: &mut Work,
        (i, rows): (&Chunk, Range<usize>),
        j: &Chunk,
        to: Target<'_>,
        pulse: &Pulse<'_>,
    ) -> Result<()> {
        let (tile_i, tile_j) = self.tiles.images();
        let tile_cost = (tile_i * tile_j) as f64 * self.cost;
        let mut row = rows.start;
        while row < rows.end {
            let mut column = if to.symmetric { (i.first + row).saturating_sub(j.first) } else { 0 };
            if column >= j.count {
                break;
            }
            let across = (j.count - column).div_ceil(tile_j);
            let down = work.share((rows.end - row).div_ceil(tile_i), across as f64 * tile_cost);
            let end = (row + down * tile_i).min(rows.end);
            while column < j.count {
                // A row of tiles may be too long for one submission; several are not cut.
                let left = (j.count - column).div_ceil(tile_j);
                let width = if down == 1 { work.share(left, tile_cost) } else { left };
                let column_end = (column + width * tile_j).min(j.count);
                work.dispatch(Call {
                    stage: Stage::Kernel,
                    entry: "main",
                    constants: &self.kernel,
                    params: &[
                        row as u32,
                        end as u32,
                        column as u32,
                        column_end as u32,
                        i.first as u32,
                        j.first as u32,
                        to.symmetric.into(),
                        to.first as u32,
                        to.stride as u32,
                    ],
                    buffers: &[
                        (1, &i.patches),
                        (2, &j.patches),
                        (3, &i.roots),
                        (4, &j.roots),
                        (5, to.memory),
                    ],
                    groups: [width, down, 1],
                    cost: (down * width) as f64 * tile_cost,
                })?;
                work.breathe(pulse).await?;
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
        let (tile_i, tile_j) = self.tiles.images();
        let pairs = rows.len() * samples.len();
        work.dispatch(Call {
            stage: Stage::Kernel,
            entry: "main",
            constants: &self.tape,
            params: &[
                rows.start as u32,
                rows.end as u32,
                samples.start as u32,
                samples.end as u32,
                0,
                0,
                0,
                0,
                0,
            ],
            buffers: &[(1, &i.patches), (2, &j.patches), (3, &i.roots), (4, &j.roots), (5, tape)],
            groups: [samples.len().div_ceil(tile_j), rows.len().div_ceil(tile_i), 1],
            cost: pairs as f64 * self.cost,
        })?;
        let groups = pairs.div_ceil(self.tiles.gradient_groups);
        // A dimension of a dispatch ends at 65,535.
        for first in (0..groups).step_by(65_535) {
            work.dispatch(Call {
                stage: Stage::Gradient,
                entry: "main",
                constants: &self.gradient,
                params: &[
                    rows.start as u32,
                    samples.start as u32,
                    samples.len() as u32,
                    pairs as u32,
                    (first * self.tiles.gradient_groups) as u32,
                ],
                buffers: &[(1, &i.roots), (2, &j.roots), (3, tape)],
                groups: [(groups - first).min(65_535), 1, 1],
                cost: 2.0 * self.cost * pairs as f64,
            })?;
        }
        Ok(())
    }
}
