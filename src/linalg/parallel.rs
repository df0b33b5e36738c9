//! The same loops over all cores natively and over one in the browser, where a pool of workers shares the jobs instead.
//!
//! Every call writes its own part or returns its own value, and values keep the order of their indices, so results do not
//! depend on the number of threads.

use std::ops::Range;

#[cfg(not(target_arch = "wasm32"))]
use rayon::prelude::*;

/// Threads that the loops use.
pub fn threads() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    return rayon::current_num_threads();
    #[cfg(target_arch = "wasm32")]
    1
}

/// `f(i)` for every index of `range`, in order.
pub fn map<T: Send>(range: Range<usize>, f: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    #[cfg(not(target_arch = "wasm32"))]
    return range.into_par_iter().map(f).collect();
    #[cfg(target_arch = "wasm32")]
    range.map(f).collect()
}

/// Calls `f` on every item.
pub fn for_each<T: Send>(items: &mut [T], f: impl Fn(&mut T) + Sync + Send) {
    #[cfg(not(target_arch = "wasm32"))]
    items.par_iter_mut().for_each(f);
    #[cfg(target_arch = "wasm32")]
    items.iter_mut().for_each(f);
}

/// Calls `f(index, chunk)` for every chunk of `size` values of `data`; the last chunk may be shorter.
pub fn for_each_chunk<T: Send>(data: &mut [T], size: usize, f: impl Fn(usize, &mut [T]) + Sync + Send) {
    #[cfg(not(target_arch = "wasm32"))]
    data.par_chunks_mut(size).enumerate().for_each(|(i, chunk)| f(i, chunk));
    #[cfg(target_arch = "wasm32")]
    data.chunks_mut(size).enumerate().for_each(|(i, chunk)| f(i, chunk));
}
