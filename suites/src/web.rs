//! The suites for a browser's module Worker.

use crate::golden::Golden;
use crate::parity::Case;
use crate::{Verdict, cnfa, deep, golden, open, open_gpu, parity, properties};
use convrfm::engine::ProblemSize;
use convrfm::{Engine, PatchGeometry, Shape};
use wasm_bindgen::prelude::*;

/// An engine to check. It keeps its compiled shaders from one check to the next.
#[wasm_bindgen]
pub struct Suites {
    engine: Box<dyn Engine>,
}

fn thrown<T>(verdict: Verdict<T>) -> Result<T, JsError> {
    verdict.map_err(|e| JsError::new(&e.to_string()))
}

#[wasm_bindgen]
impl Suites {
    /// Opens engine "cpu" or "gpu".
    pub async fn open(engine: String) -> Result<Suites, JsError> {
        Ok(Suites { engine: thrown(open(&engine).await)? })
    }

    /// Name and device of the engine.
    pub fn describe(&self) -> String {
        self.engine.describe()
    }

    /// Checks a golden file; returns a line of errors.
    pub async fn golden(&mut self, bytes: Vec<u8>) -> Result<String, JsError> {
        Ok(thrown(golden::check(self.engine.as_mut(), &Golden::read(bytes)).await)?.to_string())
    }

    /// Checks a golden file of several levels; returns a line of errors for each level.
    pub async fn deep(&mut self, bytes: Vec<u8>) -> Result<Vec<String>, JsError> {
        let errors = thrown(deep::check(self.engine.as_mut(), bytes).await)?;
        Ok(errors.iter().map(ToString::to_string).collect())
    }

    /// Checks a golden file of a network; returns a line of errors. No engine takes part.
    pub async fn cnfa(&self, bytes: Vec<u8>) -> Result<String, JsError> {
        Ok(thrown(cnfa::check(bytes).await)?.to_string())
    }

    /// Checks every property on `cases` cases.
    pub async fn properties(&mut self, cases: usize) -> Result<String, JsError> {
        thrown(properties::check_drawn(self.engine.as_mut(), cases).await)
    }

    /// Checks the first `count` odd sizes; returns a line for each.
    pub async fn parity(&mut self, count: usize) -> Result<Vec<String>, JsError> {
        every(self.engine.as_mut(), &parity::odd_sizes(), count).await
    }

    /// Plans a run on `train` images of 28 x 28 with q = 3 and L = 3; returns the bytes, or throws the engine's error.
    pub fn plan(&mut self, train: usize) -> Result<String, JsError> {
        let digits = Shape { channels: 1, height: 28, width: 28 };
        let size = ProblemSize {
            geometry: PatchGeometry::new(digits, 3, 3)?,
            train,
            streamed: 0,
            classes: 10,
            agop_samples: 64,
            held_out: 1000,
            ridges: 1,
            ridge_images: 0,
        };
        Ok(format!("{} bytes", self.engine.plan(&size)?.bytes))
    }

    /// Checks the first `count` problems under each of the lowered limits, each on a device of its own. For the GPU engine only.
    #[wasm_bindgen(js_name = lowLimits)]
    pub async fn low_limits(count: usize) -> Result<Vec<String>, JsError> {
        let mut lines = Vec::new();
        for (options, cases) in [parity::split_buffers(), parity::minimum_limits()] {
            lines.extend(every(&mut thrown(open_gpu(options).await)?, &cases, count).await?);
        }
        Ok(lines)
    }
}

async fn every(engine: &mut dyn Engine, cases: &[Case], count: usize) -> Result<Vec<String>, JsError> {
    let mut lines = Vec::new();
    for case in cases.iter().take(count) {
        lines.push(thrown(parity::check(engine, case).await)?);
    }
    Ok(lines)
}
