# inspect.ftl : ce que montre une capture. Raisons, remarques et notes sont des phrases ; les intitulés commencent par inspect-label.

inspect-reason-whole = Les données sont arrivées entières et la réponse le dit.
inspect-reason-reset-at-end = La réponse dit que tout s’est bien passé ; mais l’expéditeur a réinitialisé la connexion de données, et en mode flux c’est sa fin en ordre qui est la fin du fichier (RFC 959 3.4.1) : on ne peut dire si tout est arrivé.
inspect-reason-shorter = La réponse est bonne et la connexion s’est terminée en ordre, mais { $bytes } octets sont arrivés alors que { $declared } étaient annoncés.
inspect-reason-partly-frames = Le transfert s’est bien passé ; il manque à la capture des trames avec { $missing } octets, elle en contient { $bytes }.
inspect-reason-partly-snaplen = Le transfert s’est bien passé ; la capture n’a gardé que le début de chaque trame (snapshot length) : { $missing } octets manquent.
inspect-reason-partly-late = Le transfert s’est bien passé ; la capture a commencé après sa connexion de données et contient { $bytes } octets.
inspect-reason-partly-early = Le transfert s’est bien passé ; la capture s’arrête après { $bytes } octets sur { $of } ({ $percent } %).
inspect-reason-control-only = Les réponses disent que tout s’est bien passé. La capture ne contient que la connexion de contrôle, comme le fait un filtre sur son port.
inspect-reason-not-captured = Les réponses disent que tout s’est bien passé. La connexion de données n’est pas dans la capture.
inspect-reason-refused = Le serveur a dit non : { $code }.
inspect-reason-no-answer = { $times ->
    [one] Le SYN vers { $to } est resté sans réponse.
   *[other] { $times } SYN vers { $to } sont restés sans réponse (espacés de { $spacing }).
}
inspect-reason-no-answer-private = Cette adresse n’existe que dans son propre réseau : personne ne l’atteint de l’extérieur.
inspect-reason-no-answer-differs = Ce n’est pas l’adresse de la connexion de contrôle : un serveur derrière un NAT qui annonce son adresse interne se montre ainsi.
inspect-reason-rejected = { $to } a répondu au SYN par une réinitialisation (trame { $frame }) : personne n’y écoute, ou un pare-feu refuse.
inspect-reason-undelivered = { $reporter } dit que le SYN ne peut être remis : { $what } (ICMP, trame { $frame }).
inspect-reason-nobody-passive = Le client ne s’est jamais connecté à { $listen }, où le serveur attendait.
inspect-reason-nobody-active = Le serveur ne s’est jamais connecté à { $listen }, où le client attendait.
inspect-reason-nobody-passive-unknown = Le client n’a jamais ouvert la connexion de données.
inspect-reason-nobody-active-unknown = Le serveur n’a jamais ouvert la connexion de données.
inspect-reason-failed = Le transfert s’est terminé par { $code } après { $bytes } octets.
inspect-reason-failed-reset = Le transfert s’est terminé par { $code } après { $bytes } octets ; la connexion de données a été réinitialisée par { $who ->
    [client] le client
    [server] le serveur
   *[network] une machine entre les deux
}.
inspect-reason-control-ended = { $who ->
    [client] Le client
    [server] Le serveur
   *[network] Une machine entre les deux
} a fermé la connexion de contrôle avant la réponse finale.
inspect-reason-control-reset = { $who ->
    [client] Le client
    [server] Le serveur
   *[network] Une machine entre les deux
} a réinitialisé la connexion de contrôle avant la réponse finale.
inspect-reason-control-announced = Le serveur a abandonné la session (421) avant la réponse finale.
inspect-reason-aborted = Le client l’a interrompu (ABOR) après { $bytes } octets.
inspect-reason-capture-ends = La capture s’arrête avant la réponse finale.
inspect-reason-capture-ends-before = La capture s’arrête avant toute réponse.
inspect-reason-unused = Personne ne s’est connecté et aucune commande ne l’a utilisée.
inspect-reason-unused-dialled = La connexion de données a été ouverte puis fermée, sans qu’une commande l’utilise.
inspect-reason-orphan-20 = Une connexion de données d’après son port, 20 ; sa connexion de contrôle n’est pas dans la capture.
inspect-reason-orphan = Cela ressemble à une liste de répertoire ; sa connexion de contrôle n’est pas dans la capture.
inspect-reason-encrypted = Les commandes sont chiffrées : que ce soit une connexion de données se déduit seulement des machines et du moment.
inspect-reason-inferred = Ce qui a été convenu manque à la capture ; la connexion a été rattachée d’après ses machines et son moment.

