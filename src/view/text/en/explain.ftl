# explain.ftl: the frame around what code.ftl and verb.ftl say.

explain-group-access = access control
explain-group-parameter = transfer parameter
explain-group-service = service
explain-status-mandatory = mandatory
explain-status-optional = optional
explain-status-extension = extension
explain-status-historic = historic
explain-status-unregistered = unregistered
explain-practice = in no RFC

explain-gets-at-once = Comes at once after
explain-gets-all-but = Comes at once after any command but
explain-gets-begun = Comes after a 1yz, to
explain-gets-marker = Comes during a transfer, to
explain-gets-elsewhere = Servers may use it elsewhere too, where they need to (RFC 1123 4.1.2.11).
explain-gets-greeting = It can also be the first line of a session.
explain-gets-any = Any command may get it, at any time.
explain-gets-any-secured = Any command may get it, where the session is protected.
explain-labelled = { $label }: { $text }
explain-cause = Usual cause
explain-try = What to try
explain-next = What comes next

explain-syntax = Syntax
explain-replies = Replies allowed ({ $source })
explain-replies-usual = Replies in practice
explain-replies-more = Also ({ $source })
explain-replies-practice = Also, in practice
explain-fails = Usual failure
explain-login = Needs a login.
explain-data-down = Its data comes over a data connection: PASV or PORT before it.
explain-data-up = Its data goes over a data connection: PASV or PORT before it.
explain-old-name = The same as { $verb }, under the name it had in RFC 775; still served by many.
explain-client-word = "{ $word }" is a word of client programs. On the control connection it is { $verb }.

explain-keyword = Where "{ $word }" is spoken of
explain-tables-first = First digit: how it went (RFC 959 4.2, RFC 2228 5.2)
explain-tables-second = Second digit: what it is about (RFC 959 4.2)
explain-tables-third = Third digit
explain-tables-commands-access = Access control commands (RFC 959 4.1.1 and extensions)
explain-tables-commands-parameter = Transfer parameter commands (RFC 959 4.1.2 and extensions)
explain-tables-commands-service = Service commands (RFC 959 4.1.3 and extensions)
explain-tables-codes = Reply codes
explain-tables-more = ftplab explain 425, or 42z, x2z, PASV, passive, tells more.

explain-unknown = ftplab: explain: "{ $word }" is neither a reply code nor a command.
explain-unknown-near = ftplab: explain: "{ $word }" is neither a reply code nor a command. Near: { $near }.
explain-unknown-code = ftplab: explain: no RFC lists { $code }.
explain-unknown-code-near = ftplab: explain: no RFC lists { $code }. Near: { $near }.
explain-unknown-pattern = ftplab: explain: no RFC lists a code { $pattern }.
