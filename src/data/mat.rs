//! MATLAB 5 files as SVHN has them: images `X` (rows, columns, channels, images; uint8, column by column) and labels `y`.
//! Layout: *MAT-File Format*, MathWorks, chapter 1.

use super::input::{Stream, within, words};
use super::{Collection, Input, Pixels, Pool, known, limits};
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

/// Most axes of an array, and the longest name.
const AXES: u64 = 32;
const NAME: u64 = 64;

/// What one file holds.
struct File {
    shape: Shape,
    pixels: Vec<u8>,
    labels: Vec<f64>,
}

/// Reads a file, or a training and a test file, which are told apart by name.
pub(super) fn read(inputs: Vec<Input>) -> Result<Collection> {
    let (mut train, mut test) = (None, None);
    for input in inputs {
        let path = input.path.clone();
        let is_test = input.name().to_lowercase().contains("test");
        let file = one(input).map_err(|e| e.in_file(&path))?;
        let (slot, what) = if is_test { (&mut test, "test") } else { (&mut train, "training") };
        if slot.replace(file).is_some() {
            return Err(Error::invalid(
                path,
                format!("a second {what} part"),
                "one training and one test file",
            ));
        }
    }
    let (train, test) = if train.is_none() { (test, None) } else { (train, test) };
    let train = train.ok_or_else(|| Error::invalid(".mat files", "none", "at least one"))?;
    let labels = || train.labels.iter().chain(test.iter().flat_map(|test: &File| &test.labels));
    let (least, most) = labels().fold((f64::MAX, 0.0_f64), |r, &v| (r.0.min(v), r.1.max(v)));
    let svhn = train.shape == Shape { channels: 3, height: 32, width: 32 } && least >= 1.0 && most == 10.0;
    let pool = |file: File| {
        // SVHN calls the digit 0 by 10.
        let class = |&label: &f64| if svhn { (label % 10.0) as u16 } else { (label - least) as u16 };
        let labels = file.labels.iter().map(class).collect();
        Pool::new(file.shape, Pixels::Bytes(file.pixels), labels)
    };
    let names = if svhn {
        known::SVHN.classes.iter().map(|&name| name.into()).collect()
    } else {
        (least as u64..=most as u64).map(|label| label.to_string()).collect()
    };
    let test = test.map(pool).transpose()?;
    let set = Collection::new(pool(train)?, test, names, "MATLAB file".into())?;
    Ok(if svhn { set.published(&known::SVHN) } else { set })
}

fn one(input: Input) -> Result<File> {
    let mut stream = Stream::plain(input.reader, input.len);
    let header = stream.array::<128>("header")?;
    match &header[126..] {
        b"IM" => {}
        b"MI" => return Err(Error::invalid("byte order, byte 126", "big-endian", "little-endian")),
        other => return Err(Error::invalid("byte order, byte 126", format!("{other:02x?}"), "IM")),
    }
    let (mut images, mut labels) = (None, None);
    while stream.left() > 0 && (images.is_none() || labels.is_none()) {
        let (kind, size) = (word(&mut stream, "element")?, u64::from(word(&mut stream, "element")?));
        if size > stream.left() {
            let place = format!("size of an element, byte {}", stream.at() - 4);
            return Err(Error::invalid(
                place,
                size,
                format!("at most {}, the bytes there are", stream.left()),
            ));
        }
        let mut part = stream.by_ref().take(size);
        let variable = match kind {
            MATRIX => variable(&mut Stream::plain(&mut part, size))?,
            COMPRESSED => {
                let most = size.saturating_mul(limits::DEFLATE_RATIO);
                let mut inside = Stream::packed(flate2::read::ZlibDecoder::new(&mut part), most);
                match (word(&mut inside, "element")?, word(&mut inside, "element")?) {
                    (MATRIX, _) => variable(&mut inside)?,
                    (other, _) => return Err(Error::invalid("compressed element", other, "14, an array")),
                }
            }
            _ => Variable::Other,
        };
        let rest = part.limit();
        stream.skip("element", rest)?;
        match variable {
            Variable::Images(shape, pixels) => images = images.or(Some((shape, pixels))),
            Variable::Labels(values) => labels = labels.or(Some(values)),
            Variable::Other => {}
        }
    }
    let (shape, pixels) = images.ok_or_else(|| {
        Error::invalid("variables", "no images", "X of uint8: (rows, columns, channels, images)")
    })?;
    let labels =
        labels.ok_or_else(|| Error::invalid("variables", "images without labels", "y, one per image"))?;
    let count = pixels.len() / shape.len();
    if labels.len() != count {
        return Err(Error::invalid("labels", labels.len(), format!("{count}, one per image")));
    }
    let class = |v: &f64| *v >= 0.0 && *v < limits::CLASSES as f64 && v.fract() == 0.0;
    if let Some(at) = labels.iter().position(|v| !class(v)) {
        let expected = format!("a whole number from 0 to {}", limits::CLASSES - 1);
        return Err(Error::invalid(format!("label of image {at}"), labels[at], expected));
    }
    Ok(File { shape, pixels, labels })
}

