### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Ustream や IBM Video の動画を保存
    .body = 終了した配信のリンクを貼り付けてください。
paste-label = 動画のリンク
paste-placeholder = video.ibm.com/recorded/123456
paste-find = 動画を探す
paste-paste = 貼り付け
paste-drop = このウインドウにリンクをドロップすることもできます。
copied-heading = リンクがコピーされています
    .said = コピーしたリンクを使えます。
copied-use = このリンクを使う
copied-later = 今はしない
remux-open = 動画ファイルから MP4 を作る…

looking-heading = 動画を探しています…
    .body = 通常は数秒で終わります。
    .slow = まだ試しています。サイトの応答に時間がかかっています。

## Several videos behind one link

choose-channel = このリンクは { $count } 本の動画があるチャンネルです
    .several = このリンクは複数の動画があるチャンネルです
    .body = 保存したいものにチェックを入れてください。
choose-page = このページには { $count } 本の動画があります
choose-all = すべて選択
choose-none = 選択を解除
choose-more = さらに表示
choose-shown = { $total } 本中 { $shown } 本を表示
choose-ticked =
    { $count ->
        [0] 選択されていません
       *[other] { $count } 本を選択、{ $duration }
    }
choose-continue = { $count } 本で続ける
choose-ready = { $count } 本の動画を保存
    .body = それぞれの名前で保存されます。
choose-back = リストに戻る

## Ready to save

ready-said = 保存できます。{ $title }、{ $facts }
ready-untitled = 動画 { $recording }
ready-all = すべて表示
ready-newest = このリンクはチャンネルです。これは最新の動画です。
ready-size = 約 { $size }
ready-type = ファイル形式
ready-mp4 = MP4
    .body = どこでも再生できます。
ready-flv = FLV
    .body = 元のままのファイルです。
ready-quality = 画質
quality-height = { $height }p
ready-sound = 音声
    .usual = 動画のとおり
    .all = すべての言語
ready-name = 名前
ready-save = 動画を保存
ready-starting = 開始しています…
low-space = { $folder } の空き容量が足りません
    .body = 約 { $need } 必要ですが、空きは { $free } です。
low-space-anyway = それでも保存
too-large = { $folder } には、これほど大きいファイルを保存できません
    .body = 1 つのファイルは { $most } までですが、この動画は約 { $need } です。
saved-before = この動画は { $date } に保存済みです
    .body = { $file } は { $folder } にあります。
saved-before-again = もう一度保存
saving-now = この動画はすでに保存中です: { $percent }
    .plain = この動画はすでに保存中です
saving-show = 表示する

folder-label = 保存先
folder-free = 空き { $free }
folder-change = 変更…
folder-choose = 別のフォルダーを選ぶ
folder-lost = フォルダー { $folder } が見つかりません
    .body = 動画は当面 { $now } に保存されます。ドライブを接続し直すか、別のフォルダーを選んでください。

## Locked videos: password, form, owner’s page

password-label = パスワード
password-show = パスワードを表示
password-send = ロックを解除
form-send = 送信して続ける
form-again = もう一度送信
form-optional = { $label }（任意）
form-said = サイトからのメッセージ: { $message }
page-label = 所有者のページのアドレス
page-send = 続ける
page-needed = http で始まるページのアドレス全体を貼り付けてください。
form-remember = このコンピューターに記憶する
proxy-name = ユーザー名

## A job

job-queued = 順番を待っています
    .body = 前の動画が終わると始まります。
job-resolving = 準備しています…
    .body = 動画の場所をサイトに問い合わせています。
job-fetching = ダウンロード中
    .body = コンピューターはそのまま使えます。
    .silent = { $time }間データが届いていません。引き続き試しています…
job-finishing = 仕上げています…
    .body = インターネットはもう必要ありません。
job-converting = MP4 を作成中
    .body = 映像と音声は変わりません。
job-moving = 別のフォルダーへ移動中
    .body = 今ある分も移します。そのあとダウンロードを続けます。
job-waiting = インターネットを待っています…
    .body = 自動的に再開します。失われたものはありません。
job-waiting-login = Wi-Fi がサインインを求めています
    .body = ブラウザーで Web ページを開いてサインインしてください。その後、自動的に再開します。
job-waiting-site = 動画サイトを待っています…
    .body = 応答がないか、しばらく待つよう求められました。自動的に再開します。
job-waiting-mirror = 動画のサーバーを待っています…
    .body = 動画サイトは動いていますが、この動画のサーバーから何も届きません。自動的に再開します。
job-waiting-segments = 足りない部分を探しています…
    .body = サイトには今、この動画のすべてはありません。何度か問い合わせます。
job-stalled = しばらく進んでいません…
    .body = 引き続き試しています。失われたものはありません。
