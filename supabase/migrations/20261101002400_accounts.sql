-- delete-account and export-account: what a person leaves behind, and what is known of one.

alter table public.coin_wallets
  drop constraint coin_wallets_kind_check,
  add constraint coin_wallets_kind_check check (kind in ('user', 'issuance', 'escrow', 'platform', 'forfeited'));
insert into public.coin_wallets (kind) values ('forfeited');
alter table public.coin_transactions
  drop constraint coin_transactions_kind_check,
  add constraint coin_transactions_kind_check
    check (kind in ('credit', 'ticket', 'ticket_refund', 'ticket_payout', 'gift', 'forfeit'));

-- Everything that is kept of a person, and what becomes of it when the account goes. `owner` finds a person's rows by $1.
-- What is kept is kept for accounting or for the safety of others, under an id that leads to nobody any more.
create function live.personal_data()
returns table (section text, source text, owner text, ordering text, is_exported boolean, is_deleted boolean)
language sql immutable set search_path = ''
begin atomic
  values
    ('profile', 'public.profiles', 'id = $1', 'id', true, false),
    ('subscriptions', 'public.creator_subscriptions', '$1 in (subscriber_id, creator_id)', 'id', true, false),
    ('sessions', 'public.live_sessions', 'host_id = $1', 'id', true, false),
    ('visits', 'public.live_participants', 'user_id = $1', 'session_id', true, true),
    ('connections', 'live.connections', 'user_id = $1', 'participant_sid', true, true),
    ('messages', 'public.live_messages', 'user_id = $1', 'id', true, true),
    ('deleted_messages', 'live.deleted_messages', 'user_id = $1', 'id', true, true),
    ('reactions', 'public.live_reactions', 'user_id = $1', 'id', true, true),
    ('stage_requests', 'public.stage_requests', 'user_id = $1', 'id', true, true),
    ('tickets', 'public.session_tickets', 'user_id = $1', 'session_id', true, false),
    ('tickets_without_a_price', 'public.session_tickets', 'user_id = $1 and transaction_id is null', 'session_id', false, true),
    ('wallet', 'public.coin_wallets', 'user_id = $1', 'id', true, false),
    ('coins', 'public.coin_entries', 'wallet_id = (select id from public.coin_wallets where user_id = $1)', 'id', true, false),
    ('gifts', 'public.gifts', 'sender_id = $1', 'id', true, false),
    ('recordings', 'public.recordings', 'started_by = $1', 'id', true, false),
    ('calls', 'public.calls', '$1 in (caller_id, callee_id)', 'id', true, false),
    ('call_settings', 'public.call_settings', 'user_id = $1', 'user_id', true, true),
    ('devices', 'public.device_tokens', 'user_id = $1', 'device_id, kind', true, true),
    ('blocks', 'public.user_blocks', 'blocker_id = $1', 'blocked_id', true, true),
    -- Nobody learns who blocked them.
    ('blocks_by_others', 'public.user_blocks', 'blocked_id = $1', 'blocker_id', false, true),
    ('session_bans', 'public.session_bans', 'user_id = $1', 'session_id', true, true),
    ('creator_bans', 'public.creator_bans', 'user_id = $1', 'creator_id', true, true),
    ('creator_bans_given', 'public.creator_bans', 'creator_id = $1', 'user_id', true, true),
    ('moderation', 'public.moderation_log', '$1 in (actor_id, target_id)', 'id', true, false),
    ('reports', 'public.reports', 'reporter_id = $1', 'id', true, false),
    ('idempotency_keys', 'live.idempotency_keys', 'user_id = $1', 'key', false, true),
    ('pushes', 'live.pushes', 'user_id = $1', 'id', false, true),
    ('usage', 'live.usage', 'owner_id = $1', 'name', false, true);
end;

-- The hook for the app's own tables: replace it where more belongs to a person than a row in `profiles`.
create function live.delete_app_data(p_user_id uuid) returns void
language sql security definer set search_path = ''
begin atomic
  delete from public.creator_subscriptions where p_user_id in (subscriber_id, creator_id);
  delete from public.profiles where id = p_user_id;
end;

