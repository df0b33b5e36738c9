//! An allocator that counts, for tests of readers that must not trust the sizes in a file.

#![allow(dead_code)] // Each test file is a crate of its own and uses a part of this.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

thread_local! {
    /// Largest allocation of this thread.
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}
/// Bytes that all threads have allocated now, and the most that they had.
static ALLOCATED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn count(size: usize) {
    LARGEST.with(|largest| largest.set(largest.get().max(size)));
    PEAK.fetch_max(ALLOCATED.fetch_add(size, Relaxed) + size, Relaxed);
}

// SAFETY: every call is passed on to the system allocator unchanged. Counting allocates nothing, since the thread-local is
// constant-initialised and has no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's contract is the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The system may copy, so both blocks count for a moment.
        count(size);
        ALLOCATED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes of the largest single allocation that `f` makes on this thread.
pub fn largest_allocation<T>(f: impl FnOnce() -> T) -> usize {
    LARGEST.with(|largest| largest.set(0));
    let value = f();
    let largest = LARGEST.with(Cell::get);
    drop(value);
    largest
}

/// The most bytes that were allocated at once while `f` ran, on all threads, without those from before.
pub fn peak<T>(f: impl FnOnce() -> T) -> usize {
    let before = ALLOCATED.load(Relaxed);
    PEAK.store(before, Relaxed);
    let value = f();
    let peak = PEAK.load(Relaxed) - before;
    drop(value);
    peak
}
