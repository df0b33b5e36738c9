//! One NumPy array. Its header is checked against the file and the limits before anything is allocated.
//!
//! The header is a Python dictionary of three keys (NEP 1). A library that parses all of Python's literals was 45 kB of the
//! page's compressed wasm, a fourteenth of it.

use super::collection::Pixels;
use super::limits;
use super::numbers::{NumberType, class_labels};
use super::stream::{Stream, within};
use crate::error::{Error, Result};
use crate::images::{Shape, check_finite, check_shape};

/// An array before its values are read. The file has at least as many bytes of values as the header announces.
pub(super) struct Array<'a> {
    name: String,
    header: Header,
    stream: Stream<'a>,
}

impl<'a> Array<'a> {
    /// Reads and checks the header.
    pub fn open(name: &str, mut stream: Stream<'a>) -> Result<Array<'a>> {
        let no_array = || Error::invalid(name, "other bytes", "a .npy array");
        let len = stream.left();
        let start = stream.array::<10>("header").map_err(|_| no_array())?;
        // NumPy announces up to 4 GiB of header.
        let (before, length) = match start {
            [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, a, b] => (10, u64::from(u16::from_le_bytes([a, b]))),
            [0x93, b'N', b'U', b'M', b'P', b'Y', 2 | 3, _, a, b] => {
                let [c, d] = stream.array::<2>("header").map_err(|_| no_array())?;
                (12, u64::from(u32::from_le_bytes([a, b, c, d])))
            }
            _ => return Err(no_array()),
        };
        let before = before + length;
        if before > limits::NPY_HEADER {
            let expected = format!("at most {}", limits::NPY_HEADER);
            return Err(Error::invalid(name, format!("a header of {before} bytes"), expected));
        }
        let text = stream.block("header", length.min(stream.left())).map_err(|e| within(name, e))?;
        let header = Header::parse(name, &text)?;
        if header.descr.ends_with('O') {
            return Err(Error::invalid(name, "pickled Python objects", "numbers"));
        }
        if header.fortran && header.shape.len() > 1 {
            return Err(Error::invalid(name, "Fortran order", "C order (numpy.ascontiguousarray)"));
        }
        let values = header.shape.iter().try_fold(1_u64, |n, &extent| n.checked_mul(extent));
        let values = values.filter(|&n| n <= limits::VALUES).ok_or_else(|| {
            let expected = format!("at most {} values", limits::VALUES);
            Error::invalid(name, format!("shape {:?}", header.shape), expected)
        })?;
        let bytes = values.saturating_mul(header.number().map_or(1, |number| number.width));
        let len = len.saturating_sub(before);
        if bytes > len {
            let expected = format!("{bytes} bytes of values for the shape in its header");
            return Err(Error::invalid(name, format!("{len} bytes"), expected));
        }
        if bytes > limits::PIXEL_BYTES {
            let expected = format!("at most {}", limits::PIXEL_BYTES);
            return Err(Error::invalid(name, format!("{bytes} bytes of values"), expected));
        }
        Ok(Array { name: name.into(), header, stream })
    }

    /// The extents in the header.
    pub fn shape(&self) -> Vec<usize> {
        self.header.shape.iter().map(|&n| n as usize).collect()
    }

    /// Type and bytes of the values; an error names the `accepted` types if `accept` refuses theirs.
    fn values(
        &mut self,
        accept: impl Fn(&NumberType) -> bool,
        accepted: &str,
    ) -> Result<(NumberType, Vec<u8>)> {
        let number =
            self.header.number().filter(accept).ok_or_else(|| {
                Error::invalid(&self.name, format!("type '{}'", self.header.descr), accepted)
            })?;
        let bytes = self.header.shape.iter().product::<u64>() * number.width;
        Ok((number, self.stream.block("values", bytes).map_err(|e| within(&self.name, e))?))
    }

    /// Images: uint8 or float32 with the axes (image, channel, row, column).
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
        let accept = |number: &NumberType| matches!((number.kind, number.width), ('u', 1) | ('f', 4));
        let (number, bytes) = self.values(accept, "uint8 or float32")?;
        let floats = bytes.as_chunks::<4>().0.iter();
        let pixels = match (number.kind, number.big_endian) {
            ('u', _) => Pixels::Bytes(bytes),
            (_, true) => Pixels::Floats(floats.map(|&v| f32::from_be_bytes(v)).collect()),
            (_, false) => Pixels::Floats(floats.map(|&v| f32::from_le_bytes(v)).collect()),
        };
        let mut checked = check_shape(shape, pixels.len());
        if let Pixels::Floats(values) = &pixels {
            checked = checked.and_then(|()| check_finite(shape, values));
        }
        checked.map_err(|e| within(&self.name, e))?;
        Ok((shape, pixels))
    }

