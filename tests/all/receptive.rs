//! Filters of deeper levels as filters of the first images, compared with the levels themselves.

use crate::common;

use common::{cpu, finished, noise_split, settings};
use convrfm::data::dead_leaves;
use convrfm::report::receptive_field;
use convrfm::{AgopSamples, ConvRfm, NoMonitor, Shape, Sizes, Stage};
use pollster::block_on;

fn run(relu: bool, pooling: usize) -> ConvRfm {
    let data = dead_leaves(Sizes { train: 14, validation: 10, test: 6 }, 3).unwrap();
    let mut settings = settings(3, 3, 1e-3, 2, AgopSamples::First(5));
    (settings.levels, settings.width, settings.relu, settings.pooling) = (3, 4, relu, pooling);
    settings.seed = 5;
    finished(settings, data, cpu())
}

/// Without a ReLU a filter of any level is exactly one filter of the first images.
#[test]
fn a_field_responds_to_first_images_as_its_filter_to_those_of_its_level() {
    for pooling in [1, 2] {
        let run = run(false, pooling);
        let first = &run.levels()[0];
        let shape = first.train().shape();
        for (l, level) in run.levels().iter().enumerate() {
            let banks: Vec<_> = (0..l).map(|below| run.filter_bank(below).unwrap()).collect();
            let (filters, _) = receptive_field::leading(&run, l, 2).unwrap();
            let side = receptive_field::side(3, pooling, l);
            let strongest = receptive_field::strongest(level, &filters, 14, 3).unwrap();
            for (index, places) in strongest.iter().enumerate() {
                let field = receptive_field::field(&banks, 3, pooling, &filters.filter(index));
                assert_eq!(field.len(), shape.channels * side * side);
                assert_eq!(places.len(), 3);
                for place in places {
                    let pixels = receptive_field::cut(shape, first.train().image(place.image), *place, side);
                    let terms = || field.iter().zip(&pixels).map(|(v, u)| f64::from(*v) * f64::from(*u));
                    let size: f64 = terms().map(f64::abs).sum();
                    let response: f64 = terms().sum();
                    let error = (response - f64::from(place.response)).abs();
                    assert!(error < 1e-6 * size, "pooling {pooling}, level {l}: {response} {place:?}");
                }
                // The largest first, and no larger one at any position of the first of these images.
                assert!(places.windows(2).all(|pair| pair[0].response.abs() >= pair[1].response.abs()));
                let maps = filters
                    .apply(level.train().shape(), level.train().image(places[0].image), false, 1)
                    .unwrap();
                let map = &maps[index * maps.len() / 2..(index + 1) * maps.len() / 2];
                assert!(map.iter().all(|v| v.abs() <= places[0].response.abs()));
            }
        }
    }
}

/// With a ReLU only where every ReLU passes its value. The leading filter responds most strongly there, others do not.
#[test]
fn with_a_relu_a_field_equals_its_filter_where_all_values_pass() {
    let run = run(true, 1);
    let (filters, round) = receptive_field::leading(&run, 1, 6).unwrap();
    assert_eq!(round, 1);
    let strongest = receptive_field::strongest(&run.levels()[1], &filters, 14, 1).unwrap();
    let first = run.levels()[0].train();
    let error = |(index, places): (usize, &Vec<receptive_field::Place>)| {
        let field = receptive_field::field(&[run.filter_bank(0).unwrap()], 3, 1, &filters.filter(index));
        let pixels = receptive_field::cut(first.shape(), first.image(places[0].image), places[0], 5);
        let response: f32 = field.iter().zip(&pixels).map(|(v, u)| v * u).sum();
        (response / places[0].response - 1.0).abs()
    };
    let errors: Vec<f32> = strongest.iter().enumerate().map(error).collect();
    assert!(errors[0] < 1e-4 && errors.iter().any(|&error| error > 0.1), "{errors:?}");
}

/// The newest M is there as soon as its AGOP has ended, before the predictions of its round.
#[test]
fn the_leading_filters_are_there_after_the_agop() {
    let settings = settings(2, 1, 1e-2, 3, AgopSamples::First(3));
    let data = noise_split(Shape { channels: 1, height: 5, width: 5 }, [9, 0, 5], 3, 5);
    let mut run = ConvRfm::new(settings, data, cpu()).unwrap();
    while let Some(done) = block_on(run.advance(&NoMonitor)).unwrap() {
        let round = receptive_field::leading(&run, 0, 1).map(|(_, round)| round).ok();
        let expected = match (done.round, done.stage) {
            (0, Stage::Kernel | Stage::Solve) => None,
            // Without validation images the best round is the last one with predictions, and round 0 has no filters.
            (0, _) | (1, Stage::Kernel | Stage::Solve) => Some(1),
            (1, Stage::Agop) => Some(2),
            (1, _) | (2, Stage::Kernel | Stage::Solve) => Some(1),
            _ => Some(2),
        };
        assert_eq!(round, expected, "after {done:?}");
    }
}

#[test]
fn a_level_without_features_is_refused() {
    let error = receptive_field::leading(&run(false, 1), 3, 1).unwrap_err();
    assert_eq!(error.to_string(), "level: found 3, expected one with features");
}
