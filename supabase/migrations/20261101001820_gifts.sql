-- send-gift, the platform's share, refunds of sessions that were cut short, and what creators earn.

insert into live.settings (name, value, meaning) values
  ('platform_share_percent', 0, 'What the platform keeps of gifts and tickets, in percent; fractions of a coin are kept until they make one.'),
  ('gift_max_coins', 100000, 'The largest gift.');

alter table public.coin_wallets
  drop constraint coin_wallets_kind_check,
  add constraint coin_wallets_kind_check check (kind in ('user', 'issuance', 'escrow', 'platform'));
insert into public.coin_wallets (kind) values ('platform');
alter table public.coin_wallets add column share_hundredths smallint not null default 0 check (share_hundredths between 0 and 99);
comment on column public.coin_wallets.share_hundredths is
  'Hundredths of a coin of the platform''s share that what this person earned was too small for; kept for the next time.';
alter table public.coin_transactions
  drop constraint coin_transactions_kind_check,
  add constraint coin_transactions_kind_check
    check (kind in ('credit', 'ticket', 'ticket_refund', 'ticket_payout', 'gift'));

create table public.gifts (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.live_sessions (id) on delete restrict,
  sender_id uuid not null references auth.users (id) on delete restrict,
  coins integer not null check (coins > 0),
  message text check (char_length(message) between 1 and 200),
  transaction_id uuid not null unique references public.coin_transactions (id) on delete restrict,
  created_at timestamptz not null default now()
);
comment on table public.gifts is 'Coins that somebody gave to the host of a session.';
create index gifts_of_session on public.gifts (session_id, created_at desc, id desc);
create index gifts_by_sender on public.gifts (sender_id, created_at desc);

create table live.refund_policy (
  end_reason text primary key,
  refunded_before_seconds integer check (refunded_before_seconds > 0),
  meaning text not null
);
comment on table live.refund_policy is
  'Which ends give all buyers of a session that went live their coins back. Any other end pays the host.';
comment on column live.refund_policy.refunded_before_seconds is 'Refunded if it was live for less; null: however long.';
insert into live.refund_policy values
  ('host_away', 600, 'The host went away and nobody took over.'),
  ('failed', null, 'It was our fault.');

-- From one wallet to somebody who earns, less the platform's share: one transaction of two or three entries. What is less than a
-- coin of the share isn't lost: a thousand gifts of one coin pay what one gift of a thousand does.
create function live.pay_earner(p_kind text, p_from uuid, p_earner uuid, p_coins bigint, p_session_id uuid) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  v_hundredths bigint := p_coins * live.setting('platform_share_percent');
  v_share bigint;
  v_transaction uuid;
begin
  select (share_hundredths + v_hundredths) / 100 into v_share from public.coin_wallets where id = p_earner for no key update;
  update public.coin_wallets set share_hundredths = (share_hundredths + v_hundredths) % 100 where id = p_earner and v_hundredths > 0;
  insert into public.coin_transactions (kind, session_id) values (p_kind, p_session_id) returning id into v_transaction;
  insert into public.coin_entries (transaction_id, wallet_id, amount)
  select v_transaction, e.wallet_id, e.amount
  from (values (p_from, -p_coins), (p_earner, p_coins - v_share), (live.house_wallet('platform'), v_share))
    as e (wallet_id, amount) where e.amount <> 0;
  return v_transaction;
end $$;
alter table live.settings add constraint share_is_a_percentage check (name <> 'platform_share_percent' or value <= 100);

-- Nobody pays for a session that whoever ran it wasn't in. What a co-host ends who stands in ends with its host away.
create function live.is_refunded(s public.live_sessions) returns boolean
language sql stable security definer set search_path = ''
return s.started_at is null or not exists (
  select from live.connections c where c.room_name = s.room_name and c.user_id in (s.host_id, s.acting_host_id)
    and c.joined_at is not null and coalesce(c.left_at, 'infinity') > s.started_at) or exists (
  select from live.refund_policy p
  where p.end_reason = case when s.end_reason = 'host_ended' and s.acting_host_id is not null then 'host_away' else s.end_reason end
    and (p.refunded_before_seconds is null
         or coalesce(s.ended_at, now()) < s.started_at + make_interval(secs => p.refunded_before_seconds)));

-- The wallets that the ends of these sessions move coins in, in the one order of all that lock several.
create function live.lock_wallets(p_sessions uuid[]) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform 1 from public.coin_wallets w where w.user_id in (
    select user_id from public.session_tickets where session_id = any (p_sessions) and source = 'purchase' and refunded_at is null
    union select host_id from public.live_sessions where id = any (p_sessions))
  order by w.id for no key update;
end $$;

-- The end of a session pays its host what was held, or gives everybody their coins back.
create or replace function live.settle_tickets(s public.live_sessions) returns void
language plpgsql security definer set search_path = '' as $$
declare
  v_ticket public.session_tickets;
  v_total bigint;
