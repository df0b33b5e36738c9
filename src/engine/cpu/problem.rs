//! The images, patch transform and coefficients of an engine, and how each job is computed from them.
//!
//! The values of a job depend on the problem alone, so results are the same to the last bit for any number of threads or workers
//! and any order of the jobs. Natively all threads share one [`CpuProblem`]; every worker of a page has a copy, which each
//! [`Update`] changes in the same way.

use super::agop::{Gradients, SpareMaps, panels_per_batch};
use super::job::{Job, Update};
use super::lanes::{LANES, Lanes};
use super::panel::{Panel, Pixels, block_panels, panel_count};
use super::tile::{Lhs, kernel_tiles};
use super::transform::PanelTransform;
use crate::engine::pool::{Problem, not_loaded};
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry, Shape};
use crate::linalg::Matrix;
use std::{borrow::Cow, ops::Range};

/// What the jobs of an engine are computed from.
pub struct CpuProblem {
    geometry: PatchGeometry,
    train: Images,
    test_images: Images,
    /// The first training panels: as many as are held in memory.
    panels: Vec<Panel>,
    root: Option<Matrix>,
    transform: PanelTransform,
    /// Coefficients over the scale of K, indexed (panel, output).
    alpha: Vec<Lanes>,
    outputs: usize,
    spare: SpareMaps,
}

impl Problem for CpuProblem {
    type Job = Job;
    type Update = Update;
    const UNLOAD: Update = Update::Unload;

    fn apply(problem: &mut Option<Self>, update: &Update, values: Vec<f32>) -> Result<()> {
        match *update {
            Update::Load { shape, patch, depth } => {
                *problem = Some(CpuProblem::from_load(shape, patch, depth, values)?);
            }
            Update::Unload => *problem = None,
            _ => problem.as_mut().ok_or_else(not_loaded)?.change(update, values)?,
        }
        Ok(())
    }

    /// The values of a job.
    ///
    /// | job | values |
    /// |---|---|
    /// | [`Job::Rows`] | transformed patches, indexed (row, column, feature, lane) |
    /// | [`Job::Tiles`], [`Job::TestTiles`] | K, indexed (panel of the second range, image of the first, lane) |
    /// | [`Job::Samples`] | for each image the sum of outer products `G G^T` of its gradients with respect to transformed patches, `r x r`, on and below the diagonal |
    fn run(&self, job: &Job) -> Vec<f32> {
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
            Job::Tiles(lhs, rhs) => {
                let panels: Vec<Cow<Panel>> = lhs.clone().map(|index| self.panel(index)).collect();
                self.tiles(&panels, self.train.count() - lhs.start * LANES, rhs.clone())
            }
            Job::TestTiles(lhs, rhs) => {
                let panel = |index| Panel::new(self.geometry, &self.test_images, index, &self.transform);
                let panels: Vec<Cow<Panel>> = lhs.clone().map(|index| Cow::Owned(panel(index))).collect();
                self.tiles(&panels, self.test_images.count() - lhs.start * LANES, rhs.clone())
            }
            Job::Samples(samples) => {
                let panel = samples.start / LANES;
                let lanes = samples.start - panel * LANES..samples.end - panel * LANES;
                self.gradients(&self.panel(panel), lanes, self.outputs, &self.alpha, &self.spare)
                    .outer_products()
            }
        }
    }
}

impl CpuProblem {
    /// A problem without patch transform, test images, panels and coefficients.
    pub fn new(geometry: PatchGeometry, train: Images) -> CpuProblem {
        let (test_images, transform) = (train.select(&[]), PanelTransform::new(None, geometry.patch_len()));
        let (panels, alpha, spare) = (Vec::new(), Vec::new(), SpareMaps::default());
        CpuProblem { geometry, train, test_images, panels, root: None, transform, alpha, outputs: 0, spare }
    }

    /// The message that loads this problem elsewhere, with the training images as its values.
    pub fn load_message(&self) -> Update {
        let (g, s) = (self.geometry, self.geometry.shape());
        Update::Load { shape: [s.channels, s.height, s.width], patch: g.patch(), depth: g.depth() }
    }

