//! What the threads of the engine share, and the jobs they do.
//!
//! A job's result depends on the problem alone, not on who does it, so results are the same bits for any number of threads
//! and any order. Natively all threads see one [`CpuProblem`]; each Worker of a page holds its own, kept equal by [`Update`].

use super::agop::{Gradients, at_once};
use super::lanes::{LANES, Lanes};
use super::panel::{GROUP, LONG, Panel, PanelTransform, Pixels};
use super::tile::{First, kernels};
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry, Shape};
use crate::linalg::Matrix;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, ops::Range};

/// Memory for panels of transformed training patches. Those that do not fit are made anew for each job that needs them,
/// and with a transform of long patches that takes longer than the job. A page keeps them once in each Worker. 1,000 images
/// of 64 channels and 28 x 28 positions take 1.8 GB before a low rank makes them shorter.
pub const PANEL_BYTES: u64 = if cfg!(target_arch = "wasm32") { 256 << 20 } else { 2 << 30 };

/// Panels of [`LONG`] patches that are made a tile together: natively 64 images against 64. A page's vectors are short and
/// its jobs have to be.
pub const PANELS_TOGETHER: usize = if cfg!(target_arch = "wasm32") { 1 } else { 4 };

/// Work of a job, in position-layers of a pair: 10 ms natively, 25 ms in a browser, several of which fit into the 100 ms in
/// which a click must be felt.
const JOB_WORK: usize = 10 << 20;

/// A piece of a stage. Ranges are of panels unless said otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Job {
    /// Transformed training patches: rows of positions, counted through the panels.
    Rows(Range<usize>),
    /// K of the training images of some panels with those of others.
    Tiles(Range<usize>, Range<usize>),
    /// K of the test images of some panels with the training images of others.
    TestTiles(Range<usize>, Range<usize>),
    /// What each of some neighbouring training images adds to the AGOP.
    Samples(Range<usize>),
}

/// A change of a problem; the values travel beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Update {
    /// A new problem; its training images.
    Load {
        /// Channels, height, width.
        shape: [usize; 3],
        /// Patch size q.
        patch: usize,
        /// Layers L.
        depth: usize,
    },
    /// The patch transform: its root, or no values for the identity. Drops the panels.
    Transform,
    /// Images to predict.
    TestImages,
    /// Transformed patches of the training panels that are kept.
    Panels,
    /// Makes and keeps the first training panels.
    MakePanels {
        /// Number of panels.
        panels: usize,
    },
    /// Coefficients over the scale of K, row by row.
    Alpha {
        /// Columns k.
        outputs: usize,
    },
    /// The engine no longer needs the problem.
    Unload,
}

/// A fit's images, transform and coefficients.
pub struct CpuProblem {
    geometry: PatchGeometry,
    train: Images,
    /// Images to predict.
    test_images: Images,
    /// Training panels, as many as are kept.
    panels: Vec<Panel>,
    root: Option<Matrix>,
    transform: PanelTransform,
    /// For each training panel and output.
    alpha: Vec<Lanes>,
    outputs: usize,
}

/// Panels needed for `count` images.
pub fn panels(count: usize) -> usize {
    count.div_ceil(LANES)
}

impl CpuProblem {
    pub fn new(geometry: PatchGeometry, train: Images) -> CpuProblem {
        let (test_images, transform) = (train.select(&[]), PanelTransform::new(None, geometry.patch_len()));
        let (panels, alpha) = (Vec::new(), Vec::new());
        CpuProblem { geometry, train, test_images, panels, root: None, transform, alpha, outputs: 0 }
    }

    /// The message that loads this problem elsewhere.
    pub fn load_message(&self) -> Update {
        let (g, s) = (self.geometry, self.geometry.shape());
        Update::Load { shape: [s.channels, s.height, s.width], patch: g.patch(), depth: g.depth() }
    }

    /// The problem of an [`Update::Load`].
    ///
    /// # Errors
    /// When shape, patch and depth are no geometry, or the values are no images of that shape.
    pub fn from_load(shape: [usize; 3], patch: usize, depth: usize, values: Vec<f32>) -> Result<CpuProblem> {
        let [channels, height, width] = shape;
        let shape = Shape { channels, height, width };
        Ok(CpuProblem::new(PatchGeometry::new(shape, patch, depth)?, Images::new(shape, values)?))
    }

