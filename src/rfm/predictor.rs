//! The predictor of one round as a value: predictions and gradients for any image, even after the run has advanced.
//!
//! ```text
//! kernel row   K(x, train) / s                          n
//! similarity   K(x, train) / sqrt(K(x, x) K(train, train))
//! prediction   f_o(x) = sum_i K(x, x_i) / s alpha_io    k
//! gradient     g_p = d f_o / d u_p                      d at each of P_0 positions
//! ```
//!
//! With landmarks ([`Settings::rank`](super::settings::Settings::rank)) `train` stands for them.
//!
//! A round becomes known piece by piece: its transform after the AGOP of the round before it, `s` after its kernel stage, alpha after
//! its ridge regression. What is not known yet is `None`.

use super::level::Level;
use crate::engine::cpu::SingleImagePredictor;
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use crate::math::FeatureMatrix;
use std::sync::Arc;

/// The predictor of one round.
///
/// ```
/// use convrfm::{ConvRfm, Cpu, NoMonitor, Predictor, Settings, Sizes, star};
/// let mut settings = Settings::default();
/// (settings.depth, settings.rounds) = (1, 1);
/// let data = star(Sizes { train: 20, validation: 4, test: 4 }, 1)?;
/// let mut run = ConvRfm::new(settings, data, Box::new(Cpu::default()))?;
/// let image = run.levels()[0].data().test.images.image(0).to_vec();
/// // The scale of the kernel is not known before the run starts.
/// assert!(Predictor::new(&run.levels()[0], 0)?.kernel_row(&image)?.is_none());
/// while pollster::block_on(run.advance(&NoMonitor))?.is_some() {}
/// let level = &run.levels()[0];
/// let predictor = Predictor::new(level, 0)?;
/// let f = predictor.predict(&predictor.kernel_row(&image)?.unwrap()).unwrap();
/// assert!((f[1] - level.rounds()[0].test_predictions.as_ref().unwrap()[(0, 1)]).abs() < 1e-5);
/// # Ok::<(), convrfm::Error>(())
/// ```
pub struct Predictor {
    single: SingleImagePredictor,
    feature_matrix: Option<Arc<FeatureMatrix>>,
    scale: Option<f32>,
    alpha: Option<Arc<Matrix>>,
}

impl Predictor {
    /// The predictor of `round`, as far as the round is known.
    ///
    /// # Errors
    /// When the transform of that round is not known yet.
    pub fn new(level: &Level, round: usize) -> Result<Predictor> {
        let feature_matrix = level.feature_matrix(round).cloned();
        if round > 0 && feature_matrix.is_none() {
            let known = level.rounds().iter().take_while(|round| round.agop.is_some()).count();
            return Err(Error::invalid(
                "round",
                round,
                format!("at most {known}: the filters of later rounds are not learned yet"),
            ));
        }
        let root = feature_matrix.as_ref().map(|m| m.root());
        let single = SingleImagePredictor::new(level.geometry(), level.landmarks(), root)?;
        let mut predictor = Predictor { single, feature_matrix, scale: None, alpha: None };
        predictor.update(level, round)?;
        Ok(predictor)
    }

    /// Takes what `round` has computed since: its scale and alpha come stage by stage, and again when the round starts again.
    fn update(&mut self, level: &Level, round: usize) -> Result<()> {
        let Some(round) = level.rounds().get(round) else { return Ok(()) };
        self.scale = (round.scale > 0.0).then_some(round.scale);
        let same = match (&self.alpha, &round.alpha) {
            (Some(own), Some(new)) => Arc::ptr_eq(own, new),
            (None, None) => true,
            _ => false,
        };
        if !same {
            self.alpha.clone_from(&round.alpha);
            if let (Some(alpha), Some(scale)) = (&self.alpha, self.scale) {
                self.single.set_alpha(&(alpha.as_ref() / scale))?;
            }
        }
        Ok(())
    }

    /// Patch size, depth and map sizes.
    pub fn geometry(&self) -> PatchGeometry {
        self.single.geometry()
    }

    /// The training images, or the landmarks.
    pub fn train(&self) -> &Images {
        self.single.train()
    }

    /// The M whose root is the round's patch transform; none in round 0.
    pub fn feature_matrix(&self) -> Option<&Arc<FeatureMatrix>> {
        self.feature_matrix.as_ref()
    }

    /// The root `W` of the patch transform, `d x d`; none in round 0.
    pub fn root(&self) -> Option<&Matrix> {
        self.single.root()
    }

    /// `s = max |K(train, train)|`.
    pub fn scale(&self) -> Option<f32> {
        self.scale
    }

