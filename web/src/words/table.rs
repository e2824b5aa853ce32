//! The words without numbers or names in them.

catalogue! {
    /// The words of the frame, of lists, and of people and services.
    Words;

    locale: "en-GB", "fr-FR";
    language_code: "en", "fr";

    // The frame.
    product: "Secretariat", "Secretariat";
    skip_to_content: "Skip to content", "Aller au contenu";
    main_navigation: "Main", "Principale";
    home: "Home", "Accueil";
    people: "People", "Personnes";
    services: "Services", "Services";
    authorizations: "Authorizations", "Habilitations";
    authorization_tokens: "Authorizations: tokens", "Habilitations\u{202f}: jetons";
    authorization_alerts: "Authorizations: alerts", "Habilitations\u{202f}: alertes";
    authorization_journal: "Authorizations: journal", "Habilitations\u{202f}: journal";
    jobs: "Jobs", "Tâches";
    my_requests: "My authorizations", "Mes habilitations";
    explorer: "API", "API";
    explorer_title: "API explorer", "Explorateur de l’API";
    search_or_jump: "Search or jump to…", "Rechercher ou aller à…";
    language: "Language", "Langue";
    theme: "Theme", "Thème";
    theme_system: "As the system", "Comme le système";
    theme_light: "Light", "Clair";
    theme_dark: "Dark", "Sombre";
    acting_as: "Acting as", "Agir en tant que";
    my_page: "My page", "Ma fiche";
    sign_out: "Sign out", "Se déconnecter";
    role_user: "User", "Utilisateur";
    role_contact: "Contact", "Contact";
    role_admin: "Administrator", "Administrateur";
    demonstration: "Demonstration server: anybody signs in, under any name.", "Serveur de démonstration\u{202f}: chacun s’y connecte, sous n’importe quel nom.";
    keyboard_shortcuts: "Keyboard shortcuts", "Raccourcis clavier";
    single_keys: "Single keys are shortcuts", "Raccourcis à une seule touche";
    close: "Close", "Fermer";
    cancel: "Cancel", "Annuler";
    notifications: "Notifications", "Notifications";
    view: "View", "Voir";

    on_this_page: "On this page", "Sur cette page";

    // Shortcuts.
    key_palette: "Search people, go to a page", "Chercher une personne, aller à une page";
    key_search: "Search in this list", "Chercher dans la liste";
    key_rows: "Next or previous row", "Ligne suivante ou précédente";
    key_open: "Open the row", "Ouvrir la ligne";
    key_escape: "Close the panel or the menu", "Fermer le panneau ou le menu";
    key_help: "This help", "Cette aide";
    key_home: "Go to Home", "Aller à l’accueil";
    key_people: "Go to People", "Aller aux personnes";
    key_my_requests: "Go to My authorizations", "Aller à mes habilitations";
    key_services: "Go to Services", "Aller aux services";
    key_requests: "Go to Authorization requests", "Aller aux demandes d’habilitation";
    key_tokens: "Go to Tokens", "Aller aux jetons";
    key_alerts: "Go to Alerts", "Aller aux alertes";
    key_journal: "Go to the journal", "Aller au journal";
    key_jobs: "Go to Jobs", "Aller aux tâches";

    // The palette.
    palette_label: "Find a person or a page", "Trouver une personne ou une page";
    palette_nothing: "Nobody by that name, and no page.", "Personne de ce nom, ni page.";

    // Signing in.
    sign_in: "Sign in", "Se connecter";
    sign_in_lead: "Who holds which account, on which service, and until when.", "Qui a quel compte, sur quel service, et jusqu’à quand.";
    your_name: "Your name", "Votre nom";
    your_name_help: "Any name will do. A new one becomes a new person.", "N’importe quel nom convient. Un nom nouveau crée une personne.";
    your_name_missing: "Type a name to sign in.", "Indiquez un nom pour vous connecter.";
    try_as: "Try it as", "Essayer en tant que";
    or: "or", "ou";
    contact_link: "You are a contact of an authorization request?", "Vous êtes contact d’une demande d’habilitation\u{202f}?";
    contact_link_help: "A link to your requests and tokens is mailed to you. It serves once, within an hour.", "Un lien vers vos demandes et jetons vous est envoyé par courriel. Il sert une fois, dans l’heure.";
    contact_link_send: "Mail me a link", "Recevoir un lien";
    contact_link_sent: "If this address belongs to a contact, a link is on its way to it.", "Si cette adresse est celle d’un contact, un lien est en route.";
    contact_link_missing: "Type your e-mail address, such as name@organization.example.", "Indiquez votre adresse, comme nom@organisme.example.";
    no_providers: "No way to sign in is configured. An administrator adds one under [[providers]] in the configuration file.", "Aucun moyen de connexion n’est configuré. L’administrateur en ajoute un sous [[providers]] dans le fichier de configuration.";

    // Lists.
    clear_search: "Clear the search", "Effacer la recherche";
    clear_filters: "Clear filters", "Effacer les filtres";
    no_match: "No match", "Aucun résultat";
    no_match_help: "Nothing here fits the search and the filters.", "Rien ne correspond à la recherche et aux filtres.";
    loading: "Loading…", "Chargement…";
    retry: "Try again", "Réessayer";
    previous_page: "Previous page", "Page précédente";
    next_page: "Next page", "Page suivante";
    pages: "Pages", "Pages";
    export: "Export", "Exporter";
    export_help: "All rows that fit the search and the filters, as a CSV file", "Toutes les lignes filtrées, en fichier CSV";
    exporting: "Exporting…", "Export en cours…";
    export_refused: "The browser refused the file. Allow downloads from this site, then export again.", "Le navigateur a refusé le fichier. Autorisez les téléchargements de ce site, puis recommencez.";

    // Errors.
    error_title: "This could not be loaded", "Le chargement a échoué";
    error_network: "The server does not answer. Check the connection, then try again.", "Le serveur ne répond pas. Vérifiez la connexion, puis réessayez.";
    error_unexpected: "Something went wrong on the server. Trying again may help; if not, give an administrator the number below.", "Un incident est survenu sur le serveur. Réessayez\u{202f}; si cela persiste, transmettez le numéro ci-dessous à l’administrateur.";
    error_unreadable: "The server’s answer could not be read. Reload the page: it may be older than the server.", "La réponse du serveur est illisible. Rechargez la page\u{202f}: elle est peut-être plus ancienne que le serveur.";
    error_part_missing: "This part of the page did not come. The server may have been updated meanwhile, or the connection lost: the page will load anew.", "Cette partie de la page n’est pas arrivée. Le serveur a peut-être été mis à jour entre-temps, ou la connexion est coupée\u{202f}: la page va se recharger.";
    error_signed_out: "The session has ended. Sign in again.", "La session est terminée. Reconnectez-vous.";
    error_forbidden: "Your role does not allow this.", "Votre rôle ne le permet pas.";
    error_refused: "The provider did not agree, or none of your teams opens this door.", "Le fournisseur n’a pas donné son accord, ou aucune de vos équipes n’ouvre cette porte.";
    error_inactive: "Your account here is closed. An administrator can open it again.", "Votre compte est fermé ici. Un administrateur peut le rouvrir.";
    error_unknown_provider: "That way to sign in does not exist here. Choose one below.", "Ce moyen de connexion n’existe pas ici. Choisissez-en un ci-dessous.";
    error_bad_request: "The sign-in could not be read. Start again.", "La tentative de connexion est illisible. Recommencez.";
    error_provider: "The provider did not answer as expected. Try again in a moment.", "Le fournisseur n’a pas répondu comme prévu. Réessayez dans un instant.";
    request_number: "Request", "Requête";
    reconnecting: "Connection lost. Reconnecting…", "Connexion perdue. Reconnexion…";
    not_found: "Nothing at this address", "Rien à cette adresse";
    not_found_help: "The page does not exist, or your role may not see it.", "La page n’existe pas, ou votre rôle ne permet pas de la voir.";
    back_home: "Go home", "Retour à l’accueil";

    // People.
    search_people: "Name, e-mail or login", "Nom, courriel ou identifiant";
    search_cards: "Name", "Nom";
    name: "Name", "Nom";
    accounts: "Accounts", "Comptes";
    email: "E-mail", "Courriel";
    login: "Login", "Identifiant";
    arrival: "Arrival", "Arrivée";
    departure: "Departure", "Départ";
    added: "Added", "Ajout";
    warnings: "Warnings", "Alertes";
    warning: "Warning", "Alerte";
    service: "Service", "Service";
    presence: "Presence", "Présence";
    presence_present: "Present", "Présent";
    presence_arriving: "Arriving", "À venir";
    presence_left: "Left", "Parti";
    no_people: "Nobody yet", "Personne pour l’instant";
    no_people_help: "People appear with the first sync of a service.", "Les personnes apparaissent à la première synchronisation d’un service.";
    no_account: "no account", "pas de compte";

    // Warnings.
    no_departure_date: "No departure date", "Pas de date de départ";
    alone_service: "Single account", "Compte isolé";
    missing_services: "No GitHub or Mattermost account", "Ni GitHub ni Mattermost";
    expired: "Past departure", "Départ passé";
    no_departure_date_help: "Nobody has said until when this person stays.", "Personne n’a indiqué jusqu’à quand cette personne reste.";
    alone_service_help: "The only account is on a service that people join through others.", "Le seul compte est sur un service que l’on rejoint par d’autres.";
    missing_services_help: "No live account on GitHub or Mattermost.", "Aucun compte vivant sur GitHub ni sur Mattermost.";
    expired_help: "The departure date has passed and the person is still active.", "La date de départ est passée et la personne est encore active.";

    // States of an account.
    account_active: "active", "actif";
    account_invited: "invited", "invité";
    account_disabled: "disabled", "désactivé";
    account_absent: "gone", "disparu";

    // A person.
    close_panel: "Close the panel", "Fermer le panneau";
    facts: "Facts", "Informations";
    first_seen: "First seen", "Vu d’abord";
    history: "History", "Historique";
    no_history: "Nothing has changed since this person was added.", "Rien n’a changé depuis l’ajout de cette personne.";
    same_person: "Perhaps the same person", "Peut-être la même personne";
    same_email: "same e-mail", "même courriel";
    same_login: "same login", "même identifiant";
    same_name: "same name", "même nom";
    no_accounts: "No account on any service.", "Aucun compte, sur aucun service.";
    groups: "Teams", "Équipes";
    last_seen: "Last seen", "Vu pour la dernière fois";
    raw_data: "Data as the service gave it", "Données telles que le service les a fournies";
    remote_id: "Identifier there", "Identifiant sur place";
    not_set: "Not set", "Non renseignée";
    none: "none", "aucun";
    edit_arrival: "Edit the arrival date", "Modifier la date d’arrivée";
    edit_departure: "Edit the departure date", "Modifier la date de départ";
    save: "Save", "Enregistrer";
    saving: "Saving…", "Enregistrement…";
    saved: "Saved", "Enregistré";
    clear_date: "Remove the date", "Retirer la date";
    departure_before_arrival: "The departure is before the arrival. Choose a later day, or change the arrival first.", "Le départ précède l’arrivée. Choisissez un jour plus tardif ou modifiez d’abord l’arrivée.";
    unreadable_date: "Type a whole date: day, month and year.", "Indiquez une date complète\u{202f}: jour, mois et année.";
    only_card: "You see the card that everybody sees.", "Vous voyez la fiche que tout le monde voit.";

    // History.
    action_insert: "added", "ajout";
    action_update: "changed", "modification";
    action_delete: "removed", "suppression";
    object_users: "the person", "la personne";
    object_accounts: "an account", "un compte";
    nothing: "nothing", "rien";

    // Services and runs.
    plan_dry_run: "Plan", "Planifier";
    plan_help: "Plan only: nothing changes until you apply it", "Plan seul\u{202f}: rien ne change tant que vous ne l’appliquez pas";
    sync_now: "Sync now", "Synchroniser";
    runs_title: "Sync runs", "Synchronisations";
    no_services: "No service is configured", "Aucun service n’est configuré";
    no_services_help: "Services are declared under [[services]] in the configuration file.", "Les services se déclarent sous [[services]] dans le fichier de configuration.";
    no_runs: "No sync has run yet", "Aucune synchronisation pour l’instant";
    no_runs_help: "Plan one to see what it would change, or sync now.", "Planifiez-en une pour voir ce qu’elle changerait, ou synchronisez.";
    last_sync: "Last sync", "Dernière synchro";
    never: "never", "jamais";
    state: "State", "État";
    started: "Started", "Début";
    took: "Took", "Durée";
    by: "By", "Par";
    changes: "Changes", "Changements";
    trigger_cron: "schedule", "calendrier";
    trigger_cli: "command line", "ligne de commande";
    trigger_action: "page or API", "page ou API";
    trigger_http: "HTTP call", "appel HTTP";
    run_queued: "Queued", "En attente";
    run_fetching: "Fetching", "Lecture";
    run_planning: "Planning", "Planification";
    run_applying: "Applying", "Application";
    run_planned: "Plan ready", "Plan prêt";
    run_waiting: "Needs approval", "À approuver";
    run_succeeded: "Done", "Terminé";
    run_failed: "Failed", "Échec";
    run_interrupted: "Interrupted", "Interrompu";
    run_discarded: "Discarded", "Abandonné";
    queued_help: "Waiting for its turn. Leaving this page does not stop it.", "Attend son tour. Quitter cette page ne l’arrête pas.";
    fetching_help: "Reading the service, page by page. Nothing has changed yet. Leaving this page does not stop it.", "Lecture du service, page par page. Rien n’a encore changé. Quitter cette page n’arrête rien.";
    planning_help: "Comparing with the directory. Nothing has changed yet.", "Comparaison avec l’annuaire. Rien n’a encore changé.";
    applying_help: "Writing all changes in one transaction.", "Écriture de tous les changements en une transaction.";
    planned_help: "Nothing has changed. Applying makes the changes below.", "Rien n’a changé. Appliquer fera les changements ci-dessous.";
    planned_empty: "Nothing would change: the directory already says what the service says.", "Rien ne changerait\u{202f}: l’annuaire dit déjà ce que dit le service.";
    succeeded_empty: "Nothing had to change.", "Rien n’était à changer.";
    failed_help: "Nothing was changed. The next sync starts afresh.", "Rien n’a été modifié. La prochaine synchronisation repart de zéro.";
    interrupted_help: "The server stopped during this run. Its transaction was undone as a whole; the next sync starts afresh.", "Le serveur s’est arrêté pendant l’exécution. Sa transaction a été annulée en entier\u{202f}; la prochaine synchronisation repart de zéro.";
    discarded_help: "The plan was set aside. Nothing was changed.", "Le plan a été écarté. Rien n’a été modifié.";
    discard: "Discard", "Abandonner";
    discard_plan: "Discard the plan", "Abandonner le plan";
    discard_explanation: "The plan is kept for the record. Nothing changes; the next sync makes a new one.", "Le plan reste au journal. Rien ne change\u{202f}; la prochaine synchronisation en fera un nouveau.";
    apply_explanation: "Only Secretariat’s directory changes, nothing at the service. Accounts that are gone are marked, never deleted.", "Seul l’annuaire de Secretariat change, rien chez le service. Les comptes disparus sont marqués, jamais supprimés.";
    kind_create: "new", "nouveaux";
    kind_change: "changed", "modifiés";
    kind_link: "joined", "rattachés";
    kind_re_enable: "back", "de retour";
    kind_gone: "gone", "disparus";
    kind: "Kind", "Nature";
    search_changes: "Name or login", "Nom ou identifiant";
    joins: "joins", "rejoint";
    pages_read: "Pages read", "Pages lues";
    accounts_read: "Accounts read", "Comptes lus";
    requests_made: "Requests made", "Requêtes";
    unchanged: "Unchanged", "Inchangés";
    planned_at: "Planned", "Planifié";
    finished: "Finished", "Fin";
    approved_by: "Approved by", "Approuvé par";
    requested_by: "Requested by", "Demandé par";
    dry_run: "plan only", "plan seul";
    disabled_service: "switched off", "désactivé";
    no_change_rows: "No change in this plan", "Aucun changement dans ce plan";
    what_changes: "What changes", "Ce qui change";
    run_details: "Details", "Détails";

    // The dashboard.
    overview: "Overview", "Vue d’ensemble";
    accounts_by_service: "Accounts by service and state", "Comptes par service et par état";
    show_table: "Show as a table", "Afficher en tableau";
    latest_runs: "Latest sync runs", "Dernières synchronisations";
    all_runs: "All runs", "Toutes";
    arriving_soon: "Arriving within 30 days", "Arrivées dans les 30 jours";
    leaving_soon: "Leaving within 30 days", "Départs dans les 30 jours";
    nobody_arrives: "Nobody is announced.", "Personne n’est annoncé.";
    nobody_leaves: "Nobody leaves.", "Personne ne part.";
    to_look_at: "To look at", "À regarder";
    nothing_to_look_at: "Nothing asks for attention.", "Rien ne demande d’attention.";
    suggestions: "Perhaps the same person", "Doublons possibles";
    total: "Total", "Total";
}
