-- $1 api, $2 generation, $3 source, $4 body, $5 payload. Answers with the delivery that counts.
with original as (
  select id, digest, external_id, event, fired_at, request_id
  from datapass_events
  where api = $1 and digest = encode(sha256(convert_to(coalesce($5::text, $4), 'UTF8')), 'hex') and outcome <> 'duplicate'
)
insert into datapass_events
  (api, generation, source, body, payload, digest, external_id, event, fired_at, outcome, duplicate_of, request_id, judged_at)
select $1, $2, $3, $4, $5, digest, external_id, event, fired_at, 'duplicate', id, request_id, now()
from original
returning duplicate_of as id