    /// `K(x, train) / s`, `n` values; none before the round's kernel stage.
    ///
    /// # Errors
    /// When `image` does not have the shape of the training images.
    pub fn kernel_row(&self, image: &[f32]) -> Result<Option<Vec<f32>>> {
        self.check(image)?;
        Ok(self.scale.map(|s| self.single.kernel_row(image).iter().map(|k| k / s).collect()))
    }

    /// The similarity `K(x, x') / sqrt(K(x, x) K(x', x'))` of an image x to every training image x', at most 1 up to rounding; none
    /// before the round's kernel stage. Without the denominator, images of much contrast would be near to every image.
    ///
    /// # Errors
    /// When `image` does not have the shape of the training images.
    pub fn similarity(&self, image: &[f32]) -> Result<Option<Vec<f32>>> {
        self.check(image)?;
        if self.scale.is_none() {
            return Ok(None);
        }
        let own = f64::from(self.single.self_kernel(image));
        let cosine = |(k, of_train): (f32, f32)| {
            let length = (own * f64::from(of_train)).sqrt();
            // A blank image is similar to none.
            if length > 0.0 { (f64::from(k) / length) as f32 } else { 0.0 }
        };
        let row = self.single.kernel_row(image).into_iter();
        Ok(Some(row.zip(self.single.self_kernels()).map(cosine).collect()))
    }

    /// `f(x)`, `k` values, from the [`kernel_row`](Predictor::kernel_row) of x; none before the round's ridge regression. Summed
    /// in double precision, because terms of both signs nearly cancel.
    pub fn predict(&self, kernel_row: &[f32]) -> Option<Vec<f32>> {
        let output = |alpha: &[f32]| -> f32 {
            let terms = kernel_row.iter().zip(alpha).map(|(&k, &a)| f64::from(k) * f64::from(a));
            terms.sum::<f64>() as f32
        };
        let alpha = self.alpha.as_ref()?;
        Some(alpha.as_slice().chunks_exact(alpha.nrows()).map(output).collect())
    }

    /// `alpha_io` of output `o`, one per training image; none before the round's ridge regression.
    ///
    /// # Errors
    /// When there is no such output.
    pub fn alpha(&self, output: usize) -> Result<Option<Vec<f32>>> {
        let Some(alpha) = &self.alpha else { return Ok(None) };
        self.check_output(output)?;
        Ok(Some(alpha.column(output).iter().copied().collect()))
    }

    /// The gradient field of output `o` at an image: `d f_o / d u_p` with respect to the untransformed patches, `d x P_0`, one
    /// column per position; none before the round's ridge regression.
    ///
    /// # Errors
    /// When `image` does not have the shape of the training images, or there is no such output.
    pub fn gradient(&self, image: &[f32], output: usize) -> Result<Option<Matrix>> {
        self.check(image)?;
        if self.alpha.is_none() {
            return Ok(None);
        }
        self.check_output(output)?;
        Ok(Some(self.untransformed(self.single.gradient(image, output..output + 1))))
    }

    /// The gradient fields of all outputs at an image, `d x (P_0 k)`: column `p k + o` is `d f_o / d u_p`; none before the round's
    /// ridge regression.
    ///
    /// # Errors
    /// When `image` does not have the shape of the training images.
    pub fn gradients(&self, image: &[f32]) -> Result<Option<Matrix>> {
        self.check(image)?;
        let outputs = self.alpha.as_ref().map(|alpha| alpha.ncols());
        Ok(outputs.map(|k| self.untransformed(self.single.gradient(image, 0..k))))
    }

    /// The contribution of an image to entry (row, column) of the AGOP before the mean: `sum_{p,o} g_{o,p,row} g_{o,p,column}`; none
    /// before the round's ridge regression.
    ///
    /// # Errors
    /// When `image` does not have the shape of the training images, or there is no such entry.
    pub fn outer_product(&self, image: &[f32], row: usize, column: usize) -> Result<Option<f64>> {
        self.check(image)?;
        let d = self.geometry().patch_len();
        if row.max(column) >= d {
            return Err(Error::invalid("entry of M", format!("({row}, {column})"), format!("less than {d}")));
        }
        let Some(alpha) = &self.alpha else { return Ok(None) };
        // Only two entries of u = W^T z are needed.
        let entry = |z: &[f32], f: usize| match self.root() {
            Some(root) => root.column(f).iter().zip(z).map(|(w, z)| f64::from(*w) * f64::from(*z)).sum(),
            None => f64::from(z[f]),
        };
        let gradients = self.single.gradient(image, 0..alpha.ncols());
        Ok(Some(gradients.chunks_exact(d).map(|z| entry(z, row) * entry(z, column)).sum()))
    }

    /// The chain rule through `z = W u`: `d f / d u = W^T d f / d z`.
    fn untransformed(&self, gradients: Vec<f32>) -> Matrix {
        let d = self.geometry().patch_len();
        let gradients = Matrix::from_vec(d, gradients.len() / d, gradients);
        match self.root() {
            Some(root) => root.tr_mul(&gradients),
            None => gradients,
        }
    }

