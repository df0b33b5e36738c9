//! The table of settings that the page shows: one edit here, and its words, make a new setting.
//!
//! What a data set is shown with at first is in `www/run/settings/presets.ts`. The engine and the data sets check more than these
//! limits; these keep a run in a browser short.

use serde::Serialize;

/// The largest patch dimension d = c q^2 of the page: M has d^2 entries, and its eigenvectors take d^3 operations.
pub const MAX_DIMENSION: usize = 768;

/// The largest pooling window of the page: the one that photographs gain most from.
pub const MAX_POOLING: u32 = 6;

/// What the user may ask for; the first is the default.
pub const ENGINES: &[&str] = &["auto", "cpu", "gpu"];

/// A setting.
#[derive(Debug, Serialize)]
pub struct Setting {
    /// Name on the page and in its address.
    pub key: &'static str,
    pub group: Group,
    /// Where the controls of the page show it.
    pub section: Section,
    pub applies: Condition,
    #[serde(flatten)]
    pub kind: Kind,
}

impl Setting {
    /// The field of `RunSettings`, `DataSpec` or `GatherSpec` that takes it to the crate. The page itself uses the others.
    pub fn field(&self) -> Option<&'static str> {
        match self.key {
            "pool" | "engine" => None,
            "agop" => Some("agopSamples"),
            key => Some(key),
        }
    }

    /// The option of `convrfm fit`, which does not read from the hub.
    pub fn option(&self) -> Option<&'static str> {
        match self.key {
            "pool" => None,
            "colour" => Some("grey"),
            "agop" => Some("agop-samples"),
            key => Some(key),
        }
    }
}

/// What a change of a setting makes anew.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// The set that images are drawn from.
    Source,
    /// The images.
    Data,
    /// The run on the same images.
    Kernel,
    /// Nothing: finished rounds stay.
    Engine,
}

/// Settings whose controls stand together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    Images,
    Kernel,
    Levels,
    Engine,
}

/// The values of a setting.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Kind {
    /// A whole number; the control takes steps of `step`.
    Integer {
        min: u32,
        max: Limit,
        step: u32,
    },
    Real {
        min: f64,
        max: f64,
        step: f64,
    },
    /// A power of ten, or the choice of the validation images; `otherwise` is used where there are none.
    Power {
        min: f64,
        max: f64,
        otherwise: f64,
    },
    Switch,
    Choice {
        choices: &'static [&'static str],
    },
}

/// A largest value: a number, or one that depends on the other settings.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Limit {
    Number(u32),
    Of(Dependency),
}

/// What a largest value depends on.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Dependency {
    /// Half of the images that there are to train and validate with.
    HalfOfImages,
    /// The other half, or a quarter where test images are drawn from the same ones.
    ValidationImages,
    /// The test images that there are, or a quarter of all.
    TestImages,
    /// The patch that leaves a position after all layers and has at most `MAX_DIMENSION` values.
    LargestPatch,
    /// The depth: each level takes one layer of the kernel.
    OneLevelPerLayer,
    /// The channels with which the patches of the next level have at most `MAX_DIMENSION` values.
    LargestWidth,
    /// The windows, up to `MAX_POOLING`, that leave images large enough for the kernel of the last level.
    LargestPooling,
    /// The number of training images.
    TrainingImages,
}

/// Where a setting has a meaning.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    Always,
    /// For a set on the hub.
    FromHub,
    /// For images that come as pictures, whose size can be chosen.
    Pictures,
    /// For images that are not in a frame of noise already.
    CanBeFramed,
    /// For images with noise of a chosen strength.
    HasNoise,
    /// For several levels.
    SeveralLevels,
}

/// All settings, in the order in which the page settles them: a limit depends on settings above it.
pub const SETTINGS: &[Setting] = {
    use Condition::{Always, CanBeFramed, FromHub, HasNoise, Pictures, SeveralLevels};
    use Dependency::{
        HalfOfImages, LargestPatch, LargestPooling, LargestWidth, OneLevelPerLayer, TestImages,
        TrainingImages, ValidationImages,
    };
    use Group::{Data, Engine, Kernel, Source};
    use Kind::{Choice, Power, Real, Switch};
    &[
        row("pool", Source, Section::Images, FromHub, integer(20, Limit::Number(20_000), 500)),
        row("side", Source, Section::Images, Pictures, integer(8, Limit::Number(64), 4)),
        row("colour", Source, Section::Images, Pictures, Switch),
        row("frame", Data, Section::Images, CanBeFramed, Switch),
        row("train", Data, Section::Images, Always, integer(2, Limit::Of(HalfOfImages), 10)),
        row("depth", Kernel, Section::Kernel, Always, integer(1, Limit::Number(6), 1)),
        row("patch", Kernel, Section::Kernel, Always, integer(1, Limit::Of(LargestPatch), 1)),
        row("levels", Kernel, Section::Levels, Always, integer(1, Limit::Of(OneLevelPerLayer), 1)),
        row("width", Kernel, Section::Levels, SeveralLevels, integer(1, Limit::Of(LargestWidth), 8)),
        row("relu", Kernel, Section::Levels, SeveralLevels, Switch),
        row("pooling", Kernel, Section::Levels, SeveralLevels, integer(1, Limit::Of(LargestPooling), 1)),
        row("ridge", Kernel, Section::Kernel, Always, Power { min: 1e-8, max: 1.0, otherwise: 1e-3 }),
        row("rounds", Kernel, Section::Kernel, Always, integer(1, Limit::Number(10), 1)),
        row("sigma", Data, Section::Images, HasNoise, Real { min: 0.0, max: 10.0, step: 0.25 }),
        row("seed", Data, Section::Images, Always, integer(0, Limit::Number(u32::MAX), 1)),
        row("agop", Kernel, Section::Kernel, Always, integer(1, Limit::Of(TrainingImages), 10)),
        row("validation", Data, Section::Images, Always, integer(2, Limit::Of(ValidationImages), 50)),
        row("test", Data, Section::Images, Always, integer(2, Limit::Of(TestImages), 50)),
        row("engine", Engine, Section::Engine, Always, Choice { choices: ENGINES }),
    ]
};

const fn row(key: &'static str, group: Group, section: Section, applies: Condition, kind: Kind) -> Setting {
    Setting { key, group, section, applies, kind }
}

const fn integer(min: u32, max: Limit, step: u32) -> Kind {
    Kind::Integer { min, max, step }
}
