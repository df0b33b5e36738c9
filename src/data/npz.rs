//! Sets of NumPy arrays, in an `.npz` archive or as `.npy` files: `x_train` (n, c, h, w), `y_train` (n), `x_test` and
//! `y_test`, or as files also one array of images and one of labels.

use super::collection::{Collection, LabelledImages, Pixels};
use super::input::{Input, ReadSeek};
use super::limits;
use super::npy::{Array, Content};
use super::numbers::numbered;
use super::stream::{Stream, one_line, within};
use crate::error::{Error, Result};
use crate::images::{Shape, Split};
use crate::linalg::tensor::{NamedTensors, Tensor};
use std::io::Cursor;

/// Reads an `.npz` file as training and test images. Images are uint8 (scaled by 1/255) or float32, labels any integer type;
/// the classes are 0 to the largest label.
///
/// # Errors
/// When the bytes are no archive, or an array is missing, has a wrong rank, type or length, is in Fortran order, or contains
/// NaN, infinity or a negative label. The error names the array.
pub fn read_npz(bytes: &[u8]) -> Result<Split> {
    read(&mut open_npz(Cursor::new(bytes))?)?.whole()
}

/// Shape, and values in C order, of a numeric array of an `.npz` archive.
///
/// # Errors
/// When the array is missing or is not of integers, float32 or float64.
pub fn read_array(bytes: &[u8], name: &str) -> Result<(Vec<usize>, Vec<f64>)> {
    let mut archive = open_npz(Cursor::new(bytes))?;
    let array = member(&mut archive, name)?;
    Ok((array.shape(), array.numbers()?))
}

/// Every array of numbers of an `.npz` archive in single precision, and every single text. Other arrays are left out.
///
/// ```
/// use convrfm::{Initialization, Network, Shape, network_npz, read_tensors};
/// let shape = Shape { channels: 1, height: 4, width: 4 };
/// let network = Network::vanilla(shape, 1, 2, 3, 2, Initialization::He, 1)?;
/// let bytes = network_npz(&network, None)?;
/// assert_eq!(Network::from_tensors(&read_tensors(&bytes)?)?, network);
/// # Ok::<(), convrfm::Error>(())
/// ```
///
/// # Errors
/// When the bytes are no archive, an array is malformed, in Fortran order or larger than its file, or the arrays need more memory
/// than is available. The error names the array.
pub fn read_tensors(bytes: &[u8]) -> Result<NamedTensors> {
    let mut archive = open_npz(Cursor::new(bytes))?;
    let names = archive.file_names().filter_map(std::result::Result::ok);
    let names: Vec<String> = names.filter_map(|name| name.strip_suffix(".npy").map(String::from)).collect();
    if names.len() > limits::FILES {
        return Err(Error::invalid("arrays", names.len(), format!("at most {}", limits::FILES)));
    }
    let (mut file, mut total) = (NamedTensors::default(), 0);
    for name in names {
        let array = member(&mut archive, &name)?;
        let shape = array.shape();
        match array.content()? {
            Content::Text(text) => drop(file.texts.insert(name, text)),
            Content::Numbers(values) => {
                total += 4 * values.len() as u64;
                if total > limits::UNPACKED_BYTES {
                    let expected = format!("at most {} in all arrays", limits::UNPACKED_BYTES);
                    return Err(Error::invalid(name, format!("{total} bytes"), expected));
                }
                file.tensors.insert(name, Tensor { shape, values });
            }
            Content::Other => {}
        }
    }
    Ok(file)
}

/// Opens an archive of arrays.
pub(super) fn open_npz<R: ReadSeek>(reader: R) -> Result<zip::ZipArchive<R>> {
    open_zip(reader, "an .npz file (a zip of .npy arrays)")
}

/// Opens a zip archive; `expected` describes it in the error.
pub(super) fn open_zip<R: ReadSeek>(reader: R, expected: &str) -> Result<zip::ZipArchive<R>> {
    zip::ZipArchive::new(reader).map_err(|e| Error::invalid("archive", one_line(&e), expected))
}

