//! `convrfm reproduce` with few images, and whether the filters of dead leaves match edges and bars.

use convrfm::data::dead_leaves;
use convrfm::report::templates::{Family, Plane, Templates};
use convrfm::{AgopSamples, ConvRfm, Cpu, NoMonitor, Settings, Sizes};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

fn reproduce(options: &str, out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_convrfm"));
    command.arg("reproduce").args(options.split_whitespace()).arg("--out").arg(out).output().unwrap()
}

/// Runs to success. Returns the JSON file and the standard output.
fn report(options: &str, name: &str) -> (Value, String) {
    let folder = TempDir::new().unwrap();
    // A folder that does not exist yet.
    let out = folder.path().join("results");
    let output = reproduce(options, &out);
    assert!(output.status.success(), "{options}: {}", String::from_utf8_lossy(&output.stderr));
    let read = |kind: &str| std::fs::read_to_string(out.join(format!("{name}.{kind}"))).unwrap();
    let svg = read("svg");
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{options}: {svg}");
    assert!(svg.contains("<title>") && svg.contains("<polyline"), "{options}: {svg}");
    assert!(!svg.contains("NaN") && !svg.contains("inf,"), "{options}: {svg}");
    assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count(), "{options}");
    (serde_json::from_str(&read("json")).unwrap(), String::from_utf8(output.stdout).unwrap())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

#[test]
fn a_sweep_reports_every_run_and_means_that_follow_from_them() {
    let options = "noisy-mnist --train 20 --test 40 --seeds 2 --sigma 0.5,1 --rounds 2 --width 3 --cnn-width 2 --epochs 3";
    let (report, text) = report(options, "noisy-mnist");
    assert_eq!(report["parts"]["train"], 20);
    assert_eq!(report["images"], "1x42x42");
    assert!(report["scaled_down"][0].as_str().unwrap().contains("instead of 4000"), "{report}");
    let points = report["points"].as_array().unwrap();
    assert_eq!(points.iter().map(|p| number(&p["sigma"])).collect::<Vec<_>>(), [0.5, 1.0]);
    for point in points {
        let (runs, methods) = (point["runs"].as_array().unwrap(), point["methods"].as_array().unwrap());
        assert_eq!(runs.iter().map(|r| number(&r["seed"])).collect::<Vec<_>>(), [0.0, 1.0]);
        assert_eq!(
            methods.iter().map(|m| m["method"].as_str().unwrap()).collect::<Vec<_>>(),
            ["fixed kernel", "ConvRFM", "Deep ConvRFM", "CNN"]
        );
        let best = |run: &Value, level: usize| {
            let level = &run["levels"][level];
            number(&level["rounds"][number(&level["kept"]) as usize]["test"])
        };
        let mean = |of: &dyn Fn(&Value) -> f64| runs.iter().map(of).sum::<f64>() / runs.len() as f64;
        let expected = [
            mean(&|run| number(&run["levels"][0]["rounds"][0]["test"])),
            mean(&|run| best(run, 0)),
            mean(&|run| best(run, 1)),
            mean(&|run| number(&run["cnn"]["test"])),
        ];
        for (method, expected) in methods.iter().zip(expected) {
            assert!((number(&method["test"]["mean"]) - expected).abs() < 1e-9, "{method}: {expected}");
            let gain = expected - number(&methods[0]["test"]["mean"]);
            assert!((number(&method["gain"]["mean"]) - gain).abs() < 1e-9, "{method}: {gain}");
        }
        assert_eq!(point["rounds"].as_array().unwrap().len(), 4, "two levels of two rounds");
        for cnn in runs.iter().map(|run| &run["cnn"]) {
            let validation: Vec<f64> = cnn["validation"].as_array().unwrap().iter().map(number).collect();
            let best = validation.iter().copied().fold(0.0, f64::max);
            let first = validation.iter().position(|accuracy| *accuracy == best).unwrap();
            assert_eq!((validation.len(), number(&cnn["kept"]) as usize), (3, first), "{cnn}");
        }
    }
    // The paper reports only sigma 1.
    assert!(points[0]["methods"][0]["published"].is_null());
    assert_eq!(points[1]["methods"][0]["published"], 52.03);
    assert_eq!(points[1]["methods"][1]["published"], 59.38);
    assert!(text.contains("published, n = 4000") && text.contains("59.38"), "{text}");
    assert!(text.contains("| sigma |") && text.contains("scaled down:"), "{text}");
}

