//! Kernel tiles: some images, one after the other, against the sixteen of a panel. Twin of [`crate::math::ntk::pair`].
//!
//! The maps are made a row of positions at a time: a row goes through a layer's arc-cosine maps, is summed over windows
//! of `q` columns, and with the `q - 1` rows before it makes a row of the next layer. Nothing but those few rows is held,
//! and they stay in the core's first caches; whole maps would be read and written eight times in each layer.

use super::lanes::{ArcCosine, LANES, Lanes, arc_cosine, complement, parts};
use super::panel::{GROUP, Group, LONG, Norms, Panel};
use crate::images::PatchGeometry;
use crate::linalg::simd::{Vector, on_widest};
use pulp::{Simd, WithSimd};

/// S and T at the positions of a row.
type Row = Vec<[Lanes; 2]>;

pub fn zeros<const N: usize>(len: usize) -> Vec<[Lanes; N]> {
    vec![[Lanes::ZERO; N]; len]
}

/// Some images of a panel, from the first on, as one side of a tile.
pub struct First<'a> {
    panel: &'a Panel,
    groups: Vec<Group>,
}

impl<'a> First<'a> {
    /// The first `images` of a panel.
    pub fn new(panel: &'a Panel, images: usize) -> First<'a> {
        let long = panel.features >= LONG;
        let groups = if long { panel.groups(0..images) } else { panel.regrouped(0..images) };
        First { panel, groups }
    }
}

/// K of each image of `firsts` with the sixteen of each of `seconds`: for each of these, all of the first.
///
/// The images of a group go down the rows together, so that a row of the panel's patches and norms is read once for all of
/// them: one at a time reads 20 bytes of it in each cycle, more than a core's third cache gives. More than a group, and the
/// rows that they hold do not fit into the second. Long patches, however, are most of what is read: all that is wanted of a
/// position is made at once, as one matrix product whose factors stay in the caches.
pub fn kernels(geometry: PatchGeometry, firsts: &[First], seconds: &[&Panel]) -> Vec<Lanes> {
    struct Work<'a>(PatchGeometry, &'a [First<'a>], &'a [&'a Panel]);

    impl WithSimd for Work<'_> {
        type Output = Vec<Lanes>;

        #[inline(always)]
        fn with_simd<S: Simd>(self, unit: S) -> Vec<Lanes> {
            let Work(geometry, firsts, seconds) = self;
            let groups = || firsts.iter().flat_map(|f| f.groups.iter().map(|group| (f.panel, group)));
            let pairs: Vec<Pair> =
                seconds.iter().flat_map(|&second| groups().map(move |(p, g)| (p, g, second))).collect();
            let long = seconds.iter().all(|second| second.features >= LONG);
            let together = if long { pairs.len().max(1) } else { 1 };
            // For each pair the products of a row, as `Forward::row` takes them.
            let mut products = vec![vec![Lanes::ZERO; GROUP * geometry.grid(0).1]; together];
            let mut forwards: Vec<Forward> = (0..GROUP * together).map(|_| Forward::new(geometry)).collect();
            let mut values = Vec::new();
            for pairs in pairs.chunks(together) {
                for y in 0..geometry.grid(0).0 {
                    if long {
                        long_products(unit, geometry, pairs, seconds.len(), y, &mut products);
                    } else {
                        inner_products(unit, geometry, pairs[0].1, pairs[0].2, y, &mut products[0]);
                    }
                    for ((forwards, products), (_, first, second)) in
                        forwards.chunks_mut(GROUP).zip(&products).zip(pairs)
                    {
                        for (image, forward) in forwards.iter_mut().enumerate().take(first.images()) {
                            forward.row(unit, y, (products, image), first, second, None);
                        }
                    }
                }
                for (forwards, (_, first, _)) in forwards.chunks_mut(GROUP).zip(pairs) {
                    values.extend(forwards.iter_mut().take(first.images()).map(Forward::finish));
                }
            }
            values
        }
    }

    on_widest(Work(geometry, firsts, seconds))
}

/// A group, the panel that it is of, and a panel.
type Pair<'a> = (&'a Panel, &'a Group, &'a Panel);

/// `<z_p(x), z_p(x')> / c` at the positions of row `y` for the images of every pair, position by position. The pairs are
/// those of some groups with each of `seconds` panels: all groups with the first of them, then with the next.
#[inline(always)]
fn long_products<S: Simd>(
    unit: S,
    geometry: PatchGeometry,
    pairs: &[Pair],
    seconds: usize,
    y: usize,
    products: &mut [Vec<Lanes>],
) {
    // Sums of four panels at a time, where there are registers for them: each value of a group then serves all four.
    let most = if parts::<S>().len() == 1 { 4 } else { 1 };
    let groups = pairs.len() / seconds;
    for c in 0..geometry.grid(0).1 {
        let mut start = 0;
        while start < seconds {
            let count = match (seconds - start).min(most) {
                4 => 4,
                2 | 3 => 2,
                _ => 1,
            };
            for at in start * groups..(start + 1) * groups {
                let place = Together { geometry, pairs: &pairs[at..], groups, column: (y, c) };
                let products = &mut products[at..];
                match count {
                    4 => place.products::<S, 4>(unit, products),
                    2 => place.products::<S, 2>(unit, products),
                    _ if parts::<S>().len() <= 2 => place.products::<S, 1>(unit, products),
                    _ => place.plain_products(&mut products[0]),
                }
            }
            start += count;
        }
    }
}

/// A group and some panels at the position in a row and column.
struct Together<'a> {
    geometry: PatchGeometry,
    /// The group with the first panel; its pair with the next comes `groups` further on.
    pairs: &'a [Pair<'a>],
    groups: usize,
    column: (usize, usize),
}

