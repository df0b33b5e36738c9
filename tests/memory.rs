//! The memory that reading a whole data set takes: files of the size of MNIST, gzipped or not.

#[path = "common/allocator.rs"]
mod allocator;
#[path = "common/files.rs"]
mod files;

use allocator::peak;
use convrfm::Sizes;
use convrfm::data::{Content, Input, read};

/// Pixels stay bytes, and a stream is never unpacked into a second copy.
#[test]
fn sixty_thousand_images_take_less_than_three_times_their_size() {
    const COUNT: usize = 60_000;
    let folder = tempfile::tempdir().unwrap();
    let size = COUNT * 784;
    // About half of the pixels are blank, as in digits.
    let mut state = 1_u32;
    let mut pixel = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if state >> 31 == 0 { 0 } else { (state >> 16) as u8 }
    };
    let pixels: Vec<u8> = (0..size).map(|_| pixel()).collect();
    let contents = [
        ("train-images-idx3-ubyte", files::idx(&[COUNT as u32, 28, 28], &pixels)),
        ("train-labels-idx1-ubyte", files::idx(&[COUNT as u32], &files::labels(COUNT, 10))),
    ];
    for gzipped in [false, true] {
        let paths = contents.each_ref().map(|(name, bytes)| {
            let path = folder.path().join(if gzipped { format!("{name}.gz") } else { name.to_string() });
            std::fs::write(&path, if gzipped { files::gzip(bytes) } else { bytes.clone() }).unwrap();
            path
        });
        let peak = peak(|| {
            let inputs = paths.iter().map(|path| Input::open(path).unwrap()).collect();
            let Content::Collection(set) = read(inputs).unwrap() else { panic!("pictures") };
            let (split, _) = set.split(Sizes { train: 1000, validation: 200, test: 500 }, 1).unwrap();
            assert_eq!((set.train.len(), split.train.len()), (COUNT, 1000));
        });
        println!("gzipped {gzipped}: at most {:.2} times the size", peak as f64 / size as f64);
        assert!(peak < 3 * size, "gzipped {gzipped}: {peak} bytes for a file of {size}");
    }
}
