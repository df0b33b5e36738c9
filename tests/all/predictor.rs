//! The predictor of a round: its kernel rows and predictions equal the engines', and its gradients are those of its predictions.

use crate::common;

use common::{cpu, engines, finished, frobenius_relative, max_relative, noise_split, settings};
use convrfm::engine::cpu::SingleImagePredictor;
use convrfm::math::{StageProgress, ntk};
use convrfm::rfm::Predictors;
use convrfm::{
    AgopSamples, ConvRfm, Cpu, Engine, FeatureMatrix, Images, Level, Matrix, NoMonitor, PatchGeometry,
    Predictor, Settings, Shape, Split,
};
use nalgebra::DMatrix;
use pollster::block_on;

const SAMPLES: usize = 6;

fn small_settings(rounds: usize) -> Settings {
    settings(3, 2, 1e-2, rounds, AgopSamples::First(SAMPLES))
}

/// 21 training images and 3 outputs are no multiples of the vector length.
fn small_data() -> Split {
    noise_split(Shape { channels: 2, height: 7, width: 8 }, [21, 5, 7], 3, 5)
}

/// Three rounds of one level.
fn finished_run(engine: Box<dyn Engine>) -> ConvRfm {
    finished(small_settings(3), small_data(), engine)
}

/// A CPU engine with the kernel of a round.
fn engine_with_kernel(level: &Level, round: usize) -> Cpu {
    let mut engine = Cpu::default();
    let root = level.feature_matrix(round).map(|m| m.root());
    block_on(engine.load(level.geometry(), level.train())).unwrap();
    block_on(engine.kernel(root, &StageProgress::unmonitored())).unwrap();
    engine
}

fn engine_rows(level: &Level, round: usize, images: &Images) -> Matrix {
    block_on(engine_with_kernel(level, round).kernel_rows(images, &StageProgress::unmonitored())).unwrap()
}

#[test]
fn kernel_rows_and_predictions_equal_the_engines_in_every_round() {
    for (name, engine) in engines() {
        let run = finished_run(engine());
        let level = run.current_level();
        for (number, round) in level.rounds().iter().enumerate() {
            let (predictor, test) = (Predictor::new(level, number).unwrap(), &level.data().test.images);
            let rows = engine_rows(level, number, test) / round.scale;
            let predictions = round.test_predictions.as_ref().unwrap();
            for image in 0..test.count() {
                let row = predictor.kernel_row(test.image(image)).unwrap().unwrap();
                let expected = Matrix::from_iterator(1, row.len(), rows.row(image).iter().copied());
                let error = max_relative(&Matrix::from_row_slice(1, row.len(), &row), &expected);
                assert!(error < 1e-6, "{name}, round {number}, image {image}: row {error:.1e}");
                let f = predictor.predict(&row).unwrap();
                for (o, f) in f.iter().enumerate() {
                    let error = (f - predictions[(image, o)]).abs();
                    assert!(error < 1e-5, "{name}, round {number}, image {image}, output {o}: {error:.1e}");
                }
            }
        }
    }
}

/// The row of a training image contains the image itself, where the cosine is 1, as on the diagonal of K.
#[test]
fn the_kernel_row_of_a_training_image_is_its_row_of_k() {
    let run = finished_run(cpu());
    let level = run.current_level();
    for round in 0..3 {
        let kernel = block_on(engine_with_kernel(level, round).kernel_matrix()).unwrap();
        let predictor = Predictor::new(level, round).unwrap();
        let rows: Vec<f32> =
            (0..21).flat_map(|i| predictor.kernel_row(level.train().image(i)).unwrap().unwrap()).collect();
        let error = max_relative(&(Matrix::from_row_slice(21, 21, &rows) * kernel.max()), &kernel);
        assert!(error < 1e-6, "round {round}: {error:.1e}");
    }
}

/// Similarities are cosines of the reference kernel. An image of larger contrast has larger kernel values and the same similarity.
#[test]
fn similarities_are_the_reference_kernel_over_both_images_own_values() {
    let run = finished_run(cpu());
    let level = run.current_level();
    for round in 0..3 {
        let predictor = Predictor::new(level, round).unwrap();
        let (geometry, train) = (predictor.geometry(), predictor.train());
        let transformed = |image: &[f32]| {
            let patches = columns(geometry, image);
            predictor.root().map_or(patches.clone(), |root| root.map(f64::from) * patches)
        };
        let pair = |a: &DMatrix<f64>, b: &DMatrix<f64>| ntk::pair(geometry, a.as_slice(), b.as_slice());
        let image = level.data().test.images.image(3);
        let (similarity, x) = (predictor.similarity(image).unwrap().unwrap(), transformed(image));
        assert_eq!(similarity.len(), 21);
        for (i, found) in similarity.iter().enumerate() {
            let other = transformed(train.image(i));
            let expected = pair(&x, &other) / (pair(&x, &x) * pair(&other, &other)).sqrt();
            assert!((f64::from(*found) - expected).abs() < 1e-5, "round {round}, {i}: {found}, {expected}");
        }
        let own = predictor.similarity(train.image(4)).unwrap().unwrap();
        assert!((own[4] - 1.0).abs() < 1e-5, "round {round}: {}", own[4]);
        let bright: Vec<f32> = image.iter().map(|v| 3.0 * v).collect();
        for (bright, found) in predictor.similarity(&bright).unwrap().unwrap().iter().zip(&similarity) {
            assert!((bright - found).abs() < 1e-5, "round {round}: {bright}, {found}");
        }
        let blank = vec![0.0; image.len()];
        assert!(predictor.similarity(&blank).unwrap().unwrap().iter().all(|&v| v == 0.0));
    }
    let not_started = ConvRfm::new(small_settings(1), small_data(), cpu()).unwrap();
    let predictor = Predictor::new(not_started.current_level(), 0).unwrap();
    assert_eq!(predictor.similarity(level.train().image(0)).unwrap(), None);
    assert!(predictor.similarity(&[0.0]).is_err());
}