#[test]
fn each_seed_has_its_own_images_and_always_the_same_results() {
    let both = report("star --seeds 2 --test 30 --no-cnn", "star").0;
    let again = report("star --seeds 1 --first-seed 1 --test 30 --no-cnn", "star").0;
    let levels = |report: &Value, run: usize| report["points"][0]["runs"][run]["levels"].clone();
    assert_eq!(levels(&both, 1), levels(&again, 0));
    assert_ne!(levels(&both, 0), levels(&both, 1));
    assert_eq!(both["points"][0]["rounds"][1]["published"], 94.83);
    assert!(both["points"][0]["sigma"].is_null() && both["scaled_down"].as_array().unwrap().is_empty());
}

/// The controls of the experiments: smaller images, other patches and depths, labels in another order, pooling.
#[test]
fn changes_to_images_labels_and_settings_are_in_the_report() {
    let options = "mnist --train 40 --test 60 --seeds 2 --rounds 2 --width 3 --no-cnn";
    let run = |changes: &str| report(&format!("{options} {changes}"), "mnist").0;
    let changed =
        run("--shrink 2 --patch 2 --depth 2 --relu --pooling 2 --filters isotropic --agop-samples all");
    assert_eq!((&changed["images"], &changed["shrink"]), (&"1x14x14".into(), &2.into()));
    let settings = &changed["settings"];
    assert_eq!(
        (number(&settings["patch"]), number(&settings["depth"]), number(&settings["pooling"])),
        (2.0, 2.0, 2.0)
    );
    assert_eq!((&settings["filters"], &settings["agop_samples"]), (&"isotropic".into(), &"all".into()));
    let (plain, shuffled) = (run(""), run("--shuffle-labels"));
    let test = |report: &Value| number(&report["points"][0]["methods"][0]["test"]["mean"]);
    assert_eq!((&plain["shuffled_labels"], &shuffled["shuffled_labels"]), (&false.into(), &true.into()));
    // Without labels to learn from, ten classes are guessed.
    assert!(test(&plain) > 50.0 && test(&shuffled) < 30.0, "{} {}", test(&plain), test(&shuffled));
    for report in [&plain, &changed] {
        let point = &report["points"][0];
        let rounds = point["runs"][0]["levels"][1]["rounds"].as_array().unwrap();
        let rank = number(&rounds[0]["effective_rank"]);
        assert!(
            rank >= 1.0 && number(&rounds[0]["residual"]) < 1e-2 && rounds[1]["effective_rank"].is_null(),
            "{rank}"
        );
        let mean = |index: usize, of: &str| number(&point["methods"][index][of]["mean"]);
        assert!((mean(2, "over_convrfm") - (mean(2, "test") - mean(1, "test"))).abs() < 1e-9, "{point}");
    }
}

/// The built-in sample has 2,000 training images, and no size takes 0 minutes.
#[test]
fn sizes_with_too_few_images_or_too_little_time_are_skipped_with_the_reason() {
    let options = "noisy-mnist --sigma 1 --seeds 1 --rounds 1 --levels 1 --test 20 --minutes 0 --no-cnn";
    let (report, _) = report(options, "noisy-mnist");
    assert_eq!(report["parts"]["train"], 100, "the smallest size");
    let reasons = report["scaled_down"].as_array().unwrap();
    let reason = |index: usize| reasons[index].as_str().unwrap();
    assert_eq!(reasons.len(), 5, "{reasons:?}");
    assert!(reason(0).starts_with("not 4000 training images: noisy-mnist: train: found 4000"), "{reasons:?}");
    assert!(reason(4).contains("need more than 0 minutes"), "{reasons:?}");
}

