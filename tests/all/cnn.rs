//! Networks: the float64 reference, gradients against finite differences, the ansatz against its definition, and training.

use crate::common;

use common::{Recorder, noise, npz_files_of_networks};
use convrfm::cnn::job::{NetworkJob, NetworkProblem, NetworkUpdate};
use convrfm::data::read_tensors;
use convrfm::engine::pool::{PoolEvent, PoolWorker, WorkerPool};
use convrfm::{
    Ansatz, Dataset, Error, Images, Initialization, Loss, Monitor, NamedTensors, Network, NoMonitor,
    Optimizer, Probes, Progress, Shape, Split, Tensor, Training, TrainingSettings, network_npz,
};
use convrfm_suites::data::{labelled, marked};
use nalgebra::DMatrix;
use pollster::block_on;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Name and extents of an array.
type Extents<'a> = (&'a str, &'a [usize]);

/// A change that makes something unusable, and a part of the error.
type Case<'a, T> = (&'a dyn Fn(&mut T), &'a str);

#[test]
fn networks_reproduce_every_golden_file() {
    for path in npz_files_of_networks() {
        let file = path.file_stem().unwrap().to_string_lossy();
        let errors = block_on(convrfm_suites::cnfa::check(std::fs::read(&path).unwrap()));
        println!("{file:24} {}", errors.unwrap_or_else(|e| panic!("{file}: {e}")));
    }
}

/// A network with weights drawn from a seed; `shapes` has the name and extents of each array.
fn network(steps: &str, shapes: &[Extents], seed: u64) -> Network {
    let mut rng = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
    Network::new(steps, |name| {
        let (_, shape) = shapes.iter().find(|(array, _)| *array == name)?;
        let scale = (2.0 / shape[1..].iter().product::<usize>() as f32).sqrt();
        let positive = name.ends_with(".var") || name.ends_with(".gain");
        let mut value = || {
            if positive { rng.random::<f32>() + 0.5 } else { (2.0 * rng.random::<f32>() - 1.0) * scale }
        };
        Some(Tensor { shape: shape.to_vec(), values: (0..shape.iter().product()).map(|_| value()).collect() })
    })
    .unwrap()
}

/// The same network with one number of one array changed.
fn changed(network: &Network, name: &str, at: usize, by: f32) -> Network {
    let file = network.to_tensors();
    Network::new(&network.steps(), |array| {
        let mut tensor = file.tensors[&format!("weights.{array}")].clone();
        if array == name {
            tensor.values[at] += by;
        }
        Some(tensor)
    })
    .unwrap()
}

/// The mean loss, from the logits in double precision.
fn mean_loss(network: &Network, data: &Dataset, loss: Loss) -> f64 {
    let logits = network.logits(&data.images).unwrap();
    let of_image = |(row, label): (nalgebra::RowDVector<f64>, &usize)| match loss {
        Loss::CrossEntropy => row.iter().map(|v| (v - row[*label]).exp()).sum::<f64>().ln(),
        Loss::SquaredError => {
            row.iter().enumerate().map(|(o, v)| (v - f64::from(u8::from(o == *label))).powi(2) / 2.0).sum()
        }
    };
    let rows = logits.row_iter().map(|row| row.map(f64::from));
    rows.zip(&data.labels).map(of_image).sum::<f64>() / data.len() as f64
}