inspect-icmp-network = réseau inaccessible
inspect-icmp-host = machine inaccessible
inspect-icmp-protocol = protocole inaccessible
inspect-icmp-port = port inaccessible
inspect-icmp-prohibited = interdit par un filtre
inspect-icmp-time = délai dépassé en chemin
inspect-icmp-other = type { $kind }, code { $code }

inspect-remark-data-before-preliminary = Des données sont arrivées avant la réponse 1yz qui les annonce.
inspect-remark-completion-before-end = La réponse finale est arrivée avant la fin de la connexion de données : qui s’arrête à la réponse perd le reste.
inspect-remark-shorter-than-declared = { $bytes } octets sont arrivés ; { $declared } étaient annoncés.
inspect-remark-longer-than-declared = { $bytes } octets sont arrivés ; { $declared } seulement étaient annoncés.
inspect-remark-address-translated = Adresse annoncée : { $listen }, adresse utilisée : { $used }. Une adresse a été traduite en chemin (NAT), ou le client a pris celle du serveur à la place.
inspect-remark-server-to-server = La connexion de données relie deux serveurs ; le client commande les deux.
inspect-remark-data-source-port = La connexion de données vient du port { $port } ; la RFC 959 3.2 nomme { $expected }, le port voisin du port de contrôle.
inspect-remark-bytes-differ = Deux trames diffèrent sur { $bytes } octets au même endroit ; la trame { $first } compte, la trame { $second } non.
inspect-remark-edited-capture = Beaucoup de petits trous entre les segments : on dirait que le contenu a été raccourci sans toucher aux numéros de séquence.
inspect-remark-one-direction = Rien n’a été capturé dans ce sens.
inspect-remark-seen-twice = La session { $other } est sans doute la même, vue de l’autre côté d’un routeur qui traduit les adresses (NAT) : le client y est { $client } et le serveur { $server }. { $evidence }
inspect-twin-numbers = Toutes deux commencent par les mêmes octets et ont les mêmes numéros de séquence initiaux ({ $client } et { $server }).
inspect-twin-order = Toutes deux commencent par les mêmes lignes ; celles du client arrivent d’abord dans l’une, celles du serveur d’abord dans l’autre.

