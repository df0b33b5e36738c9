//! How much work goes into one submission: as much as the device is expected to do in [`SUBMISSION`] seconds.

use std::collections::HashMap;

/// Seconds that a submission should take: the page and the desktop share the device, and systems reset one that does
/// not answer. Half of the 100 ms within which a click must be felt, because the forecast may be off.
const SUBMISSION: f64 = 0.05;
/// Cost units a second before anything was measured: a software adapter's.
const FIRST_RATE: f64 = 2e8;

/// What is queued, and how fast each stage was found to be.
#[derive(Debug, Default)]
pub(super) struct Pace {
    stage: &'static str,
    queued: f64,
    rates: HashMap<&'static str, f64>,
}

impl Pace {
    /// Starts a stage with nothing queued.
    pub(super) fn begin(&mut self, stage: &'static str) {
        (self.stage, self.queued) = (stage, 0.0);
    }

    pub(super) fn stage(&self) -> &'static str {
        self.stage
    }

    /// Cost units a second of a stage, once one of its submissions was measured.
    pub(super) fn rate_of(&self, stage: &str) -> Option<f64> {
        self.rates.get(stage).copied()
    }

    fn rate(&self) -> f64 {
        self.rates.get(self.stage).copied().unwrap_or(FIRST_RATE)
    }

    /// How many of `items` of `cost` each still go into the present submission; at least one.
    pub(super) fn share(&self, items: usize, cost: f64) -> usize {
        let room = (self.rate() * SUBMISSION - self.queued).max(0.0);
        ((room / cost.max(1.0)) as usize).clamp(1, items.max(1))
    }

    pub(super) fn queue(&mut self, cost: f64) {
        self.queued += cost;
    }

    /// Whether the present submission is long enough.
    pub(super) fn full(&self) -> bool {
        self.queued >= self.rate() * SUBMISSION
    }

    /// Empties the queue; gives its cost.
    pub(super) fn submit(&mut self) -> f64 {
        std::mem::take(&mut self.queued)
    }

    /// Learns from the seconds of a submission.
    pub(super) fn learn(&mut self, stage: &'static str, cost: f64, seconds: f64) {
        let before = self.rates.get(stage).copied().unwrap_or(FIRST_RATE);
        let found = cost / seconds;
        // Small submissions are all latency: they say that the device is at least as fast, and no more.
        let found = if seconds < 0.2 * SUBMISSION { before.max(found) } else { found };
        self.rates.insert(stage, found.clamp(before / 8.0, before * 4.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Submits until `items` of `cost` are done by a device that computes `rate` units a second after `latency` seconds,
    /// up to a fifth faster or slower from one submission to the next. Gives the seconds of each submission.
    fn run(pace: &mut Pace, rate: f64, latency: f64, items: usize, cost: f64) -> Vec<f64> {
        let (mut left, mut seconds) = (items, Vec::new());
        while left > 0 {
            let count = pace.share(left, cost);
            pace.queue(count as f64 * cost);
            left -= count;
            if pace.full() || left == 0 {
                let cost = pace.submit();
                let wavering = [1.0, 1.2, 0.85][seconds.len() % 3];
                seconds.push(latency + cost / (rate * wavering));
                pace.learn("kernel", cost, latency + cost / (rate * wavering));
            }
        }
        seconds
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// From a software adapter to the fastest there is, as long as its smallest piece of work is short. A first
        /// forecast that is 20 times too high costs a few long submissions; one that is 1e5 times too low takes nine.
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
            // Not by crawling: the last one is what is left.
            let shortest = warm[..warm.len() - 1].iter().copied().fold(f64::MAX, f64::min);
            prop_assert!(shortest > 0.015, "{shortest} s");
        }
    }
}
