### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Enregistrer une vidéo d’Ustream ou d’IBM Video
    .body = Collez le lien d’une diffusion terminée ou en cours.
paste-label = Lien de la vidéo
paste-placeholder = video.ibm.com/recorded/123456
paste-find = Chercher la vidéo
paste-paste = Coller
paste-drop = Vous pouvez aussi déposer un lien dans cette fenêtre.
    .here = Déposez le lien pour chercher la vidéo
copied-heading = Vous avez copié un lien
    .said = Le lien copié est prêt à être utilisé.
copied-use = Utiliser ce lien
remux-open = Créer un MP4 à partir d’un fichier vidéo…

looking-heading = Recherche de la vidéo…
    .body = Cela prend en général quelques secondes.
    .slow = La recherche continue. Le site met du temps à répondre.

## Several videos behind one link

choose-channel =
    { $count ->
        [one] Ce lien mène à une chaîne avec { $count } vidéo
       *[other] Ce lien mène à une chaîne avec { $count } vidéos
    }
    .several = Ce lien mène à une chaîne avec plusieurs vidéos
    .body = Cochez celles que vous voulez.
    .kept = Chaînes suivies
    .keep = Enregistrer automatiquement les nouvelles vidéos de cette chaîne
    .keep_body = Tant qu’elle est ouverte, l’application vérifie toutes les quelques heures et enregistre un direct qui commence. La chaîne se trouve dans les réglages.
    .kept_none = Aucune chaîne pour l’instant. Collez le lien d’une chaîne et choisissez-y « Enregistrer automatiquement les nouvelles vidéos de cette chaîne ».
    .kept_since = Depuis le { $date } · dans { $folder }
    .kept_looked = dernière vérification : { $date }
    .kept_never = pas encore vérifiée
    .kept_tell = Seulement me signaler les nouvelles vidéos
    .kept_remove = Retirer
    .kept_removed = { $title } n’est plus suivie. Les vidéos enregistrées restent.
    .kept_new = Nouveau : { $titles }
choose-page =
    { $count ->
        [one] Cette page contient { $count } vidéo
       *[other] Cette page contient { $count } vidéos
    }
choose-all = Tout cocher
    .none = Tout décocher
    .new = Seulement les nouvelles
choose-more = Afficher plus
choose-saved = Enregistrée le { $date }
choose-shown = { $shown } affichées sur { $total }
choose-ticked =
    { $count ->
        [0] Aucune cochée
        [one] { $count } cochée, { $duration }
       *[other] { $count } cochées, { $duration }
    }
choose-continue = Continuer avec { $count }
choose-ready =
    { $count ->
        [one] Enregistrer { $count } vidéo
       *[other] Enregistrer { $count } vidéos
    }
    .body = Chacune est enregistrée sous son propre nom.
    .oldest = Commencer par la plus ancienne
choose-back = Retour à la liste

## Ready to save

ready-said = Prêt à enregistrer. { $title }, { $facts }
ready-untitled = Vidéo { $recording }
ready-all = Tout afficher
ready-newest = Ce lien mène à une chaîne. Voici sa vidéo la plus récente.
ready-size = environ { $size }
ready-type = Type de fichier
ready-mp4 = MP4
    .body = Se lit partout.
ready-flv = FLV
    .body = L’original, tel quel.
ready-mp3 = MP3
    .body = Pour les lecteurs plus anciens. Le son est réencodé.
    .m4a = M4A
    .m4a_body = Le son, tel quel.
ready-quality = Qualité
quality-height = { $height }p
ready-sound = Son
    .usual = Celui de la vidéo
    .all = Toutes les langues
ready-name = Nom
    .replaced = Elle est enregistrée sous le nom { $file }.
part = Seulement une partie…
    .from = De
    .to = À
    .hint = Par exemple 1:30 ou 1:02:00. Laissez un champ vide pour le début ou la fin.
    .wrong = Écrivez les temps ainsi : 1:30 ou 1:02:00.
    .empty = La fin doit venir après le début.
    .beyond = La vidéo ne dure que { $length }.
    .original = L’original ne peut être coupé qu’à certains endroits : la partie peut durer quelques secondes de plus.
    .saved = Une partie de la vidéo, de { $from } à { $to }.
    .clamped = La vidéo se termine plus tôt que ce que vous avez demandé.
