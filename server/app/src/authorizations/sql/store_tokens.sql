-- $1 the request, $2 its grants: approvals, expires_at, is_revoked; $3 whether none is in force, $4 the last revocation.
-- A grant has one token: the one that any of its approvals yielded, or what replaced it. A blacklisted one is never
-- prolonged or revived. Answers with the live tokens that were issued, and with those that were blacklisted.
with grants as (
  select approvals, expires_at, is_revoked, (
    select t.id from api_tokens t where t.approval_id = any (approvals) order by t.issued_at, t.id limit 1
  ) as token_id
  from jsonb_to_recordset($2) as g (approvals uuid[], expires_at timestamptz, is_revoked boolean)
),
issued as (
  insert into api_tokens (request_id, approval_id, expires_at, blacklisted_at, blacklist_reason)
  select $1, approvals[1], expires_at, case when is_revoked then now() end, case when is_revoked then 'revoked' end
  from grants where token_id is null
  returning id, blacklisted_at
),
changed as (
  update api_tokens t
  set expires_at = case when t.blacklisted_at is null then greatest(t.expires_at, g.expires_at) else t.expires_at end,
      blacklisted_at = case when ended then least(t.blacklisted_at, now()) else t.blacklisted_at end,
      blacklist_reason = case when ended and (t.blacklisted_at is null or t.blacklisted_at > now()) then 'revoked'
                              else t.blacklist_reason end
  from api_tokens own
  left join grants g on g.token_id = own.id,
  lateral (
    -- What an administrator issued ends with whatever was granted when it was issued.
    select coalesce(g.is_revoked, $3 or own.issued_at <= $4, false) as ended
  ) e
  where own.id = t.id and t.request_id = $1
    and (ended and (t.blacklisted_at is null or t.blacklisted_at > now())
         or t.blacklisted_at is null and t.expires_at < g.expires_at)
  returning t.id, e.ended
)
select id, true as is_issued from issued where blacklisted_at is null
union all
select id, false from changed where ended
