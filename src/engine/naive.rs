//! The reference engine: one pair of images at a time by [`crate::math::ntk`], linear algebra by nalgebra, in any precision.
//!
//! Short and slow. The tests compare the other engines with `Naive<f64>`, so it shares no numerical code with them.

use super::cost::{EnginePlan, ProblemSize};
use super::{Engine, Task, checked_scale};
use crate::error::{Error, Result};
use crate::images::{Images, PatchGeometry};
use crate::linalg::Matrix;
use crate::linalg::cholesky::NonPositivePivot;
use crate::math::ridge::{Attempt, Solution, solve_ridges};
use crate::math::{StageProgress, ntk};
use nalgebra::{Cholesky, DMatrix, RealField, convert};

/// The reference engine in precision `F`, `f32` or `f64`: slow, for small problems and tests.
pub struct Naive<F> {
    problem: Option<(PatchGeometry, Images)>,
    root: Option<DMatrix<F>>,
    /// Transformed patches of each training image, `P_0 x d` by rows.
    patches: Vec<Vec<F>>,
    kernel: Option<DMatrix<F>>,
    /// `max |K|`.
    scale: Option<F>,
    /// The solutions of the last solve, not rounded to single precision.
    solutions: Vec<DMatrix<F>>,
    alpha: Option<DMatrix<F>>,
}

impl<F: RealField + Copy> Default for Naive<F> {
    fn default() -> Self {
        Naive {
            problem: None,
            root: None,
            patches: vec![],
            kernel: None,
            scale: None,
            solutions: vec![],
            alpha: None,
        }
    }
}

/// Rounds to single precision.
fn single<F: RealField + Copy>(v: F) -> f32 {
    nalgebra::try_convert::<F, f64>(v).map_or(f32::NAN, |v| v as f32)
}

impl<F: RealField + Copy> Naive<F> {
    fn problem(&self) -> Result<(PatchGeometry, Images)> {
        self.problem.clone().ok_or(Error::out_of_order("naive", "load"))
    }

    fn held_kernel(&self) -> Result<&DMatrix<F>> {
        self.kernel.as_ref().ok_or(Error::out_of_order("naive", "kernel"))
    }

    fn scale(&self) -> Result<F> {
        self.scale.ok_or(Error::out_of_order("naive", "kernel"))
    }

    fn alpha(&self) -> Result<&DMatrix<F>> {
        self.alpha.as_ref().ok_or(Error::out_of_order("naive", "set_alpha"))
    }

    /// Starts a round with the root `root`.
    fn transform(&mut self, root: Option<&Matrix>) -> Result<(PatchGeometry, Images)> {
        let (geometry, train) = self.problem()?;
        (self.kernel, self.scale, self.alpha) = (None, None, None);
        self.root = root.map(|root| root.map(|v| convert(f64::from(v))));
        self.patches = (0..train.count()).map(|i| self.transformed(geometry, train.image(i))).collect();
        Ok((geometry, train))
    }

    /// Transformed patches of an image, `P_0 x d` by rows.
    fn transformed(&self, geometry: PatchGeometry, image: &[f32]) -> Vec<F> {
        let patches: Vec<F> = geometry.patches(image).iter().map(|&v| convert(f64::from(v))).collect();
        match &self.root {
            None => patches,
            Some(root) => {
                let columns = DMatrix::from_vec(geometry.patch_len(), geometry.positions(0), patches);
                (root * columns).data.into()
            }
        }
    }

    /// K(x, train) of an image.
    fn row(&self, geometry: PatchGeometry, image: &[f32]) -> Vec<F> {
        let z = self.transformed(geometry, image);
        self.patches.iter().map(|train| ntk::pair(geometry, train, &z)).collect()
    }
}

