//! A labelled data set as it was read. Bytes stay bytes; only the images of a split are converted to single precision.

use super::limits::{self, zeroed_images};
use super::published::Published;
use crate::error::{Error, Result};
use crate::images::{Dataset, Images, Shape, Sizes, Split, check_finite, check_shape, stratified_order};
use std::borrow::Cow;
use std::collections::HashSet;

/// Pixels of many images, row-major as (image, channel, row, column).
#[derive(Debug, Clone, PartialEq)]
pub enum Pixels {
    /// 0 to 255, which a split scales to 0 to 1.
    Bytes(Vec<u8>),
    /// Finite values, which a split keeps unchanged.
    Floats(Vec<f32>),
}

impl Pixels {
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Pixels::Bytes(v) => v.len(),
            Pixels::Floats(v) => v.len(),
        }
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Images of one shape with their labels.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledImages {
    shape: Shape,
    pixels: Pixels,
    labels: Vec<u16>,
}

impl LabelledImages {
    /// Puts pixels and labels together.
    ///
    /// # Errors
    /// When the shape is empty, the number of labels is not the number of images, or a value is NaN or infinite.
    pub fn new(shape: Shape, pixels: Pixels, labels: Vec<u16>) -> Result<LabelledImages> {
        check_shape(shape, pixels.len())?;
        if let Pixels::Floats(values) = &pixels {
            check_finite(shape, values)?;
        }
        let count = pixels.len() / shape.len();
        if labels.len() != count {
            return Err(Error::invalid("labels", labels.len(), format!("{count}, one per image")));
        }
        Ok(LabelledImages { shape, pixels, labels })
    }

    /// Shape of every image.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Class of every image.
    pub fn labels(&self) -> &[u16] {
        &self.labels
    }

    /// All pixels as stored.
    pub fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// Images of each of `classes` classes.
    ///
    /// # Panics
    /// When a label is not below `classes`.
    pub fn counts(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        self.labels.iter().for_each(|&label| counts[usize::from(label)] += 1);
        counts
    }

    /// Smallest and largest value in single precision; (0, 0) when there is no image.
    pub fn range(&self) -> (f32, f32) {
        let range = match &self.pixels {
            Pixels::Bytes(v) => {
                v.iter().min().zip(v.iter().max()).map(|(&low, &high)| (unit(low), unit(high)))
            }
            Pixels::Floats(v) => v.iter().map(|&v| (v, v)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))),
        };
        range.unwrap_or_default()
    }

    /// The images at `indices`, in that order, in single precision.
    fn dataset(&self, indices: &[usize], classes: &[String]) -> Result<Dataset> {
        let len = self.shape.len();
        let mut data = zeroed_images(indices.len(), self.shape, 1)?;
        for (image, &i) in data.chunks_exact_mut(len).zip(indices) {
            match &self.pixels {
                Pixels::Bytes(v) => image.iter_mut().zip(&v[i * len..]).for_each(|(to, &v)| *to = unit(v)),
                Pixels::Floats(v) => image.copy_from_slice(&v[i * len..(i + 1) * len]),
            }
        }
        let labels = indices.iter().map(|&i| usize::from(self.labels[i])).collect();
        Dataset::new(Images::new(self.shape, data)?, labels, classes.to_vec())
    }

    /// Bytes that are equal exactly for images with equal pixels, within images of one shape.
    fn key(&self, index: usize) -> Cow<'_, [u8]> {
        let place = index * self.shape.len()..(index + 1) * self.shape.len();
        match &self.pixels {
            Pixels::Bytes(v) => Cow::Borrowed(&v[place]),
            // Adding 0.0 makes -0.0 equal to 0.0.
            Pixels::Floats(v) => Cow::Owned(v[place].iter().flat_map(|v| (v + 0.0).to_ne_bytes()).collect()),
        }
    }
}

/// The values of the images that have a group.
fn of_kept<T: Copy>(values: &[T], len: usize, groups: &[Option<u16>]) -> Vec<T> {
    let kept = values.chunks_exact(len).zip(groups).filter(|(_, group)| group.is_some());
    kept.flat_map(|(image, _)| image).copied().collect()
}

/// 0 to 255 as 0 to 1.
fn unit(value: u8) -> f32 {
    f32::from(value) / 255.0
}

/// Images of bytes, and the class of each.
pub(super) type Labelled = (Vec<u8>, Vec<u16>);

