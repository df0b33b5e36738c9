//! Filters compared with edge, bar and centre-surround templates, and with random filters.

use super::templates::{Family, Match, Plane, Templates};
use crate::error::Result;
use crate::math::FeatureMatrix;

/// Filters whose mean has more than this share of their energy are called constant. The rest of them is noise.
const MOSTLY_CONSTANT: f64 = 0.5;
/// Number of random filters.
const RANDOM: usize = 2000;
/// A match counts when at most this share of the random filters match as well.
const BY_CHANCE: f64 = 0.05;

/// The template that a filter matches best.
#[derive(Debug, Clone, serde::Serialize)]
pub struct FilterMatch {
    /// Share of the energy in the mean.
    pub constant: f64,
    /// Share of the energy in the best mixture of channels.
    pub plane: f64,
    /// That mixture.
    pub channels: Vec<f64>,
    /// The template.
    #[serde(flatten)]
    pub best: Match,
    /// Share of random filters that match a template at least as well.
    pub chance: f64,
}

impl FilterMatch {
    /// Whether the filter has nearly the same value everywhere. It matches no template.
    pub fn is_constant(&self) -> bool {
        self.constant > MOSTLY_CONSTANT
    }

    /// Whether the filter matches an edge or a bar better than 95 of 100 random filters.
    pub fn is_edge_or_bar(&self) -> bool {
        !self.is_constant() && self.best.family != Family::CentreSurround && self.chance < BY_CHANCE
    }
}

/// Compares filters of one patch size and number of channels.
#[derive(Debug, Clone)]
pub struct Matcher {
    channels: usize,
    templates: Templates,
    /// Correlations of random filters with their best templates, sorted.
    random: Vec<f64>,
}

impl Matcher {
    /// For filters of `channels` x `patch` x `patch` weights. The random filters follow from `seed`.
    ///
    /// # Errors
    /// When the patch is smaller than 3, or there is no channel.
    pub fn new(patch: usize, channels: usize, seed: u64) -> Result<Matcher> {
        let templates = Templates::new(patch)?;
        let random = templates.chance(channels, RANDOM, seed)?;
        Ok(Matcher { channels, templates, random })
    }

    /// Compares one filter.
    ///
    /// # Errors
    /// When the filter is zero or not finite, or has another number of weights.
    pub fn compare(&self, filter: &[f32]) -> Result<FilterMatch> {
        let plane = Plane::of(filter, self.channels)?;
        let best = self.templates.best(&plane);
        let below = self.random.partition_point(|c| *c < best.correlation);
        let chance = (self.random.len() - below) as f64 / self.random.len() as f64;
        Ok(FilterMatch {
            constant: plane.constant,
            plane: plane.share,
            channels: plane.channels,
            best,
            chance,
        })
    }

    /// Compares the leading `count` eigenvectors of a matrix, or as many as it has.
    ///
    /// # Errors
    /// When they have another number of weights.
    pub fn leading(&self, m: &FeatureMatrix, count: usize) -> Result<Vec<FilterMatch>> {
        (0..count.min(m.rank())).map(|index| self.compare(&m.filter(index))).collect()
    }

    /// Correlations of random filters with their best templates, sorted.
    pub fn random(&self) -> &[f64] {
        &self.random
    }

    /// The correlation that 95 of 100 random filters stay below.
    pub fn random_95(&self) -> f64 {
        self.random[self.random.len() * 95 / 100]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::Matrix;

    #[test]
    fn an_edge_counts_and_a_spot_a_constant_and_noise_do_not() {
        let matcher = Matcher::new(5, 1, 0).unwrap();
        let of = |weight: fn(f32, f32) -> f32| -> Vec<f32> {
            (0..25).map(|at| weight((at % 5) as f32 - 2.0, (at / 5) as f32 - 2.0)).collect()
        };
        let edge = matcher.compare(&of(|x, y| x * (-(x * x + y * y) / 4.0).exp())).unwrap();
        assert!(edge.is_edge_or_bar() && edge.chance == 0.0, "{edge:?}");
        let spot =
            matcher.compare(&of(|x, y| (2.0 - x * x - y * y) * (-(x * x + y * y) / 2.0).exp())).unwrap();
        assert!(spot.best.family == Family::CentreSurround && spot.chance < 0.05, "{spot:?}");
        assert!(!spot.is_edge_or_bar(), "{spot:?}");
        let constant = matcher.compare(&of(|x, _| 1.0 + 0.1 * x)).unwrap();
        assert!(constant.is_constant() && !constant.is_edge_or_bar(), "{constant:?}");
        let noise = matcher.compare(&of(|x, y| (37.7 * x + 91.3 * y + 5.0 * x * y).sin())).unwrap();
        assert!(!noise.is_edge_or_bar() && noise.chance > 0.05, "{noise:?}");
        let below = matcher.random().iter().filter(|c| **c < matcher.random_95()).count();
        assert_eq!(below * 100 / matcher.random().len(), 95);
    }

    #[test]
    fn a_matrix_of_low_rank_has_as_many_filters_as_its_rank() {
        let matcher = Matcher::new(3, 1, 0).unwrap();
        let v = nalgebra::DVector::from_fn(9, |i, _| if i % 3 == 0 { -1.0 } else { (i % 3) as f32 - 1.0 });
        let m = FeatureMatrix::new(Matrix::from(&v * v.transpose())).unwrap();
        let found = matcher.leading(&m, 8).unwrap();
        assert_eq!(found.len(), m.rank().min(8));
        assert!(found[0].best.family == Family::Edge && found[0].best.degrees == 0.0, "{found:?}");
        assert!(matcher.compare(&[0.0; 9]).is_err() && matcher.compare(&[1.0; 8]).is_err());
    }
}
