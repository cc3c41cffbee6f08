### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Ein Video von Ustream oder IBM Video speichern
    .body = Fügen Sie den Link eines Livestreams ein, der beendet ist oder gerade läuft.
paste-label = Link zum Video
paste-placeholder = video.ibm.com/recorded/123456
paste-find = Video suchen
paste-paste = Einfügen
paste-drop = Sie können einen Link auch in dieses Fenster ziehen.
    .here = Lassen Sie den Link los, um das Video zu suchen
copied-heading = Sie haben einen Link kopiert
    .said = Ein kopierter Link steht bereit.
copied-use = Diesen Link verwenden
remux-open = MP4 aus einer Videodatei erstellen …

looking-heading = Das Video wird gesucht …
    .body = Das dauert meist ein paar Sekunden.
    .slow = Die Suche läuft noch. Die Website antwortet langsam.

## Several videos behind one link

choose-channel =
    { $count ->
        [one] Dieser Link führt zu einem Kanal mit { $count } Video
       *[other] Dieser Link führt zu einem Kanal mit { $count } Videos
    }
    .several = Dieser Link führt zu einem Kanal mit mehreren Videos
    .body = Wählen Sie die gewünschten aus.
    .kept = Beobachtete Kanäle
    .keep = Neue Videos dieses Kanals von selbst speichern
    .keep_body = Solange die App offen ist, sieht sie alle paar Stunden nach und nimmt einen Stream auf, der beginnt. Der Kanal steht in den Einstellungen.
    .kept_none = Noch kein Kanal. Fügen Sie den Link eines Kanals ein und wählen Sie dort „Neue Videos dieses Kanals von selbst speichern“.
    .kept_since = Seit { $date } · in { $folder }
    .kept_looked = zuletzt nachgesehen am { $date }
    .kept_never = noch nicht nachgesehen
    .kept_tell = Neue Videos nur melden
    .kept_remove = Entfernen
    .kept_removed = { $title } wird nicht mehr beobachtet. Gespeicherte Videos bleiben.
    .kept_new = Neu: { $titles }
choose-page =
    { $count ->
        [one] Auf dieser Seite ist { $count } Video
       *[other] Auf dieser Seite sind { $count } Videos
    }
choose-all = Alle auswählen
    .none = Keines auswählen
    .new = Nur neue
choose-more = Mehr anzeigen
choose-saved = Gespeichert am { $date }
choose-shown = { $shown } von { $total } angezeigt
choose-ticked =
    { $count ->
        [0] Keines ausgewählt
        [one] { $count } ausgewählt, { $duration }
       *[other] { $count } ausgewählt, { $duration }
    }
choose-continue = Weiter mit { $count }
choose-ready =
    { $count ->
        [one] { $count } Video speichern
       *[other] { $count } Videos speichern
    }
    .body = Jedes wird unter seinem eigenen Namen gespeichert.
    .oldest = Mit dem ältesten beginnen
choose-back = Zurück zur Liste

## Ready to save

ready-said = Bereit zum Speichern. { $title }, { $facts }
ready-untitled = Video { $recording }
ready-all = Ganz anzeigen
ready-newest = Dieser Link führt zu einem Kanal. Das ist sein neuestes Video.
ready-size = etwa { $size }
ready-type = Dateityp
ready-mp4 = MP4
    .body = Läuft überall.
ready-flv = FLV
    .body = Genau das Original.
ready-mp3 = MP3
    .body = Für ältere Geräte. Der Ton wird neu kodiert.
    .m4a = M4A
    .m4a_body = Der Ton, wie er ist.
ready-quality = Qualität
quality-height = { $height }p
ready-sound = Ton
    .usual = Wie im Video
    .all = Alle Sprachen
ready-name = Name
    .replaced = Gespeichert wird es als { $file }.
