### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Videó mentése a Ustreamről vagy az IBM Videóról
    .body = Illeszd be egy már véget ért vagy épp zajló közvetítés linkjét.
paste-label = A videó linkje
paste-placeholder = video.ibm.com/recorded/123456
paste-find = Videó keresése
paste-paste = Beillesztés
paste-drop = A linket erre az ablakra is húzhatod.
    .here = Engedd el a linket a videó kereséséhez
copied-heading = Kimásoltál egy linket
    .said = A kimásolt link használatra kész.
copied-use = A link használata
remux-open = MP4 készítése videófájlból…

looking-heading = A videó keresése…
    .body = Ez általában néhány másodperc.
    .slow = Még keressük. Az oldal lassan válaszol.

## Several videos behind one link

choose-channel =
    { $count ->
        [one] A link egy csatornára mutat, ahol { $count } videó van
       *[other] A link egy csatornára mutat, ahol { $count } videó van
    }
    .several = A link egy csatornára mutat, ahol több videó van
    .body = Jelöld ki, amelyiket szeretnéd.
    .kept = Figyelt csatornák
    .keep = A csatorna új videóinak mentése magától
    .keep_body = Amíg az app nyitva van, néhány óránként megnézi, és felveszi az adást, amely elkezdődik. A csatornát a beállításokban találod.
    .kept_none = Még nincs csatorna. Illeszd be egy csatorna linkjét, és válaszd ott „A csatorna új videóinak mentése magától” lehetőséget.
    .kept_since = { $date } óta · itt: { $folder }
    .kept_looked = utoljára megnézve: { $date }
    .kept_never = még nincs megnézve
    .kept_tell = Csak szóljon az új videókról
    .kept_remove = Eltávolítás
    .kept_removed = { $title } többé nincs figyelve. A mentett videók megmaradnak.
    .kept_new = Új: { $titles }
choose-page =
    { $count ->
        [one] Ezen az oldalon { $count } videó van
       *[other] Ezen az oldalon { $count } videó van
    }
choose-all = Összes kijelölése
    .none = Kijelölés törlése
    .new = Csak az újak
choose-more = Továbbiak
choose-saved = Elmentve: { $date }
choose-shown = { $total } közül { $shown } látható
choose-ticked =
    { $count ->
        [0] Nincs kijelölve egy sem
        [one] { $count } kijelölve, { $duration }
       *[other] { $count } kijelölve, { $duration }
    }
choose-continue = Folytatás ({ $count })
choose-ready =
    { $count ->
        [one] { $count } videó mentése
       *[other] { $count } videó mentése
    }
    .body = Mindegyiket a saját nevén mentjük.
    .oldest = Kezdés a legrégebbivel
choose-back = Vissza a listához

## Ready to save

ready-said = Mentésre kész. { $title }, { $facts }
ready-untitled = Videó: { $recording }
ready-all = Teljes szöveg
ready-newest = A link egy csatornára mutat. A legújabb videóját látod.
ready-size = kb. { $size }
ready-type = Fájltípus
ready-mp4 = MP4
    .body = Mindenhol lejátszható.
ready-flv = FLV
    .body = Az eredeti, változtatás nélkül.
ready-mp3 = MP3
    .body = Régebbi lejátszókhoz. A hangot újrakódoljuk.
    .m4a = M4A
    .m4a_body = A hang, változtatás nélkül.
ready-quality = Minőség
quality-height = { $height }p
ready-sound = Hang
    .usual = A videó saját hangja
    .all = Minden nyelv
ready-name = Név
    .replaced = A fájl neve ez lesz: { $file }.
part = Csak egy rész…
    .from = Ettől
    .to = Eddig
    .hint = Például 1:30 vagy 1:02:00. Az üres mező az elejét vagy a végét jelenti.
    .wrong = Így írja be az időket: 1:30 vagy 1:02:00.
    .empty = A végének az eleje után kell lennie.
    .beyond = A videó csak { $length } hosszú.
    .original = Az eredeti csak bizonyos helyeken vágható el, ezért a rész néhány másodperccel hosszabb lehet.
    .saved = A videó egy része: { $from }–{ $to }.
    .clamped = A videó korábban véget ér, mint ahogy kérte.
ready-save = Videó mentése
    .starting = Indítás…
    .change = Módosítás
