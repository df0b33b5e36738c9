//! `cargo xtask build`: the crate as WebAssembly, its JavaScript glue, and the static site in `dist/`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use wasm_bindgen_cli_support::Bindgen;

use crate::wasm::{self, Toolchain};
use crate::{setup, shell};

/// The page's promise: the compressed wasm file loads in a second on a slow line.
const WASM_GZIP_LIMIT: usize = 600_000;

/// Sets up and builds.
pub fn run() -> Result<()> {
    setup::run(setup::Purpose::Build)?;
    site()
}

/// Builds; everything needed is here.
pub fn site() -> Result<()> {
    let wasm = compile(wasm::PAGE, "convrfm")?;
    let root = shell::root();
    bind(&wasm, &root.join("pkg"))?;
    check_private(&shell::read(&root.join("pkg/convrfm_bg.wasm"))?)?;
    shell::run(shell::node("vite/bin/vite.js").args(["build", "--logLevel", "warn"]))?;
    report(&root.join("dist"))
}

/// The test suites for the browser, into `target/suites/`: no part of the site.
pub fn suites() -> Result<()> {
    bind(&compile(wasm::SUITES, "convrfm_suites")?, &shell::root().join("target/suites"))
}

/// Rust to WebAssembly.
fn compile(package: &[&str], library: &str) -> Result<PathBuf> {
    let toolchain = Toolchain::find().context("no compiler for WebAssembly; run: cargo xtask setup")?;
    shell::run(toolchain.cargo("build", package).args(["--profile", "web"]))?;
    Ok(shell::root().join("target/web").join(wasm::TARGET).join("web").join(format!("{library}.wasm")))
}

/// The JavaScript glue and the final wasm file into `folder`.
///
/// No `wasm-opt` after it: on this crate `-O3` of binaryen 132 left the compressed size as it was (280.6 kB for 280.3 kB)
/// and made the AGOP 1.4 times slower (Node 20, MNIST, n = 400, L = 3).
fn bind(wasm: &Path, folder: &Path) -> Result<()> {
    let root = shell::root();
    let short = |path: &Path| path.strip_prefix(&root).unwrap_or(path).display().to_string();
    println!("wasm-bindgen: {} -> {}/", short(wasm), short(folder));
    let bind = |bindgen: &mut Bindgen| {
        bindgen.web(true)?.typescript(true).omit_default_module_path(false);
        // Function names: a tenth of the download, read by nobody.
        bindgen.remove_name_section(true).generate(folder)
    };
    bind(Bindgen::new().input_path(wasm)).map_err(|error| anyhow!("wasm-bindgen: {error:#}"))
}

/// The file goes to strangers: no folder of this machine may be in its messages.
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

/// Prints what a visitor downloads, and fails when the wasm file is too large.
fn report(dist: &Path) -> Result<()> {
    println!("\n{:<44}{:>10}{:>10}", "dist/ (bytes)", "raw", "gzip");
    let mut wasm = None;
    for path in files(dist)? {
        let bytes = shell::read(&path)?;
        let compressed = gzip_size(&bytes)?;
        let name = path.strip_prefix(dist).unwrap_or(&path).display().to_string();
        println!("{name:<44}{:>10}{compressed:>10}", bytes.len());
        if path.extension().is_some_and(|extension| extension == "wasm") {
            wasm = Some(compressed);
        }
    }
    match wasm {
        None => bail!("dist/ holds no wasm file; does the page load pkg/convrfm.js?"),
        Some(size) if size > WASM_GZIP_LIMIT => {
            bail!("the wasm file takes {size} bytes compressed, more than the {WASM_GZIP_LIMIT} it may")
        }
        Some(_) => Ok(()),
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}

fn gzip_size(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}
