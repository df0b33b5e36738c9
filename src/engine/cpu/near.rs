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

use super::panel::{Group, LONG_PATCH, Panel};
use super::transform::{SHORT_PATCH, is_short};
use crate::linalg::simd::Vector;
use pulp::Simd;

// The groups of long patches have none.
const _: () = assert!(SHORT_PATCH < LONG_PATCH);
/// Below this value of `1 - |rho|` the difference is used: above it a cosine leaves errors of at most 3e-6 in k0.
const NEAR: f32 = 1.0 / 4096.0;
/// Below this value of `sin^2 theta` the slope of k0 is dropped, as in [`crate::math::ntk`] in single precision. For patches of the first
/// layer whose differences are known it is far above what rounding leaves of parallel patches, 1e-14.
const MIN_SQUARED_SINE: [f32; 2] = [16.0 * f32::EPSILON, 1e-12];

/// Below this value of `sin^2 theta` a layer drops the slope of k0.
pub fn min_squared_sine(layer: usize, features: usize) -> f32 {
    MIN_SQUARED_SINE[usize::from(layer == 0 && is_short(features))]
}

/// An image of a group, and the images that it is paired with, at the positions of a row.
#[derive(Clone, Copy)]
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
    /// `1 - |rho|` at column `c`, for the images of register `part`: `v`, as it follows from the inner products `s`, unless that is small.
    #[inline(always)]
    pub fn refine<S: Simd>(&self, simd: S, c: usize, part: usize, s: Vector<S>, v: Vector<S>) -> Vector<S> {
        let (zero, is_near) = (Vector::splat(simd, 0.0), v.lt(Vector::splat(simd, NEAR)));
        if !Vector::<S>::any(is_near) {
            return v;
        }
        let (position, d) = (self.position + c, self.rhs.features);
        let (lhs, rhs) = (&self.lhs.z[position * d..][..d], &self.rhs.z[position * d..][..d]);
        let lhs_inverse = self.lhs.norms[self.image][0][position][1];
        let rhs_inverse = self.rhs.norms[0][position].inverse_sqrt.load(simd, part);
        let scale = (zero - rhs_inverse).select(s.lt(zero), rhs_inverse);
        let mut sum = zero;
        for (a, b) in lhs.iter().zip(rhs) {
            let difference = Vector::splat(simd, a[self.image] * lhs_inverse) - b.load(simd, part) * scale;
            sum = difference.multiply_add(difference, sum);
        }
        (sum * Vector::splat(simd, 0.5 / self.channels as f32)).select(is_near, v)
    }
}
