### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Een video van Ustream of IBM Video opslaan
    .body = Plak de link van een livestream die is afgelopen of nu bezig is.
paste-label = Link naar de video
paste-placeholder = video.ibm.com/recorded/123456
paste-find = Video zoeken
paste-paste = Plakken
paste-drop = Je kunt een link ook naar dit venster slepen.
    .here = Laat de link los om de video op te zoeken
copied-heading = Je hebt een link gekopieerd
    .said = Er staat een gekopieerde link klaar.
copied-use = Deze link gebruiken
remux-open = Een videobestand omzetten naar MP4…

looking-heading = De video wordt gezocht…
    .body = Dit duurt meestal een paar seconden.
    .slow = We zoeken nog. De site reageert traag.

## Several videos behind one link

choose-channel =
    { $count ->
        [one] Deze link leidt naar een kanaal met { $count } video
       *[other] Deze link leidt naar een kanaal met { $count } video’s
    }
    .several = Deze link leidt naar een kanaal met meerdere video’s
    .body = Selecteer welke je wilt.
    .kept = Gevolgde kanalen
    .keep = Nieuwe video’s van dit kanaal vanzelf opslaan
    .keep_body = Zolang de app open is, kijkt hij om de paar uur en neemt hij een livestream op die begint. Je vindt het kanaal in de instellingen.
    .kept_none = Nog geen kanaal. Plak de link van een kanaal en kies daar ‘Nieuwe video’s van dit kanaal vanzelf opslaan’.
    .kept_since = Sinds { $date } · in { $folder }
    .kept_looked = laatst gekeken op { $date }
    .kept_never = nog niet gekeken
    .kept_tell = Alleen melden dat er nieuwe video’s zijn
    .kept_remove = Verwijderen
    .kept_removed = { $title } wordt niet meer gevolgd. Opgeslagen video’s blijven.
    .kept_new = Nieuw: { $titles }
choose-page =
    { $count ->
        [one] Op deze pagina staat { $count } video
       *[other] Op deze pagina staan { $count } video’s
    }
choose-all = Alles selecteren
    .none = Niets selecteren
    .new = Alleen nieuwe
choose-more = Meer tonen
choose-saved = Opgeslagen op { $date }
choose-shown = { $shown } van { $total } getoond
choose-ticked =
    { $count ->
        [0] Niets geselecteerd
        [one] { $count } geselecteerd, { $duration }
       *[other] { $count } geselecteerd, { $duration }
    }
choose-continue = Doorgaan met { $count }
choose-ready =
    { $count ->
        [one] { $count } video opslaan
       *[other] { $count } video’s opslaan
    }
    .body = Elke video wordt onder zijn eigen naam opgeslagen.
    .oldest = Met de oudste beginnen
choose-back = Terug naar de lijst

## Ready to save

ready-said = Klaar om op te slaan. { $title }, { $facts }
ready-untitled = Video { $recording }
ready-all = Volledig tonen
ready-newest = Deze link leidt naar een kanaal. Dit is de nieuwste video ervan.
ready-size = ongeveer { $size }
ready-type = Bestandstype
ready-mp4 = MP4
    .body = Overal af te spelen.
ready-flv = FLV
    .body = Het exacte origineel.
ready-mp3 = MP3
    .body = Voor oudere spelers. Het geluid wordt opnieuw gecodeerd.
    .m4a = M4A
    .m4a_body = Het geluid zoals het is.
ready-quality = Kwaliteit
quality-height = { $height }p
ready-sound = Geluid
    .usual = Zoals in de video
    .all = Alle talen
ready-name = Naam
    .replaced = De video wordt opgeslagen als { $file }.
part = Alleen een deel…
    .from = Van
    .to = Tot
    .hint = Bijvoorbeeld 1:30 of 1:02:00. Laat een veld leeg voor het begin of het einde.
    .wrong = Schrijf de tijden als 1:30 of 1:02:00.
    .empty = Het einde moet na het begin komen.
    .beyond = De video duurt maar { $length }.
    .original = Het origineel kan maar op sommige plaatsen worden geknipt. Het deel kan daardoor enkele seconden langer zijn.
    .saved = Een deel van de video, van { $from } tot { $to }.
    .clamped = De video eindigt eerder dan je had gevraagd.
