# server.ftl: the fake server. A script's mistakes, the start, what happens on each connection, the end.

# A script's mistakes. $place is file:line:column.
server-mistake = { $place }: { $what }
server-mistakes =
    { $count ->
        [one] One mistake in { $name }; nothing is played.
       *[other] { $count } mistakes in { $name }; nothing is played.
    }
server-mistake-too-long = the script is longer than { $limit } MB
server-mistake-not-utf8 = this byte is not UTF-8; save the file as UTF-8 text, or write the byte as {"{"}xNN{"}"}
server-mistake-marker-unknown = a line begins with S>, C>, C*, D>, D@, D<, S? or -- and a blank, or with # (a comment)
server-mistake-marker-indented = the marker must stand at the very beginning of the line: take the blanks away
server-mistake-blank-missing = a blank is missing behind the marker
server-mistake-rest-missing = nothing stands behind the marker
server-mistake-brace-open = this brace is never closed; write {"{{"} for the character itself
server-mistake-brace-close = no brace is open here; write {"}}"} for the character itself
server-mistake-value-unknown = there is no value { "{" }{ $name }{ "}" }; there are pasv, epsv, port, verb, arg, user, cwd, bytes, type, param.NAME, and bytes such as x1B
server-mistake-value-misplaced = { $name } has no meaning here
server-mistake-param-unknown = there is no parameter { $name }; declare it at the top: -- param { $name }=…
server-mistake-host-invalid = "{ $host }" is no IPv4 address
server-mistake-alternative-empty = one of the alternatives is empty
server-mistake-regex-invalid = not a regular expression: { $detail }
server-mistake-action-unknown = there is no action or setting "{ $name }"
server-mistake-argument-unwanted = nothing may stand here
server-mistake-argument-missing = something is missing here
server-mistake-time-invalid = "{ $value }" is no time: write 500ms, 5s or 2m, one day at most
server-mistake-number-invalid = "{ $value }" is not a number that is possible here
server-mistake-word-unknown = "{ $value }" is not a word that is possible here
server-mistake-ports-invalid = "{ $value }" is no range of ports: write 50000-50100
server-mistake-address-invalid = "{ $value }" is no IP address
server-mistake-param-invalid = a parameter is declared as NAME=DEFAULT, NAME=A..B or NAME=a,b,c
server-mistake-setting-twice = this stands in line { $line } already
server-mistake-setting-late = settings stand at the top, before the first S> and the first C>
server-mistake-not-in-greeting = this has a meaning only behind a C> or C* line
server-mistake-code-invalid = "{ $value }" is no code: write one to three digits
server-mistake-path-outside = only files in the script's own folder or below it can be named
server-foreign-address = { $place }: this would send clients to { $host }, which is neither this machine nor an address for examples (192.0.2.0/24 and the like). If that is meant: --allow-foreign

# The start.
server-title = { $name }: { $title }
server-listening = Listening on { $addresses }. In another terminal, for example:
server-end-how = Ctrl-C ends the server.

# What happens.
server-connected = { $client } has connected to { $server }
server-turned-away = { $client } was turned away with 421: there are too many clients
server-port-opened = passive open: waiting for the client on { $address }
server-data-opened = data connection: { $from } → { $to }
server-data-called = data connection, dialled by this server: { $from } → { $to }
server-data-port = it should come from port { $port } (L-1, RFC 959 3.2), but the system would not give that port
server-stranger = { $address } is not the client and was sent away from the data port
server-data-sent =
    { $bytes ->
        [one] { $bytes } byte sent to the client
       *[other] { $bytes } bytes sent to the client
    }
server-data-sent-file =
    { $bytes ->
        [one] { $bytes } byte of { $name } sent to the client
       *[other] { $bytes } bytes of { $name } sent to the client
    }
server-data-received =
    { $bytes ->
        [one] { $bytes } byte came from the client (not kept: --store DIR would)
       *[other] { $bytes } bytes came from the client (not kept: --store DIR would)
    }
server-data-kept =
    { $bytes ->
        [one] { $bytes } byte came from the client, kept as { $name }
       *[other] { $bytes } bytes came from the client, kept as { $name }
    }
server-closed-by-client = the client has closed the connection
server-reset-by-client = the client has reset the connection
server-closed = connection closed by this server
server-reset = connection reset by this server
server-tls = the client begins TLS, which this server does not speak: closing. Ask the client for plain FTP
server-typed = typed, { $place }
server-own-reply = (not from the script)
server-no-code = no three digits: no client can tell what this means
server-unmatched = nothing in the script takes this command
server-unmatched-near = nothing in the script takes this command. Nearest is { $place }, { $pattern }: { $why }
server-expected = the next step is { $place }, { $pattern }
server-why-case = upper and lower case differ, and arguments must match as written
server-why-argument-missing = it wants an argument
server-why-argument-unwanted = it wants no argument
server-why-argument = it wants another argument
server-why-regex = its regular expression does not match the whole command
server-why-verb = its verb is spelled nearly like this one
server-why-later = its turn comes later
server-why-done = its turn is over; steps are taken once, in order
server-skipped = the rest of the block is skipped at { $place }: { $why }
server-fault-not-agreed = neither PASV nor PORT came before
server-fault-foreign = { $address } is not the client's own address or a port below 1024, and servers only dial back to where you are (RFC 2577 3)
server-fault-nobody-came = the client did not open the data connection in time
server-fault-not-reached = the client's data port does not answer
server-fault-lost = the client broke the data connection off
server-fault-too-much = the upload is longer than the limit
server-fault-no-file = there is no such file
server-fault-not-stored = the file could not be written
server-fault-no-port = no data port is free
server-fault-no-ipv4 = PASV can only name IPv4 addresses, and this connection is IPv6 (EPSV can)
server-aborted = ABOR: the rest of { $place } is dropped, and its data connection
server-looping = the same command { $count } times within a second: this client loops, closing
server-idle = no command for { $seconds } s
server-asks = { $place }: type the reply ({ $code }…)

# The end.
server-summary =
    { $connections ->
        [0] Nobody came.
        [one] One connection, { $commands } commands, { $transfers } transfers ({ $down } bytes down, { $up } bytes up).
       *[other] { $connections } connections, { $commands } commands, { $transfers } transfers ({ $down } bytes down, { $up } bytes up).
    }
server-lines-used = Blocks of { $name } that were used: { $lines }
server-lines-unused = Never used: { $lines } ({ $name })
server-unknown-script = "{ $name }" is neither a file nor a script that ftplab brings. It brings: { $names }
server-unreadable = { $path }: { $error }
server-bind-failed = Cannot listen on { $address }: { $error }.
server-bind-taken = Port { $port } is taken on { $host }. --port 0 picks a free one.
server-bind-privileged = Port { $port } is for administrators on this system. Take one above 1023 (--port 2121), or run this as root.
