# demo.ftl : ce que dit `demo` avant et après les feuilles.

demo-intro-head = Le TP FTP, joué tout seul
demo-intro = Les trois premières feuilles du TP, comme un étudiant les travaille : ce qui est tapé, ce que le serveur répond, et quelques-unes des questions. La lettre à gauche dit dans quel terminal est une ligne : A est la connexion de contrôle, C la connexion de données ; derrière $ figure ce que vous taperiez. Tout se passe sur cette machine (127.0.0.1).
demo-sheet-done = { $questions } questions ont eu leur réponse dans ce qui s’est passé ; le compte rendu est écrit.
demo-end-head = Ce que montre l’enregistrement du serveur de la dernière feuille
demo-end = Tout a été enregistré, sans droits particuliers. Client et serveur en colonnes, dans le temps : la connexion de contrôle et chaque connexion de données, qui a appelé et qui a fermé.
demo-kept = Les trois comptes rendus et tous les enregistrements sont dans { $folder }.
demo-next = À vous : ftplab lab run 1. ftplab tout seul montre ce qu’il y a d’autre.
demo-keep-full = { $folder } n’est pas vide. Nommez un dossier neuf
demo-failed = la démonstration s’est arrêtée à { $what }. Quelque chose sur cette machine empêche-t-il les connexions locales ?
