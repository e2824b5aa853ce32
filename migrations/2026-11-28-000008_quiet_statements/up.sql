-- A statement that changed no row tells nobody: live queries and workers are woken only by what they could see.

create or replace function notify_table_changed() returns trigger language plpgsql as $$
begin
  if exists (select from changed_rows) then
    perform pg_notify('table_changed', tg_table_name);
  end if;
  return null;
end $$;

-- Tells of the changes of a table. A trigger that sees the changed rows serves one kind of statement.
create procedure notify_of(name text) language plpgsql as $$
begin
  execute format('create trigger %I after insert on %I referencing new table as changed_rows for each statement execute function notify_table_changed()',
    name || '_notify_insert', name);
  execute format('create trigger %I after update on %I referencing new table as changed_rows for each statement execute function notify_table_changed()',
    name || '_notify_update', name);
  execute format('create trigger %I after delete on %I referencing old table as changed_rows for each statement execute function notify_table_changed()',
    name || '_notify_delete', name);
end $$;

do $$
declare
  watched record;
begin
  for watched in
    select t.tgrelid::regclass as name, t.tgname from pg_trigger t join pg_proc p on p.oid = t.tgfoid
    where p.proname = 'notify_table_changed'
  loop
    execute format('drop trigger %I on %s', watched.tgname, watched.name);
    call notify_of(watched.name::text);
  end loop;
end $$;

create or replace procedure watch_table(name text, audited boolean default true, noise text[] default '{}') language plpgsql as $$
declare
  arguments text := (select coalesce(string_agg(quote_literal(n), ', '), '') from unnest(noise) n);
begin
  execute format('create trigger %I before update on %I for each row execute function set_updated_at()', name || '_updated_at', name);
  call notify_of(name);
  if audited then
    execute format('create trigger %I after insert on %I referencing new table as new_rows for each statement execute function audit_rows(%s)',
      name || '_audit_insert', name, arguments);
    execute format('create trigger %I after update on %I referencing old table as old_rows new table as new_rows for each statement execute function audit_rows(%s)',
      name || '_audit_update', name, arguments);
    execute format('create trigger %I after delete on %I referencing old table as old_rows for each statement execute function audit_rows(%s)',
      name || '_audit_delete', name, arguments);
  end if;
end $$;
