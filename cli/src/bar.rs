//! The progress bar of a run.

use convrfm::{Monitor, Progress};
use indicatif::{ProgressBar, ProgressStyle};
use std::{future::Future, pin::Pin};

/// A progress bar. indicatif draws it on terminals only.
pub struct Bar {
    bar: ProgressBar,
    /// The words for a level and a round of it.
    place: fn(usize, usize) -> String,
}

impl Bar {
    /// A bar that is not drawn yet. `place` has the words for a level and a round of it, such as "round 1".
    pub fn new(place: fn(usize, usize) -> String) -> Bar {
        let bar = ProgressBar::new(1000);
        let style = ProgressStyle::with_template("{bar:30} {percent:>3}%  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Bar { bar, place }
    }

    /// The words for a round.
    pub fn place(&self, level: usize, round: usize) -> String {
        (self.place)(level, round)
    }

    /// Prints while the bar is hidden.
    pub fn suspend(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Monitor for Bar {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        let left = progress.seconds_left.map_or(String::new(), |s| format!(", {s:.0} s left"));
        let place = self.place(progress.level, progress.round);
        self.bar.set_position((progress.share * 1000.0) as u64);
        self.bar.set_message(format!("{place}: {}{left}", progress.stage));
        Box::pin(std::future::ready(true))
    }
}