#[test]
fn bad_arguments_end_in_one_line() {
    let folder = TempDir::new().unwrap();
    for (options, expected) in [
        ("stars", "experiment: found stars"),
        ("star --seeds 0", "seeds: found 0"),
        ("star --sigma 1", "sigma: found 1"),
        ("local-signal --sigma 0", "sigma: found 0"),
        ("star --levels 2 --train 20", "levels: found 2"),
        ("star --init 0", "--init"),
        ("star --cnn-width 2,4", "cnn-width: found 2 values"),
        ("star --classes 0/1", "classes: found a built-in set, expected files"),
        ("mnist --classes 3 --train 20", "two or more groups of class numbers"),
        ("mnist --shrink 29 --train 20", "shrink: found 29, expected 1 to 28, for images of 28 x 28"),
        ("mnist --pooling 9 --train 20", "pooling: found 9"),
        ("noisy-mnist --frame 1 --train 20", "frame: found 1"),
        ("edges --pooling 2", "pooling: found a value, expected none, because edges has no such setting"),
        (
            "edge-origin --patch 5",
            "patch: found a value, expected none, because edge-origin has no such setting",
        ),
        ("cnfa --patch 5", "patch: found a value"),
        ("cnfa --epochs 0", "epochs: found 0"),
        ("cnfa --cnn-width 0", "width: found 0"),
        ("edges --patch 2", "patch: found 2"),
        ("noisy-mnist no-such-folder --train 20", "no-such-folder"),
    ] {
        let output = reproduce(options, folder.path());
        let line = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{options}: {line}");
        assert!(line.contains(expected) && line.trim_end().lines().count() == 1, "{options}: {line}");
    }
}

/// Two runs of the same seeds differ in their times only.
#[test]
fn the_ansatz_is_compared_with_every_baseline_and_the_same_for_the_same_seed() {
    const OPTIONS: &str = "cnfa --train 30 --test 20 --epochs 3 --cnn-width 3,2 --init 0.05,he";
    let (first, text) = report(&format!("{OPTIONS} --seeds 2"), "cnfa");
    let (again, _) = report(&format!("{OPTIONS} --seeds 1 --first-seed 1"), "cnfa");
    let networks = first["networks"].as_array().unwrap();
    let settings: Vec<_> =
        networks.iter().map(|net| (number(&net["width"]), net["init"].as_str().unwrap())).collect();
    assert_eq!(settings, [(3.0, "0.05"), (2.0, "0.05"), (3.0, "he")]);
    for (network, again) in networks.iter().zip(again["networks"].as_array().unwrap()) {
        let without_times = |run: &Value| {
            let mut run = run.clone();
            run.as_object_mut().unwrap().remove("seconds");
            run
        };
        assert_eq!(without_times(&network["runs"][1]), without_times(&again["runs"][0]));
        assert_ne!(network["runs"][0]["measured"], network["runs"][1]["measured"]);
        let run = &network["runs"][0];
        let measured = run["measured"].as_array().unwrap();
        assert_eq!(measured.iter().map(|at| number(&at["epoch"])).collect::<Vec<_>>(), [0.0, 1.0, 2.0, 3.0]);
        assert!(measured[0]["loss"].is_null() && number(&measured[3]["loss"]) > 0.0);
        for (layer, baselines) in run["baselines"].as_array().unwrap().iter().enumerate() {
            let correlation = &measured[3]["layers"][layer]["correlation"];
            for value in [
                &correlation["agop"],
                &correlation["root"],
                &baselines["initial_nfm"],
                &baselines["centred"]["root"],
            ] {
                assert!((-1.0..=1.0 + 1e-9).contains(&number(value)), "{run}");
            }
        }
    }
    let tables =
        ["initial NFM", "random filters", "dead filters", "| epoch", "conv2, root", "| first weights"];
    assert!(tables.iter().all(|head| text.contains(head)), "{text}");
    assert!(text.lines().filter(|line| line.starts_with("| conv")).count() == 3, "{text}");
}

