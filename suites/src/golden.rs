//! Whole runs against the float64 reference, whose results `tests/golden/make.py` has stored.

use crate::Verdict;
use crate::data::settings;
use crate::round::{Errors, Problem, Round};
use convrfm::math::metrics::accuracy;
use convrfm::{AgopSamples, Dataset, Engine, FeatureMatrix, Images, Matrix, PatchGeometry, Settings, Shape};
use std::io::Cursor;

/// Arrays of an `.npz` file as f64, with their shapes.
pub struct Npz(zip::ZipArchive<Cursor<Vec<u8>>>);

impl Npz {
    /// The bytes of an archive.
    pub fn new(bytes: Vec<u8>) -> Npz {
        Npz(zip::ZipArchive::new(Cursor::new(bytes)).unwrap())
    }

    /// Shape and values of an array.
    pub fn array(&mut self, name: &str) -> (Vec<usize>, Vec<f64>) {
        let entry = self.0.by_name(&format!("{name}.npy")).unwrap_or_else(|e| panic!("{name}: {e}"));
        let npy = npyz::NpyFile::new(entry).unwrap();
        let shape = npy.shape().iter().map(|&n| n as usize).collect();
        let npyz::DType::Plain(dtype) = npy.dtype() else { panic!("{name}: not a plain array") };
        use npyz::TypeChar::{Float, Int, Uint};
        let values = match (dtype.type_char(), dtype.size_field()) {
            (Float, 8) => npy.into_vec::<f64>().unwrap(),
            (Float, 4) => npy.into_vec::<f32>().unwrap().into_iter().map(f64::from).collect(),
            (Int, 8) => npy.into_vec::<i64>().unwrap().into_iter().map(|v| v as f64).collect(),
            (Uint, 1) => npy.into_vec::<u8>().unwrap().into_iter().map(f64::from).collect(),
            other => panic!("{name}: unexpected type {other:?}"),
        };
        (shape, values)
    }

    /// The only value of an array.
    pub fn scalar(&mut self, name: &str) -> f64 {
        self.array(name).1[0]
    }

    /// A stack of matrices (rounds, rows, columns).
    pub fn matrices(&mut self, name: &str) -> Vec<Matrix> {
        let (shape, values) = self.array(name);
        let [_, rows, cols] = shape[..] else { panic!("{name}: shape {shape:?}") };
        values
            .chunks_exact(rows * cols)
            .map(|m| Matrix::from_row_iterator(rows, cols, m.iter().map(|&v| v as f32)))
            .collect()
    }

    /// The images `x_PART` and labels `y_PART`; bytes become numbers from 0 to 1.
    pub fn dataset(&mut self, part: &str, classes: usize) -> Dataset {
        let (shape, pixels) = self.array(&format!("x_{part}"));
        let scale = if pixels.iter().any(|v| *v > 100.0) { 255.0 } else { 1.0 };
        let shape = Shape { channels: shape[1], height: shape[2], width: shape[3] };
        let images = Images::new(shape, pixels.iter().map(|v| (v / scale) as f32).collect()).unwrap();
        let labels = self.array(&format!("y_{part}")).1.iter().map(|&v| v as usize).collect();
        Dataset::new(images, labels, (0..classes).map(|c| c.to_string()).collect()).unwrap()
    }
}

/// A golden file: images, settings, and the float64 results of each round.
pub struct Golden {
    /// Training images.
    pub train: Dataset,
    /// Test images.
    pub test: Dataset,
    /// Settings of the run.
    pub settings: Settings,
    /// Results of each round.
    pub rounds: Vec<Round>,
    /// Accuracy on the test images, percent.
    pub accuracy: Vec<f64>,
}

impl Golden {
    /// The bytes of a golden file.
    pub fn read(bytes: Vec<u8>) -> Golden {
        let mut npz = Npz::new(bytes);
        let classes = npz.scalar("classes") as usize;
        let (train, test) = (npz.dataset("train", classes), npz.dataset("test", classes));
        Golden::with_images(&mut npz, "", train, test)
    }

    /// Keeps the first `rounds` rounds. As in a run that ends there, the last one has no AGOP.
    pub fn truncate(&mut self, rounds: usize) {
        self.rounds.truncate(rounds);
        self.settings.rounds = self.rounds.len();
        if let Some(last) = self.rounds.last_mut() {
            last.agop = None;
        }
    }

    /// The reference's results on these images: the arrays whose names end in `suffix`.
    pub(crate) fn with_images(npz: &mut Npz, suffix: &str, train: Dataset, test: Dataset) -> Golden {
        let named = |name: &str| format!("{name}{suffix}");
        let scale = npz.array(&named("kernel_scale")).1;
        let (kernels, rows) = (npz.matrices(&named("kernel")), npz.matrices(&named("kernel_test")));
        let mut agop = npz.matrices(&named("agop")).into_iter();
        let rounds = scale.into_iter().zip(kernels).zip(rows).zip(npz.matrices(&named("predictions")));
        Golden {
            train,
            test,
            settings: settings(
                npz.scalar("patch") as usize,
                npz.scalar("depth") as usize,
                npz.scalar("ridge"),
                npz.scalar("rounds") as usize,
                AgopSamples::First(npz.scalar("agop_samples") as usize),
            ),
            rounds: rounds
                .map(|(((scale, kernel), rows), predictions)| Round {
                    scale,
                    kernel,
                    rows,
                    predictions,
                    agop: agop.next(),
                })
                .collect(),
            accuracy: npz.array(&named("accuracy")).1,
        }
    }
}

/// Runs all rounds, so that the error of each round enters the next. Returns the largest errors of all rounds.
///
/// # Errors
/// When an error exceeds the golden tolerances, or an accuracy differs.
pub async fn check(engine: &mut dyn Engine, golden: &Golden) -> Verdict<Errors> {
    let Golden { train, test, settings, .. } = golden;
    let mut problem = Problem {
        geometry: PatchGeometry::new(train.images.shape(), settings.patch, settings.depth)?,
        train: train.clone(),
        test: test.images.clone(),
        ridge: settings.ridge.values()[0],
        samples: settings.agop_samples.count(train.len()),
    };
    problem.load(engine).await?;
    let mut errors = Errors::default();
    let mut m: Option<FeatureMatrix> = None;
    for (round, (expected, expected_accuracy)) in golden.rounds.iter().zip(&golden.accuracy).enumerate() {
        let last = round + 1 == settings.rounds;
        if last {
            problem.samples = 0;
        }
        let (actual, _) = problem.round(engine, m.as_ref().map(FeatureMatrix::root)).await?;
        errors.add(&actual, expected);
        let accuracy = accuracy(&actual.predictions, &test.labels).unwrap_or(f64::NAN);
        if (accuracy - expected_accuracy).abs() >= 1e-9 || accuracy.is_nan() {
            return Err(format!("accuracy {accuracy} in round {round}, expected {expected_accuracy}").into());
        }
        if let Some(agop) = actual.agop {
            m = Some(FeatureMatrix::new(agop)?);
        }
    }
    errors.verdict()
}