/// A labelled data set as it was read: nothing is drawn, shuffled or scaled yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    /// The training part, or all images if the files have no parts.
    pub train: LabelledImages,
    /// The test part, if the files have one.
    pub test: Option<LabelledImages>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Name of the set.
    pub name: String,
    /// Where it comes from.
    pub provenance: String,
    /// Its licence, as far as it is known.
    pub licence: String,
    /// Changes and skipped files on reading, one sentence each.
    pub notes: Vec<String>,
    /// Whether the files define the split: NumPy's `x_train`, `y_train`, `x_test`, `y_test`.
    pub prepared: bool,
}

impl Collection {
    /// Puts parts and class names together. A test part without a training part becomes the training part.
    ///
    /// # Errors
    /// When the parts differ in shape, a label has no name, there are fewer than two classes or more than
    /// [`limits::CLASSES`], or fewer training images than classes.
    pub fn new(
        train: LabelledImages,
        test: Option<LabelledImages>,
        classes: Vec<String>,
        name: String,
    ) -> Result<Collection> {
        let (train, test) = match test.filter(|test| !test.is_empty()) {
            Some(test) if train.is_empty() => (test, None),
            test => (train, test),
        };
        if let Some(test) = test.as_ref().filter(|test| test.shape != train.shape) {
            let expected = format!("{}, the shape of the training images", train.shape);
            return Err(Error::invalid("test images", test.shape, expected));
        }
        if classes.len() > limits::CLASSES {
            return Err(Error::invalid("classes", classes.len(), format!("at most {}", limits::CLASSES)));
        }
        for (part, images) in [("train", Some(&train)), ("test", test.as_ref())] {
            let labels = images.map_or(&[][..], LabelledImages::labels);
            if let Some(at) = labels.iter().position(|&label| usize::from(label) >= classes.len()) {
                let expected = format!("a class from 0 to {}", classes.len().saturating_sub(1));
                return Err(Error::invalid(format!("{part}, label of image {at}"), labels[at], expected));
            }
        }
        if train.labels.iter().all(|label| *label == train.labels[0]) {
            let found = match train.labels.first() {
                Some(&label) => format!("one class only ({})", classes[usize::from(label)]),
                None => "no image".into(),
            };
            return Err(Error::invalid("training images", found, "images of at least two classes"));
        }
        if train.len() < classes.len() {
            let expected = format!("at least {}, one per class", classes.len());
            return Err(Error::invalid("training images", train.len(), expected));
        }
        Ok(Collection {
            train,
            test,
            classes,
            name,
            provenance: String::new(),
            licence: "not stated".into(),
            notes: Vec::new(),
            prepared: false,
        })
    }

    /// A set of images of bytes; see [`new`](Collection::new).
    pub(super) fn of_bytes(
        shape: Shape,
        train: Labelled,
        test: Labelled,
        classes: Vec<String>,
        name: String,
    ) -> Result<Collection> {
        let part = |(pixels, labels)| LabelledImages::new(shape, Pixels::Bytes(pixels), labels);
        Collection::new(part(train)?, Some(part(test)?), classes, name)
    }

    /// Names the set as the published one.
    #[must_use]
    pub(super) fn published(mut self, set: &Published) -> Self {
        self.name = set.name.into();
        self.provenance = set.provenance.into();
        self.licence = set.licence.into();
        self
    }

    /// The images of some classes, which become one class per group: `[[3], [5]]` keeps two classes, `[[0, 1], [2]]` three in two.
    ///
    /// # Errors
    /// When a class does not exist or is named twice, or fewer than two groups have images.
    pub fn grouped(self, groups: &[Vec<usize>]) -> Result<Collection> {
        let mut group_of = vec![None; self.classes.len()];
        for (group, &class) in
            groups.iter().enumerate().flat_map(|(g, classes)| classes.iter().map(move |c| (g, c)))
        {
            let last = self.classes.len() - 1;
            match group_of.get_mut(class) {
                Some(place @ None) => *place = Some(group as u16),
                _ => {
                    let expected = format!("every class once, from 0 to {last}");
                    return Err(Error::invalid("classes", class, expected));
                }
            }
        }
        let kept = |images: LabelledImages| {
            let groups: Vec<_> = images.labels.iter().map(|&label| group_of[usize::from(label)]).collect();
            let len = images.shape.len();
            let pixels = match images.pixels {
                Pixels::Bytes(v) => Pixels::Bytes(of_kept(&v, len, &groups)),
                Pixels::Floats(v) => Pixels::Floats(of_kept(&v, len, &groups)),
            };
            LabelledImages::new(images.shape, pixels, groups.into_iter().flatten().collect())
        };
        let name = |group: &Vec<usize>| {
            let names: Vec<&str> = group.iter().map(|&class| self.classes[class].as_str()).collect();
            names.join(", ")
        };
        let classes = groups.iter().map(name).collect();
        let set = Collection::new(kept(self.train)?, self.test.map(kept).transpose()?, classes, self.name)?;
        let Collection { provenance, licence, notes, prepared, .. } = self;
        Ok(Collection { provenance, licence, notes, prepared, ..set })
    }

