//! The gradient of a tile. Twin of [`crate::math::ntk::pair_gradient`].
//!
//! The reverse pass follows the forward one down the rows: the transposed box sum of a layer's row `y` looks at the rows
//! `y - q + 1` to `y` of the layer after it, so a row of the last layer goes back through all layers as soon as it is
//! made, and what the maps were is kept for just `q - 1` rows a layer.

use super::lanes::{Lanes, parts};
use super::panel::{GROUP, Group, Panel};
use super::tile::{Forward, Tape, inner_products, sum, zeros};
use crate::images::PatchGeometry;
use crate::linalg::simd::Vector;
use pulp::Simd;
use std::f32::consts::FRAC_1_PI;

/// In single precision the NTK's slope is dropped where `sin^2 theta` is below this, as [`crate::math::ntk`] does.
const FLAT: f32 = 16.0 * f32::EPSILON;

/// gS + gT, gT and gN at the positions of a row of a layer's inputs, between `q - 1` zeros on either side.
type Row = Vec<[Lanes; 3]>;

const BLANK: [Lanes; 3] = [Lanes::ZERO; 3];

/// The maps A and B of `dK(x, x') / dz_p(x) = A_p z_p(x') + B_p z_p(x)` per position, for each image of the group `firsts` as x, with
/// scratch and maps of its own, and each of `second` as x'. `place` is the panel's number among so many whose maps lie side
/// by side at each position. The images go down the rows together, as those of a kernel tile do.
#[inline(always)]
pub fn gradients<S: Simd>(
    unit: S,
    geometry: PatchGeometry,
    firsts: &Group,
    scratch: &mut [Reverse],
    second: &Panel,
    maps: &mut [Vec<[Lanes; 2]>],
    place: (usize, usize),
) {
    let ((height, width), delay) = (geometry.grid(0), (geometry.depth() - 1) * (geometry.patch() - 1));
    let mut products = vec![Lanes::ZERO; GROUP * width];
    scratch.iter_mut().for_each(Reverse::clear);
    for step in 0..height + delay {
        if step < height {
            inner_products(unit, geometry, firsts, second, step, &mut products);
        }
        for (image, (scratch, maps)) in scratch.iter_mut().zip(&mut *maps).enumerate() {
            if step < height {
                let tape = Some(&mut scratch.tape);
                scratch.forward.row(unit, step, (&products, image), firsts, second, tape);
            }
            if let Some(y) = step.checked_sub(delay) {
                scratch.back(unit, y, &firsts.norms[image], second, maps, place);
            }
        }
    }
}

/// Scratch for one image.
pub struct Reverse {
    geometry: PatchGeometry,
    forward: Forward,
    tape: Tape,
    /// For each layer but the first its last `q` rows, the oldest first.
    rows: Vec<Vec<Row>>,
    /// Their sums.
    columns: Row,
}

impl Reverse {
    pub fn new(geometry: PatchGeometry) -> Reverse {
        let (q, last, width) = (geometry.patch(), geometry.depth() - 1, geometry.grid(0).1);
        let padded = |layer: usize| geometry.grid(layer).1 + 2 * (q - 1);
        Reverse {
            geometry,
            forward: Forward::new(geometry),
            tape: Tape::new(geometry),
            rows: (1..=last).map(|l| (0..q).map(|_| zeros(padded(l))).collect()).collect(),
            columns: zeros(width + q - 1),
        }
    }

    fn clear(&mut self) {
        self.rows.iter_mut().flatten().for_each(|row| row.fill(BLANK));
    }

