//! The adapter, the device, and why there may be none.

use super::plan::{Blocks, Limits};
use super::selftest::SelfTest;
use std::sync::{Arc, Mutex, PoisonError};

/// Why the GPU engine cannot be used, in the order in which opening it goes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The browser or the build has no WebGPU at all.
    #[error("this browser has no WebGPU")]
    NoWebGpu,
    /// No adapter answered, or none that was asked for.
    #[error("no graphics adapter: {0}")]
    NoAdapter(String),
    /// The adapter refused the device.
    #[error("the graphics adapter {adapter} refused a device: {cause}")]
    DeviceRefused {
        /// Name of the adapter.
        adapter: String,
        /// What it said.
        cause: String,
    },
    /// The adapter computes wrongly, or failed while it was tried.
    #[error("the graphics adapter {adapter} failed the self-test: {cause}")]
    SelfTest {
        /// Name of the adapter.
        adapter: String,
        /// Which number was wrong, or what was said.
        cause: String,
    },
}

/// How to open the engine.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only an adapter whose name contains this (natively).
    pub adapter: Option<String>,
    /// What to call an adapter that gives no name, as in browsers, which tell only vendor and architecture.
    pub name: Option<String>,
    /// Largest storage binding to use, in bytes; the adapter's own when none. Tests lower it.
    pub binding: Option<u64>,
    /// Asks for no more than every WebGPU device has, whatever the adapter could give. For tests.
    pub minimum_limits: bool,
    /// Device memory to plan for, in bytes; 2 GiB when none. No graphics interface tells how much is free.
    pub memory: Option<u64>,
    /// Pair blocks of the kernel shader, in place of the plan's choice; for measuring which are best.
    pub blocks: Option<Blocks>,
    /// Whether it tries itself.
    pub self_test: SelfTest,
}

/// What the device reported, outside of any call: lost, out of memory, a validation error. The first one counts, but a
/// loss counts most: what else is said about a lost device follows from that.
#[derive(Debug, Clone, Default)]
pub(super) struct Failure(Arc<Mutex<Option<String>>>);

impl Failure {
    fn set(&self, cause: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(cause);
    }

    fn lose(&self, reason: wgpu::DeviceLostReason, message: &str) {
        let reason = format!("{reason:?}").to_lowercase();
        let message = message.trim().trim_end_matches('.');
        let why = if message.is_empty() { &reason } else { message };
        let cause = format!("the graphics device was lost ({why})");
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(cause);
    }

    pub(super) fn cause(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// An open device with its queue.
pub(super) struct Device {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    pub(super) failure: Failure,
    pub(super) limits: Limits,
    pub(super) blocks: Option<Blocks>,
    info: wgpu::AdapterInfo,
}

impl Device {
    pub(super) async fn open(options: &Options) -> Result<Device, OpenError> {
        let adapter = choose(options).await?;
        let mut info = adapter.get_info();
        if info.name.is_empty() {
            info.name = options.name.clone().unwrap_or_default();
        }
        let adapter_limits = adapter.limits();
        // The defaults every WebGPU device has, raised where more memory or threads help.
        let raised = wgpu::Limits {
            max_buffer_size: adapter_limits.max_buffer_size,
            max_storage_buffer_binding_size: adapter_limits.max_storage_buffer_binding_size,
            max_compute_workgroup_storage_size: adapter_limits.max_compute_workgroup_storage_size,
            ..wgpu::Limits::default()
        };
        let required_limits = if options.minimum_limits { wgpu::Limits::default() } else { raised };
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("convrfm"),
            required_limits,
            memory_hints: wgpu::MemoryHints::MemoryUsage,
            ..Default::default()
        };
        let (device, queue) = adapter
            .request_device(&descriptor)
            .await
            .map_err(|e| OpenError::DeviceRefused { adapter: info.name.clone(), cause: e.to_string() })?;
        let failure = Failure::default();
        let lost = failure.clone();
        device.set_device_lost_callback(move |reason, message| lost.lose(reason, &message));
        let uncaptured = failure.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| uncaptured.set(error.to_string())));
        let limits = Limits::of(&device.limits(), options.binding, options.memory);
        Ok(Device { device, queue, failure, limits, blocks: options.blocks, info })
    }

    /// Adapter, driver interface and kind, for people.
    pub(super) fn describe(&self) -> String {
        let name = if self.info.name.is_empty() { "unnamed adapter" } else { &self.info.name };
        let kind = match self.info.device_type {
            _ if self.is_software() => ", software",
            wgpu::DeviceType::DiscreteGpu => ", discrete",
            wgpu::DeviceType::IntegratedGpu => ", integrated",
            wgpu::DeviceType::VirtualGpu => ", virtual",
            _ => "",
        };
        format!("{name} ({}{kind})", self.info.backend)
    }

    pub(super) fn name(&self) -> String {
        self.info.name.clone()
    }

    /// Whether the adapter is a program on the CPU. Browsers do not always say so; the names of the known ones do.
    pub(super) fn is_software(&self) -> bool {
        let text = format!("{} {} {}", self.info.name, self.info.driver, self.info.driver_info);
        self.info.device_type == wgpu::DeviceType::Cpu || names_software(&text)
    }
}

/// Whether what an adapter says of itself names one of the known programs that stand in for graphics hardware.
pub(crate) fn names_software(text: &str) -> bool {
    let text = text.to_lowercase();
    ["swiftshader", "llvmpipe", "lavapipe", "basic render"].iter().any(|name| text.contains(name))
}

#[cfg(not(target_arch = "wasm32"))]
async fn choose(options: &Options) -> Result<wgpu::Adapter, OpenError> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
    let wanted = options.adapter.as_ref().map(|name| name.to_lowercase());
    let adapters = instance.enumerate_adapters(wgpu::Backends::all()).await;
    let names: Vec<String> = adapters.iter().map(|a| a.get_info().name).collect();
    let rank = |adapter: &wgpu::Adapter| match adapter.get_info().device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    };
    let fits =
        |a: &wgpu::Adapter| wanted.as_ref().is_none_or(|w| a.get_info().name.to_lowercase().contains(w));
    adapters.into_iter().filter(fits).min_by_key(rank).ok_or_else(|| {
        OpenError::NoAdapter(match &options.adapter {
            Some(wanted) => format!("none of {names:?} is called {wanted:?}"),
            None => "no Vulkan, Metal or DirectX 12 driver answered".to_string(),
        })
    })
}

/// The page has asked `navigator.gpu` for an adapter before this is called: wgpu 30 panics on a null answer
/// (wgpu issue 10104).
#[cfg(target_arch = "wasm32")]
async fn choose(_: &Options) -> Result<wgpu::Adapter, OpenError> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let options = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    };
    instance.request_adapter(&options).await.map_err(|e| OpenError::NoAdapter(e.to_string()))
}
