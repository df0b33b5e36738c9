//! Blocked Cholesky of K / s + ridge I, solves with its factor, and products with K.
//!
//! ```text
//! for each block b of 64 columns:
//!     L_bb, L_bb^-1 <- factor(A_bb)                  one workgroup
//!     L_ib          <- A_ib L_bb^-T                  for all rows i below: a product
//!     A_ij          <- A_ij - L_ib L_jb^T            for all i >= j > b: a product
//! ```
//!
//! K fills whole buffers ("slabs") of rows. What a step needs of a column block of all slabs is kept in `panel`, so no
//! shader ever needs two slabs.

use super::plan::BLOCK;
use super::shader::{Constants, Shader};
use super::work::{Call, Memory, Work};
use crate::error::Result;
use crate::math::StageProgress;

/// Rows `first .. first + rows` of K.
pub(super) struct Slab {
    pub(super) memory: Memory,
    pub(super) first: usize,
    pub(super) rows: usize,
}

/// K on the device: the upper triangle keeps K, the lower one takes the factor.
pub(super) struct Gram {
    pub(super) slabs: Vec<Slab>,
    pub(super) n: usize,
    pub(super) padded: usize,
    diagonal: Memory,
    panel: Memory,
    inverses: Memory,
    failed: Memory,
    constants: Constants,
}

/// A strided matrix in device memory: entry (i, j) is value `first + i row + j column`.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) memory: &'a Memory,
    pub(super) first: usize,
    pub(super) row: usize,
    pub(super) column: usize,
}

/// Which entries take part in a product; the indices place the operands in the whole matrix.
#[derive(Clone, Copy)]
pub(super) enum Part {
    All,
    /// Of C, row >= column.
    Lower {
        row: usize,
        column: usize,
    },
    /// Of A, column > row.
    Above {
        row: usize,
        column: usize,
    },
    /// Of A, column < row.
    Below {
        row: usize,
        column: usize,
    },
}

/// `C <- beta C + alpha A B` with C of `rows x cols` and sums over `inner`.
pub(super) struct Product<'a> {
    pub(super) c: View<'a>,
    pub(super) a: View<'a>,
    pub(super) b: View<'a>,
    pub(super) size: [usize; 3],
    pub(super) alpha: f32,
    pub(super) beta: f32,
    pub(super) part: Part,
}

impl Product<'_> {
    pub(super) async fn run(&self, work: &mut Work, progress: &StageProgress<'_>) -> Result<()> {
        let [rows, cols, inner] = self.size;
        if rows == 0 || cols == 0 || inner == 0 {
            return Ok(());
        }
        let narrow = cols <= 16;
        let (part, row_first, col_first) = match self.part {
            Part::All => (0, 0, 0),
            Part::Lower { row, column } => (1, row, column),
            Part::Above { row, column } => (2, row, column),
            Part::Below { row, column } => (3, row, column),
        };
        let constants = Constants::from([("RN".into(), if narrow { 1 } else { 4 }), ("PART".into(), part)]);
        let across = cols.div_ceil(if narrow { 16 } else { 64 });
        let tiles = rows.div_ceil(64);
        let cost = (64 * across * if narrow { 16 } else { 64 } * inner.next_multiple_of(16)) as f64;
        let mut tile = 0;
        while tile < tiles {
            let now = work.share(tiles - tile, cost);
            let (a, b, c) = (self.a, self.b, self.c);
            let sizes = [
                rows, cols, inner, a.first, a.row, a.column, b.first, b.row, b.column, c.first, c.row,
                c.column,
            ];
            let mut params: Vec<u32> = sizes.iter().map(|&v| v as u32).collect();
            params.extend([
                self.alpha.to_bits(),
                self.beta.to_bits(),
                row_first as u32,
                col_first as u32,
                tile as u32,
            ]);
            work.dispatch(Call {
                stage: Shader::Product,
                entry: "main",
                constants: &constants,
                params: &params,
                buffers: &[(1, a.memory), (2, b.memory), (3, c.memory)],
                groups: [across, now, 1],
                cost: now as f64 * cost,
            })?;
            work.breathe(progress).await?;
            tile += now;
        }
        Ok(())
    }
}

