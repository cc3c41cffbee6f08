### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Zapisz film z Ustream lub IBM Video
    .body = Wklej link do transmisji, która już się zakończyła albo właśnie trwa.
paste-label = Link do filmu
paste-placeholder = video.ibm.com/recorded/123456
paste-find = Znajdź film
paste-paste = Wklej
paste-drop = Link możesz też przeciągnąć na to okno.
    .here = Upuść link, żeby znaleźć film
copied-heading = Skopiowano link
    .said = Skopiowany link jest gotowy do użycia.
copied-use = Użyj tego linku
remux-open = Utwórz MP4 z pliku wideo…

looking-heading = Szukanie filmu…
    .body = Zwykle trwa to kilka sekund.
    .slow = Próbujemy dalej. Serwis odpowiada powoli.

## Several videos behind one link

choose-channel =
    { $count ->
        [one] To kanał z { $count } filmem
        [few] To kanał z { $count } filmami
        [many] To kanał z { $count } filmami
       *[other] To kanał z { $count } filmu
    }
    .several = To kanał z wieloma filmami
    .body = Zaznacz te, które chcesz zapisać.
    .kept = Obserwowane kanały
    .keep = Samodzielnie zapisuj nowe filmy z tego kanału
    .keep_body = Gdy aplikacja jest otwarta, sprawdza co kilka godzin i nagrywa transmisję, która się zaczyna. Kanał znajdziesz w ustawieniach.
    .kept_none = Nie ma jeszcze żadnego kanału. Wklej link do kanału i wybierz tam „Samodzielnie zapisuj nowe filmy z tego kanału”.
    .kept_since = Od { $date } · w folderze { $folder }
    .kept_looked = ostatnio sprawdzono { $date }
    .kept_never = jeszcze nie sprawdzono
    .kept_tell = Tylko powiadamiaj o nowych filmach
    .kept_remove = Usuń
    .kept_removed = Kanał { $title } nie jest już obserwowany. Zapisane filmy zostają.
    .kept_new = Nowe: { $titles }
choose-page =
    { $count ->
        [one] Na tej stronie jest { $count } film
        [few] Na tej stronie są { $count } filmy
        [many] Na tej stronie jest { $count } filmów
       *[other] Na tej stronie jest { $count } filmu
    }
choose-all = Zaznacz wszystkie
    .none = Odznacz wszystkie
    .new = Tylko nowe
choose-more = Pokaż więcej
choose-saved = Zapisano { $date }
choose-shown = Pokazano { $shown } z { $total }
choose-ticked =
    { $count ->
        [0] Nic nie zaznaczono
        [one] Zaznaczono: { $count }, { $duration }
        [few] Zaznaczono: { $count }, { $duration }
        [many] Zaznaczono: { $count }, { $duration }
       *[other] Zaznaczono: { $count }, { $duration }
    }
choose-continue = Dalej ({ $count })
choose-ready =
    { $count ->
        [one] Zapisz { $count } film
        [few] Zapisz { $count } filmy
        [many] Zapisz { $count } filmów
       *[other] Zapisz { $count } filmu
    }
    .body = Każdy zostanie zapisany pod własną nazwą.
    .oldest = Zacznij od najstarszych
choose-back = Wróć do listy

## Ready to save

ready-said = Gotowe do zapisania. { $title }, { $facts }
ready-untitled = Film { $recording }
ready-all = Pokaż wszystko
ready-newest = To link do kanału. Oto jego najnowszy film.
ready-size = około { $size }
ready-type = Typ pliku
ready-mp4 = MP4
    .body = Działa wszędzie.
ready-flv = FLV
    .body = Oryginał bez zmian.
ready-mp3 = MP3
    .body = Dla starszych odtwarzaczy. Dźwięk jest kodowany ponownie.
    .m4a = M4A
    .m4a_body = Dźwięk bez zmian.
ready-quality = Jakość
quality-height = { $height }p
ready-sound = Dźwięk
    .usual = Domyślny
    .all = Wszystkie języki
