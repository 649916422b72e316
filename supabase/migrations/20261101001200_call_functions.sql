-- initiate-call, answer-call, end-call, get-livekit-token (calls).

-- A ring that ran out is over, also before the sweeper has written it down.
create function live.call_is_over(c public.calls) returns boolean
language sql stable set search_path = ''
return c.status = 'ended' or (c.status = 'ringing' and c.ring_expires_at <= now());

create function live.fail_call_ended(c public.calls) returns void
language sql set search_path = ''
return live.fail('call_ended', 'The call is over.', jsonb_build_object('end_reason', coalesce(c.end_reason, 'unanswered')));

-- Somebody else's call does not exist.
create function live.lock_call(p_call_id uuid, p_user_id uuid) returns public.calls
language plpgsql security definer set search_path = '' as $$
declare v_call public.calls;
begin
  select * into v_call from public.calls where id = p_call_id and p_user_id in (caller_id, callee_id) for update;
  if not found then perform live.fail('not_found', 'There is no such call.'); end if;
  return v_call;
end $$;

create function live.call_answer(c public.calls, p_user_id uuid, p_ensure_room boolean) returns jsonb
language sql stable security definer set search_path = ''
return jsonb_build_object('call', live.call_json(c), 'ticket', live.call_ticket(c, p_user_id, p_ensure_room));

-- What became of a call, and what has to get out because of it.
create function live.call_outcome(c public.calls) returns jsonb
language plpgsql security definer set search_path = '' as $$
begin
  return jsonb_build_object('call', live.call_json(c), 'deliveries', live.claim_deliveries(c.room_name),
                            'pushes', live.claim_pushes(c.id));
end $$;

create function live.refresh_call_presence(p_call_id uuid) returns void
language sql security definer set search_path = ''
begin atomic
  update public.call_members m set absent_since = case
    when exists (select from live.connections n where n.room_name = c.room_name and n.user_id = m.user_id
                 and n.joined_at is not null and n.left_at is null) then null
    else coalesce(m.absent_since, now()) end
  from public.calls c where c.id = p_call_id and m.call_id = c.id and c.status = 'active' and m.released_at is null;
end;

create function live.activate_call(p_call_id uuid, p_device_id text) returns public.calls
language plpgsql security definer set search_path = '' as $$
declare v_call public.calls;
begin
  update public.calls set status = 'active', answered_at = now(), answered_device_id = p_device_id
  where id = p_call_id returning * into v_call;
  perform live.refresh_call_presence(p_call_id);
  return v_call;
end $$;

-- Ends a call for good. The caller holds its row lock.
create function live.close_call(p_call_id uuid, p_reason text) returns public.calls
language plpgsql security definer set search_path = '' as $$
declare v_call public.calls;
begin
  update public.calls set status = 'ended', ended_at = now(), end_reason = p_reason
  where id = p_call_id and status <> 'ended' returning * into v_call;
  if found then
    update public.call_members set released_at = now(), absent_since = null where call_id = p_call_id;
    perform live.enqueue('delete_room', v_call.room_name);
  else
    select * into v_call from public.calls where id = p_call_id;
  end if;
  return v_call;
end $$;

-- What it is when one of both ends a call.
create function live.reason_of_end(c public.calls, p_user_id uuid) returns text
language sql stable set search_path = ''
return case
  when live.call_is_over(c) then 'unanswered'
  when c.status = 'active' then 'hung_up'
  when c.caller_id = p_user_id then 'cancelled'
  else 'declined' end;

-- Whoever calls either of these two, or blocks the other, waits for whoever did so before.
create function live.lock_callers(p_one uuid, p_other uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('live.call:' || id, 0))
  from unnest(array[least(p_one, p_other), greatest(p_one, p_other)]) as id;
end $$;

create function live.initiate_call(p_caller uuid, p_callee_id uuid, p_call_type live.call_type, p_key text default null)
returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_done jsonb;
  v_call public.calls;
  v_created boolean := false;
