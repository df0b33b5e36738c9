//! The official CIFAR archives as they are: a tar, gzipped or not, read once from front to back.

use super::input::{Stream, words};
use super::read::check_path;
use super::{Collection, Input, cifar, limits};
use crate::error::{Error, Result};
use std::io::Read;

/// Longest list of class names.
const NAMES: u64 = 1 << 16;

/// Streams the archive's `.bin` files into one data set.
pub(super) fn read(input: Input, packed: bool) -> Result<Collection> {
    if packed { members(flate2::read::MultiGzDecoder::new(input.reader)) } else { members(input.reader) }
}

fn members(reader: impl Read) -> Result<Collection> {
    let mut archive = ::tar::Archive::new(reader);
    let mut set = cifar::Reader::default();
    let mut others = 0_usize;
    let broken = |e: std::io::Error| {
        if e.kind() == std::io::ErrorKind::UnexpectedEof {
            return Error::invalid("archive", "the end of the file", "the rest of a tar archive");
        }
        Error::invalid("archive", words(&e), "a tar archive")
    };
    // Raw: long names are not looked up, since their length is the archive's word alone. Official names are short.
    for entry in archive.entries().map_err(broken)?.raw(true) {
        let entry = entry.map_err(broken)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        check_path(&path)?;
        let size = entry.size();
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = path.rsplit('/').next().unwrap_or(&path);
        if name.ends_with(".bin") {
            if size > limits::PIXEL_BYTES {
                let expected = format!("at most {}", limits::PIXEL_BYTES);
                return Err(Error::invalid(path, format!("{size} bytes"), expected));
            }
            set.file(&path, &mut Stream::packed(entry, size), size)?;
        } else if cifar::names_classes(name) && size <= NAMES {
            set.text(&Stream::packed(entry, size).block("class names", size)?);
        } else {
            others += 1;
        }
    }
    if set.is_empty() {
        let found = format!("{others} files, none of them a .bin");
        return Err(Error::invalid("archive", found, "the binary version of CIFAR-10 or CIFAR-100"));
    }
    set.finish()
}
