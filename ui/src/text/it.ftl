### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Salva un video da Ustream o IBM Video
    .body = Incolla il link di una diretta già finita o in corso.
paste-label = Link del video
paste-placeholder = video.ibm.com/recorded/123456
paste-find = Cerca video
paste-paste = Incolla
paste-drop = Puoi anche trascinare un link in questa finestra.
    .here = Rilascia il link per cercare il video
copied-heading = Hai copiato un link
    .said = C’è un link copiato pronto da usare.
copied-use = Usa questo link
remux-open = Crea un MP4 da un file video…

looking-heading = Ricerca del video…
    .body = Di solito bastano pochi secondi.
    .slow = La ricerca continua. Il sito risponde lentamente.

## Several videos behind one link

choose-channel =
    { $count ->
        [one] Questo link porta a un canale con { $count } video
       *[other] Questo link porta a un canale con { $count } video
    }
    .several = Questo link porta a un canale con diversi video
    .body = Seleziona quelli che vuoi.
    .kept = Canali seguiti
    .keep = Salva da sé i nuovi video di questo canale
    .keep_body = Finché è aperta, l’app controlla ogni poche ore e registra una diretta che inizia. Trovi il canale nelle impostazioni.
    .kept_none = Ancora nessun canale. Incolla il link di un canale e scegli lì «Salva da sé i nuovi video di questo canale».
    .kept_since = Dal { $date } · in { $folder }
    .kept_looked = ultimo controllo: { $date }
    .kept_never = non ancora controllato
    .kept_tell = Avvisami soltanto dei nuovi video
    .kept_remove = Rimuovi
    .kept_removed = { $title } non è più seguito. I video salvati restano.
    .kept_new = Novità: { $titles }
choose-page =
    { $count ->
        [one] Questa pagina contiene { $count } video
       *[other] Questa pagina contiene { $count } video
    }
choose-all = Seleziona tutti
    .none = Deseleziona tutti
    .new = Solo i nuovi
choose-more = Mostra altri
choose-saved = Salvato il { $date }
choose-shown = { $shown } di { $total } mostrati
choose-ticked =
    { $count ->
        [0] Nessuno selezionato
        [one] { $count } selezionato, { $duration }
       *[other] { $count } selezionati, { $duration }
    }
choose-continue = Continua con { $count }
choose-ready =
    { $count ->
        [one] Salva { $count } video
       *[other] Salva { $count } video
    }
    .body = Ognuno viene salvato con il proprio nome.
    .oldest = Comincia dal più vecchio
choose-back = Torna all’elenco

## Ready to save

ready-said = Pronto per il salvataggio. { $title }, { $facts }
ready-untitled = Video { $recording }
ready-all = Mostra tutto
ready-newest = Questo link porta a un canale. Questo è il suo video più recente.
ready-size = circa { $size }
ready-type = Tipo di file
ready-mp4 = MP4
    .body = Si vede ovunque.
ready-flv = FLV
    .body = L’originale, tale e quale.
ready-mp3 = MP3
    .body = Per i lettori meno recenti. L’audio viene ricodificato.
    .m4a = M4A
    .m4a_body = L’audio, tale e quale.
ready-quality = Qualità
quality-height = { $height }p
ready-sound = Audio
    .usual = Quello del video
    .all = Tutte le lingue
ready-name = Nome
    .replaced = Viene salvato come { $file }.
part = Solo una parte…
    .from = Da
    .to = A
    .hint = Per esempio 1:30 o 1:02:00. Lascia un campo vuoto per l’inizio o la fine.
    .wrong = Scrivi i tempi così: 1:30 o 1:02:00.
    .empty = La fine deve venire dopo l’inizio.
    .beyond = Il video dura solo { $length }.
    .original = L’originale si può tagliare solo in alcuni punti, quindi la parte può durare qualche secondo in più.
    .saved = Una parte del video, da { $from } a { $to }.
    .clamped = Il video finisce prima di quanto hai chiesto.
