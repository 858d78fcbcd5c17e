# raw.ftl: the control line by hand.

raw-trying = Trying { $address }, port { $port } …
raw-not-there = No connection to { $address }: { $why }.
raw-connected = Connected to { $server }: the control connection stands.
raw-own-end = You are at { $user }.
raw-who-is-who = You are the user-PI, at { $user }: your side made the active open. The other end is the server-PI, which had made a passive open at { $server }. The server speaks first.
raw-invitation = What you type goes out as it is, plus CR LF. /help tells what else there is; QUIT ends the session in FTP's own way.
raw-line-cut = [+{ $count } bytes]
raw-closed = The server has closed the control connection.
raw-closed-unasked = The server has closed the control connection without being asked to.
raw-reset = The control connection was reset: the other end threw it away (RST).
raw-after-close = /again connects again, /quit ends.
raw-no-line-end = { $count ->
    [one] one byte
   *[other] { $count } bytes
} without a line end so far; the reply is not complete.
raw-not-connected = Nothing goes out: the control connection is closed. /again connects again.
raw-send-failed = The line did not go out: { $why }.
raw-no-reply = No reply to { $verb } within { $seconds } s.
raw-no-greeting = No greeting within { $seconds } s.
raw-asked-to-end = Interrupted: the connections are closed from here, without QUIT.
raw-interrupt = The line is cleared. Ctrl-C once more ends; QUIT says goodbye properly.
raw-bye = Connection closed from here.
raw-unknown = /{ $word } is no local command; /help lists them. (//{ $word } would send a line that begins with a slash.)
raw-unknown-nearest = /{ $word } is no local command. Is { $nearest } meant?
raw-misused = { $command } is used like this: { $usage }
raw-no-last-reply = No reply has come that could be explained.
raw-only-prints = This terminal can only print (TERM says so): there is no prompt here, and what you type shows as it is, passwords too.
raw-no-prompt = Standard output is no terminal: there is no prompt here, and what you type shows as it is, passwords too. --log FILE keeps the dialogue and leaves the terminal as it is.
raw-unreachable = no address of { $host } answers on port { $port }. Is the server running? ftplab has one of its own, on port 2121: ftplab fake-server, then ftplab raw 127.0.0.1 2121

raw-hint-pass = PASS and your password come next.
raw-hint-pass-anonymous = PASS comes next; an anonymous user gives an e-mail address as the password.
raw-hint-login-first = This needs a login: USER name, then PASS password (USER anonymous on a public server).
raw-hint-arithmetic = The last two numbers are the port: { $high } × 256 + { $low } = { $port }.
raw-hint-port-only = The reply names the port alone, { $port }: the host is the server's own.
raw-hint-dial = The server-DTP now listens at { $address } (passive open); your side dials it (active open). In another terminal:
    {"  "}ftplab pasv-calc --connect '{ $quoted }'
    or here: /data. Then LIST, RETR or STOR.
raw-hint-other-host = The reply names { $named }, but the server is { $peer }: an address behind NAT, or a trick. /data dials { $instead }.
raw-hint-be-listening = At the next transfer the server-DTP dials { $address } (active open). Somebody must listen there first (passive open), in another terminal:
    {"  "}ftplab listen { $listen }
    or here: /listen.
raw-hint-port-third-party = The address is not the one you come from. Servers call back only their own client: else anyone could send their data to a third machine (the bounce attack, RFC 2577).
raw-hint-port-refused = The server does not take this address. It must be four numbers of the address you come from and two of the port, each at most 255; ftplab listen prints the whole line.
raw-hint-no-data-connection = No data connection: LIST, RETR and STOR never send data on the control line. First PASV (the server listens, you dial) or PORT (you listen, the server dials), each time anew.
raw-hint-default-port = Neither PASV nor PORT came before: the server dials the default data port, which is the port of your control connection, { $port } (RFC 959 3.2). Nobody listens there, so a 425 will follow, or nothing at all. PASV or PORT first.
raw-hint-used-up = The data connection that { $verb } agreed on has served already; this transfer waits for one that nobody opens. { $verb } again, then the transfer again.
raw-hint-server-waits = The final reply has not come. Where nobody has dialled yet, the server waits for that: it listens at { $address }; /data opens the connection here, ftplab pasv-calc --connect in another terminal. Where it is open there, the transfer goes on.
raw-hint-transfer-waits = { $verb } is still running: its final reply has not come. /state shows what may come.
raw-hint-client-word = “{ $word }” belongs to a client program; the command of the protocol is { $verb } (/explain { $verb }).
raw-hint-slip = The protocol has no such word. Did you mean { $verbs }? It went out as you typed it.
raw-hint-no-word = The protocol has no such word. Each line begins with a command: USER NAME and then PASS WORD log in; HELP, or ftplab explain in another terminal, names the others.
raw-hint-tls = The server now waits for a TLS handshake, which cannot be typed. ftplab shows plain FTP only: /again starts over.
raw-hint-server-closes = 421: the server ends the session, often because nothing came for too long.

raw-state-login = Login:
raw-state-type = Representation:
raw-state-directory = Working directory:
raw-state-data = Data connection:
raw-state-command = Command in progress:
raw-state-expected = May come now:
raw-state-idle = Idle:
raw-login-nobody = nobody
raw-login-password = { $user }, password wanted
raw-login-account = { $user }, account wanted
raw-login-done = { $user }
raw-directory-unknown = unknown (PWD tells)
raw-data-none = none agreed on
raw-data-used = { $verb } { $address }, used up: the next transfer needs a new one
raw-data-active = { $verb } { $address }, the server will dial
raw-data-passive = { $verb } { $address }, the server listens
raw-stage-greeting = none; the greeting has not come
raw-stage-begin = none
raw-stage-wait = { $verb }, waits for its reply
raw-stage-preliminary = { $verb }, runs: 1yz came, the final reply has not
raw-stage-intermediate = { $verb } goes on with { $next }
raw-idle = { $seconds ->
    [one] one second
   *[other] { $seconds } seconds
}

raw-help-head = Lines that begin with a slash are for ftplab and do not go out:
raw-help-help = this page
raw-help-explain = a reply code or a verb; the last reply without one
raw-help-state = login, TYPE, directory, what may come now
raw-help-data = dials the passive connection that PASV or EPSV agreed on, and shows, keeps or sends data
raw-help-listen = opens a port for the server, and says the PORT and EPRT lines
raw-help-again = connects again after the server has closed
raw-help-quit = ends ftplab at once
raw-help-keys = Tab completes a verb, arrows bring back lines (never passwords). Ctrl-C clears the line, twice ends; Ctrl-D or Ctrl-] closes. A line that should begin with a slash begins with two.

