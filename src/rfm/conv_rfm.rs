//! The driver of a run: ConvRFM with one level, Deep ConvRFM with several.
//!
//! ```text
//! for level l = 0 .. levels-1:
//!     run the rounds of ConvRFM with a kernel of depth L - l on the current images; validation chooses the best round
//!     unless it is the last level:
//!         M_l = the M whose root is the best round's patch transform (round 0: the identity)
//!         draw `width` filters from N(0, M_l / trace M_l)
//!         replace every image by its convolution with them, optionally with a ReLU and averaged over
//!         windows of `pooling` rows and columns; channels become `width`
//! ```
//!
//! A convolution takes `q - 1` rows and columns, and each level has one kernel layer less, so without pooling the last map of every
//! level has the same size and up to L levels always leave a position.
//!
//! Convolved images are not rescaled. A response has `E (w . u)^2 = u^T M u / trace M`: the mean square of the patch for M = I, at
//! most `d` times that for an M of rank 1. Neither the predictor nor the relative rounding error depends on the images' scale, as
//! long as squares stay below 1e38, the end of single precision; beyond that the run ends with an error.

use super::level::{Level, RunOffset};
use super::round::{FinishedStage, RunPlan};
use super::settings::{FilterSource, Settings};
use super::state::{Origin, RunState, Table, check_numbers, unusable};
use crate::engine::{Engine, ProblemSize};
use crate::error::{Error, Result};
use crate::images::{Dataset, Images, Split};
use crate::linalg::memory;
use crate::math::{FilterBank, Monitor, Progress, Stage, StageProgress, filter_bank};

/// A run of ConvRFM.
///
/// [`advance`](ConvRfm::advance) runs one stage. Between two calls the caller may wait, read all results, replace the engine or drop
/// the run. After a stage that fails, is cancelled, or whose future is dropped, only the current round has to be repeated.
///
/// ```
/// use convrfm::{AgopSamples, ConvRfm, Cpu, NoMonitor, Settings, Sizes, star};
/// let data = star(Sizes { train: 12, validation: 6, test: 6 }, 1)?;
/// let mut settings = Settings::default();
/// (settings.depth, settings.levels, settings.width, settings.rounds) = (2, 2, 5, 2);
/// settings.agop_samples = AgopSamples::First(4);
/// let mut run = ConvRfm::new(settings, data, Box::new(Cpu::default()))?;
/// while let Some(done) = pollster::block_on(run.advance(&NoMonitor))? {
///     println!("level {}, round {}: {}", done.level, done.round, done.stage);
/// }
/// assert_eq!(run.filter_bank(0).unwrap().weights().shape(), (5, 27));
/// assert_eq!(run.levels()[1].geometry().shape().to_string(), "5x30x30");
/// # Ok::<(), convrfm::Error>(())
/// ```
pub struct ConvRfm {
    settings: Settings,
    /// The size of each level's rounds.
    sizes: Vec<ProblemSize>,
    engine: Box<dyn Engine>,
    /// The levels that have started; at least one.
    levels: Vec<Level>,
    /// The convolution after each level but the last.
    convolutions: Vec<Convolution>,
}

struct Convolution {
    filters: FilterBank,
    seconds: f64,
}

impl ConvRfm {
    /// A run that has not started.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the settings do not fit the data; see [`Settings::check`].
    pub fn new(settings: Settings, data: Split, engine: Box<dyn Engine>) -> Result<Self> {
        settings.check(&data)?;
        let shape = data.train.images.shape();
        let first = Level::new(settings.clone(), settings.geometry(shape, 0)?, data);
        let size = first.size();
        let of_level = |level| Ok(ProblemSize { geometry: settings.geometry(shape, level)?, ..size });
        let sizes = (0..settings.levels).map(of_level).collect::<Result<_>>()?;
        Ok(ConvRfm { settings, sizes, engine, levels: vec![first], convolutions: Vec::new() })
    }

