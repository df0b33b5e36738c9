//! Weights in `.safetensors` files: the length of a header (8 bytes), the header as JSON with type, shape and place of each array,
//! and the values.
//!
//! The crate `safetensors` checks as much, but most of its errors name no array.

use super::limits;
use super::stream::one_line;
use crate::error::{Error, Result};
use crate::linalg::sort::descending;
use crate::linalg::tensor::{NamedTensors, Tensor};
use std::collections::BTreeMap;

/// Bytes before the header.
const LENGTH_BYTES: usize = 8;
/// The key of the texts, in the place of an array's name.
const TEXTS: &str = "__metadata__";
/// What a header is.
const HEADER: &str = "JSON with `dtype`, `shape` and `data_offsets` of each array";

/// What its entry for an array is.
const ENTRY: &str = "`dtype`, `shape` and `data_offsets`";

/// What the header says about an array.
#[cfg_attr(not(target_arch = "wasm32"), derive(serde::Deserialize))]
struct Entry {
    dtype: String,
    shape: Vec<u64>,
    /// First byte, and the byte after the last, from the end of the header.
    data_offsets: [u64; 2],
}

/// How values are stored.
#[derive(Clone, Copy)]
enum Stored {
    /// Single precision.
    F32,
    /// Half precision: 5 bits of exponent.
    F16,
    /// The upper half of single precision.
    BF16,
    /// Whole numbers or truth values of this many bytes. They are no weights: PyTorch counts batches with them.
    Whole(u64),
}

/// Every array of a `.safetensors` file in single precision, and the texts of its metadata. Values are stored as F32, F16 or BF16;
/// arrays of whole numbers are left out.
///
/// ```
/// let header = br#"{"w": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}}"#;
/// let mut file = (header.len() as u64).to_le_bytes().to_vec();
/// file.extend(header);
/// file.extend([0x00, 0x3C, 0x00, 0xC1]);
/// assert_eq!(convrfm::read_safetensors(&file)?.tensors["w"].values, [1.0, -2.5]);
/// let error = convrfm::read_safetensors(&file[..file.len() - 1]).unwrap_err();
/// assert_eq!(error.to_string(), "w: found bytes 0 to 4 of 3, expected bytes that the file has");
/// # Ok::<(), convrfm::Error>(())
/// ```
///
/// # Errors
/// When the header is no JSON, is longer than the file or than [`limits::SAFETENSORS_HEADER`], an array has another type, reaches
/// beyond the file, shares bytes with another one, has more or fewer bytes than its shape needs, or has a value that is not
/// finite, or all arrays together exceed [`limits::UNPACKED_BYTES`]. The error names the array.
pub fn read_safetensors(bytes: &[u8]) -> Result<NamedTensors> {
    let (header, data) = split(bytes)?;
    let (texts, entries) = parse(header)?;
    let mut file = NamedTensors { texts, ..NamedTensors::default() };
    // Without gaps and overlaps, as the format demands: arrays cannot hold more values than the file.
    let at = |index: usize, which: usize| -(entries[index].1.data_offsets[which] as f64);
    let by_end = descending(&(0..entries.len()).map(|index| at(index, 1)).collect::<Vec<_>>());
    let order = descending(&by_end.iter().map(|&index| at(index, 0)).collect::<Vec<_>>());
    let (mut at, mut total) = (0, 0);
    for (name, entry) in order.into_iter().map(|place| &entries[by_end[place]]) {
        // A name may be as long as the header.
        let field = one_line(name);
        let (stored, range) = entry.check(&field, at, data.len() as u64)?;
        at = entry.data_offsets[1];
        // An array without values may have any other extents.
        let shape: Option<Vec<usize>> =
            entry.shape.iter().map(|&extent| usize::try_from(extent).ok()).collect();
        let shape = shape.ok_or_else(|| too_large(&field, &entry.shape))?;
        let Some(values) = stored.decode(&data[range]) else { continue };
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            return Err(Error::invalid(format!("{field}, value {at}"), values[at], "a finite number"));
        }
        total += 4 * values.len() as u64;
        if total > limits::UNPACKED_BYTES {
            let expected = format!("at most {} in all arrays", limits::UNPACKED_BYTES);
            return Err(Error::invalid(field, format!("{total} bytes"), expected));
        }
        file.tensors.insert(name.clone(), Tensor { shape, values });
    }
    if at != data.len() as u64 {
        let found = format!("{} bytes", data.len());
        return Err(Error::invalid("values", found, format!("{at}, as the header says")));
    }
    Ok(file)
}