job-paused = 一時停止中
    .body = 失われたものはありません。アプリを閉じてもかまいません。
job-paused-at = { $percent } で一時停止中
job-progress = { $title } の進み具合
job-said = { $percent } ダウンロードしました
job-title = { $percent } – { $title }
bytes-of = { $total } 中 { $done }
    .about = 約 { $total } 中 { $done }
bytes-so-far = これまでに { $done }
left-seconds = 残り 1 分未満
left-minutes = 残り約 { $minutes } 分
left-hours = 残り約 { $hours } 時間

job-pause = 一時停止
job-continue = 続ける
job-cancel = キャンセル
job-another = 別の動画を保存

stop-heading = この動画の保存をやめますか？
    .body = { $done } はすでに保存されています。
    .nothing = まだ何も保存されていません。
stop-keep = 後のために残す
stop-delete = 削除する
stop-go-on = 保存を続ける
stopped-heading = 中止しました
    .kept = 未完了の部分は残してあります。
    .deleted = 未完了の部分は削除しました。
stopped-continue = この動画を続ける
close-heading = 動画をまだ保存しています
    .body = 今閉じても、次回続きから再開できます。
close-close = 閉じる
close-stay = 閉じない
unfinished-heading = 未完了の動画が { $count } 本あります
unfinished-later = 後で

saved-heading = 保存しました
saved-facts = { $size } · { $duration } · { $folder } 内
saved-said = 保存しました。{ $file } は { $folder } にあります。
saved-gaps = 保存しましたが、{ $duration } 分が欠けています
    .other = 保存しましたが、完全ではありません
    .body = 欠けている位置: { $times }。
    .segments = ダウンロードできなかった部分: { $total } 個中 { $count } 個。
    .empty = 映像も音声もない部分: { $count } 個。
    .misplaced = 動画の別の位置の部分: { $count } 個。
    .shorter = サイトの表示より { $duration } 短くなっています。
    .video = 映像がありません。
    .audio = 音声がありません。
    .language = この言語の音声がありません: { $language }。
    .rendition = 選んだ画質（{ $wished }）は取得できなかったため、別の画質で保存しました。
fact-lost = 失われた部分: { $time } から { $duration }
    .video = 失われた映像: { $time } から { $duration }
    .audio = 失われた音声: { $time } から { $duration }
    .bytes = ファイルの { $size } を読み取れません。そこで切れているか、壊れています。
    .unreadable = 失われた部分: { $time } から { $duration }。再生方法の情報がありません。
fact-left-out = 含まれないもの: { $name }
    .pause = { $time } の空白はファイルには長すぎたため、{ $duration } 短くしました。
    .moved = { $time } で時計が最初に戻ります。続きは正しい位置に移しました。
    .repeated = { $time } からの { $duration } は 2 回届き、1 回だけ入っています。
saved-reveal = フォルダーで表示
saved-play = 再生
saved-not-opened = 開けませんでした
    .body = 保存後にファイルが移動されたか、名前が変更された可能性があります。

others-heading = 保存中（{ $count }）
    .waiting = 待機中（{ $count }）
    .stopped = 停止中（{ $count }）
saved-list = 保存した動画（{ $count }）
saved-list-forget = リストから消す
saved-list-again = もう一度ダウンロード
check-file = 確認
    .running = { $file } を確認しています…
    .whole = { $file } に問題はありません。
    .damaged = { $file } は破損しています。もう一度ダウンロードできます。
    .changed = ファイルの内容が保存したときと変わっています。
    .unreadable = もう再生できません。
    .shorter = { $duration } の内容が欠けています。
    .gone = { $file } がないか、読み取れません。
list-damaged = リストの一部を読み込めませんでした
    .body = 読み込めなかった部分は別に保管しました。保存したファイルはそのまま残っています。

## Settings

settings-heading = 設定
settings-done = 完了
settings-most = 最大 { $height }p
    .best = 最高
    .smallest = 最小
    .audio = 音声のみ
settings-template = ファイル名
    .body = { "{title}" }、{ "{owner}" }、{ "{date}" }、{ "{id}" }、{ "{quality}" } は動画の情報に置き換わります。「/」でフォルダーになります。日付は UTC です。
    .wrong = これは名前にできません。{ "{title}" } か { "{id}" } が必要で、波かっこは対になっている必要があります。
settings-example = 例: { $name }
settings-captions = 字幕があれば一緒に保存する
settings-maker = MP4 の作成方法
settings-builtin = このアプリ
settings-ffmpeg = ffmpeg
    .missing = ffmpeg が見つかりません。
    .pick = ffmpeg を選ぶ…
settings-at-once = 同時に保存する動画の数
settings-language = 言語
settings-system = コンピューターと同じ
settings-remember = 登録フォームの内容を記憶する
    .body = このコンピューターのキーチェーンに保管されます。
