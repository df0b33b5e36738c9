//! Engines: interchangeable ways to compute the stages of a round.
//!
//! An engine owns the training images and the kernel matrix; the caller sees the scale, alpha, predictions and M only.
//! Stages are futures, because a browser may not block: engines call [`StageProgress::beat`] between tiles, which reports
//! progress, lets the page breathe, and ends the stage when the user cancels.

mod auto;
mod cost;
pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
mod naive;

pub use auto::Choice;
#[cfg(not(target_arch = "wasm32"))]
pub use auto::auto;
#[cfg(feature = "gpu")]
pub use auto::choose;
#[cfg(feature = "gpu")]
use cost::multiply_adds_of;
pub use cost::{EnginePlan, ProblemSize, multiply_adds};
pub use cpu::Cpu;
#[cfg(feature = "gpu")]
pub use gpu::Gpu;
pub use naive::Naive;

use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use crate::math::{PatchTransform, StageProgress};
use std::{future::Future, pin::Pin, sync::Arc};

/// A stage in progress.
pub type Task<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// What ridge regression found.
#[derive(Debug, Clone)]
pub struct Solution {
    /// Coefficients, `n x k`.
    pub alpha: Matrix,
    /// The ridge that was used: the one asked for, or a larger one after retries.
    pub ridge: f64,
    /// How often the ridge had to be raised (tenfold each time).
    pub retries: usize,
    /// `|y - (K/s + ridge) alpha|_F / |y|_F`, measured with sums in double precision.
    pub residual: f64,
}

/// The computation of one round, stage by stage, in this order: [`load`](Engine::load) once, then per round
/// [`kernel`](Engine::kernel), [`solve`](Engine::solve), any number of [`predict`](Engine::predict), and
/// [`agop`](Engine::agop). Calling a stage before the one it needs is an [`Error::Engine`].
///
/// Results are in single precision and agree across engines within the golden tolerances: kernel 1e-4 of its maximum,
/// predictions and AGOP 2e-3.
pub trait Engine {
    /// Short name, as the command line's `--engine` takes it.
    fn name(&self) -> &'static str;

    /// One line for people: name, device, number of threads.
    fn describe(&self) -> String {
        self.name().to_string()
    }

    /// What a run of this size will need; allocates nothing.
    ///
    /// # Errors
    /// [`Error::TooLarge`] with the bytes and the largest training set that fits.
    fn plan(&mut self, problem: &ProblemSize) -> Result<EnginePlan>;

    /// Takes the training images; drops whatever an earlier problem held.
    fn load<'a>(&'a mut self, geometry: PatchGeometry, train: Arc<Images>) -> Task<'a, ()>;

    /// Computes K(train, train) under `transform`, keeps it, and returns its scale `s = max |K|`.
    fn kernel<'a>(&'a mut self, transform: &'a PatchTransform, progress: &'a StageProgress) -> Task<'a, f32>;

    /// Copies K(train, train), `n x n`, unscaled. Only between [`kernel`](Engine::kernel) and [`solve`](Engine::solve),
    /// which factors it in place, or [`adopt`](Engine::adopt).
    fn gram<'a>(&'a mut self) -> Task<'a, Matrix>;

    /// Solves `(K / s + ridge I) alpha = targets` (`n x k`) and keeps alpha.
    fn solve<'a>(&'a mut self, targets: &'a Matrix, ridge: f64, progress: &'a StageProgress) -> Task<'a, Solution>;

    /// Solves for each of `ridges` without computing K again: what [`solve`](Engine::solve) finds for them, one by one, those
    /// left out for which no solution is found. K stays; which of the solutions is to predict, [`adopt`](Engine::adopt)
    /// says. [`grid`](crate::rfm::ridge_grid) chooses.
    ///
    /// # Errors
    /// When there is no solution for any of them, with the reason of the last; [`Error::Cancelled`].
    fn solve_grid<'a>(
        &'a mut self,
        targets: &'a Matrix,
        ridges: &'a [f64],
        progress: &'a StageProgress,
    ) -> Task<'a, Vec<Solution>> {
        Box::pin(async move {
            let mut found = Found::default();
            for (step, &ridge) in ridges.iter().enumerate() {
                progress.enter_step(step, ridges.len());
                found.add(self.solve(targets, ridge, progress).await)?;
            }
            found.finish()
        })
    }

    /// Predicts with this solution of [`solve_grid`](Engine::solve_grid) from now on, as after [`solve`](Engine::solve).
    fn set_alpha<'a>(&'a mut self, solution: &'a Solution) -> Task<'a, ()>;

    /// `f(x) = K(x, train) / s . alpha` for every image: `m x k`.
    fn predict<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix>;

    /// K(x, train) for every image: `m x n`, unscaled. For tests and for looking at; predictions do not need it whole.
    fn kernel_rows<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix>;

    /// Average gradient outer product of f over the patches of the first `samples` training images: `d x d`.
    fn agop<'a>(&'a mut self, samples: usize, progress: &'a StageProgress) -> Task<'a, Matrix>;

    /// Multiply-adds a second that the engine's hardware reaches when it does nothing else, in single precision, measured
    /// now in about half a second; none of an engine that is not made to be fast. What [`multiply_adds`] counts, times
    /// the pairs a second of a kernel stage, over this is the share of the peak that the stage reaches.
    fn peak<'a>(&'a mut self) -> Task<'a, Option<f64>> {
        Box::pin(async { Ok(None) })
    }
}

/// The solutions for a grid of ridges, one after the other.
#[derive(Default)]
struct Found {
    solutions: Vec<Solution>,
    refused: Option<Error>,
}

impl Found {
    /// A ridge too small for single precision is left out; anything else that goes wrong ends the grid.
    fn add(&mut self, outcome: Result<Solution>) -> Result<()> {
        match outcome {
            Ok(solution) => self.solutions.push(solution),
            Err(refused @ (Error::NotPositiveDefinite { .. } | Error::NotFinite { .. })) => {
                self.refused = Some(refused);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<Solution>> {
        if self.solutions.is_empty() {
            return Err(self.refused.unwrap_or_else(|| Error::invalid("ridges", "none", "at least one")));
        }
        Ok(self.solutions)
    }
}

/// The error of a stage called out of order.
fn out_of_order(engine: &'static str, needs: &str) -> Error {
    Error::Engine { engine, cause: format!("{needs} has to run first") }
}

/// The scale of K when it can be used: not when a value left single precision, nor when every image is blank.
fn checked_scale(scale: f32, all_finite: bool) -> Result<f32> {
    if !(scale.is_finite() && all_finite) {
        return Err(Error::NotFinite {
            quantity: "kernel matrix",
            remedy: "scale the images to about [0, 1]",
        });
    }
    if scale <= 0.0 {
        return Err(Error::invalid("kernel matrix", "zero everywhere", "images that are not all blank"));
    }
    Ok(scale)
}
