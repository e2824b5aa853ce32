alter table authorization_requests drop modalities;