ready-save = Salva video
    .starting = Avvio…
    .change = Cambia
live = Questa diretta è in corso
    .hint = Viene registrata finché finisce o finché la fermi.
    .record = Registra dall’inizio
    .now = Registra da adesso
    .recordings = Video di questo canale
    .stop = Ferma e salva
    .disk_full = Il disco è quasi pieno, quindi la registrazione è terminata.
    .silent = La diretta non inviava più nulla, quindi la registrazione è terminata.
    .soon = Questa diretta non è ancora iniziata
    .soon_hint = Viene registrata appena inizia. Lascia aperta l’app fino ad allora.
    .soon_record = Registra quando inizia
    .since = dalle { $time }
    .continued = La registrazione continua in un altro file.
low-space = Spazio insufficiente in { $folder }
    .body = Servono circa { $need } e ne restano liberi { $free }.
low-space-anyway = Salva comunque
too-large = { $folder } non accetta file così grandi
    .body = Lì il limite è di { $most } per file e questo video occupa circa { $need }.
saved-before = Hai salvato questo video il { $date }
    .body = { $file } è in { $folder }.
saved-before-again = Salva di nuovo
saving-now = Stai già salvando questo video: { $percent }
    .plain = Stai già salvando questo video
saving-show = Mostra

folder-label = Salva in
folder-free = { $free } liberi
folder-change = Cambia…
folder-choose = Scegli un’altra cartella
folder-lost = Cartella { $folder } non trovata
    .body = Per ora i video vanno in { $now }. Ricollega l’unità o scegli un’altra cartella.

## Locked videos: password, form, owner’s page

password-label = Password
password-show = Mostra password
password-send = Sblocca
form-send = Invia e continua
form-again = Invia di nuovo
form-optional = { $label } (facoltativo)
form-said = Il sito dice: { $message }
page-label = Indirizzo della pagina del proprietario
page-send = Continua
field-wrong = Compila questo campo.
    .email = Questo non sembra un indirizzo email.
    .url = Incolla l’indirizzo completo della pagina, che inizia con http.
form-remember = Ricordali su questo computer
proxy-name = Nome utente

## A job

job-queued = In attesa del suo turno
    .body = Inizierà quando il video precedente sarà finito.
job-resolving = Preparazione…
    .body = Chiediamo al sito dove si trova il video.
job-fetching = Download in corso
    .body = Puoi continuare a usare il computer.
    .silent = Nessun dato da { $time }. Continuiamo a provare…
job-finishing = Completamento…
    .body = Internet non serve più.
job-converting = Creazione dell’MP4
    .body = L’immagine e l’audio non cambiano.
job-recording = Registrazione della diretta
    .body = Viene salvata quando finisce o quando la fermi.
job-encoding = Creazione dell’MP3
    .body = L’audio viene ricodificato.
job-moving = Spostamento nell’altra cartella
    .body = Anche i dati scaricati vengono spostati. Poi il download continua.
job-waiting = In attesa della connessione…
    .body = Il salvataggio riprenderà da solo. Non è andato perso nulla.
job-waiting-login = Il Wi-Fi chiede di accedere
    .body = Apri una pagina web nel browser e accedi. Il salvataggio riprenderà da solo.
job-waiting-site = In attesa del sito dei video…
    .body = Non risponde o ha chiesto una pausa. Il salvataggio riprenderà da solo.
job-waiting-stream = La diretta è in pausa
    .body = Aspettiamo e continuiamo da soli.
job-waiting-mirror = In attesa del server del video…
    .body = Il sito dei video funziona, ma il server di questo video non invia nulla. Il salvataggio riprenderà da solo.
job-waiting-segments = Ricerca di ciò che manca…
    .body = Al momento il sito non ha tutto il video. Richiederemo il resto più volte.
job-stalled = Nessun progresso da un po’…
    .body = Continuiamo a provare. Non è andato perso nulla.