live = Ez az adás most megy
    .hint = Addig vesszük fel, amíg véget nem ér, vagy amíg le nem állítod.
    .record = Felvétel az elejétől
    .now = Felvétel mostantól
    .recordings = A csatorna videói
    .stop = Leállítás és mentés
    .disk_full = A lemez majdnem megtelt, ezért a felvétel befejeződött.
    .silent = Az adás már semmit sem küldött, ezért a felvétel befejeződött.
    .soon = Ez az adás még nem kezdődött el
    .soon_hint = Amint elkezdődik, felvesszük. Addig hagyd nyitva az alkalmazást.
    .soon_record = Felvétel, amikor elkezdődik
    .since = { $time } óta
    .continued = A felvétel egy további fájlban folytatódik.
low-space = Nincs elég hely itt: { $folder }
    .body = Kb. { $need } kell, de csak { $free } szabad.
low-space-anyway = Mentés mindenképp
too-large = Ekkora fájl nem menthető ide: { $folder }
    .body = Ott egy fájl legfeljebb { $most } lehet, ez a videó viszont kb. { $need }.
saved-before = Ezt a videót már elmentetted: { $date }
    .body = A fájl ({ $file }) itt van: { $folder }.
saved-before-again = Mentés újra
saving-now = Ezt a videót már mentjük: { $percent }
    .plain = Ezt a videót már mentjük
saving-show = Megjelenítés

folder-label = Mentés ide
folder-free = { $free } szabad
folder-change = Módosítás…
folder-choose = Másik mappa választása
folder-lost = Ez a mappa nem található: { $folder }
    .body = A videók egyelőre ide kerülnek: { $now }. Csatlakoztasd újra a meghajtót, vagy válassz másik mappát.

## Locked videos: password, form, owner’s page

password-label = Jelszó
password-show = Jelszó megjelenítése
password-send = Feloldás
form-send = Küldés és folytatás
form-again = Küldés újra
form-optional = { $label } (nem kötelező)
form-said = Az oldal üzenete: { $message }
page-label = A tulajdonos oldalának címe
page-send = Folytatás
field-wrong = Töltsd ki ezt a mezőt.
    .email = Ez nem tűnik e-mail-címnek.
    .url = Illeszd be az oldal teljes címét. Így kezdődik: http.
form-remember = Adatok megjegyzése ezen a számítógépen
proxy-name = Felhasználónév

## A job

job-queued = Sorára vár
    .body = Akkor indul, amikor az előző videó elkészült.
job-resolving = Előkészítés…
    .body = Megkérdezzük az oldalt, hol van a videó.
job-fetching = Letöltés
    .body = A számítógépet közben is használhatod.
    .silent = { $time } óta nem érkezik adat. Tovább próbálkozunk…
job-finishing = Befejezés…
    .body = Internetre már nincs szükség.
job-converting = Az MP4 készítése
    .body = A kép és a hang nem változik.
job-recording = Az adás felvétele
    .body = Akkor mentjük, amikor véget ér, vagy amikor leállítod.
job-encoding = Az MP3 készítése
    .body = A hangot újrakódoljuk.
job-moving = Áthelyezés a másik mappába
    .body = Ami már megvan, az is átkerül. Utána folytatódik a letöltés.
job-waiting = Várakozás az internetre…
    .body = Magától folytatódik. Semmi sem veszett el.
job-waiting-login = A wifi bejelentkezést kér
    .body = Nyiss meg egy weboldalt a böngészőben, és jelentkezz be ott. Utána magától folytatódik.
job-waiting-site = Várakozás a videós oldalra…
    .body = Nem válaszol, vagy szünetet kért. Utána magától folytatódik.
job-waiting-stream = Az adás szünetel
    .body = Várunk, és magunktól folytatjuk.
job-waiting-mirror = Várakozás a videó kiszolgálójára…
    .body = A videós oldal működik, de a videó kiszolgálója nem küld semmit. Utána magától folytatódik.
job-waiting-segments = A hiányzó rész keresése…
    .body = Az oldalon most nincs meg az egész videó. Még néhányszor megpróbáljuk.
job-stalled = Egy ideje nem halad…
    .body = Tovább próbálkozunk. Semmi sem veszett el.
job-paused = Szünetel
    .body = Semmi sem veszett el. Bezárhatod az alkalmazást.
    .at = Szünetel { $percent }-nál
job-progress = Haladás: { $title }
job-said = { $percent } letöltve
job-title = { $percent } – { $title }
bytes-of = { $done } / { $total }
    .about = { $done } / kb. { $total }
