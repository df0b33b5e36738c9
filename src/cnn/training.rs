//! Training of a network as a resumable value.
//!
//! ```text
//! each epoch:  shuffle the training images by seed and epoch
//!              each batch:  shards of the batch -> sums of gradients, on all cores
//!                           their sum in order, in double precision -> optimizer -> new weights
//!              logits of the validation and test images
//! ```
//!
//! The size of a shard follows from that of the batch, so weights do not depend on the number of threads or workers.

use super::ansatz::Ansatz;
use super::covariance::Probes;
use super::job::{BEFORE_GRADIENT, NetworkJob, NetworkProblem, NetworkUpdate};
use super::loss::Loss;
use super::memory::{self, Copies, Limits};
use super::network::{Network, check_logits};
use super::optimizer::{Optimizer, OptimizerState};
use crate::engine::pool::{Problem, Scheduler, WorkerPool};
use crate::error::{Error, Result};
use crate::images::{Dataset, Split};
use crate::linalg::Matrix;
use crate::math::filter_bank::stream;
use crate::math::metrics::accuracy;
use crate::math::{Monitor, Progress, Stage, StageProgress};
use rand::{SeedableRng, seq::SliceRandom};
use rand_pcg::Pcg64Mcg;
use std::collections::BTreeMap;
use std::ops::Range;

/// Parts of a batch at most: as many as the page has workers at most. Each returns a gradient to every weight.
const SHARDS: usize = 8;
/// Images of a part at least: a gradient to 130,000 weights costs a worker of the page as much as an image.
const IMAGES_PER_SHARD: usize = 8;
/// Images of an evaluation that one job takes.
const IMAGES_PER_JOB: usize = 16;
/// A training step of an image takes about as long as three forward passes.
const STEP_WORK: f64 = 3.0;

/// The settings of a training.
///
/// ```
/// let mut settings = convrfm::TrainingSettings::default();
/// settings.optimizer = convrfm::Optimizer::Sgd;
/// settings.learning_rate = 0.01;
/// assert_eq!((settings.batch, settings.epochs), (128, 20));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TrainingSettings {
    /// Passes over the training images.
    pub epochs: usize,
    /// Images per step.
    pub batch: usize,
    /// What is made small: the mean over the images of a batch.
    pub loss: Loss,
    /// How weights follow their gradients.
    pub optimizer: Optimizer,
    /// The learning rate.
    pub learning_rate: f64,
    /// The momentum of [`Optimizer::Sgd`], 0 to below 1.
    pub momentum: f64,
    /// `weight_decay * w` is added to the gradient of every weight `w`.
    pub weight_decay: f64,
    /// Seed of the batches.
    pub seed: u64,
}

impl Default for TrainingSettings {
    /// 20 epochs, batches of 128, cross-entropy, Adam 1e-3, momentum 0.9 for SGD, no weight decay.
    fn default() -> Self {
        TrainingSettings {
            epochs: 20,
            batch: 128,
            loss: Loss::CrossEntropy,
            optimizer: Optimizer::Adam,
            learning_rate: 1e-3,
            momentum: 0.9,
            weight_decay: 0.0,
            seed: 0,
        }
    }
}

impl TrainingSettings {
    /// # Errors
    /// [`Error::Invalid`] naming the first setting that cannot be used.
    fn check(&self) -> Result<()> {
        for (name, count) in [("epochs", self.epochs), ("batch", self.batch)] {
            if count == 0 {
                return Err(Error::invalid(name, count, "at least 1"));
            }
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= 100.0) {
            return Err(Error::invalid("learning-rate", self.learning_rate, "a number above 0, at most 100"));
        }
        if !(0.0..1.0).contains(&self.momentum) {
            return Err(Error::invalid("momentum", self.momentum, "a number from 0 to below 1"));
        }
        if !(0.0..=100.0).contains(&self.weight_decay) {
            return Err(Error::invalid("weight-decay", self.weight_decay, "a number from 0 to 100"));
        }
        Ok(())
    }
}

/// The measurements of an epoch. Accuracies are percent; none when there is no image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Mean loss of the training images, each before the step of its batch.
    pub loss: f64,
    /// Accuracy on the training images, each before the step of its batch.
    pub train_accuracy: f64,
    /// Accuracy on the validation images after the epoch.
    pub validation_accuracy: Option<f64>,
    /// Accuracy on the test images after the epoch.
    pub test_accuracy: Option<f64>,
    /// Computing seconds.
    pub seconds: f64,
}

