//! What sample images add to the AGOP: gradients of all outputs at their patches, and the outer products of those.
//!
//! ```text
//! G_{o,p} = sum_i alpha_io A_ip z_p(x_i) + (sum_i alpha_io B_ip) z_p(x)        M = sum G_{o,p} G_{o,p}^T
//! ```
//!
//! with A and B from one reverse pass per pair, whatever the number of outputs. Training images i run along the lanes.

use super::lanes::{LANES, Lanes, parts};
use super::panel::{Group, Panel};
use super::reverse::{Reverse, gradients};
use crate::images::PatchGeometry;
use crate::linalg::gemm::{View, gemm};
use crate::linalg::simd::{Vector, on_widest};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// FeatureMatrix that are summed for together, and columns of a sum of outer products that are made together.
const STRIP: usize = 64;

/// Bytes of gradient maps, and of panels where those are made anew, that are gathered before they are contracted.
const GATHERED: usize = 32 << 20;

/// Training panels that [`Gradients::add`] takes at a time: the more, the fewer lanes are left to be added up. Each holds so
/// many values of a patch, or 0 where all are in memory already. It decides the order of sums, so it depends on the problem
/// only.
pub fn at_once(geometry: PatchGeometry, features: usize) -> usize {
    let bytes = geometry.positions(0) * (features + 2) * size_of::<Lanes>();
    (GATHERED / bytes).clamp(1, 32)
}

/// Bytes that the gradients of `samples` hold while they are accumulated.
pub fn bytes(geometry: PatchGeometry, outputs: usize, samples: usize) -> u64 {
    let positions = geometry.positions(0) as u64;
    let maps = 2 * at_once(geometry, 0) as u64 * positions * size_of::<Lanes>() as u64;
    let gradients = (4 * positions * geometry.patch_len() as u64).saturating_mul(outputs as u64);
    (samples as u64).saturating_mul(maps.saturating_add(gradients))
}

/// Gradients of the outputs at some neighbouring samples of a panel, accumulated over the training panels. AgopSamples share
/// what is read of those: for one at a time, memory is what limits the speed.
pub struct Gradients {
    geometry: PatchGeometry,
    outputs: usize,
    /// Values of a transformed patch.
    features: usize,
    samples: Group,
    /// `G` of each sample, indexed (position, output, feature).
    z: Vec<Vec<f32>>,
    /// `sum_i alpha_io B_ip` of each sample, indexed (position, output).
    own: Vec<Vec<f32>>,
    /// A and B of each sample, at each position those of all training panels that are gathered, side by side.
    maps: Vec<Vec<[Lanes; 2]>>,
    scratch: Vec<Reverse>,
}

impl Gradients {
    pub fn new(geometry: PatchGeometry, outputs: usize, panel: &Panel, rows: Range<usize>) -> Self {
        let zeros = |len| vec![vec![0.0; len]; rows.len()];
        let values = geometry.positions(0) * outputs;
        let (z, own) = (zeros(values * panel.features), zeros(values));
        let scratch = rows.clone().map(|_| Reverse::new(geometry)).collect();
        let maps = vec![Vec::new(); rows.len()];
        // At most four: one group.
        let samples = panel.regrouped(rows).remove(0);
        Gradients { geometry, outputs, features: panel.features, samples, z, own, maps, scratch }
    }

    /// Adds what the images of some training panels contribute. `alpha` has a value for each panel and output, 0 for the
    /// blank images that fill up a panel: those have a gradient too (k0 is 1/2 there), and counting them once spoilt M by
    /// 4e-4.
    pub fn add(&mut self, train: &[&Panel], alpha: &[Lanes]) {
        let values = self.geometry.positions(0) * train.len();
        self.maps.iter_mut().for_each(|maps| maps.resize(values, [Lanes::ZERO; 2]));
        on_widest(Add { gradients: self, train, alpha });
    }

