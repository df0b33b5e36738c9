//! What the integration tests share: the list of engines, and the golden files.

#![allow(dead_code)] // Each test file is a crate of its own and uses a part of this.

use convrfm::engine::{Cpu, Engine, Naive};
use convrfm::{Dataset, Images, Matrix, Samples, Settings, Shape, Split};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Makes an engine that has not loaded anything.
pub type Make = fn() -> Box<dyn Engine>;

/// Every engine runs through every suite: a new one is one line here.
pub fn engines() -> Vec<(&'static str, Make)> {
    vec![
        ("naive f64", || Box::new(Naive::<f64>::default())),
        ("naive f32", || Box::new(Naive::<f32>::default())),
        ("cpu", || Box::new(Cpu::default())),
        #[cfg(feature = "gpu")] // Without an adapter this fails: a GPU test that did not run is no pass.
        ("gpu", || Box::new(pollster::block_on(convrfm::engine::Gpu::open(Default::default())).unwrap())),
    ]
}

/// One golden file: inputs, settings, and what the float64 reference computed, round by round.
pub struct Golden {
    pub name: String,
    pub train: Dataset,
    pub test: Dataset,
    pub settings: Settings,
    pub kernel: Vec<Matrix>,
    pub kernel_test: Vec<Matrix>,
    pub kernel_scale: Vec<f64>,
    pub predictions: Vec<Matrix>,
    pub accuracy: Vec<f64>,
    pub agop: Vec<Matrix>,
}

/// The crate's own golden files, and those beside the checkout when they are there.
pub fn golden_files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = root.join("tests/golden");
    let neighbours = root.join("../shared/golden");
    let mut files: Vec<PathBuf> = [own, neighbours]
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flat_map(|entries| entries.filter_map(|e| Some(e.ok()?.path())))
        .filter(|path| path.extension().is_some_and(|e| e == "npz"))
        .collect();
    files.sort();
    assert!(files.len() >= 3, "the crate's own golden files are missing");
    files
}

/// Arrays of an `.npz` file as f64, with their shapes.
pub struct Npz(zip::ZipArchive<std::fs::File>);

impl Npz {
    pub fn open(path: &Path) -> Npz {
        Npz(zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap())
    }

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

    fn dataset(&mut self, part: &str, classes: usize) -> Dataset {
        let (shape, pixels) = self.array(&format!("x_{part}"));
        let scale = if pixels.iter().any(|v| *v > 100.0) { 255.0 } else { 1.0 };
        let shape = Shape { channels: shape[1], height: shape[2], width: shape[3] };
        let images = Images::new(shape, pixels.iter().map(|v| (v / scale) as f32).collect()).unwrap();
        let labels = self.array(&format!("y_{part}")).1.iter().map(|&v| v as usize).collect();
        Dataset::new(images, labels, (0..classes).map(|c| c.to_string()).collect()).unwrap()
    }
}

impl Golden {
    pub fn read(path: &Path) -> Golden {
        let mut npz = Npz::open(path);
        let classes = npz.scalar("classes") as usize;
        Golden {
            name: path.file_stem().unwrap().to_string_lossy().into(),
            train: npz.dataset("train", classes),
            test: npz.dataset("test", classes),
            settings: Settings {
                patch: npz.scalar("patch") as usize,
                depth: npz.scalar("depth") as usize,
                ridge: npz.scalar("ridge"),
                rounds: npz.scalar("rounds") as usize,
                agop_samples: Samples::First(npz.scalar("agop_samples") as usize),
            },
            kernel: npz.matrices("kernel"),
            kernel_test: npz.matrices("kernel_test"),
            kernel_scale: npz.array("kernel_scale").1,
            predictions: npz.matrices("predictions"),
            accuracy: npz.array("accuracy").1,
            agop: npz.matrices("agop"),
        }
    }
}

/// Images of standard normal noise, the same for the same seed.
pub fn noise(shape: Shape, count: usize, seed: u64) -> Images {
    let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
    let pixels = (0..count * shape.len()).map(|_| StandardNormal.sample(&mut rng)).collect();
    Images::new(shape, pixels).unwrap()
}

/// Images with labels 0, 1, ..., `classes - 1`, 0, 1, ...
pub fn labelled(images: Images, classes: usize) -> Dataset {
    let labels = (0..images.count()).map(|i| i % classes).collect();
    Dataset::new(images, labels, (0..classes).map(|c| c.to_string()).collect()).unwrap()
}

/// A split of three parts that share nothing but their shape.
pub fn noise_split(shape: Shape, [train, validation, test]: [usize; 3], classes: usize, seed: u64) -> Split {
    let part = |count, stream| labelled(noise(shape, count, 3 * seed + stream), classes);
    Split { train: part(train, 0), validation: part(validation, 1), test: part(test, 2) }
}

/// The bytes of a `.npy` array with exactly this header, true to `payload` or not.
pub fn npy(descr: &str, fortran: bool, shape: &str, payload: &[u8]) -> Vec<u8> {
    let fortran = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}");
    let length = (header.len() + 11).next_multiple_of(64) - 10;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((length as u16).to_le_bytes());
    bytes.extend(format!("{header:<width$}\n", width = length - 1).bytes());
    bytes.extend(payload);
    bytes
}

/// The bytes of an `.npz` archive of arrays made by [`npy`].
pub fn npz(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in arrays {
        zip.start_file(format!("{name}.npy"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Largest deviation over the largest reference value. NaN anywhere gives NaN, which no tolerance accepts.
pub fn max_relative(found: &Matrix, expected: &Matrix) -> f64 {
    assert_eq!(found.shape(), expected.shape());
    // Not f32::max, which forgets a NaN at the next number.
    let larger = |worst: f32, v: &f32| if worst.is_nan() || v.abs() <= worst { worst } else { v.abs() };
    let worst = (found - expected).iter().fold(0.0, larger);
    f64::from(worst) / f64::from(expected.amax())
}

/// Frobenius norm of the deviation over that of the reference.
pub fn frobenius_relative(found: &Matrix, expected: &Matrix) -> f64 {
    assert_eq!(found.shape(), expected.shape());
    f64::from((found - expected).norm()) / f64::from(expected.norm())
}
