//! The patch transform `z = W u` of sixteen patches at a time.

use super::lanes::{LANES, Lanes, parts};
use crate::linalg::Matrix;
use crate::linalg::simd::{Vector, on_widest, vectorized};
use crate::math::feature_matrix::rank_of_root;
use crate::math::ntk::is_short;
use pulp::{Simd, WithSimd};

/// The patch transform as the panels use it.
pub struct PanelTransform {
    /// The first r rows of `W`, transposed (`d x r`, lower triangular); none for the identity.
    root: Option<Matrix>,
    features: usize,
}

impl PanelTransform {
    /// The transform by `root`, the upper triangular `W` (`d x d`), or the identity of patches of `d` values.
    pub fn new(root: Option<&Matrix>, d: usize) -> Self {
        let features = root.map_or(d, rank_of_root);
        PanelTransform { root: root.map(|root| root.rows(0, features).transpose()), features }
    }

    /// Values of a transformed patch: r, the rank of `W`, or d.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Writes the transformed patches into `z`, indexed (place, feature). `patches` has for each of the d values of a patch its values
    /// at all places.
    pub fn apply(&self, patches: &[&[Lanes]], z: &mut [Lanes]) {
        match &self.root {
            None => {
                for (place, z) in z.chunks_exact_mut(patches.len()).enumerate() {
                    z.iter_mut().zip(patches).for_each(|(z, values)| *z = values[place]);
                }
            }
            Some(root) if is_short(self.features) => {
                vectorized(
                    #[inline(always)]
                    || product_in_double(root, &patches.concat(), z),
                );
            }
            Some(root) => on_widest(Product { root, patches: &patches.concat(), z }),
        }
    }
}

/// [`Product`] in double precision. Where the terms of a sum cancel, as for patches without contrast once M prefers edges, a sum in
/// single precision would leave noise, and [`super::near`] would take it for the angle between two patches.
#[inline(always)]
fn product_in_double(root: &Matrix, patches: &[Lanes], z: &mut [Lanes]) {
    let (d, features) = root.shape();
    let places = patches.len() / d;
    for (place, z) in z.chunks_exact_mut(features).enumerate() {
        for (f, z) in z.iter_mut().enumerate() {
            let mut sums = [0.0_f64; LANES];
            for j in f..d {
                let (w, u) = (f64::from(root[(j, f)]), &patches[j * places + place].0);
                for l in 0..LANES {
                    sums[l] += w * f64::from(u[l]);
                }
            }
            *z = Lanes(sums.map(|sum| sum as f32));
        }
    }
}

/// `z_f = sum_(j >= f) W_fj u_j` at every place.
struct Product<'a> {
    root: &'a Matrix,
    /// Indexed (value of a patch, place).
    patches: &'a [Lanes],
    /// Indexed (place, feature).
    z: &'a mut [Lanes],
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (d, features) = self.root.shape();
        let places = self.patches.len() / d;
        for (place, z) in self.z.chunks_exact_mut(features).enumerate() {
            let mut f = 0;
            while f < features {
                let (patch, root) = (&self.patches[f * places + place..], &self.root.as_slice()[f * d + f..]);
                // As many sums as registers hold beside the factors.
                f += match (parts::<S>().len(), features - f) {
                    (1, 12..) => sums::<S, 12>(simd, patch, places, root, d, d - f, &mut z[f..]),
                    (2, 6..) => sums::<S, 6>(simd, patch, places, root, d, d - f, &mut z[f..]),
                    (1..=4, 3..) => sums::<S, 3>(simd, patch, places, root, d, d - f, &mut z[f..]),
                    _ => sums::<S, 1>(simd, patch, places, root, d, d - f, &mut z[f..]),
                };
            }
        }
    }
}

/// The first `N` values of `z`, from the last `len` values of a patch, which are `places` apart, and the same rows of `N` columns of
/// the root, which are `d` apart. Returns `N`.
#[inline(always)]
fn sums<S: Simd, const N: usize>(
    simd: S,
    patch: &[Lanes],
    places: usize,
    root: &[f32],
    d: usize,
    len: usize,
    z: &mut [Lanes],
) -> usize {
    let columns: [&[f32]; N] = std::array::from_fn(|i| &root[i * d..i * d + len]);
    let mut sums = [[Vector::splat(simd, 0.0); LANES]; N];
    for (j, u) in patch.iter().step_by(places).take(len).enumerate() {
        for part in parts::<S>() {
            let u = u.load(simd, part);
            for i in 0..N {
                sums[i][part] = Vector::splat(simd, columns[i][j]).multiply_add(u, sums[i][part]);
            }
        }
    }
    for i in 0..N {
        for part in parts::<S>() {
            z[i].store(part, sums[i][part]);
        }
    }
    N
}
