//! Files of weights, and weights that follow from their names, the same as in `tests/golden/architectures.py`.

#![allow(dead_code)] // Each test file is a crate of its own and uses a part of this.

/// Multiples of 2^-23 in [0, 1): SplitMix64 from the FNV-1a hash of the name.
pub fn numbers(name: &str, count: usize) -> impl Iterator<Item = f32> {
    let hash = |state: u64, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    let mut state = name.bytes().fold(0xCBF2_9CE4_8422_2325, hash);
    (0..count).map(move |_| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 41) as f32 / (1_u32 << 23) as f32
    })
}

/// Weights of about He's size, biases and means of up to 1/8, gains and variances from 1/2 to 3/2. Projections of EfficientNet are half
/// as large: before a ReLU6, larger ones amplify rounding errors a hundredfold.
pub fn weights(name: &str, shape: &[usize]) -> Vec<f32> {
    let inputs: usize = shape[1..].iter().product();
    // Powers of two, so that every product is exact.
    let exponent = ((inputs.ilog2() + 1).max(3) - 3) / 2 + u32::from(name.contains("_project_conv"));
    let scale = if shape.len() > 1 { 1 << exponent } else { 8 } as f32;
    let positive = shape.len() == 1 && (name.ends_with(".weight") || name.ends_with(".running_var"));
    let value = |u: f32| if positive { u + 0.5 } else { (2.0 * u - 1.0) / scale };
    numbers(name, shape.iter().product()).map(value).collect()
}

/// Names and extents of a list such as `conv1.weight 64 3 7 7; bn1.weight 64`.
pub fn arrays(list: &str) -> Vec<(&str, Vec<usize>)> {
    list.split("; ").map(array).collect()
}

fn array(text: &str) -> (&str, Vec<usize>) {
    let (name, extents) = text.split_once(' ').unwrap();
    (name, extents.split(' ').map(|extent| extent.parse().unwrap()).collect())
}

/// A .safetensors file of arrays in single precision.
pub fn safetensors<'a>(arrays: impl IntoIterator<Item = (&'a str, Vec<usize>, Vec<f32>)>) -> Vec<u8> {
    let bytes = |(name, shape, values): (&'a str, Vec<usize>, Vec<f32>)| {
        let mut bytes = Vec::with_capacity(4 * values.len());
        values.iter().for_each(|value| bytes.extend(value.to_le_bytes()));
        (name, shape, bytes)
    };
    let arrays: Vec<_> = arrays.into_iter().map(bytes).collect();
    let views = arrays.iter().map(|(name, shape, bytes)| {
        (*name, safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}