job-paused = In pausa
    .body = Non è andato perso nulla. Puoi chiudere l’app.
    .at = In pausa al { $percent }
job-progress = Avanzamento di { $title }
job-said = Scaricato il { $percent }
job-title = { $percent } – { $title }
bytes-of = { $done } di { $total }
    .about = { $done } di circa { $total }
bytes-so-far = { $done } finora
left-seconds = manca meno di un minuto
left-minutes =
    { $minutes ->
        [one] manca circa { $minutes } minuto
       *[other] mancano circa { $minutes } minuti
    }
left-hours =
    { $hours ->
        [one] manca circa { $hours } ora
       *[other] mancano circa { $hours } ore
    }

job-pause = Pausa
job-continue = Riprendi
job-cancel = Annulla
job-another = Salva un altro video

stop-heading = Interrompere il salvataggio di questo video?
    .body = Sono già stati scaricati { $done }.
    .nothing = Non è ancora stato scaricato nulla.
stop-keep = Tieni per dopo
stop-delete = Elimina
stop-go-on = Continua a salvare
stopped-heading = Interrotto
    .kept = I dati scaricati sono stati conservati.
    .deleted = I dati scaricati sono stati eliminati.
stopped-continue = Riprendi questo
close-heading =
    { $count ->
        [one] C’è ancora un video in corso di salvataggio
       *[other] Ci sono ancora { $count } video in corso di salvataggio
    }
    .body = Se chiudi adesso, potrai riprendere la prossima volta.
close-close = Chiudi
close-stay = Non chiudere
unfinished-heading =
    { $count ->
        [one] Hai un video da completare
       *[other] Hai { $count } video da completare
    }
unfinished-later = Più tardi

saved-heading = Salvato
saved-facts = { $size } · { $duration } · in { $folder }
    .captions = Non è stato possibile convertire i sottotitoli. Sono stati salvati così come sono: { $file }
    .cues = Non è stato possibile convertire alcuni sottotitoli. Sono stati salvati tutti così come sono: { $file }
saved-said = Salvato. { $file } è in { $folder }.
saved-gaps = Salvato, ma con { $duration } in meno
    .other = Salvato, ma incompleto
    .body = Punti mancanti: { $times }.
    .segments = Frammenti che non si sono potuti scaricare: { $count } di { $total }.
    .empty = Frammenti senza immagine né audio: { $count }.
    .misplaced = Frammenti di un altro punto del video: { $count }.
    .shorter = Dura { $duration } in meno di quanto indica il sito.
    .video = Manca l’immagine.
    .audio = Manca l’audio.
    .language = Manca l’audio in questa lingua: { $language }.
    .rendition = La qualità scelta ({ $wished }) non era disponibile, quindi ne è stata salvata un’altra.
fact-lost = Perso: { $duration } a { $time }
    .video = Immagine persa: { $duration } a { $time }
    .audio = Audio perso: { $duration } a { $time }
    .bytes = { $size } del file non sono leggibili: in quel punto è troncato o danneggiato.
    .unreadable = Perso: { $duration } a { $time }. Non è indicato come riprodurlo.
fact-left-out = Non incluso: { $name }
    .pause = A { $time } una pausa troppo lunga per un file è stata accorciata di { $duration }.
    .moved = A { $time } il tempo riparte da zero. Il resto è stato messo al suo posto.
    .repeated = Tratto doppio a { $time } ({ $duration }): incluso una volta sola.
saved-reveal = Mostra nella cartella
saved-play = Riproduci
saved-not-opened = Non è stato possibile aprire il file
    .body = Potrebbe essere stato spostato o rinominato dopo il salvataggio.
    .copy = Copia il percorso

others-heading = Salvataggio in corso ({ $count })
    .waiting = In attesa ({ $count })
    .stopped = Interrotti ({ $count })
batch-saved = { $saved } di { $total } salvati
    .all = Tutti e { $total } i video sono stati salvati
    .failed = { $count } con errori
