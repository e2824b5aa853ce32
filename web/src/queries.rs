//! Every GraphQL document of the page, typed against the schema. One file each in `web/graphql`; the first line of the
//! file names the session roles whose schema it must be valid for.

use graphql_client::GraphQLQuery;

macro_rules! document {
    ($name:ident, $file:tt) => {
        #[derive(GraphQLQuery)]
        #[graphql(
                                                    schema_path = "../schema.graphql",
                                                    query_path = $file,
                                                    normalization = "rust",
                                                    custom_scalars_module = "crate::scalars",
                                                    response_derives = "Debug, Clone, PartialEq",
                                                    variables_derives = "Default, Clone",
                                                    skip_serializing_none
                                                )]
        #[doc = concat!("The operation of `", $file, "`.")]
        pub struct $name;
    };
    // An absent variable would mean "leave as it is"; these documents must be able to send null.
    ($name:ident, $file:tt, nulls) => {
        #[derive(GraphQLQuery)]
        #[graphql(
                                                    schema_path = "../schema.graphql",
                                                    query_path = $file,
                                                    normalization = "rust",
                                                    custom_scalars_module = "crate::scalars",
                                                    response_derives = "Debug, Clone, PartialEq",
                                                    variables_derives = "Clone"
                                                )]
        #[doc = concat!("The operation of `", $file, "`.")]
        pub struct $name;
    };
}

document!(ServicesHealth, "graphql/services_health.graphql");
document!(FindPeople, "graphql/find_people.graphql");
document!(PeopleList, "graphql/people_list.graphql");
document!(PeopleFacets, "graphql/people_facets.graphql");
document!(CardList, "graphql/card_list.graphql");
document!(Person, "graphql/person.graphql");
document!(PersonHistory, "graphql/person_history.graphql");
document!(PersonReview, "graphql/person_review.graphql");
document!(SetArrival, "graphql/set_arrival.graphql", nulls);
document!(SetDeparture, "graphql/set_departure.graphql", nulls);
document!(ServicesOverview, "graphql/services_overview.graphql");
document!(RunList, "graphql/run_list.graphql");
document!(Run, "graphql/run.graphql");
document!(RunChanges, "graphql/run_changes.graphql");
document!(SyncServices, "graphql/sync_services.graphql");
document!(ApproveRun, "graphql/approve_run.graphql");
document!(DiscardRun, "graphql/discard_run.graphql");
document!(Dashboard, "graphql/dashboard.graphql");
document!(FacetCounts, "graphql/facet_counts.graphql");
document!(AuthorizationList, "graphql/authorization_list.graphql");
document!(AuthorizationNews, "graphql/authorization_news.graphql");
document!(Authorization, "graphql/authorization.graphql");
document!(
    AuthorizationHistory,
    "graphql/authorization_history.graphql"
);
document!(TokenList, "graphql/token_list.graphql");
document!(TokenNews, "graphql/token_news.graphql");
document!(AlertList, "graphql/alert_list.graphql");
document!(AlertNews, "graphql/alert_news.graphql");
document!(DeliveryList, "graphql/delivery_list.graphql");
document!(DeliveryNews, "graphql/delivery_news.graphql");
document!(Delivery, "graphql/delivery.graphql");
document!(DeliveryBody, "graphql/delivery_body.graphql");
document!(MyRequests, "graphql/my_requests.graphql");
document!(OwnContacts, "graphql/own_contacts.graphql");
document!(
    RequestProlongation,
    "graphql/request_prolongation.graphql",
    nulls
);
document!(AcknowledgeAlert, "graphql/acknowledge_alert.graphql");
document!(ReplayDelivery, "graphql/replay_delivery.graphql");
document!(ProlongToken, "graphql/prolong_token.graphql");
document!(BlacklistToken, "graphql/blacklist_token.graphql");
document!(SetLimits, "graphql/set_limits.graphql", nulls);
document!(IssueToken, "graphql/issue_token.graphql");
document!(SendTokenLink, "graphql/send_token_link.graphql");
document!(JobList, "graphql/job_list.graphql");
document!(JobNews, "graphql/job_news.graphql");
document!(RetryJob, "graphql/retry_job.graphql");
document!(Reconcile, "graphql/reconcile.graphql");
document!(Reconciliation, "graphql/reconciliation.graphql");
