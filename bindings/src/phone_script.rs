//! What tests of phones need: devices of the test signal, and a phone whose calls a test makes up.

use std::sync::{Arc, Mutex, PoisonError};

use ipelya_core::backend::ColdStart;
use ipelya_core::domain::{CallEndReason, CallId, CallType};
use ipelya_core::foreign::LiveFailure;
use ipelya_core::media::test_signal::TestCapture;
use ipelya_core::runtime::Phone as CorePhone;
use ipelya_core::telephony::{Input, System, SystemCallId};

use crate::phone::Phone;
use crate::work::Work;

#[uniffi::export]
impl Phone {
    /// As `open`, with the camera and the microphone of `LiveClient.connect_with_test_signal`.
    #[uniffi::constructor]
    pub fn open_with_test_signal(
        system: System,
        stored: Option<String>,
        media_library: Option<String>,
    ) -> Result<Self, LiveFailure> {
        Self::start(system, stored, Arc::new(TestCapture), media_library)
    }
}

/// A phone whose calls nobody makes: a test says what the backend, the room and the clock would.
#[derive(uniffi::Object)]
pub struct PhoneScript(Arc<Phone>);

#[uniffi::export]
impl PhoneScript {
    /// A phone of that user.
    #[uniffi::constructor]
    pub fn open(system: System, cold_start: ColdStart) -> Result<Self, LiveFailure> {
        // The same threads for thousands of phones: a script has nothing for them to do.
        static WORK: Mutex<Option<Arc<Work>>> = Mutex::new(None);
        let mut work = WORK.lock().unwrap_or_else(PoisonError::into_inner);
        let work = match &*work {
            Some(work) => Arc::clone(work),
            None => Arc::clone(work.insert(Arc::new(Work::new()?))),
        };
        let core = CorePhone::scripted(system, cold_start);
        Ok(Self(Arc::new(Phone::over(core, work))))
    }

    /// The phone.
    pub fn phone(&self) -> Arc<Phone> {
        Arc::clone(&self.0)
    }

    /// The backend knows the call that was dialled.
    pub fn dialed(&self, call: SystemCallId, call_id: CallId) -> Result<(), LiveFailure> {
        self.say(Input::Dialed(call, call_id));
        Ok(())
    }

    /// Both can talk.
    pub fn connected(&self, call: SystemCallId) {
        self.say(Input::Connected(call));
    }

    /// It is another type of call now.
    pub fn type_changed(&self, call: SystemCallId, call_type: CallType) {
        self.say(Input::TypeChanged(call, call_type));
    }

    /// The call is over.
    pub fn ended(&self, call: SystemCallId, reason: CallEndReason) {
        self.say(Input::Ended(call, reason));
    }

    /// The ring ran out.
    pub fn ring_over(&self, call: SystemCallId) {
        self.say(Input::RingOver(call));
    }

    /// Nobody uses the phone any more.
    pub fn signed_out(&self) {
        self.say(Input::SignedOut);
    }
}

impl PhoneScript {
    fn say(&self, input: Input) {
        self.0.core().say(input);
    }
}
