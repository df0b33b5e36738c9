//! Progress, pause and cancel: how a long stage stays in touch with the caller.

use crate::error::{Error, Result};
use crate::linalg::parallel;
use std::ops::Range;
use std::{cell::Cell, future::Future, pin::Pin, time::Duration};
use web_time::Instant;

/// The stages of a round, in order, the one between two levels, and the one of a network. The last round has no AGOP; if the run
/// goes on with more rounds, it follows then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// K(train, train) under the round's patch transform.
    Kernel,
    /// Ridge regression.
    Solve,
    /// Average gradient outer product M, and from it the next round's patch transform.
    Agop,
    /// Predictions on validation and test images.
    Predict,
    /// Between two levels of Deep ConvRFM: filters are drawn and convolved with every image.
    Convolve,
    /// An epoch of a network's training; no stage of a round.
    Train,
}

impl Stage {
    /// The stages of a round, in order.
    pub const ROUND: [Stage; 4] = [Stage::Kernel, Stage::Solve, Stage::Agop, Stage::Predict];
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Stage::Kernel => "kernel",
            Stage::Solve => "ridge regression",
            Stage::Predict => "predictions",
            Stage::Agop => "AGOP",
            Stage::Convolve => "convolution",
            Stage::Train => "training",
        })
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// Level, from 0.
    pub level: usize,
    /// Round, from 0.
    pub round: usize,
    /// Stage of the round.
    pub stage: Stage,
    /// Share of the stage that is done, 0 to 1.
    pub done: f64,
    /// Share of the whole run that is done, 0 to 1, by counted work.
    pub share: f64,
    /// Computing seconds left at the speed so far; none in the first moments.
    pub seconds_left: Option<f64>,
}

/// Receives the progress of a run. The answer may be delayed: this pauses the run.
pub trait Monitor {
    /// Called a few tens of times a second during computation. Answering `false` cancels the stage.
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>>;
}

/// A monitor that ignores every report and never cancels.
pub struct NoMonitor;

impl Monitor for NoMonitor {
    fn report<'a>(&'a self, _: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        Box::pin(std::future::ready(true))
    }
}

/// Time between two reports: two frames of a 60 Hz screen, well below the 100 ms within which a click must be answered.
const REPORT_INTERVAL: Duration = Duration::from_millis(30);

/// The progress of one stage. An engine calls [`checkpoint`](StageProgress::checkpoint) as often as it likes.
pub struct StageProgress<'m> {
    monitor: &'m dyn Monitor,
    /// The progress at the start of the stage.
    start: Progress,
    /// The stage's share of the run's work.
    weight: f64,
    /// Computing seconds of the run before this stage, without the time spent waiting for answers.
    seconds_before: f64,
    /// Where the current part of the stage starts and ends, 0 to 1.
    part: Cell<(f64, f64)>,
    /// Index of the current step and number of equal steps in that part.
    step: Cell<(usize, usize)>,
    working: Cell<f64>,
    resumed: Cell<Instant>,
    reported: Cell<Option<Instant>>,
}

impl<'m> StageProgress<'m> {
    /// The progress of a stage that begins at `start`, has the share `weight` of the run's work and follows
    /// `seconds_before` seconds of computing.
    pub fn new(monitor: &'m dyn Monitor, start: Progress, weight: f64, seconds_before: f64) -> Self {
        let (working, resumed) = (Cell::new(0.0), Cell::new(Instant::now()));
        let (part, step, reported) = (Cell::new((0.0, 1.0)), Cell::new((0, 1)), Cell::new(None));
        StageProgress { monitor, start, weight, seconds_before, part, step, working, resumed, reported }
    }

