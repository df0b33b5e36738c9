//! `cargo xtask release --dry-run`: every file of a release in `target/release-VERSION/`. `.github/workflows/release.yml` runs it and
//! publishes the files.

use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::{build, data, shell};

/// The version of the workspace, which all its packages inherit.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The limit of the registry for crates.
const MAX_CRATE_BYTES: usize = 10_000_000;
/// Files that go with the command and the page.
const COMPANIONS: &[&str] = &["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// Options of `cargo xtask release`.
#[derive(Args)]
pub struct Arguments {
    /// Make the files and publish nothing, which is all that this command does
    #[arg(long, required = true)]
    dry_run: bool,
    /// Make these parts only
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Tag of the release: the version with a v in front. With it, the section of CHANGELOG.md must have a date
    #[arg(long)]
    tag: Option<String>,
    /// Address of the page
    #[arg(long, value_name = "URL", default_value = "https://convrfm.github.io/convrfm/")]
    site: String,
}

/// A part of a release.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The crate, as it is published
    Crate,
    /// The command `convrfm` for this system
    Command,
    /// The page, as a folder and as one file
    Page,
    /// The npm package
    Npm,
}

/// Checks, builds and collects.
pub fn run(arguments: &Arguments) -> Result<()> {
    let (heading, notes) = check()?;
    if let Some(tag) = &arguments.tag {
        ensure!(*tag == format!("v{VERSION}"), "the tag is {tag}, expected v{VERSION} as in Cargo.toml");
        ensure!(
            !heading.contains("unreleased"),
            "CHANGELOG.md: {heading:?}, expected a date after {VERSION}"
        );
    }
    let changes = shell::ask(shell::command("git").args(["status", "--porcelain"]));
    let changes = changes.context("`git status` failed; a release is made in a clone of the repository")?;
    ensure!(changes.is_empty(), "these files differ from the last commit; commit them first:\n{changes}");
    let folder = shell::root().join(format!("target/release-{VERSION}"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let wants = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    if wants(Part::Crate) {
        pack_crate(&folder)?;
    }
    if wants(Part::Command) {
        pack_command(&folder)?;
    }
    if wants(Part::Page) || wants(Part::Npm) {
        let site = Some(arguments.site.clone());
        build::run(&build::Arguments { single_file: wants(Part::Page), package: wants(Part::Npm), site })?;
    }
    if wants(Part::Page) {
        pack_page(&folder)?;
    }
    if wants(Part::Npm) {
        pack_npm(&folder)?;
    }
    println!("\ntarget/release-{VERSION}/ (bytes)");
    let mut sums = String::new();
    for path in build::files(&folder)? {
        let (bytes, name) = (shell::read(&path)?, path.strip_prefix(&folder)?.display());
        println!("{name:<52}{:>10}", bytes.len());
        sums += &format!("{}  {name}\n", data::sha256(&bytes));
    }
    shell::write(&folder.join("SHA256SUMS"), sums.as_bytes())?;
    shell::write(&folder.join("NOTES.md"), notes.as_bytes())
}

/// The part that needs no build: the version is the same everywhere. Returns heading and text of its section in the changelog.
fn check() -> Result<(String, String)> {
    let read = |name: &str| anyhow::Ok(String::from_utf8(shell::read(&shell::root().join(name))?)?);
    let mut metadata = shell::cargo();
    metadata.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&shell::ask(&mut metadata).context("cargo metadata failed")?)?;
    for package in metadata["packages"].as_array().context("cargo metadata lists no packages")? {
        let (name, found) = (&package["name"], &package["version"]);
        ensure!(found == VERSION, "package {name} has version {found}, expected `version.workspace = true`");
    }
    let citation = read("CITATION.cff")?;
    let cited = citation.lines().find_map(|line| line.strip_prefix("version: "));
    ensure!(cited == Some(VERSION), "CITATION.cff: the version is {cited:?}, expected {VERSION}");
    section(&read("CHANGELOG.md")?)
        .with_context(|| format!("CHANGELOG.md: found no entries in a section `## {VERSION}`"))
}

/// The heading and the text of the section of this version.
fn section(changelog: &str) -> Option<(String, String)> {
    let mut sections = changelog.split("\n## ").filter_map(|section| section.split_once('\n'));
    let (heading, text) = sections.find(|(heading, _)| heading.split([' ', ',']).next() == Some(VERSION))?;
    (!text.trim().is_empty()).then(|| (heading.to_owned(), format!("{}\n", text.trim())))
}

fn pack_crate(folder: &Path) -> Result<()> {
    shell::run(shell::cargo().args(["package", "--package", "convrfm"]))?;
    let name = format!("convrfm-{VERSION}.crate");
    let bytes = shell::read(&shell::root().join("target/package").join(&name))?;
    let size = bytes.len();
    ensure!(size < MAX_CRATE_BYTES, "{name} has {size} bytes, expected fewer than {MAX_CRATE_BYTES}");
    shell::write(&folder.join(name), &bytes)
}

fn pack_command(folder: &Path) -> Result<()> {
    shell::run(shell::cargo().args(["build", "--release", "--package", "convrfm-cli"]))?;
    let name = format!("convrfm{}", std::env::consts::EXE_SUFFIX);
    let program = shell::root().join("target/release").join(&name);
    let found = shell::ask(shell::command(&program).arg("--version")).unwrap_or_default();
    let expected = format!("convrfm {VERSION}");
    ensure!(found == expected, "`convrfm --version` prints {found:?}, expected {expected:?}");
    let about = shell::ask(shell::command("rustc").arg("-vV")).unwrap_or_default();
    let system = about.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let files = vec![(name, shell::read(&program)?)];
    zip(&folder.join(format!("convrfm-{VERSION}-{system}.zip")), files)
}

fn pack_page(folder: &Path) -> Result<()> {
    let dist = shell::root().join("dist");
    let mut files = Vec::new();
    for path in build::files(&dist)? {
        let name = path.strip_prefix(&dist)?.to_string_lossy().replace('\\', "/");
        files.push((format!("convrfm/{name}"), shell::read(&path)?));
    }
    zip(&folder.join(format!("convrfm-page-{VERSION}.zip")), files)?;
    let single = shell::read(&dist.join("convrfm.html"))?;
    shell::write(&folder.join(format!("convrfm-page-{VERSION}.html")), &single)
}

fn pack_npm(folder: &Path) -> Result<()> {
    let name = format!("convrfm-{VERSION}.tgz");
    shell::write(&folder.join(&name), &shell::read(&shell::root().join("target").join(&name))?)
}

/// Writes an archive with a fixed date: the files, and what goes with them. The program can be executed.
fn zip(path: &Path, mut files: Vec<(String, Vec<u8>)>) -> Result<()> {
    for name in COMPANIONS {
        files.push(((*name).to_owned(), shell::read(&shell::root().join(name))?));
    }
    let program = format!("convrfm{}", std::env::consts::EXE_SUFFIX);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
    for (name, bytes) in files {
        let mode = if name == program { 0o755 } else { 0o644 };
        archive.start_file(name, options.unix_permissions(mode))?;
        archive.write_all(&bytes)?;
    }
    shell::write(path, &archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_same_everywhere_and_has_a_section_in_the_changelog() {
        check().unwrap();
    }

    #[test]
    fn a_section_ends_at_the_next_one() {
        let changelog = format!("# Changelog\n\n## {VERSION}, 1 May\n\n### A\n\n- b\n\n## 0.0.1\n\n- c\n");
        let expected = (format!("{VERSION}, 1 May"), "### A\n\n- b\n".to_owned());
        assert_eq!(section(&changelog), Some(expected));
        assert_eq!(section(&format!("## {VERSION}\n")), None);
        assert_eq!(section(&format!("\n## {VERSION}0\n\n- d\n")), None);
    }
}
