### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = 保存 Ustream 或 IBM Video 的视频
    .body = 粘贴已结束直播的链接。
paste-label = 视频链接
paste-placeholder = video.ibm.com/recorded/123456
paste-find = 查找视频
paste-paste = 粘贴
paste-drop = 也可以把链接拖放到此窗口。
    .here = 松开以查找此链接的视频
copied-heading = 您复制了一个链接
    .said = 复制的链接可以使用了。
copied-use = 使用此链接
remux-open = 用视频文件生成 MP4…

looking-heading = 正在查找视频…
    .body = 通常只需几秒钟。
    .slow = 仍在尝试。网站响应较慢。

## Several videos behind one link

choose-channel = 此链接指向一个频道，有 { $count } 个视频
    .several = 此链接指向一个频道，有多个视频
    .body = 请勾选想要的视频。
choose-page = 此页面有 { $count } 个视频
choose-all = 全选
    .none = 全不选
    .new = 仅新视频
choose-more = 显示更多
choose-saved = 已于 { $date }保存
choose-shown = 已显示 { $shown } 个，共 { $total } 个
choose-ticked =
    { $count ->
        [0] 未勾选
       *[other] 已勾选 { $count } 个，{ $duration }
    }
choose-continue = 继续（{ $count } 个）
choose-ready = 保存 { $count } 个视频
    .body = 将以各自的名称保存。
choose-back = 返回列表

## Ready to save

ready-said = 可以保存了。{ $title }，{ $facts }
ready-untitled = 视频 { $recording }
ready-all = 全部显示
ready-newest = 此链接指向一个频道。这是其中最新的视频。
ready-size = 约 { $size }
ready-change = 更改
ready-type = 文件类型
ready-mp4 = MP4
    .body = 可在各种设备上播放。
ready-flv = FLV
    .body = 原始文件，未经改动。
ready-quality = 画质
quality-height = { $height }p
ready-sound = 声音
    .usual = 视频自带
    .all = 所有语言
ready-name = 名称
    .replaced = 将保存为 { $file }。
ready-save = 保存视频
ready-starting = 正在开始…
low-space = { $folder } 空间不足
    .body = 约需 { $need }，可用 { $free }。
low-space-anyway = 仍然保存
too-large = { $folder } 无法保存这么大的文件
    .body = 此处的单个文件最大为 { $most }，而此视频约为 { $need }。
saved-before = 您已于 { $date }保存过此视频
    .body = { $file } 位于 { $folder }。
saved-before-again = 再次保存
saving-now = 此视频正在保存中：{ $percent }
    .plain = 此视频正在保存中
saving-show = 查看

folder-label = 保存到
folder-free = 可用 { $free }
folder-change = 更改…
folder-choose = 选择其他文件夹
folder-lost = 找不到文件夹 { $folder }
    .body = 视频暂时保存到 { $now }。请重新连接驱动器，或选择其他文件夹。

## Locked videos: password, form, owner’s page

password-label = 密码
password-show = 显示密码
password-send = 解锁
form-send = 提交并继续
form-again = 重新提交
form-optional = { $label }（可选）
form-said = 网站提示：{ $message }
page-label = 所有者页面的地址
page-send = 继续
field-wrong = 请填写此项。
    .email = 这不像是电子邮件地址。
    .url = 请粘贴以 http 开头的完整页面地址。
form-remember = 在这台电脑上记住这些信息
proxy-name = 用户名

## A job

job-queued = 正在排队
    .body = 前一个视频完成后开始。
job-resolving = 正在准备…
    .body = 正在向网站查询视频的位置。
job-fetching = 正在下载
    .body = 您可以继续使用电脑。
    .silent = 已有 { $time }没有收到数据。仍在尝试…
job-finishing = 正在收尾…
    .body = 已不再需要联网。
job-converting = 正在生成 MP4
    .body = 画面和声音保持不变。
job-moving = 正在移到另一个文件夹
    .body = 已下载的部分会一并移过去，然后继续下载。
job-waiting = 正在等待网络连接…
    .body = 会自动继续。已下载的部分不会丢失。
job-waiting-login = Wi-Fi 需要登录
    .body = 请在浏览器中打开一个网页并登录，之后会自动继续保存。
