//! A browser file as a reader with seek, without loading it into memory.

use crate::data::seek_target;
use js_sys::Uint8Array;
use std::io::{Error, Read, Result, Seek, SeekFrom};
use wasm_bindgen::JsValue;
use web_sys::{Blob, FileReaderSync};

/// Bytes of the first request: for many files only the beginning is needed.
const FIRST_BYTES: usize = 4 << 10;
/// Bytes of the largest buffered request: a call costs about 50 microseconds, which 256 KiB outweigh.
const MAX_BYTES: usize = 256 << 10;

/// A `Blob` that is read synchronously, which only a worker may do.
pub struct BlobReader {
    blob: Blob,
    reader: FileReaderSync,
    len: u64,
    /// Offset of the next byte.
    at: u64,
    buffer: Vec<u8>,
    /// Offset of the buffer in the file.
    start: u64,
    step: usize,
}

impl BlobReader {
    pub fn new(blob: Blob) -> Result<BlobReader> {
        let reader = FileReaderSync::new().map_err(read_error)?;
        let len = blob.size() as u64;
        Ok(BlobReader { blob, reader, len, at: 0, buffer: Vec::new(), start: 0, step: FIRST_BYTES })
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    /// Bytes `at..at + count`, or as many as there are.
    fn fetch(&self, count: usize) -> Result<Uint8Array> {
        let end = (self.at + count as u64).min(self.len);
        let part = self.blob.slice_with_f64_and_f64(self.at as f64, end as f64).map_err(read_error)?;
        Ok(Uint8Array::new(&self.reader.read_as_array_buffer(&part).map_err(read_error)?.into()))
    }

    fn buffered(&self) -> &[u8] {
        let inside = self.at.checked_sub(self.start).filter(|&skip| skip < self.buffer.len() as u64);
        inside.map_or(&[], |skip| &self.buffer[skip as usize..])
    }
}

impl Read for BlobReader {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        if self.at >= self.len || to.is_empty() {
            return Ok(0);
        }
        if self.buffered().is_empty() && to.len() >= MAX_BYTES {
            // Large reads bypass the buffer.
            let bytes = self.fetch(to.len().min(16 * MAX_BYTES))?;
            let count = bytes.length() as usize;
            bytes.copy_to(&mut to[..count]);
            self.at += count as u64;
            return Ok(count);
        }
        if self.buffered().is_empty() {
            self.buffer = self.fetch(self.step)?.to_vec();
            self.start = self.at;
            self.step = (2 * self.step).min(MAX_BYTES);
        }
        let bytes = self.buffered();
        let count = bytes.len().min(to.len());
        to[..count].copy_from_slice(&bytes[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for BlobReader {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.at = seek_target(to, self.at, self.len)?;
        Ok(self.at)
    }
}

/// The browser's message: the file was changed, removed, or may not be read.
fn read_error(value: JsValue) -> Error {
    let words = js_sys::Reflect::get(&value, &"message".into()).ok().and_then(|message| message.as_string());
    Error::other(words.unwrap_or_else(|| "the browser cannot read the file".into()))
}
