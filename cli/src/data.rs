//! What `convrfm fit` fits to: a built-in set by name, or files and folders of any format that the crate reads.

use convrfm::Sizes;
use convrfm::data::{Collection, Content, Input, Source, framed, limits, read};
use convrfm::{Error, Result, Split};
use std::borrow::Cow;
use std::path::Path;

/// The MNIST sample pack, the same file that lies beside the page.
pub const PACK: &[u8] = include_bytes!("../../../www/data/mnist.npz");
/// The Fashion-MNIST sample pack, likewise.
const FASHION: &[u8] = include_bytes!("../../../www/data/fashion-mnist.npz");

#[derive(clap::Args)]
pub struct Data {
    /// A built-in set (star, mnist, noisy-mnist, local-signal, dead-leaves, fashion-mnist, cifar-10, svhn); or files: .npz
    /// with x_train (n,c,h,w), y_train, x_test, y_test; .npy; IDX pairs; CIFAR .bin or .tar.gz; .mat; Parquet; a .zip; or a
    /// folder of any of these, or of pictures in a folder per class.
    #[arg(required = true)]
    input: Vec<String>,
    /// Training images [built-in sets: 300, star and local-signal 50; .npz: all; other files: 300].
    #[arg(long)]
    train: Option<usize>,
    /// Validation images, by which the kept round is chosen [.npz: 0, else taken from x_train; others: 100].
    #[arg(long)]
    validation: Option<usize>,
    /// Test images [.npz: all; others: 400].
    #[arg(long)]
    test: Option<usize>,
    /// Seed of the data, of the split and of the filters between levels.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Noise level of noisy-mnist and local-signal.
    #[arg(long, default_value_t = 1.0, allow_hyphen_values = true)]
    sigma: f32,
    /// Put every image into a frame of noise of this level.
    #[arg(long, value_name = "SIGMA", allow_hyphen_values = true)]
    frame: Option<f32>,
    /// Bring pictures to this many pixels on a side [their own up to 64 where all agree, else 32].
    #[arg(long)]
    side: Option<usize>,
    /// Make pictures grey.
    #[arg(long)]
    grey: bool,
}

/// The images, and what there is to say about them.
pub struct Loaded {
    pub split: Split,
    pub notes: Vec<String>,
}

impl Data {
    /// What an experiment asks for: a built-in set's name, or files.
    pub fn of(input: Vec<String>, sizes: Sizes, sigma: f32, frame: Option<f32>, seed: u64) -> Data {
        let (train, validation, test) = (Some(sizes.train), Some(sizes.validation), Some(sizes.test));
        Data { input, train, validation, test, seed, sigma, frame, side: None, grey: false }
    }

    /// The first input, as the user wrote it.
    pub fn name(&self) -> &str {
        self.input.first().map_or("data", String::as_str)
    }

    /// Makes or reads the images and draws the split.
    pub fn load(&self) -> Result<Loaded> {
        let mut loaded = match self.name().parse::<Source>() {
            Ok(source) if self.input.len() == 1 => self.built_in(source)?,
            _ => self.read()?,
        };
        if let Some(sigma) = self.frame {
            loaded.split = framed(&loaded.split, sigma, self.seed)?;
        }
        Ok(loaded)
    }

    fn built_in(&self, source: Source) -> Result<Loaded> {
        let few = matches!(source, Source::Star | Source::LocalSignal);
        let train = if few { 50 } else { 300 };
        let sizes = Sizes {
            train: self.train.unwrap_or(train),
            validation: self.validation.unwrap_or(100),
            test: self.test.unwrap_or(400),
        };
        let pack = source.pack().map(pack).transpose()?;
        let (split, copies) = source.load(sizes, self.sigma, self.seed, pack.as_deref())?;
        Ok(Loaded { split, notes: copies_note(copies).into_iter().collect() })
    }

    fn read(&self) -> Result<Loaded> {
        // Paths as the reader is to see them, and what stands before each.
        let (mut inputs, mut roots) = (Vec::new(), Vec::new());
        for argument in &self.input {
            let path = Path::new(argument);
            if path.is_dir() {
                walk(path, "", &mut inputs)?;
                roots.push(argument.clone());
            } else {
                let mut input = Input::open(path).map_err(|e| missing(argument, &e))?;
                input.path = input.name().to_string();
                roots.push(argument.strip_suffix(&input.path).unwrap_or_default().to_string());
                inputs.push(input);
            }
        }
        let placed = |e| match e {
            Error::Unreadable { file, cause } => {
                let place = roots.iter().map(|root| Path::new(root).join(&file)).find(|path| path.exists());
                Error::Unreadable { file: place.map_or(file, |path| path.display().to_string()), cause }
            }
            other => other,
        };
        let set = match read(inputs).map_err(placed)? {
            Content::Collection(set) => *set,
            Content::Pictures(mut pictures) => {
                let (side, colour) = pictures.suggestion();
                pictures
                    .decode(self.side.unwrap_or(side), colour && !self.grey, self.name())
                    .map_err(placed)?
            }
        };
        self.draw(&set)
    }