impl Gram {
    pub(super) async fn new(work: &Work, n: usize, padded: usize, slab: usize) -> Result<Gram> {
        let mut slabs = Vec::new();
        for first in (0..padded).step_by(slab) {
            let rows = slab.min(padded - first);
            slabs.push(Slab { memory: work.allocate(rows * padded, "kernel matrix").await?, first, rows });
        }
        Ok(Gram {
            slabs,
            n,
            padded,
            diagonal: work.allocate(padded, "diagonal").await?,
            panel: work.allocate(padded * BLOCK, "panel").await?,
            inverses: work.allocate(padded * BLOCK, "block inverses").await?,
            failed: work.allocate(1, "status").await?,
            constants: Constants::new(),
        })
    }

    fn slab_of(&self, row: usize) -> &Slab {
        // Slabs are equally long but for the last.
        &self.slabs[row / self.slabs[0].rows]
    }

    /// Dispatches an entry point of cholesky.wgsl; `skip` rows of the slab are left out of a scatter.
    fn call(
        &self,
        work: &mut Work,
        entry: &'static str,
        slab: &Slab,
        block: usize,
        skip: usize,
        (scale, ridge): (f32, f32),
    ) -> Result<()> {
        let below = self.padded - block;
        let (buffers, groups): (&[(u32, &Memory)], [usize; 3]) = match entry {
            "keep_diagonal" => (&[(1, &slab.memory), (2, &self.diagonal)], [slab.rows.div_ceil(64), 1, 1]),
            "gather" => {
                (&[(1, &slab.memory), (2, &self.diagonal), (3, &self.panel)], [below.div_ceil(64), BLOCK, 1])
            }
            "scatter" => (&[(1, &slab.memory), (3, &self.panel)], [1, slab.rows - skip, 1]),
            _ => (&[(1, &slab.memory), (4, &self.inverses), (5, &self.failed)], [1, 1, 1]),
        };
        let numbers = [block, slab.first, slab.rows, self.n, self.padded].map(|v| v as u32);
        let [block, first, rows, n, stride] = numbers;
        work.dispatch(Call {
            stage: Shader::Cholesky,
            entry,
            constants: &self.constants,
            params: &[block, first, rows, n, stride, scale.to_bits(), ridge.to_bits(), skip as u32],
            buffers,
            groups,
            cost: (groups[0] * groups[1] * 64) as f64,
        })
    }

    /// Keeps the diagonal of K apart and returns it: K is positive semi-definite, so its largest entry is there.
    pub(super) async fn diagonal(&self, work: &mut Work) -> Result<Vec<f32>> {
        for slab in &self.slabs {
            self.call(work, "keep_diagonal", slab, 0, 0, (1.0, 0.0))?;
        }
        work.read(&self.diagonal, 0, self.n).await
    }

    /// Multiply-adds of one factorisation.
    pub(super) fn factor_cost(&self) -> f64 {
        (self.padded as f64).powi(3) / 6.0
    }

    /// Factors `scale K + ridge I`. Returns the first pivot that was not positive, if any.
    pub(super) async fn factor(
        &self,
        work: &mut Work,
        scale: f32,
        ridge: f32,
        progress: &StageProgress<'_>,
    ) -> Result<Option<usize>> {
        work.flush().await?;
        work.write(&self.failed, 0, &[f32::from_bits(u32::MAX)]);
        let with = (scale, ridge);
        for block in (0..self.padded).step_by(BLOCK) {
            self.call(work, "gather", self.slab_of(block), block, 0, with)?;
            self.scatter(work, block, with, progress).await?;
        }
        for block in (0..self.padded).step_by(BLOCK) {
            let next = block + BLOCK;
            self.call(work, "factor", self.slab_of(block), block, 0, with)?;
            let panel = View { memory: &self.panel, first: 0, row: 1, column: self.padded };
            for (slab, row) in self.slabs_from(next) {
                let product = Product {
                    c: View { first: row, ..panel },
                    a: self.rows(slab, row, block),
                    b: View { memory: &self.inverses, first: block * BLOCK, row: 1, column: BLOCK },
                    size: [slab.first + slab.rows - row, BLOCK, BLOCK],
                    alpha: 1.0,
                    beta: 0.0,
                    part: Part::All,
                };
                product.run(work, progress).await?;
            }
            for (slab, row) in self.slabs_from(next) {
                self.call(work, "scatter", slab, block, row - slab.first, with)?;
            }
            for (slab, row) in self.slabs_from(next) {
                let end = slab.first + slab.rows;
                let product = Product {
                    c: self.rows(slab, row, next),
                    a: View { first: row, ..panel },
                    b: View { memory: &self.panel, first: next, row: self.padded, column: 1 },
                    size: [end - row, end - next, BLOCK],
                    alpha: -1.0,
                    beta: 1.0,
                    part: Part::Lower { row, column: next },
                };
                product.run(work, progress).await?;
            }
        }
        let failed: Vec<u32> = work.read(&self.failed, 0, 1).await?;
        Ok(failed.first().filter(|&&pivot| pivot != u32::MAX).map(|&pivot| pivot as usize))
    }

