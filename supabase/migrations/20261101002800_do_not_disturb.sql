-- Do not disturb: nobody's call rings at somebody who wants no calls.

create table public.call_settings (
  user_id uuid primary key default auth.uid() references auth.users (id) on delete cascade,
  do_not_disturb_until timestamptz not null
);
comment on table public.call_settings is 'Until when somebody wants no calls; written by that person. infinity is until further notice.';

create function live.is_undisturbed(p_user_id uuid) returns boolean
language sql stable security definer set search_path = ''
return exists (select from public.call_settings where user_id = p_user_id and do_not_disturb_until > now());

select live.lock_down('public.call_settings');
grant select, insert (do_not_disturb_until), update (do_not_disturb_until), delete on public.call_settings to authenticated;
create policy "People see their own setting" on public.call_settings
  for select to authenticated using (user_id = (select auth.uid()));
create policy "People set it for the first time" on public.call_settings
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "People change their own setting" on public.call_settings
  for update to authenticated using (user_id = (select auth.uid()));
create policy "People take it back" on public.call_settings
  for delete to authenticated using (user_id = (select auth.uid()));

revoke all on all functions in schema live from public, anon;
grant execute on all functions in schema live to service_role;
