-- What tokens need beyond their rows: keys, links that show them once, prolongations, limits of use; the counts of
-- deliveries that nobody signed; sessions of contacts; alerts that no delivery raised.

-- Keys of access tokens and of API tokens are never the same. A retired key of API tokens still verifies: tokens live for
-- months.
alter table signing_keys add purpose text not null default 'access' check (purpose in ('access', 'api_token'));

-- Which transaction blacklisted a token last: gateways ask for what came after the transactions that they know of.
alter table api_tokens add blacklisting bigint;
comment on column api_tokens.blacklisting is 'The transaction that set blacklisted_at: a later snapshot knows it, an earlier one does not.';
create function note_blacklisting() returns trigger language plpgsql as $$
begin
  if new.blacklisted_at is not null and (tg_op = 'INSERT' or old.blacklisted_at is distinct from new.blacklisted_at) then
    new.blacklisting := pg_current_xact_id()::text::bigint;
  end if;
  return new;
end $$;
create trigger api_tokens_blacklisting before insert or update on api_tokens
  for each row execute function note_blacklisting();
create index api_tokens_blacklisting_idx on api_tokens (blacklisting) where blacklisting is not null;
alter table api_tokens add first_used_at timestamptz;
comment on column api_tokens.first_used_at is 'When a gateway first asked for it.';

-- A link shows a token once. The secret is in the mail alone.
create table token_links (
  id uuid primary key default gen_random_uuid(),
  token_id uuid not null references api_tokens on delete restrict,
  email citext not null,
  secret_hash bytea not null unique,
  job_id uuid unique,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on column token_links.job_id is 'The job that mails it: when it is repeated, its new secret takes the place of the old one.';
create index token_links_token_id_idx on token_links (token_id, created_at desc);
call watch_table('token_links', noise => array['secret_hash']);

-- What an applicant answered when asking for a longer life of a token.
create table token_prolongations (
  id uuid primary key default gen_random_uuid(),
  token_id uuid not null references api_tokens on delete restrict,
  owner text not null check (owner in ('still_in_charge', 'will_change_soon', 'not_in_charge')),
  is_purpose_unchanged boolean not null,
  is_business_contact_unchanged boolean not null,
  is_technical_contact_unchanged boolean not null,
  state text not null check (state in
    ('prolonged', 'requires_update', 'update_submitted', 'update_refused')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index token_prolongations_token_id_idx on token_prolongations (token_id, created_at desc);
call watch_table('token_prolongations');

-- From where, and how often, the tokens of a request may be used.
create table token_limits (
  id uuid primary key default gen_random_uuid(),
  request_id uuid not null unique references authorization_requests on delete restrict,
  allowed_networks text[] not null default '{}',
  requests_per_minute integer check (requests_per_minute > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on column token_limits.allowed_networks is 'Addresses and CIDR ranges; none allows any.';
create function are_networks(texts text[]) returns boolean language plpgsql immutable as $$
begin
  perform text::inet from unnest(texts) text;
  return array_position(texts, null) is null;
exception when invalid_text_representation then
  return false;
end $$;
alter table token_limits add constraint token_limits_allowed_networks_check check (are_networks(allowed_networks));
call watch_table('token_limits');

-- Deliveries that nobody signed: counted, not kept.
create table unsigned_deliveries (
  id uuid primary key default gen_random_uuid(),
  api text not null,
  source text not null,
  minute timestamptz not null,
  count integer not null default 1 check (count > 0),
  unique (api, source, minute)
);
create index unsigned_deliveries_minute_idx on unsigned_deliveries (minute desc);

-- A contact signs in without being a person of the directory.
alter table sessions alter user_id drop not null;
alter table sessions add contact_email citext;
alter table sessions add constraint sessions_who_check check ((user_id is null) <> (contact_email is null));
create index sessions_contact_email_idx on sessions (contact_email);
create table contact_links (
  id uuid primary key default gen_random_uuid(),
  email citext not null,
  source text not null,
  secret_hash bytea unique,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on column contact_links.secret_hash is 'None until the mail is written; none at all for an address of no contact.';
create index contact_links_email_idx on contact_links (email, created_at desc);
create index contact_links_source_idx on contact_links (source, created_at desc);
call watch_table('contact_links', noise => array['secret_hash']);

-- Alerts that no delivery raised are raised once by their key.
alter table alerts add occasion text;
comment on column alerts.occasion is 'What tells an alert that no delivery raised from another one of its kind.';
alter table alerts add constraint alerts_kind_occasion_key unique (kind, api, occasion);
alter table alerts drop constraint alerts_kind_check;
alter table alerts add constraint alerts_kind_check check (kind in
  ('archived_with_live_token', 'revived', 'deleted', 'unknown_event', 'partial_revocation', 'approved_after_revocation',
   'approval_missing', 'unreadable', 'failed', 'bad_signatures', 'silence', 'reconciled'));

-- What reconciliation found that the webhook lost.
create table reconciliations (
  id uuid primary key default gen_random_uuid(),
  api text not null,
  trigger text not null check (trigger in ('cron', 'action')),
  requested_by uuid references users on delete set null,
  state text not null default 'running' check (state in ('running', 'succeeded', 'failed')),
  error text,
  requests integer not null default 0,
  found jsonb not null default '[]',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz
);
comment on column reconciliations.found is 'For each request that differed: its number, the events that were lost, its status before and after.';
create index reconciliations_api_idx on reconciliations (api, created_at desc);
create index reconciliations_requested_by_idx on reconciliations (requested_by);
call watch_table('reconciliations');

create index jobs_listed_idx on jobs (created_at desc, id);
create index jobs_state_idx on jobs (state, created_at desc);
