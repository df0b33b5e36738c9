//! Kernel tiles: K of some images, one after the other, with the sixteen images of a panel. Twin of [`crate::math::ntk::pair`].
//!
//! The maps are computed one row of positions at a time. A row passes through the arc-cosine kernels of a layer, is summed over
//! windows of `q` columns, and together with the `q - 1` rows before it becomes a row of the next layer. Only these few rows are
//! stored, and they stay in the L1 and L2 caches of the core. Whole maps would be read and written eight times per layer.

use super::lanes::{ArcCosine, LANES, Lanes, arc_cosine, one_minus_abs_rho, parts};
use super::near::Patches;
use super::panel::{GROUP_IMAGES, Group, LONG_PATCH, Norms, Panel};
use super::products::{Pair, inner_products, long_inner_products};
use crate::images::PatchGeometry;
use crate::linalg::simd::{Vector, on_widest};
use crate::math::ntk::is_short;
use pulp::{Simd, WithSimd};

/// S and T at the positions of a row.
type Row = Vec<[Lanes; 2]>;

/// `N` maps that are 0 at `len` positions.
pub fn zeros<const N: usize>(len: usize) -> Vec<[Lanes; N]> {
    vec![[Lanes::ZERO; N]; len]
}

/// The left-hand side of a tile: the first images of a panel, in groups.
pub struct Lhs<'a> {
    panel: &'a Panel,
    groups: Vec<Group>,
}

impl<'a> Lhs<'a> {
    /// The first `images` images of a panel.
    pub fn new(panel: &'a Panel, images: usize) -> Lhs<'a> {
        let is_long = panel.features >= LONG_PATCH;
        let groups = if is_long { panel.groups_without_patches(0..images) } else { panel.groups(0..images) };
        Lhs { panel, groups }
    }
}

/// K of the images of `lhs` with those of each panel of `rhs`, unscaled, indexed (panel, image of `lhs`).
///
/// The images of a group advance row by row together, so that the panel's patches and norms in a row are read once for all of them.
/// One image at a time would read 20 bytes per cycle, more than the L3 cache delivers; the stored rows of more than four images
/// would not fit into the L2 cache. With long patches most of the reading is patches. There all inner products of a position are
/// computed at once, as one matrix product whose factors stay in the caches.
pub fn kernel_tiles(geometry: PatchGeometry, lhs: &[Lhs], rhs: &[&Panel]) -> Vec<Lanes> {
    on_widest(KernelTiles { geometry, lhs, rhs })
}

struct KernelTiles<'a> {
    geometry: PatchGeometry,
    lhs: &'a [Lhs<'a>],
    rhs: &'a [&'a Panel],
}

impl WithSimd for KernelTiles<'_> {
    type Output = Vec<Lanes>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Vec<Lanes> {
        let KernelTiles { geometry, lhs, rhs } = self;
        let groups = || lhs.iter().flat_map(|lhs| lhs.groups.iter().map(|group| (lhs.panel, group)));
        let pairs: Vec<Pair> =
            rhs.iter().flat_map(|&rhs| groups().map(move |(lhs, group)| Pair { lhs, group, rhs })).collect();
        let is_long = rhs.iter().all(|rhs| rhs.features >= LONG_PATCH);
        let at_once = if is_long { pairs.len().max(1) } else { 1 };
        // The inner products of a row, for each pair.
        let mut products = vec![vec![Lanes::ZERO; GROUP_IMAGES * geometry.grid(0).1]; at_once];
        let mut passes: Vec<ForwardPass> =
            (0..GROUP_IMAGES * at_once).map(|_| ForwardPass::new(geometry)).collect();
        let mut values = Vec::new();
        for pairs in pairs.chunks(at_once) {
            for y in 0..geometry.grid(0).0 {
                if is_long {
                    long_inner_products(simd, geometry, pairs, rhs.len(), y, &mut products);
                } else {
                    inner_products(simd, geometry, pairs[0].group, pairs[0].rhs, y, &mut products[0]);
                }
                for ((passes, products), pair) in passes.chunks_mut(GROUP_IMAGES).zip(&products).zip(pairs) {
                    for (image, pass) in passes.iter_mut().enumerate().take(pair.group.images()) {
                        pass.row(simd, y, (products, image), pair.group, pair.rhs, None);
                    }
                }
            }
            for (passes, pair) in passes.chunks_mut(GROUP_IMAGES).zip(pairs) {
                values.extend(passes.iter_mut().take(pair.group.images()).map(ForwardPass::finish));
            }
        }
        values
    }
}

/// The way of one image through the layers, paired with the images of a panel.
pub struct ForwardPass {
    geometry: PatchGeometry,
    /// The current row, as it enters a layer.
    input: Row,
    /// `1 - |rho|` of a row of short patches in the first layer.
    complements: Vec<Lanes>,
    /// The current row behind the arc-cosine kernels of a layer.
    output: Row,
    /// For each layer but the last, its last `q` rows summed over windows of columns, the oldest first.
    row_sums: Vec<Vec<Row>>,
    /// Sum of S + T over the positions of the last layer.
    total: Lanes,
}

