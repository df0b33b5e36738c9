//! Parquet as the hub of image data sets has it: a column of encoded pictures and a column of labels, whose names stand in
//! the metadata. Natively; the page has a reader of its own, which asks for the needed bytes alone.

use super::input::words;
use super::pictures::{Part, Picture, Pictures, Store};
use super::{Input, limits};
use crate::error::{Error, Result};
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::{Field, Row};
use bytes::Bytes;

/// Reads all rows of all files; a file's name says which part it is.
pub(super) fn read(inputs: Vec<Input>) -> Result<Pictures> {
    let mut rows = Rows::default();
    for input in inputs {
        let path = input.path.clone();
        rows.file(input).map_err(|e| e.in_file(path))?;
    }
    rows.finish()
}

#[derive(Default)]
struct Rows {
    pictures: Vec<(String, i64, Option<Part>, Vec<u8>)>,
    names: Vec<String>,
}

impl Rows {
    /// Reads a file. The library answers most damage with an error and some with a panic, which must not be the user's.
    fn file(&mut self, input: Input) -> Result<()> {
        let read = std::panic::AssertUnwindSafe(|| self.rows(input));
        std::panic::catch_unwind(read).unwrap_or_else(|_| {
            Err(Error::invalid("Parquet", "damage that stopped the reader", "a readable file"))
        })
    }

    fn rows(&mut self, mut input: Input) -> Result<()> {
        let foreign =
            |e: ::parquet::errors::ParquetError| Error::invalid("Parquet", words(&e), "a readable file");
        if input.len > limits::UNPACKED_BYTES {
            let expected = format!("at most {}", limits::UNPACKED_BYTES);
            return Err(Error::invalid("Parquet", format!("{} bytes", input.len), expected));
        }
        let bytes = Bytes::from(input.beginning(limits::UNPACKED_BYTES)?);
        let reader = SerializedFileReader::new(bytes).map_err(foreign)?;
        check(reader.metadata(), input.len)?;
        let metadata = reader.metadata().file_metadata();
        let pairs = metadata.key_value_metadata().map_or(&[][..], Vec::as_slice);
        if let Some(names) =
            pairs.iter().find(|pair| pair.key == "huggingface").and_then(|pair| pair.value.as_deref())
        {
            self.names = class_names(names).unwrap_or_default();
        }
        let split = part(input.name());
        for (index, row) in reader.get_row_iter(None).map_err(foreign)?.enumerate() {
            let row = row.map_err(foreign)?;
            let field = || format!("row {index}");
            let picture = picture(&row).ok_or_else(|| {
                Error::invalid(field(), columns(&row), "a column of encoded pictures, such as image.bytes")
            })?;
            let label = label(&row).ok_or_else(|| {
                Error::invalid(field(), columns(&row), "a column of whole numbers named label")
            })?;
            self.pictures.push((format!("{}, row {index}", input.path), label, split, picture));
        }
        Ok(())
    }

    fn finish(self) -> Result<Pictures> {
        let count = self.pictures.len();
        if count > limits::FILES {
            return Err(Error::invalid("rows", count, format!("at most {}", limits::FILES)));
        }
        let largest = self.pictures.iter().map(|(_, label, ..)| *label).max().unwrap_or(-1);
        let least = self.pictures.iter().map(|(_, label, ..)| *label).min().unwrap_or(0);
        if least < 0 || largest >= limits::CLASSES as i64 {
            let wrong = if least < 0 { least } else { largest };
            return Err(Error::invalid("label", wrong, format!("0 to {}", limits::CLASSES - 1)));
        }
        let named = self.names.len() as i64 > largest;
        let classes = if named { self.names } else { (0..=largest).map(|class| class.to_string()).collect() };
        let (mut entries, mut encoded) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for (path, label, split, bytes) in self.pictures {
            entries.push(Picture { path, class: classes[label as usize].clone(), split });
            encoded.push(bytes);
        }
        Pictures::sorted(entries, (0..count).collect(), classes, Store::Memory(encoded))
    }
}

/// Compares what the metadata announces with the bytes there are, and with the limit.
fn check(metadata: &ParquetMetaData, len: u64) -> Result<()> {
    let mut unpacked = 0_u64;
    for (index, group) in metadata.row_groups().iter().enumerate() {
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let end = u64::try_from(start).ok().zip(u64::try_from(column.compressed_size()).ok());
            if end.and_then(|(start, size)| start.checked_add(size)).is_none_or(|end| end > len) {
                let found = format!("{} bytes from byte {start} on", column.compressed_size());
                let expected = format!("a part of the file's {len} bytes");
                return Err(Error::invalid(format!("column of row group {index}"), found, expected));
            }
            unpacked = unpacked.saturating_add(column.uncompressed_size().max(0) as u64);
        }
    }
    if unpacked > limits::UNPACKED_BYTES {
        let expected = format!("at most {} unpacked, all together", limits::UNPACKED_BYTES);
        return Err(Error::invalid("columns", format!("{unpacked} bytes"), expected));
    }
    Ok(())
}

/// `train-00000-of-00001.parquet` and its relatives.
fn part(name: &str) -> Option<Part> {
    let name = name.to_lowercase();
    if name.contains("test") {
        Some(Part::Test)
    } else if name.contains("train") || name.contains("validation") {
        Some(Part::Train)
    } else {
        None
    }
}

/// The first column of bytes, itself or inside of a group.
fn picture(row: &Row) -> Option<Vec<u8>> {
    row.get_column_iter().find_map(|(_, field)| match field {
        Field::Bytes(bytes) => Some(bytes.data().to_vec()),
        Field::Group(group) => group.get_column_iter().find_map(|(_, field)| match field {
            Field::Bytes(bytes) => Some(bytes.data().to_vec()),
            _ => None,
        }),
        _ => None,
    })
}

fn label(row: &Row) -> Option<i64> {
    let whole = |field: &Field| match field {
        Field::Byte(v) => Some(i64::from(*v)),
        Field::Short(v) => Some(i64::from(*v)),
        Field::Int(v) => Some(i64::from(*v)),
        Field::Long(v) => Some(*v),
        Field::UByte(v) => Some(i64::from(*v)),
        Field::UShort(v) => Some(i64::from(*v)),
        Field::UInt(v) => Some(i64::from(*v)),
        Field::ULong(v) => i64::try_from(*v).ok(),
        _ => None,
    };
    let mut columns: Vec<_> = row.get_column_iter().collect();
    // CIFAR-100 has a coarse label, too.
    columns.sort_by_key(|(name, _)| match &name[..] {
        "label" => 0,
        "fine_label" => 1,
        name if name.contains("label") => 2,
        _ => 3,
    });
    columns.into_iter().find_map(|(_, field)| whole(field))
}

fn columns(row: &Row) -> String {
    let names: Vec<&str> = row.get_column_iter().map(|(name, _)| &name[..]).collect();
    format!("the columns {}", names.join(", "))
}

/// `{"info": {"features": {"label": {"names": [...]}}}}`
fn class_names(metadata: &str) -> Option<Vec<String>> {
    let value: serde_json::Value = serde_json::from_str(metadata).ok()?;
    let features = value.get("info")?.get("features")?;
    let of = |feature: &serde_json::Value| {
        let names = feature.get("names").or_else(|| feature.get("feature")?.get("names"))?.as_array()?;
        names.iter().map(|name| name.as_str().map(String::from)).collect::<Option<Vec<String>>>()
    };
    ["label", "fine_label"].iter().find_map(|name| of(features.get(name)?))
}
