-- $1: the run, $2: its service. Known accounts take the attributes that differ; a vanished one becomes absent.
update accounts a
set login = case when c.after ? 'login' then (c.after ->> 'login')::citext else a.login end,
    email = case when c.after ? 'email' then (c.after ->> 'email')::citext else a.email end,
    email_verified = case when c.after ? 'email_verified' then (c.after ->> 'email_verified')::boolean else a.email_verified end,
    name = case when c.after ? 'name' then c.after ->> 'name' else a.name end,
    avatar_url = case when c.after ? 'avatar_url' then c.after ->> 'avatar_url' else a.avatar_url end,
    groups = case when c.after ? 'groups' then array(select jsonb_array_elements_text(c.after -> 'groups')) else a.groups end,
    data = case when c.after ? 'data' then c.after -> 'data' else a.data end,
    state = case when c.kind = 'gone' then 'absent' else coalesce(c.after ->> 'state', a.state) end,
    last_seen_at = case
      when c.kind = 'gone' then coalesce(
        (select max(r.finished_at) from sync_runs r where r.service_id = $2 and r.state = 'succeeded'), a.last_seen_at)
      else now()
    end
from sync_changes c
where c.run_id = $1 and c.account_id = a.id and c.kind in ('change', 'disable', 're_enable', 'gone')
