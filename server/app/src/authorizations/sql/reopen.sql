-- $1 a delivery, $2 its request and $3 its time as they are read now. One that could not be read or judged waits for a
-- judgement again.
with told as (
  insert into audit_log (actor_id, actor, session_role, request_id, action, object_type, object_id)
  select (session ->> 'x-hasura-user-id')::uuid,
         coalesce(session ->> 'x-actor', session ->> 'x-hasura-user-id', session ->> 'x-hasura-role', 'database'),
         session ->> 'x-hasura-role', session ->> 'x-request-id', 'replay', 'datapass_events', $1::text
  from current_session() session
)
update datapass_events set outcome = 'received', reason = null, external_id = $2, fired_at = $3
where id = $1 and $2 is not null and outcome in ('unreadable', 'failed', 'unknown')
