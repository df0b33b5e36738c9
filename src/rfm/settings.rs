//! The settings of a run. `FromStr` parses what `Display` prints.

use crate::error::{Error, Result};
use crate::images::{PatchGeometry, Shape, Split};
use crate::math::filter_bank;
use crate::math::ridge::check_ridge;
use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// The settings of a run.
///
/// ```
/// let mut settings = convrfm::Settings::default();
/// settings.patch = 5;
/// settings.ridge = "1e-4,1e-2".parse()?;
/// assert_eq!((settings.depth, settings.rounds, settings.levels), (3, 3, 1));
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// Patch size q.
    pub patch: usize,
    /// Kernel depth L of the first level. Level `l` has depth `L - l`.
    pub depth: usize,
    /// Ridge lambda, relative to the largest kernel value.
    pub ridge: Ridge,
    /// Rounds per level; round 0 is the fixed kernel.
    pub rounds: usize,
    /// Training images in the AGOP. With a [`rank`](Settings::rank) these are landmarks.
    pub agop_samples: AgopSamples,
    /// Landmarks R of a Nyström approximation, for training sets whose `n x n` kernel matrix is too large: the ridge regression fits
    /// all n training images, with the kernel matrix `K_nZ K_ZZ^-1 K_Zn`. Landmarks are the first images of each class, in
    /// proportion to its size, the same ones on every level. None computes the whole kernel matrix. Not in WebAssembly.
    pub rank: Option<usize>,
    /// Levels, 1 to L. One level is ConvRFM, several are Deep ConvRFM.
    pub levels: usize,
    /// Filters drawn between two levels: the channels of the next level's images.
    pub width: usize,
    /// Whether convolved images go through a ReLU. The published scripts use none.
    pub relu: bool,
    /// Side of the windows over which convolved images are averaged, after the ReLU if there is one; 1 leaves them as they are.
    pub pooling: usize,
    /// The distribution of the filters.
    pub filters: FilterSource,
    /// Seed of the filters.
    pub seed: u64,
}

impl Default for Settings {
    /// q = 3, L = 3, ridge 1e-5, 3 rounds, AGOP over 64 images, one level, no approximation.
    fn default() -> Settings {
        Settings {
            patch: 3,
            depth: 3,
            ridge: Ridge::Fixed(1e-5),
            rounds: 3,
            agop_samples: AgopSamples::First(64),
            rank: None,
            levels: 1,
            width: 64,
            relu: false,
            pooling: 1,
            filters: FilterSource::Learned,
            seed: 0,
        }
    }
}

impl Settings {
    /// Checks the settings against the data.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the first setting that cannot be used.
    pub fn check(&self, data: &Split) -> Result<()> {
        let shape = data.train.images.shape();
        PatchGeometry::new(shape, self.patch, self.depth)?;
        self.ridge.check(data.validation.len())?;
        if self.rounds == 0 {
            return Err(Error::invalid("rounds", 0, "at least 1"));
        }
        if self.agop_samples == AgopSamples::First(0) {
            return Err(Error::invalid("agop-samples", 0, "at least 1 image"));
        }
        if data.train.is_empty() {
            return Err(Error::invalid("training images", 0, "at least 1"));
        }
        if let Some(rank) = self.rank {
            let n = data.train.len();
            if cfg!(target_arch = "wasm32") {
                return Err(Error::invalid("rank", rank, "none: WebAssembly has no approximation"));
            }
            if rank == 0 || rank > n {
                return Err(Error::invalid("rank", rank, format!("1 to {n}, the number of training images")));
            }
        }
        for (name, part) in [("validation", &data.validation), ("test", &data.test)] {
            if part.images.shape() != shape {
                let expected = format!("{shape}, the shape of the training images");
                return Err(Error::invalid(format!("{name} images"), part.images.shape(), expected));
            }
        }
        for (name, part) in
            [("training", &data.train), ("validation", &data.validation), ("test", &data.test)]
        {
            let (images, labels, classes) = (part.images.count(), part.labels.len(), part.classes.len());
            if labels != images {
                return Err(Error::invalid(
                    format!("{name} labels"),
                    labels,
                    format!("{images}, one per image"),
                ));
            }
            let expected = data.train.classes.len();
            if classes != expected || part.labels.iter().any(|&label| label >= classes) {
                let field = format!("classes of the {name} labels");
                return Err(Error::invalid(
                    field,
                    classes,
                    format!("the {expected} classes of the training images"),
                ));
            }
        }
        if self.levels == 0 || self.levels > self.depth {
            let expected = format!("1 to {}, because each level takes one layer of the kernel", self.depth);
            return Err(Error::invalid("levels", self.levels, expected));
        }
        filter_bank::check_width(self.width)?;
        if self.levels > 1 {
            let fits =
                |pooling| Settings { pooling, ..self.clone() }.geometry(shape, self.levels - 1).is_ok();
            if !fits(self.pooling) {
                // Without pooling every level fits.
                let largest =
                    (1..=self.pooling.min(shape.height)).rev().find(|pooling| fits(*pooling)).unwrap_or(1);
                let expected = format!("1 to {largest}, which leaves the last level images for its kernel");
                return Err(Error::invalid("pooling", self.pooling, expected));
            }
        }
        Ok(())
    }

