//! Networks with the names of other projects: logits of the float64 reference, and files that do not fit their architecture.

use crate::weights;

use convrfm::{Architecture, Images, NamedTensors, Network, Shape, Tensor, read_safetensors, read_tensors};
use std::path::Path;

/// What a golden file says.
struct Golden {
    architecture: Architecture,
    arrays: String,
    images: Images,
    /// One row per image.
    logits: Vec<f32>,
}

fn golden(name: &str) -> Golden {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/architectures/{name}.npz"));
    let mut file = read_tensors(&std::fs::read(path).unwrap()).unwrap();
    let mut take = |name| file.tensors.remove(name).unwrap().values;
    let (logits, shape) = (take("logits"), take("shape"));
    let [count, channels, height, width] = shape[..] else { panic!("{shape:?}") };
    let shape = Shape { channels: channels as usize, height: height as usize, width: width as usize };
    let images =
        Images::new(shape, weights::numbers("images", count as usize * shape.len()).collect()).unwrap();
    let arrays = file.texts.remove("arrays").unwrap();
    Golden { architecture: name.parse().unwrap(), arrays, images, logits }
}

/// The arrays of a golden file, as a .safetensors file.
fn file(golden: &Golden) -> Vec<u8> {
    let arrays = weights::arrays(&golden.arrays).into_iter();
    weights::safetensors(arrays.map(|(name, shape)| {
        let values = weights::weights(name, &shape);
        (name, shape, values)
    }))
}

fn tensors(golden: &Golden) -> NamedTensors {
    read_safetensors(&file(golden)).unwrap()
}

fn network(golden: &Golden) -> Network {
    Network::from_tensors(&golden.architecture.rename(tensors(golden)).unwrap()).unwrap()
}

#[test]
fn safetensors_with_the_names_of_torchvision_give_the_logits_of_the_reference() {
    for name in ["alexnet", "vgg16", "vgg11_bn", "resnet18", "resnet34", "resnet50", "efficientnet-lite0"] {
        let golden = golden(name);
        let logits = network(&golden).logits(&golden.images).unwrap().transpose();
        assert_eq!(logits.len(), golden.logits.len(), "{name}");
        let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
        let pairs = logits.iter().zip(&golden.logits);
        let error = norm(&mut pairs.map(|(a, b)| f64::from(a - b)))
            / norm(&mut golden.logits.iter().map(|v| f64::from(*v)));
        println!("{name:20} {error:.1e}");
        assert!(error < 1e-5, "{name}: {error:.1e}");
    }
}

/// A change of a file, and the error that follows.
type Case<'a> = (&'a dyn Fn(&mut NamedTensors), &'a str);

#[test]
fn every_architecture_is_named() {
    for architecture in Architecture::ALL {
        assert_eq!(architecture.to_string().parse(), Ok(architecture));
    }
    assert_eq!("VGG-16_bn".parse(), Ok(Architecture::Vgg16Bn));
    assert_eq!("EfficientNet_Lite0".parse(), Ok(Architecture::EfficientNetLite0));
    let error = "lenet".parse::<Architecture>().unwrap_err().to_string();
    assert!(error.starts_with("architecture: found lenet, expected one of alexnet, vgg11,"), "{error}");
    assert!(error.ends_with("vgg19_bn, resnet18, resnet34, resnet50, efficientnet-lite0"), "{error}");
}

#[test]
fn images_are_normalised_as_the_weights_expect() {
    let shape = Shape { channels: 3, height: 1, width: 2 };
    let images = Images::new(shape, vec![0.0, 1.0, 0.456, 0.0, 255.0 / 255.0, 127.0 / 255.0]).unwrap();
    let close = |found: Images, expected: [f32; 6]| {
        let near = found.as_slice().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(near, "{:?}", found.as_slice());
    };
    let torchvision =
        [-0.485 / 0.229, 0.515 / 0.229, 0.0, -0.456 / 0.224, 0.594 / 0.225, (127.0 / 255.0 - 0.406) / 0.225];
    close(Architecture::ResNet50.normalise(&images).unwrap(), torchvision);
    let grey = 127.0 / 128.0;
    let lite = [-grey, 1.0, (0.456 * 255.0 - 127.0) / 128.0, -grey, 1.0, 0.0];
    close(Architecture::EfficientNetLite0.normalise(&images).unwrap(), lite);
    let grey = Images::new(Shape { channels: 1, height: 1, width: 1 }, vec![0.0]).unwrap();
    let error = Architecture::AlexNet.normalise(&grey).unwrap_err().to_string();
    assert_eq!(error, "images: found 1x1x1, expected RGB images for alexnet");
}

