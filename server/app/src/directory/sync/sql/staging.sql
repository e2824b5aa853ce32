-- What a service answers, page by page, until the plan is made. Gone with the connection.
create temporary table staged (
  remote_id text primary key,
  login text,
  email text,
  email_verified boolean not null,
  name text,
  avatar_url text,
  state text not null,
  data jsonb not null
) on commit preserve rows;
create temporary table staged_groups (
  remote_id text not null,
  name text not null,
  primary key (remote_id, name)
) on commit preserve rows;
