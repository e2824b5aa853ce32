-- $1 a request. What it renews is archived by its approval, unless it was revoked; the tokens of that run to their end.
update authorization_requests previous
set status = 'archived', amendment = null, archived_at = coalesce(previous.archived_at, own.approved_at)
from authorization_requests own
where own.id = $1 and own.approved_at is not null
  and previous.api = own.api and previous.external_id = own.previous_external_id and previous.id <> own.id
  and previous.status not in ('revoked', 'archived')