ready-save = Enregistrer la vidéo
    .starting = Démarrage…
    .change = Modifier
live = Ce direct est en cours
    .hint = Il est enregistré jusqu’à sa fin, ou jusqu’à ce que vous l’arrêtiez.
    .record = Enregistrer depuis le début
    .now = Enregistrer à partir de maintenant
    .recordings = Vidéos de cette chaîne
    .stop = Arrêter et enregistrer
    .disk_full = Le disque est presque plein : l’enregistrement a été arrêté.
    .silent = Le direct n’envoyait plus rien : l’enregistrement a été arrêté.
    .soon = Ce direct n’a pas commencé
    .soon_hint = Il est enregistré dès qu’il commence. Laissez l’application ouverte d’ici là.
    .soon_record = Enregistrer quand il commence
    .since = depuis { $time }
    .continued = L’enregistrement continue dans un autre fichier.
low-space = Pas assez d’espace dans { $folder }
    .body = Il faut environ { $need }, et il reste { $free }.
low-space-anyway = Enregistrer quand même
too-large = { $folder } n’accepte pas de fichier aussi volumineux
    .body = La limite y est de { $most } par fichier, et cette vidéo fait environ { $need }.
saved-before = Vous avez enregistré cette vidéo le { $date }
    .body = { $file } se trouve dans { $folder }.
saved-before-again = Enregistrer à nouveau
saving-now = Vous enregistrez déjà cette vidéo : { $percent }
    .plain = Vous enregistrez déjà cette vidéo
saving-show = Afficher

folder-label = Enregistrer dans
folder-free = { $free } libres
folder-change = Modifier…
folder-choose = Choisir un autre dossier
folder-lost = Le dossier { $folder } est introuvable
    .body = Pour l’instant, les vidéos vont dans { $now }. Rebranchez le disque ou choisissez un autre dossier.

## Locked videos: password, form, owner’s page

password-label = Mot de passe
password-show = Afficher le mot de passe
password-send = Déverrouiller
form-send = Envoyer et continuer
form-again = Envoyer à nouveau
form-optional = { $label } (facultatif)
form-said = Le site répond : { $message }
page-label = Adresse de la page du propriétaire
page-send = Continuer
field-wrong = Remplissez ce champ.
    .email = Cela ne ressemble pas à une adresse e-mail.
    .url = Collez l’adresse complète de la page, qui commence par http.
form-remember = Les mémoriser sur cet ordinateur
proxy-name = Nom d’utilisateur

## A job

job-queued = En attente de son tour
    .body = L’enregistrement commencera après la vidéo précédente.
job-resolving = Préparation…
    .body = Nous demandons au site où se trouve la vidéo.
job-fetching = Téléchargement
    .body = Vous pouvez continuer à utiliser votre ordinateur.
    .silent = Aucune donnée depuis { $time }. Nouvelles tentatives en cours…
job-finishing = Finalisation…
    .body = Internet n’est plus nécessaire.
job-converting = Création du MP4
    .body = L’image et le son ne sont pas modifiés.
job-recording = Enregistrement du direct
    .body = Il est enregistré quand il se termine ou quand vous l’arrêtez.
job-encoding = Création du MP3
    .body = Le son est réencodé.
job-moving = Déplacement vers l’autre dossier
    .body = Ce qui a été téléchargé suit, puis le téléchargement reprend.
job-waiting = En attente de connexion…
    .body = L’enregistrement reprendra tout seul. Rien n’est perdu.
job-waiting-login = Le Wi-Fi vous demande de vous identifier
    .body = Ouvrez une page web dans votre navigateur et identifiez-vous. L’enregistrement reprendra tout seul.
job-waiting-site = En attente du site de vidéos…
    .body = Il ne répond pas ou a demandé une pause. L’enregistrement reprendra tout seul.
job-waiting-stream = Le direct est en pause
    .body = Nous attendons et reprenons tout seuls.
job-waiting-mirror = En attente du serveur de la vidéo…
    .body = Le site de vidéos fonctionne, mais le serveur de cette vidéo n’envoie rien. L’enregistrement reprendra tout seul.
job-waiting-segments = Recherche de ce qui manque…
    .body = Pour le moment, le site n’a pas toute la vidéo. Le reste lui sera redemandé plusieurs fois.
