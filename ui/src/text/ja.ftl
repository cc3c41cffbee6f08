### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Ustream や IBM Video の動画を保存
    .body = 終了した配信のリンクを貼り付けてください。
paste-label = 動画のリンク
paste-placeholder = video.ibm.com/recorded/123456
paste-find = 動画を探す
paste-paste = 貼り付け
paste-drop = このウィンドウにリンクをドロップすることもできます。
    .here = リンクをドロップすると動画を探します
copied-heading = リンクがコピーされています
    .said = コピーしたリンクを使えます。
copied-use = このリンクを使う
remux-open = 動画ファイルから MP4 を作る…

looking-heading = 動画を探しています…
    .body = 通常は数秒で終わります。
    .slow = まだ試しています。サイトの応答に時間がかかっています。

## Several videos behind one link

choose-channel = このリンクは { $count } 本の動画があるチャンネルです
    .several = このリンクは複数の動画があるチャンネルです
    .body = 保存する動画にチェックを入れてください。
choose-page = このページには { $count } 本の動画があります
choose-all = すべて選択
    .none = すべて解除
    .new = 新しいものだけ
choose-more = さらに表示
choose-saved = { $date } に保存済み
choose-shown = { $total } 本中 { $shown } 本を表示
choose-ticked =
    { $count ->
        [0] 選択されていません
       *[other] { $count } 本を選択、{ $duration }
    }
choose-continue = { $count } 本で続ける
choose-ready = { $count } 本の動画を保存
    .body = それぞれの名前で保存します。
choose-back = リストに戻る

## Ready to save

ready-said = 保存できます。{ $title }、{ $facts }
ready-untitled = 動画 { $recording }
ready-all = すべて表示
ready-newest = チャンネルのリンクです。最新の動画を表示しています。
ready-size = 約 { $size }
ready-change = 変更
ready-type = ファイル形式
ready-mp4 = MP4
    .body = どの機器でも再生できます。
ready-flv = FLV
    .body = 元のままのファイルです。
ready-quality = 画質
quality-height = { $height }p
ready-sound = 音声
    .usual = 元の音声
    .all = すべての言語
ready-name = 名前
    .replaced = { $file } として保存されます。
ready-save = 動画を保存
ready-starting = 開始しています…
low-space = { $folder } の空き容量が足りません
    .body = 約 { $need } 必要ですが、空きは { $free } です。
low-space-anyway = このまま保存
too-large = { $folder } には、このサイズのファイルを保存できません
    .body = 保存できるファイルは { $most } までですが、この動画は約 { $need } です。
saved-before = この動画は { $date } に保存済みです
    .body = { $file } は { $folder } にあります。
saved-before-again = もう一度保存
saving-now = この動画はすでに保存中です: { $percent }
    .plain = この動画はすでに保存中です
saving-show = 表示

folder-label = 保存先
folder-free = 空き { $free }
folder-change = 変更…
folder-choose = 別のフォルダーを選ぶ
folder-lost = フォルダー { $folder } が見つかりません
    .body = 動画はひとまず { $now } に保存します。ドライブを接続し直すか、別のフォルダーを選んでください。

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
field-wrong = 入力してください。
    .email = メールアドレスの形式ではありません。
    .url = http で始まるページのアドレス全体を貼り付けてください。
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
    .body = インターネット接続はもう必要ありません。
job-converting = MP4 を作成中
    .body = 映像と音声は変わりません。
job-moving = 別のフォルダーへ移動中
    .body = ダウンロード済みの分も移してから、続きをダウンロードします。
job-waiting = インターネット接続を待っています…
    .body = 自動的に再開します。ダウンロード済みの分は失われません。
job-waiting-login = Wi-Fi へのサインインが必要です
    .body = ブラウザーで Web ページを開いてサインインしてください。その後、自動的に再開します。
job-waiting-site = 動画サイトの応答を待っています…
    .body = 応答がないか、しばらく待つよう求められています。自動的に再開します。
job-waiting-mirror = 動画サーバーの応答を待っています…
    .body = 動画サイトは動いていますが、この動画のサーバーから何も届きません。自動的に再開します。
job-waiting-segments = 足りない部分を探しています…
    .body = 現在、この動画の一部がサイトにありません。何度か問い合わせます。
job-stalled = しばらく進んでいません…
    .body = 引き続き試しています。ダウンロード済みの分は失われません。
job-paused = 一時停止中
    .body = ダウンロード済みの分は失われません。アプリを閉じてもかまいません。
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
job-continue = 再開
job-cancel = キャンセル
job-another = 別の動画を保存

