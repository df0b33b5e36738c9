//! The program itself: a fit reproduces the golden results, filters are drawn, bad input ends in one line.

#[path = "../../tests/common/mod.rs"]
mod common;
#[path = "../../tests/common/files.rs"]
mod files;
#[path = "../../tests/common/weights.rs"]
mod weights;

use common::{Golden, Npz, frobenius_relative, max_relative, npy, npz};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

fn convrfm(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_convrfm")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs to success and returns the standard output. The standard error is empty, because it is not a terminal.
fn succeed(arguments: &[&str]) -> String {
    let output = convrfm(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "{arguments:?}");
    text(&output.stdout)
}

/// Fits with space-separated `options` and returns the standard output.
fn fit(input: &str, options: &str, out: &str) -> String {
    let options: Vec<&str> = options.split_whitespace().collect();
    succeed(&[&["fit", input], &options[..], &["--out", out]].concat())
}

/// Runs to failure: exit code 2 and one line, which contains all of `expected`. Returns the line.
fn fail(arguments: &[&str], expected: &[&str]) -> String {
    fail_with(convrfm(arguments), arguments, expected)
}

fn fail_with(output: Output, arguments: &[&str], expected: &[&str]) -> String {
    let line = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {line}");
    assert!(
        line.ends_with('\n') && line.trim_end().lines().count() == 1,
        "{arguments:?}: not one line: {line:?}"
    );
    assert!(expected.iter().all(|e| line.contains(e)), "{arguments:?}: {expected:?} expected in {line:?}");
    line
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_string()
}

fn files_in(folder: &TempDir) -> Vec<PathBuf> {
    std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(name)
}

/// Type and shape of an array in an archive.
fn header(file: &str, name: &str) -> (String, Vec<u64>) {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(file).unwrap()).unwrap();
    let entry = archive.by_name(&format!("{name}.npy")).unwrap_or_else(|e| panic!("{name}: {e}"));
    let npy = npyz::NpyFile::new(entry).unwrap();
    assert_eq!(npy.order(), npyz::Order::C, "{name}");
    (npy.dtype().descr(), npy.shape().to_vec())
}

fn npz_file(file: &str) -> Npz {
    Npz::new(std::fs::read(file).unwrap())
}

#[test]
fn a_fit_of_a_golden_file_reproduces_it() {
    for (name, engine) in
        [("colour_q3_L2.npz", "cpu"), ("even_patch_q2_L3.npz", "cpu"), ("even_patch_q2_L3.npz", "naive")]
    {
        let (file, folder) = (golden(name), TempDir::new().unwrap());
        let (expected, out) = (Golden::read(std::fs::read(&file).unwrap()), path(&folder, "out.npz"));
        let s = &expected.settings;
        let options = format!(
            "--patch {} --depth {} --ridge {} --rounds {} --agop-samples {} --engine {engine}",
            s.patch,
            s.depth,
            s.ridge,
            s.rounds,
            s.agop_samples.count(expected.train.len())
        );
        let stdout = fit(file.to_str().unwrap(), &options, &out);
        assert!(stdout.lines().any(|line| line.starts_with("round")), "no table: {stdout}");
        let (rounds, m, k) =
            (s.rounds as u64, expected.test.len() as u64, expected.test.classes.len() as u64);
        let d = expected.rounds[0].agop.as_ref().unwrap().nrows() as u64;
        for (array, dtype, shape) in [
            ("accuracy", "'<f8'", vec![rounds]),
            ("predictions", "'<f4'", vec![rounds, m, k]),
            ("kernel_scale", "'<f8'", vec![rounds]),
            ("agop", "'<f4'", vec![rounds - 1, d, d]),
            ("seconds", "'<f8'", vec![rounds, 4]),
        ] {
            assert_eq!(header(&out, array), (dtype.to_string(), shape), "{name}, {array}");
        }
        let (dtype, shape) = header(&out, "engine");
        assert!(dtype.starts_with("'<U") && shape.is_empty(), "engine: {dtype} {shape:?}");
        let mut found = npz_file(&out);
        assert_eq!(found.array("accuracy").1, expected.accuracy, "{name} on {engine}");
        let (scale, predictions, agop) =
            (found.array("kernel_scale").1, found.matrices("predictions"), found.matrices("agop"));
        for (round, expected) in expected.rounds.iter().enumerate() {
            assert!((scale[round] - expected.scale).abs() <= 1e-4 * expected.scale);
            let error = max_relative(&predictions[round], &expected.predictions);
            assert!(error <= 2e-3, "{name} on {engine}: predictions");
            if let Some(expected) = &expected.agop {
                assert!(frobenius_relative(&agop[round], expected) <= 2e-3, "{name} on {engine}: AGOP");
            }
        }
        let seconds = found.array("seconds").1;
        assert!(seconds.iter().all(|s| s.is_finite() && *s >= 0.0) && seconds[0] > 0.0, "{seconds:?}");
        assert_eq!(files_in(&folder).len(), 1, "another file was left beside the results");
    }
}

