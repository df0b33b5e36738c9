//! Values and errors that cross to JavaScript: every record is a serialisable struct of `records`.

use crate::error::Error;
use serde::Serialize;
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
    // A map would otherwise become a `Map`, which JSON does not know, and `None` undefined.
    let serializer = serde_wasm_bindgen::Serializer::new();
    let serializer = serializer.serialize_maps_as_objects(true).serialize_missing_as_null(true);
    value.serialize(&serializer).map_err(|e| js_sys::Error::new(&e.to_string()).into())
}

/// A plain object as a record; `field` names it in the error.
pub fn from_js<T: serde::de::DeserializeOwned>(field: &str, value: JsValue) -> JsResult<T> {
    serde_wasm_bindgen::from_value(value).map_err(|e| thrown(Error::invalid(field, e, "a complete record")))
}
