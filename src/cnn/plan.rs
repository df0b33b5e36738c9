//! A network on images of one shape: every step with its sizes, checked against the weights.

use super::convolution::Convolution;
use super::parameters::{Parameters, file_name};
use super::pooling::Windows;
use super::steps::{Padding, Projection, Step};
use crate::error::{Error, Result};
use crate::images::Shape;
use std::collections::BTreeMap;
use std::ops::Range;

/// The most values between two steps, 1 GiB: a file can ask for any padding.
const MAX_VALUES: usize = 1 << 28;

/// What computes one list of values from another.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Convolution {
        sizes: Convolution,
        weights: Range<usize>,
        bias: Option<Range<usize>>,
    },
    /// Mean, variance, gain and bias; the channels of the input.
    BatchNorm {
        arrays: [Range<usize>; 4],
        epsilon: f64,
    },
    /// `min(max(x, 0), top)`.
    Clip {
        top: f32,
    },
    Largest(Windows),
    Mean(Windows),
    /// The sum with other values.
    Add {
        other: usize,
    },
    Linear {
        weights: Range<usize>,
        bias: Option<Range<usize>>,
    },
}

/// One computation. Operation `i` computes values `i + 1`; values 0 are the image.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operation {
    pub kind: Kind,
    /// The values it reads.
    pub input: usize,
}

/// A convolution of the main path without groups: what the ansatz speaks about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    pub name: String,
    /// Index of its operation.
    pub operation: usize,
    pub sizes: Convolution,
    pub weights: Range<usize>,
}

/// A network on images of one shape.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    pub operations: Vec<Operation>,
    /// Number of values before the first and after every operation.
    pub lengths: Vec<usize>,
    pub layers: Vec<Layer>,
}

impl Plan {
    /// The plan of `steps` on images of `shape`.
    ///
    /// # Errors
    /// When the images have other channels than the first step reads, an array has a shape that the step before it does not
    /// fit, a map has no position left, or an [`Add`](Step::Add) has nothing to add. The error names the array or the step.
    pub fn new(steps: &[Step], parameters: &Parameters, shape: Shape) -> Result<Plan> {
        if shape.is_empty() || shape.len() > MAX_VALUES {
            return Err(Error::invalid("image shape", shape, "images that are not empty and fit in memory"));
        }
        let plan = Plan { operations: Vec::new(), lengths: vec![shape.len()], layers: Vec::new() };
        let mut planner = Planner { plan, parameters, at: 0, shape, saved: BTreeMap::new() };
        steps.iter().try_for_each(|step| planner.add(step))?;
        Ok(planner.plan)
    }

    /// Number of outputs (logits).
    pub fn outputs(&self) -> usize {
        self.lengths[self.lengths.len() - 1]
    }
}

struct Planner<'a> {
    plan: Plan,
    parameters: &'a Parameters,
    /// The current values and their shape.
    at: usize,
    shape: Shape,
    saved: BTreeMap<&'a str, (usize, Shape)>,
}

impl<'a> Planner<'a> {
    /// Appends an operation on the current values.
    fn push(&mut self, kind: Kind, shape: Shape) -> Result<()> {
        if shape.len() > MAX_VALUES {
            return Err(Error::invalid("steps", format!("{shape} values"), "values that fit in memory"));
        }
        self.plan.operations.push(Operation { kind, input: self.at });
        self.plan.lengths.push(shape.len());
        (self.at, self.shape) = (self.plan.operations.len(), shape);
        Ok(())
    }

    fn add(&mut self, step: &'a Step) -> Result<()> {
        match step {
            Step::Convolution { name, stride, padding, bias, groups } => {
                let (sizes, weights) = self.convolution(name, *stride, *padding, *groups)?;
                let bias =
                    bias.then(|| self.vector(&format!("{name}.b"), sizes.output.channels)).transpose()?;
                if *groups == 1 {
                    let (operation, weights) = (self.plan.operations.len(), weights.clone());
                    self.plan.layers.push(Layer { name: name.clone(), operation, sizes, weights });
                }
                self.push(Kind::Convolution { sizes, weights, bias }, sizes.output)
            }
            Step::BatchNorm { name, epsilon } => self.batch_norm(name, *epsilon),
            Step::Relu => self.push(Kind::Clip { top: f32::INFINITY }, self.shape),
            Step::Relu6 => self.push(Kind::Clip { top: 6.0 }, self.shape),
            Step::MaxPool { size, stride, padding } => {
                if padding >= size {
                    let expected = "a padding below the window size";
                    return Err(Error::invalid("steps", format!("{:?}", step.to_string()), expected));
                }
                let windows = self.windows(step, [*size; 2], *stride, *padding)?;
                self.push(Kind::Largest(windows), windows.output)
            }
            Step::AveragePool { size, stride } => {
                let windows = self.windows(step, [*size; 2], *stride, 0)?;
                self.push(Kind::Mean(windows), windows.output)
            }
            Step::GlobalAverage => {
                let windows = self.windows(step, [self.shape.height, self.shape.width], 1, 0)?;
                self.push(Kind::Mean(windows), windows.output)
            }
            Step::Save { tag } => {
                self.saved.insert(tag, (self.at, self.shape));
                Ok(())
            }
            Step::Add { tag, projection } => self.residual(step, tag, projection.as_ref()),
            Step::Flatten => {
                self.shape = Shape { channels: self.shape.len(), height: 1, width: 1 };
                Ok(())
            }
            Step::Linear { name, bias } => {
                if (self.shape.height, self.shape.width) != (1, 1) {
                    let found = format!("a map of {} before {:?}", self.shape, step.to_string());
                    return Err(Error::invalid("steps", found, "`flatten` or `globalavg` first"));
                }
                let parameter = self.array(name, &[None, Some(self.shape.channels)])?;
                let (outputs, weights) = (parameter.0[0], parameter.1);
                let bias = bias.then(|| self.vector(&format!("{name}.b"), outputs)).transpose()?;
                let shape = Shape { channels: outputs, height: 1, width: 1 };
                self.push(Kind::Linear { weights, bias }, shape)
            }
        }
    }

