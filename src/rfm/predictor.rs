//! The predictor of one round as a value: asked about any image, long after the run has gone on to other rounds.
//!
//! ```text
//! row       K(x, train) / s                          n
//! answer    f_o(x) = sum_i K(x, x_i) / s alpha_io    k
//! gradient  g_p = d f_o / d u_p                      d at each of P_0 positions
//! ```
//!
//! A round is known piece by piece: its transform when the round before it ends, `s` after its kernel stage, alpha after its
//! ridge regression. What is not known yet is `None`.

use crate::engine::cpu::SingleImagePredictor;
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use crate::math::FeatureMatrix;
use crate::rfm::Level;
use std::sync::Arc;

/// The predictor of one round.
///
/// ```
/// use convrfm::{AgopSamples, Cpu, NoMonitor, Predictor, Rfm, Settings, data};
/// let data = datasets::star(datasets::Sizes { train: 20, validation: 4, test: 4 }, 1)?;
/// let settings = Settings { patch: 3, depth: 1, ridge: 1e-3.into(), rounds: 1, agop_samples: AgopSamples::All };
/// let mut rfm = Rfm::new(settings, data, Box::new(Cpu::default()))?;
/// let image = rfm.data().test.images.image(0).to_vec();
/// // The kernel of a run that has not begun is not known, and its scale is not.
/// assert!(Predictor::of(&rfm, 0)?.row(&image)?.is_none());
/// while !rfm.finished() {
///     pollster::block_on(rfm.advance(&NoMonitor))?;
/// }
/// let predictor = Predictor::of(&rfm, 0)?;
/// let answer = predictor.answer(&predictor.row(&image)?.unwrap()).unwrap();
/// assert!((answer[1] - rfm.rounds()[0].test.as_ref().unwrap()[(0, 1)]).abs() < 1e-5);
/// # Ok::<(), convrfm::Error>(())
/// ```
pub struct Predictor {
    machine: SingleImagePredictor,
    features: Option<Arc<FeatureMatrix>>,
    scale: Option<f32>,
    alpha: Option<Arc<Matrix>>,
}

impl Predictor {
    /// The predictor of `round`, as far as it is known.
    ///
    /// # Errors
    /// When the run has not come to that round.
    pub fn of(level: &Level, round: usize) -> Result<Predictor> {
        let transform = level.transform(round).ok_or_else(|| unknown_round(level, round))?;
        let machine = SingleImagePredictor::new(level.geometry(), level.train().clone(), transform)?;
        let mut predictor =
            Predictor { machine, features: level.features_of(round).cloned(), scale: None, alpha: None };
        predictor.update(level, round)?;
        Ok(predictor)
    }

    /// Takes what `round` has found since. The transform of a round never changes; its scale and alpha come stage by stage,
    /// and again when the round has to start anew.
    fn update(&mut self, level: &Level, round: usize) -> Result<()> {
        let found = level.rounds().get(round).ok_or_else(|| unknown_round(level, round))?;
        self.scale = (found.scale > 0.0).then_some(found.scale);
        let same = match (&self.alpha, &found.alpha) {
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            (None, None) => true,
            _ => false,
        };
        if !same {
            self.alpha.clone_from(&found.alpha);
            if let (Some(alpha), Some(scale)) = (&self.alpha, self.scale) {
                self.machine.learn(&(alpha.as_ref() / scale))?;
            }
        }
        Ok(())
    }

    /// Patch size, depth and maps.
    pub fn geometry(&self) -> PatchGeometry {
        self.machine.geometry()
    }

    /// The training images.
    pub fn train(&self) -> &Arc<Images> {
        self.machine.train()
    }

    /// The features of the M that the round sees patches through; none in round 0.
    pub fn features(&self) -> Option<&Arc<FeatureMatrix>> {
        self.features.as_ref()
    }

    /// The root `W` of the patch transform, `d x d`; none in round 0.
    pub fn root(&self) -> Option<&Matrix> {
        self.machine.root()
    }

