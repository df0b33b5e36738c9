//! Kernel tiles: images of one panel against the sixteen of another. Twin of [`crate::kernel::pair`].
//!
//! The maps are made a row of positions at a time: a row goes through a layer's arc-cosine maps, is summed over windows
//! of `q` columns, and with the `q - 1` rows before it makes a row of the next layer. Nothing but those few rows is held,
//! and they stay in the core's first cache; whole maps would be read and written eight times in each layer.

use super::lanes::{LANES, Lanes, arc_cosine, complement};
use super::panel::Panel;
use crate::Geometry;
use std::ops::Range;

/// Images of the first panel whose inner products are made at a time: with sixteen lanes, eight AVX2 accumulators.
pub const ROWS: usize = 4;

/// From this patch dimension on, the patches of both panels at a row of positions are more than a core's second cache holds
/// four times over: all sixteen images take their inner products from them before the next row is read. Shorter patches
/// would only push the products of twelve images out of it.
const LONG: usize = 64;

/// S and T of a layer, or of rows of one.
pub type Maps = [Vec<Lanes>; 2];

fn zeros(len: usize) -> Maps {
    [vec![Lanes::ZERO; len], vec![Lanes::ZERO; len]]
}

/// Scratch of a worker: the maps of one image against a panel.
pub struct Tile {
    geometry: Geometry,
    /// Inner products of some images, one map after the other.
    products: Vec<Lanes>,
    /// The row under way.
    row: Maps,
    /// For each layer but the last, its last `q` rows summed over windows of columns: row `y` in slot `y % q`.
    sums: Vec<Maps>,
    /// S and T as they entered each layer; filled when a reverse pass is to follow.
    tape: Vec<Maps>,
}

impl Tile {
    /// Scratch for the forward pass alone.
    pub fn forward(geometry: Geometry) -> Tile {
        let images = if geometry.patch_len() >= LONG { LANES } else { ROWS };
        Tile {
            geometry,
            products: vec![Lanes::ZERO; images * geometry.positions(0)],
            row: zeros(geometry.grid(0).1),
            sums: (1..geometry.depth()).map(|l| zeros(geometry.patch() * geometry.grid(l).1)).collect(),
            tape: Vec::new(),
        }
    }

    /// Scratch that also keeps what a reverse pass needs.
    pub fn taped(geometry: Geometry) -> Tile {
        let tape = (0..geometry.depth()).map(|l| zeros(geometry.positions(l))).collect();
        Tile { tape, ..Tile::forward(geometry) }
    }

    /// S and T as they entered `layer` in the last pass.
    pub fn tape(&self, layer: usize) -> [&[Lanes]; 2] {
        self.tape[layer].each_ref().map(Vec::as_slice)
    }

    /// K of the sixteen images of panel `first` with the sixteen of `second`.
    #[inline(always)]
    pub fn kernels(&mut self, first: &Panel, second: &Panel, values: &mut [Lanes]) {
        let together = if self.geometry.patch_len() >= LONG { LANES } else { ROWS };
        let (height, width) = self.geometry.grid(0);
        for (group, values) in values.chunks_exact_mut(together).enumerate() {
            let row = group * together;
            if together == ROWS {
                self.inner_products::<ROWS>(first, row, second, 0, 0..height * width);
            } else {
                for y in 0..height {
                    for slot in (0..LANES).step_by(ROWS) {
                        self.inner_products::<ROWS>(first, slot, second, slot, y * width..(y + 1) * width);
                    }
                }
            }
            for (i, value) in values.iter_mut().enumerate() {
                *value = self.layers(i, first, row + i, second);
            }
        }
    }

    /// `<z_p(x), z_p(x')> / c` at `positions`, of `N` images from `row` on of panel `first`, into the maps from `slot` on,
    /// for [`layers`](Tile::layers) to go on with.
    #[inline(always)]
    pub fn inner_products<const N: usize>(
        &mut self,
        first: &Panel,
        row: usize,
        second: &Panel,
        slot: usize,
        positions: Range<usize>,
    ) {
        let (d, length) = (self.geometry.patch_len(), self.geometry.positions(0));
        let per_channel = 1.0 / self.geometry.shape().channels as f32;
        for p in positions {
            let mut sums = [Lanes::ZERO; N];
            for (a, b) in first.z[p * d..(p + 1) * d].iter().zip(&second.z[p * d..(p + 1) * d]) {
                for i in 0..N {
                    sums[i] = sums[i].add_product(a[row + i], *b);
                }
            }
            for (i, sum) in sums.iter().enumerate() {
                self.products[(slot + i) * length + p] = Lanes::each(|l| sum[l] * per_channel);
            }
        }
    }

