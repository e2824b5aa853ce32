-- $1 the cursor of an earlier answer; one that lies ahead comes from another cluster, and asks for everything.
with snapshot as (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as cursor)
select cursor, coalesce((
  select jsonb_agg(jsonb_build_object('jti', id, 'at', blacklisted_at, 'expires_at', expires_at) order by blacklisted_at, id)
  from api_tokens
  where blacklisting >= (case when $1 > cursor then 0 else $1 end) and blacklisted_at is not null and expires_at > now()
), '[]') as tokens
from snapshot