    #[inline(always)]
    fn contract<S: Simd>(&mut self, unit: S, train: &[&Panel], alpha: &[Lanes]) {
        let (d, k, samples) = (self.features, self.outputs, self.samples.images());
        // alpha_io A_ip, for each sample and panel all outputs.
        let mut weights = vec![Lanes::ZERO; samples * train.len() * k];
        let (mut own, mut totals) = (vec![Lanes::ZERO; k], vec![Lanes::ZERO; k * STRIP]);
        let mut patches: Vec<&[Lanes]> = Vec::with_capacity(train.len());
        for p in 0..self.geometry.positions(0) {
            patches.clear();
            for panel in train {
                patches.push(&panel.z[p * d..(p + 1) * d]);
            }
            for sample in 0..samples {
                let maps = &self.maps[sample][p * train.len()..(p + 1) * train.len()];
                let weights = &mut weights[sample * train.len() * k..];
                for o in 0..k {
                    for part in parts::<S>() {
                        let mut sum = Vector::splat(unit, 0.0);
                        for (place, [a, b]) in maps.iter().enumerate() {
                            let alpha = alpha[place * k + o].load(unit, part);
                            weights[place * k + o].store(part, alpha * a.load(unit, part));
                            sum = alpha.multiply_add(b.load(unit, part), sum);
                        }
                        own[o].store(part, sum);
                    }
                }
                add_lanes(&own, &mut self.own[sample][p * k..(p + 1) * k]);
            }
            // As many as leave a register or two: ten sums of AVX-512, twice five of AVX2, four times two of simd128.
            let most = 10 / parts::<S>().len();
            // FeatureMatrix by the strip: what is read of long patches stays in the caches for all samples and outputs.
            for first in (0..d).step_by(STRIP) {
                let strip = first..d.min(first + STRIP);
                for sample in 0..samples {
                    let weights = &weights[sample * train.len() * k..(sample + 1) * train.len() * k];
                    let mut o = 0;
                    while o < k {
                        let (weights, totals) = (&weights[o..], &mut totals[o * STRIP..]);
                        o += match (k - o).min(most) {
                            10.. => products::<S, 10>(unit, &patches, &strip, weights, k, totals),
                            5.. => products::<S, 5>(unit, &patches, &strip, weights, k, totals),
                            2.. => products::<S, 2>(unit, &patches, &strip, weights, k, totals),
                            _ => products::<S, 1>(unit, &patches, &strip, weights, k, totals),
                        };
                    }
                    let gradients = self.z[sample][p * k * d..(p + 1) * k * d].chunks_exact_mut(d);
                    for (gradient, totals) in gradients.zip(totals.chunks_exact(STRIP)) {
                        add_lanes(&totals[..strip.len()], &mut gradient[strip.clone()]);
                    }
                }
            }
        }
    }

    /// Adds the samples' own terms, and returns for each its gradients with respect to the transformed patches, indexed
    /// (position, output, feature).
    pub fn finish(mut self) -> Vec<Vec<f32>> {
        let (d, k) = (self.features, self.outputs);
        for (sample, (gradients, own)) in self.z.iter_mut().zip(&self.own).enumerate() {
            for (column, (gradient, own)) in gradients.chunks_exact_mut(d).zip(own).enumerate() {
                let z = &self.samples.z[column / k * d..][..d];
                gradient.iter_mut().zip(z).for_each(|(g, z)| *g += own * z[sample]);
            }
        }
        self.z
    }

    /// For each sample the sum of outer products of its gradients over positions and outputs, a row and a column for each
    /// feature of the transformed patches: what lies on and below the diagonal of it.
    pub fn outer_products(self) -> Vec<f32> {
        let d = self.features;
        let gradients = self.finish();
        let mut sums = vec![0.0; gradients.len() * d * d];
        for (gradients, sum) in gradients.iter().zip(sums.chunks_exact_mut(d * d)) {
            let columns = View::columns(gradients, d, gradients.len() / d, d);
            // Strips of columns, from the diagonal down: the matrix is symmetric.
            for first in (0..d).step_by(STRIP) {
                let (below, width) = (columns.below(first), STRIP.min(d - first));
                gemm(1.0, below, below.top(width).transposed(), 0.0, &mut sum[first * d + first..], d);
            }
        }
        sums
    }
}

/// The work of [`Gradients::add`].
struct Add<'a> {
    gradients: &'a mut Gradients,
    train: &'a [&'a Panel],
    alpha: &'a [Lanes],
}

impl WithSimd for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, unit: S) {
        let Add { gradients: g, train, alpha } = self;
        for (place, panel) in train.iter().enumerate() {
            let place = (place, train.len());
            gradients(unit, g.geometry, &g.samples, &mut g.scratch, panel, &mut g.maps, place);
        }
        g.contract(unit, train, alpha);
    }
}

/// Adds up the lanes of each of `values`. Not inlined: for wide vectors the compiler makes of it more shuffles than sums.
#[inline(never)]
fn add_lanes(values: &[Lanes], sums: &mut [f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value.sum();
    }
}

/// Gradients of the first `N` outputs, a strip of features each: sums over the training images, whose lanes are left to be
/// added up. Returns `N`.
#[inline(always)]
fn products<S: Simd, const N: usize>(
    unit: S,
    patches: &[&[Lanes]],
    strip: &Range<usize>,
    weights: &[Lanes],
    k: usize,
    totals: &mut [Lanes],
) -> usize {
    for (at, f) in strip.clone().enumerate() {
        let mut sums = [[Vector::splat(unit, 0.0); LANES]; N];
        for (patch, weights) in patches.iter().zip(weights.chunks(k)) {
            let (z, weights) = (&patch[f], &weights[..N]);
            for part in parts::<S>() {
                let z = z.load(unit, part);
                for o in 0..N {
                    sums[o][part] = weights[o].load(unit, part).multiply_add(z, sums[o][part]);
                }
            }
        }
        for (o, sums) in sums.iter().enumerate() {
            for part in parts::<S>() {
                totals[o * STRIP + at].store(part, sums[part]);
            }
        }
    }
    N
}
