//! The runtime that a client owns, and how its work is waited for from another language.

use std::any::Any;
use std::sync::{Mutex, PoisonError};

use ipelya_core::domain::{ErrorCode, LiveError};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::{AudioGate, GatedCapture, MediaCapture};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{AbortHandle, JoinError};

use crate::errors::closed;

/// A client's runtime, until it is closed, and whose the sound is meanwhile.
pub(crate) struct Work {
    runtime: Mutex<Option<Runtime>>,
    handle: Handle,
    gate: AudioGate,
}

/// Gives a task up when nobody waits for it any more.
struct Abandon(AbortHandle);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Work {
    pub(crate) fn new() -> Result<Self, LiveFailure> {
        let runtime = Builder::new_multi_thread()
            .thread_name("ipelya-live")
            .enable_all()
            .build()
            .map_err(|error| {
                LiveFailure::new(ErrorCode::Internal, format!("no threads to work on: {error}"))
            })?;
        Ok(Self {
            handle: runtime.handle().clone(),
            runtime: Mutex::new(Some(runtime)),
            gate: AudioGate::default(),
        })
    }

    /// The runtime, for what must run inside one.
    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Whose the sound is.
    pub(crate) fn gate(&self) -> &AudioGate {
        &self.gate
    }

    /// Devices whose microphone runs only while the sound is this client's.
    pub(crate) fn gated(&self, devices: impl MediaCapture) -> impl MediaCapture {
        GatedCapture::new(devices, self.gate.clone())
    }

    /// Does it on the runtime and waits. Dropping the future gives the work up; a panic in it is an error.
    pub(crate) async fn run<T: Send + 'static, E: Into<LiveFailure> + Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Result<T, LiveFailure> {
        if self.is_closed() {
            return Err(closed());
        }
        let task = self.handle.spawn(work);
        let _abandon = Abandon(task.abort_handle());
        match task.await {
            Ok(outcome) => outcome.map_err(Into::into),
            Err(error) => Err(ended(error)),
        }
    }

    /// As `run`, for what can't be refused.
    pub(crate) async fn follow<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, LiveFailure> {
        self.run(async move { Ok::<_, LiveFailure>(work.await) }).await
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.runtime
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_none()
    }

    /// Ends everything at once; safe from any thread, the runtime's own too, and twice.
    pub(crate) fn close(&self) {
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(runtime) = runtime {
            runtime.shutdown_background();
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.close();
    }
}

fn ended(error: JoinError) -> LiveFailure {
    match error.try_into_panic() {
        Ok(panic) => LiveError::new(ErrorCode::Internal, format!("panic: {}", text(&*panic))).into(),
        // Only a close ends work that is waited for.
        Err(_) => closed(),
    }
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        Builder::new_current_thread().build().unwrap().block_on(future)
    }

    #[test]
    fn a_panic_is_an_error() {
        let work = Work::new().unwrap();
        let failure = block_on(work.run(async {
            if true {
                panic!("boom");
            }
            Ok::<(), LiveError>(())
        }))
        .unwrap_err();
        assert!(failure.to_string().contains("boom"), "{failure}");
        assert_eq!(failure.error().code, ErrorCode::Internal);
    }

    #[test]
    fn work_that_nobody_waits_for_is_given_up() {
        let work = Work::new().unwrap();
        let (alive, gone) = tokio::sync::oneshot::channel::<()>();
        block_on(async {
            let waiting = work.run(async move {
                let _alive = alive;
                std::future::pending::<Result<(), LiveError>>().await
            });
            tokio::select! {
                biased;
                _ = waiting => unreachable!("it never ends by itself"),
                () = std::future::ready(()) => {}
            }
            assert!(gone.await.is_err(), "the work is dropped");
        });
    }

    #[test]
    fn nothing_is_begun_after_the_close() {
        let work = Work::new().unwrap();
        work.close();
        work.close();
        let failure = block_on(work.run(async { Ok::<(), LiveError>(()) })).unwrap_err();
        assert_eq!(failure.error().code, ErrorCode::Conflict);
    }
}
