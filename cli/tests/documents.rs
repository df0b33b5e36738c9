//! The documents show commands that work: those in shell blocks run here, on few images; those in sentences are parsed.

#[path = "../../tests/common/documents.rs"]
mod documents;

use documents::{Command, blocks, documents, mentions, shell_lines};
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

/// Languages of fenced blocks, and where they are executed.
const LANGUAGES: [(&str, &str); 8] = [
    ("sh", "here, and `cargo xtask` in xtask/src/main.rs"),
    ("rust", "in src/lib.rs as documentation tests of README.md"),
    ("html", "in tests/e2e/documents.spec.js"),
    (
        "js",
        "in tests/e2e/documents.spec.js, in the page of the block of HTML above; the example of the npm package in package.spec.js",
    ),
    ("csp", "in tests/e2e/documents.spec.js, as the policy of the page above"),
    ("http", "in tests/e2e/documents.spec.js, as headers of the built site"),
    ("bibtex", "here: compared with CITATION.cff"),
    ("text", "nowhere: a drawing or a formula"),
];

/// Shell lines with these words are parsed and do not run.
const PARSED_ONLY: [(&str, &str); 1] = [("efficientnet-lite0", "its weights and photographs are downloads")];

/// Options that make a command small. The last one of an option holds.
const SMALL: [(&str, &str); 4] = [
    ("fit", "--train 40 --validation 20 --test 40 --rounds 2 --agop-samples 2 --width 4"),
    ("cnn", "--train 40 --validation 20 --test 40 --epochs 1 --agop-samples 2"),
    ("cnfa", "--count 2"),
    ("filters", ""),
];

/// The commands that sentences mention without `convrfm` in front: `fit my-pictures/ --side 48`.
const NAMES: [&str; 7] = ["fit", "filters", "cnn", "cnfa", "pack", "reproduce", "bench"];

fn convrfm(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_convrfm"));
    command.current_dir(folder).args(arguments).output().unwrap()
}

/// The arguments in a line that calls `convrfm`.
fn arguments(line: &str) -> Option<Vec<&str>> {
    let rest = line.strip_prefix("cargo run --release -- ").or_else(|| line.strip_prefix("convrfm "))?;
    Some(rest.split_whitespace().collect())
}

/// With `--help` at its end a command is parsed and not run. Missing values are no error.
fn parse(Command { place, line }: &Command, arguments: &[&str]) {
    let output = convrfm(Path::new("."), &[arguments, &["--help"]].concat());
    assert!(output.status.success(), "{place}: `{line}`: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_block_has_an_executor() {
    for document in documents() {
        for block in blocks(&document) {
            let language = &block.language;
            assert!(
                LANGUAGES.iter().any(|(known, _)| known == language),
                "{}: no test executes {language:?}; expected one of {LANGUAGES:?}",
                block.place
            );
            assert!(
                language != "rust" || document.0 == "README.md",
                "{}: src/lib.rs does not include this document in the documentation tests",
                block.place
            );
        }
    }
}

/// A later line reads the files of the lines before it.
#[test]
fn shell_lines_run() {
    let mut ran = 0;
    for document in documents() {
        let folder = TempDir::new().unwrap();
        for command in shell_lines(&document) {
            let Command { place, line } = &command;
            if line.starts_with("cargo xtask ") {
                continue;
            }
            let line_arguments = arguments(line)
                .unwrap_or_else(|| panic!("{place}: no test executes `{line}`; expected convrfm or xtask"));
            if PARSED_ONLY.iter().any(|(word, _)| line.contains(word)) {
                parse(&command, &line_arguments);
                continue;
            }
            let small = SMALL.iter().find(|(name, _)| *name == line_arguments[0]);
            let (_, small) = small.unwrap_or_else(|| panic!("{place}: `{line}` has no small size here"));
            let small: Vec<&str> = small.split_whitespace().collect();
            let output = convrfm(folder.path(), &[&line_arguments[..], &small].concat());
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && errors.is_empty(), "{place}: `{line}`: {errors}");
            for pair in line_arguments.windows(2).filter(|pair| ["--out", "--png"].contains(&pair[0])) {
                assert!(folder.path().join(pair[1]).is_file(), "{place}: `{line}` wrote no {}", pair[1]);
            }
            ran += 1;
        }
    }
    assert!(ran >= 6, "only {ran} lines were found");
}

/// The BibTeX of the documents and `CITATION.cff` cite the same work.
#[test]
fn citations_agree() {
    let cff = Path::new(env!("CARGO_MANIFEST_DIR")).join("../CITATION.cff");
    let cff = std::fs::read_to_string(cff).unwrap();
    let mut fields = 0;
    for block in documents().iter().flat_map(blocks).filter(|block| block.language == "bibtex") {
        for (name, value) in block.code.lines().filter_map(|line| line.trim().split_once(" = ")) {
            let value = value.trim_matches([' ', ',', '{', '}']);
            for part in value.split(" and ").flat_map(|author| author.split(", ")) {
                assert!(cff.contains(part), "{}: {name}: CITATION.cff lacks {part:?}", block.place);
            }
            fields += 1;
        }
    }
    assert!(fields >= 4, "only {fields} fields were found");
}

#[test]
fn commands_in_sentences_are_parsed() {
    let mut parsed = 0;
    for document in documents() {
        for command in mentions(&document) {
            let words: Vec<&str> = command.line.split_whitespace().collect();
            let short = words.len() > 1 && NAMES.contains(&words[0]);
            if let Some(arguments) = if short { Some(words) } else { arguments(&command.line) } {
                parse(&command, &arguments);
                parsed += 1;
            }
        }
    }
    assert!(parsed >= 10, "only {parsed} commands were found");
}
