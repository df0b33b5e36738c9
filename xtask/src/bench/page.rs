//! Rows of the page in Chromium.

use std::ffi::OsString;
use std::process::Command;

use anyhow::Result;
use serde_json::Value;

use super::line;
use crate::{build, serve, setup, shell};

/// The built page on the web.
pub struct Site(serve::Site);

impl Site {
    /// Builds the page and serves it.
    pub fn build() -> Result<Site> {
        setup::run(setup::Purpose::Test)?;
        build::site()?;
        serve::Site::serve(serve::listen("127.0.0.1", 0)?, &shell::root().join("dist")).map(Site)
    }

    /// One run of `train` images on `engine`, as `bench/page.js` times it.
    pub fn measure(&self, engine: &str, train: usize) -> Result<Value> {
        line(self.script("bench/page.js").args([engine, &train.to_string()]))
    }

    /// A program that visits the site.
    pub fn script(&self, path: &str) -> Command {
        let mut node = shell::command("node");
        node.arg(path)
            .env("BASE_URL", format!("http://{}/", self.0.address))
            .env("CHROMIUM", setup::chromium().map_or_else(OsString::new, Into::into));
        node
    }
}
