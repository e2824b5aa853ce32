drop table signing_keys;
drop trigger users_deactivated on users;
drop function end_sessions_of_inactive_user;
drop table sessions;
drop function notify_session_ended;
drop table identities;
