//! What sample images add to the AGOP: gradients of all outputs at their patches, and the outer products of those.
//!
//! ```text
//! G_{o,p} = sum_i alpha_io A_ip z_p(x_i) + (sum_i alpha_io B_ip) z_p(x)        M = sum G_{o,p} G_{o,p}^T
//! ```
//!
//! with A and B from one reverse pass per pair, whatever the number of outputs. Training images i run along the lanes.

use super::lanes::{Lanes, multiply_add};
use super::panel::Panel;
use super::reverse::Reverse;
use crate::Geometry;
use crate::gemm::{View, gemm};
use std::ops::Range;

/// Outputs whose sums are made together: with sixteen lanes, ten of AVX2's sixteen registers, or eight of simd128's.
const OUTPUTS: usize = if cfg!(target_arch = "wasm32") { 2 } else { 5 };

/// Columns of a sum of outer products that are made together.
const STRIP: usize = 64;

/// Bytes of gradient maps, and of panels where those are made anew, that are gathered before they are contracted.
const GATHERED: usize = 32 << 20;

/// Training panels that [`Gradients::add`] takes at a time. It decides the order of sums, so it depends on the geometry only.
pub fn at_once(geometry: Geometry) -> usize {
    let bytes = geometry.positions(0) * (geometry.patch_len() + 2) * size_of::<Lanes>();
    (GATHERED / bytes).clamp(1, 32)
}

/// Bytes that the gradients of `samples` hold while they are accumulated.
pub fn bytes(geometry: Geometry, outputs: usize, samples: usize) -> usize {
    let maps = 2 * at_once(geometry) * geometry.positions(0) * size_of::<Lanes>();
    samples * (maps + size_of::<f32>() * geometry.positions(0) * geometry.patch_len() * outputs)
}

/// Gradients of the outputs at up to four neighbouring samples of a panel, accumulated over the training panels. Samples
/// share what is read of those: for one at a time, memory is what limits the speed.
pub struct Gradients<'a> {
    geometry: Geometry,
    outputs: usize,
    panel: &'a Panel,
    /// The samples' place in it.
    rows: Range<usize>,
    /// `G` of each sample, indexed (position, output, feature).
    z: Vec<Vec<f32>>,
    /// `sum_i alpha_io B_ip` of each sample, indexed (position, output).
    own: Vec<Vec<f32>>,
    /// A and B of each sample, at each position those of all training panels that are gathered, side by side.
    maps: Vec<Vec<[Lanes; 2]>>,
    reverse: Reverse,
}

impl<'a> Gradients<'a> {
    pub fn new(geometry: Geometry, outputs: usize, panel: &'a Panel, rows: Range<usize>) -> Self {
        let zeros = |len| vec![vec![0.0; len]; rows.len()];
        let values = geometry.positions(0) * outputs;
        let (z, own) = (zeros(values * geometry.patch_len()), zeros(values));
        let (maps, reverse) = (Vec::new(), Reverse::new(geometry));
        Gradients { geometry, outputs, panel, rows, z, own, maps, reverse }
    }

    /// Adds what the images of some training panels contribute. `alpha` has a value for each panel and output, 0 for the
    /// blank images that fill up a panel: those have a gradient too (k0 is 1/2 there), and counting them once spoilt M by
    /// 4e-4.
    pub fn add(&mut self, train: &[&Panel], alpha: &[Lanes]) {
        let values = self.geometry.positions(0) * train.len();
        self.maps.resize_with(self.rows.len(), Vec::new);
        self.maps.iter_mut().for_each(|maps| maps.resize(values, [Lanes::ZERO; 2]));
        crate::simd::vectorized(
            #[inline(always)]
            || {
                for (place, panel) in train.iter().enumerate() {
                    let place = (place, train.len());
                    self.reverse.gradients(self.panel, self.rows.start, panel, &mut self.maps, place);
                }
                self.contract(train, alpha);
            },
        );
    }

