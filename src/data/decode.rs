//! Decoding of PNG, JPEG and WebP pictures natively; on the page the browser decodes them.

use super::collection::Collection;
use super::format::Format;
use super::gather::{self, Gatherer};
use super::input::Input;
use super::limits;
use super::pictures::{Part, Pictures};
use super::stream::one_line;
use crate::error::{Error, Result};
use crate::images::{Images, Shape};
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
            let pixels = rgba(bytes).map_err(|e| e.in_file(path))?;
            let (width, height) = (pixels.width() as usize, pixels.height() as usize);
            gatherer.add(label, part, width, height, pixels.as_raw()).map_err(|e| e.in_file(path))?;
        }
        let mut set = gatherer.finish(name)?;
        set.notes.extend(self.notes());
        Ok(set)
    }
}

/// Photographs without classes, in colour, with values from 0 to 1: each is cropped to its central square and resized to `side` x
/// `side` pixels, as [`Gatherer`] does it. Returns the paths, too. Texts among the files are skipped, and photographs beyond
/// the first `most`.
///
/// # Errors
/// When there is no photograph, a file has another format or cannot be decoded, named by the error, or the images do not fit in
/// memory.
pub fn photographs(mut inputs: Vec<Input>, most: usize, side: usize) -> Result<(Vec<String>, Images)> {
    let mut files = Vec::new();
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    for mut input in inputs {
        match Format::detect(&mut input)? {
            Format::Picture => files.push(input),
            Format::Ignored | Format::ClassNames => {}
            Format::Unknown("") => return Err(not_a_photograph("another format", &input.path)),
            Format::Unknown(what) => return Err(not_a_photograph(what, &input.path)),
            other => return Err(not_a_photograph(other.name(), &input.path)),
        }
    }
    files.truncate(most);
    if files.is_empty() {
        return Err(Error::invalid("photographs", "none", "at least one PNG, JPEG or WebP file"));
    }
    let shape = Shape { channels: 3, height: side, width: side };
    let mut values = limits::zeroed_images(files.len(), shape, 2)?;
    let mut pictures = Pictures::without_classes(files);
    for (index, values) in values.chunks_exact_mut(shape.len()).enumerate() {
        let bytes = pictures.bytes(index)?;
        let pixels = rgba(bytes).map_err(|e| e.in_file(&pictures.entries()[index].path))?;
        let mut resized = Vec::with_capacity(shape.len());
        gather::append(
            &mut resized,
            shape,
            pixels.width() as usize,
            pixels.height() as usize,
            pixels.as_raw(),
        );
        values.iter_mut().zip(resized).for_each(|(value, byte)| *value = f32::from(byte) / 255.0);
    }
    let paths = pictures.entries().iter().map(|picture| picture.path.clone()).collect();
    Ok((paths, Images::new(shape, values)?))
}

fn not_a_photograph(found: &str, path: &str) -> Error {
    Error::invalid("content", found, "PNG, JPEG or WebP").in_file(path)
}

fn rgba(bytes: Vec<u8>) -> Result<image::RgbaImage> {
    decode(bytes).map_err(|e| Error::invalid("picture", one_line(&e), "one that can be decoded"))
}

fn decode(bytes: Vec<u8>) -> image::ImageResult<image::RgbaImage> {
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
