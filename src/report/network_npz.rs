//! Networks, and NFM and AGOP of their layers, as `.npz` archives.

use super::npz::NpzWriter;
use crate::cnn::{Ansatz, Network};
use crate::error::{Error, Result};
use crate::images::Images;
use nalgebra::DMatrix;

/// A network as an `.npz` archive: `steps`, `weights.NAME`, and optionally `images` (m, c, h, w) to look at it with.
/// [`read_tensors`](crate::read_tensors) and [`Network::from_tensors`] read it again.
///
/// # Errors
/// When the archive would have 4 GiB or more.
pub fn network_npz(network: &Network, images: Option<&Images>) -> Result<Vec<u8>> {
    let write = || -> std::io::Result<Vec<u8>> {
        let mut archive = NpzWriter::default();
        let file = network.to_tensors();
        file.texts.iter().for_each(|(name, text)| archive.text(name, text));
        for (name, tensor) in file.tensors {
            archive.array(&name, &tensor.shape, tensor.values)?;
        }
        if let Some(images) = images {
            let shape = images.shape();
            let shape = [images.count(), shape.channels, shape.height, shape.width];
            archive.array("images", &shape, images.as_slice().iter().copied())?;
        }
        archive.stored()
    };
    write().map_err(unwritable)
}

/// The ansatz as an `.npz` archive: `logits` (m, outputs) and for each layer `nfm.NAME`, `agop.NAME` (d, d) and
/// `correlation.NAME`: Pearson, Pearson with the root of the AGOP, cosine, cosine with the root; NaN where one is not defined.
///
/// # Errors
/// When the archive would have 4 GiB or more.
pub fn ansatz_npz(ansatz: &Ansatz) -> Result<Vec<u8>> {
    let write = || -> std::io::Result<Vec<u8>> {
        let mut archive = NpzWriter::default();
        let logits = ansatz.logits();
        archive.array("logits", &[logits.nrows(), logits.ncols()], super::npz::row_major(logits))?;
        for layer in ansatz.layers() {
            let mut matrix = |what: &str, m: &DMatrix<f64>| {
                // Symmetric: its columns are its rows.
                archive.array(&format!("{what}.{}", layer.name()), &[m.nrows(), m.ncols()], m.iter().copied())
            };
            matrix("nfm", &layer.nfm())?;
            matrix("agop", &layer.agop())?;
            let values = layer.correlation().values().map(|v| v.unwrap_or(f64::NAN));
            archive.array(&format!("correlation.{}", layer.name()), &[4], values)?;
        }
        archive.stored()
    };
    write().map_err(unwritable)
}

fn unwritable(cause: std::io::Error) -> Error {
    Error::invalid("archive", cause, "less than 4 GiB")
}
