-- The names, numbers and refusals that every rule below speaks.

create schema live;
comment on schema live is 'Decisions of İpelya Live: one function each, called by the edge functions with the service role alone.';
revoke all on schema live from public;
grant usage on schema live to service_role;

create domain live.session_type as text check (value in ('video_live', 'audio_room', 'video_call', 'audio_call'));
create domain live.role as text check (value in ('host', 'co_host', 'speaker', 'viewer', 'listener'));
create domain live.access as text check (value in ('public', 'subscribers_only', 'pay_per_view'));
create domain live.session_status as text check (value in ('preparing', 'live', 'ended'));
create domain live.participant_status as text check (value in ('admitted', 'joined', 'left', 'removed'));
create domain live.call_type as text check (value in ('audio_call', 'video_call'));
create domain live.call_status as text check (value in ('ringing', 'active', 'ended'));

create table live.settings (
  name text primary key,
  value bigint not null check (value >= 0),
  meaning text not null
);
comment on table live.settings is 'Every limit and duration of the product; change one with an UPDATE.';
insert into live.settings (name, value, meaning) values
  ('ring_seconds', 45, 'How long a call rings.'),
  ('host_grace_seconds', 60, 'How long a session outlives the absence of its host.'),
  ('call_grace_seconds', 60, 'How long an answered call outlives the absence of one of both.'),
  ('prepare_seconds', 900, 'How long a session may wait to go live.'),
  ('session_max_seconds', 14400, 'The longest session.'),
  ('call_max_seconds', 7200, 'The longest call.'),
  ('token_ttl_seconds', 600, 'How long a LiveKit token admits; the server renews connected clients.'),
  ('session_max_participants', 3000, 'People in one session at a time, the host among them; 0 is no limit.'),
  ('stage_max_video', 9, 'People on the stage of a broadcast, the host among them.'),
  ('stage_max_audio', 20, 'People on the stage of an audio room, the host among them.'),
  ('price_max_coins', 100000, 'The highest price of a pay-per-view session.'),
  ('idempotency_seconds', 86400, 'How long an Idempotency-Key is remembered.'),
  ('webhook_seconds', 604800, 'How long a LiveKit event id is remembered.'),
  ('leave_grace_seconds', 3, 'How long whoever left a session may take to disconnect, before LiveKit is told to do it.'),
  ('delivery_lease_seconds', 30, 'How long a claimed delivery to LiveKit may take before another worker tries it.'),
  ('delivery_backoff_max_seconds', 300, 'The longest pause between two tries of a delivery to LiveKit.');

create function live.setting(p_name text) returns bigint
language plpgsql stable set search_path = '' as $$
declare v_value bigint;
begin
  select value into strict v_value from live.settings where name = p_name;
  return v_value;
end $$;

create function live.seconds(p_setting text) returns interval
language sql stable set search_path = ''
return make_interval(secs => live.setting(p_setting));

-- SQLSTATE LIVE0 carries a refusal: HINT is the code of the HTTP contract, DETAIL its details as JSON.
create function live.fail(p_code text, p_message text, p_details jsonb default '{}') returns void
language plpgsql set search_path = '' as $$
begin
  raise exception using errcode = 'LIVE0', message = p_message, detail = p_details::text, hint = p_code;
end $$;

create function live.fail_field(p_field text, p_message text) returns void
language sql set search_path = ''
return live.fail('invalid_argument', p_message, jsonb_build_object('field', p_field));

create table live.role_grants (
  role live.role not null,
  session_type live.session_type not null,
  can_publish_audio boolean not null,
  can_publish_video boolean not null,
  primary key (role, session_type)
);
comment on table live.role_grants is 'Who may publish what: what the role may, where the session type has it. Tokens are minted from this.';
insert into live.role_grants
select r.role, t.session_type, r.audio and t.audio, r.video and t.video
from (values ('host', true, true), ('co_host', true, true), ('speaker', true, false),
             ('viewer', false, false), ('listener', false, false)) as r (role, audio, video)
cross join (values ('video_live', true, true), ('audio_room', true, false),
                   ('video_call', true, true), ('audio_call', true, false)) as t (session_type, audio, video);

create function live.audience_role(p_session_type live.session_type) returns live.role
language sql immutable set search_path = ''
return case p_session_type when 'video_live' then 'viewer' when 'audio_room' then 'listener' else 'host' end;

create function live.room_name(p_session_type live.session_type, p_id uuid) returns text
language sql immutable set search_path = ''
return case p_session_type when 'video_live' then 'live_' when 'audio_room' then 'room_' else 'call_' end || p_id::text;
