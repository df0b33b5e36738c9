//! Panels: sixteen images with their transformed patches and norms, laid out for the tiles.

use super::lanes::{LANES, Lanes, multiply_add};
use super::tile::box_sum;
use crate::gemm::{View, gemm};
use crate::{Geometry, Images, Matrix};

/// Columns of the triangular transform that one matrix product handles; below them half the work would be wasted.
const STRIP: usize = 64;

/// The patch transform as the panels use it: `W^T`, lower triangular, or nothing for the identity.
pub struct PatchTransform(Option<Matrix>);

impl PatchTransform {
    pub fn new(root: Option<&Matrix>) -> Self {
        PatchTransform(root.map(Matrix::transpose))
    }
}

/// Sixteen images (the last of a set may have blank ones) under a patch transform.
#[derive(Clone)]
pub struct Panel {
    /// `z_p`: patch dimension `d` values for each position, position-major.
    pub z: Vec<Lanes>,
    /// `N_p = |z_p|^2 / c` for each layer, box-summed as the layer sees it.
    pub norms: Vec<Vec<Lanes>>,
}

impl Panel {
    /// Bytes of a panel.
    pub fn bytes(geometry: Geometry) -> usize {
        (geometry.positions(0) * geometry.patch_len() + geometry.position_layers()) * size_of::<Lanes>()
    }

    /// Panel `index` of `images`.
    pub fn new(geometry: Geometry, images: &Images, index: usize, transform: &PatchTransform) -> Panel {
        let lanes = interleave(images, index);
        let (d, positions) = (geometry.patch_len(), geometry.positions(0));
        let (rows, cols) = geometry.grid(0);
        let mut z = vec![Lanes::ZERO; positions * d];
        // One matrix product per row of positions: (cols * LANES) x d, feature-major.
        let height = cols * LANES;
        let (mut patches, mut product) = (vec![Lanes::ZERO; cols * d], vec![Lanes::ZERO; cols * d]);
        for row in 0..rows {
            gather(geometry, &lanes, row, &mut patches);
            let done = match &transform.0 {
                None => &patches,
                Some(root) => {
                    for start in (0..d).step_by(STRIP) {
                        let (width, rest) = (STRIP.min(d - start), d - start);
                        let columns = bytemuck::cast_slice(&patches[start * cols..]);
                        let root = View::columns(&root.as_slice()[start * d + start..], rest, width, d);
                        let product = bytemuck::cast_slice_mut(&mut product[start * cols..]);
                        gemm(1.0, View::columns(columns, height, rest, height), root, 0.0, product, height);
                    }
                    &product
                }
            };
            for (col, out) in z[row * cols * d..(row + 1) * cols * d].chunks_exact_mut(d).enumerate() {
                out.iter_mut().enumerate().for_each(|(f, out)| *out = done[f * cols + col]);
            }
        }
        let norms = norms(geometry, &z);
        Panel { z, norms }
    }
}

/// Pixels of sixteen images, one [`Lanes`] per pixel; blank where the set has ended.
fn interleave(images: &Images, index: usize) -> Vec<Lanes> {
    let mut lanes = vec![Lanes::ZERO; images.shape().len()];
    for l in 0..LANES.min(images.count() - index * LANES) {
        lanes.iter_mut().zip(images.image(index * LANES + l)).for_each(|(out, &pixel)| out[l] = pixel);
    }
    lanes
}

/// The patches of one row of positions, feature-major: feature (channel, a, b) of the row is a run of pixels.
fn gather(geometry: Geometry, image: &[Lanes], row: usize, out: &mut [Lanes]) {
    let (shape, q, cols) = (geometry.shape(), geometry.patch(), geometry.grid(0).1);
    for (f, run) in out.chunks_exact_mut(cols).enumerate() {
        let (channel, a, b) = (f / (q * q), f / q % q, f % q);
        let start = (channel * shape.height + row + a) * shape.width + b;
        run.copy_from_slice(&image[start..start + cols]);
    }
}

fn norms(geometry: Geometry, z: &[Lanes]) -> Vec<Vec<Lanes>> {
    let per_channel = 1.0 / geometry.shape().channels as f32;
    crate::simd::vectorized(
        #[inline(always)]
        || {
            let mut layer = vec![Lanes::ZERO; geometry.positions(0)];
            for (norm, patch) in layer.iter_mut().zip(z.chunks_exact(geometry.patch_len())) {
                // The same operations in the same order as the tile's inner products: an image paired with itself
                // must find S = N to the last bit, or k0, whose slope is infinite at rho = 1, loses half its digits.
                let mut sum = Lanes::ZERO;
                for z in patch {
                    for l in 0..LANES {
                        sum[l] = multiply_add(z[l], z[l], sum[l]);
                    }
                }
                *norm = Lanes::each(|l| sum[l] * per_channel);
            }
            let mut all = vec![layer.clone()];
            for l in 1..geometry.depth() {
                box_sum(&mut layer, geometry.grid(l - 1), geometry.patch());
                layer.truncate(geometry.positions(l));
                all.push(layer.clone());
            }
            all
        },
    )
}