ready-save = Video opslaan
    .starting = Starten…
    .change = Wijzigen
live = Deze livestream is nu bezig
    .hint = Hij wordt opgenomen tot hij eindigt of tot je hem stopt.
    .record = Vanaf het begin opnemen
    .now = Vanaf nu opnemen
    .recordings = Video’s van dit kanaal
    .stop = Stoppen en opslaan
    .disk_full = De schijf is bijna vol, daarom is de opname beëindigd.
    .silent = De livestream zond niets meer, daarom is de opname beëindigd.
    .soon = Deze livestream is nog niet begonnen
    .soon_hint = Hij wordt opgenomen zodra hij begint. Laat de app tot dan open.
    .soon_record = Opnemen als hij begint
    .since = sinds { $time }
    .continued = De opname gaat verder in een ander bestand.
low-space = Niet genoeg ruimte in { $folder }
    .body = Er is ongeveer { $need } nodig en er is nog { $free } vrij.
low-space-anyway = Toch opslaan
too-large = Zulke grote bestanden zijn niet mogelijk in { $folder }
    .body = Een bestand kan daar hooguit { $most } zijn en deze video is ongeveer { $need }.
saved-before = Je hebt deze video opgeslagen op { $date }
    .body = { $file } staat in { $folder }.
saved-before-again = Opnieuw opslaan
saving-now = Deze video wordt al opgeslagen: { $percent }
    .plain = Deze video wordt al opgeslagen
saving-show = Tonen

folder-label = Opslaan in
folder-free = { $free } vrij
folder-change = Wijzigen…
folder-choose = Andere map kiezen
folder-lost = De map { $folder } is niet gevonden
    .body = Video’s gaan voorlopig naar { $now }. Sluit de schijf weer aan of kies een andere map.

## Locked videos: password, form, owner’s page

password-label = Wachtwoord
password-show = Wachtwoord tonen
password-send = Ontgrendelen
form-send = Versturen en doorgaan
form-again = Opnieuw versturen
form-optional = { $label } (optioneel)
form-said = De site meldt: { $message }
page-label = Adres van de pagina van de eigenaar
page-send = Doorgaan
field-wrong = Vul dit veld in.
    .email = Dit lijkt niet op een e-mailadres.
    .url = Plak het hele adres van de pagina. Het begint met http.
form-remember = Onthouden op deze computer
proxy-name = Gebruikersnaam

## A job

job-queued = In de wachtrij
    .body = Deze video begint als de vorige klaar is.
job-resolving = Voorbereiden…
    .body = We vragen de site waar de video staat.
job-fetching = Downloaden
    .body = Je kunt je computer blijven gebruiken.
    .silent = Al { $time } geen gegevens. We blijven het proberen…
job-finishing = Afronden…
    .body = Internet is niet meer nodig.
job-converting = De MP4 wordt gemaakt
    .body = Beeld en geluid veranderen niet.
job-recording = De livestream wordt opgenomen
    .body = Hij wordt opgeslagen als hij eindigt of als je hem stopt.
job-encoding = De MP3 wordt gemaakt
    .body = Het geluid wordt opnieuw gecodeerd.
job-moving = Verplaatsen naar de andere map
    .body = Wat er al is, gaat mee. Daarna gaat het downloaden verder.
job-waiting = Wachten op internet…
    .body = Het gaat vanzelf verder. Er gaat niets verloren.
job-waiting-login = Voor de wifi moet je inloggen
    .body = Open een webpagina in je browser en log daar in. Daarna gaat het vanzelf verder.
job-waiting-site = Wachten op de videosite…
    .body = Die reageert niet of vroeg om een pauze. Het gaat vanzelf verder.
job-waiting-stream = De livestream is gepauzeerd
    .body = We wachten en gaan vanzelf verder.
job-waiting-mirror = Wachten op de server van de video…
    .body = De videosite werkt, maar de server met deze video stuurt niets. Het gaat vanzelf verder.
job-waiting-segments = Zoeken naar wat ontbreekt…
    .body = De site heeft nu niet de hele video. We vragen er nog een paar keer om.
job-stalled = Al een tijdje geen voortgang…
    .body = We blijven het proberen. Er gaat niets verloren.
