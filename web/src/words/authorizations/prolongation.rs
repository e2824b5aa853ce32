//! The words of a token's prolongation: the questions to the applicant, and what became of them.

use crate::words::{Language, spoken};

const NARROW: char = '\u{202f}';

/// The catalogue of the language spoken.
pub fn asked() -> &'static Asked {
    Asked::of(spoken())
}

catalogue! {
    /// The words of a prolongation.
    Asked;

    // The questions.
    title: "Prolong a token", "Prolonger un jeton";
    step_owner: "Who is in charge", "La personne responsable";
    step_purpose: "The purpose", "La finalité";
    step_contacts: "The contacts", "Les contacts";
    step_summary: "Summary", "Récapitulatif";
    ask_owner: "Are you still in charge of this project?", "Êtes-vous toujours responsable de ce projet\u{202f}?";
    owner_stays: "Yes, and I stay in charge", "Oui, et je le reste";
    owner_leaves: "Yes, but somebody else will be soon", "Oui, mais quelqu’un d’autre le sera bientôt";
    owner_gone: "No, somebody else is", "Non, c’est quelqu’un d’autre";
    described: "What the request says:", "Ce que dit la demande\u{202f}:";
    ask_purpose: "Is the API still used for what the request describes?", "L’API sert-elle toujours à ce que décrit la demande\u{202f}?";
    purpose_same: "Yes, nothing has changed", "Oui, rien n’a changé";
    purpose_other: "No, the purpose has changed", "Non, la finalité a changé";
    no_business: "DataPass names no business contact. Is that still right?", "DataPass ne nomme aucun contact métier. Est-ce toujours exact\u{202f}?";
    no_technical: "DataPass names no technical contact. Is that still right?", "DataPass ne nomme aucun contact technique. Est-ce toujours exact\u{202f}?";
    contact_same: "Yes", "Oui";
    contact_other: "No", "Non";
    answer_missing: "Choose an answer to go on.", "Choisissez une réponse pour continuer.";
    next: "Next", "Continuer";
    back: "Back", "Étape précédente";
    cancel: "Cancel", "Annuler";
    change: "Change", "Modifier";
    will_amend: "Something has changed, so the token is not prolonged at once. Your answers are kept; amend the request at DataPass next, and the approval of the amendment prolongs the token.", "Puisque quelque chose a changé, le jeton n’est pas prolongé tout de suite. Vos réponses sont conservées\u{202f}; modifiez ensuite la demande sur DataPass, et l’approbation de la modification prolongera le jeton.";
    prolong: "Prolong the token", "Prolonger le jeton";
    send: "Send the answers", "Envoyer les réponses";

    // What became of them.
    is_prolonged: "The token is prolonged", "Le jeton est prolongé";
    is_to_amend: "One thing is left: amend the request", "Il reste à modifier la demande";
    amend: "Amend the request at DataPass", "Modifier la demande sur DataPass";
    back_to_mine: "Back to my authorizations", "Retour à mes habilitations";
    submitted: "The amendment is submitted and DataPass reviews it: its approval prolongs the token. You have nothing to do.", "La modification est déposée et DataPass l’instruit\u{202f}: son approbation prolongera le jeton. Vous n’avez rien à faire.";
    answer_anew: "Answer anew", "Répondre à nouveau";
    at_datapass: "See it at DataPass", "Voir sur DataPass";

    // Why there is nothing to ask.
    unknown: "No token of your authorizations has this address. Perhaps you signed in as somebody else.", "Aucun jeton de vos habilitations n’a cette adresse. Peut-être êtes-vous connecté sous une autre identité.";
    ended: "This token has ended and can no longer be prolonged. Reopen the request at DataPass to get another one.", "Ce jeton a expiré et ne peut plus être prolongé. Rouvrez la demande sur DataPass pour en obtenir un autre.";
    blacklisted: "This token is blacklisted: it cannot be prolonged.", "Ce jeton est sur liste noire\u{202f}: il ne peut pas être prolongé.";
    not_in_force: "The authorization is not in force: its tokens cannot be prolonged.", "L’habilitation n’est pas active\u{202f}: ses jetons ne peuvent pas être prolongés.";
}

