-- $1 a token. What decides over it.
select t.id, t.issued_at, t.expires_at, t.blacklisted_at, t.first_used_at, coalesce(r.title, r.api) as title, r.scopes,
       o.siret, coalesce(l.allowed_networks, '{}') as allowed_networks, l.requests_per_minute
from api_tokens t
join authorization_requests r on r.id = t.request_id
left join organizations o on o.id = r.organization_id
left join token_limits l on l.request_id = r.id
where t.id = $1
