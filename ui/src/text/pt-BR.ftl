### All texts of the window. A message is a heading or a label; `.body` is the sentence below it.

app-name = Ustream Downloader

## The link

paste-heading = Salvar um vídeo do Ustream ou do IBM Video
    .body = Cole o link de uma transmissão que já terminou ou que está no ar.
paste-label = Link do vídeo
paste-placeholder = video.ibm.com/recorded/123456
paste-find = Buscar vídeo
paste-paste = Colar
paste-drop = Você também pode arrastar um link para esta janela.
    .here = Solte o link para procurar o vídeo
copied-heading = Você copiou um link
    .said = Há um link copiado pronto para usar.
copied-use = Usar este link
remux-open = Criar um MP4 de um arquivo de vídeo…

looking-heading = Buscando o vídeo…
    .body = Costuma levar alguns segundos.
    .slow = Ainda buscando. O site está demorando a responder.

## Several videos behind one link

choose-channel =
    { $count ->
        [one] Este link leva a um canal com { $count } vídeo
       *[other] Este link leva a um canal com { $count } vídeos
    }
    .several = Este link leva a um canal com vários vídeos
    .body = Marque os que você quer.
    .kept = Canais acompanhados
    .keep = Salvar sozinho os novos vídeos deste canal
    .keep_body = Enquanto está aberto, o aplicativo verifica a cada poucas horas e grava uma transmissão que começa. O canal fica nas configurações.
    .kept_none = Nenhum canal ainda. Cole o link de um canal e escolha lá “Salvar sozinho os novos vídeos deste canal”.
    .kept_since = Desde { $date } · em { $folder }
    .kept_looked = última verificação: { $date }
    .kept_never = ainda não verificado
    .kept_tell = Só me avisar sobre novos vídeos
    .kept_remove = Remover
    .kept_removed = { $title } não é mais acompanhado. Os vídeos salvos permanecem.
    .kept_new = Novo: { $titles }
choose-page =
    { $count ->
        [one] Esta página tem { $count } vídeo
       *[other] Esta página tem { $count } vídeos
    }
choose-all = Marcar todos
    .none = Desmarcar todos
    .new = Só os novos
choose-more = Mostrar mais
choose-saved = Salvo em { $date }
choose-shown = { $shown } de { $total } mostrados
choose-ticked =
    { $count ->
        [0] Nenhum marcado
        [one] { $count } marcado, { $duration }
       *[other] { $count } marcados, { $duration }
    }
choose-continue = Continuar com { $count }
choose-ready =
    { $count ->
        [one] Salvar { $count } vídeo
       *[other] Salvar { $count } vídeos
    }
    .body = Cada um é salvo com o próprio nome.
    .oldest = Começar pelo mais antigo
choose-back = Voltar à lista

## Ready to save

ready-said = Pronto para salvar. { $title }, { $facts }
ready-untitled = Vídeo { $recording }
ready-all = Mostrar tudo
ready-newest = Este link leva a um canal. Este é o vídeo mais recente dele.
ready-size = cerca de { $size }
ready-type = Tipo de arquivo
ready-mp4 = MP4
    .body = Funciona em qualquer lugar.
ready-flv = FLV
    .body = Exatamente o original.
ready-mp3 = MP3
    .body = Para players mais antigos. O som é codificado de novo.
    .m4a = M4A
    .m4a_body = O som, exatamente como é.
ready-quality = Qualidade
quality-height = { $height }p
ready-sound = Som
    .usual = O do vídeo
    .all = Todos os idiomas
ready-name = Nome
    .replaced = Ele será salvo como { $file }.
part = Só uma parte…
    .from = De
    .to = Até
    .hint = Por exemplo, 1:30 ou 1:02:00. Deixe um campo vazio para o início ou o fim.
    .wrong = Escreva os tempos assim: 1:30 ou 1:02:00.
    .empty = O fim precisa vir depois do início.
    .beyond = O vídeo tem só { $length }.
    .original = O original só pode ser cortado em alguns pontos, então a parte pode ter alguns segundos a mais.
    .saved = Uma parte do vídeo, de { $from } a { $to }.
    .clamped = O vídeo termina antes do que você pediu.
