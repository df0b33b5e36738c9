//! Results of the runs of an experiment and their means: the content of the JSON file.

use super::Control;
use super::cnn::CnnRun;
use super::experiment::{Choice, Published};
use convrfm::math::metrics::Spread;
use convrfm::{ConvRfm, Error, Level, Result};

/// One round of a run.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Round {
    /// Percent of validation images.
    pub validation: Option<f64>,
    /// Percent of test images.
    pub test: f64,
    /// The ridge that was used.
    pub ridge: f64,
    /// Relative residual of the ridge regression.
    pub residual: f64,
    /// Effective rank `1 / sum p^2` of this round's M with the shares p of its eigenvalues; none after the last round.
    pub effective_rank: Option<f64>,
}

/// The rounds of one level.
#[derive(Debug, Clone, serde::Serialize)]
pub struct LevelRun {
    pub rounds: Vec<Round>,
    /// The best round on validation.
    #[serde(rename = "kept")]
    pub best: usize,
}

impl LevelRun {
    fn new(level: &Level) -> Result<LevelRun> {
        let unfinished = || Error::invalid("run", "a round without test predictions", "test images");
        let round = |r: &convrfm::Round| {
            let test = r.test_accuracy.ok_or_else(unfinished)?;
            let effective_rank =
                r.agop.as_ref().map(|m| 1.0 / m.eigenvalue_shares().iter().map(|p| p * p).sum::<f64>());
            let convrfm::Round { validation_accuracy: validation, ridge, residual, .. } = *r;
            Ok(Round { validation, test, ridge, residual, effective_rank })
        };
        let rounds = level.rounds().iter().map(round).collect::<Result<_>>()?;
        Ok(LevelRun { rounds, best: level.best_round().ok_or_else(unfinished)? })
    }

    fn best_round(&self) -> &Round {
        &self.rounds[self.best]
    }
}

/// One run: the images and filters of one seed.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Run {
    pub seed: u64,
    pub levels: Vec<LevelRun>,
    pub cnn: Option<CnnRun>,
    /// Without those of the CNN, including the time to make or read the images.
    pub seconds: f64,
}

impl Run {
    /// The results of a finished run.
    ///
    /// # Errors
    /// When a round has no test predictions.
    pub fn new(run: &ConvRfm, cnn: Option<CnnRun>, seed: u64, seconds: f64) -> Result<Run> {
        let levels = run.levels().iter().map(LevelRun::new).collect::<Result<_>>()?;
        Ok(Run { seed, levels, cnn, seconds })
    }

    /// Test accuracy of a method; none for Deep ConvRFM in a run of one level, and for a CNN that was left out.
    pub fn test(&self, method: Method) -> Option<f64> {
        match method {
            Method::Fixed => Some(self.levels[0].rounds[0].test),
            Method::ConvRfm => Some(self.levels[0].best_round().test),
            Method::Deep => {
                let deeper = self.levels[1..].iter().map(LevelRun::best_round);
                // The first of equals, as within a level.
                let best =
                    deeper.reduce(|best, next| if next.validation > best.validation { next } else { best });
                best.map(|round| round.test)
            }
            Method::Cnn => self.cnn.as_ref().map(|cnn| cnn.test),
        }
    }
}

/// The methods that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Method {
    /// Round 0: the convolutional NTK.
    #[serde(rename = "fixed kernel")]
    Fixed,
    /// The best round of level 0 on validation, which may be round 0.
    #[serde(rename = "ConvRFM")]
    ConvRfm,
    /// The best round of the later levels on validation.
    #[serde(rename = "Deep ConvRFM")]
    Deep,
    /// The best epoch of a convolutional network on validation.
    #[serde(rename = "CNN")]
    Cnn,
}

impl Method {
    pub const ALL: [Method; 4] = [Method::Fixed, Method::ConvRfm, Method::Deep, Method::Cnn];

    pub fn name(self) -> &'static str {
        match self {
            Method::Fixed => "fixed kernel",
            Method::ConvRfm => "ConvRFM",
            Method::Deep => "Deep ConvRFM",
            Method::Cnn => "CNN",
        }
    }
}

/// A method over all seeds.
#[derive(Debug, Clone, serde::Serialize)]
pub struct MethodMean {
    pub method: Method,
    /// Percent of test images.
    pub test: Spread,
    /// Difference to the fixed kernel on the same images, in percentage points.
    pub gain: Spread,
    /// Difference to ConvRFM on the same images, in percentage points.
    pub over_convrfm: Spread,
    /// The paper's result: its first round for the fixed kernel, its last for ConvRFM.
    pub published: Option<f64>,
}

/// A round over all seeds.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RoundMean {
    pub level: usize,
    pub round: usize,
    pub test: Spread,
    /// Mean effective rank of M.
    pub effective_rank: Option<f64>,
    pub published: Option<f64>,
}

/// All runs with one standard deviation of the noise.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Point {
    pub sigma: Option<f32>,
    pub methods: Vec<MethodMean>,
    pub rounds: Vec<RoundMean>,
    pub runs: Vec<Run>,
}

