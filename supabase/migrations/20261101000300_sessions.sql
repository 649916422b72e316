-- Sessions, who is in them, and what they say there.

create table public.live_sessions (
  id uuid primary key default gen_random_uuid(),
  session_type live.session_type not null check (session_type in ('video_live', 'audio_room')),
  room_name text not null generated always as (live.room_name(session_type, id)) stored,
  title text not null check (char_length(title) between 1 and 120),
  host_id uuid not null references auth.users (id),
  access live.access not null,
  price_coins integer not null default 0 check (price_coins >= 0 and (price_coins > 0) = (access = 'pay_per_view')),
  status live.session_status not null default 'preparing',
  viewer_count integer not null default 0 check (viewer_count >= 0),
  peak_viewers integer not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  host_absent_since timestamptz,
  room_sid text,
  check ((status = 'ended') = (ended_at is not null)),
  check ((status = 'ended') = (end_reason is not null)),
  check (status <> 'live' or started_at is not null)
);
comment on column public.live_sessions.viewer_count is 'People in the room now, without the host; derived from live_participants.';
comment on column public.live_sessions.host_absent_since is 'The host lease runs out host_grace_seconds after this; null while the host is in the room.';
comment on column public.live_sessions.room_sid is 'The LiveKit room that is open now, as its webhooks told; null means it may have to be created.';
-- Unique through its id. A unique index would make it a key, whose table locks out newcomers whenever a count changes.
create index live_sessions_by_room on public.live_sessions (room_name);
create unique index live_sessions_one_open_per_host on public.live_sessions (host_id) where status <> 'ended';
create index live_sessions_discovery on public.live_sessions (started_at desc) where status = 'live';
create index live_sessions_absent_hosts on public.live_sessions (host_absent_since) where status <> 'ended';

create table public.live_participants (
  session_id uuid not null references public.live_sessions (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role live.role not null,
  status live.participant_status not null default 'admitted',
  muted boolean not null default false,
  admitted_at timestamptz not null default now(),
  joined_at timestamptz,
  left_at timestamptz,
  primary key (session_id, user_id)
);
comment on column public.live_participants.muted is 'May neither write in the chat nor publish anything.';
create index live_participants_by_user on public.live_participants (user_id);
create index live_participants_present on public.live_participants (session_id, role) where status in ('admitted', 'joined');
create index live_participants_waiting on public.live_participants (admitted_at) where status = 'admitted';

-- One row for every time somebody entered a LiveKit room. Presence is derived from it, so that an
-- event that comes twice, late or before its elder counts once.
create table live.connections (
  participant_sid text primary key,
  room_name text not null,
  room_sid text not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  joined_at timestamptz,
  left_at timestamptz
);
create index connections_of_room on live.connections (room_name, user_id);
create index connections_open on live.connections (room_name, user_id) where left_at is null;

create table public.live_messages (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.live_sessions (id) on delete cascade,
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  body text not null check (char_length(body) between 1 and 500),
  created_at timestamptz not null default now()
);
create index live_messages_history on public.live_messages (session_id, created_at desc, id desc);

create table public.stage_requests (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.live_sessions (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  kind text not null check (kind in ('request', 'invite')),
  role live.role not null check (role in ('co_host', 'speaker')),
  status text not null default 'pending' check (status in ('pending', 'accepted', 'declined', 'cancelled')),
  created_by uuid not null references auth.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  decided_at timestamptz,
  check ((status = 'pending') = (decided_at is null))
);
comment on table public.stage_requests is 'Raised hands (request) and invitations to the stage (invite).';
create unique index stage_requests_one_pending on public.stage_requests (session_id, user_id) where status = 'pending';

create table public.session_bans (
  session_id uuid not null references public.live_sessions (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  banned_by uuid references auth.users (id) on delete set null,
  reason text,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  primary key (session_id, user_id)
);
create index session_bans_expiring on public.session_bans (expires_at) where expires_at is not null;

create table public.creator_bans (
  creator_id uuid not null references auth.users (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  reason text check (char_length(reason) between 1 and 500),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  primary key (creator_id, user_id),
  check (creator_id <> user_id)
);
comment on table public.creator_bans is 'Somebody banned from every session of a creator, for good or until expires_at.';
create index creator_bans_of_user on public.creator_bans (user_id);
create index creator_bans_expiring on public.creator_bans (expires_at) where expires_at is not null;

create table public.user_blocks (
  blocker_id uuid not null references auth.users (id) on delete cascade,
  blocked_id uuid not null references auth.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (blocker_id, blocked_id),
  check (blocker_id <> blocked_id)
);
create index user_blocks_of_blocked on public.user_blocks (blocked_id);
