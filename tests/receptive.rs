//! What deeper filters look for, against the levels themselves.

use convrfm::Cpu;
use convrfm::report::receptive_field;
use convrfm::{AgopSamples, ConvRfm, NoMonitor, Settings, data, rfm};

fn run(relu: bool) -> ConvRfm {
    let sizes = datasets::Sizes { train: 14, validation: 10, test: 6 };
    let data = datasets::dead_leaves(sizes, 3).unwrap();
    let machine =
        Settings { patch: 3, depth: 3, ridge: 1e-3.into(), rounds: 2, agop_samples: AgopSamples::First(5) };
    let settings =
        deep::Settings { levels: 3, width: 4, relu, seed: 5, ..deep::Settings::one_level(machine) };
    let mut run = ConvRfm::new(settings, data, Box::new(Cpu::default())).unwrap();
    while pollster::block_on(run.advance(&NoMonitor)).unwrap().is_some() {}
    run
}

/// Without a ReLU a filter of any level is one filter over the first images, exactly.
#[test]
fn a_field_answers_to_first_images_as_its_filter_does_to_those_of_its_level() {
    let run = run(false);
    let first = run.level(0).unwrap();
    let shape = first.train().shape();
    for l in 0..3 {
        let level = run.level(l).unwrap();
        let banks: Vec<_> = (0..l).map(|below| run.filters(below).unwrap()).collect();
        let (filters, _) = receptive::leading(&run, l, 2).unwrap();
        let side = receptive::side(3, l);
        let found = receptive::strongest(level, &filters, 14, 3).unwrap();
        for (index, places) in found.iter().enumerate() {
            let field = receptive::field(&banks, 3, &filters.filter(index));
            assert_eq!(field.len(), shape.channels * side * side);
            assert_eq!(places.len(), 3);
            for place in places {
                let pixels = receptive::cut(shape, first.train().image(place.image), *place, side);
                let terms = || field.iter().zip(&pixels).map(|(v, u)| f64::from(*v) * f64::from(*u));
                let size: f64 = terms().map(f64::abs).sum();
                let answer: f64 = terms().sum();
                assert!(
                    (answer - f64::from(place.response)).abs() < 1e-6 * size,
                    "level {l}: {answer} {place:?}"
                );
            }
            // The largest first, and no position of these images is larger.
            assert!(places.windows(2).all(|pair| pair[0].response.abs() >= pair[1].response.abs()));
            let maps =
                filters.apply(level.train().shape(), level.train().image(places[0].image), false).unwrap();
            let map = &maps[index * maps.len() / 2..(index + 1) * maps.len() / 2];
            assert!(map.iter().all(|v| v.abs() <= places[0].response.abs()));
        }
    }
}

/// With a ReLU only where all of them pass: the leading filter answers strongest just there, others do not.
#[test]
fn with_a_relu_a_field_is_the_filter_where_it_passes() {
    let run = run(true);
    let (filters, round) = receptive::leading(&run, 1, 6).unwrap();
    assert_eq!(round, 1);
    let found = receptive::strongest(run.level(1).unwrap(), &filters, 14, 1).unwrap();
    let first = run.level(0).unwrap().train();
    let errors: Vec<f32> = found
        .iter()
        .enumerate()
        .map(|(index, places)| {
            let field = receptive::field(&[run.filters(0).unwrap()], 3, &filters.filter(index));
            let pixels = receptive::cut(first.shape(), first.image(places[0].image), places[0], 5);
            let answer: f32 = field.iter().zip(&pixels).map(|(v, u)| v * u).sum();
            (answer / places[0].response - 1.0).abs()
        })
        .collect();
    assert!(errors[0] < 1e-4 && errors.iter().any(|&error| error > 0.1), "{errors:?}");
}

#[test]
fn what_is_not_there_is_said() {
    let error = receptive::leading(&run(false), 3, 1).unwrap_err();
    assert_eq!(error.to_string(), "level: found 3, expected one with features");
}