settings-remember-proxy = プロキシのユーザー名とパスワードを記憶する
settings-updates = アプリの起動時に新しいバージョンを探す
settings-legal = 保存が許可されている動画だけを保存してください。
settings-version = バージョン { $version }

## A new version of the app

update-heading = このアプリのバージョン { $version } を利用できます
    .body = アプリは閉じて更新され、もう一度開きます。動画と設定はそのまま残ります。
update-notes = 新しい点
update-install = 今すぐ更新
update-installing = 新しいバージョンをダウンロードしてインストールしています…
update-unreachable = 新しいバージョンをダウンロードできませんでした
    .body = インターネット接続を確認して、もう一度お試しください。アプリはこれまでどおり使えます。
update-refused = 新しいバージョンはインストールされませんでした
    .body = ダウンロードしたファイルが壊れているか、このアプリの作者のものではありません。アプリはこれまでどおり使えます。
update-failed = 新しいバージョンをインストールできませんでした
    .body = アプリのファイルを置き換えられません。アプリはこれまでどおり使えます。

## Buttons of failures

do-again = もう一度試す
do-other-link = 別のリンクを使う
do-keep-gaps = 今ある分を残す
do-save-anyway = それでも保存
do-keep-anyway = それでも残す
do-start-over = 最初からやり直す
do-check-again = もう一度確認
do-try-now = 今すぐ試す
do-browse = ブラウザーで開く
do-restart = アプリを再起動
do-show-original = 元のファイルを表示

details = 詳細
details-copy = 詳細をコピー
details-copied = コピーしました

## Failures, by code

failure-not_a_link = テキストにリンクが見つかりません
    .body = video.ibm.com/recorded/123456 のような形です。
failure-other_site = このアプリは Ustream と IBM Video 専用です
    .body = { $detail } のそのページには、対応する動画がありません。
failure-offline = インターネットに接続されていません
    .body = Wi-Fi またはケーブルを確認して、もう一度試してください。
failure-wifi_login = Wi-Fi がサインインを求めています
    .body = ブラウザーで Web ページを開いて Wi-Fi にサインインしてから、もう一度試してください。
failure-dns_failing = ネットワークで動画サイトが見つかりません
    .body = 接続されていますが、サイトの名前を調べられません。ルーターを再起動するか、別のネットワークで試してください。
failure-connection_refused = 動画サイトへの接続が拒否されました
    .body = このコンピューターのファイアウォールやセキュリティソフトを確認してください。問題がなければ、サイトが停止している可能性があります。後でもう一度試してください。
failure-proxy_login = ネットワークが名前とパスワードを求めています
    .body = このネットワークでインターネットに使うものを入力してください。
failure-proxy_refused = このネットワークでは動画サイトが許可されていません
    .body = プロキシが接続を拒否しています。ネットワークの管理者に聞くか、別のネットワークで試してください。
failure-proxy_down = ネットワークのプロキシが応答しません
    .body = このコンピューターはプロキシを通してインターネットに接続します。システムのネットワーク設定でプロキシを確認してください。
failure-proxy_script = ネットワークがスクリプトでプロキシを選んでいます
    .body = このアプリでは実行できません。ネットワークの管理者にプロキシを聞いて、システムのネットワーク設定に入力してください。
failure-untrusted = 動画サイトへの接続は安全ではありません
    .body = { $detail } の証明書で別のものが応答しています。別のネットワークで試すか、ネットワークの管理者に聞いてください。
failure-wrong_clock = このコンピューターの時計が合っていません
    .body = 安全な接続には正しい時刻が必要です。日付と時刻を合わせてから、もう一度試してください。
failure-site_down = 動画サイトが応答しません
    .body = 混み合っている可能性があります。数分待ってから、もう一度試してください。
failure-page_down = そのページが応答しません
    .body = ブラウザーで開いてリンクを確認してから、もう一度試してください。
failure-busy = サイトから間隔を空けるよう求められました
    .body = 数分待ってから、もう一度試してください。
failure-stalled = 動画が届かなくなりました
    .body = サイトからほとんど何も送られてきません。失われたものはありません。数分待ってから、もう一度試してください。
failure-bad_answer = サイトの応答を理解できません
    .body = サイトに問題があるのかもしれません。数分待ってから、もう一度試してください。
failure-not_found = この動画はもうありません
    .body = 削除されたか、リンクに誤りがあります。ブラウザーでリンクを開いて確認してください。
failure-still_live = この配信はまだ続いています
    .body = 配信が終わり、録画が公開されてからもう一度お試しください。
failure-not_recorded = 録画は残されていません
    .body = チャンネルの所有者に問い合わせてください。
