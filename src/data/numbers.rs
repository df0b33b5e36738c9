//! Numbers as NumPy and MATLAB store them.

use super::limits;
use crate::error::{Error, Result};

/// How a number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NumberType {
    /// NumPy's letter: `u` unsigned, `i` signed, `f` floating point; other letters are not numbers.
    pub kind: char,
    /// Bytes per number.
    pub width: u64,
    /// Whether the most significant byte comes first.
    pub big_endian: bool,
}

impl NumberType {
    /// Decodes whole numbers of 1 to 8 bytes and floating-point numbers of 4 or 8 bytes; other types give `None`.
    pub fn decode(self, bytes: &[u8]) -> Option<Vec<f64>> {
        let unused = match (self.kind, self.width) {
            ('u' | 'i', width @ (1 | 2 | 4 | 8)) | ('f', width @ (4 | 8)) => 64 - 8 * width,
            _ => return None,
        };
        let number = |stored: &[u8]| {
            let mut bytes = [0; 8];
            bytes[..stored.len()].copy_from_slice(stored);
            if self.big_endian {
                bytes[..stored.len()].reverse();
            }
            let bits = u64::from_le_bytes(bytes);
            match self.kind {
                'u' => bits as f64,
                // Shifting left and back extends the sign.
                'i' => ((bits << unused) as i64 >> unused) as f64,
                _ if unused == 32 => f64::from(f32::from_bits(bits as u32)),
                _ => f64::from_bits(bits),
            }
        };
        Some(bytes.chunks_exact(self.width as usize).map(number).collect())
    }
}

/// Class labels from numbers: whole and below the limit. `field` names the label at an index.
pub(super) fn class_labels(numbers: &[f64], field: impl Fn(usize) -> String) -> Result<Vec<u16>> {
    let label = |(at, &number): (usize, &f64)| {
        if number >= 0.0 && number < limits::CLASSES as f64 && number.fract() == 0.0 {
            return Ok(number as u16);
        }
        let expected = format!("a whole number from 0 to {}", limits::CLASSES - 1);
        Err(Error::invalid(field(at), number, expected))
    };
    numbers.iter().enumerate().map(label).collect()
}

/// Names for `count` classes: 0, 1, 2, ...
pub(super) fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|class| class.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_type_are_decoded() {
        let decode = |kind, bytes: &[u8], big_endian| {
            NumberType { kind, width: bytes.len() as u64, big_endian }.decode(bytes).map(|numbers| numbers[0])
        };
        assert_eq!(decode('u', &[200], false), Some(200.0));
        assert_eq!(decode('i', &[200], false), Some(-56.0));
        assert_eq!(decode('u', &[1, 2], true), Some(258.0));
        assert_eq!(decode('i', &[0xFE, 0xFF, 0xFF, 0xFF], false), Some(-2.0));
        assert_eq!(decode('i', &i64::MIN.to_be_bytes(), true), Some(i64::MIN as f64));
        assert_eq!(decode('u', &[0xFF; 8], false), Some(u64::MAX as f64));
        assert_eq!(decode('f', &1.5_f32.to_le_bytes(), false), Some(1.5));
        assert_eq!(decode('f', &(-0.1_f64).to_be_bytes(), true), Some(-0.1));
        for (kind, width) in [('f', 2), ('u', 3), ('b', 1), ('V', 0), ('i', 16)] {
            assert_eq!(NumberType { kind, width, big_endian: false }.decode(&[0; 16]), None);
        }
    }
}
