//! The CPU engine: kernel tiles of one image against sixteen, vectorised over the sixteen, on all cores.

mod agop;
mod scheduler;
mod job;
mod lanes;
mod machine;
mod panel;
mod peak;
mod reverse;
mod tile;

pub use scheduler::{Done, Pool, PoolWorker, install};
pub use job::{Job, Update};
pub use machine::SingleImagePredictor;

use super::{Engine, EnginePlan, Found, Solution, Task, checked_scale, multiply_adds, out_of_order};
use crate::math::PatchTransform;
use crate::math::RidgeSystem;
use crate::error::Result;
use crate::images::{Images, PatchGeometry};
use crate::linalg::{Matrix, parallel};
use crate::math::StageProgress;
use scheduler::Scheduler;
use job::CpuProblem;
use lanes::LANES;
use std::{ops::Range, sync::Arc};

/// The CPU engine.
///
/// ```
/// use convrfm::{Cpu, Engine, Images, PatchGeometry, PatchTransform, Shape};
/// use convrfm::math::StageProgress;
/// # pollster::block_on(async {
/// let shape = Shape { channels: 1, height: 4, width: 4 };
/// let images = Images::new(shape, (0..32).map(|i| i as f32 / 32.0).collect())?;
/// let mut engine = Cpu::default();
/// engine.load(PatchGeometry::new(shape, 3, 1)?, images.into()).await?;
/// let scale = engine.kernel(&PatchTransform::Identity, &StageProgress::unmonitored()).await?;
/// assert_eq!(scale, engine.kernel_matrix().await?.max());
/// # Ok::<(), convrfm::Error>(()) }).unwrap();
/// ```
#[derive(Default)]
pub struct Cpu {
    scheduler: Scheduler,
    problem: Option<CpuProblem>,
    kernel: Option<(Matrix, f32)>,
    /// Coefficients over the scale of K, `k x n`: later stages need no others, f(x) = K(x, train) alpha / s.
    alpha: Option<Matrix>,
}

/// The engine at work on a problem.
struct Shift<'a> {
    scheduler: &'a Scheduler,
    problem: &'a mut CpuProblem,
    progress: &'a StageProgress<'a>,
}