impl<F: RealField + Copy> Engine for Naive<F> {
    fn name(&self) -> &'static str {
        "naive"
    }

    fn plan(&mut self, size: &ProblemSize) -> Result<EnginePlan> {
        let [n, classes, positions, d] =
            [size.train, size.classes, size.geometry.positions(0), size.geometry.patch_len()]
                .map(|v| v as f64);
        // K, its scaled copy and the factor; transformed patches of all images; gradients of one image.
        let values = 3.0 * n * n + (n + classes) * positions * d;
        Ok(EnginePlan { bytes: (values * size_of::<F>() as f64) as u64, rate: None })
    }

    fn load<'a>(&'a mut self, geometry: PatchGeometry, train: &'a Images) -> Task<'a, ()> {
        Box::pin(async move {
            *self = Naive { problem: Some((geometry, train.clone())), ..Naive::default() };
            Ok(())
        })
    }

    fn kernel<'a>(&'a mut self, root: Option<&'a Matrix>, progress: &'a StageProgress) -> Task<'a, f32> {
        Box::pin(async move {
            let (geometry, train) = self.transform(root)?;
            let n = train.count();
            let mut kernel = DMatrix::zeros(n, n);
            for i in 0..n {
                for j in 0..=i {
                    let value = ntk::pair(geometry, &self.patches[i], &self.patches[j]);
                    kernel[(i, j)] = value;
                    kernel[(j, i)] = value;
                }
                progress.checkpoint((i * i) as f64 / (n * n) as f64).await?;
            }
            let scale = kernel.amax();
            let checked = checked_scale(single(scale), kernel.iter().all(|v| single(*v).is_finite()))?;
            (self.kernel, self.scale) = (Some(kernel), Some(scale));
            Ok(checked)
        })
    }

    fn resume<'a>(&'a mut self, root: Option<&'a Matrix>, scale: f32, _: &'a StageProgress) -> Task<'a, ()> {
        Box::pin(async move {
            self.transform(root)?;
            self.scale = Some(convert(f64::from(scale)));
            Ok(())
        })
    }

    fn kernel_matrix<'a>(&'a mut self) -> Task<'a, Matrix> {
        Box::pin(async move { Ok(self.held_kernel()?.map(single)) })
    }

    fn solve<'a>(
        &'a mut self,
        targets: &'a Matrix,
        ridges: &'a [f64],
        progress: &'a StageProgress,
    ) -> Task<'a, Vec<Solution>> {
        Box::pin(async move {
            let (kernel, scale) = (self.held_kernel()?, self.scale()?);
            let (n, targets) = (kernel.nrows(), targets.map(|v| convert::<f64, F>(f64::from(v))));
            let mut exact = Vec::new();
            let solutions = solve_ridges(n, ridges, progress, async |ridge| {
                let system = kernel / scale + DMatrix::identity(n, n) * convert::<f64, F>(ridge);
                let Some(factor) = Cholesky::new(system.clone()) else {
                    return Ok(Attempt::NotPositiveDefinite(NonPositivePivot { index: 0 }));
                };
                let alpha = factor.solve(&targets);
                let residual = (&targets - system * &alpha).norm() / targets.norm();
                let rounded = alpha.map(single);
                exact.push(alpha);
                Ok(Attempt::Solved(rounded, f64::from(single(residual))))
            })
            .await?;
            self.solutions = exact;
            Ok(solutions)
        })
    }

    fn set_alpha<'a>(&'a mut self, alpha: &'a Matrix) -> Task<'a, ()> {
        Box::pin(async move {
            self.scale()?;
            let exact = self.solutions.iter().find(|solution| solution.map(single) == *alpha).cloned();
            self.alpha = exact.or_else(|| Some(alpha.map(|v| convert(f64::from(v)))));
            Ok(())
        })
    }

    fn predict<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (geometry, _) = self.problem()?;
            let (alpha, scale) = (self.alpha()?, self.scale()?);
            let mut predictions = Matrix::zeros(images.count(), alpha.ncols());
            for i in 0..images.count() {
                let row = DMatrix::from_row_slice(1, alpha.nrows(), &self.row(geometry, images.image(i)));
                predictions.set_row(i, &((row / scale) * alpha).map(single).row(0));
                progress.checkpoint((i + 1) as f64 / images.count() as f64).await?;
            }
            Ok(predictions)
        })
    }

    fn kernel_rows<'a>(&'a mut self, images: &'a Images, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (geometry, train) = self.problem()?;
            self.scale()?;
            let mut rows = Matrix::zeros(images.count(), train.count());
            for i in 0..images.count() {
                let row = self.row(geometry, images.image(i));
                rows.row_mut(i).iter_mut().zip(row).for_each(|(out, v)| *out = single(v));
                progress.checkpoint((i + 1) as f64 / images.count() as f64).await?;
            }
            Ok(rows)
        })
    }

    fn agop<'a>(&'a mut self, samples: usize, progress: &'a StageProgress) -> Task<'a, Matrix> {
        Box::pin(async move {
            let (geometry, train) = self.problem()?;
            let (alpha, scale) = (self.alpha()?, self.scale()?);
            let (d, positions, k) = (geometry.patch_len(), geometry.positions(0), alpha.ncols());
            let samples = samples.min(train.count());
            let mut m = DMatrix::<F>::zeros(d, d);
            for j in 0..samples {
                // Column (o, p) is the gradient of output o with respect to the transformed patch z_p.
                let mut gradient = DMatrix::<F>::zeros(d, k * positions);
                for i in 0..train.count() {
                    let pair = ntk::pair_gradient(geometry, &self.patches[i], &self.patches[j]);
                    for column in 0..k * positions {
                        let (o, p) = (column / positions, column % positions);
                        let weight = alpha[(i, o)] / scale;
                        for f in 0..d {
                            gradient[(f, column)] += weight
                                * (pair.a[p] * self.patches[i][p * d + f]
                                    + pair.b[p] * self.patches[j][p * d + f]);
                        }
                    }
                    progress
                        .checkpoint((j * train.count() + i) as f64 / (samples * train.count()) as f64)
                        .await?;
                }
                m += &gradient * gradient.transpose();
            }
            // The chain rule through z = W u: M = W^T (sum g g^T) W.
            if let Some(root) = &self.root {
                m = root.transpose() * m * root;
            }
            let count: F = convert(samples as f64);
            Ok((m / count).map(single))
        })
    }
}
