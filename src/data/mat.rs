//! MATLAB 5 files with the layout of SVHN: images `X` (rows, columns, channels, images; uint8, column by column) and labels
//! `y`. Format: *MAT-File Format*, MathWorks, chapter 1.

use super::collection::{Collection, LabelledImages, Pixels};
use super::input::Input;
use super::limits;
use super::numbers::{NumberType, class_labels};
use super::published;
use super::stream::{Stream, one_line, within};
use crate::error::{Error, Result};
use crate::images::Shape;
use std::io::Read;

/// Data types of elements.
const INT8: u32 = 1;
const UINT8: u32 = 2;
const INT32: u32 = 5;
const UINT32: u32 = 6;
const MATRIX: u32 = 14;
const COMPRESSED: u32 = 15;

/// Most axes of an array, and longest name in bytes.
const AXES: u64 = 32;
const NAME: u64 = 64;

/// The images and labels of one file.
struct File {
    path: String,
    shape: Shape,
    pixels: Vec<u8>,
    labels: Vec<u16>,
}

/// Reads one file, or a training and a test file, distinguished by name.
pub(super) fn read(inputs: Vec<Input>) -> Result<Collection> {
    let (mut train, mut test) = (None, None);
    for input in inputs {
        let path = input.path.clone();
        let is_test = input.name().to_ascii_lowercase().contains("test");
        let content = input.into_stream().and_then(|mut stream| content(&mut stream));
        let (shape, pixels, labels) = content.map_err(|e| e.in_file(&path))?;
        let (slot, what) = if is_test { (&mut test, "test") } else { (&mut train, "training") };
        if slot.is_some() {
            let expected = "one training and one test file";
            return Err(Error::invalid(path, format!("a second {what} part"), expected));
        }
        *slot = Some(File { path, shape, pixels, labels });
    }
    let train = train.or_else(|| test.take());
    let train = train.ok_or_else(|| Error::invalid(".mat files", "none", "at least one"))?;
    let labels = || train.labels.iter().chain(test.iter().flat_map(|test: &File| &test.labels)).copied();
    let (least, most) = (labels().min().unwrap_or_default(), labels().max().unwrap_or_default());
    let svhn = train.shape == Shape { channels: 3, height: 32, width: 32 } && least >= 1 && most == 10;
    let part = |file: File| {
        // SVHN labels the digit 0 as 10.
        let class = |label| if svhn { label % 10 } else { label - least };
        let labels = file.labels.into_iter().map(class).collect();
        LabelledImages::new(file.shape, Pixels::Bytes(file.pixels), labels).map_err(|e| e.in_file(file.path))
    };
    let names = if svhn {
        published::SVHN.class_names()
    } else {
        (least..=most).map(|label| label.to_string()).collect()
    };
    let test = test.map(part).transpose()?;
    let set = Collection::new(part(train)?, test, names, "MATLAB file".into())?;
    Ok(if svhn { set.published(&published::SVHN) } else { set })
}

/// Shape and pixels of the images, and the label of each.
fn content(stream: &mut Stream) -> Result<(Shape, Vec<u8>, Vec<u16>)> {
    let header = stream.array::<128>("header")?;
    match &header[126..] {
        b"IM" => {}
        b"MI" => return Err(Error::invalid("byte order, byte 126", "big-endian", "little-endian")),
        other => return Err(Error::invalid("byte order, byte 126", format!("{other:02x?}"), "IM")),
    }
    let (mut images, mut labels) = (None, None);
    while stream.left() > 0 && (images.is_none() || labels.is_none()) {
        let (kind, size) = (word(stream, "element")?, u64::from(word(stream, "element")?));
        if size > stream.left() {
            let place = format!("size of an element, byte {}", stream.at() - 4);
            return Err(Error::invalid(
                place,
                size,
                format!("at most {}, the rest of the file", stream.left()),
            ));
        }
        let mut part = stream.by_ref().take(size);
        let variable = match kind {
            MATRIX => variable(&mut Stream::plain(&mut part, size))?,
            COMPRESSED => {
                let most = size.saturating_mul(limits::DEFLATE_RATIO);
                let mut unpacked = Stream::compressed(flate2::read::ZlibDecoder::new(&mut part), most);
                match (word(&mut unpacked, "element")?, word(&mut unpacked, "element")?) {
                    (MATRIX, _) => variable(&mut unpacked)?,
                    (other, _) => return Err(Error::invalid("compressed element", other, "14, an array")),
                }
            }
            _ => Variable::Other,
        };
        let rest = part.limit();
        stream.skip("element", rest)?;
        match variable {
            Variable::Images(shape, pixels) => images = images.or(Some((shape, pixels))),
            Variable::Numbers(values) => labels = labels.or(Some(values)),
            Variable::Other => {}
        }
    }
    let no_images =
        || Error::invalid("variables", "no images", "X of uint8: (rows, columns, channels, images)");
    let no_labels = || Error::invalid("variables", "images without labels", "y, one per image");
    let ((shape, pixels), labels) = (images.ok_or_else(no_images)?, labels.ok_or_else(no_labels)?);
    let labels = class_labels(&labels, |at| format!("label of image {at}"))?;
    Ok((shape, pixels, labels))
}

enum Variable {
    Images(Shape, Vec<u8>),
    Numbers(Vec<f64>),
    Other,
}