    /// Class labels: whole numbers of any type, one axis.
    pub fn labels(mut self) -> Result<Vec<u16>> {
        if self.header.shape.len() != 1 {
            let found = format!("shape {:?}", self.header.shape);
            return Err(Error::invalid(&self.name, found, "1 axis: one label per image"));
        }
        let numbers = self.decode(&['u', 'i'], "an integer type")?;
        class_labels(&numbers, |at| format!("{}[{at}]", self.name))
    }

    /// The values of any array: numbers in single precision, or a single text (NumPy's type `U`).
    pub fn content(mut self) -> Result<Content> {
        let kind = self.header.number();
        if kind.is_some_and(|kind| kind.decode(&[]).is_some()) {
            let values = self.decode(&['u', 'i', 'f'], "integers, float32 or float64")?;
            return Ok(Content::Numbers(values.into_iter().map(|v| v as f32).collect()));
        }
        let Some(NumberType { kind: 'U', width, big_endian }) = kind else { return Ok(Content::Other) };
        if !self.header.shape.is_empty() {
            return Ok(Content::Other);
        }
        // A width counts characters of four bytes.
        let bytes = width.saturating_mul(4);
        let bytes = self.stream.block("text", bytes).map_err(|e| within(&self.name, e))?;
        let codes = bytes.as_chunks::<4>().0.iter();
        let codes =
            codes.map(|&code| if big_endian { u32::from_be_bytes(code) } else { u32::from_le_bytes(code) });
        let text: Option<String> = codes.take_while(|&code| code != 0).map(char::from_u32).collect();
        let text =
            text.ok_or_else(|| Error::invalid(&self.name, "codes that are no characters", "a text"))?;
        Ok(Content::Text(text))
    }

    /// The values of an array of numbers, in C order.
    pub fn numbers(mut self) -> Result<Vec<f64>> {
        self.decode(&['u', 'i', 'f'], "integers, float32 or float64")
    }

    fn decode(&mut self, kinds: &[char], accepted: &str) -> Result<Vec<f64>> {
        let accept = |number: &NumberType| kinds.contains(&number.kind) && number.decode(&[]).is_some();
        let (number, bytes) = self.values(accept, accepted)?;
        Ok(number.decode(&bytes).unwrap_or_default())
    }
}

/// What an array holds.
pub(super) enum Content {
    /// Numbers, in C order.
    Numbers(Vec<f32>),
    /// One text.
    Text(String),
    /// Another type, or several texts.
    Other,
}

/// The header of an array.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    /// The type, such as `<f4`.
    descr: String,
    /// Whether the first index runs fastest.
    fortran: bool,
    shape: Vec<u64>,
}

impl Header {
    fn parse(name: &str, text: &[u8]) -> Result<Header> {
        let text = String::from_utf8_lossy(text);
        // The text after a key and its colon.
        let value = |key: &str| {
            let mut places =
                ["'", "\""].iter().filter_map(|quote| text.split_once(&format!("{quote}{key}{quote}")));
            places
                .next()
                .and_then(|(_, rest)| rest.trim_start().strip_prefix(':'))
                .map_or("", str::trim_start)
        };
        let error = |key: &str, expected: &str| {
            let found: String = value(key).trim_end().chars().take(24).collect();
            Error::invalid(format!("{name}, {key} in its header"), format!("{found:?}"), expected)
        };
        let descr = value("descr");
        let quote = descr.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let descr = quote.and_then(|quote| Some(descr[1..].split_once(quote)?.0));
        let descr = descr.ok_or_else(|| error("descr", "a type of numbers in quotes"))?;
        let fortran = value("fortran_order").starts_with("True");
        if !fortran && !value("fortran_order").starts_with("False") {
            return Err(error("fortran_order", "True or False"));
        }
        let shape = value("shape").strip_prefix('(').and_then(|shape| Some(shape.split_once(')')?.0));
        let extents = shape.unwrap_or("none").split(',').map(str::trim).filter(|extent| !extent.is_empty());
        // Python 2 wrote long integers with the suffix L.
        let shape = extents.map(|extent| extent.trim_end_matches('L').parse().ok()).collect::<Option<_>>();
        let shape = shape.ok_or_else(|| error("shape", "whole numbers below 2^64 in brackets"))?;
        Ok(Header { descr: descr.into(), fortran, shape })
    }