/// The texts of a header, and what it says about each array.
type Header = (BTreeMap<String, String>, Vec<(String, Entry)>);

/// Reads a header.
#[cfg(not(target_arch = "wasm32"))]
fn parse(header: &[u8]) -> Result<Header> {
    let header: BTreeMap<String, &serde_json::value::RawValue> =
        serde_json::from_slice(header).map_err(|e| Error::invalid("header", one_line(&e), HEADER))?;
    let (mut texts, mut entries) = (BTreeMap::new(), Vec::with_capacity(header.len()));
    for (name, json) in header {
        let invalid =
            |e: serde_json::Error, expected| Error::invalid(one_line(&name), one_line(&e), expected);
        if name == TEXTS {
            texts = serde_json::from_str(json.get()).map_err(|e| invalid(e, "texts by name"))?;
        } else {
            let entry = serde_json::from_str(json.get()).map_err(|e| invalid(e, ENTRY))?;
            entries.push((name, entry));
        }
    }
    Ok((texts, entries))
}

/// Reads a header with the browser's own reader of JSON: another one would be 25 kB of the page's download.
#[cfg(target_arch = "wasm32")]
fn parse(header: &[u8]) -> Result<Header> {
    use js_sys::{Array, JSON, Object, Reflect};
    use wasm_bindgen::{JsCast, JsValue};
    let invalid = |found: &str| Error::invalid("header", found, HEADER);
    let text = std::str::from_utf8(header).map_err(|_| invalid("bytes that are no text"))?;
    let object: Object = JSON::parse(text)
        .ok()
        .and_then(|value| value.dyn_into().ok())
        .ok_or_else(|| invalid("another text"))?;
    let whole = |value: JsValue| value.as_f64().filter(|v| *v >= 0.0 && v.fract() == 0.0).map(|v| v as u64);
    let entry = |value: &JsValue| -> Option<Entry> {
        let field = |name: &str| Reflect::get(value, &name.into()).ok();
        let numbers = |name: &str| {
            field(name)?.dyn_into::<Array>().ok()?.iter().map(whole).collect::<Option<Vec<u64>>>()
        };
        let (dtype, shape) = (field("dtype")?.as_string()?, numbers("shape")?);
        Some(Entry { dtype, shape, data_offsets: numbers("data_offsets")?.try_into().ok()? })
    };
    let (mut texts, mut entries) = (BTreeMap::new(), Vec::new());
    let pairs =
        |value: &Object| Object::entries(value).iter().map(|pair| Array::from(&pair)).collect::<Vec<_>>();
    for pair in pairs(&object) {
        let (name, value) = (pair.get(0).as_string().unwrap_or_default(), pair.get(1));
        if name == TEXTS {
            let known = value.dyn_ref().map(pairs).into_iter().flatten();
            texts.extend(known.filter_map(|text| Some((text.get(0).as_string()?, text.get(1).as_string()?))));
        } else {
            let entry =
                entry(&value).ok_or_else(|| Error::invalid(one_line(&name), "something else", ENTRY))?;
            entries.push((name, entry));
        }
    }
    Ok((texts, entries))
}

/// The header and the values.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH_BYTES>() else {
        let expected = format!("a .safetensors file, which begins with {LENGTH_BYTES} bytes");
        return Err(Error::invalid("header", format!("{} bytes", bytes.len()), expected));
    };
    let length = u64::from_le_bytes(*length);
    let most = limits::SAFETENSORS_HEADER.min(rest.len() as u64);
    if length > most {
        let expected = format!("at most {most}: a .safetensors file that is complete");
        return Err(Error::invalid("header", format!("a length of {length} bytes"), expected));
    }
    Ok(rest.split_at(length as usize))
}

