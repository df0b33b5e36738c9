//! One image in one layer of a network: how strongly each patch of the layer's input responds to the filters, and how much the
//! logits depend on it.

use super::ansatz::LayerAnsatz;
use super::network::{Network, check_logits};
use super::pass::Pass;
use super::plan::Kind;
use crate::error::{Error, Result};
use crate::images::Images;
use crate::linalg::Matrix;

/// The responses `W u` of every patch `u` of a layer's input to the layer's filters, without bias.
#[derive(Debug, Clone, PartialEq)]
pub struct Responses {
    /// Rows of positions.
    pub height: usize,
    /// Columns of positions.
    pub width: usize,
    /// Filters x positions.
    pub values: Matrix,
}

impl Network {
    /// The responses of a layer to the first of `images`. Layers are counted as in [`Ansatz::layers`](super::Ansatz::layers).
    ///
    /// ```
    /// use convrfm::{Ansatz, Images, Initialization, Network, Shape};
    /// let shape = Shape { channels: 1, height: 8, width: 8 };
    /// let network = Network::vanilla(shape, 2, 5, 3, 4, Initialization::He, 1)?;
    /// let responses = network.responses(&Images::patternless(shape, 1, 1)?, 1)?;
    /// assert_eq!((responses.height, responses.width, responses.values.shape()), (8, 8, (5, 64)));
    /// let ansatz = Ansatz::of_filters(&network, shape)?;
    /// let norms = ansatz.layers()[1].nfm_norms(&responses);
    /// // A root of the NFM preserves the lengths of the responses, up to one factor.
    /// let ratio = |p: usize| norms[p] / responses.values.column(p).norm();
    /// assert!((ratio(0) / ratio(27) - 1.0).abs() < 1e-5);
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`logits`](Network::logits); when there is no image or no such layer.
    pub fn responses(&self, images: &Images, layer: usize) -> Result<Responses> {
        let plan = self.plan(images.shape())?;
        let count = plan.layers.len();
        let layer = plan
            .layers
            .get(layer)
            .ok_or_else(|| Error::invalid("layer", layer, format!("less than {count}")))?;
        if images.count() == 0 {
            return Err(Error::invalid("images", 0, "at least 1"));
        }
        let mut pass = Pass::new(&plan, self.values());
        check_logits(pass.forward(images.image(0)))?;
        let (filters, positions) = (layer.sizes.output.channels, layer.sizes.positions());
        let mut values = Matrix::from_row_slice(filters, positions, pass.values(layer.operation));
        if let Kind::Convolution { bias: Some(bias), .. } = &plan.operations[layer.operation].kind {
            for (mut row, bias) in values.row_iter_mut().zip(&self.values()[bias.clone()]) {
                row.add_scalar_mut(-bias);
            }
        }
        Ok(Responses { height: layer.sizes.output.height, width: layer.sizes.output.width, values })
    }
}

impl LayerAnsatz {
    /// `|root(NFM / trace) u|` of every patch `u`, by the responses to the filters: `u^T W^T W u = |W u|^2`.
    ///
    /// # Panics
    /// When the responses are those of another number of filters.
    pub fn nfm_norms(&self, responses: &Responses) -> Vec<f32> {
        let length = self.weights().norm();
        responses.values.column_iter().map(|column| finite(column.norm() / length)).collect()
    }

    /// `|root(AGOP / trace) u|` of every patch `u`: `u^T AGOP u = (W u)^T Kd (W u)`. All 0 where no logit depends on the layer.
    ///
    /// # Panics
    /// As [`nfm_norms`](LayerAnsatz::nfm_norms).
    pub fn agop_norms(&self, responses: &Responses) -> Vec<f32> {
        let trace = self.trace(self.covariance());
        // Over the trace in double precision: gradients may be tiny.
        let covariance = self.covariance().map(|v| if trace > 0.0 { (v / trace) as f32 } else { 0.0 });
        let weighted = covariance * &responses.values;
        let pairs = weighted.column_iter().zip(responses.values.column_iter());
        pairs.map(|(a, b)| finite(a.dot(&b).max(0.0).sqrt())).collect()
    }
}

/// 0 in place of what is not a number: a layer whose filters are all 0 has no trace.
fn finite(value: f32) -> f32 {
    if value.is_finite() { value } else { 0.0 }
}
