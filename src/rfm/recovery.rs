//! Recovery from an engine failure: a lost device, exhausted memory, a problem too large for the device.

use super::conv_rfm::ConvRfm;
use super::round::FinishedStage;
use crate::engine::{Cpu, Engine};
use crate::error::{Error, Result};
use crate::math::{Monitor, Stage};

/// Advances a run past engine failures. After the first failure of a device the round starts again on a fresh device; after the
/// second, on the CPU. Finished rounds stay, and [`take_notice`](Recovery::take_notice) tells what happened.
#[derive(Debug, Default)]
pub struct Recovery {
    failures: usize,
    cpu_if_too_large: bool,
    notice: Option<String>,
}

impl Recovery {
    /// `cpu_if_too_large`: whether a problem that is too large for the engine goes to the CPU instead of being refused.
    pub fn new(cpu_if_too_large: bool) -> Self {
        Recovery { cpu_if_too_large, ..Recovery::default() }
    }

    /// [`ConvRfm::advance`], where `reopen` opens a fresh engine of the kind that failed and `cpu` makes a CPU engine.
    ///
    /// # Errors
    /// Those of [`ConvRfm::advance`], except failures of an engine other than the CPU's.
    pub async fn advance(
        &mut self,
        run: &mut ConvRfm,
        monitor: &dyn Monitor,
        reopen: impl AsyncFn() -> Result<Box<dyn Engine>, String>,
        cpu: impl Fn() -> Cpu,
    ) -> Result<Option<FinishedStage>> {
        loop {
            let error = match run.advance(monitor).await {
                Err(error) if run.engine().name() != "cpu" => error,
                other => return other,
            };
            let reopened = match &error {
                Error::Engine { .. } => {
                    self.failures += 1;
                    if self.failures == 1 { reopen().await } else { Err("it failed twice".into()) }
                }
                // Convolved images take the same memory on every engine.
                Error::TooLarge { .. }
                    if self.cpu_if_too_large && run.next_stage() != Some(Stage::Convolve) =>
                {
                    Err("the CPU has more memory".into())
                }
                _ => return Err(error),
            };
            let (level, round) = (run.levels().len() - 1, run.current_level().round());
            let of_level =
                if run.settings().levels > 1 { format!(" of level {level}") } else { String::new() };
            let (engine, how): (Box<dyn Engine>, String) = match reopened {
                Ok(engine) => (engine, "on a fresh device".into()),
                Err(why) => (Box::new(cpu()), format!("on the CPU ({why})")),
            };
            run.replace_engine(engine);
            self.notice = Some(format!(
                "{error}. Round {round}{of_level} starts again {how}; finished rounds are kept."
            ));
        }
    }

    /// What happened since the last call, as a sentence for the user.
    pub fn take_notice(&mut self) -> Option<String> {
        self.notice.take()
    }
}
