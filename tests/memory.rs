//! What reading a whole data set costs: a file of MNIST's size, as it is and packed.

#[path = "common/files.rs"]
#[cfg(feature = "cli")]
mod files;

use convrfm::Sizes;
use convrfm::data::{Found, Input, read};
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

/// Counts the bytes that are held, and the most that ever were.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn hold(size: usize) {
    PEAK.fetch_max(HELD.fetch_add(size, Relaxed) + size, Relaxed);
}

// SAFETY: every call is passed on to the system allocator unchanged; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        hold(layout.size());
        // SAFETY: the caller's contract is the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // As if it were copied, which it may be.
        hold(size);
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// 60,000 images of 28 x 28 are read, and a split is drawn, within two seconds and three times the file's size.
#[test]
#[cfg(feature = "cli")]
fn sixty_thousand_images_load_in_two_seconds_and_thrice_their_size() {
    const COUNT: usize = 60_000;
    let folder = tempfile::tempdir().unwrap();
    let size = COUNT * 784;
    let named = |packed: bool| {
        let ending = if packed { ".gz" } else { "" };
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"]
            .map(|n| folder.path().join(format!("{n}{ending}")))
    };
    {
        // Half of the pixels blank, as digits have them.
        let mut state = 1_u32;
        let mut pixel = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if state >> 31 == 0 { 0 } else { (state >> 16) as u8 }
        };
        let pixels: Vec<u8> = (0..size).map(|_| pixel()).collect();
        let contents = [
            files::idx(&[COUNT as u32, 28, 28], &pixels),
            files::idx(&[COUNT as u32], &files::labels(COUNT, 10)),
        ];
        for packed in [false, true] {
            for (path, bytes) in named(packed).iter().zip(&contents) {
                let bytes = if packed { files::gzip(bytes) } else { bytes.clone() };
                std::fs::File::create(path).unwrap().write_all(&bytes).unwrap();
            }
        }
    }
    for packed in [false, true] {
        let before = HELD.load(Relaxed);
        PEAK.store(before, Relaxed);
        let start = Instant::now();
        let inputs = named(packed).iter().map(|path| Input::open(path).unwrap()).collect();
        let Found::Collection(set) = read(inputs).unwrap() else { panic!("pictures") };
        let (split, _) = set.split(Sizes { train: 1000, validation: 200, test: 500 }, 1).unwrap();
        let (seconds, peak) = (start.elapsed().as_secs_f64(), PEAK.load(Relaxed) - before);
        assert_eq!((set.train.len(), split.train.len()), (COUNT, 1000));
        println!("packed {packed}: {seconds:.2} s, {:.2} times the size at most", peak as f64 / size as f64);
        assert!(peak < 3 * size, "packed {packed}: {peak} bytes at most, of a file of {size}");
        // Unpacking is the library's time, of which a busy machine takes more.
        let most = if packed { 10.0 } else { 2.0 };
        assert!(seconds < most, "packed {packed}: {seconds} s");
    }
}
