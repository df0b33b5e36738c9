//! `convrfm filters`: the leading eigenvectors of M as a PNG file, one row per round.

use crate::data::read_array;
use crate::output;
use convrfm::{Error, FeatureMatrix, Matrix, Result};
use image::{ImageFormat, Rgb, RgbImage};
use std::io::Cursor;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Filters {
    /// Results of `convrfm fit --out`. For several levels, the filters of the first are drawn.
    results: PathBuf,
    /// PNG file to write.
    #[arg(long)]
    png: PathBuf,
    /// Filters per round.
    #[arg(long, default_value_t = 8)]
    count: usize,
    /// Pixels per filter weight.
    #[arg(long, default_value_t = 16)]
    zoom: usize,
}

/// Pixels between filters.
const GAP: usize = 6;
/// The longest side of a picture. Many programs cannot open larger ones.
const LARGEST_SIDE: usize = 32_768;

impl Filters {
    pub fn run(&self) -> Result<()> {
        let file = self.results.display();
        let results = std::fs::read(&self.results).map_err(|e| Error::Unreadable {
            file: file.to_string(),
            cause: format!("{e}; expected a results file of `convrfm fit`"),
        })?;
        let picture = self.draw(&results).map_err(|e| e.in_file(file))?;
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).map_err(|e| output::unwritable(&self.png, e))?;
        output::write(&self.png, png.into_inner())
    }

    fn draw(&self, results: &[u8]) -> Result<RgbImage> {
        // Patches of later levels are not patches of pixels.
        let name = if read_array(results, "kept_level").is_ok() { "agop_0" } else { "agop" };
        let (shape, values) = read_array(results, name)?;
        let first = |name: &str| -> Result<usize> {
            let first = read_array(results, name)?.1.first().map(|&v| v as usize);
            first.ok_or_else(|| Error::invalid(name, "an empty array", "a number"))
        };
        let (patch, channels) = (first("patch")?, first("channels")?);
        let (rounds, d) = match shape[..] {
            [rounds, d, columns] if d > 0 && d == columns => (rounds, d),
            _ => return Err(Error::invalid(name, format!("shape {shape:?}"), "a stack of square matrices")),
        };
        if rounds == 0 {
            return Err(Error::invalid(name, "no matrix", "at least one: fit with --rounds 2 or more"));
        }
        if patch.checked_mul(patch).and_then(|area| area.checked_mul(channels)) != Some(d) {
            let expected = format!("rows for {channels} channels of {patch} x {patch} pixels");
            return Err(Error::invalid(name, format!("{d} rows"), expected));
        }
        let count = self.count.clamp(1, d);
        let zoom = self.zoom.max(1);
        // Three channels are one picture in colour. Otherwise each channel is a picture of its own.
        let panes = if channels == 3 { 1 } else { channels };
        let side = patch.saturating_mul(zoom);
        let width = panes.saturating_mul(side.saturating_add(1)).saturating_add(GAP - 1);
        let height = side.saturating_add(GAP);
        if count.saturating_mul(width).max(rounds.saturating_mul(height)) > LARGEST_SIDE - GAP {
            let expected = format!("at most {LARGEST_SIDE} pixels on a side; lower --count or --zoom");
            return Err(Error::invalid("picture", "a larger one", expected));
        }
        let size = [count * width + GAP, rounds * height + GAP].map(|pixels| pixels as u32);
        let mut picture = RgbImage::from_pixel(size[0], size[1], Rgb([255; 3]));
        for (round, m) in values.chunks_exact(d * d).enumerate() {
            let m = Matrix::from_row_iterator(d, d, m.iter().map(|&v| v as f32));
            let features = FeatureMatrix::new(m)?;
            for index in 0..count {
                let filter = features.filter(index);
                let largest = filter.iter().fold(f32::MIN_POSITIVE, |m, v| m.max(v.abs()));
                for (y, x) in (0..side).flat_map(|y| (0..panes * side).map(move |x| (y, x))) {
                    let weight = |channel: usize| {
                        filter[(channel * patch + y / zoom) * patch + x % side / zoom] / largest
                    };
                    let colour = if channels == 3 {
                        [0, 1, 2].map(weight).map(byte)
                    } else {
                        diverging(weight(x / side))
                    };
                    let (left, top) = (GAP + index * width + x + x / side, GAP + round * height + y);
                    picture.put_pixel(left as u32, top as u32, Rgb(colour));
                }
            }
        }
        Ok(picture)
    }
}

/// Maps -1 to 1 linearly to 0 to 255.
fn byte(v: f32) -> u8 {
    ((v * 0.5 + 0.5) * 255.0).round() as u8
}

/// Blue for -1, near white for 0, orange for 1: colours that people with any colour vision can distinguish.
fn diverging(v: f32) -> [u8; 3] {
    const ENDS: [[f32; 3]; 2] = [[33.0, 102.0, 172.0], [200.0, 84.0, 20.0]];
    const MIDDLE: f32 = 247.0;
    let end = ENDS[usize::from(v > 0.0)];
    end.map(|c| (MIDDLE + (c - MIDDLE) * v.abs().min(1.0)).round() as u8)
}