ready-save = Salvar vídeo
    .starting = Iniciando…
    .change = Alterar
live = Esta transmissão está no ar agora
    .hint = Ela é gravada até terminar ou até você parar.
    .record = Gravar desde o início
    .now = Gravar a partir de agora
    .recordings = Vídeos deste canal
    .stop = Parar e salvar
    .disk_full = O disco está quase cheio, por isso a gravação foi encerrada.
    .silent = A transmissão não enviava mais nada, por isso a gravação foi encerrada.
    .soon = Esta transmissão ainda não começou
    .soon_hint = Ela é gravada assim que começar. Deixe o aplicativo aberto até lá.
    .soon_record = Gravar quando começar
    .since = desde { $time }
    .continued = A gravação continua em outro arquivo.
low-space = Não há espaço suficiente em { $folder }
    .body = São necessários cerca de { $need }, e há { $free } livres.
low-space-anyway = Salvar mesmo assim
too-large = { $folder } não aceita arquivos tão grandes
    .body = Lá o limite é de { $most } por arquivo, e este vídeo tem cerca de { $need }.
saved-before = Você salvou este vídeo em { $date }
    .body = { $file } está em { $folder }.
saved-before-again = Salvar novamente
saving-now = Você já está salvando este vídeo: { $percent }
    .plain = Você já está salvando este vídeo
saving-show = Mostrar

folder-label = Salvar em
folder-free = { $free } livres
folder-change = Alterar…
folder-choose = Escolher outra pasta
folder-lost = A pasta { $folder } não foi encontrada
    .body = Por enquanto os vídeos vão para { $now }. Reconecte a unidade ou escolha outra pasta.

## Locked videos: password, form, owner’s page

password-label = Senha
password-show = Mostrar senha
password-send = Desbloquear
form-send = Enviar e continuar
form-again = Enviar novamente
form-optional = { $label } (opcional)
form-said = O site diz: { $message }
page-label = Endereço da página do dono
page-send = Continuar
field-wrong = Preencha este campo.
    .email = Isto não parece um endereço de e-mail.
    .url = Cole o endereço completo da página, começando com http.
form-remember = Lembrar esses dados neste computador
proxy-name = Nome de usuário

## A job

job-queued = Esperando a vez
    .body = Começa quando o vídeo anterior terminar.
job-resolving = Preparando…
    .body = Perguntando ao site onde está o vídeo.
job-fetching = Baixando
    .body = Você pode continuar usando o computador.
    .silent = Sem dados há { $time }. Continuamos tentando…
job-finishing = Finalizando…
    .body = A internet não é mais necessária.
job-converting = Criando o MP4
    .body = A imagem e o som não são alterados.
job-recording = Gravando a transmissão
    .body = Ela é salva quando termina ou quando você a para.
job-encoding = Criando o MP3
    .body = O som é codificado de novo.
job-moving = Movendo para a outra pasta
    .body = O que já foi baixado vai junto. Depois o download continua.
job-waiting = Esperando a conexão…
    .body = O download continuará sozinho. Nada se perdeu.
job-waiting-login = O Wi-Fi pede que você faça login
    .body = Abra uma página no navegador e faça login por lá. O download continuará sozinho.
job-waiting-site = Esperando o site de vídeos…
    .body = Ele não responde ou pediu uma pausa. O download continuará sozinho.
job-waiting-stream = A transmissão está em pausa
    .body = Vamos esperar e continuar sozinhos.
job-waiting-mirror = Esperando o servidor do vídeo…
    .body = O site de vídeos funciona, mas o servidor deste vídeo não envia nada. O download continuará sozinho.
job-waiting-segments = Buscando o que falta…
    .body = O site não tem o vídeo inteiro no momento. Vamos pedir o resto mais algumas vezes.
