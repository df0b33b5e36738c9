//! Plain loops, compiled for the vector unit that is found at run time.

/// Runs `f` compiled for AVX2 and FMA where the processor has them; elsewhere (NEON, simd128) the baseline of the target
/// already has the vector instructions. `f` and all it calls in its loops must be `#[inline(always)]`: what is not
/// inlined keeps the baseline's instructions, and on x86-64 calls libm for every fused multiply-add, 20 times slower.
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