ready-name = Nazwa
    .replaced = Film zostanie zapisany jako { $file }.
part = Tylko fragment…
    .from = Od
    .to = Do
    .hint = Na przykład 1:30 albo 1:02:00. Puste pole oznacza początek albo koniec.
    .wrong = Wpisz czasy tak: 1:30 albo 1:02:00.
    .empty = Koniec musi być później niż początek.
    .beyond = Ten film trwa tylko { $length }.
    .original = Oryginał można przeciąć tylko w niektórych miejscach, więc fragment może być o kilka sekund dłuższy.
    .saved = Fragment filmu, od { $from } do { $to }.
    .clamped = Film kończy się wcześniej, niż wpisano.
ready-save = Zapisz film
    .starting = Rozpoczynanie…
    .change = Zmień
live = Ta transmisja trwa teraz
    .hint = Będzie nagrywana do końca albo do chwili, gdy ją zatrzymasz.
    .record = Nagraj od początku
    .now = Nagraj od teraz
    .recordings = Filmy tego kanału
    .stop = Zatrzymaj i zapisz
    .disk_full = Dysk jest prawie pełny, więc nagrywanie zakończono.
    .silent = Transmisja nic już nie wysyłała, więc nagrywanie zakończono.
    .soon = Ta transmisja jeszcze się nie zaczęła
    .soon_hint = Nagrywanie ruszy, gdy tylko się zacznie. Do tego czasu zostaw aplikację otwartą.
    .soon_record = Nagraj, gdy się zacznie
    .since = od { $time }
    .continued = Nagranie jest kontynuowane w kolejnym pliku.
low-space = Za mało miejsca w folderze { $folder }
    .body = Potrzeba około { $need }, a wolne jest { $free }.
low-space-anyway = Zapisz mimo to
too-large = W folderze { $folder } nie można zapisać tak dużego pliku
    .body = Plik może tam mieć najwyżej { $most }, a ten film ma około { $need }.
saved-before = Ten film zapisano { $date }
    .body = Plik { $file } jest w folderze { $folder }.
saved-before-again = Zapisz ponownie
saving-now = Ten film jest już zapisywany: { $percent }
    .plain = Ten film jest już zapisywany
saving-show = Pokaż

folder-label = Zapisz w
folder-free = wolne: { $free }
folder-change = Zmień…
folder-choose = Wybierz inny folder
folder-lost = Nie można znaleźć folderu { $folder }
    .body = Na razie filmy trafiają do folderu { $now }. Podłącz dysk ponownie lub wybierz inny folder.

## Locked videos: password, form, owner’s page

password-label = Hasło
password-show = Pokaż hasło
password-send = Odblokuj
form-send = Wyślij i kontynuuj
form-again = Wyślij ponownie
form-optional = { $label } (opcjonalnie)
form-said = Komunikat serwisu: { $message }
page-label = Adres strony właściciela
page-send = Dalej
field-wrong = Wypełnij to pole.
    .email = To nie wygląda na adres e-mail.
    .url = Wklej pełny adres strony, zaczynający się od http.
form-remember = Zapamiętaj te dane na tym komputerze
proxy-name = Nazwa użytkownika

## A job

job-queued = Czeka na swoją kolej
    .body = Rozpocznie się, gdy poprzedni film będzie gotowy.
job-resolving = Przygotowywanie…
    .body = Pytamy serwis, gdzie jest film.
job-fetching = Pobieranie
    .body = Możesz dalej korzystać z komputera.
    .silent = Już { $time } bez danych. Próbujemy dalej…
job-finishing = Kończenie…
    .body = Internet nie jest już potrzebny.
job-converting = Tworzenie MP4
    .body = Obraz i dźwięk pozostają bez zmian.
job-recording = Nagrywanie transmisji
    .body = Zostanie zapisana, gdy się skończy albo gdy ją zatrzymasz.
job-encoding = Tworzenie MP3
    .body = Dźwięk jest kodowany ponownie.
