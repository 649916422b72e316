-- moderate: mute, unmute, kick, ban, unban.

alter table public.live_participants add column kicked boolean not null default false;
comment on column public.live_participants.kicked is 'Put out for good, whatever ban runs out: until somebody lifts it.';

-- What the role may publish; nothing, for somebody who is muted: any source that is left would carry a voice.
create function live.participant_permission(p_role live.role, p_session_type live.session_type, p_muted boolean)
returns jsonb language sql stable security definer set search_path = ''
return case when p_muted
  then '{"can_publish": false, "can_publish_data": false, "can_publish_sources": []}'
  else live.media_permission(p_role, p_session_type) end;

create or replace function live.session_ticket(s public.live_sessions, p_role live.role, p_user_id uuid, p_ensure_room boolean)
returns jsonb language sql stable security definer set search_path = ''
return live.media_ticket(s.room_name, s.session_type, p_role, p_user_id, p_ensure_room or s.room_sid is null,
                         live.seconds('prepare_seconds'), live.seconds('host_grace_seconds') * 2,
                         (select live.participant_permission(p_role, s.session_type, p.muted)
                          from public.live_participants p where p.session_id = s.id and p.user_id = p_user_id));

create or replace function live.delivery_json(o public.livekit_outbox) returns jsonb
language sql stable security definer set search_path = ''
return jsonb_build_object('id', o.id, 'kind', o.kind, 'room_name', o.room_name) || case o.kind
  when 'delete_room' then '{}'::jsonb
  else jsonb_build_object('identity', o.identity) end || coalesce((
    select jsonb_build_object('role', p.role, 'permission', live.participant_permission(p.role, s.session_type, p.muted))
    from public.live_sessions s join public.live_participants p on p.session_id = s.id
    where o.kind = 'update_participant' and s.room_name = o.room_name and p.user_id = o.identity), '{}'::jsonb);

-- A token from before the mute may be valid still: whoever comes in with one is silenced.
create function live.check_newcomer() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform live.enqueue('update_participant', s.room_name, new.user_id)
  from public.live_sessions s join public.live_participants p on p.session_id = s.id
  where s.room_name = new.room_name and p.user_id = new.user_id and p.status <> 'removed' and p.muted;
  return null;
end $$;
create trigger check_newcomer after insert on live.connections
  for each row when (new.joined_at is not null and new.left_at is null) execute function live.check_newcomer();

-- The one rule of who moderates whom: the host everybody else, a co-host everybody but the host and co-hosts.
create function live.may_moderate(p_me live.role, p_target live.role) returns boolean
language sql immutable set search_path = ''
return case p_me
  when 'host' then p_target <> 'host'
  when 'co_host' then p_target not in ('host', 'co_host')
  else false end;

-- Out of the room and off the stage, also who isn't there now: the stage would be theirs again. `removed` keeps out until
-- somebody says otherwise, `left` doesn't. The caller holds the session's row lock.
create function live.put_out(s public.live_sessions, p_user_id uuid, p_status live.participant_status default 'removed')
returns void
language plpgsql security definer set search_path = '' as $$
begin
  update public.live_participants
  set status = p_status, left_at = coalesce(left_at, now()), role = live.audience_role(s.session_type)
  where session_id = s.id and user_id = p_user_id
    and (status in ('admitted', 'joined') or status = 'left' and (p_status = 'removed' or role <> live.audience_role(s.session_type)));
  if not found then return; end if;
  update public.stage_requests set status = 'cancelled', decided_at = now()
  where session_id = s.id and user_id = p_user_id and status = 'pending';
  if s.status <> 'ended' then
    perform live.enqueue('remove_participant', s.room_name, p_user_id);
    perform live.refresh_counts(s.id);
  end if;
end $$;

create function live.ban(s public.live_sessions, p_user_id uuid, p_by uuid, p_scope text, p_reason text,
                         p_expires_at timestamptz) returns void
