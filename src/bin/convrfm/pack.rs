//! `convrfm pack`: a sample of any data set as one small file.

use crate::data::{Data, Loaded};
use convrfm::{Dataset, Error, Result};
use npyz::{AutoSerialize, Serialize, WriterBuilder};
use std::io::{Cursor, Write};
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
        let size = written.map_err(|e| Error::Unreadable {
            file: self.out.display().to_string(),
            cause: format!("cannot be written: {e}"),
        })?;
        let (train, test) = (split.train.len(), split.test.len());
        println!("wrote {}: {train} training and {test} test images, {size} bytes", self.out.display());
        Ok(())
    }
}

/// `x_train`, `y_train`, `x_test`, `y_test`; the same images make the same bytes on every day.
fn archive(train: &Dataset, test: &Dataset) -> std::io::Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (part, data) in [("train", train), ("test", test)] {
        let shape = data.images.shape();
        let extents = [data.len(), shape.channels, shape.height, shape.width].map(|n| n as u64);
        let values = data.images.as_slice();
        let bytes: Vec<u8> = values.iter().map(|v| (v * 255.0).round() as u8).collect();
        // Images of bytes are written as bytes.
        if bytes.iter().zip(values).all(|(&byte, &v)| f32::from(byte) / 255.0 == v) {
            array(&mut zip, &format!("x_{part}"), &extents, bytes)?;
        } else {
            array(&mut zip, &format!("x_{part}"), &extents, values.iter().copied())?;
        }
        let labels = data.labels.iter().map(|&label| label as u16);
        array(&mut zip, &format!("y_{part}"), &extents[..1], labels)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn array<T: Serialize + AutoSerialize>(
    zip: &mut zip::ZipWriter<Cursor<Vec<u8>>>,
    name: &str,
    shape: &[u64],
    values: impl IntoIterator<Item = T>,
) -> std::io::Result<()> {
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(zip::DateTime::default());
    let mut array = Vec::new();
    let mut writer = npyz::WriteOptions::new().default_dtype().shape(shape).writer(&mut array).begin_nd()?;
    writer.extend(values)?;
    writer.finish()?;
    zip.start_file(format!("{name}.npy"), options)?;
    zip.write_all(&array)
}
