//! What the processor can do at most: multiply-adds on registers, and nothing else.
//!
//! Written with the processors' own instructions: of a plain loop the compiler made scalar code for some numbers of sums
//! and vector code for others, a factor of ten apart.

use crate::linalg::parallel::{for_each, threads};
use std::hint::black_box;
use web_time::Instant;

/// Seconds of the run that is measured.
const LONG_ENOUGH: f64 = 0.05;
/// Steps of the first run; every further one has twice as many.
const STEPS: usize = 1 << 12;
/// The fastest run counts, because other programs only ever slow one down; the last one after which this many found nothing
/// better. A browser compiles the loop anew, and much better, when it has run for a while.
const TRIES: usize = 8;
/// Independent sums: what keeps two units busy whose results take up to six cycles, and leaves room for two factors in
/// sixteen registers.
const SUMS: usize = 12;
/// `x <- a x + b` tends to b / (1 - a): never to a float so small that it is slow.
const A: f32 = 0.999;
const B: f32 = 0.001;

/// A loop of `SUMS` sums, `steps` times, and how many floats a sum has.
#[derive(Clone, Copy)]
struct Loop {
    run: fn(usize),
    width: usize,
}

/// Multiply-adds a second of all threads together, in single precision, with the widest instructions that the processor
/// has. In WebAssembly, which has no fused one, a product and a sum count as one.
pub fn peak() -> f64 {
    let (mut steps, mut best) = (STEPS, 0.0_f64);
    let (mut tries, widest) = (0, widest());
    let mut workers = vec![widest; threads()];
    while tries < TRIES {
        let start = Instant::now();
        for_each(&mut workers, |worker| (worker.run)(steps));
        let seconds = start.elapsed().as_secs_f64();
        if seconds < LONG_ENOUGH {
            steps *= 2;
            continue;
        }
        let rate = (workers.len() * steps * SUMS * widest.width) as f64 / seconds;
        tries = if rate > 1.02 * best { 0 } else { tries + 1 };
        best = best.max(rate);
    }
    best
}

/// Defines a loop for one kind of register.
macro_rules! multiply_adds {
    ($(#[$feature:meta])? $name:ident, $splat:expr, $step:expr) => {
        // A function of its own: browsers replace code by better code only between two calls of it.
        #[inline(never)]
        $(#[$feature])?
        fn $name(steps: usize) {
            let (a, b) = ($splat(black_box(A)), $splat(black_box(B)));
            let mut sums = [$splat(black_box(1.0)); SUMS];
            for _ in 0..steps {
                for sum in &mut sums {
                    *sum = $step(*sum, a, b);
                }
            }
            // Every sum is used, so none may be left out.
            black_box(sums);
        }
    };
}

#[cfg(target_arch = "x86_64")]
fn widest() -> Loop {
    use std::arch::x86_64::{_mm256_fmadd_ps, _mm256_set1_ps, _mm512_fmadd_ps, _mm512_set1_ps};
    multiply_adds!(
        #[target_feature(enable = "avx512f")]
        avx512,
        _mm512_set1_ps,
        _mm512_fmadd_ps
    );
    multiply_adds!(
        #[target_feature(enable = "avx2,fma")]
        avx2,
        _mm256_set1_ps,
        _mm256_fmadd_ps
    );
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the one requirement is that the processor has AVX-512F, which was just asked.
        return Loop { run: |steps| unsafe { avx512(steps) }, width: 16 };
    }
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the one requirement is that the processor has AVX2 and FMA, which was just asked.
        return Loop { run: |steps| unsafe { avx2(steps) }, width: 8 };
    }
    plain()
}

#[cfg(target_arch = "aarch64")]
fn widest() -> Loop {
    use std::arch::aarch64::{float32x4_t, vdupq_n_f32, vfmaq_f32};
    // The instruction adds to the register it writes: x <- x + a b, because a x + b would take a copy of b each time.
    multiply_adds!(
        #[target_feature(enable = "neon")]
        neon,
        vdupq_n_f32,
        |x: float32x4_t, a, b| vfmaq_f32(x, a, b)
    );
    // SAFETY: the one requirement is NEON, a part of every processor that this target is compiled for.
    Loop { run: |steps| unsafe { neon(steps) }, width: 4 }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn widest() -> Loop {
    use std::arch::wasm32::{f32x4_add, f32x4_mul, f32x4_splat};
    multiply_adds!(simd128, f32x4_splat, |x, a, b| f32x4_add(f32x4_mul(x, a), b));
    Loop { run: simd128, width: 4 }
}

#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
fn widest() -> Loop {
    plain()
}

#[cfg(not(any(target_arch = "aarch64", all(target_arch = "wasm32", target_feature = "simd128"))))]
fn plain() -> Loop {
    multiply_adds!(scalar, |x: f32| x, |x: f32, a: f32, b: f32| x * a + b);
    Loop { run: scalar, width: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::gemm::{View, gemm};

    /// No matrix product on one core is faster than all cores' peak (half is allowed for what the machine does beside),
    /// and no thread of a real processor does 10^12 a second: 64 multiply-adds in each of 16e9 cycles.
    #[test]
    fn peak_is_at_least_a_matrix_product_s_rate() {
        let n = 256;
        let (a, mut c) = (vec![0.5_f32; n * n], vec![0.0_f32; n * n]);
        let product = (0..10).fold(0.0_f64, |best, _| {
            let start = Instant::now();
            gemm(1.0, View::columns(&a, n, n, n), View::columns(&a, n, n, n), 0.0, &mut c, n);
            best.max((n * n * n) as f64 / start.elapsed().as_secs_f64())
        });
        let peak = peak();
        println!("peak {:.1} G, product {:.1} G multiply-adds/s", peak / 1e9, product / 1e9);
        assert!(peak.is_finite() && peak >= 0.5 * product, "peak {peak:.2e}, product {product:.2e}");
        assert!(peak < 1e12 * threads() as f64, "{peak:.2e}");
    }
}
