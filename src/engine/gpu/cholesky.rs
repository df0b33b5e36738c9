//! The kernel matrix on the device, and ridge regression with it by a blocked Cholesky factorisation of K / s + ridge I.
//!
//! ```text
//! for each block b of 64 columns:
//!     L_bb, L_bb^-1 <- factor(A_bb)                  one workgroup
//!     L_ib          <- A_ib L_bb^-T                  for all rows i below: a product
//!     A_ij          <- A_ij - L_ib L_jb^T            for all i >= j > b: a product
//! ```
//!
//! K may be larger than a buffer, so it is stored in slabs of whole rows. A step needs one block of columns of all slabs; these
//! are copied to `panel`, so that no shader needs two slabs.

use super::product::{Part, Product, View};
use super::queue::{Buffer, CommandQueue, Dispatch};
use super::shader::{Constants, Shader};
use super::tiling::{BLOCK, GpuTiling};
use crate::error::Result;
use crate::linalg::Matrix;
use crate::linalg::cholesky::NonPositivePivot;
use crate::math::StageProgress;
use crate::math::ridge::Attempt;

/// Steps of iterative refinement at most.
const REFINEMENTS: usize = 3;
/// Residual above which a step of refinement is worth its `n^2 k` multiply-adds.
const REFINE_ABOVE: f64 = 1e-6;

/// Rows `first .. first + rows` of K.
pub struct Slab {
    pub buffer: Buffer,
    pub first: usize,
    pub rows: usize,
}

/// K on the device. The upper triangle keeps K, the lower one becomes the factor.
pub struct KernelMatrix {
    pub slabs: Vec<Slab>,
    /// Rows and columns of K, and the same padded to whole blocks.
    n: usize,
    pub padded: usize,
    /// The diagonal of K, which the factor overwrites; on the host and on the device.
    diagonal: Vec<f32>,
    device_diagonal: Buffer,
    panel: Buffer,
    inverses: Buffer,
    failed: Buffer,
}

impl KernelMatrix {
    pub async fn new(queue: &CommandQueue, n: usize, tiling: &GpuTiling) -> Result<KernelMatrix> {
        let padded = tiling.padded;
        let mut slabs = Vec::new();
        for first in (0..padded).step_by(tiling.slab_rows) {
            let rows = tiling.slab_rows.min(padded - first);
            slabs.push(Slab { buffer: queue.allocate(rows * padded, "kernel matrix").await?, first, rows });
        }
        Ok(KernelMatrix {
            slabs,
            n,
            padded,
            diagonal: Vec::new(),
            device_diagonal: queue.allocate(padded, "diagonal").await?,
            panel: queue.allocate(padded * BLOCK, "panel").await?,
            inverses: queue.allocate(padded * BLOCK, "block inverses").await?,
            failed: queue.allocate(1, "status").await?,
        })
    }

    /// Dispatches an entry point of cholesky.wgsl for a slab; `scatter` skips its first `skip` rows.
    fn dispatch(
        &self,
        queue: &mut CommandQueue,
        entry: &'static str,
        slab: &Slab,
        block: usize,
        skip: usize,
        (scale, ridge): (f32, f32),
    ) -> Result<()> {
        let (diagonal, panel) = (&self.device_diagonal, &self.panel);
        let (buffers, workgroups): (&[(u32, &Buffer)], [usize; 3]) = match entry {
            "copy_diagonal" => (&[(1, &slab.buffer), (2, diagonal)], [slab.rows.div_ceil(64), 1, 1]),
            "gather" => {
                let rows = self.padded - block;
                (&[(1, &slab.buffer), (2, diagonal), (3, panel)], [rows.div_ceil(64), BLOCK, 1])
            }
            "scatter" => (&[(1, &slab.buffer), (3, panel)], [1, slab.rows - skip, 1]),
            _ => (&[(1, &slab.buffer), (4, &self.inverses), (5, &self.failed)], [1, 1, 1]),
        };
        let [block, first, rows, n, stride, skip] =
            [block, slab.first, slab.rows, self.n, self.padded, skip].map(|v| v as u32);
        queue.dispatch(Dispatch {
            shader: Shader::Cholesky,
            entry,
            constants: &Constants::new(),
            params: &[block, first, rows, n, stride, scale.to_bits(), ridge.to_bits(), skip],
            buffers,
            workgroups,
            cost: (workgroups[0] * workgroups[1] * 64) as f64,
        })
    }

    /// Copies the diagonal of a K that was just computed, and returns it: the largest entry of a positive semi-definite matrix
    /// is on its diagonal.
    pub async fn copy_diagonal(&mut self, queue: &mut CommandQueue) -> Result<&[f32]> {
        for slab in &self.slabs {
            self.dispatch(queue, "copy_diagonal", slab, 0, 0, (1.0, 0.0))?;
        }
        self.diagonal = queue.read(&self.device_diagonal, 0, self.n).await?;
        Ok(&self.diagonal)
    }

