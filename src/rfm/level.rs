//! The rounds of one level as a resumable state machine.

use super::landmarks::Landmarks;
use super::ridge_grid;
use super::round::{FinishedStage, Round};
use super::settings::{Ridge, Settings};
use super::state::{LevelState, RoundState, Table, check_numbers, unusable};
use crate::engine::{Engine, ProblemSize};
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry, Split};
use crate::linalg::Matrix;
use crate::math::{FeatureMatrix, Monitor, Progress, Stage, StageProgress};
use std::sync::Arc;

/// The rounds of ConvRFM on one set of images. A run of ConvRFM has one level, a run of Deep ConvRFM several.
pub struct Level {
    settings: Settings,
    geometry: PatchGeometry,
    data: Split,
    targets: Matrix,
    /// The training images that the engine holds; none when it holds all of them.
    landmarks: Option<Landmarks>,
    /// Whether the engine holds the training images.
    loaded: bool,
    /// Whether a stage is running; still set when its future was dropped.
    running: bool,
    rounds: Vec<Round>,
    /// The next stage of the last round.
    next: Option<Stage>,
    /// Whether the last round has made its predictions; not yet once it starts again, although old ones stay until they are replaced.
    predicted: bool,
    /// Validation predictions that the choice of a ridge has made, for the prediction stage of the same round.
    ridge_predictions: Option<Matrix>,
    /// Computing seconds of all finished stages, repeated ones included.
    seconds: f64,
}

/// Position of a level within the whole run: for progress and for the time left.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunOffset {
    /// The level, from 0.
    pub level: usize,
    /// Share of the run's work before the level.
    pub work_before: f64,
    /// The level's share of the run's work.
    pub work_share: f64,
    /// Computing seconds before the level.
    pub seconds_before: f64,
}

impl Level {
    /// Rounds that have not started, on images of `geometry`. The caller has checked settings and data.
    pub(super) fn new(settings: Settings, geometry: PatchGeometry, data: Split) -> Self {
        Level {
            targets: data.train.one_hot(),
            landmarks: Landmarks::of(&settings, &data.train),
            settings,
            geometry,
            data,
            loaded: false,
            running: false,
            rounds: vec![Round::default()],
            next: Some(Stage::Kernel),
            predicted: false,
            ridge_predictions: None,
            seconds: 0.0,
        }
    }

    /// Runs the next stage on `engine`; `None` when no stage is left. A stage that fails, is cancelled, or whose future is
    /// dropped makes the round start again at the next call.
    pub(super) async fn advance(
        &mut self,
        engine: &mut dyn Engine,
        offset: RunOffset,
        monitor: &dyn Monitor,
    ) -> Result<Option<FinishedStage>> {
        if self.running {
            self.restart_round();
        }
        let Some(stage) = self.next else { return Ok(None) };
        self.running = true;
        let outcome = self.run(stage, engine, offset, monitor).await;
        self.running = false;
        let seconds = match outcome {
            Ok(seconds) => seconds,
            Err(error) => {
                self.restart_round();
                return Err(error);
            }
        };
        let round = self.round();
        self.seconds += seconds;
        let columns = [Stage::Kernel, Stage::Predict, Stage::Solve, Stage::Agop];
        for (column, total) in columns.iter().zip(&mut self.rounds[round].seconds) {
            if *column == stage {
                *total = seconds;
            }
        }
        self.predicted |= stage == Stage::Predict;
        let (learned, more) = (self.rounds[round].agop.is_some(), self.rounds.len() < self.settings.rounds);
        self.next = match stage {
            Stage::Kernel => Some(Stage::Solve),
            // M first: a reader waits for the filters, and they need no predictions.
            _ if more && !learned => Some(Stage::Agop),
            _ if !self.predicted => Some(Stage::Predict),
            _ => learned.then_some(Stage::Kernel),
        };
        if self.next == Some(Stage::Kernel) {
            self.rounds.push(Round::default());
            self.predicted = false;
        }
        Ok(Some(FinishedStage { level: offset.level, round, stage, seconds }))
    }

