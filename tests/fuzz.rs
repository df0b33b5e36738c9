//! Every reader against arbitrary bytes and damaged copies of valid files. The result must be a data set with finite pixels
//! or an error of one line, without a panic and without memory that the bytes do not account for.
//! `CONVRFM_FUZZ_SECONDS=600 cargo test --release --test fuzz` gives every reader ten minutes.
#![cfg(all(feature = "parquet", feature = "pictures"))]

#[path = "common/allocator.rs"]
mod allocator;
mod common;
#[path = "common/files.rs"]
mod files;
#[path = "common/weights.rs"]
mod weights;

use allocator::largest_allocation;
use common::npy;
use convrfm::data::{Content, Input, Pixels, read};
use convrfm::{Tensor, read_safetensors};
use files::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::time::{Duration, Instant};
use weights::safetensors;

/// Largest allocation allowed for files of some kilobytes. The decoder of a picture may allocate what its header announces.
const BOUND: usize = 96 << 20;

type Files = Vec<(&'static str, Vec<u8>)>;

/// Reads files, decodes pictures, and checks the result.
fn consume(files: &Files) {
    let inputs = files.iter().map(|(path, bytes)| Input::from_bytes(*path, bytes.clone())).collect();
    let largest = largest_allocation(|| {
        let result = read(inputs).and_then(|content| match content {
            Content::Collection(set) => Ok(*set),
            Content::Pictures(mut pictures) => pictures.decode(8, true, "fuzz"),
        });
        match result {
            Err(e) => {
                let message = e.to_string();
                assert!(message.contains("expected") && !message.contains('\n'), "{message:?}");
            }
            Ok(set) => {
                for images in std::iter::once(&set.train).chain(set.test.as_ref()) {
                    assert_eq!(images.len() * images.shape().len(), images.pixels().len());
                    assert!(images.labels().iter().all(|&label| usize::from(label) < set.classes.len()));
                    if let Pixels::Floats(values) = images.pixels() {
                        assert!(values.iter().all(|v| v.is_finite()));
                    }
                }
            }
        }
    });
    assert!(largest < BOUND, "{largest} bytes at once");
}

/// Values that break readers in the place of a count or a size.
const NASTY: [u32; 9] = [0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, u32::MAX, 0x4000_0000];

/// Damages one of the files.
fn damage(files: &mut Files, rng: &mut Pcg64Mcg) {
    let which = rng.random_range(0..files.len());
    let bytes = &mut files[which].1;
    for _ in 0..rng.random_range(1..6) {
        if bytes.is_empty() {
            return;
        }
        // Damage in headers reaches more of the reader.
        let range = if rng.random_bool(0.6) { bytes.len().min(200) } else { bytes.len() };
        let at = rng.random_range(0..range);
        match rng.random_range(0..8_u32) {
            0 | 1 => bytes[at] = rng.random(),
            2 => bytes[at] ^= 1 << rng.random_range(0..8_u32),
            3 | 4 => {
                let value = NASTY[rng.random_range(0..NASTY.len())];
                let value = if rng.random() { value.to_le_bytes() } else { value.to_be_bytes() };
                let end = (at + 4).min(bytes.len());
                bytes[at..end].copy_from_slice(&value[..end - at]);
            }
            5 => bytes.truncate(rng.random_range(0..=bytes.len())),
            6 => {
                let end = (at + rng.random_range(1..64_usize)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let part: Vec<u8> = bytes[at..(at + rng.random_range(1..64_usize)).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
}

/// Reads weights, and checks the result.
fn consume_weights(files: &Files) {
    let bytes = &files[0].1;
    let largest = largest_allocation(|| match read_safetensors(bytes) {
        Err(e) => {
            let message = e.to_string();
            assert!(message.contains("expected") && !message.contains('\n'), "{message:?}");
        }
        Ok(file) => {
            for Tensor { shape, values } in file.tensors.values() {
                assert_eq!(shape.iter().product::<usize>(), values.len());
                assert!(values.iter().all(|v| v.is_finite()));
            }
        }
    });
    // Twice the bytes for values in half precision, and what the header becomes.
    assert!(largest < 4096 + 100 * bytes.len(), "{largest} bytes at once");
}

/// Reads damaged copies of valid files, and arbitrary bytes under their names: 1,500 cases or 10 seconds.
fn fuzz(name: &str, valid: &Files) {
    fuzz_with(name, valid, consume);
}

fn fuzz_with(name: &str, valid: &Files, consume: fn(&Files)) {
    consume(valid);
    let seconds = std::env::var("CONVRFM_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok());
    let (cases, time) = match seconds {
        Some(seconds) => (u64::MAX, Duration::from_secs(seconds)),
        None => (1500, Duration::from_secs(10)),
    };
    let start = Instant::now();
    // Repeats a case that failed, or continues after the last run.
    let mut case = std::env::var("CONVRFM_FUZZ_CASE").ok().and_then(|s| s.parse().ok()).unwrap_or(0);
    let last = cases.saturating_add(case);
    while case < last && start.elapsed() < time {
        let mut rng = Pcg64Mcg::seed_from_u64(case);
        let mut files = valid.clone();
        if case % 16 == 15 {
            let keep = rng.random_range(0..32_usize);
            for (_, bytes) in &mut files {
                bytes.truncate(keep);
                bytes.extend((0..rng.random_range(0..400)).map(|_| rng.random::<u8>()));
            }
        } else {
            damage(&mut files, &mut rng);
        }
        if let Err(panic) = std::panic::catch_unwind(|| consume(&files)) {
            eprintln!("{name}: case {case} failed (CONVRFM_FUZZ_CASE={case} repeats it)");
            std::panic::resume_unwind(panic);
        }
        case += 1;
    }
    println!("{name}: {case} cases in {:.0} s", start.elapsed().as_secs_f64());
}

#[test]
fn idx_files() {
    fuzz("idx", &idx_set());
}

#[test]
fn gzipped_idx_files() {
    fuzz("idx.gz", &idx_set().into_iter().map(|(name, bytes)| (name, gzip(&bytes))).collect());
}

#[test]
fn cifar_batches() {
    fuzz("cifar", &vec![("data_batch_1.bin", cifar(0, 10)), ("test_batch.bin", cifar(10, 2))]);
}

#[test]
fn cifar_archives() {
    fuzz("cifar.tar.gz", &vec![("cifar-10-binary.tar.gz", cifar_archive())]);
}

/// Without the checksum of gzip, damage reaches the reader of the archive.
#[test]
fn tar_archives() {
    fuzz(
        "tar",
        &vec![(
            "a.tar",
            tar(&[("a/data_batch_1.bin", cifar(0, 10)), ("a/batches.meta.txt", b"a\n".to_vec())]),
        )],
    );
}

#[test]
fn numpy_arrays() {
    let x = npy("'<f4'", false, "(6, 1, 2, 2)", &[0; 96]);
    fuzz("npy", &vec![("x.npy", x), ("y.npy", npy("'|u1'", false, "(6,)", &[0, 1, 0, 1, 0, 1]))]);
}

#[test]
fn numpy_archives() {
    let x = || npy("'|u1'", false, "(6, 1, 2, 2)", &pixels(6, 4));
    let y = || npy("'<i8'", false, "(6,)", &[0_i64, 1, 0, 1, 0, 1].map(i64::to_le_bytes).concat());
    let arrays = [("x_train.npy", x()), ("y_train.npy", y()), ("x_test.npy", x()), ("y_test.npy", y())];
    fuzz("npz", &vec![("a.npz", zip(&arrays))]);
}

#[test]
fn matlab_files() {
    fuzz("mat", &vec![("train_32x32.mat", svhn(false))]);
}

#[test]
fn compressed_matlab_files() {
    fuzz("mat, compressed", &vec![("train_32x32.mat", svhn(true))]);
}

fn folder() -> Files {
    vec![("a/1.png", plain(6, [1, 2, 3])), ("a/2.png", plain(3, [4, 5, 6])), ("b/1.png", plain(4, [9, 8, 7]))]
}

#[test]
fn folders_of_pictures() {
    fuzz("pictures", &folder());
}

#[test]
fn zipped_pictures() {
    fuzz("pictures.zip", &vec![("a.zip", zip(&folder()))]);
}

#[test]
fn jpeg_pictures() {
    let image = image::RgbImage::from_fn(16, 12, |x, y| image::Rgb([x as u8 * 9, y as u8 * 9, 100]));
    let encoded = |format| {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    let (jpeg, webp) = (encoded(image::ImageFormat::Jpeg), encoded(image::ImageFormat::WebP));
    fuzz("jpeg and webp", &vec![("a/1.jpg", jpeg), ("b/1.webp", webp)]);
}

#[test]
fn parquet_files() {
    fuzz("parquet", &vec![("train-00000-of-00001.parquet", parquet())]);
}

#[test]
fn safetensors_files() {
    let arrays = [("conv1.weight", vec![2, 1, 3, 3], vec![0.5; 18]), ("bn1.bias", vec![2], vec![-1.0; 2])];
    fuzz_with("safetensors", &vec![("net.safetensors", safetensors(arrays))], consume_weights);
}
