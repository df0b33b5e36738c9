//! Matrix products on the device.

use super::queue::{Buffer, CommandQueue, Dispatch};
use super::shader::{Constants, Shader};
use crate::error::Result;
use crate::math::StageProgress;

/// A strided matrix on the device: entry (i, j) is value `first + i row + j column` of the buffer.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub buffer: &'a Buffer,
    pub first: usize,
    pub row: usize,
    pub column: usize,
}

/// The entries that a product uses or computes. The indices are those of the operand's first row and column in the whole matrix.
#[derive(Clone, Copy)]
pub enum Part {
    All,
    /// Entries of C with row >= column.
    Lower {
        row: usize,
        column: usize,
    },
    /// Entries of A with column > row.
    Above {
        row: usize,
        column: usize,
    },
    /// Entries of A with column < row.
    Below {
        row: usize,
        column: usize,
    },
}

/// `C <- beta C + alpha A B`, where `size` is the rows of C, its columns, and the terms of each sum.
pub struct Product<'a> {
    pub c: View<'a>,
    pub a: View<'a>,
    pub b: View<'a>,
    pub size: [usize; 3],
    pub alpha: f32,
    pub beta: f32,
    pub part: Part,
}

impl Product<'_> {
    pub async fn run(&self, queue: &mut CommandQueue, progress: &StageProgress<'_>) -> Result<()> {
        let Product { c, a, b, size: [rows, cols, inner], .. } = *self;
        if rows == 0 || cols == 0 || inner == 0 {
            return Ok(());
        }
        let (part, row_first, col_first) = match self.part {
            Part::All => (0, 0, 0),
            Part::Lower { row, column } => (1, row, column),
            Part::Above { row, column } => (2, row, column),
            Part::Below { row, column } => (3, row, column),
        };
        let columns_of_thread = if cols <= 16 { 1 } else { 4 };
        let constants = Constants::from([("RN".into(), columns_of_thread), ("PART".into(), part)]);
        let across = cols.div_ceil(16 * columns_of_thread);
        let tiles = rows.div_ceil(64);
        let cost = (64 * across * 16 * columns_of_thread * inner.next_multiple_of(16)) as f64;
        let mut tile = 0;
        while tile < tiles {
            let count = queue.fitting(tiles - tile, cost);
            let sizes = [
                rows, cols, inner, a.first, a.row, a.column, b.first, b.row, b.column, c.first, c.row,
                c.column,
            ];
            let mut params: Vec<u32> = sizes.iter().map(|&v| v as u32).collect();
            params.extend([self.alpha.to_bits(), self.beta.to_bits()]);
            params.extend([row_first, col_first, tile].map(|v| v as u32));
            queue.dispatch(Dispatch {
                shader: Shader::Product,
                entry: "main",
                constants: &constants,
                params: &params,
                buffers: &[(1, a.buffer), (2, b.buffer), (3, c.buffer)],
                workgroups: [across, count, 1],
                cost: count as f64 * cost,
            })?;
            queue.submit_if_full(progress).await?;
            tile += count;
        }
        Ok(())
    }
}
