# raw.ftl : la connexion de contrôle à la main.

raw-trying = Essai de { $address }, port { $port } …
raw-not-there = Pas de connexion à { $address } : { $why }.
raw-connected = Connecté à { $server } : la connexion de contrôle est établie.
raw-own-end = Vous êtes en { $user }.
raw-who-is-who = Vous êtes le user-PI, en { $user } : l’ouverture active vient de votre côté. L’autre bout est le server-PI, qui avait fait une ouverture passive en { $server }. C’est le serveur qui parle le premier.
raw-invitation = Ce que vous tapez part tel quel, suivi de CR LF. /help dit ce qu’il y a d’autre ; QUIT termine la session à la manière de FTP.
raw-line-cut = [+{ $count } octets]
raw-closed = Le serveur a fermé la connexion de contrôle.
raw-closed-unasked = Le serveur a fermé la connexion de contrôle sans qu’on le lui demande.
raw-reset = La connexion de contrôle a été rompue : l’autre bout l’a jetée (RST).
raw-after-close = /again se connecte à nouveau, /quit termine.
raw-no-line-end = { $count ->
    [one] { $count } octet
   *[other] { $count } octets
} sans fin de ligne jusqu’ici ; la réponse n’est pas complète.
raw-not-connected = Rien ne part : la connexion de contrôle est fermée. /again se connecte à nouveau.
raw-send-failed = La ligne n’est pas partie : { $why }.
raw-no-reply = Pas de réponse à { $verb } en { $seconds } s.
raw-no-greeting = Pas d’accueil en { $seconds } s.
raw-asked-to-end = Interrompu : les connexions sont fermées d’ici, sans QUIT.
raw-interrupt = La ligne est effacée. Ctrl-C encore une fois termine ; QUIT prend congé comme il faut.
raw-bye = Connexion fermée d’ici.
raw-unknown = /{ $word } n’est pas une commande locale ; /help les énumère. (//{ $word } enverrait une ligne qui commence par une barre oblique.)
raw-unknown-nearest = /{ $word } n’est pas une commande locale. Vouliez-vous { $nearest } ?
raw-misused = { $command } s’emploie ainsi : { $usage }
raw-no-last-reply = Aucune réponse à expliquer n’est encore venue.
raw-only-prints = Ce terminal ne sait qu’afficher (d’après TERM) : il n’y a pas d’invite ici, et ce que vous tapez se voit tel quel, mots de passe compris.
raw-no-prompt = La sortie standard n’est pas un terminal : il n’y a pas d’invite ici, et ce que vous tapez se voit tel quel, mots de passe compris. --log FICHIER garde le dialogue et laisse le terminal tel qu’il est.
raw-unreachable = aucune adresse de { $host } ne répond sur le port { $port }. Le serveur tourne-t-il ? ftplab en a un à lui, sur le port 2121 : ftplab fake-server, puis ftplab raw 127.0.0.1 2121

raw-hint-pass = Ensuite viennent PASS et votre mot de passe.
raw-hint-pass-anonymous = Ensuite vient PASS ; un utilisateur anonyme donne une adresse électronique comme mot de passe.
raw-hint-login-first = Il faut d’abord s’identifier : USER nom, puis PASS mot de passe (USER anonymous sur un serveur public).
raw-hint-arithmetic = Les deux derniers nombres sont le port : { $high } × 256 + { $low } = { $port }.
raw-hint-port-only = La réponse ne nomme que le port, { $port } : la machine est celle du serveur.
raw-hint-dial = Le server-DTP écoute maintenant en { $address } (ouverture passive) ; c’est votre côté qui appelle (ouverture active). Dans un autre terminal :
    {"  "}ftplab pasv-calc --connect '{ $quoted }'
    ou ici : /data. Ensuite LIST, RETR ou STOR.
raw-hint-other-host = La réponse nomme { $named }, mais le serveur est { $peer } : une adresse derrière un NAT, ou un piège. /data appelle { $instead }.
raw-hint-be-listening = Au prochain transfert, le server-DTP appelle { $address } (ouverture active). Il faut que quelqu’un y écoute avant (ouverture passive), dans un autre terminal :
    {"  "}ftplab listen { $listen }
    ou ici : /listen.
raw-hint-port-third-party = L’adresse n’est pas celle d’où vous venez. Un serveur ne rappelle que son propre client : sinon, n’importe qui enverrait ses données à une tierce machine (l’attaque par rebond, RFC 2577).
raw-hint-port-refused = Le serveur n’accepte pas cette adresse. Il faut les quatre nombres de l’adresse d’où vous venez et les deux du port, chacun d’au plus 255 ; ftplab listen affiche la ligne entière.
raw-hint-no-data-connection = Pas de connexion de données : LIST, RETR et STOR n’envoient jamais de données sur la connexion de contrôle. D’abord PASV (le serveur écoute, vous appelez) ou PORT (vous écoutez, le serveur appelle), à refaire pour chaque transfert.
raw-hint-default-port = Ni PASV ni PORT n’est venu avant : le serveur appelle le port de données par défaut, celui de votre connexion de contrôle, { $port } (RFC 959 3.2). Personne n’y écoute : un 425 suivra, ou rien du tout. D’abord PASV ou PORT.
raw-hint-used-up = La connexion de données convenue par { $verb } a déjà servi ; ce transfert en attend une que personne n’ouvre. À nouveau { $verb }, puis à nouveau le transfert.
raw-hint-server-waits = La réponse finale n’est pas venue. Si personne n’a encore appelé, le serveur attend cela : il écoute en { $address } ; /data ouvre la connexion ici, ftplab pasv-calc --connect dans un autre terminal. Si elle est ouverte là-bas, le transfert suit son cours.
raw-hint-transfer-waits = { $verb } est toujours en cours : sa réponse finale n’est pas venue. /state montre ce qui peut venir.
raw-hint-client-word = « { $word } » appartient à un programme client ; la commande du protocole est { $verb } (/explain { $verb }).
raw-hint-slip = Ce mot n’existe pas dans le protocole. Vouliez-vous dire { $verbs } ? Il est parti tel que vous l’avez tapé.
raw-hint-no-word = Ce mot n’existe pas dans le protocole. Chaque ligne commence par une commande : USER NOM, puis PASS MOT, ouvrent la session ; HELP, ou ftplab explain dans un autre terminal, nomme les autres.
raw-hint-tls = Le serveur attend maintenant une négociation TLS, qui ne se tape pas. ftplab ne montre que FTP en clair : /again recommence.
raw-hint-server-closes = 421 : le serveur met fin à la session, souvent parce que rien n’est venu depuis trop longtemps.

raw-state-login = Identification :
raw-state-type = Représentation :
raw-state-directory = Répertoire courant :
raw-state-data = Connexion de données :
raw-state-command = Commande en cours :
raw-state-expected = Peut venir maintenant :
raw-state-idle = Inactif :
raw-login-nobody = personne
raw-login-password = { $user }, mot de passe attendu
raw-login-account = { $user }, compte attendu
raw-login-done = { $user }
raw-directory-unknown = inconnu (PWD le dit)
raw-data-none = aucune convenue
raw-data-used = { $verb } { $address }, déjà servie : le prochain transfert en veut une nouvelle
raw-data-active = { $verb } { $address }, le serveur appellera
raw-data-passive = { $verb } { $address }, le serveur écoute
raw-stage-greeting = aucune ; l’accueil n’est pas venu
raw-stage-begin = aucune
raw-stage-wait = { $verb }, attend sa réponse
raw-stage-preliminary = { $verb }, en cours : 1yz est venu, pas encore la réponse finale
raw-stage-intermediate = { $verb } continue par { $next }
raw-idle = { $seconds ->
    [one] { $seconds } seconde
   *[other] { $seconds } secondes
}

raw-help-head = Les lignes qui commencent par une barre oblique sont pour ftplab et ne partent pas :
raw-help-help = cette page
raw-help-explain = un code de réponse ou un verbe ; sans rien, la dernière réponse
raw-help-state = identification, TYPE, répertoire, ce qui peut venir maintenant
raw-help-data = appelle la connexion passive convenue par PASV ou EPSV ; montre, garde ou envoie des données
raw-help-listen = ouvre un port pour le serveur et donne les lignes PORT et EPRT
raw-help-again = se connecte à nouveau après que le serveur a fermé
raw-help-quit = termine ftplab aussitôt
raw-help-keys = Tab complète un verbe, les flèches ramènent les lignes (jamais les mots de passe). Ctrl-C efface la ligne, deux fois termine ; Ctrl-D ou Ctrl-] ferme. Une ligne qui doit commencer par une barre oblique commence par deux.

