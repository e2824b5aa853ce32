-- What DataPass tells of authorization requests, what follows from it, and the tokens that they yield.

create table organizations (
  id uuid primary key default gen_random_uuid(),
  siret text not null unique check (siret ~ '^[0-9]{14}$'),
  name text check (name <> ''),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on column organizations.siret is 'The number of an establishment in INSEE''s register: 14 digits.';
create index organizations_name_idx on organizations (name, id);
call watch_table('organizations');

create table authorization_requests (
  id uuid primary key default gen_random_uuid(),
  api text not null check (api <> ''),
  external_id text not null check (external_id <> ''),
  public_id uuid,
  title text,
  description text,
  form text,
  status text not null default 'draft' check (status in
    ('draft', 'submitted', 'changes_requested', 'validated', 'refused', 'revoked', 'archived')),
  amendment text check (amendment in ('draft', 'submitted', 'changes_requested')),
  organization_id uuid references organizations on delete restrict,
  previous_external_id text,
  service_provider jsonb,
  scopes text[] not null default '{}',
  first_submitted_at timestamptz,
  validated_at timestamptz,
  approved_at timestamptz,
  revoked_at timestamptz,
  archived_at timestamptz,
  last_event_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (api, external_id)
);
comment on column authorization_requests.external_id is 'The number of the request at DataPass.';
comment on column authorization_requests.amendment is
  'How far the amendment of a request has come that was decided before and is reopened; its status stands meanwhile.';
comment on column authorization_requests.scopes is 'What the last approval granted.';
comment on column authorization_requests.validated_at is 'The first approval.';
comment on column authorization_requests.approved_at is 'The last approval.';
create index authorization_requests_organization_id_idx on authorization_requests (organization_id);
create index authorization_requests_status_idx on authorization_requests (status, last_event_at desc);
create index authorization_requests_last_event_at_idx on authorization_requests (last_event_at desc nulls last, id);
create index authorization_requests_external_id_idx on authorization_requests (external_id);
create index authorization_requests_previous_idx on authorization_requests (api, previous_external_id);
create index authorization_requests_title_idx on authorization_requests using gin (title gin_trgm_ops);
call watch_table('authorization_requests');

create table authorization_request_contacts (
  id uuid primary key default gen_random_uuid(),
  request_id uuid not null references authorization_requests on delete cascade,
  role text not null check (role in ('applicant', 'business', 'technical', 'controller', 'data_protection_officer')),
  email citext not null check (email like '%_@_%'),
  first_name text,
  last_name text,
  phone text,
  job text,
  user_id uuid references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (request_id, role)
);
comment on column authorization_request_contacts.user_id is 'The user who has proved to hold this address, if there is one.';
create index authorization_request_contacts_email_idx on authorization_request_contacts (email);
create index authorization_request_contacts_user_id_idx on authorization_request_contacts (user_id);
call watch_table('authorization_request_contacts');

-- The journal: each signed delivery, as it came. Requests are the fold of it.
create table datapass_events (
  id uuid primary key default gen_random_uuid(),
  api text not null,
  generation smallint not null check (generation in (1, 2)),
  source text not null,
  body text not null,
  payload jsonb,
  digest text,
  external_id text,
  event text,
  fired_at timestamptz,
  outcome text not null default 'received' check (outcome in
    ('received', 'applied', 'folded_late', 'duplicate', 'test', 'unknown', 'unreadable', 'failed')),
  reason text,
  changes jsonb,
  request_id uuid references authorization_requests on delete restrict,
  duplicate_of uuid references datapass_events on delete restrict,
  received_at timestamptz not null default now(),
  judged_at timestamptz,
  updated_at timestamptz not null default now()
);
comment on column datapass_events.body is 'The signed bytes, as text.';
comment on column datapass_events.digest is 'Of the payload, whatever the order of its members; in hexadecimal digits.';
comment on column datapass_events.changes is 'The columns of the request that this delivery changed, with their values before and after.';
create index datapass_events_received_at_idx on datapass_events (received_at desc, id);
create index datapass_events_request_id_idx on datapass_events (request_id, fired_at);
create index datapass_events_external_id_idx on datapass_events (external_id, api);
create index datapass_events_outcome_idx on datapass_events (outcome, received_at desc);
create index datapass_events_duplicate_of_idx on datapass_events (duplicate_of);
-- Of what is the same, one counts.
create unique index datapass_events_digest_idx on datapass_events (api, digest) where outcome <> 'duplicate';
call watch_table('datapass_events', audited => false);

create table api_tokens (
  id uuid primary key default gen_random_uuid(),
  request_id uuid not null references authorization_requests on delete restrict,
  approval_id uuid unique references datapass_events on delete restrict,
  issued_at timestamptz not null default now(),
  expires_at timestamptz not null,
  blacklisted_at timestamptz,
  blacklist_reason text,
  replaces_id uuid references api_tokens on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table api_tokens is 'Never deleted. What a token may do is what its request was granted.';
comment on column api_tokens.id is 'The jti of the JWT.';
comment on column api_tokens.approval_id is 'The approval that yielded it; none for one that an administrator issued.';
comment on column api_tokens.blacklisted_at is 'From when it is refused; may lie ahead.';
create index api_tokens_request_id_idx on api_tokens (request_id, issued_at desc);
create index api_tokens_expires_at_idx on api_tokens (expires_at);
create index api_tokens_blacklisted_at_idx on api_tokens (blacklisted_at);
create index api_tokens_replaces_id_idx on api_tokens (replaces_id);
call watch_table('api_tokens');

create function refuse_token_deletion() returns trigger language plpgsql as $$
begin
  raise exception 'tokens are never deleted' using errcode = 'insufficient_privilege';
end $$;
create trigger api_tokens_kept before delete or truncate on api_tokens
  for each statement execute function refuse_token_deletion();

create table alerts (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in
    ('archived_with_live_token', 'revived', 'deleted', 'unknown_event', 'partial_revocation', 'approved_after_revocation',
     'approval_missing', 'unreadable', 'failed')),
  api text not null,
  request_id uuid references authorization_requests on delete restrict,
  event_id uuid references datapass_events on delete restrict,
  details jsonb not null default '{}',
  acknowledged_at timestamptz,
  acknowledged_by uuid references users on delete set null,
  note text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (kind, event_id)
);
comment on column alerts.event_id is 'The delivery that raised it: the same one raises it once.';
create index alerts_created_at_idx on alerts (created_at desc, id);
create index alerts_open_idx on alerts (created_at desc) where acknowledged_at is null;
create index alerts_request_id_idx on alerts (request_id);
create index alerts_event_id_idx on alerts (event_id);
create index alerts_acknowledged_by_idx on alerts (acknowledged_by);
call watch_table('alerts');
