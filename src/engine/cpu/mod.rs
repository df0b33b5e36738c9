//! The CPU engine: kernel tiles of one image against sixteen, vectorised over the sixteen, on all cores.

mod agop;
mod lanes;
mod panel;
mod peak;
mod tile;

use super::{Engine, Solution, Task, checked_scale, out_of_order};
use crate::features::Transform;
use crate::parallel::{for_each, jobs, threads};
use crate::ridge::RidgeSystem;
use crate::{Geometry, Images, Matrix, Pulse, Result};
use agop::Gradient;
use lanes::{LANES, Lanes};
use panel::{Panel, PatchTransform};
use std::{borrow::Cow, ops::Range, sync::Arc};
use tile::Tile;

/// Memory for panels of transformed patches. Panels that do not fit are made anew for each tile that needs them.
pub(crate) const PANEL_BYTES: usize = 512 << 20;

/// Positions whose outer products are summed between two beats: 10 ms at d = 363.
const POSITIONS: usize = 16;

/// The CPU engine.
///
/// ```
/// use convrfm::{Geometry, Images, Pulse, Shape, engine::{Cpu, Engine}, features::Transform};
/// # pollster::block_on(async {
/// let shape = Shape { channels: 1, height: 4, width: 4 };
/// let images = Images::new(shape, (0..32).map(|i| i as f32 / 32.0).collect())?;
/// let mut engine = Cpu::default();
/// engine.load(Geometry::new(shape, 3, 1)?, images.into()).await?;
/// let scale = engine.kernel(&Transform::Identity, &Pulse::unwatched()).await?;
/// assert_eq!(scale, engine.gram().await?.max());
/// # Ok::<(), convrfm::Error>(()) }).unwrap();
/// ```
#[derive(Default)]
pub struct Cpu {
    problem: Option<Problem>,
    kernel: Option<(Matrix, f32)>,
    alpha: Option<Matrix>,
}

struct Problem {
    geometry: Geometry,
    train: Arc<Images>,
    root: Option<Matrix>,
    transform: PatchTransform,
    panels: Vec<Panel>,
}

/// Panels needed for `count` images.
fn panels(count: usize) -> usize {
    count.div_ceil(LANES)
}

impl Problem {
    /// A training panel, from memory or made for the caller.
    fn panel(&self, index: usize) -> Cow<'_, Panel> {
        match self.panels.get(index) {
            Some(panel) => Cow::Borrowed(panel),
            None => Cow::Owned(Panel::new(self.geometry, &self.train, index, &self.transform)),
        }
    }

    /// Images in training panel `index`.
    fn rows(&self, index: usize) -> usize {
        LANES.min(self.train.count() - index * LANES)
    }

    /// K of every image of training panel `first` with the sixteen of `second`.
    fn tile(&self, first: usize, second: &Panel) -> Vec<Lanes> {
        let panel = self.panel(first);
        let mut values = vec![Lanes::ZERO; self.rows(first)];
        // A loop, not an iterator: a closure that is not inlined would be compiled without the vector instructions.
        crate::simd::vectorized(
            #[inline(always)]
            || {
                let mut tile = Tile::forward(self.geometry);
                for (row, value) in values.iter_mut().enumerate() {
                    *value = tile.kernel(&panel, row, second);
                }
            },
        );
        values
    }

    /// Panels of `images`, a row of positions at a time: a whole panel of long patches takes longer than a click may.
    async fn make_panels(
        &self,
        images: &Images,
        range: Range<usize>,
        pulse: &Pulse<'_>,
        share: Range<f64>,
    ) -> Result<Vec<Panel>> {
        let (rows, first) = (self.geometry.grid(0).0, range.start);
        let mut made = Vec::with_capacity(range.len());
        let mut panel = Vec::new();
        let row =
            |job: usize| Panel::row(self.geometry, images, first + job / rows, job % rows, &self.transform);
        jobs(range.len() * rows, pulse, share, row, |job, z| {
            panel.extend_from_slice(&z);
            if (job + 1).is_multiple_of(rows) {
                made.push(Panel::complete(self.geometry, std::mem::take(&mut panel)));
            }
        })
        .await?;
        Ok(made)
    }

    /// Makes the training panels that fit in memory.
    async fn prepare(&mut self, transform: &Transform, pulse: &Pulse<'_>, share: f64) -> Result<()> {
        self.root = transform.root().cloned();
        self.transform = PatchTransform::new(self.root.as_ref());
        self.panels.clear();
        let fits = panels(self.train.count()).min(PANEL_BYTES / Panel::bytes(self.geometry));
        let made = self.make_panels(&self.train, 0..fits, pulse, 0.0..share).await?;
        self.panels = made;
        Ok(())
    }

    /// K(x, train) for panel after panel of `images`: `sink(image, train image, value)`.
    async fn cross(
        &self,
        images: &Images,
        pulse: &Pulse<'_>,
        mut sink: impl FnMut(usize, usize, f32),
    ) -> Result<()> {
        let (count, train) = (panels(images.count()), panels(self.train.count()));
        // A group of panels at a time: enough to keep every thread busy, few enough to bound the memory.
        let group = threads();
        for start in (0..count).step_by(group) {
            let end = (start + group).min(count);
            let at = |i: usize| i as f64 / count as f64;
            let ready = at(start) + 0.1 * (at(end) - at(start));
            let others = self.make_panels(images, start..end, pulse, at(start)..ready).await?;
            let tile = |job: usize| self.tile(job % train, &others[job / train]);
            jobs(others.len() * train, pulse, ready..at(end), tile, |job, values| {
                let (first, second) = (job % train * LANES, (start + job / train) * LANES);
                for (i, lanes) in values.iter().enumerate() {
                    for l in 0..LANES.min(images.count() - second) {
                        sink(second + l, first + i, lanes[l]);
                    }
                }
            })
            .await?;
        }
        Ok(())
    }
}

