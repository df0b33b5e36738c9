//! The command queue of a device: counted buffers, dispatches in submissions of bounded length, reads.
//!
//! A stage's future may be dropped at any await. The dispatches that it has not submitted are discarded by the next
//! [`begin`](CommandQueue::begin); what it has submitted is computed before everything that is submitted later.

use super::device::Device;
use super::pace::Pace;
use super::shader::{Constants, Shader};
use crate::error::{Error, Result};
use crate::math::StageProgress;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use web_time::Instant;

/// Submissions in flight: the device computes one while the completion of the one before is reported, which takes 2 ms in
/// Chromium and 100 ms in Firefox (measured).
const MAX_IN_FLIGHT: usize = 2;
/// The parameters of a submission are in one buffer, with a slot of the required alignment for each dispatch.
const SLOT_BYTES: usize = 256;
const SLOTS: usize = 512;

/// Buffers and bytes of device memory in use.
#[derive(Debug, Default)]
struct MemoryUse {
    buffers: AtomicU64,
    bytes: AtomicU64,
}

/// A device buffer of 32-bit values. Dropping it frees the memory at once; a browser's garbage collector may wait for long.
pub struct Buffer {
    buffer: wgpu::Buffer,
    memory_use: Arc<MemoryUse>,
}

impl Buffer {
    fn new(
        device: &Device,
        memory_use: &Arc<MemoryUse>,
        bytes: u64,
        usage: wgpu::BufferUsages,
        label: &'static str,
    ) -> Buffer {
        let descriptor =
            wgpu::BufferDescriptor { label: Some(label), size: bytes, usage, mapped_at_creation: false };
        memory_use.buffers.fetch_add(1, Relaxed);
        memory_use.bytes.fetch_add(bytes, Relaxed);
        Buffer { buffer: device.device.create_buffer(&descriptor), memory_use: memory_use.clone() }
    }

    pub fn bytes(&self) -> u64 {
        self.buffer.size()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.memory_use.buffers.fetch_sub(1, Relaxed);
        self.memory_use.bytes.fetch_sub(self.buffer.size(), Relaxed);
        self.buffer.destroy();
    }
}

/// One dispatch of a shader.
pub struct Dispatch<'a> {
    pub shader: Shader,
    pub entry: &'static str,
    pub constants: &'a Constants,
    /// The shader's `Params`, floats as their bits.
    pub params: &'a [u32],
    /// Binding numbers and buffers.
    pub buffers: &'a [(u32, &'a Buffer)],
    pub workgroups: [usize; 3],
    /// About as many multiply-adds. Any unit works, as long as a stage uses one only.
    pub cost: f64,
}

/// A dispatch that is not submitted yet.
struct Pending {
    pipeline: wgpu::ComputePipeline,
    bindings: wgpu::BindGroup,
    workgroups: [u32; 3],
}

/// A submission that may not be complete.
struct Submission {
    signal: Signal,
    #[cfg(not(target_arch = "wasm32"))]
    index: wgpu::SubmissionIndex,
    cost: f64,
    started: Instant,
}

/// The queue of a device, with the pipelines that were compiled for it.
pub struct CommandQueue {
    pub device: Device,
    memory_use: Arc<MemoryUse>,
    pipelines: HashMap<(Shader, &'static str, Constants), wgpu::ComputePipeline>,
    slots: Buffer,
    pending: Vec<Pending>,
    params: Vec<u8>,
    in_flight: VecDeque<Submission>,
    /// When the last submission was complete.
    ended: Option<Instant>,
    longest: f64,
    pace: Pace,
    /// Cost of the complete submissions of this stage, and of the whole stage.
    finished: f64,
    total: f64,
}

fn engine_error(cause: impl ToString) -> Error {
    Error::Engine { engine: "gpu", cause: cause.to_string() }
}

impl CommandQueue {
    pub fn new(device: Device) -> Self {
        let memory_use = Arc::new(MemoryUse::default());
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let slots = Buffer::new(&device, &memory_use, (SLOT_BYTES * SLOTS) as u64, usage, "parameters");
        CommandQueue {
            device,
            memory_use,
            pipelines: HashMap::new(),
            slots,
            pending: Vec::new(),
            params: Vec::new(),
            in_flight: VecDeque::new(),
            ended: None,
            longest: 0.0,
            pace: Pace::default(),
            finished: 0.0,
            total: 1.0,
        }
    }

