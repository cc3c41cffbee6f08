### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Ein Video von Ustream oder IBM Video speichern
    .body = Den Link eines beendeten Streams einfügen.
paste-label = Link zum Video
paste-placeholder = video.ibm.com/recorded/123456
paste-find = Video suchen
paste-paste = Einfügen
paste-drop = Ein Link lässt sich auch auf dieses Fenster ziehen.
copied-heading = Ein Link wurde kopiert
    .said = Ein kopierter Link steht bereit.
copied-use = Diesen Link verwenden
copied-later = Jetzt nicht
remux-open = Aus einer Videodatei eine MP4 machen …

looking-heading = Das Video wird gesucht …
    .body = Das dauert meist ein paar Sekunden.
    .slow = Es wird weiter versucht. Die Website antwortet langsam.

## Several videos behind one link

choose-channel =
    { $count ->
        [one] Dieser Link ist ein Kanal mit { $count } Video
       *[other] Dieser Link ist ein Kanal mit { $count } Videos
    }
    .several = Dieser Link ist ein Kanal mit mehreren Videos
    .body = Die gewünschten ankreuzen.
choose-page =
    { $count ->
        [one] Diese Seite zeigt { $count } Video
       *[other] Diese Seite zeigt { $count } Videos
    }
choose-all = Alle auswählen
choose-none = Keines auswählen
choose-more = Mehr anzeigen
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
choose-back = Zurück zur Liste

## Ready to save

ready-said = Bereit zum Speichern. { $title }, { $facts }
ready-untitled = Video { $recording }
ready-all = Ganz anzeigen
ready-newest = Dieser Link ist ein Kanal. Dies ist sein neuestes Video.
ready-size = etwa { $size }
ready-type = Dateityp
ready-mp4 = MP4
    .body = Läuft überall.
ready-flv = FLV
    .body = Genau das Original.
ready-quality = Qualität
quality-height = { $height }p
ready-sound = Ton
    .usual = Wie im Video
    .all = Alle Sprachen
ready-name = Name
ready-save = Video speichern
ready-starting = Wird gestartet …
low-space = Zu wenig Platz in { $folder }
    .body = Gebraucht werden etwa { $need }, frei sind { $free }.
low-space-anyway = Trotzdem speichern
too-large = So große Dateien gehen nicht in { $folder }
    .body = Eine Datei kann dort { $most } haben, dieses Video hat etwa { $need }.
saved-before = Dieses Video wurde am { $date } schon gespeichert
    .body = { $file } liegt in { $folder }.
saved-before-again = Noch einmal speichern
saving-now = Dieses Video wird schon gespeichert: { $percent }
    .plain = Dieses Video wird schon gespeichert
saving-show = Anzeigen

folder-label = Ordner
folder-free = { $free } frei
folder-change = Ändern …
folder-choose = Anderen Ordner wählen
folder-lost = Der Ordner { $folder } ist nicht da
    .body = Videos kommen vorerst nach { $now }. Das Laufwerk wieder anschließen oder einen anderen Ordner wählen.

## Locked videos: password, form, owner’s page

password-label = Passwort
password-show = Passwort anzeigen
password-send = Entsperren
form-send = Senden und weiter
form-again = Noch einmal senden
form-optional = { $label } (freiwillig)
form-said = Die Website meldet: { $message }
page-label = Adresse der Seite des Anbieters
page-send = Weiter
page-needed = Die ganze Adresse der Seite einfügen, sie beginnt mit http.
form-remember = Auf diesem Computer merken
proxy-name = Benutzername

## A job

job-queued = Wartet, bis es an der Reihe ist
    .body = Es beginnt, sobald das Video davor fertig ist.
job-resolving = Wird vorbereitet …
    .body = Die Website wird gefragt, wo das Video liegt.
job-fetching = Wird geladen
    .body = Der Computer kann weiter benutzt werden.
    .silent = Seit { $time } keine Daten. Der Versuch läuft weiter …
job-finishing = Wird fertiggestellt …
    .body = Das Internet wird nicht mehr gebraucht.
job-converting = Die MP4 wird erstellt
    .body = Bild und Ton bleiben unverändert.
job-moving = Wird in den anderen Ordner gebracht
    .body = Was da ist, kommt mit. Danach geht der Download weiter.
