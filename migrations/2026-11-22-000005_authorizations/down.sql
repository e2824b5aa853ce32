drop table alerts;
drop table api_tokens;
drop function refuse_token_deletion();
drop table datapass_events;
drop table authorization_request_contacts;
drop table authorization_requests;
drop table organizations;
