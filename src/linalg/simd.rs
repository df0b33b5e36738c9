//! SIMD with the instruction set found at run time: explicit vectors ([`on_widest`]) and plain loops ([`vectorized`]).
//!
//! The compiler vectorises plain loops of sums and products. The kernel's maps use [`Vector`]: for AVX-512 the compiler turned
//! their plain loops into scalar code, five times slower.

#[cfg(not(target_arch = "wasm32"))]
use pulp::Arch;
use pulp::{Simd, WithSimd};
use std::ops::{Add, Div, Mul, Sub};

/// A register of the instruction set `S`: sixteen values with AVX-512, eight with AVX2, four with NEON or simd128, one with
/// scalar instructions. Every operation but [`sum`](Vector::sum) treats each lane as a single float, so results do not depend on the
/// number of lanes. They depend on whether [`multiply_add`](Vector::multiply_add) is fused: it is with AVX-512, AVX2, NEON and relaxed
/// simd128, and is not with simd128 and scalar instructions.
#[derive(Clone, Copy)]
pub struct Vector<S: Simd> {
    simd: S,
    values: S::f32s,
}

impl<S: Simd> Vector<S> {
    /// `value` in every lane.
    #[inline(always)]
    pub fn splat(simd: S, value: f32) -> Self {
        Vector { simd, values: simd.splat_f32s(value) }
    }

    /// Register number `part` of `values`.
    #[inline(always)]
    pub fn load(simd: S, values: &[f32], part: usize) -> Self {
        Vector { simd, values: S::as_simd_f32s(values).0[part] }
    }

    /// Overwrites register number `part` of `values`.
    #[inline(always)]
    pub fn store(self, values: &mut [f32], part: usize) {
        S::as_mut_simd_f32s(values).0[part] = self.values;
    }

    /// `self * b + c`.
    #[inline(always)]
    pub fn multiply_add(self, b: Self, c: Self) -> Self {
        Vector { values: self.simd.mul_add_e_f32s(self.values, b.values, c.values), ..self }
    }

    /// `c - self * b`, fused where [`multiply_add`](Vector::multiply_add) is.
    #[inline(always)]
    pub fn negate_multiply_add(self, b: Self, c: Self) -> Self {
        #[cfg(all(target_arch = "wasm32", fused))]
        {
            let [a, b, c] = [self.values, b.values, c.values].map(bytemuck::cast);
            Vector { values: bytemuck::cast(core::arch::wasm32::f32x4_relaxed_nmadd(a, b, c)), ..self }
        }
        #[cfg(all(target_arch = "wasm32", not(fused)))]
        {
            c - self * b
        }
        #[cfg(not(target_arch = "wasm32"))]
        Vector { values: self.simd.negate_mul_add_e_f32s(self.values, b.values, c.values), ..self }
    }

