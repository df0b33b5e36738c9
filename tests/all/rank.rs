//! Runs with landmarks (`Settings::rank`): against exact runs, against dense formulas in double precision, and as a state machine.

use crate::common;

use common::{
    Npz, assert_same_run, cpu, finish, finished, frobenius_relative, max_relative, noise_split, settings,
};
use convrfm::math::ntk;
use convrfm::{
    AgopSamples, ConvRfm, Engine, Error, Level, Monitor, Naive, NoMonitor, Predictor, Progress, Results,
    Ridge, Round, Settings, Shape, Split, Stage,
};
use nalgebra::DMatrix;
use pollster::block_on;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;

const SHAPE: Shape = Shape { channels: 2, height: 6, width: 7 };
const TRAIN: usize = 60;

fn data() -> Split {
    noise_split(SHAPE, [TRAIN, 12, 15], 3, 5)
}

fn with_rank(rank: impl Into<Option<usize>>, ridge: impl Into<Ridge>) -> Settings {
    let mut settings = settings(2, 3, ridge, 2, AgopSamples::First(7));
    settings.rank = rank.into();
    settings
}

fn rounds(run: &ConvRfm) -> &[Round] {
    run.levels()[0].rounds()
}

fn naive() -> Box<dyn Engine> {
    Box::<Naive<f64>>::default()
}

/// With as many landmarks as training images nothing is approximated. The largest difference was 2e-6: the exact run solves in single
/// precision, the other one in double precision with a jitter of 2e-6.
#[test]
fn all_training_images_as_landmarks_give_the_exact_run() {
    for ridge in [1e-1, 1e-3] {
        let [exact, all] = [None, Some(TRAIN)].map(|rank| finished(with_rank(rank, ridge), data(), cpu()));
        for (i, (exact, all)) in rounds(&exact).iter().zip(rounds(&all)).enumerate() {
            let predictions = |round: &Round| round.test_predictions.clone().unwrap();
            let error = max_relative(&predictions(all), &predictions(exact));
            assert!(error < 1e-5, "round {i}, ridge {ridge}: {error:.1e}");
            assert_eq!((all.trace_residual, all.ridge, all.retries), (Some(0.0), ridge, 0));
            assert_eq!(exact.trace_residual, None);
        }
        let [exact, all] = [&exact, &all].map(|run| rounds(run)[0].agop.as_ref().unwrap().matrix());
        let error = frobenius_relative(all, exact);
        assert!(error < 1e-5, "AGOP with ridge {ridge}: {error:.1e}");
    }
}

/// Predictions on the test images and the trace residual of a round, by the formulas, from kernels of pairs in double precision.
fn dense(level: &Level, round: usize, landmarks: &[usize], ridge: f64) -> (DMatrix<f64>, f64) {
    let (geometry, data) = (level.geometry(), level.data());
    let root = level.feature_matrix(round).map(|m| m.root().map(f64::from));
    let transformed = |image: &[f32]| -> Vec<f64> {
        let patches = geometry.patches(image).into_iter().map(f64::from);
        let patches = DMatrix::from_iterator(geometry.patch_len(), geometry.positions(0), patches);
        let patches = root.as_ref().map_or(patches.clone(), |root| root * patches);
        patches.as_slice().to_vec()
    };
    let of = |part: &convrfm::Images| -> Vec<Vec<f64>> {
        (0..part.count()).map(|i| transformed(part.image(i))).collect()
    };
    let (train, test) = (of(&data.train.images), of(&data.test.images));
    let rows = |part: &[Vec<f64>]| {
        DMatrix::from_fn(part.len(), landmarks.len(), |i, j| {
            ntk::pair(geometry, &part[i], &train[landmarks[j]])
        })
    };
    let (k_nz, k_xz) = (rows(&train), rows(&test));
    let k_zz = k_nz.select_rows(landmarks);
    let scale = k_zz.amax();
    let targets = data.train.one_hot().map(f64::from);
    let system = k_nz.transpose() * &k_nz / scale / scale + &k_zz / scale * ridge;
    let alpha = system.full_piv_lu().solve(&(k_nz.transpose() / scale * targets)).unwrap();
    let inverse = k_zz.try_inverse().unwrap();
    let (mut represented, mut trace) = (0.0, 0.0);
    for i in (0..train.len()).filter(|i| !landmarks.contains(i)) {
        represented += (k_nz.row(i) * &inverse * k_nz.row(i).transpose())[0];
        trace += ntk::pair(geometry, &train[i], &train[i]);
    }
    (k_xz / scale * alpha, 1.0 - represented / trace)
}