    /// Buffers and bytes of device memory in use.
    pub fn memory(&self) -> (u64, u64) {
        (self.memory_use.buffers.load(Relaxed), self.memory_use.bytes.load(Relaxed))
    }

    /// Seconds of the longest submission so far.
    pub fn longest(&self) -> f64 {
        self.longest
    }

    /// See [`Pace::rate_of`].
    pub fn rate_of(&self, stage: &str) -> Option<f64> {
        self.pace.rate_of(stage)
    }

    /// See [`Pace::fitting`].
    pub fn fitting(&self, items: usize, cost: f64) -> usize {
        self.pace.fitting(items, cost)
    }

    fn check(&self) -> Result<()> {
        // Natively the loss of a device is reported at the next poll, after the errors that follow from it.
        #[cfg(not(target_arch = "wasm32"))]
        if self.device.failure.cause().is_some() {
            let _ = self.device.device.poll(wgpu::PollType::Poll);
        }
        self.device.failure.cause().map_or(Ok(()), |cause| Err(engine_error(cause)))
    }

    /// Allocates zeros for `values` 32-bit values.
    ///
    /// # Errors
    /// When the device has no more memory, or is lost.
    pub async fn allocate(&self, values: usize, label: &'static str) -> Result<Buffer> {
        self.check()?;
        let scope = self.device.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let bytes = 4 * values.max(4) as u64;
        let buffer = Buffer::new(&self.device, &self.memory_use, bytes, usage, label);
        let outcome = scope.pop();
        yield_in_tests().await;
        if outcome.await.is_some() {
            let cause = format!("the graphics device has no memory left for {bytes} bytes of {label}");
            return Err(engine_error(cause));
        }
        self.check().map(|()| buffer)
    }

    /// Allocates and fills.
    pub async fn upload(&self, values: &[f32], label: &'static str) -> Result<Buffer> {
        let buffer = self.allocate(values.len(), label).await?;
        self.write(&buffer, values);
        Ok(buffer)
    }

    /// Overwrites the first values of a buffer, after everything that was submitted and before everything that will be.
    pub fn write(&self, buffer: &Buffer, values: &[f32]) {
        self.device.queue.write_buffer(&buffer.buffer, 0, bytemuck::cast_slice(values));
    }

    /// Starts a stage of `total` cost: discards the dispatches of a dropped stage, and waits for its submissions. Every stage
    /// that dispatches or reads has to call this first, because a pending dispatch may use buffers that are freed.
    pub async fn begin(&mut self, stage: &'static str, total: f64) -> Result<()> {
        self.pending.clear();
        self.params.clear();
        self.wait_for_all().await?;
        self.pace.begin(stage);
        (self.total, self.finished) = (total.max(1.0), 0.0);
        Ok(())
    }

    /// Adds a dispatch to the current submission. [`submit_if_full`](CommandQueue::submit_if_full) has to be called after 32
    /// dispatches at the latest.
    pub fn dispatch(&mut self, dispatch: Dispatch<'_>) -> Result<()> {
        let pipeline = self.pipeline(dispatch.shader, dispatch.entry, dispatch.constants)?;
        let slot = self.pending.len();
        if slot >= SLOTS {
            return Err(engine_error(format!("more than {SLOTS} dispatches in one submission")));
        }
        self.params.resize(SLOT_BYTES * slot, 0);
        self.params.extend_from_slice(bytemuck::cast_slice(dispatch.params));
        let uniform = wgpu::BufferBinding {
            buffer: &self.slots.buffer,
            offset: (SLOT_BYTES * slot) as u64,
            size: std::num::NonZeroU64::new(SLOT_BYTES as u64),
        };
        let mut entries =
            vec![wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(uniform) }];
        entries.extend(dispatch.buffers.iter().map(|(binding, buffer)| wgpu::BindGroupEntry {
            binding: *binding,
            resource: buffer.buffer.as_entire_binding(),
        }));
        let bindings = self.device.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let workgroups = dispatch.workgroups.map(|count| count as u32);
        self.pending.push(Pending { pipeline, bindings, workgroups });
        self.pace.add(dispatch.cost);
        Ok(())
    }

