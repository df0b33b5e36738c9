//! The checks that every engine has to pass, as futures: `cargo test` blocks on them (`tests/golden.rs`,
//! `tests/properties.rs`, `tests/gpu.rs`), a browser awaits the same ones (`tests/e2e/suites.spec.js`).
//!
//! | suite | compares an engine with |
//! |---|---|
//! | [`golden`] | the float64 results in `tests/golden/*.npz`, over a whole fit |
//! | [`deep`] | the same, over the levels of Deep ConvRFM with fixed filters, in `tests/golden/deep/*.npz` |
//! | [`parity`] | the reference engine, at sizes that no tile divides and limits that split the matrix |
//! | [`properties`] | the reference engine and itself, on images and shapes drawn at random |
//!
//! A check gives a line of measured errors, or says what is wrong. An engine that cannot be opened is wrong: a test
//! that did not run is no pass.

pub mod data;
pub mod deep;
pub mod golden;
pub mod parity;
pub mod properties;
pub mod round;
#[cfg(target_arch = "wasm32")]
mod web;

use convrfm::engine::gpu::{Options, SelfTest};
use convrfm::{Cpu, Engine, Gpu, Naive};

/// What a check found, or what is wrong.
pub type Verdict<T = String> = Result<T, Box<dyn std::error::Error>>;

/// Every engine, by the name that [`open`] takes.
pub const ENGINES: [&str; 4] = ["naive f64", "naive f32", "cpu", "gpu"];

/// Makes an engine that has not loaded anything. The GPU engine's self-test is left out: it would take longer than most
/// checks, which find what it finds.
///
/// # Errors
/// Without an adapter, and for a name that is none of [`ENGINES`].
pub async fn open(name: &str) -> Verdict<Box<dyn Engine>> {
    Ok(match name {
        "naive f64" => Box::new(Naive::<f64>::default()),
        "naive f32" => Box::new(Naive::<f32>::default()),
        "cpu" => Box::new(Cpu::default()),
        "gpu" => Box::new(open_gpu(Options::default()).await?),
        other => return Err(format!("engine {other:?} is none of {ENGINES:?}").into()),
    })
}

/// The GPU engine with other limits.
///
/// # Errors
/// Without an adapter.
pub async fn open_gpu(options: Options) -> Verdict<Gpu> {
    Ok(Gpu::open(Options { self_test: SelfTest::Skip, ..options }).await?)
}
