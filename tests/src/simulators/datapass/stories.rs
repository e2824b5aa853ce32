//! Histories of invented requests: every state, both generations, and what goes wrong on the way.

#![expect(
    clippy::indexing_slicing,
    reason = "indexing into JSON adds the member where it is missing; lists are read round"
)]

use serde_json::{Value, json};

use super::{authorizations, first, second};

const DAY: i64 = 86_400;

/// One body on its way to one webhook.
pub(super) struct Sent {
    /// The path of the webhook.
    pub(super) path: &'static str,
    /// The very bytes.
    pub(super) body: String,
}

/// What happened to a request: how many days ago, the event, the state after it.
type Step = (i64, &'static str, &'static str);

/// A plot, and for how many requests it is told.
struct Plot {
    requests: usize,
    steps: &'static [Step],
}

/// The plots. `late` before an event sends it last; `twice` sends it two times; `partly` revokes one authorization of two.
const PLOTS: [Plot; 20] = [
    Plot {
        requests: 3,
        steps: &[(3, "create", "draft"), (2, "update", "draft")],
    },
    Plot {
        requests: 4,
        steps: &[(15, "create", "draft"), (9, "submit", "submitted")],
    },
    Plot {
        requests: 3,
        steps: &[
            (21, "create", "draft"),
            (16, "submit", "submitted"),
            (4, "request_changes", "changes_requested"),
        ],
    },
    Plot {
        requests: 6,
        steps: &[
            (70, "create", "draft"),
            (66, "submit", "submitted"),
            (60, "approve", "validated"),
        ],
    },
    Plot {
        requests: 3,
        steps: &[
            (520, "create", "draft"),
            (512, "submit", "submitted"),
            (505, "approve", "validated"),
        ],
    },
    Plot {
        requests: 2,
        steps: &[(620, "submit", "submitted"), (610, "approve", "validated")],
    },
    Plot {
        requests: 2,
        steps: &[
            (230, "submit", "submitted"),
            (222, "approve", "validated"),
            (12, "reopen", "draft"),
            (5, "submit", "submitted"),
        ],
    },
    Plot {
        requests: 1,
        steps: &[
            (260, "submit", "submitted"),
            (250, "approve", "validated"),
            (20, "reopen", "draft"),
            (14, "submit", "submitted"),
            (6, "request_changes", "changes_requested"),
        ],
    },
    Plot {
        requests: 2,
        steps: &[
            (420, "submit", "submitted"),
            (410, "approve", "validated"),
            (40, "reopen", "draft"),
            (35, "submit", "submitted"),
            (28, "approve", "validated"),
        ],
    },
    Plot {
        requests: 3,
        steps: &[
            (50, "create", "draft"),
            (44, "submit", "submitted"),
            (30, "refuse", "refused"),
        ],
    },
    Plot {
        requests: 3,
        steps: &[
            (330, "submit", "submitted"),
            (320, "approve", "validated"),
            (18, "revoke", "revoked"),
        ],
    },
    Plot {
        requests: 1,
        steps: &[(400, "create", "draft"), (200, "archive", "archived")],
    },
    Plot {
        requests: 1,
        steps: &[
            (140, "submit", "submitted"),
            (130, "approve", "validated"),
            (8, "archive", "archived"),
        ],
    },
    Plot {
        requests: 1,
        steps: &[
            (280, "submit", "submitted"),
            (270, "approve", "validated"),
            (6, "partly revoke", "validated"),
        ],
    },
    Plot {
        requests: 1,
        steps: &[
            (450, "approve", "validated"),
            (120, "revoke", "revoked"),
            (45, "approve", "validated"),
        ],
    },
    Plot {
        requests: 1,
        steps: &[(100, "approve", "validated"), (7, "merge", "validated")],
    },
    Plot {
        requests: 1,
        steps: &[(160, "approve", "validated"), (10, "delete", "validated")],
    },
    Plot {
        requests: 1,
        steps: &[
            (95, "create", "draft"),
            (90, "late submit", "submitted"),
            (80, "twice approve", "validated"),
        ],
    },
    Plot {
        requests: 1,
        steps: &[
            (300, "create", "draft"),
            (200, "archive", "archived"),
            (11, "submit", "submitted"),
        ],
    },
    Plot {
        requests: 1,
        steps: &[
            (240, "submit", "submitted"),
            (232, "approve", "validated"),
            (31, "transfer", "validated"),
        ],
    },
];

