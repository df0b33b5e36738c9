//! The header of an encoded picture: size and type of its pixels, before anything is decoded.

use super::limits;
use crate::error::{Error, Result};

/// The header of a PNG, JPEG or WebP picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub width: u32,
    pub height: u32,
    /// Whether it has one colour channel.
    pub grey: bool,
    /// Bits per value; with a palette, of its colours.
    pub depth: u8,
    pub palette: bool,
}

/// Reads the header, and refuses a picture that is too large or that browsers decode differently.
pub(super) fn header(bytes: &[u8]) -> Result<Header> {
    let header = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        png(bytes)?
    } else if bytes.starts_with(&[0xFF, 0xD8]) {
        jpeg(bytes)?
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        webp(bytes)?
    } else {
        return Err(Error::invalid("content, byte 0", "another format", "PNG, JPEG or WebP"));
    };
    let (width, height) = (header.width, header.height);
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(Error::invalid("size", format!("{width} x {height} pixels"), "at least one pixel"));
    }
    if width.max(height) > limits::PICTURE_SIDE || pixels > limits::PICTURE_PIXELS {
        let expected =
            format!("at most {} per side and {} in total", limits::PICTURE_SIDE, limits::PICTURE_PIXELS);
        return Err(Error::invalid("size", format!("{width} x {height} pixels"), expected));
    }
    Ok(header)
}

/// The `N` bytes at `at`.
fn at<const N: usize>(bytes: &[u8], at: usize, field: &str) -> Result<[u8; N]> {
    bytes.get(at..at + N).and_then(|part| part.try_into().ok()).ok_or_else(|| {
        let place = format!("{field}, byte {at}");
        Error::invalid(place, "the end of the file", format!("{N} bytes"))
    })
}

fn png(bytes: &[u8]) -> Result<Header> {
    let [a, b, c, d] = at(bytes, 12, "first chunk")?;
    if [a, b, c, d] != *b"IHDR" {
        return Err(Error::invalid("first chunk, byte 12", "another chunk", "IHDR"));
    }
    let [depth, kind] = at(bytes, 24, "type of pixels")?;
    let palette = kind == 3;
    Ok(Header {
        width: u32::from_be_bytes(at(bytes, 16, "width")?),
        height: u32::from_be_bytes(at(bytes, 20, "height")?),
        grey: matches!(kind, 0 | 4),
        depth: if palette { 8 } else { depth },
        palette,
    })
}

/// Follows the markers to the start of the frame.
fn jpeg(bytes: &[u8]) -> Result<Header> {
    let mut place = 2;
    loop {
        let [mark, marker] = at(bytes, place, "marker")?;
        if mark != 0xFF {
            let found = format!("{mark:02x}");
            return Err(Error::invalid(format!("marker, byte {place}"), found, "ff"));
        }
        match marker {
            // Fill bytes, and markers without content.
            0xFF => place += 1,
            0x01 | 0xD0..=0xD8 => place += 2,
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                let [depth, h, eight, w, ht, channels] = at(bytes, place + 4, "frame")?;
                let frame = Header {
                    width: u32::from(u16::from_be_bytes([w, ht])),
                    height: u32::from(u16::from_be_bytes([h, eight])),
                    grey: channels == 1,
                    depth,
                    palette: false,
                };
                let (at, found, expected) = match (depth, channels) {
                    (8, 1 | 3) => return Ok(frame),
                    // The colours of CMYK depend on the printing press.
                    (8, n) => (place + 9, format!("{n} channels"), "1 (grey) or 3 (RGB)"),
                    (n, _) => (place + 4, format!("{n} bits per value"), "8"),
                };
                return Err(Error::invalid(format!("frame, byte {at}"), found, expected));
            }
            0xD9 | 0xDA => {
                return Err(Error::invalid(format!("marker, byte {place}"), "pixels", "a frame first"));
            }
            _ => place += 2 + usize::from(u16::from_be_bytes(at(bytes, place + 2, "segment")?)).max(2),
        }
    }
}

fn webp(bytes: &[u8]) -> Result<Header> {
    let kind: [u8; 4] = at(bytes, 12, "first chunk")?;
    let (width, height) = match &kind {
        b"VP8 " => {
            let [w, idth, h, eight] = at(bytes, 26, "frame")?;
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
            (side(w, idth), side(h, eight))
        }
        b"VP8L" => {
            let bits = u32::from_le_bytes(at(bytes, 21, "frame")?);
            ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        }
        b"VP8X" => {
            let [a, b, c, d, e, f] = at(bytes, 24, "canvas")?;
            (u32::from_le_bytes([a, b, c, 0]) + 1, u32::from_le_bytes([d, e, f, 0]) + 1)
        }
        _ => return Err(Error::invalid("first chunk, byte 12", "another chunk", "VP8, VP8L or VP8X")),
    };
    Ok(Header { width, height, grey: false, depth: 8, palette: false })
}
