-- Who runs a session whose host is away.

alter table public.live_sessions add column acting_host_id uuid references auth.users (id);
comment on column public.live_sessions.acting_host_id is 'The co-host in charge while the host is away; null while the host is.';
comment on column public.live_sessions.host_absent_since is 'The lease of whoever is in charge runs out host_grace_seconds after this; null while that person is in the room.';
