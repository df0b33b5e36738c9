//! Images in one layer of a network: lengths of patches under NFM and AGOP, against the matrices themselves.

use crate::common::noise;

use convrfm::{Ansatz, FeatureMatrix, Images, Network, NoMonitor, PatchGeometry, Probes, Shape, Tensor};
use pollster::block_on;
use rand::{RngExt, SeedableRng};

const SHAPE: Shape = Shape { channels: 2, height: 7, width: 6 };

/// Two layers, the first one with a bias.
fn network() -> Network {
    let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(5);
    Network::new("conv a 1 1 bias; relu; conv b 2 0; relu; globalavg; linear out", |name| {
        let shape = match name {
            "a" => vec![5, 2, 3, 3],
            "a.b" => vec![5],
            "b" => vec![4, 5, 3, 3],
            _ => vec![3, 4],
        };
        let values = (0..shape.iter().product()).map(|_| rng.random::<f32>() - 0.5).collect();
        Some(Tensor { shape, values })
    })
    .unwrap()
}

/// The image with a frame of zeros, whose valid patches are those of the first layer.
fn framed(image: &Images) -> Images {
    let shape = Shape { channels: 2, height: 9, width: 8 };
    let mut values = vec![0.0; shape.len()];
    for (at, value) in image.image(0).iter().enumerate() {
        let (channel, row, column) = (at / 42, at / 6 % 7, at % 6);
        values[(channel * 9 + row + 1) * 8 + column + 1] = *value;
    }
    Images::new(shape, values).unwrap()
}

#[test]
fn lengths_of_patches_are_those_under_the_matrices() {
    let (network, images) = (network(), noise(SHAPE, 3, 1));
    let ansatz = block_on(Ansatz::measure(&network, &images, Probes::AllLogits, &NoMonitor)).unwrap();
    let layer = &ansatz.layers()[0];
    let responses = network.responses(&images, 0).unwrap();
    assert_eq!((responses.height, responses.width), (7, 6));
    let image = framed(&images);
    let geometry = PatchGeometry::new(image.shape(), 3, 1).unwrap();
    for (found, matrix) in
        [(layer.nfm_norms(&responses), layer.nfm()), (layer.agop_norms(&responses), layer.agop())]
    {
        let features = FeatureMatrix::new((&matrix / matrix.trace()).map(|v| v as f32)).unwrap();
        let expected = features.patch_norms(geometry, image.image(0));
        assert_eq!(found.len(), expected.len());
        let largest = expected.iter().fold(0.0_f32, |largest, v| largest.max(*v));
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-3 * largest;
        assert!(largest > 0.0 && found.iter().zip(&expected).all(near), "{found:?} {expected:?}");
    }
    // A layer without padding, whose positions are two apart.
    let second = network.responses(&images, 1).unwrap();
    assert_eq!((second.height, second.width, second.values.nrows()), (3, 2, 4));
}

#[test]
fn filters_without_images_have_no_agop() {
    let network = network();
    let ansatz = Ansatz::of_filters(&network, SHAPE).unwrap();
    let measured =
        block_on(Ansatz::measure(&network, &noise(SHAPE, 1, 1), Probes::AllLogits, &NoMonitor)).unwrap();
    for (layer, measured) in ansatz.layers().iter().zip(measured.layers()) {
        assert_eq!((layer.name(), layer.nfm()), (measured.name(), measured.nfm()));
        assert_eq!(layer.correlation().values(), [None; 4]);
        assert!(layer.agop_view(1, 1).is_err());
    }
    let responses = network.responses(&noise(SHAPE, 1, 1), 0).unwrap();
    assert!(ansatz.layers()[0].agop_norms(&responses).iter().all(|v| *v == 0.0));
    assert_eq!(ansatz.logits().shape(), (0, 3));
}

#[test]
fn what_cannot_be_shown_is_named() {
    let network = network();
    let error = network.responses(&noise(SHAPE, 1, 1), 2).unwrap_err().to_string();
    assert_eq!(error, "layer: found 2, expected less than 2");
    let other = Shape { channels: 1, ..SHAPE };
    assert!(network.responses(&noise(other, 1, 1), 0).is_err());
    assert!(Ansatz::of_filters(&network, other).is_err());
    let error = convrfm::data::photograph(2, 2, &[0; 12], 8).unwrap_err().to_string();
    assert_eq!(error, "picture: found 12 bytes, expected 4 bytes for each of 2 x 2 pixels");
    assert!(convrfm::data::photograph(1, 1, &[0; 4], 0).is_err());
}
