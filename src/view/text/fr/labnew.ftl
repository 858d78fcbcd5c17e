# labnew.ftl : les phrases d’une feuille qu’écrit lab new. Elles sont dans une feuille : des accolades y seraient des valeurs,
# il n’y a donc que celles de Fluent ; « # » sépare un choix de ce qu’on en dit.

labnew-intro = Vous êtes le client. Chaque ligne que vous tapez part telle quelle vers le serveur, et chaque réponse est à lire par vous.
labnew-server = Un serveur attend sur cette machine.
labnew-step-login = L’accueil et l’identification
labnew-step-passive = Mode passif : { $verb }
labnew-step-passive-alone = Mode passif
labnew-step-active = Mode actif : { $verb }
labnew-step-active-alone = Mode actif
labnew-step-commands = Sur la connexion de contrôle : { $verbs }
labnew-step-other = Autres commandes
labnew-step-quit = Partir
labnew-shell-raw = Ouvrez la connexion de contrôle dans un terminal.
labnew-shell-dial = Ouvrez la connexion de données dans un deuxième terminal, avec la réponse que vous avez reçue.
labnew-shell-listen = Écoutez dans un deuxième terminal. Il affiche la commande à taper ; calculez-la d’abord vous-même.
labnew-shell-send = { $file } est l’un de vos petits fichiers : il sera envoyé.
labnew-that-command = votre dernière commande
labnew-greeting = Une réponse commence par trois chiffres. Avec quel code le serveur vous a-t-il accueilli ?
labnew-greeting-hint = C’est la première ligne arrivée, avant que vous ayez tapé quoi que ce soit.
labnew-code = Quel code { $verb } a-t-il reçu comme réponse finale ?
labnew-code-hint = Cherchez la dernière réponse après { $verb } : ses trois premiers chiffres.
labnew-first = Quel code est venu d’abord après { $verb }, avant le transfert ?
labnew-first-hint = Il commence par 1 : une autre réponse va suivre.
labnew-why-code = { $first } : { $first_means }. { $second } : { $second_means }. { $code } : { $third_means }.
labnew-digit = Que dit au client le premier chiffre de { $code } ?
labnew-digit-1 = C’est commencé : attendez, une autre réponse suit.
labnew-digit-2 = C’est fait : la commande suivante peut partir.
labnew-digit-3 = Jusqu’ici tout va bien : une commande précise doit suivre.
labnew-digit-4 = Pas maintenant : la même commande peut réussir plus tard.
labnew-digit-5 = Non : la même commande serait encore refusée.
labnew-digit-told = Ce serait un code qui commence par { $digit }.
labnew-digit-hint = La RFC 959, section 4.2, donne un sens à chaque premier chiffre, de 1 à 5.
labnew-port-pasv = Quel port le serveur a-t-il ouvert pour les données ? (Vous pouvez taper le calcul.)
labnew-port-port = Quel port avez-vous proposé pour les données ? (Vous pouvez taper le calcul.)
labnew-port-epsv = Quel port le serveur a-t-il ouvert pour les données ?
labnew-port-eprt = Quel port avez-vous proposé pour les données ?
labnew-port-hint-bytes = Les deux derniers des six nombres sont les deux octets du port, l’octet de poids fort d’abord.
labnew-port-hint-sum = port = cinquième nombre × 256 + sixième nombre
labnew-port-hint-bars = Il est entre les barres verticales, en un seul nombre.
labnew-port-why = L’octet de poids fort compte combien de fois 256 entre dans le port :
labnew-dialled = Qui a ouvert la connexion de données en appelant l’autre ?
labnew-dialled-hint = Celui qui a annoncé un port y attend ; l’autre appelle.
labnew-dialled-why = Après PASV ou EPSV, c’est le client qui appelle ; après PORT ou EPRT, le serveur (RFC 959, sections 3.2 et 4.1.2).
labnew-closed-data = Qui a fermé le premier la connexion de données ?
labnew-closed-data-why = En mode flux, la fin des données est la fin de la connexion : celui qui envoie ferme (RFC 959, section 3.4.1).
labnew-closed = Qui a fermé le premier la connexion de contrôle ?
labnew-closed-hint = Qu’est-ce qui s’est affiché à la fin de la connexion ?
labnew-closed-why = Après QUIT, le serveur répond, puis il ferme (RFC 959, section 4.1.1).
labnew-server-end = Le serveur.
labnew-client-end = Le client.
labnew-bytes = Combien d’octets sont arrivés par la connexion de données ?
labnew-bytes-hint = Le deuxième terminal le dit quand la connexion est finie.
labnew-bytes-why = Chaque fin de ligne compte deux octets, CR et LF, quand le type est ASCII.
labnew-write = Dessinez les connexions de cette session : qui a appelé qui, de quel port vers quel port, dans quel ordre.
labnew-nothing = { $path } ne contient aucun dialogue FTP : ni journal, ni transcription de telnet, ni capture
labnew-done = { $path } : une feuille de { $steps ->
        [one] une étape
       *[other] { $steps } étapes
    }, { $questions ->
        [0] aucune question
        [one] une question
       *[other] { $questions } questions
    }. Adaptez-la, puis : ftplab lab check { $path }
labnew-data-left-out = { $count ->
        [one] Une ligne de données est laissée de côté : un transfert d’une feuille en a { $most } au plus.
       *[other] { $count } lignes de données sont laissées de côté : un transfert d’une feuille en a { $most } au plus.
    }
labnew-left-out = { $count ->
        [one] Une commande est laissée de côté : elle n’a pas eu de réponse, ou vient après un ABOR ou les { $most } premières.
       *[other] { $count } commandes sont laissées de côté : celles sans réponse, et ce qui vient après un ABOR ou les { $most } premières.
    }
