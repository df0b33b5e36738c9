//! `.npz` files that are read or refused, and the statistics of data sets generated from a seed.

#[path = "common/allocator.rs"]
mod allocator;
mod common;

use allocator::largest_allocation;
use common::{labelled, npy, npz};
use convrfm::data::{
    Collection, LabelledImages, Pixels, Source, framed, local_signal, noisy_frame, read_array, read_npz,
    star, star_pool,
};
use convrfm::{Dataset, Error, Images, Shape, Sizes, Split};
use proptest::prelude::*;
use std::io::Write;

/// Largest allocation allowed for a file of a few kilobytes.
const BOUND: usize = 8 << 20;

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

const PIXELS: [f32; 12] = [0.0, 0.5, 1.0, -1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];

/// An archive of 1 x 2 x 2 images, three float32 for training and one uint8 for testing, with one array replaced or left out.
fn archive(replace: &str, with: Option<Vec<u8>>) -> Vec<u8> {
    let mut arrays = vec![
        ("x_train", npy("'<f4'", false, "(3, 1, 2, 2)", &floats(&PIXELS))),
        ("y_train", npy("'|u1'", false, "(3,)", &[0, 1, 2])),
        ("x_test", npy("'|u1'", false, "(1, 1, 2, 2)", &[0, 51, 204, 255])),
        ("y_test", npy("'|u1'", false, "(1,)", &[1])),
    ];
    arrays.retain(|(name, _)| *name != replace);
    arrays.extend(with.map(|bytes| (replace, bytes)));
    npz(&arrays)
}

#[test]
fn uint8_images_are_divided_by_255_and_float32_images_are_unchanged() {
    let arrays = read_npz(&archive("", None)).unwrap();
    assert_eq!(arrays.train.images.as_slice(), PIXELS);
    assert_eq!(arrays.train.images.shape(), Shape { channels: 1, height: 2, width: 2 });
    assert_eq!(arrays.test.images.as_slice(), [0.0, 0.2, 0.8, 1.0]);
    assert_eq!((arrays.train.labels, arrays.test.labels), (vec![0, 1, 2], vec![1]));
    assert_eq!(arrays.train.classes, ["0", "1", "2"]);
    assert_eq!(arrays.test.classes, arrays.train.classes);
    assert!(arrays.validation.is_empty());
}

#[test]
fn labels_may_have_any_integer_type_in_either_byte_order() {
    let values = [0_i64, 2, 1];
    for size in [1, 2, 4, 8] {
        for kind in ["u", "i"] {
            for order in if size == 1 { vec!["|"] } else { vec!["<", ">"] } {
                let payload: Vec<u8> = values
                    .iter()
                    .flat_map(|v| {
                        if order == ">" {
                            v.to_be_bytes()[8 - size..].to_vec()
                        } else {
                            v.to_le_bytes()[..size].to_vec()
                        }
                    })
                    .collect();
                let descr = format!("'{order}{kind}{size}'");
                let labels = npy(&descr, false, "(3,)", &payload);
                let arrays =
                    read_npz(&archive("y_train", Some(labels))).unwrap_or_else(|e| panic!("{descr}: {e}"));
                assert_eq!(arrays.train.labels, [0, 2, 1], "{descr}");
            }
        }
    }
}

#[test]
fn big_endian_images_are_read() {
    let payload: Vec<u8> = PIXELS.iter().flat_map(|v| v.to_be_bytes()).collect();
    let arrays = read_npz(&archive("x_train", Some(npy("'>f4'", false, "(3, 1, 2, 2)", &payload)))).unwrap();
    assert_eq!(arrays.train.images.as_slice(), PIXELS);
}

#[test]
fn other_arrays_are_ignored_even_if_they_are_malformed() {
    for extra in
        [npy("'|O'", false, "(2,)", b"pickle"), npy("'<f8'", true, "(9, 9)", &[]), b"not an array".to_vec()]
    {
        assert!(read_npz(&archive("extra", Some(extra))).is_ok());
    }
}

