//! Forward and backward passes of one image, in memory that the next image uses again.

use super::plan::{Kind, Plan};
use std::ops::Range;

/// The values of a network for one image, and their gradients.
pub(super) struct Pass<'a> {
    plan: &'a Plan,
    parameters: &'a [f32],
    /// The image, and the values after each operation.
    values: Vec<Vec<f32>>,
    /// Gradients to all of them.
    gradients: Vec<Vec<f32>>,
    /// Patches of a convolution, or gradients to them.
    scratch: Vec<f32>,
}

impl<'a> Pass<'a> {
    /// Memory for the images of `plan`. `parameters` are those of the plan's network.
    pub fn new(plan: &'a Plan, parameters: &'a [f32]) -> Pass<'a> {
        let zeros = || plan.lengths.iter().map(|&length| vec![0.0; length]).collect();
        let scratch = plan.operations.iter().map(|operation| match &operation.kind {
            Kind::Convolution { sizes, .. } => sizes.scratch_len(),
            _ => 0,
        });
        let scratch = vec![0.0; scratch.max().unwrap_or(0)];
        Pass { plan, parameters, values: zeros(), gradients: zeros(), scratch }
    }

    /// The outputs for `image`, which has the shape of the plan.
    pub fn forward(&mut self, image: &[f32]) -> &[f32] {
        let Pass { plan, parameters, values, scratch, .. } = self;
        values[0].copy_from_slice(image);
        for (index, operation) in plan.operations.iter().enumerate() {
            let (before, after) = values.split_at_mut(index + 1);
            let (input, output) = (&before[operation.input][..], &mut after[0][..]);
            match &operation.kind {
                Kind::Convolution { sizes, weights, bias } => {
                    let bias = bias.clone().map(|bias| &parameters[bias]);
                    sizes.forward(&parameters[weights.clone()], bias, input, scratch, output);
                }
                Kind::BatchNorm { arrays, epsilon } => {
                    let (norms, length) =
                        (BatchNorm::all(arrays, *epsilon, parameters), input.len() / arrays[0].len());
                    let channels = input.chunks_exact(length).zip(output.chunks_exact_mut(length));
                    for (norm, (input, output)) in norms.iter().zip(channels) {
                        let shift = norm.bias - norm.mean * norm.factor;
                        let (factor, shift) = (norm.factor as f32, shift as f32);
                        output.iter_mut().zip(input).for_each(|(y, x)| *y = x * factor + shift);
                    }
                }
                Kind::Clip { top } => {
                    output.iter_mut().zip(input).for_each(|(y, x)| *y = x.max(0.0).min(*top));
                }
                Kind::Largest(windows) => windows.largest(input, output),
                Kind::Mean(windows) => windows.mean(input, output),
                Kind::Add { other } => {
                    let pairs = input.iter().zip(&before[*other]);
                    output.iter_mut().zip(pairs).for_each(|(sum, (a, b))| *sum = a + b);
                }
                Kind::Linear { weights, bias } => {
                    let rows = parameters[weights.clone()].chunks_exact(input.len());
                    output.iter_mut().zip(rows).for_each(|(y, row)| *y = inner(row, input));
                    if let Some(bias) = bias {
                        output.iter_mut().zip(&parameters[bias.clone()]).for_each(|(y, b)| *y += b);
                    }
                }
            }
        }
        self.outputs()
    }

    /// The outputs of the latest [`forward`](Pass::forward).
    pub fn outputs(&self) -> &[f32] {
        &self.values[self.values.len() - 1]
    }

    /// The values after an operation, from the latest [`forward`](Pass::forward).
    pub fn values(&self, operation: usize) -> &[f32] {
        &self.values[operation + 1]
    }

    /// The gradient to the values after an operation, from the latest [`backward`](Pass::backward).
    pub fn gradient(&self, operation: usize) -> &[f32] {
        &self.gradients[operation + 1]
    }

    /// Gradients of a function with the gradient `outputs` to the outputs, at the image of the latest forward pass: to the values
    /// after every operation, and added to `parameters`, if given, to every parameter that is trained.
    pub fn backward(&mut self, outputs: &[f32], mut parameters: Option<&mut [f32]>) {
        let (plan, all) = (self.plan, self.parameters);
        let Pass { values, gradients, scratch, .. } = self;
        gradients.iter_mut().for_each(|gradient| gradient.fill(0.0));
        gradients[plan.operations.len()].copy_from_slice(outputs);
        for (index, operation) in plan.operations.iter().enumerate().rev() {
            let (before, after) = gradients.split_at_mut(index + 1);
            let (delta, input, output) =
                (&after[0][..], &values[operation.input][..], &values[index + 1][..]);
            // Nobody asks for the gradient to the image.
            let mut gradient = (operation.input > 0).then(|| &mut before[operation.input][..]);
            match &operation.kind {
                Kind::Convolution { sizes, weights, bias } => {
                    if let Some(parameters) = &mut parameters {
                        let (of_weights, of_bias) = weights_and_bias(parameters, weights, bias.as_ref());
                        sizes.add_weight_gradient(input, delta, scratch, of_weights, of_bias);
                    }
                    if let Some(gradient) = gradient {
                        sizes.add_input_gradient(&all[weights.clone()], delta, scratch, gradient);
                    }
                }
                Kind::BatchNorm { arrays, epsilon } => {
                    let length = input.len() / arrays[0].len();
                    for (channel, norm) in BatchNorm::all(arrays, *epsilon, all).iter().enumerate() {
                        let values = channel * length..(channel + 1) * length;
                        if let Some(parameters) = &mut parameters {
                            let (gain, bias) = norm.gradient(&input[values.clone()], &delta[values.clone()]);
                            parameters[arrays[2].start + channel] += gain;
                            parameters[arrays[3].start + channel] += bias;
                        }
                        if let Some(gradient) = &mut gradient {
                            let (factor, pairs) = (norm.factor as f32, gradient[values.clone()].iter_mut());
                            pairs.zip(&delta[values]).for_each(|(g, d)| *g += d * factor);
                        }
                    }
                }
                Kind::Clip { top } => {
                    let Some(gradient) = gradient else { continue };
                    for ((g, d), x) in gradient.iter_mut().zip(delta).zip(input) {
                        *g += if *x > 0.0 && x < top { *d } else { 0.0 };
                    }
                }
                Kind::Largest(windows) => {
                    if let Some(gradient) = gradient {
                        windows.add_gradient_of_largest(input, output, delta, gradient);
                    }
                }
                Kind::Mean(windows) => {
                    if let Some(gradient) = gradient {
                        windows.add_gradient_of_mean(delta, gradient);
                    }
                }
                Kind::Add { other } => {
                    for at in [operation.input, *other] {
                        if at > 0 {
                            before[at].iter_mut().zip(delta).for_each(|(g, d)| *g += d);
                        }
                    }
                }
                Kind::Linear { weights, bias } => {
                    if let Some(parameters) = &mut parameters {
                        let (of_weights, of_bias) = weights_and_bias(parameters, weights, bias.as_ref());
                        for (row, d) in of_weights.chunks_exact_mut(input.len()).zip(delta) {
                            row.iter_mut().zip(input).for_each(|(g, x)| *g += d * x);
                        }
                        of_bias.unwrap_or_default().iter_mut().zip(delta).for_each(|(g, d)| *g += d);
                    }
                    if let Some(gradient) = &mut gradient {
                        for (row, d) in all[weights.clone()].chunks_exact(input.len()).zip(delta) {
                            gradient.iter_mut().zip(row).for_each(|(g, w)| *g += d * w);
                        }
                    }
                }
            }
        }
    }
}

