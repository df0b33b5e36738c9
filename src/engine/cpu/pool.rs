//! Who does the jobs: this process's threads, or the Workers of a web page, which share no memory with each other.

use super::job::{Job, Update, CpuProblem};
use crate::error::Result;
use crate::linalg::parallel;
use crate::math::StageProgress;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::{future::Future, ops::Range, pin::Pin, rc::Rc, time::Duration};
use web_time::Instant;

/// Jobs that a Worker has at a time: one to do while the update of the one before travels.
const AHEAD: usize = 2;

/// After this long a job is given to another Worker as well, when one has nothing else to do.
const SLOW: Duration = Duration::from_secs(1);
/// After this long without any answer at all, nobody is waited for any more.
const SILENT: Duration = Duration::from_secs(5);

/// What a member of a [`Pool`] has to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    /// The values of the job of this number.
    Job {
        /// Who did it.
        member: usize,
        /// As it was handed out.
        number: u64,
        /// See [`PoolWorker::perform`].
        values: Vec<f32>,
    },
    /// A member went: see [`Pool::members`].
    Gone,
}

/// Helpers that share no memory with this thread. Each holds a [`PoolWorker`] and does what it is told in the order in which
/// it is told.
pub trait Pool {
    /// The members that are still there.
    fn members(&self) -> Vec<usize>;

    /// Tells every member.
    fn tell(&self, update: &Update, values: &[f32]);

    /// Hands a job to a member.
    fn hand(&self, member: usize, number: u64, job: &Job);

    /// What happens next; nothing when nothing did for a few hundredths of a second.
    fn next<'a>(&'a self) -> Pin<Box<dyn Future<Output = Option<Done>> + 'a>>;
}

thread_local! {
    static POOL: RefCell<Option<Rc<dyn Pool>>> = const { RefCell::new(None) };
}

/// Makes `pool` the one that every CPU engine made by this thread from now on works with.
pub fn install(pool: Rc<dyn Pool>) {
    POOL.set(Some(pool));
}

/// A member's own copy of an engine's problem.
///
/// ```
/// use convrfm::engine::cpu::{Job, PoolWorker, Update};
/// let mut replica = PoolWorker::default();
/// // Nobody has told it of a problem: it can do nothing.
/// assert!(replica.perform(&Job::Samples(0..1)).is_none());
/// replica.learn(&Update::Load { shape: [1, 2, 2], patch: 2, depth: 1 }, vec![0.5; 8])?;
/// // K of two equal images of norm 1 is k0 + k1 = 2.
/// let values = replica.perform(&Job::Tiles(0..1, 0..1)).unwrap();
/// assert_eq!(values[..2], [2.0, 2.0]);
/// # Ok::<(), convrfm::Error>(())
/// ```
#[derive(Default)]
pub struct PoolWorker(Option<CpuProblem>);

impl PoolWorker {
    /// Takes update with the values that go along.
    ///
    /// # Errors
    /// When the values do not fit the problem.
    pub fn learn(&mut self, update: &Update, values: Vec<f32>) -> Result<()> {
        match (update, &mut self.0) {
            (Update::Load { .. }, _) => self.0 = CpuProblem::introduced(update, values)?,
            (_, Some(problem)) => problem.learn(update, values)?,
            (_, None) => {}
        }
        Ok(())
    }

    /// Does a job; nothing before there is a problem.
    pub fn perform(&self, job: &Job) -> Option<Vec<f32>> {
        self.0.as_ref().map(|problem| problem.perform(job))
    }
}

/// An engine's access to all cores.
pub struct Scheduler {
    pool: Option<Rc<dyn Pool>>,
    /// Members that were slow and have not answered since: they are given nothing more.
    late: RefCell<BTreeSet<usize>>,
}

impl Default for Scheduler {
    fn default() -> Self {
        Scheduler { pool: POOL.with_borrow(Clone::clone), late: RefCell::default() }
    }
}

impl Scheduler {
    /// Members of the pool that are still there.
    fn members(&self) -> usize {
        self.pool.as_ref().map_or(0, |pool| pool.members().len())
    }

    /// Jobs that are done at the same time.
    pub fn threads(&self) -> usize {
        self.members().max(parallel::threads())
    }

    /// Whether the jobs are done where this thread's memory is not seen.
    pub fn is_remote(&self) -> bool {
        self.members() > 0
    }

    /// One line for people.
    pub fn describe(&self) -> String {
        let plural = |count: usize, what: &str| match count {
            1 => format!("cpu (1 {what})"),
            n => format!("cpu ({n} {what}s)"),
        };
        match self.members() {
            0 => plural(parallel::threads(), "thread"),
            members => plural(members, "worker"),
        }
    }

    /// Passes on what changed in the problem.
    pub fn tell(&self, update: &Update, values: &[f32]) {
        if let Some(pool) = &self.pool {
            pool.tell(update, values);
        }
    }

