//! Patches and the geometry of the position maps.
//!
//! A patch `u_p(x)` is the `q x q` window of image `x` at position `p`, all channels, flattened in the order
//! (channel, row, column). Windows are *valid*: an `H x W` image has `(H - q + 1)(W - q + 1)` of them, and each
//! further layer of the kernel loses another `q - 1` rows and columns.

use super::stack::Shape;
use crate::error::{Error, Result};

/// Patch size and depth of a convolutional kernel on images of a given shape, checked to leave a position.
///
/// ```
/// use convrfm::{PatchGeometry, Shape};
/// let g = PatchGeometry::new(Shape { channels: 3, height: 32, width: 32 }, 3, 2)?;
/// assert_eq!((g.patch_len(), g.grid(0), g.grid(1)), (27, (30, 30), (28, 28)));
/// assert_eq!(g.position_layers(), 30 * 30 + 28 * 28);
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatchGeometry {
    shape: Shape,
    patch: usize,
    depth: usize,
}

impl PatchGeometry {
    /// The geometry of `depth` layers of `patch x patch` windows on images of `shape`.
    ///
    /// # Errors
    /// When a setting is zero or no position is left after the last layer.
    pub fn new(shape: Shape, patch: usize, depth: usize) -> Result<Self> {
        if shape.is_empty() {
            return Err(Error::invalid("image shape", shape, "at least one channel, row and column"));
        }
        if depth == 0 {
            return Err(Error::invalid("depth", depth, "at least 1 layer"));
        }
        let side = shape.height.min(shape.width);
        if patch == 0 || patch > side {
            return Err(Error::invalid(
                "patch",
                patch,
                format!("1 to {side}, the smaller side of the images"),
            ));
        }
        if shape.len() == usize::MAX {
            return Err(Error::invalid("image shape", shape, "an image that fits in memory"));
        }
        let lost = depth.saturating_mul(patch - 1);
        if lost >= side {
            let deepest = (side - 1) / (patch - 1);
            return Err(Error::invalid(
                "depth",
                depth,
                format!(
                    "at most {deepest}: each layer of patch size {patch} shrinks a {shape} image by {}",
                    patch - 1
                ),
            ));
        }
        Ok(PatchGeometry { shape, patch, depth })
    }

    /// Shape of the images.
    pub fn shape(self) -> Shape {
        self.shape
    }

    /// Patch size `q`.
    pub fn patch(self) -> usize {
        self.patch
    }

    /// Number of convolution and ReLU layers `L`.
    pub fn depth(self) -> usize {
        self.depth
    }

    /// Patch dimension `d = c q^2`.
    pub fn patch_len(self) -> usize {
        self.shape.channels * self.patch * self.patch
    }

    /// Channel, row and column of value `f` of a patch.
    pub(crate) fn patch_value(self, f: usize) -> (usize, usize, usize) {
        let q = self.patch;
        (f / (q * q), f / q % q, f % q)
    }

    /// Rows and columns of the position map of `layer`, from 0.
    pub fn grid(self, layer: usize) -> (usize, usize) {
        let lost = (layer + 1) * (self.patch - 1);
        (self.shape.height - lost, self.shape.width - lost)
    }

    /// Positions in the map of `layer`.
    pub fn positions(self, layer: usize) -> usize {
        let (h, w) = self.grid(layer);
        h * w
    }

    /// Positions summed over the layers: the unit in which work and speed are counted (per image pair).
    pub fn position_layers(self) -> usize {
        (0..self.depth).map(|l| self.positions(l)).sum()
    }

    /// Writes patch `u_p` of `image` at (`row`, `col`) into `out` of length `d`.
    pub fn patch_into(self, image: &[f32], row: usize, col: usize, out: &mut [f32]) {
        let (q, w, plane) = (self.patch, self.shape.width, self.shape.height * self.shape.width);
        for (i, window_row) in out.chunks_exact_mut(q).enumerate() {
            let start = (i / q) * plane + (row + i % q) * w + col;
            window_row.copy_from_slice(&image[start..start + q]);
        }
    }

    /// `|u_p|` at every position of layer 0 (`h_0 x w_0`): the weight of each patch in the fixed kernel.
    ///
    /// ```
    /// use convrfm::{PatchGeometry, Shape};
    /// let g = PatchGeometry::new(Shape { channels: 1, height: 1, width: 2 }, 1, 1)?;
    /// assert_eq!(g.patch_norms(&[-3.0, 4.0]), [3.0, 4.0]);
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    pub fn patch_norms(self, image: &[f32]) -> Vec<f32> {
        let length = |u: &[f32]| u.iter().map(|v| v * v).sum::<f32>().sqrt();
        self.patches(image).chunks_exact(self.patch_len()).map(length).collect()
    }

    /// All patches of `image`, `P_0 x d` row-major.
    pub fn patches(self, image: &[f32]) -> Vec<f32> {
        let (w, d) = (self.grid(0).1, self.patch_len());
        let mut all = vec![0.0; self.positions(0) * d];
        for (p, out) in all.chunks_exact_mut(d).enumerate() {
            self.patch_into(image, p / w, p % w, out);
        }
        all
    }
}
