//! Sixteen images side by side: the unit of all vector arithmetic of the CPU engine.
//!
//! A map of the kernel is stored as one [`Lanes`] per position, lane `l` belonging to image `l` of a panel. Plain loops
//! over the lanes compile to AVX2, NEON or wasm simd128 instructions: natively every tile runs inside
//! [`crate::simd::vectorized`], which compiles it for the processor found at run time.

use std::ops::{Index, IndexMut};

/// Images per panel: two AVX2 registers, four of simd128, and one cache line.
pub const LANES: usize = 16;

/// One value for each image of a panel.
#[derive(Debug, Clone, Copy, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C, align(64))]
pub struct Lanes(pub [f32; LANES]);

impl Lanes {
    pub const ZERO: Lanes = Lanes([0.0; LANES]);

    #[inline(always)]
    pub fn splat(value: f32) -> Lanes {
        Lanes([value; LANES])
    }

    /// Applies `f` to every lane.
    #[inline(always)]
    pub fn each(f: impl Fn(usize) -> f32) -> Lanes {
        let mut out = Lanes::ZERO;
        for l in 0..LANES {
            out.0[l] = f(l);
        }
        out
    }

    #[inline(always)]
    pub fn add(self, other: Lanes) -> Lanes {
        Lanes::each(|l| self.0[l] + other.0[l])
    }

    /// Sum of the lanes, by halves.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let v = &self.0;
        let eight: [f32; 8] = std::array::from_fn(|l| v[l] + v[l + 8]);
        let four: [f32; 4] = std::array::from_fn(|l| eight[l] + eight[l + 4]);
        (four[0] + four[2]) + (four[1] + four[3])
    }

    /// `self + a * b`.
    #[inline(always)]
    pub fn add_product(self, a: f32, b: Lanes) -> Lanes {
        Lanes::each(|l| multiply_add(a, b.0[l], self.0[l]))
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

/// `a * b + c`, fused where the instruction exists. WebAssembly without relaxed-simd has none, and calls libm for it.
#[inline(always)]
pub fn multiply_add(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(target_arch = "wasm32") { a * b + c } else { a.mul_add(b, c) }
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

/// The arc-cosine maps of one position: what a layer does to S and T.
#[derive(Clone, Copy)]
pub struct ArcCosine {
    /// `(pi - theta) / pi`.
    pub k0: f32,
    /// `(sin theta + (pi - theta) cos theta) / pi`.
    pub k1: f32,
}

/// Arc-cosine kernels at `|rho| = 1 - v`, v in [0, 1]. Largest errors over the interval: k0 1.1e-7, k1 1.2e-7 (tested); exact
/// at `v = 0`, where a kernel machine meets its own training images.
#[inline(always)]
pub fn arc_cosine(v: f32, negative: bool) -> ArcCosine {
    // In pairs of terms (Estrin): a chain of twelve operations is longer than what a processor looks ahead.
    let (v2, root) = (v * v, v.sqrt());
    let v4 = v2 * v2;
    let polynomial = |c: &[f32; 7]| {
        let low = multiply_add(multiply_add(c[3], v, c[2]), v2, multiply_add(c[1], v, c[0]));
        let high = multiply_add(c[6], v2, multiply_add(c[5], v, c[4]));
        multiply_add(high, v4, low)
    };
    let angle = root * polynomial(&ANGLE);
    let k0 = if negative { angle } else { 1.0 - angle };
    ArcCosine { k0, k1: multiply_add(root, polynomial(&REST), if negative { 0.0 } else { 1.0 - v }) }
}

/// `1 - |rho|`, `|rho| = |s| / sqrt(N N')`, from the roots of N and N' and their inverses; at least 0, and 1 where a patch is
/// blank.
///
/// The product of four rounded factors may miss 1 by 2e-7, which k0, whose slope is infinite there, would turn into 2e-4.
/// Two patches of the very same norm whose cosine comes that close to 1 are the same patch (or its negative): that is 1.
#[inline(always)]
pub fn complement(s: f32, (root, inverse): (f32, f32), (other_root, other_inverse): (f32, f32)) -> f32 {
    // In this order nothing overflows, however dim the images are.
    let v = 1.0 - s.abs() * inverse * other_inverse;
    let least = if root == other_root { 1e-6 } else { 0.0 };
    // Written so that a NaN stays one: it has to reach the check of K.
    if v <= least { 0.0 } else { v }
}

#[cfg(test)]
mod tests {
    use super::arc_cosine;
    use crate::kernel;

    /// The whole interval in steps of 2^-20, and towards |rho| = 1 in every float of the last 2^-14.
    #[test]
    fn arc_cosine_errors_over_the_whole_interval() {
        let grid = (-(1 << 20)..=1 << 20).map(|i| i as f32 / (1 << 20) as f32);
        let near_one = (0..1024_u32).map(|i| f32::from_bits(1.0_f32.to_bits() - i));
        let (mut worst0, mut worst1) = (0.0_f64, 0.0_f64);
        for rho in grid.chain(near_one.clone()).chain(near_one.map(|x| -x)) {
            let (k0, k1) = kernel::arc_cosine(f64::from(rho));
            let found = arc_cosine(1.0 - rho.abs(), rho < 0.0);
            assert!(found.k0.is_finite() && found.k1.is_finite(), "at {rho}");
            worst0 = worst0.max((f64::from(found.k0) - k0).abs());
            worst1 = worst1.max((f64::from(found.k1) - k1).abs());
        }
        println!("largest errors: k0 {worst0:.2e}, k1 {worst1:.2e}");
        assert!(worst0 < 1.3e-7 && worst1 < 1.3e-7, "k0 {worst0:.2e}, k1 {worst1:.2e}");
        let (same, opposite) = (arc_cosine(0.0, false), arc_cosine(0.0, true));
        assert_eq!((same.k0, same.k1, opposite.k0, opposite.k1), (1.0, 1.0, 0.0, 0.0));
    }
}
