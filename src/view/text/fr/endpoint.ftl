# endpoint.ftl : les points d’accès (PORT, 227 et les autres) : le calcul, le jugement, ce qu’il faut taper ensuite.

endpoint-host = Hôte
endpoint-port = Port
endpoint-address = Adresse
endpoint-under-host = hôte
endpoint-under-port = port
endpoint-division = { $port } ÷ 256 = { $high } reste { $low }
endpoint-order = { $high } est l’octet de poids fort, { $low } celui de poids faible
endpoint-hexadecimal = en hexadécimal { $sum }
endpoint-placeholder = HÔTE
endpoint-port-as-it-stands = { $port }, tel quel ; dans un PORT, ce serait deux octets :
endpoint-host-unknown = port { $port } d’une machine que le texte ne nomme pas
endpoint-no-ipv6 = (IPv4 seulement : { $form } n’a pas la place d’une adresse IPv6)

endpoint-port-zero = Le port 0 est une erreur : personne ne peut y écouter, donc personne ne peut s’y connecter.
endpoint-privileged = Le port { $port } est inférieur à 1024, où écoutent les services. Une connexion de données n’a rien à y faire, et un serveur doit refuser un PORT qui en nomme un (RFC 2577 3).
endpoint-nat = La ligne nomme { $named }, mais la connexion de contrôle va vers { $control } : le serveur est derrière un NAT et donne son adresse intérieure, où personne ne peut l’appeler de dehors.
endpoint-third-party = La ligne nomme { $named }, mais la connexion de contrôle va vers { $control } : les données iraient vers une tierce machine, ou en viendraient. C’est l’allure d’une attaque par rebond (RFC 2577 2) ; des clients comme curl appellent le serveur à la place.
endpoint-not-the-client = La ligne nomme { $named }, mais le serveur vous voit venir de { $own }. Un serveur ne rappelle que son propre client : sinon n’importe qui pourrait le diriger vers une tierce machine (attaque par rebond, RFC 2577 2).
endpoint-unspecified = { $host } n’est pas une adresse que l’on peut appeler : elle veut dire « toutes les adresses de cette machine ». C’est l’hôte de la connexion de contrôle qui est visé ; --host HÔTE complète.
endpoint-loopback = { $host } est l’adresse de bouclage, par laquelle une machine se joint elle-même : elle ne sert que si les deux extrémités sont sur la même machine.
endpoint-private = { $host } est une adresse privée (RFC 1918) : seul son propre réseau la joint.
endpoint-private-server = Si le serveur est ailleurs, il est derrière un NAT : c’est l’hôte de la connexion de contrôle qu’il faut appeler (--host HÔTE).
endpoint-private-user = Un serveur situé ailleurs ne peut pas la rappeler, à cause du NAT entre les deux : le mode passif est fait pour cela.
endpoint-shared = { $host } est une adresse entre un fournisseur d’accès et ses clients (RFC 6598) : seul son propre réseau la joint.
endpoint-unique-local = { $host } est une adresse IPv6 privée (RFC 4193) : seul son propre réseau la joint.
endpoint-link-local = { $host } est une adresse de lien local : seules les machines du même câble ou du même réseau radio la joignent.
endpoint-documentation = { $host } est réservée aux exemples des livres (RFC 5737, RFC 3849) : aucune machine ne la porte.
endpoint-multicast = { $host } est une adresse de multidiffusion, un groupe de machines : TCP ne peut pas s’y connecter.
endpoint-reserved = { $host } est réservée, ou une adresse de diffusion : TCP ne peut pas s’y connecter.
endpoint-instead = Ce qu’il faut appeler est { $address } : l’hôte du serveur avec ce port. Les clients font de même.

endpoint-next-dial = Le server-DTP y écoute (ouverture passive), votre côté l’appelle (ouverture active). Dans un autre terminal :
endpoint-next-dial-if = Si c’est un serveur qui l’a dit (227), le server-DTP y écoute et votre côté l’appelle :
endpoint-next-listen = Votre côté y écoute (ouverture passive), le server-DTP l’appelle (ouverture active). Dans un autre terminal, avant LIST, RETR ou STOR :
endpoint-next-listen-if = Si c’est à vous de le dire (PORT), votre côté y écoute d’abord et le server-DTP l’appelle :
endpoint-next-host = L’hôte est celui de l’autre extrémité de la connexion de contrôle (RFC 2428 3 pour un 229). --host HÔTE complète :
endpoint-next-nowhere = Il n’y a rien à appeler.

endpoint-fault = Ici : { $phrase }.
endpoint-fault-nothing = Rien dans ce texte n’est le point d’accès d’une connexion de données.
endpoint-fault-address = Ce qui précède le port n’est pas une adresse IP.
endpoint-fault-no-port = Il manque ici le port : un nombre de 0 à 65535.
endpoint-expected = Attendu : { $what }.
endpoint-expected-any = une réponse 227, 228 ou 229, une commande PORT, EPRT ou LPRT, six nombres (192,168,52,7,205,179), les deux d’un port (205,179), ou ADRESSE:PORT
endpoint-expected-tuple = six nombres de 0 à 255 séparés par des virgules, h1,h2,h3,h4,p1,p2 (RFC 959 4.1.2)
endpoint-expected-pair = deux nombres de 0 à 255, l’octet de poids fort du port en premier
endpoint-expected-eprt = |1|adresse IPv4|port| ou |2|adresse IPv6|port| (RFC 2428 2)
endpoint-expected-229 = le port entre délimiteurs, (|||6446|) (RFC 2428 3)
endpoint-expected-long = 4,4,h1,…,h4,2,p1,p2 ou 6,16,h1,…,h16,2,p1,p2 (RFC 1639)
endpoint-expected-address = ADRESSE:PORT, par exemple 192.168.52.2:5000 ou [2001:db8::1]:5000
