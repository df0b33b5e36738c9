//! The repository's root, files in it, and how the commands start other programs.

use std::ffi::OsStr;
use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, anyhow, bail};

/// The repository's root.
///
/// Cargo sets the variable at run time; the value from compile time is wrong when the folder was moved after the build.
pub fn root() -> PathBuf {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let parent = Path::new(&manifest).parent().map(Path::to_path_buf);
    parent.unwrap_or_default()
}

/// The `cargo` that started this program.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A script of an npm package, run by Node directly: `node_modules/.bin` holds shell scripts on Windows.
pub fn node(script: &str) -> Command {
    let mut node = command("node");
    node.arg(root().join("node_modules").join(script));
    node
}

/// Any program, started in the repository's root.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Runs a program until it ends; its output goes to the terminal. An exit code other than 0 is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let line = describe(command);
    println!("$ {line}");
    let status = command.status().map_err(|error| not_started(command, error))?;
    check(&line, status)
}

/// Runs a program and returns what it printed on standard output; `None` if it is absent or fails.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The error for a program that could not be started.
pub fn not_started(command: &Command, error: std::io::Error) -> anyhow::Error {
    let program = command.get_program().to_string_lossy().into_owned();
    match error.kind() {
        ErrorKind::NotFound => anyhow!("`{program}` is not installed, or not on the PATH"),
        _ => anyhow!(error).context(format!("`{program}` could not be started")),
    }
}

/// Turns an exit code other than 0 into an error with the command line.
pub fn check(line: &str, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// The command line as a person would type it in the repository's root.
pub fn describe(command: &Command) -> String {
    let root = root();
    let program = Path::new(command.get_program());
    let short = |word: &OsStr| {
        let path = Path::new(word);
        path.strip_prefix(&root).unwrap_or(path).to_string_lossy().into_owned()
    };
    let mut words = vec![program.file_name().map_or_else(|| short(program.as_os_str()), short)];
    words.extend(command.get_args().map(short));
    words.join(" ")
}

/// Reads a file; the error names it.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file and the folders above it; the error names it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// Whether the output goes to a terminal, so that child programs behind a pipe may still use colour.
pub fn is_terminal() -> bool {
    std::io::stdout().is_terminal()
}
