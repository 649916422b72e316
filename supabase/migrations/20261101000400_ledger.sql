-- Coins: a double-entry ledger that can only grow, and the tickets bought with them.

create table public.coin_wallets (
  id uuid primary key default gen_random_uuid(),
  kind text not null default 'user' check (kind in ('user', 'issuance', 'escrow')),
  user_id uuid unique references auth.users (id) on delete restrict,
  balance bigint check (balance >= 0),
  created_at timestamptz not null default now(),
  check ((kind = 'user') = (user_id is not null)),
  check ((kind = 'user') = (balance is not null))
);
comment on column public.coin_wallets.balance is
  'Kept by the entries, for people only. The house''s own wallets hold no balance: its row would be a lock that every purchase waits for.';
create unique index coin_wallets_one_of_the_house on public.coin_wallets (kind) where kind <> 'user';
insert into public.coin_wallets (kind) values ('issuance'), ('escrow');

create table public.coin_transactions (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('credit', 'ticket', 'ticket_refund', 'ticket_payout')),
  session_id uuid references public.live_sessions (id) on delete restrict,
  reference text unique,
  created_at timestamptz not null default now()
);
comment on column public.coin_transactions.reference is 'What the outside calls it, such as a store''s transaction id; the same one counts once.';

create table public.coin_entries (
  id bigint generated always as identity primary key,
  transaction_id uuid not null references public.coin_transactions (id) on delete restrict,
  wallet_id uuid not null references public.coin_wallets (id) on delete restrict,
  amount bigint not null check (amount <> 0),
  created_at timestamptz not null default now()
);
create index coin_entries_by_wallet on public.coin_entries (wallet_id, id);
create index coin_entries_by_transaction on public.coin_entries (transaction_id);

create function live.entry_moves_balance() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.coin_wallets set balance = balance + new.amount where id = new.wallet_id and kind = 'user';
  return null;
end $$;
create trigger entry_moves_balance after insert on public.coin_entries
  for each row execute function live.entry_moves_balance();

create function live.transaction_sums_to_zero() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if (select sum(amount) from public.coin_entries where transaction_id = new.transaction_id) <> 0 then
    raise exception 'coin transaction % does not sum to zero', new.transaction_id using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger transaction_sums_to_zero after insert on public.coin_entries
  deferrable initially deferred for each row execute function live.transaction_sums_to_zero();

create function live.refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger append_only before update or delete or truncate on public.coin_entries
  for each statement execute function live.refuse_change();
create trigger append_only before update or delete or truncate on public.coin_transactions
  for each statement execute function live.refuse_change();

create table public.session_tickets (
  session_id uuid not null references public.live_sessions (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  source text not null check (source in ('host', 'public', 'subscription', 'purchase')),
  price_coins integer not null default 0 check (price_coins >= 0 and (price_coins > 0) = (source = 'purchase')),
  transaction_id uuid references public.coin_transactions (id) on delete restrict,
  granted_at timestamptz not null default now(),
  refunded_at timestamptz,
  primary key (session_id, user_id),
  check ((source = 'purchase') = (transaction_id is not null))
);
comment on table public.session_tickets is 'The right to be in a session, however it was obtained; read at every token.';
create index session_tickets_by_user on public.session_tickets (user_id);

create function live.house_wallet(p_kind text) returns uuid
language sql stable set search_path = ''
return (select id from public.coin_wallets where kind = p_kind);

create function live.wallet_of(p_user_id uuid) returns uuid
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.coin_wallets (user_id, balance) values (p_user_id, 0) on conflict (user_id) do nothing;
  return (select id from public.coin_wallets where user_id = p_user_id);
end $$;

create function live.transfer(p_kind text, p_from uuid, p_to uuid, p_coins bigint,
                              p_session_id uuid default null, p_reference text default null) returns uuid
language plpgsql security definer set search_path = '' as $$
declare v_transaction uuid;
begin
  insert into public.coin_transactions (kind, session_id, reference) values (p_kind, p_session_id, p_reference)
  returning id into v_transaction;
  insert into public.coin_entries (transaction_id, wallet_id, amount)
  values (v_transaction, p_from, -p_coins), (v_transaction, p_to, p_coins);
  return v_transaction;
end $$;

insert into live.settings (name, value, meaning) values
  ('credit_max_coins', 10000000, 'The largest purchase of coins.');

create function live.credit_coins(p_user_id uuid, p_coins bigint, p_reference text) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_wallet uuid;
  v_max bigint := live.setting('credit_max_coins');
  v_known record;
begin
  if p_coins is null or p_coins not between 1 and v_max then
    perform live.fail_field('coins', format('A purchase has 1 to %s coins.', v_max));
  elsif coalesce(p_reference, '') !~ '\S' then
    perform live.fail_field('reference', 'A purchase has the store''s transaction id.');
  elsif not exists (select from auth.users where id = p_user_id and deleted_at is null) then
    perform live.fail('not_found', 'There is no such account.');
  end if;
  -- The same purchase at the same time waits here.
  perform pg_advisory_xact_lock(hashtextextended('live.credit:' || p_reference, 0));
  v_wallet := live.wallet_of(p_user_id);
  perform 1 from public.coin_wallets where id = v_wallet for update;
  select e.wallet_id, e.amount into v_known
  from public.coin_transactions t join public.coin_entries e on e.transaction_id = t.id and e.amount > 0
  where t.reference = p_reference;
  if not found then
    perform live.transfer('credit', live.house_wallet('issuance'), v_wallet, p_coins, null, p_reference);
  elsif (v_known.wallet_id, v_known.amount) <> (v_wallet, p_coins) then
    perform live.fail('conflict', 'This purchase was credited otherwise.', '{"field": "reference"}');
  end if;
  return (select balance from public.coin_wallets where id = v_wallet);
end $$;
comment on function live.credit_coins is
  'Credits coins that somebody bought; the same reference counts once, and is refused for anybody else or another amount. Returns the balance.';