    /// The problem of an [`Update::Load`].
    ///
    /// # Errors
    /// When shape, patch and depth form no geometry, or the values form no images of that shape.
    pub fn from_load(shape: [usize; 3], patch: usize, depth: usize, values: Vec<f32>) -> Result<CpuProblem> {
        let [channels, height, width] = shape;
        let shape = Shape { channels, height, width };
        Ok(CpuProblem::new(PatchGeometry::new(shape, patch, depth)?, Images::new(shape, values)?))
    }

    /// Applies an update other than a load or unload.
    ///
    /// # Errors
    /// When the number of values is not the one that the update requires.
    pub fn change(&mut self, update: &Update, values: Vec<f32>) -> Result<()> {
        let (d, n) = (self.geometry.patch_len(), self.train.count());
        let check = |lengths: &[usize], what: &str| {
            if lengths.contains(&values.len()) {
                return Ok(());
            }
            let expected = lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ");
            Err(Error::invalid(format!("number of values of {what}"), values.len(), expected))
        };
        match *update {
            Update::Load { .. } | Update::Unload => {}
            Update::Transform => {
                check(&[0, d * d], "the patch transform")?;
                self.root = (!values.is_empty()).then(|| Matrix::from_vec(d, d, values));
                self.transform = PanelTransform::new(self.root.as_ref(), d);
                self.panels.clear();
                self.spare = SpareMaps::default();
            }
            Update::TestImages => {
                self.test_images = Images::new(self.geometry.shape(), values)?;
                // What predictions need of the memory is counted without them.
                self.spare = SpareMaps::default();
            }
            Update::Panels => {
                let length = self.geometry.positions(0) * self.features() * LANES;
                check(&[self.cached_panels() * length], "the panels")?;
                let panel = |z: &[f32]| Panel::from_patches(self.geometry, to_lanes(z));
                self.panels = values.chunks_exact(length).map(panel).collect();
            }
            Update::MakePanels { panels } => {
                let panels = panels.min(self.cached_panels());
                self.panels = (0..panels).map(|index| self.make_panel(index)).collect();
            }
            Update::Alpha { outputs } => {
                check(&[n.saturating_mul(outputs)], "alpha")?;
                self.outputs = outputs;
                self.alpha = vec![Lanes::ZERO; panel_count(n) * outputs];
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

    /// Values of a transformed patch: the rank of the root, or d.
    pub fn features(&self) -> usize {
        self.transform.features()
    }

    /// The root `W` of the patch transform, `d x d`; none for the identity.
    pub fn root(&self) -> Option<&Matrix> {
        self.root.as_ref()
    }

    pub fn train(&self) -> &Images {
        &self.train
    }

    pub fn test_images(&self) -> &Images {
        &self.test_images
    }

    /// Training panels that are held in memory: the first ones.
    pub fn cached_panels(&self) -> usize {
        Panel::cached(self.geometry, self.features(), self.train.count())
    }

    /// Computes a training panel.
    pub fn make_panel(&self, index: usize) -> Panel {
        Panel::new(self.geometry, &self.train, index, &self.transform)
    }

    /// Holds the first training panels in memory.
    pub fn set_panels(&mut self, panels: Vec<Panel>) {
        self.panels = panels;
    }

    /// A training panel, from memory or computed.
    fn panel(&self, index: usize) -> Cow<'_, Panel> {
        match self.panels.get(index) {
            Some(panel) => Cow::Borrowed(panel),
            None => Cow::Owned(self.make_panel(index)),
        }
    }

    /// K of the first `images` images of the panels `lhs` (at most all) with the training panels `rhs`.
    fn tiles(&self, lhs: &[Cow<Panel>], images: usize, rhs: Range<usize>) -> Vec<f32> {
        let images = (0..images).step_by(LANES).map(|first| LANES.min(images - first));
        let lhs: Vec<Lhs> = lhs.iter().zip(images).map(|(panel, images)| Lhs::new(panel, images)).collect();
        let (mut values, block) = (Vec::new(), block_panels(self.features()));
        for start in rhs.clone().step_by(block) {
            let panels: Vec<Cow<Panel>> =
                (start..(start + block).min(rhs.end)).map(|index| self.panel(index)).collect();
            let panels: Vec<&Panel> = panels.iter().map(Cow::as_ref).collect();
            values.extend(kernel_tiles(self.geometry, &lhs, &panels));
        }
        to_floats(&values)
    }

    /// Gradients of the outputs at the images `lanes` of a panel, summed over all training images. `alpha` is indexed (training
    /// panel, output).
    fn gradients<'a>(
        &self,
        panel: &Panel,
        lanes: Range<usize>,
        outputs: usize,
        alpha: &[Lanes],
        spare: &'a SpareMaps,
    ) -> Gradients<'a> {
        let mut gradients = Gradients::new(self.geometry, outputs, panel, lanes, spare);
        let count = panel_count(self.train.count());
        let computed_features = if self.cached_panels() < count { self.features() } else { 0 };
        let per_batch = panels_per_batch(self.geometry, computed_features);
        for start in (0..count).step_by(per_batch) {
            let range = start..(start + per_batch).min(count);
            let alpha = &alpha[range.start * outputs..range.end * outputs];
            let train: Vec<Cow<Panel>> = range.map(|i| self.panel(i)).collect();
            gradients.add(&train.iter().map(Cow::as_ref).collect::<Vec<_>>(), alpha);
        }
        gradients
    }

