//! The convolutional NTK of one pair of images, forward and backward, in any precision.
//!
//! The readable twin of the fast engines; tests compare them with it. A pair needs only one `h x w` map per quantity, because the
//! flatten read-out couples equal positions only:
//!
//! ```text
//! patches        S_p = <z_p(x), z_p(x')> / c        N_p = |z_p(x)|^2 / c      N'_p = |z_p(x')|^2 / c      T = S
//! each layer     r = sqrt(N N')   rho = S / r       S <- r k1(rho)            T <- T k0(rho)
//! between        S <- box(S)      T <- box(T) + S   N <- box(N)               N' <- box(N')
//! read-out       K = mean_p (S_p + T_p)
//! ```
//!
//! with the arc-cosine kernels (Cho, Saul 2009) `k0 = (pi - theta) / pi`,
//! `k1 = (sin theta + (pi - theta) cos theta) / pi`, `theta = acos rho`.
//!
//! The gradient with respect to the patches of `x'` is `dK / dz_p(x') = A_p z_p(x) + B_p z_p(x')`. One reverse pass computes the
//! scalar maps A and B. It is independent of the class labels, so all outputs of a kernel machine share it.

use crate::images::PatchGeometry;
use nalgebra::{RealField, convert};

/// Patches with more values are not nearly parallel often enough to matter: with 25 values, three updates of M leave errors of 2e-5.
/// A multiple of 8, to which the GPU engine rounds ranks up.
pub(crate) const SHORT_PATCH: usize = 16;

/// Whether patches of this many values are short: engines in single precision compute the angle of two that are nearly parallel from
/// their difference, because their cosine has lost it.
pub(crate) fn is_short(features: usize) -> bool {
    features <= SHORT_PATCH
}

/// The arc-cosine kernels of degree 0 and 1 at cosine `rho`, clamped to [-1, 1]; both are 1 at `rho = 1`.
///
/// ```
/// let (k0, k1) = convrfm::math::ntk::arc_cosine(0.0_f64);
/// assert_eq!(k0, 0.5);
/// assert!((k1 - 1.0 / std::f64::consts::PI).abs() < 1e-15);
/// ```
pub fn arc_cosine<F: RealField + Copy>(rho: F) -> (F, F) {
    let rho = rho.clamp(-F::one(), F::one());
    let rest = F::pi() - rho.acos();
    (rest / F::pi(), (sine(rho) + rest * rho) / F::pi())
}

/// `sqrt(1 - rho^2)`, as a product to avoid cancellation near |rho| = 1.
fn sine<F: RealField + Copy>(rho: F) -> F {
    ((F::one() - rho) * (F::one() + rho)).max(F::zero()).sqrt()
}

/// `a / b`, and 0 where `b` is 0: a blank patch contributes nothing.
fn ratio<F: RealField + Copy>(a: F, b: F) -> F {
    if b > F::zero() { a / b } else { F::zero() }
}

/// One value per position, `height x width` by rows.
type Map<F> = Vec<F>;

/// Sums of an `h x w` map over every valid `q x q` window. Running sums would be faster, but in single precision they cancel to
/// negative norms on blank areas.
fn box_sum<F: RealField + Copy>(map: &[F], (h, w): (usize, usize), q: usize) -> Map<F> {
    let (rows, cols) = (h + 1 - q, w + 1 - q);
    let row_sums: Map<F> = (0..h * cols).map(|i| strided_sum(map, i / cols * w + i % cols, 1, q)).collect();
    (0..rows * cols).map(|i| strided_sum(&row_sums, i, cols, q)).collect()
}

/// The transpose of [`box_sum`]: adds each value of a map to the `q x q` window that it belongs to. The result is `h x w`.
fn box_spread<F: RealField + Copy>(map: &[F], (h, w): (usize, usize), q: usize) -> Map<F> {
    let (rows, cols) = (h + 1 - q, w + 1 - q);
    let mut out = vec![F::zero(); h * w];
    for (i, &value) in map.iter().enumerate().take(rows * cols) {
        for k in 0..q * q {
            out[(i / cols + k / q) * w + i % cols + k % q] += value;
        }
    }
    out
}

fn strided_sum<F: RealField + Copy>(map: &[F], start: usize, stride: usize, q: usize) -> F {
    (0..q).fold(F::zero(), |sum, k| sum + map[start + k * stride])
}

