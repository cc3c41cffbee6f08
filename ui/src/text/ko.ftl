### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Ustream 또는 IBM Video 동영상 저장
    .body = 종료된 방송의 링크를 붙여넣으세요.
paste-label = 동영상 링크
paste-placeholder = video.ibm.com/recorded/123456
paste-find = 동영상 찾기
paste-paste = 붙여넣기
paste-drop = 이 창에 링크를 끌어다 놓아도 됩니다.
    .here = 링크를 놓으면 동영상을 찾습니다
copied-heading = 링크가 복사되어 있습니다
    .said = 복사한 링크를 사용할 수 있습니다.
copied-use = 이 링크 사용
remux-open = 동영상 파일로 MP4 만들기…

looking-heading = 동영상을 찾는 중…
    .body = 보통 몇 초 걸립니다.
    .slow = 계속 시도하고 있습니다. 사이트의 응답이 느립니다.

## Several videos behind one link

choose-channel = 이 링크는 동영상이 { $count }개 있는 채널입니다
    .several = 이 링크는 동영상이 여러 개 있는 채널입니다
    .body = 원하는 동영상을 선택하세요.
choose-page = 이 페이지에는 동영상이 { $count }개 있습니다
choose-all = 모두 선택
    .none = 모두 해제
    .new = 새 항목만
choose-more = 더 보기
choose-saved = { $date }에 저장함
choose-shown = { $total }개 중 { $shown }개 표시
choose-ticked =
    { $count ->
        [0] 선택 없음
       *[other] { $count }개 선택, { $duration }
    }
choose-continue = { $count }개로 계속
choose-ready = 동영상 { $count }개 저장
    .body = 각각의 이름으로 저장됩니다.
choose-back = 목록으로 돌아가기

## Ready to save

ready-said = 저장할 준비가 되었습니다. { $title }, { $facts }
ready-untitled = 동영상 { $recording }
ready-all = 모두 보기
ready-newest = 이 링크는 채널입니다. 가장 최근 동영상을 표시합니다.
ready-size = 약 { $size }
ready-change = 변경
ready-type = 파일 형식
ready-mp4 = MP4
    .body = 어디서나 재생됩니다.
ready-flv = FLV
    .body = 원본 그대로입니다.
ready-quality = 화질
quality-height = { $height }p
ready-sound = 소리
    .usual = 동영상 기본
    .all = 모든 언어
ready-name = 이름
    .replaced = { $file }(으)로 저장됩니다.
ready-save = 동영상 저장
ready-starting = 시작하는 중…
low-space = { $folder }에 공간이 부족합니다
    .body = 약 { $need }가 필요하지만 { $free }만 남아 있습니다.
low-space-anyway = 그래도 저장
too-large = { $folder }에는 이렇게 큰 파일을 저장할 수 없습니다
    .body = 파일 하나의 최대 크기는 { $most }인데 이 동영상은 약 { $need }입니다.
saved-before = 이 동영상은 { $date }에 저장했습니다
    .body = { $file } 파일은 { $folder }에 있습니다.
saved-before-again = 다시 저장
saving-now = 이 동영상은 이미 저장 중입니다: { $percent }
    .plain = 이 동영상은 이미 저장 중입니다
saving-show = 보기

folder-label = 저장 위치
folder-free = { $free } 사용 가능
folder-change = 변경…
folder-choose = 다른 폴더 선택
folder-lost = { $folder } 폴더가 없습니다
    .body = 우선 동영상을 { $now }에 저장합니다. 드라이브를 다시 연결하거나 다른 폴더를 선택하세요.

## Locked videos: password, form, owner’s page

password-label = 비밀번호
password-show = 비밀번호 표시
password-send = 잠금 해제
form-send = 보내고 계속
form-again = 다시 보내기
form-optional = { $label }(선택 사항)
form-said = 사이트 메시지: { $message }
page-label = 소유자 페이지의 주소
page-send = 계속
field-wrong = 이 항목을 입력하세요.
    .email = 이메일 주소 형식이 아닙니다.
    .url = http로 시작하는 페이지 주소 전체를 붙여넣으세요.
