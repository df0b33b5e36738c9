//! What this browser can do at most, for the table of speeds.

use super::{JsResult, gpu, thrown};
use crate::error::Error;
use crate::engine::{Cpu, Engine};
use wasm_bindgen::prelude::*;

/// Multiply-adds a second of one thread ("cpu") or of the graphics device ("gpu"), see [`Engine::peak`].
#[wasm_bindgen]
pub async fn peak(engine: String) -> JsResult<Option<f64>> {
    let refused = |e: String| thrown(Error::Engine { engine: "gpu", cause: e });
    let mut engine: Box<dyn Engine> = match engine.as_str() {
        "cpu" => Box::new(Cpu::default()),
        "gpu" => gpu::reopen().await.map_err(refused)?,
        other => return Err(thrown(Error::invalid("engine", other, "cpu or gpu"))),
    };
    engine.peak().await.map_err(thrown)
}