/// The printed numbers are those in the file, and `engine` is readable text.
#[test]
fn the_table_shows_the_numbers_of_the_file() {
    let folder = TempDir::new().unwrap();
    let out = path(&folder, "out.npz");
    let sizes = "--train 20 --validation 16 --test 16 --seed 3";
    let stdout =
        fit("star", &format!("{sizes} --patch 5 --depth 1 --ridge 1e-3 --rounds 3 --agop-samples all"), &out);
    let mut npz = npz_file(&out);
    let (test, validation) = (npz.array("accuracy").1, npz.array("validation_accuracy").1);
    let rows: Vec<Vec<&str>> = stdout
        .lines()
        .skip_while(|line| !line.starts_with("round"))
        .skip(1)
        .take(3)
        .map(|line| line.split_whitespace().collect())
        .collect();
    for (round, row) in rows.iter().enumerate() {
        let expected = [format!("{:.2}", validation[round]), "%".into(), format!("{:.2}", test[round])];
        assert_eq!(row[1..4], expected, "{stdout}");
    }
    let largest = validation.iter().copied().fold(f64::MIN, f64::max);
    let best = validation.iter().position(|v| *v == largest).unwrap();
    assert_eq!(npz.scalar("kept_round"), best as f64);
    assert!(stdout.contains(&format!("best: round {best} (chosen on validation)")), "{stdout}");
    let mut archive = zip::ZipArchive::new(std::fs::File::open(&out).unwrap()).unwrap();
    let engine =
        npyz::NpyFile::new(archive.by_name("engine.npy").unwrap()).unwrap().into_vec::<String>().unwrap();
    assert!(engine.len() == 1 && engine[0].starts_with("cpu"), "{engine:?}");
}

#[test]
fn every_built_in_set_runs_and_repeats() {
    for name in ["star", "mnist", "noisy-mnist", "local-signal", "dead-leaves", "fashion-mnist"] {
        let folder = TempDir::new().unwrap();
        let run = |seed: u64, out: &str| {
            let out = path(&folder, out);
            let sizes = "--train 20 --validation 10 --test 20 --sigma 0.5";
            fit(name, &format!("{sizes} --seed {seed} --depth 1 --rounds 2 --agop-samples 4"), &out);
            let mut npz = npz_file(&out);
            (npz.array("predictions"), npz.array("agop"))
        };
        let first = run(1, "a.npz");
        let classes = match name {
            "mnist" | "noisy-mnist" | "fashion-mnist" => 10,
            "dead-leaves" => 4,
            _ => 2,
        };
        assert_eq!(first.0.0, [2, 20, classes], "{name}");
        assert!(first == run(1, "b.npz"), "{name}: the same seed gave other results");
        assert!(first != run(2, "c.npz"), "{name}: the seed has no effect");
    }
}

fn write(folder: &TempDir, files: &[(&str, Vec<u8>)]) -> Vec<String> {
    files
        .iter()
        .map(|(name, bytes)| {
            let file = folder.path().join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, bytes).unwrap();
            file.to_str().unwrap().to_string()
        })
        .collect()
}

/// Files of every format can be fitted, as a folder or one by one, and their filters can be drawn.
#[test]
fn files_and_folders_of_every_format_are_fitted() {
    let tones = |class: u8| (0..6).map(move |i| files::plain(9, [class * 100, i * 9, 40]));
    let pets: Vec<(String, Vec<u8>)> = (0..2)
        .flat_map(|class| tones(class).enumerate().map(move |(i, bytes)| (format!("{class}/{i}.png"), bytes)))
        .collect();
    let pets: Vec<(&str, Vec<u8>)> = pets.iter().map(|(n, b)| (&n[..], b.clone())).collect();
    type Set<'a> = (&'a str, Vec<(&'a str, Vec<u8>)>, &'a str);
    let sets: [Set; 6] = [
        ("1x4x5, 3 classes", files::idx_set(), "--train 6 --validation 3 --test 6"),
        (
            "3x32x32, 10 classes",
            vec![("c.tar.gz", files::cifar_archive())],
            "--train 20 --validation 10 --test 10",
        ),
        ("3x32x32, 10 classes", vec![("train_32x32.mat", files::svhn(true))], ""),
        ("1x8x8, 2 classes", pets.clone(), "--side 8 --grey"),
        ("3x13x13, 2 classes", vec![("pets.zip", files::zip(&pets))], "--frame 0.5"),
        ("3x4x4, 2 classes", vec![("train.parquet", files::parquet())], ""),
    ];
    for (expected, set, options) in sets {
        let (folder, results) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let (out, png) = (path(&results, "out.npz"), path(&results, "filters.png"));
        let names = write(&folder, &set);
        let options = format!("{options} --depth 1 --rounds 2 --agop-samples 4 --ridge 1e-2");
        let whole = fit(folder.path().to_str().unwrap(), &options, &out);
        assert!(whole.contains(expected), "{expected}: {whole}");
        succeed(&["filters", &out, "--png", &png, "--count", "2"]);
        assert!(decode(&png).0.iter().any(|&v| v != 255), "{expected}: nothing was drawn");
        if !names[0].contains("/0/") {
            let options: Vec<&str> = options.split_whitespace().collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let single = succeed(&[&["fit"], &names[..], &options[..]].concat());
            assert!(single.contains(expected), "{expected}: {single}");
        }
    }
}

/// An error names the path of the bad file, in a folder too, even if other files of the set are good.
#[test]
fn bad_files_of_every_format_are_named_in_one_line() {
    let folder = TempDir::new().unwrap();
    let mut set = files::idx_set();
    set[0].1[3] = 4;
    let names = write(&folder, &set);
    let whole = folder.path().to_str().unwrap();
    fail(&["fit", whole], &[&names[0], "magic number, byte 0: found 00 00 08 04"]);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    fail(&[&["fit"], &names[..]].concat(), &[names[0], "magic number"]);
    let pictures = TempDir::new().unwrap();
    let files = [("a/1.jpg", files::jpeg_header(4, 4, 4, 8)), ("b/1.png", files::plain(4, [0; 3]))];
    let names = write(&pictures, &files);
    fail(&["fit", pictures.path().to_str().unwrap()], &[&names[0], "4 channels"]);
    fail(&["fit", &names[1]], &[&names[1], "a folder per class"]);
    fail(&["fit", &names[1], "--side", "0"], &["a folder per class"]);
    fail(&["fit", "mnist", "--frame", "-1"], &["mnist: sigma: found -1"]);
    fail(&["fit", "svhn"], &["www/data/svhn.npz", "cargo xtask data svhn"]);
}

