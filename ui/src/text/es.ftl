### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Guarda un vídeo de Ustream o IBM Video
    .body = Pega el enlace de una emisión que ya ha terminado o que está en directo.
paste-label = Enlace del vídeo
paste-placeholder = video.ibm.com/recorded/123456
paste-find = Buscar vídeo
paste-paste = Pegar
paste-drop = También puedes arrastrar un enlace a esta ventana.
    .here = Suelta el enlace para buscar el vídeo
copied-heading = Has copiado un enlace
    .said = Hay un enlace copiado listo para usar.
copied-use = Usar este enlace
remux-open = Crear un MP4 a partir de un archivo de vídeo…

looking-heading = Buscando el vídeo…
    .body = Suele tardar unos segundos.
    .slow = Seguimos intentándolo. El sitio tarda en responder.

## Several videos behind one link

choose-channel =
    { $count ->
        [one] Este enlace lleva a un canal con { $count } vídeo
       *[other] Este enlace lleva a un canal con { $count } vídeos
    }
    .several = Este enlace lleva a un canal con varios vídeos
    .body = Marca los que quieras.
    .kept = Canales seguidos
    .keep = Guardar por sí solo los vídeos nuevos de este canal
    .keep_body = Mientras está abierta, la aplicación mira cada pocas horas y graba la emisión que empiece. Encontrarás el canal en los ajustes.
    .kept_none = Todavía no hay ningún canal. Pega el enlace de un canal y elige allí «Guardar por sí solo los vídeos nuevos de este canal».
    .kept_since = Desde el { $date } · en { $folder }
    .kept_looked = última consulta: { $date }
    .kept_never = aún sin consultar
    .kept_tell = Solo avisarme de los vídeos nuevos
    .kept_remove = Quitar
    .kept_removed = { $title } ya no se sigue. Los vídeos guardados se conservan.
    .kept_new = Nuevo: { $titles }
choose-page =
    { $count ->
        [one] Esta página tiene { $count } vídeo
       *[other] Esta página tiene { $count } vídeos
    }
choose-all = Marcar todos
    .none = Desmarcar todos
    .new = Solo los nuevos
choose-more = Mostrar más
choose-saved = Guardado el { $date }
choose-shown = { $shown } de { $total } mostrados
choose-ticked =
    { $count ->
        [0] Ninguno marcado
        [one] { $count } marcado, { $duration }
       *[other] { $count } marcados, { $duration }
    }
choose-continue = Continuar con { $count }
choose-ready =
    { $count ->
        [one] Guardar { $count } vídeo
       *[other] Guardar { $count } vídeos
    }
    .body = Cada uno se guarda con su propio nombre.
    .oldest = Empezar por el más antiguo
choose-back = Volver a la lista

## Ready to save

ready-said = Listo para guardar. { $title }, { $facts }
ready-untitled = Vídeo { $recording }
ready-all = Mostrar todo
ready-newest = Este enlace lleva a un canal. Este es su vídeo más reciente.
ready-size = unos { $size }
ready-type = Tipo de archivo
ready-mp4 = MP4
    .body = Se reproduce en todas partes.
ready-flv = FLV
    .body = El original, tal cual.
ready-mp3 = MP3
    .body = Para reproductores antiguos. El sonido se codifica de nuevo.
    .m4a = M4A
    .m4a_body = El sonido, tal cual.
ready-quality = Calidad
quality-height = { $height }p
ready-sound = Sonido
    .usual = El del vídeo
    .all = Todos los idiomas
ready-name = Nombre
    .replaced = Se guarda como { $file }.
part = Solo una parte…
    .from = Desde
    .to = Hasta
    .hint = Por ejemplo, 1:30 o 1:02:00. Deja un campo vacío para el principio o el final.
    .wrong = Escribe los tiempos así: 1:30 o 1:02:00.
    .empty = El final debe ir después del principio.
    .beyond = El vídeo solo dura { $length }.
    .original = El original solo se puede cortar en algunos puntos, así que la parte puede durar unos segundos más.
    .saved = Una parte del vídeo, de { $from } a { $to }.
    .clamped = El vídeo termina antes de lo que has pedido.