language plpgsql security definer set search_path = '' as $$
declare v_open public.live_sessions;
begin
  if p_scope = 'session' then
    insert into public.session_bans (session_id, user_id, banned_by, reason, expires_at)
    values (s.id, p_user_id, p_by, p_reason, p_expires_at)
    on conflict (session_id, user_id) do update set banned_by = excluded.banned_by, reason = excluded.reason,
      created_at = now(), expires_at = excluded.expires_at;
  else
    insert into public.creator_bans (creator_id, user_id, reason, expires_at)
    values (s.host_id, p_user_id, p_reason, p_expires_at)
    on conflict (creator_id, user_id) do update set reason = excluded.reason, created_at = now(),
      expires_at = excluded.expires_at;
    -- The creator may have another session open than the one that this began in.
    for v_open in select * from public.live_sessions where host_id = s.host_id and status <> 'ended' and id <> s.id loop
      perform live.put_out(v_open, p_user_id);
    end loop;
  end if;
  perform live.put_out(s, p_user_id);
end $$;

-- Who was put out may come back, unless kicked or banned by another ban that goes on.
create function live.let_in_again(p_session_id uuid, p_user_id uuid) returns void
language sql security definer set search_path = ''
begin atomic
  update public.live_participants set status = 'left'
  where session_id = p_session_id and user_id = p_user_id and status = 'removed' and not kicked
    and not live.has_ban(session_id, user_id);
end;

