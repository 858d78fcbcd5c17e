# labmarks.ftl : la feuille de notes d’une classe.

labmarks-student = Étudiant
labmarks-sheet = Feuille
labmarks-points = Points
labmarks-done = Fait
labmarks-tries = Essais
labmarks-hints = Indices
labmarks-time = Temps
labmarks-written = Écrit
labmarks-seconds = { $seconds } s
labmarks-minutes = { $minutes } min
labmarks-hours = { $hours } h
labmarks-blocks = { $student } : { $marks }
labmarks-legend = ✓ fait, ○ commencé, · pas commencé, dans l’ordre de la feuille. Écrit : caractères de texte libre, à lire par vous. Temps : de l’arrivée à un bloc jusqu’à sa fin, pauses comprises.
labmarks-to-read = Points : ceux des questions, que ftplab vérifie ; derrière +, ce que vous pouvez donner pour les textes libres. lab list compte les deux ensemble.
labmarks-altered = { $file } a été modifié à la main, au bloc { $block } ou avant.
labmarks-altered-end = { $file } a été modifié à la main : sa fin ne correspond pas à ses blocs.
labmarks-edited = { $file } a été modifié à la main, puis continué.
labmarks-demo = { $file } a été joué par le pilote automatique.
labmarks-same-report = Le même compte rendu : { $files }.
labmarks-same-text = Le même texte libre dans { $block } : { $files }.
labmarks-same-params = Les mêmes valeurs de tous les paramètres sous des noms différents (par hasard, s’il y a peu de valeurs) : { $files }.
labmarks-too-long = plus de { $most } Mo : ce n’est pas un compte rendu de lab run
labmarks-empty-folder = Le dossier { $folder } ne contient aucun compte rendu : aucun nom ne finit par .json.
labmarks-no-report = ce n’est pas un compte rendu de lab run ({ $why })
labmarks-left-out = { $count } blocs n’ont pas de colonne : mille sont le maximum. Notez les fiches l’une après l’autre.
