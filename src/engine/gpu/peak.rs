//! What the device can do at most: multiply-adds on registers, and nothing else.

use super::shader::{Constants, Shader};
use super::work::{Call, Work, stopped};
use crate::error::Result;
use crate::math::StageProgress;
use web_time::Instant;

const THREADS: usize = 256;
/// Sums of four in a thread: sixteen keep a unit busy whose results take sixteen cycles, in 64 registers.
const SUMS: usize = 16;
const UNROLL: usize = 8;
/// Steps of a loop: a workgroup of a software adapter takes a hundredth of a second.
const STEPS: usize = 64;
/// Workgroups of a dispatch at most: several for each multiprocessor of the largest devices.
const GROUPS: usize = 4096;
/// Windows of this many seconds are measured, of which the fastest counts: in the first ones the length of a submission
/// still follows the device's speed.
const WINDOW: f64 = 0.1;
const WINDOWS: usize = 5;
/// `x <- a x + b`.
const A: f32 = 0.999;
const B: f32 = 0.001;

/// Multiply-adds a second.
pub(super) async fn peak(work: &mut Work) -> Result<f64> {
    let constants: Constants = [("THREADS", THREADS), ("SUMS", SUMS), ("UNROLL", UNROLL)]
        .map(|(name, value)| (name.to_string(), value))
        .into();
    let cost = (THREADS * SUMS * 4 * UNROLL * STEPS) as f64;
    let out = work.allocate(THREADS * GROUPS, "peak").await?;
    let progress = StageProgress::unmonitored();
    work.begin("peak", 1.0);
    let mut best = 0.0_f64;
    for _ in 0..WINDOWS {
        let (start, mut done) = (Instant::now(), 0.0);
        while start.elapsed().as_secs_f64() < WINDOW {
            let groups = work.share(GROUPS, cost);
            work.dispatch(Call {
                stage: Shader::Peak,
                entry: "main",
                constants: &constants,
                params: &[STEPS as u32, A.to_bits(), B.to_bits()],
                buffers: &[(1, &out)],
                groups: [groups, 1, 1],
                cost: groups as f64 * cost,
            })?;
            done += groups as f64 * cost;
            work.breathe(&progress).await?;
        }
        // The last workgroup's result is known when all is done.
        let first: Vec<f32> = work.read(&out, 0, 1).await?;
        best = best.max(done / start.elapsed().as_secs_f64());
        check(first[0])?;
    }
    Ok(best)
}

/// The result of thread 0, whose sums of four start at (s, 1, 2, 3): a device that skips work is not fast.
fn check(found: f32) -> Result<()> {
    let left = f64::from(A).powi((UNROLL * STEPS) as i32);
    let starts: f64 = (0..SUMS).map(|s| s as f64 + 6.0).sum();
    let limit = f64::from(B) / (1.0 - f64::from(A));
    let expected = limit * 4.0 * SUMS as f64 * (1.0 - left) + starts * left;
    if (f64::from(found) - expected).abs() < 1e-3 * expected {
        return Ok(());
    }
    Err(stopped(format!("multiply-adds: found {found}, expected {expected:.3}")))
}

#[cfg(test)]
mod tests {
    use crate::engine::{Engine, Gpu, Naive};
    use crate::engine::gpu::{Options, SelfTest};

    /// `check` has read a result of each window; 10^16 a second is a hundred times the largest device there is.
    #[test]
    fn the_device_s_peak_is_measured() {
        pollster::block_on(async {
            let mut gpu =
                Gpu::open(Options { self_test: SelfTest::Skip, ..Options::default() }).await.unwrap();
            let before = gpu.memory();
            let peak = gpu.peak().await.unwrap().unwrap();
            println!("{}: {:.1} G multiply-adds/s", gpu.describe(), peak / 1e9);
            assert!(peak > 1e6 && peak < 1e16, "{peak:.2e}");
            assert_eq!(gpu.memory(), before, "buffers are left over");
            assert_eq!(Naive::<f64>::default().peak().await.unwrap(), None);
        });
    }

    #[test]
    fn skipped_work_is_found() {
        assert!(super::check(0.0).is_err() && super::check(f32::NAN).is_err());
    }
}
