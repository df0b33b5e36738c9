//! Panels: sixteen images with their transformed patches and norms, laid out for the tiles.

use super::lanes::{LANES, Lanes, parts};
use crate::gemm::{View, gemm};
use crate::simd::{Vector, on_widest};
use crate::{Geometry, Images, Matrix};
use pulp::{Simd, WithSimd};
use std::ops::Range;

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

/// Images in a group.
pub const GROUP: usize = 4;

/// Up to four images of a panel: what a tile spreads over the lanes lies side by side, not sixteen apart.
pub struct Group {
    /// `z_p`, position-major, of all four.
    pub z: Vec<[f32; GROUP]>,
    /// `sqrt N` and its inverse for each image and layer.
    pub norms: Vec<Vec<Vec<[f32; 2]>>>,
}

impl Group {
    /// How many images it has; the rest is blank.
    pub fn images(&self) -> usize {
        self.norms.len()
    }
}

impl Panel {
    /// The images of `lanes` in groups.
    pub fn groups(&self, lanes: Range<usize>) -> Vec<Group> {
        let group = |first: usize| {
            let images = first..lanes.end.min(first + GROUP);
            let norms = |norms: &Vec<Norms>, lane: usize| -> Vec<[f32; 2]> {
                norms.iter().map(|n| [n.root[lane], n.inverse[lane]]).collect()
            };
            let norms = |lane: usize| self.norms.iter().map(|layer| norms(layer, lane)).collect();
            // Four neighbours; behind the last image may follow any, because nobody looks at them.
            let (start, shift) = (first.min(LANES - GROUP), first.saturating_sub(LANES - GROUP));
            let mut z: Vec<[f32; GROUP]> =
                self.z.iter().map(|z| [z[start], z[start + 1], z[start + 2], z[start + 3]]).collect();
            if shift > 0 {
                z.iter_mut().for_each(|z| z.rotate_left(shift));
            }
            Group { z, norms: images.map(norms).collect() }
        };
        lanes.clone().step_by(GROUP).map(group).collect()
    }

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

    /// A panel of one image, in its first lane; the others are blank. Transforms a sixteenth of what
    /// [`new`](Panel::new) does.
    pub fn single(geometry: Geometry, image: &[f32], transform: &PatchTransform) -> Panel {
        let (d, positions, (rows, cols)) = (geometry.patch_len(), geometry.positions(0), geometry.grid(0));
        let (shape, q) = (geometry.shape(), geometry.patch());
        let mut patches = Vec::with_capacity(positions * d);
        for f in 0..d {
            let (channel, a, b) = (f / (q * q), f / q % q, f % q);
            for row in 0..rows {
                let start = (channel * shape.height + row + a) * shape.width + b;
                patches.extend_from_slice(&image[start..start + cols]);
            }
        }
        if let Some(root) = &transform.0 {
            let mut product = vec![0.0; positions * d];
            transformed(&patches, positions, root, &mut product);
            patches = product;
        }
        let mut z = vec![Lanes::ZERO; positions * d];
        for (p, patch) in z.chunks_exact_mut(d).enumerate() {
            patch.iter_mut().enumerate().for_each(|(f, z)| z[0] = patches[f * positions + p]);
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
            let mut product = vec![Lanes::ZERO; cols * d];
            let columns = bytemuck::cast_slice(&patches);
            transformed(columns, cols * LANES, root, bytemuck::cast_slice_mut(&mut product));
            patches = product;
        }
        // Position-major, as the tiles read it.
        for (col, out) in out.chunks_exact_mut(d).enumerate() {
            out.iter_mut().enumerate().for_each(|(f, out)| *out = patches[f * cols + col]);
        }
    }
}

/// `columns` (`height x d`, feature-major) times the lower triangular `root`, strip by strip, into `product`.
fn transformed(columns: &[f32], height: usize, root: &Matrix, product: &mut [f32]) {
    let d = root.nrows();
    for start in (0..d).step_by(STRIP) {
        let (width, rest) = (STRIP.min(d - start), d - start);
        let columns = View::columns(&columns[start * height..], height, rest, height);
        let root = View::columns(&root.as_slice()[start * d + start..], rest, width, d);
        gemm(1.0, columns, root, 0.0, &mut product[start * height..], height);
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
    let q = geometry.patch();
    let mut layer = on_widest(Squares { geometry, z });
    let mut all = vec![layer.iter().map(|n| Norms::new(*n)).collect::<Vec<_>>()];
    for l in 1..geometry.depth() {
        let (width, (rows, next)) = (geometry.grid(l - 1).1, geometry.grid(l));
        let across = |y: usize, c: usize| lane_sum(layer[y * width + c..].iter().take(q));
        let sums: Vec<Lanes> = (0..geometry.grid(l - 1).0)
            .flat_map(|y| (0..next).map(move |c| (y, c)))
            .map(|(y, c)| across(y, c))
            .collect();
        let down = |at: usize| lane_sum(sums[at..].iter().step_by(next).take(q));
        layer = (0..rows * next).map(down).collect();
        all.push(layer.iter().map(|n| Norms::new(*n)).collect());
    }
    all
}

fn lane_sum<'a>(values: impl Iterator<Item = &'a Lanes>) -> Lanes {
    values.copied().reduce(|sum, v| Lanes::each(|l| sum[l] + v[l])).unwrap_or(Lanes::ZERO)
}

/// `|z_p|^2 / c`.
struct Squares<'a> {
    geometry: Geometry,
    z: &'a [Lanes],
}

impl WithSimd for Squares<'_> {
    type Output = Vec<Lanes>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, unit: S) -> Vec<Lanes> {
        let per_channel = Vector::splat(unit, 1.0 / self.geometry.shape().channels as f32);
        let mut squares = vec![Lanes::ZERO; self.geometry.positions(0)];
        for (square, patch) in squares.iter_mut().zip(self.z.chunks_exact(self.geometry.patch_len())) {
            for part in parts::<S>() {
                let mut sum = Vector::splat(unit, 0.0);
                for z in patch {
                    let z = z.load(unit, part);
                    sum = z.multiply_add(z, sum);
                }
                square.store(part, sum * per_channel);
            }
        }
        squares
    }
}
