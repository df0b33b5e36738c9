//! `1 - |rho|` of patches that are nearly parallel, from their difference.
//!
//! A cosine in single precision may miss 1 by 2e-7, which k0, whose slope is infinite there, turns into 2e-4, and the gradient's slope
//! `1 / sin theta` into anything. With `a = z / |z|`, `b = z' / |z'|` and the sign of their inner product,
//!
//! ```text
//! 1 - |rho| = |a -+ b|^2 / 2
//! ```
//!
//! has a relative error of 1e-7 / theta. Patches of few values are often nearly parallel, above all once M weighs one direction most;
//! in the layers behind the first one, sums over windows, hardly ever (docs/performance.md has the errors).

use super::lanes::{Lanes, one_minus_abs_rho, parts};
use super::panel::{Group, LONG_PATCH, Panel};
use crate::linalg::simd::Vector;
use crate::math::ntk::{SHORT_PATCH, is_short};
use pulp::Simd;

// The groups of long patches have none.
const _: () = assert!(SHORT_PATCH < LONG_PATCH);
/// Below this value of `1 - |rho|` the difference is used: above it a cosine leaves errors of at most 3e-6 in k0.
const NEAR: f32 = 1.0 / 4096.0;
/// Below this value of `sin^2 theta` the slope of k0 is dropped: as in [`crate::math::ntk`] in single precision, and for short patches
/// in the first layer, of which rounding leaves 1e-14 where they are parallel.
const MIN_SQUARED_SINE: [f32; 2] = [16.0 * f32::EPSILON, 1e-12];

/// Below this value of `sin^2 theta` a layer drops the slope of k0.
pub fn min_squared_sine(layer: usize, features: usize) -> f32 {
    MIN_SQUARED_SINE[usize::from(layer == 0 && is_short(features))]
}

/// An image of a group, and the images that it is paired with, at the positions of a row.
pub struct Patches<'a> {
    pub lhs: &'a Group,
    /// Index of the image in its group.
    pub image: usize,
    pub rhs: &'a Panel,
    /// The first position of the row.
    pub position: usize,
    /// c, over which inner products are averaged.
    pub channels: usize,
}

impl Patches<'_> {
    /// `1 - |rho|` at each column of the row, from the inner products or, where it is small, from differences.
    #[inline(always)]
    pub fn complements<S: Simd>(&self, simd: S, products: &[Lanes], complements: &mut [Lanes]) {
        let limit = Vector::splat(simd, NEAR);
        let norms = &self.lhs.norms[self.image][0][self.position..][..products.len()];
        let rhs_norms = &self.rhs.norms[0][self.position..][..products.len()];
        let mut smallest = limit;
        for (c, (products, out)) in products.iter().zip(&mut *complements).enumerate() {
            let lhs = [Vector::splat(simd, norms[c][0]), Vector::splat(simd, norms[c][1])];
            for part in parts::<S>() {
                let v = one_minus_abs_rho(
                    simd,
                    products.load(simd, part).abs(),
                    lhs,
                    rhs_norms[c].load(simd, part),
                );
                smallest = v.min(smallest);
                out.store(part, v);
            }
        }
        if Vector::<S>::any(smallest.lt(limit)) {
            self.refine(simd, products, complements);
        }
    }

    /// Replaces the small ones of `complements` by half the squared length of a difference. A function of its own: inside
    /// the loop of the arc-cosines it took a browser 16 to 21 % of the time, even where no patch was near.
    #[cold]
    #[inline(never)]
    fn refine<S: Simd>(&self, simd: S, products: &[Lanes], complements: &mut [Lanes]) {
        simd.vectorize(
            #[inline(always)]
            || {
                for (c, (products, out)) in products.iter().zip(complements).enumerate() {
                    for part in parts::<S>() {
                        let v = out.load(simd, part);
                        let is_near = v.lt(Vector::splat(simd, NEAR));
                        if Vector::<S>::any(is_near) {
                            let difference = self.half_difference(simd, c, part, products.load(simd, part));
                            out.store(part, difference.select(is_near, v));
                        }
                    }
                }
            },
        );
    }

    /// `|a -+ b|^2 / 2` at column `c`, for the images of register `part`, whose inner products are `s`.
    #[inline(always)]
    fn half_difference<S: Simd>(&self, simd: S, c: usize, part: usize, s: Vector<S>) -> Vector<S> {
        let (position, d, zero) = (self.position + c, self.rhs.features, Vector::splat(simd, 0.0));
        let (lhs, rhs) = (&self.lhs.z[position * d..][..d], &self.rhs.z[position * d..][..d]);
        let lhs_inverse = self.lhs.norms[self.image][0][position][1];
        let rhs_inverse = self.rhs.norms[0][position].inverse_sqrt.load(simd, part);
        let scale = rhs_inverse.negate(s.lt(zero));
        let mut sum = zero;
        for (a, b) in lhs.iter().zip(rhs) {
            // Both products are rounded, so that the difference of a patch and itself is 0.
            let difference = Vector::splat(simd, a[self.image] * lhs_inverse) - b.load(simd, part) * scale;
            sum = difference.multiply_add(difference, sum);
        }
        sum * Vector::splat(simd, 0.5 / self.channels as f32)
    }
}