stop-heading = この動画の保存を中止しますか？
    .body = { $done } はダウンロード済みです。
    .nothing = まだ何もダウンロードしていません。
stop-keep = 残して後で再開
stop-delete = 削除
stop-go-on = 保存を続ける
stopped-heading = 中止しました
    .kept = ダウンロード済みの分は残してあります。
    .deleted = ダウンロード済みの分は削除しました。
stopped-continue = この動画を再開
close-heading = まだ { $count } 本の動画を保存しています
    .body = 今閉じても、次回、続きから再開できます。
close-close = 閉じる
close-stay = 閉じない
unfinished-heading = 保存途中の動画が { $count } 本あります
unfinished-later = 後で

saved-heading = 保存しました
saved-facts = { $size } · { $duration } · { $folder } 内
saved-said = 保存しました。{ $file } は { $folder } にあります。
saved-gaps = 保存しましたが、{ $duration }ぶん欠けています
    .other = 保存しましたが、完全ではありません
    .body = 欠けている位置: { $times }。
    .segments = ダウンロードできなかった部分: { $total } 個中 { $count } 個。
    .empty = 映像も音声もない部分: { $count } 個。
    .misplaced = 動画の別の位置のものだった部分: { $count } 個。
    .shorter = サイトの表示より { $duration }短くなっています。
    .video = 映像がありません。
    .audio = 音声がありません。
    .language = この言語の音声がありません: { $language }。
    .rendition = 選んだ画質（{ $wished }）はダウンロードできなかったため、別の画質で保存しました。
fact-lost = 失われた部分: { $time } から { $duration }
    .video = 失われた映像: { $time } から { $duration }
    .audio = 失われた音声: { $time } から { $duration }
    .bytes = ファイルのうち { $size } を読み取れません。途中で切れているか、破損しています。
    .unreadable = 失われた部分: { $time } から { $duration }。再生方法の情報がありません。
fact-left-out = 含まれないもの: { $name }
    .pause = { $time } の中断はファイルには長すぎたため、{ $duration }短くしました。
    .moved = { $time } で動画の時刻が最初に戻っていたため、続きを正しい位置に移しました。
    .repeated = { $time } からの { $duration }は 2 回届いたため、1 回分だけ入れました。
saved-reveal = フォルダーで表示
saved-play = 再生
saved-not-opened = 開けませんでした
    .body = 保存後にファイルが移動されたか、名前が変更された可能性があります。
    .copy = パスをコピー

others-heading = 保存中（{ $count }）
    .waiting = 待機中（{ $count }）
    .stopped = 停止中（{ $count }）
batch-saved = { $total } 本中 { $saved } 本を保存済み
    .all = { $total } 本すべてを保存しました
    .failed = { $count } 本は失敗
batch-pause = すべて一時停止
batch-continue = すべて再開
batch-again = 失敗した動画を再試行
row-more = { $title } のその他の操作
    .plain = その他
saved-list = 保存した動画（{ $count }）
    .page = フォルダーのウェブページを作る
saved-list-forget = リストから外す
saved-list-removed = { $file } をリストから外しました。ファイルは残ります。
    .undo = 元に戻す
delete-file = ファイルを削除…
    .ask = { $file } を削除しますか？
    .body = このコンピューターのごみ箱に移動します。
    .keep = 残す
    .done = { $file } をごみ箱に移動しました。
delete-file-failed = ファイルをごみ箱に移動できませんでした
    .body = フォルダーで直接削除してください。
saved-list-search = 保存した動画を検索
    .none = 見つかりませんでした
saved-list-again = もう一度ダウンロード
check-file = 確認
    .running = { $file } を確認しています…
    .whole = { $file } に問題はありません。
    .damaged = { $file } は破損しています。もう一度ダウンロードできます。
    .changed = ファイルの内容が保存時から変わっています。
    .unreadable = もう再生できません。
    .shorter = { $duration }ぶん欠けています。
    .gone = { $file } がないか、読み取れません。
list-damaged = リストの一部を読み込めませんでした
    .body = 読み込めなかった部分は別に保管しました。保存したファイルはそのまま残っています。

## Settings

settings-heading = 設定
settings-done = 完了
settings-most = 最大 { $height }p
    .best = 最高画質
    .smallest = 最小サイズ
    .audio = 音声のみ
