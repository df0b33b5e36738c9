//! The arithmetic that `report::explain` writes out adds up to its number and agrees with the predictor.

use crate::common;

use common::{cpu, finished, noise_split, settings};
use convrfm::report::explain;
use convrfm::report::explain::{Explained, Sum};
use convrfm::{AgopSamples, ConvRfm, Predictor, Shape};

const SAMPLES: usize = 11;

/// Three rounds of one level.
fn finished_run() -> ConvRfm {
    let data = noise_split(Shape { channels: 2, height: 8, width: 9 }, [21, 4, 4], 3, 6);
    finished(settings(3, 3, 1e-2, 3, AgopSamples::First(SAMPLES)), data, cpu())
}

/// Equal up to rounding in double precision.
fn close(actual: f64, expected: f64) -> bool {
    (actual - expected).abs() <= 1e-12 * expected.abs().max(1e-3)
}

/// Equal up to the errors of single precision.
fn near(actual: f64, expected: f32) -> bool {
    (actual - f64::from(expected)).abs() <= 1e-4 * f64::from(expected.abs()).max(0.1)
}

/// Asserts that the terms and the rest add up to the value, and that `multiply` of the factors gives each product.
fn assert_adds_up(sum: &Sum, count: usize, multiply: fn(&[f64]) -> f64) {
    let listed: f64 = sum.terms.iter().map(|term| term.product).sum();
    assert!(close(listed + sum.rest, sum.value), "{listed} + {} is not {}", sum.rest, sum.value);
    assert_eq!(sum.terms.len() + sum.others, count);
    assert!(sum.terms.iter().all(|term| close(multiply(&term.factors), term.product)));
    assert!(
        sum.terms.windows(2).all(|two| two[0].product.abs() >= two[1].product.abs()),
        "the terms are not sorted"
    );
}