ready-save = Guardar vídeo
    .starting = Empezando…
    .change = Cambiar
live = Esta emisión está en directo
    .hint = Se graba hasta que termine o hasta que la detengas.
    .record = Grabar desde el principio
    .now = Grabar desde ahora
    .recordings = Vídeos de este canal
    .stop = Detener y guardar
    .disk_full = El disco está casi lleno, así que la grabación se ha terminado.
    .silent = La emisión ya no enviaba nada, así que la grabación se ha terminado.
    .soon = Esta emisión no ha empezado
    .soon_hint = Se graba en cuanto empiece. Deja la aplicación abierta hasta entonces.
    .soon_record = Grabar cuando empiece
    .since = desde las { $time }
    .continued = La grabación sigue en otro archivo.
low-space = No hay suficiente espacio en { $folder }
    .body = Hacen falta unos { $need } y hay { $free } libres.
low-space-anyway = Guardar de todos modos
too-large = { $folder } no admite archivos tan grandes
    .body = Allí el límite es de { $most } por archivo y este vídeo ocupa unos { $need }.
saved-before = Guardaste este vídeo el { $date }
    .body = { $file } está en { $folder }.
saved-before-again = Guardar de nuevo
saving-now = Ya estás guardando este vídeo: { $percent }
    .plain = Ya estás guardando este vídeo
saving-show = Mostrar

folder-label = Guardar en
folder-free = { $free } libres
folder-change = Cambiar…
folder-choose = Elegir otra carpeta
folder-lost = No se encuentra la carpeta { $folder }
    .body = Por ahora los vídeos van a { $now }. Vuelve a conectar la unidad o elige otra carpeta.

## Locked videos: password, form, owner’s page

password-label = Contraseña
password-show = Mostrar contraseña
password-send = Desbloquear
form-send = Enviar y continuar
form-again = Enviar de nuevo
form-optional = { $label } (opcional)
form-said = El sitio dice: { $message }
page-label = Dirección de la página del propietario
page-send = Continuar
field-wrong = Rellena este campo.
    .email = Esto no parece una dirección de correo electrónico.
    .url = Pega la dirección completa de la página, empezando por http.
form-remember = Recordarlos en este ordenador
proxy-name = Nombre de usuario

## A job

job-queued = Esperando su turno
    .body = Empezará cuando termine el vídeo anterior.
job-resolving = Preparando…
    .body = Preguntando al sitio dónde está el vídeo.
job-fetching = Descargando
    .body = Puedes seguir usando el ordenador.
    .silent = Sin datos desde hace { $time }. Seguimos intentándolo…
job-finishing = Terminando…
    .body = Ya no hace falta internet.
job-converting = Creando el MP4
    .body = La imagen y el sonido no cambian.
job-recording = Grabando la emisión
    .body = Se guarda cuando termina o cuando la detienes.
job-encoding = Creando el MP3
    .body = El sonido se codifica de nuevo.
job-moving = Moviendo a la otra carpeta
    .body = Lo descargado se mueve también. Después sigue la descarga.
job-waiting = Esperando conexión…
    .body = La descarga seguirá por sí sola. No se ha perdido nada.
job-waiting-login = La red wifi te pide que inicies sesión
    .body = Abre una página web en el navegador e inicia sesión. La descarga seguirá por sí sola.
job-waiting-site = Esperando al sitio de vídeos…
    .body = No responde o ha pedido una pausa. La descarga seguirá por sí sola.
job-waiting-stream = La emisión está en pausa
    .body = Esperamos y seguimos por nuestra cuenta.
job-waiting-mirror = Esperando al servidor del vídeo…
    .body = El sitio de vídeos funciona, pero el servidor de este vídeo no envía nada. La descarga seguirá por sí sola.
job-waiting-segments = Buscando lo que falta…
    .body = Ahora mismo el sitio no tiene el vídeo completo. Volveremos a pedir el resto varias veces.
