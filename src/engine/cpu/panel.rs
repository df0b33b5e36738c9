//! Panels: sixteen images with their transformed patches and norms, laid out for the tiles.

use super::lanes::{LANES, Lanes, multiply_add};
use super::tile::{across, down};
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
    /// Of `N_p = |z_p|^2 / c` for each layer, box-summed as the layer sees it.
    pub norms: Vec<Vec<Norms>>,
}

/// The norms N of a patch in a layer, as the maps use them: no root and no division is left for each pair of images.
#[derive(Clone, Copy)]
pub struct Norms {
    /// `sqrt N`.
    pub root: Lanes,
    /// `1 / sqrt N`, and 0 where the patch is blank.
    pub inverse: Lanes,
}

impl Norms {
    fn new(n: Lanes) -> Norms {
        // Rounded once each, from double precision: four of these factors make a cosine.
        let root = |l: usize| f64::from(n[l]).sqrt();
        Norms {
            root: Lanes::each(|l| root(l) as f32),
            inverse: Lanes::each(|l| if n[l] > 0.0 { (1.0 / root(l)) as f32 } else { 0.0 }),
        }
    }
}

impl Panel {
    /// Bytes of a panel.
    pub fn bytes(geometry: Geometry) -> usize {
        (geometry.positions(0) * geometry.patch_len() + 2 * geometry.position_layers()) * size_of::<Lanes>()
    }

    /// Panel `index` of `images`.
    pub fn new(geometry: Geometry, images: &Images, index: usize, transform: &PatchTransform) -> Panel {
        let mut z = vec![Lanes::ZERO; geometry.positions(0) * geometry.patch_len()];
        let row_len = geometry.grid(0).1 * geometry.patch_len();
        for (row, out) in z.chunks_exact_mut(row_len).enumerate() {
            Panel::row(geometry, images, index, row, transform, out);
        }
        Panel::complete(geometry, z)
    }

    /// A panel from all its rows of positions, one after the other.
    pub fn complete(geometry: Geometry, z: Vec<Lanes>) -> Panel {
        let norms = norms(geometry, &z);
        Panel { z, norms }
    }

    /// `z_p` of one row of positions of panel `index`, by one matrix product.
    pub fn row(
        geometry: Geometry,
        images: &Images,
        index: usize,
        row: usize,
        transform: &PatchTransform,
        out: &mut [Lanes],
    ) {
        let (d, cols) = (geometry.patch_len(), geometry.grid(0).1);
        let mut patches = gather(geometry, images, index, row);
        if let Some(root) = &transform.0 {
            // (cols * LANES) x d, feature-major, times the triangle strip by strip.
            let height = cols * LANES;
            let mut product = vec![Lanes::ZERO; cols * d];
            for start in (0..d).step_by(STRIP) {
                let (width, rest) = (STRIP.min(d - start), d - start);
                let columns = bytemuck::cast_slice(&patches[start * cols..]);
                let root = View::columns(&root.as_slice()[start * d + start..], rest, width, d);
                let product = bytemuck::cast_slice_mut(&mut product[start * cols..]);
                gemm(1.0, View::columns(columns, height, rest, height), root, 0.0, product, height);
            }
            patches = product;
        }
        // Position-major, as the tiles read it.
        for (col, out) in out.chunks_exact_mut(d).enumerate() {
            out.iter_mut().enumerate().for_each(|(f, out)| *out = patches[f * cols + col]);
        }
    }
}

/// The patches of one row of positions, feature-major: feature (channel, a, b) of the row is a run of pixels of each
/// image. Lanes beyond the last image stay blank.
fn gather(geometry: Geometry, images: &Images, index: usize, row: usize) -> Vec<Lanes> {
    let (shape, q, cols) = (geometry.shape(), geometry.patch(), geometry.grid(0).1);
    let mut out = vec![Lanes::ZERO; cols * geometry.patch_len()];
    for l in 0..LANES.min(images.count() - index * LANES) {
        let image = images.image(index * LANES + l);
        for (f, run) in out.chunks_exact_mut(cols).enumerate() {
            let (channel, a, b) = (f / (q * q), f / q % q, f % q);
            let start = (channel * shape.height + row + a) * shape.width + b;
            run.iter_mut().zip(&image[start..start + cols]).for_each(|(out, &pixel)| out[l] = pixel);
        }
    }
    out
}

/// Norms of every layer. An image paired with itself must find S = N to the last bit, or k0, whose slope is infinite at
/// rho = 1, loses half its digits; so all sums run as those of the tile do.
fn norms(geometry: Geometry, z: &[Lanes]) -> Vec<Vec<Norms>> {
    let (q, per_channel) = (geometry.patch(), 1.0 / geometry.shape().channels as f32);
    crate::simd::vectorized(
        #[inline(always)]
        || {
            let mut layer = vec![Lanes::ZERO; geometry.positions(0)];
            for (norm, patch) in layer.iter_mut().zip(z.chunks_exact(geometry.patch_len())) {
                let mut sum = Lanes::ZERO;
                for z in patch {
                    for l in 0..LANES {
                        sum[l] = multiply_add(z[l], z[l], sum[l]);
                    }
                }
                *norm = Lanes::each(|l| sum[l] * per_channel);
            }
            let mut all = vec![layer.iter().map(|n| Norms::new(*n)).collect::<Vec<_>>()];
            for l in 1..geometry.depth() {
                let (width, (rows, next)) = (geometry.grid(l - 1).1, geometry.grid(l));
                let mut sums = vec![Lanes::ZERO; geometry.grid(l - 1).0 * next];
                for (row, out) in layer.chunks_exact(width).zip(sums.chunks_exact_mut(next)) {
                    across(row, out, q);
                }
                layer.truncate(rows * next);
                for (y, out) in layer.chunks_exact_mut(next).enumerate() {
                    down(&sums[y * next..(y + q) * next], out, 0, q);
                }
                all.push(layer.iter().map(|n| Norms::new(*n)).collect());
            }
            all
        },
    )
}
