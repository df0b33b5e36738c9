//! The reverse pass of a tile. Twin of [`crate::kernel::pair_gradient`].
//!
//! Row by row as the forward pass, from the last layer to the first: the transposed box sum of a layer's row `y` looks at
//! the rows `y - q + 1` to `y` of the layer after it, so one walk down the rows serves all layers.

use super::lanes::{LANES, Lanes, arc_cosine, complement};
use super::panel::Panel;
use super::tile::{ROWS, Tile, across, down};
use crate::Geometry;
use std::f32::consts::FRAC_1_PI;

/// In single precision the NTK's slope is dropped where `sin^2 theta` is below this, as [`crate::kernel`] does.
const FLAT: f32 = 16.0 * f32::EPSILON;

/// gS + gT, gT and gN of the last `q` rows of a layer's inputs, between `q - 1` zeros on either side.
type Rows = [Vec<Lanes>; 3];

/// Scratch of a worker: gradient maps of one image against a panel.
pub struct Reverse {
    geometry: Geometry,
    tile: Tile,
    /// For each layer but the first; row `y` in slot `y % q`.
    rows: Vec<Rows>,
    /// A sum of such rows.
    sum: Vec<Lanes>,
    /// gS, gT and gN of the row under way.
    row: Rows,
}

impl Reverse {
    pub fn new(geometry: Geometry) -> Reverse {
        let zeros = |len: usize| [(); 3].map(|()| vec![Lanes::ZERO; len]);
        let (q, width) = (geometry.patch(), geometry.grid(0).1);
        let padded = |layer: usize| geometry.grid(layer).1 + 2 * (q - 1);
        Reverse {
            geometry,
            tile: Tile::taped(geometry),
            rows: (1..geometry.depth()).map(|layer| zeros(q * padded(layer))).collect(),
            sum: vec![Lanes::ZERO; width + 2 * (q - 1)],
            row: zeros(width),
        }
    }

    /// The maps A and B of `dK(x, x') / dz_p(x) = A_p z_p(x') + B_p z_p(x)` per position, for the images from `row` on of
    /// panel `first` as x, one for each of `maps`, at most [`ROWS`], and each of `second` as x'. `place` is the panel's number
    /// among so many whose maps lie side by side at each position.
    #[inline(always)]
    pub fn gradients(
        &mut self,
        first: &Panel,
        row: usize,
        second: &Panel,
        maps: &mut [Vec<[Lanes; 2]>],
        place: (usize, usize),
    ) {
        let all = 0..self.geometry.positions(0);
        match maps.len() {
            1 => self.tile.inner_products::<1>(first, row, second, 0, all),
            2 => self.tile.inner_products::<2>(first, row, second, 0, all),
            _ => self.tile.inner_products::<ROWS>(first, row, second, 0, all),
        }
        for (i, maps) in maps.iter_mut().enumerate() {
            self.gradient(i, first, row + i, second, maps, place);
        }
    }

    #[inline(always)]
    fn gradient(
        &mut self,
        product: usize,
        first: &Panel,
        row: usize,
        second: &Panel,
        maps: &mut [[Lanes; 2]],
        (place, places): (usize, usize),
    ) {
        self.tile.layers(product, first, row, second);
        let (g, q) = (self.geometry, self.geometry.patch());
        let last = g.depth() - 1;
        let share = Lanes::splat(1.0 / g.positions(last) as f32);
        let per_channel = 1.0 / g.shape().channels as f32;
        for rows in self.rows.iter_mut().flatten() {
            rows.fill(Lanes::ZERO);
        }
        for y in 0..g.grid(0).0 {
            for layer in (0..=last).rev() {
                let (height, width) = g.grid(layer);
                if y >= height {
                    // Below its last row a layer passes nothing up.
                    let padded = width + 2 * (q - 1);
                    let slot = y % q * padded;
                    self.rows[layer - 1]
                        .iter_mut()
                        .for_each(|rows| rows[slot..slot + padded].fill(Lanes::ZERO));
                    continue;
                }
                let [gs, gt, gn] = self.row.each_mut().map(|row| &mut row[..width]);
                if layer == last {
                    gs.fill(share);
                    gt.fill(share);
                    gn.fill(Lanes::ZERO);
                } else {
                    let sum = &mut self.sum[..width + q - 1];
                    for (rows, out) in self.rows[layer].iter().zip([&mut *gs, &mut *gt, &mut *gn]) {
                        down(rows, sum, y + 1, q);
                        across(sum, out, q);
                    }
                }
                let here = y * width..(y + 1) * width;
                let [s_in, t_in] = self.tile.tape(layer).map(|map| &map[here.clone()]);
                let (norms, others) = (&first.norms[layer][here.clone()], &second.norms[layer][here]);
                for c in 0..width {
                    let (root, inverse) = (norms[c].root[row], norms[c].inverse[row]);
                    let (other, s, t) = (&others[c], &s_in[c], &t_in[c]);
                    let (gs, gt, gn) = (&mut gs[c], &mut gt[c], &mut gn[c]);
                    for l in 0..LANES {
                        let v = complement(s[l], (root, inverse), (other.root[l], other.inverse[l]));
                        let maps = arc_cosine(v, s[l] < 0.0);
                        let squared = v * (2.0 - v);
                        let slope = if squared > FLAT { FRAC_1_PI / squared.sqrt() } else { 0.0 };
                        // g_rho / r; both are 0 where a patch is blank.
                        let ratio = other.root[l] * inverse;
                        let through = gs[l] * maps.k0 + gt[l] * (t[l] * inverse * other.inverse[l]) * slope;
                        let through = if ratio > 0.0 { through } else { 0.0 };
                        let rho = if s[l] < 0.0 { v - 1.0 } else { 1.0 - v };
                        // g_r r / (2 N), N being of the image that is differentiated.
                        gn[l] += 0.5 * ratio * (gs[l] * maps.k1 - through * rho);
                        gs[l] = through;
                        gt[l] *= maps.k0;
                    }
                }
                if layer > 0 {
                    let padded = width + 2 * (q - 1);
                    let slot = y % q * padded + q - 1;
                    let [both, t, n] =
                        self.rows[layer - 1].each_mut().map(|rows| &mut rows[slot..slot + width]);
                    for c in 0..width {
                        both[c] = gs[c].add(gt[c]);
                    }
                    t.copy_from_slice(gt);
                    n.copy_from_slice(gn);
                } else {
                    for c in 0..width {
                        let [a, b] = &mut maps[(y * width + c) * places + place];
                        *a = Lanes::each(|l| (gs[c][l] + gt[c][l]) * per_channel);
                        *b = Lanes::each(|l| 2.0 * gn[c][l] * per_channel);
                    }
                }
            }
        }
    }
}
