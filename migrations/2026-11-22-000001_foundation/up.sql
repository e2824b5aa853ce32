-- What every later table stands on: extensions, timestamps, the append-only audit log, change notification.

create extension if not exists citext;
create extension if not exists pg_trgm;

-- Keeps updated_at true, whoever writes.
create function set_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end $$;

-- Tells live queries which table changed. One notification per statement; PostgreSQL folds equal ones of a transaction.
create function notify_table_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('table_changed', tg_table_name);
  return null;
end $$;

-- Who did what to which row. Rows are added by triggers (and by actions for what is no row change) and never changed.
create table audit_log (
  id uuid primary key default gen_random_uuid(),
  at timestamptz not null default now(),
  actor_id uuid,
  actor text not null,
  session_role text,
  request_id text,
  action text not null,
  object_type text not null,
  object_id text,
  before jsonb,
  after jsonb
);
create index audit_log_at_idx on audit_log (at desc, id);
create index audit_log_object_idx on audit_log (object_type, object_id, at desc);
create index audit_log_actor_id_idx on audit_log (actor_id, at desc);
create trigger audit_log_notify after insert on audit_log for each statement execute function notify_table_changed();

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit_log is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_audit_change();

-- The session of the current transaction, as the engine and the server set it: {"x-hasura-user-id": …}.
create function current_session() returns jsonb language sql stable as $$
  select coalesce(nullif(current_setting('hasura.user', true), '')::jsonb, '{}'::jsonb)
$$;

-- Writes one audit row for each row of the statement that changed. The trigger's argument lists columns that are noise.
create function audit_rows() returns trigger language plpgsql as $$
declare
  session jsonb := current_session();
  actor uuid := (session ->> 'x-hasura-user-id')::uuid;
  actor_text text := coalesce(session ->> 'x-actor', session ->> 'x-hasura-user-id', session ->> 'x-hasura-role', 'database');
  noise text[] := array['updated_at', 'search_name'] || tg_argv[0:];
begin
  if tg_op = 'INSERT' then
    insert into audit_log (actor_id, actor, session_role, request_id, action, object_type, object_id, after)
    select actor, actor_text, session ->> 'x-hasura-role', session ->> 'x-request-id', 'insert', tg_table_name,
           to_jsonb(n) ->> 'id', to_jsonb(n) - noise
    from new_rows n;
  elsif tg_op = 'DELETE' then
    insert into audit_log (actor_id, actor, session_role, request_id, action, object_type, object_id, before)
    select actor, actor_text, session ->> 'x-hasura-role', session ->> 'x-request-id', 'delete', tg_table_name,
           to_jsonb(o) ->> 'id', to_jsonb(o) - noise
    from old_rows o;
  else
    insert into audit_log (actor_id, actor, session_role, request_id, action, object_type, object_id, before, after)
    select actor, actor_text, session ->> 'x-hasura-role', session ->> 'x-request-id', 'update', tg_table_name, pair.id,
           (select jsonb_object_agg(key, value) from jsonb_each(pair.b) where pair.a -> key is distinct from value),
           (select jsonb_object_agg(key, value) from jsonb_each(pair.a) where pair.b -> key is distinct from value)
    from (
      select to_jsonb(o) ->> 'id' as id, to_jsonb(o) - noise as b, to_jsonb(n) - noise as a
      from old_rows o join new_rows n using (id)
    ) pair
    where pair.a is distinct from pair.b;
  end if;
  return null;
end $$;

-- Attaches timestamps, notification and audit to a table with an uuid key `id`.
create procedure watch_table(name text, audited boolean default true, noise text[] default '{}') language plpgsql as $$
declare
  arguments text := (select coalesce(string_agg(quote_literal(n), ', '), '') from unnest(noise) n);
begin
  execute format('create trigger %I before update on %I for each row execute function set_updated_at()', name || '_updated_at', name);
  execute format('create trigger %I after insert or update or delete on %I for each statement execute function notify_table_changed()',
    name || '_notify', name);
  if audited then
    execute format('create trigger %I after insert on %I referencing new table as new_rows for each statement execute function audit_rows(%s)',
      name || '_audit_insert', name, arguments);
    execute format('create trigger %I after update on %I referencing old table as old_rows new table as new_rows for each statement execute function audit_rows(%s)',
      name || '_audit_update', name, arguments);
    execute format('create trigger %I after delete on %I referencing old table as old_rows for each statement execute function audit_rows(%s)',
      name || '_audit_delete', name, arguments);
  end if;
end $$;

-- Work that must happen once, whichever server process does it. `unique_key` makes a second enqueueing harmless.
create table jobs (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  unique_key text,
  payload jsonb not null default '{}',
  state text not null default 'pending' check (state in ('pending', 'running', 'done', 'dead')),
  attempts integer not null default 0 check (attempts >= 0),
  run_at timestamptz not null default now(),
  lease_until timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (kind, unique_key)
);
create index jobs_due_idx on jobs (run_at) where state in ('pending', 'running');
call watch_table('jobs', audited => false);
