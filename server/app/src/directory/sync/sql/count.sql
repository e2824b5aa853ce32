-- $1: the run, $2: its service. What the plan would do, on the run itself.
update sync_runs r
set created = c.created, linked = c.linked, changed = c.changed, disabled = c.disabled, re_enabled = c.re_enabled,
    gone = c.gone, unchanged = s.staged - c.found, fetched = s.staged, planned_at = now(),
    vanish_share = case when k.live = 0 then 0 else c.gone::real / k.live end
from (
  select count(*) filter (where kind = 'create') as created,
         count(*) filter (where kind = 'link') as linked,
         count(*) filter (where kind = 'change') as changed,
         count(*) filter (where kind = 'disable') as disabled,
         count(*) filter (where kind = 're_enable') as re_enabled,
         count(*) filter (where kind = 'gone') as gone,
         count(*) filter (where kind <> 'gone') as found
  from sync_changes where run_id = $1
) c,
(select count(*) as staged from staged) s,
(select count(*) as live from accounts where service_id = $2 and state in ('active', 'invited')) k
where r.id = $1
