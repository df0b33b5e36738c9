//! Encoded pictures in a folder per class. Decoding is somebody else's: the browser's, or the command line's.

use super::input::Stream;
use super::{Input, ReadSeek, limits};
use crate::{Error, Result};
use std::io::SeekFrom;

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
}

/// Pictures with their classes.
pub struct Pictures {
    entries: Vec<Picture>,
    /// Place of each in the store.
    places: Vec<usize>,
    classes: Vec<String>,
    store: Store,
    /// What was done on reading, a sentence each.
    pub notes: Vec<String>,
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
        Ok(Pictures { entries, places, classes, store, notes: Vec::new() })
    }

    /// The pictures, by path.
    pub fn entries(&self) -> &[Picture] {
        &self.entries
    }

    /// Names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// A side to bring the pictures to.
    pub fn suggested_side(&self) -> usize {
        32
    }

    /// The encoded bytes of a picture.
    ///
    /// # Errors
    /// When there is no such picture, it cannot be read, or is larger than the limit.
    pub fn bytes(&mut self, index: usize) -> Result<Vec<u8>> {
        let place = *self
            .places
            .get(index)
            .ok_or_else(|| Error::invalid("picture", index, format!("less than {}", self.places.len())))?;
        let path = &self.entries[index].path;
        let encoded = match &mut self.store {
            Store::Files(files) => {
                let input = &mut files[place];
                let rewound = input.reader.seek(SeekFrom::Start(0));
                let checked = rewound.map_err(|e| Error::invalid("file", e, "a readable file"));
                checked.and_then(|_| encoded(Stream::plain(&mut input.reader, input.len)))
            }
            Store::Zip(archive) => archive
                .by_index(place)
                .map_err(|e| Error::invalid("member", e, "a readable member of the archive"))
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
    stream.bytes("picture", size)
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
