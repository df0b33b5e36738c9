//! How a stage is split into jobs: short enough for the page to respond, and enough of them for every thread.

use super::job::Job;
use super::lanes::LANES;
use super::panel::{GROUP_IMAGES, block_panels, panel_count};
use super::problem::CpuProblem;
use std::ops::Range;

/// Work of a job, in position-layers of image pairs: 10 ms natively and 25 ms in a browser. Several such jobs fit into the 100 ms
/// within which a click must be answered.
const JOB_WORK: u64 = 10 << 20;

/// Work is counted in position-layers of image pairs.
impl CpuProblem {
    /// Work of one pair of images. Sixteen multiply-adds of an inner product take as long as one position of a layer.
    fn pair_work(&self) -> u64 {
        let g = self.geometry();
        g.position_layers() as u64 + (g.positions(0) * self.features() / 16) as u64
    }

    /// Work of a tile: two panels.
    fn tile_work(&self) -> u64 {
        (LANES * LANES) as u64 * self.pair_work()
    }

    /// Work of making a panel. To write a value of sixteen images into fresh memory takes as long as 64 multiply-adds of such values.
    fn panel_work(&self) -> u64 {
        let multiply_adds = if self.root().is_some() { self.multiply_adds_per_feature() } else { 0 };
        (self.geometry().positions(0) * self.features()) as u64 * (64 + multiply_adds) as u64
    }

    /// Mean multiply-adds of a value of a transformed patch; the root is triangular.
    fn multiply_adds_per_feature(&self) -> usize {
        self.geometry().patch_len() - self.features() / 2
    }

    /// Whether every worker should compute the training panels itself. Sending a value takes as long as about 60 multiply-adds
    /// (measured in Chromium, which copies every value eight times on its way).
    pub fn cheaper_to_make_than_send(&self) -> bool {
        self.root().is_none() || self.multiply_adds_per_feature() <= 64
    }

    /// Jobs that transform the patches of the first `count` training panels.
    pub fn row_jobs(&self, count: usize) -> Vec<Job> {
        let rows = self.geometry().grid(0).0;
        split(0..count * rows, self.panel_work() / rows as u64, JOB_WORK).map(Job::Rows).collect()
    }

    /// Jobs for K(train, train) on and below the diagonal. Those with the most tiles come first, so that `threads` threads finish
    /// at about the same time.
    pub fn tile_jobs(&self, threads: usize) -> Vec<Job> {
        let (panels, block) = (panel_count(self.train().count()), block_panels(self.features()));
        let job_work = self.job_work(panels as u64 * (panels as u64 + 1) / 2, threads);
        let jobs = |lhs: Range<usize>, rhs: Range<usize>| {
            let work = self.tile_work() * lhs.len() as u64;
            split(rhs, work, job_work).map(move |rhs| Job::Tiles(lhs.clone(), rhs))
        };
        // Left of a diagonal block its panels share jobs; within the block each panel has as many tiles as it needs.
        let jobs_of_row = |panel: usize| {
            let start = panel / block * block;
            let shared = (panel == start).then(|| jobs(start..(start + block).min(panels), 0..start));
            shared.into_iter().flatten().chain(jobs(panel..panel + 1, start..panel + 1))
        };
        (0..panels).rev().flat_map(jobs_of_row).collect()
    }

    /// Jobs for K of all test images with all training images.
    pub fn test_jobs(&self, threads: usize) -> Vec<Job> {
        let (panels, train) = (panel_count(self.test_images().count()), panel_count(self.train().count()));
        let (block, job_work) =
            (block_panels(self.features()), self.job_work(panels as u64 * train as u64, threads));
        let jobs_of_block = |start: usize| {
            let lhs = start..(start + block).min(panels);
            let work = self.tile_work() * lhs.len() as u64;
            split(0..train, work, job_work).map(move |rhs| Job::TestTiles(lhs.clone(), rhs))
        };
        (0..panels).step_by(block).flat_map(jobs_of_block).collect()
    }

    /// Work of each job of a stage of `tiles` tiles: less than usual where `threads` threads would otherwise wait for the last job,
    /// but always much more than computing and grouping the panels of the first range, which every job does.
    fn job_work(&self, tiles: u64, threads: usize) -> u64 {
        let block = block_panels(self.features()) as u64;
        let usual = JOB_WORK.max(4 * block * block * self.tile_work());
        usual.min(tiles * self.tile_work() / (8 * threads as u64)).max(4 * self.panel_work())
    }

    /// Jobs for the AGOP over the first `samples` training images. The images of a job share the reading of the training panels;
    /// where there are few, each of `threads` threads gets its part of them instead.
    pub fn sample_jobs(&self, samples: usize, threads: usize) -> Vec<Job> {
        let many = samples >= 4 * GROUP_IMAGES * threads;
        let per_job = if many { GROUP_IMAGES } else { (samples / threads).clamp(1, 2) };
        (0..samples).step_by(per_job).map(|from| Job::Samples(from..(from + per_job).min(samples))).collect()
    }
}

/// `range`, every index of which takes `work`, in parts that take about `part_work` each.
fn split(range: Range<usize>, work: u64, part_work: u64) -> impl Iterator<Item = Range<usize>> {
    let len = ((part_work / work.max(1)) as usize).max(1);
    let end = range.end;
    range.step_by(len).map(move |from| from..(from + len).min(end))
}
