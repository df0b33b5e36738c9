//! Engines: interchangeable ways to compute the stages of a round.
//!
//! An engine holds the training images and the kernel matrix; the caller gets the scale, alpha, predictions, M, and kernel rows of
//! held-out images; only tests read K. Stages
//! are futures because a browser may not block: between tiles an engine calls [`StageProgress::checkpoint`], which reports
//! progress, lets the page draw, and ends the stage when the user cancels.

mod cost;
pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
mod naive;
pub mod pool;

pub use cost::{EnginePlan, ProblemSize, multiply_adds};
pub use cpu::Cpu;
#[cfg(feature = "gpu")]
pub use gpu::Gpu;
pub use naive::Naive;

use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use crate::math::{Solution, StageProgress};
use std::{future::Future, pin::Pin};

/// A running stage.
pub type Task<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// `Send` natively, so that a run can move to another thread. In a browser, where JavaScript values cannot, no bound.
#[cfg(not(target_arch = "wasm32"))]
pub trait MaybeSend: Send {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Send> MaybeSend for T {}
/// `Send` natively, so that a run can move to another thread. In a browser, where JavaScript values cannot, no bound.
#[cfg(target_arch = "wasm32")]
pub trait MaybeSend {}
#[cfg(target_arch = "wasm32")]
impl<T> MaybeSend for T {}

/// The computation of one round, stage by stage: [`load`](Engine::load) once, then per round [`kernel`](Engine::kernel),
/// [`solve`](Engine::solve), [`set_alpha`](Engine::set_alpha), and in any order [`agop`](Engine::agop) and any number of
/// [`predict`](Engine::predict). `Cpu`, `Gpu` and `Naive` implement it; it cannot be implemented elsewhere. A call before the one it needs is an [`Error::OutOfOrder`].
///
/// Results are in single precision and agree across engines: kernel within 1e-4 of its maximum, predictions and AGOP within 2e-3.
/// After a stage whose future was dropped, [`kernel`](Engine::kernel) starts the round again.
pub trait Engine: MaybeSend {
    /// Short name, as the command line's `--engine` takes it.
    fn name(&self) -> &'static str;

    /// One line for the user: name, device, number of threads.
    fn describe(&self) -> String {
        self.name().to_string()
    }

    /// What a run of this size needs; allocates nothing.
    ///
    /// # Errors
    /// [`Error::TooLarge`] with the bytes and the largest training set that fits.
    fn plan(&mut self, size: &ProblemSize) -> Result<EnginePlan>;

    /// Takes the training images and drops all that belongs to earlier ones.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when the kernel matrix of these images does not fit.
    fn load<'a>(&'a mut self, geometry: PatchGeometry, train: &'a Images) -> Task<'a, ()>;

    /// Computes and keeps K(train, train) for the patches `W u`, where `root` is `W` (`d x d`) or none for the identity. Returns
    /// the scale `s = max |K|`.
    fn kernel<'a>(&'a mut self, root: Option<&'a Matrix>, progress: &'a StageProgress) -> Task<'a, f32>;

    /// Enters a round whose K was computed earlier, by this engine or another one: takes its root as [`kernel`](Engine::kernel) does,
    /// and the scale of its K. [`set_alpha`](Engine::set_alpha) and what follows it need no more; [`solve`](Engine::solve) does.
    fn resume<'a>(
        &'a mut self,
        root: Option<&'a Matrix>,
        scale: f32,
        progress: &'a StageProgress,
    ) -> Task<'a, ()>;

    /// A copy of K(train, train), `n x n`, unscaled. Only before [`set_alpha`](Engine::set_alpha), which may drop K.
    fn kernel_matrix<'a>(&'a mut self) -> Task<'a, Matrix>;

    /// Solves `(K / s + ridge I) alpha = targets` (`n x k`) for each ridge; a ridge without a solution is left out. See
    /// [`solve_ridges`](crate::math::ridge::solve_ridges).
    ///
    /// # Errors
    /// The last failure, when no ridge has a solution; [`Error::Cancelled`].
    fn solve<'a>(
        &'a mut self,
        targets: &'a Matrix,
        ridges: &'a [f64],
        progress: &'a StageProgress,
    ) -> Task<'a, Vec<Solution>>;

    /// Takes the coefficients alpha (`n x k`) for the following predictions and the AGOP.
    fn set_alpha<'a>(&'a mut self, alpha: &'a Matrix) -> Task<'a, ()>;

    /// `f(x) = K(x, train) / s . alpha` for every image: `m x k`.
    fn predict<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix>;

    /// K(x, train) for every image: `m x n`, unscaled.
    fn kernel_rows<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix>;

    /// Average gradient outer product of f over the patches of the first `samples` training images: `d x d`.
    fn agop<'a>(&'a mut self, samples: usize, progress: &'a StageProgress) -> Task<'a, Matrix>;
}

/// The scale of K, unless a value left single precision or every image is blank.
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