    /// The geometry of `level` for images of `shape` in the first level: level `l` has depth `L - l`, and each level's images are
    /// those of the level before it after a convolution and the pooling.
    pub(crate) fn geometry(&self, shape: Shape, level: usize) -> Result<PatchGeometry> {
        let mut geometry = PatchGeometry::new(shape, self.patch, self.depth)?;
        for l in 1..=level {
            let shape = filter_bank::convolved(geometry, self.width, self.pooling)?;
            geometry = PatchGeometry::new(shape, self.patch, self.depth.saturating_sub(l))?;
        }
        Ok(geometry)
    }
}

/// How many training images the AGOP averages over: `all` or a number.
///
/// ```
/// use convrfm::AgopSamples;
/// assert_eq!("20".parse(), Ok(AgopSamples::First(20)));
/// assert_eq!(AgopSamples::All.to_string().parse(), Ok(AgopSamples::All));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgopSamples {
    /// All of them: the definition.
    All,
    /// The first `m`; the published experiments use 20.
    First(usize),
}

impl AgopSamples {
    /// The number of images for a training set of `n`.
    pub fn count(self, n: usize) -> usize {
        match self {
            AgopSamples::All => n,
            AgopSamples::First(m) => m.min(n),
        }
    }
}

impl Display for AgopSamples {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        match self {
            AgopSamples::All => f.write_str("all"),
            AgopSamples::First(m) => m.fmt(f),
        }
    }
}

impl FromStr for AgopSamples {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.parse() {
            _ if text == "all" => Ok(AgopSamples::All),
            Ok(m) if m > 0 => Ok(AgopSamples::First(m)),
            _ => Err(Error::invalid("agop-samples", text, "a whole number of images above 0, or all")),
        }
    }
}

/// The ridge lambda, relative to the largest kernel value: a number, several numbers, or `grid` for [`Ridge::GRID`].
///
/// ```
/// use convrfm::Ridge;
/// assert_eq!("1e-3".parse(), Ok(Ridge::Fixed(1e-3)));
/// assert_eq!("1e-4,0.01".parse(), Ok(Ridge::Grid(vec![1e-4, 1e-2])));
/// assert_eq!("grid".parse(), Ok(Ridge::Grid(Ridge::GRID.to_vec())));
/// assert_eq!(Ridge::Grid(vec![1e-4, 1e-2]).to_string(), "1e-4,1e-2");
/// ```
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub enum Ridge {
    /// This ridge.
    Fixed(f64),
    /// In each round the ridge with the best validation accuracy; of equals the one with the smallest squared error.
    Grid(Vec<f64>),
}

impl Ridge {
    /// The ridges of `grid`.
    pub const GRID: [f64; 7] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0];

    /// All ridges that are tried.
    pub fn values(&self) -> &[f64] {
        match self {
            Ridge::Fixed(ridge) => std::slice::from_ref(ridge),
            Ridge::Grid(ridges) => ridges,
        }
    }

    fn check(&self, validation_images: usize) -> Result<()> {
        self.values().iter().try_for_each(|&ridge| check_ridge(ridge))?;
        match self {
            Ridge::Grid(ridges) if ridges.is_empty() => {
                Err(Error::invalid("ridge", "no value", "at least one"))
            }
            Ridge::Grid(ridges) if validation_images == 0 => {
                let found = format!("{} values", ridges.len());
                Err(Error::invalid("ridge", found, "one value, because there are no validation images"))
            }
            _ => Ok(()),
        }
    }
}