    /// Runs the next stage; `None` when no stage is left.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the monitor cancels; the engine's failure; [`Error::TooLarge`] when there is no memory for the
    /// kernel matrix or the convolved images. The round or the convolution starts again at the next call.
    pub async fn advance(&mut self, monitor: &dyn Monitor) -> Result<Option<FinishedStage>> {
        match self.next_stage() {
            None => Ok(None),
            Some(Stage::Convolve) => self.convolve(monitor).await.map(Some),
            Some(_) => {
                let offset = self.offset();
                let level = self.levels.last_mut().expect("a run always has a level");
                level.advance(self.engine.as_mut(), offset, monitor).await
            }
        }
    }

    /// Draws the filters and starts the next level with the convolved images.
    async fn convolve(&mut self, monitor: &dyn Monitor) -> Result<FinishedStage> {
        let offset = self.offset();
        let level = self.current_level();
        let start = self.start_of_convolution(offset.work_before + offset.work_share);
        let weight = self.convolution_work(offset.level) / self.work_before(self.settings.levels);
        let progress = StageProgress::new(monitor, start, weight, offset.seconds_before + level.seconds());
        progress.checkpoint(0.0).await?;
        let filters = self.draw_filters()?;
        let data = self.convolved(&filters, level.data(), &progress).await?;
        let seconds = progress.seconds();
        self.start_level(data, Convolution { filters, seconds });
        Ok(FinishedStage { level: offset.level, round: start.round, stage: Stage::Convolve, seconds })
    }

    /// The first progress of the convolution after the current level; `share` of the run is done.
    fn start_of_convolution(&self, share: f64) -> Progress {
        Progress {
            level: self.levels.len() - 1,
            round: self.current_level().round(),
            stage: Stage::Convolve,
            done: 0.0,
            share,
            seconds_left: None,
        }
    }

    /// All images of `data` convolved with `filters`.
    async fn convolved(
        &self,
        filters: &FilterBank,
        data: &Split,
        progress: &StageProgress<'_>,
    ) -> Result<Split> {
        let Split { train, validation, test } = data;
        let all = (train.len() + validation.len() + test.len()) as f64;
        let mut done = 0;
        let Settings { relu, pooling, .. } = self.settings;
        let mut convolved = async |part: &Dataset| -> Result<Dataset> {
            progress.enter_part(done as f64 / all, (done + part.len()) as f64 / all);
            done += part.len();
            let images: Images = filters.convolve(&part.images, relu, pooling, progress).await?;
            Ok(Dataset { images, labels: part.labels.clone(), classes: part.classes.clone() })
        };
        Ok(Split {
            train: convolved(train).await?,
            validation: convolved(validation).await?,
            test: convolved(test).await?,
        })
    }

    fn start_level(&mut self, data: Split, convolution: Convolution) {
        let geometry = self.sizes[self.levels.len()].geometry;
        self.levels.push(Level::new(self.settings.clone(), geometry, data));
        self.convolutions.push(convolution);
    }

    /// The state of the run, from which [`restore`](ConvRfm::restore) continues. Between two stages.
    pub fn state(&self) -> RunState {
        let filters = self.convolutions.iter().map(|c| (Table::of(c.filters.weights()), c.seconds));
        RunState {
            of: self.origin(),
            levels: self.levels.iter().map(Level::state).collect(),
            filters: filters.collect(),
        }
    }

    fn origin(&self) -> Origin {
        Origin::of(&self.settings, self.levels[0].data(), self.engine.name())
    }

    /// Takes the state of an earlier run with the same engine, settings and images; the results are those of a run that was not
    /// interrupted, bit for bit. Convolves the images of its levels.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the state is of another version, engine, settings or images, or damaged. The run may have levels
    /// of the state then, and should be dropped.
    pub async fn restore(&mut self, state: RunState, monitor: &dyn Monitor) -> Result<()> {
        self.origin().check(&state.of)?;
        let RunState { levels, filters, .. } = state;
        if levels.is_empty() || levels.len() > self.settings.levels || levels.len() != filters.len() + 1 {
            return Err(unusable(format!("{} levels and {} filter banks", levels.len(), filters.len())));
        }
        self.levels.truncate(1);
        self.convolutions.clear();
        // The first level has no filters before it.
        let before = std::iter::once(None).chain(filters.into_iter().map(Some));
        for (level, filters) in levels.into_iter().zip(before) {
            if let Some((weights, seconds)) = filters {
                self.restore_convolution(weights, seconds, monitor).await?;
            }
            self.levels.last_mut().expect("a run always has a level").restore(level)?;
        }
        Ok(())
    }

