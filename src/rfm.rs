//! The ConvRFM algorithm: rounds of kernel, ridge regression, prediction and AGOP, as a resumable state machine.
//!
//! [`Rfm::advance`] runs one stage and says what it found; between two calls the caller may stop for as long as it
//! likes, look at everything, replace the engine, or drop the run. A stage that fails or is cancelled leaves the state
//! as it was before that stage's round, so [`Rfm::advance`] can be called again.

use crate::engine::{Engine, Problem};
use crate::features::{Features, Transform};
use crate::outcome::mean_squared_error;
use crate::pulse::{Monitor, Progress, Pulse};
use crate::{Dataset, Error, Geometry, Images, Matrix, Result};
use std::sync::Arc;

/// How many training images the AGOP averages over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Samples {
    /// All of them: the definition.
    All,
    /// The first `m`; the published experiments use 20.
    First(usize),
}

impl Samples {
    /// The number of images for a training set of `n`.
    pub fn count(self, n: usize) -> usize {
        match self {
            Samples::All => n,
            Samples::First(m) => m.min(n),
        }
    }
}

impl std::str::FromStr for Samples {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.parse() {
            _ if text == "all" => Ok(Samples::All),
            Ok(m) if m > 0 => Ok(Samples::First(m)),
            _ => Err(Error::invalid("agop-samples", text, "a whole number of images above 0, or all")),
        }
    }
}

/// The settings of a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Patch size q.
    pub patch: usize,
    /// Kernel depth L.
    pub depth: usize,
    /// Ridge lambda on the kernel scaled to maximum 1.
    pub ridge: f64,
    /// Rounds; round 0 is the fixed kernel.
    pub rounds: usize,
    /// Training images in the AGOP.
    pub agop_samples: Samples,
}

impl Settings {
    /// Checks the settings against the data they are for.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the first setting that cannot be used.
    pub fn check(&self, data: &Split) -> Result<Geometry> {
        let geometry = Geometry::new(data.train.images.shape(), self.patch, self.depth)?;
        if !(self.ridge > 0.0 && self.ridge.is_finite()) {
            return Err(Error::invalid("ridge", self.ridge, "a finite number above 0"));
        }
        if self.rounds == 0 {
            return Err(Error::invalid("rounds", 0, "at least 1"));
        }
        if self.agop_samples == Samples::First(0) {
            return Err(Error::invalid("agop-samples", 0, "at least 1 image"));
        }
        if data.train.images.count() == 0 {
            return Err(Error::invalid("training images", 0, "at least 1"));
        }
        for (name, part) in [("validation", &data.validation), ("test", &data.test)] {
            let (found, expected) = (part.images.shape(), data.train.images.shape());
            if found != expected {
                return Err(Error::invalid(
                    format!("{name} images"),
                    found,
                    format!("{expected}, as the training images"),
                ));
            }
        }
        Ok(geometry)
    }
}

/// Training, validation and test part of one data set. Validation and test may be empty.
#[derive(Debug, Clone)]
pub struct Split {
    /// What the ridge regression is fitted on.
    pub train: Dataset,
    /// What the kept round is chosen on.
    pub validation: Dataset,
    /// What the result is reported on; nothing is ever chosen by it.
    pub test: Dataset,
}

/// The stages of a round, in their order. The last round has no AGOP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// K(train, train) under the round's patch transform.
    Kernel,
    /// Ridge regression.
    Solve,
    /// Predictions on validation and test.
    Predict,
    /// Average gradient outer product, and from it the next round's transform.
    Agop,
}

/// What one round found so far.
#[derive(Debug, Clone, Default)]
pub struct Round {
    /// `s = max |K(train, train)|`.
    pub scale: f32,
    /// Ridge used by the solve.
    pub ridge: f64,
    /// How often the ridge was raised.
    pub retries: usize,
    /// Relative residual of the solve.
    pub residual: f64,
    /// Coefficients of the ridge regression, `n x k`: `f(x) = K(x, train) / s . alpha`.
    pub alpha: Option<Arc<Matrix>>,
    /// Predictions on validation, `v x k`.
    pub validation: Option<Matrix>,
    /// Predictions on test, `m x k`.
    pub test: Option<Matrix>,
    /// Percent of validation images classified rightly; none when there is no validation image.
    pub validation_accuracy: Option<f64>,
    /// Percent of test images classified rightly.
    pub test_accuracy: Option<f64>,
    /// Mean squared error on validation against one-hot labels, over images and outputs; none when there is no image.
    pub validation_error: Option<f64>,
    /// Mean squared error on test.
    pub test_error: Option<f64>,
    /// M computed from this round's predictor, `d x d`.
    pub agop: Option<Matrix>,
    /// Computing seconds: kernel, prediction, solve, AGOP.
    pub seconds: [f64; 4],
}

/// What a run will need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Bytes held when most is held.
    pub bytes: u64,
    /// Seconds of computing; none when the engine's speed is not known before it runs.
    pub seconds: Option<f64>,
}