bytes-so-far = eddig { $done }
left-seconds = kevesebb mint egy perc van hátra
left-minutes =
    { $minutes ->
        [one] kb. { $minutes } perc van hátra
       *[other] kb. { $minutes } perc van hátra
    }
left-hours =
    { $hours ->
        [one] kb. { $hours } óra van hátra
       *[other] kb. { $hours } óra van hátra
    }

job-pause = Szünet
job-continue = Folytatás
job-cancel = Mégse
job-another = Másik videó mentése

stop-heading = Abbahagyjuk a videó mentését?
    .body = { $done } már megvan.
    .nothing = Még semmi sincs meg belőle.
stop-keep = Megtartás későbbre
stop-delete = Törlés
stop-go-on = Mentés folytatása
stopped-heading = Leállítva
    .kept = A befejezetlen részt megtartottuk.
    .deleted = A befejezetlen részt töröltük.
stopped-continue = A videó folytatása
close-heading =
    { $count ->
        [one] Egy videó mentése még tart
       *[other] { $count } videó mentése még tart
    }
    .body = Ha most bezárod, legközelebb folytathatod.
close-close = Bezárás
close-stay = Nyitva hagyás
unfinished-heading =
    { $count ->
        [one] Van egy befejezetlen videód
       *[other] { $count } befejezetlen videód van
    }
unfinished-later = Később

saved-heading = Elmentve
saved-facts = { $size } · { $duration } · itt: { $folder }
    .captions = A feliratokat nem sikerült átalakítani. Változatlanul elmentve: { $file }
    .cues = Néhány feliratot nem sikerült átalakítani. Mind változatlanul elmentve: { $file }
saved-said = Elmentve. A fájl ({ $file }) itt van: { $folder }.
saved-gaps = Elmentve, de hiányzik belőle { $duration }
    .other = Elmentve, de nem teljes
    .body = Hiányzó rész itt: { $times }.
    .segments = Nem letölthető részek: { $count } / { $total }.
    .empty = Kép és hang nélküli részek: { $count }.
    .misplaced = A videó más helyéről származó részek: { $count }.
    .shorter = Ennyivel rövidebb, mint az oldal szerint: { $duration }.
    .video = Hiányzik a kép.
    .audio = Hiányzik a hang.
    .language = Hiányzik a hang ezen a nyelven: { $language }.
    .rendition = A választott minőség ({ $wished }) nem volt elérhető, ezért egy másikat mentettünk el.
fact-lost = Elveszett: { $duration } ({ $time })
    .video = Elveszett kép: { $duration } ({ $time })
    .audio = Elveszett hang: { $duration } ({ $time })
    .bytes = A fájlból { $size } nem olvasható: ott megszakad vagy sérült.
    .unreadable = Elveszett: { $duration } ({ $time }). Hiányoznak a lejátszásához szükséges adatok.
fact-left-out = Kimaradt: { $name }
    .pause = Egy szünet ({ $time }) túl hosszú volt egy fájlhoz. Most ennyivel rövidebb: { $duration }.
    .moved = Itt újraindul az óra: { $time }. Ami utána jön, a helyére került.
    .repeated = Kétszer érkezett, de csak egyszer van benne: { $duration } ({ $time }).
saved-reveal = Megjelenítés mappában
saved-play = Lejátszás
saved-not-opened = Nem sikerült megnyitni
    .body = Lehet, hogy a fájlt a mentés óta áthelyezték vagy átnevezték.
    .copy = Útvonal másolása

others-heading = Mentés alatt ({ $count })
    .waiting = Várakozik ({ $count })
    .stopped = Leállítva ({ $count })
batch-saved = { $total } közül { $saved } elmentve
    .all = Minden videó elmentve ({ $total })
    .failed = { $count } nem sikerült
batch-pause = Összes szüneteltetése
batch-continue = Összes folytatása
batch-again = Sikertelenek újrapróbálása
row-more = További műveletek: { $title }
    .plain = Továbbiak
saved-list = Mentett videók ({ $count })
    .page = Weblap készítése a mappáról
saved-list-forget = Eltávolítás a listáról
    .all = Összes eltávolítása a listáról
    .ask = Eltávolítja ezt a { $count } videót a listáról?
    .body = A fájlok megmaradnak.
    .keep = Megtartás
