//! Named files: on a disk, in the browser or in memory.

use super::stream::Stream;
use crate::error::{Error, Result};
use std::fs::File;
use std::io::{BufReader, Cursor, ErrorKind, Read, Seek, SeekFrom};
use std::path::PathBuf;

/// The first bytes of a gzip file.
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// A source of bytes with random access.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// A named file of known length.
pub struct Input {
    /// Path as the user knows it, with `/` between folders.
    pub path: String,
    /// Number of bytes.
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

    /// A file on a disk. It is open only while it is read, because a folder may hold more files than a process may open.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &std::path::Path) -> Result<Input> {
        let len = File::open(path).and_then(|file| Ok(file.metadata()?.len()));
        let name = path.display().to_string();
        match len {
            Ok(len) => {
                let reader = Box::new(DiskFile { path: path.into(), len, at: 0, file: None });
                Ok(Input { path: name, len, reader })
            }
            Err(e) => Err(Error::Unreadable { file: name, cause: e.to_string() }),
        }
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The first bytes, at most `count`. Leaves the reader at the start.
    pub(super) fn beginning(&mut self, count: u64) -> Result<Vec<u8>> {
        let mut read = || -> std::io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            self.reader.rewind()?;
            self.reader.by_ref().take(count).read_to_end(&mut bytes)?;
            self.reader.rewind()?;
            Ok(bytes)
        };
        read().map_err(|e| Error::Unreadable { file: self.path.clone(), cause: e.to_string() })
    }

    /// The whole content, unpacked when it is a gzip.
    pub(super) fn into_stream(mut self) -> Result<Stream<'static>> {
        let gzipped = self.beginning(2)? == GZIP;
        Ok(if gzipped { Stream::gzip(self.reader, self.len) } else { Stream::plain(self.reader, self.len) })
    }
}

/// The position that a seek from `at` in a file of `len` bytes leads to.
pub(crate) fn seek_target(to: SeekFrom, at: u64, len: u64) -> std::io::Result<u64> {
    let target = match to {
        SeekFrom::Start(target) => Some(target),
        SeekFrom::End(by) => len.checked_add_signed(by),
        SeekFrom::Current(by) => at.checked_add_signed(by),
    };
    target.ok_or_else(|| ErrorKind::InvalidInput.into())
}

/// A file that is open from its first read until the next seek to its start.
struct DiskFile {
    path: PathBuf,
    len: u64,
    at: u64,
    file: Option<BufReader<File>>,
}

impl Read for DiskFile {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut file = BufReader::new(File::open(&self.path)?);
                file.seek(SeekFrom::Start(self.at))?;
                self.file.insert(file)
            }
        };
        let count = file.read(to)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for DiskFile {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let target = seek_target(to, self.at, self.len)?;
        if target == 0 {
            self.file = None;
        } else if let Some(file) = &mut self.file {
            // Keeps the buffer if possible: an archive with thousands of members seeks a few bytes ahead each time.
            file.seek_relative(target as i64 - self.at as i64)?;
        }
        self.at = target;
        Ok(target)
    }
}