form-remember = 이 컴퓨터에 기억하기
proxy-name = 사용자 이름

## A job

job-queued = 차례를 기다리는 중
    .body = 앞의 동영상이 끝나면 시작합니다.
job-resolving = 준비하는 중…
    .body = 사이트에서 동영상의 위치를 확인하고 있습니다.
job-fetching = 다운로드 중
    .body = 컴퓨터를 계속 사용해도 됩니다.
    .silent = { $time } 동안 받은 데이터가 없습니다. 계속 시도하는 중…
job-finishing = 마무리하는 중…
    .body = 이제 인터넷이 필요하지 않습니다.
job-converting = MP4 만드는 중
    .body = 화면과 소리는 바뀌지 않습니다.
job-moving = 다른 폴더로 옮기는 중
    .body = 받은 부분도 함께 옮긴 뒤 다운로드를 계속합니다.
job-waiting = 인터넷 연결을 기다리는 중…
    .body = 자동으로 계속됩니다. 받은 부분은 그대로 있습니다.
job-waiting-login = Wi-Fi에 로그인해야 합니다
    .body = 브라우저에서 웹 페이지를 열어 로그인하세요. 그러면 저장이 자동으로 계속됩니다.
job-waiting-site = 동영상 사이트의 응답을 기다리는 중…
    .body = 응답이 없거나 잠시 기다려 달라고 합니다. 저장은 자동으로 계속됩니다.
job-waiting-mirror = 동영상 서버의 응답을 기다리는 중…
    .body = 동영상 사이트는 작동하지만 이 동영상의 서버가 아무것도 보내지 않습니다. 저장은 자동으로 계속됩니다.
job-waiting-segments = 빠진 부분을 찾는 중…
    .body = 지금은 사이트에 이 동영상의 일부가 없습니다. 몇 번 더 요청합니다.
job-stalled = 한동안 진행되지 않고 있습니다…
    .body = 계속 시도하고 있습니다. 받은 부분은 그대로 있습니다.
job-paused = 일시 중지됨
    .body = 받은 부분은 그대로 있습니다. 앱을 닫아도 됩니다.
job-paused-at = { $percent }에서 일시 중지됨
job-progress = { $title } 진행률
job-said = { $percent } 다운로드됨
job-title = { $percent } – { $title }
bytes-of = { $total } 중 { $done }
    .about = 약 { $total } 중 { $done }
bytes-so-far = 지금까지 { $done }
left-seconds = 1분 미만 남음
left-minutes = 약 { $minutes }분 남음
left-hours = 약 { $hours }시간 남음

job-pause = 일시 중지
job-continue = 계속
job-cancel = 취소
job-another = 다른 동영상 저장

stop-heading = 이 동영상의 저장을 중지할까요?
    .body = 이미 { $done }를 받았습니다.
    .nothing = 아직 받은 것이 없습니다.
stop-keep = 남겨 두기
stop-delete = 삭제
stop-go-on = 계속 저장
stopped-heading = 중지됨
    .kept = 받은 부분을 남겨 두었습니다.
    .deleted = 받은 부분을 삭제했습니다.
stopped-continue = 이 동영상 계속
close-heading = 동영상 { $count }개를 아직 저장하고 있습니다
    .body = 지금 닫아도 다음에 이어서 저장할 수 있습니다.
close-close = 닫기
close-stay = 닫지 않기
unfinished-heading = 저장이 끝나지 않은 동영상이 { $count }개 있습니다
unfinished-later = 나중에