job-moving = Przenoszenie do innego folderu
    .body = To, co już pobrano, też zostanie przeniesione. Potem pobieranie ruszy dalej.
job-waiting = Oczekiwanie na internet…
    .body = Pobieranie ruszy dalej samo. Nic nie przepadło.
job-waiting-login = Sieć Wi-Fi wymaga zalogowania się
    .body = Otwórz dowolną stronę w przeglądarce i zaloguj się tam. Zapisywanie ruszy dalej samo.
job-waiting-site = Oczekiwanie na serwis wideo…
    .body = Serwis nie odpowiada albo prosi o przerwę. Zapisywanie ruszy dalej samo.
job-waiting-stream = Transmisja jest wstrzymana
    .body = Czekamy i sami będziemy kontynuować.
job-waiting-mirror = Oczekiwanie na serwer filmu…
    .body = Serwis wideo działa, ale serwer z tym filmem nic nie wysyła. Zapisywanie ruszy dalej samo.
job-waiting-segments = Szukanie brakujących fragmentów…
    .body = Serwis nie ma teraz całego filmu. Poprosimy o resztę jeszcze kilka razy.
job-stalled = Od dłuższej chwili brak postępu…
    .body = Próbujemy dalej. Nic nie przepadło.
job-paused = Wstrzymano
    .body = Nic nie przepadło. Możesz zamknąć aplikację.
    .at = Wstrzymano na { $percent }
job-progress = Postęp: { $title }
job-said = Pobrano { $percent }
job-title = { $percent } – { $title }
bytes-of = { $done } z { $total }
    .about = { $done } z około { $total }
bytes-so-far = jak dotąd { $done }
left-seconds = została niecała minuta
left-minutes =
    { $minutes ->
        [one] zostało około { $minutes } minuty
        [few] zostało około { $minutes } minut
        [many] zostało około { $minutes } minut
       *[other] zostało około { $minutes } minuty
    }
left-hours =
    { $hours ->
        [one] zostało około { $hours } godziny
        [few] zostało około { $hours } godzin
        [many] zostało około { $hours } godzin
       *[other] zostało około { $hours } godziny
    }

job-pause = Wstrzymaj
job-continue = Wznów
job-cancel = Anuluj
job-another = Zapisz inny film

stop-heading = Przerwać zapisywanie tego filmu?
    .body = Pobrano już { $done }.
    .nothing = Jeszcze nic nie pobrano.
stop-keep = Zachowaj na później
stop-delete = Usuń
stop-go-on = Zapisuj dalej
stopped-heading = Przerwano
    .kept = Niedokończona część została zachowana.
    .deleted = Niedokończona część została usunięta.
stopped-continue = Wznów ten film
close-heading =
    { $count ->
        [one] Film jest jeszcze zapisywany
        [few] { $count } filmy są jeszcze zapisywane
        [many] { $count } filmów jest jeszcze zapisywanych
       *[other] { $count } filmu jest jeszcze zapisywane
    }
    .body = Jeśli teraz zamkniesz aplikację, następnym razem możesz wznowić zapisywanie.
close-close = Zamknij
close-stay = Nie zamykaj
unfinished-heading =
    { $count ->
        [one] Masz niedokończony film
        [few] Masz { $count } niedokończone filmy
        [many] Masz { $count } niedokończonych filmów
       *[other] Masz { $count } niedokończonego filmu
    }
unfinished-later = Później

saved-heading = Zapisano
saved-facts = { $size } · { $duration } · w folderze { $folder }
    .captions = Nie udało się przekonwertować napisów. Zapisano je bez zmian: { $file }
    .cues = Nie udało się przekonwertować części napisów. Wszystkie zapisano bez zmian: { $file }
