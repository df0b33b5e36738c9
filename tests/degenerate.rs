//! Degenerate data on every engine: a result or a typed error, never NaN; and the same fit gives the same bits.

mod common;

use common::{engines, frobenius_relative, labelled, max_relative, noise, noise_split};
use convrfm::{AgopSamples, Dataset, Error, Images, Matrix, NoMonitor, Result, Rfm, Settings, Shape, Split};
use convrfm::{Cpu, Engine, Naive};
use pollster::block_on;

fn settings(patch: usize, depth: usize) -> Settings {
    Settings { patch, depth, ridge: 1e-2.into(), rounds: 2, agop_samples: AgopSamples::All }
}

/// Runs to the end; whatever was found is finite.
fn fit(engine: Box<dyn Engine>, settings: Settings, data: Split) -> Result<Rfm> {
    let rounds = settings.rounds;
    let mut rfm = Rfm::new(settings, data, engine)?;
    while block_on(rfm.advance(&NoMonitor))?.is_some() {}
    assert_eq!(rfm.rounds().len(), rounds);
    for round in rfm.rounds() {
        let matrices = [&round.validation, &round.test, &round.agop];
        assert!(matrices.iter().filter_map(|m| m.as_ref()).all(|m| m.iter().all(|v| v.is_finite())));
        assert!(round.scale.is_finite() && round.scale > 0.0 && round.residual.is_finite());
    }
    Ok(rfm)
}

/// Fits on every engine, and compares each with the first, the double-precision reference.
fn fit_everywhere(settings: &Settings, data: &Split) -> Vec<Rfm> {
    let fits: Vec<Rfm> = engines()
        .iter()
        .map(|(name, engine)| {
            fit(engine(), settings.clone(), data.clone()).unwrap_or_else(|e| panic!("{name}: {e}"))
        })
        .collect();
    for (found, (name, _)) in fits.iter().zip(engines()) {
        for (i, (a, b)) in found.rounds().iter().zip(fits[0].rounds()).enumerate() {
            let error = max_relative(a.test.as_ref().unwrap(), b.test.as_ref().unwrap());
            assert!(error < 2e-3, "{name}, round {i}: predictions {error:.1e}");
            if let (Some(a), Some(b)) = (&a.agop, &b.agop) {
                let error = frobenius_relative(a, b);
                assert!(error < 2e-3, "{name}, round {i}: AGOP {error:.1e}");
            }
        }
    }
    fits
}

/// The images with some of them made blank.
fn blanked(data: &Dataset, blank: &[usize]) -> Dataset {
    let images = &data.images;
    let pixels = images.as_slice().iter().enumerate();
    let pixels =
        pixels.map(|(at, v)| if blank.contains(&(at / images.shape().len())) { 0.0 } else { *v }).collect();
    Dataset { images: Images::new(images.shape(), pixels).unwrap(), ..data.clone() }
}

const SHAPE: Shape = Shape { channels: 2, height: 7, width: 6 };

#[test]
fn a_blank_image_among_others_is_predicted_as_zero() {
    let mut data = noise_split(SHAPE, [18, 3, 5], 2, 1);
    (data.train, data.test) = (blanked(&data.train, &[0, 17]), blanked(&data.test, &[2]));
    for rfm in fit_everywhere(&settings(3, 2), &data) {
        for round in rfm.rounds() {
            assert!(round.test.as_ref().unwrap().row(2).iter().all(|v| *v == 0.0), "{}", rfm.engine().name());
        }
    }
}

