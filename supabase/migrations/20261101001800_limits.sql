-- How much of something a person may do, by plan: one table, one function.

create table live.plan_limits (
  plan text not null,
  name text not null check (name in
    ('session', 'join', 'call', 'stage_request', 'message', 'reaction', 'gift', 'report')),
  amount integer not null check (amount > 0),
  per_seconds integer not null check (per_seconds > 0),
  code text not null default 'rate_limited' check (code in ('rate_limited', 'quota_exceeded')),
  meaning text not null,
  primary key (plan, name)
);
comment on table live.plan_limits is
  'A person may do so much at once and gets it back evenly over per_seconds. Where a plan has no row, `free` counts.';
insert into live.plan_limits (plan, name, amount, per_seconds, code, meaning) values
  ('free', 'session', 50, 86400, 'quota_exceeded', 'Sessions that a creator opens.'),
  ('free', 'join', 300, 60, 'rate_limited', 'Admissions to sessions.'),
  ('free', 'call', 120, 60, 'rate_limited', 'Calls that somebody starts.'),
  ('free', 'stage_request', 60, 60, 'rate_limited', 'Hands that somebody raises, and invitations to the stage that somebody sends.'),
  ('free', 'message', 20, 30, 'rate_limited', 'Chat messages.'),
  ('free', 'reaction', 60, 10, 'rate_limited', 'Reactions, each tap.'),
  ('free', 'gift', 60, 60, 'rate_limited', 'Gifts.'),
  ('free', 'report', 20, 3600, 'quota_exceeded', 'Reports about others.'),
  ('pro', 'session', 200, 86400, 'quota_exceeded', 'Sessions that a creator opens.');

-- What a person, or an address, has used. Unlogged: a crash forgives. Without a foreign key: it is gone by itself soon.
create unlogged table live.usage (
  owner_id uuid not null,
  name text not null,
  paid_until timestamptz not null,
  primary key (owner_id, name)
);
comment on column live.usage.paid_until is 'When all that was used has come back; a generic cell rate algorithm needs no more than this.';

-- `profiles` is the app's: a column `plan` is read where there is one.
create function live.plan_of(p_user_id uuid) returns text
language sql stable security definer set search_path = ''
return coalesce((select to_jsonb(p) ->> 'plan' from public.profiles p where p.id = p_user_id), 'free');

-- Uses so much of a limit. null: granted; otherwise the milliseconds until it would be, and nothing is used.
create function live.use_up(p_owner_id uuid, p_limit live.plan_limits, p_amount integer default 1) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_window interval := make_interval(secs => p_limit.per_seconds);
  v_cost interval := v_window * p_amount / p_limit.amount;
  v_until timestamptz;
begin
  insert into live.usage as u (owner_id, name, paid_until) values (p_owner_id, p_limit.name, v_now + v_cost)
  on conflict (owner_id, name) do update set paid_until = greatest(u.paid_until, v_now) + v_cost
    where greatest(u.paid_until, v_now) + v_cost <= v_now + v_window;
  if found then return null; end if;
  select paid_until into v_until from live.usage where owner_id = p_owner_id and name = p_limit.name;
  return greatest(ceil(extract(epoch from v_until + v_cost - v_now - v_window) * 1000), 1);
end $$;

create function live.limit_of(p_user_id uuid, p_name text) returns live.plan_limits
language sql stable security definer set search_path = ''
-- The plan is looked up only where another one than `free` has such a limit.
return (select l from live.plan_limits l where l.name = p_name and (l.plan = 'free' or l.plan = live.plan_of(p_user_id))
        order by l.plan = 'free' limit 1);

