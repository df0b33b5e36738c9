//! A network as a list of steps, and its text: the one format of weight files, the command line and errors.
//!
//! ```text
//! conv NAME STRIDE PADDING [bias] [groups=G]   PADDING: zeros on each side, or `same` as TensorFlow pads
//! relu     relu6     bn NAME [EPSILON]
//! maxpool SIZE STRIDE PADDING     avgpool SIZE STRIDE     globalavg
//! save TAG     add TAG     add TAG CONV BN STRIDE   a residual connection, optionally with a projection
//! flatten     linear NAME [bias]
//! ```
//!
//! Steps are separated by semicolons: `conv conv0 1 1; relu; flatten; linear out`.

use crate::error::{Error, Result};
use std::fmt::{Display, Formatter};
use std::str::{FromStr, SplitWhitespace};

/// The most steps of a network. ResNet-152 has about 700.
const MAX_STEPS: usize = 10_000;
/// The largest stride, padding, window and number of groups that a step can name.
const MAX_EXTENT: usize = 1 << 16;
/// PyTorch's epsilon of batch normalisation.
const EPSILON: f64 = 1e-5;

/// One step of a network.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Convolution with weights `NAME` (filters, channels / groups, q, q) and, with `bias`, `NAME.b` (filters).
    Convolution {
        /// Name of the weights.
        name: String,
        /// Positions between two patches.
        stride: usize,
        /// Zeros around the image.
        padding: Padding,
        /// Whether a number per filter is added.
        bias: bool,
        /// Groups of channels that are convolved separately; as many as channels for a depthwise convolution.
        groups: usize,
    },
    /// `max(x, 0)`.
    Relu,
    /// `min(max(x, 0), 6)`.
    Relu6,
    /// Batch normalisation in evaluation mode: `(x - mean) / sqrt(var + epsilon) * gain + bias`, with `NAME.mean`, `NAME.var`,
    /// `NAME.gain` and `NAME.bias` per channel.
    BatchNorm {
        /// Name of the four arrays.
        name: String,
        /// What is added to the variance.
        epsilon: f64,
    },
    /// The largest value of each window; padding never wins.
    MaxPool {
        /// Side of the window.
        size: usize,
        /// Positions between two windows.
        stride: usize,
        /// Rows and columns added on each side.
        padding: usize,
    },
    /// The mean of each window.
    AveragePool {
        /// Side of the window.
        size: usize,
        /// Positions between two windows.
        stride: usize,
    },
    /// The mean of each channel.
    GlobalAverage,
    /// Names the current values for a later [`Step::Add`].
    Save {
        /// The name.
        tag: String,
    },
    /// Adds the values that were saved, or their projection.
    Add {
        /// The name they were saved under.
        tag: String,
        /// What they pass through first.
        projection: Option<Projection>,
    },
    /// Makes one vector of all values, in the order (channel, row, column).
    Flatten,
    /// `W x`, with weights `NAME` (outputs, inputs) and, with `bias`, `+ NAME.b` (outputs).
    Linear {
        /// Name of the weights.
        name: String,
        /// Whether a number per output is added.
        bias: bool,
    },
}

/// Zero padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// As many rows and columns on every side.
    Each(usize),
    /// As TensorFlow pads: `ceil(side / stride)` positions; an odd number of rows has the larger half below, of columns right.
    Same,
}

/// A 1 x 1 convolution and batch normalisation of the saved values of a residual connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projection {
    /// Name of the convolution's weights.
    pub convolution: String,
    /// Name of the batch normalisation.
    pub batch_norm: String,
    /// The convolution's stride.
    pub stride: usize,
}