impl Together<'_> {
    /// The patches of a panel at the position.
    #[inline(always)]
    fn patch<'a>(&self, panel: &'a Panel) -> &'a [Lanes] {
        let at = self.column.0 * self.geometry.grid(0).1 + self.column.1;
        &panel.z[at * panel.features..(at + 1) * panel.features]
    }

    /// Inner products of the group's images with those of `P` panels, into the rows of these pairs. Each is the sum of the same terms in the same order as the norms are.
    #[inline(always)]
    fn products<S: Simd, const P: usize>(&self, unit: S, products: &mut [Vec<Lanes>]) {
        let (width, column) = (self.geometry.grid(0).1, self.column.1);
        let per_channel = Vector::splat(unit, 1.0 / self.geometry.shape().channels as f32);
        let (a, lane) = (self.patch(self.pairs[0].0), self.pairs[0].1.first);
        let b: [&[Lanes]; P] = std::array::from_fn(|p| &self.patch(self.pairs[p * self.groups].2)[..a.len()]);
        let mut sums = [[[Vector::splat(unit, 0.0); LANES]; GROUP]; P];
        for f in 0..a.len() {
            let four = a[f].0.as_chunks::<GROUP>().0[lane / GROUP];
            for part in parts::<S>() {
                for p in 0..P {
                    let b = b[p][f].load(unit, part);
                    for i in 0..GROUP {
                        sums[p][i][part] = Vector::splat(unit, four[i]).multiply_add(b, sums[p][i][part]);
                    }
                }
            }
        }
        for p in 0..P {
            for i in 0..GROUP {
                for part in parts::<S>() {
                    products[p * self.groups][i * width + column].store(part, sums[p][i][part] * per_channel);
                }
            }
        }
    }

    /// Those with one panel, as [`Position::plain_products`].
    #[inline(always)]
    fn plain_products(&self, products: &mut [Lanes]) {
        let (width, column) = (self.geometry.grid(0).1, self.column.1);
        let per_channel = 1.0 / self.geometry.shape().channels as f32;
        let (a, lane) = (self.patch(self.pairs[0].0), self.pairs[0].1.first);
        for from in [0, 2] {
            let mut sums = [Lanes::ZERO; 2];
            for (a, b) in a.iter().zip(self.patch(self.pairs[0].2)) {
                let two = [a[lane + from], a[lane + from + 1]];
                for i in 0..2 {
                    let sum = sums[i];
                    sums[i] = Lanes::each(|l| two[i] * b[l] + sum[l]);
                }
            }
            for (i, sum) in sums.iter().enumerate() {
                products[(from + i) * width + column] = Lanes::each(|l| sum[l] * per_channel);
            }
        }
    }
}

