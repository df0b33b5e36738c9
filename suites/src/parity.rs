//! Sizes that no tile divides, against the reference engine.

use crate::Verdict;
use crate::data::{marked, max_relative};
use crate::round::{Errors, Problem, Round};
use convrfm::engine::gpu::Options;
use convrfm::math::{Solution, StageProgress};
use convrfm::rfm::ridge_grid;
use convrfm::{Engine, FeatureMatrix, Matrix, Naive, PatchGeometry, Shape};

/// The size of a problem.
pub struct Case {
    shape: (usize, usize, usize),
    patch: usize,
    depth: usize,
    train: usize,
    test: usize,
    classes: usize,
}

/// Sizes with a remainder in every tiling. The first four are extremes: remainders in all directions, 100 outputs, 64 channels,
/// and size 1 everywhere; a browser with a software adapter has time for these only. The last three have patches of 144, 576 and
/// 2,304 values; M of the two longer ones has a low rank.
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
        ((16, 5, 6), 3, 2, 75, 5, 3),
        ((64, 6, 5), 3, 2, 70, 18, 3),
        ((256, 4, 4), 3, 1, 18, 2, 2),
    ]
    .map(|(shape, patch, depth, train, test, classes)| Case { shape, patch, depth, train, test, classes })
    .into()
}

/// A binding of 64 KiB, and problems that need several buffers under this limit. The matrix of 200 images is padded to 256 x 256
/// values, and 64 rows take 64 KiB. In the second problem, each image has two patches of 64 values: 64 KiB hold the patches of 128
/// images, but the inner products of 8,192 pairs of images only, fewer than 128 x 128.
pub fn split_buffers() -> (Options, Vec<Case>) {
    let options = Options { binding: Some(65_536), ..Options::default() };
    let matrix = Case { shape: (1, 6, 6), patch: 3, depth: 2, train: 200, test: 40, classes: 3 };
    let inner = Case { shape: (16, 2, 3), patch: 2, depth: 1, train: 120, test: 70, classes: 2 };
    (options, vec![matrix, inner])
}

/// The minimum limits of WebGPU, and problems that come close to them.
pub fn minimum_limits() -> (Options, Vec<Case>) {
    let cases = [((1, 8, 42), 3, 3), ((1, 12, 12), 2, 6), ((3, 12, 12), 11, 1)];
    let cases =
        cases.map(|(shape, patch, depth)| Case { shape, patch, depth, train: 9, test: 3, classes: 2 });
    (Options { minimum_limits: true, ..Options::default() }, cases.into())
}

/// Two rounds on both engines. The second round uses the reference's M, so that errors do not add up. Returns a line with the sizes
/// and the errors.
///
/// # Errors
/// When an error exceeds the golden tolerances, the ridge was raised, or solving for several ridges differs from solving for each
/// alone.
pub async fn check(engine: &mut dyn Engine, case: &Case) -> Verdict {
    let Case { shape: (channels, height, width), patch, depth, .. } = *case;
    let shape = Shape { channels, height, width };
    let name = format!("{shape} q={patch} L={depth} n={} k={}", case.train, case.classes);
    let problem = Problem {
        geometry: PatchGeometry::new(shape, patch, depth)?,
        train: marked(shape, case.train, case.classes, 1),
        test: marked(shape, case.test, case.classes, 2).images,
        ridge: 1e-2,
        samples: case.train.min(5),
    };
    let mut naive = Naive::<f64>::default();
    problem.load(&mut naive).await?;
    problem.load(engine).await?;
    let mut errors = Errors::default();
    let mut m: Option<FeatureMatrix> = None;
    for round in 0..2 {
        let root = m.as_ref().map(FeatureMatrix::root);
        let (expected, _) = problem.round(&mut naive, root).await?;
        let failed = |e| format!("{name}, round {round}: {e}");
        let (actual, solution) = problem.round(engine, root).await.map_err(failed)?;
        errors.add(&actual, &expected);
        errors.verdict().map_err(failed)?;
        if !(solution.residual < 1e-4 && solution.retries == 0) {
            return Err(failed(
                format!("residual {:.1e}, {} retries", solution.residual, solution.retries).into(),
            )
            .into());
        }
        if round == 0 {
            several_ridges(engine, &problem, &actual, &solution).await.map_err(failed)?;
        }
        m = Some(FeatureMatrix::new(expected.agop.ok_or("a round without an AGOP")?)?);
    }
    Ok(format!("{name:32} {errors}"))
}

