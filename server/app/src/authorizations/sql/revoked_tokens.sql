-- $1 the snapshot of an earlier answer, or nothing; one that lies ahead comes from another cluster, and asks for everything.
with asked as (
  select case when pg_snapshot_xmax(since) <= pg_snapshot_xmax(pg_current_snapshot()) then since end as since
  from (select nullif($1, '')::pg_snapshot as since) s
)
select pg_current_snapshot()::text as cursor, coalesce((
  select jsonb_agg(jsonb_build_object('jti', id, 'at', blacklisted_at, 'expires_at', expires_at) order by blacklisted_at, id)
  from api_tokens
  where blacklisted_at is not null and expires_at > now()
    and (since is null
         or blacklisting >= pg_snapshot_xmin(since)::text::bigint
            and not pg_visible_in_snapshot(blacklisting::text::xid8, since))
), '[]') as tokens
from asked