job-waiting-site = 正在等待视频网站响应…
    .body = 网站没有响应，或要求稍等。之后会自动继续保存。
job-waiting-mirror = 正在等待视频服务器响应…
    .body = 视频网站正常，但此视频的服务器没有发送数据。之后会自动继续保存。
job-waiting-segments = 正在查找缺少的部分…
    .body = 网站目前没有此视频的全部内容。我们会再请求几次。
job-stalled = 已有一段时间没有进展…
    .body = 我们会继续尝试。已下载的部分不会丢失。
job-paused = 已暂停
    .body = 已下载的部分不会丢失。可以关闭应用。
job-paused-at = 已在 { $percent } 处暂停
job-progress = { $title } 的进度
job-said = 已下载 { $percent }
job-title = { $percent } – { $title }
bytes-of = { $done }，共 { $total }
    .about = { $done }，共约 { $total }
bytes-so-far = 目前 { $done }
left-seconds = 剩余不到 1 分钟
left-minutes = 剩余约 { $minutes } 分钟
left-hours = 剩余约 { $hours } 小时

job-pause = 暂停
job-continue = 继续
job-cancel = 取消
job-another = 保存其他视频

stop-heading = 要停止保存此视频吗？
    .body = 已下载 { $done }。
    .nothing = 尚未下载任何内容。
stop-keep = 暂时保留
stop-delete = 删除
stop-go-on = 继续保存
stopped-heading = 已停止
    .kept = 已下载的部分已保留。
    .deleted = 已下载的部分已删除。
stopped-continue = 继续此视频
close-heading = 仍有 { $count } 个视频正在保存
    .body = 如果现在关闭，下次可以继续。
close-close = 关闭
close-stay = 不关闭
unfinished-heading = 您有 { $count } 个未完成的视频
unfinished-later = 稍后

saved-heading = 已保存
saved-facts = { $size } · { $duration } · 位于 { $folder }
saved-said = 已保存。{ $file } 位于 { $folder }。
saved-gaps = 已保存，但缺少 { $duration }
    .other = 已保存，但不完整
    .body = 缺失的位置：{ $times }。
    .segments = 无法下载的片段：{ $count } 个，共 { $total } 个。
    .empty = 没有画面和声音的片段：{ $count } 个。
    .misplaced = 属于视频其他位置的片段：{ $count } 个。
    .shorter = 比网站所示的时长短 { $duration }。
    .video = 缺少画面。
    .audio = 缺少声音。
    .language = 缺少此语言的声音：{ $language }。
    .rendition = 无法下载所选画质（{ $wished }），因此保存了另一种画质。
fact-lost = 丢失：{ $time } 起 { $duration }
    .video = 丢失的画面：{ $time } 起 { $duration }
    .audio = 丢失的声音：{ $time } 起 { $duration }
    .bytes = 文件中有 { $size } 无法读取：该处被截断或已损坏。
    .unreadable = 丢失：{ $time } 起 { $duration }。缺少播放方法的说明。
fact-left-out = 未包含：{ $name }
    .pause = { $time } 处的停顿太长，文件无法容纳，已缩短 { $duration }。
    .moved = 视频时间在 { $time } 处重新从零开始，后面的内容已移到正确的位置。
    .repeated = { $time } 起的 { $duration }收到了两次，只保留了一次。
saved-reveal = 在文件夹中显示
saved-play = 播放
saved-not-opened = 无法打开
    .body = 保存之后，文件可能已被移动或重命名。
    .copy = 复制路径

others-heading = 正在保存（{ $count }）
    .waiting = 等待中（{ $count }）
    .stopped = 已停止（{ $count }）
batch-saved = 已保存 { $saved } 个，共 { $total } 个
    .all = 已保存全部 { $total } 个视频
    .failed = { $count } 个失败
batch-pause = 全部暂停
batch-continue = 全部继续
batch-again = 重试失败的视频
row-more = { $title }的更多操作
    .plain = 更多
saved-list = 已保存的视频（{ $count }）
    .page = 为此文件夹生成网页
saved-list-forget = 移出列表
saved-list-removed = 已将 { $file } 移出列表，文件仍会保留。
    .undo = 撤销
