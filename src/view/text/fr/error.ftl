# error.ftl : pourquoi une chose n’a pas pu se faire, pour toutes les commandes. Une raison est un groupe de mots derrière un deux-points.

error-framed = ftplab : { $command } : { $what }

error-usage-missing = ftplab : il manque { $what } (la suite est en anglais)
error-usage-unknown = ftplab : { $what } n’existe pas ici (la suite est en anglais)
error-usage-command = ftplab : la commande { $what } n’existe pas (la suite est en anglais)
error-usage-no-value = ftplab : { $option } demande une valeur (la suite est en anglais)
error-usage-value = ftplab : « { $value } » ne convient pas pour { $option } (la suite est en anglais)
error-usage-other = ftplab : la ligne de commande n’est pas comprise (la suite est en anglais)

error-reason-refused = connexion refusée ; la machine répond, mais personne n’écoute sur ce port
error-reason-reset = l’autre extrémité a rompu la connexion
error-reason-timeout = pas de réponse
error-reason-host-unreachable = cette machine est injoignable d’ici
error-reason-network-unreachable = aucune route ne mène à ce réseau
error-reason-address-taken = l’adresse est déjà utilisée
error-reason-address-not-ours = ce n’est pas une adresse de cette machine
error-reason-denied = permission refusée
error-reason-not-found = il n’y a pas de tel fichier ou dossier
error-reason-exists = il existe déjà
error-reason-folder = c’est un dossier
error-reason-not-a-folder = une partie du chemin n’est pas un dossier
error-reason-full = le disque est plein
error-reason-read-only = le disque est en lecture seule
error-reason-too-large = les fichiers ne peuvent pas grossir davantage ici (la limite : ulimit -f)
error-reason-files = trop de fichiers sont ouverts (ulimit -n montre combien sont permis, ulimit -n 256 en permet plus)
error-reason-system = { $error }

error-no-host = « { $text } » ne nomme aucune machine. Attendu : HÔTE, HÔTE:PORT, [ADRESSE6]:PORT ou ftp://HÔTE.
error-brackets = « { $text } » est incompréhensible. Une adresse IPv6 suivie d’un port se met entre crochets : [2001:db8::1]:21.
error-scheme = « { $scheme }:// » n’est pas du FTP. Attendu : ftp://HÔTE.
error-port = « { $text } » n’est pas un port : un port est un nombre de 0 à 65535, ou le nom d’un service de { $list }.
error-service = Aucun service TCP ne s’appelle « { $name } » dans { $list }.
error-resolve = « { $host } » n’a pas d’adresse : le nom est inconnu, ou personne n’a pu être interrogé.

error-connect-timeout = { $to } ne répond pas en { $seconds } s : ni oui ni non, donc un pare-feu sur le chemin ou une machine éteinte.
error-connect-cancelled = Interrompu avant la réponse de { $to }.
error-connect = { $to } est injoignable : { $why }.

error-taken = Le port { $port } sur { $address } est pris.
error-taken-process = Le port { $port } sur { $address } est pris par « { $name } », processus { $pid }.
error-taken-user = Le port { $port } sur { $address } est pris par un processus de l’utilisateur { $name }.
error-take-free = Le port { $free } est libre : ftplab { $command } { $argument }. Le port 0 laisse choisir le système.
error-not-ours = { $address } n’est pas une adresse de cette machine : personne ne peut l’appeler ici.
error-ours = Les adresses de cette machine : { $addresses }.
error-privileged = Le port { $port } demande les droits d’administrateur : les ports inférieurs à { $first } sont pour les services.
error-bind = Le port { $port } sur { $address } ne peut pas être ouvert : { $why }.

error-file-exists = { $file } existe et reste tel quel. --force l’écrase, un autre nom garde les deux.
error-file = { $file } est inutilisable : { $why }.
error-stream = ftplab : tout n’a pas pu être affiché : { $why }. Faites de la place ou envoyez la sortie ailleurs (> FICHIER), puis recommencez.
error-start = ftplab : impossible de commencer ici : { $why }.
error-stdin = l’entrée standard ne peut pas être lue : { $why }.
error-lost-lines = { $file } ne prend plus de lignes : { $why }. Ce qu’il contient est entier ; tout le reste continue sans lui.
error-file-write = L’écriture dans { $file } a échoué après { $bytes } octets : { $why }.
error-file-read = La lecture de { $file } a échoué après { $bytes } octets : { $why }.
error-folders-deep = { $folder } : les dossiers à plus de { $most } niveaux n’ont pas été ouverts. Nommez-les.
error-network = La connexion a échoué après { $bytes } octets : { $why }.
error-no-route = Aucun chemin d’ici à { $host } : { $why }.

error-param-none = il n’y a pas de paramètre { $name } : il n’y en a aucun
error-param-outside = le paramètre { $name } ne peut pas valoir « { $value } » ; c’est une valeur de { $domain }
error-param-unknown = il n’y a pas de paramètre { $name } ; il y a : { $names }

error-text-too-long = un texte de plus de { $most } octets ; raccourcissez-le, ou séparez ses sessions
error-no-session = { $path } : une capture avec { $count ->
    [0] aucune session FTP
    [one] une session FTP
   *[other] { $count } sessions FTP
} ; il n’y a pas de session { $session }
error-line-too-long = Une ligne de { $bytes } octets a été laissée de côté : { $most } sont le maximum. Raccourcissez-la.
error-json-needs-file = Avec --json, il faut un fichier pour les données : -o FICHIER (ou --send FICHIER).