/// Reads the steps of a network.
///
/// # Errors
/// [`Error::Invalid`] naming the step that is unknown, has a word too few or too many, or a number out of range.
pub(super) fn parse(text: &str) -> Result<Vec<Step>> {
    let texts: Vec<&str> = text.split(';').map(str::trim).filter(|step| !step.is_empty()).collect();
    if texts.is_empty() || texts.len() > MAX_STEPS {
        return Err(Error::invalid("steps", texts.len(), format!("1 to {MAX_STEPS} steps")));
    }
    texts.into_iter().map(str::parse).collect()
}

/// The text of the steps of a network.
pub(super) fn text(steps: &[Step]) -> String {
    steps.iter().map(Step::to_string).collect::<Vec<_>>().join("; ")
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter) -> std::fmt::Result {
        let bias = |bias: bool| if bias { " bias" } else { "" };
        match self {
            Step::Convolution { name, stride, padding, bias: with, groups } => {
                write!(f, "conv {name} {stride} ")?;
                match padding {
                    Padding::Each(zeros) => write!(f, "{zeros}")?,
                    Padding::Same => f.write_str("same")?,
                }
                f.write_str(bias(*with))?;
                if *groups == 1 { Ok(()) } else { write!(f, " groups={groups}") }
            }
            Step::Relu => f.write_str("relu"),
            Step::Relu6 => f.write_str("relu6"),
            Step::BatchNorm { name, epsilon } if *epsilon == EPSILON => write!(f, "bn {name}"),
            Step::BatchNorm { name, epsilon } => write!(f, "bn {name} {epsilon}"),
            Step::MaxPool { size, stride, padding } => write!(f, "maxpool {size} {stride} {padding}"),
            Step::AveragePool { size, stride } => write!(f, "avgpool {size} {stride}"),
            Step::GlobalAverage => f.write_str("globalavg"),
            Step::Save { tag } => write!(f, "save {tag}"),
            Step::Add { tag, projection: None } => write!(f, "add {tag}"),
            Step::Add { tag, projection: Some(Projection { convolution, batch_norm, stride }) } => {
                write!(f, "add {tag} {convolution} {batch_norm} {stride}")
            }
            Step::Flatten => f.write_str("flatten"),
            Step::Linear { name, bias: with } => write!(f, "linear {name}{}", bias(*with)),
        }
    }
}

impl FromStr for Step {
    type Err = Error;

    fn from_str(text: &str) -> Result<Step> {
        let mut words = Words { step: text, rest: text.split_whitespace() };
        let step = match words.name("a step")?.as_str() {
            "conv" => {
                let (name, stride) = (words.name("a name")?, words.number("a stride", 1)?);
                let padding = match words.rest.clone().next() {
                    Some("same") => {
                        words.rest.next();
                        Padding::Same
                    }
                    _ => Padding::Each(words.number("a padding or `same`", 0)?),
                };
                let (mut bias, mut groups) = (false, 1);
                for word in words.rest.by_ref() {
                    match word.strip_prefix("groups=").map(str::parse) {
                        Some(Ok(count)) if (1..=MAX_EXTENT).contains(&count) => groups = count,
                        None if word == "bias" => bias = true,
                        _ => return Err(invalid(text, "`bias` or `groups=G` after the padding")),
                    }
                }
                Step::Convolution { name, stride, padding, bias, groups }
            }
            "relu" => Step::Relu,
            "relu6" => Step::Relu6,
            "bn" => Step::BatchNorm { name: words.name("a name")?, epsilon: words.epsilon()? },
            "maxpool" => Step::MaxPool {
                size: words.number("a window size", 1)?,
                stride: words.number("a stride", 1)?,
                padding: words.number("a padding", 0)?,
            },
            "avgpool" => Step::AveragePool {
                size: words.number("a window size", 1)?,
                stride: words.number("a stride", 1)?,
            },
            "globalavg" => Step::GlobalAverage,
            "save" => Step::Save { tag: words.name("a tag")? },
            "add" => Step::Add { tag: words.name("a tag")?, projection: words.projection()? },
            "flatten" => Step::Flatten,
            "linear" => {
                let name = words.name("a name")?;
                let bias = words.rest.clone().next() == Some("bias");
                if bias {
                    words.rest.next();
                }
                Step::Linear { name, bias }
            }
            _ => {
                let known =
                    "conv, relu, relu6, bn, maxpool, avgpool, globalavg, save, add, flatten or linear";
                return Err(invalid(text, known));
            }
        };
        match words.rest.next() {
            None => Ok(step),
            Some(word) => Err(invalid(text, &format!("no {word:?} at its end"))),
        }
    }
}