saved-heading = 저장 완료
saved-facts = { $size } · { $duration } · { $folder }에 있음
saved-said = 저장했습니다. { $file } 파일은 { $folder }에 있습니다.
saved-gaps = 저장했지만 { $duration } 분량이 빠졌습니다
    .other = 저장했지만 일부가 빠졌습니다
    .body = 빠진 위치: { $times }.
    .segments = 다운로드하지 못한 부분: { $total }개 중 { $count }개.
    .empty = 화면과 소리가 없는 부분: { $count }개.
    .misplaced = 동영상의 다른 위치에 속한 부분: { $count }개.
    .shorter = 사이트에 표시된 길이보다 { $duration } 짧습니다.
    .video = 화면이 빠졌습니다.
    .audio = 소리가 빠졌습니다.
    .language = 이 언어의 소리가 빠졌습니다: { $language }.
    .rendition = 선택한 화질({ $wished })을 받을 수 없어 다른 화질로 저장했습니다.
fact-lost = 손실: { $time }부터 { $duration }
    .video = 화면 손실: { $time }부터 { $duration }
    .audio = 소리 손실: { $time }부터 { $duration }
    .bytes = 파일에서 { $size }를 읽을 수 없습니다. 그 부분이 잘렸거나 손상되었습니다.
    .unreadable = 손실: { $time }부터 { $duration }. 재생 방법에 대한 정보가 없습니다.
fact-left-out = 제외됨: { $name }
    .pause = { $time }의 빈 구간이 파일에 담기에는 너무 길어 { $duration } 줄였습니다.
    .moved = { $time }에서 동영상의 시간이 처음으로 돌아가, 이어지는 부분을 제자리로 옮겼습니다.
    .repeated = { $time }부터 { $duration } 분량이 두 번 도착해 한 번만 담았습니다.
saved-reveal = 폴더에서 보기
saved-play = 재생
saved-not-opened = 열 수 없습니다
    .body = 저장한 뒤 파일이 이동되었거나 이름이 바뀌었을 수 있습니다.
    .copy = 경로 복사

others-heading = 저장 중({ $count })
    .waiting = 대기 중({ $count })
    .stopped = 중지됨({ $count })
batch-saved = { $total }개 중 { $saved }개 저장 완료
    .all = 동영상 { $total }개를 모두 저장했습니다
    .failed = { $count }개 실패
batch-pause = 모두 일시 중지
batch-continue = 모두 계속
batch-again = 실패한 동영상 다시 시도
row-more = { $title } 관련 추가 작업
    .plain = 더 보기
saved-list = 저장한 동영상({ $count })
    .page = 폴더의 웹 페이지 만들기
saved-list-forget = 목록에서 지우기
saved-list-removed = { $file } 항목을 목록에서 지웠습니다. 파일은 그대로 있습니다.
    .undo = 실행 취소
delete-file = 파일 삭제…
    .ask = { $file } 파일을 삭제할까요?
    .body = 이 컴퓨터의 휴지통으로 옮깁니다.
    .keep = 유지
    .done = { $file } 파일을 휴지통으로 옮겼습니다.
delete-file-failed = 파일을 휴지통으로 옮기지 못했습니다
    .body = 폴더에서 직접 삭제하세요.
saved-list-search = 저장한 동영상 검색
    .none = 검색 결과 없음
saved-list-again = 다시 받기
check-file = 검사
    .running = { $file } 검사 중…
    .whole = { $file } 파일에 문제가 없습니다.
    .damaged = { $file } 파일이 손상되었습니다. 다시 받을 수 있습니다.
    .changed = 파일이 저장했을 때와 달라졌습니다.
    .unreadable = 더 이상 재생할 수 없습니다.
    .shorter = { $duration } 분량이 빠져 있습니다.
    .gone = { $file } 파일이 없거나 읽을 수 없습니다.
list-damaged = 목록의 일부를 읽을 수 없습니다
    .body = 해당 부분은 따로 보관했습니다. 저장한 파일은 그대로 있습니다.

## Settings

settings-heading = 설정
settings-done = 완료
settings-most = 최대 { $height }p
    .best = 최고 화질
    .smallest = 최소 크기
    .audio = 소리만
settings-template = 파일 이름
    .body = { "{title}" }, { "{owner}" }, { "{date}" }, { "{id}" }, { "{quality}" } 자리에 동영상의 정보가 들어갑니다. ‘/’는 폴더를 만들고, 날짜는 UTC 기준입니다.
    .wrong = 이름으로 쓸 수 없습니다. { "{title}" } 또는 { "{id}" }가 있어야 하고 중괄호는 짝이 맞아야 합니다.
    .folders = 채널마다 폴더 만들기
