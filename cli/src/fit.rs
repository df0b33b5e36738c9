//! `convrfm fit`.

use crate::bar::Bar;
use crate::data::{Data, Loaded};
use crate::engine::{EngineName, open_gpu};
use crate::output::{self, say};
use crate::state;
use convrfm::rfm::Recovery;
use convrfm::{
    AgopSamples, ConvRfm, Cpu, FilterSource, Level, Result, Results, Ridge, Round, Settings, Stage,
};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Fit {
    #[command(flatten)]
    data: Data,
    /// Patch size q.
    #[arg(long, default_value_t = Settings::default().patch)]
    patch: usize,
    /// Kernel depth L.
    #[arg(long, default_value_t = Settings::default().depth)]
    depth: usize,
    /// Ridge, relative to the largest kernel value: a number; or several numbers (1e-5,1e-3,0.1) or `grid` (seven from 1e-6
    /// to 1), from which the validation images choose in each round.
    #[arg(long, default_value_t = Settings::default().ridge, allow_hyphen_values = true)]
    ridge: Ridge,
    /// Rounds per level; round 0 is the fixed kernel.
    #[arg(long, default_value_t = Settings::default().rounds)]
    rounds: usize,
    /// Training images in the AGOP: a number or `all`. With --rank, landmarks.
    #[arg(long, default_value_t = Settings::default().agop_samples)]
    agop_samples: AgopSamples,
    /// Landmarks R of a Nyström approximation, for training sets whose kernel matrix does not fit in memory or takes too long: all n
    /// training images are fitted, with n x R kernel values instead of n x n. Landmarks are the first images of each class, in
    /// proportion to its size. The column `missed` shows the share of the kernel's trace that they do not represent.
    #[arg(long, value_name = "R")]
    rank: Option<usize>,
    /// Levels, 1 to L. With 2 or more (Deep ConvRFM), each level learns from the images of the level before it, convolved
    /// with filters drawn from its M.
    #[arg(long, default_value_t = Settings::default().levels)]
    levels: usize,
    /// Filters drawn between two levels.
    #[arg(long, default_value_t = Settings::default().width)]
    width: usize,
    /// Apply a ReLU to convolved images.
    #[arg(long)]
    relu: bool,
    /// Average convolved images over windows of this many rows and columns, after the ReLU.
    #[arg(long, default_value_t = Settings::default().pooling)]
    pooling: usize,
    /// Distribution of the filters between levels: learned (covariance M) or isotropic (the identity, for comparison).
    #[arg(long, default_value_t = Settings::default().filters)]
    filters: FilterSource,
    /// Engine.
    #[arg(long, default_value = "cpu")]
    engine: EngineName,
    /// File to write the results to (.npz).
    #[arg(long)]
    out: Option<PathBuf>,
    /// File for the state of the run, written after every stage. If the file exists, the run goes on from it: repeat a command
    /// that was interrupted.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
}

/// Residual of the ridge regression above which predictions differ visibly from those of the exact solution.
const LARGE_RESIDUAL: f64 = 1e-3;

impl Fit {
    pub fn run(&self) -> Result<()> {
        self.fit().map_err(|e| self.data.in_input(e))
    }

    fn fit(&self) -> Result<()> {
        let mut settings = Settings::default();
        settings.patch = self.patch;
        settings.depth = self.depth;
        settings.ridge = self.ridge.clone();
        settings.rounds = self.rounds;
        settings.agop_samples = self.agop_samples;
        settings.rank = self.rank;
        settings.levels = self.levels;
        settings.width = self.width;
        settings.relu = self.relu;
        settings.pooling = self.pooling;
        settings.filters = self.filters;
        settings.seed = self.data.seed;
        let (engine, no_gpu) = self.engine.open()?;
        let Loaded { split, origin, notes } = self.data.load()?;
        let mut run = ConvRfm::new(settings, split, engine)?;
        self.out.iter().chain(&self.resume).try_for_each(|file| output::check_writable(file))?;
        describe(self.data.name(), &run);
        match run.plan() {
            Ok(plan) => {
                let time = plan.seconds.map_or(String::new(), |s| format!(" and about {s:.1} s"));
                say!("needs {:.0} MB{time}", plan.bytes as f64 / 1e6);
            }
            // `Recovery` reports the error and continues on the CPU.
            Err(_) if self.engine == EngineName::Auto && run.engine().name() == "gpu" => {}
            Err(error) => return Err(error),
        }
        no_gpu.iter().for_each(|reason| say!("no GPU is used: {reason}"));
        notes.iter().for_each(|note| say!("{note}"));
        let bar = Bar::new(if self.levels > 1 { place_of_levels } else { place_of_rounds });
        if let Some(file) = &self.resume
            && state::restore(file, &mut run, &bar)?
        {
            let (level, round) = (run.levels().len() - 1, run.current_level().round());
            let next =
                run.next_stage().map_or("it is finished".to_string(), |stage| format!("next: {stage}"));
            bar.suspend(|| say!("goes on from {}: {}, {next}", file.display(), bar.place(level, round)));
        }
        let mut recovery = Recovery::new(self.engine == EngineName::Auto);
        while let Some(done) = pollster::block_on(recovery.advance(&mut run, &bar, open_gpu, Cpu::default))? {
            let mut messages: Vec<String> = recovery.take_notice().into_iter().collect();
            if done.stage == Stage::Solve {
                let round = &run.levels()[done.level].rounds()[done.round];
                messages.extend(solve_messages(&bar.place(done.level, done.round), round));
            }
            messages.iter().for_each(|message| bar.suspend(|| say!("{message}")));
            if let Some(file) = &self.resume {
                state::write(file, &run)?;
            }
        }
        bar.finish();
        for (l, level) in run.levels().iter().enumerate() {
            say!("");
            if self.levels > 1 {
                let geometry = level.geometry();
                say!("level {l}: images of {}, depth {}", geometry.shape(), geometry.depth());
            }
            print_rounds(level);
            if let Some(seconds) = run.convolution_seconds(l) {
                say!("convolution with {} filters: {seconds:.3} s", self.width);
            }
        }
        if let Some((level, best)) = run.best() {
            let round = &run.levels()[level].rounds()[best];
            let how = match round.validation_accuracy {
                Some(_) => "chosen on validation",
                None => "the last, because there are no validation images",
            };
            say!("best: {} ({how}), test {}", bar.place(level, best), percent(round.test_accuracy));
        }
        if let Some(out) = &self.out {
            let bytes =
                Results::of(&run)?.with_origin(&origin).npz().map_err(|e| output::unwritable(out, e))?;
            output::write(out, bytes)?;
        }
        Ok(())
    }
}