    fn pipeline(
        &mut self,
        shader: Shader,
        entry: &'static str,
        constants: &Constants,
    ) -> Result<wgpu::ComputePipeline> {
        if let Some(pipeline) = self.pipelines.get(&(shader, entry, constants.clone())) {
            return Ok(pipeline.clone());
        }
        let source = shader.expand(constants).map_err(engine_error)?;
        let descriptor = wgpu::ShaderModuleDescriptor {
            label: Some(entry),
            source: wgpu::ShaderSource::Wgsl(source.into()),
        };
        // Natively wgpu would count the steps of every loop to end endless ones; in the browser the browser decides.
        let checks =
            wgpu::ShaderRuntimeChecks { force_loop_bounding: false, ..wgpu::ShaderRuntimeChecks::checked() };
        // SAFETY: every loop of these shaders has a bound that its body does not change. Array indices stay checked.
        let module = unsafe { self.device.device.create_shader_module_trusted(descriptor, checks) };
        let pipeline = self.device.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(entry),
            layout: None,
            module: &module,
            entry_point: Some(entry),
            compilation_options: wgpu::PipelineCompilationOptions {
                // Every shader writes workgroup memory before it reads it.
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        });
        self.check()?;
        self.pipelines.insert((shader, entry, constants.clone()), pipeline.clone());
        Ok(pipeline)
    }

    /// Submits when the submission is long enough, and then reports progress.
    pub async fn submit_if_full(&mut self, progress: &StageProgress<'_>) -> Result<()> {
        if self.pace.is_full() || self.pending.len() > SLOTS - 32 {
            self.submit().await?;
            progress.checkpoint((self.finished / self.total).min(1.0)).await?;
        }
        Ok(())
    }

    /// Submits what is pending, and waits until fewer than [`MAX_IN_FLIGHT`] submissions are in flight.
    pub async fn submit(&mut self) -> Result<()> {
        self.check()?;
        if self.pending.is_empty() {
            return Ok(());
        }
        let started = Instant::now();
        self.device.queue.write_buffer(&self.slots.buffer, 0, &self.params);
        let mut encoder = self.device.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            for Pending { pipeline, bindings, workgroups: [x, y, z] } in self.pending.drain(..) {
                pass.set_pipeline(&pipeline);
                pass.set_bind_group(0, &bindings, &[]);
                pass.dispatch_workgroups(x, y, z);
            }
        }
        self.params.clear();
        let index = self.device.queue.submit([encoder.finish()]);
        #[cfg(target_arch = "wasm32")]
        let _ = index;
        let signal = Signal::default();
        let done = signal.clone();
        self.device.queue.on_submitted_work_done(move || done.set(Ok(())));
        self.in_flight.push_back(Submission {
            signal,
            #[cfg(not(target_arch = "wasm32"))]
            index,
            cost: self.pace.take_cost(),
            started,
        });
        while self.in_flight.len() >= MAX_IN_FLIGHT {
            self.wait_for_oldest().await?;
        }
        Ok(())
    }

    async fn wait_for_all(&mut self) -> Result<()> {
        while !self.in_flight.is_empty() {
            self.wait_for_oldest().await?;
        }
        Ok(())
    }

    /// Waits for the oldest submission, and updates the stage's rate with its duration.
    async fn wait_for_oldest(&mut self) -> Result<()> {
        let Some(oldest) = self.in_flight.front() else { return Ok(()) };
        #[cfg(not(target_arch = "wasm32"))]
        self.poll(
            wgpu::PollType::Wait { submission_index: Some(oldest.index.clone()), timeout: None },
            &oldest.signal,
        );
        let outcome = oldest.signal.wait().await;
        // Not before the wait: when that is dropped, the next stage still has to wait for this submission.
        let (cost, started) = (oldest.cost, oldest.started);
        self.in_flight.pop_front();
        self.checked(outcome).await?;
        // The device worked on it alone from the end of the submission before.
        let now = Instant::now();
        let from = self.ended.map_or(started, |ended| ended.max(started));
        self.ended = Some(now);
        let seconds = (now - from).as_secs_f64().max(1e-4);
        self.longest = self.longest.max(seconds);
        self.finished += cost;
        self.pace.record(cost, seconds);
        Ok(())
    }

    /// Natively a device's callbacks run only when it is polled.
    #[cfg(not(target_arch = "wasm32"))]
    fn poll(&self, until: wgpu::PollType, signal: &Signal) {
        let polled = self.device.device.poll(until);
        // A callback that has not run by now never will.
        signal
            .set(Err(polled.err().map_or("the graphics device does not respond".into(), |e| e.to_string())));
    }

    /// The outcome of an operation. The device's own report of a failure takes precedence, and may come later: Chromium rejects
    /// a mapping 10 ms before it reports the loss of the device. The outcome of an error scope comes after both.
    async fn checked(&self, outcome: Result<(), String>) -> Result<()> {
        if outcome.is_err() {
            self.device.device.push_error_scope(wgpu::ErrorFilter::Validation).pop().await;
            #[cfg(not(target_arch = "wasm32"))]
            let _ = self.device.device.poll(wgpu::PollType::Poll);
        }
        self.check()?;
        outcome.map_err(engine_error)
    }

    /// Submits what is pending, and reads values `first .. first + count`.
    pub async fn read<T: bytemuck::Pod>(
        &mut self,
        buffer: &Buffer,
        first: usize,
        count: usize,
    ) -> Result<Vec<T>> {
        self.submit().await?;
        self.wait_for_all().await?;
        if count == 0 {
            return Ok(Vec::new());
        }
        let bytes = 4 * count as u64;
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        let staging = Buffer::new(&self.device, &self.memory_use, bytes, usage, "read");
        let mut encoder = self.device.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(&buffer.buffer, 4 * first as u64, &staging.buffer, 0, bytes);
        self.device.queue.submit([encoder.finish()]);
        let signal = Signal::default();
        let done = signal.clone();
        // When this future is dropped, so is the buffer, which ends the mapping.
        staging.buffer.map_async(wgpu::MapMode::Read, .., move |outcome| {
            done.set(outcome.map_err(|e| e.to_string()));
        });
        #[cfg(not(target_arch = "wasm32"))]
        self.poll(wgpu::PollType::wait_indefinitely(), &signal);
        self.checked(signal.wait().await).await?;
        let view = staging.buffer.slice(..).get_mapped_range().map_err(engine_error)?;
        let values = bytemuck::pod_collect_to_vec(&view);
        drop(view);
        staging.buffer.unmap();
        Ok(values)
    }
}

/// The outcome of a device operation, which its callback sets and a future waits for.
#[derive(Clone, Default)]
struct Signal(Arc<Mutex<SignalState>>);

#[derive(Default)]
struct SignalState {
    outcome: Option<Result<(), String>>,
    waker: Option<Waker>,
}

impl Signal {
    /// Sets the outcome; only the first call counts.
    fn set(&self, outcome: Result<(), String>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.outcome.get_or_insert(outcome);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    async fn wait(&self) -> Result<(), String> {
        yield_in_tests().await;
        std::future::poll_fn(|context| {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match &state.outcome {
                Some(outcome) => Poll::Ready(outcome.clone()),
                None => {
                    state.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

/// Natively the outcome of an operation is known when it is awaited; in a browser it comes later. In unit tests the future is
/// pending once, so that they can drop a stage wherever a browser can.
async fn yield_in_tests() {
    #[cfg(test)]
    {
        let mut pending = true;
        std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::take(&mut pending) { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }
}
