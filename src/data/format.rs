//! The format of a file, by its first bytes; by its name only where the format has no magic number.

use super::input::Input;
use super::paths::{is_class_names, is_clutter};
use super::stream::Stream;
use crate::error::Result;

/// A format that is recognised. A gzip has the format of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Format {
    Idx,
    Cifar,
    Tar,
    Zip,
    Npy,
    Mat,
    Parquet,
    Picture,
    /// Names of the CIFAR classes.
    ClassNames,
    /// Text files and the files that operating systems leave behind.
    Ignored,
    /// Anything else, with a description if it is recognised.
    Unknown(&'static str),
}

/// Bytes that detection reads: a tar archive has its magic number at byte 257.
const BEGINNING: u64 = 512;

impl Format {
    /// The name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Format::Idx => "IDX",
            Format::Cifar => "CIFAR .bin",
            Format::Tar => ".tar",
            Format::Zip => ".zip",
            Format::Npy => ".npy",
            Format::Mat => ".mat",
            Format::Parquet => "Parquet",
            Format::Picture => "picture",
            Format::ClassNames | Format::Ignored | Format::Unknown(_) => "other",
        }
    }

    /// Detects the format of a file. Fails only when its beginning cannot be read.
    pub fn detect(input: &mut Input) -> Result<Format> {
        if is_clutter(&input.path) {
            return Ok(Format::Ignored);
        }
        if is_class_names(input.name()) {
            return Ok(Format::ClassNames);
        }
        let bytes = input.beginning(BEGINNING)?;
        if !bytes.starts_with(&[0x1F, 0x8B]) {
            return Ok(detect(&bytes, input.name()));
        }
        let mut unpacked = Vec::new();
        // As many bytes as can be unpacked; reading the whole file will report any damage.
        let mut stream = Stream::gzip(&bytes[..], input.len);
        while unpacked.len() < BEGINNING as usize {
            let Ok([byte]) = stream.array("beginning") else { break };
            unpacked.push(byte);
        }
        let name = input.name().strip_suffix(".gz").unwrap_or(input.name());
        Ok(match detect(&unpacked, name) {
            Format::Unknown(_) if name.ends_with(".tgz") || name.ends_with(".tar") => Format::Tar,
            // Too damaged to unpack a byte.
            Format::Unknown(_) if unpacked.is_empty() && name.contains("idx") => Format::Idx,
            Format::Unknown("") => Format::Unknown("a gzip of an unknown format"),
            Format::Zip => Format::Unknown("a zip within a gzip"),
            other => other,
        })
    }
}

fn detect(bytes: &[u8], name: &str) -> Format {
    let is = |magic: &[u8]| bytes.starts_with(magic);
    let name = name.to_ascii_lowercase();
    if bytes.get(257..262) == Some(b"ustar") {
        Format::Tar
    } else if is(b"PK\x03\x04") || is(b"PK\x05\x06") {
        Format::Zip
    } else if is(b"\x93NUMPY") {
        Format::Npy
    } else if is(b"MATLAB 5.0 MAT-file") {
        Format::Mat
    } else if is(b"MATLAB 7.3 MAT-file") || is(b"\x89HDF\r\n\x1a\n") {
        Format::Unknown("HDF5, the format of MATLAB 7.3 (save with -v7 instead)")
    } else if is(b"PAR1") {
        Format::Parquet
    } else if is(b"\x89PNG\r\n\x1a\n")
        || is(&[0xFF, 0xD8, 0xFF])
        || (is(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
    {
        Format::Picture
    } else if is(&[0x80, 2]) || is(&[0x80, 3]) || is(&[0x80, 4]) || is(&[0x80, 5]) {
        Format::Unknown(
            "a Python pickle, which can run any program (use the binary or NumPy version of the set)",
        )
    } else if is(b"GIF8") || is(b"BM") && name.ends_with(".bmp") || is(b"II*\0") || is(b"MM\0*") {
        Format::Unknown("a picture in another format than PNG, JPEG or WebP")
    } else if is(b"BZh") || is(b"\xFD7zXZ\0") || is(b"7z\xBC\xAF") || is(b"Rar!") {
        Format::Unknown("a compressed file in another format than gzip or zip")
    } else if is(&[0, 0]) && !name.ends_with(".bin") || name.contains("-ubyte") {
        Format::Idx
    } else if name.ends_with(".bin") {
        Format::Cifar
    } else if is_text(&name) {
        Format::Ignored
    } else if name.ends_with(".npz") || name.ends_with(".zip") {
        // Damaged at its start, which its reader will report.
        Format::Zip
    } else if bytes.is_empty() {
        Format::Unknown("an empty file")
    } else {
        Format::Unknown("")
    }
}

fn is_text(name: &str) -> bool {
    [".txt", ".md", ".html", ".json", ".csv", ".xml", ".yaml", ".yml", ".py", ".pdf"]
        .iter()
        .any(|extension| name.ends_with(extension))
        || matches!(name, "readme" | "license" | "licence" | "copying")
}