#[test]
fn unusable_arrays_are_refused_by_name() {
    let f4 = |shape: &str, values: &[f32]| npy("'<f4'", false, shape, &floats(values));
    let u1 = |shape: &str, values: &[u8]| npy("'|u1'", false, shape, values);
    let nan = [&PIXELS[..5], &[f32::NAN], &PIXELS[6..]].concat();
    let infinite = [&PIXELS[..11], &[f32::NEG_INFINITY]].concat();
    let refused: Vec<(&str, Option<Vec<u8>>, &str)> = vec![
        ("x_train", None, "found nothing"),
        ("y_train", None, "found nothing"),
        ("x_test", None, "found nothing"),
        ("y_test", None, "found nothing"),
        ("x_train", Some(f4("(3, 2, 2)", &PIXELS)), "4 axes"),
        ("x_train", Some(f4("()", &PIXELS[..1])), "4 axes"),
        ("x_train", Some(f4("(0, 1, 2, 2)", &[])), "0 images"),
        ("x_train", Some(f4("(3, 0, 2, 2)", &[])), "image shape"),
        ("x_train", Some(f4("(3, 1, 2, 2)", &nan)), "pixel 1 of image 1"),
        ("x_train", Some(f4("(3, 1, 2, 2)", &infinite)), "pixel 3 of image 2"),
        ("x_train", Some(npy("'<f4'", true, "(3, 1, 2, 2)", &floats(&PIXELS))), "C order"),
        ("x_train", Some(npy("'<f8'", false, "(3, 1, 2, 2)", &[0; 96])), "uint8 or float32"),
        ("x_train", Some(npy("'<u2'", false, "(3, 1, 2, 2)", &[0; 24])), "uint8 or float32"),
        ("x_train", Some(npy("'|O'", false, "(3, 1, 2, 2)", b"pickle")), "expected numbers"),
        (
            "x_train",
            Some(npy("[('a', '<f4')]", false, "(3, 1, 2, 2)", &[0; 48])),
            "a type of numbers in quotes",
        ),
        ("x_train", Some(f4("(3, 1, 2, 2)", &PIXELS[..11])), "expected 48 bytes of values"),
        ("x_train", Some(f4("(3000, 1000, 10, 10)", &PIXELS)), "expected 1200000000 bytes of values"),
        (
            "x_train",
            Some(f4("(3, -1, 2, 2)", &PIXELS)),
            "shape in its header: found \"(3, -1, 2, 2), }\", expected whole numbers below 2^64",
        ),
        ("x_train", Some(b"not an array".to_vec()), "a .npy array"),
        ("x_train", Some(Vec::new()), "a .npy array"),
        ("x_test", Some(f4("(1, 1, 1, 2)", &PIXELS[..2])), "1x2x2 images, as in x_train"),
        ("y_train", Some(u1("(2,)", &[0, 1])), "3, one per image"),
        ("y_test", Some(u1("(2,)", &[0, 1])), "1, one per image"),
        ("y_train", Some(u1("(3, 1)", &[0, 1, 2])), "1 axis"),
        ("y_train", Some(npy("'<f4'", false, "(3,)", &[0; 12])), "an integer type"),
        ("y_train", Some(npy("'|b1'", false, "(3,)", &[0; 3])), "an integer type"),
        ("y_train", Some(npy("'|i1'", false, "(3,)", &[0, 255, 1])), "y_train[1]: found -1"),
        ("y_train", Some(npy("'<u8'", false, "(3,)", &[0xFF; 24])), "y_train[0]: found 18446744073709552000"),
        ("y_train", Some(npy("'<u2'", false, "(3,)", &[0, 0, 1, 0, 0x10, 0x27])), "y_train[2]: found 10000"),
    ];
    for (name, bytes, expected) in refused {
        let message = read_npz(&archive(name, bytes)).unwrap_err().to_string();
        assert!(message.starts_with(name) && message.contains(expected), "{name}, {expected}: {message}");
        assert!(!message.contains('\n'), "several lines: {message}");
    }
    assert!(matches!(read_npz(b"PK no zip"), Err(Error::Invalid { field, .. }) if field == "archive"));
}

/// A product of extents that overflows 64 bits must not wrap around to a small number.
#[test]
fn shapes_that_overflow_are_refused() {
    for shape in [
        "(4294967296, 4294967296, 1, 1)",
        "(9223372036854775808, 2, 1, 1)",
        "(2, 9223372036854775808, 1, 1)",
        "(1, 4294967296, 4294967296, 4)",
        "(3, 0, 9223372036854775808, 9223372036854775808)",
        "(18446744073709551615, 18446744073709551615, 18446744073709551615, 18446744073709551615)",
        "(1073741825, 1, 1, 1)",
    ] {
        for name in ["x_train", "y_train"] {
            let bytes = archive(name, Some(npy("'<f4'", false, shape, &floats(&PIXELS))));
            let read = || read_npz(&bytes).unwrap_err().to_string();
            assert!(read().starts_with(name), "{shape}: {}", read());
            assert!(largest_allocation(read) < BOUND, "{shape}");
        }
    }
}