job-stalled = Rien n’avance depuis un moment…
    .body = Les tentatives continuent. Rien n’est perdu.
job-paused = En pause
    .body = Rien n’est perdu. Vous pouvez fermer l’application.
    .at = En pause à { $percent }
job-progress = Progression : { $title }
job-said = { $percent } téléchargés
job-title = { $percent } – { $title }
bytes-of = { $done } sur { $total }
    .about = { $done } sur environ { $total }
bytes-so-far = { $done } jusqu’ici
left-seconds = moins d’une minute restante
left-minutes =
    { $minutes ->
        [one] environ { $minutes } minute restante
       *[other] environ { $minutes } minutes restantes
    }
left-hours =
    { $hours ->
        [one] environ { $hours } heure restante
       *[other] environ { $hours } heures restantes
    }

job-pause = Pause
job-continue = Reprendre
job-cancel = Annuler
job-another = Enregistrer une autre vidéo

stop-heading = Arrêter l’enregistrement de cette vidéo ?
    .body = { $done } sont déjà téléchargés.
    .nothing = Rien n’est encore téléchargé.
stop-keep = Garder pour plus tard
stop-delete = Supprimer
stop-go-on = Continuer l’enregistrement
stopped-heading = Arrêté
    .kept = La partie téléchargée a été conservée.
    .deleted = La partie téléchargée a été supprimée.
stopped-continue = Reprendre celle-ci
close-heading =
    { $count ->
        [one] Une vidéo est encore en cours d’enregistrement
       *[other] { $count } vidéos sont encore en cours d’enregistrement
    }
    .body = Si vous fermez maintenant, vous pourrez reprendre la prochaine fois.
close-close = Fermer
close-stay = Ne pas fermer
unfinished-heading =
    { $count ->
        [one] Vous avez une vidéo inachevée
       *[other] Vous avez { $count } vidéos inachevées
    }
unfinished-later = Plus tard

saved-heading = Enregistré
saved-facts = { $size } · { $duration } · dans { $folder }
    .captions = Les sous-titres n’ont pas pu être convertis. Ils sont enregistrés tels quels : { $file }
    .cues = Certains sous-titres n’ont pas pu être convertis. Tous sont enregistrés tels quels : { $file }
saved-said = Enregistré. { $file } se trouve dans { $folder }.
saved-gaps = Enregistré, mais il manque { $duration }
    .other = Enregistré, mais incomplet
    .body = Passages manquants : { $times }.
    .segments = Fragments impossibles à télécharger : { $count } sur { $total }.
    .empty = Fragments sans image ni son : { $count }.
    .misplaced = Fragments venant d’un autre endroit de la vidéo : { $count }.
    .shorter = Elle dure { $duration } de moins que ce qu’indique le site.
    .video = Il manque l’image.
    .audio = Il manque le son.
    .language = Il manque le son dans cette langue : { $language }.
    .rendition = La qualité choisie ({ $wished }) n’était pas disponible : une autre a été enregistrée.
fact-lost = Perdu : { $duration } à { $time }
    .video = Image perdue : { $duration } à { $time }
    .audio = Son perdu : { $duration } à { $time }
    .bytes = { $size } du fichier sont illisibles : il est coupé ou endommagé à cet endroit.
    .unreadable = Perdu : { $duration } à { $time }. Rien n’indique comment lire ce passage.
fact-left-out = Non inclus : { $name }
    .pause = À { $time }, une pause trop longue pour un fichier a été raccourcie de { $duration }.
    .moved = À { $time }, le minutage repart de zéro. La suite a été remise à sa place.
    .repeated = Passage en double à { $time } ({ $duration }) : gardé une seule fois.
saved-reveal = Afficher dans le dossier
saved-play = Lire
saved-not-opened = Impossible d’ouvrir le fichier
    .body = Il a peut-être été déplacé ou renommé depuis son enregistrement.
    .copy = Copier le chemin

others-heading = En cours d’enregistrement ({ $count })
    .waiting = En attente ({ $count })
    .stopped = À l’arrêt ({ $count })
batch-saved = Vidéos enregistrées : { $saved } sur { $total }
    .all = Les { $total } vidéos sont enregistrées
    .failed = { $count } en échec
batch-pause = Tout mettre en pause
batch-continue = Tout reprendre
batch-again = Réessayer celles qui ont échoué
row-more = Plus d’actions pour { $title }
    .plain = Plus
