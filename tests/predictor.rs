//! A round's predictor, asked later: it says what the engines said, and its gradients are those of the function that it is.

mod common;

use common::{engines, frobenius_relative, max_relative, noise_split};
use convrfm::engine::cpu::SingleImagePredictor;
use convrfm::math::{StageProgress, ntk};
use convrfm::rfm::Predictors;
use convrfm::{
    AgopSamples, Images, Matrix, NoMonitor, PatchGeometry, Predictor, Rfm, Settings, Shape, Split,
};
use convrfm::{Cpu, Engine};
use nalgebra::DMatrix;
use pollster::block_on;

const SAMPLES: usize = 6;

fn settings(rounds: usize) -> Settings {
    Settings { patch: 3, depth: 2, ridge: 1e-2.into(), rounds, agop_samples: AgopSamples::First(SAMPLES) }
}

/// Neither the training images nor the outputs are as many as the lanes or the registers hold.
fn small() -> Split {
    noise_split(Shape { channels: 2, height: 7, width: 8 }, [21, 5, 7], 3, 5)
}

fn finished(engine: Box<dyn Engine>) -> Rfm {
    let mut rfm = Rfm::new(settings(3), small(), engine).unwrap();
    while block_on(rfm.advance(&NoMonitor)).unwrap().is_some() {}
    rfm
}

fn engine_rows(rfm: &Rfm, round: usize, images: &Images) -> Matrix {
    let (mut engine, progress) = (Cpu::default(), StageProgress::unmonitored());
    block_on(async {
        engine.load(rfm.geometry(), rfm.train().clone()).await?;
        engine.kernel(rfm.transform(round).unwrap(), &progress).await?;
        engine.rows(images, &progress).await
    })
    .unwrap()
}

#[test]
fn rows_and_answers_are_those_of_the_engine_in_every_round() {
    for (name, engine) in engines() {
        let rfm = finished(engine());
        for (number, round) in rfm.rounds().iter().enumerate() {
            let (predictor, test) = (Predictor::of(&rfm, number).unwrap(), &rfm.data().test.images);
            let rows = engine_rows(&rfm, number, test) / round.scale;
            let answers = round.test.as_ref().unwrap();
            for image in 0..test.count() {
                let row = predictor.row(test.image(image)).unwrap().unwrap();
                let engine_s = Matrix::from_iterator(1, row.len(), rows.row(image).iter().copied());
                let error = max_relative(&Matrix::from_row_slice(1, row.len(), &row), &engine_s);
                assert!(error < 1e-6, "{name}, round {number}, image {image}: row {error:.1e}");
                let answer = predictor.answer(&row).unwrap();
                for (o, f) in answer.iter().enumerate() {
                    let error = (f - answers[(image, o)]).abs();
                    assert!(error < 1e-5, "{name}, round {number}, image {image}, output {o}: {error:.1e}");
                }
            }
        }
    }
}

/// A training image meets itself in the row: its cosine is 1 there as it is on the diagonal of K.
#[test]
fn a_training_image_s_row_is_its_row_of_k() {
    let rfm = finished(Box::new(Cpu::default()));
    let (mut engine, progress) = (Cpu::default(), StageProgress::unmonitored());
    for round in 0..3 {
        let gram = block_on(async {
            engine.load(rfm.geometry(), rfm.train().clone()).await?;
            engine.kernel(rfm.transform(round).unwrap(), &progress).await?;
            engine.kernel_matrix().await
        })
        .unwrap();
        let predictor = Predictor::of(&rfm, round).unwrap();
        let rows: Vec<f32> =
            (0..21).flat_map(|i| predictor.row(rfm.train().image(i)).unwrap().unwrap()).collect();
        let error = max_relative(&(Matrix::from_row_slice(21, 21, &rows) * gram.max()), &gram);
        assert!(error < 1e-6, "round {round}: {error:.1e}");
    }
}

