//! `convrfm cnn`: trains a small convolutional network.

use crate::bar::Bar;
use crate::cnfa::{measure, number};
use crate::data::{Data, Loaded};
use crate::fit::percent;
use crate::output::{self, say};
use convrfm::{
    Images, Initialization, Loss, Network, Optimizer, Probes, Result, Training, TrainingSettings, network_npz,
};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Cnn {
    #[command(flatten)]
    data: Data,
    /// Layers L of convolution and ReLU.
    #[arg(long, default_value_t = 3)]
    layers: usize,
    /// Filters per layer K.
    #[arg(long, default_value_t = 16)]
    width: usize,
    /// Patch size q. Zeros around the image keep the size of the maps.
    #[arg(long, default_value_t = 3)]
    patch: usize,
    /// Passes over the training images.
    #[arg(long, default_value_t = TrainingSettings::default().epochs)]
    epochs: usize,
    /// Images per step.
    #[arg(long, default_value_t = TrainingSettings::default().batch)]
    batch: usize,
    /// First weights: a standard deviation, or `he`. The smaller, the more features are learned.
    #[arg(long, default_value_t = Initialization::Gaussian(0.005), allow_hyphen_values = true)]
    init: Initialization,
    /// Optimizer: sgd or adam.
    #[arg(long, default_value_t = Optimizer::default())]
    optimizer: Optimizer,
    /// Learning rate.
    #[arg(long, default_value_t = TrainingSettings::default().learning_rate, allow_hyphen_values = true)]
    learning_rate: f64,
    /// Momentum of sgd.
    #[arg(long, default_value_t = TrainingSettings::default().momentum, allow_hyphen_values = true)]
    momentum: f64,
    /// Weight decay.
    #[arg(long, default_value_t = TrainingSettings::default().weight_decay, allow_hyphen_values = true)]
    weight_decay: f64,
    /// Loss: cross-entropy or squared-error.
    #[arg(long, default_value_t = Loss::default())]
    loss: Loss,
    /// Training images in the AGOP after the training; 0 for none.
    #[arg(long, default_value_t = 100)]
    agop_samples: usize,
    /// File to write the network to (.npz), with the images of the AGOP; `convrfm cnfa` reads it.
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Cnn {
    pub fn run(&self) -> Result<()> {
        self.train().map_err(|e| self.data.in_input(e))
    }

    fn train(&self) -> Result<()> {
        let Loaded { split, notes, .. } = self.data.load()?;
        let (shape, classes) = (split.train.images.shape(), split.train.classes.len());
        let seed = self.data.seed;
        let initial = Network::vanilla(shape, self.layers, self.width, self.patch, classes, self.init, seed)?;
        let count = self.agop_samples.min(split.train.len());
        let images = split.train.images.select(&(0..count).collect::<Vec<_>>());
        let mut settings = TrainingSettings::default();
        (settings.epochs, settings.batch, settings.loss) = (self.epochs, self.batch, self.loss);
        (settings.optimizer, settings.learning_rate) = (self.optimizer, self.learning_rate);
        (settings.momentum, settings.weight_decay, settings.seed) = (self.momentum, self.weight_decay, seed);
        let sizes = [split.train.len(), split.validation.len(), split.test.len()];
        let mut training = Training::new(initial.clone(), settings, split)?;
        if let Some(out) = &self.out {
            output::check_writable(out)?;
        }
        notes.iter().for_each(|note| say!("{note}"));
        let [train, validation, test] = sizes;
        say!(
            "{}: {train} training, {validation} validation, {test} test images of {shape}, {classes} classes",
            self.data.name()
        );
        say!(
            "{} layers of {} filters, patch size {}, init {}, {} {}, {}, {}",
            self.layers,
            self.width,
            self.patch,
            self.init,
            self.optimizer,
            self.learning_rate,
            self.loss,
            training.describe()
        );
        say!("epoch        loss     train  validation      test  seconds");
        let bar = Bar::new(|_, epoch| format!("epoch {epoch}"));
        while let Some(epoch) = pollster::block_on(training.advance(&bar))? {
            let index = training.epochs().len() - 1;
            bar.suspend(|| {
                say!(
                    "{index:>5}  {:>10.3e}  {:>8}  {:>10}  {:>8}  {:>7.3}",
                    epoch.loss,
                    percent(Some(epoch.train_accuracy)),
                    percent(epoch.validation_accuracy),
                    percent(epoch.test_accuracy),
                    epoch.seconds
                );
            });
        }
        bar.finish();
        if let Some((best, _)) = training.best() {
            let test = training.epochs()[best].test_accuracy;
            say!("best: epoch {best} (chosen on validation), test {}", percent(test));
        }
        if images.count() > 0 {
            print_ansatz(&initial, training.network(), &images, seed)?;
        }
        match &self.out {
            Some(out) => {
                let images = (images.count() > 0).then_some(&images);
                let bytes =
                    network_npz(training.network(), images).map_err(|e| output::unwritable(out, e))?;
                output::write(out, bytes)
            }
            None => Ok(()),
        }
    }
}

/// A table of the correlations after training, beside what they have to be compared with.
fn print_ansatz(initial: &Network, trained: &Network, images: &Images, seed: u64) -> Result<()> {
    let of = |network: &Network| measure(network, images, Probes::AllLogits);
    let (before, after) = (of(initial)?, of(trained)?);
    say!("");
    say!("Pearson correlation of NFM and AGOP over {} training images:", images.count());
    say!("layer     trained      root  untrained  initial NFM  random filters   centred");
    for (layer, baselines) in after.layers().iter().zip(after.baselines(&before, seed)?) {
        let correlation = layer.correlation();
        say!(
            "{:8}  {:>7}  {:>8}  {:>9}  {:>11}  {:>14}  {:>8}",
            layer.name(),
            number(correlation.pearson),
            number(correlation.pearson_root),
            number(baselines.untrained.pearson),
            number(baselines.initial_nfm),
            number(baselines.random_weights.pearson),
            number(baselines.centred.pearson)
        );
    }
    Ok(())
}
