//! One table for a graphics card: the stages of a round, a factorisation, long patches, the page. All of it is in one
//! file, which whoever has a card can send.

use anyhow::Result;
use serde_json::{Value, json};

use super::speed::{SOFTWARE, add_rates, print, print_heading};
use super::{Arguments, native, page, save, text};
use crate::shell;

/// Images of a round on a card; a round of the paper's noisy digits has 4,000 and more.
const TRAIN: [usize; 3] = [1_000, 2_000, 4_000];
/// Rows of K in the factorisation.
const CHOLESKY: usize = 4_096;
/// Filters of a second level: its patches have 3 x 3 x 64 values.
const WIDTH: usize = 64;

/// Measures, prints and saves the table. On a software adapter, which is no card, with few images.
pub fn run(arguments: &Arguments) -> Result<()> {
    let program = native::build()?;
    let first = native::measure(&program, "gpu", None, arguments.software, &[])?;
    let is_card = !text(&first, "engine").contains(SOFTWARE);
    if !is_card {
        println!(
            "{}: no card, so a few images only; everything takes 100 times as long",
            text(&first, "engine")
        );
    }
    let of_card = |n: usize| if is_card { n } else { arguments.software };
    let width = WIDTH.to_string();
    let mut rows: Vec<Value> = Vec::new();
    print_heading();
    let mut add = |what: &str, mut row: Value| {
        row["what"] = what.into();
        row["place"] = what.split(',').next().unwrap_or_default().into();
        add_rates(&mut row, &rows);
        print(&row);
        rows.push(row);
    };
    let mut sizes = TRAIN.map(of_card).to_vec();
    sizes.dedup();
    for &n in &sizes {
        add("native, a round", native::measure(&program, "gpu", None, n, &[])?);
    }
    add("native, CPU", native::measure(&program, "cpu", None, of_card(TRAIN[0]), &[])?);
    add("native, Cholesky", native::measure(&program, "gpu", None, of_card(CHOLESKY), &[])?);
    let long = ["--width", &width];
    add("native, long patches", native::measure(&program, "gpu", None, of_card(500), &long)?);
    if !arguments.native {
        page::build()?;
        add("page, a round", page::measure(&shell::root(), "gpu", of_card(TRAIN[0]))?);
    }
    let settings = json!({ "data": "noisy-mnist", "patch": 3, "depth": 3, "card": is_card });
    save("card", "cargo xtask bench --card", &settings, &rows)
}