failure-needs_form = この動画は先に登録が必要です
    .body = 所有者が次の情報を求めています。送信先は所有者で、私たちではありません。
failure-form_refused = サイトがフォームを受け付けませんでした
    .body = 入力内容を確認して、もう一度送信してください。
failure-needs_password = この動画にはパスワードがあります
    .body = わからない場合は、共有した人に聞いてください。
failure-wrong_password = パスワードが違います
    .body = 大文字と小文字、空白を確認して、もう一度試してください。
failure-members_only = 招待された人だけが視聴できます
    .body = 会社やイベントのログインが必要ですが、このアプリは対応していません。
failure-region = お住まいの国では視聴できません
    .body = 所有者が視聴できる地域を制限しています。
failure-embed_only = 所有者のウェブサイトでのみ再生できます
    .body = 視聴しているページのアドレスを貼り付けてください。
failure-locked = 所有者がこの動画をロックしています
    .body = このアプリでは解除できない方法でロックされています。
failure-changed = サイトの動画が変わりました
    .body = 手元の分とはもう一致しません。何も削除していません。新しい動画で最初からやり直せます。
failure-pieces_missing = この動画は完全ではありません
    .body = もう一度試して残りを取得するか、今ある分を残してください。
failure-low_space = この動画には空き容量が足りません
    .body = 空き容量を増やして、もう一度試してください。最終的なサイズは推定です。
failure-disk_full = ディスクがいっぱいです
    .body = 空き容量を増やして、もう一度試してください。今ある分は無事です。
failure-quota_full = ディスクの割り当て分を使い切りました
    .body = そこにある自分のファイルを削除して、もう一度試してください。今ある分は無事です。
failure-file_too_large = このドライブには、これほど大きいファイルを保存できません
    .body = 別のドライブのフォルダーを選んでください。今ある分も移します。
failure-no_write = このフォルダーに書き込めません
    .body = ドライブを接続し直すか、フォルダーへの書き込みを許可して、もう一度試してください。
failure-read_only = このドライブは読み取り専用です
    .body = 書き込みを許可するか (スイッチのあるカードもあります)、別のドライブのフォルダーを選んでください。
failure-folder_full = このフォルダーには、これ以上フォルダーを作れません
    .body = 中のフォルダーを減らすか、別のフォルダーを選んでください。
failure-bad_name = このドライブでは、その名前を使えません
    .body = 別のドライブのフォルダーを選んでください。
failure-drive_gone = ドライブが取り外されました
    .body = 接続し直して、もう一度試してください。
failure-file_held = 別のプログラムがこのファイルを開いています
    .body = 使用中のプレーヤーやプログラムを閉じて、もう一度試してください。今ある分は無事です。
failure-in_use = この動画はすでに保存中です
    .body = 別のウインドウかプログラムが同じファイルを保存しています。終わるまで待ってください。
failure-ffmpeg_missing = ffmpeg が見つかりません
    .body = インストールしてから、もう一度試してください。何もダウンロードしていません。
failure-convert_failed = MP4 を作成できませんでした
    .body = 元のファイルは完全な状態で隣に保存されています。
failure-check_failed = ファイルが検査に通りませんでした
    .body = ダウンロードした部分は残してあるので、次はすぐに終わります。
failure-bad_film = このファイルは動画として読み取れません
    .body = 正しいファイルか、欠けていないかを確認してください。
failure-no_sound = この動画にその言語はありません
    .body = もう一度リンクを調べて、ある言語から選んでください。
failure-other_ending = この動画をその拡張子で保存することはできません
    .body = もう一度保存し、別のファイル形式を選んでください。
failure-encrypted = この動画は暗号化されています
    .body = 所有者のプレーヤーでしか開けません。このアプリは保護を解除しません。
failure-unsupported = この動画は未知の形式で保存されています
    .body = 対応できるように、詳細をお送りください。
failure-internal = アプリで問題が発生しました
    .body = ダウンロードした部分は残っています。アプリを再起動して続けてください。

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Windows の部品が足りません
    .body = このアプリのウインドウには Microsoft Edge WebView2 が必要ですが、このコンピューターにありません。Microsoft から無料で入手して、アプリをもう一度開いてください。
shell-get = 入手
menu-about = { $app } について
menu-settings = 設定…
menu-hide = { $app } を隠す
menu-hide-others = ほかを隠す
menu-show-all = すべてを表示
menu-quit = { $app } を終了
menu-edit = 編集
menu-undo = 取り消す
menu-redo = やり直す
menu-cut = カット
menu-copy = コピー
menu-paste = ペースト
menu-select-all = すべてを選択
menu-window = ウインドウ
menu-minimize = しまう
menu-zoom = 拡大／縮小
menu-close = 閉じる
menu-help = ヘルプ