-- Ends a kick and a ban. The caller holds the row locks of the sessions.
create function live.lift_ban(p_session_id uuid, p_user_id uuid, p_creator_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.session_bans where session_id = p_session_id and user_id = p_user_id;
  delete from public.creator_bans where creator_id = p_creator_id and user_id = p_user_id;
  update public.live_participants set kicked = false where session_id = p_session_id and user_id = p_user_id and kicked;
  perform live.let_in_again(s.id, p_user_id) from public.live_sessions s
  where s.id = p_session_id or (s.host_id = p_creator_id and s.status <> 'ended');
end $$;

-- Only what is over still when it is locked, and nothing that a moderator holds: the next sweep comes soon.
create function live.lift_expired_bans() returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_over record;
  v_open uuid;
begin
  for v_over in
    select p.session_id, p.user_id from public.session_bans b join public.live_participants p using (session_id, user_id)
    where b.expires_at <= now() limit live.setting('sweep_rows') for update of b, p skip locked
  loop
    delete from public.session_bans where session_id = v_over.session_id and user_id = v_over.user_id;
    perform live.let_in_again(v_over.session_id, v_over.user_id);
  end loop;
  for v_over in
    select b.creator_id, b.user_id from public.creator_bans b
    where b.expires_at <= now() limit live.setting('sweep_rows') for update skip locked
  loop
    select p.session_id into v_open from public.live_sessions s join public.live_participants p on p.session_id = s.id
    where s.host_id = v_over.creator_id and s.status <> 'ended' and p.user_id = v_over.user_id;
    if found then
      perform 1 from public.live_participants where session_id = v_open and user_id = v_over.user_id for update skip locked;
      continue when not found;
    end if;
    delete from public.creator_bans where creator_id = v_over.creator_id and user_id = v_over.user_id;
    perform live.let_in_again(v_open, v_over.user_id);
  end loop;
end $$;

create function live.moderate(p_caller uuid, p_session_id uuid, p_action text, p_user_id uuid, p_reason text default null,
                              p_scope text default null, p_seconds bigint default null, p_key text default null)
returns jsonb language plpgsql security definer set search_path = '' as $$
declare
  v_session public.live_sessions;
  v_me live.role;
  v_target public.live_participants;
  v_scope text := coalesce(p_scope, 'session');
  v_expires_at timestamptz := now() + make_interval(secs => p_seconds);
begin
  perform live.require_user(p_caller);
  if v_scope = 'creator' then
    -- All that it is about, in one order.
    perform 1 from public.live_sessions where host_id = p_caller and (id = p_session_id or status <> 'ended')
    order by id for no key update;
  end if;
  v_session := live.known_session(p_session_id, p_caller);
  if not live.is_member(p_session_id, p_caller) then perform live.fail('forbidden', 'Join the session first.'); end if;
  select role into v_me from public.live_participants where session_id = p_session_id and user_id = p_caller;
  select * into v_target from public.live_participants
  where session_id = p_session_id and user_id = p_user_id for update;
  if v_me not in ('host', 'co_host') then
    perform live.fail('role_not_allowed', 'Only the host and co-hosts moderate.');
  elsif v_target.user_id is null then
    perform live.fail('not_found', 'This person was never in the session.');
  elsif not live.may_moderate(v_me, v_target.role) then
    perform live.fail('role_not_allowed', 'Nobody moderates the host, and co-hosts not each other.');
  elsif p_action = 'unban' and v_me = 'co_host' and exists (
    select from public.session_bans where session_id = p_session_id and user_id = p_user_id and banned_by = v_session.host_id)
  then
    perform live.fail('role_not_allowed', 'Only the host lifts what the host gave.');
  elsif p_scope is not null and p_action not in ('ban', 'unban') then
    perform live.fail_field('scope', 'Only bans have a scope.');
  elsif p_seconds is not null and p_action <> 'ban' then
    perform live.fail_field('expires_in_seconds', 'Only a ban expires.');
  elsif v_scope = 'creator' and v_me <> 'host' then
    perform live.fail('role_not_allowed', 'Only the host bans from all sessions.');
  end if;

  if live.claim_key(p_caller, 'moderate', p_key,
                    jsonb_build_array(p_session_id, p_action, p_user_id, p_reason, p_scope, p_seconds)) is null then
    if p_action in ('mute', 'unmute', 'kick') then perform live.require_open(v_session); end if;
    case p_action
      when 'mute', 'unmute' then
        update public.live_participants set muted = p_action = 'mute'
        where session_id = p_session_id and user_id = p_user_id and muted <> (p_action = 'mute');
        if found then perform live.enqueue('update_participant', v_session.room_name, p_user_id); end if;
      when 'kick' then
        perform live.put_out(v_session, p_user_id);
        update public.live_participants set kicked = true where session_id = p_session_id and user_id = p_user_id;
      when 'ban' then perform live.ban(v_session, p_user_id, p_caller, v_scope, p_reason, v_expires_at);
      when 'unban' then
        perform live.lift_ban(p_session_id, p_user_id, case v_scope when 'creator' then v_session.host_id end);
      else perform live.fail_field('action', format('There is no action %L.', p_action));
    end case;
    insert into public.moderation_log (session_id, actor_id, target_id, action, scope, reason, expires_at)
    values (p_session_id, p_caller, p_user_id, p_action, v_scope, p_reason, v_expires_at);
  end if;
  select * into v_target from public.live_participants where session_id = p_session_id and user_id = p_user_id;
  return jsonb_build_object('participant', live.participant_json(v_target),
                            'deliveries', live.claim_deliveries(v_session.room_name));
end $$;

-- Whoever blocks somebody wants neither to talk with them nor to have them in the room. What is under way between the two
-- is waited for, as initiate-call waits: it looks for blocks behind the same locks.
create function live.block_puts_out() returns trigger
language plpgsql security definer set search_path = '' as $$
declare v_session public.live_sessions;
begin
  perform live.lock_callers(new.blocker_id, new.blocked_id);
  perform live.close_call(c.id, live.reason_of_end(c::public.calls, new.blocker_id))
  from (select * from public.calls c where c.status <> 'ended' and (c.caller_id, c.callee_id) in (
          (new.blocker_id, new.blocked_id), (new.blocked_id, new.blocker_id)) for update) c;
  for v_session in
    select * from public.live_sessions where host_id = new.blocker_id and status <> 'ended' for no key update
  loop
    perform live.put_out(v_session, new.blocked_id, 'left');
  end loop;
  return null;
end $$;
create trigger block_puts_out after insert on public.user_blocks
  for each row execute function live.block_puts_out();

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
