//! A project that has been in use for long.

use tokio_postgres::Client;
use uuid::Uuid;

/// Rows of participants and of messages, in the short form.
pub const SMALL: i64 = 30_000;
/// From so many on the planner chooses for itself.
pub const LARGE: i64 = 500_000;
/// People in a session.
const CROWD: i64 = 500;

/// Some of what was made, for the paths to be about.
pub struct Filled {
    pub rows: i64,
    /// A live session, its host, a viewer in it, and somebody who isn't.
    pub session: Uuid,
    pub host: Uuid,
    pub viewer: Uuid,
    pub stranger: Uuid,
    pub other: Uuid,
}

/// Fills every table that grows. Without triggers: they are what is tested afterwards.
pub async fn fill(db: &Client, rows: i64) -> Filled {
    let sessions = rows / CROWD;
    let statements = format!(
        r"
        set session_replication_role = replica;
        create temporary table people as select n, gen_random_uuid() as id from generate_series(1, {CROWD} + {sessions}) n;
        create unique index on people (n);
        insert into auth.users (id, aud, role, email)
          select id, 'authenticated', 'authenticated', id || '@example.com' from people;
        insert into public.profiles (id, username, is_creator) select id, id::text, n > {CROWD} from people;
        create temporary table rooms as
          select s, gen_random_uuid() as id, (select id from people where n = {CROWD} + s) as host, s > {sessions} - 5 as is_live
          from generate_series(1, {sessions}) s;
        insert into public.live_sessions (id, session_type, title, host_id, access, status, created_at, started_at, ends_at, ended_at, end_reason, room_sid)
          select id, 'video_live', 'T', host, 'public', case when is_live then 'live' else 'ended' end,
            now() - interval '1 day' * (1 + ({sessions} - s) / 20.0), now() - interval '23 hours' * (1 + ({sessions} - s) / 20.0),
            case when is_live then now() + interval '1 hour' end,
            case when not is_live then now() - interval '22 hours' * (1 + ({sessions} - s) / 20.0) end,
            case when not is_live then 'host_ended' end, 'RM_' || s
          from rooms;
        create temporary table visits as
          select row_number() over () as v, r.id as session_id, r.s, r.is_live, p.id as user_id
          from rooms r cross join (select id from people where n <= {CROWD}) p;
        insert into public.live_participants (session_id, user_id, role, status, joined_at, left_at)
          select session_id, user_id, 'viewer', case when is_live then 'joined' else 'left' end, now(), case when not is_live then now() end from visits;
        insert into public.live_participants (session_id, user_id, role, status, joined_at) select id, host, 'host', 'joined', now() from rooms;
        insert into public.session_tickets (session_id, user_id, source) select session_id, user_id, 'public' from visits;
        insert into live.connections (participant_sid, room_name, room_sid, user_id, joined_at, left_at)
          select 'PA_' || v, 'live_' || session_id, 'RM_' || s, user_id, now() - interval '1 day', case when not is_live then now() - interval '1 hour' end from visits;
        insert into public.live_messages (session_id, user_id, body, created_at)
          select session_id, user_id, 'Selam', now() - interval '1 second' * v from visits;
        insert into public.session_bans (session_id, user_id, expires_at)
          select session_id, user_id, now() + interval '1 day' from visits where v % 100 = 0;
        insert into public.stage_requests (session_id, user_id, kind, role, status, created_by, decided_at)
          select session_id, user_id, 'request', 'speaker', 'cancelled', user_id, now() from visits where v % 10 = 0;
        insert into public.moderation_log (session_id, actor_id, target_id, action) select session_id, user_id, user_id, 'mute' from visits where v % 10 = 0;
        insert into public.webhook_events (id, event, room_name, room_sid, created_at, received_at)
          select 'EV_' || v, 'participant_joined', 'live_' || session_id, 'RM_' || s, now() - interval '1 hour', now() - interval '1 hour' from visits where v % 5 = 0;
        insert into public.livekit_outbox (kind, room_name, identity, delivered_at)
          select 'update_participant', 'live_' || session_id, user_id, now() from visits where v % 10 = 0;
        insert into live.idempotency_keys (user_id, function_name, key, request_hash) select user_id, 'join-session', 'k' || v, '' from visits where v % 10 = 0;
        insert into public.coin_wallets (user_id, balance) select id, 1000 from people on conflict do nothing;
        insert into public.coin_transactions (id, kind, session_id) select md5('t' || v)::uuid, 'gift', session_id from visits where v % 5 = 0;
        insert into public.coin_entries (transaction_id, wallet_id, amount, created_at)
          select md5('t' || v)::uuid, w.id, x.amount, now() - interval '2 hours' from visits join public.coin_wallets w using (user_id)
          cross join (values (1), (-1)) x (amount) where v % 5 = 0;
        insert into public.gifts (session_id, sender_id, coins, transaction_id) select session_id, user_id, 1, md5('t' || v)::uuid from visits where v % 5 = 0;
        insert into public.calls (id, status, call_type, caller_id, callee_id, ring_expires_at, created_at, answered_at, ended_at, end_reason)
          select md5('c' || v)::uuid, 'ended', 'audio_call', user_id, (select id from people where n = {CROWD} + 1 + v % {sessions}),
            now() - interval '2 hours', now() - interval '3 hours', now() - interval '3 hours', now() - interval '2 hours', 'hung_up' from visits where v % 5 = 0;
        insert into public.call_members (call_id, user_id, released_at) select md5('c' || v)::uuid, user_id, now() from visits where v % 5 = 0;
        insert into public.device_tokens (user_id, device_id, platform, kind, token)
          select id, 'phone ' || d, 'android', 'fcm', id || ' ' || d from people cross join generate_series(1, 5) d;
        insert into live.pushes (event, call_id, user_id, device_id, kind, outcome, settled_at, created_at)
          select 'ring', md5('c' || v)::uuid, user_id, 'phone', 'fcm', 'delivered', now(), now() - interval '2 hours' from visits where v % 5 = 0;
        insert into public.reports (reporter_id, reported_id, category, status)
          select user_id, md5('r' || v)::uuid, 'spam', 'dismissed' from visits where v % 100 = 0;
        insert into public.user_blocks (blocker_id, blocked_id) select user_id, md5('b' || v)::uuid from visits where v % 100 = 0;
        insert into live.usage (owner_id, name, paid_until) select p.id, l.name, now() from people p cross join unnest(array['join', 'message', 'gift']) l (name);
        insert into live.room_checks (room_name, checked_at) select 'live_' || id, now() from rooms;
        set session_replication_role = origin;
        "
    );
    db.batch_execute(&statements).await.unwrap();
    db.batch_execute("analyze").await.unwrap();
    let some = "select r.id, r.host, (select id from people where n = 1), (select host from rooms where s = 1), (select host from rooms where s = 2)
                from rooms r where r.is_live order by s desc limit 1";
    let row = db.query_one(some, &[]).await.unwrap();
    Filled {
        rows,
        session: row.get(0),
        host: row.get(1),
        viewer: row.get(2),
        stranger: row.get(3),
        other: row.get(4),
    }
}