saved-list = Vidéos enregistrées ({ $count })
    .page = Créer une page web du dossier
saved-list-forget = Retirer de la liste
    .all = Tout retirer de la liste
    .ask = Retirer ces { $count } vidéos de la liste ?
    .body = Les fichiers sont conservés.
    .keep = Les garder
saved-list-removed = { $file } a été retiré de la liste. Le fichier est conservé.
    .undo = Annuler
delete-file = Supprimer le fichier…
    .ask = Supprimer { $file } ?
    .body = Le fichier est placé dans la corbeille de cet ordinateur.
    .keep = Le garder
    .done = { $file } est dans la corbeille.
delete-file-failed = Le fichier n’a pas pu être placé dans la corbeille
    .body = Supprimez-le plutôt dans son dossier.
list-search = Rechercher dans les vidéos
    .none = Aucun résultat
    .state = Afficher
    .all = Toutes
    .saving = En cours d’enregistrement
    .waiting = En attente
    .stopped = À l’arrêt
    .saved = Enregistrées
saved-list-again = Télécharger à nouveau
check-file = Vérifier
    .running = Vérification de { $file }…
    .whole = { $file } est intact.
    .damaged = { $file } est endommagé. Vous pouvez le télécharger à nouveau.
    .changed = Le fichier a changé depuis son enregistrement.
    .unreadable = Il n’est plus lisible.
    .shorter = Il en manque { $duration }.
    .gone = { $file } est introuvable ou illisible.
list-damaged = Une partie de votre liste est illisible
    .body = Elle a été mise de côté. Les fichiers enregistrés sont intacts.

## Settings

settings-heading = Réglages
settings-done = Terminé
settings-most = Jusqu’à { $height }p
    .best = La meilleure
    .smallest = La plus légère
    .audio = Son seulement
settings-template = Noms des fichiers
    .body = { "{title}" }, { "{owner}" }, { "{date}" }, { "{id}" } et { "{quality}" } sont remplacés par ce que l’on sait de la vidéo. Une barre oblique crée un dossier ; la date est en UTC.
    .wrong = Cela ne peut pas être un nom. Il faut { "{title}" } ou { "{id}" }, et chaque accolade ouverte doit être fermée.
    .folders = Un dossier par chaîne
settings-example = Par exemple : { $name }
settings-captions = Enregistrer aussi les sous-titres, s’il y en a
    .type = Type de fichier des sous-titres
    .picture = Enregistrer aussi l’image d’aperçu dans un fichier
settings-maker = Le MP4 est créé par
settings-builtin = Cette application
settings-ffmpeg = ffmpeg
    .missing = ffmpeg est introuvable.
    .pick = Choisir ffmpeg…
settings-at-once = Vidéos simultanées
    .speed = Laisser du débit aux autres
    .unlimited = Sans limite
    .most = Jusqu’à { $speed }
    .after = Quand tout est enregistré
    .nothing = Ne rien faire
    .show_folder = Afficher le dossier
    .sleep = Mettre l’ordinateur en veille
    .shut_down = Éteindre l’ordinateur
    .asks_sleep = L’ordinateur va se mettre en veille
    .asks_shut_down = L’ordinateur va s’éteindre
    .seconds = Tout est enregistré. Secondes restantes : { $seconds }
settings-language = Langue
settings-system = Celle de l’ordinateur
settings-remember = Mémoriser mes données d’inscription
    .body = Elles sont conservées dans le trousseau de cet ordinateur.
settings-remember-proxy = Mémoriser mon nom et mon mot de passe pour le proxy
settings-updates = Chercher une nouvelle version à l’ouverture de l’application
settings-version = Version { $version }
    .licence = Logiciel libre sous licence MIT.
    .legal = N’enregistrez que les vidéos que vous avez le droit de garder.
settings-advanced = Avancé
help-heading = Aide
help-links = Quels liens fonctionnent ?
    .body = Ceux des diffusions terminées sur ustream.tv et video.ibm.com. Copiez l’adresse pendant que le navigateur affiche la vidéo.
help-resume = Et si la connexion est coupée ?
    .body = Rien n’est perdu. L’application reprend toute seule. Vous pouvez aussi la fermer et reprendre la prochaine fois.
