drop index datapass_events_ahead_idx;
drop index identities_email_idx;
