//! The checks that every engine has to pass, as futures: `cargo test` blocks on them (`tests/golden.rs`,
//! `tests/properties.rs`, `tests/gpu.rs`), and a browser awaits them (`tests/e2e/suites.spec.js`).
//!
//! | suite | compares an engine with |
//! |---|---|
//! | [`golden`] | the float64 results of whole runs in `tests/golden/*.npz` |
//! | [`deep`] | the float64 results of runs with several levels and fixed filters in `tests/golden/deep/*.npz` |
//! | [`cnfa`] | networks with the float64 results of `tests/golden/cnfa/*.npz`; no engine takes part |
//! | [`parity`] | the reference engine, at sizes that no tile divides and with limits that split the matrix |
//! | [`properties`] | the reference engine and itself, on random images and shapes |
//!
//! A check returns a line of measured errors, or the reason why it failed. An engine that cannot be opened fails: a test that
//! did not run must not count as passed.

pub mod cnfa;
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

/// The measured errors of a check, or the reason why it failed.
pub type Verdict<T = String> = Result<T, Box<dyn std::error::Error>>;

/// Every engine, by the name that [`open`] takes.
pub const ENGINES: [&str; 4] = ["naive f64", "naive f32", "cpu", "gpu"];

/// Opens an engine. The GPU engine skips its self-test, which takes longer than most checks and finds nothing that they do not.
///
/// # Errors
/// Without an adapter, and for a name that is not in [`ENGINES`].
pub async fn open(name: &str) -> Verdict<Box<dyn Engine>> {
    Ok(match name {
        "naive f64" => Box::new(Naive::<f64>::default()),
        "naive f32" => Box::new(Naive::<f32>::default()),
        "cpu" => Box::new(Cpu::default()),
        "gpu" => Box::new(open_gpu(Options::default()).await?),
        other => return Err(format!("engine {other:?} is not one of {ENGINES:?}").into()),
    })
}

/// Opens the GPU engine with other limits.
///
/// # Errors
/// Without an adapter.
pub async fn open_gpu(options: Options) -> Verdict<Gpu> {
    Ok(Gpu::open(Options { self_test: SelfTest::Skip, ..options }).await?)
}
