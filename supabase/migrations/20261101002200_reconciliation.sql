-- The sweeper compares what LiveKit has with what the database believes. An event that got lost is told after all,
-- and who is in a room without the right to be there, or with another permission, is put right.

insert into live.settings (name, value, meaning) values
  ('compare_seconds', 30, 'How often a room is compared with LiveKit.'),
  ('compare_rooms', 20, 'How many rooms one sweep compares.');

create table live.room_checks (
  room_name text primary key,
  checked_at timestamptz not null
);
comment on table live.room_checks is 'When a room was last compared with LiveKit. Apart from sessions and calls, whose rows others wait for.';
create index room_checks_age on live.room_checks (checked_at);

create index live_sessions_ended on public.live_sessions (ended_at) where ended_at is not null;
create index calls_ended on public.calls (ended_at) where ended_at is not null;
create index calls_open on public.calls (created_at) where status <> 'ended';
-- Found by reading what every sweep reads: these were read from end to end.
create index connections_over on live.connections (left_at) where left_at is not null;
create index usage_over on live.usage (paid_until);

-- The rooms to compare now: open ones from time to time, and one that has closed once more, for a room that was made
-- again by somebody who didn't know yet.
create function live.claim_rooms() returns jsonb
language sql security definer set search_path = ''
begin atomic
  with known as (
    select room_name, created_at, ended_at from public.live_sessions where status <> 'ended'
    union all
    select room_name, created_at, ended_at from public.live_sessions where ended_at > now() - live.seconds('compare_seconds') * 4
    union all
    select room_name, created_at, ended_at from public.calls where status <> 'ended'
    union all
    select room_name, created_at, ended_at from public.calls where ended_at > now() - live.seconds('compare_seconds') * 4
  ), due as (
    select k.room_name from known k left join live.room_checks c using (room_name)
    where greatest(k.created_at, k.ended_at, c.checked_at) <= now() - live.seconds('compare_seconds')
      and (k.ended_at is null or c.checked_at is null or c.checked_at < k.ended_at)
    order by c.checked_at nulls first limit (select live.setting('compare_rooms'))
  ), claimed as (
    insert into live.room_checks as c (room_name, checked_at) select room_name, clock_timestamp() from due
    on conflict (room_name) do update set checked_at = excluded.checked_at
    returning c.room_name, c.checked_at
  )
  select coalesce(jsonb_agg(jsonb_build_object('room_name', room_name, 'asked_at', checked_at)), '[]') from claimed;
end;

