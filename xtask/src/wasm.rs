//! Which compiler makes WebAssembly on this machine, and how to call it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell;

/// The compile target of the page.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler for the web comes without a linker; it needs the one of the LLVM it was built with.
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld-22";
/// Debian's packages of that compiler, the sources of its standard library, and the linker.
pub const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

/// The page's half of the crate: both engines, no command line.
pub const PAGE: &[&str] = &["-p", "convrfm", "--no-default-features", "--features", "gpu"];
/// The test suites, with the crate in them as the page has it.
pub const SUITES: &[&str] = &["-p", "convrfm-suites"];

/// A compiler that can make WebAssembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The compiler that built this program has the target's standard library.
    Usual,
    /// Debian's `rustc-web`. It has no compiled standard library for the web and builds one from source (two minutes, once).
    Debian,
}

impl Toolchain {
    /// The toolchain to use; the usual one where it is complete.
    pub fn find() -> Option<Toolchain> {
        if target_library().is_some_and(|folder| folder.is_dir()) {
            return Some(Toolchain::Usual);
        }
        let parts = [
            "/usr/bin/cargo",
            "/usr/bin/rustc",
            "/usr/lib/rustlib/src/rust/library/std/Cargo.toml",
            DEBIAN_LINKER,
        ];
        parts.iter().all(|part| Path::new(part).exists()).then_some(Toolchain::Debian)
    }

    /// `cargo JOB` of a package for the page: target, its own target folder, and flags that make the same bytes on every
    /// machine.
    ///
    /// A folder of its own, because the flags differ from those of the native build and would throw its results away.
    pub fn cargo(self, job: &str, package: &[&str]) -> Command {
        let mut cargo = match self {
            Toolchain::Usual => shell::cargo(),
            Toolchain::Debian => shell::command("/usr/bin/cargo"),
        };
        cargo.args([job, "--lib", "--target", TARGET, "--target-dir", "target/web"]).args(package);
        cargo.env("CARGO_ENCODED_RUSTFLAGS", self.flags().join("\x1f".as_ref()));
        if self == Toolchain::Debian {
            cargo.args(["-Z", "build-std=std,panic_abort"]);
            // -Z is for nightly compilers; this variable is the stable compiler's permission.
            cargo.env("RUSTC_BOOTSTRAP", "1");
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER);
            // What rustup and cargo left in the environment would lead back to the other compiler.
            cargo
                .env("RUSTC", "/usr/bin/rustc")
                .env_remove("RUSTUP_TOOLCHAIN")
                .env_remove("CARGO")
                .env_remove("RUSTDOC");
            let path = std::env::var_os("PATH").unwrap_or_default();
            let path = std::iter::once(PathBuf::from("/usr/bin")).chain(std::env::split_paths(&path));
            if let Ok(path) = std::env::join_paths(path) {
                cargo.env("PATH", path);
            }
        }
        cargo
    }

    fn flags(self) -> Vec<OsString> {
        // SIMD is worth a factor of 3 in the matrix product; every browser since 2023 has it.
        let mut flags = vec!["-C".into(), "target-feature=+simd128".into()];
        for (folder, name) in [private_folders(), self.library_folders()].concat() {
            let mut flag = OsString::from("--remap-path-prefix=");
            flag.push(&folder);
            flag.push("=");
            flag.push(name);
            flags.push(flag);
        }
        flags
    }

    /// Where the standard library's sources lie; the usual one is compiled already and names no machine.
    fn library_folders(self) -> Vec<(PathBuf, &'static str)> {
        match self {
            Toolchain::Usual => Vec::new(),
            Toolchain::Debian => {
                let link = PathBuf::from("/usr/lib/rustlib/src/rust");
                let folder = link.canonicalize().unwrap_or(link.clone());
                vec![(folder, "rust"), (link, "rust")]
            }
        }
    }
}

/// Folders whose names say something about the machine, and what stands for them in the wasm file's messages.
///
/// When several prefixes match a path the compiler takes the last, so the more special follow the more general.
pub fn private_folders() -> Vec<(PathBuf, &'static str)> {
    let mut folders = Vec::new();
    if let Some(home) = cargo_home() {
        let registries = home.join("registry").join("src");
        folders.push((home, "cargo"));
        let entries = std::fs::read_dir(registries).into_iter().flatten().flatten();
        folders.extend(entries.map(|registry| (registry.path(), "crates")));
    }
    folders.push((shell::root(), "convrfm"));
    folders
}

fn cargo_home() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

fn target_library() -> Option<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let folder = shell::ask(shell::command(rustc).args(["--print", "target-libdir", "--target", TARGET]))?;
    Some(PathBuf::from(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_hide_the_folders_of_this_machine() {
        let flags = Toolchain::Usual.flags();
        let mut hide = OsString::from("--remap-path-prefix=");
        hide.push(shell::root());
        hide.push("=convrfm");
        assert_eq!(flags.last(), Some(&hide), "the most special prefix comes last");
        assert!(flags.contains(&OsString::from("target-feature=+simd128")));
    }
}
