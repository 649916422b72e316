-- Raised hands and invitations to the stage: how long they stay open, and what closes them.

insert into live.settings (name, value, meaning) values
  ('stage_invite_seconds', 60, 'How long an invitation to the stage waits for its answer.'),
  ('stage_absence_seconds', 60, 'How long a raised hand or an invitation outlives the absence of the person.');

alter table public.stage_requests add column expires_at timestamptz;
comment on column public.stage_requests.expires_at is 'An invitation can be accepted until then; a raised hand has no such time.';
update public.stage_requests set expires_at = created_at + live.seconds('stage_invite_seconds') where kind = 'invite';
alter table public.stage_requests
  drop constraint stage_requests_status_check,
  add constraint stage_requests_status_check
    check (status in ('pending', 'accepted', 'declined', 'cancelled', 'expired')),
  add constraint stage_requests_expiry_check check ((kind = 'invite') = (expires_at is not null));
create index stage_requests_latest on public.stage_requests (session_id, user_id, created_at desc);
create index stage_requests_open on public.stage_requests (expires_at) where status = 'pending';

create function live.stage_request_json(r public.stage_requests) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object(
  'id', r.id, 'session_id', r.session_id, 'user_id', r.user_id, 'kind', r.kind, 'role', r.role, 'status', r.status,
  'created_by', r.created_by, 'created_at', r.created_at, 'expires_at', r.expires_at);

-- Closes whatever is open of one person.
create function live.settle_stage_requests(p_session_id uuid, p_user_id uuid, p_status text) returns void
language sql security definer set search_path = ''
begin atomic
  update public.stage_requests set status = p_status, decided_at = now()
  where session_id = p_session_id and user_id = p_user_id and status = 'pending';
end;

-- A person's last request, whatever became of it; null when there never was one.
create function live.latest_stage_request(p_session_id uuid, p_user_id uuid) returns jsonb
language sql stable security definer set search_path = ''
return (select live.stage_request_json(r) from public.stage_requests r
        where r.session_id = p_session_id and r.user_id = p_user_id order by r.created_at desc limit 1);

-- Invitations that nobody answered in time, and what is open of people who are gone.
create function live.expire_stage_requests() returns void
language sql security definer set search_path = ''
begin atomic
  update public.stage_requests set status = 'expired', decided_at = now()
  where id in (select id from public.stage_requests where status = 'pending' and expires_at <= now() for update skip locked);
  update public.stage_requests set status = 'cancelled', decided_at = now()
  where id in (
    select r.id from public.stage_requests r join public.live_participants p using (session_id, user_id)
    where r.status = 'pending' and p.status = 'left' and p.left_at <= now() - live.seconds('stage_absence_seconds')
    for update of r skip locked);
end;
