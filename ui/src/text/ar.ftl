### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = حفظ فيديو من Ustream أو IBM Video
    .body = الصق رابط بث مباشر انتهى أو ما زال جاريًا.
paste-label = رابط الفيديو
paste-placeholder = video.ibm.com/recorded/123456
paste-find = البحث عن الفيديو
paste-paste = لصق
paste-drop = يمكنك أيضًا إفلات رابط على هذه النافذة.
    .here = أفلت الرابط للبحث عنه
copied-heading = لقد نسخت رابطًا
    .said = الرابط المنسوخ جاهز للاستخدام.
copied-use = استخدام هذا الرابط
remux-open = إنشاء MP4 من ملف فيديو…

looking-heading = جارٍ البحث عن الفيديو…
    .body = يستغرق هذا عادةً بضع ثوانٍ.
    .slow = المحاولة مستمرة. الموقع بطيء في الرد.

## Several videos behind one link

choose-channel =
    { $count ->
        [zero] هذه قناة ليس فيها أي فيديو
        [one] هذه قناة فيها فيديو واحد
        [two] هذه قناة فيها مقطعا فيديو
        [few] هذه قناة فيها { $count } مقاطع فيديو
        [many] هذه قناة فيها { $count } مقطع فيديو
       *[other] هذه قناة فيها { $count } مقطع فيديو
    }
    .several = هذه قناة فيها عدة مقاطع فيديو
    .body = حدّد ما تريد حفظه منها.
    .kept = القنوات المتابَعة
    .keep = حفظ مقاطع الفيديو الجديدة لهذه القناة تلقائيًا
    .keep_body = ينظر التطبيق كل بضع ساعات ما دام مفتوحًا، ويسجّل البث الذي يبدأ. تجد القناة في الإعدادات.
    .kept_none = لا توجد قناة بعد. الصق رابط قناة واختر هناك «حفظ مقاطع الفيديو الجديدة لهذه القناة تلقائيًا».
    .kept_since = منذ { $date } · في { $folder }
    .kept_looked = آخر نظرة: { $date }
    .kept_never = لم يُنظر فيها بعد
    .kept_tell = إعلامي فقط بمقاطع الفيديو الجديدة
    .kept_remove = إزالة
    .kept_removed = لم تعد { $title } متابَعة. تبقى المقاطع المحفوظة.
    .kept_new = جديد: { $titles }
choose-page =
    { $count ->
        [zero] لا تعرض هذه الصفحة أي فيديو
        [one] تعرض هذه الصفحة فيديو واحدًا
        [two] تعرض هذه الصفحة مقطعي فيديو
        [few] تعرض هذه الصفحة { $count } مقاطع فيديو
        [many] تعرض هذه الصفحة { $count } مقطع فيديو
       *[other] تعرض هذه الصفحة { $count } مقطع فيديو
    }
choose-all = تحديد الكل
    .none = إلغاء تحديد الكل
    .new = الجديدة فقط
choose-more = عرض المزيد
choose-saved = تم الحفظ في { $date }
choose-shown = يُعرض { $shown } من { $total }
choose-ticked =
    { $count ->
        [0] لم يُحدَّد شيء
        [zero] المحدَّد: { $count }، { $duration }
        [one] المحدَّد: { $count }، { $duration }
        [two] المحدَّد: { $count }، { $duration }
        [few] المحدَّد: { $count }، { $duration }
        [many] المحدَّد: { $count }، { $duration }
       *[other] المحدَّد: { $count }، { $duration }
    }
choose-continue = متابعة ({ $count })
choose-ready =
    { $count ->
        [zero] لا فيديو للحفظ
        [one] حفظ فيديو واحد
        [two] حفظ مقطعي فيديو
        [few] حفظ { $count } مقاطع فيديو
        [many] حفظ { $count } مقطع فيديو
       *[other] حفظ { $count } مقطع فيديو
    }
    .body = يُحفظ كل فيديو باسمه.
    .oldest = البدء بالأقدم
choose-back = العودة إلى القائمة

## Ready to save

ready-said = جاهز للحفظ. { $title }، { $facts }
ready-untitled = فيديو { $recording }
ready-all = عرض الكل
ready-newest = هذا رابط قناة، وهذا أحدث فيديو فيها.
ready-size = حوالي { $size }
ready-type = نوع الملف
ready-mp4 = MP4
    .body = يعمل في كل مكان.
ready-flv = FLV
    .body = الأصل كما هو.
