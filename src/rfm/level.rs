//! The rounds of one level as a resumable state machine: what they found, and what comes next.

use crate::engine::{Engine, ProblemSize};
use crate::math::{FeatureMatrix, PatchTransform};
use crate::rfm::{Ridge, ridge_grid};
use crate::math::metrics::mean_squared_error;
use crate::math::{Monitor, Progress, StageProgress};
use crate::images::Split;
use crate::math::Stage;
use crate::math::metrics::accuracy;
use crate::rfm::{FinishedStage, Round, Settings};
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use std::sync::Arc;

/// The rounds of ConvRFM on one set of images: the whole of an [`Rfm`](crate::Rfm) but its engine, and one level of a
/// [`ConvRfm`](crate::rfm::ConvRfm), whose engine goes from level to level.
pub struct Level {
    settings: Settings,
    geometry: PatchGeometry,
    data: Split,
    train: Arc<Images>,
    targets: Matrix,
    /// Whether the engine has taken the training images.
    loaded: bool,
    rounds: Vec<Round>,
    /// The stage that comes next, of the last round of `rounds`.
    next: Option<Stage>,
    /// The patch transform of every round so far.
    transforms: Vec<PatchTransform>,
    /// The features of every AGOP so far: those of round t made the transform of round t + 1.
    features: Vec<Arc<FeatureMatrix>>,
    spent: f64,
}

impl Level {
    /// Rounds that have not started.
    ///
    /// # Errors
    /// When the settings do not fit the data; see [`Settings::check`].
    pub(crate) fn new(settings: Settings, data: Split) -> Result<Self> {
        let geometry = settings.check(&data)?;
        Ok(Level {
            train: Arc::new(data.train.images.clone()),
            targets: data.train.one_hot(),
            settings,
            geometry,
            data,
            loaded: false,
            rounds: vec![Round::default()],
            next: Some(Stage::Kernel),
            transforms: vec![PatchTransform::Identity],
            features: Vec::new(),
            spent: 0.0,
        })
    }

    /// Runs the next stage on `engine`, always the same one until
    /// [`start_on_another_engine`](Level::start_on_another_engine). `None` when no stage is left.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the monitor ends it; the engine's failure. Either way the round starts anew at the next
    /// call, with everything from earlier rounds kept.
    pub(crate) async fn advance(
        &mut self,
        engine: &mut dyn Engine,
        standing: Standing,
        monitor: &dyn Monitor,
    ) -> Result<Option<FinishedStage>> {
        let Some(stage) = self.next else { return Ok(None) };
        match self.run(stage, engine, standing, monitor).await {
            Ok(seconds) => {
                let round = self.round();
                self.spent += seconds;
                if let Some(column) = column(stage) {
                    self.rounds[round].seconds[column] = seconds;
                }
                self.next = self.after(stage);
                if stage == Stage::Agop {
                    self.rounds.push(Round::default());
                }
                Ok(Some(FinishedStage { level: standing.level, round, stage, seconds }))
            }
            Err(error) => {
                self.restart_round();
                Err(error)
            }
        }
    }

