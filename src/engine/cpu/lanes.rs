//! Sixteen images side by side: the unit of all vector arithmetic of the CPU engine.
//!
//! A map of the kernel is stored as one [`Lanes`] per position, lane `l` belonging to image `l` of a panel. They are
//! computed with a register at a time ([`Vector`]): one, two or four of them hold a [`Lanes`].

use crate::linalg::simd::Vector;
use pulp::Simd;
use std::ops::{Index, IndexMut, Range};

/// Images per panel: one AVX-512 register, two of AVX2, four of simd128, and one cache line.
pub const LANES: usize = 16;

/// One value for each image of a panel.
#[derive(Debug, Clone, Copy, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(64))]
pub struct Lanes(pub [f32; LANES]);

/// The registers that make up a [`Lanes`].
#[inline(always)]
pub fn parts<S: Simd>() -> Range<usize> {
    0..LANES / S::F32_LANES
}

impl Lanes {
    pub const ZERO: Lanes = Lanes([0.0; LANES]);

    #[inline(always)]
    pub fn each(f: impl Fn(usize) -> f32) -> Lanes {
        let mut out = Lanes::ZERO;
        for l in 0..LANES {
            out.0[l] = f(l);
        }
        out
    }

    #[inline(always)]
    pub fn load<S: Simd>(&self, unit: S, part: usize) -> Vector<S> {
        Vector::load(unit, &self.0, part)
    }

    #[inline(always)]
    pub fn store<S: Simd>(&mut self, part: usize, value: Vector<S>) {
        value.store(&mut self.0, part);
    }

    /// Sum of the lanes, by halves.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let v = &self.0;
        let eight: [f32; 8] = std::array::from_fn(|l| v[l] + v[l + 8]);
        let four: [f32; 4] = std::array::from_fn(|l| eight[l] + eight[l + 4]);
        (four[0] + four[2]) + (four[1] + four[3])
    }
}

impl Index<usize> for Lanes {
    type Output = f32;

    #[inline(always)]
    fn index(&self, lane: usize) -> &f32 {
        &self.0[lane]
    }
}

impl IndexMut<usize> for Lanes {
    #[inline(always)]
    fn index_mut(&mut self, lane: usize) -> &mut f32 {
        &mut self.0[lane]
    }
}

/// With `v = 1 - |rho|`, in ascending powers of `v` on [0, 1]: `acos(1 - v) / (pi sqrt v)`, and what is left of k1,
/// `(sqrt(2 - v) - (1 - v) acos(1 - v) / sqrt v) / pi`. Minimax fits of the products with `sqrt v`, which are off by at most
/// 3.1e-8 and 8.7e-9 with these rounded coefficients. Because the root is a factor, theta stays accurate where it is small.
const ANGLE: [f32; 7] = [
    0.450_158_57,
    0.037_499_014,
    0.008_582_563,
    0.001_892_450_8,
    0.002_203_267_5,
    -0.001_167_225_8,
    0.000_831_338_5,
];
const REST: [f32; 7] = [
    9.617_919e-8,
    0.300_102_06,
    0.015_039_561,
    0.002_260_354_3,
    0.000_892_114_25,
    -0.000_219_362_1,
    0.000_235_062_7,
];

/// The arc-cosine kernels at cosines rho: what a layer does to S and T.
#[derive(Clone, Copy)]
pub struct ArcCosine<S: Simd> {
    /// rho, its absolute value at most 1.
    pub rho: Vector<S>,
    /// `(pi - theta) / pi`.
    pub k0: Vector<S>,
    /// `(sin theta + (pi - theta) cos theta) / pi`.
    pub k1: Vector<S>,
}

/// Arc-cosine kernels at `|rho| = 1 - v`, v in [0, 1], rho having the sign of `s`. Largest errors over the interval: k0
/// 1.1e-7, k1 1.2e-7 (tested); exact at `v = 0`, where a kernel machine meets its own training images.
#[inline(always)]
pub fn arc_cosine<S: Simd>(unit: S, v: Vector<S>, s: Vector<S>) -> ArcCosine<S> {
    let (zero, one) = (Vector::splat(unit, 0.0), Vector::splat(unit, 1.0));
    let root = v.sqrt();
    let (negative, cosine) = (s.lt(zero), one - v);
    let angle = root * polynomial(unit, &ANGLE, v);
    ArcCosine {
        rho: (v - one).select(negative, cosine),
        k0: angle.select(negative, one - angle),
        k1: root.multiply_add(polynomial(unit, &REST, v), zero.select(negative, cosine)),
    }
}