job-stalled = Sin avances desde hace un rato…
    .body = Seguimos intentándolo. No se ha perdido nada.
job-paused = En pausa
    .body = No se ha perdido nada. Puedes cerrar la aplicación.
    .at = En pausa al { $percent }
job-progress = Progreso de { $title }
job-said = { $percent } descargado
job-title = { $percent } – { $title }
bytes-of = { $done } de { $total }
    .about = { $done } de unos { $total }
bytes-so-far = { $done } hasta ahora
left-seconds = queda menos de un minuto
left-minutes =
    { $minutes ->
        [one] queda aproximadamente { $minutes } minuto
       *[other] quedan unos { $minutes } minutos
    }
left-hours =
    { $hours ->
        [one] queda aproximadamente { $hours } hora
       *[other] quedan unas { $hours } horas
    }

job-pause = Pausar
job-continue = Continuar
job-cancel = Cancelar
job-another = Guardar otro vídeo

stop-heading = ¿Dejar de guardar este vídeo?
    .body = Ya se han descargado { $done }.
    .nothing = Todavía no se ha descargado nada.
stop-keep = Conservarlo para después
stop-delete = Eliminarlo
stop-go-on = Seguir guardando
stopped-heading = Detenido
    .kept = Lo descargado se ha conservado.
    .deleted = Lo descargado se ha eliminado.
stopped-continue = Continuar este
close-heading =
    { $count ->
        [one] Todavía se está guardando un vídeo
       *[other] Todavía se están guardando { $count } vídeos
    }
    .body = Si cierras ahora, podrás continuar la próxima vez.
close-close = Cerrar
close-stay = No cerrar
unfinished-heading =
    { $count ->
        [one] Tienes un vídeo sin terminar
       *[other] Tienes { $count } vídeos sin terminar
    }
unfinished-later = Más tarde

saved-heading = Guardado
saved-facts = { $size } · { $duration } · en { $folder }
    .captions = No se pudieron convertir los subtítulos. Se han guardado sin cambios: { $file }
    .cues = No se pudieron convertir algunos subtítulos. Todos se han guardado sin cambios: { $file }
saved-said = Guardado. { $file } está en { $folder }.
saved-gaps = Guardado, pero con { $duration } menos
    .other = Guardado, pero incompleto
    .body = Hay huecos en { $times }.
    .segments = Fragmentos que no se han podido descargar: { $count } de { $total }.
    .empty = Fragmentos sin imagen ni sonido: { $count }.
    .misplaced = Fragmentos de otro momento del vídeo: { $count }.
    .shorter = Dura { $duration } menos de lo que indica el sitio.
    .video = Falta la imagen.
    .audio = Falta el sonido.
    .language = Falta el sonido en este idioma: { $language }.
    .rendition = La calidad elegida ({ $wished }) no estaba disponible y se ha guardado otra.
fact-lost = Perdido: { $duration } en { $time }
    .video = Imagen perdida: { $duration } en { $time }
    .audio = Sonido perdido: { $duration } en { $time }
    .bytes = No se pueden leer { $size } del archivo: ahí está cortado o dañado.
    .unreadable = Perdido: { $duration } en { $time }. No se indica cómo reproducirlo.
fact-left-out = No incluido: { $name }
    .pause = En { $time }, una pausa demasiado larga para un archivo se ha acortado en { $duration }.
    .moved = En { $time }, el tiempo vuelve a contar desde cero. Lo que sigue se ha puesto en su sitio.
    .repeated = Fragmento repetido en { $time } ({ $duration }): aparece una sola vez.
saved-reveal = Mostrar en la carpeta
saved-play = Reproducir
saved-not-opened = No hemos podido abrir el archivo
    .body = Puede que se haya movido o renombrado desde que se guardó.
    .copy = Copiar la ruta

others-heading = Guardando ({ $count })
    .waiting = En espera ({ $count })
    .stopped = Detenidos ({ $count })
batch-saved = { $saved } de { $total } guardados
    .all = Los { $total } vídeos están guardados
    .failed = { $count } con errores
