//! Small valid files of every format, written by hand or by libraries.

#![allow(dead_code)] // Each test file is a crate of its own and uses a part of this.

use std::io::Write;

/// An IDX file of bytes.
pub fn idx(extents: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, extents.len() as u8];
    extents.iter().for_each(|extent| bytes.extend(extent.to_be_bytes()));
    bytes.extend(values);
    bytes
}

/// `count` images of `len` bytes. Every value differs from that of the next image.
pub fn pixels(count: usize, len: usize) -> Vec<u8> {
    (0..count * len).map(|i| (i / len * 37 + i % len * 3) as u8).collect()
}

/// Labels 0, 1, ..., `classes` - 1, 0, ...
pub fn labels(count: usize, classes: u8) -> Vec<u8> {
    (0..count).map(|i| (i % usize::from(classes)) as u8).collect()
}

/// Training and test images with the file names of MNIST.
pub fn idx_set() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("train-images-idx3-ubyte", idx(&[12, 4, 5], &pixels(12, 20))),
        ("train-labels-idx1-ubyte", idx(&[12], &labels(12, 3))),
        ("t10k-images-idx3-ubyte", idx(&[6, 4, 5], &pixels(30, 20)[24 * 20..])),
        ("t10k-labels-idx1-ubyte", idx(&[6], &labels(6, 3))),
    ]
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// CIFAR-10 records. Image i has label i % 10.
pub fn cifar(first: usize, count: usize) -> Vec<u8> {
    (first..first + count)
        .flat_map(|i| {
            let image = (0..3072).map(move |at| (at / 1024 * 80 + at % 32 + i * 7) as u8);
            std::iter::once((i % 10) as u8).chain(image)
        })
        .collect()
}

/// A tar archive with any paths, `../` included.
pub fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, &bytes[..]).unwrap();
    }
    builder.into_inner().unwrap()
}

pub fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An archive with the file names of the official CIFAR-10 archive.
pub fn cifar_archive() -> Vec<u8> {
    let names = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";
    gzip(&tar(&[
        ("cifar-10-batches-bin/batches.meta.txt", names.into()),
        ("cifar-10-batches-bin/data_batch_1.bin", cifar(0, 20)),
        ("cifar-10-batches-bin/data_batch_2.bin", cifar(20, 10)),
        ("cifar-10-batches-bin/readme.html", b"<html>".to_vec()),
        ("cifar-10-batches-bin/test_batch.bin", cifar(30, 10)),
    ]))
}

fn element(kind: u32, bytes: &[u8]) -> Vec<u8> {
    let mut element = [kind.to_le_bytes(), (bytes.len() as u32).to_le_bytes()].concat();
    element.extend(bytes);
    element.resize(element.len().next_multiple_of(8), 0);
    element
}

/// A MATLAB array of the given class, dimensions, name, and type of its stored values.
pub fn mat_array(class: u8, axes: &[i32], name: &str, kind: u32, values: &[u8]) -> Vec<u8> {
    let parts = [
        element(6, &[class, 0, 0, 0, 0, 0, 0, 0]),
        element(5, &axes.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>()),
        element(1, name.as_bytes()),
        element(kind, values),
    ];
    element(14, &parts.concat())
}

/// A MATLAB 5 file of these arrays, each compressed or not.
pub fn mat(arrays: &[Vec<u8>], compressed: bool) -> Vec<u8> {
    let mut bytes = b"MATLAB 5.0 MAT-file, Platform: none".to_vec();
    bytes.resize(124, b' ');
    bytes.extend([0, 1, b'I', b'M']);
    for array in arrays {
        if compressed {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(array).unwrap();
            let packed = encoder.finish().unwrap();
            bytes.extend([15_u32.to_le_bytes(), (packed.len() as u32).to_le_bytes()].concat());
            bytes.extend(packed);
        } else {
            bytes.extend(array);
        }
    }
    bytes
}

/// The layout of SVHN: 20 images of 32 x 32 x 3 whose values depend on their position, and labels 1 to 10 (10 is the digit 0).
pub fn svhn(compressed: bool) -> Vec<u8> {
    let mut x = Vec::new();
    for image in 0..20_usize {
        for (channel, column, row) in
            (0..3).flat_map(|c| (0..32).flat_map(move |x| (0..32).map(move |y| (c, x, y))))
        {
            x.push((image * 11 + channel * 100 + column * 2 + row * 5) as u8);
        }
    }
    let y: Vec<u8> = (0..20).map(|i| i % 10 + 1).collect();
    mat(&[mat_array(9, &[32, 32, 3, 20], "X", 2, &x), mat_array(9, &[20, 1], "y", 2, &y)], compressed)
}

/// A PNG with the given bytes of all rows.
pub fn png(width: u32, height: u32, colour: png::ColorType, depth: png::BitDepth, values: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == png::ColorType::Indexed {
        encoder.set_palette(vec![255, 0, 0, 0, 0, 255]);
    }
    encoder.write_header().unwrap().write_image_data(values).unwrap();
    bytes
}

/// A PNG of one colour.
pub fn plain(side: u32, rgb: [u8; 3]) -> Vec<u8> {
    png(side, side, png::ColorType::Rgb, png::BitDepth::Eight, &rgb.repeat((side * side) as usize))
}

/// The header of a JPEG with the given channels and bits per value, without pixels.
pub fn jpeg_header(width: u16, height: u16, channels: u8, depth: u8) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xC0, 0, 8 + 3 * channels, depth];
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.push(channels);
    bytes.extend([0; 12]);
    bytes
}

/// A Parquet file with the layout of the hub: `image` (bytes, path) and `label`, whose names are in the metadata.
pub fn parquet() -> Vec<u8> {
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::metadata::KeyValue;
    use parquet::file::{properties::WriterProperties, writer::SerializedFileWriter};
    let schema = "message schema {
        optional group image { optional binary bytes; optional binary path (UTF8); }
        optional int64 label;
    }";
    let schema = std::sync::Arc::new(parquet::schema::parser::parse_message_type(schema).unwrap());
    let names = r#"{"info": {"features": {"image": {"_type": "Image"}, "label": {"names": ["red", "blue"], "_type": "ClassLabel"}}}}"#;
    let properties = WriterProperties::builder()
        .set_compression(parquet::basic::Compression::SNAPPY)
        .set_key_value_metadata(Some(vec![KeyValue::new("huggingface".to_string(), names.to_string())]))
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, std::sync::Arc::new(properties)).unwrap();
    // Two row groups of three pictures.
    for group in 0..2_u8 {
        let mut rows = writer.next_row_group().unwrap();
        let pictures: Vec<ByteArray> = (0..3).map(|i| plain(4, [group * 3 + i, 0, 9]).into()).collect();
        let paths: Vec<ByteArray> = (0..3).map(|i| ByteArray::from(&format!("{i}.png")[..])).collect();
        for values in [pictures, paths] {
            let mut column = rows.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&values, Some(&[2; 3]), None).unwrap();
            column.close().unwrap();
        }
        let mut column = rows.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&[0, 1, 0], Some(&[1; 3]), None).unwrap();
        column.close().unwrap();
        rows.close().unwrap();
    }
    writer.into_inner().unwrap()
}
