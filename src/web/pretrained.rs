//! A network of a file, and what it makes of photographs.

use super::js::{JsResult, thrown, to_js};
use super::pool::PagePool;
use super::run::PageMonitor;
use super::session::Session;
use crate::cnn::job::NetworkProblem;
use crate::cnn::{Ansatz, Architecture, LayerAnsatz, Network, Probes};
use crate::data::{photograph, read_safetensors};
use crate::engine::pool::WorkerPool;
use crate::error::{Error, Result};
use crate::images::{Images, Shape};
use crate::linalg::sort::descending;
use crate::records::{
    ClassShare, CovarianceReport, LayerSizes, PatchNorms, PhotographReport, PretrainedLayer, PretrainedPlan,
};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

/// Random combinations of the logits: a thousand classes would need a thousand backward passes.
const PROBES: usize = 8;
/// Strongest classes of a photograph.
const CLASSES: usize = 3;
/// Rows of a matrix that crosses to the page: 5 MB, and more than a screen shows.
pub(super) const MAX_ROWS: usize = 1152;
/// First filters that cross, of layers that read an image and of the others.
const FILTERS: [usize; 2] = [64, 8];

/// A network of a file. Every method borrows it shared, so that questions are answered while photographs are measured.
#[wasm_bindgen]
pub struct Pretrained {
    architecture: Architecture,
    network: Network,
    pool: Option<PagePool>,
    /// As the network expects them.
    photographs: RefCell<Vec<Images>>,
    ansatz: RefCell<Ansatz>,
}

#[wasm_bindgen]
impl Session {
    /// Reads a `.safetensors` file with the names of an architecture.
    pub fn pretrained(&self, architecture: &str, file: Box<[u8]>) -> JsResult<Pretrained> {
        self.read_pretrained(architecture, file).map_err(thrown)
    }
}

impl Session {
    fn read_pretrained(&self, architecture: &str, file: Box<[u8]>) -> Result<Pretrained> {
        let architecture: Architecture = architecture.parse()?;
        let arrays = read_safetensors(&file)?;
        // Of a file of half a gigabyte each copy counts.
        drop(file);
        let network = Network::from_tensors(&architecture.rename(arrays)?)?;
        let ansatz = Ansatz::of_filters(&network, shape_for(architecture))?;
        Ok(Pretrained {
            architecture,
            network,
            pool: self.pool(),
            photographs: RefCell::default(),
            ansatz: RefCell::new(ansatz),
        })
    }
}

fn shape_for(architecture: Architecture) -> Shape {
    Shape { channels: 3, height: architecture.side(), width: architecture.side() }
}

#[wasm_bindgen]
impl Pretrained {
    /// What was read.
    pub fn plan(&self) -> JsResult<JsValue> {
        let size = |layer: &LayerAnsatz| LayerSizes {
            name: layer.name().into(),
            filters: layer.weights().nrows(),
            channels: layer.channels(),
            patch: layer.patch(),
        };
        to_js(&PretrainedPlan {
            architecture: self.architecture.name(),
            parameters: self.network.parameters().map(|(_, values)| values.len()).sum(),
            classes: self.network.check(shape_for(self.architecture)).map_err(thrown)?,
            layers: self.ansatz.borrow().layers().iter().map(size).collect(),
        })
    }

    /// Adds a decoded photograph, four bytes a pixel, and classifies it.
    pub fn photograph(&self, width: usize, height: usize, rgba: &[u8]) -> JsResult<JsValue> {
        to_js(&self.classify(width, height, rgba).map_err(thrown)?)
    }

    /// Measures the AGOP of all layers over some photographs, in place of the one before. `monitor` receives the progress and
    /// returns a promise of whether to continue.
    pub async fn measure(&self, photographs: Vec<usize>, monitor: js_sys::Function) -> JsResult<()> {
        let ansatz = self.measured(&photographs, &PageMonitor(monitor)).await.map_err(thrown)?;
        self.ansatz.replace(ansatz);
        Ok(())
    }

