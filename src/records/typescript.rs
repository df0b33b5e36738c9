//! Writes `www/run/generated.ts`, and tests that it is what the definitions give.

use super::arrays::{Floats, Indices};
use super::data::{
    About, Counts, DataSpec, DataSummary, Drawing, GatherSpec, Opened, PartCounts, PictureEntry,
    PicturesFound,
};
use super::filters::{FilterMatches, PatchComponents, TemplateMatch};
use super::inspect::{
    ChangedReport, ConfusionReport, Inspection, KernelRow, LevelReport, PROBE, PatchInspection, Place,
    ProbeReport,
};
use super::network::{
    CovarianceReport, EpochReport, LayerAnsatzReport, LayerCorrelations, NetworkPlan, NetworkSettings,
};
use super::pretrained::{
    ClassShare, LayerSizes, PatchNorms, PhotographReport, PretrainedLayer, PretrainedPlan,
};
use super::run::{Accuracy, EngineReport, Plan, RunSettings, StageReport};
use super::settings::{Condition, Dependency, ENGINES, MAX_DIMENSION, MAX_POOLING, SETTINGS};
use crate::cnn::{Architecture, Baselines, Correlation};
use crate::data::{Part, Source};
use crate::math::filter_bank::MAX_FILTERS;
use crate::math::metrics::Spread;
use crate::math::{Progress, Stage};
use crate::report::explain::{Entry, Explained, KernelValue, LayerValues, Sum, Term};
use std::fmt::Write;
use std::path::Path;
use ts_rs::{Config, TS};

const FILE: &str = "www/run/generated.ts";
const COMMAND: &str = "WRITE_TYPES=1 cargo test -p convrfm --lib records";

fn declaration<T: TS>() -> String {
    let config = Config::default();
    format!("\n{}export {}\n", T::docs().unwrap_or_default(), T::decl(&config))
}

/// A union of words.
fn union<'a>(name: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("{word:?}")).collect();
    format!("\nexport type {name} = {};\n", words.join(" | "))
}

fn generated() -> String {
    let mut text = format!("// Made of src/records by `{COMMAND}`. Do not edit.\n");
    text += &union("SourceName", Source::ALL.map(Source::name));
    text += &union("Split", ["train", "validation", "test", PROBE]);
    text += &union("EngineName", ENGINES.iter().copied());
    macro_rules! declare {
        ($($record:ty),* $(,)?) => { $(text += &declaration::<$record>();)* };
    }
    declare![
        Floats,
        Indices,
        Stage,
        Progress,
        Part,
        Counts,
        PartCounts,
        DataSpec,
        DataSummary,
        GatherSpec,
        About,
        PictureEntry,
        PicturesFound,
        Opened,
        Drawing,
        RunSettings,
        Plan,
        Accuracy,
        StageReport,
        EngineReport,
        Place,
        KernelRow,
        Inspection,
        PatchInspection,
        ProbeReport,
        ConfusionReport,
        ChangedReport,
        LevelReport,
        PatchComponents,
        TemplateMatch,
        FilterMatches,
        NetworkSettings,
        NetworkPlan,
        Correlation,
        Baselines,
        LayerCorrelations,
        EpochReport,
        CovarianceReport,
        LayerAnsatzReport,
        LayerSizes,
        PretrainedPlan,
        ClassShare,
        PhotographReport,
        PretrainedLayer,
        PatchNorms,
        Spread,
        Term,
        Sum,
        LayerValues,
        KernelValue,
        Entry,
        Explained,
        Dependency,
        Condition,
    ];
    let version = env!("CARGO_PKG_VERSION");
    let _ = write!(text, "\n/** The version of the crate. */\nexport const VERSION = {version:?};\n");
    let _ = write!(text, "\nexport const MAX_DIMENSION = {MAX_DIMENSION};\n");
    let _ = write!(
        text,
        "\n/** Largest pooling window of the page. */\nexport const MAX_POOLING = {MAX_POOLING};\n"
    );
    let _ = write!(
        text,
        "\n/** Most filters between two levels. */\nexport const MAX_FILTERS = {MAX_FILTERS};\n"
    );
    let architectures = serde_json::to_string(&Architecture::ALL.map(Architecture::name)).unwrap();
    let _ = write!(
        text,
        "\n/** Networks whose files can be opened. */\nexport const ARCHITECTURES = {architectures};\n"
    );
    text += "\n/** In the order in which they are settled: limits depend on settings above. */\nexport const SETTINGS = [\n";
    for setting in SETTINGS {
        let _ = writeln!(text, "  {},", serde_json::to_string(setting).unwrap());
    }
    text + "] as const;\n"
}

#[test]
fn the_types_of_the_page_are_those_of_the_records() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let expected = generated();
    if std::env::var_os("WRITE_TYPES").is_some() {
        std::fs::write(&file, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    // Git may have changed the ends of lines.
    assert!(found.replace('\r', "") == expected, "{FILE} is not what src/records gives; run: {COMMAND}");
}

/// Names of the fields of a record, from its declaration.
fn fields<T: TS>() -> Vec<String> {
    let declaration = T::inline(&Config::default());
    let words: Vec<&str> = declaration.split_whitespace().collect();
    let names = words.iter().filter_map(|word| word.strip_suffix(':'));
    names.map(|name| name.trim_start_matches('{').to_string()).collect()
}

#[test]
fn every_setting_is_a_field_of_a_record_and_every_field_a_setting() {
    let records = [fields::<RunSettings>(), fields::<DataSpec>()].concat();
    let all = [records.clone(), fields::<GatherSpec>()].concat();
    for setting in SETTINGS {
        assert!(setting.field().is_none_or(|field| all.iter().any(|f| f == field)), "{}", setting.key);
    }
    let known: Vec<&str> = SETTINGS.iter().filter_map(|setting| setting.field()).collect();
    // The data set itself is no row of the table.
    for field in records.iter().filter(|field| *field != "name") {
        assert!(known.contains(&field.as_str()), "{field} is not in the table of settings");
    }
    assert!(records.len() == 16, "{records:?}");
}
