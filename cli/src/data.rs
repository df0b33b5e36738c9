//! The images of a run: a built-in set by name, or files and folders of any format that the crate reads.

use convrfm::data::{Collection, Content, Input, framed, limits, read};
use convrfm::{DataOrigin, Error, Images, Result, Sizes, Split};
use std::borrow::Cow;
use std::path::Path;
use std::str::FromStr;

// The other files of this package take from `convrfm::data` through this one.
pub use convrfm::data::{Source, noisy_frame, read_array, read_npz};

/// The MNIST sample pack, the same file as on the page.
pub const MNIST_PACK: &[u8] = include_bytes!("../../www/data/mnist.npz");
/// The Fashion-MNIST sample pack, the same file as on the page.
const FASHION_MNIST_PACK: &[u8] = include_bytes!("../../www/data/fashion-mnist.npz");

#[derive(clap::Args)]
pub struct Data {
    /// A built-in set (star, mnist, noisy-mnist, local-signal, dead-leaves, fashion-mnist, cifar-10, svhn), or files: .npz
    /// with x_train (n,c,h,w), y_train, x_test, y_test; .npy; IDX pairs; CIFAR .bin or .tar.gz; .mat; Parquet; a .zip; or a
    /// folder of any of these, or of pictures in one folder per class.
    #[arg(required = true)]
    input: Vec<String>,
    /// Training images [default: star and local-signal 50, other built-in sets 300, .npz all, other files at most 300]
    #[arg(long)]
    train: Option<usize>,
    /// Validation images, which choose the best round [default: .npz 0, others 100]. For an .npz file they are drawn from
    /// x_train.
    #[arg(long)]
    validation: Option<usize>,
    /// Test images [default: .npz all, others 400]
    #[arg(long)]
    test: Option<usize>,
    /// Seed of generated images, of the split and of the filters between levels.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Standard deviation of the noise in noisy-mnist and local-signal.
    #[arg(long, default_value_t = 1.0, allow_hyphen_values = true)]
    sigma: f32,
    #[command(flatten)]
    changes: Changes,
    /// Resize pictures to this many pixels per side [default: their own size if all agree on one up to 64, else 32]
    #[arg(long)]
    side: Option<usize>,
    /// Convert pictures to grey.
    #[arg(long)]
    grey: bool,
}

/// Changes to the images before they are learned from, in this order.
#[derive(Debug, Clone, clap::Args, serde::Serialize)]
pub struct Changes {
    /// Classes to keep, by number from 0: 3/5 keeps class 3 and class 5, 0,1,8,9/2,3 makes two classes of six. Not for built-in
    /// sets.
    #[arg(long)]
    #[serde(rename = "kept_classes")]
    pub classes: Option<Classes>,
    /// Put every image into a frame of noise with this standard deviation.
    #[arg(long, value_name = "SIGMA", allow_hyphen_values = true)]
    pub frame: Option<f32>,
    /// Average every window of this many rows and columns, noise included, which leaves smaller images.
    #[arg(long, default_value_t = 1)]
    pub shrink: usize,
}

impl Changes {
    /// No changes.
    pub const NONE: Changes = Changes { classes: None, frame: None, shrink: 1 };
}

/// Groups of classes by number, each of which becomes one class: `3/5`, `0,1/2`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Classes(Vec<Vec<usize>>);

impl FromStr for Classes {
    type Err = Error;

    fn from_str(text: &str) -> Result<Classes> {
        let number = |class: &str| class.trim().parse::<usize>();
        let group = |group: &str| group.split(',').map(number).collect::<std::result::Result<Vec<_>, _>>();
        let expected = "two or more groups of class numbers such as 3/5 or 0,1,8,9/2,3";
        match text.split('/').map(group).collect::<std::result::Result<Vec<_>, _>>() {
            Ok(groups) if groups.len() > 1 => Ok(Classes(groups)),
            _ => Err(Error::invalid("classes", text, expected)),
        }
    }
}

/// Images, where they come from, and notes on changes to them.
pub struct Loaded {
    pub split: Split,
    pub origin: DataOrigin,
    pub notes: Vec<String>,
}

impl Data {
    /// The data of an experiment: the name of a built-in set, or files.
    pub fn new(input: Vec<String>, sizes: Sizes, sigma: f32, changes: Changes, seed: u64) -> Data {
        let (train, validation, test) = (Some(sizes.train), Some(sizes.validation), Some(sizes.test));
        Data { input, train, validation, test, seed, sigma, changes, side: None, grey: false }
    }

