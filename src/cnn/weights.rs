//! Networks from and to arrays by name, as this project's own files hold them: the text `steps`, and `weights.NAME`.
//!
//! Files of other projects have other names: [`Architecture::rename`](super::architectures::Architecture::rename) renames their arrays
//! and writes the steps; then [`Network::from_tensors`] checks both.

use super::network::Network;
use super::parameters::{Parameters, file_name};
use super::steps;
use crate::error::{Error, Result};
use crate::linalg::tensor::{NamedTensors, Tensor};

/// The name of the text with the steps.
pub(super) const STEPS: &str = "steps";

impl Network {
    /// The network of a file's arrays. Arrays that no step names are ignored.
    ///
    /// ```
    /// use convrfm::{NamedTensors, Network, Tensor};
    /// let mut file = NamedTensors::default();
    /// file.texts.insert("steps".into(), "flatten; linear out".into());
    /// let error = Network::from_tensors(&file).unwrap_err();
    /// assert_eq!(error.to_string(), "weights.out: found nothing, expected an array of 2 axes (outputs, inputs)");
    /// file.tensors.insert("weights.out".into(), Tensor { shape: vec![2, 9], values: vec![0.5; 18] });
    /// assert_eq!(Network::from_tensors(&file)?.parameters().count(), 1);
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    ///
    /// # Errors
    /// Without the text `steps`, and as [`Network::new`]. The error names the array and what was expected.
    pub fn from_tensors(file: &NamedTensors) -> Result<Network> {
        let text = file.texts.get(STEPS);
        let text =
            text.ok_or_else(|| Error::invalid(STEPS, "nothing", "a text with the steps of a network"))?;
        let steps = steps::parse(text)?;
        let parameters = Parameters::from_file(&steps, file)?;
        Ok(Network::with_parameters(steps, parameters))
    }

    /// The arrays from which [`from_tensors`](Network::from_tensors) makes this network again.
    pub fn to_tensors(&self) -> NamedTensors {
        let tensor = |(parameter, values): (&super::parameters::Parameter, &[f32])| {
            let tensor = Tensor { shape: parameter.shape.clone(), values: values.to_vec() };
            (file_name(&parameter.name), tensor)
        };
        NamedTensors {
            tensors: self.parameters().map(tensor).collect(),
            texts: [(STEPS.to_string(), self.steps())].into(),
        }
    }
}
