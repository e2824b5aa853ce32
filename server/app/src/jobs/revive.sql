-- $1 a dead job. Workers' changes of jobs are not audited; what a person does to one is.
with revived as (
  update jobs set state = 'pending', attempts = 0, run_at = now(), finished_at = null
  where id = $1 and state = 'dead'
  returning id, kind, last_error
)
insert into audit_log (actor_id, actor, session_role, request_id, action, object_type, object_id, before, after)
select (session ->> 'x-hasura-user-id')::uuid,
       coalesce(session ->> 'x-actor', session ->> 'x-hasura-user-id', session ->> 'x-hasura-role', 'database'),
       session ->> 'x-hasura-role', session ->> 'x-request-id', 'retry', 'jobs', id::text,
       jsonb_build_object('kind', kind, 'state', 'dead', 'last_error', last_error), jsonb_build_object('state', 'pending')
from revived, current_session() session
