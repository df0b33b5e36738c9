//! Memory and time that a run will need on the CPU, before anything large is allocated.

use super::agop;
use super::job::{PANEL_BYTES, PANELS_TOGETHER, panels};
use super::lanes::LANES;
use super::panel::{GROUP, LONG, Panel, PanelTransform};
use super::tile::{First, kernels};
use crate::engine::cost::{ProblemSize, multiply_adds};
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry, Shape};
use crate::linalg::memory;
use std::sync::{Mutex, PoisonError};
use web_time::Instant;

/// Seconds for which a tile is timed: a browser first runs the loops at a third of their speed while it compiles them.
const WARM_UP_SECONDS: f64 = if cfg!(target_arch = "wasm32") { 0.2 } else { 0.02 };
/// Largest panel that is timed. Larger images are timed on a part of their rows and columns.
const TIMED_PANEL_BYTES: u64 = 16 << 20;

/// Bytes that the engine holds at its peak: K, the images, the panels that are kept, and the scratch of `jobs` jobs at a time, in
/// each of `copies` copies of the problem.
pub fn bytes(size: &ProblemSize, copies: usize, jobs: usize) -> u64 {
    let geometry = size.geometry;
    let images = size.image_bytes();
    let (panel, d) = (Panel::bytes(geometry, geometry.patch_len()), geometry.patch_len());
    let all = panels(size.train) as u64;
    let kept = all.min(PANEL_BYTES / panel);
    // A job makes the panels that are not kept.
    let together = if d < LONG { 1 } else { PANELS_TOGETHER } as u64;
    let tiles = panel.saturating_mul((2 * together).min(all - kept).max(1));
    let scratch = tiles.max(agop::bytes(geometry, size.classes, GROUP));
    let problem = [images, kept.saturating_mul(panel), (jobs as u64).saturating_mul(scratch)];
    let problem = problem.into_iter().fold(0, u64::saturating_add);
    kernel_bytes(size.train).saturating_add((copies as u64).saturating_mul(problem))
}

/// Bytes of K for `n` training images.
fn kernel_bytes(n: usize) -> u64 {
    (n as u64).saturating_mul(n as u64).saturating_mul(4)
}

/// Fails when the run does not fit into `available` bytes, with the largest number of training images that does.
pub fn check_memory(size: &ProblemSize, copies: usize, jobs: usize, available: u64) -> Result<u64> {
    let needed = bytes(size, copies, jobs);
    if needed <= available {
        return Ok(needed);
    }
    let fits = |train: usize| bytes(&ProblemSize { train, ..*size }, copies, jobs) <= available;
    let largest = memory::largest_that_fits(size.train, fits);
    Err(Error::TooLarge { what: "the CPU engine", needed, available, largest })
}

/// Multiply-adds per second of one core in a kernel tile of sixteen made-up images; none when it cannot be timed. Timed once per
/// geometry, because every change of another setting plans a run again.
pub fn tile_rate(geometry: PatchGeometry) -> Option<f64> {
    static MEASURED: Mutex<Vec<(PatchGeometry, f64)>> = Mutex::new(Vec::new());
    // A thread that panicked has left complete entries.
    let mut measured = MEASURED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, rate)) = measured.iter().find(|(known, _)| *known == geometry) {
        return Some(*rate);
    }
    let timed = small(geometry)?;
    let images = Images::patternless(timed.shape(), LANES, 0).ok()?;
    let panel = Panel::new(timed, &images, 0, &PanelTransform::new(None, timed.patch_len()));
    let first = First::new(&panel, LANES);
    let (begin, mut fastest) = (Instant::now(), f64::INFINITY);
    for tries in 1.. {
        let start = Instant::now();
        std::hint::black_box(kernels(timed, std::slice::from_ref(&first), &[&panel]));
        fastest = fastest.min(start.elapsed().as_secs_f64());
        if tries >= 3 && begin.elapsed().as_secs_f64() > WARM_UP_SECONDS {
            break;
        }
    }
    let rate = (LANES * LANES) as f64 * multiply_adds(timed) / fastest;
    measured.push((geometry, rate));
    Some(rate)
}

/// The geometry, or one with as many channels, the same patches and depth and fewer rows and columns, whose panel takes at most
/// [`TIMED_PANEL_BYTES`] where that leaves a position.
fn small(geometry: PatchGeometry) -> Option<PatchGeometry> {
    let Shape { channels, height, width } = geometry.shape();
    let least = geometry.depth() * (geometry.patch() - 1) + 1;
    let (mut height, mut width) = (height, width);
    loop {
        let shape = Shape { channels, height, width };
        let smaller = PatchGeometry::new(shape, geometry.patch(), geometry.depth()).ok()?;
        if Panel::bytes(smaller, smaller.patch_len()) <= TIMED_PANEL_BYTES || height.max(width) == least {
            return Some(smaller);
        }
        (height, width) = ((height / 2).max(least), (width / 2).max(least));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geometry(channels: usize, side: usize, patch: usize, depth: usize) -> PatchGeometry {
        PatchGeometry::new(Shape { channels, height: side, width: side }, patch, depth).unwrap()
    }

    fn size(geometry: PatchGeometry, train: usize) -> ProblemSize {
        ProblemSize {
            geometry,
            train,
            classes: 10,
            agop_samples: 64,
            held_out: 500,
            ridges: 1,
            ridge_images: 0,
        }
    }

    /// Two measurements of a time would hardly agree to the last digit.
    #[test]
    fn a_geometry_is_timed_once() {
        let rate = tile_rate(geometry(2, 7, 2, 2)).unwrap();
        assert!(rate > 0.0 && rate.is_finite());
        assert_ne!(tile_rate(geometry(2, 7, 2, 1)), Some(rate));
        assert_eq!(tile_rate(geometry(2, 7, 2, 2)), Some(rate));
    }

    /// A panel of these images takes 2.4 GB: planning a run on them once allocated that much.
    #[test]
    fn large_images_are_timed_on_a_part() {
        let large = geometry(3, 512, 7, 1);
        assert!(Panel::bytes(large, large.patch_len()) > 2 << 30);
        let part = small(large).unwrap();
        assert!(Panel::bytes(part, part.patch_len()) <= TIMED_PANEL_BYTES);
        assert_eq!((part.patch_len(), part.depth()), (147, 1));
        let digits = geometry(1, 28, 3, 3);
        assert_eq!(small(digits), Some(digits));
    }

    /// The full MNIST files hold 60,000 images; half of them need 3.6 GB for K alone, more than a page's 4 GiB with the rest.
    #[test]
    fn a_run_that_does_not_fit_names_the_largest_that_does() {
        let digits = size(geometry(1, 28, 3, 3), 30_000);
        let available = 4 << 30;
        let refused = check_memory(&digits, 8, 1, available).unwrap_err();
        let Error::TooLarge { needed, largest, .. } = refused else { panic!("{refused}") };
        assert!(needed > available && (10_000..30_000).contains(&largest), "{largest}");
        let with = |train| check_memory(&ProblemSize { train, ..digits }, 8, 1, available);
        assert!(with(largest).is_ok() && with(largest + 1).is_err());
        // No size overflows.
        let error = check_memory(&size(geometry(1, 28, 3, 3), usize::MAX), 1, 2, u64::MAX - 1).unwrap_err();
        assert!(matches!(error, Error::TooLarge { needed: u64::MAX, .. }), "{error}");
    }
}
