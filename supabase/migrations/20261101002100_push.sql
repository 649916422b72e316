-- Pushes: which phone is told what about a call, and until when. Written in the transaction they tell of, sent by the
-- edge function that caused it right after its commit; what that leaves behind is sent by `sweep`.

insert into live.settings (name, value, meaning) values
  ('push_lease_seconds', 10, 'How long a claimed push may take before another worker tries it.');

create table live.pushes (
  id uuid primary key default gen_random_uuid(),
  event text not null check (event in ('ring', 'stop_ringing')),
  call_id uuid not null references public.calls (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  device_id text not null,
  kind text not null check (kind in ('apns_voip', 'fcm')),
  reason text,
  created_at timestamptz not null default now(),
  next_attempt_at timestamptz not null default now(),
  claimed_at timestamptz,
  attempts integer not null default 0,
  outcome text check (outcome in ('delivered', 'gone', 'refused', 'late')),
  settled_at timestamptz,
  last_error text,
  unique (call_id, device_id, event),
  check ((event = 'stop_ringing') = (reason is not null)),
  check ((outcome is null) = (settled_at is null)),
  -- iOS wants every VoIP push reported as a call: one that says that there is none would ring.
  check (event = 'ring' or kind = 'fcm')
);
comment on table live.pushes is 'What a phone is told about a call: that it rings, and that it need not ring any longer.';
comment on column live.pushes.reason is 'Why the phone stops ringing: the end_reason of the call, or answered_elsewhere.';
create index pushes_due on live.pushes (next_attempt_at) where settled_at is null;
create index pushes_by_age on live.pushes (created_at);

-- A call rings on every phone of the callee, once for each. No push tells that a ring ran out: every phone knows when.
create function live.push_call() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    insert into live.pushes (event, call_id, user_id, device_id, kind)
    select distinct on (d.device_id) 'ring', new.id, d.user_id, d.device_id, d.kind
    from public.device_tokens d where d.user_id = new.callee_id and d.kind in ('apns_voip', 'fcm')
    order by d.device_id, d.kind <> 'apns_voip';
    return null;
  end if;
  -- What is on its way is settled when it comes back; what wasn't sent yet needn't be.
  update live.pushes set outcome = 'late', settled_at = now()
  where call_id = new.id and event = 'ring' and settled_at is null
    and (claimed_at is null or next_attempt_at <= clock_timestamp());
  if new.end_reason is distinct from 'unanswered' then
    insert into live.pushes (event, call_id, user_id, device_id, kind, reason)
    select 'stop_ringing', new.id, p.user_id, p.device_id, 'fcm', coalesce(new.end_reason, 'answered_elsewhere')
    from live.pushes p
    where p.call_id = new.id and p.event = 'ring' and p.kind = 'fcm' and p.claimed_at is not null
      and p.device_id is distinct from new.answered_device_id;
  end if;
  return null;
end $$;
create trigger push_ring after insert on public.calls
  for each row when (new.status = 'ringing') execute function live.push_call();
create trigger push_end_of_ring after update of status on public.calls
  for each row when (old.status = 'ringing' and new.status <> 'ringing') execute function live.push_call();

-- What the phone is told; the core's `CallPush` reads a ring. The answer ticket is added by who signs it.
create function live.push_data(p live.pushes, c public.calls) returns jsonb
language sql stable security definer set search_path = ''
return jsonb_strip_nulls(jsonb_build_object('event', p.event, 'call_id', c.id, 'callee_id', c.callee_id) || case p.event
  when 'ring' then jsonb_build_object(
    'caller_id', c.caller_id, 'caller_name', nullif(live.display_name(c.caller_id), ''), 'call_type', c.call_type,
    'ring_expires_at', c.ring_expires_at)
  else jsonb_build_object('reason', p.reason) end);

-- One phone's pushes about a call go out one at a time and in order, so that no ring overtakes its end.
create function live.claim_pushes(p_call_id uuid default null, p_limit integer default 100) returns jsonb
language sql security definer set search_path = ''
begin atomic
  with due as (
    select p.id from live.pushes p join public.calls c on c.id = p.call_id
    where p.settled_at is null and p.next_attempt_at <= clock_timestamp() and (p_call_id is null or p.call_id = p_call_id)
      and c.ring_expires_at > clock_timestamp() and (p.event <> 'ring' or c.status = 'ringing')
      and not exists (select from live.pushes r where r.call_id = p.call_id and r.device_id = p.device_id and p.event <> 'ring'
                      and r.event = 'ring' and r.settled_at is null and r.next_attempt_at > clock_timestamp())
    order by p.next_attempt_at limit p_limit for update of p skip locked
  ), claimed as (
    update live.pushes p set attempts = attempts + 1, claimed_at = clock_timestamp(),
      next_attempt_at = clock_timestamp() + live.seconds('push_lease_seconds')
    from due where p.id = due.id returning p.*
  )
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', p.id, 'event', p.event, 'kind', p.kind, 'token', d.token, 'user_id', p.user_id, 'device_id', p.device_id,
    'call_id', p.call_id, 'expires_at', floor(extract(epoch from c.ring_expires_at))::bigint,
    'data', live.push_data(p::live.pushes, c))), '[]')
  from claimed p join public.calls c on c.id = p.call_id
  join public.device_tokens d on (d.user_id, d.device_id, d.kind) = (p.user_id, p.device_id, p.kind);