    /// Applies an update other than a load or unload.
    ///
    /// # Errors
    /// When the values do not have the length that the update announces.
    pub fn apply(&mut self, update: &Update, values: Vec<f32>) -> Result<()> {
        let (d, n) = (self.geometry.patch_len(), self.train.count());
        let check = |lengths: &[usize], what: &str| {
            if lengths.contains(&values.len()) {
                return Ok(());
            }
            let expected = lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ");
            Err(Error::invalid(format!("values of {what}"), values.len(), expected))
        };
        match *update {
            Update::Load { .. } | Update::Unload => {}
            Update::Transform => {
                check(&[0, d * d], "the patch transform")?;
                self.root = (!values.is_empty()).then(|| Matrix::from_vec(d, d, values));
                self.transform = PanelTransform::new(self.root.as_ref(), d);
                self.panels.clear();
            }
            Update::TestImages => self.test_images = Images::new(self.geometry.shape(), values)?,
            Update::Panels => {
                let length = self.geometry.positions(0) * self.features() * LANES;
                check(&[self.kept() * length], "the panels")?;
                let complete = |z: &[f32]| Panel::complete(self.geometry, to_lanes(z));
                self.panels = values.chunks_exact(length).map(complete).collect();
            }
            Update::MakePanels { panels } => {
                self.panels = (0..panels.min(self.kept())).map(|index| self.make_panel(index)).collect();
            }
            Update::Alpha { outputs } => {
                check(&[n.saturating_mul(outputs)], "alpha")?;
                self.outputs = outputs;
                self.alpha = vec![Lanes::ZERO; panels(n) * outputs];
                for (i, row) in values.chunks_exact(outputs.max(1)).enumerate() {
                    for (o, value) in row.iter().enumerate() {
                        self.alpha[i / LANES * outputs + o][i % LANES] = *value;
                    }
                }
            }
        }
        Ok(())
    }

    pub fn geometry(&self) -> PatchGeometry {
        self.geometry
    }

    /// Values of a transformed patch: its transform's rank, or the patch dimension.
    pub fn features(&self) -> usize {
        self.transform.features()
    }

    pub fn root(&self) -> Option<&Matrix> {
        self.root.as_ref()
    }

    pub fn train(&self) -> &Images {
        &self.train
    }