job-waiting = Warten auf das Internet …
    .body = Es geht von selbst weiter. Nichts ist verloren.
job-waiting-login = Das WLAN verlangt eine Anmeldung
    .body = Eine Webseite im Browser öffnen und dort anmelden. Danach geht es von selbst weiter.
job-waiting-site = Warten auf die Video-Website …
    .body = Sie antwortet nicht oder hat um eine Pause gebeten. Es geht von selbst weiter.
job-waiting-mirror = Warten auf den Server des Videos …
    .body = Die Video-Website ist erreichbar, aber der Server mit diesem Video sendet nichts. Es geht von selbst weiter.
job-waiting-segments = Suche nach dem, was fehlt …
    .body = Die Website hat dieses Video gerade nicht vollständig. Die App fragt noch einige Male nach.
job-stalled = Seit einer Weile geht nichts voran …
    .body = Der Versuch läuft weiter. Nichts ist verloren.
job-paused = Angehalten
    .body = Nichts ist verloren. Die App darf geschlossen werden.
job-paused-at = Angehalten bei { $percent }
job-progress = Fortschritt von { $title }
job-said = { $percent } geladen
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

job-pause = Anhalten
job-continue = Fortsetzen
job-cancel = Abbrechen
job-another = Weiteres Video speichern

stop-heading = Das Speichern dieses Videos beenden?
    .body = { $done } sind schon hier.
    .nothing = Davon ist noch nichts hier.
stop-keep = Für später behalten
stop-delete = Löschen
stop-go-on = Weiter speichern
stopped-heading = Beendet
    .kept = Der unfertige Teil wurde behalten.
    .deleted = Der unfertige Teil wurde gelöscht.
stopped-continue = Dieses fortsetzen
close-heading = Ein Video wird noch gespeichert
    .body = Nach dem Schließen lässt es sich beim nächsten Mal fortsetzen.
close-close = Schließen
close-stay = Bleiben
unfinished-heading =
    { $count ->
        [one] Ein Video ist noch nicht fertig
       *[other] { $count } Videos sind noch nicht fertig
    }
unfinished-later = Später

saved-heading = Gespeichert
saved-facts = { $size } · { $duration } · in { $folder }
saved-said = Gespeichert. { $file } liegt in { $folder }.
saved-gaps = Gespeichert, aber { $duration } fehlen
    .other = Gespeichert, aber nicht vollständig
    .body = Die Lücken sind bei { $times }.
    .segments = Stücke, die sich nicht laden ließen: { $count } von { $total }.
    .empty = Stücke ohne Bild und Ton: { $count }.
    .misplaced = Stücke von einer anderen Stelle des Videos: { $count }.
    .shorter = Es ist { $duration } kürzer, als die Website angibt.
    .video = Das Bild fehlt.
    .audio = Der Ton fehlt.
    .language = Der Ton in dieser Sprache fehlt: { $language }.
    .rendition = Die gewählte Qualität ({ $wished }) war nicht zu bekommen, darum wurde eine andere gespeichert.
fact-lost = Verloren: { $duration } bei { $time }
    .video = Verlorenes Bild: { $duration } bei { $time }
    .audio = Verlorener Ton: { $duration } bei { $time }
    .bytes = { $size } der Datei lassen sich nicht lesen: Sie ist dort abgeschnitten oder beschädigt.
    .unreadable = Verloren: { $duration } bei { $time }. Es steht nirgends, wie man das abspielt.
fact-left-out = Weggelassen: { $name }
    .pause = Eine Pause bei { $time } war zu lang für eine Datei. Sie ist jetzt { $duration } kürzer.
    .moved = Bei { $time } beginnt die Zeitzählung neu. Was folgt, wurde an seinen Platz gerückt.
    .repeated = { $duration } bei { $time } kamen doppelt und sind einmal enthalten.
saved-reveal = Im Ordner zeigen
saved-play = Abspielen
saved-not-opened = Die Datei ließ sich nicht öffnen
    .body = Vielleicht wurde sie seit dem Speichern verschoben oder umbenannt.

others-heading = Wird gespeichert ({ $count })
    .waiting = Wartet ({ $count })
    .stopped = Angehalten ({ $count })
