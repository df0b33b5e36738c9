//! Memory and time that a run will need on the CPU, before anything large is allocated.

use super::agop;
use super::lanes::LANES;
use super::panel::{GROUP_IMAGES, Panel, PanelTransform, block_panels, panel_count};
use super::tile::{Lhs, kernel_tiles};
use crate::engine::cost::{ProblemSize, multiply_adds};
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry, Shape};
use crate::linalg::memory;
use std::sync::{Mutex, PoisonError};
use web_time::Instant;

/// Seconds for which a tile is timed at least. A browser runs the loops at a third of their speed until it has compiled them.
const WARM_UP_SECONDS: f64 = if cfg!(target_arch = "wasm32") { 0.2 } else { 0.02 };
/// Largest panel that is timed. Of larger images, a part of the rows and columns is timed.
const TIMED_PANEL_BYTES: u64 = 16 << 20;

/// Bytes that the engine holds at its peak: K, and in each of `copies` copies of the problem the images, the panels in memory, and
/// the scratch of `jobs` jobs.
pub fn bytes(size: &ProblemSize, copies: usize, jobs: usize) -> u64 {
    let (geometry, d) = (size.geometry, size.geometry.patch_len());
    let panel = Panel::bytes(geometry, d);
    let cached = Panel::cached(geometry, d, size.train);
    // A job computes the panels of its blocks that are not in memory, but at least one of test images.
    let computed = (2 * block_panels(d)).min(panel_count(size.train) - cached).max(1);
    let panels = panel.saturating_mul(computed as u64);
    let scratch = panels.max(agop::bytes(geometry, size.classes, GROUP_IMAGES));
    let problem = size
        .image_bytes()
        .saturating_add(panel.saturating_mul(cached as u64))
        .saturating_add(scratch.saturating_mul(jobs as u64));
    let kernel = (size.train as u64).saturating_mul(size.train as u64).saturating_mul(4);
    kernel.saturating_add(problem.saturating_mul(copies as u64))
}

/// The [`bytes`] of a run.
///
/// # Errors
/// [`Error::TooLarge`] when they exceed `available`, with the largest number of training images that fits.
pub fn check_memory(size: &ProblemSize, copies: usize, jobs: usize, available: u64) -> Result<u64> {
    let needed = bytes(size, copies, jobs);
    if needed <= available {
        return Ok(needed);
    }
    let fits = |train: usize| bytes(&ProblemSize { train, ..*size }, copies, jobs) <= available;
    let largest = memory::largest_that_fits(size.train, fits);
    Err(Error::TooLarge { what: "the CPU engine", needed, available, largest })
}

/// Multiply-adds per second of one core in a kernel tile of sixteen made-up images; none when it cannot be timed. Each geometry is
/// timed once, because every change of another setting plans the run again.
pub fn tile_rate(geometry: PatchGeometry) -> Option<f64> {
    static MEASURED: Mutex<Vec<(PatchGeometry, f64)>> = Mutex::new(Vec::new());
    // A thread that panicked has left complete entries.
    let mut measured = MEASURED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, rate)) = measured.iter().find(|(of, _)| *of == geometry) {
        return Some(*rate);
    }
    let timed = small(geometry)?;
    let images = Images::patternless(timed.shape(), LANES, 0).ok()?;
    let panel = Panel::new(timed, &images, 0, &PanelTransform::new(None, timed.patch_len()));
    let lhs = [Lhs::new(&panel, LANES)];
    let (begin, mut fastest) = (Instant::now(), f64::INFINITY);
    for tries in 1.. {
        let start = Instant::now();
        std::hint::black_box(kernel_tiles(timed, &lhs, &[&panel]));
        fastest = fastest.min(start.elapsed().as_secs_f64());
        if tries >= 3 && begin.elapsed().as_secs_f64() > WARM_UP_SECONDS {
            break;
        }
    }
    let rate = (LANES * LANES) as f64 * multiply_adds(timed) / fastest;
    measured.push((geometry, rate));
    Some(rate)
}

/// The geometry with as many rows and columns as give a panel of at most [`TIMED_PANEL_BYTES`], but at least those that leave one
/// position in the last layer.
fn small(geometry: PatchGeometry) -> Option<PatchGeometry> {
    let Shape { channels, height, width } = geometry.shape();
    let min_side = geometry.depth() * (geometry.patch() - 1) + 1;
    let (mut height, mut width) = (height, width);
    loop {
        let shape = Shape { channels, height, width };
        let smaller = PatchGeometry::new(shape, geometry.patch(), geometry.depth()).ok()?;
        if Panel::bytes(smaller, smaller.patch_len()) <= TIMED_PANEL_BYTES || height.max(width) == min_side {
            return Some(smaller);
        }
        (height, width) = ((height / 2).max(min_side), (width / 2).max(min_side));
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

    /// Two measurements of a time almost never agree to the last digit.
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
