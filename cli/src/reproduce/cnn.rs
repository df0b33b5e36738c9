//! The small convolutional network of the paper, which is compared with the kernels on the same images.

use convrfm::math::metrics::accuracy;
use convrfm::{
    Dataset, Error, Initialization, Network, NoMonitor, Result, Split, Training, TrainingSettings,
};
use serde::Serializer;
use std::fmt::Display;
use std::time::Instant;

/// Epochs at least.
const EPOCHS: usize = 40;
/// Steps at least: as many as 40 epochs of 1,000 images have. A set of 50 images has one step per epoch.
const STEPS: usize = 320;

/// A network without the images' shape.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Cnn {
    /// Layers of convolution and ReLU.
    pub layers: usize,
    /// Filters per layer.
    pub width: usize,
    pub patch: usize,
    /// First weights.
    #[serde(serialize_with = "as_text")]
    pub init: Initialization,
    pub epochs: usize,
}

/// A trained network.
#[derive(Debug, Clone, serde::Serialize)]
pub struct CnnRun {
    /// Percent of validation images after each epoch.
    pub validation: Vec<f64>,
    /// The epoch with the best validation accuracy, the first of equals.
    #[serde(rename = "kept")]
    pub best: usize,
    /// Percent of test images after that epoch.
    pub test: f64,
    pub seconds: f64,
}

impl Cnn {
    /// Epochs for `train` images.
    pub fn epochs_for(train: usize) -> usize {
        let steps = train.div_ceil(TrainingSettings::default().batch);
        STEPS.div_ceil(steps.max(1)).max(EPOCHS)
    }

    /// A training that has not started: cross-entropy, Adam 1e-3, batches of 128, as in the paper. It has no test images, which
    /// choose nothing and would be predicted after every epoch.
    pub fn training(&self, data: &Split, seed: u64) -> Result<Training> {
        let (shape, classes) = (data.train.images.shape(), data.train.classes.len());
        let network = Network::vanilla(shape, self.layers, self.width, self.patch, classes, self.init, seed)?;
        let mut settings = TrainingSettings::default();
        (settings.epochs, settings.seed) = (self.epochs, seed);
        let Split { train, validation, test } = data;
        let data = Split { train: train.clone(), validation: validation.clone(), test: test.select(&[]) };
        Training::new(network, settings, data)
    }

    /// Trains to the end; the validation images choose the epoch.
    pub fn run(&self, data: &Split, seed: u64) -> Result<CnnRun> {
        let start = Instant::now();
        let mut training = self.training(data, seed)?;
        while pollster::block_on(training.advance(&NoMonitor))?.is_some() {}
        let validation = training.epochs().iter().filter_map(|epoch| epoch.validation_accuracy).collect();
        let none = || Error::invalid("validation images", 0, "at least 1, which choose the epoch");
        let (best, network) = training.best().ok_or_else(none)?;
        let test = test_accuracy(network, &data.test)?;
        Ok(CnnRun { validation, best, test, seconds: start.elapsed().as_secs_f64() })
    }
}

/// Percent of test images.
pub fn test_accuracy(network: &Network, test: &Dataset) -> Result<f64> {
    let found = accuracy(&network.logits(&test.images)?, &test.labels);
    found.ok_or_else(|| Error::invalid("test images", 0, "at least 1"))
}

pub fn as_text<S: Serializer>(value: &impl Display, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use convrfm::{Sizes, star};

    #[test]
    fn validation_chooses_the_epoch_and_test_labels_do_not() {
        let cnn = Cnn { layers: 1, width: 4, patch: 5, init: Initialization::He, epochs: 6 };
        let mut data = star(Sizes { train: 20, validation: 15, test: 10 }, 3).unwrap();
        let run = cnn.run(&data, 1).unwrap();
        assert_eq!(run.validation.len(), 6);
        let first_best = run.validation.iter().enumerate().rev().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
        assert_eq!(run.best, first_best.0, "{run:?}");
        data.test.labels.iter_mut().for_each(|label| *label = 1 - *label);
        let swapped = cnn.run(&data, 1).unwrap();
        assert_eq!((&swapped.validation, swapped.best), (&run.validation, run.best));
        assert!((swapped.test - (100.0 - run.test)).abs() < 1e-9, "{run:?} {swapped:?}");
    }

    #[test]
    fn small_sets_have_more_epochs() {
        assert_eq!([20, 129, 1000, 4000].map(Cnn::epochs_for), [320, 160, 40, 40]);
    }
}