    async fn run(
        &mut self,
        stage: Stage,
        engine: &mut dyn Engine,
        offset: RunOffset,
        monitor: &dyn Monitor,
    ) -> Result<f64> {
        let size = self.size();
        let all = size.rounds_work(self.settings.rounds);
        let start = Progress {
            level: offset.level,
            round: self.round(),
            stage,
            done: 0.0,
            share: offset.work_before + offset.work_share * self.work_before() / all,
            seconds_left: None,
        };
        let weight = offset.work_share * size.work(stage) / all;
        let progress = StageProgress::new(monitor, start, weight, offset.seconds_before + self.seconds);
        if !self.loaded {
            engine.load(self.geometry, self.landmarks()).await?;
            // A restored level goes on inside a round.
            let round = &self.rounds[self.round()];
            if let (Stage::Predict | Stage::Agop, Some(alpha)) = (stage, &round.alpha) {
                let m = self.feature_matrix(self.round());
                engine.resume(m.map(|m| m.root()), round.scale, &progress).await?;
                engine.set_alpha(alpha).await?;
            }
            self.loaded = true;
        }
        progress.checkpoint(0.0).await?;
        let current = self.round();
        match stage {
            Stage::Kernel => {
                let m = self.feature_matrix(current).cloned();
                let scale = engine.kernel(m.as_ref().map(|m| m.root()), &progress).await?;
                self.rounds[current].scale = scale;
            }
            Stage::Solve => self.solve(engine, &progress).await?,
            Stage::Predict => self.predict(engine, &progress).await?,
            Stage::Agop => {
                let samples = self.settings.agop_samples.count(self.landmarks().count());
                let m = engine.agop(samples, &progress).await?;
                self.rounds[current].agop = Some(Arc::new(FeatureMatrix::new(m)?));
            }
            Stage::Convolve | Stage::Train => {
                unreachable!("`next_stage` of a level is a stage of a round")
            }
        }
        Ok(progress.seconds())
    }

    /// Ridge regression; with several ridges the validation images choose one.
    async fn solve(&mut self, engine: &mut dyn Engine, progress: &StageProgress<'_>) -> Result<()> {
        let size = self.size();
        let current = self.round();
        let ridges = self.settings.ridge.values();
        self.ridge_predictions = None;
        let [streaming, solving] =
            [size.streaming_work(), size.solving_work()].map(|work| work / size.work(Stage::Solve));
        let solving = streaming + solving;
        let (mut solutions, trace_residual) = match &self.landmarks {
            // The page has no code for this: `Settings::check` refuses a rank in WebAssembly.
            #[cfg(not(target_arch = "wasm32"))]
            Some(landmarks) => {
                let root = self.feature_matrix(current).map(|m| m.root());
                let regression = super::landmarks::Regression {
                    geometry: self.geometry,
                    root,
                    scale: self.rounds[current].scale,
                    train: &self.data.train.images,
                    targets: &self.targets,
                };
                progress.enter_part(0.0, streaming);
                let mut problem = landmarks.collect(engine, regression, progress).await?;
                progress.enter_part(streaming, solving);
                (problem.solve(ridges, progress).await?, Some(problem.trace_residual()))
            }
            _ => {
                progress.enter_part(0.0, solving);
                (engine.solve(&self.targets, ridges, progress).await?, None)
            }
        };
        let best = if let Ridge::Grid(_) = self.settings.ridge {
            progress.enter_part(solving, 1.0);
            let (validation, scale) = (&self.data.validation, self.rounds[current].scale);
            let rows = engine.kernel_rows(&validation.images, progress).await?;
            let trials = ridge_grid::trials(&rows, scale, &solutions, &validation.labels);
            let none = || Error::NotFinite { quantity: "predictions", remedy: "raise the ridges" };
            let best = ridge_grid::best(&trials).ok_or_else(none)?;
            // The prediction stage need not compute these rows again.
            self.ridge_predictions = Some(ridge_grid::predictions(&rows, scale, &solutions[best].alpha));
            best
        } else {
            0
        };
        let solution = solutions.swap_remove(best);
        engine.set_alpha(&solution.alpha).await?;
        let round = &mut self.rounds[current];
        (round.ridge, round.retries, round.residual) = (solution.ridge, solution.retries, solution.residual);
        round.trace_residual = trace_residual;
        round.alpha = Some(Arc::new(solution.alpha));
        Ok(())
    }

