//! `cargo xtask test`: runs every check in order and counts the tests.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::wasm::{self, Toolchain};
use crate::{build, setup, shell};

/// Options of `cargo xtask test`.
#[derive(Args)]
pub struct Arguments {
    /// Run one part only
    #[arg(long, value_enum)]
    only: Option<Part>,
}

/// A part that can be run alone.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Format, clippy, documentation, workflows
    Lint,
    /// Unit, integration, golden, property and documentation tests
    Rust,
    /// The build, the checks of the page's sources, the page in Chromium, Firefox and WebKit
    Web,
    /// The golden, parity and property suites in a real browser
    Suites,
}

/// Numbers of tests, and what the failed ones said.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
    skipped: u64,
    failures: Vec<String>,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.failures.extend(other.failures);
    }
}

/// A line of the table at the end.
struct Step {
    name: &'static str,
    part: Part,
    run: fn(&mut Count) -> Result<()>,
}

/// The packages that are tested together. With xtask among them, its dependencies would get more features than in the running
/// `cargo xtask`, and wasmparser, walrus and wasm-bindgen-cli-support would be compiled a second time: 40 s of CPU time.
const WITHOUT_XTASK: &[&str] = &["--workspace", "--exclude", "xtask"];

const STEPS: &[Step] = &[
    Step {
        name: "format",
        part: Part::Lint,
        run: |_| shell::run(shell::cargo().args(["fmt", "--all", "--check"])),
    },
    Step { name: "clippy", part: Part::Lint, run: |_| clippy() },
    Step { name: "documentation", part: Part::Lint, run: |_| documentation() },
    Step {
        name: "workflows",
        part: Part::Lint,
        run: |_| shell::run(shell::command("node").arg(".ci/workflows.js")),
    },
    Step { name: "Rust tests", part: Part::Rust, run: rust_tests },
    Step { name: "build", part: Part::Web, run: |_| build::for_tests() },
    // The build writes the types of the wasm glue.
    Step { name: "page sources", part: Part::Web, run: |_| page_sources() },
    Step { name: "page units", part: Part::Web, run: page_units },
    // The browser tests compare the page with the program `convrfm` of convrfm-cli. `cargo build -p convrfm-cli` would select
    // other features of the dependencies and compile them again; after the Rust tests this command has nothing to do.
    Step {
        name: "native engine",
        part: Part::Web,
        run: |_| shell::run(shell::cargo().args(["test", "--no-run"]).args(WITHOUT_XTASK)),
    },
    Step { name: "browser tests", part: Part::Web, run: |count| browser_tests("page", count) },
    Step { name: "npm package", part: Part::Web, run: |count| browser_tests("package", count) },
    Step { name: "three browsers", part: Part::Web, run: |count| browser_tests("browsers", count) },
    Step {
        name: "browser suites",
        part: Part::Suites,
        run: |count| build::suites().and_then(|()| browser_tests("suites", count)),
    },
];

