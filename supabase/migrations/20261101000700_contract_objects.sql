-- The objects of the HTTP contract, one function each: answers and Broadcast messages are made here alone.

create function live.session_json(s public.live_sessions) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object(
  'id', s.id, 'room_name', s.room_name, 'session_type', s.session_type, 'title', s.title, 'host_id', s.host_id,
  'acting_host_id', s.acting_host_id, 'access', s.access, 'price_coins', s.price_coins, 'status', s.status, 'viewer_count', s.viewer_count,
  'started_at', s.started_at, 'ended_at', s.ended_at, 'end_reason', s.end_reason);

create function live.participant_json(p public.live_participants) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object(
  'session_id', p.session_id, 'user_id', p.user_id, 'role', p.role, 'status', p.status,
  'joined_at', p.joined_at, 'left_at', p.left_at);

create function live.call_json(c public.calls) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object(
  'id', c.id, 'status', c.status, 'call_type', c.call_type, 'caller_id', c.caller_id, 'callee_id', c.callee_id,
  'ring_expires_at', c.ring_expires_at, 'answered_at', c.answered_at, 'answered_device_id', c.answered_device_id,
  'ended_at', c.ended_at, 'end_reason', c.end_reason);

-- `profiles` is the app's: only the columns that it happens to have are read.
create function live.display_name(p_user_id uuid) returns text
language sql stable security definer set search_path = ''
return (select coalesce(to_jsonb(p) ->> 'display_name', to_jsonb(p) ->> 'full_name', to_jsonb(p) ->> 'username', '')
        from public.profiles p where p.id = p_user_id);

-- What LiveKit may let somebody publish, in LiveKit's own words.
create function live.media_permission(p_role live.role, p_session_type live.session_type) returns jsonb
language sql stable security definer set search_path = ''
return (
  select jsonb_build_object(
    'can_publish', g.can_publish_audio or g.can_publish_video,
    'can_publish_data', g.can_publish_audio or g.can_publish_video,
    'can_publish_sources',
      case when g.can_publish_audio then '["microphone"]'::jsonb else '[]' end
      || case when g.can_publish_video then '["camera", "screen_share"]'::jsonb else '[]' end
      || case when g.can_publish_audio and g.can_publish_video then '["screen_share_audio"]'::jsonb else '[]' end)
  from live.role_grants g where g.role = p_role and g.session_type = p_session_type);

-- Everything a LiveKit token is minted from, and the room that has to be there for it.
create function live.media_ticket(p_room_name text, p_session_type live.session_type, p_role live.role, p_user_id uuid,
                                  p_ensure_room boolean, p_empty interval, p_departure interval,
                                  p_permission jsonb default null) returns jsonb
language sql stable security definer set search_path = ''
return jsonb_build_object(
  'room_name', p_room_name, 'identity', p_user_id, 'name', coalesce(live.display_name(p_user_id), ''), 'role', p_role,
  'permission', coalesce(p_permission, live.media_permission(p_role, p_session_type)),
  'ttl_seconds', live.setting('token_ttl_seconds'),
  'ensure_room', p_ensure_room,
  'empty_timeout_seconds', extract(epoch from p_empty)::bigint,
  'departure_timeout_seconds', extract(epoch from p_departure)::bigint);

create function live.session_ticket(s public.live_sessions, p_role live.role, p_user_id uuid, p_ensure_room boolean)
returns jsonb language sql stable security definer set search_path = ''
return live.media_ticket(s.room_name, s.session_type, p_role, p_user_id, p_ensure_room or s.room_sid is null,
                         live.seconds('prepare_seconds'), live.seconds('host_grace_seconds') * 2);

create function live.call_ticket(c public.calls, p_user_id uuid, p_ensure_room boolean) returns jsonb
language sql stable security definer set search_path = ''
return live.media_ticket(c.room_name, c.call_type::text, live.audience_role(c.call_type::text), p_user_id,
                         p_ensure_room or c.room_sid is null,
                         live.seconds('ring_seconds') + live.seconds('call_grace_seconds'),
                         live.seconds('call_grace_seconds'));