#[test]
fn the_mean_outer_product_of_gradients_is_m() {
    let run = finished_run(cpu());
    let level = run.current_level();
    for round in 0..2 {
        let predictor = Predictor::new(level, round).unwrap();
        let (mut one_by_one, mut together) = (DMatrix::<f64>::zeros(18, 18), DMatrix::<f64>::zeros(18, 18));
        for image in 0..SAMPLES {
            let image = level.train().image(image);
            for output in 0..3 {
                let field = predictor.gradient(image, output).unwrap().unwrap().map(f64::from);
                assert_eq!(field.shape(), (18, 5 * 6));
                one_by_one += &field * field.transpose();
            }
            let fields = predictor.gradients(image).unwrap().unwrap().map(f64::from);
            together += &fields * fields.transpose();
        }
        let expected = level.rounds()[round].agop.as_ref().unwrap().matrix();
        for sum in [one_by_one, together] {
            let error = frobenius_relative(&(sum / SAMPLES as f64).map(|v| v as f32), expected);
            assert!(error < 1e-4, "round {round}: {error:.1e}");
        }
    }
}

/// f as a function of independent patches, in double precision by the reference kernel.
fn naive(predictor: &Predictor, patches: &DMatrix<f64>, output: usize) -> f64 {
    let geometry: PatchGeometry = predictor.geometry();
    let transformed = |patches: &DMatrix<f64>| match predictor.root() {
        Some(root) => root.map(f64::from) * patches,
        None => patches.clone(),
    };
    let z = transformed(patches);
    let (alpha, scale) = (predictor.alpha(output).unwrap().unwrap(), f64::from(predictor.scale().unwrap()));
    let train = predictor.train();
    let term = |i: usize| {
        let z_i = transformed(&columns(geometry, train.image(i)));
        f64::from(alpha[i]) * ntk::pair(geometry, z_i.as_slice(), z.as_slice()) / scale
    };
    (0..train.count()).map(term).sum()
}

fn columns(geometry: PatchGeometry, image: &[f32]) -> DMatrix<f64> {
    let patches = geometry.patches(image).into_iter().map(f64::from);
    DMatrix::from_iterator(geometry.patch_len(), geometry.positions(0), patches)
}

#[test]
fn a_gradient_equals_finite_differences_of_the_prediction() {
    let run = finished_run(cpu());
    let level = run.current_level();
    let (image, output, step) = (level.data().test.images.image(2), 1, 1e-5);
    for round in 0..3 {
        let predictor = Predictor::new(level, round).unwrap();
        let field = predictor.gradient(image, output).unwrap().unwrap();
        let patches = columns(predictor.geometry(), image);
        // At a corner, which few windows contain, and in the middle.
        for (feature, position) in [(0, 0), (10, 14), (17, 29), (4, 15)] {
            let shifted = |by: f64| {
                let mut patches = patches.clone();
                patches[(feature, position)] += by;
                naive(&predictor, &patches, output)
            };
            let slope = (shifted(step) - shifted(-step)) / (2.0 * step);
            let error = (f64::from(field[(feature, position)]) - slope).abs();
            let size = f64::from(field.amax());
            assert!(error < 1e-4 * size, "round {round}, {feature} at {position}: {error:.1e} of {size:.1e}");
        }
    }
}

