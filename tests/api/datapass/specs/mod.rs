//! The specs of the receiver that this one replaces (reference/datapass.md § 7), each as a test named after it.
//!
//! What is decided otherwise here, and so has no test, or one that says the contrary:
//!
//! | spec there | here | decided in |
//! | --- | --- | --- |
//! | the pipeline fails: 422 | 200 and the journal: a 4xx would be repeated for ever | design.md § 9 |
//! | each delivery is told to Sentry | the journal has it; Sentry gets alerts only | design.md § 9 |
//! | applicants and contacts become users, with their provider's id | contacts are rows of their own, a user's once that user has verified the address | design.md § 9 |
//! | `last_update` stands still during an amendment | `last_event_at` is the time of the newest event; the content stands still | design.md § 9: the fold |
//! | `first_submitted_at` is set by any first event | by the first submit | design.md § 9: the fold |
//! | one token of the request is blacklisted | all of them | design.md § 9, D1 |
//! | mails by rules of each API, with copies to others | the table of design.md § 9: one mail for each person | design.md § 9 |
//! | mails of an amended approval have a template of their own that is never sent | it is sent | design.md § 9 |
//! | an unknown address asking for a link is an error | the same answer for all: no enumeration | design.md § 9: the mail alone tells |
//! | whoever has no right to a token is answered "forbidden" | it does not exist for them | design.md § 6 |
//! | whatever comes is journaled | not what is unsigned (counted), beyond the limit (413, so that its signature cannot be checked) or of an API that nobody configured (404: nothing can have signed it) | design.md § 9 |
//! | a token's life counts from the judgement | from the approval, so that the order of arrival decides nothing | design.md § 9: the fold |
//!
//! Of no meaning for this product, as nothing of it is here: Mailjet lists, INSEE's refresh, quotient familial and `HubEE`,
//! reporters' groups, editors' delegations and CSV, attestations, providers' dashboards, audit notifications. The specs of
//! the senders, both generations, are DataPass's own; `tests/src/simulators/datapass` sends as they say, and `load.rs`
//! repeats what was not answered with 200.
//!
//! Elsewhere: every template exists and reads its values (`server/app/src/mail/template.rs`); vectors of HMAC
//! (`server/app/src/authorizations/signature.rs`); A1 to A21 and D1 to D13 by their names beside this folder.

mod applicants;
mod mails;
mod pipeline;
mod receiver;
mod requests;
mod tokens;

use super::{NOON, World, secret, tokens as counted};

const APPLICANT: &str = "a.martin@ville.example";
const BUSINESS: &str = "b.roy@ville.example";
const TECHNICAL: &str = "c.petit@ville.example";
const V1: &str = "/api/datapass/api_entreprise/webhook";
const V2: &str = "/api/datapass/v2/api_entreprise/webhook";
