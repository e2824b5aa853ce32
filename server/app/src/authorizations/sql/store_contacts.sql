-- $1 the request, $2 its contacts. Whoever holds a role no more is removed; the audit log keeps them. A contact is the
-- user who holds an account with the same address, or signed in with it, if the service or provider vouches for it and
-- nobody else holds it.
with told as (
  select * from jsonb_to_recordset($2)
    as t (role text, email citext, first_name text, last_name text, phone text, job text)
),
linked as (
  select t.*, (
    select case count(distinct proven.user_id)
             when 1 then min(proven.user_id::text)::uuid
             -- Proven at a sign-in, of which no row tells.
             when 0 then (select c.user_id from authorization_request_contacts c
                          where c.request_id = $1 and c.role = t.role and c.email = t.email)
           end
    from (
      select user_id from accounts where email = t.email and email_verified and state <> 'absent'
      union all
      select user_id from identities where email = t.email
    ) proven
  ) as user_id
  from told t
),
removed as (
  delete from authorization_request_contacts c
  where c.request_id = $1 and not exists (select from told t where t.role = c.role)
)
insert into authorization_request_contacts as c (request_id, role, email, first_name, last_name, phone, job, user_id)
select $1, role, email, first_name, last_name, phone, job, user_id from linked
on conflict (request_id, role) do update
set email = excluded.email, first_name = excluded.first_name, last_name = excluded.last_name, phone = excluded.phone,
    job = excluded.job, user_id = excluded.user_id
where (c.email, c.first_name, c.last_name, c.phone, c.job, c.user_id)
  is distinct from (excluded.email, excluded.first_name, excluded.last_name, excluded.phone, excluded.job, excluded.user_id)
