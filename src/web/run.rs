//! Loading data, starting and advancing a run, filters and filtered images.

use super::gpu;
use super::js::{JsResult, from_js, thrown, to_js};
use super::session::{Session, not_started};
use crate::data::{Source, framed};
use crate::error::{Error, Result};
use crate::images::{Sizes, Split};
use crate::math::{FeatureMatrix, Monitor, Progress, Stage};
use crate::records::{Accuracy, Counts, DataSpec, DataSummary, Plan, RunSettings, StageReport};
use crate::report::DataOrigin;
use crate::rfm::{ConvRfm, Settings};
use std::sync::Arc;
use std::{future::Future, pin::Pin};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Awaits the page's answer to every report.
pub(super) struct PageMonitor(pub(super) js_sys::Function);

impl Monitor for PageMonitor {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        Box::pin(async move {
            let Ok(progress) = to_js(&progress) else { return false };
            match self.0.call1(&JsValue::NULL, &progress) {
                Ok(answer) => {
                    JsFuture::from(js_sys::Promise::resolve(&answer)).await.is_ok_and(|v| v.is_truthy())
                }
                Err(_) => false,
            }
        })
    }
}

/// A split and what the page shows about it.
struct Drawn {
    split: Split,
    duplicates: usize,
    origin: DataOrigin,
    notes: Vec<String>,
}

#[wasm_bindgen]
impl Session {
    /// Loads a data set; `pack` holds the bytes of the sample pack when the source needs one. The name "opened" draws from the
    /// images that were opened or gathered last. On failure the previous data set stays.
    pub fn load(&mut self, spec: JsValue, pack: Option<Box<[u8]>>) -> JsResult<JsValue> {
        let spec: DataSpec = from_js("data", spec)?;
        let sizes = Sizes { train: spec.train, validation: spec.validation, test: spec.test };
        let drawn = self.draw(&spec, sizes, pack.as_deref()).map_err(thrown)?;
        let split = drawn.split;
        let shape = split.train.images.shape();
        let ranges = [&split.train, &split.validation, &split.test].map(|part| part.images.range());
        let summary = DataSummary {
            name: spec.name.clone(),
            channels: shape.channels,
            height: shape.height,
            width: shape.width,
            classes: split.train.classes.len(),
            class_names: split.train.classes.clone(),
            train: split.train.len(),
            validation: split.validation.len(),
            test: split.test.len(),
            counts_per_class: Counts {
                train: split.train.counts(),
                validation: split.validation.counts(),
                test: split.test.counts(),
            },
            range: ranges.into_iter().fold(ranges[0], |a, b| (a.0.min(b.0), a.1.max(b.1))),
            source: drawn.origin.source.clone(),
            licence: drawn.origin.licence.clone(),
            duplicates: drawn.duplicates,
            notes: drawn.notes,
        };
        (self.data, self.origin) = (Some(split), drawn.origin);
        (self.spec, self.probe) = (Some(spec), None);
        self.replace_run(None);
        to_js(&summary)
    }

    /// Pixels of an image, (channel, row, column).
    pub fn image(&self, split: &str, index: usize) -> JsResult<Vec<f32>> {
        Ok(self.pixels(split, index)?.to_vec())
    }

    /// Class of an image; -1 for the one that the user drew.
    pub fn label(&self, split: &str, index: usize) -> JsResult<i32> {
        Ok(self.class(split, index)?.map_or(-1, |class| class as i32))
    }

    /// Checks the settings and prepares a run.
    pub fn start(&mut self, settings: JsValue) -> JsResult<JsValue> {
        let wanted: RunSettings = from_js("settings", settings)?;
        let settings = Settings {
            patch: wanted.patch,
            depth: wanted.depth,
            ridge: wanted.ridge.to_string().parse().map_err(thrown)?,
            rounds: wanted.rounds,
            agop_samples: wanted.agop_samples.to_string().parse().map_err(thrown)?,
            levels: wanted.levels,
            width: wanted.width,
            relu: wanted.relu,
            pooling: wanted.pooling,
            // The page has one seed, for images and filters.
            seed: self.spec.as_ref().map_or(0, |spec| spec.seed as u64),
            ..Settings::default()
        };
        let engine = Box::new(self.cpu()());
        let mut run = ConvRfm::new(settings, self.data()?.clone(), engine).map_err(thrown)?;
        let plan = run.plan().map_err(thrown)?;
        let plan = Plan { bytes: plan.bytes as f64, seconds: plan.seconds, engine: run.engine().describe() };
        self.replace_run(Some(run));
        to_js(&plan)
    }

    /// Lets the run continue up to `rounds` rounds.
    pub fn extend(&mut self, rounds: usize) -> JsResult<()> {
        self.run_mut()?.extend(rounds).map_err(thrown)
    }

