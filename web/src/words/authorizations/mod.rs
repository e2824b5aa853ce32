//! The words of authorization requests and of jobs, loaded with their pages.

mod phrases;
mod prolongation;

use super::spoken;

pub use prolongation::asked;

/// The catalogue of the language spoken.
pub fn said() -> &'static Said {
    Said::of(spoken())
}

catalogue! {
    /// The words of authorization requests.
    Said;

    // The pages.
    requests: "Requests", "Demandes";
    tokens: "Tokens", "Jetons";
    alerts: "Alerts", "Alertes";
    journal: "Journal", "Journal";
    my_requests: "My authorizations", "Mes habilitations";
    sections: "Pages of authorizations", "Pages des habilitations";

    // Requests.
    search_requests: "Title, number, organization, SIRET, contact", "Intitulé, numéro, organisation, SIRET, contact";
    request: "Request", "Demande";
    title: "Title", "Intitulé";
    untitled: "Untitled request", "Demande sans intitulé";
    number: "Number", "Numéro";
    api: "API", "API";
    organization: "Organization", "Organisation";
    siret: "SIRET", "SIRET";
    status: "Status", "Statut";
    amendment: "Amendment", "Modification";
    applicant: "Applicant", "Demandeur";
    applicant_email: "Applicant’s e-mail", "Courriel du demandeur";
    last_event: "Last event", "Dernier événement";
    live_tokens: "Live tokens", "Jetons actifs";
    no_requests: "No request yet", "Aucune demande pour l’instant";
    no_requests_help: "Requests appear with the first delivery that DataPass signs for an API under [datapass] in the configuration file.", "Les demandes apparaissent avec le premier envoi signé par DataPass, pour une API déclarée sous [datapass] dans le fichier de configuration.";

    // States of a request.
    status_draft: "Draft", "Brouillon";
    status_submitted: "Under review", "En cours d’instruction";
    status_changes_requested: "Changes requested", "Modifications demandées";
    status_validated: "Authorization in force", "Habilitation active";
    status_refused: "Refused", "Demande refusée";
    status_revoked: "Revoked", "Demande révoquée";
    status_archived: "Archived", "Archivée";
    amendment_draft: "Amendment in draft", "Modification en brouillon";
    amendment_submitted: "Amendment under review", "Modification en instruction";
    amendment_changes_requested: "Amendment to be changed", "Modification à revoir";

    // One request.
    facts: "The request", "La demande";
    description: "Description", "Description";
    form: "Form", "Formulaire";
    public_id: "Public identifier", "Identifiant public";
    first_submitted: "First submitted", "Première soumission";
    first_approved: "First approved", "Première approbation";
    last_approved: "Last approved", "Dernière approbation";
    revoked_on: "Revoked", "Révocation";
    archived_on: "Archived", "Archivage";
    renews: "Renews", "Renouvelle";
    service_provider: "Service provider", "Prestataire";
    scopes: "Granted scopes", "Périmètres accordés";
    no_scopes: "Nothing is granted: scopes come with an approval.", "Rien n’est accordé\u{202f}: les périmètres viennent avec une approbation.";
    contacts: "Contacts", "Contacts";
    no_contacts: "DataPass names nobody.", "DataPass ne nomme personne.";
    email: "E-mail", "Courriel";
    phone: "Phone", "Téléphone";
    in_directory: "In the directory", "Dans l’annuaire";
    role_applicant: "Applicant", "Demandeur";
    role_business: "Business contact", "Contact métier";
    role_technical: "Technical contact", "Contact technique";
    role_controller: "Data controller", "Responsable de traitement";
    role_officer: "Data protection officer", "Délégué à la protection des données";
    history: "History", "Historique";
    no_history: "Nothing has changed yet.", "Rien n’a encore changé.";
    object_request: "the request", "la demande";
    object_token: "a token", "un jeton";
    object_contact: "a contact", "un contact";
    object_limits: "limits of use", "limites d’usage";
    object_alert: "an alert", "une alerte";

    // Tokens.
    search_tokens: "Token, request, organization, SIRET, contact", "Jeton, demande, organisation, SIRET, contact";
    token: "Token", "Jeton";
    token_state: "State", "État";
    token_active: "Active", "Actif";
    token_scheduled: "Ends early", "Fin programmée";
    token_expired: "Expired", "Expiré";
    token_blacklisted: "Blacklisted", "Sur liste noire";
    issued: "Issued", "Émission";
    expires: "Expires", "Expiration";
    blacklisted_from: "Refused from", "Refusé à partir du";
    blacklist_reason: "Reason", "Motif";
    reason_revoked: "the request was revoked", "la demande est révoquée";
    reason_administrator: "by an administrator", "par un administrateur";
    reason_replaced: "replaced by another token", "remplacé par un autre jeton";
    replaces_another: "Replaces another token", "Remplace un autre jeton";
    no_tokens: "No token yet", "Aucun jeton pour l’instant";
    no_tokens_help: "A token comes with the first approval of a request.", "Un jeton vient avec la première approbation d’une demande.";
    no_tokens_here: "No token: the first approval yields one.", "Aucun jeton\u{202f}: la première approbation en donne un.";

    // Alerts.
    search_alerts: "Request, number or note", "Demande, numéro ou note";
    alert: "Alert", "Alerte";
    alert_state: "State", "État";
    alert_open: "To look at", "À traiter";
    alert_acknowledged: "Acknowledged", "Prise en compte";
    raised: "Raised", "Levée";
    note: "Note", "Note";
    acknowledged_by: "Acknowledged by", "Prise en compte par";
    an_operator: "an operator", "un opérateur";
    open_delivery: "See the delivery", "Voir l’envoi";
    no_alerts: "No alert", "Aucune alerte";
    no_alerts_help: "Alerts tell of what DataPass should not send, and of what somebody should look at.", "Une alerte signale ce que DataPass ne devrait pas envoyer, ou ce qui mérite un coup d’œil.";
    no_alerts_here: "No alert for this request.", "Aucune alerte pour cette demande.";
    kind: "Kind", "Nature";
    kind_archived_with_live_token: "Archived, with a live token", "Archivée avec un jeton actif";
    kind_revived: "Archived, then alive again", "Archivée puis ranimée";
    kind_deleted: "Deleted by DataPass", "Supprimée par DataPass";
    kind_unknown_event: "Unknown event", "Événement inconnu";
    kind_partial_revocation: "Partial revocation", "Révocation partielle";
    kind_approved_after_revocation: "Approved after a revocation", "Approuvée après une révocation";
    kind_approval_missing: "Approval never received", "Approbation jamais reçue";
    kind_unreadable: "Unreadable delivery", "Envoi illisible";
    kind_failed: "Delivery that failed", "Envoi en échec";
    kind_bad_signatures: "Many bad signatures", "Nombreuses signatures invalides";
    kind_silence: "Silence of DataPass", "Silence de DataPass";
    kind_reconciled: "Found by reconciliation", "Trouvé par réconciliation";
    help_bad_signatures: "Many deliveries came without a valid signature. Somebody tries, or the secret differs at DataPass.", "De nombreux envois sont arrivés sans signature valide. Quelqu’un essaie, ou le secret diffère chez DataPass.";
    help_silence: "DataPass has said nothing for longer than configured. Its webhook may be switched off.", "DataPass ne dit plus rien depuis plus longtemps que configuré. Son webhook est peut-être coupé.";
    help_reconciled: "DataPass’s own list differed from ours: deliveries were lost, and are made up for.", "La liste de DataPass différait de la nôtre\u{202f}: des envois s’étaient perdus, c’est rattrapé.";
    help_archived_with_live_token: "The request is archived while a token of it still works. Blacklist the token if it should not.", "La demande est archivée alors qu’un de ses jetons fonctionne encore. Mettez-le sur liste noire s’il ne le doit pas.";
    help_revived: "DataPass never leaves the archive by itself: somebody repaired this request by hand.", "DataPass ne sort jamais une demande des archives\u{202f}: quelqu’un l’a réparée à la main.";
    help_deleted: "DataPass should delete nothing. The request and its tokens are kept as they were.", "DataPass ne devrait rien supprimer. La demande et ses jetons sont conservés tels quels.";
    help_unknown_event: "An event that this version does not know. It is kept, and changes nothing.", "Un événement que cette version ne connaît pas. Il est conservé et ne change rien.";
    help_partial_revocation: "One authorization of the request was revoked while another is in force. Its tokens still work.", "Une habilitation de la demande est révoquée, une autre reste active. Les jetons fonctionnent toujours.";
    help_approved_after_revocation: "A revoked request was approved again. It has a new token; the old ones stay blacklisted.", "Une demande révoquée a été approuvée de nouveau. Elle a un nouveau jeton\u{202f}; les anciens restent sur liste noire.";
    help_approval_missing: "DataPass calls the request validated, but its approval never came: there is no token.", "DataPass dit la demande validée, mais l’approbation n’est jamais arrivée\u{202f}: il n’y a pas de jeton.";
    help_unreadable: "The body was signed and could not be read. It is in the journal, with the reason.", "Le contenu était signé mais illisible. Il est au journal, avec la raison.";
    help_failed: "A fault of ours kept the delivery from being judged. It is in the journal, and can be replayed.", "Une faute de notre côté a empêché de traiter l’envoi. Il est au journal et peut être rejoué.";

    // What one does with tokens, alerts and deliveries.
    prolong: "Prolong", "Prolonger";
    prolong_title: "Prolong this token", "Prolonger ce jeton";
    prolong_help: "It lives for its whole time again, counted from now. Its older signed forms go on working.", "Il retrouve toute sa durée de vie, comptée à partir de maintenant. Ses formes déjà signées continuent de fonctionner.";
    prolonged: "Prolonged.", "Prolongé.";
    blacklist: "Blacklist", "Mettre sur liste noire";
    blacklist_title: "Blacklist this token", "Mettre ce jeton sur liste noire";
    blacklist_help: "Gateways refuse it from then on. This cannot be undone; the applicant and the technical contact are told by mail.", "Les passerelles le refusent à partir de ce moment. C’est irréversible\u{202f}; le demandeur et le contact technique sont prévenus par courriel.";
    blacklist_day: "From (empty: at once)", "À partir du (vide\u{202f}: tout de suite)";
    blacklist_replace: "Issue a token that replaces it", "Émettre un jeton qui le remplace";
    blacklisted: "Done.", "C’est fait.";
    limits: "Limits of use", "Limites d’usage";
    networks: "Allowed networks", "Réseaux autorisés";
    any_network: "Any", "Tous";
    networks_help: "Addresses or CIDR ranges, one on each line. Empty: any network.", "Adresses ou plages CIDR, une par ligne. Vide\u{202f}: tous les réseaux.";
    calls_per_minute: "Calls per minute", "Appels par minute";
    any_rate: "No limit", "Sans limite";
    rate_help: "For each token. Empty: no limit.", "Pour chaque jeton. Vide\u{202f}: sans limite.";
    bad_rate: "Calls per minute: write a whole number above 0, or nothing.", "Appels par minute\u{202f}: indiquez un nombre entier supérieur à 0, ou rien.";
    change_limits: "Change the limits", "Modifier les limites";
    change_limits_title: "Change the limits of this request’s tokens", "Modifier les limites des jetons de cette demande";
    change_limits_help: "Gateways follow from their next question on. Calls from elsewhere, or beyond the number, are refused.", "Les passerelles en tiennent compte dès leur prochaine question. Les appels venus d’ailleurs, ou au-delà du nombre, sont refusés.";
    limits_changed: "Limits changed.", "Limites modifiées.";
    modalities: "Ways of access", "Modalités d’accès";
    modality_params: "With a token", "Avec un jeton";
    modality_formulaire_qf: "Form", "Formulaire";
    modality_france_connect: "FranceConnect", "FranceConnect";
    issue: "Issue a token", "Émettre un jeton";
    issue_title: "Issue one more token", "Émettre un jeton de plus";
    issue_help: "The technical contact gets a link by mail that shows it once.", "Le contact technique reçoit par courriel un lien qui le montre une seule fois.";
    issue_day: "Ends on (empty: as late as allowed)", "Expire le (vide\u{202f}: le plus tard possible)";
    token_issued: "Issued.", "Émis.";
    send_link: "Mail the link", "Envoyer le lien";
    send_link_title: "Mail a link that shows this token", "Envoyer un lien qui montre ce jeton";
    send_link_help: "The technical contact gets a link by mail that shows the token once. At most one an hour.", "Le contact technique reçoit par courriel un lien qui montre le jeton une seule fois. Un par heure au plus.";
    send_own_link_help: "You get a link by mail that shows the token once. At most one an hour.", "Vous recevez par courriel un lien qui montre le jeton une seule fois. Un par heure au plus.";
    link_sent: "The mail is on its way.", "Le courriel est en route.";
    acknowledge: "Acknowledge", "Prendre en compte";
    acknowledge_title: "Acknowledge this alert", "Prendre en compte cette alerte";
    acknowledge_help: "It leaves the list of what is to be looked at, and stays on record with your name and note.", "Elle quitte la liste des alertes à traiter et reste au dossier, avec votre nom et votre note.";
    acknowledge_note: "Note (optional)", "Note (facultative)";
    alert_done: "The alert is acknowledged.", "L’alerte est prise en compte.";
    replay: "Replay", "Rejouer";
    replay_title: "Replay this delivery", "Rejouer cet envoi";
    replay_help: "It is read and judged again. What it did once is not done twice.", "Il est lu et traité de nouveau. Ce qu’il a déjà fait n’est pas fait deux fois.";
    replayed: "Replayed: what became of it stands here.", "Rejoué\u{202f}: son issue est affichée ici.";

    // Jobs.
    jobs: "Jobs", "Tâches";
    search_jobs: "Kind, request, e-mail, error", "Nature, demande, courriel, erreur";
    job: "Job", "Tâche";
    job_pending: "Pending", "En attente";
    job_running: "Running", "En cours";
    job_done: "Done", "Terminée";
    job_dead: "Given up", "Abandonnée";
    job_mail: "Mail", "Courriel";
    job_token_link: "Mail with the link to a token", "Courriel avec le lien d’un jeton";
    job_contact_link: "Mail with a sign-in link", "Courriel avec un lien de connexion";
    job_alert: "Spreading of an alert", "Diffusion d’une alerte";
    job_alert_sentry: "Alert to Sentry", "Alerte vers Sentry";
    job_alert_mattermost: "Alert to Mattermost", "Alerte vers Mattermost";
    job_tokens_ending: "Search for tokens that end soon", "Recherche des jetons qui expirent bientôt";
    job_reconcile: "Comparison with DataPass", "Comparaison avec DataPass";
    job_reconciling: "Start of the comparisons that are due", "Lancement des comparaisons prévues";
    job_silence: "Watch for a silence of DataPass", "Surveillance du silence de DataPass";
    job_scheduled_sync: "Scheduled sync", "Synchronisation programmée";
    job_tidying: "Removal of what need not be kept", "Suppression de ce qui n’a plus à être gardé";
    attempts: "Attempts", "Essais";
    next_run: "Due", "Échéance";
    last_error: "Last error", "Dernière erreur";
    made: "Made", "Création";
    finished: "Finished", "Fin";
    no_jobs: "No job", "Aucune tâche";
    no_jobs_help: "Mails and alerts are sent by jobs; those that are done are kept for a while.", "Les courriels et les alertes partent par des tâches\u{202f}; les terminées sont gardées quelque temps.";
    retry_job: "Retry", "Relancer";
    retry_job_title: "Retry this job", "Relancer cette tâche";
    retry_job_help: "It begins anew, as if it had never been tried.", "Elle recommence comme si elle n’avait jamais été tentée.";
    job_retried: "The job begins anew.", "La tâche recommence.";

    // The journal.
    search_journal: "Number, title, contact, reason", "Numéro, intitulé, contact, raison";
    delivery: "Delivery", "Envoi";
    outcome: "Outcome", "Issue";
    event: "Event", "Événement";
    source: "Sender", "Expéditeur";
    generation: "Generation", "Génération";
    fired: "Fired", "Émis";
    received: "Received", "Reçu";
    judged: "Judged", "Traité";
    why: "Why", "Raison";
    original: "Same as", "Identique à";
    the_original: "the first delivery", "le premier envoi";
    changes: "Changes", "Changements";
    no_changes: "It changed nothing of the request.", "Il n’a rien changé à la demande.";
    body: "Body", "Contenu";
    raw_body: "Body as it was signed", "Contenu tel qu’il a été signé";
    no_deliveries: "No delivery yet", "Aucun envoi pour l’instant";
    no_deliveries_help: "Each signed delivery of DataPass is kept here as it came.", "Chaque envoi signé par DataPass est conservé ici tel qu’il est arrivé.";
    outcome_received: "Received", "Reçu";
    outcome_applied: "Applied", "Appliqué";
    outcome_folded_late: "Applied late", "Appliqué en retard";
    outcome_duplicate: "Duplicate", "Doublon";
    outcome_test: "Test", "Test";
    outcome_unknown: "Unknown event", "Événement inconnu";
    outcome_unreadable: "Unreadable", "Illisible";
    outcome_failed: "Failed", "Échec";
    help_received: "It waits to be judged.", "Il attend d’être traité.";
    help_folded_late: "Newer events had come before it: it was put at its place among them.", "Des événements plus récents l’avaient précédé\u{202f}: il a été rangé à sa place.";
    help_duplicate: "The same had come before, and counts.", "Le même était déjà arrivé\u{202f}; c’est lui qui compte.";
    help_test: "DataPass tries whether we answer. It names no request.", "DataPass vérifie que nous répondons. Aucune demande n’est concernée.";

    // Events.
    event_create: "Created", "Création";
    event_update: "Edited", "Mise à jour";
    event_notify: "Message", "Message";
    event_transfer: "Handed over", "Transfert";
    event_reopen: "Reopened", "Réouverture";
    event_submit: "Submitted", "Soumission";
    event_request_changes: "Changes requested", "Modifications demandées";
    event_refuse: "Refused", "Refus";
    event_cancel_reopening: "Reopening cancelled", "Réouverture annulée";
    event_approve: "Approved", "Approbation";
    event_revoke: "Revoked", "Révocation";
    event_archive: "Archived", "Archivage";
    event_delete: "Deleted", "Suppression";
    no_event: "no event", "sans événement";

    reconcile: "Compare with DataPass", "Comparer avec DataPass";
    reconcile_title: "Compare the requests with DataPass", "Comparer les demandes avec DataPass";
    reconcile_help: "DataPass’s own list is read. What the webhook lost is applied as if it had come by itself, in its place.", "La liste de DataPass est lue. Ce que le webhook a perdu est appliqué comme s’il était arrivé de lui-même, à sa place.";

    // Links of our mails.
    entry_title: "See your authorizations", "Voir vos habilitations";
    entry_lead: "The link from your mail serves once.", "Le lien de votre courriel sert une seule fois.";
    entry: "Continue", "Continuer";
    entry_refused: "The link was used, or is too old. Ask for a new one on the sign-in page.", "Le lien a déjà servi ou est trop ancien. Demandez-en un nouveau sur la page de connexion.";
    show_title: "Your token", "Votre jeton";
    show_lead: "It is shown once. Have a safe place ready to keep it in.", "Il est montré une seule fois. Préparez un endroit sûr où le garder.";
    show_token: "Show the token", "Montrer le jeton";
    shown_once: "Copy it now: the link has been used. You can have another one mailed from your authorizations.", "Copiez-le maintenant\u{202f}: le lien a servi. Vous pouvez en recevoir un autre depuis vos habilitations.";
    token_refused: "The link was used, or is too old. You can have a new one mailed from your authorizations.", "Le lien a déjà servi ou est trop ancien. Vous pouvez en recevoir un nouveau depuis vos habilitations.";

    // My requests.
    no_mine: "You are no contact of any request", "Vous n’êtes contact d’aucune demande";
    no_mine_help: "Requests appear here once DataPass names you with an e-mail address that is proved to be yours.", "Les demandes apparaissent ici dès que DataPass vous nomme avec une adresse dont il est prouvé qu’elle est à vous.";
    nothing_expected: "Nothing to do: the token works.", "Rien à faire\u{202f}: le jeton fonctionne.";
    revoked_expected: "The authorization is revoked: none of its tokens works any more. A new request at DataPass is needed to use the API again.", "L’habilitation est révoquée\u{202f}: aucun de ses jetons ne fonctionne plus. Pour utiliser à nouveau l’API, déposez une nouvelle demande sur DataPass.";
    refused_expected: "The request was refused. DataPass says why.", "La demande est refusée. DataPass en donne la raison.";
    changes_expected: "Changes are asked of you at DataPass.", "Des modifications vous sont demandées sur DataPass.";
    draft_expected: "The request is a draft: finish and submit it at DataPass.", "La demande est un brouillon\u{202f}: terminez-la et soumettez-la sur DataPass.";
    review_expected: "The request is being reviewed. You will hear of it.", "La demande est en cours d’instruction. Vous serez prévenu de la suite.";
    archived_expected: "The request is archived.", "La demande est archivée.";
    no_token_expected: "Nothing is expected of you: this way of access needs no token.", "Rien n’est attendu de vous\u{202f}: cette modalité d’accès ne demande pas de jeton.";
    gone_expected: "No token works any more. Reopen the request at DataPass: its approval yields one.", "Plus aucun jeton ne fonctionne. Rouvrez la demande sur DataPass\u{202f}: son approbation en donnera un.";
    replacement_expected: "This token is refused: use the other one of this request, which works.", "Ce jeton est refusé\u{202f}: utilisez l’autre jeton de cette demande, qui fonctionne.";
}
