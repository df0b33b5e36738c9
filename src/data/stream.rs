//! Reading forward through a file, with the byte offset for error messages and without trusting announced sizes.

use super::limits::{DEFLATE_RATIO, out_of_memory};
use crate::error::{Error, Result};
use std::io::{ErrorKind, Read};

/// Memory reserved at once for a compressed stream, whose real size is unknown.
const CHUNK: usize = 1 << 20;
/// Longest message of a library that an error quotes, in characters.
const MESSAGE: usize = 160;

/// A reader that counts its bytes.
pub(super) struct Stream<'a> {
    reader: Box<dyn Read + 'a>,
    at: u64,
    /// Upper bound on the number of bytes; exact unless the stream is compressed.
    max_len: u64,
    compressed: bool,
}

impl<'a> Stream<'a> {
    /// `len` uncompressed bytes.
    pub fn plain(reader: impl Read + 'a, len: u64) -> Self {
        Stream { reader: Box::new(reader), at: 0, max_len: len, compressed: false }
    }

    /// The content of `len` bytes of gzip.
    pub fn gzip(reader: impl Read + 'a, len: u64) -> Self {
        Stream::compressed(flate2::read::MultiGzDecoder::new(reader), len.saturating_mul(DEFLATE_RATIO))
    }

    /// A decompressed stream of at most `max_len` bytes: a claim of the file, which may be false.
    pub fn compressed(reader: impl Read + 'a, max_len: u64) -> Self {
        Stream { reader: Box::new(reader), at: 0, max_len, compressed: true }
    }

    /// Whether the source was compressed.
    pub fn is_compressed(&self) -> bool {
        self.compressed
    }

    /// Offset of the next byte.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Upper bound on the remaining bytes.
    pub fn left(&self) -> u64 {
        self.max_len.saturating_sub(self.at)
    }

    /// The next `N` bytes. Errors name them by `field`.
    pub fn array<const N: usize>(&mut self, field: &str) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(&self.block(field, N as u64)?);
        Ok(array)
    }

    /// The next `count` bytes.
    pub fn block(&mut self, field: &str, count: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.append(field, count, &mut bytes)?;
        Ok(bytes)
    }

    /// Appends the next `count` bytes to `to`. Memory grows with the bytes that arrive, so a header that announces too much
    /// costs no more than the stream itself.
    pub fn append(&mut self, field: &str, count: u64, to: &mut Vec<u8>) -> Result<()> {
        if count > self.left() {
            let at_most = if self.compressed { "at most " } else { "" };
            return Err(self.error(field, 0, format!("{at_most}{} bytes", self.left()), count));
        }
        let mut missing = usize::try_from(count).map_err(|_| out_of_memory(field, count))?;
        while missing > 0 {
            let chunk = if self.compressed { missing.min(to.len().max(CHUNK)) } else { missing };
            to.try_reserve_exact(chunk).map_err(|_| out_of_memory(field, count))?;
            let start = to.len();
            let result = self.reader.by_ref().take(chunk as u64).read_to_end(to);
            let read = (to.len() - start) as u64;
            if read == chunk as u64 {
                self.at += read;
                missing -= chunk;
            } else {
                return Err(self.ended(field, result.err(), read, missing as u64));
            }
        }
        Ok(())
    }

    /// Skips `count` bytes.
    pub fn skip(&mut self, field: &str, count: u64) -> Result<()> {
        match std::io::copy(&mut self.reader.by_ref().take(count), &mut std::io::sink()) {
            Ok(read) if read == count => {
                self.at += read;
                Ok(())
            }
            Ok(read) => Err(self.ended(field, None, read, count)),
            Err(e) => Err(self.ended(field, Some(e), 0, count)),
        }
    }

    /// Checks that no byte is left, and the checksum of a compressed stream. `last` describes what the stream ends with.
    pub fn finish(&mut self, last: &str) -> Result<()> {
        match self.reader.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => {
                let expected = format!("the end of the file after {last}");
                Err(Error::invalid(format!("byte {}", self.at), "more bytes", expected))
            }
            Err(e) => Err(self.ended("end of the file", Some(e), 0, 0)),
        }
    }

    /// The error when only `read` of `wanted` bytes arrived: the end of the stream, or `cause`.
    fn ended(&self, field: &str, cause: Option<std::io::Error>, read: u64, wanted: u64) -> Error {
        match cause.filter(|e| e.kind() != ErrorKind::UnexpectedEof) {
            Some(e) => self.error(field, read, one_line(&e), "an intact file"),
            None => {
                let expected = format!("{} more bytes", wanted.saturating_sub(read).max(1));
                self.error(field, read, "the end of the file", expected)
            }
        }
    }

    fn error(&self, field: &str, read: u64, found: impl ToString, expected: impl ToString) -> Error {
        Error::invalid(format!("{field}, byte {}", self.at + read), found, expected)
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let count = self.reader.read(to)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// The message of a library as part of a sentence: its first line, shortened, without control characters.
pub(super) fn one_line(message: &impl std::fmt::Display) -> String {
    let text = message.to_string();
    let mut letters = text.lines().next().unwrap_or_default().trim().chars();
    let line: String = letters.by_ref().take(MESSAGE).map(|c| if c.is_control() { '?' } else { c }).collect();
    if letters.next().is_some() { line + "..." } else { line }
}

/// Prefixes the field of an error with the array or variable that it belongs to.
pub(super) fn within(whole: &str, error: Error) -> Error {
    match error {
        Error::Invalid { field, found, expected } => {
            Error::Invalid { field: format!("{whole}, {field}"), found, expected }
        }
        other => other,
    }
}