#[test]
fn edges_are_compared_with_chance() {
    let (report, text) = report("edges --train 40 --test 20 --patch 3", "edges");
    let rows = report["feature_matrix"].as_array().unwrap();
    assert_eq!((rows.len(), report["patch_covariance"].as_array().unwrap().len()), (8, 8));
    for row in rows {
        assert!((0.0..=1.0).contains(&number(&row["correlation"])), "{row}");
        assert!((0.0..=1.0).contains(&number(&row["chance"])), "{row}");
    }
    assert!(number(&report["random_95"]) > number(&report["random"]["mean"]));
    assert!(text.contains("feature matrix M") && text.contains("random filters"), "{text}");
}

#[test]
fn filters_from_true_shuffled_and_no_labels_are_compared_on_images_with_and_without_edges() {
    let (report, text) = report("edge-origin --train 40 --test 40 --seeds 2", "edge-origin");
    let groups = report["groups"].as_array().unwrap();
    let names: Vec<_> =
        groups.iter().map(|g| (g["images"].as_str().unwrap(), g["labels"].as_str().unwrap())).collect();
    let images = ["dead-leaves", "blurred-leaves", "star", "square"];
    let expected: Vec<_> =
        images.iter().flat_map(|i| ["none", "shuffled", "true"].map(|labels| (*i, labels))).collect();
    assert_eq!(names, expected);
    for group in groups {
        let runs = group["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 2);
        let mean = runs.iter().map(|run| number(&run["edges"])).sum::<f64>() / 2.0;
        assert!((number(&group["edges"]["mean"]) - mean).abs() < 1e-9, "{group}");
        assert_eq!(group["test_accuracy"].is_null(), group["labels"] == "none", "{group}");
        let hidden = group["images"] == "star" || group["images"] == "square";
        for shape in ["star", "square"] {
            assert_eq!(group[shape].is_object(), hidden, "{group}");
        }
    }
    assert_ne!(groups[1]["runs"][0]["filters"], groups[2]["runs"][0]["filters"], "labels change M");
    assert_ne!(groups[0]["runs"][0]["filters"], groups[3]["runs"][0]["filters"], "a blur changes patches");
    assert!(text.contains("| blurred dead leaves | shuffled"), "{text}");
}

/// Measured: 0.99 and 0.97 for the edges, 0.91 and 0.96 for two bars. The thresholds allow for other rounding.
#[test]
fn the_leading_filters_of_dead_leaves_are_edges_and_bars() {
    let split = dead_leaves(Sizes { train: 1000, validation: 0, test: 0 }, 0).unwrap();
    let mut settings = Settings::default();
    settings.patch = 5;
    settings.depth = 1;
    settings.ridge = 0.1.into();
    settings.rounds = 2;
    settings.agop_samples = AgopSamples::First(64);
    let mut run = ConvRfm::new(settings, split, Box::new(Cpu::default())).unwrap();
    while run.current_level().latest_feature_matrix().is_none() {
        pollster::block_on(run.advance(&NoMonitor)).unwrap();
    }
    let (features, templates) =
        (run.current_level().latest_feature_matrix().unwrap(), Templates::new(5).unwrap());
    let best = |index: usize| templates.best(&Plane::of(&features.filter(index), 3).unwrap());
    let chance = templates.chance(3, 2000, 0).unwrap();
    let most = chance[chance.len() * 99 / 100];
    let edges = [best(0), best(1)];
    for edge in edges {
        assert_eq!(edge.family, Family::Edge, "{edges:?}");
        assert!(edge.correlation > 0.94, "{edges:?}");
        assert!(edge.correlation > most + 0.2, "{edges:?}: 99 of 100 random filters stay below {most}");
    }
    // The two edges are perpendicular.
    let apart = (edges[0].degrees - edges[1].degrees).abs();
    assert!((apart - 90.0).abs() <= 15.0, "{edges:?}");
    let leading: Vec<_> = (0..5).map(best).collect();
    let bars = leading.iter().filter(|m| m.family == Family::Bar && m.correlation > 0.85).count();
    assert!(bars >= 2, "{leading:?}");
}