saved-list = Gespeicherte Videos ({ $count })
saved-list-forget = Vergessen
saved-list-again = Neu laden
check-file = Prüfen
    .running = { $file } wird geprüft …
    .whole = { $file } ist vollständig.
    .damaged = { $file } ist beschädigt. Sie können das Video neu laden.
    .changed = Die Datei ist nicht mehr so, wie sie gespeichert wurde.
    .unreadable = Sie lässt sich nicht mehr abspielen.
    .shorter = Davon fehlen { $duration }.
    .gone = { $file } fehlt oder ist nicht lesbar.
list-damaged = Ein Teil der Liste war nicht lesbar
    .body = Er wurde beiseitegelegt. Die gespeicherten Dateien sind unberührt.

## Settings

settings-heading = Einstellungen
settings-done = Fertig
settings-most = Bis zu { $height }p
    .best = Beste
    .smallest = Kleinste
    .audio = Nur Ton
settings-template = Namen der Dateien
    .body = { "{title}" }, { "{owner}" }, { "{date}" }, { "{id}" } und { "{quality}" } stehen für das, was vom Video bekannt ist. Ein Schrägstrich macht einen Ordner; das Datum ist der Tag in UTC.
    .wrong = Das kann kein Name sein. Er braucht { "{title}" } oder { "{id}" } und zu jeder Klammer ihr Gegenstück.
settings-example = Zum Beispiel: { $name }
settings-captions = Auch Untertitel speichern, wo es welche gibt
settings-maker = Die MP4 macht
settings-builtin = Diese App
settings-ffmpeg = ffmpeg
    .missing = ffmpeg wurde nicht gefunden.
    .pick = ffmpeg auswählen …
settings-at-once = Videos zugleich
settings-language = Sprache
settings-system = Wie der Computer
settings-remember = Meine Anmeldedaten merken
    .body = Sie liegen im Schlüsselbund dieses Computers.
settings-remember-proxy = Name und Passwort für den Proxy merken
settings-updates = Beim Start der App nach einer neuen Version suchen
settings-legal = Bitte nur Videos speichern, die behalten werden dürfen.
settings-version = Version { $version }

## A new version of the app

update-heading = Version { $version } dieser App ist da
    .body = Die App schließt sich, wird aktualisiert und öffnet sich wieder. Videos und Einstellungen bleiben.
update-notes = Was ist neu
update-install = Jetzt aktualisieren
update-installing = Die neue Version wird geladen und installiert …
update-unreachable = Die neue Version ließ sich nicht laden
    .body = Bitte die Internetverbindung prüfen und es dann erneut versuchen. Die App läuft wie bisher.
update-refused = Die neue Version wurde nicht installiert
    .body = Die geladene Datei ist beschädigt oder nicht von den Machern dieser App. Die App läuft wie bisher.
update-failed = Die neue Version ließ sich nicht installieren
    .body = Die Dateien der App lassen sich nicht ersetzen. Die App läuft wie bisher.

## Buttons of failures

do-again = Noch einmal versuchen
do-other-link = Anderen Link verwenden
do-keep-gaps = Behalten, was da ist
do-save-anyway = Trotzdem speichern
do-keep-anyway = Trotzdem behalten
do-start-over = Von vorn beginnen
do-check-again = Noch einmal nachsehen
do-try-now = Jetzt versuchen
do-browse = Im Browser öffnen
do-restart = App neu starten
do-show-original = Original zeigen

details = Einzelheiten
details-copy = Einzelheiten kopieren
details-copied = Kopiert

## Failures, by code

failure-not_a_link = In diesem Text ist kein Link zu finden
    .body = Er sollte aussehen wie video.ibm.com/recorded/123456.
failure-other_site = Diese App kann nur Ustream und IBM Video
    .body = Auf dieser Seite von { $detail } läuft kein Video von dort.
failure-offline = Keine Verbindung zum Internet
    .body = WLAN oder Kabel prüfen, dann noch einmal versuchen.
failure-wifi_login = Das WLAN verlangt eine Anmeldung
    .body = Eine Webseite im Browser öffnen, dort beim WLAN anmelden, dann noch einmal versuchen.
failure-dns_failing = Das Netzwerk findet die Video-Website nicht
    .body = Die Verbindung steht, aber das Netzwerk kennt den Namen der Website nicht. Den Router neu starten oder ein anderes Netzwerk verwenden.
