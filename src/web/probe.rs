//! The one image that the reader draws.

use super::record::Record;
use super::records::DataSpec;
use super::{JsResult, Session, from_js, thrown};
use crate::data::{Drawing, Source, draw};
use crate::error::Error;
use crate::images::Images;
use js_sys::{Array, Float32Array};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_time::Instant;

/// What the page hands over: a digit's strokes as x, y, x, y, ... and its pen, or a star's place. Not an enum with a tag:
/// reading one would take typed arrays for objects.
#[derive(Deserialize)]
struct Drawn {
    way: String,
    #[serde(default)]
    strokes: Vec<Vec<f32>>,
    #[serde(default)]
    pen: f32,
    #[serde(default)]
    row: usize,
    #[serde(default)]
    column: usize,
}

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
        self.gradient = super::inspect::Gradient::default();
        let answers = Array::new();
        if let Some(run) = self.run.as_ref().and_then(|run| run.level(0)) {
            for round in 0..run.rounds().len() {
                let predictor = self.predictors.at(run, round).map_err(thrown)?;
                let row = predictor.row(&pixels).map_err(thrown)?;
                if let Some(answer) = row.and_then(|row| predictor.answer(&row)) {
                    answers.push(&Float32Array::from(answer.as_slice()));
                }
            }
        }
        let record = Record::default()
            .with_floats("pixels", pixels.as_slice())
            .with("answers", answers)
            .with("seconds", begin.elapsed().as_secs_f64());
        Ok(record.into())
    }
}

impl Session {
    fn spec(&self) -> crate::error::Result<&DataSpec> {
        self.spec.as_ref().ok_or_else(|| Error::invalid("data", "nothing", "a data set to be loaded first"))
    }
}

/// Strokes with their coordinates in pairs.
fn drawing_of(drawn: Drawn) -> crate::error::Result<Drawing> {
    match drawn.way.as_str() {
        "star" => return Ok(Drawing::Star { row: drawn.row, column: drawn.column }),
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
    Ok(Drawing::Digit { strokes, pen: drawn.pen })
}

fn draw_in(spec: &DataSpec, drawing: &Drawing) -> crate::error::Result<Images> {
    if spec.name == "opened" {
        return Err(Error::invalid("data set", "images of your own", "mnist, noisy-mnist or star"));
    }
    let source: Source = spec.name.parse()?;
    draw(source, drawing, spec.frame, spec.sigma, spec.seed as u64)
}
