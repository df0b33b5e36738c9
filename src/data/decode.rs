//! Decoding of PNG, JPEG and WebP pictures natively; on the page the browser decodes them.

use super::collection::Collection;
use super::gather::Gatherer;
use super::limits;
use super::pictures::{Part, Pictures};
use super::stream::one_line;
use crate::error::{Error, Result};
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use std::io::Cursor;

impl Pictures {
    /// Decodes every picture and resizes it to `side` x `side` pixels, in colour or grey.
    ///
    /// # Errors
    /// When a picture cannot be decoded, named by the error, or the set exceeds a limit of [`Gatherer`].
    pub fn decode(&mut self, side: usize, colour: bool, name: &str) -> Result<Collection> {
        let mut gatherer = Gatherer::new(self.classes().to_vec(), side, colour)?;
        for index in 0..self.entries().len() {
            let bytes = self.bytes(index)?;
            let picture = &self.entries()[index];
            let (path, part) = (&picture.path, picture.split.unwrap_or(Part::Train));
            let label = self.label(index);
            let pixels = rgba(bytes).map_err(|e| {
                Error::invalid("picture", one_line(&e), "one that can be decoded").in_file(path)
            })?;
            let (width, height) = (pixels.width() as usize, pixels.height() as usize);
            gatherer.add(label, part, width, height, pixels.as_raw()).map_err(|e| e.in_file(path))?;
        }
        let mut set = gatherer.finish(name)?;
        set.notes.extend(self.notes());
        Ok(set)
    }
}

fn rgba(bytes: Vec<u8>) -> image::ImageResult<image::RgbaImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut allowed = Limits::default();
    allowed.max_image_width = Some(limits::PICTURE_SIDE);
    allowed.max_image_height = Some(limits::PICTURE_SIDE);
    reader.limits(allowed);
    let mut decoder = reader.into_decoder()?;
    // Browsers turn photographs upright too.
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture.into_rgba8())
}
