//! `cargo xtask build`: compiles the crate to WebAssembly, makes its JavaScript glue, and builds the static site in `dist/`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;
use wasm_bindgen_cli_support::Bindgen;

use crate::wasm::{self, Toolchain};
use crate::{setup, shell};

/// Largest size of a wasm file in bytes after gzip: a second at 6 Mbit/s. Networks and their training are 80 kB of it, networks of files 38 kB,
/// the comparison of filters with templates 12 kB.
const MAX_WASM_GZIP: usize = 722_000;

/// Options of `cargo xtask build`.
#[derive(Args, Default)]
pub struct Arguments {
    /// Also make dist/convrfm.html, the page in one file that runs from a disk without a network
    #[arg(long)]
    pub single_file: bool,
    /// Also make the npm package, target/convrfm-VERSION.tgz
    #[arg(long)]
    pub package: bool,
    /// Address at which the page will stand, such as <https://example.org/convrfm/>: for the picture in social networks
    #[arg(long, value_name = "URL")]
    pub site: Option<String>,
}

/// Sets up and builds.
pub fn run(arguments: &Arguments) -> Result<()> {
    setup::run(setup::Purpose::Build)?;
    site(arguments)
}

/// Builds the page; [`setup::run`] must have succeeded.
pub fn site(arguments: &Arguments) -> Result<()> {
    engine()?;
    bundle(arguments)
}

/// Builds everything that the browser tests need; [`setup::run`] must have succeeded. Linking the suites keeps one core busy for a
/// minute, and so does Vite: they work at the same time.
pub fn for_tests() -> Result<()> {
    engine()?;
    std::thread::scope(|scope| {
        let suites = scope.spawn(suites);
        let site = bundle(&Arguments { single_file: true, package: true, site: None });
        let suites = suites.join().unwrap_or_else(|_| bail!("building the suites panicked"));
        site.and(suites)
    })
}

/// Compiles the crate and makes its JavaScript glue in `pkg/`, and a second module for browsers with relaxed SIMD that has the same
/// glue.
fn engine() -> Result<()> {
    let root = shell::root();
    let (page, fused) = (root.join("pkg"), root.join("target/fused"));
    bind(&compile(wasm::PAGE, "convrfm", Arithmetic::Fused)?, &fused)?;
    bind(&compile(wasm::PAGE, "convrfm", Arithmetic::Portable)?, &page)?;
    let glue = |folder: &Path| shell::read(&folder.join("convrfm.js"));
    ensure!(glue(&page)? == glue(&fused)?, "the two wasm modules have different JavaScript glues");
    let fused = shell::read(&fused.join("convrfm_bg.wasm"))?;
    shell::write(&page.join("convrfm_fused.wasm"), &fused)?;
    check_private(&fused)?;
    check_private(&shell::read(&page.join("convrfm_bg.wasm"))?)
}

/// Builds the page around the engine in `pkg/`.
fn bundle(arguments: &Arguments) -> Result<()> {
    let root = shell::root();
    let mut vite = shell::node("vite/bin/vite.js");
    vite.args(["build", "--logLevel", "warn"]);
    if let Some(site) = &arguments.site {
        vite.env("SITE", site);
    }
    shell::run(&mut vite)?;
    if arguments.single_file {
        shell::run(shell::command("node").arg("vite/single.js"))?;
    }
    if arguments.package {
        shell::run(shell::command("node").arg("vite/package.js"))?;
    }
    report(&root.join("dist"))
}

/// Builds the test suites for the browser into `target/suites/`, outside of the site.
pub fn suites() -> Result<()> {
    let suites = shell::root().join("target/suites");
    bind(&compile(wasm::SUITES, "convrfm_suites", Arithmetic::Fused)?, &suites.join("fused"))?;
    bind(&compile(wasm::SUITES, "convrfm_suites", Arithmetic::Portable)?, &suites)
}

/// How a module multiplies and adds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arithmetic {
    /// By simd128: two operations, each rounded, in every browser.
    Portable,
    /// By relaxed simd128: one operation, rounded once.
    Fused,
}

/// Compiles a package to WebAssembly and returns the path of the file.
fn compile(package: &[&str], library: &str, arithmetic: Arithmetic) -> Result<PathBuf> {
    let toolchain = Toolchain::find().context("no compiler for WebAssembly; run: cargo xtask setup")?;
    let mut cargo = toolchain.cargo("build", package);
    cargo.args(["--profile", "web"]);
    match arithmetic {
        Arithmetic::Portable => cargo.env_remove("CONVRFM_FUSED"),
        Arithmetic::Fused => cargo.env("CONVRFM_FUSED", "1"),
    };
    shell::run(&mut cargo)?;
    Ok(shell::root().join("target/web").join(wasm::TARGET).join("web").join(format!("{library}.wasm")))
}

/// Writes the JavaScript glue and the final wasm file into `folder`.
///
/// Without `wasm-opt`: `-O3` of binaryen 132 left the compressed size unchanged (280.6 kB instead of 280.3 kB) and made the
/// AGOP 1.4 times slower (Node 20, MNIST, n = 400, L = 3).
fn bind(wasm: &Path, folder: &Path) -> Result<()> {
    let root = shell::root();
    let short = |path: &Path| path.strip_prefix(&root).unwrap_or(path).display().to_string();
    println!("wasm-bindgen: {} -> {}/", short(wasm), short(folder));
    let bind = |bindgen: &mut Bindgen| {
        bindgen.web(true)?.typescript(true).omit_default_module_path(false);
        // The function names would be a tenth of the download.
        bindgen.remove_name_section(true).generate(folder)
    };
    bind(Bindgen::new().input_path(wasm)).map_err(|error| anyhow!("wasm-bindgen: {error:#}"))
}

/// Fails when the published file names a folder of this machine, as panic messages do.
fn check_private(wasm: &[u8]) -> Result<()> {
    for (folder, _) in wasm::private_folders() {
        let name = folder.to_string_lossy().into_owned();
        ensure!(
            !wasm.windows(name.len().max(1)).any(|window| window == name.as_bytes()),
            "the wasm file contains the path {name}; a --remap-path-prefix is missing"
        );
    }
    Ok(())
}

/// Prints the sizes of the files in `dist/`; fails when a wasm file is too large.
fn report(dist: &Path) -> Result<()> {
    println!("\n{:<44}{:>10}{:>10}", "dist/ (bytes)", "raw", "gzip");
    let mut modules = 0;
    for path in files(dist)? {
        let bytes = shell::read(&path)?;
        let compressed = gzip_size(&bytes)?;
        let name = path.strip_prefix(dist).unwrap_or(&path).display().to_string();
        println!("{name:<44}{:>10}{compressed:>10}", bytes.len());
        if path.extension().is_some_and(|extension| extension == "wasm") {
            ensure!(
                compressed <= MAX_WASM_GZIP,
                "{name} has {compressed} bytes after gzip, expected at most {MAX_WASM_GZIP}"
            );
            modules += 1;
        }
    }
    ensure!(modules == 2, "dist/ holds {modules} wasm files, expected 2; does the page load them?");
    Ok(())
}

/// All files in a folder and the folders in it, sorted.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { paths.extend(files(&path)?) } else { paths.push(path) }
    }
    paths.sort();
    Ok(paths)
}

fn gzip_size(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}
