//! Inner products of transformed patches, `<z_p(x), z_p(x')> / c`: S as it enters the first layer.
//!
//! Each sum has the terms and the order of [`super::panel`]'s norms, so that S = N for an image paired with itself.

use super::lanes::{LANES, Lanes, parts, plain_loops};
use super::panel::{GROUP_IMAGES, Group, Panel};
use crate::images::PatchGeometry;
use crate::linalg::simd::Vector;
use pulp::Simd;

/// Inner products of the images x of `lhs` and x' of `rhs` at the positions of row `y`, indexed (x, column).
#[inline(always)]
pub fn inner_products<S: Simd>(
    simd: S,
    geometry: PatchGeometry,
    lhs: &Group,
    rhs: &Panel,
    y: usize,
    products: &mut [Lanes],
) {
    let (d, width) = (rhs.features, geometry.grid(0).1);
    let per_channel = 1.0 / geometry.shape().channels as f32;
    // Eight registers of sums hide the latency of a multiply-add and leave registers for the factors.
    let step = if parts::<S>().len() == 1 { 2 } else { 1 };
    for c in (0..width).step_by(step) {
        let at = (y * width + c) * d;
        let products = &mut products[c..];
        let (lhs, rhs) = (&lhs.z[at..], &rhs.z[at..]);
        if plain_loops::<S>() {
            plain_products(&lhs[..d], 0, &rhs[..d], per_channel, products, width);
        } else if step == 2 && c + 1 < width {
            products_at::<S, 2>(simd, lhs, rhs, d, per_channel, products, width);
        } else {
            products_at::<S, 1>(simd, lhs, rhs, d, per_channel, products, width);
        }
    }
}

/// The inner products at `P` neighbouring positions, 1 or 2. `lhs` and `rhs` begin with the `d` values of the first.
#[inline(always)]
fn products_at<S: Simd, const P: usize>(
    simd: S,
    lhs: &[[f32; GROUP_IMAGES]],
    rhs: &[Lanes],
    d: usize,
    per_channel: f32,
    products: &mut [Lanes],
    width: usize,
) {
    let per_channel = Vector::splat(simd, per_channel);
    let mut sums = [[[Vector::splat(simd, 0.0); LANES]; GROUP_IMAGES]; P];
    let first = lhs[..d].iter().zip(&rhs[..d]);
    if P == 2 {
        let second = lhs[d..2 * d].iter().zip(&rhs[d..2 * d]);
        for ((a, b), (a_second, b_second)) in first.zip(second) {
            accumulate(simd, a, b, &mut sums[0]);
            accumulate(simd, a_second, b_second, &mut sums[P - 1]);
        }
    } else {
        for (a, b) in first {
            accumulate(simd, a, b, &mut sums[0]);
        }
    }
    for p in 0..P {
        for i in 0..GROUP_IMAGES {
            for part in parts::<S>() {
                products[i * width + p].store(part, sums[p][i][part] * per_channel);
            }
        }
    }
}

#[inline(always)]
fn accumulate<S: Simd>(
    simd: S,
    a: &[f32; GROUP_IMAGES],
    b: &Lanes,
    sums: &mut [[Vector<S>; LANES]; GROUP_IMAGES],
) {
    for part in parts::<S>() {
        let b = b.load(simd, part);
        for i in 0..GROUP_IMAGES {
            sums[i][part] = Vector::splat(simd, a[i]).multiply_add(b, sums[i][part]);
        }
    }
}

/// The inner products at one position in plain loops, for instruction sets without a fused multiply-add. V8 keeps the eight sums in registers and
/// reads the factors from memory; of explicit vectors of simd128 it spilled some, and took 1.4 times as long. `lhs` has the images of the
/// group in the lanes from `lane` on.
#[inline(always)]
fn plain_products<const N: usize>(
    lhs: &[[f32; N]],
    lane: usize,
    rhs: &[Lanes],
    per_channel: f32,
    products: &mut [Lanes],
    width: usize,
) {
    for from in [0, 2] {
        let mut sums = [Lanes::ZERO; 2];
        for (a, b) in lhs.iter().zip(rhs) {
            let two = [a[lane + from], a[lane + from + 1]];
            for i in 0..2 {
                let sum = sums[i];
                sums[i] = Lanes::from_fn(|l| two[i] * b[l] + sum[l]);
            }
        }
        for (i, sum) in sums.iter().enumerate() {
            products[(from + i) * width] = Lanes::from_fn(|l| sum[l] * per_channel);
        }
    }
}