enum Variable {
    Images(Shape, Vec<u8>),
    Labels(Vec<f64>),
    Other,
}

/// Reads an array, when it is one of those that are looked for.
fn variable(stream: &mut Stream) -> Result<Variable> {
    let flags = element(stream, "array flags", UINT32, 8)?;
    let axes = element(stream, "dimensions", INT32, 4 * AXES)?;
    let name = element(stream, "name", INT8, NAME)?;
    let name = words(&String::from_utf8_lossy(&name));
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
    let of_variable = |e| within(&name, e);
    match axes[..] {
        [height, width, channels, _] => {
            let (kind, size, _) = tag(stream, "values").map_err(of_variable)?;
            if kind != UINT8 {
                return Err(Error::invalid(&name, format!("values of type {kind}"), "uint8, which is 2"));
            }
            if size != values {
                let expected = format!("{values}, as its dimensions say");
                return Err(Error::invalid(&name, format!("{size} bytes"), expected));
            }
            let shape = Shape { channels: channels as usize, height: height as usize, width: width as usize };
            let mut pixels = stream.block("values", values).map_err(of_variable)?;
            rows_first(&mut pixels, shape);
            Ok(Variable::Images(shape, pixels))
        }
        [1, _] | [_, 1] => Ok(Variable::Labels(numbers(stream, values).map_err(of_variable)?)),
        _ => Ok(Variable::Other),
    }
}

/// From MATLAB's order (row fastest, then column, then channel) to (channel, row, column).
fn rows_first(pixels: &mut [u8], shape: Shape) {
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
}

/// A vector of numbers, stored in whatever type is smallest.
fn numbers(stream: &mut Stream, count: u64) -> Result<Vec<f64>> {
    let (kind, size, small) = tag(stream, "values")?;
    let width = match kind {
        1 | 2 => 1,
        3 | 4 => 2,
        5..=7 => 4,
        9 | 12 | 13 => 8,
        other => return Err(Error::invalid("values", format!("type {other}"), "numbers")),
    };
    if size != count * width {
        let expected = format!("{}, as its dimensions say", count * width);
        return Err(Error::invalid("values", format!("{size} bytes"), expected));
    }
    let bytes = match small {
        Some(bytes) => bytes[..size as usize].to_vec(),
        None => stream.block("values", size)?,
    };
    let value = |bytes: &[u8]| {
        let mut wide = [0; 8];
        wide[..bytes.len()].copy_from_slice(bytes);
        let [a, b, c, d, ..] = wide;
        match kind {
            1 => f64::from(a as i8),
            3 => f64::from(i16::from_le_bytes([a, b])),
            5 => f64::from(i32::from_le_bytes([a, b, c, d])),
            7 => f64::from(f32::from_le_bytes([a, b, c, d])),
            9 => f64::from_le_bytes(wide),
            12 => i64::from_le_bytes(wide) as f64,
            _ => u64::from_le_bytes(wide) as f64,
        }
    };
    Ok(bytes.chunks_exact(width as usize).map(value).collect())
}

/// A whole small element of a known type.
fn element(stream: &mut Stream, field: &str, kind: u32, most: u64) -> Result<Vec<u8>> {
    let (found, size, small) = tag(stream, field)?;
    if found != kind || size > most {
        let found = format!("{size} bytes of type {found}");
        return Err(Error::invalid(field, found, format!("at most {most} of type {kind}")));
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

/// Type and bytes of an element. Up to four bytes stand in the tag itself.
fn tag(stream: &mut Stream, field: &str) -> Result<(u32, u64, Option<[u8; 4]>)> {
    let first = word(stream, field)?;
    match first >> 16 {
        0 => Ok((first, u64::from(word(stream, field)?), None)),
        size @ 1..=4 => Ok((first & 0xFFFF, u64::from(size), Some(stream.array(field)?))),
        size => Err(Error::invalid(
            format!("{field}, byte {}", stream.at()),
            format!("{size} bytes in a tag"),
            "at most 4",
        )),
    }
}

fn word(stream: &mut Stream, field: &str) -> Result<u32> {
    Ok(u32::from_le_bytes(stream.array(field)?))
}
