//! The narrower instruction sets of x86-64 on every machine: the CPU engine reproduces the float64 reference with each.

use crate::common;

use common::Golden;
use convrfm::linalg::simd::{InstructionSet, force, is_fused};
use convrfm::math::StageProgress;
use convrfm::{Cpu, Engine, FeatureMatrix, Matrix, PatchGeometry};
use convrfm_suites::golden;
use pollster::block_on;

/// K, K of the test images, predictions and M of the first two rounds.
fn results(golden: &Golden) -> Vec<Matrix> {
    let (settings, train) = (&golden.settings, &golden.train);
    let geometry = PatchGeometry::new(train.images.shape(), settings.patch, settings.depth).unwrap();
    let (mut engine, progress) = (Cpu::default(), StageProgress::unmonitored());
    let mut results: Vec<Matrix> = Vec::new();
    block_on(async {
        engine.load(geometry, &train.images).await?;
        for _ in 0..2 {
            // The last result of a round is its M.
            let m = results.last().cloned().map(FeatureMatrix::new).transpose()?;
            engine.kernel(m.as_ref().map(FeatureMatrix::root), &progress).await?;
            results.push(engine.kernel_matrix().await?);
            results.push(engine.kernel_rows(&golden.test.images, &progress).await?);
            let ridges = settings.ridge.values();
            let solutions = engine.solve(&train.one_hot(), ridges, &progress).await?;
            engine.set_alpha(&solutions[0].alpha).await?;
            results.push(engine.predict(&golden.test.images, &progress).await?);
            results.push(engine.agop(settings.agop_samples.count(train.len()), &progress).await?);
        }
        Ok::<(), convrfm::Error>(())
    })
    .unwrap();
    results
}

/// One test, because the choice of an instruction set is for the whole process.
#[test]
fn every_instruction_set_reproduces_the_golden_rounds() {
    let has = [is_x86_feature_detected!("avx512f"), is_x86_feature_detected!("avx2")];
    println!("AVX-512 {}, AVX2 {}", has[0], has[1]);
    for file in ["colour_q3_L2", "even_patch_q2_L3"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
        let golden = Golden::read(std::fs::read(path.with_extension("npz")).unwrap());
        let mut all = Vec::new();
        for set in [None, Some(InstructionSet::Avx2), Some(InstructionSet::Scalar)] {
            force(set);
            assert_eq!(is_fused(), set != Some(InstructionSet::Scalar) && has[1], "{set:?}");
            let errors = block_on(golden::check(&mut Cpu::default(), &golden));
            println!("{file} {set:?}: {}", errors.unwrap_or_else(|e| panic!("{file} with {set:?}: {e}")));
            all.push(results(&golden));
        }
        force(None);
        // AVX-512 and AVX2 both have fused multiply-adds and compute each lane as the other does, so all bits are equal.
        assert!(all[0] == all[1], "{file}: the widest instruction set and AVX2 differ");
    }
}