    async fn predict(&mut self, engine: &mut dyn Engine, progress: &StageProgress<'_>) -> Result<()> {
        let Split { validation, test, .. } = &self.data;
        let left = if self.ridge_predictions.is_some() { 0 } else { validation.len() };
        let first = left as f64 / (left + test.len()).max(1) as f64;
        progress.enter_part(0.0, first);
        let on_validation = match self.ridge_predictions.take() {
            Some(predictions) => predictions,
            None => engine.predict(&validation.images, progress).await?,
        };
        progress.enter_part(first, 1.0);
        let on_test = engine.predict(&test.images, progress).await?;
        if !on_validation.iter().chain(on_test.iter()).all(|v| v.is_finite()) {
            return Err(Error::NotFinite { quantity: "predictions", remedy: "raise the ridge" });
        }
        let current = self.rounds.len() - 1;
        self.rounds[current].set_predictions(&self.data, on_validation, on_test);
        Ok(())
    }

    /// Makes the current round start again. Predictions that it has made stay until the same ones replace them: a run that goes on
    /// with more rounds begins with the AGOP of its last one, and if that is cancelled its accuracies stay in place.
    fn restart_round(&mut self) {
        self.running = false;
        self.ridge_predictions = None;
        if self.next.is_none() {
            return;
        }
        (self.next, self.predicted) = (Some(Stage::Kernel), false);
        let current = self.round();
        if self.rounds[current].test_predictions.is_none() {
            self.rounds[current] = Round::default();
        }
        self.rounds[current].agop = None;
    }

    /// Prepares for another engine: the current round starts again, finished rounds stay.
    pub(super) fn change_engine(&mut self) {
        self.loaded = false;
        self.restart_round();
    }

    /// The results so far, as plain data.
    pub(super) fn state(&self) -> LevelState {
        LevelState {
            rounds: self.rounds.iter().map(RoundState::of).collect(),
            next: self.next,
            ridge_predictions: self.ridge_predictions.as_ref().map(Table::of),
            seconds: self.seconds,
        }
    }

    /// Takes the results of a level on the same images. Where K is needed and nothing but K is missing, the round's kernel stage
    /// is next.
    ///
    /// # Errors
    /// [`Error::Invalid`] when they do not fit the images and the settings, or are not those of a level between two stages.
    pub(super) fn restore(&mut self, state: LevelState) -> Result<()> {
        let LevelState { rounds, mut next, ridge_predictions, seconds } = state;
        check_numbers(&[seconds])?;
        let d = self.geometry.patch_len();
        let rounds: Vec<Round> = rounds
            .into_iter()
            .map(|round| round.round(&self.data, self.landmarks().count(), d))
            .collect::<Result<_>>()?;
        let Some((last, finished)) = rounds.split_last() else { return Err(unusable("no round")) };
        let solved = |r: &Round| r.alpha.is_some() && r.scale > 0.0;
        let predicted = |r: &Round| solved(r) && r.test_predictions.is_some();
        let (learned, more) = (last.agop.is_some(), rounds.len() < self.settings.rounds);
        let fits = match next {
            None => predicted(last) && !learned && !more,
            Some(Stage::Agop) => solved(last) && !learned && more,
            Some(Stage::Predict) => solved(last) && (more || !learned),
            Some(Stage::Kernel | Stage::Solve) => !learned,
            Some(Stage::Convolve | Stage::Train) => false,
        };
        let complete = finished.iter().all(|round| predicted(round) && round.agop.is_some());
        if !(fits && complete && rounds.len() <= self.settings.rounds) {
            return Err(unusable("rounds that no run has between two stages"));
        }
        if next == Some(Stage::Solve) {
            next = Some(Stage::Kernel);
        }
        self.predicted = matches!(next, None | Some(Stage::Agop)) && last.test_predictions.is_some();
        let (v, outputs) = (self.data.validation.len(), self.targets.ncols());
        self.ridge_predictions = ridge_predictions.map(|table| table.matrix(v, outputs)).transpose()?;
        (self.rounds, self.next, self.seconds) = (rounds, next, seconds);
        // The engine may hold another round, or none.
        (self.loaded, self.running) = (false, false);
        Ok(())
    }

    /// Whether every round is done.
    pub fn finished(&self) -> bool {
        self.next.is_none()
    }

    /// The next stage; none when every round is done.
    pub fn next_stage(&self) -> Option<Stage> {
        self.next
    }

