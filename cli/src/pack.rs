//! `convrfm pack`: a sample of any data set as one small file.

use crate::data::{Data, Loaded};
use crate::results::unwritable;
use convrfm::report::npz::NpzWriter;
use convrfm::{Dataset, Error, Result};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Pack {
    #[command(flatten)]
    data: Data,
    /// Where to write the pack (.npz).
    #[arg(long)]
    out: PathBuf,
}

impl Pack {
    pub fn run(&self) -> Result<()> {
        let Loaded { split, notes } = self.data.load().map_err(|e| match e {
            Error::Unreadable { .. } => e,
            other => other.in_file(self.data.name()),
        })?;
        notes.iter().for_each(|note| println!("{note}"));
        let written = archive(&split.train, &split.test).and_then(|bytes| {
            std::fs::write(&self.out, &bytes)?;
            Ok(bytes.len())
        });
        let size = written.map_err(|e| unwritable(&self.out, e))?;
        let (train, test) = (split.train.len(), split.test.len());
        println!("wrote {}: {train} training and {test} test images, {size} bytes", self.out.display());
        Ok(())
    }
}

/// `x_train`, `y_train`, `x_test`, `y_test`; the same images make the same bytes on every day.
fn archive(train: &Dataset, test: &Dataset) -> std::io::Result<Vec<u8>> {
    let mut pack = NpzWriter::default();
    for (part, data) in [("train", train), ("test", test)] {
        let shape = data.images.shape();
        let extents = [data.len(), shape.channels, shape.height, shape.width];
        let values = data.images.as_slice();
        let bytes: Vec<u8> = values.iter().map(|v| (v * 255.0).round() as u8).collect();
        // Images of bytes are written as bytes.
        if bytes.iter().zip(values).all(|(&byte, &v)| f32::from(byte) / 255.0 == v) {
            pack.array(&format!("x_{part}"), &extents, bytes)?;
        } else {
            pack.array(&format!("x_{part}"), &extents, values.iter().copied())?;
        }
        let labels = data.labels.iter().map(|&label| label as u16);
        pack.array(&format!("y_{part}"), &extents[..1], labels)?;
    }
    pack.compressed()
}
