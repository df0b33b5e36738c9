//! The GPU engine: every stage in WGSL through wgpu, in the browser (WebGPU) and natively (Vulkan, Metal, DirectX 12).
//!
//! | stage | shader | host side |
//! |---|---|---|
//! | patches `z = W u`, norms | `transform.wgsl`, `norms.wgsl` | `patches.rs` |
//! | inner products of long patches | `inner.wgsl` | `pairs.rs` |
//! | K and the maps of its gradient | `kernel.wgsl`, `gradient.wgsl`, `arc_cosine.wgsl` | `pairs.rs`, `problem.rs` |
//! | ridge regression | `cholesky.wgsl`, `product.wgsl` | `cholesky.rs`, `product.rs` |
//! | AGOP | `outputs.wgsl`, `outer.wgsl` | `agop.rs` |
//!
//! K, the patches and the gradients stay on the device; alpha, predictions and M are read. Everything is in single precision and
//! needs no optional feature of WebGPU. `tiling.rs` decides sizes before anything is allocated, `queue.rs` submits, `pace.rs`
//! limits the length of a submission.
//!
//! A lost device, exhausted memory or a validation error ends a stage with [`Error::Engine`](crate::Error::Engine). The engine
//! cannot be used after that; [`ConvRfm::replace_engine`](crate::ConvRfm::replace_engine) continues after the last finished round
//! with another one.

mod agop;
mod cholesky;
mod device;
mod pace;
mod pairs;
mod patches;
mod problem;
mod product;
mod queue;
mod selftest;
mod shader;
mod tiling;

#[cfg(target_arch = "wasm32")]
pub(crate) use device::names_software;
pub use device::{OpenError, Options, SelfTest};
pub use tiling::Limits;

use super::cost::{EnginePlan, ProblemSize};
use super::{Engine, Task};
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use crate::math::StageProgress;
use crate::math::ridge::{Solution, solve_ridges};
use device::Device;
use problem::{Alpha, GpuProblem};
use queue::CommandQueue;
use tiling::GpuTiling;

/// The engine on one device.
pub struct Gpu {
    queue: CommandQueue,
    problem: Option<GpuProblem>,
}

impl Gpu {
    /// Opens the best adapter, and runs the self-test on it.
    ///
    /// # Errors
    /// See [`OpenError`]: each names the step that failed.
    pub async fn open(options: Options) -> Result<Gpu, OpenError> {
        let mut gpu = Gpu { queue: CommandQueue::new(Device::open(&options).await?), problem: None };
        if options.self_test != SelfTest::Skip {
            let outcome = selftest::run(&mut gpu, options.self_test == SelfTest::Fail).await;
            let adapter = gpu.queue.device.name();
            outcome.map_err(|cause| OpenError::SelfTest { adapter, cause })?;
            gpu.problem = None;
        }
        Ok(gpu)
    }

    /// Opens the engine where it is faster than the CPU engine, which is on graphics hardware. A software adapter computes on the
    /// same processor, 10 to 100 times slower than the CPU engine (measured with lavapipe and SwiftShader).
    ///
    /// # Errors
    /// The reason to use the CPU: one clause for the user, such as "no graphics adapter: ...".
    pub async fn open_hardware(options: Options) -> Result<Gpu, String> {
        match Gpu::open(options).await {
            Err(error) => Err(error.to_string()),
            Ok(gpu) if gpu.is_software() => Err(format!("{} is no graphics hardware", gpu.describe())),
            Ok(gpu) => Ok(gpu),
        }
    }

    /// Whether the adapter is a program on the CPU (SwiftShader, lavapipe): right, and slower than the CPU engine.
    pub fn is_software(&self) -> bool {
        self.queue.device.is_software()
    }

    /// Limits of the device.
    pub fn limits(&self) -> Limits {
        self.queue.device.limits
    }

    /// Device buffers and bytes in use.
    pub fn memory(&self) -> (u64, u64) {
        self.queue.memory()
    }

    /// Seconds of the longest submission so far. Systems reset a device that does not respond for long.
    pub fn longest_submission(&self) -> f64 {
        self.queue.longest()
    }

