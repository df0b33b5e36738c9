//! Encoded pictures in a folder per class. Decoding is somebody else's: the browser's, or the command line's.

use super::header::{Header, header};
use super::input::{Stream, words};
use super::{Input, ReadSeek, limits};
use crate::error::{Error, Result};
use std::collections::BTreeSet;

/// The part a picture's folders say it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// In a folder `train`.
    Train,
    /// In a folder `test`.
    Test,
}

/// One picture, not decoded yet.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Picture {
    /// Path within the folder or archive.
    pub path: String,
    /// Name of its class: the folder it lies in.
    pub class: String,
    /// The part that its folders name, if any.
    pub split: Option<Part>,
}

/// Where the bytes are.
pub(super) enum Store {
    Zip(Box<zip::ZipArchive<Box<dyn ReadSeek>>>),
    Files(Vec<Input>),
    #[cfg(feature = "parquet")]
    Memory(Vec<Vec<u8>>),
}

/// Pictures whose headers a suggestion is made from.
const PROBES: usize = 16;
/// The largest side that is suggested because the pictures have it.
const LARGEST_NATURAL: u32 = 64;

/// Pictures with their classes.
pub struct Pictures {
    entries: Vec<Picture>,
    /// Place of each in the store.
    places: Vec<usize>,
    classes: Vec<String>,
    store: Store,
    /// What was passed over on opening, a sentence each.
    pub(super) remarks: Vec<String>,
    /// Pictures that were read so far and whose pixels are changed by decoding.
    palettes: BTreeSet<usize>,
    deep: BTreeSet<usize>,
}

impl Pictures {
    pub(super) fn of_files(files: Vec<Input>) -> Result<Pictures> {
        let paths = files.iter().enumerate().map(|(at, input)| (at, input.path.clone())).collect();
        Pictures::new(paths, Store::Files(files))
    }

    /// Sorts paths (and their places in the store) into classes.
    pub(super) fn new(paths: Vec<(usize, String)>, store: Store) -> Result<Pictures> {
        let mut sorted = paths;
        sorted.sort_by(|a, b| a.1.cmp(&b.1));
        let (mut entries, mut places) = (Vec::new(), Vec::new());
        for (place, path) in sorted {
            let (class, split) = folders(&path)?;
            entries.push(Picture { path, class, split });
            places.push(place);
        }
        let mut classes: Vec<String> = entries.iter().map(|picture| picture.class.clone()).collect();
        classes.sort();
        classes.dedup();
        // Folders that are numbers, in their order and not in that of their digits.
        if classes.iter().all(|name| name.parse::<u64>().is_ok()) {
            classes.sort_by_key(|name| name.parse::<u64>().unwrap_or_default());
        }
        Pictures::sorted(entries, places, classes, store)
    }

    /// Pictures, the place of each in the store, and the names of all classes.
    pub(super) fn sorted(
        entries: Vec<Picture>,
        places: Vec<usize>,
        classes: Vec<String>,
        store: Store,
    ) -> Result<Pictures> {
        match classes.len() {
            0 => return Err(Error::invalid("pictures", "none", "pictures in a folder per class")),
            1 => {
                let found = format!("one class only ({})", classes[0]);
                return Err(Error::invalid("pictures", found, "at least two folders, one per class"));
            }
            n if n > limits::CLASSES => {
                let found = format!("{n} folders");
                return Err(Error::invalid("pictures", found, format!("at most {}", limits::CLASSES)));
            }
            _ => {}
        }
        let (palettes, deep) = (BTreeSet::new(), BTreeSet::new());
        Ok(Pictures { entries, places, classes, store, remarks: Vec::new(), palettes, deep })
    }

    /// The pictures, by path.
    pub fn entries(&self) -> &[Picture] {
        &self.entries
    }

    /// Names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Class of a picture, as an index.
    ///
    /// # Panics
    /// When there is no such picture.
    pub fn label(&self, index: usize) -> usize {
        let class = &self.entries[index].class;
        self.classes.iter().position(|name| name == class).unwrap_or_default()
    }

