//! The graphics adapter, its device, and the reasons why there may be none.

use super::tiling::Limits;
use std::sync::{Arc, Mutex, PoisonError};

/// Why the GPU engine cannot be used, in the order of the steps that open it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The browser has no WebGPU.
    #[error("this browser has no WebGPU")]
    NoWebGpu,
    /// There is no adapter, or none with the requested name.
    #[error("no graphics adapter: {0}")]
    NoAdapter(String),
    /// The adapter refused to open a device.
    #[error("the graphics adapter {adapter} refused a device: {cause}")]
    DeviceRefused {
        /// Name of the adapter.
        adapter: String,
        /// The reason that it gave.
        cause: String,
    },
    /// The self-test found a wrong number, or failed.
    #[error("the graphics adapter {adapter} failed the self-test: {cause}")]
    SelfTest {
        /// Name of the adapter.
        adapter: String,
        /// The wrong number, or the failure.
        cause: String,
    },
}

/// How to open the engine.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Use only an adapter whose name contains this text (natively).
    pub adapter: Option<String>,
    /// The name of an adapter that reports none. Browsers report vendor and architecture only.
    pub name: Option<String>,
    /// Largest storage binding to use, in bytes; the device's own when none. For tests.
    pub binding: Option<u64>,
    /// Requests no more than the limits of every WebGPU device. For tests.
    pub minimum_limits: bool,
    /// Device memory to stay within, in bytes; 2 GiB when none. No graphics interface reports how much is free.
    pub memory: Option<u64>,
    /// Whether opening runs the self-test.
    pub self_test: SelfTest,
}

/// Whether opening the engine runs the self-test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SelfTest {
    /// Runs it.
    #[default]
    Run,
    /// Skips it, for tests that open many engines.
    Skip,
    /// Runs it with a wrong expected number, for tests of a failed self-test.
    Fail,
}

/// The failure that the device reported outside of any call: a loss, exhausted memory, a validation error. The first one stays,
/// but a loss replaces it, because the other errors of a lost device follow from the loss.
#[derive(Debug, Clone, Default)]
pub struct Failure(Arc<Mutex<Option<String>>>);

impl Failure {
    fn set(&self, cause: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(cause);
    }

    fn set_lost(&self, reason: wgpu::DeviceLostReason, message: &str) {
        let reason = format!("{reason:?}").to_ascii_lowercase();
        let message = message.trim().trim_end_matches('.');
        let why = if message.is_empty() { &reason } else { message };
        let cause = format!("the graphics device was lost ({why})");
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(cause);
    }

    pub fn cause(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// An open device with its queue.
pub struct Device {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub failure: Failure,
    pub limits: Limits,
    info: wgpu::AdapterInfo,
}

impl Device {
    pub async fn open(options: &Options) -> Result<Device, OpenError> {
        let adapter = choose_adapter(options).await?;
        let mut info = adapter.get_info();
        if info.name.is_empty() {
            info.name = options.name.clone().unwrap_or_default();
        }
        let adapter_limits = adapter.limits();
        // The limits of every WebGPU device, raised where more memory or threads help.
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
        device.set_device_lost_callback(move |reason, message| lost.set_lost(reason, &message));
        let uncaptured = failure.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| uncaptured.set(error.to_string())));
        let limits = Limits::new(&device.limits(), options.binding, options.memory);
        Ok(Device { device, queue, failure, limits, info })
    }

    /// One line for the user: adapter, driver interface, kind.
    pub fn describe(&self) -> String {
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

    pub fn name(&self) -> String {
        self.info.name.clone()
    }

    /// Whether the adapter is a program on the CPU. Browsers do not always report this; the names of known programs do.
    pub fn is_software(&self) -> bool {
        let text = format!("{} {} {}", self.info.name, self.info.driver, self.info.driver_info);
        self.info.device_type == wgpu::DeviceType::Cpu || names_software(&text)
    }
}

/// Whether the text, which describes an adapter, contains the name of a program that replaces graphics hardware.
pub fn names_software(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["swiftshader", "llvmpipe", "lavapipe", "basic render"].iter().any(|name| text.contains(name))
}

#[cfg(not(target_arch = "wasm32"))]
async fn choose_adapter(options: &Options) -> Result<wgpu::Adapter, OpenError> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
    let wanted = options.adapter.as_ref().map(|name| name.to_ascii_lowercase());
    let adapters = instance.enumerate_adapters(wgpu::Backends::all()).await;
    let names: Vec<String> = adapters.iter().map(|a| a.get_info().name).collect();
    let rank = |adapter: &wgpu::Adapter| match adapter.get_info().device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    };
    let matches = |a: &wgpu::Adapter| {
        wanted.as_ref().is_none_or(|w| a.get_info().name.to_ascii_lowercase().contains(w))
    };
    adapters.into_iter().filter(matches).min_by_key(rank).ok_or_else(|| {
        OpenError::NoAdapter(match &options.adapter {
            Some(wanted) => format!("the name of none of {names:?} contains {wanted:?}"),
            None => "no Vulkan, Metal or DirectX 12 driver found".to_string(),
        })
    })
}

/// The caller has requested an adapter from `navigator.gpu` before: wgpu 30 panics when the browser returns null (wgpu issue
/// 10104).
#[cfg(target_arch = "wasm32")]
async fn choose_adapter(_: &Options) -> Result<wgpu::Adapter, OpenError> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let options = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    };
    instance.request_adapter(&options).await.map_err(|e| OpenError::NoAdapter(e.to_string()))
}