saved-said = Zapisano. Plik { $file } jest w folderze { $folder }.
saved-gaps = Zapisano, ale brakuje { $duration }
    .other = Zapisano, ale film nie jest kompletny
    .body = Brakujące miejsca: { $times }.
    .segments = Fragmenty, których nie udało się pobrać: { $count } z { $total }.
    .empty = Fragmenty bez obrazu i dźwięku: { $count }.
    .misplaced = Fragmenty z innego miejsca filmu: { $count }.
    .shorter = Film jest o { $duration } krótszy, niż podaje serwis.
    .video = Brakuje obrazu.
    .audio = Brakuje dźwięku.
    .language = Brakuje dźwięku w tym języku: { $language }.
    .rendition = Wybrana jakość ({ $wished }) była niedostępna, więc zapisano inną.
fact-lost = Utracono: { $duration } od { $time }
    .video = Utracony obraz: { $duration } od { $time }
    .audio = Utracony dźwięk: { $duration } od { $time }
    .bytes = Nie można odczytać { $size } pliku: jest w tym miejscu ucięty lub uszkodzony.
    .unreadable = Utracono: { $duration } od { $time }. Brakuje danych potrzebnych do odtworzenia.
fact-left-out = Pominięto: { $name }
    .pause = Przerwa od { $time } była za długa jak na plik. Jest teraz o { $duration } krótsza.
    .moved = Od { $time } czas filmu biegnie od nowa. Dalszy ciąg przesunięto na właściwe miejsce.
    .repeated = Fragment od { $time } ({ $duration }) przesłano dwa razy. Zachowano go raz.
saved-reveal = Pokaż w folderze
saved-play = Odtwórz
saved-not-opened = Nie udało się otworzyć pliku
    .body = Być może plik po zapisaniu przeniesiono albo zmieniono jego nazwę.
    .copy = Kopiuj ścieżkę

others-heading = Zapisywane ({ $count })
    .waiting = Oczekujące ({ $count })
    .stopped = Zatrzymane ({ $count })
batch-saved = Zapisano { $saved } z { $total }
    .all = Zapisano wszystkie filmy ({ $total })
    .failed = nieudane: { $count }
batch-pause = Wstrzymaj wszystkie
batch-continue = Wznów wszystkie
batch-again = Ponów nieudane
row-more = Więcej działań: { $title }
    .plain = Więcej
saved-list = Zapisane filmy ({ $count })
    .page = Utwórz stronę WWW folderu
saved-list-forget = Usuń z listy
    .all = Usuń wszystkie z listy
    .ask = Usunąć z listy te filmy ({ $count })?
    .body = Pliki pozostaną.
    .keep = Zachowaj
saved-list-removed = Usunięto { $file } z listy. Sam plik pozostaje w folderze.
    .undo = Cofnij
delete-file = Usuń plik…
    .ask = Usunąć { $file }?
    .body = Plik trafi do kosza na tym komputerze.
    .keep = Zachowaj
    .done = Plik { $file } jest w koszu.
delete-file-failed = Nie udało się przenieść pliku do kosza
    .body = Usuń go w jego folderze.
list-search = Szukaj w filmach
    .none = Nic nie znaleziono
    .state = Pokaż
    .all = Wszystkie
    .saving = Zapisywane
    .waiting = Oczekujące
    .stopped = Zatrzymane
    .saved = Zapisane
saved-list-again = Pobierz ponownie
check-file = Sprawdź
    .running = Sprawdzanie pliku { $file }…
    .whole = Plik { $file } jest kompletny i nieuszkodzony.
    .damaged = Plik { $file } jest uszkodzony. Możesz pobrać go ponownie.
    .changed = Plik zmienił się od czasu zapisania.
    .unreadable = Nie można go już odtworzyć.
    .shorter = Brakuje { $duration }.
    .gone = Pliku { $file } nie ma albo nie można go odczytać.
list-damaged = Nie udało się odczytać części listy
    .body = Odłożono ją na bok. Zapisane pliki są nienaruszone.

## Settings

settings-heading = Ustawienia
settings-done = Gotowe
settings-most = Do { $height }p
    .best = Najlepsza
    .smallest = Najmniejsza
    .audio = Tylko dźwięk