    /// Index of the current round.
    pub fn round(&self) -> usize {
        self.rounds.len() - 1
    }

    /// Every round so far; the last may be unfinished.
    pub fn rounds(&self) -> &[Round] {
        &self.rounds
    }

    /// The round with the highest validation accuracy, the first of equals; without validation images the last round with
    /// predictions. Test images never choose.
    pub fn best_round(&self) -> Option<usize> {
        let mut best: Option<(usize, f64)> = None;
        for (index, round) in self.rounds.iter().enumerate() {
            if let Some(accuracy) = round.validation_accuracy
                && best.is_none_or(|(_, top)| accuracy > top)
            {
                best = Some((index, accuracy));
            }
        }
        let last = self.rounds.iter().rposition(|round| round.test_predictions.is_some());
        best.map(|(index, _)| index).or(last)
    }

    /// The M whose root is the patch transform of `round`; none for round 0, which uses untransformed patches.
    pub fn feature_matrix(&self, round: usize) -> Option<&Arc<FeatureMatrix>> {
        self.rounds.get(round.checked_sub(1)?)?.agop.as_ref()
    }

    /// The latest M; none before the first AGOP.
    pub fn latest_feature_matrix(&self) -> Option<&Arc<FeatureMatrix>> {
        self.rounds.iter().rev().find_map(|round| round.agop.as_ref())
    }

    /// Patch size, depth and map sizes.
    pub fn geometry(&self) -> PatchGeometry {
        self.geometry
    }

    /// The images of this level.
    pub fn data(&self) -> &Split {
        &self.data
    }

    /// The training images.
    pub fn train(&self) -> &Images {
        &self.data.train.images
    }

    /// The images `x_i` of `f(x) = sum_i K(x, x_i) / s . alpha_i`: the landmarks if there are any ([`Settings::rank`]), otherwise all
    /// training images.
    pub fn landmarks(&self) -> &Images {
        self.landmarks.as_ref().map_or(self.train(), Landmarks::images)
    }

    /// Continues up to `rounds` rounds.
    pub(super) fn extend(&mut self, rounds: usize) {
        self.settings.rounds = rounds;
        if self.next.is_none() && self.rounds.len() < rounds {
            self.next = Some(Stage::Agop);
            // Another engine has neither K nor alpha of the last round.
            if !self.loaded {
                self.restart_round();
            }
        }
    }

    /// The settings of the run.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Speed of the last kernel stage in position-layers per second: pairs of images times positions summed over the layers.
    /// None before the first.
    pub fn kernel_rate(&self) -> Option<f64> {
        let seconds = self.rounds.iter().rev().map(|round| round.seconds[0]).find(|s| *s > 0.0)?;
        let n = self.landmarks().count() as f64;
        Some(n * (n + 1.0) / 2.0 * self.geometry.position_layers() as f64 / seconds)
    }

    /// The size of these rounds, for the engine's plan.
    pub fn size(&self) -> ProblemSize {
        let Split { train, validation, test } = &self.data;
        let (grid, landmarks) = (matches!(self.settings.ridge, Ridge::Grid(_)), self.landmarks().count());
        ProblemSize {
            geometry: self.geometry,
            train: landmarks,
            streamed: train.len() - landmarks,
            classes: self.targets.ncols(),
            agop_samples: self.settings.agop_samples.count(landmarks),
            held_out: validation.len() + test.len(),
            ridges: self.settings.ridge.values().len(),
            ridge_images: if grid { validation.len() } else { 0 },
        }
    }

    /// Computing seconds of all finished stages, repeated ones included.
    pub(super) fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Counted work of the level before the next stage.
    fn work_before(&self) -> f64 {
        let size = self.size();
        let round: f64 = Stage::ROUND.iter().map(|&stage| size.work(stage)).sum();
        let is_done = |stage: &Stage| match stage {
            Stage::Kernel => self.next != Some(Stage::Kernel),
            Stage::Solve => !matches!(self.next, Some(Stage::Kernel | Stage::Solve)),
            Stage::Agop => self.rounds[self.round()].agop.is_some(),
            _ => self.predicted,
        };
        let stages = Stage::ROUND.into_iter().filter(is_done);
        self.round() as f64 * round + stages.map(|stage| size.work(stage)).sum::<f64>()
    }
}
