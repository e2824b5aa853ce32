-- Who has proven an address is looked up for each contact of each delivery; what was dated in the future, every few seconds.
create index identities_email_idx on identities (email);
create index datapass_events_ahead_idx on datapass_events (fired_at) where outcome = 'unreadable';