    /// The first input, as the user wrote it.
    pub fn name(&self) -> &str {
        self.input.first().map_or("data", String::as_str)
    }

    /// The error with the name of the input in front, unless it names a file already.
    pub fn in_input(&self, error: Error) -> Error {
        match error {
            Error::Unreadable { .. } => error,
            other => other.in_file(self.name()),
        }
    }

    /// Generates or reads the images and draws the split.
    ///
    /// # Errors
    /// When the images cannot be read, are too few, or do not fit in memory. Names the input.
    pub fn load(&self) -> Result<Loaded> {
        let load = || {
            let mut loaded = match self.name().parse::<Source>() {
                Ok(source) if self.input.len() == 1 => self.built_in(source)?,
                _ => self.read()?,
            };
            loaded.origin.seed = self.seed;
            let Changes { frame, shrink, .. } = self.changes;
            if let Some(sigma) = frame {
                loaded.split = framed(&loaded.split, sigma, self.seed)?;
                (loaded.origin.frame, loaded.origin.sigma) = (true, Some(sigma));
            }
            if shrink != 1 {
                let Split { train, validation, test } = &mut loaded.split;
                for part in [train, validation, test] {
                    part.images = part.images.averaged("shrink", shrink)?;
                }
            }
            Ok(loaded)
        };
        load().map_err(|e| self.in_input(e))
    }

    fn built_in(&self, source: Source) -> Result<Loaded> {
        if self.changes.classes.is_some() {
            return Err(Error::invalid("classes", "a built-in set", "files"));
        }
        let few = matches!(source, Source::Star | Source::LocalSignal);
        let sizes = Sizes {
            train: self.train.unwrap_or(if few { 50 } else { 300 }),
            validation: self.validation.unwrap_or(100),
            test: self.test.unwrap_or(400),
        };
        let pack = source.pack().map(pack).transpose()?;
        let (split, copies) = source.load(sizes, self.sigma, self.seed, pack.as_deref())?;
        let origin = DataOrigin {
            name: source.name().into(),
            source: source.provenance().into(),
            licence: source.licence().into(),
            sigma: source.has_noise_level().then_some(self.sigma),
            ..DataOrigin::default()
        };
        Ok(Loaded { split, origin, notes: copies_note(copies).into_iter().collect() })
    }

    fn read(&self) -> Result<Loaded> {
        let names = Source::ALL.map(Source::name).join(", ");
        let expected = format!("an .npz file or one of {names}, or files or a folder of images");
        let (inputs, roots) = open(&self.input, &expected)?;
        let full_path = |error| full_path(error, &roots);
        let set = match read(inputs).map_err(full_path)? {
            Content::Collection(set) => *set,
            Content::Pictures(mut pictures) => {
                let (side, colour) = pictures.suggestion();
                let side = self.side.unwrap_or(side);
                pictures.decode(side, colour && !self.grey, self.name()).map_err(full_path)?
            }
        };
        let set = match &self.changes.classes {
            Some(Classes(groups)) => set.grouped(groups)?,
            None => set,
        };
        let mut notes = set.notes.clone();
        let (source, licence) = (set.provenance.clone(), set.licence.clone());
        let origin = DataOrigin { name: self.name().into(), source, licence, ..DataOrigin::default() };
        let split = if set.prepared {
            self.prepared(set.whole()?)?
        } else {
            let (split, copies) = self.draw(&set)?;
            notes.extend(copies_note(copies));
            split
        };
        Ok(Loaded { split, origin, notes })
    }

    /// The split of an .npz file: in its own order, or drawn from its parts where the user wants fewer images.
    fn prepared(&self, whole: Split) -> Result<Split> {
        let (train, validation) = match (self.train, self.validation) {
            (None, None) => (whole.train, whole.validation),
            (train, validation) => {
                let (validation, rest) =
                    whole.train.draw(validation.unwrap_or(0), self.seed, "validation")?;
                (rest.draw(train.unwrap_or(rest.len()), self.seed, "train")?.0, validation)
            }
        };
        let test = match self.test {
            Some(count) => whole.test.draw(count, self.seed, "test")?.0,
            None => whole.test,
        };
        Ok(Split { train, validation, test })
    }

