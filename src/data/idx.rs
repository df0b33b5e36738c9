//! IDX, the format of MNIST and its relatives (LeCun): big-endian counts, then bytes. Files belong together by name.

use super::input::Stream;
use super::{Collection, Input, Pixels, Pool, known, limits};
use crate::error::{Error, Result};
use crate::images::Shape;

/// What a file holds.
enum Content {
    /// Images of so many rows and columns.
    Images { height: usize, width: usize, pixels: Vec<u8> },
    /// A label per image.
    Labels(Vec<u8>),
}

/// Images and labels of one part, as they are found.
#[derive(Default)]
struct Part {
    images: Option<(String, Shape, Vec<u8>)>,
    labels: Option<(String, Vec<u8>)>,
}

/// Reads pairs of image and label files, each plain or gzipped (`packed`).
pub(super) fn read(inputs: Vec<(Input, bool)>) -> Result<Collection> {
    let mut parts: Vec<(String, Part)> = Vec::new();
    for (input, packed) in inputs {
        let path = input.path.clone();
        let key = pair_of(&path);
        let content = one(input, packed).map_err(|e| e.in_file(&path))?;
        let at = parts.iter().position(|(other, _)| *other == key).unwrap_or_else(|| {
            parts.push((key, Part::default()));
            parts.len() - 1
        });
        let part = &mut parts[at].1;
        let twice = match content {
            Content::Images { height, width, pixels } => {
                let shape = Shape { channels: 1, height, width };
                part.images.replace((path.clone(), shape, pixels)).map(|(other, ..)| other)
            }
            Content::Labels(labels) => part.labels.replace((path.clone(), labels)).map(|(other, _)| other),
        };
        if let Some(other) = twice {
            return Err(Error::invalid(path, format!("the same part as {other}"), "each part once"));
        }
    }
    let (mut train, mut test) = (None, None);
    let (mut published, mut classes) = (None, 0);
    for (key, part) in parts {
        let ((path, shape, pixels), labels) = match (part.images, part.labels) {
            (Some(images), Some((_, labels))) => (images, labels),
            (Some((path, ..)), None) => {
                return Err(Error::invalid(
                    path,
                    "images without labels",
                    "the file of their labels beside it",
                ));
            }
            (None, labels) => {
                let path = labels.map_or(key, |(path, _)| path);
                return Err(Error::invalid(
                    path,
                    "labels without images",
                    "the file of their images beside it",
                ));
            }
        };
        published = published.or(known::by_labels(&labels));
        classes = labels.iter().fold(classes, |n, &label| n.max(usize::from(label) + 1));
        let count = pixels.len() / shape.len();
        if labels.len() != count {
            let expected = format!("{count}, as many as images");
            return Err(Error::invalid("labels", labels.len(), expected).in_file(path));
        }
        let labels = labels.into_iter().map(u16::from).collect();
        let pool = Pool::new(shape, Pixels::Bytes(pixels), labels).map_err(|e| e.in_file(&path))?;
        let (slot, what) = if is_test(&key) { (&mut test, "test") } else { (&mut train, "training") };
        if slot.replace(pool).is_some() {
            return Err(Error::invalid(path, format!("a second {what} part"), "files of one data set"));
        }
    }
    // A test part alone is a set like any other.
    let (train, test) = if train.is_none() { (test, None) } else { (train, test) };
    let train = train.ok_or_else(|| Error::invalid("IDX files", "none", "images and labels"))?;
    let names = match published {
        Some(set) if classes <= set.classes.len() => set.classes.iter().map(|&name| name.into()).collect(),
        _ => (0..classes).map(|class| class.to_string()).collect(),
    };
    let set = Collection::new(train, test, names, "IDX files".into())?;
    Ok(match published {
        Some(known) => set.published(known),
        None => set,
    })
}

fn one(input: Input, packed: bool) -> Result<Content> {
    let len = input.len;
    let mut stream = if packed { Stream::gzip(input.reader, len) } else { Stream::plain(input.reader, len) };
    content(&mut stream)
}

fn content(stream: &mut Stream) -> Result<Content> {
    let [zero, also_zero, kind, axes] = stream.array("magic number")?;
    let expected = "00 00 08 03 (images of bytes) or 00 00 08 01 (labels)";
    if (zero, also_zero, kind) != (0, 0, 8) || !matches!(axes, 1 | 3) {
        let found = format!("{zero:02x} {also_zero:02x} {kind:02x} {axes:02x}");
        return Err(Error::invalid("magic number, byte 0", found, expected));
    }
    let count = u64::from(u32::from_be_bytes(stream.array("number of items")?));
    if axes == 1 {
        let labels = stream.block("labels", announced("labels", count, 1, stream)?)?;
        stream.finish(&format!("as {count} labels are announced"))?;
        return Ok(Content::Labels(labels));
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
    stream.finish(&format!("as {count} images are announced"))?;
    Ok(Content::Images { height: height as usize, width: width as usize, pixels })
}

/// Bytes that the header announces, when they may be there.
fn announced(what: &str, count: u64, each: u64, stream: &Stream) -> Result<u64> {
    let field = format!("number of {what}, byte 4");
    let bytes = count.saturating_mul(each);
    if bytes > limits::PIXEL_BYTES {
        let expected = format!("at most {} bytes of {what}", limits::PIXEL_BYTES);
        return Err(Error::invalid(field, format!("{count}, which is {bytes} bytes"), expected));
    }
    if bytes > stream.left() {
        let expected = format!("at most {}, for which there are bytes", stream.left() / each.max(1));
        return Err(Error::invalid(field, count, expected));
    }
    Ok(bytes)
}

/// What the names of an image file and of its labels have in common: `train-images-idx3-ubyte.gz` is `train`.
fn pair_of(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let words = name.split(['-', '_', '.', ' ']).filter(|word| {
        !matches!(
            *word,
            "images" | "image" | "labels" | "label" | "idx3" | "idx1" | "ubyte" | "idx" | "" | "x" | "y"
        )
    });
    words.collect::<Vec<_>>().join("-")
}

fn is_test(key: &str) -> bool {
    key.split('-').any(|word| matches!(word, "t10k" | "test" | "testing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_belong_together_by_name() {
        for (path, key) in [
            ("data/train-images-idx3-ubyte.gz", "train"),
            ("train-labels.idx1-ubyte", "train"),
            ("T10K-IMAGES-IDX3-UBYTE", "t10k"),
            ("emnist-letters-test-images-idx3-ubyte.gz", "emnist-letters-test"),
        ] {
            assert_eq!(pair_of(path), key);
        }
        assert!(is_test("emnist-letters-test") && is_test("t10k") && !is_test("train"));
    }
}