delete-file = 删除文件…
    .ask = 要删除 { $file } 吗？
    .body = 文件会移到这台电脑的回收站。
    .keep = 保留
    .done = { $file } 已移到回收站。
delete-file-failed = 无法将文件移到回收站
    .body = 请在它所在的文件夹中删除。
saved-list-search = 搜索已保存的视频
    .none = 未找到
saved-list-again = 重新下载
check-file = 检查
    .running = 正在检查 { $file }…
    .whole = { $file } 完整无损。
    .damaged = { $file } 已损坏。可以重新下载。
    .changed = 文件与保存时不同。
    .unreadable = 已无法播放。
    .shorter = 缺少 { $duration }。
    .gone = { $file } 缺失或无法读取。
list-damaged = 列表中有一部分无法读取
    .body = 这部分已另行存放。您保存的文件未受影响。

## Settings

settings-heading = 设置
settings-done = 完成
settings-most = 最高 { $height }p
    .best = 最佳画质
    .smallest = 文件最小
    .audio = 仅声音
settings-template = 文件名
    .body = { "{title}" }、{ "{owner}" }、{ "{date}" }、{ "{id}" } 和 { "{quality}" } 会替换为视频的相应信息。斜杠会创建文件夹；日期为 UTC 日期。
    .wrong = 这不能用作名称。需要包含 { "{title}" } 或 { "{id}" }，且大括号必须成对。
    .folders = 每个频道一个文件夹
settings-example = 例如：{ $name }
settings-captions = 如有字幕，一并保存
settings-maker = MP4 生成工具
settings-builtin = 本应用
settings-ffmpeg = ffmpeg
    .missing = 未找到 ffmpeg。
    .pick = 选择 ffmpeg…
settings-at-once = 同时保存的视频数
    .speed = 为他人留出一些网速
    .unlimited = 不限速
    .most = 最高 { $speed }
settings-language = 语言
settings-system = 跟随系统
settings-remember = 记住我的注册信息
    .body = 信息保存在这台电脑的钥匙串中。
settings-remember-proxy = 记住代理的用户名和密码
settings-updates = 启动应用时检查更新
settings-version = 版本 { $version }
    .licence = 采用 MIT 许可证的自由软件。
    .legal = 请只保存您有权保留的视频。
settings-advanced = 高级
help-heading = 帮助
help-links = 哪些链接可用？
    .body = ustream.tv 和 video.ibm.com 上已结束直播的链接。请在浏览器显示视频时复制地址。
help-resume = 连接中断了怎么办？
    .body = 不会丢失任何内容。应用会自动继续。您也可以关闭应用，下次再继续。
help-play = 文件无法播放怎么办？
    .body = 请在已保存视频的列表中选择“检查”。如果文件没有损坏，请用其他播放器（例如 VLC）打开。
help-session = 视频需要用公司账号登录怎么办？
    .body = 请使用 Chrome 或 Edge。打开视频页面，按 F12，然后选择“网络”。重新加载页面，播放视频几秒钟，再在那里选择“导出 HAR”。最后把保存的文件拖放到此窗口。
    .open = 打开浏览器会话…

## A new version of the app

update-heading = 本应用有新版本 { $version }
    .body = 应用会关闭、更新，然后重新打开。您的视频和设置都会保留。
update-later = 暂不
update-notes = 新增内容
update-install = 立即更新
update-installing = 正在下载并安装新版本…
update-unreachable = 无法下载新版本
    .body = 请检查网络连接，然后重试。应用仍可照常使用。
update-refused = 新版本未安装
    .body = 下载的文件已损坏，或不是本应用的开发者提供的。应用仍可照常使用。
update-failed = 无法安装新版本
    .body = 无法替换应用的文件。应用仍可照常使用。

## Buttons of failures

do-again = 重试
do-other-link = 使用其他链接
do-keep-gaps = 保存已下载的部分
do-save-anyway = 仍然保存
do-keep-anyway = 仍然保留
do-start-over = 从头开始
do-check-again = 再次检查
do-try-now = 立即重试
do-browse = 在浏览器中打开
do-restart = 重启应用
do-show-original = 显示原始文件

details = 详细信息
details-copy = 复制详细信息
    .copied = 已复制

