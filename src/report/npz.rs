//! Writing `.npz` archives: `.npy` arrays in a zip file, as NumPy reads them.

use crate::linalg::Matrix;
use std::io::{Cursor, Error, Result, Write};
use zip::write::SimpleFileOptions;

/// Numbers that an array may hold.
pub trait Number: Copy {
    /// Name of the type in NumPy.
    const TYPE: &str;

    /// Appends the number's bytes, the least significant first.
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

/// Entries of a matrix, row after row.
pub(crate) fn row_major(m: &Matrix) -> impl Iterator<Item = f32> {
    (0..m.nrows()).flat_map(move |i| (0..m.ncols()).map(move |j| m[(i, j)]))
}

/// What an `.npy` file begins with, and the format's version.
const MAGIC: &[u8] = b"\x93NUMPY\x01\0";

/// An archive under way, in memory. The same arrays make the same bytes on every day.
///
/// ```
/// let mut archive = convrfm::archive::NpzWriter::default();
/// archive.array("squares", &[3], [0_i64, 1, 4])?;
/// let bytes = archive.stored()?;
/// assert_eq!((&bytes[30..41], &bytes[42..47]), (&b"squares.npy"[..], &b"NUMPY"[..]));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Default)]
pub struct NpzWriter {
    /// File names, and the files.
    entries: Vec<(String, Vec<u8>)>,
}

impl NpzWriter {
    /// An array of numbers, in C order.
    ///
    /// # Errors
    /// When there are more or fewer than `shape` says.
    pub fn array<T: Number>(
        &mut self,
        name: &str,
        shape: &[usize],
        values: impl IntoIterator<Item = T>,
    ) -> Result<()> {
        let (mut array, start) = begun(T::TYPE, shape);
        values.into_iter().for_each(|value| value.write(&mut array));
        let (found, expected) = (array.len() - start, shape.iter().product::<usize>() * size_of::<T>());
        if found != expected {
            return Err(Error::other(format!("{name}: found {found} bytes, expected {expected}")));
        }
        self.entries.push((format!("{name}.npy"), array));
        Ok(())
    }

    /// A stack of `rows x cols` matrices, in C order.
    ///
    /// # Errors
    /// When a matrix is of another size.
    pub fn matrices(&mut self, name: &str, (rows, cols): (usize, usize), stack: &[&Matrix]) -> Result<()> {
        self.array(name, &[stack.len(), rows, cols], stack.iter().flat_map(|m| row_major(m)))
    }

    /// A scalar of NumPy's unicode type.
    pub fn text(&mut self, name: &str, text: &str) {
        // NumPy has no type of texts without a character, and fills up with zeros.
        let characters = text.chars().count().max(1);
        let (mut array, start) = begun(&format!("<U{characters}"), &[]);
        text.chars().for_each(|character| array.extend(u32::from(character).to_le_bytes()));
        array.resize(start + 4 * characters, 0);
        self.entries.push((format!("{name}.npy"), array));
    }

