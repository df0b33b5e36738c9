//! What the runs of an experiment found, and their means: everything that the JSON file holds.

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
}

/// The rounds of one level.
#[derive(Debug, Clone, serde::Serialize)]
pub struct LevelRun {
    pub rounds: Vec<Round>,
    /// The round that validation chooses.
    pub kept: usize,
}

impl LevelRun {
    fn of(level: &Level) -> Result<LevelRun> {
        let unfinished = || Error::invalid("run", "a round without predictions", "finished rounds");
        let round = |r: &convrfm::rfm::Round| {
            let test = r.test_accuracy.ok_or_else(unfinished)?;
            Ok(Round { validation: r.validation_accuracy, test, ridge: r.ridge })
        };
        let rounds = level.rounds().iter().map(round).collect::<Result<_>>()?;
        Ok(LevelRun { rounds, kept: level.best_round().ok_or_else(unfinished)? })
    }

    fn best(&self) -> &Round {
        &self.rounds[self.kept]
    }
}

/// One run: a seed's images and filters.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Run {
    pub seed: u64,
    pub levels: Vec<LevelRun>,
    /// From the images to the last prediction.
    pub seconds: f64,
}

impl Run {
    /// Of a finished run.
    ///
    /// # Errors
    /// When a level has no predictions.
    pub fn of(run: &ConvRfm, seed: u64, seconds: f64) -> Result<Run> {
        let levels = run.levels().iter().map(LevelRun::of).collect::<Result<Vec<_>>>()?;
        if levels.is_empty() {
            return Err(Error::invalid("run", "no level", "at least one"));
        }
        Ok(Run { seed, levels, seconds })
    }

    /// Test accuracy of a method; none of Deep ConvRFM with one level.
    pub fn test(&self, method: Method) -> Option<f64> {
        match method {
            Method::Fixed => Some(self.levels[0].rounds[0].test),
            Method::ConvRfm => Some(self.levels[0].best().test),
            Method::ConvRfm => {
                // The first of equals, as within a level.
                let better = |best: Option<&'_ Round>, here: &'_ Round| {
                    best.is_none_or(|best| here.validation > best.validation)
                };
                let deeper = self.levels[1..].iter().map(LevelRun::best);
                let kept = deeper.fold(None, |best, here| if better(best, here) { Some(here) } else { best });
                kept.map(|round| round.test)
            }
        }
    }
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Method {
    /// Round 0: the CNTK of the same depth.
    #[serde(rename = "fixed kernel")]
    Fixed,
    /// The round of the first level that validation chooses, which may be round 0.
    #[serde(rename = "ConvRFM")]
    ConvRfm,
    /// The level behind the first and its round that validation chooses.
    #[serde(rename = "Deep ConvRFM")]
    ConvRfm,
}

impl Method {
    pub const ALL: [Method; 3] = [Method::Fixed, Method::ConvRfm, Method::ConvRfm];

    pub fn name(self) -> &'static str {
        match self {
            Method::Fixed => "fixed kernel",
            Method::ConvRfm => "ConvRFM",
            Method::ConvRfm => "Deep ConvRFM",
        }
    }
}

/// A method over all seeds.
#[derive(Debug, Clone, serde::Serialize)]
pub struct MethodMean {
    pub method: Method,
    /// Percent of test images.
    pub test: Spread,
    /// By how many points it beats the fixed kernel on the same images.
    pub gain: Spread,
    /// The paper's number: its first round for the fixed kernel, its last for ConvRFM.
    pub published: Option<f64>,
}

/// A round over all seeds.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RoundMean {
    pub level: usize,
    pub round: usize,
    pub test: Spread,
    pub published: Option<f64>,
}

/// All runs at one noise level.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Point {
    pub sigma: Option<f32>,
    pub methods: Vec<MethodMean>,
    pub rounds: Vec<RoundMean>,
    pub runs: Vec<Run>,
}