/// The maps of one layer for a pair of images, one value per position.
#[derive(Debug, Clone)]
pub struct Layer<F> {
    /// S as it enters the layer.
    pub s: Vec<F>,
    /// T as it enters the layer.
    pub t: Vec<F>,
    /// N, of the first image.
    pub n_first: Vec<F>,
    /// N', of the second image.
    pub n_second: Vec<F>,
    /// `sqrt(N N')`.
    pub r: Vec<F>,
    /// `S / r`, 0 where r is 0.
    pub rho: Vec<F>,
}

/// The kernel of a pair and the maps of its gradient with respect to the second image's patches.
#[derive(Debug, Clone)]
pub struct PairGradient<F> {
    /// K(x, x').
    pub kernel: F,
    /// A, one value per position of the first layer.
    pub a: Vec<F>,
    /// B, likewise.
    pub b: Vec<F>,
}

/// K(x, x') of the transformed patches `first` and `second`, both `P_0 x d` row-major.
///
/// ```
/// use convrfm::{PatchGeometry, Shape};
/// use convrfm::math::ntk::pair;
/// let g = PatchGeometry::new(Shape { channels: 1, height: 1, width: 1 }, 1, 1)?;
/// // One pixel, one layer: K = x x' (k0 + k1) with rho = 1, so K(2, 3) = 2 * 3 * (1 + 1).
/// assert_eq!(pair(g, &[2.0_f64], &[3.0]), 12.0);
/// # Ok::<(), convrfm::Error>(())
/// ```
pub fn pair<F: RealField + Copy>(geometry: PatchGeometry, first: &[F], second: &[F]) -> F {
    layers(geometry, first, second).0
}

/// K(x, x), which follows from the norms of the patches alone: `rho = 1` and `k0 = k1 = 1` in every layer, so S stays N. Only its
/// box sums remain, a small part of the work of [`pair`].
///
/// ```
/// use convrfm::{PatchGeometry, Shape};
/// use convrfm::math::ntk::{diagonal, pair};
/// let g = PatchGeometry::new(Shape { channels: 1, height: 1, width: 1 }, 1, 1)?;
/// assert_eq!((diagonal(g, &[3.0_f64]), pair(g, &[3.0], &[3.0])), (18.0, 18.0));
/// # Ok::<(), convrfm::Error>(())
/// ```
pub fn diagonal<F: RealField + Copy>(g: PatchGeometry, patches: &[F]) -> F {
    let channels: F = convert(g.shape().channels as f64);
    let norm = |patch: &[F]| patch.iter().fold(F::zero(), |sum, &x| sum + x * x) / channels;
    let mut n: Map<F> = patches.chunks_exact(g.patch_len()).map(norm).collect();
    let mut t = n.clone();
    for layer in 1..g.depth() {
        let sums = |map: &[F]| box_sum(map, g.grid(layer - 1), g.patch());
        n = sums(&n);
        t = sums(&t).iter().zip(&n).map(|(&t, &n)| t + n).collect();
    }
    let positions: F = convert(n.len() as f64);
    n.iter().zip(&t).fold(F::zero(), |sum, (&n, &t)| sum + n + t) / positions
}

/// [`pair`], and the maps of every layer.
pub fn layers<F: RealField + Copy>(g: PatchGeometry, first: &[F], second: &[F]) -> (F, Vec<Layer<F>>) {
    let (d, q) = (g.patch_len(), g.patch());
    let channels: F = convert(g.shape().channels as f64);
    let dot = |a: &[F], b: &[F]| -> Map<F> {
        let products = a.chunks_exact(d).zip(b.chunks_exact(d));
        products
            .map(|(u, v)| u.iter().zip(v).fold(F::zero(), |sum, (&x, &y)| sum + x * y) / channels)
            .collect()
    };
    let (mut s, mut n_first, mut n_second) = (dot(first, second), dot(first, first), dot(second, second));
    let (mut t, mut tape) = (s.clone(), Vec::with_capacity(g.depth()));
    for layer in 0..g.depth() {
        let r: Map<F> = n_first.iter().zip(&n_second).map(|(&a, &b)| (a * b).sqrt()).collect();
        let rho: Map<F> = s.iter().zip(&r).map(|(&s, &r)| ratio(s, r)).collect();
        let maps: Vec<(F, F)> = rho.iter().map(|&rho| arc_cosine(rho)).collect();
        let mut s_next: Map<F> = r.iter().zip(&maps).map(|(&r, &(_, k1))| r * k1).collect();
        let mut t_next: Map<F> = t.iter().zip(&maps).map(|(&t, &(k0, _))| t * k0).collect();
        let mut n_next = [n_first.clone(), n_second.clone()];
        if layer + 1 < g.depth() {
            let sums = |map: &[F]| box_sum(map, g.grid(layer), q);
            s_next = sums(&s_next);
            t_next = sums(&t_next).iter().zip(&s_next).map(|(&t, &s)| t + s).collect();
            n_next = [sums(&n_first), sums(&n_second)];
        }
        tape.push(Layer { s, t, n_first, n_second, r, rho });
        (s, t, [n_first, n_second]) = (s_next, t_next, n_next);
    }
    let positions: F = convert(s.len() as f64);
    (s.iter().zip(&t).fold(F::zero(), |sum, (&s, &t)| sum + s + t) / positions, tape)
}

