//! Getting work done on the device: memory that is counted, dispatches in submissions of bounded length, read-backs.

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

/// Submissions under way at a time: one computes while the update of the one before travels (2 ms in Chromium, 100 ms in
/// Firefox, measured).
const UNDER_WAY: usize = 2;
/// A submission's parameters lie in one buffer, one slot of the required alignment for each dispatch.
const SLOT: usize = 256;
const SLOTS: usize = 512;

/// Counts the device memory in use.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    buffers: AtomicU64,
    bytes: AtomicU64,
}

impl Ledger {
    /// Buffers and bytes.
    pub(super) fn read(&self) -> (u64, u64) {
        (self.buffers.load(Relaxed), self.bytes.load(Relaxed))
    }
}

/// A device buffer of 32-bit values, freed at once when dropped: a browser's garbage collector may take its time.
pub(super) struct Memory {
    buffer: wgpu::Buffer,
    ledger: Arc<Ledger>,
}

impl Memory {
    pub(super) fn bytes(&self) -> u64 {
        self.buffer.size()
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.ledger.buffers.fetch_sub(1, Relaxed);
        self.ledger.bytes.fetch_sub(self.buffer.size(), Relaxed);
        self.buffer.destroy();
    }
}

/// One dispatch.
pub(super) struct Call<'a> {
    pub(super) stage: Shader,
    pub(super) entry: &'static str,
    pub(super) constants: &'a Constants,
    /// The shader's `Params`, floats as their bits.
    pub(super) params: &'a [u32],
    /// Binding numbers and buffers.
    pub(super) buffers: &'a [(u32, &'a Memory)],
    pub(super) groups: [usize; 3],
    /// About how many multiply-adds; any unit does, as long as it is the same within an engine stage.
    pub(super) cost: f64,
}

/// A submission that may not have ended.
struct Submission {
    signal: Signal,
    #[cfg(not(target_arch = "wasm32"))]
    index: wgpu::SubmissionIndex,
    stage: &'static str,
    cost: f64,
    started: Instant,
}

struct Pending {
    pipeline: wgpu::ComputePipeline,
    bindings: wgpu::BindGroup,
    groups: [u32; 3],
}

/// The queue of a device, with everything that was compiled for it.
pub(super) struct Work {
    pub(super) device: Device,
    ledger: Arc<Ledger>,
    pipelines: HashMap<(Shader, &'static str, Constants), wgpu::ComputePipeline>,
    slots: Memory,
    pending: Vec<Pending>,
    params: Vec<u8>,
    under_way: VecDeque<Submission>,
    /// When the last submission ended, and the longest one's seconds.
    ended: Option<Instant>,
    longest: f64,
    pace: Pace,
    /// Cost of what this stage has finished, and of all of it.
    finished: f64,
    total: f64,
}

/// An [`Error::Engine`] of this engine.
pub(super) fn stopped(cause: impl ToString) -> Error {
    Error::Engine { engine: "gpu", cause: cause.to_string() }
}

impl Work {
    pub(super) fn new(device: Device) -> Self {
        let ledger = Arc::new(Ledger::default());
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let slots = create(&device, &ledger, (SLOT * SLOTS) as u64, usage, "parameters");
        Work {
            device,
            ledger,
            pipelines: HashMap::new(),
            slots,
            pending: Vec::new(),
            params: Vec::new(),
            under_way: VecDeque::new(),
            ended: None,
            longest: 0.0,
            pace: Pace::default(),
            finished: 0.0,
            total: 1.0,
        }
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn check(&self) -> Result<()> {
        #[cfg(not(target_arch = "wasm32"))]
        if self.device.failure.cause().is_some() {
            self.ask();
        }
        self.device.failure.cause().map_or(Ok(()), |cause| Err(stopped(cause)))
    }

    /// Allocates zeros for `values` 32-bit values.
    ///
    /// # Errors
    /// When the device has no more memory, or is lost.
    pub(super) async fn allocate(&self, values: usize, what: &'static str) -> Result<Memory> {
        self.check()?;
        let scope = self.device.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST;
        let bytes = 4 * values.max(4) as u64;
        let memory = create(&self.device, &self.ledger, bytes, usage, what);
        match scope.pop().await {
            None => self.check().map(|()| memory),
            Some(_) => {
                Err(stopped(format!("the graphics device has no memory left for {bytes} bytes of {what}")))
            }
        }
    }

    /// Allocates and fills.
    pub(super) async fn upload(&self, values: &[f32], what: &'static str) -> Result<Memory> {
        let memory = self.allocate(values.len(), what).await?;
        self.write(&memory, 0, values);
        Ok(memory)
    }

    /// Overwrites values from index `first` on, before everything submitted later.
    pub(super) fn write(&self, memory: &Memory, first: usize, values: &[f32]) {
        self.device.queue.write_buffer(&memory.buffer, 4 * first as u64, bytemuck::cast_slice(values));
    }

    /// See [`Pace::rate_of`].
    pub(super) fn rate_of(&self, stage: &str) -> Option<f64> {
        self.pace.rate_of(stage)
    }

    /// Starts a stage of `total` cost: forgets what a cancelled one left pending.
    pub(super) fn begin(&mut self, stage: &'static str, total: f64) {
        self.pending.clear();
        self.params.clear();
        self.pace.begin(stage);
        (self.total, self.finished) = (total.max(1.0), 0.0);
    }

    /// How many of `items` of `cost` each still go into the present submission; at least one.
    pub(super) fn share(&self, items: usize, cost: f64) -> usize {
        self.pace.share(items, cost)
    }

    /// Puts a dispatch into the present submission. [`breathe`](Work::breathe) has to follow within a few of them.
    pub(super) fn dispatch(&mut self, call: Call<'_>) -> Result<()> {
        let pipeline = self.pipeline(call.stage, call.entry, call.constants)?;
        let slot = self.pending.len();
        if slot >= SLOTS {
            return Err(stopped("too many dispatches in one submission"));
        }
        self.params.resize(SLOT * slot, 0);
        self.params.extend_from_slice(bytemuck::cast_slice(call.params));
        let uniform = wgpu::BufferBinding {
            buffer: &self.slots.buffer,
            offset: (SLOT * slot) as u64,
            size: std::num::NonZeroU64::new(SLOT as u64),
        };
        let mut entries =
            vec![wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(uniform) }];
        entries.extend(call.buffers.iter().map(|(binding, memory)| wgpu::BindGroupEntry {
            binding: *binding,
            resource: memory.buffer.as_entire_binding(),
        }));
        let bindings = self.device.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        self.pending.push(Pending { pipeline, bindings, groups: call.groups.map(|g| g as u32) });
        self.pace.queue(call.cost);
        Ok(())
    }

