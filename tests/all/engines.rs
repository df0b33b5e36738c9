//! All engines refuse the same misuse with the same errors.

use crate::common;

use common::{Recorder, engines, labelled, marked, noise};
use convrfm::math::StageProgress;
use convrfm::{Dataset, Engine, Error, Images, Matrix, PatchGeometry, Progress, Result, Shape, Stage};
use pollster::block_on;

const SHAPE: Shape = Shape { channels: 2, height: 5, width: 4 };

fn geometry() -> PatchGeometry {
    PatchGeometry::new(SHAPE, 3, 1).unwrap()
}

fn train() -> Dataset {
    marked(SHAPE, 9, 2, 1)
}

/// Asserts that these calls of an engine are refused because another one has to come first.
fn assert_out_of_order(engine: &mut dyn Engine, calls: &[&str], when: &str) {
    let (progress, data) = (StageProgress::unmonitored(), train());
    for call in calls {
        let outcome: Result<()> = block_on(async {
            match *call {
                "kernel" => engine.kernel(None, &progress).await.map(drop),
                "kernel_matrix" => engine.kernel_matrix().await.map(drop),
                "solve" => engine.solve(&data.one_hot(), &[1e-2], &progress).await.map(drop),
                "set_alpha" => engine.set_alpha(&Matrix::zeros(9, 2)).await,
                "predict" => engine.predict(&data.images, &progress).await.map(drop),
                "kernel_rows" => engine.kernel_rows(&data.images, &progress).await.map(drop),
                "agop" => engine.agop(3, &progress).await.map(drop),
                other => panic!("{other}"),
            }
        });
        let name = engine.name();
        let refused = matches!(outcome, Err(Error::OutOfOrder { engine, .. }) if engine == name);
        assert!(refused, "{name}: `{call}` {when}: {outcome:?}");
    }
}

#[test]
fn calls_out_of_order_are_errors_of_their_own() {
    const NEED_ALPHA: [&str; 2] = ["predict", "agop"];
    const NEED_KERNEL: [&str; 6] = ["kernel_matrix", "solve", "set_alpha", "predict", "kernel_rows", "agop"];
    const NEED_IMAGES: [&str; 7] =
        ["kernel", "kernel_matrix", "solve", "set_alpha", "predict", "kernel_rows", "agop"];
    for (_, open) in engines() {
        let (mut engine, data, progress) = (open(), train(), StageProgress::unmonitored());
        let engine = engine.as_mut();
        assert_out_of_order(engine, &NEED_IMAGES, "before `load`");
        block_on(engine.load(geometry(), &data.images)).unwrap();
        assert_out_of_order(engine, &NEED_KERNEL, "before `kernel`");
        block_on(engine.kernel(None, &progress)).unwrap();
        assert_out_of_order(engine, &NEED_ALPHA, "before `set_alpha`");
        let solutions = block_on(engine.solve(&data.one_hot(), &[1e-2], &progress)).unwrap();
        assert_out_of_order(engine, &NEED_ALPHA, "before `set_alpha`, after `solve`");
        block_on(engine.set_alpha(&solutions[0].alpha)).unwrap();
        block_on(engine.predict(&data.images, &progress)).unwrap();
        block_on(engine.agop(3, &progress)).unwrap();
        // A new kernel drops alpha.
        block_on(engine.kernel(None, &progress)).unwrap();
        assert_out_of_order(engine, &NEED_ALPHA, "after a new kernel");
        // A cancelled kernel is none.
        let recorder = Recorder::new(0);
        let start =
            Progress { level: 0, round: 0, stage: Stage::Kernel, done: 0.0, share: 0.0, seconds_left: None };
        let cancelling = StageProgress::new(&recorder, start, 1.0, 0.0);
        match block_on(engine.kernel(None, &cancelling)) {
            Err(Error::Cancelled) => assert_out_of_order(engine, &NEED_KERNEL, "after a cancelled kernel"),
            // The GPU engine has no checkpoint in so small a kernel.
            outcome => assert!(outcome.is_ok() && engine.name() == "gpu", "{outcome:?}"),
        }
        // New images drop everything.
        block_on(engine.kernel(None, &progress)).unwrap();
        block_on(engine.load(geometry(), &data.images)).unwrap();
        assert_out_of_order(engine, &NEED_KERNEL, "after new images");
    }
}