batch-pause = Metti tutti in pausa
batch-continue = Riprendi tutti
batch-again = Riprova quelli non riusciti
row-more = Altre azioni per { $title }
    .plain = Altro
saved-list = Video salvati ({ $count })
    .page = Crea una pagina web della cartella
saved-list-forget = Rimuovi dall’elenco
    .all = Rimuovi tutti dall’elenco
    .ask = Rimuovere questi { $count } video dall’elenco?
    .body = I file restano.
    .keep = Tienili
saved-list-removed = { $file } è stato rimosso dall’elenco. Il file resta al suo posto.
    .undo = Annulla
delete-file = Elimina il file…
    .ask = Eliminare { $file }?
    .body = Viene spostato nel cestino di questo computer.
    .keep = Tienilo
    .done = { $file } è nel cestino.
delete-file-failed = Non è stato possibile spostare il file nel cestino
    .body = Eliminalo nella sua cartella.
list-search = Cerca nei video
    .none = Nessun risultato
    .state = Mostra
    .all = Tutti
    .saving = In salvataggio
    .waiting = In attesa
    .stopped = Interrotti
    .saved = Salvati
saved-list-again = Scarica di nuovo
check-file = Controlla
    .running = Controllo di { $file }…
    .whole = { $file } è integro.
    .damaged = { $file } è danneggiato. Puoi scaricarlo di nuovo.
    .changed = Il file è cambiato da quando è stato salvato.
    .unreadable = Non si può più riprodurre.
    .shorter = Ora dura { $duration } in meno.
    .gone = { $file } non si trova o non è leggibile.
list-damaged = Non è stato possibile leggere una parte dell’elenco
    .body = È stata messa da parte. I file salvati sono intatti.

## Settings

settings-heading = Impostazioni
settings-done = Fine
settings-most = Fino a { $height }p
    .best = La migliore
    .smallest = La più leggera
    .audio = Solo audio
settings-template = Nomi dei file
    .body = { "{title}" }, { "{owner}" }, { "{date}" }, { "{id}" } e { "{quality}" } vengono sostituiti dai dati del video. Una barra crea una cartella; la data è in UTC.
    .wrong = Questo non può essere un nome. Serve { "{title}" } o { "{id}" }, e ogni parentesi graffa aperta va chiusa.
    .folders = Una cartella per ogni canale
settings-example = Per esempio: { $name }
settings-captions = Salva anche i sottotitoli, se ci sono
    .type = Tipo di file dei sottotitoli
    .picture = Salva anche l’immagine di anteprima come file
settings-maker = L’MP4 è creato da
settings-builtin = Questa app
settings-ffmpeg = ffmpeg
    .missing = ffmpeg non è stato trovato.
    .pick = Scegli ffmpeg…
settings-at-once = Video in contemporanea
    .speed = Lascia un po’ di velocità agli altri
    .unlimited = Nessun limite
    .most = Fino a { $speed }
    .after = Quando tutto è salvato
    .nothing = Non fare nulla
    .show_folder = Mostra la cartella
    .sleep = Sospendi il computer
    .shut_down = Spegni il computer
    .asks_sleep = Il computer sta per essere sospeso
    .asks_shut_down = Il computer sta per spegnersi
    .seconds = Tutto è salvato. Secondi rimanenti: { $seconds }
settings-language = Lingua
settings-system = Quella del computer
settings-remember = Ricorda i miei dati per i moduli
    .body = Sono conservati nel portachiavi di questo computer.
settings-remember-proxy = Ricorda il mio nome e la mia password per il proxy
settings-updates = Cerca una nuova versione all’avvio dell’app
settings-version = Versione { $version }
    .licence = Software libero con licenza MIT.
    .legal = Salva solo i video che hai il permesso di conservare.
settings-advanced = Avanzate
help-heading = Aiuto
help-links = Quali link funzionano?
    .body = Quelli di dirette terminate su ustream.tv e video.ibm.com. Copia l’indirizzo mentre il browser mostra il video.