    /// The image as the round weighs it, (channel, row, column): at the centre pixel of every patch that pixel of
    /// `sqrt(M / trace M) u_p`, and 0 in the margin. In round 0, where M is the identity, the image itself.
    ///
    /// # Errors
    /// When `image` does not have the shape of the training images.
    pub fn filtered_image(&self, image: &[f32]) -> Result<Vec<f32>> {
        self.check(image)?;
        let Some(m) = &self.feature_matrix else { return Ok(image.to_vec()) };
        let (geometry, q) = (self.geometry(), self.geometry().patch());
        let (shape, width, middle) = (geometry.shape(), geometry.grid(0).1, q / 2);
        let patches = geometry.patches(image);
        let mut filtered = vec![0.0; shape.len()];
        for channel in 0..shape.channels {
            let row = m.symmetric_root_row((channel * q + middle) * q + middle);
            for (p, patch) in patches.chunks_exact(geometry.patch_len()).enumerate() {
                let at = (channel * shape.height + p / width + middle) * shape.width + p % width + middle;
                filtered[at] = row.iter().zip(patch).map(|(r, u)| r * u).sum();
            }
        }
        Ok(filtered)
    }

    /// Patch `u_p` of an image, `d` values.
    ///
    /// # Errors
    /// When `image` does not have the shape of the training images, or there is no such position.
    pub fn patch(&self, image: &[f32], position: usize) -> Result<Vec<f32>> {
        self.check(image)?;
        self.check_position(position)?;
        let (geometry, width) = (self.geometry(), self.geometry().grid(0).1);
        let mut patch = vec![0.0; geometry.patch_len()];
        geometry.patch_into(image, position / width, position % width, &mut patch);
        Ok(patch)
    }

    /// `sqrt(M / trace M) u` of a patch; in round 0 the patch itself.
    pub fn transform_patch(&self, patch: &[f32]) -> Vec<f32> {
        self.feature_matrix.as_ref().map_or_else(|| patch.to_vec(), |m| m.transform_patch(patch))
    }

    pub(crate) fn check(&self, image: &[f32]) -> Result<()> {
        let shape = self.geometry().shape();
        if image.len() == shape.len() {
            return Ok(());
        }
        let found = format!("{} values", image.len());
        Err(Error::invalid("image", found, format!("{}, the size of a {shape} image", shape.len())))
    }

    pub(crate) fn check_output(&self, output: usize) -> Result<()> {
        match &self.alpha {
            Some(alpha) if output >= alpha.ncols() => {
                Err(Error::invalid("class", output, format!("less than {}", alpha.ncols())))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn check_position(&self, position: usize) -> Result<()> {
        let positions = self.geometry().positions(0);
        if position < positions {
            return Ok(());
        }
        Err(Error::invalid("position", position, format!("less than {positions}")))
    }
}

/// The most recently used predictors of a run, so that the next question need not transform the training images again.
pub struct Predictors {
    /// With their levels' training images and rounds, the most recent last.
    recent: Vec<(usize, Predictor)>,
    limit: u64,
}

impl Default for Predictors {
    fn default() -> Self {
        Predictors::new(256 << 20)
    }
}

impl Predictors {
    /// No predictor yet. At most `limit` bytes of transformed training images are kept, or one predictor if that alone is larger.
    pub fn new(limit: u64) -> Predictors {
        Predictors { recent: Vec::new(), limit }
    }

    /// The predictor of `round` of `level`. All levels have to belong to one run.
    ///
    /// # Errors
    /// Those of [`Predictor::new`].
    pub fn get(&mut self, level: &Level, round: usize) -> Result<&Predictor> {
        // M is computed again when its round starts again.
        let m = level.feature_matrix(round).map(Arc::as_ptr);
        let same = |(other, predictor): &(usize, Predictor)| {
            *other == round
                && predictor.train().shares_memory_with(level.landmarks())
                && predictor.feature_matrix.as_ref().map(Arc::as_ptr) == m
        };
        let mut predictor = match self.recent.iter().position(same) {
            Some(at) => self.recent.remove(at).1,
            None => Predictor::new(level, round)?,
        };
        predictor.update(level, round)?;
        self.recent.push((round, predictor));
        while self.recent.len() > 1 && self.bytes() > self.limit {
            self.recent.remove(0);
        }
        let (_, predictor) = self.recent.last().expect("one was just added");
        Ok(predictor)
    }

    /// Rounds of the predictors that are kept, the most recent last.
    pub fn rounds(&self) -> Vec<usize> {
        self.recent.iter().map(|(round, _)| *round).collect()
    }

    fn bytes(&self) -> u64 {
        self.recent.iter().map(|(_, predictor)| predictor.single.bytes()).sum()
    }
}
