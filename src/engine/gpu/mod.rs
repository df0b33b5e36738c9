//! The GPU engine: every stage in WGSL through wgpu, in the browser (WebGPU) and natively (Vulkan, Metal, DirectX 12).
//!
//! | stage | shader | host side |
//! |---|---|---|
//! | patches `z = W u`, norms | `transform.wgsl`, `norms.wgsl` | `patches.rs` |
//! | inner products of long patches | `inner.wgsl` | `pairs.rs` |
//! | K and the maps of its gradient | `kernel.wgsl`, `gradient.wgsl`, `arc_cosine.wgsl` | `pairs.rs` |
//! | ridge regression | `cholesky.wgsl`, `product.wgsl` | `cholesky.rs` |
//! | AGOP | `outputs.wgsl`, `outer.wgsl` | `agop.rs` |
//!
//! K, the patches and the gradients stay on the device; alpha, predictions and M come back. Everything is in single
//! precision and needs no optional feature. [`plan()`] says beforehand what a run will need.
//!
//! A lost device, exhausted memory or a validation error ends a stage with [`Error::Engine`]; the engine is of no use
//! then, and [`Rfm::replace_engine`](crate::Rfm::replace_engine) goes on from the last finished round with another one.

mod agop;
mod cholesky;
mod device;
mod pace;
mod pairs;
mod patches;
mod plan;
mod selftest;
mod shader;
mod work;

#[cfg(target_arch = "wasm32")]
pub(crate) use device::names_software;
pub use device::{OpenError, Options};
use plan::plan_with;
pub use plan::{Blocks, GpuTiling, Limits, Tiles, plan};
pub use selftest::SelfTest;

use super::cost::{EnginePlan, ProblemSize};
use super::{Engine, Task, checked_scale};
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use crate::linalg::cholesky::NonPositivePivot;
use crate::math::StageProgress;
use crate::math::feature_matrix::chain_rule;
use crate::math::ridge::{Attempt, Solution, solve_ridges};
use cholesky::{Gram, Part, Product, View};
use device::Device;
use pairs::{Pairs, Target};
use patches::Patches;
use std::sync::Arc;
use work::{Memory, Work};

/// Steps of iterative refinement at most, and the residual below which there is none.
const REFINEMENTS: usize = 3;
const GOOD_RESIDUAL: f64 = 1e-6;
/// Assumed until the run says more: they bound scratch memory only.
const CLASSES: usize = 10;
const HELD_OUT: usize = 1000;

/// The engine on one device.
pub struct Gpu {
    work: Work,
    loaded: Option<Loaded>,
}

/// The training images on the device.
struct Loaded {
    geometry: PatchGeometry,
    train: Images,
    plan: GpuTiling,
    pairs: Pairs,
    patches: Patches,
    gram: Gram,
    diagonal: Vec<f32>,
    root: Option<Matrix>,
    /// Set by the stage that computes it, dropped when an earlier one runs again.
    scale: Option<f32>,
    /// Coefficients, and the same on the device, row-major with padded rows.
    alpha: Option<Arc<(Matrix, Memory)>>,
}

impl Gpu {
    /// Opens the best adapter, and tries it on a fit whose result is known.
    ///
    /// # Errors
    /// See [`OpenError`]: each names the step that failed.
    pub async fn open(options: Options) -> Result<Gpu, OpenError> {
        let mut gpu = Gpu { work: Work::new(Device::open(&options).await?), loaded: None };
        let outcome = selftest::run(&mut gpu, &options).await;
        let adapter = gpu.work.device.name();
        outcome.map_err(|cause| OpenError::SelfTest { adapter, cause })?;
        gpu.loaded = None;
        Ok(gpu)
    }

    /// Opens the engine when it is faster than the CPU engine: on graphics hardware. The error is the reason to use the CPU. A
    /// software adapter computes on the same processor, 10 to 100 times slower than the CPU engine (measured with lavapipe and
    /// SwiftShader).
    ///
    /// # Errors
    /// One clause for the user, such as "no graphics adapter: ...".
    pub async fn open_hardware(options: Options) -> Result<Gpu, String> {
        match Gpu::open(options).await {
            Err(error) => Err(error.to_string()),
            Ok(gpu) if gpu.is_software() => Err(format!("{} is no graphics hardware", gpu.describe())),
            Ok(gpu) => Ok(gpu),
        }
    }

    /// Whether the adapter is a program on the CPU (SwiftShader, lavapipe): right, and slower than the CPU engine.
    pub fn is_software(&self) -> bool {
        self.work.device.is_software()
    }

    /// Limits of the open device.
    pub fn limits(&self) -> Limits {
        self.work.device.limits
    }

