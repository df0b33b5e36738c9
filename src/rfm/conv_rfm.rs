//! Deep ConvRFM: levels of ConvRFM, each on the images of the one before it, convolved with random filters that the one
//! before it has learned to draw.
//!
//! ```text
//! for level l = 0 .. levels-1:
//!     ConvRFM with a kernel of depth L - l on the current images     -> rounds, the kept one chosen on validation
//!     unless it is the last level:
//!         M_l = the M that the kept round sees patches through         (round 0: the identity)
//!         draw `width` filters from N(0, M_l / trace M_l)              FilterBank::draw
//!         replace every image by its convolution with them, ReLU or not    channels become `width`
//! ```
//!
//! A level loses `q - 1` rows and columns by its convolution and one layer of its kernel, so the last map of every level has
//! the same size, and levels that are no more than L always leave a position.
//!
//! Convolved images are not scaled. A response has `E (w . u)^2 = u^T M u / trace M`: the mean square of the patch under
//! M = I, at most `d` times that when M knows one direction alone. The machine does not depend on the images' scale, and nor
//! does its rounding, which is relative (a power of two would change no bit), until single precision's range ends: that is
//! `1e38` for the squares of values, and told as an error.

use crate::engine::{Engine, ProblemSize};
use crate::math::PatchTransform;
use crate::math::{FilterBank, filter_bank};
use crate::math::filter_bank::ADDRESSABLE;
use crate::rfm::level::{Standing, work};
use crate::math::{Monitor, Progress, StageProgress};
use crate::images::Split;
use crate::math::Stage;
use crate::rfm;
use crate::rfm::{FinishedStage, RunPlan};
use crate::error::{Error, Result};
use crate::images::{Dataset, Images, PatchGeometry, Shape};
use crate::rfm::Level;

/// What the filters between two levels are drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterSource {
    /// `N(0, M / trace M)`: what the level has learned.
    #[default]
    Learned,
    /// `N(0, I / d)`, whatever the level has learned: what the learned filters are to be compared with.
    Isotropic,
}

impl FilterSource {
    /// As the command line takes it.
    pub fn name(self) -> &'static str {
        match self {
            FilterSource::Learned => "learned",
            FilterSource::Isotropic => "isotropic",
        }
    }
}

impl std::str::FromStr for FilterSource {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "learned" => Ok(FilterSource::Learned),
            "isotropic" => Ok(FilterSource::Isotropic),
            _ => Err(Error::invalid("filters", text, "learned or isotropic")),
        }
    }
}

/// The settings of a fit of several levels.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The rounds of every level; `depth` is the first level's, L. Level `l` has `L - l`.
    pub machine: rfm::Settings,
    /// Levels, 1 to L. One level is ConvRFM itself.
    pub levels: usize,
    /// Filters drawn between two levels, which are the next one's channels.
    pub width: usize,
    /// Whether convolved images go through a ReLU. The published scripts have none.
    pub relu: bool,
    /// What the filters are drawn from.
    pub filters: FilterSource,
    /// Seed of the filters.
    pub seed: u64,
}

impl Settings {
    /// ConvRFM itself: one level.
    pub fn one_level(machine: rfm::Settings) -> Settings {
        Settings { machine, levels: 1, width: 64, relu: false, filters: FilterSource::Learned, seed: 0 }
    }

    /// Checks the settings against the data they are for.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the first setting that cannot be used.
    pub fn check(&self, data: &Split) -> Result<()> {
        self.machine.check(data)?;
        if self.levels == 0 || self.levels > self.machine.depth {
            let most = self.machine.depth;
            let expected = format!("1 to {most}, the kernel depth, of which each level takes one layer");
            return Err(Error::invalid("levels", self.levels, expected));
        }
        filters::check_width(self.width)
    }

    /// The settings of `level`'s rounds.
    pub fn level(&self, level: usize) -> rfm::Settings {
        rfm::Settings { depth: self.machine.depth.saturating_sub(level), ..self.machine.clone() }
    }

    /// Patches and maps of `level`, for first images of `shape`.
    ///
    /// # Errors
    /// When there is no such level.
    pub fn geometry(&self, shape: Shape, level: usize) -> Result<PatchGeometry> {
        let first = PatchGeometry::new(shape, self.machine.patch, self.machine.depth)?;
        if level == 0 {
            return Ok(first);
        }
        let (height, width) = first.grid(level.min(self.machine.depth) - 1);
        let shape = Shape { channels: self.width, height, width };
        PatchGeometry::new(shape, self.machine.patch, self.machine.depth.saturating_sub(level))
    }
}

/// What leads from one level to the next.
struct Bridge {
    bank: FilterBank,
    seconds: f64,
}