/// A training of a network.
///
/// [`advance`](Training::advance) runs one epoch. When it is cancelled or its future is dropped, only the current batch has to be
/// repeated. The same network, settings and data give the same weights for any number of threads.
///
/// ```
/// use convrfm::{Initialization, Network, NoMonitor, Sizes, Training, TrainingSettings, star};
/// let data = star(Sizes { train: 20, validation: 10, test: 10 }, 1)?;
/// let network = Network::vanilla(data.train.images.shape(), 1, 4, 11, 2, Initialization::He, 1)?;
/// let mut settings = TrainingSettings::default();
/// (settings.epochs, settings.batch) = (2, 10);
/// let mut training = Training::new(network, settings, data)?;
/// while let Some(epoch) = pollster::block_on(training.advance(&NoMonitor))? {
///     println!("loss {:.3}, test {:?} %", epoch.loss, epoch.test_accuracy);
/// }
/// assert_eq!(training.epochs().len(), 2);
/// let trained = training.network();
/// # let _ = trained;
/// # Ok::<(), convrfm::Error>(())
/// ```
pub struct Training {
    settings: TrainingSettings,
    data: Split,
    problem: NetworkProblem,
    scheduler: Scheduler<NetworkProblem>,
    optimizer: OptimizerState,
    epochs: Vec<Epoch>,
    current: CurrentEpoch,
    /// The epoch with the best validation accuracy and the weights after it.
    best: Option<(usize, Network)>,
}

/// An unfinished epoch.
#[derive(Default)]
struct CurrentEpoch {
    /// The training images in the order of this epoch; empty before it starts.
    order: Vec<u32>,
    /// Training images that have been learned from.
    done: usize,
    loss: f64,
    correct: f64,
    seconds: f64,
}

impl Training {
    /// A training that has not started, on the threads of this process.
    ///
    /// # Errors
    /// When a setting cannot be used, there is no training image, or the network does not fit the images or has not one output for
    /// each class; [`Error::TooLarge`] when network and images do not fit in memory.
    pub fn new(network: Network, settings: TrainingSettings, data: Split) -> Result<Self> {
        Training::on(None, network, settings, data)
    }

    /// A training that has not started, on the workers of a pool if there is one.
    ///
    /// # Errors
    /// As [`new`](Training::new).
    pub fn on(
        pool: Option<Box<dyn WorkerPool<NetworkProblem>>>,
        network: Network,
        settings: TrainingSettings,
        data: Split,
    ) -> Result<Self> {
        settings.check()?;
        if data.train.is_empty() {
            return Err(Error::invalid("training images", 0, "at least 1"));
        }
        let (outputs, classes) = (network.check(data.train.images.shape())?, data.train.classes.len());
        if outputs != classes {
            let expected = format!("{classes}, one for each class");
            return Err(Error::invalid("outputs of the network", outputs, expected));
        }
        let mut problem = NetworkProblem::new(network, data.train.images.shape())?;
        let scheduler = Scheduler::new(pool);
        let sizes = [data.train.len(), data.validation.len() + data.test.len()];
        let (copies, limits) = (Copies::of(&scheduler), Limits::of_this_process());
        memory::check_training(&problem, sizes, SHARDS, copies, limits)?;
        add_images(&mut problem, &data)?;
        problem.send_to(&scheduler);
        let TrainingSettings { optimizer, learning_rate, momentum, weight_decay, .. } = settings;
        let parameters = problem.network().values().len();
        let optimizer = OptimizerState::new(optimizer, learning_rate, momentum, weight_decay, parameters);
        let (epochs, current) = (Vec::new(), CurrentEpoch::default());
        Ok(Training { settings, data, problem, scheduler, optimizer, epochs, current, best: None })
    }

