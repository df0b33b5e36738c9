//! `cargo xtask bench --audit`: what a reader waits for on the page, and what Lighthouse says of it.

use anyhow::Result;
use serde_json::json;

use super::page::Site;
use super::{keep, lines};

/// Measures and keeps it in `bench/audit.json`.
pub fn run() -> Result<()> {
    let site = Site::build()?;
    let rows = lines(&mut site.script("bench/audit.js"), |row| println!("{row}"))?;
    keep("audit", "cargo xtask bench --audit", &json!({}), &rows)
}