/// One finished stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finished {
    /// Round it belongs to.
    pub round: usize,
    /// Which stage.
    pub stage: Stage,
    /// Computing seconds it took, pauses excluded.
    pub seconds: f64,
}

/// A run of ConvRFM.
///
/// ```
/// use convrfm::{Rfm, Settings, Samples, Unwatched, datasets, engine::Cpu};
/// let data = datasets::star(datasets::Sizes { train: 20, validation: 10, test: 10 }, 1)?;
/// let settings = Settings { patch: 3, depth: 1, ridge: 1e-3, rounds: 2, agop_samples: Samples::First(4) };
/// let mut rfm = Rfm::new(settings, data, Box::new(Cpu::default()))?;
/// while !rfm.finished() {
///     pollster::block_on(rfm.advance(&Unwatched))?;
/// }
/// assert_eq!(rfm.rounds().len(), 2);
/// assert_eq!(rfm.features().unwrap().len(), 27);
/// # Ok::<(), convrfm::Error>(())
/// ```
pub struct Rfm {
    settings: Settings,
    geometry: Geometry,
    data: Split,
    train: Arc<Images>,
    targets: Matrix,
    engine: Box<dyn Engine>,
    loaded: bool,
    rounds: Vec<Round>,
    /// The stage that comes next, of the last round of `rounds`.
    next: Option<Stage>,
    /// The patch transform of every round so far.
    transforms: Vec<Transform>,
    /// The features of every AGOP so far: those of round t made the transform of round t + 1.
    features: Vec<Arc<Features>>,
    spent: f64,
}

impl Rfm {
    /// A run that has not started.
    ///
    /// # Errors
    /// When the settings do not fit the data; see [`Settings::check`].
    pub fn new(settings: Settings, data: Split, engine: Box<dyn Engine>) -> Result<Self> {
        let geometry = settings.check(&data)?;
        Ok(Rfm {
            train: Arc::new(data.train.images.clone()),
            targets: data.train.one_hot(),
            settings,
            geometry,
            data,
            engine,
            loaded: false,
            rounds: vec![Round::default()],
            next: Some(Stage::Kernel),
            transforms: vec![Transform::Identity],
            features: Vec::new(),
            spent: 0.0,
        })
    }

    /// Runs the next stage. `None` when no stage is left.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the monitor ends it; an engine's failure. Either way the round starts anew at the next
    /// call, with everything from earlier rounds kept.
    pub async fn advance(&mut self, monitor: &dyn Monitor) -> Result<Option<Finished>> {
        let Some(stage) = self.next else { return Ok(None) };
        match self.run(stage, monitor).await {
            Ok(seconds) => {
                let round = self.round();
                self.spent += seconds;
                self.rounds[round].seconds[stage.column()] = seconds;
                self.next = self.after(stage);
                if stage == Stage::Agop {
                    self.rounds.push(Round::default());
                }
                Ok(Some(Finished { round, stage, seconds }))
            }
            Err(error) => {
                self.restart_round();
                Err(error)
            }
        }
    }

    async fn run(&mut self, stage: Stage, monitor: &dyn Monitor) -> Result<f64> {
        let progress =
            Progress { round: self.round(), stage, done: 0.0, share: self.share(), seconds_left: None };
        let pulse = Pulse::new(monitor, progress, self.weight(stage), self.spent);
        if !self.loaded {
            self.engine.load(self.geometry, self.train.clone()).await?;
            self.loaded = true;
        }
        pulse.beat(0.0).await?;
        let current = self.round();
        let round = &mut self.rounds[current];
        match stage {
            Stage::Kernel => {
                round.scale = self.engine.kernel(&self.transforms[current], &pulse).await?;
            }
            Stage::Solve => {
                let solution = self.engine.solve(&self.targets, self.settings.ridge, &pulse).await?;
                (round.ridge, round.retries, round.residual) =
                    (solution.ridge, solution.retries, solution.residual);
                round.alpha = Some(Arc::new(solution.alpha));
            }
            Stage::Predict => {
                let counts = [&self.data.validation, &self.data.test].map(|part| part.len() as f64);
                let first = counts[0] / (counts[0] + counts[1]).max(1.0);
                pulse.enter_part(0.0, first);
                let validation = self.engine.predict(&self.data.validation.images, &pulse).await?;
                pulse.enter_part(first, 1.0);
                let test = self.engine.predict(&self.data.test.images, &pulse).await?;
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
                let agop = self.engine.agop(samples, &pulse).await?;
                let features = Features::new(&agop)?;
                self.transforms.push(features.transform());
                self.features.push(Arc::new(features));
                round.agop = Some(agop);
            }
        }
        Ok(pulse.seconds())
    }

    fn after(&self, stage: Stage) -> Option<Stage> {
        match stage {
            Stage::Kernel => Some(Stage::Solve),
            Stage::Solve => Some(Stage::Predict),
            Stage::Predict => (self.rounds.len() < self.settings.rounds).then_some(Stage::Agop),
            Stage::Agop => Some(Stage::Kernel),
        }
    }

