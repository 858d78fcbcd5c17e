# server.ftl: the fake server. A script's mistakes, the start, what happens on each connection, the end.

# A script's mistakes. $place is file:line:column.
server-mistake = { $place } : { $what }
server-mistakes =
    { $count ->
        [one] Une erreur dans { $name } ; rien n’est joué.
       *[other] { $count } erreurs dans { $name } ; rien n’est joué.
    }
server-mistake-too-long = le script dépasse { $limit } Mo
server-mistake-not-utf8 = cet octet n’est pas de l’UTF-8 ; enregistrez le fichier en UTF-8, ou écrivez l’octet {"{"}xNN{"}"}
server-mistake-marker-unknown = une ligne commence par S>, C>, C*, D>, D@, D<, S? ou -- suivi d’un blanc, ou par # (commentaire)
server-mistake-marker-indented = le marqueur doit être tout au début de la ligne : enlevez les blancs
server-mistake-blank-missing = il manque un blanc après le marqueur
server-mistake-rest-missing = il n’y a rien après le marqueur
server-mistake-brace-open = cette accolade n’est jamais fermée ; écrivez {"{{"} pour le caractère lui-même
server-mistake-brace-close = aucune accolade n’est ouverte ici ; écrivez {"}}"} pour le caractère lui-même
server-mistake-value-unknown = la valeur { "{" }{ $name }{ "}" } n’existe pas ; il y a pasv, epsv, port, verb, arg, user, cwd, bytes, type, param.NOM, et les octets comme x1B
server-mistake-value-misplaced = { $name } n’a pas de sens ici
server-mistake-param-unknown = le paramètre { $name } n’existe pas ; déclarez-le au début : -- param { $name }=…
server-mistake-host-invalid = « { $host } » n’est pas une adresse IPv4
server-mistake-alternative-empty = une des possibilités est vide
server-mistake-regex-invalid = ce n’est pas une expression régulière : { $detail }
server-mistake-action-unknown = il n’y a ni action ni réglage « { $name } » ; il y a { $names }
server-mistake-argument-unwanted = rien ne peut figurer ici
server-mistake-argument-missing = il manque quelque chose ici
server-mistake-time-invalid = « { $value } » n’est pas une durée : écrivez 500ms, 5s ou 2m, un jour au plus
server-mistake-number-invalid = « { $value } » n’est pas un nombre possible ici
server-mistake-word-unknown = « { $value } » n’est pas un mot possible ici ; il y a { $names }
server-mistake-ports-invalid = « { $value } » n’est pas une plage de ports : écrivez 50000-50100
server-mistake-address-invalid = « { $value } » n’est pas une adresse IP
server-mistake-param-invalid = un paramètre se déclare NOM=VALEUR, NOM=A..B ou NOM=a,b,c
server-mistake-setting-twice = c’est déjà dit à la ligne { $line }
server-mistake-setting-late = les réglages se placent au début, avant le premier S> et le premier C>
server-mistake-not-in-greeting = ceci n’a de sens qu’après une ligne C> ou C*
server-mistake-code-invalid = « { $value } » n’est pas un code : écrivez un à trois chiffres
server-mistake-path-outside = seuls des fichiers du dossier du script, ou plus bas, peuvent être nommés
server-foreign-address = { $place } : ceci enverrait les clients vers { $host }, qui n’est ni cette machine ni une adresse d’exemple (192.0.2.0/24 et semblables). Si c’est voulu : --allow-foreign

# The start.
server-title = { $name } : { $title }
server-listening = En écoute sur { $addresses }. Dans un autre terminal, par exemple :
server-end-how = Ctrl-C arrête le serveur.

# What happens.
server-connected = { $client } s’est connecté à { $server }
server-few-files = le système accorde { $files } fichiers ouverts à ce programme : au plus { $clients } clients à la fois, et les suivants reçoivent un 421 jusqu’à ce que d’autres partent. Pour en avoir plus : ulimit -n, avant de lancer le programme.
server-turned-away = { $client } est renvoyé avec 421 : il y a trop de clients
server-port-opened = ouverture passive : le client est attendu sur { $address }
server-data-opened = connexion de données : { $from } → { $to }
server-data-called = connexion de données, ouverte par ce serveur : { $from } → { $to }
server-data-port = elle devrait venir du port { $port } (L-1, RFC 959 3.2), mais le système n’a pas donné ce port
server-stranger = { $address } n’est pas le client : renvoyé du port de données
server-data-sent =
    { $bytes ->
        [one] { $bytes } octet envoyé au client
       *[other] { $bytes } octets envoyés au client
    }
server-data-sent-file =
    { $bytes ->
        [one] { $bytes } octet de { $name } envoyé au client
       *[other] { $bytes } octets de { $name } envoyés au client
    }