/// Reads the four arrays of an archive. Others are ignored.
pub(super) fn read<R: ReadSeek>(archive: &mut zip::ZipArchive<R>) -> Result<Collection> {
    let mut images = |name: &str| member(archive, name).and_then(Array::images);
    let images = [images("x_train")?, images("x_test")?];
    let mut labels = |name: &str| member(archive, name).and_then(Array::labels);
    let labels = [labels("y_train")?, labels("y_test")?];
    split(images, labels)
}

fn member<'z, R: ReadSeek>(archive: &'z mut zip::ZipArchive<R>, name: &str) -> Result<Array<'z>> {
    match archive.by_name(&format!("{name}.npy")) {
        Ok(entry) => {
            let size = entry.size();
            Array::open(name, Stream::compressed(entry, size))
        }
        Err(zip::result::ZipError::FileNotFound) => {
            Err(Error::invalid(name, "nothing", "an array of that name"))
        }
        Err(e) => Err(Error::invalid(name, one_line(&e), "a readable array")),
    }
}

/// Reads `.npy` files: the four arrays of a split, or one array of images and one of labels.
pub(super) fn read_files(inputs: Vec<Input>) -> Result<Collection> {
    let (mut named, mut others) = ([None, None, None, None], Vec::new());
    for input in inputs {
        match ["x_train", "x_test", "y_train", "y_test"].iter().position(|name| *name == stem(&input)) {
            Some(at) if named[at].is_none() => named[at] = Some(input),
            _ => others.push(input),
        }
    }
    if let [Some(x_train), Some(x_test), Some(y_train), Some(y_test)] = named {
        let images = [open(x_train, Array::images)?, open(x_test, Array::images)?];
        let labels = [open(y_train, Array::labels)?, open(y_test, Array::labels)?];
        return split(images, labels);
    }
    let (mut images, mut labels) = (None, None);
    for input in others.into_iter().chain(named.into_iter().flatten()) {
        let path = input.path.clone();
        let other = open(input, |array| {
            Ok(if array.shape().len() == 1 {
                labels.replace((path.clone(), array.labels()?)).map(|(other, _)| other)
            } else {
                images.replace((path.clone(), array.images()?)).map(|(other, _)| other)
            })
        })?;
        if let Some(other) = other {
            let expected = "one of images and one of labels, or x_train, y_train, x_test and y_test";
            return Err(Error::invalid("arrays", format!("{other} and {path}"), expected));
        }
    }
    let (path, found, expected) = match (images, labels) {
        (Some((_, (shape, pixels))), Some((path, labels))) => {
            let images = LabelledImages::new(shape, pixels, labels).map_err(|e| e.in_file(path))?;
            let classes = numbered(classes(&images));
            return Collection::new(images, None, classes, "NumPy arrays".into());
        }
        (None, Some((path, _))) => (path, "labels without images", "an array of the images too"),
        (Some((path, _)), None) => (path, "images without labels", "an array of their labels too"),
        (None, None) => return Err(Error::invalid("arrays", "none", "images and labels")),
    };
    Err(Error::invalid("array", found, expected).in_file(path))
}

fn open<T>(input: Input, read: impl FnOnce(Array<'static>) -> Result<T>) -> Result<T> {
    let (path, name) = (input.path.clone(), stem(&input).to_string());
    let array = input.into_stream().and_then(|stream| Array::open(&name, stream));
    array.and_then(read).map_err(|e| e.in_file(path))
}

fn stem(input: &Input) -> &str {
    input.name().strip_suffix(".npy").unwrap_or(input.name())
}

/// Training images and test images with their labels as a data set.
fn split(images: [(Shape, Pixels); 2], labels: [Vec<u16>; 2]) -> Result<Collection> {
    let [(shape, x_train), (other, x_test)] = images;
    let [y_train, y_test] = labels;
    if other != shape {
        return Err(Error::invalid("x_test", other, format!("{shape} images, as in x_train")));
    }
    let train = LabelledImages::new(shape, x_train, y_train).map_err(|e| within("y_train", e))?;
    let test = LabelledImages::new(shape, x_test, y_test).map_err(|e| within("y_test", e))?;
    let classes = numbered(classes(&train).max(classes(&test)));
    let mut set = Collection::new(train, Some(test), classes, "NumPy arrays".into())?;
    set.prepared = true;
    Ok(set)
}

/// One more than the largest label.
fn classes(images: &LabelledImages) -> usize {
    images.labels().iter().max().map_or(0, |&label| usize::from(label) + 1)
}