part = Nur einen Teil …
    .from = Von
    .to = Bis
    .hint = Zum Beispiel 1:30 oder 1:02:00. Ein leeres Feld heißt Anfang oder Ende.
    .wrong = Schreiben Sie die Zeiten wie 1:30 oder 1:02:00.
    .empty = Das Ende muss nach dem Anfang liegen.
    .beyond = Das Video ist nur { $length } lang.
    .original = Das Original lässt sich nur an manchen Stellen schneiden. Der Teil kann deshalb einige Sekunden länger sein.
    .saved = Ein Teil des Videos, von { $from } bis { $to }.
    .clamped = Das Video endet früher, als Sie es wollten.
ready-save = Video speichern
    .starting = Wird gestartet …
    .change = Ändern
live = Dieser Stream läuft gerade
    .hint = Er wird aufgenommen, bis er endet oder bis Sie ihn anhalten.
    .record = Von Anfang an aufnehmen
    .now = Ab jetzt aufnehmen
    .recordings = Videos dieses Kanals
    .stop = Anhalten und speichern
    .disk_full = Der Datenträger ist fast voll, deshalb wurde die Aufnahme beendet.
    .silent = Der Stream hat nichts mehr gesendet, deshalb wurde die Aufnahme beendet.
    .soon = Dieser Stream hat noch nicht begonnen
    .soon_hint = Er wird aufgenommen, sobald er beginnt. Lassen Sie diese App bis dahin offen.
    .soon_record = Aufnehmen, wenn er beginnt
    .since = seit { $time }
    .continued = Die Aufnahme geht in einer weiteren Datei weiter.
low-space = Zu wenig Platz in { $folder }
    .body = Etwa { $need } werden gebraucht, { $free } sind frei.
low-space-anyway = Trotzdem speichern
too-large = In { $folder } sind so große Dateien nicht möglich
    .body = Dateien dürfen dort höchstens { $most } groß sein, dieses Video braucht etwa { $need }.
saved-before = Sie haben dieses Video am { $date } gespeichert
    .body = { $file } liegt in { $folder }.
saved-before-again = Erneut speichern
saving-now = Dieses Video wird schon gespeichert: { $percent }
    .plain = Dieses Video wird schon gespeichert
saving-show = Anzeigen

folder-label = Ordner
folder-free = { $free } frei
folder-change = Ändern …
folder-choose = Anderen Ordner wählen
folder-lost = Der Ordner { $folder } wurde nicht gefunden
    .body = Videos kommen vorerst nach { $now }. Schließen Sie das Laufwerk wieder an oder wählen Sie einen anderen Ordner.

## Locked videos: password, form, owner’s page

password-label = Passwort
password-show = Passwort anzeigen
password-send = Entsperren
form-send = Senden und weiter
form-again = Erneut senden
form-optional = { $label } (optional)
form-said = Die Website meldet: { $message }
page-label = Adresse der Seite des Anbieters
page-send = Weiter
field-wrong = Bitte füllen Sie dieses Feld aus.
    .email = Das sieht nicht wie eine E-Mail-Adresse aus.
    .url = Fügen Sie die ganze Adresse der Seite ein, sie beginnt mit http.
form-remember = Auf diesem Computer merken
proxy-name = Benutzername

## A job

job-queued = In der Warteschlange
    .body = Es beginnt, sobald das Video davor fertig ist.
job-resolving = Wird vorbereitet …
    .body = Die App fragt die Website, wo das Video liegt.
job-fetching = Wird heruntergeladen
    .body = Sie können den Computer weiter benutzen.
    .silent = Seit { $time } kommen keine Daten. Die App versucht es weiter …
job-finishing = Wird fertiggestellt …
    .body = Das Internet wird nicht mehr gebraucht.
job-converting = MP4-Datei wird erstellt
    .body = Bild und Ton bleiben unverändert.
job-recording = Der Stream wird aufgenommen
    .body = Er wird gespeichert, wenn er endet oder wenn Sie ihn anhalten.
job-encoding = MP3-Datei wird erstellt
    .body = Der Ton wird neu kodiert.
job-moving = Wird in den anderen Ordner verschoben
    .body = Was schon da ist, kommt mit. Danach geht der Download weiter.
job-waiting = Warten auf das Internet …
    .body = Es geht von selbst weiter, nichts geht verloren.