settings-example = 예: { $name }
settings-captions = 자막이 있으면 함께 저장
settings-maker = MP4를 만드는 도구
settings-builtin = 이 앱
settings-ffmpeg = ffmpeg
    .missing = ffmpeg를 찾을 수 없습니다.
    .pick = ffmpeg 선택…
settings-at-once = 동시에 저장할 동영상 수
    .speed = 다른 사람을 위해 속도 남겨 두기
    .unlimited = 제한 없음
    .most = 최대 { $speed }
settings-language = 언어
settings-system = 시스템 언어
settings-remember = 내 등록 정보 기억하기
    .body = 이 컴퓨터의 키체인에 보관됩니다.
settings-remember-proxy = 프록시의 사용자 이름과 비밀번호 기억하기
settings-updates = 앱을 시작할 때 업데이트 확인
settings-version = 버전 { $version }
    .licence = MIT 라이선스의 자유 소프트웨어입니다.
    .legal = 보관이 허용된 동영상만 저장하세요.
settings-advanced = 고급
help-heading = 도움말
help-links = 어떤 링크를 쓸 수 있나요?
    .body = ustream.tv와 video.ibm.com에서 끝난 방송의 링크입니다. 브라우저에 동영상이 보일 때 주소를 복사하세요.
help-resume = 연결이 끊기면 어떻게 되나요?
    .body = 잃는 것은 없습니다. 앱이 알아서 이어서 받습니다. 닫았다가 다음에 이어서 해도 됩니다.
help-play = 파일이 재생되지 않습니다. 어떻게 하나요?
    .body = 저장한 동영상 목록에서 ‘검사’를 선택하세요. 파일이 손상되지 않았다면 VLC 같은 다른 플레이어로 여세요.
help-session = 동영상을 보려면 회사 로그인이 필요합니다. 어떻게 하나요?
    .body = Chrome이나 Edge를 사용하세요. 동영상 페이지를 열고 F12 키를 누른 뒤 ‘네트워크’를 선택하세요. 페이지를 새로고침하고 동영상을 몇 초 재생한 다음, 그곳에서 ‘HAR 내보내기’를 선택하세요. 저장한 파일을 이 창에 끌어다 놓으세요.
    .open = 브라우저 세션 열기…

## A new version of the app

update-heading = 이 앱의 새 버전({ $version })이 있습니다
    .body = 앱이 닫히고 업데이트된 다음 다시 열립니다. 동영상과 설정은 그대로 남습니다.
update-later = 나중에
update-notes = 새로운 기능
update-install = 지금 업데이트
update-installing = 새 버전을 다운로드하여 설치하는 중…
update-unreachable = 새 버전을 다운로드할 수 없습니다
    .body = 인터넷 연결을 확인한 다음 다시 시도하세요. 앱은 전과 같이 작동합니다.
update-refused = 새 버전이 설치되지 않았습니다
    .body = 다운로드한 파일이 손상되었거나 이 앱의 개발자가 제공한 것이 아닙니다. 앱은 전과 같이 작동합니다.
update-failed = 새 버전을 설치할 수 없습니다
    .body = 앱의 파일을 바꿀 수 없습니다. 앱은 전과 같이 작동합니다.

## Buttons of failures

do-again = 다시 시도
do-other-link = 다른 링크 사용
do-keep-gaps = 받은 부분만 저장
do-save-anyway = 그래도 저장
do-keep-anyway = 그래도 남겨 두기
do-start-over = 처음부터 다시 시작
do-check-again = 다시 확인
do-try-now = 지금 시도
do-browse = 브라우저에서 열기
do-restart = 앱 다시 시작
do-show-original = 원본 보기

details = 세부 정보
details-copy = 세부 정보 복사
    .copied = 복사됨

## A report of a problem

