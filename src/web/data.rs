//! The user's own images: opened files, sets gathered from decoded pictures, and a summary of them.

use super::blob::BlobReader;
use super::js::{JsResult, from_js, thrown, to_js};
use super::session::{Gathering, Session};
use crate::data::{Collection, Content, Gatherer, Input, LabelledImages, Part, Picture, Pixels, read};
use crate::error::Error;
use crate::images::Shape;
use crate::records::{About, GatherSpec, Opened, PartCounts, PictureEntry, PicturesFound};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Session {
    /// Reads files: an array of `{path, file}`. Returns `{kind: "collection", about}`, or
    /// `{kind: "pictures", pictures, classes, suggestedSide,
    /// suggestedColour}`. On failure what was opened before stays.
    pub fn open(&mut self, entries: js_sys::Array) -> JsResult<JsValue> {
        let inputs = entries.iter().map(|entry| input(&entry)).collect::<JsResult<Vec<_>>>()?;
        match read(inputs).map_err(thrown)? {
            Content::Collection(set) => {
                let opened = to_js(&Opened::Collection { about: about(&set) })?;
                (self.opened, self.pictures, self.gathering) = (Some(Rc::new(*set)), None, None);
                Ok(opened)
            }
            Content::Pictures(mut pictures) => {
                let (suggested_side, suggested_colour) = pictures.suggestion();
                let found = Opened::Pictures(PicturesFound {
                    pictures: pictures.entries().iter().map(entry).collect(),
                    classes: pictures.classes(),
                    suggested_side,
                    suggested_colour,
                });
                let opened = to_js(&found)?;
                self.pictures = Some(*pictures);
                self.gathering = None;
                Ok(opened)
            }
        }
    }

    /// Takes images from memory, `pixels` as (image, channel, row, column) and a class for each. On failure what was opened before stays.
    #[wasm_bindgen(js_name = openArrays)]
    pub fn open_arrays(
        &mut self,
        pixels: Vec<f32>,
        labels: Vec<u16>,
        channels: usize,
        height: usize,
        width: usize,
        classes: Vec<String>,
    ) -> JsResult<JsValue> {
        let shape = Shape { channels, height, width };
        let images = LabelledImages::new(shape, Pixels::Floats(pixels), labels).map_err(thrown)?;
        let set = Collection::new(images, None, classes, "images".into()).map_err(thrown)?;
        let opened = to_js(&about(&set))?;
        (self.opened, self.pictures, self.gathering) = (Some(Rc::new(set)), None, None);
        Ok(opened)
    }

    /// Encoded bytes of one of the pictures that were opened.
    #[wasm_bindgen(js_name = pictureBytes)]
    pub fn picture_bytes(&mut self, index: usize) -> JsResult<Vec<u8>> {
        let none = || thrown(Error::invalid("pictures", "none", "pictures to be opened first"));
        if let Some(gathering) = &mut self.gathering {
            gathering.of_files = true;
        }
        self.pictures.as_mut().ok_or_else(none)?.bytes(index).map_err(thrown)
    }

    /// Begins a set of decoded pictures: `{classes, side, colour, name, source, licence}`.
    pub fn gather(&mut self, spec: JsValue) -> JsResult<()> {
        let spec: GatherSpec = from_js("pictures", spec)?;
        let gatherer = Gatherer::new(spec.classes.clone(), spec.side, spec.colour).map_err(thrown)?;
        self.gathering = Some(Gathering { gatherer, spec, of_files: false });
        Ok(())
    }

    /// Adds a decoded picture, four bytes a pixel, to the set that was begun; `split` is "train" or "test".
    pub fn picture(
        &mut self,
        label: usize,
        split: &str,
        width: usize,
        height: usize,
        rgba: &[u8],
    ) -> JsResult<()> {
        let part = match split {
            "train" => Part::Train,
            "test" => Part::Test,
            other => return Err(thrown(Error::invalid("split", other, "train or test"))),
        };
        let gathering = self.gathering.as_mut().ok_or_else(not_gathering)?;
        gathering.gatherer.add(label, part, width, height, rgba).map_err(thrown)
    }

    /// Closes the set that was begun and makes it the opened one. On failure what was opened before stays.
    pub fn gathered(&mut self) -> JsResult<JsValue> {
        let Gathering { gatherer, spec, of_files } = self.gathering.take().ok_or_else(not_gathering)?;
        let mut set = gatherer.finish(spec.name).map_err(thrown)?;
        set.provenance = spec.source;
        set.licence = spec.licence;
        if let Some(pictures) = self.pictures.as_ref().filter(|_| of_files) {
            set.notes.extend(pictures.notes());
        }
        let summary = to_js(&about(&set))?;
        self.opened = Some(Rc::new(set));
        Ok(summary)
    }
}

fn entry(picture: &Picture) -> PictureEntry<'_> {
    PictureEntry { path: &picture.path, class: &picture.class, split: picture.split }
}

fn input(entry: &JsValue) -> JsResult<Input> {
    let field = |name: &str| js_sys::Reflect::get(entry, &name.into());
    let path = field("path")?.as_string();
    let path = path.ok_or_else(|| thrown(Error::invalid("file", "no path", "{path, file}")))?;
    let blob: web_sys::Blob = field("file")?
        .dyn_into()
        .map_err(|_| thrown(Error::invalid("file", "no Blob", "{path, file}").in_file(&path)))?;
    let reader = BlobReader::new(blob)
        .map_err(|e| thrown(Error::Unreadable { file: path.clone(), cause: e.to_string() }))?;
    Ok(Input { path, len: reader.len(), reader: Box::new(reader) })
}

fn about(set: &Collection) -> About {
    let shape = set.train.shape();
    let classes = set.classes.len();
    About {
        name: set.name.clone(),
        channels: shape.channels,
        height: shape.height,
        width: shape.width,
        class_names: set.classes.clone(),
        train: set.train.len(),
        test: set.test.as_ref().map_or(0, LabelledImages::len),
        counts: PartCounts {
            train: set.train.counts(classes),
            test: set.test.as_ref().map_or(vec![0; classes], |test| test.counts(classes)),
        },
        range: set.range(),
        source: set.provenance.clone(),
        licence: set.licence.clone(),
        notes: set.notes.clone(),
    }
}

fn not_gathering() -> JsValue {
    thrown(Error::invalid("pictures", "none begun", "gather to be called first"))
}
