//! `convrfm pack`: a sample of any data set as one small file.

use crate::data::{Data, Loaded};
use crate::output::{self, say};
use convrfm::Result;
use convrfm::report::npz::NpzWriter;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Pack {
    #[command(flatten)]
    data: Data,
    /// File to write (.npz): x_train, y_train, x_test and y_test.
    #[arg(long)]
    out: PathBuf,
}

impl Pack {
    pub fn run(&self) -> Result<()> {
        let Loaded { split, notes, .. } = self.data.load()?;
        notes.iter().for_each(|note| say!("{note}"));
        let archive = || -> std::io::Result<Vec<u8>> {
            let mut archive = NpzWriter::default();
            for (part, data) in [("train", &split.train), ("test", &split.test)] {
                let shape = data.images.shape();
                let extents = [data.len(), shape.channels, shape.height, shape.width];
                let (name, values) = (format!("x_{part}"), data.images.as_slice());
                let bytes: Vec<u8> = values.iter().map(|v| (v * 255.0).round() as u8).collect();
                // Images that were read as bytes are written as bytes.
                if bytes.iter().zip(values).all(|(&byte, &v)| f32::from(byte) / 255.0 == v) {
                    archive.array(&name, &extents, bytes)?;
                } else {
                    archive.array(&name, &extents, values.iter().copied())?;
                }
                let labels = data.labels.iter().map(|&label| label as u16);
                archive.array(&format!("y_{part}"), &extents[..1], labels)?;
            }
            archive.compressed()
        };
        let bytes = archive().map_err(|e| output::unwritable(&self.out, e))?;
        say!("{} training and {} test images, {} bytes", split.train.len(), split.test.len(), bytes.len());
        output::write(&self.out, bytes)
    }
}
