//! Sizes that no tile divides, against the reference engine.

use crate::Verdict;
use crate::data::marked;
use crate::round::{Errors, Problem};
use convrfm::engine::gpu::Options;
use convrfm::engine::{Engine, Naive};
use convrfm::{Features, Geometry, Shape, features::Transform};

/// Sizes of a problem.
pub struct Case {
    shape: (usize, usize, usize),
    patch: usize,
    depth: usize,
    train: usize,
    test: usize,
    classes: usize,
}

/// Sizes that leave a rest in every tiling there is. Each of the first four is the extreme of something: rests in all
/// directions, outputs, channels, and nothing at all; a browser with a software adapter has time for these only.
pub fn odd_sizes() -> Vec<Case> {
    [
        ((3, 9, 5), 3, 2, 67, 5, 2),
        ((1, 5, 5), 3, 1, 130, 4, 100),
        ((64, 4, 5), 3, 1, 7, 2, 2),
        ((1, 1, 1), 1, 1, 1, 1, 1),
        ((1, 4, 4), 2, 2, 1, 3, 1),
        ((1, 5, 13), 3, 2, 13, 3, 3),
        ((2, 6, 7), 1, 3, 9, 2, 2),
        ((1, 9, 10), 2, 5, 10, 3, 2),
        ((1, 12, 12), 4, 3, 11, 2, 2),
        ((2, 9, 9), 5, 2, 9, 3, 2),
        ((1, 12, 13), 11, 1, 8, 2, 2),
        ((64, 5, 4), 1, 2, 6, 2, 2),
        ((1, 3, 300), 2, 2, 5, 2, 2),
    ]
    .map(|(shape, patch, depth, train, test, classes)| Case { shape, patch, depth, train, test, classes })
    .into()
}

/// A limit under which a matrix and its patches take several buffers, and such a matrix: 200 images pad to 256 x 256
/// values, 64 rows take 64 KiB.
pub fn split_buffers() -> (Options, Vec<Case>) {
    let options = Options { binding: Some(65_536), ..Options::default() };
    let case = Case { shape: (1, 6, 6), patch: 3, depth: 2, train: 200, test: 40, classes: 3 };
    (options, vec![case])
}

/// The smallest limits of WebGPU, and problems that need most of them.
pub fn minimum_limits() -> (Options, Vec<Case>) {
    let cases = [((1, 8, 42), 3, 3), ((1, 12, 12), 2, 6), ((3, 12, 12), 11, 1)];
    let cases =
        cases.map(|(shape, patch, depth)| Case { shape, patch, depth, train: 9, test: 3, classes: 2 });
    (Options { minimum_limits: true, ..Options::default() }, cases.into())
}

/// Two rounds on both engines; the second round's transform is the reference's, so that errors do not add up. Gives a
/// line with the sizes and the errors.
///
/// # Errors
/// When an error leaves the golden tolerances, or the ridge had to be raised.
pub async fn check(engine: &mut dyn Engine, case: &Case) -> Verdict {
    let Case { shape: (channels, height, width), patch, depth, .. } = *case;
    let shape = Shape { channels, height, width };
    let name = format!("{shape} q={patch} L={depth} n={} k={}", case.train, case.classes);
    let problem = Problem {
        geometry: Geometry::new(shape, patch, depth)?,
        train: marked(shape, case.train, case.classes, 1),
        test: marked(shape, case.test, case.classes, 2).images,
        ridge: 1e-2,
        samples: case.train.min(5),
    };
    let mut naive = Naive::<f64>::default();
    problem.load(&mut naive).await?;
    problem.load(engine).await?;
    let mut errors = Errors::default();
    let mut transform = Transform::Identity;
    for round in 0..2 {
        let (expected, _) = problem.round(&mut naive, &transform).await?;
        let failed = |e| format!("{name}, round {round}: {e}");
        let (found, solution) = problem.round(engine, &transform).await.map_err(failed)?;
        errors.add(&found, &expected);
        errors.verdict().map_err(failed)?;
        if !(solution.residual < 1e-4 && solution.retries == 0) {
            return Err(failed(
                format!("residual {:.1e}, {} retries", solution.residual, solution.retries).into(),
            )
            .into());
        }
        let agop = expected.agop.ok_or("a round without AGOP")?;
        transform = Features::new(&agop)?.transform();
    }
    Ok(format!("{name:32} {errors}"))
}