/// Prints the images and the settings of a run.
pub fn describe(name: &str, run: &ConvRfm) {
    let (level, settings) = (run.current_level(), run.settings());
    let data = level.data();
    say!(
        "{name}: {} training, {} validation, {} test images of {}, {} classes",
        data.train.len(),
        data.validation.len(),
        data.test.len(),
        level.geometry().shape(),
        data.train.classes.len()
    );
    let ridges: Vec<String> = settings.ridge.values().iter().map(|ridge| format!("{ridge:e}")).collect();
    let chosen = if let Ridge::Grid(_) = settings.ridge { "chosen on validation from " } else { "" };
    say!(
        "patch size {}, depth {}, ridge {chosen}{}, {} rounds, AGOP over {} images, engine {}",
        settings.patch,
        settings.depth,
        ridges.join(", "),
        settings.rounds,
        settings.agop_samples.count(level.landmarks().count()),
        run.engine().describe()
    );
    if let Some(rank) = settings.rank {
        say!("{rank} of the training images are landmarks of a Nyström approximation");
    }
    if settings.levels > 1 {
        let Settings { levels, width, filters, pooling, .. } = settings;
        let relu = if settings.relu { ", a ReLU" } else { "" };
        let means =
            if *pooling > 1 { format!(", means over {pooling} x {pooling} pixels") } else { String::new() };
        say!("{levels} levels; between them {width} {filters} filters{relu}{means}");
    }
}

/// Sentences about a ridge regression that did not go as requested.
fn solve_messages(place: &str, round: &Round) -> Vec<String> {
    let mut messages = Vec::new();
    if round.retries > 0 {
        messages.push(format!(
            "{place}: the kernel matrix is not positive definite with this ridge; the ridge was raised to {:.0e}",
            round.ridge
        ));
    }
    if round.residual > LARGE_RESIDUAL {
        messages.push(format!(
            "{place}: the ridge regression is inexact, its relative residual is {:.0e}; choose a larger --ridge",
            round.residual
        ));
    }
    messages
}

fn place_of_rounds(_: usize, round: usize) -> String {
    format!("round {round}")
}

fn place_of_levels(level: usize, round: usize) -> String {
    format!("level {level}, round {round}")
}

fn print_rounds(level: &Level) {
    let missed =
        |text: String| if level.settings().rank.is_some() { format!("  {text:>8}") } else { String::new() };
    say!(
        "round  validation      test     ridge{}   kernel  predict    solve     AGOP  seconds",
        missed("missed".into())
    );
    for (i, round) in level.rounds().iter().enumerate() {
        let [kernel, predict, solve, agop] = round.seconds;
        say!(
            "{i:>5}  {:>10}  {:>8}  {:>8}{}  {kernel:>7.3}  {predict:>7.3}  {solve:>7.3}  {agop:>7.3}  {:>7.3}",
            percent(round.validation_accuracy),
            percent(round.test_accuracy),
            format!("{:.0e}", round.ridge),
            missed(percent(round.trace_residual.map(|share| 100.0 * share))),
            kernel + predict + solve + agop
        );
    }
}

pub fn percent(value: Option<f64>) -> String {
    value.map_or("-".to_string(), |v| format!("{v:.2} %"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raised_ridges_and_large_residuals_are_reported() {
        let messages = |retries, residual| {
            let mut round = Round::default();
            (round.ridge, round.retries, round.residual) = (1e-4, retries, residual);
            solve_messages("round 1", &round)
        };
        assert!(messages(0, 1e-3).is_empty());
        assert!(messages(1, 1e-6)[0].ends_with("the ridge was raised to 1e-4"));
        let both = messages(2, 4.2e-2);
        assert!(
            both.len() == 2 && both[1].contains("its relative residual is 4e-2; choose a larger --ridge")
        );
    }
}
