-- A session outlives its host's absence while a co-host is there to run it.

-- Whether the session goes on though its lease was due. The caller holds the session's row lock.
create function live.hand_over(p_session_id uuid) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  v_session public.live_sessions;
  v_heir uuid;
begin
  select * into v_session from public.live_sessions where id = p_session_id;
  -- Whoever is in charge came back while the sweeper was on its way.
  if v_session.host_absent_since is null
     or v_session.host_absent_since > now() - live.seconds('host_grace_seconds') then return true; end if;
  if v_session.status <> 'live' then return false; end if;
  -- Who is in charge stays in charge; otherwise the co-host who has been there longest.
  select user_id into v_heir from public.live_participants
  where session_id = p_session_id and role = 'co_host' and status = 'joined'
  order by user_id is not distinct from v_session.acting_host_id desc, joined_at, user_id limit 1;
  if not found then return false; end if;
  update public.live_sessions set acting_host_id = v_heir, host_absent_since = null where id = p_session_id;
  return true;
end $$;

-- The host is in charge as soon as the host is there. While a co-host stands in, that co-host's absence starts the lease.
create function live.follow_lease() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.role = 'host' then
    update public.live_sessions set acting_host_id = null
    where id = new.session_id and new.status = 'joined' and acting_host_id is not null;
  else
    update public.live_sessions set
      acting_host_id = case when new.role = 'co_host' and new.status <> 'removed' then acting_host_id end,
      host_absent_since = case when new.role = 'co_host' and new.status = 'joined' then null
                               else coalesce(host_absent_since, now()) end
    where id = new.session_id and acting_host_id = new.user_id and status <> 'ended';
  end if;
  return null;
end $$;
create trigger follow_lease after update of role, status on public.live_participants
  for each row when (old.role is distinct from new.role or old.status is distinct from new.status)
  execute function live.follow_lease();