inspect-note-cut = Le fichier s’arrête au milieu d’un paquet : ce qu’il contient a été lu, la suite manque. S’il est encore en cours d’écriture, terminez l’enregistrement et relancez inspect.
inspect-note-damaged = Le fichier est abîmé à l’octet { $at } ; ce qui précède a été lu.
inspect-note-damaged-wrapper = Les données compressées sont abîmées ; ce qui précède a été lu.
inspect-note-unreadable = Le système a cessé de lire le fichier ; ce qui précède a été utilisé.
inspect-note-no-packets = Le fichier ne contient aucun paquet.
inspect-note-no-tcp = Pas de FTP dans cette capture, ni aucune connexion TCP.
inspect-note-no-ftp = Pas de FTP dans cette capture. Elle contient { $count ->
    [one] une connexion TCP
   *[other] { $count } connexions TCP
} (par port : { $ports }).
inspect-note-port = { $port } : { $count }
inspect-note-implicit-tls = { $count ->
    [one] Une connexion
   *[other] { $count } connexions
} vers le port 990 : FTP dans TLS dès le premier octet, ce qu’une capture ne peut montrer.
inspect-note-dropped = Le programme de capture a perdu { $count ->
    [one] un paquet
   *[other] { $count } paquets
}, dit le fichier.
inspect-note-snaplen = { $count ->
    [one] Un paquet n’a
   *[other] { $count } paquets n’ont
} pas été gardé en entier. Capturez avec tcpdump -s 0.
inspect-note-snaplen-at = { $count ->
    [one] Un paquet a été coupé
   *[other] { $count } paquets ont été coupés
} après { $length } octets (snapshot length). Capturez avec tcpdump -s 0.
inspect-note-lost = { $count ->
    [one] Un octet des connexions FTP n’est
   *[other] { $bytes } octets des connexions FTP ne sont
} dans aucune trame de la capture.
inspect-note-endpoint = Enregistré par ftplab à un bout, et non sur le réseau : le contenu, les heures et les adresses sont réels ; les poignées de main, les acquittements, les numéros de séquence et les fenêtres sont inventés.
inspect-note-filter = Le filtre de capture « { $filter } » n’a laissé passer aucune connexion de données : elles utilisent d’autres ports. Capturez avec tcpdump -s 0 -w FICHIER host SERVEUR.
inspect-note-control-only = Des connexions de données ont été convenues et aucune n’est dans la capture, comme avec un filtre sur le port de contrôle : elles utilisent d’autres ports. Capturez avec tcpdump -s 0 -w FICHIER host SERVEUR.
inspect-note-midstream = { $count ->
    [one] Une connexion FTP a
   *[other] { $count } connexions FTP ont
} commencé avant la capture. Lancez d’abord la capture, puis le client.
inspect-note-one-way = { $count ->
    [one] D’une connexion de contrôle
   *[other] De { $count } connexions de contrôle
}, un seul sens a été capturé. Capturez avec tcpdump -s 0 -w FICHIER host SERVEUR, là où passent les deux sens.
inspect-note-seen-twice = { $count ->
    [one] Une session est deux fois dans cette capture, et ses transferts aussi
   *[other] { $count } sessions sont deux fois dans cette capture, et leurs transferts aussi
} : l’enregistrement a été fait des deux côtés d’un routeur qui traduit les adresses (NAT). --session N n’en montre qu’une.
inspect-note-duplicates = { $count ->
    [one] Une trame a été capturée
   *[other] { $count } trames ont été capturées
} deux fois, comme sur le périphérique « any » ; chacune compte une fois.
inspect-note-checksums = { $wrong } des { $checked } sommes de contrôle TCP sont fausses : la carte réseau les calcule après la capture (offload). Rien n’a été écarté pour cela.
inspect-note-segmentation = { $count ->
    [one] Un paquet n’a
   *[other] { $count } paquets n’ont
} pas de longueur IP : la carte réseau les découpe après la capture (offload).
inspect-note-backwards = L’horloge recule à { $count ->
    [one] un paquet
   *[other] { $count } paquets
}.
inspect-note-conflicts = { $count ->
    [one] D’un octet
   *[other] De { $count } octets
}, la capture contient deux versions ; la première compte.
inspect-note-edited = { $count ->
    [one] Une connexion semble retouchée
   *[other] { $count } connexions semblent retouchées
} : le contenu a été raccourci, pas les numéros de séquence.
inspect-note-unread = { $count ->
    [one] Un paquet n’a pas été lu
   *[other] { $count } paquets n’ont pas été lus
} : { $why }.
inspect-note-oversized = { $count ->
    [one] Un paquet est trop long pour en être un et a été laissé
   *[other] { $count } paquets sont trop longs pour en être et ont été laissés
} de côté.
inspect-note-evicted = { $count ->
    [one] Une connexion a été abandonnée
   *[other] { $count } connexions ont été abandonnées
} parce que trop étaient ouvertes à la fois.
inspect-note-overheld = { $count ->
    [one] Un trou a été abandonné
   *[other] { $count } trous ont été abandonnés
} parce que plus de { $most } Mo qui le suivent ({ $all } Mo derrière tous les trous) étaient arrivés : ce qui est venu le combler plus tard n’a pas servi.
inspect-note-uncompared = { $count ->
    [one] Un octet est revenu, ou venu trop tard, quand rien n’était gardé à quoi le comparer
   *[other] { $bytes } octets sont revenus, ou venus trop tard, quand rien n’était gardé à quoi les comparer
} (les derniers { $window } ko de { $directions } directions le sont) : ce qui est venu d’abord compte.