#[test]
fn gradients_contracted_over_samples_and_outputs_are_m() {
    let rfm = finished(Box::new(Cpu::default()));
    for round in 0..2 {
        let predictor = Predictor::of(&rfm, round).unwrap();
        let (mut one_by_one, mut together) = (DMatrix::<f64>::zeros(18, 18), DMatrix::<f64>::zeros(18, 18));
        for image in 0..SAMPLES {
            let image = rfm.train().image(image);
            for output in 0..3 {
                let field = predictor.gradient(image, output).unwrap().unwrap().map(f64::from);
                assert_eq!(field.shape(), (18, 5 * 6));
                one_by_one += &field * field.transpose();
            }
            let fields = predictor.gradients(image).unwrap().unwrap().map(f64::from);
            together += &fields * fields.transpose();
        }
        let expected = rfm.rounds()[round].agop.as_ref().unwrap();
        for sum in [one_by_one, together] {
            let error = frobenius_relative(&(sum / SAMPLES as f64).map(|v| v as f32), expected);
            assert!(error < 1e-4, "round {round}: {error:.1e}");
        }
    }
}

/// f of patches that are each a variable of its own, in double precision by the reference kernel.
fn naive(predictor: &Predictor, patches: &DMatrix<f64>, output: usize) -> f64 {
    let geometry: PatchGeometry = predictor.geometry();
    let transformed = |patches: &DMatrix<f64>| match predictor.root() {
        Some(root) => root.map(f64::from) * patches,
        None => patches.clone(),
    };
    let z = transformed(patches);
    let (alpha, scale) = (predictor.alpha().unwrap(), f64::from(predictor.scale().unwrap()));
    let train = predictor.train();
    let term = |i: usize| {
        let z_i = transformed(&columns(geometry, train.image(i)));
        f64::from(alpha[(i, output)]) * kernel::pair(geometry, z_i.as_slice(), z.as_slice()) / scale
    };
    (0..train.count()).map(term).sum()
}

fn columns(geometry: PatchGeometry, image: &[f32]) -> DMatrix<f64> {
    let patches = geometry.patches(image).into_iter().map(f64::from);
    DMatrix::from_iterator(geometry.patch_len(), geometry.positions(0), patches)
}

