-- $1: the run. New users that may be somebody we know: an administrator decides, the evidence is kept.
with fresh as materialized (
  select c.user_id, a.service_id, a.email, a.login, u.name, u.search_name
  from sync_changes c
  join accounts a on a.id = c.account_id
  join users u on u.id = c.user_id
  where c.run_id = $1 and c.kind = 'create'
),
resembling as (
  select 1 as rank, f.user_id, other.user_id as candidate_id, 'same_email' as reason,
         jsonb_build_object('email', f.email) as evidence
  from fresh f
  join (
    select email, user_id from accounts where email is not null
    union
    select email, id from users where email is not null
  ) other on other.email = f.email
  union all
  select 2, f.user_id, other.user_id, 'same_login', jsonb_build_object('login', f.login)
  from fresh f
  join accounts other on other.login = f.login and other.service_id <> f.service_id
  union all
  select 2, f.user_id, other.id, 'same_login', jsonb_build_object('login', f.login)
  from fresh f
  join users other on other.login = f.login
  union all
  select 3, f.user_id, other.id, 'same_name', jsonb_build_object('name', f.name)
  from fresh f
  join users other on other.search_name = f.search_name
  where f.search_name like '% %'
)
insert into merge_suggestions (user_id, candidate_id, reason, evidence)
select distinct on (r.user_id, r.candidate_id) r.user_id, r.candidate_id, r.reason, r.evidence
from resembling r
left join fresh both_new on both_new.user_id = r.candidate_id
where r.user_id <> r.candidate_id
  -- Of two new users each resembles the other: one suggestion is enough.
  and (both_new.user_id is null or r.user_id < r.candidate_id)
order by r.user_id, r.candidate_id, r.rank
on conflict (user_id, candidate_id) do nothing