job-stalled = Sem progresso há algum tempo…
    .body = Continuamos tentando. Nada se perdeu.
job-paused = Pausado
    .body = Nada se perdeu. Você pode fechar o aplicativo.
    .at = Pausado em { $percent }
job-progress = Progresso de { $title }
job-said = { $percent } baixado
job-title = { $percent } – { $title }
bytes-of = { $done } de { $total }
    .about = { $done } de cerca de { $total }
bytes-so-far = { $done } até agora
left-seconds = falta menos de um minuto
left-minutes =
    { $minutes ->
        [one] falta cerca de { $minutes } minuto
       *[other] faltam cerca de { $minutes } minutos
    }
left-hours =
    { $hours ->
        [one] falta cerca de { $hours } hora
       *[other] faltam cerca de { $hours } horas
    }

job-pause = Pausar
job-continue = Continuar
job-cancel = Cancelar
job-another = Salvar outro vídeo

stop-heading = Parar de salvar este vídeo?
    .body = { $done } já foram baixados.
    .nothing = Nada foi baixado ainda.
stop-keep = Guardar para depois
stop-delete = Excluir
stop-go-on = Continuar salvando
stopped-heading = Interrompido
    .kept = O que já foi baixado continua aqui.
    .deleted = O que já foi baixado foi excluído.
stopped-continue = Continuar este
close-heading =
    { $count ->
        [one] Um vídeo ainda está sendo salvo
       *[other] { $count } vídeos ainda estão sendo salvos
    }
    .body = Se você fechar agora, poderá continuar da próxima vez.
close-close = Fechar
close-stay = Não fechar
unfinished-heading =
    { $count ->
        [one] Você tem um vídeo por terminar
       *[other] Você tem { $count } vídeos por terminar
    }
unfinished-later = Depois

saved-heading = Salvo
saved-facts = { $size } · { $duration } · em { $folder }
    .captions = Não foi possível converter as legendas. Elas foram salvas sem alterações: { $file }
    .cues = Não foi possível converter algumas legendas. Todas foram salvas sem alterações: { $file }
saved-said = Salvo. { $file } está em { $folder }.
saved-gaps = Salvo, mas com { $duration } a menos
    .other = Salvo, mas incompleto
    .body = Trechos que faltam: { $times }.
    .segments = Trechos que não puderam ser baixados: { $count } de { $total }.
    .empty = Trechos sem imagem nem som: { $count }.
    .misplaced = Trechos de outro ponto do vídeo: { $count }.
    .shorter = Ele tem { $duration } a menos do que o site informa.
    .video = Falta a imagem.
    .audio = Falta o som.
    .language = Falta o som neste idioma: { $language }.
    .rendition = A qualidade escolhida ({ $wished }) não estava disponível, então outra foi salva.
fact-lost = Perdido: { $duration } em { $time }
    .video = Imagem perdida: { $duration } em { $time }
    .audio = Som perdido: { $duration } em { $time }
    .bytes = Não dá para ler { $size } do arquivo: ele está cortado ou danificado ali.
    .unreadable = Perdido: { $duration } em { $time }. Não há indicação de como reproduzir.
fact-left-out = Não incluído: { $name }
    .pause = Em { $time }, uma pausa longa demais para um arquivo foi encurtada em { $duration }.
    .moved = Em { $time }, a contagem do tempo recomeça. O que vem depois foi posto no lugar certo.
    .repeated = Trecho repetido em { $time } ({ $duration }): mantido uma vez só.
saved-reveal = Mostrar na pasta
saved-play = Reproduzir
saved-not-opened = Não conseguimos abrir o arquivo
    .body = Ele pode ter sido movido ou renomeado depois de salvo.
    .copy = Copiar caminho

others-heading = Salvando ({ $count })
    .waiting = Em espera ({ $count })
    .stopped = Interrompidos ({ $count })
batch-saved = { $saved } de { $total } salvos
    .all = Todos os { $total } vídeos foram salvos
    .failed = { $count } com erro
