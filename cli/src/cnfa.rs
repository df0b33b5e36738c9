//! `convrfm cnfa`: NFM and AGOP of a network from a file.

use crate::bar::Bar;
use crate::data::{self, Changes, Data, Loaded};
use crate::output::{self, say};
use convrfm::{
    Ansatz, Architecture, Correlation, Error, Images, Matrix, NamedTensors, Network, Probes, Result, Shape,
    Sizes, ansatz_npz, read_safetensors, read_tensors,
};
use std::path::PathBuf;

/// Random combinations of the logits of a network with an architecture: a thousand classes would need a thousand backward passes.
const PROBES: usize = 8;
/// Most photographs whose strongest classes are printed.
const PRINTED: usize = 12;
/// Classes printed for each of them.
const STRONGEST: usize = 3;

#[derive(clap::Args)]
pub struct Cnfa {
    /// Network (.npz): `steps`, `weights.NAME`, and optionally `images` (n,c,h,w). `convrfm cnn --out` writes one. With
    /// --architecture also .safetensors (F32, F16, BF16) or .npz with the names of that architecture
    network: PathBuf,
    /// Images: a built-in set or files, as for `convrfm fit`; the training images are used [default: `images` of the network].
    /// With --architecture: photographs (PNG, JPEG, WebP), or folders of them
    images: Vec<String>,
    /// Architecture of a .safetensors file, which names its arrays as torchvision does: alexnet, vgg11, vgg13, vgg16, vgg19 (also
    /// with _bn), resnet18, resnet34, resnet50, efficientnet-lite0. Photographs are cropped to their central square, resized to 224 x 224 and normalised for it.
    #[arg(long, value_name = "NAME")]
    architecture: Option<Architecture>,
    /// How many images to use at most.
    #[arg(long, default_value_t = 100)]
    count: usize,
    /// Random combinations of the logits per image, instead of every logit: faster for many logits [default: every logit; 8 with
    /// --architecture]
    #[arg(long)]
    probes: Option<usize>,
    /// Seed of the images that are drawn and of the random combinations.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// File to write (.npz): logits, nfm.NAME, agop.NAME, correlation.NAME.
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Cnfa {
    pub fn run(&self) -> Result<()> {
        let (network, file) = self.network()?;
        let (names, images) = self.images(&file)?;
        if let Some(out) = &self.out {
            output::check_writable(out)?;
        }
        let probes = match self.probes.or(self.architecture.map(|_| PROBES)) {
            None => Probes::AllLogits,
            Some(count) => Probes::RandomSigns { count, seed: self.seed },
        };
        say!("{}: {} images of {}", self.network.display(), images.count(), images.shape());
        let ansatz = measure(&network, &images, probes).map_err(|e| e.in_file(self.network.display()))?;
        if !names.is_empty() {
            print_classes(&names[..names.len().min(PRINTED)], ansatz.logits());
        }
        print_correlations(&ansatz);
        match &self.out {
            Some(out) => output::write(out, ansatz_npz(&ansatz).map_err(|e| output::unwritable(out, e))?),
            None => Ok(()),
        }
    }

    /// The network of the file, and everything else in it.
    fn network(&self) -> Result<(Network, NamedTensors)> {
        let path = &self.network;
        let bytes = std::fs::read(path).map_err(|e| Error::Unreadable {
            file: path.display().to_string(),
            cause: format!(
                "{e}; expected a network (.npz), such as `convrfm cnn --out` writes, or .safetensors"
            ),
        })?;
        let safetensors = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("safetensors"));
        let read = || {
            let mut file = if safetensors { read_safetensors(&bytes) } else { read_tensors(&bytes) }?;
            if let Some(architecture) = self.architecture {
                file = architecture.rename(file)?;
            } else if safetensors && !file.texts.contains_key("steps") {
                let names = Architecture::ALL.map(Architecture::name).join(", ");
                let expected = format!("--architecture with one of {names}");
                return Err(Error::invalid("architecture", "nothing", expected));
            }
            Ok((Network::from_tensors(&file)?, file))
        };
        read().map_err(|e: Error| e.in_file(path.display()))
    }

    /// The images, and the names of photographs.
    fn images(&self, file: &NamedTensors) -> Result<(Vec<String>, Images)> {
        match self.architecture {
            _ if self.images.is_empty() => {
                let images = images_of(file).map_err(|e| e.in_file(self.network.display()))?;
                let count = self.count.min(images.count());
                Ok((Vec::new(), images.select(&(0..count).collect::<Vec<_>>())))
            }
            Some(architecture) => {
                let (names, images) = data::photographs(&self.images, self.count, architecture.side())?;
                Ok((names, architecture.normalise(&images)?))
            }
            None => {
                let sizes = Sizes { train: self.count, validation: 0, test: 0 };
                let Loaded { split, notes, .. } =
                    Data::new(self.images.clone(), sizes, 1.0, Changes::NONE, self.seed).load()?;
                notes.iter().for_each(|note| say!("{note}"));
                Ok((Vec::new(), split.train.images))
            }
        }
    }
}

/// The ansatz of a network, with a progress bar.
pub fn measure(network: &Network, images: &Images, probes: Probes) -> Result<Ansatz> {
    let bar = Bar::new(|_, _| "network".into());
    let ansatz = pollster::block_on(Ansatz::measure(network, images, probes, &bar));
    bar.finish();
    ansatz
}

/// The array `images` of a network's file.
fn images_of(file: &NamedTensors) -> Result<Images> {
    let expected = "an array (images, channels, height, width), or IMAGES as arguments";
    let tensor = file.tensors.get("images").ok_or_else(|| Error::invalid("images", "nothing", expected))?;
    let [_, channels, height, width] = tensor.shape[..] else {
        return Err(Error::invalid("images", format!("shape {:?}", tensor.shape), expected));
    };
    Images::new(Shape { channels, height, width }, tensor.values.clone())
}

/// The classes with the largest logits of each photograph.
fn print_classes(names: &[String], logits: &Matrix) {
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    say!("photograph and its strongest classes, with their logits");
    for (name, row) in names.iter().zip(logits.row_iter()) {
        let mut classes: Vec<(usize, f32)> = row.iter().copied().enumerate().collect();
        classes.sort_by(|a, b| b.1.total_cmp(&a.1));
        let strongest = classes.iter().take(STRONGEST);
        let strongest: Vec<String> =
            strongest.map(|(class, logit)| format!("{class:>5} {:7}", format!("({logit:.2})"))).collect();
        say!("{name:width$} {}", strongest.join(" "));
    }
    say!("");
}

/// A table of how similar NFM and AGOP are.
fn print_correlations(ansatz: &Ansatz) {
    say!(
        "{:16} {:>7} {:>6}  {:>8} {:>8}  {:>8} {:>8}",
        "layer",
        "filters",
        "d",
        "Pearson",
        "root",
        "cosine",
        "root"
    );
    for layer in ansatz.layers() {
        let (k, d) = layer.weights().shape();
        let Correlation { pearson, pearson_root, cosine, cosine_root } = layer.correlation();
        say!(
            "{:16} {k:>7} {d:>6}  {:>8} {:>8}  {:>8} {:>8}",
            layer.name(),
            number(pearson),
            number(pearson_root),
            number(cosine),
            number(cosine_root)
        );
    }
}

/// A correlation with three decimals.
pub fn number(value: Option<f64>) -> String {
    value.map_or("-".to_string(), |v| format!("{v:.3}"))
}
