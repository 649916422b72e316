-- The rules of a session that several decisions share.

create function live.is_account(p_user_id uuid) returns boolean
language sql stable security definer set search_path = ''
return exists (select from auth.users where id = p_user_id and deleted_at is null
               and (banned_until is null or banned_until <= now()));

-- A token outlives the account it names, and its suspension; the account decides.
create function live.require_user(p_user_id uuid) returns void
language plpgsql stable security definer set search_path = '' as $$
begin
  if not live.is_account(p_user_id) then
    perform live.fail('not_authenticated', 'This account is gone or suspended.');
  end if;
end $$;

create function live.has_ban(p_session_id uuid, p_user_id uuid) returns boolean
language sql stable security definer set search_path = ''
return exists (select from public.session_bans where session_id = p_session_id and user_id = p_user_id
               and (expires_at is null or expires_at > now()))
    or exists (select from public.creator_bans b join public.live_sessions s on s.host_id = b.creator_id
               where s.id = p_session_id and b.user_id = p_user_id and (b.expires_at is null or b.expires_at > now()));

create function live.is_banned(p_session_id uuid, p_user_id uuid) returns boolean
language sql stable security definer set search_path = ''
return live.has_ban(p_session_id, p_user_id)
    or exists (select from public.live_participants where session_id = p_session_id and user_id = p_user_id
               and status = 'removed');

create function live.is_blocked_between(p_one uuid, p_other uuid) returns boolean
language sql stable security definer set search_path = ''
return exists (select from public.user_blocks where (blocker_id, blocked_id) in ((p_one, p_other), (p_other, p_one)));

create function live.has_ticket(p_session_id uuid, p_user_id uuid) returns boolean
language sql stable security definer set search_path = ''
return exists (select from public.session_tickets where session_id = p_session_id and user_id = p_user_id
               and refunded_at is null);

-- Admitted, not put out since, and at peace with the host: what Broadcast topics and member-only rows ask. A view, so that
-- whoever was in thousands of sessions is looked up once and not once for each.
create view live.members with (security_invoker = true) as
select p.session_id, p.user_id, p.role
from public.live_participants p join public.live_sessions s on s.id = p.session_id
where p.status <> 'removed'
  and not exists (select from public.session_bans b where b.session_id = p.session_id and b.user_id = p.user_id
                  and (b.expires_at is null or b.expires_at > now()))
  and not exists (select from public.creator_bans b where b.creator_id = s.host_id and b.user_id = p.user_id
                  and (b.expires_at is null or b.expires_at > now()))
  and not exists (select from public.user_blocks b where b.blocker_id = s.host_id and b.blocked_id = p.user_id)
  and not exists (select from public.user_blocks b where b.blocker_id = p.user_id and b.blocked_id = s.host_id);

create function live.is_member(p_session_id uuid, p_user_id uuid) returns boolean
language sql stable security definer set search_path = ''
return exists (select from live.members where session_id = p_session_id and user_id = p_user_id);

create function live.is_subscriber(p_creator_id uuid, p_user_id uuid) returns boolean
language sql stable security definer set search_path = ''
return exists (select from public.creator_subscriptions where creator_id = p_creator_id and subscriber_id = p_user_id
               and status = 'active' and (expires_at is null or expires_at > now()));

-- The session, if the caller may know of it: one that is prepared is known to its host and to whom it was shared with.
-- Locked for these; everybody else is refused what they want of it by whoever asks, and makes nobody wait.
create function live.known_session(p_session_id uuid, p_user_id uuid) returns public.live_sessions
language plpgsql security definer set search_path = '' as $$
declare v_session public.live_sessions;
begin
  select * into v_session from public.live_sessions s where s.id = p_session_id
    and (s.host_id = p_user_id
         or exists (select from public.live_participants where session_id = s.id and user_id = p_user_id))
  for no key update;
  if found then return v_session; end if;
  select * into v_session from public.live_sessions where id = p_session_id and started_at is not null;
  if not found then perform live.fail('not_found', 'There is no such session.'); end if;
  return v_session;
end $$;

create function live.require_host(s public.live_sessions, p_user_id uuid) returns void
language plpgsql set search_path = '' as $$
begin
  if s.host_id <> p_user_id and s.acting_host_id is distinct from p_user_id then
    perform live.fail('forbidden', 'Only the host may do this.');
  end if;
end $$;

create function live.require_open(s public.live_sessions) returns void
language plpgsql set search_path = '' as $$
begin
  if s.status = 'ended' then perform live.fail('session_ended', 'The session is over.'); end if;
