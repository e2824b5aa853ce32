-- How a request means to use the API: an approval yields a token only for modalities that have params, or when nothing is
-- said of them.
alter table authorization_requests add modalities text[] not null default '{}';
