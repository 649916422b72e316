-- What arrives once and what must get out: idempotency keys, LiveKit's events, and the outbox to LiveKit.

create table live.idempotency_keys (
  user_id uuid not null references auth.users (id) on delete cascade,
  function_name text not null,
  key text not null check (char_length(key) between 1 and 255),
  request_hash bytea not null,
  effect jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (user_id, function_name, key)
);
comment on column live.idempotency_keys.effect is 'What the first request changed and a replay must answer again; everything else is read afresh.';
create index idempotency_keys_age on live.idempotency_keys (created_at);

-- null: go ahead, the key is yours (or there is none). Otherwise this request was done before, with that effect.
create function live.claim_key(p_user_id uuid, p_function text, p_key text, p_request jsonb) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_hash bytea := sha256(convert_to(p_request::text, 'UTF8'));
  v_known live.idempotency_keys;
begin
  if p_key is null then return null; end if;
  -- A request with the same key that is still running is waited for here.
  insert into live.idempotency_keys (user_id, function_name, key, request_hash)
  values (p_user_id, p_function, p_key, v_hash) on conflict do nothing;
  if found then return null; end if;
  select * into v_known from live.idempotency_keys
  where user_id = p_user_id and function_name = p_function and key = p_key;
  if v_known.request_hash <> v_hash then
    perform live.fail('conflict', 'This idempotency key was used for another request.',
                      '{"field": "idempotency_key"}');
  end if;
  return v_known.effect;
end $$;

create function live.record_effect(p_user_id uuid, p_function text, p_key text, p_effect jsonb) returns void
language sql security definer set search_path = ''
begin atomic
  update live.idempotency_keys set effect = p_effect
  where user_id = p_user_id and function_name = p_function and key = p_key;
end;

create table public.webhook_events (
  id text primary key,
  event text not null,
  room_name text not null,
  room_sid text not null,
  created_at timestamptz not null,
  received_at timestamptz not null default now()
);
comment on table public.webhook_events is 'LiveKit events that were taken in, by LiveKit''s own id, so that each counts once.';
create index webhook_events_of_room on public.webhook_events (room_name, event, created_at);
create index webhook_events_age on public.webhook_events (received_at);

create table public.livekit_outbox (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('update_participant', 'remove_participant', 'delete_room')),
  room_name text not null,
  identity uuid,
  created_at timestamptz not null default now(),
  next_attempt_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  delivered_at timestamptz,
  check ((kind = 'delete_room') = (identity is null))
);
comment on table public.livekit_outbox is 'What must happen in LiveKit because a transaction committed. Written in that transaction.';
create index livekit_outbox_due on public.livekit_outbox (next_attempt_at) where delivered_at is null;
create index livekit_outbox_target on public.livekit_outbox (room_name, identity, id) where delivered_at is null;
create index livekit_outbox_done on public.livekit_outbox (delivered_at) where delivered_at is not null;

-- A removal waits behind nothing: what was still to be told to who is put out needn't be. What is being settled right
-- now is under way.
create function live.enqueue(p_kind text, p_room_name text, p_identity uuid default null,
                             p_delay interval default '0') returns void
language sql security definer set search_path = ''
begin atomic
  update public.livekit_outbox set delivered_at = now(), last_error = 'superseded' where id in (
    select id from public.livekit_outbox where p_kind = 'remove_participant' and room_name = p_room_name
      and identity = p_identity and delivered_at is null for update skip locked);
  insert into public.livekit_outbox (kind, room_name, identity, next_attempt_at)
  values (p_kind, p_room_name, p_identity, now() + p_delay);
end;

-- Whoever is let in again isn't put out by what was decided before.
create function live.call_off_removal(p_room_name text, p_identity uuid) returns void
language sql security definer set search_path = ''
begin atomic
  update public.livekit_outbox set delivered_at = now(), last_error = 'called off' where id in (
    select id from public.livekit_outbox where kind = 'remove_participant' and room_name = p_room_name
      and identity = p_identity and delivered_at is null for update skip locked);
end;
