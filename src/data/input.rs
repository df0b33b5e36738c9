//! Named files, wherever they lie, and streams that know their place.

use super::disk::OnDisk;
use super::limits::DEFLATE_RATIO;
use crate::error::{Error, Result};
use std::io::{Cursor, ErrorKind, Read, Seek, SeekFrom};

/// What a file can be read from.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// A named file of known length: on a disk, in the browser, or in memory.
pub struct Input {
    /// Path as the user knows it, with `/` between folders.
    pub path: String,
    /// Bytes.
    pub len: u64,
    /// The bytes.
    pub reader: Box<dyn ReadSeek>,
}

impl Input {
    /// Bytes in memory.
    ///
    /// ```
    /// use convrfm::data::Input;
    /// let input = Input::from_bytes("folder/file.npz", vec![1, 2, 3]);
    /// assert_eq!((input.name(), input.len), ("file.npz", 3));
    /// ```
    pub fn from_bytes(path: impl Into<String>, bytes: Vec<u8>) -> Input {
        Input { path: path.into(), len: bytes.len() as u64, reader: Box::new(Cursor::new(bytes)) }
    }

    /// A file on a disk, which stays closed while it is not read.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &std::path::Path) -> Result<Input> {
        let name = path.display().to_string();
        match OnDisk::new(path.into()) {
            Ok(file) => Ok(Input { path: name, len: file.len(), reader: Box::new(file) }),
            Err(e) => Err(Error::Unreadable { file: name, cause: e.to_string() }),
        }
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// At most `count` bytes of the beginning. Reading begins there again afterwards.
    pub(super) fn beginning(&mut self, count: u64) -> Result<Vec<u8>> {
        let mut read = || -> std::io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            self.reader.seek(SeekFrom::Start(0))?;
            self.reader.by_ref().take(count).read_to_end(&mut bytes)?;
            self.reader.seek(SeekFrom::Start(0))?;
            Ok(bytes)
        };
        read().map_err(|e| Error::Unreadable { file: self.path.clone(), cause: e.to_string() })
    }
}

/// The place that a seek from place `at` of a file of `len` bytes leads to.
pub(crate) fn sought(to: SeekFrom, at: u64, len: u64) -> std::io::Result<u64> {
    let place = match to {
        SeekFrom::Start(place) => Some(place),
        SeekFrom::End(by) => len.checked_add_signed(by),
        SeekFrom::Current(by) => at.checked_add_signed(by),
    };
    place.ok_or_else(|| ErrorKind::InvalidInput.into())
}

/// Bytes read forward, and how many have been.
pub(super) struct Stream<'a> {
    reader: Box<dyn Read + 'a>,
    at: u64,
    /// Bytes there are at most; exact unless the stream is packed.
    most: u64,
    packed: bool,
}

/// A packed stream is trusted with this much memory at a time.
const CHUNK: usize = 1 << 20;

impl<'a> Stream<'a> {
    /// `len` bytes as they are.
    pub fn plain(reader: impl Read + 'a, len: u64) -> Self {
        Stream { reader: Box::new(reader), at: 0, most: len, packed: false }
    }

    /// What `len` bytes of gzip unpack to.
    pub fn gzip(reader: impl Read + 'a, len: u64) -> Self {
        Stream::packed(flate2::read::MultiGzDecoder::new(reader), len.saturating_mul(DEFLATE_RATIO))
    }

    /// A stream that claims to have `most` bytes, which must be seen to be believed.
    pub fn packed(reader: impl Read + 'a, most: u64) -> Self {
        Stream { reader: Box::new(reader), at: 0, most, packed: true }
    }

    /// Bytes read so far.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Bytes there can still be.
    pub fn left(&self) -> u64 {
        self.most.saturating_sub(self.at)
    }