    async fn run(
        &mut self,
        stage: Stage,
        engine: &mut dyn Engine,
        standing: Standing,
        monitor: &dyn Monitor,
    ) -> Result<f64> {
        let progress = Progress {
            level: standing.level,
            round: self.round(),
            stage,
            done: 0.0,
            share: standing.before + standing.weight * self.share(),
            seconds_left: None,
        };
        let weight = standing.weight * self.weight(stage);
        let problem = self.problem();
        let progress = StageProgress::new(monitor, progress, weight, standing.spent + self.spent);
        if !self.loaded {
            engine.load(self.geometry, self.train.clone()).await?;
            self.loaded = true;
        }
        progress.checkpoint(0.0).await?;
        let current = self.round();
        let round = &mut self.rounds[current];
        match stage {
            Stage::Kernel => {
                round.scale = engine.kernel(&self.transforms[current], &progress).await?;
            }
            Stage::Solve => {
                let solution = match &self.settings.ridge {
                    Ridge::Fixed(ridge) => engine.solve(&self.targets, *ridge, &progress).await?,
                    Ridge::Grid(ridges) => {
                        let solving = problem.solving_work() / problem.work(stage);
                        progress.enter_part(0.0, solving);
                        let mut solutions = engine.solve_grid(&self.targets, ridges, &progress).await?;
                        progress.enter_part(solving, 1.0);
                        let validation = &self.data.validation;
                        let rows = engine.kernel_rows(&validation.images, &progress).await?;
                        let trials = grid::trials(&rows, round.scale, &solutions, &validation.labels);
                        let none =
                            || Error::NotFinite { quantity: "predictions", remedy: "raise the ridges" };
                        let best = solutions.swap_remove(grid::best(&trials).ok_or_else(none)?);
                        engine.set_alpha(&best).await?;
                        // The prediction stage need not compute these rows once more.
                        round.validation = Some(grid::predictions(&rows, round.scale, &best.alpha));
                        best
                    }
                };
                (round.ridge, round.retries, round.residual) =
                    (solution.ridge, solution.retries, solution.residual);
                round.alpha = Some(Arc::new(solution.alpha));
            }
            Stage::Predict => {
                // Those that chose the ridge are predicted already.
                let counts = [self.data.validation.len() - problem.choosing, self.data.test.len()];
                let first = counts[0] as f64 / (counts[0] + counts[1]).max(1) as f64;
                progress.enter_part(0.0, first);
                let validation = match round.validation.take() {
                    Some(known) => known,
                    None => engine.predict(&self.data.validation.images, &progress).await?,
                };
                progress.enter_part(first, 1.0);
                let test = engine.predict(&self.data.test.images, &progress).await?;
                if !validation.iter().chain(test.iter()).all(|v| v.is_finite()) {
                    return Err(Error::NotFinite { quantity: "predictions", remedy: "raise the ridge" });
                }
                round.validation_accuracy = accuracy(&validation, &self.data.validation.labels);
                round.test_accuracy = accuracy(&test, &self.data.test.labels);
                round.validation_error = mean_squared_error(&validation, &self.data.validation.labels);
                round.test_error = mean_squared_error(&test, &self.data.test.labels);
                (round.validation, round.test) = (Some(validation), Some(test));
            }
            Stage::Agop => {
                let samples = self.settings.agop_samples.count(self.train.count());
                let agop = engine.agop(samples, &progress).await?;
                let features = FeatureMatrix::new(&agop)?;
                self.transforms.push(features.transform());
                self.features.push(Arc::new(features));
                round.agop = Some(agop);
            }
            Stage::Convolve => unreachable!("`after` never leads there: a convolution is between two levels"),
        }
        Ok(progress.seconds())
    }

    fn after(&self, stage: Stage) -> Option<Stage> {
        match stage {
            Stage::Kernel => Some(Stage::Solve),
            Stage::Solve => Some(Stage::Predict),
            Stage::Predict => (self.rounds.len() < self.settings.rounds).then_some(Stage::Agop),
            Stage::Agop => Some(Stage::Kernel),
            Stage::Convolve => None,
        }
    }

    /// Forgets what the current round has computed; earlier rounds and their features stay.
    fn restart_round(&mut self) {
        if self.next.is_some() {
            *self.rounds.last_mut().expect("a run always has a round") = Round::default();
            self.next = Some(Stage::Kernel);
        }
    }

    /// From here on [`advance`](Level::advance) gets another engine. The current round starts anew; nothing of the finished
    /// ones is lost.
    pub(crate) fn start_on_another_engine(&mut self) {
        self.loaded = false;
        self.restart_round();
    }

    /// Whether every round is done.
    pub fn finished(&self) -> bool {
        self.next.is_none()
    }

    /// The stage that comes next; none when every round is done.
    pub fn next_stage(&self) -> Option<Stage> {
        self.next
    }

    /// The current round, from 0.
    pub fn round(&self) -> usize {
        self.rounds.len() - 1
    }

    /// Every round so far; the last may be unfinished.
    pub fn rounds(&self) -> &[Round] {
        &self.rounds
    }

