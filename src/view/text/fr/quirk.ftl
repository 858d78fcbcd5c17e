# quirk.ftl : les bizarreries d’un dialogue, une phrase chacune. La règle (RFC et section) est ajoutée derrière.

quirk-bare-lf = La ligne finit par LF seul ; une ligne de FTP finit par CR LF.
quirk-bare-cr = Un CR se trouve dans la ligne et ne termine rien.
quirk-nul = Un NUL se trouve dans la ligne.
quirk-line-too-long = La ligne est trop longue : { $count ->
    [one] un octet en a été perdu.
   *[other] { $count } octets en ont été perdus.
}
quirk-line-unfinished = La connexion a pris fin au milieu d’une ligne.
quirk-telnet-negotiation = Des commandes Telnet se trouvent dans la ligne ; elles en ont été retirées.
quirk-telnet-interrupt = L’interruption de Telnet précède la commande, comme elle le peut devant ABOR et STAT.
quirk-telnet-stray = L’octet 255 commence une commande Telnet ; dans du texte, il s’envoie deux fois.
quirk-bytes-missing = { $count ->
    [one] Un octet manque
   *[other] { $count } octets manquent
} ici.
quirk-piece-of-line = Un morceau de ligne, à côté d’octets manquants, n’a pas de sens à lui seul.
quirk-empty-command = Une ligne vide n’est pas une commande.
quirk-leading-blanks = Des espaces précèdent le verbe.
quirk-unknown-verb = Aucune RFC n’enregistre ce verbe.
quirk-before-greeting = La commande a été envoyée avant l’accueil du serveur.
quirk-pipelined = Une commande a été envoyée avant la réponse à la précédente.
quirk-pass-without-user = PASS vient sans USER avant lui.
quirk-rnto-without-rnfr = RNTO vient sans RNFR avant lui.
quirk-default-data-port = Ni PORT ni PASV n’a précédé ce transfert : il vise le port de données par défaut.
quirk-third-party = L’adresse n’est pas celle du client : des données pour une tierce machine.
quirk-privileged-port = Le port { $port } est inférieur à 1024, où aucune connexion de données d’un client n’a sa place.
quirk-port-zero = La ligne { $form } nomme le port 0, où personne ne peut se connecter.
quirk-bad-endpoint = La ligne { $form } est illisible : { $fault }.
quirk-odd-endpoint-parentheses = La ligne { $form } n’a pas de parenthèses autour de ses nombres ; rien ne les promet.
quirk-odd-endpoint-digits = D’autres chiffres précèdent les nombres de la ligne { $form }.
quirk-odd-endpoint-delimiter = La ligne { $form } a un autre séparateur que la barre verticale.
quirk-odd-endpoint-host = La ligne { $form } nomme une machine ; seul le port compte, la machine est le serveur.
quirk-odd-endpoint-blanks = Des espaces se trouvent entre les nombres de la ligne { $form }.
quirk-passive-host-differs = La réponse nomme une autre machine que le serveur : une adresse derrière un NAT, ou un piège.
quirk-passive-mismatch = { $verb } a reçu un { $code } ; le numéro de la réponse décide comment elle se lit.
quirk-no-code = La ligne ne commence pas par trois chiffres : ce n’est pas une réponse.
quirk-no-blank-after-code = Du texte suit directement les trois chiffres ; il y faut un espace ou un trait d’union.
quirk-code-alone = Les trois chiffres sont seuls ; un espace et un texte doivent les suivre.
quirk-undefined-code = { $code } commence par un chiffre qui n’a pas de sens.
quirk-inner-line-like-reply = Une ligne à l’intérieur de la réponse commence par { $code } et un espace, comme si une autre réponse finissait là.
quirk-closed-by-other-code = La réponse commencée par { $open }- a été terminée par { $by } ; seul { $open } suivi d’un espace peut la terminer.
quirk-never-closed = La réponse commencée par { $code }- n’a jamais été terminée.
quirk-reply-too-long = La réponse est trop longue : { $count ->
    [one] une ligne en a été perdue.
   *[other] { $count } lignes en ont été perdues.
}
quirk-unsolicited = Aucune commande n’a demandé ce { $code } : qui compte les réponses est maintenant décalé d’une.
quirk-no-greeting = La première réponse du serveur n’est pas un accueil.
quirk-unexpected-code = { $code } n’est pas parmi les réponses à { $verb }.
quirk-no-preliminary = { $verb } a reçu { $code } d’emblée ; c’est un 1yz qui commence un transfert.
quirk-second-preliminary = Un second 1yz est venu en réponse à un seul { $verb }.
quirk-path-unquoted = Le 257 n’a pas de chemin entre guillemets droits.
quirk-size-malformed = Le 213 en réponse à SIZE n’est pas un nombre.
quirk-time-malformed = Le 213 en réponse à MDTM n’est pas une heure (AAAAMMJJHHMMSS).
quirk-tls-without-auth = Une négociation TLS commence sans qu’aucun AUTH ait été accepté.
quirk-too-many-outstanding = Trop de commandes attendent une réponse ; la plus ancienne n’est plus suivie.
quirk-untold = { $count ->
    [one] Une autre bizarrerie n’est pas dite
   *[other] { $count } autres bizarreries ne sont pas dites
} en entier.

quirk-fault-no-tuple = aucun nombre séparé par des virgules
quirk-fault-count = il faut { $wanted } nombres séparés par des virgules, il y en a { $found }
quirk-fault-range = { $value } dépasse 255, le maximum d’un octet
quirk-fault-port = { $value } dépasse 65535, le port le plus élevé
quirk-fault-number = il faut un nombre
quirk-fault-delimiter = il faut le séparateur (d’ordinaire |)
quirk-fault-family = la famille d’adresses est inconnue
quirk-fault-host = la machine n’est pas une adresse de sa famille
quirk-fault-length = la longueur ne convient pas à la famille d’adresses