/// `<z_p(x), z_p(x')> / c` at the positions of row `y`, for each image x of `first`, one row after the other.
#[inline(always)]
pub fn inner_products<S: Simd>(
    unit: S,
    geometry: PatchGeometry,
    first: &Group,
    second: &Panel,
    y: usize,
    products: &mut [Lanes],
) {
    let (row, width) = (y * geometry.grid(0).1, geometry.grid(0).1);
    // Eight sums: they hide how long a multiply-add takes, and leave registers for what they are made of.
    let step = if parts::<S>().len() == 1 { 2 } else { 1 };
    for c in (0..width).step_by(step) {
        let position = Position { geometry, first, second, at: row + c };
        let products = &mut products[c..];
        match parts::<S>().len() {
            1 if c + 1 < width => position.products::<S, 4, 2>(unit, products),
            1 | 2 => position.products::<S, 4, 1>(unit, products),
            _ => position.plain_products(products),
        }
    }
}

/// A position at which inner products are made.
struct Position<'a> {
    geometry: PatchGeometry,
    first: &'a Group,
    second: &'a Panel,
    at: usize,
}

impl Position<'_> {
    /// Inner products of `N` images at a time, at `P` positions, 1 or 2, from this one on.
    #[inline(always)]
    fn products<S: Simd, const N: usize, const P: usize>(&self, unit: S, products: &mut [Lanes]) {
        let (d, width) = (self.second.features, self.geometry.grid(0).1);
        let per_channel = Vector::splat(unit, 1.0 / self.geometry.shape().channels as f32);
        let at = self.at * d;
        for from in (0..GROUP).step_by(N) {
            let mut sums = [[[Vector::splat(unit, 0.0); LANES]; N]; P];
            let here = self.first.z[at..at + d].iter().zip(&self.second.z[at..at + d]);
            if P == 2 {
                let next = at + d..at + 2 * d;
                let next = self.first.z[next.clone()].iter().zip(&self.second.z[next]);
                for ((a, b), (a_next, b_next)) in here.zip(next) {
                    accumulate(unit, &a[from..], b, &mut sums[0]);
                    accumulate(unit, &a_next[from..], b_next, &mut sums[P - 1]);
                }
            } else {
                for (a, b) in here {
                    accumulate(unit, &a[from..], b, &mut sums[0]);
                }
            }
            for p in 0..P {
                for i in 0..N {
                    for part in parts::<S>() {
                        products[(from + i) * width + p].store(part, sums[p][i][part] * per_channel);
                    }
                }
            }
        }
    }

    /// The same in plain loops, for the short registers of simd128: of these V8 keeps eight sums in registers and takes the
    /// factors from memory; of vectors written out it spilt some, and took 1.4 times as long.
    #[inline(always)]
    fn plain_products(&self, products: &mut [Lanes]) {
        let (d, width) = (self.second.features, self.geometry.grid(0).1);
        let per_channel = 1.0 / self.geometry.shape().channels as f32;
        let at = self.at * d;
        for from in [0, 2] {
            let mut sums = [Lanes::ZERO; 2];
            for (a, b) in self.first.z[at..at + d].iter().zip(&self.second.z[at..at + d]) {
                for i in 0..2 {
                    let sum = sums[i];
                    sums[i] = Lanes::each(|l| a[from + i] * b[l] + sum[l]);
                }
            }
            for (i, sum) in sums.iter().enumerate() {
                products[(from + i) * width] = Lanes::each(|l| sum[l] * per_channel);
            }
        }
    }
}

#[inline(always)]
fn accumulate<S: Simd, const N: usize>(unit: S, a: &[f32], b: &Lanes, sums: &mut [[Vector<S>; LANES]; N]) {
    for part in parts::<S>() {
        let b = b.load(unit, part);
        for i in 0..N {
            sums[i][part] = Vector::splat(unit, a[i]).multiply_add(b, sums[i][part]);
        }
    }
}

/// One image on its way through the layers against a panel.
pub struct Forward {
    geometry: PatchGeometry,
    /// The row under way, as it enters a layer and as it leaves the maps.
    input: Row,
    output: Row,
    /// For each layer but the last, its last `q` rows summed over windows of columns, the oldest first.
    sums: Vec<Vec<Row>>,
    /// Sum of S + T over the positions of the last layer.
    total: Lanes,
}

