//! Values and errors that cross to JavaScript: every record is a serialisable struct, every large array a typed array in it.

use crate::error::Error;
use js_sys::{Float32Array, Uint32Array};
use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;

/// A result whose error is thrown in JavaScript.
pub type JsResult<T> = Result<T, JsValue>;

/// A JavaScript `Error` with the message of `error`. Its name is `Cancelled` when the user cancelled the run.
pub fn thrown(error: Error) -> JsValue {
    let object = js_sys::Error::new(&error.to_string());
    object.set_name(if error == Error::Cancelled { "Cancelled" } else { "ConvrfmError" });
    object.into()
}

/// A serialisable value as a plain object.
pub fn to_js<T: Serialize>(value: &T) -> JsResult<JsValue> {
    // A map would otherwise become a `Map`, which JSON does not know.
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    value.serialize(&serializer).map_err(|e| js_sys::Error::new(&e.to_string()).into())
}

/// A plain object as a record; `field` names it in the error.
pub fn from_js<T: serde::de::DeserializeOwned>(field: &str, value: JsValue) -> JsResult<T> {
    serde_wasm_bindgen::from_value(value).map_err(|e| thrown(Error::invalid(field, e, "a complete record")))
}

/// Numbers that cross as a `Float32Array`, or as `null` when they are not known yet.
pub struct Floats(JsValue);

impl From<&[f32]> for Floats {
    fn from(values: &[f32]) -> Floats {
        Floats(Float32Array::from(values).into())
    }
}

impl From<Option<&[f32]>> for Floats {
    fn from(values: Option<&[f32]>) -> Floats {
        values.map_or(Floats(JsValue::NULL), Floats::from)
    }
}

/// Whole numbers that cross as a `Uint32Array`.
pub struct Indices(JsValue);

impl From<&[usize]> for Indices {
    fn from(values: &[usize]) -> Indices {
        let values: Vec<u32> = values.iter().map(|&v| v as u32).collect();
        Indices(Uint32Array::from(values.as_slice()).into())
    }
}

impl Serialize for Floats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_wasm_bindgen::preserve::serialize(&self.0, serializer)
    }
}

impl Serialize for Indices {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_wasm_bindgen::preserve::serialize(&self.0, serializer)
    }
}

/// Serialises `None` as `null` instead of leaving the field undefined.
pub fn or_null<S: Serializer, T: Serialize>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => value.serialize(serializer),
        None => serde_wasm_bindgen::preserve::serialize(&JsValue::NULL, serializer),
    }
}
