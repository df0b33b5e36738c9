//! The size of submissions: as many dispatches as the device is expected to complete in [`SUBMISSION_SECONDS`].

use std::collections::HashMap;

/// Target duration of a submission. The page and the desktop share the device, and systems reset a device that does not respond.
/// Half of the 100 ms within which a page has to react to a click, because the estimate may be off.
const SUBMISSION_SECONDS: f64 = 0.05;
/// Cost units per second before the first measurement: the rate of a software adapter.
const FIRST_RATE: f64 = 2e8;

/// The cost of the dispatches in the current submission, and the measured rate of each stage.
#[derive(Debug, Default)]
pub struct Pace {
    stage: &'static str,
    queued: f64,
    rates: HashMap<&'static str, f64>,
}

impl Pace {
    /// Starts a stage with an empty submission.
    pub fn begin(&mut self, stage: &'static str) {
        (self.stage, self.queued) = (stage, 0.0);
    }

    /// Cost units per second of a stage, once a submission of it was measured.
    pub fn rate_of(&self, stage: &str) -> Option<f64> {
        self.rates.get(stage).copied()
    }

    fn rate(&self) -> f64 {
        self.rate_of(self.stage).unwrap_or(FIRST_RATE)
    }

    /// How many of `items` of `cost` each fit into the current submission; at least one.
    pub fn fitting(&self, items: usize, cost: f64) -> usize {
        let left = (self.rate() * SUBMISSION_SECONDS - self.queued).max(0.0);
        ((left / cost.max(1.0)) as usize).clamp(1, items.max(1))
    }

    /// Adds a dispatch to the current submission.
    pub fn add(&mut self, cost: f64) {
        self.queued += cost;
    }

    /// Whether the current submission is long enough.
    pub fn is_full(&self) -> bool {
        self.queued >= self.rate() * SUBMISSION_SECONDS
    }

    /// Starts the next submission and returns the cost of the current one.
    pub fn take_cost(&mut self) -> f64 {
        std::mem::take(&mut self.queued)
    }

    /// Updates the rate of the stage with the duration of a submission.
    pub fn record(&mut self, cost: f64, seconds: f64) {
        let before = self.rate();
        let measured = cost / seconds;
        // The duration of a small submission is mostly latency, so its rate is a lower bound.
        let measured = if seconds < 0.2 * SUBMISSION_SECONDS { before.max(measured) } else { measured };
        self.rates.insert(self.stage, measured.clamp(before / 8.0, before * 4.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Submits until `items` of `cost` are done by a device that computes `rate` units per second after `latency` seconds, up to
    /// a fifth faster or slower from one submission to the next. Returns the seconds of each submission.
    fn run(pace: &mut Pace, rate: f64, latency: f64, items: usize, cost: f64) -> Vec<f64> {
        let (mut left, mut seconds) = (items, Vec::new());
        while left > 0 {
            let count = pace.fitting(left, cost);
            pace.add(count as f64 * cost);
            left -= count;
            if pace.is_full() || left == 0 {
                let cost = pace.take_cost();
                let variation = [1.0, 1.2, 0.85][seconds.len() % 3];
                seconds.push(latency + cost / (rate * variation));
                pace.record(cost, latency + cost / (rate * variation));
            }
        }
        seconds
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// From a software adapter to the fastest device, as long as its smallest piece of work is short. A first estimate that
        /// is 20 times too high costs a few long submissions; one that is 1e5 times too low takes nine.
        #[test]
        fn no_submission_is_longer_than_a_tenth_of_a_second_after_warm_up(
            rate in (7.0..13.0_f64).prop_map(|e| 10_f64.powf(e)),
            latency in 0.0..0.01_f64,
            item in 1e-5..0.01_f64,
        ) {
            let mut pace = Pace::default();
            pace.begin("kernel");
            let cost = rate * item;
            let seconds = run(&mut pace, rate, latency, (20.0 / item) as usize, cost);
            let warm = &seconds[12.min(seconds.len() - 1)..];
            let longest = warm.iter().copied().fold(0.0, f64::max);
            prop_assert!(longest < 0.1, "{longest} s");
            // Nor are they too short. The last one is what is left.
            let shortest = warm[..warm.len() - 1].iter().copied().fold(f64::MAX, f64::min);
            prop_assert!(shortest > 0.015, "{shortest} s");
        }
    }
}
