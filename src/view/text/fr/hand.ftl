# hand.ftl : le serveur joué à la main.

hand-typed = tapé
hand-title = vous êtes le serveur
hand-start = Vous êtes le serveur : vous tapez les réponses, CR LF est ajouté. Un client à la fois ; les autres reçoivent un 421, là où nc ne dirait rien du tout au second. /help dit ce qu’il y a d’autre.
hand-start-script = Aux commandes pour lesquelles { $script } a des lignes, il répond tout seul ; toutes les autres, et ce qu’il laisse ouvert avec S?, sont à vous.
hand-start-asks = { $script } répond tout seul ; là où il a S?, c’est à vous.
hand-no-person = L’entrée standard est finie : il n’y a plus personne pour taper une réponse.
hand-interrupt = La ligne est effacée. Ctrl-C encore une fois arrête le serveur.

hand-asked-greeting = Un client s’est connecté et ne dit rien : en FTP, c’est le serveur qui parle le premier. Il attend votre accueil.
hand-asked-command = { $verb } : { $purpose }.
hand-asked-unknown = Aucune RFC ne connaît { $verb }. Un simple non est aussi une réponse.
hand-asked-final = { $verb } a eu son 1yz. Viennent maintenant les données, sur la connexion de données ; puis la réponse finale, qui dit comment cela s’est passé.
hand-asked-final-plain = { $verb } a eu son 1yz ; la réponse finale reste à venir.
hand-possible = Peut venir maintenant ({ $source }) :
hand-possible-any = ou, comme à presque toute commande : { $codes }
hand-possible-short = Peut venir maintenant : { $codes }
hand-wants = { $place } veut une réponse qui commence par { $code }.
hand-wants-any = { $place } veut une réponse.
hand-model = Par exemple : { $model }
hand-waits = { $client } l’attend { $seconds } s.
hand-waits-shortest = On ne sait pas encore quel client c’est. Le plus impatient serait { $client } : { $seconds } s.
hand-waits-long = { $client } attend le temps qu’il faut.
hand-recognised = À ce qu’il envoie, ce client est { $client }.
hand-left = { $client } attend encore { $seconds } s.
hand-left-shortest = Si c’est { $client }, il attend encore { $seconds } s.
hand-left-over = { $client } a attendu tout ce qu’il attend : il abandonne à peu près maintenant.
hand-left-over-shortest = Si c’est { $client }, il abandonne à peu près maintenant.

hand-port-227 = Le port de données est ouvert : { $address }. Le 227 doit le nommer : les quatre nombres de l’adresse, puis le port { $port } en deux octets, p1 × 256 + p2.
hand-port-227-public = Le port de données est ouvert : { $address }. Le 227 le nomme tel que les clients le voient de dehors (--public-address) : { $named }, c’est-à-dire les quatre nombres de cette adresse, puis le port { $port } en deux octets, p1 × 256 + p2.
hand-port-229 = Le port de données est ouvert : { $address }. Le 229 ne nomme que le port, entre des barres : (|||p|).
hand-port-227-ipv6 = PASV ne peut nommer que des adresses IPv4, et ce client est venu en IPv6 ({ $address }) : répondez 522 ou 502, et il enverra EPSV.
hand-port-open = Un port de données est ouvert : { $address }.
hand-will-call = Le client écoute en { $address } : au prochain transfert, c’est vous qui l’appelez (mode actif) ; /data, /store ou /accept le fait.
hand-how-150 = Un transfert a trois parties : 150 (ou 125), puis les données, puis 226.
hand-how-data-down = /data FICHIER envoie un fichier et ferme la connexion, ce qui en est la fin. Ou bien /accept, /line TEXTE pour chaque ligne, /close.
hand-how-data-up = /store FICHIER reçoit jusqu’à ce que le client ferme. /store seul compte les octets et les jette.
hand-how-passive = Le client appelle { $address }.
hand-how-here = Le client s’est déjà connecté à { $address }.
hand-how-active = Vous appelez { $address }.
hand-how-nothing = Ni PASV ni PORT n’est venu avant : sans connexion de données, seul 425 est vrai.
hand-data-there = La connexion de données est là.
hand-size-differs = À SIZE, vous avez dit { $told }, et { $sent ->
    [one] { $sent } octet est parti
   *[other] { $sent } octets sont partis
} : un client qui compare tient ce fichier pour abîmé, les autres croient le 226.
hand-data-sent = Envoyé, et la connexion de données est fermée : c’est la fin du fichier. Maintenant la réponse finale : 226.
hand-data-received = Reçu, et le client a fermé : c’était la fin du fichier. Maintenant la réponse finale : 226.
hand-data-failed = La connexion de données n’a pas suivi : { $why }. 425 ou 426 le dirait.
hand-data-not-agreed = Il n’y a pas de connexion de données à ouvrir : ni PASV ni PORT n’a été convenu, ou elle a déjà servi. /pasv ouvre un port.
hand-file = Impossible d’envoyer { $file } : { $why }.
hand-file-exists = { $file } existe et est conservé ; choisissez un autre nom.
hand-queued = { $count ->
    [one] { $count } commande est venue trop tôt et attend son tour.
   *[other] { $count } commandes sont venues trop tôt et attendent leur tour.
}
hand-abort = ABOR : le client renonce à { $verb }. Fermez la connexion de données (/close), répondez 426 à { $verb }, puis 226 à ABOR (RFC 959 4.1.3).
hand-turned-away = Un autre client est venu et a reçu un 421 : vous en servez un à la fois. FileZilla fait cela quand un fichier doit être transféré : il ouvre une seconde connexion pour ce transfert, réessaie deux fois, puis y renonce. Dans son gestionnaire de sites, sous Paramètres de transfert, limitez le nombre de connexions simultanées à 1 (--filezilla-site FICHIER écrit un site ainsi limité) : il transfère alors par la connexion qu’il a.
hand-turned-away-again = Encore un autre a reçu un 421.
hand-gone = Le client est parti.
hand-gone-waiting = Le client est parti alors que { $verb } attendait sa réponse.
hand-gone-greeting = Le client est parti sans attendre d’accueil.
hand-next = Le suivant peut venir.
hand-nobody = Aucun client n’est là : rien ne part. Il doit d’abord se connecter.

