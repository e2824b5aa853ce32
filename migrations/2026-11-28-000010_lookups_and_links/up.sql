-- Who has proven an address is looked up for each contact of each delivery; what was dated in the future, every few seconds.
create index identities_email_idx on identities (email);
create index datapass_events_ahead_idx on datapass_events (fired_at) where outcome = 'unreadable';

-- Addresses of whoever asked for a link are forgotten with the link: the audit log, which forgets nothing, need not have them.
create or replace trigger contact_links_audit_insert after insert on contact_links referencing new table as new_rows
  for each statement execute function audit_rows('secret_hash', 'email', 'source');
create or replace trigger contact_links_audit_update after update on contact_links
  referencing old table as old_rows new table as new_rows
  for each statement execute function audit_rows('secret_hash', 'email', 'source');
create or replace trigger contact_links_audit_delete after delete on contact_links referencing old table as old_rows
  for each statement execute function audit_rows('secret_hash', 'email', 'source');
