# start.ftl : la page que ftplab montre sans argument.

start-title = Le TP FTP à la main, dans trois terminaux. En feuille : ftplab lab run 1
start-terminal = terminal { $number }
start-control = Séquence 1, vous êtes le client. La connexion de contrôle :
start-server = un serveur, port 2121
start-another-server = autre serveur : HÔTE 21
start-each-line = Entrée après chaque ligne
start-no-data = pas de données : pourquoi ?
start-passive = Mode passif : le serveur écoute, vous ouvrez la connexion de données :
start-reply = collez la réponse à PASV
start-data = les données : terminal 3
start-active = Mode actif : vous écoutez, le serveur ouvre la connexion de données :
start-arithmetic = 19 × 256 + 136 = 5000
start-being-server = Séquence 2, vous êtes le serveur et tapez ses réponses (ou : un script) :
start-by-hand = 220 Bonjour, puis le reste
start-clients = ou FileZilla, lftp, …
start-more = Aussi, après ftplab : demo, lab list, explain 425, inspect FICHIER, --help
start-capture = La capture, que le serveur écrit sans root (sinon tcpdump -i lo -w FICHIER) :
start-stop-first = d’abord Ctrl-C