job-waiting-login = Das WLAN verlangt eine Anmeldung
    .body = Öffnen Sie eine Webseite im Browser und melden Sie sich dort an. Danach geht es von selbst weiter.
job-waiting-site = Warten auf die Video-Website …
    .body = Sie antwortet nicht oder hat um eine Pause gebeten. Es geht von selbst weiter.
job-waiting-stream = Der Stream macht Pause
    .body = Wir warten und machen von selbst weiter.
job-waiting-mirror = Warten auf den Server des Videos …
    .body = Die Video-Website ist erreichbar, aber der Server mit diesem Video sendet nichts. Es geht von selbst weiter.
job-waiting-segments = Fehlendes wird gesucht …
    .body = Die Website hat dieses Video gerade nicht vollständig. Die App fragt noch einige Male nach.
job-stalled = Seit einer Weile geht es nicht voran …
    .body = Die App versucht es weiter. Es geht nichts verloren.
job-paused = Pausiert
    .body = Es geht nichts verloren. Sie können die App schließen.
    .at = Pausiert bei { $percent }
job-progress = Fortschritt von { $title }
job-said = { $percent } heruntergeladen
job-title = { $percent } – { $title }
bytes-of = { $done } von { $total }
    .about = { $done } von etwa { $total }
bytes-so-far = bisher { $done }
left-seconds = noch weniger als eine Minute
left-minutes =
    { $minutes ->
        [one] noch etwa { $minutes } Minute
       *[other] noch etwa { $minutes } Minuten
    }
left-hours =
    { $hours ->
        [one] noch etwa { $hours } Stunde
       *[other] noch etwa { $hours } Stunden
    }

job-pause = Pause
job-continue = Fortsetzen
job-cancel = Abbrechen
job-another = Weiteres Video speichern

stop-heading = Speichern dieses Videos abbrechen?
    .body = { $done } sind schon heruntergeladen.
    .nothing = Noch ist nichts davon heruntergeladen.
stop-keep = Für später behalten
stop-delete = Löschen
stop-go-on = Speichern fortsetzen
stopped-heading = Abgebrochen
    .kept = Der unfertige Teil wurde behalten.
    .deleted = Der unfertige Teil wurde gelöscht.
stopped-continue = Dieses Video fortsetzen
close-heading =
    { $count ->
        [one] Ein Video wird noch gespeichert
       *[other] { $count } Videos werden noch gespeichert
    }
    .body = Wenn Sie die App jetzt schließen, können Sie es beim nächsten Mal fortsetzen.
close-close = Schließen
close-stay = Nicht schließen
unfinished-heading =
    { $count ->
        [one] Ein Video ist noch nicht fertig
       *[other] { $count } Videos sind noch nicht fertig
    }
unfinished-later = Später

saved-heading = Gespeichert
saved-facts = { $size } · { $duration } · in { $folder }
    .captions = Die Untertitel konnten nicht umgewandelt werden. Sie sind unverändert gespeichert: { $file }
    .cues = Einige Untertitel konnten nicht umgewandelt werden. Alle sind unverändert gespeichert: { $file }
saved-said = Gespeichert. { $file } liegt in { $folder }.
saved-gaps = Gespeichert, aber { $duration } fehlen
    .other = Gespeichert, aber nicht vollständig
    .body = Lücken bei { $times }.
    .segments = Abschnitte, die sich nicht herunterladen ließen: { $count } von { $total }.
    .empty = Abschnitte ohne Bild und Ton: { $count }.
    .misplaced = Abschnitte von einer anderen Stelle des Videos: { $count }.
    .shorter = Es ist { $duration } kürzer, als die Website angibt.
    .video = Das Bild fehlt.
    .audio = Der Ton fehlt.
    .language = Der Ton in dieser Sprache fehlt: { $language }.
    .rendition = Die gewählte Qualität ({ $wished }) war nicht verfügbar, darum wurde eine andere gespeichert.
