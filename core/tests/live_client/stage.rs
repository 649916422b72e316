use std::time::Duration;

use ipelya_core::LiveClient;
use ipelya_core::backend::NewSession;
use ipelya_core::domain::{ErrorCode, LiveResult, Role, SessionId, StageRequestStatus, UserId};
use ipelya_core::media::{AudioFrame, AudioSink, CaptureGuard, MediaCapture, NoCapture, VideoSink};
use ipelya_core::runtime::{SessionHandle, SessionSnapshot};
use ipelya_core::session::{EndReason, State as SessionState};
use ipelya_core::stage::State;
use ipelya_devstack::sign_jwt;
use serde_json::json;
use tokio::time::timeout;

use crate::support::{Account, PATIENCE};

/// A microphone before which somebody shouts.
struct Shouting;

const LOUD: i16 = 12_000;

impl MediaCapture for Shouting {
    fn start_camera(&self, sink: VideoSink) -> LiveResult<CaptureGuard> {
        NoCapture.start_camera(sink)
    }

    fn start_microphone(&self, sink: AudioSink) -> LiveResult<CaptureGuard> {
        let shout: Vec<i16> = (0..480)
            .map(|sample| if sample / 60 % 2 == 0 { LOUD } else { -LOUD })
            .collect();
        let frame = AudioFrame {
            samples: shout,
            sample_rate: 48_000,
            channels: 1,
        };
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(10));
            while sink.push(frame.clone()).is_ok() {
                ticks.tick().await;
            }
        });
        Ok(CaptureGuard::new(move || task.abort()))
    }
}

/// Somebody with a client, in a session.
struct Guest {
    client: LiveClient,
    session: SessionHandle,
}

impl Guest {
    async fn of(id: SessionId) -> Self {
        let account = Account::new(false).await;
        let client = account.builder().await.capture(Shouting).connect().await.unwrap();
        let session = client.join_session(id).await.unwrap();
        Self { client, session }
    }

    fn id(&self) -> UserId {
        self.client.user_id()
    }

    async fn sees(&self, condition: impl FnMut(&SessionSnapshot) -> bool) -> SessionSnapshot {
        sees(&self.session, condition).await
    }

    async fn is(&self, state: State) -> SessionSnapshot {
        self.sees(|now| now.stage.state == state).await
    }
}

async fn sees(session: &SessionHandle, condition: impl FnMut(&SessionSnapshot) -> bool) -> SessionSnapshot {
    let seen = timeout(PATIENCE, session.wait_for(condition)).await;
    seen.unwrap_or_else(|_| panic!("never: {:#?}", session.snapshot()))
        .unwrap()
}

/// A session on the air, and its host.
struct Show {
    account: Account,
    host: Guest,
    id: SessionId,
}

impl Show {
    async fn of(session: NewSession) -> Self {
        let account = Account::new(true).await;
        let client = account.device().await;
        let session = client.create_session(session).await.unwrap();
        session.go_live().await.unwrap();
        let id = session.snapshot().session.unwrap().id;
        let host = Guest { client, session };
        Self { account, host, id }
    }

    async fn audio_room() -> Self {
        Self::of(NewSession::audio_room("Stage")).await
    }

    async fn execute(&self, statement: &str) -> u64 {
        let database = self.account.database().await;
        database.execute(statement, &[&self.id.0]).await.unwrap()
    }

