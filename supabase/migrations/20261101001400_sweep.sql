-- Time: what ends because nobody did anything. Called every second or so; several at once do no harm.

create function live.sweep() returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_due record;
  v_calls integer := 0;
  v_sessions integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('live.sweep', 0)) then
    return '{"calls_ended": 0, "sessions_ended": 0, "deliveries": [], "pushes": [], "rooms": [], "expired_recordings": [], "stuck_recordings": []}';
  end if;
  for v_due in select * from live.calls_due() loop
    perform 1 from public.calls where id = v_due.id and status <> 'ended' for update skip locked;
    if found then
      perform live.close_call(v_due.id, v_due.reason);
      v_calls := v_calls + 1;
    end if;
  end loop;
  for v_due in select * from live.sessions_due() loop
    -- One session that can't be settled must not keep all others open.
    begin
      perform 1 from public.live_sessions where id = v_due.id and status <> 'ended' for update skip locked;
      if found and not (v_due.reason = 'host_away' and live.hand_over(v_due.id)) then
        perform live.close_session(v_due.id, v_due.reason);
        v_sessions := v_sessions + 1;
      end if;
    exception when others then
      raise warning 'live.sweep: session % stays open: % %', v_due.id, sqlstate, sqlerrm;
    end;
  end loop;
  perform live.expire_stage_requests();
  perform live.expire_video_requests();
  perform live.settle_late_pushes();
  perform live.forget_the_past();
  perform live.count_up('sweeps');
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

create function live.forget_the_past() returns void
language sql security definer set search_path = ''
begin atomic
  -- Whoever never came for the place that was kept gives it back.
  update public.live_participants set status = 'left', left_at = now()
  where status = 'admitted' and role <> 'host' and admitted_at <= now() - live.seconds('token_ttl_seconds') - interval '1 minute';
  delete from live.idempotency_keys where created_at <= now() - live.seconds('idempotency_seconds');
  delete from public.webhook_events where received_at <= now() - live.seconds('webhook_seconds');
  delete from public.livekit_outbox where delivered_at <= now() - live.seconds('webhook_seconds');
  delete from live.connections where left_at <= now() - live.seconds('webhook_seconds');
end;
