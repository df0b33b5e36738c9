//! The results of a run as JSON and as `.npz`: the same numbers, also while the run is unfinished.

use crate::common;

use common::{Npz, cpu, finished, noise_split, settings};
use convrfm::{AgopSamples, ConvRfm, DataOrigin, NoMonitor, Results, Ridge, Shape, Stage};
use pollster::block_on;

const SHAPE: Shape = Shape { channels: 2, height: 5, width: 6 };

#[test]
fn json_and_npz_have_the_same_numbers_after_every_stage() {
    // Without validation images their accuracy is NaN in the .npz file and null in JSON.
    let data = noise_split(SHAPE, [9, 0, 5], 3, 5);
    let mut run = ConvRfm::new(settings(2, 2, 1e-2, 3, AgopSamples::First(3)), data, cpu()).unwrap();
    let refused = Results::of(&run).err().map(|e| e.to_string());
    assert_eq!(refused.as_deref(), Some("results: found no round, expected one with predictions"));
    while let Some(done) = block_on(run.advance(&NoMonitor)).unwrap() {
        if done.round == 0 && done.stage != Stage::Predict {
            continue;
        }
        let results = Results::of(&run).unwrap();
        let json = serde_json::to_value(&results).unwrap();
        let mut npz = Npz::new(results.npz().unwrap());
        let rounds = run.current_level().rounds();
        let of_results = || rounds.iter().filter(|round| round.test_predictions.is_some());
        let (predicted, agops) = (of_results().count(), of_results().filter(|r| r.agop.is_some()).count());
        assert_eq!(npz.array("predictions").0, [predicted, 5, 3]);
        assert_eq!(npz.array("agop").0, [agops, 8, 8]);
        assert_eq!(npz.array("kernel_scale").0, [predicted]);
        for name in ["accuracy", "test_error", "kernel_scale", "ridge_used", "seconds", "predictions", "agop"]
        {
            let mut flat = Vec::new();
            flatten(&json[name], &mut flat);
            let stored: Vec<f64> = npz.array(name).1;
            assert_eq!(flat, stored, "{name}");
        }
        assert_eq!(json["validation_accuracy"], serde_json::json!(vec![(); predicted]));
        assert!(npz.array("validation_accuracy").1.iter().all(|v| v.is_nan()));
        assert_eq!(json["kept_round"], predicted - 1);
        assert_eq!(json["engine"], run.engine().describe());
    }
    assert_eq!(run.current_level().rounds().iter().filter(|round| round.agop.is_some()).count(), 2);
}

/// Everything that is needed to repeat a run and to compute its accuracy from its predictions, under the same names in both files.
#[test]
fn settings_labels_and_the_origin_of_the_images_are_in_both_files() {
    let data = noise_split(SHAPE, [9, 4, 5], 3, 5);
    let mut settings = settings(2, 2, 1e-2, 2, AgopSamples::All);
    (settings.seed, settings.ridge) = (11, Ridge::Grid(vec![1e-2, 1.0]));
    let run = finished(settings, data, cpu());
    let origin = DataOrigin {
        name: "noise".into(),
        source: "a test".into(),
        licence: "none".into(),
        seed: 7,
        sigma: Some(0.5),
        frame: true,
    };
    let results = Results::of(&run).unwrap().with_origin(&origin);
    let json = serde_json::to_value(&results).unwrap();
    let bytes = results.npz().unwrap();
    let mut npz = Npz::new(bytes.clone());
    let numbers = [
        ("patch", 2),
        ("depth", 2),
        ("rounds", 2),
        ("agop_samples", 9),
        ("levels", 1),
        ("width", 64),
        ("relu", 0),
        ("pooling", 1),
        ("seed", 11),
        ("train", 9),
        ("validation", 4),
        ("test", 5),
        ("data_seed", 7),
        ("frame", 1),
    ];
    for (name, expected) in numbers {
        assert_eq!(json[name], expected, "{name}");
        assert_eq!(npz.scalar(name), f64::from(expected), "{name}");
    }
    assert_eq!((json["sigma"].as_f64(), npz.scalar("sigma")), (Some(0.5), 0.5));
    assert_eq!((&json["ridge"], npz.array("ridge").1), (&serde_json::json!([1e-2, 1.0]), vec![1e-2, 1.0]));
    let level = run.current_level();
    let parts = [("labels", &level.data().test), ("train_labels", &level.data().train)];
    for (name, part) in parts.into_iter().chain([("validation_labels", &level.data().validation)]) {
        assert_eq!(json[name], serde_json::json!(part.labels), "{name}");
        let labels: Vec<f64> = part.labels.iter().map(|&label| label as f64).collect();
        assert_eq!(npz.array(name).1, labels, "{name}");
    }
    let errors: Vec<f64> = level.rounds().iter().filter_map(|round| round.validation_error).collect();
    assert!(npz.array("validation_error").1 == errors && errors.len() == 2, "{errors:?}");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().to_string()).collect();
    let mut text = |name: &str| {
        let file = archive.by_name(&format!("{name}.npy")).unwrap();
        npyz::NpyFile::new(file).unwrap().into_vec::<String>().unwrap()
    };
    for (name, expected) in [
        ("filter_source", "learned"),
        ("version", env!("CARGO_PKG_VERSION")),
        ("data", "noise"),
        ("data_source", "a test"),
        ("data_licence", "none"),
    ] {
        assert!(json[name] == expected && text(name) == [expected], "{name}");
    }
    assert_eq!(serde_json::json!(text("class_names")), json["class_names"]);
    assert_eq!(json["class_names"].as_array().map(Vec::len), Some(3));
    // No name is in one file alone.
    let mut names: Vec<&str> = names.iter().map(|name| name.trim_end_matches(".npy")).collect();
    names.sort_unstable();
    let mut keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, names);
}

fn flatten(value: &serde_json::Value, into: &mut Vec<f64>) {
    match value.as_array() {
        Some(values) => values.iter().for_each(|value| flatten(value, into)),
        None => into.push(value.as_f64().unwrap()),
    }
}
