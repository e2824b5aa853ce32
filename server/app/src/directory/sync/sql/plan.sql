-- $1: the run, $2: its service. One row for each account that differs, with the attributes that differ.
with found as (
  select s.*, coalesce(g.groups, '{}') as groups
  from staged s
  left join (
    select remote_id, array_agg(name order by name) as groups
    from staged_groups
    group by remote_id
  ) g using (remote_id)
),
-- An e-mail that somebody has verified belongs to one user, or it decides nothing.
holders as (
  select email, (array_agg(user_id))[1] as user_id
  from (
    select lower(u.email::text) as email, u.id as user_id from users u where u.email is not null
    union
    select lower(a.email::text), a.user_id from accounts a where a.email_verified and a.email is not null
  ) known
  group by email
  having count(distinct user_id) = 1
),
-- Whoever signed in with an account holds it.
proven as (
  select i.remote_id, (array_agg(i.user_id))[1] as user_id
  from identities i
  join services s on s.id = $2 and s.kind = i.service_kind
  group by i.remote_id
  having count(distinct i.user_id) = 1
),
paired as (
  select f.remote_id as found_id, a.id as account_id, a.user_id, a.state as known_state, f.state as found_state,
         coalesce(f.remote_id, a.remote_id) as remote_id,
         coalesce(f.login, f.name, a.login::text, a.name, f.remote_id, a.remote_id) as label,
         case when f.remote_id is not null and f.email_verified then f.email end as proof,
         (f.login, f.email, f.email_verified, f.name, f.avatar_url, f.groups, f.state, f.data)
           is distinct from
         (a.login::text, a.email::text, a.email_verified, a.name, a.avatar_url, a.groups, a.state, a.data) as differs,
         f.login, f.email, f.email_verified, f.name, f.avatar_url, f.groups, f.data,
         a.login::text as known_login, a.email::text as known_email, a.email_verified as known_email_verified,
         a.name as known_name, a.avatar_url as known_avatar_url, a.groups as known_groups, a.data as known_data
  from found f
  full join (select * from accounts where service_id = $2) a on a.remote_id = f.remote_id
),
judged as (
  select p.*, coalesce(p.user_id, i.user_id, h.user_id) as owner_id,
         case
           when p.account_id is null and coalesce(i.user_id, h.user_id) is not null then 'link'
           when p.account_id is null then 'create'
           when p.found_id is null then case when p.known_state in ('active', 'invited') then 'gone' end
           when not p.differs then null
           when p.known_state in ('absent', 'disabled') and p.found_state in ('active', 'invited') then 're_enable'
           when p.known_state in ('active', 'invited') and p.found_state = 'disabled' then 'disable'
           else 'change'
         end as kind
  from paired p
  left join proven i on p.account_id is null and i.remote_id = p.remote_id
  left join holders h on p.account_id is null and h.email = lower(p.proof)
)
insert into sync_changes (run_id, kind, account_id, user_id, remote_id, label, before, after)
select $1, j.kind, j.account_id, j.owner_id, j.remote_id, j.label, d.before, d.after
from judged j
cross join lateral (
  select
    case when j.account_id is not null then jsonb_object_agg(v.key, v.known) end as before,
    case when j.found_id is not null then jsonb_object_agg(v.key, v.found) end as after
  from (values
    ('login', to_jsonb(j.known_login), to_jsonb(j.login)),
    ('email', to_jsonb(j.known_email), to_jsonb(j.email)),
    ('email_verified', to_jsonb(j.known_email_verified), to_jsonb(j.email_verified)),
    ('name', to_jsonb(j.known_name), to_jsonb(j.name)),
    ('avatar_url', to_jsonb(j.known_avatar_url), to_jsonb(j.avatar_url)),
    ('groups', to_jsonb(j.known_groups), to_jsonb(j.groups)),
    ('state', to_jsonb(j.known_state), to_jsonb(coalesce(j.found_state, 'absent'))),
    ('data', j.known_data, j.data)
  ) as v (key, known, found)
  where j.account_id is null
     or (j.found_id is null and v.key = 'state')
     or (j.found_id is not null and v.known is distinct from v.found)
) d
where j.kind is not null