end;

-- Takes [{id, outcome, error?, retry_after_ms?, gone_at?}], where outcome is delivered, gone, refused or retry, and
-- hands out what became due behind it, about the same calls.
create function live.settle_pushes(p_results jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_calls uuid[];
  v_next jsonb := '[]';
begin
  -- A token that was registered again since then is a good one.
  delete from public.device_tokens d
  using live.pushes p join jsonb_to_recordset(p_results) as r (id uuid, outcome text, gone_at timestamptz) on r.id = p.id
  where r.outcome = 'gone' and (d.user_id, d.device_id, d.kind) = (p.user_id, p.device_id, p.kind)
    and d.updated_at <= least(p.claimed_at, r.gone_at);
  with told as (
    select p.id, p.event, r.outcome, left(r.error, 200) as error, clock_timestamp() + greatest(
        make_interval(secs => coalesce(r.retry_after_ms, 0) / 1000.0), make_interval(secs => power(2, least(p.attempts, 6) - 1))
      ) as next_at, c.ring_expires_at, c.status
    from live.pushes p join jsonb_to_recordset(p_results) as r (id uuid, outcome text, error text, retry_after_ms bigint)
      on r.id = p.id join public.calls c on c.id = p.call_id
    where p.settled_at is null
  ), decided as (
    select id, error, next_at, case when outcome <> 'retry' then outcome
      when next_at >= ring_expires_at or (event = 'ring' and status <> 'ringing') then 'late' end as outcome from told
  ), settled as (
    update live.pushes p set outcome = d.outcome, settled_at = case when d.outcome is not null then clock_timestamp() end,
      last_error = d.error, next_attempt_at = d.next_at
    from decided d where p.id = d.id returning p.call_id
  )
  select array_agg(distinct call_id) into v_calls from settled;
  for i in 1 .. coalesce(array_length(v_calls, 1), 0) loop
    v_next := v_next || live.claim_pushes(v_calls[i]);
  end loop;
  return v_next;
end $$;

-- What nobody needs to be told any more, and what is long past.
create function live.settle_late_pushes() returns void
language sql security definer set search_path = ''
begin atomic
  update live.pushes set outcome = 'late', settled_at = now()
  where id in (
    select p.id from live.pushes p join public.calls c on c.id = p.call_id
    where p.settled_at is null and p.next_attempt_at <= now()
      and (c.ring_expires_at <= now() or (p.event = 'ring' and c.status <> 'ringing'))
    for update of p skip locked);
  delete from live.pushes where created_at <= now() - interval '1 day';
end;

-- What the push services admit us by. They want it renewed rarely, and functions run in many short-lived processes:
-- so it is shared.
create table live.push_credentials (
  name text primary key,
  value text not null,
  ends_at timestamptz not null
);
comment on table live.push_credentials is 'The bearer tokens for APNs and FCM that are in use now; each is good for an hour at most.';

create function live.push_credential(p_name text) returns jsonb
language sql stable security definer set search_path = ''
return (select jsonb_build_object('value', value, 'ends_at', ends_at) from live.push_credentials
        where name = p_name and ends_at > now());

-- Keeps a new one, unless somebody else was faster. Returns the one to use.
create function live.keep_push_credential(p_name text, p_value text, p_ends_at timestamptz) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  insert into live.push_credentials as c (name, value, ends_at) values (p_name, p_value, p_ends_at)
  on conflict (name) do update set value = excluded.value, ends_at = excluded.ends_at where c.ends_at <= clock_timestamp();
  return (select jsonb_build_object('value', value, 'ends_at', ends_at) from live.push_credentials where name = p_name);
end $$;

-- Forgets one that was refused, unless there is another one by now.
create function live.drop_push_credential(p_name text, p_value text) returns void
language sql security definer set search_path = ''
begin atomic
  delete from live.push_credentials where name = p_name and value = p_value;
end;

select live.lock_down('live.pushes');
select live.lock_down('live.push_credentials');
create policy "No client" on live.pushes for all to anon, authenticated using (false);
create policy "No client" on live.push_credentials for all to anon, authenticated using (false);

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
