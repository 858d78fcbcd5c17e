# labrun.ftl : ce que dit `lab run`, et ce qui figure dans le compte rendu qu’il écrit.

labrun-about = Feuille { $id }, version { $version } : { $steps ->
    [one] une étape
   *[other] { $steps } étapes
}, { $questions ->
    [0] aucune question
    [one] une question
   *[other] { $questions } questions
}.
labrun-about-student = Vous êtes { $student }.
labrun-about-kept = Votre travail est gardé dans { $json } après chaque bloc ; { $md } est ce que vous rendez. ? montre les touches ; Ctrl-D quitte, et tout est gardé.
labrun-about-params = Ce qui diffère d’un étudiant à l’autre est pour vous : { $params } ; vous le rencontrerez en route.
labrun-welcome-back = Vous revoici : { $done ->
    [0] aucun bloc sur { $all } n’est fait
    [one] un bloc sur { $all } est fait
   *[other] { $done } blocs sur { $all } sont faits
}. On reprend à l’étape { $step }.
labrun-welcome-back-finished = Vous revoici : tout est fait. /steps montre les étapes ; pour recommencer, ajoutez --restart à la commande.
labrun-finished-enter = Entrée termine ; /steps et un numéro mènent à une étape.
labrun-welcome-back-control = La connexion de contrôle a pris fin quand vous êtes parti, et avec elle la session ouverte et tout port convenu. Là où il le faut, on vous dit quoi retaper : d’autres commandes entre deux ne gênent pas.
labrun-sheet-changed = La feuille a changé depuis. Ce que vous avez fait est gardé là où le bloc existe encore.
labrun-restarted = Le travail d’avant est dans { $file }.
labrun-moved = Le port { $port } est pris sur cette machine. Le serveur de la feuille est sur le port { $other }.
labrun-step = Étape { $n } sur { $all } : { $title }
labrun-must-happen = Voici ce qui doit se passer, dans cet ordre :
labrun-signs = Dans cette liste, * vaut n’importe quoi, et | l’un ou l’autre.
labrun-must-happen-line-b = Sur la seconde connexion de contrôle, voici ce qui doit se passer, dans cet ordre :
labrun-type-here = Tapez les commandes ici, derrière C> (Entrée ouvre la connexion), ou travaillez dans un autre terminal : ce qui s’y passe est vu ici aussi.
labrun-type-there = Ce dialogue est pour l’autre terminal : il n’est enregistré que là. Ce qui s’y passe est vu ici.
labrun-recorded-there = Pas envoyé : tapé ici, cela ne serait pas dans l’enregistrement. Tapez-le dans le terminal où tourne la commande ci-dessus. (Retapé ici, cela part, sans être enregistré.)
labrun-serve-here = Vous êtes le serveur : tapez les réponses ici, derrière S>. Le client s’adresse à { $server }.
labrun-dialling = (La connexion de contrôle s’ouvre : ftplab raw { $server })
labrun-dialling-again = (La connexion de contrôle avait pris fin. Elle s’ouvre de nouveau.)
labrun-not-connected = { $what } : il n’y a pas ici de connexion de contrôle où le taper.
labrun-steps-none = Il n’y a pas d’étape { $number } ici : elles vont de 1 à { $all }.
labrun-unused = (C’était une pause : ce que vous y avez tapé n’est allé nulle part. Retapez-le plus bas.)
labrun-again = Il n’y a pas de connexion de contrôle, et un serveur ne retient rien de la précédente. Retapez d’abord : { $what }
labrun-again-then = {", puis "}
labrun-again-port = La nouvelle réponse nomme un autre port. ftplab pasv-calc --connect la demande : collez-la dans ce terminal-là.
labrun-data-awaited = Le serveur attend la connexion de données, et personne n’a encore appelé : appelez depuis un autre terminal, ou ici avec /data.
labrun-differs-code = { $wanted } devait venir, { $got } est venu. { $why }
labrun-differs-again = La commande peut être renvoyée.
labrun-differs-client = Menez ce client à sa fin, puis relancez-le : avec lui, tout reprend au début.
labrun-differs-left = Le client est parti avant que { $wanted } vienne. Relancez-le : avec lui, tout reprend au début.
labrun-differs-digit-1 = Le premier chiffre diffère : c’est une tout autre issue.
labrun-differs-digit-2 = Le premier chiffre est le même, l’issue aussi ; il s’agit d’autre chose.
labrun-differs-digit-3 = Seul le dernier chiffre diffère : le même genre de réponse, pour une autre raison.
labrun-differs-no-code = { $wanted } devait venir ; ce qui est venu ne commence par aucun code.
labrun-differs-text = { $wanted } devait venir ; ce qui est venu dit : { $got }
labrun-differs-command = { $wanted } est attendu ; ce qui a été envoyé est { $got }. { $why }
labrun-differs-case = Seules les majuscules et les minuscules diffèrent, et pour le serveur cela compte.
labrun-differs-missing = Il manque quelque chose derrière la commande.
labrun-differs-unwanted = Rien ne doit suivre la commande.
labrun-differs-argument = Ce qui suit la commande est autre chose.
labrun-differs-early = { $later } vient plus tard ; c’est le tour de { $wanted }.
labrun-differs-no-data = { $wanted } devait venir, { $got } est venu : il n’y a pas de connexion de données. Chacune sert à un seul transfert : convenez-en d’une nouvelle (PASV, EPSV ou PORT), et voyez si quelqu’un attend bien au port nommé ; puis renvoyez la commande.
labrun-differs-no-login = { $wanted } devait venir, { $got } est venu : aucune session n’est ouverte. USER, puis PASS, avec le bon nom et le bon mot de passe ; puis continuez.
labrun-differs-transfer = { $wanted } est attendu ; ce qui a été envoyé est { $got }, un autre transfert. S’il a lieu, il emporte la connexion de données : convenez-en d’une nouvelle (PASV, EPSV ou PORT) avant { $wanted }.
labrun-differs-data = Des données sont venues, mais pas { $wanted }.
labrun-differs-closed = La connexion de contrôle a été fermée avant que { $wanted } vienne. La prochaine commande l’ouvre de nouveau ; il faudra peut-être s’identifier d’abord.
labrun-all-seen = Tout ce qui était attendu est arrivé.
labrun-all-seen-enter = Tout ce qui était attendu est arrivé. Entrée continue.
labrun-dialogue-over = { $what } n’a pas été envoyé : ce dialogue est terminé, et sa connexion de contrôle aussi. Entrée continue.
labrun-answered-before = Votre réponse : { $answer }
labrun-choose = La réponse est une lettre.
labrun-write-draft = Vous aviez écrit ceci ; continuez, ou terminez par une ligne vide :
labrun-write = Écrivez autant de lignes que vous voulez ; une ligne vide termine. C’est pour votre enseignant.
labrun-written = Gardé pour votre enseignant.
labrun-capture-ask = Quel fichier est votre capture ? (Son nom, ou un chemin ; Tab ne le complète pas ici.)
labrun-capture-done = La capture montre tout.
labrun-capture-folder = Les noms sont cherchés là où cette feuille est lancée, dans { $folder }.
labrun-capture-shipped = C’est une capture qu’apporte ftplab. Ici, c’est votre propre enregistrement qu’il faut.
labrun-capture-not = La capture ne montre pas tout. Enregistrez-en une autre, ou nommez un autre fichier.
labrun-right = Juste.
labrun-wrong = Non (essai { $tries }).
labrun-wrong-hint = /hint donne un indice.
labrun-wrong-digit-1 = C’est le premier chiffre qui n’est pas le bon : regardez si cela s’est bien passé.
labrun-wrong-digit-2 = Le premier chiffre est le bon, le deuxième non.
labrun-wrong-digit-3 = Les deux premiers chiffres sont les bons, le dernier non.
labrun-wrong-swapped = Les deux octets sont intervertis : le cinquième nombre est l’octet de poids fort.
labrun-wrong-265 = C’est avec 265 ; un octet a 256 valeurs, de 0 à 255.
labrun-wrong-255 = C’est avec 255 ; un octet a 256 valeurs, dont 0.
labrun-wrong-high = C’est l’octet de poids fort seul.
labrun-wrong-low = C’est l’octet de poids faible seul.
labrun-wrong-low-forgotten = L’octet de poids faible n’y est pas encore.
labrun-wrong-added = Ce sont les deux octets additionnés ; celui de poids fort compte 256 fois.
labrun-wrong-side = Ce sont les chiffres des deux octets mis bout à bout ; l’octet de poids fort compte 256 fois.
labrun-unreadable-number = Il faut un nombre entier, rien que des chiffres. Un calcul comme 4*256+1 convient aussi.
labrun-unreadable-code = Un code de réponse est fait de trois chiffres.
labrun-unreadable-text = Cela ne se lit pas comme une réponse.
labrun-unreadable-choice = La réponse est une des lettres, de a à { $last }.
labrun-unreadable-command = C’est une commande FTP, et ici une question attend : répondez d’abord. /back mène à l’étape d’avant, ? montre les touches.
labrun-no-value = Cette question porte sur quelque chose qui ne s’est pas encore passé ({ $name }). /back mène là où cela doit se passer.
labrun-hint = Indice { $n } sur { $all } : { $hint }
labrun-hint-last = Il n’y a pas d’autre indice. /next laisse cela pour plus tard.
labrun-hint-none = Il n’y a pas d’indice ici.
labrun-hint-ftp = Ce qui vient ensuite : { $wanted }
labrun-hint-example = Par exemple : { $example }
labrun-more = Entrée : la suite
labrun-go-on = Entrée continue
labrun-left = Laissé pour plus tard. /steps montre ce qui reste.
labrun-open = Il reste : { $what }.
labrun-open-enter = Entrée mène au premier ; Ctrl-D quitte, et tout est gardé.
labrun-finished = Tout est fait. Rendez { $md } ou { $json }, selon ce que demande votre enseignant.
labrun-unsaved = votre compte rendu ne peut pas être enregistré pour le moment : { $why } Le travail continue, rien n’en est perdu, et l’enregistrement sera retenté à chaque étape. Faites de la place, ou nommez un endroit qui en a : /save DOSSIER/NOM
labrun-not-kept = vos dernières étapes ne sont pas dans le compte rendu : { $why } Faites de la place et refaites-les : la même commande reprend ce qui y est.
labrun-rescued = vos dernières étapes ne sont pas dans le compte rendu : { $why } Elles sont dans { $base }.json, dans un dossier provisoire : mettez ce qui s’y trouve dans un endroit à vous. Pour reprendre de là : ftplab lab run { $sheet } --report { $base }
labrun-demo-not-kept = il n’y a pas de compte rendu de cette exécution : { $why } Faites de la place, ou nommez un autre endroit avec --report.
labrun-unseen = { $file } ne prend plus de lignes : { $why }. Ce qui se passe se voit là et nulle part ailleurs : rien ne sera coché tant qu’il n’y aura pas de place. Ou bien gardez le travail ailleurs (/save DOSSIER/NOM), quittez, et reprenez là-bas avec --report.
labrun-no-scratch = aucun dossier ne peut être créé dans { $folder } pour ce qui est gardé provisoirement : { $why }. TMPDIR=DOSSIER devant la commande en nomme un autre.
labrun-saved = Enregistré : { $json }
labrun-saved-there = Gardé désormais dans { $json }. Pour reprendre là plus tard : --report { $base }
labrun-save-exists = { $file } existe déjà, et rien n’est écrasé : nommez un autre endroit derrière /save.
labrun-kept = Gardé dans { $json } : { $done ->
    [0] aucun bloc sur { $all } n’est fait
    [one] un bloc sur { $all } est fait
   *[other] { $done } blocs sur { $all } sont faits
}.
labrun-kept-here = La même commande reprend ici.
labrun-demo-open = Cela n’a pas abouti : { $what }. ftplab lab check dit pourquoi.
labrun-demo-kept = Le compte rendu de cette exécution : { $md }
labrun-back-first = C’est la première étape.
labrun-unknown = /{ $word } ne veut rien dire ici. ? montre les touches.
labrun-steps-line = { $n }. { $title } : { $done } sur { $all }
labrun-steps-prose = { $n }. { $title }
labrun-foreign = Cette feuille s’adresse à { $host }, port { $port }, qui n’est pas cette machine. Continuer ? (oui ou non)
labrun-foreign-yes = oui
labrun-foreign-refused = rien n’est envoyé à { $host }, port { $port }, sans que vous disiez oui, ou --yes
labrun-no-server = cette feuille n’a pas de serveur auquel se connecter
labrun-no-terminal = le terminal nécessaire ne démarre pas : { $why }
labrun-report-other = { $file } est le compte rendu de la feuille { $id }, pas de celle-ci. Nommez-en un autre avec --report, ou recommencez avec --restart.
labrun-same-folder = Dans chaque autre terminal, d’abord :
labrun-no-place = { $file }, dont cette séance a besoin, est inutilisable : { $why }. Travaillez dans un dossier à vous, ou indiquez un emplacement avec --report.
labrun-two = un autre lab run travaille en ce moment avec { $file } : continuez là-bas, ou nommez un autre compte rendu avec --report. Les commandes FTP de cette séance se tapent dans ftplab raw, comme la feuille le montre.
labrun-report-bad = { $file } n’est pas un compte rendu que l’on puisse reprendre : { $why }. Nommez-en un autre avec --report, ou recommencez avec --restart.
labrun-help = Touches
labrun-help-ftp = PWD, USER … | une ligne sans / est une commande FTP si l’invite est C>, une réponse si c’est S>, sinon la réponse à la question
labrun-help-local = /data /listen /explain /state | pour le terminal derrière l’invite : ouvre la connexion de données passive, écoute pour une active, explique la dernière réponse, montre l’état
labrun-help-server = /data /line /close /store | pour le serveur derrière l’invite S> : envoie un fichier sur la connexion de données, envoie une ligne, la ferme, reçoit un fichier ; aussi /accept /pasv /hold /release /explain /state
labrun-help-hint = ?hint, /hint | l’indice suivant ; les indices sont comptés
labrun-help-next = /next | laisse cela pour plus tard
labrun-help-back = /back | retour à l’étape d’avant
labrun-help-steps = /steps, /steps N | les étapes et ce qui reste ; va à l’étape N
labrun-help-quit = /quit, Ctrl-D | quitte ; tout est gardé, et la même commande reprend
labrun-help-save = /save, /save NOM | écrit le compte rendu maintenant ; garde le travail dans NOM.json désormais

