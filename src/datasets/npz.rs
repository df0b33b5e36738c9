//! NumPy archives: `x_train` (n, c, h, w), `y_train` (n), `x_test`, `y_test`, other arrays ignored.

use crate::{Dataset, Error, Images, Result, Shape};
use npyz::{DType, NpyFile, Order, TypeChar};
use std::io::{Cursor, Read};

/// Most values that one array may announce: 2^30, 4 GiB as single precision.
const LARGEST: u64 = 1 << 30;
/// Longest header of an array; NumPy writes 128 bytes.
const HEADER: u64 = 1 << 14;
/// Most classes: one-hot targets of more are not this machine's work.
const CLASSES: usize = 10_000;

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
    let mut archive = open_archive(bytes)?;
    let (x_train, x_test) = (images(&mut archive, "x_train")?, images(&mut archive, "x_test")?);
    let (y_train, y_test) = (labels(&mut archive, "y_train")?, labels(&mut archive, "y_test")?);
    if x_train.shape() != x_test.shape() {
        return Err(Error::invalid(
            "x_test",
            x_test.shape(),
            format!("{} images, as x_train", x_train.shape()),
        ));
    }
    for (x, y, name) in [(&x_train, &y_train, "y_train"), (&x_test, &y_test, "y_test")] {
        if y.len() != x.count() {
            return Err(Error::invalid(
                name,
                format!("{} labels", y.len()),
                format!("{}, one per image", x.count()),
            ));
        }
    }
    let classes = y_train.iter().chain(&y_test).max().map_or(0, |&largest| largest + 1);
    let names: Vec<String> = (0..classes).map(|c| c.to_string()).collect();
    let (train, test) =
        (Dataset::new(x_train, y_train, names.clone())?, Dataset::new(x_test, y_test, names)?);
    Ok(Arrays { train, test })
}

type Archive<'a> = zip::ZipArchive<Cursor<&'a [u8]>>;

/// Opens an array and compares what its header announces with what the archive holds, before anything is allocated.
fn open<'z>(archive: &'z mut Archive, name: &str) -> Result<NpyFile<impl Read + 'z>> {
    let file = format!("{name}.npy");
    let mut entry = match archive.by_name(&file) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => {
            return Err(Error::invalid(name, "nothing", "an array of that name"));
        }
        Err(e) => return Err(Error::invalid(name, e, "a readable array")),
    };
    let size = entry.size();
    // NpyFile::new allocates as many bytes as the header claims to have, up to 4 GiB.
    let mut start = Vec::new();
    entry.by_ref().take(12).read_to_end(&mut start).map_err(|e| Error::invalid(name, e, "a .npy array"))?;
    let header = match start[..] {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, a, b, ..] => 10 + u64::from(u16::from_le_bytes([a, b])),
        [0x93, b'N', b'U', b'M', b'P', b'Y', _, _, a, b, c, d] => {
            12 + u64::from(u32::from_le_bytes([a, b, c, d]))
        }
        _ => return Err(Error::invalid(name, "other bytes", "a .npy array")),
    };
    if header > HEADER {
        return Err(Error::invalid(name, format!("a header of {header} bytes"), format!("at most {HEADER}")));
    }
    let size = size.saturating_sub(header);
    let npy =
        NpyFile::new(Cursor::new(start).chain(entry)).map_err(|e| Error::invalid(name, e, "a .npy array"))?;
    let header = npy.header();
    if header.uses_pickled_array() {
        return Err(Error::invalid(name, "pickled objects", "numbers"));
    }
    if header.order() != Order::C && header.shape().len() > 1 {
        return Err(Error::invalid(name, "Fortran order", "C order (numpy.ascontiguousarray)"));
    }
    // Not NpyHeader::len: its product may overflow on a hostile shape.
    let values = header.shape().iter().try_fold(1_u64, |n, &extent| n.checked_mul(extent));
    let width = header.dtype().num_bytes().unwrap_or(1) as u64;
    match values {
        Some(n) if n <= LARGEST && n.saturating_mul(width) <= size => Ok(npy),
        Some(n) if n <= LARGEST => Err(Error::invalid(
            name,
            format!("{size} bytes"),
            format!("{} bytes of values, as its header says", n.saturating_mul(width)),
        )),
        _ => Err(Error::invalid(
            name,
            format!("shape {:?}", header.shape()),
            format!("at most {LARGEST} values"),
        )),
    }
}

fn kind(dtype: &DType) -> Option<(TypeChar, u64)> {
    match dtype {
        DType::Plain(plain) => Some((plain.type_char(), plain.size_field())),
        _ => None,
    }
}