raw-data-needs-passive = Il n’y a rien à appeler : d’abord PASV ou EPSV. (Après PORT, c’est le serveur qui appelle : /listen.)
raw-data-is-used = Cette connexion a déjà été appelée : chaque transfert veut un nouveau PASV ou EPSV.
raw-data-left = Une connexion de données est encore ouverte et rien n’y passe ; elle est fermée d’ici.
raw-data-dialling = Appel de { $address } …
raw-data-open = La connexion de données { $from } → { $to } est ouverte (ouverture active de { $from }).
raw-data-failed = La connexion de données vers { $address } a échoué : { $why }.
raw-data-closed-peer = Connexion de données fermée par le serveur : { $bytes ->
    [one] { $bytes } octet
   *[other] { $bytes } octets
}, { $lines ->
    [one] { $lines } ligne
   *[other] { $lines } lignes
} en { $seconds } s.
raw-data-closed-self = Connexion de données fermée d’ici : { $bytes ->
    [one] { $bytes } octet
   *[other] { $bytes } octets
} envoyés en { $seconds } s. Pour le serveur, c’est la fin du fichier.
raw-data-closed-reset = Connexion de données rompue après { $bytes ->
    [one] { $bytes } octet
   *[other] { $bytes } octets
}.
raw-data-cut = La connexion de données est fermée d’ici : le serveur y répond 426, ou 226 s’il avait déjà tout envoyé.
raw-data-file-exists = { $file } existe déjà et reste tel quel ; choisissez un autre nom.
raw-listen-at = À l’écoute en { $address } (ouverture passive). Tapez maintenant l’une de ces lignes :
raw-listen-from = Le server-DTP a appelé depuis { $from } : le port { $port } { $judgement }.
raw-listen-l1 = est L-1, un de moins que son port de contrôle { $control } (RFC 959 3.2)
raw-listen-not-l1 = n’est pas L-1 ({ $wanted }), que tout serveur ne peut pas utiliser
raw-listen-failed = Impossible d’écouter sur le port { $port } : { $why }.