/// Every kind of step between a 1 x 1 convolution, whose gradient passes through it, and an output layer.
#[test]
fn gradients_of_every_step_are_finite_differences() {
    let norm: [Extents; 4] = [("n.mean", &[4]), ("n.var", &[4]), ("n.gain", &[4]), ("n.bias", &[4])];
    let conv: Extents = ("c", &[4, 4, 3, 3]);
    let cases: [(&str, &[Extents]); 16] = [
        ("relu", &[]),
        ("relu6", &[]),
        ("conv c 1 1", &[conv]),
        ("conv c 2 0 bias", &[conv, ("c.b", &[4])]),
        ("conv c 2 same", &[("c", &[4, 4, 2, 2])]),
        ("conv c 1 same groups=4", &[("c", &[4, 1, 3, 3])]),
        ("conv c 1 1 groups=2", &[("c", &[4, 2, 3, 3])]),
        ("bn n", &norm),
        ("bn n 0.001", &norm),
        ("maxpool 2 2 0", &[]),
        ("maxpool 3 2 1", &[]),
        ("avgpool 2 1", &[]),
        ("globalavg", &[]),
        ("save a; relu; conv c 1 1; add a", &[conv]),
        (
            "save a; conv c 2 1; add a p n 2",
            &[conv, ("p", &[4, 4, 1, 1]), norm[0], norm[1], norm[2], norm[3]],
        ),
        ("save a; save b; relu; add b; add a", &[]),
    ];
    let shape = Shape { channels: 2, height: 6, width: 5 };
    let data = labelled(noise(shape, 6, 5), 3);
    for (steps, shapes) in cases {
        // How many values reach the output layer.
        let head = format!("conv in 1 0 bias; {steps}; flatten");
        let shapes = [&[("in", &[4, 2, 1, 1][..]), ("in.b", &[4])], shapes].concat();
        let values = network(&head, &shapes, 3).check(shape).unwrap();
        let output = [3, values];
        let shapes = [&shapes[..], &[("out", &output), ("out.b", &[3])]].concat();
        let network = network(&format!("{head}; linear out bias"), &shapes, 3);
        for loss in Loss::ALL {
            let (value, gradients) = network.gradient(&data, loss).unwrap();
            assert!((value - mean_loss(&network, &data, loss)).abs() < 1e-5, "{steps}: {value}");
            for (name, gradient) in gradients {
                let (mut error, mut size) = (0.0, 0.0);
                for at in (0..gradient.len()).step_by(gradient.len().div_ceil(12)) {
                    let moved = |by| mean_loss(&changed(&network, &name, at, by), &data, loss);
                    let slope = (moved(2e-3) - moved(-2e-3)) / 4e-3;
                    error += (slope - f64::from(gradient[at])).powi(2);
                    size += slope.powi(2);
                }
                // A kink of ReLU or of a maximum between the two points changes single slopes by some percent.
                let relative = (error / size.max(1e-6)).sqrt();
                assert!(relative < 5e-2, "{steps}, {name}, {loss}: {relative:.1e}");
            }
        }
    }
}

