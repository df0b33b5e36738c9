//! The average gradient outer product: reverse pass of every pair, gradients of every output, their outer products.

use super::Loaded;
use super::plan::{GpuTiling, geometry_constants};
use super::shader::Shader;
use super::work::{Call, Work};
use crate::error::Result;
use crate::linalg::Matrix;
use crate::math::StageProgress;
use nalgebra::DMatrix;

/// Sum of `G G^T` over the first `samples` training images, over positions and outputs, of the gradients with respect to
/// transformed patches, with `alpha` unscaled: as many rows and columns as these have features.
pub(super) async fn outer_products(
    work: &mut Work,
    loaded: &mut Loaded,
    plan: &GpuTiling,
    alpha: &Matrix,
    samples: usize,
    progress: &StageProgress<'_>,
) -> Result<DMatrix<f64>> {
    let g = loaded.geometry;
    let train = loaded.train.clone();
    let (n, k, d, positions) = (train.count(), alpha.ncols(), loaded.patches.features(), g.positions(0));
    let pairs = &loaded.pairs;
    let most = plan.tape.min(pairs.most());
    let tape = work.allocate(2 * most * g.position_layers(), "layer inputs of pairs").await?;
    let gradients = work.allocate(plan.sample_block * k * d * positions, "output gradients").await?;
    let sums = work.allocate(plan.slices * d * d, "outer products").await?;
    let weights: Vec<f32> = alpha.transpose().as_slice().to_vec();
    let weights = work.upload(&weights, "coefficients").await?;

    let (outputs_tile, features_tile) = (k.min(5), d.min(9));
    let feature_tiles = d.div_ceil(features_tile);
    let mut outputs = geometry_constants(g, d);
    for (name, value) in [("K", k), ("OT", outputs_tile), ("FT", features_tile), ("F_TILES", feature_tiles)] {
        outputs.insert(name.into(), value);
    }
    let register_tile = d.div_ceil(16).min(4);
    let mut outer = geometry_constants(g, d);
    outer.insert("RT".into(), register_tile);

    let pair_cost = 3.0 * pairs.cost() + (k * d * positions) as f64;
    let outer_tiles = d.div_ceil(16 * register_tile);
    let tile = (16 * register_tile) as f64;
    let batch_cost = positions as f64 * (outer_tiles * (outer_tiles + 1) / 2) as f64 * tile * tile;
    work.begin("agop", samples as f64 * (n as f64 * pair_cost + k as f64 * batch_cost));

    let chunks = loaded.patches.chunks(n);
    for &(j_first, j_count) in &chunks {
        let last = samples.min(j_first + j_count);
        for first in (j_first..last).step_by(plan.sample_block) {
            let block = (first - j_first)..(last.min(first + plan.sample_block) - j_first);
            for (index, &(i_first, _)) in chunks.iter().enumerate() {
                let (i, j) = loaded.patches.pair(work, &train, i_first, j_first).await?;
                let mut row = 0;
                while row < i.count {
                    // Rows by the plan alone: they decide in which order G is summed, and a fit has to come out the
                    // same however fast the device happens to be. AgopSamples go by the time a submission has.
                    let height = (most / block.len()).max(1);
                    let rows = row..(row + height).min(i.count);
                    let mut sample = block.start;
                    while sample < block.end {
                        let fits = (block.end - sample).min(most / rows.len());
                        let now = sample..sample + work.share(fits, pair_cost * rows.len() as f64);
                        let fresh = index == 0 && row == 0;
                        pairs.gradient(work, (i, rows.clone()), (j, now.clone()), &tape)?;
                        for z in (0..now.len()).step_by(32_768) {
                            work.dispatch(Call {
                                stage: Shader::Outputs,
                                entry: "main",
                                constants: &outputs,
                                params: &[
                                    rows.start as u32,
                                    rows.end as u32,
                                    now.start as u32,
                                    now.len() as u32,
                                    i.first as u32,
                                    (now.start - block.start) as u32,
                                    z as u32,
                                    fresh.into(),
                                ],
                                buffers: &[
                                    (1, &i.patches),
                                    (2, &j.patches),
                                    (3, &tape),
                                    (4, &weights),
                                    (5, &gradients),
                                ],
                                groups: [
                                    positions.div_ceil(64),
                                    k.div_ceil(outputs_tile) * feature_tiles,
                                    (now.len() - z).min(32_768),
                                ],
                                cost: (rows.len() * now.len() * k * d * positions) as f64,
                            })?;
                        }
                        work.breathe(progress).await?;
                        sample = now.end;
                    }
                    row = rows.end;
                }
            }
            let batches = block.len() * k;
            let mut batch = 0;
            while batch < batches {
                // Whole turns of the slices, so that each batch stays with its slice.
                let turns =
                    work.share((batches - batch).div_ceil(plan.slices), plan.slices as f64 * batch_cost);
                let end = batches.min(batch + turns * plan.slices);
                work.dispatch(Call {
                    stage: Shader::Outer,
                    entry: "main",
                    constants: &outer,
                    params: &[batch as u32, end as u32, plan.slices as u32],
                    buffers: &[(1, &gradients), (2, &sums)],
                    groups: [outer_tiles, outer_tiles, plan.slices],
                    cost: (end - batch) as f64 * batch_cost,
                })?;
                work.breathe(progress).await?;
                batch = end;
            }
        }
    }
    let values: Vec<f32> = work.read(&sums, 0, plan.slices * d * d).await?;
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