end $$;

-- Full is decided on a count that others may be changing. Far from the limit nobody waits; close to it
-- newcomers pass one at a time, and the margin exceeds every database connection that could be in between.
create function live.require_place(s public.live_sessions, p_user_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_limit bigint := live.setting_for(s.host_id, 'session_max_participants');
  v_margin constant integer := 500;
  v_present bigint;
begin
  if v_limit = 0 or s.host_id = p_user_id then return; end if;
  select count(*) into v_present from public.live_participants
  where session_id = s.id and status in ('admitted', 'joined') and user_id <> p_user_id;
  if v_present + v_margin >= v_limit then
    perform pg_advisory_xact_lock(hashtextextended('live.session_place:' || s.id, 0));
    select count(*) into v_present from public.live_participants
    where session_id = s.id and status in ('admitted', 'joined') and user_id <> p_user_id;
  end if;
  if v_present >= v_limit then perform live.fail('session_full', 'The session has no place left.'); end if;
end $$;

-- Presence and the numbers that follow from it, of one person or of everybody. The caller holds the session's row lock.
create function live.refresh_presence(p_session_id uuid, p_user_id uuid default null) returns void
language plpgsql security definer set search_path = '' as $$
begin
  with present as (
    select c.user_id, min(c.joined_at) as since
    from live.connections c join public.live_sessions s on s.room_name = c.room_name
    where s.id = p_session_id and (p_user_id is null or c.user_id = p_user_id)
      and c.joined_at is not null and c.left_at is null
    group by c.user_id
  )
  update public.live_participants p set
    status = case when n.since is null then 'left' else 'joined' end,
    joined_at = coalesce(p.joined_at, n.since),
    left_at = case when n.since is null then now() end
  from public.live_participants q left join present n using (user_id)
  where p.session_id = p_session_id and (q.session_id, q.user_id) = (p.session_id, p.user_id)
    and (p_user_id is null or p.user_id = p_user_id)
    and p.status <> 'removed' and (p.status = 'joined') <> (n.since is not null);
  perform live.refresh_counts(p_session_id);
end $$;

create function live.refresh_counts(p_session_id uuid) returns void
language sql security definer set search_path = ''
begin atomic
  update public.live_sessions s
  set viewer_count = n.viewers, peak_viewers = greatest(s.peak_viewers, n.viewers)
  from (select count(*) as viewers from public.live_participants
        where session_id = p_session_id and status = 'joined' and role <> 'host') n
  where s.id = p_session_id and s.viewer_count <> n.viewers;
end;

-- Ends a session for good, with everything that follows from it. The caller holds the session's row lock.
create function live.close_session(p_session_id uuid, p_reason text) returns public.live_sessions
language plpgsql security definer set search_path = '' as $$
declare v_session public.live_sessions;
begin
  update public.live_sessions
  set status = 'ended', ended_at = now(), end_reason = p_reason, viewer_count = 0, host_absent_since = null
  where id = p_session_id and status <> 'ended' returning * into v_session;
  if not found then
    select * into v_session from public.live_sessions where id = p_session_id;
    return v_session;
  end if;
  update public.live_participants set status = 'left', left_at = now()
  where session_id = p_session_id and status in ('admitted', 'joined');
  update public.stage_requests set status = 'cancelled', decided_at = now()
  where session_id = p_session_id and status = 'pending';
  perform live.settle_tickets(v_session);
  perform live.enqueue('delete_room', v_session.room_name);
  return v_session;
end $$;

-- A session that went live pays its host what was held; one that never did gives everybody their coins back.
create function live.settle_tickets(s public.live_sessions) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_ticket public.session_tickets;
  v_total bigint;
begin
  if s.started_at is not null then
    select sum(price_coins) into v_total from public.session_tickets
    where session_id = s.id and source = 'purchase' and refunded_at is null;
    if v_total > 0 then
      perform live.transfer('ticket_payout', live.house_wallet('escrow'), live.wallet_of(s.host_id), v_total, s.id);
    end if;
    return;
  end if;
  -- In one order everywhere, so that two refunds never wait for each other.
  for v_ticket in select * from public.session_tickets
    where session_id = s.id and source = 'purchase' and refunded_at is null order by user_id
  loop
    perform live.transfer('ticket_refund', live.house_wallet('escrow'), live.wallet_of(v_ticket.user_id),
                          v_ticket.price_coins, s.id);
    update public.session_tickets set refunded_at = now()
    where session_id = s.id and user_id = v_ticket.user_id;
  end loop;
end $$;
