//! From files to a data set: what they are, what belongs together, and which reader reads it.

use super::input::{ReadSeek, Stream, words};
use super::kind::{self, Kind};
use super::npz::NPZ;
use super::pictures::{Pictures, Store};
use super::{Collection, Input, arrays, cifar, idx, limits, mat, npz, tar};
use crate::error::{Error, Result};

/// What was found in the files.
pub enum Found {
    /// A data set, complete.
    Collection(Box<Collection>),
    /// Encoded pictures with their classes, to be decoded and [gathered](super::Gatherer).
    Pictures(Box<Pictures>),
}

/// Reads files that belong together: IDX pairs, CIFAR batches, an archive, NumPy arrays, a MATLAB file, or pictures in a
/// folder per class. What they are is seen from their content.
///
/// # Errors
/// When there is nothing readable, the files are of several data sets, or a file is not what it should be. The sentence
/// names file, field, offset, what was found and what was expected.
pub fn read(inputs: Vec<Input>) -> Result<Found> {
    let others = inputs.len().saturating_sub(1);
    let first = inputs.first().map_or_else(String::new, |input| input.path.clone());
    let mut found = sorted(inputs, false)?;
    if let Found::Collection(set) = &mut found
        && set.provenance.is_empty()
    {
        let and_more = if others == 0 { String::new() } else { format!(" and {others} more") };
        set.provenance = format!("{first}{and_more}");
    }
    Ok(found)
}