/// A round that another process has begun: with its root, scale and alpha every engine predicts as the one that computed K.
#[test]
fn a_resumed_round_predicts_as_the_one_that_computed_the_kernel() {
    for (name, open) in engines() {
        let (data, progress) = (train(), StageProgress::unmonitored());
        let root = Matrix::from_fn(18, 18, |i, j| if i <= j { 0.1 + ((i * 5 + j) % 7) as f32 } else { 0.0 });
        let (mut first, mut second) = (open(), open());
        block_on(first.load(geometry(), &data.images)).unwrap();
        let scale = block_on(first.kernel(Some(&root), &progress)).unwrap();
        let alpha = block_on(first.solve(&data.one_hot(), &[1e-2], &progress)).unwrap().remove(0).alpha;
        block_on(first.set_alpha(&alpha)).unwrap();
        block_on(second.load(geometry(), &data.images)).unwrap();
        block_on(second.resume(Some(&root), scale, &progress)).unwrap();
        assert_out_of_order(
            second.as_mut(),
            &["kernel_matrix", "solve", "predict", "agop"],
            "after `resume`",
        );
        block_on(second.set_alpha(&alpha)).unwrap();
        let results = [&mut first, &mut second].map(|engine| {
            let f = block_on(engine.predict(&data.images, &progress)).unwrap();
            let rows = block_on(engine.kernel_rows(&data.images, &progress)).unwrap();
            (f, rows, block_on(engine.agop(4, &progress)).unwrap())
        });
        let [(f, rows, m), (g, same_rows, n)] = &results;
        assert_eq!(rows, same_rows, "{name}");
        // The reference holds its own scale and alpha in double precision; the others compute the same bits again.
        let tolerance = if name.starts_with("naive") { 1e-4 } else { 0.0 };
        let close = |a: &Matrix, b: &Matrix| (a - b).amax() <= tolerance * a.amax();
        assert!(close(f, g) && close(m, n), "{name}");
    }
}

/// An engine with the kernel of these images.
fn with_kernel(
    open: impl Fn() -> Box<dyn Engine>,
    geometry: PatchGeometry,
    images: &Images,
) -> Box<dyn Engine> {
    let mut engine = open();
    block_on(engine.load(geometry, images)).unwrap();
    block_on(engine.kernel(None, &StageProgress::unmonitored())).unwrap();
    engine
}

/// 1e39 is infinite in single precision, where alpha became 0: a residual of 1, once taken for a solution.
#[test]
fn a_ridge_outside_single_precision_is_refused() {
    let (data, progress) = (train(), StageProgress::unmonitored());
    for (name, open) in engines() {
        let mut engine = with_kernel(open, geometry(), &data.images);
        for ridge in [1e39, f64::INFINITY, f64::NAN, 0.0, -1e-3] {
            let outcome = block_on(engine.solve(&data.one_hot(), &[1e-2, ridge], &progress)).map(drop);
            let refused = matches!(&outcome, Err(Error::Invalid { field, .. }) if field == "ridge");
            assert!(refused, "{name}, ridge {ridge}: {outcome:?}");
        }
        for ridge in [1e30, 1e-2] {
            let solution = block_on(engine.solve(&data.one_hot(), &[ridge], &progress)).unwrap().remove(0);
            assert!(solution.residual < 1e-3 && solution.retries == 0, "{name}, ridge {ridge}");
        }
    }
}

/// K of equal images, and of images of one pixel, has rank 1. The ridge is far below the resolution of either precision, so that a pivot
/// is not positive or the residual is 0.5 or more, also after four retries.
#[test]
fn a_system_without_a_solution_is_refused() {
    const N: usize = 70;
    let pixel = Shape { channels: 1, height: 1, width: 1 };
    let positive = noise(pixel, N, 4).as_slice().iter().map(|v| v.abs() + 0.1).collect();
    let problems = [
        (geometry(), train().images.select(&[0; N])),
        (PatchGeometry::new(pixel, 1, 1).unwrap(), Images::new(pixel, positive).unwrap()),
    ];
    let progress = StageProgress::unmonitored();
    for (geometry, images) in problems {
        let targets = labelled(images.clone(), 2).one_hot();
        for (name, open) in engines() {
            let mut engine = with_kernel(open, geometry, &images);
            let outcome = block_on(engine.solve(&targets, &[1e-25], &progress));
            let refused = matches!(&outcome, Err(Error::NotPositiveDefinite { n: N, ridge, .. })
                if (ridge / 1e-21 - 1.0).abs() < 1e-9);
            assert!(refused, "{name}: {:?}", outcome.map(|all| all[0].residual));
            // The engine is still usable.
            assert!(block_on(engine.solve(&targets, &[1e-2], &progress)).is_ok(), "{name}");
        }
    }
}
