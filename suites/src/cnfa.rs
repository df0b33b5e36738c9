//! Networks against the float64 reference, whose results `tests/golden/cnfa.py` has stored: logits, NFM, AGOP and their correlations,
//! gradients of the loss, and five steps of Adam.

use crate::Verdict;
use crate::golden::Npz;
use convrfm::cnn::{Ansatz, Correlation, Loss, Network, Optimizer, Probes, Training, TrainingSettings};
use convrfm::data::read_tensors;
use convrfm::{Dataset, Images, NamedTensors, NoMonitor, Shape, Split};
use std::fmt::{Display, Formatter};

/// Largest errors, relative in the Frobenius norm; those of correlations are absolute.
#[derive(Debug, Clone, Copy, Default)]
pub struct Errors {
    logits: f64,
    nfm: f64,
    agop: f64,
    correlation: f64,
    gradient: f64,
    adam: f64,
}

impl Display for Errors {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        write!(
            f,
            "logits {:.1e}  NFM {:.1e}  AGOP {:.1e}  correlations {:.1e}  gradients {:.1e}  Adam {:.1e}",
            self.logits, self.nfm, self.agop, self.correlation, self.gradient, self.adam
        )
    }
}

/// `|actual - expected| / |expected|`; a NaN gives NaN, which no tolerance accepts.
fn relative(actual: impl IntoIterator<Item = f64>, expected: &[f64]) -> f64 {
    let actual: Vec<f64> = actual.into_iter().collect();
    assert_eq!(actual.len(), expected.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    norm(&mut actual.iter().zip(expected).map(|(a, e)| a - e)) / norm(&mut expected.iter().copied())
}

/// The larger of two errors, NaN included.
fn add(worst: &mut f64, error: f64) {
    if error.is_nan() || error > *worst {
        *worst = error;
    }
}

/// The images of a file, `images` (m, c, h, w).
///
/// # Errors
/// Without an array of that name and rank.
pub fn images(file: &NamedTensors) -> Verdict<Images> {
    let tensor = file.tensors.get("images").ok_or("no images")?;
    let [_, channels, height, width] = tensor.shape[..] else { return Err("images: not 4 axes".into()) };
    Ok(Images::new(Shape { channels, height, width }, tensor.values.clone())?)
}

/// Checks a golden file.
///
/// # Errors
/// When the file is malformed, or an error exceeds its tolerance: logits and NFM 1e-5, gradients, AGOP, correlations and weights
/// after five steps of Adam 1e-4.
pub async fn check(bytes: Vec<u8>) -> Verdict<Errors> {
    let file = read_tensors(&bytes)?;
    let (network, images) = (Network::from_tensors(&file)?, images(&file)?);
    let mut npz = Npz::new(bytes);
    let mut errors = Errors::default();
    let (_, expected) = npz.array("logits");
    let logits = network.logits(&images)?;
    add(&mut errors.logits, relative(logits.transpose().iter().map(|v| f64::from(*v)), &expected));
    let ansatz = Ansatz::measure(&network, &images, Probes::AllLogits, &NoMonitor).await?;
    if ansatz.logits() != &logits {
        return Err("the ansatz has other logits".into());
    }
    for layer in ansatz.layers() {
        let mut expected = |what: &str| npz.array(&format!("{what}.{}", layer.name())).1;
        add(&mut errors.nfm, relative(layer.nfm().iter().copied(), &expected("nfm")));
        add(&mut errors.agop, relative(layer.agop().iter().copied(), &expected("agop")));
        correlations(layer.correlation(), &expected("correlation"), &mut errors.correlation);
    }
    if file.tensors.contains_key("labels") {
        training(&network, &images, &mut npz, &mut errors).await?;
    }
    let within = [
        (errors.logits, 1e-5),
        (errors.nfm, 1e-5),
        (errors.agop, 1e-4),
        (errors.correlation, 1e-4),
        (errors.gradient, 1e-4),
        (errors.adam, 1e-4),
    ];
    if within.iter().all(|(error, tolerance)| error <= tolerance) {
        Ok(errors)
    } else {
        Err(errors.to_string().into())
    }
}

fn correlations(actual: Correlation, expected: &[f64], worst: &mut f64) {
    for (actual, expected) in actual.values().into_iter().zip(expected) {
        add(worst, actual.map_or(f64::NAN, |actual| (actual - expected).abs()));
    }
}

/// The loss and its gradients, and five steps of Adam on all images as one batch.
async fn training(network: &Network, images: &Images, npz: &mut Npz, errors: &mut Errors) -> Verdict<()> {
    let labels: Vec<usize> = npz.array("labels").1.into_iter().map(|v| v as usize).collect();
    let classes = network.check(images.shape())?;
    let train = Dataset::new(images.clone(), labels, (0..classes).map(|c| c.to_string()).collect())?;
    let (loss, gradient) = network.gradient(&train, Loss::CrossEntropy)?;
    add(&mut errors.gradient, relative([loss], &[npz.scalar("loss")]));
    for (name, values) in gradient {
        let expected = npz.array(&format!("gradient.{name}")).1;
        add(&mut errors.gradient, relative(values.into_iter().map(f64::from), &expected));
    }
    let mut settings = TrainingSettings::default();
    (settings.epochs, settings.batch) = (5, images.count());
    settings.optimizer = Optimizer::Adam;
    let none = train.select(&[]);
    let data = Split { train, validation: none.clone(), test: none };
    let mut training = Training::new(network.clone(), settings, data)?;
    while training.advance(&NoMonitor).await?.is_some() {}
    for (parameter, values) in training.network().parameters() {
        let expected = npz.array(&format!("adam5.{}", parameter.name)).1;
        add(&mut errors.adam, relative(values.iter().map(|v| f64::from(*v)), &expected));
    }
    Ok(())
}