/// A run of Deep ConvRFM, stage by stage as [`Rfm`](crate::Rfm). With one level it is ConvRFM, bit for bit.
///
/// ```
/// use convrfm::{AgopSamples, ConvRfm, Cpu, NoMonitor, Settings, Stage, data, rfm};
/// let data = datasets::star(datasets::Sizes { train: 12, validation: 6, test: 6 }, 1)?;
/// let machine = Settings { patch: 3, depth: 2, ridge: 1e-3.into(), rounds: 2, agop_samples: AgopSamples::First(4) };
/// let settings = deep::Settings { levels: 2, width: 5, ..deep::Settings::one_level(machine) };
/// let mut deep = ConvRfm::new(settings, data, Box::new(Cpu::default()))?;
/// while let Some(done) = pollster::block_on(deep.advance(&NoMonitor))? {
///     assert_eq!(done.level, deep.levels().len() - if done.stage == Stage::Convolve { 2 } else { 1 });
/// }
/// assert_eq!(deep.filters(0).unwrap().weights().shape(), (5, 27));
/// assert_eq!(deep.level(1).unwrap().geometry().shape().to_string(), "5x30x30");
/// # Ok::<(), convrfm::Error>(())
/// ```
pub struct ConvRfm {
    settings: Settings,
    /// The size of every level's rounds.
    problems: Vec<ProblemSize>,
    engine: Box<dyn Engine>,
    /// Those that have begun; there is one at least.
    levels: Vec<Level>,
    /// What followed each level but the last.
    bridges: Vec<Bridge>,
}

impl ConvRfm {
    /// A run that has not started.
    ///
    /// # Errors
    /// When the settings do not fit the data; see [`Settings::check`].
    pub fn new(settings: Settings, data: Split, engine: Box<dyn Engine>) -> Result<Self> {
        settings.check(&data)?;
        let first = Level::new(settings.level(0), data)?;
        let (problem, shape) = (first.problem(), first.geometry().shape());
        let of_level = |l| Ok(ProblemSize { geometry: settings.geometry(shape, l)?, ..problem });
        let problems = (0..settings.levels).map(of_level).collect::<Result<_>>()?;
        Ok(ConvRfm { settings, problems, engine, levels: vec![first], bridges: Vec::new() })
    }

    /// Runs the next stage, of whatever level. `None` when no stage is left.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the monitor ends it; an engine's failure; [`Error::TooLarge`] when there is no room for
    /// convolved images. A round that fails starts anew at the next call, and so does a convolution; everything before is
    /// kept.
    pub async fn advance(&mut self, monitor: &dyn Monitor) -> Result<Option<FinishedStage>> {
        match self.next_stage() {
            None => Ok(None),
            Some(Stage::Convolve) => self.convolve(monitor).await.map(Some),
            Some(_) => {
                let standing = self.standing();
                let level = self.levels.last_mut().expect("a run always has a level");
                level.advance(self.engine.as_mut(), standing, monitor).await
            }
        }
    }

    /// Draws the filters and begins the next level with the convolved images.
    async fn convolve(&mut self, monitor: &dyn Monitor) -> Result<FinishedStage> {
        let standing = self.standing();
        let level = self.current();
        let round = level.round();
        let progress = Progress {
            level: standing.level,
            round,
            stage: Stage::Convolve,
            done: 0.0,
            share: standing.before + standing.weight,
            seconds_left: None,
        };
        let weight = self.convolution_work(standing.level) / self.work();
        let progress = StageProgress::new(monitor, progress, weight, standing.spent + level.spent());
        progress.checkpoint(0.0).await?;
        let bank = self.draw()?;
        let data = level.data();
        let parts = [&data.train, &data.validation, &data.test];
        let all = parts.iter().map(|part| part.len()).sum::<usize>() as f64;
        let mut before = 0;
        let mut convolved = Vec::with_capacity(parts.len());
        for part in parts {
            progress.enter_part(before as f64 / all, (before + part.len()) as f64 / all);
            let images: Images = bank.convolve(&part.images, self.settings.relu, &progress).await?;
            convolved.push(Dataset { images, labels: part.labels.clone(), classes: part.classes.clone() });
            before += part.len();
        }
        let Ok([train, validation, test]) = <[Dataset; 3]>::try_from(convolved) else {
            unreachable!("three parts went in")
        };
        let next = Level::new(self.settings.level(standing.level + 1), Split { train, validation, test })?;
        let seconds = progress.seconds();
        self.levels.push(next);
        self.bridges.push(Bridge { bank, seconds });
        Ok(FinishedStage { level: standing.level, round, stage: Stage::Convolve, seconds })
    }

