//! One value for each of sixteen images, and the arc-cosine kernels of such values.
//!
//! A map of the kernel is stored as one [`Lanes`] per position; lane `l` belongs to image `l` of a panel. The arithmetic takes one
//! register ([`Vector`]) at a time: a [`Lanes`] fills one, two, four or sixteen of them.

use crate::linalg::simd::Vector;
use pulp::Simd;
use std::f32::consts::FRAC_1_PI;
use std::ops::{Index, IndexMut, Range};

/// Images per panel: one AVX-512 register, two of AVX2, four of NEON or simd128, and one cache line.
pub const LANES: usize = 16;

/// One value for each image of a panel.
#[derive(Debug, Clone, Copy, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(64))]
pub struct Lanes(pub [f32; LANES]);

/// Indices of the registers that make up a [`Lanes`].
#[inline(always)]
pub fn parts<S: Simd>() -> Range<usize> {
    0..LANES / S::F32_LANES
}

/// Whether inner products take plain loops instead of registers: with scalar instructions and with simd128, which have no fused
/// multiply-add. Norms use [`Vector::multiply_add`], so where that is fused inner products have to use it too.
#[inline(always)]
pub fn plain_loops<S: Simd>() -> bool {
    S::F32_LANES == 1 || cfg!(all(target_arch = "wasm32", not(fused)))
}

impl Lanes {
    pub const ZERO: Lanes = Lanes([0.0; LANES]);

    /// `f(l)` in every lane `l`.
    #[inline(always)]
    pub fn from_fn(f: impl Fn(usize) -> f32) -> Lanes {
        let mut out = Lanes::ZERO;
        for l in 0..LANES {
            out.0[l] = f(l);
        }
        out
    }

    /// Register number `part`.
    #[inline(always)]
    pub fn load<S: Simd>(&self, simd: S, part: usize) -> Vector<S> {
        Vector::load(simd, &self.0, part)
    }

    /// Overwrites register number `part`.
    #[inline(always)]
    pub fn store<S: Simd>(&mut self, part: usize, value: Vector<S>) {
        value.store(&mut self.0, part);
    }

