//! Memory and time that a run will need on the CPU, before anything large is allocated.

use super::agop;
use super::lanes::LANES;
use super::panel::{GROUP_IMAGES, Panel, block_panels, panel_count};
use super::tile::{Lhs, kernel_tiles};
use super::transform::PanelTransform;
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
    kernel_bytes(size.train).saturating_add(problem.saturating_mul(copies as u64))
}

/// Bytes of K, one allocation.
fn kernel_bytes(train: usize) -> u64 {
    (train as u64).saturating_mul(train as u64).saturating_mul(4)
}

/// The [`bytes`] of a run.
///
/// # Errors
/// [`Error::TooLarge`] when they exceed `available` bytes, or K exceeds `allocation` bytes, with the largest number of training
/// images that fits.
pub fn check_memory(
    size: &ProblemSize,
    copies: usize,
    jobs: usize,
    available: u64,
    allocation: u64,
) -> Result<u64> {
    let (needed, kernel) = (bytes(size, copies, jobs), kernel_bytes(size.train));
    let fits = |train: usize| {
        bytes(&ProblemSize { train, ..*size }, copies, jobs) <= available && kernel_bytes(train) <= allocation
    };
    let largest = || memory::largest_that_fits(size.train, fits);
    if needed > available {
        return Err(Error::TooLarge { what: "the CPU engine", needed, available, largest: largest() });
    }
    if kernel > allocation {
        let (what, available) = ("the kernel matrix", allocation);
        return Err(Error::TooLarge { what, needed: kernel, available, largest: largest() });
    }
    Ok(needed)
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
            streamed: 0,
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

    /// The full MNIST files hold 60,000 images; half of them need 3.6 GB for K alone. With eight copies of the problem that exceeds a
    /// page's 4 GiB. With more memory K exceeds the largest allocation of a page, 2 GiB.
    #[test]
    fn a_run_that_does_not_fit_names_the_largest_that_does() {
        let digits = size(geometry(1, 28, 3, 3), 30_000);
        let allocation = i32::MAX as u64;
        for (copies, available, cause) in [(8, 4 << 30, "the CPU engine"), (1, 8 << 30, "the kernel matrix")]
        {
            let with =
                |train| check_memory(&ProblemSize { train, ..digits }, copies, 1, available, allocation);
            let refused = with(30_000).unwrap_err();
            let Error::TooLarge { what, needed, available, largest } = refused else { panic!("{refused}") };
            assert!(what == cause && needed > available && (10_000..=23_170).contains(&largest), "{refused}");
            assert!(with(largest).is_ok() && with(largest + 1).is_err());
        }
        // No size overflows.
        let most = size(geometry(1, 28, 3, 3), usize::MAX);
        let error = check_memory(&most, 1, 2, u64::MAX - 1, u64::MAX).unwrap_err();
        assert!(matches!(error, Error::TooLarge { needed: u64::MAX, .. }), "{error}");
    }
}
