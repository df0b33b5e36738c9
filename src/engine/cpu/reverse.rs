//! Gradients of a tile by reverse differentiation. Twin of [`crate::math::ntk::pair_gradient`].
//!
//! The reverse pass follows the forward pass down the rows. The transposed box sum of a layer's row `y` needs rows `y - q + 1` to
//! `y` of the next layer, so each row of the last layer passes back through all layers as soon as it is computed. Only `q` rows of
//! gradients per layer are stored, and the tape holds at most `(L - 1)(q - 1) + 1` rows of a layer.

use super::lanes::{Lanes, parts};
use super::near;
use super::panel::{GROUP_IMAGES, Group, Panel};
use super::products::inner_products;
use super::tile::{ForwardPass, Tape, sum, zeros};
use crate::images::PatchGeometry;
use crate::linalg::simd::Vector;
use pulp::Simd;
use std::f32::consts::FRAC_1_PI;

/// The gradients gS + gT, gT and gN at the positions of a row of a layer's input, with `q - 1` zeros on either side.
type Row = Vec<[Lanes; 3]>;

const ZERO: [Lanes; 3] = [Lanes::ZERO; 3];

/// The maps A and B of `dK(x, x') / dz_p(x) = A_p z_p(x') + B_p z_p(x)`, for each image x of `lhs` and the images x' of `rhs`.
/// `passes` and `maps` have one item per image x. Its maps are indexed (panel, position); those of panel number `panel`, which is
/// `rhs`, are written. The images x advance row by row together, as in a kernel tile.
#[inline(always)]
pub fn gradient_maps<S: Simd>(
    simd: S,
    geometry: PatchGeometry,
    lhs: &Group,
    passes: &mut [ReversePass],
    rhs: &Panel,
    maps: &mut [Vec<[Lanes; 2]>],
    panel: usize,
) {
    let ((height, width), delay) = (geometry.grid(0), (geometry.depth() - 1) * (geometry.patch() - 1));
    let mut products = vec![Lanes::ZERO; GROUP_IMAGES * width];
    passes.iter_mut().for_each(ReversePass::clear);
    for step in 0..height + delay {
        if step < height {
            inner_products(simd, geometry, lhs, rhs, step, &mut products);
        }
        for (image, (pass, maps)) in passes.iter_mut().zip(&mut *maps).enumerate() {
            if step < height {
                let tape = Some(&mut pass.tape);
                pass.forward.row(simd, step, (&products, image), lhs, rhs, tape);
            }
            if let Some(y) = step.checked_sub(delay) {
                let positions = height * width;
                let maps = &mut maps[panel * positions..(panel + 1) * positions];
                pass.row(simd, y, &lhs.norms[image], rhs, maps);
            }
        }
    }
}

/// The forward and reverse pass of one image x, paired with the images of a panel.
pub struct ReversePass {
    geometry: PatchGeometry,
    forward: ForwardPass,
    tape: Tape,
    /// For each layer but the first, the last `q` rows of gradients of its input, the oldest first.
    rows: Vec<Vec<Row>>,
    /// Sums over the `q` rows of a layer.
    column_sums: Row,
}

impl ReversePass {
    pub fn new(geometry: PatchGeometry) -> ReversePass {
        let (q, last, width) = (geometry.patch(), geometry.depth() - 1, geometry.grid(0).1);
        let padded = |layer: usize| geometry.grid(layer).1 + 2 * (q - 1);
        ReversePass {
            geometry,
            forward: ForwardPass::new(geometry),
            tape: Tape::new(geometry),
            rows: (1..=last).map(|l| (0..q).map(|_| zeros(padded(l))).collect()).collect(),
            column_sums: zeros(width + q - 1),
        }
    }

    fn clear(&mut self) {
        self.rows.iter_mut().flatten().for_each(|row| row.fill(ZERO));
    }

