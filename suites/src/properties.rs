//! Properties that hold for any images.
//!
//! [`check`] checks all of them on one [`Case`] drawn by [`cases`], because compiling the shaders of a geometry takes longer than
//! all computations with them. Natively proptest draws many cases and shrinks the one that fails. In a browser, where nothing may
//! block, [`check_drawn`] draws a few and awaits each.

use crate::Verdict;
use crate::data::{frobenius_relative, labelled, max_relative, noise};
use crate::round::{Errors, Problem, Round};
use convrfm::math::Solution;
use convrfm::{Dataset, Engine, FeatureMatrix, Images, Matrix, Naive, PatchGeometry, Shape};
use nalgebra::SymmetricEigen;
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// The input of the checks; each uses a part of it.
#[derive(Debug, Clone)]
pub struct Case {
    geometry: PatchGeometry,
    images: usize,
    classes: usize,
    seed: u64,
    shuffle: u64,
    factor: f32,
    down: usize,
    right: usize,
}

/// Any image shape, patch size and depth with a patch dimension of 4 to 64. With d = 1 every cosine is 1 or -1, where the NTK's slope
/// is infinite; with d = 2 or 3 cosines often come so close to 1 that finite differences are wrong.
pub fn geometries() -> impl Strategy<Value = PatchGeometry> {
    (1..=4_usize, 1..=5_usize, 1..=3_usize, 1..=3_usize, 1..=3_usize)
        .prop_filter("patch dimension", |(c, q, ..)| (4..=64).contains(&(c * q * q)))
        .prop_map(|(channels, patch, depth, rows, cols)| {
            let lost = depth * (patch - 1);
            PatchGeometry::new(Shape { channels, height: lost + rows, width: lost + cols }, patch, depth)
                .unwrap()
        })
}

/// Any case.
pub fn cases() -> impl Strategy<Value = Case> {
    let sizes = (1..=20_usize, 1..=3_usize);
    let changes = (any::<u64>(), 0.1..10.0_f32, 0..=2_usize, 0..=3_usize);
    (geometries(), sizes, any::<u32>(), changes).prop_map(
        |(geometry, (images, classes), seed, (shuffle, factor, down, right))| {
            let seed = seed.into();
            Case { geometry, images, classes, seed, shuffle, factor, down, right }
        },
    )
}

/// Checks every property on one case.
///
/// # Errors
/// The first property that does not hold, and its error.
pub async fn check(engine: &mut dyn Engine, case: &Case) -> Verdict<()> {
    let named = |property: &'static str| move |e| format!("{property}: {e}");
    agrees(engine, case).await.map_err(named("the engine agrees with the reference"))?;
    semi_definite(engine, case).await.map_err(named("K and M are symmetric and positive semi-definite"))?;
    permutes(engine, case).await.map_err(named("permuting the training images permutes alpha"))?;
    scales(engine, case).await.map_err(named("scaling the images scales K by the square"))?;
    shifts(engine, case).await.map_err(named("shifting the content of all images changes nothing"))?;
    Ok(())
}

/// Checks `count` cases from a fixed seed.
///
/// # Errors
/// The first case that fails, and why.
pub async fn check_drawn(engine: &mut dyn Engine, count: usize) -> Verdict {
    let mut runner = TestRunner::deterministic();
    for _ in 0..count {
        let case = cases().new_tree(&mut runner).map_err(|e| e.to_string())?.current();
        check(engine, &case).await.map_err(|e| format!("{e}; {case:?}"))?;
    }
    Ok(format!("every property holds in {count} cases"))
}

impl Case {
    /// A ridge of 1e-2, so that the condition number of the system hides no error of the kernel.
    fn problem(&self, train: Dataset, test: Images) -> Problem {
        let samples = train.len();
        Problem { geometry: self.geometry, train, test, ridge: 1e-2, samples }
    }

    fn images(&self) -> (Dataset, Images) {
        let shape = self.geometry.shape();
        (labelled(noise(shape, self.images, self.seed), self.classes), noise(shape, 3, self.seed + 1))
    }
}

fn below(what: &str, error: f64, tolerance: f64) -> Verdict<()> {
    // A NaN is not below the tolerance.
    if error < tolerance {
        Ok(())
    } else {
        Err(format!("{what}: {error:.1e}, expected below {tolerance:.0e}").into())
    }
}

fn agop(round: &Round) -> Verdict<&Matrix> {
    Ok(round.agop.as_ref().ok_or("a round without an AGOP")?)
}

/// The smallest eigenvalue divided by the largest absolute one.
fn smallest_eigenvalue(m: &Matrix) -> f64 {
    let eigen = SymmetricEigen::new(m.map(f64::from)).eigenvalues;
    eigen.min() / eigen.amax()
}

/// Two rounds, the second with a patch transform. Adding a multiple of the identity to M keeps its rank full: M of a few images is
/// nearly of rank 1, which makes every cosine 1 or -1, where k0 in single precision is accurate to 1e-4 only.
async fn agrees(engine: &mut dyn Engine, case: &Case) -> Verdict<()> {
    let (train, test) = case.images();
    let problem = Problem { samples: case.images.div_ceil(2), ..case.problem(train, test) };
    let mut m: Option<FeatureMatrix> = None;
    for round in 0..2 {
        let root = m.as_ref().map(FeatureMatrix::root);
        let (expected, _) = problem.run(&mut Naive::<f64>::default(), root).await?;
        let (actual, _) = problem.run(engine, root).await?;
        let mut errors = Errors::default();
        errors.add(&actual, &expected);
        errors.verdict().map_err(|e| format!("round {round}: {e}"))?;
        let agop = agop(&expected)?;
        let d = agop.nrows();
        m = Some(FeatureMatrix::new(agop + Matrix::identity(d, d) * (agop.trace() / d as f32))?);
    }
    Ok(())
}

