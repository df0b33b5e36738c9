//! Panels: sixteen images with their transformed patches and norms, laid out for the tiles.

use super::lanes::{LANES, Lanes, parts};
use super::transform::PanelTransform;
use crate::images::{Images, PatchGeometry};
use crate::linalg::simd::{Vector, on_widest};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// Memory for panels of training images. A job makes the panels beyond it for itself, which takes longer than the rest of the job
/// where long patches are transformed. In a page every worker has this memory once. The panels of 1,000 images with 64 channels
/// and 28 x 28 positions take 1.8 GB at full rank.
const CACHE_BYTES: u64 = if cfg!(target_arch = "wasm32") { 256 << 20 } else { 2 << 30 };

/// Values of a transformed patch from which on reading them limits the speed of a tile.
pub const LONG_PATCH: usize = 64;

/// Images in a [`Group`].
pub const GROUP_IMAGES: usize = 4;

/// Panels that `images` images fill.
pub fn panel_count(images: usize) -> usize {
    images.div_ceil(LANES)
}

/// Panels per side of the blocks in which tiles of patches with `features` values are computed. With [`LONG_PATCH`]es natively 4,
/// 64 images against 64. In a page 1: simd128 vectors are short, and jobs have to be short as well.
pub fn block_panels(features: usize) -> usize {
    if features < LONG_PATCH || cfg!(target_arch = "wasm32") { 1 } else { 4 }
}

/// Sixteen images under a patch transform. The last panel of a set of images may end with blank ones.
#[derive(Clone)]
pub struct Panel {
    /// Values of a transformed patch.
    pub features: usize,
    /// The transformed patches `z_p`, indexed (position, feature).
    pub z: Vec<Lanes>,
    /// For each layer the norms at its positions.
    pub norms: Vec<Vec<Norms>>,
}

/// The norm `N_p = |z_p|^2 / c` at a position of a layer, box-summed to that layer, in the forms that the tiles need: a pair of
/// images then takes no root and no division.
#[derive(Clone, Copy)]
pub struct Norms {
    /// `sqrt N`.
    pub sqrt: Lanes,
    /// `1 / sqrt N`, and 0 where the patch is blank.
    pub inverse_sqrt: Lanes,
}

impl Norms {
    fn new(n: Lanes) -> Norms {
        // In double precision, rounded once each, because a cosine is a product of these factors.
        let sqrt = |l: usize| f64::from(n[l]).sqrt();
        Norms {
            sqrt: Lanes::from_fn(|l| sqrt(l) as f32),
            inverse_sqrt: Lanes::from_fn(|l| if n[l] > 0.0 { (1.0 / sqrt(l)) as f32 } else { 0.0 }),
        }
    }

    /// Register number `part` of both.
    #[inline(always)]
    pub fn load<S: Simd>(&self, simd: S, part: usize) -> [Vector<S>; 2] {
        [self.sqrt.load(simd, part), self.inverse_sqrt.load(simd, part)]
    }
}

/// Up to four images of a panel, stored contiguously so that a tile can broadcast each value.
pub struct Group {
    /// Lane of the first image.
    pub first_lane: usize,
    /// `z_p` of all four images, indexed (position, feature). Values beyond the last image are not used. Empty where the tile
    /// reads the panel instead.
    pub z: Vec<[f32; GROUP_IMAGES]>,
    /// `[sqrt N, 1 / sqrt N]`, indexed (image, layer, position).
    pub norms: Vec<Vec<Vec<[f32; 2]>>>,
}

impl Group {
    /// Number of images.
    pub fn images(&self) -> usize {
        self.norms.len()
    }
}