report = 보고서 저장…
    .intro = 동영상 사이트의 응답이 담겨 있어 다른 사람이 원인을 찾을 수 있습니다.
    .hidden = 비밀번호, 입력한 답변, 이메일 주소와 IP 주소는 제외됩니다.
    .requests = 요청 { $count }개
    .titles = 제목도 제외하기
    .busy = 보고서를 준비하는 중…
    .save = 보고서 저장
    .saved = 보고서를 저장했습니다

## Failures, by code

failure-not_a_link = 입력한 내용에 링크가 없습니다
    .body = video.ibm.com/recorded/123456과 같은 형식이어야 합니다.
failure-other_site = 이 앱은 Ustream과 IBM Video에서만 쓸 수 있습니다
    .body = { $detail }의 해당 페이지에는 지원되는 동영상이 없습니다.
failure-offline = 인터넷에 연결되어 있지 않습니다
    .body = Wi-Fi나 케이블을 확인한 뒤 다시 시도하세요.
failure-wifi_login = Wi-Fi에 로그인해야 합니다
    .body = 브라우저에서 웹 페이지를 열어 Wi-Fi에 로그인한 뒤 다시 시도하세요.
failure-dns_failing = 네트워크에서 동영상 사이트를 찾을 수 없습니다
    .body = 연결되어 있지만 네트워크가 사이트 이름을 모릅니다. 공유기를 다시 시작하거나 다른 네트워크에서 시도하세요.
failure-connection_refused = 동영상 사이트 연결이 거부되었습니다
    .body = 이 컴퓨터의 방화벽이나 보안 프로그램을 확인하세요. 문제가 없다면 사이트가 중단된 것일 수 있으니 나중에 다시 시도하세요.
failure-proxy_login = 네트워크의 사용자 이름과 비밀번호가 필요합니다
    .body = 이 네트워크에서 인터넷에 접속할 때 쓰는 정보를 입력하세요.
failure-proxy_refused = 네트워크에서 동영상 사이트를 허용하지 않습니다
    .body = 프록시가 연결을 거부합니다. 네트워크 관리자에게 문의하거나 다른 네트워크에서 시도하세요.
failure-proxy_down = 네트워크의 프록시가 응답하지 않습니다
    .body = 이 컴퓨터는 프록시를 통해 인터넷에 연결됩니다. 시스템의 네트워크 설정에서 프록시를 확인하세요.
failure-proxy_script = 네트워크가 스크립트로 프록시를 선택합니다
    .body = 이 앱은 스크립트를 실행할 수 없습니다. 네트워크 관리자에게 프록시를 물어 시스템의 네트워크 설정에 입력하세요.
failure-untrusted = 동영상 사이트 연결이 안전하지 않습니다
    .body = 다른 상대가 { $detail }의 인증서로 사이트 대신 응답합니다. 다른 네트워크에서 시도하거나 네트워크 관리자에게 문의하세요.
failure-wrong_clock = 이 컴퓨터의 시계가 맞지 않습니다
    .body = 보안 연결에는 정확한 시간이 필요합니다. 날짜와 시간을 맞춘 뒤 다시 시도하세요.
failure-no_certificates = 이 컴퓨터에서는 보안 연결을 확인할 수 없습니다
    .body = 신뢰할 수 있는 인증서 목록이 없습니다. 설치한 뒤(많은 시스템에서 ca-certificates라고 합니다) 앱을 다시 여세요.
failure-site_down = 동영상 사이트가 응답하지 않습니다
    .body = 사이트에 접속이 몰렸을 수 있습니다. 몇 분 기다린 뒤 다시 시도하세요.
failure-page_down = 해당 페이지가 응답하지 않습니다
    .body = 브라우저에서 열어 링크를 확인한 뒤 다시 시도하세요.
failure-busy = 사이트가 잠시 기다려 달라고 합니다
    .body = 몇 분 기다린 뒤 다시 시도하세요.
failure-stalled = 동영상이 더 이상 전송되지 않습니다
    .body = 사이트가 거의 아무것도 보내지 않습니다. 받은 부분은 그대로 있습니다. 몇 분 기다린 뒤 다시 시도하세요.