    #[inline(always)]
    fn contract(&mut self, train: &[&Panel], alpha: &[Lanes]) {
        let (d, k, samples) = (self.geometry.patch_len(), self.outputs, self.rows.len());
        // alpha_io A_ip, for each panel all outputs.
        let mut weights = vec![Lanes::ZERO; train.len() * k];
        let (mut own, mut totals) = (vec![Lanes::ZERO; k], vec![Lanes::ZERO; k * d]);
        let mut patches: Vec<&[Lanes]> = Vec::with_capacity(train.len());
        for p in 0..self.geometry.positions(0) {
            patches.clear();
            for panel in train {
                patches.push(&panel.z[p * d..(p + 1) * d]);
            }
            for sample in 0..samples {
                own.fill(Lanes::ZERO);
                let maps = &self.maps[sample][p * train.len()..(p + 1) * train.len()];
                for ((alpha, weights), [a, b]) in
                    alpha.chunks_exact(k).zip(weights.chunks_exact_mut(k)).zip(maps)
                {
                    for o in 0..k {
                        let (alpha, sum) = (&alpha[o], own[o]);
                        weights[o] = Lanes::each(|l| alpha[l] * a[l]);
                        own[o] = Lanes::each(|l| multiply_add(alpha[l], b[l], sum[l]));
                    }
                }
                let sums = &mut self.own[sample][p * k..(p + 1) * k];
                sums.iter_mut().zip(&own).for_each(|(sum, own)| *sum += own.sum());
                let mut o = 0;
                while o < k {
                    let outputs = &mut totals[o * d..];
                    if o + OUTPUTS <= k {
                        products::<OUTPUTS>(&patches, &weights[o..], k, outputs);
                        o += OUTPUTS;
                    } else {
                        products::<1>(&patches, &weights[o..], k, outputs);
                        o += 1;
                    }
                }
                let gradient = &mut self.z[sample][p * k * d..(p + 1) * k * d];
                for (sum, total) in gradient.iter_mut().zip(&totals) {
                    *sum += total.sum();
                }
            }
        }
    }

    /// Adds the samples' own terms, and returns for each the sum of outer products over positions and outputs, `d x d`,
    /// with respect to the transformed patches: what lies on and below the diagonal of it.
    pub fn outer_products(mut self) -> Vec<f32> {
        let (d, k) = (self.geometry.patch_len(), self.outputs);
        let mut sums = vec![0.0; self.rows.len() * d * d];
        let samples = self.rows.zip(self.z.iter_mut().zip(&self.own)).zip(sums.chunks_exact_mut(d * d));
        for ((row, (gradients, own)), sum) in samples {
            for (column, (gradient, own)) in gradients.chunks_exact_mut(d).zip(own).enumerate() {
                let z = &self.panel.z[column / k * d..][..d];
                gradient.iter_mut().zip(z).for_each(|(g, z)| *g += own * z[row]);
            }
            let columns = View::columns(gradients, d, own.len(), d);
            // Strips of columns, from the diagonal down: the matrix is symmetric.
            for first in (0..d).step_by(STRIP) {
                let (below, width) = (columns.below(first), STRIP.min(d - first));
                gemm(1.0, below, below.top(width).transposed(), 0.0, &mut sum[first * d + first..], d);
            }
        }
        sums
    }
}

/// Gradients of `N` outputs, `d` features each: sums over the training images, whose lanes are left to be added up. (A
/// compiler that sees the sum over the lanes here turns everything around it into shuffles.)
#[inline(always)]
fn products<const N: usize>(patches: &[&[Lanes]], weights: &[Lanes], k: usize, totals: &mut [Lanes]) {
    let d = patches[0].len();
    for f in 0..d {
        let mut sums = [Lanes::ZERO; N];
        for (patch, weights) in patches.iter().zip(weights.chunks(k)) {
            let z = &patch[f];
            for o in 0..N {
                let (sum, weight) = (sums[o], &weights[o]);
                sums[o] = Lanes::each(|l| multiply_add(weight[l], z[l], sum[l]));
            }
        }
        for o in 0..N {
            totals[o * d + f] = sums[o];
        }
    }
}
