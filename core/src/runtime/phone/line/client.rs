//! The app's client, from when it is attached: it makes and hears of calls, and tells the push token.

use tokio::sync::oneshot;

use super::Line;
use crate::backend::{Platform, PushKind};
use crate::media::AudioSignal;
use crate::runtime::call::{CallHandle, rings_for};
use crate::runtime::client::LiveClient;
use crate::telephony::{Input, System};

impl Line {
    pub(super) fn attach(&mut self, client: LiveClient, done: oneshot::Sender<()>) {
        self.detach();
        self.hand_sound_to(&client);
        for leg in self.legs.values() {
            if let Some(id) = leg.ticket_of() {
                client.adopt(id, leg.handle());
            }
        }
        let (mut incoming, offers) = (client.incoming_calls(), self.offers.0.clone());
        let listening = tokio::spawn(async move {
            while let Some(handle) = incoming.next().await {
                // The line is gone with its phone.
                if offers.send(handle).is_err() {
                    return;
                }
            }
        });
        self.client = Some((client, listening.abort_handle()));
        self.register(Some(done));
        self.dial();
    }

    /// The client's calls are its own again.
    fn detach(&mut self) {
        if let Some((client, listening)) = self.client.take() {
            listening.abort();
            client.ports.call_sound.signal(AudioSignal::Released);
        }
        self.offered.clear();
    }

    /// The client has a call that rings.
    pub(super) fn offer(&mut self, handle: CallHandle) {
        let Some(call) = handle.snapshot().call else {
            return;
        };
        if self.legs.values().any(|leg| *leg.handle() == handle) {
            return;
        }
        let rings_for = rings_for(&call);
        self.offered.insert(call.id, handle);
        let id = call.id;
        self.feed(Input::Offered { call, rings_for });
        // What was shown is ordered by now, and taken when its turn comes; the rest is only the app's.
        let shown = self
            .phone
            .upgrade()
            .is_some_and(|phone| phone.turn().state().call() == Some(id.into()));
        if !shown {
            self.offered.remove(&id);
        }
    }

    /// Tells the client's backend the newest token. Dropping `done` says as well that there is nothing to wait for.
    pub(super) fn register(&self, done: Option<oneshot::Sender<()>>) {
        let (Some((client, _)), Some(token)) = (&self.client, self.token.clone()) else {
            return;
        };
        let (client, (platform, kind)) = (client.clone(), self.push());
        tokio::spawn(async move {
            let told = match token {
                Some(token) => client.register_device(platform, kind, token).await,
                None => client.unregister_device(platform, kind).await,
            };
            if let Err(error) = told {
                tracing::warn!(%error, "the push token couldn't be told");
            }
            drop(done);
        });
    }

    pub(super) fn sign_out(&mut self, done: oneshot::Sender<()>) {
        self.cold_start = None;
        let client = self.client.as_ref().map(|(client, _)| client.clone());
        self.detach();
        let (platform, kind) = self.push();
        tokio::spawn(async move {
            if let Some(client) = client
                && let Err(error) = client.unregister_device(platform, kind).await
            {
                tracing::warn!(%error, "the push token couldn't be taken back");
            }
            // Nobody has to wait.
            let _ = done.send(());
        });
    }

    const fn push(&self) -> (Platform, PushKind) {
        match self.system {
            System::CallKit => (Platform::Ios, PushKind::ApnsVoip),
            System::Telecom => (Platform::Android, PushKind::Fcm),
        }
    }
}