batch-pause = Pausar todos
batch-continue = Continuar todos
batch-again = Tentar novamente os que falharam
row-more = Mais ações para { $title }
    .plain = Mais
saved-list = Vídeos salvos ({ $count })
    .page = Criar uma página da web da pasta
saved-list-forget = Remover da lista
    .all = Remover todos da lista
    .ask = Remover estes { $count } vídeos da lista?
    .body = Os arquivos são mantidos.
    .keep = Manter
saved-list-removed = { $file } foi removido da lista. O arquivo continua na pasta.
    .undo = Desfazer
delete-file = Excluir o arquivo…
    .ask = Excluir { $file }?
    .body = Ele vai para a lixeira deste computador.
    .keep = Manter
    .done = { $file } está na lixeira.
delete-file-failed = Não foi possível mover o arquivo para a lixeira
    .body = Exclua-o na pasta dele.
list-search = Pesquisar nos vídeos
    .none = Nenhum resultado
    .state = Mostrar
    .all = Todos
    .saving = Sendo salvos
    .waiting = Em espera
    .stopped = Interrompidos
    .saved = Salvos
saved-list-again = Baixar novamente
check-file = Verificar
    .running = Verificando { $file }…
    .whole = { $file } está intacto.
    .damaged = { $file } está danificado. Você pode baixá-lo novamente.
    .changed = O arquivo mudou depois de salvo.
    .unreadable = Não é mais possível reproduzi-lo.
    .shorter = Agora dura { $duration } a menos.
    .gone = { $file } não foi encontrado ou não pode ser lido.
list-damaged = Não foi possível ler uma parte da sua lista
    .body = Ela foi separada. Os arquivos salvos continuam intactos.

## Settings

settings-heading = Configurações
settings-done = Concluído
settings-most = Até { $height }p
    .best = A melhor
    .smallest = A menor
    .audio = Só o som
settings-template = Nomes dos arquivos
    .body = { "{title}" }, { "{owner}" }, { "{date}" }, { "{id}" } e { "{quality}" } são substituídos pelos dados do vídeo. Uma barra cria uma pasta; a data está em UTC.
    .wrong = Isto não pode ser um nome. Precisa de { "{title}" } ou { "{id}" }, e toda chave aberta deve ser fechada.
    .folders = Uma pasta para cada canal
settings-example = Por exemplo: { $name }
settings-captions = Salvar também as legendas, quando houver
    .type = Tipo de arquivo das legendas
    .picture = Salvar também a imagem de prévia como arquivo
settings-maker = O MP4 é criado por
settings-builtin = Este aplicativo
settings-ffmpeg = ffmpeg
    .missing = O ffmpeg não foi encontrado.
    .pick = Escolher o ffmpeg…
settings-at-once = Vídeos ao mesmo tempo
    .speed = Deixar um pouco de velocidade para os outros
    .unlimited = Sem limite
    .most = Até { $speed }
    .after = Quando tudo estiver salvo
    .nothing = Não fazer nada
    .show_folder = Mostrar a pasta
    .sleep = Suspender o computador
    .shut_down = Desligar o computador
    .asks_sleep = O computador será suspenso
    .asks_shut_down = O computador será desligado
    .seconds = Tudo está salvo. Segundos restantes: { $seconds }
settings-language = Idioma
settings-system = O mesmo do computador
settings-remember = Lembrar meus dados de cadastro
    .body = Eles ficam no chaveiro deste computador.
settings-remember-proxy = Lembrar meu nome e minha senha do proxy
settings-updates = Procurar uma nova versão ao abrir o aplicativo
settings-version = Versão { $version }
    .licence = Software livre sob a licença MIT.
    .legal = Salve apenas vídeos que você tem permissão para guardar.
settings-advanced = Avançado
help-heading = Ajuda
help-links = Quais links funcionam?
    .body = Os de transmissões encerradas em ustream.tv e video.ibm.com. Copie o endereço enquanto o navegador mostra o vídeo.