/// `sqrt(M / trace M)` is symmetric and its square is M / trace M. The filtered image has, at the centre of every patch, the centre of
/// the transformed patch.
#[test]
fn filtered_images_are_the_root_of_m_times_the_patches() {
    let run = finished_run(cpu());
    let level = run.current_level();
    let image = level.data().test.images.image(1);
    let fixed = Predictor::new(level, 0).unwrap();
    assert_eq!(fixed.filtered_image(image).unwrap(), image);
    assert_eq!(fixed.transform_patch(&[1.0; 18]), [1.0; 18]);
    let predictor = Predictor::new(level, 2).unwrap();
    let basis = |i: usize| -> Vec<f32> { (0..18).map(|j| f32::from(u8::from(i == j))).collect() };
    let root = Matrix::from_iterator(18, 18, (0..18).flat_map(|i| predictor.transform_patch(&basis(i))));
    assert!(max_relative(&root, &root.transpose()) < 1e-6);
    let m: &FeatureMatrix = level.feature_matrix(2).unwrap();
    assert!(max_relative(&(&root * &root), &(m.matrix() / m.matrix().trace())) < 1e-5);
    let filtered = predictor.filtered_image(image).unwrap();
    for position in 0..30 {
        let patch = predictor.transform_patch(&predictor.patch(image, position).unwrap());
        for channel in 0..2 {
            let at = (channel * 7 + position / 6 + 1) * 8 + position % 6 + 1;
            assert!((filtered[at] - patch[channel * 9 + 4]).abs() < 1e-5, "{position}, channel {channel}");
        }
    }
    // No patch has its centre in the margin.
    assert!((0..8).all(|x| filtered[x] == 0.0 && filtered[6 * 8 + x] == 0.0));
    assert!(filtered[8] == 0.0 && filtered[15] == 0.0);
}

/// Stage by stage more of a round is known. A result that is not known yet is none, and a later round is an error.
#[test]
fn a_predictor_follows_its_round() {
    let mut run = ConvRfm::new(small_settings(2), small_data(), cpu()).unwrap();
    let (image, mut predictors) = (run.current_level().train().image(0).to_vec(), Predictors::default());
    // Whether kernel rows and predictions are known.
    let known = |run: &ConvRfm, predictors: &mut Predictors, round: usize| {
        let predictor = predictors.get(run.current_level(), round).unwrap();
        let row = predictor.kernel_row(&image).unwrap();
        let f = predictor.predict(&[0.0; 21]);
        assert_eq!(f.is_some(), predictor.alpha(0).unwrap().is_some());
        assert_eq!(f.is_some(), predictor.gradient(&image, 0).unwrap().is_some());
        (row.is_some(), f.is_some())
    };
    for round in 0..2 {
        for expected in [(false, false), (true, false), (true, true)] {
            assert_eq!(known(&run, &mut predictors, round), expected, "round {round}");
            let error = predictors.get(run.current_level(), round + 1).err().map(|e| e.to_string());
            let unknown = "the filters of later rounds are not learned yet";
            assert_eq!(
                error,
                Some(format!("round: found {}, expected at most {round}: {unknown}", round + 1))
            );
            block_on(run.advance(&NoMonitor)).unwrap();
        }
        assert_eq!(known(&run, &mut predictors, 0), (true, true));
        if round == 0 {
            // Before the predictions of this round the patch transform of the next one is known.
            assert_eq!(known(&run, &mut predictors, 1), (false, false));
            block_on(run.advance(&NoMonitor)).unwrap();
        }
    }
    // On another engine the last round of an unfinished run starts again.
    let mut run = ConvRfm::new(small_settings(1), small_data(), cpu()).unwrap();
    let mut predictors = Predictors::default();
    for _ in 0..2 {
        block_on(run.advance(&NoMonitor)).unwrap();
    }
    assert_eq!(known(&run, &mut predictors, 0), (true, true));
    run.replace_engine(cpu());
    assert_eq!(known(&run, &mut predictors, 0), (false, false));
}

#[test]
fn wrong_images_classes_and_positions_are_refused() {
    let run = finished_run(cpu());
    let level = run.current_level();
    let (predictor, image) = (Predictor::new(level, 1).unwrap(), level.train().image(0));
    let sentence = |e: convrfm::Error| e.to_string();
    assert_eq!(
        predictor.kernel_row(&image[1..]).map_err(sentence),
        Err("image: found 111 values, expected 112, the size of a 2x7x8 image".into())
    );
    assert_eq!(
        predictor.gradient(image, 3).map_err(sentence),
        Err("class: found 3, expected less than 3".into())
    );
    assert!(predictor.alpha(3).is_err() && predictor.patch(&image[1..], 0).is_err());
    assert_eq!(
        predictor.patch(image, 30).map_err(sentence),
        Err("position: found 30, expected less than 30".into())
    );
}

/// The least recently used predictor is dropped first. One stays even if it alone exceeds the limit.
#[test]
fn predictors_stay_within_their_bytes() {
    let run = finished_run(cpu());
    let level = run.current_level();
    let one = SingleImagePredictor::new(level.geometry(), level.train(), None).unwrap().bytes();
    let mut two = Predictors::new(2 * one);
    for (round, kept) in [(0, vec![0]), (1, vec![0, 1]), (0, vec![1, 0]), (2, vec![0, 2])] {
        two.get(level, round).unwrap();
        assert_eq!(two.rounds(), kept);
    }
    let mut none = Predictors::new(0);
    none.get(level, 0).unwrap();
    none.get(level, 1).unwrap();
    assert_eq!(none.rounds(), [1]);
}
