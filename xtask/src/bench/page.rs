//! Measurements of the page in Chromium. The scripts serve `dist/` themselves.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::Value;

use super::line;
use crate::{build, setup, shell};

/// Builds the page.
pub fn build() -> Result<()> {
    setup::run(setup::Purpose::Test)?;
    build::site(&build::Arguments::default())
}

/// One run with `train` images on `engine`, of the page in the checkout `folder`.
pub fn measure(folder: &Path, engine: &str, train: usize) -> Result<Value> {
    line(script("bench/page.js").args([engine, &train.to_string()]).arg(folder))
}

/// A script that opens the page.
pub fn script(path: &str) -> Command {
    let mut node = shell::command("node");
    node.arg(path).env("CHROMIUM", setup::chromium().map_or_else(OsString::new, Into::into));
    node
}