    /// `s = max |K(train, train)|`.
    pub fn scale(&self) -> Option<f32> {
        self.scale
    }

    /// Coefficients alpha, `n x k`.
    pub fn alpha(&self) -> Option<&Arc<Matrix>> {
        self.alpha.as_ref()
    }

    /// `K(x, train) / s`, `n` values; none before the round's kernel stage.
    ///
    /// # Errors
    /// When `image` has not the shape of the training images.
    pub fn row(&self, image: &[f32]) -> Result<Option<Vec<f32>>> {
        self.check(image)?;
        Ok(self.scale.map(|s| self.machine.row(image).iter().map(|k| k / s).collect()))
    }

    /// `f(x)`, `k` values, from the [`row`](Predictor::row) of x; none before the round's ridge regression. Summed in double
    /// precision: terms of both signs nearly cancel.
    pub fn answer(&self, row: &[f32]) -> Option<Vec<f32>> {
        let of = |column: &[f32]| -> f32 {
            let terms = row.iter().zip(column).map(|(&k, &a)| f64::from(k) * f64::from(a));
            terms.sum::<f64>() as f32
        };
        let alpha = self.alpha.as_ref()?;
        Some(alpha.as_slice().chunks_exact(alpha.nrows()).map(of).collect())
    }

    /// `alpha_io` of output `o`, one per training image; none before the round's ridge regression.
    ///
    /// # Errors
    /// When there is no such output.
    pub fn weights(&self, output: usize) -> Result<Option<Vec<f32>>> {
        let Some(alpha) = &self.alpha else { return Ok(None) };
        self.check_output(output)?;
        Ok(Some(alpha.column(output).iter().copied().collect()))
    }

    /// The gradient field of output `o` at an image: `d f_o / d u_p` with respect to the patches as they are, `d x P_0`, a
    /// column for each position; none before the round's ridge regression.
    ///
    /// # Errors
    /// When `image` has not the shape of the training images, or there is no such output.
    pub fn gradient(&self, image: &[f32], output: usize) -> Result<Option<Matrix>> {
        self.check(image)?;
        if self.alpha.is_none() {
            return Ok(None);
        }
        self.check_output(output)?;
        Ok(Some(self.untransformed(self.machine.gradient(image, output..output + 1))))
    }

    /// The gradient fields of all outputs at an image, `d x (P_0 k)`: column `p k + o` is `d f_o / d u_p`; none before the
    /// round's ridge regression.
    ///
    /// # Errors
    /// When `image` has not the shape of the training images.
    pub fn gradients(&self, image: &[f32]) -> Result<Option<Matrix>> {
        self.check(image)?;
        let outputs = self.alpha.as_ref().map(|alpha| alpha.ncols());
        Ok(outputs.map(|k| self.untransformed(self.machine.gradient(image, 0..k))))
    }

