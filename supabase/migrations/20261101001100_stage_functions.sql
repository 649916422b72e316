-- manage-stage: who comes onto the stage of a session and who leaves it.

create function live.stage_max(s public.live_sessions) returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  return live.setting_for(s.host_id, case s.session_type when 'video_live' then 'stage_max_video' else 'stage_max_audio' end);
end $$;

-- How many are on the stage. Who lost the connection is not; the role waits, the place doesn't.
create function live.on_stage(p_session_id uuid) returns bigint
language sql stable security definer set search_path = ''
return (select count(*) from public.live_participants where session_id = p_session_id
        and status in ('admitted', 'joined') and role in ('host', 'co_host', 'speaker'));

-- Gives a person another role, if the stage has room for it. The caller holds the session's row lock. `p_by` is null where
-- nobody decided it.
create function live.set_role(s public.live_sessions, p_user_id uuid, p_role live.role, p_by uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_old live.role;
begin
  select role into v_old from public.live_participants where session_id = s.id and user_id = p_user_id for update;
  if v_old = p_role then return; end if;
  if p_role in ('co_host', 'speaker') and v_old not in ('co_host', 'speaker') and live.on_stage(s.id) >= live.stage_max(s) then
    perform live.fail('session_full', 'The stage has no place left.', jsonb_build_object('stage_max', live.stage_max(s)));
  end if;
  update public.live_participants set role = p_role where session_id = s.id and user_id = p_user_id;
  -- Whoever is on the stage has got what was asked for.
  if p_role in ('co_host', 'speaker') then perform live.settle_stage_requests(s.id, p_user_id, 'accepted'); end if;
  insert into public.moderation_log (session_id, actor_id, target_id, action, role)
  values (s.id, p_by, p_user_id, 'set_role', p_role);
  perform live.enqueue('update_participant', s.room_name, p_user_id);
end $$;

-- The host decides about everybody else, and so does the co-host who stands in for the host; any other co-host
-- decides about speakers and the audience.
create function live.require_stage_lead(p_me public.live_participants, p_target public.live_participants, p_role live.role)
returns void language plpgsql stable security definer set search_path = '' as $$
declare
  v_in_charge boolean := p_me.role = 'host' or exists (
    select from public.live_sessions where id = p_me.session_id and acting_host_id = p_me.user_id);
begin
  if p_me.role not in ('host', 'co_host') then
    perform live.fail('role_not_allowed', 'Only the host and co-hosts decide who is on the stage.');
  elsif p_target.role = 'host' then
    perform live.fail('role_not_allowed', 'The host''s role does not change.');
  elsif not v_in_charge and (p_role = 'co_host' or p_target.role = 'co_host') then
    perform live.fail('role_not_allowed', 'Only the host decides about co-hosts.');
  end if;
end $$;

-- Settles a raised hand or an invitation.
create function live.decide_stage_request(p_session_id uuid, p_user_id uuid, p_kind text, p_status text)
returns public.stage_requests language plpgsql security definer set search_path = '' as $$
declare v_request public.stage_requests;
begin
  update public.stage_requests set status = p_status, decided_at = now()
  where session_id = p_session_id and user_id = p_user_id and kind = p_kind and status = 'pending'
    and (expires_at is null or expires_at > now())
  returning * into v_request;
  if not found then perform live.fail('not_found', 'There is no such request.'); end if;
  return v_request;
end $$;

-- The caller holds the session's row lock, so the time of day orders one person's requests.
create function live.ask_for_stage(p_session_id uuid, p_user_id uuid, p_kind text, p_role live.role, p_by uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_now timestamptz := clock_timestamp();
  v_pending public.stage_requests;
begin
  select * into v_pending from public.stage_requests
  where session_id = p_session_id and user_id = p_user_id and status = 'pending';
  if v_pending.expires_at <= v_now then
    perform live.settle_stage_requests(p_session_id, p_user_id, 'expired');
  elsif v_pending.kind = 'request' and p_kind = 'invite' then
    -- The invitation answers the raised hand, perhaps with another role: so it asks for consent.
    perform live.settle_stage_requests(p_session_id, p_user_id, 'cancelled');
  elsif v_pending.kind = p_kind and v_pending.role = p_role then
    return;
  elsif v_pending.id is not null then
    perform live.fail('conflict', 'Another request of this person is still open.');
  end if;
  insert into public.stage_requests (session_id, user_id, kind, role, created_by, created_at, expires_at)
  values (p_session_id, p_user_id, p_kind, p_role, p_by, v_now,
          case p_kind when 'invite' then v_now + live.seconds('stage_invite_seconds') end);
end $$;

create function live.manage_stage(p_caller uuid, p_session_id uuid, p_action text, p_user_id uuid default null,
                                  p_role live.role default null, p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_session public.live_sessions;
  v_me public.live_participants;
  v_target public.live_participants;
  v_role live.role := coalesce(p_role, 'speaker');
  v_request public.stage_requests;
  v_on_stage constant live.role[] := array['host', 'co_host', 'speaker'];
  v_by_lead boolean := p_user_id is not null and p_user_id <> p_caller;
begin
  perform live.require_user(p_caller);
  v_session := live.known_session(p_session_id, p_caller);
  perform live.require_open(v_session);
  if not live.is_member(p_session_id, p_caller) then perform live.fail('forbidden', 'Join the session first.'); end if;
  select * into v_me from public.live_participants where session_id = p_session_id and user_id = p_caller;
  if p_action in ('invite', 'promote', 'demote') and p_user_id is null then
    perform live.fail_field('user_id', format('%s needs the person it is about.', p_action));
  elsif p_action in ('request', 'cancel_request') and v_by_lead then
    perform live.fail_field('user_id', 'A hand is raised for oneself only.');
  end if;
  select * into v_target from public.live_participants
  where session_id = p_session_id and user_id = coalesce(p_user_id, p_caller) and status <> 'removed';
  if not found then perform live.fail('not_found', 'This person is not in the session.'); end if;

  if live.claim_key(p_caller, 'manage-stage', p_key,
                    jsonb_build_array(p_session_id, p_action, p_user_id, p_role)) is null then
    if p_action in ('request', 'invite', 'promote') and v_role not in ('co_host', 'speaker') then
      perform live.fail('role_not_allowed', format('A %s is not on the stage.', v_role));
    elsif p_action in ('request', 'invite', 'promote', 'accept') and v_target.status not in ('admitted', 'joined') then
      perform live.fail('not_found', 'This person is not in the session.');
    end if;
    case p_action
      when 'request' then
        if v_me.role = any (v_on_stage) then
          perform live.fail('conflict', 'You are on the stage already.');
        end if;
        perform live.ask_for_stage(p_session_id, p_caller, 'request', v_role, p_caller);
      when 'cancel_request' then
        perform live.decide_stage_request(p_session_id, p_caller, 'request', 'cancelled');
      when 'invite' then
        perform live.require_stage_lead(v_me, v_target, v_role);
        if v_target.role = any (v_on_stage) then
          perform live.fail('conflict', 'This person is on the stage already.');
        end if;
        perform live.ask_for_stage(p_session_id, p_user_id, 'invite', v_role, p_caller);
      when 'accept' then
        if v_by_lead then perform live.require_stage_lead(v_me, v_target, 'speaker'); end if;
        v_request := live.decide_stage_request(p_session_id, v_target.user_id,
                                               case when v_by_lead then 'request' else 'invite' end, 'accepted');
        if v_by_lead then perform live.require_stage_lead(v_me, v_target, v_request.role); end if;
        -- An invitation was given by whoever invited; a raised hand is, by whoever accepts it.
        perform live.set_role(v_session, v_target.user_id, v_request.role,
                              case when v_by_lead then p_caller else v_request.created_by end);
      when 'decline' then
        if v_by_lead then perform live.require_stage_lead(v_me, v_target, 'speaker'); end if;
        perform live.decide_stage_request(p_session_id, v_target.user_id,
                                          case when v_by_lead then 'request' else 'invite' end, 'declined');
      when 'promote' then
        perform live.require_stage_lead(v_me, v_target, v_role);
        perform live.set_role(v_session, p_user_id, v_role, p_caller);
      when 'demote' then
        v_role := live.audience_role(v_session.session_type);
        if p_role is not null and p_role <> v_role then
          perform live.fail('role_not_allowed', format('A demotion makes a %s here.', v_role));
        end if;
        -- Anybody on the stage may step down alone.
        if v_by_lead or v_me.role = 'host' then perform live.require_stage_lead(v_me, v_target, v_role); end if;
        perform live.set_role(v_session, p_user_id, v_role, p_caller);
      else
        perform live.fail_field('action', format('There is no action %L.', p_action));
    end case;
  end if;
  select * into v_target from public.live_participants
  where session_id = p_session_id and user_id = v_target.user_id;
  -- Whoever gets here is that person, or leads the stage: both may see the request.
  return jsonb_build_object('participant', live.participant_json(v_target),
                            'request', live.latest_stage_request(p_session_id, v_target.user_id),
                            'deliveries', live.claim_deliveries(v_session.room_name));
end $$;