#[test]
fn a_gradient_is_the_slope_of_the_answer() {
    let rfm = finished(Box::new(Cpu::default()));
    let (image, output, step) = (rfm.data().test.images.image(2), 1, 1e-5);
    for round in 0..3 {
        let predictor = Predictor::of(&rfm, round).unwrap();
        let field = predictor.gradient(image, output).unwrap().unwrap();
        let patches = columns(predictor.geometry(), image);
        // A corner, where few windows look, and the middle.
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

/// `sqrt(M / trace M)` is symmetric, its square is M over its trace, and the picture has its entry at every patch's centre.
#[test]
fn what_a_round_sees_is_the_root_of_m_times_the_patches() {
    let rfm = finished(Box::new(Cpu::default()));
    let image = rfm.data().test.images.image(1);
    let fixed = Predictor::of(&rfm, 0).unwrap();
    assert_eq!(fixed.seen(image).unwrap(), image);
    assert_eq!(fixed.seen_patch(&[1.0; 18]), [1.0; 18]);
    let predictor = Predictor::of(&rfm, 2).unwrap();
    let basis = |i: usize| -> Vec<f32> { (0..18).map(|j| f32::from(u8::from(i == j))).collect() };
    let root = Matrix::from_iterator(18, 18, (0..18).flat_map(|i| predictor.seen_patch(&basis(i))));
    assert!(max_relative(&root, &root.transpose()) < 1e-6);
    assert!(max_relative(&(&root * &root), &rfm.features_of(2).unwrap().matrix()) < 1e-5);
    let seen = predictor.seen(image).unwrap();
    for position in 0..30 {
        let patch = predictor.seen_patch(&predictor.patch(image, position).unwrap());
        for channel in 0..2 {
            let at = (channel * 7 + position / 6 + 1) * 8 + position % 6 + 1;
            assert!((seen[at] - patch[channel * 9 + 4]).abs() < 1e-5, "{position}, channel {channel}");
        }
    }
    // The margin: patches have no centre there.
    assert!((0..8).all(|x| seen[x] == 0.0 && seen[6 * 8 + x] == 0.0) && seen[8] == 0.0 && seen[15] == 0.0);
}

/// Stage by stage a round knows more; what it does not know is none, and a round to come is an error.
#[test]
fn a_round_is_known_piece_by_piece() {
    let mut rfm = Rfm::new(settings(2), small(), Box::new(Cpu::default())).unwrap();
    let (image, mut predictors) = (rfm.train().image(0).to_vec(), Predictors::default());
    let known = |rfm: &Rfm, predictors: &mut Predictors, round: usize| {
        let predictor = predictors.at(rfm, round).unwrap();
        let row = predictor.row(&image).unwrap();
        let answer = predictor.answer(&[0.0; 21]);
        let weights = predictor.weights(0).unwrap();
        assert_eq!(answer.is_some(), weights.is_some());
        assert_eq!(answer.is_some(), predictor.gradient(&image, 0).unwrap().is_some());
        (row.is_some(), answer.is_some())
    };
    for round in 0..2 {
        for expected in [(false, false), (true, false), (true, true)] {
            assert_eq!(known(&rfm, &mut predictors, round), expected, "round {round}");
            block_on(rfm.advance(&NoMonitor)).unwrap();
        }
        assert_eq!(known(&rfm, &mut predictors, 0), (true, true));
        let sentence =
            format!("round: found {}, expected at most {round}, the round the run has come to", round + 1);
        assert_eq!(predictors.at(&rfm, round + 1).err().map(|e| e.to_string()), Some(sentence));
        block_on(rfm.advance(&NoMonitor)).unwrap();
    }
    // Another engine makes the last round of an unfinished run start anew: what was known of it is not any more.
    let mut rfm = Rfm::new(settings(1), small(), Box::new(Cpu::default())).unwrap();
    let mut predictors = Predictors::default();
    for _ in 0..2 {
        block_on(rfm.advance(&NoMonitor)).unwrap();
    }
    assert_eq!(known(&rfm, &mut predictors, 0), (true, true));
    rfm.replace_engine(Box::new(Cpu::default()));
    assert_eq!(known(&rfm, &mut predictors, 0), (false, false));
}

#[test]
fn what_does_not_exist_is_told_in_a_sentence() {
    let rfm = finished(Box::new(Cpu::default()));
    let (predictor, image) = (Predictor::of(&rfm, 1).unwrap(), rfm.train().image(0));
    let sentence = |e: convrfm::Error| e.to_string();
    assert_eq!(
        predictor.row(&image[1..]).map_err(sentence),
        Err("image: found 111 values, expected 112, those of a 2x7x8 image".into())
    );
    assert_eq!(
        predictor.gradient(image, 3).map_err(sentence),
        Err("class: found 3, expected less than 3".into())
    );
    assert_eq!(predictor.weights(3).map_err(sentence), Err("class: found 3, expected less than 3".into()));
    assert_eq!(
        predictor.patch(image, 30).map_err(sentence),
        Err("position: found 30, expected less than 30".into())
    );
}

/// The one not asked for longest goes; one stays even where that alone is too much.
#[test]
fn predictors_are_held_within_their_bytes() {
    let rfm = finished(Box::new(Cpu::default()));
    let transform = rfm.transform(0).unwrap();
    let one = SingleImagePredictor::new(rfm.geometry(), rfm.train().clone(), transform).unwrap().bytes();
    let mut two = Predictors::new(2 * one);
    for (round, held) in [(0, vec![0]), (1, vec![0, 1]), (0, vec![1, 0]), (2, vec![0, 2])] {
        two.at(&rfm, round).unwrap();
        assert_eq!(two.rounds(), held);
    }
    let mut none = Predictors::new(0);
    none.at(&rfm, 0).unwrap();
    none.at(&rfm, 1).unwrap();
    assert_eq!(none.rounds(), [1]);
}
