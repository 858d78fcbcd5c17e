# labprint.ftl : ce qu’une feuille imprimée a en plus de son propre texte. $answer, $told, $hint et $why sont du Markdown.

labprint-version = Feuille de TP, version { $version }
labprint-version-key = Corrigé pour l’enseignant, version { $version }
labprint-name = Nom :
labprint-class = Classe :
labprint-date = Date :
labprint-mark = Note :
labprint-out-of = sur { $points }
labprint-md-person = Nom : { $blank }{ $blank }{ $blank } Classe : { $blank } Date : { $blank }
labprint-md-points = { $points ->
        [0] Aucun point en tout.
        [one] Un point en tout.
       *[other] { $points } points en tout.
    }
labprint-points = { $points ->
        [one] { $points } point
       *[other] { $points } points
    }
labprint-blank = à remplir
labprint-dialogue = Sur la connexion de contrôle : tapez chaque commande, notez chaque réponse et dites ce que signifient ses chiffres.
labprint-dialogue-b = Sur la deuxième connexion de contrôle : tapez chaque commande, notez chaque réponse et dites ce que signifient ses chiffres.
labprint-dialogue-server = Vous êtes le serveur : répondez à chaque commande et dites ce que signifient les chiffres de votre réponse.
labprint-who = De
labprint-said = Ligne
labprint-digit-1 = 1er chiffre
labprint-digit-2 = 2e chiffre
labprint-digit-3 = 3e chiffre
labprint-upload = vos données
labprint-capture = Ouvrez la capture { $file }. Elle montre :
labprint-capture-yours = Enregistrez votre propre capture. Elle doit montrer :
labprint-server = Le serveur joue le script { $name }, à partir d’ici : ftplab fake-server { $name }
labprint-server-b = Le deuxième serveur joue le script { $name }, à partir d’ici : ftplab fake-server --port 2123 { $name }
labprint-server-here = À partir d’ici, le serveur joue ce script.
labprint-server-here-b = À partir d’ici, le deuxième serveur joue ce script.
labprint-server-real = Le serveur est { $host }, port { $port }.
labprint-free = À lire par l’enseignant.
labprint-key-right = Juste
labprint-key-wrong = Faux
labprint-key-hint = Indice
labprint-key-why = Pourquoi
labprint-md-right = Juste : { $answer }
labprint-md-wrong = Faux : { $answer } — { $told }
labprint-md-hint = Indice : { $hint }
labprint-md-why = Pourquoi : { $why }
labprint-done = { $path } est écrit.
