//! What a file is, by its first bytes; by its name only where the format has no mark of its own.

use super::{Input, cifar, input::Stream};
use crate::error::Result;

/// Formats that can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Idx {
        packed: bool,
    },
    Cifar {
        packed: bool,
    },
    /// A list of class names that goes with CIFAR files.
    Names,
    Tar {
        packed: bool,
    },
    Zip,
    Npy,
    Mat,
    Parquet,
    Picture,
    /// Readme files and what operating systems leave behind.
    Ignored,
    /// Something else; the words say what, as far as it is known.
    Unknown(&'static str),
}

/// Bytes that are looked at.
const BEGINNING: u64 = 512;

impl Kind {
    /// Looks at the beginning of a file.
    pub fn of(input: &mut Input) -> Result<Kind> {
        if is_clutter(&input.path) {
            return Ok(Kind::Ignored);
        }
        if cifar::names_classes(input.name()) {
            return Ok(Kind::Names);
        }
        let bytes = input.beginning(BEGINNING)?;
        if !bytes.starts_with(&[0x1F, 0x8B]) {
            return Ok(known(&bytes, input.name(), false));
        }
        let mut inside = Vec::new();
        // Whatever can be unpacked of the beginning; reading on will say what is wrong with the rest.
        let mut stream = Stream::gzip(&bytes[..], input.len);
        while inside.len() < BEGINNING as usize {
            let Ok([byte]) = stream.array("beginning") else { break };
            inside.push(byte);
        }
        let name = input.name();
        let name = name.strip_suffix(".gz").unwrap_or(name);
        Ok(match known(&inside, name, true) {
            Kind::Unknown(_) if name.ends_with(".tgz") || name.ends_with(".tar") => {
                Kind::Tar { packed: true }
            }
            // Too damaged to unpack anything: the name is left.
            Kind::Unknown(_) if inside.is_empty() && name.contains("idx") => Kind::Idx { packed: true },
            Kind::Unknown("") => Kind::Unknown("gzip of something else"),
            other => other,
        })
    }
}

fn known(bytes: &[u8], name: &str, packed: bool) -> Kind {
    let is = |magic: &[u8]| bytes.starts_with(magic);
    let lower = name.to_lowercase();
    if bytes.get(257..262) == Some(b"ustar") {
        Kind::Tar { packed }
    } else if is(b"PK\x03\x04") || is(b"PK\x05\x06") {
        if packed { Kind::Unknown("a zip within a gzip") } else { Kind::Zip }
    } else if is(b"\x93NUMPY") {
        Kind::Npy
    } else if is(b"MATLAB 5.0 MAT-file") {
        Kind::Mat
    } else if is(b"MATLAB 7.3 MAT-file") || is(b"\x89HDF\r\n\x1a\n") {
        Kind::Unknown("HDF5, which MATLAB 7.3 writes; save with -v7")
    } else if is(b"PAR1") {
        Kind::Parquet
    } else if is(b"\x89PNG\r\n\x1a\n")
        || is(&[0xFF, 0xD8, 0xFF])
        || (is(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
    {
        Kind::Picture
    } else if is(&[0x80, 2]) || is(&[0x80, 3]) || is(&[0x80, 4]) || is(&[0x80, 5]) {
        Kind::Unknown(
            "a Python pickle, which is a program; the binary or NumPy version of the set has no such",
        )
    } else if is(b"GIF8") || is(b"BM") && lower.ends_with(".bmp") || is(b"II*\0") || is(b"MM\0*") {
        Kind::Unknown("a picture that is no PNG, JPEG or WebP")
    } else if is(b"BZh") || is(b"\xFD7zXZ\0") || is(b"7z\xBC\xAF") || is(b"Rar!") {
        Kind::Unknown("a packed file that is no gzip or zip")
    } else if is(&[0, 0]) && !lower.ends_with(".bin") || lower.contains("-ubyte") {
        Kind::Idx { packed }
    } else if lower.ends_with(".bin") {
        Kind::Cifar { packed }
    } else if is_text(&lower) {
        Kind::Ignored
    } else if lower.ends_with(".npz") || lower.ends_with(".zip") {
        // The reader will say what is wrong with it.
        Kind::Zip
    } else if bytes.is_empty() {
        Kind::Unknown("an empty file")
    } else {
        Kind::Unknown("")
    }
}

fn is_text(name: &str) -> bool {
    [".txt", ".md", ".html", ".json", ".csv", ".xml", ".yaml", ".yml", ".py", ".pdf"]
        .iter()
        .any(|ending| name.ends_with(ending))
        || matches!(name, "readme" | "license" | "licence" | "copying")
}

/// What operating systems leave in folders and archives, and all that is hidden there. Of a whole path only the end counts:
/// how a folder is called in which somebody works is no concern here.
pub(super) fn is_clutter(path: &str) -> bool {
    let parts: Vec<&str> = match path.rsplit_once('/') {
        Some((_, name)) if path.starts_with('/') => vec![name],
        _ => path.split('/').collect(),
    };
    parts.iter().any(|part| {
        *part == "__MACOSX"
            || matches!(&part.to_lowercase()[..], "thumbs.db" | "desktop.ini")
            || (part.starts_with('.') && !matches!(*part, "." | ".."))
    })
}

/// Whether a name ends as a picture's does.
pub(super) fn is_picture_name(path: &str) -> bool {
    let lower = path.to_lowercase();
    [".png", ".jpg", ".jpeg", ".webp"].iter().any(|ending| lower.ends_with(ending))
}