inspect-unread-link = le type de liaison { $name } n’est pas connu ici
inspect-unread-ethertype = le protocole { $name } sur la liaison n’est pas IP
inspect-unread-ppp = le protocole PPP { $name } n’est pas IP
inspect-unread-protocol = le protocole IP { $name } n’est pas TCP
inspect-unread-cut = la capture les a coupés dans leurs en-têtes
inspect-unread-ip = leur en-tête IP se contredit
inspect-unread-tcp = leur en-tête TCP se contredit
inspect-unread-tunnel = leur tunnel n’est pas compris
inspect-unread-fragment = ce sont des fragments IP, réassemblés là où tous ont été capturés en { $seconds } s au plus
inspect-unread-llc = ils ne portent pas d’IP
inspect-unread-other = autres raisons

inspect-label-client = Client
inspect-label-server = Serveur
inspect-label-handshake = TCP
inspect-label-greeting = Accueil
inspect-label-user = Utilisateur
inspect-label-mode = Mode
inspect-label-closed = Fermeture
inspect-label-agreed = Convenu
inspect-label-connection = Connexion
inspect-label-data = Données
inspect-label-reply = Réponse
inspect-label-path = Chemin
inspect-label-hash = SHA-256
inspect-label-odd = Curiosité
inspect-label-note = Remarque
inspect-label-rest = REST
inspect-label-reason = Pourquoi

inspect-head = { $file } ({ $format })
inspect-total = { $packets } paquets en { $seconds } s à partir du { $start } : { $sessions ->
    [one] { $sessions } session FTP
   *[other] { $sessions } sessions FTP
}, { $transfers ->
    [one] { $transfers } transfert
   *[other] { $transfers } transferts
}.
inspect-session = Session { $n }, trames { $first } à { $last }
inspect-part = Session { $n }, qui continue : ce qui est venu jusqu’ici
inspect-orphans = Connexions de données sans connexion de contrôle
inspect-opens = ouvre la connexion (ouverture active)
inspect-accepts = l’attend (ouverture passive)
inspect-handshake = poignée de main : SYN en trame { $syn }, SYN-ACK en { $synack }, ACK en { $ack }
inspect-handshake-late = poignée de main : SYN-ACK en trame { $synack } ; le SYN n’a pas été capturé
inspect-handshake-none = pas de poignée de main : la capture commence plus tard
inspect-hello = { $who ->
    [client] client
   *[server] serveur
} : numéro de séquence initial { $isn }, fenêtre { $window }
inspect-greeting = { $line } (trame { $frame })
inspect-user-in = { $user }, connecté ({ $said })
inspect-user-refused = { $user }, refusé ({ $said })
inspect-user-half = { $user }, sans PASS à la suite ({ $said })
inspect-user-asked = { $user }, sans verdict dans la capture ({ $said })
inspect-user-none = personne n’a cherché à se connecter
inspect-user-tries = { $count } tentatives de connexion, { $good } acceptées
inspect-tls = chiffré à partir de la trame { $frame } : { $bytes } octets de la connexion de contrôle sont illisibles
inspect-mode-active = actif : le serveur se connecte au client
inspect-mode-passive = passif : le client se connecte au serveur
inspect-mode-both = actif et passif
inspect-closed-fin = par { $who ->
    [client] le client
    [server] le serveur
    [other] l’autre machine
    [opener] l’extrémité qui l’a ouverte
   *[acceptor] l’extrémité qui l’a acceptée
}, FIN en trame { $frame }
inspect-closed-reset = par { $who ->
    [client] le client
    [server] le serveur
    [other] l’autre machine
    [opener] l’extrémité qui l’a ouverte
   *[acceptor] l’extrémité qui l’a acceptée
}, réinitialisation en trame { $frame }
inspect-closed-open = encore ouverte à la fin de la capture
inspect-odd = { $sentence } Trame { $frame }.
inspect-odd-more = et { $count } de plus ; --json les donne toutes
inspect-no-command = (sans commande)
inspect-no-control = (sans connexion de contrôle)
inspect-at-frame = trame { $frame }
inspect-frames = trames { $first } à { $last }
inspect-agreed-passive = passif : en trame { $frame } ({ $verb }), le serveur dit qu’il attend à { $listen }
inspect-agreed-active = actif : en trame { $frame } ({ $verb }), le client dit qu’il attend à { $listen }
inspect-agreed-default = rien n’a été convenu : les ports de données par défaut valent (RFC 959 3.2)
inspect-port = port : { $sum }
inspect-connection = { $who ->
    [client] le client se connecte
    [server] le serveur se connecte
    [other] l’autre machine se connecte
   *[opener] une extrémité se connecte
} : { $from } vers { $to }, SYN en trame { $frame }
inspect-connection-late = { $from } vers { $to }, à partir de la trame { $frame } ; son début n’a pas été capturé
inspect-data-none = aucune
inspect-data-up = { $bytes } octets du client, { $frames }
inspect-data-down = { $bytes } octets du serveur, { $frames }
inspect-data-opener = { $bytes } octets de l’extrémité qui l’a ouverte, { $frames }
inspect-data-acceptor = { $bytes } octets de l’extrémité qui l’a acceptée, { $frames }
inspect-data-up-down = { $up } octets du client, { $down } octets du serveur, { $frames }
inspect-data-both = { $up } octets dans un sens, { $down } dans l’autre, { $frames }
inspect-rate = , { $seconds } s, { $rate }/s
inspect-missing = il manque { $bytes } octets
inspect-rest = commence à l’octet { $offset } du fichier
inspect-reply = { $code } en trame { $frame }
inspect-more-bytes = [+{ $count } octets]

