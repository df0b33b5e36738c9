//! What the machine of a round makes of an image, for the page.

use super::record::Record;
use super::{JsResult, Session, first, from_js, thrown};
use crate::linalg::sort::descending;
use crate::error::Error;
use crate::linalg::Matrix;
use wasm_bindgen::prelude::*;

/// An image under the machine of a round; `output` is the class whose prediction is asked about.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Place {
    pub round: usize,
    pub split: String,
    pub index: usize,
    pub output: usize,
}

/// The gradient field of the place asked about last: a pointer goes from patch to patch of one image.
#[derive(Default)]
pub struct Gradient(Option<(Place, Option<Matrix>)>);

#[wasm_bindgen]
impl Session {
    /// An image through the machine of a round: `{label, pixels, seen, kernel, answer, weights, gradient}`, with `null` for
    /// what the round has not computed yet.
    pub fn inspect(&mut self, place: JsValue) -> JsResult<JsValue> {
        let place: Place = from_js("place", place)?;
        self.check_output(&place)?;
        let (label, pixels) =
            (self.label(&place.split, place.index)?, self.image(&place.split, place.index)?);
        let lengths = self.gradient(&place)?.map(|field| {
            let length = |column: nalgebra::DVectorView<f32>| column.norm();
            field.column_iter().map(length).collect::<Vec<_>>()
        });
        let predictor = self.predictors.at(first(&self.run)?, place.round);
        let predictor = predictor.map_err(thrown)?;
        let row = predictor.row(&pixels).map_err(thrown)?;
        let answer = row.as_ref().and_then(|row| predictor.answer(row));
        let weights = predictor.weights(place.output).map_err(thrown)?;
        let kernel = row.map(|row| {
            let nearest_first = descending(&row.iter().map(|&k| f64::from(k)).collect::<Vec<_>>());
            Record::default().with_floats("values", row.as_slice()).with_indices("order", &nearest_first)
        });
        let record = Record::default()
            .with("label", label)
            .with_floats("seen", predictor.seen(&pixels).map_err(thrown)?.as_slice())
            .with_floats("pixels", pixels.as_slice())
            .with("kernel", kernel.map_or(JsValue::NULL, JsValue::from))
            .with_floats("answer", answer.as_deref())
            .with_floats("weights", weights.as_deref())
            .with_floats("gradient", lengths.as_deref());
        Ok(record.into())
    }

    /// One patch of an image, as it is, as the round sees it and as the answer wants it changed, and the same patch of
    /// training image `train`: `{patch, seen, gradient, nearest}`.
    pub fn patch(&mut self, place: JsValue, position: usize, train: usize) -> JsResult<JsValue> {
        let place: Place = from_js("place", place)?;
        self.check_output(&place)?;
        let (pixels, nearest) = (self.image(&place.split, place.index)?, self.image("train", train)?);
        let predictor = self.predictors.at(first(&self.run)?, place.round);
        let predictor = predictor.map_err(thrown)?;
        let patch = predictor.patch(&pixels, position).map_err(thrown)?;
        let nearest = predictor.patch(&nearest, position).map_err(thrown)?;
        let record = Record::default()
            .with_floats("seen", predictor.seen_patch(&patch).as_slice())
            .with_floats("patch", patch.as_slice())
            .with_floats("nearest", nearest.as_slice());
        let gradient = self.gradient(&place)?.map(|field| field.column(position).as_slice().to_vec());
        Ok(record.with_floats("gradient", gradient.as_deref()).into())
    }
}

impl Session {
    /// The gradient field of a place; none before the round's ridge regression.
    pub(super) fn gradient(&mut self, place: &Place) -> JsResult<Option<&Matrix>> {
        self.check_output(place)?;
        if self.gradient.0.as_ref().is_none_or(|(last, field)| last != place || field.is_none()) {
            let pixels = self.image(&place.split, place.index)?;
            let predictor = self.predictors.at(first(&self.run)?, place.round);
            let field = predictor.and_then(|p| p.gradient(&pixels, place.output)).map_err(thrown)?;
            self.gradient = Gradient(Some((place.clone(), field)));
        }
        Ok(self.gradient.0.as_ref().and_then(|(_, field)| field.as_ref()))
    }

    /// Whether there is such a class, known before any weights are.
    fn check_output(&self, place: &Place) -> JsResult<()> {
        let classes = self.data()?.train.classes.len();
        if place.output < classes {
            return Ok(());
        }
        Err(thrown(Error::invalid("class", place.output, format!("less than {classes}"))))
    }
}
