//! EfficientNet-Lite0 with its published weights, if `cargo xtask data efficientnet-lite0 --download` and `cargo xtask data photographs
//! --download` have put them into www/data. Without the files the tests say so and check nothing.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file or folder of www/data, if it exists.
fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/data").join(name);
    path.exists().then_some(path)
}

/// Classes of ImageNet: 281 tabby, 282 tiger cat, 285 Egyptian cat; 967 espresso, 968 cup.
#[test]
fn photographs_are_recognised_and_the_stem_follows_the_ansatz() {
    let (Some(network), Some(photographs)) = (data("efficientnet-lite0.safetensors"), data("photographs"))
    else {
        println!("skipped: www/data has no efficientnet-lite0.safetensors or no photographs");
        return;
    };
    let output = Command::new(env!("CARGO_BIN_EXE_convrfm"))
        .arg("cnfa")
        .args([network, photographs])
        .args(["--architecture", "efficientnet-lite0", "--probes", "8"])
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let words = |name: &str| -> Vec<&str> {
        let line = stdout.lines().find(|line| line.starts_with(name));
        line.unwrap_or_else(|| panic!("{name}: {stdout}")).split_whitespace().collect()
    };
    let classes = |name: &str| {
        let words = words(name);
        let mut classes = [words[1], words[3], words[5]].map(|class| class.parse::<usize>().unwrap());
        classes.sort_unstable();
        classes
    };
    assert_eq!(classes("chelsea.png"), [281, 282, 285]);
    assert!(classes("coffee.png").iter().any(|class| [967, 968].contains(class)), "{stdout}");
    // 0.92 was measured with JAX on twelve photographs of the same packages.
    let stem = words("_conv_stem");
    assert_eq!(stem[1..3], ["32", "27"]);
    let pearson: f64 = stem[3].parse().unwrap();
    assert!((pearson - 0.92).abs() < 0.05, "{stdout}");
}
