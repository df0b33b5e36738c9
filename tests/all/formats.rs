//! Every format that is read: the result for valid files, and the error for each kind of damage.

use crate::common;
use crate::files;

use common::npy;
use convrfm::data::{Collection, Content, Gatherer, Input, Part, Pictures, Pixels, read};
use convrfm::{Dataset, Shape, Sizes};
use files::*;
use png::{BitDepth, ColorType};
use std::path::PathBuf;

fn inputs(files: &[(&str, Vec<u8>)]) -> Vec<Input> {
    files.iter().map(|(path, bytes)| Input::from_bytes(*path, bytes.clone())).collect()
}

fn collection(files: &[(&str, Vec<u8>)]) -> Collection {
    match read(inputs(files)).unwrap_or_else(|e| panic!("{e}")) {
        Content::Collection(set) => *set,
        Content::Pictures(_) => panic!("pictures"),
    }
}

fn pictures(files: &[(&str, Vec<u8>)]) -> Pictures {
    match read(inputs(files)).unwrap_or_else(|e| panic!("{e}")) {
        Content::Pictures(pictures) => *pictures,
        Content::Collection(_) => panic!("a collection"),
    }
}

/// The error message for these files.
fn refused(files: &[(&str, Vec<u8>)]) -> String {
    match read(inputs(files)) {
        Err(e) => e.to_string(),
        Ok(Content::Collection(_)) => "a collection".into(),
        Ok(Content::Pictures(mut pictures)) => match pictures.decode(8, true, "pictures") {
            Err(e) => e.to_string(),
            Ok(_) => "decoded pictures".into(),
        },
    }
}

fn bytes(set: &Pixels) -> &[u8] {
    match set {
        Pixels::Bytes(bytes) => bytes,
        Pixels::Floats(_) => panic!("floats"),
    }
}

/// Training images 0..12 and test images 24..30 of [`pixels`].
fn assert_idx(set: &Collection) {
    assert_eq!(set.train.shape(), Shape { channels: 1, height: 4, width: 5 });
    assert_eq!(bytes(set.train.pixels()), pixels(12, 20));
    let test = set.test.as_ref().unwrap();
    assert_eq!(bytes(test.pixels()), &pixels(30, 20)[480..]);
    assert_eq!(set.train.labels(), labels(12, 3).into_iter().map(u16::from).collect::<Vec<_>>());
    assert_eq!(set.classes, ["0", "1", "2"]);
}

#[test]
fn idx_files_are_paired_by_name_in_any_order_gzipped_or_not() {
    let mut files = idx_set();
    assert_idx(&collection(&files));
    files.reverse();
    assert_idx(&collection(&files));
    let gzipped: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, bytes)| (format!("folder/{name}.gz"), gzip(bytes))).collect();
    let gzipped: Vec<(&str, Vec<u8>)> = gzipped.iter().map(|(n, b)| (&n[..], b.clone())).collect();
    assert_idx(&collection(&gzipped));
    assert_idx(&collection(&[("set.zip", zip(&files))]));
    assert_idx(&collection(&[("set.zip", zip(&gzipped))]));
    // One part alone, and a set with other files.
    let train = collection(&files[2..]);
    assert!(train.test.is_none());
    files.push(("README.md", b"text".to_vec()));
    files.push((".DS_Store", b"\0\0\0\x01Bud1".to_vec()));
    files.push(("what.xyz", b"something".to_vec()));
    let set = collection(&files);
    assert_idx(&set);
    assert_eq!((&set.name[..], &set.provenance[..]), ("IDX files", "t10k-labels-idx1-ubyte and 6 more"));
    assert_eq!(set.notes, ["Skipped what.xyz, which contains no images."]);
}

#[test]
fn sets_with_the_same_file_names_are_distinguished_by_their_labels() {
    for (first, name, class) in [
        ([5, 0, 4, 1, 9, 2, 1, 3, 1, 4], "MNIST", "5"),
        ([9, 0, 0, 3, 0, 2, 7, 2, 5, 5], "Fashion-MNIST", "Sandal"),
    ] {
        let set = collection(&[
            ("train-images-idx3-ubyte", idx(&[10, 2, 2], &pixels(10, 4))),
            ("train-labels-idx1-ubyte", idx(&[10], &first)),
        ]);
        assert_eq!((&set.name[..], &set.classes[5][..], set.classes.len()), (name, class, 10));
    }
}

