-- What is going on, for whoever watches: the function `metrics` writes it down for Prometheus.

-- How requests were answered, in buckets of milliseconds. Functions count in memory and add up here every few seconds.
create unlogged table live.request_counts (
  function_name text not null,
  code text not null,
  le_ms integer not null,
  count bigint not null default 0,
  total_ms bigint not null default 0,
  primary key (function_name, code, le_ms)
);
comment on table live.request_counts is 'Answers of the edge functions by code, and how long they took; 2147483647 is the last bucket.';

create unlogged table live.counters (
  name text primary key,
  value bigint not null default 0,
  changed_at timestamptz not null default now()
);
comment on table live.counters is 'Things that happened, counted: sweeps, repairs, leases that ran out.';

-- What was counted since the last sweep: a row each, so that no call waits for another one's end to be committed.
create unlogged table live.counted (
  id bigint generated always as identity primary key,
  name text not null,
  amount bigint not null
);
comment on table live.counted is 'Things that happened since the last sweep, which adds them to live.counters.';

create function live.count_up(p_name text, p_amount bigint default 1) returns void
language sql security definer set search_path = ''
begin atomic
  insert into live.counted (name, amount) values (p_name, p_amount);
end;

-- Called by the sweep, which counts itself.
create function live.count_together() returns void
language sql security definer set search_path = ''
begin atomic
  with taken as (
    delete from live.counted where id in (select id from live.counted order by id limit live.setting('sweep_rows') for update skip locked)
    returning name, amount
  )
  insert into live.counters as c (name, value)
  select name, sum(amount) from (select name, amount from taken union all select 'sweeps', 1) n group by name order by name
  on conflict (name) do update set value = c.value + excluded.value, changed_at = now();
end;

-- Takes [{function_name, code, le_ms, count, total_ms}].
create function live.add_request_counts(p_counts jsonb) returns void
language sql security definer set search_path = ''
begin atomic
  insert into live.request_counts as c (function_name, code, le_ms, count, total_ms)
  select r.function_name, r.code, r.le_ms, r.count, r.total_ms
  from jsonb_to_recordset(p_counts) as r (function_name text, code text, le_ms integer, count bigint, total_ms bigint)
  order by 1, 2, 3
  on conflict (function_name, code, le_ms) do update
    set count = c.count + excluded.count, total_ms = c.total_ms + excluded.total_ms;
end;

-- Why sessions and calls end is counted where they end, so that nothing has to be searched for it.
create function live.count_end() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform live.count_up(tg_argv[0] || ':' || new.end_reason);
  return null;
end $$;
create trigger count_end after update of status on public.live_sessions
  for each row when (new.status = 'ended' and old.status <> 'ended') execute function live.count_end('sessions_ended');
create trigger count_end after update of status on public.calls
  for each row when (new.status = 'ended' and old.status <> 'ended') execute function live.count_end('calls_ended');

create index calls_answered on public.calls (answered_at) where answered_at is not null;
create index coin_entries_by_age on public.coin_entries (created_at);

create view live.outbox_health as
select count(*) as pending, count(*) filter (where attempts >= 3) as failing,
  coalesce(extract(epoch from now() - min(created_at)), 0) as oldest_seconds
from public.livekit_outbox where delivered_at is null;
comment on view live.outbox_health is 'What LiveKit hasn''t been told yet.';

create view live.push_health as
select kind, coalesce(outcome, 'pending') as outcome, count(*) as pushes
from live.pushes where created_at > now() - interval '1 hour' group by 1, 2;
comment on view live.push_health is 'What became of the pushes of the last hour.';

create view live.ring_health as
select count(*) as answered,
  percentile_cont(0.5) within group (order by extract(epoch from answered_at - created_at)) as median_seconds,
  percentile_cont(0.95) within group (order by extract(epoch from answered_at - created_at)) as p95_seconds
from public.calls where answered_at > now() - interval '1 hour';
comment on view live.ring_health is 'How long the calls rang that were answered in the last hour.';

create view live.webhook_health as
select count(*) as events, coalesce(max(extract(epoch from received_at - created_at)), 0) as worst_lag_seconds,
  count(*) filter (where id like 'lost:%') as lost
from public.webhook_events where received_at > now() - interval '5 minutes';
comment on view live.webhook_health is 'What LiveKit told in the last five minutes, and how late; lost: what the sweeper found out instead.';

create view live.ledger_health as
select count(*) filter (where total <> 0) as unbalanced, count(*) as transactions
from (select sum(amount) as total from public.coin_entries where created_at > now() - interval '1 hour' group by transaction_id) t;
comment on view live.ledger_health is 'Transactions of the last hour whose entries don''t sum to zero; never any.';

-- Everything, once: for a calm hour. Each row is something that must not be.
create function live.audit_ledger() returns table (problem text, id uuid, coins bigint)
language sql stable security definer set search_path = ''
begin atomic
  select 'a transaction does not sum to zero', e.transaction_id, sum(e.amount)::bigint
  from public.coin_entries e group by e.transaction_id having sum(e.amount) <> 0
  union all
  select 'a balance is not what its entries say', w.id, (w.balance - coalesce(sum(e.amount), 0))::bigint
  from public.coin_wallets w left join public.coin_entries e on e.wallet_id = w.id
  where w.kind = 'user' group by w.id having w.balance <> coalesce(sum(e.amount), 0)
  union all
  select 'what is held is not what open sessions sold', live.house_wallet('escrow'), (held.coins - sold.coins)::bigint
  from (select coalesce(sum(amount), 0) as coins from public.coin_entries where wallet_id = live.house_wallet('escrow')) held,
       (select coalesce(sum(t.price_coins), 0) as coins from public.session_tickets t join public.live_sessions s on s.id = t.session_id
        where s.status <> 'ended' and t.source = 'purchase' and t.refunded_at is null) sold
  where held.coins <> sold.coins;
