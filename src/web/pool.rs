//! The workers of a page as a pool for the CPU engine and for networks: their end and a worker's end of the messages.
//!
//! They share nothing but the compiled module: no `SharedArrayBuffer`, so no special headers, on any host and in any frame.

use super::js::{JsResult, from_js, thrown, to_js};
use crate::cnn::job::NetworkProblem;
use crate::engine::cpu::CpuProblem;
use crate::engine::pool::{PoolEvent, PoolWorker, Problem, WorkerPool};
use crate::error::Error;
use js_sys::{Float32Array, Function};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use wasm_bindgen::prelude::*;

/// The compiled module of this page, for workers to instantiate.
#[wasm_bindgen(js_name = compiledModule)]
pub fn compiled_module() -> JsValue {
    wasm_bindgen::module()
}

/// What workers compute from.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Of {
    Kernel,
    Network,
}

/// A problem that the workers of a page serve.
trait PageProblem: Problem<Job: Serialize + DeserializeOwned, Update: Serialize + DeserializeOwned> {
    const OF: Of;
}

impl PageProblem for CpuProblem {
    const OF: Of = Of::Kernel;
}

impl PageProblem for NetworkProblem {
    const OF: Of = Of::Network;
}

/// A message to a worker, without the values beside it.
#[derive(Serialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
enum Message<C> {
    /// Apply an update of a problem.
    Update { of: Of, problem: f64, content: C },
    /// Run a job of a problem.
    Job { of: Of, problem: f64, number: f64, content: C },
}

/// The engine's end. `send(worker, message, values)` delivers a message to a worker.
#[wasm_bindgen]
pub struct Workers(pub(super) Rc<Connection>);

/// The connection of the engines of this thread with the workers.
pub struct Connection {
    send: Function,
    alive: RefCell<Vec<usize>>,
    /// Events that no engine has taken yet, each with its problem; none concerns every problem.
    events: RefCell<VecDeque<(Option<u64>, PoolEvent)>>,
    /// Whether time has passed since an engine asked.
    ticked: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

#[wasm_bindgen]
impl Workers {
    /// `count` workers.
    #[wasm_bindgen(constructor)]
    pub fn new(count: usize, send: Function) -> Workers {
        Workers(Rc::new(Connection {
            send,
            alive: RefCell::new((0..count).collect()),
            events: RefCell::default(),
            ticked: Cell::new(false),
            waiting: RefCell::default(),
        }))
    }

    /// A worker has run job `number` of a problem.
    pub fn done(&self, worker: usize, problem: f64, number: f64, values: Vec<f32>) {
        let event = PoolEvent::JobDone { worker, number: number as u64, values };
        self.0.push(Some(problem as u64), event);
    }

    /// A worker has ended and will not answer.
    pub fn gone(&self, worker: usize) {
        self.0.alive.borrow_mut().retain(|alive| *alive != worker);
        self.0.push(None, PoolEvent::WorkerGone);
    }

    /// To be called every few hundredths of a second while a stage runs, so that an engine whose workers are silent still notices
    /// that it is cancelled.
    pub fn tick(&self) {
        self.0.ticked.set(true);
        self.0.wake();
    }
}

impl Connection {
    fn push(&self, problem: Option<u64>, event: PoolEvent) {
        self.events.borrow_mut().push_back((problem, event));
        self.wake();
    }

    fn wake(&self) {
        self.waiting.take().into_iter().for_each(Waker::wake);
    }

    /// The first event of `problem` or of all problems.
    fn pop(&self, problem: u64) -> Option<PoolEvent> {
        let mut events = self.events.borrow_mut();
        let at = events.iter().position(|(of, _)| of.is_none_or(|of| of == problem))?;
        events.remove(at).map(|(_, event)| event)
    }

    fn post<C: Serialize>(&self, worker: usize, message: &Message<C>, values: &JsValue) {
        let message = to_js(message).unwrap_or(JsValue::NULL);
        // A message that cannot be sent is one to a worker that has ended.
        if self.send.call3(&JsValue::NULL, &worker.into(), &message, values).is_err() {
            self.alive.borrow_mut().retain(|alive| *alive != worker);
        }
    }
}

/// One engine's use of the connection.
#[derive(Clone)]
pub(super) struct PagePool(pub(super) Rc<Connection>);

impl<P: PageProblem> WorkerPool<P> for PagePool {
    fn workers(&self) -> Vec<usize> {
        self.0.alive.borrow().clone()
    }

    fn send(&self, problem: u64, update: &P::Update, values: &[f32]) {
        let values = Float32Array::from(values).into();
        let message = Message::Update { of: P::OF, problem: problem as f64, content: update };
        let workers = self.0.alive.borrow().clone();
        workers.into_iter().for_each(|worker| self.0.post(worker, &message, &values));
    }

    fn assign(&self, worker: usize, problem: u64, number: u64, job: &P::Job) {
        let message =
            Message::Job { of: P::OF, problem: problem as f64, number: number as f64, content: job };
        self.0.post(worker, &message, &JsValue::NULL);
    }

    fn next<'a>(&'a self, problem: u64) -> Pin<Box<dyn Future<Output = Option<PoolEvent>> + 'a>> {
        self.0.ticked.set(false);
        Box::pin(poll_fn(move |context| {
            let event = self.0.pop(problem);
            if event.is_some() || self.0.ticked.get() {
                return Poll::Ready(event);
            }
            self.0.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        }))
    }
}

/// A worker's end.
#[wasm_bindgen]
#[derive(Default)]
pub struct Worker {
    kernels: PoolWorker<CpuProblem>,
    networks: PoolWorker<NetworkProblem>,
}

#[wasm_bindgen]
impl Worker {
    /// A worker without problems.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Worker {
        Worker::default()
    }

    /// Applies an update of a problem: `of` and `content` of an "update" message, with its values.
    pub fn apply(&mut self, of: JsValue, problem: f64, content: JsValue, values: Vec<f32>) -> JsResult<()> {
        match from_js("of", of)? {
            Of::Kernel => apply(&mut self.kernels, problem, content, values),
            Of::Network => apply(&mut self.networks, problem, content, values),
        }
    }

    /// Runs a job of a problem: `of` and `content` of a "job" message.
    pub fn run(&self, of: JsValue, problem: f64, content: JsValue) -> JsResult<Vec<f32>> {
        match from_js("of", of)? {
            Of::Kernel => run(&self.kernels, problem, content),
            Of::Network => run(&self.networks, problem, content),
        }
    }
}

fn apply<P: PageProblem>(
    worker: &mut PoolWorker<P>,
    problem: f64,
    content: JsValue,
    values: Vec<f32>,
) -> JsResult<()> {
    let update: P::Update = from_js("update", content)?;
    worker.apply(problem as u64, &update, values).map_err(thrown)
}

fn run<P: PageProblem>(worker: &PoolWorker<P>, problem: f64, content: JsValue) -> JsResult<Vec<f32>> {
    let job: P::Job = from_js("job", content)?;
    let none = || thrown(Error::invalid("problem", problem, "one that was loaded"));
    worker.run(problem as u64, &job).ok_or_else(none)
}