server-data-received =
    { $bytes ->
        [one] { $bytes } octet venu du client (dans aucun fichier à vous ; --store DOSSIER en ferait un)
       *[other] { $bytes } octets venus du client (dans aucun fichier à vous ; --store DOSSIER en ferait un)
    }
server-data-kept =
    { $bytes ->
        [one] { $bytes } octet venu du client, conservé sous le nom { $name }
       *[other] { $bytes } octets venus du client, conservés sous le nom { $name }
    }
server-data-incomplete =
    { $bytes ->
        [one] { $bytes } octet venu du client, et ce n’est pas tout : rien n’en est conservé
       *[other] { $bytes } octets venus du client, et ce n’est pas tout : rien n’en est conservé
    }
server-closed-by-client = le client a fermé la connexion
server-reset-by-client = le client a rompu la connexion (RST)
server-closed = connexion fermée par ce serveur
server-reset = connexion rompue par ce serveur (RST)
server-tls = le client commence du TLS, que ce serveur ne parle pas : fermeture. Réglez le client sur FTP simple
server-typed = tapé, { $place }
server-own-reply = (hors du script)
server-no-code = pas de code à trois chiffres : aucun client ne peut savoir ce que cela veut dire
server-unmatched = rien dans le script ne prend cette commande
server-unmatched-near = rien dans le script ne prend cette commande. Le plus proche est { $place }, { $pattern } : { $why }
server-expected = la prochaine étape est { $place }, { $pattern }
server-why-case = les majuscules et les minuscules diffèrent, et l’argument doit correspondre tel qu’il est écrit
server-why-argument-missing = il y faut un argument
server-why-argument-unwanted = il n’y faut pas d’argument
server-why-argument = il y faut un autre argument
server-why-regex = son expression régulière ne correspond pas à toute la commande
server-why-verb = son verbe s’écrit presque comme celui-ci
server-why-later = son tour vient plus tard
server-why-done = son tour est passé ; les étapes servent une fois, dans l’ordre
server-not-transferred = rien n’est transféré : { $why }
server-skipped = le reste du bloc est sauté à partir de { $place } : { $why }
server-fault-not-agreed = ni PASV ni PORT n’ont précédé
server-fault-foreign = { $address } n’est pas l’adresse du client, ou est un port inférieur à 1024, et un serveur ne rappelle que là où vous êtes (RFC 2577 2, 3)
server-fault-nobody-came = le client n’a pas ouvert la connexion de données à temps
server-fault-strangers-came = seuls des étrangers sont venus au port de données, et trop
server-fault-not-reached = le port de données du client ne répond pas
server-fault-lost = le client a interrompu la connexion de données
server-fault-too-much = l’envoi dépasse la limite
server-fault-no-room = tous les envois ensemble ont épuisé la place que ce serveur a pour eux
server-fault-no-file = ce fichier n’existe pas ou ne peut être lu
server-fault-shortened = le fichier a été raccourci pendant l’envoi
server-fault-not-stored = le fichier n’a pas pu être écrit : { $why }
server-fault-no-port = aucun port de données n’est libre
server-fault-no-ipv4 = PASV ne peut nommer que des adresses IPv4, et cette connexion est en IPv6 (EPSV peut)
server-aborted = ABOR : le reste de { $place } est abandonné, avec sa connexion de données
server-looping = la même commande { $count } fois en une seconde : ce client tourne en rond, fermeture
server-stalled = le client n’a rien pris de la réponse depuis { $seconds } s
server-idle = aucune commande depuis { $seconds } s

# The end.
server-summary =
    { $connections ->
        [0] Personne n’est venu.
       *[other] { $connections ->
            [one] Une connexion
           *[other] { $connections } connexions
        }, { $commands ->
            [one] { $commands } commande
           *[other] { $commands } commandes
        }, { $transfers ->
            [one] { $transfers } transfert
           *[other] { $transfers } transferts
        } (octets : { $down } descendants, { $up } montants).
    }
server-lines-used = Blocs de { $name } qui ont servi : { $lines }
server-lines-unused = Jamais utilisés : { $lines } ({ $name })
server-unknown-script = « { $name } » n’est ni un fichier ni un script fourni avec ftplab. Sont fournis : { $names }
server-tree-too-much = { $path } : plus de fichiers et de dossiers qu’un faux serveur n’en sert
server-built-in = (serveur intégré)

# --check. $detail is what the warning is about: a code, a command, numbers.
server-check-error = { $place } : erreur : { $what }
server-check-warning = { $place } : avertissement { $name } : { $what }
server-check-expected = { $place } : comme annoncé, { $name } : { $what }
server-check-clients = Constaté avec { $clients }.
server-check-fine = { $name } : rien à redire
server-check-summary = { $name } : { $errors ->
        [one] { $errors } erreur
       *[other] { $errors } erreurs
    }, { $warnings ->
        [one] { $warnings } avertissement
       *[other] { $warnings } avertissements
    }, { $expected ->
        [one] { $expected } annoncé
       *[other] { $expected } annoncés
    }
