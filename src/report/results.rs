//! The results of a run by name: what `convrfm fit --out` writes and the page offers for download.

use crate::error::{Error, Result};
use crate::linalg::{Matrix, simd};
use crate::report::npz::{NpzWriter, row_major};
use crate::rfm::Round;
use crate::rfm::{ConvRfm, Level};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::io;

/// The value of one name.
enum Value<'a> {
    /// Numbers in C order, and their extents; a single number has none.
    Reals(Vec<usize>, Vec<f64>),
    /// Whole numbers, likewise.
    Wholes(Vec<usize>, Vec<usize>),
    Matrix(&'a Matrix),
    /// Matrices of one size (rows, columns).
    Stack((usize, usize), Vec<&'a Matrix>),
    Text(String),
    Texts(Vec<String>),
}

/// Where the images of a run come from: what a [`ConvRfm`] does not know.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataOrigin {
    /// Name of the data set.
    pub name: String,
    /// Who made the images, and how.
    pub source: String,
    /// Their licence.
    pub licence: String,
    /// Seed of the split, and of generated images.
    pub seed: u64,
    /// Standard deviation of the noise, where there is noise of a chosen strength.
    pub sigma: Option<f32>,
    /// Whether the images were put into frames of noise.
    pub frame: bool,
}

/// Results of a run with T rounds, k classes, m test images and patches of dimension d:
///
/// | name | shape | |
/// |---|---|---|
/// | `accuracy` | (T) | percent on test |
/// | `validation_accuracy` | (T) | percent on validation |
/// | `kept_round` | () | the round with the best validation accuracy, from 0 |
/// | `kernel_scale` | (T) | s, the largest value of K(train, train) |
/// | `ridge_used` | (T) | lambda, relative to s |
/// | `residual` | (T) | relative residual of the ridge regression |
/// | `seconds` | (T, 4) | kernel, predictions, ridge regression, AGOP |
/// | `predictions` | (T, m, k) | f on test |
/// | `agop` | (T - 1, d, d) | M after each round but the last |
/// | `patch`, `channels` | () | q and c, d = c q^2 |
/// | `test_error`, `validation_error` | (T) | mean squared error of f |
/// | `labels` | (m) | class of each test image, from 0 |
/// | `train_labels`, `validation_labels` | (n), (v) | the same of the other images |
/// | `class_names` | (k) | text |
/// | `train`, `validation`, `test` | () | n, v and m |
/// | `depth`, `rounds`, `levels`, `width`, `relu`, `pooling`, `seed` | () | the settings; `relu` is 0 or 1, `seed` that of the filters |
/// | `ridge` | (any) | the ridges to choose from; one if it is fixed |
/// | `agop_samples` | () | training images in the AGOP |
/// | `filter_source` | () | text: learned or isotropic |
/// | `engine` | () | text: the engine |
/// | `fused` | () | 1 if the CPU rounds a product and a sum once, together: then the last digits differ from those where it is 0 |
/// | `version` | () | text: the version of this crate |
///
/// With [`with_origin`](Results::with_origin) also:
///
/// | name | shape | |
/// |---|---|---|
/// | `data`, `data_source`, `data_licence` | () | text: name, origin and licence of the images |
/// | `data_seed` | () | seed of the split, and of generated images |
/// | `sigma` | () | standard deviation of the noise; NaN without noise |
/// | `frame` | () | 1 if the images were put into frames of noise |
///
/// With [`Settings::rank`](crate::Settings::rank) also:
///
/// | name | shape | |
/// |---|---|---|
/// | `rank` | () | landmarks R; `agop_samples` counts landmarks |
/// | `trace_residual` | (T) | share of the trace of K over the other training images that the landmarks do not represent |
///
/// An accuracy without images is NaN, which JSON writes as `null`. For a stopped run these are the rounds with predictions, and an
/// M for each of them whose AGOP is done.
///
/// For a run with several levels, those of the L levels with predictions, which differ in c and d:
///
/// | name | shape | |
/// |---|---|---|
/// | `accuracy`, `validation_accuracy`, `test_error`, `validation_error`, `kernel_scale`, `ridge_used`, `residual`, `trace_residual` | (L, T) | |
/// | `seconds` | (L, T, 4) | |
/// | `kept_round`, `channels` | (L) | |
/// | `kept_level` | () | the level with the best validation accuracy, from 0 |
/// | `predictions_0`, `predictions_1`, ... | (T, m, k) | for each level |
/// | `agop_0`, `agop_1`, ... | (T - 1, d, d) | for each level |
/// | `filters_0`, `filters_1`, ... | (width, d) | drawn after each level but the last, in patch order |
/// | `convolution_seconds` | (L - 1) | drawing and convolving |
///
/// When a run stopped inside a level, the numbers of its missing rounds are NaN.
///
/// Serialised with serde this is a map from those names to numbers, nested lists and text.
pub struct Results<'a>(Vec<(String, Value<'a>)>);

