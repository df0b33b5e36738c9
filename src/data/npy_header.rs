//! The header of a NumPy array: a Python dictionary of three keys, as NumPy's format (NEP 1) defines it.
//!
//! A library for this reads all of Python's literals, and was 45 kB of the page's compressed wasm, a fourteenth of it.

use crate::error::{Error, Result};

/// What the dictionary says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NpyHeader {
    /// The type as it stands there: `'<f4'`, or a list of a record's fields.
    pub descr: String,
    /// Whether the first index runs fastest.
    pub fortran: bool,
    pub shape: Vec<u64>,
}

/// A type of plain numbers: NumPy's letter (`u`, `i`, `f`, ...), bytes of each, and whether the most significant comes first.
pub(super) type Values = (char, u64, bool);

impl NpyHeader {
    /// Reads the text of a header.
    ///
    /// # Errors
    /// When it is not such a dictionary; the sentence says where.
    pub fn parse(name: &str, text: &[u8]) -> Result<NpyHeader> {
        let whole = std::str::from_utf8(text).unwrap_or("");
        let mut rest = Rest { whole, rest: whole };
        rest.header().map_err(|expected| {
            let place = whole.len() - rest.rest.len();
            let found: String = rest.rest.chars().take(12).collect();
            let found = if found.is_empty() { "the end of the header".into() } else { format!("{found:?}") };
            Error::invalid(format!("{name}, header, character {place}"), found, expected)
        })
    }

    /// The type of numbers; none of records, and of what is no NumPy type at all.
    pub fn values(&self) -> Option<Values> {
        let quoted = self.descr.trim_matches(|c| c == '\'' || c == '"');
        let order = quoted.chars().next().filter(|c| "<>|=".contains(*c));
        let mut plain = quoted[order.map_or(0, char::len_utf8)..].chars();
        let letter = plain.next().filter(char::is_ascii_alphabetic)?;
        Some((letter, plain.as_str().parse().ok()?, order == Some('>')))
    }

    /// Whether the values are Python objects, pickled.
    pub fn is_pickled(&self) -> bool {
        ["O'", "O\""].iter().any(|end| self.descr.contains(end))
    }
}

/// What is left to be read.
struct Rest<'a> {
    whole: &'a str,
    rest: &'a str,
}

/// What was expected where reading stopped.
type Expected<T> = std::result::Result<T, &'static str>;