/// Runs every step, also after one has failed; prints the table and the totals.
pub fn run(arguments: &Arguments) -> ExitCode {
    let mut total = Count::default();
    let mut table = Vec::new();
    let mut failures = Vec::new();
    let mut step = |name: &'static str, run: &mut dyn FnMut(&mut Count) -> Result<()>| -> bool {
        println!("\n== {name} ==");
        let (start, mut count) = (Instant::now(), Count::default());
        let result = run(&mut count);
        let numbers = [count.passed, count.failed, count.skipped];
        table.push((name, start.elapsed().as_secs_f64(), numbers, result.is_ok()));
        total.add(count);
        if let Err(error) = &result {
            eprintln!("error: {error:#}");
            failures.push(name);
        }
        result.is_ok()
    };
    if step("setup", &mut |_| setup::run(setup::Purpose::Test)) {
        for Step { name, part, run } in STEPS {
            if arguments.only.is_none_or(|only| only == *part) {
                step(name, &mut |count| run(count));
            }
        }
    }
    println!("\n{:<16}{:>9}{:>9}{:>9}{:>9}", "step", "seconds", "passed", "failed", "skipped");
    for (name, seconds, [passed, failed, skipped], ok) in table {
        let mark = if ok { "" } else { "  FAILED" };
        println!("{name:<16}{seconds:>9.1}{passed:>9}{failed:>9}{skipped:>9}{mark}");
    }
    if !failures.is_empty() {
        // Once more at the end: the end is what a reader of a long log sees first.
        for failure in &total.failures {
            println!("\n{failure}");
        }
        println!("failed: {}", failures.join(", "));
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn clippy() -> Result<()> {
    shell::run(shell::cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    // The modules for the browser exist only on this target. Debian's compiler for it comes without clippy.
    match Toolchain::find() {
        Some(Toolchain::Default) => [wasm::PAGE, wasm::SUITES].into_iter().try_for_each(|package| {
            shell::run(Toolchain::Default.cargo("clippy", package).args(["--", "-D", "warnings"]))
        }),
        _ => {
            println!("Skipped the modules for the browser: this compiler has no clippy for WebAssembly.");
            Ok(())
        }
    }
}

fn documentation() -> Result<()> {
    let mut doc = shell::cargo();
    shell::run(
        doc.args(["doc", "--workspace", "--no-deps", "--document-private-items"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

fn rust_tests(count: &mut Count) -> Result<()> {
    let colour = if shell::is_terminal() { "always" } else { "never" };
    let results = [WITHOUT_XTASK, &["--package", "xtask"]].map(|packages| {
        let mut test = shell::cargo();
        test.arg("test").args(packages).args(["--no-fail-fast", "--color", colour, "--", "--color", colour]);
        run_and_scan(&mut test, |line| count.add(libtest_line(line)))
    });
    ensure!(count.passed > 0, "cargo test ran no tests");
    results.into_iter().collect()
}

/// Types, lint rules and format of the page.
fn page_sources() -> Result<()> {
    shell::run(shell::node("svelte-check/bin/svelte-check").args([
        "--tsconfig",
        "tsconfig.json",
        "--fail-on-warnings",
    ]))?;
    shell::run(shell::node("eslint/bin/eslint.js").args(["--max-warnings", "0", "www", "pkg"]))?;
    shell::run(shell::node("prettier/bin/prettier.cjs").args([
        "--check",
        "--log-level",
        "warn",
        "www",
        "pkg",
        "index.html",
    ]))
}

/// The tests of the page's modules that need no browser.
fn page_units(count: &mut Count) -> Result<()> {
    let report = shell::root().join("target/vitest.json");
    let mut vitest = shell::node("vitest/vitest.mjs");
    vitest
        .args(["run", "--reporter=default", "--reporter=json"])
        .arg(format!("--outputFile.json={}", report.display()));
    let outcome = shell::run(&mut vitest);
    let results: Value = serde_json::from_slice(&shell::read(&report)?)?;
    let number = |name: &str| results[name].as_u64().unwrap_or(0);
    count.add(Count {
        passed: number("numPassedTests"),
        failed: number("numFailedTests"),
        skipped: number("numPendingTests"),
        failures: vitest_failures(&results),
    });
    outcome
}

/// Name and messages of each failed test in Vitest's report, and of each file that could not be loaded.
fn vitest_failures(report: &Value) -> Vec<String> {
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let files = items(&report["testResults"]);
    let unloaded =
        files.iter().filter(|file| file["status"] == "failed" && items(&file["assertionResults"]).is_empty());
    let unloaded = unloaded.map(|file| format!("{}\n{}", text(&file["name"]), text(&file["message"])));
    let tests = files.iter().flat_map(|file| items(&file["assertionResults"]));
    let describe = |test: Value| {
        let messages = items(&test["failureMessages"]);
        let lines: Vec<&str> =
            messages.iter().filter_map(Value::as_str).flat_map(str::lines).take(20).collect();
        format!("{}\n{}", text(&test["fullName"]), lines.join("\n"))
    };
    unloaded.chain(tests.filter(|test| test["status"] == "failed").map(describe)).collect()
}

/// Runs a program, prints its output, and calls `scan` with each line.
fn run_and_scan(command: &mut Command, mut scan: impl FnMut(&str)) -> Result<()> {
    let line = shell::describe(command);
    println!("$ {line}");
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| shell::not_started(command, error))?;
    let mut output = BufReader::new(child.stdout.take().context("no pipe")?);
    let mut bytes = Vec::new();
    while output.read_until(b'\n', &mut bytes)? > 0 {
        std::io::stdout().write_all(&bytes)?;
        scan(&String::from_utf8_lossy(&bytes));
        bytes.clear();
    }
    shell::check(&line, child.wait()?)
}

/// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; ...` and `test kernel::symmetric ... FAILED`, with or without
/// colours.
fn libtest_line(line: &str) -> Count {
    let mut count = Count::default();
    if let Some(numbers) = line.strip_prefix("test result: ") {
        let number = |label: &str| {
            numbers
                .split(['.', ';'])
                .find_map(|part| part.trim().strip_suffix(label)?.trim().parse().ok())
                .unwrap_or(0)
        };
        count.passed = number("passed");
        count.failed = number("failed");
        count.skipped = number("ignored");
    } else if line.starts_with("test ") && line.contains("FAILED") {
        count.failures.push(line.trim_end().to_owned());
    }
    count
}

/// Runs the tests of a project in `tests/e2e/playwright.config.js`, which starts the server.
fn browser_tests(project: &str, count: &mut Count) -> Result<()> {
    let root = shell::root();
    let report = root.join("target/playwright.json");
    if report.exists() {
        std::fs::remove_file(&report)?;
    }
    let mut playwright = shell::node("@playwright/test/cli.js");
    playwright
        .args(["test", "-c", "tests/e2e", "--reporter=list,json"])
        .arg(format!("--project={project}"))
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report)
        .env("CHROMIUM", setup::chromium().map_or_else(OsString::new, Into::into));
    let result = shell::run(&mut playwright);
    *count = playwright_result(&shell::read(&report)?)?;
    result?;
    ensure!(count.passed > 0, "Playwright ran no tests");
    Ok(())
}

/// Reads the counts of Playwright's JSON report. A test that passed only when repeated counts as a failure.
fn playwright_result(report: &[u8]) -> Result<Count> {
    let report: Value = serde_json::from_slice(report).context("Playwright's report")?;
    let number = |name: &str| {
        report["stats"][name].as_u64().with_context(|| format!("Playwright's report lacks stats.{name}"))
    };
    let count = Count {
        passed: number("expected")?,
        failed: number("unexpected")? + number("flaky")?,
        skipped: number("skipped")?,
        failures: playwright_failures(&report),
    };
    Ok(count)
}

/// Title, place and first lines of the message of each failed test, from all levels of Playwright's report.
fn playwright_failures(suite: &Value) -> Vec<String> {
    let children = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let mut failures: Vec<String> = children(suite, "suites").iter().flat_map(playwright_failures).collect();
    for spec in children(suite, "specs") {
        let results = children(&spec, "tests").into_iter().flat_map(|test| children(&test, "results"));
        for error in results.flat_map(|result| children(&result, "errors")) {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let message: Vec<String> = text(&error["message"]).lines().take(20).map(str::to_owned).collect();
            let (file, line) = (text(&spec["file"]), spec["line"].as_u64().unwrap_or(0));
            failures.push(format!("{file}:{line} {}\n{}", text(&spec["title"]), message.join("\n")));
        }
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_tests_of_the_page_sources_are_named() {
        let report = serde_json::json!({ "testResults": [{ "assertionResults": [
            { "status": "passed", "fullName": "adds", "failureMessages": [] },
            { "status": "failed", "fullName": "counts to three", "failureMessages": ["expected 2 to be 3\n    at here"] },
        ] }, { "status": "failed", "name": "pool.test.ts", "message": "no such module", "assertionResults": [] }] });
        assert_eq!(
            vitest_failures(&report),
            ["pool.test.ts\nno such module", "counts to three\nexpected 2 to be 3\n    at here"]
        );
    }

    #[test]
    fn lines_of_libtest_are_read_with_and_without_colours() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s\n";
        let count = Count { passed: 12, failed: 3, skipped: 1, failures: Vec::new() };
        assert_eq!(libtest_line(line), count);
        let coloured = line.replace("FAILED", "\u{1b}[31mFAILED\u{1b}(B\u{1b}[m");
        assert_eq!(libtest_line(&coloured), count);
        assert_eq!(libtest_line("test kernel::tests::symmetric ... ok\n"), Count::default());
        assert_eq!(libtest_line("running 2 tests\n"), Count::default());
        let failed = libtest_line("test kernel::tests::symmetric ... FAILED\n");
        assert_eq!(failed.failures, ["test kernel::tests::symmetric ... FAILED"]);
    }

    #[test]
    fn counts_and_failures_of_playwright_are_read() {
        let report = br#"{
            "stats": {"expected": 7, "unexpected": 1, "flaky": 2, "skipped": 4},
            "suites": [{"suites": [{"specs": [
                {"title": "draws", "file": "a.spec.js", "line": 3, "tests": [{"results": [{"errors": []}]}]},
                {"title": "stops", "file": "a.spec.js", "line": 9, "tests": [{"results": [
                    {"errors": [{"message": "Error: still running\n at 12 s"}]}
                ]}]}
            ]}]}]
        }"#;
        let failures = vec!["a.spec.js:9 stops\nError: still running\n at 12 s".to_owned()];
        let count = Count { passed: 7, failed: 3, skipped: 4, failures };
        assert_eq!(playwright_result(report).unwrap(), count);
        assert!(playwright_result(br#"{"stats": {"expected": 7}}"#).is_err());
    }

    #[test]
    fn lines_are_scanned_and_a_failing_program_is_an_error() {
        let mut output = String::new();
        let mut cargo = shell::cargo();
        run_and_scan(cargo.arg("--version"), |line| output.push_str(line)).unwrap();
        assert!(output.starts_with("cargo "), "{output}");
        let error = run_and_scan(shell::cargo().arg("no-such-job"), |_| {}).unwrap_err();
        assert!(error.to_string().contains("cargo no-such-job` failed"), "{error}");
    }
}