failure-connection_refused = Die Verbindung zur Video-Website wurde abgelehnt
    .body = Firewall oder Sicherheitsprogramm dieses Computers prüfen. Liegt es nicht daran, ist die Website vielleicht außer Betrieb: später noch einmal versuchen.
failure-proxy_login = Das Netzwerk verlangt einen Namen und ein Passwort
    .body = Die Daten eingeben, die in diesem Netzwerk für das Internet gelten.
failure-proxy_refused = Das Netzwerk erlaubt die Video-Website nicht
    .body = Sein Proxy lehnt die Verbindung ab. Wer das Netzwerk betreut, kann helfen; oder ein anderes Netzwerk verwenden.
failure-proxy_down = Der Proxy des Netzwerks antwortet nicht
    .body = Dieser Computer geht über ihn ins Internet. Den Proxy in den Netzwerkeinstellungen des Systems prüfen.
failure-proxy_script = Das Netzwerk wählt seinen Proxy mit einem Skript
    .body = Diese App kann es nicht ausführen. Wer das Netzwerk betreut, kennt den Proxy; er gehört in die Netzwerkeinstellungen des Systems.
failure-untrusted = Die Verbindung zur Video-Website ist nicht sicher
    .body = An ihrer Stelle antwortet jemand mit einem Zertifikat von { $detail }. Ein anderes Netzwerk verwenden oder fragen, wer dieses betreut.
failure-wrong_clock = Die Uhr dieses Computers geht falsch
    .body = Sichere Verbindungen brauchen die richtige Zeit. Datum und Uhrzeit stellen, dann noch einmal versuchen.
failure-site_down = Die Video-Website antwortet nicht
    .body = Vielleicht ist sie überlastet. Ein paar Minuten warten, dann noch einmal versuchen.
failure-page_down = Diese Seite antwortet nicht
    .body = Öffne sie zur Kontrolle im Browser und versuche es dann noch einmal.
failure-busy = Die Website bittet um etwas Geduld
    .body = Ein paar Minuten warten, dann noch einmal versuchen.
failure-stalled = Das Video kommt nicht mehr an
    .body = Die Website sendet fast nichts mehr. Nichts ist verloren: Ein paar Minuten warten, dann noch einmal versuchen.
failure-bad_answer = Die Antwort der Website ergibt keinen Sinn
    .body = Vielleicht ist dort etwas gestört. Ein paar Minuten warten, dann noch einmal versuchen.
failure-not_found = Dieses Video gibt es nicht mehr
    .body = Es wurde entfernt, oder der Link enthält einen Fehler. Zur Probe den Link im Browser öffnen.
failure-still_live = Dieser Stream läuft noch
    .body = Wiederkommen, wenn er beendet und die Aufzeichnung veröffentlicht ist.
failure-not_recorded = Es wurde keine Aufzeichnung behalten
    .body = Darüber weiß der Inhaber des Kanals mehr.
failure-needs_form = Dieses Video verlangt erst eine Anmeldung
    .body = Der Anbieter möchte diese Angaben. Sie gehen an den Anbieter, nicht an uns.
failure-form_refused = Die Website hat das Formular nicht angenommen
    .body = Die Angaben prüfen, dann noch einmal senden.
failure-needs_password = Dieses Video hat ein Passwort
    .body = Wer den Link geteilt hat, kennt es.
failure-wrong_password = Das Passwort war nicht richtig
    .body = Groß- und Kleinschreibung und Leerzeichen prüfen, dann noch einmal versuchen.
failure-members_only = Das dürfen nur Eingeladene sehen
    .body = Dazu gehört eine Anmeldung bei einer Firma oder Veranstaltung, die diese App nicht kann.
failure-region = In diesem Land nicht verfügbar
    .body = Der Anbieter begrenzt, wo es zu sehen ist.
failure-embed_only = Es läuft nur auf der Website des Anbieters
    .body = Die Adresse der Seite einfügen, auf der es zu sehen ist.
failure-locked = Der Anbieter hat dieses Video gesperrt
    .body = Diese Art von Sperre kann die App nicht öffnen.
failure-changed = Das Video auf der Website hat sich geändert
    .body = Was hier liegt, passt nicht mehr dazu. Nichts wurde gelöscht. Mit dem neuen lässt sich von vorn beginnen.
