//! What was read, in memory once: bytes stay bytes, and only the images that a split draws become single precision.

use super::limits;
use crate::error::{Error, Result};
use crate::images::{Dataset, Images, Shape, Split};
use crate::images::{Sizes, stratified_order};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Pixels of many images, (image, channel, row, column).
#[derive(Debug, Clone, PartialEq)]
pub enum Pixels {
    /// 0 to 255, which is 0 to 1.
    Bytes(Vec<u8>),
    /// As they are; always finite.
    Floats(Vec<f32>),
}

impl Pixels {
    /// How many values.
    pub fn len(&self) -> usize {
        match self {
            Pixels::Bytes(v) => v.len(),
            Pixels::Floats(v) => v.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Images of one shape with their labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    shape: Shape,
    pixels: Pixels,
    labels: Vec<u16>,
}

impl Pool {
    /// Puts pixels and labels together.
    ///
    /// # Errors
    /// When the shape is empty, there are not as many labels as images, or a value is NaN or infinite.
    pub fn new(shape: Shape, pixels: Pixels, labels: Vec<u16>) -> Result<Pool> {
        crate::images::check_shape(shape, pixels.len())?;
        if let Pixels::Floats(values) = &pixels {
            crate::images::check_finite(shape, values)?;
        }
        let images = pixels.len() / shape.len();
        if labels.len() != images {
            return Err(Error::invalid(
                "labels",
                format!("{} labels", labels.len()),
                format!("{images}, one per image"),
            ));
        }
        Ok(Pool { shape, pixels, labels })
    }

    /// Shape of every image.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How many images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Class of every image.
    pub fn labels(&self) -> &[u16] {
        &self.labels
    }

    /// The pixels as they are held.
    pub fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// Images of each of `classes` classes.
    pub fn counts(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        self.labels.iter().for_each(|&label| counts[usize::from(label)] += 1);
        counts
    }

    /// Smallest and largest value, as a split will have them.
    pub fn range(&self) -> (f32, f32) {
        match &self.pixels {
            Pixels::Bytes(v) => {
                let (low, high) = v.iter().fold((u8::MAX, 0), |r, &v| (r.0.min(v), r.1.max(v)));
                if low > high { (0.0, 0.0) } else { (unit(low), unit(high)) }
            }
            Pixels::Floats(v) if v.is_empty() => (0.0, 0.0),
            Pixels::Floats(v) => v.iter().fold((f32::MAX, f32::MIN), |r, &v| (r.0.min(v), r.1.max(v))),
        }
    }

    /// The images at `indices`, in that order, in single precision.
    fn dataset(&self, indices: &[usize], classes: &[String]) -> Result<Dataset> {
        let len = self.shape.len();
        let data = match &self.pixels {
            Pixels::Bytes(v) => {
                indices.iter().flat_map(|&i| &v[i * len..(i + 1) * len]).map(|&v| unit(v)).collect()
            }
            Pixels::Floats(v) => indices.iter().flat_map(|&i| &v[i * len..(i + 1) * len]).copied().collect(),
        };
        let labels = indices.iter().map(|&i| usize::from(self.labels[i])).collect();
        Dataset::new(Images::new(self.shape, data)?, labels, classes.to_vec())
    }

    /// All images, without a copy where they are in single precision already.
    pub(super) fn into_dataset(self, classes: Vec<String>) -> Result<Dataset> {
        let data = match self.pixels {
            Pixels::Bytes(v) => v.into_iter().map(unit).collect(),
            Pixels::Floats(v) => v,
        };
        let labels = self.labels.into_iter().map(usize::from).collect();
        Dataset::new(Images::new(self.shape, data)?, labels, classes)
    }

    fn same(&self, index: usize, other: &Pool, at: usize) -> bool {
        let len = self.shape.len();
        match (&self.pixels, &other.pixels) {
            (Pixels::Bytes(a), Pixels::Bytes(b)) => {
                a[index * len..(index + 1) * len] == b[at * len..(at + 1) * len]
            }
            (Pixels::Floats(a), Pixels::Floats(b)) => {
                a[index * len..(index + 1) * len] == b[at * len..(at + 1) * len]
            }
            _ => false,
        }
    }

    fn hash(&self, index: usize) -> u64 {
        let len = self.shape.len();
        let mut hasher = DefaultHasher::new();
        match &self.pixels {
            Pixels::Bytes(v) => v[index * len..(index + 1) * len].hash(&mut hasher),
            // 0.0 and -0.0 are the same value and must have the same hash.
            Pixels::Floats(v) => {
                v[index * len..(index + 1) * len].iter().for_each(|v| (v + 0.0).to_bits().hash(&mut hasher));
            }
        }
        hasher.finish()
    }
}

/// 0 to 255 as 0 to 1.
fn unit(value: u8) -> f32 {
    f32::from(value) / 255.0
}

/// Images of bytes, one after the other, and the class of each.
pub(super) type Labelled = (Vec<u8>, Vec<u16>);

/// A labelled data set, as it was read: nothing is drawn, shuffled or scaled yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Collection {
    /// The training part, or all there is.
    pub train: Pool,
    /// The test part, where the files have one.
    pub test: Option<Pool>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Name of the set.
    pub name: String,
    /// Where it comes from.
    pub provenance: String,
    /// Its licence, as far as it is known.
    pub licence: String,
    /// What was done on reading, a sentence each.
    pub notes: Vec<String>,
    /// Whether the files hold a split that somebody made: NumPy's `x_train`, `y_train`, `x_test`, `y_test`.
    pub prepared: bool,
}

impl Collection {
    /// Puts parts and names together.
    ///
    /// # Errors
    /// When the parts differ in shape, a label has no name, there are fewer than two classes, or fewer images than
    /// classes.
    pub fn new(train: Pool, test: Option<Pool>, classes: Vec<String>, name: String) -> Result<Collection> {
        if let Some(test) = &test
            && test.shape != train.shape
        {
            let expected = format!("{}, as in the training part", train.shape);
            return Err(Error::invalid("test images", test.shape, expected));
        }
        if classes.len() > limits::CLASSES {
            return Err(Error::invalid("classes", classes.len(), format!("at most {}", limits::CLASSES)));
        }
        for (part, pool) in [("train", Some(&train)), ("test", test.as_ref())] {
            let labels = pool.map_or(&[][..], Pool::labels);
            if let Some(at) = labels.iter().position(|&label| usize::from(label) >= classes.len()) {
                let expected = format!("a class from 0 to {}", classes.len().saturating_sub(1));
                return Err(Error::invalid(format!("{part}, label of image {at}"), labels[at], expected));
            }
        }
        let occurring = train.counts(classes.len()).into_iter().filter(|&n| n > 0).count();
        if occurring < 2 {
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

    /// A set of images of bytes. A part without images is none, and a test part alone is a set like any other.
    ///
    /// # Errors
    /// As [`new`](Collection::new).
    pub(super) fn of_bytes(
        shape: Shape,
        train: Labelled,
        test: Labelled,
        classes: Vec<String>,
        name: String,
    ) -> Result<Collection> {
        let (train, test) = if train.1.is_empty() { (test, train) } else { (train, test) };
        let pool = |(pixels, labels)| Pool::new(shape, Pixels::Bytes(pixels), labels);
        let (train, test) = (pool(train)?, pool(test)?);
        Collection::new(train, (!test.is_empty()).then_some(test), classes, name)
    }

    /// Gives the set what is known of a published one.
    #[must_use]
    pub(super) fn published(mut self, known: &super::Known) -> Self {
        self.name = known.name.into();
        self.provenance = known.provenance.into();
        self.licence = known.licence.into();
        self
    }

    /// Smallest and largest pixel value.
    pub fn range(&self) -> (f32, f32) {
        let (a, b) = (self.train.range(), self.test.as_ref().map_or(self.train.range(), Pool::range));
        (a.0.min(b.0), a.1.max(b.1))
    }

    /// Draws training, validation and test images by seed, stratified and never overlapping; test images from the test
    /// part where there is one. An image that equals one of an earlier part, pixel for pixel, is passed over: returns the
    /// split and how many were.
    ///
    /// ```
    /// use convrfm::{Shape, Sizes};
    /// use convrfm::data::{Collection, Pixels, Pool};
    /// let shape = Shape { channels: 1, height: 1, width: 1 };
    /// // The second image of either class is a copy of the first.
    /// let pool = Pool::new(shape, Pixels::Bytes(vec![1, 2, 1, 2, 3, 4]), vec![0, 1, 0, 1, 0, 1])?;
    /// let set = Collection::new(pool, None, vec!["odd".into(), "even".into()], "numbers".into())?;
    /// let (split, copies) = set.split(Sizes { train: 4, validation: 0, test: 0 }, 1)?;
    /// assert_eq!((split.train.len(), copies), (4, 0));
    /// # Ok::<(), convrfm::Error>(())
    /// ```
    ///
    /// # Errors
    /// When a part is too small for what is asked for.
    pub fn split(&self, sizes: Sizes, seed: u64) -> Result<(Split, usize)> {
        let mut draw = Draw { seed, taken: HashMap::new(), passed: 0 };
        let all: Vec<usize> = (0..self.train.len()).collect();
        let (train, rest) = draw.next(&self.train, all, sizes.train, "train")?;
        let (validation, rest) = draw.next(&self.train, rest, sizes.validation, "validation")?;
        let (pool, rest) = match &self.test {
            Some(test) => (test, (0..test.len()).collect()),
            None => (&self.train, rest),
        };
        let (test, _) = draw.next(pool, rest, sizes.test, "test")?;
        let split = Split {
            train: self.train.dataset(&train, &self.classes)?,
            validation: self.train.dataset(&validation, &self.classes)?,
            test: pool.dataset(&test, &self.classes)?,
        };
        Ok((split, draw.passed))
    }

    /// The files' own split, in its order, without validation images.
    ///
    /// # Errors
    /// Never for images in memory.
    pub fn whole(&self) -> Result<Split> {
        let all = |pool: &Pool| pool.dataset(&(0..pool.len()).collect::<Vec<_>>(), &self.classes);
        let none = self.train.dataset(&[], &self.classes)?;
        let test = self.test.as_ref().map_or(Ok(none.clone()), all)?;
        Ok(Split { train: all(&self.train)?, validation: none, test })
    }
}

/// Draws part after part, and remembers what the earlier parts hold.
struct Draw<'a> {
    seed: u64,
    /// Images of earlier parts by their hash.
    taken: HashMap<u64, Vec<(&'a Pool, usize)>>,
    passed: usize,
}

impl<'a> Draw<'a> {
    /// `count` of `candidates`, and the candidates that are left.
    fn next(
        &mut self,
        pool: &'a Pool,
        candidates: Vec<usize>,
        count: usize,
        what: &str,
    ) -> Result<(Vec<usize>, Vec<usize>)> {
        let labels = candidates.iter().map(|&i| usize::from(pool.labels[i]));
        let classes = pool.labels.iter().max().map_or(0, |&label| usize::from(label) + 1);
        let order = stratified_order(labels, classes, self.seed);
        let mut drawn = Vec::with_capacity(count.min(order.len()));
        let mut order = order.into_iter().map(|at| candidates[at]);
        let before = self.passed;
        while drawn.len() < count {
            let Some(index) = order.next() else {
                let copies = self.passed - before;
                let left_out = match copies {
                    0 => String::new(),
                    n => format!(" ({n} are copies of images in an earlier part)"),
                };
                let expected = format!("at most {}, the images there are{left_out}", drawn.len());
                return Err(Error::invalid(what, count, expected));
            };
            let twins = self.taken.get(&pool.hash(index));
            if twins.is_some_and(|twins| twins.iter().any(|&(other, at)| pool.same(index, other, at))) {
                self.passed += 1;
            } else {
                drawn.push(index);
            }
        }
        // Copies within a part are on one side already.
        for &index in &drawn {
            self.taken.entry(pool.hash(index)).or_default().push((pool, index));
        }
        Ok((drawn, order.collect()))
    }
}
