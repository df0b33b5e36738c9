//! A network that others have trained, from a file, and what it makes of photographs.

use super::arrays::Floats;
use super::network::CovarianceReport;
use crate::cnn::Correlation;
use serde::Serialize;

/// A network of a file.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PretrainedPlan {
    pub architecture: &'static str,
    /// Numbers in all arrays.
    pub parameters: usize,
    /// Classes.
    pub classes: usize,
    /// The convolutions without groups on the main path, in order.
    pub layers: Vec<LayerSizes>,
}

/// A convolution.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LayerSizes {
    /// As the file has it.
    pub name: String,
    pub filters: usize,
    /// Channels of the input; d = channels q^2.
    pub channels: usize,
    /// q.
    pub patch: usize,
}

/// A photograph as the network reads it.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PhotographReport {
    /// Its number.
    pub photograph: usize,
    pub side: usize,
    /// (3, side, side), from 0 to 1.
    pub pixels: Floats,
    /// The strongest classes, strongest first.
    pub classes: Vec<ClassShare>,
}

/// What a network says of a class.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ClassShare {
    /// Its number, from 0.
    pub class: usize,
    /// Its share in the softmax of the logits.
    pub share: f32,
}

/// A layer of a network of a file.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PretrainedLayer {
    pub layer: usize,
    /// The first filters, (count, c, q, q).
    pub weights: Floats,
    pub nfm: CovarianceReport,
    /// Null before photographs were measured, and where no answer depends on the layer.
    pub agop: Option<CovarianceReport>,
    pub correlation: Option<Correlation>,
}

/// Lengths of the patches of one photograph in a layer.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PatchNorms {
    /// Rows of positions.
    pub height: usize,
    /// Columns of positions.
    pub width: usize,
    /// Of root(NFM / trace) u.
    pub nfm: Floats,
    /// Of root(AGOP / trace) u; null as that of the layer.
    pub agop: Option<Floats>,
}