batch-pause = Pausar todos
batch-continue = Continuar todos
batch-again = Reintentar los que han fallado
row-more = Más acciones para { $title }
    .plain = Más
saved-list = Vídeos guardados ({ $count })
    .page = Crear una página web de la carpeta
saved-list-forget = Quitar de la lista
    .all = Quitar todos de la lista
    .ask = ¿Quitar de la lista estos { $count } vídeos?
    .body = Los archivos se conservan.
    .keep = Conservarlos
saved-list-removed = { $file } se ha quitado de la lista. El archivo se conserva.
    .undo = Deshacer
delete-file = Eliminar el archivo…
    .ask = ¿Eliminar { $file }?
    .body = Se mueve a la papelera de este ordenador.
    .keep = Conservarlo
    .done = { $file } está en la papelera.
delete-file-failed = No se pudo mover el archivo a la papelera
    .body = Elimínalo en su carpeta.
list-search = Buscar en los vídeos
    .none = No se ha encontrado nada
    .state = Mostrar
    .all = Todos
    .saving = Guardándose
    .waiting = En espera
    .stopped = Detenidos
    .saved = Guardados
saved-list-again = Descargar de nuevo
check-file = Comprobar
    .running = Comprobando { $file }…
    .whole = { $file } está intacto.
    .damaged = { $file } está dañado. Puedes descargarlo de nuevo.
    .changed = El archivo ha cambiado desde que se guardó.
    .unreadable = Ya no se puede reproducir.
    .shorter = Ahora dura { $duration } menos.
    .gone = No se encuentra { $file } o no se puede leer.
list-damaged = No se ha podido leer una parte de tu lista
    .body = Se ha apartado. Los archivos que guardaste siguen intactos.

## Settings

settings-heading = Ajustes
settings-done = Listo
settings-most = Hasta { $height }p
    .best = La mejor
    .smallest = La más pequeña
    .audio = Solo sonido
settings-template = Nombres de los archivos
    .body = { "{title}" }, { "{owner}" }, { "{date}" }, { "{id}" } y { "{quality}" } se sustituyen por los datos del vídeo. Una barra crea una carpeta; la fecha está en UTC.
    .wrong = Esto no puede ser un nombre. Necesita { "{title}" } o { "{id}" }, y cada llave abierta debe cerrarse.
    .folders = Una carpeta para cada canal
settings-example = Por ejemplo: { $name }
settings-captions = Guardar también los subtítulos, si los hay
    .type = Tipo de archivo de los subtítulos
    .picture = Guardar también la imagen de vista previa como archivo
settings-maker = El MP4 lo crea
settings-builtin = Esta aplicación
settings-ffmpeg = ffmpeg
    .missing = No se ha encontrado ffmpeg.
    .pick = Elegir ffmpeg…
settings-at-once = Vídeos a la vez
    .speed = Dejar algo de velocidad a los demás
    .unlimited = Sin límite
    .most = Hasta { $speed }
    .after = Cuando todo esté guardado
    .nothing = No hacer nada
    .show_folder = Mostrar la carpeta
    .sleep = Suspender el ordenador
    .shut_down = Apagar el ordenador
    .asks_sleep = El ordenador se va a suspender
    .asks_shut_down = El ordenador se va a apagar
    .seconds = Se ha guardado todo. Segundos restantes: { $seconds }
settings-language = Idioma
settings-system = El del ordenador
settings-remember = Recordar mis datos de registro
    .body = Se guardan en el llavero de este ordenador.
settings-remember-proxy = Recordar mi nombre y mi contraseña para el proxy
settings-updates = Buscar una nueva versión al abrir la aplicación
settings-version = Versión { $version }
    .licence = Software libre con licencia MIT.
    .legal = Guarda solo los vídeos que tengas derecho a conservar.
settings-advanced = Avanzado
help-heading = Ayuda
help-links = ¿Qué enlaces funcionan?
    .body = Los de emisiones terminadas en ustream.tv y video.ibm.com. Copia la dirección mientras el navegador muestra el vídeo.