inspect-verdict-complete = complet
inspect-verdict-complete-partly-captured = complet, capturé en partie
inspect-verdict-complete-not-captured = complet, non capturé
inspect-verdict-refused = refusé
inspect-verdict-never-opened = jamais ouverte
inspect-verdict-failed = échoué
inspect-verdict-aborted = interrompu
inspect-verdict-unfinished = inachevé
inspect-verdict-unused = inutilisée
inspect-verdict-orphan = sans connexion de contrôle
inspect-verdict-encrypted = chiffré

inspect-interrupted = Interruption : le compte rendu porte sur ce qui avait été lu jusque-là.{ $unread ->
    [0] {""}
    [one] {" "}Une capture n’a pas été lue.
   *[other] {" "}{ $unread } captures n’ont pas été lues.
}

inspect-unopened-empty = le fichier est vide. Si tcpdump y enregistre encore, terminez-le par Ctrl-C : il écrit tard (tcpdump -U écrit chaque paquet aussitôt).
inspect-unopened-header = le fichier s’arrête dans son en-tête, après { $count ->
    [one] un octet
   *[other] { $count } octets
}.
inspect-unopened-unknown = ce n’est pas une capture : il commence par les octets { $magic }. Une capture est un fichier pcap, pcapng ou snoop ; ce que Wireshark lit d’autre, editcap -F pcap le convertit.
inspect-unopened-version = { $format } en version { $version } n’est pas lu ici. Essayez : editcap -F pcap { $file } NOUVEAU.pcap
inspect-unopened-deep = il est compressé trop de fois. Décompressez-le d’abord.
inspect-zstd-window = une fenêtre Zstandard de { $size } Mo, alors que { $most } Mo au plus sont lus ici
inspect-note-zstd-window = Plus loin, le fichier a été compressé avec { $window } ; ce qui précède a été lu. Décompressez-le d’abord : zstd -d --long=31
inspect-unopened-zstd-window = il a été compressé avec { $window }. Décompressez-le d’abord : zstd -d --long=31 { $file }
inspect-unopened-wrapper = les données compressées sont abîmées avant le premier paquet.
inspect-foreign-editcap = c’est une capture au format de { $name }. Convertissez-la : editcap -F pcap { $file } NOUVEAU.pcap
inspect-foreign-unpack = il est empaqueté d’une façon qui n’est pas lue ici. Décompressez-le d’abord : { $name } { $file }
inspect-foreign-etl = c’est une trace d’événements de Windows. Convertissez-la là-bas : pktmon etl2pcap { $file } ou etl2pcapng { $file } NOUVEAU.pcapng
inspect-foreign-bluetooth = c’est un journal Bluetooth ; aucun FTP n’y passe.
inspect-foreign-html = c’est une page web, pas une capture : le plus souvent une page de connexion ou d’erreur enregistrée à sa place. Téléchargez-la de nouveau.
inspect-foreign-export = c’est un export en { $name }, pas la capture elle-même. Prenez le fichier dont il est tiré.
inspect-foreign-lfs = c’est un pointeur de Git LFS, pas le fichier lui-même. Récupérez-le : git lfs pull
inspect-foreign-text = c’est du texte, comme tcpdump et tshark en affichent. Enregistrez plutôt les paquets : tcpdump -s 0 -w FICHIER host SERVEUR

