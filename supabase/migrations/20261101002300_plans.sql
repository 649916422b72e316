-- How long and how large what belongs to a plan may be, and what one address may do.

create table live.plan_settings (
  plan text not null,
  name text not null references live.settings (name) on update cascade,
  value bigint not null check (value >= 0),
  primary key (plan, name),
  check (name in ('session_max_seconds', 'call_max_seconds', 'session_max_participants', 'stage_max_video',
                  'stage_max_audio', 'sessions_at_once'))
);
comment on table live.plan_settings is 'Where a plan differs from live.settings. A session has its host''s plan, a call its caller''s.';
insert into live.settings (name, value, meaning) values
  ('sessions_at_once', 10, 'Sessions of others that somebody may be in at the same time; 0 is no limit.');
insert into live.plan_settings (plan, name, value) values
  ('pro', 'session_max_seconds', 43200),
  ('pro', 'session_max_participants', 10000);

create function live.setting_for(p_user_id uuid, p_name text) returns bigint
language sql stable security definer set search_path = ''
-- No index is asked by plan, so that the plan is looked up only where one differs.
return coalesce((select s.value from live.plan_settings s where s.name = p_name and (s.plan = live.plan_of(p_user_id)) is true),
                live.setting(p_name));

-- The end is decided when it begins: what changes later counts for those that come after.
alter table public.live_sessions add column ends_at timestamptz;
alter table public.calls add column ends_at timestamptz;
comment on column public.live_sessions.ends_at is 'When it has lasted as long as its host''s plan allows; set when it goes live.';
comment on column public.calls.ends_at is 'When it has lasted as long as its caller''s plan allows; set when it is answered.';
update public.live_sessions set ends_at = started_at + live.seconds('session_max_seconds') where status = 'live';
update public.calls set ends_at = answered_at + live.seconds('call_max_seconds') where status = 'active';
create index live_sessions_ending on public.live_sessions (ends_at) where status = 'live';
drop index public.calls_active;
create index calls_ending on public.calls (ends_at) where status = 'active';

create function live.decide_end() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.ends_at := clock_timestamp()
    + make_interval(secs => live.setting_for((to_jsonb(new) ->> tg_argv[1])::uuid, tg_argv[0]));
  return new;
end $$;
create trigger decide_end_of_new before insert on public.live_sessions
  for each row when (new.status = 'live') execute function live.decide_end('session_max_seconds', 'host_id');
create trigger decide_end before update of status on public.live_sessions
  for each row when (new.status = 'live' and old.status <> 'live')
  execute function live.decide_end('session_max_seconds', 'host_id');
create trigger decide_end before update of status on public.calls
  for each row when (new.status = 'active' and old.status <> 'active')
  execute function live.decide_end('call_max_seconds', 'caller_id');

create or replace function live.calls_due() returns table (id uuid, reason text)
language sql stable security definer set search_path = ''
begin atomic
  select c.id, 'unanswered' from public.calls c where c.status = 'ringing' and c.ring_expires_at <= now()
  union all
  select c.id, 'time_limit' from public.calls c where c.status = 'active' and c.ends_at <= now()
  union all
  select m.call_id, 'failed' from public.call_members m
  where m.released_at is null and m.absent_since <= now() - live.seconds('call_grace_seconds');
end;

create or replace function live.sessions_due() returns table (id uuid, reason text)
language sql stable security definer set search_path = ''
begin atomic
  select s.id, 'host_away' from public.live_sessions s
  where s.status <> 'ended' and s.host_absent_since <= now() - live.seconds('host_grace_seconds')
  union all
  select s.id, 'never_started' from public.live_sessions s
  where s.status = 'preparing' and s.created_at <= now() - live.seconds('prepare_seconds')
  union all
  select s.id, 'time_limit' from public.live_sessions s where s.status = 'live' and s.ends_at <= now();
end;

create or replace function live.session_json(s public.live_sessions) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object(
  'id', s.id, 'room_name', s.room_name, 'session_type', s.session_type, 'title', s.title, 'host_id', s.host_id,
  'acting_host_id', s.acting_host_id, 'access', s.access, 'price_coins', s.price_coins, 'status', s.status, 'viewer_count', s.viewer_count,
  'started_at', s.started_at, 'ends_at', s.ends_at, 'ended_at', s.ended_at, 'end_reason', s.end_reason);

