-- $1: the run. New users that may be somebody we know: an administrator decides, the evidence is kept.
insert into merge_suggestions (user_id, candidate_id, reason, evidence)
select distinct on (s.user_id, s.candidate_id) s.user_id, s.candidate_id, s.reason, s.evidence
from (
  select 1 as rank, c.user_id, other.user_id as candidate_id, 'same_email' as reason,
         jsonb_build_object('email', a.email) as evidence, a.created_at
  from sync_changes c
  join accounts a on a.id = c.account_id
  join (
    select email, user_id from accounts where email is not null
    union
    select email, id from users where email is not null
  ) other on other.email = a.email
  where c.run_id = $1 and c.kind = 'create'
  union all
  select 2, c.user_id, other.user_id, 'same_login', jsonb_build_object('login', a.login), a.created_at
  from sync_changes c
  join accounts a on a.id = c.account_id
  join accounts other on other.login = a.login and other.service_id <> a.service_id
  where c.run_id = $1 and c.kind = 'create'
  union all
  select 3, c.user_id, other.id, 'same_name', jsonb_build_object('name', u.name), u.created_at
  from sync_changes c
  join users u on u.id = c.user_id
  join users other on other.search_name = u.search_name
  where c.run_id = $1 and c.kind = 'create' and u.search_name like '% %'
) s
where s.user_id <> s.candidate_id
  -- Of two new users each resembles the other: one suggestion is enough.
  and not exists (
    select 1 from sync_changes c
    where c.run_id = $1 and c.kind = 'create' and c.user_id = s.candidate_id and c.user_id < s.user_id
  )
order by s.user_id, s.candidate_id, s.rank
on conflict (user_id, candidate_id) do nothing