ready-mp3 = MP3
    .body = للمشغّلات القديمة. يُعاد ترميز الصوت.
    .m4a = M4A
    .m4a_body = الصوت كما هو.
ready-quality = الجودة
quality-height = { "\u200E" }{ $height }p
ready-sound = الصوت
    .usual = الصوت الافتراضي
    .all = كل اللغات
ready-name = الاسم
    .replaced = سيُحفظ باسم { $file }.
part = جزء فقط…
    .from = من
    .to = إلى
    .hint = مثل 1:30 أو 1:02:00. اترك الحقل فارغًا للبداية أو النهاية.
    .wrong = اكتب الأوقات هكذا: 1:30 أو 1:02:00.
    .empty = يجب أن تكون النهاية بعد البداية.
    .beyond = مدة الفيديو { $length } فقط.
    .original = لا يمكن قص الملف الأصلي إلا في مواضع معينة، لذلك قد يكون الجزء أطول ببضع ثوانٍ.
    .saved = جزء من الفيديو، من { $from } إلى { $to }.
    .clamped = ينتهي الفيديو قبل الوقت الذي طلبته.
ready-save = حفظ الفيديو
    .starting = جارٍ البدء…
    .change = تغيير
live = هذا البث جارٍ الآن
    .hint = يُسجَّل حتى ينتهي أو حتى توقفه.
    .record = التسجيل من البداية
    .now = التسجيل من الآن
    .recordings = مقاطع هذه القناة
    .stop = إيقاف وحفظ
    .disk_full = القرص ممتلئ تقريبًا، لذلك انتهى التسجيل.
    .silent = لم يعد البث يرسل شيئًا، لذلك انتهى التسجيل.
    .soon = لم يبدأ هذا البث بعد
    .soon_hint = يُسجَّل فور بدئه. أبقِ التطبيق مفتوحًا حتى ذلك الحين.
    .soon_record = التسجيل عند بدئه
    .since = منذ { $time }
    .continued = يستمر التسجيل في ملف آخر.
low-space = لا توجد مساحة كافية في { $folder }
    .body = يلزم حوالي { $need }، والمتاح { $free }.
low-space-anyway = الحفظ على أي حال
too-large = لا يدعم { $folder } ملفًا بهذا الحجم
    .body = أقصى حجم للملف هناك { $most }، وحجم هذا الفيديو حوالي { $need }.
saved-before = سبق أن حفظت هذا الفيديو في { $date }
    .body = الملف { $file } موجود في { $folder }.
saved-before-again = الحفظ مرة أخرى
saving-now = هذا الفيديو قيد الحفظ بالفعل: { $percent }
    .plain = هذا الفيديو قيد الحفظ بالفعل
saving-show = عرضه

folder-label = الحفظ في
folder-free = المتاح { $free }
folder-change = تغيير…
folder-choose = اختيار مجلد آخر
folder-lost = المجلد { $folder } غير موجود
    .body = تُحفظ مقاطع الفيديو حاليًا في { $now }. أعد توصيل القرص أو اختر مجلدًا آخر.

## Locked videos: password, form, owner’s page

password-label = كلمة المرور
password-show = إظهار كلمة المرور
password-send = فتح القفل
form-send = إرسال ومتابعة
form-again = إرسال مرة أخرى
form-optional = { $label } (اختياري)
form-said = رسالة الموقع: { $message }
page-label = عنوان صفحة المالك
page-send = متابعة
field-wrong = املأ هذا الحقل.
    .email = لا يبدو هذا عنوان بريد إلكتروني.
    .url = الصق عنوان الصفحة كاملًا بدءًا من http.
form-remember = تذكُّر هذه البيانات على هذا الكمبيوتر
proxy-name = اسم المستخدم

## A job

job-queued = في انتظار دوره
    .body = يبدأ بعد انتهاء الفيديو الذي قبله.
job-resolving = جارٍ التحضير…
    .body = نسأل الموقع عن مكان الفيديو.
job-fetching = جارٍ التنزيل
    .body = يمكنك مواصلة استخدام الكمبيوتر.
    .silent = لم تصل بيانات منذ { $time }. ما زلنا نحاول…
job-finishing = جارٍ الإنهاء…
    .body = لم تعد هناك حاجة إلى الإنترنت.
job-converting = جارٍ إنشاء MP4
    .body = لا تتغير الصورة ولا الصوت.
job-recording = جارٍ تسجيل البث
    .body = يُحفظ عندما ينتهي البث أو عندما توقفه.
