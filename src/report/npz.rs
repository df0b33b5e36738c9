//! Writes `.npz` archives: `.npy` arrays in a zip file, as NumPy reads them.

use crate::linalg::Matrix;
use flate2::{Compression, Crc, write::DeflateEncoder};
use std::io::{Error, Result, Write};

/// A type of number that an array can hold.
pub trait Number: Copy {
    /// The type's name in NumPy.
    const TYPE: &str;

    /// Appends the bytes of the number in little-endian order.
    fn write(self, bytes: &mut Vec<u8>);
}

macro_rules! numbers {
    ($($number:ty, $kind:literal;)*) => {$(
        impl Number for $number {
            const TYPE: &str = $kind;

            fn write(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }
        }
    )*};
}

numbers! { u8, "|u1"; u16, "<u2"; i64, "<i8"; f32, "<f4"; f64, "<f8"; }

/// The entries of a matrix in row-major order.
pub(crate) fn row_major(m: &Matrix) -> impl Iterator<Item = f32> {
    (0..m.nrows()).flat_map(move |i| (0..m.ncols()).map(move |j| m[(i, j)]))
}

/// The first bytes of an `.npy` file: its signature and the version of the format.
const MAGIC: &[u8] = b"\x93NUMPY\x01\0";

/// Zip methods: bytes as they are, and a deflate stream.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Collects arrays in memory and returns them as one archive. The same arrays always give the same bytes: every file has the
/// date 1 January 1980.
///
/// ```
/// let mut archive = convrfm::report::npz::NpzWriter::default();
/// archive.array("squares", &[3], [0_i64, 1, 4])?;
/// let bytes = archive.stored()?;
/// assert_eq!((&bytes[30..41], &bytes[42..47]), (&b"squares.npy"[..], &b"NUMPY"[..]));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Default)]
pub struct NpzWriter {
    /// Name and content of each file.
    entries: Vec<(String, Vec<u8>)>,
}

impl NpzWriter {
    /// Adds an array of numbers in C order.
    ///
    /// # Errors
    /// When the number of values is not the product of `shape`.
    pub fn array<T: Number>(
        &mut self,
        name: &str,
        shape: &[usize],
        values: impl IntoIterator<Item = T>,
    ) -> Result<()> {
        let mut array = header(T::TYPE, shape);
        let start = array.len();
        values.into_iter().for_each(|value| value.write(&mut array));
        let (found, expected) = (array.len() - start, shape.iter().product::<usize>() * size_of::<T>());
        if found != expected {
            return Err(Error::other(format!("{name}: found {found} bytes, expected {expected}")));
        }
        self.entries.push((format!("{name}.npy"), array));
        Ok(())
    }

    /// Adds a stack of `rows x cols` matrices in C order.
    ///
    /// # Errors
    /// When a matrix has another size.
    pub fn matrices(&mut self, name: &str, (rows, cols): (usize, usize), stack: &[&Matrix]) -> Result<()> {
        self.array(name, &[stack.len(), rows, cols], stack.iter().flat_map(|m| row_major(m)))
    }

    /// Adds a scalar of NumPy's unicode type.
    pub fn text(&mut self, name: &str, text: &str) {
        self.unicode(name, &[], &[text]);
    }

    /// Adds a list of texts of NumPy's unicode type.
    pub fn texts(&mut self, name: &str, texts: &[String]) {
        self.unicode(name, &[texts.len()], &texts.iter().map(String::as_str).collect::<Vec<_>>());
    }

    fn unicode(&mut self, name: &str, shape: &[usize], texts: &[&str]) {
        // NumPy pads texts with zeros and has no type for texts of length 0.
        let length = texts.iter().map(|text| text.chars().count()).fold(1, usize::max);
        let mut array = header(&format!("<U{length}"), shape);
        for text in texts {
            let end = array.len() + 4 * length;
            text.chars().for_each(|character| array.extend(u32::from(character).to_le_bytes()));
            array.resize(end, 0);
        }
        self.entries.push((format!("{name}.npy"), array));
    }

    /// The bytes of an archive without compression, as `numpy.savez` writes it. Numbers in single precision hardly compress.
    ///
    /// # Errors
    /// When the archive would have 4 GiB or more.
    pub fn stored(self) -> Result<Vec<u8>> {
        self.archive(STORED, Ok)
    }

    /// The bytes of an archive with the best compression of deflate, as `numpy.savez_compressed` writes it.
    ///
    /// # Errors
    /// When the archive would have 4 GiB or more.
    pub fn compressed(self) -> Result<Vec<u8>> {
        self.archive(DEFLATED, |array| {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
            // In one call, because the compressed bytes depend on how the input is divided.
            encoder.write_all(&array)?;
            encoder.finish()
        })
    }

