//! The arithmetic of one number, for the page.

use super::js::{JsResult, from_js, thrown, to_js};
use super::session::{Session, first_level};
use crate::error::Error;
use crate::records::Place;
use crate::report::explain;
use crate::rfm::Level;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Session {
    /// `K(x, train) / s` of training image `train`, with the layers' values at a position.
    #[wasm_bindgen(js_name = explainKernel)]
    pub fn explain_kernel(&mut self, place: JsValue, train: usize, position: usize) -> JsResult<JsValue> {
        let place: Place = from_js("place", place)?;
        let pixels = self.image(&place.split, place.index)?;
        let predictor = self.predictors.get(first_level(&self.run)?, place.round);
        let explained = predictor.and_then(|p| explain::kernel(p, &pixels, train, position));
        to_js(&explained.map_err(thrown)?)
    }

    /// f of the place's output as a sum over the training images.
    #[wasm_bindgen(js_name = explainAnswer)]
    pub fn explain_answer(&mut self, place: JsValue) -> JsResult<JsValue> {
        let place: Place = from_js("place", place)?;
        let pixels = self.image(&place.split, place.index)?;
        let predictor = self.predictors.get(first_level(&self.run)?, place.round);
        to_js(&predictor.and_then(|p| explain::answer(p, &pixels, place.output)).map_err(thrown)?)
    }

    /// The squared length of the gradient at a position, as a sum over the patch's entries.
    #[wasm_bindgen(js_name = explainGradient)]
    pub fn explain_gradient(&mut self, place: JsValue, position: usize) -> JsResult<JsValue> {
        let place: Place = from_js("place", place)?;
        let field = self.gradient(&place)?.ok_or_else(|| {
            thrown(Error::invalid("round", place.round, "a round whose weights are solved for"))
        })?;
        if position >= field.ncols() {
            let expected = format!("less than {}", field.ncols());
            return Err(thrown(Error::invalid("position", position, expected)));
        }
        to_js(&explain::gradient(field.column(position).as_slice()))
    }

    /// The squared length of a transformed patch, as a sum over the eigenvectors of M.
    #[wasm_bindgen(js_name = explainSeen)]
    pub fn explain_seen(&mut self, place: JsValue, position: usize) -> JsResult<JsValue> {
        let place: Place = from_js("place", place)?;
        let pixels = self.image(&place.split, place.index)?;
        let predictor = self.predictors.get(first_level(&self.run)?, place.round);
        let predictor = predictor.map_err(thrown)?;
        to_js(&explain::seen(predictor, &predictor.patch(&pixels, position).map_err(thrown)?))
    }

    /// Images that the M of `round` was averaged over; the round before made it.
    #[wasm_bindgen(js_name = sampleImages)]
    pub fn sample_images(&self, round: usize) -> JsResult<usize> {
        let run = self.first_level()?;
        agop(run, round).map_err(thrown)?;
        Ok(run.settings().agop_samples.count(run.train().count()))
    }

    /// What sample image `index` adds to an entry of the M of `round`: the work of its AGOP.
    #[wasm_bindgen(js_name = outerProduct)]
    pub fn outer_product(&mut self, round: usize, row: usize, column: usize, index: usize) -> JsResult<f64> {
        let pixels = self.image("train", index)?;
        let run = first_level(&self.run)?;
        agop(run, round).map_err(thrown)?;
        let predictor = self.predictors.get(run, round - 1).map_err(thrown)?;
        let found = predictor.outer_product(&pixels, row, column).map_err(thrown)?;
        found.ok_or_else(|| thrown(no_m(round)))
    }

    /// An entry of the M of `round` from what every sample image adds to it, in their order.
    #[wasm_bindgen(js_name = explainMatrix)]
    pub fn explain_matrix(
        &self,
        round: usize,
        row: usize,
        column: usize,
        outer_products: &[f64],
    ) -> JsResult<JsValue> {
        let m = agop(self.first_level()?, round).map_err(thrown)?;
        to_js(&explain::matrix(m, row, column, outer_products))
    }
}

/// The M whose root is the patch transform of `round`.
fn agop(run: &Level, round: usize) -> crate::error::Result<&crate::linalg::Matrix> {
    let before = round.checked_sub(1).and_then(|before| run.rounds().get(before));
    before.and_then(|round| round.agop.as_ref()).map(|m| m.matrix()).ok_or_else(|| no_m(round))
}

fn no_m(round: usize) -> Error {
    Error::invalid("round", round, "a round that has an M")
}