hand-holding = Le client est retenu : une ligne { $code }- part toutes les { $seconds } s. La réponse est maintenant ouverte, et seul { $code } suivi d’un espace la termine : tapez-la quand vous serez prêt. /release arrête les lignes.
hand-holding-limit = Mais { $client } compte ses { $seconds } s à partir de la commande, quoi qu’il arrive entre-temps : il ne se laisse pas retenir plus longtemps.
hand-released = Plus de lignes. La réponse est encore ouverte : { $code }, un espace et un texte la terminent.
hand-held-enough = Retenu dix minutes : plus de lignes. { $code }, un espace et un texte terminent la réponse.
hand-hold-needs-code = Quel code aura votre réponse ? Les lignes qui retiennent le client commencent par lui : /hold 331, par exemple.
hand-not-held = Personne n’est retenu.

hand-confirm = Cette ligne n’est pas partie. Tapez-la encore une fois, ou o, pour l’envoyer quand même ; ou tapez une autre réponse.
hand-sent-anyway = Envoyé, comme vous voulez.
hand-behind = { $client } a maintenant une réponse de retard : il prend cette ligne pour la réponse à sa prochaine commande, et la réponse à celle-ci pour celle de la suivante.
hand-the-client-first = Le client

hand-doubt-no-code = Une réponse commence par trois chiffres : les programmes ne lisent rien d’autre. Sans eux, le client ne peut pas savoir ce qui est dit.
hand-doubt-bare-code = Derrière les trois chiffres vient un espace et un texte pour les humains, ne serait-ce qu’un mot : { $code } OK.
hand-doubt-no-blank = Le quatrième caractère doit être un espace (ou un tiret, quand d’autres lignes de la même réponse suivent).
hand-doubt-nothing-asked = Une réponse de trop : aucune commande n’en attend. Le client a eu la sienne et n’a rien envoyé depuis.
hand-doubt-late = Une réponse de trop : { $typed } serait pour { $answered }, qui a eu la sienne. Le client a continué, et prend ce qui vient maintenant pour la réponse à { $verb }.
hand-doubt-reply-open = La réponse commencée par { $open }- est encore ouverte : seul { $open } suivi d’un espace la termine. À l’intérieur, { $typed } n’est qu’une ligne de plus, même si curl et wget la prennent pour la fin.
hand-doubt-script-digit = Le premier chiffre dit comment cela s’est passé : { $typed } commence par { $first } ({ $means }), mais ici la réponse doit commencer par { $wanted } ({ $wanted-means }).
hand-doubt-script-code = Le premier chiffre est juste. Mais { $typed } parle d’autre chose : ici, le code doit commencer par { $wanted }.
hand-doubt-digit = On ne répond pas à { $verb } par { $first }yz ({ $means }) maintenant ; ce qui peut venir commence par { $may }.
hand-doubt-digit-greeting = Un accueil ne commence pas par { $first } ({ $means }) ; ce qui peut venir commence par { $may }.
hand-doubt-code = Le premier chiffre convient, mais { $typed } n’est pas une réponse à { $verb } ({ $source }) : { $instead }.
hand-doubt-code-greeting = Le premier chiffre convient, mais { $typed } n’est pas un accueil (RFC 959 5.4) : { $instead }.
hand-doubt-code-instead = ce serait { $codes }
hand-doubt-code-none = aucune RFC ne le connaît
hand-doubt-no-preliminary = Le 150 manque. Un transfert reçoit deux réponses : 150 avant les données, { $typed } après.
hand-doubt-no-data = { $typed } dit que toutes les données sont parties, mais aucune ne l’est. /data FICHIER les envoie.
hand-doubt-no-data-up = { $typed } dit que toutes les données sont arrivées, mais la connexion de données n’a jamais été prise. /store FICHIER la prend.
hand-doubt-data-open = { $typed } dit que le transfert est fini, mais la connexion de données est encore ouverte : c’est sa fermeture qui est la fin du fichier (/close).
hand-doubt-not-agreed = { $typed } promet une connexion de données, mais ni PASV ni PORT n’a été convenu. 425 dit qu’il n’y en a pas.
hand-doubt-no-port = { $code } nomme un port où le serveur écoute, mais aucun n’est ouvert : /pasv en ouvre un.
hand-doubt-tls = Après { $code }, le client commence aussitôt une négociation TLS, que personne ne peut taper. 502 ou 500 le laisse continuer en clair.

