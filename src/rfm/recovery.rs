//! Going on when an engine cannot: a lost device, exhausted memory, a problem too large for it.

use crate::engine::{Cpu, Engine};
use crate::math::Monitor;
use crate::math::Stage;
use crate::rfm::FinishedStage;
use crate::error::{Error, Result};
use crate::rfm::ConvRfm;

/// Advances a run past engine failures. The first time a device fails, the round starts anew on a fresh one; the second
/// time, on the CPU. FinishedStage rounds are kept either way, and [`take_notice`](Recovery::take_notice) says what happened.
///
/// ```
/// use convrfm::{AgopSamples, ConvRfm, Cpu, NoMonitor, Settings, data, rfm};
/// use convrfm::rfm::Recovery;
/// let data = datasets::star(datasets::Sizes { train: 8, validation: 4, test: 4 }, 1)?;
/// let settings = Settings { patch: 3, depth: 1, ridge: 1e-3.into(), rounds: 1, agop_samples: AgopSamples::All };
/// let mut run = ConvRfm::new(deep::Settings::one_level(settings), data, Box::new(Cpu::default()))?;
/// let mut recovery = Recovery::new(false);
/// while !run.finished() {
///     let reopen = async || Err("there is no other".to_string());
///     pollster::block_on(recovery.advance(&mut run, &NoMonitor, reopen))?;
/// }
/// assert!(recovery.take_notice().is_none());
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Recovery {
    failures: usize,
    smaller_engine: bool,
    notice: Option<String>,
}

impl Recovery {
    /// `smaller_engine`: whether a problem that is too large for the engine may go to the CPU instead of being refused.
    pub fn new(smaller_engine: bool) -> Self {
        Recovery { smaller_engine, ..Recovery::default() }
    }

    /// [`ConvRfm::advance`], with `reopen` to open a fresh engine of the kind that failed.
    ///
    /// # Errors
    /// As [`ConvRfm::advance`], but for failures of an engine other than the CPU's.
    pub async fn advance(
        &mut self,
        run: &mut ConvRfm,
        monitor: &dyn Monitor,
        reopen: impl AsyncFn() -> Result<Box<dyn Engine>, String>,
    ) -> Result<Option<FinishedStage>> {
        loop {
            let error = match run.advance(monitor).await {
                Err(error) if run.engine().name() != "cpu" => error,
                other => return other,
            };
            let again = match &error {
                Error::Engine { .. } => {
                    self.failures += 1;
                    if self.failures == 1 { reopen().await } else { Err("it failed twice".into()) }
                }
                // Convolved images take the same room whatever the engine.
                Error::TooLarge { .. }
                    if self.smaller_engine && run.next_stage() != Some(Stage::Convolve) =>
                {
                    Err("the CPU has room".into())
                }
                _ => return Err(error),
            };
            let (level, round) = (run.levels().len() - 1, run.current().round());
            let of_level =
                if run.settings().levels > 1 { format!(" of level {level}") } else { String::new() };
            let (engine, how): (Box<dyn Engine>, String) = match again {
                Ok(engine) => (engine, "on a fresh device".into()),
                Err(why) => (Box::new(Cpu::default()), format!("on the CPU ({why})")),
            };
            run.replace_engine(engine);
            self.notice = Some(format!(
                "{error}. Round {round}{of_level} starts again {how}; finished rounds are kept."
            ));
        }
    }

    /// What happened since the last call, in a sentence for people.
    pub fn take_notice(&mut self) -> Option<String> {
        self.notice.take()
    }
}