    /// Smallest and largest pixel value in single precision.
    pub fn range(&self) -> (f32, f32) {
        let (train, test) = (self.train.range(), self.test.as_ref().unwrap_or(&self.train).range());
        (train.0.min(test.0), train.1.max(test.1))
    }

    /// Draws stratified training, validation and test images by seed; the test images from the test part if there is one.
    /// Skips images that equal an image of an earlier part pixel for pixel, and returns their number with the split.
    ///
    /// ```
    /// use convrfm::{Shape, Sizes};
    /// use convrfm::data::{Collection, LabelledImages, Pixels};
    /// let shape = Shape { channels: 1, height: 1, width: 1 };
    /// // The second image of either class is a copy of the first.
    /// let images = LabelledImages::new(shape, Pixels::Bytes(vec![1, 2, 1, 2, 3, 4]), vec![0, 1, 0, 1, 0, 1])?;
    /// let set = Collection::new(images, None, vec!["odd".into(), "even".into()], "numbers".into())?;
    /// let (split, copies) = set.split(Sizes { train: 4, validation: 0, test: 0 }, 1)?;
    /// assert_eq!((split.train.len(), copies), (4, 0));
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    ///
    /// # Errors
    /// When a part has fewer images than requested, or the split does not fit in memory.
    pub fn split(&self, sizes: Sizes, seed: u64) -> Result<(Split, usize)> {
        let mut draw = Draw { seed, earlier: HashSet::new(), copies: 0 };
        let all: Vec<usize> = (0..self.train.len()).collect();
        let (train, rest) = draw.part(&self.train, all, sizes.train, "train")?;
        let (validation, rest) = draw.part(&self.train, rest, sizes.validation, "validation")?;
        let (images, rest) = match &self.test {
            Some(test) => (test, (0..test.len()).collect()),
            None => (&self.train, rest),
        };
        let (test, _) = draw.part(images, rest, sizes.test, "test")?;
        let split = Split {
            train: self.train.dataset(&train, &self.classes)?,
            validation: self.train.dataset(&validation, &self.classes)?,
            test: images.dataset(&test, &self.classes)?,
        };
        Ok((split, draw.copies))
    }

    /// The files' own training and test images, in their order, without validation images.
    ///
    /// # Errors
    /// When the images do not fit in memory.
    pub fn whole(&self) -> Result<Split> {
        let all =
            |images: &LabelledImages| images.dataset(&(0..images.len()).collect::<Vec<_>>(), &self.classes);
        let none = self.train.dataset(&[], &self.classes)?;
        let test = self.test.as_ref().map_or(Ok(none.clone()), all)?;
        Ok(Split { train: all(&self.train)?, validation: none, test })
    }
}

/// Draws one part after the other.
struct Draw<'a> {
    seed: u64,
    /// [Keys](LabelledImages::key) of the images in earlier parts.
    earlier: HashSet<Cow<'a, [u8]>>,
    /// Images that were skipped.
    copies: usize,
}

impl<'a> Draw<'a> {
    /// Draws `count` of the images at `candidates`. Returns their indices and the candidates that were not considered.
    fn part(
        &mut self,
        images: &'a LabelledImages,
        candidates: Vec<usize>,
        count: usize,
        name: &str,
    ) -> Result<(Vec<usize>, Vec<usize>)> {
        let labels = candidates.iter().map(|&i| usize::from(images.labels[i]));
        let classes = images.labels.iter().max().map_or(0, |&label| usize::from(label) + 1);
        let order = stratified_order(labels, classes, self.seed);
        let mut order = order.into_iter().map(|at| candidates[at]);
        let mut drawn = Vec::with_capacity(count.min(candidates.len()));
        let before = self.copies;
        while drawn.len() < count {
            let Some(index) = order.next() else {
                let copies = match self.copies - before {
                    0 => String::new(),
                    copies => format!(" ({copies} more are copies of images in an earlier part)"),
                };
                let expected = format!("at most {}, the number of images available{copies}", drawn.len());
                return Err(Error::invalid(name, count, expected));
            };
            if self.earlier.contains(&images.key(index)) {
                self.copies += 1;
            } else {
                drawn.push(index);
            }
        }
        // Copies within one part do no harm, so the keys of a part are added after it is complete.
        self.earlier.extend(drawn.iter().map(|&index| images.key(index)));
        Ok((drawn, order.collect()))
    }
}
