//! How many bytes can still be allocated.

/// Bytes of the largest single allocation: 2 GiB in 32-bit WebAssembly.
pub const ALLOCATION: u64 = isize::MAX as u64;

/// Bytes of the address space: 4 GiB in 32-bit WebAssembly.
pub const ADDRESSABLE: u64 = if cfg!(target_arch = "wasm32") { 4 << 30 } else { isize::MAX as u64 };

/// Bytes that this process can still use without swapping. Linux reports them; elsewhere the address space is the limit.
///
/// Asking the allocator instead does not work: Linux grants more than it has and kills the process when it is used.
pub fn available() -> u64 {
    #[cfg(target_os = "linux")]
    if let Ok(text) = std::fs::read_to_string("/proc/meminfo")
        && let Some(bytes) = available_in(&text)
    {
        return bytes;
    }
    ADDRESSABLE
}

/// The `MemAvailable` line of `/proc/meminfo`, in bytes.
#[cfg(any(target_os = "linux", test))]
fn available_in(meminfo: &str) -> Option<u64> {
    let kibibytes = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    kibibytes.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The largest `n` below `limit` for which `fits(n)` holds, by bisection; 0 when there is none. `fits` has to be monotone.
pub fn largest_that_fits(limit: usize, fits: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, limit);
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if fits(middle) { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meminfo_is_read_in_kibibytes() {
        let text = "MemTotal:       24689100 kB\nMemFree:         1000000 kB\nMemAvailable:   23000000 kB\n";
        assert_eq!(available_in(text), Some(23_000_000 * 1024));
        assert_eq!(available_in("MemTotal: 1 kB\n"), None);
        assert!(available() > 1 << 20);
    }

    #[test]
    fn the_largest_that_fits_is_found() {
        assert_eq!(largest_that_fits(1000, |n| n <= 617), 617);
        assert_eq!(largest_that_fits(1000, |_| false), 0);
        assert_eq!(largest_that_fits(1, |_| true), 0);
    }
}