    fn draw(&self, set: &Collection) -> Result<Loaded> {
        let mut notes = set.notes.clone();
        let split = if set.prepared { self.prepared(set)? } else { self.drawn(set, &mut notes)? };
        Ok(Loaded { split, notes })
    }

    /// Without a request for fewer images a split that somebody made is taken as it is, in its order.
    fn prepared(&self, set: &Collection) -> Result<Split> {
        let whole = set.whole()?;
        let (train, validation) = match (self.train, self.validation) {
            (None, None) => (whole.train, whole.validation),
            (train, validation) => {
                let (validation, rest) =
                    whole.train.draw(validation.unwrap_or(0), self.seed, "validation")?;
                let count = train.unwrap_or(rest.len());
                (rest.draw(count, self.seed, "train")?.0, validation)
            }
        };
        let test = match self.test {
            Some(count) => whole.test.draw(count, self.seed, "test")?.0,
            None => whole.test,
        };
        Ok(Split { train, validation, test })
    }

    /// Of other files a few hundred images, or half of the images, a quarter and a quarter.
    fn drawn(&self, set: &Collection, notes: &mut Vec<String>) -> Result<Split> {
        let own_test = set.test.as_ref().map(|test| test.len());
        let count = set.train.len();
        let train = self.train.unwrap_or(count.div_ceil(2).min(300));
        let left = count.saturating_sub(train);
        let validation = self.validation.unwrap_or(if own_test.is_some() { left } else { left / 2 }.min(100));
        let left = own_test.unwrap_or(left.saturating_sub(validation));
        let test = self.test.unwrap_or(left.min(400));
        let (split, copies) = set.split(Sizes { train, validation, test }, self.seed)?;
        notes.extend(copies_note(copies));
        Ok(split)
    }
}

fn copies_note(copies: usize) -> Option<String> {
    (copies > 0).then(|| format!("{copies} images were passed over: copies of images in an earlier part."))
}

/// The sample pack of that name: within this program, or beside the page's sources.
fn pack(name: &str) -> Result<Cow<'static, [u8]>> {
    match name {
        "mnist.npz" => return Ok(Cow::Borrowed(PACK)),
        "fashion-mnist.npz" => return Ok(Cow::Borrowed(FASHION)),
        _ => {}
    }
    let path = Path::new("www/data").join(name);
    std::fs::read(&path).map(Cow::Owned).map_err(|e| Error::Unreadable {
        file: path.display().to_string(),
        cause: format!(
            "{e}; expected the pack that `cargo xtask data {}` makes",
            name.trim_end_matches(".npz")
        ),
    })
}

fn missing(file: &str, error: &Error) -> Error {
    let cause = match error {
        Error::Unreadable { cause, .. } => cause.clone(),
        other => other.to_string(),
    };
    let names = Source::ALL.map(Source::name).join(", ");
    let cause = format!("{cause}; expected an .npz file or one of {names}, or files or a folder of images");
    Error::Unreadable { file: file.into(), cause }
}

/// Adds the files of a folder and of its folders, in the order of their names.
fn walk(folder: &Path, prefix: &str, inputs: &mut Vec<Input>) -> Result<()> {
    let unreadable =
        |e: std::io::Error| Error::Unreadable { file: folder.display().to_string(), cause: e.to_string() };
    let mut entries =
        std::fs::read_dir(folder).map_err(unreadable)?.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        if name.starts_with('.') {
            continue;
        }
        // Not following links to folders, which may lead in circles.
        if entry.file_type().map_err(unreadable)?.is_dir() {
            walk(&entry.path(), &path, inputs)?;
        } else if entry.path().is_file() {
            let mut input = Input::open(&entry.path())?;
            input.path = path;
            inputs.push(input);
            if inputs.len() > limits::FILES {
                let expected = format!("at most {}", limits::FILES);
                return Err(Error::invalid("files", "more", expected).in_file(folder.display()));
            }
        }
    }
    Ok(())
}
