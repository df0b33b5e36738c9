//! From files to a data set: detects their formats and calls the reader of the one format that they have.

use super::cifar;
use super::collection::Collection;
use super::format::Format;
use super::idx;
use super::input::{Input, ReadSeek};
use super::limits;
use super::mat;
use super::npz;
#[cfg(feature = "parquet")]
use super::parquet;
use super::paths::{check_member, is_clutter, is_picture};
use super::pictures::Pictures;
use super::stream::{Stream, one_line};
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// The content of files.
pub enum Content {
    /// A complete data set.
    Collection(Box<Collection>),
    /// Encoded pictures with their classes, to be decoded and [gathered](super::gather::Gatherer).
    Pictures(Box<Pictures>),
}

impl From<Collection> for Content {
    fn from(set: Collection) -> Content {
        Content::Collection(Box::new(set))
    }
}

const FORMATS: &str = "an .npz file, IDX, CIFAR .bin or .tar.gz, .npy, .mat, Parquet, or PNG, JPEG or WebP pictures in a folder per class, also in a .zip";

/// Reads the files of one data set: IDX pairs, CIFAR batches, an archive, NumPy arrays, MATLAB files, Parquet files, or
/// pictures in one folder per class. Their content determines the format.
///
/// # Errors
/// When no file is readable, the files belong to several data sets, or a file does not follow its format. The error gives
/// file, field, offset, what was found and what was expected.
pub fn read(inputs: Vec<Input>) -> Result<Content> {
    let others = inputs.len().saturating_sub(1);
    let first = inputs.first().map_or_else(String::new, |input| input.path.clone());
    let mut content = read_files(inputs, false)?;
    if let Content::Collection(set) = &mut content
        && set.provenance.is_empty()
    {
        let and_more = if others == 0 { String::new() } else { format!(" and {others} more") };
        set.provenance = format!("{first}{and_more}");
    }
    Ok(content)
}

/// Reads the files of one data set; `nested` when they are members of an archive.
fn read_files(inputs: Vec<Input>, nested: bool) -> Result<Content> {
    if inputs.len() > limits::FILES {
        return Err(Error::invalid("files", inputs.len(), format!("at most {}", limits::FILES)));
    }
    let mut groups: BTreeMap<Format, Vec<Input>> = BTreeMap::new();
    let (mut names, mut unknown) = (Vec::new(), Vec::new());
    for mut input in inputs {
        match Format::detect(&mut input)? {
            Format::Ignored => {}
            Format::ClassNames => names.push(input),
            Format::Unknown(what) => unknown.push((input.path, what)),
            format => groups.entry(format).or_default().push(input),
        }
    }
    let counts: Vec<String> =
        groups.iter().map(|(format, files)| format!("{} {}", files.len(), format.name())).collect();
    let Some((format, mut files)) = groups.pop_first() else {
        return Err(match unknown.into_iter().next() {
            Some((path, "")) => Error::invalid("content", "an unknown format", FORMATS).in_file(path),
            Some((path, what)) => Error::invalid("content", what, FORMATS).in_file(path),
            None => Error::invalid("files", "none with images", FORMATS),
        });
    };
    let is_archive = matches!(format, Format::Tar | Format::Zip);
    if !groups.is_empty() || (is_archive && files.len() > 1) {
        let found = format!("{} files", counts.join(" and "));
        return Err(Error::invalid("files", found, "the files of one data set"));
    }
    let mut content = match format {
        Format::Idx => idx::read(files)?.into(),
        Format::Cifar => cifar::read(files, names)?.into(),
        Format::Npy => npz::read_files(files)?.into(),
        Format::Mat => mat::read(files)?.into(),
        Format::Parquet => read_parquet(files)?,
        Format::Picture => Content::Pictures(Box::new(Pictures::of_files(files)?)),
        _ => {
            let archive = files.swap_remove(0);
            let path = archive.path.clone();
            let content = match format {
                Format::Tar => cifar::read_archive(archive).map(Content::from),
                _ if nested => Err(Error::invalid("archive", "an archive within an archive", "files")),
                _ => read_zip(archive),
            };
            content.map_err(|e| e.in_file(path))?
        }
    };
    if let Some((first, _)) = unknown.first() {
        let note = match unknown.len() {
            1 => format!("Skipped {first}, which contains no images."),
            n => format!("Skipped {n} files without images, such as {first}."),
        };
        match &mut content {
            Content::Collection(set) => set.notes.push(note),
            Content::Pictures(pictures) => pictures.remarks.push(note),
        }
    }
    Ok(content)
}

#[cfg(feature = "parquet")]
fn read_parquet(files: Vec<Input>) -> Result<Content> {
    Ok(Content::Pictures(Box::new(parquet::read(files)?)))
}

/// The page reads Parquet in JavaScript.
#[cfg(not(feature = "parquet"))]
fn read_parquet(files: Vec<Input>) -> Result<Content> {
    let path = files.into_iter().next().map_or_else(String::new, |input| input.path);
    Err(Error::invalid("content", "Parquet, which this build cannot read", FORMATS).in_file(path))
}

/// Reads an archive of NumPy arrays, of pictures, or of the files of a data set.
fn read_zip(input: Input) -> Result<Content> {
    let path = input.path;
    let mut archive = if path.ends_with(".npz") {
        npz::open_npz(input.reader)?
    } else {
        npz::open_zip(input.reader, "a zip file")?
    };
    if archive.len() > limits::FILES {
        let found = format!("{} members", archive.len());
        return Err(Error::invalid("archive", found, format!("at most {}", limits::FILES)));
    }
    let mut names = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let name = archive.name_for_index(index).and_then(|name| name.ok()).unwrap_or_default();
        check_member(&name)?;
        if !name.ends_with('/') && !is_clutter(&name) {
            names.push((name.into_owned(), index));
        }
    }
    if path.ends_with(".npz") || names.iter().any(|(name, _)| name == "x_train.npy") {
        return Ok(npz::read(&mut archive)?.into());
    }
    if names.iter().any(|(name, _)| is_picture(name)) {
        names.retain(|(name, _)| is_picture(name));
        return Ok(Content::Pictures(Box::new(Pictures::of_zip(archive, names)?)));
    }
    read_files(unpack(&mut archive, names)?, true)
}

/// Unpacks members of an archive into memory, up to the limit.
fn unpack<R: ReadSeek>(
    archive: &mut zip::ZipArchive<R>,
    members: Vec<(String, usize)>,
) -> Result<Vec<Input>> {
    let mut left = limits::UNPACKED_BYTES;
    let unpack = |(name, index): (String, usize)| {
        let entry =
            archive.by_index(index).map_err(|e| Error::invalid(&name, one_line(&e), "a readable member"))?;
        let size = entry.size();
        left = left.checked_sub(size).ok_or_else(|| {
            let expected = format!("at most {} unpacked bytes in total", limits::UNPACKED_BYTES);
            Error::invalid(&name, format!("{size} bytes"), expected)
        })?;
        let bytes = Stream::compressed(entry, size).block(&name, size)?;
        Ok(Input::from_bytes(name, bytes))
    };
    members.into_iter().map(unpack).collect()
}
