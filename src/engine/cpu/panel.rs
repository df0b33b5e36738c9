//! Panels: sixteen images with their transformed patches and norms, laid out for the tiles.

use super::lanes::{LANES, Lanes, parts};
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use crate::linalg::gemm::{View, gemm};
use crate::linalg::simd::{Vector, on_widest};
use crate::math::feature_matrix::rank_of_root;
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// Columns of the triangular transform that one matrix product handles; below them half the work would be wasted.
const STRIP: usize = 64;

/// The patch transform as the panels use it.
pub struct PanelTransform {
    /// `W^T` (`d x r`), lower triangular, of the first r rows of `W`, or nothing for the identity.
    root: Option<Matrix>,
    /// Values of a transformed patch: r, the rank of `W`, or d.
    features: usize,
}

impl PanelTransform {
    /// The transform of patches of `len` values by `W` (`len x len`), or none.
    pub fn new(root: Option<&Matrix>, len: usize) -> Self {
        let features = root.map_or(len, rank_of_root);
        PanelTransform { root: root.map(|root| root.rows(0, features).transpose()), features }
    }

    /// Values of a transformed patch.
    pub fn features(&self) -> usize {
        self.features
    }
}

/// Sixteen images (the last of a set may have blank ones) under a patch transform.
#[derive(Clone)]
pub struct Panel {
    /// Values of `z_p`.
    pub features: usize,
    /// `z_p`: so many values for each position, position-major.
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

/// From so many values of a patch on, reading them is what limits a tile's speed.
pub const LONG: usize = 64;

/// Images in a group.
pub const GROUP: usize = 4;

/// Up to four images of a panel: what a tile spreads over the lanes lies side by side, not sixteen apart.
pub struct Group {
    /// Lane of the first.
    pub first: usize,
    /// `z_p`, position-major, of all four; nothing where they are read from the panel.
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
    /// The images of `lanes` in groups. Long patches are left where they are: see [`super::tile::kernels`].
    pub fn groups(&self, lanes: Range<usize>) -> Vec<Group> {
        let group = |first: usize| {
            let images = first..lanes.end.min(first + GROUP);
            let norms = |norms: &Vec<Norms>, lane: usize| -> Vec<[f32; 2]> {
                norms.iter().map(|n| [n.root[lane], n.inverse[lane]]).collect()
            };
            let norms = |lane: usize| self.norms.iter().map(|layer| norms(layer, lane)).collect();
            Group { first, z: Vec::new(), norms: images.map(norms).collect() }
        };
        lanes.clone().step_by(GROUP).map(group).collect()
    }

    /// The images of `lanes` in groups, their patches side by side.
    pub fn regrouped(&self, lanes: Range<usize>) -> Vec<Group> {
        let mut groups = self.groups(lanes);
        for group in &mut groups {
            // Four neighbours; behind the last image may follow any, because nobody looks at them.
            let (start, shift) = (group.first.min(LANES - GROUP), group.first.saturating_sub(LANES - GROUP));
            group.z = self.z.iter().map(|z| [z[start], z[start + 1], z[start + 2], z[start + 3]]).collect();
            if shift > 0 {
                group.z.iter_mut().for_each(|z| z.rotate_left(shift));
            }
        }
        groups
    }

    /// Bytes of a panel of patches with so many values.
    pub fn bytes(geometry: PatchGeometry, features: usize) -> u64 {
        let values = geometry.positions(0) as u64 * features as u64 + 2 * geometry.position_layers() as u64;
        values.saturating_mul(size_of::<Lanes>() as u64)
    }

    /// Panel `index` of `images`.
    pub fn new(geometry: PatchGeometry, images: &Images, index: usize, transform: &PanelTransform) -> Panel {
        let mut z = vec![Lanes::ZERO; geometry.positions(0) * transform.features];
        let row_len = geometry.grid(0).1 * transform.features;
        let pixels = Pixels::new(geometry, images, index, 0..geometry.grid(0).0);
        for (row, out) in z.chunks_exact_mut(row_len).enumerate() {
            pixels.patches(row, transform, out);
        }
        Panel::complete(geometry, z)
    }

    /// A panel of one image, in its first lane; the others are blank. Transforms a sixteenth of what
    /// [`new`](Panel::new) does.
    pub fn single(geometry: PatchGeometry, image: &[f32], transform: &PanelTransform) -> Panel {
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
        let features = transform.features;
        if let Some(root) = &transform.root {
            let mut product = vec![0.0; positions * features];
            transformed(&patches, positions, root, &mut product);
            patches = product;
        }
        let mut z = vec![Lanes::ZERO; positions * features];
        for (p, patch) in z.chunks_exact_mut(features).enumerate() {
            patch.iter_mut().enumerate().for_each(|(f, z)| z[0] = patches[f * positions + p]);
        }
        Panel::complete(geometry, z)
    }