fact-lost = Verloren: { $duration } bei { $time }
    .video = Verlorenes Bild: { $duration } bei { $time }
    .audio = Verlorener Ton: { $duration } bei { $time }
    .bytes = { $size } der Datei lassen sich nicht lesen: Sie ist dort abgeschnitten oder beschädigt.
    .unreadable = Verloren: { $duration } bei { $time }. Die Angaben zum Abspielen fehlen.
fact-left-out = Weggelassen: { $name }
    .pause = Eine Pause bei { $time } war zu lang für eine Datei. Sie ist jetzt { $duration } kürzer.
    .moved = Bei { $time } beginnt die Zeit von vorn. Was folgt, wurde an die richtige Stelle gesetzt.
    .repeated = { $duration } bei { $time } kamen doppelt und sind nur einmal enthalten.
saved-reveal = In Ordner anzeigen
saved-play = Abspielen
saved-not-opened = Die Datei ließ sich nicht öffnen
    .body = Vielleicht wurde sie seit dem Speichern verschoben oder umbenannt.
    .copy = Pfad kopieren

others-heading = Wird gespeichert ({ $count })
    .waiting = Wartet ({ $count })
    .stopped = Angehalten ({ $count })
batch-saved = { $saved } von { $total } gespeichert
    .all = Alle { $total } Videos sind gespeichert
    .failed = { $count } fehlgeschlagen
batch-pause = Alle pausieren
batch-continue = Alle fortsetzen
batch-again = Fehlgeschlagene erneut versuchen
row-more = Mehr zu { $title }
    .plain = Mehr
saved-list = Gespeicherte Videos ({ $count })
    .page = Webseite des Ordners erstellen
saved-list-forget = Aus Liste entfernen
    .all = Alle aus der Liste entfernen
    .ask = Diese { $count } Videos aus der Liste entfernen?
    .body = Die Dateien bleiben erhalten.
    .keep = Behalten
saved-list-removed = { $file } wurde aus der Liste entfernt. Die Datei bleibt erhalten.
    .undo = Rückgängig
delete-file = Datei löschen …
    .ask = { $file } löschen?
    .body = Die Datei kommt in den Papierkorb dieses Computers.
    .keep = Behalten
    .done = { $file } ist im Papierkorb.
delete-file-failed = Die Datei konnte nicht in den Papierkorb verschoben werden
    .body = Löschen Sie sie stattdessen in ihrem Ordner.
list-search = Videos durchsuchen
    .none = Nichts gefunden
    .state = Anzeigen
    .all = Alle
    .saving = Wird gespeichert
    .waiting = Wartet
    .stopped = Angehalten
    .saved = Gespeichert
saved-list-again = Erneut herunterladen
check-file = Prüfen
    .running = { $file } wird geprüft …
    .whole = { $file } ist in Ordnung.
    .damaged = { $file } ist beschädigt. Sie können das Video erneut herunterladen.
    .changed = Die Datei ist nicht mehr so, wie sie gespeichert wurde.
    .unreadable = Sie lässt sich nicht mehr abspielen.
    .shorter = Davon fehlen { $duration }.
    .gone = { $file } fehlt oder ist nicht lesbar.
list-damaged = Ein Teil der Liste ließ sich nicht lesen
    .body = Er wurde beiseitegelegt. Ihre gespeicherten Dateien sind unberührt.

## Settings

settings-heading = Einstellungen
settings-done = Fertig
settings-most = Bis zu { $height }p
    .best = Beste
    .smallest = Kleinste
    .audio = Nur Ton
settings-template = Dateinamen
    .body = { "{title}" }, { "{owner}" }, { "{date}" }, { "{id}" } und { "{quality}" } stehen für Angaben zum Video. Ein Schrägstrich legt einen Ordner an; das Datum ist der Tag in UTC.
    .wrong = Das kann kein Name sein. Er braucht { "{title}" } oder { "{id}" } und zu jeder geschweiften Klammer die zweite.
    .folders = Ein Ordner für jeden Kanal
settings-example = Zum Beispiel: { $name }
settings-captions = Auch Untertitel speichern, falls vorhanden
    .type = Dateityp der Untertitel
    .picture = Auch das Vorschaubild als Datei speichern