impl Point {
    /// The means of `runs`, with the published results for the same noise.
    ///
    /// # Errors
    /// When there is no run.
    pub fn new(sigma: Option<f32>, runs: Vec<Run>, published: Option<&Published>) -> Result<Point> {
        let published = published.filter(|p| p.sigma == sigma).map_or(&[][..], |p| p.rounds);
        let first = runs.first().ok_or_else(|| Error::invalid("runs", 0, "at least 1"))?;
        let mut methods = Vec::new();
        for method in Method::ALL.into_iter().filter(|&m| first.test(m).is_some()) {
            let test: Vec<f64> = runs.iter().filter_map(|run| run.test(method)).collect();
            let over = |other: Method| {
                let other = runs.iter().filter_map(|run| run.test(other));
                Spread::of(&test.iter().zip(other).map(|(test, other)| test - other).collect::<Vec<_>>())
            };
            let (gain, over_convrfm) = (over(Method::Fixed)?, over(Method::ConvRfm)?);
            let published = match method {
                Method::Fixed => published.first(),
                Method::ConvRfm => published.last(),
                Method::Deep | Method::Cnn => None,
            };
            let (test, published) = (Spread::of(&test)?, published.copied());
            methods.push(MethodMean { method, test, gain, over_convrfm, published });
        }
        let mut rounds = Vec::new();
        for (level, of_first) in first.levels.iter().enumerate() {
            for round in 0..of_first.rounds.len() {
                let test: Vec<f64> = runs.iter().map(|run| run.levels[level].rounds[round].test).collect();
                let published = published.get(round).copied().filter(|_| level == 0);
                let ranks = runs.iter().map(|run| run.levels[level].rounds[round].effective_rank);
                let effective_rank = ranks.sum::<Option<f64>>().map(|sum| sum / runs.len() as f64);
                rounds.push(RoundMean { level, round, test: Spread::of(&test)?, effective_rank, published });
            }
        }
        Ok(Point { sigma, methods, rounds, runs })
    }
}

/// Numbers of images.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Parts {
    pub train: usize,
    pub validation: usize,
    pub test: usize,
}

/// The whole experiment.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Report {
    pub experiment: &'static str,
    pub title: &'static str,
    /// Origin of the built-in images, or names of the user's files.
    pub data: Vec<String>,
    /// Channels x rows x columns.
    pub images: String,
    pub classes: usize,
    pub parts: Parts,
    pub settings: Choice,
    #[serde(flatten)]
    pub(super) control: Control,
    pub engine: String,
    /// Differences to the published size, with reasons.
    pub scaled_down: Vec<String>,
    pub published_train: Option<usize>,
    pub points: Vec<Point>,
    /// Seconds of all runs.
    pub seconds: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(rounds: &[(f64, f64)], best: usize) -> LevelRun {
        let rounds = rounds.iter().map(|&(validation, test)| Round {
            validation: Some(validation),
            test,
            ridge: 1e-3,
            residual: 1e-6,
            effective_rank: None,
        });
        LevelRun { rounds: rounds.collect(), best }
    }

    fn run(seed: u64, shift: f64) -> Run {
        let levels = vec![
            level(&[(50.0, 40.0 + shift), (60.0, 55.0)], 1),
            level(&[(58.0, 99.0)], 0),
            level(&[(59.0, 57.0 - shift)], 0),
        ];
        let cnn = CnnRun { validation: vec![50.0, 70.0], best: 1, test: 62.0 + shift, seconds: 2.0 };
        Run { seed, levels, cnn: Some(cnn), seconds: 1.0 }
    }

    #[test]
    fn methods_are_chosen_on_validation_and_compared_on_the_same_images() {
        const PAPER: Published = Published { train: 9, sigma: Some(1.0), rounds: &[41.0, 56.0] };
        let point = Point::new(Some(1.0), vec![run(0, 0.0), run(1, 2.0)], Some(&PAPER)).unwrap();
        let means: Vec<f64> = point.methods.iter().map(|m| m.test.mean).collect();
        // Deep: level 2, which is better on validation, although level 1 is better on test.
        assert_eq!(means, [41.0, 55.0, 56.0, 63.0]);
        let gains: Vec<f64> = point.methods.iter().map(|m| m.gain.mean).collect();
        assert_eq!(gains, [0.0, 14.0, 15.0, 22.0]);
        let over: Vec<f64> = point.methods.iter().map(|m| m.over_convrfm.mean).collect();
        assert_eq!(over, [-14.0, 0.0, 1.0, 8.0]);
        assert!((point.methods[1].gain.deviation - 2_f64.sqrt()).abs() < 1e-12);
        let published: Vec<_> = point.methods.iter().map(|m| m.published).collect();
        assert_eq!(published, [Some(41.0), Some(56.0), None, None]);
        let rounds: Vec<_> = point.rounds.iter().map(|r| (r.level, r.round, r.published)).collect();
        assert_eq!(rounds, [(0, 0, Some(41.0)), (0, 1, Some(56.0)), (1, 0, None), (2, 0, None)]);
    }

    #[test]
    fn other_noise_has_no_published_number_and_one_level_without_cnn_has_two_methods() {
        const PAPER: Published = Published { train: 9, sigma: Some(1.0), rounds: &[41.0, 56.0] };
        let mut single = run(0, 0.0);
        single.levels.truncate(1);
        single.cnn = None;
        let point = Point::new(Some(2.0), vec![single], Some(&PAPER)).unwrap();
        assert_eq!(point.methods.len(), 2);
        assert!(point.methods.iter().all(|m| m.published.is_none() && m.test.deviation == 0.0));
        assert!(Point::new(None, Vec::new(), None).is_err());
    }
}
