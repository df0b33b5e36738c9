//! The vector unit that is found at run time: explicit vectors, and plain loops compiled for it.
//!
//! Plain loops do for sums and products. The kernel's maps are written with [`Vector`]: for AVX-512 the compiler made
//! scalar code of the same loops, five times slower.

use pulp::{Simd, WithSimd};
use std::ops::{Add, Mul, Sub};

/// A register of the vector unit `S`: sixteen numbers with AVX-512, eight with AVX2, four with NEON or simd128. Every
/// operation is that of a single float, lane by lane, so results do not depend on the unit; but WebAssembly has no fused
/// multiply-add.
#[derive(Clone, Copy)]
pub struct Vector<S: Simd> {
    unit: S,
    values: S::f32s,
}

impl<S: Simd> Vector<S> {
    /// `value` in every lane.
    #[inline(always)]
    pub fn splat(unit: S, value: f32) -> Self {
        Vector { unit, values: unit.splat_f32s(value) }
    }

    /// Register number `part` of `values`.
    #[inline(always)]
    pub fn load(unit: S, values: &[f32], part: usize) -> Self {
        Vector { unit, values: S::as_simd_f32s(values).0[part] }
    }

    /// Becomes register number `part` of `values`.
    #[inline(always)]
    pub fn store(self, values: &mut [f32], part: usize) {
        S::as_mut_simd_f32s(values).0[part] = self.values;
    }

    /// `self b + c`.
    #[inline(always)]
    pub fn multiply_add(self, b: Self, c: Self) -> Self {
        Vector { values: self.unit.mul_add_e_f32s(self.values, b.values, c.values), ..self }
    }

    /// `self / other`.
    #[inline(always)]
    pub fn div(self, other: Self) -> Self {
        Vector { values: self.unit.div_f32s(self.values, other.values), ..self }
    }

    /// The square root.
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Vector { values: self.unit.sqrt_f32s(self.values), ..self }
    }

    /// The absolute value.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Vector { values: self.unit.abs_f32s(self.values), ..self }
    }

    /// Where `self < other`; nowhere for NaN.
    #[inline(always)]
    pub fn lt(self, other: Self) -> S::m32s {
        self.unit.less_than_f32s(self.values, other.values)
    }

    /// Where `self <= other`; nowhere for NaN.
    #[inline(always)]
    pub fn le(self, other: Self) -> S::m32s {
        self.unit.less_than_or_equal_f32s(self.values, other.values)
    }

    /// Where `self == other`.
    #[inline(always)]
    pub fn eq(self, other: Self) -> S::m32s {
        self.unit.equal_f32s(self.values, other.values)
    }

    /// `self` where `mask` is set, `other` elsewhere.
    #[inline(always)]
    pub fn select(self, mask: S::m32s, other: Self) -> Self {
        Vector { values: self.unit.select_f32s(mask, self.values, other.values), ..self }
    }
}

impl<S: Simd> Add for Vector<S> {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Vector { values: self.unit.add_f32s(self.values, other.values), ..self }
    }
}

impl<S: Simd> Sub for Vector<S> {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Vector { values: self.unit.sub_f32s(self.values, other.values), ..self }
    }
}

impl<S: Simd> Mul for Vector<S> {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Vector { values: self.unit.mul_f32s(self.values, other.values), ..self }
    }
}

/// Runs `work` on the widest vector unit that the processor has. All that it calls in its loops must be
/// `#[inline(always)]`: what is not inlined is compiled for the baseline.
#[inline(always)]
pub fn on_widest<W: WithSimd>(work: W) -> W::Output {
    pulp::Arch::new().dispatch(work)
}

/// Runs `f`, plain loops, compiled for AVX2 and FMA where the processor has them; elsewhere (NEON, simd128) the baseline of
/// the target already has the vector instructions. `f` and all it calls in its loops must be `#[inline(always)]`: what is
/// not inlined keeps the baseline's instructions, and on x86-64 calls libm for every fused multiply-add, 20 times slower.
#[inline(always)]
pub fn vectorized<R>(f: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        fn wide<R>(f: impl FnOnce() -> R) -> R {
            f()
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the one requirement of `wide` is that the processor has AVX2 and FMA, which was just asked.
            return unsafe { wide(f) };
        }
    }
    f()
}
