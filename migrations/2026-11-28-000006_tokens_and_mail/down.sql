drop index jobs_state_idx;
drop index jobs_listed_idx;
drop table reconciliations;
delete from alerts where kind in ('bad_signatures', 'silence', 'reconciled');
alter table alerts drop constraint alerts_kind_check;
alter table alerts add constraint alerts_kind_check check (kind in
  ('archived_with_live_token', 'revived', 'deleted', 'unknown_event', 'partial_revocation', 'approved_after_revocation',
   'approval_missing', 'unreadable', 'failed'));
alter table alerts drop constraint alerts_kind_occasion_key;
alter table alerts drop occasion;
drop table contact_links;
delete from sessions where user_id is null;
alter table sessions drop constraint sessions_who_check;
alter table sessions drop contact_email;
alter table sessions alter user_id set not null;
drop table unsigned_deliveries;
drop table token_limits;
drop function are_networks(text[]);
drop table token_prolongations;
drop table token_links;
alter table api_tokens drop first_used_at;
drop trigger api_tokens_blacklisting on api_tokens;
drop function note_blacklisting();
alter table api_tokens drop blacklisting;
delete from signing_keys where purpose = 'api_token';
alter table signing_keys drop purpose;