    /// Runs the next epoch, or the rest of an interrupted one; `None` when no epoch is left.
    ///
    /// # Errors
    /// [`Error::NotFinite`] when a loss, a weight or a logit leaves single precision: the learning rate is too large;
    /// [`Error::Cancelled`]. The weights are those after the last complete batch.
    pub async fn advance(&mut self, monitor: &dyn Monitor) -> Result<Option<Epoch>> {
        let epoch = self.epochs.len();
        if epoch >= self.settings.epochs {
            return Ok(None);
        }
        let all = self.settings.epochs as f64;
        let start = Progress {
            level: 0,
            round: epoch,
            stage: Stage::Train,
            done: 0.0,
            share: epoch as f64 / all,
            seconds_left: None,
        };
        let progress = StageProgress::new(monitor, start, 1.0 / all, self.seconds());
        let count = self.data.train.len();
        let held_out = (self.data.validation.len() + self.data.test.len()) as f64;
        let training = STEP_WORK * count as f64 / (STEP_WORK * count as f64 + held_out);
        progress.checkpoint(training * self.current.done as f64 / count as f64).await?;
        if self.current.order.is_empty() {
            self.current.order = order(count, self.settings.seed, epoch);
        }
        let mut seconds = 0.0;
        while self.current.done < count {
            self.step(&progress, training).await?;
            // What is kept is the time up to the last complete batch.
            self.current.seconds += progress.seconds() - seconds;
            seconds = progress.seconds();
        }
        let middle = training + (1.0 - training) * self.data.validation.len() as f64 / held_out.max(1.0);
        let validation_accuracy = self.accuracy(1, &progress, training..middle).await?;
        let test_accuracy = self.accuracy(2, &progress, middle..1.0).await?;
        let current = std::mem::take(&mut self.current);
        let finished = Epoch {
            loss: current.loss / count as f64,
            train_accuracy: 100.0 * current.correct / count as f64,
            validation_accuracy,
            test_accuracy,
            seconds: current.seconds + progress.seconds() - seconds,
        };
        let best = self.best.as_ref().and_then(|(best, _)| self.epochs[*best].validation_accuracy);
        if validation_accuracy.is_some_and(|accuracy| best.is_none_or(|best| accuracy > best)) {
            self.best = Some((epoch, self.problem.network().clone()));
        }
        self.epochs.push(finished);
        Ok(Some(finished))
    }

    /// One step along the gradient of the next batch. Steps are the part 0 to `end` of the epoch.
    async fn step(&mut self, progress: &StageProgress<'_>, end: f64) -> Result<()> {
        let (done, count) = (self.current.done, self.current.order.len());
        let batch = &self.current.order[done..(done + self.settings.batch).min(count)];
        let (size, loss) = (batch.len(), self.settings.loss);
        let shards = batch.chunks(size.div_ceil(SHARDS).max(IMAGES_PER_SHARD));
        let jobs: Vec<NetworkJob> =
            shards.map(|shard| NetworkJob::Gradient { images: shard.to_vec(), loss }).collect();
        let mut sums = vec![0.0; self.problem.network().values().len() + BEFORE_GRADIENT];
        let share = [done, done + size].map(|images| end * images as f64 / count as f64);
        let add = |_: &NetworkJob, values: Vec<f32>| {
            sums.iter_mut().zip(values).for_each(|(sum, v)| *sum += f64::from(v));
        };
        self.scheduler.run(&self.problem, &jobs, progress, share[0]..share[1], add).await?;
        // From here on nothing waits: a dropped future leaves all of a batch or nothing.
        let (before, gradient) = sums.split_at_mut(BEFORE_GRADIENT);
        if !before[0].is_finite() {
            return Err(Error::NotFinite { quantity: "training loss", remedy: "lower the learning rate" });
        }
        gradient.iter_mut().for_each(|v| *v /= size as f64);
        let network = self.problem.network();
        let table = network.parameters().map(|(parameter, _)| parameter);
        let values = self.optimizer.step(table, network.values(), gradient);
        self.problem.set_parameters(values)?;
        self.scheduler.send(&NetworkUpdate::Parameters, self.problem.network().values());
        self.current.loss += before[0];
        self.current.correct += before[1];
        self.current.done += size;
        Ok(())
    }

    /// Accuracy on part 1 (validation) or 2 (test), percent; none when it has no image.
    async fn accuracy(
        &self,
        part: usize,
        progress: &StageProgress<'_>,
        share: Range<f64>,
    ) -> Result<Option<f64>> {
        let data = if part == 1 { &self.data.validation } else { &self.data.test };
        let (count, outputs) = (data.len(), self.problem.outputs());
        let starts = (0..count).step_by(IMAGES_PER_JOB);
        let job = |from| NetworkJob::Logits { part, images: from..(from + IMAGES_PER_JOB).min(count) };
        let (jobs, mut logits): (Vec<NetworkJob>, _) = (starts.map(job).collect(), Vec::new());
        let sink = |_: &NetworkJob, values: Vec<f32>| logits.extend(values);
        self.scheduler.run(&self.problem, &jobs, progress, share, sink).await?;
        check_logits(&logits)?;
        Ok(accuracy(&Matrix::from_row_slice(count, outputs, &logits), &data.labels))
    }