begin
  perform live.lock_wallets(array[s.id]);
  if not live.is_refunded(s) then
    select sum(price_coins) into v_total from public.session_tickets
    where session_id = s.id and source = 'purchase' and refunded_at is null;
    if v_total > 0 then
      perform live.pay_earner('ticket_payout', live.house_wallet('escrow'), live.wallet_of(s.host_id), v_total, s.id);
    end if;
    return;
  end if;
  for v_ticket in select * from public.session_tickets
    where session_id = s.id and source = 'purchase' and refunded_at is null
  loop
    perform live.transfer('ticket_refund', live.house_wallet('escrow'), live.wallet_of(v_ticket.user_id),
                          v_ticket.price_coins, s.id);
    update public.session_tickets set refunded_at = now()
    where session_id = s.id and user_id = v_ticket.user_id;
  end loop;
end $$;

create function live.gift_json(g public.gifts) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object('id', g.id, 'session_id', g.session_id, 'sender_id', g.sender_id, 'coins', g.coins,
                          'message', g.message, 'created_at', g.created_at);

create function live.send_gift(p_caller uuid, p_session_id uuid, p_coins bigint, p_message text default null,
                               p_key text default null) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  v_session public.live_sessions;
  v_mine uuid;
  v_theirs uuid;
  v_max bigint := live.setting('gift_max_coins');
begin
  perform live.require_user(p_caller);
  if p_coins not between 1 and v_max then
    perform live.fail_field('coins', format('A gift has 1 to %s coins.', v_max));
  end if;
  -- Shared with other gifts and joins, exclusive with the end of the session.
  select * into v_session from public.live_sessions s where s.id = p_session_id
    and (s.started_at is not null or live.is_member(s.id, p_caller)) for key share;
  if not found then perform live.fail('not_found', 'There is no such session.'); end if;
  v_mine := live.wallet_of(p_caller);
  v_theirs := live.wallet_of(v_session.host_id);
  if live.claim_key(p_caller, 'send-gift', p_key, jsonb_build_array(p_session_id, p_coins, p_message)) is null then
    perform live.require_admittable(v_session, p_caller);
    if v_session.status <> 'live' then perform live.fail('conflict', 'The session is not live yet.'); end if;
    if v_session.host_id = p_caller then perform live.fail('forbidden', 'Hosts don''t give to themselves.'); end if;
    if not exists (select from public.live_participants where session_id = p_session_id and user_id = p_caller
                   and status in ('admitted', 'joined')) then
      perform live.fail('forbidden', 'Join the session first.');
    end if;
    if not live.is_text_allowed(coalesce(p_message, '')) then
      perform live.fail_field('message', 'The message has a word that is not allowed.');
    end if;
    perform live.require_limit(p_caller, 'gift');
    -- Both wallets in one order, so that two creators may give to each other at the same time.
    perform 1 from public.coin_wallets where id in (v_mine, v_theirs) order by id for no key update;
    if (select balance from public.coin_wallets where id = v_mine) < p_coins then
      perform live.fail('insufficient_coins', 'The wallet holds too few coins.');
    end if;
    insert into public.gifts (session_id, sender_id, coins, message, transaction_id)
    values (p_session_id, p_caller, p_coins, p_message, live.pay_earner('gift', v_mine, v_theirs, p_coins, p_session_id));
  end if;
  return jsonb_build_object('balance', (select balance from public.coin_wallets where id = v_mine));
end $$;

create function live.broadcast_gift() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.send(jsonb_build_object('gift', live.gift_json(new)), 'gift_sent', 'session:' || new.session_id, true);
  return null;
end $$;
create trigger broadcast_gift after insert on public.gifts
  for each row execute function live.broadcast_gift();

-- One's own entries, by row-level security: what a creator earned, session by session.
create view public.creator_earnings with (security_invoker = true) as
select t.session_id, t.kind, count(*) as payments, sum(e.amount) as coins, max(t.created_at) as last_at
from public.coin_entries e join public.coin_transactions t on t.id = e.transaction_id
where t.kind in ('gift', 'ticket_payout') and e.amount > 0
group by t.session_id, t.kind;
comment on view public.creator_earnings is 'What the reader earned with each session, after the platform''s share.';

select live.lock_down('public.gifts');
select live.lock_down('live.refund_policy');
revoke all on public.creator_earnings from public, anon, authenticated;
grant select on public.creator_earnings to authenticated, service_role;
grant select on public.gifts to authenticated;
create policy "Members see the gifts of the session, givers their own" on public.gifts
  for select to authenticated using (session_id in (select live.my_sessions()) or sender_id = (select auth.uid()));
create policy "No client" on live.refund_policy for all to anon, authenticated using (false);

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
