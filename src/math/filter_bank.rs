//! Filters drawn from a feature matrix M, and images convolved with them: the step between two levels of Deep ConvRFM.

use super::progress::{StageProgress, run_jobs};
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry, Shape, check_window, means};
use crate::linalg::gemm::{View, gemm};
use crate::linalg::{Matrix, memory};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;

/// The largest number of filters, which are the channels of the next level.
pub const MAX_FILTERS: usize = 256;

/// Filters of one size, `width x d`, each in patch order (channel, row, column) with `d = c q^2`.
///
/// ```
/// use convrfm::{FilterBank, Matrix, PatchGeometry, Shape};
/// let shape = Shape { channels: 1, height: 2, width: 3 };
/// // The sum of a window and its upper left corner, at each of two places.
/// let weights = Matrix::from_row_slice(2, 4, &[1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
/// let bank = FilterBank::new(1, 2, weights)?;
/// assert_eq!(bank.apply(shape, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], false, 1)?, [12.0, 16.0, 1.0, 2.0]);
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FilterBank {
    channels: usize,
    patch: usize,
    weights: Matrix,
}

impl FilterBank {
    /// Takes filters, `width x d`, for images of `channels` channels and patches of `patch x patch`.
    ///
    /// # Errors
    /// When there is none or more than [`MAX_FILTERS`], they are of another length, or a weight is not finite.
    pub fn new(channels: usize, patch: usize, weights: Matrix) -> Result<Self> {
        check_width(weights.nrows())?;
        let d = channels * patch * patch;
        if weights.ncols() != d || d == 0 {
            let expected = format!("{d}, {channels} channels of {patch} x {patch}");
            return Err(Error::invalid("filter weights", weights.ncols(), expected));
        }
        if let Some(weight) = weights.iter().find(|v| !v.is_finite()) {
            return Err(Error::invalid("filter weights", weight, "finite numbers"));
        }
        Ok(FilterBank { channels, patch, weights })
    }

    /// Draws `width` filters from `N(0, M / trace M)`: `w = W^T g` with the root `W` of `M / trace M` (`d x d`) and `g` of `d`
    /// standard normal numbers, because then `E w w^T = W^T W = M / trace M`. Without a root, M = I: `w = g / sqrt d`.
    ///
    /// The same root, seed and level give the same filters, bit for bit, on every machine: one stream of random numbers, and sums
    /// in double precision in one order.
    ///
    /// ```
    /// use convrfm::{FilterBank, PatchGeometry, Shape};
    /// let geometry = PatchGeometry::new(Shape { channels: 3, height: 8, width: 8 }, 3, 1)?;
    /// let bank = FilterBank::draw(None, geometry, 64, 7, 0)?;
    /// assert_eq!(bank.weights().shape(), (64, 27));
    /// // E |w|^2 = 1.
    /// assert!((bank.weights().norm_squared() / 64.0 - 1.0).abs() < 0.2);
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    ///
    /// # Errors
    /// When `width` is 0 or above [`MAX_FILTERS`], or the root is not of the geometry's patches.
    pub fn draw(
        root: Option<&Matrix>,
        geometry: PatchGeometry,
        width: usize,
        seed: u64,
        level: usize,
    ) -> Result<Self> {
        check_width(width)?;
        let d = geometry.patch_len();
        if let Some(root) = root.filter(|root| root.shape() != (d, d)) {
            let (rows, cols) = root.shape();
            let expected = format!("{d} x {d}, the patch dimension");
            return Err(Error::invalid("patch transform", format!("{rows} x {cols}"), expected));
        }
        let mut rng = Pcg64Mcg::seed_from_u64(stream(seed, level));
        let mut weights = Matrix::zeros(width, d);
        let mut normal = vec![0.0_f64; d];
        for mut filter in weights.row_iter_mut() {
            normal.fill_with(|| StandardNormal.sample(&mut rng));
            match root {
                None => {
                    let length = (d as f64).sqrt();
                    filter.iter_mut().zip(&normal).for_each(|(w, g)| *w = (g / length) as f32);
                }
                Some(root) => filter.iter_mut().zip(root.column_iter()).for_each(|(w, column)| {
                    *w = column.iter().zip(&normal).map(|(&r, g)| f64::from(r) * g).sum::<f64>() as f32;
                }),
            }
        }
        FilterBank::new(geometry.shape().channels, geometry.patch(), weights)
    }

    /// Number of filters, the channels of what is convolved with them.
    pub fn width(&self) -> usize {
        self.weights.nrows()
    }

    /// Channels of the images that the filters are for.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Patch size `q`.
    pub fn patch(&self) -> usize {
        self.patch
    }

    /// The filters, `width x d`.
    pub fn weights(&self) -> &Matrix {
        &self.weights
    }

    /// Filter `index` in patch order, `d` values.
    ///
    /// # Panics
    /// When `index` is not below [`width`](FilterBank::width).
    pub fn filter(&self, index: usize) -> Vec<f32> {
        self.weights.row(index).iter().copied().collect()
    }

    /// The shape of convolved images: `width` channels, `q - 1` rows and columns less, divided by `pooling` (rounded down).
    ///
    /// # Errors
    /// When `images` have other channels than the filters, or are smaller than a filter or, convolved, than a pooling window.
    pub fn shape(&self, images: Shape, pooling: usize) -> Result<Shape> {
        convolved(self.geometry(images)?, self.width(), pooling)
    }