/// The files that one reader reads together.
#[derive(Default)]
struct Sorted {
    idx: Vec<(Input, bool)>,
    cifar: Vec<(Input, bool)>,
    names: Vec<Input>,
    tars: Vec<(Input, bool)>,
    zips: Vec<Input>,
    arrays: Vec<Input>,
    mats: Vec<Input>,
    parquet: Vec<Input>,
    pictures: Vec<Input>,
    unknown: Vec<(String, &'static str)>,
    ignored: usize,
}

fn sorted(inputs: Vec<Input>, nested: bool) -> Result<Found> {
    if inputs.len() > limits::FILES {
        return Err(Error::invalid("files", inputs.len(), format!("at most {}", limits::FILES)));
    }
    let mut files = Sorted::default();
    for mut input in inputs {
        match Kind::of(&mut input)? {
            Kind::Idx { packed } => files.idx.push((input, packed)),
            Kind::Cifar { packed } => files.cifar.push((input, packed)),
            Kind::Names => files.names.push(input),
            Kind::Tar { packed } => files.tars.push((input, packed)),
            Kind::Zip => files.zips.push(input),
            Kind::Npy => files.arrays.push(input),
            Kind::Mat => files.mats.push(input),
            Kind::Parquet => files.parquet.push(input),
            Kind::Picture => files.pictures.push(input),
            Kind::Ignored => files.ignored += 1,
            Kind::Unknown(what) => files.unknown.push((input.path, what)),
        }
    }
    files.read(nested)
}

const FORMATS: &str = "an .npz file, IDX, CIFAR .bin or .tar.gz, .npy, .mat, Parquet, or PNG, JPEG or WebP pictures in a folder per class, also in a .zip";

impl Sorted {
    /// What was found of each format that stands for a data set.
    fn groups(&self) -> Vec<(&'static str, usize)> {
        let groups = [
            ("IDX files", self.idx.len()),
            ("CIFAR .bin files", self.cifar.len()),
            (".tar archives", self.tars.len()),
            (".zip archives", self.zips.len()),
            (".npy arrays", self.arrays.len()),
            (".mat files", self.mats.len()),
            ("Parquet files", self.parquet.len()),
            ("pictures", self.pictures.len()),
        ];
        groups.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    fn read(self, nested: bool) -> Result<Found> {
        let groups = self.groups();
        let Some(&(_, count)) = groups.first() else {
            return Err(self.nothing());
        };
        let single = !(self.tars.is_empty() && self.zips.is_empty());
        if groups.len() > 1 || (single && count > 1) {
            let found: Vec<String> = groups.iter().map(|(name, count)| format!("{count} {name}")).collect();
            return Err(Error::invalid("files", found.join(" and "), "the files of one data set"));
        }
        let skipped = self.skipped();
        let mut found = self.one(nested)?;
        if let Some(note) = skipped {
            match &mut found {
                Found::Collection(set) => set.notes.push(note),
                Found::Pictures(pictures) => pictures.remarks.push(note),
            }
        }
        Ok(found)
    }

    /// Reads the one kind of files there is.
    fn one(mut self, nested: bool) -> Result<Found> {
        let collection = |set| Ok(Found::Collection(Box::new(set)));
        if let Some((input, packed)) = self.tars.pop() {
            let path = input.path.clone();
            return tar::read(input, packed).map_err(|e| e.in_file(path)).and_then(collection);
        }
        if let Some(input) = self.zips.pop() {
            let path = input.path.clone();
            if nested {
                return Err(Error::invalid("archive", "an archive within an archive", "files").in_file(path));
            }
            return zipped(input).map_err(|e| e.in_file(path));
        }
        if !self.idx.is_empty() {
            return idx::read(self.idx).and_then(collection);
        }
        if !self.cifar.is_empty() {
            return batches(self.cifar, self.names).and_then(collection);
        }
        if !self.arrays.is_empty() {
            return arrays::read(self.arrays).and_then(collection);
        }
        if !self.mats.is_empty() {
            return mat::read(self.mats).and_then(collection);
        }
        if !self.parquet.is_empty() {
            return parquet(self.parquet);
        }
        if !self.pictures.is_empty() {
            return Ok(Found::Pictures(Box::new(Pictures::of_files(self.pictures)?)));
        }
        Err(self.nothing())
    }

    fn nothing(&self) -> Error {
        match self.unknown.first() {
            Some((path, "")) => Error::invalid("content", "no known format", FORMATS).in_file(path),
            Some((path, what)) => Error::invalid("content", what, FORMATS).in_file(path),
            None => Error::invalid("files", "none that hold images", FORMATS),
        }
    }

    fn skipped(&self) -> Option<String> {
        let (first, _) = self.unknown.first()?;
        Some(match self.unknown.len() {
            1 => format!("Passed over {first}, which holds no images."),
            n => format!("Passed over {n} files that hold no images, such as {first}."),
        })
    }
}

#[cfg(feature = "parquet")]
fn parquet(files: Vec<Input>) -> Result<Found> {
    Ok(Found::Pictures(Box::new(super::parquet::read(files)?)))
}

/// The page's own reader of Parquet stands before this one.
#[cfg(not(feature = "parquet"))]
fn parquet(files: Vec<Input>) -> Result<Found> {
    let path = files.into_iter().next().map_or_else(String::new, |input| input.path);
    Err(Error::invalid("content", "Parquet, for which this build has no reader", FORMATS).in_file(path))
}

/// CIFAR batches, in the order of their names.
fn batches(mut files: Vec<(Input, bool)>, names: Vec<Input>) -> Result<Collection> {
    files.sort_by(|a, b| a.0.path.cmp(&b.0.path));
    let mut reader = cifar::Reader::default();
    for (input, packed) in files {
        let (path, len) = (input.path, input.len);
        if packed {
            let expected = "the .bin file itself, or the official .tar.gz";
            return Err(Error::invalid("content", "a gzip of a .bin file", expected).in_file(path));
        }
        reader.file(&path, &mut Stream::plain(input.reader, len), len)?;
    }
    for mut input in names {
        reader.text(&input.beginning(1 << 16)?);
    }
    reader.finish()
}

/// An archive of NumPy arrays, of pictures, or of the files of a data set.
fn zipped(input: Input) -> Result<Found> {
    let path = input.path;
    let expected = if path.ends_with(".npz") { NPZ } else { "a zip file" };
    let mut archive =
        zip::ZipArchive::new(input.reader).map_err(|e| Error::invalid("archive", words(&e), expected))?;
    if archive.len() > limits::FILES {
        return Err(Error::invalid(
            "archive",
            format!("{} members", archive.len()),
            format!("at most {}", limits::FILES),
        ));
    }
    let mut names = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let name = archive.name_for_index(index).and_then(|name| name.ok()).unwrap_or_default();
        check_path(&name)?;
        names.push(name.into_owned());
    }
    if names.iter().any(|name| name == "x_train.npy") || path.ends_with(".npz") {
        return Ok(Found::Collection(Box::new(npz::read(&mut archive)?)));
    }
    let pictures =
        names.iter().enumerate().filter(|(_, name)| !kind::is_clutter(name) && kind::is_picture_name(name));
    let pictures: Vec<(usize, String)> = pictures.map(|(at, name)| (at, name.clone())).collect();
    if !pictures.is_empty() {
        return Ok(Found::Pictures(Box::new(Pictures::new(pictures, Store::Zip(Box::new(archive)))?)));
    }
    sorted(members(&mut archive, &names)?, true)
}

/// Unpacks an archive's files, within the limit.
fn members<R: ReadSeek>(archive: &mut zip::ZipArchive<R>, names: &[String]) -> Result<Vec<Input>> {
    let mut left = limits::UNPACKED_BYTES;
    let mut inputs = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if name.ends_with('/') || kind::is_clutter(name) {
            continue;
        }
        let entry =
            archive.by_index(index).map_err(|e| Error::invalid(name, words(&e), "a readable member"))?;
        let size = entry.size();
        left = left.checked_sub(size).ok_or_else(|| {
            let expected = format!("at most {} bytes unpacked, all together", limits::UNPACKED_BYTES);
            Error::invalid(name, format!("{size} bytes"), expected)
        })?;
        let bytes = Stream::packed(entry, size).block(name, size)?;
        inputs.push(Input::from_bytes(name.clone(), bytes));
    }
    Ok(inputs)
}

/// Refuses members that would lie outside of the archive.
pub(super) fn check_path(path: &str) -> Result<()> {
    let outside = path.starts_with(['/', '\\'])
        || path.split(['/', '\\']).any(|part| part == "..")
        || path.get(1..2) == Some(":");
    if outside {
        let found = format!("the path {path:?}, which leads out of it");
        return Err(Error::invalid("archive", found, "paths within the archive"));
    }
    if path.chars().any(char::is_control) {
        let found = format!("the path {path:?}");
        return Err(Error::invalid("archive", found, "names without control characters"));
    }
    Ok(())
}
