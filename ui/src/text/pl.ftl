### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Zapisz film z Ustream lub IBM Video
    .body = Wklej link do transmisji, która już się zakończyła.
paste-label = Link do filmu
paste-placeholder = video.ibm.com/recorded/123456
paste-find = Znajdź film
paste-paste = Wklej
paste-drop = Link można też upuścić na to okno.
copied-heading = Skopiowano link
    .said = Skopiowany link jest gotowy do użycia.
copied-use = Użyj tego linku
copied-later = Nie teraz
remux-open = Utwórz MP4 z pliku wideo…

looking-heading = Szukanie filmu…
    .body = Zwykle trwa to kilka sekund.
    .slow = Próba nadal trwa. Strona wolno odpowiada.

## Several videos behind one link

choose-channel =
    { $count ->
        [one] Ten link to kanał z { $count } filmem
        [few] Ten link to kanał z { $count } filmami
        [many] Ten link to kanał z { $count } filmami
       *[other] Ten link to kanał z { $count } filmu
    }
    .several = Ten link to kanał z wieloma filmami
    .body = Zaznacz te, które mają być zapisane.
choose-page =
    { $count ->
        [one] Na tej stronie jest { $count } film
        [few] Na tej stronie są { $count } filmy
        [many] Na tej stronie jest { $count } filmów
       *[other] Na tej stronie jest { $count } filmu
    }
choose-all = Zaznacz wszystkie
choose-none = Odznacz wszystkie
choose-more = Pokaż więcej
choose-shown = Pokazano { $shown } z { $total }
choose-ticked =
    { $count ->
        [0] Nic nie zaznaczono
        [one] Zaznaczono { $count }, { $duration }
        [few] Zaznaczono { $count }, { $duration }
        [many] Zaznaczono { $count }, { $duration }
       *[other] Zaznaczono { $count }, { $duration }
    }
choose-continue = Dalej z { $count }
choose-ready =
    { $count ->
        [one] Zapisz { $count } film
        [few] Zapisz { $count } filmy
        [many] Zapisz { $count } filmów
       *[other] Zapisz { $count } filmu
    }
    .body = Każdy zostanie zapisany pod własną nazwą.
choose-back = Wróć do listy

## Ready to save

ready-said = Gotowe do zapisania. { $title }, { $facts }
ready-untitled = Film { $recording }
ready-all = Pokaż wszystko
ready-newest = Ten link to kanał. To jego najnowszy film.
ready-size = około { $size }
ready-type = Typ pliku
ready-mp4 = MP4
    .body = Działa wszędzie.
ready-flv = FLV
    .body = Dokładny oryginał.
ready-quality = Jakość
quality-height = { $height }p
ready-sound = Dźwięk
    .usual = Jak w filmie
    .all = Wszystkie języki
ready-name = Nazwa
ready-save = Zapisz film
ready-starting = Rozpoczynanie…
low-space = Za mało miejsca w folderze { $folder }
    .body = Potrzeba około { $need }, a wolne jest { $free }.
low-space-anyway = Zapisz mimo to
too-large = Folder { $folder } nie przyjmuje tak dużych plików
    .body = Plik może tam mieć { $most }, a ten film ma około { $need }.
saved-before = Ten film zapisano { $date }
    .body = { $file } jest w folderze { $folder }.
saved-before-again = Zapisz ponownie
saving-now = Ten film jest już zapisywany: { $percent }
    .plain = Ten film jest już zapisywany
saving-show = Pokaż

folder-label = Zapisz w
folder-free = { $free } wolne
folder-change = Zmień…
folder-choose = Wybierz inny folder
folder-lost = Nie ma folderu { $folder }
    .body = Na razie filmy trafiają do folderu { $now }. Podłącz dysk ponownie lub wybierz inny folder.

## Locked videos: password, form, owner’s page

password-label = Hasło
password-show = Pokaż hasło
password-send = Odblokuj
form-send = Wyślij i kontynuuj
form-again = Wyślij ponownie
form-optional = { $label } (opcjonalnie)
form-said = Komunikat strony: { $message }
page-label = Adres strony właściciela
page-send = Kontynuuj
page-needed = Wklej pełny adres strony, zaczynający się od http.
form-remember = Zapamiętaj je na tym komputerze
proxy-name = Nazwa użytkownika

