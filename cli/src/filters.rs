//! `convrfm filters`: the leading eigenvectors of M as a picture, one row per round; of several levels the first's.

use convrfm::data::read_array;
use convrfm::{Error, FeatureMatrix, Matrix, Result};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Filters {
    /// Results of `convrfm fit --out`; of several levels the first one's filters are drawn.
    results: PathBuf,
    /// Where to write the picture.
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
/// The longest side a picture may have.
const LARGEST_SIDE: usize = 32_768;

impl Filters {
    pub fn run(&self) -> Result<()> {
        let file = self.results.display().to_string();
        let bytes = std::fs::read(&self.results).map_err(|e| Error::Unreadable {
            file: file.clone(),
            cause: format!("{e}; expected a results file of fit"),
        })?;
        let picture = self.draw(&bytes).map_err(|e| e.in_file(&file))?;
        picture.write(&self.png).map_err(|e| Error::Unreadable {
            file: self.png.display().to_string(),
            cause: format!("cannot be written: {e}"),
        })?;
        println!("wrote {}", self.png.display());
        Ok(())
    }

    fn draw(&self, results: &[u8]) -> Result<Picture> {
        // Only the first level's patches are patches of pixels.
        let name = if read_array(results, "kept_level").is_ok() { "agop_0" } else { "agop" };
        let (shape, values) = read_array(results, name)?;
        let scalar = |name| {
            read_array(results, name).and_then(|(_, v)| {
                v.first().map(|&v| v as usize).ok_or_else(|| Error::invalid(name, "nothing", "a number"))
            })
        };
        let (patch, channels) = (scalar("patch")?, scalar("channels")?);
        let &[rounds, d, _] = &shape[..] else {
            return Err(Error::invalid(name, format!("shape {shape:?}"), "3 axes: (rounds - 1, d, d)"));
        };
        if rounds == 0 {
            return Err(Error::invalid(name, "0 rounds", "at least one: fit with --rounds 2 or more"));
        }
        let whole = patch.checked_mul(patch).and_then(|area| area.checked_mul(channels));
        if d == 0 || shape[2] != d || whole != Some(d) {
            return Err(Error::invalid(
                name,
                format!("shape {shape:?}"),
                format!("{channels} x {patch} x {patch} squared"),
            ));
        }
        let count = self.count.clamp(1, d);
        // Colour filters are one picture; other channels stand side by side.
        let panes = if channels == 3 { 1 } else { channels };
        let side = patch.saturating_mul(self.zoom.max(1));
        let (cell_w, cell_h) =
            (panes.saturating_mul(side).saturating_add(panes - 1 + GAP), side.saturating_add(GAP));
        if count.saturating_mul(cell_w).max(rounds.saturating_mul(cell_h)) > LARGEST_SIDE {
            return Err(Error::invalid(
                "picture",
                "too large a side",
                format!("at most {LARGEST_SIDE} pixels; lower --count or --zoom"),
            ));
        }
        let mut picture = Picture::new(count * cell_w + GAP, rounds * cell_h + GAP);
        for (round, m) in values.chunks_exact(d * d).enumerate() {
            let features = FeatureMatrix::new(&Matrix::from_iterator(d, d, m.iter().map(|&v| v as f32)))?;
            for index in 0..count {
                let filter = features.filter(index);
                let largest = filter.iter().fold(f32::MIN_POSITIVE, |m, v| m.max(v.abs()));
                for y in 0..side {
                    for x in 0..panes * side {
                        let at = |channel: usize| {
                            filter[(channel * patch + y / self.zoom.max(1)) * patch
                                + x % side / self.zoom.max(1)]
                                / largest
                        };
                        let colour = if channels == 3 {
                            [0, 1, 2].map(|c| level(at(c)))
                        } else {
                            diverging(at(x / side))
                        };
                        let left = GAP + index * cell_w + x + x / side;
                        picture.set(left, GAP + round * cell_h + y, colour);
                    }
                }
            }
        }
        Ok(picture)
    }
}

/// -1 to 1 as 0 to 255.
fn level(v: f32) -> u8 {
    ((v * 0.5 + 0.5) * 255.0).round() as u8
}

/// Blue for -1, near white for 0, orange for 1: told apart by people with any colour vision.
fn diverging(v: f32) -> [u8; 3] {
    const ENDS: [[f32; 3]; 2] = [[33.0, 102.0, 172.0], [200.0, 84.0, 20.0]];
    const MIDDLE: f32 = 247.0;
    let end = ENDS[usize::from(v > 0.0)];
    end.map(|c| (MIDDLE + (c - MIDDLE) * v.abs().min(1.0)).round() as u8)
}

struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Picture {
    fn new(width: usize, height: usize) -> Picture {
        Picture { width, height, rgb: vec![255; 3 * width * height] }
    }

    fn set(&mut self, x: usize, y: usize, colour: [u8; 3]) {
        let at = 3 * (y * self.width + x);
        self.rgb[at..at + 3].copy_from_slice(&colour);
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut encoder = png::Encoder::new(
            std::io::BufWriter::new(std::fs::File::create(path)?),
            self.width as u32,
            self.height as u32,
        );
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        Ok(encoder.write_header()?.write_image_data(&self.rgb)?)
    }
}
