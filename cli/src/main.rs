//! `convrfm`: fit Convolutional Recursive Feature Machines from the command line.

mod bench;
mod data;
mod filters;
mod fit;
mod pack;
mod reproduce;
mod results;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Convolutional Recursive Feature Machines: filters learned without backpropagation (arXiv:2309.00570).
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fit ConvRFM to a data set and write accuracies, predictions and feature matrices.
    Fit(fit::Fit),
    /// Draw the leading filters of every round of a fit as a PNG picture.
    Filters(filters::Filters),
    /// Draw a sample of a data set into one small .npz file, such as the page's packs.
    Pack(pack::Pack),
    /// Run one of the paper's experiments over several seeds: a table, a JSON file and an SVG chart.
    Reproduce(reproduce::Reproduce),
    /// Time the stages of a round; `cargo xtask bench` makes the table.
    Bench(bench::Bench),
}

/// Bad input ends with one line and this code.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(e) if !e.use_stderr() => e.exit(),
        Err(e) => {
            // clap's first paragraph names the arguments and what is wrong with them; the rest is usage.
            let text = e.to_string();
            let lines: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
            eprintln!("{}", lines.join(" "));
            return ExitCode::from(BAD_INPUT);
        }
    };
    let done = match &arguments.command {
        Command::Fit(fit) => fit.run(),
        Command::Filters(filters) => filters.run(),
        Command::Pack(pack) => pack.run(),
        Command::Reproduce(reproduce) => reproduce.run(),
        Command::Bench(bench) => bench.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::from(BAD_INPUT)
        }
    }
}