/// Organization and what it asks for.
const SUBJECTS: [(&str, &str, &str); 12] = [
    (
        "Commune de Valbrune",
        "Instruction des aides aux commerces",
        "Vérifier l’existence et la situation des entreprises qui demandent une aide.",
    ),
    (
        "Département de la Haute-Lande",
        "Marchés publics simplifiés",
        "Reprendre les pièces déjà connues des administrations dans les candidatures.",
    ),
    (
        "Région Les Trois-Vallées",
        "Guichet des subventions",
        "Préremplir les dossiers de subvention des associations et des entreprises.",
    ),
    (
        "Métropole de Port-Clair",
        "Tarification sociale de la cantine",
        "Calculer le tarif selon le quotient familial.",
    ),
    (
        "Communauté de communes du Haut-Aubrac",
        "Aide au transport scolaire",
        "Vérifier le statut d’élève et les ressources du foyer.",
    ),
    (
        "Office de l’habitat de Sainte-Mare",
        "Attribution de logements",
        "Contrôler les pièces des demandeurs sans les leur redemander.",
    ),
    (
        "Université de Rochebelle",
        "Exonération des droits d’inscription",
        "Vérifier le statut de boursier.",
    ),
    (
        "Agence de l’eau Vire-Orne",
        "Redevances des entreprises",
        "Tenir à jour le fichier des établissements redevables.",
    ),
    (
        "Chambre de métiers du Bas-Pays",
        "Suivi des artisans",
        "Mettre à jour les fiches des artisans inscrits.",
    ),
    (
        "Syndicat mixte du Val d’Orge",
        "Prime à la rénovation",
        "Vérifier la qualification des entreprises de travaux.",
    ),
    (
        "Centre communal de Montfleury",
        "Aides facultatives",
        "Instruire les aides sociales de la commune.",
    ),
    (
        "Port autonome de Kermeur",
        "Accès des transporteurs",
        "Contrôler les capacités des transporteurs à l’entrée du port.",
    ),
];

/// First and family names; the families are made up. Who has a login is somebody of the simulated GitHub.
const PEOPLE: [(&str, &str, Option<&str>); 12] = [
    ("Noé", "Tournebride", Some("noe")),
    ("Anne", "Grandchêne", None),
    ("Bruno", "Roucoule", None),
    ("Chloé", "Pétillon", None),
    ("Driss", "Valombre", None),
    ("Adèle", "Vertefeuille", Some("adele")),
    ("Éva", "Montclair-Seine", None),
    ("Farid", "Belhorizon", None),
    ("Gaëlle", "Troispierres", None),
    ("Hugues", "Sansouci", None),
    ("Ines", "Courtepaille", None),
    ("Jonas", "Hautrive", None),
];

const SCOPES: [&[&str]; 4] = [
    &[
        "unites_legales_etablissements_insee",
        "associations_djepva",
        "open_data_a",
    ],
    &["attestation_fiscale_dgfip", "attestation_sociale_urssaf"],
    &["cnaf_quotient_familial", "cnaf_enfants"],
    &["mesri_statut_etudiant", "cnous_statut_boursier"],
];

/// Everything that is sent, in the order in which it arrives, and of how many requests it tells.
pub(super) fn all(now: i64) -> (usize, Vec<Sent>) {
    let (mut sent, mut number) = (Vec::new(), 0);
    for plot in &PLOTS {
        for _ in 0..plot.requests {
            number += 1;
            tell(number, plot.steps, now, &mut sent);
        }
    }
    sent.extend(oddities(now));
    (number, sent)
}

fn tell(number: usize, steps: &[Step], now: i64, sent: &mut Vec<Sent>) {
    let mut late = Vec::new();
    for (index, (days, event, state)) in steps.iter().enumerate() {
        let (how, event) = event.split_once(' ').unwrap_or(("", event));
        // Not all at the same hour.
        let minutes = i64::try_from(number * 37 + index * 11).unwrap_or_default();
        let fired_at = now - days * DAY - minutes * 60;
        let told = compose(number, event, fired_at, state, how == "partly");
        let copies = if how == "twice" { 2 } else { 1 };
        let into = if how == "late" { &mut late } else { &mut *sent };
        for _ in 0..copies {
            into.push(Sent {
                path: told.path,
                body: told.body.clone(),
            });
        }
    }
    sent.append(&mut late);
}

/// Each third request is of the other API, each fourth of the first generation.
fn compose(number: usize, event: &str, fired_at: i64, state: &str, is_partial: bool) -> Sent {
    let is_first = number % 4 == 3 && !is_partial && event != "transfer";
    let id = 41_000 + u64::try_from(number).unwrap_or_default() * 73;
    let (path, body) = if is_first {
        (
            "/api/datapass/api_entreprise/webhook",
            old(number, id, event, fired_at, state),
        )
    } else if number % 3 == 1 {
        let mut body = new(number, id, event, fired_at, state, is_partial);
        body["model_type"] = json!("authorization_request/api_particulier");
        body["data"]["type"] = json!("AuthorizationRequest::APIParticulier");
        body["data"]["form_uid"] = json!("api-particulier");
        ("/api/datapass/v2/api_particulier/webhook", body)
    } else {
        (
            "/api/datapass/v2/api_entreprise/webhook",
            new(number, id, event, fired_at, state, is_partial),
        )
    };
    Sent {
        path,
        body: body.to_string(),
    }
}