saved-list-removed = Eltávolítva a listáról: { $file }. Maga a fájl megmarad.
    .undo = Visszavonás
delete-file = Fájl törlése…
    .ask = Törlöd ezt: { $file }?
    .body = A számítógép lomtárába kerül.
    .keep = Megtartás
    .done = { $file } a lomtárba került.
delete-file-failed = A fájlt nem sikerült a lomtárba helyezni
    .body = Töröld inkább a mappájában.
list-search = Keresés a videók között
    .none = Nincs találat
    .state = Megjelenítés
    .all = Mind
    .saving = Mentés alatt
    .waiting = Várakozik
    .stopped = Leállítva
    .saved = Elmentve
saved-list-again = Letöltés újra
check-file = Ellenőrzés
    .running = { $file } ellenőrzése…
    .whole = { $file } hibátlan.
    .damaged = { $file } sérült. A videót újra letöltheted.
    .changed = A fájl már nem olyan, amilyennek mentettük.
    .unreadable = Már nem játszható le.
    .shorter = { $duration } hiányzik belőle.
    .gone = { $file } hiányzik vagy nem olvasható.
list-damaged = A lista egy részét nem sikerült beolvasni
    .body = Félretettük. A mentett fájlok érintetlenek.

## Settings

settings-heading = Beállítások
settings-done = Kész
settings-most = Legfeljebb { $height }p
    .best = Legjobb
    .smallest = Legkisebb
    .audio = Csak hang
settings-template = Fájlnevek
    .body = A { "{title}" }, { "{owner}" }, { "{date}" }, { "{id}" } és { "{quality}" } helyére a videó ismert adatai kerülnek. A perjel mappát hoz létre; a dátum az UTC szerinti nap.
    .wrong = Ez nem lehet név. Kell bele { "{title}" } vagy { "{id}" }, és minden kapcsos zárójelnek meg kell lennie a párja.
    .folders = Minden csatornának külön mappa
settings-example = Például: { $name }
settings-captions = Feliratok mentése is, ha vannak
    .type = A feliratok fájltípusa
    .picture = Az előnézeti kép mentése is, külön fájlba
settings-maker = Az MP4-et készíti
settings-builtin = Ez az alkalmazás
settings-ffmpeg = ffmpeg
    .missing = Az ffmpeg nem található.
    .pick = Az ffmpeg kiválasztása…
settings-at-once = Egyszerre mentett videók
    .speed = Maradjon sebesség másoknak is
    .unlimited = Nincs korlát
    .most = Legfeljebb { $speed }
    .after = Ha minden el van mentve
    .nothing = Ne történjen semmi
    .show_folder = A mappa megnyitása
    .sleep = A számítógép altatása
    .shut_down = A számítógép kikapcsolása
    .asks_sleep = A számítógép alvó állapotba kerül
    .asks_shut_down = A számítógép kikapcsol
    .seconds = Minden el van mentve. Hátralévő másodpercek: { $seconds }
settings-language = Nyelv
settings-system = A számítógép nyelve
settings-remember = A regisztrációs adataim megjegyzése
    .body = Ennek a számítógépnek a kulcstartójában tároljuk őket.
settings-remember-proxy = A proxyhoz tartozó felhasználónevem és jelszavam megjegyzése
settings-updates = Új verzió keresése az alkalmazás indításakor
settings-version = Verzió: { $version }
    .licence = Szabad szoftver, MIT licenccel.
    .legal = Csak olyan videót ments, amelyet szabad megtartanod.
settings-advanced = Speciális
help-heading = Súgó
help-links = Milyen linkek működnek?
    .body = A ustream.tv és a video.ibm.com véget ért adásainak linkjei. Akkor másold ki a címet, amikor a böngésző a videót mutatja.
help-resume = Mi történik, ha megszakad a kapcsolat?
    .body = Semmi sem vész el. Az alkalmazás magától folytatja. Be is zárhatod, és legközelebb folytathatod.
help-play = A fájl nem játszható le. Mit tegyek?
    .body = Válaszd az „Ellenőrzés” lehetőséget a mentett videók listájában. Ha a fájl sértetlen, nyisd meg másik lejátszóval, például a VLC-vel.
help-session = A videóhoz céges bejelentkezés kell. Mit tegyek?
    .body = Használd a Chrome-ot vagy az Edge-et. Nyisd meg a videó oldalát, nyomd meg az F12 billentyűt, és válaszd a „Hálózat” lapot. Töltsd be újra az oldalt, játszd le a videót néhány másodpercig, majd válaszd ott a „HAR exportálása” lehetőséget. Húzd az elmentett fájlt erre az ablakra.
    .open = Böngészőmunkamenet megnyitása…

