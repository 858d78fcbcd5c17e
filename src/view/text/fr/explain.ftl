# explain.ftl : le cadre autour de ce que disent code.ftl et verb.ftl.

explain-group-access = contrôle d’accès
explain-group-parameter = paramètre de transfert
explain-group-service = service
explain-status-mandatory = obligatoire
explain-status-optional = facultative
explain-status-extension = extension
explain-status-historic = historique
explain-status-unregistered = non enregistrée
explain-practice = dans aucune RFC

explain-gets-at-once = Vient aussitôt après
explain-gets-all-but = Vient aussitôt après toute commande sauf
explain-gets-begun = Vient après un 1yz, pour
explain-gets-marker = Vient pendant un transfert, pour
explain-gets-elsewhere = Un serveur peut l’employer ailleurs aussi, s’il en a besoin (RFC 1123 4.1.2.11).
explain-gets-greeting = Elle peut aussi être la première ligne d’une session.
explain-gets-any = Toute commande peut la recevoir, à tout moment.
explain-gets-any-secured = Toute commande peut la recevoir, là où la session est protégée.
explain-labelled = { $label } : { $text }
explain-cause = Cause habituelle
explain-try = Que tenter
explain-next = Et ensuite

explain-syntax = Syntaxe
explain-replies = Réponses permises ({ $source })
explain-replies-usual = Réponses dans la pratique
explain-replies-more = Aussi ({ $source })
explain-replies-practice = Aussi, dans la pratique
explain-fails = Échec habituel
explain-login = Demande d’être identifié.
explain-data-down = Ses données viennent par une connexion de données : PASV ou PORT avant elle.
explain-data-up = Ses données partent par une connexion de données : PASV ou PORT avant elle.
explain-old-name = La même que { $verb }, sous le nom qu’elle avait dans la RFC 775 ; beaucoup de serveurs la gardent.
explain-client-word = « { $word } » est un mot des programmes clients. Sur la connexion de contrôle, c’est { $verb }.

explain-keyword = Où il est question de « { $word } »
explain-tables-first = Premier chiffre : comment cela s’est passé (RFC 959 4.2, RFC 2228 5.2)
explain-tables-second = Deuxième chiffre : de quoi il s’agit (RFC 959 4.2)
explain-tables-third = Troisième chiffre
explain-tables-commands-access = Commandes de contrôle d’accès (RFC 959 4.1.1 et extensions)
explain-tables-commands-parameter = Commandes de paramétrage du transfert (RFC 959 4.1.2 et extensions)
explain-tables-commands-service = Commandes de service (RFC 959 4.1.3 et extensions)
explain-tables-codes = Codes de réponse
explain-tables-more = ftplab explain 425, ou 42z, x2z, PASV, passif, en dit plus.

explain-unknown = ftplab : explain : « { $word } » n’est ni un code de réponse ni une commande.
explain-unknown-near = ftplab : explain : « { $word } » n’est ni un code de réponse ni une commande. Proche : { $near }.
explain-unknown-code = ftplab : explain : aucune RFC ne mentionne { $code }.
explain-unknown-code-near = ftplab : explain : aucune RFC ne mentionne { $code }. Proche : { $near }.
explain-unknown-pattern = ftplab : explain : aucune RFC ne mentionne de code { $pattern }.