help-resume = E se la connessione cade?
    .body = Non si perde nulla. L’app riprende da sola. Puoi anche chiuderla e riprendere la prossima volta.
help-play = Il file non si riproduce. Che fare?
    .body = Scegli «Controlla» nell’elenco dei video salvati. Se il file è integro, aprilo con un altro lettore, ad esempio VLC.
help-session = Il video richiede un accesso aziendale. Che fare?
    .body = Usa Chrome o Edge. Apri la pagina del video, premi F12 e scegli «Rete». Ricarica la pagina, riproduci il video per qualche secondo, poi scegli lì «Esporta HAR». Trascina il file salvato in questa finestra.
    .open = Apri una sessione del browser…

## A new version of the app

update-heading = È disponibile la versione { $version } di questa app
    .body = L’app si chiude, si aggiorna e si riapre. Video e impostazioni restano.
update-later = Non ora
update-notes = Novità
update-install = Aggiorna ora
update-installing = Download e installazione della nuova versione…
update-unreachable = Non è stato possibile scaricare la nuova versione
    .body = Controlla la connessione a internet, poi riprova. L’app funziona come prima.
update-refused = La nuova versione non è stata installata
    .body = Il file scaricato è danneggiato o non proviene dagli autori di questa app. L’app funziona come prima.
update-failed = Non è stato possibile installare la nuova versione
    .body = I file dell’app non possono essere sostituiti. L’app funziona come prima.

## Buttons of failures

do-again = Riprova
do-other-link = Usa un altro link
do-keep-gaps = Tieni il video incompleto
do-save-anyway = Salva comunque
do-keep-anyway = Tienilo comunque
do-start-over = Ricomincia da capo
do-check-again = Controlla di nuovo
do-try-now = Riprova ora
do-browse = Apri nel browser
do-restart = Riavvia l’app
do-show-original = Mostra l’originale

details = Dettagli
details-copy = Copia dettagli
    .copied = Copiato

## A report of a problem

report = Salva un rapporto…
    .intro = Mostra che cosa ha risposto il sito dei video, così altri possono trovare la causa.
    .hidden = Non contiene password, le tue risposte né indirizzi email e IP.
    .requests =
        { $count ->
            [one] { $count } richiesta
           *[other] { $count } richieste
        }
    .titles = Escludi anche i titoli
    .busy = Preparazione del rapporto…
    .save = Salva rapporto
    .saved = Il rapporto è stato salvato

## Failures, by code

failure-not_a_link = In questo testo non troviamo alcun link
    .body = Dovrebbe somigliare a video.ibm.com/recorded/123456.
failure-other_site = Questa app funziona solo con Ustream e IBM Video
    .body = Quella pagina di { $detail } non contiene nessuno dei loro video.
failure-offline = Non c’è connessione a internet
    .body = Controlla il Wi-Fi o il cavo, poi riprova.
failure-wifi_login = Il Wi-Fi chiede di accedere
    .body = Apri una pagina web nel browser, accedi lì al Wi-Fi, poi riprova.
failure-dns_failing = La tua rete non trova il sito dei video
    .body = La connessione c’è, ma la rete non conosce il nome del sito. Riavvia il router o prova con un’altra rete.
failure-connection_refused = La connessione al sito dei video è stata rifiutata
    .body = Controlla il firewall o il programma di sicurezza di questo computer. Se non dipende da quello, forse il sito è fuori servizio: riprova più tardi.
failure-proxy_login = La tua rete chiede un nome e una password
    .body = Inserisci quelli che usi per internet su questa rete.
failure-proxy_refused = La tua rete blocca il sito dei video
    .body = Il suo proxy rifiuta la connessione. Chiedi a chi gestisce la rete o prova con un’altra.
failure-proxy_down = Il proxy della tua rete non risponde
    .body = Questo computer va su internet attraverso il proxy. Controllalo nelle impostazioni di rete del sistema.