settings-template = ファイル名
    .body = { "{title}" }、{ "{owner}" }、{ "{date}" }、{ "{id}" }、{ "{quality}" } は動画の情報に置き換わります。「/」で区切るとフォルダーになります。日付は UTC です。
    .wrong = この名前は使えません。{ "{title}" } か { "{id}" } が必要で、波かっこは対になっている必要があります。
    .folders = チャンネルごとにフォルダーを作る
settings-example = 例: { $name }
settings-captions = 字幕があれば一緒に保存する
settings-maker = MP4 の作成方法
settings-builtin = このアプリ
settings-ffmpeg = ffmpeg
    .missing = ffmpeg が見つかりません。
    .pick = ffmpeg を選ぶ…
settings-at-once = 同時に保存する動画の数
    .speed = ほかの人のために速度を抑える
    .unlimited = 制限しない
    .most = 最大 { $speed }
settings-language = 言語
settings-system = コンピューターと同じ
settings-remember = 登録フォームの内容を記憶する
    .body = このコンピューターのキーチェーンに保管されます。
settings-remember-proxy = プロキシのユーザー名とパスワードを記憶する
settings-updates = アプリの起動時に更新を確認する
settings-version = バージョン { $version }
    .licence = MIT ライセンスのフリーソフトウェアです。
    .legal = 保存が許可されている動画だけを保存してください。
settings-advanced = 詳細設定
help-heading = ヘルプ
help-links = どのリンクが使えますか？
    .body = ustream.tv と video.ibm.com の、終了した配信のリンクです。ブラウザーで動画を表示しているときにアドレスをコピーしてください。
help-resume = 接続が切れたらどうなりますか？
    .body = 何も失われません。アプリが自動的に続けます。閉じて、次回、続きから再開することもできます。
help-play = ファイルを再生できません。どうすればよいですか？
    .body = 保存した動画の一覧で「確認」を選んでください。ファイルが壊れていなければ、VLC など別のプレーヤーで開いてください。
help-session = 動画を見るのに会社のサインインが必要です。どうすればよいですか？
    .body = Chrome または Edge を使ってください。動画のページを開き、F12 キーを押して「ネットワーク」を選びます。ページを再読み込みし、動画を数秒間再生してから、同じ画面で「HAR をエクスポート」を選びます。保存したファイルをこのウィンドウにドロップしてください。
    .open = ブラウザーのセッションを開く…

## A new version of the app

update-heading = アプリの新しいバージョン { $version } があります
    .body = アプリを閉じて更新し、もう一度開きます。動画と設定はそのまま残ります。
update-later = 今は使わない
update-notes = 更新内容
update-install = 今すぐ更新
update-installing = 新しいバージョンをダウンロードしてインストールしています…
update-unreachable = 新しいバージョンをダウンロードできませんでした
    .body = インターネット接続を確認して、もう一度試してください。アプリはこれまでどおり使えます。
update-refused = 新しいバージョンはインストールされませんでした
    .body = ダウンロードしたファイルが破損しているか、このアプリの開発元のものではありません。アプリはこれまでどおり使えます。
update-failed = 新しいバージョンをインストールできませんでした
    .body = アプリのファイルを置き換えられません。アプリはこれまでどおり使えます。

## Buttons of failures

do-again = 再試行
do-other-link = 別のリンクを使う
do-keep-gaps = 欠けたまま保存
do-save-anyway = このまま保存
do-keep-anyway = このまま残す
do-start-over = 最初からやり直す
do-check-again = もう一度確認
do-try-now = 今すぐ再試行
do-browse = ブラウザーで開く
do-restart = アプリを再起動
do-show-original = 元のファイルを表示

details = 詳細
details-copy = 詳細をコピー
    .copied = コピーしました

## A report of a problem

report = レポートを保存…
    .intro = 動画サイトの応答を記録したもので、ほかの人が原因を調べるのに役立ちます。
    .hidden = パスワード、入力した内容、メールアドレス、IP アドレスは含まれません。
    .requests = { $count } 件のリクエスト
    .titles = タイトルも含めない
    .busy = レポートを準備しています…
    .save = レポートを保存
    .saved = レポートを保存しました

## Failures, by code

failure-not_a_link = このテキストにはリンクが見つかりません
    .body = リンクは video.ibm.com/recorded/123456 のような形です。
failure-other_site = このアプリは Ustream と IBM Video 専用です
    .body = { $detail } のこのページに、対応する動画はありません。
failure-offline = インターネットに接続されていません
    .body = Wi-Fi またはケーブルを確認して、もう一度試してください。
