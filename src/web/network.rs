//! Training a network on the images of a session, epoch by epoch, and looking back at every epoch.

use super::js::{JsResult, from_js, thrown, to_js};
use super::pretrained::MAX_ROWS;
use super::run::PageMonitor;
use super::session::Session;
use crate::cnn::job::NetworkProblem;
use crate::cnn::{Ansatz, Network, Probes, Training, TrainingSettings};
use crate::engine::pool::WorkerPool;
use crate::error::{Error, Result};
use crate::records::{EpochReport, LayerAnsatzReport, LayerCorrelations, NetworkPlan, NetworkSettings};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// A network in training. It borrows nothing of the session: questions about the run are answered meanwhile.
#[wasm_bindgen]
pub struct NetworkRun {
    training: Training,
    agop_samples: usize,
    epochs: Rc<RefCell<Vec<Ansatz>>>,
}

/// The ansatz after every epoch of a training, the one before training first.
#[wasm_bindgen]
pub struct NetworkEpochs {
    epochs: Rc<RefCell<Vec<Ansatz>>>,
    /// The matrix that was compared last, and its correlation with the NFM of each epoch so far: every epoch asks again.
    compared: RefCell<(Vec<f32>, Vec<f64>)>,
}

#[wasm_bindgen]
impl Session {
    /// Prepares the training of a network on the images of the session.
    pub fn network(&self, settings: JsValue) -> JsResult<NetworkRun> {
        let settings: NetworkSettings = from_js("settings of the network", settings)?;
        self.network_run(&settings).map_err(thrown)
    }
}

impl Session {
    fn network_run(&self, wanted: &NetworkSettings) -> Result<NetworkRun> {
        let none = || Error::invalid("data", "nothing", "a data set to be loaded first");
        let data = self.data.as_ref().ok_or_else(none)?.clone();
        let shape = data.train.images.shape();
        let init = wanted.init.to_string().parse()?;
        let seed = wanted.seed as u64;
        let classes = data.train.classes.len();
        let network =
            Network::vanilla(shape, wanted.layers, wanted.width, wanted.patch, classes, init, seed)?;
        let settings = TrainingSettings {
            epochs: wanted.epochs,
            batch: wanted.batch,
            weight_decay: wanted.weight_decay,
            seed,
            ..TrainingSettings::default()
        };
        let pool = self.pool().map(|pool| Box::new(pool) as Box<dyn WorkerPool<NetworkProblem>>);
        let training = Training::on(pool, network, settings, data)?;
        Ok(NetworkRun { training, agop_samples: wanted.agop_samples, epochs: Rc::default() })
    }
}

#[wasm_bindgen]
impl NetworkRun {
    /// What is trained: `{parameters}`.
    pub fn plan(&self) -> JsResult<JsValue> {
        let parameters = self.training.network().parameters().map(|(_, values)| values.len()).sum();
        to_js(&NetworkPlan { parameters })
    }

    /// The epochs so far, which can be asked about while the next one runs.
    pub fn epochs(&self) -> NetworkEpochs {
        NetworkEpochs { epochs: self.epochs.clone(), compared: RefCell::default() }
    }

    /// Trains for an epoch and takes the ansatz of what came of it; the first call only looks at the untrained network.
    /// `monitor` receives the progress and returns a promise of whether to continue.
    pub async fn advance(&mut self, monitor: js_sys::Function) -> JsResult<JsValue> {
        let report = self.next(&PageMonitor(monitor)).await.map_err(thrown)?;
        to_js(&report)
    }
}

impl NetworkRun {
    async fn next(&mut self, monitor: &PageMonitor) -> Result<EpochReport> {
        // An epoch whose ansatz was cancelled still lacks it.
        if self.epochs.borrow().len() > self.training.epochs().len() {
            self.training.advance(monitor).await?;
        }
        let ansatz = self.training.ansatz(self.agop_samples, Probes::AllLogits, monitor).await?;
        let seed = self.training.settings().seed;
        let baselines = ansatz.baselines(self.epochs.borrow().first().unwrap_or(&ansatz), seed)?;
        let layers = ansatz.layers().iter().zip(baselines);
        let layers = layers
            .map(|(layer, baselines)| LayerCorrelations { correlation: layer.correlation(), baselines });
        let (epoch, last) = (self.training.epochs().len(), self.training.epochs().last());
        let report = EpochReport {
            epoch,
            finished: epoch >= self.training.settings().epochs,
            loss: last.map(|last| last.loss),
            train_accuracy: last.map(|last| last.train_accuracy),
            validation_accuracy: last.and_then(|last| last.validation_accuracy),
            test_accuracy: last.and_then(|last| last.test_accuracy),
            seconds: last.map_or(0.0, |last| last.seconds),
            layers: layers.collect(),
            best: self.training.best().map(|(best, _)| best + 1),
        };
        self.epochs.borrow_mut().push(ansatz);
        Ok(report)
    }
}

#[wasm_bindgen]
impl NetworkEpochs {
    /// NFM and AGOP of a layer after an epoch, with the leading `filters` eigenvectors of each.
    pub fn layer(&self, epoch: usize, layer: usize, filters: usize) -> JsResult<JsValue> {
        to_js(&self.layer_report(epoch, layer, filters).map_err(thrown)?)
    }

    /// For every epoch the Pearson correlation of the NFM of the first layer with `m`, which has the same patches; NaN where it is
    /// not defined.
    pub fn against(&self, m: &[f32]) -> Vec<f64> {
        let of = |ansatz: &Ansatz| ansatz.layers().first().and_then(|layer| layer.nfm_pearson(m));
        let mut compared = self.compared.borrow_mut();
        if compared.0 != m {
            *compared = (m.to_vec(), Vec::new());
        }
        let known = compared.1.len();
        compared.1.extend(self.epochs.borrow()[known..].iter().map(|ansatz| of(ansatz).unwrap_or(f64::NAN)));
        compared.1.clone()
    }
}

impl NetworkEpochs {
    fn layer_report(&self, epoch: usize, layer: usize, filters: usize) -> Result<LayerAnsatzReport> {
        let epochs = self.epochs.borrow();
        let none =
            || Error::invalid("epoch and layer", format!("{epoch}, {layer}"), "those of this training");
        let found = epochs.get(epoch).and_then(|ansatz| ansatz.layers().get(layer)).ok_or_else(none)?;
        Ok(LayerAnsatzReport {
            epoch,
            layer,
            channels: found.channels(),
            patch: found.patch(),
            nfm: found.nfm_view(MAX_ROWS, filters)?.into(),
            agop: found.agop_view(MAX_ROWS, filters).ok().map(Into::into),
        })
    }
}