/// The patches that a convolution reads from a map of values, as an image with a channel for each value of a patch.
fn patch_image(input: &[f32], shape: Shape, q: usize, stride: usize, padding: usize) -> (Shape, Vec<f32>) {
    let side = |side: usize| (side + 2 * padding - q) / stride + 1;
    let patches =
        Shape { channels: shape.channels * q * q, height: side(shape.height), width: side(shape.width) };
    let mut values = Vec::new();
    for at in 0..patches.channels {
        for (y, x) in (0..patches.height).flat_map(|y| (0..patches.width).map(move |x| (y, x))) {
            let (row, column) = (y * stride + at / q % q, x * stride + at % q);
            let inside = (padding..padding + shape.height).contains(&row)
                && (padding..padding + shape.width).contains(&column);
            let pixel = || ((at / q / q) * shape.height + row - padding) * shape.width + column - padding;
            values.push(if inside { input[pixel()] } else { 0.0 });
        }
    }
    (patches, values)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The definition of the AGOP: every patch is a variable of its own, a pixel of an image of patches. A convolution on that image
    /// is a 1 x 1 convolution; the network behind it stays. Before it stands one that changes nothing: the gradients to its outputs
    /// are the gradients to the patches, without any shortcut. The shortcut is `W^T Kd W`.
    #[test]
    fn the_shortcut_is_the_definition(
        q in 1_usize..4, stride in 1_usize..3, padding in 0_usize..2, channels in 1_usize..3, layer in 0_usize..2, seed in 0_u64..1000,
    ) {
        let shape = Shape { channels, height: 5, width: 6 };
        let (k, classes) = (3, 2);
        let before = format!("conv a {stride} {padding} bias; relu");
        let first: (&str, &[usize]) = ("a", &[k, channels, q, q]);
        let map = network(&format!("{before}; flatten"), &[first, ("a.b", &[k])], seed).check(shape).unwrap();
        let (steps, shapes): (String, Vec<(&str, Vec<usize>)>) = if layer == 0 {
            (format!("{before}; flatten; linear out"), vec![("a", first.1.to_vec()), ("a.b", vec![k]), ("out", vec![classes, map])])
        } else {
            let steps = format!("{before}; conv b 1 1 bias; relu; globalavg; linear out");
            (steps, vec![("a", first.1.to_vec()), ("a.b", vec![k]), ("b", vec![4, k, 3, 3]), ("b.b", vec![4]), ("out", vec![classes, 4])])
        };
        let shapes: Vec<(&str, &[usize])> = shapes.iter().map(|(name, shape)| (*name, &shape[..])).collect();
        let whole = network(&steps, &shapes, seed);
        let images = noise(shape, 2, seed);
        let ansatz = block_on(Ansatz::measure(&whole, &images, Probes::AllLogits, &NoMonitor)).unwrap();
        let measured = &ansatz.layers()[layer];

        // The network behind the patches.
        let (name, rest) = if layer == 0 { ("a", "relu; flatten; linear out") } else { ("b", "relu; globalavg; linear out") };
        let file = whole.to_tensors();
        let d = measured.weights().ncols();
        let behind = Network::new(&format!("conv identity 1 0; conv patches 1 0 bias; {rest}"), |array| {
            if array == "identity" {
                let values = DMatrix::<f32>::identity(d, d).as_slice().to_vec();
                return Some(Tensor { shape: vec![d, d, 1, 1], values });
            }
            let mut tensor = file.tensors[&format!("weights.{}", array.replace("patches", name))].clone();
            if array == "patches" {
                tensor.shape = vec![tensor.shape[0], tensor.shape[1..].iter().product(), 1, 1];
            }
            Some(tensor)
        }).unwrap();
        let mut definition = DMatrix::<f64>::zeros(d, d);
        for image in 0..images.count() {
            let (patches, values) = if layer == 0 {
                patch_image(images.image(image), shape, q, stride, padding)
            } else {
                let half = Network::new(&before, |array| file.tensors.get(&format!("weights.{array}")).cloned()).unwrap();
                let values = half.logits(&images.select(&[image])).unwrap();
                let side = |side: usize| (side + 2 * padding - q) / stride + 1;
                let map = Shape { channels: k, height: side(shape.height), width: side(shape.width) };
                patch_image(values.as_slice(), map, 3, 1, 1)
            };
            let patches = Images::new(patches, values).unwrap();
            let of_patches = block_on(Ansatz::measure(&behind, &patches, Probes::AllLogits, &NoMonitor)).unwrap();
            definition += of_patches.layers()[0].covariance() / images.count() as f64;
        }
        let error = (measured.agop() - &definition).norm() / definition.norm().max(1e-6);
        prop_assert!(error < 1e-5, "relative error {error:.1e} in layer {layer}");
    }
}

#[test]
fn random_signs_estimate_the_sum_over_all_logits() {
    let shape = Shape { channels: 1, height: 6, width: 6 };
    let network = Network::vanilla(shape, 2, 4, 3, 5, Initialization::He, 1).unwrap();
    let images = noise(shape, 4, 2);
    let agop = |probes| {
        let ansatz = block_on(Ansatz::measure(&network, &images, probes, &NoMonitor)).unwrap();
        ansatz.layers()[1].agop()
    };
    let exact = agop(Probes::AllLogits);
    let error = |count| {
        let estimate = agop(Probes::RandomSigns { count, seed: 3 });
        assert_eq!(estimate, agop(Probes::RandomSigns { count, seed: 3 }), "the same seed");
        (estimate - &exact).norm() / exact.norm()
    };
    let (few, many) = (error(8), error(800));
    println!("relative error {few:.2} with 8 signs, {many:.3} with 800");
    assert!(many < 0.05 && many < few, "{few} {many}");
    let none =
        block_on(Ansatz::measure(&network, &images, Probes::RandomSigns { count: 0, seed: 1 }, &NoMonitor));
    assert_eq!(none.unwrap_err().to_string(), "probes: found 0, expected 1 to 10000");
}