settings-maker = MP4 erstellen mit
settings-builtin = Dieser App
settings-ffmpeg = ffmpeg
    .missing = ffmpeg wurde nicht gefunden.
    .pick = ffmpeg auswählen …
settings-at-once = Videos gleichzeitig
    .speed = Anderen etwas Geschwindigkeit lassen
    .unlimited = Ohne Begrenzung
    .most = Bis zu { $speed }
    .after = Wenn alles gespeichert ist
    .nothing = Nichts tun
    .show_folder = Ordner anzeigen
    .sleep = Computer in den Ruhezustand versetzen
    .shut_down = Computer herunterfahren
    .asks_sleep = Der Computer geht in den Ruhezustand
    .asks_shut_down = Der Computer wird heruntergefahren
    .seconds = Alles ist gespeichert. Verbleibende Sekunden: { $seconds }
settings-language = Sprache
settings-system = Sprache des Computers
settings-remember = Meine Registrierungsdaten merken
    .body = Sie werden im Schlüsselbund dieses Computers aufbewahrt.
settings-remember-proxy = Benutzername und Passwort für den Proxy merken
settings-updates = Beim Start der App nach einer neuen Version suchen
settings-version = Version { $version }
    .licence = Freie Software unter der MIT-Lizenz.
    .legal = Speichern Sie nur Videos, die Sie behalten dürfen.
settings-advanced = Erweitert
help-heading = Hilfe
help-links = Welche Links funktionieren?
    .body = Links zu beendeten Livestreams auf ustream.tv und video.ibm.com. Kopieren Sie die Adresse, während der Browser das Video zeigt.
help-resume = Was, wenn die Verbindung abbricht?
    .body = Nichts geht verloren. Die App macht von selbst weiter. Sie können sie auch schließen und beim nächsten Mal fortsetzen.
help-play = Die Datei lässt sich nicht abspielen. Was nun?
    .body = Wählen Sie „Prüfen“ in der Liste der gespeicherten Videos. Ist die Datei unbeschädigt, öffnen Sie sie mit einem anderen Player, etwa VLC.
help-session = Für das Video müssen Sie sich bei einer Firma anmelden. Was nun?
    .body = Verwenden Sie Chrome oder Edge. Öffnen Sie die Seite des Videos, drücken Sie F12 und wählen Sie „Netzwerk“. Laden Sie die Seite neu, spielen Sie das Video ein paar Sekunden ab und wählen Sie dort „HAR exportieren“. Ziehen Sie die gespeicherte Datei in dieses Fenster.
    .open = Browsersitzung öffnen …

## A new version of the app

update-heading = Version { $version } dieser App ist verfügbar
    .body = Die App wird geschlossen, aktualisiert und wieder geöffnet. Ihre Videos und Einstellungen bleiben.
update-later = Jetzt nicht
update-notes = Neuerungen
update-install = Jetzt aktualisieren
update-installing = Die neue Version wird heruntergeladen und installiert …
update-unreachable = Die neue Version ließ sich nicht herunterladen
    .body = Prüfen Sie die Internetverbindung und versuchen Sie es dann erneut. Die App läuft wie bisher.
update-refused = Die neue Version wurde nicht installiert
    .body = Die heruntergeladene Datei ist beschädigt oder stammt nicht von den Entwicklern dieser App. Die App läuft wie bisher.
update-failed = Die neue Version ließ sich nicht installieren
    .body = Die Dateien der App lassen sich nicht ersetzen. Die App läuft wie bisher.

## Buttons of failures

do-again = Erneut versuchen
do-other-link = Anderen Link verwenden
do-keep-gaps = Behalten, was da ist
do-save-anyway = Trotzdem speichern
do-keep-anyway = Trotzdem behalten
do-start-over = Von vorn beginnen
do-check-again = Erneut prüfen
do-try-now = Jetzt versuchen
do-browse = Im Browser öffnen
do-restart = App neu starten
do-show-original = Original anzeigen

details = Details
details-copy = Details kopieren
    .copied = Kopiert

## A report of a problem

