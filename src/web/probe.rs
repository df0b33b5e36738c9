//! The one image that the user draws.

use super::js::{JsResult, from_js, thrown, to_js};
use super::session::{Session, first_level};
use crate::data::{self, Source, draw};
use crate::error::Error;
use crate::images::Images;
use crate::records::{DataSpec, Drawing, ProbeReport};
use wasm_bindgen::prelude::*;
use web_time::Instant;

#[wasm_bindgen]
impl Session {
    /// Makes a drawing an image of the data set, which is image 0 of the split "probe" from then on, and has every round
    /// answer that has its weights: `{pixels, answers, seconds}`.
    pub fn probe(&mut self, drawing: JsValue) -> JsResult<JsValue> {
        let begin = Instant::now();
        let drawing = drawing_of(from_js("drawing", drawing)?).map_err(thrown)?;
        let image = self.spec().and_then(|spec| draw_in(spec, &drawing)).map_err(thrown)?;
        let pixels = image.image(0).to_vec();
        self.probe = Some(image);
        self.gradient = None;
        let mut answers = Vec::new();
        if let Some(level) = self.run.as_ref().map(|run| &run.levels()[0]) {
            for round in 0..level.rounds().len() {
                let predictor = self.predictors.get(level, round).map_err(thrown)?;
                let row = predictor.kernel_row(&pixels).map_err(thrown)?;
                if let Some(answer) = row.and_then(|row| predictor.predict(&row)) {
                    answers.push(answer.into());
                }
            }
        }
        let seconds = begin.elapsed().as_secs_f64();
        to_js(&ProbeReport { pixels: pixels.into(), answers, seconds })
    }

    /// What a round of the first level predicts for any images, (image, channel, row, column): a value per class and image.
    pub fn predict(&mut self, round: usize, pixels: Vec<f32>) -> JsResult<Vec<f32>> {
        let level = first_level(&self.run)?;
        let images = Images::new(level.geometry().shape(), pixels).map_err(thrown)?;
        let predictor = self.predictors.get(level, round).map_err(thrown)?;
        let mut predictions = Vec::new();
        for index in 0..images.count() {
            let row = predictor.kernel_row(images.image(index)).map_err(thrown)?;
            let none = || thrown(Error::invalid("round", round, "a round whose ridge regression is done"));
            predictions.extend(row.and_then(|row| predictor.predict(&row)).ok_or_else(none)?);
        }
        Ok(predictions)
    }
}

impl Session {
    fn spec(&self) -> crate::error::Result<&DataSpec> {
        self.spec.as_ref().ok_or_else(|| Error::invalid("data", "nothing", "a data set to be loaded first"))
    }
}

/// Strokes with their coordinates in pairs.
fn drawing_of(drawn: Drawing) -> crate::error::Result<data::Drawing> {
    match drawn.way.as_str() {
        "star" => return Ok(data::Drawing::Star { row: drawn.row, column: drawn.column }),
        "digit" => {}
        other => return Err(Error::invalid("way of the drawing", other, "digit or star")),
    }
    let mut strokes = Vec::with_capacity(drawn.strokes.len());
    for stroke in drawn.strokes {
        let (points, rest) = stroke.as_chunks::<2>();
        if !rest.is_empty() {
            let found = format!("{} coordinates", stroke.len());
            return Err(Error::invalid("stroke of the drawing", found, "an even number, x and y"));
        }
        strokes.push(points.to_vec());
    }
    Ok(data::Drawing::Digit { strokes, pen: drawn.pen })
}

fn draw_in(spec: &DataSpec, drawing: &data::Drawing) -> crate::error::Result<Images> {
    if spec.name == "opened" {
        return Err(Error::invalid("data set", "images of your own", "mnist, noisy-mnist or star"));
    }
    let source: Source = spec.name.parse()?;
    draw(source, drawing, spec.frame, spec.sigma, spec.seed as u64)
}