/// A group of images of the panel `lhs`, and the panel whose images they are paired with.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    pub lhs: &'a Panel,
    pub group: &'a Group,
    pub rhs: &'a Panel,
}

/// [`inner_products`] of every pair, for long patches. The pairs are those of some groups with each of `panels` panels: every group
/// with the first panel, then every group with the next.
#[inline(always)]
pub fn long_inner_products<S: Simd>(
    simd: S,
    geometry: PatchGeometry,
    pairs: &[Pair],
    panels: usize,
    y: usize,
    products: &mut [Vec<Lanes>],
) {
    // AVX-512 has registers for the sums of four panels: each value of a group is then read once for all four.
    let max_panels = if parts::<S>().len() == 1 { 4 } else { 1 };
    let groups = pairs.len() / panels;
    for c in 0..geometry.grid(0).1 {
        let mut start = 0;
        while start < panels {
            let count = match (panels - start).min(max_panels) {
                4 => 4,
                2 | 3 => 2,
                _ => 1,
            };
            for at in start * groups..(start + 1) * groups {
                let position = Position { geometry, pairs: &pairs[at..], groups, row: y, column: c };
                let products = &mut products[at..];
                match count {
                    4 => position.products::<S, 4>(simd, products),
                    2 => position.products::<S, 2>(simd, products),
                    _ if plain_loops::<S>() => position.plain_products(&mut products[0]),
                    _ => position.products::<S, 1>(simd, products),
                }
            }
            start += count;
        }
    }
}

/// A position of the first layer, and a group paired with some panels.
struct Position<'a> {
    geometry: PatchGeometry,
    /// Begins with the group's pair with the first panel; its pair with the next panel is `groups` further.
    pairs: &'a [Pair<'a>],
    groups: usize,
    row: usize,
    column: usize,
}

impl Position<'_> {
    /// A panel's patches at this position.
    #[inline(always)]
    fn patches<'a>(&self, panel: &'a Panel) -> &'a [Lanes] {
        let at = self.row * self.geometry.grid(0).1 + self.column;
        &panel.z[at * panel.features..(at + 1) * panel.features]
    }

    /// Inner products of the group's images with those of `P` panels, into the rows of these pairs.
    #[inline(always)]
    fn products<S: Simd, const P: usize>(&self, simd: S, products: &mut [Vec<Lanes>]) {
        let (width, column) = (self.geometry.grid(0).1, self.column);
        let per_channel = Vector::splat(simd, 1.0 / self.geometry.shape().channels as f32);
        let (a, lane) = (self.patches(self.pairs[0].lhs), self.pairs[0].group.first_lane);
        let b: [&[Lanes]; P] =
            std::array::from_fn(|p| &self.patches(self.pairs[p * self.groups].rhs)[..a.len()]);
        let mut sums = [[[Vector::splat(simd, 0.0); LANES]; GROUP_IMAGES]; P];
        for f in 0..a.len() {
            let a = a[f].0.as_chunks::<GROUP_IMAGES>().0[lane / GROUP_IMAGES];
            for part in parts::<S>() {
                for p in 0..P {
                    let b = b[p][f].load(simd, part);
                    for i in 0..GROUP_IMAGES {
                        sums[p][i][part] = Vector::splat(simd, a[i]).multiply_add(b, sums[p][i][part]);
                    }
                }
            }
        }
        for p in 0..P {
            for i in 0..GROUP_IMAGES {
                for part in parts::<S>() {
                    products[p * self.groups][i * width + column].store(part, sums[p][i][part] * per_channel);
                }
            }
        }
    }

    /// Those with the first panel by [`plain_products`].
    #[inline(always)]
    fn plain_products(&self, products: &mut [Lanes]) {
        let per_channel = 1.0 / self.geometry.shape().channels as f32;
        let Pair { lhs, group, rhs } = self.pairs[0];
        let lhs: &[[f32; LANES]] = bytemuck::cast_slice(self.patches(lhs));
        let products = &mut products[self.column..];
        plain_products(
            lhs,
            group.first_lane,
            self.patches(rhs),
            per_channel,
            products,
            self.geometry.grid(0).1,
        );
    }
}