    /// Extents and place of an array; `expected` has the extents that are known.
    fn array(&self, name: &str, expected: &[Option<usize>]) -> Result<(&'a [usize], Range<usize>)> {
        let parameters = self.parameters;
        let parameter =
            parameters.get(name).ok_or_else(|| Error::invalid(file_name(name), "nothing", "an array"))?;
        let fits = parameter.shape.len() == expected.len()
            && parameter
                .shape
                .iter()
                .zip(expected)
                .all(|(found, expected)| expected.is_none_or(|e| e == *found));
        if !fits {
            let extents: Vec<String> =
                expected.iter().map(|e| e.map_or("any".to_string(), |e| e.to_string())).collect();
            let expected = format!("[{}], because the step reads {}", extents.join(", "), self.shape);
            return Err(Error::invalid(file_name(name), format!("shape {:?}", parameter.shape), expected));
        }
        Ok((&parameter.shape, parameter.range.clone()))
    }

    fn vector(&self, name: &str, length: usize) -> Result<Range<usize>> {
        Ok(self.array(name, &[Some(length)])?.1)
    }

    fn convolution(
        &self,
        name: &str,
        stride: usize,
        padding: Padding,
        groups: usize,
    ) -> Result<(Convolution, Range<usize>)> {
        let input = self.shape;
        if !input.channels.is_multiple_of(groups) {
            let expected = format!("a divisor of {}, the number of channels", input.channels);
            return Err(Error::invalid(format!("groups of {name}"), groups, expected));
        }
        let (extents, weights) = self.array(name, &[None, Some(input.channels / groups), None, None])?;
        let &[filters, _, size, columns] = extents else {
            return Err(Error::invalid(file_name(name), format!("shape {extents:?}"), "4 axes"));
        };
        if size != columns {
            return Err(Error::invalid(file_name(name), format!("shape {extents:?}"), "square filters"));
        }
        if !filters.is_multiple_of(groups) {
            let expected = format!("a multiple of the {groups} groups as first extent");
            return Err(Error::invalid(file_name(name), format!("shape {extents:?}"), expected));
        }
        let place = |side: usize| -> Result<(usize, usize)> {
            let (before, count) = match padding {
                Padding::Each(zeros) => (zeros, (side + 2 * zeros + stride).saturating_sub(size) / stride),
                Padding::Same => {
                    let count = side.div_ceil(stride);
                    (((count - 1) * stride + size).saturating_sub(side) / 2, count)
                }
            };
            if count == 0 {
                let expected = format!("at most the side of the map, {side}, and its padding");
                return Err(Error::invalid(format!("filter size of {name}"), size, expected));
            }
            Ok((before, count))
        };
        let ((above, height), (left, width)) = (place(input.height)?, place(input.width)?);
        let output = Shape { channels: filters, height, width };
        let sizes = Convolution { input, output, size, stride, before: [above, left], groups };
        if sizes.scratch_len() > MAX_VALUES {
            let found = format!("{} values of patches", sizes.scratch_len());
            return Err(Error::invalid(file_name(name), found, format!("at most {MAX_VALUES}")));
        }
        Ok((sizes, weights))
    }

    fn batch_norm(&mut self, name: &str, epsilon: f64) -> Result<()> {
        let channels = self.shape.channels;
        let array = |part: &str| self.vector(&format!("{name}.{part}"), channels);
        let arrays = [array("mean")?, array("var")?, array("gain")?, array("bias")?];
        self.push(Kind::BatchNorm { arrays, epsilon }, self.shape)
    }

    fn windows(&self, step: &Step, size: [usize; 2], stride: usize, padding: usize) -> Result<Windows> {
        let input = self.shape;
        let place = |side: usize, size: usize| (side + 2 * padding + stride).saturating_sub(size) / stride;
        let (height, width) = (place(input.height, size[0]), place(input.width, size[1]));
        if height == 0 || width == 0 {
            let expected = format!("a window that fits into its input, {input}");
            return Err(Error::invalid("steps", format!("{:?}", step.to_string()), expected));
        }
        let output = Shape { channels: input.channels, height, width };
        Ok(Windows { input, output, size, stride, padding })
    }

    fn residual(&mut self, step: &Step, tag: &str, projection: Option<&Projection>) -> Result<()> {
        let main = (self.at, self.shape);
        let saved = self.saved.get(tag).copied();
        (self.at, self.shape) = saved.ok_or_else(|| {
            Error::invalid("steps", format!("{:?}", step.to_string()), format!("`save {tag}` before it"))
        })?;
        if let Some(Projection { convolution, batch_norm, stride }) = projection {
            let (sizes, weights) = self.convolution(convolution, *stride, Padding::Each(0), 1)?;
            self.push(Kind::Convolution { sizes, weights, bias: None }, sizes.output)?;
            self.batch_norm(batch_norm, 1e-5)?;
        }
        let other = self.at;
        if self.shape != main.1 {
            let found = format!("{:?} with {} values", step.to_string(), self.shape);
            return Err(Error::invalid("steps", found, format!("{}, as in the main path", main.1)));
        }
        (self.at, self.shape) = main;
        self.push(Kind::Add { other }, main.1)
    }
}