failure-pieces_missing = Dieses Video ist nicht vollständig
    .body = Noch einmal versuchen, um den Rest zu laden, oder behalten, was da ist.
failure-low_space = Zu wenig Platz für dieses Video
    .body = Platz schaffen, dann noch einmal versuchen. Wie groß es wird, ist geschätzt.
failure-disk_full = Der Datenträger ist voll
    .body = Platz schaffen, dann noch einmal versuchen. Was da ist, ist sicher.
failure-quota_full = Der eigene Anteil am Datenträger ist aufgebraucht
    .body = Dort eigene Dateien löschen, dann noch einmal versuchen. Was da ist, ist sicher.
failure-file_too_large = So große Dateien nimmt dieses Laufwerk nicht
    .body = Einen Ordner auf einem anderen Laufwerk wählen. Was da ist, kommt mit.
failure-no_write = In diesen Ordner kann nicht geschrieben werden
    .body = Das Laufwerk wieder anschließen oder das Schreiben in den Ordner erlauben, dann noch einmal versuchen.
failure-read_only = Dieses Laufwerk lässt sich nur lesen
    .body = Das Schreiben erlauben (manche Karten haben einen Schalter) oder einen Ordner auf einem anderen Laufwerk wählen.
failure-folder_full = Dieser Ordner nimmt keine weiteren Ordner auf
    .body = Ordner daraus entfernen oder einen anderen wählen.
failure-bad_name = Diesen Namen nimmt das Laufwerk nicht
    .body = Einen Ordner auf einem anderen Laufwerk wählen.
failure-drive_gone = Das Laufwerk wurde getrennt
    .body = Es wieder anschließen, dann noch einmal versuchen.
failure-file_held = Ein anderes Programm hat diese Datei geöffnet
    .body = Das Abspielprogramm oder andere Programm schließen, dann noch einmal versuchen. Was da ist, ist sicher.
failure-in_use = Dieses Video wird schon gespeichert
    .body = Ein anderes Fenster oder Programm speichert gerade diese Datei. Warten, bis es fertig ist.
failure-ffmpeg_missing = ffmpeg ist nicht zu finden
    .body = Es installieren, dann noch einmal versuchen. Geladen wurde nichts.
failure-convert_failed = Die MP4 ließ sich nicht erstellen
    .body = Das Original ist vollständig und liegt daneben.
failure-check_failed = Die Datei hat unsere Prüfung nicht bestanden
    .body = Die Stücke sind noch da, ein neuer Versuch geht also schnell.
failure-bad_film = Diese Datei lässt sich nicht als Film lesen
    .body = Prüfen, ob es die richtige Datei ist und ob sie vollständig ist.
failure-no_sound = Dieses Video gibt es nicht in dieser Sprache
    .body = Den Link noch einmal suchen und eine seiner Sprachen wählen.
failure-other_ending = Dieses Video kann diese Endung nicht haben
    .body = Noch einmal speichern und einen anderen Dateityp wählen.
failure-encrypted = Dieses Video ist verschlüsselt
    .body = Nur der Player des Eigentümers kann es öffnen. Diese App entfernt den Schutz nicht.
failure-unsupported = Dieses Video ist auf unbekannte Weise gespeichert
    .body = Bitte die Einzelheiten an uns senden, dann können wir es einbauen.
failure-internal = In der App ist etwas schiefgegangen
    .body = Was geladen wurde, ist noch da. Nach einem Neustart der App geht es weiter.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Ein Teil von Windows fehlt
    .body = Das Fenster der App braucht Microsoft Edge WebView2, das auf diesem Computer fehlt. Kostenlos bei Microsoft holen, dann die App noch einmal öffnen.
shell-get = Holen
menu-about = Über { $app }
menu-settings = Einstellungen …
menu-hide = { $app } ausblenden
menu-hide-others = Andere ausblenden
menu-show-all = Alle einblenden
menu-quit = { $app } beenden
menu-edit = Bearbeiten
menu-undo = Widerrufen
menu-redo = Wiederholen
menu-cut = Ausschneiden
menu-copy = Kopieren
menu-paste = Einsetzen
menu-select-all = Alles auswählen
menu-window = Fenster
menu-minimize = Im Dock ablegen
menu-zoom = Zoomen
menu-close = Schließen
menu-help = Hilfe