## A new version of the app

update-heading = Megjelent az alkalmazás { $version } verziója
    .body = Az alkalmazás bezárul, frissül, majd újra megnyílik. A videók és a beállítások megmaradnak.
update-later = Most nem
update-notes = Újdonságok
update-install = Frissítés most
update-installing = Az új verzió letöltése és telepítése…
update-unreachable = Az új verziót nem sikerült letölteni
    .body = Ellenőrizd az internetkapcsolatot, majd próbáld újra. Az alkalmazás úgy működik, mint eddig.
update-refused = Az új verziót nem telepítettük
    .body = A letöltött fájl sérült, vagy nem az alkalmazás készítőitől származik. Az alkalmazás úgy működik, mint eddig.
update-failed = Az új verziót nem sikerült telepíteni
    .body = Az alkalmazás fájljai nem cserélhetők le. Az alkalmazás úgy működik, mint eddig.

## Buttons of failures

do-again = Újrapróbálás
do-other-link = Másik link használata
do-keep-gaps = A meglévő rész megtartása
do-save-anyway = Mentés mindenképp
do-keep-anyway = Megtartás mindenképp
do-start-over = Kezdés elölről
do-check-again = Ellenőrzés újra
do-try-now = Próbálkozás most
do-browse = Megnyitás böngészőben
do-restart = Az alkalmazás újraindítása
do-show-original = Az eredeti megjelenítése

details = Részletek
details-copy = Részletek másolása
    .copied = Másolva

## A report of a problem

report = Jelentés mentése…
    .intro = Azt mutatja, mit válaszolt a videós oldal, hogy mások megtalálhassák a hiba okát.
    .hidden = A jelszavak, a válaszaid, valamint az e-mail- és IP-címek kimaradnak belőle.
    .requests =
        { $count ->
            [one] { $count } kérés
           *[other] { $count } kérés
        }
    .titles = A videók címe is maradjon ki
    .busy = A jelentés előkészítése…
    .save = Jelentés mentése
    .saved = A jelentés elmentve

## Failures, by code

failure-not_a_link = Nem találunk linket ebben a szövegben
    .body = Így kell kinéznie: video.ibm.com/recorded/123456.
failure-other_site = Ez az alkalmazás csak a Ustreammel és az IBM Videóval működik
    .body = Ezen az oldalon nincs tőlük videó: { $detail }.
failure-offline = Nincs internetkapcsolat
    .body = Ellenőrizd a wifit vagy a kábelt, majd próbáld újra.
failure-wifi_login = A wifi bejelentkezést kér
    .body = Nyiss meg egy weboldalt a böngészőben, jelentkezz be ott a wifire, majd próbáld újra.
failure-dns_failing = A hálózat nem találja a videós oldalt
    .body = Van kapcsolat, de a hálózat nem ismeri az oldal nevét. Indítsd újra a routert, vagy próbáld egy másik hálózatról.
failure-connection_refused = A videós oldalhoz való kapcsolódást elutasították
    .body = Ellenőrizd a számítógép tűzfalát vagy biztonsági programját. Ha nem ez az oka, lehet, hogy az oldal nem működik: próbáld újra később.
failure-proxy_login = A hálózat felhasználónevet és jelszót kér
    .body = Add meg azt, amit ezen a hálózaton az internethez használsz.
failure-proxy_refused = A hálózat nem engedélyezi a videós oldalt
    .body = A proxyja elutasítja a kapcsolatot. Kérdezd meg a hálózat kezelőjét, vagy próbáld egy másik hálózatról.
failure-proxy_down = A hálózat proxyja nem válaszol
    .body = Ez a számítógép azon keresztül éri el az internetet. Ellenőrizd a proxyt a rendszer hálózati beállításaiban.
failure-proxy_script = A hálózat szkripttel választ proxyt
    .body = Ez az alkalmazás nem tudja futtatni. Kérdezd meg a proxyt a hálózat kezelőjétől, és add meg a rendszer hálózati beállításaiban.
failure-untrusted = A kapcsolat a videós oldallal nem biztonságos
    .body = Valaki más válaszol helyette, { $detail } tanúsítványával. Próbáld egy másik hálózatról, vagy kérdezd meg ennek a kezelőjét.