failure-wifi_login = Wi-Fi へのサインインが必要です
    .body = ブラウザーで Web ページを開いて Wi-Fi にサインインしてから、もう一度試してください。
failure-dns_failing = ネットワークで動画サイトが見つかりません
    .body = 接続はされていますが、サイトの名前を調べられません。ルーターを再起動するか、別のネットワークで試してください。
failure-connection_refused = 動画サイトへの接続が拒否されました
    .body = このコンピューターのファイアウォールやセキュリティソフトを確認してください。問題がなければ、サイトが停止している可能性があります。後でもう一度試してください。
failure-proxy_login = ネットワークのユーザー名とパスワードが必要です
    .body = このネットワークでインターネットに接続するときのものを入力してください。
failure-proxy_refused = このネットワークでは動画サイトが許可されていません
    .body = プロキシが接続を拒否しています。ネットワークの管理者に問い合わせるか、別のネットワークで試してください。
failure-proxy_down = ネットワークのプロキシが応答しません
    .body = このコンピューターはプロキシを通してインターネットに接続します。システムのネットワーク設定でプロキシを確認してください。
failure-proxy_script = このネットワークのプロキシはスクリプトで選ばれます
    .body = このアプリはスクリプトを実行できません。プロキシをネットワークの管理者に問い合わせて、システムのネットワーク設定に入力してください。
failure-untrusted = 動画サイトへの接続は安全ではありません
    .body = 別の相手が { $detail } の証明書を使って応答しています。別のネットワークで試すか、ネットワークの管理者に問い合わせてください。
failure-wrong_clock = このコンピューターの時計が合っていません
    .body = 安全な接続には正しい時刻が必要です。日付と時刻を合わせてから、もう一度試してください。
failure-no_certificates = このコンピューターでは安全な接続を確認できません
    .body = 信頼できる証明書の一覧がありません。インストールして（多くのシステムでは ca-certificates という名前です）、アプリをもう一度開いてください。
failure-site_down = 動画サイトが応答しません
    .body = 混み合っている可能性があります。数分待ってから、もう一度試してください。
failure-page_down = そのページが応答しません
    .body = ブラウザーで開いてリンクを確認してから、もう一度試してください。
failure-busy = サイトから間隔を空けるよう求められました
    .body = 数分待ってから、もう一度試してください。
failure-stalled = 動画が届かなくなりました
    .body = サイトからほとんど何も送られてきません。ダウンロード済みの分は失われません。数分待ってから、もう一度試してください。
failure-bad_answer = サイトの応答が正しくありません
    .body = ホテルやカフェの Wi-Fi の場合は、先にブラウザーでサインインしてください。それ以外の場合は、数分待ってから、もう一度試してください。
failure-not_found = この動画はもうありません
    .body = 削除されたか、リンクに誤りがあります。ブラウザーでリンクを開いて確認してください。
failure-still_live = この配信はまだ続いています
    .body = 配信が終わり、録画が公開されてからもう一度試してください。
failure-not_recorded = 録画は残されていません
    .body = チャンネルの所有者に問い合わせてください。
failure-needs_form = この動画を見るには登録が必要です
    .body = 所有者が次の情報を求めています。送信先は所有者で、このアプリの開発元ではありません。
failure-form_refused = サイトがフォームを受け付けませんでした
    .body = 入力内容を確認して、もう一度送信してください。
failure-session_unreadable = このファイルに動画はありません
    .body = 保存したブラウザーのセッションではないか、その中で Ustream や IBM Video の動画が再生されていません。
failure-session_expired = このブラウザーのセッションは古すぎます
    .body = 動画サイトで受け付けられなくなりました。新しく保存して、すぐに開いてください。
failure-needs_password = この動画にはパスワードが必要です
    .body = わからない場合は、動画を共有した人に聞いてください。
failure-wrong_password = パスワードが違います
    .body = 大文字と小文字、スペースを確認して、もう一度試してください。
failure-members_only = 招待された人だけが視聴できます
    .body = 会社やイベントのアカウントでのサインインが必要ですが、このアプリは対応していません。
failure-region = お住まいの国では視聴できません
    .body = 所有者が視聴できる地域を制限しています。
failure-embed_only = 所有者の Web サイトでのみ再生できます
    .body = 視聴しているページのアドレスを貼り付けてください。
failure-locked = 所有者がこの動画をロックしています
    .body = このアプリでは解除できない方法でロックされています。
