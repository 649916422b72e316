-- The chat of a session: who writes, how often, what is told, and reactions.

create table public.session_chat_settings (
  session_id uuid primary key references public.live_sessions (id) on delete cascade,
  slow_mode_seconds integer not null default 0 check (slow_mode_seconds between 0 and 3600)
);
comment on column public.session_chat_settings.slow_mode_seconds is 'The least time between two messages of one person of the audience.';

create table live.blocked_words (
  word text primary key check (word = lower(word) and word ~ '^\S+$')
);
comment on table live.blocked_words is 'Words that no message may have; the app fills it.';

-- The hook of the word filter: replace it to ask something cleverer. True means that the text may be said.
create function live.is_text_allowed(p_text text) returns boolean
language sql stable security definer set search_path = ''
return not exists (
  select from live.blocked_words b
  where b.word = any (regexp_split_to_array(lower(normalize(p_text, NFKC)), '[[:space:][:punct:]]+')));

create or replace function live.i_may_write(p_session_id uuid) returns boolean
language sql stable security definer set search_path = ''
return live.i_have_an_account() and live.is_member(p_session_id, auth.uid()) and exists (
  select from public.live_participants p join public.live_sessions s on s.id = p.session_id
  where p.session_id = p_session_id and p.user_id = auth.uid() and p.status = 'joined' and not p.muted
    and s.status = 'live');

create index live_messages_by_author on public.live_messages (session_id, user_id, created_at desc);

create trigger count_message before insert on public.live_messages
  for each row execute function live.count_insert('message', 'user_id');

-- After row-level security has let the row in. One person's messages come here one at a time: the limit locks their row.
create function live.check_message() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_slow interval;
  v_last timestamptz;
begin
  if auth.uid() is null then return null; end if;
  if new.body !~ '\S' then
    perform live.fail_insert(400, 'invalid_argument', 'The message is blank.', '{"field": "body"}');
  elsif not live.is_text_allowed(new.body) then
    perform live.fail_insert(400, 'invalid_argument', 'The message has a word that is not allowed.', '{"field": "body"}');
  end if;
  select make_interval(secs => c.slow_mode_seconds) into v_slow
  from public.session_chat_settings c join public.live_participants p using (session_id)
  where c.session_id = new.session_id and p.user_id = new.user_id and p.role not in ('host', 'co_host')
    and c.slow_mode_seconds > 0;
  if not found then return null; end if;
  -- What was deleted was said, too.
  select greatest(
    (select max(created_at) from public.live_messages
     where session_id = new.session_id and user_id = new.user_id and id <> new.id),
    (select max(created_at) from live.deleted_messages where session_id = new.session_id and user_id = new.user_id)) into v_last;
  if v_last > new.created_at - v_slow then
    perform live.fail_insert(429, 'rate_limited', 'Slow mode is on.', jsonb_build_object('limit', 'slow_mode',
      'retry_after_ms', ceil(extract(epoch from v_last + v_slow - new.created_at) * 1000)));
  end if;
  return null;
end $$;
create trigger check_message after insert on public.live_messages
  for each row execute function live.check_message();

create function live.message_json(m public.live_messages) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object('id', m.id, 'session_id', m.session_id, 'user_id', m.user_id, 'body', m.body,
                          'created_at', m.created_at);

-- Named to come after check_message, so that nothing refused is told.
create function live.broadcast_message() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    perform realtime.send(jsonb_build_object('message', live.message_json(new)), 'message_created',
                          'session:' || new.session_id, true);
    return null;
  end if;
  -- Not when the account or the session goes with all that belongs to it.
  if auth.uid() is null then return null; end if;
  insert into live.deleted_messages (id, session_id, user_id, body, created_at)
  values (old.id, old.session_id, old.user_id, old.body, old.created_at);
  perform realtime.send(jsonb_build_object('message', jsonb_build_object('id', old.id, 'session_id', old.session_id)),
                        'message_deleted', 'session:' || old.session_id, true);
  if old.user_id <> auth.uid() then
    insert into public.moderation_log (session_id, actor_id, target_id, action, message_id)
    values (old.session_id, auth.uid(), old.user_id, 'delete_message', old.id);
  end if;
  return null;
end $$;
create trigger tell_message after insert or delete on public.live_messages
  for each row execute function live.broadcast_message();

-- One's own messages, and those of people one may moderate.
create function live.i_may_delete_of(p_session_id uuid, p_author uuid) returns boolean
language sql stable security definer set search_path = ''
return live.is_member(p_session_id, auth.uid()) and (p_author = auth.uid() or exists (
  select from public.live_participants me
  left join public.live_participants them on them.session_id = me.session_id and them.user_id = p_author
  where me.session_id = p_session_id and me.user_id = auth.uid()
    and live.may_moderate(me.role, coalesce(them.role, 'viewer'))));