impl Panel {
    /// The images of `lanes` in groups that hold norms only: tiles read long patches from the panel, see
    /// [`super::tile::kernel_tiles`].
    pub fn groups_without_patches(&self, lanes: Range<usize>) -> Vec<Group> {
        let group = |first_lane: usize| {
            let images = first_lane..lanes.end.min(first_lane + GROUP_IMAGES);
            let of_layer = |norms: &Vec<Norms>, lane: usize| -> Vec<[f32; 2]> {
                norms.iter().map(|n| [n.sqrt[lane], n.inverse_sqrt[lane]]).collect()
            };
            let of_image = |lane: usize| self.norms.iter().map(|layer| of_layer(layer, lane)).collect();
            Group { first_lane, z: Vec::new(), norms: images.map(of_image).collect() }
        };
        lanes.clone().step_by(GROUP_IMAGES).map(group).collect()
    }

    /// The images of `lanes` in groups.
    pub fn groups(&self, lanes: Range<usize>) -> Vec<Group> {
        let mut groups = self.groups_without_patches(lanes);
        for group in &mut groups {
            let start = group.first_lane.min(LANES - GROUP_IMAGES);
            group.z = self.z.iter().map(|z| [z[start], z[start + 1], z[start + 2], z[start + 3]]).collect();
            if group.first_lane > start {
                group.z.iter_mut().for_each(|z| z.rotate_left(group.first_lane - start));
            }
        }
        groups
    }

    /// Bytes of a panel whose transformed patches have `features` values.
    pub fn bytes(geometry: PatchGeometry, features: usize) -> u64 {
        let patches = (geometry.positions(0) as u64).saturating_mul(features as u64);
        let values = patches.saturating_add(2 * geometry.position_layers() as u64);
        values.saturating_mul(size_of::<Lanes>() as u64)
    }

    /// Panels of `images` training images that are held in memory.
    pub fn cached(geometry: PatchGeometry, features: usize, images: usize) -> usize {
        panel_count(images).min((CACHE_BYTES / Panel::bytes(geometry, features)) as usize)
    }

    /// Panel `index` of `images`.
    pub fn new(geometry: PatchGeometry, images: &Images, index: usize, transform: &PanelTransform) -> Panel {
        let mut z = vec![Lanes::ZERO; geometry.positions(0) * transform.features()];
        let row_len = geometry.grid(0).1 * transform.features();
        let pixels = Pixels::new(geometry, images, index, 0..geometry.grid(0).0);
        for (row, out) in z.chunks_exact_mut(row_len).enumerate() {
            pixels.patches(row, transform, out);
        }
        Panel::from_patches(geometry, z)
    }

    /// A panel with one image in its first lane; the others are blank. Transforms a sixteenth of what [`new`](Panel::new) does: its
    /// patches at sixteen positions at a time.
    pub fn single(geometry: PatchGeometry, image: &[f32], transform: &PanelTransform) -> Panel {
        let (positions, (rows, cols)) = (geometry.positions(0), geometry.grid(0));
        let (shape, features) = (geometry.shape(), transform.features());
        let value_at_all = |f: usize| -> Vec<Lanes> {
            let (channel, a, b) = geometry.patch_value(f);
            let start = |row: usize| (channel * shape.height + row + a) * shape.width + b;
            let values: Vec<f32> =
                (0..rows).flat_map(|row| &image[start(row)..start(row) + cols]).copied().collect();
            values.chunks(LANES).map(|v| Lanes::from_fn(|l| v.get(l).copied().unwrap_or(0.0))).collect()
        };
        let patches: Vec<Vec<Lanes>> = (0..geometry.patch_len()).map(value_at_all).collect();
        let mut transformed = vec![Lanes::ZERO; positions.div_ceil(LANES) * features];
        transform.apply(&patches.iter().map(Vec::as_slice).collect::<Vec<_>>(), &mut transformed);
        let mut z = vec![Lanes::ZERO; positions * features];
        for (p, patch) in z.chunks_exact_mut(features).enumerate() {
            let transformed = &transformed[p / LANES * features..];
            patch.iter_mut().zip(transformed).for_each(|(z, value)| z[0] = value[p % LANES]);
        }
        Panel::from_patches(geometry, z)
    }