failure-bad_answer = 사이트의 응답이 올바르지 않습니다
    .body = 호텔이나 카페 Wi-Fi라면 먼저 브라우저에서 로그인하세요. 아니면 몇 분 기다린 뒤 다시 시도하세요.
failure-not_found = 이 동영상은 더 이상 없습니다
    .body = 삭제되었거나 링크에 오류가 있습니다. 브라우저에서 링크를 열어 확인하세요.
failure-still_live = 이 방송은 아직 진행 중입니다
    .body = 방송이 끝나고 녹화 영상이 공개된 뒤 다시 시도하세요.
failure-not_recorded = 소유자가 녹화 영상을 남기지 않았습니다
    .body = 채널 소유자에게 문의하세요.
failure-needs_form = 이 동영상을 보려면 먼저 등록해야 합니다
    .body = 소유자가 이 정보를 요청합니다. 정보는 저희가 아니라 소유자에게 전송됩니다.
failure-form_refused = 사이트가 양식을 받아들이지 않았습니다
    .body = 입력한 내용을 확인한 뒤 다시 보내세요.
failure-session_unreadable = 이 파일에는 동영상이 없습니다
    .body = 저장한 브라우저 세션이 아니거나, 세션에서 Ustream 또는 IBM Video 동영상을 재생하지 않았습니다.
failure-session_expired = 이 브라우저 세션은 너무 오래되었습니다
    .body = 동영상 사이트가 더 이상 받아들이지 않습니다. 새로 저장한 뒤 바로 여세요.
failure-needs_password = 이 동영상은 비밀번호가 필요합니다
    .body = 모르는 경우 공유한 사람에게 물어보세요.
failure-wrong_password = 비밀번호가 맞지 않습니다
    .body = 대소문자와 공백을 확인한 뒤 다시 시도하세요.
failure-members_only = 초대받은 사람만 볼 수 있습니다
    .body = 회사나 행사 계정으로 로그인해야 하지만 이 앱은 지원하지 않습니다.
failure-region = 현재 국가에서는 볼 수 없습니다
    .body = 소유자가 볼 수 있는 지역을 제한했습니다.
failure-embed_only = 소유자의 웹사이트에서만 재생됩니다
    .body = 동영상을 보는 페이지의 주소를 붙여넣으세요.
failure-locked = 소유자가 이 동영상을 잠갔습니다
    .body = 이 앱이 열 수 없는 방식으로 잠겨 있습니다.
failure-changed = 사이트의 동영상이 바뀌었습니다
    .body = 받은 부분과 더 이상 맞지 않습니다. 아무것도 삭제하지 않았습니다. 새 동영상으로 처음부터 다시 시작할 수 있습니다.
failure-pieces_missing = 이 동영상은 일부가 빠져 있습니다
    .body = 다시 시도해 나머지를 받거나 받은 부분만 저장하세요.
    .share = 빠진 부분: { $total } 중 { $missing }({ $times }).
failure-low_space = 이 동영상을 저장할 공간이 부족합니다
    .body = 공간을 확보한 뒤 다시 시도하세요. 동영상 크기는 예상값입니다.
    .room = 필요한 공간: 약 { $needed }. 남은 공간: { $there }.
failure-disk_full = 디스크가 가득 찼습니다
    .body = 공간을 확보한 뒤 다시 시도하세요. 받은 부분은 그대로 있습니다.
failure-quota_full = 할당된 디스크 공간을 다 썼습니다
    .body = 그곳에 있는 내 파일을 삭제한 뒤 다시 시도하세요. 받은 부분은 그대로 있습니다.
failure-file_too_large = 이 드라이브에는 이렇게 큰 파일을 저장할 수 없습니다
    .body = 다른 드라이브의 폴더를 선택하세요. 받은 부분도 옮겨집니다.
    .room = 필요한 공간: 약 { $needed }. 저장할 수 있는 가장 큰 파일: { $there }.