#[test]
fn cifar_is_read_from_batches_and_from_its_archive() {
    let batches = [
        ("data_batch_1.bin", cifar(0, 20)),
        ("data_batch_2.bin", cifar(20, 10)),
        ("test_batch.bin", cifar(30, 10)),
    ];
    let archive = cifar_archive();
    let sets = [
        collection(&batches),
        collection(&[("cifar-10-binary.tar.gz", archive.clone())]),
        collection(&[("renamed", archive)]),
        collection(&[("set.zip", zip(&batches))]),
    ];
    for set in &sets {
        assert_eq!(set.name, "CIFAR-10");
        assert_eq!((set.train.len(), set.test.as_ref().unwrap().len()), (30, 10));
        assert_eq!(set.train.shape(), Shape { channels: 3, height: 32, width: 32 });
        assert_eq!(&bytes(set.train.pixels())[21 * 3072..22 * 3072], &cifar(21, 1)[1..]);
        assert_eq!((set.train.labels()[21], &set.classes[3][..]), (1, "cat"));
    }
    // CIFAR-100: a coarse label first.
    let hundred: Vec<u8> =
        (0..120_u8).flat_map(|i| [vec![i % 20, i % 100], vec![i; 3072]].concat()).collect();
    let set = collection(&[("train.bin", hundred)]);
    assert_eq!(
        (&set.name[..], set.train.len(), set.classes.len(), set.train.labels()[57]),
        ("CIFAR-100", 120, 100, 57)
    );
}