impl Point {
    /// The means of `runs`, beside what is `published` at this noise level.
    ///
    /// # Errors
    /// When there is no run.
    pub fn new(sigma: Option<f32>, runs: Vec<Run>, published: Option<&Published>) -> Result<Point> {
        let published = published.filter(|p| p.sigma == sigma).map_or(&[][..], |p| p.rounds);
        let first = runs.first().ok_or_else(|| Error::invalid("runs", 0, "at least 1"))?;
        let mut methods = Vec::new();
        for method in Method::ALL.into_iter().filter(|&m| first.test(m).is_some()) {
            let test: Vec<f64> = runs.iter().filter_map(|run| run.test(method)).collect();
            let fixed = runs.iter().filter_map(|run| run.test(Method::Fixed));
            let gain: Vec<f64> = test.iter().zip(fixed).map(|(test, fixed)| test - fixed).collect();
            let published = match method {
                Method::Fixed => published.first(),
                Method::ConvRfm => published.last(),
                Method::ConvRfm => None,
            };
            let (test, gain, published) = (Spread::of(&test)?, Spread::of(&gain)?, published.copied());
            methods.push(MethodMean { method, test, gain, published });
        }
        let mut rounds = Vec::new();
        for (level, of_first) in first.levels.iter().enumerate() {
            for round in 0..of_first.rounds.len() {
                let test: Vec<f64> = runs.iter().map(|run| run.levels[level].rounds[round].test).collect();
                let published = published.get(round).copied().filter(|_| level == 0);
                rounds.push(RoundMean { level, round, test: Spread::of(&test)?, published });
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
    /// The images, as they were asked for.
    pub data: Vec<String>,
    /// Channels x rows x columns.
    pub images: String,
    pub classes: usize,
    pub parts: Parts,
    pub patch: usize,
    pub depth: usize,
    pub agop_samples: usize,
    pub settings: Choice,
    pub engine: String,
    /// What is smaller than published, and why; empty at full size.
    pub scaled_down: Vec<String>,
    pub published_train: Option<usize>,
    pub points: Vec<Point>,
    /// Of all runs, the reading or making of images among them.
    pub seconds: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(rounds: &[(f64, f64)], kept: usize) -> LevelRun {
        let rounds = rounds.iter().map(|&(validation, test)| Round {
            validation: Some(validation),
            test,
            ridge: 1e-3,
        });
        LevelRun { rounds: rounds.collect(), kept }
    }

    fn run(seed: u64, shift: f64) -> Run {
        let levels = vec![
            level(&[(50.0, 40.0 + shift), (60.0, 55.0)], 1),
            level(&[(58.0, 99.0)], 0),
            level(&[(59.0, 57.0 - shift)], 0),
        ];
        Run { seed, levels, seconds: 1.0 }
    }

    #[test]
    fn methods_are_chosen_on_validation_and_compared_on_the_same_images() {
        const PAPER: Published = Published { train: 9, sigma: Some(1.0), rounds: &[41.0, 56.0] };
        let point = Point::new(Some(1.0), vec![run(0, 0.0), run(1, 2.0)], Some(&PAPER)).unwrap();
        let means: Vec<f64> = point.methods.iter().map(|m| m.test.mean).collect();
        // ConvRfm: level 2, which validation prefers to level 1, though level 1 tests better.
        assert_eq!(means, [41.0, 55.0, 56.0]);
        let gains: Vec<f64> = point.methods.iter().map(|m| m.gain.mean).collect();
        assert_eq!(gains, [0.0, 14.0, 15.0]);
        assert!((point.methods[1].gain.deviation - 2_f64.sqrt()).abs() < 1e-12);
        let published: Vec<_> = point.methods.iter().map(|m| m.published).collect();
        assert_eq!(published, [Some(41.0), Some(56.0), None]);
        let rounds: Vec<_> = point.rounds.iter().map(|r| (r.level, r.round, r.published)).collect();
        assert_eq!(rounds, [(0, 0, Some(41.0)), (0, 1, Some(56.0)), (1, 0, None), (2, 0, None)]);
    }

    #[test]
    fn other_noise_has_no_published_number_and_one_level_no_deep_machine() {
        const PAPER: Published = Published { train: 9, sigma: Some(1.0), rounds: &[41.0, 56.0] };
        let mut alone = run(0, 0.0);
        alone.levels.truncate(1);
        let point = Point::new(Some(2.0), vec![alone], Some(&PAPER)).unwrap();
        assert_eq!(point.methods.len(), 2);
        assert!(point.methods.iter().all(|m| m.published.is_none() && m.test.deviation == 0.0));
        assert!(Point::new(None, Vec::new(), None).is_err());
    }
}
