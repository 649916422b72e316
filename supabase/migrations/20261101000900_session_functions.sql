-- create-session, start-session, join-session, get-livekit-token (sessions), leave-session, end-session.

create function live.create_session(p_caller uuid, p_session_type live.session_type, p_title text, p_access live.access,
                                    p_price_coins integer default null, p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_done jsonb;
  v_session public.live_sessions;
  v_max bigint := live.setting('price_max_coins');
begin
  perform live.require_user(p_caller);
  v_done := live.claim_key(p_caller, 'create-session', p_key, jsonb_build_array(p_session_type, p_title, p_access, p_price_coins));
  if v_done is not null then
    select * into v_session from public.live_sessions where id = (v_done ->> 'session_id')::uuid;
    perform live.require_open(v_session);
    return jsonb_build_object('session', live.session_json(v_session), 'role', 'host', 'created', false,
                              'ticket', live.session_ticket(v_session, 'host', p_caller, true));
  end if;

  if p_access = 'pay_per_view' and (p_price_coins is null or p_price_coins not between 1 and v_max) then
    perform live.fail_field('price_coins', format('A pay-per-view session costs 1 to %s coins.', v_max));
  elsif p_access <> 'pay_per_view' and coalesce(p_price_coins, 0) <> 0 then
    perform live.fail_field('price_coins', 'Only a pay-per-view session has a price.');
  end if;
  if not exists (select from public.profiles where id = p_caller and is_creator) then
    perform live.fail('not_creator', 'Only creators may open a session.');
  end if;

  insert into public.live_sessions (session_type, title, host_id, access, price_coins)
  values (p_session_type, p_title, p_caller, p_access, coalesce(p_price_coins, 0))
  on conflict (host_id) where status <> 'ended' do nothing returning * into v_session;
  if not found then
    perform live.fail('already_live', 'You have an open session already.', (
      select jsonb_build_object('session_id', id) from public.live_sessions where host_id = p_caller and status <> 'ended'));
  end if;
  insert into public.session_tickets (session_id, user_id, source) values (v_session.id, p_caller, 'host');
  insert into public.live_participants (session_id, user_id, role) values (v_session.id, p_caller, 'host');
  perform live.record_effect(p_caller, 'create-session', p_key, jsonb_build_object('session_id', v_session.id));
  return jsonb_build_object('session', live.session_json(v_session), 'role', 'host', 'created', true,
                            'ticket', live.session_ticket(v_session, 'host', p_caller, true));
end $$;

-- Undoes create-session when its room can't be had. Whoever came in between is let out properly instead.
create function live.discard_session(p_session_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare v_host uuid;
begin
  select host_id into v_host from public.live_sessions where id = p_session_id and status = 'preparing' for update;
  if not found then return; end if;
  delete from live.idempotency_keys where user_id = v_host and function_name = 'create-session'
    and effect ->> 'session_id' = p_session_id::text;
  if exists (select from public.session_tickets where session_id = p_session_id and user_id <> v_host) then
    perform live.close_session(p_session_id, 'failed');
  else
    delete from public.live_sessions where id = p_session_id;
  end if;
end $$;

create function live.start_session(p_caller uuid, p_session_id uuid, p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare v_session public.live_sessions;
begin
  perform live.require_user(p_caller);
  v_session := live.known_session(p_session_id, p_caller);
  perform live.require_host(v_session, p_caller);
  if live.claim_key(p_caller, 'start-session', p_key, to_jsonb(p_session_id)) is null then
    perform live.require_open(v_session);
    -- A host who goes live without being in the room has the usual grace to come.
    update public.live_sessions set status = 'live', started_at = now(), host_absent_since = case
      when exists (select from public.live_participants where session_id = p_session_id and user_id = p_caller
                   and status = 'joined') then null else now() end
    where id = p_session_id and status = 'preparing' returning * into v_session;
    if not found then select * into v_session from public.live_sessions where id = p_session_id; end if;
  end if;
  return jsonb_build_object('session', live.session_json(v_session));
end $$;

-- The right to be in the session, taken or bought now, or kept from before. Returns the coins charged.
create function live.admit(s public.live_sessions, p_user_id uuid, p_accept_price bigint) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_price jsonb := jsonb_build_object('price_coins', s.price_coins);
  v_wallet uuid;
begin
  if live.has_ticket(s.id, p_user_id) then return 0; end if;
  case s.access
    when 'public' then
      insert into public.session_tickets (session_id, user_id, source) values (s.id, p_user_id, 'public')
      on conflict do nothing;
      return 0;
    when 'subscribers_only' then
      if not live.is_subscriber(s.host_id, p_user_id) then
        perform live.fail('subscription_required', 'This session is for subscribers of its creator.');
      end if;
      insert into public.session_tickets (session_id, user_id, source) values (s.id, p_user_id, 'subscription')
      on conflict do nothing;
      return 0;
    when 'pay_per_view' then
      if p_accept_price is null then
        perform live.fail('payment_required', 'This session has a price; join with the price accepted.', v_price);
      elsif p_accept_price <> s.price_coins then
        perform live.fail('price_changed', 'The price is a different one.', v_price);
      end if;
      v_wallet := live.wallet_of(p_user_id);
      -- Everything this person buys waits here, so a second tap finds the ticket of the first.
      perform 1 from public.coin_wallets where id = v_wallet for update;
      if live.has_ticket(s.id, p_user_id) then return 0; end if;
      if (select balance from public.coin_wallets where id = v_wallet) < s.price_coins then
        perform live.fail('insufficient_coins', 'The wallet holds too few coins.', v_price);
      end if;
      insert into public.session_tickets (session_id, user_id, source, price_coins, transaction_id)
      values (s.id, p_user_id, 'purchase', s.price_coins,
              live.transfer('ticket', v_wallet, live.house_wallet('escrow'), s.price_coins, s.id));
      return s.price_coins;
  end case;
end $$;

create function live.join_session(p_caller uuid, p_session_id uuid, p_accept_price bigint default null,
                                  p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_done jsonb;
  v_charged bigint;
  v_role live.role;
  v_session public.live_sessions;
begin
  perform live.require_user(p_caller);
  v_done := live.claim_key(p_caller, 'join-session', p_key, jsonb_build_array(p_session_id, p_accept_price));
  -- Shared with other joins, exclusive with the end of the session.
  select * into v_session from public.live_sessions where id = p_session_id for key share;
  if not found then perform live.fail('not_found', 'There is no such session.'); end if;
  perform live.require_admittable(v_session, p_caller);
  perform live.require_place(v_session, p_caller);

  v_charged := live.admit(v_session, p_caller, p_accept_price);
  insert into public.live_participants as p (session_id, user_id, role)
  values (p_session_id, p_caller, case when v_session.host_id = p_caller then 'host'
                                       else live.audience_role(v_session.session_type) end)
  on conflict (session_id, user_id) do update
    set status = case p.status when 'joined' then 'joined' else 'admitted' end, admitted_at = now(), left_at = null
    where p.status <> 'removed'
  returning role into v_role;
  if v_role is null then perform live.fail('banned', 'You were put out of this session.'); end if;
  perform live.call_off_removal(v_session.room_name, p_caller);
  if v_done is not null then
    v_charged := (v_done ->> 'charged_coins')::bigint;
  elsif p_key is not null then
    perform live.record_effect(p_caller, 'join-session', p_key, jsonb_build_object('charged_coins', v_charged));
  end if;
  return jsonb_build_object('session', live.session_json(v_session), 'role', v_role, 'charged_coins', v_charged,
                            'ticket', live.session_ticket(v_session, v_role, p_caller, false));
end $$;

-- Whoever the session is closed to: it is over, or this person was put out, or one of both blocked the other.
create function live.require_admittable(s public.live_sessions, p_user_id uuid) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  perform live.require_open(s);
  if live.is_banned(s.id, p_user_id) then perform live.fail('banned', 'You were put out of this session.'); end if;
  if live.is_blocked_between(s.host_id, p_user_id) then
    perform live.fail('blocked', 'You cannot enter this session.');
  end if;
end $$;

create function live.session_token(p_caller uuid, p_session_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_session public.live_sessions;
  v_role live.role;
begin
  perform live.require_user(p_caller);
  select * into v_session from public.live_sessions where id = p_session_id for key share;
  if not found then perform live.fail('not_found', 'There is no such session.'); end if;
  perform live.require_admittable(v_session, p_caller);
  if not live.has_ticket(p_session_id, p_caller) then perform live.fail('forbidden', 'Join the session first.'); end if;
  perform live.require_place(v_session, p_caller);
  update public.live_participants
  set status = case status when 'joined' then 'joined' else 'admitted' end, admitted_at = now(), left_at = null
  where session_id = p_session_id and user_id = p_caller and status <> 'removed' returning role into v_role;
  if v_role is null then perform live.fail('banned', 'You were put out of this session.'); end if;
  perform live.call_off_removal(v_session.room_name, p_caller);
  return jsonb_build_object('role', v_role, 'ticket', live.session_ticket(v_session, v_role, p_caller, true));
end $$;

create function live.leave_session(p_caller uuid, p_session_id uuid, p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare v_session public.live_sessions;
begin
  perform live.require_user(p_caller);
  v_session := live.known_session(p_session_id, p_caller);
  if not exists (select from public.live_participants where session_id = p_session_id and user_id = p_caller) then
    perform live.fail('forbidden', 'You never were in this session.');
  end if;
  if live.claim_key(p_caller, 'leave-session', p_key, to_jsonb(p_session_id)) is null and v_session.status <> 'ended' then
    -- Whoever leaves gives up the stage; whoever merely loses the connection keeps it.
    update public.live_participants
    set status = 'left', left_at = now(),
        role = case role when 'host' then role else live.audience_role(v_session.session_type) end
    where session_id = p_session_id and user_id = p_caller and status in ('admitted', 'joined');
    if found and v_session.host_id = p_caller then
      update public.live_sessions set host_absent_since = now() where id = p_session_id;
    end if;
    -- A client disconnects by itself, and may be on its way back in; one that stays would watch on without being counted.
    if live.is_connected(v_session.room_name, p_caller) then
      perform live.enqueue('remove_participant', v_session.room_name, p_caller, live.seconds('leave_grace_seconds'));
    end if;
    perform live.settle_stage_requests(p_session_id, p_caller, 'cancelled');
    perform live.refresh_counts(p_session_id);
    select * into v_session from public.live_sessions where id = p_session_id;
  end if;
  return jsonb_build_object('session', live.session_json(v_session),
                            'deliveries', live.claim_deliveries(v_session.room_name));
end $$;

create function live.end_session(p_caller uuid, p_session_id uuid, p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare v_session public.live_sessions;
begin
  perform live.require_user(p_caller);
  -- Locks nothing for who may not end it.
  perform 1 from public.live_sessions where id = p_session_id and p_caller in (host_id, acting_host_id) for update;
  v_session := live.known_session(p_session_id, p_caller);
  perform live.require_host(v_session, p_caller);
  if live.claim_key(p_caller, 'end-session', p_key, to_jsonb(p_session_id)) is null then
    v_session := live.close_session(p_session_id, 'host_ended');
  end if;
  return jsonb_build_object('session', live.session_json(v_session),
                            'deliveries', live.claim_deliveries(v_session.room_name));
end $$;
