-- What lists of authorizations and jobs are found by, and how many rows each value of their facets has.

-- Each view has a row for each text that its rows may be found by, made by searchable(), so that a filter through it is one
-- search in each of the indexes below.
create index authorization_requests_external_id_trgm_idx on authorization_requests using gin (searchable(external_id) gin_trgm_ops);
drop index authorization_requests_title_idx;
create index authorization_requests_title_idx on authorization_requests using gin (searchable(title) gin_trgm_ops);
create index organizations_siret_trgm_idx on organizations using gin (siret gin_trgm_ops);
create index organizations_name_trgm_idx on organizations using gin (searchable(name) gin_trgm_ops);
create index authorization_request_contacts_trgm_idx on authorization_request_contacts
  using gin (searchable(coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || email::text) gin_trgm_ops);
create view request_search as
  select id as request_id, searchable(external_id) as text from authorization_requests
  union all select id, searchable(title) from authorization_requests
  union all select r.id, o.siret from organizations o join authorization_requests r on r.organization_id = o.id
  union all select r.id, searchable(o.name) from organizations o join authorization_requests r on r.organization_id = o.id
  union all select request_id, searchable(coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || email::text)
    from authorization_request_contacts;

create index api_tokens_id_trgm_idx on api_tokens using gin ((id::text) gin_trgm_ops);
create view token_search as
  select id as token_id, id::text as text from api_tokens
  union all select t.id, s.text from request_search s join api_tokens t on t.request_id = s.request_id;

create index datapass_events_external_id_trgm_idx on datapass_events using gin (searchable(external_id) gin_trgm_ops);
create index datapass_events_reason_trgm_idx on datapass_events using gin (searchable(reason) gin_trgm_ops);
create view delivery_search as
  select id as delivery_id, searchable(external_id) as text from datapass_events
  union all select id, searchable(reason) from datapass_events
  union all select e.id, s.text from request_search s join datapass_events e on e.request_id = s.request_id;

create index jobs_trgm_idx on jobs
  using gin (searchable(coalesce(unique_key, '') || ' ' || coalesce(last_error, '') || ' ' || payload::text) gin_trgm_ops);
create index contact_links_email_trgm_idx on contact_links using gin (searchable(email::text) gin_trgm_ops);
create view job_search as
  select id as job_id, kind, searchable(coalesce(unique_key, '') || ' ' || coalesce(last_error, '') || ' ' || payload::text) as text
    from jobs
  union all select j.id, j.kind, searchable(l.email::text)
    from contact_links l join jobs j on j.kind = 'contact_link' and j.unique_key = l.id::text;

create index datapass_events_facets_idx on datapass_events (api, source, event);
-- A filter by `list` leaves the other lists uncounted: the names stand outside of what is grouped.
create view facet_counts as
  select 'requests' as list, 'status' as facet, status as value, rows as count
    from (select status, count(*)::integer as rows from authorization_requests group by status) it
  union all select 'requests', 'api', api, rows
    from (select api, count(*)::integer as rows from authorization_requests group by api) it
  union all select 'tokens', 'state', state, rows
    from (select case
                   when blacklisted_at <= now() then 'blacklisted'
                   when expires_at <= now() then 'expired'
                   when blacklisted_at is null then 'active'
                   else 'scheduled'
                 end as state, count(*)::integer as rows
          from api_tokens group by state) it
  union all select 'tokens', 'api', api, rows
    from (select r.api, count(*)::integer as rows
          from api_tokens t join authorization_requests r on r.id = t.request_id group by r.api) it
  union all select 'alerts', 'state', state, rows
    from (select case when acknowledged_at is null then 'open' else 'acknowledged' end as state, count(*)::integer as rows
          from alerts group by state) it
  union all select 'alerts', 'kind', kind, rows from (select kind, count(*)::integer as rows from alerts group by kind) it
  union all select 'alerts', 'api', api, rows from (select api, count(*)::integer as rows from alerts group by api) it
  union all select 'deliveries', 'outcome', outcome, rows
    from (select outcome, count(*)::integer as rows from datapass_events group by outcome) it
  union all select 'deliveries', 'event', event, rows
    from (select event, count(*)::integer as rows from datapass_events where event is not null
          group by event order by rows desc, event limit 40) it
  union all select 'deliveries', 'api', api, rows
    from (select api, count(*)::integer as rows from datapass_events group by api) it
  union all select 'deliveries', 'source', source, rows
    from (select source, count(*)::integer as rows from datapass_events group by source order by rows desc, source limit 40) it
  union all select 'jobs', 'state', state, rows from (select state, count(*)::integer as rows from jobs group by state) it
  union all select 'jobs', 'kind', kind, rows
    from (select kind, count(*)::integer as rows from jobs group by kind order by rows desc, kind limit 40) it;