job-paused = Gepauzeerd
    .body = Er gaat niets verloren. Je kunt de app sluiten.
    .at = Gepauzeerd bij { $percent }
job-progress = Voortgang van { $title }
job-said = { $percent } gedownload
job-title = { $percent } – { $title }
bytes-of = { $done } van { $total }
    .about = { $done } van ongeveer { $total }
bytes-so-far = { $done } tot nu toe
left-seconds = nog minder dan een minuut
left-minutes =
    { $minutes ->
        [one] nog ongeveer { $minutes } minuut
       *[other] nog ongeveer { $minutes } minuten
    }
left-hours =
    { $hours ->
        [one] nog ongeveer { $hours } uur
       *[other] nog ongeveer { $hours } uur
    }

job-pause = Pauzeren
job-continue = Hervatten
job-cancel = Annuleren
job-another = Nog een video opslaan

stop-heading = Stoppen met opslaan van deze video?
    .body = { $done } is al gedownload.
    .nothing = Er is nog niets gedownload.
stop-keep = Bewaren voor later
stop-delete = Verwijderen
stop-go-on = Doorgaan met opslaan
stopped-heading = Gestopt
    .kept = Het onvoltooide deel is bewaard.
    .deleted = Het onvoltooide deel is verwijderd.
stopped-continue = Deze video hervatten
close-heading =
    { $count ->
        [one] Er wordt nog een video opgeslagen
       *[other] Er worden nog { $count } video’s opgeslagen
    }
    .body = Als je nu sluit, kun je de volgende keer verdergaan.
close-close = Sluiten
close-stay = Niet sluiten
unfinished-heading =
    { $count ->
        [one] Je hebt een onvoltooide video
       *[other] Je hebt { $count } onvoltooide video’s
    }
unfinished-later = Later

saved-heading = Opgeslagen
saved-facts = { $size } · { $duration } · in { $folder }
    .captions = De ondertiteling kon niet worden omgezet. Ze is ongewijzigd opgeslagen: { $file }
    .cues = Een deel van de ondertiteling kon niet worden omgezet. Alles is ongewijzigd opgeslagen: { $file }
saved-said = Opgeslagen. { $file } staat in { $folder }.
saved-gaps = Opgeslagen, maar er ontbreekt { $duration }
    .other = Opgeslagen, maar niet compleet
    .body = Er ontbreekt iets bij { $times }.
    .segments = Stukken die niet konden worden gedownload: { $count } van { $total }.
    .empty = Stukken zonder beeld en geluid: { $count }.
    .misplaced = Stukken van een andere plek in de video: { $count }.
    .shorter = De video is { $duration } korter dan de site aangeeft.
    .video = Het beeld ontbreekt.
    .audio = Het geluid ontbreekt.
    .language = Het geluid in deze taal ontbreekt: { $language }.
    .rendition = De gekozen kwaliteit ({ $wished }) was niet beschikbaar. Daarom is een andere opgeslagen.
fact-lost = Verloren: { $duration } bij { $time }
    .video = Verloren beeld: { $duration } bij { $time }
    .audio = Verloren geluid: { $duration } bij { $time }
    .bytes = { $size } van het bestand is niet te lezen: het is daar afgebroken of beschadigd.
    .unreadable = Verloren: { $duration } bij { $time }. De gegevens voor het afspelen ontbreken.
fact-left-out = Weggelaten: { $name }
    .pause = Een pauze bij { $time } was te lang voor een bestand. Die is nu { $duration } korter.
    .moved = Bij { $time } begint de tijd opnieuw. Wat volgt, is op de juiste plek gezet.
    .repeated = { $duration } bij { $time } kwam dubbel en staat er één keer in.
saved-reveal = Tonen in map
saved-play = Afspelen
saved-not-opened = Openen is niet gelukt
    .body = Misschien is het bestand sinds het opslaan verplaatst of hernoemd.
    .copy = Pad kopiëren

others-heading = Wordt opgeslagen ({ $count })
    .waiting = Wacht ({ $count })
    .stopped = Gestopt ({ $count })
batch-saved = { $saved } van { $total } opgeslagen
    .all = Alle { $total } video’s zijn opgeslagen
    .failed = { $count } mislukt