help-resume = ¿Y si se corta la conexión?
    .body = No se pierde nada. La aplicación sigue sola. También puedes cerrarla y continuar la próxima vez.
help-play = El archivo no se reproduce. ¿Qué hago?
    .body = Elige «Comprobar» en la lista de vídeos guardados. Si el archivo no está dañado, ábrelo con otro reproductor, por ejemplo VLC.
help-session = El vídeo pide iniciar sesión con una cuenta de empresa. ¿Qué hago?
    .body = Usa Chrome o Edge. Abre la página del vídeo, pulsa F12 y elige «Red». Vuelve a cargar la página, reproduce el vídeo unos segundos y elige allí «Exportar HAR». Arrastra el archivo guardado a esta ventana.
    .open = Abrir una sesión del navegador…

## A new version of the app

update-heading = La versión { $version } de esta aplicación está disponible
    .body = La aplicación se cierra, se actualiza y se abre de nuevo. Tus vídeos y ajustes se conservan.
update-later = Ahora no
update-notes = Novedades
update-install = Actualizar ahora
update-installing = Descargando e instalando la nueva versión…
update-unreachable = No se ha podido descargar la nueva versión
    .body = Comprueba la conexión a internet e inténtalo de nuevo. La aplicación funciona como antes.
update-refused = La nueva versión no se ha instalado
    .body = El archivo descargado está dañado o no es de los autores de esta aplicación. La aplicación funciona como antes.
update-failed = No se ha podido instalar la nueva versión
    .body = No se pueden reemplazar los archivos de la aplicación. La aplicación funciona como antes.

## Buttons of failures

do-again = Reintentar
do-other-link = Usar otro enlace
do-keep-gaps = Conservar incompleto
do-save-anyway = Guardar de todos modos
do-keep-anyway = Conservarlo de todos modos
do-start-over = Empezar de cero
do-check-again = Comprobar de nuevo
do-try-now = Reintentar ahora
do-browse = Abrir en el navegador
do-restart = Reiniciar la aplicación
do-show-original = Mostrar el original

details = Detalles
details-copy = Copiar detalles
    .copied = Copiado

## A report of a problem

report = Guardar un informe…
    .intro = Muestra lo que ha respondido el sitio de vídeos, para que otras personas puedan encontrar la causa.
    .hidden = No incluye contraseñas, tus respuestas ni direcciones de correo electrónico o IP.
    .requests =
        { $count ->
            [one] { $count } solicitud
           *[other] { $count } solicitudes
        }
    .titles = Omitir también los títulos
    .busy = Preparando el informe…
    .save = Guardar informe
    .saved = Se ha guardado el informe

## Failures, by code

failure-not_a_link = No encontramos ningún enlace en ese texto
    .body = Debería parecerse a video.ibm.com/recorded/123456.
failure-other_site = Esta aplicación solo funciona con Ustream e IBM Video
    .body = En esa página de { $detail } no hay ningún vídeo de esos servicios.
failure-offline = No tienes conexión a internet
    .body = Comprueba la red wifi o el cable e inténtalo de nuevo.
failure-wifi_login = La red wifi te pide que inicies sesión
    .body = Abre una página web en el navegador, inicia sesión en la red wifi e inténtalo de nuevo.
failure-dns_failing = Tu red no encuentra el sitio de vídeos
    .body = Tienes conexión, pero la red no conoce el nombre del sitio. Reinicia el router o prueba con otra red.
failure-connection_refused = Se ha rechazado la conexión con el sitio de vídeos
    .body = Revisa el cortafuegos o el programa de seguridad de este ordenador. Si no es eso, puede que el sitio esté caído: inténtalo más tarde.
failure-proxy_login = Tu red pide un nombre y una contraseña
    .body = Escribe los que usas para internet en esta red.
failure-proxy_refused = Tu red bloquea el sitio de vídeos
    .body = Su proxy rechaza la conexión. Pregunta a quien se encarga de la red o prueba con otra.
failure-proxy_down = El proxy de tu red no responde
    .body = Este ordenador se conecta a internet a través de él. Revisa el proxy en los ajustes de red del sistema.