    /// Runs one stage. `monitor` receives the progress and returns a promise of whether to continue.
    pub async fn advance(&mut self, monitor: js_sys::Function) -> JsResult<JsValue> {
        // A stage that fails makes its round start again, with other coefficients.
        self.gradient = None;
        let cpu = self.cpu();
        let run = self.run.as_mut().ok_or_else(not_started)?;
        let finished = self.recovery.advance(run, &PageMonitor(monitor), gpu::reopen, cpu).await;
        let Some(stage) = finished.map_err(thrown)? else {
            return Err(thrown(Error::invalid("run", "finished", "a stage that is left")));
        };
        let level = &run.levels()[stage.level];
        let round = &level.rounds()[stage.round];
        let solved = stage.stage == Stage::Solve;
        let report = StageReport {
            level: stage.level,
            round: stage.round,
            stage: stage.stage,
            seconds: stage.seconds,
            finished: run.finished(),
            scale: round.scale,
            ridge: solved.then_some(round.ridge),
            retries: solved.then_some(round.retries),
            residual: solved.then_some(round.residual),
            accuracy: (stage.stage == Stage::Predict).then_some(Accuracy {
                validation: round.validation_accuracy,
                test: round.test_accuracy,
                validation_error: round.validation_error,
                test_error: round.test_error,
            }),
            best: level.best_round(),
            features: stage.stage == Stage::Agop,
            engine: run.engine().describe(),
            rate: level.kernel_rate().filter(|_| stage.stage == Stage::Kernel),
            notice: self.recovery.take_notice(),
        };
        to_js(&report)
    }

    /// Whether no stage is left.
    pub fn finished(&self) -> bool {
        self.run.as_ref().is_some_and(ConvRfm::finished)
    }

    /// The latest M over its trace, `d x d`.
    pub fn matrix(&self) -> JsResult<Vec<f32>> {
        let m = self.latest_feature_matrix()?.matrix();
        let trace = m.trace();
        Ok(m.iter().map(|v| v / trace).collect())
    }

    /// Eigenvalues of the latest M as shares of its trace, largest first.
    pub fn spectrum(&self) -> JsResult<Vec<f32>> {
        let m = self.latest_feature_matrix()?;
        Ok(leading_shares(m, m.dimension()))
    }

    /// The leading `count` eigenvectors of the latest M in patch order.
    pub fn filters(&self, count: usize) -> JsResult<Vec<f32>> {
        Ok(leading_filters(self.latest_feature_matrix()?, count))
    }

    /// The norm of every patch of an image as the next kernel weighs it, then the absolute response of each of the leading `count`
    /// filters: `(1 + count) x h x w`. Before the first AGOP only the norms of the untransformed patches.
    pub fn filtered(&self, split: &str, index: usize, count: usize) -> JsResult<Vec<f32>> {
        let level = self.first_level()?;
        let (geometry, image) = (level.geometry(), self.pixels(split, index)?);
        let Some(m) = level.latest_feature_matrix() else { return Ok(geometry.patch_norms(image)) };
        let mut maps = m.patch_norms(geometry, image);
        for filter in 0..count.min(m.dimension()) {
            maps.extend(m.response(geometry, image, filter).iter().map(|v| v.abs()));
        }
        Ok(maps)
    }
}

/// The leading `count` eigenvectors in patch order.
pub(super) fn leading_filters(m: &FeatureMatrix, count: usize) -> Vec<f32> {
    (0..count.min(m.dimension())).flat_map(|index| m.filter(index)).collect()
}

/// The `count` largest eigenvalues as shares of the trace.
pub(super) fn leading_shares(m: &FeatureMatrix, count: usize) -> Vec<f32> {
    m.eigenvalue_shares().iter().take(count).map(|&share| share as f32).collect()
}

impl Session {
    fn draw(&self, spec: &DataSpec, sizes: Sizes, pack: Option<&[u8]>) -> Result<Drawn> {
        let seed = spec.seed as u64;
        let mut drawn = if spec.name == "opened" {
            let none = || Error::invalid("data set", "none", "files to be opened first");
            let set = self.opened.as_ref().ok_or_else(none)?;
            let (split, duplicates) = set.split(sizes, seed)?;
            let (source, licence) = (set.provenance.clone(), set.licence.clone());
            let origin = DataOrigin { name: set.name.clone(), source, licence, ..DataOrigin::default() };
            Drawn { split, duplicates, origin, notes: set.notes.clone() }
        } else {
            let source: Source = spec.name.parse()?;
            let (split, duplicates) = source.load(sizes, spec.sigma, seed, pack)?;
            let origin = DataOrigin {
                name: spec.name.clone(),
                source: source.provenance().into(),
                licence: source.licence().into(),
                sigma: source.has_noise_level().then_some(spec.sigma),
                ..DataOrigin::default()
            };
            Drawn { split, duplicates, origin, notes: Vec::new() }
        };
        drawn.origin.seed = seed;
        if spec.frame && spec.name != Source::NoisyMnist.name() {
            drawn.split = framed(&drawn.split, spec.sigma, seed)?;
            (drawn.origin.frame, drawn.origin.sigma) = (true, Some(spec.sigma));
        }
        Ok(drawn)
    }

    fn latest_feature_matrix(&self) -> JsResult<&Arc<FeatureMatrix>> {
        let none =
            || thrown(Error::invalid("features", "none yet", "a round with an AGOP to be finished first"));
        self.first_level()?.latest_feature_matrix().ok_or_else(none)
    }
}
