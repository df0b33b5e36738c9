//! The records that cross between the crate and the page, and the settings that both know.
//!
//! `www/run/generated.ts` is made of these definitions: the types of all records and the table of settings. A test fails while the
//! file is not what they give. This command writes it anew:
//!
//! ```text
//! WRITE_TYPES=1 cargo test -p convrfm --lib records
//! ```
//!
//! A number that is not known yet crosses as `null`, a large array as a typed array.

mod arrays;
mod data;
mod filters;
mod inspect;
mod network;
mod pretrained;
mod run;
pub mod settings;
#[cfg(test)]
mod typescript;

pub use arrays::{Floats, Indices};
pub use data::{
    About, Counts, DataSpec, DataSummary, Drawing, GatherSpec, Opened, PartCounts, PictureEntry,
    PicturesFound,
};
pub use filters::{FilterMatches, PatchComponents, TemplateMatch};
pub use inspect::{
    ChangedReport, ConfusionReport, Inspection, KernelRow, LevelReport, PROBE, PatchInspection, Place,
    ProbeReport,
};
pub use network::{
    CovarianceReport, EpochReport, LayerAnsatzReport, LayerCorrelations, NetworkPlan, NetworkSettings,
};
pub use pretrained::{ClassShare, LayerSizes, PatchNorms, PhotographReport, PretrainedLayer, PretrainedPlan};
pub use run::{Accuracy, EngineReport, Plan, Quantity, RunSettings, StageReport};