inspect-ladder-session = Session { $n } : client { $client }, serveur { $server }
inspect-ladder-frame = trame
inspect-ladder-time = secondes
inspect-ladder-more = et { $count } de plus
inspect-ladder-lines = (+ { $count ->
    [one] une ligne
   *[other] { $count } lignes
})
inspect-ladder-data = { $bytes } octets
inspect-ladder-data-to = { $bytes } octets, jusqu’à la trame { $last }

inspect-filter-inside = La capture est dans ftplab : écrivez-la d’abord dans un fichier
inspect-filter-merged = Wireshark lit un seul fichier : faites-en d’abord un
inspect-filter-stream = L’entrée standard ne laisse pas de fichier ; FILE est celui que vous gardez, comme avec tee FILE
inspect-copy-one = --copy écrit une seule capture fournie par ftplab.
inspect-copy-a-file = --copy écrit une capture fournie par ftplab ; { $file } est déjà un fichier.
inspect-filter-session = Session { $n } : connexion de contrôle
inspect-filter-transfer = Transfert { $n } : { $what }
inspect-filter-connection = Connexion de données { $n }

inspect-summary-sessions = { $sessions ->
    [one] { $sessions } session
   *[other] { $sessions } sessions
}, { $transfers ->
    [one] { $transfers } transfert
   *[other] { $transfers } transferts
}
inspect-summary-active = actif
inspect-summary-passive = passif
inspect-summary-cut = le fichier est coupé
inspect-summary-total = { $files ->
    [one] Un fichier
   *[other] { $files } fichiers
}, { $bad } non lus : { $sessions ->
    [one] { $sessions } session
   *[other] { $sessions } sessions
}, { $transfers ->
    [one] { $transfers } transfert
   *[other] { $transfers } transferts
}.

inspect-none-shipped = ni un fichier ni une capture fournie avec ftplab. Captures fournies : { $names }
inspect-empty-folder = Le dossier { $folder } ne contient aucune capture : aucun nom ne finit par .pcap, .pcapng, .cap, .dmp ou .snoop, et aucun fichier ne commence comme une capture.
inspect-extract-full = il n’est pas vide. L’extraction se fait dans un dossier neuf ou vide, pour que rien ne soit écrasé.

