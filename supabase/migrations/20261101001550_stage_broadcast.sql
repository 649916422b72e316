-- Raised hands and invitations concern the person and those who lead the stage, and nobody else in the session:
-- so each of them hears it on the own topic.

create function live.broadcast_stage_request() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' then
    if live.stage_request_json(old) = live.stage_request_json(new) then return null; end if;
    -- The end of a session says it for everybody in it.
    if exists (select from public.live_sessions where id = new.session_id and status = 'ended') then return null; end if;
  end if;
  perform realtime.send(jsonb_build_object('request', live.stage_request_json(new)), 'stage_changed', 'user:' || hearer.id, true)
  from (select new.user_id as id
        union select p.user_id from public.live_participants p where p.session_id = new.session_id
          and p.role in ('host', 'co_host') and p.status in ('admitted', 'joined')) as hearer;
  return null;
end $$;
create trigger broadcast_stage_request after insert or update on public.stage_requests
  for each row execute function live.broadcast_stage_request();
