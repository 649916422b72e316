-- News of a call travel by Realtime, by push and in answers, and overtake each other. Its status only moves on, so news
-- could be put in order by that; its type and the wish for a video call come and go, so the row counts its changes.

alter table public.calls add column version integer not null default 1;
comment on column public.calls.version is 'Counts up with every change that is told.';

-- That a request ran out is told when it is written down, though by then both rows say that there is none.
create function live.count_call_version() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if live.call_json(old) <> live.call_json(new) or old.video_request_by is distinct from new.video_request_by then
    new.version := old.version + 1;
  end if;
  return new;
end $$;
create trigger count_version before update on public.calls
  for each row execute function live.count_call_version();

create or replace function live.call_json(c public.calls) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object(
  'id', c.id, 'status', c.status, 'call_type', c.call_type, 'caller_id', c.caller_id, 'callee_id', c.callee_id,
  'ring_expires_at', c.ring_expires_at, 'answered_at', c.answered_at, 'answered_device_id', c.answered_device_id,
  'video_request', live.video_request_json(c), 'version', c.version, 'ends_at', c.ends_at, 'ended_at', c.ended_at,
  'end_reason', c.end_reason);

create or replace function live.broadcast_call() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' or old.version <> new.version then
    perform realtime.send(jsonb_build_object('call', live.call_json(new)), 'call_changed', 'user:' || id, true)
    from unnest(array[new.caller_id, new.callee_id]) as id;
  end if;
  return null;
end $$;

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