/// Gradients of networks with tiny weights vanish in single precision when they are squared.
#[test]
fn tiny_gradients_have_a_correlation() {
    let shape = Shape { channels: 1, height: 8, width: 8 };
    let network = Network::vanilla(shape, 6, 4, 3, 3, Initialization::Gaussian(1e-5), 1).unwrap();
    let ansatz =
        block_on(Ansatz::measure(&network, &noise(shape, 2, 1), Probes::AllLogits, &NoMonitor)).unwrap();
    for layer in ansatz.layers() {
        assert!(layer.correlation().values().iter().all(|v| v.is_some_and(|v| (0.0..=1.0).contains(&v))));
        assert!(layer.agop_view(1, 1).unwrap().shares[0] > 0.1);
    }
}

#[test]
fn files_that_do_not_fit_are_named_with_tensor_and_expectation() {
    let shape = Shape { channels: 1, height: 5, width: 5 };
    let whole = Network::vanilla(shape, 2, 3, 3, 2, Initialization::He, 1).unwrap();
    let error = |change: &dyn Fn(&mut NamedTensors)| {
        let mut file = read_tensors(&network_npz(&whole, None).unwrap()).unwrap();
        change(&mut file);
        Network::from_tensors(&file).and_then(|network| network.check(shape)).unwrap_err().to_string()
    };
    let set = |name: &'static str, shape: &'static [usize], value: f32| {
        move |file: &mut NamedTensors| {
            let values = vec![value; shape.iter().product()];
            file.tensors.insert(name.into(), Tensor { shape: shape.to_vec(), values });
        }
    };
    let cases: [Case<NamedTensors>; 9] = [
        (&|file| file.texts.clear(), "steps: found nothing, expected a text"),
        (
            &|file| drop(file.tensors.remove("weights.conv1")),
            "weights.conv1: found nothing, expected an array of 4 axes (filters, channels, q, q)",
        ),
        (
            &set("weights.conv1", &[3, 3], 1.0),
            "weights.conv1: found shape [3, 3], expected an array of 4 axes",
        ),
        (
            &set("weights.conv1", &[3, 4, 3, 3], 1.0),
            "expected [any, 3, any, any], because the step reads 3x5x5",
        ),
        (&set("weights.conv1", &[3, 3, 3, 2], 1.0), "expected square filters"),
        (
            &set("weights.conv1", &[3, 3, 9, 9], 1.0),
            "filter size of conv1: found 9, expected at most the side",
        ),
        (&set("weights.out", &[2, 74], 1.0), "weights.out: found shape [2, 74], expected [any, 75]"),
        (
            &set("weights.out", &[2, 75], f32::NAN),
            "weights.out, value 0: found NaN, expected a finite number",
        ),
        (&set("weights.conv0", &[0, 1, 3, 3], 1.0), "weights.conv0: found shape [0, 1, 3, 3]"),
    ];
    for (change, expected) in cases {
        let error = error(change);
        assert!(error.contains(expected), "{error}");
    }
    let wrong = whole.check(Shape { channels: 3, height: 5, width: 5 }).unwrap_err().to_string();
    assert!(
        wrong.contains("weights.conv0: found shape [3, 1, 3, 3], expected [any, 3, any, any]"),
        "{wrong}"
    );
    for (steps, expected) in [
        ("linear out", "a map of 1x5x5 before \"linear out\", expected `flatten` or `globalavg` first"),
        ("add a", "steps: found \"add a\", expected `save a` before it"),
        ("save a; maxpool 2 1 0; add a", "expected 1x4x4, as in the main path"),
        ("maxpool 6 1 0", "expected a window that fits into its input, 1x5x5"),
        ("maxpool 2 1 2", "expected a padding below the window size"),
        ("relu; conv c 1 1 groups=2; relu", "groups of c: found 2, expected a divisor of 1"),
    ] {
        let network = Network::new(steps, |_| {
            Some(Tensor { shape: vec![1; if steps == "linear out" { 2 } else { 4 }], values: vec![1.0] })
        });
        let error = network.and_then(|network| network.check(shape)).unwrap_err().to_string();
        assert!(error.contains(expected), "{steps}: {error}");
    }
    let twice =
        Network::new("conv c 1 1; conv c 1 1", |_| Some(Tensor { shape: vec![1; 4], values: vec![1.0] }));
    assert!(twice.unwrap_err().to_string().contains("c twice"));
    // Padding that asks for 10 GB is refused before anything is allocated.
    let huge =
        Network::new("conv c 1 60000", |_| Some(Tensor { shape: vec![1; 4], values: vec![1.0] })).unwrap();
    assert!(huge.check(shape).is_err());
}

