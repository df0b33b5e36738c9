//! NumPy archives: `x_train` (n, c, h, w), `y_train` (n), `x_test`, `y_test`, other arrays ignored.

use super::input::{Stream, words};
use super::npy::Array;
use super::{Collection, Pixels, Pool, ReadSeek};
use crate::error::{Error, Result};
use crate::images::{Dataset, Shape};
use std::io::Cursor;

pub(super) const NPZ: &str = "an .npz file, which is a zip of .npy arrays";

/// The training and the test part of a file.
#[derive(Debug, Clone)]
pub struct Arrays {
    /// `x_train`, `y_train`.
    pub train: Dataset,
    /// `x_test`, `y_test`.
    pub test: Dataset,
}

/// Reads the four arrays of an `.npz` file. Images are uint8 (scaled by 1/255) or float32; labels any integer type.
/// Classes are 0 to the largest label.
///
/// # Errors
/// When the bytes are no archive, an array is missing, has the wrong rank, type or length, is in Fortran order, or
/// holds NaN, infinity or a negative label. The sentence names the array.
pub fn read_npz(bytes: &[u8]) -> Result<Arrays> {
    let (train, test) = parts(&mut archive(Cursor::new(bytes))?)?;
    let names = class_names([&train, &test]);
    Ok(Arrays { train: train.into_dataset(names.clone())?, test: test.into_dataset(names)? })
}

/// Any numeric array of an `.npz` archive: its shape, and its values in C order.
///
/// # Errors
/// When the array is missing or is not of float64, float32 or int64.
pub fn read_array(bytes: &[u8], name: &str) -> Result<(Vec<usize>, Vec<f64>)> {
    let mut archive = archive(Cursor::new(bytes))?;
    let array = open(&mut archive, name)?;
    Ok((array.shape(), array.numbers()?))
}

/// Reads an archive as a data set.
pub(super) fn read<R: ReadSeek>(archive: &mut zip::ZipArchive<R>) -> Result<Collection> {
    collection(parts(archive)?)
}

/// The set of a training and a test part.
pub(super) fn collection((train, test): (Pool, Pool)) -> Result<Collection> {
    let names = class_names([&train, &test]);
    let mut set = Collection::new(train, Some(test), names, "NumPy arrays".into())?;
    set.prepared = true;
    Ok(set)
}

fn parts<R: ReadSeek>(archive: &mut zip::ZipArchive<R>) -> Result<(Pool, Pool)> {
    let mut array = |name: &str| open(archive, name).and_then(Array::images);
    let (x_train, x_test) = (array("x_train")?, array("x_test")?);
    let mut array = |name: &str| open(archive, name).and_then(Array::labels);
    let (y_train, y_test) = (array("y_train")?, array("y_test")?);
    pools([x_train, x_test], [y_train, y_test])
}

/// Images and labels of the training and of the test part, put together.
pub(super) fn pools(images: [(Shape, Pixels); 2], labels: [Vec<u16>; 2]) -> Result<(Pool, Pool)> {
    let [(shape, x_train), (other, x_test)] = images;
    if other != shape {
        return Err(Error::invalid("x_test", other, format!("{shape} images, as x_train")));
    }
    let [y_train, y_test] = labels;
    let pool = |x: Pixels, y: Vec<u16>, name: &str| {
        let count = x.len() / shape.len();
        if y.len() != count {
            let found = format!("{} labels", y.len());
            return Err(Error::invalid(name, found, format!("{count}, one per image")));
        }
        Pool::new(shape, x, y)
    };
    Ok((pool(x_train, y_train, "y_train")?, pool(x_test, y_test, "y_test")?))
}

fn class_names(pools: [&Pool; 2]) -> Vec<String> {
    let largest = pools.iter().flat_map(|pool| pool.labels()).max();
    (0..largest.map_or(0, |&label| usize::from(label) + 1)).map(|class| class.to_string()).collect()
}

/// Opens an array of an archive.
fn open<'z, R: ReadSeek>(archive: &'z mut zip::ZipArchive<R>, name: &str) -> Result<Array<'z>> {
    match archive.by_name(&format!("{name}.npy")) {
        Ok(entry) => {
            let size = entry.size();
            Array::open(name, Stream::packed(entry, size))
        }
        Err(zip::result::ZipError::FileNotFound) => {
            Err(Error::invalid(name, "nothing", "an array of that name"))
        }
        Err(e) => Err(Error::invalid(name, words(&e), "a readable array")),
    }
}

fn archive<R: ReadSeek>(reader: R) -> Result<zip::ZipArchive<R>> {
    zip::ZipArchive::new(reader).map_err(|e| Error::invalid("archive", words(&e), NPZ))
}
