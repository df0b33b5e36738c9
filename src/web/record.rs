//! Plain objects with typed arrays in them, which the page's records are made of.

use js_sys::{Float32Array, Object, Reflect, Uint32Array};
use wasm_bindgen::JsValue;

/// An object under way.
#[derive(Default)]
pub struct Record(Object);

impl Record {
    /// With a field more.
    pub fn with(self, name: &str, value: impl Into<JsValue>) -> Record {
        // Setting a field of a plain object cannot fail.
        let _ = Reflect::set(&self.0, &name.into(), &value.into());
        self
    }

    /// With an array of numbers, `null` where they are not known yet.
    pub fn with_floats<'a>(self, name: &str, values: impl Into<Option<&'a [f32]>>) -> Record {
        let values: Option<&[f32]> = values.into();
        self.with(name, values.map_or(JsValue::NULL, |values| Float32Array::from(values).into()))
    }

    /// With an array of whole numbers.
    pub fn with_indices(self, name: &str, values: &[usize]) -> Record {
        let values: Vec<u32> = values.iter().map(|&v| v as u32).collect();
        self.with(name, Uint32Array::from(values.as_slice()))
    }
}

impl From<Record> for JsValue {
    fn from(record: Record) -> JsValue {
        record.0.into()
    }
}