report = Bericht speichern …
    .intro = Er zeigt, was die Video-Website geantwortet hat, damit andere die Ursache finden können.
    .hidden = Passwörter, Ihre Antworten sowie E-Mail- und IP-Adressen werden weggelassen.
    .requests =
        { $count ->
            [one] { $count } Anfrage
           *[other] { $count } Anfragen
        }
    .titles = Auch Titel weglassen
    .busy = Der Bericht wird vorbereitet …
    .save = Bericht speichern
    .saved = Der Bericht ist gespeichert

## Failures, by code

failure-not_a_link = In diesem Text ist kein Link zu finden
    .body = Er sollte so aussehen: video.ibm.com/recorded/123456.
failure-other_site = Diese App funktioniert nur mit Ustream und IBM Video
    .body = Auf dieser Seite von { $detail } läuft kein Video von dort.
failure-offline = Keine Internetverbindung
    .body = Prüfen Sie WLAN oder Kabel und versuchen Sie es dann erneut.
failure-wifi_login = Das WLAN verlangt eine Anmeldung
    .body = Öffnen Sie eine Webseite im Browser, melden Sie sich dort im WLAN an und versuchen Sie es dann erneut.
failure-dns_failing = Ihr Netzwerk findet die Video-Website nicht
    .body = Die Verbindung steht, aber das Netzwerk kennt den Namen der Website nicht. Starten Sie den Router neu oder verwenden Sie ein anderes Netzwerk.
failure-connection_refused = Die Verbindung zur Video-Website wurde abgelehnt
    .body = Prüfen Sie Firewall oder Sicherheitsprogramm dieses Computers. Liegt es nicht daran, ist die Website vielleicht gestört: Versuchen Sie es später erneut.
failure-proxy_login = Ihr Netzwerk verlangt Benutzername und Passwort
    .body = Geben Sie ein, was Sie in diesem Netzwerk für das Internet verwenden.
failure-proxy_refused = Ihr Netzwerk erlaubt die Video-Website nicht
    .body = Sein Proxy lehnt die Verbindung ab. Fragen Sie die Person, die das Netzwerk betreut, oder verwenden Sie ein anderes.
failure-proxy_down = Der Proxy Ihres Netzwerks antwortet nicht
    .body = Dieser Computer geht über ihn ins Internet. Prüfen Sie den Proxy in den Netzwerkeinstellungen des Systems.
failure-proxy_script = Ihr Netzwerk wählt seinen Proxy mit einem Skript
    .body = Diese App kann es nicht ausführen. Fragen Sie die Person, die das Netzwerk betreut, nach dem Proxy und tragen Sie ihn in den Netzwerkeinstellungen des Systems ein.
failure-untrusted = Die Verbindung zur Video-Website ist nicht sicher
    .body = An ihrer Stelle antwortet jemand mit einem Zertifikat von { $detail }. Verwenden Sie ein anderes Netzwerk oder fragen Sie die Person, die dieses betreut.
failure-wrong_clock = Die Uhr dieses Computers geht falsch
    .body = Sichere Verbindungen brauchen die richtige Zeit. Stellen Sie Datum und Uhrzeit ein und versuchen Sie es dann erneut.
failure-no_certificates = Dieser Computer kann sichere Verbindungen nicht prüfen
    .body = Die Liste der vertrauenswürdigen Zertifikate fehlt. Installieren Sie sie (oft heißt sie ca-certificates) und öffnen Sie die App dann erneut.
failure-site_down = Die Video-Website antwortet nicht
    .body = Vielleicht ist sie überlastet. Warten Sie ein paar Minuten und versuchen Sie es dann erneut.
failure-page_down = Diese Seite antwortet nicht
    .body = Öffnen Sie sie im Browser, um den Link zu prüfen, und versuchen Sie es dann erneut.
failure-busy = Die Website bittet um etwas Geduld
    .body = Warten Sie ein paar Minuten und versuchen Sie es dann erneut.
failure-stalled = Das Video kommt nicht mehr an
    .body = Die Website sendet fast nichts mehr. Es geht nichts verloren: Warten Sie ein paar Minuten und versuchen Sie es dann erneut.