/// A body of the second generation.
fn new(number: usize, id: u64, event: &str, fired_at: i64, state: &str, is_partial: bool) -> Value {
    let mut body = second(id, event, fired_at, state);
    // A transfer hands the request to somebody else.
    let who = if event == "transfer" {
        number + 1
    } else {
        number
    };
    let data = &mut body["data"];
    data["public_id"] = json!(format!("5f0c1c2e-7c1e-4f6e-9a0b-{id:012}"));
    data["organization"] = organization(number);
    let applicant = person(who);
    data["applicant"] = json!({
        "id": 100 + who, "uid": null, "email": applicant.email, "given_name": applicant.first,
        "family_name": applicant.last, "phone_number": "0100000000", "job_title": "Cheffe ou chef de projet",
    });
    let (_, title, description) = of(&SUBJECTS, number);
    data["data"] = json!({
        "intitule": title,
        "description": description,
        "scopes": of(&SCOPES, number),
    });
    for (contact, offset) in [("contact_metier", 1), ("contact_technique", 2)] {
        let person = person(who + offset);
        data["data"][format!("{contact}_email")] = json!(person.email);
        data["data"][format!("{contact}_given_name")] = json!(person.first);
        data["data"][format!("{contact}_family_name")] = json!(person.last);
    }
    if is_partial {
        data["authorizations"] = authorizations(&["revoked", "active"]);
    }
    body
}

/// A body of the first generation.
fn old(number: usize, id: u64, event: &str, fired_at: i64, state: &str) -> Value {
    let event = if event == "approve" {
        "validate"
    } else {
        event
    };
    let mut body = first(id, event, fired_at, state);
    let pass = &mut body["data"]["pass"];
    let (_, title, description) = of(&SUBJECTS, number);
    pass["intitule"] = json!(title);
    pass["description"] = json!(description);
    pass["siret"] = json!(siret(number));
    pass["scopes"] = of(&SCOPES, number)
        .iter()
        .map(|scope| ((*scope).to_owned(), json!(true)))
        .collect();
    let kinds = ["demandeur", "contact_metier", "responsable_technique"];
    let members = kinds.iter().enumerate().map(|(offset, kind)| {
        let person = person(number + offset);
        json!({
            "id": offset + 1, "uid": null, "type": kind, "email": person.email, "given_name": person.first,
            "family_name": person.last, "phone_number": null, "job": null,
        })
    });
    pass["team_members"] = members.collect();
    body
}

/// Signed bodies of no request: a test, one that is no JSON, and one that names no request.
fn oddities(now: i64) -> Vec<Sent> {
    let path = "/api/datapass/v2/api_entreprise/webhook";
    [
        json!({ "test": true, "timestamp": "2026-01-05T09:00:00.000+01:00" }).to_string(),
        "{\"event\": \"approve\", \"fired_at\": ".to_owned(),
        json!({ "event": "approve", "fired_at": now - DAY, "model_type": "authorization_request/api_entreprise" })
            .to_string(),
    ]
    .into_iter()
    .map(|body| Sent { path, body })
    .collect()
}

struct Person {
    first: &'static str,
    last: &'static str,
    email: String,
}

fn person(number: usize) -> Person {
    let (first, last, login) = *of(&PEOPLE, number);
    let email = match login {
        Some(login) => format!("{login}@fabrique-demo.example"),
        None => {
            let plain = |name: &str| {
                name.replace(['é', 'É', 'ë', 'ê'], "e")
                    .replace('-', "")
                    .to_lowercase()
            };
            format!("{}.{}@collectivite.example", plain(first), plain(last))
        }
    };
    Person { first, last, email }
}

fn organization(number: usize) -> Value {
    let (name, ..) = of(&SUBJECTS, number);
    json!({ "id": number, "name": name, "siret": siret(number), "insee_payload": null })
}

/// Fourteen digits of an establishment that does not exist.
fn siret(number: usize) -> String {
    format!(
        "99{:07}000{:02}",
        1_234_567 + (number % SUBJECTS.len()) * 81_173,
        number % SUBJECTS.len() + 10
    )
}

/// One of a list that is told of again from its start.
fn of<T, const N: usize>(list: &'static [T; N], number: usize) -> &'static T {
    &list[number % N]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn some_forty_requests_of_both_generations_and_every_state() {
        let (requests, sent) = all(1_800_000_000);
        assert_eq!(requests, 41);
        let states: BTreeSet<&str> = PLOTS
            .iter()
            .flat_map(|plot| plot.steps)
            .map(|step| step.2)
            .collect();
        assert_eq!(states.len(), 7);
        for path in [
            "/api/datapass/api_entreprise/webhook",
            "/api/datapass/v2/api_particulier/webhook",
        ] {
            assert!(sent.iter().any(|sent| sent.path == path), "{path}");
        }
        let bodies: BTreeSet<&str> = sent.iter().map(|sent| sent.body.as_str()).collect();
        assert_eq!(bodies.len() + 1, sent.len(), "one is sent twice");
        assert!((0..41).all(|number| siret(number).len() == 14));
    }
}