## A job

job-queued = Czeka na swoją kolej
    .body = Zacznie się, gdy poprzedni film będzie gotowy.
job-resolving = Przygotowywanie…
    .body = Trwa pytanie strony, gdzie jest film.
job-fetching = Pobieranie
    .body = Można dalej korzystać z komputera.
    .silent = Brak danych od { $time }. Próbujemy dalej…
job-finishing = Kończenie…
    .body = Internet nie jest już potrzebny.
job-converting = Tworzenie MP4
    .body = Obraz i dźwięk pozostają bez zmian.
job-moving = Przenoszenie do innego folderu
    .body = To, co jest, zostanie przeniesione. Potem pobieranie ruszy dalej.
job-waiting = Czekanie na internet…
    .body = Pobieranie ruszy dalej samo. Nic nie przepadło.
job-waiting-login = Sieć Wi-Fi wymaga zalogowania
    .body = Otwórz dowolną stronę w przeglądarce i zaloguj się tam. Zapisywanie ruszy samo.
job-waiting-site = Czekanie na stronę z filmami…
    .body = Nie odpowiada lub poprosiła o przerwę. Zapisywanie ruszy samo.
job-waiting-mirror = Czekanie na serwer filmu…
    .body = Strona z filmami działa, ale serwer tego filmu nic nie wysyła. Zapisywanie ruszy samo.
job-waiting-segments = Szukanie tego, czego brakuje…
    .body = Strona nie ma teraz całego filmu. Poprosimy o resztę jeszcze kilka razy.
job-stalled = Od dłuższej chwili nic się nie dzieje…
    .body = Próbujemy dalej. Nic nie przepadło.
job-paused = Wstrzymano
    .body = Nic nie przepadło. Aplikację można zamknąć.
job-paused-at = Wstrzymano na { $percent }
job-progress = Postęp: { $title }
job-said = Pobrano { $percent }
job-title = { $percent } – { $title }
bytes-of = { $done } z { $total }
    .about = { $done } z około { $total }
bytes-so-far = jak dotąd { $done }
left-seconds = została mniej niż minuta
left-minutes =
    { $minutes ->
        [one] została około { $minutes } minuta
        [few] zostały około { $minutes } minuty
        [many] zostało około { $minutes } minut
       *[other] zostało około { $minutes } minuty
    }
left-hours =
    { $hours ->
        [one] została około { $hours } godzina
        [few] zostały około { $hours } godziny
        [many] zostało około { $hours } godzin
       *[other] zostało około { $hours } godziny
    }

job-pause = Wstrzymaj
job-continue = Kontynuuj
job-cancel = Anuluj
job-another = Zapisz inny film

stop-heading = Przerwać zapisywanie tego filmu?
    .body = { $done } już tu jest.
    .nothing = Jeszcze nic tu nie ma.
stop-keep = Zachowaj na później
stop-delete = Usuń
stop-go-on = Zapisuj dalej
stopped-heading = Przerwano
    .kept = Niedokończona część została zachowana.
    .deleted = Niedokończona część została usunięta.
stopped-continue = Kontynuuj ten film
close-heading = Film jest jeszcze zapisywany
    .body = Po zamknięciu można będzie kontynuować następnym razem.
close-close = Zamknij
close-stay = Zostań
unfinished-heading =
    { $count ->
        [one] Jest niedokończony film
        [few] Są { $count } niedokończone filmy
        [many] Jest { $count } niedokończonych filmów
       *[other] Jest { $count } niedokończonego filmu
    }
unfinished-later = Później

saved-heading = Zapisano
saved-facts = { $size } · { $duration } · w folderze { $folder }
saved-said = Zapisano. { $file } jest w folderze { $folder }.
saved-gaps = Zapisano, ale brakuje { $duration }
    .other = Zapisano, ale film nie jest kompletny
    .body = Luki są w: { $times }.
    .segments = Części, których nie udało się pobrać: { $count } z { $total }.
    .empty = Części bez obrazu i dźwięku: { $count }.
    .misplaced = Części z innego miejsca filmu: { $count }.
    .shorter = Jest krótszy, niż podaje strona, o { $duration }.
    .video = Brakuje obrazu.
    .audio = Brakuje dźwięku.
    .language = Brakuje dźwięku w tym języku: { $language }.
    .rendition = Wybrana jakość ({ $wished }) była niedostępna, więc zapisano inną.
