//! Who runs the jobs: the threads of this process, or the workers of a web page, which share no memory with each other.
//!
//! A [`Problem`] is what jobs are computed from: the images and coefficients of the CPU engine, or the weights of a network.

use super::MaybeSend;
use crate::error::{Error, Result};
use crate::linalg::parallel;
use crate::math::StageProgress;
use crate::math::progress::run_jobs;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{future::Future, ops::Range, pin::Pin, time::Duration};
use web_time::Instant;

/// Jobs assigned to a worker at a time: it runs one while the answer to the one before travels.
const JOBS_AHEAD: usize = 2;
/// After this time a job is also given to an idle worker.
const SLOW: Duration = Duration::from_secs(1);
/// After this time without any answer, the engine waits for no worker any more.
const SILENT: Duration = Duration::from_secs(5);

/// What jobs are computed from. Every worker holds a copy, which each update changes in the same way.
pub trait Problem: Sized + Sync {
    /// A part of a stage.
    type Job: Sync;
    /// A change of a problem; its values travel beside it.
    type Update;
    /// The update after which nobody needs the problem.
    const UNLOAD: Self::Update;

    /// Applies an update: one that loads makes a problem, [`UNLOAD`](Problem::UNLOAD) removes it, others change it.
    ///
    /// # Errors
    /// When the values do not fit the problem, or there is none to change.
    fn apply(problem: &mut Option<Self>, update: &Self::Update, values: Vec<f32>) -> Result<()>;

    /// The values of a job. They depend on the problem and the job alone.
    fn run(&self, job: &Self::Job) -> Vec<f32>;
}

/// What a [`WorkerPool`] reports.
#[derive(Debug, Clone, PartialEq)]
pub enum PoolEvent {
    /// A worker has run a job.
    JobDone {
        /// Index of the worker.
        worker: usize,
        /// Number of the job, as it was assigned.
        number: u64,
        /// The values of [`Problem::run`].
        values: Vec<f32>,
    },
    /// A worker has ended.
    WorkerGone,
}

/// Workers that share no memory with this thread. Each holds a [`PoolWorker`] and handles its messages in order.
pub trait WorkerPool<P: Problem>: MaybeSend {
    /// The workers that are still there.
    fn workers(&self) -> Vec<usize>;

    /// Sends an update of a problem, with its values, to every worker.
    fn send(&self, problem: u64, update: &P::Update, values: &[f32]);

    /// Assigns a job of a problem to a worker.
    fn assign(&self, worker: usize, problem: u64, number: u64, job: &P::Job);

    /// The next event that concerns `problem`; none when there is none for a few hundredths of a second.
    fn next<'a>(&'a self, problem: u64) -> Pin<Box<dyn Future<Output = Option<PoolEvent>> + 'a>>;
}

/// A worker's own copies of the problems of one kind, by their numbers.
///
/// ```
/// use convrfm::engine::cpu::{CpuProblem, Job, Update};
/// use convrfm::engine::pool::PoolWorker;
/// let mut worker = PoolWorker::<CpuProblem>::default();
/// // It has received no problem: it cannot run anything.
/// assert!(worker.run(7, &Job::Samples(0..1)).is_none());
/// worker.apply(7, &Update::Load { shape: [1, 2, 2], patch: 2, depth: 1 }, vec![0.5; 8])?;
/// // K of two equal images of norm 1 is k0 + k1 = 2.
/// let values = worker.run(7, &Job::Tiles(0..1, 0..1)).unwrap();
/// assert_eq!(values[..2], [2.0, 2.0]);
/// assert!(worker.run(8, &Job::Tiles(0..1, 0..1)).is_none(), "the problem of another engine");
/// # Ok::<(), convrfm::Error>(())
/// ```
pub struct PoolWorker<P>(BTreeMap<u64, P>);

impl<P> Default for PoolWorker<P> {
    fn default() -> Self {
        PoolWorker(BTreeMap::new())
    }
}

impl<P: Problem> PoolWorker<P> {
    /// Applies an update of problem number `problem`.
    ///
    /// # Errors
    /// When the values do not fit the problem, or there is no such problem.
    pub fn apply(&mut self, problem: u64, update: &P::Update, values: Vec<f32>) -> Result<()> {
        let mut current = self.0.remove(&problem);
        let outcome = P::apply(&mut current, update, values);
        current.map(|current| self.0.insert(problem, current));
        outcome
    }

    /// Runs a job of problem number `problem`; none when there is no such problem.
    pub fn run(&self, problem: u64, job: &P::Job) -> Option<Vec<f32>> {
        self.0.get(&problem).map(|problem| problem.run(job))
    }
}

/// The error of an update of a problem that was not loaded.
pub(crate) fn not_loaded() -> Error {
    Error::invalid("problem", "none", "one that was loaded")
}

/// Access to all cores for the jobs of one problem. Several may share a pool: jobs carry the number of their problem.
pub struct Scheduler<P: Problem> {
    pool: Option<Box<dyn WorkerPool<P>>>,
    problem: u64,
    /// Number of the next job. No number is used twice: answers to a cancelled stage may arrive during the next.
    next_number: Cell<u64>,
    /// Workers that were slow and have not answered since: they get no jobs.
    late: RefCell<BTreeSet<usize>>,
}

impl<P: Problem> Default for Scheduler<P> {
    fn default() -> Self {
        Scheduler::new(None)
    }
}

impl<P: Problem> Scheduler<P> {
    /// Access to the workers of `pool`, or to the threads of this process.
    pub fn new(pool: Option<Box<dyn WorkerPool<P>>>) -> Self {
        static PROBLEMS: AtomicU64 = AtomicU64::new(0);
        let problem = PROBLEMS.fetch_add(1, Ordering::Relaxed);
        Scheduler { pool, problem, next_number: Cell::new(0), late: RefCell::default() }
    }