impl Cpu {
    fn problem(&self) -> Result<&Problem> {
        self.problem.as_ref().ok_or_else(|| out_of_order("cpu", "load"))
    }
}

impl Engine for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn describe(&self) -> String {
        match threads() {
            1 => "cpu (1 thread)".into(),
            n => format!("cpu ({n} threads)"),
        }
    }

    fn load<'a>(&'a mut self, geometry: Geometry, train: Arc<Images>) -> Task<'a, ()> {
        Box::pin(async move {
            let transform = PatchTransform::new(None);
            let problem = Problem { geometry, train, root: None, transform, panels: Vec::new() };
            *self = Cpu { problem: Some(problem), kernel: None, alpha: None };
            Ok(())
        })
    }

    fn kernel<'a>(&'a mut self, transform: &'a Transform, pulse: &'a Pulse) -> Task<'a, f32> {
        Box::pin(async move {
            (self.kernel, self.alpha) = (None, None);
            let problem = self.problem.as_mut().ok_or_else(|| out_of_order("cpu", "load"))?;
            let n = problem.train.count();
            problem.prepare(transform, pulse, 0.1).await?;
            let problem = &*problem;
            let mut kernel = Matrix::zeros(n, n);
            // Tiles on and below the diagonal, in the order (0,0) (1,0) (1,1) (2,0) ...
            let blocks = panels(n);
            let order: Vec<(usize, usize)> = (0..blocks).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
            let tile = |job: usize| {
                let (i, j) = order[job];
                problem.tile(i, &problem.panel(j))
            };
            jobs(order.len(), pulse, 0.1..1.0, tile, |job, values| {
                let (first, second) = (order[job].0 * LANES, order[job].1 * LANES);
                for (i, lanes) in values.iter().enumerate() {
                    for l in 0..LANES.min(n - second) {
                        kernel[(first + i, second + l)] = lanes[l];
                        kernel[(second + l, first + i)] = lanes[l];
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
            let kernel = self.kernel.as_ref().filter(|_| self.alpha.is_none());
            kernel.map(|(k, _)| k.clone()).ok_or_else(|| out_of_order("cpu", "kernel"))
        })
    }

    fn solve<'a>(&'a mut self, targets: &'a Matrix, ridge: f64, pulse: &'a Pulse) -> Task<'a, Solution> {
        Box::pin(async move {
            let (kernel, scale) = self.kernel.take().ok_or_else(|| out_of_order("cpu", "kernel"))?;
            let solution = RidgeSystem::new(kernel, scale).solve(targets, ridge, pulse).await?;
            // Later stages need alpha / s only: f(x) = K(x, train) alpha / s.
            self.alpha = Some(&solution.alpha / scale);
            Ok(solution)
        })
    }

    fn predict<'a>(&'a mut self, images: &'a Images, pulse: &'a Pulse) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (problem, alpha) = (self.problem()?, self.alpha.as_ref());
            let alpha = alpha.ok_or_else(|| out_of_order("cpu", "solve"))?.transpose();
            let outputs = alpha.nrows();
            // Sums of n products of both signs that nearly cancel: in double precision, they cost nothing beside K.
            let mut predictions = nalgebra::DMatrix::<f64>::zeros(outputs, images.count());
            problem
                .cross(images, pulse, |image, train, k| {
                    let column = &mut predictions.as_mut_slice()[image * outputs..(image + 1) * outputs];
                    let alpha = &alpha.as_slice()[train * outputs..(train + 1) * outputs];
                    column.iter_mut().zip(alpha).for_each(|(f, a)| *f += f64::from(k) * f64::from(*a));
                })
                .await?;
            Ok(predictions.transpose().map(|v| v as f32))
        })
    }

    fn rows<'a>(&'a mut self, images: &'a Images, pulse: &'a Pulse) -> Task<'a, Matrix> {
        Box::pin(async move {
            let problem = self.problem()?;
            let mut rows = Matrix::zeros(images.count(), problem.train.count());
            problem.cross(images, pulse, |image, train, k| rows[(image, train)] = k).await?;
            Ok(rows)
        })
    }

    fn agop<'a>(&'a mut self, samples: usize, pulse: &'a Pulse) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (problem, alpha) = (self.problem()?, self.alpha.as_ref());
            let alpha = alpha.ok_or_else(|| out_of_order("cpu", "solve"))?;
            let (geometry, n, k) = (problem.geometry, problem.train.count(), alpha.ncols());
            let samples = samples.min(n);
            let chosen = problem.train.select(&(0..samples).collect::<Vec<_>>());
            let (groups, blocks) = (panels(samples), panels(n));
            let d = geometry.patch_len();
            let mut sum = Matrix::zeros(d, d);
            /// Part of the stage that goes into the reverse passes; the outer products take the rest.
            const REVERSE: f64 = 0.8;
            for start in (0..groups).step_by(threads()) {
                let end = (start + threads()).min(groups);
                let at = |part: f64| (start as f64 + (end - start) as f64 * part) / groups as f64;
                let mut work: Vec<(Panel, Gradient, usize)> = (start..end)
                    .map(|g| {
                        let panel = Panel::new(geometry, &chosen, g, &problem.transform);
                        (panel, Gradient::new(geometry, k), LANES.min(samples - g * LANES))
                    })
                    .collect();
                for block in 0..blocks {
                    let train = problem.panel(block);
                    let alpha = alpha.rows(block * LANES, problem.rows(block)).into_owned();
                    for_each(&mut work, |(panel, gradient, _)| gradient.add(&train, &alpha, panel));
                    pulse.beat(at(REVERSE * (block + 1) as f64 / blocks as f64)).await?;
                }
                let positions = geometry.positions(0);
                for first in (0..positions).step_by(POSITIONS) {
                    let last = (first + POSITIONS).min(positions);
                    for_each(&mut work, |(panel, gradient, count)| {
                        gradient.outer_products(panel, *count, first..last);
                    });
                    pulse.beat(at(REVERSE + (1.0 - REVERSE) * last as f64 / positions as f64)).await?;
                }
                // In the order of the samples, so that the sum does not depend on the number of threads.
                work.iter().for_each(|(_, gradient, _)| sum += gradient.sum());
            }
            // The chain rule through z = W u, once: M = W^T (sum g g^T) W.
            if let Some(root) = &problem.root {
                sum = root.transpose() * sum * root;
            }
            sum /= samples as f32;
            // Rounding leaves the products symmetric to a few ulp; the mean of the two halves makes it exact.
            Ok((&sum + sum.transpose()) * 0.5)
        })
    }

    fn peak<'a>(&'a mut self) -> Task<'a, Option<f64>> {
        Box::pin(async { Ok(Some(peak::peak())) })
    }
}