    /// Sum of the lanes: adds the upper half to the lower half until one value is left.
    #[inline(always)]
    pub fn sum<S: Simd>(&self, simd: S) -> f32 {
        let mut registers = [Vector::splat(simd, 0.0); LANES];
        for part in parts::<S>() {
            registers[part] = self.load(simd, part);
        }
        let mut count = parts::<S>().len();
        while count > 1 {
            count /= 2;
            for part in 0..count {
                registers[part] = registers[part] + registers[part + count];
            }
        }
        registers[0].sum()
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

/// `acos(1 - v) / (pi sqrt v)` on [0, 1], coefficients in ascending powers of `v`. A minimax fit of `acos(1 - v) / pi`, whose
/// error is at most 3.1e-8. With the factor `sqrt v` split off, theta stays accurate where it is small.
const ANGLE: [f32; 7] = [
    0.450_158_57,
    0.037_499_014,
    0.008_582_563,
    0.001_892_450_8,
    0.002_203_267_5,
    -0.001_167_225_8,
    0.000_831_338_5,
];
/// `k1(-(1 - v)) / sqrt v = (sqrt(2 - v) - (1 - v) acos(1 - v) / sqrt v) / pi` on [0, 1], coefficients in ascending powers of
/// `v`. A minimax fit of `k1(-(1 - v))`, whose error is at most 8.7e-9.
const K1_NEGATIVE: [f32; 7] = [
    9.617_919e-8,
    0.300_102_06,
    0.015_039_561,
    0.002_260_354_3,
    0.000_892_114_25,
    -0.000_219_362_1,
    0.000_235_062_7,
];

/// `1 / pi^2`.
const INVERSE_PI_SQUARED: f32 = FRAC_1_PI * FRAC_1_PI;

/// The arc-cosine kernels at `rho = cos theta`. A layer maps S to `sqrt(N N') k1` and T to `T k0`.
#[derive(Clone, Copy)]
pub struct ArcCosine<S: Simd> {
    /// `(pi - theta) / pi`.
    pub k0: Vector<S>,
    /// `(sin theta + (pi - theta) cos theta) / pi`.
    pub k1: Vector<S>,
}

/// Arc-cosine kernels at `|rho| = 1 - v`, v in [0, 1]; rho has the sign of `s`. Exact at `v = 0`, which is an image paired with itself.
/// Where `s` is not negative, but for rounding, `SIGNED` may be false. Largest errors over the interval: 1.2e-7, of k1 in a page 1.4e-7.
///
/// A page computes k1 from k0 and a second root instead of a second polynomial: the kernel takes 6 to 12 % less time there. Natively it
/// took 9 % more, because the sixteen roots of an AVX-512 register take as long as four times four.
#[inline(always)]
pub fn arc_cosine<S: Simd, const SIGNED: bool>(simd: S, v: Vector<S>, s: Vector<S>) -> ArcCosine<S> {
    if cfg!(target_arch = "wasm32") {
        arc_cosine_by::<S, SIGNED, true>(simd, v, s)
    } else {
        arc_cosine_by::<S, SIGNED, false>(simd, v, s)
    }
}

/// [`arc_cosine`] with two roots, or with two polynomials.
#[inline(always)]
fn arc_cosine_by<S: Simd, const SIGNED: bool, const ROOTS: bool>(
    simd: S,
    v: Vector<S>,
    s: Vector<S>,
) -> ArcCosine<S> {
    let (one, negative) = (Vector::splat(simd, 1.0), s.lt(Vector::splat(simd, 0.0)));
    let (root, cosine, angle_over_root) = (v.sqrt(), one - v, polynomial(simd, &ANGLE, v));
    let k0 = if SIGNED {
        root.negate(negative).negate_multiply_add(angle_over_root, one.clear(negative))
    } else {
        root.negate_multiply_add(angle_over_root, one)
    };
    let k1 = if ROOTS {
        let rho = if SIGNED { cosine.negate(negative) } else { cosine };
        // sin theta / pi = sqrt(v) sqrt((2 - v) / pi^2)
        let [one_share, two_shares] =
            [1.0, 2.0].map(|factor| Vector::splat(simd, factor * INVERSE_PI_SQUARED));
        k0.multiply_add(rho, root * v.negate_multiply_add(one_share, two_shares).sqrt())
    } else {
        // k1(rho) = max(rho, 0) + k1(-|rho|).
        let positive_rho = if SIGNED { cosine.clear(negative) } else { cosine };
        root.multiply_add(polynomial(simd, &K1_NEGATIVE, v), positive_rho)
    };
    ArcCosine { k0, k1 }
}

/// The polynomial with coefficients `c` at `v`: its even and its odd terms by Horner's scheme in `v^2`. Horner's scheme for all terms at
/// once is a chain of twelve dependent operations without fused multiply-adds, longer than a processor looks ahead.
#[inline(always)]
fn polynomial<S: Simd>(simd: S, c: &[f32; 7], v: Vector<S>) -> Vector<S> {
    let mut terms = [v; 7];
    for (term, c) in terms.iter_mut().zip(c) {
        *term = Vector::splat(simd, *c);
    }
    let (c, v2) = (terms, v * v);
    let even = c[6].multiply_add(v2, c[4]).multiply_add(v2, c[2]).multiply_add(v2, c[0]);
    let odd = c[5].multiply_add(v2, c[3]).multiply_add(v2, c[1]);
    odd.multiply_add(v, even)
}

/// `1 - |rho|` for `|rho| = |s| / sqrt(N N')`, where `abs` is |s|; at least 0, and 1 where a patch is blank. `lhs` is `[sqrt N, 1 / sqrt N]`, `rhs`
/// the same of N'.
///
/// The product of rounded factors may miss 1 by 2e-7, which k0, whose slope is infinite there, would turn into 2e-4. Two patches
/// of exactly the same norm whose |rho| is within 1e-6 of 1 are the same patch, or its negative: their |rho| is set to 1. For short
/// patches [`super::near`] is more exact.
#[inline(always)]
pub fn one_minus_abs_rho<S: Simd>(
    simd: S,
    abs: Vector<S>,
    lhs: [Vector<S>; 2],
    rhs: [Vector<S>; 2],
) -> Vector<S> {
    let one = Vector::splat(simd, 1.0);
    // In this order nothing overflows, however small the pixel values are.
    let v = (abs * lhs[1]).negate_multiply_add(rhs[1], one);
    let threshold = Vector::splat(simd, 1e-6).keep(lhs[0].eq(rhs[0]));
    // A NaN fails the comparison and stays NaN, so the check of K finds it.
    v.clear(v.le(threshold))
}

#[cfg(test)]
mod tests {
    use super::{ArcCosine, LANES, Lanes, arc_cosine_by, parts};
    use crate::math::ntk;
    use pulp::{Arch, Simd, WithSimd};

    /// k0 and k1 at sixteen cosines, both as a page computes them, and k1 natively and in a page without a sign.
    struct Maps<'a>(&'a Lanes);

    impl WithSimd for Maps<'_> {
        type Output = [Lanes; 6];

        fn with_simd<S: Simd>(self, simd: S) -> [Lanes; 6] {
            let complements = Lanes::from_fn(|l| 1.0 - self.0[l].abs());
            let mut out = [Lanes::ZERO; 6];
            for part in parts::<S>() {
                let (v, s) = (complements.load(simd, part), self.0.load(simd, part));
                let ArcCosine { k0, k1 } = arc_cosine_by::<S, true, false>(simd, v, s);
                let page = arc_cosine_by::<S, true, true>(simd, v, s);
                let unsigned = [
                    arc_cosine_by::<S, false, false>(simd, v, s).k1,
                    arc_cosine_by::<S, false, true>(simd, v, s).k1,
                ];
                let maps = [k0, k1, page.k0, page.k1, unsigned[0], unsigned[1]];
                out.iter_mut().zip(maps).for_each(|(out, value)| out.store(part, value));
            }
            out
        }
    }

