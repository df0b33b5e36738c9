//! `convrfm filters`: the leading eigenvectors of M as a PNG file, one row per round, under a title. Each row names its round, each
//! filter the share of its eigenvalue in the trace of M.

use crate::data::read_array;
use crate::output;
use convrfm::{Error, FeatureMatrix, Matrix, Result};
use font8x8::{BASIC_FONTS, UnicodeFonts};
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
/// Width and height of a letter.
const LETTER: usize = 8;
/// Pixels above the first row: the title.
const HEADER: usize = LETTER + 2 * GAP;
/// Pixels left of the first filter: "round 12".
const MARGIN: usize = 8 * LETTER + GAP;
/// Pixels of a share below its filter.
const CAPTION: usize = LETTER + 2;
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

    fn title(&self) -> String {
        let name = self.results.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        format!("{name}: filters after each round, % of trace M")
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
        let height = side.saturating_add(CAPTION + GAP);
        let title = self.title();
        let text_width = title.chars().count() * LETTER + GAP;
        let (right, bottom) = (count.saturating_mul(width), rounds.saturating_mul(height));
        if right.max(text_width).max(bottom) > LARGEST_SIDE - MARGIN - HEADER - GAP {
            let expected = format!("at most {LARGEST_SIDE} pixels on a side; lower --count or --zoom");
            return Err(Error::invalid("picture", "a larger one", expected));
        }
        let size = [(MARGIN + right).max(text_width) + GAP, HEADER + bottom].map(|pixels| pixels as u32);
        let mut picture = RgbImage::from_pixel(size[0], size[1], Rgb([255; 3]));
        write(&mut picture, [GAP, GAP], &title);
        for (round, m) in values.chunks_exact(d * d).enumerate() {
            let m = Matrix::from_row_iterator(d, d, m.iter().map(|&v| v as f32));
            let features = FeatureMatrix::new(m)?;
            let row = HEADER + round * height;
            write(&mut picture, [GAP, row + (side.saturating_sub(LETTER)) / 2], &format!("round {round}"));
            for index in 0..count {
                let column = MARGIN + index * width;
                let share = format!("{:.0}%", 100.0 * features.eigenvalue_shares()[index]);
                // A share that is wider than its filter would run into the next one.
                if share.len() * LETTER <= width {
                    write(&mut picture, [column, row + side + 2], &share);
                }
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
                    picture.put_pixel((column + x + x / side) as u32, (row + y) as u32, Rgb(colour));
                }
            }
        }
        Ok(picture)
    }
}

/// Writes a line of text with its upper left corner at `[left, top]`. The font knows ASCII.
fn write(picture: &mut RgbImage, [left, top]: [usize; 2], text: &str) {
    for (i, letter) in text.chars().enumerate() {
        let glyph = BASIC_FONTS.get(letter).or_else(|| BASIC_FONTS.get('?')).unwrap_or_default();
        for (y, bits) in glyph.into_iter().enumerate() {
            for x in (0..LETTER).filter(|x| bits >> x & 1 == 1) {
                let at = [left + i * LETTER + x, top + y].map(|pixel| pixel as u32);
                if let Some(pixel) = picture.get_pixel_mut_checked(at[0], at[1]) {
                    *pixel = Rgb([60; 3]);
                }
            }
        }
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