/// One padded convolution gives maps of 8,001 x 8,001, and a pass keeps every one of them: 1,024 GB. Nothing of it may be allocated.
#[test]
fn networks_that_do_not_fit_in_memory_are_refused_with_the_bytes() {
    let data = small_data();
    let (side, relus) = (8001, "relu; ".repeat(1990));
    let padding = (side - data.train.images.shape().height) / 2;
    let steps = format!("conv c 1 {padding}; {relus}globalavg; linear out");
    let network = network(&steps, &[("c", &[1, 1, 2, 2]), ("out", &[3, 1])], 1);
    let training = Training::new(network.clone(), TrainingSettings::default(), data.clone()).map(drop);
    let ansatz = block_on(Ansatz::measure(&network, &data.train.images, Probes::AllLogits, &NoMonitor));
    for refused in [training.unwrap_err(), ansatz.map(drop).unwrap_err()] {
        let Error::TooLarge { needed, available, largest: 0, .. } = refused else { panic!("{refused}") };
        assert!(needed > available && needed > 1_000_000_000_000, "{refused}");
    }
}

fn small_data() -> Split {
    let shape = Shape { channels: 1, height: 6, width: 6 };
    Split {
        train: marked(shape, 50, 3, 1),
        validation: marked(shape, 20, 3, 2),
        test: marked(shape, 20, 3, 3),
    }
}

fn small_training(pool: Option<Box<dyn WorkerPool<NetworkProblem>>>) -> Training {
    let data = small_data();
    let network = Network::vanilla(data.train.images.shape(), 2, 4, 3, 3, Initialization::He, 7).unwrap();
    let mut settings = TrainingSettings::default();
    (settings.epochs, settings.batch, settings.learning_rate) = (4, 16, 1e-2);
    Training::on(pool, network, settings, data).unwrap()
}

/// Trains to the end; a cancelled epoch goes on at the next call.
fn finish(training: &mut Training, monitor: &dyn Monitor) {
    for _ in 0..10_000 {
        match block_on(training.advance(monitor)) {
            Ok(None) => return,
            Ok(Some(_)) | Err(Error::Cancelled) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the training does not end");
}

/// Everything but the times.
fn outcome(training: &Training) -> (Network, Vec<[Option<f64>; 4]>, Option<usize>) {
    let epochs = training.epochs().iter().map(|epoch| {
        [Some(epoch.loss), Some(epoch.train_accuracy), epoch.validation_accuracy, epoch.test_accuracy]
    });
    (training.network().clone(), epochs.collect(), training.best().map(|(epoch, _)| epoch))
}

#[test]
fn training_learns_and_does_not_depend_on_threads() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut training = small_training(None);
            finish(&mut training, &NoMonitor);
            outcome(&training)
        })
    };
    let (network, epochs, best) = on(1);
    assert!(epochs[3][0] < epochs[0][0], "{epochs:?}");
    assert!(best.is_some_and(|best| epochs.iter().all(|epoch| epoch[2] <= epochs[best][2])));
    for threads in [2, 5] {
        assert!(on(threads) == (network.clone(), epochs.clone(), best), "{threads} threads");
    }
}