impl Entry {
    /// How and where the values are stored. `start` is the end of the array before, `len` the number of bytes of all.
    fn check(&self, name: &str, start: u64, len: u64) -> Result<(Stored, std::ops::Range<usize>)> {
        let [first, end] = self.data_offsets;
        let stored = match &self.dtype[..] {
            "F32" => Stored::F32,
            "F16" => Stored::F16,
            "BF16" => Stored::BF16,
            "BOOL" | "U8" | "I8" => Stored::Whole(1),
            "U16" | "I16" => Stored::Whole(2),
            "U32" | "I32" => Stored::Whole(4),
            "U64" | "I64" => Stored::Whole(8),
            other => {
                return Err(Error::invalid(name, format!("dtype {}", one_line(&other)), "F32, F16 or BF16"));
            }
        };
        if first > end || end > len {
            let found = format!("bytes {first} to {end} of {len}");
            return Err(Error::invalid(name, found, "bytes that the file has"));
        }
        if first != start {
            let found = format!("byte {first} as the first");
            return Err(Error::invalid(name, found, format!("byte {start}, where the array before it ends")));
        }
        let needed = self.shape.iter().try_fold(stored.width(), |n, &extent| n.checked_mul(extent));
        if needed != Some(end - first) {
            let Some(needed) = needed else { return Err(too_large(name, &self.shape)) };
            let found = format!("{} bytes for {}", end - first, shown(&self.shape));
            return Err(Error::invalid(name, found, format!("{needed} bytes")));
        }
        Ok((stored, first as usize..end as usize))
    }
}

fn too_large(name: &str, shape: &[u64]) -> Error {
    Error::invalid(name, shown(shape), "a shape that fits in memory")
}

/// A shape in an error.
fn shown(shape: &[u64]) -> String {
    if shape.len() > 8 { format!("{} axes", shape.len()) } else { format!("shape {shape:?}") }
}

impl Stored {
    /// Bytes per value.
    fn width(self) -> u64 {
        match self {
            Stored::F32 => 4,
            Stored::F16 | Stored::BF16 => 2,
            Stored::Whole(width) => width,
        }
    }

    /// The values, if they are weights.
    fn decode(self, bytes: &[u8]) -> Option<Vec<f32>> {
        let halves = || bytes.as_chunks::<2>().0.iter().map(|half| u16::from_le_bytes(*half));
        match self {
            Stored::F32 => {
                Some(bytes.as_chunks::<4>().0.iter().map(|word| f32::from_le_bytes(*word)).collect())
            }
            Stored::F16 => Some(halves().map(half).collect()),
            Stored::BF16 => Some(halves().map(|half| f32::from_bits(u32::from(half) << 16)).collect()),
            Stored::Whole(_) => None,
        }
    }
}

/// A number in half precision (IEEE 754 binary16).
fn half(bits: u16) -> f32 {
    /// The exponents of half and single precision differ by 112.
    const SCALE: f32 = (1_u128 << 112) as f32;
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (bits & 0x7C00, bits & 0x03FF);
    match (exponent, fraction) {
        (0x7C00, 0) => sign * f32::INFINITY,
        (0x7C00, _) => f32::NAN,
        // Exact for subnormal numbers too.
        _ => sign * SCALE * f32::from_bits(u32::from(exponent | fraction) << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_half_precision() {
        for (bits, value) in [
            (0x0000, 0.0),
            (0x0001, 2.0_f32.powi(-24)),
            (0x03FF, 1023.0 * 2.0_f32.powi(-24)),
            (0x0400, 2.0_f32.powi(-14)),
            (0x3555, 0.333_251_95),
            (0xC000, -2.0),
            (0x7BFF, 65_504.0),
            (0xFC00, f32::NEG_INFINITY),
        ] {
            assert_eq!(half(bits), value, "{bits:04x}");
        }
        assert!(half(0x7E00).is_nan());
        // Every number in half precision is one in single precision, larger than the one before.
        assert!((1..0x7C00).all(|bits| half(bits) > half(bits - 1)));
    }
}
