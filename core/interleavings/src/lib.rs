//! The core's own concurrent code under loom, which runs a test in every order that threads could take.
//!
//! The sources are the core's, over loom's locks instead of the standard library's: loom's own switch, `cfg(loom)`, would reach
//! into every dependency.
#![cfg(test)]

#[path = "../../src/media/gate/switch.rs"]
mod switch;

mod sync {
    pub use loom::sync::{Condvar, Mutex, MutexGuard};
}

use std::convert::Infallible;

use loom::model::Builder;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::thread;

use switch::Switch;

/// A device that counts itself.
struct Device(Arc<AtomicUsize>);

impl Device {
    fn start(running: &Arc<AtomicUsize>) -> Result<Self, Infallible> {
        assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0, "it never runs twice");
        Ok(Self(Arc::clone(running)))
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A switch, what it should be, and how many devices run.
#[derive(Clone)]
struct Phone {
    switch: Arc<Switch<Device>>,
    is_open: Arc<AtomicBool>,
    running: Arc<AtomicUsize>,
}

impl Phone {
    fn new() -> Self {
        Self {
            switch: Arc::new(Switch::new()),
            is_open: Arc::new(AtomicBool::new(false)),
            running: Arc::new(AtomicUsize::new(0)),
        }
    }

    fn says(&self, is_open: bool) {
        self.is_open.store(is_open, Ordering::SeqCst);
        let settled = self.switch.settle(
            || self.is_open.load(Ordering::SeqCst),
            || Device::start(&self.running),
        );
        match settled {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }

    fn runs(&self) -> bool {
        self.running.load(Ordering::SeqCst) == 1
    }
}

/// In every order, with at most three threads interrupted at a time: what loom's authors found to be enough.
fn in_every_order(act: impl Fn() + Send + Sync + 'static) {
    let mut model = Builder::new();
    model.preemption_bound = Some(3);
    model.check(act);
}

#[test]
fn whoever_says_it_last_is_obeyed() {
    in_every_order(|| {
        let phone = Phone::new();
        let other = phone.clone();
        let opener = thread::spawn(move || other.says(true));
        phone.says(false);
        opener.join().unwrap_or_else(|_| panic!("it ends"));
        assert_eq!(phone.runs(), phone.is_open.load(Ordering::SeqCst));
    });
}

#[test]
fn nothing_runs_after_the_end_whatever_is_said_meanwhile() {
    in_every_order(|| {
        let phone = Phone::new();
        let other = phone.clone();
        let opener = thread::spawn(move || other.says(true));
        phone.switch.end();
        assert!(!phone.runs(), "the end waits for a start under way");
        opener.join().unwrap_or_else(|_| panic!("it ends"));
        assert!(!phone.runs());
    });
}

#[test]
fn three_threads_start_one_device() {
    in_every_order(|| {
        let phone = Phone::new();
        let threads = [true, true].map(|is_open| {
            let other = phone.clone();
            thread::spawn(move || other.says(is_open))
        });
        phone.says(true);
        for thread in threads {
            thread.join().unwrap_or_else(|_| panic!("it ends"));
        }
        assert!(phone.runs());
    });
}