settings-template = Nazwy plików
    .body = Zamiast { "{title}" }, { "{owner}" }, { "{date}" }, { "{id}" } i { "{quality}" } wstawiane są informacje o filmie. Ukośnik tworzy folder; data to dzień w UTC.
    .wrong = To nie może być nazwa. Potrzebne jest { "{title}" } lub { "{id}" }, a każdy nawias klamrowy musi mieć parę.
    .folders = Osobny folder dla każdego kanału
settings-example = Na przykład: { $name }
settings-captions = Zapisuj też napisy, jeśli są
    .type = Typ pliku z napisami
    .picture = Zapisuj też obraz podglądu jako plik
settings-maker = MP4 tworzy
settings-builtin = Ta aplikacja
settings-ffmpeg = ffmpeg
    .missing = Nie znaleziono programu ffmpeg.
    .pick = Wybierz ffmpeg…
settings-at-once = Liczba filmów naraz
    .speed = Zostaw innym część prędkości
    .unlimited = Bez limitu
    .most = Do { $speed }
    .after = Gdy wszystko jest zapisane
    .nothing = Nic nie rób
    .show_folder = Pokaż folder
    .sleep = Uśpij komputer
    .shut_down = Wyłącz komputer
    .asks_sleep = Komputer zostanie uśpiony
    .asks_shut_down = Komputer zostanie wyłączony
    .seconds = Wszystko jest zapisane. Pozostało sekund: { $seconds }
settings-language = Język
settings-system = Jak w systemie
settings-remember = Zapamiętaj moje dane z formularzy
    .body = Są przechowywane w pęku kluczy tego komputera.
settings-remember-proxy = Zapamiętaj moją nazwę użytkownika i hasło do serwera proxy
settings-updates = Sprawdzaj aktualizacje przy uruchamianiu aplikacji
settings-version = Wersja { $version }
    .licence = Wolne oprogramowanie na licencji MIT.
    .legal = Zapisuj tylko filmy, które wolno ci zachować.
settings-advanced = Zaawansowane
help-heading = Pomoc
help-links = Jakie linki działają?
    .body = Linki do zakończonych transmisji w ustream.tv i video.ibm.com. Skopiuj adres, gdy przeglądarka pokazuje film.
help-resume = Co się stanie, gdy połączenie zostanie przerwane?
    .body = Nic nie przepadnie. Aplikacja sama wznowi pobieranie. Możesz ją też zamknąć i wznowić następnym razem.
help-play = Plik się nie odtwarza. Co zrobić?
    .body = Wybierz „Sprawdź” na liście zapisanych filmów. Jeśli plik nie jest uszkodzony, otwórz go w innym odtwarzaczu, na przykład w VLC.
help-session = Film wymaga zalogowania się kontem firmowym. Co zrobić?
    .body = Użyj przeglądarki Chrome lub Edge. Otwórz stronę filmu, naciśnij F12 i wybierz „Sieć”. Wczytaj stronę ponownie, odtwarzaj film przez kilka sekund, a potem wybierz tam „Eksportuj HAR”. Przeciągnij zapisany plik na to okno.
    .open = Otwórz sesję przeglądarki…

## A new version of the app

update-heading = Dostępna jest wersja { $version } tej aplikacji
    .body = Aplikacja zamknie się, zaktualizuje i otworzy ponownie. Twoje filmy i ustawienia pozostaną.
update-later = Nie teraz
update-notes = Co nowego
update-install = Aktualizuj teraz
update-installing = Pobieranie i instalowanie nowej wersji…
update-unreachable = Nie udało się pobrać nowej wersji
    .body = Sprawdź połączenie z internetem i spróbuj ponownie. Aplikacja działa jak dotąd.
update-refused = Nowa wersja nie została zainstalowana
    .body = Pobrany plik jest uszkodzony albo nie pochodzi od twórców tej aplikacji. Aplikacja działa jak dotąd.
update-failed = Nie udało się zainstalować nowej wersji
    .body = Plików aplikacji nie można zastąpić. Aplikacja działa jak dotąd.

