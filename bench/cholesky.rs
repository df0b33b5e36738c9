//! Times the Cholesky factorisation of the crate, those of nalgebra and faer, and the matrix product, in single precision.
//! Prints a line of JSON for each; `cargo xtask bench --cholesky` makes the table.

use clap::Parser;
use convrfm::Matrix;
use convrfm::linalg::cholesky::Cholesky;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{cholesky_in_place, cholesky_in_place_scratch};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use serde_json::json;
use std::time::Instant;

/// Least seconds of all runs of a row together: a run of a small size is too short to measure.
const MIN_SECONDS: f64 = 0.3;

#[derive(Parser)]
struct Arguments {
    /// Threads
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Sizes
    #[arg(long, value_delimiter = ',', default_values_t = [500, 1000, 2000, 4000])]
    n: Vec<usize>,
    /// Least number of runs per row; the fastest is reported
    #[arg(long, default_value_t = 3)]
    repeat: usize,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    #[cfg(feature = "threads")]
    rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build_global()?;
    #[cfg(feature = "threads")]
    let par = if arguments.threads == 1 { Par::Seq } else { Par::rayon(arguments.threads) };
    #[cfg(not(feature = "threads"))]
    let par = Par::Seq;
    for &n in &arguments.n {
        let k = kernel(n);
        let print = |operation: &str, flops: f64, seconds: f64| {
            let (threads, gflops) = (arguments.threads, flops / seconds / 1e9);
            println!(
                "{}",
                json!({ "operation": operation, "threads": threads, "n": n, "seconds": seconds, "gflops": gflops })
            );
        };
        let cube = (n * n * n) as f64;
        let (factor, product) = (cube / 3.0, 2.0 * cube);
        let best =
            |make: &dyn Fn() -> Matrix, run: &mut dyn FnMut(Matrix)| fastest(arguments.repeat, make, run);
        let copy: &dyn Fn() -> Matrix = &|| k.clone();

        let seconds = best(copy, &mut |mut k| {
            let mut factorisation = Cholesky::new(k.as_mut_slice(), n);
            while factorisation.step().expect("a positive definite matrix").is_some() {}
        });
        print("convrfm, Cholesky", factor, seconds);
        if arguments.threads == 1 {
            let seconds = best(copy, &mut |k| assert!(k.cholesky().is_some()));
            print("nalgebra, Cholesky", factor, seconds);
        }
        let seconds = best(copy, &mut |mut k| {
            let scratch = cholesky_in_place_scratch::<f32>(n, par, Default::default());
            let mut buffer = MemBuffer::new(scratch);
            let a = MatMut::from_column_major_slice_mut(k.as_mut_slice(), n, n);
            let stack = MemStack::new(&mut buffer);
            assert!(cholesky_in_place(a, Default::default(), par, stack, Default::default()).is_ok());
        });
        print("faer, Cholesky", factor, seconds);

        let zeros: &dyn Fn() -> Matrix = &|| Matrix::zeros(n, n);
        if arguments.threads == 1 {
            let seconds = best(zeros, &mut |mut c| {
                let (a, b, c) = (k.as_ptr(), k.as_ptr(), c.as_mut_ptr());
                // SAFETY: three n x n matrices, columns n apart; C is none of the others.
                unsafe {
                    matrixmultiply::sgemm(
                        n, n, n, 1.0, a, 1, n as isize, b, 1, n as isize, 0.0, c, 1, n as isize,
                    )
                }
            });
            print("matrixmultiply, product", product, seconds);
        }
        let seconds = best(zeros, &mut |mut c| {
            let a = MatRef::from_column_major_slice(k.as_slice(), n, n);
            let c = MatMut::from_column_major_slice_mut(c.as_mut_slice(), n, n);
            matmul(c, Accum::Replace, a, a, 1.0, par);
        });
        print("faer, product", product, seconds);
    }
    Ok(())
}

/// Seconds of the fastest of several runs, each on a new matrix.
fn fastest(repeat: usize, make: &dyn Fn() -> Matrix, run: &mut dyn FnMut(Matrix)) -> f64 {
    let (mut best, mut sum, mut count) = (f64::INFINITY, 0.0, 0);
    while count < repeat || sum < MIN_SECONDS {
        let matrix = make();
        let start = Instant::now();
        run(matrix);
        let seconds = start.elapsed().as_secs_f64();
        (best, sum, count) = (best.min(seconds), sum + seconds, count + 1);
    }
    best
}

/// A kernel matrix of points on a line, positive definite in single precision at every size.
fn kernel(n: usize) -> Matrix {
    Matrix::from_fn(n, n, |i, j| (-0.5 * i.abs_diff(j) as f32).exp())
}