failure-proxy_script = La tua rete sceglie il proxy con uno script
    .body = Questa app non può eseguirlo. Chiedi il proxy a chi gestisce la rete e inseriscilo nelle impostazioni di rete del sistema.
failure-untrusted = La connessione al sito dei video non è sicura
    .body = Qualcuno risponde al suo posto, con un certificato di { $detail }. Prova con un’altra rete o chiedi a chi gestisce questa.
failure-wrong_clock = L’ora di questo computer è sbagliata
    .body = Le connessioni sicure hanno bisogno dell’ora esatta. Imposta data e ora, poi riprova.
failure-no_certificates = Questo computer non può controllare le connessioni sicure
    .body = Manca l’elenco dei certificati attendibili. Installalo (spesso si chiama ca-certificates), poi riapri l’app.
failure-site_down = Il sito dei video non risponde
    .body = Forse è sovraccarico. Aspetta qualche minuto, poi riprova.
failure-page_down = Quella pagina non risponde
    .body = Aprila nel browser per controllare il link, poi riprova.
failure-busy = Il sito ci chiede di rallentare
    .body = Aspetta qualche minuto, poi riprova.
failure-stalled = Il video non arriva più
    .body = Il sito non invia quasi più dati. Non è andato perso nulla: aspetta qualche minuto, poi riprova.
failure-bad_answer = La risposta del sito è incomprensibile
    .body = Se usi il Wi-Fi di un hotel o di un bar, accedi prima nel browser. Altrimenti aspetta qualche minuto, poi riprova.
failure-not_found = Questo video non c’è più
    .body = È stato rimosso o il link contiene un errore. Apri il link nel browser per controllare.
failure-still_live = Questa diretta è ancora in corso
    .body = Torna quando sarà finita e la registrazione sarà pubblicata.
failure-not_recorded = Il proprietario non ha conservato una registrazione
    .body = Chiedi al proprietario del canale.
failure-needs_form = Per questo video bisogna prima compilare un modulo
    .body = Il proprietario chiede questi dati. Vengono inviati a lui, non a noi.
failure-form_refused = Il sito non ha accettato il modulo
    .body = Controlla ciò che hai inserito, poi invia di nuovo.
failure-session_unreadable = In questo file non c’è nessun video
    .body = Non è una sessione del browser salvata, oppure non vi è stato riprodotto alcun video di Ustream o IBM Video.
failure-session_expired = Questa sessione del browser è troppo vecchia
    .body = Il sito dei video non la accetta più. Salvane una nuova e aprila poco dopo.
failure-needs_password = Questo video è protetto da password
    .body = Se non la conosci, chiedila a chi lo ha condiviso.
failure-wrong_password = La password non è corretta
    .body = Controlla maiuscole e spazi, poi riprova.
failure-members_only = Solo gli invitati possono vederlo
    .body = Bisogna accedere con un account aziendale o dell’evento, e questa app non può farlo.
failure-region = Non disponibile nel tuo Paese
    .body = Il proprietario limita i luoghi in cui si può vedere.
failure-embed_only = Questo video si vede solo sul sito del proprietario
    .body = Incolla l’indirizzo della pagina in cui lo guardi.
failure-locked = Il proprietario ha bloccato questo video
    .body = Questa app non può aprire questo tipo di blocco.
failure-changed = Il video sul sito è cambiato
    .body = I dati scaricati non corrispondono più. Non è stato eliminato nulla. Puoi ricominciare da capo con quello nuovo.
failure-pieces_missing = Questo video non è completo
    .body = Riprova per ottenere il resto o tieni il video incompleto.
    .share = Mancano: { $missing } su { $total }, a { $times }.
failure-low_space = Spazio insufficiente per questo video
    .body = Libera spazio, poi riprova. La dimensione finale è una stima.
    .room = Necessari: circa { $needed }. Liberi: { $there }.
failure-disk_full = Il disco è pieno
    .body = Libera spazio, poi riprova. I dati scaricati sono al sicuro.
