//! Accuracy, squared error, confusion matrix, images that two rounds classify differently, mean and deviation.

use crate::error::{Error, Result};
use crate::linalg::Matrix;

/// The class of a row of predictions: the index of its largest entry, the first of equals.
pub fn class_of<'a>(row: impl IntoIterator<Item = &'a f32>) -> usize {
    let larger = |best: (usize, f32), (i, &v): (usize, &f32)| if v > best.1 { (i, v) } else { best };
    row.into_iter().enumerate().fold((0, f32::NEG_INFINITY), larger).0
}

/// Percent of rows whose [`class_of`] is their label; none when there is no row.
///
/// ```
/// use convrfm::{Matrix, math::metrics::accuracy};
/// let f = Matrix::from_row_slice(2, 2, &[0.9, 0.1, 0.8, 0.2]);
/// assert_eq!(accuracy(&f, &[0, 1]), Some(50.0));
/// ```
pub fn accuracy(predictions: &Matrix, labels: &[usize]) -> Option<f64> {
    let correct =
        predictions.row_iter().zip(labels).filter(|(row, label)| class_of(row.iter()) == **label).count();
    (!labels.is_empty()).then(|| 100.0 * correct as f64 / labels.len() as f64)
}

/// Mean squared error of predictions (`m x k`) against one-hot labels, over images and outputs; none when there is no image.
///
/// ```
/// use convrfm::Matrix;
/// use convrfm::math::metrics::mean_squared_error;
/// let f = Matrix::from_row_slice(2, 2, &[1.0, 0.0, 0.5, 0.5]);
/// assert_eq!(mean_squared_error(&f, &[0, 1]), Some(0.125));
/// ```
pub fn mean_squared_error(predictions: &Matrix, labels: &[usize]) -> Option<f64> {
    let square = |image: usize, output: usize| {
        let wanted = f64::from(u8::from(labels[image] == output));
        (f64::from(predictions[(image, output)]) - wanted).powi(2)
    };
    let of_image = |image: usize| (0..predictions.ncols()).map(|o| square(image, o)).sum::<f64>();
    let total: f64 = (0..labels.len()).map(of_image).sum();
    (!labels.is_empty()).then(|| total / predictions.len() as f64)
}

/// The classes that a round predicts, counted against the labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    /// Number of images of each true class (rows) predicted as each class (columns): `k x k`, row-major.
    pub counts: Vec<usize>,
    /// The predicted class of each image.
    pub predicted: Vec<usize>,
}

impl Confusion {
    /// Counts predictions (`m x k`) against labels, which are below `k`.
    ///
    /// ```
    /// use convrfm::{Matrix, math::metrics::Confusion};
    /// let f = Matrix::from_row_slice(3, 2, &[0.9, 0.1, 0.8, 0.2, 0.3, 0.7]);
    /// let confusion = Confusion::new(&f, &[0, 1, 1]);
    /// assert_eq!(confusion.predicted, [0, 0, 1]);
    /// assert_eq!(confusion.counts, [1, 0, 1, 1]);
    /// ```
    pub fn new(predictions: &Matrix, labels: &[usize]) -> Confusion {
        let (predicted, k) = (classes(predictions), predictions.ncols());
        let mut counts = vec![0; k * k];
        predicted.iter().zip(labels).for_each(|(class, label)| counts[label * k + class] += 1);
        Confusion { counts, predicted }
    }
}

/// Images that one round classifies correctly and another does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// Wrong before, correct after.
    pub gained: Vec<usize>,
    /// Correct before, wrong after.
    pub lost: Vec<usize>,
}

impl Changed {
    /// Compares the predictions of two rounds on the same images.
    ///
    /// ```
    /// use convrfm::Matrix;
    /// use convrfm::math::metrics::Changed;
    /// let before = Matrix::from_row_slice(3, 2, &[0.9, 0.1, 0.8, 0.2, 0.3, 0.7]);
    /// let after = Matrix::from_row_slice(3, 2, &[0.9, 0.1, 0.2, 0.8, 0.6, 0.4]);
    /// let changed = Changed::new(&before, &after, &[0, 1, 1]);
    /// assert_eq!((changed.gained, changed.lost), (vec![1], vec![2]));
    /// ```
    pub fn new(before: &Matrix, after: &Matrix, labels: &[usize]) -> Changed {
        let mut changed = Changed::default();
        for (image, ((a, b), label)) in classes(before).iter().zip(classes(after)).zip(labels).enumerate() {
            match (a == label, b == *label) {
                (false, true) => changed.gained.push(image),
                (true, false) => changed.lost.push(image),
                _ => {}
            }
        }
        changed
    }
}

fn classes(predictions: &Matrix) -> Vec<usize> {
    predictions.row_iter().map(|row| class_of(row.iter())).collect()
}

/// Mean and standard deviation of some values.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Spread {
    /// Their mean.
    pub mean: f64,
    /// Their sample standard deviation (divided by the count less one); 0 for one value.
    pub deviation: f64,
}

impl Spread {
    /// The mean and deviation of at least one value.
    ///
    /// ```
    /// use convrfm::math::metrics::Spread;
    /// assert_eq!(Spread::of(&[1.0, 2.0, 3.0])?, Spread { mean: 2.0, deviation: 1.0 });
    /// assert_eq!(Spread::of(&[5.0])?.deviation, 0.0);
    /// assert!(Spread::of(&[]).is_err());
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no value, or one is not finite.
    pub fn of(values: &[f64]) -> Result<Spread> {
        if values.is_empty() {
            return Err(Error::invalid("values", 0, "at least 1"));
        }
        if let Some(found) = values.iter().find(|v| !v.is_finite()) {
            return Err(Error::invalid("values", found, "finite numbers"));
        }
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        // Around the mean: the mean of squares less the square of the mean would cancel.
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        Ok(Spread { mean, deviation: (squares / (count - 1.0).max(1.0)).sqrt() })
    }
}