    /// Device buffers and bytes in use.
    pub fn memory(&self) -> (u64, u64) {
        self.work.ledger().read()
    }

    /// Seconds of the longest submission so far: systems reset a device that does not answer for long.
    pub fn longest_submission(&self) -> f64 {
        self.work.longest()
    }

    /// Destroys the device as a driver reset would; for tests of what happens then.
    pub fn destroy_device(&self) {
        self.work.device.device.destroy();
    }

    /// Calls `action` with a handle that destroys the device; for tests of a loss in the middle of a stage.
    pub fn device_killer(&self) -> impl Fn() + 'static {
        let device = self.work.device.device.clone();
        move || device.destroy()
    }

    /// The work queue and the loaded problem, apart so that both can be borrowed.
    fn parts(&mut self) -> Result<(&mut Work, &mut Loaded)> {
        let loaded = self.loaded.as_mut().ok_or(needs("load"))?;
        Ok((&mut self.work, loaded))
    }
}

fn needs(call: &'static str) -> Error {
    Error::OutOfOrder { engine: "gpu", needs: call }
}

impl Engine for Gpu {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn describe(&self) -> String {
        format!("gpu: {}", self.work.device.describe())
    }

    fn plan(&mut self, size: &ProblemSize) -> Result<EnginePlan> {
        let rate = self.work.rate_of("kernel");
        let plan = plan(*size, &self.work.device.limits, rate)?;
        Ok(EnginePlan { bytes: plan.bytes, rate })
    }

    fn load<'a>(&'a mut self, geometry: PatchGeometry, train: &'a Images) -> Task<'a, ()> {
        Box::pin(async move {
            self.loaded = None;
            let n = train.count();
            let problem = ProblemSize {
                geometry,
                train: n,
                classes: CLASSES,
                agop_samples: n,
                held_out: HELD_OUT,
                ridges: 1,
                ridge_images: 0,
            };
            let plan = plan_with(problem, &self.work.device.limits, None, self.work.device.blocks)?;
            self.work.begin("load", 1.0);
            let gram = Gram::new(&self.work, n, plan.padded, plan.slab).await?;
            let patches = Patches::new(&self.work, geometry, &plan).await?;
            let pairs = Pairs::new(&self.work, geometry, &plan).await?;
            self.loaded = Some(Loaded {
                geometry,
                train: train.clone(),
                plan,
                pairs,
                patches,
                gram,
                diagonal: Vec::new(),
                root: None,
                scale: None,
                alpha: None,
            });
            Ok(())
        })
    }