#[test]
fn matlab_images_are_transposed_and_label_ten_is_the_digit_zero() {
    for compressed in [false, true] {
        let set = collection(&[("train_32x32.mat", svhn(compressed)), ("test_32x32.mat", svhn(compressed))]);
        assert_eq!((&set.name[..], set.train.len(), set.test.as_ref().unwrap().len()), ("SVHN", 20, 20));
        let (image, channel, row, column) = (7, 2, 5, 9);
        let at = ((image * 3 + channel) * 32 + row) * 32 + column;
        let value = image * 11 + channel * 100 + column * 2 + row * 5;
        assert_eq!(usize::from(bytes(set.train.pixels())[at]), value % 256);
        assert_eq!(set.train.labels()[..10], [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
    }
}

/// Labels as scipy writes them: float64, or stored in a smaller type than the array has, within the tag.
#[test]
fn matlab_labels_may_have_any_type() {
    let x = mat_array(9, &[2, 2, 1, 4], "X", 2, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    let doubles: Vec<u8> = [3.0_f64, 4.0, 3.0, 4.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let shorts: Vec<u8> = [3_i16, 4, 3, 4].iter().flat_map(|v| v.to_le_bytes()).collect();
    for y in [mat_array(6, &[4, 1], "y", 9, &doubles), mat_array(6, &[1, 4], "y", 3, &shorts)] {
        let set = collection(&[("a.mat", mat(&[y, x.clone()], true))]);
        assert_eq!(
            (set.train.labels(), &set.classes[..]),
            (&[0, 1, 0, 1][..], &["3".to_string(), "4".into()][..])
        );
        assert_eq!(bytes(set.train.pixels())[..4], [1, 3, 2, 4], "columns come first in MATLAB");
    }
}

#[test]
fn numpy_arrays_are_read_from_npy_files() {
    let images = |n: usize| npy("'|u1'", false, &format!("({n}, 1, 2, 2)"), &pixels(n, 4));
    let classes = |n: usize| npy("'|u1'", false, &format!("({n},)"), &labels(n, 2));
    let set = collection(&[
        ("x_train.npy", images(6)),
        ("y_train.npy", classes(6)),
        ("x_test.npy", images(4)),
        ("y_test.npy", classes(4)),
    ]);
    assert!(set.prepared && set.train.len() == 6 && set.test.unwrap().len() == 4);
    let set = collection(&[("labels.npy", classes(6)), ("pictures.npy", images(6))]);
    assert!(!set.prepared && set.train.len() == 6 && set.test.is_none());
    let set = collection(&[("labels.npy.gz", gzip(&classes(6))), ("pictures.npy.gz", gzip(&images(6)))]);
    assert_eq!(set.train.len(), 6);
}

fn pets() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("pets/cat/1.png", plain(8, [250, 10, 20])),
        ("pets/cat/2.png", plain(8, [240, 10, 20])),
        ("pets/dog/1.png", plain(8, [10, 20, 250])),
        ("pets/dog/2.png", plain(8, [10, 20, 240])),
        ("pets/dog/Thumbs.db", vec![1, 2, 3]),
    ]
}

#[test]
fn pictures_are_read_from_one_folder_per_class_in_a_folder_or_a_zip() {
    for files in [pets(), vec![("pets.zip", zip(&pets()))]] {
        let mut pets = pictures(&files);
        assert_eq!(pets.classes(), ["cat", "dog"]);
        assert_eq!((pets.entries().len(), pets.suggestion()), (4, (8, true)));
        let set = pets.decode(4, true, "pets").unwrap();
        assert_eq!((set.train.len(), set.train.labels()), (4, &[0, 0, 1, 1][..]));
        assert_eq!(bytes(set.train.pixels())[..48], [[250; 16], [10; 16], [20; 16]].concat());
        assert_eq!(set.notes, ["Pictures of 8 x 8 pixels were resized to 4 x 4."]);
        let grey = pets.decode(2, false, "pets").unwrap();
        let value = (0.299_f32 * 250.0 + 0.587 * 10.0 + 0.114 * 20.0).round() as u8;
        assert_eq!(bytes(grey.train.pixels())[..4], [value; 4]);
    }
    let parted = pictures(&[
        ("d/train/10/a.png", plain(2, [1; 3])),
        ("d/train/9/a.png", plain(2, [2; 3])),
        ("d/test/9/a.png", plain(2, [3; 3])),
    ]);
    assert_eq!(parted.classes(), ["9", "10"]);
    assert_eq!(parted.entries().iter().filter(|p| p.split == Some(Part::Test)).count(), 1);
}

#[test]
fn unusual_pictures_are_converted_with_a_note() {
    let red = [0, 0, 0, 0];
    let deep = [0x80, 0x7F].repeat(16);
    let set = pictures(&[
        ("a/palette.png", png(4, 4, ColorType::Indexed, BitDepth::One, &red)),
        ("a/deep.png", png(4, 4, ColorType::Grayscale, BitDepth::Sixteen, &deep)),
        ("b/wide.png", png(6, 4, ColorType::Rgb, BitDepth::Eight, &[9; 72])),
        ("b/clear.png", png(4, 4, ColorType::Rgba, BitDepth::Eight, &[0; 64])),
    ])
    .decode(4, true, "odd")
    .unwrap();
    let image = |i: usize| &bytes(set.train.pixels())[i * 48..(i + 1) * 48];
    assert_eq!(image(0), [0x80; 48], "16 bits are rounded to 8");
    assert_eq!(image(1), [[255; 16], [0; 16], [0; 16]].concat(), "the first colour of the palette");
    assert_eq!(image(2), [255; 48], "transparent pixels are white");
    assert_eq!(
        set.notes,
        [
            "Pictures of several sizes were cropped to their central square and resized to 4 x 4.",
            "1 picture with 16 bits per value was rounded to 8 bits.",
            "1 picture with a palette was converted to colours.",
        ]
    );
}

#[test]
fn parquet_files_of_the_hub_are_read() {
    let files = [("train-00000-of-00001.parquet", parquet()), ("test-00000-of-00001.parquet", parquet())];
    let mut pictures = pictures(&files);
    assert_eq!(pictures.suggestion(), (4, true));
    assert_eq!(pictures.classes(), ["red", "blue"]);
    let set = pictures.decode(4, true, "hub").unwrap();
    assert_eq!((set.train.len(), set.test.as_ref().unwrap().len()), (6, 6));
    assert_eq!(set.train.labels(), [0, 1, 0, 0, 1, 0]);
    assert_eq!(bytes(set.train.pixels())[4 * 48..5 * 48], [[4; 16], [0; 16], [9; 16]].concat());
}

/// Area averages shrink a picture, bilinear interpolation enlarges it.
#[test]
fn pictures_are_resized_exactly() {
    let sized = |side: usize, width: usize, height: usize, values: &[u8]| {
        let mut gatherer = Gatherer::new(vec!["a".into(), "b".into()], side, false).unwrap();
        let rgba: Vec<u8> = values.iter().flat_map(|&v| [v, v, v, 255]).collect();
        for label in 0..2 {
            gatherer.add(label, Part::Train, width, height, &rgba).unwrap();
        }
        bytes(gatherer.finish("x").unwrap().train.pixels())[..side * side].to_vec()
    };
    assert_eq!(sized(2, 4, 4, &[0, 4, 8, 12, 0, 4, 8, 12, 1, 5, 9, 13, 1, 5, 9, 13]), [2, 10, 3, 11]);
    assert_eq!(sized(2, 3, 3, &[0, 90, 180, 0, 90, 180, 0, 90, 180]), [30, 150, 30, 150]);
    assert_eq!(sized(4, 2, 2, &[0, 100, 0, 100])[..4], [0, 25, 75, 100]);
    assert_eq!(
        sized(2, 4, 2, &[99, 1, 2, 99, 99, 3, 4, 99]),
        [1, 2, 3, 4],
        "the central square of a wide picture"
    );
    assert_eq!(sized(3, 3, 3, &[1, 2, 3, 4, 5, 6, 7, 8, 9]), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
}

/// Ten different images, each three times, and a test part that repeats five of them.
#[test]
fn copies_of_an_image_stay_in_one_part_and_are_counted() {
    let images = |n: usize| (0..n).flat_map(|i| vec![(i % 10 * 20) as u8; 4]).collect::<Vec<u8>>();
    let files = [
        ("train-images-idx3-ubyte", idx(&[30, 2, 2], &images(30))),
        ("train-labels-idx1-ubyte", idx(&[30], &(0..30).map(|i| i % 10 % 2).collect::<Vec<u8>>())),
        ("test-images-idx3-ubyte", idx(&[15, 2, 2], &[images(5), vec![255; 40]].concat())),
        ("test-labels-idx1-ubyte", idx(&[15], &[0; 15])),
    ];
    let set = collection(&files);
    let (split, copies) = set.split(Sizes { train: 12, validation: 3, test: 10 }, 4).unwrap();
    let parts = [&split.train, &split.validation, &split.test];
    assert_eq!(parts.map(Dataset::len), [12, 3, 10]);
    assert!(copies > 0, "no copy was counted");
    let first =
        |part: &Dataset| -> Vec<u32> { (0..part.len()).map(|i| part.images.image(i)[0].to_bits()).collect() };
    let [train, validation, test] = parts.map(first);
    assert!(
        validation.iter().all(|v| !train.contains(v))
            && test.iter().all(|v| !train.contains(v) && !validation.contains(v))
    );
    let too_many =
        |train| set.split(Sizes { train, validation: 1, test: 0 }, 4).map(|_| ()).unwrap_err().to_string();
    assert_eq!(too_many(30), "validation: found 1, expected at most 0, the number of images available");
    assert_eq!(
        too_many(28),
        "validation: found 1, expected at most 0, the number of images available (2 more are copies of images in an earlier part)"
    );
}

const IMAGES: &str = "train-images-idx3-ubyte";
const LABELS: &str = "train-labels-idx1-ubyte";

/// The complete message for each kind of damage.
#[test]
fn malformed_files_are_refused_with_a_precise_message() {
    let good_labels = || (LABELS, idx(&[12], &labels(12, 3)));
    let good_images = || (IMAGES, idx(&[12, 4, 5], &pixels(12, 20)));
    let cut = |bytes: Vec<u8>, len: usize| bytes[..len].to_vec();
    let magic = |bytes: [u8; 4]| [&bytes[..], &idx(&[12, 4, 5], &pixels(12, 20))[4..]].concat();
    let gzipped = gzip(&idx(&[12, 4, 5], &pixels(12, 20)));
    let mut broken_sum = gzipped.clone();
    let len = broken_sum.len();
    broken_sum[len - 6] ^= 1;
    let formats = "an .npz file, IDX, CIFAR .bin or .tar.gz, .npy, .mat, Parquet, or PNG, JPEG or WebP pictures in a folder per class, also in a .zip";
    let mut bad_label = cifar(0, 3);
    bad_label[3073] = 10;
    let x = npy("'|u1'", false, "(4, 1, 2, 2)", &pixels(4, 4));
    type Case = (Vec<(&'static str, Vec<u8>)>, String);
    let cases: Vec<Case> = vec![
        (vec![], format!("files: found none with images, expected {formats}")),
        (vec![("a.txt", b"words".to_vec())], format!("files: found none with images, expected {formats}")),
        (vec![("a.dat", vec![7; 99])], format!("a.dat: content: found an unknown format, expected {formats}")),
        (vec![("a.dat", vec![])], format!("a.dat: content: found an empty file, expected {formats}")),
        (
            vec![("data_batch_1", b"\x80\x02}q".to_vec())],
            format!("data_batch_1: content: found a Python pickle, which can run any program (use the binary or NumPy version of the set), expected {formats}"),
        ),
        (
            vec![good_labels(), (IMAGES, magic([0, 0, 8, 4]))],
            format!("{IMAGES}: magic number, byte 0: found 00 00 08 04, expected 00 00 08 03 (images of bytes) or 00 00 08 01 (labels)"),
        ),
        (
            vec![good_labels(), (IMAGES, magic([0, 0, 0x0D, 3]))],
            format!("{IMAGES}: magic number, byte 0: found 00 00 0d 03, expected 00 00 08 03 (images of bytes) or 00 00 08 01 (labels)"),
        ),
        (
            vec![good_labels(), (IMAGES, idx(&[13, 4, 5], &pixels(12, 20)))],
            format!("{IMAGES}: number of images, byte 4: found 13, expected at most 12 for a file of this size"),
        ),
        (
            vec![good_labels(), (IMAGES, idx(&[u32::MAX, 4, 5], &pixels(12, 20)))],
            format!("{IMAGES}: number of images, byte 4: found 4294967295 (85899345900 bytes), expected at most 1073741824 bytes"),
        ),
        (
            vec![good_labels(), (IMAGES, idx(&[12, 4, 5], &pixels(13, 20)))],
            format!("{IMAGES}: byte 256: found more bytes, expected the end of the file after 12 images"),
        ),
        (
            vec![good_labels(), (IMAGES, idx(&[12, 0, 5], &[]))],
            format!("{IMAGES}: rows, byte 8: found 0, expected at least 1"),
        ),
        (
            vec![good_labels(), (IMAGES, cut(good_images().1, 10))],
            format!("{IMAGES}: rows, byte 8: found 2 bytes, expected 4"),
        ),
        (vec![good_labels()], format!("{LABELS}: found labels without images, expected the file with their images too")),
        (vec![good_images()], format!("{IMAGES}: found images without labels, expected the file with their labels too")),
        (
            vec![good_images(), (LABELS, idx(&[11], &labels(11, 3)))],
            format!("{IMAGES}: labels: found 11, expected 12, one per image"),
        ),
        (
            vec![good_images(), (LABELS, idx(&[12], &[4; 12]))],
            "training images: found one class only (4), expected images of at least two classes".into(),
        ),
        (
            vec![good_images(), (LABELS, idx(&[12], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99]))],
            "training images: found 12, expected at least 100, one per class".into(),
        ),
        (
            vec![good_labels(), (IMAGES, cut(gzipped.clone(), gzipped.len() - 12))],
            format!("{IMAGES}: pixels, byte 236: found the end of the file, expected 20 more bytes"),
        ),
        (
            vec![good_labels(), (IMAGES, broken_sum)],
            format!("{IMAGES}: end of the file, byte 256: found corrupt gzip stream does not have a matching checksum, expected an intact file"),
        ),
        (
            vec![good_labels(), good_images(), ("a/b.png", plain(2, [0; 3]))],
            "files: found 2 IDX and 1 picture files, expected the files of one data set".into(),
        ),
        (
            vec![("data_batch_1.bin", cut(cifar(0, 3), 9000))],
            "data_batch_1.bin: size: found 9000 bytes, expected a multiple of 3073 (CIFAR-10) or 3074 (CIFAR-100)".into(),
        ),
        (
            vec![("data_batch_1.bin", bad_label)],
            "data_batch_1.bin: label of image 1, byte 3073: found 10, expected 0 to 9".into(),
        ),
        (
            vec![("a.tar.gz", gzip(&tar(&[("../data_batch_1.bin", cifar(0, 3))])))],
            "a.tar.gz: archive: found the path \"../data_batch_1.bin\", expected paths that stay within the archive".into(),
        ),
        (
            vec![("a.tar.gz", gzip(&tar(&[("a/data_batch_1", cifar(0, 3))])))],
            "a.tar.gz: archive: found no .bin file among 1 files, expected the binary version of CIFAR-10 or CIFAR-100".into(),
        ),
        (
            vec![("a.zip", zip(&[("../cat/1.png", plain(2, [0; 3]))]))],
            "a.zip: archive: found the path \"../cat/1.png\", expected paths that stay within the archive".into(),
        ),
        (
            vec![("a.zip", zip(&[("b.zip", zip(&[]))]))],
            "a.zip: b.zip: archive: found an archive within an archive, expected files".into(),
        ),
        (vec![("a.zip", b"PK\x03\x04".to_vec())], "a.zip: archive: found invalid Zip archive: Could not find EOCD, expected a zip file".into()),
        (
            vec![("a.npy", x.clone())],
            "a.npy: array: found images without labels, expected an array of their labels too".into(),
        ),
        (
            vec![("x.npy", x.clone()), ("y.npy", npy("'|O'", false, "(4,)", b"pickle"))],
            "y.npy: y: found pickled Python objects, expected numbers".into(),
        ),
        (
            vec![("x.npy", npy("'|u1'", true, "(4, 1, 2, 2)", &pixels(4, 4))), ("y.npy", npy("'|u1'", false, "(4,)", &[0, 1, 0, 1]))],
            "x.npy: x: found Fortran order, expected C order (numpy.ascontiguousarray)".into(),
        ),
        (
            vec![("x.npy", npy("'<f4'", false, "(1, 1, 1, 2)", &[[0, 0, 0x80, 0x3F], [0, 0, 0xC0, 0x7F]].concat())), ("y.npy", npy("'|u1'", false, "(1,)", &[0]))],
            "x.npy: x, pixel 1 of image 0: found NaN, expected a finite number".into(),
        ),
        (
            vec![("a.mat", cut(svhn(false), 5000))],
            format!("a.mat: size of an element, byte 132: found {}, expected at most 4864, the rest of the file", 32 * 32 * 3 * 20 + 64),
        ),
        (
            vec![("a.mat", mat(&[mat_array(9, &[2, 2, 1, 2], "X", 2, &[0; 8])], true))],
            "a.mat: variables: found images without labels, expected y, one per image".into(),
        ),
        (
            vec![("a.mat", mat(&[mat_array(9, &[4, 1], "y", 2, &[0; 4])], true))],
            "a.mat: variables: found no images, expected X of uint8: (rows, columns, channels, images)".into(),
        ),
        (
            vec![("a.mat", mat(&[mat_array(9, &[1 << 20, 1 << 20, 3, 2], "X", 2, &[0; 8])], true))],
            "a.mat: X: found dimensions [1048576, 1048576, 3, 2], expected at most 1073741824 values".into(),
        ),
        // A name must not bring line breaks or escape sequences to the terminal. Fuzzing did.
        (
            vec![("a.mat", mat(&[mat_array(9, &[1 << 20, 1 << 20, 3, 2], "X\u{1b}[2J\nY", 2, &[0; 8])], true))],
            "a.mat: X?[2J: found dimensions [1048576, 1048576, 3, 2], expected at most 1073741824 values".into(),
        ),
        (
            vec![("a.mat", b"MATLAB 7.3 MAT-file".to_vec())],
            format!("a.mat: content: found HDF5, the format of MATLAB 7.3 (save with -v7 instead), expected {formats}"),
        ),
        (vec![("1.png", plain(2, [0; 3]))], "1.png: picture: found no folder with the name of its class, expected a folder per class".into()),
        (
            vec![("cat/1.png", plain(2, [0; 3]))],
            "pictures: found one class only (cat), expected at least two folders, one per class".into(),
        ),
        (
            vec![("a/1.jpg", jpeg_header(8, 8, 4, 8)), ("b/1.png", plain(2, [0; 3]))],
            "a/1.jpg: frame, byte 17: found 4 channels, expected 1 (grey) or 3 (RGB)".into(),
        ),
        (
            vec![("a/1.jpg", jpeg_header(8, 8, 3, 12)), ("b/1.png", plain(2, [0; 3]))],
            "a/1.jpg: frame, byte 12: found 12 bits per value, expected 8".into(),
        ),
        (
            vec![("a/1.jpg", jpeg_header(60_000, 8, 3, 8)), ("b/1.png", plain(2, [0; 3]))],
            "a/1.jpg: size: found 60000 x 8 pixels, expected at most 16384 per side and 100000000 in total".into(),
        ),
        (
            vec![("a.gif", b"GIF89a".to_vec())],
            format!("a.gif: content: found a picture in another format than PNG, JPEG or WebP, expected {formats}"),
        ),
    ];
    let wrong: Vec<String> = cases
        .iter()
        .map(|(files, expected)| (refused(files), expected))
        .filter(|(message, expected)| message != *expected)
        .map(|(message, expected)| format!("message  {message}\nexpected {expected}\n"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let truncated = plain(64, [1, 2, 3]);
    let message = refused(&[("a/1.png", truncated[..60].to_vec()), ("b/1.png", plain(2, [0; 3]))]);
    assert!(
        message.starts_with("a/1.png: picture: found ")
            && message.ends_with("expected one that can be decoded"),
        "{message}"
    );
}

/// Announced sizes are compared with the size of the file and with the limits before memory is allocated.
#[test]
fn decompression_bombs_are_refused_before_they_unpack() {
    let header = gzip(&idx(&[500_000_000, 1, 1], &[]));
    let possible = header.len() * 1032 - 16;
    let message = refused(&[(LABELS, idx(&[2], &[0, 1])), (IMAGES, header)]);
    assert!(message.contains(&format!("found 500000000, expected at most {possible} ")), "{message}");

    let mut bytes = zip(&[(IMAGES, vec![0; 5000])]);
    let size = 5000_u32.to_le_bytes();
    for at in 0..bytes.len() - 4 {
        if bytes[at..at + 4] == size {
            bytes[at..at + 4].copy_from_slice(&(2_u32 << 30).to_le_bytes());
        }
    }
    assert_eq!(
        refused(&[("a.zip", bytes)]),
        format!(
            "a.zip: {IMAGES}: found 2147483648 bytes, expected at most 1073741824 unpacked bytes in total"
        )
    );

    let mut bytes = tar(&[("data_batch_1.bin", vec![])]);
    bytes[124..136].copy_from_slice(b"17777777777\0");
    bytes[148..156].copy_from_slice(b"        ");
    let sum: u32 = bytes[..512].iter().map(|&b| u32::from(b)).sum();
    bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    assert_eq!(
        refused(&[("a.tar", bytes)]),
        "a.tar: data_batch_1.bin: found 2147483647 bytes, expected at most 1073741824"
    );

    let bytes = zip(&[("x_train.npy", npy("'|u1'", false, "(500000000, 1, 1, 2)", &[0; 9]))]);
    assert_eq!(
        refused(&[("a.npz", bytes)]),
        "a.npz: x_train: found 9 bytes, expected 1000000000 bytes of values for the shape in its header"
    );
}

/// The official files, if the environment variable `CONVRFM_SHARED` names a folder with them in `data`.
#[test]
fn official_files_are_read() {
    let Some(shared) = std::env::var_os("CONVRFM_SHARED") else { return };
    let folder = PathBuf::from(shared).join("data");
    let open =
        |paths: &[PathBuf]| match read(paths.iter().map(|p| Input::open(p).unwrap()).collect()).unwrap() {
            Content::Collection(set) => *set,
            Content::Pictures(_) => panic!("pictures"),
        };
    let all = |name: &str| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder.join(name)).unwrap();
        entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_none_or(|e| e != "tar")).collect()
    };
    for (name, title, train, test) in
        [("mnist", "MNIST", 10_000, 5_000), ("fashion-mnist", "Fashion-MNIST", 8_500, 5_000)]
    {
        let set = open(&all(name));
        assert_eq!((&set.name[..], set.train.len(), set.test.as_ref().unwrap().len()), (title, train, test));
        let (split, _) = set.split(Sizes { train: 100, validation: 50, test: 50 }, 3).unwrap();
        assert!(split.train.counts().iter().all(|n| (8..=12).contains(n)), "{:?}", split.train.counts());
    }
    let cifar = folder.join("cifar-10");
    let archive = open(&[cifar.join("cifar-10-binary.tar.gz")]);
    let loose =
        open(&["data_batch_1.bin", "test_batch.bin", "batches.meta.txt"].map(|name| cifar.join(name)));
    assert_eq!((archive.train.len(), loose.train.len()), (1000, 5000));
    assert_eq!(archive.classes, loose.classes);
    // The archive contains the first images of the loose files.
    assert_eq!(bytes(archive.train.pixels()), &bytes(loose.train.pixels())[..1000 * 3072]);
}