    /// A copy of K, read from the upper triangle.
    pub async fn read(&self, queue: &mut CommandQueue) -> Result<Matrix> {
        let (n, padded) = (self.n, self.padded);
        let mut matrix = Matrix::zeros(n, n);
        for slab in &self.slabs {
            let rows = slab.rows.min(n.saturating_sub(slab.first));
            // Reads of 64 MiB at most.
            let at_once = ((16 << 20) / padded).clamp(1, rows.max(1));
            for from in (0..rows).step_by(at_once) {
                let count = at_once.min(rows - from);
                let values: Vec<f32> = queue.read(&slab.buffer, from * padded, count * padded).await?;
                for (row, values) in (slab.first + from..).zip(values.chunks_exact(padded)) {
                    for column in row..n {
                        matrix[(row, column)] = values[column];
                    }
                }
            }
        }
        matrix.set_diagonal(&nalgebra::DVector::from_column_slice(&self.diagonal));
        matrix.fill_lower_triangle_with_upper_triangle();
        Ok(matrix)
    }

    /// Solves `(K / s + ridge I) alpha = targets`, and refines alpha as long as that halves the residual. The residual's sums over
    /// a block of columns are in single precision, their total is in double.
    pub async fn solve(
        &self,
        queue: &mut CommandQueue,
        targets: &Matrix,
        scale: f32,
        ridge: f64,
        progress: &StageProgress<'_>,
    ) -> Result<Attempt> {
        queue.begin("solve", (self.padded as f64).powi(3) / 6.0).await?;
        if let Some(index) = self.factor(queue, 1.0 / scale, ridge as f32, progress).await? {
            return Ok(Attempt::NotPositiveDefinite(NonPositivePivot { index }));
        }
        let (n, k) = targets.shape();
        let scratch = queue.allocate(self.padded * k, "solve").await?;
        let norm = f64::from(targets.norm()).max(f64::MIN_POSITIVE);
        let mut best = (Matrix::zeros(n, k), f64::INFINITY);
        let mut rest = targets.clone();
        for _ in 0..=REFINEMENTS {
            let x = upload_rows(queue, &rest, self.padded).await?;
            self.substitute(queue, &x, &scratch, k, progress).await?;
            let correction = read_rows(queue, &x, n, k).await?;
            let alpha = if best.1.is_finite() { &best.0 + correction } else { correction };
            let x = upload_rows(queue, &alpha, self.padded).await?;
            self.multiply(queue, &x, &scratch, k, progress).await?;
            let product = read_rows(queue, &scratch, n, k).await?;
            rest = Matrix::from_fn(n, k, |i, o| {
                let alpha = f64::from(alpha[(i, o)]);
                let own = f64::from(self.diagonal[i]) * alpha;
                let value = (f64::from(product[(i, o)]) + own) / f64::from(scale) + ridge * alpha;
                (f64::from(targets[(i, o)]) - value) as f32
            });
            let residual = rest.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt() / norm;
            let halved = residual < best.1 * 0.5;
            if residual < best.1 {
                best = (alpha, residual);
            }
            if !halved || residual < REFINE_ABOVE {
                break;
            }
        }
        Ok(Attempt::Solved(best.0, best.1))
    }

    /// Factors `scale K + ridge I`. Returns the first pivot that was not positive, if any.
    async fn factor(
        &self,
        queue: &mut CommandQueue,
        scale: f32,
        ridge: f32,
        progress: &StageProgress<'_>,
    ) -> Result<Option<usize>> {
        queue.write(&self.failed, &[f32::from_bits(u32::MAX)]);
        let system = (scale, ridge);
        for block in (0..self.padded).step_by(BLOCK) {
            self.dispatch(queue, "gather", self.slab_of(block), block, 0, system)?;
            self.scatter(queue, block, block, system, progress).await?;
        }
        for block in (0..self.padded).step_by(BLOCK) {
            let next = block + BLOCK;
            self.dispatch(queue, "factor", self.slab_of(block), block, 0, system)?;
            let panel = View { buffer: &self.panel, first: 0, row: 1, column: self.padded };
            for (slab, row) in self.slabs_from(next) {
                let product = Product {
                    c: View { first: row, ..panel },
                    a: self.view(slab, row, block),
                    b: View { buffer: &self.inverses, first: block * BLOCK, row: 1, column: BLOCK },
                    size: [slab.first + slab.rows - row, BLOCK, BLOCK],
                    alpha: 1.0,
                    beta: 0.0,
                    part: Part::All,
                };
                product.run(queue, progress).await?;
            }
            self.scatter(queue, block, next, system, progress).await?;
            for (slab, row) in self.slabs_from(next) {
                let end = slab.first + slab.rows;
                let product = Product {
                    c: self.view(slab, row, next),
                    a: View { first: row, ..panel },
                    b: View { buffer: &self.panel, first: next, row: self.padded, column: 1 },
                    size: [end - row, end - next, BLOCK],
                    alpha: -1.0,
                    beta: 1.0,
                    part: Part::Lower { row, column: next },
                };
                product.run(queue, progress).await?;
            }
        }
        let failed: Vec<u32> = queue.read(&self.failed, 0, 1).await?;
        Ok(failed.first().filter(|&&pivot| pivot != u32::MAX).map(|&pivot| pivot as usize))
    }