create table public.session_reactions (
  session_id uuid not null references public.live_sessions (id) on delete cascade,
  kind text not null check (kind in ('heart', 'clap', 'laugh', 'wow', 'fire', 'sad')),
  count bigint not null default 0,
  primary key (session_id, kind)
);
comment on table public.session_reactions is 'How often the audience reacted; added up from live_reactions.';

create table public.live_reactions (
  id bigint generated always as identity primary key,
  session_id uuid not null references public.live_sessions (id) on delete cascade,
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  kind text not null check (kind in ('heart', 'clap', 'laugh', 'wow', 'fire', 'sad')),
  count smallint not null default 1 check (count between 1 and 20)
);
comment on table public.live_reactions is
  'Taps since the last sweep, so that nobody waits for anybody''s row. A client sends several of its taps as one row.';

create trigger count_reaction before insert on public.live_reactions
  for each row execute function live.count_insert('reaction', 'user_id', 'count');

-- However many there were: one row for each kind, and one Broadcast for each session.
create function live.flush_reactions() returns void
language sql security definer set search_path = ''
begin atomic
  with taken as (
    delete from public.live_reactions where id in (
      select id from public.live_reactions order by id limit live.setting('sweep_rows') for update skip locked)
    returning session_id, kind, count
  ), added as (
    insert into public.session_reactions as r (session_id, kind, count)
    select session_id, kind, sum(count) from taken group by session_id, kind order by session_id, kind
    on conflict (session_id, kind) do update set count = r.count + excluded.count
  ), told as (
    select session_id, jsonb_object_agg(kind, n) as counts
    from (select session_id, kind, sum(count) as n from taken group by session_id, kind) k group by session_id
  )
  select realtime.send(jsonb_build_object('reactions', jsonb_build_object('session_id', session_id, 'counts', counts)),
                       'reactions', 'session:' || session_id, true) from told;
end;

select live.lock_down(t) from unnest(array['public.session_chat_settings', 'live.blocked_words',
  'public.session_reactions', 'public.live_reactions']::regclass[]) t;
grant select, insert (session_id, slow_mode_seconds), update (session_id, slow_mode_seconds) on public.session_chat_settings to authenticated;
grant select on public.session_reactions to authenticated;
grant insert (session_id, kind, count) on public.live_reactions to authenticated;
grant delete on public.live_messages to authenticated;
grant execute on function live.i_may_delete_of to authenticated;

create policy "No client" on live.blocked_words for all to anon, authenticated using (false);
create policy "Authors and moderators delete messages" on public.live_messages
  for delete to authenticated using (live.i_may_delete_of(session_id, user_id));
create policy "Members see how the chat is set" on public.session_chat_settings
  for select to authenticated using (session_id in (select live.my_sessions()));
create policy "Hosts and co-hosts set the chat for the first time" on public.session_chat_settings
  for insert to authenticated with check (session_id in (select live.sessions_i_lead()));
create policy "Hosts and co-hosts change how the chat is set" on public.session_chat_settings
  for update to authenticated using (session_id in (select live.sessions_i_lead()));
create policy "Members see how often was reacted" on public.session_reactions
  for select to authenticated using (session_id in (select live.my_sessions()));
create policy "Members who are in the room and not muted react" on public.live_reactions
  for insert to authenticated with check (user_id = (select auth.uid()) and live.i_may_write(session_id));

create function live.forget_the_past() returns void
language plpgsql security definer set search_path = '' as $$
begin
  -- Whoever never came for the place that was kept gives it back.
  update public.live_participants p set status = 'left', left_at = now()
  from (select session_id, user_id from public.live_participants
        where status = 'admitted' and role <> 'host'
          and admitted_at <= now() - live.seconds('token_ttl_seconds') - interval '1 minute'
        limit live.setting('sweep_rows') for update skip locked) q
  where (p.session_id, p.user_id) = (q.session_id, q.user_id);
  perform live.lift_expired_bans();
  perform live.flush_reactions();
  perform live.clear_away('live.idempotency_keys', $c$created_at <= now() - live.seconds('idempotency_seconds')$c$);
  perform live.clear_away('public.webhook_events', $c$received_at <= now() - live.seconds('webhook_seconds')$c$);
  perform live.clear_away('public.livekit_outbox', $c$delivered_at <= now() - live.seconds('webhook_seconds')$c$);
  perform live.clear_away('live.connections', $c$left_at <= now() - live.seconds('webhook_seconds')$c$);
  perform live.clear_away('live.deleted_messages', $c$deleted_at <= now() - live.seconds('deleted_message_seconds')$c$);
  perform live.clear_away('live.usage', 'paid_until <= now()');
end $$;

revoke all on all functions in schema live from public, anon;
revoke execute on function live.i_may_delete_of from public;
grant execute on all functions in schema live to service_role;