    /// Sum of the lanes: adds the upper half to the lower half until one value is left.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        self.simd.reduce_sum_f32s(self.values)
    }

    /// The square root.
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Vector { values: self.simd.sqrt_f32s(self.values), ..self }
    }

    /// The absolute value.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Vector { values: self.simd.abs_f32s(self.values), ..self }
    }

    /// The smaller of both; either of them where one is NaN.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        // The minimum that keeps NaN takes V8 six instructions.
        #[cfg(target_arch = "wasm32")]
        {
            let values =
                core::arch::wasm32::f32x4_pmin(bytemuck::cast(other.values), bytemuck::cast(self.values));
            Vector { values: bytemuck::cast(values), ..self }
        }
        #[cfg(not(target_arch = "wasm32"))]
        Vector { values: self.simd.min_f32s(self.values, other.values), ..self }
    }

    /// Whether `mask` is set in any lane.
    #[inline(always)]
    pub fn any(mask: S::m32s) -> bool {
        #[cfg(target_arch = "wasm32")]
        {
            core::arch::wasm32::v128_any_true(bytemuck::cast(mask))
        }
        // A mask is as wide as its vector; with AVX-512 it has one bit per lane, with scalar instructions it is a byte.
        #[cfg(not(target_arch = "wasm32"))]
        {
            let bytes = bytemuck::bytes_of(&mask);
            match bytemuck::try_cast_slice::<u8, u32>(bytes) {
                Ok(lanes) => lanes.iter().fold(0, |any, lane| any | lane) != 0,
                Err(_) => bytes.iter().any(|bits| *bits != 0),
            }
        }
    }

    /// Where `self < other`; nowhere for NaN.
    #[inline(always)]
    pub fn lt(self, other: Self) -> S::m32s {
        self.simd.less_than_f32s(self.values, other.values)
    }

    /// Where `self <= other`; nowhere for NaN.
    #[inline(always)]
    pub fn le(self, other: Self) -> S::m32s {
        self.simd.less_than_or_equal_f32s(self.values, other.values)
    }

    /// Where `self == other`.
    #[inline(always)]
    pub fn eq(self, other: Self) -> S::m32s {
        self.simd.equal_f32s(self.values, other.values)
    }

    /// `self` where `mask` is set, `other` elsewhere.
    #[inline(always)]
    pub fn select(self, mask: S::m32s, other: Self) -> Self {
        Vector { values: self.simd.select_f32s(mask, self.values, other.values), ..self }
    }

    /// `self` where `mask` is set, 0 elsewhere. In a browser one instruction, where a selection is three.
    #[inline(always)]
    pub fn keep(self, mask: S::m32s) -> Self {
        #[cfg(target_arch = "wasm32")]
        {
            let kept = core::arch::wasm32::v128_and(bytemuck::cast(self.values), bytemuck::cast(mask));
            Vector { values: bytemuck::cast(kept), ..self }
        }
        #[cfg(not(target_arch = "wasm32"))]
        self.select(mask, Vector::splat(self.simd, 0.0))
    }

    /// 0 where `mask` is set, `self` elsewhere. In a browser one instruction, where a selection is three.
    #[inline(always)]
    pub fn clear(self, mask: S::m32s) -> Self {
        #[cfg(target_arch = "wasm32")]
        {
            let kept = core::arch::wasm32::v128_andnot(bytemuck::cast(self.values), bytemuck::cast(mask));
            Vector { values: bytemuck::cast(kept), ..self }
        }
        #[cfg(not(target_arch = "wasm32"))]
        Vector::splat(self.simd, 0.0).select(mask, self)
    }

    /// `-self` where `mask` is set, `self` elsewhere.
    #[inline(always)]
    pub fn negate(self, mask: S::m32s) -> Self {
        let sign = Vector::splat(self.simd, -0.0).keep(mask);
        Vector { values: self.simd.xor_f32s(self.values, sign.values), ..self }
    }
}

impl<S: Simd> Add for Vector<S> {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Vector { values: self.simd.add_f32s(self.values, other.values), ..self }
    }
}

impl<S: Simd> Sub for Vector<S> {
    type Output = Self;

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Vector { values: self.simd.sub_f32s(self.values, other.values), ..self }
    }
}

impl<S: Simd> Div for Vector<S> {
    type Output = Self;

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Vector { values: self.simd.div_f32s(self.values, other.values), ..self }
    }
}

impl<S: Simd> Mul for Vector<S> {
    type Output = Self;

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Vector { values: self.simd.mul_f32s(self.values, other.values), ..self }
    }
}

/// A narrower instruction set than the processor's widest.
#[cfg(all(target_arch = "x86_64", feature = "internals"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum InstructionSet {
    /// AVX2 and FMA.
    Avx2 = 1,
    /// What every x86-64 processor has: no vectors, no fused multiply-add.
    Scalar = 2,
}

/// The instruction set that [`force`] has chosen, 0 for the widest.
#[cfg(all(target_arch = "x86_64", feature = "internals"))]
static FORCED: std::sync::atomic::AtomicU8 = std::sync::atomic::AtomicU8::new(0);

