//! The results of a run under their names: what `convrfm fit --out` writes, and what the page gives away.

use crate::archive::Archive;
use crate::deep::FilterSource;
use crate::rfm::Round;
use crate::{Deep, Error, Level, Matrix, Result};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::borrow::Cow;
use std::io;

/// What one name stands for.
enum Value<'a> {
    /// Numbers in C order, and their extents.
    Reals(Vec<usize>, Vec<f64>),
    Whole(usize),
    /// Whole numbers, one for each level.
    Wholes(Vec<usize>),
    Matrix(&'a Matrix),
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
/// Of a run with several levels those of the levels that have predictions, L of them, which differ in c and d:
///
/// | name | shape | |
/// |---|---|---|
/// | `accuracy`, `validation_accuracy`, `kernel_scale`, `ridge_used` | (L, T) | |
/// | `seconds` | (L, T, 4) | |
/// | `kept_round`, `channels` | (L) | |
/// | `kept_level` | () | the level chosen on validation, from 0 |
/// | `predictions_0`, `predictions_1`, ... | (T, m, k) | for each level |
/// | `agop_0`, `agop_1`, ... | (T - 1, d, d) | for each level |
/// | `filters_0`, `filters_1`, ... | (width, d) | drawn after each level but the last, in patch order |
/// | `convolution_seconds` | (L - 1) | drawing and convolving |
/// | `levels`, `width`, `relu`, `seed` | () | as set; `relu` 0 or 1, `levels` also of a run that was stopped |
/// | `filter_source` | () | text: learned or isotropic |
///
/// Where it was stopped in a level, numbers of the rounds that are missing there are NaN.
///
/// Serialised with serde this is a map of those names to numbers, nested lists and text.
pub struct Results<'a>(Vec<(Cow<'static, str>, Value<'a>)>);

impl<'a> Results<'a> {
    /// The results there are.
    ///
    /// # Errors
    /// [`Error::Invalid`] when no round has predictions yet.
    pub fn of(run: &'a Deep) -> Result<Results<'a>> {
        let none = || Error::invalid("results", "no round", "one with predictions");
        let (kept_level, _) = run.kept().ok_or_else(none)?;
        let engine = ("engine".into(), Value::Text(run.engine().describe()));
        let mut table = if run.settings().levels == 1 {
            Results::of_one(run.current())
        } else {
            Results::of_several(run, kept_level)
        };
        table.push(engine);
        Ok(Results(table))
    }

    fn of_one(level: &'a Level) -> Vec<(Cow<'static, str>, Value<'a>)> {
        let found = Found::of(level);
        let rounds = found.rounds.len();
        let per_round = |of: fn(&Round) -> f64| Value::Reals(vec![rounds], found.padded(rounds, of));
        vec![
            ("accuracy".into(), per_round(test_accuracy)),
            ("validation_accuracy".into(), per_round(validation_accuracy)),
            ("kept_round".into(), Value::Whole(found.kept)),
            ("kernel_scale".into(), per_round(scale)),
            ("ridge_used".into(), per_round(ridge)),
            ("seconds".into(), Value::Reals(vec![rounds, 4], found.seconds(rounds))),
            ("predictions".into(), found.predictions()),
            ("agop".into(), found.agop()),
            ("patch".into(), Value::Whole(level.geometry().patch())),
            ("channels".into(), Value::Whole(level.geometry().shape().channels)),
        ]
    }

    fn of_several(run: &'a Deep, kept_level: usize) -> Vec<(Cow<'static, str>, Value<'a>)> {
        let settings = run.settings();
        let begun = run.levels().iter().map(Found::of);
        let levels: Vec<Found> = begun.take_while(|level| !level.rounds.is_empty()).collect();
        let rounds = levels.iter().map(|level| level.rounds.len()).max().unwrap_or(0);
        let per_round = |of: fn(&Round) -> f64| {
            let values = levels.iter().flat_map(|level| level.padded(rounds, of)).collect();
            Value::Reals(vec![levels.len(), rounds], values)
        };
        let seconds = levels.iter().flat_map(|level| level.seconds(rounds)).collect();
        let channels = levels.iter().map(|found| found.level.geometry().shape().channels);
        let convolving: Vec<f64> = (0..).map_while(|l| run.convolution_seconds(l)).collect();
        let mut table: Vec<(Cow<'static, str>, Value<'a>)> = vec![
            ("accuracy".into(), per_round(test_accuracy)),
            ("validation_accuracy".into(), per_round(validation_accuracy)),
            ("kept_round".into(), Value::Wholes(levels.iter().map(|level| level.kept).collect())),
            ("kept_level".into(), Value::Whole(kept_level)),
            ("kernel_scale".into(), per_round(scale)),
            ("ridge_used".into(), per_round(ridge)),
            ("seconds".into(), Value::Reals(vec![levels.len(), rounds, 4], seconds)),
            ("convolution_seconds".into(), Value::Reals(vec![convolving.len()], convolving)),
        ];
        for (l, level) in levels.iter().enumerate() {
            table.push((format!("predictions_{l}").into(), level.predictions()));
            table.push((format!("agop_{l}").into(), level.agop()));
            if let Some(bank) = run.filters(l) {
                table.push((format!("filters_{l}").into(), Value::Matrix(bank.weights())));
            }
        }
        let source = match settings.filters {
            FilterSource::Learned => "learned",
            FilterSource::Isotropic => "isotropic",
        };
        table.extend([
            ("patch".into(), Value::Whole(settings.machine.patch)),
            ("channels".into(), Value::Wholes(channels.collect())),
            ("levels".into(), Value::Whole(settings.levels)),
            ("width".into(), Value::Whole(settings.width)),
            ("relu".into(), Value::Whole(settings.relu.into())),
            ("seed".into(), Value::Whole(settings.seed as usize)),
            ("filter_source".into(), Value::Text(source.into())),
        ]);
        table
    }

    /// The bytes of an `.npz` archive, one array per name: reals as `<f8`, matrices as `<f4`, whole numbers as `<i8`.
    ///
    /// ```
    /// # use convrfm::{Deep, Results, Settings, Samples, Unwatched, datasets, deep, engine::Cpu};
    /// # let data = datasets::star(datasets::Sizes { train: 6, validation: 2, test: 4 }, 1)?;
    /// # let settings = Settings { patch: 3, depth: 1, ridge: 1e-3, rounds: 1, agop_samples: Samples::All };
    /// let mut run = Deep::new(deep::Settings::one_level(settings), data, Box::new(Cpu::default()))?;
    /// assert!(Results::of(&run).is_err(), "nothing is predicted yet");
    /// while !run.finished() {
    ///     pollster::block_on(run.advance(&Unwatched))?;
    /// }
    /// let bytes = Results::of(&run)?.npz()?;
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
                Value::Wholes(values) => {
                    archive.array(name, &[values.len()], values.iter().map(|&v| v as i64))?;
                }
                Value::Matrix(m) => {
                    archive.array(name, &[m.nrows(), m.ncols()], m.transpose().iter().copied())?
                }
                Value::Stack(size, stack) => archive.matrices(name, *size, stack)?,
                Value::Text(text) => archive.text(name, text),
            }
        }
        archive.stored()
    }
}