    /// The bytes of a file whose arrays are not compressed, as `numpy.savez` writes them.
    ///
    /// Single precision numbers hardly compress, and what compresses would be a tenth of the page's WebAssembly.
    ///
    /// # Errors
    /// When the file would have 4 GiB or more.
    pub fn stored(self) -> Result<Vec<u8>> {
        let size = |bytes: usize| u32::try_from(bytes).map_err(|_| Error::other("4 GiB or more"));
        let count = u16::try_from(self.entries.len()).map_err(|_| Error::other("more than 65535 arrays"))?;
        let (mut file, mut directory) = (Vec::new(), Vec::new());
        for (name, array) in self.entries {
            let mut crc = flate2::Crc::new();
            crc.update(&array);
            let start = size(file.len())?;
            let length = size(array.len())?.to_le_bytes();
            let mut common = Vec::new();
            // Version 2.0; no flags; stored; midnight of the first of January 1980.
            [20, 0, 0, 0, 0x21_u16].iter().for_each(|field| common.extend(field.to_le_bytes()));
            common.extend(crc.sum().to_le_bytes());
            common.extend([length, length].concat());
            common.extend((size(name.len())? as u16).to_le_bytes());
            // No extra field.
            common.extend([0; 2]);
            file.extend(b"PK\x03\x04");
            file.extend(&common);
            file.extend(name.as_bytes());
            file.extend(array);
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

    /// The bytes of a file whose arrays are compressed, as `numpy.savez_compressed` writes them, as hard as can be.
    ///
    /// # Errors
    /// When the file would be larger than the format allows.
    pub fn compressed(self) -> Result<Vec<u8>> {
        const HARDEST: Option<i64> = Some(9);
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(HARDEST)
            .last_modified_time(zip::DateTime::default());
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, array) in self.entries {
            zip.start_file(name, options)?;
            // In one piece: how an array is packed depends on the pieces in which it comes.
            zip.write_all(&array)?;
        }
        Ok(zip.finish()?.into_inner())
    }
}

/// The beginning of an `.npy` file and its length: a multiple of 64 bytes, as the format has it.
fn begun(kind: &str, shape: &[usize]) -> (Vec<u8>, usize) {
    let extents: String = shape.iter().map(|extent| format!("{extent}, ")).collect();
    let text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({extents}), }}");
    // The header's length takes two bytes, its end one.
    let whole = (MAGIC.len() + 2 + text.len() + 1).next_multiple_of(64);
    let mut array = MAGIC.to_vec();
    array.extend(((whole - MAGIC.len() - 2) as u16).to_le_bytes());
    array.extend(text.as_bytes());
    array.resize(whole - 1, b' ');
    array.push(b'\n');
    (array, whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use npyz::NpyFile;
    use std::io::Read;

    /// Type, shape and content of every array, as other programs read them.
    fn read(bytes: Vec<u8>) -> Vec<(String, String, Vec<u64>, Vec<u8>)> {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let array = |index| {
            let (mut file, mut bytes) = (zip.by_index(index).unwrap(), Vec::new());
            // Checks the sum too.
            file.read_to_end(&mut bytes).unwrap();
            let npy = NpyFile::new(&bytes[..]).unwrap();
            let (kind, shape) = (npy.dtype().descr(), npy.shape().to_vec());
            let len = shape.iter().product::<u64>() as usize * npy.dtype().num_bytes().unwrap();
            (file.name().unwrap().into_owned(), kind, shape, bytes[bytes.len() - len..].to_vec())
        };
        (0..4).map(array).collect()
    }

    #[test]
    fn both_kinds_of_file_hold_what_was_put_in() {
        let matrix = Matrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let filled = || {
            let mut archive = NpzWriter::default();
            archive.array("count", &[], [-7_i64]).unwrap();
            archive.matrices("m", (2, 3), &[&matrix, &matrix]).unwrap();
            archive.text("word", "\u{3b1}\u{1f600}");
            archive.text("nothing", "");
            archive
        };
        let rows: Vec<u8> = (0..12).flat_map(|i| ((i % 6 + 1) as f32).to_le_bytes()).collect();
        let word: Vec<u8> = [0x3b1_u32, 0x1f600].iter().flat_map(|c| c.to_le_bytes()).collect();
        let expected = [
            ("count", "'<i8'", vec![], (-7_i64).to_le_bytes().to_vec()),
            ("m", "'<f4'", vec![2, 2, 3], rows),
            ("word", "'<U2'", vec![], word),
            ("nothing", "'<U1'", vec![], vec![0; 4]),
        ]
        .map(|(name, kind, shape, bytes)| (format!("{name}.npy"), kind.to_string(), shape, bytes));
        assert_eq!(read(filled().stored().unwrap()), expected);
        assert_eq!(read(filled().compressed().unwrap()), expected);
        assert_eq!(filled().stored().unwrap(), filled().stored().unwrap());
    }

    #[test]
    fn too_few_numbers_are_no_array() {
        let error = NpzWriter::default().array("x", &[3], [1_u16, 2]).unwrap_err();
        assert_eq!(error.to_string(), "x: found 4 bytes, expected 6");
        let square = Matrix::zeros(2, 2);
        assert!(NpzWriter::default().matrices("m", (2, 3), &[&square]).is_err());
    }
}