fn invalid(step: &str, expected: &str) -> Error {
    // A file of another kind may have a step of megabytes.
    let shown: String = step.chars().take(80).collect();
    Error::invalid("steps", format!("{shown:?}"), expected)
}

/// The words of a step.
struct Words<'a> {
    step: &'a str,
    rest: SplitWhitespace<'a>,
}

impl Words<'_> {
    fn name(&mut self, what: &str) -> Result<String> {
        self.rest.next().map(String::from).ok_or_else(|| invalid(self.step, what))
    }

    fn number(&mut self, what: &str, least: usize) -> Result<usize> {
        let number = self.rest.next().and_then(|word| word.parse().ok());
        let expected = || invalid(self.step, &format!("{what} from {least} to {MAX_EXTENT}"));
        number.filter(|number| (least..=MAX_EXTENT).contains(number)).ok_or_else(expected)
    }

    fn epsilon(&mut self) -> Result<f64> {
        let Some(word) = self.rest.next() else { return Ok(EPSILON) };
        let epsilon = word.parse().ok().filter(|epsilon: &f64| *epsilon > 0.0 && *epsilon <= 1.0);
        epsilon.ok_or_else(|| invalid(self.step, "an epsilon above 0, at most 1"))
    }

    fn projection(&mut self) -> Result<Option<Projection>> {
        let Some(convolution) = self.rest.next().map(String::from) else { return Ok(None) };
        let batch_norm = self.name("the name of a batch normalisation")?;
        Ok(Some(Projection { convolution, batch_norm, stride: self.number("a stride", 1)? }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_parsed_from_what_it_prints() {
        let all = "conv stem 2 3; conv d 1 same bias groups=32; relu; relu6; bn n; bn m 0.001; maxpool 3 2 1; \
                   avgpool 2 1; globalavg; save a; add a; add a p pn 2; flatten; linear out; linear fc bias";
        let steps = parse(all).unwrap();
        assert_eq!(steps.len(), 15);
        assert_eq!(text(&steps), all);
        assert!(matches!(
            &steps[1],
            Step::Convolution { padding: Padding::Same, bias: true, groups: 32, .. }
        ));
        assert_eq!(parse("relu;").unwrap(), [Step::Relu]);
    }

    #[test]
    fn malformed_steps_are_quoted_with_what_was_expected() {
        for (text, expected) in [
            ("", "steps: found 0, expected 1 to 10000 steps"),
            ("dense out", "steps: found \"dense out\", expected conv, relu,"),
            ("conv c 0 1", "expected a stride from 1 to 65536"),
            ("conv c 1", "expected a padding or `same`"),
            ("conv c 1 -1", "expected a padding or `same`"),
            ("conv c 1 1 groups=0", "expected `bias` or `groups=G`"),
            ("conv c 1 1 groups=x", "expected `bias` or `groups=G`"),
            ("conv", "expected a name"),
            ("bn n 0", "expected an epsilon"),
            ("bn n nan", "expected an epsilon"),
            ("maxpool 2 1", "expected a padding from 0"),
            ("relu 3", "expected no \"3\" at its end"),
            ("linear out bias 1", "expected no \"1\" at its end"),
            ("add a p", "expected the name of a batch normalisation"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
        let long = parse(&"x".repeat(10_000)).unwrap_err().to_string();
        assert!(long.len() < 250, "{long}");
    }
}
