-- $1 the request, $2 what has become of it. Answers with what changed: for each column its value before and after.
with told as (
  select * from jsonb_to_record($2) as t (
    public_id uuid, title text, description text, form text, status text, amendment text, siret text, organization text,
    previous_external_id text, service_provider jsonb, modalities text[], scopes text[], first_submitted_at timestamptz,
    validated_at timestamptz, approved_at timestamptz, revoked_at timestamptz, archived_at timestamptz,
    last_event_at timestamptz)
),
organization as (
  insert into organizations as o (siret, name)
  select siret, organization from told where siret is not null
  on conflict (siret) do update set name = coalesce(excluded.name, o.name)
  returning id
),
renewal as (
  select max(r.approved_at) as at
  from authorization_requests r join authorization_requests own on own.id = $1
  where r.api = own.api and r.previous_external_id = own.external_id and r.approved_at is not null
),
old as (select * from authorization_requests where id = $1),
new as (
  update authorization_requests r
  set public_id = t.public_id, title = t.title, description = t.description, form = t.form,
      -- A renewal archives what it renews, unless that was revoked.
      status = case when renewal.at is not null and t.status <> 'revoked' then 'archived' else t.status end,
      amendment = case when renewal.at is null then t.amendment end,
      organization_id = (select id from organization),
      previous_external_id = t.previous_external_id,
      service_provider = t.service_provider, modalities = t.modalities, scopes = t.scopes, first_submitted_at = t.first_submitted_at,
      validated_at = t.validated_at, approved_at = t.approved_at, revoked_at = t.revoked_at,
      archived_at = coalesce(t.archived_at, case when t.status <> 'revoked' then renewal.at end),
      last_event_at = t.last_event_at
  from told t, renewal
  where r.id = $1
  returning r.*
)
select coalesce(jsonb_object_agg(key, jsonb_build_array(o.value, n.value)), '{}') as changes
from old, new, jsonb_each(to_jsonb(old)) o join jsonb_each(to_jsonb(new)) n using (key)
where o.value is distinct from n.value and key <> 'updated_at'