/// A type so wide that the size of a harmless shape overflows 64 bits. Arbitrary headers produced it.
#[test]
fn a_type_of_petabytes_is_refused() {
    let bytes = archive("x_train", Some(npy("'|V600000000000000'", false, "(30750,)", &[])));
    let message = read_npz(&bytes).unwrap_err().to_string();
    assert!(message.starts_with("x_train: found 0 bytes"), "{message}");
}

/// Version 2 of the format has a header length of 32 bits. These files announce 4 GiB.
#[test]
fn a_header_that_announces_gigabytes_allocates_little() {
    for version in [2, 3] {
        let mut bytes = vec![0x93];
        bytes.extend(b"NUMPY");
        bytes.extend([version, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
        bytes.extend(b"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }");
        let bytes = archive("x_train", Some(bytes));
        let largest = largest_allocation(|| assert!(read_npz(&bytes).is_err()));
        assert!(largest < BOUND, "version {version}: {largest} bytes at once");
    }
}

/// A parser that recurses once per bracket would overflow the stack, which no caller can catch.
#[test]
fn a_header_of_nested_brackets_is_refused() {
    let shape = "(".repeat(30_000);
    let bytes = archive("x_train", Some(npy("'<f4'", false, &shape, &[])));
    // As large as the stack in the browser.
    let thread =
        std::thread::Builder::new().stack_size(1 << 20).spawn(move || assert!(read_npz(&bytes).is_err()));
    thread.unwrap().join().unwrap();
}

/// A megabyte of zeros, packed into a kilobyte, is read; a false size in the archive is refused.
#[test]
fn deflated_archives_are_read_and_false_sizes_are_refused() {
    let pixels = npy("'|u1'", false, "(1000, 1, 32, 32)", &vec![0; 1_024_000]);
    let labels = npy("'|u1'", false, "(1000,)", &[0, 1].repeat(500));
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in
        [("x_train", &pixels), ("y_train", &labels), ("x_test", &pixels), ("y_test", &labels)]
    {
        zip.start_file(format!("{name}.npy"), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let mut bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 10_000, "{} bytes", bytes.len());
    assert_eq!(read_npz(&bytes).unwrap().train.images.count(), 1000);
    // The uncompressed size is at byte 22 of the local header and at byte 24 of the entry in the central directory.
    let size = (pixels.len() as u32).to_le_bytes();
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|&i| bytes[i..i + 4] == size).collect();
    assert!(places.len() >= 2, "the sizes are not in the archive");
    places.iter().for_each(|&at| bytes[at..at + 4].copy_from_slice(&(u32::MAX - 1).to_le_bytes()));
    let read = read_npz(&bytes).map(|a| a.train.images.count());
    assert!(read.is_err() || read == Ok(1000), "{read:?}");
}

#[test]
fn single_arrays_are_read_with_their_shape() {
    let payload: Vec<u8> = [1.5_f64, -2.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let bytes = npz(&[
        ("agop", npy("'<f8'", false, "(2, 1, 1)", &payload)),
        ("text", npy("'<U2'", false, "()", &[0; 8])),
    ]);
    assert_eq!(read_array(&bytes, "agop").unwrap(), (vec![2, 1, 1], vec![1.5, -2.0]));
    for name in ["text", "none"] {
        assert!(matches!(read_array(&bytes, name), Err(Error::Invalid { field, .. }) if field == name));
    }
}

fn config(cases: u32) -> ProptestConfig {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proptest-regressions/data.txt");
    let persistence = proptest::test_runner::FileFailurePersistence::Direct(file);
    ProptestConfig { failure_persistence: Some(Box::new(persistence)), ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn arbitrary_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(read_npz(&bytes).is_err());
    }

    /// Archives of arbitrary arrays, with and without the magic number of an array.
    #[test]
    fn arbitrary_arrays_do_not_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), magic: bool) {
        if magic {
            bytes.splice(0..0, *b"\x93NUMPY\x01\x00");
        }
        prop_assert!(read_npz(&archive("x_train", Some(bytes.clone()))).is_err());
        prop_assert!(read_npz(&archive("y_test", Some(bytes))).is_err());
    }

    /// Headers with plausible and implausible parts.
    #[test]
    fn arbitrary_headers_do_not_panic(
        descr in prop_oneof![
            Just("'<f4'".to_string()), Just("'|u1'".to_string()), Just("'>i8'".to_string()), "'[<>|=][a-zA-Z?][0-9]{0,20}'", "\\PC{0,12}",
        ],
        shape in prop_oneof!["\\((-?[0-9]{1,20}, ?){0,6}\\)", "[()\\[\\]0-9, ]{0,20}"],
        fortran: bool,
        payload in proptest::collection::vec(any::<u8>(), 0..100),
    ) {
        let array = npy(&descr, fortran, &shape, &payload);
        for name in ["x_train", "y_train"] {
            let bytes = archive(name, Some(array.clone()));
            let largest = largest_allocation(|| read_npz(&bytes));
            prop_assert!(largest < BOUND, "{largest} bytes at once");
        }
    }

    /// A valid file with changed bytes, or truncated, gives an error or images without NaN.
    #[test]
    fn damaged_files_do_not_panic(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut: Option<prop::sample::Index>) {
        let mut bytes = archive("", None);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let largest = largest_allocation(|| {
            if let Ok(arrays) = read_npz(&bytes) {
                assert!(arrays.train.images.as_slice().iter().all(|v| v.is_finite()));
                assert_eq!(arrays.train.labels.len(), arrays.train.images.count());
            }
        });
        prop_assert!(largest < BOUND, "{largest} bytes at once");
    }
}

/// Mean and standard deviation.
fn statistics(values: impl Iterator<Item = f32>) -> (f64, f64) {
    let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for v in values.map(f64::from) {
        (n, sum, squares) = (n + 1.0, sum + v, squares + v * v);
    }
    (sum / n, (squares / n - (sum / n).powi(2)).sqrt())
}

/// Checks mean 0 and a deviation, each within six standard errors.
fn assert_noise(values: Vec<f32>, deviation: f64) {
    let n = values.len() as f64;
    let (mean, measured) = statistics(values.into_iter());
    assert!(mean.abs() < 6.0 * deviation / n.sqrt(), "mean {mean} of {n} values");
    assert!(
        (measured - deviation).abs() < 6.0 * deviation / (2.0 * n).sqrt(),
        "deviation {measured}, expected {deviation}"
    );
}

fn balanced(data: &Dataset) -> bool {
    let counts = data.counts();
    counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1
}

#[test]
fn every_second_image_of_noise_has_a_star() {
    let pool = star_pool(600, 1).unwrap();
    assert_eq!(pool.images.shape(), Shape { channels: 3, height: 32, width: 32 });
    assert_eq!(pool.counts(), [300, 300]);
    let (mut noise, mut tops, mut lefts, mut shapes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for i in 0..pool.len() {
        let image = pool.images.image(i);
        let (planes, solid) = (image.chunks_exact(1024), |plane: &[f32]| -> Vec<(usize, usize)> {
            plane.iter().enumerate().filter(|(_, v)| **v == 1.0).map(|(at, _)| (at / 32, at % 32)).collect()
        });
        let stars: Vec<_> = planes.map(solid).collect();
        noise.extend(image.iter().filter(|v| **v != 1.0));
        assert!(stars[2].is_empty(), "the third channel has no star");
        if pool.labels[i] == 0 {
            assert!(stars[0].is_empty() && stars[1].is_empty(), "image {i} of class 0 has a star");
            continue;
        }
        assert!(stars[0] == stars[1] && !stars[0].is_empty(), "image {i} of class 1");
        let (top, left) = (stars[0][0].0, stars[0].iter().map(|p| p.1).min().unwrap());
        shapes.push(stars[0].iter().map(|(r, c)| (r - top, c - left)).collect::<Vec<_>>());
        tops.push(top);
        lefts.push(left);
    }
    assert!(shapes.windows(2).all(|pair| pair[0] == pair[1]), "every star has the same shape");
    assert!((20..=60).contains(&shapes[0].len()), "a small star: {} pixels", shapes[0].len());
    // The corner of the 11 x 11 stamp is uniform on 0..=21.
    for places in [tops, lefts] {
        let (first, last) = (*places.iter().min().unwrap(), *places.iter().max().unwrap());
        assert_eq!(last - first, 21, "from {first} to {last}");
        let (mean, _) = statistics(places.iter().map(|&p| p as f32));
        assert!(
            (mean - (first + last) as f64 / 2.0).abs() < 6.0 * 6.34 / 300_f64.sqrt(),
            "mean place {mean}"
        );
    }
    assert_noise(noise, 0.3);
}

#[test]
fn equal_seeds_give_equal_splits_and_other_seeds_others() {
    let sizes = Sizes { train: 10, validation: 5, test: 6 };
    for generate in [|s, seed| star(s, seed).unwrap(), |s, seed| local_signal(s, 1.0, seed).unwrap()]
        as [fn(Sizes, u64) -> _; 2]
    {
        let (a, b, other) = (generate(sizes, 4), generate(sizes, 4), generate(sizes, 5));
        assert!((&a.train, &a.validation, &a.test) == (&b.train, &b.validation, &b.test));
        assert!(a.train.images != other.train.images);
        assert_eq!([a.train.len(), a.validation.len(), a.test.len()], [10, 5, 6]);
        assert!([&a.train, &a.validation, &a.test].into_iter().all(balanced));
    }
}

#[test]
fn local_signals_are_one_constant_row_among_noise() {
    for sigma in [1.0_f32, 9.0] {
        let split = local_signal(Sizes { train: 300, validation: 20, test: 20 }, sigma, 2).unwrap();
        let data = &split.train;
        assert_eq!(
            (data.images.shape(), data.counts()),
            (Shape { channels: 1, height: 16, width: 32 }, vec![150, 150])
        );
        let (mut noise, mut places) = (Vec::new(), [0; 16]);
        for i in 0..data.len() {
            let signal = if data.labels[i] == 1 { 1.0 } else { -1.0 } / 32.0_f32.sqrt();
            let rows: Vec<&[f32]> = data.images.image(i).chunks_exact(32).collect();
            let constant: Vec<usize> = (0..16).filter(|&r| rows[r].iter().all(|v| *v == signal)).collect();
            assert_eq!(constant.len(), 1, "image {i}");
            places[constant[0]] += 1;
            noise.extend((0..16).filter(|r| *r != constant[0]).flat_map(|r| rows[r]).copied());
        }
        assert!(places.iter().all(|n| *n > 0), "some row never has the signal: {places:?}");
        assert_noise(noise, (f64::from(sigma) / 32.0).sqrt());
    }
}

/// Images with all pixels 7 are complete in their frames, and the rest of the frames is noise.
#[test]
fn noisy_frames_contain_the_image_at_a_random_position() {
    let inner = Shape { channels: 1, height: 28, width: 28 };
    let digits = labelled(Images::new(inner, vec![7.0; 400 * inner.len()]).unwrap(), 2);
    for sigma in [0.25_f32, 1.0, 4.0] {
        let data = noisy_frame(&digits, sigma, 3).unwrap();
        assert_eq!(data.images.shape(), Shape { channels: 1, height: 42, width: 42 });
        assert_eq!((&data.labels, &data.classes), (&digits.labels, &digits.classes));
        let (mut noise, mut corners) = (Vec::new(), Vec::new());
        for i in 0..data.len() {
            let image = data.images.image(i);
            let at: Vec<usize> = (0..image.len()).filter(|&at| image[at] == 7.0).collect();
            assert_eq!(at.len(), 28 * 28);
            let (top, left) = (at[0] / 42, at[0] % 42);
            assert!(
                at.iter().enumerate().all(|(k, at)| *at == (top + k / 28) * 42 + left + k % 28),
                "image {i} is torn"
            );
            corners.push((top, left));
            noise.extend(image.iter().filter(|v| **v != 7.0));
        }
        for side in [corners.iter().map(|c| c.0).collect::<Vec<_>>(), corners.iter().map(|c| c.1).collect()] {
            assert_eq!((side.iter().min(), side.iter().max()), (Some(&0), Some(&13)));
        }
        assert_noise(noise, 0.5 * f64::from(sigma).sqrt());
    }
}

#[test]
fn frames_of_different_parts_and_shapes() {
    let inner = Shape { channels: 3, height: 5, width: 8 };
    let digits = labelled(common::noise(inner, 4, 1), 2);
    let split = Split { train: digits.clone(), validation: digits.clone(), test: digits.clone() };
    let framed = framed(&split, 1.0, 9).unwrap();
    assert_eq!(framed.train.images.shape(), Shape { channels: 3, height: 7, width: 12 });
    assert!(framed.train.images != framed.validation.images && framed.train.images != framed.test.images);
    // Without noise, the sums of the channels are those of the image.
    let noiseless = noisy_frame(&digits, 0.0, 9).unwrap();
    for i in 0..digits.len() {
        let sums = |image: &[f32], plane: usize| {
            image.chunks_exact(plane).map(|c| c.iter().sum::<f32>()).collect::<Vec<_>>()
        };
        let (framed, image) = (sums(noiseless.images.image(i), 7 * 12), sums(digits.images.image(i), 5 * 8));
        assert!(
            framed.iter().zip(&image).all(|(a, b)| (a - b).abs() < 1e-5),
            "{framed:?}, expected {image:?}"
        );
    }
}

#[test]
fn unusable_values_of_sigma_are_refused() {
    let digits = labelled(common::noise(Shape { channels: 1, height: 4, width: 4 }, 2, 1), 2);
    let sizes = Sizes { train: 2, validation: 0, test: 2 };
    for sigma in [-1.0, f32::NAN, f32::INFINITY] {
        let errors =
            [noisy_frame(&digits, sigma, 0).unwrap_err(), local_signal(sizes, sigma, 0).unwrap_err()];
        assert!(errors.iter().all(|e| matches!(e, Error::Invalid { field, .. } if field == "sigma")));
    }
}

/// Each of these would need more than a petabyte.
#[test]
fn generated_sets_that_do_not_fit_in_memory_are_refused_before_anything_is_allocated() {
    let many = 1_usize << 40;
    for sizes in [(many, 0, 0), (1, many, 1), (usize::MAX, usize::MAX, usize::MAX), (usize::MAX, 0, 0)] {
        let sizes = Sizes { train: sizes.0, validation: sizes.1, test: sizes.2 };
        for source in [Source::Star, Source::LocalSignal, Source::DeadLeaves] {
            let allocated = largest_allocation(|| match source.load(sizes, 1.0, 0, None) {
                Err(Error::TooLarge { needed, available, largest, .. }) => {
                    assert!(needed > available && largest < many, "{needed}, {available}, {largest}");
                }
                other => panic!("{}: {other:?}", source.name()),
            });
            assert!(allocated < 1 << 20, "{}: {allocated} bytes at once", source.name());
        }
    }
}

#[test]
fn classes_can_be_left_out_and_joined() {
    let shape = Shape { channels: 1, height: 1, width: 1 };
    let images = |first: u8| {
        let pixels = Pixels::Bytes((first..first + 8).collect());
        LabelledImages::new(shape, pixels, [0, 1, 2, 3].repeat(2)).unwrap()
    };
    let classes = ["a", "b", "c", "d"].map(String::from).to_vec();
    let set = || Collection::new(images(0), Some(images(100)), classes.clone(), "letters".into()).unwrap();
    let grouped = set().grouped(&[vec![3, 0], vec![1]]).unwrap();
    assert_eq!(grouped.classes, ["d, a", "b"]);
    assert_eq!(grouped.train.labels(), [0, 1, 0, 0, 1, 0]);
    assert_eq!(grouped.train.pixels(), &Pixels::Bytes(vec![0, 1, 3, 4, 5, 7]));
    assert_eq!(grouped.test.unwrap().pixels(), &Pixels::Bytes(vec![100, 101, 103, 104, 105, 107]));
    for (groups, expected) in [
        (vec![vec![4], vec![0]], "classes: found 4, expected every class once, from 0 to 3"),
        (vec![vec![1], vec![2, 1]], "classes: found 1, expected every class once, from 0 to 3"),
        (
            vec![vec![1, 2]],
            "training images: found one class only (b, c), expected images of at least two classes",
        ),
    ] {
        assert_eq!(set().grouped(&groups).unwrap_err().to_string(), expected);
    }
}

#[test]
fn parts_larger_than_their_files_are_refused_before_anything_is_allocated() {
    let shape = Shape { channels: 1, height: 2, width: 2 };
    let pixels = (0..40).collect();
    let images = LabelledImages::new(shape, Pixels::Bytes(pixels), [0, 1].repeat(5)).unwrap();
    let set = Collection::new(images, None, vec!["a".into(), "b".into()], "pairs".into()).unwrap();
    for (sizes, part) in [((100_000_000, 0, 0), "train"), ((5, usize::MAX, 0), "validation")] {
        let sizes = Sizes { train: sizes.0, validation: sizes.1, test: sizes.2 };
        let allocated = largest_allocation(|| {
            assert!(matches!(set.split(sizes, 0), Err(Error::Invalid { field, .. }) if field == part));
        });
        assert!(allocated < 1 << 20, "{allocated} bytes at once");
    }
}
