-- Development only. Five people: <name>@ipelya.test, password ipelya-<name>.

insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data)
select id, 'authenticated', 'authenticated', name || '@ipelya.test',
       extensions.crypt('ipelya-' || name, extensions.gen_salt('bf', 6)), now(),
       '{"provider": "email", "providers": ["email"]}', jsonb_build_object('name', name)
from (values
  ('11111111-1111-4111-8111-111111111111'::uuid, 'creator'),
  ('22222222-2222-4222-8222-222222222222', 'other_creator'),
  ('33333333-3333-4333-8333-333333333333', 'subscriber'),
  ('44444444-4444-4444-8444-444444444444', 'viewer'),
  ('55555555-5555-4555-8555-555555555555', 'broke')
) as people (id, name)
on conflict (id) do nothing;

insert into public.profiles (id, username, display_name, is_creator, role)
select id, raw_user_meta_data ->> 'name', initcap(replace(raw_user_meta_data ->> 'name', '_', ' ')),
       raw_user_meta_data ->> 'name' in ('creator', 'other_creator'),
       case when raw_user_meta_data ->> 'name' in ('creator', 'other_creator') then 'creator' else 'user' end
from auth.users where email like '%@ipelya.test'
on conflict (id) do nothing;

insert into public.creator_subscriptions (creator_id, subscriber_id)
values ('11111111-1111-4111-8111-111111111111', '33333333-3333-4333-8333-333333333333')
on conflict do nothing;

select live.wallet_of(id) from auth.users where email like '%@ipelya.test';
select live.credit_coins('44444444-4444-4444-8444-444444444444', 500, 'seed:viewer');