/// A pack holds images of the files byte for byte, with their labels, and is always the same for the same seed.
#[test]
fn packs_are_samples_in_the_bytes_of_their_files() {
    let folder = TempDir::new().unwrap();
    let names = write(&folder, &[("c.tar.gz", files::cifar_archive())]);
    let pack = |out: &str| {
        let out = path(&folder, out);
        let sizes = ["--train", "20", "--validation", "0", "--test", "10", "--seed", "5"];
        succeed(&[&["pack", &names[0]], &sizes[..], &["--out", &out]].concat());
        std::fs::read(out).unwrap()
    };
    let bytes = pack("a.npz");
    assert!(bytes == pack("b.npz"), "the second pack differs");
    let arrays = convrfm::data::read_npz(&bytes).unwrap();
    assert_eq!((arrays.train.len(), arrays.test.len()), (20, 10));
    assert_eq!(arrays.train.counts(), [2; 10]);
    let originals = files::cifar(0, 40);
    let originals: Vec<&[u8]> = originals.chunks_exact(3073).collect();
    for part in [&arrays.train, &arrays.test] {
        for i in 0..part.len() {
            let image: Vec<u8> = part.images.image(i).iter().map(|v| (v * 255.0).round() as u8).collect();
            let record = [vec![part.labels[i] as u8], image].concat();
            assert!(originals.contains(&&record[..]), "image {i} with its label is not in the files");
        }
    }
    fail(&["pack", &names[0], "--out", &path(&folder, "no/such/a.npz")], &["cannot be written"]);
}

/// Three levels on digits: each has a table and arrays, which depend on the ReLU and are the same in every run.
#[test]
fn levels_are_fitted_and_written() {
    let folder = TempDir::new().unwrap();
    let run = |options: &str, out: &str| {
        let out = path(&folder, out);
        let sizes = "--train 20 --validation 10 --test 12 --depth 3 --rounds 2 --agop-samples 3 --ridge 1e-3";
        let stdout = fit("mnist", &format!("{sizes} --levels 3 --width 6 {options}"), &out);
        (stdout, npz_file(&out), out)
    };
    let (stdout, mut first, out) = run("", "a.npz");
    assert!(stdout.contains("3 levels; between them 6 learned filters\n"), "{stdout}");
    for (level, shape) in ["1x28x28", "6x26x26", "6x24x24"].iter().enumerate() {
        let title = format!("level {level}: images of {shape}, depth {}\nround  validation", 3 - level);
        assert!(stdout.contains(&title), "{title} is not in {stdout}");
    }
    for (array, dtype, shape) in [
        ("accuracy", "'<f8'", vec![3, 2]),
        ("agop_0", "'<f4'", vec![1, 9, 9]),
        ("agop_2", "'<f4'", vec![1, 54, 54]),
        ("filters_0", "'<f4'", vec![6, 9]),
        ("filters_1", "'<f4'", vec![6, 54]),
        ("predictions_1", "'<f4'", vec![2, 12, 10]),
        ("kept_round", "'<i8'", vec![3]),
        ("seconds", "'<f8'", vec![3, 2, 4]),
    ] {
        assert_eq!(header(&out, array), (dtype.to_string(), shape), "{array}");
    }
    let best = first.array("kept_round").1;
    let level = first.scalar("kept_level") as usize;
    let accuracy = first.array("accuracy").1[2 * level + best[level] as usize];
    let line =
        format!("best: level {level}, round {} (chosen on validation), test {accuracy:.2} %", best[level]);
    assert!(stdout.contains(&line), "{line} is not in {stdout}");
    // The filters of level 0: only its patches are patches of pixels.
    let png = path(&folder, "filters.png");
    succeed(&["filters", &out, "--png", &png, "--count", "4"]);
    assert!(decode(&png).0.iter().any(|&v| v != 255));
    let found = |npz: &mut Npz| ["filters_1", "predictions_2", "agop_2"].map(|name| npz.array(name));
    let plain = found(&mut first);
    assert!(found(&mut run("", "b.npz").1) == plain, "the same seed gave other results");
    let relu = found(&mut run("--relu", "c.npz").1);
    assert!(relu[1] != plain[1] && relu[2] != plain[2], "the ReLU has no effect");
    let (stdout, mut isotropic, _) = run("--filters isotropic --relu", "d.npz");
    assert!(stdout.contains("between them 6 isotropic filters, a ReLU\n"), "{stdout}");
    assert_eq!((isotropic.scalar("relu"), isotropic.scalar("pooling")), (1.0, 1.0));
    let (stdout, mut pooled, out) = run("--relu --pooling 2", "e.npz");
    assert!(stdout.contains("6 learned filters, a ReLU, means over 2 x 2 pixels\n"), "{stdout}");
    assert!(stdout.contains("level 2: images of 6x5x5, depth 1"), "{stdout}");
    assert_eq!((header(&out, "agop_2").1, pooled.scalar("pooling")), (vec![1, 54, 54], 2.0));
}