    /// The instruction sets of this processor, the widest first.
    fn instruction_sets() -> Vec<Arch> {
        let mut sets = vec![Arch::new()];
        #[cfg(target_arch = "x86_64")]
        sets.extend(pulp::x86::V3::try_new().map(Arch::V3).into_iter().chain([Arch::Scalar]));
        sets
    }

    struct Sum<'a>(&'a Lanes);

    impl WithSimd for Sum<'_> {
        type Output = f32;

        fn with_simd<S: Simd>(self, simd: S) -> f32 {
            self.0.sum(simd)
        }
    }

    /// The order of a sum decides its last bits, and instruction sets add up different registers.
    #[test]
    fn sums_of_lanes_have_the_same_bits_on_every_instruction_set() {
        for seed in 1..100_u32 {
            let v = Lanes::from_fn(|l| (seed * (7 * l as u32 + 3) % 101) as f32 / 3.0 - 16.0);
            let eight: [f32; 8] = std::array::from_fn(|l| v[l] + v[l + 8]);
            let four: [f32; 4] = std::array::from_fn(|l| eight[l] + eight[l + 4]);
            let expected = (four[0] + four[2]) + (four[1] + four[3]);
            for set in instruction_sets() {
                assert_eq!(set.dispatch(Sum(&v)).to_bits(), expected.to_bits(), "{set:?}");
            }
        }
    }

    /// The whole interval in steps of 2^-20, and every float within 2^-14 of |rho| = 1.
    #[test]
    fn arc_cosine_errors_over_the_whole_interval() {
        let grid = (-(1 << 20)..=1 << 20).map(|i| i as f32 / (1 << 20) as f32);
        let near_one = (0..1024_u32).map(|i| f32::from_bits(1.0_f32.to_bits() - i));
        let all: Vec<f32> = grid.chain(near_one.clone()).chain(near_one.map(|x| -x)).collect();
        let sets = instruction_sets();
        let mut worst = vec![[0.0_f64; 6]; sets.len()];
        for cosines in all.chunks(LANES) {
            let cosines = Lanes::from_fn(|l| cosines.get(l).copied().unwrap_or(1.0));
            let exact = cosines.0.map(|rho| {
                let (k0, k1) = ntk::arc_cosine(f64::from(rho));
                let k1_of_abs = ntk::arc_cosine(f64::from(rho.abs())).1;
                [k0, k1, k0, k1, k1_of_abs, k1_of_abs]
            });
            for (set, worst) in sets.iter().zip(&mut worst) {
                let computed = set.dispatch(Maps(&cosines));
                for (l, exact) in exact.iter().enumerate() {
                    for ((worst, computed), exact) in worst.iter_mut().zip(&computed).zip(exact) {
                        assert!(computed[l].is_finite(), "at {} with {set:?}", cosines[l]);
                        *worst = worst.max((f64::from(computed[l]) - exact).abs());
                    }
                }
            }
        }
        for (set, worst) in sets.iter().zip(&worst) {
            println!("{set:?}: largest errors of k0, k1, and those in a page, k1 without a sign: {worst:?}");
            let limits = [1.3e-7, 1.3e-7, 1.3e-7, 1.5e-7, 1.3e-7, 1.5e-7];
            assert!(worst.iter().zip(limits).all(|(error, limit)| *error < limit), "{set:?}: {worst:?}");
            let ends = Lanes::from_fn(|l| if l % 2 == 0 { 1.0 } else { -1.0 });
            let maps = set.dispatch(Maps(&ends));
            assert_eq!(
                maps.map(|map| [map[0], map[1]]),
                [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]
            );
        }
    }
}