help-resume = E se a conexão cair?
    .body = Nada se perde. O aplicativo continua sozinho. Você também pode fechá-lo e continuar da próxima vez.
help-play = O arquivo não é reproduzido. E agora?
    .body = Escolha “Verificar” na lista de vídeos salvos. Se o arquivo não estiver danificado, abra-o com outro reprodutor, como o VLC.
help-session = O vídeo pede o login de uma empresa. E agora?
    .body = Use o Chrome ou o Edge. Abra a página do vídeo, pressione F12 e escolha “Rede”. Recarregue a página, reproduza o vídeo por alguns segundos e escolha “Exportar HAR” ali. Arraste o arquivo salvo para esta janela.
    .open = Abrir uma sessão do navegador…

## A new version of the app

update-heading = A versão { $version } deste aplicativo está disponível
    .body = O aplicativo fecha, é atualizado e reabre. Seus vídeos e configurações são mantidos.
update-later = Agora não
update-notes = Novidades
update-install = Atualizar agora
update-installing = Baixando e instalando a nova versão…
update-unreachable = Não foi possível baixar a nova versão
    .body = Verifique a conexão com a internet e tente novamente. O aplicativo funciona como antes.
update-refused = A nova versão não foi instalada
    .body = O arquivo baixado está danificado ou não é dos autores deste aplicativo. O aplicativo funciona como antes.
update-failed = Não foi possível instalar a nova versão
    .body = Os arquivos do aplicativo não podem ser substituídos. O aplicativo funciona como antes.

## Buttons of failures

do-again = Tentar novamente
do-other-link = Usar outro link
do-keep-gaps = Manter o vídeo incompleto
do-save-anyway = Salvar mesmo assim
do-keep-anyway = Manter mesmo assim
do-start-over = Começar do zero
do-check-again = Verificar novamente
do-try-now = Tentar agora
do-browse = Abrir no navegador
do-restart = Reiniciar o aplicativo
do-show-original = Mostrar o original

details = Detalhes
details-copy = Copiar detalhes
    .copied = Copiado

## A report of a problem

report = Salvar um relatório…
    .intro = Ele mostra o que o site de vídeos respondeu, para que outras pessoas possam encontrar a causa.
    .hidden = Senhas, suas respostas e endereços de e-mail e IP ficam de fora.
    .requests =
        { $count ->
            [one] { $count } solicitação
           *[other] { $count } solicitações
        }
    .titles = Deixar os títulos de fora também
    .busy = Preparando o relatório…
    .save = Salvar relatório
    .saved = O relatório foi salvo

## Failures, by code

failure-not_a_link = Não encontramos um link nesse texto
    .body = Ele deve se parecer com video.ibm.com/recorded/123456.
failure-other_site = Este aplicativo só funciona com o Ustream e o IBM Video
    .body = Essa página de { $detail } não tem nenhum vídeo deles.
failure-offline = Sem conexão com a internet
    .body = Verifique o Wi-Fi ou o cabo e tente novamente.
failure-wifi_login = O Wi-Fi pede que você faça login
    .body = Abra uma página no navegador, faça login no Wi-Fi por lá e tente novamente.
failure-dns_failing = Sua rede não encontra o site de vídeos
    .body = A conexão funciona, mas a rede não conhece o nome do site. Reinicie o roteador ou tente em outra rede.
failure-connection_refused = A conexão com o site de vídeos foi recusada
    .body = Verifique o firewall ou o programa de segurança deste computador. Se não for isso, o site pode estar fora do ar: tente mais tarde.
failure-proxy_login = Sua rede pede um nome e uma senha
    .body = Digite os que você usa para a internet nesta rede.
failure-proxy_refused = Sua rede bloqueia o site de vídeos
    .body = O proxy dela recusa a conexão. Fale com quem cuida da rede ou tente em outra.
failure-proxy_down = O proxy da sua rede não está respondendo
    .body = Este computador acessa a internet por ele. Verifique o proxy nas configurações de rede do sistema.
