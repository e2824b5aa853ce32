-- A token of an outside issuer opens no session of ours. Whoever came in by one is known by the id of the user alone, so
-- that is told, too, when the user is deactivated or deleted.
create or replace function end_sessions_of_inactive_user() returns trigger language plpgsql as $$
begin
  update sessions set ended_at = now() where user_id = new.id and ended_at is null;
  perform pg_notify('session_ended', new.id::text);
  return null;
end $$;

create function notify_user_deleted() returns trigger language plpgsql as $$
begin
  perform pg_notify('session_ended', old.id::text);
  return null;
end $$;
create trigger users_deleted after delete on users for each row execute function notify_user_deleted();