-- For decisions: refuses with the code of the limit.
create function live.require_limit(p_user_id uuid, p_name text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_limit live.plan_limits := live.limit_of(p_user_id, p_name);
  v_wait bigint := live.use_up(p_user_id, v_limit);
begin
  if v_wait is not null then
    perform live.fail(v_limit.code, format('No more than %s in %s seconds.', v_limit.amount, v_limit.per_seconds),
                      jsonb_build_object('limit', p_name, 'retry_after_ms', v_wait));
  end if;
end $$;

-- For rows that clients insert themselves: PostgREST answers with this status and this code.
create function live.fail_insert(p_status integer, p_code text, p_message text, p_details jsonb default '{}') returns void
language plpgsql set search_path = '' as $$
declare v_wait bigint := (p_details ->> 'retry_after_ms')::bigint;
begin
  raise sqlstate 'PGRST' using
    message = jsonb_build_object('code', p_code, 'message', p_message, 'details', p_details::text, 'hint', '')::text,
    detail = jsonb_build_object('status', p_status, 'headers', case when v_wait is null then '{}'::jsonb
      else jsonb_build_object('Retry-After', ceil(v_wait / 1000.0)::text) end)::text;
end $$;

create function live.require_insert_limit(p_user_id uuid, p_name text, p_amount integer default 1) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_limit live.plan_limits := live.limit_of(p_user_id, p_name);
  -- A row that says more than there can be is refused by its own check.
  v_wait bigint := live.use_up(p_user_id, v_limit, least(p_amount, v_limit.amount));
begin
  if v_wait is not null then
    perform live.fail_insert(429, v_limit.code, format('No more than %s in %s seconds.', v_limit.amount, v_limit.per_seconds),
                             jsonb_build_object('limit', p_name, 'retry_after_ms', v_wait));
  end if;
end $$;

-- Counted where the row is made, so that no way of getting there goes uncounted, and what finds its row made isn't.
create function live.count_use() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform live.require_limit((to_jsonb(new) ->> tg_argv[1])::uuid, tg_argv[0]);
  return null;
end $$;
create trigger count_use after insert on public.live_sessions
  for each row execute function live.count_use('session', 'host_id');
create trigger count_use after insert on public.calls
  for each row execute function live.count_use('call', 'caller_id');
create trigger count_use after insert on public.stage_requests
  for each row execute function live.count_use('stage_request', 'created_by');
create trigger count_first_join after insert on public.live_participants
  for each row when (new.role <> 'host') execute function live.count_use('join', 'user_id');
create trigger count_join after update of admitted_at on public.live_participants
  for each row when (new.role <> 'host' and old.admitted_at <> new.admitted_at)
  execute function live.count_use('join', 'user_id');

-- What is discarded because there was no room for it was no use of anything.
create function live.give_back() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_user uuid := (to_jsonb(old) ->> tg_argv[1])::uuid;
  v_limit live.plan_limits := live.limit_of(v_user, tg_argv[0]);
begin
  update live.usage set paid_until = paid_until - make_interval(secs => v_limit.per_seconds) / v_limit.amount
  where owner_id = v_user and name = v_limit.name;
  delete from live.usage where owner_id = v_user and name = v_limit.name and paid_until <= clock_timestamp();
  return null;
end $$;
create trigger give_back after delete on public.live_sessions
  for each row execute function live.give_back('session', 'host_id');
create trigger give_back after delete on public.calls
  for each row execute function live.give_back('call', 'caller_id');

-- For what clients insert themselves: the limit, whose row it is, and the column that says how much (one without). Before the
-- row is there, so that an array of thousands stops at the first that is too much.
create function live.count_insert() returns trigger
language plpgsql security definer set search_path = '' as $$
declare v_row jsonb := to_jsonb(new);
begin
  if auth.uid() is not null then
    perform live.require_insert_limit((v_row ->> tg_argv[1])::uuid, tg_argv[0],
                                      greatest(coalesce((v_row ->> tg_argv[2])::integer, 1), 1));
  end if;
  return new;
end $$;
create trigger count_report before insert on public.reports
  for each row execute function live.count_insert('report', 'reporter_id');

select live.lock_down('live.plan_limits');
select live.lock_down('live.usage');
create policy "No client" on live.plan_limits for all to anon, authenticated using (false);
create policy "No client" on live.usage for all to anon, authenticated using (false);

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
