//! Files of a disk, opened when they are read: a folder may hold more of them than a process may have open.

use super::input::sought;
use std::fs::File;
use std::io::{BufReader, Read, Result, Seek, SeekFrom};
use std::path::PathBuf;

/// A file that is open only between a read and the next return to its beginning.
pub(super) struct OnDisk {
    path: PathBuf,
    len: u64,
    at: u64,
    file: Option<BufReader<File>>,
}

impl OnDisk {
    /// Checks that the file can be opened.
    pub fn new(path: PathBuf) -> Result<OnDisk> {
        let len = File::open(&path)?.metadata()?.len();
        Ok(OnDisk { path, len, at: 0, file: None })
    }

    pub fn len(&self) -> u64 {
        self.len
    }
}

impl Read for OnDisk {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
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

impl Seek for OnDisk {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let place = sought(to, self.at, self.len)?;
        if place == 0 {
            self.file = None;
        } else if let Some(file) = &mut self.file {
            // Keeps the buffer where it can, which archives with thousands of members profit from.
            file.seek_relative(place as i64 - self.at as i64)?;
        }
        self.at = place;
        Ok(place)
    }
}
