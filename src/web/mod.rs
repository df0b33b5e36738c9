//! The page's view of the crate: the only room that knows JavaScript.
//!
//! One [`Session`] lives in a Worker. Large arrays cross as typed arrays, small records as plain objects.

mod blob;
mod data;
mod deeper;
mod explain;
mod gpu;
mod inspect;
mod outcome;
mod pool;
mod probe;
mod record;
mod records;
mod results;

use crate::images::Sizes;
use crate::data::{Source, framed};
use crate::engine::Cpu;
use crate::rfm::Predictors;
use crate::math::{Monitor, Progress};
use crate::images::Split;
use crate::math::Stage;
use crate::rfm::{AgopSamples, Settings};
use crate::error::Error;
use crate::images::{Dataset, Images};
use crate::math::FeatureMatrix;
use crate::rfm;
use crate::rfm::{ConvRfm, Level, Recovery};
use records::{Counts, DataSpec, DataSummary, Plan, RunSettings, StageReport};
use std::{future::Future, pin::Pin};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Turns a panic into a readable message on the console before the Worker dies.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// A data set and a run on it.
#[wasm_bindgen]
#[derive(Default)]
pub struct Session {
    data: Option<Split>,
    /// What `data` is.
    spec: Option<DataSpec>,
    /// What the reader drew, in the place of an image of `data`.
    probe: Option<Images>,
    own: data::Own,
    run: Option<ConvRfm>,
    recovery: Recovery,
    /// Of `run`.
    predictors: Predictors,
    /// Of `run` as it was when it was asked.
    gradient: inspect::Gradient,
}

/// The split whose one image the reader drew.
const PROBE: &str = "probe";

type JsResult<T> = Result<T, JsValue>;

/// An `Error` object with our sentence; its name is `Cancelled` when the user stopped the run.
fn thrown(error: Error) -> JsValue {
    let object = js_sys::Error::new(&error.to_string());
    object.set_name(if error == Error::Cancelled { "Cancelled" } else { "ConvrfmError" });
    object.into()
}

fn to_js<T: serde::Serialize>(value: &T) -> JsResult<JsValue> {
    serde_wasm_bindgen::to_value(value).map_err(|e| js_sys::Error::new(&e.to_string()).into())
}

fn from_js<T: serde::de::DeserializeOwned>(field: &str, value: JsValue) -> JsResult<T> {
    serde_wasm_bindgen::from_value(value).map_err(|e| thrown(Error::invalid(field, e, "a complete record")))
}

/// Awaits the page's answer to every report.
struct Page(js_sys::Function);

impl Monitor for Page {
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

#[wasm_bindgen]
impl Session {
    /// An empty session.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Session {
        Session::default()
    }