    /// Copies `panel` to the columns of `block`, from row `first` on.
    async fn scatter(
        &self,
        queue: &mut CommandQueue,
        block: usize,
        first: usize,
        system: (f32, f32),
        progress: &StageProgress<'_>,
    ) -> Result<()> {
        for (slab, row) in self.slabs_from(first) {
            self.dispatch(queue, "scatter", slab, block, row - slab.first, system)?;
            queue.submit_if_full(progress).await?;
        }
        Ok(())
    }

    fn slab_of(&self, row: usize) -> &Slab {
        // All slabs but the last have the same number of rows.
        &self.slabs[row / self.slabs[0].rows]
    }

    /// The slabs with rows from `row` on, each with the first of these rows.
    fn slabs_from(&self, row: usize) -> impl Iterator<Item = (&Slab, usize)> {
        self.slabs.iter().filter(move |s| s.first + s.rows > row).map(move |s| (s, s.first.max(row)))
    }

    /// K from row `row` of a slab and column `column` on.
    fn view<'a>(&self, slab: &'a Slab, row: usize, column: usize) -> View<'a> {
        let first = (row - slab.first) * self.padded + column;
        View { buffer: &slab.buffer, first, row: self.padded, column: 1 }
    }

    /// Solves `L L^T x = x` for the `k` columns of `x` (`padded x k`, row-major); `y` is scratch of the same size.
    async fn substitute(
        &self,
        queue: &mut CommandQueue,
        x: &Buffer,
        y: &Buffer,
        k: usize,
        progress: &StageProgress<'_>,
    ) -> Result<()> {
        let side = |buffer, row: usize| View { buffer, first: row * k, row: k, column: 1 };
        let part = Part::All;
        for block in (0..self.padded).step_by(BLOCK) {
            let a = View { buffer: &self.inverses, first: block * BLOCK, row: BLOCK, column: 1 };
            let size = [BLOCK, k, BLOCK];
            let own = Product { c: side(y, block), a, b: side(x, block), size, alpha: 1.0, beta: 0.0, part };
            own.run(queue, progress).await?;
            for (slab, row) in self.slabs_from(block + BLOCK) {
                let (a, b) = (self.view(slab, row, block), side(y, block));
                let size = [slab.first + slab.rows - row, k, BLOCK];
                let below = Product { c: side(x, row), a, b, size, alpha: -1.0, beta: 1.0, part };
                below.run(queue, progress).await?;
            }
        }
        for block in (0..self.padded).step_by(BLOCK).rev() {
            let a = View { buffer: &self.inverses, first: block * BLOCK, row: 1, column: BLOCK };
            let size = [BLOCK, k, BLOCK];
            let own = Product { c: side(x, block), a, b: side(y, block), size, alpha: 1.0, beta: 0.0, part };
            own.run(queue, progress).await?;
            let a = View { row: 1, column: self.padded, ..self.view(self.slab_of(block), block, 0) };
            let size = [block, k, BLOCK];
            let above = Product { c: side(y, 0), a, b: side(x, block), size, alpha: -1.0, beta: 1.0, part };
            above.run(queue, progress).await?;
        }
        Ok(())
    }

    /// `y = (K without its diagonal) x`, from the upper triangle.
    async fn multiply(
        &self,
        queue: &mut CommandQueue,
        x: &Buffer,
        y: &Buffer,
        k: usize,
        progress: &StageProgress<'_>,
    ) -> Result<()> {
        let side = |buffer, row: usize| View { buffer, first: row * k, row: k, column: 1 };
        for slab in &self.slabs {
            let part = Part::Above { row: slab.first, column: 0 };
            let a = self.view(slab, slab.first, 0);
            let size = [slab.rows, k, self.padded];
            let above =
                Product { c: side(y, slab.first), a, b: side(x, 0), size, alpha: 1.0, beta: 0.0, part };
            above.run(queue, progress).await?;
        }
        for slab in &self.slabs {
            let part = Part::Below { row: 0, column: slab.first };
            let a = View { row: 1, column: self.padded, ..self.view(slab, slab.first, 0) };
            let size = [self.padded, k, slab.rows];
            let below =
                Product { c: side(y, 0), a, b: side(x, slab.first), size, alpha: 1.0, beta: 1.0, part };
            below.run(queue, progress).await?;
        }
        Ok(())
    }
}

/// A matrix on the device, row-major, with zeros up to row `rows`.
pub async fn upload_rows(queue: &CommandQueue, matrix: &Matrix, rows: usize) -> Result<Buffer> {
    let mut values: Vec<f32> = matrix.transpose().as_slice().to_vec();
    values.resize(rows * matrix.ncols(), 0.0);
    queue.upload(&values, "coefficients").await
}

async fn read_rows(queue: &mut CommandQueue, buffer: &Buffer, rows: usize, columns: usize) -> Result<Matrix> {
    let values: Vec<f32> = queue.read(buffer, 0, rows * columns).await?;
    Ok(Matrix::from_row_slice(rows, columns, &values))
}