job-encoding = جارٍ إنشاء MP3
    .body = يُعاد ترميز الصوت.
job-moving = جارٍ النقل إلى المجلد الآخر
    .body = يُنقل ما تم تنزيله أيضًا، ثم يستمر التنزيل.
job-waiting = في انتظار الإنترنت…
    .body = سيستمر التنزيل تلقائيًا. لم يُفقد شيء.
job-waiting-login = تطلب شبكة Wi-Fi تسجيل الدخول
    .body = افتح صفحة ويب في متصفحك وسجّل الدخول هناك. سيستمر الحفظ تلقائيًا.
job-waiting-site = في انتظار موقع الفيديو…
    .body = لا يرد الموقع أو طلب التوقف قليلًا. سيستمر الحفظ تلقائيًا.
job-waiting-stream = البث متوقف مؤقتًا
    .body = ننتظر ونتابع تلقائيًا.
job-waiting-mirror = في انتظار خادم الفيديو…
    .body = موقع الفيديو يعمل، لكن خادم هذا الفيديو لا يرسل شيئًا. سيستمر الحفظ تلقائيًا.
job-waiting-segments = جارٍ البحث عن الأجزاء الناقصة…
    .body = الفيديو ليس كاملًا على الموقع الآن. سنطلبه عدة مرات أخرى.
job-stalled = لا تقدُّم منذ فترة…
    .body = ما زلنا نحاول. لم يُفقد شيء.
job-paused = متوقف مؤقتًا
    .body = لم يُفقد شيء. يمكنك إغلاق التطبيق.
    .at = متوقف مؤقتًا عند { $percent }
job-progress = تقدُّم { $title }
job-said = تم تنزيل { $percent }
job-title = { $percent } – { $title }
bytes-of = { $done } من { $total }
    .about = { $done } من حوالي { $total }
bytes-so-far = { $done } حتى الآن
left-seconds = بقي أقل من دقيقة
left-minutes =
    { $minutes ->
        [zero] بقي أقل من دقيقة
        [one] بقيت دقيقة واحدة تقريبًا
        [two] بقيت دقيقتان تقريبًا
        [few] بقيت { $minutes } دقائق تقريبًا
        [many] بقيت { $minutes } دقيقة تقريبًا
       *[other] بقيت { $minutes } دقيقة تقريبًا
    }
left-hours =
    { $hours ->
        [zero] بقي أقل من ساعة
        [one] بقيت ساعة واحدة تقريبًا
        [two] بقيت ساعتان تقريبًا
        [few] بقيت { $hours } ساعات تقريبًا
        [many] بقيت { $hours } ساعة تقريبًا
       *[other] بقيت { $hours } ساعة تقريبًا
    }

job-pause = إيقاف مؤقت
job-continue = استئناف
job-cancel = إلغاء
job-another = حفظ فيديو آخر

stop-heading = هل تريد إيقاف حفظ هذا الفيديو؟
    .body = تم تنزيل { $done } حتى الآن.
    .nothing = لم يُنزَّل منه شيء بعد.
stop-keep = الاحتفاظ به لوقت لاحق
stop-delete = حذفه
stop-go-on = مواصلة الحفظ
stopped-heading = تم الإيقاف
    .kept = تم الاحتفاظ بالجزء غير المكتمل.
    .deleted = تم حذف الجزء غير المكتمل.
stopped-continue = استئناف هذا الفيديو
close-heading =
    { $count ->
        [zero] لا يوجد أي فيديو قيد الحفظ
        [one] ما زال هناك فيديو قيد الحفظ
        [two] ما زال هناك مقطعا فيديو قيد الحفظ
        [few] ما زالت هناك { $count } مقاطع فيديو قيد الحفظ
        [many] ما زال هناك { $count } مقطع فيديو قيد الحفظ
       *[other] ما زال هناك { $count } مقطع فيديو قيد الحفظ
    }
    .body = إذا أغلقت التطبيق الآن، فيمكنك استئناف الحفظ في المرة القادمة.
close-close = إغلاق
close-stay = عدم الإغلاق
unfinished-heading =
    { $count ->
        [zero] ليس لديك أي فيديو غير مكتمل
        [one] لديك فيديو غير مكتمل
        [two] لديك مقطعا فيديو غير مكتملين
        [few] لديك { $count } مقاطع فيديو غير مكتملة
        [many] لديك { $count } مقطع فيديو غير مكتمل
       *[other] لديك { $count } مقطع فيديو غير مكتمل
    }
