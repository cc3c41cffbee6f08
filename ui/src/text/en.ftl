### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Save a video from Ustream or IBM Video
    .body = Paste the link to a stream that has ended or is running.
paste-label = Video link
paste-placeholder = video.ibm.com/recorded/123456
paste-find = Find video
paste-paste = Paste
paste-drop = You can also drop a link on this window.
    .here = Drop the link to look it up
copied-heading = You copied a link
    .said = A copied link is ready to use.
copied-use = Use this link
remux-open = Make an MP4 from a video file…

looking-heading = Looking for the video…
    .body = This usually takes a few seconds.
    .slow = Still trying. The site is slow to answer.

## Several videos behind one link

choose-channel =
    { $count ->
        [one] This is a channel with { $count } video
       *[other] This is a channel with { $count } videos
    }
    .several = This is a channel with several videos
    .body = Select the ones you want.
    .kept = Kept channels
    .keep = Save new videos of this channel by itself
    .keep_body = The app looks every few hours while it is open, and records a stream that starts. You find the channel in the settings.
    .kept_none = No channel yet. Paste the link of a channel and choose “Save new videos of this channel by itself” there.
    .kept_since = Since { $date } · in { $folder }
    .kept_looked = last looked on { $date }
    .kept_never = not looked yet
    .kept_tell = Only tell me about new videos
    .kept_remove = Remove
    .kept_removed = { $title } is not looked at any more. Saved videos stay.
    .kept_new = New: { $titles }
choose-page =
    { $count ->
        [one] This page shows { $count } video
       *[other] This page shows { $count } videos
    }
choose-all = Select all
    .none = Select none
    .new = Only new ones
choose-more = Show more
choose-saved = Saved { $date }
choose-shown = { $shown } of { $total } shown
choose-ticked =
    { $count ->
        [0] None selected
        [one] { $count } selected, { $duration }
       *[other] { $count } selected, { $duration }
    }
choose-continue = Continue with { $count }
choose-ready =
    { $count ->
        [one] Save { $count } video
       *[other] Save { $count } videos
    }
    .body = Each is saved under its own name.
    .oldest = Start with the oldest
choose-back = Back to the list

## Ready to save

ready-said = Ready to save. { $title }, { $facts }
ready-untitled = Video { $recording }
ready-all = Show all
ready-newest = The link is to a channel. This is its newest video.
ready-size = about { $size }
ready-type = File type
ready-mp4 = MP4
    .body = Plays anywhere.
ready-flv = FLV
    .body = The exact original.
ready-mp3 = MP3
    .body = For older players. The sound is encoded again.
    .m4a = M4A
    .m4a_body = The exact sound, as it is.
ready-quality = Quality
quality-height = { $height }p
ready-sound = Sound
    .usual = The video’s own
    .all = All languages
ready-name = Name
    .replaced = It is saved as { $file }.
part = Only a part…
    .from = From
    .to = To
    .hint = Such as 1:30 or 1:02:00. Leave one empty for the start or the end.
    .wrong = Write the times like 1:30 or 1:02:00.
    .empty = The end must be later than the start.
    .beyond = The video is only { $length } long.
    .original = The original can be cut only in some places, so the part can be a few seconds longer.
    .saved = A part of the video, from { $from } to { $to }.
    .clamped = The video ends earlier than the time you asked for.
ready-save = Save video
    .starting = Starting…
    .change = Change
live = This stream is running now
    .hint = It is recorded until it ends, or until you stop it.
    .record = Record from the start
    .now = Record from now
    .recordings = Videos of this channel
    .stop = Stop and save
    .disk_full = The disk is nearly full, so the recording was ended.
    .silent = The stream sent nothing any more, so the recording was ended.
    .soon = This stream hasn’t started
    .soon_hint = It is recorded as soon as it starts. Keep this app open until then.
    .soon_record = Record it when it starts
    .since = since { $time }
    .continued = The recording goes on in another file.
low-space = Not enough room in { $folder }
    .body = It needs about { $need }, and { $free } is free.
low-space-anyway = Save anyway
too-large = { $folder } can’t hold a file this large
    .body = A file there can be { $most } at most, and this video is about { $need }.
saved-before = You saved this video on { $date }
    .body = { $file } is in { $folder }.
saved-before-again = Save again
saving-now = You are already saving this: { $percent }
    .plain = You are already saving this
saving-show = Show it

