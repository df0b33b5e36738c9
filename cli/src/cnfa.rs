//! `convrfm cnfa`: NFM and AGOP of a network from a file.

use crate::bar::Bar;
use crate::data::{Data, Loaded};
use crate::output::{self, say};
use convrfm::{
    Ansatz, Correlation, Error, Images, NamedTensors, Network, Probes, Result, Shape, Sizes, ansatz_npz,
    read_tensors,
};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Cnfa {
    /// Network (.npz): `steps`, `weights.NAME`, and optionally `images` (n,c,h,w). `convrfm cnn --out` writes one.
    network: PathBuf,
    /// Images: a built-in set or files, as for `convrfm fit`; the training images are used [default: `images` of the network]
    images: Vec<String>,
    /// How many images to use at most.
    #[arg(long, default_value_t = 100)]
    count: usize,
    /// Random combinations of the logits per image, instead of every logit: faster for many logits.
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
        let (network, file) = read_network(&self.network)?;
        let images = if self.images.is_empty() {
            let first = |images: Images| {
                let count = self.count.min(images.count());
                images.select(&(0..count).collect::<Vec<_>>())
            };
            images_of(&file).map(first).map_err(|e| e.in_file(self.network.display()))?
        } else {
            let sizes = Sizes { train: self.count, validation: 0, test: 0 };
            let Loaded { split, notes, .. } =
                Data::new(self.images.clone(), sizes, 1.0, None, self.seed).load()?;
            notes.iter().for_each(|note| say!("{note}"));
            split.train.images
        };
        if let Some(out) = &self.out {
            output::check_writable(out)?;
        }
        let probes = match self.probes {
            None => Probes::AllLogits,
            Some(count) => Probes::RandomSigns { count, seed: self.seed },
        };
        say!("{}: {} images of {}", self.network.display(), images.count(), images.shape());
        let ansatz = measure(&network, &images, probes).map_err(|e| e.in_file(self.network.display()))?;
        print_correlations(&ansatz);
        match &self.out {
            Some(out) => output::write(out, ansatz_npz(&ansatz).map_err(|e| output::unwritable(out, e))?),
            None => Ok(()),
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

/// The network of a file, and everything else in it.
fn read_network(path: &Path) -> Result<(Network, NamedTensors)> {
    let bytes = std::fs::read(path).map_err(|e| Error::Unreadable {
        file: path.display().to_string(),
        cause: format!("{e}; expected a network (.npz), such as `convrfm cnn --out` writes"),
    })?;
    let read = || {
        let file = read_tensors(&bytes)?;
        Ok((Network::from_tensors(&file)?, file))
    };
    read().map_err(|e: Error| e.in_file(path.display()))
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
