-- $1: the run. A user for each new account that joins nobody. A login or address that is taken stays where it is.
with fresh as (
  select c.id as change_id, gen_random_uuid() as user_id, c.remote_id,
         c.after ->> 'login' as login,
         case when (c.after ->> 'email_verified')::boolean then c.after ->> 'email' end as email,
         nullif(c.after ->> 'name', '') as name,
         c.after ->> 'avatar_url' as avatar_url
  from sync_changes c
  where c.run_id = $1 and c.kind = 'create' and c.user_id is null
),
ranked as (
  select f.*,
         row_number() over (partition by lower(login) order by remote_id) as login_rank,
         row_number() over (partition by lower(email) order by remote_id) as email_rank
  from fresh f
),
made as (
  insert into users (id, name, login, email, avatar_url)
  select r.user_id, coalesce(r.name, r.login, r.remote_id),
         case when r.login_rank = 1 and not exists (select 1 from users u where u.login = r.login::citext) then r.login end,
         case when r.email_rank = 1 and not exists (select 1 from users u where u.email = r.email::citext) then r.email end,
         r.avatar_url
  from ranked r
  returning id
)
update sync_changes c
set user_id = f.user_id
from fresh f
where c.id = f.change_id