    /// The filters that follow the current level.
    fn draw(&self) -> Result<FilterBank> {
        let level = self.current();
        let kept = level.best_round().and_then(|round| level.transform(round));
        let learned = kept.ok_or_else(|| Error::invalid("level", "no round", "one with predictions"))?;
        let transform = match self.settings.filters {
            FilterSource::Learned => learned,
            FilterSource::Isotropic => &PatchTransform::Identity,
        };
        let (width, seed) = (self.settings.width, self.settings.seed);
        FilterBank::draw(transform, level.geometry(), width, seed, self.levels.len() - 1)
    }

    /// Goes on with another engine. The current round starts anew; nothing of the finished ones is lost.
    pub fn replace_engine(&mut self, engine: Box<dyn Engine>) {
        self.engine = engine;
        self.levels.last_mut().expect("a run always has a level").start_on_another_engine();
    }

    /// The engine in use.
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
        self.current().next_stage().or(more.then_some(Stage::Convolve))
    }

    /// The levels that have begun; the last may be unfinished.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// Level `level`, once it has begun.
    pub fn level(&self, level: usize) -> Option<&Level> {
        self.levels.get(level)
    }

    /// The latest level.
    pub fn current(&self) -> &Level {
        self.levels.last().expect("a run always has a level")
    }

    /// The filters that were drawn when `level` had ended; none of the last level, and before that.
    pub fn filters(&self, level: usize) -> Option<&FilterBank> {
        self.bridges.get(level).map(|bridge| &bridge.bank)
    }

    /// Computing seconds of the convolution that followed `level`.
    pub fn convolution_seconds(&self, level: usize) -> Option<f64> {
        self.bridges.get(level).map(|bridge| bridge.seconds)
    }

    /// The level to keep and its round: of the rounds that the levels keep the one with the highest validation accuracy, the
    /// first of equals. Falls back on the last level that has predicted when there is no validation image.
    pub fn kept(&self) -> Option<(usize, usize)> {
        let mut best: Option<(usize, usize, Option<f64>)> = None;
        for (l, level) in self.levels.iter().enumerate() {
            let Some(round) = level.best_round() else { continue };
            let here = level.rounds()[round].validation_accuracy;
            match (best, here) {
                (Some((_, _, Some(top))), Some(accuracy)) if accuracy <= top => {}
                _ => best = Some((l, round, here)),
            }
        }
        best.map(|(level, round, _)| (level, round))
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What the run will need on its engine, from its beginning to its end: every level's images are kept, the engine holds
    /// one level at a time.
    ///
    /// # Errors
    /// When a level is too large for the engine, or the images of all are for the address space; nothing has been allocated
    /// then.
    pub fn plan(&mut self) -> Result<RunPlan> {
        let (mut held, mut seconds) = (0, Some(0.0));
        for l in 0..self.problems.len() {
            let forecast = self.engine.plan(&self.problems[l])?;
            held = held.max(forecast.bytes + self.problems[l].choosing_bytes());
            let work = self.rounds_work(l) + self.convolution_work(l);
            seconds = seconds.zip(forecast.rate).map(|(sum, rate)| sum + work / rate);
        }
        let images: u64 = self.problems.iter().map(ProblemSize::image_bytes).sum();
        if images > ADDRESSABLE {
            return Err(filters::too_large(images, ADDRESSABLE, self.problems[0].train));
        }
        Ok(RunPlan { bytes: held + images, seconds })
    }

    /// Counted work of the rounds of `level`.
    fn rounds_work(&self, level: usize) -> f64 {
        work(&self.problems[level], self.settings.machine.rounds)
    }

    /// Counted work of the convolution that follows `level`.
    fn convolution_work(&self, level: usize) -> f64 {
        let last = level + 1 == self.settings.levels;
        if last { 0.0 } else { self.problems[level].convolution_work(self.settings.width) }
    }

    /// Counted work of the first `levels` levels and of what follows each.
    fn work_of(&self, levels: usize) -> f64 {
        (0..levels).map(|l| self.rounds_work(l) + self.convolution_work(l)).sum()
    }

    fn work(&self) -> f64 {
        self.work_of(self.settings.levels)
    }

    /// Where the current level stands in the run.
    fn standing(&self) -> Standing {
        let (level, whole) = (self.levels.len() - 1, self.work());
        let convolving: f64 = self.bridges.iter().map(|bridge| bridge.seconds).sum();
        Standing {
            level,
            before: self.work_of(level) / whole,
            weight: self.rounds_work(level) / whole,
            spent: self.levels[..level].iter().map(Level::spent).sum::<f64>() + convolving,
        }
    }
}