## A report of a problem

report = 保存报告…
    .intro = 报告显示视频网站的响应，便于他人查找原因。
    .hidden = 其中不含密码、您填写的内容、电子邮件地址和 IP 地址。
    .requests = { $count } 个请求
    .titles = 也不包含标题
    .busy = 正在准备报告…
    .save = 保存报告
    .saved = 报告已保存

## Failures, by code

failure-not_a_link = 这段文字中找不到链接
    .body = 链接应类似 video.ibm.com/recorded/123456。
failure-other_site = 本应用仅支持 Ustream 和 IBM Video
    .body = { $detail } 的该页面上没有这两个网站的视频。
failure-offline = 未连接到互联网
    .body = 请检查 Wi-Fi 或网线，然后重试。
failure-wifi_login = Wi-Fi 需要登录
    .body = 请在浏览器中打开一个网页，登录 Wi-Fi，然后重试。
failure-dns_failing = 您的网络找不到视频网站
    .body = 已连接网络，但网络查不到该网站的名称。请重启路由器，或换一个网络再试。
failure-connection_refused = 与视频网站的连接被拒绝
    .body = 请检查这台电脑的防火墙或安全软件。如果不是它们的原因，可能是网站停止服务了，请稍后再试。
failure-proxy_login = 您的网络要求输入用户名和密码
    .body = 请输入在此网络上网时使用的用户名和密码。
failure-proxy_refused = 您的网络不允许访问视频网站
    .body = 网络的代理拒绝了连接。请咨询网络管理员，或换一个网络再试。
failure-proxy_down = 您的网络代理没有响应
    .body = 这台电脑通过代理上网。请在系统的网络设置中检查代理。
failure-proxy_script = 您的网络用脚本选择代理
    .body = 本应用无法运行该脚本。请向网络管理员询问代理，并在系统的网络设置中填写。
failure-untrusted = 与视频网站的连接不安全
    .body = 有人用 { $detail } 的证书代替网站应答。请换一个网络再试，或咨询网络管理员。
failure-wrong_clock = 这台电脑的时钟不准
    .body = 安全连接需要正确的时间。请设置日期和时间，然后重试。
failure-no_certificates = 这台电脑无法检查安全连接
    .body = 缺少受信任证书的列表。请安装（许多系统中名为 ca-certificates），然后重新打开应用。
failure-site_down = 视频网站没有响应
    .body = 网站可能繁忙。请等几分钟再试。
failure-page_down = 该页面没有响应
    .body = 请在浏览器中打开它以检查链接，然后重试。
failure-busy = 网站要求放慢速度
    .body = 请等几分钟再试。
failure-stalled = 视频已停止传输
    .body = 网站几乎不再发送数据。已下载的部分不会丢失。请等几分钟再试。
failure-bad_answer = 网站返回了无法识别的内容
    .body = 如果这是酒店或咖啡馆的 Wi-Fi，请先在浏览器中登录。否则请等几分钟再试。
failure-not_found = 此视频已不存在
    .body = 视频已被删除，或链接有误。请在浏览器中打开链接确认。
failure-still_live = 此直播仍在进行
    .body = 请在直播结束、录像发布后再试。
failure-not_recorded = 所有者没有保留录像
    .body = 请询问频道所有者。
failure-needs_form = 观看此视频需要先注册
    .body = 所有者需要这些信息。信息会发送给所有者，而不是我们。
failure-form_refused = 网站没有接受表单
    .body = 请检查填写的内容，然后重新提交。
failure-session_unreadable = 此文件中没有视频
    .body = 它不是保存的浏览器会话，或其中没有播放过 Ustream 或 IBM Video 的视频。
failure-session_expired = 此浏览器会话已过时
    .body = 视频网站不再接受它。请重新保存一个，并尽快打开。
failure-needs_password = 此视频设有密码
    .body = 如果不知道密码，请询问分享者。
failure-wrong_password = 密码不正确
    .body = 请检查大小写和空格，然后重试。
failure-members_only = 只有受邀者才能观看
    .body = 需要用公司或活动的账号登录，本应用不支持。
failure-region = 在您的国家或地区不可用
    .body = 所有者限制了可观看的地区。