    /// Row `y` of every layer, from the last to the first.
    #[inline(always)]
    fn back<S: Simd>(
        &mut self,
        unit: S,
        y: usize,
        norms: &[Vec<[f32; 2]>],
        second: &Panel,
        maps: &mut [[Lanes; 2]],
        (place, places): (usize, usize),
    ) {
        let (g, q) = (self.geometry, self.geometry.patch());
        let last = g.depth() - 1;
        let (zero, one) = (Vector::splat(unit, 0.0), Vector::splat(unit, 1.0));
        let (half, two) = (Vector::splat(unit, 0.5), Vector::splat(unit, 2.0));
        let (flat, inverse_pi) = (Vector::splat(unit, FLAT), Vector::splat(unit, FRAC_1_PI));
        let share = Vector::splat(unit, 1.0 / g.positions(last) as f32);
        let per_channel = Vector::splat(unit, 1.0 / g.shape().channels as f32);
        for layer in (0..=last).rev() {
            let (height, width) = g.grid(layer);
            let (before, after) = self.rows.split_at_mut(layer);
            // Where this layer's rows go: to the one before it.
            let newest = before.last_mut().map(|rows| {
                rows.rotate_left(1);
                &mut rows[q - 1]
            });
            if y >= height {
                // Below its last row a layer passes nothing up.
                newest.into_iter().for_each(|row| row.fill(BLANK));
                continue;
            }
            let columns = &mut self.columns[..width + q - 1];
            if let Some(rows) = after.first() {
                match q {
                    3 => vertical_sum::<S, 3>(unit, rows, columns),
                    _ => vertical_sum::<S, 0>(unit, rows, columns),
                }
            }
            let here = y * width..(y + 1) * width;
            let taped = self.tape.row(layer, y, width);
            let (norms, others) = (&norms[layer][here.clone()], &second.norms[layer][here]);
            let mut newest = newest.map(|row| &mut row[q - 1..][..width]);
            for c in 0..width {
                let inverse = Vector::splat(unit, norms[c][1]);
                for part in parts::<S>() {
                    let [gs, gt, gn] = if layer == last {
                        [share, share, zero]
                    } else {
                        match q {
                            3 => sum(unit, part, &columns[c..c + 3]),
                            _ => sum(unit, part, &columns[c..c + q]),
                        }
                    };
                    let [rho, k0, k1, t] = &taped[c];
                    let (rho, k0) = (rho.load(unit, part), k0.load(unit, part));
                    let (k1, t) = (k1.load(unit, part), t.load(unit, part));
                    let other = others[c].root.load(unit, part);
                    let other_inverse = others[c].inverse.load(unit, part);
                    let squared = (one - rho.abs()) * (one + rho.abs());
                    let slope = inverse_pi.div(squared.sqrt());
                    let slope = slope.select(flat.lt(squared), zero);
                    // g_rho / r; both are 0 where a patch is blank.
                    let ratio = other * inverse;
                    let through = (gt * (t * inverse * other_inverse)).multiply_add(slope, gs * k0);
                    let through = through.select(zero.lt(ratio), zero);
                    // g_r r / (2 N), N being of the image that is differentiated.
                    let gn = gn + half * ratio * (gs * k1 - through * rho);
                    let (gs, gt) = (through, gt * k0);
                    match &mut newest {
                        Some(row) => {
                            let [both, t, n] = &mut row[c];
                            both.store(part, gs + gt);
                            t.store(part, gt);
                            n.store(part, gn);
                        }
                        None => {
                            let [a, b] = &mut maps[(y * width + c) * places + place];
                            a.store(part, (gs + gt) * per_channel);
                            b.store(part, two * gn * per_channel);
                        }
                    }
                }
            }
        }
    }
}

/// Sums of `Q` rows, or of any number with 0, the first of them first.
#[inline(always)]
fn vertical_sum<S: Simd, const Q: usize>(unit: S, rows: &[Row], out: &mut [[Lanes; 3]]) {
    let width = out.len();
    let (some, any): ([&[[Lanes; 3]]; Q], Vec<_>);
    let rows: &[&[[Lanes; 3]]] = if Q == 0 {
        any = rows.iter().map(|row| &row[..width]).collect();
        &any
    } else {
        some = std::array::from_fn(|k| &rows[k][..width]);
        &some
    };
    for c in 0..width {
        for map in 0..3 {
            for part in parts::<S>() {
                let mut sum = rows[0][c][map].load(unit, part);
                for row in &rows[1..] {
                    sum = sum + row[c][map].load(unit, part);
                }
                out[c][map].store(part, sum);
            }
        }
    }
}
