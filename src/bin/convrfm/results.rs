//! The results file of a fit: an `.npz` archive.

use crate::archive::Archive;
use convrfm::{Error, Result, Rfm};
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

/// Writes `accuracy` (rounds; percent on test), `validation_accuracy` (rounds; NaN without validation images),
/// `kept_round`, `predictions` (rounds, m, k), `kernel_scale` (rounds), `agop` (rounds - 1, d, d), `seconds`
/// (rounds, 4: kernel, kernel_test, solve, agop), `ridge_used` (rounds), `patch`, `channels`, and `engine` as text. The
/// file appears whole or not at all.
pub fn write(path: &Path, rfm: &Rfm) -> Result<()> {
    let mut file = unfinished(path)?;
    let bytes = archive(rfm).map_err(|e| unwritable(path, e))?;
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

fn archive(rfm: &Rfm) -> std::io::Result<Vec<u8>> {
    let rounds = rfm.rounds();
    let n = rounds.len() as u64;
    let mut zip = Archive::new(None);
    let percent = |v: Option<f64>| v.unwrap_or(f64::NAN);
    zip.array("accuracy", &[n], rounds.iter().map(|r| percent(r.test_accuracy)))?;
    zip.array("validation_accuracy", &[n], rounds.iter().map(|r| percent(r.validation_accuracy)))?;
    zip.array("kept_round", &[], rfm.kept_round().map(|r| r as i64))?;
    zip.array("kernel_scale", &[n], rounds.iter().map(|r| f64::from(r.scale)))?;
    zip.array("ridge_used", &[n], rounds.iter().map(|r| r.ridge))?;
    zip.array("seconds", &[n, 4], rounds.iter().flat_map(|r| r.seconds))?;
    let (data, d) = (rfm.data(), rfm.geometry().patch_len());
    let predictions = (data.test.len(), data.train.classes.len());
    zip.matrices("predictions", predictions, rounds.iter().filter_map(|r| r.test.as_ref()).collect())?;
    zip.matrices("agop", (d, d), rounds.iter().filter_map(|r| r.agop.as_ref()).collect())?;
    zip.array("patch", &[], [rfm.geometry().patch() as i64])?;
    zip.array("channels", &[], [rfm.geometry().shape().channels as i64])?;
    zip.text("engine", &rfm.engine().describe())?;
    zip.finish()
}