failure-bad_answer = Die Antwort der Website ergibt keinen Sinn
    .body = Im WLAN eines Hotels oder Cafés melden Sie sich dort zuerst im Browser an. Sonst warten Sie ein paar Minuten und versuchen Sie es dann erneut.
failure-not_found = Dieses Video gibt es nicht mehr
    .body = Es wurde entfernt, oder der Link enthält einen Fehler. Öffnen Sie den Link zur Probe im Browser.
failure-still_live = Dieser Livestream läuft noch
    .body = Kommen Sie wieder, wenn er beendet und die Aufzeichnung veröffentlicht ist.
failure-not_recorded = Der Anbieter hat keine Aufzeichnung behalten
    .body = Fragen Sie beim Anbieter des Kanals nach.
failure-needs_form = Für dieses Video müssen Sie sich erst registrieren
    .body = Der Anbieter möchte diese Angaben. Sie gehen an den Anbieter, nicht an uns.
failure-form_refused = Die Website hat das Formular nicht angenommen
    .body = Prüfen Sie Ihre Angaben und senden Sie sie dann erneut.
failure-session_unreadable = In dieser Datei ist kein Video
    .body = Sie ist keine gespeicherte Browsersitzung, oder darin wurde kein Video von Ustream oder IBM Video abgespielt.
failure-session_expired = Diese Browsersitzung ist zu alt
    .body = Die Video-Website nimmt sie nicht mehr an. Speichern Sie eine neue und öffnen Sie sie bald danach.
failure-needs_password = Dieses Video hat ein Passwort
    .body = Wenn Sie es nicht kennen, fragen Sie die Person, die das Video geteilt hat.
failure-wrong_password = Das Passwort stimmt nicht
    .body = Prüfen Sie Groß- und Kleinschreibung sowie Leerzeichen und versuchen Sie es dann erneut.
failure-members_only = Nur eingeladene Personen können das ansehen
    .body = Dafür muss man sich bei einer Firma oder Veranstaltung anmelden, und das kann diese App nicht.
failure-region = In Ihrem Land nicht verfügbar
    .body = Der Anbieter legt fest, wo es zu sehen ist.
failure-embed_only = Es läuft nur auf der Website des Anbieters
    .body = Fügen Sie die Adresse der Seite ein, auf der Sie es ansehen.
failure-locked = Der Anbieter hat dieses Video gesperrt
    .body = Diese Art von Sperre kann die App nicht aufheben.
failure-changed = Das Video auf der Website hat sich geändert
    .body = Was schon da ist, passt nicht mehr dazu. Nichts wurde gelöscht. Sie können mit dem neuen Video von vorn beginnen.
failure-pieces_missing = Dieses Video ist nicht vollständig
    .body = Versuchen Sie es erneut, um den Rest zu bekommen, oder behalten Sie, was da ist.
    .share = Fehlt: { $missing } von { $total }, bei { $times }.
failure-low_space = Zu wenig Platz für dieses Video
    .body = Schaffen Sie Platz und versuchen Sie es dann erneut. Wie groß es wird, ist geschätzt.
    .room = Benötigt: etwa { $needed }. Dort frei: { $there }.
failure-disk_full = Das Laufwerk ist voll
    .body = Schaffen Sie Platz und versuchen Sie es dann erneut. Was schon da ist, bleibt erhalten.
failure-quota_full = Ihr Anteil am Laufwerk ist aufgebraucht
    .body = Löschen Sie dort eigene Dateien und versuchen Sie es dann erneut. Was schon da ist, bleibt erhalten.
failure-file_too_large = Auf diesem Laufwerk sind so große Dateien nicht möglich
    .body = Wählen Sie einen Ordner auf einem anderen Laufwerk. Was schon da ist, kommt mit.
    .room = Benötigt: etwa { $needed }. Größte Datei dort: { $there }.
failure-no_write = In diesen Ordner kann nicht geschrieben werden
    .body = Schließen Sie das Laufwerk wieder an oder erlauben Sie das Schreiben in den Ordner und versuchen Sie es dann erneut.