/// The inner product, summed in sixteen lanes that the compiler keeps in vector registers, and these in double precision.
fn inner(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let mut lanes = [0.0; 16];
    for (a, b) in a.iter().zip(b) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| f64::from(a * b));
    (lanes.into_iter().map(f64::from).sum::<f64>() + rest.sum::<f64>()) as f32
}

/// The parts of the gradient that belong to weights and to a bias, which directly follows them.
fn weights_and_bias<'g>(
    gradient: &'g mut [f32],
    weights: &Range<usize>,
    bias: Option<&Range<usize>>,
) -> (&'g mut [f32], Option<&'g mut [f32]>) {
    let end = bias.map_or(weights.end, |bias| bias.end);
    let (of_weights, of_bias) = gradient[weights.start..end].split_at_mut(weights.len());
    (of_weights, bias.map(|_| of_bias))
}

/// The batch normalisation of one channel, `(x - mean) * factor + bias` with `factor = gain / deviation`.
struct BatchNorm {
    mean: f64,
    deviation: f64,
    factor: f64,
    bias: f64,
}

impl BatchNorm {
    fn all([mean, var, gain, bias]: &[Range<usize>; 4], epsilon: f64, parameters: &[f32]) -> Vec<BatchNorm> {
        let value = |range: &Range<usize>, channel| f64::from(parameters[range.start + channel]);
        let channel = |channel| {
            let deviation = (value(var, channel) + epsilon).sqrt();
            let factor = value(gain, channel) / deviation;
            BatchNorm { mean: value(mean, channel), deviation, factor, bias: value(bias, channel) }
        };
        (0..mean.len()).map(channel).collect()
    }

    /// Gradients to gain and bias.
    fn gradient(&self, input: &[f32], delta: &[f32]) -> (f32, f32) {
        let pairs = || input.iter().zip(delta).map(|(x, d)| (f64::from(*x), f64::from(*d)));
        let gain: f64 = pairs().map(|(x, d)| (x - self.mean) * d).sum();
        let bias: f64 = pairs().map(|(_, d)| d).sum();
        ((gain / self.deviation) as f32, bias as f32)
    }
}