    /// A panel from all its rows of positions, one after the other.
    pub fn complete(geometry: PatchGeometry, z: Vec<Lanes>) -> Panel {
        let norms = norms(geometry, &z);
        Panel { features: z.len() / geometry.positions(0), z, norms }
    }
}

/// `columns` (`height x d`, feature-major) times the lower triangular `root` (`d x r`), strip by strip, into `product`.
fn transformed(columns: &[f32], height: usize, root: &Matrix, product: &mut [f32]) {
    let (d, r) = root.shape();
    for start in (0..r).step_by(STRIP) {
        let (width, rest) = (STRIP.min(r - start), d - start);
        let columns = View::columns(&columns[start * height..], height, rest, height);
        let root = View::columns(&root.as_slice()[start * d + start..], rest, width, d);
        gemm(1.0, columns, root, 0.0, &mut product[start * height..], height);
    }
}

/// Some rows of the sixteen images of a panel, side by side: what the patches of some rows of positions are made of. Lanes
/// beyond the last image stay blank.
pub struct Pixels {
    geometry: PatchGeometry,
    /// Row of positions, and of pixels, that comes first.
    first: usize,
    /// Rows of pixels.
    height: usize,
    /// (channel, row, column)
    values: Vec<Lanes>,
}

impl Pixels {
    /// What the positions in `rows` see of panel `index` of `images`.
    pub fn new(geometry: PatchGeometry, images: &Images, index: usize, rows: Range<usize>) -> Pixels {
        let (shape, height) = (geometry.shape(), rows.len() + geometry.patch() - 1);
        let mut values = vec![Lanes::ZERO; shape.channels * height * shape.width];
        for (channel, values) in values.chunks_exact_mut(height * shape.width).enumerate() {
            let start = (channel * shape.height + rows.start) * shape.width;
            for l in 0..LANES.min(images.count() - index * LANES) {
                let image = &images.image(index * LANES + l)[start..start + height * shape.width];
                values.iter_mut().zip(image).for_each(|(value, &pixel)| value[l] = pixel);
            }
        }
        Pixels { geometry, first: rows.start, height, values }
    }

    /// Pixels that feature `f` (channel, a, b) takes in the patches of row `row`, one for each column.
    fn run(&self, row: usize, f: usize) -> &[Lanes] {
        let (width, q) = (self.geometry.shape().width, self.geometry.patch());
        let (channel, a, b) = (f / (q * q), f / q % q, f % q);
        let start = (channel * self.height + row - self.first + a) * width + b;
        &self.values[start..start + self.geometry.grid(0).1]
    }

    /// `z_p` of a row of positions, by one matrix product, position-major as the tiles read it.
    pub fn patches(&self, row: usize, transform: &PanelTransform, out: &mut [Lanes]) {
        let (d, cols) = (self.geometry.patch_len(), self.geometry.grid(0).1);
        match &transform.root {
            None => {
                let runs: Vec<&[Lanes]> = (0..d).map(|f| self.run(row, f)).collect();
                for (col, out) in out.chunks_exact_mut(d).enumerate() {
                    out.iter_mut().zip(&runs).for_each(|(out, run)| *out = run[col]);
                }
            }
            Some(root) => {
                let patches: Vec<Lanes> = (0..d).flat_map(|f| self.run(row, f)).copied().collect();
                let mut product = vec![Lanes::ZERO; cols * transform.features];
                let columns = bytemuck::cast_slice(&patches);
                transformed(columns, cols * LANES, root, bytemuck::cast_slice_mut(&mut product));
                for (col, out) in out.chunks_exact_mut(transform.features).enumerate() {
                    out.iter_mut().enumerate().for_each(|(f, out)| *out = product[f * cols + col]);
                }
            }
        }
    }
}

/// Norms of every layer. An image paired with itself must find S = N to the last bit, or k0, whose slope is infinite at
/// rho = 1, loses half its digits; so all sums run as those of the tile do.
fn norms(geometry: PatchGeometry, z: &[Lanes]) -> Vec<Vec<Norms>> {
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
    geometry: PatchGeometry,
    z: &'a [Lanes],
}

impl WithSimd for Squares<'_> {
    type Output = Vec<Lanes>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, unit: S) -> Vec<Lanes> {
        let per_channel = Vector::splat(unit, 1.0 / self.geometry.shape().channels as f32);
        let mut squares = vec![Lanes::ZERO; self.geometry.positions(0)];
        let features = self.z.len() / self.geometry.positions(0);
        for (square, patch) in squares.iter_mut().zip(self.z.chunks_exact(features)) {
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
