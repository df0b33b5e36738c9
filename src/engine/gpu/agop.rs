//! The average gradient outer product: the reverse pass of every pair, the gradients of every output, their outer products.

use super::problem::GpuProblem;
use super::queue::{CommandQueue, Dispatch};
use super::shader::{Shader, named};
use super::tiling::{GpuTiling, geometry_constants};
use crate::engine::cost::ProblemSize;
use crate::error::{Error, Result};
use crate::linalg::Matrix;
use crate::math::StageProgress;
use crate::math::feature_matrix::chain_rule;
use nalgebra::DMatrix;

/// Samples in one dimension of a dispatch.
const MAX_SAMPLES: usize = 32_768;

/// The AGOP of the first `samples` training images, `d x d`.
pub async fn agop(
    queue: &mut CommandQueue,
    problem: &mut GpuProblem,
    samples: usize,
    progress: &StageProgress<'_>,
) -> Result<Matrix> {
    let scale = f64::from(problem.scale()?);
    let samples = samples.min(problem.train.count());
    let mut m = outer_products(queue, problem, samples, progress).await?;
    m /= scale * scale * samples.max(1) as f64;
    // The chain rule through z = W u once at the end: M = W^T (sum g g^T) W.
    if let Some(root) = &problem.root {
        m = chain_rule(root, &m);
    }
    Ok(m.map(|v| v as f32))
}

/// Sum of `G G^T` over the samples, their positions and outputs, where G are the gradients with respect to the transformed patches
/// with `alpha` unscaled. It has as many rows and columns as a transformed patch has features.
async fn outer_products(
    queue: &mut CommandQueue,
    problem: &mut GpuProblem,
    samples: usize,
    progress: &StageProgress<'_>,
) -> Result<DMatrix<f64>> {
    let GpuProblem { geometry, train, pairs, patches, alpha, .. } = problem;
    let alpha = alpha.as_ref().ok_or(Error::out_of_order("gpu", "set_alpha"))?;
    let (g, n, k, d) = (*geometry, train.count(), alpha.outputs, patches.features());
    let positions = g.positions(0);
    let size = ProblemSize {
        geometry: g,
        train: n,
        streamed: 0,
        classes: k,
        agop_samples: samples,
        held_out: 1,
        ridges: 1,
        ridge_images: 0,
    };
    let tiling = GpuTiling::new(size, &queue.device.limits)?;

    let (outputs_tile, features_tile) = (k.min(5), d.min(9));
    let feature_tiles = d.div_ceil(features_tile);
    let mut outputs = geometry_constants(g, d);
    outputs.extend(named([
        ("K", k),
        ("OT", outputs_tile),
        ("FT", features_tile),
        ("F_TILES", feature_tiles),
    ]));
    let register_tile = d.div_ceil(16).min(4);
    let mut outer = geometry_constants(g, d);
    outer.extend(named([("RT", register_tile)]));

    let pair_cost = 3.0 * pairs.cost() + (k * d * positions) as f64;
    let outer_tiles = d.div_ceil(16 * register_tile);
    let tile = (16 * register_tile) as f64;
    let batch_cost = positions as f64 * (outer_tiles * (outer_tiles + 1) / 2) as f64 * tile * tile;
    queue.begin("agop", samples as f64 * (n as f64 * pair_cost + k as f64 * batch_cost)).await?;

    let max_pairs = tiling.tape_pairs.min(pairs.max_pairs());
    let tape = queue.allocate(2 * max_pairs * g.position_layers(), "layer inputs of pairs").await?;
    let gradients = queue.allocate(tiling.sample_block * k * d * positions, "output gradients").await?;
    let sums = queue.allocate(tiling.slices * d * d, "outer products").await?;

    let ranges = patches.ranges(n);
    for &(j_first, j_count) in &ranges {
        let last = samples.min(j_first + j_count);
        for first in (j_first..last).step_by(tiling.sample_block) {
            let block = (first - j_first)..(last.min(first + tiling.sample_block) - j_first);
            for (index, &(i_first, _)) in ranges.iter().enumerate() {
                let (i, j) = patches.pair(queue, train, i_first, j_first).await?;
                let mut row = 0;
                while row < i.count {
                    // The tiling alone decides the rows, because they decide the order in which G is summed, and a run has to
                    // give the same bits at any speed of the device. The samples may depend on the length of a submission.
                    let height = (max_pairs / block.len()).max(1);
                    let rows = row..(row + height).min(i.count);
                    let mut sample = block.start;
                    while sample < block.end {
                        let limit = (block.end - sample).min(max_pairs / rows.len());
                        let now = sample..sample + queue.fitting(limit, pair_cost * rows.len() as f64);
                        let first_rows = index == 0 && row == 0;
                        pairs.gradient(queue, (i, rows.clone()), (j, now.clone()), &tape)?;
                        for z in (0..now.len()).step_by(MAX_SAMPLES) {
                            let places = [
                                rows.start,
                                rows.end,
                                now.start,
                                now.len(),
                                i.first,
                                now.start - block.start,
                                z,
                                first_rows.into(),
                            ];
                            queue.dispatch(Dispatch {
                                shader: Shader::Outputs,
                                entry: "main",
                                constants: &outputs,
                                params: &places.map(|v| v as u32),
                                buffers: &[
                                    (1, &i.patches),
                                    (2, &j.patches),
                                    (3, &tape),
                                    (4, &alpha.buffer),
                                    (5, &gradients),
                                ],
                                workgroups: [
                                    positions.div_ceil(64),
                                    k.div_ceil(outputs_tile) * feature_tiles,
                                    (now.len() - z).min(MAX_SAMPLES),
                                ],
                                cost: (rows.len() * now.len() * k * d * positions) as f64,
                            })?;
                        }
                        queue.submit_if_full(progress).await?;
                        sample = now.end;
                    }
                    row = rows.end;
                }
            }
            let batches = block.len() * k;
            let mut batch = 0;
            while batch < batches {
                // As many batches for every slice, so that each batch is summed in the same slice.
                let turns = (batches - batch).div_ceil(tiling.slices);
                let turns = queue.fitting(turns, tiling.slices as f64 * batch_cost);
                let end = batches.min(batch + turns * tiling.slices);
                queue.dispatch(Dispatch {
                    shader: Shader::Outer,
                    entry: "main",
                    constants: &outer,
                    params: &[batch, end, tiling.slices].map(|v| v as u32),
                    buffers: &[(1, &gradients), (2, &sums)],
                    workgroups: [outer_tiles, outer_tiles, tiling.slices],
                    cost: (end - batch) as f64 * batch_cost,
                })?;
                queue.submit_if_full(progress).await?;
                batch = end;
            }
        }
    }
    let values: Vec<f32> = queue.read(&sums, 0, tiling.slices * d * d).await?;
    let mut total = DMatrix::<f64>::zeros(d, d);
    for slice in values.chunks_exact(d * d) {
        for row in 0..d {
            for column in 0..=row {
                total[(row, column)] += f64::from(slice[row * d + column]);
            }
        }
    }
    total.fill_upper_triangle_with_lower_triangle();
    Ok(total)
}
