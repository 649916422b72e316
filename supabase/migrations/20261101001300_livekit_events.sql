-- livekit-webhook: what LiveKit tells, taken in once and in any order.

create function live.livekit_event(p_id text, p_event text, p_room_name text, p_room_sid text, p_created_at timestamptz,
                                   p_identity text default null, p_participant_sid text default null,
                                   p_role_attribute text default null, p_track_type text default null,
                                   p_track_source text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_session public.live_sessions;
  v_call public.calls;
  v_user uuid;
begin
  select * into v_session from public.live_sessions where room_name = p_room_name for no key update;
  if not found then
    select * into v_call from public.calls where room_name = p_room_name for update;
    if not found then return '{"deliveries": []}'; end if;
  end if;
  -- Recorders and agents are in rooms too, under identities that are no people.
  if p_identity is not null then
    select id into v_user from auth.users where id = live.uuid_or_null(p_identity);
    if not found then return '{"deliveries": []}'; end if;
  end if;

  insert into public.webhook_events (id, event, room_name, room_sid, created_at)
  values (p_id, p_event, p_room_name, p_room_sid, p_created_at) on conflict (id) do nothing;
  if found and p_event = 'track_published' then
    if v_user is not null and not live.is_labelled_right(p_track_type, p_track_source) then
      perform live.enqueue('remove_participant', p_room_name, v_user);
    end if;
  elsif found then
    perform live.note_connection(p_event, p_room_name, p_room_sid, v_user, p_participant_sid);
    if v_session.id is not null then
      perform live.session_event(v_session, p_event, p_room_sid, v_user, p_role_attribute);
    else
      perform live.call_event(v_call, p_event, p_room_sid, v_user);
    end if;
  end if;
  return jsonb_build_object('deliveries', live.claim_deliveries(p_room_name));
end $$;

-- LiveKit lets people publish by the source that a track claims to be, and never compares that with its media. No client
-- of ours mislabels a track: somebody gets around a role, a mute, or the other one's consent to video.
create function live.is_labelled_right(p_type text, p_source text) returns boolean
language sql immutable set search_path = ''
return case p_type
  when 'audio' then p_source in ('microphone', 'screen_share_audio')
  when 'video' then p_source in ('camera', 'screen_share')
  else true end;

create function live.uuid_or_null(p_text text) returns uuid
language sql immutable set search_path = ''
return case when p_text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_text::uuid end;

create function live.note_connection(p_event text, p_room_name text, p_room_sid text, p_user_id uuid,
                                     p_participant_sid text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  case p_event
    when 'participant_joined' then
      -- A leave that came first, or a room that is gone by now, leaves its mark in left_at.
      insert into live.connections as c (participant_sid, room_name, room_sid, user_id, joined_at, left_at)
      values (p_participant_sid, p_room_name, p_room_sid, p_user_id, now(),
              case when live.room_is_over(p_room_name, p_room_sid) then now() end)
      on conflict (participant_sid) do update set joined_at = coalesce(c.joined_at, excluded.joined_at);
    when 'participant_left' then
      insert into live.connections as c (participant_sid, room_name, room_sid, user_id, left_at)
      values (p_participant_sid, p_room_name, p_room_sid, p_user_id, now())
      on conflict (participant_sid) do update set left_at = coalesce(c.left_at, excluded.left_at);
      -- Gone already: a removal under way by name would put out whoever comes back under it.
      if not live.is_connected(p_room_name, p_user_id) then perform live.call_off_removal(p_room_name, p_user_id); end if;
    else
      -- A room that began after another one of its name tells the end of that one, which a killed server can't.
      update live.connections set left_at = now()
      where room_name = p_room_name and left_at is null and live.room_is_over(p_room_name, room_sid);
  end case;
end $$;

create function live.is_connected(p_room_name text, p_user_id uuid) returns boolean
language sql stable security definer set search_path = ''
return exists (select from live.connections where room_name = p_room_name and user_id = p_user_id and left_at is null);

create function live.room_is_over(p_room_name text, p_room_sid text) returns boolean
language sql stable security definer set search_path = ''
return exists (
  select from public.webhook_events e where e.room_name = p_room_name and e.event = 'room_finished'
    and e.room_sid = p_room_sid) or exists (
  select from public.webhook_events e join public.webhook_events mine on mine.room_name = e.room_name
    and mine.event = e.event and mine.room_sid = p_room_sid and mine.created_at < e.created_at
  where e.room_name = p_room_name and e.event = 'room_started' and e.room_sid <> p_room_sid);

create function live.session_event(s public.live_sessions, p_event text, p_room_sid text, p_user_id uuid,
                                   p_role_attribute text) returns void
language plpgsql security definer set search_path = '' as $$
declare v_role live.role;
begin
  case p_event
    when 'room_started', 'room_finished' then
      if p_event = 'room_finished' then
        update public.live_sessions set room_sid = null where id = s.id and room_sid = p_room_sid;
      else
        update public.live_sessions set room_sid = p_room_sid
        where id = s.id and status <> 'ended' and not live.room_is_over(room_name, p_room_sid);
      end if;
      perform live.refresh_presence(s.id);
    else
      perform live.refresh_presence(s.id, p_user_id);
  end case;
  -- The host's absence starts the lease, the host's presence lifts it.
  update public.live_sessions set host_absent_since = case
    when exists (select from live.connections n where n.room_name = s.room_name and n.user_id = s.host_id
                 and n.joined_at is not null and n.left_at is null) then null
    when p_event = 'room_finished' or p_user_id = s.host_id or (p_event = 'room_started' and status = 'live') then coalesce(host_absent_since, now())
    else host_absent_since end
  where id = s.id and status <> 'ended';

  if p_event not in ('room_started', 'participant_joined') then return; end if;
  if s.status = 'ended' then
    perform live.enqueue('delete_room', s.room_name);
    return;
  end if;
  if p_event = 'room_started' then return; end if;
  select role into v_role from public.live_participants where session_id = s.id and user_id = p_user_id;
  if not (live.is_member(s.id, p_user_id) and live.is_account(p_user_id)) then
    perform live.enqueue('remove_participant', s.room_name, p_user_id);
  elsif v_role in ('co_host', 'speaker') and live.on_stage(s.id) > live.stage_max(s) then
    -- Who was gone kept the role, and not the place.
    perform live.set_role(s, p_user_id, live.audience_role(s.session_type), null);
  elsif v_role is distinct from p_role_attribute then
    -- The token was minted before the role changed.
    perform live.enqueue('update_participant', s.room_name, p_user_id);
  end if;
end $$;

create function live.call_event(c public.calls, p_event text, p_room_sid text, p_user_id uuid) returns void
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
  end if;
end $$;
