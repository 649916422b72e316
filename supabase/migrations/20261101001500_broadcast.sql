-- Realtime: every change is sent to whom it concerns, on private Broadcast topics.

create function live.broadcast_session() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' or live.session_json(old) <> live.session_json(new) then
    perform realtime.send(jsonb_build_object('session', live.session_json(new)), 'session_changed', 'session:' || new.id, true);
  end if;
  return null;
end $$;
create trigger broadcast_session after insert or update on public.live_sessions
  for each row execute function live.broadcast_session();

create function live.broadcast_participant() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' then
    if live.participant_json(old) = live.participant_json(new) then return null; end if;
    -- The end of a session says it for everybody in it.
    if exists (select from public.live_sessions where id = new.session_id and status = 'ended') then return null; end if;
  end if;
  perform realtime.send(jsonb_build_object('participant', live.participant_json(new)), 'participant_changed',
                        'session:' || new.session_id, true);
  return null;
end $$;
create trigger broadcast_participant after insert or update on public.live_participants
  for each row execute function live.broadcast_participant();

create function live.broadcast_call() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' or live.call_json(old) <> live.call_json(new) then
    perform realtime.send(jsonb_build_object('call', live.call_json(new)), 'call_changed', 'user:' || id, true)
    from unnest(array[new.caller_id, new.callee_id]) as id;
  end if;
  return null;
end $$;
create trigger broadcast_call after insert or update on public.calls
  for each row execute function live.broadcast_call();

-- Whether the person who asks may hear a topic. Anything that isn't exactly one of ours is refused.
create function live.may_hear(p_topic text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  v_user uuid := auth.uid();
  v_session uuid := live.uuid_or_null(substring(p_topic from '^session:(.*)$'));
begin
  if v_user is null then return false; end if;
  return p_topic = 'user:' || v_user or coalesce(live.is_member(v_session, v_user), false);
end $$;

create policy "People hear their own topic and the sessions they are in" on realtime.messages
  for select to authenticated
  using (extension = 'broadcast' and (select live.may_hear((select realtime.topic()))));
