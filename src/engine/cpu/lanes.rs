//! Sixteen images side by side: the unit of all vector arithmetic of the CPU engine.
//!
//! A map of the kernel is stored as one [`Lanes`] per position, lane `l` belonging to image `l` of a panel. Plain loops
//! over the lanes compile to AVX2, NEON or wasm simd128 instructions: natively every tile runs inside
//! [`crate::simd::vectorized`], which compiles it for the processor found at run time.

use std::f32::consts::{FRAC_1_PI, FRAC_PI_2, PI};
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

/// acos(x) / sqrt(1 - x) on [0, 1]: Abramowitz and Stegun, Handbook of Mathematical Functions, 4.4.46, whose own error
/// is 2e-8. Because the root is a factor, the result is accurate relative to acos itself near x = 1.
const ACOS: [f32; 8] = [
    FRAC_PI_2,
    -0.214_598_8,
    0.088_978_99,
    -0.050_174_305,
    0.030_891_88,
    -0.017_088_126,
    0.006_670_09,
    -0.001_262_491_1,
];

/// The arc-cosine maps of one position: what a layer does to S and T, and what the reverse pass needs.
#[derive(Clone, Copy)]
pub struct ArcCosine {
    /// `(pi - theta) / pi`.
    pub k0: f32,
    /// `(sin theta + (pi - theta) cos theta) / pi`.
    pub k1: f32,
    /// sin theta.
    pub sin: f32,
}

/// Arc-cosine kernels at `rho`, which must lie in [-1, 1]. Largest errors over the interval: k0 1.3e-7, k1 1.3e-7 (tested);
/// exact at `rho = 1`, where a kernel machine meets its own training images.
#[inline(always)]
pub fn arc_cosine(rho: f32) -> ArcCosine {
    let x = rho.abs();
    let mut poly = ACOS[7];
    for c in ACOS[..7].iter().rev() {
        poly = multiply_add(poly, x, *c);
    }
    let root = (1.0 - x).sqrt();
    let acos = root * poly;
    let sin = root * (1.0 + x).sqrt();
    let rest = if rho < 0.0 { acos } else { PI - acos };
    ArcCosine { k0: rest * FRAC_1_PI, k1: multiply_add(rest, rho, sin) * FRAC_1_PI, sin }
}

/// `s / r` clamped to [-1, 1], 0 where `r` is 0.
#[inline(always)]
pub fn cosine(s: f32, r: f32) -> f32 {
    let rho = if r > 0.0 { s / r } else { 0.0 };
    let rho = if rho > 1.0 { 1.0 } else { rho };
    if rho < -1.0 { -1.0 } else { rho }
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
            let found = arc_cosine(rho);
            assert!(found.k0.is_finite() && found.k1.is_finite() && found.sin.is_finite(), "at {rho}");
            worst0 = worst0.max((f64::from(found.k0) - k0).abs());
            worst1 = worst1.max((f64::from(found.k1) - k1).abs());
        }
        println!("largest errors: k0 {worst0:.2e}, k1 {worst1:.2e}");
        assert!(worst0 < 1.5e-7 && worst1 < 1.5e-7, "k0 {worst0:.2e}, k1 {worst1:.2e}");
        assert_eq!((arc_cosine(1.0).k0, arc_cosine(1.0).k1), (1.0, 1.0));
    }
}
