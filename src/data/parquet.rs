//! Parquet files with the layout of the Hugging Face hub: a column of encoded pictures and a column of labels, whose names are
//! in the metadata. The page has its own reader, which downloads only the bytes that it needs.

use super::input::Input;
use super::limits;
use super::numbers::numbered;
use super::pictures::{Part, Picture, Pictures, Store};
use super::stream::one_line;
use crate::error::{Error, Result};
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::{Field, Row};
use bytes::Bytes;

/// Reads all rows of all files. The name of a file determines its part.
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
    /// Path, label and part of every picture.
    entries: Vec<(String, usize, Option<Part>)>,
    encoded: Vec<Vec<u8>>,
    names: Vec<String>,
}

impl Rows {
    /// Reads a file. The library panics on some damaged files.
    fn file(&mut self, input: Input) -> Result<()> {
        let read = std::panic::AssertUnwindSafe(|| self.rows(input));
        let panicked = |_| Err(Error::invalid("Parquet", "damaged content", "an intact file"));
        std::panic::catch_unwind(read).unwrap_or_else(panicked)
    }

    fn rows(&mut self, mut input: Input) -> Result<()> {
        let broken =
            |e: ::parquet::errors::ParquetError| Error::invalid("Parquet", one_line(&e), "an intact file");
        if input.len > limits::UNPACKED_BYTES {
            let expected = format!("at most {}", limits::UNPACKED_BYTES);
            return Err(Error::invalid("Parquet", format!("{} bytes", input.len), expected));
        }
        let bytes = Bytes::from(input.beginning(limits::UNPACKED_BYTES)?);
        let reader = SerializedFileReader::new(bytes).map_err(broken)?;
        check(reader.metadata(), input.len)?;
        let pairs = reader.metadata().file_metadata().key_value_metadata().map_or(&[][..], Vec::as_slice);
        if let Some(pair) = pairs.iter().find(|pair| pair.key == "huggingface") {
            self.names = pair.value.as_deref().and_then(class_names).unwrap_or_default();
        }
        let split = part(input.name());
        for (index, row) in reader.get_row_iter(None).map_err(broken)?.enumerate() {
            let row = row.map_err(broken)?;
            let wrong = |expected| Error::invalid(format!("row {index}"), columns(&row), expected);
            let picture =
                picture(&row).ok_or_else(|| wrong("one with encoded pictures, such as image.bytes"))?;
            let label = label(&row).ok_or_else(|| wrong("one with whole numbers named label"))?;
            if !(0..limits::CLASSES as i64).contains(&label) {
                let expected = format!("0 to {}", limits::CLASSES - 1);
                return Err(Error::invalid(format!("row {index}, label"), label, expected));
            }
            self.entries.push((format!("{}, row {index}", input.path), label as usize, split));
            self.encoded.push(picture);
            if self.entries.len() > limits::FILES {
                return Err(Error::invalid("rows", "more", format!("at most {}", limits::FILES)));
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Pictures> {
        let classes = self.entries.iter().map(|(_, label, _)| label + 1).max().unwrap_or(0);
        let classes = if self.names.len() >= classes { self.names } else { numbered(classes) };
        let entries = self.entries.into_iter();
        let entries = entries
            .map(|(path, label, split)| Picture { path, class: classes[label].clone(), split })
            .collect();
        Pictures::new(entries, classes, Store::Memory(self.encoded))
    }
}

/// Compares the sizes in the metadata with the size of the file and with the limit.
fn check(metadata: &ParquetMetaData, len: u64) -> Result<()> {
    let mut unpacked = 0_u64;
    for (index, group) in metadata.row_groups().iter().enumerate() {
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
            let end = u64::try_from(start).ok().zip(u64::try_from(column.compressed_size()).ok());
            if end.and_then(|(start, size)| start.checked_add(size)).is_none_or(|end| end > len) {
                let found = format!("{} bytes from byte {start}", column.compressed_size());
                let expected = format!("a part of the {len} bytes of the file");
                return Err(Error::invalid(format!("column of row group {index}"), found, expected));
            }
            unpacked = unpacked.saturating_add(column.uncompressed_size().max(0) as u64);
        }
    }
    if unpacked > limits::UNPACKED_BYTES {
        let expected = format!("at most {} unpacked bytes in total", limits::UNPACKED_BYTES);
        return Err(Error::invalid("columns", format!("{unpacked} bytes"), expected));
    }
    Ok(())
}

/// The part of a file with a name like `train-00000-of-00001.parquet`.
fn part(name: &str) -> Option<Part> {
    let name = name.to_ascii_lowercase();
    if name.contains("test") {
        Some(Part::Test)
    } else if name.contains("train") || name.contains("validation") {
        Some(Part::Train)
    } else {
        None
    }
}

/// The first column of bytes, on its own or within a group.
fn picture(row: &Row) -> Option<Vec<u8>> {
    row.get_column_iter().find_map(|(_, field)| match field {
        Field::Bytes(bytes) => Some(bytes.data().to_vec()),
        Field::Group(group) => picture(group),
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
    // CIFAR-100 also has a coarse label.
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

/// The names in `{"info": {"features": {"label": {"names": [...]}}}}`.
fn class_names(metadata: &str) -> Option<Vec<String>> {
    let value: serde_json::Value = serde_json::from_str(metadata).ok()?;
    let features = value.get("info")?.get("features")?;
    let of = |feature: &serde_json::Value| {
        let names = feature.get("names").or_else(|| feature.get("feature")?.get("names"))?.as_array()?;
        names.iter().map(|name| name.as_str().map(String::from)).collect::<Option<Vec<String>>>()
    };
    ["label", "fine_label"].iter().find_map(|name| of(features.get(name)?))
}