impl<'a> Results<'a> {
    /// The results so far.
    ///
    /// # Errors
    /// [`Error::Invalid`] when no round has predictions yet.
    pub fn of(run: &'a ConvRfm) -> Result<Results<'a>> {
        let Some((best_level, _)) = run.best() else {
            return Err(Error::invalid("results", "no round", "one with predictions"));
        };
        let settings = run.settings();
        let several = settings.levels > 1;
        let begun = run.levels().iter().map(LevelResults::of);
        let levels: Vec<LevelResults> = begun.take_while(|level| !level.rounds.is_empty()).collect();
        let rounds = levels.iter().map(|level| level.rounds.len()).max().unwrap_or(0);
        // A run of one level has no axis for levels.
        let shape = |rest: &[usize]| -> Vec<usize> {
            if several { [&[levels.len()], rest].concat() } else { rest.to_vec() }
        };
        let per_round = |extents: &[usize], of: fn(&Round) -> [f64; 4]| {
            let each = extents.get(1).copied().unwrap_or(1);
            let numbers = levels.iter().flat_map(|level| level.padded(rounds, of));
            Value::Reals(shape(extents), numbers.flat_map(|four| four.into_iter().take(each)).collect())
        };
        let per_level =
            |of: fn(&LevelResults) -> usize| Value::Wholes(shape(&[]), levels.iter().map(of).collect());
        let mut table = Vec::new();
        let mut enter = |name: &str, value: Value<'a>| table.push((name.to_string(), value));
        enter("accuracy", per_round(&[rounds], |r| [r.test_accuracy.unwrap_or(f64::NAN); 4]));
        enter(
            "validation_accuracy",
            per_round(&[rounds], |r| [r.validation_accuracy.unwrap_or(f64::NAN); 4]),
        );
        enter("test_error", per_round(&[rounds], |r| [r.test_error.unwrap_or(f64::NAN); 4]));
        enter("validation_error", per_round(&[rounds], |r| [r.validation_error.unwrap_or(f64::NAN); 4]));
        enter("kept_round", per_level(|level| level.best));
        enter("kernel_scale", per_round(&[rounds], |r| [f64::from(r.scale); 4]));
        enter("ridge_used", per_round(&[rounds], |r| [r.ridge; 4]));
        enter("residual", per_round(&[rounds], |r| [r.residual; 4]));
        if let Some(rank) = settings.rank {
            enter("rank", whole(rank));
            enter("trace_residual", per_round(&[rounds], |r| [r.trace_residual.unwrap_or(f64::NAN); 4]));
        }
        enter("seconds", per_round(&[rounds, 4], |r| r.seconds));
        for (l, level) in levels.iter().enumerate() {
            let of_level = if several { format!("_{l}") } else { String::new() };
            enter(&format!("predictions{of_level}"), level.predictions());
            enter(&format!("agop{of_level}"), level.agop());
            if let Some(bank) = run.filter_bank(l) {
                enter(&format!("filters{of_level}"), Value::Matrix(bank.weights()));
            }
        }
        enter("patch", whole(settings.patch));
        enter("channels", per_level(|results| results.level.geometry().shape().channels));
        if several {
            let convolving: Vec<f64> = (0..).map_while(|l| run.convolution_seconds(l)).collect();
            enter("convolution_seconds", list(convolving));
            enter("kept_level", whole(best_level));
        }
        enter("depth", whole(settings.depth));
        enter("ridge", list(settings.ridge.values().to_vec()));
        enter("rounds", whole(settings.rounds));
        let data = run.levels()[0].data();
        enter("agop_samples", whole(settings.agop_samples.count(run.levels()[0].landmarks().count())));
        enter("levels", whole(settings.levels));
        enter("width", whole(settings.width));
        enter("relu", whole(settings.relu.into()));
        enter("pooling", whole(settings.pooling));
        enter("seed", whole(settings.seed as usize));
        enter("filter_source", Value::Text(settings.filters.to_string()));
        for (name, part) in [("train", &data.train), ("validation", &data.validation), ("test", &data.test)] {
            enter(name, whole(part.len()));
            let labels = if name == "test" { "labels".into() } else { format!("{name}_labels") };
            enter(&labels, Value::Wholes(vec![part.len()], part.labels.clone()));
        }
        enter("class_names", Value::Texts(data.train.classes.clone()));
        enter("engine", Value::Text(run.engine().describe()));
        enter("fused", whole(simd::is_fused().into()));
        enter("version", Value::Text(env!("CARGO_PKG_VERSION").into()));
        Ok(Results(table))
    }

    /// The same with the origin of the images.
    #[must_use]
    pub fn with_origin(mut self, origin: &DataOrigin) -> Self {
        let sigma = origin.sigma.map_or(f64::NAN, f64::from);
        self.0.extend(
            [
                ("data", Value::Text(origin.name.clone())),
                ("data_source", Value::Text(origin.source.clone())),
                ("data_licence", Value::Text(origin.licence.clone())),
                ("data_seed", whole(origin.seed as usize)),
                ("sigma", Value::Reals(Vec::new(), vec![sigma])),
                ("frame", whole(origin.frame.into())),
            ]
            .map(|(name, value)| (name.to_string(), value)),
        );
        self
    }

    /// The bytes of an `.npz` archive, one array per name: reals as `<f8`, matrices as `<f4`, whole numbers as `<i8`.
    ///
    /// ```
    /// # use convrfm::{ConvRfm, Cpu, NoMonitor, Results, Settings, Sizes, star};
    /// # let data = star(Sizes { train: 6, validation: 2, test: 4 }, 1)?;
    /// # let mut settings = Settings::default();
    /// # (settings.depth, settings.rounds) = (1, 1);
    /// let mut run = ConvRfm::new(settings, data, Box::new(Cpu::default()))?;
    /// assert!(Results::of(&run).is_err(), "no round has predictions yet");
    /// while !run.finished() {
    ///     pollster::block_on(run.advance(&NoMonitor))?;
    /// }
    /// let bytes = Results::of(&run)?.npz()?;
    /// assert_eq!(&bytes[..2], b"PK");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the archive would have 4 GiB or more.
    pub fn npz(&self) -> io::Result<Vec<u8>> {
        let mut archive = NpzWriter::default();
        for (name, value) in &self.0 {
            match value {
                Value::Reals(shape, values) => {
                    archive.array(name, shape, values.iter().copied())?;
                }
                Value::Wholes(shape, values) => {
                    archive.array(name, shape, values.iter().map(|&v| v as i64))?;
                }
                Value::Matrix(m) => archive.array(name, &[m.nrows(), m.ncols()], row_major(m))?,
                Value::Stack(size, stack) => archive.matrices(name, *size, stack)?,
                Value::Text(text) => archive.text(name, text),
                Value::Texts(texts) => archive.texts(name, texts),
            }
        }
        archive.stored()
    }
}

/// One level with its rounds that have predictions.
struct LevelResults<'a> {
    level: &'a Level,
    rounds: Vec<&'a Round>,
    best: usize,
}