failure-no_write = 이 폴더에 쓸 수 없습니다
    .body = 드라이브를 다시 연결하거나 폴더 쓰기를 허용한 뒤 다시 시도하세요.
failure-own_folder = 앱이 자체 폴더에 쓸 수 없습니다
    .body = { $detail }에 쓰기를 허용한 뒤 앱을 다시 여세요.
failure-read_only = 이 드라이브는 읽기 전용입니다
    .body = 쓰기를 허용하거나(스위치가 있는 카드도 있습니다) 다른 드라이브의 폴더를 선택하세요.
failure-folder_full = 이 폴더에는 폴더를 더 만들 수 없습니다
    .body = 안에 있는 폴더를 줄이거나 다른 폴더를 선택하세요.
failure-bad_name = 이 드라이브에서는 그 이름을 쓸 수 없습니다
    .body = 다른 드라이브의 폴더를 선택하세요.
failure-drive_gone = 폴더가 더 이상 없습니다
    .body = 외장 드라이브에 있다면 다시 연결한 뒤 다시 시도하세요.
failure-file_held = 다른 프로그램이 이 파일을 열어 두었습니다
    .body = 파일을 사용하는 플레이어나 프로그램을 닫은 뒤 다시 시도하세요. 받은 부분은 그대로 있습니다.
failure-in_use = 이 동영상은 이미 저장 중입니다
    .body = 다른 창이나 프로그램이 같은 파일을 저장하고 있습니다. 끝날 때까지 기다리세요.
failure-ffmpeg_missing = ffmpeg를 찾을 수 없습니다
    .body = 설치한 뒤 다시 시도하세요. 아직 다운로드한 것은 없습니다.
failure-convert_failed = MP4를 만들지 못했습니다
    .body = 원본은 온전하며 같은 폴더에 저장되어 있습니다.
failure-check_failed = 파일이 검사를 통과하지 못했습니다
    .body = 받은 부분을 남겨 두었으므로 다시 시도하면 빨리 끝납니다.
failure-bad_film = 이 파일은 동영상으로 읽을 수 없습니다
    .body = 맞는 파일인지, 온전한지 확인하세요.
failure-no_sound = 이 동영상에는 그 언어의 소리가 없습니다
    .body = 링크에서 동영상을 다시 찾은 뒤 제공되는 언어를 선택하세요.
failure-other_ending = 이 동영상은 그 확장자로 저장할 수 없습니다
    .body = 다시 저장하면서 다른 파일 형식을 선택하세요.
failure-encrypted = 이 동영상은 암호화되어 있습니다
    .body = 소유자의 플레이어에서만 열 수 있습니다. 이 앱은 보호를 해제하지 않습니다.
failure-unsupported = 이 동영상은 알 수 없는 방식으로 저장되어 있습니다
    .body = 지원을 추가할 수 있도록 세부 정보를 보내 주세요.
failure-internal = 앱에 문제가 생겼습니다
    .body = 받은 부분은 그대로 있습니다. 앱을 다시 시작해 계속하세요.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Windows 구성 요소가 없습니다
    .body = 앱 창에 필요한 Microsoft Edge WebView2가 이 컴퓨터에 없습니다. Microsoft에서 무료로 받은 뒤 앱을 다시 여세요.
shell-no_page = 앱 창을 표시할 수 없습니다
    .body = 받은 부분은 그대로 있습니다. 다시 시도해 보고, 그래도 안 되면 앱을 닫았다가 다시 여세요.
shell-get = 받기
menu-app = { $app }
    .about = { $app }에 관하여
    .settings = 설정…
    .hide = { $app } 가리기
    .hide_others = 기타 가리기
    .show_all = 모두 보기
    .quit = { $app } 종료
menu-edit = 편집
    .undo = 실행 취소
    .redo = 실행 복귀
    .cut = 오려두기
    .copy = 복사하기
    .paste = 붙여넣기
    .select_all = 전체 선택
menu-window = 윈도우
    .minimize = 최소화
    .zoom = 확대/축소
    .close = 닫기
menu-help = 도움말
