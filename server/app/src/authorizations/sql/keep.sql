-- $1 api, $2 generation, $3 source, $4 body, $5 payload, $6 external id, $7 event, $8 fired at, $9 outcome, $10 reason.
-- jsonb writes equal payloads alike, so that a repetition is known though its members come in another order.
insert into datapass_events
  (api, generation, source, body, payload, digest, external_id, event, fired_at, outcome, reason, judged_at)
values
  ($1, $2, $3, $4, $5, encode(sha256(convert_to(coalesce($5::text, $4), 'UTF8')), 'hex'), $6, $7, $8, $9, $10,
   case when $9 <> 'received' then now() end)
on conflict (api, digest) where outcome <> 'duplicate' do nothing
returning id