/// The program is killed in the middle of a run, as when the machine is switched off. The same command goes on from the file, and ends
/// as a run that was not interrupted.
#[test]
fn a_fit_that_was_killed_goes_on_from_its_file() {
    let folder = TempDir::new().unwrap();
    let [whole, rest, state] = ["whole.npz", "rest.npz", "run.state"].map(|name| path(&folder, name));
    let settings = "--train 150 --validation 60 --test 150 --depth 2 --levels 2 --width 3 --rounds 3 --agop-samples 3 --ridge grid";
    fit("mnist", settings, &whole);
    let resumed = format!("{settings} --resume {state}");
    let mut child = Command::new(env!("CARGO_BIN_EXE_convrfm"));
    let mut child =
        child.args(["fit", "mnist"]).args(resumed.split(' ')).stdout(Stdio::null()).spawn().unwrap();
    while !std::path::Path::new(&state).exists() {
        assert!(child.try_wait().unwrap().is_none(), "the program ended without a state");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let stdout = fit("mnist", &resumed, &rest);
    assert!(stdout.contains(&format!("goes on from {state}: level 0, round 0, next: ")), "{stdout}");
    let again = fit("mnist", &resumed, &rest);
    assert!(again.contains("level 1, round 2, it is finished"), "{again}");
    let results = |file: &str| {
        let mut npz = npz_file(file);
        ["accuracy", "ridge_used", "predictions_0", "predictions_1", "agop_1", "filters_0"]
            .map(|name| npz.array(name))
    };
    assert!(results(&rest) == results(&whole), "the results of the file differ");
    fail(
        &["fit", "mnist", "--train", "21", "--resume", &state],
        &["run.state: state: found that of settings"],
    );
    std::fs::write(&state, b"no state").unwrap();
    fail(&["fit", "mnist", "--resume", &state], &["run.state", "expected a file that --resume has written"]);
}

/// The table shows what landmarks miss, and the file has it. Without --rank there is neither.
#[test]
fn a_fit_with_landmarks_states_what_they_miss() {
    let folder = TempDir::new().unwrap();
    let (out, exact) = (path(&folder, "out.npz"), path(&folder, "exact.npz"));
    let options = "--train 60 --validation 20 --test 20 --depth 1 --rounds 2 --agop-samples 5 --ridge grid";
    let stdout = fit("mnist", &format!("{options} --rank 20"), &out);
    assert!(stdout.contains("20 of the training images are landmarks"), "{stdout}");
    let missed = npz_file(&out).array("trace_residual").1;
    assert!(missed.len() == 2 && missed.iter().all(|share| *share > 0.0 && *share < 1.0), "{missed:?}");
    let rows = stdout.lines().skip_while(|line| !line.starts_with("round")).skip(1);
    for (row, share) in rows.zip(&missed) {
        let cells: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(cells[6..8], [format!("{:.2}", 100.0 * share), "%".into()], "{stdout}");
    }
    assert!(stdout.contains("ridge    missed   kernel") && npz_file(&out).scalar("rank") == 20.0, "{stdout}");
    assert!(!fit("mnist", options, &exact).contains("missed"));
    for rank in ["0", "61"] {
        let expected = format!("rank: found {rank}, expected 1 to 60, the number of training images");
        fail(&["fit", "mnist", "--train", "60", "--rank", rank], &[&expected]);
    }
}

/// A fit of one round has no AGOP; its array is empty.
#[test]
fn one_round_has_an_empty_agop() {
    let folder = TempDir::new().unwrap();
    let out = path(&folder, "out.npz");
    fit(golden("even_patch_q2_L3.npz").to_str().unwrap(), "--patch 2 --depth 1 --rounds 1", &out);
    assert_eq!(header(&out, "agop").1, [0, 4, 4]);
    assert_eq!(header(&out, "accuracy").1, [1]);
    fail(&["filters", &out, "--png", &path(&folder, "f.png")], &["out.npz: agop", "--rounds 2"]);
    assert_eq!(files_in(&folder).len(), 1);
}

/// Pixels and size of a picture in colour.
fn decode(file: &str) -> (Vec<u8>, u32, u32) {
    let image::DynamicImage::ImageRgb8(picture) = image::open(file).unwrap() else {
        panic!("{file}: not RGB")
    };
    let (width, height) = picture.dimensions();
    (picture.into_raw(), width, height)
}

#[test]
fn filters_draws_a_picture_of_them() {
    // Three channels make one picture in colour, two make two pictures side by side.
    for (name, patch, panes) in [("colour_q3_L2.npz", 3, 1), ("single_position_q5_L1.npz", 5, 2)] {
        let folder = TempDir::new().unwrap();
        let (out, png) = (path(&folder, "out.npz"), path(&folder, "filters.png"));
        let options = format!("--patch {patch} --depth 1 --rounds 3 --agop-samples all --ridge 1e-2");
        fit(golden(name).to_str().unwrap(), &options, &out);
        succeed(&["filters", &out, "--png", &png, "--count", "4", "--zoom", "7"]);
        let (pixels, width, height) = decode(&png);
        let (side, width) = (patch * 7, width as usize);
        // A title of 20 pixels, and below each row of filters 10 for their shares and 6 before the next row.
        assert_eq!(height as usize, 20 + 2 * (side + 16));
        let rows: Vec<&[u8]> = pixels.chunks_exact(3 * width).collect();
        let colours = |row: usize, columns: std::ops::Range<usize>| -> Vec<&[u8]> {
            rows[row][3 * columns.start..3 * columns.end].chunks_exact(3).collect()
        };
        // Beside the filters the row's round, and below each of them its share.
        let written = |rows: std::ops::Range<usize>, columns: std::ops::Range<usize>| {
            rows.flat_map(|row| colours(row, columns.clone())).any(|c| c == [60, 60, 60])
        };
        assert!(written(6..14, 6..width), "{name}: no title");
        for round in 0..2 {
            let top = 20 + round * (side + 16);
            let mut painted: Vec<&[u8]> = (top..top + side).flat_map(|row| colours(row, 70..width)).collect();
            let white = painted.iter().filter(|c| **c == [255, 255, 255]).count();
            assert!(
                painted.len() - white >= 4 * panes * side * side * 9 / 10,
                "{name}: {white} white pixels"
            );
            painted.sort_unstable();
            painted.dedup();
            assert!(painted.len() > 20, "{name}: {} colours", painted.len());
            assert!(
                written(top..top + side, 6..70) && written(top + side..top + side + 16, 70..width),
                "{name}"
            );
        }
        let middle = 20 + side / 2;
        assert!(rows[middle][210..] != rows[middle + side + 16][210..], "{name}: both rounds look the same");
    }
}

/// Bytes of a small valid file; the array `replace` is omitted or replaced by `with`.
fn archive(replace: &str, with: Option<Vec<u8>>) -> Vec<u8> {
    let pixels = |n: u8| (0..n * 16).collect::<Vec<u8>>();
    let mut arrays = vec![
        ("x_train", npy("'|u1'", false, "(6, 1, 4, 4)", &pixels(6))),
        ("y_train", npy("'<i8'", false, "(6,)", &[0_i64, 1, 0, 1, 0, 1].map(i64::to_le_bytes).concat())),
        ("x_test", npy("'|u1'", false, "(2, 1, 4, 4)", &pixels(2))),
        ("y_test", npy("'|u1'", false, "(2,)", &[1, 0])),
    ];
    arrays.retain(|(name, _)| *name != replace);
    arrays.extend(with.map(|bytes| (replace, bytes)));
    npz(&arrays)
}

#[test]
fn bad_files_are_named_with_their_field_and_leave_no_output() {
    let nan: Vec<u8> = (0..96).flat_map(|i| if i == 17 { f32::NAN } else { 0.5 }.to_le_bytes()).collect();
    let labels = |values: [i64; 6]| Some(npy("'<i8'", false, "(6,)", &values.map(i64::to_le_bytes).concat()));
    let cases: [(&str, Option<Vec<u8>>, &str); 10] = [
        ("x_train", None, "found nothing, expected an array of that name"),
        ("y_test", None, "found nothing, expected an array of that name"),
        ("x_train", Some(npy("'|u1'", false, "(6, 4, 4)", &[0; 96])), "expected 4 axes"),
        ("x_train", Some(npy("'<f4'", false, "(6, 1, 4, 4)", &nan)), "pixel 1 of image 1: found NaN"),
        ("y_train", labels([0, 1, -1, 0, 1, 0]), "y_train[2]: found -1"),
        ("y_train", labels([0, 1, 12_345_678, 0, 1, 0]), "y_train[2]: found 12345678"),
        ("y_train", Some(npy("'|u1'", false, "(5,)", &[0; 5])), "expected 6, one per image"),
        ("x_test", Some(npy("'|u1'", false, "(2, 1, 4, 5)", &[0; 40])), "expected 1x4x4 images"),
        ("x_train", Some(npy("'|u1'", false, "(6, 1, 4, 4)", &[0; 50])), "expected 96 bytes of values"),
        ("x_train", Some(npy("'|u1'", false, "(0, 1, 4, 4)", &[])), "found 0 images"),
    ];
    for (name, bytes, expected) in cases {
        let folder = TempDir::new().unwrap();
        let (input, out) = (path(&folder, "input.npz"), path(&folder, "out.npz"));
        std::fs::write(&input, archive(name, bytes)).unwrap();
        fail(&["fit", &input, "--out", &out], &[&input, name, expected]);
        assert_eq!(files_in(&folder).len(), 1, "{expected}: an output file was left");
    }
    let folder = TempDir::new().unwrap();
    let (input, out) = (path(&folder, "input.npz"), path(&folder, "out.npz"));
    std::fs::write(&input, b"this is no archive").unwrap();
    fail(&["fit", &input, "--out", &out], &[&input, "archive", "expected an .npz file"]);
    fail(
        &["fit", &path(&folder, "absent.npz"), "--out", &out],
        &["absent.npz", "expected an .npz file or one of star"],
    );
    fail(
        &["fit", folder.path().to_str().unwrap(), "--out", &out],
        &[folder.path().to_str().unwrap(), "expected an .npz file"],
    );
    fail(&["filters", &input, "--png", &out], &[&input, "archive"]);
    fail(
        &["filters", &path(&folder, "absent.npz"), "--png", &out],
        &["absent.npz", "expected a results file"],
    );
    assert_eq!(files_in(&folder).len(), 1);
}

#[test]
fn bad_settings_are_named_and_leave_no_output() {
    let folder = TempDir::new().unwrap();
    let (input, out) = (path(&folder, "input.npz"), path(&folder, "out.npz"));
    std::fs::write(&input, archive("", None)).unwrap();
    for (options, expected) in [
        ("--patch 5", "patch: found 5"),
        ("--patch 3 --depth 2", "depth: found 2"),
        ("--depth 1 --ridge -1e-3", "ridge: found -0.001"),
        ("--depth 1 --ridge nan", "ridge: found NaN"),
        ("--depth 1 --ridge 1e39", "at most 1e30"),
        ("--depth 1 --ridge grid", "no validation images"),
        ("--depth 1 --rounds 0", "rounds: found 0"),
        ("--depth 1 --levels 2", "levels: found 2"),
        ("--depth 1 --width 257", "width: found 257"),
        ("--depth 1 --train 7", "train: found 7, expected at most 6"),
        ("--depth 1 --train 0", "training images: found 0"),
        ("--depth 1 --validation 9", "validation: found 9"),
        ("--depth 1 --test 3", "test: found 3, expected at most 2"),
        ("--depth 1 --train 6 --validation 1", "train: found 6, expected at most 5"),
    ] {
        let options: Vec<&str> = options.split_whitespace().collect();
        fail(&[&["fit", &input], &options[..], &["--out", &out]].concat(), &[&input, expected]);
    }
    // These arguments are refused before the file is read.
    for (option, value) in [
        ("--patch", "three"),
        ("--sigma", "loud"),
        ("--ridge", "1e-3,x"),
        ("--agop-samples", "0"),
        ("--agop-samples", "some"),
        ("--filters", "fixed"),
        ("--engine", "quantum"),
    ] {
        fail(&["fit", &input, option, value, "--out", &out], &[option, value]);
    }
    fail(&["fit", &input, "--colour", "red"], &["--colour"]);
    fail(&["fit"], &["<INPUT>"]);
    fail(&["filters", &out], &["--png"]);
    fail(&["fit", "local-signal", "--sigma", "-1"], &["local-signal", "sigma: found -1"]);
    fail(
        &["fit", "mnist", "--train", "2001", "--out", &out],
        &["mnist", "train: found 2001, expected at most 2000"],
    );
    assert_eq!(files_in(&folder).len(), 1, "an output file was left");
}

/// Images that do not fit in memory: a sentence, not an abort.
#[test]
fn too_many_images_are_refused_in_one_line() {
    for set in ["star", "local-signal", "dead-leaves", "mnist"] {
        fail(&["fit", set, "--train", "100000000"], &[set]);
    }
    fail(&["fit", "star", "--train", &usize::MAX.to_string()], &["star"]);
}

/// As in `convrfm ... | head -1`.
#[test]
fn a_closed_pipe_ends_the_program_without_a_message() {
    let mut fit = Command::new(env!("CARGO_BIN_EXE_convrfm"));
    fit.args(["fit", "star", "--train", "10", "--test", "10", "--rounds", "1"]);
    let mut child = fit.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stderr), "");
    assert!(!output.status.success(), "the fit ended as if its output had been read");
}