help-play = Le fichier n’est pas lu. Que faire ?
    .body = Choisissez « Vérifier » dans la liste des vidéos enregistrées. Si le fichier est intact, ouvrez-le avec un autre lecteur, par exemple VLC.
help-session = La vidéo demande un compte d’entreprise. Que faire ?
    .body = Utilisez Chrome ou Edge. Ouvrez la page de la vidéo, appuyez sur F12 et choisissez « Réseau ». Rechargez la page, lisez la vidéo pendant quelques secondes, puis choisissez-y « Exporter au format HAR ». Déposez le fichier enregistré dans cette fenêtre.
    .open = Ouvrir une session de navigateur…

## A new version of the app

update-heading = La version { $version } de cette application est disponible
    .body = L’application se ferme, se met à jour et se rouvre. Vos vidéos et vos réglages sont conservés.
update-later = Pas maintenant
update-notes = Nouveautés
update-install = Mettre à jour
update-installing = Téléchargement et installation de la nouvelle version…
update-unreachable = Impossible de télécharger la nouvelle version
    .body = Vérifiez la connexion à internet, puis réessayez. L’application fonctionne comme avant.
update-refused = La nouvelle version n’a pas été installée
    .body = Le fichier téléchargé est endommagé ou ne vient pas des auteurs de cette application. L’application fonctionne comme avant.
update-failed = Impossible d’installer la nouvelle version
    .body = Les fichiers de l’application ne peuvent pas être remplacés. L’application fonctionne comme avant.

## Buttons of failures

do-again = Réessayer
do-other-link = Utiliser un autre lien
do-keep-gaps = Garder la vidéo incomplète
do-save-anyway = Enregistrer quand même
do-keep-anyway = Garder quand même
do-start-over = Repartir de zéro
do-check-again = Vérifier à nouveau
do-try-now = Réessayer maintenant
do-browse = Ouvrir dans le navigateur
do-restart = Redémarrer l’application
do-show-original = Afficher l’original

details = Détails
details-copy = Copier les détails
    .copied = Copié

## A report of a problem

report = Enregistrer un rapport…
    .intro = Il montre ce que le site de vidéos a répondu, pour que d’autres puissent trouver la cause.
    .hidden = Les mots de passe, vos réponses et les adresses e-mail et IP n’y figurent pas.
    .requests =
        { $count ->
            [one] { $count } requête
           *[other] { $count } requêtes
        }
    .titles = Retirer aussi les titres
    .busy = Préparation du rapport…
    .save = Enregistrer le rapport
    .saved = Le rapport est enregistré

## Failures, by code

failure-not_a_link = Aucun lien dans ce texte
    .body = Il devrait ressembler à video.ibm.com/recorded/123456.
failure-other_site = Cette application ne fonctionne qu’avec Ustream et IBM Video
    .body = Cette page de { $detail } ne contient aucune de leurs vidéos.
failure-offline = Pas de connexion à internet
    .body = Vérifiez le Wi-Fi ou le câble, puis réessayez.
failure-wifi_login = Le Wi-Fi vous demande de vous identifier
    .body = Ouvrez une page web dans votre navigateur, identifiez-vous sur le Wi-Fi, puis réessayez.
failure-dns_failing = Votre réseau ne trouve pas le site de vidéos
    .body = La connexion fonctionne, mais le réseau ne connaît pas le nom du site. Redémarrez votre box ou essayez un autre réseau.
failure-connection_refused = La connexion au site de vidéos a été refusée
    .body = Vérifiez le pare-feu ou le logiciel de sécurité de cet ordinateur. Sinon, le site est peut-être en panne : réessayez plus tard.
failure-proxy_login = Votre réseau demande un nom et un mot de passe
    .body = Saisissez ceux que vous utilisez pour internet sur ce réseau.
failure-proxy_refused = Votre réseau bloque le site de vidéos
    .body = Son proxy refuse la connexion. Adressez-vous à la personne qui gère le réseau, ou essayez un autre réseau.
failure-proxy_down = Le proxy de votre réseau ne répond pas
    .body = Cet ordinateur passe par lui pour aller sur internet. Vérifiez le proxy dans les réglages réseau du système.
failure-proxy_script = Votre réseau choisit son proxy avec un script
    .body = Cette application ne peut pas l’exécuter. Demandez le proxy à la personne qui gère le réseau et saisissez-le dans les réglages réseau du système.