    /// Forgets what the current round has computed; earlier rounds and their features stay.
    fn restart_round(&mut self) {
        if self.next.is_some() {
            *self.rounds.last_mut().expect("a run always has a round") = Round::default();
            self.next = Some(Stage::Kernel);
        }
    }

    /// Goes on with another engine. The current round starts anew; nothing of the finished ones is lost.
    pub fn replace_engine(&mut self, engine: Box<dyn Engine>) {
        self.engine = engine;
        self.loaded = false;
        self.restart_round();
    }

    /// The engine in use.
    pub fn engine(&self) -> &dyn Engine {
        self.engine.as_ref()
    }

    /// Whether every round is done.
    pub fn finished(&self) -> bool {
        self.next.is_none()
    }

    /// The stage that [`advance`](Rfm::advance) would run.
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
    pub fn kept_round(&self) -> Option<usize> {
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
    pub fn features(&self) -> Option<&Features> {
        self.features.last().map(Arc::as_ref)
    }

    /// The features of the M that `round` sees patches through; none for round 0, and where no AGOP has made them yet.
    pub fn features_of(&self, round: usize) -> Option<&Arc<Features>> {
        self.features.get(round.checked_sub(1)?)
    }

    /// The patch transform of `round`; none where no AGOP has made it yet.
    pub fn transform(&self, round: usize) -> Option<&Transform> {
        self.transforms.get(round)
    }

    /// The training images.
    pub fn train(&self) -> &Arc<Images> {
        &self.train
    }

    /// Patch size, depth and maps.
    pub fn geometry(&self) -> Geometry {
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

    /// The size of this run.
    pub fn problem(&self) -> Problem {
        Problem {
            geometry: self.geometry,
            train: self.train.count(),
            classes: self.targets.ncols(),
            samples: self.settings.agop_samples.count(self.train.count()),
            held_out: self.data.validation.len() + self.data.test.len(),
        }
    }

    /// What the run will need, from its beginning to its end, on its engine.
    ///
    /// # Errors
    /// When it is too large for the engine; nothing has been allocated then.
    pub fn plan(&mut self) -> Result<Plan> {
        let problem = self.problem();
        let forecast = self.engine.plan(&problem)?;
        // The caller's images and the training images once more.
        let images = 2 * problem.train + problem.held_out;
        let bytes = forecast.bytes + (images * self.geometry.shape().len() * size_of::<f32>()) as u64;
        Ok(Plan { bytes, seconds: forecast.rate.map(|rate| self.total_work() / rate) })
    }

    /// Counted work of the run.
    fn total_work(&self) -> f64 {
        let (rounds, problem) = (self.settings.rounds as f64, self.problem());
        let each: f64 = [Stage::Kernel, Stage::Solve, Stage::Predict].map(|s| problem.work(s)).iter().sum();
        rounds * each + (rounds - 1.0) * problem.work(Stage::Agop)
    }

    fn weight(&self, stage: Stage) -> f64 {
        self.problem().work(stage) / self.total_work()
    }

    /// Share of the run's counted work that lies before the next stage.
    fn share(&self) -> f64 {
        let whole: f64 = Stage::ALL.iter().map(|&s| self.weight(s)).sum();
        let before =
            Stage::ALL.iter().take_while(|&&s| Some(s) != self.next).map(|&s| self.weight(s)).sum::<f64>();
        (self.round() as f64 * whole + before).min(1.0)
    }
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Stage; 4] = [Stage::Kernel, Stage::Solve, Stage::Predict, Stage::Agop];

    /// Column in the table of seconds: kernel, prediction, solve, AGOP.
    fn column(self) -> usize {
        match self {
            Stage::Kernel => 0,
            Stage::Predict => 1,
            Stage::Solve => 2,
            Stage::Agop => 3,
        }
    }
}

/// The class of a row of predictions: its largest entry, the first of equals.
pub fn class_of<'a>(row: impl IntoIterator<Item = &'a f32>) -> usize {
    let first_largest = |best: (usize, f32), (i, &v): (usize, &f32)| if v > best.1 { (i, v) } else { best };
    row.into_iter().enumerate().fold((0, f32::NEG_INFINITY), first_largest).0
}

/// Percent of rows whose [`class_of`] is their label; none when there is no row.
///
/// ```
/// use convrfm::{Matrix, rfm::accuracy};
/// let f = Matrix::from_row_slice(2, 2, &[0.9, 0.1, 0.8, 0.2]);
/// assert_eq!(accuracy(&f, &[0, 1]), Some(50.0));
/// ```
pub fn accuracy(predictions: &Matrix, labels: &[usize]) -> Option<f64> {
    let right =
        predictions.row_iter().zip(labels).filter(|(row, label)| class_of(row.iter()) == **label).count();
    (!labels.is_empty()).then(|| 100.0 * right as f64 / labels.len() as f64)
}