failure-proxy_script = Sua rede escolhe o proxy com um script
    .body = Este aplicativo não consegue executá-lo. Peça o proxy a quem cuida da rede e informe-o nas configurações de rede do sistema.
failure-untrusted = A conexão com o site de vídeos não é segura
    .body = Alguém responde no lugar dele, com um certificado de { $detail }. Tente em outra rede ou fale com quem cuida desta.
failure-wrong_clock = O relógio deste computador está errado
    .body = Conexões seguras precisam da hora certa. Ajuste a data e a hora e tente novamente.
failure-no_certificates = Este computador não consegue verificar conexões seguras
    .body = Falta a lista de certificados confiáveis. Instale-a (em muitos sistemas ela se chama ca-certificates) e abra o aplicativo de novo.
failure-site_down = O site de vídeos não está respondendo
    .body = Ele pode estar sobrecarregado. Espere alguns minutos e tente novamente.
failure-page_down = Essa página não está respondendo
    .body = Abra-a no navegador para conferir o link e tente novamente.
failure-busy = O site pede para irmos mais devagar
    .body = Espere alguns minutos e tente novamente.
failure-stalled = O vídeo parou de chegar
    .body = O site quase não envia dados. Nada se perdeu: espere alguns minutos e tente novamente.
failure-bad_answer = A resposta do site não faz sentido
    .body = Se este é o Wi-Fi de um hotel ou café, faça login nele primeiro pelo navegador. Se não, espere alguns minutos e tente novamente.
failure-not_found = Este vídeo não está mais disponível
    .body = Ele foi removido ou o link tem um erro. Abra o link no navegador para conferir.
failure-still_live = Esta transmissão ainda está no ar
    .body = Volte quando ela terminar e a gravação for publicada.
failure-not_recorded = O dono não guardou uma gravação
    .body = Pergunte ao dono do canal.
failure-needs_form = Este vídeo pede um cadastro primeiro
    .body = O dono pede estes dados. Eles são enviados a ele, não a nós.
failure-form_refused = O site não aceitou o formulário
    .body = Confira o que você preencheu e envie novamente.
failure-session_unreadable = Não há nenhum vídeo neste arquivo
    .body = Ele não é uma sessão do navegador salva, ou nenhum vídeo do Ustream ou do IBM Video foi reproduzido nela.
failure-session_expired = Esta sessão do navegador é antiga demais
    .body = O site de vídeos não a aceita mais. Salve uma nova e abra-a logo em seguida.
failure-needs_password = Este vídeo é protegido por senha
    .body = Se você não souber, pergunte a quem o compartilhou.
failure-wrong_password = Essa senha está incorreta
    .body = Verifique as maiúsculas e os espaços e tente novamente.
failure-members_only = Só pessoas convidadas podem assistir
    .body = É preciso fazer login com uma conta da empresa ou do evento, e este aplicativo não faz isso.
failure-region = Indisponível no seu país
    .body = O dono limita onde ele pode ser visto.
failure-embed_only = Este vídeo só pode ser visto no site do dono
    .body = Cole o endereço da página onde você o assiste.
failure-locked = O dono bloqueou este vídeo
    .body = Este aplicativo não consegue abrir esse tipo de bloqueio.
failure-changed = O vídeo no site mudou
    .body = O que já foi baixado não combina mais com ele. Nada foi excluído. Você pode começar do zero com o novo.
failure-pieces_missing = Este vídeo não está completo
    .body = Tente novamente para obter o resto ou mantenha o vídeo incompleto.
    .share = Falta: { $missing } de { $total }, em { $times }.
failure-low_space = Não há espaço suficiente para este vídeo
    .body = Libere espaço e tente novamente. O tamanho final é uma estimativa.
    .room = Necessário: cerca de { $needed }. Livre: { $there }.
failure-disk_full = O disco está cheio
    .body = Libere espaço e tente novamente. O que já foi baixado está seguro.
