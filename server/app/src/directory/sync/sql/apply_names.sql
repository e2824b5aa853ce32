-- $1: the run. A user who bears the account's former name or picture follows; one that was edited does not.
update users u
set name = case when u.name = coalesce(c.before ->> 'name', a.login::text) then coalesce(nullif(a.name, ''), a.login::text, u.name) else u.name end,
    avatar_url = case
      when c.after ? 'avatar_url' and u.avatar_url is not distinct from c.before ->> 'avatar_url' then a.avatar_url
      else u.avatar_url
    end
from sync_changes c
join accounts a on a.id = c.account_id
where c.run_id = $1 and c.kind in ('change', 're_enable') and (c.after ? 'name' or c.after ? 'avatar_url')
  and u.id = a.user_id