inspect-mark-met = oui
inspect-mark-unmet = NON
inspect-mark-frames = (trames { $frames })
inspect-mark-total = { $file } : { $met } sur { $of }
inspect-expect-logged-in = Quelqu’un s’est connecté.
inspect-expect-logged-in-as = { $user } s’est connecté.
inspect-expect-no-failed-login = Aucune identification n’a été refusée.
inspect-expect-active = Le mode actif a été utilisé.
inspect-expect-passive = Le mode passif a été utilisé.
inspect-expect-both = Les modes actif et passif ont tous deux été utilisés.
inspect-expect-retrieved = Le fichier { $name } a été récupéré
inspect-expect-retrieved-any = Un fichier a été récupéré
inspect-expect-bytes = { $count ->
    [one] { $bytes } octet
   *[other] { $bytes } octets
}
inspect-expect-stored = Le fichier { $name } a été envoyé
inspect-expect-stored-any = Un fichier a été envoyé
inspect-expect-listed = Un répertoire a été listé.
inspect-expect-port = Un SYN est allé au port que donnent les six nombres.
inspect-mark-tried-only = Mais aucune connexion de données n’a été ouverte.
inspect-expect-commands = Ces commandes sont venues dans cet ordre : { $verbs }.
inspect-expect-no-refusal = Le serveur n’a rien refusé (ni 4yz ni 5yz).
inspect-expect-goodbye = QUIT a reçu la réponse 221.
inspect-expect-reply = Le serveur a répondu { $code }.
inspect-expect-sessions = { $count ->
    [0] Il n’y a aucune session.
    [one] Il y a une session.
   *[other] Il y a { $count } sessions.
}
inspect-expect-server = Le serveur est { $server }.
inspect-expect-whole = La capture contient tous les transferts qui se sont bien passés.
inspect-rubric-too-long = le barème dépasse { $limit } ko.
inspect-rubric-not-utf8 = le barème n’est pas en UTF-8 ; enregistrez-le en UTF-8.
inspect-rubric-at = ligne { $line }, colonne { $column } : { $detail }
inspect-rubric-toml = ce n’est pas du TOML : { $detail }
inspect-rubric-unknown = il n’y a pas ici de champ « { $name } » ; il y a : { $known }
inspect-rubric-value = « { $name } » s’écrit ainsi : { $like }
inspect-rubric-one = l’attente { $number } nomme { $found } choses ; chaque [[expect]] en nomme exactement une.
inspect-rubric-count = le barème a { $found } attentes ; il lui faut au moins un [[expect]] et il en prend { $most }.
inspect-rubric-no-commands = l’attente { $number } ne nomme aucune commande ; écrivez par exemple commands = ["USER", "LIST"]
inspect-rubric-command = attente { $number } : « { $command } » n’est pas un verbe ; les commandes se nomment sans ce qui les suit, comme dans ["RETR", "QUIT"].
inspect-rubric-reply = attente { $number } : { $code } n’est pas un code de réponse ; un code a trois chiffres.
inspect-rubric-sha256 = attente { $number } : « { $hash } » n’est pas un SHA-256, qui a 64 chiffres hexadécimaux, tels que sha256sum les affiche.

inspect-html-one = --html fait la page d’une seule capture. Avec --merge, plusieurs sont lues comme une seule.
inspect-html-notes = Ce que la capture peut montrer
inspect-html-sessions = Sessions
inspect-html-transfers = Transferts
inspect-html-number = Nº
inspect-html-command = Commande
inspect-html-verdict = Verdict
inspect-html-handshake = poignée de main en trames { $frames }
inspect-html-logged-in = connecté
inspect-html-not-logged-in = non connecté
inspect-html-ladder = Échelle
inspect-html-ladder-says = Flèches entre client et serveur dans l’ordre des trames : la connexion de contrôle en trait fin, les connexions de données en trait épais et pointillé. Le tableau des transferts et le dialogue disent la même chose.
inspect-html-bytes = Octets dans le temps
inspect-html-bytes-says = Une courbe par connexion de données, avec le numéro de son transfert au bout. Les totaux sont dans le tableau des transferts.
inspect-html-dialogue = Dialogue
inspect-html-unfold = Trame, secondes depuis la première trame, et la ligne. Dépliez une ligne pour son explication.
inspect-html-foot = Fait par ftplab inspect.
inspect-user-earlier = pas dans la capture
inspect-gave-up = le serveur avait abandonné la session : 421 en trame { $frame }
inspect-agreed-active-other = actif : en trame { $frame } ({ $verb }), le client nomme { $listen }, qui n’est pas son adresse ici
inspect-data-other = { $bytes } octets de l’autre machine, { $frames }
inspect-hash-lf = TYPE A : { $crlf } lignes finissent par CR LF, { $lf } par LF seul ; conservé avec LF, le fichier a
inspect-not-decoded = MODE { $mode }, STRU { $structure } : les octets sont comptés comme ils sont venus, sans être décodés
inspect-reason-command-missing = Les données sont arrivées entières ; la commande qui les demandait n’est pas dans la capture.
inspect-chosen = { $name }, un nom que le serveur a choisi
inspect-refused = { $verb } { $listen } en trame { $frame } : le serveur a dit non
inspect-label-refused = Refusé
inspect-reason-no-answer-differs-active = Ce n’est pas l’adresse de la connexion de contrôle : un client derrière un NAT qui annonce son adresse interne se montre ainsi.
inspect-odd-again = { $sentence } { $count } fois, { $named ->
    [one] trame
   *[other] trames
} { $frames }.
inspect-auth = AUTH { $mechanism } en trame { $frame }, accepté par le serveur
inspect-protected = { $count ->
    [one] une commande est chiffrée à part (MIC, CONF ou ENC) et illisible
   *[other] { $count } commandes sont chiffrées une à une (MIC, CONF, ENC) et illisibles
}
inspect-other-port = pas le port 21 de FTP : reconnu à ce qui s’y dit
inspect-user-of = { $user } : { $count ->
    [one] une tentative
   *[other] { $count } tentatives
}, { $good ->
    [0] aucune acceptée
    [one] une acceptée
   *[other] { $good } acceptées
}
inspect-unanswered = { $count ->
    [one] { $verb } en trame { $frame } est sans réponse dans la capture
   *[other] { $count } commandes sont sans réponse dans la capture ; la première est { $verb } en trame { $frame }
}
inspect-label-security = Sécurité
inspect-user-pass = USER et PASS en trames { $user }, { $pass }
inspect-reason-dialled-instead = { $who ->
    [server] Le serveur
   *[client] Le client
} a essayé { $to } à la place (trame { $frame }).
inspect-reason-bytes-exchanged = Les deux octets du port ont été échangés : { $sum }.
inspect-note-no-control = Pas de session FTP dans cette capture : la connexion de contrôle manque, il n’y a que des connexions de données.