server-check-file-missing = le fichier { $detail } n’est pas dans le dossier du script
server-check-warning-unknown = l’avertissement { $detail } n’existe pas ; les noms sont : { $names }
server-check-warning-absent = l’avertissement { $detail } était annoncé, et il n’y a pas lieu d’avertir
server-warning-no-greeting = rien n’est envoyé quand un client se connecte ; les clients attendent 220
server-warning-greeting-120 = 120 avant le 220 : la plupart des clients le prennent pour un refus
server-warning-verb-missing = rien ne répond à { $detail } ; la plupart des clients l’envoient à chaque session
server-warning-login-200 = { $detail } reçoit 200 : ncftp veut 230 ou 331 et abandonne
server-warning-pass-331 = PASS reçoit encore 331 : ncftp renvoie alors PASS sans fin
server-warning-pass-332 = PASS reçoit 332 : seuls ncftp et ftplib savent envoyer ACCT
server-warning-pwd-not-257 = { $detail } : sans 257, FileZilla et ncftpls ne listent rien
server-warning-type-not-200 = { $detail } : la plupart des clients s’arrêtent si TYPE ne reçoit pas 200
server-warning-auth-accepted = AUTH est accepté ({ $detail }) : le client commence aussitôt du TLS, et la connexion est perdue
server-warning-feat-mlst-no-mlsd = FEAT annonce MLST, mais MLSD n’est pas servi : FileZilla ne liste rien et n’essaie pas LIST
server-warning-syst-not-unix = SYST ne dit pas « 215 UNIX » : tnftp reste en TYPE A et modifie les fichiers qu’il envoie
server-warning-size-550 = SIZE répond 550 pour { $detail }, que RETR enverrait : curl abandonne avant RETR
server-warning-size-differs = SIZE et ce qui est envoyé diffèrent ({ $detail } octets) : curl juge le fichier incomplet
server-warning-mlst-always-250 = MLST répond 250 à n’importe quel nom : ncftp croit que le fichier est déjà là et ne l’envoie pas
server-warning-list-same-everywhere = un listage avec un répertoire, le même dans chaque répertoire : lftp mirror ne finit jamais
server-warning-list-450 = LIST reçoit 450 : curl montre un listage vide et annonce un succès
server-warning-epsv-not-229 = EPSV reçoit { $detail } au lieu de 229 : tnftp ne sait pas le lire
server-warning-bad-229 = aucun port ne peut être lu dans ce 229 : curl et tnftp abandonnent
server-warning-bad-227 = aucune adresse ne peut être lue dans ce 227 : les clients abandonnent, FileZilla passe à PORT
server-warning-digits-before-227 = des chiffres précèdent les six nombres : qui lit depuis la gauche trouve une adresse fausse
server-warning-other-host-227 = ce 227 nomme un autre hôte : curl, lftp et ftplib gardent l’adresse du serveur, les autres y vont
server-warning-literal-address = une adresse écrite en toutes lettres : personne n’y écoute. Écrivez {"{pasv}"} ou {"{epsv}"} ; à partir d’un journal, --from les met
server-warning-no-passive = PASV et EPSV sont refusés tous les deux : seuls FileZilla, ncftp et tnftp essaient alors PORT d’eux-mêmes
server-warning-inner-line-other-code = une ligne intérieure commence par un autre code et un blanc ({ $detail }) : curl et wget y voient la fin de la réponse et perdent le pas
server-warning-inner-line-same-code = une ligne intérieure commence par le code même de la réponse et un blanc ({ $detail }) : la réponse finit là, et la suite est une réponse de trop
server-warning-never-closed = cette réponse à plusieurs lignes n’est jamais fermée par « { $detail } » et un blanc : les clients attendent jusqu’à l’abandon
server-warning-no-code = pas de code à trois chiffres : les clients attendent ou abandonnent
server-warning-code-alone = { $detail } sans rien derrière : curl, wget et FileZilla attendent le blanc
server-warning-no-blank = pas de blanc après { $detail } : curl et wget attendent une ligne qui en a un
server-warning-empty-line = une ligne vide : tnftp et ftplib abandonnent
server-warning-nul = un octet NUL dans une réponse : les versions récentes de curl le refusent
server-warning-code-undefined = { $detail } : son premier chiffre ne veut rien dire pour un client
server-warning-bare-lf = la ligne finit par LF seul, comme avec nc : lftp y voit un défaut du serveur et reste bloqué
server-warning-no-eol = la ligne ne finit pas : les clients attendent sa fin
server-warning-two-replies = une réponse de trop ({ $detail }) : à partir d’ici, le client est en retard d’une réponse
server-warning-no-reply = pas de réponse finale ({ $detail }) : les clients attendent jusqu’à l’abandon
server-warning-quit-unanswered = pas de réponse à QUIT : curl reste bloqué plus d’une minute, quel que soit son --max-time
server-warning-closed-unanswered = la connexion est fermée sans réponse ({ $detail })
server-warning-no-150 = { $detail } : des données sans 150 ni 125 avant ; de tous les clients, seul FileZilla s’en accommode
server-warning-data-again = { $detail } : la connexion de données est fermée, et il reste à transférer ; un client en ouvre une par commande : personne ne viendra. Un bloc a une seule suite de lignes D, avant data close ; -- data hold avant une réponse garde la connexion
server-warning-no-226 = { $detail } : pas de réponse finale après les données ; les clients l’attendent bien qu’ils aient le fichier
server-warning-final-before-data = { $detail } : la réponse finale précède les données ; tnftp n’affiche rien
server-warning-no-data = { $detail } : une réponse promet des données et aucune connexion n’est prise ; les clients attendent
server-warning-truncated = { $detail } : les données sont coupées et la réponse dit que tout va bien ; seuls curl et lftp le remarquent, s’ils connaissent la taille
server-warning-data-reset = { $detail } : la connexion de données est rompue (RST) ; les clients signalent une erreur, lftp réessaie avec REST
server-warning-too-slow = c’est plus long que l’attente de ces clients, avec leurs propres réglages : { $detail }
server-warning-reply-not-allowed = { $detail } : la RFC 959 5.4 (ou celle de la commande) ne prévoit pas cette réponse
server-warning-odd-pattern = { $detail } prend ces caractères tels quels ; entre deux possibilités, la barre a un espace de chaque côté (STAT | HELP) ; une expression régulière commence et finit par /, et sa barre n’a pas de \ devant elle
server-warning-odd-blanks = { $detail } : un espace à la fin, ou un second, fait partie du motif, et aucun client ne l’envoie ; ôtez-le
server-warning-unknown-verb = aucune RFC n’a le verbe { $detail } La ligne attend ces lettres mêmes
server-warning-behind-quit = cette étape n’est jamais atteinte : la connexion finit avec le bloc de la ligne { $detail }, qui répond à QUIT (-- stay la garde)
server-warning-wrong-way = { $detail } : les données vont dans l’autre sens. D> et D@ envoient au client (RETR, LIST), D< reçoit de lui (STOR, APPE)
server-warning-never-matches = { $detail } ne peut jamais servir : les règles qui précèdent prennent tout ce qu’elle prend