    /// The type of the values if it is one letter and a width.
    fn number(&self) -> Option<NumberType> {
        let plain = self.descr.trim_start_matches(['<', '>', '|', '=']);
        let kind = plain.chars().next().filter(char::is_ascii_alphabetic)?;
        Some(NumberType { kind, width: plain[1..].parse().ok()?, big_endian: self.descr.starts_with('>') })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use npyz::{DType, Order, WriterBuilder};
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Header> {
        Header::parse("x", text.as_bytes())
    }

    #[test]
    fn headers_as_numpy_writes_them() {
        let header =
            parse("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 28, 28), }   \n").unwrap();
        assert_eq!(header, Header { descr: "<f4".into(), fortran: false, shape: vec![2, 1, 28, 28] });
        assert_eq!(header.number(), Some(NumberType { kind: 'f', width: 4, big_endian: false }));
        let scalar = parse("{\"shape\":(),\"fortran_order\":True,\"descr\":\">i8\"}").unwrap();
        assert_eq!((scalar.shape.len(), scalar.fortran), (0, true));
        assert_eq!(scalar.number(), Some(NumberType { kind: 'i', width: 8, big_endian: true }));
        assert_eq!(parse("{'descr': '|u1', 'fortran_order': False, 'shape': (7L,)}").unwrap().shape, [7]);
        assert_eq!(parse("{'descr': '|O', 'fortran_order': False, 'shape': ()}").unwrap().number(), None);
    }

    #[test]
    fn malformed_headers_are_refused() {
        for (descr, fortran, shape, key, found) in [
            ("4", "True", "()", "descr", "4, 'fortran_order': True"),
            // The type of a record.
            ("[('a', '<i4')]", "True", "()", "descr", "[('a', '<i4')], 'fortran"),
            ("'<f4'", "1", "()", "fortran_order", "1, 'shape': ()}"),
            ("'<f4'", "True", "(1, -2)", "shape", "(1, -2)}"),
            ("'<f4'", "True", "(18446744073709551616,)", "shape", "(18446744073709551616,)}"),
            ("'<f4'", "True", "3", "shape", "3}"),
        ] {
            let error = parse(&format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}}}"));
            let message = error.unwrap_err().to_string();
            let expected = format!("x, {key} in its header: found {found:?}, expected ");
            assert!(message.starts_with(&expected), "{message}");
        }
        for text in ["", "[1]", "{'descr': '<f4'}", "{'shape': (1,), 'fortran_order': True}"] {
            assert!(parse(text).unwrap_err().to_string().contains("found \"\""), "{text}");
        }
    }

    proptest! {
        /// Against the npyz library, which writes headers as NumPy does.
        #[test]
        fn headers_that_a_library_writes_are_read(shape in prop::collection::vec(0_u64..99, 0..5), fortran: bool, descr in "[<>][fiu][1248]") {
            let Ok(dtype) = descr.parse::<npyz::TypeStr>() else { return Ok(()) };
            let order = if fortran { Order::Fortran } else { Order::C };
            let mut bytes = Vec::new();
            let options = npyz::WriteOptions::<f64>::new().dtype(DType::Plain(dtype)).order(order).shape(&shape);
            if options.writer(&mut bytes).begin_nd().is_err() {
                return Ok(());
            }
            let end = bytes.iter().position(|&b| b == b'\n').map_or(bytes.len(), |at| at + 1);
            let header = Header::parse("x", &bytes[10..end]).unwrap();
            prop_assert_eq!(&header.shape, &shape);
            prop_assert_eq!(header.fortran, fortran);
            prop_assert_eq!(&header.descr, &descr);
        }

        #[test]
        fn arbitrary_text_does_not_panic(text in "[{}()\\[\\]'\":, A-Za-z0-9<é]{0,60}") {
            let _ = parse(&text);
            let _ = parse(&format!("{{'descr': {text}, 'fortran_order': False, 'shape': (1,)}}"));
        }
    }
}