/// Rounds on images that are loaded once, with patch transforms of rank 144 (none), 100, 21, 70 and 144 again. Returns a line with
/// the errors of each.
///
/// # Errors
/// When an error exceeds the golden tolerances.
pub async fn ranks(engine: &mut dyn Engine) -> Verdict<Vec<String>> {
    let shape = Shape { channels: 16, height: 5, width: 6 };
    let problem = Problem {
        geometry: PatchGeometry::new(shape, 3, 2)?,
        train: marked(shape, 21, 2, 1),
        test: marked(shape, 9, 2, 2).images,
        ridge: 1e-2,
        samples: 5,
    };
    let d = problem.geometry.patch_len();
    let mut naive = Naive::<f64>::default();
    problem.load(&mut naive).await?;
    problem.load(engine).await?;
    let mut lines = Vec::new();
    for rank in [d, 100, 21, 70, d] {
        let weight =
            |f, g| if f <= g && f < rank { ((f * 7 + g * 5) % 11) as f32 / 100.0 - 0.04 } else { 0.0 };
        let root = (rank < d).then(|| Matrix::from_fn(d, d, weight));
        let (expected, _) = problem.round(&mut naive, root.as_ref()).await?;
        let failed = |e| format!("rank {rank}: {e}");
        let (actual, _) = problem.round(engine, root.as_ref()).await.map_err(failed)?;
        let mut errors = Errors::default();
        errors.add(&actual, &expected);
        lines.push(format!("rank {rank:<27} {}", errors.verdict().map_err(failed)?));
    }
    Ok(lines)
}

/// Round 0 again with three ridges, of which the second is the problem's. Its coefficients have to be the same bits as alone, and
/// have to give the same predictions; the reference engine has to agree about the others.
async fn several_ridges(
    engine: &mut dyn Engine,
    problem: &Problem,
    alone: &Round,
    solution: &Solution,
) -> Verdict<()> {
    let progress = StageProgress::unmonitored();
    let ridges = [1e-1, problem.ridge, 1.0];
    let targets = problem.train.one_hot();
    let scale = engine.kernel(None, &progress).await?;
    let solutions = engine.solve(&targets, &ridges, &progress).await?;
    if solutions.len() != ridges.len() || solutions[1].alpha != solution.alpha {
        return Err("solving for several ridges gives other coefficients than solving for one".into());
    }
    let rows = engine.kernel_rows(&problem.test, &progress).await?;
    let from_rows = ridge_grid::predictions(&rows, scale, &solutions[1].alpha);
    engine.set_alpha(&solutions[1].alpha).await?;
    let predicted = engine.predict(&problem.test, &progress).await?;
    for (source, predictions) in [("kernel rows", &from_rows), ("the engine", &predicted)] {
        let error = max_relative(predictions, &alone.predictions);
        if error.is_nan() || error > 1e-4 {
            return Err(format!("predictions by {source} deviate by {error:.1e}").into());
        }
    }
    let mut reference = Naive::<f64>::default();
    problem.load(&mut reference).await?;
    reference.kernel(None, &progress).await?;
    let expected = reference.solve(&targets, &ridges, &progress).await?;
    for (actual, expected) in solutions.iter().zip(&expected) {
        let error = max_relative(&actual.alpha, &expected.alpha);
        if error.is_nan() || error > 2e-3 {
            return Err(format!("alpha of ridge {} deviates by {error:.1e}", actual.ridge).into());
        }
    }
    Ok(())
}