# By hand. A person types the replies.

# --from.
server-from-nothing = il n’y a pas de dialogue dans { $path } : ni un journal (lignes S> et C>), ni une transcription avec des codes et des commandes
server-from-done =
    { $steps ->
        [one] { $path } : un script d’une étape. Ce que les clients en feront : ftplab fake-server --check { $path }
       *[other] { $path } : un script de { $steps } étapes. Ce que les clients en feront : ftplab fake-server --check { $path }
    }

# --self-test.
server-test-line = une autre ligne est venue : { $got }
server-test-silence = cette ligne n’est pas venue
server-test-closed = à la place, la connexion a été fermée
server-test-data =
    { $got ->
        [one] d’autres données sont venues : { $got } octet
       *[other] d’autres données sont venues : { $got } octets
    }
server-test-no-data = aucune connexion de données n’a été établie
server-test-stays-open = la connexion n’a pas été fermée
server-test-unreached = sa propre commande va à un autre bloc
server-test-unsaid = pas essayé : on ne peut savoir quelle commande envoyer ; -- say en donne une
server-test-uncompared = comparé en partie : de tous les fichiers, les premiers { $most } Mo le sont
server-test-summary =
    { $differs ->
        [0] { $name } : joué comme il est écrit, connexions de contrôle : { $connections }
        [one] { $name } : une différence, connexions de contrôle : { $connections }
       *[other] { $name } : { $differs } différences, connexions de contrôle : { $connections }
    }
server-from-beside = { $file } : { $bytes } octets envoyés par le serveur
server-from-not-kept = Transfert { $n } : le serveur a envoyé { $bytes } octets, et de ce qui se passe à la fois on ne garde que { $most } Mo : le script n’y envoie rien. D@ y met un fichier de votre choix.
server-mistakes-first = Les { $most } premières sont dites, pas plus.

# Les scripts que ftplab apporte.
server-site-exists = { $file } existe, n’est pas un site écrit par ftplab, et reste tel quel. Donnez un autre nom.
server-list-servers = Serveurs
server-list-faults = Pannes : des serveurs qui font une chose de travers
server-list-how = Pour en jouer un : ftplab fake-server NOM. --bind, --port et les autres options vont avec chacun.
