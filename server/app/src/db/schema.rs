//! The tables, as diesel sees them. Written by `cargo xtask schema` from the migrations; do not edit.

diesel::table! {
    accounts (id) {
        id -> Uuid,
        service_id -> Uuid,
        user_id -> Uuid,
        remote_id -> Text,
        login -> Nullable<Citext>,
        email -> Nullable<Citext>,
        email_verified -> Bool,
        name -> Nullable<Text>,
        avatar_url -> Nullable<Text>,
        groups -> Array<Text>,
        state -> Text,
        data -> Jsonb,
        last_seen_at -> Timestamptz,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    alerts (id) {
        id -> Uuid,
        kind -> Text,
        api -> Text,
        request_id -> Nullable<Uuid>,
        event_id -> Nullable<Uuid>,
        details -> Jsonb,
        acknowledged_at -> Nullable<Timestamptz>,
        acknowledged_by -> Nullable<Uuid>,
        note -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        occasion -> Nullable<Text>,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> Uuid,
        request_id -> Uuid,
        approval_id -> Nullable<Uuid>,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        blacklisted_at -> Nullable<Timestamptz>,
        blacklist_reason -> Nullable<Text>,
        replaces_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        blacklisting -> Nullable<BigInt>,
        first_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    audit_log (id) {
        id -> Uuid,
        at -> Timestamptz,
        actor_id -> Nullable<Uuid>,
        actor -> Text,
        session_role -> Nullable<Text>,
        request_id -> Nullable<Text>,
        action -> Text,
        object_type -> Text,
        object_id -> Nullable<Text>,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
    }
}

diesel::table! {
    authorization_request_contacts (id) {
        id -> Uuid,
        request_id -> Uuid,
        role -> Text,
        email -> Citext,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        phone -> Nullable<Text>,
        job -> Nullable<Text>,
        user_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    authorization_requests (id) {
        id -> Uuid,
        api -> Text,
        external_id -> Text,
        public_id -> Nullable<Uuid>,
        title -> Nullable<Text>,
        description -> Nullable<Text>,
        form -> Nullable<Text>,
        status -> Text,
        amendment -> Nullable<Text>,
        organization_id -> Nullable<Uuid>,
        previous_external_id -> Nullable<Text>,
        service_provider -> Nullable<Jsonb>,
        scopes -> Array<Text>,
        first_submitted_at -> Nullable<Timestamptz>,
        validated_at -> Nullable<Timestamptz>,
        approved_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        archived_at -> Nullable<Timestamptz>,
        last_event_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        modalities -> Array<Text>,
    }
}

diesel::table! {
    contact_links (id) {
        id -> Uuid,
        email -> Citext,
        source -> Text,
        secret_hash -> Nullable<Bytea>,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    datapass_events (id) {
        id -> Uuid,
        api -> Text,
        generation -> SmallInt,
        source -> Text,
        body -> Text,
        payload -> Nullable<Jsonb>,
        digest -> Nullable<Text>,
        external_id -> Nullable<Text>,
        event -> Nullable<Text>,
        fired_at -> Nullable<Timestamptz>,
        outcome -> Text,
        reason -> Nullable<Text>,
        changes -> Nullable<Jsonb>,
        request_id -> Nullable<Uuid>,
        duplicate_of -> Nullable<Uuid>,
        received_at -> Timestamptz,
        judged_at -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    identities (id) {
        id -> Uuid,
        user_id -> Uuid,
        provider -> Text,
        issuer -> Text,
        subject -> Text,
        login -> Nullable<Text>,
        email -> Nullable<Citext>,
        service_kind -> Nullable<Text>,
        remote_id -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    jobs (id) {
        id -> Uuid,
        kind -> Text,
        unique_key -> Nullable<Text>,
        payload -> Jsonb,
        state -> Text,
        attempts -> Integer,
        run_at -> Timestamptz,
        lease_until -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    merge_suggestions (id) {
        id -> Uuid,
        user_id -> Uuid,
        candidate_id -> Uuid,
        reason -> Text,
        evidence -> Jsonb,
        state -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    organizations (id) {
        id -> Uuid,
        siret -> Text,
        name -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    reconciliations (id) {
        id -> Uuid,
        api -> Text,
        trigger -> Text,
        requested_by -> Nullable<Uuid>,
        state -> Text,
        error -> Nullable<Text>,
        requests -> Integer,
        found -> Jsonb,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    services (id) {
        id -> Uuid,
        code -> Text,
        kind -> Text,
        name -> Text,
        position -> Integer,
        enabled -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        token_hash -> Bytea,
        user_id -> Nullable<Uuid>,
        provider -> Text,
        roles -> Array<Text>,
        user_agent -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        contact_email -> Nullable<Citext>,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> Uuid,
        algorithm -> Text,
        private_key -> Bytea,
        public_key -> Bytea,
        created_at -> Timestamptz,
        retired_at -> Nullable<Timestamptz>,
        purpose -> Text,
    }
}

diesel::table! {
    sync_changes (id) {
        id -> Uuid,
        run_id -> Uuid,
        kind -> Text,
        account_id -> Nullable<Uuid>,
        user_id -> Nullable<Uuid>,
        remote_id -> Text,
        label -> Text,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        applied_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    sync_runs (id) {
        id -> Uuid,
        service_id -> Uuid,
        trigger -> Text,
        requested_by -> Nullable<Uuid>,
        dry_run -> Bool,
        state -> Text,
        pages -> Integer,
        fetched -> Integer,
        expected -> Nullable<Integer>,
        requests -> Integer,
        created -> Integer,
        linked -> Integer,
        changed -> Integer,
        disabled -> Integer,
        re_enabled -> Integer,
        gone -> Integer,
        unchanged -> Integer,
        vanish_share -> Nullable<Float>,
        error -> Nullable<Text>,
        approved_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        planned_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    token_limits (id) {
        id -> Uuid,
        request_id -> Uuid,
        allowed_networks -> Array<Text>,
        requests_per_minute -> Nullable<Integer>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    token_links (id) {
        id -> Uuid,
        token_id -> Uuid,
        email -> Citext,
        secret_hash -> Bytea,
        job_id -> Nullable<Uuid>,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    token_prolongations (id) {
        id -> Uuid,
        token_id -> Uuid,
        owner -> Text,
        is_purpose_unchanged -> Bool,
        is_business_contact_unchanged -> Bool,
        is_technical_contact_unchanged -> Bool,
        state -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    unsigned_deliveries (id) {
        id -> Uuid,
        api -> Text,
        source -> Text,
        minute -> Timestamptz,
        count -> Integer,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        kind -> Text,
        name -> Text,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        email -> Nullable<Citext>,
        login -> Nullable<Citext>,
        avatar_url -> Nullable<Text>,
        arrival -> Nullable<Date>,
        departure -> Nullable<Date>,
        active -> Bool,
        additional -> Jsonb,
        search_name -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::joinable!(accounts -> services (service_id));
diesel::joinable!(accounts -> users (user_id));
diesel::joinable!(alerts -> authorization_requests (request_id));
diesel::joinable!(alerts -> datapass_events (event_id));
diesel::joinable!(alerts -> users (acknowledged_by));
diesel::joinable!(api_tokens -> authorization_requests (request_id));
diesel::joinable!(api_tokens -> datapass_events (approval_id));
diesel::joinable!(authorization_request_contacts -> authorization_requests (request_id));
diesel::joinable!(authorization_request_contacts -> users (user_id));
diesel::joinable!(authorization_requests -> organizations (organization_id));
diesel::joinable!(datapass_events -> authorization_requests (request_id));
diesel::joinable!(identities -> users (user_id));
diesel::joinable!(reconciliations -> users (requested_by));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(sync_changes -> accounts (account_id));
diesel::joinable!(sync_changes -> sync_runs (run_id));
diesel::joinable!(sync_changes -> users (user_id));
diesel::joinable!(sync_runs -> services (service_id));
diesel::joinable!(token_limits -> authorization_requests (request_id));
diesel::joinable!(token_links -> api_tokens (token_id));
diesel::joinable!(token_prolongations -> api_tokens (token_id));

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    alerts,
    api_tokens,
    audit_log,
    authorization_request_contacts,
    authorization_requests,
    contact_links,
    datapass_events,
    identities,
    jobs,
    merge_suggestions,
    organizations,
    reconciliations,
    services,
    sessions,
    signing_keys,
    sync_changes,
    sync_runs,
    token_limits,
    token_links,
    token_prolongations,
    unsigned_deliveries,
    users,
);