/// [`pair`] and its gradient maps: `dK / dz_p(x') = A_p z_p(x) + B_p z_p(x')`, where x' is the `second` image.
///
/// At `|rho| = 1` the slope of k0 is infinite. Its term is dropped where `1 - rho^2` is at most 16 times the machine epsilon, as the
/// reference implementation drops NaNs.
pub fn pair_gradient<F: RealField + Copy>(g: PatchGeometry, first: &[F], second: &[F]) -> PairGradient<F> {
    let (kernel, tape) = layers(g, first, second);
    let half: F = convert(0.5);
    let min_squared_sine = F::default_epsilon() * convert(16.0);
    let last = g.positions(g.depth() - 1);
    let share = F::one() / convert(last as f64);
    let (mut gs, mut gt, mut gn) = (vec![share; last], vec![share; last], vec![F::zero(); last]);
    for (index, layer) in tape.iter().enumerate().rev() {
        if index + 1 < g.depth() {
            let (grid, q) = (g.grid(index), g.patch());
            let both: Map<F> = gs.iter().zip(&gt).map(|(&a, &b)| a + b).collect();
            gs = box_spread(&both, grid, q);
            gt = box_spread(&gt, grid, q);
            gn = box_spread(&gn, grid, q);
        }
        for p in 0..gs.len() {
            let (r, rho) = (layer.r[p], layer.rho[p].clamp(-F::one(), F::one()));
            let (k0, k1) = arc_cosine(rho);
            let squared_sine = (F::one() - rho) * (F::one() + rho);
            let slope = if squared_sine > min_squared_sine {
                F::one() / (F::pi() * squared_sine.sqrt())
            } else {
                F::zero()
            };
            let g_rho = gs[p] * r * k0 + gt[p] * layer.t[p] * slope;
            let g_r = gs[p] * k1 - ratio(g_rho * rho, r);
            gs[p] = ratio(g_rho, r);
            gt[p] *= k0;
            gn[p] += g_r * half * ratio(r, layer.n_second[p]);
        }
    }
    let channels: F = convert(g.shape().channels as f64);
    let two: F = convert(2.0);
    PairGradient {
        kernel,
        a: gs.iter().zip(&gt).map(|(&s, &t)| (s + t) / channels).collect(),
        b: gn.iter().map(|&n| two * n / channels).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::{Images, Shape};

    #[test]
    fn the_diagonal_is_the_kernel_of_an_image_with_itself() {
        for (channels, height, width, patch, depth) in [(1, 9, 7, 2, 4), (3, 8, 9, 3, 3), (2, 5, 5, 5, 1)] {
            let shape = Shape { channels, height, width };
            let g = PatchGeometry::new(shape, patch, depth).unwrap();
            let mut pixels = Images::patternless(shape, 1, 5).unwrap().image(0).to_vec();
            // Blank patches have no cosine.
            pixels[..shape.len() / 2].fill(0.0);
            let patches: Vec<f64> = g.patches(&pixels).into_iter().map(f64::from).collect();
            let (own, of_pair) = (diagonal(g, &patches), pair(g, &patches, &patches));
            assert!((own - of_pair).abs() < 1e-12 * of_pair, "{shape}: {own} is not {of_pair}");
        }
    }
}
