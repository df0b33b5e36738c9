//! Arrays of any rank by name, as weight files hold them.

use std::collections::BTreeMap;

/// An array in single precision, in C order. As many values as the product of the extents.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tensor {
    /// The extents.
    pub shape: Vec<usize>,
    /// The values.
    pub values: Vec<f32>,
}

/// The arrays and texts of a file, by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NamedTensors {
    /// Arrays of numbers.
    pub tensors: BTreeMap<String, Tensor>,
    /// Single texts.
    pub texts: BTreeMap<String, String>,
}
