# demo.ftl : ce que dit `demo` entre les étapes.

demo-intro-head = Le TP FTP, joué tout seul
demo-intro = Trois terminaux, comme vous les auriez : A est le serveur, B la connexion de contrôle, C la connexion de données. La lettre à gauche d’une ligne dit où elle se trouve. Tout se passe sur cette machine (127.0.0.1) ; derrière $ figure ce que vous taperiez.
demo-control-head = Étape 1. La connexion de contrôle et ses codes de réponse
demo-control = Ce qui est tapé en B part tel quel ; chaque réponse commence par trois chiffres, et chaque chiffre dit quelque chose. PWD avant l’identification est refusé ; LIST, à la fin, n’a nulle part où envoyer ses données.
demo-passive-head = Étape 2. Mode passif : le serveur écoute, le client appelle
demo-passive = PASV demande au serveur d’écouter sur un port à lui. Lequel, le 227 le dit en six nombres.
demo-passive-dial-head = La seconde connexion
demo-passive-dial = En C, les six nombres deviennent une adresse et un port, et la connexion de données est ouverte. Puis LIST part en B, et la liste arrive en C.
demo-active-head = Étape 4. Mode actif : le client écoute, le serveur appelle
demo-active = Maintenant C écoute et donne la ligne PORT à taper en B. Au LIST, c’est le serveur qui ouvre la connexion.
demo-end-head = La fin de la session
demo-end = Chaque connexion de données a pris fin avec son transfert ; la connexion de contrôle a duré jusqu’ici.
demo-next = À vous. Dans un premier terminal : ftplab fake-server demo ; dans un second : ftplab raw 127.0.0.1 2121. ftplab tout seul montre quoi taper à chaque étape.
demo-failed = la démonstration s’est arrêtée en attendant { $what }. Quelque chose sur cette machine empêche-t-il les connexions locales ?