/// The polynomial of coefficients `c`, in pairs of terms (Estrin): a chain of twelve operations is longer than what a
/// processor looks ahead.
#[inline(always)]
fn polynomial<S: Simd>(unit: S, c: &[f32; 7], v: Vector<S>) -> Vector<S> {
    let mut terms = [v; 7];
    for (term, c) in terms.iter_mut().zip(c) {
        *term = Vector::splat(unit, *c);
    }
    let (c, v2) = (terms, v * v);
    let low = c[3].multiply_add(v, c[2]).multiply_add(v2, c[1].multiply_add(v, c[0]));
    let high = c[6].multiply_add(v2, c[5].multiply_add(v, c[4]));
    high.multiply_add(v2 * v2, low)
}

/// `1 - |rho|`, `|rho| = |s| / sqrt(N N')`, from the roots of N and N' and their inverses; at least 0, and 1 where a patch is
/// blank.
///
/// The product of four rounded factors may miss 1 by 2e-7, which k0, whose slope is infinite there, would turn into 2e-4.
/// Two patches of the very same norm whose cosine comes that close to 1 are the same patch (or its negative): that is 1.
#[inline(always)]
pub fn complement<S: Simd>(
    unit: S,
    s: Vector<S>,
    [root, inverse]: [Vector<S>; 2],
    [other_root, other_inverse]: [Vector<S>; 2],
) -> Vector<S> {
    let (zero, one) = (Vector::splat(unit, 0.0), Vector::splat(unit, 1.0));
    // In this order nothing overflows, however dim the images are.
    let v = one - s.abs() * inverse * other_inverse;
    let least = Vector::splat(unit, 1e-6).select(root.eq(other_root), zero);
    // Written so that a NaN stays one: it has to reach the check of K.
    zero.select(v.le(least), v)
}

#[cfg(test)]
mod tests {
    use super::{ArcCosine, LANES, Lanes, arc_cosine, parts};
    use crate::linalg::simd;
    use crate::math::ntk;
    use pulp::{Simd, WithSimd};

    /// rho, k0 and k1 at some cosines.
    struct Maps<'a>(&'a Lanes);

    impl WithSimd for Maps<'_> {
        type Output = [Lanes; 3];

        fn with_simd<S: Simd>(self, unit: S) -> [Lanes; 3] {
            let complements = Lanes::each(|l| 1.0 - self.0[l].abs());
            let mut out = [Lanes::ZERO; 3];
            for part in parts::<S>() {
                let (v, s) = (complements.load(unit, part), self.0.load(unit, part));
                let ArcCosine { rho, k0, k1 } = arc_cosine(unit, v, s);
                out.iter_mut().zip([rho, k0, k1]).for_each(|(out, value)| out.store(part, value));
            }
            out
        }
    }

    /// The whole interval in steps of 2^-20, and towards |rho| = 1 in every float of the last 2^-14.
    #[test]
    fn arc_cosine_errors_over_the_whole_interval() {
        let grid = (-(1 << 20)..=1 << 20).map(|i| i as f32 / (1 << 20) as f32);
        let near_one = (0..1024_u32).map(|i| f32::from_bits(1.0_f32.to_bits() - i));
        let all: Vec<f32> = grid.chain(near_one.clone()).chain(near_one.map(|x| -x)).collect();
        let mut worst = [0.0_f64; 3];
        for cosines in all.chunks(LANES) {
            let cosines = Lanes::each(|l| cosines.get(l).copied().unwrap_or(1.0));
            let found = simd::on_widest(Maps(&cosines));
            for l in 0..LANES {
                let rho = f64::from(cosines[l]);
                let (k0, k1) = ntk::arc_cosine(rho);
                for ((worst, found), exact) in worst.iter_mut().zip(&found).zip([rho, k0, k1]) {
                    assert!(found[l].is_finite(), "at {rho}");
                    *worst = worst.max((f64::from(found[l]) - exact).abs());
                }
            }
        }
        println!("largest errors: rho {:.2e}, k0 {:.2e}, k1 {:.2e}", worst[0], worst[1], worst[2]);
        assert!(worst[0] < 6e-8 && worst[1] < 1.3e-7 && worst[2] < 1.3e-7, "{worst:?}");
        let ends = Lanes::each(|l| if l % 2 == 0 { 1.0 } else { -1.0 });
        let [_, k0, k1] = simd::on_widest(Maps(&ends));
        assert_eq!([k0[0], k1[0], k0[1], k1[1]], [1.0, 1.0, 0.0, 0.0]);
    }
}
