-- DEVELOPMENT ONLY. `profiles` and `creator_subscriptions` belong to the app: where they exist this file changes
-- nothing, and where they don't it makes the least that the rules read.

create table if not exists public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  username text unique,
  display_name text,
  is_creator boolean not null default false,
  role text not null default 'user'
);

create table if not exists public.creator_subscriptions (
  id uuid primary key default gen_random_uuid(),
  creator_id uuid not null references auth.users (id) on delete cascade,
  subscriber_id uuid not null references auth.users (id) on delete cascade,
  status text not null default 'active',
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  unique (creator_id, subscriber_id)
);

do $$
begin
  if (select relrowsecurity from pg_class where oid = 'public.profiles'::regclass) then return; end if;
  alter table public.profiles enable row level security;
  alter table public.creator_subscriptions enable row level security;
  revoke all on public.profiles, public.creator_subscriptions from anon, authenticated;
  grant select on public.profiles, public.creator_subscriptions to authenticated;
  grant all on public.profiles, public.creator_subscriptions to service_role;
  create policy "Anyone signed in sees who is who" on public.profiles
    for select to authenticated using (true);
  create policy "Subscribers and creators see their own subscriptions" on public.creator_subscriptions
    for select to authenticated using ((select auth.uid()) in (subscriber_id, creator_id));
end $$;