failure-wrong_clock = Rosszul jár a számítógép órája
    .body = A biztonságos kapcsolatokhoz pontos idő kell. Állítsd be a dátumot és az időt, majd próbáld újra.
failure-no_certificates = Ez a számítógép nem tudja ellenőrizni a biztonságos kapcsolatokat
    .body = Hiányzik a megbízható tanúsítványok listája. Telepítsd (sok rendszeren ca-certificates a neve), majd nyisd meg újra az alkalmazást.
failure-site_down = A videós oldal nem válaszol
    .body = Lehet, hogy túlterhelt. Várj néhány percet, majd próbáld újra.
failure-page_down = Az az oldal nem válaszol
    .body = Nyisd meg a böngészőben, ellenőrizd a linket, majd próbáld újra.
failure-busy = Az oldal azt kéri, hogy lassítsunk
    .body = Várj néhány percet, majd próbáld újra.
failure-stalled = A videó letöltése megakadt
    .body = Az oldal szinte semmit sem küld. Semmi sem veszett el: várj néhány percet, majd próbáld újra.
failure-bad_answer = Az oldal válasza értelmezhetetlen
    .body = Ha ez egy szálloda vagy kávézó wifije, előbb jelentkezz be rá a böngészőben. Különben várj néhány percet, majd próbáld újra.
failure-not_found = Ez a videó már nem található
    .body = Eltávolították, vagy hibás a link. Ellenőrzésképpen nyisd meg a linket a böngészőben.
failure-still_live = Ez a közvetítés még tart
    .body = Gyere vissza, ha véget ért, és közzétették a felvételt.
failure-not_recorded = A tulajdonos nem őrizte meg a felvételt
    .body = Kérdezd meg a csatorna tulajdonosát.
failure-needs_form = Ehhez a videóhoz előbb regisztrálni kell
    .body = Ezeket az adatokat a tulajdonos kéri. Hozzá kerülnek, nem hozzánk.
failure-form_refused = Az oldal nem fogadta el az űrlapot
    .body = Ellenőrizd, amit beírtál, majd küldd el újra.
failure-session_unreadable = Ebben a fájlban nincs videó
    .body = Nem elmentett böngészőmunkamenet, vagy nem játszottak le benne egyetlen videót sem a Ustream vagy az IBM Video oldaláról.
failure-session_expired = Ez a böngészőmunkamenet túl régi
    .body = A videós oldal már nem fogadja el. Ments el egy újat, és nyisd meg minél előbb.
failure-needs_password = Ehhez a videóhoz jelszó kell
    .body = Ha nem tudod, kérdezd meg attól, aki megosztotta.
failure-wrong_password = Ez a jelszó nem jó
    .body = Ellenőrizd a kis- és nagybetűket és a szóközöket, majd próbáld újra.
failure-members_only = Ezt csak a meghívottak nézhetik
    .body = Céges vagy rendezvényhez tartozó bejelentkezés kell hozzá, erre ez az alkalmazás nem képes.
failure-region = Az országodban nem érhető el
    .body = A tulajdonos korlátozza, hol lehet megnézni.
failure-embed_only = Csak a tulajdonos oldalán játszható le
    .body = Illeszd be annak az oldalnak a címét, ahol nézed.
failure-locked = A tulajdonos zárolta ezt a videót
    .body = Az ilyen zárolást ez az alkalmazás nem tudja feloldani.
failure-changed = A videó megváltozott az oldalon
    .body = Ami eddig letöltődött, már nem illik hozzá. Semmit sem töröltünk. Az új videóval elölről kezdheted.
failure-pieces_missing = Ez a videó nem teljes
    .body = Próbáld újra, hogy a többi is meglegyen, vagy tartsd meg, ami megvan.
    .share = Hiányzik: { $missing } / { $total }, itt: { $times }.
failure-low_space = Nincs elég hely ehhez a videóhoz
    .body = Szabadíts fel helyet, majd próbáld újra. A videó mérete csak becslés.
    .room = Szükséges: kb. { $needed }. Szabad: { $there }.
failure-disk_full = Megtelt a lemez
    .body = Szabadíts fel helyet, majd próbáld újra. Ami megvan, az biztonságban van.
failure-quota_full = Elfogyott a neked kijelölt hely a lemezen
    .body = Törölj onnan saját fájlokat, majd próbáld újra. Ami megvan, az biztonságban van.