/// Also with fewer landmarks than classes, and on both kinds of engine.
#[test]
fn predictions_and_the_trace_residual_are_those_of_the_formulas() {
    let mut missed = Vec::new();
    for (rank, engine) in [(1, cpu()), (2, naive()), (10, cpu()), (30, naive()), (45, cpu())] {
        let run = finished(with_rank(rank, 1e-3), data(), engine);
        let (level, landmarks) = (&run.levels()[0], Vec::from_iter(0..rank));
        for (i, round) in rounds(&run).iter().enumerate() {
            assert_eq!(round.alpha.as_ref().unwrap().shape(), (rank, 3));
            let (expected, trace_residual) = dense(level, i, &landmarks, 1e-3);
            let error = max_relative(round.test_predictions.as_ref().unwrap(), &expected.map(|v| v as f32));
            assert!(error < 1e-5, "rank {rank}, round {i}: {error:.1e}");
            let difference = (round.trace_residual.unwrap() - trace_residual).abs();
            assert!(difference < 1e-5, "rank {rank}, round {i}: trace residual off by {difference:.1e}");
            assert!(round.residual < 1e-9, "rank {rank}, round {i}: {:.1e}", round.residual);
        }
        missed.push(rounds(&run)[0].trace_residual.unwrap());
        // A predictor of the run computes the same function.
        let (image, predictor) = (level.data().test.images.image(3), Predictor::new(level, 1).unwrap());
        let f = predictor.predict(&predictor.kernel_row(image).unwrap().unwrap()).unwrap();
        let expected = rounds(&run)[1].test_predictions.as_ref().unwrap();
        assert!((f[1] - expected[(3, 1)]).abs() < 1e-4 * expected.amax(), "rank {rank}");
    }
    assert!(missed.is_sorted_by(|more, less| more > less) && missed[4] > 0.0, "{missed:?}");
}

/// The AGOP of all samples is the mean over the landmarks.
#[test]
fn the_agop_averages_over_landmarks() {
    let mut settings = with_rank(8, 1e-3);
    settings.agop_samples = AgopSamples::All;
    let run = finished(settings, data(), cpu());
    let (level, predictor) = (&run.levels()[0], Predictor::new(&run.levels()[0], 0).unwrap());
    let of = |i| predictor.outer_product(level.train().image(i), 2, 5).unwrap().unwrap();
    let expected = (0..8).map(of).sum::<f64>() / 8.0;
    let m = rounds(&run)[0].agop.as_ref().unwrap().matrix();
    assert!((f64::from(m[(2, 5)]) - expected).abs() < 1e-4 * f64::from(m.amax()));
}

/// Files with an order of their own are often sorted by class.
#[test]
fn landmarks_of_a_sorted_training_set_have_every_class_in_proportion() {
    let mut split = data();
    split.train.labels = (0..TRAIN).map(|i| if i < 30 { 0 } else { 1 + i / 50 }).collect();
    assert_eq!(split.train.counts(), [30, 20, 10]);
    let run = ConvRfm::new(with_rank(6, 1e-3), split.clone(), cpu()).unwrap();
    let expected = split.train.images.select(&[0, 1, 2, 30, 31, 50]);
    assert!(*run.levels()[0].landmarks() == expected);
}

#[test]
fn a_grid_of_ridges_gives_the_results_of_its_best_ridge() {
    let ridges = [1e-5, 1e-2, 10.0];
    let run = |ridge: Ridge| finished(with_rank(20, ridge), data(), cpu());
    let (chosen, alone) = (run(Ridge::Grid(ridges.to_vec())), ridges.map(|ridge| run(ridge.into())));
    let validation = |run: &ConvRfm| {
        (rounds(run)[0].validation_accuracy.unwrap(), -rounds(run)[0].validation_error.unwrap())
    };
    let best = alone.iter().max_by(|a, b| validation(a).partial_cmp(&validation(b)).unwrap()).unwrap();
    let (actual, expected) = (&rounds(&chosen)[0], &rounds(best)[0]);
    assert_eq!((actual.ridge, actual.retries), (expected.ridge, 0));
    assert_eq!(actual.test_predictions, expected.test_predictions, "the same coefficients, bit for bit");
}

/// Two levels, interrupted after every stage.
#[test]
fn a_restored_run_has_the_results_of_one_that_was_not_interrupted() {
    let mut settings = with_rank(9, "1e-3,1e-1".parse::<Ridge>().unwrap());
    (settings.levels, settings.width) = (2, 3);
    let start = || ConvRfm::new(settings.clone(), data(), cpu()).unwrap();
    let (mut undisturbed, mut interrupted) = (start(), start());
    finish(&mut undisturbed);
    while block_on(interrupted.advance(&NoMonitor)).unwrap().is_some() {
        let mut run = start();
        block_on(run.restore(interrupted.state(), &NoMonitor)).unwrap();
        finish(&mut run);
        assert_same_run(&run, &undisturbed, &format!("before {:?}", interrupted.next_stage()));
    }
    let last = undisturbed.levels()[1].rounds().last().unwrap();
    assert!(last.trace_residual.unwrap() > 0.0 && last.alpha.as_ref().unwrap().nrows() == 9);
}

