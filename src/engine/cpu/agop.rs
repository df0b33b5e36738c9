//! AGOP of a panel of sample images: gradients of all outputs at all patches, and their outer products.
//!
//! ```text
//! G_{o,p} = sum_i alpha_io A_ip z_p(x_i) + (sum_i alpha_io B_ip) z_p(x')        M = sum G_{o,p} G_{o,p}^T
//! ```
//!
//! A and B come from one reverse pass per pair, whatever the number of outputs.

use super::lanes::{LANES, Lanes};
use super::panel::Panel;
use super::tile::Tile;
use crate::gemm::{View, gemm};
use crate::{Geometry, Matrix};
use std::ops::Range;

/// Gradients of the outputs at sixteen sample images, accumulated over the training panels.
pub struct Gradient {
    geometry: Geometry,
    outputs: usize,
    /// `G`, indexed (position, feature, output).
    z: Vec<Lanes>,
    /// `sum_i alpha_io B_ip`, indexed (position, output).
    own: Vec<Lanes>,
    /// A and B of one training panel against the samples, indexed (position, training image).
    maps: [Vec<Lanes>; 2],
    tile: Tile,
    /// Sum of outer products so far.
    sum: Matrix,
}

impl Gradient {
    pub fn new(geometry: Geometry, outputs: usize) -> Gradient {
        let positions = geometry.positions(0);
        let zeros = |len| vec![Lanes::ZERO; len];
        Gradient {
            geometry,
            outputs,
            z: zeros(positions * geometry.patch_len() * outputs),
            own: zeros(positions * outputs),
            maps: [zeros(positions * LANES), zeros(positions * LANES)],
            tile: Tile::backward(geometry),
            sum: Matrix::zeros(geometry.patch_len(), geometry.patch_len()),
        }
    }

    /// Adds what the images of panel `train`, whose rows of alpha are `alpha` (`<= 16 x k`), contribute at `samples`.
    pub fn add(&mut self, train: &Panel, alpha: &Matrix, samples: &Panel) {
        crate::simd::vectorized(
            #[inline(always)]
            || {
                for i in 0..alpha.nrows() {
                    let (a, b) = self.tile.gradient(train, i, samples);
                    for (map, value) in self.maps.iter_mut().zip([a, b]) {
                        map.chunks_exact_mut(LANES).zip(value).for_each(|(out, v)| out[i] = *v);
                    }
                }
                self.contract(train, alpha);
            },
        );
    }

    #[inline(always)]
    fn contract(&mut self, train: &Panel, alpha: &Matrix) {
        let (d, k) = (self.geometry.patch_len(), self.outputs);
        let mut weighted = vec![[Lanes::ZERO; LANES]; k];
        for p in 0..self.geometry.positions(0) {
            let (a, b) =
                (&self.maps[0][p * LANES..(p + 1) * LANES], &self.maps[1][p * LANES..(p + 1) * LANES]);
            for o in 0..k {
                let mut own = self.own[p * k + o];
                for i in 0..alpha.nrows() {
                    let weight = alpha[(i, o)];
                    weighted[o][i] = Lanes::each(|l| weight * a[i][l]);
                    own = own.add_product(weight, b[i]);
                }
                self.own[p * k + o] = own;
            }
            let gradients = self.z[p * d * k..(p + 1) * d * k].chunks_exact_mut(k);
            for (z, gradient) in train.z[p * d..(p + 1) * d].iter().zip(gradients) {
                for (out, weighted) in gradient.iter_mut().zip(&weighted) {
                    let mut sum = *out;
                    for i in 0..LANES {
                        sum = sum.add_product(z[i], weighted[i]);
                    }
                    *out = sum;
                }
            }
        }
    }

    /// Adds the samples' own term at `positions` and the outer products there, over the first `count` samples, with
    /// respect to the transformed patches. The blank images that fill up a panel have a gradient too (k0 is 1/2 there):
    /// counting them once spoilt M by 4e-4.
    pub fn outer_products(&mut self, samples: &Panel, count: usize, positions: Range<usize>) {
        let (d, k) = (self.geometry.patch_len(), self.outputs);
        for p in positions {
            let gradient = &mut self.z[p * d * k..(p + 1) * d * k];
            let z = &samples.z[p * d..(p + 1) * d];
            for (z, gradient) in z.iter().zip(gradient.chunks_exact_mut(k)) {
                for (out, own) in gradient.iter_mut().zip(&self.own[p * k..(p + 1) * k]) {
                    *out = Lanes::each(|l| if l < count { out[l] + own[l] * z[l] } else { 0.0 });
                }
            }
            // Columns are features, rows are (output, sample): M += G^T G.
            let columns = View::columns(bytemuck::cast_slice(gradient), k * LANES, d, k * LANES);
            gemm(1.0, columns.transposed(), columns, 1.0, self.sum.as_mut_slice(), d);
        }
    }

    /// The sum of outer products, `d x d`.
    pub fn sum(&self) -> &Matrix {
        &self.sum
    }
}
