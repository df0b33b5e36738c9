//! The results of a run as JSON and as `.npz`: the same numbers, also while the run is unfinished.

use crate::common;

use common::{Npz, cpu, noise_split, settings};
use convrfm::{AgopSamples, ConvRfm, NoMonitor, Results, Shape, Stage};
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
        if done.round == 0 && matches!(done.stage, Stage::Kernel | Stage::Solve) {
            continue;
        }
        let results = Results::of(&run).unwrap();
        let json = serde_json::to_value(&results).unwrap();
        let mut npz = Npz::new(results.npz().unwrap());
        let rounds = run.current_level().rounds();
        let predicted = rounds.iter().filter(|round| round.test_predictions.is_some()).count();
        let agops = rounds.iter().filter(|round| round.agop.is_some()).count();
        assert_eq!(npz.array("predictions").0, [predicted, 5, 3]);
        assert_eq!(npz.array("agop").0, [agops, 8, 8]);
        assert_eq!(npz.array("kernel_scale").0, [predicted]);
        for name in ["accuracy", "kernel_scale", "ridge_used", "seconds", "predictions", "agop"] {
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

fn flatten(value: &serde_json::Value, into: &mut Vec<f64>) {
    match value.as_array() {
        Some(values) => values.iter().for_each(|value| flatten(value, into)),
        None => into.push(value.as_f64().unwrap()),
    }
}
