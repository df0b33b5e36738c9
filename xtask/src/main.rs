//! The project's commands: `cargo xtask serve | build | test | bench | setup | data | release`. One file per command.

mod bench;
mod build;
mod data;
#[cfg(test)]
#[path = "../../tests/common/documents.rs"]
mod documents;
mod release;
mod serve;
mod setup;
mod shell;
mod test;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, serves and tests ConvRFM.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    job: Job,
}

#[derive(Subcommand)]
enum Job {
    /// Set up, build and serve the page
    Serve(serve::Arguments),
    /// Set up and build the page into dist/, ready for any static web host
    Build(build::Arguments),
    /// Set up and run every check: format, lints, documentation, types, Rust tests, the page in a real browser
    Test(test::Arguments),
    /// Time the engines, natively and in the page, stage by stage
    Bench(bench::Arguments),
    /// Install what the other commands need (they do so themselves)
    Setup,
    /// Make a sample pack, a network or photographs in www/data/
    Data(data::Arguments),
    /// Make every file of a release in target/release-VERSION/
    Release(release::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().job {
        Job::Serve(arguments) => serve::run(&arguments),
        Job::Build(arguments) => build::run(&arguments),
        Job::Test(arguments) => return test::run(&arguments),
        Job::Bench(arguments) => bench::run(&arguments),
        Job::Setup => setup::run(setup::Purpose::Test),
        Job::Data(arguments) => data::run(&arguments),
        Job::Release(arguments) => release::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use clap::error::ErrorKind;

    use super::{Arguments, documents};

    /// The commands in the documents exist, with these options. Their sentences may leave out values.
    #[test]
    fn commands_in_documents_are_parsed() {
        let mut parsed = 0;
        for document in documents::documents() {
            let shown = documents::shell_lines(&document).into_iter().map(|line| (line, None));
            let mentioned = documents::mentions(&document).into_iter().map(|line| (line, Some("--help")));
            for (documents::Command { place, line }, help) in shown.chain(mentioned) {
                let Some(words) = line.strip_prefix("cargo ").filter(|line| line.starts_with("xtask "))
                else {
                    continue;
                };
                match Arguments::try_parse_from(words.split_whitespace().chain(help)) {
                    Ok(_) => {}
                    Err(error) if help.is_some() && error.kind() == ErrorKind::DisplayHelp => {}
                    Err(error) => panic!("{place}: `{line}`: {error}"),
                }
                parsed += 1;
            }
        }
        assert!(parsed >= 10, "only {parsed} commands were found");
    }
}