#[test]
fn arrays_that_do_not_fit_are_named_as_in_the_file() {
    let (alexnet, resnet) = (golden("alexnet"), golden("resnet34"));
    let error = |architecture: Architecture, golden: &Golden, change: &dyn Fn(&mut NamedTensors)| {
        let mut file = tensors(golden);
        change(&mut file);
        architecture.rename(file).unwrap_err().to_string()
    };
    let set = |name: &'static str, shape: &'static [usize]| {
        move |file: &mut NamedTensors| {
            let values = vec![0.5; shape.iter().product()];
            file.tensors.insert(name.into(), Tensor { shape: shape.to_vec(), values });
        }
    };
    let remove = |name: &'static str| move |file: &mut NamedTensors| drop(file.tensors.remove(name));
    let of_alexnet: [Case; 5] = [
        (
            &remove("features.3.weight"),
            "features.3.weight: found nothing, expected an array of shape [24, 8, 5, 5] for alexnet",
        ),
        (
            &set("features.3.weight", &[24, 8, 3, 3]),
            "features.3.weight: found shape [24, 8, 3, 3], expected shape [24, 8, 5, 5] for alexnet",
        ),
        (
            &set("classifier.1.weight", &[512, 32 * 49]),
            "classifier.1.weight: found shape [512, 1568], expected shape [512, 1152] for alexnet",
        ),
        (
            &set("features.0.weight", &[63, 3, 11, 11]),
            "features.0.weight: found shape [63, 3, 11, 11], expected shape [64, 3, 11, 11] for alexnet",
        ),
        (
            &set("classifier.6.weight", &[7]),
            "classifier.6.weight: found shape [7], expected shape [7, 512] for alexnet",
        ),
    ];
    for (change, expected) in of_alexnet {
        assert_eq!(error(Architecture::AlexNet, &alexnet, change), expected);
    }
    let of_resnet: [Case; 2] = [
        (
            &remove("layer2.0.downsample.1.running_var"),
            "layer2.0.downsample.1.running_var: found nothing, expected an array of shape [16] for resnet34",
        ),
        (&set("fc.bias", &[9]), "fc.bias: found shape [9], expected shape [10] for resnet34"),
    ];
    for (change, expected) in of_resnet {
        assert_eq!(error(Architecture::ResNet34, &resnet, change), expected);
    }
    // Files of other architectures.
    for (architecture, golden, expected) in [
        (
            Architecture::ResNet18,
            &alexnet,
            "conv1.weight: found nothing, expected an array of shape [64, 3, 7, 7]",
        ),
        (
            Architecture::Vgg16,
            &alexnet,
            "features.0.weight: found shape [8, 3, 11, 11], expected shape [8, 3, 3, 3]",
        ),
        (
            Architecture::ResNet50,
            &resnet,
            "layer1.0.conv1.weight: found shape [8, 8, 3, 3], expected shape [8, 8, 1, 1]",
        ),
        (Architecture::EfficientNetLite0, &resnet, "_conv_stem.weight: found nothing"),
    ] {
        let error = error(architecture, golden, &|_| ());
        assert!(error.starts_with(expected), "{error}");
    }
}

/// Without the adaptive average pooling, AlexNet and VGG take images of 224 x 224 only.
#[test]
fn images_of_another_size_than_the_linear_layers_need_are_refused() {
    let network = network(&golden("alexnet"));
    assert_eq!(network.check(Shape { channels: 3, height: 224, width: 224 }), Ok(10));
    let error = network.check(Shape { channels: 3, height: 256, width: 256 }).unwrap_err().to_string();
    assert!(error.contains("weights.classifier.1: found shape [512, 1152], expected [any, 1568]"), "{error}");
}
