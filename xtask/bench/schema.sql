-- What the benchmark loads: 20 services, 10,000 users, 50,000 accounts; how it tells of changes; and who PostGraphile asks as, when it is to
-- obey rules: they are on for `bench_user` alone.
create table services (
  id uuid primary key default gen_random_uuid(),
  code text not null unique,
  name text not null,
  kind text not null
);
create table users (
  id uuid primary key default gen_random_uuid(),
  number integer not null unique,
  name text not null,
  login text not null,
  email text not null,
  organization integer not null,
  is_active boolean not null,
  created_at timestamptz not null
);
create table accounts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users,
  service_id uuid not null references services,
  login text not null,
  email text not null,
  state text not null,
  last_seen_at timestamptz not null
);
insert into services (code, name, kind)
select 's' || i, 'Service ' || i, 'kind ' || i % 7 from generate_series(1, 20) i;
insert into users (id, number, name, login, email, organization, is_active, created_at)
select ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, i, 'User ' || i, 'user' || i, 'user' || i || '@bench.example', i % 50, i % 7 <> 0,
       timestamptz '2026-01-01 00:00:00+00' + i * interval '1 minute'
from generate_series(1, 10000) i;
insert into accounts (user_id, service_id, login, email, state, last_seen_at)
select u.id, s.all_ids[1 + (u.number * 5 + k) % 20], 'account' || u.number || '-' || k,
       'account' || u.number || '@bench.example', 'active', u.created_at + k * interval '1 hour'
from users u
cross join (select array_agg(id order by code) as all_ids from services) s
cross join generate_series(1, 5) k;
create index on users (name);
create index on users (is_active);
create index on accounts (user_id);
create index on accounts (service_id);
create function tell() returns trigger language plpgsql as $$
begin
  perform pg_notify('bench_changed', tg_table_name);
  return null;
end $$;
create trigger tell after insert or update or delete on services for each statement execute function tell();
create trigger tell after insert or update or delete on users for each statement execute function tell();
create trigger tell after insert or update or delete on accounts for each statement execute function tell();
do $$ begin create role bench_user; exception when duplicate_object then null; end $$;
grant select on services, users, accounts to bench_user;
alter table users enable row level security;
alter table accounts enable row level security;
create policy active on users to bench_user using (is_active);
create policy active on accounts to bench_user
  using (exists (select 1 from users where users.id = accounts.user_id and users.is_active));