batch-pause = Alles pauzeren
batch-continue = Alles hervatten
batch-again = Mislukte video’s opnieuw proberen
row-more = Meer acties voor { $title }
    .plain = Meer
saved-list = Opgeslagen video’s ({ $count })
    .page = Webpagina van de map maken
saved-list-forget = Uit lijst halen
    .all = Alle uit de lijst halen
    .ask = Deze { $count } video’s uit de lijst halen?
    .body = De bestanden blijven bewaard.
    .keep = Behouden
saved-list-removed = { $file } is uit de lijst gehaald. Het bestand blijft bewaard.
    .undo = Ongedaan maken
delete-file = Bestand verwijderen…
    .ask = { $file } verwijderen?
    .body = Het gaat naar de prullenbak van deze computer.
    .keep = Behouden
    .done = { $file } ligt in de prullenbak.
delete-file-failed = Het bestand kon niet naar de prullenbak
    .body = Verwijder het in de map zelf.
list-search = Video’s doorzoeken
    .none = Niets gevonden
    .state = Tonen
    .all = Alle
    .saving = Wordt opgeslagen
    .waiting = Wacht
    .stopped = Gestopt
    .saved = Opgeslagen
saved-list-again = Opnieuw downloaden
check-file = Controleren
    .running = { $file } wordt gecontroleerd…
    .whole = { $file } is in orde.
    .damaged = { $file } is beschadigd. Je kunt de video opnieuw downloaden.
    .changed = Het bestand is niet meer zoals het is opgeslagen.
    .unreadable = Het kan niet meer worden afgespeeld.
    .shorter = Er ontbreekt { $duration }.
    .gone = { $file } ontbreekt of is niet leesbaar.
list-damaged = Een deel van je lijst kon niet worden gelezen
    .body = Dat deel is apart gezet. Met je opgeslagen bestanden is niets gebeurd.

## Settings

settings-heading = Instellingen
settings-done = Klaar
settings-most = Tot { $height }p
    .best = Beste
    .smallest = Kleinste
    .audio = Alleen geluid
settings-template = Bestandsnamen
    .body = { "{title}" }, { "{owner}" }, { "{date}" }, { "{id}" } en { "{quality}" } staan voor gegevens van de video. Een schuine streep maakt een map; de datum is de dag in UTC.
    .wrong = Dit kan geen naam zijn. Er moet { "{title}" } of { "{id}" } in staan en bij elke accolade hoort een tweede.
    .folders = Een map voor elk kanaal
settings-example = Bijvoorbeeld: { $name }
settings-captions = Ook ondertiteling opslaan, als die er is
    .type = Bestandstype van de ondertiteling
    .picture = Ook de voorbeeldafbeelding als bestand opslaan
settings-maker = De MP4 wordt gemaakt door
settings-builtin = Deze app
settings-ffmpeg = ffmpeg
    .missing = ffmpeg is niet gevonden.
    .pick = ffmpeg kiezen…
settings-at-once = Video’s tegelijk
    .speed = Snelheid voor anderen overlaten
    .unlimited = Geen limiet
    .most = Tot { $speed }
    .after = Als alles is opgeslagen
    .nothing = Niets doen
    .show_folder = De map tonen
    .sleep = De computer in slaapstand zetten
    .shut_down = De computer uitschakelen
    .asks_sleep = De computer gaat in slaapstand
    .asks_shut_down = De computer wordt uitgeschakeld
    .seconds = Alles is opgeslagen. Resterende seconden: { $seconds }
settings-language = Taal
settings-system = Taal van de computer
settings-remember = Mijn registratiegegevens onthouden
    .body = Ze worden in de sleutelhanger van deze computer bewaard.
settings-remember-proxy = Mijn gebruikersnaam en wachtwoord voor de proxy onthouden
settings-updates = Bij het starten van de app naar een nieuwe versie zoeken
settings-version = Versie { $version }
    .licence = Vrije software onder de MIT-licentie.
    .legal = Sla alleen video’s op die je mag bewaren.
settings-advanced = Geavanceerd
help-heading = Hulp
help-links = Welke links werken?
    .body = Links van afgelopen streams op ustream.tv en video.ibm.com. Kopieer het adres terwijl je browser de video toont.