failure-own_folder = Die App kann nicht in ihren eigenen Ordner schreiben
    .body = Erlauben Sie das Schreiben in { $detail } und öffnen Sie die App erneut.
failure-read_only = Dieses Laufwerk ist schreibgeschützt
    .body = Heben Sie den Schreibschutz auf (manche Karten haben einen Schalter) oder wählen Sie einen Ordner auf einem anderen Laufwerk.
failure-folder_full = In diesen Ordner passen keine weiteren Ordner
    .body = Entfernen Sie Ordner daraus oder wählen Sie einen anderen.
failure-bad_name = Dieses Laufwerk lässt diesen Namen nicht zu
    .body = Wählen Sie einen Ordner auf einem anderen Laufwerk.
failure-drive_gone = Der Ordner ist nicht mehr da
    .body = Liegt er auf einem Laufwerk, schließen Sie es wieder an. Versuchen Sie es dann erneut.
failure-file_held = Ein anderes Programm hat diese Datei geöffnet
    .body = Schließen Sie den Player oder das andere Programm und versuchen Sie es dann erneut. Was schon da ist, bleibt erhalten.
failure-in_use = Dieses Video wird schon gespeichert
    .body = Ein anderes Fenster oder Programm speichert gerade diese Datei. Warten Sie, bis es fertig ist.
failure-ffmpeg_missing = ffmpeg wurde nicht gefunden
    .body = Installieren Sie es und versuchen Sie es dann erneut. Heruntergeladen wurde nichts.
failure-convert_failed = Die Datei ließ sich nicht umwandeln
    .body = Das Original ist vollständig und liegt im selben Ordner.
failure-check_failed = Die Datei hat die Prüfung nicht bestanden
    .body = Was heruntergeladen wurde, ist noch da. Ein neuer Versuch geht also schnell.
failure-bad_film = Diese Datei lässt sich nicht als Video lesen
    .body = Prüfen Sie, ob es die richtige Datei ist und ob sie vollständig ist.
failure-no_sound = Dieses Video gibt es nicht in dieser Sprache
    .body = Suchen Sie das Video noch einmal und wählen Sie eine seiner Sprachen.
failure-no_part = Dieser Teil lässt sich nicht speichern
    .body = Das Video ist kürzer, oder es lässt sich nur als Ganzes speichern. Speichern Sie es noch einmal mit anderen Zeiten oder ganz.
failure-other_ending = Dieses Video kann diese Endung nicht haben
    .body = Speichern Sie es erneut und wählen Sie einen anderen Dateityp.
failure-encrypted = Dieses Video ist verschlüsselt
    .body = Nur der Player des Anbieters kann es öffnen. Diese App entfernt den Schutz nicht.
failure-unsupported = Dieses Video ist auf unbekannte Weise gespeichert
    .body = Bitte senden Sie uns die Details, damit wir das ergänzen können.
failure-internal = In der App ist etwas schiefgegangen
    .body = Was heruntergeladen wurde, ist noch da. Starten Sie die App neu, um fortzufahren.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Ein Teil von Windows fehlt
    .body = Das Fenster der App braucht Microsoft Edge WebView2, das auf diesem Computer fehlt. Laden Sie es kostenlos bei Microsoft herunter und öffnen Sie die App dann erneut.
shell-no_page = Die App kann ihr Fenster nicht anzeigen
    .body = Was heruntergeladen wurde, ist noch da. Versuchen Sie es erneut; wenn das nicht hilft, schließen Sie die App und öffnen Sie sie noch einmal.
shell-get = Herunterladen
menu-app = { $app }
    .about = Über { $app }
    .settings = Einstellungen …
    .hide = { $app } ausblenden
    .hide_others = Andere ausblenden
    .show_all = Alle einblenden
    .quit = { $app } beenden
menu-edit = Bearbeiten
    .undo = Widerrufen
    .redo = Wiederholen
    .cut = Ausschneiden
    .copy = Kopieren
    .paste = Einsetzen
    .select_all = Alles auswählen
menu-window = Fenster
    .minimize = Im Dock ablegen
    .zoom = Zoomen
    .close = Schließen
menu-help = Hilfe