end;

create function live.metrics() returns table (name text, kind text, help text, labels jsonb, value double precision)
language sql stable security definer set search_path = ''
begin atomic
  select 'ipelya_sessions_open', 'gauge', 'Sessions that are not over.', jsonb_build_object('status', status, 'session_type', session_type),
    count(*)::float8 from public.live_sessions where status <> 'ended' group by status, session_type
  union all
  select 'ipelya_viewers', 'gauge', 'People in rooms of sessions, without the hosts.', '{}', coalesce(sum(viewer_count), 0)::float8
    from public.live_sessions where status <> 'ended'
  union all
  select 'ipelya_calls_open', 'gauge', 'Calls that are not over.', jsonb_build_object('status', status), count(*)::float8
    from public.calls where status <> 'ended' group by status
  union all
  select 'ipelya_hosts_absent', 'gauge', 'Sessions whose lease runs.', '{}', count(*)::float8
    from public.live_sessions where status <> 'ended' and host_absent_since is not null
  union all
  select 'ipelya_sessions_ended_total', 'counter', 'Sessions that ended, by reason.', jsonb_build_object('reason', split_part(c.name, ':', 2)), c.value::float8
    from live.counters c where c.name like 'sessions\_ended:%'
  union all
  select 'ipelya_calls_ended_total', 'counter', 'Calls that ended, by reason.', jsonb_build_object('reason', split_part(c.name, ':', 2)), c.value::float8
    from live.counters c where c.name like 'calls\_ended:%'
  union all
  select 'ipelya_ring_seconds', 'summary', 'How long calls rang that were answered in the last hour.', jsonb_build_object('quantile', q.quantile), q.value::float8
    from live.ring_health r cross join lateral (values ('0.5', r.median_seconds), ('0.95', r.p95_seconds)) as q (quantile, value)
    where q.value is not null
  union all
  select 'ipelya_outbox_pending', 'gauge', 'What LiveKit has not been told yet.', '{}', pending::float8 from live.outbox_health
  union all
  select 'ipelya_outbox_failing', 'gauge', 'Deliveries to LiveKit that failed three times.', '{}', failing::float8 from live.outbox_health
  union all
  select 'ipelya_outbox_oldest_seconds', 'gauge', 'How long the eldest of them waits.', '{}', oldest_seconds::float8 from live.outbox_health
  union all
  select 'ipelya_pushes', 'gauge', 'Pushes of the last hour, by what became of them.', jsonb_build_object('kind', p.kind, 'outcome', p.outcome), p.pushes::float8
    from live.push_health p
  union all
  select 'ipelya_webhook_lag_seconds', 'gauge', 'The worst delay of LiveKit''s events in the last five minutes.', '{}', worst_lag_seconds::float8 from live.webhook_health
  union all
  select 'ipelya_webhooks_lost', 'gauge', 'Events of the last five minutes that never came.', '{}', lost::float8 from live.webhook_health
  union all
  select 'ipelya_repairs_total', 'counter', 'What the comparison with LiveKit put right.', '{}',
    coalesce((select c.value from live.counters c where c.name = 'repairs'), 0)::float8
  union all
  select 'ipelya_sweep_age_seconds', 'gauge', 'Since when nobody has swept.', '{}',
    coalesce((select extract(epoch from now() - c.changed_at) from live.counters c where c.name = 'sweeps'), 1e9)::float8
  union all
  select 'ipelya_ledger_unbalanced', 'gauge', 'Transactions of the last hour that do not sum to zero.', '{}', unbalanced::float8 from live.ledger_health
  union all
  select 'ipelya_reports_open', 'gauge', 'Reports that nobody has settled.', jsonb_build_object('category', r.category), count(*)::float8
    from public.reports r where r.status = 'open' group by r.category
  union all
  select 'ipelya_request_duration_seconds_bucket', 'histogram', 'How long functions took.',
    jsonb_build_object('function', b.function_name, 'code', b.code, 'le', case b.le_ms when 2147483647 then '+Inf' else (b.le_ms / 1000.0)::float8::text end),
    sum(coalesce(c.count, 0)) over (partition by b.function_name, b.code order by b.le_ms)::float8
    from (select function_name, code, le_ms from (select distinct function_name, code from live.request_counts) f
          cross join (select le_ms from live.request_counts union select 2147483647) l) b
    left join live.request_counts c using (function_name, code, le_ms)
  union all
  select 'ipelya_request_duration_seconds_sum', 'histogram', 'How long functions took.',
    jsonb_build_object('function', c.function_name, 'code', c.code), (sum(c.total_ms) / 1000.0)::float8 from live.request_counts c group by c.function_name, c.code
  union all
  select 'ipelya_request_duration_seconds_count', 'histogram', 'How long functions took.',
    jsonb_build_object('function', c.function_name, 'code', c.code), sum(c.count)::float8 from live.request_counts c group by c.function_name, c.code;
end;

select live.lock_down(t) from unnest(array['live.request_counts', 'live.counters', 'live.counted']::regclass[]) t;
create policy "No client" on live.request_counts for all to anon, authenticated using (false);
create policy "No client" on live.counters for all to anon, authenticated using (false);
create policy "No client" on live.counted for all to anon, authenticated using (false);
do $$
declare v_view text;
begin
  foreach v_view in array array['outbox_health', 'push_health', 'ring_health', 'webhook_health', 'ledger_health'] loop
    execute format('alter view live.%I set (security_invoker = true)', v_view);
    execute format('revoke all on live.%I from public, anon, authenticated', v_view);
    execute format('grant select on live.%I to service_role', v_view);
  end loop;
end $$;

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
