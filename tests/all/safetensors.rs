//! Files that the crate `safetensors` wrote, and files that are damaged or announce too much.

use crate::weights;

use convrfm::read_safetensors;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

/// A file with this header before these values.
fn with_header(header: &str, values: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), values].concat()
}

fn error(bytes: &[u8]) -> String {
    let error = read_safetensors(bytes).unwrap_err().to_string();
    assert!(error.contains("expected") && !error.contains('\n'), "{error:?}");
    error
}

#[test]
fn every_type_of_weights_is_read() {
    // 1, -2.5 and the smallest normal number of half precision, which BF16 has too.
    let values = [1.0, -2.5, 2.0_f32.powi(-14)];
    let single: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let half: Vec<u8> = [0x3C00_u16, 0xC100, 0x0400].iter().flat_map(|v| v.to_le_bytes()).collect();
    let brain: Vec<u8> = values.iter().flat_map(|v| ((v.to_bits() >> 16) as u16).to_le_bytes()).collect();
    let count = 7_u64.to_le_bytes();
    let view = |dtype, shape: &[usize], bytes| TensorView::new(dtype, shape.to_vec(), bytes).unwrap();
    let arrays = [
        ("f32", view(Dtype::F32, &[3], &single)),
        ("f16", view(Dtype::F16, &[1, 3], &half)),
        ("bf16", view(Dtype::BF16, &[3, 1], &brain)),
        ("bn1.num_batches_tracked", view(Dtype::I64, &[], &count)),
        ("empty", view(Dtype::F32, &[0, 4], &[])),
    ];
    let texts = [("format".to_string(), "pt".to_string())].into();
    let file = read_safetensors(&safetensors::serialize(arrays, Some(texts)).unwrap()).unwrap();
    let names: Vec<&str> = file.tensors.keys().map(String::as_str).collect();
    assert_eq!(names, ["bf16", "empty", "f16", "f32"], "whole numbers are no weights");
    for (name, shape) in [("f32", vec![3]), ("f16", vec![1, 3]), ("bf16", vec![3, 1])] {
        assert_eq!(
            (&file.tensors[name].shape, &file.tensors[name].values[..]),
            (&shape, &values[..]),
            "{name}"
        );
    }
    assert_eq!(file.tensors["empty"].shape, [0, 4]);
    assert_eq!(file.texts["format"], "pt");
}

#[test]
fn truncated_files_are_named_with_array_and_expectation() {
    let whole = weights::safetensors([("a", vec![2, 2], vec![1.0; 4]), ("b", vec![3], vec![2.0; 3])]);
    assert_eq!(read_safetensors(&whole).unwrap().tensors.len(), 2);
    for len in 0..whole.len() {
        error(&whole[..len]);
    }
    assert_eq!(
        error(&whole[..3]),
        "header: found 3 bytes, expected a .safetensors file, which begins with 8 bytes"
    );
    assert!(error(&whole[..40]).contains("expected at most 32: a .safetensors file that is complete"));
    let last = error(&whole[..whole.len() - 1]);
    assert_eq!(last, "b: found bytes 16 to 28 of 27, expected bytes that the file has");
    let first = error(&whole[..whole.len() - 13]);
    assert_eq!(first, "a: found bytes 0 to 16 of 15, expected bytes that the file has");
    assert_eq!(
        error(&[&whole[..], &[0]].concat()),
        "values: found 29 bytes, expected 28, as the header says"
    );
}

#[test]
fn headers_that_announce_too_much_are_refused() {
    // 10 GB in one array, with and without a place for them; extents whose product is no number; a header of 10 GB.
    let of = |shape: &str, end: u64| {
        with_header(
            &format!(r#"{{"w":{{"dtype":"F32","shape":{shape},"data_offsets":[0,{end}]}}}}"#),
            &[0; 8],
        )
    };
    for (bytes, expected) in [
        (
            of("[2500000000]", 10_000_000_000),
            "w: found bytes 0 to 10000000000 of 8, expected bytes that the file has",
        ),
        (of("[2500000000]", 8), "w: found 8 bytes for shape [2500000000], expected 10000000000 bytes"),
        (
            of("[4294967296,4294967296]", 8),
            "w: found shape [4294967296, 4294967296], expected a shape that fits in memory",
        ),
        (of("[18446744073709551616]", 8), "w: found invalid type"),
        (of("[-1]", 8), "w: found invalid value"),
        (of("[3]", 8), "w: found 8 bytes for shape [3], expected 12 bytes"),
    ] {
        let error = error(&bytes);
        assert!(error.starts_with(expected), "{error}");
    }
    let mut long = of("[2]", 8);
    long[..8].copy_from_slice(&10_000_000_000_u64.to_le_bytes());
    assert!(error(&long).starts_with("header: found a length of 10000000000 bytes, expected at most"));
    // Many arrays of the same bytes.
    let array = |name: u32| format!(r#""{name}":{{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#);
    let header = format!("{{{}}}", (0..1000).map(array).collect::<Vec<_>>().join(","));
    let shared = error(&with_header(&header, &[0; 8]));
    assert_eq!(shared, "1: found byte 0 as the first, expected byte 8, where the array before it ends");
}

#[test]
fn other_types_and_values_that_are_not_finite_are_named() {
    let of = |dtype: &str, shape: &str, bytes: &[u8]| {
        let end = bytes.len();
        with_header(
            &format!(r#"{{"w":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[0,{end}]}}}}"#),
            bytes,
        )
    };
    for dtype in ["F64", "F8_E4M3", "C64", "f32", ""] {
        assert_eq!(
            error(&of(dtype, "[1]", &[0; 8])),
            format!("w: found dtype {dtype}, expected F32, F16 or BF16")
        );
    }
    let nan = [1.0_f32.to_le_bytes(), f32::NAN.to_le_bytes()].concat();
    assert_eq!(error(&of("F32", "[2]", &nan)), "w, value 1: found NaN, expected a finite number");
    assert_eq!(error(&of("F16", "[1]", &[0x00, 0xFC])), "w, value 0: found -inf, expected a finite number");
    assert_eq!(error(&of("BF16", "[1]", &[0xC0, 0x7F])), "w, value 0: found NaN, expected a finite number");
    for (header, expected) in [
        ("[]", "header: found invalid type: sequence"),
        ("{", "header: found EOF while parsing"),
        (r#"{"w":3}"#, "w: found invalid type: integer `3`"),
        (r#"{"w":{"dtype":"F32","shape":[1]}}"#, "w: found missing field `data_offsets`"),
        (r#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, "w: found bytes 4 to 0 of 4"),
        (r#"{"__metadata__":{"format":1}}"#, "__metadata__: found invalid type"),
    ] {
        let error = error(&with_header(header, &[0; 4]));
        assert!(error.starts_with(expected), "{error}");
    }
    assert!(error(b"PK\x03\x04 an archive").starts_with("header: found a length of"));
}