    fn pipeline(
        &mut self,
        stage: Shader,
        entry: &'static str,
        constants: &Constants,
    ) -> Result<wgpu::ComputePipeline> {
        if let Some(found) = self.pipelines.get(&(stage, entry, constants.clone())) {
            return Ok(found.clone());
        }
        let source = stage.expand(constants).map_err(stopped)?;
        let descriptor = wgpu::ShaderModuleDescriptor {
            label: Some(entry),
            source: wgpu::ShaderSource::Wgsl(source.into()),
        };
        // Natively wgpu would count every loop's steps to end endless ones; in the browser the browser decides.
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
        self.pipelines.insert((stage, entry, constants.clone()), pipeline.clone());
        Ok(pipeline)
    }

    /// Submits when the submission is long enough, and then reports progress.
    pub(super) async fn breathe(&mut self, progress: &StageProgress<'_>) -> Result<()> {
        if self.pace.full() || self.pending.len() > SLOTS - 32 {
            self.flush().await?;
            progress.checkpoint((self.finished / self.total).min(1.0)).await?;
        }
        Ok(())
    }

    /// Submits what is pending, and waits until no more than one submission is under way.
    pub(super) async fn flush(&mut self) -> Result<()> {
        self.check()?;
        if self.pending.is_empty() {
            return Ok(());
        }
        let started = Instant::now();
        self.device.queue.write_buffer(&self.slots.buffer, 0, &self.params);
        let mut encoder = self.device.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            for Pending { pipeline, bindings, groups: [x, y, z] } in self.pending.drain(..) {
                pass.set_pipeline(&pipeline);
                pass.set_bind_group(0, &bindings, &[]);
                pass.dispatch_workgroups(x, y, z);
            }
        }
        self.params.clear();
        let index = self.device.queue.submit([encoder.finish()]);
        let signal = Signal::default();
        let done = signal.clone();
        self.device.queue.on_submitted_work_done(move || done.raise(Ok(())));
        #[cfg(target_arch = "wasm32")]
        let _ = index;
        self.under_way.push_back(Submission {
            signal,
            #[cfg(not(target_arch = "wasm32"))]
            index,
            stage: self.pace.stage(),
            cost: self.pace.submit(),
            started,
        });
        while self.under_way.len() >= UNDER_WAY {
            self.retire().await?;
        }
        Ok(())
    }

