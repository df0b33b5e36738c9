//! The GPU's kernel stage with every shape of tiles, as `convrfm sweep` times it.

use anyhow::Result;
use serde_json::json;

use super::{keep, lines, native, number, text};
use crate::shell;

/// Measures, prints and keeps the table.
pub fn run() -> Result<()> {
    let program = native::build()?;
    let rows = lines(shell::command(program).arg("sweep"))?;
    println!("\n{}", text(&rows[0], "adapter"));
    println!("{:<22}{:>5}{:>8}{:>9}{:>12}{:>10}", "geometry", "n", "block", "groups", "first, s", "Gpl/s");
    for row in &rows {
        let chosen = if row["chosen"].as_bool() == Some(true) { "  the plan's choice" } else { "" };
        println!(
            "{:<22}{:>5}{:>8}{:>9}{:>12.2}{:>10.4}{chosen}",
            text(row, "geometry"),
            number(row, "train"),
            text(row, "block"),
            text(row, "groups"),
            number(row, "first_s"),
            number(row, "kernel_position_layers_per_s") / 1e9,
        );
    }
    keep("sweep", "cargo xtask bench --sweep", &json!({}), &rows)
}
