//! Sizes that no tile divides, against the reference engine.

use crate::Verdict;
use crate::data::{marked, max_relative};
use crate::round::{Errors, Problem, Round};
use convrfm::engine::gpu::Options;
use convrfm::math::Solution;
use convrfm::math::StageProgress;
use convrfm::rfm::ridge_grid;
use convrfm::{Engine, Naive};
use convrfm::{FeatureMatrix, Matrix, PatchGeometry, PatchTransform, Shape};

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
/// directions, outputs, channels, and nothing at all; a browser with a software adapter has time for these only. The last
/// have patches of 144, 576 and 2,304 values, the longer ones more of them than M has a rank.
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

/// A limit under which a matrix and its patches take several buffers, and such a matrix: 200 images pad to 256 x 256
/// values, 64 rows take 64 KiB. Then patches of 64 values, two of each image: 64 KiB hold the inner products of 8,192
/// pairs, fewer than the 128 images have that they hold the patches of.
pub fn split_buffers() -> (Options, Vec<Case>) {
    let options = Options { binding: Some(65_536), ..Options::default() };
    let matrix = Case { shape: (1, 6, 6), patch: 3, depth: 2, train: 200, test: 40, classes: 3 };
    let inner = Case { shape: (16, 2, 3), patch: 2, depth: 1, train: 120, test: 70, classes: 2 };
    (options, vec![matrix, inner])
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
/// When an error leaves the golden tolerances, or the ridge had to be raised; or when a grid of ridges finds something else
/// than each of them alone.
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
    let mut transform = PatchTransform::Identity;
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
        if round == 0 {
            grid(engine, &problem, &found, &solution).await.map_err(failed)?;
        }
        let agop = expected.agop.ok_or("a round without AGOP")?;
        transform = FeatureMatrix::new(&agop)?.transform();
    }
    Ok(format!("{name:32} {errors}"))
}

/// Rounds on images that are loaded once, whose transforms have ranks far above and below those before: whole patches of
/// 144 values, 100 of them, 21, 70, and whole patches again. Gives a line with the errors of each.
///
/// # Errors
/// As [`check`]'s.
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
        let whole = PatchTransform::Identity;
        let transform = if rank == d { whole } else { PatchTransform::Root(Matrix::from_fn(d, d, weight)) };
        let (expected, _) = problem.round(&mut naive, &transform).await?;
        let failed = |e| format!("rank {rank}: {e}");
        let (found, _) = problem.round(engine, &transform).await.map_err(failed)?;
        let mut errors = Errors::default();
        errors.add(&found, &expected);
        lines.push(format!("rank {rank:<27} {}", errors.verdict().map_err(failed)?));
    }
    Ok(lines)
}

/// Round 0 anew, with a grid of ridges that has the problem's in its middle: that one has to give the same bits as alone, and
/// the same predictions once it is adopted; and the reference engine has to agree about the others.
async fn grid(engine: &mut dyn Engine, problem: &Problem, alone: &Round, solution: &Solution) -> Verdict<()> {
    let progress = StageProgress::unmonitored();
    let ridges = [1e-1, problem.ridge, 1.0];
    let targets = problem.train.one_hot();
    let scale = engine.kernel(&PatchTransform::Identity, &progress).await?;
    let found = engine.solve_grid(&targets, &ridges, &progress).await?;
    if found.len() != ridges.len() || found[1].alpha != solution.alpha {
        return Err("a grid of ridges gives other coefficients than one of them alone".into());
    }
    let rows = engine.kernel_rows(&problem.test, &progress).await?;
    let tried = grid::predictions(&rows, scale, &found[1].alpha);
    engine.set_alpha(&found[1]).await?;
    let predicted = engine.predict(&problem.test, &progress).await?;
    for (what, predictions) in [("tried", &tried), ("adopted", &predicted)] {
        let error = max_relative(predictions, &alone.predictions);
        if error.is_nan() || error > 1e-4 {
            return Err(format!("predictions of the ridge that was {what} are off by {error:.1e}").into());
        }
    }
    let mut reference = Naive::<f64>::default();
    problem.load(&mut reference).await?;
    reference.kernel(&PatchTransform::Identity, &progress).await?;
    let expected = reference.solve_grid(&targets, &ridges, &progress).await?;
    for (found, expected) in found.iter().zip(&expected) {
        let error = max_relative(&found.alpha, &expected.alpha);
        if error.is_nan() || error > 2e-3 {
            return Err(format!("alpha of ridge {} is off by {error:.1e}", found.ridge).into());
        }
    }
    Ok(())
}