/// Any other failure of the standard output is an error.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_in_one_line() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let arguments = ["fit", "star", "--train", "10", "--test", "10", "--rounds", "1"];
    let output = Command::new(env!("CARGO_BIN_EXE_convrfm")).args(arguments).stdout(full).output().unwrap();
    fail_with(output, &arguments, &["standard output: cannot be written"]);
}

#[test]
fn outputs_that_cannot_be_written_are_named_before_the_work_begins() {
    let folder = TempDir::new().unwrap();
    let input = path(&folder, "input.npz");
    std::fs::write(&input, archive("", None)).unwrap();
    let nowhere = path(&folder, "no/such/folder/out.npz");
    let directory = path(&folder, "folder");
    std::fs::create_dir(&directory).unwrap();
    for out in [&nowhere, &directory] {
        let arguments = ["fit", &input, "--patch", "2", "--depth", "1", "--out", out];
        fail(&arguments, &[out, "cannot be written"]);
        assert!(!text(&convrfm(&arguments).stdout).contains("round"), "{out}: refused only after the fit");
    }
    let results = path(&folder, "out.npz");
    fit(&input, "--patch 2 --depth 1 --rounds 2", &results);
    fail(&["filters", &results, "--png", &nowhere], &[&nowhere, "cannot be written"]);
    fail(&["filters", &results, "--png", &directory], &[&directory, "cannot be written"]);
    assert_eq!(files_in(&folder).len(), 3);
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 0);
}

