# start.ftl : la page que ftplab montre sans argument.

start-title = Le TP FTP à la main, dans trois terminaux. Une fois tout seul : ftplab demo
start-terminal = terminal { $number }
start-control = Séquence 1, vous êtes le client. La connexion de contrôle :
start-server = un serveur, port 2121
start-another-server = autre serveur : HÔTE 21
start-each-line = Entrée après chaque ligne
start-no-data = pas de données : pourquoi ?
start-passive = Mode passif : le serveur écoute, vous ouvrez la connexion de données :
start-reply = la réponse à PASV
start-data = les données : terminal 3
start-active = Mode actif : vous écoutez, le serveur ouvre la connexion de données :
start-arithmetic = 19 × 256 + 136 = 5000
start-being-server = Séquence 2, vous êtes le serveur. Ses réponses sont dans un fichier, my.ftp :
start-script = S> 220 …  C> USER *  S> 331 …
start-clients = ou FileZilla, lftp, …
start-more = Aussi : ftplab explain 425 (le sens), ftplab inspect FICHIER (capture), --help
start-capture = La capture, que le serveur écrit sans root (sinon tcpdump -i lo -w FICHIER) :
start-stop-first = d’abord Ctrl-C