impl Shift<'_> {
    fn tell(&mut self, update: Update, values: Vec<f32>) -> Result<()> {
        self.scheduler.tell(&update, &values);
        self.problem.learn(&update, values)
    }

    /// Does `jobs`, which make up `share` of the stage, and hands over their values in order.
    async fn perform(
        &mut self,
        jobs: &[Job],
        share: Range<f64>,
        sink: impl FnMut(&Job, Vec<f32>),
    ) -> Result<()> {
        self.scheduler.perform(self.problem, jobs, self.progress, share, sink).await
    }

    /// Makes the training panels that are kept, for everyone who does jobs.
    async fn make_panels(&mut self, share: Range<f64>) -> Result<()> {
        let panels = self.problem.kept();
        if !self.scheduler.is_remote() {
            let (problem, mut made) = (&*self.problem, Vec::with_capacity(panels));
            parallel::jobs(panels, self.progress, share, |i| problem.make_panel(i), |_, panel| made.push(panel))
                .await?;
            self.problem.keep(made);
        } else if self.problem.quickly_made() {
            self.scheduler.tell(&Update::Keep { panels }, &[]);
        } else {
            let (jobs, mut rows) = (self.problem.row_jobs(panels), Vec::new());
            self.perform(&jobs, share, |_, values| rows.extend(values)).await?;
            self.scheduler.tell(&Update::Panels, &rows);
        }
        Ok(())
    }

    /// K(x, train) for every image: `sink(image, train image, value)`.
    async fn cross(&mut self, images: &Images, mut sink: impl FnMut(usize, usize, f32)) -> Result<()> {
        let (count, train) = (images.count(), self.problem.train().count());
        self.tell(Update::TestImages, images.as_slice().to_vec())?;
        let jobs = self.problem.test_jobs(self.scheduler.threads());
        self.perform(&jobs, 0.0..1.0, |job, values| {
            let Job::TestTiles(test_images, range) = job else { return };
            let test_images = test_images.start * LANES..count.min(test_images.end * LANES);
            for (at, tile) in values.chunks_exact(test_images.len() * LANES).enumerate() {
                let first = (range.start + at) * LANES;
                for (image, lanes) in test_images.clone().zip(tile.chunks_exact(LANES)) {
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
    /// Predicts with these coefficients from now on.
    fn use_alpha(&mut self, alpha: &Matrix, scale: f32) -> Result<()> {
        let alpha = (alpha / scale).transpose();
        self.shift(&StageProgress::unmonitored())?
            .tell(Update::Alpha { outputs: alpha.nrows() }, alpha.as_slice().to_vec())?;
        self.alpha = Some(alpha);
        Ok(())
    }

    /// The engine at work, once it has a problem.
    fn shift<'a>(&'a mut self, progress: &'a StageProgress<'a>) -> Result<Shift<'a>> {
        let problem = self.problem.as_mut().ok_or_else(|| out_of_order("cpu", "load"))?;
        Ok(Shift { scheduler: &self.scheduler, problem, progress })
    }
}

impl Engine for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn describe(&self) -> String {
        self.scheduler.describe()
    }

    /// The speed is that of a tile that is made now, on one core, times the cores: natively that takes 20 ms, in a browser
    /// 200. A run's tiles find their panels in memory and not in the core's cache, and its AGOP costs more than is counted:
    /// digits, noisy or not, took 1.6 to 1.7 times as long as such a tile promised. In a page digits and stars took 2.3 to 4
    /// times as long, because every Worker has to compile the loops first.
    fn plan(&mut self, run: &super::ProblemSize) -> Result<EnginePlan> {
        let (n, threads) = (run.train, self.scheduler.threads());
        // Threads share one problem; a pool's members have one each, beside that of this thread.
        let (copies, jobs) = if self.scheduler.is_remote() { (threads, 1) } else { (1, threads) };
        let held = CpuProblem::bytes(run.geometry, n, run.held_out, run.classes, jobs);
        const LONGER: f64 = if cfg!(target_arch = "wasm32") { 2.4 } else { 1.6 };
        let pairs = (LANES * LANES * threads) as f64;
        let rate = pairs * multiply_adds(run.geometry) / (LONGER * CpuProblem::tile_seconds(run.geometry));
        Ok(EnginePlan { bytes: (4 * n * n + copies * held) as u64, rate: rate.is_finite().then_some(rate) })
    }

    fn load<'a>(&'a mut self, geometry: PatchGeometry, train: Arc<Images>) -> Task<'a, ()> {
        Box::pin(async move {
            let problem = CpuProblem::new(geometry, train.clone());
            self.scheduler.tell(&problem.introduction(), train.as_slice());
            (self.problem, self.kernel, self.alpha) = (Some(problem), None, None);
            Ok(())
        })
    }

    fn kernel<'a>(&'a mut self, transform: &'a PatchTransform, progress: &'a StageProgress) -> Task<'a, f32> {
        Box::pin(async move {
            (self.kernel, self.alpha) = (None, None);
            let mut shift = self.shift(progress)?;
            shift.tell(
                Update::Transform,
                transform.root().map_or(Vec::new(), |root| root.as_slice().to_vec()),
            )?;
            shift.make_panels(0.0..0.1).await?;
            let n = shift.problem.train().count();
            let mut kernel = Matrix::zeros(n, n);
            let jobs = shift.problem.tile_jobs(shift.scheduler.threads());
            shift
                .perform(&jobs, 0.1..1.0, |job, values| {
                    let Job::Tiles(firsts, range) = job else { return };
                    let rows = firsts.start * LANES..n.min(firsts.end * LANES);
                    for (at, tile) in values.chunks_exact(rows.len() * LANES).enumerate() {
                        let column = (range.start + at) * LANES;
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
            self.kernel = Some((kernel, scale));
            Ok(scale)
        })
    }

    fn gram<'a>(&'a mut self) -> Task<'a, Matrix> {
        Box::pin(async move {
            let kernel = self.kernel.as_ref();
            kernel.map(|(k, _)| k.clone()).ok_or_else(|| out_of_order("cpu", "kernel"))
        })
    }

    fn solve<'a>(&'a mut self, targets: &'a Matrix, ridge: f64, progress: &'a StageProgress) -> Task<'a, Solution> {
        Box::pin(async move {
            let (kernel, scale) = self.kernel.take().ok_or_else(|| out_of_order("cpu", "kernel"))?;
            let solution = RidgeSystem::new(kernel, scale).solve(targets, ridge, progress).await?;
            self.use_alpha(&solution.alpha, scale)?;
            Ok(solution)
        })
    }

    fn solve_grid<'a>(
        &'a mut self,
        targets: &'a Matrix,
        ridges: &'a [f64],
        progress: &'a StageProgress,
    ) -> Task<'a, Vec<Solution>> {
        Box::pin(async move {
            let (kernel, scale) = self.kernel.take().ok_or_else(|| out_of_order("cpu", "kernel"))?;
            let (mut system, mut found) = (RidgeSystem::new(kernel, scale), Found::default());
            for (step, &ridge) in ridges.iter().enumerate() {
                progress.enter_step(step, ridges.len());
                found.add(system.solve(targets, ridge, progress).await)?;
            }
            self.kernel = Some((system.into_kernel(), scale));
            found.finish()
        })
    }

    fn set_alpha<'a>(&'a mut self, solution: &'a Solution) -> Task<'a, ()> {
        Box::pin(async move {
            let (_, scale) = self.kernel.take().ok_or_else(|| out_of_order("cpu", "solve_grid"))?;
            self.use_alpha(&solution.alpha, scale)
        })
    }

    fn predict<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            let alpha = self.alpha.clone().ok_or_else(|| out_of_order("cpu", "solve"))?;
            let (outputs, mut shift) = (alpha.nrows(), self.shift(progress)?);
            // Sums of n products of both signs that nearly cancel: in double precision, they cost nothing beside K.
            let mut predictions = nalgebra::DMatrix::<f64>::zeros(outputs, images.count());
            shift
                .cross(images, |image, train, k| {
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
            let mut shift = self.shift(progress)?;
            let mut rows = Matrix::zeros(images.count(), shift.problem.train().count());
            shift.cross(images, |image, train, k| rows[(image, train)] = k).await?;
            Ok(rows)
        })
    }

    fn agop<'a>(&'a mut self, samples: usize, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            if self.alpha.is_none() {
                return Err(out_of_order("cpu", "solve"));
            }
            let mut shift = self.shift(progress)?;
            let samples = samples.min(shift.problem.train().count());
            let d = shift.problem.features();
            let jobs = shift.problem.sample_jobs(samples, shift.scheduler.threads());
            let mut sum = nalgebra::DMatrix::<f64>::zeros(d, d);
            shift
                .perform(&jobs, 0.0..1.0, |_, values| {
                    for sample in values.chunks_exact(d * d) {
                        sum.as_mut_slice().iter_mut().zip(sample).for_each(|(sum, v)| *sum += f64::from(*v));
                    }
                })
                .await?;
            sum.fill_upper_triangle_with_lower_triangle();
            // The chain rule through z = W u, once: M = W^T (sum g g^T) W.
            if let Some(root) = shift.problem.root() {
                sum = PatchTransform::chain_rule(root, &sum);
            }
            sum /= samples as f64;
            // Rounding leaves the products symmetric to a few ulp; the mean of the two halves makes it exact.
            Ok(((&sum + sum.transpose()) * 0.5).map(|v| v as f32))
        })
    }

    fn peak<'a>(&'a mut self) -> Task<'a, Option<f64>> {
        Box::pin(async { Ok(Some(peak::peak())) })
    }
}