begin
  perform live.require_user(p_caller);
  v_done := live.claim_key(p_caller, 'initiate-call', p_key, jsonb_build_array(p_callee_id, p_call_type));
  if v_done is not null then
    v_call := live.lock_call((v_done ->> 'call_id')::uuid, p_caller);
    if live.call_is_over(v_call) then perform live.fail_call_ended(v_call); end if;
    return live.call_answer(v_call, p_caller, true)
      || jsonb_build_object('created', false, 'pushes', live.claim_pushes(v_call.id));
  end if;

  if p_callee_id = p_caller then perform live.fail_field('callee_id', 'Nobody calls oneself.'); end if;
  if not live.is_account(p_callee_id) then perform live.fail('not_found', 'There is no such person.'); end if;

  -- So that glare has a first and a second call, and a block comes before or after.
  perform live.lock_callers(p_caller, p_callee_id);
  -- Before anything is said about the callee's calls, and the same whoever blocked whom.
  if live.is_blocked_between(p_caller, p_callee_id) then
    perform live.fail('blocked', 'You cannot call this person.');
  end if;
  perform live.close_call(c.id, 'unanswered')
  from (select c.id from public.calls c join public.call_members m on m.call_id = c.id
        where m.user_id in (p_caller, p_callee_id) and m.released_at is null
          and c.status = 'ringing' and c.ring_expires_at <= now() for update of c) c;

  select c.* into v_call from public.calls c join public.call_members m on m.call_id = c.id
  -- One that is being hung up is waited for, and is none then.
  where m.user_id = p_caller and m.released_at is null and c.status <> 'ended' for update of c;
  if found then
    if p_callee_id not in (v_call.caller_id, v_call.callee_id) then
      perform live.fail('busy', 'You are in a call.');
    end if;
    -- Both called each other: the second caller joins the first call. A second tap finds its own call.
    if v_call.status = 'ringing' and v_call.callee_id = p_caller then
      v_call := live.activate_call(v_call.id, null);
    end if;
  elsif exists (select from public.call_members where user_id = p_callee_id and released_at is null)
     or live.is_undisturbed(p_callee_id) then
    -- Which of both is nobody's business.
    perform live.fail('busy', 'This person takes no calls now.');
  else
    insert into public.calls (call_type, caller_id, callee_id, ring_expires_at)
    values (p_call_type, p_caller, p_callee_id, clock_timestamp() + live.seconds('ring_seconds'))
    returning * into v_call;
    insert into public.call_members (call_id, user_id) values (v_call.id, p_caller), (v_call.id, p_callee_id);
    v_created := true;
  end if;
  perform live.record_effect(p_caller, 'initiate-call', p_key, jsonb_build_object('call_id', v_call.id));
  return live.call_answer(v_call, p_caller, true)
    || jsonb_build_object('created', v_created, 'pushes', live.claim_pushes(v_call.id));
end $$;

-- Undoes initiate-call when its room can't be had. Both phones learn of the end before the row is gone.
create function live.discard_call(p_call_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare v_call public.calls;
begin
  select * into v_call from public.calls where id = p_call_id and status <> 'ended' for update;
  if not found then return; end if;
  if v_call.status = 'active' then
    perform live.close_call(p_call_id, 'failed');
    return;
  end if;
  update public.calls set status = 'ended', ended_at = now(), end_reason = 'failed' where id = p_call_id;
  delete from public.calls where id = p_call_id;
  delete from live.idempotency_keys where user_id = v_call.caller_id and function_name = 'initiate-call'
    and effect ->> 'call_id' = p_call_id::text;
end $$;

create function live.answer_call(p_caller uuid, p_call_id uuid, p_accept boolean, p_device_id text default null,
                                 p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare v_call public.calls;
begin
  perform live.require_user(p_caller);
  v_call := live.lock_call(p_call_id, p_caller);
  if v_call.callee_id <> p_caller then perform live.fail('forbidden', 'Only the callee answers a call.'); end if;
  if live.claim_key(p_caller, 'answer-call', p_key, jsonb_build_array(p_call_id, p_accept, p_device_id)) is null
     or (p_accept and v_call.status <> 'active') then
    if live.call_is_over(v_call) then perform live.fail_call_ended(v_call); end if;
    if v_call.status = 'active' then
      -- A device without a name is told from another one by nothing but the key of its request.
      if p_device_id is null or v_call.answered_device_id is distinct from p_device_id then
        perform live.fail('answered_elsewhere', 'Another device answered.');
      elsif not p_accept then
        perform live.fail('conflict', 'The call was answered; hang up instead.');
      end if;
    elsif p_accept then
      v_call := live.activate_call(p_call_id, p_device_id);
    else
      v_call := live.close_call(p_call_id, 'declined');
    end if;
  end if;
  if p_accept then
    return live.call_answer(v_call, p_caller, false) || jsonb_build_object('pushes', live.claim_pushes(p_call_id));
  end if;
  return live.call_outcome(v_call);
end $$;

create function live.call_token(p_caller uuid, p_call_id uuid) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare v_call public.calls;
begin
  perform live.require_user(p_caller);
  v_call := live.lock_call(p_call_id, p_caller);
  if live.call_is_over(v_call) then perform live.fail_call_ended(v_call); end if;
  if v_call.status = 'ringing' and v_call.callee_id = p_caller then
    perform live.fail('conflict', 'Answer the call first.');
  end if;
  return jsonb_build_object('role', live.audience_role(v_call.call_type::text),
                            'ticket', live.call_ticket(v_call, p_caller, true));
end $$;

create function live.end_call(p_caller uuid, p_call_id uuid, p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare v_call public.calls;
begin
  perform live.require_user(p_caller);
  v_call := live.lock_call(p_call_id, p_caller);
  perform live.claim_key(p_caller, 'end-call', p_key, to_jsonb(p_call_id));
  if v_call.status <> 'ended' then
    v_call := live.close_call(p_call_id, live.reason_of_end(v_call, p_caller));
  end if;
  return live.call_outcome(v_call);
end $$;
