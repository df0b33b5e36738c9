//! Matrix products, factorisations, eigenvectors, vector units, threads and memory.
//!
//! Plain functions on numbers: nothing here knows images or reports progress. A long factorisation is a value that does one
//! step at a time ([`cholesky::Cholesky`]), so that the caller decides where to pause.

pub mod cholesky;
pub mod eigen;
pub mod gemm;
pub mod memory;
pub mod parallel;
pub mod simd;
pub mod sort;
pub mod tensor;

/// A dense matrix in single precision, stored by columns.
pub type Matrix = nalgebra::DMatrix<f32>;
