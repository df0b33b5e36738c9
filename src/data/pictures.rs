//! Encoded pictures with their classes, which the browser or the command line decodes.

use super::input::{Input, ReadSeek};
use super::limits;
use super::picture_header::{Header, header};
use super::stream::{Stream, one_line};
use crate::error::{Error, Result};
use std::collections::BTreeSet;

/// The part of a data set that a picture belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Training pictures, in a folder `train`.
    Train,
    /// Test pictures, in a folder `test`.
    Test,
}

/// One encoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Path within the folder or archive.
    pub path: String,
    /// Name of its class: its folder.
    pub class: String,
    /// Its part, if one of its folders names one.
    pub split: Option<Part>,
}

/// The encoded bytes.
pub(super) enum Store {
    /// An archive, and the index of each picture in it.
    Zip(Box<zip::ZipArchive<Box<dyn ReadSeek>>>, Vec<usize>),
    Files(Vec<Input>),
    #[cfg(feature = "parquet")]
    Memory(Vec<Vec<u8>>),
}

/// Pictures whose headers a suggestion depends on.
const PROBES: usize = 16;
/// Largest side of the pictures that is suggested as the side of the images.
const LARGEST_NATURAL: u32 = 64;

/// Pictures with their classes.
pub struct Pictures {
    entries: Vec<Picture>,
    classes: Vec<String>,
    store: Store,
    /// Files that were skipped, one sentence each.
    pub(super) remarks: Vec<String>,
    /// Pictures read so far that have a palette.
    palettes: BTreeSet<usize>,
    /// Pictures read so far with more than 8 bits per value.
    deep: BTreeSet<usize>,
}

impl Pictures {
    /// Files in one folder per class.
    pub(super) fn of_files(mut files: Vec<Input>) -> Result<Pictures> {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let paths = files.iter().map(|input| input.path.clone()).collect();
        Pictures::in_folders(paths, Store::Files(files))
    }

    /// Members of an archive in one folder per class, with their indices.
    pub(super) fn of_zip(
        archive: zip::ZipArchive<Box<dyn ReadSeek>>,
        mut members: Vec<(String, usize)>,
    ) -> Result<Pictures> {
        members.sort();
        let (paths, places) = members.into_iter().unzip();
        Pictures::in_folders(paths, Store::Zip(Box::new(archive), places))
    }

    /// Files whose folders name no classes, in this order.
    #[cfg(feature = "pictures")]
    pub(super) fn without_classes(files: Vec<Input>) -> Pictures {
        let picture = |input: &Input| Picture { path: input.path.clone(), class: String::new(), split: None };
        let (entries, remarks) = (files.iter().map(picture).collect(), Vec::new());
        let (palettes, deep) = (BTreeSet::new(), BTreeSet::new());
        Pictures { entries, classes: Vec::new(), store: Store::Files(files), remarks, palettes, deep }
    }

    fn in_folders(paths: Vec<String>, store: Store) -> Result<Pictures> {
        let picture = |path: String| {
            let (class, split) = folders(&path)?;
            Ok(Picture { path, class, split })
        };
        let entries: Vec<Picture> = paths.into_iter().map(picture).collect::<Result<_>>()?;
        let mut classes: Vec<String> = entries.iter().map(|picture| picture.class.clone()).collect();
        classes.sort();
        classes.dedup();
        // Folders named by numbers are sorted by value.
        if classes.iter().all(|name| name.parse::<u64>().is_ok()) {
            classes.sort_by_key(|name| name.parse::<u64>().unwrap_or_default());
        }
        Pictures::new(entries, classes, store)
    }

    /// Pictures in the order of the store, and the names of all classes.
    pub(super) fn new(entries: Vec<Picture>, classes: Vec<String>, store: Store) -> Result<Pictures> {
        let (found, expected) = match &classes[..] {
            [] => ("none".into(), "pictures in a folder per class".into()),
            [class] => (format!("one class only ({class})"), "at least two folders, one per class".into()),
            _ if classes.len() > limits::CLASSES => {
                (format!("{} folders", classes.len()), format!("at most {}", limits::CLASSES))
            }
            _ => {
                let (remarks, palettes, deep) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
                return Ok(Pictures { entries, classes, store, remarks, palettes, deep });
            }
        };
        Err(Error::invalid("pictures", found, expected))
    }

    /// The pictures, sorted by path.
    pub fn entries(&self) -> &[Picture] {
        &self.entries
    }

    /// Names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Index of the class of a picture.
    ///
    /// # Panics
    /// When there is no such picture.
    pub fn label(&self, index: usize) -> usize {
        let class = &self.entries[index].class;
        self.classes.iter().position(|name| name == class).unwrap_or_default()
    }

    /// A side to resize the pictures to, and whether they have colour. The side is that of the pictures if 16 of them agree on
    /// one of at most 64 pixels, else 32.
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

    /// Files that were skipped and changes to the pictures read so far, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.remarks.clone();
        let mut note = |pictures: &BTreeSet<usize>, what: &str, change: &str| match pictures.len() {
            0 => {}
            1 => notes.push(format!("1 picture with {what} was {change}.")),
            n => notes.push(format!("{n} pictures with {what} were {change}.")),
        };
        note(&self.deep, "16 bits per value", "rounded to 8 bits");
        note(&self.palettes, "a palette", "converted to colours");
        notes
    }

    /// The encoded bytes of a picture. Its header is checked: decoding will not exceed the limits.
    ///
    /// # Errors
    /// When there is no such picture, or it cannot be read, exceeds a limit, or has CMYK colours.
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
        let count = self.entries.len();
        let path = match self.entries.get(index) {
            Some(picture) => &picture.path,
            None => return Err(Error::invalid("picture", index, format!("less than {count}"))),
        };
        let encoded = match &mut self.store {
            #[cfg(feature = "parquet")]
            Store::Memory(pictures) => Ok(pictures[index].clone()),
            Store::Files(files) => {
                let Input { reader, len, .. } = &mut files[index];
                let unreadable = |e: std::io::Error| Error::invalid("file", one_line(&e), "a readable file");
                reader.rewind().map_err(unreadable).and_then(|()| {
                    let bytes = encoded(Stream::plain(&mut *reader, *len))?;
                    // Closes a file on a disk.
                    reader.rewind().map_err(unreadable)?;
                    Ok(bytes)
                })
            }
            Store::Zip(archive, places) => archive
                .by_index(places[index])
                .map_err(|e| Error::invalid("member", one_line(&e), "a readable member of the archive"))
                .and_then(|entry| {
                    let size = entry.size();
                    encoded(Stream::compressed(entry, size))
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

/// Class and part of a path: the innermost folder that names no part, and the innermost that names one.
fn folders(path: &str) -> Result<(String, Option<Part>)> {
    let (mut class, mut split) = (None, None);
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    for folder in folders.split('/').filter(|folder| !folder.is_empty() && *folder != ".") {
        match &folder.to_ascii_lowercase()[..] {
            "train" | "training" | "val" | "valid" | "validation" => split = Some(Part::Train),
            "test" | "testing" => split = Some(Part::Test),
            _ => class = Some(folder),
        }
    }
    match class {
        Some(class) => Ok((class.into(), split)),
        None => Err(Error::invalid("picture", "no folder with the name of its class", "a folder per class")
            .in_file(path)),
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
