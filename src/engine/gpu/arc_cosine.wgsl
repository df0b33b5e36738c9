// Arc-cosine kernels of degree 0 and 1 (Cho, Saul 2009). CPU twin: `arc_cosine` in math/ntk.rs.
//
// WGSL's acos loses half its digits near 1, the value on the diagonal of K. The functions here take v = 1 - |rho| = (r - |s|) / r,
// whose numerator is exact when |s| is near r, and the sign of s:
//     theta(|rho|) / pi = sqrt(v) P(v)     sin theta = sqrt(v (2 - v))
// P is the Chebyshev fit of degree 7 to acos(1 - v) / (pi sqrt(v)) on [0, 1]; the error of theta / pi is at most 6e-8.

// A patch counts as blank where r is smaller: it would leave the normal range.
const TINY = 1e-35;
// Identical patches must give rho = 1, but s and r are rounded differently. The difference is at most 4e-7.
const SNAP = 4e-7;

// Below this value kernel.wgsl computes v of short patches from their difference. CPU twin: engine/cpu/near.rs.
const NEAR = 2.44140625e-4;

// v = 1 - |rho|, in [0, 1]; 1 for a blank patch.
fn complement(s: f32, r: f32) -> f32 {
    if (r < TINY) { return 1.0; }
    let v = clamp((r - abs(s)) / r, 0.0, 1.0);
    return select(v, 0.0, v < SNAP);
}

// rho at 1 - |rho| = v and the sign of s.
fn cosine(v: f32, s: f32) -> f32 {
    return select(1.0 - v, v - 1.0, s < 0.0);
}

// (k0, k1, sin theta / pi) at 1 - |rho| = v and the sign of s.
fn arc_cosine(v: f32, s: f32) -> vec3f {
    let root = sqrt(v);
    var p = fma(3.93750845e-4, v, -6.6149520e-4);
    p = fma(p, v, 1.10048067e-3);
    p = fma(p, v, 4.45316342e-4);
    p = fma(p, v, 2.62420904e-3);
    p = fma(p, v, 8.42566323e-3);
    p = fma(p, v, 3.75139154e-2);
    p = fma(p, v, 4.50158149e-1);
    let angle = root * p;
    let k0 = select(1.0 - angle, angle, s < 0.0);
    let sine = root * sqrt(2.0 - v) * 0.318309886;
    return vec3f(k0, fma(k0, cosine(v, s), sine), sine);
}
