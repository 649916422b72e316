//! A voice call that becomes a video call and goes back, on the real stack: nobody is filmed without consent, and nobody
//! reconnects.

use ipelya_core::LiveClient;
use ipelya_core::call::State;
use ipelya_core::domain::{CallType, LiveResult};
use ipelya_core::media::{
    AudioSink, CaptureGuard, Facing, I420, MediaCapture, TrackSource, VideoFrame, VideoSink, ViewSize,
};
use ipelya_core::runtime::{CallEvent, CallHandle, CallSnapshot};
use ipelya_core::viewing::ViewId;
use std::time::Duration;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::time::timeout;

use crate::support::{Account, PATIENCE};

/// A camera that films grey, and a microphone that hears nothing.
struct Grey;

impl MediaCapture for Grey {
    fn start_camera(&self, sink: VideoSink) -> LiveResult<CaptureGuard> {
        let (width, height) = (320, 180);
        let picture = I420 {
            width,
            height,
            data: vec![128; I420::size(width, height)].into(),
        };
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(40));
            let mut timestamp_us = 0;
            loop {
                ticks.tick().await;
                timestamp_us += 40_000;
                let frame = VideoFrame::upright(picture.clone(), timestamp_us);
                if sink.push(frame).is_err() {
                    return;
                }
            }
        });
        Ok(CaptureGuard::new(move || task.abort()))
    }

    fn start_microphone(&self, _sink: AudioSink) -> LiveResult<CaptureGuard> {
        Ok(CaptureGuard::new(|| {}))
    }

    fn flip_camera(&self) -> futures_util::future::BoxFuture<'_, LiveResult<Facing>> {
        Box::pin(std::future::ready(Ok(Facing::Environment)))
    }
}

async fn sees(call: &CallHandle, what: &str, condition: impl Fn(&CallSnapshot) -> bool) -> CallSnapshot {
    timeout(PATIENCE, call.wait_for(condition))
        .await
        .unwrap_or_else(|_| panic!("{what}: {:#?}", call.snapshot()))
        .unwrap()
}

fn is(call_type: CallType) -> impl Fn(&CallSnapshot) -> bool {
    move |now| now.call.as_ref().is_some_and(|call| call.call_type == call_type)
}

/// Two people in a voice call.
async fn talking() -> ([LiveClient; 2], [CallHandle; 2]) {
    let (anna, bora) = (Account::new(false).await, Account::new(false).await);
    let annas = anna.builder().await.capture(Grey).connect().await.unwrap();
    let boras = bora.builder().await.capture(Grey).connect().await.unwrap();
    let mut rings = boras.incoming_calls();
    let out = annas
        .start_call(boras.user_id(), CallType::AudioCall)
        .await
        .unwrap();
    let ring = timeout(PATIENCE, rings.next()).await.expect("it rings").unwrap();
    timeout(PATIENCE, ring.accept()).await.unwrap().unwrap();
    timeout(PATIENCE, out.active()).await.unwrap().unwrap();
    ([annas, boras], [out, ring])
}

#[tokio::test(flavor = "multi_thread")]
async fn voices_become_pictures_by_consent_and_go_back_without_a_reconnect() {
    let (clients, [out, ring]) = talking().await;
    let mut events = [out.events(), ring.events()];
    sees(&out, "no camera in a voice call", |now| {
        now.local.microphone.enabled && !now.publishing.video && now.can.request_video
    })
    .await;

    out.request_video().await.unwrap();
    sees(&ring, "the wish arrives", |now| now.can.answer_video).await;
    assert!(!out.snapshot().publishing.video, "a wish films nobody");
    ring.accept_video().await.unwrap();
    for call in [&out, &ring] {
        sees(call, "filmed", |now| {
            is(CallType::VideoCall)(now) && now.local.camera.enabled
        })
        .await;
        let mut pictures = timeout(PATIENCE, call.video()).await.unwrap().unwrap();
        assert!(timeout(PATIENCE, pictures.recv()).await.unwrap().is_some());
    }
    out.flip_camera();
    sees(&out, "turned", |now| now.local.flip.facing == Facing::Environment).await;

    ring.to_audio().await.unwrap();
    for call in [&out, &ring] {
        sees(call, "voices again", |now| {
            is(CallType::AudioCall)(now) && !now.publishing.video && now.local.microphone.enabled
        })
        .await;
    }
    for events in &mut events {
        loop {
            match events.try_recv() {
                Ok(CallEvent::StateChanged(State::Reconnecting { .. })) => panic!("reconnected"),
                Ok(CallEvent::StateChanged(_) | CallEvent::Room(_) | CallEvent::Funnel(_)) => {}
                Err(TryRecvError::Lagged(missed)) => panic!("{missed} events unseen"),
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
    }
    out.hang_up();
    timeout(PATIENCE, ring.ended()).await.unwrap();
    for client in clients {
        client.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_that_is_declined_films_nobody_and_two_wishes_consent_to_each_other() {
    let (clients, [out, ring]) = talking().await;
    out.request_video().await.unwrap();
    sees(&ring, "the wish arrives", |now| now.can.answer_video).await;
    ring.decline_video().await.unwrap();
    let declined = sees(&out, "declined", |now| now.can.request_video).await;
    assert!(!declined.local.camera.pending && is(CallType::AudioCall)(&declined));

    let (first, second) = tokio::join!(out.request_video(), ring.request_video());
    first.unwrap();
    second.unwrap();
    for call in [&out, &ring] {
        sees(call, "both filmed", |now| {
            is(CallType::VideoCall)(now) && now.local.camera.enabled
        })
        .await;
    }
    out.hang_up();
    timeout(PATIENCE, ring.ended()).await.unwrap();
    for client in clients {
        client.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_nobody_shows_is_not_sent_and_comes_back_when_somebody_does() {
    let (clients, [out, ring]) = talking().await;
    let (asked, also_asked) = tokio::join!(out.request_video(), ring.request_video());
    asked.unwrap();
    also_asked.unwrap();
    let other = clients[0].user_id();
    let mut pictures = timeout(PATIENCE, ring.video()).await.unwrap().unwrap();
    let view = |size: Option<(u32, u32)>| {
        let size = size.map(|(width, height)| ViewSize { width, height });
        ring.set_view(ViewId("full".into()), other, TrackSource::Camera, size);
    };
    view(Some((320, 180)));
    assert!(timeout(PATIENCE, pictures.recv()).await.unwrap().is_some());
    view(None);
    // What was on its way still arrives; then nothing does.
    let silence = async { while let Ok(Some(_)) = timeout(Duration::from_secs(1), pictures.recv()).await {} };
    timeout(PATIENCE, silence)
        .await
        .expect("no pictures while nobody sees them");
    view(Some((320, 180)));
    assert!(timeout(PATIENCE, pictures.recv()).await.unwrap().is_some());
    let mut stats = ring.stats(Duration::from_millis(500));
    let measured = async {
        loop {
            let sample = stats.next().await.expect("the call goes on");
            let camera = sample
                .iter()
                .find(|row| row.stats.source == TrackSource::Camera && row.stats.user == other);
            if let Some(rates) = camera.and_then(|row| row.rates).filter(|rates| rates.kbps > 0.0) {
                return rates;
            }
        }
    };
    let rates = timeout(PATIENCE, measured).await.expect("a bitrate");
    assert!((0.0..=1.0).contains(&rates.loss));
    out.hang_up();
    timeout(PATIENCE, ring.ended()).await.unwrap();
    for client in clients {
        client.close().await.unwrap();
    }
}
