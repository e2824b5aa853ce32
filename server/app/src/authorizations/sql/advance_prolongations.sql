-- $1 the request, $2 what happened: submit, refuse or approve; $3 when, at the latest: what was before the question is no
-- answer to it. An applicant who asked for a longer life of a token, and was
-- sent to DataPass to amend the request first, is one step further.
update token_prolongations p
set state = case $2 when 'submit' then 'update_submitted' when 'refuse' then 'update_refused' else 'prolonged' end
from api_tokens t
where t.id = p.token_id and t.request_id = $1 and p.created_at <= $3
  and p.state = any (case $2 when 'submit' then array['requires_update'] else array['requires_update', 'update_submitted'] end)
