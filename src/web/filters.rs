//! Shuffled labels, the principal components of patches, and the templates that filters match, for the page.

use super::js::{JsResult, thrown, to_js};
use super::run::{leading_filters, leading_shares};
use super::session::Session;
use crate::error::Error;
use crate::images::PatchGeometry;
use crate::math::patch_covariance;
use crate::records::{FilterMatches, PatchComponents, TemplateMatch};
use crate::report::filter_matches::{FilterMatch, Matcher};
use wasm_bindgen::prelude::*;

/// Patches below this side are too small for templates: most random filters of 3 x 3 match one.
const SMALLEST_PATCH: usize = 5;
/// Multiplications for a covariance, a fraction of a second. Long patches take fewer images.
const COVARIANCE_PRODUCTS: u64 = 500_000_000;

#[wasm_bindgen]
impl Session {
    /// Permutes the labels of the training images by the seed of the data, as `convrfm reproduce --shuffle-labels` does.
    #[wasm_bindgen(js_name = shuffleLabels)]
    pub fn shuffle_labels(&mut self) -> JsResult<()> {
        let seed = self.spec.as_ref().map_or(0, |spec| spec.seed as u64);
        let none = || thrown(Error::invalid("data", "nothing", "a data set to be loaded first"));
        let data = self.data.as_mut().ok_or_else(none)?;
        data.train = data.train.clone().with_shuffled_labels(seed);
        self.replace_run(None);
        Ok(())
    }

    /// The leading `count` eigenvectors of the covariance of the training patches, which depends on no label.
    #[wasm_bindgen(js_name = patchComponents)]
    pub fn patch_components(&self, count: usize) -> JsResult<JsValue> {
        let geometry: PatchGeometry = self.first_level()?.geometry();
        let train = &self.data()?.train.images;
        // In 64 bits: 100 x 100 positions of 768 values each are more than 32 bits hold.
        let products = geometry.positions(0) as u64 * (geometry.patch_len() as u64).pow(2);
        let images = (COVARIANCE_PRODUCTS / products).clamp(1, train.count() as u64) as usize;
        let m = patch_covariance(train, geometry, images).map_err(thrown)?;
        let count = count.min(m.rank());
        to_js(&PatchComponents {
            images,
            filters: leading_filters(&m, count).into(),
            shares: leading_shares(&m, count).into(),
        })
    }

    /// Compares filters, one after the other in patch order, with templates; null for patches that are too small.
    #[wasm_bindgen(js_name = matchFilters)]
    pub fn match_filters(&self, filters: &[f32], patch: usize, channels: usize) -> JsResult<JsValue> {
        if patch < SMALLEST_PATCH {
            return Ok(JsValue::NULL);
        }
        // The same random filters for every row and run, so that their shares can be compared.
        let matcher = Matcher::new(patch, channels, 0).map_err(thrown)?;
        let size = channels * patch * patch;
        let found: Vec<FilterMatch> = filters
            .chunks_exact(size)
            .map(|filter| matcher.compare(filter).map_err(thrown))
            .collect::<JsResult<_>>()?;
        let family = |found: &FilterMatch| {
            if found.is_constant() { "constant".into() } else { found.best.family.to_string() }
        };
        to_js(&FilterMatches {
            edges: found.iter().filter(|found| found.is_edge_or_bar()).count(),
            matches: found
                .iter()
                .map(|found| TemplateMatch {
                    family: family(found),
                    correlation: found.best.correlation,
                    chance: found.chance,
                    counts: found.is_edge_or_bar(),
                })
                .collect(),
            random95: matcher.random_95(),
        })
    }
}
