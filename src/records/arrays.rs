//! Arrays that cross as typed arrays. Natively, where there is no JavaScript, they are lists.

use serde::{Serialize, Serializer};

/// Numbers that cross as a `Float32Array`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "Float32Array"))]
pub struct Floats(Vec<f32>);

impl From<Vec<f32>> for Floats {
    fn from(values: Vec<f32>) -> Floats {
        Floats(values)
    }
}

impl Serialize for Floats {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[cfg(target_arch = "wasm32")]
        return serde_wasm_bindgen::preserve::serialize(&js_sys::Float32Array::from(&self.0[..]), serializer);
        #[cfg(not(target_arch = "wasm32"))]
        self.0.serialize(serializer)
    }
}

/// Whole numbers that cross as a `Uint32Array`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "Uint32Array"))]
pub struct Indices(Vec<u32>);

impl From<&[usize]> for Indices {
    fn from(values: &[usize]) -> Indices {
        Indices(values.iter().map(|&v| v as u32).collect())
    }
}

impl Serialize for Indices {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[cfg(target_arch = "wasm32")]
        return serde_wasm_bindgen::preserve::serialize(&js_sys::Uint32Array::from(&self.0[..]), serializer);
        #[cfg(not(target_arch = "wasm32"))]
        self.0.serialize(serializer)
    }
}