    /// The split of other files: by default half of the images, a quarter and a quarter, but at most 300, 100 and 400.
    fn draw(&self, set: &Collection) -> Result<(Split, usize)> {
        let count = set.train.len();
        let train = self.train.unwrap_or(count.div_ceil(2).min(300));
        let left = count.saturating_sub(train);
        let unused = if set.test.is_some() { left } else { left / 2 };
        let validation = self.validation.unwrap_or(unused.min(100));
        let left = set.test.as_ref().map_or(left.saturating_sub(validation), |test| test.len());
        let test = self.test.unwrap_or(left.min(400));
        set.split(Sizes { train, validation, test }, self.seed)
    }
}

fn copies_note(copies: usize) -> Option<String> {
    (copies > 0)
        .then(|| format!("{copies} images were skipped: they are copies of images in an earlier part."))
}

/// The sample pack with this file name: built in, or in the page's source folder.
fn pack(name: &str) -> Result<Cow<'static, [u8]>> {
    match name {
        "mnist.npz" => return Ok(Cow::Borrowed(MNIST_PACK)),
        "fashion-mnist.npz" => return Ok(Cow::Borrowed(FASHION_MNIST_PACK)),
        _ => {}
    }
    let path = Path::new("www/data").join(name);
    std::fs::read(&path).map(Cow::Owned).map_err(|e| {
        let set = name.trim_end_matches(".npz");
        let cause = format!("{e}; expected the pack that `cargo xtask data {set}` makes");
        Error::Unreadable { file: path.display().to_string(), cause }
    })
}

/// Photographs without classes, as [`convrfm::data::photographs`] reads them, from files and folders.
pub fn photographs(paths: &[String], most: usize, side: usize) -> Result<(Vec<String>, Images)> {
    let (inputs, roots) = open(paths, "a photograph or a folder of them")?;
    convrfm::data::photographs(inputs, most, side).map_err(|e| full_path(e, &roots))
}

/// Opens files and all files in folders. Their paths are relative to a root: the folder, or the folder of the file. Also returns
/// the roots. Errors say what was `expected` in the place of a file that does not exist.
fn open(arguments: &[String], expected: &str) -> Result<(Vec<Input>, Vec<String>)> {
    let (mut inputs, mut roots) = (Vec::new(), Vec::new());
    for argument in arguments {
        let path = Path::new(argument);
        if path.is_dir() {
            collect_files(path, "", &mut inputs)?;
            roots.push(argument.clone());
        } else {
            let mut input = Input::open(path).map_err(|e| no_such_input(argument, e, expected))?;
            input.path = input.name().to_string();
            roots.push(argument.strip_suffix(&input.path).unwrap_or_default().to_string());
            inputs.push(input);
        }
    }
    Ok((inputs, roots))
}

/// The error with the root of the file that it names in front.
fn full_path(error: Error, roots: &[String]) -> Error {
    match error {
        Error::Unreadable { file, cause } => {
            let path = roots.iter().map(|root| Path::new(root).join(&file)).find(|path| path.exists());
            Error::Unreadable { file: path.map_or(file, |path| path.display().to_string()), cause }
        }
        other => other,
    }
}

fn no_such_input(file: &str, error: Error, expected: &str) -> Error {
    let Error::Unreadable { cause, .. } = error else { return error };
    Error::Unreadable { file: file.into(), cause: format!("{cause}; expected {expected}") }
}

/// Adds the files of a folder and of the folders in it, sorted by name, with paths relative to the first folder.
fn collect_files(folder: &Path, prefix: &str, inputs: &mut Vec<Input>) -> Result<()> {
    let unreadable =
        |e: std::io::Error| Error::Unreadable { file: folder.display().to_string(), cause: e.to_string() };
    let entries = std::fs::read_dir(folder).and_then(|entries| entries.collect::<std::io::Result<Vec<_>>>());
    let mut entries = entries.map_err(unreadable)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}{name}");
        // `file_type` does not follow links, which could form a circle of folders.
        if entry.file_type().map_err(unreadable)?.is_dir() {
            collect_files(&entry.path(), &format!("{path}/"), inputs)?;
        } else if entry.path().is_file() {
            inputs.push(Input { path, ..Input::open(&entry.path())? });
        }
        if inputs.len() > limits::FILES {
            let expected = format!("at most {}", limits::FILES);
            return Err(Error::invalid("files", "more", expected).in_file(folder.display()));
        }
    }
    Ok(())
}