    /// The panel of transformed patches `z`, indexed (position, feature).
    pub fn from_patches(geometry: PatchGeometry, z: Vec<Lanes>) -> Panel {
        let norms = norms(geometry, &z);
        Panel { features: z.len() / geometry.positions(0), z, norms }
    }
}

/// Some rows of the pixels of a panel's images. Lanes beyond the last image are 0.
pub struct Pixels {
    geometry: PatchGeometry,
    /// First row of pixels, and of positions whose patches are complete.
    first_row: usize,
    /// Number of rows of pixels.
    height: usize,
    /// Indexed (channel, row, column).
    values: Vec<Lanes>,
}

impl Pixels {
    /// The pixels of the patches at the positions in `rows`, of panel `index` of `images`.
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
        Pixels { geometry, first_row: rows.start, height, values }
    }

    /// Value `f` (channel, a, b) of the patch at every column of position row `row`: neighbouring pixels of one row.
    fn feature(&self, row: usize, f: usize) -> &[Lanes] {
        let (width, (channel, a, b)) = (self.geometry.shape().width, self.geometry.patch_value(f));
        let start = (channel * self.height + row - self.first_row + a) * width + b;
        &self.values[start..start + self.geometry.grid(0).1]
    }

    /// Writes the transformed patches of position row `row` into `out`, indexed (column, feature).
    pub fn patches(&self, row: usize, transform: &PanelTransform, out: &mut [Lanes]) {
        let patches: Vec<&[Lanes]> = (0..self.geometry.patch_len()).map(|f| self.feature(row, f)).collect();
        transform.apply(&patches, out);
    }
}

/// Norms of every layer. An image paired with itself must give S = N to the last bit, because k0, whose slope is infinite at
/// rho = 1, would lose half its digits otherwise. All sums therefore add the same terms in the same order as the tile does.
fn norms(geometry: PatchGeometry, z: &[Lanes]) -> Vec<Vec<Norms>> {
    let q = geometry.patch();
    let mut layer = on_widest(SquaredNorms { geometry, z });
    let mut all = vec![layer.iter().map(|n| Norms::new(*n)).collect::<Vec<_>>()];
    for l in 1..geometry.depth() {
        let ((input_rows, input_cols), (rows, cols)) = (geometry.grid(l - 1), geometry.grid(l));
        let row_sum = |y: usize, c: usize| sum(layer[y * input_cols + c..].iter().take(q));
        let row_sums: Vec<Lanes> = (0..input_rows)
            .flat_map(|y| (0..cols).map(move |c| (y, c)))
            .map(|(y, c)| row_sum(y, c))
            .collect();
        layer = (0..rows * cols).map(|at| sum(row_sums[at..].iter().step_by(cols).take(q))).collect();
        all.push(layer.iter().map(|n| Norms::new(*n)).collect());
    }
    all
}

fn sum<'a>(values: impl Iterator<Item = &'a Lanes>) -> Lanes {
    values.copied().reduce(|sum, v| Lanes::from_fn(|l| sum[l] + v[l])).unwrap_or(Lanes::ZERO)
}

/// `|z_p|^2 / c` at every position of the first layer.
struct SquaredNorms<'a> {
    geometry: PatchGeometry,
    z: &'a [Lanes],
}

impl WithSimd for SquaredNorms<'_> {
    type Output = Vec<Lanes>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<Lanes> {
        let per_channel = Vector::splat(simd, 1.0 / self.geometry.shape().channels as f32);
        let mut norms = vec![Lanes::ZERO; self.geometry.positions(0)];
        let features = self.z.len() / self.geometry.positions(0);
        for (norm, patch) in norms.iter_mut().zip(self.z.chunks_exact(features)) {
            for part in parts::<S>() {
                let mut sum = Vector::splat(simd, 0.0);
                for z in patch {
                    let z = z.load(simd, part);
                    sum = z.multiply_add(z, sum);
                }
                norm.store(part, sum * per_channel);
            }
        }
        norms
    }
}