async fn semi_definite(engine: &mut dyn Engine, case: &Case) -> Verdict<()> {
    let (train, _) = case.images();
    // K(train, train) is computed on one side of the diagonal and mirrored; kernel rows compute every entry.
    let images = train.images.clone();
    let (round, _) = case.problem(train, images).run(engine, None).await?;
    let (k, m) = (&round.kernel, agop(&round)?);
    below("kernel rows of the training images differ from K", max_relative(&round.rows, k), 1e-5)?;
    below("K is not symmetric", max_relative(&round.rows.transpose(), &round.rows), 1e-5)?;
    below("K has a negative eigenvalue", -smallest_eigenvalue(k), 1e-5)?;
    below("M is not symmetric", max_relative(&m.transpose(), m), 1e-6)?;
    below("M has a negative eigenvalue", -smallest_eigenvalue(m), 1e-5)
}

async fn permutes(engine: &mut dyn Engine, case: &Case) -> Verdict<()> {
    let (train, test) = case.images();
    let n = train.len();
    // `draw` shuffles; comparing pixels gives the permutation.
    let permuted = train.draw(n, case.shuffle, "train")?.0;
    let origin: Vec<usize> =
        (0..n).filter_map(|i| (0..n).find(|&j| train.images.image(j) == permuted.images.image(i))).collect();
    let run = |train, test| case.problem(train, test);
    let (before, one) = run(train, test.clone()).run(engine, None).await?;
    let (after, other) = run(permuted, test).run(engine, None).await?;
    below("alpha", max_relative(&other.alpha, &one.alpha.select_rows(&origin)), 1e-3)?;
    below("predictions", max_relative(&after.predictions, &before.predictions), 1e-3)?;
    below("AGOP", frobenius_relative(agop(&after)?, agop(&before)?), 1e-3)
}

/// K is homogeneous of degree 1 in either image, and a run divides K by its maximum. Scaling all images by c therefore leaves f
/// unchanged, divides its gradient by c and M by c^2.
async fn scales(engine: &mut dyn Engine, case: &Case) -> Verdict<()> {
    let (train, test) = case.images();
    let by = case.factor;
    let scaled =
        |images: &Images| Images::new(images.shape(), images.as_slice().iter().map(|v| v * by).collect());
    let larger = case.problem(Dataset { images: scaled(&train.images)?, ..train.clone() }, scaled(&test)?);
    let (one, _) = case.problem(train, test).run(engine, None).await?;
    let (other, _) = larger.run(engine, None).await?;
    below("kernel", max_relative(&other.kernel, &(&one.kernel * (by * by))), 1e-4)?;
    below("predictions", max_relative(&other.predictions, &one.predictions), 1e-3)?;
    below("AGOP", frobenius_relative(&(agop(&other)? * (by * by)), agop(&one)?), 1e-3)
}

/// Blank patches contribute nothing, so content on a blank background may be shifted by the same offset in every image, as long as it
/// stays L (q - 1) pixels from the border, where every window that overlaps it is valid.
async fn shifts(engine: &mut dyn Engine, case: &Case) -> Verdict<()> {
    let (patch, depth) = (case.geometry.patch().clamp(2, 3), case.geometry.depth());
    let content = Shape { channels: 2, height: 4, width: 3 };
    let margin = depth * (patch - 1);
    let canvas = Shape {
        channels: content.channels,
        height: content.height + 2 * margin + 2,
        width: content.width + 2 * margin + 3,
    };
    let place = |images: &Images, down: usize, right: usize| {
        let mut pixels = vec![0.0; images.count() * canvas.len()];
        for (i, row) in images.as_slice().chunks_exact(content.width).enumerate() {
            let (plane, r) = (i / content.height, i % content.height);
            let at = (plane * canvas.height + margin + down + r) * canvas.width + margin + right;
            pixels[at..at + content.width].copy_from_slice(row);
        }
        Images::new(canvas, pixels)
    };
    let (train, test) = (labelled(noise(content, 6, case.seed), 2), noise(content, 3, case.seed + 1));
    let mut rounds: Vec<(Round, Solution)> = Vec::new();
    for (down, right) in [(0, 0), (case.down, case.right)] {
        let placed = Dataset { images: place(&train.images, down, right)?, ..train.clone() };
        let case = Case { geometry: PatchGeometry::new(canvas, patch, depth)?, ..case.clone() };
        let problem = case.problem(placed, place(&test, down, right)?);
        rounds.push(problem.run(engine, None).await?);
    }
    let [(here, _), (there, _)] = &rounds[..] else { unreachable!("one round for each of two offsets") };
    below("kernel", max_relative(&there.kernel, &here.kernel), 1e-6)?;
    below("predictions", max_relative(&there.predictions, &here.predictions), 1e-4)?;
    below("AGOP", frobenius_relative(agop(there)?, agop(here)?), 1e-4)
}