folder-label = Save to
folder-free = { $free } free
folder-change = Change…
folder-choose = Choose another folder
folder-lost = The folder { $folder } isn’t there
    .body = Videos go to { $now } for now. Plug the drive back in, or choose another folder.

## Locked videos: password, form, owner’s page

password-label = Password
password-show = Show password
password-send = Unlock
form-send = Send and continue
form-again = Send again
form-optional = { $label } (optional)
form-said = The site says: { $message }
page-label = Address of the owner’s page
page-send = Continue
field-wrong = Please fill this in.
    .email = This doesn’t look like an email address.
    .url = Paste the whole address of the page, starting with http.
form-remember = Remember them on this computer
proxy-name = User name

## A job

job-queued = Waiting for its turn
    .body = It starts when the video before it is done.
job-resolving = Getting ready…
    .body = Asking the site where the video is.
job-fetching = Downloading
    .body = You can keep using your computer.
    .silent = No data for { $time }. Still trying…
job-finishing = Finishing…
    .body = The internet is no longer needed.
job-converting = Making the MP4
    .body = The picture and sound are not changed.
job-recording = Recording the stream
    .body = It is saved when the stream ends, or when you stop it.
job-encoding = Making the MP3
    .body = The sound is encoded again.
job-moving = Moving to the other folder
    .body = What was downloaded moves too. Then the download continues.
job-waiting = Waiting for the internet…
    .body = The download continues by itself. Nothing is lost.
job-waiting-login = The Wi-Fi asks you to sign in
    .body = Open a web page in your browser and sign in there. Saving continues by itself.
job-waiting-site = Waiting for the video site…
    .body = It isn’t answering, or it asked for a pause. Saving continues by itself.
job-waiting-stream = The stream has paused
    .body = We wait and go on by ourselves.
job-waiting-mirror = Waiting for the video’s server…
    .body = The video site works, but the server with this video sends nothing. Saving continues by itself.
job-waiting-segments = Looking for what is missing…
    .body = The site doesn’t have all of this video at the moment. We’ll ask again a few times.
job-stalled = No progress for a while…
    .body = We keep trying. Nothing is lost.
job-paused = Paused
    .body = Nothing is lost. You can close the app.
    .at = Paused at { $percent }
job-progress = Progress of { $title }
job-said = { $percent } downloaded
job-title = { $percent } – { $title }
bytes-of = { $done } of { $total }
    .about = { $done } of about { $total }
bytes-so-far = { $done } so far
left-seconds = less than a minute left
left-minutes =
    { $minutes ->
        [one] about { $minutes } minute left
       *[other] about { $minutes } minutes left
    }
left-hours =
    { $hours ->
        [one] about { $hours } hour left
       *[other] about { $hours } hours left
    }

job-pause = Pause
job-continue = Continue
job-cancel = Cancel
job-another = Save another

stop-heading = Stop saving this video?
    .body = { $done } downloaded so far.
    .nothing = Nothing has been downloaded yet.
stop-keep = Keep it for later
stop-delete = Delete it
stop-go-on = Continue saving
stopped-heading = Stopped
    .kept = The unfinished part was kept.
    .deleted = The unfinished part was deleted.
stopped-continue = Continue this one
close-heading =
    { $count ->
        [one] A video is still being saved
       *[other] { $count } videos are still being saved
    }
    .body = If you close now, you can continue next time.
close-close = Close
close-stay = Stay
unfinished-heading =
    { $count ->
        [one] You have an unfinished video
       *[other] You have { $count } unfinished videos
    }
unfinished-later = Later

saved-heading = Saved
saved-facts = { $size } · { $duration } · in { $folder }
    .captions = The captions couldn’t be converted. They are saved unchanged: { $file }
    .cues = Some captions couldn’t be converted. All of them are saved unchanged: { $file }
saved-said = Saved. { $file } is in { $folder }.
saved-gaps = Saved, but { $duration } is missing
    .other = Saved, but not complete
    .body = Missing at: { $times }.
    .segments = Pieces that couldn’t be downloaded: { $count } of { $total }.
    .empty = Pieces without picture and sound: { $count }.
    .misplaced = Pieces from another place in the video: { $count }.
    .shorter = It is { $duration } shorter than the site says.
    .video = The picture is missing.
    .audio = The sound is missing.
    .language = The sound in this language is missing: { $language }.
    .rendition = The chosen quality ({ $wished }) wasn’t available, so another one was saved.
