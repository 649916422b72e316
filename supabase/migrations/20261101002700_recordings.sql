-- record-session and get-recording: what LiveKit's Egress records, who may see it, and for how long it is kept.

insert into live.settings (name, value, meaning) values
  ('recording_days', 30, 'How long a recording is kept; 0 is for good.'),
  ('recording_url_seconds', 3600, 'How long the address of a recording can be opened.'),
  ('recording_start_seconds', 60, 'How long a recording may take to begin before it counts as failed.'),
  ('recording_end_seconds', 120, 'How long after its session a recording may take to end before LiveKit is asked.');

create table public.recordings (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.live_sessions (id) on delete restrict,
  egress_id text unique,
  object_key text not null unique generated always as ('recordings/' || session_id::text || '/' || id::text || '.mp4') stored,
  status text not null default 'starting'
    check (status in ('starting', 'active', 'ending', 'complete', 'failed', 'deleted')),
  started_by uuid not null references auth.users (id),
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  duration_ms bigint,
  size_bytes bigint,
  error text,
  expires_at timestamptz,
  attempted_at timestamptz,
  check ((status in ('complete', 'failed', 'deleted')) = (ended_at is not null))
);
comment on table public.recordings is 'A recording of a session: one file in the storage.';
create unique index recordings_one_running on public.recordings (session_id) where status in ('starting', 'active', 'ending');
create index recordings_of_session on public.recordings (session_id, created_at desc);
create index recordings_starting on public.recordings (created_at) where status = 'starting';
create index recordings_expiring on public.recordings (expires_at) where status = 'complete' and expires_at is not null;

create function live.recording_json(r public.recordings) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object('id', r.id, 'session_id', r.session_id, 'status', r.status, 'created_at', r.created_at,
  'ended_at', r.ended_at, 'duration_ms', r.duration_ms, 'size_bytes', r.size_bytes, 'expires_at', r.expires_at);

-- Everybody in the session is told that it is recorded.
create function live.broadcast_recording() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' or live.recording_json(old) <> live.recording_json(new) then
    perform realtime.send(jsonb_build_object('recording', live.recording_json(new)), 'recording_changed',
                          'session:' || new.session_id, true);
  end if;
  return null;
end $$;
create trigger broadcast_recording after insert or update on public.recordings
  for each row execute function live.broadcast_recording();