failure-changed = サイトの動画が変わりました
    .body = ダウンロード済みの分とはもう一致しません。何も削除していません。新しい動画で最初からやり直せます。
failure-pieces_missing = この動画は一部が欠けています
    .body = もう一度試して残りをダウンロードするか、欠けたまま保存してください。
    .share = 欠けている部分: { $total } のうち { $missing }（{ $times }）。
failure-low_space = この動画を保存する空き容量が足りません
    .body = 空き容量を増やして、もう一度試してください。動画のサイズは推定値です。
    .room = 必要な容量: 約 { $needed }。空き容量: { $there }。
failure-disk_full = ディスクがいっぱいです
    .body = 空き容量を増やして、もう一度試してください。ダウンロード済みの分は失われません。
failure-quota_full = ディスクの割り当て容量を使い切りました
    .body = そこにある自分のファイルを削除して、もう一度試してください。ダウンロード済みの分は失われません。
failure-file_too_large = このドライブには、このサイズのファイルを保存できません
    .body = 別のドライブのフォルダーを選んでください。ダウンロード済みの分も移します。
    .room = 必要な容量: 約 { $needed }。保存できる最大のファイル: { $there }。
failure-no_write = このフォルダーに書き込めません
    .body = ドライブを接続し直すか、フォルダーへの書き込みを許可して、もう一度試してください。
failure-own_folder = アプリが自身のフォルダーに書き込めません
    .body = { $detail } への書き込みを許可して、アプリをもう一度開いてください。
failure-read_only = このドライブは読み取り専用です
    .body = 書き込みを許可するか（スイッチのあるカードもあります）、別のドライブのフォルダーを選んでください。
failure-folder_full = このフォルダーには、これ以上フォルダーを作れません
    .body = 中のフォルダーを減らすか、別のフォルダーを選んでください。
failure-bad_name = このドライブでは、その名前を使えません
    .body = 別のドライブのフォルダーを選んでください。
failure-drive_gone = フォルダーが見つかりません
    .body = 外付けドライブ上にある場合は接続し直して、もう一度試してください。
failure-file_held = 別のプログラムがこのファイルを開いています
    .body = 使用中のプレーヤーやプログラムを閉じて、もう一度試してください。ダウンロード済みの分は失われません。
failure-in_use = この動画はすでに保存中です
    .body = 別のウィンドウかプログラムが同じファイルを保存しています。終わるまで待ってください。
failure-ffmpeg_missing = ffmpeg が見つかりません
    .body = インストールしてから、もう一度試してください。まだ何もダウンロードしていません。
failure-convert_failed = MP4 を作成できませんでした
    .body = 元のファイルは完全な状態で同じフォルダーに保存されています。
failure-check_failed = ファイルの確認で問題が見つかりました
    .body = ダウンロード済みの分は残してあるので、再試行はすぐに終わります。
failure-bad_film = このファイルは動画として読み取れません
    .body = 正しいファイルか、欠けていないかを確認してください。
failure-no_sound = この動画にその言語の音声はありません
    .body = リンクから動画を探し直し、用意されている言語を選んでください。
failure-other_ending = この動画はその拡張子では保存できません
    .body = もう一度保存し、別のファイル形式を選んでください。
failure-encrypted = この動画は暗号化されています
    .body = 所有者のプレーヤーでしか開けません。このアプリは保護を解除しません。
failure-unsupported = この動画の形式には対応していません
    .body = 対応できるように、詳細をお知らせください。
failure-internal = アプリで問題が発生しました
    .body = ダウンロード済みの分は残っています。アプリを再起動して続けてください。

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Windows のコンポーネントがありません
    .body = このアプリのウィンドウには Microsoft Edge WebView2 が必要ですが、このコンピューターにありません。Microsoft から無料で入手して、アプリをもう一度開いてください。
shell-no_page = アプリのウィンドウを表示できません
    .body = ダウンロード済みの分は残っています。再試行しても表示されない場合は、アプリを閉じてもう一度開いてください。
shell-get = 入手
menu-app = { $app }
    .about = { $app }について
    .settings = 設定…
    .hide = { $app }を非表示
    .hide_others = ほかを非表示
    .show_all = すべてを表示
    .quit = { $app }を終了
menu-edit = 編集
    .undo = 取り消す
    .redo = やり直す
    .cut = カット
    .copy = コピー
    .paste = ペースト
    .select_all = すべてを選択
menu-window = ウインドウ
    .minimize = しまう
    .zoom = 拡大/縮小
    .close = 閉じる
menu-help = ヘルプ
