//! The same loops over all cores natively and over one in the browser, where a pool of Workers shares the work instead.
//!
//! Every job writes its own part or returns its own value, and values are taken in the order of the jobs, so results do
//! not depend on the number of threads.

use crate::error::Result;
use crate::math::StageProgress;
use std::ops::Range;

/// Calls `f(index, chunk)` for every chunk of `data` of `size` values; the last may be shorter.
pub fn for_each_chunk(data: &mut [f32], size: usize, f: impl Fn(usize, &mut [f32]) + Sync + Send) {
    #[cfg(not(target_arch = "wasm32"))]
    {
        use rayon::prelude::*;
        data.par_chunks_mut(size).enumerate().for_each(|(i, chunk)| f(i, chunk));
    }
    #[cfg(target_arch = "wasm32")]
    data.chunks_mut(size).enumerate().for_each(|(i, chunk)| f(i, chunk));
}

fn map<T: Send>(range: Range<usize>, f: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    #[cfg(not(target_arch = "wasm32"))]
    {
        use rayon::prelude::*;
        range.into_par_iter().map(f).collect()
    }
    #[cfg(target_arch = "wasm32")]
    range.map(f).collect()
}

/// Threads that [`jobs`] uses.
pub fn threads() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    return rayon::current_num_threads();
    #[cfg(target_arch = "wasm32")]
    1
}

/// Runs `count` jobs and hands their results to `sink` in order. Jobs run in batches whose size follows the clock, so
/// that `progress` beats every few hundredths of a second; `share` is the part of the stage that these jobs make up.
///
/// # Errors
/// When the progress says so.
pub async fn jobs<T: Send>(
    count: usize,
    progress: &StageProgress<'_>,
    share: Range<f64>,
    job: impl Fn(usize) -> T + Sync + Send,
    mut sink: impl FnMut(usize, T),
) -> Result<()> {
    /// Seconds of work per batch: short against the 100 ms in which a click must be felt.
    const BATCH: f64 = 0.02;
    let (mut next, mut batch) = (0, threads());
    while next < count {
        let start = web_time::Instant::now();
        let end = (next + batch).min(count);
        map(next..end, &job).into_iter().enumerate().for_each(|(i, value)| sink(next + i, value));
        next = end;
        let took = start.elapsed().as_secs_f64();
        // Grow or shrink by at most two: one measurement may be disturbed.
        let ideal = batch as f64 * (BATCH / took.max(1e-6)).clamp(0.5, 2.0);
        batch = (ideal as usize).max(threads());
        progress.checkpoint(share.start + (share.end - share.start) * next as f64 / count as f64).await?;
    }
    Ok(())
}

/// Calls `f` on every item.
pub fn for_each<T: Send>(items: &mut [T], f: impl Fn(&mut T) + Sync + Send) {
    #[cfg(not(target_arch = "wasm32"))]
    {
        use rayon::prelude::*;
        items.par_iter_mut().for_each(f);
    }
    #[cfg(target_arch = "wasm32")]
    items.iter_mut().for_each(f);
}