/// Cancels a stage when half of it is done, and records how far it has come.
struct CancelHalfway(Stage, RefCell<Vec<f64>>);

impl Monitor for CancelHalfway {
    fn report<'a>(&'a self, progress: Progress) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        let watched = progress.stage == self.0;
        if watched {
            self.1.borrow_mut().push(progress.done);
        }
        Box::pin(std::future::ready(!watched || progress.done < 0.5))
    }
}

/// The kernel rows of three blocks take the reference engine about 0.2 s, in which it reports every 30 ms.
#[test]
fn a_round_can_be_cancelled_between_blocks_of_kernel_rows() {
    let split = noise_split(Shape { channels: 1, height: 13, width: 13 }, [600, 5, 5], 2, 1);
    let mut settings = settings(3, 2, 1e-2, 1, AgopSamples::All);
    settings.rank = Some(40);
    let mut run = ConvRfm::new(settings.clone(), split.clone(), naive()).unwrap();
    block_on(run.advance(&NoMonitor)).unwrap();
    let monitor = CancelHalfway(Stage::Solve, RefCell::default());
    assert_eq!(block_on(run.advance(&monitor)), Err(Error::Cancelled));
    let reported = monitor.1.into_inner();
    assert!(reported.len() > 2 && reported.is_sorted(), "{reported:?}");
    assert!(reported.last().is_some_and(|done| *done < 1.0), "{reported:?}");
    assert_eq!(run.next_stage(), Some(Stage::Kernel));
    finish(&mut run);
    assert_same_run(&run, &finished(settings, split, naive()), "cancelled between blocks");
}

#[test]
fn ranks_that_cannot_be_used_are_refused() {
    for rank in [0, TRAIN + 1] {
        let error = ConvRfm::new(with_rank(rank, 1e-3), data(), cpu()).err().unwrap().to_string();
        assert_eq!(error, format!("rank: found {rank}, expected 1 to 60, the number of training images"));
    }
    assert!([1, TRAIN].iter().all(|&rank| with_rank(rank, 1e-3).check(&data()).is_ok()));
}

/// K of a million images takes 4 TB; with 50 landmarks the images take most of the memory.
#[test]
fn the_plan_counts_landmarks() {
    let split = noise_split(Shape { channels: 1, height: 1, width: 1 }, [1_000_000, 2, 2], 2, 1);
    let plan = |rank| {
        let mut settings = settings(1, 1, 1e-2, 1, AgopSamples::First(5));
        settings.rank = rank;
        ConvRfm::new(settings, split.clone(), cpu()).unwrap().plan()
    };
    assert!(matches!(plan(None), Err(Error::TooLarge { .. })));
    let plan_of_50 = plan(Some(50)).unwrap();
    assert!(plan_of_50.bytes > 4_000_000 && plan_of_50.bytes < 100_000_000, "{plan_of_50:?}");
    assert!(matches!(plan(Some(900_000)), Err(Error::TooLarge { .. })));
    // Twice as many landmarks mean twice as many kernel values of a long training set.
    let work = |rank: usize| {
        let size = ConvRfm::new(with_rank(rank, 1e-3), data(), cpu()).unwrap().levels()[0].size();
        assert_eq!((size.train, size.streamed), (rank, TRAIN - rank));
        let kernel = size.work(Stage::Kernel) + size.streaming_work();
        let pairs = (rank * (rank + 1) / 2 + (TRAIN - rank) * rank) as f64;
        kernel / pairs / convrfm::engine::multiply_adds(size.geometry)
    };
    // The transform of the patches and the algebra in double precision come to the kernel values.
    assert!([5, 30].map(work).iter().all(|&each| each > 1.0 && each < 1.3), "{:?}", [5, 30].map(work));
}

#[test]
fn results_have_the_rank_and_the_trace_residual_of_every_round() {
    let run = finished(with_rank(5, 1e-3), data(), cpu());
    let results = Results::of(&run).unwrap();
    let (json, mut npz) = (serde_json::to_value(&results).unwrap(), Npz::new(results.npz().unwrap()));
    let expected: Vec<f64> = rounds(&run).iter().map(|round| round.trace_residual.unwrap()).collect();
    assert_eq!((npz.scalar("rank"), npz.scalar("agop_samples")), (5.0, 5.0));
    assert!(npz.array("trace_residual") == (vec![2], expected.clone()) && expected[0] > 0.0);
    assert_eq!(
        (&json["rank"], &json["trace_residual"]),
        (&serde_json::json!(5), &serde_json::json!(expected))
    );
    let exact = finished(with_rank(None, 1e-3), data(), cpu());
    let json = serde_json::to_value(Results::of(&exact).unwrap()).unwrap();
    assert!(json.get("rank").is_none() && json.get("trace_residual").is_none());
}
