create or replace trigger contact_links_audit_insert after insert on contact_links referencing new table as new_rows
  for each statement execute function audit_rows('secret_hash');
create or replace trigger contact_links_audit_update after update on contact_links
  referencing old table as old_rows new table as new_rows
  for each statement execute function audit_rows('secret_hash');
create or replace trigger contact_links_audit_delete after delete on contact_links referencing old table as old_rows
  for each statement execute function audit_rows('secret_hash');
drop index datapass_events_ahead_idx;
drop index identities_email_idx;
