//! The Convolutional Neural Feature Ansatz (CNFA): in a trained network the covariance of a layer's filters (NFM) is proportional
//! to the average gradient outer product (AGOP) over the patches of the layer's input.
//!
//! ```text
//! NFM  = W^T W                                                                W: filters x d, each filter in patch order
//! AGOP = (1/m) sum over images, positions p, logits o of g g^T,               g = d out_o / d (patch p)
//!      = W^T Kd W,   Kd = (1/m) sum delta delta^T,   delta = d out_o / d (pre-activation at p),   because g = W^T delta
//! ```
//!
//! Every patch is a variable of its own. In a residual block the AGOP of a convolution does not count what flows through the
//! shortcut.

use super::convolution::Convolution;
use super::correlation::{Correlation, leading_eigenvectors, pearson, pearson_of_grams};
use super::covariance::{Probes, add_covariances, filters, zero_covariances};
use super::job::{NetworkJob, NetworkProblem};
use super::memory::{self, Copies, Limits};
use super::network::{Network, check_logits};
use super::plan::{Layer, Plan};
use crate::engine::pool::{Scheduler, WorkerPool};
use crate::error::{Error, Result};
use crate::images::{Images, Shape};
use crate::linalg::Matrix;
use crate::math::feature_matrix::chain_rule;
use crate::math::{Monitor, Progress, Stage, StageProgress};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64Mcg;
use std::sync::OnceLock;

/// NFM and AGOP of every convolution without groups on a network's main path, over some images.
///
/// ```
/// use convrfm::{Ansatz, Images, Initialization, Network, NoMonitor, Probes, Shape};
/// let shape = Shape { channels: 1, height: 8, width: 8 };
/// let network = Network::vanilla(shape, 2, 5, 3, 4, Initialization::He, 1)?;
/// let images = Images::patternless(shape, 10, 1)?;
/// let ansatz = pollster::block_on(Ansatz::measure(&network, &images, Probes::AllLogits, &NoMonitor))?;
/// let layer = &ansatz.layers()[1];
/// assert_eq!((layer.name(), layer.nfm().shape(), layer.agop().shape()), ("conv1", (45, 45), (45, 45)));
/// // An untrained network has a high correlation too, because both matrices contain W: see `baselines`.
/// assert!(layer.correlation().pearson.unwrap() > 0.5);
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Ansatz {
    logits: Matrix,
    layers: Vec<LayerAnsatz>,
}

/// NFM and AGOP of one convolution. It holds the filters and `Kd`, of which both follow: one of these for every epoch of a training
/// takes little memory.
#[derive(Debug, Clone)]
pub struct LayerAnsatz {
    name: String,
    sizes: Convolution,
    /// Filters, `k x d`.
    weights: Matrix,
    /// Kd, `k x k`.
    covariance: DMatrix<f64>,
    /// Once it was asked for: of the untrained network every epoch asks.
    correlation: OnceLock<Correlation>,
}

/// A covariance over the patches of a layer, over its trace.
#[derive(Debug, Clone)]
pub struct CovarianceView {
    /// The first rows and columns.
    pub corner: Matrix,
    /// The eigenvectors with the largest eigenvalues as columns in patch order, of unit length.
    pub filters: Matrix,
    /// Their eigenvalues as shares of the trace.
    pub shares: Vec<f64>,
}

/// Correlations beside which that of a trained network has to be seen: NFM and AGOP share `W`, and `Kd = I` gives exactly 1.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Baselines {
    /// NFM and AGOP of the network before training.
    pub untrained: Correlation,
    /// Pearson correlation of the NFM before training with the NFM after it; none where one of them is constant.
    pub initial_nfm: Option<f64>,
    /// `R^T R` and `R^T Kd R` of random filters R with the trained Kd.
    pub random_weights: Correlation,
    /// Of what training has added: `C^T C` and `C^T Kd C` with `C = W - W0`.
    pub centred: Correlation,
}

impl Ansatz {
    /// NFM and AGOP of `network` over `images`, on all threads.
    ///
    /// # Errors
    /// When there is no image, the network does not fit the images or has no convolution without groups, `probes` asks for 0 or
    /// more than 10,000 combinations, or a logit or gradient leaves single precision; [`Error::TooLarge`] when network, images and
    /// matrices do not fit in memory; [`Error::Cancelled`].
    pub async fn measure(
        network: &Network,
        images: &Images,
        probes: Probes,
        monitor: &dyn Monitor,
    ) -> Result<Ansatz> {
        Ansatz::measure_on(None, network, images, probes, monitor).await
    }