#[test]
fn the_values_of_a_layer_follow_the_formulas() {
    let run = finished_run();
    let level = run.current_level();
    let image = level.data().test.images.image(1);
    for round in 0..3 {
        let predictor = Predictor::new(level, round).unwrap();
        let row = predictor.kernel_row(image).unwrap().unwrap();
        // Two corners of the map and its middle.
        for (train, position) in [(0, 0), (20, 41), (7, 17)] {
            let Ok(Explained::Kernel(k)) = explain::kernel(&predictor, image, train, position) else {
                panic!()
            };
            assert!(near(k.value, row[train]), "round {round}: {} for {}", k.value, row[train]);
            assert!(close(k.whole / k.scale, k.value));
            assert_eq!((k.channels, k.positions, k.layers.len()), (2, 2 * 3, 3));
            assert!(close(k.inner / 2.0, k.layers[0].s) && close(k.layers[0].s, k.layers[0].t));
            for layer in &k.layers {
                let theta = layer.rho.acos();
                let rest = std::f64::consts::PI - theta;
                assert!(close(layer.r, (layer.n * layer.m).sqrt()) && close(layer.rho, layer.s / layer.r));
                assert!((layer.k0 - rest / std::f64::consts::PI).abs() < 1e-12);
                let k1 = (theta.sin() + rest * theta.cos()) / std::f64::consts::PI;
                assert!((layer.k1 - k1).abs() < 1e-9);
                assert!(close(layer.s_out, layer.r * layer.k1) && close(layer.t_out, layer.t * layer.k0));
            }
        }
        // The maps have 6 x 7, 4 x 5 and 2 x 3 positions. A position in the margin follows the nearest window.
        let positions = |position: usize| -> Vec<usize> {
            match explain::kernel(&predictor, image, 0, position) {
                Ok(Explained::Kernel(k)) => k.layers.iter().map(|layer| layer.position).collect(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(positions(2 * 7 + 3), [2 * 7 + 3, 5 + 2, 1]);
        assert_eq!(positions(0), [0, 0, 0]);
        assert_eq!(positions(41), [41, 19, 5]);
    }
}

/// Between layers: S <- box(S), T <- box(T) + S, N <- box(N). Position 8 of 6 x 7 is row 1, column 1, the centre of the window that is
/// position 0 of the next layer.
#[test]
fn a_layer_is_the_window_sum_of_the_one_before() {
    let run = finished_run();
    let level = run.current_level();
    let predictor = Predictor::new(level, 1).unwrap();
    let layers =
        |position: usize| match explain::kernel(&predictor, level.data().test.images.image(0), 5, position) {
            Ok(Explained::Kernel(k)) => k.layers,
            other => panic!("{other:?}"),
        };
    let next = layers(8)[1];
    assert_eq!(next.position, 0);
    let window: Vec<_> = (0..9).map(|i| layers(i / 3 * 7 + i % 3)[0]).collect();
    let total = |value: fn(&explain::LayerValues) -> f64| window.iter().map(value).sum::<f64>();
    let s = total(|layer| layer.s_out);
    assert!(close(next.s, s), "{} for {s}", next.s);
    assert!(close(next.t, total(|layer| layer.t_out) + s));
    assert!(close(next.n, total(|layer| layer.n)) && close(next.m, total(|layer| layer.m)));
}

/// With one layer: the mean over all its positions.
#[test]
fn a_kernel_value_is_the_mean_over_positions() {
    let data = noise_split(Shape { channels: 1, height: 5, width: 6 }, [9, 2, 2], 2, 8);
    let run = finished(settings(2, 1, 1e-2, 1, AgopSamples::All), data, cpu());
    let level = run.current_level();
    let (predictor, image) = (Predictor::new(level, 0).unwrap(), level.data().test.images.image(0));
    let mut total = 0.0;
    let mut whole = 0.0;
    for position in 0..20 {
        let Ok(Explained::Kernel(k)) = explain::kernel(&predictor, image, 3, position) else { panic!() };
        total += (k.layers[0].s_out + k.layers[0].t_out) / k.positions as f64;
        whole = k.whole;
    }
    assert!(close(total, whole), "{total} for {whole}");
}

#[test]
fn sums_add_up_to_the_predictors_numbers() {
    let run = finished_run();
    let level = run.current_level();
    let image = level.data().test.images.image(2);
    for round in 0..3 {
        let predictor = Predictor::new(level, round).unwrap();
        let predictions = predictor.predict(&predictor.kernel_row(image).unwrap().unwrap()).unwrap();
        let field = predictor.gradient(image, 1).unwrap().unwrap();
        for (output, f) in predictions.iter().enumerate() {
            let Ok(Explained::Answer(sum)) = explain::answer(&predictor, image, output) else { panic!() };
            assert_adds_up(&sum, 21, |factors| factors[0] * factors[1]);
            assert!((sum.value - f64::from(*f)).abs() < 1e-6, "{} for {f}", sum.value);
        }
        for position in [0, 20] {
            let column = field.column(position);
            let Explained::Gradient(sum) = explain::gradient(column.as_slice()) else { panic!() };
            assert_adds_up(&sum, 18, |factors| factors[0] * factors[0]);
            assert!(near(sum.value.sqrt(), column.norm()));

            let patch = predictor.patch(image, position).unwrap();
            let Explained::Seen(sum) = explain::seen(&predictor, &patch) else { panic!() };
            assert_adds_up(&sum, 18, |factors| factors[0] * factors[1] * factors[1]);
            let expected: f32 = predictor.transform_patch(&patch).iter().map(|v| v * v).sum();
            assert!(near(sum.value, expected), "round {round}: {} for {expected}", sum.value);
        }
    }
}

#[test]
fn an_entry_of_m_is_the_mean_over_its_images() {
    let run = finished_run();
    let level = run.current_level();
    for round in 0..2 {
        let (predictor, m) =
            (Predictor::new(level, round).unwrap(), level.rounds()[round].agop.as_ref().unwrap().matrix());
        for (row, column) in [(0, 0), (4, 13), (17, 3)] {
            let add =
                |i: usize| predictor.outer_product(level.train().image(i), row, column).unwrap().unwrap();
            let added: Vec<f64> = (0..SAMPLES).map(add).collect();
            let Explained::Matrix(entry) = explain::matrix(m, row, column, &added) else { panic!() };
            let error = (entry.value - f64::from(m[(row, column)])).abs();
            assert!(error < 1e-5 * f64::from(m.amax()), "round {round}, ({row}, {column}): {error:.1e}");
            let listed: f64 = entry.terms.iter().map(|term| term.product).sum();
            assert!(close(listed + entry.rest, entry.value));
            // The terms are the first images in their order.
            assert!(entry.terms.iter().enumerate().all(|(i, term)| {
                term.index == i && close(term.product, added[i] / SAMPLES as f64) && term.factors.is_empty()
            }));
            assert_eq!(entry.terms.len() + entry.others, SAMPLES);
            assert!(near(entry.trace, m.trace()));
        }
    }
}

#[test]
fn numbers_that_are_not_computed_yet_are_refused() {
    let data = noise_split(Shape { channels: 2, height: 8, width: 9 }, [21, 4, 4], 3, 6);
    let run = ConvRfm::new(settings(3, 3, 1e-2, 1, AgopSamples::All), data, cpu()).unwrap();
    let level = run.current_level();
    let (predictor, image) = (Predictor::new(level, 0).unwrap(), level.train().image(0));
    let sentence = |e: convrfm::Error| e.to_string();
    let early = "round: found an earlier stage, expected a round whose";
    assert_eq!(
        explain::kernel(&predictor, image, 0, 0).map_err(sentence),
        Err(format!("{early} kernel is computed"))
    );
    assert_eq!(
        explain::answer(&predictor, image, 0).map_err(sentence),
        Err(format!("{early} ridge regression is solved"))
    );
    assert_eq!(
        explain::kernel(&predictor, image, 21, 0).map_err(sentence),
        Err("training image: found 21, expected less than 21".into())
    );
    assert_eq!(
        explain::kernel(&predictor, image, 0, 42).map_err(sentence),
        Err("position: found 42, expected less than 42".into())
    );
}
