//! Memory that a training or an ansatz needs, before anything large is allocated.

use super::covariance::filters;
use super::job::{NetworkProblem, image_bytes};
use super::plan::{Kind, Layer, Plan};
use crate::engine::pool::Scheduler;
use crate::error::{Error, Result};
use crate::linalg::memory;

/// Bytes of a number in single or double precision.
const SINGLE: u64 = 4;
const DOUBLE: u64 = 8;

/// What can be allocated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes in total.
    pub available: u64,
    /// Bytes of one allocation.
    pub allocation: u64,
}

impl Limits {
    /// The limits of this process.
    pub fn of_this_process() -> Limits {
        Limits { available: memory::available(), allocation: memory::ALLOCATION }
    }
}

/// Where the jobs run: copies of the problem, and jobs that each copy runs at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Copies {
    pub problems: u64,
    pub jobs: u64,
}

impl Copies {
    pub fn of(scheduler: &Scheduler<NetworkProblem>) -> Copies {
        let (problems, jobs) = scheduler.copies();
        Copies { problems: problems as u64, jobs: jobs as u64 }
    }
}

/// A training with `train` training images and `held_out` others, whose gradients are summed from `shards` parts.
///
/// # Errors
/// [`Error::TooLarge`] with the largest number of training images that fits.
pub(super) fn check_training(
    problem: &NetworkProblem,
    [train, held_out]: [usize; 2],
    shards: usize,
    copies: Copies,
    limits: Limits,
) -> Result<()> {
    let parameters = problem.network().values().len() as u64;
    let gradient = parameters.saturating_mul(SINGLE);
    let per_copy =
        gradient.saturating_add(copies.jobs.saturating_mul(pass(problem.plan()).saturating_add(gradient)));
    // The gradients of all shards, their sum, both moments, and the current, the next and the best parameters.
    let once = gradient.saturating_mul(shards as u64 + 5).saturating_add(parameters.saturating_mul(DOUBLE));
    let bytes = |train: usize| {
        // The training holds the images beside the problem's.
        let images =
            image_bytes(problem.shape(), train).saturating_add(image_bytes(problem.shape(), held_out));
        let copy = per_copy.saturating_add(images);
        once.saturating_add(images).saturating_add(copy.saturating_mul(copies.problems))
    };
    let allocation = |train| image_bytes(problem.shape(), train).max(parameters * DOUBLE);
    check("the training of this network", train, bytes, allocation, limits)
}

/// An ansatz over `images` images.
///
/// # Errors
/// [`Error::TooLarge`] with the largest number of images that fits.
pub(super) fn check_ansatz(
    problem: &NetworkProblem,
    images: usize,
    copies: Copies,
    limits: Limits,
) -> Result<()> {
    let plan = problem.plan();
    let square = |side: usize| (side as u64).saturating_mul(side as u64);
    let covariances = plan.layers.iter().map(|layer| square(filters(layer))).fold(0, u64::saturating_add);
    // Of one layer at a time: the filters before and after training and the vector of ones in double precision.
    let basis =
        |layer: &Layer| (2 * filters(layer) as u64 + 1).saturating_mul(layer.sizes.patch_len() as u64);
    let basis = plan.layers.iter().map(basis).max().unwrap_or(0);
    // Twice for the QR decomposition, and the matrices of a correlation in its dimension, which the number of filters bounds.
    let widest = plan.layers.iter().map(|layer| 2 * filters(layer) + 1).max().unwrap_or(0);
    let correlation = basis.saturating_mul(2).saturating_add(square(widest).saturating_mul(8));
    // A job adds up in double precision and returns single precision.
    let job = pass(plan).saturating_add(covariances.saturating_mul(DOUBLE + SINGLE));
    let parameters = problem.network().values().len() as u64 * SINGLE;
    let matrices = covariances.saturating_add(correlation);
    let bytes = |images: usize| {
        let copy = image_bytes(problem.shape(), images)
            .saturating_add(parameters)
            .saturating_add(job.saturating_mul(copies.jobs));
        matrices.saturating_mul(DOUBLE).saturating_add(copy.saturating_mul(copies.problems))
    };
    let allocation =
        |images| image_bytes(problem.shape(), images).max(parameters).max(basis.saturating_mul(DOUBLE));
    check("the ansatz of this network", images, bytes, allocation, limits)
}