fact-lost = Lost: { $duration } at { $time }
    .video = Lost picture: { $duration } at { $time }
    .audio = Lost sound: { $duration } at { $time }
    .bytes = { $size } of the file can’t be read: it is cut off or damaged there.
    .unreadable = Lost: { $duration } at { $time }. What is needed to play it is missing.
fact-left-out = Left out: { $name }
    .pause = The pause at { $time } was too long for a file. It is { $duration } shorter now.
    .moved = The video’s clock starts again at { $time }. What follows was moved to its place.
    .repeated = { $duration } at { $time } came twice and was kept once.
saved-reveal = Show in folder
saved-play = Play
saved-not-opened = We couldn’t open it
    .body = The file may have been moved or renamed since it was saved.
    .copy = Copy path

others-heading = Saving ({ $count })
    .waiting = Waiting ({ $count })
    .stopped = Stopped ({ $count })
batch-saved = { $saved } of { $total } saved
    .all = All { $total } videos are saved
    .failed = { $count } failed
batch-pause = Pause all
batch-continue = Continue all
batch-again = Try the failed ones again
row-more = More for { $title }
    .plain = More
saved-list = Saved videos ({ $count })
    .page = Make a web page of the folder
saved-list-forget = Remove from list
    .all = Remove all from list
    .ask = Remove these { $count } videos from the list?
    .body = The files are kept.
    .keep = Keep them
saved-list-removed = { $file } was removed from the list. The file is kept.
    .undo = Undo
delete-file = Delete the file…
    .ask = Delete { $file }?
    .body = It is moved to the trash of this computer.
    .keep = Keep it
    .done = { $file } is in the trash.
delete-file-failed = The file could not be moved to the trash
    .body = Delete it in its folder instead.
list-search = Search your videos
    .none = Nothing found
    .state = Show
    .all = All
    .saving = Being saved
    .waiting = Waiting
    .stopped = Stopped
    .saved = Saved
saved-list-again = Download again
check-file = Check
    .running = Checking { $file }…
    .whole = { $file } is complete and undamaged.
    .damaged = { $file } is damaged. You can download it again.
    .changed = The file is no longer as it was saved.
    .unreadable = It can no longer be played.
    .shorter = { $duration } of it is missing.
    .gone = { $file } is missing or can’t be read.
list-damaged = Part of your list could not be read
    .body = It was set aside. The files you saved are untouched.

## Settings

settings-heading = Settings
settings-done = Done
settings-most = Up to { $height }p
    .best = Best
    .smallest = Smallest
    .audio = Sound only
settings-template = File names
    .body = { "{title}" }, { "{owner}" }, { "{date}" }, { "{id}" } and { "{quality}" } stand for what is known about the video. A slash makes a folder; the date is the day in UTC.
    .wrong = This can’t be a name. It needs { "{title}" } or { "{id}" }, and every brace must be closed.
    .folders = A folder for each channel
settings-example = For example: { $name }
settings-captions = Save captions too, if there are any
    .type = File type of the captions
    .picture = Save the preview picture as a file too
settings-maker = The MP4 is made by
settings-builtin = This app
settings-ffmpeg = ffmpeg
    .missing = ffmpeg was not found.
    .pick = Choose ffmpeg…
settings-at-once = Videos at once
    .speed = Leave some speed for others
    .unlimited = No limit
    .most = Up to { $speed }
    .after = When everything is saved
    .nothing = Do nothing
    .show_folder = Show the folder
    .sleep = Put the computer to sleep
    .shut_down = Shut the computer down
    .asks_sleep = The computer goes to sleep
    .asks_shut_down = The computer shuts down
    .seconds = Everything is saved. Seconds left: { $seconds }
settings-language = Language
settings-system = Same as the computer
settings-remember = Remember my sign-up details
    .body = They are kept in the keychain of this computer.
settings-remember-proxy = Remember my name and password for the proxy
settings-updates = Check for updates when the app starts
settings-version = Version { $version }
    .licence = Free software under the MIT licence.
    .legal = Only save videos you are allowed to keep.
settings-advanced = Advanced
help-heading = Help
help-links = Which links work?
    .body = Links of ended streams on ustream.tv and video.ibm.com. Copy the address while your browser shows the video.
help-resume = What if the connection breaks?
    .body = Nothing is lost. The app goes on by itself. You can also close it and continue next time.
help-play = The file doesn’t play. What now?
    .body = Choose “Check” in the list of saved videos. If the file is undamaged, open it with another player, such as VLC.