    /// Waits for the oldest submission, and learns from its time how fast the stage is.
    async fn retire(&mut self) -> Result<()> {
        let Some(submission) = self.under_way.pop_front() else { return Ok(()) };
        #[cfg(not(target_arch = "wasm32"))]
        self.poll(
            wgpu::PollType::Wait { submission_index: Some(submission.index), timeout: None },
            &submission.signal,
        );
        self.outcome(submission.signal.wait().await).await?;
        // It had the device to itself from the end of the one before.
        let now = Instant::now();
        let from = self.ended.map_or(submission.started, |ended| ended.max(submission.started));
        self.ended = Some(now);
        let seconds = (now - from).as_secs_f64().max(1e-4);
        self.longest = self.longest.max(seconds);
        if submission.stage == self.pace.stage() {
            self.finished += submission.cost;
        }
        self.pace.learn(submission.stage, submission.cost, seconds);
        Ok(())
    }

    /// Seconds of the longest submission so far.
    pub(super) fn longest(&self) -> f64 {
        self.longest
    }

    /// Natively nothing happens on a device by itself: this runs its callbacks.
    #[cfg(not(target_arch = "wasm32"))]
    fn poll(&self, until: wgpu::PollType, signal: &Signal) {
        let polled = self.device.device.poll(until);
        // Callbacks have run by now; one that has not never will.
        signal
            .raise(Err(polled.err().map_or("the graphics device does not answer".into(), |e| e.to_string())));
    }

    /// Natively a loss is told when somebody asks, after the errors that follow from it.
    #[cfg(not(target_arch = "wasm32"))]
    fn ask(&self) {
        let _ = self.device.device.poll(wgpu::PollType::Poll);
    }

    /// What came of an operation. The device's own account of a failure goes first, and may come later: Chromium rejects
    /// a mapping 10 ms before it says that the device was lost; an error scope that is closed answers after both.
    async fn outcome(&self, outcome: Result<(), String>) -> Result<()> {
        if outcome.is_err() {
            self.device.device.push_error_scope(wgpu::ErrorFilter::Validation).pop().await;
            #[cfg(not(target_arch = "wasm32"))]
            self.ask();
        }
        self.check()?;
        outcome.map_err(stopped)
    }

    /// Reads values `first .. first + count`.
    pub(super) async fn read<T: bytemuck::Pod>(
        &mut self,
        memory: &Memory,
        first: usize,
        count: usize,
    ) -> Result<Vec<T>> {
        self.flush().await?;
        while !self.under_way.is_empty() {
            self.retire().await?;
        }
        if count == 0 {
            return Ok(Vec::new());
        }
        let bytes = 4 * count as u64;
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        let staging = create(&self.device, &self.ledger, bytes, usage, "read-back");
        let mut encoder = self.device.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(&memory.buffer, 4 * first as u64, &staging.buffer, 0, bytes);
        self.device.queue.submit([encoder.finish()]);
        let signal = Signal::default();
        let done = signal.clone();
        staging.buffer.map_async(wgpu::MapMode::Read, .., move |outcome| {
            done.raise(outcome.map_err(|e| e.to_string()));
        });
        #[cfg(not(target_arch = "wasm32"))]
        self.poll(wgpu::PollType::wait_indefinitely(), &signal);
        self.outcome(signal.wait().await).await?;
        let view = staging.buffer.slice(..).get_mapped_range().map_err(stopped)?;
        let values = bytemuck::pod_collect_to_vec(&view);
        drop(view);
        staging.buffer.unmap();
        Ok(values)
    }
}

fn create(
    device: &Device,
    ledger: &Arc<Ledger>,
    bytes: u64,
    usage: wgpu::BufferUsages,
    what: &'static str,
) -> Memory {
    let descriptor =
        wgpu::BufferDescriptor { label: Some(what), size: bytes, usage, mapped_at_creation: false };
    ledger.buffers.fetch_add(1, Relaxed);
    ledger.bytes.fetch_add(bytes, Relaxed);
    Memory { buffer: device.device.create_buffer(&descriptor), ledger: ledger.clone() }
}

/// What a device's callback says, awaited.
#[derive(Clone, Default)]
struct Signal(Arc<Mutex<Answer>>);

#[derive(Default)]
struct Answer {
    outcome: Option<Result<(), String>>,
    waiting: Option<Waker>,
}

impl Signal {
    fn raise(&self, outcome: Result<(), String>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.outcome.get_or_insert(outcome);
        if let Some(waker) = state.waiting.take() {
            waker.wake();
        }
    }

    async fn wait(&self) -> Result<(), String> {
        std::future::poll_fn(|context| {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match &state.outcome {
                Some(outcome) => Poll::Ready(outcome.clone()),
                None => {
                    state.waiting = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}