fact-lost = Utracono: { $duration } w { $time }
    .video = Utracony obraz: { $duration } w { $time }
    .audio = Utracony dźwięk: { $duration } w { $time }
    .bytes = Nie da się odczytać { $size } pliku: jest w tym miejscu ucięty lub uszkodzony.
    .unreadable = Utracono: { $duration } w { $time }. Nie podano, jak to odtworzyć.
fact-left-out = Pominięto: { $name }
    .pause = Przerwa w { $time } była za długa dla pliku. Teraz jest krótsza o { $duration }.
    .moved = W { $time } zegar zaczyna od nowa. Dalszy ciąg ustawiono na swoim miejscu.
    .repeated = { $duration } w { $time } było podwójnie, a jest raz.
saved-reveal = Pokaż w folderze
saved-play = Odtwórz
saved-not-opened = Nie udało się otworzyć pliku
    .body = Po zapisaniu plik mógł zostać przeniesiony lub przemianowany.

others-heading = Zapisywane ({ $count })
    .waiting = Oczekujące ({ $count })
    .stopped = Zatrzymane ({ $count })
saved-list = Zapisane filmy ({ $count })
saved-list-forget = Zapomnij
saved-list-again = Pobierz ponownie
check-file = Sprawdź
    .running = Sprawdzanie pliku { $file }…
    .whole = Plik { $file } jest cały.
    .damaged = Plik { $file } jest uszkodzony. Możesz pobrać go ponownie.
    .changed = Plik nie jest już taki, jak przy zapisie.
    .unreadable = Nie da się go już odtworzyć.
    .shorter = Brakuje { $duration }.
    .gone = Brak pliku { $file } lub nie da się go odczytać.
list-damaged = Nie udało się odczytać części listy
    .body = Została odłożona na bok. Zapisane pliki są nienaruszone.

## Settings

settings-heading = Ustawienia
settings-done = Gotowe
settings-most = Do { $height }p
    .best = Najlepsza
    .smallest = Najmniejsza
    .audio = Tylko dźwięk
settings-template = Nazwy plików
    .body = { "{title}" }, { "{owner}" }, { "{date}" }, { "{id}" } i { "{quality}" } zastępują to, co wiadomo o filmie. Ukośnik tworzy folder; data to dzień w UTC.
    .wrong = To nie może być nazwa. Potrzebne jest { "{title}" } lub { "{id}" }, a każdy nawias musi mieć parę.
settings-example = Na przykład: { $name }
settings-captions = Zapisuj też napisy, jeśli są
settings-maker = MP4 tworzy
settings-builtin = Ta aplikacja
settings-ffmpeg = ffmpeg
    .missing = Nie znaleziono ffmpeg.
    .pick = Wybierz ffmpeg…
settings-at-once = Filmów naraz
settings-language = Język
settings-system = Jak w komputerze
settings-remember = Zapamiętaj moje dane z formularzy
    .body = Są przechowywane w pęku kluczy tego komputera.
settings-remember-proxy = Zapamiętaj moją nazwę użytkownika i hasło do serwera proxy
settings-updates = Szukaj nowej wersji przy uruchamianiu aplikacji
settings-legal = Zapisuj tylko filmy, które wolno zachować.
settings-version = Wersja { $version }

## A new version of the app

update-heading = Dostępna jest wersja { $version } tej aplikacji
    .body = Aplikacja zamknie się, zaktualizuje i otworzy ponownie. Filmy i ustawienia pozostaną.
update-notes = Co nowego
update-install = Aktualizuj teraz
update-installing = Pobieranie i instalowanie nowej wersji…
update-unreachable = Nie udało się pobrać nowej wersji
    .body = Sprawdź połączenie z Internetem i spróbuj ponownie. Aplikacja działa jak dotąd.
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
details-copied = Skopiowano

## Failures, by code

failure-not_a_link = W tym tekście nie ma linku
    .body = Powinien wyglądać tak: video.ibm.com/recorded/123456.
failure-other_site = Ta aplikacja działa tylko z Ustream i IBM Video
    .body = Na tej stronie { $detail } nie ma żadnego ich filmu.
