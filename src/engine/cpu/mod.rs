//! The CPU engine: kernel tiles of one image against sixteen, vectorised over the sixteen, on all cores.
//!
//! | file | content |
//! |---|---|
//! | `lanes` | sixteen images in parallel; the arc-cosine maps |
//! | `panel` | transformed patches and norms of sixteen images |
//! | `products` | inner products of patches |
//! | `tile`, `reverse` | the kernel of a tile and its gradient, row by row |
//! | `agop` | gradients of all outputs and their outer products |
//! | `job` | messages: jobs, and updates of a problem |
//! | `problem` | images, patch transform and coefficients; the computation of each job |
//! | `split` | how a stage is split into jobs |
//! | `plan` | memory and speed before a run |
//! | `single_image` | one image on the calling thread |

mod agop;
mod job;
mod lanes;
mod near;
mod panel;
mod plan;
mod problem;
mod products;
mod reverse;
mod single_image;
mod split;
mod tile;
mod transform;

pub use job::{Job, Update};
pub use problem::CpuProblem;
pub use single_image::SingleImagePredictor;

use super::cost::{EnginePlan, ProblemSize};
use super::pool::{Scheduler, WorkerPool};
use super::{Engine, Task, checked_scale};
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry};
use crate::linalg::{Matrix, memory};
use crate::math::feature_matrix::chain_rule;
use crate::math::progress::run_jobs;
use crate::math::{RidgeSystem, Solution, StageProgress};
use lanes::LANES;
use nalgebra::DMatrix;
use std::ops::Range;

/// The CPU engine: all cores, AVX-512, AVX2, NEON or WebAssembly SIMD.
#[derive(Default)]
pub struct Cpu {
    scheduler: Scheduler<CpuProblem>,
    problem: Option<CpuProblem>,
    system: Option<RidgeSystem>,
    scale: Option<f32>,
    /// Coefficients over the scale of K, `k x n`: f(x) = K(x, train) alpha / s.
    alpha: Option<Matrix>,
}

/// What a stage works with.
struct StageContext<'a> {
    scheduler: &'a Scheduler<CpuProblem>,
    problem: &'a mut CpuProblem,
    progress: &'a StageProgress<'a>,
}

impl StageContext<'_> {
    /// Applies an update here and in every worker.
    fn apply(&mut self, update: Update, values: Vec<f32>) -> Result<()> {
        self.scheduler.send(&update, &values);
        self.problem.change(&update, values)
    }

    /// Runs `jobs`, the part `share` of the stage, and hands their values to `sink` in order.
    async fn run(&mut self, jobs: &[Job], share: Range<f64>, sink: impl FnMut(&Job, Vec<f32>)) -> Result<()> {
        self.scheduler.run(self.problem, jobs, self.progress, share, sink).await
    }

    /// Starts a round with the root `root`.
    async fn transform(&mut self, root: Option<&Matrix>, share: Range<f64>) -> Result<()> {
        self.apply(Update::Transform, root.map_or(Vec::new(), |root| root.as_slice().to_vec()))?;
        self.make_panels(share).await
    }

    /// Computes the training panels that are held in memory, here or in every worker.
    async fn make_panels(&mut self, share: Range<f64>) -> Result<()> {
        let panels = self.problem.cached_panels();
        if !self.scheduler.is_remote() {
            let (problem, mut made) = (&*self.problem, Vec::with_capacity(panels));
            run_jobs(panels, self.progress, share, |i| problem.make_panel(i), |_, panel| made.push(panel))
                .await?;
            self.problem.set_panels(made);
        } else if self.problem.cheaper_to_make_than_send() {
            self.scheduler.send(&Update::MakePanels { panels }, &[]);
        } else {
            let (jobs, mut rows) = (self.problem.row_jobs(panels), Vec::new());
            self.run(&jobs, share, |_, values| rows.extend(values)).await?;
            self.scheduler.send(&Update::Panels, &rows);
        }
        Ok(())
    }

    /// K(x, train) for every image: `sink(image, training image, value)`.
    async fn kernel_rows(&mut self, images: &Images, mut sink: impl FnMut(usize, usize, f32)) -> Result<()> {
        let (count, train) = (images.count(), self.problem.train().count());
        self.apply(Update::TestImages, images.as_slice().to_vec())?;
        let jobs = self.problem.test_jobs(self.scheduler.threads());
        self.run(&jobs, 0.0..1.0, |job, values| {
            let Job::TestTiles(tests, range) = job else { return };
            let tests = tests.start * LANES..count.min(tests.end * LANES);
            for (at, tile) in values.chunks_exact(tests.len() * LANES).enumerate() {
                let first = (range.start + at) * LANES;
                for (image, lanes) in tests.clone().zip(tile.chunks_exact(LANES)) {
                    for (l, &value) in lanes.iter().enumerate().take(train - first) {
                        sink(image, first + l, value);
                    }
                }
            }
        })
        .await
    }
}