unfinished-later = لاحقًا

saved-heading = تم الحفظ
saved-facts = { $size } · { $duration } · في { $folder }
    .captions = تعذّر تحويل الترجمة النصية، فحُفظت كما هي: { $file }
    .cues = تعذّر تحويل جزء من الترجمة النصية، فحُفظت كلها كما هي: { $file }
saved-said = تم الحفظ. الملف { $file } موجود في { $folder }.
saved-gaps = تم الحفظ، لكن ينقصه { $duration }
    .other = تم الحفظ، لكن الفيديو غير مكتمل
    .body = مواضع النقص: { $times }.
    .segments = أجزاء تعذّر تنزيلها: { $count } من { $total }.
    .empty = أجزاء بلا صورة ولا صوت: { $count }.
    .misplaced = أجزاء من موضع آخر في الفيديو: { $count }.
    .shorter = الفيديو أقصر مما يذكره الموقع بمقدار { $duration }.
    .video = الصورة مفقودة.
    .audio = الصوت مفقود.
    .language = الصوت بهذه اللغة مفقود: { $language }.
    .rendition = لم تتوفر الجودة المختارة ({ $wished })، فحُفظت جودة أخرى.
fact-lost = مفقود: { $duration } عند { $time }
    .video = صورة مفقودة: { $duration } عند { $time }
    .audio = صوت مفقود: { $duration } عند { $time }
    .bytes = تتعذّر قراءة { $size } من الملف: إنه مبتور أو تالف في ذلك الموضع.
    .unreadable = مفقود: { $duration } عند { $time }. ينقص ما يلزم لتشغيله.
fact-left-out = لم يُضمَّن: { $name }
    .pause = كان التوقف عند { $time } أطول مما يتسع له ملف، فصار أقصر بمقدار { $duration }.
    .moved = يبدأ توقيت الفيديو من جديد عند { $time }. نُقل ما يليه إلى موضعه الصحيح.
    .repeated = وصل جزء مدته { $duration } عند { $time } مرتين، وحُفظ مرة واحدة.
saved-reveal = عرض في المجلد
saved-play = تشغيل
saved-not-opened = تعذّر فتح الملف
    .body = ربما نُقل الملف أو تغيّر اسمه بعد حفظه.
    .copy = نسخ المسار

others-heading = قيد الحفظ ({ $count })
    .waiting = في الانتظار ({ $count })
    .stopped = متوقفة ({ $count })
batch-saved = تم حفظ { $saved } من { $total }
    .all = تم حفظ كل مقاطع الفيديو ({ $total })
    .failed = تعذّر حفظ { $count }
batch-pause = إيقاف الكل مؤقتًا
batch-continue = استئناف الكل
batch-again = إعادة محاولة ما تعذّر حفظه
row-more = المزيد من الإجراءات: { $title }
    .plain = المزيد
saved-list = مقاطع الفيديو المحفوظة ({ $count })
    .page = إنشاء صفحة ويب للمجلد
saved-list-forget = إزالة من القائمة
    .all = إزالة الكل من القائمة
    .ask = هل تريد إزالة مقاطع الفيديو هذه ({ $count }) من القائمة؟
    .body = تبقى الملفات كما هي.
    .keep = الاحتفاظ بها
saved-list-removed = تمت إزالة { $file } من القائمة. يبقى الملف نفسه في مكانه.
    .undo = تراجع
delete-file = حذف الملف…
    .ask = هل تريد حذف { $file }؟
    .body = سيُنقل إلى سلة المهملات في هذا الكمبيوتر.
    .keep = الاحتفاظ به
    .done = أصبح { $file } في سلة المهملات.
delete-file-failed = تعذّر نقل الملف إلى سلة المهملات
    .body = احذفه من مجلده بدلًا من ذلك.
list-search = البحث في مقاطع الفيديو
    .none = لا توجد نتائج
    .state = عرض
    .all = الكل
    .saving = قيد الحفظ
    .waiting = في الانتظار
    .stopped = متوقفة
    .saved = محفوظة
saved-list-again = تنزيل مرة أخرى
check-file = فحص
    .running = جارٍ فحص { $file }…
    .whole = الملف { $file } كامل وسليم.
    .damaged = الملف { $file } تالف. يمكنك تنزيله مرة أخرى.
    .changed = لم يعد الملف كما حُفظ.
    .unreadable = لم يعد تشغيله ممكنًا.
    .shorter = ينقصه { $duration }.
    .gone = الملف { $file } مفقود أو تتعذّر قراءته.
