//! One image in one round, for the page.

use super::js::{JsResult, from_js, thrown, to_js};
use super::session::{Session, first_level};
use crate::error::Error;
use crate::linalg::Matrix;
use crate::linalg::sort::descending;
use crate::records::{Inspection, KernelRow, PatchInspection, Place};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Session {
    /// An image in a round.
    pub fn inspect(&mut self, place: JsValue) -> JsResult<JsValue> {
        let place: Place = from_js("place", place)?;
        self.check_output(&place)?;
        let (label, pixels) =
            (self.label(&place.split, place.index)?, self.image(&place.split, place.index)?);
        let lengths = self.gradient(&place)?.map(|field| {
            let length = |column: nalgebra::DVectorView<f32>| column.norm();
            field.column_iter().map(length).collect::<Vec<_>>()
        });
        let predictor = self.predictors.get(first_level(&self.run)?, place.round);
        let predictor = predictor.map_err(thrown)?;
        let row = predictor.kernel_row(&pixels).map_err(thrown)?;
        let answer = row.as_ref().and_then(|row| predictor.predict(row));
        let weights = predictor.alpha(place.output).map_err(thrown)?;
        let similarity = predictor.similarity(&pixels).map_err(thrown)?;
        let kernel = row.zip(similarity).map(|(row, similarity)| {
            let order = descending(&similarity.iter().map(|&k| f64::from(k)).collect::<Vec<_>>());
            KernelRow { values: row.into(), similarity: similarity.into(), order: order.as_slice().into() }
        });
        to_js(&Inspection {
            label,
            seen: predictor.filtered_image(&pixels).map_err(thrown)?.into(),
            pixels: pixels.into(),
            kernel,
            answer: answer.map(Into::into),
            weights: weights.map(Into::into),
            gradient: lengths.map(Into::into),
        })
    }

    /// One patch of an image, and the same patch of training image `train`.
    pub fn patch(&mut self, place: JsValue, position: usize, train: usize) -> JsResult<JsValue> {
        let place: Place = from_js("place", place)?;
        self.check_output(&place)?;
        let (pixels, nearest) = (self.image(&place.split, place.index)?, self.image("train", train)?);
        let predictor = self.predictors.get(first_level(&self.run)?, place.round);
        let predictor = predictor.map_err(thrown)?;
        let patch = predictor.patch(&pixels, position).map_err(thrown)?;
        let nearest = predictor.patch(&nearest, position).map_err(thrown)?;
        let seen = predictor.transform_patch(&patch);
        let gradient = self.gradient(&place)?.map(|field| field.column(position).as_slice().to_vec());
        to_js(&PatchInspection {
            seen: seen.into(),
            patch: patch.into(),
            nearest: nearest.into(),
            gradient: gradient.map(Into::into),
        })
    }
}

impl Session {
    /// The gradient field of a place; none before the round's ridge regression.
    pub(super) fn gradient(&mut self, place: &Place) -> JsResult<Option<&Matrix>> {
        self.check_output(place)?;
        if self.gradient.as_ref().is_none_or(|(last, field)| last != place || field.is_none()) {
            let pixels = self.image(&place.split, place.index)?;
            let predictor = self.predictors.get(first_level(&self.run)?, place.round);
            let field = predictor.and_then(|p| p.gradient(&pixels, place.output)).map_err(thrown)?;
            self.gradient = Some((place.clone(), field));
        }
        Ok(self.gradient.as_ref().and_then(|(_, field)| field.as_ref()))
    }

    /// Whether there is such a class; known before any coefficients are.
    fn check_output(&self, place: &Place) -> JsResult<()> {
        let classes = self.data()?.train.classes.len();
        if place.output < classes {
            return Ok(());
        }
        Err(thrown(Error::invalid("class", place.output, format!("less than {classes}"))))
    }
}