impl Forward {
    pub fn new(geometry: PatchGeometry) -> Forward {
        let width = geometry.grid(0).1;
        let rows = |layer: usize| (0..geometry.patch()).map(|_| zeros(geometry.grid(layer).1)).collect();
        Forward {
            geometry,
            input: zeros(width),
            output: zeros(width),
            sums: (1..geometry.depth()).map(rows).collect(),
            total: Lanes::ZERO,
        }
    }

    /// Takes row `y` of an image's inner products, the rows being given from the first on, as far through the layers as it
    /// goes: the row of the next layer is complete with the `q`-th. `products` are those of a group, the image being one of
    /// them. What the maps are goes on `tape`.
    #[inline(always)]
    pub fn row<S: Simd>(
        &mut self,
        unit: S,
        mut y: usize,
        (products, image): (&[Lanes], usize),
        first: &Group,
        second: &Panel,
        mut tape: Option<&mut Tape>,
    ) {
        let (g, q) = (self.geometry, self.geometry.patch());
        let last = g.depth() - 1;
        for layer in 0..=last {
            let width = g.grid(layer).1;
            let here = y * width..(y + 1) * width;
            let (norms, others) = (&first.norms[image][layer][here.clone()], &second.norms[layer][here]);
            let taped = tape.as_mut().map(|tape| tape.row(layer, y, width));
            let position = Maps { norms, others, taped };
            let into = if layer == last {
                Into::Total(&mut self.total)
            } else {
                Into::Row(&mut self.output[..width])
            };
            if layer == 0 {
                let products = &products[image * width..(image + 1) * width];
                #[rustfmt::skip]
                position.maps(unit, into, #[inline(always)] |c, part| [products[c].load(unit, part); 2]);
            } else {
                let input = &self.input[..width];
                #[rustfmt::skip]
                position.maps(unit, into, #[inline(always)] |c, part| {
                    [input[c][0].load(unit, part), input[c][1].load(unit, part)]
                });
            }
            if layer == last {
                return;
            }
            let (rows, complete) = (&mut self.sums[layer], y + 1 >= q);
            rows.rotate_left(1);
            let (output, next) = (&self.output[..width], &mut self.input[..width + 1 - q]);
            match q {
                // The usual patches unrolled: a loop of three steps costs as much as what it does.
                2 => box_sums::<S, 1>(unit, output, rows, complete, next),
                3 => box_sums::<S, 2>(unit, output, rows, complete, next),
                5 => box_sums::<S, 4>(unit, output, rows, complete, next),
                _ => box_sums::<S, 0>(unit, output, rows, complete, next),
            }
            if !complete {
                return;
            }
            y = y + 1 - q;
        }
    }

    /// K, the mean of S + T over the last layer's positions; ready for another image.
    pub fn finish(&mut self) -> Lanes {
        let positions = self.geometry.positions(self.geometry.depth() - 1) as f32;
        let total = std::mem::replace(&mut self.total, Lanes::ZERO);
        Lanes::each(|l| total[l] / positions)
    }
}

/// What the maps of a row of a layer need beside S and T.
struct Maps<'a> {
    norms: &'a [[f32; 2]],
    others: &'a [Norms],
    taped: Option<&'a mut [[Lanes; 4]]>,
}