    /// The next `N` bytes; `field` says what they are.
    pub fn array<const N: usize>(&mut self, field: &str) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        let mut filled = 0;
        while filled < N {
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => return Err(self.ended(field, N as u64, filled as u64)),
                Ok(n) => filled += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(self.broken(field, &e, N as u64, filled as u64)),
            }
        }
        self.at += N as u64;
        Ok(bytes)
    }

    /// Appends the next `count` bytes to `to`. Memory grows with what arrives: a header that lies costs no more than the
    /// stream itself.
    pub fn append(&mut self, field: &str, count: u64, to: &mut Vec<u8>) -> Result<()> {
        if count > self.left() {
            let place = format!("{field}, byte {}", self.at);
            let at_most = if self.packed { "at most " } else { "" };
            return Err(Error::invalid(place, format!("{at_most}{} bytes", self.left()), count));
        }
        let mut missing = usize::try_from(count).map_err(|_| no_memory(field, count))?;
        while missing > 0 {
            let chunk = if self.packed { missing.min(to.len().max(CHUNK)) } else { missing };
            to.try_reserve_exact(chunk).map_err(|_| no_memory(field, count))?;
            let start = to.len();
            let read = self.reader.by_ref().take(chunk as u64).read_to_end(to);
            let got = (to.len() - start) as u64;
            match read {
                Err(e) => return Err(self.broken(field, &e, count, got)),
                Ok(_) if got < chunk as u64 => return Err(self.ended(field, count, got)),
                Ok(_) => {}
            }
            self.at += got;
            missing -= chunk;
        }
        Ok(())
    }

    /// The next `count` bytes.
    pub fn block(&mut self, field: &str, count: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.append(field, count, &mut bytes)?;
        Ok(bytes)
    }

    /// Passes over `count` bytes.
    pub fn skip(&mut self, field: &str, count: u64) -> Result<()> {
        let skipped = std::io::copy(&mut self.reader.by_ref().take(count), &mut std::io::sink());
        match skipped {
            Ok(n) if n == count => {
                self.at += n;
                Ok(())
            }
            Ok(n) => Err(self.ended(field, count, n)),
            Err(e) => Err(self.broken(field, &e, count, 0)),
        }
    }

    /// Checks that nothing is left, checksums of a packed stream included.
    pub fn finish(&mut self, announced: &str) -> Result<()> {
        let mut byte = [0];
        match self.reader.read(&mut byte) {
            Ok(0) => Ok(()),
            Ok(_) => Err(Error::invalid(
                format!("byte {}", self.at),
                "more bytes",
                format!("the end, {announced}"),
            )),
            Err(e) => Err(self.broken("end of the file", &e, 0, 0)),
        }
    }

    fn ended(&self, field: &str, wanted: u64, got: u64) -> Error {
        let place = format!("{field}, byte {}", self.at + got);
        Error::invalid(place, "the end of the file", format!("{} more bytes", wanted - got))
    }

    fn broken(&self, field: &str, cause: &std::io::Error, wanted: u64, got: u64) -> Error {
        if cause.kind() == ErrorKind::UnexpectedEof {
            return self.ended(field, wanted.max(got + 1), got);
        }
        Error::invalid(format!("{field}, byte {}", self.at + got), words(cause), "bytes that can be read")
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(to)?;
        self.at += count as u64;
        Ok(count)
    }
}

fn no_memory(field: &str, count: u64) -> Error {
    Error::invalid(field, format!("{count} bytes"), "as many as the memory holds")
}

/// Most letters of a library's message that are passed on.
const WORDS: usize = 160;

/// What a library says, as a part of one sentence: a line without control characters.
pub(super) fn words(cause: &impl std::fmt::Display) -> String {
    let text = cause.to_string();
    let mut letters = text.lines().next().unwrap_or_default().trim().chars();
    let line: String = letters.by_ref().take(WORDS).map(|c| if c.is_control() { '?' } else { c }).collect();
    if letters.next().is_some() { line + "..." } else { line }
}

/// Puts what a field belongs to in front of it.
pub(super) fn within(whole: &str, error: Error) -> Error {
    match error {
        Error::Invalid { field, found, expected } => {
            Error::Invalid { field: format!("{whole}, {field}"), found, expected }
        }
        other => other,
    }
}