impl<'a> LevelResults<'a> {
    fn of(level: &'a Level) -> LevelResults<'a> {
        let rounds = level.rounds().iter().take_while(|round| round.test_predictions.is_some()).collect();
        LevelResults { level, rounds, best: level.best_round().unwrap_or(0) }
    }

    /// Numbers of each of `count` rounds; NaN for missing rounds.
    fn padded(&self, count: usize, of: fn(&Round) -> [f64; 4]) -> impl Iterator<Item = [f64; 4]> {
        (0..count).map(move |t| self.rounds.get(t).map_or([f64::NAN; 4], |round| of(round)))
    }

    fn predictions(&self) -> Value<'a> {
        let data = self.level.data();
        let size = (data.test.len(), data.train.classes.len());
        Value::Stack(size, self.rounds.iter().filter_map(|round| round.test_predictions.as_ref()).collect())
    }

    fn agop(&self) -> Value<'a> {
        let d = self.level.geometry().patch_len();
        Value::Stack(
            (d, d),
            self.rounds.iter().filter_map(|round| round.agop.as_ref().map(|m| m.matrix())).collect(),
        )
    }
}

fn list(values: Vec<f64>) -> Value<'static> {
    Value::Reals(vec![values.len()], values)
}

fn whole(value: usize) -> Value<'static> {
    Value::Wholes(Vec::new(), vec![value])
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
            Value::Reals(shape, values) if shape.is_empty() => serializer.serialize_f64(values[0]),
            Value::Reals(shape, values) => Nested(shape, values).serialize(serializer),
            Value::Wholes(shape, values) => match (&shape[..], &values[..]) {
                ([], [value]) => serializer.serialize_u64(*value as u64),
                _ => serializer.collect_seq(values),
            },
            Value::Matrix(m) => Rows(m).serialize(serializer),
            Value::Stack(_, stack) => serializer.collect_seq(stack.iter().map(|m| Rows(m))),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Texts(texts) => serializer.collect_seq(texts),
        }
    }
}

/// Numbers in C order as nested lists.
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
