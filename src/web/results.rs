//! The results of a run for download.

use super::js::{JsResult, thrown, to_js};
use super::session::Session;
use crate::error::Error;
use crate::report::Results;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Session {
    /// The `.npz` archive that the command line writes.
    #[wasm_bindgen(js_name = resultsArchive)]
    pub fn results_archive(&self) -> JsResult<Vec<u8>> {
        let packed = self.results()?.npz();
        packed.map_err(|e| thrown(Error::Unreadable { file: "results".into(), cause: e.to_string() }))
    }

    /// The same as a plain object of numbers, nested arrays and text.
    #[wasm_bindgen(js_name = resultsObject)]
    pub fn results_object(&self) -> JsResult<JsValue> {
        to_js(&self.results()?)
    }
}

impl Session {
    fn results(&self) -> JsResult<Results<'_>> {
        Ok(Results::of(self.run()?).map_err(thrown)?.with_origin(&self.origin))
    }
}