/// Where S and T go.
enum Into<'a> {
    Row(&'a mut [[Lanes; 2]]),
    /// The read-out is summed row by row: the error of a plain sum grows with its length.
    Total(&'a mut Lanes),
}

impl Maps<'_> {
    /// A row of a layer's S and T, `input(column, part)`, through its arc-cosine maps.
    #[inline(always)]
    fn maps<S: Simd>(mut self, unit: S, mut into: Into, input: impl Fn(usize, usize) -> [Vector<S>; 2]) {
        let width = self.norms.len();
        let others = &self.others[..width];
        let mut sums = [Vector::splat(unit, 0.0); LANES];
        for c in 0..width {
            let norms = [Vector::splat(unit, self.norms[c][0]), Vector::splat(unit, self.norms[c][1])];
            for part in parts::<S>() {
                let [s, t] = input(c, part);
                let other = [others[c].root.load(unit, part), others[c].inverse.load(unit, part)];
                let ArcCosine { rho, k0, k1 } = arc_cosine(unit, complement(unit, s, norms, other), s);
                if let Some(taped) = &mut self.taped {
                    taped[c][0].store(part, rho);
                    taped[c][1].store(part, k0);
                    taped[c][2].store(part, k1);
                    taped[c][3].store(part, t);
                }
                let (s, t) = (norms[0] * other[0] * k1, t * k0);
                match &mut into {
                    Into::Row(row) => {
                        row[c][0].store(part, s);
                        row[c][1].store(part, t);
                    }
                    Into::Total(_) => sums[part] = sums[part] + (s + t),
                }
            }
        }
        if let Into::Total(total) = into {
            for part in parts::<S>() {
                total.store(part, total.load(unit, part) + sums[part]);
            }
        }
    }
}

/// For each layer rho, k0, k1 and T before the maps, of the rows that wait for the reverse pass: row `y` at `y` modulo their
/// number.
pub struct Tape(Vec<Vec<Vec<[Lanes; 4]>>>);

impl Tape {
    pub fn new(geometry: PatchGeometry) -> Tape {
        // The reverse pass begins when a row of the last layer is made.
        let waiting = |layer| (geometry.depth() - 1 - layer) * (geometry.patch() - 1) + 1;
        let rows = |l: usize| (0..waiting(l)).map(|_| zeros(geometry.grid(l).1)).collect();
        Tape((0..geometry.depth()).map(rows).collect())
    }

    pub fn row(&mut self, layer: usize, y: usize, width: usize) -> &mut [[Lanes; 4]] {
        let rows = &mut self.0[layer];
        let waiting = rows.len();
        &mut rows[y % waiting][..width]
    }
}

/// Sums the newest row of a layer's maps over windows of `q` columns into the last of `rows`, which are `q`; with
/// `complete`, the sums of all `rows` make a row of the next layer: S, and T with S added. `OLDER` is `q - 1`, or 0 for any.
#[inline(always)]
fn box_sums<S: Simd, const OLDER: usize>(
    unit: S,
    output: &[[Lanes; 2]],
    rows: &mut [Row],
    complete: bool,
    next: &mut [[Lanes; 2]],
) {
    let q = if OLDER == 0 { rows.len() } else { OLDER + 1 };
    let Some((newest, older)) = rows.split_last_mut() else { return };
    let width = next.len();
    let newest = &mut newest[..width];
    // Slices taken once: for all the compiler knows, a sum that is stored might be the address of one.
    let (some, any): ([&[[Lanes; 2]]; OLDER], Vec<_>);
    let older: &[&[[Lanes; 2]]] = if OLDER == 0 {
        any = older.iter().map(|row| &row[..width]).collect();
        &any
    } else {
        some = std::array::from_fn(|k| &older[k][..width]);
        &some
    };
    for c in 0..width {
        let window = &output[c..c + q];
        for part in parts::<S>() {
            let [mut s, mut t] = sum(unit, part, window);
            newest[c][0].store(part, s);
            newest[c][1].store(part, t);
            if complete {
                // The oldest row first, as the norms are summed.
                if let Some((oldest, later)) = older.split_first() {
                    let mut sums = [oldest[c][0].load(unit, part), oldest[c][1].load(unit, part)];
                    for row in later {
                        sums[0] = sums[0] + row[c][0].load(unit, part);
                        sums[1] = sums[1] + row[c][1].load(unit, part);
                    }
                    [s, t] = [sums[0] + s, sums[1] + t];
                }
                next[c][0].store(part, s);
                next[c][1].store(part, t + s);
            }
        }
    }
}

/// The sums of some neighbours, from the first on.
#[inline(always)]
pub fn sum<S: Simd, const N: usize>(unit: S, part: usize, window: &[[Lanes; N]]) -> [Vector<S>; N] {
    let mut sums = [Vector::splat(unit, 0.0); N];
    for i in 0..N {
        sums[i] = window[0][i].load(unit, part);
        for v in &window[1..] {
            sums[i] = sums[i] + v[i].load(unit, part);
        }
    }
    sums
}