/// A fit replaces an older results file, and the new one has the permissions of any new file.
#[test]
fn results_replace_older_ones() {
    let folder = TempDir::new().unwrap();
    let (input, out, plain) = (path(&folder, "input.npz"), path(&folder, "out.npz"), path(&folder, "plain"));
    std::fs::write(&input, archive("", None)).unwrap();
    std::fs::write(&plain, b"").unwrap();
    for rounds in [1_u64, 2] {
        fit(&input, &format!("--patch 2 --depth 1 --rounds {rounds}"), &out);
        assert_eq!(header(&out, "accuracy").1, [rounds]);
    }
    let mode = |file: &str| std::fs::metadata(file).unwrap().permissions();
    assert_eq!(mode(&out), mode(&plain));
}

/// No results file may make the program panic.
#[test]
fn hostile_results_are_refused() {
    let folder = TempDir::new().unwrap();
    let (file, png) = (path(&folder, "out.npz"), path(&folder, "f.png"));
    let number = |v: i64| npy("'<i8'", false, "()", &v.to_le_bytes());
    let matrix =
        |shape: &str, values: usize| npy("'<f4'", false, shape, &1.0_f32.to_le_bytes().repeat(values));
    let nan = npy("'<f4'", false, "(1, 1, 1)", &f32::NAN.to_le_bytes());
    for (agop, patch, channels) in [
        (matrix("(1, 0, 0)", 0), 0, 1),
        (matrix("(1, 0, 0)", 0), 1, 0),
        (matrix("(1, 4, 4)", 16), 3, 1),
        (matrix("(1, 4, 4)", 16), -2, 1),
        (matrix("(1, 4, 4)", 16), i64::MAX, 1),
        (matrix("(1, 4, 4)", 16), 1 << 33, 1),
        (matrix("(1, 4, 5)", 20), 2, 1),
        (matrix("(4, 4)", 16), 2, 1),
        (npy("'<f4'", false, "(1, 1, 1)", &[0; 4]), 1, 1),
        (nan, 1, 1),
    ] {
        std::fs::write(
            &file,
            npz(&[("agop", agop), ("patch", number(patch)), ("channels", number(channels))]),
        )
        .unwrap();
        let line = fail(&["filters", &file, "--png", &png], &[&file]);
        assert!(!line.contains("panicked"), "patch {patch}, {channels} channels: {line}");
    }
    // A picture that no program could open is refused before it is drawn.
    std::fs::write(
        &file,
        npz(&[("agop", matrix("(1, 1, 1)", 1)), ("patch", number(1)), ("channels", number(1))]),
    )
    .unwrap();
    fail(&["filters", &file, "--png", &png, "--zoom", "100000"], &[&file, "--zoom"]);
    fail(&["filters", &file, "--png", &png, "--zoom", &usize::MAX.to_string()], &[&file, "--zoom"]);
    assert_eq!(files_in(&folder).len(), 1);
}