list-damaged = تعذّرت قراءة جزء من قائمتك
    .body = وُضع هذا الجزء جانبًا. الملفات التي حفظتها لم تتغير.

## Settings

settings-heading = الإعدادات
settings-done = تم
settings-most = حتى { "\u200E" }{ $height }p
    .best = الأفضل
    .smallest = الأصغر
    .audio = الصوت فقط
settings-template = أسماء الملفات
    .body = تحل معلومات الفيديو محل { "{title}" } و{ "{owner}" } و{ "{date}" } و{ "{id}" } و{ "{quality}" }. الشرطة المائلة تنشئ مجلدًا، والتاريخ هو اليوم بتوقيت UTC.
    .wrong = لا يصلح هذا اسمًا. يجب أن يحتوي على { "{title}" } أو { "{id}" }، وأن يكون لكل قوس نظيره.
    .folders = مجلد لكل قناة
settings-example = مثال: { $name }
settings-captions = حفظ الترجمة النصية أيضًا إن وُجدت
    .type = نوع ملف الترجمة النصية
    .picture = حفظ صورة المعاينة أيضًا في ملف
settings-maker = يُنشأ MP4 بواسطة
settings-builtin = هذا التطبيق
settings-ffmpeg = ffmpeg
    .missing = لم يُعثر على ffmpeg.
    .pick = اختيار ffmpeg…
settings-at-once = عدد مقاطع الفيديو في وقت واحد
    .speed = ترك بعض السرعة للآخرين
    .unlimited = بلا حد
    .most = حتى { $speed }
    .after = عند حفظ كل شيء
    .nothing = عدم فعل شيء
    .show_folder = عرض المجلد
    .sleep = إدخال الكمبيوتر في وضع السكون
    .shut_down = إيقاف تشغيل الكمبيوتر
    .asks_sleep = سيدخل الكمبيوتر في وضع السكون
    .asks_shut_down = سيتوقف تشغيل الكمبيوتر
    .seconds = حُفظ كل شيء. الثواني المتبقية: { $seconds }
settings-language = اللغة
settings-system = لغة الكمبيوتر
settings-remember = تذكُّر بياناتي في نماذج التسجيل
    .body = تُحفظ في سلسلة مفاتيح هذا الكمبيوتر.
settings-remember-proxy = تذكُّر اسم المستخدم وكلمة المرور للخادم الوكيل
settings-updates = التحقق من وجود تحديثات عند بدء التطبيق
settings-version = الإصدار { $version }
    .licence = برنامج حر برخصة MIT.
    .legal = لا تحفظ إلا ما يُسمح لك بالاحتفاظ به.
settings-advanced = خيارات متقدمة
help-heading = مساعدة
help-links = ما الروابط التي تعمل؟
    .body = روابط البثوث المنتهية على ustream.tv وvideo.ibm.com. انسخ العنوان والمتصفح يعرض الفيديو.
help-resume = ماذا لو انقطع الاتصال؟
    .body = لا يضيع شيء. يتابع التطبيق تلقائيًا، ويمكنك أيضًا إغلاقه والمتابعة في المرة القادمة.
help-play = الملف لا يعمل. ماذا أفعل؟
    .body = اختر «فحص» في قائمة مقاطع الفيديو المحفوظة. إن كان الملف سليمًا فافتحه ببرنامج آخر مثل VLC.
help-session = يتطلب الفيديو تسجيل دخول خاصًا بشركة. ماذا أفعل؟
    .body = استخدم Chrome أو Edge. افتح صفحة الفيديو واضغط F12 واختر «الشبكة». أعد تحميل الصفحة وشغّل الفيديو بضع ثوانٍ، ثم اختر «تصدير HAR» هناك. أفلت الملف المحفوظ على هذه النافذة.
    .open = فتح جلسة متصفح…

## A new version of the app

update-heading = الإصدار { $version } من هذا التطبيق متاح
    .body = يُغلق التطبيق ويُحدَّث ثم يُفتح من جديد. تبقى مقاطع الفيديو والإعدادات كما هي.
update-later = ليس الآن
update-notes = ما الجديد
update-install = التحديث الآن
update-installing = جارٍ تنزيل الإصدار الجديد وتثبيته…
update-unreachable = تعذّر تنزيل الإصدار الجديد
    .body = تحقق من الاتصال بالإنترنت، ثم أعد المحاولة. ما زال التطبيق يعمل كما كان.
