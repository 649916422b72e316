-- change-call: an answered call becomes a video call with the other one's consent, and an audio call without.

insert into live.settings (name, value, meaning) values
  ('call_upgrade_seconds', 30, 'How long a request for video waits for the other one''s answer.');

alter table public.calls
  add column video_request_by uuid references auth.users (id) on delete cascade,
  add column video_request_expires_at timestamptz,
  add column type_changed_at timestamptz,
  add constraint calls_video_request_check check (
    (video_request_by is null) = (video_request_expires_at is null)
    and (video_request_by is null or (video_request_by in (caller_id, callee_id) and status = 'active' and call_type = 'audio_call')));
comment on column public.calls.video_request_by is 'Who of both asks for video and has no answer yet.';
comment on column public.calls.type_changed_at is 'When an answered call changed its type: tokens from before admit to another one.';
create index calls_video_requests on public.calls (video_request_expires_at) where video_request_by is not null;

-- The open request, or null. One that ran out is none, also before the sweeper has written it down.
create function live.video_request_json(c public.calls) returns jsonb
language sql stable set search_path = ''
return case when c.video_request_expires_at > now() then jsonb_build_object(
  'user_id', c.video_request_by, 'expires_at', c.video_request_expires_at) end;

-- The same for whoever reads the row through PostgREST: `calls?select=id,video_request`.
create function public.video_request(c public.calls) returns jsonb
language sql stable security definer set search_path = ''
return live.video_request_json(c);

create or replace function live.call_json(c public.calls) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object(
  'id', c.id, 'status', c.status, 'call_type', c.call_type, 'caller_id', c.caller_id, 'callee_id', c.callee_id,
  'ring_expires_at', c.ring_expires_at, 'answered_at', c.answered_at, 'answered_device_id', c.answered_device_id,
  'video_request', live.video_request_json(c), 'ended_at', c.ended_at, 'end_reason', c.end_reason);

-- That a request ran out is told when it is written down, though by then both rows say that there is none.
create or replace function live.broadcast_call() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' or live.call_json(old) <> live.call_json(new)
     or old.video_request_by is distinct from new.video_request_by then
    perform realtime.send(jsonb_build_object('call', live.call_json(new)), 'call_changed', 'user:' || id, true)
    from unnest(array[new.caller_id, new.callee_id]) as id;
  end if;
  return null;
end $$;

create or replace function live.close_call(p_call_id uuid, p_reason text) returns public.calls
language plpgsql security definer set search_path = '' as $$
declare v_call public.calls;
begin
  update public.calls set status = 'ended', ended_at = now(), end_reason = p_reason,
    video_request_by = null, video_request_expires_at = null
  where id = p_call_id and status <> 'ended' returning * into v_call;
  if found then
    update public.call_members set released_at = now(), absent_since = null where call_id = p_call_id;
    perform live.enqueue('delete_room', v_call.room_name);
  else
    select * into v_call from public.calls where id = p_call_id;
  end if;
  return v_call;
end $$;

-- What somebody may do in a room at present: in a session by role, in a call by its type. Empty where the person
-- has no business there, which is nothing to tell LiveKit.
create function live.present_permission(p_room_name text, p_user_id uuid) returns jsonb
language sql stable security definer set search_path = ''
return coalesce(
  (select jsonb_build_object('role', p.role, 'permission', live.participant_permission(p.role, s.session_type, p.muted))
   from public.live_sessions s join public.live_participants p on p.session_id = s.id
   where s.room_name = p_room_name and p.user_id = p_user_id),
  (select jsonb_build_object('role', r.role, 'permission', live.media_permission(r.role, c.call_type::text))
   from public.calls c cross join lateral live.audience_role(c.call_type::text) as r (role)
   where c.room_name = p_room_name and p_user_id in (c.caller_id, c.callee_id) and c.status = 'active'),
  '{}');

create or replace function live.delivery_json(o public.livekit_outbox) returns jsonb
language sql stable security definer set search_path = ''
return jsonb_build_object('id', o.id, 'kind', o.kind, 'room_name', o.room_name)
  || case when o.kind = 'delete_room' then '{}'::jsonb else jsonb_build_object('identity', o.identity) end
  || case when o.kind = 'update_participant' then live.present_permission(o.room_name, o.identity) else '{}' end;