/// Reads an array if it has the shape of images or of labels.
fn variable(stream: &mut Stream) -> Result<Variable> {
    let flags = element(stream, "array flags", UINT32, 8)?;
    let axes = element(stream, "dimensions", INT32, 4 * AXES)?;
    let name = element(stream, "name", INT8, NAME)?;
    let name = one_line(&String::from_utf8_lossy(&name));
    let numeric = (6..=15).contains(flags.first().unwrap_or(&0));
    let axes: Vec<u64> = axes.as_chunks::<4>().0.iter().map(|&v| u64::from(u32::from_le_bytes(v))).collect();
    let values = axes.iter().try_fold(1_u64, |n, &extent| n.checked_mul(extent));
    let values = values.filter(|&n| n <= limits::PIXEL_BYTES).ok_or_else(|| {
        let expected = format!("at most {} values", limits::PIXEL_BYTES);
        Error::invalid(&name, format!("dimensions {axes:?}"), expected)
    })?;
    if !numeric || values == 0 {
        return Ok(Variable::Other);
    }
    let read = |stream: &mut Stream| match axes[..] {
        [height, width, channels, _] => {
            let uint8 = |kind| number_type(kind).filter(|_| kind == UINT8);
            let (_, bytes) = numbers(stream, values, uint8, "type 2, uint8")?;
            let shape = Shape { channels: channels as usize, height: height as usize, width: width as usize };
            Ok(Variable::Images(shape, rows_first(bytes, shape)))
        }
        [1, _] | [_, 1] => {
            let (number, bytes) = numbers(stream, values, number_type, "numbers")?;
            Ok(number.decode(&bytes).map_or(Variable::Other, Variable::Numbers))
        }
        _ => Ok(Variable::Other),
    };
    read(stream).map_err(|e| within(&name, e))
}

/// From MATLAB's order (row fastest, then column, then channel) to (channel, row, column).
fn rows_first(mut pixels: Vec<u8>, shape: Shape) -> Vec<u8> {
    let mut columns_first = vec![0; shape.len()];
    for image in pixels.chunks_exact_mut(shape.len()) {
        columns_first.copy_from_slice(image);
        let plane = shape.height * shape.width;
        for (to, from) in image.chunks_exact_mut(plane).zip(columns_first.chunks_exact(plane)) {
            for (row, line) in to.chunks_exact_mut(shape.width).enumerate() {
                for (column, value) in line.iter_mut().enumerate() {
                    *value = from[column * shape.height + row];
                }
            }
        }
    }
    pixels
}

/// Type and bytes of `count` numbers. MATLAB stores them in the smallest type that holds them. `accept` maps the number of a
/// data type to the type, or to `None` to refuse it.
fn numbers(
    stream: &mut Stream,
    count: u64,
    accept: impl Fn(u32) -> Option<NumberType>,
    accepted: &str,
) -> Result<(NumberType, Vec<u8>)> {
    let (kind, size, small) = tag(stream, "values")?;
    let number = accept(kind).ok_or_else(|| Error::invalid("values", format!("type {kind}"), accepted))?;
    if size != count * number.width {
        let expected = format!("{} for its dimensions", count * number.width);
        return Err(Error::invalid("values", format!("{size} bytes"), expected));
    }
    let bytes = match small {
        Some(bytes) => bytes[..size as usize].to_vec(),
        None => stream.block("values", size)?,
    };
    Ok((number, bytes))
}

fn number_type(kind: u32) -> Option<NumberType> {
    let (kind, width) = match kind {
        1 => ('i', 1),
        2 => ('u', 1),
        3 => ('i', 2),
        4 => ('u', 2),
        5 => ('i', 4),
        6 => ('u', 4),
        7 => ('f', 4),
        9 => ('f', 8),
        12 => ('i', 8),
        13 => ('u', 8),
        _ => return None,
    };
    Some(NumberType { kind, width, big_endian: false })
}

/// A small element of a known type.
fn element(stream: &mut Stream, field: &str, kind: u32, max_size: u64) -> Result<Vec<u8>> {
    let (found, size, small) = tag(stream, field)?;
    if found != kind || size > max_size {
        let found = format!("{size} bytes of type {found}");
        return Err(Error::invalid(field, found, format!("at most {max_size} of type {kind}")));
    }
    match small {
        Some(bytes) => Ok(bytes[..size as usize].to_vec()),
        None => {
            let bytes = stream.block(field, size)?;
            stream.skip(field, size.next_multiple_of(8) - size)?;
            Ok(bytes)
        }
    }
}

/// Type and size of an element. The tag itself contains the bytes of an element of up to four bytes.
fn tag(stream: &mut Stream, field: &str) -> Result<(u32, u64, Option<[u8; 4]>)> {
    let first = word(stream, field)?;
    match first >> 16 {
        0 => Ok((first, u64::from(word(stream, field)?), None)),
        size @ 1..=4 => Ok((first & 0xFFFF, u64::from(size), Some(stream.array(field)?))),
        size => {
            let place = format!("{field}, byte {}", stream.at());
            Err(Error::invalid(place, format!("{size} bytes in a tag"), "at most 4"))
        }
    }
}

fn word(stream: &mut Stream, field: &str) -> Result<u32> {
    Ok(u32::from_le_bytes(stream.array(field)?))
}
