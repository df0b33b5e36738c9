//! The integration tests in one program: twenty programs took 200 s of CPU time to compile and link, and each waited for its slowest
//! test alone. Tests that count allocations are programs of their own.

#[path = "../common/mod.rs"]
mod common;
#[cfg(all(feature = "parquet", feature = "pictures"))]
#[path = "../common/files.rs"]
mod files;
#[path = "../common/weights.rs"]
mod weights;

mod architectures;
mod cnn;
mod deep;
mod degenerate;
mod drawn;
mod engines;
mod explain;
mod filters;
#[cfg(all(feature = "parquet", feature = "pictures"))]
mod formats;
mod golden;
#[cfg(feature = "gpu")]
mod gpu;
mod layers;
mod pool;
mod predictor;
mod properties;
mod rank;
mod receptive;
mod recovery;
mod responses;
mod results;
mod rounds;
mod safetensors;
#[cfg(target_arch = "x86_64")]
mod simd;