    /// Computes row `y` of the gradients of every layer, from the last layer to the first.
    #[inline(always)]
    fn row<S: Simd>(
        &mut self,
        simd: S,
        y: usize,
        norms: &[Vec<[f32; 2]>],
        rhs: &Panel,
        maps: &mut [[Lanes; 2]],
    ) {
        let (g, q) = (self.geometry, self.geometry.patch());
        let last = g.depth() - 1;
        let (zero, one) = (Vector::splat(simd, 0.0), Vector::splat(simd, 1.0));
        let (half, two) = (Vector::splat(simd, 0.5), Vector::splat(simd, 2.0));
        let inverse_pi = Vector::splat(simd, FRAC_1_PI);
        let share = Vector::splat(simd, 1.0 / g.positions(last) as f32);
        let per_channel = Vector::splat(simd, 1.0 / g.shape().channels as f32);
        let twice_per_channel = two * per_channel;
        for layer in (0..=last).rev() {
            let (height, width) = g.grid(layer);
            let threshold = Vector::splat(simd, near::min_squared_sine(layer, rhs.features));
            let (own_rows, next_rows) = self.rows.split_at_mut(layer);
            // The first layer writes to `maps` instead.
            let newest = own_rows.last_mut().map(|rows| {
                rows.rotate_left(1);
                &mut rows[q - 1]
            });
            if y >= height {
                // Rows below the last one of the layer are zero.
                newest.into_iter().for_each(|row| row.fill(ZERO));
                continue;
            }
            let column_sums = &mut self.column_sums[..width + q - 1];
            if let Some(rows) = next_rows.first() {
                match q {
                    3 => vertical_sum::<S, 3>(simd, rows, column_sums),
                    _ => vertical_sum::<S, 0>(simd, rows, column_sums),
                }
            }
            let positions = y * width..(y + 1) * width;
            let tape = self.tape.row(layer, y, width);
            let (lhs_norms, rhs_norms) = (&norms[layer][positions.clone()], &rhs.norms[layer][positions]);
            let mut newest = newest.map(|row| &mut row[q - 1..][..width]);
            for c in 0..width {
                let lhs_inverse = Vector::splat(simd, lhs_norms[c][1]);
                for part in parts::<S>() {
                    let [gs, gt, gn] = if layer == last {
                        [share, share, zero]
                    } else {
                        match q {
                            3 => sum(simd, part, &column_sums[c..c + 3]),
                            _ => sum(simd, part, &column_sums[c..c + q]),
                        }
                    };
                    let [v, k0, k1, t] = &tape[c];
                    let (v, k0) = (v.load(simd, part), k0.load(simd, part));
                    // k0 is 1/2 at rho = 0.
                    let rho = (one - v).negate(k0.lt(half));
                    let (k1, t) = (k1.load(simd, part), t.load(simd, part));
                    let [rhs_sqrt, rhs_inverse] = rhs_norms[c].load(simd, part);
                    let squared_sine = v * (two - v);
                    let slope = inverse_pi / squared_sine.sqrt();
                    let slope = slope.keep(threshold.lt(squared_sine));
                    // sqrt(N' / N), 0 where a patch is blank.
                    let ratio = rhs_sqrt * lhs_inverse;
                    // g_rho / r with r = sqrt(N N'), 0 where a patch is blank.
                    let g_s = (gt * (t * lhs_inverse * rhs_inverse)).multiply_add(slope, gs * k0);
                    let g_s = g_s.keep(zero.lt(ratio));
                    // gN += g_r r / (2 N), with N of the image that is differentiated.
                    let gn = (half * ratio).multiply_add(g_s.negate_multiply_add(rho, gs * k1), gn);
                    let (gs, gt) = (g_s, gt * k0);
                    match &mut newest {
                        Some(row) => {
                            let [both, t, n] = &mut row[c];
                            both.store(part, gs + gt);
                            t.store(part, gt);
                            n.store(part, gn);
                        }
                        None => {
                            let [a, b] = &mut maps[y * width + c];
                            a.store(part, (gs + gt) * per_channel);
                            b.store(part, gn * twice_per_channel);
                        }
                    }
                }
            }
        }
    }
}

/// Sums over the first `out.len()` positions of `rows`, from the oldest row on. `Q` is the number of rows, or 0 for any.
#[inline(always)]
fn vertical_sum<S: Simd, const Q: usize>(simd: S, rows: &[Row], out: &mut [[Lanes; 3]]) {
    let width = out.len();
    let (fixed, any): ([&[[Lanes; 3]]; Q], Vec<_>);
    let rows: &[&[[Lanes; 3]]] = if Q == 0 {
        any = rows.iter().map(|row| &row[..width]).collect();
        &any
    } else {
        fixed = std::array::from_fn(|k| &rows[k][..width]);
        &fixed
    };
    for c in 0..width {
        for map in 0..3 {
            for part in parts::<S>() {
                let mut sum = rows[0][c][map].load(simd, part);
                for row in &rows[1..] {
                    sum = sum + row[c][map].load(simd, part);
                }
                out[c][map].store(part, sum);
            }
        }
    }
}
