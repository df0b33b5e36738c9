//! The results file of a fit: an `.npz` archive.

use convrfm::{ConvRfm, Error, Result, Results};
use std::io::Write;
use std::path::Path;

/// Fails early when the file could not be written after a long fit.
pub fn check_writable(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Err(unwritable(path, std::io::ErrorKind::IsADirectory.into()));
    }
    unfinished(path).map(drop)
}

/// A file beside `path` that takes its place when it is complete.
fn unfinished(path: &Path) -> Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // As any new file: what the umask leaves. Temporary files are for their owner alone otherwise.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder(path)).map_err(|e| unwritable(path, e))
}

/// Writes the [`Results`] of a run. The file appears whole or not at all.
pub fn write(path: &Path, run: &ConvRfm) -> Result<()> {
    let mut file = unfinished(path)?;
    let bytes = Results::of(run)?.npz().map_err(|e| unwritable(path, e))?;
    file.write_all(&bytes).map_err(|e| unwritable(path, e))?;
    file.persist(path).map(drop).map_err(|e| unwritable(path, e.error))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The error of a file that cannot be written.
pub fn unwritable(path: &Path, cause: std::io::Error) -> Error {
    Error::Unreadable { file: path.display().to_string(), cause: format!("cannot be written: {cause}") }
}
