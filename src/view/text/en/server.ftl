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
server-mistake-action-unknown = there is no action or setting "{ $name }"; there are { $names }
server-mistake-argument-unwanted = nothing may stand here
server-mistake-argument-missing = something is missing here
server-mistake-time-invalid = "{ $value }" is no time: write 500ms, 5s or 2m, one day at most
server-mistake-number-invalid = "{ $value }" is not a number that is possible here
server-mistake-word-unknown = "{ $value }" is not a word that is possible here; there are { $names }
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
server-few-files = the system gives this program { $files } open files: at most { $clients } clients at once, and the next ones get a 421 until some leave. More: ulimit -n, before the program starts.
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
        [one] { $bytes } byte came from the client (in no file of yours: --store DIR would make one)
       *[other] { $bytes } bytes came from the client (in no file of yours: --store DIR would make one)
    }
server-data-kept =
    { $bytes ->
        [one] { $bytes } byte came from the client, kept as { $name }
       *[other] { $bytes } bytes came from the client, kept as { $name }
    }
server-data-incomplete =
    { $bytes ->
        [one] { $bytes } byte came from the client, and that is not all: nothing of it is kept
       *[other] { $bytes } bytes came from the client, and that is not all: nothing of it is kept
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
server-not-transferred = nothing is transferred: { $why }
server-skipped = the rest of the block is skipped at { $place }: { $why }
server-fault-not-agreed = neither PASV nor PORT came before
server-fault-foreign = { $address } is not the client's own address or a port below 1024, and servers only dial back to where you are (RFC 2577 2, 3)
server-fault-nobody-came = the client did not open the data connection in time
server-fault-strangers-came = only strangers came to the data port, and too many of them
server-fault-not-reached = the client's data port does not answer
server-fault-lost = the client broke the data connection off
server-fault-too-much = the upload is longer than the limit
server-fault-no-room = all uploads together have used up the room that this server has for them
server-fault-no-file = there is no such file, or it cannot be read
server-fault-shortened = the file was shortened while it was sent
server-fault-not-stored = the file could not be written: { $why }
server-fault-no-port = no data port is free
server-fault-no-ipv4 = PASV can only name IPv4 addresses, and this connection is IPv6 (EPSV can)
server-aborted = ABOR: the rest of { $place } is dropped, and its data connection
server-looping = the same command { $count } times within a second: this client loops, closing
server-stalled = the client has taken nothing of the reply for { $seconds } s
server-idle = no command for { $seconds } s

# The end.
server-summary =
    { $connections ->
        [0] Nobody came.
       *[other] { $connections ->
            [one] One connection
           *[other] { $connections } connections
        }, { $commands ->
            [one] one command
           *[other] { $commands } commands
        }, { $transfers ->
            [one] one transfer
           *[other] { $transfers } transfers
        } ({ $down ->
            [one] one byte down
           *[other] { $down } bytes down
        }, { $up ->
            [one] one byte up
           *[other] { $up } bytes up
        }).
    }
server-lines-used = Blocks of { $name } that were used: { $lines }
server-lines-unused = Never used: { $lines } ({ $name })
server-unknown-script = "{ $name }" is neither a file nor a script that ftplab brings. It brings: { $names }
server-tree-too-much = { $path }: more files and folders than a fake server serves
server-built-in = (built-in server)

# --check. $detail is what the warning is about: a code, a command, numbers.
server-check-error = { $place }: error: { $what }
server-check-warning = { $place }: warning { $name }: { $what }
server-check-expected = { $place }: as announced, { $name }: { $what }
server-check-clients = Seen with { $clients }.
server-check-fine = { $name }: nothing to complain about
server-check-summary = { $name }: { $errors ->
        [one] { $errors } error
       *[other] { $errors } errors
    }, { $warnings ->
        [one] { $warnings } warning
       *[other] { $warnings } warnings
    }, { $expected } announced
server-check-file-missing = the file { $detail } is not in the script's folder
server-check-warning-unknown = there is no warning { $detail }; the names are: { $names }
server-check-warning-absent = the warning { $detail } was announced, and there is nothing to warn of
server-warning-no-greeting = nothing is sent when a client connects; clients wait for 220
server-warning-greeting-120 = 120 before the 220: most clients take it for a refusal
server-warning-verb-missing = nothing answers { $detail }; most clients send it in every session
server-warning-login-200 = { $detail } answered 200: ncftp wants 230 or 331 and gives up
server-warning-pass-331 = PASS answered 331 again: ncftp then sends PASS for ever
server-warning-pass-332 = PASS answered 332: only ncftp and ftplib can send ACCT
server-warning-pwd-not-257 = { $detail }: without a 257, FileZilla and ncftpls list nothing
server-warning-type-not-200 = { $detail }: most clients stop when TYPE is not answered 200
server-warning-auth-accepted = AUTH accepted ({ $detail }): the client begins TLS at once, and the connection is lost
server-warning-feat-mlst-no-mlsd = FEAT says MLST, but MLSD is not served: FileZilla lists nothing and does not try LIST
server-warning-syst-not-unix = SYST does not say "215 UNIX": tnftp stays in TYPE A and changes the files it sends
server-warning-size-550 = SIZE says 550 for { $detail }, which RETR would send: curl gives up before RETR
server-warning-size-differs = SIZE and what is sent differ ({ $detail } bytes): curl calls the file incomplete
server-warning-mlst-always-250 = MLST says 250 for any name: ncftp believes that the file is there and does not send it
server-warning-list-same-everywhere = a listing with a directory in it, the same in every directory: lftp mirror never ends
server-warning-list-450 = LIST answered 450: curl shows an empty listing and reports success
server-warning-epsv-not-229 = EPSV answered { $detail } instead of 229: tnftp cannot read that
server-warning-bad-229 = no port can be read from this 229: curl and tnftp give up
server-warning-bad-227 = no address can be read from this 227: clients give up, FileZilla changes to PORT
server-warning-digits-before-227 = digits stand before the six numbers: clients that read from the left get a wrong address
server-warning-other-host-227 = this 227 names another host: curl, lftp and ftplib stay with the server's own address, the others go there
server-warning-literal-address = an address written out: nobody listens there. Write {"{pasv}"} or {"{epsv}"}; from a log, --from makes them
server-warning-no-passive = PASV and EPSV are both refused: only FileZilla, ncftp and tnftp then try PORT by themselves
server-warning-inner-line-other-code = an inner line begins with another code and a blank ({ $detail }): curl and wget take it for the reply's end and are out of step
server-warning-inner-line-same-code = an inner line begins with the reply's own code and a blank ({ $detail }): that ends the reply, and what follows is one reply too many
server-warning-never-closed = this reply of several lines is never closed by "{ $detail }" and a blank: clients wait until they give up
server-warning-no-code = no three digits: clients wait or give up
server-warning-code-alone = { $detail } with nothing behind it: curl, wget and FileZilla wait for the blank
server-warning-no-blank = no blank behind { $detail }: curl and wget wait for a line that has one
server-warning-empty-line = an empty line: tnftp and ftplib give up
server-warning-nul = a NUL in a reply: newer versions of curl refuse it
server-warning-code-undefined = { $detail }: its first digit means nothing to a client
server-warning-bare-lf = the line ends with LF alone, as from nc: lftp calls it a server bug and is stuck
server-warning-no-eol = the line does not end: clients wait for its end
server-warning-two-replies = one reply too many ({ $detail }): the client is one reply behind from here on
server-warning-no-reply = no final reply ({ $detail }): clients wait until they give up
server-warning-quit-unanswered = no reply to QUIT: curl hangs for more than a minute, whatever its --max-time
server-warning-closed-unanswered = the connection is closed without a reply ({ $detail })
server-warning-no-150 = { $detail }: data without a 150 or 125 before it; of all clients, only FileZilla does not mind
server-warning-data-again = { $detail }: more is to be moved when the data connection has been closed; clients open one for each command, so nobody comes. A block has one run of D lines, before data close; -- data hold before a reply keeps the connection
server-warning-no-226 = { $detail }: no final reply behind the data; clients wait for it though they have the file
server-warning-final-before-data = { $detail }: the final reply comes before the data; tnftp shows nothing
server-warning-no-data = { $detail }: a reply promises data and no connection is taken; clients wait
server-warning-truncated = { $detail }: data is cut short and the reply says that all is well; only curl and lftp notice, where they know the SIZE
server-warning-data-reset = { $detail }: the data connection is reset; clients report an error, lftp tries again with REST
server-warning-too-slow = it takes longer than these clients wait with their own settings: { $detail }
server-warning-reply-not-allowed = { $detail }: RFC 959 5.4 (or the command's own RFC) does not list this reply
server-warning-odd-pattern = { $detail } takes these very characters; alternatives have a blank on each side of the bar (STAT | HELP); a regular expression begins and ends with /, and its bar has no \ before it
server-warning-odd-blanks = { $detail }: a blank at the end or a second one is part of the pattern, and no client sends it; take it away
server-warning-unknown-verb = no RFC has the verb { $detail } The line waits for these very letters
server-warning-behind-quit = this step is never reached: the connection ends with the block in line { $detail }, which answers QUIT (-- stay keeps it)
server-warning-wrong-way = { $detail }: the data goes the other way. D> and D@ send to the client (RETR, LIST), D< receives from it (STOR, APPE)
server-warning-never-matches = { $detail } can never match: the rules before it take everything that it takes

# By hand. A person types the replies.

# --from.
server-from-nothing = there is no dialogue in { $path }: neither a log (S> and C> lines) nor a transcript with reply codes and commands
server-from-done =
    { $steps ->
        [one] { $path }: a script of one step. What clients will make of it: ftplab fake-server --check { $path }
       *[other] { $path }: a script of { $steps } steps. What clients will make of it: ftplab fake-server --check { $path }
    }

# --self-test.
server-test-line = another line came: { $got }
server-test-silence = this line did not come
server-test-closed = the connection was closed instead
server-test-data =
    { $got ->
        [one] other data came: { $got } byte
       *[other] other data came: { $got } bytes
    }
server-test-no-data = no data connection came about
server-test-stays-open = the connection was not closed
server-test-unreached = its own command goes to another block
server-test-unsaid = not tried: which command to send cannot be told; -- say gives one
server-test-uncompared = compared in part: of all files, the first { $most } MB are
server-test-summary =
    { $differs ->
        [0] { $name }: played as it is written, control connections: { $connections }
        [one] { $name }: one difference, control connections: { $connections }
       *[other] { $name }: { $differs } differences, control connections: { $connections }
    }
server-from-beside = { $file }: { $bytes } bytes that the server sent
server-from-not-kept = Transfer { $n }: the server sent { $bytes } bytes, and no more than { $most } MB of what goes on at a time are kept: the script sends nothing there. A file of your own goes there with D@.
server-mistakes-first = The first { $most } are told, and no more.

# The scripts that ftplab brings.
server-site-exists = { $file } exists, is no site that ftplab made, and is kept. Name another file.
server-list-servers = Servers
server-list-faults = Faults: servers that do one thing wrong
server-list-how = To play one: ftplab fake-server NAME. --bind, --port and the like go with each.
