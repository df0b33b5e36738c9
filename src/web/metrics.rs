//! Confusion matrices and changed images, for the page.

use super::js::{JsResult, thrown, to_js};
use super::session::Session;
use crate::error::Error;
use crate::linalg::Matrix;
use crate::math::metrics::{Changed, Confusion, Spread};
use crate::records::{ChangedReport, ConfusionReport};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Session {
    /// The confusion matrix of a round on the validation or test images.
    pub fn outcomes(&self, round: usize, split: &str) -> JsResult<JsValue> {
        let found = Confusion::new(self.predictions(round, split)?, &self.part(split)?.labels);
        to_js(&ConfusionReport {
            confusion: found.counts.as_slice().into(),
            answers: found.predicted.as_slice().into(),
        })
    }

    /// Images that round `to` classifies correctly and round `from` does not, and the reverse.
    pub fn changed(&self, split: &str, from: usize, to: usize) -> JsResult<JsValue> {
        let labels = &self.part(split)?.labels;
        let found = Changed::new(self.predictions(from, split)?, self.predictions(to, split)?, labels);
        to_js(&ChangedReport { gained: found.gained.as_slice().into(), lost: found.lost.as_slice().into() })
    }

    /// Mean and standard deviation of some values: `{mean, deviation}`.
    pub fn spread(&self, values: Vec<f64>) -> JsResult<JsValue> {
        to_js(&Spread::of(&values).map_err(thrown)?)
    }
}

impl Session {
    /// What a round predicted on a part.
    fn predictions(&self, round: usize, split: &str) -> JsResult<&Matrix> {
        let found = self.first_level()?.rounds().get(round);
        let predictions = match split {
            "validation" => found.and_then(|round| round.validation_predictions.as_ref()),
            "test" => found.and_then(|round| round.test_predictions.as_ref()),
            other => return Err(thrown(Error::invalid("split", other, "validation or test"))),
        };
        let none = || thrown(Error::invalid("round", round, "a round whose predictions are made"));
        predictions.ok_or_else(none)
    }
}
