-- 1-1 calls.

create table public.calls (
  id uuid primary key default gen_random_uuid(),
  room_name text not null generated always as (live.room_name('audio_call', id)) stored,
  status live.call_status not null default 'ringing',
  call_type live.call_type not null,
  caller_id uuid not null references auth.users (id) on delete cascade,
  callee_id uuid not null references auth.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  ring_expires_at timestamptz not null,
  answered_at timestamptz,
  answered_device_id text check (char_length(answered_device_id) between 1 and 128),
  ended_at timestamptz,
  end_reason text,
  room_sid text,
  check (caller_id <> callee_id),
  check ((status = 'ended') = (ended_at is not null)),
  check ((status = 'ended') = (end_reason is not null)),
  check (status <> 'active' or answered_at is not null)
);
-- No unique index, as with sessions.
create index calls_by_room on public.calls (room_name);
create index calls_by_caller on public.calls (caller_id, created_at desc);
create index calls_by_callee on public.calls (callee_id, created_at desc);
create index calls_ringing on public.calls (ring_expires_at) where status = 'ringing';
create index calls_active on public.calls (answered_at) where status = 'active';

create table public.call_members (
  call_id uuid not null references public.calls (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  absent_since timestamptz,
  released_at timestamptz,
  primary key (call_id, user_id)
);
comment on column public.call_members.absent_since is 'Since when an answered call misses this person; null while in the room, and while it rings.';
-- One live call for a person, which also makes two live calls between a pair impossible.
create unique index call_members_one_live_call on public.call_members (user_id) where released_at is null;
create index call_members_absent on public.call_members (absent_since) where released_at is null and absent_since is not null;