help-resume = Wat als de verbinding wegvalt?
    .body = Er gaat niets verloren. De app gaat vanzelf verder. Je kunt hem ook sluiten en de volgende keer verdergaan.
help-play = Het bestand wordt niet afgespeeld. Wat nu?
    .body = Kies ‘Controleren’ in de lijst met opgeslagen video’s. Is het bestand onbeschadigd, open het dan met een andere speler, zoals VLC.
help-session = Voor de video moet je bij een bedrijf inloggen. Wat nu?
    .body = Gebruik Chrome of Edge. Open de pagina van de video, druk op F12 en kies ‘Netwerk’. Laad de pagina opnieuw, speel de video een paar seconden af en kies daar dan ‘Exporteer HAR’. Sleep het opgeslagen bestand naar dit venster.
    .open = Een browsersessie openen…

## A new version of the app

update-heading = Versie { $version } van deze app is beschikbaar
    .body = De app wordt gesloten, bijgewerkt en weer geopend. Je video’s en instellingen blijven behouden.
update-later = Niet nu
update-notes = Wat is er nieuw?
update-install = Nu bijwerken
update-installing = De nieuwe versie wordt gedownload en geïnstalleerd…
update-unreachable = De nieuwe versie kon niet worden gedownload
    .body = Controleer de internetverbinding en probeer het opnieuw. De app werkt zoals voorheen.
update-refused = De nieuwe versie is niet geïnstalleerd
    .body = Het gedownloade bestand is beschadigd of niet van de makers van deze app. De app werkt zoals voorheen.
update-failed = De nieuwe versie kon niet worden geïnstalleerd
    .body = De bestanden van de app kunnen niet worden vervangen. De app werkt zoals voorheen.

## Buttons of failures

do-again = Opnieuw proberen
do-other-link = Andere link gebruiken
do-keep-gaps = Behouden wat er is
do-save-anyway = Toch opslaan
do-keep-anyway = Toch behouden
do-start-over = Opnieuw beginnen
do-check-again = Opnieuw controleren
do-try-now = Nu proberen
do-browse = Openen in browser
do-restart = App opnieuw starten
do-show-original = Origineel tonen

details = Details
details-copy = Details kopiëren
    .copied = Gekopieerd

## A report of a problem

report = Rapport opslaan…
    .intro = Het laat zien wat de videosite heeft geantwoord, zodat anderen de oorzaak kunnen vinden.
    .hidden = Wachtwoorden, je antwoorden en e-mail- en IP-adressen worden weggelaten.
    .requests =
        { $count ->
            [one] { $count } verzoek
           *[other] { $count } verzoeken
        }
    .titles = Ook titels weglaten
    .busy = Het rapport wordt voorbereid…
    .save = Rapport opslaan
    .saved = Het rapport is opgeslagen

## Failures, by code

failure-not_a_link = Er is geen link te vinden in deze tekst
    .body = Een link ziet er zo uit: video.ibm.com/recorded/123456.
failure-other_site = Deze app werkt alleen met Ustream en IBM Video
    .body = Op die pagina van { $detail } staat geen video van Ustream of IBM Video.
failure-offline = Je hebt geen internetverbinding
    .body = Controleer de wifi of de kabel en probeer het opnieuw.
failure-wifi_login = Voor de wifi moet je inloggen
    .body = Open een webpagina in je browser, log daar in op de wifi en probeer het opnieuw.
failure-dns_failing = Je netwerk kan de videosite niet vinden
    .body = Je bent verbonden, maar het netwerk kent de naam van de site niet. Start de router opnieuw op of probeer een ander netwerk.
failure-connection_refused = De verbinding met de videosite is geweigerd
    .body = Controleer de firewall of het beveiligingsprogramma van deze computer. Ligt het daar niet aan, dan is de site misschien uit de lucht: probeer het later opnieuw.
failure-proxy_login = Je netwerk vraagt om een gebruikersnaam en wachtwoord
    .body = Vul in wat je op dit netwerk voor internet gebruikt.
failure-proxy_refused = Je netwerk staat de videosite niet toe
    .body = De proxy weigert de verbinding. Vraag het de netwerkbeheerder of probeer een ander netwerk.
failure-proxy_down = De proxy van je netwerk reageert niet
    .body = Deze computer gaat via die proxy het internet op. Controleer de proxy in de netwerkinstellingen van het systeem.
