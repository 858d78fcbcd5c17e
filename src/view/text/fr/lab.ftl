# lab.ftl: finding sheets and listing them.

lab-unknown = la feuille { $name } n’existe pas. Fournies : { $names }. Pour une des vôtres, donnez le chemin de son fichier.
lab-unreadable = { $name } ne peut pas être lu : { $why }.
lab-list-what =
    { $steps ->
        [one] { $steps } étape
       *[other] { $steps } étapes
    }, { $questions ->
        [one] { $questions } question
       *[other] { $questions } questions
    }, { $points ->
        [one] { $points } point
       *[other] { $points } points
    } · { $languages }
lab-list-broken =
    { $count ->
        [one] une erreur
       *[other] { $count } erreurs
    } : ftplab lab check { $name }
lab-list-empty = Il n’y a pas de feuille ici.
lab-list-how = Pour faire une feuille : ftplab lab run 1. Sur papier : ftplab lab print 1. Pour une des vôtres : ftplab lab run FICHIER.
lab-list-left-out = Des fichiers .md de { $folder }, les { $most } premiers par leur nom ont été lus ; { $count } autres ne l’ont pas été. Mettez les fiches dans un dossier à elles.
