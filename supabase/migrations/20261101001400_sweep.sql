-- Time: what ends because nobody did anything. Called every second or so; several at once do no harm.

insert into live.settings (name, value, meaning) values
  ('sweep_calls', 500, 'Calls that one sweep ends at most; the next one goes on.'),
  ('sweep_sessions', 200, 'Sessions that one sweep ends at most.'),
  ('sweep_rows', 5000, 'Rows of one table that one sweep clears away at most.');

create function live.sweep() returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_locked uuid[];
  v_due record;
  v_step text;
  v_calls integer := 0;
  v_sessions integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('live.sweep', 0)) then
    return '{"calls_ended": 0, "sessions_ended": 0, "deliveries": [], "pushes": [], "rooms": [], "expired_recordings": [], "stuck_recordings": []}';
  end if;
  -- Locked first and judged afterwards: what was answered, or started, while we looked is due no more.
  select array_agg(id) into v_locked from (
    select id from public.calls where id in (select d.id from live.calls_due() d limit live.setting('sweep_calls'))
    for update skip locked) l;
  for v_due in select distinct on (d.id) d.* from live.calls_due() d where d.id = any (v_locked) loop
    perform live.close_call(v_due.id, v_due.reason);
    v_calls := v_calls + 1;
  end loop;
  select array_agg(id) into v_locked from (
    select id from public.live_sessions where id in (select d.id from live.sessions_due() d limit live.setting('sweep_sessions'))
    for update skip locked) l;
  perform live.lock_wallets(v_locked);
  for v_due in select distinct on (d.id) d.* from live.sessions_due() d where d.id = any (v_locked) loop
    -- One session that can't be settled must not keep all others open.
    begin
      if not (v_due.reason = 'host_away' and live.hand_over(v_due.id)) then
        perform live.close_session(v_due.id, v_due.reason);
        v_sessions := v_sessions + 1;
      end if;
    exception when others then
      raise warning 'live.sweep: session % stays open: % %', v_due.id, sqlstate, sqlerrm;
    end;
  end loop;
  -- One that fails keeps nothing else from being done.
  foreach v_step in array array['expire_stage_requests', 'expire_video_requests', 'settle_late_pushes', 'forget_the_past',
                                'count_together'] loop
    begin
      execute format('select live.%I()', v_step);
    exception when others then
      raise warning 'live.sweep: % was not done: % %', v_step, sqlstate, sqlerrm;
    end;
  end loop;
  return jsonb_build_object('calls_ended', v_calls, 'sessions_ended', v_sessions, 'deliveries', live.claim_deliveries(),
                            'pushes', live.claim_pushes(), 'rooms', live.claim_rooms(),
                            'expired_recordings', live.claim_expired_recordings(),
                            'stuck_recordings', live.claim_stuck_recordings());
end $$;

create function live.calls_due() returns table (id uuid, reason text)
language sql stable security definer set search_path = ''
begin atomic
  select c.id, 'unanswered' from public.calls c where c.status = 'ringing' and c.ring_expires_at <= now()
  union all
  select c.id, 'time_limit' from public.calls c
  where c.status = 'active' and c.answered_at <= now() - live.seconds('call_max_seconds')
  union all
  select m.call_id, 'failed' from public.call_members m
  where m.released_at is null and m.absent_since <= now() - live.seconds('call_grace_seconds');
end;

create function live.sessions_due() returns table (id uuid, reason text)
language sql stable security definer set search_path = ''
begin atomic
  select s.id, 'host_away' from public.live_sessions s
  where s.status <> 'ended' and s.host_absent_since <= now() - live.seconds('host_grace_seconds')
  union all
  select s.id, 'never_started' from public.live_sessions s
  where s.status = 'preparing' and s.created_at <= now() - live.seconds('prepare_seconds')
  union all
  select s.id, 'time_limit' from public.live_sessions s
  where s.status = 'live' and s.started_at <= now() - live.seconds('session_max_seconds');
end;

-- Deletes rows that are over, but not too many at once, and none that somebody holds.
create function live.clear_away(p_table regclass, p_condition text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  execute format('delete from %1$s where ctid in (select ctid from %1$s where %2$s limit %3$s for update skip locked)',
                 p_table, p_condition, live.setting('sweep_rows'));
end $$;