help-session = The video needs a company login. What now?
    .body = Use Chrome or Edge. Open the video’s page, press F12 and choose “Network”. Reload the page, play the video for a few seconds, then choose “Export HAR” there. Drop the saved file on this window.
    .open = Open a browser session…

## A new version of the app

update-heading = Version { $version } of this app is available
    .body = The app closes, is updated and opens again. Your videos and settings stay.
update-later = Not now
update-notes = What is new
update-install = Update now
update-installing = Downloading and installing the new version…
update-unreachable = The new version couldn’t be downloaded
    .body = Check the internet connection, then try again. The app works as before.
update-refused = The new version was not installed
    .body = The downloaded file is damaged or not from the makers of this app. The app works as before.
update-failed = The new version couldn’t be installed
    .body = The files of the app can’t be replaced. The app works as before.

## Buttons of failures

do-again = Try again
do-other-link = Use another link
do-keep-gaps = Keep what we have
do-save-anyway = Save anyway
do-keep-anyway = Keep it anyway
do-start-over = Start over
do-check-again = Check again
do-try-now = Try now
do-browse = Open in browser
do-restart = Restart the app
do-show-original = Show the original

details = Details
details-copy = Copy details
    .copied = Copied

## A report of a problem

report = Save a report…
    .intro = It shows what the video site answered, so that others can find the cause.
    .hidden = Passwords, your answers, and e-mail and IP addresses are left out.
    .requests =
        { $count ->
            [one] { $count } request
           *[other] { $count } requests
        }
    .titles = Leave out titles too
    .busy = Preparing the report…
    .save = Save report
    .saved = The report is saved

## Failures, by code

failure-not_a_link = We can’t find a link in that text
    .body = It should look like video.ibm.com/recorded/123456.
failure-other_site = This app only works with Ustream and IBM Video
    .body = There is no video of theirs on that page of { $detail }.
failure-offline = You’re not connected to the internet
    .body = Check the Wi-Fi or the cable, then try again.
failure-wifi_login = The Wi-Fi asks you to sign in
    .body = Open a web page in your browser, sign in to the Wi-Fi there, then try again.
failure-dns_failing = Your network can’t find the video site
    .body = You are connected, but the network doesn’t know the site’s name. Restart the router, or try from another network.
failure-connection_refused = The connection to the video site was refused
    .body = Check the firewall or security program of this computer. If it isn’t that, the site may be down: try again later.
failure-proxy_login = Your network asks for a name and password
    .body = Enter the ones that you use for the internet on this network.
failure-proxy_refused = Your network doesn’t allow the video site
    .body = Its proxy refuses the connection. Ask whoever looks after the network, or try from another one.
failure-proxy_down = Your network’s proxy isn’t answering
    .body = This computer goes online through it. Check the proxy in the network settings of the system.
failure-proxy_script = Your network chooses its proxy with a script
    .body = This app can’t run it. Ask whoever looks after the network for the proxy, and enter that in the network settings of the system.
failure-untrusted = The connection to the video site isn’t secure
    .body = Someone else answers in its place, with a certificate from { $detail }. Try from another network, or ask whoever looks after this one.
failure-wrong_clock = This computer’s clock is wrong
    .body = Secure connections need the right time. Set the date and time, then try again.
failure-no_certificates = This computer can’t check secure connections
    .body = The list of trusted certificates is missing. Install it (on many systems it is called ca-certificates), then open the app again.
failure-site_down = The video site isn’t answering
    .body = It may be busy. Wait a few minutes, then try again.
failure-page_down = That page isn’t answering
    .body = Open it in your browser to check the link, then try again.
failure-busy = The site asks us to slow down
    .body = Wait a few minutes, then try again.
failure-stalled = The video has stopped coming
    .body = The site sends next to nothing. Nothing is lost: wait a few minutes, then try again.
failure-bad_answer = The site’s answer makes no sense
    .body = If this is hotel or café Wi-Fi, sign in to it in your browser first. Otherwise wait a few minutes, then try again.
failure-not_found = This video is no longer there
    .body = It was removed, or the link has a mistake. Open the link in your browser to check.
failure-still_live = This stream is still running
    .body = Come back when it has ended and the recording is published.
failure-not_recorded = The owner didn’t keep a recording
    .body = Ask the owner of the channel.
failure-needs_form = This video asks you to sign up first
    .body = The owner wants these details. They are sent to the owner, not to us.