    /// One image convolved with the filters, with stride 1 and no padding: `f . u_p` for every filter `f` and position `p`,
    /// or `max(0, f . u_p)` where `relu`. Then the means over windows of `pooling` rows and columns that do not overlap; rows and
    /// columns that are left over at the end are dropped. `width x h x w` values.
    ///
    /// # Errors
    /// When the image is not of `shape`, or that shape does not fit the filters or the windows.
    pub fn apply(&self, shape: Shape, image: &[f32], relu: bool, pooling: usize) -> Result<Vec<f32>> {
        let geometry = self.geometry(shape)?;
        convolved(geometry, self.width(), pooling)?;
        if image.len() != shape.len() {
            let expected = format!("{}, the size of a {shape} image", shape.len());
            return Err(Error::invalid("pixel values", image.len(), expected));
        }
        Ok(self.convolved(geometry, image, relu, pooling))
    }

    /// Every image convolved as by [`apply`](FilterBank::apply), on all cores.
    ///
    /// # Errors
    /// [`Error::TooLarge`] before anything is computed when there is no room for the result; [`Error::NotFinite`] when a
    /// value leaves single precision; [`Error::Cancelled`]; images that do not fit the filters.
    pub async fn convolve(
        &self,
        images: &Images,
        relu: bool,
        pooling: usize,
        progress: &StageProgress<'_>,
    ) -> Result<Images> {
        let geometry = self.geometry(images.shape())?;
        let shape = convolved(geometry, self.width(), pooling)?;
        let mut data = reserved(images.count(), shape)?;
        run_jobs(
            images.count(),
            progress,
            0.0..1.0,
            |i| self.convolved(geometry, images.image(i), relu, pooling),
            |_, values| data.extend(values),
        )
        .await?;
        if !data.iter().all(|v| v.is_finite()) {
            return Err(Error::NotFinite {
                quantity: "convolved images",
                remedy: "scale the images to about [0, 1]",
            });
        }
        Images::new(shape, data)
    }

    fn geometry(&self, images: Shape) -> Result<PatchGeometry> {
        if images.channels != self.channels {
            return Err(Error::invalid(
                "channels",
                images.channels,
                format!("{}, as the filters", self.channels),
            ));
        }
        PatchGeometry::new(images, self.patch, 1)
    }

    /// (position, filter) = U^T F^T in columns, which is (filter, position) in rows.
    fn convolved(&self, geometry: PatchGeometry, image: &[f32], relu: bool, pooling: usize) -> Vec<f32> {
        let (positions, d, width) = (geometry.positions(0), geometry.patch_len(), self.width());
        let patches = geometry.patches(image);
        let mut values = vec![0.0; width * positions];
        let patches = View::columns(&patches, d, positions, d).transposed();
        let filters = View::columns(self.weights.as_slice(), width, d, width).transposed();
        gemm(1.0, patches, filters, 0.0, &mut values, positions);
        if relu {
            values.iter_mut().for_each(|v| *v = v.max(0.0));
        }
        if pooling == 1 { values } else { means(&values, geometry.grid(0), pooling) }
    }
}

/// The shape of images of `geometry` after a convolution with `width` filters and the pooling.
pub(crate) fn convolved(geometry: PatchGeometry, width: usize, pooling: usize) -> Result<Shape> {
    let (height, columns) = geometry.grid(0);
    check_window("pooling", pooling, height, columns)?;
    Ok(Shape { channels: width, height: height / pooling, width: columns / pooling })
}

/// Fails when `width` filters cannot be drawn.
pub(crate) fn check_width(width: usize) -> Result<()> {
    match width {
        1..=MAX_FILTERS => Ok(()),
        _ => Err(Error::invalid("width", width, format!("1 to {MAX_FILTERS} filters"))),
    }
}

/// Seed of the random numbers of a level, an epoch or an image, distinct from the data's stream for the same seed and from those of
/// other indices.
pub(crate) fn stream(seed: u64, index: usize) -> u64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    seed ^ GOLDEN.wrapping_mul(index as u64 + 1)
}

/// Memory for `count` images, or [`Error::TooLarge`].
fn reserved(count: usize, shape: Shape) -> Result<Vec<f32>> {
    let each = (shape.len() * size_of::<f32>()) as u64;
    let needed = (count as u64).saturating_mul(each);
    let (mut data, free) = (Vec::new(), memory::available());
    let fits = |data: &mut Vec<f32>, bytes: u64| {
        bytes <= free && data.try_reserve_exact((bytes / size_of::<f32>() as u64) as usize).is_ok()
    };
    if fits(&mut data, needed) {
        return Ok(data);
    }
    // The available memory, to within a factor of two.
    let halves = std::iter::successors(Some(needed / 2), |half| (*half > 0).then_some(half / 2));
    let available = halves.into_iter().find(|&half| fits(&mut Vec::new(), half)).unwrap_or(0);
    Err(too_large(needed, available, count))
}

/// [`Error::TooLarge`] for `count` images of `needed` bytes in total.
pub(crate) fn too_large(needed: u64, available: u64, count: usize) -> Error {
    let largest = (count as f64 * available as f64 / needed as f64) as usize;
    Error::TooLarge { what: "the stack of convolved images", needed, available, largest }
}

#[cfg(test)]
mod tests {
    use super::{Shape, reserved};

    #[test]
    fn images_without_room_are_refused_before_they_are_made() {
        let shape = Shape { channels: 256, height: 1000, width: 1000 };
        let error = reserved(1 << 32, shape).unwrap_err().to_string();
        let needed = (1_u64 << 32) * 1_024_000_000;
        assert!(
            error.starts_with(&format!("the stack of convolved images needs {needed} bytes and ")),
            "{error}"
        );
        assert!(error.ends_with(" images fit"), "{error}");
        let small = Shape { channels: 2, height: 3, width: 4 };
        assert!(reserved(5, small).unwrap().capacity() >= 120);
        assert_eq!(reserved(0, small).unwrap().capacity(), 0);
    }
}