impl Asked {
    /// How far the questions have come.
    pub fn step_of(&self, step: usize, of: usize) -> String {
        match self.spoken {
            Language::English => format!("Step {step} of {of}"),
            Language::French => format!("Étape {step} sur {of}"),
        }
    }

    /// What a step is about.
    pub fn step_name(&self, step: usize) -> &'static str {
        match step {
            1 => self.step_owner,
            2 => self.step_purpose,
            3 => self.step_contacts,
            _ => self.step_summary,
        }
    }

    /// Whether somebody is still the contact of this role.
    pub fn ask_contact(&self, role: &str, name: &str) -> String {
        let is_business = role == "business";
        match (self.spoken, is_business) {
            (Language::English, true) => format!("Is {name} still the business contact?"),
            (Language::English, false) => format!("Is {name} still the technical contact?"),
            (Language::French, true) => {
                format!("Le contact métier est-il toujours {name}{NARROW}?")
            }
            (Language::French, false) => {
                format!("Le contact technique est-il toujours {name}{NARROW}?")
            }
        }
    }

    /// Whether there is still no contact of this role.
    pub fn ask_no_contact(&self, role: &str) -> &'static str {
        if role == "business" {
            self.no_business
        } else {
            self.no_technical
        }
    }

    /// Which answer is to be changed.
    pub fn change_answer(&self, question: &str) -> String {
        match self.spoken {
            Language::English => format!("{}: {question}", self.change),
            Language::French => format!("{}{NARROW}: {question}", self.change),
        }
    }

    /// What follows when all is as before; the day may not be known.
    pub fn will_prolong(&self, day: Option<&str>) -> String {
        match (self.spoken, day) {
            (Language::English, Some(day)) => format!(
                "Nothing has changed, so the token is prolonged at once, until about {day}. The form of it that you use goes on working."
            ),
            (Language::English, None) => "Nothing has changed, so the token is prolonged at once. The form of it that you use goes on working.".to_owned(),
            (Language::French, Some(day)) => format!(
                "Puisque rien n’a changé, le jeton est prolongé tout de suite, jusqu’au {day} environ. Celui que vous utilisez continue de fonctionner."
            ),
            (Language::French, None) => "Puisque rien n’a changé, le jeton est prolongé tout de suite. Celui que vous utilisez continue de fonctionner.".to_owned(),
        }
    }

    /// That a token is prolonged.
    pub fn prolonged_until(&self, day: &str) -> String {
        match self.spoken {
            Language::English => {
                format!("It works until {day}. There is nothing to change where it is used.")
            }
            Language::French => format!(
                "Il fonctionne jusqu’au {day}. Il n’y a rien à changer là où il est utilisé."
            ),
        }
    }

    /// That the request is to be amended before the token ends.
    pub fn to_amend(&self, day: &str) -> String {
        match self.spoken {
            Language::English => format!(
                "Your answers are kept, but the token is not prolonged yet: it ends on {day}. Amend the request at DataPass in time, because only the approval of the amendment prolongs the token."
            ),
            Language::French => format!(
                "Vos réponses sont conservées, mais le jeton n’est pas encore prolongé{NARROW}: il expire le {day}. Modifiez la demande sur DataPass à temps, car seule l’approbation de la modification prolonge le jeton."
            ),
        }
    }

    /// That a token was prolonged.
    pub fn prolonged_on(&self, day: &str) -> String {
        match self.spoken {
            Language::English => format!("Prolonged, as asked for on {day}."),
            Language::French => format!("Prolongé, à la suite de la demande du {day}."),
        }
    }

    /// That the request is to be amended: by the reader, or by the applicant of this name.
    pub fn to_be_amended(&self, applicant: Option<&str>) -> String {
        match (self.spoken, applicant) {
            (Language::English, None) => "Not prolonged yet: amend the request at DataPass. The approval of the amendment prolongs the token.".to_owned(),
            (Language::English, Some(name)) => format!(
                "Not prolonged yet: {name} is to amend the request at DataPass. The approval of the amendment prolongs the token."
            ),
            (Language::French, None) => format!(
                "Pas encore prolongé{NARROW}: modifiez la demande sur DataPass. L’approbation de la modification prolongera le jeton."
            ),
            (Language::French, Some(name)) => format!(
                "Pas encore prolongé{NARROW}: {name} doit modifier la demande sur DataPass. L’approbation de la modification prolongera le jeton."
            ),
        }
    }

    /// That DataPass refused the amendment, and what the reader, or the applicant of this name, can do.
    pub fn refused(&self, applicant: Option<&str>) -> String {
        match (self.spoken, applicant) {
            (Language::English, None) => "Not prolonged: DataPass refused the amendment, and says why. Amend the request again, or answer anew if all is as before.".to_owned(),
            (Language::English, Some(name)) => format!(
                "Not prolonged: DataPass refused the amendment. It is for {name} to amend the request again."
            ),
            (Language::French, None) => format!(
                "Non prolongé{NARROW}: DataPass a refusé la modification et dit pourquoi. Modifiez à nouveau la demande, ou répondez à nouveau si rien n’a changé."
            ),
            (Language::French, Some(name)) => format!(
                "Non prolongé{NARROW}: DataPass a refusé la modification. C’est à {name} de modifier à nouveau la demande."
            ),
        }
    }

    /// What the applicant of a token that ends soon has to do.
    pub fn is_due(&self, day: &str) -> String {
        match self.spoken {
            Language::English => {
                format!("The token ends on {day}. Prolong it in time: a few questions suffice.")
            }
            Language::French => format!(
                "Le jeton expire le {day}. Prolongez-le à temps{NARROW}: quelques questions suffisent."
            ),
        }
    }

    /// Whom the other contacts have to ask when a token ends soon.
    pub fn ask_applicant(&self, day: &str, applicant: Option<&str>) -> String {
        match (self.spoken, applicant) {
            (Language::English, Some(name)) => {
                format!("The token ends on {day}. Ask {name}, the applicant, to prolong it here.")
            }
            (Language::English, None) => {
                format!(
                    "The token ends on {day}. Only the applicant can prolong it, and DataPass names none."
                )
            }
            (Language::French, Some(name)) => format!(
                "Le jeton expire le {day}. Demandez à {name}, à l’origine de la demande, de le prolonger ici."
            ),
            (Language::French, None) => format!(
                "Le jeton expire le {day}. Seul le demandeur peut le prolonger, et DataPass n’en nomme aucun."
            ),
        }
    }

    /// That a token ends soon and its prolongation is under way.
    pub fn under_way(&self, day: &str) -> String {
        match self.spoken {
            Language::English => {
                format!("The token ends on {day}. Its prolongation is under way.")
            }
            Language::French => {
                format!("Le jeton expire le {day}. Sa prolongation est en cours.")
            }
        }
    }

    /// Why the reader cannot prolong a token that somebody else can.
    pub fn only_applicant(&self, applicant: Option<&str>) -> String {
        match (self.spoken, applicant) {
            (Language::English, Some(name)) => {
                format!("Only the applicant can prolong this token. Ask {name}.")
            }
            (Language::English, None) => {
                "Only the applicant can prolong this token, and DataPass names none.".to_owned()
            }
            (Language::French, Some(name)) => {
                format!("Seul le demandeur peut prolonger ce jeton. Adressez-vous à {name}.")
            }
            (Language::French, None) => {
                "Seul le demandeur peut prolonger ce jeton, et DataPass n’en nomme aucun."
                    .to_owned()
            }
        }
    }

    /// From when on a token can be prolonged.
    pub fn early(&self, day: &str) -> String {
        match self.spoken {
            Language::English => format!(
                "There is no hurry: this token can be prolonged from {day} on, 90 days before it ends."
            ),
            Language::French => format!(
                "Rien ne presse{NARROW}: ce jeton peut être prolongé à partir du {day}, 90 jours avant son expiration."
            ),
        }
    }
}