failure-untrusted = La connexion au site de vidéos n’est pas sécurisée
    .body = Quelqu’un répond à sa place, avec un certificat de { $detail }. Essayez un autre réseau, ou adressez-vous à la personne qui gère celui-ci.
failure-wrong_clock = L’horloge de cet ordinateur n’est pas à l’heure
    .body = Les connexions sécurisées ont besoin de l’heure exacte. Réglez la date et l’heure, puis réessayez.
failure-no_certificates = Cet ordinateur ne peut pas vérifier les connexions sécurisées
    .body = La liste des certificats de confiance est absente. Installez-la (elle s’appelle souvent ca-certificates), puis rouvrez l’application.
failure-site_down = Le site de vidéos ne répond pas
    .body = Il est peut-être surchargé. Attendez quelques minutes, puis réessayez.
failure-page_down = Cette page ne répond pas
    .body = Ouvrez-la dans votre navigateur pour vérifier le lien, puis réessayez.
failure-busy = Le site nous demande de ralentir
    .body = Attendez quelques minutes, puis réessayez.
failure-stalled = La vidéo n’arrive plus
    .body = Le site n’envoie presque plus de données. Rien n’est perdu : attendez quelques minutes, puis réessayez.
failure-bad_answer = La réponse du site est incompréhensible
    .body = Sur le Wi-Fi d’un hôtel ou d’un café, identifiez-vous d’abord dans votre navigateur. Sinon, attendez quelques minutes, puis réessayez.
failure-not_found = Cette vidéo est introuvable
    .body = Elle a été retirée, ou le lien contient une erreur. Ouvrez le lien dans votre navigateur pour vérifier.
failure-still_live = Cette diffusion est encore en cours
    .body = Revenez quand elle sera terminée et que la rediffusion sera publiée.
failure-not_recorded = Le propriétaire n’a pas gardé de rediffusion
    .body = Adressez-vous au propriétaire de la chaîne.
failure-needs_form = Cette vidéo demande d’abord une inscription
    .body = Le propriétaire souhaite ces informations. Elles lui sont envoyées, pas à nous.
failure-form_refused = Le site n’a pas accepté le formulaire
    .body = Vérifiez ce que vous avez saisi, puis envoyez-le à nouveau.
failure-session_unreadable = Il n’y a pas de vidéo dans ce fichier
    .body = Ce n’est pas une session de navigateur enregistrée, ou aucune vidéo d’Ustream ou d’IBM Video n’y a été lue.
failure-session_expired = Cette session de navigateur est trop ancienne
    .body = Le site de vidéos ne l’accepte plus. Enregistrez-en une nouvelle, puis ouvrez-la sans tarder.
failure-needs_password = Cette vidéo est protégée par un mot de passe
    .body = Demandez-le à la personne qui l’a partagée si vous ne le connaissez pas.
failure-wrong_password = Ce mot de passe n’est pas le bon
    .body = Vérifiez les majuscules et les espaces, puis réessayez.
failure-members_only = Réservé aux personnes invitées
    .body = Il faut s’identifier avec un compte d’entreprise ou d’événement, ce que cette application ne sait pas faire.
failure-region = Non disponible dans votre pays
    .body = Le propriétaire limite les pays où elle peut être regardée.
failure-embed_only = Cette vidéo ne se lit que sur le site du propriétaire
    .body = Collez l’adresse de la page où vous la regardez.
failure-locked = Le propriétaire a verrouillé cette vidéo
    .body = Cette application ne peut pas ouvrir ce type de verrouillage.
failure-changed = La vidéo a changé sur le site
    .body = Ce qui a été téléchargé n’y correspond plus. Rien n’a été supprimé. Vous pouvez repartir de zéro avec la nouvelle.
failure-pieces_missing = Cette vidéo n’est pas complète
    .body = Réessayez pour obtenir le reste, ou gardez la vidéo incomplète.
    .share = Manque : { $missing } sur { $total }, à { $times }.
failure-low_space = Pas assez d’espace pour cette vidéo
    .body = Libérez de l’espace, puis réessayez. Sa taille finale est une estimation.
    .room = Nécessaire : environ { $needed }. Libre : { $there }.
failure-disk_full = Le disque est plein
    .body = Libérez de l’espace, puis réessayez. Ce qui a été téléchargé est conservé.
