//! The parameters of a network: one vector, and a table of the names and shapes in it.

use super::steps::Step;
use crate::error::{Error, Result};
use crate::linalg::tensor::{NamedTensors, Tensor};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// One array of parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, such as `conv0`, `bn.gain` or `out.b`.
    pub name: String,
    /// Its extents.
    pub shape: Vec<usize>,
    /// Whether training changes it: all but the mean and variance of batch normalisation.
    pub trained: bool,
    /// Where its values are in the vector.
    pub(super) range: Range<usize>,
}

/// The parameters of a network, in the order of its steps.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameters {
    table: Vec<Parameter>,
    index: BTreeMap<String, usize>,
    /// All values, each finite.
    values: Vec<f32>,
}

/// Name, rank and `trained` of the arrays that a step needs.
fn needed(step: &Step) -> Vec<(String, usize, bool)> {
    let weights = |name: &String, rank: usize, bias: bool| {
        let bias = bias.then(|| (format!("{name}.b"), 1, true));
        [(name.clone(), rank, true)].into_iter().chain(bias).collect()
    };
    let batch_norm = |name: &String| {
        let arrays = [("mean", false), ("var", false), ("gain", true), ("bias", true)];
        arrays.map(|(array, trained)| (format!("{name}.{array}"), 1, trained)).to_vec()
    };
    match step {
        Step::Convolution { name, bias, .. } => weights(name, 4, *bias),
        Step::Linear { name, bias } => weights(name, 2, *bias),
        Step::BatchNorm { name, .. } => batch_norm(name),
        Step::Add { projection: Some(projection), .. } => {
            [weights(&projection.convolution, 4, false), batch_norm(&projection.batch_norm)].concat()
        }
        _ => Vec::new(),
    }
}

/// How errors and files call an array.
pub(super) fn file_name(name: &str) -> String {
    format!("weights.{name}")
}

impl Parameters {
    /// Takes the arrays of `steps`, which `tensor` returns by name.
    ///
    /// # Errors
    /// When two steps have the same name, and when an array is missing, has another rank, a number of values that is not its
    /// shape's, a value that is not finite, or a variance below 0. The error names the array.
    pub fn new(steps: &[Step], mut tensor: impl FnMut(&str) -> Option<Tensor>) -> Result<Parameters> {
        let (mut table, mut index, mut values) = (Vec::new(), BTreeMap::new(), Vec::new());
        let mut names = BTreeSet::new();
        for (name, rank, trained) in steps.iter().flat_map(needed) {
            let field = || file_name(&name);
            if !names.insert(name.clone()) {
                return Err(Error::invalid("steps", format!("{name} twice"), "another name for each step"));
            }
            let expected = || {
                let axes = ["", "(values)", "(outputs, inputs)", "", "(filters, channels, q, q)"][rank];
                format!("an array of {rank} axes {axes}")
            };
            let found = tensor(&name).ok_or_else(|| Error::invalid(field(), "nothing", expected()))?;
            let shape = format!("shape {:?}", found.shape);
            let length = found.shape.iter().try_fold(1_usize, |n, &extent| n.checked_mul(extent));
            if found.shape.len() != rank || length != Some(found.values.len()) || length == Some(0) {
                return Err(Error::invalid(field(), shape, expected()));
            }
            if let Some(at) = found.values.iter().position(|v| !v.is_finite()) {
                let found = found.values[at];
                return Err(Error::invalid(format!("{}, value {at}", field()), found, "a finite number"));
            }
            if name.ends_with(".var")
                && !trained
                && let Some(v) = found.values.iter().find(|v| **v < 0.0)
            {
                return Err(Error::invalid(field(), v, "variances of 0 or more"));
            }
            let start = values.len();
            values.extend(found.values);
            index.insert(name.clone(), table.len());
            table.push(Parameter { name, shape: found.shape, trained, range: start..values.len() });
        }
        Ok(Parameters { table, index, values })
    }

    /// Takes the arrays `weights.NAME` of a file.
    ///
    /// # Errors
    /// As [`new`](Parameters::new).
    pub fn from_file(steps: &[Step], file: &NamedTensors) -> Result<Parameters> {
        Parameters::new(steps, |name| file.tensors.get(&file_name(name)).cloned())
    }

    /// Every array, in the order of the steps.
    pub fn table(&self) -> &[Parameter] {
        &self.table
    }

    /// The array called `name`.
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.index.get(name).map(|&index| &self.table[index])
    }

    /// All values.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Replaces all values.
    ///
    /// # Errors
    /// When there are more or fewer of them, or one is not finite.
    pub fn set_values(&mut self, values: Vec<f32>) -> Result<()> {
        if values.len() != self.values.len() {
            return Err(Error::invalid("number of weights", values.len(), self.values.len()));
        }
        if values.iter().any(|v| !v.is_finite()) {
            return Err(Error::NotFinite { quantity: "weights", remedy: "lower the learning rate" });
        }
        self.values = values;
        Ok(())
    }
}