create function live.record_session(p_caller uuid, p_session_id uuid, p_action text, p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_session public.live_sessions;
  v_recording public.recordings;
  v_created boolean := false;
begin
  perform live.require_user(p_caller);
  v_session := live.known_session(p_session_id, p_caller);
  perform live.require_host(v_session, p_caller);
  perform live.require_open(v_session);
  select * into v_recording from public.recordings where session_id = p_session_id
    and (status in ('starting', 'active', 'ending') or p_action = 'stop') order by created_at desc limit 1;
  if live.claim_key(p_caller, 'record-session', p_key, jsonb_build_array(p_session_id, p_action)) is null then
    case p_action
      when 'start' then
        if v_session.status <> 'live' then perform live.fail('conflict', 'The session is not live yet.'); end if;
        if v_recording.status = 'ending' then perform live.fail('conflict', 'The last recording is being written.'); end if;
        if v_recording.id is null then
          insert into public.recordings (session_id, started_by) values (p_session_id, p_caller) returning * into v_recording;
          v_created := true;
        end if;
      when 'stop' then
        if v_recording.id is null then perform live.fail('not_found', 'The session is not recorded.'); end if;
        update public.recordings set status = 'ending' where id = v_recording.id and status in ('starting', 'active')
        returning * into v_recording;
        if not found then
          select * into v_recording from public.recordings where session_id = p_session_id order by created_at desc limit 1;
        end if;
      else perform live.fail_field('action', format('There is no action %L.', p_action));
    end case;
  end if;
  return jsonb_build_object('recording', live.recording_json(v_recording), 'created', v_created, 'egress_id', v_recording.egress_id,
    'room_name', v_session.room_name, 'object_key', v_recording.object_key, 'audio_only', v_session.session_type = 'audio_room');
end $$;

create function live.recording_started(p_id uuid, p_egress_id text) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare v_recording public.recordings;
begin
  update public.recordings set egress_id = coalesce(egress_id, p_egress_id) where id = p_id returning * into v_recording;
  return live.recording_json(v_recording);
end $$;

create function live.recording_failed(p_id uuid, p_error text) returns void
language sql security definer set search_path = ''
begin atomic
  update public.recordings set status = 'failed', ended_at = now(), error = left(p_error, 500)
  where id = p_id and status in ('starting', 'active', 'ending');
end;

-- What LiveKit tells of an egress, once and in any order: a recording goes forward only. One whose beginning wasn't
-- written down is found by its file.
create function live.egress_event(p_id text, p_created_at timestamptz, p_egress jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_recording public.recordings;
  v_status text := p_egress ->> 'status';
begin
  select * into v_recording from public.recordings
  where egress_id = p_egress ->> 'egress_id' or object_key = p_egress ->> 'object_key' for update;
  if not found then return '{"handled": false}'; end if;
  insert into public.webhook_events (id, event, room_name, room_sid, created_at)
  values (p_id, 'egress', p_egress ->> 'room_name', '', p_created_at) on conflict (id) do nothing;
  if not found then return '{"handled": true}'; end if;
  update public.recordings set
    egress_id = coalesce(egress_id, p_egress ->> 'egress_id'),
    status = v_status,
    ended_at = case when v_status in ('complete', 'failed') then now() end,
    duration_ms = coalesce((p_egress ->> 'duration_ms')::bigint, duration_ms),
    size_bytes = coalesce((p_egress ->> 'size_bytes')::bigint, size_bytes),
    error = nullif(left(p_egress ->> 'error', 500), ''),
    expires_at = case when v_status = 'complete' and live.setting('recording_days') > 0
                 then now() + live.setting('recording_days') * interval '1 day' end
  where id = v_recording.id and array_position(array['starting', 'active', 'ending', 'failed', 'complete'], v_status)
    > array_position(array['starting', 'active', 'ending', 'failed', 'complete', 'deleted'], status);
  return '{"handled": true}';
end $$;

-- Whoever was entitled to the session is to its recording: the host, holders of a ticket, and whom the door is open to now.
create function live.recording_access(p_caller uuid, p_recording_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_recording public.recordings;
  v_session public.live_sessions;
begin
  perform live.require_user(p_caller);
  select * into v_recording from public.recordings where id = p_recording_id and status <> 'failed';
  if not found then perform live.fail('not_found', 'There is no such recording.'); end if;
  select * into v_session from public.live_sessions where id = v_recording.session_id;
  if v_session.host_id <> p_caller then
    if live.is_banned(v_session.id, p_caller) then perform live.fail('banned', 'You were put out of this session.'); end if;
    if live.is_blocked_between(v_session.host_id, p_caller) then perform live.fail('blocked', 'You cannot see this recording.'); end if;
    if not live.has_ticket(v_session.id, p_caller) and v_session.access = 'subscribers_only'
       and not live.is_subscriber(v_session.host_id, p_caller) then
      perform live.fail('subscription_required', 'This recording is for subscribers of its creator.');
    elsif not live.has_ticket(v_session.id, p_caller) and v_session.access = 'pay_per_view' then
      -- Nobody buys what is over: there is no such thing as far as this person is concerned.
      perform live.fail('not_found', 'There is no such recording.');
    end if;
  end if;
  if v_recording.status = 'deleted' then perform live.fail('not_found', 'The recording is gone.'); end if;
  if v_recording.status <> 'complete' then perform live.fail('conflict', 'The recording is not ready yet.'); end if;
  return jsonb_build_object('recording', live.recording_json(v_recording), 'object_key', v_recording.object_key,
                            'url_seconds', live.setting('recording_url_seconds'));
end $$;

-- Recordings whose time is up, handed out to be deleted; and those that never began.
create function live.claim_expired_recordings(p_limit integer default 20) returns jsonb
language sql security definer set search_path = ''
begin atomic
  update public.recordings set status = 'failed', ended_at = now(), error = 'It never began.'
  where id in (select id from public.recordings where status = 'starting' and egress_id is null
               and created_at <= now() - live.seconds('recording_start_seconds') for update skip locked);
  with claimed as (
    update public.recordings set attempted_at = now()
    where id in (select id from public.recordings where status = 'complete' and expires_at <= now()
                 and (attempted_at is null or attempted_at <= now() - interval '1 minute')
                 order by expires_at limit p_limit for update skip locked)
    returning id, object_key
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', id, 'object_key', object_key)), '[]') from claimed;
end;

-- Recordings that ought to be over and of which nobody has told: LiveKit is asked.
create function live.claim_stuck_recordings(p_limit integer default 20) returns jsonb
language sql security definer set search_path = ''
begin atomic
  with claimed as (
    update public.recordings set attempted_at = now()
    where id in (
      select r.id from public.recordings r join public.live_sessions s on s.id = r.session_id
      where r.status in ('starting', 'active', 'ending') and r.egress_id is not null
        and s.ended_at <= now() - live.seconds('recording_end_seconds')
        and (r.attempted_at is null or r.attempted_at <= now() - interval '1 minute')
      limit p_limit for update of r skip locked)
    returning id, egress_id
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', id, 'egress_id', egress_id)), '[]') from claimed;
end;

create function live.recordings_deleted(p_ids uuid[]) returns void
language sql security definer set search_path = ''
begin atomic
  update public.recordings set status = 'deleted', ended_at = coalesce(ended_at, now()) where id = any (p_ids) and status = 'complete';
end;

-- A creator who goes takes the recordings along; what is kept is that they were.
create function live.expire_recordings_of(p_user_id uuid) returns void
language sql security definer set search_path = ''
begin atomic
  update public.recordings r set expires_at = now() from public.live_sessions s
  where s.id = r.session_id and s.host_id = p_user_id and r.status = 'complete';
end;

select live.lock_down('public.recordings');
grant select (id, session_id, status, created_at, ended_at, duration_ms, size_bytes, expires_at) on public.recordings to authenticated;
create policy "Members see the recordings of the sessions they were in" on public.recordings
  for select to authenticated using (session_id in (select live.my_sessions()));

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
