create or replace function notify_table_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('table_changed', tg_table_name);
  return null;
end $$;

do $$
declare
  watched record;
begin
  for watched in
    select t.tgrelid::regclass as name, array_agg(t.tgname) as triggers
    from pg_trigger t join pg_proc p on p.oid = t.tgfoid
    where p.proname = 'notify_table_changed'
    group by t.tgrelid
  loop
    execute (select string_agg(format('drop trigger %I on %s', tgname, watched.name), '; ') from unnest(watched.triggers) tgname);
    execute format('create trigger %I after insert or update or delete on %s for each statement execute function notify_table_changed()',
      watched.name || '_notify', watched.name);
  end loop;
end $$;

drop procedure notify_of(text);

create or replace procedure watch_table(name text, audited boolean default true, noise text[] default '{}') language plpgsql as $$
declare
  arguments text := (select coalesce(string_agg(quote_literal(n), ', '), '') from unnest(noise) n);
begin
  execute format('create trigger %I before update on %I for each row execute function set_updated_at()', name || '_updated_at', name);
  execute format('create trigger %I after insert or update or delete on %I for each statement execute function notify_table_changed()',
    name || '_notify', name);
  if audited then
    execute format('create trigger %I after insert on %I referencing new table as new_rows for each statement execute function audit_rows(%s)',
      name || '_audit_insert', name, arguments);
    execute format('create trigger %I after update on %I referencing old table as old_rows new table as new_rows for each statement execute function audit_rows(%s)',
      name || '_audit_update', name, arguments);
    execute format('create trigger %I after delete on %I referencing old table as old_rows for each statement execute function audit_rows(%s)',
      name || '_audit_delete', name, arguments);
  end if;
end $$;