inspect-user-others = autres tentatives : { $count } ; --dialogue les montre toutes
inspect-note-unexpected = { $count ->
    [one] Un port convenu n’a pas été retenu
   *[other] { $count } ports convenus n’ont pas été retenus
} parce que trop étaient ouverts à la fois : les connexions de données vers eux restent sans session.
inspect-note-unproven = { $count ->
    [one] Une connexion a été prise pour autre chose que FTP avant de l’avoir montré
   *[other] { $count } connexions ont été prises pour autre chose que FTP avant de l’avoir montré
}, parce que trop ne l’avaient pas encore fait : on garde { $most } Mo de tels débuts.
inspect-note-shortened = { $count ->
    [one] Une ligne, réponse ou commande a été coupée ou oubliée
   *[other] { $count } lignes, réponses ou commandes ont été coupées ou oubliées
}, parce que trop de choses restaient à compléter dans l’ensemble des sessions : on en garde { $most } Mo.
inspect-note-long-blocks = { $count ->
    [one] Un bloc du fichier qui n’est pas un paquet dépasse 64 ko et n’a pas été lu
   *[other] { $count } blocs du fichier qui ne sont pas des paquets dépassent 64 ko et n’ont pas été lus
} : ses noms et commentaires ne sont pas montrés.
inspect-log-more = { $count ->
    [one] une commande, réponse ou transfert de plus est laissé de côté
   *[other] { $count } commandes, réponses et transferts de plus sont laissés de côté
} : le journal d’une session a { $most } Mo au plus, ceux de sessions simultanées ont { $all } Mo ; --json dit tout
inspect-unsorted = Le rapport dépasse { $most } Mo : ses sessions sont dans l’ordre de leur fin, et ce qu’il faut savoir de toute la capture vient ici. --json, --session N ou --host en disent moins à la fois.
inspect-extract-lost = tous les fichiers n’ont pas pu être écrits dans { $folder } : { $why }. Écrits : { $kept }, pas écrits : { $lost } ; le manifeste dit lesquels (« stored » : false). Faites de la place, puis extrayez dans un nouveau dossier.
inspect-extract-beyond = { $folder } reçoit { $most } fichiers et pas plus : { $files } autres, avec { $bytes } octets, n’ont pas été écrits ; le manifeste dit de quels transferts (« left_out »). --session N ou --host en extraient moins à la fois.
inspect-manifest-cut = le manifeste { $file } n’a pas pu être écrit en entier : { $why }. Fichiers écrits : { $kept }, pas écrits : { $lost }. Faites de la place, puis extrayez dans un nouveau dossier.
inspect-no-session = il n’y a pas de session { $n }. Sans --session toutes sont montrées, chacune avec son numéro.
inspect-no-host = { $session ->
    [0] aucune session n’a
   *[other] la session { $session } n’a pas
} { $host } pour client ni pour serveur. Le rapport sans --host nomme les machines.
