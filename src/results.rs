//! The results of a run under their names: what `convrfm fit --out` writes, and what the page gives away.

use crate::archive::Archive;
use crate::{Error, Matrix, Result, Rfm};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::io;

/// What one name stands for.
enum Value<'a> {
    /// Numbers in C order, and their extents.
    Reals(Vec<usize>, Vec<f64>),
    Whole(usize),
    /// Matrices of one size (rows, columns).
    Stack((usize, usize), Vec<&'a Matrix>),
    Text(String),
}

/// Results of a run with T rounds, k classes, m test images and patches of dimension d:
///
/// | name | shape | |
/// |---|---|---|
/// | `accuracy` | (T) | percent on test |
/// | `validation_accuracy` | (T) | percent on validation |
/// | `kept_round` | () | the round chosen on validation, from 0 |
/// | `kernel_scale` | (T) | s, the largest value of K(train, train) |
/// | `ridge_used` | (T) | lambda, relative to s |
/// | `seconds` | (T, 4) | kernel, kernel on held-out images, solve, AGOP |
/// | `predictions` | (T, m, k) | f on test |
/// | `agop` | (T - 1, d, d) | M after each round but the last |
/// | `patch`, `channels` | () | q and c, d = c q^2 |
/// | `engine` | () | text: what computed it |
///
/// An accuracy without images is NaN, which JSON writes as `null`. Of a run that was stopped these are the rounds that have
/// predictions, and all the M there are: T of them where it was stopped after an AGOP.
///
/// Serialised with serde this is a map of those names to numbers, nested lists and text.
pub struct Results<'a>(Vec<(&'static str, Value<'a>)>);

impl<'a> Results<'a> {
    /// The results there are.
    ///
    /// # Errors
    /// [`Error::Invalid`] when no round has predictions yet.
    pub fn of(rfm: &'a Rfm) -> Result<Results<'a>> {
        let rounds: Vec<_> = rfm.rounds().iter().take_while(|round| round.test.is_some()).collect();
        let kept = rfm.kept_round();
        let kept = kept.ok_or_else(|| Error::invalid("results", "no round", "one with predictions"))?;
        let per_round = |values: Vec<f64>| Value::Reals(vec![rounds.len()], values);
        let percents = |of: fn(&crate::rfm::Round) -> Option<f64>| {
            per_round(rounds.iter().map(|round| of(round).unwrap_or(f64::NAN)).collect())
        };
        let (geometry, data) = (rfm.geometry(), rfm.data());
        let (held_out, d) = ((data.test.len(), data.train.classes.len()), geometry.patch_len());
        Ok(Results(vec![
            ("accuracy", percents(|round| round.test_accuracy)),
            ("validation_accuracy", percents(|round| round.validation_accuracy)),
            ("kept_round", Value::Whole(kept)),
            ("kernel_scale", per_round(rounds.iter().map(|round| f64::from(round.scale)).collect())),
            ("ridge_used", per_round(rounds.iter().map(|round| round.ridge).collect())),
            (
                "seconds",
                Value::Reals(vec![rounds.len(), 4], rounds.iter().flat_map(|round| round.seconds).collect()),
            ),
            (
                "predictions",
                Value::Stack(held_out, rounds.iter().filter_map(|round| round.test.as_ref()).collect()),
            ),
            ("agop", Value::Stack((d, d), rounds.iter().filter_map(|round| round.agop.as_ref()).collect())),
            ("patch", Value::Whole(geometry.patch())),
            ("channels", Value::Whole(geometry.shape().channels)),
            ("engine", Value::Text(rfm.engine().describe())),
        ]))
    }

    /// The bytes of an `.npz` archive, one array per name: reals as `<f8`, matrices as `<f4`, whole numbers as `<i8`.
    ///
    /// ```
    /// # use convrfm::{Results, Rfm, Settings, Samples, Unwatched, datasets, engine::Cpu};
    /// # let data = datasets::star(datasets::Sizes { train: 6, validation: 2, test: 4 }, 1)?;
    /// # let settings = Settings { patch: 3, depth: 1, ridge: 1e-3, rounds: 1, agop_samples: Samples::All };
    /// let mut rfm = Rfm::new(settings, data, Box::new(Cpu::default()))?;
    /// assert!(Results::of(&rfm).is_err(), "nothing is predicted yet");
    /// while !rfm.finished() {
    ///     pollster::block_on(rfm.advance(&Unwatched))?;
    /// }
    /// let bytes = Results::of(&rfm)?.npz()?;
    /// assert_eq!(&bytes[..2], b"PK");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the archive would have 4 GiB or more.
    pub fn npz(&self) -> io::Result<Vec<u8>> {
        let mut archive = Archive::default();
        for (name, value) in &self.0 {
            match value {
                Value::Reals(shape, values) => {
                    archive.array(name, shape, values.iter().copied())?;
                }
                Value::Whole(value) => archive.array(name, &[], [*value as i64])?,
                Value::Stack(size, stack) => archive.matrices(name, *size, stack)?,
                Value::Text(text) => archive.text(name, text),
            }
        }
        archive.stored()
    }
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Value::Reals(shape, values) => match shape.get(1) {
                Some(&columns) => serializer.collect_seq(values.chunks_exact(columns)),
                None => serializer.collect_seq(values),
            },
            Value::Whole(value) => serializer.serialize_u64(*value as u64),
            Value::Stack(_, stack) => serializer.collect_seq(stack.iter().map(|m| Rows(m))),
            Value::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// A matrix as a list of its rows.
struct Rows<'a>(&'a Matrix);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(self.0.nrows()))?;
        for row in self.0.row_iter() {
            rows.serialize_element(&row.iter().copied().collect::<Vec<f32>>())?;
        }
        rows.end()
    }
}