## Buttons of failures

do-again = Spróbuj ponownie
do-other-link = Użyj innego linku
do-keep-gaps = Zachowaj to, co jest
do-save-anyway = Zapisz mimo to
do-keep-anyway = Zachowaj mimo to
do-start-over = Zacznij od nowa
do-check-again = Sprawdź ponownie
do-try-now = Spróbuj teraz
do-browse = Otwórz w przeglądarce
do-restart = Uruchom aplikację ponownie
do-show-original = Pokaż oryginał

details = Szczegóły
details-copy = Kopiuj szczegóły
    .copied = Skopiowano

## A report of a problem

report = Zapisz raport…
    .intro = Pokazuje, co odpowiedział serwis wideo, żeby inni mogli znaleźć przyczynę.
    .hidden = Hasła, twoje odpowiedzi oraz adresy e-mail i IP są pomijane.
    .requests =
        { $count ->
            [one] { $count } żądanie
            [few] { $count } żądania
            [many] { $count } żądań
           *[other] { $count } żądania
        }
    .titles = Pomiń też tytuły
    .busy = Przygotowywanie raportu…
    .save = Zapisz raport
    .saved = Zapisano raport

## Failures, by code

failure-not_a_link = W tym tekście nie ma linku
    .body = Powinien wyglądać tak: video.ibm.com/recorded/123456.
failure-other_site = Ta aplikacja działa tylko z Ustream i IBM Video
    .body = Na tej stronie ({ $detail }) nie ma żadnego filmu z tych serwisów.
failure-offline = Brak połączenia z internetem
    .body = Sprawdź Wi-Fi lub kabel, a potem spróbuj ponownie.
failure-wifi_login = Sieć Wi-Fi wymaga zalogowania się
    .body = Otwórz dowolną stronę w przeglądarce, zaloguj się tam do Wi-Fi, a potem spróbuj ponownie.
failure-dns_failing = Twoja sieć nie może znaleźć serwisu wideo
    .body = Połączenie działa, ale sieć nie zna nazwy serwisu. Uruchom ponownie router lub spróbuj w innej sieci.
failure-connection_refused = Połączenie z serwisem wideo zostało odrzucone
    .body = Sprawdź zaporę lub program zabezpieczający tego komputera. Jeśli to nie one, serwis może nie działać: spróbuj ponownie później.
failure-proxy_login = Twoja sieć wymaga nazwy użytkownika i hasła
    .body = Wpisz te, których używasz do internetu w tej sieci.
failure-proxy_refused = Twoja sieć blokuje serwis wideo
    .body = Jej serwer proxy odrzuca połączenie. Zapytaj osobę, która zarządza siecią, lub spróbuj w innej.
failure-proxy_down = Serwer proxy twojej sieci nie odpowiada
    .body = Ten komputer łączy się przez niego z internetem. Sprawdź serwer proxy w ustawieniach sieci w systemie.
failure-proxy_script = Twoja sieć wybiera serwer proxy za pomocą skryptu
    .body = Ta aplikacja nie może go uruchomić. Zapytaj osobę, która zarządza siecią, o adres serwera proxy i wpisz go w ustawieniach sieci w systemie.
failure-untrusted = Połączenie z serwisem wideo nie jest bezpieczne
    .body = Zamiast serwisu odpowiada ktoś inny, z certyfikatem od { $detail }. Spróbuj w innej sieci lub zapytaj osobę, która zarządza obecną.
failure-wrong_clock = Zegar tego komputera wskazuje zły czas
    .body = Bezpieczne połączenia wymagają właściwej daty i godziny. Ustaw je, a potem spróbuj ponownie.
failure-no_certificates = Ten komputer nie może sprawdzać bezpiecznych połączeń
    .body = Brakuje listy zaufanych certyfikatów. Zainstaluj ją (często nazywa się ca-certificates) i otwórz aplikację ponownie.
failure-site_down = Serwis wideo nie odpowiada
    .body = Może być przeciążony. Odczekaj kilka minut i spróbuj ponownie.