    /// Lets a training continue up to `epochs` epochs. The results are those of a training that was planned with them.
    ///
    /// # Errors
    /// [`Error::Invalid`] for fewer epochs than before.
    pub fn extend(&mut self, epochs: usize) -> Result<()> {
        if epochs < self.settings.epochs {
            let expected = format!("at least {}, as planned", self.settings.epochs);
            return Err(Error::invalid("epochs", epochs, expected));
        }
        self.settings.epochs = epochs;
        Ok(())
    }

    /// The ansatz of the network with its current weights over the first `images` training images, or all. The workers that train
    /// have both already.
    ///
    /// # Errors
    /// As [`Ansatz::measure`].
    pub async fn ansatz(&self, images: usize, probes: Probes, monitor: &dyn Monitor) -> Result<Ansatz> {
        let count = images.min(self.data.train.len());
        let probes = Ansatz::check(&self.problem, &self.scheduler, count, probes)?;
        Ansatz::of_problem(&self.problem, &self.scheduler, count, probes, monitor).await
    }

    /// The network with its current weights.
    pub fn network(&self) -> &Network {
        self.problem.network()
    }

    /// The finished epochs.
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// The epoch with the highest validation accuracy, the first of equals, and the network after it; none without validation
    /// images. Test images never choose.
    pub fn best(&self) -> Option<(usize, &Network)> {
        self.best.as_ref().map(|(epoch, network)| (*epoch, network))
    }

    /// The settings.
    pub fn settings(&self) -> &TrainingSettings {
        &self.settings
    }

    /// The images.
    pub fn data(&self) -> &Split {
        &self.data
    }

    /// Threads or workers that compute, in words.
    pub fn describe(&self) -> String {
        self.scheduler.describe()
    }

    /// Computing seconds so far.
    fn seconds(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.seconds).sum::<f64>() + self.current.seconds
    }
}

impl Network {
    /// The mean loss over the images of `data`, and its gradient to every array that is trained, by name.
    ///
    /// # Errors
    /// When there is no image, the network does not fit them or has too few outputs, or a value leaves single precision.
    pub fn gradient(&self, data: &Dataset, loss: Loss) -> Result<(f64, BTreeMap<String, Vec<f32>>)> {
        if data.is_empty() {
            return Err(Error::invalid("images", 0, "at least 1"));
        }
        let mut problem = NetworkProblem::new(self.clone(), data.images.shape())?;
        problem.add_images(data.images.clone(), data.labels.clone())?;
        let images = (0..data.len() as u32).collect();
        let sums = problem.run(&NetworkJob::Gradient { images, loss });
        if !sums.iter().all(|v| v.is_finite()) {
            return Err(Error::NotFinite { quantity: "gradients", remedy: "use smaller weights" });
        }
        let count = data.len() as f32;
        let of = |range: Range<usize>| sums[BEFORE_GRADIENT..][range].iter().map(|v| v / count).collect();
        let trained = self.parameters().map(|(parameter, _)| parameter).filter(|parameter| parameter.trained);
        let gradients = trained.map(|parameter| (parameter.name.clone(), of(parameter.range.clone())));
        Ok((f64::from(sums[0] / count), gradients.collect()))
    }
}

/// Adds the training, validation and test images.
fn add_images(problem: &mut NetworkProblem, data: &Split) -> Result<()> {
    for (name, part) in [("training", &data.train), ("validation", &data.validation), ("test", &data.test)] {
        let add = problem.add_images(part.images.clone(), part.labels.clone());
        add.map_err(|e| Error::invalid(format!("{name} images"), e, "images like the training images"))?;
    }
    Ok(())
}

/// The order of the training images in an epoch.
fn order(count: usize, seed: u64, epoch: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.shuffle(&mut Pcg64Mcg::seed_from_u64(stream(seed, epoch)));
    order
}