impl Rest<'_> {
    fn header(&mut self) -> Expected<NpyHeader> {
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        self.sign("{", "a dictionary")?;
        while !self.takes("}") {
            let key = self.text("a key in quotes")?;
            self.sign(":", "a colon")?;
            match key.as_str() {
                "descr" => descr = Some(self.descr()?),
                "fortran_order" => fortran = Some(self.truth()?),
                "shape" => shape = Some(self.shape()?),
                _ => return Err("no key but descr, fortran_order and shape"),
            }
            if !self.takes(",") {
                self.sign("}", "a comma, or the end of the dictionary")?;
                break;
            }
        }
        self.rest = self.rest.trim_start();
        if !self.rest.is_empty() {
            return Err("nothing after the dictionary");
        }
        match (descr, fortran, shape) {
            (Some(descr), Some(fortran), Some(shape)) => Ok(NpyHeader { descr, fortran, shape }),
            _ => Err("the keys descr, fortran_order and shape"),
        }
    }

    /// A string, or a list, whose brackets and quotes are counted, in the words of the file.
    fn descr(&mut self) -> Expected<String> {
        self.rest = self.rest.trim_start();
        let start = self.whole.len() - self.rest.len();
        if !self.rest.starts_with('[') {
            self.text("a type in quotes, or a list of fields")?;
            return Ok(self.whole[start..self.whole.len() - self.rest.len()].into());
        }
        let (mut depth, mut quote) = (0, None);
        for (at, c) in self.rest.char_indices() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (None, '\'' | '"') => quote = Some(c),
                (None, '[' | '(') => depth += 1,
                (None, ']' | ')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let (list, rest) = self.rest.split_at(at + 1);
                self.rest = rest;
                return Ok(list.into());
            }
        }
        Err("the end of the list of fields")
    }

    fn truth(&mut self) -> Expected<bool> {
        match () {
            () if self.takes("True") => Ok(true),
            () if self.takes("False") => Ok(false),
            () => Err("True or False"),
        }
    }

    fn shape(&mut self) -> Expected<Vec<u64>> {
        let mut shape = Vec::new();
        self.sign("(", "a shape in brackets")?;
        while !self.takes(")") {
            self.rest = self.rest.trim_start();
            let digits = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
            shape.push(self.rest[..digits].parse().map_err(|_| "a whole number below 2^64")?);
            self.rest = &self.rest[digits..];
            // Python 2 wrote long numbers so.
            self.takes("L");
            if !self.takes(",") {
                self.sign(")", "a comma, or the end of the shape")?;
                break;
            }
        }
        Ok(shape)
    }

    /// A string in single or double quotes; NumPy's contain no backslash.
    fn text(&mut self, expected: &'static str) -> Expected<String> {
        self.rest = self.rest.trim_start();
        let quote = self.rest.chars().next().filter(|c| *c == '\'' || *c == '"').ok_or(expected)?;
        let (text, rest) = self.rest[1..].split_once(quote).ok_or(expected)?;
        self.rest = rest;
        Ok(text.into())
    }

    fn sign(&mut self, sign: &str, expected: &'static str) -> Expected<()> {
        if self.takes(sign) { Ok(()) } else { Err(expected) }
    }

    fn takes(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use npyz::{DType, Order, WriterBuilder};
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<NpyHeader> {
        NpyHeader::parse("x", text.as_bytes())
    }

    #[test]
    fn headers_as_numpy_writes_them() {
        let header =
            parse("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 28, 28), }   \n").unwrap();
        assert_eq!(header, NpyHeader { descr: "'<f4'".into(), fortran: false, shape: vec![2, 1, 28, 28] });
        assert_eq!(header.values(), Some(('f', 4, false)));
        let scalar = parse("{\"shape\":(),\"fortran_order\":True,\"descr\":\">i8\"}").unwrap();
        assert_eq!((scalar.shape.len(), scalar.fortran, scalar.values()), (0, true, Some(('i', 8, true))));
        assert_eq!(parse("{'descr': '|u1', 'fortran_order': False, 'shape': (7L,)}").unwrap().shape, [7]);
        let record =
            parse("{'descr': [('a', '<i4'), ('b]', '|O', (2, 2))], 'fortran_order': False, 'shape': (1,)}")
                .unwrap();
        assert_eq!(record.descr, "[('a', '<i4'), ('b]', '|O', (2, 2))]");
        assert!(record.values().is_none() && record.is_pickled());
    }

    #[test]
    fn what_is_no_header_is_refused_with_its_place() {
        for (text, sentence) in [
            ("", "x, header, character 0: found the end of the header, expected a dictionary"),
            ("[1]", "x, header, character 0: found \"[1]\", expected a dictionary"),
            (
                "{'descr': '<f4'}",
                "x, header, character 16: found the end of the header, expected the keys descr, fortran_order and shape",
            ),
            (
                "{'descr': 4}",
                "x, header, character 10: found \"4}\", expected a type in quotes, or a list of fields",
            ),
            (
                "{'shape': (1, -2)}",
                "x, header, character 14: found \"-2)}\", expected a whole number below 2^64",
            ),
            (
                "{'shape': (18446744073709551616,)}",
                "x, header, character 11: found \"184467440737\", expected a whole number below 2^64",
            ),
            ("{'fortran_order': 1}", "x, header, character 17: found \" 1}\", expected True or False"),
            (
                "{'other': 1}",
                "x, header, character 9: found \" 1}\", expected no key but descr, fortran_order and shape",
            ),
            (
                "{'descr': [('a', '<i4'}",
                "x, header, character 10: found \"[('a', '<i4'\", expected the end of the list of fields",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), sentence);
        }
    }

    proptest! {
        /// Against the library, which writes what NumPy would.
        #[test]
        fn what_is_written_is_read(shape in prop::collection::vec(0_u64..99, 0..5), fortran: bool, descr in "[<>][fiu][1248]") {
            let Ok(dtype) = descr.parse::<npyz::TypeStr>() else { return Ok(()) };
            let order = if fortran { Order::Fortran } else { Order::C };
            let mut bytes = Vec::new();
            let options = npyz::WriteOptions::<f64>::new().dtype(DType::Plain(dtype)).order(order).shape(&shape);
            if options.writer(&mut bytes).begin_nd().is_err() {
                return Ok(());
            }
            let end = bytes.iter().position(|&b| b == b'\n').map_or(bytes.len(), |at| at + 1);
            let header = NpyHeader::parse("x", &bytes[10..end]).unwrap();
            prop_assert_eq!(&header.shape, &shape);
            prop_assert_eq!(header.fortran, fortran);
            prop_assert_eq!(header.descr.trim_matches('\''), &descr);
        }

        #[test]
        fn no_text_does_harm(text in "[{}()\\[\\]'\":, A-Za-z0-9<]{0,60}") {
            let _ = parse(&text);
            let _ = parse(&format!("{{'descr': {text}, 'fortran_order': False, 'shape': (1,)}}"));
        }
    }
}