    /// [`measure`](Ansatz::measure), on the workers of a pool if there is one.
    ///
    /// # Errors
    /// As [`measure`](Ansatz::measure).
    pub async fn measure_on(
        pool: Option<Box<dyn WorkerPool<NetworkProblem>>>,
        network: &Network,
        images: &Images,
        probes: Probes,
        monitor: &dyn Monitor,
    ) -> Result<Ansatz> {
        let mut problem = NetworkProblem::new(network.clone(), images.shape())?;
        let scheduler = Scheduler::new(pool);
        let probes = Ansatz::check(&problem, &scheduler, images.count(), probes)?;
        problem.add_images(images.clone(), Vec::new())?;
        problem.send_to(&scheduler);
        Ansatz::of_problem(&problem, &scheduler, images.count(), probes, monitor).await
    }

    /// The filters alone, for images of `shape`: over no images every AGOP is 0.
    ///
    /// # Errors
    /// When the network does not fit the images or has no convolution without groups.
    pub fn of_filters(network: &Network, shape: Shape) -> Result<Ansatz> {
        let plan = network.plan(shape)?;
        check_layers(&plan)?;
        let sums = zero_covariances(&plan);
        let layers = plan.layers.iter().zip(sums).map(|(layer, sum)| LayerAnsatz::new(network, layer, sum));
        Ok(Ansatz { logits: Matrix::zeros(0, plan.outputs()), layers: layers.collect() })
    }

    /// The probes as jobs carry them.
    ///
    /// # Errors
    /// As [`measure`](Ansatz::measure), before anything is computed.
    pub(super) fn check(
        problem: &NetworkProblem,
        scheduler: &Scheduler<NetworkProblem>,
        count: usize,
        probes: Probes,
    ) -> Result<Probes> {
        if count == 0 {
            return Err(Error::invalid("images", 0, "at least 1"));
        }
        let probes = probes.checked()?;
        check_layers(problem.plan())?;
        memory::check_ansatz(problem, count, Copies::of(scheduler), Limits::of_this_process())?;
        Ok(probes)
    }

    /// NFM and AGOP over the first `count` images of part 0 of a problem that the workers of the scheduler have.
    pub(super) async fn of_problem(
        problem: &NetworkProblem,
        scheduler: &Scheduler<NetworkProblem>,
        count: usize,
        probes: Probes,
        monitor: &dyn Monitor,
    ) -> Result<Ansatz> {
        let start =
            Progress { level: 0, round: 0, stage: Stage::Agop, done: 0.0, share: 0.0, seconds_left: None };
        let progress = StageProgress::new(monitor, start, 1.0, 0.0);
        progress.checkpoint(0.0).await?;
        // One image per job, so that the order of the sums does not depend on the number of threads.
        let jobs: Vec<NetworkJob> =
            (0..count).map(|image| NetworkJob::Covariance { images: image..image + 1, probes }).collect();
        let outputs = problem.outputs();
        let (mut logits, plan) = (Vec::with_capacity(count * outputs), problem.plan());
        let mut sums = zero_covariances(plan);
        let sink = |_: &NetworkJob, values: Vec<f32>| {
            let (of_image, rest) = values.split_at(outputs.min(values.len()));
            logits.extend_from_slice(of_image);
            add_covariances(rest, &mut sums);
        };
        scheduler.run(problem, &jobs, &progress, 0.0..1.0, sink).await?;
        check_logits(&logits)?;
        let mut layers = Vec::new();
        for (layer, sum) in plan.layers.iter().zip(sums) {
            // The AGOP is finite where Kd is: weights are single precision, and their products are far from the limit of double.
            if !sum.iter().all(|v| v.is_finite()) {
                return Err(Error::NotFinite { quantity: "AGOP", remedy: "use smaller weights" });
            }
            layers.push(LayerAnsatz::new(problem.network(), layer, sum / count as f64));
        }
        Ok(Ansatz { logits: Matrix::from_row_slice(count, outputs, &logits), layers })
    }

    /// The logits of every image, `m x outputs`.
    pub fn logits(&self) -> &Matrix {
        &self.logits
    }

    /// The convolutions without groups on the main path, in order.
    pub fn layers(&self) -> &[LayerAnsatz] {
        &self.layers
    }