    /// Starts the level after the current one with stored filters and the `seconds` that their convolution took.
    async fn restore_convolution(
        &mut self,
        weights: Table,
        seconds: f64,
        monitor: &dyn Monitor,
    ) -> Result<()> {
        check_numbers(&[seconds])?;
        let before = self.current_level();
        if !before.finished() {
            return Err(unusable("a level after an unfinished one"));
        }
        let geometry = before.geometry();
        let weights = weights.matrix(self.settings.width, geometry.patch_len())?;
        let filters = FilterBank::new(geometry.shape().channels, geometry.patch(), weights)?;
        let progress = StageProgress::new(monitor, self.start_of_convolution(0.0), 0.0, 0.0);
        let data = self.convolved(&filters, before.data(), &progress).await?;
        self.start_level(data, Convolution { filters, seconds });
        Ok(())
    }

    /// The filters that follow the current level.
    fn draw_filters(&self) -> Result<FilterBank> {
        let level = self.current_level();
        let none = || Error::invalid("level", "no round", "one with predictions");
        let m = level.feature_matrix(level.best_round().ok_or_else(none)?);
        let root = match self.settings.filters {
            FilterSource::Learned => m.map(|m| m.root()),
            FilterSource::Isotropic => None,
        };
        let index = self.levels.len() - 1;
        FilterBank::draw(root, level.geometry(), self.settings.width, self.settings.seed, index)
    }