impl ForwardPass {
    pub fn new(geometry: PatchGeometry) -> ForwardPass {
        let width = geometry.grid(0).1;
        let rows = |layer: usize| (0..geometry.patch()).map(|_| zeros(geometry.grid(layer).1)).collect();
        ForwardPass {
            geometry,
            input: zeros(width),
            complements: vec![Lanes::ZERO; width],
            output: zeros(width),
            row_sums: (1..geometry.depth()).map(rows).collect(),
            total: Lanes::ZERO,
        }
    }

    /// Computes row `y` of the first layer and the row that it completes in each further layer. The rows follow one another from 0
    /// on. `products` are the inner products of the group `lhs`, `image` is the index in that group. `tape` records the maps.
    #[inline(always)]
    pub fn row<S: Simd>(
        &mut self,
        simd: S,
        mut y: usize,
        (products, image): (&[Lanes], usize),
        lhs: &Group,
        rhs: &Panel,
        mut tape: Option<&mut Tape>,
    ) {
        let (g, q) = (self.geometry, self.geometry.patch());
        let last = g.depth() - 1;
        for layer in 0..=last {
            let width = g.grid(layer).1;
            let positions = y * width..(y + 1) * width;
            let layer_row = LayerRow {
                lhs_norms: &lhs.norms[image][layer][positions.clone()],
                rhs_norms: &rhs.norms[layer][positions],
                tape: tape.as_mut().map(|tape| tape.row(layer, y, width)),
            };
            let output = if layer == last {
                Output::Total(&mut self.total)
            } else {
                Output::Row(&mut self.output[..width])
            };
            if layer > 0 {
                // Not negative: sums of k1. What rounding leaves below zero is 1e-9 of the norms, too little to change `1 - |rho|`.
                let input = &self.input[..width];
                #[rustfmt::skip]
                layer_row.arc_cosines::<S, false>(simd, output, #[inline(always)] |c, part, lhs, rhs| {
                    let [s, t] = [input[c][0].load(simd, part), input[c][1].load(simd, part)];
                    ([s, t], one_minus_abs_rho(simd, s, lhs, rhs))
                });
            } else {
                let products = &products[image * width..(image + 1) * width];
                if is_short(rhs.features) {
                    let complements = &mut self.complements[..width];
                    let channels = g.shape().channels;
                    Patches { lhs, image, rhs, position: y * width, channels }.complements(
                        simd,
                        products,
                        complements,
                    );
                    #[rustfmt::skip]
                    layer_row.arc_cosines::<S, true>(simd, output, #[inline(always)] |c, part, _, _| {
                        ([products[c].load(simd, part); 2], complements[c].load(simd, part))
                    });
                } else {
                    #[rustfmt::skip]
                    layer_row.arc_cosines::<S, true>(simd, output, #[inline(always)] |c, part, lhs, rhs| {
                        let s = products[c].load(simd, part);
                        ([s, s], one_minus_abs_rho(simd, s.abs(), lhs, rhs))
                    });
                }
            }
            if layer == last {
                return;
            }
            let (rows, has_window) = (&mut self.row_sums[layer], y + 1 >= q);
            rows.rotate_left(1);
            let (output, next) = (&self.output[..width], &mut self.input[..width + 1 - q]);
            match q {
                // The usual patch sizes unrolled: the overhead of a loop of three steps is as large as its work.
                2 => box_sums::<S, 1>(simd, output, rows, has_window, next),
                3 => box_sums::<S, 2>(simd, output, rows, has_window, next),
                5 => box_sums::<S, 4>(simd, output, rows, has_window, next),
                _ => box_sums::<S, 0>(simd, output, rows, has_window, next),
            }
            if !has_window {
                return;
            }
            y = y + 1 - q;
        }
    }

    /// K, the mean of S + T over the positions of the last layer. The next row may then be row 0 of another image.
    pub fn finish(&mut self) -> Lanes {
        let positions = self.geometry.positions(self.geometry.depth() - 1) as f32;
        let total = std::mem::replace(&mut self.total, Lanes::ZERO);
        Lanes::from_fn(|l| total[l] / positions)
    }
}

/// The norms and the tape at the positions of a row of a layer.
struct LayerRow<'a> {
    lhs_norms: &'a [[f32; 2]],
    rhs_norms: &'a [Norms],
    tape: Option<&'a mut [[Lanes; 4]]>,
}

