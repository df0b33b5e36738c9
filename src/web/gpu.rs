//! Opens the GPU engine in a browser. Asks `navigator.gpu` first, to tell "no WebGPU" from "no adapter", and because wgpu 30.0.0
//! panics on the null adapter of a browser that has the interface and no device (wgpu issue 10104).

use super::js::{JsResult, thrown, to_js};
use super::session::Session;
use crate::engine::Engine;
use crate::engine::gpu::{Gpu, OpenError, Options, names_software};
use crate::error::Error;
use crate::records::EngineReport;
use crate::rfm::Recovery;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
impl Session {
    /// Continues with engine `wanted`: "cpu", "gpu" or "auto". The current round starts again, finished rounds stay.
    ///
    /// Returns `{engine, description, reason}`. With "gpu" a failure to open it is thrown, and the run keeps its engine;
    /// with "auto" the reason says why the CPU is used.
    #[wasm_bindgen(js_name = useEngine)]
    pub async fn use_engine(&mut self, wanted: String) -> JsResult<JsValue> {
        self.run_mut()?;
        let cpu_engine = self.cpu();
        let cpu = |reason: String| (Box::new(cpu_engine()) as Box<dyn Engine>, reason);
        let refused = |e: OpenError| thrown(Error::Engine { engine: "gpu", cause: e.to_string() });
        let (engine, reason): (Box<dyn Engine>, String) = match wanted.as_str() {
            "cpu" => cpu("chosen".into()),
            "gpu" => (Box::new(open().await.map_err(refused)?), "chosen".into()),
            "auto" => match software_adapter().await {
                Some(name) => cpu(format!("{name} is no graphics hardware")),
                None => match open_hardware().await {
                    Err(reason) => cpu(reason),
                    Ok(gpu) => (Box::new(gpu), "it passed its self-test".into()),
                },
            },
            other => return Err(thrown(Error::invalid("engine", other, "cpu, gpu or auto"))),
        };
        let (name, description) = (engine.name(), engine.describe());
        self.run_mut()?.replace_engine(engine);
        self.gradient = None;
        self.recovery = Recovery::new(wanted == "auto");
        to_js(&EngineReport { engine: name, description, reason })
    }
}

/// A fresh engine after a failure.
pub async fn reopen() -> Result<Box<dyn Engine>, String> {
    open().await.map(|gpu| Box::new(gpu) as Box<dyn Engine>).map_err(|e| e.to_string())
}

async fn open() -> Result<Gpu, OpenError> {
    Gpu::open(options().await?).await
}

async fn open_hardware() -> Result<Gpu, String> {
    Gpu::open_hardware(options().await.map_err(|e| e.to_string())?).await
}

async fn options() -> Result<Options, OpenError> {
    let adapter = request_adapter().await?;
    Ok(Options { name: adapter_name(&adapter), ..Options::default() })
}

/// "nvidia ampere": browsers leave the description empty, and wgpu reads nothing else.
fn adapter_name(adapter: &JsValue) -> Option<String> {
    let info = property(adapter, "info")?;
    let text = |name: &str| property(&info, name).and_then(|v| v.as_string()).unwrap_or_default();
    let name = format!("{} {}", text("vendor"), text("architecture"));
    Some(name.trim().to_string()).filter(|name| !name.is_empty())
}

/// The name of the adapter when it is a program on the CPU, found without opening it: SwiftShader takes seconds to compile
/// the self-test.
async fn software_adapter() -> Option<String> {
    let adapter = request_adapter().await.ok()?;
    let info = property(&adapter, "info")?;
    let text = |name: &str| property(&info, name).and_then(|v| v.as_string()).unwrap_or_default();
    let name =
        [text("description"), text("architecture"), text("vendor")].into_iter().find(|s| !s.is_empty());
    let name = name.unwrap_or_else(|| "the adapter".into());
    let fallback =
        [&info, &adapter].iter().any(|o| property(o, "isFallbackAdapter").is_some_and(|v| v.is_truthy()));
    let known = format!("{} {} {}", text("description"), text("architecture"), text("vendor"));
    (fallback || names_software(&known)).then_some(name)
}

/// What `navigator.gpu` answers, before wgpu asks it.
async fn request_adapter() -> Result<JsValue, OpenError> {
    let navigator = property(&js_sys::global(), "navigator").ok_or(OpenError::NoWebGpu)?;
    let gpu = property(&navigator, "gpu").ok_or(OpenError::NoWebGpu)?;
    let refused = |cause: JsValue| OpenError::NoAdapter(format!("{cause:?}"));
    let request = property(&gpu, "requestAdapter").and_then(|f| f.dyn_into::<js_sys::Function>().ok());
    let promise = request.ok_or(OpenError::NoWebGpu)?.call0(&gpu).map_err(refused)?;
    let adapter = JsFuture::from(js_sys::Promise::resolve(&promise)).await.map_err(refused)?;
    if adapter.is_null() || adapter.is_undefined() {
        return Err(OpenError::NoAdapter("the browser offers none".into()));
    }
    Ok(adapter)
}

fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    js_sys::Reflect::get(object, &name.into()).ok().filter(|v| !v.is_undefined() && !v.is_null())
}
