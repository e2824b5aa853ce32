-- The directory: services, the accounts found there, the users they belong to, and how a sync changes them.

-- Letters without their marks, in lower case, so that "amelie" finds "Amélie".
create function searchable(value text) returns text language sql immutable parallel safe as $$
  select lower(regexp_replace(normalize(value, NFD), '[\u0300-\u036f]+', '', 'g'))
$$;

create table services (
  id uuid primary key default gen_random_uuid(),
  code text not null unique check (code ~ '^[a-z0-9][a-z0-9_-]*$'),
  kind text not null check (kind in ('github', 'mattermost', 'sentry', 'ovh', 'nextcloud', 'matomo', 'zammad')),
  name text not null check (name <> ''),
  position integer not null default 0,
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on column services.code is 'The id of the service in the configuration file.';
call watch_table('services');

create table users (
  id uuid primary key default gen_random_uuid(),
  kind text not null default 'person' check (kind in ('person', 'product', 'team', 'machine')),
  name text not null check (name <> ''),
  first_name text,
  last_name text,
  email citext unique check (email like '%_@_%'),
  login citext unique check (login <> ''),
  avatar_url text,
  arrival date,
  departure date,
  active boolean not null default true,
  additional jsonb not null default '{}' check (jsonb_typeof(additional) = 'object'),
  search_name text generated always as (searchable(name)) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint users_departure_after_arrival check (departure >= arrival)
);
create index users_name_idx on users (name, id);
create index users_arrival_idx on users (arrival);
create index users_departure_idx on users (departure);
create index users_created_at_idx on users (created_at);
create index users_search_name_idx on users using gin (search_name gin_trgm_ops);
create index users_email_trgm_idx on users using gin ((email::text) gin_trgm_ops);
call watch_table('users');

create table accounts (
  id uuid primary key default gen_random_uuid(),
  service_id uuid not null references services on delete restrict,
  user_id uuid not null references users on delete restrict,
  remote_id text not null check (remote_id <> ''),
  login citext,
  email citext,
  email_verified boolean not null default false,
  name text,
  avatar_url text,
  groups text[] not null default '{}',
  state text not null default 'active' check (state in ('active', 'invited', 'disabled', 'absent')),
  data jsonb not null default '{}' check (jsonb_typeof(data) = 'object'),
  last_seen_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (service_id, remote_id)
);
comment on column accounts.last_seen_at is 'For an absent account, the last sync that found it. Others were seen by the last sync of their service.';
create index accounts_user_id_idx on accounts (user_id);
create index accounts_service_state_idx on accounts (service_id, state);
create index accounts_email_idx on accounts (email);
create index accounts_login_trgm_idx on accounts using gin ((login::text) gin_trgm_ops);
create index accounts_email_trgm_idx on accounts using gin ((email::text) gin_trgm_ops);
call watch_table('accounts', noise => array['last_seen_at']);

create table merge_suggestions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users on delete cascade,
  candidate_id uuid not null references users on delete cascade,
  reason text not null check (reason in ('same_email', 'same_login', 'same_name')),
  evidence jsonb not null,
  state text not null default 'open' check (state in ('open', 'accepted', 'dismissed')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, candidate_id),
  check (user_id <> candidate_id)
);
create index merge_suggestions_candidate_id_idx on merge_suggestions (candidate_id);
create index merge_suggestions_state_idx on merge_suggestions (state, created_at);
call watch_table('merge_suggestions');

create table sync_runs (
  id uuid primary key default gen_random_uuid(),
  service_id uuid not null references services on delete cascade,
  trigger text not null check (trigger in ('cron', 'cli', 'action', 'http')),
  requested_by uuid references users on delete set null,
  dry_run boolean not null default false,
  state text not null default 'queued' check (state in
    ('queued', 'fetching', 'planning', 'applying', 'planned', 'waiting', 'succeeded', 'failed', 'interrupted', 'discarded')),
  pages integer not null default 0,
  fetched integer not null default 0,
  expected integer,
  requests integer not null default 0,
  created integer not null default 0,
  linked integer not null default 0,
  changed integer not null default 0,
  disabled integer not null default 0,
  re_enabled integer not null default 0,
  gone integer not null default 0,
  unchanged integer not null default 0,
  vanish_share real,
  error text,
  approved_by uuid references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  started_at timestamptz,
  planned_at timestamptz,
  finished_at timestamptz
);
comment on column sync_runs.state is
  'queued, fetching, planning, applying: at work. planned: a dry run, may be applied. waiting: above the vanish limit, needs approval.';
comment on column sync_runs.vanish_share is 'Share of the live accounts (0 to 1) that this plan marks absent.';
create index sync_runs_service_id_idx on sync_runs (service_id, created_at desc);
create index sync_runs_created_at_idx on sync_runs (created_at desc);
create index sync_runs_requested_by_idx on sync_runs (requested_by);
create index sync_runs_approved_by_idx on sync_runs (approved_by);
call watch_table('sync_runs', audited => false);

create table sync_changes (
  id uuid primary key default gen_random_uuid(),
  run_id uuid not null references sync_runs on delete cascade,
  kind text not null check (kind in ('create', 'link', 'change', 'disable', 're_enable', 'gone')),
  account_id uuid references accounts on delete set null,
  user_id uuid references users on delete set null,
  remote_id text not null,
  label text not null,
  before jsonb,
  after jsonb,
  applied_at timestamptz,
  unique (run_id, remote_id)
);
comment on column sync_changes.before is 'The attributes that differ, as they were; null for a new account.';
comment on column sync_changes.after is 'The attributes that differ, as they are found; null for a vanished account.';
comment on column sync_changes.user_id is 'The user that a linked account joins, or that owns the account.';
create index sync_changes_run_id_idx on sync_changes (run_id, kind, label);
create index sync_changes_account_id_idx on sync_changes (account_id);
create index sync_changes_user_id_idx on sync_changes (user_id);
create trigger sync_changes_notify after insert or update or delete on sync_changes
  for each statement execute function notify_table_changed();

-- What anybody signed in may know of anybody. (Through a `with`, so that PostgreSQL takes no writes to it.)
create view user_cards as
  with cards as not materialized (
    select id, kind, name, search_name, avatar_url,
           case
             when not active or departure < current_date then 'left'
             when arrival > current_date then 'arriving'
             else 'present'
           end as presence
    from users
  )
  select * from cards;

-- What an administrator should look at, one row a user and warning.
create view user_warnings as
  with held as (
    select a.user_id, count(*) as accounts, count(*) filter (where s.kind in ('github', 'mattermost')) as main_accounts
    from accounts a join services s on s.id = a.service_id
    where a.state <> 'absent'
    group by a.user_id
  )
  select u.id as user_id, w.warning
  from users u
  left join held h on h.user_id = u.id
  cross join lateral (values
    ('no_departure_date', u.departure is null),
    ('alone_service', h.accounts = 1 and h.main_accounts = 0),
    ('missing_services', coalesce(h.main_accounts, 0) = 0),
    ('expired', u.departure < current_date)
  ) as w (warning, applies)
  where w.applies and u.active and u.kind = 'person';