    async fn scatter(
        &self,
        work: &mut Work,
        block: usize,
        with: (f32, f32),
        progress: &StageProgress<'_>,
    ) -> Result<()> {
        for slab in &self.slabs {
            if slab.first + slab.rows > block {
                self.call(work, "scatter", slab, block, 0, with)?;
                work.breathe(progress).await?;
            }
        }
        Ok(())
    }

    /// Slabs with rows from `row` on, each with the first of them.
    fn slabs_from(&self, row: usize) -> impl Iterator<Item = (&Slab, usize)> {
        self.slabs.iter().filter(move |s| s.first + s.rows > row).map(move |s| (s, s.first.max(row)))
    }

    /// K from row `row` of a slab and column `column` on.
    fn rows<'a>(&self, slab: &'a Slab, row: usize, column: usize) -> View<'a> {
        View {
            memory: &slab.memory,
            first: (row - slab.first) * self.padded + column,
            row: self.padded,
            column: 1,
        }
    }

    /// Solves `L L^T x = x` for the `k` columns of `x` (`padded x k`, row-major); `y` is scratch of the same size.
    pub(super) async fn solve(
        &self,
        work: &mut Work,
        x: &Memory,
        y: &Memory,
        k: usize,
        progress: &StageProgress<'_>,
    ) -> Result<()> {
        let side = |memory, row: usize| View { memory, first: row * k, row: k, column: 1 };
        let part = Part::All;
        for block in (0..self.padded).step_by(BLOCK) {
            let a = View { memory: &self.inverses, first: block * BLOCK, row: BLOCK, column: 1 };
            let size = [BLOCK, k, BLOCK];
            let own = Product { c: side(y, block), a, b: side(x, block), size, alpha: 1.0, beta: 0.0, part };
            own.run(work, progress).await?;
            for (slab, row) in self.slabs_from(block + BLOCK) {
                let (a, b) = (self.rows(slab, row, block), side(y, block));
                let size = [slab.first + slab.rows - row, k, BLOCK];
                Product { c: side(x, row), a, b, size, alpha: -1.0, beta: 1.0, part }
                    .run(work, progress)
                    .await?;
            }
        }
        for block in (0..self.padded).step_by(BLOCK).rev() {
            let a = View { memory: &self.inverses, first: block * BLOCK, row: 1, column: BLOCK };
            let size = [BLOCK, k, BLOCK];
            let own = Product { c: side(x, block), a, b: side(y, block), size, alpha: 1.0, beta: 0.0, part };
            own.run(work, progress).await?;
            let slab = self.slab_of(block);
            let a = View { row: 1, column: self.padded, ..self.rows(slab, block, 0) };
            let size = [block, k, BLOCK];
            let rest = Product { c: side(y, 0), a, b: side(x, block), size, alpha: -1.0, beta: 1.0, part };
            rest.run(work, progress).await?;
        }
        Ok(())
    }

    /// `y = (K without its diagonal) x`, from the upper triangle.
    pub(super) async fn times(
        &self,
        work: &mut Work,
        x: &Memory,
        y: &Memory,
        k: usize,
        progress: &StageProgress<'_>,
    ) -> Result<()> {
        let side = |memory, row: usize| View { memory, first: row * k, row: k, column: 1 };
        for slab in &self.slabs {
            let part = Part::Above { row: slab.first, column: 0 };
            let a = self.rows(slab, slab.first, 0);
            let size = [slab.rows, k, self.padded];
            let above =
                Product { c: side(y, slab.first), a, b: side(x, 0), size, alpha: 1.0, beta: 0.0, part };
            above.run(work, progress).await?;
        }
        for slab in &self.slabs {
            let part = Part::Below { row: 0, column: slab.first };
            let a = View { row: 1, column: self.padded, ..self.rows(slab, slab.first, 0) };
            let size = [self.padded, k, slab.rows];
            let below =
                Product { c: side(y, 0), a, b: side(x, slab.first), size, alpha: 1.0, beta: 1.0, part };
            below.run(work, progress).await?;
        }
        Ok(())
    }
}