failure-form_refused = The site didn’t accept the form
    .body = Check what you filled in, then send it again.
failure-session_unreadable = There’s no video in this file
    .body = It isn’t a saved browser session, or no video of Ustream or IBM Video was played in it.
failure-session_expired = This browser session is too old
    .body = The video site no longer accepts it. Save a new one, then open it soon.
failure-needs_password = This video has a password
    .body = Ask the person who shared it if you don’t know it.
failure-wrong_password = That password didn’t work
    .body = Check capital letters and spaces, then try again.
failure-members_only = Only invited people can watch this
    .body = It needs a company or event sign-in, which this app can’t do.
failure-region = Not available in your country
    .body = The owner limits where it can be watched.
failure-embed_only = It only plays on the owner’s website
    .body = Paste the address of the page where you watch it.
failure-locked = The owner has locked this video
    .body = It is locked in a way this app can’t open.
failure-changed = The video on the site has changed
    .body = What was downloaded no longer fits it. Nothing was deleted. You can start over with the new video.
failure-pieces_missing = This video isn’t complete
    .body = Try again to get the rest, or keep what we have.
    .share = Missing: { $missing } of { $total }, at { $times }.
failure-low_space = Not enough room for this video
    .body = Free some space, then try again. The size of the video is an estimate.
    .room = Needed: about { $needed }. Free there: { $there }.
failure-disk_full = The disk is full
    .body = Free some space, then try again. What was downloaded is kept.
failure-quota_full = Your share of the disk is used up
    .body = Delete files of yours there, then try again. What was downloaded is kept.
failure-file_too_large = This drive can’t hold a file this large
    .body = Choose a folder on another drive. What was downloaded moves too.
    .room = Needed: about { $needed }. Largest file there: { $there }.
failure-no_write = We can’t write to this folder
    .body = Plug the drive back in, or allow writing to the folder, then try again.
failure-own_folder = The app can’t write to its own folder
    .body = Allow writing to { $detail }, then open the app again.
failure-read_only = This drive can only be read
    .body = Allow writing (some cards have a switch), or choose a folder on another drive.
failure-folder_full = This folder can’t hold more folders
    .body = Remove folders from it, or choose another one.
failure-bad_name = This drive doesn’t allow that name
    .body = Choose a folder on another drive.
failure-drive_gone = The folder is no longer there
    .body = If it is on a drive, plug that back in. Then try again.
failure-file_held = Another program has this file open
    .body = Close the player or program that uses it, then try again. What was downloaded is kept.
failure-in_use = This video is already being saved
    .body = Another window or program is saving this very file. Wait for it to finish.
failure-ffmpeg_missing = We can’t find ffmpeg
    .body = Install it, then try again. Nothing was downloaded.
failure-convert_failed = The file couldn’t be converted
    .body = The original is complete and was saved.
failure-check_failed = The file didn’t pass our check
    .body = What was downloaded is kept, so a new try is quick.
failure-bad_film = This file can’t be read as a video
    .body = Check that it is the right file, and complete.
failure-no_sound = This video isn’t in that language
    .body = Find the video again and choose one of its languages.
failure-no_part = This part can’t be saved
    .body = The video is shorter, or it can only be saved as a whole. Save it again with other times, or all of it.
failure-other_ending = This video can’t have that file type
    .body = Save it again and choose another file type.
failure-encrypted = This video is encrypted
    .body = Only its owner’s player can open it. This app does not remove the protection.
failure-unsupported = This video is stored in a way we don’t know
    .body = Please send us the details so we can add it.
failure-internal = Something went wrong in the app
    .body = What was downloaded is kept. Restart the app to continue.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = A part of Windows is missing
    .body = The app’s window needs Microsoft Edge WebView2, which isn’t on this computer. Get it from Microsoft for free, then open the app again.
shell-no_page = The app can’t show its window
    .body = What was downloaded is kept. Try again; if that doesn’t help, close the app and open it again.
shell-get = Get it
menu-app = { $app }
    .about = About { $app }
    .settings = Settings…
    .hide = Hide { $app }
    .hide_others = Hide Others
    .show_all = Show All
    .quit = Quit { $app }
menu-edit = Edit
    .undo = Undo
    .redo = Redo
    .cut = Cut
    .copy = Copy
    .paste = Paste
    .select_all = Select All
menu-window = Window
    .minimize = Minimize
    .zoom = Zoom
    .close = Close
menu-help = Help