create or replace function live.call_event(c public.calls, p_event text, p_room_sid text, p_user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  case p_event
    when 'room_started' then
      update public.calls set room_sid = p_room_sid
      where id = c.id and status <> 'ended' and not live.room_is_over(room_name, p_room_sid);
    when 'room_finished' then
      update public.calls set room_sid = null where id = c.id and room_sid = p_room_sid;
      if found and c.status = 'active' then perform live.close_call(c.id, 'failed'); end if;
    else null;
  end case;
  perform live.refresh_call_presence(c.id);
  if p_event in ('room_started', 'participant_joined') and c.status = 'ended' then
    perform live.enqueue('delete_room', c.room_name);
  elsif p_event = 'participant_joined' and p_user_id not in (c.caller_id, c.callee_id) then
    perform live.enqueue('remove_participant', c.room_name, p_user_id);
  elsif p_event = 'participant_joined' and c.type_changed_at is not null then
    -- The token may be from before the change.
    perform live.enqueue('update_participant', c.room_name, p_user_id);
  end if;
end $$;

-- Gives an answered call another type; both people's permissions follow. The caller holds the call's row lock.
create function live.set_call_type(c public.calls, p_call_type live.call_type) returns void
language plpgsql security definer set search_path = '' as $$
begin
  update public.calls set call_type = p_call_type, type_changed_at = now(),
    video_request_by = null, video_request_expires_at = null where id = c.id;
  perform live.enqueue('update_participant', c.room_name, id) from unnest(array[c.caller_id, c.callee_id]) as id;
end $$;

create function live.change_call(p_caller uuid, p_call_id uuid, p_action text, p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_call public.calls;
  v_asker uuid;
begin
  perform live.require_user(p_caller);
  v_call := live.lock_call(p_call_id, p_caller);
  if live.claim_key(p_caller, 'change-call', p_key, jsonb_build_array(p_call_id, p_action)) is null then
    if live.call_is_over(v_call) then perform live.fail_call_ended(v_call); end if;
    if v_call.status <> 'active' then perform live.fail('conflict', 'The call was not answered yet.'); end if;
    v_asker := (live.video_request_json(v_call) ->> 'user_id')::uuid;
    case p_action
      when 'request_video' then
        if v_call.call_type = 'video_call' then
          perform live.fail('conflict', 'It is a video call already.');
        elsif v_asker is null then
          update public.calls set video_request_by = p_caller,
            video_request_expires_at = clock_timestamp() + live.seconds('call_upgrade_seconds') where id = p_call_id;
        elsif v_asker <> p_caller then
          -- Both asked: each one's request consents to the other's.
          perform live.set_call_type(v_call, 'video_call');
        end if;
      when 'accept_video' then
        if v_asker is null or v_asker = p_caller then
          perform live.fail('not_found', 'The other one does not ask for video.');
        end if;
        perform live.set_call_type(v_call, 'video_call');
      when 'decline_video' then
        if v_asker is null then perform live.fail('not_found', 'Nobody asks for video.'); end if;
        update public.calls set video_request_by = null, video_request_expires_at = null where id = p_call_id;
      when 'to_audio' then
        if v_call.call_type = 'video_call' then perform live.set_call_type(v_call, 'audio_call'); end if;
      else
        perform live.fail_field('action', format('There is no action %L.', p_action));
    end case;
    select * into v_call from public.calls where id = p_call_id;
  end if;
  return jsonb_build_object('call', live.call_json(v_call), 'deliveries', live.claim_deliveries(v_call.room_name));
end $$;

-- Requests for video that nobody answered in time.
create function live.expire_video_requests() returns void
language sql security definer set search_path = ''
begin atomic
  update public.calls set video_request_by = null, video_request_expires_at = null
  where id in (select id from public.calls where video_request_expires_at <= now() and video_request_by is not null
               for update skip locked);
end;

revoke all on function public.video_request from public, anon;
grant execute on function public.video_request to authenticated, service_role;
revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
