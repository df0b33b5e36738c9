//! `cargo xtask setup`: finds the tools that are missing and installs them.
//!
//! It installs into this checkout (`npm ci`), with rustup, and as root on Debian with apt-get. Elsewhere it prints the
//! command to type.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::{shell, wasm};

/// Oldest version of Node that Vite supports.
const NODE: (u32, u32) = (20, 19);
/// Browsers for the tests, in order of preference; the variable CHROMIUM overrides them.
const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// The purpose of the tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Building and serving the page.
    Build,
    /// Running the tests.
    Test,
}

/// A tool that the commands need.
struct Need {
    name: &'static str,
    purpose: Purpose,
    present: fn() -> bool,
    remedy: Remedy,
}

/// How to install a tool.
struct Remedy {
    /// Tried first, on every system.
    local: Option<fn() -> Result<()>>,
    /// Debian packages, installed when the user is root.
    debian: &'static [&'static str],
    /// Advice for other systems: the end of a sentence.
    otherwise: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        name: "Node.js 20.19 or newer",
        purpose: Purpose::Build,
        present: || node_version().is_some_and(|version| version >= NODE),
        // Debian 12 has Node 18.
        remedy: Remedy {
            local: None,
            debian: &[],
            otherwise: "install the current version from https://nodejs.org",
        },
    },
    Need {
        name: "the page's npm packages",
        purpose: Purpose::Build,
        present: npm_packages_current,
        remedy: Remedy { local: Some(install_npm_packages), debian: &[], otherwise: "run: npm ci" },
    },
    Need {
        name: "a compiler for WebAssembly",
        purpose: Purpose::Build,
        present: || wasm::Toolchain::find().is_some(),
        remedy: Remedy {
            local: Some(add_rustup_target),
            debian: wasm::DEBIAN_PACKAGES,
            otherwise: "run: rustup target add wasm32-unknown-unknown",
        },
    },
    Need {
        name: "Chromium",
        purpose: Purpose::Test,
        present: || chromium().is_some(),
        remedy: Remedy {
            local: None,
            debian: &["chromium"],
            otherwise: "install Chromium or Chrome, or set the variable CHROMIUM to its program file",
        },
    },
    Need {
        name: "Firefox",
        purpose: Purpose::Test,
        present: || find_program("firefox-esr").is_some() || std::env::var_os("FIREFOX").is_some(),
        remedy: Remedy {
            local: None,
            debian: &["firefox-esr"],
            otherwise: "install Firefox and set the variable FIREFOX to its program file",
        },
    },
    Need {
        name: "WebKitGTK with its driver and a virtual screen",
        purpose: Purpose::Test,
        present: || ["WebKitWebDriver", "Xvfb"].iter().all(|name| find_program(name).is_some()),
        remedy: Remedy {
            local: None,
            debian: &["webkit2gtk-driver", "xvfb"],
            otherwise: "install WebKitGTK's WebKitWebDriver and MiniBrowser, and Xvfb",
        },
    },
    Need {
        name: "a Vulkan driver",
        purpose: Purpose::Test,
        present: vulkan_present,
        remedy: Remedy {
            local: None,
            debian: &["mesa-vulkan-drivers"],
            otherwise: "install your distribution's Mesa Vulkan drivers",
        },
    },
];

/// Installs the tools for `purpose` that are missing; fails with advice when some are still missing.
pub fn run(purpose: Purpose) -> Result<()> {
    let missing =
        || NEEDS.iter().filter(|need| need.purpose <= purpose && !(need.present)()).collect::<Vec<_>>();
    let mut packages = BTreeSet::new();
    for need in missing() {
        println!("Missing: {}.", need.name);
        if let Some(install) = need.remedy.local {
            print_error(install());
        }
        if !(need.present)() {
            packages.extend(need.remedy.debian);
        }
    }
    if is_debian() && is_root() && !packages.is_empty() {
        print_error(apt_install(&packages));
    }
    let advice: Vec<String> = missing().iter().map(|need| advice(need)).collect();
    if !advice.is_empty() {
        bail!("{}", advice.join("\n       "));
    }
    Ok(())
}

/// A failed installation is not final: another one may follow, and the advice comes last.
fn print_error(result: Result<()>) {
    if let Err(error) = result {
        println!("{error:#}");
    }
}

fn advice(need: &Need) -> String {
    let Need { name, remedy, .. } = need;
    if is_debian() && !is_root() && !remedy.debian.is_empty() {
        let packages = remedy.debian.join(" ");
        return format!("{name} is missing: run: sudo apt-get install --no-install-recommends {packages}");
    }
    format!("{name} is missing: {}", remedy.otherwise)
}

/// The path of the browser for the tests.
pub fn chromium() -> Option<PathBuf> {
    let chosen = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let installed = || BROWSERS.iter().find_map(|name| find_program(name));
    chosen.or_else(installed).filter(|path| path.is_file())
}

fn find_program(name: &str) -> Option<PathBuf> {
    // An absolute name replaces the folder it is joined to.
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

fn node_version() -> Option<(u32, u32)> {
    let version = shell::ask(shell::command("node").arg("--version"))?;
    let mut parts = version.trim_start_matches('v').split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// A copy of the lockfile that the packages were installed from.
fn npm_stamp() -> PathBuf {
    shell::root().join("node_modules/.installed-package-lock.json")
}

fn npm_packages_current() -> bool {
    let lock = std::fs::read(shell::root().join("package-lock.json")).ok();
    lock.is_some() && lock == std::fs::read(npm_stamp()).ok()
}

fn install_npm_packages() -> Result<()> {
    let mut npm = shell::command(if cfg!(windows) { "npm.cmd" } else { "npm" });
    // The tests use the browser of the system; Playwright would download 150 MB.
    shell::run(npm.args(["ci", "--no-audit", "--no-fund"]).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    shell::write(&npm_stamp(), &shell::read(&shell::root().join("package-lock.json"))?)
}

fn add_rustup_target() -> Result<()> {
    shell::run(shell::command("rustup").args(["target", "add", wasm::TARGET]))
}

/// Whether a driver is installed: the loader looks for files in these folders. Other systems include a driver.
fn vulkan_present() -> bool {
    let drivers = |folder: &str| std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    !cfg!(target_os = "linux") || ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"].into_iter().any(drivers)
}

fn is_debian() -> bool {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    release.lines().any(|line| line == "ID=debian")
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The entry of a process belongs to the user that runs it.
    Path::new("/proc/self").metadata().is_ok_and(|entry| entry.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// Installs packages from new package lists, which take ten seconds: of an old list Firefox was too old for Playwright.
fn apt_install(packages: &BTreeSet<&&str>) -> Result<()> {
    let apt = |arguments: &[&str]| {
        let mut apt = shell::command("apt-get");
        // Waits when another apt-get is running.
        apt.args(["-q", "-o", "DPkg::Lock::Timeout=300"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    shell::run(&mut apt(&["update"]))?;
    let mut install = apt(&["install", "-y", "--no-install-recommends"]);
    shell::run(install.args(packages)).context("cannot install the Debian packages")
}