/// Where S and T are stored behind the arc-cosine kernels.
enum Output<'a> {
    Row(&'a mut [[Lanes; 2]]),
    /// The last layer: their sum is added. Row by row, because the rounding error of a plain sum grows with its length.
    Total(&'a mut Lanes),
}

impl LayerRow<'_> {
    /// `S <- sqrt(N N') k1(rho)`, `T <- T k0(rho)` with `rho = S / sqrt(N N')`, for `([S, T], 1 - |rho|)` from `input` of a column, a
    /// part, and `[sqrt N, 1 / sqrt N]` of both sides. `SIGNED` is whether S may be negative.
    #[inline(always)]
    fn arc_cosines<S: Simd, const SIGNED: bool>(
        mut self,
        simd: S,
        mut output: Output,
        input: impl Fn(usize, usize, [Vector<S>; 2], [Vector<S>; 2]) -> ([Vector<S>; 2], Vector<S>),
    ) {
        let width = self.lhs_norms.len();
        let rhs_norms = &self.rhs_norms[..width];
        let mut sums = [Vector::splat(simd, 0.0); LANES];
        for c in 0..width {
            let lhs = [Vector::splat(simd, self.lhs_norms[c][0]), Vector::splat(simd, self.lhs_norms[c][1])];
            for part in parts::<S>() {
                let rhs = rhs_norms[c].load(simd, part);
                let ([s, t], v) = input(c, part, lhs, rhs);
                let ArcCosine { k0, k1 } = arc_cosine::<S, SIGNED>(simd, v, s);
                if let Some(tape) = &mut self.tape {
                    tape[c][0].store(part, v);
                    tape[c][1].store(part, k0);
                    tape[c][2].store(part, k1);
                    tape[c][3].store(part, t);
                }
                let (s, t) = (lhs[0] * rhs[0] * k1, t * k0);
                match &mut output {
                    Output::Row(row) => {
                        row[c][0].store(part, s);
                        row[c][1].store(part, t);
                    }
                    Output::Total(_) => sums[part] = sums[part] + (s + t),
                }
            }
        }
        if let Output::Total(total) = output {
            for part in parts::<S>() {
                total.store(part, total.load(simd, part) + sums[part]);
            }
        }
    }
}

/// For each layer `1 - |rho|`, k0, k1, and T before the arc-cosine kernels, of the rows that the reverse pass has not reached: row `y` at
/// `y` modulo their number.
pub struct Tape(Vec<Vec<Vec<[Lanes; 4]>>>);

impl Tape {
    pub fn new(geometry: PatchGeometry) -> Tape {
        // The reverse pass of a row begins when the row of the last layer that it completes is computed.
        let waiting = |layer| (geometry.depth() - 1 - layer) * (geometry.patch() - 1) + 1;
        let rows = |l: usize| (0..waiting(l)).map(|_| zeros(geometry.grid(l).1)).collect();
        Tape((0..geometry.depth()).map(rows).collect())
    }

    /// Row `y` of a layer that is `width` positions wide.
    pub fn row(&mut self, layer: usize, y: usize, width: usize) -> &mut [[Lanes; 4]] {
        let rows = &mut self.0[layer];
        let waiting = rows.len();
        &mut rows[y % waiting][..width]
    }
}

/// Sums the newest row of a layer's S and T over windows of `q` columns into the last of `rows`, which are `q`. With `has_window`,
/// the sums over all `rows` are a row of the next layer, in which S is added to T. `OLDER` is `q - 1`, or 0 for any q.
#[inline(always)]
fn box_sums<S: Simd, const OLDER: usize>(
    simd: S,
    output: &[[Lanes; 2]],
    rows: &mut [Row],
    has_window: bool,
    next: &mut [[Lanes; 2]],
) {
    let q = if OLDER == 0 { rows.len() } else { OLDER + 1 };
    let Some((newest, older)) = rows.split_last_mut() else { return };
    let width = next.len();
    let newest = &mut newest[..width];
    // Sliced before the loop: the compiler cannot rule out that storing a sum changes the address of a row.
    let (fixed, any): ([&[[Lanes; 2]]; OLDER], Vec<_>);
    let older: &[&[[Lanes; 2]]] = if OLDER == 0 {
        any = older.iter().map(|row| &row[..width]).collect();
        &any
    } else {
        fixed = std::array::from_fn(|k| &older[k][..width]);
        &fixed
    };
    for c in 0..width {
        let window = &output[c..c + q];
        for part in parts::<S>() {
            let [mut s, mut t] = sum(simd, part, window);
            newest[c][0].store(part, s);
            newest[c][1].store(part, t);
            if has_window {
                // The oldest row first, as in the norms.
                if let Some((oldest, later)) = older.split_first() {
                    let mut sums = [oldest[c][0].load(simd, part), oldest[c][1].load(simd, part)];
                    for row in later {
                        sums[0] = sums[0] + row[c][0].load(simd, part);
                        sums[1] = sums[1] + row[c][1].load(simd, part);
                    }
                    [s, t] = [sums[0] + s, sums[1] + t];
                }
                next[c][0].store(part, s);
                next[c][1].store(part, t + s);
            }
        }
    }
}

/// Sums of `N` maps over a window, from its first position on.
#[inline(always)]
pub fn sum<S: Simd, const N: usize>(simd: S, part: usize, window: &[[Lanes; N]]) -> [Vector<S>; N] {
    let mut sums = [Vector::splat(simd, 0.0); N];
    for i in 0..N {
        sums[i] = window[0][i].load(simd, part);
        for v in &window[1..] {
            sums[i] = sums[i] + v[i].load(simd, part);
        }
    }
    sums
}