/// Makes [`on_widest`] and [`vectorized`] use `set` instead of the widest one, on all threads of this process; `None` undoes it.
/// For tests. AVX2 has no effect on a processor without it. [`gemm`](super::gemm::gemm) always uses the widest.
#[cfg(all(target_arch = "x86_64", feature = "internals"))]
pub fn force(set: Option<InstructionSet>) {
    FORCED.store(set.map_or(0, |set| set as u8), std::sync::atomic::Ordering::Relaxed);
}

#[cfg(all(target_arch = "x86_64", feature = "internals"))]
#[inline(always)]
fn is_forced(set: InstructionSet) -> bool {
    FORCED.load(std::sync::atomic::Ordering::Relaxed) == set as u8
}

/// Runs `work` with the widest instruction set of the processor. Every function that `work` calls in its loops must be
/// `#[inline(always)]`: one that is not inlined is compiled for the baseline of the target.
#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
pub fn on_widest<W: WithSimd>(work: W) -> W::Output {
    arch().dispatch(work)
}

/// The instruction set of this module: a page loads the one that its browser can run.
#[cfg(all(target_arch = "wasm32", fused))]
type Module = pulp::wasm::RelaxedSimd;
#[cfg(all(target_arch = "wasm32", not(fused)))]
type Module = pulp::wasm::Simd128;

/// Runs `work` with the instruction set of this module.
#[cfg(target_arch = "wasm32")]
#[inline(always)]
pub fn on_widest<W: WithSimd>(work: W) -> W::Output {
    // SAFETY: a browser without these instructions refuses the whole module.
    let simd = unsafe { Module::new_unchecked() };
    simd.vectorize(
        #[inline(always)]
        || work.with_simd(simd),
    )
}

/// Whether [`Vector::multiply_add`] rounds once. Where it does not, the last digits of results differ.
pub fn is_fused() -> bool {
    /// The square of 1 + 2^-12 is 1 + 2^-11 + 2^-24, of which a rounded product keeps 1 + 2^-11.
    struct Square;

    impl WithSimd for Square {
        type Output = bool;

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> bool {
            let factor = Vector::splat(simd, std::hint::black_box(1.0 + 1.0 / 4096.0));
            let square = factor.multiply_add(factor, Vector::splat(simd, -1.0 - 1.0 / 2048.0));
            let mut lanes = [0.0; 16];
            square.store(&mut lanes, 0);
            lanes[0] > 0.0
        }
    }
    on_widest(Square)
}

#[cfg(not(target_arch = "wasm32"))]
#[inline(always)]
fn arch() -> Arch {
    #[cfg(all(target_arch = "x86_64", feature = "internals"))]
    {
        if is_forced(InstructionSet::Scalar) {
            return Arch::Scalar;
        }
        if is_forced(InstructionSet::Avx2)
            && let Some(avx2) = pulp::x86::V3::try_new()
        {
            return Arch::V3(avx2);
        }
    }
    Arch::new()
}

/// Runs `f`, plain loops, compiled for AVX2 and FMA where the processor has them. Elsewhere the baseline of the target already has
/// vectors (NEON, simd128). `f` and every function that it calls in its loops must be `#[inline(always)]`: one that is not inlined
/// is compiled for the baseline, which on x86-64 calls libm for every fused multiply-add, 20 times slower.
#[inline(always)]
pub fn vectorized<R>(f: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        fn wide<R>(f: impl FnOnce() -> R) -> R {
            f()
        }
        let is_wide = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        #[cfg(feature = "internals")]
        let is_wide = is_wide && !is_forced(InstructionSet::Scalar);
        if is_wide {
            // SAFETY: the only requirement of `wide` is a processor with AVX2 and FMA, as just checked.
            return unsafe { wide(f) };
        }
    }
    f()
}