failure-proxy_script = Je netwerk kiest de proxy met een script
    .body = Deze app kan dat niet uitvoeren. Vraag de netwerkbeheerder welke proxy het is en vul die in bij de netwerkinstellingen van het systeem.
failure-untrusted = De verbinding met de videosite is niet veilig
    .body = Iemand anders antwoordt in plaats van de site, met een certificaat van { $detail }. Probeer een ander netwerk of vraag het de netwerkbeheerder.
failure-wrong_clock = De klok van deze computer staat verkeerd
    .body = Beveiligde verbindingen hebben de juiste tijd nodig. Stel de datum en tijd in en probeer het opnieuw.
failure-no_certificates = Deze computer kan beveiligde verbindingen niet controleren
    .body = De lijst met vertrouwde certificaten ontbreekt. Installeer die (vaak heet hij ca-certificates) en open de app opnieuw.
failure-site_down = De videosite reageert niet
    .body = Misschien is de site overbelast. Wacht een paar minuten en probeer het opnieuw.
failure-page_down = Die pagina reageert niet
    .body = Open de pagina in je browser om de link te controleren en probeer het opnieuw.
failure-busy = De site vraagt ons het rustiger aan te doen
    .body = Wacht een paar minuten en probeer het opnieuw.
failure-stalled = De download staat stil
    .body = De site stuurt bijna niets. Er gaat niets verloren: wacht een paar minuten en probeer het opnieuw.
failure-bad_answer = Het antwoord van de site klopt niet
    .body = Gebruik je de wifi van een hotel of café, log daar dan eerst in met je browser. Wacht anders een paar minuten en probeer het opnieuw.
failure-not_found = Deze video bestaat niet meer
    .body = De video is verwijderd of er zit een fout in de link. Open de link in je browser om dat na te gaan.
failure-still_live = Deze livestream is nog bezig
    .body = Kom terug als de livestream is afgelopen en de opname is gepubliceerd.
failure-not_recorded = De eigenaar heeft geen opname bewaard
    .body = Vraag het aan de eigenaar van het kanaal.
failure-needs_form = Voor deze video moet je je eerst registreren
    .body = De eigenaar wil deze gegevens. Ze gaan naar de eigenaar, niet naar ons.
failure-form_refused = De site heeft het formulier niet geaccepteerd
    .body = Controleer wat je hebt ingevuld en verstuur het opnieuw.
failure-session_unreadable = Er staat geen video in dit bestand
    .body = Het is geen opgeslagen browsersessie, of er is geen video van Ustream of IBM Video in afgespeeld.
failure-session_expired = Deze browsersessie is te oud
    .body = De videosite accepteert de sessie niet meer. Sla een nieuwe op en open die snel daarna.
failure-needs_password = Deze video heeft een wachtwoord
    .body = Weet je het niet? Vraag het aan degene die de video heeft gedeeld.
failure-wrong_password = Dat wachtwoord klopt niet
    .body = Controleer hoofdletters en spaties en probeer het opnieuw.
failure-members_only = Alleen genodigden kunnen dit bekijken
    .body = Je moet inloggen bij een bedrijf of evenement en dat kan deze app niet.
failure-region = Niet beschikbaar in je land
    .body = De eigenaar bepaalt waar de video te zien is.
failure-embed_only = De video speelt alleen op de site van de eigenaar
    .body = Plak het adres van de pagina waar je de video bekijkt.
failure-locked = De eigenaar heeft deze video vergrendeld
    .body = Deze app kan dit soort vergrendeling niet opheffen.
failure-changed = De video op de site is veranderd
    .body = Wat er al is, past er niet meer bij. Er is niets verwijderd. Je kunt opnieuw beginnen met de nieuwe video.
failure-pieces_missing = Deze video is niet compleet
    .body = Probeer het opnieuw om de rest te krijgen, of behoud wat er is.
    .share = Ontbreekt: { $missing } van { $total }, bij { $times }.
failure-low_space = Niet genoeg ruimte voor deze video
    .body = Maak ruimte vrij en probeer het opnieuw. Hoe groot de video wordt, is een schatting.
    .room = Nodig: ongeveer { $needed }. Daar vrij: { $there }.