failure-quota_full = Votre quota d’espace disque est épuisé
    .body = Supprimez-y quelques-uns de vos fichiers, puis réessayez. Ce qui a été téléchargé est conservé.
failure-file_too_large = Ce disque n’accepte pas de fichier aussi volumineux
    .body = Choisissez un dossier sur un autre disque. Ce qui a été téléchargé suivra.
    .room = Nécessaire : environ { $needed }. Fichier le plus grand possible : { $there }.
failure-no_write = Impossible d’écrire dans ce dossier
    .body = Rebranchez le disque ou autorisez l’écriture dans le dossier, puis réessayez.
failure-own_folder = L’application ne peut pas écrire dans son dossier
    .body = Autorisez l’écriture dans { $detail }, puis rouvrez l’application.
failure-read_only = Ce disque est en lecture seule
    .body = Autorisez l’écriture (certaines cartes ont un verrou) ou choisissez un dossier sur un autre disque.
failure-folder_full = Ce dossier ne peut pas contenir plus de dossiers
    .body = Retirez-en quelques-uns ou choisissez un autre dossier.
failure-bad_name = Ce disque n’accepte pas ce nom
    .body = Choisissez un dossier sur un autre disque.
failure-drive_gone = Le dossier n’est plus là
    .body = S’il est sur un disque externe, rebranchez-le, puis réessayez.
failure-file_held = Ce fichier est ouvert dans un autre programme
    .body = Fermez le lecteur ou le programme qui l’utilise, puis réessayez. Ce qui a été téléchargé est conservé.
failure-in_use = Cette vidéo est déjà en cours d’enregistrement
    .body = Une autre fenêtre ou un autre programme enregistre ce même fichier. Attendez que ce soit terminé.
failure-ffmpeg_missing = ffmpeg est introuvable
    .body = Installez-le, puis réessayez. Rien n’a été téléchargé.
failure-convert_failed = Le fichier n’a pas pu être converti
    .body = L’original est complet et enregistré dans le même dossier.
failure-check_failed = La vérification du fichier a révélé un problème
    .body = Ce qui a été téléchargé est conservé : un nouvel essai sera rapide.
failure-bad_film = Ce fichier ne peut pas être lu comme une vidéo
    .body = Vérifiez que c’est le bon fichier et qu’il est complet.
failure-no_sound = Cette vidéo n’existe pas dans cette langue
    .body = Cherchez à nouveau la vidéo et choisissez l’une de ses langues.
failure-no_part = Cette partie ne peut pas être enregistrée
    .body = La vidéo est plus courte, ou ne peut être enregistrée qu’en entier. Enregistrez-la de nouveau avec d’autres temps, ou en entier.
failure-other_ending = Cette vidéo ne peut pas avoir cette extension
    .body = Enregistrez-la à nouveau en choisissant un autre type de fichier.
failure-encrypted = Cette vidéo est chiffrée
    .body = Seul le lecteur de son propriétaire peut l’ouvrir. Cette application ne retire pas la protection.
failure-unsupported = Le format de cette vidéo nous est inconnu
    .body = Envoyez-nous les détails, s’il vous plaît, pour que nous puissions l’ajouter.
failure-internal = Un problème est survenu dans l’application
    .body = Ce qui a été téléchargé est conservé. Redémarrez l’application pour reprendre.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Il manque un élément de Windows
    .body = La fenêtre de l’application a besoin de Microsoft Edge WebView2, absent de cet ordinateur. Téléchargez-le gratuitement chez Microsoft, puis rouvrez l’application.
shell-no_page = L’application ne peut pas afficher sa fenêtre
    .body = Ce qui a été téléchargé est conservé. Réessayez ; si cela ne suffit pas, fermez l’application et rouvrez-la.
shell-get = Télécharger
menu-app = { $app }
    .about = À propos de { $app }
    .settings = Réglages…
    .hide = Masquer { $app }
    .hide_others = Masquer les autres
    .show_all = Tout afficher
    .quit = Quitter { $app }
menu-edit = Édition
    .undo = Annuler
    .redo = Rétablir
    .cut = Couper
    .copy = Copier
    .paste = Coller
    .select_all = Tout sélectionner
menu-window = Fenêtre
    .minimize = Placer dans le Dock
    .zoom = Réduire/agrandir
    .close = Fermer
menu-help = Aide