    /// A progress without a monitor, for tests and for calls outside a run.
    pub fn unmonitored() -> StageProgress<'static> {
        let start =
            Progress { level: 0, round: 0, stage: Stage::Kernel, done: 0.0, share: 0.0, seconds_left: None };
        StageProgress::new(&NoMonitor, start, 1.0, 0.0)
    }

    /// From now on `done` counts within `start` to `end` of the stage. A stage of several engine calls has one part per call.
    pub fn enter_part(&self, start: f64, end: f64) {
        self.part.set((start, end));
        self.step.set((0, 1));
    }

    /// From now on `done` counts within step `index` of `count` equal steps of the current part.
    pub fn enter_step(&self, index: usize, count: usize) {
        self.step.set((index, count));
    }

    /// Reports that the share `done` (0 to 1) of the stage, or of its current part and step, is complete, and waits for the
    /// answer. Returns at once when the last report was less than 30 ms ago.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the monitor answers `false`.
    pub async fn checkpoint(&self, done: f64) -> Result<()> {
        let now = Instant::now();
        if self.reported.get().is_some_and(|last| now - last < REPORT_INTERVAL) {
            return Ok(());
        }
        self.working.set(self.working.get() + (now - self.resumed.get()).as_secs_f64());
        self.resumed.set(now);
        let (start, end) = self.part.get();
        let (step, steps) = self.step.get();
        let done = start + (end - start) * (step as f64 + done) / steps as f64;
        let share = self.start.share + self.weight * done;
        let seconds = self.seconds_before + self.working.get();
        // Below a hundredth of the run and a fifth of a second the extrapolation is noise.
        let seconds_left = (share > 0.01 && seconds > 0.2).then(|| seconds * (1.0 - share) / share);
        let go_on = self.monitor.report(Progress { done, share, seconds_left, ..self.start }).await;
        self.resumed.set(Instant::now());
        self.reported.set(Some(Instant::now()));
        if go_on { Ok(()) } else { Err(Error::Cancelled) }
    }

    /// Computing seconds of this stage so far, without the time spent waiting for answers.
    pub fn seconds(&self) -> f64 {
        self.working.get() + self.resumed.get().elapsed().as_secs_f64()
    }
}

/// Runs `count` jobs on all cores and hands their results to `sink` in order. The jobs are the part `share` of the stage. They
/// run in batches of about 20 ms, with a checkpoint after each.
///
/// # Errors
/// [`Error::Cancelled`] when the monitor cancels.
pub async fn run_jobs<T: Send>(
    count: usize,
    progress: &StageProgress<'_>,
    share: Range<f64>,
    job: impl Fn(usize) -> T + Sync + Send,
    mut sink: impl FnMut(usize, T),
) -> Result<()> {
    /// Seconds of work per batch: short against the 100 ms within which a click must be answered.
    const BATCH_SECONDS: f64 = 0.02;
    let (mut next, mut batch) = (0, parallel::threads());
    while next < count {
        let start = Instant::now();
        let end = (next + batch).min(count);
        parallel::map(next..end, &job).into_iter().enumerate().for_each(|(i, value)| sink(next + i, value));
        next = end;
        let took = start.elapsed().as_secs_f64();
        // Grow or shrink by a factor of two at most: one measurement may be disturbed.
        let ideal = batch as f64 * (BATCH_SECONDS / took.max(1e-6)).clamp(0.5, 2.0);
        batch = (ideal as usize).max(parallel::threads());
        progress.checkpoint(share.start + (share.end - share.start) * next as f64 / count as f64).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records the last report.
    struct Last(Cell<f64>);

    impl Monitor for Last {
        fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
            self.0.set(progress.done);
            Box::pin(std::future::ready(true))
        }
    }

    #[test]
    fn steps_follow_each_other_within_their_part() {
        let done = |place: &dyn Fn(&StageProgress)| {
            let last = Last(Cell::new(f64::NAN));
            let progress = StageProgress::new(&last, StageProgress::unmonitored().start, 1.0, 0.0);
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
        assert_eq!(done(&next_part), 0.75, "a new part has one step");
    }
}