failure-offline = Brak połączenia z internetem
    .body = Sprawdź Wi-Fi lub kabel, a potem spróbuj ponownie.
failure-wifi_login = Sieć Wi-Fi wymaga zalogowania
    .body = Otwórz dowolną stronę w przeglądarce, zaloguj się tam do Wi-Fi, a potem spróbuj ponownie.
failure-dns_failing = Sieć nie może znaleźć strony z filmami
    .body = Połączenie działa, ale sieć nie zna nazwy tej strony. Uruchom ponownie router lub spróbuj z innej sieci.
failure-connection_refused = Połączenie ze stroną z filmami zostało odrzucone
    .body = Sprawdź zaporę lub program zabezpieczający tego komputera. Jeśli to nie to, strona może nie działać: spróbuj później.
failure-proxy_login = Sieć wymaga nazwy i hasła
    .body = Wpisz te, których używasz do internetu w tej sieci.
failure-proxy_refused = Sieć nie zezwala na stronę z filmami
    .body = Jej serwer proxy odrzuca połączenie. Zapytaj osobę, która zarządza siecią, lub spróbuj z innej.
failure-proxy_down = Serwer proxy sieci nie odpowiada
    .body = Ten komputer łączy się przez niego z internetem. Sprawdź proxy w ustawieniach sieci w systemie.
failure-proxy_script = Sieć wybiera proxy za pomocą skryptu
    .body = Ta aplikacja nie może go uruchomić. Zapytaj o proxy osobę, która zarządza siecią, i wpisz je w ustawieniach sieci w systemie.
failure-untrusted = Połączenie ze stroną z filmami nie jest bezpieczne
    .body = Ktoś odpowiada zamiast niej, z certyfikatem od { $detail }. Spróbuj z innej sieci lub zapytaj osobę, która zarządza tą.
failure-wrong_clock = Zegar tego komputera źle chodzi
    .body = Bezpieczne połączenia wymagają właściwego czasu. Ustaw datę i godzinę, a potem spróbuj ponownie.
failure-site_down = Strona z filmami nie odpowiada
    .body = Może być przeciążona. Odczekaj kilka minut i spróbuj ponownie.
failure-page_down = Ta strona nie odpowiada
    .body = Otwórz ją w przeglądarce, aby sprawdzić link, i spróbuj ponownie.
failure-busy = Strona prosi, żeby zwolnić
    .body = Odczekaj kilka minut i spróbuj ponownie.
failure-stalled = Film przestał napływać
    .body = Strona nie wysyła prawie nic. Nic nie przepadło: odczekaj kilka minut i spróbuj ponownie.
failure-bad_answer = Odpowiedź strony nie ma sensu
    .body = Może mieć kłopoty. Odczekaj kilka minut i spróbuj ponownie.
failure-not_found = Tego filmu już nie ma
    .body = Został usunięty albo w linku jest błąd. Otwórz link w przeglądarce, żeby to sprawdzić.
failure-still_live = Ta transmisja jeszcze trwa
    .body = Wróć, gdy się skończy i nagranie zostanie opublikowane.
failure-not_recorded = Właściciel nie zachował nagrania
    .body = Zapytaj właściciela kanału.
failure-needs_form = Ten film wymaga najpierw rejestracji
    .body = Właściciel prosi o te dane. Trafiają do właściciela, nie do nas.
failure-form_refused = Strona nie przyjęła formularza
    .body = Sprawdź wpisane dane i wyślij ponownie.
failure-needs_password = Ten film ma hasło
    .body = Zna je osoba, która go udostępniła.
failure-wrong_password = To hasło nie zadziałało
    .body = Sprawdź wielkie litery i odstępy, a potem spróbuj ponownie.
failure-members_only = Mogą to oglądać tylko zaproszeni
    .body = Potrzebne jest logowanie firmowe lub do wydarzenia, którego ta aplikacja nie obsługuje.
failure-region = Niedostępne w tym kraju
    .body = Właściciel ogranicza, gdzie można to oglądać.
failure-embed_only = Odtwarza się tylko na stronie właściciela
    .body = Wklej adres strony, na której można to oglądać.
failure-locked = Właściciel zablokował ten film
    .body = Takiej blokady ta aplikacja nie potrafi otworzyć.