failure-proxy_script = Tu red elige su proxy con un script
    .body = Esta aplicación no puede ejecutarlo. Pregunta el proxy a quien se encarga de la red e indícalo en los ajustes de red del sistema.
failure-untrusted = La conexión con el sitio de vídeos no es segura
    .body = Alguien responde en su lugar, con un certificado de { $detail }. Prueba con otra red o pregunta a quien se encarga de esta.
failure-wrong_clock = El reloj de este ordenador no está en hora
    .body = Las conexiones seguras necesitan la hora correcta. Ajusta la fecha y la hora e inténtalo de nuevo.
failure-no_certificates = Este ordenador no puede comprobar las conexiones seguras
    .body = Falta la lista de certificados de confianza. Instálala (en muchos sistemas se llama ca-certificates) y vuelve a abrir la aplicación.
failure-site_down = El sitio de vídeos no responde
    .body = Puede que esté saturado. Espera unos minutos e inténtalo de nuevo.
failure-page_down = Esa página no responde
    .body = Ábrela en tu navegador para comprobar el enlace e inténtalo de nuevo.
failure-busy = El sitio nos pide ir más despacio
    .body = Espera unos minutos e inténtalo de nuevo.
failure-stalled = El vídeo ha dejado de llegar
    .body = El sitio apenas envía datos. No se ha perdido nada: espera unos minutos e inténtalo de nuevo.
failure-bad_answer = No se entiende la respuesta del sitio
    .body = Si estás en la red wifi de un hotel o una cafetería, inicia sesión en ella primero con el navegador. Si no, espera unos minutos e inténtalo de nuevo.
failure-not_found = Este vídeo ya no está disponible
    .body = Lo han quitado o el enlace tiene un error. Abre el enlace en el navegador para comprobarlo.
failure-still_live = Esta emisión sigue en directo
    .body = Vuelve cuando haya terminado y se haya publicado la grabación.
failure-not_recorded = El propietario no conservó ninguna grabación
    .body = Pregunta al propietario del canal.
failure-needs_form = Este vídeo pide que te registres antes
    .body = El propietario pide estos datos. Se le envían a él, no a nosotros.
failure-form_refused = El sitio no ha aceptado el formulario
    .body = Revisa lo que has escrito y envíalo de nuevo.
failure-session_unreadable = En este archivo no hay ningún vídeo
    .body = No es una sesión del navegador guardada o no se reprodujo en ella ningún vídeo de Ustream o IBM Video.
failure-session_expired = Esta sesión del navegador es demasiado antigua
    .body = El sitio de vídeos ya no la acepta. Guarda una nueva y ábrela poco después.
failure-needs_password = Este vídeo está protegido con contraseña
    .body = Si no la sabes, pregunta a quien lo compartió.
failure-wrong_password = Esa contraseña no es correcta
    .body = Comprueba las mayúsculas y los espacios e inténtalo de nuevo.
failure-members_only = Solo pueden verlo las personas invitadas
    .body = Hay que iniciar sesión con una cuenta de empresa o de evento, y esta aplicación no puede hacerlo.
failure-region = No disponible en tu país
    .body = El propietario limita dónde se puede ver.
failure-embed_only = Este vídeo solo se ve en el sitio del propietario
    .body = Pega la dirección de la página donde lo ves.
failure-locked = El propietario ha bloqueado este vídeo
    .body = Esta aplicación no puede abrir ese tipo de bloqueo.
failure-changed = El vídeo del sitio ha cambiado
    .body = Lo descargado ya no coincide con él. No se ha eliminado nada. Puedes empezar de cero con el nuevo.
failure-pieces_missing = Este vídeo no está completo
    .body = Inténtalo de nuevo para obtener el resto o consérvalo incompleto.
    .share = Falta: { $missing } de { $total }, en { $times }.
failure-low_space = No hay suficiente espacio para este vídeo
    .body = Libera espacio e inténtalo de nuevo. Su tamaño final es una estimación.
    .room = Necesario: unos { $needed }. Libre: { $there }.
