//! The Workers of a page as a pool of the CPU engine: what one of them hears and says, and the page's end of it.
//!
//! Nothing is shared but the compiled module: no `SharedArrayBuffer`, so no special headers, on any host and in any frame.

use super::{JsResult, from_js, thrown, to_js};
use crate::error::Error;
use crate::engine::cpu::{Done, Job, Pool, PoolWorker, Update, install};
use js_sys::{Float32Array, Function};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use wasm_bindgen::prelude::*;

/// The compiled module of this page, for Workers to instantiate.
#[wasm_bindgen(js_name = compiledModule)]
pub fn compiled_module() -> JsValue {
    wasm_bindgen::module()
}

/// The end of the thread that asks. From its making on, CPU engines of this thread share their jobs among the Workers.
#[wasm_bindgen]
pub struct Workers(Rc<Line>);

/// The line to the Workers.
struct Line {
    /// `send(worker, number or null, head, values or null)`.
    send: Function,
    present: RefCell<Vec<usize>>,
    heard: RefCell<VecDeque<Done>>,
    /// Whether time has passed since somebody asked.
    late: Cell<bool>,
    waiting: RefCell<Option<Waker>>,
}

#[wasm_bindgen]
impl Workers {
    /// `count` Workers, to each of which `send(worker, number, head, values)` brings a message: a job when it has a number,
    /// update with their values otherwise.
    #[wasm_bindgen(constructor)]
    pub fn new(count: usize, send: Function) -> Workers {
        let line = Rc::new(Line {
            send,
            present: RefCell::new((0..count).collect()),
            heard: RefCell::default(),
            late: Cell::new(false),
            waiting: RefCell::default(),
        });
        install(line.clone());
        Workers(line)
    }

    /// A Worker has done job `number`.
    pub fn done(&self, worker: usize, number: f64, values: Vec<f32>) {
        self.0.heard.borrow_mut().push_back(Done::Job { member: worker, number: number as u64, values });
        self.0.wake();
    }

    /// A Worker will answer nothing any more.
    pub fn gone(&self, worker: usize) {
        self.0.present.borrow_mut().retain(|present| *present != worker);
        self.0.heard.borrow_mut().push_back(Done::Gone);
        self.0.wake();
    }

    /// Time passes: to be called every few hundredths of a second while a stage is under way, so that a silent pool does
    /// not keep the engine from hearing that it is cancelled.
    pub fn tick(&self) {
        self.0.late.set(true);
        self.0.wake();
    }
}

impl Line {
    fn wake(&self) {
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }

    fn send<T: serde::Serialize>(&self, member: usize, number: JsValue, head: &T, values: &JsValue) {
        let head = to_js(head).unwrap_or(JsValue::NULL);
        // A message that cannot be sent is one to a Worker that is gone.
        if self.send.call4(&JsValue::NULL, &member.into(), &number, &head, values).is_err() {
            self.present.borrow_mut().retain(|present| *present != member);
        }
    }
}

impl Pool for Line {
    fn members(&self) -> Vec<usize> {
        self.present.borrow().clone()
    }

    fn tell(&self, update: &Update, values: &[f32]) {
        let values = Float32Array::from(values).into();
        for member in self.members() {
            self.send(member, JsValue::NULL, update, &values);
        }
    }

    fn hand(&self, member: usize, number: u64, job: &Job) {
        self.send(member, (number as f64).into(), job, &JsValue::NULL);
    }

    fn next<'a>(&'a self) -> Pin<Box<dyn Future<Output = Option<Done>> + 'a>> {
        self.late.set(false);
        Box::pin(poll_fn(|context| {
            let heard = self.heard.borrow_mut().pop_front();
            if heard.is_some() || self.late.get() {
                return Poll::Ready(heard);
            }
            self.waiting.replace(Some(context.waker().clone()));
            Poll::Pending
        }))
    }
}

/// What a Worker of the pool holds.
#[wasm_bindgen]
#[derive(Default)]
pub struct Member(PoolWorker);

#[wasm_bindgen]
impl Member {
    /// One that knows of no problem yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Member {
        Member::default()
    }

    /// Takes update with their values.
    pub fn learn(&mut self, update: JsValue, values: Vec<f32>) -> JsResult<()> {
        let update: Update = from_js("update", update)?;
        self.0.learn(&update, values).map_err(thrown)
    }

    /// Does a job.
    pub fn perform(&self, job: JsValue) -> JsResult<Vec<f32>> {
        let job: Job = from_js("job", job)?;
        let none = || thrown(Error::invalid("job", "no problem", "update of a problem first"));
        self.0.perform(&job).ok_or_else(none)
    }
}