raw-data-needs-passive = There is nothing to dial: PASV or EPSV first. (After PORT the server dials: /listen.)
raw-data-is-used = That connection was dialled already: each transfer needs a new PASV or EPSV.
raw-data-left = A data connection is still open and nothing moves on it; it is closed from here.
raw-data-dialling = Dialling { $address } …
raw-data-open = Data connection { $from } → { $to } is open (active open from { $from }).
raw-data-failed = The data connection to { $address } failed: { $why }.
raw-data-closed-peer = Data connection closed by the server: { $bytes ->
    [one] one byte
   *[other] { $bytes } bytes
}, { $lines ->
    [one] one line
   *[other] { $lines } lines
} in { $seconds } s.
raw-data-closed-self = Data connection closed from here: { $bytes ->
    [one] one byte
   *[other] { $bytes } bytes
} sent in { $seconds } s. That is the end of the file for the server.
raw-data-closed-reset = Data connection reset after { $bytes ->
    [one] one byte
   *[other] { $bytes } bytes
}.
raw-data-cut = The data connection is closed from here: the server says 426 to that, or 226 where it had sent everything by then.
raw-data-file-exists = { $file } exists and is kept; choose another name.
raw-listen-at = Listening at { $address } (passive open). Now type one of:
raw-listen-from = The server-DTP dialled from { $from }: port { $port } { $judgement }.
raw-listen-l1 = is L-1, one below its control port { $control } (RFC 959 3.2)
raw-listen-not-l1 = is not L-1 ({ $wanted }), which not every server may use
raw-listen-failed = Cannot listen on port { $port }: { $why }.