    /// Number of workers that are still there.
    fn workers(&self) -> usize {
        self.pool.as_ref().map_or(0, |pool| pool.workers().len())
    }

    /// Jobs that run at the same time.
    pub fn threads(&self) -> usize {
        self.workers().max(parallel::threads())
    }

    /// Whether the jobs run where this thread's memory cannot be read.
    pub fn is_remote(&self) -> bool {
        self.workers() > 0
    }

    /// Copies of the problem, and jobs that each copy runs at a time: threads share one problem, workers have one each.
    pub fn copies(&self) -> (usize, usize) {
        let threads = self.threads();
        if self.is_remote() { (threads + 1, 1) } else { (1, threads) }
    }

    /// One line for the user, such as "cpu (2 threads)".
    pub fn describe(&self) -> String {
        let (count, what) = match self.workers() {
            0 => (parallel::threads(), "thread"),
            workers => (workers, "worker"),
        };
        format!("cpu ({count} {what}{})", if count == 1 { "" } else { "s" })
    }

    /// Sends an update of the problem to every worker.
    pub fn send(&self, update: &P::Update, values: &[f32]) {
        if let Some(pool) = &self.pool {
            pool.send(self.problem, update, values);
        }
    }

    /// Runs `jobs` and hands their values to `sink` in order; they are the part `share` of the stage.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub async fn run(
        &self,
        problem: &P,
        jobs: &[P::Job],
        progress: &StageProgress<'_>,
        share: Range<f64>,
        mut sink: impl FnMut(&P::Job, Vec<f32>),
    ) -> Result<()> {
        let Some(pool) = self.pool.as_deref().filter(|_| self.is_remote()) else {
            let one = |index: usize| problem.run(&jobs[index]);
            return run_jobs(jobs.len(), progress, share, one, |index, values| sink(&jobs[index], values))
                .await;
        };
        let first = self.next_number.replace(self.next_number.get() + jobs.len() as u64);
        let mut left: VecDeque<usize> = (0..jobs.len()).collect();
        let mut assigned: Assigned = BTreeMap::new();
        let mut answers: BTreeMap<usize, Vec<f32>> = BTreeMap::new();
        let (mut sunk, mut silent) = (0, Duration::ZERO);
        while sunk < jobs.len() {
            let workers = pool.workers();
            // The jobs of a worker that ended come first: the sink waits for them.
            for (_, queue) in assigned.iter_mut().filter(|(worker, _)| !workers.contains(worker)) {
                queue.drain(..).for_each(|(index, _)| left.push_front(index));
            }
            // An answered job is done, whoever else still has it.
            let open = |index: &usize| *index >= sunk && !answers.contains_key(index);
            left.retain(open);
            assigned.values_mut().for_each(|queue| queue.retain(|(index, _)| open(index)));
            if silent > SILENT {
                self.late.borrow_mut().extend(&workers);
            }
            let ready: Vec<usize> =
                workers.into_iter().filter(|worker| !self.late.borrow().contains(worker)).collect();
            if ready.is_empty() {
                // No worker answers: this thread runs the jobs.
                answers.insert(sunk, problem.run(&jobs[sunk]));
            }
            // Towards the end no worker holds a job that an idle one could run.
            let ahead = if left.len() > ready.len() { JOBS_AHEAD } else { 1 };
            for worker in ready {
                while assigned.get(&worker).map_or(0, VecDeque::len) < ahead {
                    let next = left.pop_front().or_else(|| self.slowest(&assigned, worker));
                    let Some(index) = next else { break };
                    pool.assign(worker, self.problem, first + index as u64, &jobs[index]);
                    assigned.entry(worker).or_default().push_back((index, Instant::now()));
                }
            }
            if !pool.workers().is_empty() {
                let asked = Instant::now();
                let event = pool.next(self.problem).await;
                silent = if event.is_none() { silent + asked.elapsed() } else { Duration::ZERO };
                if let Some(PoolEvent::JobDone { worker, number, values }) = event {
                    self.late.borrow_mut().remove(&worker);
                    let index = number.checked_sub(first).map_or(usize::MAX, |index| index as usize);
                    if (sunk..jobs.len()).contains(&index) {
                        answers.insert(index, values);
                    }
                }
            }
            while let Some(values) = answers.remove(&sunk) {
                sink(&jobs[sunk], values);
                sunk += 1;
            }
            let done = sunk as f64 / jobs.len() as f64;
            progress.checkpoint(share.start + (share.end - share.start) * done).await?;
        }
        Ok(())
    }

    /// The job that another worker has had for longest, if that is longer than [`SLOW`]; that worker gets no more jobs for now.
    fn slowest(&self, assigned: &Assigned, worker: usize) -> Option<usize> {
        let own = |index| assigned.get(&worker).is_some_and(|queue| queue.iter().any(|(i, _)| i == index));
        let others = assigned.iter().filter(|(other, _)| **other != worker);
        let jobs =
            others.flat_map(|(other, queue)| queue.iter().map(move |(index, since)| (since, index, other)));
        let (since, index, other) = jobs.filter(|(_, index, _)| !own(*index)).min()?;
        (since.elapsed() > SLOW).then(|| {
            self.late.borrow_mut().insert(*other);
            *index
        })
    }
}

impl<P: Problem> Drop for Scheduler<P> {
    /// Frees the workers' copies of the problem.
    fn drop(&mut self) {
        self.send(&P::UNLOAD, &[]);
    }
}

/// For each worker the jobs assigned to it, and since when.
type Assigned = BTreeMap<usize, VecDeque<(usize, Instant)>>;