    /// The zip file whose arrays `encode` has encoded. It is a type parameter so that a program without a call of
    /// [`compressed`](NpzWriter::compressed), such as the page, contains no deflate encoder.
    fn archive(self, method: u16, encode: impl Fn(Vec<u8>) -> Result<Vec<u8>>) -> Result<Vec<u8>> {
        let size = |bytes: usize| u32::try_from(bytes).map_err(|_| Error::other("4 GiB or more"));
        let count = u16::try_from(self.entries.len()).map_err(|_| Error::other("more than 65535 arrays"))?;
        let (mut file, mut directory) = (Vec::new(), Vec::new());
        for (name, array) in self.entries {
            let mut crc = Crc::new();
            crc.update(&array);
            let (start, length) = (size(file.len())?, size(array.len())?);
            let encoded = encode(array)?;
            let mut common = Vec::new();
            // Version 2.0, no flags, method, and midnight of 1 January 1980 as time and date.
            [20, 0, method, 0, 0x21].iter().for_each(|field| common.extend(field.to_le_bytes()));
            [crc.sum(), size(encoded.len())?, length]
                .iter()
                .for_each(|field| common.extend(field.to_le_bytes()));
            common.extend((size(name.len())? as u16).to_le_bytes());
            // No extra field.
            common.extend([0; 2]);
            file.extend(b"PK\x03\x04");
            file.extend(&common);
            file.extend(name.as_bytes());
            file.extend(encoded);
            directory.extend(b"PK\x01\x02\x14\0");
            directory.extend(common);
            // No comment, first disk, no attributes.
            directory.extend([0; 10]);
            directory.extend(start.to_le_bytes());
            directory.extend(name.as_bytes());
        }
        let (start, length) = (size(file.len())?, size(directory.len())?);
        file.extend(directory);
        file.extend(b"PK\x05\x06\0\0\0\0");
        file.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
        file.extend([length.to_le_bytes(), start.to_le_bytes()].concat());
        // No comment.
        file.extend([0; 2]);
        Ok(file)
    }
}

/// The header of an `.npy` file. The format wants its length to be a multiple of 64 bytes.
fn header(kind: &str, shape: &[usize]) -> Vec<u8> {
    let extents: String = shape.iter().map(|extent| format!("{extent}, ")).collect();
    let text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({extents}), }}");
    // Two bytes hold the length of the text, and a line feed ends it.
    let whole = (MAGIC.len() + 2 + text.len() + 1).next_multiple_of(64);
    let mut header = MAGIC.to_vec();
    header.extend(((whole - MAGIC.len() - 2) as u16).to_le_bytes());
    header.extend(text.as_bytes());
    header.resize(whole - 1, b' ');
    header.push(b'\n');
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use npyz::NpyFile;
    use std::io::{Cursor, Read};

    /// Name, type, shape and content of the five arrays, as independent libraries read them.
    fn read(bytes: Vec<u8>) -> Vec<(String, String, Vec<u64>, Vec<u8>)> {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let array = |index| {
            let (mut file, mut bytes) = (zip.by_index(index).unwrap(), Vec::new());
            // This also checks the CRC.
            file.read_to_end(&mut bytes).unwrap();
            let npy = NpyFile::new(&bytes[..]).unwrap();
            let (kind, shape) = (npy.dtype().descr(), npy.shape().to_vec());
            let len = shape.iter().product::<u64>() as usize * npy.dtype().num_bytes().unwrap();
            (file.name().unwrap().into_owned(), kind, shape, bytes[bytes.len() - len..].to_vec())
        };
        (0..5).map(array).collect()
    }

    #[test]
    fn stored_and_compressed_archives_hold_the_same_arrays() {
        let matrix = Matrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let filled = || {
            let mut archive = NpzWriter::default();
            archive.array("count", &[], [-7_i64]).unwrap();
            archive.matrices("m", (2, 3), &[&matrix, &matrix]).unwrap();
            archive.text("word", "\u{3b1}\u{1f600}");
            archive.text("nothing", "");
            archive.texts("words", &["a".into(), String::new(), "bc".into()]);
            archive
        };
        let rows: Vec<u8> = (0..12).flat_map(|i| ((i % 6 + 1) as f32).to_le_bytes()).collect();
        let word: Vec<u8> = [0x3b1_u32, 0x1f600].iter().flat_map(|c| c.to_le_bytes()).collect();
        let words = ['a', '\0', '\0', '\0', 'b', 'c'].iter();
        let words: Vec<u8> = words.flat_map(|&c| u32::from(c).to_le_bytes()).collect();
        let expected = [
            ("count", "'<i8'", vec![], (-7_i64).to_le_bytes().to_vec()),
            ("m", "'<f4'", vec![2, 2, 3], rows),
            ("word", "'<U2'", vec![], word),
            ("nothing", "'<U1'", vec![], vec![0; 4]),
            ("words", "'<U2'", vec![3], words),
        ]
        .map(|(name, kind, shape, bytes)| (format!("{name}.npy"), kind.to_string(), shape, bytes));
        assert_eq!(read(filled().stored().unwrap()), expected);
        assert_eq!(read(filled().compressed().unwrap()), expected);
        let mut zeros = NpzWriter::default();
        zeros.array("zeros", &[100_000], vec![0_u8; 100_000]).unwrap();
        assert!(zeros.compressed().unwrap().len() < 1000);
    }

    #[test]
    fn a_wrong_number_of_values_is_an_error() {
        let error = NpzWriter::default().array("x", &[3], [1_u16, 2]).unwrap_err();
        assert_eq!(error.to_string(), "x: found 4 bytes, expected 6");
        let square = Matrix::zeros(2, 2);
        assert!(NpzWriter::default().matrices("m", (2, 3), &[&square]).is_err());
    }
}