update-refused = لم يُثبَّت الإصدار الجديد
    .body = الملف الذي تم تنزيله تالف أو ليس من مطوّري هذا التطبيق. ما زال التطبيق يعمل كما كان.
update-failed = تعذّر تثبيت الإصدار الجديد
    .body = لا يمكن استبدال ملفات التطبيق. ما زال التطبيق يعمل كما كان.

## Buttons of failures

do-again = إعادة المحاولة
do-other-link = استخدام رابط آخر
do-keep-gaps = الاحتفاظ بما لدينا
do-save-anyway = الحفظ على أي حال
do-keep-anyway = الاحتفاظ به على أي حال
do-start-over = البدء من جديد
do-check-again = التحقق مرة أخرى
do-try-now = المحاولة الآن
do-browse = فتح في المتصفح
do-restart = إعادة تشغيل التطبيق
do-show-original = عرض الأصل

details = التفاصيل
details-copy = نسخ التفاصيل
    .copied = تم النسخ

## A report of a problem

report = حفظ تقرير…
    .intro = يعرض ما رد به موقع الفيديو، حتى يتمكن آخرون من معرفة السبب.
    .hidden = لا يتضمن كلمات المرور ولا إجاباتك ولا عناوين البريد الإلكتروني أو IP.
    .requests =
        { $count ->
            [zero] لا طلبات
            [one] طلب واحد
            [two] طلبان
            [few] { $count } طلبات
            [many] { $count } طلبًا
           *[other] { $count } طلب
        }
    .titles = عدم تضمين عناوين مقاطع الفيديو أيضًا
    .busy = جارٍ تحضير التقرير…
    .save = حفظ التقرير
    .saved = تم حفظ التقرير

## Failures, by code

failure-not_a_link = لم نجد رابطًا في هذا النص
    .body = يجب أن يشبه الرابط video.ibm.com/recorded/123456.
failure-other_site = يعمل هذا التطبيق مع Ustream وIBM Video فقط
    .body = لا يوجد أي فيديو منهما في تلك الصفحة على { $detail }.
failure-offline = لست متصلًا بالإنترنت
    .body = تحقق من شبكة Wi-Fi أو الكابل، ثم أعد المحاولة.
failure-wifi_login = تطلب شبكة Wi-Fi تسجيل الدخول
    .body = افتح صفحة ويب في متصفحك وسجّل الدخول إلى شبكة Wi-Fi هناك، ثم أعد المحاولة.
failure-dns_failing = لا تستطيع شبكتك العثور على موقع الفيديو
    .body = أنت متصل، لكن الشبكة لا تعرف اسم الموقع. أعد تشغيل جهاز التوجيه، أو جرّب من شبكة أخرى.
failure-connection_refused = رُفض الاتصال بموقع الفيديو
    .body = تحقق من جدار الحماية أو برنامج الأمان على هذا الكمبيوتر. وإن لم يكن هو السبب، فقد يكون الموقع متوقفًا: أعد المحاولة لاحقًا.
failure-proxy_login = تطلب شبكتك اسم مستخدم وكلمة مرور
    .body = أدخل ما تستخدمه للإنترنت على هذه الشبكة.
failure-proxy_refused = لا تسمح شبكتك بموقع الفيديو
    .body = يرفض خادمها الوكيل الاتصال. اسأل المسؤول عن الشبكة، أو جرّب من شبكة أخرى.
failure-proxy_down = الخادم الوكيل لشبكتك لا يرد
    .body = يتصل هذا الكمبيوتر بالإنترنت عبره. تحقق من الخادم الوكيل في إعدادات الشبكة في النظام.
failure-proxy_script = تختار شبكتك الخادم الوكيل بواسطة برنامج نصي
    .body = لا يستطيع هذا التطبيق تشغيله. اسأل المسؤول عن الشبكة عن الخادم الوكيل، وأدخله في إعدادات الشبكة في النظام.
failure-untrusted = الاتصال بموقع الفيديو غير آمن
    .body = يرد طرف آخر مكانه بشهادة من { $detail }. جرّب من شبكة أخرى، أو اسأل المسؤول عن هذه الشبكة.
failure-wrong_clock = ساعة هذا الكمبيوتر غير صحيحة
    .body = تحتاج الاتصالات الآمنة إلى الوقت الصحيح. اضبط التاريخ والوقت، ثم أعد المحاولة.