    /// A side to bring the pictures to, and whether they need colour: their own where the first of the classes agree, else
    /// 32 and yes.
    pub fn suggestion(&mut self) -> (usize, bool) {
        let step = (self.entries.len() / PROBES).max(1);
        let probed: Vec<Header> = (0..self.entries.len())
            .step_by(step)
            .take(PROBES)
            .filter_map(|index| header(&self.raw(index).ok()?).ok())
            .collect();
        let colour = probed.is_empty() || probed.iter().any(|picture| !picture.grey);
        let side = probed.first().map_or(0, |picture| picture.width);
        let natural = probed.iter().all(|picture| (picture.width, picture.height) == (side, side));
        let side = if natural && (1..=LARGEST_NATURAL).contains(&side) { side as usize } else { 32 };
        (side, colour)
    }

    /// What was done to the pictures read so far, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.remarks.clone();
        let count = |n: usize| if n == 1 { "1 picture".into() } else { format!("{n} pictures") };
        if !self.deep.is_empty() {
            notes.push(format!("{} of 16 bits a value: rounded to 8.", count(self.deep.len())));
        }
        if !self.palettes.is_empty() {
            notes.push(format!("{} with a palette: read by its colours.", count(self.palettes.len())));
        }
        notes
    }

    /// The encoded bytes of a picture, whose header was found to be fit for decoding.
    ///
    /// # Errors
    /// When there is no such picture, it cannot be read, is larger than the limits, or is of a kind whose colours are not
    /// known (CMYK).
    pub fn bytes(&mut self, index: usize) -> Result<Vec<u8>> {
        let bytes = self.raw(index)?;
        let header = header(&bytes).map_err(|e| e.in_file(&self.entries[index].path))?;
        if header.palette {
            self.palettes.insert(index);
        }
        if header.depth > 8 {
            self.deep.insert(index);
        }
        Ok(bytes)
    }

    fn raw(&mut self, index: usize) -> Result<Vec<u8>> {
        let place = *self
            .places
            .get(index)
            .ok_or_else(|| Error::invalid("picture", index, format!("less than {}", self.places.len())))?;
        let path = &self.entries[index].path;
        let encoded = match &mut self.store {
            #[cfg(feature = "parquet")]
            Store::Memory(pictures) => Ok(pictures[place].clone()),
            Store::Files(files) => {
                let input = &mut files[place];
                let unreadable = |e: std::io::Error| Error::invalid("file", words(&e), "a readable file");
                input.reader.rewind().map_err(unreadable).and_then(|()| {
                    let bytes = encoded(Stream::plain(&mut input.reader, input.len))?;
                    // Closes a file on a disk.
                    input.reader.rewind().map_err(unreadable)?;
                    Ok(bytes)
                })
            }
            Store::Zip(archive) => archive
                .by_index(place)
                .map_err(|e| Error::invalid("member", words(&e), "a readable member of the archive"))
                .and_then(|entry| {
                    let size = entry.size();
                    encoded(Stream::packed(entry, size))
                }),
        };
        encoded.map_err(|e| e.in_file(path))
    }
}

fn encoded(mut stream: Stream) -> Result<Vec<u8>> {
    let size = stream.left();
    if size > limits::PICTURE_BYTES {
        let expected = format!("at most {}", limits::PICTURE_BYTES);
        return Err(Error::invalid("picture", format!("{size} bytes"), expected));
    }
    stream.block("picture", size)
}

/// Class and part of a path: the innermost folder that is no part's name, and the innermost that is.
fn folders(path: &str) -> Result<(String, Option<Part>)> {
    let (mut class, mut split) = (None, None);
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    for folder in folders.split('/').filter(|folder| !folder.is_empty() && *folder != ".") {
        match &folder.to_lowercase()[..] {
            "train" | "training" | "val" | "valid" | "validation" => split = Some(Part::Train),
            "test" | "testing" => split = Some(Part::Test),
            _ => class = Some(folder),
        }
    }
    match class {
        Some(class) => Ok((class.into(), split)),
        None => {
            Err(Error::invalid("picture", "no folder that names its class", "a folder per class")
                .in_file(path))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_name_class_and_part() {
        let of = |path| folders(path).unwrap();
        assert_eq!(of("pets/cat/1.png"), ("cat".into(), None));
        assert_eq!(of("pets/train/cat/1.png"), ("cat".into(), Some(Part::Train)));
        assert_eq!(of("cat/Test/1.png"), ("cat".into(), Some(Part::Test)));
        assert!(folders("train/1.png").is_err() && folders("1.png").is_err());
    }
}
