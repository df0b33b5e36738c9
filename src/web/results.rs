//! The results of a run, for the reader to keep.

use super::{JsResult, Session, thrown};
use crate::error::Error;
use crate::report::Results;
use serde::Serialize;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Session {
    /// The `.npz` archive that the command line writes.
    #[wasm_bindgen(js_name = resultsArchive)]
    pub fn results_archive(&self) -> JsResult<Vec<u8>> {
        let packed = Results::of(self.deep()?).map_err(thrown)?.npz();
        packed.map_err(|e| thrown(Error::Unreadable { file: "results".into(), cause: e.to_string() }))
    }

    /// The same as a plain object of numbers, nested arrays and text.
    #[wasm_bindgen(js_name = resultsObject)]
    pub fn results_object(&self) -> JsResult<JsValue> {
        let results = Results::of(self.deep()?).map_err(thrown)?;
        // A map is a `Map` otherwise, of which JSON knows nothing.
        let objects = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
        Ok(results.serialize(&objects)?)
    }
}