    fn kernel<'a>(&'a mut self, root: Option<&'a Matrix>, progress: &'a StageProgress) -> Task<'a, f32> {
        Box::pin(async move {
            let (work, loaded) = self.parts()?;
            (loaded.scale, loaded.alpha) = (None, None);
            check_range(&loaded.train, loaded.geometry)?;
            let n = loaded.train.count();
            loaded.patches.set(work, root).await?;
            loaded.pairs.set(loaded.patches.features());
            work.begin("kernel", (n * (n + 1)) as f64 / 2.0 * loaded.pairs.cost());
            loaded.root = root.cloned();
            let train = loaded.train.clone();
            let chunks = loaded.patches.chunks(n);
            for &(i_first, i_count) in &chunks {
                for &(j_first, _) in chunks.iter().filter(|(first, _)| *first >= i_first) {
                    let (i, j) = loaded.patches.pair(work, &train, i_first, j_first).await?;
                    for slab in &loaded.gram.slabs {
                        let from = slab.first.max(i_first);
                        let to = (slab.first + slab.rows).min(i_first + i_count);
                        if from >= to {
                            continue;
                        }
                        let stride = loaded.gram.padded;
                        let first =
                            (i_first * stride).wrapping_sub(slab.first * stride).wrapping_add(j_first);
                        let target = Target { memory: &slab.memory, first, stride, symmetric: true };
                        let rows = from - i_first..to - i_first;
                        loaded.pairs.kernel(work, (i, rows), j, target, progress).await?;
                    }
                }
            }
            loaded.diagonal = loaded.gram.diagonal(work).await?;
            let scale = loaded.diagonal.iter().copied().fold(0.0, f32::max);
            let scale = checked_scale(scale, loaded.diagonal.iter().all(|v| v.is_finite()))?;
            loaded.scale = Some(scale);
            Ok(scale)
        })
    }

    fn kernel_matrix<'a>(&'a mut self) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (work, loaded) = self.parts()?;
            loaded.scale.ok_or(needs("kernel"))?;
            let (n, padded) = (loaded.gram.n, loaded.gram.padded);
            let mut matrix = Matrix::zeros(n, n);
            for slab in &loaded.gram.slabs {
                let rows = slab.rows.min(n.saturating_sub(slab.first));
                let at_once = ((16 << 20) / padded).clamp(1, rows.max(1));
                for from in (0..rows).step_by(at_once) {
                    let count = at_once.min(rows - from);
                    let values: Vec<f32> = work.read(&slab.memory, from * padded, count * padded).await?;
                    for (row, values) in (slab.first + from..).zip(values.chunks_exact(padded)) {
                        for column in row..n {
                            matrix[(row, column)] = values[column];
                        }
                    }
                }
            }
            matrix.set_diagonal(&nalgebra::DVector::from_column_slice(&loaded.diagonal));
            matrix.fill_lower_triangle_with_upper_triangle();
            Ok(matrix)
        })
    }

    fn solve<'a>(
        &'a mut self,
        targets: &'a Matrix,
        ridges: &'a [f64],
        progress: &'a StageProgress,
    ) -> Task<'a, Vec<Solution>> {
        Box::pin(async move {
            let (work, loaded) = self.parts()?;
            let scale = loaded.scale.ok_or(needs("kernel"))?;
            solve_ridges(loaded.gram.n, ridges, progress, async |ridge| {
                work.begin("solve", loaded.gram.factor_cost());
                let failed = loaded.gram.factor(work, 1.0 / scale, ridge as f32, progress).await?;
                if let Some(index) = failed {
                    return Ok(Attempt::NotPositiveDefinite(NonPositivePivot { index }));
                }
                let (alpha, residual) = solve(work, loaded, targets, scale, ridge, progress).await?;
                Ok(Attempt::Solved(alpha, residual))
            })
            .await
        })
    }

    fn set_alpha<'a>(&'a mut self, alpha: &'a Matrix) -> Task<'a, ()> {
        Box::pin(async move {
            let (work, loaded) = self.parts()?;
            loaded.scale.ok_or(needs("kernel"))?;
            let on_device = upload_rows(work, alpha, loaded.gram.padded).await?;
            loaded.alpha = Some(Arc::new((alpha.clone(), on_device)));
            Ok(())
        })
    }

    fn predict<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (work, loaded) = self.parts()?;
            let scale = loaded.scale.ok_or(needs("kernel"))?;
            let alpha = loaded.alpha.clone().ok_or(needs("set_alpha"))?;
            let (columns, on_device) = (alpha.0.ncols(), &alpha.1);
            held_out(work, loaded, images, Some((on_device, columns, 1.0 / scale)), progress).await
        })
    }

    fn kernel_rows<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (work, loaded) = self.parts()?;
            loaded.scale.ok_or(needs("kernel"))?;
            held_out(work, loaded, images, None, progress).await
        })
    }

    fn agop<'a>(&'a mut self, samples: usize, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (work, loaded) = self.parts()?;
            let scale = f64::from(loaded.scale.ok_or(needs("kernel"))?);
            let alpha = loaded.alpha.clone().ok_or(needs("set_alpha"))?;
            let alpha = &alpha.0;
            let samples = samples.min(loaded.train.count());
            let (train, classes) = (loaded.train.count(), alpha.ncols());
            let geometry = loaded.geometry;
            let problem = ProblemSize {
                geometry,
                train,
                classes,
                agop_samples: samples,
                held_out: 1,
                ridges: 1,
                ridge_images: 0,
            };
            let plan = plan_with(problem, &work.device.limits, None, work.device.blocks)?;
            let outcome = agop::outer_products(work, loaded, &plan, alpha, samples, progress).await;
            let mut m = outcome? / (scale * scale * samples.max(1) as f64);
            // The chain rule through z = W u once at the end: M = W^T (sum g g^T) W.
            if let Some(root) = &loaded.root {
                m = chain_rule(root, &m);
            }
            Ok(m.map(|v| v as f32))
        })
    }
}

/// Shaders may assume that nothing overflows, so that is excluded beforehand: `|W|_F = 1`, and each layer sums up to
/// `q^2` norms.
fn check_range(images: &Images, g: PatchGeometry) -> Result<()> {
    let (low, high) = images.range();
    let largest = f64::from(high.max(-low));
    let window = (g.patch() * g.patch()) as f64;
    let bound = largest * largest * g.patch_len() as f64 * window.powi(g.depth() as i32 - 1);
    if bound < 1e36 {
        return Ok(());
    }
    Err(Error::NotFinite { quantity: "kernel matrix", remedy: "scale the images to about [0, 1]" })
}

/// A matrix on the device, row-major, with rows of zeros up to `rows`.
async fn upload_rows(work: &Work, matrix: &Matrix, rows: usize) -> Result<Memory> {
    let mut values: Vec<f32> = matrix.transpose().as_slice().to_vec();
    values.resize(rows * matrix.ncols(), 0.0);
    work.upload(&values, "coefficients").await
}