-- Takes what LiveKit said when it was asked: the room's sid (null: there is none), and everybody in it as
-- [{identity, sid, is_active, role, sources, tracks: [{type, source}]}]. Returns what has to get out, and how much was put right.
create function live.reconcile_room(p_room_name text, p_room_sid text, p_people jsonb, p_asked_at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_lost record;
  v_deliveries jsonb := '[]';
  v_repaired integer := 0;
begin
  -- Whoever tells of the room meanwhile waits, and so do we for who tells now.
  perform 1 from public.live_sessions where room_name = p_room_name for no key update;
  perform 1 from public.calls where room_name = p_room_name for update;
  for v_lost in select * from live.lost_events(p_room_name, p_room_sid, p_people, p_asked_at) loop
    v_deliveries := v_deliveries || (live.livekit_event(
      'lost:' || v_lost.event || ':' || coalesce(v_lost.participant_sid, v_lost.room_sid), v_lost.event, p_room_name,
      v_lost.room_sid, now(), v_lost.identity, v_lost.participant_sid, v_lost.role) -> 'deliveries');
    v_repaired := v_repaired + 1;
  end loop;
  if p_room_sid is not null and live.is_room_closed(p_room_name) then
    perform live.enqueue('delete_room', p_room_name);
    v_repaired := v_repaired + 1;
  end if;
  for v_lost in select * from live.out_of_place(p_room_name, p_people) loop
    perform live.enqueue(v_lost.kind, p_room_name, v_lost.user_id);
    v_repaired := v_repaired + 1;
  end loop;
  if v_repaired > 0 then perform live.count_up('repairs', v_repaired); end if;
  return jsonb_build_object('repaired', v_repaired, 'deliveries', v_deliveries || live.claim_deliveries(p_room_name));
end $$;

-- The session or call is over, and no deletion of its room is under way.
create function live.is_room_closed(p_room_name text) returns boolean
language sql stable security definer set search_path = ''
return (exists (select from public.live_sessions where room_name = p_room_name and status = 'ended')
     or exists (select from public.calls where room_name = p_room_name and status = 'ended'))
  and not exists (select from public.livekit_outbox where room_name = p_room_name and kind = 'delete_room' and delivered_at is null);

-- What LiveKit must have told of before it was asked, and nobody here has heard.
create function live.lost_events(p_room_name text, p_room_sid text, p_people jsonb, p_asked_at timestamptz)
returns table (event text, room_sid text, identity text, participant_sid text, role text)
language sql stable security definer set search_path = ''
begin atomic
  with people as (
    select * from jsonb_to_recordset(p_people) as r (identity text, sid text, is_active boolean, role text)
  ), believed as (
    select s.room_sid, s.status from public.live_sessions s where s.room_name = p_room_name
    union all
    select c.room_sid, c.status from public.calls c where c.room_name = p_room_name
  )
  select 'room_finished', b.room_sid, null, null, null from believed b
  where b.room_sid is not null and b.room_sid is distinct from p_room_sid and exists (
    select from public.webhook_events e where e.room_sid = b.room_sid and e.event = 'room_started' and e.received_at < p_asked_at)
  union all
  select 'room_started', p_room_sid, null, null, null from believed b
  where p_room_sid is not null and b.room_sid is distinct from p_room_sid and not exists (
    select from public.webhook_events e where e.room_sid = p_room_sid)
  union all
  select 'participant_left', c.room_sid, c.user_id::text, c.participant_sid, null from live.connections c
  where c.room_name = p_room_name and c.left_at is null and c.joined_at < p_asked_at
    and c.participant_sid not in (select sid from people)
  union all
  select 'participant_joined', p_room_sid, p.identity, p.sid, p.role from people p
  where p.is_active and exists (select from auth.users where id = live.uuid_or_null(p.identity))
    and not exists (select from live.connections c where c.participant_sid = p.sid);
end;

-- Who is in a room without any business there, or may publish something else than the role has by now. What is under
-- way to them already is left alone.
create function live.out_of_place(p_room_name text, p_people jsonb) returns table (user_id uuid, kind text)
language sql stable security definer set search_path = ''
begin atomic
  with people as (
    select u.id, r.role, live.present_permission(p_room_name, u.id) as present,
      (select coalesce(jsonb_agg(s order by s), '[]') from jsonb_array_elements_text(r.sources) s) as sources,
      exists (select from public.live_sessions s join public.live_participants p on p.session_id = s.id
              where s.room_name = p_room_name and s.status <> 'ended' and p.user_id = u.id
                and p.status in ('admitted', 'joined') and live.is_member(s.id, u.id))
        or exists (select from public.calls c where c.room_name = p_room_name and c.status <> 'ended'
                   and u.id in (c.caller_id, c.callee_id)) as is_welcome,
      exists (select from jsonb_to_recordset(r.tracks) as t (type text, source text)
              where not live.is_labelled_right(t.type, t.source)) as is_cheating
    from jsonb_to_recordset(p_people) as r (identity text, role text, sources jsonb, tracks jsonb)
    join auth.users u on u.id = live.uuid_or_null(r.identity)
  ), judged as (
    select id, case when not is_welcome or is_cheating or not live.is_account(id) then 'remove_participant'
      when present <> '{}' and (present ->> 'role' is distinct from role or sources <> (
        select coalesce(jsonb_agg(s order by s), '[]') from jsonb_array_elements_text(present #> '{permission,can_publish_sources}') s))
      then 'update_participant' end as kind
    from people
  )
  select j.id, j.kind from judged j where j.kind is not null and not exists (
    select from public.livekit_outbox o where o.room_name = p_room_name and o.identity = j.id and o.delivered_at is null);
end;

create function live.forget_room_checks() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from live.room_checks where checked_at <= now() - interval '1 day';
  return null;
end $$;
create trigger forget_room_checks after insert on live.room_checks
  for each statement execute function live.forget_room_checks();

select live.lock_down('live.room_checks');
create policy "No client" on live.room_checks for all to anon, authenticated using (false);

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
