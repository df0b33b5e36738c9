//! The ConvRFM algorithm: its settings, its stages, what a round finds, and a run of it.
//!
//! [`Rfm::advance`] runs one stage and says what it found; between two calls the caller may stop for as long as it
//! likes, look at everything, replace the engine, or drop the run. A stage that fails or is cancelled leaves the state
//! as it was before that stage's round, so [`Rfm::advance`] can be called again. The state itself is a
//! [`Level`], of which Deep ConvRFM ([`deep`](crate::rfm)) runs several.

use crate::engine::Engine;
use crate::rfm::Ridge;
use crate::rfm::level::{Standing, work};
use crate::math::Monitor;
use crate::error::{Error, Result};
use crate::images::{Dataset, PatchGeometry};
use crate::linalg::Matrix;
use crate::rfm::Level;
use std::sync::Arc;

/// How many training images the AGOP averages over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgopSamples {
    /// All of them: the definition.
    All,
    /// The first `m`; the published experiments use 20.
    First(usize),
}

impl AgopSamples {
    /// The number of images for a training set of `n`.
    pub fn count(self, n: usize) -> usize {
        match self {
            AgopSamples::All => n,
            AgopSamples::First(m) => m.min(n),
        }
    }
}

impl std::str::FromStr for AgopSamples {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.parse() {
            _ if text == "all" => Ok(AgopSamples::All),
            Ok(m) if m > 0 => Ok(AgopSamples::First(m)),
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
    /// Ridge lambda on the kernel scaled to maximum 1: one, or those of which validation images choose.
    pub ridge: Ridge,
    /// Rounds; round 0 is the fixed kernel.
    pub rounds: usize,
    /// Training images in the AGOP.
    pub agop_samples: AgopSamples,
}

impl Settings {
    /// Checks the settings against the data they are for.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the first setting that cannot be used.
    pub fn check(&self, data: &Split) -> Result<PatchGeometry> {
        let geometry = PatchGeometry::new(data.train.images.shape(), self.patch, self.depth)?;
        self.ridge.check(data.validation.len())?;
        if self.rounds == 0 {
            return Err(Error::invalid("rounds", 0, "at least 1"));
        }
        if self.agop_samples == AgopSamples::First(0) {
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

/// The stages of a round, in their order, and the one that ends a level. The last round has no AGOP.
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
    /// Between two levels of Deep ConvRFM: filters are drawn and every image is convolved with them.
    Convolve,
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
pub struct RunPlan {
    /// Bytes held when most is held.
    pub bytes: u64,
    /// Seconds of computing; none when the engine's speed is not known before it runs.
    pub seconds: Option<f64>,
}

/// One finished stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FinishedStage {
    /// Level it belongs to, from 0; 0 of a run that is not deep.
    pub level: usize,
    /// Round it belongs to; of a convolution the last one of the level that it ends.
    pub round: usize,
    /// Which stage.
    pub stage: Stage,
    /// Computing seconds it took, pauses excluded.
    pub seconds: f64,
}

/// A run of ConvRFM: one [`Level`], and the engine that computes it. Everything that the run has found is the level's.
///
/// ```
/// use convrfm::{AgopSamples, Cpu, NoMonitor, Rfm, Settings, data};
/// let data = datasets::star(datasets::Sizes { train: 20, validation: 10, test: 10 }, 1)?;
/// let settings = Settings { patch: 3, depth: 1, ridge: 1e-3.into(), rounds: 2, agop_samples: AgopSamples::First(4) };
/// let mut rfm = Rfm::new(settings, data, Box::new(Cpu::default()))?;
/// while !rfm.finished() {
///     pollster::block_on(rfm.advance(&NoMonitor))?;
/// }
/// assert_eq!(rfm.rounds().len(), 2);
/// assert_eq!(rfm.features().unwrap().len(), 27);
/// # Ok::<(), convrfm::Error>(())
/// ```
pub struct Rfm {
    level: Level,
    engine: Box<dyn Engine>,
}

impl std::ops::Deref for Rfm {
    type Target = Level;

    fn deref(&self) -> &Level {
        &self.level
    }
}

impl Rfm {
    /// A run that has not started.
    ///
    /// # Errors
    /// When the settings do not fit the data; see [`Settings::check`].
    pub fn new(settings: Settings, data: Split, engine: Box<dyn Engine>) -> Result<Self> {
        Ok(Rfm { level: Level::new(settings, data)?, engine })
    }

    /// Runs the next stage. `None` when no stage is left.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the monitor ends it; an engine's failure. Either way the round starts anew at the next
    /// call, with everything from earlier rounds kept.
    pub async fn advance(&mut self, monitor: &dyn Monitor) -> Result<Option<FinishedStage>> {
        self.level.advance(self.engine.as_mut(), Standing::alone(), monitor).await
    }

    /// Goes on with another engine. The current round starts anew; nothing of the finished ones is lost.
    pub fn replace_engine(&mut self, engine: Box<dyn Engine>) {
        self.engine = engine;
        self.level.start_on_another_engine();
    }

    /// The engine in use.
    pub fn engine(&self) -> &dyn Engine {
        self.engine.as_ref()
    }

    /// What the run will need, from its beginning to its end, on its engine.
    ///
    /// # Errors
    /// When it is too large for the engine; nothing has been allocated then.
    pub fn plan(&mut self) -> Result<RunPlan> {
        let problem = self.problem();
        let forecast = self.engine.plan(&problem)?;
        let seconds = forecast.rate.map(|rate| work(&problem, self.settings().rounds) / rate);
        Ok(RunPlan { bytes: forecast.bytes + problem.image_bytes(), seconds })
    }
}

impl Stage {
    /// Those of a round, in their order.
    pub const ALL: [Stage; 4] = [Stage::Kernel, Stage::Solve, Stage::Predict, Stage::Agop];
}

/// The class of a row of predictions: its largest entry, the first of equals.
pub fn class_of<'a>(row: impl IntoIterator<Item = &'a f32>) -> usize {
    let first_largest = |best: (usize, f32), (i, &v): (usize, &f32)| if v > best.1 { (i, v) } else { best };
    row.into_iter().enumerate().fold((0, f32::NEG_INFINITY), first_largest).0
}

/// Percent of rows whose [`class_of`] is their label; none when there is no row.
///
/// ```
/// use convrfm::Matrix;
/// use convrfm::math::metrics::accuracy;
/// let f = Matrix::from_row_slice(2, 2, &[0.9, 0.1, 0.8, 0.2]);
/// assert_eq!(accuracy(&f, &[0, 1]), Some(50.0));
/// ```
pub fn accuracy(predictions: &Matrix, labels: &[usize]) -> Option<f64> {
    let right =
        predictions.row_iter().zip(labels).filter(|(row, label)| class_of(row.iter()) == **label).count();
    (!labels.is_empty()).then(|| 100.0 * right as f64 / labels.len() as f64)
}