-- The account stays as an empty shell, as a soft deletion of Supabase Auth leaves it: everything that is kept refers to it.
create function live.empty_account(p_user_id uuid) returns void
language sql security definer set search_path = ''
begin atomic
  delete from auth.identities where user_id = p_user_id;
  delete from auth.sessions where user_id = p_user_id;
  update auth.users set deleted_at = now(), email = null, phone = null, encrypted_password = null, raw_user_meta_data = '{}',
    raw_app_meta_data = '{}', email_change = '', phone_change = '', confirmation_token = '', recovery_token = ''
  where id = p_user_id;
end;

create function live.delete_account(p_caller uuid, p_forfeit_coins bigint default 0) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_open uuid;
  v_wallet uuid;
  v_balance bigint;
  v_owned record;
begin
  perform live.require_user(p_caller);
  select id into v_open from public.live_sessions where host_id = p_caller and status <> 'ended';
  if found then
    perform live.fail('already_live', 'End your session first.', jsonb_build_object('session_id', v_open));
  end if;
  -- Calls, sessions, wallets: the order of the sweep.
  perform 1 from public.calls where p_caller in (caller_id, callee_id) and status <> 'ended' order by id for update;
  perform 1 from public.live_sessions s join public.live_participants p on p.session_id = s.id
  where p.user_id = p_caller and s.status <> 'ended' order by s.id for no key update of s;
  v_wallet := live.wallet_of(p_caller);
  select balance into v_balance from public.coin_wallets where id = v_wallet for update;
  if v_balance <> p_forfeit_coins then
    perform live.fail('conflict', 'The coins in the wallet are lost with the account; agree to how many.',
                      jsonb_build_object('field', 'forfeit_coins', 'coins', v_balance));
  end if;

  perform live.close_call(c.id, live.reason_of_end(c::public.calls, p_caller))
  from (select c.* from public.calls c where p_caller in (c.caller_id, c.callee_id) and c.status <> 'ended' for update) c;
  perform live.put_out(s, p_caller, 'left')
  from public.live_sessions s join public.live_participants p on p.session_id = s.id
  where p.user_id = p_caller and p.status in ('admitted', 'joined') and s.status <> 'ended';
  if v_balance > 0 then
    perform live.transfer('forfeit', v_wallet, live.house_wallet('forfeited'), v_balance);
  end if;
  for v_owned in select source, owner from live.personal_data() where is_deleted loop
    execute format('delete from %s where %s', v_owned.source, v_owned.owner) using p_caller;
  end loop;
  -- What is kept has no word of the person's in it.
  update public.live_sessions set title = '-' where host_id = p_caller;
  update public.gifts set message = null where sender_id = p_caller;
  update public.calls set answered_device_id = null where callee_id = p_caller;
  perform live.expire_recordings_of(p_caller);
  perform live.delete_app_data(p_caller);
  perform live.empty_account(p_caller);
  return jsonb_build_object('deleted', true, 'deliveries', live.claim_deliveries(), 'pushes', live.claim_pushes());
end $$;

-- One page of one section. Push tokens are the phone's secret, and stay here.
create function live.export_account(p_caller uuid, p_section text, p_offset bigint default 0) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_page constant integer := 1000;
  v_part record;
  v_rows jsonb;
begin
  perform live.require_user(p_caller);
  select * into v_part from live.personal_data() where section = p_section and is_exported;
  if not found then
    perform live.fail('invalid_argument', format('There is no section %L.', p_section), jsonb_build_object(
      'field', 'section', 'sections', (select jsonb_agg(section) from live.personal_data() where is_exported)));
  end if;
  execute format('select coalesce(jsonb_agg(to_jsonb(t) - ''token''), ''[]'') from (
                    select * from %s where %s order by %s offset $2 limit $3) t', v_part.source, v_part.owner, v_part.ordering)
  into v_rows using p_caller, p_offset, v_page;
  return jsonb_build_object('section', p_section, 'rows', v_rows,
    'next', case when jsonb_array_length(v_rows) = v_page then p_offset + v_page end);
end $$;

create function live.export_sections(p_caller uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  perform live.require_user(p_caller);
  return jsonb_build_object('sections', (select jsonb_agg(section) from live.personal_data() where is_exported));
end $$;

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