    /// Makes or reads a data set; `pack` holds the bytes of the sample pack where the source needs one. The name "opened"
    /// draws from what was opened or gathered last. On failure the previous data set stays.
    pub fn load(&mut self, spec: JsValue, pack: Option<Box<[u8]>>) -> JsResult<JsValue> {
        let spec: DataSpec = from_js("data", spec)?;
        let sizes = Sizes { train: spec.train, validation: spec.validation, test: spec.test };
        let drawn = self.draw(&spec, sizes, pack.as_deref()).map_err(thrown)?;
        let split = drawn.split;
        let shape = split.train.images.shape();
        let ranges = [&split.train, &split.validation, &split.test].map(|d| d.images.range());
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
            source: drawn.source,
            licence: drawn.licence,
            duplicates: drawn.duplicates,
            notes: drawn.notes,
        };
        self.data = Some(split);
        (self.spec, self.probe) = (Some(spec), None);
        self.replace_run(None);
        to_js(&summary)
    }

    /// Pixels of an image, (channel, row, column).
    pub fn image(&self, split: &str, index: usize) -> JsResult<Vec<f32>> {
        Ok(self.pixels(split, index)?.to_vec())
    }

    /// Class of an image; -1 of the one that was drawn, which has none.
    pub fn label(&self, split: &str, index: usize) -> JsResult<i32> {
        self.pixels(split, index)?;
        Ok(if split == PROBE { -1 } else { self.part(split)?.labels[index] as i32 })
    }

    /// Checks the settings and puts a run at its beginning.
    pub fn start(&mut self, settings: JsValue) -> JsResult<JsValue> {
        let wanted: RunSettings = from_js("settings", settings)?;
        let data = self.data()?;
        let settings = Settings {
            patch: wanted.patch,
            depth: wanted.depth,
            ridge: wanted.ridge.to_string().parse().map_err(thrown)?,
            rounds: wanted.rounds,
            agop_samples: wanted.agop_samples.to_string().parse::<AgopSamples>().map_err(thrown)?,
        };
        let settings = deep::Settings {
            levels: wanted.levels,
            width: wanted.width,
            relu: wanted.relu,
            // The seed of the images: what the page calls the run's.
            seed: self.spec.as_ref().map_or(0, |spec| spec.seed as u64),
            ..deep::Settings::one_level(settings)
        };
        let mut run = ConvRfm::new(settings, data.clone(), Box::new(Cpu::default())).map_err(thrown)?;
        let plan = run.plan().map_err(thrown)?;
        let plan = Plan { bytes: plan.bytes as f64, seconds: plan.seconds, engine: run.engine().describe() };
        self.replace_run(Some(run));
        to_js(&plan)
    }

    /// Runs one stage. `beat` receives the progress and returns a promise of whether to go on.
    pub async fn advance(&mut self, beat: js_sys::Function) -> JsResult<JsValue> {
        let run = self.run.as_mut().ok_or_else(not_started)?;
        // A stage that fails takes its round's weights with it.
        self.gradient = inspect::Gradient::default();
        let finished = self.recovery.advance(run, &Page(beat), gpu::reopen).await.map_err(thrown)?;
        let Some(stage) = finished else {
            return Err(thrown(Error::invalid("run", "finished", "a stage that is left")));
        };
        let level = &run.levels()[stage.level];
        let round = &level.rounds()[stage.round];
        let report = StageReport {
            level: stage.level,
            round: stage.round,
            stage: stage.stage,
            seconds: stage.seconds,
            finished: run.finished(),
            scale: round.scale,
            ridge: (stage.stage == Stage::Solve).then_some(round.ridge),
            retries: (stage.stage == Stage::Solve).then_some(round.retries),
            residual: (stage.stage == Stage::Solve).then_some(round.residual),
            accuracy: (stage.stage == Stage::Predict).then_some(records::Accuracy {
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

    /// The latest feature matrix over its trace, `d x d`.
    pub fn matrix(&self) -> JsResult<Vec<f32>> {
        Ok(self.features()?.matrix().as_slice().to_vec())
    }

    /// Eigenvalues as shares of the trace, largest first.
    pub fn spectrum(&self) -> JsResult<Vec<f32>> {
        Ok(self.features()?.spectrum())
    }

    /// The leading `count` eigenvectors in patch order.
    pub fn filters(&self, count: usize) -> JsResult<Vec<f32>> {
        let features = self.features()?;
        Ok((0..count.min(features.len())).flat_map(|i| features.filter(i)).collect())
    }

    /// An image as the next kernel weighs it (before the first AGOP: the fixed kernel), then through each of the leading
    /// `count` filters: `(1 + count) x h x w`; without filters in the fixed kernel's case, which has none.
    pub fn filtered(&self, split: &str, index: usize, count: usize) -> JsResult<Vec<f32>> {
        let run = self.run()?;
        let (geometry, image) = (run.geometry(), self.pixels(split, index)?);
        let Some(features) = run.features() else {
            // The fixed kernel: M is the identity, and no direction is a feature.
            return Ok(geometry.lengths(image));
        };
        let mut maps = features.strength(geometry, image);
        for i in 0..count.min(features.len()) {
            maps.extend(features.response(geometry, image, i).iter().map(|v| v.abs()));
        }
        Ok(maps)
    }
}

/// A split, and what there is to say about it.
struct Drawn {
    split: Split,
    duplicates: usize,
    source: String,
    licence: String,
    notes: Vec<String>,
}

impl Session {
    fn draw(&self, spec: &DataSpec, sizes: Sizes, pack: Option<&[u8]>) -> crate::error::Result<Drawn> {
        let seed = spec.seed as u64;
        let mut drawn = if spec.name == "opened" {
            let none = || Error::invalid("data set", "none", "files to be opened first");
            let set = self.own.set.as_ref().ok_or_else(none)?;
            let (split, duplicates) = set.split(sizes, seed)?;
            let (source, licence) = (set.provenance.clone(), set.licence.clone());
            Drawn { split, duplicates, source, licence, notes: set.notes.clone() }
        } else {
            let source: Source = spec.name.parse()?;
            let (split, duplicates) = source.load(sizes, spec.sigma, seed, pack)?;
            let (provenance, licence) = (source.provenance().into(), source.licence().into());
            Drawn { split, duplicates, source: provenance, licence, notes: Vec::new() }
        };
        if spec.frame && spec.name != Source::NoisyMnist.name() {
            drawn.split = framed(&drawn.split, spec.sigma, seed)?;
        }
        Ok(drawn)
    }

    /// Forgets the run there was, and all that was known of its rounds.
    fn replace_run(&mut self, run: Option<ConvRfm>) {
        self.run = run;
        self.recovery = Recovery::default();
        self.predictors = Predictors::default();
        self.gradient = inspect::Gradient::default();
    }

    fn data(&self) -> JsResult<&Split> {
        let none = || thrown(Error::invalid("data", "nothing", "a data set to be loaded first"));
        self.data.as_ref().ok_or_else(none)
    }

    fn part(&self, split: &str) -> JsResult<&Dataset> {
        let data = self.data()?;
        match split {
            "train" => Ok(&data.train),
            "validation" => Ok(&data.validation),
            "test" => Ok(&data.test),
            other => Err(thrown(Error::invalid("split", other, "train, validation or test"))),
        }
    }

    fn pixels(&self, split: &str, index: usize) -> JsResult<&[f32]> {
        let images = match split {
            PROBE => self.probe.as_ref().ok_or_else(|| {
                thrown(Error::invalid("image", "nothing drawn", "a drawing to be made first"))
            })?,
            _ => &self.part(split)?.images,
        };
        if index < images.count() {
            Ok(images.image(index))
        } else {
            Err(thrown(Error::invalid("image", index, format!("less than {}", images.count()))))
        }
    }

    /// What is asked about unless a level is named: the first one.
    fn run(&self) -> JsResult<&Level> {
        first(&self.run)
    }

    fn deep(&self) -> JsResult<&ConvRfm> {
        self.run.as_ref().ok_or_else(not_started)
    }

    fn run_mut(&mut self) -> JsResult<&mut ConvRfm> {
        self.run.as_mut().ok_or_else(not_started)
    }

    fn features(&self) -> JsResult<&FeatureMatrix> {
        let none =
            || thrown(Error::invalid("features", "none yet", "a round with an AGOP to be finished first"));
        self.run()?.features().ok_or_else(none)
    }
}

/// The first level of a run: borrows no more of the session than that.
fn first(run: &Option<ConvRfm>) -> JsResult<&Level> {
    run.as_ref().and_then(|run| run.level(0)).ok_or_else(not_started)
}

fn not_started() -> JsValue {
    thrown(Error::invalid("run", "none", "a run to be started first"))
}