#[test]
fn a_network_is_trained_written_and_read() {
    let folder = TempDir::new().unwrap();
    let (net, out) = (path(&folder, "net.npz"), path(&folder, "ansatz.npz"));
    let options = "--train 60 --validation 20 --test 20 --layers 2 --width 4 --epochs 3 --batch 20 --init he --agop-samples 10";
    let train = |extra: &[&str], out: &str| {
        let options: Vec<&str> = options.split_whitespace().collect();
        succeed(&[&["cnn", "mnist"], &options[..], extra, &["--out", out]].concat())
    };
    let stdout = train(&[], &net);
    assert_eq!(stdout.lines().filter(|line| line.contains(" %  ")).count(), 3, "three epochs: {stdout}");
    let line = |name: &str| -> Vec<String> {
        let line =
            stdout.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {stdout}"));
        line.split_whitespace().map(String::from).collect()
    };
    let stdout = succeed(&["cnfa", &net, "--out", &out]);
    let layer = stdout.lines().find(|line| line.starts_with("conv1")).unwrap();
    let columns: Vec<&str> = layer.split_whitespace().collect();
    assert_eq!(columns[1..3], ["4", "36"]);
    assert_eq!(columns[3..5], line("conv1")[1..3], "the same images, so the same correlations");
    let mut archive = npz_file(&out);
    assert_eq!(archive.array("logits").0, [10, 10]);
    assert_eq!(archive.array("nfm.conv1").0, [36, 36]);
    let (shape, values) = archive.array("correlation.conv1");
    assert_eq!((shape, format!("{:.3}", values[0])), (vec![4], columns[3].to_string()));

    // The same seed trains to the same bytes, another optimizer to others.
    let again = path(&folder, "again.npz");
    train(&[], &again);
    assert_eq!(std::fs::read(&net).unwrap(), std::fs::read(&again).unwrap());
    train(
        &[
            "--optimizer",
            "sgd",
            "--loss",
            "squared-error",
            "--learning-rate",
            "0.01",
            "--weight-decay",
            "1e-4",
        ],
        &again,
    );
    assert_ne!(std::fs::read(&net).unwrap(), std::fs::read(&again).unwrap());
    // Other images, with random combinations of the logits.
    let stdout = succeed(&["cnfa", &net, "fashion-mnist", "--count", "5", "--probes", "3"]);
    assert!(stdout.contains("5 images of 1x28x28"), "{stdout}");
}

#[test]
fn golden_networks_are_compared() {
    let folder = TempDir::new().unwrap();
    let out = path(&folder, "ansatz.npz");
    let file = golden("cnfa/every_step.npz");
    succeed(&["cnfa", file.to_str().unwrap(), "--out", &out]);
    let (mut found, mut expected) = (npz_file(&out), npz_file(file.to_str().unwrap()));
    for name in ["logits", "nfm.block", "agop.block", "correlation.block"] {
        let ((shape, found), (expected_shape, expected)) = (found.array(name), expected.array(name));
        assert_eq!(shape, expected_shape, "{name}");
        let largest = expected.iter().fold(0.0_f64, |largest, v| largest.max(v.abs()));
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 1e-4 * largest), "{name}");
    }
}