failure-disk_full = El disco está lleno
    .body = Libera espacio e inténtalo de nuevo. Lo descargado está a salvo.
failure-quota_full = Has agotado tu cuota de disco
    .body = Elimina archivos tuyos de allí e inténtalo de nuevo. Lo descargado está a salvo.
failure-file_too_large = Esta unidad no admite archivos tan grandes
    .body = Elige una carpeta en otra unidad. Lo descargado se mueve también.
    .room = Necesario: unos { $needed }. Archivo más grande posible: { $there }.
failure-no_write = No podemos escribir en esta carpeta
    .body = Vuelve a conectar la unidad o permite escribir en la carpeta e inténtalo de nuevo.
failure-own_folder = La aplicación no puede escribir en su propia carpeta
    .body = Permite escribir en { $detail } y vuelve a abrir la aplicación.
failure-read_only = Esta unidad es de solo lectura
    .body = Permite escribir (algunas tarjetas tienen una pestaña de bloqueo) o elige una carpeta en otra unidad.
failure-folder_full = En esta carpeta no caben más carpetas
    .body = Quita carpetas de ella o elige otra.
failure-bad_name = Esta unidad no admite ese nombre
    .body = Elige una carpeta en otra unidad.
failure-drive_gone = La carpeta ya no está
    .body = Si está en una unidad externa, vuelve a conectarla. Después inténtalo de nuevo.
failure-file_held = Otro programa tiene abierto este archivo
    .body = Cierra el reproductor o programa que lo usa e inténtalo de nuevo. Lo descargado está a salvo.
failure-in_use = Este vídeo ya se está guardando
    .body = Otra ventana u otro programa está guardando este mismo archivo. Espera a que termine.
failure-ffmpeg_missing = No encontramos ffmpeg
    .body = Instálalo e inténtalo de nuevo. No se ha descargado nada.
failure-convert_failed = No se ha podido convertir el archivo
    .body = El original está completo y guardado en la misma carpeta.
failure-check_failed = El archivo no ha superado la comprobación
    .body = Lo descargado se conserva, así que un nuevo intento será rápido.
failure-bad_film = Este archivo no se puede leer como vídeo
    .body = Comprueba que sea el archivo correcto y que esté completo.
failure-no_sound = Este vídeo no está en ese idioma
    .body = Busca el vídeo de nuevo y elige uno de sus idiomas.
failure-no_part = Esta parte no se puede guardar
    .body = El vídeo es más corto o solo se puede guardar entero. Guárdalo otra vez con otros tiempos, o entero.
failure-other_ending = Este vídeo no puede tener esa extensión
    .body = Guárdalo de nuevo y elige otro tipo de archivo.
failure-encrypted = Este vídeo está cifrado
    .body = Solo el reproductor de su propietario puede abrirlo. Esta aplicación no quita la protección.
failure-unsupported = Este vídeo está en un formato que no conocemos
    .body = Envíanos los detalles para que podamos añadirlo.
failure-internal = Algo ha fallado en la aplicación
    .body = Lo descargado está a salvo. Reinicia la aplicación para continuar.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Falta una parte de Windows
    .body = La ventana de la aplicación necesita Microsoft Edge WebView2, que no está en este ordenador. Descárgalo gratis de Microsoft y vuelve a abrir la aplicación.
shell-no_page = La aplicación no puede mostrar su ventana
    .body = Lo descargado está a salvo. Reinténtalo; si no funciona, cierra la aplicación y vuelve a abrirla.
shell-get = Descargar
menu-app = { $app }
    .about = Acerca de { $app }
    .settings = Ajustes…
    .hide = Ocultar { $app }
    .hide_others = Ocultar otros
    .show_all = Mostrar todo
    .quit = Salir de { $app }
menu-edit = Edición
    .undo = Deshacer
    .redo = Rehacer
    .cut = Cortar
    .copy = Copiar
    .paste = Pegar
    .select_all = Seleccionar todo
menu-window = Ventana
    .minimize = Minimizar
    .zoom = Zoom
    .close = Cerrar
menu-help = Ayuda