failure-page_down = Ta strona nie odpowiada
    .body = Otwórz ją w przeglądarce, aby sprawdzić link, i spróbuj ponownie.
failure-busy = Serwis prosi, żeby zwolnić
    .body = Odczekaj kilka minut i spróbuj ponownie.
failure-stalled = Dane filmu przestały napływać
    .body = Serwis prawie nic nie wysyła. Nic nie przepadło: odczekaj kilka minut i spróbuj ponownie.
failure-bad_answer = Odpowiedź serwisu jest niezrozumiała
    .body = Jeśli to Wi-Fi w hotelu lub kawiarni, najpierw zaloguj się do niego w przeglądarce. W przeciwnym razie odczekaj kilka minut i spróbuj ponownie.
failure-not_found = Tego filmu już nie ma
    .body = Został usunięty albo w linku jest błąd. Otwórz link w przeglądarce, żeby to sprawdzić.
failure-still_live = Ta transmisja jeszcze trwa
    .body = Wróć, gdy się skończy, a nagranie zostanie opublikowane.
failure-not_recorded = Właściciel nie zachował nagrania
    .body = Zapytaj właściciela kanału.
failure-needs_form = Ten film wymaga wcześniejszej rejestracji
    .body = O te dane prosi właściciel. Trafią do niego, nie do nas.
failure-form_refused = Serwis nie przyjął formularza
    .body = Sprawdź wpisane dane i wyślij ponownie.
failure-session_unreadable = W tym pliku nie ma filmu
    .body = To nie jest zapisana sesja przeglądarki albo nie odtworzono w niej żadnego filmu z Ustream ani IBM Video.
failure-session_expired = Ta sesja przeglądarki jest za stara
    .body = Serwis wideo już jej nie przyjmuje. Zapisz nową i otwórz ją niedługo potem.
failure-needs_password = Ten film jest chroniony hasłem
    .body = Jeśli go nie znasz, zapytaj osobę, która udostępniła film.
failure-wrong_password = Hasło jest nieprawidłowe
    .body = Sprawdź wielkie litery i spacje, a potem spróbuj ponownie.
failure-members_only = Ten film mogą oglądać tylko zaproszeni
    .body = Trzeba się zalogować kontem firmowym lub kontem wydarzenia, a ta aplikacja tego nie obsługuje.
failure-region = Film niedostępny w twoim kraju
    .body = Właściciel ogranicza, gdzie można go oglądać.
failure-embed_only = Film odtwarza się tylko na stronie właściciela
    .body = Wklej adres strony, na której go oglądasz.
failure-locked = Właściciel zablokował ten film
    .body = Ta aplikacja nie potrafi zdjąć takiej blokady.
failure-changed = Film w serwisie się zmienił
    .body = To, co już pobrano, nie pasuje do niego. Nic nie usunięto. Możesz zacząć od nowa z nowym filmem.
failure-pieces_missing = Ten film nie jest kompletny
    .body = Spróbuj ponownie, żeby pobrać resztę, albo zachowaj to, co jest.
    .share = Brakuje: { $missing } z { $total }, w miejscach: { $times }.
failure-low_space = Za mało miejsca na ten film
    .body = Zwolnij miejsce i spróbuj ponownie. Rozmiar filmu jest szacunkowy.
    .room = Potrzeba: około { $needed }. Wolne: { $there }.
failure-disk_full = Dysk jest pełny
    .body = Zwolnij miejsce i spróbuj ponownie. To, co już pobrano, jest zachowane.
failure-quota_full = Twój limit miejsca na dysku jest wyczerpany
    .body = Usuń stamtąd swoje pliki i spróbuj ponownie. To, co już pobrano, jest zachowane.
failure-file_too_large = Na tym dysku nie można zapisać tak dużego pliku
    .body = Wybierz folder na innym dysku. To, co już pobrano, też zostanie przeniesione.
    .room = Potrzeba: około { $needed }. Największy możliwy plik: { $there }.
