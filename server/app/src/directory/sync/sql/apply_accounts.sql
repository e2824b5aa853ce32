-- $1: the run, $2: its service. New accounts.
with made as (
  insert into accounts (service_id, user_id, remote_id, login, email, email_verified, name, avatar_url, groups, state, data)
  select $2, c.user_id, c.remote_id, c.after ->> 'login', c.after ->> 'email',
         (c.after ->> 'email_verified')::boolean, c.after ->> 'name', c.after ->> 'avatar_url',
         array(select jsonb_array_elements_text(c.after -> 'groups')), c.after ->> 'state', c.after -> 'data'
  from sync_changes c
  where c.run_id = $1 and c.kind in ('create', 'link')
  returning id, remote_id
)
update sync_changes c
set account_id = m.id
from made m
where c.run_id = $1 and c.remote_id = m.remote_id