    /// All layers of one of the inner products, row by row, and the read-out: the mean of S + T, summed row by row, because
    /// the error of a plain sum grows with its length.
    #[inline(always)]
    pub fn layers(&mut self, product: usize, first: &Panel, row: usize, second: &Panel) -> Lanes {
        let (g, q) = (self.geometry, self.geometry.patch());
        let ((height, width), last) = (g.grid(0), g.depth() - 1);
        let [s, t] = &mut self.row;
        let mut total = Lanes::ZERO;
        for input in 0..height {
            let from = product * g.positions(0) + input * width;
            s.copy_from_slice(&self.products[from..from + width]);
            t.copy_from_slice(&self.products[from..from + width]);
            let mut y = input;
            for layer in 0..=last {
                let width = g.grid(layer).1;
                let (s, t) = (&mut s[..width], &mut t[..width]);
                let here = y * width..(y + 1) * width;
                if let Some(tape) = self.tape.get_mut(layer) {
                    tape[0][here.clone()].copy_from_slice(s);
                    tape[1][here.clone()].copy_from_slice(t);
                }
                let (norms, others) = (&first.norms[layer][here.clone()], &second.norms[layer][here]);
                for c in 0..width {
                    let (root, inverse) = (norms[c].root[row], norms[c].inverse[row]);
                    let (other, s, t) = (&others[c], &mut s[c], &mut t[c]);
                    for l in 0..LANES {
                        let v = complement(s[l], (root, inverse), (other.root[l], other.inverse[l]));
                        let maps = arc_cosine(v, s[l] < 0.0);
                        s[l] = root * other.root[l] * maps.k1;
                        t[l] *= maps.k0;
                    }
                }
                if layer == last {
                    let mut sum = Lanes::ZERO;
                    for (s, t) in s.iter().zip(t.iter()) {
                        sum = sum.add(s.add(*t));
                    }
                    total = total.add(sum);
                    break;
                }
                let next = g.grid(layer + 1).1;
                let slots = &mut self.sums[layer];
                let slot = y % q * next;
                across(s, &mut slots[0][slot..slot + next], q);
                across(t, &mut slots[1][slot..slot + next], q);
                if y + 1 < q {
                    break;
                }
                // The oldest row first, as the norms are summed.
                down(&slots[0], &mut s[..next], y + 1, q);
                down(&slots[1], &mut t[..next], y + 1, q);
                for (t, s) in t[..next].iter_mut().zip(&s[..next]) {
                    *t = t.add(*s);
                }
                y = y + 1 - q;
            }
        }
        let positions = g.positions(last) as f32;
        Lanes::each(|l| total[l] / positions)
    }
}

/// Sums of `row` over every window of `q` columns.
#[inline(always)]
pub fn across(row: &[Lanes], out: &mut [Lanes], q: usize) {
    // The usual patches unrolled: a loop of three steps costs as much as what it does.
    match q {
        2 => windows::<2>(row, out),
        3 => windows::<3>(row, out),
        5 => windows::<5>(row, out),
        _ => {
            for (c, out) in out.iter_mut().enumerate() {
                *out = row[c + 1..c + q].iter().fold(row[c], |sum, v| sum.add(*v));
            }
        }
    }
}

#[inline(always)]
fn windows<const Q: usize>(row: &[Lanes], out: &mut [Lanes]) {
    for (c, out) in out.iter_mut().enumerate() {
        let window = &row[c..c + Q];
        let mut sum = window[0];
        for v in &window[1..] {
            sum = sum.add(*v);
        }
        *out = sum;
    }
}

/// Sums of the `q` rows in `slots`, beginning with slot `oldest % q`.
#[inline(always)]
pub fn down(slots: &[Lanes], out: &mut [Lanes], oldest: usize, q: usize) {
    let width = out.len();
    let slot = |k: usize| &slots[(oldest + k) % q * width..][..width];
    match q {
        2 => {
            let (a, b) = (slot(0), slot(1));
            for c in 0..width {
                out[c] = a[c].add(b[c]);
            }
        }
        3 => {
            let (a, b, d) = (slot(0), slot(1), slot(2));
            for c in 0..width {
                out[c] = a[c].add(b[c]).add(d[c]);
            }
        }
        _ => {
            out.copy_from_slice(slot(0));
            for k in 1..q {
                for (out, v) in out.iter_mut().zip(slot(k)) {
                    *out = out.add(*v);
                }
            }
        }
    }
}
