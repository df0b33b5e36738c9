//! Plans of the CPU engine: a size that does not fit is refused, and nothing large is allocated to find out.

mod common;

use common::{cpu, noise_split, settings};
use convrfm::engine::ProblemSize;
use convrfm::{AgopSamples, ConvRfm, Cpu, Engine, Error, Images, PatchGeometry, Shape};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Records the largest allocation.
struct Recording;

static LARGEST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system allocator unchanged; recording allocates nothing.
unsafe impl GlobalAlloc for Recording {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Relaxed);
        // SAFETY: the caller's contract is the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LARGEST.fetch_max(size, Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Recording = Recording;

/// No test of this file has larger data.
const LARGE: usize = 64 << 20;

fn digits(train: usize) -> ProblemSize {
    let shape = Shape { channels: 1, height: 28, width: 28 };
    ProblemSize {
        geometry: PatchGeometry::new(shape, 3, 3).unwrap(),
        train,
        streamed: 0,
        classes: 10,
        agop_samples: 64,
        held_out: 500,
        ridges: 1,
        ridge_images: 0,
    }
}

/// K of ten million images takes 400 TB.
#[test]
fn a_plan_that_does_not_fit_names_the_largest_size_that_does() {
    let mut engine = Cpu::default();
    let refused = engine.plan(&digits(10_000_000)).unwrap_err();
    let Error::TooLarge { needed, available, largest, .. } = refused else { panic!("{refused}") };
    assert!(needed > 400_000_000_000_000 && available < needed, "{refused}");
    assert!((1..10_000_000).contains(&largest), "{refused}");
    // Half and twice, because other programs use memory meanwhile.
    assert!(engine.plan(&digits(largest / 2)).is_ok() && engine.plan(&digits(2 * largest)).is_err());
    let sentence = refused.to_string();
    assert!(sentence.contains(&needed.to_string()) && sentence.contains(&largest.to_string()), "{sentence}");
    assert!(LARGEST.load(Relaxed) < LARGE);
}

/// One million images of one pixel are small, but K of them takes 4 TB.
#[test]
fn images_whose_kernel_matrix_does_not_fit_are_not_loaded() {
    let pixel = Shape { channels: 1, height: 1, width: 1 };
    let images = Images::new(pixel, vec![0.5; 1_000_000]).unwrap();
    let geometry = PatchGeometry::new(pixel, 1, 1).unwrap();
    let refused = pollster::block_on(Cpu::default().load(geometry, &images)).unwrap_err();
    assert!(
        matches!(refused, Error::TooLarge { needed, largest, .. } if needed > 4_000_000_000_000 && largest > 0),
        "{refused}"
    );
    assert!(LARGEST.load(Relaxed) < LARGE);
}

/// A panel of sixteen of these images takes 2.4 GB: timing one whole panel once allocated that much.
#[test]
fn a_plan_for_large_images_allocates_little() {
    let data = noise_split(Shape { channels: 3, height: 512, width: 512 }, [2, 0, 1], 2, 1);
    let mut run = ConvRfm::new(settings(7, 1, 1e-2, 2, AgopSamples::All), data, cpu()).unwrap();
    match run.plan() {
        Ok(plan) => assert!(plan.bytes > 2 << 30, "{plan:?}"),
        // On a machine with little memory.
        Err(error) => assert!(matches!(error, Error::TooLarge { .. }), "{error}"),
    }
    let largest = LARGEST.load(Relaxed);
    assert!(largest < LARGE, "{largest} bytes");
}