failure-no_certificates = لا يستطيع هذا الكمبيوتر التحقق من الاتصالات الآمنة
    .body = قائمة الشهادات الموثوقة غير موجودة. ثبّتها (اسمها في كثير من الأنظمة ca-certificates)، ثم افتح التطبيق مرة أخرى.
failure-site_down = موقع الفيديو لا يرد
    .body = ربما كان مشغولًا. انتظر بضع دقائق، ثم أعد المحاولة.
failure-page_down = هذه الصفحة لا ترد
    .body = افتحها في المتصفح للتحقق من الرابط، ثم أعد المحاولة.
failure-busy = يطلب منا الموقع التمهُّل
    .body = انتظر بضع دقائق، ثم أعد المحاولة.
failure-stalled = توقف وصول الفيديو
    .body = يكاد الموقع لا يرسل شيئًا. لم يُفقد شيء: انتظر بضع دقائق، ثم أعد المحاولة.
failure-bad_answer = رد الموقع غير مفهوم
    .body = إن كنت على شبكة Wi-Fi في فندق أو مقهى، فسجّل الدخول إليها في متصفحك أولًا. وإلا فانتظر بضع دقائق، ثم أعد المحاولة.
failure-not_found = لم يعد هذا الفيديو موجودًا
    .body = أُزيل الفيديو، أو في الرابط خطأ. افتح الرابط في المتصفح للتحقق.
failure-still_live = ما زال هذا البث المباشر جاريًا
    .body = عُد بعد انتهائه ونشر تسجيله.
failure-not_recorded = لم يحتفظ المالك بتسجيل للبث
    .body = اسأل مالك القناة.
failure-needs_form = يطلب هذا الفيديو ملء نموذج تسجيل أولًا
    .body = يريد المالك هذه البيانات. تُرسل إلى المالك وليس إلينا.
failure-form_refused = لم يقبل الموقع النموذج
    .body = تحقق مما كتبته، ثم أرسله مرة أخرى.
failure-session_unreadable = لا يوجد فيديو في هذا الملف
    .body = ليس هذا الملف جلسة متصفح محفوظة، أو لم يُشغَّل فيها أي فيديو من Ustream أو IBM Video.
failure-session_expired = جلسة المتصفح هذه قديمة جدًا
    .body = لم يعد موقع الفيديو يقبلها. احفظ جلسة جديدة، ثم افتحها بعد ذلك بقليل.
failure-needs_password = هذا الفيديو محمي بكلمة مرور
    .body = إن لم تكن تعرفها، فاسأل من شاركه معك.
failure-wrong_password = كلمة المرور غير صحيحة
    .body = تحقق من الأحرف الكبيرة والمسافات، ثم أعد المحاولة.
failure-members_only = المشاهدة للمدعوين فقط
    .body = يلزم تسجيل دخول خاص بشركة أو فعالية، وهذا التطبيق لا يدعم ذلك.
failure-region = غير متاح في بلدك
    .body = يقيّد المالك الأماكن التي يمكن مشاهدته فيها.
failure-embed_only = لا يعمل إلا على موقع المالك
    .body = الصق عنوان الصفحة التي تشاهده فيها.
failure-locked = قفل المالك هذا الفيديو
    .body = لا يستطيع هذا التطبيق فتح هذا النوع من القفل.
failure-changed = تغيّر الفيديو على الموقع
    .body = ما تم تنزيله لم يعد يطابقه. لم يُحذف شيء. يمكنك البدء من جديد بالفيديو الجديد.
failure-pieces_missing = هذا الفيديو غير مكتمل
    .body = أعد المحاولة لتنزيل الباقي، أو احتفظ بما لدينا.
    .share = الناقص: { $missing } من { $total }، عند { $times }.
failure-low_space = لا توجد مساحة كافية لهذا الفيديو
    .body = أفرغ بعض المساحة، ثم أعد المحاولة. حجم الفيديو تقديري.
    .room = المطلوب: نحو { $needed }. المتاح هناك: { $there }.
failure-disk_full = القرص ممتلئ
    .body = أفرغ بعض المساحة، ثم أعد المحاولة. احتفظنا بما تم تنزيله.
failure-quota_full = نفدت حصتك من القرص
    .body = احذف ملفات لك هناك، ثم أعد المحاولة. احتفظنا بما تم تنزيله.