/// Refuses `count` images if their `bytes` are not available or their largest `allocation` is not possible.
fn check(
    what: &'static str,
    count: usize,
    bytes: impl Fn(usize) -> u64,
    allocation: impl Fn(usize) -> u64,
    limits: Limits,
) -> Result<()> {
    let fits = |count| bytes(count) <= limits.available && allocation(count) <= limits.allocation;
    if fits(count) {
        return Ok(());
    }
    let largest = memory::largest_that_fits(count, fits);
    let (needed, available) = if bytes(count) > limits.available {
        (bytes(count), limits.available)
    } else {
        (allocation(count), limits.allocation)
    };
    Err(Error::TooLarge { what, needed, available, largest })
}

/// Bytes of one pass: all values, their gradients, and the patches of the largest convolution.
fn pass(plan: &Plan) -> u64 {
    let values = plan.lengths.iter().fold(0, |sum: u64, &length| sum.saturating_add(length as u64));
    let patches = plan.operations.iter().map(|operation| match &operation.kind {
        Kind::Convolution { sizes, .. } => sizes.scratch_len() as u64,
        _ => 0,
    });
    values.saturating_mul(2).saturating_add(patches.max().unwrap_or(0)).saturating_mul(SINGLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cnn::{Initialization, Network};
    use crate::images::Shape;

    fn problem(width: usize, patch: usize) -> NetworkProblem {
        let digits = Shape { channels: 1, height: 28, width: 28 };
        let network = Network::vanilla(digits, 3, width, patch, 10, Initialization::He, 0).unwrap();
        NetworkProblem::new(network, digits).unwrap()
    }

    /// A page: eight workers and the main thread, 4 GiB, 2 GiB in one piece.
    const PAGE: (Copies, Limits) =
        (Copies { problems: 9, jobs: 1 }, Limits { available: 4 << 30, allocation: i32::MAX as u64 });

    /// 60,000 digits take 188 MB, in a page ten times.
    #[test]
    fn a_training_that_does_not_fit_a_page_names_the_largest_that_does() {
        let (copies, limits) = PAGE;
        let problem = problem(16, 3);
        let with = |train| check_training(&problem, [train, 10_000], 8, copies, limits);
        assert!(with(60_000).is_ok());
        let refused = with(150_000).unwrap_err();
        let Error::TooLarge { needed, available, largest, .. } = refused else { panic!("{refused}") };
        assert!(needed > available && (100_000..136_000).contains(&largest), "{refused}");
        assert!(with(largest).is_ok() && with(largest + 1).is_err());
        // One thread natively: a copy of the images in the training, one in its problem.
        let native = Copies { problems: 1, jobs: 1 };
        let limits = Limits { available: 4 << 30, allocation: u64::MAX };
        assert!(check_training(&problem, [600_000, 0], 8, native, limits).is_ok());
        assert!(check_training(&problem, [700_000, 0], 8, native, limits).is_err());
    }

    /// The AGOP of a layer of 512 filters of 3 x 3 on 512 channels has 4,608 rows: 170 MB, which nothing here needs. The job of each
    /// worker holds the covariances of the filters of every layer: 38 MB for three layers of 1,024.
    #[test]
    fn layers_that_are_too_wide_are_refused_for_any_number_of_images() {
        let (copies, limits) = PAGE;
        assert!(check_ansatz(&problem(512, 3), 100, copies, limits).is_ok());
        let wide = problem(1024, 1);
        let small = Limits { available: 256 << 20, ..limits };
        let refused = check_ansatz(&wide, 1, copies, small).unwrap_err();
        let Error::TooLarge { needed, available, largest, .. } = refused else { panic!("{refused}") };
        assert!(needed > available && largest == 0, "{refused}");
        assert!(check_ansatz(&wide, 1, copies, limits).is_ok());
    }
}