impl From<f64> for Ridge {
    fn from(ridge: f64) -> Ridge {
        Ridge::Fixed(ridge)
    }
}

impl Display for Ridge {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        match self {
            Ridge::Fixed(ridge) => write!(f, "{ridge:e}"),
            Ridge::Grid(ridges) if ridges[..] == Ridge::GRID => f.write_str("grid"),
            // A list of one ends with a comma, which tells it from a fixed ridge.
            Ridge::Grid(ridges) if ridges.len() == 1 => write!(f, "{:e},", ridges[0]),
            Ridge::Grid(ridges) => {
                let each: Vec<String> = ridges.iter().map(|ridge| format!("{ridge:e}")).collect();
                f.write_str(&each.join(","))
            }
        }
    }
}

impl FromStr for Ridge {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "grid" {
            return Ok(Ridge::Grid(Ridge::GRID.to_vec()));
        }
        let number = |text: &str| {
            let expected = "a number, several numbers separated by commas, or grid";
            text.trim().parse::<f64>().map_err(|_| Error::invalid("ridge", text, expected))
        };
        if !text.contains(',') {
            return number(text).map(Ridge::Fixed);
        }
        let list = text.strip_suffix(',').unwrap_or(text);
        list.split(',').map(number).collect::<Result<Vec<f64>>>().map(Ridge::Grid)
    }
}

/// The distribution of the filters between two levels: `learned` or `isotropic`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FilterSource {
    /// `N(0, M / trace M)` with the M of the level's best round.
    #[default]
    Learned,
    /// `N(0, I / d)`, for comparison.
    Isotropic,
}

impl Display for FilterSource {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        f.write_str(match self {
            FilterSource::Learned => "learned",
            FilterSource::Isotropic => "isotropic",
        })
    }
}

impl FromStr for FilterSource {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "learned" => Ok(FilterSource::Learned),
            "isotropic" => Ok(FilterSource::Isotropic),
            _ => Err(Error::invalid("filters", text, "learned or isotropic")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        for ridge in [
            Ridge::Fixed(1e-5),
            Ridge::Grid(vec![0.5]),
            Ridge::Grid(vec![1e-9, 3.0]),
            Ridge::Grid(Ridge::GRID.to_vec()),
        ] {
            assert_eq!(ridge.to_string().parse(), Ok(ridge));
        }
        for samples in [AgopSamples::All, AgopSamples::First(7)] {
            assert_eq!(samples.to_string().parse(), Ok(samples));
        }
        for source in [FilterSource::Learned, FilterSource::Isotropic] {
            assert_eq!(source.to_string().parse(), Ok(source));
        }
    }

    /// The page finds the largest pooling by itself; its test has the same numbers (`www/run/settings/address.test.ts`).
    #[test]
    fn the_largest_pooling_is_that_of_the_page() {
        for (side, patch, depth, levels, largest) in
            [(28, 3, 3, 3, 2), (42, 3, 3, 2, 8), (32, 5, 2, 2, 5), (12, 3, 3, 2, 2), (8, 3, 3, 2, 1)]
        {
            let settings = |pooling| Settings { patch, depth, levels, pooling, ..Settings::default() };
            let shape = Shape { channels: 1, height: side, width: side };
            let fits = |pooling: &usize| settings(*pooling).geometry(shape, levels - 1).is_ok();
            assert_eq!((1..=side).filter(fits).max(), Some(largest), "{side} {patch} {depth} {levels}");
        }
    }

    #[test]
    fn ridges_that_cannot_be_used_are_refused() {
        for (ridge, expected) in [
            (Ridge::Fixed(0.0), "ridge: found 0.0, expected a number above 0 and at most 1e30"),
            (Ridge::Fixed(1e39), "ridge: found 1e39, expected"),
            (Ridge::Fixed(f64::NAN), "ridge: found NaN"),
            (Ridge::Grid(vec![1e-3, -1.0]), "ridge: found -1"),
            (Ridge::Grid(Vec::new()), "ridge: found no value"),
        ] {
            let error = ridge.check(5).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        assert!(Ridge::Grid(vec![1e-3]).check(0).is_err() && Ridge::Grid(vec![1e-3]).check(1).is_ok());
    }
}
