//! Progress, pause and cancel: how a long stage stays in touch with whoever started it.

use crate::error::{Error, Result};
use std::{cell::Cell, future::Future, pin::Pin, time::Duration};
use web_time::Instant;

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Level, from 0; 0 of a run that is not deep.
    pub level: usize,
    /// Round, from 0.
    pub round: usize,
    /// Stage of the round.
    pub stage: crate::math::Stage,
    /// Share of the stage that is done, 0 to 1.
    pub done: f64,
    /// Share of the whole run that is done, 0 to 1, by counted work.
    pub share: f64,
    /// Computing time left at the speed so far; none in the first moments.
    pub seconds_left: Option<f64>,
}

/// Watches a run. The answer to a report may be slow: a pause is a report that is answered later.
pub trait Monitor {
    /// Called a few tens of times a second while computing; `false` cancels.
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>>;
}

/// A monitor that lets everything pass.
pub struct NoMonitor;

impl Monitor for NoMonitor {
    fn report<'a>(&'a self, _: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        Box::pin(std::future::ready(true))
    }
}

/// Time between two reports: two frames of a 60 Hz screen, well under the 100 ms within which a click must be felt.
const REPORT_EVERY: Duration = Duration::from_millis(30);

/// Handed to an engine for one stage; the engine calls [`beat`](StageProgress::beat) as often as it likes.
pub struct StageProgress<'m> {
    monitor: &'m dyn Monitor,
    progress: Progress,
    /// Share of the run that this stage makes up.
    weight: f64,
    /// Computing seconds of the run before this stage, waiting for answers excluded.
    spent: f64,
    /// Where the stage's current part begins and ends.
    part: Cell<(f64, f64)>,
    /// Which of how many equal steps of that part.
    step: Cell<(usize, usize)>,
    working: Cell<f64>,
    resumed: Cell<Instant>,
    reported: Cell<Option<Instant>>,
}

impl<'m> StageProgress<'m> {
    /// A progress for a stage that starts at `progress`, makes up `weight` of the run and was preceded by `spent` seconds.
    pub fn new(monitor: &'m dyn Monitor, progress: Progress, weight: f64, spent: f64) -> Self {
        let (working, resumed) = (Cell::new(0.0), Cell::new(Instant::now()));
        let (part, step, reported) = (Cell::new((0.0, 1.0)), Cell::new((0, 1)), Cell::new(None));
        StageProgress { monitor, progress, weight, spent, part, step, working, resumed, reported }
    }

    /// From here on `done` counts within `start` to `end` of the stage: a stage of several engine calls has one part for
    /// each.
    pub fn enter_part(&self, start: f64, end: f64) {
        self.part.set((start, end));
        self.step.set((0, 1));
    }

    /// From here on `done` counts within step `index` of `count` equal ones of the current part: an engine call that does the
    /// same thing several times over has one for each.
    pub fn enter_step(&self, index: usize, count: usize) {
        self.step.set((index, count));
    }

    /// A progress that nobody watches, for tests and for calls outside a run.
    pub fn unmonitored() -> StageProgress<'static> {
        let stage = crate::rfm::Stage::Kernel;
        let progress = Progress { level: 0, round: 0, stage, done: 0.0, share: 0.0, seconds_left: None };
        StageProgress::new(&NoMonitor, progress, 1.0, 0.0)
    }

    /// Says that `done` (0 to 1) of the stage, or of its current part, is finished. Cheap when a report was made a moment ago.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the monitor says so.
    pub async fn beat(&self, done: f64) -> Result<()> {
        let now = Instant::now();
        if self.reported.get().is_some_and(|last| now - last < REPORT_EVERY) {
            return Ok(());
        }
        self.pause_clock(now);
        let (start, end) = self.part.get();
        let (step, steps) = self.step.get();
        let done = start + (end - start) * (step as f64 + done) / steps as f64;
        let share = self.progress.share + self.weight * done;
        let seconds = self.spent + self.working.get();
        // Below a hundredth of the run and a fifth of a second the extrapolation is noise.
        let seconds_left = (share > 0.01 && seconds > 0.2).then(|| seconds * (1.0 - share) / share);
        let go_on = self.monitor.report(Progress { done, share, seconds_left, ..self.progress }).await;
        self.resumed.set(Instant::now());
        self.reported.set(Some(Instant::now()));
        if go_on { Ok(()) } else { Err(Error::Cancelled) }
    }

    /// Seconds of computing in this stage so far, without the time the monitor took to answer.
    pub fn seconds(&self) -> f64 {
        self.working.get() + self.resumed.get().elapsed().as_secs_f64()
    }

    fn pause_clock(&self, now: Instant) {
        self.working.set(self.working.get() + (now - self.resumed.get()).as_secs_f64());
        self.resumed.set(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps the last report.
    struct Last(Cell<f64>);

    impl Monitor for Last {
        fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
            self.0.set(progress.done);
            Box::pin(std::future::ready(true))
        }
    }

    #[test]
    fn steps_lie_one_after_the_other_within_their_part() {
        let done = |place: &dyn Fn(&StageProgress)| {
            let last = Last(Cell::new(f64::NAN));
            let progress = StageProgress::unmonitored().progress;
            let progress = StageProgress::new(&last, progress, 1.0, 0.0);
            place(&progress);
            pollster::block_on(progress.checkpoint(0.5)).unwrap();
            last.0.get()
        };
        assert_eq!(done(&|_| ()), 0.5);
        assert_eq!(done(&|progress| progress.enter_part(0.0, 0.5)), 0.25);
        let second_of_two = |progress: &StageProgress| {
            progress.enter_part(0.0, 0.5);
            progress.enter_step(1, 2);
        };
        assert_eq!(done(&second_of_two), 0.375);
        let next_part = |progress: &StageProgress| {
            second_of_two(progress);
            progress.enter_part(0.5, 1.0);
        };
        assert_eq!(done(&next_part), 0.75, "a new part begins whole");
    }
}
