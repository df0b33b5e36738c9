//! The project's commands: `cargo xtask serve | build | test | bench | setup | data`. One file per command.

mod bench;
mod build;
mod data;
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
}

fn main() -> ExitCode {
    let result = match Arguments::parse().job {
        Job::Serve(arguments) => serve::run(&arguments),
        Job::Build(arguments) => build::run(&arguments),
        Job::Test(arguments) => return test::run(&arguments),
        Job::Bench(arguments) => bench::run(&arguments),
        Job::Setup => setup::run(setup::Purpose::Test),
        Job::Data(arguments) => data::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
