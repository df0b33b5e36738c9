//! What the levels of a run have learned, for the page.

use super::record::Record;
use super::{JsResult, Session, thrown};
use crate::math::PatchTransform;
use crate::math::FilterBank;
use crate::error::Error;
use crate::report::receptive_field;
use wasm_bindgen::prelude::*;

/// Training images in which the strongest answers are looked for: half a second of a phone's time at the most.
const SEARCHED: usize = 200;

#[wasm_bindgen]
impl Session {
    /// What a level has learned and what follows from it, of the level's kept round: `{round, side, shares, fields, strongest,
    /// responses, rows, columns, learned, isotropic}`.
    ///
    /// `fields` are the leading `filters` eigenvectors of M as filters over first images, `filters x c x side x side`;
    /// `strongest` for each of them the `places` training images that answer strongest, `filters x places x c x side x side`
    /// pixels, with their `responses`. `learned` and `isotropic` are image `index` of `split` convolved with `drawn` filters
    /// from `N(0, M / trace M)`, and with the same random numbers from `N(0, I / d)`: each `drawn x rows x columns`.
    pub fn deeper(
        &self,
        level: usize,
        split: &str,
        index: usize,
        filters: usize,
        places: usize,
        drawn: usize,
    ) -> JsResult<JsValue> {
        let run = self.deep()?;
        self.deeper_record(run, level, (split, index), [filters, places, drawn]).map_err(thrown)
    }
}

impl Session {
    fn deeper_record(
        &self,
        run: &crate::rfm::ConvRfm,
        index: usize,
        image: (&str, usize),
        [filters, places, drawn]: [usize; 3],
    ) -> crate::error::Result<JsValue> {
        let none = || Error::invalid("level", index, "one that has begun");
        let (level, first) = run.level(index).zip(run.level(0)).ok_or_else(none)?;
        let patch = level.geometry().patch();
        let side = receptive::side(patch, index);
        let (bank, round) = receptive::leading(run, index, filters)?;
        let below: Vec<&FilterBank> = (0..index).filter_map(|l| run.filters(l)).collect();
        let (mut fields, mut strongest, mut responses) = (Vec::new(), Vec::new(), Vec::new());
        for (filter, found) in receptive::strongest(level, &bank, SEARCHED, places)?.into_iter().enumerate() {
            fields.extend(receptive::field(&below, patch, &bank.filter(filter)));
            for place in found {
                let pixels = first.train().image(place.image);
                strongest.extend(receptive::cut(first.train().shape(), pixels, place, side));
                responses.push(place.response);
            }
        }
        let pixels = image_of(level, image)?;
        let shape = level.train().shape();
        let seed = run.settings().seed;
        let transform = level.transform(round).unwrap_or(&PatchTransform::Identity);
        let convolved = |transform: &PatchTransform| {
            FilterBank::draw(transform, level.geometry(), drawn, seed, index)?.apply(shape, pixels, false)
        };
        let (rows, columns) = level.geometry().grid(0);
        let shares = level.features_of(round).map_or(&[][..], |features| features.shares());
        let shares: Vec<f32> = shares.iter().take(bank.width()).map(|&share| share as f32).collect();
        let record = Record::default()
            .with("level", index as u32)
            .with("round", round as u32)
            .with("side", side as u32)
            .with_floats("shares", shares.as_slice())
            .with_floats("fields", fields.as_slice())
            .with_floats("strongest", strongest.as_slice())
            .with_floats("responses", responses.as_slice())
            .with("rows", rows as u32)
            .with("columns", columns as u32)
            .with_floats("learned", convolved(transform)?.as_slice())
            .with_floats("isotropic", convolved(&PatchTransform::Identity)?.as_slice());
        Ok(record.into())
    }
}

/// An image as `level` sees it.
fn image_of<'a>(level: &'a crate::rfm::Level, (split, index): (&str, usize)) -> crate::error::Result<&'a [f32]> {
    let data = level.data();
    let part = match split {
        "train" => &data.train,
        "validation" => &data.validation,
        "test" => &data.test,
        other => return Err(Error::invalid("split", other, "train, validation or test")),
    };
    if index >= part.len() {
        return Err(Error::invalid("image", index, format!("less than {}", part.len())));
    }
    Ok(part.images.image(index))
}