fn images(archive: &mut Archive, name: &str) -> Result<Images> {
    let npy = open(archive, name)?;
    let &[count, channels, height, width] = npy.shape() else {
        let found = format!("shape {:?}", npy.shape());
        return Err(Error::invalid(name, found, "4 axes: (images, channels, height, width)"));
    };
    if count == 0 {
        return Err(Error::invalid(name, "0 images", "at least 1"));
    }
    let shape = Shape { channels: channels as usize, height: height as usize, width: width as usize };
    let dtype = npy.dtype();
    let unreadable = |e: std::io::Error| Error::invalid(name, e, "a complete array");
    let data: Vec<f32> = match kind(&dtype) {
        Some((TypeChar::Uint, 1)) => {
            npy.into_vec::<u8>().map_err(unreadable)?.into_iter().map(|v| f32::from(v) / 255.0).collect()
        }
        Some((TypeChar::Float, 4)) => npy.into_vec::<f32>().map_err(unreadable)?,
        _ => return Err(Error::invalid(name, format!("type {}", dtype.descr()), "uint8 or float32")),
    };
    Images::new(shape, data).map_err(|e| match e {
        Error::Invalid { field, found, expected } => {
            Error::invalid(format!("{name}, {field}"), found, expected)
        }
        other => other,
    })
}

fn labels(archive: &mut Archive, name: &str) -> Result<Vec<usize>> {
    let npy = open(archive, name)?;
    if npy.shape().len() != 1 {
        return Err(Error::invalid(name, format!("shape {:?}", npy.shape()), "1 axis: one label per image"));
    }
    let dtype = npy.dtype();
    let unreadable = |e: std::io::Error| Error::invalid(name, e, "a complete array");
    let wide: Vec<i128> = match kind(&dtype) {
        Some((TypeChar::Uint, 1)) => widened(npy.into_vec::<u8>().map_err(unreadable)?),
        Some((TypeChar::Uint, 2)) => widened(npy.into_vec::<u16>().map_err(unreadable)?),
        Some((TypeChar::Uint, 4)) => widened(npy.into_vec::<u32>().map_err(unreadable)?),
        Some((TypeChar::Uint, 8)) => widened(npy.into_vec::<u64>().map_err(unreadable)?),
        Some((TypeChar::Int, 1)) => widened(npy.into_vec::<i8>().map_err(unreadable)?),
        Some((TypeChar::Int, 2)) => widened(npy.into_vec::<i16>().map_err(unreadable)?),
        Some((TypeChar::Int, 4)) => widened(npy.into_vec::<i32>().map_err(unreadable)?),
        Some((TypeChar::Int, 8)) => widened(npy.into_vec::<i64>().map_err(unreadable)?),
        _ => return Err(Error::invalid(name, format!("type {}", dtype.descr()), "an integer type")),
    };
    match wide.iter().position(|&v| !(0..CLASSES as i128).contains(&v)) {
        Some(at) => {
            let expected = format!("a class from 0 to {}", CLASSES - 1);
            Err(Error::invalid(format!("{name}[{at}]"), wide[at], expected))
        }
        None => Ok(wide.into_iter().map(|v| v as usize).collect()),
    }
}

fn widened<T: Into<i128>>(values: Vec<T>) -> Vec<i128> {
    values.into_iter().map(Into::into).collect()
}

/// Any numeric array of an `.npz` archive: its shape, and its values in C order.
///
/// # Errors
/// When the array is missing or is not of float64, float32 or int64.
pub fn read_array(bytes: &[u8], name: &str) -> Result<(Vec<usize>, Vec<f64>)> {
    let mut archive = open_archive(bytes)?;
    let npy = open(&mut archive, name)?;
    let shape = npy.shape().iter().map(|&n| n as usize).collect();
    let unreadable = |e: std::io::Error| Error::invalid(name, e, "a complete array");
    let dtype = npy.dtype();
    let values = match kind(&dtype) {
        Some((TypeChar::Float, 8)) => npy.into_vec::<f64>().map_err(unreadable)?,
        Some((TypeChar::Float, 4)) => {
            npy.into_vec::<f32>().map_err(unreadable)?.into_iter().map(f64::from).collect()
        }
        Some((TypeChar::Int, 8)) => {
            npy.into_vec::<i64>().map_err(unreadable)?.into_iter().map(|v| v as f64).collect()
        }
        _ => {
            return Err(Error::invalid(name, format!("type {}", dtype.descr()), "float64, float32 or int64"));
        }
    };
    Ok((shape, values))
}

fn open_archive(bytes: &[u8]) -> Result<Archive<'_>> {
    zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|e| Error::invalid("archive", e.to_string(), "an .npz file, which is a zip of .npy arrays"))
}
