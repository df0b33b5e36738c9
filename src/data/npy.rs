//! One NumPy array: what its header announces is checked, its values are read in one piece.

use super::input::{Stream, within};
use super::npy_header::NpyHeader;
use super::{Pixels, limits};
use crate::error::{Error, Result};
use crate::images::Shape;

/// An array whose header was read and found to be true: as many bytes follow as it says.
pub(super) struct Array<'a> {
    name: String,
    header: NpyHeader,
    stream: Stream<'a>,
}

impl<'a> Array<'a> {
    /// Reads the header and compares what it announces with the bytes there are, before anything is allocated.
    pub fn open(name: &str, mut stream: Stream<'a>) -> Result<Array<'a>> {
        let foreign = |found: &str| Error::invalid(name, found, "a .npy array");
        let size = stream.left();
        let start = stream.array::<10>("header").map_err(|_| foreign("other bytes"))?;
        // NumPy's own count of the header's bytes, up to 4 GiB.
        let (before, length) = match start {
            [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, a, b] => (10, u64::from(u16::from_le_bytes([a, b]))),
            [0x93, b'N', b'U', b'M', b'P', b'Y', 2 | 3, _, a, b] => {
                let [c, d] = stream.array::<2>("header").map_err(|_| foreign("other bytes"))?;
                (12, u64::from(u32::from_le_bytes([a, b, c, d])))
            }
            _ => return Err(foreign("other bytes")),
        };
        let whole = before + length;
        if whole > limits::NPY_HEADER {
            let expected = format!("at most {}", limits::NPY_HEADER);
            return Err(Error::invalid(name, format!("a header of {whole} bytes"), expected));
        }
        let text = stream.block("header", length.min(stream.left())).map_err(|e| within(name, e))?;
        let header = NpyHeader::parse(name, &text)?;
        if header.is_pickled() {
            return Err(Error::invalid(name, "pickled objects, which are programs", "numbers"));
        }
        if header.fortran && header.shape.len() > 1 {
            return Err(Error::invalid(name, "Fortran order", "C order (numpy.ascontiguousarray)"));
        }
        let size = size.saturating_sub(whole);
        let values = header.shape.iter().try_fold(1_u64, |n, &extent| n.checked_mul(extent));
        let width = header.values().map_or(1, |(_, width, _)| width);
        let values = values.filter(|&n| n <= limits::VALUES).ok_or_else(|| {
            let expected = format!("at most {} values", limits::VALUES);
            Error::invalid(name, format!("shape {:?}", header.shape), expected)
        })?;
        let bytes = values.saturating_mul(width);
        if bytes > size {
            let expected = format!("{bytes} bytes of values, as its header says");
            return Err(Error::invalid(name, format!("{size} bytes"), expected));
        }
        if bytes > limits::PIXEL_BYTES {
            let expected = format!("at most {}", limits::PIXEL_BYTES);
            return Err(Error::invalid(name, format!("{bytes} bytes of values"), expected));
        }
        Ok(Array { name: name.into(), header, stream })
    }

    /// The shape that the header states.
    pub fn shape(&self) -> Vec<usize> {
        self.header.shape.iter().map(|&n| n as usize).collect()
    }

    fn wrong_type(&self, expected: &str) -> Error {
        Error::invalid(&self.name, format!("type {}", self.header.descr), expected)
    }

    fn bytes(&mut self, width: u64) -> Result<Vec<u8>> {
        let count: u64 = self.header.shape.iter().product::<u64>() * width;
        self.stream.block("values", count).map_err(|e| within(&self.name, e))
    }

    /// Images, which have four axes: (image, channel, row, column).
    pub fn images(mut self) -> Result<(Shape, Pixels)> {
        let shape = self.shape();
        let &[count, channels, height, width] = &shape[..] else {
            let expected = "4 axes: (images, channels, height, width)";
            return Err(Error::invalid(&self.name, format!("shape {shape:?}"), expected));
        };
        if count == 0 {
            return Err(Error::invalid(&self.name, "0 images", "at least 1"));
        }
        let shape = Shape { channels, height, width };
        let pixels = match self.header.values() {
            Some(('u', 1, _)) => Pixels::Bytes(self.bytes(1)?),
            Some(('f', 4, reversed)) => Pixels::Floats(floats(&self.bytes(4)?, reversed)),
            _ => return Err(self.wrong_type("uint8 or float32")),
        };
        crate::images::check_shape(shape, pixels.len()).map_err(|e| within(&self.name, e))?;
        if let Pixels::Floats(values) = &pixels {
            crate::images::check_finite(shape, values).map_err(|e| within(&self.name, e))?;
        }
        Ok((shape, pixels))
    }

    /// Class labels, which are whole numbers of any type.
    pub fn labels(mut self) -> Result<Vec<u16>> {
        let shape = self.shape();
        if shape.len() != 1 {
            let found = format!("shape {shape:?}");
            return Err(Error::invalid(&self.name, found, "1 axis: one label per image"));
        }
        let Some((kind @ ('u' | 'i'), width @ (1 | 2 | 4 | 8), reversed)) = self.header.values() else {
            return Err(self.wrong_type("an integer type"));
        };
        let bytes = self.bytes(width)?;
        let mut labels = Vec::with_capacity(bytes.len() / width as usize);
        for (at, value) in bytes.chunks_exact(width as usize).enumerate() {
            let value = integer(value, kind == 'i', reversed);
            if !(0..limits::CLASSES as i128).contains(&value) {
                let expected = format!("a class from 0 to {}", limits::CLASSES - 1);
                return Err(Error::invalid(format!("{}[{at}]", self.name), value, expected));
            }
            labels.push(value as u16);
        }
        Ok(labels)
    }

    /// Numbers of float64, float32 or int64, in C order.
    pub fn numbers(mut self) -> Result<Vec<f64>> {
        match self.header.values() {
            Some(('f', 8, reversed)) => {
                let bytes = self.bytes(8)?;
                let values = bytes.as_chunks::<8>().0.iter();
                Ok(values
                    .map(|&v| if reversed { f64::from_be_bytes(v) } else { f64::from_le_bytes(v) })
                    .collect())
            }
            Some(('f', 4, reversed)) => {
                Ok(floats(&self.bytes(4)?, reversed).into_iter().map(f64::from).collect())
            }
            Some(('i', 8, reversed)) => {
                let bytes = self.bytes(8)?;
                Ok(bytes.chunks_exact(8).map(|v| integer(v, true, reversed) as f64).collect())
            }
            _ => Err(self.wrong_type("float64, float32 or int64")),
        }
    }
}

fn floats(bytes: &[u8], reversed: bool) -> Vec<f32> {
    let values = bytes.as_chunks::<4>().0.iter();
    values.map(|&v| if reversed { f32::from_be_bytes(v) } else { f32::from_le_bytes(v) }).collect()
}

/// A whole number of up to eight bytes.
fn integer(bytes: &[u8], signed: bool, reversed: bool) -> i128 {
    let mut ordered = [0; 8];
    ordered[..bytes.len()].copy_from_slice(bytes);
    if reversed {
        ordered[..bytes.len()].reverse();
    }
    let value = i128::from(u64::from_le_bytes(ordered));
    let bits = 8 * bytes.len();
    if signed && value >> (bits - 1) == 1 { value - (1 << bits) } else { value }
}
