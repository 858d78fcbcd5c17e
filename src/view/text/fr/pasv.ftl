# pasv.ftl : le cadre de pasv-calc ; ce qui est dit d’un point d’accès est dans endpoint.ftl.

pasv-ask = Collez la réponse du serveur (227, 228, 229), une commande PORT, EPRT ou LPRT, ou ADRESSE:PORT, puis Entrée. Ctrl-D termine.
pasv-go-on = … et la suite ?
pasv-connect-needs-host = Se connecter à quelle machine ? Le texte n’en nomme pas : --host HÔTE indique celle du serveur.
pasv-connect-nowhere = Personne ne peut se connecter à { $address }.
pasv-line-cut = Une ligne a été lue jusqu’à l’octet { $most } ; { $count } de plus ont été laissés de côté. Ne collez que les lignes avec les adresses.
