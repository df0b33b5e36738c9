//! `cargo xtask build`: the crate as WebAssembly, its JavaScript glue, and the static site in `dist/`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::wasm::{self, Toolchain};
use crate::{setup, shell};

/// The page's promise: the compressed wasm file loads in a second on a slow line.
const WASM_GZIP_LIMIT: usize = 600_000;

/// What the optimiser may use: the features of the compiler's own output, no more.
const WASM_FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// Sets up and builds.
pub fn run() -> Result<()> {
    setup::run(setup::Purpose::Build)?;
    site()
}

/// Builds; everything needed is here.
pub fn site() -> Result<()> {
    let wasm = compile()?;
    bind(&wasm)?;
    shell::run(shell::node("vite/bin/vite.js").args(["build", "--logLevel", "warn"]))?;
    report(&shell::root().join("dist"))
}

/// Rust to WebAssembly.
fn compile() -> Result<PathBuf> {
    let toolchain = Toolchain::find().context("no compiler for WebAssembly; run: cargo xtask setup")?;
    shell::run(toolchain.cargo("build").args(["--profile", "web"]))?;
    Ok(shell::root().join("target/web").join(wasm::TARGET).join("web/convrfm.wasm"))
}

/// The JavaScript glue into `pkg/`, and a smaller wasm file beside it.
fn bind(wasm: &Path) -> Result<()> {
    let root = shell::root();
    let (pkg, stamp) = (root.join("pkg"), root.join("target/web/pkg.sha256"));
    let key = key(wasm)?;
    let bound = pkg.join("convrfm_bg.wasm");
    if bound.is_file()
        && pkg.join("convrfm.js").is_file()
        && std::fs::read_to_string(&stamp).is_ok_and(|old| old == key)
    {
        return Ok(());
    }
    println!("wasm-bindgen: {} -> pkg/", wasm.strip_prefix(&root).unwrap_or(wasm).display());
    Bindgen::new()
        .input_path(wasm)
        .web(true)
        .and_then(|bindgen| bindgen.omit_default_module_path(false).typescript(true).generate(&pkg))
        .map_err(|error| anyhow!("wasm-bindgen: {error:#}"))?;
    let mut optimise = shell::node("binaryen/bin/wasm-opt");
    optimise.arg("-O3").args(WASM_FEATURES).arg(&bound).arg("-o").arg(&bound);
    shell::run(&mut optimise)?;
    check_private(&shell::read(&bound)?)?;
    shell::write(&stamp, key.as_bytes())
}

/// Stands for everything that decides what `pkg/` holds: the compiler's output, which names the wasm-bindgen version, and
/// the optimiser's version and features.
fn key(wasm: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(shell::read(wasm)?);
    hash.update(shell::read(&shell::root().join("package-lock.json"))?);
    hash.update(WASM_FEATURES.concat());
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
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
