//! What the levels of a run have learned, for the page.

use super::js::{JsResult, thrown, to_js};
use super::run::leading_shares;
use super::session::Session;
use crate::error::Error;
use crate::linalg::Matrix;
use crate::math::FilterBank;
use crate::records::LevelReport;
use crate::report::receptive_field;
use wasm_bindgen::prelude::*;

/// Training images that are searched for the strongest responses: at most half a second on a phone.
const SEARCHED: usize = 200;

#[wasm_bindgen]
impl Session {
    /// What a level has learned in its best round: the leading `filters` eigenvectors as filters over pixels, for each of them the
    /// `places` training images with the strongest response, and image `index` of `split` convolved with `drawn` random filters.
    pub fn deeper(
        &self,
        level: usize,
        split: &str,
        index: usize,
        filters: usize,
        places: usize,
        drawn: usize,
    ) -> JsResult<JsValue> {
        let run = self.run()?;
        to_js(&level_report(run, level, (split, index), [filters, places, drawn]).map_err(thrown)?)
    }
}

fn level_report(
    run: &crate::rfm::ConvRfm,
    index: usize,
    image: (&str, usize),
    [filters, places, drawn]: [usize; 3],
) -> crate::error::Result<LevelReport> {
    let none = || Error::invalid("level", index, "one that has begun");
    let level = run.levels().get(index).ok_or_else(none)?;
    let first = &run.levels()[0];
    let (patch, pooling) = (level.geometry().patch(), run.settings().pooling);
    let side = receptive_field::side(patch, pooling, index);
    let (bank, round) = receptive_field::leading(run, index, filters)?;
    let below: Vec<&FilterBank> = (0..index).filter_map(|l| run.filter_bank(l)).collect();
    let (mut fields, mut strongest, mut responses) = (Vec::new(), Vec::new(), Vec::new());
    for (filter, found) in receptive_field::strongest(level, &bank, SEARCHED, places)?.into_iter().enumerate()
    {
        fields.extend(receptive_field::field(&below, patch, pooling, &bank.filter(filter)));
        for place in found {
            let pixels = first.train().image(place.image);
            strongest.extend(receptive_field::cut(first.train().shape(), pixels, place, side));
            responses.push(place.response);
        }
    }
    let pixels = image_of(level, image)?;
    let shape = level.train().shape();
    let seed = run.settings().seed;
    let m = level.feature_matrix(round);
    let convolved = |root: Option<&Matrix>| {
        FilterBank::draw(root, level.geometry(), drawn, seed, index)?.apply(shape, pixels, false, 1)
    };
    let (rows, columns) = level.geometry().grid(0);
    let shares = m.map_or(Vec::new(), |m| leading_shares(m, bank.width()));
    Ok(LevelReport {
        level: index,
        round,
        side,
        shares: shares.into(),
        fields: fields.into(),
        strongest: strongest.into(),
        responses: responses.into(),
        rows,
        columns,
        learned: convolved(m.map(|m| m.root()))?.into(),
        isotropic: convolved(None)?.into(),
    })
}

/// An image of `level`.
fn image_of<'a>(
    level: &'a crate::rfm::Level,
    (split, index): (&str, usize),
) -> crate::error::Result<&'a [f32]> {
    let part = level.data().part(split)?;
    if index >= part.len() {
        return Err(Error::invalid("image", index, format!("less than {}", part.len())));
    }
    Ok(part.images.image(index))
}
