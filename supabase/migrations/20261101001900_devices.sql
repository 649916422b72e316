-- Devices that are rung, and calls that are answered by a ticket instead of a session of Supabase Auth.

insert into live.settings (name, value, meaning) values
  ('devices_max', 20, 'Push tokens that a person may have; the eldest goes when one more comes.');

create table public.device_tokens (
  user_id uuid not null references auth.users (id) on delete cascade,
  device_id text not null check (char_length(device_id) between 1 and 128),
  platform text not null check (platform in ('ios', 'android')),
  kind text not null check (kind in ('apns_voip', 'apns', 'fcm')),
  token text not null check (octet_length(token) between 1 and 2048),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (user_id, device_id, kind),
  unique (kind, token),
  check (kind = 'fcm' or platform = 'ios')
);
comment on table public.device_tokens is 'Where a person''s pushes go. A push token belongs to whoever registered it last.';

create function live.device_json(d public.device_tokens) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object('device_id', d.device_id, 'platform', d.platform, 'kind', d.kind, 'updated_at', d.updated_at);

create function live.register_device(p_caller uuid, p_device_id text, p_platform text, p_kind text, p_token text default null,
                                     p_unregister boolean default false, p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare v_device public.device_tokens;
begin
  perform live.require_user(p_caller);
  if live.claim_key(p_caller, 'register-device', p_key,
                    jsonb_build_array(p_device_id, p_platform, p_kind, p_token, p_unregister)) is not null then
    -- A request that comes late undoes nothing that came after it.
    select * into v_device from public.device_tokens where user_id = p_caller and device_id = p_device_id and kind = p_kind;
    return jsonb_build_object('device', case when found then live.device_json(v_device) end);
  end if;
  if p_unregister then
    delete from public.device_tokens where user_id = p_caller and device_id = p_device_id and kind = p_kind;
    return jsonb_build_object('device', null);
  end if;
  if p_kind <> 'fcm' and p_platform <> 'ios' then
    perform live.fail_field('kind', format('%s is not for %s.', p_kind, p_platform));
  end if;
  -- One registration of a token at a time, so that two people on one phone don't both keep it.
  perform pg_advisory_xact_lock(hashtextextended('live.device_token:' || p_kind || p_token, 0));
  delete from public.device_tokens where kind = p_kind and token = p_token
    and (user_id, device_id) <> (p_caller, p_device_id);
  insert into public.device_tokens (user_id, device_id, platform, kind, token)
  values (p_caller, p_device_id, p_platform, p_kind, p_token)
  on conflict (user_id, device_id, kind) do update
    set platform = excluded.platform, token = excluded.token, updated_at = now()
  returning * into v_device;
  delete from public.device_tokens d where d.user_id = p_caller and (d.device_id, d.kind) in (
    select e.device_id, e.kind from public.device_tokens e
    where e.user_id = p_caller and (e.device_id, e.kind) <> (p_device_id, p_kind)
    order by e.updated_at desc offset greatest(live.setting('devices_max') - 1, 0));
  return jsonb_build_object('device', live.device_json(v_device));
end $$;

create table live.spent_tickets (
  ticket_id uuid primary key,
  call_id uuid not null references public.calls (id) on delete cascade,
  key text,
  spent_at timestamptz not null default now()
);
comment on table live.spent_tickets is 'Answer tickets that answered. The same request, by its Idempotency-Key, may come again.';
create index spent_tickets_of_call on live.spent_tickets (call_id);
create index spent_tickets_age on live.spent_tickets (spent_at);

-- What every use of a ticket asks. The signature, the end and the kind were checked by the edge function.
create function live.require_ticket(p_ticket jsonb, p_key text default null) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_user uuid := (p_ticket ->> 'user_id')::uuid;
  v_call uuid := (p_ticket ->> 'call_id')::uuid;
  v_device text := p_ticket ->> 'device_id';
  v_spent live.spent_tickets;
begin
  -- Whoever signed out on this device, or was signed out of it, has no ticket any more.
  if not exists (select from public.device_tokens where user_id = v_user and device_id = v_device) then
    perform live.fail('not_authenticated', 'This device is not registered.');
  end if;
  perform live.lock_call(v_call, v_user);
  if p_ticket ->> 'kind' = 'answer' then
    select * into v_spent from live.spent_tickets where ticket_id = (p_ticket ->> 'id')::uuid;
    if found and (p_key is null or v_spent.key is distinct from p_key) then
      perform live.fail('not_authenticated', 'This ticket was used.');
    end if;
  elsif not exists (select from public.calls where id = v_call and callee_id = v_user and answered_device_id = v_device) then
    perform live.fail('not_authenticated', 'Another device answered.');
  end if;
end $$;

create function live.answer_call_by_ticket(p_ticket jsonb, p_accept boolean, p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_call uuid := (p_ticket ->> 'call_id')::uuid;
  v_answer jsonb;
begin
  perform live.require_ticket(p_ticket, p_key);
  v_answer := live.answer_call((p_ticket ->> 'user_id')::uuid, v_call, p_accept, p_ticket ->> 'device_id', p_key);
  insert into live.spent_tickets (ticket_id, call_id, key) values ((p_ticket ->> 'id')::uuid, v_call, p_key)
  on conflict do nothing;
  return v_answer || jsonb_build_object('ends_at', (
    select extract(epoch from ends_at)::bigint from public.calls where id = v_call));
end $$;

create function live.end_call_by_ticket(p_ticket jsonb, p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  perform live.require_ticket(p_ticket);
  -- Declining on one phone doesn't hang up on another one.
  if exists (select from public.calls where id = (p_ticket ->> 'call_id')::uuid and status = 'active'
             and answered_device_id is distinct from p_ticket ->> 'device_id') then
    perform live.fail('answered_elsewhere', 'Another device answered.');
  end if;
  return live.end_call((p_ticket ->> 'user_id')::uuid, (p_ticket ->> 'call_id')::uuid, p_key);
end $$;

create function live.call_token_by_ticket(p_ticket jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  perform live.require_ticket(p_ticket);
  return live.call_token((p_ticket ->> 'user_id')::uuid, (p_ticket ->> 'call_id')::uuid);
end $$;

-- How a call stands: what a phone asks that a push woke, before it goes on ringing.
create function live.call_state(p_caller uuid, p_call_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare v_call public.calls;
begin
  perform live.require_user(p_caller);
  select * into v_call from public.calls where id = p_call_id and p_caller in (caller_id, callee_id);
  if not found then perform live.fail('not_found', 'There is no such call.'); end if;
  return jsonb_build_object('call', live.call_json(v_call));
end $$;

create function live.call_state_by_ticket(p_ticket jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  perform live.require_ticket(p_ticket);
  return live.call_state((p_ticket ->> 'user_id')::uuid, (p_ticket ->> 'call_id')::uuid);
end $$;

-- A ticket lives as long as the ring, which is long over by then.
create function live.forget_spent_tickets() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from live.spent_tickets where spent_at <= now() - interval '1 day';
  return null;
end $$;
create trigger forget_spent_tickets after insert on live.spent_tickets
  for each statement execute function live.forget_spent_tickets();

select live.lock_down('public.device_tokens');
select live.lock_down('live.spent_tickets');
grant select (user_id, device_id, platform, kind, created_at, updated_at), delete on public.device_tokens to authenticated;
create policy "People see their own devices" on public.device_tokens
  for select to authenticated using (user_id = (select auth.uid()));
create policy "People sign their own devices out" on public.device_tokens
  for delete to authenticated using (user_id = (select auth.uid()));
create policy "No client" on live.spent_tickets for all to anon, authenticated using (false);

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