/// Workers that run each job when it is assigned, from messages alone.
struct Inline {
    workers: RefCell<Vec<PoolWorker<NetworkProblem>>>,
    events: RefCell<VecDeque<PoolEvent>>,
}

impl WorkerPool<NetworkProblem> for Inline {
    fn workers(&self) -> Vec<usize> {
        (0..self.workers.borrow().len()).collect()
    }

    fn send(&self, problem: u64, update: &NetworkUpdate, values: &[f32]) {
        for worker in self.workers.borrow_mut().iter_mut() {
            worker.apply(problem, update, values.to_vec()).unwrap();
        }
    }

    fn assign(&self, worker: usize, problem: u64, number: u64, job: &NetworkJob) {
        let values = self.workers.borrow()[worker].run(problem, job).unwrap();
        // The latest answer comes first.
        self.events.borrow_mut().push_front(PoolEvent::JobDone { worker, number, values });
    }

    fn next<'a>(&'a self, _: u64) -> Pin<Box<dyn Future<Output = Option<PoolEvent>> + 'a>> {
        Box::pin(std::future::ready(self.events.borrow_mut().pop_front()))
    }
}

#[test]
fn workers_of_a_page_train_to_the_same_weights() {
    let mut expected = small_training(None);
    finish(&mut expected, &NoMonitor);
    let images = &expected.data().test.images;
    let here = block_on(Ansatz::measure(expected.network(), images, Probes::AllLogits, &NoMonitor)).unwrap();
    for workers in [1, 3] {
        let pool = || -> Option<Box<dyn WorkerPool<NetworkProblem>>> {
            let workers = (0..workers).map(|_| PoolWorker::default()).collect();
            Some(Box::new(Inline { workers: RefCell::new(workers), events: RefCell::default() }))
        };
        let mut training = small_training(pool());
        finish(&mut training, &NoMonitor);
        assert!(outcome(&training) == outcome(&expected), "{workers} workers");
        // The workers that have trained have the weights and the training images.
        let first = expected.data().train.images.select(&[0, 1, 2]);
        let sent =
            block_on(Ansatz::measure(expected.network(), &first, Probes::AllLogits, &NoMonitor)).unwrap();
        let kept = block_on(training.ansatz(3, Probes::AllLogits, &NoMonitor)).unwrap();
        for (a, b) in sent.layers().iter().zip(kept.layers()) {
            assert!(a.agop() == b.agop() && sent.logits() == kept.logits(), "{workers} workers");
        }
        let network = training.network();
        let there =
            block_on(Ansatz::measure_on(pool(), network, images, Probes::AllLogits, &NoMonitor)).unwrap();
        for (a, b) in here.layers().iter().zip(there.layers()) {
            assert!(a.agop() == b.agop() && here.logits() == there.logits(), "{workers} workers");
        }
    }
}

/// Answers `false` to every third report.
struct EveryThird(Cell<usize>);

impl Monitor for EveryThird {
    fn report<'a>(&'a self, _: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        self.0.set(self.0.get() + 1);
        Box::pin(std::future::ready(!self.0.get().is_multiple_of(3)))
    }
}

/// Never answers the report with this number.
struct Unanswered(Cell<usize>, usize);

impl Monitor for Unanswered {
    fn report<'a>(&'a self, _: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        self.0.set(self.0.get() + 1);
        let last = self.0.get() > self.1;
        if last { Box::pin(std::future::pending()) } else { Box::pin(std::future::ready(true)) }
    }
}