#[test]
fn blank_images_alone_are_refused_in_words() {
    for (name, engine) in engines() {
        let mut data = noise_split(SHAPE, [4, 0, 3], 2, 2);
        data.train = blanked(&data.train, &[0, 1, 2, 3]);
        match fit(engine(), settings(3, 1), data).err() {
            Some(Error::Invalid { field, expected, .. }) => {
                assert_eq!(
                    (field.as_str(), expected.as_str()),
                    ("kernel matrix", "images that are not all blank"),
                    "{name}"
                );
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn images_out_of_single_precisions_range_are_refused_in_words() {
    for (name, engine) in engines() {
        let mut data = noise_split(SHAPE, [4, 0, 3], 2, 2);
        let huge = data.train.images.as_slice().iter().map(|v| v * 1e30).collect();
        data.train.images = Images::new(SHAPE, huge).unwrap();
        let error = fit(engine(), settings(3, 1), data).err();
        assert!(
            matches!(error, Some(Error::NotFinite { quantity: "kernel matrix", .. })),
            "{name}: {error:?}"
        );
    }
}

/// The cosine of an image with itself is 1, where the NTK's slope is infinite.
#[test]
fn identical_images_share_their_coefficients() {
    let mut data = noise_split(SHAPE, [18, 3, 5], 2, 3);
    // Each image, and the same again with the same label.
    let twice: Vec<usize> = (0..18).chain(0..18).collect();
    data.train = data.train.select(&twice);
    // A test image that is a training image.
    data.test = data.train.select(&[4, 7, 11]);
    for rfm in fit_everywhere(&settings(3, 2), &data) {
        assert!(
            rfm.rounds()[0].retries == 0,
            "{}: a ridge of 1e-2 is enough for single precision",
            rfm.engine().name()
        );
    }
}

#[test]
fn one_position_one_pixel_and_one_image_are_enough() {
    for (shape, patch, depth) in [
        (Shape { channels: 2, height: 5, width: 5 }, 5, 1),
        (Shape { channels: 1, height: 5, width: 9 }, 3, 2),
        (Shape { channels: 4, height: 1, width: 1 }, 1, 3),
    ] {
        fit_everywhere(&settings(patch, depth), &noise_split(shape, [9, 0, 4], 2, 4));
    }
}

#[test]
fn one_training_image_gives_its_label_back() {
    let mut data = noise_split(SHAPE, [1, 0, 2], 2, 5);
    data.test = data.train.clone();
    for (name, engine) in engines() {
        let rfm = fit(engine(), settings(3, 2), data.clone()).unwrap_or_else(|e| panic!("{name}: {e}"));
        for round in rfm.rounds() {
            // K / s = 1, so f = 1 / (1 + ridge) for the class of the image and 0 for the other.
            let expected = Matrix::from_row_slice(1, 2, &[1.0 / 1.01, 0.0]);
            assert!(max_relative(round.test.as_ref().unwrap(), &expected) < 1e-5, "{name}: {:?}", round.test);
        }
    }
}

#[test]
fn one_class_and_many_classes() {
    let one = fit_everywhere(&settings(3, 1), &noise_split(SHAPE, [12, 4, 5], 1, 6));
    assert!(one.iter().all(|rfm| rfm.rounds().iter().all(|r| r.test_accuracy == Some(100.0))));
    // More classes than images: most outputs have no example and stay 0.
    let data = noise_split(SHAPE, [20, 0, 6], 100, 7);
    for rfm in fit_everywhere(&settings(3, 1), &data) {
        let predictions = rfm.rounds()[1].test.as_ref().unwrap();
        assert_eq!(predictions.ncols(), 100);
        assert!(predictions.columns(20, 80).iter().all(|v| *v == 0.0));
    }
}

#[test]
fn no_test_image_is_no_accuracy() {
    for (name, engine) in engines() {
        let rfm = fit(engine(), settings(3, 1), noise_split(SHAPE, [5, 0, 0], 2, 8)).unwrap();
        let round = &rfm.rounds()[1];
        assert_eq!((round.test_accuracy, round.validation_accuracy), (None, None), "{name}");
        assert_eq!(round.test.as_ref().unwrap().shape(), (0, 2), "{name}");
    }
}

/// Two images, each thirty times over, with a ridge below the resolution of single precision: K has rank 2.
#[test]
fn a_kernel_matrix_of_low_rank_raises_the_ridge_or_fails_in_words() {
    let copies = |data: &Dataset| data.select(&(0..60).map(|i| i % 2).collect::<Vec<_>>());
    let data = noise_split(SHAPE, [2, 0, 5], 2, 9);
    let data = Split { train: copies(&data.train), ..data };
    let settings = Settings { ridge: 1e-10.into(), ..settings(3, 2) };
    for (name, engine) in engines() {
        match fit(engine(), settings.clone(), data.clone()) {
            Ok(rfm) => {
                for round in rfm.rounds() {
                    let raised = 1e-10 * 10.0_f64.powi(round.retries as i32);
                    assert!(
                        (round.ridge / raised - 1.0).abs() < 1e-9,
                        "{name}: {} retries, ridge {}",
                        round.retries,
                        round.ridge
                    );
                    // Whatever ridge it took, the system that was solved is the one reported.
                    assert!(round.residual < 1e-2, "{name}: residual {:.1e}", round.residual);
                }
            }
            Err(Error::NotPositiveDefinite { n: 60, ridge, .. }) => assert!(ridge >= 1e-10, "{name}"),
            Err(other) => panic!("{name}: {other}"),
        }
    }
    let rfm = fit(Box::new(Cpu::default()), settings.clone(), data.clone());
    let retries = rfm.map(|rfm| rfm.rounds()[0].retries);
    assert!(retries.as_ref().is_ok_and(|r| *r > 0), "cpu: {retries:?}");
    let exact = fit(Box::new(Naive::<f64>::default()), settings, data).unwrap();
    assert_eq!(exact.rounds()[0].retries, 0, "double precision bears this ridge");
}

/// Predictions and M of a fit of the CPU engine over several panels, on a pool of so many threads.
fn bits(threads: usize) -> Vec<Vec<u32>> {
    let shape = Shape { channels: 3, height: 9, width: 8 };
    let data = noise_split(shape, [83, 17, 35], 3, 10);
    let settings = Settings { agop_samples: AgopSamples::First(37), rounds: 3, ..settings(3, 2) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let rfm = pool.install(|| {
        let rfm = fit(Box::new(Cpu::default()), settings, data).unwrap();
        rfm.rounds()
            .iter()
            .flat_map(|r| {
                [&r.validation, &r.test, &r.agop].into_iter().flatten().cloned().collect::<Vec<_>>()
            })
            .collect::<Vec<Matrix>>()
    });
    rfm.iter().map(|m| m.iter().map(|v| v.to_bits()).collect()).collect()
}

/// Sums are taken in one order, whatever thread comes first and however many there are.
#[test]
fn the_same_fit_gives_the_same_bits_on_any_number_of_threads() {
    let one = bits(1);
    assert_eq!(one.len(), 8);
    for threads in [1, 2, 3] {
        assert!(bits(threads) == one, "{threads} threads");
    }
}

/// Blank images fill the last panel of sixteen up; none of them may leave a trace.
#[test]
fn counts_around_the_panel_agree_with_the_reference() {
    let shape = Shape { channels: 1, height: 5, width: 4 };
    for n in [15, 16, 17, 32, 33] {
        for samples in [1, 16, 17, n] {
            let train = labelled(noise(shape, n, 11), 2);
            let none = train.select(&[]);
            let data = Split { validation: none, test: labelled(noise(shape, n, 12), 2), train };
            let settings = Settings { agop_samples: AgopSamples::First(samples), ..settings(2, 2) };
            let [expected, found] =
                [Box::new(Naive::<f64>::default()) as Box<dyn Engine>, Box::new(Cpu::default())]
                    .map(|engine| fit(engine, settings.clone(), data.clone()).unwrap());
            let (e, f) = (&expected.rounds()[0], &found.rounds()[0]);
            let agop = frobenius_relative(f.agop.as_ref().unwrap(), e.agop.as_ref().unwrap());
            let predictions = max_relative(f.test.as_ref().unwrap(), e.test.as_ref().unwrap());
            assert!(
                agop < 1e-4 && predictions < 1e-4,
                "n = {n}, {samples} samples: {agop:.1e}, {predictions:.1e}"
            );
        }
    }
}