hand-address-unreadable = Aucun client ne peut lire l’adresse : { $why }.
hand-address-undivided = Le port y est tout entier. Il se dit en deux octets, chacun d’au plus 255 : { $division }.
hand-address-host = La machine est fausse : { $host } au lieu de { $wanted }. Le client appellerait une machine qui ne sait rien de tout cela.
hand-address-swapped = Les deux octets du port sont intervertis : celui de poids fort vient d’abord. { $division }.
hand-address-by = Le port a été divisé par { $divisor }, mais un octet a 256 valeurs : { $division }.
hand-address-low-only = L’octet de poids fort manque : { $division }.
hand-address-low = L’octet de poids fort est juste, l’autre non ({ $low }) : { $division }.
hand-address-port = Vos nombres désignent le port { $named } ; celui qui est ouvert est { $port } : { $division }.
hand-address-port-229 = Votre 229 désigne le port { $named } ; celui qui est ouvert est { $port }.
hand-address-no-ipv4 = Un 227 ne peut nommer que des adresses IPv4 ; le port est ouvert en { $address }.
hand-address-tail = Personne n’écoute là où il mène.

hand-outcome-works = { $client } s’en accommode, d’autres non.
hand-outcome-empty = { $client } continue et perd les données sans un mot.
hand-outcome-fails = { $client } annonce un échec.
hand-outcome-waits = { $client } continue d’attendre, jusqu’à ce qu’il abandonne.
hand-outcome-exit = { $client } abandonne avec le code de sortie { $code }.
hand-outcome-unknown = La plupart des clients abandonnent ici, avec un message qui nomme une fausse cause.

hand-state-nobody = Aucun client n’est là.
hand-state-client = Client :
hand-state-unknown = pas encore clair
hand-state-asked = Attend une réponse :
hand-state-nothing = rien ; c’est au client de parler
hand-state-greeting = l’accueil
hand-state-left = N’attend pas plus de :
hand-state-data = Connexion de données :
hand-state-data-none = aucune convenue
hand-state-data-port = vous écoutez en { $address }
hand-state-data-here = le client s’est connecté à { $address } ; la connexion est à prendre
hand-state-data-call = le client écoute en { $address }
hand-state-data-open = ouverte
hand-state-seconds = encore { $seconds } s ({ $client })

hand-explain-nothing = Aucune réponse n’est attendue maintenant.
hand-unknown = /{ $word } n’est pas une commande locale ; /help les énumère.
hand-misused = { $command } s’emploie ainsi : { $usage }
hand-help-head = Ce qui ne commence pas par une barre oblique part vers le client comme ligne de réponse. Le reste est pour ftplab :
hand-help-data = prend la connexion de données, envoie le fichier, ferme (une liste est un fichier aussi : ls -l > liste)
hand-help-store = prend la connexion de données et reçoit, dans FILE
hand-help-accept = prend la connexion de données : accepte le client, ou l’appelle après PORT
hand-help-line = envoie une ligne sur la connexion de données
hand-help-close = ferme la connexion de données et le port de données
hand-help-pasv = ouvre un port de données (PASV et EPSV le font d’eux-mêmes)
hand-help-hold = fait patienter le client avec les lignes d’une réponse inachevée
hand-help-release = arrête ces lignes
hand-help-explain = un code ou un verbe ; sans rien, ce qui est attendu maintenant
hand-help-state = le client, ce qu’il attend et combien de temps
hand-help-help = cette page
hand-help-quit = arrête le serveur
