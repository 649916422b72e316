-- Who was put out by whom and why, and what people report about each other.

-- What every new table starts with: row-level security, nothing for clients, everything for the server.
create function live.lock_down(p_table regclass) returns void
language plpgsql set search_path = '' as $$
begin
  execute format('alter table %s enable row level security', p_table);
  execute format('revoke all on %s from public, anon, authenticated', p_table);
  execute format('grant select, insert, update, delete on %s to service_role', p_table);
end $$;

create table public.moderation_log (
  id bigint generated always as identity primary key,
  session_id uuid not null,
  actor_id uuid,
  target_id uuid not null,
  action text not null check (action in ('mute', 'unmute', 'kick', 'ban', 'unban', 'delete_message', 'set_role')),
  role live.role,
  scope text not null default 'session' check (scope in ('session', 'creator')),
  reason text,
  expires_at timestamptz,
  message_id uuid,
  created_at timestamptz not null default now(),
  check ((action = 'set_role') = (role is not null))
);
comment on column public.moderation_log.actor_id is 'Null: the rules themselves, such as a stage that is full when somebody comes back.';
comment on table public.moderation_log is
  'Who did what to whom and why. It can only grow, and has no foreign keys: it outlives what it tells of.';
create index moderation_log_by_session on public.moderation_log (session_id, id desc);
create index moderation_log_by_target on public.moderation_log (target_id, id desc);
create trigger append_only before update or delete or truncate on public.moderation_log
  for each statement execute function live.refuse_change();

create table public.reports (
  id uuid primary key default gen_random_uuid(),
  reporter_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  reported_id uuid not null references auth.users (id) on delete cascade,
  session_id uuid references public.live_sessions (id) on delete set null,
  call_id uuid references public.calls (id) on delete set null,
  message_id uuid,
  category text not null check (category in
    ('spam', 'harassment', 'hate', 'sexual_content', 'violence', 'self_harm', 'minor_safety', 'impersonation', 'other')),
  details text check (char_length(details) between 1 and 1000),
  message_body text,
  status text not null default 'open' check (status in ('open', 'upheld', 'dismissed')),
  created_at timestamptz not null default now(),
  check (reporter_id <> reported_id)
);
comment on column public.reports.message_body is 'What the reported message said, kept when the message is deleted.';
-- The same complaint counts once while it is open.
create unique index reports_one_open on public.reports
  (reporter_id, reported_id, coalesce(message_id, session_id, call_id, reported_id)) where status = 'open';
create index reports_open on public.reports (category, created_at) where status = 'open';
create index reports_by_reported on public.reports (reported_id, created_at desc);

insert into live.settings (name, value, meaning) values
  ('deleted_message_seconds', 604800, 'How long a message that was deleted can still be reported.');

create table live.deleted_messages (
  id uuid primary key,
  session_id uuid not null references public.live_sessions (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  body text not null,
  created_at timestamptz not null,
  deleted_at timestamptz not null default now()
);
comment on table live.deleted_messages is 'What was said and taken back, kept for a while as a proof, and for slow mode.';
create index deleted_messages_by_author on live.deleted_messages (session_id, user_id, created_at desc);
create index deleted_messages_of_user on live.deleted_messages (user_id);
create index deleted_messages_age on live.deleted_messages (deleted_at);

-- The message is quoted by the server, so that nobody puts words into somebody's mouth.
create function live.quote_reported_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.message_id is null then return new; end if;
  select m.body, m.session_id into new.message_body, new.session_id
  from (select id, session_id, user_id, body from public.live_messages
        union all select id, session_id, user_id, body from live.deleted_messages) m
  -- Whoever was there may tell, also when put out since or blocked.
  where m.id = new.message_id and m.user_id = new.reported_id and exists (
    select from public.live_participants p where p.session_id = m.session_id and p.user_id = new.reporter_id);
  if not found then
    raise exception 'There is no such message of this person.' using errcode = 'foreign_key_violation';
  end if;
  return new;
end $$;
create trigger quote_reported_message before insert on public.reports
  for each row execute function live.quote_reported_message();

select live.lock_down(t) from unnest(array['public.creator_bans', 'public.moderation_log', 'public.reports', 'live.deleted_messages']::regclass[]) t;

grant select on public.creator_bans, public.moderation_log, public.reports to authenticated;
grant insert (reported_id, session_id, call_id, message_id, category, details) on public.reports to authenticated;
alter table public.user_blocks alter column blocker_id set default auth.uid();
grant insert (blocked_id), delete on public.user_blocks to authenticated;

create policy "No client" on live.deleted_messages for all to anon, authenticated using (false);
create policy "People see bans that concern them: their own, and those they gave" on public.creator_bans
  for select to authenticated using ((select auth.uid()) in (user_id, creator_id));
create policy "Hosts and co-hosts see what was done in their sessions" on public.moderation_log
  for select to authenticated using (session_id in (select live.sessions_i_lead()));
create policy "People see their own reports" on public.reports
  for select to authenticated using (reporter_id = (select auth.uid()));
create policy "People report others in their own name" on public.reports
  for insert to authenticated with check (reporter_id = (select auth.uid()) and (select live.i_have_an_account()));
create policy "People block in their own name" on public.user_blocks
  for insert to authenticated with check (blocker_id = (select auth.uid()) and (select live.i_have_an_account()));
create policy "People lift the blocks they made" on public.user_blocks
  for delete to authenticated using (blocker_id = (select auth.uid()));

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