    /// The round to keep: the first with the highest validation accuracy. Falls back on the last round predicted when
    /// there is no validation image: the test set never chooses.
    pub fn best_round(&self) -> Option<usize> {
        let predicted = self.rounds.iter().filter(|r| r.test.is_some()).count();
        let better =
            |best: Option<(usize, f64)>, (i, round): (usize, &Round)| match (best, round.validation_accuracy)
            {
                (Some((_, top)), Some(here)) if here <= top => best,
                (_, Some(here)) => Some((i, here)),
                _ => best,
            };
        let best = self.rounds.iter().enumerate().fold(None, better);
        best.map(|(i, _)| i).or(predicted.checked_sub(1))
    }

    /// The features of the latest AGOP; none before the first.
    pub fn features(&self) -> Option<&FeatureMatrix> {
        self.features.last().map(Arc::as_ref)
    }

    /// The features of the M that `round` sees patches through; none for round 0, and where no AGOP has made them yet.
    pub fn features_of(&self, round: usize) -> Option<&Arc<FeatureMatrix>> {
        self.features.get(round.checked_sub(1)?)
    }

    /// The patch transform of `round`; none where no AGOP has made it yet.
    pub fn transform(&self, round: usize) -> Option<&PatchTransform> {
        self.transforms.get(round)
    }

    /// The training images.
    pub fn train(&self) -> &Arc<Images> {
        &self.train
    }

    /// Patch size, depth and maps.
    pub fn geometry(&self) -> PatchGeometry {
        self.geometry
    }

    /// The data.
    pub fn data(&self) -> &Split {
        &self.data
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Speed of the last kernel stage, in position-layers a second: pairs computed times positions summed over the
    /// layers. None before the first.
    pub fn kernel_rate(&self) -> Option<f64> {
        let seconds = self.rounds.iter().rev().map(|r| r.seconds[0]).find(|s| *s > 0.0)?;
        let n = self.train.count() as f64;
        Some(n * (n + 1.0) / 2.0 * self.geometry.position_layers() as f64 / seconds)
    }

    /// The size of these rounds.
    pub fn problem(&self) -> ProblemSize {
        let several = matches!(self.settings.ridge, Ridge::Grid(_));
        ProblemSize {
            geometry: self.geometry,
            train: self.train.count(),
            classes: self.targets.ncols(),
            samples: self.settings.agop_samples.count(self.train.count()),
            held_out: self.data.validation.len() + self.data.test.len(),
            ridges: self.settings.ridge.values().len(),
            choosing: if several { self.data.validation.len() } else { 0 },
        }
    }

    /// Computing seconds of all finished stages, those of rounds that had to start anew among them.
    pub(crate) fn spent(&self) -> f64 {
        self.spent
    }

    fn weight(&self, stage: Stage) -> f64 {
        let problem = self.problem();
        problem.work(stage) / work(&problem, self.settings.rounds)
    }

    /// Share of the run's counted work that lies before the next stage.
    fn share(&self) -> f64 {
        let whole: f64 = Stage::ALL.iter().map(|&s| self.weight(s)).sum();
        let before =
            Stage::ALL.iter().take_while(|&&s| Some(s) != self.next).map(|&s| self.weight(s)).sum::<f64>();
        (self.round() as f64 * whole + before).min(1.0)
    }
}

/// Counted work of so many rounds of a problem.
pub(crate) fn work(problem: &ProblemSize, rounds: usize) -> f64 {
    let each: f64 = [Stage::Kernel, Stage::Solve, Stage::Predict].map(|s| problem.work(s)).iter().sum();
    rounds as f64 * each + (rounds as f64 - 1.0) * problem.work(Stage::Agop)
}

/// Where a level stands in a longer run, for progress and for the time that is left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    /// The level, from 0.
    pub level: usize,
    /// Share of the run's work that lies before the level.
    pub before: f64,
    /// Share of the run's work that the level makes up.
    pub weight: f64,
    /// Computing seconds before the level.
    pub spent: f64,
}

impl Standing {
    /// The level is the whole run.
    pub fn alone() -> Standing {
        Standing { level: 0, before: 0.0, weight: 1.0, spent: 0.0 }
    }
}

/// Column of a stage in [`Round::seconds`].
fn column(stage: Stage) -> Option<usize> {
    [Stage::Kernel, Stage::Predict, Stage::Solve, Stage::Agop].iter().position(|&s| s == stage)
}
