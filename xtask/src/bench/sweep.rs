//! The GPU's kernel stage with every shape of tiles, as `convrfm sweep` times it.

use anyhow::Result;
use serde_json::json;

use super::{keep, lines, native, number, text};
use crate::shell;

/// Measures, prints and keeps the table.
pub fn run() -> Result<()> {
    let program = native::build()?;
    println!("seconds of the first run hold the shader's compilation; the rate is the fastest run's");
    println!("{:<22}{:>6}{:>8}{:>9}{:>10}{:>13}", "geometry", "n", "block", "groups", "first, s", "Mpl/s");
    let mut sweep = shell::command(program);
    // Or the first run would find what an earlier sweep has compiled.
    sweep.arg("sweep").env("MESA_SHADER_CACHE_DISABLE", "true").env("__GL_SHADER_DISK_CACHE", "0");
    let rows = lines(&mut sweep, |row| {
        let chosen = if row["chosen"].as_bool() == Some(true) { "  the plan's choice" } else { "" };
        println!(
            "{:<22}{:>6}{:>8}{:>9}{:>10.2}{:>13.2}{chosen}",
            text(row, "geometry"),
            number(row, "train"),
            text(row, "block"),
            text(row, "groups"),
            number(row, "first_s"),
            number(row, "kernel_position_layers_per_s") / 1e6,
        );
    })?;
    println!("{}", text(&rows[0], "adapter"));
    keep("sweep", "cargo xtask bench --sweep", &json!({}), &rows)
}
