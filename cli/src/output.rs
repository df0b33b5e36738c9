//! Everything that the program writes: lines on the terminal, and files.

use convrfm::{Error, Result};
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Prints one line to standard output, as `println!` does, but without a panic when the reader has closed the pipe.
macro_rules! say {
    ($($argument:tt)*) => { $crate::output::print_line(format_args!($($argument)*)) };
}
pub(crate) use say;

/// The exit code that a shell reports for a program that SIGPIPE has ended.
const CLOSED_PIPE: i32 = 128 + 13;

/// Prints one line. A closed pipe ends the program without a message: `convrfm ... | head -1` is no error.
pub fn print_line(line: std::fmt::Arguments) {
    match writeln!(std::io::stdout(), "{line}") {
        Ok(()) => {}
        Err(e) if e.kind() == ErrorKind::BrokenPipe => std::process::exit(CLOSED_PIPE),
        Err(e) => {
            complain(&format!("error: standard output: cannot be written: {e}"));
            std::process::exit(crate::BAD_INPUT.into());
        }
    }
}

/// Prints one line to standard error, if anybody reads it.
pub fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Fails when the file cannot be written: an error before a long fit, not after it.
pub fn check_writable(path: &Path) -> Result<()> {
    temporary(path).map(drop)
}

/// Writes a file, which appears whole or not at all, and says so.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    replace(path, content.as_ref())?;
    say!("wrote {}", path.display());
    Ok(())
}

/// Writes a file, which appears whole or not at all.
pub fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let mut file = temporary(path)?;
    file.write_all(content).map_err(|e| unwritable(path, e))?;
    file.persist(path).map_err(|e| unwritable(path, e.error))?;
    Ok(())
}

/// A file in the same folder, which replaces `path` when it is complete.
fn temporary(path: &Path) -> Result<tempfile::NamedTempFile> {
    if path.exists() && !path.is_file() {
        return Err(unwritable(path, "it exists and is not a regular file"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // The umask decides who may read it, as for any new file; by default a temporary file is private.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(|e| unwritable(path, e))
}

/// The error of a file that cannot be written.
pub fn unwritable(path: &Path, cause: impl std::fmt::Display) -> Error {
    Error::Unreadable { file: path.display().to_string(), cause: format!("cannot be written: {cause}") }
}