failure-file_too_large = لا يدعم هذا القرص ملفًا بهذا الحجم
    .body = اختر مجلدًا على قرص آخر. سيُنقل إليه ما تم تنزيله أيضًا.
    .room = المطلوب: نحو { $needed }. أكبر ملف ممكن هناك: { $there }.
failure-no_write = لا يمكننا الكتابة في هذا المجلد
    .body = أعد توصيل القرص أو اسمح بالكتابة في المجلد، ثم أعد المحاولة.
failure-own_folder = لا يستطيع التطبيق الكتابة في مجلده
    .body = اسمح بالكتابة في { $detail }، ثم افتح التطبيق مرة أخرى.
failure-read_only = هذا القرص للقراءة فقط
    .body = اسمح بالكتابة (في بعض البطاقات مفتاح لذلك)، أو اختر مجلدًا على قرص آخر.
failure-folder_full = لا يتسع هذا المجلد لمجلدات أخرى
    .body = أزل مجلدات منه، أو اختر مجلدًا آخر.
failure-bad_name = لا يدعم هذا القرص هذا الاسم
    .body = اختر مجلدًا على قرص آخر.
failure-drive_gone = لم يعد المجلد موجودًا
    .body = إن كان على قرص خارجي فأعد توصيله، ثم أعد المحاولة.
failure-file_held = هذا الملف مفتوح في برنامج آخر
    .body = أغلق المشغّل أو البرنامج الذي يستخدمه، ثم أعد المحاولة. احتفظنا بما تم تنزيله.
failure-in_use = هذا الفيديو قيد الحفظ بالفعل
    .body = نافذة أخرى أو برنامج آخر يحفظ هذا الملف نفسه. انتظر حتى ينتهي.
failure-ffmpeg_missing = لم نعثر على ffmpeg
    .body = ثبّته، ثم أعد المحاولة. لم يُنزَّل شيء.
failure-convert_failed = تعذّر تحويل الملف
    .body = الأصل مكتمل وتم حفظه.
failure-check_failed = لم يجتز الملف فحصنا
    .body = احتفظنا بما تم تنزيله، لذا ستكون المحاولة الجديدة سريعة.
failure-bad_film = لا يمكن قراءة هذا الملف كفيديو
    .body = تحقق من أنه الملف الصحيح وأنه كامل.
failure-no_sound = هذا الفيديو غير متاح بتلك اللغة
    .body = ابحث عن الفيديو مرة أخرى واختر إحدى لغاته.
failure-no_part = لا يمكن حفظ هذا الجزء
    .body = الفيديو أقصر من ذلك، أو لا يمكن حفظه إلا كاملًا. احفظه مجددًا بأوقات أخرى، أو كاملًا.
failure-other_ending = لا يمكن حفظ هذا الفيديو في هذا النوع من الملفات
    .body = احفظه مرة أخرى واختر نوع ملف آخر.
failure-encrypted = هذا الفيديو مشفَّر
    .body = لا يمكن فتحه إلا بمشغّل المالك. هذا التطبيق لا يزيل الحماية.
failure-unsupported = هذا الفيديو مخزَّن بطريقة لا نعرفها
    .body = أرسل إلينا التفاصيل من فضلك حتى نضيف دعمه.
failure-internal = حدث خطأ ما في التطبيق
    .body = احتفظنا بما تم تنزيله. أعد تشغيل التطبيق للمتابعة.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = جزء من Windows غير موجود
    .body = تحتاج نافذة التطبيق إلى Microsoft Edge WebView2 وهو غير موجود على هذا الكمبيوتر. احصل عليه مجانًا من Microsoft، ثم افتح التطبيق مرة أخرى.
shell-no_page = لا يستطيع التطبيق عرض نافذته
    .body = احتفظنا بما تم تنزيله. أعد المحاولة، وإن لم ينفع ذلك فأغلق التطبيق وافتحه مرة أخرى.
shell-get = الحصول عليه
menu-app = { $app }
    .about = حول { $app }
    .settings = الإعدادات…
    .hide = إخفاء { $app }
    .hide_others = إخفاء الأخرى
    .show_all = إظهار الكل
    .quit = إنهاء { $app }
menu-edit = تحرير
    .undo = تراجع
    .redo = إعادة
    .cut = قص
    .copy = نسخ
    .paste = لصق
    .select_all = تحديد الكل
menu-window = نافذة
    .minimize = تصغير
    .zoom = تكبير/تصغير
    .close = إغلاق
menu-help = مساعدة