create or replace function live.call_json(c public.calls) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object(
  'id', c.id, 'status', c.status, 'call_type', c.call_type, 'caller_id', c.caller_id, 'callee_id', c.callee_id,
  'ring_expires_at', c.ring_expires_at, 'answered_at', c.answered_at, 'answered_device_id', c.answered_device_id,
  'video_request', live.video_request_json(c), 'ends_at', c.ends_at, 'ended_at', c.ended_at, 'end_reason', c.end_reason);

alter table live.plan_limits
  drop constraint plan_limits_name_check,
  add constraint plan_limits_name_check check (name in (
    'session', 'join', 'call', 'stage_request', 'message', 'reaction', 'gift', 'report', 'video_request', 'join_by_address', 'call_by_address'));
insert into live.plan_limits (plan, name, amount, per_seconds, code, meaning) values
  ('free', 'video_request', 6, 60, 'rate_limited', 'Requests for video in calls.'),
  -- A network operator puts thousands of people behind one address.
  ('free', 'join_by_address', 3000, 60, 'rate_limited', 'Admissions to sessions from one address.'),
  ('free', 'call_by_address', 1200, 60, 'rate_limited', 'Calls started from one address.');

-- The address of the client that an edge function speaks for, as a number that tells nothing about it; null where the
-- function doesn't know. What clients say to PostgREST themselves doesn't count.
create function live.client_address() returns uuid
language sql stable set search_path = ''
return case when auth.jwt() ->> 'role' = 'service_role' then live.uuid_or_null(
  nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-client-address') end;

create function live.require_address_limit(p_name text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_address uuid := live.client_address();
  v_limit live.plan_limits;
  v_wait bigint;
begin
  if v_address is null then return; end if;
  v_limit := live.limit_of(null, p_name);
  if v_limit.name is null then return; end if;
  v_wait := live.use_up(v_address, v_limit);
  if v_wait is not null then
    perform live.fail(v_limit.code, format('No more than %s in %s seconds from one address.', v_limit.amount, v_limit.per_seconds),
                      jsonb_build_object('limit', p_name, 'retry_after_ms', v_wait));
  end if;
end $$;

create or replace function live.count_use() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform live.require_limit((to_jsonb(new) ->> tg_argv[1])::uuid, tg_argv[0]);
  perform live.require_address_limit(tg_argv[0] || '_by_address');
  return null;
end $$;

-- Asking again and again for video is counted, too; answering isn't.
create trigger count_video_request after update of video_request_by on public.calls
  for each row when (new.video_request_by is not null and old.video_request_by is distinct from new.video_request_by)
  execute function live.count_use('video_request', 'video_request_by');

-- After a join has been counted, which lets one person's joins pass one at a time.
create index live_participants_at_once on public.live_participants (user_id) where status in ('admitted', 'joined');
create function live.hold_to_sessions_at_once() returns trigger
language plpgsql security definer set search_path = '' as $$
declare v_max bigint := live.setting_for(new.user_id, 'sessions_at_once');
begin
  if v_max > 0 and v_max < (select count(*) from public.live_participants
                            where user_id = new.user_id and status in ('admitted', 'joined') and role <> 'host') then
    perform live.fail('quota_exceeded', format('No more than %s sessions at a time.', v_max),
                      '{"limit": "sessions_at_once"}');
  end if;
  return null;
end $$;
create trigger hold_first_join after insert on public.live_participants
  for each row when (new.role <> 'host') execute function live.hold_to_sessions_at_once();
-- Whoever is in already, and comes again, is in no more sessions than before.
create trigger hold_join after update of admitted_at on public.live_participants
  for each row when (new.role <> 'host' and old.admitted_at <> new.admitted_at and old.status not in ('admitted', 'joined'))
  execute function live.hold_to_sessions_at_once();

select live.lock_down('live.plan_settings');
create policy "No client" on live.plan_settings for all to anon, authenticated using (false);

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
