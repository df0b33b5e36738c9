//! Finds the compiler for WebAssembly on this machine and calls it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell;

/// The compile target of the page.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's `rustc-web` comes without a linker and needs the one of the LLVM version it was built with.
const DEBIAN_LINKER: &str = "/usr/bin/wasm-ld-22";
/// Debian's packages of this compiler, the sources of its standard library, and the linker.
pub const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

/// Cargo's options for the page: both engines, no command line.
pub const PAGE: &[&str] = &["-p", "convrfm", "--no-default-features", "--features", "gpu"];
/// Cargo's options for the test suites; they enable the same features of the crate as the page.
pub const SUITES: &[&str] = &["-p", "convrfm-suites"];

/// A compiler for WebAssembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The compiler that built this program; it has the standard library of the target.
    Default,
    /// Debian's `rustc-web`. It compiles the standard library from source, which takes two minutes once.
    Debian,
}

impl Toolchain {
    /// The default toolchain where it is complete, otherwise Debian's.
    pub fn find() -> Option<Toolchain> {
        if target_library().is_some_and(|folder| folder.is_dir()) {
            return Some(Toolchain::Default);
        }
        let parts = [
            "/usr/bin/cargo",
            "/usr/bin/rustc",
            "/usr/lib/rustlib/src/rust/library/std/Cargo.toml",
            DEBIAN_LINKER,
        ];
        parts.iter().all(|part| Path::new(part).exists()).then_some(Toolchain::Debian)
    }

    /// `cargo JOB` for a package, with flags that make the same bytes on every machine.
    ///
    /// The target folder is separate: the flags differ from those of the native build and would invalidate its results.
    pub fn cargo(self, job: &str, package: &[&str]) -> Command {
        let mut cargo = match self {
            Toolchain::Default => shell::cargo(),
            Toolchain::Debian => shell::command("/usr/bin/cargo"),
        };
        cargo.args([job, "--lib", "--target", TARGET, "--target-dir", "target/web"]).args(package);
        cargo.env("CARGO_ENCODED_RUSTFLAGS", self.flags().join("\x1f".as_ref()));
        if self == Toolchain::Debian {
            cargo.args(["-Z", "build-std=std,panic_abort"]);
            // A stable compiler accepts -Z only with this variable.
            cargo.env("RUSTC_BOOTSTRAP", "1");
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER);
            // These variables of rustup and cargo would select the other compiler.
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
        // SIMD makes the matrix product 3 times faster; every browser since 2023 supports it.
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

    /// Folders of the standard library's sources. The default toolchain has it compiled, without names of this machine.
    fn library_folders(self) -> Vec<(PathBuf, &'static str)> {
        match self {
            Toolchain::Default => Vec::new(),
            Toolchain::Debian => {
                let link = PathBuf::from("/usr/lib/rustlib/src/rust");
                let folder = link.canonicalize().unwrap_or(link.clone());
                vec![(folder, "rust"), (link, "rust")]
            }
        }
    }
}

/// Folders of this machine, and the names that replace them in the panic messages of the wasm file.
///
/// When several prefixes match a path the compiler applies the last one, so parents come before their children.
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
        let flags = Toolchain::Default.flags();
        let mut hide = OsString::from("--remap-path-prefix=");
        hide.push(shell::root());
        hide.push("=convrfm");
        assert_eq!(flags.last(), Some(&hide), "the longest prefix is not the last");
        assert!(flags.contains(&OsString::from("target-feature=+simd128")));
    }
}