failure-quota_full = Hai esaurito la tua quota di disco
    .body = Elimina da lì alcuni tuoi file, poi riprova. I dati scaricati sono al sicuro.
failure-file_too_large = Questa unità non accetta file così grandi
    .body = Scegli una cartella su un’altra unità. Anche i dati scaricati vengono spostati.
    .room = Necessari: circa { $needed }. File più grande possibile: { $there }.
failure-no_write = Non è possibile scrivere in questa cartella
    .body = Ricollega l’unità o consenti la scrittura nella cartella, poi riprova.
failure-own_folder = L’app non può scrivere nella sua cartella
    .body = Consenti la scrittura in { $detail }, poi riapri l’app.
failure-read_only = Questa unità è di sola lettura
    .body = Consenti la scrittura (alcune schede hanno una levetta) o scegli una cartella su un’altra unità.
failure-folder_full = Questa cartella non può contenere altre cartelle
    .body = Togline qualcuna o scegli un’altra cartella.
failure-bad_name = Questa unità non accetta quel nome
    .body = Scegli una cartella su un’altra unità.
failure-drive_gone = La cartella non c’è più
    .body = Se è su un’unità esterna, ricollegala. Poi riprova.
failure-file_held = Questo file è aperto in un altro programma
    .body = Chiudi il lettore o il programma che lo usa, poi riprova. I dati scaricati sono al sicuro.
failure-in_use = Questo video è già in corso di salvataggio
    .body = Un’altra finestra o un altro programma sta salvando proprio questo file. Aspetta che finisca.
failure-ffmpeg_missing = ffmpeg non è stato trovato
    .body = Installalo, poi riprova. Non è stato scaricato nulla.
failure-convert_failed = Non è stato possibile convertire il file
    .body = L’originale è completo e salvato nella stessa cartella.
failure-check_failed = Il file non ha superato il controllo
    .body = I dati scaricati sono al sicuro, quindi un nuovo tentativo sarà veloce.
failure-bad_film = Questo file non si può leggere come video
    .body = Controlla che sia il file giusto e che sia completo.
failure-no_sound = Questo video non c’è in quella lingua
    .body = Cerca di nuovo il video e scegli una delle sue lingue.
failure-no_part = Questa parte non si può salvare
    .body = Il video è più corto, oppure si può salvare solo intero. Salvalo di nuovo con altri tempi, o per intero.
failure-other_ending = Questo video non può avere quell’estensione
    .body = Salvalo di nuovo e scegli un altro tipo di file.
failure-encrypted = Questo video è crittografato
    .body = Solo il lettore del proprietario può aprirlo. Questa app non rimuove la protezione.
failure-unsupported = Questo video è in un formato che non conosciamo
    .body = Inviaci i dettagli, così potremo aggiungerlo.
failure-internal = Qualcosa è andato storto nell’app
    .body = I dati scaricati sono al sicuro. Riavvia l’app per riprendere.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Manca una parte di Windows
    .body = La finestra dell’app richiede Microsoft Edge WebView2, che non è su questo computer. Scaricalo gratis da Microsoft, poi riapri l’app.
shell-no_page = L’app non riesce a mostrare la sua finestra
    .body = I dati scaricati sono al sicuro. Riprova; se non basta, chiudi l’app e riaprila.
shell-get = Scarica
menu-app = { $app }
    .about = Informazioni su { $app }
    .settings = Impostazioni…
    .hide = Nascondi { $app }
    .hide_others = Nascondi altre
    .show_all = Mostra tutte
    .quit = Esci da { $app }
menu-edit = Modifica
    .undo = Annulla
    .redo = Ripristina
    .cut = Taglia
    .copy = Copia
    .paste = Incolla
    .select_all = Seleziona tutto
menu-window = Finestra
    .minimize = Contrai
    .zoom = Ridimensiona
    .close = Chiudi
menu-help = Aiuto