labrun-md-student = Étudiant
labrun-md-sheet = Feuille
labrun-md-sheet-value = { $title } ({ $id }, version { $version })
labrun-md-params = Paramètres
labrun-md-began = Commencé
labrun-md-saved = Écrit en dernier
labrun-md-done = Fait
labrun-md-done-value = { $done } blocs sur { $all }
labrun-md-demo = Cette feuille a été jouée toute seule : personne n’a répondu.
labrun-md-altered = Ce compte rendu a été modifié à la main avant d’être repris.
labrun-md-step = Étape { $n }. { $title }
labrun-md-not-done = pas fait
labrun-md-seen = vu sur la ligne
labrun-md-not-seen = pas vu
labrun-md-answer = Réponse : { $answer } ({ $verdict })
labrun-md-answer-right = juste
labrun-md-answer-wrong = faux
labrun-md-file = Capture : { $answer } ({ $verdict })
labrun-md-tries = { $count ->
    [0] aucun essai
    [one] un essai
   *[other] { $count } essais
}
labrun-md-hints = { $count ->
    [0] aucun indice
    [one] un indice
   *[other] { $count } indices
}
labrun-md-time = en { $time }
labrun-md-came = à la place : { $came }
labrun-md-dialogue = Ce qui a été dit
labrun-md-ftplab = ftplab
labrun-md-digest = Empreinte
labrun-write-full = Cette ligne n’a pas été prise : un texte a { $most } ko au plus. Une ligne vide termine.
labrun-answers-too-long = { $file } dépasse { $most } Mo : donnez un fichier avec les lignes qu’un étudiant tape.
labrun-answer-too-long = C’est plus long que { $most } octets, et ce n’est pas une réponse.
labrun-answers-full = Le compte rendu contient { $most } réponses à cette question, son maximum : des suivantes, il garde la dernière. ?hint aide à avancer.
labrun-events-unread = { $count ->
    [one] Un événement était trop long pour être lu
   *[other] { $count } événements étaient trop longs pour être lus
}, une réponse de plus de mille lignes peut-être : ce qu’il disait n’est pas vu ici.
labrun-report-student = { $file } est le travail de { $was }. Pour { $student }, il faut un autre rapport : --report NOM, ou un autre dossier. Pour continuer en tant que { $was }, omettez --student ; --restart recommence et garde celui-ci à côté.
