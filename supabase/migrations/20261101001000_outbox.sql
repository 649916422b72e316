-- Getting out to LiveKit what has been committed. Delivered by the edge function that caused it, right after
-- its commit; what that leaves behind is delivered by `sweep`.

-- What to do is read when it is done, not when it was written down: a delivery always carries the present truth.
create function live.delivery_json(o public.livekit_outbox) returns jsonb
language sql stable security definer set search_path = ''
return jsonb_build_object('id', o.id, 'kind', o.kind, 'room_name', o.room_name) || case o.kind
  when 'delete_room' then '{}'::jsonb
  else jsonb_build_object('identity', o.identity) end || coalesce((
    select jsonb_build_object('role', p.role, 'permission', live.media_permission(p.role, s.session_type))
    from public.live_sessions s join public.live_participants p on p.session_id = s.id
    where o.kind = 'update_participant' and s.room_name = o.room_name and p.user_id = o.identity), '{}'::jsonb);

-- Each target's deliveries go out one at a time and in order: the eldest one is claimed, the others wait for it.
create function live.claim_deliveries(p_room_name text default null, p_limit integer default 50) returns jsonb
language sql security definer set search_path = ''
begin atomic
  with due as (
    select o.id from public.livekit_outbox o
    where o.delivered_at is null and o.next_attempt_at <= clock_timestamp()
      and (p_room_name is null or o.room_name = p_room_name)
      and not exists (select from public.livekit_outbox e where e.delivered_at is null and e.id < o.id
                      and e.room_name = o.room_name and e.identity is not distinct from o.identity)
    order by o.id limit p_limit for update skip locked
  ), claimed as (
    update public.livekit_outbox o
    set attempts = attempts + 1, next_attempt_at = clock_timestamp() + live.seconds('delivery_lease_seconds')
    from due where o.id = due.id returning o.*
  )
  select coalesce(jsonb_agg(live.delivery_json(c::public.livekit_outbox) order by c.id), '[]') from claimed c;
end;

-- Takes [{id, error}] (error null: delivered) and hands out what became due behind it, in the same rooms.
create function live.settle_deliveries(p_results jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_rooms text[];
  v_next jsonb := '[]';
begin
  with settled as (
    update public.livekit_outbox o set
      delivered_at = case when r.error is null then now() end,
      last_error = left(r.error, 500),
      next_attempt_at = case when r.error is null then o.next_attempt_at else clock_timestamp() + make_interval(secs =>
        least(power(2, least(o.attempts, 20)), live.setting('delivery_backoff_max_seconds'))) end
    from jsonb_to_recordset(p_results) as r (id bigint, error text)
    where o.id = r.id and o.delivered_at is null returning o.room_name
  )
  select array_agg(distinct room_name) into v_rooms from settled;
  for i in 1 .. coalesce(array_length(v_rooms, 1), 0) loop
    v_next := v_next || live.claim_deliveries(v_rooms[i]);
  end loop;
  return v_next;
end $$;