failure-quota_full = Sua cota de disco acabou
    .body = Exclua arquivos seus de lá e tente novamente. O que já foi baixado está seguro.
failure-file_too_large = Esta unidade não aceita arquivos tão grandes
    .body = Escolha uma pasta em outra unidade. O que já foi baixado vai junto.
    .room = Necessário: cerca de { $needed }. Maior arquivo possível: { $there }.
failure-no_write = Não conseguimos salvar nesta pasta
    .body = Reconecte a unidade ou dê permissão para salvar na pasta e tente novamente.
failure-own_folder = O aplicativo não consegue salvar na própria pasta
    .body = Dê permissão para salvar em { $detail } e abra o aplicativo de novo.
failure-read_only = Esta unidade é somente leitura
    .body = Permita salvar nela (alguns cartões têm uma trava) ou escolha uma pasta em outra unidade.
failure-folder_full = Esta pasta não aceita mais pastas
    .body = Remova pastas dela ou escolha outra.
failure-bad_name = Esta unidade não aceita esse nome
    .body = Escolha uma pasta em outra unidade.
failure-drive_gone = A pasta não está mais lá
    .body = Se ela está em uma unidade externa, reconecte-a. Depois tente novamente.
failure-file_held = Outro programa está com este arquivo aberto
    .body = Feche o player ou programa que o usa e tente novamente. O que já foi baixado está seguro.
failure-in_use = Este vídeo já está sendo salvo
    .body = Outra janela ou outro programa está salvando este mesmo arquivo. Espere terminar.
failure-ffmpeg_missing = Não encontramos o ffmpeg
    .body = Instale-o e tente novamente. Nada foi baixado.
failure-convert_failed = Não foi possível converter o arquivo
    .body = O original está completo e salvo na mesma pasta.
failure-check_failed = O arquivo não passou na verificação
    .body = O que já foi baixado está seguro, então uma nova tentativa será rápida.
failure-bad_film = Este arquivo não pode ser lido como vídeo
    .body = Verifique se é o arquivo certo e se está completo.
failure-no_sound = Este vídeo não está nesse idioma
    .body = Busque o vídeo novamente e escolha um dos idiomas dele.
failure-no_part = Não é possível salvar esta parte
    .body = O vídeo é mais curto ou só pode ser salvo inteiro. Salve de novo com outros tempos, ou inteiro.
failure-other_ending = Este vídeo não pode ter essa extensão
    .body = Salve novamente e escolha outro tipo de arquivo.
failure-encrypted = Este vídeo está criptografado
    .body = Só o player do dono consegue abri-lo. Este aplicativo não remove a proteção.
failure-unsupported = Este vídeo está em um formato que não conhecemos
    .body = Envie-nos os detalhes, por favor, para que possamos incluí-lo.
failure-internal = Algo deu errado no aplicativo
    .body = O que já foi baixado está seguro. Reinicie o aplicativo para continuar.

## Shown by the app before its page, or in the menu bar of macOS.
shell-no_webview = Falta uma parte do Windows
    .body = A janela do aplicativo precisa do Microsoft Edge WebView2, que não está neste computador. Baixe-o de graça da Microsoft e abra o aplicativo novamente.
shell-no_page = O aplicativo não consegue mostrar a janela
    .body = O que já foi baixado está seguro. Tente novamente; se não adiantar, feche o aplicativo e abra-o de novo.
shell-get = Baixar
menu-app = { $app }
    .about = Sobre o { $app }
    .settings = Configurações…
    .hide = Ocultar { $app }
    .hide_others = Ocultar Outros
    .show_all = Mostrar Tudo
    .quit = Encerrar { $app }
menu-edit = Editar
    .undo = Desfazer
    .redo = Refazer
    .cut = Cortar
    .copy = Copiar
    .paste = Colar
    .select_all = Selecionar Tudo
menu-window = Janela
    .minimize = Minimizar
    .zoom = Zoom
    .close = Fechar
menu-help = Ajuda
