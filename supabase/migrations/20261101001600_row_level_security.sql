-- Who reads what. Clients write nothing but chat messages; everything else goes through functions.

do $$
declare v_table regclass;
begin
  for v_table in
    select c.oid from pg_class c where c.relkind = 'r' and (c.relnamespace = 'live'::regnamespace or c.oid in (
      'public.live_sessions'::regclass, 'public.live_participants'::regclass, 'public.live_messages'::regclass,
      'public.stage_requests'::regclass, 'public.session_bans'::regclass, 'public.user_blocks'::regclass,
      'public.session_tickets'::regclass, 'public.coin_wallets'::regclass, 'public.coin_transactions'::regclass,
      'public.coin_entries'::regclass, 'public.calls'::regclass, 'public.call_members'::regclass,
      'public.webhook_events'::regclass, 'public.livekit_outbox'::regclass))
  loop
    execute format('alter table %s enable row level security', v_table);
    execute format('revoke all on %s from public, anon, authenticated', v_table);
    execute format('grant select, insert, update, delete on %s to service_role', v_table);
  end loop;
end $$;

-- Functions: the service role alone, except what the policies themselves ask.
revoke all on all functions in schema live from public, anon, authenticated;
grant execute on all functions in schema live to service_role;

-- What policies ask, about the person who reads and never about anybody else. Those that return sets are
-- evaluated once for a query, not once for a row.
create function live.my_sessions() returns setof uuid
language sql stable security definer set search_path = ''
begin atomic
  select session_id from live.members where user_id = auth.uid();
end;
create function live.sessions_i_lead() returns setof uuid
language sql stable security definer set search_path = ''
begin atomic
  select session_id from live.members where user_id = auth.uid() and role in ('host', 'co_host');
end;
create function live.blocked_with_me() returns setof uuid
language sql stable security definer set search_path = ''
begin atomic
  select blocked_id from public.user_blocks where blocker_id = auth.uid()
  union all
  select blocker_id from public.user_blocks where blocked_id = auth.uid();
end;
-- An access token outlives the account.
create function live.i_have_an_account() returns boolean
language sql stable security definer set search_path = ''
return live.is_account(auth.uid());
create function live.my_wallet() returns uuid
language sql stable security definer set search_path = ''
return (select id from public.coin_wallets where user_id = auth.uid());
create function live.i_may_write(p_session_id uuid) returns boolean
language sql stable security definer set search_path = ''
return live.is_member(p_session_id, auth.uid()) and exists (
  select from public.live_participants p join public.live_sessions s on s.id = p.session_id
  where p.session_id = p_session_id and p.user_id = auth.uid() and p.status = 'joined' and not p.muted
    and s.status <> 'ended');
revoke all on function live.my_sessions, live.sessions_i_lead, live.blocked_with_me, live.my_wallet, live.i_may_write,
  live.i_have_an_account from public;
grant execute on function live.my_sessions, live.sessions_i_lead, live.blocked_with_me, live.my_wallet,
  live.i_may_write, live.i_have_an_account, live.may_hear to authenticated;

grant select on public.live_sessions, public.live_participants, public.live_messages, public.stage_requests,
  public.session_bans, public.user_blocks, public.session_tickets, public.coin_wallets, public.coin_transactions,
  public.coin_entries, public.calls to authenticated;
grant insert (session_id, body) on public.live_messages to authenticated;

create policy "Anyone discovers live sessions of people they are at peace with" on public.live_sessions
  for select to authenticated using (
    status = 'live' and host_id not in (select live.blocked_with_me()));
create policy "Hosts see their own sessions" on public.live_sessions
  for select to authenticated using (host_id = (select auth.uid()));
create policy "Members see the sessions they are in" on public.live_sessions
  for select to authenticated using (id in (select live.my_sessions()));
create policy "Members see who is in the session" on public.live_participants
  for select to authenticated using (session_id in (select live.my_sessions()));
create policy "Members read the chat" on public.live_messages
  for select to authenticated using (session_id in (select live.my_sessions()));
create policy "Members who are in the room and not muted write in the chat" on public.live_messages
  for insert to authenticated with check (user_id = (select auth.uid()) and live.i_may_write(session_id));
create policy "People see their own stage requests, hosts and co-hosts all" on public.stage_requests
  for select to authenticated using (user_id = (select auth.uid()) or session_id in (select live.sessions_i_lead()));
create policy "People see their own bans, hosts and co-hosts all" on public.session_bans
  for select to authenticated using (user_id = (select auth.uid()) or session_id in (select live.sessions_i_lead()));
create policy "People see whom they blocked, never who blocked them" on public.user_blocks
  for select to authenticated using (blocker_id = (select auth.uid()));
create policy "People see their own tickets" on public.session_tickets
  for select to authenticated using (user_id = (select auth.uid()));
create policy "People see their own wallet" on public.coin_wallets
  for select to authenticated using (user_id = (select auth.uid()));
create policy "People see their own entries" on public.coin_entries
  for select to authenticated using (wallet_id = (select live.my_wallet()));
create policy "People see the transactions their entries belong to" on public.coin_transactions
  for select to authenticated using (exists (
    select from public.coin_entries e where e.transaction_id = coin_transactions.id and e.wallet_id = (select live.my_wallet())));
create policy "Callers and callees see their own calls" on public.calls
  for select to authenticated using ((select auth.uid()) in (caller_id, callee_id));

-- Said out loud for the server's own tables: no client, in any way.
create policy "No client" on public.call_members for all to anon, authenticated using (false);
create policy "No client" on public.webhook_events for all to anon, authenticated using (false);
create policy "No client" on public.livekit_outbox for all to anon, authenticated using (false);
create policy "No client" on live.settings for all to anon, authenticated using (false);
create policy "No client" on live.role_grants for all to anon, authenticated using (false);
create policy "No client" on live.connections for all to anon, authenticated using (false);
create policy "No client" on live.idempotency_keys for all to anon, authenticated using (false);