failure-changed = Film na stronie się zmienił
    .body = To, co jest tutaj, już do niego nie pasuje. Nic nie usunięto. Można zacząć od nowa z nowym filmem.
failure-pieces_missing = Ten film nie jest kompletny
    .body = Spróbuj ponownie, żeby pobrać resztę, albo zachowaj to, co jest.
failure-low_space = Za mało miejsca na ten film
    .body = Zwolnij miejsce i spróbuj ponownie. Jego rozmiar jest szacowany.
failure-disk_full = Dysk jest pełny
    .body = Zwolnij miejsce i spróbuj ponownie. To, co jest, jest bezpieczne.
failure-quota_full = Twój przydział na dysku jest wyczerpany
    .body = Usuń stamtąd swoje pliki i spróbuj ponownie. To, co jest, jest bezpieczne.
failure-file_too_large = Ten dysk nie przyjmuje tak dużych plików
    .body = Wybierz folder na innym dysku. To, co jest, zostanie przeniesione.
failure-no_write = Nie można zapisywać w tym folderze
    .body = Podłącz dysk ponownie lub zezwól na zapis w folderze, a potem spróbuj ponownie.
failure-read_only = Ten dysk jest tylko do odczytu
    .body = Zezwól na zapis (niektóre karty mają przełącznik) albo wybierz folder na innym dysku.
failure-folder_full = W tym folderze nie zmieści się więcej folderów
    .body = Usuń z niego foldery albo wybierz inny.
failure-bad_name = Ten dysk nie przyjmuje tej nazwy
    .body = Wybierz folder na innym dysku.
failure-drive_gone = Dysk został odłączony
    .body = Podłącz go i spróbuj ponownie.
failure-file_held = Inny program ma otwarty ten plik
    .body = Zamknij odtwarzacz lub program, który go używa, i spróbuj ponownie. To, co jest, jest bezpieczne.
failure-in_use = Ten film jest już zapisywany
    .body = Inne okno lub inny program zapisuje właśnie ten plik. Poczekaj, aż skończy.
failure-ffmpeg_missing = Nie można znaleźć ffmpeg
    .body = Zainstaluj go i spróbuj ponownie. Nic nie pobrano.
failure-convert_failed = Nie udało się utworzyć MP4
    .body = Oryginał jest kompletny i zapisany obok.
failure-check_failed = Plik nie przeszedł naszej kontroli
    .body = Części są zachowane, więc nowa próba będzie szybka.
failure-bad_film = Tego pliku nie można odczytać jako filmu
    .body = Sprawdź, czy to właściwy plik i czy jest cały.
failure-no_sound = Tego filmu nie ma w tym języku
    .body = Wyszukaj link ponownie i wybierz jeden z jego języków.
failure-other_ending = Ten film nie może mieć tego rozszerzenia
    .body = Zapisz go ponownie i wybierz inny typ pliku.
failure-encrypted = Ten film jest zaszyfrowany
    .body = Może go otworzyć tylko odtwarzacz właściciela. Ta aplikacja nie usuwa zabezpieczenia.
failure-unsupported = Ten film jest zapisany w nieznany nam sposób
    .body = Prosimy o przesłanie szczegółów, żebyśmy mogli go dodać.
failure-internal = W aplikacji coś poszło nie tak
    .body = To, co pobrano, jest zachowane. Uruchom aplikację ponownie, żeby kontynuować.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Brakuje składnika systemu Windows
    .body = Okno aplikacji wymaga Microsoft Edge WebView2, którego nie ma na tym komputerze. Pobierz go za darmo od firmy Microsoft i otwórz aplikację ponownie.
shell-get = Pobierz
menu-about = { $app } – informacje
menu-settings = Ustawienia…
menu-hide = Ukryj { $app }
menu-hide-others = Ukryj pozostałe
menu-show-all = Pokaż wszystkie
menu-quit = Zakończ { $app }
menu-edit = Edycja
menu-undo = Cofnij
menu-redo = Przywróć
menu-cut = Wytnij
menu-copy = Kopiuj
menu-paste = Wklej
menu-select-all = Zaznacz wszystko
menu-window = Okno
menu-minimize = Minimalizuj
menu-zoom = Powiększ
menu-close = Zamknij
menu-help = Pomoc
