//! The state of a run in a file, for `fit --resume`.

use crate::output;
use convrfm::{ConvRfm, Error, Monitor, Result, RunState};
use std::io::ErrorKind;
use std::path::Path;

/// Lets `run` go on from the state in a file, if there is that file. Returns whether there is.
///
/// # Errors
/// When the file is no state, or not that of this run.
pub fn restore(path: &Path, run: &mut ConvRfm, monitor: &dyn Monitor) -> Result<bool> {
    let unreadable = |cause: String| Error::Unreadable { file: path.display().to_string(), cause };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(unreadable(e.to_string())),
    };
    let state = parse(&bytes).map_err(unreadable)?;
    pollster::block_on(run.restore(state, monitor)).map_err(|e| e.in_file(path.display()))?;
    Ok(true)
}

/// The state in the bytes of a file.
fn parse(bytes: &[u8]) -> std::result::Result<RunState, String> {
    postcard::from_bytes(bytes).map_err(|e| format!("{e}; expected a file that --resume has written"))
}

/// Writes the state of `run`. The file holds either the earlier state or this one, whatever happens meanwhile.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, run: &ConvRfm) -> Result<()> {
    let bytes = postcard::to_stdvec(&run.state()).map_err(|e| output::unwritable(path, e))?;
    output::replace(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use convrfm::{Cpu, NoMonitor, Settings, Sizes, star};
    use proptest::prelude::*;

    fn run() -> ConvRfm {
        let mut settings = Settings::default();
        (settings.patch, settings.depth, settings.rounds) = (3, 2, 2);
        (settings.levels, settings.width) = (2, 2);
        let data = star(Sizes { train: 6, validation: 2, test: 2 }, 1).unwrap();
        ConvRfm::new(settings, data, Box::new(Cpu::default())).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        /// Damaged files are refused, or change numbers only; they never end the program.
        #[test]
        fn damaged_files_do_no_harm(
            stages in 1..=15usize, cut in 0.0..1.5f64, changes in prop::collection::vec((any::<u16>(), any::<u8>()), 0..4)
        ) {
            // The states of one run, computed once.
            static STATES: std::sync::OnceLock<Vec<Vec<u8>>> = std::sync::OnceLock::new();
            let states = STATES.get_or_init(|| {
                let (mut run, mut states) = (run(), Vec::new());
                while pollster::block_on(run.advance(&NoMonitor)).unwrap().is_some() {
                    states.push(postcard::to_stdvec(&run.state()).unwrap());
                }
                states
            });
            let mut bytes = states[stages.min(states.len()) - 1].clone();
            bytes.truncate((cut * bytes.len() as f64) as usize);
            for (at, value) in changes {
                if let Some(last) = bytes.len().checked_sub(1) {
                    bytes[usize::from(at).min(last)] = value;
                }
            }
            if let Ok(state) = parse(&bytes) {
                let mut run = run();
                if pollster::block_on(run.restore(state, &NoMonitor)).is_ok() {
                    // What is wrong with the numbers themselves is an error of its stage at most.
                    while let Ok(Some(_)) = pollster::block_on(run.advance(&NoMonitor)) {}
                }
            }
        }
    }
}