    /// A training panel, from memory or made for the caller.
    fn panel(&self, index: usize) -> Cow<'_, Panel> {
        match self.panels.get(index) {
            Some(panel) => Cow::Borrowed(panel),
            None => Cow::Owned(self.make_panel(index)),
        }
    }

    /// The training panels that fit into memory.
    pub fn kept(&self) -> usize {
        panels(self.train.count()).min((PANEL_BYTES / Panel::bytes(self.geometry, self.features())) as usize)
    }

    /// Whether a panel is sooner made than sent: sending takes as long as some 60 multiply-adds a value (measured in
    /// Chromium, where every value is copied eight times on its way).
    pub fn cheaper_to_make_than_send(&self) -> bool {
        self.root.is_none() || self.geometry.patch_len() - self.features() / 2 <= 64
    }

    /// Panels that are made a tile together: see [`LONG`].
    fn together(&self) -> usize {
        if self.features() < LONG { 1 } else { PANELS_TOGETHER }
    }

    /// Work of a pair of images, in position-layers: sixteen multiply-adds of an inner product take as long as one.
    fn pair_work(&self) -> usize {
        let g = self.geometry;
        g.position_layers() + g.positions(0) * self.features() / 16
    }

    /// Work of transforming sixteen images.
    fn panel_work(&self) -> usize {
        let inner = if self.root.is_some() { self.geometry.patch_len() - self.features() / 2 } else { 1 };
        LANES * self.geometry.positions(0) * self.features() * inner / 16
    }

    /// A training panel, made new.
    pub fn make_panel(&self, index: usize) -> Panel {
        Panel::new(self.geometry, &self.train, index, &self.transform)
    }

    /// Keeps training panels, the first ones in order.
    pub fn keep(&mut self, panels: Vec<Panel>) {
        self.panels = panels;
    }

    /// Jobs that transform the first `count` training panels.
    pub fn row_jobs(&self, count: usize) -> Vec<Job> {
        let rows = self.geometry.grid(0).0;
        split(0..count * rows, self.panel_work() / rows, JOB_WORK).map(Job::Rows).collect()
    }

    /// Jobs for K on and below the diagonal, in tiles; the longest first, so that `threads` end together. Each regroups its
    /// first panel, so it is long against that.
    pub fn tile_jobs(&self, threads: usize) -> Vec<Job> {
        let (work, panels) = (LANES * LANES * self.pair_work(), panels(self.train.count()));
        let (size, together) = (self.size(panels * (panels + 1) / 2, work, threads), self.together());
        let tiles = |lhs: Range<usize>, rhs: Range<usize>| {
            split(rhs, work * lhs.len(), size).map(move |range| Job::Tiles(lhs.clone(), range))
        };
        // Panels that are taken together each have a part of the diagonal of their own.
        let row = |first: usize| {
            let block = first / together * together;
            let below = (first == block).then(|| tiles(first..(first + together).min(panels), 0..block));
            below.into_iter().flatten().chain(tiles(first..first + 1, block..first + 1))
        };
        (0..panels).rev().flat_map(row).collect()
    }

    /// Work of a job of a stage of so many tiles. Its first panels are regrouped, and perhaps made anew: it is long against
    /// that.
    fn size(&self, tiles: usize, work: usize, threads: usize) -> usize {
        let together = self.together();
        shared(tiles * work, threads, JOB_WORK.max(4 * together * together * work)).max(4 * self.panel_work())
    }

    /// Jobs for K of all training images with all test_images.
    pub fn test_jobs(&self, threads: usize) -> Vec<Job> {
        let (work, train) = (LANES * LANES * self.pair_work(), panels(self.train.count()));
        let test_images = panels(self.test_images.count());
        let (size, together) = (self.size(test_images * train, work, threads), self.together());
        let row = |first: usize| {
            let block = first..(first + together).min(test_images);
            split(0..train, work * block.len(), size).map(move |range| Job::TestTiles(block.clone(), range))
        };
        (0..test_images).step_by(together).flat_map(row).collect()
    }

    /// Jobs for the AGOP over the first `samples` training images. Neighbours share what is read of the training panels;
    /// but every one of `threads` should have its share of them.
    pub fn sample_jobs(&self, samples: usize, threads: usize) -> Vec<Job> {
        let size = if samples >= 4 * GROUP * threads { GROUP } else { (samples / threads).clamp(1, 2) };
        let end = |from: usize| (from + size).min(samples);
        (0..samples).step_by(size).map(|from| Job::Samples(from..end(from))).collect()
    }

    /// Does a job.
    ///
    /// | job | values |
    /// |---|---|
    /// | [`Job::Rows`] | `z`, one row of positions after the other, sixteen images side by side |
    /// | [`Job::Tiles`], [`Job::TestTiles`] | for each panel of the second range, each image of the first, sixteen of K |
    /// | [`Job::Samples`] | for each, the sum of outer products, on and below its diagonal, with respect to transformed patches |
    pub fn run(&self, job: &Job) -> Vec<f32> {
        match job {
            Job::Rows(range) => {
                let (rows, cols) = self.geometry.grid(0);
                let mut z = vec![Lanes::ZERO; range.len() * cols * self.features()];
                for (at, out) in range.clone().zip(z.chunks_exact_mut(cols * self.features())) {
                    let (panel, row) = (at / rows, at % rows);
                    let pixels = Pixels::new(self.geometry, &self.train, panel, row..row + 1);
                    pixels.patches(row, &self.transform, out);
                }
                to_floats(&z)
            }
            Job::Tiles(lhs, range) => {
                let panels: Vec<Cow<Panel>> = lhs.clone().map(|first| self.panel(first)).collect();
                self.tiles(&panels, self.train.count() - lhs.start * LANES, range.clone())
            }
            Job::TestTiles(test_images, range) => {
                let panel =
                    |test_image| Panel::new(self.geometry, &self.test_images, test_image, &self.transform);
                let panels: Vec<Cow<Panel>> =
                    test_images.clone().map(|test_image| Cow::Owned(panel(test_image))).collect();
                self.tiles(&panels, self.test_images.count() - test_images.start * LANES, range.clone())
            }
            Job::Samples(range) => self.samples(range.clone()),
        }
    }

    /// K of the first `count` images of some panels, or all of them, with each of some training panels.
    fn tiles(&self, lhs: &[Cow<Panel>], count: usize, range: Range<usize>) -> Vec<f32> {
        let images = (0..count).step_by(LANES).map(|first| LANES.min(count - first));
        let lhs: Vec<First> = lhs.iter().zip(images).map(|(panel, n)| First::new(panel, n)).collect();
        let mut values = Vec::new();
        for start in range.clone().step_by(self.together()) {
            let panels = start..(start + self.together()).min(range.end);
            let rhs: Vec<Cow<Panel>> = panels.map(|second| self.panel(second)).collect();
            let rhs: Vec<&Panel> = rhs.iter().map(Cow::as_ref).collect();
            values.extend(kernels(self.geometry, &lhs, &rhs));
        }
        to_floats(&values)
    }

    fn samples(&self, range: Range<usize>) -> Vec<f32> {
        let first = range.start / LANES;
        let (own, rows) = (self.panel(first), range.start - first * LANES..range.end - first * LANES);
        self.gradients(&own, rows, self.outputs, &self.alpha).outer_products()
    }

    /// Gradients at some images of a panel, summed over all training images. `alpha` has a value for each training panel
    /// and each of `outputs`.
    fn gradients(&self, panel: &Panel, rows: Range<usize>, outputs: usize, alpha: &[Lanes]) -> Gradients {
        let mut gradients = Gradients::new(self.geometry, outputs, panel, rows);
        let count = panels(self.train.count());
        let made_anew = if self.kept() < count { self.features() } else { 0 };
        let at_once = at_once(self.geometry, made_anew);
        for first in (0..count).step_by(at_once) {
            let range = first..(first + at_once).min(count);
            let alpha = &alpha[range.start * outputs..range.end * outputs];
            let train: Vec<Cow<Panel>> = range.map(|i| self.panel(i)).collect();
            gradients.add(&train.iter().map(Cow::as_ref).collect::<Vec<_>>(), alpha);
        }
        gradients
    }

    /// K(x, train) of one image, unscaled.
    pub fn kernel_row(&self, image: &[f32]) -> Vec<f32> {
        let panel = Panel::single(self.geometry, image, &self.transform);
        let mut row = self.tiles(&[Cow::Owned(panel)], 1, 0..panels(self.train.count()));
        row.truncate(self.train.count());
        row
    }

    /// Gradients of some neighbouring outputs at one image, with respect to its transformed patches, indexed
    /// (position, output, feature).
    pub fn gradient(&self, image: &[f32], outputs: Range<usize>) -> Vec<f32> {
        let panel = Panel::single(self.geometry, image, &self.transform);
        let of_panel = |alpha: &[Lanes]| alpha[outputs.clone()].to_vec();
        let alpha: Vec<Lanes> = self.alpha.chunks_exact(self.outputs).flat_map(of_panel).collect();
        self.gradients(&panel, 0..1, outputs.len(), &alpha).finish().remove(0)
    }
}

/// Work of a job of a stage of so much work: less than the usual where `threads` would wait for the last one.
fn shared(work: usize, threads: usize, usual: usize) -> usize {
    usual.min(work / (8 * threads))
}

/// `range` in pieces of about `size`, when each of it is `work`.
fn split(range: Range<usize>, work: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    let size = (size / work.max(1)).max(1);
    let end = range.end;
    range.step_by(size).map(move |from| from..(from + size).min(end))
}

fn to_floats(lanes: &[Lanes]) -> Vec<f32> {
    bytemuck::cast_slice(lanes).to_vec()
}

/// A copy, because floats need not lie where vectors must.
fn to_lanes(values: &[f32]) -> Vec<Lanes> {
    bytemuck::pod_collect_to_vec(values)
}