    /// K(x, train) of one image, unscaled: `n` values.
    pub fn kernel_row(&self, image: &[f32]) -> Vec<f32> {
        let panel = Panel::single(self.geometry, image, &self.transform);
        let mut row = self.tiles(&[Cow::Owned(panel)], 1, 0..panel_count(self.train.count()));
        row.truncate(self.train.count());
        row
    }

    /// `K(x, x)` of one image, unscaled.
    pub fn self_kernel(&self, image: &[f32]) -> f32 {
        self_kernels(self.geometry, &Panel::single(self.geometry, image, &self.transform))[0]
    }

    /// `K(x, x)` of every training image, unscaled.
    pub fn self_kernels(&self) -> Vec<f32> {
        let of_panel = |index| self_kernels(self.geometry, &self.panel(index)).0;
        let mut values: Vec<f32> = (0..panel_count(self.train.count())).flat_map(of_panel).collect();
        values.truncate(self.train.count());
        values
    }

    /// Gradients of the neighbouring `outputs` at one image with respect to its transformed patches, indexed (position, output,
    /// feature).
    pub fn gradient(&self, image: &[f32], outputs: Range<usize>) -> Vec<f32> {
        let panel = Panel::single(self.geometry, image, &self.transform);
        let of_panel = |alpha: &[Lanes]| alpha[outputs.clone()].to_vec();
        let alpha: Vec<Lanes> = self.alpha.chunks_exact(self.outputs).flat_map(of_panel).collect();
        self.gradients(&panel, 0..1, outputs.len(), &alpha, &SpareMaps::default()).finish().remove(0)
    }
}

/// `K(x, x)` of every image of a panel. With rho = 1 both arc-cosine kernels are 1, so that a layer leaves S = N and T as they are
/// and the box sum makes `T = (l + 1) N` of layer `l`: K is `L + 1` times the mean of the last layer's N.
fn self_kernels(geometry: PatchGeometry, panel: &Panel) -> Lanes {
    let last = panel.norms.last().map_or(&[][..], Vec::as_slice);
    let factor = (geometry.depth() + 1) as f64 / last.len() as f64;
    Lanes::from_fn(|l| (factor * last.iter().map(|n| f64::from(n.sqrt[l]).powi(2)).sum::<f64>()) as f32)
}

fn to_floats(lanes: &[Lanes]) -> Vec<f32> {
    bytemuck::cast_slice(lanes).to_vec()
}

/// A copy, because [`Lanes`] need a stricter alignment than floats.
fn to_lanes(values: &[f32]) -> Vec<Lanes> {
    bytemuck::pod_collect_to_vec(values)
}
