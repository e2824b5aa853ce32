-- Tokens in force, or just ended, with the nearest threshold that they have passed. A token that begins its life below a
-- threshold has not passed it. Requests that were put away are not told of.
select t.id, t.request_id, r.api, r.external_id, coalesce(r.title, r.api) as title, t.expires_at, d.days
from api_tokens t
join authorization_requests r on r.id = t.request_id and r.status <> 'archived',
lateral (
  select min(days) as days from unnest(array[90, 60, 30, 14, 7, 0]) days
  where t.expires_at <= now() + make_interval(days => days)
    and t.issued_at <= t.expires_at - make_interval(days => days)
) d
where t.blacklisted_at is null and d.days is not null
  and t.expires_at between now() - interval '1 day' and now() + interval '90 days'