    /// The host's phone is gone without a word, and the grace is over.
    async fn lose_the_host(&self) {
        let (info, room) = (&self.account.info, format!("room_{}", self.id));
        let claims = json!({
            "iss": info.livekit_api_key, "exp": chrono::Utc::now().timestamp() + 60,
            "video": { "room": room, "roomAdmin": true },
        });
        let token = sign_jwt(claims.as_object().unwrap(), &info.livekit_api_secret).unwrap();
        let url = format!(
            "{}/twirp/livekit.RoomService/RemoveParticipant",
            info.livekit_url.replacen("ws", "http", 1)
        );
        let removed = reqwest::Client::new()
            .post(url)
            .bearer_auth(token)
            .json(&json!({ "room": room, "identity": self.host.id() }))
            .send()
            .await
            .unwrap();
        assert!(removed.status().is_success());
        let overdue = "update public.live_sessions set host_absent_since = now() - interval '61 s'
                       where id = $1 and host_absent_since is not null";
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.execute(overdue).await == 0 {
            assert!(
                tokio::time::Instant::now() < deadline,
                "the host's absence wasn't noticed"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn close(self, guests: impl IntoIterator<Item = Guest>) {
        self.host.client.close().await.unwrap();
        for guest in guests {
            guest.client.close().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raised_hand_is_seen_by_the_host_and_whoever_is_promoted_is_heard() {
    let show = Show::audio_room().await;
    let (guest, other) = (Guest::of(show.id).await, Guest::of(show.id).await);
    guest.session.raise_hand().await.unwrap();
    assert_eq!(guest.session.snapshot().stage.state, State::HandRaised);
    let seen = show.host.sees(|now| now.stage_requests.len() == 1).await;
    assert_eq!(seen.stage_requests[0].user_id, guest.id());

    show.host
        .session
        .promote(guest.id(), Role::Speaker)
        .await
        .unwrap();
    let on_stage = guest.is(State::OnStage { role: Role::Speaker }).await;
    assert_eq!(
        on_stage.stage.request.unwrap().status,
        StageRequestStatus::Accepted
    );
    show.host.sees(|now| now.stage_requests.is_empty()).await;
    guest.sees(|now| now.grants.audio).await;
    guest.session.set_microphone(true).await;
    let listening = other.session.audio_of(guest.id());
    let mut sound = timeout(PATIENCE, listening).await.unwrap().unwrap();
    let heard = async {
        while let Some(frame) = sound.recv().await {
            if frame.samples.iter().any(|sample| sample.abs() > LOUD / 4) {
                return;
            }
        }
        panic!("the sound ended");
    };
    timeout(PATIENCE, heard).await.unwrap();

    assert!(
        other.session.snapshot().stage_requests.is_empty(),
        "the audience sees no hands"
    );
    show.host.session.demote(guest.id()).await.unwrap();
    guest.is(State::Audience).await;
    guest.sees(|now| !now.publishing.any()).await;
    show.close([guest, other]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_that_is_lowered_or_dismissed_is_down_for_everybody() {
    let show = Show::audio_room().await;
    let (guest, co_host) = (Guest::of(show.id).await, Guest::of(show.id).await);
    guest.session.raise_hand().await.unwrap();
    // Whoever comes to lead the stage later sees the hands that are up.
    show.host
        .session
        .promote(co_host.id(), Role::CoHost)
        .await
        .unwrap();
    co_host.sees(|now| now.stage_requests.len() == 1).await;
    guest.session.lower_hand().await.unwrap();
    assert_eq!(guest.session.snapshot().stage.state, State::Audience);
    for lead in [&show.host, &co_host] {
        lead.sees(|now| now.stage_requests.is_empty()).await;
    }
    guest.session.raise_hand().await.unwrap();
    co_host.sees(|now| now.stage_requests.len() == 1).await;
    co_host.session.dismiss_hand(guest.id()).await.unwrap();
    let down = guest.is(State::Audience).await;
    assert_eq!(down.stage.request.unwrap().status, StageRequestStatus::Declined);
    show.close([guest, co_host]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_asks_and_the_answer_is_the_persons() {
    let show = Show::audio_room().await;
    let (willing, shy) = (Guest::of(show.id).await, Guest::of(show.id).await);
    for guest in [&willing, &shy] {
        show.host.session.invite(guest.id(), Role::CoHost).await.unwrap();
        let asked = guest.sees(|now| now.stage.can.answer_invitation).await;
        assert!(matches!(
            asked.stage.state,
            State::Invited {
                role: Role::CoHost,
                ..
            }
        ));
        assert_eq!(asked.role, Some(Role::Listener), "asked is not yet given");
    }
    show.host.sees(|now| now.stage_requests.len() == 2).await;
    willing.session.accept_invite().await.unwrap();
    willing.is(State::OnStage { role: Role::CoHost }).await;
    shy.session.decline_invite().await.unwrap();
    assert_eq!(shy.session.snapshot().stage.state, State::Audience);
    show.host.sees(|now| now.stage_requests.is_empty()).await;
    assert_eq!(shy.session.snapshot().role, Some(Role::Listener));
    let twice = shy.session.decline_invite().await.unwrap_err();
    assert_eq!(twice.code, ErrorCode::Conflict);
    show.close([willing, shy]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_nobody_answers_runs_out_for_both() {
    let show = Show::audio_room().await;
    let guest = Guest::of(show.id).await;
    show.host.session.invite(guest.id(), Role::Speaker).await.unwrap();
    guest.sees(|now| now.stage.can.answer_invitation).await;
    show.host.sees(|now| now.stage_requests.len() == 1).await;
    let run_out = "update public.stage_requests set expires_at = now() where session_id = $1";
    show.execute(run_out).await;
    let over = guest.is(State::Audience).await;
    assert_eq!(over.stage.request.unwrap().status, StageRequestStatus::Expired);
    show.host.sees(|now| now.stage_requests.is_empty()).await;
    let late = guest.session.accept_invite().await.unwrap_err();
    assert_eq!(late.code, ErrorCode::Conflict);
    assert_eq!(guest.session.snapshot().role, Some(Role::Listener));
    show.close([guest]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_give_away_the_last_place_at_the_same_instant_give_it_to_one() {
    let show = Show::of(NewSession::broadcast("Race")).await;
    let (co_host, one, other) = (
        Guest::of(show.id).await,
        Guest::of(show.id).await,
        Guest::of(show.id).await,
    );
    // Host, co-host, and one place more. No other test of this binary has guests in a broadcast.
    let places = "update live.settings set value = 3 where name = 'stage_max_video' and $1::uuid is not null";
    show.execute(places).await;
    show.host
        .session
        .promote(co_host.id(), Role::CoHost)
        .await
        .unwrap();
    co_host.is(State::OnStage { role: Role::CoHost }).await;
    for round in 0..10 {
        let (first, second) = tokio::join!(
            show.host.session.promote(one.id(), Role::Speaker),
            co_host.session.promote(other.id(), Role::Speaker),
        );
        let winner = match (first, second) {
            (Ok(_), Err(full)) if full.code == ErrorCode::SessionFull => &one,
            (Err(full), Ok(_)) if full.code == ErrorCode::SessionFull => &other,
            outcomes => panic!("round {round}: {outcomes:?}"),
        };
        winner.is(State::OnStage { role: Role::Speaker }).await;
        show.host.session.demote(winner.id()).await.unwrap();
        winner.is(State::Audience).await;
    }
    // An invitation to a stage that is full by now stays open, for when there is a place.
    show.host.session.invite(one.id(), Role::Speaker).await.unwrap();
    one.sees(|now| now.stage.can.answer_invitation).await;
    show.host
        .session
        .promote(other.id(), Role::Speaker)
        .await
        .unwrap();
    let full = one.session.accept_invite().await.unwrap_err();
    assert_eq!(full.code, ErrorCode::SessionFull);
    assert_eq!(one.session.snapshot().stage.last_error.unwrap(), full);
    show.host.session.demote(other.id()).await.unwrap();
    one.session.accept_invite().await.unwrap();
    one.is(State::OnStage { role: Role::Speaker }).await;
    show.close([co_host, one, other]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_co_host_takes_over_when_the_host_vanishes_and_hands_back_when_the_host_returns() {
    let show = Show::audio_room().await;
    let (co_host, listener) = (Guest::of(show.id).await, Guest::of(show.id).await);
    show.host
        .session
        .promote(co_host.id(), Role::CoHost)
        .await
        .unwrap();
    co_host.is(State::OnStage { role: Role::CoHost }).await;
    let acting = |now: &SessionSnapshot| now.session.as_ref().and_then(|session| session.acting_host_id);

    show.lose_the_host().await;
    let taken = listener.sees(|now| acting(now).is_some()).await;
    assert_eq!(acting(&taken), Some(co_host.id()));
    assert_eq!(taken.state, SessionState::Live, "it goes on");
    // In charge, the co-host decides about co-hosts too.
    co_host.sees(|now| acting(now).is_some()).await;
    co_host
        .session
        .promote(listener.id(), Role::CoHost)
        .await
        .unwrap();
    listener.is(State::OnStage { role: Role::CoHost }).await;

    let returned = show.host.client.join_session(show.id).await.unwrap();
    listener.sees(|now| acting(now).is_none()).await;
    assert_eq!(returned.snapshot().role, Some(Role::Host));
    let refusal = co_host.session.demote(listener.id()).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::RoleNotAllowed);

    show.lose_the_host().await;
    co_host.sees(|now| acting(now) == Some(co_host.id())).await;
    co_host.session.end().await.unwrap();
    let ended = listener.sees(|now| now.state.is_terminal()).await;
    let reason = EndReason::HostEnded;
    assert_eq!(ended.state, SessionState::Ended { reason });
    assert_eq!(ended.stage.state, State::Removed);
    show.close([co_host, listener]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_co_host_a_session_ends_when_its_host_vanishes() {
    let show = Show::audio_room().await;
    let (speaker, listener) = (Guest::of(show.id).await, Guest::of(show.id).await);
    show.host
        .session
        .promote(speaker.id(), Role::Speaker)
        .await
        .unwrap();
    speaker.is(State::OnStage { role: Role::Speaker }).await;
    show.lose_the_host().await;
    let ended = listener.sees(|now| now.state.is_terminal()).await;
    let reason = EndReason::HostAway;
    assert_eq!(ended.state, SessionState::Ended { reason });
    show.close([speaker, listener]).await;
}
