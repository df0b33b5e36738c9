//! IDX, the format of MNIST (LeCun): big-endian counts, then bytes. Image and label files belong together by name.

use super::collection::{Collection, LabelledImages, Pixels};
use super::input::Input;
use super::limits;
use super::numbers::numbered;
use super::published;
use super::stream::Stream;
use crate::error::{Error, Result};
use crate::images::Shape;
use std::collections::BTreeMap;

/// The files of one part, each with its path.
#[derive(Default)]
struct Part {
    images: Option<(String, Shape, Vec<u8>)>,
    labels: Option<(String, Vec<u8>)>,
}

/// Reads pairs of image and label files, gzipped or not.
pub(super) fn read(inputs: Vec<Input>) -> Result<Collection> {
    let mut parts: BTreeMap<String, Part> = BTreeMap::new();
    for input in inputs {
        let path = input.path.clone();
        let (shape, bytes) =
            input.into_stream().and_then(|mut stream| content(&mut stream)).map_err(|e| e.in_file(&path))?;
        let part = parts.entry(part_name(&path)).or_default();
        let other = match shape {
            Some(shape) => part.images.replace((path.clone(), shape, bytes)).map(|(other, ..)| other),
            None => part.labels.replace((path.clone(), bytes)).map(|(other, _)| other),
        };
        if let Some(other) = other {
            return Err(Error::invalid(path, format!("the same part as in {other}"), "each part once"));
        }
    }
    let (mut train, mut test) = (None, None);
    let (mut published, mut classes) = (None, 0);
    for (name, part) in parts {
        let ((path, shape, pixels), labels) = match (part.images, part.labels) {
            (Some(images), Some((_, labels))) => (images, labels),
            (Some((path, ..)), None) => {
                return Err(Error::invalid(path, "images without labels", "the file with their labels too"));
            }
            (None, labels) => {
                let path = labels.map_or(name, |(path, _)| path);
                return Err(Error::invalid(path, "labels without images", "the file with their images too"));
            }
        };
        published = published.or(published::by_labels(&labels));
        classes = labels.iter().fold(classes, |n, &label| n.max(usize::from(label) + 1));
        let labels = labels.into_iter().map(u16::from).collect();
        let images =
            LabelledImages::new(shape, Pixels::Bytes(pixels), labels).map_err(|e| e.in_file(&path))?;
        let (slot, what) = if is_test(&name) { (&mut test, "test") } else { (&mut train, "training") };
        if slot.replace(images).is_some() {
            return Err(Error::invalid(path, format!("a second {what} part"), "the files of one data set"));
        }
    }
    let train = train.or_else(|| test.take());
    let train = train.ok_or_else(|| Error::invalid("IDX files", "none", "images and labels"))?;
    let published = published.filter(|set| classes <= set.classes.len());
    let names = published.map_or_else(|| numbered(classes), |set| set.class_names());
    let set = Collection::new(train, test, names, "IDX files".into())?;
    Ok(match published {
        Some(known) => set.published(known),
        None => set,
    })
}

/// The bytes of a file; and their shape if they are images rather than labels.
fn content(stream: &mut Stream) -> Result<(Option<Shape>, Vec<u8>)> {
    let magic = stream.array("magic number")?;
    let axes = match magic {
        [0, 0, 8, axes @ (1 | 3)] => axes,
        [a, b, c, d] => {
            let expected = "00 00 08 03 (images of bytes) or 00 00 08 01 (labels)";
            let found = format!("{a:02x} {b:02x} {c:02x} {d:02x}");
            return Err(Error::invalid("magic number, byte 0", found, expected));
        }
    };
    let count = u64::from(u32::from_be_bytes(stream.array("number of items")?));
    if axes == 1 {
        let labels = stream.block("labels", announced("labels", count, 1, stream)?)?;
        stream.finish(&format!("{count} labels"))?;
        return Ok((None, labels));
    }
    let height = u64::from(u32::from_be_bytes(stream.array("rows")?));
    let width = u64::from(u32::from_be_bytes(stream.array("columns")?));
    for (field, place, extent) in
        [("rows", 8, height), ("columns", 12, width), ("number of images", 4, count)]
    {
        if extent == 0 {
            return Err(Error::invalid(format!("{field}, byte {place}"), 0, "at least 1"));
        }
    }
    let bytes = announced("images", count, height.saturating_mul(width), stream)?;
    let pixels = stream.block("pixels", bytes)?;
    stream.finish(&format!("{count} images"))?;
    let shape = Shape { channels: 1, height: height as usize, width: width as usize };
    Ok((Some(shape), pixels))
}

/// The number of bytes that the header announces, compared with the limit and with the size of the file.
fn announced(what: &str, count: u64, each: u64, stream: &Stream) -> Result<u64> {
    let field = format!("number of {what}, byte 4");
    let bytes = count.saturating_mul(each);
    if bytes > limits::PIXEL_BYTES {
        let expected = format!("at most {} bytes", limits::PIXEL_BYTES);
        return Err(Error::invalid(field, format!("{count} ({bytes} bytes)"), expected));
    }
    if bytes > stream.left() {
        let expected = format!("at most {} for a file of this size", stream.left() / each.max(1));
        return Err(Error::invalid(field, count, expected));
    }
    Ok(bytes)
}

/// The words that the names of an image file and its label file share: `train-images-idx3-ubyte.gz` is part `train`.
fn part_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let words = name.split(['-', '_', '.', ' ']).filter(|word| {
        !matches!(
            *word,
            "images" | "image" | "labels" | "label" | "idx3" | "idx1" | "ubyte" | "idx" | "" | "x" | "y"
        )
    });
    words.collect::<Vec<_>>().join("-")
}

fn is_test(part: &str) -> bool {
    part.split('-').any(|word| matches!(word, "t10k" | "test" | "testing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_belong_together_by_name() {
        for (path, part) in [
            ("data/train-images-idx3-ubyte.gz", "train"),
            ("train-labels.idx1-ubyte", "train"),
            ("T10K-IMAGES-IDX3-UBYTE", "t10k"),
            ("emnist-letters-test-images-idx3-ubyte.gz", "emnist-letters-test"),
        ] {
            assert_eq!(part_name(path), part);
        }
        assert!(is_test("emnist-letters-test") && is_test("t10k") && !is_test("train"));
    }
}
