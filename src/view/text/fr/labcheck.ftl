# labcheck.ftl: what is wrong with a sheet, and what to do. $place is file:line:column, $other the file in the other language.

labcheck-line = { $place } : { $what }
labcheck-meant = { $what } (vouliez-vous dire { $nearest } ?)
labcheck-fine = { $name } : rien à signaler.
labcheck-fine-played = { $name } : rien à signaler. Joué : { $dialogues ->
        [0] aucun dialogue
        [one] un dialogue
       *[other] { $dialogues } dialogues
    }, { $questions ->
        [0] aucune question
        [one] une question
       *[other] { $questions } questions
    }.
labcheck-summary =
    { $count ->
        [one] Une erreur dans { $name }.
       *[other] { $count } erreurs dans { $name }.
    }
labcheck-not-played = { $name } n’a pas été jouée : { $why }.
labcheck-why-real = elle s’adresse à { $server }, qui n’est pas un serveur de cette machine
labcheck-why-wrong = ce dont elle a besoin n’est pas là
labcheck-mistake-too-long = la feuille dépasse { $limit } ko
labcheck-mistake-not-utf8 = cet octet n’est pas de l’UTF-8 ; enregistrez le fichier en UTF-8
labcheck-mistake-too-many = plus de { $limit } étapes, blocs et lignes de dialogue : faites-en deux feuilles
labcheck-mistake-head-missing = une feuille commence par son en-tête : une ligne ---, puis title:, version: et language:, puis de nouveau ---
labcheck-mistake-head-open = l’en-tête n’est jamais fermé : il manque une ligne --- à sa fin
labcheck-mistake-head-line = une ligne de l’en-tête s’écrit nom: valeur ; il y a { $known }
labcheck-mistake-head-unknown = l’en-tête n’a pas de « { $name } » ; il y a { $known }
labcheck-mistake-head-lacks = il manque { $name }: dans l’en-tête
labcheck-mistake-head-twice = c’est déjà dit à la ligne { $line }
labcheck-mistake-head-empty = il n’y a rien après le deux-points
labcheck-mistake-number = « { $value } » n’est pas un nombre entier de { $from } à { $to }
labcheck-mistake-language = « { $value } » n’est pas une langue de feuille : écrivez en ou fr
labcheck-mistake-server-invalid = « { $value } » n’est pas un serveur : écrivez le nom d’un script, hôte, hôte:port, ou none
labcheck-mistake-param-invalid = un paramètre s’écrit param NOM: suivi d’une valeur, de A..B, ou de a, b, c
labcheck-mistake-param-unknown = le paramètre « { $name } » n’existe pas ; déclarez-le dans l’en-tête : param { $name }: …
labcheck-mistake-steps-missing = la feuille n’a pas d’étape : une étape commence par une ligne ## TITRE
labcheck-mistake-title-missing = cette étape n’a pas de titre
labcheck-mistake-underlined = la ligne de tirets en fait un titre : écrivez ## devant, ou laissez une ligne vide avant les tirets
labcheck-mistake-fence-open = ce bloc n’est jamais fermé : il manque la ligne ``` à sa fin
labcheck-mistake-nested = un bloc ne peut pas être dans une liste ou une citation : commencez-le à la marge, après une ligne vide
labcheck-mistake-before-steps = ce bloc est avant la première étape : mettez une ligne ## TITRE devant
labcheck-mistake-block-unknown = le bloc « { $name } » n’existe pas ; il y a { $known }
labcheck-mistake-attribute-unknown = ce bloc n’a pas d’attribut « { $name } » ; il a { $known }
labcheck-mistake-attribute-none = ce bloc n’a pas d’attribut
labcheck-mistake-attribute-invalid = « { $value } » n’est pas un attribut : écrivez nom=valeur, avec des guillemets droits autour d’une valeur qui contient des blancs
labcheck-mistake-attribute-twice = { $name }= est écrit deux fois
labcheck-mistake-attribute-missing = il faut { $name }= à ce bloc
labcheck-mistake-word = « { $value } » n’est pas possible ici : écrivez { $known }
labcheck-mistake-id-invalid = « { $value } » n’est pas un id : lettres sans accent, chiffres, - et _ seulement
labcheck-mistake-id-twice = le bloc de la ligne { $line } a déjà cet id
labcheck-mistake-brace-open = cette accolade n’est jamais fermée ; écrivez {"{{"} pour le caractère lui-même
labcheck-mistake-brace-close = aucune accolade n’est ouverte ici ; écrivez {"}}"} pour le caractère lui-même
labcheck-mistake-name-unknown = la valeur « { $name } » n’existe pas ; la liste est dans labs/README.md
labcheck-mistake-name-early = { $name } n’est connu qu’une fois le travail fait : il peut figurer dans une commande, une question, un indice ou une explication, pas ici
labcheck-mistake-no-line-b = il n’y a pas de seconde ligne de contrôle ici : il faut avant un bloc server line=b
labcheck-mistake-marker-of-scripts = { $marker } se trouve dans les scripts ; ici C>, S>, C*, D> et D< disent ce qui doit venir
labcheck-mistake-marker-unknown = une ligne de dialogue commence par C>, S>, C*, D> ou D< suivi d’un blanc, ou par # (commentaire)
labcheck-mistake-value-misplaced = { $name } n’a pas de sens dans le dialogue d’une feuille ; seul param.NOM en a un
labcheck-mistake-say-only = seul -- say TEXTE peut figurer ici, après une ligne C> et une fois
labcheck-mistake-say-missing = rien ne dit quoi envoyer pour ce motif : ajoutez après lui -- say COMMANDE
labcheck-mistake-answer-remark = une bonne réponse n’a pas de remarque derrière # : il faudrait taper toute la ligne. L’explication se met dans une ligne qui commence par !
labcheck-mistake-code = « { $value } » n’est pas un code de réponse : écrivez trois chiffres
labcheck-mistake-dialogue-empty = rien ne doit venir dans ce dialogue : écrivez des lignes C> et S>
labcheck-mistake-nobody = il n’y a personne à qui parler : l’en-tête dit server: none, et aucun bloc server ne précède
labcheck-mistake-server-both = soit use=, soit un script dans le bloc, pas les deux
labcheck-mistake-server-neither = il faut à ce bloc use=NOM, ou les lignes d’un script
labcheck-mistake-question-missing = il manque la question
labcheck-mistake-mark-unknown = après la question, une ligne commence par = ~ ? ! ou (x) ; une ligne qui continue la précédente commence par un blanc
labcheck-mistake-mark-empty = il n’y a rien après la marque
labcheck-mistake-choice-unwanted = un choix ne figure que dans une question kind=choice
labcheck-mistake-choice-count = une question a de 2 à { $most } choix ; celle-ci en a { $count }
labcheck-mistake-wrong-unwanted = dans un choix, ce qu’on en dit se met après # sur la ligne du mauvais choix
labcheck-mistake-told-missing = il manque ce qu’on dit à qui donne cette réponse : ~ RÉPONSE # TEXTE
labcheck-mistake-answer-missing = aucune réponse n’est juste : écrivez = RÉPONSE, ou dans un choix (x) TEXTE
labcheck-mistake-answer-unwanted = = ne figure dans un choix que si ses choix ont des clés : (CLÉ) TEXTE
labcheck-mistake-key-unknown = aucun choix n’a la clé « { $value } » ; il y a { $known }
labcheck-mistake-why-twice = l’explication est déjà à la ligne { $line } ; une ligne qui commence par un blanc la continue
labcheck-mistake-expression = ce n’est ni un nombre ni un calcul : + - * / et parenthèses entre nombres et valeurs
labcheck-mistake-expression-text = { $name } n’est pas un nombre : prenez kind=text, ou une autre valeur
labcheck-mistake-shell-empty = il n’y a pas de commande dans ce bloc
labcheck-mistake-rubric = ce ne sont pas des assertions de inspect --expect : { $detail }
labcheck-mistake-rubric-one = l’assertion { $number } doit nommer une seule chose
labcheck-mistake-rubric-count = il faut de 1 à { $most } assertions : [[expect]]
labcheck-found-language = l’en-tête donne une autre langue que le nom du fichier
labcheck-alone = { $name } n’a été comparé à rien : il n’y a pas de { $other }.
labcheck-found-head = { $name }: n’est pas le même dans { $other }
labcheck-found-step = { $other } n’a pas d’étape pour « { $title } »
labcheck-found-id-missing = { $id } manque vers ici : { $other } l’a à la ligne { $line }
labcheck-found-order = { $id } n’est pas à la même place que dans { $other }, ligne { $line }
labcheck-found-kind = { $id } est un bloc d’une autre sorte dans { $other }, ligne { $line }
labcheck-found-differs-attribute = { $id } : { $name }= n’est pas le même dans { $other }, ligne { $line }
labcheck-found-differs-dialogue = { $id } : le dialogue n’est pas le même dans { $other }, ligne { $line }
labcheck-found-differs-right = { $id } : les réponses justes (=) ne sont pas les mêmes dans { $other }, ligne { $line }
labcheck-found-differs-wrong = { $id } : les réponses fausses (~) ne sont pas les mêmes dans { $other }, ligne { $line }
labcheck-found-differs-choices = { $id } : il n’y a pas autant de choix dans { $other }, ligne { $line }, ou c’est un autre qui est juste
labcheck-found-differs-hints = { $id } : il n’y a pas autant d’indices (?) dans { $other }, ligne { $line }
labcheck-found-differs-why = { $id } : une langue a une explication (!), l’autre n’en a pas ; { $other }, ligne { $line }
labcheck-found-differs-script = les serveurs ne sont pas les mêmes à partir d’ici ; { $other }, ligne { $line }
labcheck-found-differs-commands = les commandes (shell) ne sont pas les mêmes à partir d’ici ; { $other }, ligne { $line }
labcheck-found-differs-assertions = { $id } : les assertions ne sont pas les mêmes dans { $other }, ligne { $line }
labcheck-found-script-missing = il n’y a pas de script « { $name } », ni fourni, ni à côté de la feuille
labcheck-found-script-broken =
    { $count ->
        [one] le script { $name } contient une erreur
       *[other] le script { $name } contient { $count } erreurs
    } : ftplab fake-server --check { $name }
labcheck-found-script-wrong = le script { $name } : { $what }
labcheck-found-capture-missing = il n’y a pas de capture fournie « { $name } »
labcheck-found-not-seen = { $id } : quand la feuille a été jouée, ceci n’est pas venu : « { $wanted } »
labcheck-found-not-seen-but = { $id } : quand la feuille a été jouée, « { $came } » est venu à la place de « { $wanted } »
labcheck-found-not-seen-server = Par { $came }, un serveur dit qu’il ne connaît pas la commande : nommez-en un autre dans l’en-tête (server:), ou écrivez ses lignes dans un bloc « server »
labcheck-found-capture-not = { $id } : la capture ne montre pas tout cela
labcheck-found-never-seen = { $id } : { $name } n’est pas connu ici : aucun dialogue ne le montre avant
labcheck-found-no-number = { $id } : { $answer } ne donne aucun nombre
labcheck-found-right-is-wrong = { $id } : la réponse juste n’est pas reconnue comme juste : { $answer }
labcheck-found-wrong-is-right = { $id } : cette réponse fausse est juste : { $answer }
labcheck-found-wrong-hidden = { $id } : on ne dira jamais ceci : une autre réponse fausse prend { $answer } avant
labcheck-found-no-choice = { $id } : aucun choix n’est juste d’après ce qui a été vu
labcheck-found-every-choice = { $id } : tous les choix sont justes
labcheck-first = Les { $most } premières sont dites, pas plus.