/// What one level has found: its rounds that have predictions.
struct Found<'a> {
    level: &'a Level,
    rounds: Vec<&'a Round>,
    kept: usize,
}

impl<'a> Found<'a> {
    fn of(level: &'a Level) -> Found<'a> {
        let rounds = level.rounds().iter().take_while(|round| round.test.is_some()).collect();
        Found { level, rounds, kept: level.kept_round().unwrap_or(0) }
    }

    /// A number of each round, up to `count` rounds; NaN of those that are missing.
    fn padded(&self, count: usize, of: fn(&Round) -> f64) -> Vec<f64> {
        (0..count).map(|t| self.rounds.get(t).map_or(f64::NAN, |round| of(round))).collect()
    }

    fn seconds(&self, count: usize) -> Vec<f64> {
        (0..count).flat_map(|t| self.rounds.get(t).map_or([f64::NAN; 4], |round| round.seconds)).collect()
    }

    fn predictions(&self) -> Value<'a> {
        let data = self.level.data();
        let size = (data.test.len(), data.train.classes.len());
        Value::Stack(size, self.rounds.iter().filter_map(|round| round.test.as_ref()).collect())
    }

    fn agop(&self) -> Value<'a> {
        let d = self.level.geometry().patch_len();
        Value::Stack((d, d), self.rounds.iter().filter_map(|round| round.agop.as_ref()).collect())
    }
}

fn test_accuracy(round: &Round) -> f64 {
    round.test_accuracy.unwrap_or(f64::NAN)
}

fn validation_accuracy(round: &Round) -> f64 {
    round.validation_accuracy.unwrap_or(f64::NAN)
}

fn scale(round: &Round) -> f64 {
    f64::from(round.scale)
}

fn ridge(round: &Round) -> f64 {
    round.ridge
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
            Value::Reals(shape, values) => Nested(shape, values).serialize(serializer),
            Value::Whole(value) => serializer.serialize_u64(*value as u64),
            Value::Wholes(values) => serializer.collect_seq(values),
            Value::Matrix(m) => Rows(m).serialize(serializer),
            Value::Stack(_, stack) => serializer.collect_seq(stack.iter().map(|m| Rows(m))),
            Value::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// Numbers in C order as lists of lists, of one extent after the other.
struct Nested<'a>(&'a [usize], &'a [f64]);

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let Nested(shape, values) = *self;
        match shape {
            [] | [_] => serializer.collect_seq(values),
            [first, rest @ ..] => {
                let each = rest.iter().product::<usize>();
                serializer.collect_seq((0..*first).map(|i| Nested(rest, &values[i * each..(i + 1) * each])))
            }
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
