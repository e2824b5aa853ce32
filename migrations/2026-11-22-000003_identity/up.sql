-- Who may sign in, and who is signed in. The secret tables here are never tracked by the API.

create table identities (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users on delete cascade,
  provider text not null,
  issuer text not null,
  subject text not null,
  login text,
  email citext,
  service_kind text,
  remote_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider, issuer, subject)
);
comment on column identities.remote_id is
  'The account that the person proved to hold, on services of service_kind: a sync gives it to the same user.';
create index identities_remote_id_idx on identities (remote_id, service_kind);
create index identities_user_id_idx on identities (user_id);
call watch_table('identities');

create table sessions (
  id uuid primary key default gen_random_uuid(),
  token_hash bytea not null unique,
  user_id uuid not null references users on delete cascade,
  provider text not null,
  roles text[] not null check (cardinality(roles) > 0),
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz
);
comment on column sessions.roles is 'The session roles, weakest first: the last one is the default.';
create index sessions_user_id_idx on sessions (user_id);
create index sessions_expires_at_idx on sessions (expires_at);
call watch_table('sessions', noise => array['token_hash']);

-- Every server process drops what it remembers of an ended session.
create function notify_session_ended() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    perform pg_notify('session_ended', old.id::text);
  elsif new.ended_at is not null and old.ended_at is null then
    perform pg_notify('session_ended', new.id::text);
  end if;
  return null;
end $$;
create trigger sessions_ended after update or delete on sessions for each row execute function notify_session_ended();

-- Deactivation ends the sessions of a user at once.
create function end_sessions_of_inactive_user() returns trigger language plpgsql as $$
begin
  update sessions set ended_at = now() where user_id = new.id and ended_at is null;
  return null;
end $$;
create trigger users_deactivated after update of active on users
  for each row when (old.active and not new.active) execute function end_sessions_of_inactive_user();

create table signing_keys (
  id uuid primary key default gen_random_uuid(),
  algorithm text not null check (algorithm in ('EdDSA')),
  private_key bytea not null,
  public_key bytea not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
comment on column signing_keys.private_key is 'PKCS #8 DER.';
comment on column signing_keys.public_key is 'The 32 bytes of an Ed25519 public key.';