failure-disk_full = De schijf is vol
    .body = Maak ruimte vrij en probeer het opnieuw. Wat er al is, blijft bewaard.
failure-quota_full = Jouw ruimte op de schijf is op
    .body = Verwijder daar bestanden van jezelf en probeer het opnieuw. Wat er al is, blijft bewaard.
failure-file_too_large = Zulke grote bestanden zijn niet mogelijk op deze schijf
    .body = Kies een map op een andere schijf. Wat er al is, gaat mee.
    .room = Nodig: ongeveer { $needed }. Grootste bestand daar: { $there }.
failure-no_write = Er kan niet in deze map worden geschreven
    .body = Sluit de schijf weer aan of sta schrijven in de map toe en probeer het opnieuw.
failure-own_folder = De app kan niet in zijn eigen map schrijven
    .body = Sta schrijven toe in { $detail } en open de app opnieuw.
failure-read_only = Deze schijf is beveiligd tegen schrijven
    .body = Hef de schrijfbeveiliging op (sommige kaarten hebben een schakelaar) of kies een map op een andere schijf.
failure-folder_full = In deze map passen geen mappen meer
    .body = Haal er mappen uit of kies een andere map.
failure-bad_name = Deze schijf accepteert die naam niet
    .body = Kies een map op een andere schijf.
failure-drive_gone = De map is er niet meer
    .body = Staat hij op een externe schijf, sluit die dan weer aan. Probeer het daarna opnieuw.
failure-file_held = Een ander programma heeft dit bestand open
    .body = Sluit de speler of het programma dat het gebruikt en probeer het opnieuw. Wat er al is, blijft bewaard.
failure-in_use = Deze video wordt al opgeslagen
    .body = Een ander venster of programma slaat juist dit bestand op. Wacht tot dat klaar is.
failure-ffmpeg_missing = ffmpeg is niet te vinden
    .body = Installeer het en probeer het opnieuw. Er is niets gedownload.
failure-convert_failed = Het bestand kon niet worden omgezet
    .body = Het origineel is compleet en staat in dezelfde map.
failure-check_failed = Het bestand kwam niet door de controle
    .body = Het gedownloade deel is bewaard, dus een nieuwe poging gaat snel.
failure-bad_film = Dit bestand kan niet als video worden gelezen
    .body = Controleer of dit het juiste bestand is en of het compleet is.
failure-no_sound = Deze video is er niet in die taal
    .body = Zoek de video opnieuw en kies een van de beschikbare talen.
failure-no_part = Dit deel kan niet worden opgeslagen
    .body = De video is korter, of kan alleen als geheel worden opgeslagen. Sla hem opnieuw op met andere tijden, of helemaal.
failure-other_ending = Deze video kan die extensie niet hebben
    .body = Sla de video opnieuw op en kies een ander bestandstype.
failure-encrypted = Deze video is versleuteld
    .body = Alleen de speler van de eigenaar kan de video openen. Deze app haalt de beveiliging niet weg.
failure-unsupported = Deze video is opgeslagen op een manier die we niet kennen
    .body = Stuur ons de details, dan kunnen we dit toevoegen.
failure-internal = Er ging iets mis in de app
    .body = Het gedownloade deel is bewaard. Start de app opnieuw om door te gaan.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Een onderdeel van Windows ontbreekt
    .body = Het venster van de app heeft Microsoft Edge WebView2 nodig, dat niet op deze computer staat. Download het gratis bij Microsoft en open de app opnieuw.
shell-no_page = De app kan zijn venster niet tonen
    .body = Het gedownloade deel is bewaard. Probeer het opnieuw; helpt dat niet, sluit de app dan en open hem weer.
shell-get = Downloaden
menu-app = { $app }
    .about = Over { $app }
    .settings = Instellingen…
    .hide = Verberg { $app }
    .hide_others = Verberg andere
    .show_all = Toon alles
    .quit = Stop { $app }
menu-edit = Wijzig
    .undo = Herstel
    .redo = Opnieuw
    .cut = Knip
    .copy = Kopieer
    .paste = Plak
    .select_all = Selecteer alles
menu-window = Venster
    .minimize = Minimaliseer
    .zoom = Zoom
    .close = Sluit
menu-help = Help
