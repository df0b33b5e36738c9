//! Kernel tiles: images of one panel against the sixteen of another, forward and backward. Twin of [`crate::kernel`].
//!
//! Inner products are made for four rows at a time, so that a panel of long patches is read a quarter as often; the maps
//! that follow are made for one row at a time, so that they stay in the core's own cache.

use super::lanes::{LANES, Lanes, arc_cosine, cosine};
use super::panel::Panel;
use crate::Geometry;
use std::f32::consts::PI;

/// In single precision the NTK's slope is dropped where `sin^2 theta` is below this, as [`crate::kernel`] does.
const FLAT: f32 = 16.0 * f32::EPSILON;

/// Sums over every valid `q x q` window, in place: the result, `(h - q + 1) x (w - q + 1)`, fills the front of `map`.
/// Each pass writes at or before where it reads. No running sums; see [`crate::kernel::box_sum`].
#[inline(always)]
pub fn box_sum(map: &mut [Lanes], (h, w): (usize, usize), q: usize) {
    let (rows, cols) = (h + 1 - q, w + 1 - q);
    for r in 0..h {
        for c in 0..cols {
            let mut sum = map[r * w + c];
            for k in 1..q {
                sum = sum.add(map[r * w + c + k]);
            }
            map[r * cols + c] = sum;
        }
    }
    for i in 0..rows * cols {
        let mut sum = map[i];
        for k in 1..q {
            sum = sum.add(map[i + k * cols]);
        }
        map[i] = sum;
    }
}

/// The transpose of [`box_sum`]: spreads the `(h - q + 1) x (w - q + 1)` map at the front of `map` over `h x w`,
/// through `work` of the same length.
#[inline(always)]
fn box_spread(map: &mut [Lanes], work: &mut [Lanes], (h, w): (usize, usize), q: usize) {
    let (rows, cols) = (h + 1 - q, w + 1 - q);
    for r in 0..h {
        for c in 0..cols {
            let mut sum = Lanes::ZERO;
            for k in r.saturating_sub(rows - 1)..=r.min(q - 1) {
                sum = sum.add(map[(r - k) * cols + c]);
            }
            work[r * cols + c] = sum;
        }
    }
    for r in 0..h {
        for c in 0..w {
            let mut sum = Lanes::ZERO;
            for k in c.saturating_sub(cols - 1)..=c.min(q - 1) {
                sum = sum.add(work[r * cols + c - k]);
            }
            map[r * w + c] = sum;
        }
    }
}

/// Rows whose inner products are made together: with sixteen lanes, eight AVX2 accumulators.
const ROWS: usize = 4;

/// Scratch of a worker: the maps of one image against a panel.
pub struct Tile {
    geometry: Geometry,
    /// Inner products of [`ROWS`] rows, one map after the other.
    products: Vec<Lanes>,
    s: Vec<Lanes>,
    t: Vec<Lanes>,
    /// S and T as they entered each layer; filled when a reverse pass is to follow.
    tape: Vec<(Vec<Lanes>, Vec<Lanes>)>,
    /// Adjoints of S, T and N', and room to spread them.
    g: [Vec<Lanes>; 4],
}

impl Tile {
    /// Scratch for the forward pass alone.
    pub fn forward(geometry: Geometry) -> Tile {
        let map = || vec![Lanes::ZERO; geometry.positions(0)];
        let products = vec![Lanes::ZERO; ROWS * geometry.positions(0)];
        Tile { geometry, products, s: map(), t: map(), tape: Vec::new(), g: Default::default() }
    }

    /// Scratch for both passes.
    pub fn backward(geometry: Geometry) -> Tile {
        let map = |layer| vec![Lanes::ZERO; geometry.positions(layer)];
        let tape = (0..geometry.depth()).map(|l| (map(l), map(l))).collect();
        Tile { tape, g: [map(0), map(0), map(0), map(0)], ..Tile::forward(geometry) }
    }

    /// K of image `row` of panel `first` with the sixteen of `second`. Rows must come in order, from 0.
    #[inline(always)]
    pub fn kernel(&mut self, first: &Panel, row: usize, second: &Panel) -> Lanes {
        let g = self.geometry;
        if row.is_multiple_of(ROWS) {
            self.inner_products(first, row, second);
        }
        let positions = g.positions(0);
        let products = &self.products[row % ROWS * positions..][..positions];
        self.s.copy_from_slice(products);
        self.t.copy_from_slice(products);
        for layer in 0..g.depth() {
            let count = g.positions(layer);
            if let Some((s, t)) = self.tape.get_mut(layer) {
                s.copy_from_slice(&self.s[..count]);
                t.copy_from_slice(&self.t[..count]);
            }
            let (norms, others) = (&first.norms[layer][..count], &second.norms[layer][..count]);
            for (((s, t), n), m) in
                self.s[..count].iter_mut().zip(&mut self.t[..count]).zip(norms).zip(others)
            {
                let n = n[row];
                for l in 0..LANES {
                    let r = (n * m[l]).sqrt();
                    let maps = arc_cosine(cosine(s[l], r));
                    s[l] = r * maps.k1;
                    t[l] *= maps.k0;
                }
            }
            if layer + 1 < g.depth() {
                box_sum(&mut self.s[..count], g.grid(layer), g.patch());
                box_sum(&mut self.t[..count], g.grid(layer), g.patch());
                let next = g.positions(layer + 1);
                for (t, s) in self.t[..next].iter_mut().zip(&self.s[..next]) {
                    *t = t.add(*s);
                }
            }
        }
        self.read_out()
    }