    /// Lets a run with one level continue up to `rounds` rounds. The results are those of a run that was planned with them.
    ///
    /// ```
    /// # use convrfm::{ConvRfm, Cpu, NoMonitor, Settings, Sizes, star};
    /// # let data = star(Sizes { train: 12, validation: 6, test: 6 }, 1)?;
    /// # let mut settings = Settings::default();
    /// settings.rounds = 1;
    /// let mut run = ConvRfm::new(settings, data, Box::new(Cpu::default()))?;
    /// while pollster::block_on(run.advance(&NoMonitor))?.is_some() {}
    /// run.extend(2)?;
    /// while pollster::block_on(run.advance(&NoMonitor))?.is_some() {}
    /// assert_eq!(run.levels()[0].rounds().len(), 2);
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] for fewer rounds than before, and for a run with several levels: the filters of the next level are drawn
    /// from the best round, which a further round may replace.
    pub fn extend(&mut self, rounds: usize) -> Result<()> {
        if self.settings.levels > 1 {
            return Err(Error::invalid("levels", self.settings.levels, "one level, to add rounds to a run"));
        }
        if rounds < self.settings.rounds {
            let expected = format!("at least {}, as planned", self.settings.rounds);
            return Err(Error::invalid("rounds", rounds, expected));
        }
        self.settings.rounds = rounds;
        self.levels.iter_mut().for_each(|level| level.extend(rounds));
        Ok(())
    }

    /// Continues with another engine. The current round starts again, finished rounds stay.
    pub fn replace_engine(&mut self, engine: Box<dyn Engine>) {
        self.engine = engine;
        self.levels.last_mut().expect("a run always has a level").change_engine();
    }

    /// The engine.
    pub fn engine(&self) -> &dyn Engine {
        self.engine.as_ref()
    }

    /// Whether every round of every level is done.
    pub fn finished(&self) -> bool {
        self.next_stage().is_none()
    }

    /// The stage that [`advance`](ConvRfm::advance) would run.
    pub fn next_stage(&self) -> Option<Stage> {
        let more = self.levels.len() < self.settings.levels;
        self.current_level().next_stage().or(more.then_some(Stage::Convolve))
    }

    /// The levels that have started; the last may be unfinished.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The latest level.
    pub fn current_level(&self) -> &Level {
        self.levels.last().expect("a run always has a level")
    }

    /// The filters drawn after `level`; none for the last level, and before they are drawn.
    pub fn filter_bank(&self, level: usize) -> Option<&FilterBank> {
        self.convolutions.get(level).map(|convolution| &convolution.filters)
    }

    /// Computing seconds of the convolution after `level`.
    pub fn convolution_seconds(&self, level: usize) -> Option<f64> {
        self.convolutions.get(level).map(|convolution| convolution.seconds)
    }

    /// The best level and its best round: of the levels' best rounds the one with the highest validation accuracy, the first of
    /// equals; without validation images the last level with predictions.
    pub fn best(&self) -> Option<(usize, usize)> {
        let mut best: Option<(usize, usize, Option<f64>)> = None;
        for (index, level) in self.levels.iter().enumerate() {
            let Some(round) = level.best_round() else { continue };
            let accuracy = level.rounds()[round].validation_accuracy;
            match (best, accuracy) {
                (Some((_, _, Some(top))), Some(accuracy)) if accuracy <= top => {}
                _ => best = Some((index, round, accuracy)),
            }
        }
        best.map(|(level, round, _)| (level, round))
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the whole run needs on its engine. The images of every level stay in memory, the engine holds one level at a time.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when a level does not fit the engine, or the images of all levels do not fit the memory. Nothing has
    /// been allocated then.
    pub fn plan(&mut self) -> Result<RunPlan> {
        let (mut peak, mut seconds) = (0, Some(0.0));
        for (level, size) in self.sizes.iter().enumerate() {
            let plan = self.engine.plan(size)?;
            let mut bytes = plan.bytes.saturating_add(size.ridge_bytes());
            if self.settings.rank.is_some() {
                bytes = with_landmarks(bytes, size)?;
            }
            peak = peak.max(bytes);
            let work = size.rounds_work(self.settings.rounds) + self.convolution_work(level);
            seconds = seconds.zip(plan.rate).map(|(sum, rate)| sum + work / rate);
        }
        let images = self.sizes.iter().map(ProblemSize::image_bytes).fold(0, u64::saturating_add);
        let available = memory::available();
        if images > available {
            return Err(filter_bank::too_large(images, available, self.sizes[0].train));
        }
        Ok(RunPlan { bytes: peak.saturating_add(images), seconds })
    }

    /// Counted work of the convolution after `level`.
    fn convolution_work(&self, level: usize) -> f64 {
        let last = level + 1 == self.settings.levels;
        if last { 0.0 } else { self.sizes[level].convolution_work(self.settings.width) }
    }

    /// Counted work of the first `levels` levels and the convolutions after them.
    fn work_before(&self, levels: usize) -> f64 {
        let rounds = self.settings.rounds;
        (0..levels).map(|level| self.sizes[level].rounds_work(rounds) + self.convolution_work(level)).sum()
    }

    /// Where the current level lies in the run.
    fn offset(&self) -> RunOffset {
        let (level, all) = (self.levels.len() - 1, self.work_before(self.settings.levels));
        let convolving: f64 = self.convolutions.iter().map(|convolution| convolution.seconds).sum();
        RunOffset {
            level,
            work_before: self.work_before(level) / all,
            work_share: self.sizes[level].rounds_work(self.settings.rounds) / all,
            seconds_before: self.levels[..level].iter().map(Level::seconds).sum::<f64>() + convolving,
        }
    }
}

/// The bytes of an engine and of the ridge regression with landmarks.
///
/// # Errors
/// [`Error::Invalid`] when they exceed the memory, with the number of landmarks that would fit beside this engine.
fn with_landmarks(engine: u64, size: &ProblemSize) -> Result<u64> {
    let bytes = |train| engine.saturating_add(ProblemSize { train, ..*size }.nystrom_bytes());
    let (needed, available) = (bytes(size.train), memory::available());
    if needed > available {
        let largest = memory::largest_that_fits(size.train, |train| bytes(train) <= available);
        let expected =
            format!("at most {largest}: landmarks need {needed} bytes, and {available} are available");
        return Err(Error::invalid("rank", size.train, expected));
    }
    Ok(needed)
}