    /// NFM and AGOP of a layer, with the leading `filters` eigenvectors of each.
    pub fn layer(&self, layer: usize, filters: usize) -> JsResult<JsValue> {
        to_js(&self.layer_report(layer, filters).map_err(thrown)?)
    }

    /// The lengths of the patches of a photograph in a layer.
    pub fn norms(&self, photograph: usize, layer: usize) -> JsResult<JsValue> {
        to_js(&self.patch_norms(photograph, layer).map_err(thrown)?)
    }
}

impl Pretrained {
    fn classify(&self, width: usize, height: usize, rgba: &[u8]) -> Result<PhotographReport> {
        let side = self.architecture.side();
        let image = photograph(width, height, rgba, side)?;
        let normalised = self.architecture.normalise(&image)?;
        let logits = self.network.logits(&normalised)?;
        let mut photographs = self.photographs.borrow_mut();
        photographs.push(normalised);
        Ok(PhotographReport {
            photograph: photographs.len() - 1,
            side,
            pixels: image.image(0).to_vec().into(),
            classes: strongest(logits.as_slice()),
        })
    }

    async fn measured(&self, photographs: &[usize], monitor: &PageMonitor) -> Result<Ansatz> {
        let mut values = Vec::new();
        for &index in photographs {
            values.extend_from_slice(self.photograph_at(index)?.as_slice());
        }
        let images = Images::new(shape_for(self.architecture), values)?;
        let pool = self.pool.clone().map(|pool| Box::new(pool) as Box<dyn WorkerPool<NetworkProblem>>);
        let probes = Probes::RandomSigns { count: PROBES, seed: 0 };
        Ansatz::measure_on(pool, &self.network, &images, probes, monitor).await
    }

    fn photograph_at(&self, index: usize) -> Result<Images> {
        let photographs = self.photographs.borrow();
        let none = || Error::invalid("photograph", index, format!("less than {}", photographs.len()));
        photographs.get(index).cloned().ok_or_else(none)
    }

    fn layer_report(&self, index: usize, filters: usize) -> Result<PretrainedLayer> {
        let ansatz = self.ansatz.borrow();
        let layer = layer_of(&ansatz, index)?;
        let count = FILTERS[usize::from(layer.channels() > 3)].min(layer.weights().nrows());
        let agop = layer.agop_view(MAX_ROWS, filters).ok().map(CovarianceReport::from);
        Ok(PretrainedLayer {
            layer: index,
            weights: layer.weights().rows(0, count).transpose().as_slice().to_vec().into(),
            nfm: layer.nfm_view(MAX_ROWS, filters)?.into(),
            correlation: agop.is_some().then(|| layer.correlation()),
            agop,
        })
    }

    fn patch_norms(&self, photograph: usize, index: usize) -> Result<PatchNorms> {
        let ansatz = self.ansatz.borrow();
        let layer = layer_of(&ansatz, index)?;
        let responses = self.network.responses(&self.photograph_at(photograph)?, index)?;
        let agop = layer.covariance().iter().any(|v| *v != 0.0).then(|| layer.agop_norms(&responses).into());
        let (height, width) = (responses.height, responses.width);
        Ok(PatchNorms { height, width, nfm: layer.nfm_norms(&responses).into(), agop })
    }
}

fn layer_of(ansatz: &Ansatz, index: usize) -> Result<&LayerAnsatz> {
    let count = ansatz.layers().len();
    ansatz.layers().get(index).ok_or_else(|| Error::invalid("layer", index, format!("less than {count}")))
}

/// The strongest classes with their shares in the softmax.
fn strongest(logits: &[f32]) -> Vec<ClassShare> {
    let classes = descending(&logits.iter().map(|&logit| f64::from(logit)).collect::<Vec<_>>());
    let largest = classes.first().map_or(0.0, |&class| logits[class]);
    let total: f32 = logits.iter().map(|logit| (logit - largest).exp()).sum();
    let share = |&class: &usize| ClassShare { class, share: (logits[class] - largest).exp() / total };
    classes.iter().take(CLASSES).map(share).collect()
}