impl Cpu {
    /// A CPU engine whose jobs run on the workers of `pool`.
    pub fn with_pool(pool: Box<dyn WorkerPool<CpuProblem>>) -> Cpu {
        Cpu { scheduler: Scheduler::new(Some(pool)), ..Cpu::default() }
    }

    fn context<'a>(&'a mut self, progress: &'a StageProgress<'a>) -> Result<StageContext<'a>> {
        let problem = self.problem.as_mut().ok_or(Error::out_of_order("cpu", "load"))?;
        Ok(StageContext { scheduler: &self.scheduler, problem, progress })
    }
}

impl Engine for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn describe(&self) -> String {
        self.scheduler.describe()
    }

    /// The speed is that of one tile, timed now on one core, times the number of cores. A run's panels come from memory instead of
    /// a core's cache, and its AGOP costs more than is counted: natively digits took 1.6 to 1.7 times as long as the tile
    /// predicts. In a page they took 2.3 to 4 times as long, because every worker has to compile the loops first.
    fn plan(&mut self, size: &ProblemSize) -> Result<EnginePlan> {
        const SLOWER: f64 = if cfg!(target_arch = "wasm32") { 2.4 } else { 1.6 };
        let (copies, jobs) = self.scheduler.copies();
        let bytes = plan::check_memory(size, copies, jobs, memory::available(), memory::ALLOCATION)?;
        let cores = self.scheduler.threads() as f64;
        let rate = plan::tile_rate(size.geometry).map(|rate| rate * cores / SLOWER);
        Ok(EnginePlan { bytes, rate: rate.filter(|rate| rate.is_finite()) })
    }

    fn load<'a>(&'a mut self, geometry: PatchGeometry, train: &'a Images) -> Task<'a, ()> {
        Box::pin(async move {
            (self.problem, self.system, self.scale, self.alpha) = (None, None, None, None);
            let train_size = ProblemSize {
                geometry,
                train: train.count(),
                streamed: 0,
                classes: 1,
                agop_samples: 1,
                held_out: 0,
                ridges: 1,
                ridge_images: 0,
            };
            let (copies, jobs) = self.scheduler.copies();
            plan::check_memory(&train_size, copies, jobs, memory::available(), memory::ALLOCATION)?;
            let problem = CpuProblem::new(geometry, train.clone());
            self.scheduler.send(&problem.load_message(), train.as_slice());
            self.problem = Some(problem);
            Ok(())
        })
    }

    fn kernel<'a>(&'a mut self, root: Option<&'a Matrix>, progress: &'a StageProgress) -> Task<'a, f32> {
        Box::pin(async move {
            (self.system, self.scale, self.alpha) = (None, None, None);
            let mut context = self.context(progress)?;
            context.transform(root, 0.0..0.1).await?;
            let n = context.problem.train().count();
            let mut kernel = Matrix::zeros(n, n);
            let jobs = context.problem.tile_jobs(context.scheduler.threads());
            context
                .run(&jobs, 0.1..1.0, |job, values| {
                    let Job::Tiles(lhs, rhs) = job else { return };
                    let rows = lhs.start * LANES..n.min(lhs.end * LANES);
                    for (at, tile) in values.chunks_exact(rows.len() * LANES).enumerate() {
                        let column = (rhs.start + at) * LANES;
                        for (i, lanes) in rows.clone().zip(tile.chunks_exact(LANES)) {
                            for (j, &value) in (column..n).zip(lanes) {
                                kernel[(i, j)] = value;
                                kernel[(j, i)] = value;
                            }
                        }
                    }
                })
                .await?;
            let scale = checked_scale(kernel.amax(), kernel.iter().all(|v| v.is_finite()))?;
            (self.system, self.scale) = (Some(RidgeSystem::new(kernel, scale)), Some(scale));
            Ok(scale)
        })
    }

    fn resume<'a>(
        &'a mut self,
        root: Option<&'a Matrix>,
        scale: f32,
        progress: &'a StageProgress,
    ) -> Task<'a, ()> {
        Box::pin(async move {
            (self.system, self.scale, self.alpha) = (None, None, None);
            self.context(progress)?.transform(root, 0.0..0.0).await?;
            self.scale = Some(scale);
            Ok(())
        })
    }

    fn kernel_matrix<'a>(&'a mut self) -> Task<'a, Matrix> {
        Box::pin(
            async move { Ok(self.system.as_ref().ok_or(Error::out_of_order("cpu", "kernel"))?.kernel()) },
        )
    }

    fn solve<'a>(
        &'a mut self,
        targets: &'a Matrix,
        ridges: &'a [f64],
        progress: &'a StageProgress,
    ) -> Task<'a, Vec<Solution>> {
        Box::pin(async move {
            self.system
                .as_mut()
                .ok_or(Error::out_of_order("cpu", "kernel"))?
                .solve(targets, ridges, progress)
                .await
        })
    }

    fn set_alpha<'a>(&'a mut self, alpha: &'a Matrix) -> Task<'a, ()> {
        Box::pin(async move {
            // K is not needed any more, and may be the largest thing in memory.
            self.system = None;
            let alpha = (alpha / self.scale.ok_or(Error::out_of_order("cpu", "kernel"))?).transpose();
            let update = Update::Alpha { outputs: alpha.nrows() };
            self.context(&StageProgress::unmonitored())?.apply(update, alpha.as_slice().to_vec())?;
            self.alpha = Some(alpha);
            Ok(())
        })
    }

    fn predict<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            let alpha = self.alpha.clone().ok_or(Error::out_of_order("cpu", "set_alpha"))?;
            let (outputs, mut context) = (alpha.nrows(), self.context(progress)?);
            // Sums of n products of both signs that nearly cancel: in double precision, which costs nothing beside K.
            let mut predictions = DMatrix::<f64>::zeros(outputs, images.count());
            context
                .kernel_rows(images, |image, train, k| {
                    let column = &mut predictions.as_mut_slice()[image * outputs..(image + 1) * outputs];
                    let alpha = &alpha.as_slice()[train * outputs..(train + 1) * outputs];
                    column.iter_mut().zip(alpha).for_each(|(f, a)| *f += f64::from(k) * f64::from(*a));
                })
                .await?;
            Ok(predictions.transpose().map(|v| v as f32))
        })
    }

    fn kernel_rows<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            self.scale.ok_or(Error::out_of_order("cpu", "kernel"))?;
            let mut context = self.context(progress)?;
            let mut rows = Matrix::zeros(images.count(), context.problem.train().count());
            context.kernel_rows(images, |image, train, k| rows[(image, train)] = k).await?;
            Ok(rows)
        })
    }

    fn agop<'a>(&'a mut self, samples: usize, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            if self.alpha.is_none() {
                return Err(Error::out_of_order("cpu", "set_alpha"));
            }
            let mut context = self.context(progress)?;
            let samples = samples.min(context.problem.train().count());
            let d = context.problem.features();
            let jobs = context.problem.sample_jobs(samples, context.scheduler.threads());
            let mut sum = DMatrix::<f64>::zeros(d, d);
            context
                .run(&jobs, 0.0..1.0, |_, values| {
                    for sample in values.chunks_exact(d * d) {
                        sum.as_mut_slice().iter_mut().zip(sample).for_each(|(sum, v)| *sum += f64::from(*v));
                    }
                })
                .await?;
            sum.fill_upper_triangle_with_lower_triangle();
            // The chain rule through z = W u, once: M = W^T (sum g g^T) W.
            if let Some(root) = context.problem.root() {
                sum = chain_rule(root, &sum);
            }
            sum /= samples as f64;
            // Rounding leaves the products symmetric to a few ulp; the mean of the two halves makes them exactly symmetric.
            Ok(((&sum + sum.transpose()) * 0.5).map(|v| v as f32))
        })
    }
}
