# listen.ftl : les connexions de données : l’attente, qui se connecte, comment elles finissent. Sert aussi à pasv-calc --connect et à raw.

listen-at = À l’écoute sur { $address } : une ouverture passive.
listen-reach-loopback = Seuls les programmes de cette machine y ont accès. Pour un serveur ailleurs : ftplab listen { $other }, ou --for HÔTE.
listen-reach-loopback-only = Seuls les programmes de cette machine y ont accès.
listen-reach-all = Qui joint une adresse quelconque de cette machine y a accès ; les lignes ci-dessous nomment { $told }.
listen-reach-private = Les machines de ce réseau y ont accès ; de l’extérieur, un NAT fait barrage.
listen-reach-link = Seules les machines du même câble ou du même réseau radio y ont accès.
listen-reach-global = Toute machine qui peut joindre celle-ci y a accès, sauf pare-feu entre les deux.
listen-type = À taper sur la connexion de contrôle, l’une ou l’autre, puis LIST, RETR ou autre :
listen-type-send = À taper sur la connexion de contrôle, l’une ou l’autre, puis STOR et un nom :

listen-connected = { $from } s’est connecté après { $seconds } s : l’ouverture active du server-DTP.
listen-l1 = Son port { $port } est L-1, le voisin du port de contrôle du serveur, L = { $control } (RFC 959 3.2).
listen-ftp-data = Son port { $port } est ftp-data, L-1 d’un serveur sur le port 21. Celui-ci a L = { $control }, et son L-1 serait { $wanted } (RFC 959 3.2) ; il prend { $port } quand même.
listen-not-l1 = Son port { $port } n’est pas L-1 = { $wanted } (RFC 959 3.2, port de contrôle L = { $control }) : le serveur en a pris un quelconque.
listen-not-l1-privileged = Beaucoup le font, car { $wanted } demande les droits d’administrateur ; un pare-feu qui ne laisse entrer que { $wanted } les arrête.
listen-not-l1-untold = Si L est un autre : --control L.
listen-rejected = { $from } s’est connecté et a été renvoyé : ce n’est pas { $expected }. L’écoute continue.
listen-dialled = Connexion de données ouverte de { $from } (votre côté, ouverture active) vers { $to } (le server-DTP, ouverture passive).
listen-silent = Rien ne vient pour l’instant. Le serveur envoie quand LIST ou RETR est donné sur la connexion de contrôle, pas avant.
listen-silent-sending = Rien ne bouge. Le serveur prend le fichier quand STOR est donné sur la connexion de contrôle, pas avant.
listen-go = Quand le serveur a répondu 150 à STOR, appuyez sur Entrée : le fichier part alors. Certains serveurs rompent s’il vient plus tôt.

listen-end-fin = { $peer } a fermé la connexion en bon ordre (FIN) : c’est la fin des données (RFC 959 3.4.1).
listen-end-rst = { $peer } a rompu la connexion (RST) : ce qui est venu n’est peut-être pas tout.
listen-end-rst-sending = { $peer } a rompu la connexion (RST) : il n’a pas tout pris.
listen-end-sent = Fermée d’ici (FIN) après le dernier octet : c’est ainsi que le serveur apprend la fin du fichier (RFC 959 3.4.1).
listen-end-us = Fermée d’ici.
listen-end-limit = Fermée d’ici : le plus grand nombre d’octets permis est passé.
listen-end-timeout = Fermée d’ici : rien n’a bougé pendant le temps permis.
listen-end-interrupted = Fermée d’ici : interruption.
listen-amount = { $count ->
    [one] { $bytes } octet
   *[other] { $bytes } octets
}, { $line_count ->
    [one] { $lines } ligne
   *[other] { $lines } lignes
} en { $seconds } s
listen-rate = {""} ({ $rate }/s)
listen-into = {""}, dans { $file }
listen-from = {""}, depuis { $file }
listen-against = { $bytes } octets sont venus de l’autre extrémité pendant ce temps et ont été jetés. La commande était-elle LIST ou RETR ? --send va avec STOR.
listen-nobody = Personne ne s’est connecté en { $seconds } s.
listen-nobody-interrupted = Interruption ; personne ne s’était connecté.
listen-accept = La connexion n’a pas pu être prise : { $why }.
listen-two-addresses = { $address } et --for { $host } disent tous deux où écouter : un seul suffit.