#[test]
fn bad_networks_are_named_and_leave_no_output() {
    let folder = TempDir::new().unwrap();
    let (net, out) = (path(&folder, "net.npz"), path(&folder, "out.npz"));
    let whole = std::fs::read(golden("cnfa/vanilla.npz")).unwrap();
    std::fs::write(&net, &whole[..whole.len() / 2]).unwrap();
    fail(&["cnfa", &net, "--out", &out], &[&net, "expected an .npz file"]);
    fail(&["cnfa", &path(&folder, "absent.npz")], &["absent.npz", "expected a network (.npz)"]);
    std::fs::write(&net, archive("", None)).unwrap();
    fail(&["cnfa", &net, "--out", &out], &[&net, "steps: found nothing, expected a text"]);
    std::fs::write(&net, whole).unwrap();
    fail(&["cnfa", &net, "star", "--count", "3"], &[&net, "weights.conv0: found shape [4, 1, 3, 3]"]);
    fail(&["cnfa", &net, "--count", "0"], &[&net, "images: found 0"]);
    fail(&["cnfa", &net, "--probes", "0"], &[&net, "probes: found 0"]);
    for (options, expected) in [
        ("--layers 0", "layers: found 0"),
        ("--width 2000", "width: found 2000"),
        ("--patch 29", "patch: found 29"),
        ("--epochs 0", "epochs: found 0"),
        ("--batch 0", "batch: found 0"),
        ("--init nan", "a standard deviation above 0"),
        ("--optimizer adamw", "sgd or adam"),
        ("--loss hinge", "cross-entropy or squared-error"),
        ("--learning-rate -1", "learning-rate: found -1"),
        ("--momentum 1", "momentum: found 1"),
        ("--weight-decay nan", "weight-decay: found NaN"),
    ] {
        let options: Vec<&str> = options.split_whitespace().collect();
        fail(&[&["cnn", "mnist", "--train", "20"], &options[..], &["--out", &out]].concat(), &[expected]);
    }
    assert_eq!(files_in(&folder).len(), 1);
}

/// An EfficientNet-Lite0 of an eighth of its width and eight classes, with weights drawn from their names.
fn small_efficientnet() -> Vec<u8> {
    let bytes = std::fs::read(golden("architectures/efficientnet-lite0.npz")).unwrap();
    let list = convrfm::read_tensors(&bytes).unwrap().texts.remove("arrays").unwrap();
    weights::safetensors(weights::arrays(&list).into_iter().map(|(name, shape)| {
        let values = weights::weights(name, &shape);
        (name, shape, values)
    }))
}

#[test]
fn photographs_pass_through_a_network_of_another_project() {
    let folder = TempDir::new().unwrap();
    let (net, photographs) = (path(&folder, "net.safetensors"), path(&folder, "photographs"));
    std::fs::write(&net, small_efficientnet()).unwrap();
    std::fs::create_dir(&photographs).unwrap();
    for (name, bytes) in
        [("a.png", files::plain(300, [200, 30, 90])), ("b.png", files::plain(40, [9, 200, 40]))]
    {
        std::fs::write(Path::new(&photographs).join(name), bytes).unwrap();
    }
    std::fs::write(Path::new(&photographs).join("LICENCES.txt"), "CC0").unwrap();
    let out = path(&folder, "out.npz");
    let arguments = ["cnfa", &net, &photographs, "--architecture", "EfficientNet-Lite0", "--out", &out];
    let stdout = succeed(&arguments);
    assert!(stdout.contains("2 images of 3x224x224"), "{stdout}");
    let classes = stdout.lines().find(|line| line.starts_with("b.png")).unwrap();
    let (shape, logits) = npz_file(&out).array("logits");
    assert_eq!(shape, [2, 10]);
    let logits = &logits[10..];
    let strongest = (0..10).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).unwrap();
    let words: Vec<&str> = classes.split_whitespace().collect();
    assert_eq!(words[1..3], [strongest.to_string(), format!("({:.2})", logits[strongest])]);
    assert_eq!(words.len(), 7, "three classes");
    assert!(stdout.lines().any(|line| line.starts_with("_conv_stem")), "{stdout}");
    // One photograph by its path.
    let photograph = Path::new(&photographs).join("a.png");
    let one = [&["cnfa", &net, photograph.to_str().unwrap()], &arguments[3..5]].concat();
    assert!(succeed(&one).contains("1 images of 3x224x224"));
}

#[test]
fn networks_of_other_projects_that_do_not_fit_are_named() {
    let folder = TempDir::new().unwrap();
    let (net, photograph) = (path(&folder, "net.safetensors"), path(&folder, "a.png"));
    let whole = small_efficientnet();
    std::fs::write(&net, &whole).unwrap();
    std::fs::write(&photograph, files::plain(8, [1, 2, 3])).unwrap();
    fail(
        &["cnfa", &net, &photograph],
        &[&net, "architecture: found nothing, expected --architecture with one of alexnet"],
    );
    fail(&["cnfa", &net, &photograph, "--architecture", "lenet"], &["lenet", "one of alexnet, vgg11"]);
    let lite =
        |images: &str| ["cnfa", &net, images, "--architecture", "efficientnet-lite0"].map(String::from);
    let refused = |arguments: [String; 5], expected: &[&str]| {
        fail(&arguments.each_ref().map(String::as_str), expected);
    };
    fail(&["cnfa", &net, &photograph, "--architecture", "resnet18"], &[&net, "conv1.weight: found nothing"]);
    fail(&["cnfa", &net, "--architecture", "efficientnet-lite0"], &[&net, "images: found nothing"]);
    refused(lite(&path(&folder, "absent.png")), &["absent.png"]);
    refused(lite(&net), &["net.safetensors", "expected PNG, JPEG or WebP"]);
    let damaged = path(&folder, "damaged.png");
    std::fs::write(&damaged, &files::plain(8, [1, 2, 3])[..40]).unwrap();
    refused(lite(&damaged), &["damaged.png", "expected one that can be decoded"]);
    std::fs::write(&net, &whole[..whole.len() - 9]).unwrap();
    refused(lite(&photograph), &[&net, "expected bytes that the file has"]);
}