failure-no_write = Nie można zapisywać w tym folderze
    .body = Podłącz dysk ponownie lub zezwól na zapis w folderze, a potem spróbuj ponownie.
failure-own_folder = Aplikacja nie może zapisywać w swoim folderze
    .body = Zezwól na zapis w { $detail } i otwórz aplikację ponownie.
failure-read_only = Ten dysk jest tylko do odczytu
    .body = Zezwól na zapis (niektóre karty mają przełącznik) albo wybierz folder na innym dysku.
failure-folder_full = W tym folderze nie zmieści się więcej folderów
    .body = Usuń z niego foldery albo wybierz inny.
failure-bad_name = Ten dysk nie pozwala na taką nazwę
    .body = Wybierz folder na innym dysku.
failure-drive_gone = Tego folderu już nie ma
    .body = Jeśli jest na dysku zewnętrznym, podłącz go. Potem spróbuj ponownie.
failure-file_held = Ten plik jest otwarty w innym programie
    .body = Zamknij odtwarzacz lub program, który go używa, i spróbuj ponownie. To, co już pobrano, jest zachowane.
failure-in_use = Ten film jest już zapisywany
    .body = Inne okno lub inny program zapisuje właśnie ten plik. Poczekaj, aż skończy.
failure-ffmpeg_missing = Nie można znaleźć programu ffmpeg
    .body = Zainstaluj go i spróbuj ponownie. Nic nie pobrano.
failure-convert_failed = Nie udało się przekonwertować pliku
    .body = Oryginał jest kompletny i został zapisany.
failure-check_failed = Plik nie przeszedł sprawdzenia
    .body = To, co już pobrano, jest zachowane, więc nowa próba będzie szybka.
failure-bad_film = Tego pliku nie można odczytać jako filmu
    .body = Sprawdź, czy to właściwy plik i czy jest kompletny.
failure-no_sound = Tego filmu nie ma w tym języku
    .body = Znajdź film ponownie i wybierz jeden z jego języków.
failure-no_part = Tego fragmentu nie można zapisać
    .body = Film jest krótszy albo można go zapisać tylko w całości. Zapisz go ponownie z innymi czasami albo w całości.
failure-other_ending = Tego filmu nie można zapisać w pliku tego typu
    .body = Zapisz go ponownie i wybierz inny typ pliku.
failure-encrypted = Ten film jest zaszyfrowany
    .body = Może go otworzyć tylko odtwarzacz właściciela. Ta aplikacja nie usuwa zabezpieczenia.
failure-unsupported = Ten film jest zapisany w nieznany nam sposób
    .body = Prześlij nam szczegóły, żebyśmy mogli dodać jego obsługę.
failure-internal = W aplikacji coś poszło nie tak
    .body = To, co już pobrano, jest zachowane. Uruchom aplikację ponownie, żeby kontynuować.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Brakuje składnika systemu Windows
    .body = Okno aplikacji wymaga Microsoft Edge WebView2, którego nie ma na tym komputerze. Pobierz go za darmo od firmy Microsoft i otwórz aplikację ponownie.
shell-no_page = Aplikacja nie może pokazać swojego okna
    .body = To, co już pobrano, jest zachowane. Spróbuj ponownie, a jeśli to nie pomoże, zamknij aplikację i otwórz ją jeszcze raz.
shell-get = Pobierz
menu-app = { $app }
    .about = { $app } – informacje
    .settings = Ustawienia…
    .hide = Ukryj { $app }
    .hide_others = Ukryj pozostałe
    .show_all = Pokaż wszystkie
    .quit = Zakończ { $app }
menu-edit = Edycja
    .undo = Cofnij
    .redo = Przywróć
    .cut = Wytnij
    .copy = Kopiuj
    .paste = Wklej
    .select_all = Zaznacz wszystko
menu-window = Okno
    .minimize = Minimalizuj
    .zoom = Powiększ
    .close = Zamknij
menu-help = Pomoc