    /// `<z_p(x), z_p(x')> / c` for the images `row..row + ROWS` of `first`.
    #[inline(always)]
    fn inner_products(&mut self, first: &Panel, row: usize, second: &Panel) {
        let (d, positions) = (self.geometry.patch_len(), self.geometry.positions(0));
        let per_channel = 1.0 / self.geometry.shape().channels as f32;
        for p in 0..positions {
            let mut sums = [Lanes::ZERO; ROWS];
            for (a, b) in first.z[p * d..(p + 1) * d].iter().zip(&second.z[p * d..(p + 1) * d]) {
                for r in 0..ROWS {
                    sums[r] = sums[r].add_product(a[row + r], *b);
                }
            }
            for (r, sum) in sums.iter().enumerate() {
                self.products[r * positions + p] = Lanes::each(|l| sum[l] * per_channel);
            }
        }
    }

    /// Mean of S + T over the positions left, summed row by row: the error of a plain sum grows with its length.
    #[inline(always)]
    fn read_out(&self) -> Lanes {
        let (rows, cols) = self.geometry.grid(self.geometry.depth() - 1);
        let mut total = Lanes::ZERO;
        for r in 0..rows {
            let mut sum = Lanes::ZERO;
            for (s, t) in self.s[r * cols..(r + 1) * cols].iter().zip(&self.t[r * cols..(r + 1) * cols]) {
                sum = sum.add(s.add(*t));
            }
            total = total.add(sum);
        }
        let positions = (rows * cols) as f32;
        Lanes::each(|l| total[l] / positions)
    }

    /// The maps A and B of the gradient with respect to the patches of `second`, per position. Also computes K.
    #[inline(always)]
    pub fn gradient(&mut self, first: &Panel, row: usize, second: &Panel) -> (&[Lanes], &[Lanes]) {
        self.kernel(first, row, second);
        let g = self.geometry;
        let last = g.positions(g.depth() - 1);
        let [gs, gt, gn, work] = &mut self.g;
        gs[..last].fill(Lanes::splat(1.0 / last as f32));
        gt[..last].fill(Lanes::splat(1.0 / last as f32));
        gn[..last].fill(Lanes::ZERO);
        for layer in (0..g.depth()).rev() {
            let count = g.positions(layer);
            if layer + 1 < g.depth() {
                let (grid, q) = (g.grid(layer), g.patch());
                let next = g.positions(layer + 1);
                for (s, t) in gs[..next].iter_mut().zip(&gt[..next]) {
                    *s = s.add(*t);
                }
                for adjoint in [&mut *gs, &mut *gt, &mut *gn] {
                    box_spread(&mut adjoint[..count], work, grid, q);
                }
            }
            let (s_in, t_in) = &self.tape[layer];
            let (norms, others) = (&first.norms[layer][..count], &second.norms[layer][..count]);
            for p in 0..count {
                let n = norms[p][row];
                let (gs, gt, gn) = (&mut gs[p], &mut gt[p], &mut gn[p]);
                for l in 0..LANES {
                    let m = others[p][l];
                    let r = (n * m).sqrt();
                    let rho = cosine(s_in[p][l], r);
                    let maps = arc_cosine(rho);
                    let steep = maps.sin * maps.sin > FLAT;
                    let slope = if steep { 1.0 / (PI * maps.sin) } else { 0.0 };
                    let g_rho = gs[l] * r * maps.k0 + gt[l] * t_in[p][l] * slope;
                    let positive = r > 0.0;
                    // gr r / (2 N'), with the r of grho rho / r cancelled.
                    let pull = (gs[l] * maps.k1 * r - g_rho * rho) / (2.0 * m);
                    gn[l] += if positive { pull } else { 0.0 };
                    let through = g_rho / r;
                    gs[l] = if positive { through } else { 0.0 };
                    gt[l] *= maps.k0;
                }
            }
        }
        let per_channel = 1.0 / g.shape().channels as f32;
        for (s, t) in gs.iter_mut().zip(gt.iter()) {
            *s = Lanes::each(|l| (s[l] + t[l]) * per_channel);
        }
        for n in gn.iter_mut() {
            *n = Lanes::each(|l| 2.0 * n[l] * per_channel);
        }
        (&self.g[0], &self.g[2])
    }
}