#[test]
fn an_interrupted_training_ends_as_one_that_was_not() {
    let mut expected = small_training(None);
    finish(&mut expected, &NoMonitor);
    let mut cancelled = small_training(None);
    finish(&mut cancelled, &EveryThird(Cell::new(0)));
    assert!(outcome(&cancelled) == outcome(&expected), "cancelled");
    for report in 0..4 {
        let mut dropped = small_training(None);
        let monitor = Unanswered(Cell::new(0), report);
        // A pending future stays pending: nobody wakes it.
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Ok(Some(_))) = pin!(dropped.advance(&monitor)).as_mut().poll(&mut context) {}
        finish(&mut dropped, &NoMonitor);
        assert!(outcome(&dropped) == outcome(&expected), "dropped at report {report}");
    }
    let mut extended = small_training(None);
    finish(&mut extended, &NoMonitor);
    assert!(extended.extend(3).is_err());
    extended.extend(5).unwrap();
    finish(&mut extended, &NoMonitor);
    assert_eq!(extended.epochs().len(), 5);
    let recorder = Recorder::new(usize::MAX);
    finish(&mut small_training(None), &recorder);
    let reports = recorder.reports.into_inner();
    assert!(reports.windows(2).all(|pair| pair[0].share <= pair[1].share + 1e-12));
    assert!(reports.iter().all(|report| (0.0..=1.0).contains(&report.share) && report.round < 4));
}

fn network_of_one_layer(shape: Shape) -> Network {
    network("flatten; linear out", &[("out", &[3, shape.len()])], 1)
}

#[test]
fn bad_settings_and_diverging_trainings_are_named() {
    let data = small_data();
    let shape = data.train.images.shape();
    let network = Network::vanilla(shape, 2, 4, 3, 3, Initialization::He, 7).unwrap();
    let error = |network: &Network, change: &dyn Fn(&mut TrainingSettings), data: &Split| {
        let mut settings = TrainingSettings::default();
        change(&mut settings);
        Training::new(network.clone(), settings, data.clone()).map(drop).unwrap_err().to_string()
    };
    let cases: [Case<TrainingSettings>; 6] = [
        (&|s| s.epochs = 0, "epochs: found 0"),
        (&|s| s.batch = 0, "batch: found 0"),
        (&|s| s.learning_rate = f64::NAN, "learning-rate: found NaN"),
        (&|s| s.momentum = 1.0, "momentum: found 1"),
        (&|s| s.weight_decay = -1.0, "weight-decay: found -1"),
        (&|s| s.learning_rate = 0.0, "learning-rate: found 0"),
    ];
    for (change, expected) in cases {
        assert!(error(&network, change, &data).contains(expected), "{expected}");
    }
    let other = Network::vanilla(shape, 2, 4, 3, 2, Initialization::He, 7).unwrap();
    assert!(error(&other, &|_| (), &data).contains("outputs of the network: found 2, expected 3"));
    let empty = Split { train: data.train.select(&[]), ..data.clone() };
    assert!(error(&network, &|_| (), &empty).contains("training images: found 0"));
    assert!(
        Network::vanilla(shape, 2, 4, 7, 3, Initialization::He, 7).is_err(),
        "a patch larger than the image"
    );
    assert!(Network::vanilla(shape, 2, 4, 3, 3, Initialization::Gaussian(f64::NAN), 7).is_err());

    let mut settings = TrainingSettings::default();
    (settings.optimizer, settings.learning_rate, settings.loss) = (Optimizer::Sgd, 100.0, Loss::SquaredError);
    // Without a ReLU, which would end at 0.
    let linear = network_of_one_layer(shape);
    let mut training = Training::new(linear, settings, data).unwrap();
    let error = loop {
        match block_on(training.advance(&NoMonitor)) {
            Err(error) => break error,
            Ok(epoch) => assert!(epoch.is_some(), "it did not diverge"),
        }
    };
    assert!(matches!(error, Error::NotFinite { .. }), "{error}");
    assert!(training.network().parameters().all(|(_, values)| values.iter().all(|v| v.is_finite())));
}