    /// Does `jobs` and hands their values to `sink` in order; they make up `share` of the stage.
    ///
    /// # Errors
    /// When the progress says so.
    pub async fn perform(
        &self,
        problem: &CpuProblem,
        jobs: &[Job],
        progress: &StageProgress<'_>,
        share: Range<f64>,
        mut sink: impl FnMut(&Job, Vec<f32>),
    ) -> Result<()> {
        match &self.pool {
            Some(pool) if self.is_remote() => {
                Shared { pool: pool.as_ref(), late: &self.late, problem, jobs }
                    .perform(progress, share, sink)
                    .await
            }
            _ => {
                let one = |index: usize| problem.perform(&jobs[index]);
                parallel::jobs(jobs.len(), progress, share, one, |index, values| sink(&jobs[index], values))
                    .await
            }
        }
    }
}

/// Jobs that the members of a pool share.
struct Shared<'a> {
    pool: &'a dyn Pool,
    late: &'a RefCell<BTreeSet<usize>>,
    problem: &'a CpuProblem,
    jobs: &'a [Job],
}

thread_local! {
    /// Numbers are never used twice: answers to a stage that was cancelled may come during the next.
    static NUMBERS: Cell<u64> = const { Cell::new(0) };
}

impl Shared<'_> {
    async fn perform(
        self,
        progress: &StageProgress<'_>,
        share: Range<f64>,
        mut sink: impl FnMut(&Job, Vec<f32>),
    ) -> Result<()> {
        let first = NUMBERS.replace(NUMBERS.get() + self.jobs.len() as u64);
        let mut left: VecDeque<usize> = (0..self.jobs.len()).collect();
        let mut under_way: BTreeMap<usize, VecDeque<(usize, Instant)>> = BTreeMap::new();
        let mut found: BTreeMap<usize, Vec<f32>> = BTreeMap::new();
        let (mut sunk, mut silent) = (0, Duration::ZERO);
        while sunk < self.jobs.len() {
            let members = self.pool.members();
            // What a member had when it went is left again, and comes first: the sink waits for it.
            for (_, queue) in under_way.iter_mut().filter(|(member, _)| !members.contains(member)) {
                queue.drain(..).for_each(|(index, _)| left.push_front(index));
            }
            // What is answered is neither left nor under way, whoever else has it: else it might be done for ever.
            let open = |index: &usize| *index >= sunk && !found.contains_key(index);
            left.retain(open);
            under_way.values_mut().for_each(|queue| queue.retain(|(index, _)| open(index)));
            if silent > SILENT {
                self.late.borrow_mut().extend(&members);
            }
            let ready: Vec<usize> =
                members.into_iter().filter(|member| !self.late.borrow().contains(member)).collect();
            if ready.is_empty() {
                // Nobody is there any more: the rest is done here.
                found.insert(sunk, self.problem.perform(&self.jobs[sunk]));
            }
            // Towards the end nobody hoards what another could do.
            let ahead = if left.len() > ready.len() { AHEAD } else { 1 };
            for member in ready {
                while under_way.get(&member).map_or(0, VecDeque::len) < ahead {
                    let next = left.pop_front().or_else(|| self.slow_one(&under_way, member));
                    let Some(index) = next else { break };
                    self.pool.hand(member, first + index as u64, &self.jobs[index]);
                    under_way.entry(member).or_default().push_back((index, Instant::now()));
                }
            }
            if !self.pool.members().is_empty() {
                let asked = Instant::now();
                let answer = self.pool.next().await;
                silent = if answer.is_none() { silent + asked.elapsed() } else { Duration::ZERO };
                if let Some(Done::Job { member, number, values }) = answer {
                    self.late.borrow_mut().remove(&member);
                    let index = number.checked_sub(first).map_or(usize::MAX, |index| index as usize);
                    if (sunk..self.jobs.len()).contains(&index) {
                        found.insert(index, values);
                    }
                }
            }
            while let Some(values) = found.remove(&sunk) {
                sink(&self.jobs[sunk], values);
                sunk += 1;
            }
            let done = sunk as f64 / self.jobs.len() as f64;
            progress.checkpoint(share.start + (share.end - share.start) * done).await?;
        }
        Ok(())
    }

    /// The job that another member has had for longest, if that is too long; that member is given nothing more for now.
    fn slow_one(
        &self,
        under_way: &BTreeMap<usize, VecDeque<(usize, Instant)>>,
        member: usize,
    ) -> Option<usize> {
        let mine =
            |index| under_way.get(&member).is_some_and(|queue| queue.iter().any(|(own, _)| own == index));
        let others = under_way.iter().filter(|(other, _)| **other != member);
        let jobs =
            others.flat_map(|(other, queue)| queue.iter().map(move |(index, since)| (since, index, other)));
        let (since, index, other) = jobs.filter(|(_, index, _)| !mine(*index)).min()?;
        (since.elapsed() > SLOW).then(|| {
            self.late.borrow_mut().insert(*other);
            *index
        })
    }
}
