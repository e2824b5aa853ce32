drop trigger users_deleted on users;
drop function notify_user_deleted();
create or replace function end_sessions_of_inactive_user() returns trigger language plpgsql as $$
begin
  update sessions set ended_at = now() where user_id = new.id and ended_at is null;
  return null;
end $$;
