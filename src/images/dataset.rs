//! Labelled images, and stratified splits drawn by seed.

use super::stack::Images;
use crate::error::{Error, Result};
use crate::linalg::Matrix;
use rand::{SeedableRng, seq::SliceRandom};

/// Labelled images: one class index below `classes.len()` per image, and the name of every class.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// The images.
    pub images: Images,
    /// Class of each image.
    pub labels: Vec<usize>,
    /// Names of the classes.
    pub classes: Vec<String>,
}

impl Dataset {
    /// Puts images, labels and class names together.
    ///
    /// # Errors
    /// When there are not as many labels as images, or a label has no class.
    pub fn new(images: Images, labels: Vec<usize>, classes: Vec<String>) -> Result<Self> {
        if labels.len() != images.count() {
            return Err(Error::invalid("labels", labels.len(), format!("{}, one per image", images.count())));
        }
        if let Some(at) = labels.iter().position(|&label| label >= classes.len()) {
            let expected = format!("a class from 0 to {}", classes.len().saturating_sub(1));
            return Err(Error::invalid(format!("label of image {at}"), labels[at], expected));
        }
        Ok(Dataset { images, labels, classes })
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The images at `indices`, in that order, with their labels.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Dataset {
        let labels = indices.iter().map(|&i| self.labels[i]).collect();
        Dataset { images: self.images.select(indices), labels, classes: self.classes.clone() }
    }

    /// The same images with labels in another order: a control, because nothing is left to learn.
    #[must_use]
    pub fn with_shuffled_labels(mut self, seed: u64) -> Dataset {
        // Another stream than that of the split with the same seed.
        self.labels.shuffle(&mut rand_pcg::Pcg64Mcg::seed_from_u64(!seed));
        self
    }

    /// One-hot labels, `n x k`.
    pub fn one_hot(&self) -> Matrix {
        Matrix::from_fn(self.len(), self.classes.len(), |i, o| f32::from(u8::from(self.labels[i] == o)))
    }

    /// Indices of the first images of each class, `count` in proportion to the classes, in ascending order; then the other indices.
    pub(crate) fn first_of_classes(&self, count: usize) -> (Vec<usize>, Vec<usize>) {
        let mut first = dealt(&by_class(self.labels.iter().copied(), self.classes.len()));
        let mut rest = first.split_off(count);
        first.sort_unstable();
        rest.sort_unstable();
        (first, rest)
    }

    /// Images per class.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        self.labels.iter().for_each(|&label| counts[label] += 1);
        counts
    }

    /// Draws `first` images by seed, stratified: every class has its share of them, up to rounding. Returns the drawn
    /// and the remaining ones, both in an order that mixes the classes evenly, so that the first m of either are
    /// balanced too.
    ///
    /// # Errors
    /// When there are fewer than `first` images.
    pub fn draw(&self, first: usize, seed: u64, what: &str) -> Result<(Dataset, Dataset)> {
        let (drawn, rest) = self.draw_from((0..self.len()).collect(), first, seed, what)?;
        Ok((self.select(&drawn), self.select(&rest)))
    }

    /// [`draw`](Dataset::draw) among the images at `candidates`, as indices.
    fn draw_from(
        &self,
        candidates: Vec<usize>,
        first: usize,
        seed: u64,
        what: &str,
    ) -> Result<(Vec<usize>, Vec<usize>)> {
        if first > candidates.len() {
            let expected = format!("at most {}, the number of images available", candidates.len());
            return Err(Error::invalid(what, first, expected));
        }
        let labels = candidates.iter().map(|&i| self.labels[i]);
        let order = stratified_order(labels, self.classes.len(), seed);
        let mut drawn: Vec<usize> = order.into_iter().map(|at| candidates[at]).collect();
        let rest = drawn.split_off(first);
        Ok((drawn, rest))
    }

    /// Splits one pool into training, validation and test images that never overlap.
    ///
    /// ```
    /// use convrfm::{Dataset, Images, Shape, Sizes};
    /// let shape = Shape { channels: 1, height: 1, width: 1 };
    /// let images = Images::new(shape, (0..40).map(|i| i as f32).collect())?;
    /// let labels = (0..40).map(|i| i % 2).collect();
    /// let pool = Dataset::new(images, labels, vec!["even".into(), "odd".into()])?;
    /// let split = pool.split(Sizes { train: 20, validation: 10, test: 10 }, 7)?;
    /// assert_eq!(split.train.counts(), [10, 10]);
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the pool is too small.
    pub fn split(&self, sizes: Sizes, seed: u64) -> Result<Split> {
        // Parts are drawn as indices, so that every image is copied only once.
        let mut rest: Vec<usize> = (0..self.len()).collect();
        let mut part = |count: usize, what: &str| {
            let (drawn, left) = self.draw_from(std::mem::take(&mut rest), count, seed, what)?;
            rest = left;
            Ok(self.select(&drawn))
        };
        Ok(Split {
            train: part(sizes.train, "train")?,
            validation: part(sizes.validation, "validation")?,
            test: part(sizes.test, "test")?,
        })
    }
}

/// Training, validation and test images. Validation and test may be empty.
#[derive(Debug, Clone)]
pub struct Split {
    /// The images that the ridge regression is fitted to.
    pub train: Dataset,
    /// The images that choose the best round, ridge and level.
    pub validation: Dataset,
    /// The images that accuracies are reported on; they choose nothing.
    pub test: Dataset,
}

impl Split {
    /// The part that is called `name`: `train`, `validation` or `test`.
    ///
    /// # Errors
    /// For any other name.
    pub fn part(&self, name: &str) -> Result<&Dataset> {
        match name {
            "train" => Ok(&self.train),
            "validation" => Ok(&self.validation),
            "test" => Ok(&self.test),
            _ => Err(Error::invalid("split", name, "train, validation or test")),
        }
    }
}

/// All indices, shuffled within each class and ordered so that any prefix has every class in proportion.
pub(crate) fn stratified_order(
    labels: impl ExactSizeIterator<Item = usize>,
    classes: usize,
    seed: u64,
) -> Vec<usize> {
    let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
    let mut by_class = by_class(labels, classes);
    by_class.iter_mut().for_each(|members| members.shuffle(&mut rng));
    dealt(&by_class)
}

/// The indices of each class.
fn by_class(labels: impl Iterator<Item = usize>, classes: usize) -> Vec<Vec<usize>> {
    let mut by_class = vec![Vec::new(); classes];
    labels.enumerate().for_each(|(i, label)| by_class[label].push(i));
    by_class
}

/// All indices, ordered so that any prefix has every class in proportion.
fn dealt(by_class: &[Vec<usize>]) -> Vec<usize> {
    let mut dealt: Vec<(f64, usize)> = Vec::new();
    for members in by_class {
        let share = members.len() as f64;
        dealt.extend(members.iter().enumerate().map(|(rank, &i)| ((rank as f64 + 0.5) / share, i)));
    }
    // A stable sort: ties between classes keep the order of the classes.
    dealt.sort_by(|a, b| a.0.total_cmp(&b.0));
    dealt.into_iter().map(|(_, i)| i).collect()
}

/// How many images of each part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct Sizes {
    /// Training images.
    pub train: usize,
    /// Validation images.
    pub validation: usize,
    /// Test images.
    pub test: usize,
}

impl Sizes {
    /// Sum of the three, at most `usize::MAX`.
    pub fn total(self) -> usize {
        self.train.saturating_add(self.validation).saturating_add(self.test)
    }
}
