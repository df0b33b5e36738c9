//! The state of the page's computing side.

use super::js::{JsResult, thrown};
use super::pool::{Connection, PagePool, Workers};
use crate::data::{Collection, Gatherer, Pictures};
use crate::engine::Cpu;
use crate::error::Error;
use crate::images::{Dataset, Images, Split};
use crate::linalg::Matrix;
use crate::records::{DataSpec, GatherSpec, PROBE, Place};
use crate::report::DataOrigin;
use crate::rfm::{ConvRfm, Level, Predictors, Recovery};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// A data set and a run on it.
#[wasm_bindgen]
#[derive(Default)]
pub struct Session {
    pub(super) data: Option<Split>,
    /// Which data set `data` is.
    pub(super) spec: Option<DataSpec>,
    /// The same for result files.
    pub(super) origin: DataOrigin,
    /// The image that the user drew.
    pub(super) probe: Option<Images>,
    /// The set that `load` draws from under the name "opened".
    pub(super) opened: Option<Rc<Collection>>,
    /// Encoded pictures that were opened.
    pub(super) pictures: Option<Pictures>,
    pub(super) gathering: Option<Gathering>,
    pub(super) run: Option<ConvRfm>,
    pub(super) recovery: Recovery,
    /// Recently used predictors of `run`.
    pub(super) predictors: Predictors,
    /// The gradient field that was asked for last: a pointer moves from patch to patch of one image.
    pub(super) gradient: Option<(Place, Option<Matrix>)>,
    workers: Option<Rc<Connection>>,
}

/// A set of decoded pictures that is being gathered.
pub(super) struct Gathering {
    pub gatherer: Gatherer,
    pub spec: GatherSpec,
    /// Whether pictures of the opened files were asked for since it began: then their notes belong to this set.
    pub of_files: bool,
}

/// Prints a panic as a readable message on the console before the worker ends.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

#[wasm_bindgen]
impl Session {
    /// An empty session.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Session {
        Session::default()
    }

    /// A session without data or run that shares the workers and the opened set: the next run is prepared in one while the results
    /// of the last stay.
    pub fn sibling(&self) -> Session {
        Session { opened: self.opened.clone(), workers: self.workers.clone(), ..Session::default() }
    }

    /// Lets CPU engines that start from now on share their jobs among these workers.
    #[wasm_bindgen(js_name = useWorkers)]
    pub fn use_workers(&mut self, workers: &Workers) {
        self.workers = Some(workers.0.clone());
    }
}

impl Session {
    /// The workers as a pool of their own.
    pub(super) fn pool(&self) -> Option<PagePool> {
        self.workers.clone().map(PagePool)
    }

    /// Makes CPU engines that use the workers.
    pub(super) fn cpu(&self) -> impl Fn() -> Cpu + use<> {
        let pool = self.pool();
        move || pool.clone().map_or_else(Cpu::default, |pool| Cpu::with_pool(Box::new(pool)))
    }

    /// Replaces the run and all that was derived from it.
    pub(super) fn replace_run(&mut self, run: Option<ConvRfm>) {
        self.run = run;
        self.recovery = Recovery::default();
        self.predictors = Predictors::default();
        self.gradient = None;
    }

    pub(super) fn data(&self) -> JsResult<&Split> {
        let none = || thrown(Error::invalid("data", "nothing", "a data set to be loaded first"));
        self.data.as_ref().ok_or_else(none)
    }

    pub(super) fn part(&self, split: &str) -> JsResult<&Dataset> {
        self.data()?.part(split).map_err(thrown)
    }

    pub(super) fn pixels(&self, split: &str, index: usize) -> JsResult<&[f32]> {
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

    /// The class of an image; none of the one that the user drew.
    pub(super) fn class(&self, split: &str, index: usize) -> JsResult<Option<usize>> {
        self.pixels(split, index)?;
        if split == PROBE { Ok(None) } else { Ok(Some(self.part(split)?.labels[index])) }
    }

    pub(super) fn run(&self) -> JsResult<&ConvRfm> {
        self.run.as_ref().ok_or_else(not_started)
    }

    pub(super) fn run_mut(&mut self) -> JsResult<&mut ConvRfm> {
        self.run.as_mut().ok_or_else(not_started)
    }

    pub(super) fn first_level(&self) -> JsResult<&Level> {
        first_level(&self.run)
    }
}

/// The first level of a run, borrowing no more of the session than the run.
pub(super) fn first_level(run: &Option<ConvRfm>) -> JsResult<&Level> {
    run.as_ref().map(|run| &run.levels()[0]).ok_or_else(not_started)
}

pub(super) fn not_started() -> JsValue {
    thrown(Error::invalid("run", "none", "a run to be started first"))
}
