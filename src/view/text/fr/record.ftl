# record.ftl : les enregistrements sans droits d’administration (--record), et ce que dit un tel fichier de lui-même.

record-start = Enregistrement dans { $file } : chaque octet tel quel, mots de passe compris. Réfléchissez avant de le transmettre.
record-end = Enregistré ({ $frames } trames). Pour le regarder :
record-end-data = Enregistré ({ $frames } trames) : des données seules. Pour les regarder, seules ou avec l’enregistrement de la connexion de contrôle :
record-other = CONTROLE.pcapng
record-nothing = Aucune connexion n’a été établie ni refusée : rien à enregistrer, et { $file } n’a pas été gardé.
record-exists = { $file } existe déjà, et un enregistrement ne remplace jamais un autre fichier. Prenez un autre nom, ou supprimez-le d’abord.
record-broken = l’enregistrement { $file } n’est pas complet : { $why }. { $frames ->
    [0] Aucune trame n’y est
    [one] Sa seule trame est entière et peut être lue
   *[other] Ses { $frames } trames sont entières et peuvent être lues
} ; tout le reste a continué sans lui.

record-section = Écrit par ftplab, qui était une extrémité de ces connexions. Réels : le contenu, les heures, les adresses, les ports, et qui a ouvert et fermé. Inventés : les numéros de séquence et d’acquittement, et le découpage en segments.
record-interface = Une extrémité des connexions du programme lui-même ; rien n’a été capturé sur une carte réseau
record-invented = Trame inventée par ftplab : son heure et ses adresses sont réelles, ses numéros de séquence et d’acquittement ne le sont pas.