failure-file_too_large = Ekkora fájl nem menthető erre a meghajtóra
    .body = Válassz mappát egy másik meghajtón. Ami már megvan, az is átkerül.
    .room = Szükséges: kb. { $needed }. A legnagyobb lehetséges fájl: { $there }.
failure-no_write = Nem tudunk ebbe a mappába írni
    .body = Csatlakoztasd újra a meghajtót, vagy engedélyezd az írást a mappába, majd próbáld újra.
failure-own_folder = Az alkalmazás nem tud a saját mappájába írni
    .body = Engedélyezd az írást itt: { $detail }, majd nyisd meg újra az alkalmazást.
failure-read_only = Ez a meghajtó csak olvasható
    .body = Engedélyezd az írást (egyes kártyákon kapcsoló van), vagy válassz mappát egy másik meghajtón.
failure-folder_full = Ebbe a mappába nem tehető több mappa
    .body = Távolíts el belőle mappákat, vagy válassz másikat.
failure-bad_name = Ez a meghajtó nem fogadja el ezt a nevet
    .body = Válassz mappát egy másik meghajtón.
failure-drive_gone = A mappa már nincs meg
    .body = Ha külső meghajtón van, csatlakoztasd azt újra, majd próbáld meg még egyszer.
failure-file_held = Egy másik programban meg van nyitva ez a fájl
    .body = Zárd be a lejátszót vagy a másik programot, majd próbáld újra. Ami megvan, az biztonságban van.
failure-in_use = Ezt a videót már mentjük
    .body = Egy másik ablak vagy program éppen ezt a fájlt menti. Várd meg, amíg végez.
failure-ffmpeg_missing = Az ffmpeg nem található
    .body = Telepítsd, majd próbáld újra. Semmit sem töltöttünk le.
failure-convert_failed = A fájlt nem sikerült átalakítani
    .body = Az eredeti hiánytalan, ugyanabban a mappában van.
failure-check_failed = A fájl nem ment át az ellenőrzésen
    .body = Amit letöltöttünk, megtartottuk, így az új próba gyors lesz.
failure-bad_film = Ez a fájl nem olvasható videóként
    .body = Ellenőrizd, hogy a jó fájl-e, és hogy hiánytalan-e.
failure-no_sound = Ez a videó nincs meg ezen a nyelven
    .body = Keresd meg újra a videót, és válassz az elérhető nyelvek közül.
failure-no_part = Ez a rész nem menthető
    .body = A videó rövidebb, vagy csak egészben menthető. Mentse újra más időkkel, vagy az egészet.
failure-other_ending = Ennek a videónak nem lehet ilyen kiterjesztése
    .body = Mentsd el újra, és válassz másik fájltípust.
failure-encrypted = Ez a videó titkosított
    .body = Csak a tulajdonos lejátszója tudja megnyitni. Ez az alkalmazás nem távolítja el a védelmet.
failure-unsupported = Ezt a videót ismeretlen módon tárolják
    .body = Kérjük, küldd el nekünk a részleteket, hogy támogatni tudjuk.
failure-internal = Valami félrement az alkalmazásban
    .body = Ami már letöltődött, megmaradt. Indítsd újra az alkalmazást a folytatáshoz.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Hiányzik a Windows egyik összetevője
    .body = Az alkalmazás ablakához Microsoft Edge WebView2 kell, amely nincs ezen a számítógépen. Töltsd le ingyen a Microsofttól, majd nyisd meg újra az alkalmazást.
shell-no_page = Az alkalmazás nem tudja megjeleníteni az ablakát
    .body = Ami már letöltődött, megmaradt. Próbáld újra; ha ez nem segít, zárd be az alkalmazást, és nyisd meg újra.
shell-get = Letöltés
menu-app = { $app }
    .about = { $app } névjegye
    .settings = Beállítások…
    .hide = { $app } elrejtése
    .hide_others = Többi elrejtése
    .show_all = Összes megjelenítése
    .quit = Kilépés a következőből: { $app }
menu-edit = Szerkesztés
    .undo = Visszavonás
    .redo = Mégis
    .cut = Kivágás
    .copy = Másolás
    .paste = Beillesztés
    .select_all = Összes kijelölése
menu-window = Ablak
    .minimize = Kis méret
    .zoom = Nagyítás
    .close = Bezárás
menu-help = Súgó