    /// What the correlations of each layer have to be compared with. `initial` is the ansatz of the same network before training;
    /// random filters are drawn from `seed`.
    ///
    /// # Errors
    /// When `initial` has other layers.
    pub fn baselines(&self, initial: &Ansatz, seed: u64) -> Result<Vec<Baselines>> {
        let shapes = |ansatz: &Ansatz| -> Vec<(usize, usize)> {
            ansatz.layers.iter().map(|layer| layer.weights.shape()).collect()
        };
        if shapes(self) != shapes(initial) {
            let expected = format!("{:?}, as after training", shapes(self));
            return Err(Error::invalid("layers before training", format!("{:?}", shapes(initial)), expected));
        }
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let baselines = self.layers.iter().zip(&initial.layers).map(|(layer, initial)| {
            let (k, d) = layer.weights.shape();
            let random = Matrix::from_fn(k, d, |_, _| StandardNormal.sample(&mut rng));
            let of = |weights: &Matrix| Correlation::of(weights, &layer.covariance);
            Baselines {
                untrained: initial.correlation(),
                initial_nfm: pearson_of_grams(&initial.weights, &layer.weights),
                random_weights: of(&random),
                centred: of(&(&layer.weights - &initial.weights)),
            }
        });
        Ok(baselines.collect())
    }
}

impl LayerAnsatz {
    fn new(network: &Network, layer: &Layer, covariance: DMatrix<f64>) -> LayerAnsatz {
        let weights = &network.values()[layer.weights.clone()];
        LayerAnsatz {
            name: layer.name.clone(),
            sizes: layer.sizes,
            weights: Matrix::from_row_slice(filters(layer), layer.sizes.patch_len(), weights),
            covariance,
            correlation: OnceLock::new(),
        }
    }

    /// The name of the convolution's weights.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Channels of the layer's input: a filter has `channels x q x q` values.
    pub fn channels(&self) -> usize {
        self.sizes.input.channels
    }

    /// Side q of a patch.
    pub fn patch(&self) -> usize {
        self.sizes.size
    }

    /// The filters, `k x d`, each in patch order (channel, row, column).
    pub fn weights(&self) -> &Matrix {
        &self.weights
    }

    /// `Kd`: the mean over images of the sum over positions and logits of `delta delta^T`, `k x k`.
    pub fn covariance(&self) -> &DMatrix<f64> {
        &self.covariance
    }

    /// `W^T W`, `d x d`.
    pub fn nfm(&self) -> DMatrix<f64> {
        chain_rule(&self.weights, &self.identity())
    }

    /// `W^T Kd W`, `d x d`.
    pub fn agop(&self) -> DMatrix<f64> {
        chain_rule(&self.weights, &self.covariance)
    }

    /// How similar NFM and AGOP are.
    pub fn correlation(&self) -> Correlation {
        *self.correlation.get_or_init(|| Correlation::of(&self.weights, &self.covariance))
    }

    /// Pearson correlation of the NFM with another matrix of the same patches, such as the M of a run; none where that has another
    /// size or is constant.
    pub fn nfm_pearson(&self, other: &[f32]) -> Option<f64> {
        let nfm = self.nfm();
        let other = (other.len() == nfm.len()).then(|| other.iter().map(|v| f64::from(*v)))?;
        pearson(&nfm, &DMatrix::from_iterator(nfm.nrows(), nfm.ncols(), other))
    }

    /// The NFM: at most `rows` of its rows and columns, and at most `filters` of its eigenvectors, which are the filters of the
    /// network.
    ///
    /// # Errors
    /// When all weights are 0.
    pub fn nfm_view(&self, rows: usize, filters: usize) -> Result<CovarianceView> {
        self.view(&self.identity(), rows, filters)
    }

    /// The AGOP, as [`nfm_view`](LayerAnsatz::nfm_view).
    ///
    /// # Errors
    /// When no logit depends on a patch.
    pub fn agop_view(&self, rows: usize, filters: usize) -> Result<CovarianceView> {
        self.view(&self.covariance, rows, filters)
    }

    fn view(&self, s: &DMatrix<f64>, rows: usize, filters: usize) -> Result<CovarianceView> {
        let expected = "a positive trace: all weights are 0, or no logit depends on them";
        let (filters, shares) = leading_eigenvectors(&self.weights, s, filters)
            .ok_or_else(|| Error::invalid("covariance of a layer", "trace 0", expected))?;
        let trace = self.trace(s);
        let rows = rows.min(self.weights.ncols());
        let corner = chain_rule(&self.weights.columns(0, rows).into_owned(), s);
        Ok(CovarianceView { corner: corner.map(|v| (v / trace) as f32), filters, shares })
    }

    /// The trace of `W^T S W`, which `S W W^T` has too.
    pub(super) fn trace(&self, s: &DMatrix<f64>) -> f64 {
        let wide = self.weights.map(f64::from);
        s.dot(&(&wide * wide.transpose()))
    }

    fn identity(&self) -> DMatrix<f64> {
        DMatrix::identity(self.weights.nrows(), self.weights.nrows())
    }
}

fn check_layers(plan: &Plan) -> Result<()> {
    if plan.layers.is_empty() {
        return Err(Error::invalid("steps", "no convolution without groups", "at least one"));
    }
    Ok(())
}
