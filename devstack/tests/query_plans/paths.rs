//! What is asked all the time: by functions, by clients through PostgREST, and by the sweeper.

use crate::fill::Filled;

pub struct Path {
    pub name: &'static str,
    /// Sets the scene and the role; what it reads counts, too.
    pub before: String,
    pub statement: String,
}

pub fn paths(f: &Filled) -> Vec<Path> {
    let Filled {
        session,
        host,
        viewer,
        stranger,
        other,
        ..
    } = f;
    let server = |name, statement: String| Path {
        name,
        before: String::new(),
        statement,
    };
    let client = |name, user: &uuid::Uuid, statement: String| Path {
        name,
        before: format!(
            "set local role authenticated; set local request.jwt.claims = '{{\"role\": \"authenticated\", \"sub\": \"{user}\"}}'"
        ),
        statement,
    };
    let event = |name: &str, sid: &str| {
        format!(
            "select live.livekit_event('EV_plan', '{name}', 'live_{session}', 'RM_x', now(), '{viewer}', '{sid}', 'viewer')"
        )
    };
    let of_call = "(select id from public.calls where caller_id = '{stranger}' and status <> 'ended')"
        .replace("{stranger}", &stranger.to_string());
    let call = format!("select live.initiate_call('{stranger}', '{other}', 'audio_call', 'key')");
    let answer = format!("{call}; select live.answer_call('{other}', {of_call}, true)");
    vec![
        server("join-session", format!("select live.join_session('{stranger}', '{session}', null, 'key')")),
        server("join-session again", format!("select live.join_session('{viewer}', '{session}')")),
        server("get-livekit-token", format!("select live.session_token('{viewer}', '{session}')")),
        server("leave-session", format!("select live.leave_session('{viewer}', '{session}', 'key')")),
        server("create-session", format!("select live.create_session('{stranger}', 'video_live', 'T', 'public', null, 'key')")),
        server("end-session", format!("select live.end_session('{host}', '{session}', 'key')")),
        server("manage-stage", format!("select live.manage_stage('{host}', '{session}', 'promote', '{viewer}')")),
        server("moderate", format!("select live.moderate('{host}', '{session}', 'ban', '{viewer}', null, 'creator')")),
        server("send-gift", format!("select live.send_gift('{viewer}', '{session}', 1, null, 'key')")),
        server("initiate-call", call),
        server("answer-call", answer.clone()),
        server("change-call", format!("{answer}; select live.change_call('{other}', {of_call}, 'request_video')")),
        server("end-call", format!("{answer}; select live.end_call('{other}', {of_call})")),
        server("register-device", format!("select live.register_device('{viewer}', 'new', 'android', 'fcm', 'token')")),
        server("webhook: joined", event("participant_joined", "PA_plan")),
        server("webhook: left", event("participant_left", "PA_1")),
        server("webhook: room finished", event("room_finished", "")),
        server("sweep", "select live.sweep()".into()),
        server("deliveries", "select live.claim_deliveries()".into()),
        server("reconcile", format!("select live.reconcile_room('live_{session}', 'RM_1', '[]', now())")),
        server("metrics", "select count(*) from live.metrics()".into()),
        server("export-account", format!("select live.export_account('{viewer}', 'messages')")),
        client("chat: write", viewer, format!("insert into public.live_messages (session_id, body) values ('{session}', 'Selam')")),
        client("chat: read", viewer, format!("select id, body from public.live_messages where session_id = '{session}' order by created_at desc, id desc limit 50")),
        client("chat: delete", viewer, format!("delete from public.live_messages where session_id = '{session}' and user_id = '{viewer}'")),
        client("react", viewer, format!("insert into public.live_reactions (session_id, kind) values ('{session}', 'heart')")),
        client("discover", stranger, "select id, title from public.live_sessions where status = 'live' order by started_at desc limit 20".into()),
        client("participants", viewer, format!("select user_id, role from public.live_participants where session_id = '{session}'")),
        client("own session", viewer, format!("select id, status from public.live_sessions where id = '{session}'")),
        client("live call", viewer, "select id, video_request(calls) from public.calls where status in ('ringing', 'active') order by ring_expires_at desc limit 1".into()),
        client("call log", viewer, format!("select id from public.calls where caller_id = '{viewer}' order by created_at desc limit 20")),
        client("wallet", viewer, "select balance from public.coin_wallets".into()),
        client("coins", viewer, "select amount from public.coin_entries order by id desc limit 20".into()),
        client("gifts", viewer, format!("select coins from public.gifts where session_id = '{session}' order by created_at desc limit 20")),
        client("moderation log", host, format!("select action from public.moderation_log where session_id = '{session}' order by id desc limit 20")),
        client("stage requests", host, format!("select id from public.stage_requests where session_id = '{session}' and status = 'pending'")),
        client("report", viewer, format!("insert into public.reports (reported_id, category) values ('{host}', 'spam')")),
        client("block", host, format!("insert into public.user_blocks (blocked_id) values ('{viewer}')")),
        server(
            "topic",
            format!(
                "select set_config('request.jwt.claims', '{{\"sub\": \"{viewer}\"}}', true), live.may_hear('session:{session}')"
            ),
        ),
    ]
}
