//! What the integration tests share: the list of engines, the golden files, and archives that may be broken. The checks
//! themselves are in `convrfm-suites`, which a browser runs too.

#![allow(dead_code, unused_imports)] // Each test file is a crate of its own and uses a part of this.

pub use convrfm_suites::data::{frobenius_relative, labelled, marked, max_relative, noise, noise_split};
pub use convrfm_suites::golden::{Golden, Npz};

use convrfm::Engine;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Every engine runs through every suite. Without an adapter opening "gpu" fails: a GPU test that did not run is no pass.
pub fn engines() -> [(&'static str, impl Fn() -> Box<dyn Engine>); convrfm_suites::ENGINES.len()] {
    convrfm_suites::ENGINES.map(|name| {
        let open =
            move || pollster::block_on(convrfm_suites::open(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        (name, open)
    })
}

/// The crate's own golden files, and those beside the checkout when they are there.
pub fn golden_files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = root.join("tests/golden");
    let neighbours = root.join("../shared/golden");
    let mut files: Vec<PathBuf> = [own, neighbours]
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flat_map(|entries| entries.filter_map(|e| Some(e.ok()?.path())))
        .filter(|path| path.extension().is_some_and(|e| e == "npz"))
        .collect();
    files.sort();
    assert!(files.len() >= 3, "the crate's own golden files are missing");
    files
}

/// The bytes of a `.npy` array with exactly this header, true to `payload` or not.
pub fn npy(descr: &str, fortran: bool, shape: &str, payload: &[u8]) -> Vec<u8> {
    let fortran = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}");
    let length = (header.len() + 11).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((length as u16).to_le_bytes());
    bytes.extend(format!("{header:<width$}\n", width = length - 1).bytes());
    bytes.extend(payload);
    bytes
}

/// The bytes of an `.npz` archive of arrays made by [`npy`].
pub fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        zip.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