    /// A function that destroys the device as a driver reset would, for tests of a loss in the middle of a stage.
    pub fn device_killer(&self) -> impl Fn() + 'static {
        let device = self.queue.device.device.clone();
        move || device.destroy()
    }

    fn parts(&mut self) -> Result<(&mut CommandQueue, &mut GpuProblem)> {
        let problem = self.problem.as_mut().ok_or(Error::out_of_order("gpu", "load"))?;
        Ok((&mut self.queue, problem))
    }
}

impl Engine for Gpu {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn describe(&self) -> String {
        format!("gpu: {}", self.queue.device.describe())
    }

    fn plan(&mut self, size: &ProblemSize) -> Result<EnginePlan> {
        let tiling = GpuTiling::new(*size, &self.queue.device.limits)?;
        Ok(EnginePlan { bytes: tiling.bytes, rate: self.queue.rate_of("kernel") })
    }

    fn load<'a>(&'a mut self, geometry: PatchGeometry, train: &'a Images) -> Task<'a, ()> {
        Box::pin(async move {
            // Free the memory of the problem before first.
            self.problem = None;
            self.problem = Some(GpuProblem::new(&mut self.queue, geometry, train).await?);
            Ok(())
        })
    }

    fn kernel<'a>(&'a mut self, root: Option<&'a Matrix>, progress: &'a StageProgress) -> Task<'a, f32> {
        Box::pin(async move {
            let (queue, problem) = self.parts()?;
            problem.compute_kernel(queue, root, progress).await
        })
    }

    fn resume<'a>(&'a mut self, root: Option<&'a Matrix>, scale: f32, _: &'a StageProgress) -> Task<'a, ()> {
        Box::pin(async move {
            let (queue, problem) = self.parts()?;
            problem.resume(queue, root, scale).await
        })
    }

    fn kernel_matrix<'a>(&'a mut self) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (queue, problem) = self.parts()?;
            problem.kernel_scale()?;
            problem.kernel.read(queue).await
        })
    }

    fn solve<'a>(
        &'a mut self,
        targets: &'a Matrix,
        ridges: &'a [f64],
        progress: &'a StageProgress,
    ) -> Task<'a, Vec<Solution>> {
        Box::pin(async move {
            let (queue, problem) = self.parts()?;
            let scale = problem.kernel_scale()?;
            let n = problem.train.count();
            let attempt = async |ridge| problem.kernel.solve(queue, targets, scale, ridge, progress).await;
            solve_ridges(n, ridges, progress, attempt).await
        })
    }

    fn set_alpha<'a>(&'a mut self, alpha: &'a Matrix) -> Task<'a, ()> {
        Box::pin(async move {
            let (queue, problem) = self.parts()?;
            problem.scale()?;
            problem.alpha = None;
            let buffer = cholesky::upload_rows(queue, alpha, problem.tiling.padded).await?;
            problem.alpha = Some(Alpha { buffer, outputs: alpha.ncols() });
            Ok(())
        })
    }

    fn predict<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (queue, problem) = self.parts()?;
            problem.held_out(queue, images, true, progress).await
        })
    }

    fn kernel_rows<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (queue, problem) = self.parts()?;
            problem.held_out(queue, images, false, progress).await
        })
    }

    fn agop<'a>(&'a mut self, samples: usize, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (queue, problem) = self.parts()?;
            agop::agop(queue, problem, samples, progress).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::Shape;
    use std::ops::Range;
    use std::task::{Context, Waker};

    #[test]
    fn the_device_passes_the_self_test() {
        let started = std::time::Instant::now();
        let gpu = pollster::block_on(Gpu::open(Options::default())).unwrap();
        println!("{} {:?}", gpu.describe(), started.elapsed());
        let fails = Options { self_test: SelfTest::Fail, ..Options::default() };
        let refused = pollster::block_on(Gpu::open(fails)).err().unwrap();
        assert!(matches!(refused, OpenError::SelfTest { .. }), "{refused}");
    }

    const SHAPE: Shape = Shape { channels: 1, height: 6, width: 7 };
    const TRAIN: usize = 200;
    const STAGES: usize = 8;

    /// Stage `index` in the order of the trait; its result as bits.
    async fn stage(
        gpu: &mut Gpu,
        index: usize,
        root: Option<&Matrix>,
        alpha: &mut Matrix,
    ) -> Result<Vec<u32>> {
        let progress = StageProgress::unmonitored();
        let test = Images::patternless(SHAPE, 9, 500)?;
        let nothing = Matrix::zeros(0, 0);
        let result = match index {
            0 => {
                let train = Images::patternless(SHAPE, TRAIN, 1)?;
                gpu.load(PatchGeometry::new(SHAPE, 3, 2)?, &train).await.map(|()| nothing)?
            }
            1 => Matrix::from_element(1, 1, gpu.kernel(root, &progress).await?),
            2 => gpu.kernel_matrix().await?,
            3 => {
                let targets = Matrix::from_fn(TRAIN, 2, |i, o| if i % 2 == o { 1.0 } else { 0.0 });
                *alpha = gpu.solve(&targets, &[1e-2], &progress).await?.remove(0).alpha;
                alpha.clone()
            }
            4 => gpu.set_alpha(alpha).await.map(|()| nothing)?,
            5 => gpu.predict(&test, &progress).await?,
            6 => gpu.kernel_rows(&test, &progress).await?,
            _ => gpu.agop(30, &progress).await?,
        };
        Ok(result.iter().map(|v| v.to_bits()).collect())
    }

    fn stages(
        gpu: &mut Gpu,
        indices: Range<usize>,
        root: Option<&Matrix>,
        alpha: &mut Matrix,
    ) -> Vec<Vec<u32>> {
        indices.map(|index| pollster::block_on(stage(gpu, index, root, alpha)).unwrap()).collect()
    }

    /// Drops the future of every stage at its first three awaits and at every fourth later one, which are repetitions in loops over
    /// slabs and chunks; all of them take a software driver 54 s. K takes four slabs and the patches three chunks, of which two are stored.
    #[test]
    fn a_dropped_stage_costs_its_round_only() {
        let (binding, memory) = (Some(65_536), Some(800_000));
        let options = Options { binding, memory, self_test: SelfTest::Skip, ..Options::default() };
        let mut gpu = pollster::block_on(Gpu::open(options)).unwrap();
        let mut alpha = Matrix::zeros(0, 0);
        let root = Matrix::from_fn(9, 9, |i, j| if i <= j && i < 5 { 0.3 / (1 + i + j) as f32 } else { 0.0 });
        let root = Some(&root);
        stages(&mut gpu, 0..STAGES, None, &mut alpha);
        let expected = stages(&mut gpu, 1..STAGES, root, &mut alpha);
        let memory = gpu.memory();
        let tiling = &gpu.problem.as_ref().unwrap().tiling;
        assert!(tiling.chunk * tiling.chunks < TRAIN && tiling.slab_rows * 3 < TRAIN, "{tiling:?}");
        for dropped in 0..STAGES {
            let mut awaits = 0;
            loop {
                // A round with another transform, whose results must not pass for those of the next one.
                stages(&mut gpu, 1..dropped.max(1), None, &mut alpha);
                let mut future = Box::pin(stage(&mut gpu, dropped, None, &mut alpha));
                let mut context = Context::from_waker(Waker::noop());
                if (0..=awaits).any(|_| future.as_mut().poll(&mut context).is_ready()) {
                    break;
                }
                drop(future);
                if dropped == 0 {
                    stages(&mut gpu, 0..1, None, &mut alpha);
                }
                let repeated = stages(&mut gpu, 1..STAGES, root, &mut alpha);
                assert!(repeated == expected, "stage {dropped}, dropped at await {awaits}");
                assert_eq!(gpu.memory(), memory, "stage {dropped}, dropped at await {awaits}");
                awaits += if awaits < 2 { 1 } else { 4 };
            }
            assert!(awaits > 0);
        }
    }
}
