//! `convrfm`: fit Convolutional Recursive Feature Machines from the command line.

mod bar;
mod bench;
mod cnfa;
mod cnn;
mod data;
mod engine;
mod filters;
mod fit;
mod output;
mod pack;
mod reproduce;
mod state;

use clap::{Parser, Subcommand};
use output::complain;
use std::process::ExitCode;

/// Convolutional Recursive Feature Machines: filters learned without backpropagation (arXiv:2309.00570).
#[derive(Parser)]
// The last of an option with one value that is given twice holds: a command from a document can be made smaller by more options at its end.
#[command(name = "convrfm", version, about, args_override_self = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Fit ConvRFM to a data set; write accuracies, predictions and feature matrices.
    Fit(fit::Fit),
    /// Draw the leading filters of every round of a fit as a PNG file.
    Filters(filters::Filters),
    /// Train a small convolutional network; print losses, accuracies and how similar its filters and its AGOP are.
    Cnn(cnn::Cnn),
    /// Compare the filters of a convolutional network with its AGOP (the convolutional neural feature ansatz).
    Cnfa(cnfa::Cnfa),
    /// Draw a sample of a data set and write it as one small .npz file.
    Pack(pack::Pack),
    /// Run an experiment of the paper over several seeds; write a table, a JSON file and an SVG chart.
    Reproduce(reproduce::Reproduce),
    /// Measure the seconds of each stage of a round; print them as one line of JSON.
    Bench(bench::Bench),
}

/// The exit code for input that cannot be used.
const BAD_INPUT: u8 = 2;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(e) if !e.use_stderr() => e.exit(),
        Err(e) => {
            // The first paragraph of clap's message names the argument and its error; the rest is usage.
            let text = e.to_string();
            let lines: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
            complain(&lines.join(" "));
            return ExitCode::from(BAD_INPUT);
        }
    };
    let outcome = match &arguments.command {
        Command::Fit(fit) => fit.run(),
        Command::Filters(filters) => filters.run(),
        Command::Cnn(cnn) => cnn.run(),
        Command::Cnfa(cnfa) => cnfa.run(),
        Command::Pack(pack) => pack.run(),
        Command::Reproduce(reproduce) => reproduce.run(),
        Command::Bench(bench) => bench.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            complain(&format!("error: {e}"));
            ExitCode::from(BAD_INPUT)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::CommandFactory;
    use convrfm::records::settings::SETTINGS;

    /// What the page can set, `fit` can set. What only `fit` can set is listed here.
    #[test]
    fn every_setting_of_the_page_is_an_option_of_fit() {
        let command = Arguments::command();
        let fit = command.find_subcommand("fit").unwrap();
        let options: Vec<&str> = fit.get_opts().filter_map(|option| option.get_long()).collect();
        let of_page: Vec<&str> = SETTINGS.iter().filter_map(|setting| setting.option()).collect();
        for option in &of_page {
            assert!(options.contains(option), "--{option} is no option of fit");
        }
        let only_here: Vec<&str> = options.into_iter().filter(|option| !of_page.contains(option)).collect();
        assert_eq!(only_here, ["classes", "shrink", "rank", "filters", "out", "resume"]);
    }
}
