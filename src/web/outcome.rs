//! How a round did on a part, for the page.

use super::record::Record;
use super::{JsResult, Session, thrown, to_js};
use crate::math::metrics::{Changed, Outcomes, Spread};
use crate::error::Error;
use crate::linalg::Matrix;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Session {
    /// Who was taken for what by a round on a part: `{confusion, answers}`.
    pub fn outcomes(&self, round: usize, split: &str) -> JsResult<JsValue> {
        let found = Outcomes::new(self.predictions(round, split)?, &self.part(split)?.labels);
        let record = Record::default()
            .with_indices("confusion", &found.confusion)
            .with_indices("answers", &found.answers);
        Ok(record.into())
    }

    /// Images of a part answered otherwise by round `to` than by round `from`: `{gained, lost}`.
    pub fn changed(&self, split: &str, from: usize, to: usize) -> JsResult<JsValue> {
        let labels = &self.part(split)?.labels;
        let found = Changed::new(self.predictions(from, split)?, self.predictions(to, split)?, labels);
        let record =
            Record::default().with_indices("gained", &found.gained).with_indices("lost", &found.lost);
        Ok(record.into())
    }

    /// Mean and standard deviation of some values: `{mean, deviation}`.
    pub fn spread(&self, values: Vec<f64>) -> JsResult<JsValue> {
        to_js(&Spread::of(&values).map_err(thrown)?)
    }
}

impl Session {
    /// What a round predicted on a part.
    fn predictions(&self, round: usize, split: &str) -> JsResult<&Matrix> {
        let found = self.run()?.rounds().get(round);
        let predictions = match split {
            "validation" => found.and_then(|round| round.validation.as_ref()),
            "test" => found.and_then(|round| round.test.as_ref()),
            other => return Err(thrown(Error::invalid("split", other, "validation or test"))),
        };
        let none = || thrown(Error::invalid("round", round, "a round whose predictions are made"));
        predictions.ok_or_else(none)
    }
}
