//! `CONVRFM_FUSED=1` compiles the wasm module for browsers with relaxed SIMD, which has a fused multiply-add.
//!
//! A variable, and neither a feature nor a compiler flag: those change the names of symbols, and both modules share one JavaScript glue.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CONVRFM_FUSED");
    println!("cargo::rustc-check-cfg=cfg(fused)");
    if std::env::var_os("CONVRFM_FUSED").is_some() {
        println!("cargo::rustc-cfg=fused");
    }
}