failure-embed_only = 只能在所有者的网站上播放
    .body = 请粘贴您观看视频的页面地址。
failure-locked = 所有者锁定了此视频
    .body = 本应用无法解除这种锁定。
failure-changed = 网站上的视频已更改
    .body = 已下载的部分与它不再相符。没有删除任何内容。您可以用新视频从头开始。
failure-pieces_missing = 此视频不完整
    .body = 请重试以下载其余部分，或保存已下载的部分。
    .share = 缺少：{ $total } 中的 { $missing }，位置：{ $times }。
failure-low_space = 空间不足，无法保存此视频
    .body = 请腾出空间，然后重试。视频大小为估计值。
    .room = 需要：约 { $needed }。可用：{ $there }。
failure-disk_full = 磁盘已满
    .body = 请腾出空间，然后重试。已下载的部分不会丢失。
failure-quota_full = 您在磁盘上的配额已用完
    .body = 请删除您在该磁盘上的文件，然后重试。已下载的部分不会丢失。
failure-file_too_large = 此驱动器无法保存这么大的文件
    .body = 请选择其他驱动器上的文件夹。已下载的部分会一并移过去。
    .room = 需要：约 { $needed }。此处可存的最大文件：{ $there }。
failure-no_write = 无法写入此文件夹
    .body = 请重新连接驱动器，或允许写入该文件夹，然后重试。
failure-own_folder = 应用无法写入自己的文件夹
    .body = 请允许写入 { $detail }，然后重新打开应用。
failure-read_only = 此驱动器是只读的
    .body = 请允许写入（有些存储卡带有开关），或选择其他驱动器上的文件夹。
failure-folder_full = 此文件夹中无法再新建文件夹
    .body = 请移走其中一些文件夹，或选择其他文件夹。
failure-bad_name = 此驱动器不接受这个名称
    .body = 请选择其他驱动器上的文件夹。
failure-drive_gone = 文件夹已不存在
    .body = 如果它在外接驱动器上，请重新连接，然后重试。
failure-file_held = 另一个程序正在使用此文件
    .body = 请关闭正在使用它的播放器或程序，然后重试。已下载的部分不会丢失。
failure-in_use = 此视频正在保存中
    .body = 另一个窗口或程序正在保存同一文件。请等它完成。
failure-ffmpeg_missing = 找不到 ffmpeg
    .body = 请先安装，然后重试。尚未下载任何内容。
failure-convert_failed = 无法生成 MP4
    .body = 原始文件完整，已保存在同一文件夹中。
failure-check_failed = 文件未通过检查
    .body = 已下载的部分已保留，重试会很快完成。
failure-bad_film = 此文件无法作为视频读取
    .body = 请检查文件是否正确、是否完整。
failure-no_sound = 此视频没有该语言的声音
    .body = 请用链接重新查找视频，然后选择它提供的语言。
failure-other_ending = 此视频不能使用该扩展名
    .body = 请再次保存，并选择其他文件类型。
failure-encrypted = 此视频已加密
    .body = 只有其所有者的播放器才能打开它。本应用不会解除保护。
failure-unsupported = 无法识别此视频的存储方式
    .body = 请把详细信息发送给我们，以便添加支持。
failure-internal = 应用出了问题
    .body = 已下载的部分已保留。请重启应用以继续。

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = 缺少 Windows 组件
    .body = 应用窗口需要 Microsoft Edge WebView2，但这台电脑上没有。请从 Microsoft 免费获取，然后重新打开应用。
shell-no_page = 应用无法显示窗口
    .body = 已下载的部分已保留。请重试；如果仍然不行，请关闭应用后重新打开。
shell-get = 获取
menu-app = { $app }
    .about = 关于 { $app }
    .settings = 设置…
    .hide = 隐藏 { $app }
    .hide_others = 隐藏其他
    .show_all = 全部显示
    .quit = 退出 { $app }
menu-edit = 编辑
    .undo = 撤销
    .redo = 重做
    .cut = 剪切
    .copy = 拷贝
    .paste = 粘贴
    .select_all = 全选
menu-window = 窗口
    .minimize = 最小化
    .zoom = 缩放
    .close = 关闭
menu-help = 帮助
