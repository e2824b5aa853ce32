-- $1 the API, $2 the numbers of requests: how they stand, and how many decisions on each the journal holds.
select r.external_id, r.status, r.amendment, r.approved_at, o.siret, c.email::text as applicant, d.approvals, d.revocations
from authorization_requests r
left join organizations o on o.id = r.organization_id
left join authorization_request_contacts c on c.request_id = r.id and c.role = 'applicant',
lateral (
  select count(*) filter (where e.event in ('approve', 'validate', 'validate_application')) as approvals,
         count(*) filter (where e.event = 'revoke') as revocations
  from datapass_events e
  where e.api = r.api and e.external_id = r.external_id and e.outcome in ('applied', 'folded_late')
) d
where r.api = $1 and r.external_id = any ($2)
