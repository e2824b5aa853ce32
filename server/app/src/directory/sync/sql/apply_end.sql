-- $1: the run, $2: its service. Everything of the plan is done.
with done as (
  update sync_changes set applied_at = now() where run_id = $1
)
update sync_runs set state = 'succeeded', finished_at = now() where id = $1 and service_id = $2