/// Solves with the factor that `loaded.gram` holds, and refines while that helps. The residual's sums of a column block
/// are in single precision, their total in double.
async fn solve(
    work: &mut Work,
    loaded: &Loaded,
    targets: &Matrix,
    scale: f32,
    ridge: f64,
    progress: &StageProgress<'_>,
) -> Result<(Matrix, f64)> {
    let gram = &loaded.gram;
    let (n, k) = targets.shape();
    let scratch = work.allocate(gram.padded * k, "solve").await?;
    let norm = f64::from(targets.norm()).max(f64::MIN_POSITIVE);
    let mut best = (Matrix::zeros(n, k), f64::INFINITY);
    let mut correction_of = targets.clone();
    for _ in 0..=REFINEMENTS {
        let x = upload_rows(work, &correction_of, gram.padded).await?;
        gram.solve(work, &x, &scratch, k, progress).await?;
        let correction = read_rows(work, &x, n, k).await?;
        let alpha = if best.1.is_finite() { &best.0 + correction } else { correction };
        let x = upload_rows(work, &alpha, gram.padded).await?;
        gram.times(work, &x, &scratch, k, progress).await?;
        let product = read_rows(work, &scratch, n, k).await?;
        let residual = Matrix::from_fn(n, k, |i, o| {
            let alpha = f64::from(alpha[(i, o)]);
            let own = f64::from(loaded.diagonal[i]) * alpha;
            let value = (f64::from(product[(i, o)]) + own) / f64::from(scale) + ridge * alpha;
            (f64::from(targets[(i, o)]) - value) as f32
        });
        let size = residual.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt() / norm;
        if size.is_nan() || size >= best.1 * 0.5 {
            if size < best.1 {
                best = (alpha, size);
            }
            break;
        }
        best = (alpha, size);
        correction_of = residual;
        if size < GOOD_RESIDUAL {
            break;
        }
    }
    Ok(best)
}

async fn read_rows(work: &mut Work, memory: &Memory, n: usize, k: usize) -> Result<Matrix> {
    let values: Vec<f32> = work.read(memory, 0, n * k).await?;
    Ok(Matrix::from_row_slice(n, k, &values))
}

/// K(x, train) of every image, or with `(alpha, k, factor)` its product with alpha times a factor.
async fn held_out(
    work: &mut Work,
    loaded: &mut Loaded,
    images: &Images,
    alpha: Option<(&Memory, usize, f32)>,
    progress: &StageProgress<'_>,
) -> Result<Matrix> {
    check_range(images, loaded.geometry)?;
    let (n, m) = (loaded.train.count(), images.count());
    let columns = alpha.map_or(n, |(_, k, _)| k);
    let mut found = Matrix::zeros(m, columns);
    work.begin("kernel", (m * n) as f64 * loaded.pairs.cost());
    if m == 0 {
        return Ok(found);
    }
    let batch = loaded.plan.batch.min(m);
    let train = loaded.train.clone();
    let mut chunk = loaded.patches.empty(work, batch).await?;
    let kernel = work.allocate(batch * n, "rows of the kernel").await?;
    let outputs = match alpha {
        Some((_, k, _)) => Some(work.allocate(batch * k, "predictions").await?),
        None => None,
    };
    for first in (0..m).step_by(batch) {
        let count = batch.min(m - first);
        loaded.patches.fill(work, images, first, count, &chunk).await?;
        (chunk.first, chunk.count) = (first, count);
        for (j_first, _) in loaded.patches.chunks(n) {
            let (j, _) = loaded.patches.pair(work, &train, j_first, j_first).await?;
            let target = Target { memory: &kernel, first: j_first, stride: n, symmetric: false };
            loaded.pairs.kernel(work, (&chunk, 0..count), j, target, progress).await?;
        }
        let values = match (alpha, &outputs) {
            (Some((alpha, k, factor)), Some(outputs)) => {
                let product = Product {
                    c: View { memory: outputs, first: 0, row: k, column: 1 },
                    a: View { memory: &kernel, first: 0, row: n, column: 1 },
                    b: View { memory: alpha, first: 0, row: k, column: 1 },
                    size: [count, k, n],
                    alpha: factor,
                    beta: 0.0,
                    part: Part::All,
                };
                product.run(work, progress).await?;
                work.read(outputs, 0, count * k).await?
            }
            _ => work.read::<f32>(&kernel, 0, count * n).await?,
        };
        found.rows_mut(first, count).copy_from(&Matrix::from_row_slice(count, columns, &values));
    }
    Ok(found)
}