    /// What an image adds to entry (row, column) of the AGOP before the mean is taken: `sum_{p,o} g_{o,p,row} g_{o,p,column}`
    /// over all positions and outputs; none before the round's ridge regression.
    ///
    /// # Errors
    /// When `image` has not the shape of the training images, or there is no such entry.
    pub fn outer_product(&self, image: &[f32], row: usize, column: usize) -> Result<Option<f64>> {
        self.check(image)?;
        let d = self.geometry().patch_len();
        if row.max(column) >= d {
            return Err(Error::invalid("entry of M", format!("({row}, {column})"), format!("less than {d}")));
        }
        let Some(alpha) = &self.alpha else { return Ok(None) };
        // Of u = W^T z two entries are wanted, not all.
        let entry = |z: &[f32], f: usize| match self.root() {
            Some(root) => root.column(f).iter().zip(z).map(|(w, z)| f64::from(*w) * f64::from(*z)).sum(),
            None => f64::from(z[f]),
        };
        let gradients = self.machine.gradient(image, 0..alpha.ncols());
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

    /// The image as the round sees it, (channel, row, column): at the centre pixel of every patch that pixel of
    /// `sqrt(M / trace M) u_p`, and 0 in the margin. In round 0, where M is the identity, the image itself.
    ///
    /// # Errors
    /// When `image` has not the shape of the training images.
    pub fn seen(&self, image: &[f32]) -> Result<Vec<f32>> {
        self.check(image)?;
        let Some(features) = &self.features else { return Ok(image.to_vec()) };
        let (geometry, q) = (self.geometry(), self.geometry().patch());
        let (shape, width, middle) = (geometry.shape(), geometry.grid(0).1, q / 2);
        let patches = geometry.patches(image);
        let mut seen = vec![0.0; shape.len()];
        for channel in 0..shape.channels {
            let row = features.root_row((channel * q + middle) * q + middle);
            for (p, patch) in patches.chunks_exact(geometry.patch_len()).enumerate() {
                let at = (channel * shape.height + p / width + middle) * shape.width + p % width + middle;
                seen[at] = row.iter().zip(patch).map(|(r, u)| r * u).sum();
            }
        }
        Ok(seen)
    }

    /// Patch `u_p` of an image, `d` values.
    ///
    /// # Errors
    /// When `image` has not the shape of the training images, or there is no such position.
    pub fn patch(&self, image: &[f32], position: usize) -> Result<Vec<f32>> {
        self.check(image)?;
        self.check_position(position)?;
        let (geometry, width) = (self.geometry(), self.geometry().grid(0).1);
        let mut patch = vec![0.0; geometry.patch_len()];
        geometry.patch_into(image, position / width, position % width, &mut patch);
        Ok(patch)
    }

    /// `sqrt(M / trace M) u` of a patch; in round 0 the patch itself.
    pub fn seen_patch(&self, patch: &[f32]) -> Vec<f32> {
        self.features.as_ref().map_or_else(|| patch.to_vec(), |features| features.seen(patch))
    }

    pub(crate) fn check(&self, image: &[f32]) -> Result<()> {
        let shape = self.geometry().shape();
        if image.len() == shape.len() {
            return Ok(());
        }
        let found = format!("{} values", image.len());
        Err(Error::invalid("image", found, format!("{}, those of a {shape} image", shape.len())))
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

fn unknown_round(level: &Level, round: usize) -> Error {
    Error::invalid("round", round, format!("at most {}, the round the run has come to", level.round()))
}

/// Predictors of a run that have been asked for, so that the next question need not transform the training images again.
/// The one that was not asked for longest goes when they hold too much.
pub struct Predictors {
    /// With their rounds, the latest asked for last.
    held: Vec<(usize, Predictor)>,
    limit: usize,
}

impl Default for Predictors {
    fn default() -> Self {
        Predictors::new(256 << 20)
    }
}

impl Predictors {
    /// None yet; `limit` bytes of transformed training images are held, or one predictor where that alone is more.
    pub fn new(limit: usize) -> Predictors {
        Predictors { held: Vec::new(), limit }
    }

    /// The predictor of `round` of `level`, of one run as long as this lives.
    ///
    /// # Errors
    /// As [`Predictor::of`].
    pub fn at(&mut self, level: &Level, round: usize) -> Result<&Predictor> {
        let same = |(held, predictor): &(usize, Predictor)| {
            *held == round && Arc::ptr_eq(predictor.train(), level.train())
        };
        let mut predictor = match self.held.iter().position(same) {
            Some(at) => self.held.remove(at).1,
            None => Predictor::of(level, round)?,
        };
        predictor.update(level, round)?;
        self.held.push((round, predictor));
        while self.held.len() > 1 && self.bytes() > self.limit {
            self.held.remove(0);
        }
        let (_, predictor) = self.held.last().expect("one was just put there");
        Ok(predictor)
    }

    /// Rounds whose predictors are held, the latest asked for last.
    pub fn rounds(&self) -> Vec<usize> {
        self.held.iter().map(|(round, _)| *round).collect()
    }

    fn bytes(&self) -> usize {
        self.held.iter().map(|(_, predictor)| predictor.machine.bytes()).sum()
    }
}
